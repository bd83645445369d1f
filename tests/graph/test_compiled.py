"""A CompiledGraph: frozen, in topological order, the same whatever it was made from."""

from __future__ import annotations

import math
import pickle
from collections import Counter
from itertools import product
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from graphs import ENGINES, contractions, dags, engine, inverse_totals, parallel_chain, queries, weighted
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd


def small() -> nx.DiGraph:
    return weighted([("c", "a", 2), ("c", "b", 3), ("b", "a", 5)])


class TestForm:
    @given(graph=dags())
    def test_positions_are_a_topological_order(self, graph: nx.MultiDiGraph) -> None:
        compiled = gd.compile(graph)
        assert sorted(map(repr, compiled.labels)) == sorted(map(repr, graph))
        assert all(compiled.tails < compiled.heads)
        named = [
            (compiled.labels[tail], compiled.labels[head], weight)
            for tail, head, weight in zip(compiled.tails, compiled.heads, compiled.weights, strict=True)
        ]
        # As floats: one float among the weights makes floats of all of them.
        expected = Counter((tail, head, float(weight)) for tail, head, weight in graph.edges(data="weight"))
        assert Counter((tail, head, float(weight)) for tail, head, weight in named) == expected

    def test_edges_are_in_the_order_of_their_tails(self) -> None:
        compiled = gd.compile(small())
        assert compiled.tails.tolist() == [0, 0, 1]
        assert list(compiled.labels) == ["c", "b", "a"]

    def test_it_is_frozen(self) -> None:
        compiled = gd.compile(small())
        for name in ("tails", "heads", "weights", "labels"):
            with pytest.raises(AttributeError, match=name):
                setattr(compiled, name, None)

    @pytest.mark.parametrize("name", ["tails", "heads", "weights"])
    def test_its_arrays_are_read_only(self, name: str) -> None:
        array = getattr(gd.compile(small()), name)
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1

    def test_a_result_cannot_change_what_the_next_one_reads(self) -> None:
        compiled = gd.compile(small())
        first = gd.forward(compiled, "c").array
        if first.flags.writeable:
            first[:] = 7
        assert gd.forward(compiled, "c") == {"c": 1, "b": 3, "a": 17}

    def test_it_keeps_nothing_of_the_graph_that_may_change(self) -> None:
        graph = small()
        compiled = gd.compile(graph)
        graph.edges["c", "b"]["weight"] = 100
        graph.add_edge("a", "d", weight=1)
        assert gd.total_influence(compiled, "c", "a") == 17
        assert "d" not in gd.forward(compiled, "c")

    @given(query=queries(dags()))
    def test_it_comes_back_from_pickle(self, query: tuple[nx.DiGraph, Any, Any]) -> None:
        graph, source, _ = query
        compiled = gd.compile(graph)
        copied = pickle.loads(pickle.dumps(compiled))
        assert gd.forward(copied, source) == gd.forward(compiled, source)
        assert list(copied.labels) == list(compiled.labels)
        assert not copied.tails.flags.writeable

    def test_repr_says_nodes_edges_and_components_with_cycles(self) -> None:
        ring = weighted([("a", "b", 0.5), ("b", "a", 0.5), ("b", "c", 1.0), ("c", "c", 0.5)])
        ring.add_node("alone")
        text = repr(gd.compile(ring))
        assert "4 nodes" in text
        assert "4 edges" in text
        assert "2 c" in text
        assert "cycl" in text
        assert "3 nodes" in repr(gd.compile(small()))

    def test_every_function_takes_it(self) -> None:
        compiled = gd.compile(small())
        assert gd.total_influence(compiled, "c", "a") == 17
        assert gd.reverse(compiled, "a")["c"] == 17
        assert gd.jacobian(compiled).array.tolist() == [[17]]
        assert len(list(gd.iter_paths(compiled, "c", "a"))) == gd.count_paths(compiled, "c", "a") == 2
        assert gd.strongest_paths(compiled, "c", "a")[0].influence == 15
        assert gd.edge_contributions(compiled, "c", "a")["c", "b"] == 15
        assert gd.node_contributions(compiled, "c", "a")["b"] == 15

    @pytest.mark.parametrize(
        "options",
        [{"weight": None}, {"default_weight": 1}, {"cycles": "solve"}, {"exact": True}],
    )
    def test_options_beside_it_are_a_type_error(self, options: dict[str, Any]) -> None:
        with pytest.raises(TypeError, match=next(iter(options))):
            gd.total_influence(gd.compile(small()), "c", "a", **options)
        with pytest.raises(TypeError, match=next(iter(options))):
            gd.forward(gd.compile(small()), "c", **options)

    def test_an_unknown_option_is_a_type_error(self) -> None:
        with pytest.raises(TypeError, match="colour"):
            gd.total_influence(small(), "c", "a", colour="red")

    def test_an_empty_graph(self) -> None:
        compiled = gd.compile(nx.DiGraph())
        assert list(compiled.labels) == []
        assert gd.count_paths(compiled) == 0
        with pytest.raises(gd.errors.UnknownNodeError, match="no node 'a'"):
            gd.forward(compiled, "a")

    def test_one_node_without_edges(self) -> None:
        graph = nx.DiGraph()
        graph.add_node("a")
        assert gd.total_influence(graph, "a", "a") == 1
        assert gd.forward(graph, "a") == {"a": 1}
        assert gd.count_paths(graph) == 1


