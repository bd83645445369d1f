"""Edge lists read into arrays: the graph, or the error, is the one of the reader that makes an object an edge."""

from __future__ import annotations

import random
from typing import Any

import networkx as nx
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.errors import GraphdiffError
from graphdiff.graph.attributes import Records, attribute_kinds, numeric_names, possible_weights
from graphdiff.graph.views import saved_in
from graphdiff.io import edge_blocks
from graphdiff.io.edge_list import read_edge_list
from graphdiff.kernels import available

#: How tables are read: by Python's csv in one block or in many, or by machine code.
WAYS: dict[str, dict[str, int]] = {
    "one block": {},
    "many blocks": {"FIRST_BYTES": 30, "BLOCK": 2},
    "machine code": {"FIRST_BYTES": 30, "BLOCK": 2, "LONG": 0},
}

TABLES: dict[str, tuple[str, bool]] = {
    "weights": ("source,target,weight\nb,c,2\na,b,1.5\nc,d,1e-3\n", True),
    "ints": ("source,target,weight\nb,c,2\na,b,-3\nc,d,+4\n", True),
    "ints, then floats": ("source,target,weight\n" + "b,c,2\n" * 5 + "a,b,0.5\nb,c,4\n", True),
    "repeats that add": ("source,target,weight\nb,c,0.1\na,b,1\nb,c,0.2\nb,c,0.3\nb,a,7\n", True),
    "repeats of a row of which one has no weight": ("source,target,weight\nb,c,1\nb,c,\na,b,1\nb,c,3\n", True),
    "repeats with other columns": ("source,target,weight,kind\nb,c,1,x\nb,c,2,y\na,b,1,x\n", True),
    "repeats without weights": ("source,target,kind\nb,c,x\na,b,x\nb,d,z\nb,c,y\na,b,w\n", True),
    "no header": ("b,c,2\na,b,1\nc,d,5\nd,e,1\n", True),
    "no header, two columns": ("b,c\na,b\nc,d\nd,e\n", True),
    "tabs": ("from\tto\tvalue\nb\tc\t2\na\tb\t1\n", True),
    "semicolons and blanks": ("from; to; value\nb; c; 2\na; b; 1\n", True),
    "white space": ("source target weight\nb c   2\na\tb 1\n", True),
    "quoted names": ('source,target,weight\n"b, c",d,2\n"a ""x""","b, c",1\n"two\nlines",d,3\n', True),
    "carriage returns": ("source,target,weight\r\nb,c,2\r\na,b,1\r\n", True),
    "old carriage returns": ("source,target,weight\rb,c,2\ra,b,1\r", True),
    "comments and empty lines": ("# all\nsource,target,weight\n\nb,c,2\n# one\na,b,1\n\n", True),
    "a header that is a comment": ("# edges\n#target,source,weight\nb,c,2\na,b,1\nc,d,3\n", True),
    "no newline at the end": ("source,target,weight\nb,c,2\na,b,1", True),
    "names that are numbers": ("source,target,weight\n01,1,2\n1,1.0,1\n1.0,3,1\n", True),
    "a target before the source": ("target,source,weight\nb,c,2\na,b,1\nz,a,1\n", True),
    "gaps": ("source,target,weight,se,n\nb,c,2,NA,1\na,b,,0.5,\nc,d,1,,3\nd,e,2,1,NA\n", True),
    "all weights empty": ("source,target,weight\nb,c,\na,b, \nb,c,\n", True),
    "an empty column": ("source,target,weight,note\nb,c,1,\na,b,2,\n", True),
    "numbers, then text": ("source,target,n\n" + "b,c,1\nc,d,2\n" * 4 + "a,b,x\n", True),
    "gaps, then text": ("source,target,n\nb,c,NA\nc,d,\na,b,x\nd,e,\n", True),
    "texts that are numbers after gaps": ("source,target,n\nb,c,\nc,d,\na,b,1\nd,e,2.5\n", True),
    "a self loop": ("source,target\na,a\na,b\na,c\nb,c\n", True),
    "names of other letters": ("source,target,weight\nä,ß,2\n日本,ä,1\n", True),
    "a blank at the end of a name": ("source,target,weight\na ,b,2\na,c,1\n", True),
    "two columns of one name": ("source,target,weight,x,x\na,b,2,1,2\nb,c,1,3,4\n", True),
    "infinite": ("source,target,weight\na,b,inf\nb,c,1\n", True),
    "a sum beyond the floats": ("source,target,weight\na,b,1e308\na,b,1e308\nb,c,1\n", True),
    "Gephi's": ("Source,Target,Type,Id,Weight\na,b,Directed,0,1.0\nb,c,Directed,1,2.0\nc,d,Directed,2,2\n", True),
    "many digits": ("source,target,weight\na,b,0.1000000000000000055511151231257827\nb,c,1e22\n", True),
    "an int beyond 64 bits": ("source,target,weight\na,b,123456789012345678901234567890\nb,c,1\n", False),
    "an int beyond the exact floats": ("source,target,weight\na,b,9007199254740993\nb,c,1\n", True),
    "a sum of ints beyond 64 bits": ("source,target,weight\na,b,9223372036854775807\na,b,1\nb,c,1\n", False),
    "NaN": ("source,target,weight\na,b,nan\nb,c,1\n", False),
    "keys": ("source,target,key,weight\na,b,x,1\na,b,y,2\n", False),
}  # fmt: skip

