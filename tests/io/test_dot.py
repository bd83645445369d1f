"""DOT: what Graphviz itself reads is the truth, and nothing that is in a file crashes, hangs or prints."""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import networkx as nx
import pygraphviz
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphdiff.errors import FormatError, GraphdiffError, GraphTypeError, LimitError, UsageError
from graphdiff.io.dot import read_dot
from graphdiff.io.dot_text import find_graphs
from graphdiff.io.read import read

REAL = [
    "cmake/*.dot", "debian/*.dot*", "java/*/*.dot", "java/*.dot", "llvm/**/*.dot", "profiles/python/*.dot*",
    "profiles/go/*.dot", "profiles/pprof/**/*.dot", "profiles/gprof2dot/**/*.dot", "python/*.dot", "rust/*.dot",
    "systemd/*.dot", "terraform/*.dot", "terraform/*.gv",
]  # fmt: skip


def dot(text: str | bytes, **options: object) -> nx.DiGraph | nx.MultiDiGraph:
    return read_dot(text.encode() if isinstance(text, str) else text, name="x.dot", **options)


def edges(graph: nx.DiGraph) -> list[tuple[object, object, dict[str, object]]]:
    return list(graph.edges(data=True))


def threaded(function, items):
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(function, items))


# --- real files ---------------------------------------------------------------------------------------------------


def test_every_file_of_graphviz_pydot_and_dependency_cruiser_reads_as_graphviz_reads_it(shared_data):
    folder = shared_data / "dot"
    truth = json.loads((folder / "truth.json").read_text())["files"]
    outcomes = threaded(lambda file: outcome(folder / file), truth)
    directed = 0
    for (file, expected), got in zip(truth.items(), outcomes, strict=True):
        graphs = expected["graphs"]
        if not all(graph["directed"] for graph in graphs):
            assert isinstance(got, GraphTypeError), file
            continue
        directed += 1
        assert set(got) == {node for graph in graphs for node in graph["nodes"]}, file
        wanted = Counter((u, v, w) for graph in graphs for u, v, w in graph["edges"])
        assert Counter((u, v) for u, v in got.edges()) == Counter((u, v) for u, v, _ in wanted.elements()), file
        assert Counter((u, v, plain(w)) for u, v, w in got.edges(data="weight")) == Counter(
            (u, v, plain(w)) for u, v, w in wanted.elements()
        ), file
    assert (len(truth), directed) == (205, 185)


def outcome(path: Path) -> nx.DiGraph | GraphdiffError:
    try:
        return read(path, format="dot")
    except GraphdiffError as error:
        return error


def plain(weight: object) -> object:
    return None if weight in (None, "") else float(weight)


def test_every_real_file_with_one_graph_has_the_nodes_and_edges_that_pygraphviz_counts(shared_data):
    paths = sorted({path for pattern in REAL for path in shared_data.glob(pattern)})
    assert len(paths) > 90
    for path, got in zip(paths, threaded(outcome, paths), strict=True):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        text = content.decode()
        if len(re.findall(r"^\s*\}?\s*(?:strict )?digraph\b", text, re.MULTILINE)) > 1:
            continue
        try:
            oracle = pygraphviz.AGraph(text)
        except pygraphviz.DotError:
            assert isinstance(got, FormatError), path
            continue
        if not oracle.nodes():
            assert isinstance(got, FormatError), path
            continue
        assert sorted(got) == sorted(str(node) for node in oracle.nodes()), path
        assert sorted(got.edges()) == sorted((str(u), str(v)) for u, v in oracle.edges()), path


@pytest.mark.parametrize(
    "file",
    [
        "java/mvn-tree-dot-verbose-conflict.txt",
        "java/output-without-labels.txt",
        "java/output-without-labels-with-env-var.txt",
        "java/sample-dependency-tree-dot-with-metaversions.txt",
        "java/fossa-deptree.dot",
        "java/fossa-multideptree.dot",
    ],
)
def test_maven_writes_an_edge_a_line_and_each_is_read(shared_data, file):
    lines = re.findall(r'^(?:\[INFO\])?\s*"(.+)" -> "(.+)" ;\s*$', (shared_data / file).read_text(), re.MULTILINE)
    assert lines
    assert Counter(list(read(shared_data / file, format="dot").edges())) == Counter(lines)


