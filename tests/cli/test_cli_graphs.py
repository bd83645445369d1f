"""The command line on dependency graphs: nodes by glob and name, labels for addresses, sets, cycles, groups."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.errors import AmbiguousNodeError, UnknownNodeError
from graphdiff.graph.lookup import find_nodes, named

ROOT = Path(__file__).resolve().parents[2]
OPENSSH = str(ROOT / "data" / "openssh-server.Packages")
PROMPT = str(ROOT / "tests" / "data" / "attribution" / "123.json")


@pytest.fixture
def lock(tmp_path: Path) -> str:
    """Write the graph of a lock file with two versions of a package, sizes for some, and layers."""
    nodes: list[dict[str, Any]] = [
        {"id": "app", "root": True, "layer": "ours"},
        {"id": "tool", "layer": "ours"},
        {"id": "web@1.0", "name": "web", "size": 10, "layer": "theirs"},
        {"id": "web@2.0", "name": "web", "size": 30, "layer": "theirs"},
        {"id": "html", "name": "HTML", "size": 5, "layer": "theirs"},
        {"id": "json", "layer": "theirs"},
    ]
    ends = [("app", "web@2.0"), ("web@2.0", "html"), ("app", "json"), ("html", "json"), ("tool", "web@1.0")]
    document = {
        "directed": True,
        "graph": {"edge_meaning": "depends on", "node_meaning": "packages"},
        "nodes": nodes,
        "edges": [{"source": tail, "target": head, "cost": 1} for tail, head in ends],
    }
    path = tmp_path / "lock.json"
    path.write_text(json.dumps(document))
    return str(path)


class TestChoosingNodes:
    def test_by_name_where_ids_have_versions(self, run: Run, lock: str) -> None:
        assert "app rests on html by 1 path" in run("why", lock, "app", "HTML", "-w", "unit").out
        done = run("paths", lock, "app", "web")
        told = "2 nodes match 'web': 'web@1.0', 'web@2.0'; give one of them, or each: -t web@1.0 -t web@2.0"
        assert (done.status, done.err) == (2, f"graphdiff: {told}\n")
        assert "web: 2 versions, 2.0 by 1 path, 1.0 by 0 paths" in run("why", lock, "app", "web").out

    def test_by_glob(self, run: Run, lock: str) -> None:
        assert "app rests on web@2.0" in run("why", lock, "a*", "web@2*", "-w", "unit").out
        assert "2 nodes match 'web*'" in run("rank", lock, "--target", "web*").err
        assert "2 nodes match '[wh]?b@*'" in run("draw", lock, "--target", "[wh]?b@*").err

    def test_a_glob_stands_for_all_rows_of_a_jacobian(self, run: Run, lock: str) -> None:
        document = json.loads(run("table", lock, "--wide", "--target", "web*", "-w", "unit", "-o", "json").out)
        assert document["results"][0]["jacobian"] == {"web@1.0": {"app": 0}, "web@2.0": {"app": 1}}

    def test_the_exact_id_comes_first(self) -> None:
        graph = nx.DiGraph([("a*", "ab"), ("1", 1)])
        graph.add_node("x", name="ab")
        assert find_nodes(graph, "a*") == ["a*"]
        assert find_nodes(graph, "ab") == ["ab"]
        assert find_nodes(graph, "1") == ["1"]
        with pytest.raises(UnknownNodeError, match="no node 'b\\*'"):
            find_nodes(graph, "b*")

    def test_many_matches_are_cut(self) -> None:
        with pytest.raises(AmbiguousNodeError, match="9 nodes match 'n': 'n0', 'n1', 'n2', 'n3', 'n4', …"):
            raise AmbiguousNodeError("n", [f"n{i}" for i in range(9)])


class TestLabels:
    """Ids that say nothing give way to labels, everywhere at once; all others stay."""

    @pytest.mark.parametrize(
        "node, label, name",
        [
            ("N1", r"main\nrun\n0.46s (26.59%)\nof 1.20s (69.36%)", "main run"),
            ("N2", r"testing\n(*B)\nrunN\n0 of 50.68MB (93.47%)", "testing (*B) runN"),
            ("12", r"a.out\nmain\n99.73%\n(0.00%)\n1×", "a.out main"),
            ("0x00016290", r"libc\nstart\n0.10%", "libc start"),
            ("Node0x35249bb0", "{deflateReset}", "deflateReset"),
            ("140059389523808", "SumBackward0", "SumBackward0"),
            ("node7", "fmt", "fmt"),
            (
                "5",
                "<frozen importlib._bootstrap>:1022:_find_and_load",
                "<frozen importlib._bootstrap>:1022:_find_and_load",
            ),
            ("N3", r"\n ()", "N3"),
            ("N4", "<b>bold</b>", "N4"),
            ("src/a.js", "a.js", "src/a.js"),
            ("numpy", r"numpy\n1.26", "numpy"),
            ("N5", None, "N5"),
        ],
    )
    def test_what_a_node_is_called(self, node: str, label: str | None, name: str) -> None:
        graph = nx.DiGraph()
        graph.add_node(node, **({} if label is None else {"label": label}))
        assert list(named(graph)) == [name]

    def test_labels_that_several_have_get_the_id(self) -> None:
        graph = nx.DiGraph([("1", "2"), ("2", "free"), ("3", "free")])
        nx.set_node_attributes(graph, {"1": "f", "2": "f", "3": "free"}, "label")
        assert list(named(graph).edges) == [("f (1)", "f (2)"), ("f (2)", "free"), ("free (3)", "free")]

    def test_in_every_report_and_by_either_name(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "profile.dot"
        path.write_text('digraph { N1 [label="main\\n10s (100%)"]; N2 [label="parse\\n7s (70%)"]; N1 -> N2 }')
        for names in (("main", "parse"), ("N1", "N2"), ("N1", "par*")):
            assert "main leads to parse by 1 path" in run("why", str(path), *names, "-w", "unit").out
        assert " parse " in run("rank", str(path)).out
        assert "busiest edge      main -> parse" in run("diagnose", str(path)).out
        assert 'label="main\\n100 %"' in run("draw", str(path), "N1", "N2").out


class TestRankShowsSets:
    def test_three_columns_and_what_they_mean(self, run: Run, lock: str) -> None:
        lines = run("rank", lock, "--source", "app", "-w", "unit").out.splitlines()
        assert [line.split() for line in lines[3:7]] == [
            ["place", "node", "unit", "reach", "exclusive"],
            ["1", "json", "2", "0", "0"],
            ["2", "web@2.0", "1", "2", "1"],
            ["2", "html", "1", "1", "0"],
        ]
        assert lines[-2] == "reach: packages it needs, each counted once;"
        assert lines[-1].startswith("exclusive: those that go with it")

    def test_a_value_is_added_up_and_who_lacks_it_said(self, run: Run, lock: str) -> None:
        arguments = ["rank", lock, "-w", "unit", "-w", "even", "--source", "app", "--value", "size"]
        done = run(*arguments)
        assert done.out.splitlines()[-1] == "! 3 of 6 packages have no size and count as 0."
        document = json.loads(run(*arguments, "-o", "json").out)
        web = next(node for node in document["nodes"] if node["node"] == "web@2.0")
        assert web == {
            "place": 2, "node": "web@2.0", "values": {"unit": 1, "even": 0.5},
            "reach": 2, "exclusive": 1, "reach_size": 5, "gone_size": 35,
        }  # fmt: skip

    def test_one_that_lacks_a_value_is_one(self, run: Run, tmp_path: Path) -> None:
        graph = {"nodes": [{"id": "a", "size": 1}, {"id": "b"}], "links": [{"source": "a", "target": "b"}]}
        (tmp_path / "two.json").write_text(json.dumps(graph))
        said = run("rank", str(tmp_path / "two.json"), "--value", "size").out
        assert said.splitlines()[-1] == "! 1 of 2 nodes has no size and counts as 0."

    def test_with_a_source_that_is_the_only_root(self, run: Run, lock: str) -> None:
        """app needs json directly, so html keeps it for web alone."""
        lines = run("rank", lock, "--source", "web@2.0", "-w", "unit").out.splitlines()
        assert lines[4].split() == ["1", "html", "1", "1", "1"]
        assert lines[-1].endswith("being reached from web@2.0 by it only.")

    def test_in_the_order_of_a_set(self, run: Run, lock: str) -> None:
        weights = ["-w", "unit", "-w", "even"]
        lines = run("rank", lock, *weights, "--by", "exclusive", "-n", "2").out.splitlines()
        assert [line.split() for line in lines[5:7]] == [
            ["1", "app", "1", "1", "3", "3"],
            ["2", "web@2.0", "1", "0.5", "2", "1"],
        ]
        assert lines[7] == "… 2 more: --top 4"
        for verb in ("rank", "cycles", "cut", "table"):  # of -1 rows the last would be missing without a word
            assert (
                run(verb, lock, "-n", "-1").err
                == "graphdiff: Invalid value for '-n' / '--top': -1 is not in the range x>=0.\n"
            )
        arguments = ["rank", lock, *weights, "--value", "size", "-o", "json", "--by"]
        document = json.loads(run(*arguments, "gone size").out)
        assert [node["gone_size"] for node in document["nodes"]] == [35, 35, 5, 0]
        old = run(*arguments, "exclusive size")
        assert json.loads(old.out) == document
        assert old.err.startswith("graphdiff: --by 'exclusive size' is an old name, which goes with the next version: ")

    def test_csv(self, run: Run, lock: str) -> None:
        rows = list(csv.DictReader(io.StringIO(run("rank", lock, "-w", "even", "-o", "csv", "--value", "size").out)))
        assert rows[0].keys() == {"place", "node", "even", "reach", "exclusive", "reach size", "gone size"}

    def test_a_value_that_no_node_has(self, run: Run, lock: str) -> None:
        done = run("rank", lock, "-w", "unit", "--value", "weight")
        assert done.status == 2
        assert "no node has a number of this name; nodes have: root (1 of 6" in done.err


class TestSeveralWeightings:
    def test_jacobians_one_below_the_other(self, run: Run, lock: str) -> None:
        out = run("table", lock, "--wide", "-w", "unit", "-w", "cost", "-w", "even").out
        assert [line.rsplit(" ", 1)[1] for line in out.splitlines() if "d source" in line] == ["unit", "cost", "even"]

    def test_gradients_of_each(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "net.csv"
        path.write_text("source,target,weight,other\na,b,2,.5\nb,c,3,.25\n")
        out = run("diagnose", str(path), "--target", "c", "-w", "weight", "-w", "other").out
        assert out.count("  gradient  ") == 2
        assert "By other\n" in out
        arguments = ["diagnose", str(path), "--target", "c", "-w", "weight", "-w", "other", "-o", "json"]
        assert list(json.loads(run(*arguments).out)["gradient_flows"]) == ["weight", "other"]


class TestCycles:
    def test_debian(self, run: Run) -> None:
        done = run("cycles", OPENSSH)
        assert "1 component with cycles, 2 packages in all; without 1 edge there are none" in done.out
        assert "libc6 -> libgcc-s1\n" in done.out or "libgcc-s1 -> libc6\n" in done.out

    def test_lines_in_every_output(self, run: Run, tmp_path: Path) -> None:
        edges = [
            {"source": "a", "target": "b", "weight": 2, "lines": ["a.py:1", "a.py:2"]},
            {"source": "b", "target": "a", "weight": 1, "lines": ["b.py:7"]},
        ]
        nodes = [{"id": "a"}, {"id": "b"}]
        path = tmp_path / "imports.json"
        path.write_text(
            json.dumps({"directed": True, "graph": {"edge_meaning": "imports"}, "nodes": nodes, "edges": edges})
        )
        assert "     b -> a, weight 1\n       b.py:7\n" in run("cycles", str(path)).out
        document = json.loads(run("cycles", str(path), "-o", "json", "-w", "weight", "-w", "unit").out)
        assert [one["weight_meaning"] for one in document["results"]] == ["weight", "unit"]
        assert document["results"][0]["components"][0]["breaking"][0]["lines"] == ["b.py:7"]
        rows = list(csv.DictReader(io.StringIO(run("cycles", str(path), "-o", "csv").out)))
        assert rows == [
            {"weights": "weight", "component": "1", "size": "2", "source": "b", "target": "a", "key": "",
             "weight": "1", "lines": "b.py:7"},
        ]  # fmt: skip

    def test_none(self, run: Run, lock: str) -> None:
        assert "No cycles" in run("cycles", lock).out


class TestGroups:
    def test_by_attribute(self, run: Run, lock: str) -> None:
        out = run("draw", lock, "--group", "layer", "-w", "unit").out
        assert 'ours [label="ours\\n2 packages", inner_edges=' in out
        assert "grouped by layer; what enters a box" in out
        assert 'label=" 3 "' in out  # three dependencies, by unit

    def test_by_prefix_with_shares(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "modules.csv"
        path.write_text("source,target\na.x,b.y\na.x,b.z\nb.y,c.t\nb.z,c.t\n")
        out = run("draw", str(path), "a.x", "c.t", "--group", "prefix:1").out
        assert "share of the total 1, a.x to c.t" in out
        assert out.count("100 %") == 2

    @pytest.mark.parametrize(
        "by, message", [("prefix:two", "a number of parts is needed"), ("lair", "no node has the attribute 'lair'")]
    )
    def test_mistakes(self, run: Run, lock: str, by: str, message: str) -> None:
        done = run("draw", lock, "--group", by, "-w", "unit")
        assert done.status == 2
        assert message in done.err


class TestPictures:
    """What of a question is drawn."""

    def test_so_many_nodes_and_the_total_of_the_whole(self, run: Run, tmp_path: Path) -> None:
        whole = json.loads(run("why", OPENSSH, "openssh-server", "libc6", "-w", "even", "-o", "json").out)
        for suffix in ("dot", "json", "graphml"):
            path = str(tmp_path / f"part.{suffix}")
            draw = ("draw", OPENSSH, "openssh-server", "libc6", "-w", "even", "--max-nodes", "9", "-O", path)
            assert run(*draw).status == 0
            part = json.loads(run("why", path, "openssh-server", "libc6", "-w", "weight", "-o", "json").out)
            assert part["graph"]["nodes"] == 9
            totals = [document["results"][0]["total"] for document in (whole, part)]
            assert totals[1] == pytest.approx(totals[0], rel=1e-12)

    def test_with_one_name_the_edge_that_all_paths_use_is_the_strongest(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "lock.json"
        edges = [("app", "web"), ("app", "log"), ("web", "http"), ("log", "http"), ("http", "tls")]
        graph = nx.DiGraph(edges, edge_meaning="depends on")
        path.write_text(json.dumps(nx.node_link_data(graph, edges="edges")))
        for command in (("draw", str(path), "tls"), ("why", str(path), "tls", "-O", str(tmp_path / "x.dot"))):
            done = run(*command, "-w", "even")
            text = done.out if command[0] == "draw" else (tmp_path / "x.dot").read_text()
            assert 'http -> tls [label=" 100 % ", penwidth="5.00"' in text
            assert text.count("50 %") == 6  # app -> web -> http, app -> log -> http, web and log
            assert "from the roots to tls: 2 paths; total 1" in text

    def test_a_whole_lock_is_drawn_by_groups_if_it_does_not_fit(self, run: Run) -> None:
        lock = str(ROOT / "data" / "jupyter-stack.json")
        out = run("draw", lock).out
        assert "a box: a node and what only it keeps (all paths to these pass it)" in out
        assert 'label="ipykernel\\n19 members · 9 MB"' in out
        assert "a box:" not in run("draw", lock, "--max-nodes", "200").out
        assert "other groups" not in out
        assert 'label="11 other groups\\n' in run("draw", lock, "--max-nodes", "4").out

    def test_a_limit_that_is_none_is_refused(self, run: Run, lock: str) -> None:
        done = run("draw", lock, "app", "json", "--max-nodes", "1")
        assert (done.status, done.err) == (2, "graphdiff: --max-nodes 1: at least 2\n")
        assert "--coverage 2: a part between 0 and 1" in run("draw", lock, "app", "json", "--coverage", "2").err


def test_kinds_that_leave_no_edge_say_which_there_are(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "package-lock.json"
    own = {"name": "app", "dependencies": {"ms": "^2.0.0"}, "devDependencies": {"tap": "*"}}
    packages = {"": own, "node_modules/ms": {"version": "2.1.3"}, "node_modules/tap": {"version": "1.0.0"}}
    path.write_text(json.dumps({"name": "app", "lockfileVersion": 3, "packages": packages}))
    done = run("rank", str(path), "--kind", "peer")
    assert done.status == 0
    assert done.err.endswith(
        "nothing that the roots reach is needed by the kind peer; the needs in the file are normal (1), dev (1)\n"
    )
    assert run("rank", str(path), "--kind", "dev").err == ""


class TestNumbersToWeighBy:
    def test_what_a_drawing_looks_like_is_none(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "drawn.dot"
        path.write_text("digraph { a -> b [penwidth=2, fontsize=9, cost=3, constraint=false]; b [width=1, height=2] }")
        assert "(numbers: cost): 1 on every edge (unit)" in run("cycles", str(path)).out
        assert "known to be their weight: cost; " in run("rank", str(path)).err
        assert "numbers on edges  cost 3 to 3\n" in run("diagnose", str(path)).out
        err = run("why", str(path), "a", "b", "-w", "x").err
        assert "these edges have: cost (1 of 1, numbers); --weight cost takes that number; --weight unit" in err
        assert "nodes have: no attributes" in run("rank", str(path), "-w", "cost", "--value", "size").err
        assert "nodes have: no attributes" in run("draw", str(path), "-w", "cost", "--group", "layer").err

    def test_the_same_names_in_a_table_are_numbers(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "pipes.csv"
        path.write_text("source,target,width\na,b,3\n")
        assert "known to be their weight: width; " in run("rank", str(path)).err

    def test_yes_and_no_are_none(self, run: Run, lock: str) -> None:
        err = run("rank", lock, "-w", "unit", "--value", "root").err
        assert "no node has a number of this name; nodes have: root (1 of 6, yes or no)" in err

    def test_a_group_is_looked_for_before_weights(self, run: Run, lock: str) -> None:
        err = run("draw", lock, "--group", "layr", "-w", "nothing").err
        assert "no node has the attribute 'layr' to group by; did you mean 'layer'? nodes have: " in err


@pytest.mark.parametrize("verb", ["why", "paths", "why --formula", "cut", "what-if", "diagnose"])
def test_records_call_the_ends_as_they_call_the_nodes(verb: str, tmp_path: Path, run: Run) -> None:
    """Where 1 and '1' are two nodes, the ints have their type in every record."""
    path = tmp_path / "graph.json"
    edges = [(1, "1", 2), ("1", "b", 3), (1, 2, 5), (2, "b", 1)]
    records = [{"source": tail, "target": head, "weight": weight} for tail, head, weight in edges]
    nodes = [{"id": label} for label in (1, "1", 2, "b")]
    path.write_text(json.dumps({"directed": True, "multigraph": False, "nodes": nodes, "edges": records}))
    record = json.loads(run(*verb.split(), str(path), "2", "b", "-o", "json").out)
    answer = record.get("results", [record])[0]
    assert (answer["source"], answer["target"]) == ("2 (int)", "b")


class TestPruned:
    """`draw --prune`: circuit-tracer's nodes and edges, and edges for all else."""

    def test_what_is_written_holds_every_total(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "pruned.json"
        assert run("draw", PROMPT, "--prune", "0.8,0.98", "-O", str(path)).status == 0
        pruned, whole = gd.read(path), gd.read(PROMPT)
        kept = gd.prune(whole, gd.NODES, gd.LEAVES, nodes=0.8, edges=0.98)
        assert (set(pruned), len(pruned.edges)) == (set(kept), len(kept.edges))
        assert pruned.graph["eliminated"] == sum(data.get("eliminated", False) for *_, data in pruned.edges(data=True))
        total = gd.total_influence(whole, gd.ROOTS, gd.LEAVES, weight=gd.weights.per_activation)
        assert gd.total_influence(pruned, gd.ROOTS, gd.LEAVES) == pytest.approx(total, rel=1e-12)

    def test_the_legend_says_that_ways_past_what_was_left_out_are_one_edge(self, run: Run) -> None:
        text = run("draw", PROMPT, "--prune", "0.8,0.98").out
        assert "dashed: ways past what was left out, added up, in 18 edges;" in text
        assert "total 8.44915" in text
        assert "total 14.5841" in run("draw", PROMPT, "--prune", "0.8,0.98", "-w", "attribution").out
        assert "pruned:" not in run("draw", PROMPT).out

    def test_ends_and_weights_are_those_of_the_question(self, run: Run) -> None:
        text = run("draw", OPENSSH, "openssh-server", "libc6", "-w", "even", "--prune", "0.5").out
        whole = run("draw", OPENSSH, "openssh-server", "libc6", "-w", "even").out
        totals = [re.search(r"total ([\d.]+)", each) for each in (text, whole)]
        assert all(totals)
        assert len({each[1] for each in totals if each}) == 1
        assert text.count("->") < whole.count("->")

    @pytest.mark.parametrize("parts", ["a,b", "0.8,0.9,1", "", "2,0.9", "nan", "-0.1,1"])
    def test_what_are_no_parts(self, parts: str, run: Run) -> None:
        done = run("draw", PROMPT, "--prune", parts)
        assert "a part of the nodes and one of the edges, from 0 to 1, as 0.8,0.98" in done.err

    def test_a_limit_is_told_in_the_option(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("graphdiff.paths.remainder.MAX_EDGES", 0)
        assert "; --prune of a smaller part keeps fewer" in run("draw", PROMPT, "--prune", "0.8,0.9").err

    def test_a_profile_is_not_pruned(self, run: Run) -> None:
        done = run("draw", str(ROOT / "data" / "site.callgrind"), "--prune", "0.8,0.98")
        assert (done.status, done.out) == (2, "")
        assert "--prune is by influence, and a profile has costs" in done.err
