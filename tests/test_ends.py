"""Ends of every kind: a node, a list, a mapping of seeds, all roots and all leaves, in every function that takes ends.

The oracle is a graph of networkx with a node more before the sources and one behind the targets, whose edges have the
seeds for weights: made here, by copying.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
import scipy.sparse
from graphs import weighted
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd

#: Two roots, two leaves, a source behind a source, a target before a target, and signs that mix.
EDGES = [
    ("a", "c", 2), ("b", "c", -3), ("b", "d", 5), ("a", "b", 7), ("c", "e", 11), ("d", "e", -13), ("d", "f", 17),
    ("e", "f", 19), ("c", "f", 23), ("x", "d", 29), ("e", "g", 31), ("a", "e", -37),
]  # fmt: skip

NUMBERS: dict[str, Callable[[int], Any]] = {
    "ints": int, "floats": lambda w: w / 8, "fractions": lambda w: Fraction(w, 3), "complex": lambda w: complex(w, 1),
}  # fmt: skip

SOURCES: dict[str, Any] = {
    "node": "a", "list": ["b", "a", "x"], "seeds": {"a": 3, "x": -2}, "a seed of 0": {"a": 0, "b": 5},
    "ROOTS": gd.ROOTS, "NODES": gd.NODES, "an array": np.array(["a", "b"]),
}  # fmt: skip
TARGETS: dict[str, Any] = {
    "node": "f", "list": ["f", "e"], "seeds": {"f": 2, "g": -1, "e": 4}, "LEAVES": gd.LEAVES, "a set": {"g", "f"},
}  # fmt: skip


def seeds(graph: nx.DiGraph, end: Any) -> dict[Any, Any]:
    """Return an end as a mapping, by other means than the library's."""
    if end is gd.ROOTS:
        return {node: 1 for node in graph if not graph.in_degree(node)}
    if end is gd.NODES:
        return dict.fromkeys(graph, 1)
    if end is gd.LEAVES:
        return {node: 1 for node in graph if not graph.out_degree(node)}
    if isinstance(end, dict):
        return end
    several = end.tolist() if isinstance(end, np.ndarray) else end
    return dict.fromkeys([end] if isinstance(end, (str, int)) else list(several), 1)


def extended(graph: nx.DiGraph, source: Any, target: Any) -> nx.DiGraph:
    """Return the graph with a super source and a super sink."""
    copy = nx.MultiDiGraph(graph)
    copy.add_edges_from(("SOURCE", node, {"weight": seed}) for node, seed in seeds(graph, source).items())
    copy.add_edges_from((node, "TARGET", {"weight": seed}) for node, seed in seeds(graph, target).items())
    return copy


def graph_of(kind: str) -> nx.DiGraph:
    return weighted([(tail, head, NUMBERS[kind](weight)) for tail, head, weight in EDGES])


def asked(kind: str, form: str, source: Any, target: Any) -> tuple[nx.DiGraph, Any, Any, Any]:
    """Return a graph, the same in some form, and the ends by its labels: a matrix has numbers."""
    graph = graph_of(kind)
    if form == "compiled":
        return graph, gd.compile(graph), source, target
    nodes = list(graph)
    if form == "scipy":
        if kind == "fractions":
            pytest.skip("a sparse matrix holds no fractions")
        places = {node: place for place, node in enumerate(nodes)}
        graph = nx.relabel_nodes(graph, places)
        matrix = scipy.sparse.csr_array(nx.to_scipy_sparse_array(graph, nodelist=range(len(nodes))))
        return graph, matrix, *(numbered(end, places) for end in (source, target))
    if form == "arrays":
        ends = [(nodes.index(tail), nodes.index(head)) for tail, head in graph.edges]
        weights = [weight for *_, weight in graph.edges(data="weight")]
        return graph, gd.CompiledGraph.from_arrays(*zip(*ends, strict=True), weights, labels=nodes), source, target
    return graph, graph, source, target


