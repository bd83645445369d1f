"""No two nodes and no two edges have one name in what a result says of them, whatever their labels are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.text.names import Naming, distinct, texts

#: Labels of which many have the same text.
LABELS = st.sampled_from(
    [1, "1", "1 (int)", "1 (int) #2", True, "True", 1.5, "1.5", None, "None", (1, 2), "(1, 2)", ("1", 2),
     frozenset([1]), frozenset(["1"]), "frozenset({1})", b"1", "b'1'", 0, "0", 0.0]
)  # fmt: skip


class Same:
    """Nodes that look all the same."""

    def __str__(self) -> str:
        return "same"


@given(labels=st.lists(LABELS, unique=True))
def test_texts_are_as_different_as_labels(labels: list[Any]) -> None:
    named = Naming.of(labels).listed(labels)
    assert len(set(named)) == len(labels)
    assert all(text == label for text, label in zip(named, labels, strict=True) if isinstance(label, str))
    assert len(set(texts(labels))) == len(labels)


def test_labels_that_look_the_same_are_numbered() -> None:
    labels = [Same(), Same(), "same"]
    assert list(distinct(labels).values()) == ["same (Same)", "same (Same) #2"]


def test_where_nothing_is_the_same_nothing_is_marked() -> None:
    assert texts([1, 2.5, "a", (1, 2)]) == ["1", "2.5", "a", "(1, 2)"]
    assert texts([3, 3]) == ["3", "3"]


def _mixed() -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    for tail, head in [("s", 1), ("s", "1"), (1, "t"), ("1", "t"), (1, "1")]:
        graph.add_edge(tail, head, weight=0.5)
    graph.add_edge("s", 1, key="0", weight=0.25)
    return graph


ONE, TEXT = "1 (int)", "1"
EDGES = {("s", ONE, "0 (int)"), ("s", ONE, "0"), ("s", TEXT, "0 (int)"), (ONE, "t", "0 (int)"), (TEXT, "t", "0 (int)"),
         (ONE, TEXT, "0 (int)")}  # fmt: skip
NODES = {"s", "t", ONE, TEXT}


def _cyclic() -> nx.MultiDiGraph:
    graph = _mixed()
    graph.add_edge("1", 1, weight=0.5)
    return graph


def _changed() -> nx.MultiDiGraph:
    graph = _mixed()
    for tail, head, key in graph.edges:
        graph.edges[tail, head, key]["weight"] *= 3
    return graph


def _nodes(paths: Any) -> list[str]:
    return [node for path in paths for node in path.to_dict()["nodes"]]


def _moved(found: dict[str, Any]) -> list[str]:
    return [found["end"], *(each["node"] for each in found["moved"])]


#: What gives a record for each of the edges, and for each of the nodes.
ALL_EDGES: dict[str, Callable[[nx.MultiDiGraph], Any]] = {
    "edge contributions": lambda graph: gd.edge_contributions(graph, "s", "t").to_dict(),
    "explain": lambda graph: gd.explain(graph, "s", "t").to_dict()["edges"],
    "sensitivities": lambda graph: gd.sensitivities(graph, "s", "t").to_dict()["edges"],
    "one by one": lambda graph: [each.to_dict() for each in gd.sensitivities(graph, "s", "t").values()],
    "what_if": lambda graph: gd.what_if(graph, "s", "t", remove_edges=list(graph.edges)).to_dict()["changes"],
    "paths": lambda graph: [dict(zip(("source", "target", "key"), edge, strict=True))
                        for path in gd.iter_paths(graph, "s", "t") for edge in path.to_dict()["edges"]],
}  # fmt: skip
ALL_NODES: dict[str, Callable[[nx.MultiDiGraph], Any]] = {
    "forward": lambda graph: gd.forward(graph, "s").to_dict(),
    "node contributions": lambda graph: gd.node_contributions(graph, "s", "t").to_dict(),
    "count_paths": lambda graph: gd.count_paths(graph, "s").to_dict(),
    "jacobian": lambda graph: gd.jacobian(graph, list(graph), list(graph)).to_dict(),
    "jacobian, a row": lambda graph: gd.jacobian(graph, list(graph), ["t"]).to_dict()["t"],
    "jacobian, turned": lambda graph: gd.jacobian(graph, list(graph), ["t"]).T.to_dict(),
    "explain": lambda graph: [each["node"] for each in gd.explain(graph, "s", "t").to_dict()["nodes"]],
    "paths": lambda graph: _nodes(gd.iter_paths(graph, "s", "t")),
    "strongest": lambda graph: _nodes(gd.strongest_paths(graph, "s", "t")),
    "exclusive": lambda graph: ["s", *gd.exclusive(graph, "s").to_dict()["exclusive"]],
    "moved": lambda graph: _moved(gd.compare(graph, _changed(), source="s").to_dict()),
}


@pytest.mark.parametrize("what", list(ALL_EDGES))
def test_every_edge_has_a_name_of_its_own(what: str) -> None:
    records = json.loads(json.dumps(ALL_EDGES[what](_mixed())))
    assert {(each["source"], each["target"], each["key"]) for each in records} == EDGES


@pytest.mark.parametrize("what", list(ALL_NODES))
def test_every_node_has_a_name_of_its_own(what: str) -> None:
    assert set(json.loads(json.dumps(ALL_NODES[what](_mixed())))) == NODES


def _names(found: Any) -> Iterator[str]:
    """Yield every text of a record, whatever it says."""
    if isinstance(found, dict):
        for key, value in found.items():
            yield key
            yield from _names(value)
    elif isinstance(found, list):
        for value in found:
            yield from _names(value)
    elif isinstance(found, str):
        yield found


#: What speaks of the node 1 and of nothing else that is called so.
OF_ONE: dict[str, Callable[[nx.MultiDiGraph], Any]] = {
    "uncertainty": lambda graph: gd.uncertainty(graph, 1, "t", sd=dict.fromkeys(graph.edges, 0.1)),
    "explain": lambda graph: gd.explain(graph, "s", 1),
    "what_if": lambda graph: gd.what_if(graph, "s", 1),
    "a node removed": lambda graph: gd.what_if(graph, "s", "t", remove_nodes=[1]),
    "a node no longer reached": lambda graph: gd.what_if(graph, "s", "t", remove_edges=[("s", 1, 0), ("s", 1, "0")]),
    "cut": lambda graph: gd.cut(graph, "s", 1),
    "cut, nodes": lambda graph: gd.cut(graph, "s", "t", what="nodes"),
    "diagnose": lambda graph: gd.diagnose(graph, "s", 1),
    "compare": lambda graph: gd.compare(graph, _changed(), "s", 1),
    "changes": lambda graph: gd.compare(graph, _changed(), target=1),
    "difference": lambda graph: gd.compare(graph, _changed()),
    "sensitivities": lambda graph: gd.sensitivities(graph, 1, "t"),
    "plan": lambda graph: gd.plan(graph, ["s"], ["t"]),
    "find_cycles": lambda graph: gd.find_cycles(_cyclic()),
    "a cycle as one node": lambda graph: gd.explain(_cyclic(), "s", "t", cycles="collapse"),
    "appeared": lambda graph: gd.compare(graph.subgraph(["s", "1", "t"]), graph),
}


@pytest.mark.parametrize("what", list(OF_ONE))
def test_a_number_is_told_from_its_text(what: str) -> None:
    said = set(_names(json.loads(json.dumps(OF_ONE[what](_mixed()).to_dict()))))
    assert any(ONE in name for name in said), said


@settings(max_examples=40)
@given(data=st.data())
def test_records_have_as_many_names_as_there_are_edges(data: st.DataObject) -> None:
    labels = data.draw(st.lists(LABELS.filter(lambda label: label is not None), min_size=2, max_size=6, unique=True))
    pairs = [(tail, head) for place, head in enumerate(labels) for tail in labels[:place]]
    chosen = data.draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=9))
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(labels)
    for tail, head in chosen:
        keys = [key for key in (0, "0", 1, "1", 2.5, "2.5") if not graph.has_edge(tail, head, key)]
        graph.add_edge(tail, head, key=data.draw(st.sampled_from(keys)) if keys else None, weight=1)
    for found in (graph, gd.compile(graph)):
        records = gd.edge_contributions(found, labels[0], labels[-1]).to_dict()
        assert len({(each["source"], each["target"], each["key"]) for each in records}) == graph.number_of_edges()
        assert len(gd.forward(found, labels[0]).to_dict()) == len(labels)


def test_sums_and_formulas_keep_nodes_apart_that_have_one_text() -> None:
    steps = gd.explain(_mixed(), "s", "t").last_steps()
    assert {name: number for name, number, _ in steps} == {TEXT: 0.375 + 0.125 - 0.0625, ONE: 0.375}
    assert len(set(gd.factored(_mixed(), "s", "t").symbols)) == len(EDGES)
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("s", "a,b", 2), ("a,b", "c", 3), ("s", "a", 5), ("a", "b,c", 7), ("b,c", "c", 11)])
    assert len(set(gd.factored(graph, "s", "c").symbols)) == 5


def test_a_new_node_that_looks_like_another_is_told_apart() -> None:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("s", "1", 2), ("1", "t", 3)])
    for given_graph in (graph, gd.compile(graph)):
        found = gd.what_if(given_graph, "s", "t", add_edges=[("s", 1, 5), (1, "t", 7)]).to_dict()
        assert found["new_nodes"] == [ONE]
        assert [(each["source"], each["target"]) for each in found["changes"]] == [("s", ONE), (ONE, "t")]


def test_arrays_of_one_kind_are_not_looked_at() -> None:
    graph = gd.CompiledGraph.from_arrays([0, 0], [1, 1])
    assert not graph.topology.naming.nodes
    assert graph.topology.naming.edge((0, 1, 1)) == {"source": "0", "target": "1", "key": "1"}


@pytest.mark.parametrize("labels", [[1, None, "a"], ["a", None, "b"], [True, 2.5, "x"], [1, 2.5, 10**30]], ids=str)
def test_pandas_keeps_labels_as_they_are(labels: list[Any]) -> None:
    pytest.importorskip("pandas")
    graph = gd.CompiledGraph.from_arrays([0, 1], [1, 2], [2.0, 3.0], labels=labels)
    series = gd.forward(graph, labels[0]).to_pandas()
    assert [(type(label), label) for label in series.index] == [(type(label), label) for label in labels]
    frame = gd.jacobian(graph, labels, labels).to_pandas()
    for axis in (frame.index, frame.columns):
        assert [(type(label), label) for label in axis] == [(type(label), label) for label in labels]


@pytest.mark.parametrize(
    "make",
    [
        lambda graph: gd.annotate(graph, 1, "1"),
        lambda graph: gd.prune(graph, 1, "1", coverage=1.0),
        lambda graph: gd.eliminate(graph, [2]),
    ],
    ids=["annotate", "prune", "eliminate"],
)
def test_a_node_that_networkx_cannot_have_is_refused_where_a_graph_is_made(make: Callable[[Any], Any]) -> None:
    graph = gd.CompiledGraph.from_arrays([0, 1, 0, 3], [1, 2, 3, 2], [1, 2, 3, 4], labels=[1, None, "1", 2])
    assert gd.total_influence(graph, 1, "1") == 14
    with pytest.raises(gd.errors.UsageError, match="the label None is no node to networkx: give that node another"):
        make(graph)