#: What no reader takes, and a part of what is said.
BAD: dict[str, tuple[str, str]] = {
    "a bad number": ("source,target,weight\n" + "a,b,1\n" * 5 + "b,c,two\n", "line 7: the weight 'two'"),
    "an underscore": ("source,target,weight\na,b,1\nb,c,1_000\n", "line 3: the weight '1_000'"),
    "a hexadecimal number": ("source,target,weight\na,b,1\nb,c,0x10\n", "line 3: the weight '0x10'"),
    "beyond the floats": ("source,target,weight\na,b,1\nb,c,1e400\n", "line 3: the weight '1e400'"),
    "only an exponent": ("source,target,weight\na,b,1\nb,c,e\n", "line 3: the weight 'e'"),
    "a row too long": ("source,target,weight\n" + "a,b,1\n" * 5 + "b,c,1,2\n", "line 7: 4 columns"),
    "a row too short": ("source,target,weight\n" + "a,b,1\n" * 5 + "b,c\n", "line 7: 2 columns"),
    "an empty end": ("source,target,weight\n" + "a,b,1\n" * 5 + ",c,1\n", "line 7: the source is empty"),
    "an open quotation mark": ('source,target,weight\na,b,1\n"b,c,1\n', "line 3"),
    "undirected": ("source,target,type\n" + "a,b,Directed\n" * 5 + "b,c,Undirected\n", "line 7: an edge of the type"),
    "no ends": ("one,other,weight\na,b,1\n", "none of its columns"),
    "a header alone": ("source,target\n", "no edge below it"),
    "no direction": ("node1,node2\na,b\nb,c\nc,d\nd,e\n", "none of its columns"),
}  # fmt: skip


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "machine code" and not available():
        pytest.skip("numba is not installed")
    for name, value in WAYS[request.param].items():
        monkeypatch.setattr(edge_blocks, name, value)
    return str(request.param)


def plain(graph: nx.DiGraph) -> Any:
    """Return all that a graph says, in its order and with the types of its values."""
    rows = graph.edges(keys=True, data=True) if graph.is_multigraph() else graph.edges(data=True)
    edges = [(*row[:-1], [(name, type(value), repr(value)) for name, value in row[-1].items()]) for row in rows]
    before = {node: list(graph.pred[node]) for node in graph}
    compiled = gd.compile(graph, weight=None, cycles="collapse")
    return graph.is_multigraph(), list(graph), edges, before, graph.graph, compiled.edges(), list(compiled.labels)