def numbered(end: Any, places: dict[str, int]) -> Any:
    """Return an end by numbers, in its own form."""
    if isinstance(end, dict):
        return {places[node]: seed for node, seed in end.items()}
    if isinstance(end, np.ndarray):
        return np.array([places[node] for node in end.tolist()])
    if isinstance(end, (list, set)):
        return type(end)(places[node] for node in end)
    return places.get(end, end)


QUESTIONS = pytest.mark.parametrize(
    ("source", "target"),
    [pytest.param(s, t, id=f"{n} to {m}") for n, s in SOURCES.items() for m, t in TARGETS.items()],
)
KINDS = pytest.mark.parametrize("kind", NUMBERS)
FORMS = pytest.mark.parametrize("form", ["networkx", "compiled", "scipy", "arrays"])


def close(number: Any, expected: Any) -> bool:
    return number == pytest.approx(expected, rel=1e-12) if isinstance(number, (float, complex)) else number == expected


@QUESTIONS
@KINDS
@FORMS
class TestAllNumbers:
    def test_totals_by_every_method(self, source: Any, target: Any, kind: str, form: str) -> None:
        graph, question, source, target = asked(kind, form, source, target)
        ends = seeds(graph, source), seeds(graph, target)
        expected = sum(gd.total_influence(graph, s, t) * a * b for s, a in ends[0].items() for t, b in ends[1].items())
        for method in ("auto", "forward", "reverse", "naive"):
            assert close(gd.total_influence(question, source, target, method=method), expected)

    def test_one_end(self, source: Any, target: Any, kind: str, form: str) -> None:
        graph, question, source, target = asked(kind, form, source, target)
        oracle = extended(graph, source, target)
        for function, end, super_end in ((gd.forward, source, "SOURCE"), (gd.reverse, target, "TARGET")):
            found, expected = function(question, end), function(oracle, super_end)
            assert all(close(found[node], expected[node]) for node in graph)
        for name in ("count", "most-edges", "sum-product", "boolean"):
            shift = 1 if name == "most-edges" else 0
            for side in ("source", "target"):
                found = gd.accumulate(question, **{side: source if side == "source" else target}, semiring=name)
                expected = gd.accumulate(oracle, **{side: side.upper()}, semiring=name)
                assert all(close(found[node], expected[node] - shift) for node in graph if expected[node] != -np.inf)
        counts = gd.count_paths(oracle, "SOURCE"), gd.count_paths(oracle, target="TARGET")
        assert [gd.count_paths(question, source)[node] for node in graph] == [counts[0][n] for n in graph]
        assert [gd.count_paths(question, target=target)[n] for n in graph] == [counts[1][n] for n in graph]

    def test_paths(self, source: Any, target: Any, kind: str, form: str) -> None:
        graph, question, source, target = asked(kind, form, source, target)
        oracle = extended(graph, source, target)
        expected = sorted((path.nodes[1:-1], path.influence) for path in gd.iter_paths(oracle, "SOURCE", "TARGET"))
        found = sorted((path.nodes, path.influence) for path in gd.iter_paths(question, source, target))
        assert [nodes for nodes, _ in found] == [nodes for nodes, _ in expected]
        assert all(close(a, b) for (_, a), (_, b) in zip(found, expected, strict=True))
        assert gd.count_paths(question, source, target) == len(expected)
        strongest = gd.strongest_paths(question, source, target, k=100)
        sizes = [abs(path.influence) for path in strongest]
        assert sorted(path.nodes for path in strongest) == [nodes for nodes, _ in expected]
        assert all(a >= b * (1 - 1e-12) for a, b in zip(sizes, sizes[1:], strict=False))
        drawn = gd.sample_paths(question, source, target, 50, seed=1)
        assert {path.nodes for path in drawn} <= {nodes for nodes, influence in expected if influence}
        influence_of = dict(found)
        assert all(close(path.influence, influence_of[path.nodes]) for path in drawn)

    def test_contributions(self, source: Any, target: Any, kind: str, form: str) -> None:
        graph, question, source, target = asked(kind, form, source, target)
        oracle = extended(graph, source, target)
        for function in (gd.edge_contributions, gd.node_contributions):
            found, expected = function(question, source, target), function(oracle, "SOURCE", "TARGET")
            assert close(found.total, expected.total)
            keys = graph.edges if function is gd.edge_contributions else graph
            for key in keys:
                other = (*key, 0) if function is gd.edge_contributions else key
                assert abs(found[key] - expected[other]) <= 1e-9 * max(1, abs(expected[other]))

    def test_explanations(self, source: Any, target: Any, kind: str, form: str) -> None:
        graph, question, source, target = asked(kind, form, source, target)
        oracle = extended(graph, source, target)
        why, expected = gd.explain(question, source, target), gd.explain(oracle, "SOURCE", "TARGET")
        assert close(why.total, expected.total)
        assert why.n_paths == expected.n_paths
        assert why.lengths == tuple(length - 2 for length in expected.lengths)
        assert close(why.certificate.abs_sum, expected.certificate.abs_sum)
        assert why.certificate.error_bound >= 0
        if expected.effective_paths is not None:
            assert float(why.effective_paths) == pytest.approx(float(expected.effective_paths))
        ends = seeds(graph, source), seeds(graph, target)
        direct = sum(ends[0].get(u, 0) * w * ends[1].get(v, 0) for u, v, w in graph.edges(data="weight"))
        empty = sum(ends[1].get(node, 0) * seed for node, seed in ends[0].items())
        assert close(why.direct, direct)
        assert abs(why.indirect - (expected.total - direct - empty)) <= 1e-9 * max(1, abs(expected.total))
        for name in ("strongest_positive", "strongest_negative"):
            here, there = (getattr(each.cancellation, name, None) for each in (why, expected))
            assert (here is None) == (there is None)
            if here is not None:
                assert close(here.influence, there.influence)
        assert str(why)
        assert why.to_dict()["source"] is not None

    def test_what_if_and_sensitivities(self, source: Any, target: Any, kind: str, form: str) -> None:
        graph, question, source, target = asked(kind, form, source, target)
        oracle = extended(graph, source, target)
        names = dict(zip(graph_of(kind), graph, strict=True))
        changes: dict[str, Any] = {
            "remove_edges": [(names["d"], names["f"])],
            "add_edges": [(names["b"], names["e"], NUMBERS[kind](3))],
        }
        found, expected = (
            gd.what_if(question, source, target, **changes),
            gd.what_if(oracle, "SOURCE", "TARGET", **changes),
        )
        for name in ("before", "after", "change"):
            assert abs(getattr(found, name) - getattr(expected, name)) <= 1e-9 * max(1, abs(getattr(expected, name)))
        assert (found.n_paths_before, found.n_paths) == (expected.n_paths_before, expected.n_paths)
        assert str(found)
        here, there = gd.sensitivities(question, source, target), gd.sensitivities(oracle, "SOURCE", "TARGET")
        for edge in here:
            for name in ("derivative", "removal"):
                a, b = getattr(here[edge], name), getattr(there[(*edge, 0)], name)
                assert abs(a - b) <= 1e-9 * max(1, abs(b))

    def test_pruned_and_factored(self, source: Any, target: Any, kind: str, form: str) -> None:
        graph, question, source, target = asked(kind, form, source, target)
        total = gd.total_influence(graph, source, target)
        formula = gd.factored(question, source, target)
        assert abs(formula.value() - total) <= 1e-9 * max(1, abs(total))
        pruned = gd.prune(question, source, target, coverage=0.5)
        kept = {node: seed for node, seed in seeds(graph, source).items() if node in pruned}
        read = {node: seed for node, seed in seeds(graph, target).items() if node in pruned}
        assert abs(gd.total_influence(pruned, kept, read) - total) <= 1e-9 * max(1, abs(total))

    def test_rankings(self, source: Any, target: Any, kind: str, form: str) -> None:
        graph, question, source, target = asked(kind, form, source, target)
        oracle = extended(graph, source, target)
        for ends, name in (({"source": source}, "SOURCE"), ({"target": target}, "TARGET")):
            if kind == "complex":
                continue
            found = gd.rank(question, **ends)
            side = next(iter(ends))
            one = not isinstance(ends[side], gd.ROOTS.__class__) and seeds(graph, ends[side])
            own = {
                node
                for node in one or ()
                if len(one) == 1 or not (nx.ancestors if side == "source" else nx.descendants)(graph, node) & one.keys()
            }
            expected = (gd.forward if side == "source" else gd.reverse)(oracle, name)
            assert {node: row[0] for node, row in zip(found.nodes, found.influences, strict=True)} == pytest.approx(
                {node: expected[node] for node in found.nodes}
            )
            there = {node for node in graph if expected[node] or node in own} - own
            assert there <= set(found.nodes)
            assert not set(found.nodes) & own
            assert str(found)


