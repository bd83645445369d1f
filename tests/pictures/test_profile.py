"""What stands in the picture of a profile, and in that of two; what is said when it is written."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.errors import UsageError
from graphdiff.pictures.picture import DrawnEdge, DrawnNode, Picture
from graphdiff.pictures.profile import profile_pictures
from graphdiff.pictures.profile_change import change_pictures
from graphdiff.pictures.view import view_of
from graphdiff.profiles.call_graph import Function, from_calls, from_stacks
from graphdiff.profiles.comparison import compared
from graphdiff.profiles.noise import quantum
from graphdiff.profiles.overlay import below, overlaid
from graphdiff.profiles.sides import Side
from graphdiff.profiles.stacks import Stacks

FOLDED = "main;parse;read 3\nmain;parse;burn 5\nmain;render;burn 2\nmain 1\n"
CALLGRIND = """\
version: 1
creator: x
events: Ir

fl=a.c
fn=main
1 5
cfi=b.c
cfn=f
calls={calls} 2
2 7

fl=b.c
fn=f
2 7

summary: 12
"""
CALLS = {
    ("main", "parse"): (8.0, 2),
    ("parse", "burn"): (5.0, 4),
    ("main", "render"): (3.0, 1),
    ("render", "burn"): (2.0, 9),
}
OWN = {"main": (1.0, 12.0, 1), "parse": (3.0, 8.0, 2), "render": (1.0, 3.0, 1), "burn": (7.0, 7.0, 13)}


def calls_profile(**changed: float) -> nx.DiGraph:
    """A profile without stacks; some functions' own costs may be others."""
    own = {name: changed.get(name, cost) for name, (cost, _, _) in OWN.items()}
    more = {name: own[name] - OWN[name][0] for name in OWN}
    costs = {pair: cost for pair, (cost, _) in CALLS.items()}
    costs["render", "burn"] += more["burn"]
    costs["main", "render"] += more["burn"] + more["render"]
    whole = {name: inclusive + more[name] for name, (_, inclusive, _) in OWN.items()}
    whole["render"] += more["burn"]
    whole["main"] += more["burn"] + more["render"]
    return from_calls(
        {Function(name): {"self": own[name], "inclusive": whole[name], "calls": OWN[name][2]} for name in OWN},
        {(Function(u), Function(v)): {"cost": costs[u, v], "calls": CALLS[u, v][1]} for u, v in CALLS},
        unit="s", total=whole["main"], kind="counted", format="cProfile",
    )  # fmt: skip


def stacks_profile(*lines: tuple[str, int]) -> nx.DiGraph:
    stacks = [line.split(";") for line, _ in lines]
    names = sorted({name for stack in stacks for name in stack})
    frames = [names.index(name) for stack in stacks for name in stack]
    costs = [cost for _, cost in lines]
    tree = Stacks.of(frames, [*map(len, stacks)], costs, costs)
    return from_stacks([*map(Function, names)], tree, unit="samples", kind="sampled", format="folded")


def picture_of(graph: nx.DiGraph, source: Any = None, target: Any = None, **viewing: Any) -> Picture:
    return next(profile_pictures(gd.annotate(graph, source, target), view_of(**viewing)))


def node(picture: Picture, name: str) -> DrawnNode:
    return next(each for each in picture.nodes if each.name == name)


def edge(picture: Picture, tail: str, head: str) -> DrawnEdge:
    names = [each.name for each in picture.nodes]
    return next(each for each in picture.edges if (names[each.tail], names[each.head]) == (tail, head))


