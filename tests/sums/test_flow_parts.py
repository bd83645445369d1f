"""Each part of a flow by itself: what meets, what flows in and out, entropies, shares; against lists of all paths."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import as_python, engine, influence, walks, weighted

import graphdiff as gd
from graphdiff.errors import UsageError
from graphdiff.graph.ends import Seeds
from graphdiff.sums import flow as parts
from graphdiff.sums import sweeps
from graphdiff.sums.between import between_ends
from graphdiff.sums.flow import Flow, entropies_by_sign, flow_between, flow_through, path_entropy

#: Two ways that cancel in part, an edge that leads nowhere, one that nothing enters, and an edge of weight 0.
EDGES = [
    ("s", "a", 2),
    ("s", "b", -3),
    ("a", "b", 4),
    ("a", "t", 5),
    ("b", "t", 7),
    ("a", "dead", 11),
    ("lone", "b", 13),
    ("s", "t", 0),
]
KINDS: dict[str, Any] = {"int": int, "float": float, "Fraction": Fraction}


@pytest.fixture(params=["lists", "arrays"])
def walked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Walk lists, or arrays by the Python that kernels are made of."""
    with engine("plain Python"):
        if request.param == "arrays":
            as_python(monkeypatch, sweeps, parts)
        yield request.param


def graph_of(kind: Any, edges: Any = EDGES) -> nx.DiGraph:
    return weighted([(u, v, kind(w)) for u, v, w in edges])


def through_each(graph: nx.DiGraph, source: Any, target: Any) -> tuple[Counter[Any], Counter[Any]]:
    """Return what all paths bring through each edge, and through each node, from their list."""
    edges: Counter[Any] = Counter()
    nodes: Counter[Any] = Counter()
    for path in walks(graph, source, target):
        carried = influence(graph, path)
        for edge in path:
            edges[edge] += carried
        for node in {end for edge in path for end in edge}:
            nodes[node] += carried
    return edges, nodes


def flows_of(graph: gd.CompiledGraph, source: Any, target: Any) -> list[Flow]:
    """Return the flow between two ends, and that through what lies there."""
    return [flow_between(graph, source, target), flow_through(between_ends(graph, source, target))]


@pytest.mark.parametrize("kind", KINDS)
def test_what_meets_is_what_the_paths_bring(walked: str, kind: str) -> None:
    graph = graph_of(KINDS[kind])
    edges, nodes = through_each(graph, "s", "t")
    compiled = gd.compile(graph)
    topology = compiled.topology
    for flows in flows_of(compiled, "s", "t"):
        assert flows.total == 45
        assert dict(zip(topology.edge_labels(), flows.edges.tolist(), strict=True)) == {
            e: edges[e] for e in graph.edges
        }
        assert dict(zip(topology.node_labels(), flows.nodes.tolist(), strict=True)) == {n: nodes[n] for n in graph}
        tails, heads, numbers = flows.used
        labels = list(topology.edge_labels())
        ends = [(topology.label(tail), topology.label(head)) for tail, head in zip(tails, heads, strict=True)]
        assert ends == [labels[number] for number in numbers]
        assert {edge for edge in ends if edges[edge]} == {edge for edge in graph.edges if edges[edge]}


@pytest.mark.parametrize("kind", KINDS)
def test_edges_that_carry_something_into_and_out_of_a_node(walked: str, kind: str) -> None:
    graph = graph_of(KINDS[kind])
    edges, _ = through_each(graph, "s", "t")
    compiled = gd.compile(graph)
    topology, labels = compiled.topology, list(compiled.topology.edge_labels())
    for flows in flows_of(compiled, "s", "t"):
        for node in ("s", "a", "b", "t"):
            found, carried = flows.into(topology.position(node))
            inward = {e: edges[e] for e in graph.in_edges(node) if edges[e]}
            assert {labels[edge]: n for edge, n in zip(found, carried.tolist(), strict=True)} == inward
            found, carried = flows.out_of([topology.position(node)])
            outward = {e: edges[e] for e in graph.out_edges(node) if edges[e]}
            assert {labels[edge]: n for edge, n in zip(found, carried.tolist(), strict=True)} == outward
        found, carried = flows.out_of([topology.position(node) for node in ("s", "a", "s")])
        assert sorted(labels[edge] for edge in found) == [("a", "b"), ("a", "t"), ("s", "a"), ("s", "b")]


