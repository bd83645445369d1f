"""DOT that is drawn otherwise than written, names in two pieces or in HTML, turbo's tasks, torchviz's saved tensors."""

from __future__ import annotations

import io
from pathlib import Path

import networkx as nx
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.errors import GraphTypeError, UsageError
from graphdiff.io.dot import read_dot
from graphdiff.io.dot_text import find_graphs
from graphdiff.io.formats import READERS
from graphdiff.io.read import read

DATA = Path(__file__).parent.parent / "data"
TOLD = "read as written, tail -> head; --follow-arrows (in Python follow_arrows=True) reads them as drawn"


def dot(text: str, **options: bool) -> nx.DiGraph | nx.MultiDiGraph:
    return read_dot(text.encode(), name="x.dot", **options)


def told(text: str) -> list[str]:
    warnings: list[str] = dot(text).graph.get("warnings", [])
    return warnings


# -- dir

WAYS = [
    ("a -> b [dir=back]", [("b", "a")], "1 of 1 edges is drawn otherwise than written (1 dir=back)"),
    ("a -> b [dir=both]", [("a", "b"), ("b", "a")], "1 of 1 edges is drawn otherwise than written (1 dir=both)"),
    ("edge [dir=back]; a -> b -> c", [("b", "a"), ("c", "b")], "2 of 2 edges are drawn otherwise than written ("),
    ("subgraph { edge [dir=back]; a -> b } b -> c", [("b", "a"), ("b", "c")], "1 of 2 edges is drawn otherwise"),
    ("edge [dir=back]; a -> b; b -> c [dir=forward]", [("b", "a"), ("b", "c")], "1 of 2 edges is drawn otherwise"),
    ('a -> b [dir="back"]; edge [dir=both]; c -> d', [("b", "a"), ("c", "d"), ("d", "c")], "(1 dir=back, 1 dir=both)"),
    ("{a b} -> c [dir=back]", [("c", "a"), ("c", "b")], "2 of 2 edges are drawn otherwise"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "drawn", "said"), WAYS, ids=[way[0] for way in WAYS])
def test_arrows_are_told_and_followed_where_asked(body: str, drawn: list[tuple[str, str]], said: str) -> None:
    text = f"digraph {{ {body} }}"
    written, followed = dot(text), dot(text, follow_arrows=True)
    assert [said in line and line.endswith(TOLD) for line in written.graph["warnings"]] == [True]
    assert sorted(followed.edges()) == sorted(drawn)
    assert "warnings" not in followed.graph
    assert not any("dir" in data and data["dir"] != "forward" for *_, data in followed.edges(data=True))
    assert list(dot(text.replace("back", "forward").replace("both", "forward")).edges()) == list(written.edges())


def test_a_graph_drawn_as_written_says_nothing() -> None:
    assert told('digraph { rankdir=BT; a -> b; b -> c [dir=forward]; c -> d [dir=""] }') == []


def test_what_is_said_of_an_end_goes_with_it() -> None:
    graph = dot("digraph { a:n -> b:s [dir=back, taillabel=1, headlabel=2, weight=3] }", follow_arrows=True)
    said = {"tailport": "s", "headport": "n", "taillabel": 2, "headlabel": 1, "weight": 3}
    assert list(graph.edges(data=True)) == [("b", "a", said)]


def test_two_edges_that_are_drawn_alike_are_parallel() -> None:
    graph = dot("digraph { a -> b; b -> a [dir=back]; b -> c [dir=both]; c -> b }", follow_arrows=True)
    assert sorted(graph.edges()) == [("a", "b"), ("a", "b"), ("b", "c"), ("c", "b"), ("c", "b")]


def test_lines_without_an_arrowhead_are_read_as_written_and_refused_where_arrows_are_followed() -> None:
    text = "digraph { a -> b; b -> c [dir=none] }"
    assert "1 of 2 edges is drawn otherwise than written (1 dir=none)" in told(text)[0]
    assert list(dot(text).edges()) == [("a", "b"), ("b", "c")]
    refused = r"^x\.dot: of 2 edges 1 without an arrowhead to follow \(dir=none\), such as 'b' -> 'c'; without follow_"
    with pytest.raises(GraphTypeError, match=refused):
        dot(text, follow_arrows=True)


