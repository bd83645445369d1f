"""Graphs of other libraries and of plain Python: the same numbers as the networkx graph that they stand for."""

from __future__ import annotations

from collections.abc import Callable
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
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import GraphTypeError, UsageError, WeightError

SPARSE = ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")


def of_matrix(matrix: np.ndarray[Any, Any]) -> nx.DiGraph:
    """Return the graph of a matrix, made entry by entry."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(matrix)))
    graph.add_weighted_edges_from((i, j, w) for i, row in enumerate(matrix.tolist()) for j, w in enumerate(row) if w)
    return graph


def in_rustworkx(matrix: np.ndarray[Any, Any]) -> Any:
    graph = rx.PyDiGraph()
    graph.add_nodes_from(list(range(len(matrix))))
    graph.add_edges_from(list(of_matrix(matrix).edges(data="weight")))
    return graph


def in_igraph(matrix: np.ndarray[Any, Any]) -> Any:
    graph = igraph.Graph(len(matrix), list(of_matrix(matrix).edges), directed=True)
    graph.es["weight"] = [weight for *_, weight in of_matrix(matrix).edges(data="weight")]
    return graph


#: What a matrix is made into, and how its node `i` is called there.
FORMS: dict[str, tuple[Callable[[Any], Any], Callable[[int], Any]]] = {
    **{f"{name} array": (getattr(sp, f"{name}_array"), int) for name in SPARSE},
    **{f"{name} matrix": (getattr(sp, f"{name}_matrix"), int) for name in SPARSE},
    "numpy": (np.asarray, int),
    "pandas": (pd.DataFrame, int),
    "polars": (lambda matrix: pl.DataFrame(matrix, schema=list(map(str, range(len(matrix))))), str),
    "pyarrow": (lambda matrix: pa.table({str(i): matrix[:, i] for i in range(len(matrix))}), str),
    "rustworkx": (in_rustworkx, int),
    "igraph": (in_igraph, int),
    "edges": (lambda matrix: list(of_matrix(matrix).edges(data="weight")) or [(0, 1, 0)], int),
    "edges with attributes": (lambda matrix: list(of_matrix(matrix).edges(data=True)) or [(0, 1, {"weight": 0})], int),
    "dict of dicts": (lambda matrix: nx.to_dict_of_dicts(of_matrix(matrix)), int),
    "dict of weights": (lambda m: {i: {j: w for j, w in enumerate(row) if w} for i, row in enumerate(m.tolist())}, int),
}
MATRICES = st.integers(2, 6).flatmap(
    lambda n: st.lists(st.integers(-3, 3), min_size=n * n, max_size=n * n).map(
        lambda values: np.triu(np.array(values, dtype=float).reshape(n, n), 1)
    )
)


@pytest.mark.parametrize("form", FORMS)
@given(matrix=MATRICES)
def test_every_form_of_a_graph_gives_the_same_totals(form: str, matrix: np.ndarray[Any, Any]) -> None:
    made, label = FORMS[form]
    ends = [label(i) for i in range(len(matrix))]
    right = np.linalg.inv(np.eye(len(matrix)) - matrix)  # (I - A)^-1, with no path or sweep
    graph = gd.compile(made(matrix))
    there = [(i, j) for i in range(len(matrix)) for j in range(i, len(matrix))]
    there = [(i, j) for i, j in there if {ends[i], ends[j]} <= set(graph.labels)]
    assert [gd.total_influence(graph, ends[i], ends[j]) for i, j in there] == pytest.approx(
        [right[i, j] for i, j in there]
    )


@pytest.mark.parametrize("form", [form for form in FORMS if form != "edges"])
def test_a_graph_without_edges(form: str) -> None:
    made, _ = FORMS[form]
    assert gd.compile(made(np.zeros((2, 2)))).n_nodes == 2


def test_entries_at_one_place_of_a_sparse_matrix_add_and_zeros_are_no_edges() -> None:
    matrix = sp.coo_array(([2.0, 3.0, 0.0], ([0, 0, 1], [1, 1, 2])), shape=(3, 3))
    assert gd.compile(matrix).edges() == [(0, 1)]
    assert gd.total_influence(matrix, 0, 1) == 5
    assert matrix.nnz == 3  # as it was


def test_weights_keep_their_kind() -> None:
    assert gd.total_influence([("a", "b", Fraction(1, 3)), ("b", "c", 3)], "a", "c") == Fraction(1)
    assert isinstance(gd.total_influence(sp.csr_array(np.array([[0, 2], [0, 0]])), 0, 1), int)


def test_parallel_edges_of_a_list_and_of_rustworkx_add() -> None:
    graph = rx.PyDiGraph()
    graph.add_nodes_from(["a", "b"])
    graph.add_edges_from([(0, 1, 2.0), (0, 1, {"weight": 3.0})])
    assert gd.total_influence(graph, "a", "b") == 5
    assert gd.total_influence([("a", "b", 2), ("a", "b", 3)], "a", "b") == 5


def test_nodes_of_rustworkx_that_look_the_same_are_called_by_their_index() -> None:
    graph = rx.PyDiGraph()
    graph.add_nodes_from(["x", "x", "y"])
    graph.remove_node(0)
    graph.add_node("y")
    graph.add_edge(1, 2, 2.0)
    assert sorted(gd.compile(graph).labels) == sorted(graph.node_indices())


def test_nodes_of_igraph_are_called_by_their_names_where_these_are_distinct() -> None:
    graph = igraph.Graph([(0, 1), (1, 2)], directed=True)
    graph.vs["name"] = ["x", "y", "z"]
    assert gd.count_paths(graph, "x", "z") == 1
    graph.vs["name"] = ["x", "x", "z"]
    assert gd.count_paths(graph, 0, 2) == 1


def test_nodes_without_an_edge_are_counted_in_arrays() -> None:
    assert gd.CompiledGraph.from_arrays([0], [1], n_nodes=4).n_nodes == 4
    with pytest.raises(UsageError, match=r"^n_nodes=1, but node ids up to 1$"):
        gd.CompiledGraph.from_arrays([0], [1], n_nodes=1)
    with pytest.raises(UsageError, match=r"^n_nodes=3, but 2 labels$"):
        gd.CompiledGraph.from_arrays([0], [1], labels=["a", "b"], n_nodes=3)


def test_a_list_of_heads_is_a_row_without_weights() -> None:
    assert gd.count_paths({"a": ["b", "c"], "b": {"c"}}, "a", "c") == 2


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        ("abc", r"^cannot compile a str: graphdiff.read\(PATH\) makes a graph of a file; else give a networkx DiGraph"),
        (Path("abc"), r"^cannot compile a \w+Path: graphdiff.read\(PATH\) makes a graph of a file"),
        (3, r"^cannot compile a int: give a networkx DiGraph or MultiDiGraph, a directed graph of rustworkx"),
        (
            {"a": "bc"},
            r"^the row of 'a' is 'bc': a row is a dict of its heads with their weights or attributes, or a list",
        ),
        ([("a",)], r"^edge 0 of the list is \('a',\): an edge is \(source, target\), "),
        (["ab"], r"^edge 0 of the list is 'ab': an edge is "),
        ([("a", "b"), ("a", ["b"])], r"^edge 1 of the list has the end \['b'\], which is no label of a node$"),
        ([("a", "b", "c")], r"^edge 0 of the list carries 'c': a weight is a number, attributes are a dict$"),
        ({"a": {"b": "c"}}, r"^the row of 'a': 'b' carries 'c': a weight is a number"),
        (
            pl.DataFrame({"source": ["a"], "target": ["b"]}),
            r"^a frame of 1 rows and 2 columns .* graphdiff.read_edges takes",
        ),
        (
            pl.DataFrame({"source": [0, 1], "target": [1, 2]}),
            r"^a frame with the columns 'source' and 'target' has an edge a row; graphdiff.read_edges takes",
        ),
        (
            pa.table({"x": ["a", "b"], "y": ["b", "c"]}),
            r"^the column 'x' of the frame is String, which is no weight; graphdiff.read_edges takes",
        ),
        ({"a": {None: 2}}, r"^the row of 'a' has the end None, which is no label of a node$"),
        ({None: {"a": 2}}, r"^the rows have the end None, which is no label of a node$"),
        ({"a": [["b"]]}, r"^the row of 'a' has the end \['b'\], which is no label of a node$"),
        (pd.DataFrame({"source": ["a"], "target": ["b"]}), r"^the rows and columns of a DataFrame .* read_edges takes"),
        (sp.csr_array(np.ones((2, 3))), r"^the array has shape \(2, 3\): a graph's matrix is square"),
        (rx.PyGraph(), r"^the graph is undirected, and influence needs a direction: build a rustworkx.PyDiGraph$"),
        (
            igraph.Graph([(0, 1)]),
            r"^the graph is undirected.*: build an igraph.Graph with directed=True$",
        ),
    ],
)
def test_what_is_no_graph_is_refused_with_what_is_one(graph: Any, message: str) -> None:
    with pytest.raises(GraphTypeError, match=message):
        gd.compile(graph)


def test_missing_and_infinite_weights_are_told_by_their_edge() -> None:
    with pytest.raises(WeightError, match=r"^1 of the 2 edges has no 'weight', the first is 'b' -> 'c'"):
        gd.compile([("a", "b", 2), ("b", "c")])
    with pytest.raises(WeightError, match=r"^the weight of the edge 0 -> 1 is nan, not a finite number"):
        gd.compile(sp.csr_array(np.array([[0, np.nan], [0, 0]])))


def test_labels_of_a_frame_must_be_distinct() -> None:
    with pytest.raises(UsageError, match="stands for two nodes"):
        gd.compile(pd.DataFrame(np.zeros((2, 2)), index=["a", "a"], columns=["a", "a"]))