#: x and y on a cycle of 1/4 between s and t, with a way past them, and a loop at the end.
ROUND = [("s", "x", 3), ("x", "y", 0.5), ("y", "x", 0.5), ("x", "t", 2), ("y", "t", 4), ("s", "t", 1), ("t", "t", 0.5)]


def test_into_and_out_of_a_component_go_only_edges_from_outside(walked: str) -> None:
    compiled = gd.compile(weighted(ROUND), cycles="solve")
    position, labels = compiled.topology.position, list(compiled.topology.edge_labels())
    # 3 · 4/3 reach x and half of that y; the loop at t doubles all.
    passing = {("x", "t"): 16.0, ("y", "t"): 16.0, ("s", "x"): 32.0, ("s", "t"): 2.0}
    for flows in flows_of(compiled, "s", "t"):
        for node in ("x", "y"):
            found, carried = flows.into(position(node))
            assert {labels[e]: n for e, n in zip(found, carried, strict=True)} == {("s", "x"): pytest.approx(32)}
            found, carried = flows.out_of([position(node)])
            outward = {("x", "t"): pytest.approx(16), ("y", "t"): pytest.approx(16)}
            assert {labels[e]: n for e, n in zip(found, carried, strict=True)} == outward
        found, carried = flows.into(position("t"))
        inward = {edge: passing[edge] for edge in (("x", "t"), ("y", "t"), ("s", "t"))}
        assert {labels[e]: n for e, n in zip(found, carried, strict=True)} == pytest.approx(inward)
        assert flows.out_of([position("t")])[0].tolist() == []
        assert flows.total == pytest.approx(34)


def test_a_collapsed_component_is_one_node(walked: str) -> None:
    compiled = gd.compile(weighted(ROUND), cycles="collapse")
    position, labels = compiled.topology.position, list(compiled.topology.edge_labels())
    for flows in flows_of(compiled, "s", "t"):
        assert flows.total == 3 * (2 + 4) + 1
        for node in ("x", "y"):
            found, carried = flows.into(position(node))
            assert {labels[e]: n for e, n in zip(found, carried, strict=True)} == {("s", "x"): 18}
            found, carried = flows.out_of([position(node)])
            assert {labels[e]: n for e, n in zip(found, carried, strict=True)} == {("x", "t"): 6, ("y", "t"): 12}
        values = dict(zip(compiled.topology.node_labels(), flows.nodes.tolist(), strict=True))
        assert values == {"s": 19, "x": 18, "y": 18, "t": 19}


@pytest.mark.parametrize("seeds", [(None, None), ({"s": 3.0}, {"t": -2.0, "a": 1.0})])
@pytest.mark.parametrize("kind", KINDS)
def test_derivatives_of_a_total_by_each_weight_and_by_what_removing_it_takes(
    walked: str, kind: str, seeds: Any
) -> None:
    graph = graph_of(KINDS[kind])
    number = KINDS[kind]
    source, target = "s", "t"
    if seeds[0]:
        source, target = ({n: number(value) for n, value in end.items()} for end in seeds)
    compiled = gd.compile(graph)
    before = gd.total_influence(graph, source, target)
    labels = list(compiled.topology.edge_labels())
    for flows in flows_of(compiled, source, target):
        numbers, products, removals = flows.derived
        found = {labels[n]: (p, r) for n, p, r in zip(numbers, products.tolist(), removals.tolist(), strict=True)}
        assert found.keys() >= {("s", "a"), ("s", "b"), ("a", "b"), ("a", "t"), ("b", "t"), ("s", "t")}
        for edge, (by_one, removed) in found.items():
            changed = graph.copy()
            changed.edges[edge]["weight"] += 1
            assert gd.total_influence(changed, source, target) - before == by_one
            changed.edges[edge]["weight"] = number(0)
            assert gd.total_influence(changed, source, target) - before == removed


