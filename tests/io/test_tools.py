"""The drawings of build tools and profilers: names for ids, decoration out, against a reading by other means."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import networkx as nx
import pygraphviz
import pytest

from graphdiff.errors import FormatError, UsageError
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
    assert (graph.graph["format"], graph.graph["edge_meaning"], graph.graph["weight_meaning"]) == (
        title,
        meaning,
        "none",
    )


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


def test_pprof_without_legend_tags_and_layout_weights(test_data: Path) -> None:
    graph = sample(test_data, "pprof")
    assert list(graph.edges(data=True)) == [("main.main", "main.(*Shop).sell", {"label": "2s"})]


def test_gprof2dot_by_the_first_line_of_labels(test_data: Path) -> None:
    graph = sample(test_data, "gprof2dot")
    assert list(graph.edges(data=True)) == [("shop:1:main", "shop:9:sell", {"label": r"50.00%\n2×"})]


@pytest.mark.parametrize("file", ["go/json_cpu.dot", "go/regexp_mem.dot", "pprof/cppbench.cpu.dot"])
def test_real_pprof_edges_are_those_of_their_tooltips(file: str, shared_data: Path) -> None:
    path = shared_data / "profiles" / file
    tooltips = re.findall(
        r'^N\d+ -> N\d+ .* tooltip="(.*) (?:->|\.\.\.) (.*) \([^()]*\)" label', path.read_text(), re.M
    )
    assert tooltips
    assert Counter(list(read(path).edges())) == Counter(tooltips)