class TestOne:
    def test_boxes_have_self_inclusive_and_calls_and_edges_cost_and_calls(self) -> None:
        picture = picture_of(calls_profile())
        assert node(picture, "parse").lines == ("parse", "self 3 s (25 %)", "inclusive 8 s (66.7 %)", "2 calls")
        assert node(picture, "burn").lines == ("burn", "self 7 s (58.3 %)", "13 calls")
        assert edge(picture, "render", "burn").label == "2 s · 9 calls"
        assert picture.legend[:2] == ["cProfile · total 12 s", "4 of 4 functions, 100 % of the total"]

    def test_size_is_by_self_colour_by_inclusive_width_by_cost(self) -> None:
        picture = picture_of(calls_profile())
        sizes = {each.name: each.font_size for each in picture.nodes}
        assert sizes["burn"] > sizes["parse"] > sizes["main"] == sizes["render"]
        assert node(picture, "main").fill != node(picture, "render").fill
        assert edge(picture, "main", "parse").width == pytest.approx(1 + 5 * 8 / 12)
        assert edge(picture, "main", "parse").width > edge(picture, "main", "render").width

    def test_what_is_not_drawn_is_dashed_and_said(self) -> None:
        lines = [(f"main;step{n};burn", 10 + n) for n in range(6)]
        picture = picture_of(stacks_profile(*lines), max_nodes=3)
        assert {each.name for each in picture.nodes} == {"main", "burn"}
        [only] = picture.edges
        assert (only.label, only.is_dashed) == ("75 samples", True)
        assert picture.legend[1] == "2 of 8 functions, 100 % of the total; 1 dashed edge stands for the rest"
        assert not any("≈" in line for line in picture.legend)

    def test_what_stays_in_functions_that_are_not_drawn_has_a_box(self) -> None:
        lines = [("main;f", 5), *((f"main;step{n}", 1 + n) for n in range(6))]
        picture = picture_of(stacks_profile(*lines), max_nodes=4)
        rest = node(picture, "other functions")
        assert rest.is_dashed
        assert rest.lines[0] == "5 other functions"
        assert "fontsize" in gd.to_pydot(gd.annotate(stacks_profile(*lines)), max_nodes=4).to_string()

    def test_functions_that_call_each_other_are_one_box(self) -> None:
        picture = picture_of(stacks_profile(("main;even;odd;even", 4), ("main;odd", 2), ("main;even;odd;leaf", 1)))
        box = next(each for each in picture.nodes if "even" in each.name)
        assert box.lines[0] == "2 functions that call each other"
        assert set(box.lines[1:3]) == {"odd  7 samples", "even  5 samples"}
        assert box.lines[3:] == ("self 6 samples (85.7 %)", "inclusive 7 samples (100 %)")
        assert box.facts["members"] == ["odd", "even"]
        assert "(2 in boxes of several)" in picture.legend[1]

    def test_of_a_target_the_box_is_its_cost_that_passes(self) -> None:
        lines = [(line, int(cost)) for line, _, cost in (text.rpartition(" ") for text in FOLDED.splitlines())]
        picture = picture_of(stacks_profile(*lines), "parse", "burn")
        assert picture.legend[1] == "5 samples of burn's 7 samples are spent for parse (71.4 %)"
        assert node(picture, "burn").is_target
        assert node(picture, "burn").lines == ("burn", "5 samples (100 %)")
        assert [each.name for each in picture.nodes] == ["parse", "burn"]

    def test_without_stacks_an_estimate_is_marked(self) -> None:
        graph = calls_profile()
        graph.add_nodes_from([("other", {"self": 1.0, "inclusive": 5.0})])
        graph.add_edge("other", "parse", cost=4.0)
        graph.add_nodes_from([("parse", {"self": 7.0, "inclusive": 12.0})])
        picture = picture_of(graph, "main", "burn")
        assert edge(picture, "parse", "burn").label.startswith("≈ 3.3")
        assert edge(picture, "render", "burn").label == "2 s"
        assert [node(picture, name).lines[1][0] for name in ("main", "parse", "render", "burn")] == [*"≈≈2≈"]
        assert picture.legend[1].startswith("≈ 5.33")
        assert picture.legend[-1].startswith("≈: as if all calls of a function cost the same")

    def test_without_stacks_what_calls_measure_has_no_mark(self) -> None:
        picture = picture_of(calls_profile(), "main", "burn")
        assert edge(picture, "parse", "burn").label == "5 s"
        assert picture.legend[1] == "7 s of burn's 7 s are spent for main (100 %)"
        assert "≈" not in "".join([*picture.legend, *(line for each in picture.nodes for line in each.lines)])

    def test_counts_alone_are_drawn_as_counts(self) -> None:
        graph = from_calls(
            {Function("a"): {}, Function("b"): {"calls": 3}}, {(Function("a"), Function("b")): {"calls": 3}},
            unit="s", total=0, kind="counted", format="gprof",
        )  # fmt: skip
        picture = picture_of(graph)
        assert node(picture, "b").lines == ("b", "3 calls")
        assert edge(picture, "a", "b").label == "3 calls"
        assert "does not say what calls cost" in picture.legend[-1]

    def test_each_picture_has_fewer_boxes(self) -> None:
        lines = [(f"main;f{n % 5};g{n % 7};h{n}", 5 + n) for n in range(35)]
        pictures = list(profile_pictures(gd.annotate(stacks_profile(*lines)), view_of()))
        sizes = [len(each.nodes) for each in pictures]
        assert sizes == sorted(set(sizes), reverse=True)
        assert all(len(each.edges) <= 60 + 31 * 2 for each in pictures)

    def test_an_explanation_and_a_comparison_are_drawn_in_python_too(self, tmp_path: Path) -> None:
        graph = stacks_profile(("main;parse;burn", 5), ("main;burn", 2))
        gd.write(gd.explain(graph, "parse", "burn"), tmp_path / "why.svg")
        assert "are spent for parse" in (tmp_path / "why.svg").read_text(encoding="utf-8")
        for asked in (None, "parse"):
            gd.write(
                gd.compare(graph, stacks_profile(("main;parse;burn", 9)), asked),
                tmp_path / "change.svg",
                overwrite=True,
            )
            text = (tmp_path / "change.svg").read_text(encoding="utf-8")
            assert ">folded<" in text
            assert ("7 &#45;&gt; 9 samples" in text, "parse: 5 &#45;&gt; 9 samples" in text) == (not asked, bool(asked))