def test_what_underflows_or_is_symbols_has_no_other_sizes() -> None:
    for kind in KINDS.values():
        flows = flow_between(gd.compile(graph_of(kind)), "s", "t")
        assert flows.sizes is not None
        assert flows.sizes is not flows
        assert flows.sizes.total == 2 * 5 + 3 * 7 + 2 * 4 * 7
        positive = flow_between(gd.compile(graph_of(kind)), "a", "t")
        assert positive.sizes is not None
        assert positive.sizes.total == positive.total == 33
        seeded = flow_between(gd.compile(graph_of(kind)), {"a": kind(-2)}, {"t": kind(3)})
        assert seeded.sizes is not None
        assert (seeded.total, seeded.sizes.total) == (-198, 198)
    with engine("plain Python"):
        beyond = gd.compile(weighted([("s", "x", 1.0), ("x", "x", -2.0), ("x", "t", 1.0)]), cycles="reduced-form")
        assert flow_between(beyond, "s", "t").sizes is None
        assert flow_between(beyond, "s", "t").total == pytest.approx(1 / 3)


def test_a_flow_of_sizes_is_its_own(walked: str) -> None:
    flows = flow_through(between_ends(gd.compile(graph_of(float)), "a", "t"))
    assert flows.sizes is flows  # though edges elsewhere are negative
    assert flow_through(between_ends(gd.compile(graph_of(float)), {"a": -1.0}, "t")).sizes is not flows


# -- entropies


def entropy(numbers: list[Any]) -> float | None:
    whole = sum(numbers)
    return -sum(float(n / whole) * math.log(n / whole) for n in numbers if n) if whole else None


@pytest.mark.parametrize("seeds", [(None, None), ({"s": 3, "a": 1}, {"t": 2, "b": 5})])
@pytest.mark.parametrize("kind", KINDS)
def test_entropies_are_those_of_the_list_of_paths(walked: str, kind: str, seeds: Any) -> None:
    number = KINDS[kind]
    graph = graph_of(number)
    starts, ends = (
        {end: number(n) for end, n in (given or {name: 1}).items()} for given, name in zip(seeds, "st", strict=True)
    )
    brought = [
        starts[s] * influence(graph, path) * ends[t] for s in starts for t in ends for path in walks(graph, s, t)
    ]
    source, target = (starts, ends) if seeds[0] else ("s", "t")
    for flows in flows_of(gd.compile(graph), source, target):
        assert flows.sizes is not None
        assert path_entropy(flows.sizes) == pytest.approx(entropy([abs(n) for n in brought]))
        positive, negative = entropies_by_sign(flows)
        assert positive == pytest.approx(entropy([n for n in brought if n > 0]))
        assert negative == pytest.approx(entropy([-n for n in brought if n < 0]))


def test_of_no_paths_of_a_sign_there_is_no_entropy() -> None:
    graph = gd.compile(weighted([("s", "t", 2.0), ("s", "z", 0.0)]))
    assert entropies_by_sign(flow_between(graph, "s", "t")) == (0.0, None)
    assert entropies_by_sign(flow_between(graph, {"s": -1.0}, "t")) == (None, 0.0)
    assert path_entropy(flow_between(graph, "s", "z")) is None
    assert path_entropy(flow_between(graph, "s", "t")) == 0.0
    beyond = gd.compile(weighted([("s", "x", 1.0), ("x", "x", -2.0), ("x", "t", 1.0)]), cycles="reduced-form")
    assert entropies_by_sign(flow_between(beyond, "s", "t")) == (None, None)


def test_sums_of_large_ints_and_of_their_signs_do_not_wrap() -> None:
    most = 2**61
    graph = gd.compile(weighted([("s", "t", most), ("s", "m", most), ("m", "t", -1), ("m", "u", 0)]))
    flows = flow_between(graph, "s", "t")
    assert entropies_by_sign(flows) == (0.0, 0.0)
    assert flows.sizes is not None
    assert path_entropy(flows.sizes) == pytest.approx(math.log(2))


@pytest.mark.parametrize(
    "number, expected",
    [
        (math.e, 1.0),
        (8, math.log(8)),
        (10**400, 400 * math.log(10)),
        (Fraction(10**400, 3), 400 * math.log(10) - math.log(3)),
        (Fraction(1, 10**400), -400 * math.log(10)),
        (Decimal("1e500"), 500 * math.log(10)),
    ],
)
def test_logarithms_of_numbers_beyond_the_floats(number: Any, expected: float) -> None:
    assert parts._log(number) == pytest.approx(expected, rel=1e-15)
    assert parts._logs([number]).tolist() == [parts._log(number)]


