"""How nodes and edges are found in a topology and called: by labels, keys, further names; what is said if not."""

from __future__ import annotations

import pickle
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import weighted

import graphdiff as gd
from graphdiff.errors import UnknownEdgeError, UnknownNodeError, UsageError
from graphdiff.graph import topology as parts
from graphdiff.graph.labels import Integers
from graphdiff.graph.topology import Rows, Topology, arrange, find_edge, keeps_nothing, keys_at, not_there


def of_labels() -> Topology:
    """Return a -> b, a -> c, b -> c, c -> d, by labels."""
    return gd.compile(weighted([("a", "b", 1), ("a", "c", 2), ("b", "c", 3), ("c", "d", 4)])).topology


def of_keys() -> Topology:
    """Return two edges from a to b, "left" and "right", and one from b to c."""
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key="left", weight=1)
    graph.add_edge("a", "b", key="right", weight=2)
    graph.add_edge("b", "c", key="only", weight=3)
    return gd.compile(graph).topology


def of_ids() -> Topology:
    """Return 2 -> 0, 2 -> 0, 0 -> 1, where ids are the labels and no key is given."""
    return gd.CompiledGraph.from_arrays([2, 2, 0], [0, 0, 1]).topology


@pytest.fixture(params=["one index", "an index a row"])
def indexed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "an index a row":
        monkeypatch.setattr(parts, "INDEXED", 0)


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize("make", [of_labels, of_keys, of_ids])
def test_every_edge_is_found_by_its_label(make: Any) -> None:
    topology = make()
    labels = list(topology.edge_labels())
    assert len(set(labels)) == len(labels) == topology.n_edges
    for _ in range(2):  # each row is kept
        assert [topology.place(label) for label in labels] == list(range(len(labels)))
        assert [find_edge(topology, label) for label in labels] == list(range(len(labels)))
        assert [find_edge(topology, list(label)) for label in labels] == list(range(len(labels)))
    assert [topology.edge_label(place) for place in range(len(labels))] == labels
    places = np.array([2, 0])
    assert list(topology.edge_labels(places)) == [labels[2], labels[0]]
    nodes = list(topology.node_labels())
    assert list(topology.node_labels(np.array([2, 0]))) == [nodes[2], nodes[0]]
    assert [topology.position(node) for node in nodes] == list(range(topology.n_nodes))
    tails = topology.tails_of(np.arange(topology.n_edges))
    assert [(nodes[tail], nodes[head]) for tail, head in zip(tails, topology.heads, strict=True)] == [
        e[:2] for e in labels
    ]


@pytest.mark.usefixtures("indexed")
def test_what_is_called_otherwise_is_not_found() -> None:
    for edge in (
        ("b", "a"),
        ("z", "b"),
        ("a", "z"),
        ("a", "b", 0),
        ("a",),
        ["a", "b"],
        (["a"], "b"),
        ("a", ["b"]),
        "ab",
    ):
        assert of_labels().place(edge) is None
    for edge in (("a", "b"), ("a", "b", "none"), ("b", "a", "left"), ("a", "b", ["left"]), ("z", "b", "left")):
        assert of_keys().place(edge) is None
    assert (of_ids().place((2, 0, 1)), of_ids().place((2, 0, 2)), of_ids().place((2, 0))) == (1, None, None)
    assert of_ids().place((7, 0, 0)) is None


@pytest.mark.usefixtures("indexed")
def test_edges_that_are_not_there_are_refused_with_those_that_are() -> None:
    with pytest.raises(UnknownEdgeError, match=r"no edge.*'b', 'c'") as caught:
        find_edge(of_labels(), ("a", "d"))
    assert "other way" not in str(caught.value)
    with pytest.raises(UnknownEdgeError) as caught:
        find_edge(of_labels(), ("c", "a"))
    turned = str(caught.value)
    assert turned != str(UnknownEdgeError(("c", "a"), ["d"], turned=False))
    assert turned == str(UnknownEdgeError(("c", "a"), ["d"], turned=True))
    with pytest.raises(UnknownEdgeError) as caught:
        find_edge(of_labels(), ("d", "c"))
    assert str(caught.value) == str(UnknownEdgeError(("d", "c"), [], turned=True))
    with pytest.raises(UnknownEdgeError) as caught:
        find_edge(of_keys(), ("a", "b", "none"))
    assert str(caught.value) == str(UnknownEdgeError(("a", "b", "none"), ["b"], turned=False))
    with pytest.raises(UnknownEdgeError) as caught:
        find_edge(of_labels(), ("a", "b", 1))
    assert str(caught.value) == str(UnknownEdgeError(("a", "b", 1), ["b", "c"], turned=False))
    for edge, name in ((("z", "b"), "z"), (("a", "y"), "y")):
        with pytest.raises(UnknownNodeError, match=f"no node '{name}'"):
            find_edge(of_labels(), edge)
    told = r" is no edge: a list of edges is needed, each \(tail, head\), or \(tail, head, key\) in a multigraph$"
    for no_edge in ("ab", ("a",), ("a", "b", 0, 0), None):
        with pytest.raises(UsageError, match=told):
            find_edge(of_labels(), no_edge)