@pytest.mark.parametrize("what", TABLES)
def test_the_graph_is_the_one_of_the_careful_reader(what: str, way: str) -> None:
    text, is_viewed = TABLES[what]
    graph = edge_blocks.view_edge_list(text.encode(), name="e.csv")
    assert plain(graph) == plain(read_edge_list(text.encode(), name="e.csv"))
    assert (saved_in(graph) is not None) == is_viewed


@pytest.mark.parametrize("what", BAD)
def test_so_is_the_error(what: str, way: str) -> None:
    text, told = BAD[what]
    with pytest.raises(GraphdiffError, match=told) as careful:
        read_edge_list(text.encode(), name="e.csv")
    with pytest.raises(type(careful.value), match=told) as viewed:
        edge_blocks.view_edge_list(text.encode(), name="e.csv")
    assert str(viewed.value) == str(careful.value)


def test_columns_and_rows_are_chosen(way: str) -> None:
    text = b"lhs,op,rhs,est\ny,~,x,0.5\nz,~~,x,3\ny,~,w,2\nu,~,y,1\nu,~~,u,4\ny,~,x,0.25\n"
    for options in (
        {"columns": "source=rhs,target=lhs,weight=est"},
        {"columns": "source=rhs,target=lhs,weight=est", "where": "op=~"},
        {"columns": "source=3,target=1", "where": ["op!=~", "est=3"]},
        {"columns": {"source": "rhs", "target": "lhs"}},
    ):
        graph = edge_blocks.view_edge_list(text, name="fit.csv", **options)
        assert plain(graph) == plain(read_edge_list(text, name="fit.csv", **options))
        assert saved_in(graph) is not None


def test_bytes_that_are_no_utf_8_are_read_as_ever(way: str) -> None:
    for data in ("source,target\ncafé,b\nb,d\nd,é\n".encode(code) for code in ("latin-1", "utf-16", "utf-8-sig")):
        assert plain(edge_blocks.view_edge_list(data, name="e")) == plain(read_edge_list(data, name="e"))


CELLS = ["a", "b", "c", "d", "a b", " e", "7", "07", "ä", '"q,r"', "x#", "-"]
VALUES = ["1", "2", "-3", "0.5", "2e3", "", "NA", "t", " 4", "1.", ".5", "nan"]


def some_table(number: int) -> bytes:
    """Return a random table: mostly of sound rows, of columns of several kinds."""
    choose = random.Random(number)
    values = [choose.sample(VALUES, choose.choice([1, 2, 4])) for _ in range(choose.randrange(3))]
    names = choose.sample(CELLS, choose.randrange(3, len(CELLS)))
    lines = [",".join(["source", "target", "weight", "kind"][: 2 + len(values)])]
    for _ in range(choose.randrange(1, 30)):
        row = [choose.choice(names), choose.choice(names), *map(choose.choice, values)]
        lines.append(",".join(row if choose.random() < 0.995 else row[1:]))
    return choose.choice(["\n", "\n", "\r\n"]).join(lines).encode() + choose.choice([b"", b"\n"])


def answer(function: Any, data: bytes) -> Any:
    try:
        return plain(function(data, name="e.csv"))
    except GraphdiffError as error:
        return type(error), str(error)


def test_random_tables_are_read_the_same(way: str) -> None:
    read = 0
    for number in range(200):
        data = some_table(number)
        expected = answer(read_edge_list, data)
        assert answer(edge_blocks.view_edge_list, data) == expected, data
        read += len(expected) > 2
    assert read > 100


# -- on the command line


