"""What `compile` is given becomes edges with checked weights, or is refused word by word."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import weighted

import graphdiff as gd
from graphdiff.errors import GraphTypeError, UsageError, WeightError
from graphdiff.graph import intake
from graphdiff.graph.intake import Edges, checked, from_arrays, from_graph, listed, weights


def ends_of(edges: Edges) -> list[tuple[int, int]]:
    return list(zip(edges.tails.tolist(), edges.heads.tolist(), strict=True))


def given(*labels: Any) -> Edges:
    """Return a -> b, b -> c, … between labels, without attributes."""
    graph = nx.DiGraph()
    graph.add_edges_from(zip(labels, labels[1:], strict=False))
    return from_graph(graph)


# -- networkx


def test_a_graph_of_networkx_is_taken_in_its_order() -> None:
    graph = nx.DiGraph(edge_meaning="feeds", node_meaning=3)
    graph.add_node("z", root=True)
    graph.add_node("y", root=False)
    graph.add_node("x", leaf=True, output="out", root="yes")
    graph.add_node("w", root=1.5)
    graph.add_edge("z", "x", weight=2)
    graph.add_edge("w", "z")
    graph.add_edge("z", "y", weight=3)
    edges = from_graph(graph)
    assert (edges.n_nodes, edges.names, edges.keys) == (4, ["z", "y", "x", "w"], None)
    assert ends_of(edges) == [(0, 2), (0, 1), (3, 0)]
    assert edges.tails.dtype == edges.heads.dtype == np.uint32
    assert (edges.marked, edges.marked_leaves, edges.leaf_seeds) == ((0, 3), (2,), ())
    assert edges.also_called == (("out", 2),)
    assert (edges.edge_meaning, edges.weight_meaning, edges.node_meaning) == ("feeds", "unknown", "3")
    assert list(edges.data) == [{"weight": 2}, {"weight": 3}, {}]
    assert [edges.label(number) for number in range(3)] == [("z", "x"), ("z", "y"), ("w", "z")]
    assert edges.text(0) == "'z' -> 'x'"
    assert (edges.titles, edges.loose, edges.first([2, 0])) == (None, None, 2)


def test_leaves_may_count_by_numbers_and_nodes_have_titles() -> None:
    graph = nx.DiGraph(node_title="name")
    graph.add_node("a", leaf=0.5, name="A", output=7)
    graph.add_node("b", leaf=True)
    graph.add_edge("b", "a", weight=1)
    edges = from_graph(graph)
    assert (edges.marked_leaves, edges.leaf_seeds, edges.titles) == ((0, 1), (0.5, 1.0), ["A", None])
    assert edges.also_called == ()


def test_parallel_edges_keep_their_keys() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key="p", weight=1)
    graph.add_edge("a", "c", weight=2)
    graph.add_edge("a", "b", key="q", weight=3)
    edges = from_graph(graph)
    assert ends_of(edges) == [(0, 1), (0, 1), (0, 2)]
    assert (edges.keys, [data["weight"] for data in edges.data]) == (["p", "q", 0], [1, 3, 2])
    assert [edges.text(number) for number in range(3)] == ["'a' -> 'b' (key 'p')", "'a' -> 'b' (key 'q')", "'a' -> 'c'"]
    assert edges.label(2) == ("a", "c", 0)
    assert [data["weight"] for data in intake.edge_data(graph)] == [1, 3, 2]
    assert intake.edge_data(nx.DiGraph([("a", "b", {"k": 1})])) == [{"k": 1}]


def test_edges_that_keep_nothing_are_optional_peers_of_packages() -> None:
    graph = nx.DiGraph(edge_meaning="depends on")
    graph.add_edge("a", "b", kind="peer", optional=True)
    graph.add_edge("a", "c", kind="peer")
    loose = from_graph(graph).loose
    assert loose is not None
    assert loose.tolist() == [True, False]
    graph.edges["a", "b"]["optional"] = False
    assert from_graph(graph).loose is None
    graph.edges["a", "b"]["optional"] = True
    graph.graph["edge_meaning"] = "calls"
    assert from_graph(graph).loose is None
    assert intake.meanings_of({}) == dict.fromkeys(("edge_meaning", "weight_meaning", "node_meaning"), "unknown")


@pytest.mark.parametrize(
    "about, told",
    [
        (
            {"quotient": True},
            "this graph shows groups for looking at: where one member of a group is entered and another "
            "left, it has a route that is none; ask the graph that it was made of",
        ),
        (
            {"quotient": True, "grouped_by": "team"},
            "this graph shows groups (by team) for looking at: where one member of "
            "a group is entered and another left, it has a route that is none; ask the graph that it was made of",
        ),
        (
            {"quotient": True, "weight_meaning": "contribution"},
            "this graph shows what passes between whole arrays, and no "
            "product of that along a path means anything: ask the Operations that it was made of, or their "
            "unfold(NODE, …)",
        ),
    ],
)
def test_quotients_are_for_looking_at(about: dict[str, Any], told: str) -> None:
    with pytest.raises(GraphTypeError) as caught:
        from_graph(nx.DiGraph([("a", "b")], **about))
    assert str(caught.value) == told


def test_a_graph_without_directions_is_refused() -> None:
    with pytest.raises(GraphTypeError) as caught:
        from_graph(nx.Graph([("a", "b")]))
    assert str(caught.value) == (
        "the graph is undirected, and influence needs a direction: build a networkx.DiGraph with the edges "
        "source -> target, or graph.to_directed() for both directions"
    )


# -- other forms


@pytest.mark.parametrize("path", ["file.json", Path("file.json"), 3])
def test_what_is_no_graph_is_refused_with_what_is(path: Any) -> None:
    with pytest.raises(GraphTypeError) as caught:
        from_graph(path)
    reads = "" if path == 3 else "graphdiff.read(PATH) makes a graph of a file; else "
    assert str(caught.value) == (
        f"cannot compile a {type(path).__name__}: {reads}give a networkx DiGraph or MultiDiGraph, a directed graph of "
        "rustworkx or igraph, a square array, scipy.sparse matrix or frame, a list of edges or a dict of rows, or use "
        "CompiledGraph.from_arrays or read_edges"
    )


def test_a_square_array_has_an_edge_an_entry() -> None:
    edges = from_graph(np.array([[0, 2.0, 0], [0, 0, 0], [-1, 0, 3]]))
    assert ends_of(edges) == [(0, 1), (2, 0), (2, 2)]
    assert (edges.n_nodes, edges.names) == (3, None)
    assert np.asarray(edges.weights).tolist() == [2, -1, 3]
    for shape in ((2, 3), (4,), (2, 2, 2)):
        with pytest.raises(GraphTypeError) as caught:
            from_graph(np.ones(shape))
        told = f"the array has shape {shape}: a graph's matrix is square, entry [i, j] the edge i -> j"
        assert str(caught.value) == told
    with pytest.raises(WeightError, match=r"^the weight of the edge 0 -> 1 is nan, not a finite number$"):
        from_graph(np.array([[0, np.nan], [0, 0]]))


def test_a_frame_and_a_sparse_matrix_are_as_the_array() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame([[0, 2.0], [0, 3]], index=["a", "b"], columns=["a", "b"])
    edges = from_graph(frame)
    assert (ends_of(edges), edges.names, np.asarray(edges.weights).tolist()) == ([(0, 1), (1, 1)], ["a", "b"], [2, 3])
    with pytest.raises(GraphTypeError) as caught:
        from_graph(frame.rename(columns={"a": "c"}))
    assert str(caught.value) == (
        "the rows and columns of a DataFrame must have the same labels in the same order "
        "(entry [i, j] is the edge i -> j); read_edges takes a frame with an edge a row"
    )
    with pytest.raises(UsageError, match=r"^the label 'a' stands for two nodes; labels must be distinct$"):
        from_graph(pd.DataFrame(np.ones((2, 2)), index=["a", "a"], columns=["a", "a"]))
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.coo_array(([2.0, 1.0, 5.0, 4.0, -4.0], ([0, 0, 1, 1, 1], [1, 1, 0, 1, 1])), shape=(2, 2))
    edges = from_graph(matrix)
    assert (ends_of(edges), np.asarray(edges.weights).tolist(), edges.n_nodes) == ([(0, 1), (1, 0)], [3, 5], 2)
    assert matrix.nnz == 5  # as it was
    with pytest.raises(GraphTypeError, match="square"):
        from_graph(sparse.csr_array(np.ones((2, 3))))


def test_records_are_numbered_where_they_are_parallel() -> None:
    edges = from_graph([("a", "b", {"weight": 2}), ("b", "c", {"weight": 3}), ("a", "b", {"weight": 5})])
    assert (ends_of(edges), edges.names, edges.keys) == ([(0, 1), (1, 2), (0, 1)], ["a", "b", "c"], [0, 0, 1])
    assert [data["weight"] for data in edges.data] == [2, 3, 5]
    assert from_graph([("a", "b", 1), ("b", "a", 1)]).keys is None


# -- arrays of ids


def test_arrays_of_ids_are_edges() -> None:
    edges = from_arrays([0, 2], [1, 1], [0.5, 2], None)
    assert (ends_of(edges), edges.n_nodes, edges.names) == ([(0, 1), (2, 1)], 3, None)
    assert np.asarray(edges.weights).tolist() == [0.5, 2]
    assert from_arrays([0, 2], [1, 1], None, None).weights is None
    assert (from_arrays([0], [1], None, ["a", "b", "c"]).n_nodes, from_arrays([0], [1], None, None, 9).n_nodes) == (
        3,
        9,
    )
    assert from_arrays([], [], [], None).n_nodes == 0
    assert from_arrays([], [], None, None, 4).n_nodes == 4
    for kind, held in (("i1", "u4"), ("u2", "u4"), ("i4", "u4"), ("i8", "u8"), ("u8", "u8")):
        made = from_arrays(np.array([0], dtype=kind), np.array([1], dtype=kind), None, None)
        assert made.tails.dtype == made.heads.dtype == np.dtype(held)
        assert ends_of(made) == [(0, 1)]


@pytest.mark.parametrize(
    "arguments, told",
    [
        (([0, 1], [1], None, None), "2 tails, but 1 heads"),
        (([0, 1], [1, 2], [1.0], None), "2 edges, but 1 weights"),
        (([0], [1], None, ["a"]), "1 labels, but node ids up to 1"),
        (([0], [1], None, ["a", "a"]), "the label 'a' stands for two nodes; labels must be distinct"),
        (([0], [1], None, None, 1), "n_nodes=1, but node ids up to 1"),
        (([0], [1], None, ["a", "b"], 3), "n_nodes=3, but 2 labels"),
        (([0.5], [1], None, None), "tails: a one-dimensional array of node ids (ints from 0) is needed"),
        (([0], [[1]], None, None), "heads: a one-dimensional array of node ids (ints from 0) is needed"),
        (([0], [-2], None, None), "heads: the node id -2 is negative; ids count from 0"),
        (
            ([0], [10_000_101], None, None),
            "node ids up to 10,000,101 for 1 edges: ids count from 0, every one a node",
        ),
    ],
)
def test_arrays_that_are_no_edges_are_refused(arguments: Any, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        from_arrays(*arguments)
    assert str(caught.value) == told


def test_ids_may_leave_gaps_up_to_a_limit() -> None:
    assert from_arrays([0], [10_000_099], None, None).n_nodes == 10_000_100
    with pytest.raises(UsageError, match="node ids up to 10,000,100 for 1 edges"):
        from_arrays([0], [10_000_100], None, None)


def test_weights_are_an_array_or_a_list() -> None:
    array = np.array([1.0, 2.0])
    assert listed(array) is array
    assert listed((1, Fraction(1, 2))) == [1, Fraction(1, 2)]
    assert listed(iter([1, 2])) == [1, 2]
    needed = "the weights of edges that have an order are an array, one number for each edge, not "
    for other, kind in (
        (np.ones((2, 2)), "an array of 2 dimensions"),
        ("12", "a str"),
        (b"12", "a bytes"),
        ({1: 2}, "a dict"),
        ({1, 2}, "a set"),
        (3, "a int"),
    ):
        with pytest.raises(UsageError) as caught:
            listed(other)
        assert str(caught.value) == needed + kind
    with pytest.raises(WeightError, match=r"^some weights are masked: what is not there cannot be taken as a weight$"):
        listed(np.ma.array([1.0, 2.0], mask=[False, True]))


# -- weights


def of_attributes(*attributes: dict[str, Any], **about: Any) -> Edges:
    graph = nx.DiGraph(**about)
    for place, data in enumerate(attributes):
        graph.add_edge(place, place + 1, **data)
    return from_graph(graph)


def test_weights_are_by_attribute_by_function_or_the_default() -> None:
    edges = of_attributes({"w": 2}, {"w": 3}, {})
    assert list(weights(of_attributes({"w": 2}, {"w": 3}), "w", None)) == [2, 3]
    assert list(weights(edges, "w", 7)) == [2, 3, 7]
    assert list(weights(edges, lambda u, v, data: data.get("w", u + v), None)) == [2, 3, 5]
    assert list(weights(edges, lambda u, v, data: data.get("w"), 0.5)) == [2, 3, 0.5]
    found = weights(of_attributes({"w": 0.5}, {"w": Fraction(1, 3)}), "w", None, exact=True)
    assert found == [Fraction(1, 2), Fraction(1, 3)]
    mixed = weights(of_attributes({"w": 0.5}, {"w": Fraction(1, 4)}), "w", None)
    assert list(mixed) == [0.5, 0.25]
    called = weights(of_attributes({}, {}), lambda u, v, data: [0.5, Fraction(1, 3)][u], None, exact=True)
    assert called == [Fraction(1, 2), Fraction(1, 3)]


def test_texts_in_per_cent_are_parts_of_one_where_all_are() -> None:
    assert list(weights(of_attributes({"w": "50%"}, {"w": "12.5 %"}), "w", None)) == [0.5, 0.125]
    exact = weights(of_attributes({"w": "10%"}, {"w": "50%"}), "w", None, exact=True)
    assert exact == [Fraction(1, 10), Fraction(1, 2)]
    assert list(weights(of_attributes({"w": "50%"}, {"w": 2}), "w", None)) == [0.5, 2]
    with pytest.raises(WeightError, match=r"^the weight of the edge 0 -> 1 is '50%', not a finite number, nor are"):
        weights(of_attributes({"w": "50%"}, {"w": "half"}), "w", None)


def test_missing_weights_are_counted_and_named_with_what_there_is() -> None:
    with pytest.raises(WeightError) as caught:
        weights(of_attributes({"w": 2}, {"v": "x"}, {}), "w", None)
    assert str(caught.value) == (
        "2 of the 3 edges have no 'w', the first is 1 -> 2; these edges have: w (1 of 3, numbers), v (1 of 3, text); "
        "default_weight=1 would stand in"
    )
    assert (caught.value.edge, caught.value.count) == ((1, 2), 2)
    with pytest.raises(WeightError) as caught:
        weights(of_attributes({"w": 2}, {}), "w", None)
    assert str(caught.value).startswith("1 of the 2 edges has no 'w', the first is 1 -> 2; these edges have: w")
    with pytest.raises(WeightError) as caught:
        weights(of_attributes({}, {}), lambda u, v, data: None if u else 1, None)
    assert str(caught.value) == (
        "1 of the 2 edges has no weight by the given function, the first is 1 -> 2; default_weight=1 would stand in"
    )
    with pytest.raises(WeightError) as caught:
        weights(of_attributes({"cost": 2}, {"cost": 3}), "w", None)
    unit = "weight=None counts paths; weight=graphdiff.weights.even spreads one unit evenly"
    assert str(caught.value) == (
        f"none of the 2 edges has 'w'; these edges have: cost (2 of 2, numbers); "
        f'weight="cost" takes that number; {unit}'
    )
    with pytest.raises(WeightError) as caught:
        weights(of_attributes({}), "w", None)
    assert str(caught.value) == f"none of the 1 edges has 'w'; {unit}"
    with pytest.raises(WeightError) as caught:
        weights(of_attributes({}, weight_meaning="attribution"), "w", None)
    assert str(caught.value) == (
        "none of the 1 edges has 'w'; weight=graphdiff.weights.normalised is circuit-tracer's influence; "
        "weight=graphdiff.weights.per_activation is in the logits' unit"
    )


def test_weights_that_are_no_finite_numbers_are_named() -> None:
    for values, told, count in (
        ([1.0, "x", None], "1 -> 2 is 'x', not a finite number, nor are those of 1 other edges", 2),
        ([1.0, float("inf"), 2.0], "1 -> 2 is inf, not a finite number", 1),
        ([float("nan")] * 1001, "0 -> 1 is nan, not a finite number, nor are those of 1,000 other edges", 1001),
        ([True, float("nan"), "x"], "2 -> 3 is 'x', not a finite number", 1),
    ):
        edges = given(*range(len(values) + 1))
        with pytest.raises(WeightError) as caught:
            checked(edges, values)
        assert str(caught.value) == f"the weight of the edge {told}"
        assert (caught.value.count, caught.value.edge) == (count, tuple(map(int, told.split(" is ")[0].split(" -> "))))


def test_an_int_that_no_float_holds_is_named_beside_floats() -> None:
    with pytest.raises(WeightError, match=r"^the edge 1 -> 2: ") as caught:
        checked(given(0, 1, 2, 3), [0.5, 2**53 + 1, 2])
    assert caught.value.edge == (1, 2)
    assert list(checked(given(0, 1, 2), [0.5, 2**53])) == [0.5, 2.0**53]


@pytest.mark.parametrize(
    "array, kind",
    [
        (np.array([1, 2], dtype=np.int8), np.int64),
        (np.array([1, 2], dtype=np.uint64), np.int64),
        (np.array([1, 2], dtype=np.float32), np.float32),
        (np.array([1, 2], dtype=np.float16), np.float64),
        (np.array([1.0, 2.0]), np.float64),
        (np.array([2**63], dtype=np.uint64), None),
        (np.array([2**63 - 1], dtype=np.uint64), np.int64),
        (np.array([1.0, np.nan]), None),
        (np.array([-np.inf, 1.0]), None),
        (np.array([1j]), None),
        (np.array([1, 2], dtype=object), None),
        (np.array([]), np.float64),
    ],
)
def test_arrays_of_numbers_of_the_machine_are_taken_as_they_are(array: Any, kind: Any) -> None:
    found = intake.checked_array(array)
    assert (None if found is None else found.dtype) == (None if kind is None else np.dtype(kind))
    if found is not None and array.dtype == found.dtype:
        assert found is array


def test_kinds_of_numbers_are_kept() -> None:
    edges = given(0, 1, 2)
    for values in ([1, 2], [Fraction(1, 2), 3], [Decimal(1), Decimal(2)], [1j, 2]):
        assert list(checked(edges, values)) == values
    floats = checked(edges, [0.5, 2])
    assert isinstance(floats, np.ndarray)
    assert floats.dtype == np.float64
    nothing = checked(given(0), [])
    assert isinstance(nothing, np.ndarray)
    assert nothing.shape == (0,)


# -- nodes


def test_numbers_of_nodes_are_needed_of_all() -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from([("a", {"n": 3}), ("b", {"n": 0.5})])
    assert intake.numbers_of_nodes(graph, "n").tolist() == [3, 0.5]
    graph.add_nodes_from([("c", {"n": "x"}), "d"])
    with pytest.raises(WeightError, match=r"^the node c has no number 'n', nor have 1 more$"):
        intake.numbers_of_nodes(graph, "n")
    graph.remove_node("d")
    with pytest.raises(WeightError, match=r"^the node c has no number 'n'$"):
        intake.numbers_of_nodes(graph, "n")
    with pytest.raises(WeightError, match=r"^a list has no nodes with a 'n'$"):
        intake.numbers_of_nodes([("a", "b")], "n")


def test_what_nodes_have_is_told_in_their_order() -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from([("a", {"n": 3.5, "m": Fraction(1, 3)}), ("b", {"m": "x"})])
    told = intake.told_of_nodes(graph, ["n", "m", "none"])
    assert {name: list(column) for name, column in told.items()} == {
        "n": [3.5, None],
        "m": [Fraction(1, 3), "x"],
        "none": [None, None],
    }
    assert intake.told_of_nodes([("a", "b")], ["n"]) == {}


def test_a_saved_graph_has_its_edges_in_the_order_of_its_topology(tmp_path: Path) -> None:
    graph = weighted([("c", "d", 5), ("a", "c", 2), ("a", "b", 3)])
    graph.graph["edge_meaning"] = "calls"
    gd.compile(graph).save(tmp_path / "g.gdiff")
    edges = from_graph(gd.read(tmp_path / "g.gdiff"))
    assert set(map(edges.label, range(3))) == {("c", "d"), ("a", "c"), ("a", "b")}
    assert (edges.n_nodes, edges.edge_meaning, edges.keys) == (4, "calls", None)


def test_weights_of_a_saved_graph_are_its_columns(tmp_path: Path) -> None:
    graph = nx.DiGraph()
    for tail, head, cost, note in (("a", "b", 2.5, "x"), ("b", "c", 3.5, None), ("a", "c", 4.5, 7.0)):
        graph.add_edge(tail, head, weight=1, cost=cost, **({} if note is None else {"note": note}))
    graph.edges["a", "b"]["part"] = 0.25
    gd.compile(graph).with_attributes(graph).save(tmp_path / "g.gdiff")
    edges = from_graph(gd.read(tmp_path / "g.gdiff"))
    places = {edges.label(number): number for number in range(3)}
    found = weights(edges, "cost", None)
    assert {label: float(found[number]) for label, number in places.items()} == {
        ("a", "b"): 2.5,
        ("b", "c"): 3.5,
        ("a", "c"): 4.5,
    }
    assert sorted(float(w) for w in weights(edges, "part", 9)) == [0.25, 9, 9]
    assert list(weights(edges, "none", 9)) == [9, 9, 9]
    with pytest.raises(WeightError, match=r"^2 of the 3 edges have no 'part', the first is "):
        weights(edges, "part", None)
    with pytest.raises(WeightError, match=r"^none of the 3 edges has 'none'; these edges have: "):
        weights(edges, "none", None)


def test_a_square_frame_of_polars_is_as_the_array() -> None:
    pl = pytest.importorskip("polars")
    edges = from_graph(pl.DataFrame({"a": [0.0, 2.0], "b": [3.0, 0.0]}))
    assert (ends_of(edges), edges.names) == ([(0, 1), (1, 0)], ["a", "b"])
    assert np.asarray(edges.weights).tolist() == [3, 2]