@pytest.mark.usefixtures("indexed")
def test_of_parallel_edges_a_key_says_which() -> None:
    assert find_edge(of_keys(), ("b", "c")) == 2
    with pytest.raises(UsageError) as caught:
        find_edge(of_keys(), ("a", "b"))
    told = "2 parallel edges 'a' -> 'b': say which, (tail, head, key), by its key: 'left', 'right'"
    assert str(caught.value) == told
    many = nx.MultiDiGraph([("a", "b")] * 11)
    for edge in many.edges.values():
        edge["weight"] = 1
    with pytest.raises(UsageError) as caught:
        find_edge(gd.compile(many).topology, ("a", "b"))
    assert str(caught.value).startswith("11 parallel edges 'a' -> 'b': ")
    assert str(caught.value).endswith("by its key: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …")
    many.remove_edge("a", "b", 10)
    with pytest.raises(UsageError, match=r"by its key: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9$"):
        find_edge(gd.compile(many).topology, ("a", "b"))


def test_a_mapping_of_edges_says_why_it_has_no_such_key() -> None:
    for edge, kind in (
        (("a", "d"), UnknownEdgeError),
        (("z", "b"), UnknownNodeError),
        (("a", "b", "none"), UnknownEdgeError),
        (("a", "b", 1, 1), KeyError),
        ("ab", KeyError),
    ):
        error = not_there(of_labels(), edge)
        assert type(error) is kind
    assert not_there(of_keys(), ("a", "b")).args == (("a", "b"),)
    assert type(not_there(of_keys(), ("a", "b"))) is KeyError


def test_nodes_are_found_by_further_names_too() -> None:
    ends = np.array([0, 1], dtype=np.uint64), np.array([1, 2], dtype=np.uint64)
    made, _ = arrange(3, *ends, names=["x", "y", "z"], also_called=(("output", 2), ("first", 0)))
    assert (made.known("output"), made.known("first"), made.known("y"), made.known("none"), made.known(["x"])) == (
        2,
        0,
        1,
        None,
        None,
    )
    assert made.position("output") == 2
    plain, _ = arrange(3, *ends)
    assert [plain.known(name) for name in (0, 2, 1.0, 3, -1, "0", 1.5)] == [0, 2, 1, None, None, None, None]
    with pytest.raises(UnknownNodeError, match="no node 3"):
        plain.position(3)


def test_nodes_are_called_by_their_titles_and_found_by_what_these_quote() -> None:
    ends = np.array([0, 1, 2, 3], dtype=np.uint64), np.array([4, 4, 4, 4], dtype=np.uint64)
    titles = ['token "cat"', 'says "cat"', None, 'is "cat"', 'a "cat" too']
    made, _ = arrange(5, *ends, names=["v", "w", "x", "y", "z"], titles=titles)
    assert [str(label) for label in made.labels] == ["v", "w", "x", "y", "z"]
    with pytest.raises(UnknownNodeError) as caught:
        made.position("cat")
    assert [str(near) for near in caught.value.nearest] == ["v", "w", "y"]
    with pytest.raises(UnknownNodeError) as caught:
        made.position("vv")
    assert "v" in [str(near) for near in caught.value.nearest]
    assert made._titled_so("dog") == []
    assert of_labels()._titled_so("a") == []


def test_only_peers_that_are_optional_keep_nothing() -> None:
    kept = [
        {},
        {"kind": "peer"},
        {"kind": "peer", "optional": 1},
        {"kind": "dev", "optional": True},
        {"optional": True},
    ]
    assert not any(keeps_nothing(data) for data in kept)
    assert keeps_nothing({"kind": "peer", "optional": True, "more": 1})


def test_keys_of_some_edges_stay_what_they_are() -> None:
    assert keys_at(["x", "y", "z"], np.array([2, 0])) == ["z", "x"]
    found = keys_at(Integers(np.array([5, 6, 7])), np.array([2, 0]))
    assert isinstance(found, Integers)
    assert list(found) == [7, 5]