def test_each_of_mavens_graphs_can_be_picked(shared_data):
    path = shared_data / "java/fossa-multideptree.dot"
    names = re.findall(r'digraph "(.+)"', path.read_text())
    whole = read(path, format="dot")
    assert len(names) == 5
    assert {name for _, _, name in whole.edges(data="graph")} <= set(names)
    name = names[2]
    assert Counter(list(read(path, format="dot", graph=name).edges())) == Counter(
        (u, v) for u, v, owner in whole.edges(data="graph") if owner == name
    )


# --- what the language means -------------------------------------------------------------------------------------


def test_one_small_file_with_everything(test_data):
    graph = read(test_data / "dot" / "features.gv")
    assert type(graph) is nx.MultiDiGraph
    assert dict(graph.nodes(data=True)) == {
        "parse": {"shape": "box"},
        "lex": {"shape": "box"},
        "fold": {"shape": "box"},
        "inline": {"shape": "box"},
        "unroll": {"shape": "box"},
        "vectorize": {"shape": "box", "cost": 7.0},
        "emit": {"shape": "box", "label": '<b>emit</b> a "}"', "cost": 1000.0},
        "a + b": {"shape": "box", "cost": -2.0},
    }
    passes = {"weight": 0.5, "kind": "pass"}
    assert sorted(edges(graph), key=str) == sorted(
        [
            ("parse", "lex", {"label": "-> { not an edge }"}),
            ("parse", "fold", {"weight": 2.0}),
            ("parse", "fold", {"weight": 3.0}),
            ("fold", "inline", passes | {"tailport": "out:s", "headport": "in"}),
            ("inline", "unroll", passes),
            ("inline", "vectorize", passes),
            ("fold", "a + b", {"weight": 2.0, "style": "dashed"}),
            ("a + b", "emit", {"weight": 2.0, "style": "dashed"}),
        ],
        key=str,
    )


def test_no_edge_is_turned_round_and_the_meanings_are_unknown():
    graph = dot("digraph { rankdir=BT; tail -> head [dir=back] }")
    assert list(graph.edges()) == [("tail", "head")]
    assert graph.graph.pop("warnings")
    assert graph.graph == {"format": "DOT", "edge_meaning": "unknown", "weight_meaning": "unknown"}


def test_a_file_may_say_what_its_edges_and_weights_mean():
    graph = dot('digraph { edge_meaning="depends on"; weight_meaning=none; a -> b }')
    assert (graph.graph["edge_meaning"], graph.graph["weight_meaning"]) == ("depends on", "none")


@pytest.mark.parametrize(
    ("statements", "kind", "count"),
    [
        ("digraph { a -> b; b -> c }", nx.DiGraph, 2),
        ("digraph { a -> b; a -> b }", nx.MultiDiGraph, 2),
        ("strict digraph { a -> b; a -> b }", nx.DiGraph, 1),
        ("digraph { a -> a; a -> a; a -> a }", nx.MultiDiGraph, 3),
    ],
)
def test_repeats_are_kept_save_in_a_strict_graph(statements, kind, count):
    graph = dot(statements)
    assert type(graph) is kind
    assert graph.number_of_edges() == count


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (["2", "3"], [2, 3]),
        (["2", "-3.5"], [2.0, -3.5]),
        (["1e3", ".5"], [1000.0, 0.5]),
        (["2", "two"], ["2", "two"]),
        (["87.50%", "12.50%"], ["87.50%", "12.50%"]),
        (["1_000", "2"], ["1_000", "2"]),
        (["2", ""], [2, None]),
        (["9007199254740993", "1"], [9007199254740993, 1]),
        ([r"\N", r"\N"], [None, None]),
    ],
)
def test_an_attribute_is_numeric_only_if_every_value_is(written, read_as):
    graph = dot(f'digraph {{ a -> b [w="{written[0]}"]; b -> c [w="{written[1]}"] }}')
    values = [value for _, _, value in graph.edges(data="w")]
    assert values == read_as
    assert list(map(type, values)) == list(map(type, read_as))


