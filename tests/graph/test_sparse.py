"""Graphs and results as matrices of scipy, beside networkx's own and dense arrays filled edge by edge."""

from __future__ import annotations

import sys
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
import sympy
from graphs import ENGINES, INTS, QUARTERS, dags, engine
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import MissingExtraError, UnknownNodeError, UsageError, ValueOverflowError
from graphdiff.graph.compiled import CompiledGraph

COMPLEX = st.builds(complex, QUARTERS, QUARTERS)


@pytest.mark.parametrize("name", ENGINES)
@given(graph=st.one_of(dags(weights) for weights in (INTS, QUARTERS, COMPLEX)), data=st.data())
def test_an_entry_is_the_sum_of_the_edges_between_two_nodes(name: str, graph: nx.DiGraph, data: Any) -> None:
    nodes = data.draw(st.permutations(list(graph)))
    with engine(name):
        compiled = gd.compile(graph)
        for order, matrix in ((list(graph), compiled.to_scipy()), (nodes, compiled.to_scipy(nodes))):
            assert matrix.toarray().tolist() == nx.to_numpy_array(graph, order, dtype=object, nonedge=0).tolist()
            assert isinstance(matrix, sp.csr_array)
            assert matrix.nnz == len(set(graph.edges()))  # an edge of weight 0, too
            assert matrix.has_canonical_format


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.complex128])
@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
def test_a_matrix_comes_back_as_it_was(name: str, form: str, dtype: Any) -> None:
    rng = np.random.default_rng(7)
    dense = rng.integers(-3, 4, (30, 30)) * (rng.random((30, 30)) < 0.2)
    matrix = getattr(sp, f"{form}_array")(dense.astype(dtype))
    with engine(name):
        again = gd.compile(matrix, cycles="collapse").to_scipy()
    assert again.dtype == dtype
    assert (again.toarray() == dense).all()
    assert again.nnz == np.count_nonzero(dense)


def test_the_order_of_the_labels_is_the_topological_one() -> None:
    graph = gd.compile([("c", "b", 2.0), ("b", "a", 3.0)])
    assert graph.to_scipy(graph.labels).toarray().tolist() == [[0, 2, 0], [0, 0, 3], [0, 0, 0]]
    assert graph.to_scipy().toarray().tolist() == [[0, 2, 0], [0, 0, 3], [0, 0, 0]]
    assert graph.to_scipy(list("abc")).toarray().tolist() == [[0, 0, 0], [3, 0, 0], [0, 2, 0]]


def test_rows_of_a_jacobian_are_targets() -> None:
    graph = [("a", "y", 2.0), ("b", "y", 3.0), ("b", "z", 5.0)]
    numbers = gd.jacobian(graph, sources=["a", "b"], targets=["z", "y"])
    assert numbers.to_scipy().toarray().tolist() == [[0, 5], [2, 3]]
    assert (numbers.to_scipy().dtype, numbers.to_scipy().nnz) == (np.float64, 3)
    assert numbers.T.to_scipy().toarray().tolist() == [[0, 2], [5, 3]]
    ints = gd.jacobian([("a", "y", 2)], ["a"], ["y"]).to_scipy()
    assert (ints.dtype, ints.toarray().tolist()) == (np.int64, [[2]])
    assert gd.jacobian([("a", "y", 2j)], ["a"], ["y"]).to_scipy().toarray().tolist() == [[2j]]


def test_contributions_of_edges_are_at_their_ends() -> None:
    graph = nx.MultiDiGraph([("a", "b", {"weight": 2.0}), ("a", "b", {"weight": 1.0}), ("b", "c", {"weight": 3.0})])
    parts = gd.edge_contributions(graph, "a", "c")
    assert parts.to_scipy().toarray().tolist() == [[0, 9, 0], [0, 0, 9], [0, 0, 0]]
    assert parts.to_scipy(list("cba")).toarray().tolist() == [[0, 0, 0], [9, 0, 0], [0, 9, 0]]
    with pytest.raises(UsageError, match=r"^contributions of nodes are no matrix: numpy.asarray has them"):
        gd.node_contributions(graph, "a", "c").to_scipy()


def test_parallel_floats_add_in_their_order_and_as_float64() -> None:
    weights = [1e16, 1.0, -1e16, 1.0] * 9
    graph = CompiledGraph.from_arrays([0] * 36, [1] * 36, weights)
    assert (
        graph.to_scipy()[0, 1] == gd.total_influence(graph, 0, 1) == reduce(add, weights)
    )  # sum, from 3.12 on, compensates
    single = np.array([1.0, 2.0**-30], dtype=np.float32)
    assert CompiledGraph.from_arrays([0, 0], [1, 1], single).to_scipy()[0, 1] == 1 + 2.0**-30


def test_a_graph_without_edges_or_nodes() -> None:
    assert CompiledGraph.from_arrays([], [], n_nodes=2).to_scipy().toarray().tolist() == [[0, 0], [0, 0]]
    assert CompiledGraph.from_arrays([], []).to_scipy().shape == (0, 0)


@pytest.mark.parametrize(
    ("weight", "options", "kind"),
    [
        (Fraction(1, 3), {}, "numbers of the type Fraction"),
        (Decimal("0.1"), {}, "numbers of the type Decimal"),
        (sympy.Symbol("x"), {}, "numbers of the type Symbol"),
        (0.1, {"exact": True}, "numbers of the type Fraction"),
        (2**70, {}, "ints beyond 64 bits"),
    ],
)
def test_numbers_that_scipy_has_not_are_refused(weight: Any, options: Any, kind: str) -> None:
    graph = gd.compile([("a", "b", weight)], **options)
    message = rf"^scipy.sparse holds ints of 64 bits, floats and complex numbers, and there are {kind}$"
    for made in (graph, gd.jacobian(graph, ["a"], ["b"]), gd.edge_contributions(graph, "a", "b")):
        with pytest.raises(UsageError, match=message):
            made.to_scipy()


def test_sums_beyond_their_type_are_refused() -> None:
    with pytest.raises(ValueOverflowError, match=r"beyond the floats$"):
        CompiledGraph.from_arrays([0, 0], [1, 1], [1e308, 1e308]).to_scipy()
    with pytest.raises(ValueOverflowError, match=r"beyond the ints of 64 bits$"):
        CompiledGraph.from_arrays([0, 0], [1, 1], [2**62, 2**62]).to_scipy()
    assert CompiledGraph.from_arrays([0, 0], [1, 2], [2**62, 2**62]).to_scipy()[0, 2] == 2**62


@pytest.mark.parametrize(("nodes", "error"), [("ab", UsageError), ("abb", UsageError), ("abx", UnknownNodeError)])
def test_every_node_is_named_once(nodes: str, error: type[Exception]) -> None:
    message = r"^(nodes= has [23] nodes, 2 of them distinct: each of the graph's 3 is needed once|\"?no node 'x')"
    with pytest.raises(error, match=message):
        gd.compile([("a", "b", 2), ("b", "c", 3)]).to_scipy(list(nodes))


def test_a_text_is_one_node() -> None:
    with pytest.raises(UnknownNodeError, match="no node 'abc'"):
        gd.compile([("a", "b", 2), ("b", "c", 3)]).to_scipy("abc")


def test_what_to_install_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    with pytest.raises(MissingExtraError, match=r"^this needs scipy: pip install scipy$"):
        gd.compile([("a", "b", 2)]).to_scipy()