# -- floats, cycles, what is removed, what is uncertain


def acyclic(n_nodes: int, draw: Callable[[Any], Any], weight: Any) -> nx.MultiDiGraph:
    pairs = draw(st.lists(st.tuples(st.integers(0, n_nodes - 1), st.integers(0, n_nodes - 1)), max_size=14))
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(n_nodes))
    graph.add_edges_from((min(pair), max(pair), {"weight": draw(weight)}) for pair in pairs if pair[0] != pair[1])
    return graph


FLOATS = st.floats(-4, 4, allow_nan=False).filter(lambda number: number == 0 or abs(number) > 1e-300)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_the_error_bound_holds_with_seeds(data: st.DataObject) -> None:
    graph = acyclic(6, data.draw, FLOATS)
    ends = [data.draw(st.dictionaries(st.integers(0, 5), FLOATS, min_size=1)) for _ in range(2)]
    known = gd.explain(graph, *ends).certificate
    exact = gd.total_influence(graph, *ends, exact=True)
    assert known is not None
    assert abs(Fraction(known.value) - exact) <= Fraction(known.error_bound)
    oracle = sum(
        Fraction(a) * Fraction(b) * gd.total_influence(graph, s, t, exact=True)
        for s, a in ends[0].items()
        for t, b in ends[1].items()
    )
    assert exact == oracle