def test_numeric_is_judged_over_all_graphs_of_the_file():
    graph = dot("digraph one { a -> b [w=1] } digraph two { b -> c [w=much] }")
    assert [w for _, _, w in graph.edges(data="w")] == ["1", "much"]


def test_several_graphs_are_one_graph_and_each_element_says_whose_it_is():
    graph = dot('digraph x { a [c=1]; a -> b } digraph { a [c=2, d=3]; a -> b; b -> "" } strict digraph x { z }')
    assert dict(graph.nodes(data="graph")) == {"a": "x", "b": "x", "": "2", "z": "x"}
    assert graph.nodes["a"] == {"c": 1, "d": 3, "graph": "x"}
    assert edges(graph) == [("a", "b", {"graph": "x"}), ("a", "b", {"graph": "2"}), ("b", "", {"graph": "2"})]


@pytest.mark.parametrize(("wanted", "nodes"), [("x y", ["a"]), ("2", ["b"]), ('q"', ["c"]), ("html", ["d"])])
def test_one_of_several_graphs_can_be_picked_even_beside_an_undirected_one(wanted, nodes):
    text = 'digraph "x y" { a } digraph { b } digraph "q\\"" { c } digraph <html> { d } graph und { e -- f }'
    graph = dot(text, graph=wanted)
    assert dict(graph.nodes(data=True)) == {node: {} for node in nodes}


def test_an_unknown_graph_name_lists_those_there_are():
    with pytest.raises(UsageError, match=r"^x\.dot has no graph 'c'; it has 'a', '2'$"):
        dot("digraph a { x } digraph { y }", graph="c")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_ids_come_through_in_every_usual_encoding(encoding):
    assert edges(dot('digraph { "caf\xe9" -> th\xe9 [label="\xe0"] }'.encode(encoding))) == [
        ("caf\xe9", "th\xe9", {"label": "\xe0"})
    ]


def test_latin_1_by_charset(test_data):
    assert edges(read(test_data / "dot" / "latin1.gv")) == [("café", "thé", {"label": "à côté"})]


@given(
    st.lists(
        st.tuples(*[st.text(st.characters(exclude_characters="\\\0", exclude_categories=["Cs"]), max_size=6)] * 2),
        min_size=1,
        max_size=30,
    )
)
@settings(max_examples=25)
def test_any_ids_come_back_as_they_were_written(pairs):
    statements = "\n".join(" -> ".join('"' + end.replace('"', '\\"') + '"' for end in pair) for pair in pairs)
    assert Counter(list(dot(f"digraph {{ {statements} }}").edges())) == Counter(pairs)


def test_ids_that_graphviz_would_rename():
    graph = dot('digraph { "%5" -> "100%" [label="%d \\"%d\\""]; "%5" -> "%" }')
    assert edges(graph) == [("%5", "100%", {"label": '%d "%d"'}), ("%5", "%", {})]


# --- logs, and where a graph ends --------------------------------------------------------------------------------


def test_graphs_in_a_console_log(test_data):
    graph = read(test_data / "dot" / "console.log")
    assert [(u, v, owner) for u, v, owner in graph.edges(data="graph")] == [
        ("app:jar:1.0", "web:jar:2.1", "app:jar:1.0"),
        ("web:jar:2.1", "json:jar:3", "app:jar:1.0"),
        ("web:jar:2.1", "json:jar:3", "tool:jar:1.0"),
        ("tool:jar:1.0", "json:jar:3", "tool:jar:1.0"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "12:30:01 [INFO] digraph g {\n12:30:02 [INFO] a -> b\n12:31:07 [INFO] }",
        "  web | digraph g {\n  web | a -> b\n  web | }",
        "web_1 | digraph g {\nweb_1 | a -> b\nweb_1 | }\n{ }",
        "the graph is\n\ndigraph g { a -> b } and so on {",
        "http://x.org/graph {\ndigraph g { a -> b }",
        "/* digraph no { c } */ // digraph no { c }\n# digraph no { c }\ndigraph g { a -> b }",
        "digraph /* } */ g // {\n{ a /* } */ -> b // }\n# }\n}",
        'digraph "g" { a -> b [x="}", y="\\"}", z=<<i>}</i>>, w=<<!-- x -->}>] }',
        "DIGRAPH\ng\n{ a -> b subgraph { a { b } } } trailing words",
        "/* why { not */ digraph g { a -> b }",
        "digraph-like { no }\nmy-digraph x { no }\ngraph.digraph = {}\ndigraph g { a -> b }",
    ],
)
def test_where_a_graph_starts_and_ends(text):
    found, following = find_graphs(text + "\ndigraph h { x }")
    assert following.text == "digraph h { x }"
    assert (found.name, found.directed, found.strict) == ("g", True, False)
    assert list(dot(text).edges()) == [("a", "b")]


