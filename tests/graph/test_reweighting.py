"""Other weights for a compiled graph, beside the same graph compiled from scratch."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import rustworkx as rx
import scipy.sparse as sp
import sympy
from graphs import ENGINES, INTS, LABELS, NUMBERS, QUARTERS, engine
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import GraphdiffError, UnknownEdgeError, UnknownNodeError, UsageError, WeightError
from graphdiff.graph.arrayfile import ArrayFile, write
from graphdiff.graph.compiled import POLICIES, CompiledGraph

#: Small, so that walks converge and sums of floats keep every digit.
KINDS: dict[str, st.SearchStrategy[Any]] = {
    **NUMBERS,
    "float32": QUARTERS.map(np.float32),
    "large ints": st.integers(-(2**70), 2**70),
    "decimals": st.decimals(-3, 3, places=2),
    "decimals and ints": st.decimals(-3, 3, places=2) | INTS,
    "complex": st.builds(complex, QUARTERS, QUARTERS),
    "yes and no": st.booleans(),
    "symbols": st.sampled_from([sympy.Symbol("x"), sympy.Symbol("y"), sympy.Integer(2)]),
}


@st.composite
def reweighted(draw: Callable[..., Any], kind: str) -> tuple[nx.DiGraph, list[Any]]:
    """Draw a graph, with cycles, loops and parallel edges or not, and new weights in the order of its edges."""
    labels = draw(st.lists(LABELS, min_size=1, max_size=5, unique=True))
    ends = st.sampled_from(labels)
    graph = draw(st.sampled_from([nx.DiGraph, nx.MultiDiGraph]))()
    graph.add_nodes_from(labels)
    graph.add_edges_from(draw(st.lists(st.tuples(ends, ends), max_size=8)), weight=draw(INTS))
    size = graph.number_of_edges()
    return graph, draw(st.lists(KINDS[kind], min_size=size, max_size=size))


def anew(graph: nx.DiGraph, weights: list[Any], **options: Any) -> CompiledGraph:
    """Compile the graph with these weights on its edges, in the order of networkx."""
    graph = graph.copy()
    for data, weight in zip((data for *_, data in graph.edges(data=True)), weights, strict=True):
        data["weight"] = weight
    return gd.compile(graph, **options)


def to_the_bit(graph: CompiledGraph) -> list[Any]:
    """Return the weights and what forward and reverse say of every node, to the bit, or which error it is."""
    weights = graph.weights.tolist() if isinstance(graph.weights, np.ndarray) else graph.weights
    dtype = graph.weights.dtype if isinstance(graph.weights, np.ndarray) else None
    told: list[Any] = [graph.edges(), dtype, list(map(type, weights)), list(map(repr, graph.divisible.weights))]
    for question in (gd.forward, gd.reverse):
        for node in list(graph.labels):
            try:
                told.append(list(map(repr, question(graph, node).array.tolist())))
            except GraphdiffError as error:
                told.append(str(error))
    return told


def outcome(ask: Callable[[], CompiledGraph]) -> Any:
    try:
        return to_the_bit(ask())
    except WeightError as error:
        return str(error)


def test_masked_weights_are_refused() -> None:
    graph = gd.CompiledGraph.from_arrays([0, 1], [1, 2], [1.0, 2.0])
    for masked in (np.ma.array([7.0, 1.0], mask=[True, False]),):
        with pytest.raises(gd.errors.WeightError, match="some weights are masked"):
            graph.with_weights(masked)


def test_a_graph_that_was_read_from_a_saved_one_takes_weights_by_name(tmp_path: Path) -> None:
    gd.CompiledGraph.from_arrays([0, 1, 0], [1, 2, 2], [2.0, 5.0, 3.0], labels=["a", "b", "c"]).save(
        tmp_path / "x.gdiff"
    )
    graph = gd.compile(gd.read(tmp_path / "x.gdiff"))
    with pytest.raises(
        gd.errors.UsageError, match="the order in which the edges of this graph were given is not known"
    ):
        graph.with_weights([2.0, 5.0, 3.0])
    again = graph.with_weights({("a", "b"): 2.0, ("b", "c"): 5.0, ("a", "c"): 3.0})
    assert gd.total_influence(again, "a", "c") == 13.0


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("exact", [False, True], ids=["as they are", "exact"])
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30)
@given(data=st.data(), cycles=st.sampled_from(POLICIES))
def test_new_weights_are_as_if_compiled_with_them(
    name: str, exact: bool, kind: str, data: st.DataObject, cycles: Any
) -> None:
    graph, weights = data.draw(reweighted(kind))
    with engine(name):
        try:
            compiled = gd.compile(graph, cycles=cycles, exact=exact)
        except WeightError:  # ints that do not fit
            return
        right = outcome(lambda: anew(graph, weights, cycles=cycles, exact=exact))
        assert outcome(lambda: compiled.with_weights(weights)) == right
        edges = graph.edges(keys=True) if graph.is_multigraph() else graph.edges
        named = list(zip(edges, weights, strict=True))
        assert outcome(lambda: compiled.with_weights(dict(data.draw(st.permutations(named))))) == right
        assert to_the_bit(compiled) == to_the_bit(gd.compile(graph, cycles=cycles, exact=exact))  # as it was


ARRAYS: dict[str, Callable[[list[float]], Any]] = {
    "list": list,
    "tuple": tuple,
    "generator": iter,
    "float64": np.array,
    "float32": lambda weights: np.array(weights, dtype=np.float32),
    "every other": lambda weights: np.repeat(weights, 2)[::2],
    "big-endian": lambda weights: np.array(weights, dtype=">f8"),
    "objects": lambda weights: np.array(weights, dtype=object),
    "int32": lambda weights: np.array(weights).astype(np.int32),
    "uint8": lambda weights: np.abs(weights).astype(np.uint8),
    "bool": lambda weights: np.array(weights) > 0,
    "complex": lambda weights: np.array(weights) * 1j,
    "pandas": pd.Series,
    "pandas, sorted": lambda weights: pd.Series(weights, index=range(len(weights), 0, -1)),
    "polars": pl.Series,
    "Arrow": pa.array,
    "Arrow, in chunks": lambda weights: pa.chunked_array([weights[:1], weights[1:]]),
    "Arrow decimals": lambda weights: pa.array([Decimal(str(weight)) for weight in weights]),
}


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("kind", ARRAYS)
@settings(max_examples=20)
@given(data=st.data(), size=st.integers(1, 6))
def test_arrays_are_in_the_order_of_the_arrays(name: str, kind: str, data: st.DataObject, size: int) -> None:
    edges = data.draw(st.lists(st.tuples(st.integers(0, size), st.integers(0, size)), min_size=2, max_size=9))
    weights = data.draw(st.lists(QUARTERS, min_size=len(edges), max_size=len(edges)))
    tails, heads = (np.array(ends) for ends in zip(*edges, strict=True))
    with engine(name):
        made = ARRAYS[kind]
        right = CompiledGraph.from_arrays(tails, heads, made(weights), cycles="collapse")
        graph = CompiledGraph.from_arrays(tails, heads, cycles="collapse").with_weights(made(weights))
        assert to_the_bit(graph) == to_the_bit(right)


EDGES = [("b", "d"), ("a", "b"), ("c", "d"), ("b", "c"), ("a", "c"), ("b", "d")]
#: 1, 10, 100, … in the order in which the edges are given, so that a sum says which edges are in it.
POWERS = [10**place for place in range(len(EDGES))]


def in_rustworkx() -> Any:
    graph = rx.PyDiGraph()
    graph.add_nodes_from(["d", "c", "b", "a"])
    graph.add_edges_from([("dcba".index(u), "dcba".index(v), None) for u, v in EDGES])
    return graph


FORMS: dict[str, Callable[[], Any]] = {
    "list": lambda: EDGES,
    "list with weights": lambda: [(*edge, 7) for edge in EDGES],
    "table": lambda: gd.read_edges(pd.DataFrame(EDGES, columns=["source", "target"])),
    "arrays": lambda: CompiledGraph.from_arrays(
        *(["abcd".index(edge[end]) for edge in EDGES] for end in (0, 1)), labels=list("abcd")
    ),
    "rustworkx": in_rustworkx,
    "igraph": lambda: igraph.Graph.TupleList(EDGES, directed=True),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_order_is_that_in_which_edges_are_given(form: str) -> None:
    graph = FORMS[form]()
    compiled = graph if isinstance(graph, CompiledGraph) else gd.compile(graph, weight=None)
    again = compiled.with_weights(POWERS)
    named = {(*edge, key): weight for edge, key, weight in zip(EDGES, (0, 0, 0, 0, 0, 1), POWERS, strict=True)}
    assert dict(zip(again.edges(), again.weights.tolist(), strict=True)) == named


def test_the_order_of_a_dict_is_that_of_its_rows() -> None:
    rows = {"b": ["d", "c", "d"], "a": ["b"]}
    again = gd.compile(rows, weight=None).with_weights([1, 10, 100, 1000])
    assert [again.weights[again.edges().index(edge)] for edge in [("b", "d", 0), ("b", "c", 0), ("b", "d", 1)]] == [
        1,
        10,
        100,
    ]


MATRIX = np.array([[0, 2, 3, 0], [0, 0, 0, 0], [0, 7, 0, 5], [0, 4, 0, 0]], dtype=float)


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "unsorted csr", "shuffled coo"])
def test_the_order_of_a_sparse_matrix_is_that_of_its_data(form: str) -> None:
    matrix = getattr(sp, f"{form[-3:]}_array")(MATRIX)
    if form == "unsorted csr":
        matrix = sp.csr_array((matrix.data[[1, 0, 3, 2, 4]], matrix.indices[[1, 0, 3, 2, 4]], matrix.indptr))
    if form == "shuffled coo":
        matrix = sp.coo_array((matrix.data[::-1], (matrix.row[::-1], matrix.col[::-1])), shape=(4, 4))
    assert (matrix.toarray() == MATRIX).all()
    again = matrix.copy()
    again.data = np.array([1.0, 10, 100, 1000, 10_000])
    graph = gd.compile(matrix)
    assert to_the_bit(graph.with_weights(again.data)) == to_the_bit(gd.compile(again))
    assert to_the_bit(graph.with_weights(matrix.data)) == to_the_bit(graph)


@pytest.mark.parametrize("form", [np.asarray, pd.DataFrame, sp.lil_array, sp.dok_array, sp.dia_array, sp.bsr_array])
def test_other_matrices_are_in_the_order_of_their_rows(form: Any) -> None:
    graph = gd.compile(form(MATRIX)).with_weights([1, 2, 3, 4, 5])
    assert dict(zip(graph.edges(), graph.weights.tolist(), strict=True)) == {
        (0, 1): 1,
        (0, 2): 2,
        (2, 1): 3,
        (2, 3): 4,
        (3, 1): 5,
    }


def test_entries_that_add_or_are_no_edges_leave_the_order_of_rows() -> None:
    matrix = sp.coo_array(([1.0, 2.0, 0.0, 4.0], ([2, 0, 1, 2], [3, 2, 2, 3])), shape=(4, 4))
    graph = gd.compile(matrix).with_weights([1, 2])
    assert dict(zip(graph.edges(), graph.weights.tolist(), strict=True)) == {(0, 2): 1, (2, 3): 2}


def test_rows_of_a_table_that_are_one_edge_stand_where_the_first_stood() -> None:
    frame = pd.DataFrame(EDGES, columns=["source", "target"])
    graph = gd.read_edges(frame, repeats="add").with_weights(POWERS[:5])
    assert dict(zip(graph.edges(), graph.weights.tolist(), strict=True)) == dict(zip(EDGES[:5], POWERS, strict=False))
    with pytest.raises(UsageError, match=r"^5 edges, but 6 weights$"):
        graph.with_weights(POWERS)


@pytest.mark.parametrize("mmap", [True, False], ids=["mapped", "in memory"])
def test_a_saved_graph_keeps_the_order(mmap: bool, tmp_path: Path) -> None:
    graph = gd.compile(EDGES, weight=None)
    graph.save(tmp_path / "graph")
    again = CompiledGraph.load(tmp_path / "graph", mmap=mmap)
    assert to_the_bit(again.with_weights(POWERS)) == to_the_bit(graph.with_weights(POWERS))


def test_a_graph_saved_without_the_order_takes_names_only(tmp_path: Path) -> None:
    graph = gd.compile(EDGES, weight=None)
    graph.save(tmp_path / "new")
    file = ArrayFile(str(tmp_path / "new"))
    arrays = {name: file.array(name) for name in file.entries if name != "given"}
    write(str(tmp_path / "old"), arrays, file.settings, overwrite=False)
    old = CompiledGraph.load(tmp_path / "old")
    with pytest.raises(UsageError, match=r"^the order in which the edges of this graph were given is not known"):
        old.with_weights(POWERS)
    named = dict(zip(graph.edges(), POWERS, strict=True))
    assert to_the_bit(old.with_weights(named)) == to_the_bit(graph.with_weights(named))


def test_names_without_a_key_where_one_edge_is_meant_and_a_series_of_edges() -> None:
    graph = gd.compile(nx.MultiDiGraph([("a", "b"), ("b", "c")]), weight=None)
    assert graph.with_weights({("b", "c"): 2, ("a", "b", 0): 0.5}).weights.tolist() == [0.5, 2]
    series = pd.Series([3, 4], index=pd.MultiIndex.from_tuples([("b", "c"), ("a", "b")]))
    assert graph.with_weights(series).weights.tolist() == [4, 3]


def test_contributions_are_weights_of_their_edges() -> None:
    graph = gd.compile([("a", "b", 2.0), ("b", "c", 3.0), ("a", "c", 1.0)])
    parts = gd.edge_contributions(graph, "a", "c")
    assert graph.with_weights(parts).weights.tolist() == [parts[edge] for edge in graph.edges()]


def test_the_shape_is_shared_and_the_meaning_is_not_known_unless_it_is_said() -> None:
    graph = gd.compile(EDGES, weight=gd.weights.even, cycles="collapse")
    again = graph.with_weights(POWERS)
    assert again.topology is graph.topology
    assert (again.cycles, again.weight_meaning, again.preset) == ("collapse", "unknown", None)
    assert graph.with_weights(POWERS, meaning="cost").weight_meaning == "cost"


def test_the_array_is_not_kept() -> None:
    weights = np.array([1.0, 2.0])
    graph = CompiledGraph.from_arrays([0, 1], [1, 2]).with_weights(weights)
    weights[0] = 7
    assert graph.weights.tolist() == [1, 2]
    assert weights.flags.writeable
    assert not graph.weights.flags.writeable


GRAPH = CompiledGraph.from_arrays([1, 0, 0], [2, 1, 1], labels=["a", "b", "c"])
KEYS = {("a", "b", 0): 1, ("a", "b", 1): 2, ("b", "c", 0): 3}
WRONG: dict[str, tuple[Any, type[Exception], str]] = {
    "too few": ([1, 2], UsageError, r"^3 edges, but 2 weights$"),
    "too many": (np.ones(4), UsageError, r"^3 edges, but 4 weights$"),
    "a matrix": (np.ones((3, 1)), UsageError, r"^the weights of edges that have .*, not an array of 2 dimensions$"),
    "a number": (2.0, UsageError, r"an array, one number for each edge, not a float$"),
    "nothing": (None, UsageError, r"not a NoneType$"),
    "text": ("abc", UsageError, r"not a str$"),
    "no order": ({1, 2, 3}, UsageError, r"not a set$"),
    "NaN": ([1.0, 2.0, np.nan], WeightError, r"^the weight of the edge 'a' -> 'b' \(key 1\) is nan, not a finite num"),
    "NaN in an array": (np.array([np.nan, 1, 1]), WeightError, r"^the weight of the edge 'b' -> 'c' is nan, not a fin"),
    "infinite": (np.array([1, -np.inf, 1]), WeightError, r"^the weight of the edge 'a' -> 'b' \(key 0\) is -inf"),
    "missing in Arrow": (pa.array([1, None, 2]), WeightError, r"^the weight of the edge 'a' -> 'b' \(key 0\) is nan"),
    "None": ([1, None, None], WeightError, r"is None, not a finite number, nor are those of 1 other edges$"),
    "texts": (np.array(["1", "2", "3"]), WeightError, r"^the weight of the edge 'a' -> 'b' \(key 0\) is '2', not"),
    "kinds that do not add": ([Decimal(1), Fraction(1, 2), 1], WeightError, r"^Decimal and Fraction do not mix"),
    "rounded": ([0.5, 2**53 + 1, 1], WeightError, r"beside floats is above 2\*\*53"),
    "a missing name": ({("a", "b", 1): 1, ("b", "c"): 2}, WeightError, r"^1 of the 3 edges has no weight in the map"),
    "missing names": ({}, WeightError, r"^3 of the 3 edges have no weight in the mapping, the first is 'a' -> 'b' \("),
    "which of two": ({("a", "b"): 1, ("b", "c"): 2}, UsageError, r"^2 parallel edges 'a' -> 'b': say which"),
    "twice": ({**KEYS, ("b", "c"): 3}, UsageError, r"^the edge 'b' -> 'c' is given twice$"),
    "an unknown node": ({**KEYS, ("a", "x"): 3}, UnknownNodeError, r"no node 'x'"),
    "an unknown edge": ({**KEYS, ("a", "c"): 3}, UnknownEdgeError, r"no edge 'a' -> 'c'"),
    "no edge": ({**KEYS, "ab": 3}, UsageError, r"^'ab' is no edge"),
    "a weight by name": ({**KEYS, ("b", "c", 0): np.inf}, WeightError, r"^the weight of the edge 'b' -> 'c' is inf"),
}


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("what", WRONG)
def test_wrong_weights_are_refused_by_their_edge(name: str, what: str) -> None:
    weights, error, message = WRONG[what]
    with engine(name), pytest.raises(error, match=message):
        GRAPH.with_weights(weights)


def test_exact_weights_are_real() -> None:
    graph = CompiledGraph.from_arrays([0], [1], exact=True)
    assert gd.total_influence(graph.with_weights([0.1]), 0, 1) == Fraction(0.1)
    with pytest.raises(WeightError, match=r"^exact=True needs real numbers, not complex$"):
        graph.with_weights([1j])


@pytest.mark.parametrize("form", ["dict", "Series"])
def test_weights_by_name_make_no_index_of_the_edges_of_a_large_graph(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphdiff.graph.topology.INDEXED", 0)
    pandas = pytest.importorskip("pandas")
    graph = gd.CompiledGraph.from_arrays([2, 0, 1, 0], [3, 2, 3, 1], [1.0, 2.0, 3.0, 4.0], labels=list("abcd"))
    named: Any = {("a", "b"): 40.0, ("c", "d"): 10.0, ("b", "d"): 30.0, ("a", "c"): 20.0}
    if form == "Series":
        named = pandas.Series(list(named.values()), index=pandas.MultiIndex.from_tuples(list(named)))
    assert np.array_equal(graph.with_weights(named).weights, graph.weights * 10)
    assert not {"_index", "_by_head"} & set(vars(graph.topology))
