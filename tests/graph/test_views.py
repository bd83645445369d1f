"""A saved graph seen as a networkx graph: what networkx and every function say of it is what they say of the graph."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import GraphdiffError, WeightError
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.views import saved_in
from graphdiff.io.saved import read_saved

LABELS = st.one_of(st.text(max_size=3), st.integers(-3, 3), st.tuples(st.integers(0, 2), st.text(max_size=1)))
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=3), st.lists(st.integers())
)
RECORDS = st.dictionaries(st.sampled_from(["kind", "size", "lines"]), VALUES, max_size=3)


@st.composite
def graphs(draw: Callable[..., Any]) -> nx.DiGraph:
    """Draw a graph with labels, keys and attributes of many kinds, weights on all edges or on none."""
    graph = draw(st.sampled_from([nx.DiGraph, nx.MultiDiGraph]))(**draw(RECORDS))
    labels = draw(st.lists(LABELS, min_size=1, max_size=6, unique_by=lambda x: (str(type(x)), x)))
    for label in labels:
        graph.add_node(label, **draw(RECORDS))
    weights = draw(st.sampled_from([None, st.integers(-3, 3), st.floats(-2, 2)]))
    for tail, head in draw(st.lists(st.tuples(st.sampled_from(labels), st.sampled_from(labels)), max_size=9)):
        record = draw(RECORDS) | ({} if weights is None else {"weight": draw(weights)})
        keys = {"key": draw(st.one_of(st.integers(0, 3), st.text(max_size=2)))} if graph.is_multigraph() else {}
        graph.add_edge(tail, head, **keys, **record)
    return graph


def view_of(graph: nx.DiGraph, folder: Any, weight: Any = "weight") -> nx.DiGraph:
    """Return the graph as it is after it was saved and read again."""
    path = folder / "x.gdiff"
    gd.compile(graph, weight=weight, cycles="collapse").with_attributes(graph).save(path, overwrite=True)
    return read_saved(path.read_bytes(), name="x")


@given(graph=graphs())
def test_networkx_sees_the_same_graph(graph: nx.DiGraph, tmp_path_factory: Any) -> None:
    has_weights = all("weight" in data for *_, data in graph.edges(data=True))
    seen = view_of(graph, tmp_path_factory.mktemp("view"), "weight" if has_weights else None)
    assert type(seen) is type(graph)
    assert _told(seen.nodes(data=True)) == _told(graph.nodes(data=True))
    assert _told(_edges(seen)) == _told(_edges(graph))
    assert len(seen.edges) == len(graph.edges)
    assert seen.number_of_edges() == graph.number_of_edges()
    assert {u: {v: len(row[v]) for v in row} for u, row in seen.pred.items()} == {
        u: {v: len(row[v]) for v in row} for u, row in graph.pred.items()
    }
    assert {name: seen.graph[name] for name in graph.graph} == graph.graph
    for node in graph:
        assert seen.nodes[node] == graph.nodes[node]
        assert nx.descendants(seen, node) == nx.descendants(graph, node)
        assert nx.ancestors(seen, node) == nx.ancestors(graph, node)
    assert "no such node" not in seen
    copied = seen.copy()
    copied.add_edge("new", "newer")
    assert saved_in(copied) is None
    assert len(copied.edges) == len(graph.edges) + 1


def _told(rows: Any) -> list[Any]:
    """Return nodes or edges with their attributes as texts, which tell 1 from 1.0; attributes have no order."""
    return [(repr(row[:-1]), sorted(map(repr, row[-1].items()))) for row in rows]


def _edges(graph: nx.DiGraph) -> list[Any]:
    return list(graph.edges(data=True, **({"keys": True} if graph.is_multigraph() else {})))


@pytest.mark.parametrize(
    "weight",
    [None, "weight", gd.weights.even, lambda u, v, data: len(data)],
    ids=["none", "weight", "even", "a function"],
)
@given(graph=graphs())
def test_compiling_a_view_is_compiling_the_graph(weight: Any, graph: nx.DiGraph, tmp_path_factory: Any) -> None:
    has_weights = all("weight" in data for *_, data in graph.edges(data=True)) and graph.number_of_edges()
    seen = view_of(graph, tmp_path_factory.mktemp("view"), "weight" if has_weights else None)
    answers: list[Any] = []
    for each in (graph, seen):
        try:
            ready = gd.compile(each, weight=weight, cycles="collapse")
            answers.append((ready.edges(), list(ready.weights), ready.weight_meaning, ready.edge_meaning))
        except GraphdiffError as error:
            answers.append(sorted(str(error).replace(";", ",").replace(":", ",").split(", ")))
    assert answers[0] == answers[1]


def test_a_view_is_frozen_and_finds_nothing_that_is_not_there(tmp_path: Any) -> None:
    seen = view_of(nx.DiGraph([("a", "b", {"weight": 2})]), tmp_path)
    with pytest.raises(nx.NetworkXError, match="Frozen"):
        seen.add_edge("b", "c")
    with pytest.raises(KeyError):
        seen.nodes["c"]
    assert ["a"] not in seen
    assert (1 in seen) is False


def test_numbers_are_found_as_python_finds_them(tmp_path: Any) -> None:
    seen = view_of(nx.DiGraph([(1, 2.0, {"weight": 1}), (2.0, "x", {"weight": 1})]), tmp_path)
    assert [1 in seen, 1.0 in seen, True in seen, 2 in seen, 3 in seen, np.int64(1) in seen] == [
        True, True, True, True, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda graph, record: record.__setitem__("weight", 3),
        lambda graph, record: record.__delitem__("weight"),
        lambda graph, record: record.update(weight=3),
        lambda graph, record: record.__ior__({"weight": 3}),
        lambda graph, record: record.setdefault("x", 3),
        lambda graph, record: record.pop("weight"),
        lambda graph, record: record.popitem(),
        lambda graph, record: record.clear(),
        lambda graph, record: nx.set_edge_attributes(graph, 3, "weight"),
        lambda graph, record: nx.set_node_attributes(graph, 3, "size"),
    ],
)
@pytest.mark.parametrize("kind", [nx.DiGraph, nx.MultiDiGraph])
def test_setting_an_attribute_is_refused_where_it_would_be_lost(change: Any, kind: Any, tmp_path: Path) -> None:
    graph = kind([("a", "b", {"weight": 2})])
    seen = view_of(graph, tmp_path)
    [record] = (data for _, _, data in seen.edges(data=True))
    with pytest.raises(
        nx.NetworkXError, match=r"attributes of a saved graph cannot be changed; .* a copy, G\.copy\(\)"
    ):
        change(seen, record)
    assert record == {"weight": 2}
    for same in (record.copy(), copy.deepcopy(record), pickle.loads(pickle.dumps(record)), {**record}, record | {}):
        assert same == record
    change(own := seen.copy(), next(data for _, _, data in own.edges(data=True)))
    assert not nx.utils.graphs_equal(own, graph)


@pytest.mark.parametrize("nodes", [range(3), [-1, 1, 2**62]], ids=["ids themselves", "ints"])
@pytest.mark.parametrize(
    "label",
    [1, True, np.bool_(True), np.int8(1), np.uint64(1), 1.0, np.float64(-1), Fraction(1), Decimal(1), 1 + 0j, 2.0**62,
     2.5, 2**70, "1", b"1", "", None, float("inf"), float("nan"), (1,), 1 + 1j],
)  # fmt: skip
def test_what_equals_an_int_is_that_node_as_in_a_dict(nodes: Any, label: Any, tmp_path: Path) -> None:
    graph = nx.DiGraph(zip(nodes, [*nodes][1:], strict=False))
    if isinstance(nodes, range):
        gd.CompiledGraph.from_arrays([0, 1], [1, 2]).save(tmp_path / "x.gdiff")
        view = gd.read(tmp_path / "x.gdiff")
    else:
        view = view_of(graph, tmp_path, None)
    assert (label in view) is (label in graph)
    assert (label in view.succ) is (label in graph.succ)
    compiled = gd.compile(view, weight=gd.weights.unit)
    if label in graph:
        assert list(view.succ[label]) == list(graph.succ[label])
        assert gd.total_influence(compiled, label, label) == 1


def test_an_attribute_that_is_not_there_is_told_with_those_that_are(tmp_path: Any) -> None:
    seen = view_of(nx.DiGraph([("a", "b", {"weight": 2, "kind": "x"})]), tmp_path)
    with pytest.raises(WeightError, match=r"none of the 1 edges has 'cost'; these edges have: weight .*kind"):
        gd.explain(seen, "a", "b", weight="cost")


def test_no_object_an_edge_is_made_by_a_question(tmp_path: Any) -> None:
    rng = np.random.default_rng(0)
    tails = np.sort(rng.integers(0, 9_000, 60_000))
    heads = tails + 1 + rng.integers(0, 900, len(tails))
    graph = CompiledGraph.from_arrays(tails, heads, rng.random(len(tails)), n_nodes=10_000, attributes={"n": tails})
    graph.save(tmp_path / "x.gdiff")
    seen = gd.read(tmp_path / "x.gdiff")
    made = 0
    records = type(seen._adj)._some

    def counted(rows: Any, ids: Any) -> Any:
        nonlocal made
        made += len(ids)
        return records(rows, ids)

    type(seen._adj)._some = counted
    try:
        assert gd.explain(seen, 0, 9_800).total == gd.total_influence(graph, 0, 9_800)
        assert gd.total_influence(seen, 0, 9_800) == gd.total_influence(graph, 0, 9_800)
        assert gd.count_paths(seen, 0, 9_800) == gd.count_paths(graph, 0, 9_800)
        assert dict(gd.forward(seen, 0)) == dict(gd.forward(graph, 0))
        assert made == 0
    finally:
        type(seen._adj)._some = records


def test_labels_of_many_kinds_are_the_same_labels_in_another_graph(tmp_path: Any) -> None:
    old = nx.DiGraph([("a", (1, 2), {"weight": 2}), ((1, 2), 3, {"weight": 5})])
    new = nx.DiGraph([("a", "b", {"weight": 2}), ("b", "c", {"weight": 5})])
    views = [view_of(graph, tmp_path) for graph in (old, new)]
    for before, after in ((old, new), (old, old)):
        expected = gd.compare(before, after).to_dict()
        seen = [views[0], views[1] if after is new else views[0]]
        assert gd.compare(*seen).to_dict() == expected
        assert gd.compare(seen[0], after).to_dict() == expected
    changed = gd.what_if(views[0], "a", 3, add_edges=[("a", "new", 1), ("new", 3, 7)])
    assert changed.after == gd.what_if(old, "a", 3, add_edges=[("a", "new", 1), ("new", 3, 7)]).after == 17


def test_a_view_is_pickled_with_all_that_it_has(tmp_path: Any) -> None:
    graph = nx.MultiDiGraph([("a", "b", "k", {"weight": 2.0}), ("a", "b", "l", {"weight": 3.0})], title="t")
    gd.compile(graph, weight="weight").with_attributes(graph).save(tmp_path / "x.gdiff")
    seen = gd.read(tmp_path / "x.gdiff")
    again = pickle.loads(pickle.dumps(seen))
    assert list(again.edges(keys=True, data=True)) == list(graph.edges(keys=True, data=True))
    assert (list(again.pred["b"]), len(again.edges), again.graph["title"]) == (["a"], 2, "t")
    assert gd.total_influence(again, "a", "b") == 5.0
    assert nx.is_frozen(again)


@pytest.mark.parametrize("gone", [[], [("a", "b", "k2")], [("c", "d", 0)]])
def test_an_error_names_an_edge_of_a_saved_graph_as_that_of_the_graph(gone: list[Any], tmp_path: Any) -> None:
    graph = nx.MultiDiGraph([("x", "b"), ("c", "d")])
    graph.add_edge("a", "b", key="k1", w=1.0)
    graph.add_edge("a", "b", key="k2")
    nx.set_edge_attributes(graph, {("x", "b", 0): 2.0}, "w")
    graph.remove_edges_from(gone)
    gd.compile(graph, weight=None).with_attributes(graph).save(tmp_path / "x.gdiff")
    told = []
    for asked in (graph, gd.read(tmp_path / "x.gdiff")):
        with pytest.raises(gd.errors.WeightError, match="no 'w', the first is") as caught:
            gd.compile(asked, weight="w")
        told.append((str(caught.value), caught.value.edge))
    assert told[0] == told[1]
    assert ("(key 'k2')" in told[0][0]) == (caught.value.edge[:2] == ("a", "b"))


@pytest.mark.parametrize(
    "given", [[1.0, None], [None], [1, "x", None], [float("nan"), 1.0], ["5%", None], [True, None]], ids=str
)
@pytest.mark.parametrize("default", [None, 1])
def test_a_weight_that_is_none_is_no_weight_that_is_missing(given: list[Any], default: Any, tmp_path: Any) -> None:
    graph = nx.DiGraph([(0, 9)])
    for number, weight in enumerate(given):
        graph.add_edge(number, number + 1, w=weight)
    gd.compile(graph, weight=None).with_attributes(graph).save(tmp_path / "x.gdiff")
    told = []
    for asked in (graph, gd.read(tmp_path / "x.gdiff")):
        with pytest.raises(
            WeightError, match="has no 'w', the first is" if default is None else "not a finite"
        ) as caught:
            gd.compile(asked, weight="w", default_weight=default)
        told.append(str(caught.value))
    assert told[0] == told[1]
