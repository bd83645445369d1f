"""The name of an edge of arrays: its ends, and where any two edges have the same ends a key, as networkx gives."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import ENGINES, INTS, LABELS, QUARTERS, contractions, engine
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import FormatError, UnknownEdgeError, UsageError
from graphdiff.kernels.rows import number_parallels, parallels
from graphdiff.structure.diagnose import diagnose

Pair = tuple[gd.CompiledGraph, nx.DiGraph]
PARALLEL = ([0, 0, 1, 0], [1, 1, 2, 2], [2.0, 3.0, 5.0, 7.0])


def beside(labels: list[Any], edges: list[tuple[Any, Any, Any]], **options: Any) -> Pair:
    """Return edges as a compiled graph of arrays, and as the networkx graph that holds them all."""
    index = {label: number for number, label in enumerate(labels)}
    tails, heads = ([index[edge[end]] for edge in edges] for end in (0, 1))
    arrays = gd.CompiledGraph.from_arrays(tails, heads, [edge[2] for edge in edges], labels=labels, **options)
    repeated = len({edge[:2] for edge in edges}) < len(edges)
    graph = nx.MultiDiGraph() if repeated else nx.DiGraph()
    graph.add_nodes_from(labels)
    graph.add_edges_from((tail, head, {"weight": weight}) for tail, head, weight in edges)
    return arrays, graph


@st.composite
def pairs(draw: Callable[..., Any]) -> tuple[Pair, Any, Any]:
    """Draw a DAG with parallel edges, in any order, both ways, and two of its nodes."""
    labels = draw(st.lists(LABELS, min_size=2, max_size=6, unique=True))
    ends = st.sampled_from([(labels[i], labels[j]) for j in range(len(labels)) for i in range(j)])
    weights = draw(st.sampled_from([INTS, QUARTERS]))
    edges = draw(st.lists(st.tuples(ends, weights).map(lambda edge: (*edge[0], edge[1])), max_size=12))
    nodes = st.sampled_from(labels)
    return beside(draw(st.permutations(labels)), edges), draw(nodes), draw(nodes)


def compared(graph: Any, source: Any, target: Any) -> dict[str, Any]:
    """Return every result that names edges, in no order."""
    compiled = gd.compile(graph) if isinstance(graph, nx.Graph) else graph
    contributions = gd.edge_contributions(graph, source, target)
    why = gd.explain(graph, source, target)
    found = gd.sensitivities(graph, source, target)
    noted = gd.annotate(graph, source, target)
    pruned = gd.prune(graph, source, target)
    return {
        "contributions": dict(contributions),
        "shares": contributions.shares,
        "records": sorted(map(str, contributions.to_dict())),
        "series": dict(contributions.to_pandas().items()),
        "explained": (dict(why.edge_contributions), why.edge_shares, sorted(map(str, why.to_dict()["edges"]))),
        "paths": sorted(map(repr, gd.iter_paths(graph, source, target))),
        "strongest": sorted(map(repr, gd.strongest_paths(graph, source, target, k=100))),
        "sensitivities": {edge: found[edge].to_dict() for edge in found},
        "frame": {edge: tuple(row) for edge, row in found.to_pandas().astype(object).T.items()},
        "annotated": {edge[:-1]: edge[-1] for edge in _edges(noted)},
        "pruned": {(str(edge[:-1])): edge[-1] for edge in _edges(pruned)},
        "factored": gd.factored(graph, source, target).value(),
        "diagnosed": _in_no_order(diagnose(compiled, source, target)),
    }


def _in_no_order(found: Any) -> Any:
    record = found.to_dict()
    flow = record.pop("gradient_flow")
    dead = None if flow is None else sorted(map(str, flow["dead_edges"]))
    ties = {name: record.pop(name) for name in list(record) if name.startswith("busiest")}  # the first of several
    return record | {"dead": dead, "ties": [(each or {}).get("n_paths") for each in ties.values()]}


def _edges(graph: nx.DiGraph) -> list[Any]:
    return list(graph.edges(keys=True, data=True) if graph.is_multigraph() else graph.edges(data=True))


@given(drawn=pairs())
def test_every_result_of_arrays_is_that_of_the_same_networkx_graph(drawn: tuple[Pair, Any, Any]) -> None:
    (arrays, graph), source, target = drawn
    ours, theirs = compared(arrays, source, target), compared(graph, source, target)
    for name, result in theirs.items():
        assert ours[name] == result, name
    names = graph.edges(keys=True) if graph.is_multigraph() else graph.edges
    assert sorted(map(str, arrays.edges())) == sorted(map(str, names))


@given(drawn=pairs(), data=st.data())
def test_every_edge_is_removed_reweighted_and_compared_by_its_name(drawn: tuple[Pair, Any, Any], data: Any) -> None:
    (arrays, graph), source, target = drawn
    edges = arrays.edges()
    if not edges:
        return
    edge, other = data.draw(st.sampled_from(edges)), data.draw(st.sampled_from(edges))
    for change in (
        {"remove_edges": [edge]},
        {"reweight": {edge: 9.5}},
        {"reweight": {edge: 3}} | ({"remove_edges": [other]} if other != edge else {}),
    ):
        ours, theirs = (gd.what_if(each, source, target, **change) for each in (arrays, graph))
        assert (ours.before, ours.after) == (theirs.before, theirs.after)
        assert [each.to_dict() for each in ours.changes] == [each.to_dict() for each in theirs.changes]
    spread = {each: 0.5 + place for place, each in enumerate(edges)}
    ours, theirs = (gd.uncertainty(each, source, target, sd=spread).standard_error for each in (arrays, graph))
    assert ours == pytest.approx(theirs)
    low = dict.fromkeys(edges, -20.0)
    high = dict.fromkeys(edges, 20.0)
    ours, theirs = (gd.uncertainty(each, source, target, low=low, high=high) for each in (arrays, graph))
    assert (ours.low, ours.high) == (theirs.low, theirs.high)
    changed = graph.copy()
    changed.remove_edge(*edge)
    left = changed.edges(keys=True, data="weight") if graph.is_multigraph() else changed.edges(data="weight")
    after, _ = beside(list(graph), [(each[0], each[1], each[-1]) for each in left])
    ours, theirs = (gd.compare(*both, source, target).attribution for both in ((arrays, after), (graph, changed)))
    assert dict(ours) == dict(theirs)


@settings(max_examples=60)
@given(graph=contractions(), cycles=st.sampled_from(["solve", "collapse"]), data=st.data())
def test_on_cycles_too(graph: nx.MultiDiGraph, cycles: Any, data: Any) -> None:
    edges = list(graph.edges(data="weight"))
    arrays, same = beside(list(graph), edges, cycles=cycles)
    source, target = data.draw(st.sampled_from(list(graph))), data.draw(st.sampled_from(list(graph)))
    try:
        expected = gd.edge_contributions(same, source, target, cycles=cycles)
    except gd.errors.SameComponentError:
        return
    assert dict(gd.edge_contributions(arrays, source, target)) == dict(expected)
    ours, theirs = gd.sensitivities(arrays, source, target), gd.sensitivities(same, source, target, cycles=cycles)
    assert {edge: ours[edge] for edge in ours} == {edge: theirs[edge] for edge in theirs}
    found, wanted = gd.find_cycles(arrays).to_dict(), gd.find_cycles(same, cycles=cycles).to_dict()
    assert found["n_components"] == wanted["n_components"]


def test_what_was_lost() -> None:
    graph = gd.CompiledGraph.from_arrays(*PARALLEL)
    found = gd.edge_contributions(graph, 0, 2)
    assert dict(found) == {(0, 1, 0): 10, (0, 1, 1): 15, (0, 2, 0): 7, (1, 2, 0): 25}
    assert sum(dict(found).values()) - 25 == gd.total_influence(graph, 0, 2) == 32
    assert found.shares[0, 1, 1] == 15 / 32
    assert [record["key"] for record in found.to_dict()] == ["0", "1", "0", "0"]
    assert gd.sensitivities(graph, 0, 2)[0, 1, 1].removal == -15
    assert gd.what_if(graph, 0, 2, remove_edges=[(0, 1, 0)]).after == 22
    assert gd.what_if(graph, 0, 2, reweight={(0, 1, 1): 0.0, (0, 2): 1.0}).after == 11
    assert gd.what_if(graph, 0, 2, remove_nodes=[1]).after == 7
    same = nx.MultiDiGraph()
    same.add_weighted_edges_from(zip(*PARALLEL, strict=True))
    cuts = [gd.cut(each, 0, 2, part=0.9).to_dict() | {"weight_meaning": ""} for each in (graph, same)]
    assert cuts[0] == cuts[1]
    assert "key" in str(cuts[0])


def test_ends_alone_name_edges_where_no_pair_repeats() -> None:
    graph = gd.CompiledGraph.from_arrays([0, 1], [1, 2], [2.0, 5.0])
    assert list(gd.edge_contributions(graph, 0, 2)) == graph.edges() == [(0, 1), (1, 2)]
    with pytest.raises(UnknownEdgeError, match="no edge 0 -> 1"):
        gd.what_if(graph, 0, 2, remove_edges=[(0, 1, 1)])


def test_of_parallel_edges_ends_alone_name_none() -> None:
    graph = gd.CompiledGraph.from_arrays(*PARALLEL)
    with pytest.raises(UsageError, match=r"2 parallel edges 0 -> 1: say which, \(tail, head, key\), by its key: 0, 1"):
        gd.uncertainty(graph, 0, 2, sd={(0, 1): 1.0})
    with pytest.raises(UnknownEdgeError, match="no edge 0 -> 1"):
        gd.what_if(graph, 0, 2, remove_edges=[(0, 1, 2)])


def test_the_keys_of_edges_that_stay_are_kept() -> None:
    from graphdiff.whatif.edits import edited

    graph = gd.CompiledGraph.from_arrays(*PARALLEL)
    assert edited(graph, remove_edges=[(0, 1, 0)]).after.edges() == [(0, 1, 1), (0, 2, 0), (1, 2, 0)]
    added = gd.what_if(graph, 0, 2, remove_edges=[(0, 1, 0)], add_edges=[(0, 1, 1.0)])
    assert [change.to_dict()["key"] for change in added.changes] == ["0", "2"]


@pytest.mark.parametrize("mmap", [True, False])
def test_they_are_the_same_when_saved_and_loaded_and_pickled(tmp_path: Path, mmap: bool) -> None:
    graph = gd.CompiledGraph.from_arrays(*PARALLEL)
    graph.save(tmp_path / "graph")
    for same in (gd.CompiledGraph.load(tmp_path / "graph", mmap=mmap), pickle.loads(pickle.dumps(graph))):
        assert same.edges() == graph.edges()
        assert dict(gd.edge_contributions(same, 0, 2)) == dict(gd.edge_contributions(graph, 0, 2))


def test_a_saved_graph_two_of_whose_edges_have_one_name_is_refused(tmp_path: Path) -> None:
    from dataclasses import replace

    from graphdiff.graph.labels import Integers

    graph = gd.compile(nx.MultiDiGraph([("a", "b", 1), ("a", "b", 2), ("a", "c", 1)]), weight=None)
    graph.save(tmp_path / "sound")
    assert gd.CompiledGraph.load(tmp_path / "sound").edges() == graph.edges()
    twice = replace(graph, topology=replace(graph.topology, given_keys=Integers(np.array([1, 1, 1]))))
    twice.save(tmp_path / "twice")
    with pytest.raises(FormatError, match="two of its edges have one name"):
        gd.CompiledGraph.load(tmp_path / "twice")


@pytest.mark.parametrize("key", ["", (), "k", 7, False])
def test_a_compiled_multigraph_is_annotated_with_its_own_keys(key: Any) -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key=key, weight=2)
    graph.add_edge("a", "b", key="other", weight=3)
    for given_graph in (graph, gd.compile(graph)):
        noted = gd.annotate(given_graph, "a", "b")
        assert {edge[2]: edge[3]["contribution"] for edge in noted.edges(keys=True, data=True)} == {key: 2, "other": 3}
        pruned = gd.prune(given_graph, "a", "b")
        assert {edge[2]: edge[3] for edge in pruned.edges(keys=True, data="weight")} == {key: 2, "other": 3}


@given(edges=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=40).map(sorted))
def test_they_are_numbered_alike_by_every_engine(edges: list[tuple[int, int]]) -> None:
    heads = np.array([head for _, head in edges], dtype=np.uint32)
    ptr = np.searchsorted([tail for tail, _ in edges], np.arange(6)).astype(np.uint64)
    numbers = [0] * len(edges)
    repeated = number_parallels(ptr.tolist(), heads.tolist(), [0] * 5, numbers)
    seen: dict[tuple[int, int], int] = {}
    for place, edge in enumerate(edges):
        assert numbers[place] == seen.setdefault(edge, 0)
        seen[edge] += 1
    found = parallels(ptr, heads)
    assert repeated == (found is not None) == any(numbers)
    assert found is None or found.tolist() == numbers


@pytest.mark.parametrize("name", ENGINES)
def test_many_are_named_as_networkx_names_them(name: str) -> None:
    rng = np.random.default_rng(7)
    tails = rng.integers(0, 40, 600)
    heads = tails + rng.integers(1, 4, 600)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(44))
    graph.add_edges_from(zip(tails.tolist(), heads.tolist(), strict=True))
    with engine(name):
        assert sorted(gd.CompiledGraph.from_arrays(tails, heads).edges()) == sorted(graph.edges(keys=True))