def test_rows_say_where_the_edges_of_some_positions_stand() -> None:
    rows = Rows(np.array([0, 2, 2, 5], dtype=np.uint64), np.array([1, 2, 0, 1, 2], dtype=np.uint32))
    for positions, places, bounds in (
        ([0], [0, 1], [0, 2]),
        ([2, 0], [2, 3, 4, 0, 1], [0, 3, 5]),
        ([1], [], [0, 0]),
        ([], [], [0]),
    ):
        chosen = np.array(positions, dtype=np.int64)
        found = rows.places(chosen)
        assert [array.tolist() for array in found] == [places, bounds]
        assert rows.n_leaving(chosen) == len(places)
    assert rows.n_leaving(np.arange(3)) == 5
    assert rows.tails.tolist() == [0, 0, 2, 2, 2]
    ptr, heads, edges = rows.among(np.array([0, 2]), np.array([0, -1, 1]))
    assert (ptr.tolist(), heads.tolist(), edges.tolist()) == ([0, 1, 3], [1, 0, 1], [1, 2, 4])
    some = Rows(rows.ptr, rows.heads, np.array([9, 8, 7, 6, 5]))
    assert some.among(np.array([0, 2]), np.array([0, -1, 1]))[2].tolist() == [8, 7, 5]


def test_few_edges_and_many_are_arranged_in_arrays_of_the_same_kinds() -> None:
    ends = np.array([2, 2, 0], dtype=np.uint64), np.array([0, 1, 1], dtype=np.uint64)
    few, many = parts._few(3, *ends), parts._many(3, *ends)
    assert few is not None
    for one, other in zip(few, many, strict=True):
        assert one.tolist() == other.tolist()
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
    assert few[0].tolist() == [2, 0, 1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "FEW", 5)
        assert parts._few(3, *ends) is None
        patch.setattr(parts, "FEW", 6)
        assert parts._few(3, *ends) is not None
    loop = np.array([0, 1], dtype=np.uint64), np.array([1, 0], dtype=np.uint64)
    assert parts._few(2, *loop) is None
    made, numbers = arrange(3, *ends, keys=["p", "q", "r"], order=np.array([7, 8, 9]))
    assert list(made.keys or ()) == [["p", "q", "r"][number] for number in numbers]
    assert made.given is not None
    assert made.given.tolist() == [[7, 8, 9][number] for number in numbers]
    plain, numbers = arrange(3, *ends)
    assert plain.given is not None
    assert plain.given.tolist() == numbers.tolist()
    assert arrange(3, *ends, marked=(1,))[0].roots.tolist() == [2]


def test_values_as_given_are_put_in_the_order_of_the_rows() -> None:
    order = np.array([2, 0, 1])
    assert list(parts.in_rows([10, 20, 30], order)) == [30, 10, 20]
    assert parts.in_rows(np.array([1.0, 2.0, 3.0]), order).tolist() == [3, 1, 2]  # type: ignore[union-attr]
    values = [1, 2, 3]
    assert parts.in_rows(values, None) is values


def test_a_shape_of_rows_alone_has_nothing_else_and_is_frozen() -> None:
    made = Topology.of_rows(
        ids=np.arange(2),
        ptr=np.array([0, 1, 1], dtype=np.uint64),
        heads=np.array([1]),
        cyclic=np.empty((0, 2), dtype=int),
    )
    assert (made.attributes, made.node_attributes, made.about) == ({}, {}, {})
    assert (made.n_nodes, made.n_edges, made.names, made.marked) == (2, 1, None, ())
    assert not any(array.flags.writeable for array in (made.ids, made.ptr, made.heads))
    again = pickle.loads(pickle.dumps(of_keys()))
    assert list(again.edge_labels()) == list(of_keys().edge_labels())
    assert not again.heads.flags.writeable


def test_attributes_of_an_edge_are_those_it_has() -> None:
    ends = np.array([0, 0], dtype=np.uint64), np.array([1, 2], dtype=np.uint64)
    made, _ = arrange(3, *ends, attributes={"kind": ["dev", None], "optional": [False, None]})
    assert [made.attributes_at(place) for place in range(2)] == [{"kind": "dev", "optional": False}, {}]


def test_outputs_are_offered_where_nodes_have_no_titles() -> None:
    ends = np.array([0], dtype=np.uint64), np.array([1], dtype=np.uint64)
    for titles, offered in ((None, ["y"]), (["X", "Y"], [])):
        made, _ = arrange(2, *ends, names=["x", "y"], marked_leaves=(1,), titles=titles)
        error = made._no_node("loss")
        assert str(error) == str(UnknownNodeError("loss", made.titled, None, offered))
    assert str(UnknownNodeError("loss", ["x", "y"], None, ["y"])) != str(UnknownNodeError("loss", ["x", "y"], None, []))