def test_a_long_line_before_a_graph_is_no_logs_words():
    assert list(find_graphs("x" * 300 + ": digraph g { a }")) == []


def test_an_html_id_beside_the_same_id_is_refused_for_one_name_cannot_tell_them_apart():
    with pytest.raises(FormatError, match=r'^x\.dot, line 2: the ids "a" and <a> are two nodes to DOT; rename one'):
        dot("\ndigraph { a -> <a> }")


# --- bad input: one clear line -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["graph g { a -- b }", "strict graph { a }", "digraph { a }\n graph { a }"])
def test_undirected_graphs_are_refused_with_a_remedy(text):
    with pytest.raises(
        GraphTypeError, match=r"line [12]: the graph is undirected, .*: write digraph for graph and -> for"
    ):
        dot(text)


def test_the_undirected_sample(test_data):
    with pytest.raises(GraphTypeError, match=r"undirected\.gv, line 2: "):
        read(test_data / "dot" / "undirected.gv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("digraph {\n a -> b\n c -> }\n", r"x\.dot: syntax error in line 3 near '}'$"),
        ("log\n\ndigraph {\n a -> b;\n", r"x\.dot: syntax error in line 5$"),
        ("digraph { a }\ndigraph {\n a -> -> b }", r"x\.dot: syntax error in line 3 near '->'$"),
        ("digraph {\n a\n}\n\ndigraph {\n a -> -> b }", r"x\.dot: syntax error in line 6 near '->'$"),
        ('digraph {\n a [label="b }', r"x\.dot: syntax error in line 2 scanning a quoted string"),
        ("digraph { a \x0b }", r"x\.dot: syntax error in line 1 near '\\x0b'$"),
        ('digraph { "a\x85" <a\x85> }', r'x\.dot, line 1: the ids "a\\x85" and <a\\x85> are two nodes'),
        ("digraph { a -- b }", r"x\.dot: syntax error in line 1 near '--'$"),
        ("digraph { a -> b <c }", r"x\.dot: .*in line 1"),
        ("digraph { a\0 }", r"x\.dot: syntax error in line 1"),
        ("digraph two words { a }", r"x\.dot: no graph in it; DOT has a graph as: digraph NAME { a -> b }$"),
        ("hello", r"x\.dot: no graph in it"),
        ("digraph {}", r"x\.dot, line 1: a graph without nodes$"),
        ("\n\ndigraph { subgraph { } }\ndigraph {}", r"x\.dot, line 3: a graph without nodes$"),
    ],
)
def test_what_cannot_be_read_is_one_line_that_says_where(text, message, capfd):
    with pytest.raises(FormatError, match=message) as caught:
        dot(text)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_the_broken_sample(test_data):
    with pytest.raises(FormatError, match=r"broken\.gv: syntax error in line 3 near '->'$"):
        read(test_data / "dot" / "broken.gv")


@pytest.mark.parametrize("opening", ["{", "subgraph {", "a -> {", "subgraph x { b; "])
def test_20_000_levels_are_a_clear_error_and_not_an_empty_graph(opening):
    with pytest.raises(FormatError, match="nested too deep for Graphviz's parser, in line 1 near"):
        dot("digraph {" + opening * 20_000 + "a -> b" + "}" * 20_000 + "}")