@given(st.data(), st.sampled_from(["collapse", "solve"]))
@settings(max_examples=200, deadline=None)
def test_round_cycles_the_answer_is_the_sum_of_single_ends(data: st.DataObject, cycles: Any) -> None:
    size = 6
    pairs = data.draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=12))
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(size))
    graph.add_edges_from((*pair, {"weight": 0.07 * (place % 5 - 2)}) for place, pair in enumerate(pairs))
    ends = [data.draw(st.dictionaries(st.integers(0, size - 1), st.integers(-3, 3), min_size=1)) for _ in range(2)]
    try:
        expected = sum(
            a * b * gd.total_influence(graph, s, t, cycles=cycles)
            for s, a in ends[0].items()
            for t, b in ends[1].items()
        )
    except gd.errors.SameComponentError:
        with pytest.raises(gd.errors.SameComponentError, match="on one cycle"):
            gd.total_influence(graph, *ends, cycles=cycles)
        return
    for method in ("forward", "reverse"):
        total = gd.total_influence(graph, *ends, cycles=cycles, method=method)
        assert total == pytest.approx(expected, rel=1e-9, abs=1e-12)
    why = gd.explain(graph, *ends, cycles=cycles)
    assert why.total == pytest.approx(expected, rel=1e-9, abs=1e-12)
    if cycles == "solve" and why.certificate is not None and why.n_paths is None:
        assert abs(why.total - expected) <= why.certificate.error_bound + 1e-12
    if cycles == "collapse":
        counts = [gd.count_paths(graph, s, t, cycles=cycles) for s in ends[0] for t in ends[1]]
        assert gd.count_paths(graph, *map(list, ends), cycles=cycles) == sum(counts)
        assert len(list(gd.iter_paths(graph, *ends, cycles=cycles))) == sum(counts)
        assert len(gd.strongest_paths(graph, *ends, k=10**6, cycles=cycles)) == sum(counts)
    edges = gd.edge_contributions(graph, *ends, cycles=cycles)
    parts = [gd.edge_contributions(graph, s, t, cycles=cycles) for s in ends[0] for t in ends[1]]
    seeds = [a * b for a in ends[0].values() for b in ends[1].values()]
    for edge in edges:
        expected = sum(seed * part[edge] for seed, part in zip(seeds, parts, strict=True))
        assert edges[edge] == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(st.data(), st.sampled_from(["edges", "nodes"]))
