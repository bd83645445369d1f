"""Every public function that takes a graph takes it in every form, and says the same of all of them.

The functions are read off the public names, so that a new one cannot be forgotten.
"""

from __future__ import annotations

import inspect
import io
import json
import re
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import duckdb
import igraph
import networkx as nx
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import rustworkx as rx
import scipy.sparse as sp

import graphdiff as gd
from graphdiff.errors import GraphTypeError, UsageError

#: An acyclic graph of whole floats, so that sums are the same in any order: 0 and 1 are roots, 5 and 6 leaves.
EDGES = [
    (0, 2, 2.0),
    (0, 3, 3.0),
    (1, 3, -5.0),
    (2, 4, 7.0),
    (2, 5, 1.0),
    (3, 4, 11.0),
    (4, 5, 13.0),
    (4, 6, 17.0),
]
SIZE = 7
MATRIX = np.zeros((SIZE, SIZE))
for _tail, _head, _weight in EDGES:
    MATRIX[_tail, _head] = _weight
CHANGED = MATRIX.copy()
CHANGED[2, 4], CHANGED[3, 4], CHANGED[3, 6] = 8.0, 0.0, 1.0


def network(matrix: np.ndarray[Any, Any], label: Callable[[int], Hashable] = int) -> nx.DiGraph:
    """Return a matrix as a networkx graph, entry by entry."""
    graph = nx.DiGraph()
    graph.add_nodes_from(map(label, range(len(matrix))))
    graph.add_weighted_edges_from((label(int(u)), label(int(v)), float(matrix[u, v])) for u, v in np.argwhere(matrix))
    return graph


def in_arrays(matrix: np.ndarray[Any, Any]) -> gd.CompiledGraph:
    tails, heads = np.nonzero(matrix)
    graph = gd.CompiledGraph.from_arrays(tails, heads, n_nodes=len(matrix))
    return graph.with_weights(matrix[tails, heads], meaning="weight")  # which arrays do not say


def in_rustworkx(matrix: np.ndarray[Any, Any]) -> Any:
    graph = rx.PyDiGraph()
    graph.add_nodes_from(list(range(len(matrix))))
    graph.add_edges_from(list(network(matrix).edges(data="weight")))
    return graph


def in_igraph(matrix: np.ndarray[Any, Any]) -> Any:
    graph = igraph.Graph(len(matrix), list(network(matrix).edges), directed=True)
    graph.es["weight"] = [weight for *_, weight in network(matrix).edges(data="weight")]
    return graph


def in_arrow(matrix: np.ndarray[Any, Any]) -> pa.Table:
    return pa.table({str(i): matrix[:, i] for i in range(len(matrix))})


def edges_in(frame: Callable[[pd.DataFrame], Any]) -> Callable[[np.ndarray[Any, Any]], Any]:
    """Return how a matrix becomes the graph of a frame with an edge a row."""
    return lambda matrix: gd.read_edges(frame(edge_frame(matrix)))