def test_2_000_levels_are_read():
    graph = dot("digraph {" + "subgraph {" * 2_000 + "a -> b" + "}" * 2_000 + "}")
    assert list(graph.edges()) == [("a", "b")]


def complete_bipartite(size: int) -> str:
    sides = [" ".join(f"{side}{i}" for i in range(size)) for side in "ab"]
    return f"digraph {{ {{ {sides[0]} }} -> {{ {sides[1]} }} }}"


def test_a_small_file_of_many_edges_stops_at_the_time_limit():
    started = time.perf_counter()
    with pytest.raises(LimitError, match=r"x\.dot: reading took over 1 seconds; timeout=10 lets it"):
        dot(complete_bipartite(10_000), timeout=1)
    assert time.perf_counter() - started < 60


def test_a_small_file_of_many_edges_stops_at_the_memory_limit():
    with pytest.raises(
        LimitError, match=r"x\.dot: reading took over 268,435,456 bytes of memory; max_memory=1_073_741_824 lets it"
    ):
        dot(complete_bipartite(10_000), max_memory=2**28)


@pytest.mark.parametrize(
    ("status", "stderr", "message"),
    [
        (-11, b"", r"^x\.dot: Graphviz's parser broke down \(status -11\)$"),
        (1, b"Traceback\nModuleNotFoundError: no pygraphviz\n", r"\(status 1\) ModuleNotFoundError: no pygraphviz$"),
        (1, b"Traceback\nMemoryError\n", "reading took over 4,294,967,296 bytes of memory"),
    ],
)
def test_a_child_that_breaks_down_is_an_error_of_ours(monkeypatch, status, stderr, message):
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: subprocess.CompletedProcess(a, status, b"", stderr))
    with pytest.raises(GraphdiffError, match=message):
        dot("digraph { a }")


def test_a_module_in_the_working_folder_is_not_taken_for_pythons_own(monkeypatch, tmp_path):
    (tmp_path / "json.py").write_text("raise SystemExit('taken')")
    monkeypatch.chdir(tmp_path)
    assert list(dot("digraph { a }")) == ["a"]


@pytest.mark.parametrize(
    "unit",
    [
        "graph ", "graph-", "graph.", "graph /*", 'graph "', 'graph "\\"', "graph{", "graph a ", "graph 1.", "strict ",
        "/*", '"', "<", "<!--", "[", "a]", "#", " ", "\n", "digraph <", "digraph{", 'digraph{"\\"', "digraph{<a",
        "graph //", "graph\n//", "digraph { }", "[INFO] digraph{}\n", "digraph {/", "[INFO] digraph{<",
        "a: digraph {\n b]", 'digraph"\\', "digraph{#", "digraph{/*",
    ],
)  # fmt: skip
def test_finding_graphs_takes_linear_time(unit):
    started = time.process_time()
    for _ in find_graphs(unit * (300_000 // len(unit))):
        pass
    assert time.process_time() - started < 5


@given(st.data())
@settings(max_examples=40)
def test_damaged_files_give_a_graph_or_one_clear_line(test_data, data):
    content = bytearray((test_data / "dot" / "features.gv").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 8))
        content[start : start + length] = data.draw(
            st.sampled_from([b"", b"{", b"}", b'"', b"<", b">", b"\0", b"->", b"\xff"])
        )
    try:
        graph = read(io.BytesIO(bytes(content)), format="dot")
    except GraphdiffError as error:
        message = str(error)
    else:
        message = ""
        assert len(graph)
    assert "\n" not in message


def test_a_hundred_thousand_edges_are_read_whole():
    lines = [f'"n{i * 7919 % 20_000}" -> "n{i * 104_729 % 20_011}" [weight={i}];' for i in range(100_000)]
    graph = dot("digraph {\n" + "\n".join(lines) + "\n}")
    assert graph.number_of_edges() == 100_000
    assert sum(weight for _, _, weight in graph.edges(data="weight")) == sum(range(100_000))