class TestTwo:
    def test_what_costs_more_is_orange_and_what_costs_less_green(self) -> None:
        picture = next(change_pictures(overlaid(calls_profile(), calls_profile(burn=9.0, main=0.5)), view_of()))
        assert picture.legend[0] == "cProfile · total 12 → 13.5 s (+12.5 %)"
        assert node(picture, "burn").lines == ("burn", "self 7 → 9 s", "13 calls")
        assert edge(picture, "render", "burn").label == "2 → 4 s · 9 calls"
        assert node(picture, "parse").fill == "#ffffff"
        assert "orange: costs more, green: less" in picture.legend[2]
        orange, green = ([int(colour[n : n + 2], 16) for n in (1, 3, 5)] for colour in (
            node(picture, "burn").fill,
            node(next(change_pictures(overlaid(calls_profile(), calls_profile(burn=6.0)), view_of())), "burn").fill,
        ))  # fmt: skip
        assert orange[0] > orange[1] > orange[2]
        assert green[1] > green[0]

    def test_new_and_gone_functions_are_marked(self) -> None:
        old, new = stacks_profile(("main;old", 900), ("main;f", 40)), stacks_profile(("main;new", 500), ("main;f", 40))
        picture = next(change_pictures(overlaid(old, new), view_of()))
        assert node(picture, "old").lines == ("old", "− gone", "self 900 → 0 samples")
        assert node(picture, "new").lines[1] == "+ new"
        assert node(picture, "f").lines == ("f", "self 40 samples")

    def test_of_samples_what_may_be_chance_is_grey(self) -> None:
        old, new = stacks_profile(("main;f", 100), ("main;g", 100)), stacks_profile(("main;f", 120), ("main;g", 300))
        picture = next(change_pictures(overlaid(old, new), view_of()))
        assert edge(picture, "main", "f").color == "#bebebe"  # 20 of 2 * (100 + 120) ** 0.5 = 29.7
        assert edge(picture, "main", "g").color != "#bebebe"
        assert "grey, white: within two standard errors" in picture.legend

    @pytest.mark.parametrize("main", [None, "main"])
    @pytest.mark.parametrize("is_of_stacks", [True, False])
    def test_of_means_of_runs_noise_is_that_of_all_their_samples(self, main: str | None, *, is_of_stacks: bool) -> None:
        sides = [
            [stacks_profile(("start;main;f", f + n), ("start;main;g", g + n), ("start", 50)) for n in (-1, 0, 2)]
            for f, g in ((100, 100), (114, 120))
        ]
        for run in [] if is_of_stacks else [*sides[0], *sides[1]]:
            del run.graph["stacks"]
        result = compared(Side.of(sides[0]), Side.of(sides[1]), main)
        picture = next(change_pictures(result.to_networkx(), view_of()))
        assert edge(picture, "main", "f").color == "#bebebe"  # 14 of 2 * ((100.3 + 114.3) / 3) ** 0.5 = 16.9
        assert edge(picture, "main", "g").color != "#bebebe"  # 20 of 17.2, of 29.8 were it one run
        assert edge(picture, "main", "f").label == "100 → 114 samples"
        assert "grey, white: within two standard errors" in picture.legend

    def test_a_longer_run_that_is_made_alike_has_its_noise(self) -> None:
        old, new = stacks_profile(("main;f", 100), ("main;g", 100)), stacks_profile(("main;f", 250), ("main;g", 150))
        picture = next(change_pictures(overlaid(old, new, scale=0.5), view_of()))
        assert edge(picture, "main", "f").color == "#bebebe"  # 25 of 2 * (100 + 125 / 2) ** 0.5 = 25.5
        assert edge(picture, "main", "g").color != "#bebebe"  # 25 of 2 * (100 + 75 / 2) ** 0.5 = 23.5

    @pytest.mark.parametrize("lost", ["stacks", "samples of stacks", None])
    def test_below_a_function_a_sample_stands_for_what_it_does_in_the_file(self, lost: str | None) -> None:
        graph = stacks_profile(("start;main;f", 100), ("start", 700))
        if lost == "stacks":
            del graph.graph["stacks"]
        elif lost:
            graph.graph["stacks"] = replace(graph.graph["stacks"], samples=None)
        assert quantum(below(graph, "main")) == 1.0

    def test_nothing_is_said_of_noise_where_no_file_says_how_often_it_was_sampled(self) -> None:
        old, new = (calls_profile(burn=cost) for cost in (7.0, 7.1))
        for graph in (old, new):
            graph.graph["kind"] = "sampled"
        picture = next(change_pictures(overlaid(old, new), view_of()))
        assert edge(picture, "render", "burn").color != "#bebebe"
        assert not any("standard errors" in line for line in picture.legend)

    def test_each_side_adds_up_whatever_is_drawn(self) -> None:
        sides = [
            stacks_profile(*((f"main;f{n % 3};g{n % 4};h{n}", 5 + n * factor) for n in range(24))) for factor in (1, 2)
        ]
        for picture in change_pictures(overlaid(*sides), view_of(max_nodes=9)):
            for number, drawn in enumerate(picture.nodes):
                if drawn.is_dashed:
                    continue
                for side in ("before", "after"):
                    leaving = sum(each.facts[f"cost_{side}"] for each in picture.edges if each.tail == number)
                    assert drawn.facts[f"self_{side}"] + leaving == drawn.facts[f"inclusive_{side}"]

    def test_other_units_are_refused(self) -> None:
        with pytest.raises(UsageError, match="differ in unit, s before and samples after"):
            overlaid(calls_profile(), stacks_profile(("main", 1)))


