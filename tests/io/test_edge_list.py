"""Edge lists: hand-worked rows, generated ones against the csv module and a plain dict, and real files."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import FormatError, GraphdiffError, UsageError
from graphdiff.io.edge_list import read_edge_list


def read(text: str | bytes, **options: Any) -> nx.DiGraph | nx.MultiDiGraph:
    return read_edge_list(text if isinstance(text, bytes) else text.encode(), name="e.csv", **options)


def triples(graph: nx.DiGraph | nx.MultiDiGraph) -> list[tuple[str, str, Any]]:
    return [(tail, head, data.get("weight")) for tail, head, data in graph.edges(data=True)]


ONE_EDGE = [("a", "b", 2)]
LAYOUTS = {
    "commas and a header": "source,target,weight\na,b,2\n",
    "other usual names, in another order and case": "Value;To;From\n2;b;a\n",
    "tail and head": "w,head,tail\n2,b,a",
    "u and v": "u\tv\tw\na\tb\t2\n",
    "no header: the third column is the weight": "a,b,2\n",
    "unusual names above numbers are a header; its first two columns are the ends": "importer,imported,weight\na,b,2\n",
    "semicolons": "source;target;weight\na;b;2\n",
    "tabs": "source\ttarget\tweight\na\tb\t2\n",
    "spaces, any number": "a   b 2\n",
    "spaces, and a tab further down": "source target weight\na\tb  2 \n",
    "quotes": '"source","target","weight"\n"a","b","2"\n',
    "a space behind each comma": "source, target, weight\na, b, 2\n",
    "comments and empty lines": "  \n# made by hand\n\nsource,target,weight\n#x,y,9\n   \na,b,2\n\n",
    "Windows line ends": "source,target,weight\r\n#x\r\na,b,2\r\n",
    "old Macintosh line ends": "source,target,weight\ra,b,2\r",
    "a byte-order mark": "\ufeffsource,target,weight\na,b,2\n",
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_layout_of_one_edge_gives_it(text: str) -> None:
    graph = read(text)
    assert triples(graph) == ONE_EDGE
    assert type(triples(graph)[0][2]) is int


def test_an_edge_leads_from_source_to_target_and_means_what_nobody_knows() -> None:
    graph = read("source,target\na,b\n")
    assert list(graph.edges) == [("a", "b")]
    meanings = {"format": "CSV edge list", "edge_meaning": "unknown", "weight_meaning": "unknown"}
    assert graph.graph == meanings


def test_names_may_hold_the_delimiter_quotes_line_ends_and_signs_of_comments() -> None:
    rows = [("source", "target"), ("a, b", 'say "x"'), ("two\nlines", "#no comment"), ("c\td", "e;f")]
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    assert list(read(file.getvalue()).edges) == rows[1:]


def test_what_splits_all_rows_alike_is_the_delimiter_not_what_splits_the_first_most() -> None:
    assert list(read("f(x,y,z);b\nc;d\n").edges) == [("f(x,y,z)", "b"), ("c", "d")]
    assert read("f(x,y,z);b\n" + "".join(f"c{number};d\n" for number in range(20_000))).out_degree("c1") == 1


def test_latin_1_is_read() -> None:
    assert list(read("source,target\ncafé,b\n".encode("latin-1")).edges) == [("café", "b")]


@pytest.mark.parametrize(
    "columns",
    [
        "source=rhs,target=lhs,weight=est",
        {"source": "rhs", "target": "lhs", "weight": "est"},
        "source=2,target=1,weight=4",
    ],
)
def test_columns_are_what_the_caller_says(columns: str | dict[str, str]) -> None:
    graph = read("lhs,rhs,label,est\ny,x,b1,0.5\nz,y,b2,2\n", columns=columns)
    assert list(graph.edges(data=True)) == [
        ("x", "y", {"label": "b1", "weight": 0.5}),
        ("y", "z", {"label": "b2", "weight": 2.0}),
    ]


def test_the_weight_alone_may_be_said_and_numbers_count_columns_without_a_header() -> None:
    assert triples(read("source,target,a,b\nx,y,1,2\n", columns="weight=b")) == [("x", "y", 2)]
    assert triples(read("7,x,y\n8,y,z\n", columns="source=2,target=3,weight=1")) == [("x", "y", 7), ("y", "z", 8)]


def test_columns_with_names_make_the_first_row_a_header() -> None:
    assert list(read("importer,imported\na,b\n", columns="source=importer,target=imported").edges) == [("a", "b")]
    assert len(read("left,right\na,b\n").edges) == 2
    assert list(read("left,right\na,b\n", columns="source=left,target=right").edges) == [("a", "b")]


def test_other_columns_become_attributes_numeric_only_where_every_value_is() -> None:
    text = "source,target,slot,size,mark,version\na,b,1,1,1,1_0\nb,c,2,0.5,x,2_0\n"
    assert list(read(text).edges(data=True)) == [
        ("a", "b", {"slot": 1, "size": 1.0, "mark": "1", "version": "1_0"}),
        ("b", "c", {"slot": 2, "size": 0.5, "mark": "x", "version": "2_0"}),
    ]


def test_weighted_repeats_add_into_one_edge() -> None:
    graph = read("source,target,weight\na,b,1\nb,c,5\na,b,-3\na,b,4\n")
    assert not graph.is_multigraph()
    assert triples(graph) == [("a", "b", 2), ("b", "c", 5)]


def test_unweighted_repeats_are_parallel_edges() -> None:
    graph = read("source,target,type\na,b,x\na,b,y\n")
    assert graph.is_multigraph()
    assert [data["type"] for _, _, data in graph.edges(data=True)] == ["x", "y"]


def test_not_a_number_is_left_to_compile() -> None:
    [(_, _, weight)] = triples(read("source,target,weight\na,b,nan\n"))
    assert weight != weight


BAD_ROWS = {
    "a weight that is text": (
        "source,target,weight\na,b,1\n\nb,c,heavy\n",
        "line 4: the weight 'heavy' is not a number",
    ),
    "a weight that looks like a name": ("source,target,weight\na,b,1_0\n", "line 2: the weight '1_0' is not a number"),
    "too few columns": ("source,target,weight\na,b,1\nb,c\n", "line 3: 2 columns, where the first row has 3"),
    "too many columns": ("source,target\na,b\nb,c,1\n", "line 3: 3 columns, where the first row has 2"),
    "an empty source": ("source,target\n,b\n", "line 2: the source is empty"),
    "an empty target": ("source,target\na,b\nb,\n", "line 3: the target is empty"),
    "one column": ("a\nb\n", "line 1: no two columns for source and target in it"),
    "an open quote": ('source,target\na,"b\nc,d\n', "line 2: unexpected end of data"),
    "a field without end": ("source,target\na," + "b" * 200_000, r"line \d: field larger than field limit \(131072\)"),
}


@pytest.mark.parametrize("text, message", BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_a_bad_row_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=f"^e.csv, {message}$"):
        read(text)


@pytest.mark.parametrize(
    "text, message",
    [("source,target\n", "e.csv: a header, and no edge below it"), ("# nothing\n\n", "e.csv: no row in it")],
)
def test_a_file_without_an_edge_is_refused(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=f"^{message}$"):
        read(text)


@pytest.mark.parametrize(
    "columns, message",
    [
        ("source=a,target=d", "e.csv has no column 'd'; it has 'a', 'b', 'c'"),
        ("weight=4", "e.csv has no column '4'; it has 'a', 'b', 'c'"),
        ("source=a,target=" + "9" * 5000, r"e.csv has no column '9{8}… \(5,000 digits\)'; it has 'a', 'b', 'c'"),
        ("a,b", "columns=.a,b. is not of the form source=NAME,target=NAME,weight=NAME"),
        ("colour=a", "columns=.colour=a. is not of the form source=NAME,target=NAME,weight=NAME"),
        ("", "columns=.. is not of the form source=NAME,target=NAME,weight=NAME"),
        ("source=a", "columns=.source=a. must say both source and target, or neither, and no column twice"),
        ("source=a,target=a", "columns=.source=a,target=a. must say both source and target, or neither, .*"),
        ("source=a,target=1", "columns=.source=a,target=1. says a column of e.csv twice"),
        ("source=a,target=b,weight=2", "columns=.source=a,target=b,weight=2. says a column of e.csv twice"),
    ],
)
def test_impossible_columns_are_refused(columns: str, message: str) -> None:
    with pytest.raises(UsageError, match=f"^{message}$"):
        read("a,b,c\n1,2,x\n", columns=columns)


NAMES = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\0"), min_size=1).filter(
    lambda text: not text.startswith((" ", "#")) and "\n#" not in text
)
ROWS = st.lists(
    st.tuples(NAMES, NAMES, st.integers(-9, 9) | st.integers(-99, 99).map(lambda eighths: eighths / 8)), min_size=1
)


@given(ROWS, st.sampled_from(",;\t"))
def test_what_the_csv_module_writes_comes_back_summed(rows: list[tuple[str, str, float]], delimiter: str) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("source", "target", "weight"), *rows])
    sums: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for tail, head, weight in rows:
        sums[tail, head] += Fraction(weight)
    assert {(tail, head): Fraction(weight) for tail, head, weight in triples(read(file.getvalue()))} == sums


def outcome(text: str | bytes) -> nx.DiGraph | nx.MultiDiGraph | GraphdiffError:
    try:
        return read(text)
    except GraphdiffError as error:
        return error


@given(st.text(alphabet='ab1,;\t \n"#.-_é\r\0') | st.binary(max_size=200))
def test_anything_gives_a_graph_with_edges_or_one_line(text: str | bytes) -> None:
    result = outcome(text)
    if isinstance(result, GraphdiffError):
        assert str(result).startswith("e.csv")
        assert "\n" not in str(result)
    else:
        assert result.number_of_edges() > 0


def plain_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


REAL = [
    "circuits/multiplier.edges.csv.gz",
    "compgraph/torch.mlp_3_4_2.neurons.csv",
    "onnx/light_inception_v1.edges.csv",
    "onnx/light_squeezenet.edges.csv",
    "pathmodels/blau_duncan_1967.edges.csv",
    "pathmodels/lavaan_politicaldemocracy.edges.csv",
    "pathmodels/miller_blair_2x2.edges.csv",
    "pathmodels/pymrio_test.A.edges.csv.gz",
]


@pytest.mark.parametrize("file", REAL)
def test_real_edge_lists_have_the_edges_that_the_csv_module_reads(file: str, shared_data: Path) -> None:
    data = (shared_data / file).read_bytes()
    data = gzip.decompress(data) if file.endswith(".gz") else data
    rows = plain_rows(data.decode())
    graph = read_edge_list(data, name=file)
    if "weight" in rows[0]:
        sums: Counter[tuple[str, str]] = Counter()
        for row in rows:
            sums[row["source"], row["target"]] += float(row["weight"])
        assert {(tail, head): weight for tail, head, weight in triples(graph)} == sums
    else:
        assert Counter(list(graph.edges())) == Counter((row["source"], row["target"]) for row in rows)


def test_lavaans_estimates_are_read_with_the_columns_named(shared_data: Path) -> None:
    data = (shared_data / "pathmodels" / "lavaan_mediation.parameterEstimates.csv").read_bytes()
    graph = read_edge_list(data, name="lavaan.csv", columns="source=rhs,target=lhs,weight=est")
    assert graph["X"]["M"]["weight"] == pytest.approx(0.474, abs=5e-4)
    assert graph["M"]["Y"]["weight"] == pytest.approx(0.788, abs=5e-4)
    assert graph["X"]["M"]["op"] == "~"


def test_an_edge_whose_weight_is_empty_has_none(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("source,target,weight,kind\na,b,,x\nb,c,2,y\n")
    graph = gd.read(path)
    assert list(graph.edges(data=True)) == [("a", "b", {"kind": "x"}), ("b", "c", {"kind": "y", "weight": 2})]
    assert gd.total_influence(graph, "a", "c", default_weight=3) == 6
    with pytest.raises(gd.errors.WeightError, match=r"^1 of the 2 edges has no 'weight', the first is 'a' -> 'b'"):
        gd.total_influence(graph, "a", "c")
    gd.write(graph, tmp_path / "again.csv")
    assert list(gd.read(tmp_path / "again.csv").edges(data=True)) == list(graph.edges(data=True))


@pytest.mark.parametrize("rows", ["x,y,1,0.1\nx,y,2,0.7\n", "x,y,2,0.7\nx,y,1,0.1\n"])
def test_what_is_said_of_rows_that_are_added_is_not_said_of_their_sum(rows: str, tmp_path: Path) -> None:
    """A standard error of one of the rows is none of the sum: it is left out, and that is told."""
    path = tmp_path / "e.csv"
    path.write_text(f"source,target,weight,se\n{rows}y,z,5,0.2\n")
    graph = gd.read(path)
    assert list(graph.edges(data=True)) == [("x", "y", {"weight": 3}), ("y", "z", {"weight": 5, "se": 0.2})]
    assert graph.graph["warnings"] == [
        f"{path}: the weights of 1 repeated row are added to their edges, which have no other column then"
    ]
    with pytest.raises(gd.errors.WeightError, match="missing"):
        gd.uncertainty(graph, "x", "z", sd="se")


def test_a_sum_with_a_weight_that_is_empty_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("source,target,weight\na,b,1\na,b,\n")
    assert list(gd.read(path).edges(data=True)) == [("a", "b", {})]


def test_two_columns_called_weight_are_refused() -> None:
    with pytest.raises(FormatError, match="several columns are called 'weight': rename all but one"):
        gd.read(io.StringIO("source,target,weight,weight\na,b,1,2\n"), format="csv")