@settings(max_examples=150, deadline=None)
def test_a_cut_between_several_ends(data: st.DataObject, what: str) -> None:
    graph = acyclic(7, data.draw, st.integers(1, 5))
    ends = [data.draw(st.dictionaries(st.integers(low, low + 2), st.integers(1, 4), min_size=1)) for low in (0, 4)]
    total = gd.total_influence(graph, *ends)
    if not total:
        return
    for part in (None, 0.5):
        try:
            cut = gd.cut(graph, *ends, part=part, what=what)
        except gd.errors.UsageError as error:
            assert (what, "no set of nodes" in str(error)) == ("nodes", True)  # noqa: PT017
            continue
        rest = graph.copy()
        (rest.remove_edges_from if what == "edges" else rest.remove_nodes_from)(cut.removed)
        # A target that a mapping weighs may be taken away itself: to upgrade it.
        left = {node: seed for node, seed in ends[1].items() if node in rest}
        assert gd.total_influence(rest, ends[0], left) == cut.after <= (0 if part is None else total / 2)
        if part is None and what == "edges":
            network = nx.DiGraph()
            for tail, head in graph.edges():
                capacity = network.get_edge_data(tail, head, {"capacity": 0})["capacity"]
                network.add_edge(tail, head, capacity=capacity + 1)
            network.add_edges_from(("SOURCE", node) for node in ends[0])
            network.add_edges_from((node, "TARGET") for node in ends[1])
            assert nx.maximum_flow_value(network, "SOURCE", "TARGET") == len(cut.removed)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_what_is_uncertain_of_a_seeded_total(data: st.DataObject) -> None:
    graph = acyclic(6, data.draw, st.integers(-3, 3).map(float))
    ends = [data.draw(st.dictionaries(st.integers(0, 5), st.integers(-3, 3), min_size=1)) for _ in range(2)]
    for *_, edge in graph.edges(data=True):
        edge |= {"sd": 0.5, "low": edge["weight"] - 1, "high": edge["weight"] + 0.5}
    found = gd.uncertainty(graph, *ends, sd="sd", low="low", high="high")
    variance = 0.0
    for tail, head, key in graph.edges(keys=True):
        nudged = graph.copy()
        nudged.edges[tail, head, key]["weight"] += 1  # the total is linear in each weight
        variance += (0.5 * (gd.total_influence(nudged, *ends) - found.total)) ** 2
    assert found.standard_error == pytest.approx(variance**0.5)
    for name in ("low", "high"):
        total = gd.total_influence(graph, *ends, weight=name)
        assert found.low - 1e-9 <= total <= found.high + 1e-9


def test_seeds_of_other_kinds() -> None:
    import sympy

    a, b = sympy.symbols("a b")
    graph = weighted([("x", "m", 2), ("y", "m", 3), ("m", "z", 5)])
    assert sympy.expand(gd.total_influence(graph, {"x": a, "y": b}, "z") - 10 * a - 15 * b) == 0
    formula = gd.factored(graph, {"x": a, "y": b}, {"z": 2})
    assert formula.text() == "(seed[x]*w[x,m] + seed[y]*w[y,m])*w[m,z]*seed[z]"
    tenth = gd.total_influence(weighted([("x", "m", 0.1)]), {"x": Fraction(1, 3)}, "m", exact=True)
    assert tenth == Fraction(0.1) / 3
    assert gd.total_influence(weighted([("x", "m", 0.1)]), {"x": 0.1}, "m", exact=True) == Fraction(0.1) ** 2