def test_logarithms_of_arrays_are_of_their_floats() -> None:
    for dtype in (np.float64, np.float32):
        assert parts._logs(np.array([1.0, 0.5], dtype=dtype)).tolist() == [0, math.log(0.5)]
    assert parts._logs(np.array([1, 8])).tolist() == [0, math.log(8)]


# -- shares


@pytest.mark.parametrize(
    "numbers, whole, expected",
    [
        (np.array([1.0, 2.0]), 4.0, [0.25, 0.5]),
        (np.array([1.0, 2.0], dtype=np.float32), 4.0, [0.25, 0.5]),
        (np.array([1, 2]), 4, [0.25, 0.5]),
        (np.array([2**53, -(2**53)]), 2**53, [1.0, -1.0]),
        (np.array([2**53 + 1]), 3, [(2**53 + 1) / 3]),
        (np.array([-(2**53) - 1]), 3, [-(2**53 + 1) / 3]),
        (np.array([3]), 2**53 + 1, [3 / (2**53 + 1)]),
        (np.array([3]), -(2**53) - 1, [-3 / (2**53 + 1)]),
        (np.array([1, 10**30], dtype=object), 10**30, [1e-30, 1.0]),
        (np.array([Fraction(1), Fraction(2)], dtype=object), Fraction(3), [Fraction(1, 3), Fraction(2, 3)]),
        (np.array([1e300]), 1e-300, [math.inf]),
        (np.array([1e-300]), 1e300, [0.0]),
    ],
)
def test_parts_are_divided_as_python_divides_them(numbers: Any, whole: Any, expected: Any) -> None:
    with np.errstate(all="raise"):
        made = parts._parts(numbers, whole)
    assert made.tolist() == expected
    assert made.dtype == (object if isinstance(expected[0], Fraction) else np.float64)


def test_contributions_read_and_are_written_by_their_kind() -> None:
    graph = graph_of(float)
    edges, nodes = gd.edge_contributions(graph, "s", "t"), gd.node_contributions(graph, "s", "t")
    assert (edges["a", "t"], nodes["a"], edges.total, nodes.total) == (10, 66, 45, 45)
    assert dict(edges.carrying()) == {e: n for e, n in edges.items() if n}
    assert dict(nodes.carrying()) == {"s": 45, "a": 66, "b": 35, "t": 45}
    assert (edges.titles(), nodes.titles()) == (("edge", "contribution"), ("node", "contribution"))
    assert (edges.shares.titles(), nodes.shares.titles()) == (("edge", "share"), ("node", "share"))
    assert (edges.caption(), edges.shares.caption()) == ("parts of 45", "shares of 45")
    assert repr(edges).startswith("<edge contributions to 45: ('s', 'a'): 66")
    assert repr(nodes.shares).startswith("<node shares of 45: 'a': 1.46667, 's': 1, ")
    assert nodes.to_dict() == {"s": 45.0, "a": 66.0, "b": 35.0, "t": 45.0, "dead": 0.0, "lone": 0.0}
    records = [{"source": u, "target": v, "contribution": n} for (u, v), n in edges.items()]
    assert edges.to_dict() == records
    shares = [{"source": u, "target": v, "share": n / 45} for (u, v), n in edges.items()]
    assert edges.shares.to_dict() == shares
    assert nodes.shares.to_dict()["b"] == 35 / 45  # type: ignore[call-overload]
    assert (nodes.shares["b"], edges.shares["a", "t"]) == (35 / 45, 10 / 45)
    assert edges.shares.top(1) == [(("s", "a"), 66 / 45)]
    assert list(nodes.shares) == list(nodes)
    assert len(nodes.shares) == 6
    assert ("a", "t") in edges.shares
    assert ("t", "a") not in edges.shares
    with pytest.raises(KeyError, match="no edge"):
        edges["t", "a"]
    with pytest.raises(KeyError, match="no node"):
        nodes.shares["t2"]
    with pytest.raises(
        UsageError, match=r"^contributions of nodes are no matrix: numpy.asarray has them, one for each"
    ):
        nodes.to_scipy()


