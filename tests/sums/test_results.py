"""Results as others take them: numpy arrays, factors of products, plain records."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import contractions, dags, olah, parallel_chain, queries, weighted
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import UsageError
from graphdiff.graph.labels import packed
from graphdiff.sums.results import largest_first
from graphdiff.whatif.sensitivities import Sensitivities

Query = tuple[nx.DiGraph, Any, Any]


def _results(graph: nx.DiGraph, source: Any, target: Any) -> dict[str, Any]:
    other = graph.copy()
    tail, head = next(iter(other.edges))
    other.edges[tail, head]["weight"] *= 3
    return {
        "forward": gd.forward(graph, source),
        "reverse": gd.reverse(graph, target),
        "accumulate": gd.accumulate(graph, source),
        "paths": gd.count_paths(graph, source),
        "reach": gd.reach_sizes(graph),
        "exclusive": gd.exclusive_sizes(graph),
        "edges": gd.edge_contributions(graph, source, target),
        "nodes": gd.node_contributions(graph, source, target),
        "explained": gd.explain(graph, source, target).edge_contributions,
        "attribution": gd.compare(graph, other, source, target).attribution,
        "changes": gd.compare(graph, other, source=source),
    }


@pytest.mark.parametrize("scale", [1, 0.5, Fraction(1, 3)], ids=["ints", "floats", "fractions"])
def test_numpy_takes_the_numbers_in_the_order_of_the_names(scale: Any) -> None:
    graph = weighted([(tail, head, weight * scale) for tail, head, weight in olah().edges(data="weight")])
    for name, found in _results(graph, "b", "e").items():
        array = np.asarray(found)
        assert array.shape == (len(found),), name
        assert array.tolist() == list(found.values()), name
        assert np.asarray(found, dtype=float).dtype == np.float64
        assert np.array(found).flags.writeable


def test_sensitivities_have_four_columns() -> None:
    found = gd.sensitivities(olah(), "b", "e")
    assert np.asarray(found).dtype == np.float64
    assert np.asarray(found).tolist() == found.to_pandas().to_numpy().tolist()
    nothing = gd.sensitivities(weighted([("a", "b", 1.0), ("b", "c", 0.0)]), "a", "c")
    assert np.isnan(np.asarray(nothing)[:, 2]).all()
    assert np.asarray(gd.sensitivities(olah(), "e", "a")).shape == (0, 4)


def test_a_result_is_not_changed_through_its_array() -> None:
    found = gd.forward(olah(), "b")
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(found)[0] = 7
    jac = gd.jacobian(olah())
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(jac)[0, 0] = 7
    np.array(found)[0] = 7
    if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
        with pytest.raises(ValueError, match="copy"):
            np.array(found, dtype=np.float32, copy=False)
    assert found["b"] == 1


class TestJacobian:
    graph = weighted([("a", "c", 2), ("b", "c", 3), ("b", "d", 5), ("c", "e", 7), ("d", "f", 11)])

    def test_is_an_array_of_numbers(self) -> None:
        jac = gd.jacobian(self.graph)
        assert np.asarray(jac).tolist() == jac.array.tolist()
        assert np.asarray(jac.T).shape == jac.array.T.shape
        assert np.asarray(jac, dtype=np.float32).dtype == np.float32

    def test_multiplies_on_either_side(self) -> None:
        jac = gd.jacobian(self.graph, ["b", "a"], ["f", "e", "d"])
        v, w = np.array([1.0, 2.0]), np.array([1, 2, 3])
        assert (jac @ v).tolist() == (jac.array @ v).tolist() == (jac @ [1, 2]).tolist()
        assert (w @ jac).tolist() == (w @ jac.array).tolist() == ([1, 2, 3] @ jac).tolist()
        assert (jac @ np.eye(2)).tolist() == jac.array.tolist() == (np.eye(3) @ jac).tolist()
        assert (jac @ jac.T).tolist() == (jac.array @ jac.array.T).tolist()

    def test_what_has_names_goes_by_them(self) -> None:
        jac = gd.jacobian(self.graph, ["b", "a"], ["f", "e", "d"])
        assert (jac @ {"a": 1, "b": 10}).tolist() == (jac.array @ [10, 1]).tolist()
        assert ({"d": 1, "e": 2, "f": 3, "g": 4} @ jac).tolist() == ([3, 2, 1] @ jac.array).tolist()
        assert (jac @ gd.reverse(self.graph, "e")).tolist() == (jac.array @ [21, 14]).tolist()
        pandas = pytest.importorskip("pandas")
        assert (jac @ pandas.Series({"a": 1, "b": 10})).tolist() == (jac.array @ [10, 1]).tolist()

    def test_the_chain_rule_meets_in_the_middle_whatever_the_order(self) -> None:
        late, early = gd.jacobian(self.graph, ["c", "d"], ["e", "f"]), gd.jacobian(self.graph, ["a", "b"], ["d", "c"])
        assert (late @ early).tolist() == gd.jacobian(self.graph, ["a", "b"], ["e", "f"]).array.tolist()

    def test_what_lacks_a_node_is_refused(self) -> None:
        jac = gd.jacobian(self.graph, ["a", "b"], ["e"])
        with pytest.raises(UsageError, match="no number for 'b'"):
            jac @ {"a": 1}
        with pytest.raises(UsageError, match="no number for 'a'"):
            jac @ jac

    def test_ints_do_not_wrap(self) -> None:
        jac = gd.jacobian(weighted([("a", "b", 2**61)]), ["a"], ["b"])
        assert (jac @ [4]).tolist() == [2**63] == ([4] @ jac).tolist()
        assert (jac @ np.array([2**63], dtype=np.uint64)).tolist() == [2**124]

    def test_exact_numbers_stay_exact(self) -> None:
        jac = gd.jacobian(weighted([("a", "b", Fraction(1, 3))]), ["a"], ["b"])
        assert (jac @ [Fraction(1, 7)]).tolist() == [Fraction(1, 21)]


@pytest.mark.parametrize("factor", [[1, 2, 3], 3, None, np.eye(3)], ids=["list", "number", "None", "matrix"])
def test_factors_of_another_shape_are_refused_in_one_line(factor: Any) -> None:
    jac = gd.jacobian(weighted([("a", "c", 2), ("b", "c", 3)]))
    assert (jac @ [1, 10]).tolist() == [32]
    with pytest.raises(
        gd.errors.UsageError, match=r"the factors do not fit: an array of shape \(1, 2\) @ one of shape"
    ):
        jac @ factor
    with pytest.raises(
        gd.errors.UsageError, match=r"the factors do not fit: an array of shape .* @ one of shape \(1, 2\)"
    ):
        factor @ jac


# ------------------------------------------------------------------- looking at results, beside making all of it first


def _sorted_by_size(numbers: list[Any]) -> list[int]:
    """Return the places of numbers by size, as one sorts a list."""
    try:
        return sorted(range(len(numbers)), key=lambda place: -abs(numbers[place]))
    except TypeError:
        return list(range(len(numbers)))


def _all_labels(topology: Any, of_edges: bool) -> list[Any]:
    """Return the label of each node or edge by plain loops over the arrays."""
    names = range(len(topology.ids)) if topology.names is None else topology.names
    nodes = [names[number] for number in topology.ids.tolist()]
    if not of_edges:
        return nodes
    edges = [
        (nodes[tail], nodes[topology.heads[place]])
        for tail in range(len(nodes))
        for place in range(int(topology.ptr[tail]), int(topology.ptr[tail + 1]))
    ]
    keys = topology.keys
    return edges if keys is None else [(*edge, keys[place]) for place, edge in enumerate(edges)]


def _looks_like_all_of_it(result: Any, labels: list[Any], numbers: list[Any]) -> None:
    """Compare a result with a dict that was made of everything, and with a sorted list."""
    whole = dict(zip(labels, numbers, strict=True))
    assert list(result) == list(result.keys()) == labels
    assert list(result.values()) == numbers
    assert list(map(type, result.values())) == list(map(type, numbers))
    assert list(result.items()) == list(zip(labels, numbers, strict=True))
    assert dict(result) == whole == result
    assert [result.get(label, "no") for label in labels] == numbers
    assert len(result) == len(labels)
    assert "nothing" not in result
    assert ("nothing", "at", "all") not in result
    assert result.get(("nothing", "at all"), 7) == 7
    assert [] not in result


def _ranks_like_a_sorted_list(result: Any, labels: list[Any], numbers: list[Any]) -> None:
    order = _sorted_by_size(result.of.array.tolist() if hasattr(result, "of") else numbers)
    ranked = [(labels[place], numbers[place]) for place in order]
    for n in (0, 1, 2, 10, len(labels), len(labels) + 1):
        assert result.top(n) == ranked[:n]


def _shares(contributions: Any) -> list[Any]:
    total = contributions.total
    return [number / total if total else None for number in contributions.array.tolist()]


def _check(graph: Any, source: Any, target: Any, **options: Any) -> None:
    edges = gd.edge_contributions(graph, source, target, **options)
    nodes = gd.node_contributions(graph, source, target, **options)
    for result in (edges, nodes, gd.forward(graph, source, **options), gd.reverse(graph, target, **options)):
        labels = _all_labels(result.topology, result is edges)
        _looks_like_all_of_it(result, labels, result.array.tolist())
        _ranks_like_a_sorted_list(result, labels, result.array.tolist())
    for result in (edges, nodes):
        labels, shares = _all_labels(result.topology, result is edges), _shares(result)
        _looks_like_all_of_it(result.shares, labels, shares)
        _ranks_like_a_sorted_list(result.shares, labels, shares)
        if result.total:
            assert result.shares.array.tolist() == shares
        else:
            assert np.isnan(result.shares.array).all()
        assert len(result.shares.array) == len(labels)
        assert result.shares is result.shares


@pytest.fixture(params=[0, 1 << 14], ids=["an index a row", "one index"])
def _indexed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphdiff.graph.topology.INDEXED", request.param)


@pytest.mark.usefixtures("_indexed")
class TestLooks:
    # Hypothesis warns of fixtures that are not made anew for each example: this one need not be.
    several = settings(suppress_health_check=list(settings().suppress_health_check), max_examples=40)

    def test_of_graphs_of_any_numbers(self) -> None:
        @self.several
        @given(query=queries(dags(max_edges=20)))
        def check(query: Query) -> None:
            graph, source, target = query
            _check(graph, source, target)
            _check(gd.compile(graph), source, target)

        check()

    def test_of_graphs_without_parallel_edges(self) -> None:
        @self.several
        @given(query=queries(dags(parallel=False)))
        def check(query: Query) -> None:
            _check(*query)

        check()

    @pytest.mark.parametrize("cycles", ["collapse", "solve"])
    def test_of_graphs_with_cycles(self, cycles: Any) -> None:
        @self.several
        @given(query=queries(contractions()))
        def check(query: Query) -> None:
            graph, source, target = query
            try:
                gd.total_influence(graph, source, target, cycles=cycles)
            except gd.errors.SameComponentError:
                return
            _check(graph, source, target, cycles=cycles)

        check()

    @pytest.mark.parametrize(
        "number",
        [3, 2**70, 0.1, Fraction(1, 3), Decimal("0.3"), 0.5 + 2j, np.float32(0.1), 0],
        ids=lambda number: type(number).__name__,
    )
    def test_of_every_kind_of_number(self, number: Any) -> None:
        graph = weighted([("a", "b", number), ("a", "c", number), ("b", "c", -number), ("c", "d", number)])
        _check(graph, "a", "d")
        _check(gd.compile(graph, exact=isinstance(number, float)), "a", "d")

    def test_of_symbols(self) -> None:
        x, y = pytest.importorskip("sympy").symbols("x y")
        _check(weighted([("a", "b", x), ("a", "c", y), ("b", "c", x), ("c", "d", y)]), "a", "d")

    def test_of_numbered_nodes_and_of_packed_names(self) -> None:
        tails, heads, weights = np.array([3, 0, 0, 1]), np.array([0, 1, 1, 2]), np.array([0.5, 2.0, 3.0, 4.0])
        _check(gd.CompiledGraph.from_arrays(tails, heads, weights), 3, 2)
        for labels, ends in ((packed("abcd"), "dc"), (packed([7, 10, 20, 40]), (40, 20))):
            graph = gd.CompiledGraph.from_arrays(tails, heads, weights, labels=labels)
            assert graph.topology.names is labels
            _check(graph, *ends)
        assert gd.edge_contributions(graph, 40, 20)[40.0, 7.0, 0] == 10

    def test_a_number_that_is_equal_to_a_label_is_that_label(self) -> None:
        graph = gd.CompiledGraph.from_arrays([0, 1], [1, 2], [2.0, 3.0])
        edges = gd.edge_contributions(graph, 0, 2)
        assert edges[0.0, 1.0] == edges[np.int64(0), np.int64(1)] == 6
        assert (0.5, 1) not in edges
        assert (-1, 0) not in edges
        assert (3, 0) not in edges
        assert gd.forward(graph, 0)[2.0] == 6

    def test_edges_are_called_by_their_keys_where_some_are_parallel(self) -> None:
        edges = gd.edge_contributions(parallel_chain([3, 2], [1]), 0, 2)
        assert (edges[0, 1, 0], edges[0, 1, 1], edges[1, 2, 0]) == (3, 2, 5)
        assert (0, 1) not in edges
        assert (0, 1, 2) not in edges
        assert (0, 1, []) not in edges
        assert [0, 1, 0] not in edges
        with pytest.raises(KeyError, match="no edge"):
            edges[0, 1, 9]
        with pytest.raises(gd.errors.UnknownNodeError, match="no node 'x'"):
            edges["x", 1, 0]


def test_many_edges_of_one_node_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphdiff.graph.topology.INDEXED", 100)
    size = 1_000
    ones = np.ones(size, dtype=np.int64)
    graph = gd.CompiledGraph.from_arrays(0 * ones, np.arange(1, size + 1), 1.0 * ones)
    edges = gd.edge_contributions(graph, 0, size)
    made = []
    row = type(graph.topology)._row
    monkeypatch.setattr(type(graph.topology), "_row", lambda *given: made.append(given[1]) or row(*given))
    assert sum(edges[0, head] for head in range(1, size + 1)) == 1
    assert sum(edges.shares[0, head] for head in range(1, size + 1)) == 1
    assert made == [0]


class _Counted(list[Any]):
    """Labels that count how often one was asked for."""

    n_asked = 0

    def __getitem__(self, place: Any) -> Any:
        self.n_asked += 1
        return super().__getitem__(place)


LOOKS: dict[str, Callable[[Any], Any]] = {
    "repr": repr,
    "len": len,
    "top": lambda result: result.top(3),
    "a table": lambda result: result._repr_html_(),
    "what a notebook shows": lambda result: result._repr_mimebundle_(),
    "the first": lambda result: list(islice(result.items(), 5)),
    "the first keys": lambda result: list(islice(result, 5)),
    "the array": lambda result: result.array,
    "the numbers": lambda result: list(result.values()),
}


def _large_results() -> Iterator[Any]:
    size = 30_000
    labels = [f"n{number}" for number in range(size)]
    tails = np.arange(size - 1)
    graph = gd.CompiledGraph.from_arrays(
        np.concatenate([tails, tails[:-1]]),
        np.concatenate([tails + 1, tails[:-1] + 2]),
        [0.5] * (2 * size - 3),
        labels=labels,
    )
    edges = gd.edge_contributions(graph, "n0", "n50")
    yield from (gd.forward(graph, "n0"), edges, edges.shares, gd.count_paths(graph, target="n50"))
    yield from (gd.exclusive_sizes(graph), gd.sensitivities(graph, "n0", f"n{size - 1}"))


def test_what_looks_at_a_few_entries_makes_no_others() -> None:
    for result in _large_results():
        topology = getattr(result, "topology", None) or result.of.topology
        for name, look in LOOKS.items():
            if name == "the numbers" and isinstance(result, Sensitivities):
                continue  # whose values say which edge they are of
            counted = topology.__dict__["titled"] = _Counted(topology.names)
            look(result)
            assert counted.n_asked <= 300, (result, name)


@pytest.mark.parametrize("seed", range(8))
def test_the_largest_of_an_array_are_those_of_a_sorted_list(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphdiff.sums.results.OF_A_BLOCK", (256, 5)[seed % 2])
    rng = np.random.default_rng(seed)
    for size in (0, 1, 5, 700, 3_000):
        ints = rng.integers(-(2**63), 2**63 - 1, size)
        ints[:1] = -(2**63)  # which has no absolute value among the ints of 64 bits
        arrays = {
            "floats": rng.normal(size=size),
            "many equal": np.round(rng.normal(size=size), 1),
            "all equal": np.full(size, -1.5),
            "few": np.where(rng.random(size) < 0.01, rng.normal(size=size), 0.0),
            "ints": ints,
            "small ints": rng.integers(-3, 4, size),
            "float32": rng.normal(size=size).astype(np.float32),
            "descending": np.arange(size, 0, -1) / 7,
            "infinite": np.where(rng.random(size) < 0.1, np.inf, 1.0),
            "objects": rng.integers(-3, 4, size).astype(object),
            "none": np.where(rng.random(size) < 0.1, np.nan, 1.0),
        }
        for name, array in arrays.items():
            order = _sorted_by_size(array.tolist())
            for n in (None, 0, 1, 3, 10, 30, size, size + 3, -1):
                assert largest_first(array, n) == order[:n], name
                assert largest_first(array.tolist(), n) == order[:n], name


def test_shares_are_shown_like_other_results() -> None:
    shares = gd.edge_contributions(olah(), "b", "e").shares
    assert (
        repr(shares)
        == "<edge shares of 5: ('b', 'd'): 0.6, ('d', 'e'): 0.6, ('b', 'c'): 0.4, ('c', 'e'): 0.4, ('a', 'c'): 0>"
    )
    assert "shares of 5" in shares._repr_html_()
    assert shares.to_dict()[-1] == {"source": "d", "target": "e", "share": 0.6}
    assert gd.node_contributions(olah(), "b", "e").shares.to_dict()["d"] == 0.6
    assert np.asarray(shares).sum() == 2
    nothing = gd.node_contributions(olah(), "e", "b").shares
    assert nothing.top(1) == [("a", None)]
    assert "'a': none" in repr(nothing)
    assert nothing.to_dict() == dict.fromkeys("abcde")
    pytest.importorskip("pandas")
    assert shares.to_pandas()["b", "d"] == 0.6
    assert shares.to_pandas().name == "share"
    assert nothing.to_pandas().isna().all()


def test_shares_of_large_ints_are_rounded_once() -> None:
    weights = [832692069252323491, 725896930916224027, 530291789994247702]
    shares = gd.edge_contributions(parallel_chain(weights), 0, 1).shares
    assert shares.of.array.dtype == np.int64
    assert list(shares.values()) == shares.array.tolist() == [weight / sum(weights) for weight in weights]


def test_sensitivities_are_those_of_each_edge() -> None:
    @settings(max_examples=30)
    @given(query=queries(dags(max_edges=20) | contractions()), cycles=st.sampled_from(["collapse", "solve"]))
    def check(query: Query, cycles: Any) -> None:
        try:
            found = gd.sensitivities(*query, cycles=cycles)
        except gd.errors.SameComponentError:
            return
        whole = _all_labels(found.topology, True)
        labels = [whole[number] for number in found.numbers.tolist()]
        weights, derivatives, removals = (
            column.tolist() for column in (found.weights, found.derivatives, found.removals)
        )
        parts = [w * d / found.total if found.total else None for w, d in zip(weights, derivatives, strict=True)]
        rows = list(zip(labels, weights, derivatives, parts, removals, strict=True))
        fields = [(row.edge, row.weight, row.derivative, row.elasticity, row.removal) for row in found.values()]
        assert fields == rows
        assert [found[label] for label in labels] == list(found.values())
        assert list(found) == labels
        assert [label for label in whole if label in found] == labels
        expected = [[np.nan if cell is None else float(cell) for cell in row[1:]] for row in rows]
        assert np.array_equal(found.array.astype(float).tolist(), expected, equal_nan=True) or not rows
        order = sorted(range(len(rows)), key=lambda place: -abs(removals[place] or 0))
        assert [row.edge for row in found.top(3)] == [labels[place] for place in order[:3]]

    check()


def test_a_ranking_is_an_array_too() -> None:
    ranking = gd.rank(olah(), "b")
    assert np.asarray(ranking).tolist() == ranking.influences
    assert ranking.array.shape == (len(ranking), 1)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_dict_of_a_result_has_what_each_key_has_and_errors_stay(compiled: bool) -> None:
    edges = [("a", "b", 2.0), ("b", "c", 3.0), ("a", "c", 0.5)]
    graph: Any = nx.DiGraph()
    graph.add_weighted_edges_from(edges)
    graph = gd.compile(graph) if compiled else graph
    for result, bad in ((gd.forward(graph, "a"), "x"), (gd.edge_contributions(graph, "a", "c"), ("c", "a"))):
        first = [repr(result[key]) for key in result]
        assert dict(result) == dict(result.items())
        assert list(result.keys()) == list(result)
        assert [repr(result[key]) for key in result] == first
        for wrong in (bad, ["not hashable"], 7):
            with pytest.raises(KeyError, match=r"no node|no edge|7|\['not hashable'\]"):
                result[wrong]
        again = pickle.loads(pickle.dumps(result))
        assert list(again.items()) == list(result.items())
