"""`write` and `render`: every format, read back; files whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import stat
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import dags, edge_names, olah, parallel_chain, weighted
from hypothesis import given

import graphdiff as gd
from graphdiff import CompiledGraph, annotate, explain, forward, read, strongest_paths, total_influence, weights, write
from graphdiff.errors import GraphTypeError, LimitError, OutputError, UsageError
from graphdiff.io.out import indented
from graphdiff.io.write import WRITERS, render
from graphdiff.text.names import Titled

EDGE_FORMATS = ["json", "csv", "graphml"]


@pytest.fixture
def marked() -> nx.DiGraph:
    return annotate(olah(), "b", "e")


def test_indented_texts_are_those_of_json() -> None:
    value = {"": [[], {}, [{}], {'é\n"': ["\u2028", "𝄞", "\x00"]}], "n": [10**30, -0.0, 1e300, 5e-324, True, None]}
    rows = [{"a": "}\n{", "b": 1.5}, {"}": "\r\n"}, {"c": None, "é": False, "}\r{": "x}"}]
    lists = [rows, [*rows, {}], [*rows, {"a": []}], [*rows, [1]], [*rows, {1: 2, None: 0.5}], tuple(rows)]
    for each in (value, [], {}, (), "x", 1.5, [value, [value]], *lists, {"rows": lists}, {2: rows}):
        assert indented(each) == json.dumps(each, indent=2, ensure_ascii=False)
        assert json.loads(indented(each)) == json.loads(json.dumps(each))


def test_what_json_lacks_is_a_text_and_what_is_like_its_own_is_that() -> None:
    numbers = {"a": math.nan, "b": -math.inf, "c": np.float64(math.inf), "d": np.float64(0.5)}
    plain = {"a": "NaN", "b": "-Infinity", "c": "Infinity", "d": 0.5}
    named = Titled("E_1_0", "token")
    for value, right in ((numbers, plain), ([numbers], [plain]), ({named: [named]}, {"E_1_0": ["E_1_0"]})):
        assert indented(value) == json.dumps(right, indent=2)
    with pytest.raises(TypeError, match="not JSON serializable"):
        indented([{"a": Fraction(1, 2)}])


# -- formats


@pytest.mark.parametrize("suffix", [suffix for row in WRITERS.values() for suffix in row.suffixes])
def test_the_suffix_chooses_the_format(suffix: str, marked: nx.DiGraph, tmp_path: Path) -> None:
    write(marked, tmp_path / f"x{suffix.upper()}")
    chosen = next(name for name, row in WRITERS.items() if suffix in row.suffixes)
    assert (tmp_path / f"x{suffix.upper()}").read_bytes() == render(marked, chosen)


def test_format_goes_before_the_suffix(marked: nx.DiGraph, tmp_path: Path) -> None:
    write(marked, str(tmp_path / "x.txt"), format="json")
    assert json.loads((tmp_path / "x.txt").read_text())["graphdiff"] == 1


@pytest.mark.parametrize("format", EDGE_FORMATS)
@given(graph=dags())
def test_totals_survive_a_round_trip(format: str, graph: nx.DiGraph) -> None:
    graph = nx.relabel_nodes(graph, {node: f"v{place}" for place, node in enumerate(graph)})
    for *_, data in graph.edges(data=True):
        data["weight"] = float(data["weight"])
    if format == "csv" and not graph.number_of_edges():
        return
    again = read(io.BytesIO(render(graph, format)), format=format)
    for source in again:
        for target in again:
            expected = total_influence(graph, source, target, default_weight=0)
            assert total_influence(again, source, target, default_weight=0) == pytest.approx(expected)


@pytest.mark.parametrize("format", EDGE_FORMATS)
def test_annotations_are_read_back(format: str, marked: nx.DiGraph) -> None:
    again = read(io.BytesIO(render(marked, format)), format=format)
    for name in ("weight", "contribution", "share", "paths"):
        assert {edge: data[name] for edge, data in again.edges.items()} == {
            edge: data[name] for edge, data in marked.edges.items()
        }


@pytest.mark.parametrize("names", [str, ord, lambda name: (name,)], ids=["texts", "ints", "tuples"])
@pytest.mark.parametrize("format", ["json", "graphml", "dot"])
def test_an_annotated_graph_is_drawn_the_same_when_read_back(format: str, names: Callable[[str], Any]) -> None:
    graph = nx.relabel_nodes(nx.DiGraph(olah(), edge_meaning="feeds"), names)
    marked = annotate(graph, names("b"), names("e"))
    again = read(io.BytesIO(render(marked, format)), format=format)
    for drawing in ("dot", "mermaid"):
        assert sorted(render(again, drawing).splitlines()) == sorted(render(marked, drawing).splitlines())


# -- json


def test_networkx_reads_our_json_back() -> None:
    graph = parallel_chain([2, 3, 5], [7, 11])
    data = json.loads(render(graph, "json"))
    assert nx.utils.graphs_equal(nx.node_link_graph(data, edges="edges"), graph)


def test_one_and_its_text_stay_two_nodes() -> None:
    graph = weighted([(1, "1", 2), ("1", (1, 2), 3), ((1, 2), "(1, 2)", 5)])
    ids = [node["id"] for node in json.loads(render(graph, "json"))["nodes"]]
    assert ids == ["1 (int)", "1", "(1, 2) (tuple)", "(1, 2)"]
    for format in EDGE_FORMATS:
        again = read(io.BytesIO(render(graph, format)), format=format)
        assert total_influence(again, "1 (int)", "(1, 2)") == 30


class Twin:
    def __str__(self) -> str:
        return "twin"


def test_objects_that_look_the_same_stay_apart() -> None:
    graph = nx.DiGraph([(Twin(), Twin())])
    for format in EDGE_FORMATS:
        assert read(io.BytesIO(render(graph, format)), format=format).number_of_nodes() == 2


ODD = {
    "fraction": (Fraction(1, 3), "1/3"),
    "infinity": (math.inf, "inf"),
    "list": ([1, {"a": None}], "[1, {'a': None}]"),
    "complex": (1 + 2j, "(1+2j)"),
    "bytes": (b"x", "b'x'"),
    "flag": (True, True),
    "large": (2**80, 2**80),
    "huge": (10**5_000, "1" + "0" * 5_000),
}


@pytest.mark.parametrize(("value", "held"), ODD.values(), ids=list(ODD))
def test_odd_values_are_held(value: Any, held: Any) -> None:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", weight=1, odd=value)
    graph.add_node("c", odd=value)
    graph.graph["odd"] = value
    data = json.loads(render(graph, "json"))
    assert data["edges"][0]["odd"] == data["nodes"][2]["odd"] == data["graph"]["odd"] == held
    xml = read(io.BytesIO(render(graph, "graphml")), format="graphml")
    assert str(xml.nodes["c"]["odd"]) == str(xml.edges["a", "b"]["odd"]) == str(held)
    [row] = csv.DictReader(io.StringIO(render(graph, "csv").decode()))
    assert row["odd"] == str(held)


def test_a_list_of_texts_stays_one_in_json() -> None:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", lines=["a.py:1", "a.py:2"])
    again = read(io.BytesIO(render(graph, "json")), format="json")
    assert again.edges["a", "b"]["lines"] == ["a.py:1", "a.py:2"]


def test_an_attribute_that_is_called_id_or_source_does_not_displace_the_names() -> None:
    graph = nx.DiGraph()
    graph.add_node("a", id="evil")
    graph.add_edge("a", "b", source="evil", target="evil", key="evil")
    for format in EDGE_FORMATS:
        assert list(read(io.BytesIO(render(graph, format)), format=format).edges) == [("a", "b")]


def test_results_say_their_kind_and_version() -> None:
    explanation = explain(olah(), "b", "e")
    said = json.loads(render(explanation, "json"))
    assert (said["graphdiff"], said["kind"]) == (1, "explanation")
    assert said["result"]["total"] == 5
    mapping = json.loads(render(forward(weighted([("kind", "graphdiff", 2)]), "kind"), "json"))
    assert mapping == {"graphdiff": 1, "kind": "influences", "result": {"kind": 1, "graphdiff": 2}}
    paths = json.loads(render(strongest_paths(olah(), "b", "e"), "json"))
    assert paths["kind"] == "paths"
    edges = [["b", "d"], ["d", "e"]]
    assert paths["result"][0] == {"nodes": ["b", "d", "e"], "edges": edges, "influence": 3}


def test_json_has_no_number_that_json_lacks() -> None:
    class Result:
        def to_dict(self) -> dict[str, Any]:
            return {"condition": math.inf, "parts": [math.nan, 1.5]}

    said = json.loads(render(Result(), "json"), parse_constant=pytest.fail)
    assert said["result"] == {"condition": "Infinity", "parts": ["NaN", 1.5]}


# -- csv, graphml, mermaid


def test_names_that_look_like_comments_are_read_back() -> None:
    graph = weighted([("#a", " b", 1), (" b", 'c"d', 2), ('c"d', "e,f", 3)])
    assert total_influence(read(io.BytesIO(render(graph, "csv")), format="csv"), "#a", "e,f") == 6


@pytest.mark.parametrize(
    "name", [" b", "  two", "#c", "#", " #d", " ", "b ", '"q"', 'q"', "a,b", "a\nb", "a;b", "-1", "=1+1"]
)
def test_a_name_that_a_table_could_take_for_more_is_read_back(name: str) -> None:
    for edge in ((name, "t"), ("s", name)):
        graph = nx.DiGraph()
        graph.add_edge(*edge, kind=name, weight=2)
        again = read(io.BytesIO(render(graph, "csv")), format="csv")
        assert list(again.edges(data="weight")) == [(*edge, 2)]
        assert str(again.edges[edge]["kind"]) == name


def test_columns_that_are_called_as_an_end_is_are_set_aside() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", source="web", target="shop", kind=None, weight=2)
    graph.edges["a", "b", 0]["key"] = "k"
    assert render(graph, "csv") == b"source,target,key,weight,own_source,own_target,kind,own_key\na,b,0,2,web,shop,,k\n"
    again = read(io.BytesIO(render(graph, "json")), format="json")
    assert again.edges["a", "b", 0] == {
        "own_source": "web", "own_target": "shop", "own_key": "k", "kind": None, "weight": 2,
    }  # fmt: skip
    graph.add_node("a", id="evil")
    assert read(io.BytesIO(render(graph, "json")), format="json").nodes["a"] == {"own_id": "evil"}


def test_none_is_no_cell_and_no_text() -> None:
    graph = nx.DiGraph(nothing=None)
    graph.add_edge("a", "b", weight=1, empty=None)
    graph.add_edge("b", "c", weight=1, empty=0)
    graph.add_node("a", nothing=None)
    assert render(graph, "csv") == b"source,target,weight,empty\na,b,1,\nb,c,1,0\n"
    for format in ("graphml", "dot"):
        assert b"None" not in render(graph, format)
        again = read(io.BytesIO(render(graph, format)), format=format)
        assert again.edges["a", "b"] == {"weight": 1}
        assert again.edges["b", "c"] == {"weight": 1, "empty": 0}
        assert again.nodes["a"] == {}


def test_names_of_attributes_are_cleaned_in_graphml() -> None:
    graph = nx.DiGraph(**{"graph\x01": 1})
    graph.add_edge("a", "b", **{"edge\x02": 2})
    graph.add_node("a", **{"node\x03": "x\x04"})
    again = read(io.BytesIO(render(graph, "graphml")), format="graphml")
    assert again.graph["graph\ufffd"] == 1
    assert again.edges["a", "b"] == {"edge\ufffd": 2}
    assert again.nodes["a"] == {"node\ufffd": "x\ufffd"}


@pytest.mark.parametrize("format", ["json", "graphml", "dot"])
def test_yes_and_no_are_no_numbers(format: str) -> None:
    graph = nx.DiGraph(flag=np.True_)
    graph.add_edge("a", "b", flag=True, weight=1)
    graph.add_node("a", flag=False)
    again = read(io.BytesIO(render(graph, format)), format=format)
    assert again.edges["a", "b"]["flag"] is again.graph["flag"] is True
    assert again.nodes["a"]["flag"] is False
    assert again.edges["a", "b"]["weight"] == 1
    assert type(again.edges["a", "b"]["weight"]) is int


def test_control_characters_and_surrogates_are_held_by_every_format() -> None:
    graph = annotate(weighted([("a\x00", "\ud800", 1)]), target="\ud800")
    graph.nodes["a\x00"]["note\x01"] = "\x02"
    for format in WRITERS:
        render(graph, format)


def test_graphml_declares_no_int_beyond_64_bits() -> None:
    assert b'attr.type="long"' in render(nx.DiGraph(count=2**63 - 1), "graphml")
    assert b'attr.type="long"' not in render(nx.DiGraph(count=2**63), "graphml")


def test_mermaid_takes_no_name_for_more_than_text() -> None:
    graph = nx.DiGraph([('"]; click n0 "javascript:alert(1)"', "<script>"), ("a\n  end", "1. item"), ("`*b*`", "- x")])
    lines = render(graph, "mermaid").decode().splitlines()
    assert lines == [
        "flowchart TD",
        '    n0["#34;#93;#59; click n0 #34;javascript:alert#40;1#41;#34;"]',
        '    n1["#60;script#62;"]',
        '    n2["a<br/>  end"]',
        '    n3["#49;. item"]',
        '    n4["#96;#42;b#42;#96;"]',
        '    n5["#45; x"]',
        "    n0 --> n1",
        "    n2 --> n3",
        "    n4 --> n5",
    ]


def test_mermaid_dashes_edges_that_carry_nothing_and_names_the_colour_of_text() -> None:
    marked = annotate(weighted([("s", "a", 2), ("a", "t", 3), ("s", "t", 0)]), "s", "t")
    lines = [line.strip() for line in render(marked, "mermaid").decode().splitlines()]
    assert [line for line in lines if "-->" in line or "-.->" in line] == [
        'n0 -->|"2 · 100 %"| n1',
        'n0 -.->|"0 · 0 %"| n2',
        'n1 -->|"3 · 100 %"| n2',
    ]
    assert [line for line in lines if line.startswith("style n")] == [
        f"style n{number} fill:#8cc4e8,color:#000000" for number in range(3)
    ]
    assert [line for line in lines if line.startswith("linkStyle")] == [
        "linkStyle 0 stroke:#0072b2,stroke-width:5.00px",
        "linkStyle 1 stroke:#bebebe,stroke-width:1.00px",
        "linkStyle 2 stroke:#0072b2,stroke-width:5.00px",
    ]
    assert "style legend fill:none,stroke:none" in lines
    assert "style" not in render(weighted([("s", "a", 2)]), "mermaid").decode()


def test_mermaid_shows_shares_ends_and_the_legend(marked: nx.DiGraph) -> None:
    text = render(marked, "mermaid").decode()
    assert '(["b<br/>100 %"])' in text
    assert '[["e<br/>100 %"]]' in text
    assert '-->|"3 · 60 %"|' in text
    assert 'legend["b leads to e by 2 paths#59; total 5<br/>' in text
    assert text.count("linkStyle") == 4


def test_a_compiled_graph_is_written_with_its_attributes_and_meanings() -> None:
    graph = CompiledGraph.from_arrays(
        [0, 0, 1], [1, 1, 2], [2, 3, 5], labels=["b", "a", "c"], attributes={"kind": ["dev", None, "test"]}
    )
    assert render(graph, "csv").decode().split() == [
        "source,target,key,weight,kind",
        "b,a,0,2,dev",
        "b,a,1,3,",
        "a,c,0,5,test",
    ]
    again = json.loads(render(gd.compile(olah(), exact=True), "json"))
    assert (again["multigraph"], again["graph"]["weight_meaning"]) == (olah().is_multigraph(), "weight")
    assert gd.compile(nx.node_link_graph(again, edges="edges")).n_edges == olah().number_of_edges()


# -- what is refused


@pytest.mark.parametrize("format", [name for name in WRITERS if name != "json"])
def test_results_are_json_only(format: str) -> None:
    with pytest.raises((UsageError, GraphTypeError), match=r"(holds graphs, not|cannot draw) Influences"):
        render(forward(olah(), "b"), format)


def test_what_is_neither_graph_nor_result_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot write int as json: give a graph, a result"):
        render(5, "json")


@pytest.mark.parametrize("format", WRITERS)
def test_undirected_graphs_are_refused(format: str) -> None:
    with pytest.raises(GraphTypeError, match="undirected graph"):
        render(nx.Graph([("a", "b")]), format)


def test_an_unknown_suffix_names_the_formats(marked: nx.DiGraph, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no format has the suffix '\.pdf'; use one of \.dot, \.gv, \.svg"):
        write(marked, tmp_path / "x.pdf")
    with pytest.raises(UsageError, match="no format 'pdf'; there are dot, svg"):
        render(marked, "pdf")
    with pytest.raises(UsageError, match=r"x\.gdiff: a saved graph has its weights: graphdiff\.compile"):
        write(marked, tmp_path / "x.gdiff")


def test_an_option_that_the_format_lacks_is_refused(marked: nx.DiGraph) -> None:
    with pytest.raises(UsageError, match="csv takes no option timeout=: it is for svg, png"):
        render(marked, "csv", timeout=3)
    with pytest.raises(UsageError, match="svg takes no option colour=: no format takes it"):
        render(marked, "svg", colour="red")


# -- the file


def test_a_file_that_exists_is_kept(marked: nx.DiGraph, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("mine")
    with pytest.raises(OutputError, match=r"x\.csv exists; overwrite=True replaces it$"):
        write(marked, path)
    assert path.read_text() == "mine"


def test_overwrite_replaces_it_and_keeps_its_permissions(marked: nx.DiGraph, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("mine")
    path.chmod(0o640)
    write(marked, path, overwrite=True)
    assert path.read_bytes() == render(marked, "csv")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["x.csv"]


def test_a_new_file_has_the_usual_permissions(marked: nx.DiGraph, tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write(marked, tmp_path / "x.csv")
    assert (tmp_path / "x.csv").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_link_stays_a_link(marked: nx.DiGraph, tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("mine")
    (tmp_path / "x.csv").symlink_to("real.csv")
    write(marked, tmp_path / "x.csv", overwrite=True)
    assert (tmp_path / "x.csv").is_symlink()
    assert (tmp_path / "real.csv").read_bytes() == render(marked, "csv")


def test_a_write_that_fails_leaves_nothing(marked: nx.DiGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.csv"
    path.write_text("mine")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError, match=r"x\.csv: No space left on device"):
        write(marked, path, overwrite=True)
    assert os.listdir(tmp_path) == ["x.csv"]
    assert path.read_text() == "mine"


def test_a_picture_that_fails_leaves_nothing(marked: nx.DiGraph, tmp_path: Path) -> None:
    with pytest.raises(LimitError, match=r"over 0\.001 seconds"):
        write(marked, tmp_path / "x.svg", timeout=0.001)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there_is_named(marked: nx.DiGraph, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"no/x\.csv: No such file or directory"):
        write(marked, tmp_path / "no" / "x.csv")


@pytest.mark.parametrize("name", ["folder.csv", "pipe.csv"])
def test_what_is_no_file_is_not_replaced(name: str, marked: nx.DiGraph, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(OutputError, match="is no regular file"):
        write(marked, tmp_path / name, overwrite=True)


def test_a_name_that_no_file_can_have_is_said(marked: nx.DiGraph, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"x.0\.csv': .*null"):
        write(marked, f"{tmp_path}/x\0.csv")


def test_a_link_that_leads_nowhere_counts_as_a_file(marked: nx.DiGraph, tmp_path: Path) -> None:
    (tmp_path / "x.csv").symlink_to("real.csv")
    with pytest.raises(OutputError, match="exists; overwrite=True replaces it"):
        write(marked, tmp_path / "x.csv")
    write(marked, tmp_path / "x.csv", overwrite=True)
    assert (tmp_path / "real.csv").read_bytes() == render(marked, "csv")


def test_the_picture_of_the_debian_question() -> None:
    graph = read(Path(__file__).parents[2] / "data" / "openssh-server.Packages")
    marked = annotate(graph, "openssh-server", "liblzma5", weight=weights.even, cycles="collapse")
    text = render(marked, "dot").decode()
    assert "openssh-server rests on liblzma5 by 26 paths; total 0.0102355" in text
    assert text.count(" -> ") == 20
    assert 'label="libsystemd0\\n77.9 %"' in text
    assert sum(edge["paths"] for _, _, edge in marked.in_edges("liblzma5", data=True)) == 26
    assert len(edge_names(marked)) == 183