class TestWhatIsNoEnd:
    graph = weighted([("ab", "c", 2), ("a", "c", 3), ("b", "c", 5), (("a", "b"), "c", 7)])

    def test_a_string_is_one_node_and_a_tuple_is_a_label(self) -> None:
        assert gd.total_influence(self.graph, "ab", "c") == 2
        assert gd.total_influence(self.graph, ["a", "b"], "c") == 8
        assert gd.total_influence(self.graph, ("a", "b"), "c") == 7
        assert gd.jacobian(self.graph, "ab", "c").array.tolist() == [[2]]
        assert gd.jacobian(self.graph, ("a", "b"), ["c"]).array.tolist() == [[7]]

    def test_a_node_twice(self) -> None:
        with pytest.raises(gd.errors.UsageError, match="the node 'a' stands twice; a mapping gives each node its seed"):
            gd.explain(self.graph, ["a", "b", "a"], "c")

    def test_no_node_of_that_name(self) -> None:
        with pytest.raises(gd.errors.UnknownNodeError, match="no node 'ac'"):
            gd.explain(self.graph, ["a", "ac"], "c")

    @pytest.mark.parametrize("seed", [float("nan"), float("inf"), "1", None, [1]])
    def test_a_seed_that_is_no_number(self, seed: Any) -> None:
        with pytest.raises(gd.errors.UsageError, match=r"the seed .* is not a finite number"):
            gd.explain(self.graph, {"a": seed}, "c")

    def test_seeds_that_do_not_go_with_the_weights(self) -> None:
        from decimal import Decimal

        graph = weighted([("a", "b", Fraction(1, 3))])
        with pytest.raises(gd.errors.UsageError, match=r"does not go with the weights: Fraction and Decimal"):
            gd.explain(graph, {"a": Decimal("0.5")}, "b")
        with pytest.raises(gd.errors.UsageError, match=r"does not go with the weights"):
            gd.explain(weighted([("a", "b", 0.5)]), {"a": 1j}, "b", exact=True)

    def test_no_nodes_at_all(self) -> None:
        assert gd.total_influence(self.graph, [], "c") == 0
        assert gd.explain(self.graph, {}, "c").total == 0
        assert gd.count_paths(self.graph, "a", []) == 0
        assert not any(gd.forward(self.graph, {}).values())

    def test_an_array_of_one_text_is_no_list_of_letters(self) -> None:
        with pytest.raises(gd.errors.UnknownNodeError, match="no node array"):
            gd.total_influence(self.graph, np.array("ab"), "c")

    def test_a_series_says_not_whether_its_index_or_its_values_are_nodes(self) -> None:
        pandas = pytest.importorskip("pandas")
        with pytest.raises(gd.errors.UsageError, match=r"a Series is no end: give dict\(series\)"):
            gd.total_influence(self.graph, pandas.Series({"a": 1}), "c")

    def test_seeds_that_do_not_go_with_each_other(self) -> None:
        from decimal import Decimal

        with pytest.raises(gd.errors.UsageError, match="the seeds do not add up: Decimal and float"):
            gd.forward(self.graph, {"a": Decimal("0.1"), "b": 0.1})
        with pytest.raises(
            gd.errors.UsageError, match="the source and of the target do not multiply: Decimal and float"
        ):
            gd.explain(self.graph, {"a": Decimal("0.1")}, {"c": 0.5})

    def test_seeds_where_each_node_counts_once(self) -> None:
        for question in (gd.jacobian, gd.plan):
            with pytest.raises(gd.errors.UsageError, match="a row or a column is one node"):
                question(self.graph, {"a": 5}, "c")
        with pytest.raises(gd.errors.UsageError, match="roots= counts each node once"):
            gd.exclusive(self.graph, "c", {"a": 2})

    def test_paths_whose_influences_are_all_too_small_are_not_drawn(self) -> None:
        with pytest.raises(gd.errors.UsageError, match="too small for a float"):
            gd.sample_paths(weighted([("a", "b", 1.0)]), {"a": 1e-200}, {"b": 1e-200}, 3)

    def test_which_zero_a_total_of_seeds_is(self) -> None:
        assert (
            gd.explain(self.graph, {"a": 0, "b": 0}, "c").zero == "every path begins or ends at a node whose seed is 0"
        )
        assert "paths cancel" in str(gd.explain(self.graph, {"a": 5, "b": -3}, "c").zero)

    def test_a_sweep_over_a_semiring_starts_at_one_end(self) -> None:
        with pytest.raises(gd.errors.UsageError, match="give source= or target="):
            gd.accumulate(self.graph, "a", "c")
        with pytest.raises(gd.errors.UsageError, match="give source= or target="):
            gd.accumulate(self.graph)


