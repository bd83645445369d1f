"""What `why` opens with: the paths, what each edge asks for, on what all of them stand, in a screen of 100 columns."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import Run
from graphs import dags, queries, walks
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.graph.presets import even, unit
from graphdiff.paths.paths import Path as Way
from graphdiff.text.requirements import FIELDS
from graphdiff.why.explain import explain_each
from graphdiff.why.listing import listing
from graphdiff.why.report import explanation_text

WINDOWS = 'sys_platform == "win32"'


def lab() -> nx.DiGraph:
    """Return a project whose ways to colorama all ask for Windows, each at another place."""
    graph = nx.DiGraph(edge_meaning="depends on", node_meaning="packages")
    graph.add_edge("lab", "click", clause=">=8", kind="normal")
    graph.add_edge("lab", "pytest", clause=">=7", kind="dev")
    graph.add_edge("lab", "tqdm", clause="~=4.6", kind="normal")
    for tail in ("click", "pytest", "tqdm"):
        graph.add_edge(tail, "colorama", clause=f">=0.{len(tail)}", kind="normal", marker=WINDOWS)
    graph.add_edge("pytest", "click", kind="extra", extra="cli", optional=True)
    return graph


def told(graph: nx.DiGraph, source: Any, target: Any) -> str:
    return str(gd.explain(graph, source, target, weight=None, cycles="collapse"))


class TestWhatTheEdgesAskFor:
    def test_the_report_opens_with_the_paths(self) -> None:
        assert told(lab(), "lab", "colorama").startswith(
            "The 4 paths, shortest first:\n"
            f"  lab > click (>=8) > colorama (>=0.5, only on {WINDOWS})\n"
            f"  … > tqdm (~=4.6) > colorama (>=0.4, only on {WINDOWS})\n"
            f"  … > pytest (>=7, dev) > colorama (>=0.6, only on {WINDOWS})\n"
            f"  … > pytest (>=7, dev) > click (extra cli) > colorama (>=0.5, only on {WINDOWS})\n"
            "\n"
            f"lab rests on colorama by 4 paths of 2 to 3 steps, all on {WINDOWS}.\n"
        )

    def test_json_has_it_on_every_edge_and_step(self) -> None:
        record = gd.explain(lab(), "lab", "colorama", weight=None).to_dict()
        edges = {(edge["source"], edge["target"]): edge for edge in record["edges"]}
        for (tail, head), edge in edges.items():
            known = {name: value for name, value in edge.items() if name in FIELDS}
            assert known == {name: lab().edges[tail, head].get(name) for name in known}
            assert known.keys() == lab().edges[tail, head].keys()
        assert edges["pytest", "click"]["optional"] is True
        for path in (*record["shortest_paths"], *record["strongest"]):
            assert [[step["source"], step["target"]] for step in path["steps"]] == path["edges"]
            assert all(step.keys() - edges[step["source"], step["target"]].keys() == set() for step in path["steps"])
            assert path["steps"][-1]["marker"] == WINDOWS
        assert record["conditions"] == [{"field": "marker", "values": [WINDOWS]}]

    def test_a_graph_that_is_compiled_is_not_known_to_ask_for_anything(self) -> None:
        why = gd.explain(gd.compile(lab(), weight=None), "lab", "colorama")
        assert (why.conditions, why.to_dict()["conditions"]) == ([], [])
        assert "  lab > click > colorama\n" in str(why)

    def test_parallel_edges_say_what_each_asks_for_else_which_it_is(self) -> None:
        graph = nx.MultiDiGraph([("a", "b", {"kind": "dev"}), ("a", "b", {"kind": "peer"}), ("b", "c"), ("b", "c")])
        graph.graph["edge_meaning"] = "depends on"
        text = told(graph, "a", "c")
        assert "\n  a > b (dev) > c  (by dev, 0)\n" in text
        assert "\n  … > b (peer) > c  (by peer, 1)\n" in text

    def test_a_saved_graph_says_it_too(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "lab.json"
        path.write_text(json.dumps(nx.node_link_data(lab(), edges="links")))
        assert run("compile", str(path), "-O", str(tmp_path / "lab.gdiff")).status == 0
        out = run("why", str(tmp_path / "lab.gdiff"), "lab", "colorama").out
        assert f"  lab > click (>=8) > colorama (>=0.5, only on {WINDOWS})\n" in out
        assert f"steps, all on {WINDOWS}.\n" in out


FIELD_VALUES = {
    "marker": ["unix", "win"],
    "extra": ["css", "html"],
    "kind": ["dev", "test", "normal"],
    "optional": [True, False],
}


class TestConditions:
    @given(query=queries(dags(st.integers(1, 2), max_nodes=5, max_edges=8)), data=st.data())
    def test_a_condition_is_said_where_each_path_has_an_edge_of_it(self, query: Any, data: Any) -> None:
        graph, source, target = query
        for *_, attributes in graph.edges(data=True):
            for field, values in FIELD_VALUES.items():
                if (value := data.draw(st.sampled_from([None, *values]))) is not None:
                    attributes[field] = value
        paths = walks(graph, source, target)
        found = {one.field: set(one.values) for one in gd.explain(graph, source, target).conditions}
        for field, values in FIELD_VALUES.items():
            named = {value for value in values if value not in ("normal", False)}
            sets = [{graph.edges[edge].get(field) for edge in path} & named for path in paths]
            holds = bool(paths) and all(sets)
            if field != "optional":
                assert (field in found) == holds
            elif field in found:
                assert holds
            if field in found and field != "optional":
                assert all(found[field] & each for each in sets)
                smaller = combinations(sorted(found[field]), len(found[field]) - 1)
                assert not any(all(set(few) & each for each in sets) for few in smaller)

    @pytest.mark.parametrize(
        ("attributes", "sentence"),
        [
            ([{"marker": "win"}, {"marker": "nt"}, {"marker": "win"}], "by 3 paths of 1 step, all on win or nt."),
            ([{"extra": "css", "optional": True}] * 3, "by 3 paths of 1 step, all by extra css."),
            ([{"kind": "dev"}, {"kind": "optional"}, {"kind": "dev"}], "all by a dev or optional dependency."),
            ([{"optional": True}] * 2, "by 2 paths of 1 step, all by an optional dependency."),
            ([{"marker": "win", "kind": "dev"}], "by 1 path of 1 step, on win and by a dev dependency."),
            ([{"marker": "win"}, {}], "by 2 paths of 1 step."),
            ([{"kind": "Pre-Depends"}] * 2, "by 2 paths of 1 step."),
            ([{"kind": ["dev", "test"], "marker": ["a", "b"]}] * 2, "by 2 paths of 1 step, all on a, b."),
        ],
    )
    def test_it_ends_the_sentence(self, attributes: list[dict[str, Any]], sentence: str) -> None:
        graph = nx.MultiDiGraph([("a", "b", one) for one in attributes], edge_meaning="depends on")
        assert f"{sentence}\n" in told(graph, "a", "b")

    def test_it_is_true_of_all_paths_and_not_of_those_listed_alone(self) -> None:
        graph = nx.DiGraph(edge_meaning="depends on")
        for number in range(6):
            nx.add_path(graph, ["a", f"m{number}", "b"], marker="win")
        nx.add_path(graph, ["a", "x", "y", "b"])
        assert "by 7 paths of 2 to 3 steps.\n" in told(graph, "a", "b")
        assert "win.\n" not in told(graph, "a", "b")

    def test_no_value_is_named_in_vain(self) -> None:
        graph = nx.DiGraph([("a", "m", {"marker": "win"}), ("m", "b", {"marker": "unix"}), ("a", "b")])
        graph.edges["a", "b"]["marker"] = "unix"
        assert gd.explain(graph, "a", "b", weight=None).conditions[0].values == ("unix",)

    def test_a_cycle_on_the_way_is_crossed_for_nothing(self) -> None:
        graph = nx.DiGraph([("a", "b", {"marker": "win"}), ("b", "c"), ("c", "b"), ("c", "d")], edge_meaning="imports")
        assert "all on" not in told(graph, "a", "d")
        assert "by 1 path of 3 steps, on win.\n" in told(graph, "a", "d")
        assert gd.explain(graph, "a", "d", weight=gd.weights.even, cycles="collapse").conditions


class TestTheScreen:
    @pytest.mark.parametrize("length", [1, 3, 8, 9, 40])
    @pytest.mark.parametrize("name", ["n", "@a-scope-that-is-long/a-name-that-is-longer", "x" * 300])
    @pytest.mark.parametrize("clause", ["", ">=1", "lame (>= 1) | " * 30])
    def test_a_report_has_100_columns_and_40_lines(self, length: int, name: str, clause: str) -> None:
        graph = nx.DiGraph(edge_meaning="depends on", node_meaning="packages")
        for number in range(7):
            way = ["start " + name, *(f"{name}-{number}-{step}" for step in range(length)), "end " + name]
            nx.add_path(graph, way, clause=clause, kind="dev", marker=clause)
        nx.add_cycle(graph, [f"c{name}{number}" for number in range(4)])
        graph.add_edge("start " + name, f"c{name}0")
        lines = told(graph, "start " + name, "end " + name).split("\n")
        assert max(map(len, lines)) <= 100
        assert len(lines) <= 38  # beside what was read, and an empty line
        count = int(lines[0].split()[1])
        assert lines[0].startswith(f"The {count} shortest of 7 paths:")
        assert sum(line.startswith(("  start", "  …")) for line in lines[: lines.index("")]) == count

    @pytest.mark.parametrize("signs", [(1, 1), (1, -1)])
    def test_so_has_a_report_on_weights_of_the_file(self, signs: tuple[int, int]) -> None:
        graph = nx.DiGraph(edge_meaning="causes")
        for number, sign in enumerate(signs * 3):
            nx.add_path(graph, ["a" * 90, *(f"{number}{step}" * 60 for step in range(9)), "m", "z" * 90], weight=0.5)
            graph.edges["a" * 90, f"{number}0" * 60]["weight"] = 0.7 * sign
        lines = str(gd.explain(graph, "a" * 90, "z" * 90)).split("\n")
        assert max(map(len, lines)) <= 100
        assert len(lines) <= 38

    def test_of_one_path_it_says_so(self) -> None:
        assert told(nx.DiGraph([("a", "b"), ("b", "c")]), "a", "c").startswith("The only path:\n  a > b > c\n\na leads")
        assert "Every path" not in told(nx.DiGraph([("a", "b"), ("b", "c")]), "a", "c")

    def test_a_long_path_has_an_edge_a_line_and_its_middle_left_out(self) -> None:
        names = tuple(f"a-package-of-some-length-{number}" for number in range(12))
        lines = listing([Way(names, tuple(zip(names, names[1:], strict=False)), 1)], 1)
        assert lines[1:4] == [f"  {names[0]}", f"    > {names[1]}", f"      > {names[2]}"]
        assert lines[5] == "          > … 4 more …"
        assert lines[-1] == f"{'  ' * 9}> {names[-1]}"

    def test_note_on_cycles_elsewhere_is_the_last_line(self, run: Run) -> None:
        path = Path(__file__).resolve().parents[2] / "data" / "openssh-server.Packages"
        lines = run("why", str(path), "openssh-server", "liblzma5").out.splitlines()
        assert lines[-1] == "One cycle counts as one node: libc6 + libgcc-s1 (not on the way)."
        assert len(lines) <= 40


def test_weights_of_the_file_come_first_where_there_are_some() -> None:
    graph = nx.DiGraph([("a", "b", {"weight": 2.0}), ("b", "c", {"weight": 0.5})], edge_meaning="calls")
    assert str(gd.explain(graph, "a", "c")).startswith("Of one unit spread from a by weight, 1 reaches c.\n")
    one = nx.DiGraph([("a", "b", {"weight": 1.0})], edge_meaning="calls", weight_meaning="even")
    assert str(gd.explain(one, "a", "b")).startswith("The only path:")  # the numbers are those of the preset


class TestTheRoute:
    """What is spread evenly is said in a line of its own where it comes by another node than most paths do."""

    EDGES = (("a", "m"), ("m", "t"), ("a", "b"), ("b", "c"), ("b", "d"), ("c", "n"), ("d", "n"), ("n", "t"), ("b", "x"))

    def report(self, *edges: tuple[str, str]) -> str:
        graph = nx.DiGraph([*self.EDGES, *edges], edge_meaning="depends on")
        return explanation_text(explain_each([gd.compile(graph, weight=one) for one in (unit, even)], "a", "t"))

    def test_by_another_node(self) -> None:
        assert self.report().endswith(
            "\nSpread evenly, 60.0 % comes by m, by which 1 of 3 paths goes.\n\n"
            "spread evenly: each node passes what reaches it in equal parts along its edges."
        )

    def test_straight_from_the_source(self) -> None:
        assert "\nSpread evenly, 75.0 % comes directly from a, by which 1 of 3 paths goes.\n" in self.straight()

    def straight(self) -> str:
        edges = [edge for edge in self.EDGES if "m" not in edge]
        graph = nx.DiGraph([*edges, ("a", "t"), ("x", "leaf"), ("n", "x")], edge_meaning="depends on")
        return explanation_text(explain_each([gd.compile(graph, weight=one) for one in (unit, even)], "a", "t"))

    def test_by_the_same_node_nothing_is_said(self) -> None:
        text = self.report(("m", "p"), ("m", "q"), ("m", "r"), ("m", "u"))
        assert "comes" not in text
        assert "spread" not in text.lower()


def test_all_roots_are_in_the_plural_and_begin_with_a_capital(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "roots.json"
    nodes = [{"id": "a", "root": True}, *({"id": name} for name in "bxy")]
    links = [{"source": "a", "target": "b"}, {"source": "x", "target": "y"}]
    graph = {"directed": True, "graph": {"edge_meaning": "depends on"}, "nodes": nodes, "links": links}
    path.write_text(json.dumps(graph))
    assert run("why", str(path), "y").out.endswith("\n\nThe roots do not rest on y: no path leads there.\n")
    assert "\nThe roots do not rest on y: there is nothing to cut.\n" in run("cut", str(path), "y").out
    assert "\nThe roots do not rest on b any more (" in run("what-if", str(path), "b", "--remove-edge", "a", "b").out
    assert (
        "\ny does not rest on x: no path from y to x, but one the other way: are the ends swapped?\n"
        in run("why", str(path), "y", "x").out
    )


def workspace(*edges: tuple[str, str]) -> nx.DiGraph:
    graph = nx.DiGraph(edge_meaning="depends on", node_meaning="packages")
    graph.add_nodes_from(["web", "cli", "lib"], root=True)
    graph.add_edges_from([("web", "lib"), ("cli", "util"), ("cli", "x"), ("util", "lib"), ("x", "lib"), ("lib", "a")])
    graph.add_edges_from([("lib", "b"), *edges])
    return graph


class TestARootItself:
    """A target that is a source is said to be one: a path of no step is none."""

    @pytest.mark.parametrize("edges", [(), [("b", "lib")]])
    def test_that_others_need(self, run: Run, tmp_path: Path, edges: Any) -> None:
        gd.write(workspace(*edges), tmp_path / "work.json")
        out = run("why", str(tmp_path / "work.json"), "lib").out
        assert "\nlib is a root itself. From the roots to lib: 3 paths of 1 to 2 steps.\n" in out
        assert out.count("\n  ") == 3
        assert "\nThe 3 paths, shortest first:\n  web > lib\n" in out
        assert "\nWithout lib 3 packages go, itself among them.\n" in out
        assert "0 steps" not in out

    def test_that_nothing_needs_or_that_is_the_source(self, run: Run, tmp_path: Path) -> None:
        gd.write(workspace(), tmp_path / "work.json")
        assert (
            "\nweb is a root itself: no other path leads there.\n" in run("why", str(tmp_path / "work.json"), "web").out
        )
        own = run("why", str(tmp_path / "work.json"), "lib", "lib").out
        assert "\nlib is the source itself: no other path leads there.\n" in own

    def test_what_comes_by_others_leaves_room_for_what_is_there_already(self) -> None:
        graph = nx.DiGraph(TestTheRoute.EDGES, edge_meaning="depends on")
        nx.set_node_attributes(graph, dict.fromkeys("at", True), "root")
        text = explanation_text(explain_each([gd.compile(graph, weight=one) for one in (unit, even)], gd.ROOTS, "t"))
        assert "\nt is a root itself. From the roots to t: 3 paths of 2 to 4 steps.\n" in text
        # 1 itself, 1/2 by m and 1/3 by n
        assert "\nSpread evenly, 54.5 % is t itself, 27.3 % comes by m, by which 1 of 3 paths goes.\n" in text

    def test_a_member_of_a_cycle_with_a_root_is_no_root(self) -> None:
        text = told(workspace(("b", "lib")), None, "b")
        assert "itself." not in text.partition("\n\n")[2].partition("\n")[0]
        assert "  lib > b\n" in text
        assert "4 paths of 1 to 3 steps.\n" in text
