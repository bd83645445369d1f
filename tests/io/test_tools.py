"""The drawings of build tools and profilers: names for ids, decoration out, against a reading by other means."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import networkx as nx
import pygraphviz
import pytest
from conftest import Run

from graphdiff.errors import FormatError, UsageError
from graphdiff.io.profile_dot import read_gprof2dot, read_pprof
from graphdiff.io.read import read
from graphdiff.io.vcg import read_vcg

MEANINGS = {
    "cmake": ("CMake targets (DOT)", "depends on"),
    "terraform": ("terraform graph (DOT)", "depends on"),
    "systemd": ("systemd units (DOT)", "depends on"),
    "llvm-calls": ("LLVM call graph (DOT)", "calls"),
    "llvm-flow": ("LLVM control flow (DOT)", "leads to"),
    "pprof": ("pprof (DOT)", "calls"),
    "gprof2dot": ("gprof2dot (DOT)", "calls"),
}


def sample(test_data: Path, tool: str, **options: Any) -> nx.DiGraph:
    return read(test_data / "tools" / f"{tool}.dot", **options)


def drawn(path: Path) -> pygraphviz.AGraph:
    return pygraphviz.AGraph(path.read_text())


@pytest.mark.parametrize("tool", MEANINGS)
def test_each_says_what_it_is(tool: str, test_data: Path) -> None:
    title, meaning = MEANINGS[tool]
    graph = sample(test_data, tool)
    weights = "cost" if tool in ("pprof", "gprof2dot") else "none"
    assert [graph.graph[key] for key in ("format", "edge_meaning", "weight_meaning")] == [title, meaning, weights]


@pytest.mark.parametrize("tool", MEANINGS)
def test_format_dot_reads_the_drawing_as_it_is(tool: str, test_data: Path) -> None:
    graph = sample(test_data, tool, format="dot")
    oracle = drawn(test_data / "tools" / f"{tool}.dot")
    assert sorted(graph) == sorted(map(str, oracle.nodes()))
    assert sorted(graph.edges()) == sorted((str(u), str(v)) for u, v in oracle.edges())
    assert (graph.graph["format"], graph.graph["edge_meaning"]) == ("DOT", "unknown")


@pytest.mark.parametrize("tool", MEANINGS)
def test_the_content_tells_the_tool_without_a_suffix(tool: str, test_data: Path, tmp_path: Path) -> None:
    (tmp_path / "drawing").write_bytes((test_data / "tools" / f"{tool}.dot").read_bytes())
    assert nx.utils.graphs_equal(read(tmp_path / "drawing"), sample(test_data, tool))


# --- CMake --------------------------------------------------------------------------------------------------------


def test_cmake_without_legend_by_the_names_of_targets(test_data: Path) -> None:
    graph = sample(test_data, "cmake")
    assert dict(graph.nodes(data=True)) == {
        "app": {"type": "executable"},
        "core": {"type": "static library", "alias": "shop::core"},
        "node2": {"type": "shared library"},
        "node3": {"type": "interface library"},
    }
    assert list(graph.edges(data=True)) == [
        ("app", "core", {"kind": "private"}),
        ("app", "node3", {"kind": "interface"}),
        ("core", "node2", {"kind": "public"}),
    ]
    assert list(sample(test_data, "cmake", kinds="public").edges) == [("core", "node2")]


def test_the_file_of_a_single_target_has_no_legend(test_data: Path, tmp_path: Path) -> None:
    text = (test_data / "tools" / "cmake.dot").read_text()
    (tmp_path / "shop.dot.app").write_text(re.sub(r"(?s)subgraph clusterLegend.*?\n}\n", "", text))
    graph = read(tmp_path / "shop.dot.app")
    assert nx.utils.graphs_equal(graph, sample(test_data, "cmake"))


def test_the_targets_of_fmt_are_those_of_its_comments(shared_data: Path) -> None:
    path = shared_data / "cmake" / "fmt.cmake-graphviz.dot"
    graph = read(path)
    # The legend has 8 nodes and 7 edges of the file's 35 and 51.
    assert (len(graph), graph.number_of_edges()) == (35 - 8, 51 - 7)
    assert sorted(graph.edges) == sorted(re.findall(r"// (\S+) -> (\S+)", path.read_text()))
    assert graph.nodes["fmt"] == {"type": "static library", "alias": "fmt::fmt"}


# --- terraform ----------------------------------------------------------------------------------------------------


def test_terraform_by_addresses(test_data: Path) -> None:
    graph = sample(test_data, "terraform")
    provider = 'provider["registry.example/aws"]'
    assert list(graph.edges(data=True)) == [
        ("aws_vpc.main", provider, {}),
        ("aws_vpc.main", "var.region", {"cycle": True}),
        ('aws_subnet.a["x"]', "aws_vpc.main", {}),
        (f"{provider} (close)", provider, {}),
        ("root", f"{provider} (close)", {}),
    ]
    assert {node: row for node, row in graph.nodes(data=True) if row} == {"root": {"root": True}}


@pytest.mark.parametrize(
    "file, nodes, edges", [("draw-cycles.terraform-graph.dot", 7, 10), ("beautified-config1.gv", 7, 6)]
)
def test_real_terraform_graphs(file: str, nodes: int, edges: int, shared_data: Path) -> None:
    path = shared_data / "terraform" / file
    graph = read(path)
    assert (len(graph), graph.number_of_edges()) == (nodes, edges)
    kept = {str(node).replace('\\"', '"') for node in drawn(path).nodes()}
    assert {re.sub(r"^\[root\] | \(expand\)$|^module\.root\.", "", node) for node in kept} == set(graph)


RESOURCES_ALONE = """digraph G {
  rankdir = "RL";
  node [shape = rect, fontname = "sans-serif"];
  "aws_subnet.a" [label="aws_subnet.a"];
  subgraph "cluster_module.m" {
    label = "module.m"
    "module.m.aws_vpc.main" [label="aws_vpc.main"];
  }
  "aws_subnet.a" -> "module.m.aws_vpc.main";
}
"""


def test_terraform_since_1_7_draws_resources_alone(tmp_path: Path) -> None:
    (tmp_path / "graph.dot").write_text(RESOURCES_ALONE)
    graph = read(tmp_path / "graph.dot")
    assert graph.graph["format"] == "terraform graph (DOT)"
    assert list(graph.edges) == [("aws_subnet.a", "module.m.aws_vpc.main")]


def test_terraforms_cycles_are_those_it_draws_red(shared_data: Path) -> None:
    graph = read(shared_data / "terraform" / "draw-cycles.terraform-graph.dot")
    components = sorted(sorted(part) for part in nx.strongly_connected_components(graph) if len(part) > 1)
    assert components == [["local.test1", "local.test2"], ["test_instance.bar", "test_instance.foo"]]
    assert {edge[:2] for edge in graph.edges(data="cycle") if edge[2]} == {
        ("test_instance.bar", "test_instance.foo"),
        ("test_instance.foo", "test_instance.bar"),
    }


# --- systemd ------------------------------------------------------------------------------------------------------


def test_systemd_by_the_colours_of_edges(test_data: Path) -> None:
    graph = sample(test_data, "systemd")
    assert sorted(graph.edges(data="kind")) == [
        ("multi-user.target", "web.service", "Wants"),
        ("web.service", "db.service", "After"),
        ("web.service", "db.service", "Requires"),
        ("web.service", "disk.mount", "BindsTo"),
        ("web.service", "key.path", "Requisite"),
        ("web.service", "network.target", "After"),
        ("web.service", "shutdown.target", "Conflicts"),
    ]
    needed = sample(test_data, "systemd", kinds=["Requires", "wants"])
    assert sorted(needed.edges()) == [("multi-user.target", "web.service"), ("web.service", "db.service")]
    assert len(needed) == 3
    with pytest.raises(UsageError, match=r"^no edge is of the kind 'Upholds'; there are After, "):
        sample(test_data, "systemd", kinds="Upholds")


def test_units_of_sshd(shared_data: Path) -> None:
    path = shared_data / "systemd" / "sshd.systemd-analyze.dot"
    graph = read(path)
    assert (len(graph), graph.number_of_edges()) == (10, 15)
    assert Counter(kind for *_, kind in graph.edges(data="kind")) == {
        "After": 9,
        "Requires": 2,
        "Wants": 3,
        "Conflicts": 1,
    }
    lines = re.findall(r'"(.+)"->"(.+)" \[color="green"\]', path.read_text())
    assert sorted(read(path, kinds="After").edges()) == sorted(lines)
    assert [sorted(c) for c in nx.strongly_connected_components(graph) if len(c) > 1] == [
        ["shutdown.target", "sshd.service"]
    ]


def test_a_boot_cycle(shared_data: Path) -> None:
    graph = read(shared_data / "systemd" / "gs-pi4-boot-cycle.dot")
    assert (len(graph), graph.number_of_edges()) == (8, 8)
    assert nx.is_strongly_connected(graph)


# --- LLVM and gcc -------------------------------------------------------------------------------------------------


def test_llvm_by_the_names_in_labels(test_data: Path) -> None:
    graph = sample(test_data, "llvm-calls")
    assert Counter(list(graph.edges())) == {
        ("main", "std::sort<int>"): 2,
        ("std::sort<int>", "Node0x30"): 1,
        ("Node0x40", "main"): 1,
    }
    assert dict(graph.nodes(data="label")) == {
        "main": None,
        "std::sort<int>": None,
        "Node0x30": "external node",
        "Node0x40": "external node",
    }


@pytest.mark.parametrize("file, nodes, edges", [("cyc.ll", 15, 16), ("zlib", 104, 126)])
def test_real_call_graphs(file: str, nodes: int, edges: int, shared_data: Path) -> None:
    path = shared_data / "llvm" / f"{file}.callgraph.dot"
    graph = read(path)
    names = dict(re.findall(r'(Node0x\w+) \[shape=record,label="\{(.*)\}"\]', path.read_text()))
    arrows = re.findall(r"(Node0x\w+) -> (Node0x\w+)", path.read_text())
    assert (len(graph), graph.number_of_edges()) == (nodes, edges)
    assert set(graph) == set(names.values())
    assert Counter(list(graph.edges())) == Counter((names[tail], names[head]) for tail, head in arrows)


def test_gcc_and_llvm_agree_on_who_calls_whom(shared_data: Path) -> None:
    llvm, gcc = (read(shared_data / "llvm" / file) for file in ("cyc.ll.callgraph.dot", "cyc.gcc-fcallgraph-info.ci"))
    assert (len(gcc), gcc.number_of_edges()) == (14, 20)
    # Of clang's own: an intrinsic that nothing in its graph calls.
    assert set(llvm) - set(gcc) == {"llvm.fmuladd.f64"}
    assert set(llvm.edges()) == set(gcc.edges())


def test_control_flow_by_blocks(test_data: Path) -> None:
    graph = sample(test_data, "llvm-flow")
    assert list(graph.edges(data="kind")) == [("entry", "then", "T"), ("entry", "end", "F"), ("then", "end", None)]
    assert "br label %end" in graph.nodes["then"]["code"]


def test_real_control_flow(shared_data: Path) -> None:
    for path in sorted((shared_data / "llvm" / "cfg").glob("*.dot")):
        graph, oracle = read(path), drawn(path)
        assert (len(graph), graph.number_of_edges()) == (len(oracle.nodes()), len(oracle.edges())), path
        assert all(node.startswith("%") for node in graph), path
        two_ways = [node for node in graph if graph.out_degree(node) == 2]
        assert all(sorted(k for *_, k in graph.out_edges(node, data="kind")) == ["F", "T"] for node in two_ways), path
    graph = read(shared_data / "llvm" / "cfg" / "cyc.fib.dot")
    assert list(graph.edges(data="kind")) == [
        ("%1", "%5", "T"), ("%1", "%8", "F"), ("%5", "%16", None), ("%8", "%16", None)
    ]  # fmt: skip


def test_vcg_keeps_each_call(test_data: Path) -> None:
    graph = read(test_data / "vcg" / "shop.ci")
    said = {"format": "gcc call graph (VCG)", "edge_meaning": "calls", "weight_meaning": "none"}
    assert graph.graph == {**said, "node_meaning": "functions"}
    assert list(graph.edges(data="site")) == [
        ("sell", "printf", "shop.c:8:1"),
        ("main", "sell", "shop.c:15:35"),
        ("main", "sell", "shop.c:16:2"),
    ]
    assert graph.nodes["sell"] == {"title": "shop.c:sell", "file": "shop.c:7:15", "stack": 16}
    assert graph.nodes["printf"] == {"title": "printf", "file": "/usr/include/stdio.h:356:12"}


def test_functions_of_the_same_name_go_by_their_titles() -> None:
    nodes = "".join(f'node: {{ title: "{file}:f" label: "f\\n{file}:1:1" }}\n' for file in ("a.c", "b.c"))
    edge = 'edge: { sourcename: "a.c:f" targetname: "b.c:f" }\n'
    graph = read_vcg(f'graph: {{ title: "x"\n{nodes}{edge}}}\n'.encode(), name="x.ci")
    assert list(graph.edges()) == [("a.c:f", "b.c:f")]


@pytest.mark.parametrize(
    "text, message",
    [
        ('graph: { title: "x"\n}', "x.ci: a call graph without functions"),
        ('graph: { title: "x"\nnode: { label: "a" }\n}', "x.ci, line 2: node without title"),
        ('graph: { title: "x"\n\nedge: { sourcename: "a" }\n}', "x.ci, line 3: edge without sourcename and targetname"),
        ('graph: { title: "x"\nnode: { title: "a"', "x.ci, line 2: neither node nor edge, or one without end: 'node:"),
        ("nonsense", "x.ci, line 1: neither node nor edge"),
    ],
)
def test_broken_call_graphs_are_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=f"^{message}"):
        read_vcg(text.encode(), name="x.ci")


# --- profiles -----------------------------------------------------------------------------------------------------


def test_pprof_without_legend_and_tags_with_what_labels_say(test_data: Path) -> None:
    graph = sample(test_data, "pprof")
    assert dict(graph.nodes(data=True)) == {
        "main.main": {"name": "main.main", "self": 0.0, "inclusive": 2.0},
        "main.(*Shop).sell": {"name": "main.(*Shop).sell", "self": 2.0, "inclusive": 2.0},
    }
    assert list(graph.edges(data=True)) == [("main.main", "main.(*Shop).sell", {"cost": 2.0})]
    assert [graph.graph[key] for key in ("unit", "total", "event")] == ["s", 2.0, "cpu"]


def test_gprof2dot_with_what_labels_say(test_data: Path) -> None:
    graph = sample(test_data, "gprof2dot")
    assert dict(graph.nodes(data=True)) == {
        "shop:1:main": {"name": "shop:1:main", "self": 50.0, "inclusive": 100.0, "calls": 1},
        "shop:9:sell": {"name": "shop:9:sell", "self": 50.0, "inclusive": 50.0, "calls": 2},
    }
    assert list(graph.edges(data=True)) == [("shop:1:main", "shop:9:sell", {"cost": 50.0, "calls": 2})]
    assert [graph.graph[key] for key in ("unit", "total")] == ["%", 100]
    assert "warnings" not in graph.graph


def test_what_is_spent_in_functions_that_are_not_drawn_is_hidden(test_data: Path) -> None:
    text = (test_data / "tools" / "gprof2dot.dot").read_text().replace("(50.00%)", "(12.50%)", 1)
    graph = read_gprof2dot(text.encode(), name="x.dot")
    assert dict(graph.nodes(data="hidden")) == {"shop:1:main": 37.5, "shop:9:sell": None}
    told = "x.dot: by its labels 1 of 2 functions spend up to 37.5 % in others that are not drawn"
    assert graph.graph["warnings"] == [told]


def test_of_functions_that_call_one_another_the_one_with_most_has_what_is_hidden() -> None:
    labels = {"main": (100, 10), "a": (90, 20), "b": (50, 30), "c": (39.9, 39.9)}
    nodes = " ".join(rf'{node} [label="{node}\n{whole:.2f}%\n({own:.2f}%)"];' for node, (whole, own) in labels.items())
    calls = 'main -> a [label="90.00%"]; a -> b [label="50.00%"]; b -> a [label="3×"]; b -> c [label="39.90%"]'
    graph = read_gprof2dot(f"digraph {{ {nodes} {calls} }}".encode(), name="x.dot")
    assert {node: hidden for node, hidden in graph.nodes(data="hidden") if hidden} == {"a": 0.1}
    assert graph.edges["b", "a"] == {"calls": 3}


@pytest.mark.parametrize("tool", ["pprof", "gprof2dot"])
def test_why_on_a_drawing_says_for_whom_time_is_spent(tool: str, test_data: Path, run: Run) -> None:
    graph = sample(test_data, tool)
    done = run("why", str(test_data / "tools" / f"{tool}.dot"), *graph)
    assert "spent for" in done.out
    assert " path " not in done.out.partition("spent for")[0] or "by 1 path" in done.out


GPROF2DOT = [
    "axe/r000hs_gprof_cc.axe", "callgrind/bool.callgrind", "dtrace/go.dtrace", "hprof/jdbc.hprof", "json/cycle.json",
    "json/diamond.json", "perf/issue28.perf", "prof/cycle.prof", "prof/gnu1.prof", "prof/ibm.prof",
]  # fmt: skip


@pytest.mark.parametrize("pruned", [False, True], ids=["all", "pruned"])
@pytest.mark.parametrize("file", GPROF2DOT)
def test_gprof2dots_figures_are_those_that_it_computed(file: str, pruned: bool, shared_data: Path) -> None:
    path = shared_data / "profiles" / "gprof2dot" / file
    graph = read(f"{path}.{'default' if pruned else 'n0e0'}.dot")
    truth = path.with_name(f"{path.name}.truth.json")
    text = truth.read_text() if truth.exists() else gzip.decompress(Path(f"{truth}.gz").read_bytes()).decode()
    functions = {each["id"]: each for each in json.loads(text)["functions"]}
    names = Counter(each["name"] for each in functions.values())
    checked = 0
    for each in functions.values():
        node = each["id"] if each["id"] in graph else each["name"]
        if node not in graph or names[each["name"]] > 1:
            continue
        data = graph.nodes[node]
        assert data["self"] == pytest.approx(100 * each["self_ratio"], abs=0.00501)
        assert data["inclusive"] == pytest.approx(100 * each["total_ratio"], abs=0.00501)
        calls = {call["to"]: call for call in each["calls"]}
        for _, head, drawn in graph.out_edges(node, data=True):
            call = calls.get(head) or next(c for c in each["calls"] if functions[c["to"]]["name"] == head)
            assert drawn.get("calls") == (call["n"] if "calls" in drawn else None)
            assert ("cost" in drawn) == ("total_ratio" in call)
            if "cost" in drawn:
                assert drawn["cost"] == pytest.approx(100 * call["total_ratio"], abs=0.00501)
            checked += 1
    assert checked > 0.8 * graph.number_of_edges()
    assert pruned or len([node for node, hidden in graph.nodes(data="hidden") if hidden]) <= len(graph) / 20


@pytest.mark.parametrize("file", ["go/json_cpu", "go/regexp_mem", "pprof/java.cpu", "pprof/cppbench.cpu"])
def test_pprofs_drawing_says_what_its_profile_does(file: str, shared_data: Path) -> None:
    drawn, measured = (read(shared_data / "profiles" / f"{file}{end}") for end in (".dot", ".pb.gz"))
    size = {"s": 1e9, "ms": 1e6, "MB": 2**20}[drawn.graph["unit"]]
    assert drawn.graph["event"] == measured.graph["event"]
    assert drawn.graph["total"] * size == pytest.approx(measured.graph["total"], abs=0.00501 * size)
    assert set(drawn) == set(measured)
    for node, data in drawn.nodes(data=True):
        for key in ("self", "inclusive"):
            assert data[key] * size == pytest.approx(measured.nodes[node][key], abs=0.00501 * size)
    costs = {(tail, head): cost for tail, head, cost in measured.edges(data="cost") if tail != head}
    assert {(tail, head) for tail, head in drawn.edges()} == costs.keys()
    for tail, head, cost in drawn.edges(data="cost"):
        assert cost * size == pytest.approx(costs[tail, head], abs=0.00501 * size)


def test_functions_that_a_drawing_has_several_times_keep_their_ids(shared_data: Path) -> None:
    graph = read(shared_data / "profiles" / "pprof" / "pprof.cpu.flat.functions.call_tree.dot")
    assert [node for node in graph if node.startswith("line1000")] == ["line1000 (N1)", "line1000 (N4)"]
    assert graph.edges["line3001", "line1000 (N4)"]["cost"] == 0.1


def pprof_drawing(own: str, cost: str, total: str = "2s", kind: str = "cpu") -> nx.DiGraph:
    legend = f'subgraph cluster_L {{ L [label="Type: {kind}\\l100% of {total} total\\l"] }}'
    text = (
        f'digraph {{ {legend} N1 [tooltip="a (2s)" label="a\\n0 of 2s (100%)"] '
        f'N2 [tooltip="b (x)" label="b\\n{own} (9%)"] N1 -> N2 [label=" {cost}"] }}'
    )
    return read_pprof(text.encode(), name="x.dot")


def test_units_of_one_kind_become_that_of_the_total() -> None:
    graph = pprof_drawing("500ms", r"500ms\n (inline)")
    assert graph.edges["a", "b"]["cost"] == 0.5
    assert graph.nodes["b"]["inclusive"] == 0.5
    memory = pprof_drawing("512kB", "2048B", total="2MB")
    assert (memory.nodes["b"]["self"], memory.edges["a", "b"]["cost"]) == (0.5, 2 / 1024)


@pytest.mark.parametrize(("kind", "unit"), [("alloc_objects", "objects"), ("goroutine", "goroutine")])
def test_a_count_has_the_unit_of_what_is_counted(kind: str, unit: str) -> None:
    text = f'digraph {{ L [label="Type: {kind}\\l100% of 7 total\\l"] N1 [tooltip="a (7)" label="a\\n7 (100%)"] }}'
    graph = read_pprof(text.encode(), name="x.dot")
    assert (graph.graph["unit"], graph.nodes["a"]["self"]) == (unit, 7)


@pytest.mark.parametrize(("own", "cost"), [("-1s", "1s"), ("1s", "-1s"), ("1s", "many"), ("1GCU", "1s"), ("", "1s")])
def test_a_drawing_of_something_else_keeps_its_labels(own: str, cost: str) -> None:
    graph = pprof_drawing(own, cost)
    assert "unit" not in graph.graph
    assert list(graph.edges(data=True)) == [("a", "b", {"label": cost})]


def test_gprof2dot_with_other_labels_keeps_them() -> None:
    text = r'digraph { 0 [label="a\n(1.5)"]; 1 [label="b\n50.00%\n(50.00%)"]; 0 -> 1 [label="50.00%"] }'
    graph = read_gprof2dot(text.encode(), name="x.dot")
    assert (graph.graph["weight_meaning"], list(graph.edges(data=True))) == ("none", [("0", "b", {"label": "50.00%"})])


@pytest.mark.parametrize("file", ["go/json_cpu.dot", "go/regexp_mem.dot", "pprof/cppbench.cpu.dot"])
def test_real_pprof_edges_are_those_of_their_tooltips(file: str, shared_data: Path) -> None:
    path = shared_data / "profiles" / file
    tooltips = re.findall(
        r'^N\d+ -> N\d+ .* tooltip="(.*) (?:->|\.\.\.) (.*) \([^()]*\)" label', path.read_text(), re.M
    )
    assert tooltips
    assert Counter(list(read(path).edges())) == Counter(tooltips)