class TestTheCommandLine:
    @pytest.fixture
    def folded(self, tmp_path: Path) -> str:
        path = tmp_path / "run.folded"
        path.write_text(FOLDED)
        return str(path)

    def test_draw_says_how_much_it_shows(self, folded: str, tmp_path: Path, run: Run) -> None:
        path = tmp_path / "x.svg"
        done = run("draw", folded, "-O", str(path))
        assert done.err == f"{path}: 5 of 5 functions, 100 % of the total\n"
        text = path.read_text(encoding="utf-8")
        assert re.search(r">inclusive 8 samples \(72\.7 %\)<", text)
        for suffix in ("dot", "gv", "mmd"):
            other = tmp_path / f"x.{suffix}"
            assert run("draw", folded, "-O", str(other)).err == f"{other}: 5 of 5 functions, 100 % of the total\n"
        fewer = run("draw", folded, "-O", str(other), "--max-nodes", "3", "--force").err
        assert fewer.startswith(f"{other}: 2 of 5 functions, ")
        whole = tmp_path / "x.json"
        assert run("draw", folded, "-O", str(whole)).err == f"wrote {whole}\n"

    def test_ends_and_filters(self, folded: str, tmp_path: Path, run: Run) -> None:
        path = tmp_path / "x.svg"
        done = run("draw", folded, "parse", "burn", "--hide", "main", "-O", str(path))
        assert (
            done.err
            == f'graphdiff: hide "main": 1 function; 10 samples of 11 samples left (90.9 %)\n{path}: 2 of 2 functions\n'
        )
        assert "5 samples of burn&#39;s 7 samples are spent for parse (71.4 %)" in path.read_text(encoding="utf-8")

    def test_colour_by_self(self, folded: str, tmp_path: Path, run: Run) -> None:
        texts = {}
        for colour in ("self", "inclusive"):
            run("draw", folded, "--colour", colour, "-O", str(tmp_path / f"{colour}.svg"))
            texts[colour] = (tmp_path / f"{colour}.svg").read_text(encoding="utf-8")
            assert f"colour by {colour}" in texts[colour]
        assert texts["self"].count('fill="#ffffff"') > texts["inclusive"].count('fill="#ffffff"')
        path = tmp_path / "g.csv"
        path.write_text("source,target,weight\na,b,1\n")
        assert "--colour is for the picture of a profile" in run("draw", str(path), "--colour", "self").err

    def test_json_says_what_was_left_out(self, folded: str, run: Run) -> None:
        record = json.loads(run("rank", folded, "--ignore", "render", "-o", "json").out)
        assert record["graph"]["filters"] == ['ignore "render": 9 samples of 11 samples left (81.8 %)']

    def test_json_of_a_picture_has_what_is_drawn(self, folded: str, run: Run) -> None:
        document = json.loads(run("draw", folded, "--max-nodes", "9", "-o", "json").out)
        nodes = {row["id"]: row for row in document["nodes"]}
        assert nodes["burn"]["self"] == 7
        assert {"source": "render", "target": "burn", "key": 0, "cost": 2} in document["edges"]

    def test_a_focus_needs_stacks(self, tmp_path: Path, run: Run) -> None:
        path = tmp_path / "calls.callgrind"
        path.write_text(CALLGRIND.format(calls=1))
        done = run("draw", str(path), "--focus", "f")
        assert done.status == 2
        assert done.err.startswith(
            "graphdiff: --focus f: this profile has calls and no stacks, of which some could be "
        )
        assert done.err.endswith("; --hide f gives what these functions cost to their callers, by averages\n")
        assert "main" in run("draw", str(path), "--hide", "f").out

    def test_other_files_have_none_of_it(self, tmp_path: Path, run: Run) -> None:
        path = tmp_path / "g.csv"
        path.write_text("source,target,weight\na,b,1\n")
        done = run("why", str(path), "a", "b", "--ignore", "x")
        assert (done.status, done.err) == (
            2,
            "graphdiff: --ignore x is for profiles: what a profiler wrote of functions, their calls and what these "
            "cost\n",
        )

    def test_groups(self, tmp_path: Path, run: Run) -> None:
        path = tmp_path / "run.folded"
        path.write_text("main (a.py:1);load (b.py:3);read (b.py:7) 4\nmain (a.py:1) 1\n")
        document = json.loads(run("draw", str(path), "--group", "file", "--max-nodes", "9", "-o", "json").out)
        assert [(row["id"], row["self"], row["inclusive"]) for row in document["nodes"]] == [
            ("a.py", 1, 5),
            ("b.py", 4, 4),
        ]

    def test_groups_without_stacks_have_their_own_and_cross_costs(self, tmp_path: Path, run: Run) -> None:
        path = tmp_path / "calls.callgrind"
        path.write_text(CALLGRIND.format(calls=2))
        done = run("rank", str(path), "--group", "file")
        assert [line.split() for line in done.out.splitlines()[2:6]] == [
            ["Groups", "by", "what", "their", "functions", "cost", "by", "themselves"],
            ["group", "functions", "self", "calls", "from", "others"],
            ["b.c", "1", "7", "Ir", "58.3", "%", "7", "Ir"],
            ["a.c", "1", "5", "Ir", "41.7", "%"],
        ]
        record = json.loads(run("rank", str(path), "--group", "file", "-o", "json").out)
        assert record["groups"][0] == {"group": "b.c", "functions": 1, "self": 7, "calls_from_others": 7}
        assert run("rank", str(path), "--group", "file", "-o", "csv").out.splitlines()[1] == "b.c,1,7,7"
        picture = tmp_path / "x.svg"
        done = run("draw", str(path), "--group", "file", "-O", str(picture))
        assert done.err.splitlines()[-1] == f"{picture}: 2 of 2 files"
        assert "> 7 Ir · 2 calls <" in picture.read_text(encoding="utf-8").replace("&#160;", " ")
        assert run("why", str(path), "a.c", "b.c", "--group", "file").status == 65

    def test_why_and_compare_draw_the_same_pictures(self, folded: str, tmp_path: Path, run: Run) -> None:
        picture = tmp_path / "why.svg"
        done = run("why", folded, "parse", "burn", "-O", str(picture))
        assert "71.4 % of burn's" in done.out
        assert done.err == f"{picture}: 2 of 2 functions\n"
        other = tmp_path / "new.folded"
        other.write_text(FOLDED.replace("burn 2", "burn 90"))
        done = run("compare", folded, str(other), "-O", str(tmp_path / "change.svg"))
        assert done.err == f"{tmp_path / 'change.svg'}: 5 of 5 functions\n"
        assert ">self 7 → 95 samples<" in (tmp_path / "change.svg").read_text(encoding="utf-8")
        other.write_text(FOLDED.replace("burn 2", "melt 2"))
        run("compare", folded, str(other), "-O", str(tmp_path / "new.svg"))
        assert ">+ new<" in (tmp_path / "new.svg").read_text(encoding="utf-8").replace("&#160;", " ")