def test_where_the_total_is_0_there_are_no_shares() -> None:
    graph = weighted([("s", "t", 2), ("s", "m", 2), ("m", "t", -1)])
    shares = gd.edge_contributions(graph, "s", "t").shares
    assert set(shares.values()) == {None}
    assert np.isnan(shares.array).all()
    assert shares.top(1)[0][1] is None


@pytest.mark.parametrize("target", [{"t": 2.0}, "t"])
def test_adjoints_of_the_only_target_take_no_sweep(target: Any) -> None:
    with engine("plain Python"):
        graph = gd.compile(graph_of(float))
        flows = flow_between(graph, "s", target)
        found, carried = flows.into(graph.topology.position("t"))
        assert "adjoints" not in vars(flows) or flows.among is not None
        seed = 2 if isinstance(target, dict) else 1
        assert sorted(carried.tolist()) == [10 * seed, 35 * seed]
        assert len(found) == 2
    both = flow_between(graph, "s", ["t", "b"])
    assert sorted(both.into(graph.topology.position("t"))[1].tolist()) == [10, 35]
    assert sorted(both.into(graph.topology.position("b"))[1].tolist()) == [-24, 64]
    assert Seeds([0]).numbers is None


def test_few_floats_without_cycles_are_swept_whole() -> None:
    with engine("plain Python"):
        compiled = gd.compile(graph_of(float))
        assert flow_between(compiled, "s", "t").among is None
        assert flow_between(gd.compile(graph_of(int)), "s", "t").among is not None
        assert flow_between(gd.compile(graph_of(Fraction)), "s", "t").among is not None
        assert flow_between(compiled, {"s": Fraction(1, 3)}, "t").total == 15
        solved = gd.compile(weighted(ROUND), cycles="solve")
        assert flow_between(solved, "s", "t").among is not None


@pytest.mark.parametrize("options", [{"exact": True}, {}])
def test_what_goes_round_a_cycle_of_exact_numbers_stays_exact(options: Any) -> None:
    kind = float if options else Fraction
    edges = [("s", "x", 3), ("x", "y", 0.5), ("y", "x", 0.5), ("y", "t", 4)]
    compiled = gd.compile(graph_of(kind, edges), cycles="solve", **options)
    labels = list(compiled.topology.edge_labels())
    for flows in flows_of(compiled, "s", "t"):
        assert flows.total == 8
        found = dict(zip(labels, flows.edges.tolist(), strict=True))
        assert found == {
            ("s", "x"): 8,
            ("x", "y"): Fraction(32, 3),
            ("y", "x"): Fraction(8, 3),
            ("y", "t"): 8,
        }
        assert {type(n) for n in found.values()} <= {int, Fraction}


def test_where_nothing_lies_between_nothing_meets() -> None:
    for kind in KINDS.values():
        flows = flow_through(between_ends(gd.compile(graph_of(kind)), "t", "s"))
        assert [len(array) for array in flows.derived] == [0, 0, 0]
        assert flows.total == 0
        assert not flows.nodes.any()
        assert not flows.edges.any()


def test_contributions_as_a_matrix_are_of_the_nodes_asked_for() -> None:
    pytest.importorskip("scipy")
    edges = gd.edge_contributions(graph_of(float), "s", "t")
    names = ["t", "b", "a", "s", "lone", "dead"]
    matrix = edges.to_scipy(names).toarray()
    assert matrix.tolist() == [[edges.get((u, v), 0) for v in names] for u in names]


def test_what_an_edge_of_weight_0_would_bring_does_not_wrap(walked: str) -> None:
    large = 2**40
    graph = gd.compile(weighted([("s", "a", large), ("a", "b", 0), ("b", "t", large)]))
    for flows in flows_of(graph, "s", "t"):
        numbers, products, removals = flows.derived
        labels = [graph.topology.edge_label(int(number)) for number in numbers]
        assert products[labels.index(("a", "b"))] == large**2
        assert not any(removals)
        assert isinstance(flows.tangents, np.ndarray) == (walked == "arrays")