def test_an_error_of_the_users_own_function_is_theirs() -> None:
    with pytest.raises(KeyError, match="capacity"):
        gd.compile(small(), weight=lambda tail, head, data: data["capacity"])


class TestLabels:
    def test_1_and_text_1_are_two_nodes(self) -> None:
        graph = weighted([(1, "1", 3), ("1", (1,), 5)])
        assert gd.forward(graph, 1) == {1: 1, "1": 3, (1,): 15}

    def test_a_tuple_is_a_node_not_several(self) -> None:
        graph = weighted([((0, 0), (0, 1), 3)])
        assert gd.total_influence(graph, (0, 0), (0, 1)) == 3
        assert gd.forward(graph, (0, 0))[0, 1] == 3

    def test_labels_that_equal_nothing_but_themselves(self) -> None:
        first, second = object(), object()
        assert gd.total_influence(weighted([(first, second, 3)]), first, second) == 3

    def test_a_frozenset_is_a_node(self) -> None:
        graph = weighted([(frozenset("ab"), frozenset("c"), 3)])
        assert gd.forward(graph, frozenset("ab"))[frozenset("c")] == 3


def tables() -> dict[str, Any]:
    """Return one graph in every form: a -> b 2, a -> c 3, b -> c 5, where 0 is no edge."""
    names = ["c", "a", "b"]
    values = np.array([[0, 0, 0], [3, 0, 2], [5, 0, 0]])
    return {"ints": pd.DataFrame(values, names, names), "floats": pd.DataFrame(values * 1.0, names, names)}