def edge_frame(matrix: np.ndarray[Any, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(network(matrix).edges(data="weight")), columns=["source", "target", "weight"])


#: What a matrix is made into, and how its node `i` is called there.
FORMS: dict[str, tuple[Callable[[Any], Any], Callable[[int], Any]]] = {
    "compiled": (lambda matrix: gd.compile(network(matrix)), int),
    **{f"scipy {form}": (getattr(sp, f"{form}_array"), int) for form in ("csr", "csc", "coo")},
    **{f"scipy {form} matrix": (getattr(sp, f"{form}_matrix"), int) for form in ("csr", "csc", "coo")},
    "arrays": (in_arrays, int),
    "numpy": (np.asarray, int),
    "rustworkx": (in_rustworkx, int),
    "igraph": (in_igraph, int),
    "edges": (lambda matrix: list(network(matrix).edges(data="weight")), int),
    "rows": (lambda matrix: nx.to_dict_of_dicts(network(matrix)), int),
    "pandas": (pd.DataFrame, int),
    "polars": (lambda matrix: pl.DataFrame(matrix, schema=list(map(str, range(len(matrix))))), str),
    "polars, lazy": (lambda matrix: pl.DataFrame(matrix, schema=list(map(str, range(len(matrix))))).lazy(), str),
    "pyarrow": (in_arrow, str),
    "DuckDB": (lambda matrix: duckdb.from_arrow(in_arrow(matrix)), str),
    "edges in pandas": (edges_in(lambda frame: frame), int),
    "edges in polars": (edges_in(pl.DataFrame), int),
    "edges in pyarrow": (edges_in(lambda frame: pa.Table.from_pandas(frame, preserve_index=False)), int),
    "edges in DuckDB": (edges_in(duckdb.from_df), int),
}

#: Standard errors.
STEPS = [(tail, head, abs(weight) / 8) for tail, head, weight in EDGES]

Make = Callable[[Any], Any]
Label = Callable[[int], Any]


def written(form: Any, tmp_path: Path, suffix: str) -> str:
    path = tmp_path / f"graph{suffix}"
    gd.write(form, path, overwrite=True)
    return path.read_text(encoding="utf-8")


def drawn(form: Any) -> Any:
    """Return the nodes and the edges of a drawing, with what stands at them."""
    dot = gd.to_pydot(form)
    nodes = {node.get_name().strip('"') for node in dot.get_nodes()} - {"node", "edge", "graph"}
    edges = {
        (edge.get_source().strip('"'), edge.get_destination().strip('"'), edge.get("weight"))
        for edge in dot.get_edges()
    }
    return sorted(nodes), sorted(edges)


def pictured(graph: nx.DiGraph, *names: str) -> Any:
    """Return nodes and edges with some of their attributes, by the text of their names."""
    nodes = sorted((str(node), *map(data.get, names)) for node, data in graph.nodes(data=True))
    edges = sorted((str(u), str(v), *map(data.get, ("weight", *names))) for u, v, data in graph.edges(data=True))
    return nodes, edges


def said(result: Any) -> Any:
    """Return a result as text and as plain values."""
    return str(result) if type(result).__str__ is not object.__str__ else "", plain(result)


def plain(result: Any) -> Any:
    """Return a result as plain values, its nodes as text, what has no order sorted."""
    return json.loads(json.dumps(result.to_dict()), parse_constant=str)


def paths(listed: Any) -> list[Any]:
    return sorted((tuple(map(str, path.nodes)), path.influence) for path in listed)


def named(numbers: Any) -> dict[str, Any]:
    """Return numbers of nodes or edges by the text of their names."""
    return {str(tuple(map(str, key)) if isinstance(key, tuple) else key): value for key, value in numbers.items()}


def by_ends(report: dict[str, Any]) -> dict[str, Any]:
    """Return a report without what only a networkx graph can say: which attributes it has."""
    return {name: value for name, value in report.items() if name != "attributes"}


def refused(function: Callable[[Any], Any], graph: Any) -> str:
    """Return why a function refuses a graph whose nodes have nothing."""
    with pytest.raises(UsageError) as refusal:
        function(graph)
    return str(refusal.value)


#: What is asked with each function of a graph, and what of the answer must be the same.
QUESTIONS: dict[str, Callable[[Any, Make, Label], Any]] = {
    "accumulate": lambda g, _, n: named(gd.accumulate(g, n(0), semiring="max-product")),
    "annotate": lambda g, _, n: pictured(gd.annotate(g, n(0), n(5)), "tangent", "adjoint", "contribution", "share"),
    "compare": lambda g, make, n: said(gd.compare(g, make(CHANGED), n(0), n(5))),
    "compile": lambda g, _, n: sorted(
        (str(edge), weight) for edge, weight in zip(gd.compile(g).edges(), gd.compile(g).weights.tolist(), strict=True)
    ),
    "cost_of": lambda g, _, n: said(gd.cost_of(g, n(4))),
    "count_paths": lambda g, _, n: (gd.count_paths(g, n(0), n(5)), named(gd.count_paths(g, n(0)))),
    "cut": lambda g, _, n: said(gd.cut(g, n(0), n(6), part=0.5)),
    "diagnose": lambda g, _, n: by_ends(plain(gd.diagnose(g, n(0), n(5)))),
    "draw": lambda g, _, n: pictured(gd.draw(g, n(0), n(5)).graph, "contribution", "share"),
    "edge_contributions": lambda g, _, n: named(gd.edge_contributions(g, n(0), n(5))),
    "eliminate": lambda g, _, n: pictured(gd.eliminate(g, [n(4)])),
    "exclusive": lambda g, _, n: plain(gd.exclusive(g, n(4))),
    "exclusive_sizes": lambda g, _, n: named(gd.exclusive_sizes(g)),
    "explain": lambda g, _, n: said(gd.explain(g, n(0), n(5))),
    "explain_versions": lambda g, _, n: said(gd.explain_versions(g, n(5))),
    "factored": lambda g, _, n: str(gd.factored(g, n(0), n(5))),
    "filter_calls": lambda g, _, n: refused(lambda graph: gd.filter_calls(graph, hide="x"), g),
    "find_cycles": lambda g, _, n: said(gd.find_cycles(g)),
    "first_steps": lambda g, _, n: said(gd.first_steps(g, n(0), n(5))),
    "forward": lambda g, _, n: named(gd.forward(g, n(0))),
    "group": lambda g, _, n: pictured(gd.group(g, lambda node: str(int(node) // 3))),
    "iter_jacobian": lambda g, _, n: [plain(block) for block in gd.iter_jacobian(g, [n(0), n(1)], [n(5), n(6)])],
    "iter_paths": lambda g, _, n: paths(gd.iter_paths(g, n(0), n(5))),
    "jacobian": lambda g, _, n: plain(gd.jacobian(g, [n(0), n(1)], [n(5), n(6)])),
    "node_contributions": lambda g, _, n: named(gd.node_contributions(g, n(0), n(5))),
    "plan": lambda g, _, n: said(gd.plan(g, [n(0)], [n(5)])),
    "prune": lambda g, _, n: pictured(gd.prune(g, n(0), n(5), coverage=0.9)),
    "rank": lambda g, _, n: said(gd.rank(g, n(0))),
    "read_targets": lambda g, _, n: named(gd.read_targets(io.StringIO("node,weight\n5,2\n6,3\n"), g)),
    "reach_sizes": lambda g, _, n: named(gd.reach_sizes(g)),
    "replacement_scores": lambda g, _, n: refused(gd.replacement_scores, g),
    "reverse": lambda g, _, n: named(gd.reverse(g, n(5))),
    "routes": lambda g, _, n: said(gd.routes(g, n(0), n(5))),
    "sample_paths": lambda g, _, n: {
        tuple(map(str, path.nodes)) for path in gd.sample_paths(g, n(0), n(5), 99, seed=1)
    },
    "sensitivities": lambda g, _, n: said(gd.sensitivities(g, n(0), n(5))),
    "strongest_paths": lambda g, _, n: [
        (tuple(map(str, path.nodes)), path.influence) for path in gd.strongest_paths(g, n(0), n(5), k=3)
    ],
    "table": lambda g, _, n: said(gd.table(g, [n(0), n(1)], [n(5), n(6)])),
    "tally": lambda g, _, n: refused(gd.tally, g),
    "to_pydot": lambda g, _, n: drawn(g),
    "total_influence": lambda g, _, n: gd.total_influence(g, n(0), n(5)),
    "total_influences": lambda g, _, n: gd.total_influences(g, [(n(0), n(5)), (n(1), n(6))]).tolist(),
    "uncertainty": lambda g, _, n: said(gd.uncertainty(g, n(0), n(5), sd={(n(u), n(v)): w for u, v, w in STEPS})),
    "what_if": lambda g, _, n: said(gd.what_if(g, n(0), n(5), remove_edges=[(n(2), n(4))])),
}

#: The public functions that take no graph, and what they take.
OTHERS = {
    "check": "a program",
    "gradient": "a program",
    "read": "a file",
    "read_edges": "a table",
    "trace": "a program",
    "watched": "a function of what is done",
}


def public_functions() -> set[str]:
    return {name for name in gd.__all__ if inspect.isfunction(inspect.unwrap(getattr(gd, name)))}


def test_every_public_function_is_asked() -> None:
    assert public_functions() == QUESTIONS.keys() | OTHERS.keys() | {"write"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("function", QUESTIONS)
def test_every_form_of_a_graph_has_the_same_answer(function: str, form: str) -> None:
    make, label = FORMS[form]
    question = QUESTIONS[function]
    right = question(network(MATRIX, label), lambda matrix: network(matrix, label), label)
    assert question(make(MATRIX), make, label) == right


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("suffix", [".json", ".csv", ".graphml", ".dot", ".mmd"])
def test_every_form_of_a_graph_is_written(form: str, suffix: str, tmp_path: Path) -> None:
    make, _ = FORMS[form]
    lines = written(make(MATRIX), tmp_path, suffix)
    if suffix == ".mmd":  # which nothing reads
        assert lines.count("-->") == len(EDGES)
        return
    again = gd.read(tmp_path / f"graph{suffix}")
    assert {(str(u), str(v)): float(w) for u, v, w in again.edges(data="weight")} == {
        (str(u), str(v)): w for u, v, w in EDGES
    }


#: Frames with an edge a row, which no function takes for a graph; square ones, too.
EDGE_FRAMES: dict[str, Any] = {
    "pandas": edge_frame(MATRIX),
    "pandas, square": edge_frame(MATRIX)[:3],
    "polars": pl.DataFrame(edge_frame(MATRIX)),
    "polars, square": pl.DataFrame(edge_frame(MATRIX))[:3],
    "polars, lazy": pl.DataFrame(edge_frame(MATRIX)).lazy(),
    "pyarrow": pa.Table.from_pandas(edge_frame(MATRIX)),
    "pyarrow, square": pa.Table.from_pandas(edge_frame(MATRIX), preserve_index=False)[:3],
    "DuckDB": duckdb.from_df(edge_frame(MATRIX)),
}


@pytest.mark.parametrize("frame", EDGE_FRAMES)
@pytest.mark.parametrize("function", [*QUESTIONS, "write"])
def test_a_frame_with_an_edge_a_row_is_sent_to_read_edges(function: str, frame: str, tmp_path: Path) -> None:
    questions = {**QUESTIONS, "write": lambda g, *_: written(g, tmp_path, ".json")}
    with pytest.raises(GraphTypeError, match=r"read_edges takes a frame with an edge a row$"):
        questions[function](EDGE_FRAMES[frame], network, int)
    assert not re.search(r"graph", " ".join(path.name for path in tmp_path.iterdir()))  # nothing is written