def test_a_report_names_several_ends() -> None:
    text = str(gd.explain(weighted([("a", "c", 2), ("b", "c", 3)]), ["a", "b"], {"c": 2}))
    assert "a and b" in text
    assert "c (weighted)" in text
    document = gd.explain(weighted([("a", "c", 2), ("b", "c", 3)]), ["a", "b"], {"c": 2}).to_dict()
    assert (document["source"], document["target"]) == (["a", "b"], {"c": 2})


def test_the_strongest_paths_with_seeds_beyond_the_floats_keep_their_order() -> None:
    graph = weighted([("a", "t", 1e200), ("b", "t", 1e-200), ("c", "t", 1e-250)])
    ends = {"a": 1e-300, "b": 1e150, "c": 1e300}
    assert [path.nodes[0] for path in gd.strongest_paths(graph, ends, "t")] == ["c", "b", "a"]
    tiny = {"a": 1e-320, "b": 1e-140, "c": 1e-100}
    found = gd.strongest_paths(
        weighted([("a", "t", 1.0), ("b", "t", 1e-190), ("c", "t", 1e-240)]), tiny, "t", exact=True
    )
    assert [path.nodes[0] for path in found] == ["a", "b", "c"]


def test_a_report_has_a_line_for_what_is_source_and_target() -> None:
    text = str(gd.explain(weighted([("a", "x", 2), ("b", "x", 3)]), gd.ROOTS, ["x", "a"]))
    assert [line.split()[-1] for line in text.splitlines()[3:7]] == ["6", "5", "0", "1"]


def test_equations_beside_a_seed_that_is_a_float_have_a_total_and_no_bound() -> None:
    graph = weighted([("x", "y", 1), ("y", "x", 5), ("y", "z", 2)])
    why = gd.explain(graph, {"x": 0.25}, "z", cycles="reduced-form")
    assert (why.total, why.certificate) == (-0.125, None)
    assert str(why)


def test_part_of_a_total_can_be_cut_where_an_end_is_source_and_target() -> None:
    graph = weighted([("r", "m", 1), ("m", "x", 1)])
    assert gd.cut(graph, {"r": 1}, {"r": 1, "x": 9}, part=0.5).after == 1
    with pytest.raises(gd.errors.UsageError, match="the empty path from 'r' to itself has no edge to cut"):
        gd.cut(graph, {"r": 1}, {"r": 1, "x": 9})


def test_records_between_very_many_ends_have_no_cut() -> None:
    nodes = 1_500
    graph = gd.CompiledGraph.from_arrays(range(nodes), [node % 7 + nodes for node in range(nodes)])
    assert gd.explain(graph, list(range(nodes)), [nodes, nodes + 1]).to_dict()["cut"] is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graphdiff.why.explain.MAX_CUT", 1_000)
        assert gd.explain(graph, list(range(nodes)), [nodes, nodes + 1]).to_dict()["cut"] is None


def test_a_ranking_keeps_ends_that_lead_to_others() -> None:
    graph = weighted([("a", "b", 0.5), ("a", "c", 0.5), ("b", "d", 1.0), ("c", "d", 1.0), ("d", "e", 2.0)])
    found = gd.rank(graph, ["a", "b"])
    assert dict(zip(found.nodes, [row[0] for row in found.influences], strict=True)) == {
        "e": 4.0, "d": 2.0, "b": 1.5, "c": 0.5
    }  # fmt: skip
    assert gd.rank(graph, target={"e": 3, "b": 2}).nodes == ["b", "a", "c", "d"]