class TestTables:
    @pytest.mark.parametrize("kind", list(tables()))
    def test_a_frame_has_an_edge_from_row_to_column(self, kind: str) -> None:
        frame = tables()[kind]
        assert gd.forward(frame, "a") == {"a": 1, "b": 2, "c": 13}
        assert gd.count_paths(frame, "a", "c") == 2
        assert gd.compile(frame).tails.size == 3

    def test_an_array_has_an_edge_from_row_to_column(self) -> None:
        table = tables()["ints"].to_numpy()
        assert gd.forward(table, 1) == {0: 13, 1: 1, 2: 2}

    def test_columns_in_another_order_than_rows_are_refused(self) -> None:
        frame = tables()["ints"][["a", "b", "c"]]
        with pytest.raises(gd.errors.GraphTypeError, match="same labels in the same order"):
            gd.compile(frame)

    @pytest.mark.parametrize(
        "kind", ["bool", "int8", "uint64", "float16", "float32", "longdouble", "complex128", "object"]
    )
    def test_any_kind_of_array(self, kind: str) -> None:
        table = np.array([[0, 1], [0, 0]]).astype(kind)
        assert gd.total_influence(table, 0, 1) == 1

    def test_a_frame_is_never_changed(self) -> None:
        frame = tables()["floats"]
        gd.forward(frame, "a")
        pd.testing.assert_frame_equal(frame, tables()["floats"])

    def test_rows_and_columns_must_be_the_same_nodes(self) -> None:
        frame = tables()["ints"].rename(columns={"a": "z"})
        with pytest.raises(gd.errors.GraphdiffError, match="same labels"):
            gd.compile(frame)

    def test_a_node_twice_is_refused(self) -> None:
        frame = pd.DataFrame(np.zeros((2, 2)), ["a", "a"], ["a", "a"])
        with pytest.raises(gd.errors.GraphdiffError, match="'a'"):
            gd.compile(frame)

    @pytest.mark.parametrize("shape", [(2, 3), (4,), (2, 2, 2)])
    def test_only_square_tables_are_graphs(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(gd.errors.GraphdiffError, match="square"):
            gd.compile(np.zeros(shape))


class TestFromArrays:
    def test_ids_are_as_given_and_edges_in_any_order(self) -> None:
        compiled = gd.CompiledGraph.from_arrays([1, 2, 2], [0, 1, 0], [5, 3, 2])
        assert gd.forward(compiled, 2) == {2: 1, 1: 3, 0: 17}

    def test_labels_name_the_ids(self) -> None:
        labels = ["a", "b", "c", "alone"]
        compiled = gd.CompiledGraph.from_arrays([1, 2, 2], [0, 1, 0], [5, 3, 2], labels=labels)
        assert gd.forward(compiled, "c") == {"c": 1, "b": 3, "a": 17, "alone": 0}

    def test_labels_may_be_an_array(self) -> None:
        compiled = gd.CompiledGraph.from_arrays([0], [1], [3.0], labels=np.array(["a", "b"]))
        assert gd.forward(compiled, "a") == {"a": 1, "b": 3}

    @pytest.mark.parametrize("node", ["0", 1.5, None, (0,), -1, 2])
    def test_what_is_no_id_is_no_node(self, node: Any) -> None:
        with pytest.raises(gd.errors.UnknownNodeError, match="no node"):
            gd.forward(gd.CompiledGraph.from_arrays([0], [1], [3.0]), node)

    def test_parallel_edges_add(self) -> None:
        compiled = gd.CompiledGraph.from_arrays([0, 0], [1, 1], [5.0, 3.0])
        assert gd.total_influence(compiled, 0, 1) == 8
        assert gd.count_paths(compiled, 0, 1) == 2

    def test_it_copies_what_it_is_given(self) -> None:
        weights = np.array([5.0, 3.0])
        compiled = gd.CompiledGraph.from_arrays(np.array([0, 1]), np.array([1, 2]), weights)
        weights[:] = 0
        assert gd.total_influence(compiled, 0, 2) == 15

    def test_cycles_and_exact_are_its_options_too(self) -> None:
        ring = ([0, 1, 1], [1, 0, 2], [0.5, 0.5, 0.1])
        collapsed = gd.CompiledGraph.from_arrays(*ring, cycles="collapse")
        assert gd.total_influence(collapsed, 0, 2) == 0.1
        solved = gd.CompiledGraph.from_arrays(*ring, cycles="solve")
        assert gd.total_influence(solved, 0, 0) == pytest.approx(4 / 3, rel=1e-15)
        with pytest.raises(gd.errors.CycleError, match=r"0 -> 1 -> 0|1 -> 0 -> 1"):
            gd.forward(gd.CompiledGraph.from_arrays(*ring), 0)

    @pytest.mark.parametrize(
        "arrays, labels",
        [
            (([0], [1, 2], [1.0]), None),
            (([0], [1], [1.0, 2.0]), None),
            (([0], [-1], [1.0]), None),
            (([0], [2], [1.0]), ["a", "b"]),
            (([0.5], [1], [1.0]), None),
            (([0], [1], [1.0]), ["a", "a"]),
        ],
        ids=[
            "heads too long",
            "weights too long",
            "negative id",
            "id beyond the labels",
            "half an id",
            "label twice",
        ],
    )
    def test_arrays_that_are_no_graph_are_refused(self, arrays: Any, labels: list[str] | None) -> None:
        with pytest.raises(gd.errors.GraphdiffError, match=r"tails|heads|weights|labels|id"):
            gd.CompiledGraph.from_arrays(*arrays, labels=labels)

    def test_an_id_beyond_all_memory_is_refused(self) -> None:
        with pytest.raises(gd.errors.GraphdiffError, match=r"1,?000,?000,?000,?000"):
            gd.CompiledGraph.from_arrays([0], [10**12], [1.0])

    @pytest.mark.parametrize("name", ENGINES)
    @pytest.mark.parametrize("kind", ["int8", "uint8", "int32", "uint32", "int64", "uint64", ">i4", ">u8"])
    def test_ids_may_be_integers_of_any_kind(self, kind: str, name: str) -> None:
        with engine(name):
            compiled = gd.CompiledGraph.from_arrays(np.array([1, 2, 2], kind), np.array([0, 1, 0], kind), [5, 3, 2])
            assert gd.forward(compiled, 2) == {2: 1, 1: 3, 0: 17}

    @pytest.mark.parametrize("name", ENGINES)
    def test_arrays_may_be_read_only_or_parts_of_others(self, name: str) -> None:
        table = np.array([[1, 0], [2, 1], [2, 0]])
        weights = np.array([5, 0, 3, 0, 2, 0])[::2]
        table.flags.writeable = weights.flags.writeable = False
        with engine(name):
            compiled = gd.CompiledGraph.from_arrays(table[:, 0], table[:, 1], weights)
            assert gd.forward(compiled, 2) == {2: 1, 1: 3, 0: 17}

    @pytest.mark.parametrize("place", [0, 1, 2])
    @pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
    @pytest.mark.parametrize("kind", [np.float32, np.float64])
    def test_a_weight_that_is_not_finite_is_found_anywhere(self, kind: Any, wrong: float, place: int) -> None:
        weights = np.array([5, 3, 2], kind)
        weights[place] = wrong
        with pytest.raises(gd.errors.WeightError, match="not a finite number") as caught:
            gd.CompiledGraph.from_arrays([1, 2, 2], [0, 1, 0], weights)
        assert caught.value.edge == [(1, 0), (2, 1), (2, 0)][place]

    @pytest.mark.parametrize("name", ENGINES)
    def test_float32_weights_stay_so_and_sums_are_of_floats(self, name: str) -> None:
        weights = np.array([0.1, 0.2, 0.3, 1e30, 1e30], np.float32)
        ends = ([1, 2, 2, 3, 4], [0, 1, 0, 4, 5])
        with engine(name):
            short = gd.CompiledGraph.from_arrays(*ends, weights)
            long = gd.CompiledGraph.from_arrays(*ends, weights.astype(np.float64))
            assert (short.weights.dtype, long.weights.dtype) == (np.float32, np.float64)
            for node in range(6):
                assert bits(gd.forward(short, node).array) == bits(gd.forward(long, node).array)
                assert bits(gd.reverse(short, node).array) == bits(gd.reverse(long, node).array)
            assert gd.explain(short, 2, 0).to_dict() == gd.explain(long, 2, 0).to_dict()
            assert gd.total_influence(short, 3, 5) > 9e59

    def test_a_graph_takes_sixteen_bytes_an_edge_and_serves_both_directions(self) -> None:
        compiled = random_dag(100, 50_000)
        gd.forward(compiled, 0)
        gd.reverse(compiled, 99)
        held = {**vars(compiled.topology), **vars(compiled.topology.rows), **vars(compiled)}
        arrays = {id(value): value.nbytes for value in held.values() if isinstance(value, np.ndarray)}
        assert sum(arrays.values()) < 16.2 * compiled.n_edges

    @given(graph=dags(), data=st.data())
    def test_it_is_the_same_graph_as_from_networkx(self, graph: nx.MultiDiGraph, data: st.DataObject) -> None:
        nodes = list(graph)
        edges = data.draw(st.permutations(list(graph.edges(data="weight"))))
        compiled = gd.CompiledGraph.from_arrays(
            [nodes.index(tail) for tail, _, _ in edges],
            [nodes.index(head) for _, head, _ in edges],
            [weight for _, _, weight in edges],
            labels=nodes,
        )
        totals = inverse_totals(graph)
        for source, target in product(nodes, repeat=2):
            assert gd.total_influence(compiled, source, target) == totals[source, target]


@given(graph=contractions())
def test_cyclic_components_are_counted(graph: nx.MultiDiGraph) -> None:
    parts = list(nx.strongly_connected_components(graph))
    cyclic = sum(len(part) > 1 or any(graph.has_edge(node, node) for node in part) for part in parts)
    text = repr(gd.compile(graph))
    assert f"{len(graph)} node" in text
    assert f"{graph.number_of_edges()} edge" in text
    assert f"{cyclic} c" in text or not cyclic


def bits(numbers: Any) -> list[str]:
    """Return the floats digit for digit: == would take -0.0 for 0.0."""
    return [float(number).hex() for number in numbers]


def random_dag(n_nodes: int, n_edges: int) -> gd.CompiledGraph:
    """Return a DAG of random floats from 0 to n_nodes - 1, where each node has an edge to the next."""
    rng = np.random.default_rng(n_edges)
    ends = rng.integers(0, n_nodes, size=(n_edges, 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    steps = np.arange(n_nodes - 1)
    tails, heads = np.append(steps, ends.min(axis=1)), np.append(steps + 1, ends.max(axis=1))
    return gd.CompiledGraph.from_arrays(tails, heads, rng.normal(scale=0.4, size=len(tails)))


def triples(compiled: gd.CompiledGraph) -> list[tuple[int, int, float]]:
    """Return the edges as (tail, head, weight), in the order in which they are stored."""
    columns = (compiled.tails.tolist(), compiled.heads.tolist(), compiled.weights.tolist())
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize("name", ENGINES)
class TestSameBits:
    """Plain Python and the kernels add in the same order, that of the tails' positions."""

    @pytest.mark.parametrize("n_nodes, n_edges", [(8, 28), (60, 400), (20_000, 200_000)])
    def test_forward_is_a_plain_loop_over_the_edges(self, n_nodes: int, n_edges: int, name: str) -> None:
        compiled = random_dag(n_nodes, n_edges)
        values = [0.0] * n_nodes
        values[list(compiled.labels).index(0)] = 1.0
        for tail, head, weight in triples(compiled):
            values[head] += values[tail] * weight
        assert sum(value != 0 for value in values) > n_nodes / 2
        with engine(name):
            assert bits(gd.forward(compiled, 0).array) == bits(values)

    @pytest.mark.parametrize("n_nodes, n_edges", [(8, 28), (60, 400), (20_000, 200_000)])
    def test_reverse_is_a_plain_loop_over_each_nodes_edges(self, n_nodes: int, n_edges: int, name: str) -> None:
        compiled = random_dag(n_nodes, n_edges)
        last = n_nodes - 1
        values = [0.0] * n_nodes
        values[list(compiled.labels).index(last)] = 1.0
        following: list[list[tuple[int, float]]] = [[] for _ in range(n_nodes)]
        for tail, head, weight in triples(compiled):
            following[tail].append((head, weight))
        for tail in reversed(range(n_nodes)):
            for head, weight in following[tail]:
                values[tail] += weight * values[head]
        assert sum(value != 0 for value in values) > n_nodes / 2
        with engine(name):
            assert bits(gd.reverse(compiled, last).array) == bits(values)

    def test_parallel_edges_keep_their_order(self, name: str) -> None:
        weights = [0.1, 0.2, 0.3, 1e16, -1e16]
        compiled = gd.compile(parallel_chain(weights))
        total = 0.0
        for weight in weights:
            total += weight
        with engine(name):
            assert bits([gd.forward(compiled, 0)[1], gd.reverse(compiled, 1)[0]]) == bits([total, total])


def test_what_is_compiled_stays_as_it_is_and_takes_no_options() -> None:
    graph = gd.compile(nx.DiGraph([("a", "b", {"weight": 2})]))
    assert gd.compile(graph) is graph
    with pytest.raises(TypeError, match=r"compiled already"):
        gd.compile(graph, cycles="solve", weight=None)