QUESTIONS = (
    "why FILE a c", "why FILE c", "why FILE a c -o json", "why FILE a c -w even --exact", "why FILE a c -w unit",
    "why FILE a c --cycles solve -o json", "why FILE axyz c", "why FILE a c -w price", "why FILE c a",
    "rank FILE", "rank FILE -o json", "rank FILE --target c", "what-if FILE a c", "what-if FILE a c --remove a,b",
    "cut FILE a c", "paths FILE a c --all -o json", "cycles FILE -o json", "jacobian FILE -o csv",
    "jacobian FILE --plan", "draw FILE", "draw FILE a c", "draw FILE --group prefix:1", "diagnose FILE",
    "diagnose FILE a c", "factored FILE a c", "compare FILE FILE -o json", "compare FILE FILE a c", "table FILE",
    "formula FILE a c", "why FILE a c --default-weight 1",
)  # fmt: skip

ASKED = {
    "weights": "source,target,weight,kind\na,b,0.5,x\nb,c,2,y\na,c,1,x\nb,d,0.25,x\nd,c,3,y\na,b,0.5,z\n",
    "a cycle": "source,target,weight\na,b,0.5\nb,c,2\nc,b,0.1\nc,d,1\nb,b,0.2\n",
    "no weights": "source,target,kind\na,b,x\nb,c,y\na,b,y\na,c,x\n",
    "numbers that may be weights": "source,target,price,line\na,b,2,1\nb,c,,2\na,c,3,3\n",
    "missing weights": "source,target,weight,share\nb,c,,10%\na,c,2,20%\na,b,,5%\n",
    "ints": "source,target,weight\na,b,9007199254740993\nb,c,3\na,c,1\n",
}


@pytest.mark.parametrize("what", ASKED)
def test_every_verb_says_the_same(what: str, run: Run, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "e.csv"
    path.write_text(ASKED[what])
    assert saved_in(gd.read(path, frozen=True)) is not None
    assert saved_in(gd.read(path)) is None
    asked = [[str(path) if word == "FILE" else word for word in question.split()] for question in QUESTIONS]
    done = [run(*words) for words in asked]
    monkeypatch.setattr(edge_blocks, "_viewed", lambda data, name, *_: (_ for _ in ()).throw(OverflowError(name)))
    for words, each in zip(asked, done, strict=True):
        assert each == run(*words), words
    assert sum(each.status == 0 for each in done) > 3


def test_tables_with_columns_of_text_go_by_machine_code(monkeypatch: pytest.MonkeyPatch) -> None:
    if not available():
        pytest.skip("numba is not installed")
    monkeypatch.setattr(edge_blocks, "LONG", 0)
    monkeypatch.setattr(edge_blocks, "_cells", None)  # what is not quick fails
    for what in ("Gephi's", "repeats with other columns", "an empty column", "two columns of one name"):
        graph = edge_blocks.view_edge_list(TABLES[what][0].encode(), name="e.csv")
        assert saved_in(graph) is not None
        assert plain(graph) == plain(read_edge_list(TABLES[what][0].encode(), name="e.csv"))


@pytest.mark.parametrize("number", range(30))
def test_columns_tell_their_kinds_as_records_do(number: int) -> None:
    choose = random.Random(number)
    kinds: list[list[Any]] = [[1, 2.5, 7], ["a", "2%"], ["36.07%", "1 %"], [True, False], [1, "a", True], [0.5, "3%"]]
    graph = nx.DiGraph([(place, place + 1, {}) for place in range(choose.randrange(1, 12))])
    for name in "abcde":
        values, share = choose.choice(kinds), choose.choice([0.1, 0.6, 1])
        for *_, data in graph.edges(data=True):
            if choose.random() < share:
                data[name] = choose.choice(values)
    columns = list(gd.compile(graph, weight=None).with_attributes(graph).attributes.items())
    of_columns = Records(dict(choose.sample(columns, len(columns))), graph.number_of_edges())
    for ask in (attribute_kinds, numeric_names, possible_weights):
        for left_out in ([], ["a"]):
            told, wanted = ask(of_columns, left_out), ask(list(of_columns), left_out)
            assert list(told) == list(wanted)
            assert told == wanted