def test_the_command_line_tells_and_follows(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "callers.dot"
    path.write_text('digraph "run" { Node1 [label="run"]; Node2 [label="main"]; Node1 -> Node2 [dir="back"] }')
    assert run("why", str(path), "main", "run").err.startswith(f"graphdiff: {path}: 1 of 1 edges is drawn otherwise")
    done = run("why", str(path), "main", "run", "--follow-arrows")
    assert "main leads to run by 1 path" in done.out
    assert done.err == ""
    path.write_text("digraph { a -> b [dir=none] }")
    done = run("why", str(path), "a", "b", "--follow-arrows")
    assert (done.status, done.err) == (
        65,
        f"graphdiff: {path}: of 1 edges 1 without an arrowhead to follow (dir=none), such as 'a' -> 'b'; without "
        "--follow-arrows they are read as written\n",
    )
    assert "--follow-arrows" in run("why", "--format", "dot", "--help").out


def test_every_format_that_is_read_by_graphviz_takes_its_options(tmp_path: Path) -> None:
    drawings = {key for key, reader in READERS.items() if ".dot" in reader.suffixes}
    without = {key for key in drawings if not {"follow_arrows", "timeout", "max_memory"} <= READERS[key].options}
    assert without == {"maven"}  # read line by line
    with pytest.raises(UsageError, match=r"^format csv takes no option follow_arrows=: it is for dot, "):
        read(io.StringIO("a,b"), format="csv", follow_arrows=True)


def test_a_tools_drawing_tells_its_arrows_too() -> None:
    bazel = b'digraph mygraph {\n  node [shape=box];\n  "//:a" -> "//:b" [dir=back]\n}'
    cmake = (DATA / "tools/cmake.dot").read_bytes().replace(b"style = dotted", b"style = dotted, dir = back")
    for text, format in ((bazel, "bazel"), (cmake, "cmake")):
        graph = read(io.BytesIO(text), format=format)
        assert "dir=back) and read as written" in graph.graph["warnings"][0]
        followed = read(io.BytesIO(text), format=format, follow_arrows=True)
        assert set(followed.edges()) != set(graph.edges())
        assert "warnings" not in followed.graph


# -- torchviz

TORCHVIZ = """digraph {
	graph [size="12,12"]
	node [align=left fontname=monospace fontsize=10 height=0.2 ranksep=0.1 shape=box style=filled]
	4 [label="out" fillcolor=darkolivegreen1]
	3 -> 2 [dir=none]
	2 [label="self" fillcolor=orange]
	3 [label="MulBackward0"]
	1 -> 3
	3 -> 4
}
"""


def test_tensors_that_an_operation_of_pytorch_saved() -> None:
    graph = dot(TORCHVIZ)
    assert sorted(graph.edges(data="kind")) == [("1", "3", None), ("3", "2", "saved"), ("3", "4", None)]
    assert graph.graph["warnings"] == [
        "x.dot: 1 edge is drawn without an arrowhead (dir=none), from an operation to a tensor that it saved for the "
        "backward pass, and read so, with kind=saved; --follow-arrows (in Python follow_arrows=True) leaves them out"
    ]
    followed = dot(TORCHVIZ, follow_arrows=True)
    assert sorted(followed.edges()) == [("1", "3"), ("3", "4")]
    assert "2" in followed


@pytest.mark.parametrize("name", ["mlp_3_4_2", "grucell_T8", "transformer_layer"])
def test_torchviz_with_what_is_saved_has_the_same_flow_as_without(name: str, shared_data: Path) -> None:
    saved = read(shared_data / f"compgraph/torch.{name}.torchviz-saved.dot", follow_arrows=True)
    plain = read(shared_data / f"compgraph/torch.{name}.torchviz.dot")
    assert saved.number_of_edges() == plain.number_of_edges()
    assert "warnings" not in plain.graph


# -- names

NAMES = [
    ('digraph "a" + "b" { x -> y }', "ab"),
    ('strict digraph "a"+"b"\n + "c" { x -> y }', "abc"),
    ('digraph "a" /* "no" */ + // "no"\n "b" { x -> y }', "ab"),
    ("digraph <<b>G</b>> { x -> y }", "<b>G</b>"),
    ("digraph <G> { x -> y }", "G"),
    ('digraph <<table border="0"><tr><td>a <i>b</i></td></tr></table>> { x -> y }', None),
    ('digraph "a\\"b" + "c" { x -> y }', 'a"bc'),
]


@pytest.mark.parametrize(("text", "name"), NAMES, ids=[text for text, _ in NAMES])
def test_names_of_graphs_in_pieces_and_in_html(text: str, name: str | None) -> None:
    assert list(dot(text).edges()) == [("x", "y")]
    found = [graph.name for graph in find_graphs(text)]
    assert found == [name] if name else len(found) == 1
    assert READERS["dot"].claims(text.encode())


def test_a_graph_is_chosen_by_such_a_name() -> None:
    text = 'digraph "a" + "b" { x -> y } digraph <<b>G</b>> { y -> z }'
    assert list(read_dot(text.encode(), name="x.dot", graph="ab").edges()) == [("x", "y")]
    assert list(read_dot(text.encode(), name="x.dot", graph="<b>G</b>").edges()) == [("y", "z")]


def test_nodes_in_pieces_and_in_html() -> None:
    assert list(dot('digraph { "a" + "b" -> <<i>c</i>> -> "d"\n+\n"e" }').edges()) == [
        ("ab", "<i>c</i>"),
        ("<i>c</i>", "de"),
    ]


@pytest.mark.parametrize(
    "text", ["digraph " + '"a" + ' * 20_000, "digraph " + "<" * 50_000, "digraph <" + "<b>" * 20_000]
)
def test_a_name_without_an_end_takes_no_time(text: str) -> None:
    assert list(find_graphs(text)) == []


# -- turbo


def test_turbos_tasks(run: Run) -> None:
    graph = read(DATA / "tools/turbo.dot")
    assert sorted(graph.edges()) == [
        ("@shop/ui#build", "//#setup"),
        ("@shop/web#build", "@shop/ui#build"),
        ("@shop/web#build", "api#codegen"),
        ("api#codegen", "//#setup"),
    ]
    assert graph.graph == {
        "format": "turbo tasks (DOT)",
        "edge_meaning": "depends on",
        "weight_meaning": "none",
        "node_meaning": "tasks",
    }
    out = run("why", str(DATA / "tools/turbo.dot"), "@shop/web#build", "//#setup").out
    assert "turbo tasks (DOT) · 4 tasks" in out
    assert "@shop/web#build rests on //#setup by 2 paths" in out


def test_a_repository_of_one_package_has_tasks_without_its_name() -> None:
    text = 'digraph {\n\tcompound = "true"\n\tsubgraph "root" {\n\t\t"[root] build" -> "[root] codegen"\n'
    text += '\t\t"[root] codegen" -> "[root] ___ROOT___"\n\t}\n}\n'
    graph = read(io.StringIO(text))
    assert (list(graph.edges()), graph.graph["format"]) == ([("build", "codegen")], "turbo tasks (DOT)")


def test_turbo_is_not_terraform_and_terraform_not_turbo() -> None:
    for file, tool in (("turbo", "turbo"), ("terraform", "terraform")):
        head = (DATA / f"tools/{file}.dot").read_bytes()
        assert [key for key, reader in READERS.items() if reader.claims(head)] == ["dot", tool]
    part = b'digraph {\n"[root] app#build:prod" -> "[root] @m/ui#build"\n}'
    assert [key for key, reader in READERS.items() if reader.claims(part)] == ["dot", "turbo"]
    quoted = b'digraph {\n"[root] aws_x.a[\\"k#1\\"] (expand)" -> "[root] var.b"\n}'
    assert [key for key, reader in READERS.items() if reader.claims(quoted)] == ["dot", "terraform"]


REPORTED = [("25.dot", "app#build", "log#build", 2), ("27.dot", "x", "y", 1)]


@pytest.mark.parametrize(("file", "source", "target", "paths"), REPORTED)
def test_a_reported_file_has_its_paths(file: str, source: str, target: str, paths: int, shared_data: Path) -> None:
    assert gd.count_paths(read(shared_data / "reported" / file), source, target) == paths


def test_the_reported_graph_of_callers(run: Run, shared_data: Path) -> None:
    done = run("why", str(shared_data / "reported/28.dot"), "main", "run", "--follow-arrows")
    assert "main leads to run by 1 path" in done.out
