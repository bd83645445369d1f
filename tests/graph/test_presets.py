"""The presets `imports`, `normalised` and `per_activation`, against fractions by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from graphdiff.errors import UsageError, ValueOverflowError, WeightError
from graphdiff.graph.compiled import CompiledGraph, CyclePolicy, compile
from graphdiff.graph.ends import LEAVES, NODES
from graphdiff.graph.presets import _require_attribution, parts_of_heads, summed
from graphdiff.jacobians.elimination import eliminate
from graphdiff.paths.prune import prune
from graphdiff.sums.influence import forward, reverse, total_influence
from graphdiff.weights import WEIGHTS, even, imports, normalised, per_activation


def graph_of(*edges: tuple[str, str, int]) -> nx.DiGraph:
    graph = nx.DiGraph(edge_meaning="imports")
    graph.add_weighted_edges_from(edges, weight="statements")
    return graph


SHOP = graph_of(("a", "b", 3), ("a", "c", 1), ("b", "d", 1), ("c", "d", 1), ("c", "e", 4))


MEASURED = SHOP.copy()
nx.set_edge_attributes(
    MEASURED,
    {edge: {"cost": 3 * place + 1, "calls": place + 1, "weight": place - 2} for place, edge in enumerate(SHOP.edges)},
)
for name, value in {"self": 2, "kind": "feature", "activation": 3}.items():
    nx.set_node_attributes(MEASURED, value, name)


def test_a_part_of_the_statements() -> None:
    assert total_influence(SHOP, "a", "d", weight=imports) == 3 / 4 + 1 / 4 * 1 / 5
    assert total_influence(SHOP, "a", "d", weight=imports, exact=True) == Fraction(3, 4) + Fraction(1, 20)


def test_where_all_statements_are_one_it_is_even() -> None:
    graph = graph_of(*((u, v, 1) for u, v in SHOP.edges))
    assert dict(forward(graph, "a", weight=imports)) == dict(forward(graph, "a", weight=even))


def test_under_collapse_only_what_leaves_a_component_counts() -> None:
    graph = graph_of(("a", "b", 7), ("b", "a", 2), ("a", "c", 1), ("b", "d", 3))
    assert total_influence(graph, "a", "d", weight=imports, cycles="collapse") == 3 / 4
    assert total_influence(graph, "b", "c", weight=imports, cycles="collapse") == 1 / 4


@given(st.dictionaries(st.tuples(st.integers(0, 8), st.integers(0, 8)), st.integers(1, 9), min_size=1))
def test_the_parts_of_a_module_are_one_together(counts: dict[tuple[int, int], int]) -> None:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(((u, v, n) for (u, v), n in counts.items()), weight="statements")
    ready = compile(graph, weight=imports, exact=True)
    labels = list(ready.topology.edge_labels())
    for node in graph:
        parts = [Fraction(w) for label, w in zip(labels, ready.weights, strict=True) if label[0] == node]
        assert sum(parts) == (1 if parts else 0)
    for label, weight in zip(labels, ready.weights, strict=True):
        total = sum(n for (u, _), n in counts.items() if u == label[0])
        assert Fraction(weight) == Fraction(counts[label], total)


def test_it_is_a_preset_by_name() -> None:
    assert WEIGHTS["imports"] is imports
    assert compile(SHOP, weight=imports).weight_meaning == "imports"


def test_edges_without_statements() -> None:
    graph = nx.DiGraph([("a", "b")])
    with pytest.raises(WeightError, match=r"^none of the 1 edges has 'statements'"):
        compile(graph, weight=imports)
    assert total_influence(graph, "a", "b", weight=imports, default_weight=1) == 1


@pytest.mark.parametrize("number", [0, -2])
def test_statements_that_are_none(number: int) -> None:
    with pytest.raises(WeightError, match=rf"^the edge \('a', 'b'\) has {number} statements"):
        compile(graph_of(("a", "b", number), ("a", "c", 1)), weight=imports)


def test_statements_that_are_no_counts() -> None:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", statements=1j)
    with pytest.raises(WeightError, match=r"statements are no counts"):
        compile(graph, weight=imports)


def test_a_graph_without_attributes() -> None:
    message = r"reads the edges' statements: give it to graphdiff\.compile"
    with pytest.raises(UsageError, match=message):
        compile(np.array([[0, 1], [0, 0]]), weight=imports)
    with pytest.raises(UsageError, match=message):
        CompiledGraph.from_arrays([0], [1]).with_preset(imports)


@pytest.mark.parametrize("exact", [False, True], ids=["floats", "exact"])
@pytest.mark.parametrize("cycles", ["collapse", "solve"])
@pytest.mark.parametrize("name", list(WEIGHTS))
def test_a_graph_knows_the_preset_of_its_weights(name: str, cycles: CyclePolicy, exact: bool) -> None:
    graph = compile(MEASURED, weight=WEIGHTS[name], cycles=cycles, exact=exact)
    assert graph.preset == name
    assert graph.reweighted([2] * graph.n_edges, name).preset is None
    assert graph.reweighted(graph.weights).preset is None


def test_a_preset_is_told_by_its_numbers_not_by_an_attribute_of_its_name() -> None:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("a", "b", 0.25), ("a", "c", 0.75)], weight="even")
    assert compile(graph, weight="even").preset is None
    nx.set_edge_attributes(graph, 0.5, "even")
    assert compile(graph, weight="even", exact=True).preset == "even"


def test_a_saved_graph_keeps_its_preset(tmp_path: Path) -> None:
    for name, kept in (("unit", "unit"), ("even", "even"), ("imports", None)):  # statements are not saved
        compile(SHOP, weight=WEIGHTS[name]).save(tmp_path / name)
        assert CompiledGraph.load(tmp_path / name).preset == kept


# -- normalised: the edge's part of the absolute weights that enter its head

#: circuit-tracer's test graph (tests/test_graph.py, test_small_graph): what enters each node, all by one weight.
ENTERING = {11: (1, 3, 6, 8), 3: (0, 1, 6), 1: (9, 10), 0: (9,)}
INFLUENCES = ("1/12", "1/3", "0", "1/4", "0", "0", "1/3", "0", "1/4", "1/4", "1/6", "0")

Weighted = dict[tuple[int, int], Fraction]


def signed(weights: Weighted) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(9))
    graph.add_weighted_edges_from((tail, head, weight) for (tail, head), weight in weights.items())
    return graph


def power_iteration(weights: Weighted, seeds: dict[int, Fraction]) -> dict[int, Fraction]:
    """Return what circuit-tracer's compute_influence does: seeds times A, plus that times A, until nothing is left."""
    entering: dict[int, Fraction] = {}
    for (_, head), weight in weights.items():
        entering[head] = entering.get(head, Fraction(0)) + abs(weight)
    influence: dict[int, Fraction] = {}
    current = seeds
    while any(current.values()):
        carried: dict[int, Fraction] = {}
        for (tail, head), weight in weights.items():
            part = abs(weight) / entering[head] if weight else Fraction(0)
            carried[tail] = carried.get(tail, Fraction(0)) + current.get(head, Fraction(0)) * part
        for node, number in carried.items():
            influence[node] = influence.get(node, Fraction(0)) + number
        current = carried
    return influence


def test_the_test_graph_of_circuit_tracer() -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(12))
    graph.add_weighted_edges_from((tail, head, 10.0) for head, tails in ENTERING.items() for tail in tails)
    influences = dict(reverse(graph, 11, weight=normalised, exact=True)) | {11: Fraction(0)}
    assert [influences[node] for node in range(12)] == list(map(Fraction, INFLUENCES))
    floats = reverse(graph, 11, weight=normalised)
    assert max(abs(floats[node] - influences[node]) for node in range(11)) < 1e-15


ACYCLIC = st.dictionaries(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda edge: edge[0] < edge[1]),
    st.fractions(-3, 3, max_denominator=7),
    min_size=1,
)


@given(ACYCLIC)
def test_influence_is_that_of_the_power_iteration(weights: Weighted) -> None:
    seeds = {7: Fraction(1, 3), 8: Fraction(1, 2)}
    right = power_iteration(weights, seeds)
    graph = signed(weights)
    exactly = reverse(graph, seeds, weight=normalised)
    floats = nx.DiGraph()
    floats.add_weighted_edges_from((tail, head, float(weight)) for (tail, head), weight in weights.items())
    for node in graph:
        assert exactly[node] - seeds.get(node, 0) == right.get(node, 0)
        if node in floats and 7 in floats and 8 in floats:
            total = total_influence(floats, node, {7: 1 / 3, 8: 0.5}, weight=normalised)
            assert abs(total - float(exactly[node])) < 1e-12


@given(st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 5)), st.integers(-9, 9), min_size=1))
def test_what_enters_a_node_is_one_together_however_weights_come(weights: dict[tuple[int, int], int]) -> None:
    edges = list(weights)
    graph = nx.DiGraph()
    graph.add_weighted_edges_from((tail, head, weights[tail, head]) for tail, head in edges)
    tails, heads = zip(*edges, strict=True)
    arrays = CompiledGraph.from_arrays(tails, heads, list(weights.values()), exact=True).with_preset(normalised)
    entering = {head: sum(abs(w) for (_, other), w in weights.items() if other == head) for head in heads}
    for ready in (compile(graph, weight=normalised, exact=True), arrays):
        for (tail, head), part in zip(ready.topology.edge_labels(), ready.weights, strict=True):
            assert Fraction(part) == (Fraction(abs(weights[tail, head]), entering[head]) if entering[head] else 0)


def test_parallel_edges_and_self_loops_are_edges_like_others() -> None:
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from([("a", "b", 1.0), ("a", "b", -2.0), ("b", "b", 1.0), ("c", "b", 0.0)])
    assert total_influence(graph, "a", "b", weight=normalised, cycles="solve") == pytest.approx((3 / 4) / (1 - 1 / 4))
    assert total_influence(graph, "a", "b", weight=normalised, cycles="collapse") == 1
    assert total_influence(graph, "c", "b", weight=normalised, cycles="solve") == 0


def two(first: object, second: object) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("a", "c", first), ("b", "c", second)])
    return graph


@pytest.mark.parametrize(
    ("first", "second", "parts", "kind"),
    [
        (1, -3, [0.25, 0.75], float),
        (1.0, -3.0, [0.25, 0.75], float),
        (1e308, -1.5e308, [0.4, 0.6], float),
        (2**70, -(2**70), [Fraction(1, 2)] * 2, Fraction),
        (Fraction(1, 3), Fraction(-1), [Fraction(1, 4), Fraction(3, 4)], Fraction),
        (Decimal(1), Decimal(-3), [Decimal("0.25"), Decimal("0.75")], Decimal),
    ],
    ids=["ints", "floats", "floats whose sum is none", "large ints", "fractions", "decimals"],
)
def test_parts_keep_the_kind_of_number(first: object, second: object, parts: list[object], kind: type) -> None:
    weights = list(compile(two(first, second), weight=normalised).weights)
    assert weights == pytest.approx(parts, rel=1e-15) if kind is float else weights == parts
    assert all(isinstance(weight, kind) for weight in weights)
    exact = compile(two(first, second), weight=normalised, exact=True)
    assert sum(map(Fraction, exact.weights)) == 1


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(("weight", "kind"), [(1j, "complex"), (sympy.Symbol("x"), "Symbol")])
def test_what_is_no_real_number_has_no_part(weight: object, kind: str, exact: bool) -> None:
    message = rf"^normalised: a part of absolute weights needs real numbers, and 'a' -> 'c' has a {kind}$"
    with pytest.raises(WeightError, match=message):
        compile(two(weight, weight), weight=normalised, exact=exact)


def test_weights_that_are_missing() -> None:
    graph = two(1.0, None)
    del graph.edges["b", "c"]["weight"]
    with pytest.raises(WeightError, match=r"^1 of the 2 edges has no 'weight', the first is 'b' -> 'c'"):
        compile(graph, weight=normalised)
    assert list(compile(graph, weight=normalised, default_weight=-3).weights) == [0.25, 0.75]
    with pytest.raises(UsageError, match=r"reads the edges' weight: give it to graphdiff\.compile"):
        CompiledGraph.from_arrays([0], [1], attributes={"weight": ["x"]}).with_preset(normalised)


def test_weights_of_arrays_and_of_saved_graphs(tmp_path: Path) -> None:
    assert list(compile(np.array([[0, 0, 1.0], [0, 0, -3.0], [0, 0, 0]]), weight=normalised).weights) == [0.25, 0.75]
    compile(two(1.0, -3.0), weight=normalised).with_attributes(two(1.0, -3.0)).save(tmp_path / "parts")
    assert CompiledGraph.load(tmp_path / "parts").preset == "normalised"
    compile(two(1.0, -3.0)).save(tmp_path / "signed")
    assert list(CompiledGraph.load(tmp_path / "signed").with_preset(normalised).weights) == [0.25, 0.75]
    mixed = two(1, -3.0)  # which a saved graph keeps as text
    compile(mixed, weight=normalised).with_attributes(mixed).save(tmp_path / "mixed")
    assert CompiledGraph.load(tmp_path / "mixed").preset is None


# -- per_activation: what enters a feature, divided by the feature's activation


def driven(activations: dict[str, object], *edges: tuple[str, str, object]) -> nx.DiGraph:
    """Return a token a, an error e, features f and g and a logit y, the features with these activations."""
    graph = nx.DiGraph(edge_meaning="drives", weight_meaning="attribution")
    graph.add_nodes_from([("a", {"kind": "token", "root": True}), ("e", {"kind": "error"})])
    graph.add_nodes_from((node, {"kind": "feature"}) for node in "fg")
    graph.add_node("y", kind="logit", leaf=True, title='logit " Paris"')
    for node, activation in activations.items():
        graph.nodes[node]["activation"] = activation
    graph.add_weighted_edges_from(edges or CHAIN)
    return graph


CHAIN = (("a", "f", 3), ("f", "g", 2), ("g", "y", 5), ("a", "y", 1), ("e", "g", -1))
FIRED = {"f": 1.5, "g": 4}


def test_a_chain_of_features_counts_each_activation_once() -> None:
    graph = driven(FIRED)
    assert total_influence(graph, "a", "y", weight=per_activation) == 1 + 3 / 1.5 * 2 / 4 * 5
    assert total_influence(graph, "e", "y", weight=per_activation) == -1 / 4 * 5
    assert total_influence(graph, "a", "f", weight=per_activation) == 2  # of a feature it is a part of its activation
    assert compile(graph, weight=per_activation).preset == "per-activation"


@given(ACYCLIC)
def test_what_fired_a_feature_is_all_that_goes_on_from_it(weights: Weighted) -> None:
    """Where activations are what enters, all that starts somewhere adds up to what enters the logits."""
    graph = signed(weights)
    for node in range(9):
        entering = sum((weight for *_, weight in graph.in_edges(node, data="weight")), Fraction(0))
        graph.nodes[node].update(kind="logit" if node > 6 else "feature", activation=entering)
    if any(graph.in_degree(node) and not graph.nodes[node]["activation"] for node in range(7)):
        return
    graph.remove_edges_from([(7, 8)])
    for logit in (7, 8):
        starts = [node for node in graph if not graph.in_degree(node) and node != logit]
        leading = reverse(graph, logit, weight=per_activation)
        entering = sum(weight for *_, weight in graph.in_edges(logit, data="weight"))
        assert sum(leading[node] for node in starts) == entering


@pytest.mark.parametrize(
    ("number", "activation", "quotient", "kind"),
    [
        (3, 1.5, 2.0, float),
        (3, 2, 1.5, float),
        (3.0, Fraction(3, 2), 2.0, float),
        (3, Fraction(3, 2), 2.0, float),
        (2**70, 2, Fraction(2**69), Fraction),
        (Fraction(1, 3), 0.5, Fraction(2, 3), Fraction),
        (Decimal(3), 1.5, Decimal(2), Decimal),
        (Decimal(1), Fraction(2, 3), Decimal("1.5"), Decimal),
        (3 + 3j, 1.5, 2 + 2j, complex),
        (3 * sympy.Symbol("x"), Fraction(3, 2), 2 * sympy.Symbol("x"), sympy.Expr),
        (-3.0, -1.5, 2.0, float),
    ],
    ids=str,
)
def test_quotients_keep_the_kind_of_number(number: object, activation: object, quotient: object, kind: type) -> None:
    graph = driven({"f": activation}, ("a", "f", number), ("f", "y", number))
    ready = compile(graph, weight=per_activation)
    weights = dict(zip(ready.topology.edge_labels(), list(ready.weights), strict=True))
    assert weights == {("a", "f"): quotient, ("f", "y"): number}
    assert all(isinstance(weight, kind) for weight in weights.values())
    if isinstance(number, (int, float, Fraction, Decimal)):
        total = total_influence(graph, "a", "y", weight=per_activation, exact=True)
        assert total == Fraction(number) ** 2 / Fraction(activation)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("activations", "message"),
    [
        (
            {},
            "f, which edges enter, has no activation; 1 more have none, or 0: what enters a node that is no logit is ",
        ),
        ({"f": 2.0}, "g, which edges enter, has no activation: what"),
        ({"f": 2.0, "g": 0.0}, "g, which edges enter, has the activation 0: what"),
        ({"f": 2.0, "g": float("nan")}, "g, which edges enter, has no activation: what"),
        ({"f": "much", "g": 1}, "f, which edges enter, has no activation: what"),
        ({"f": True, "g": 1}, "f, which edges enter, has no activation: what"),
        ({"f": 1j, "g": 1}, "f, which edges enter, has no activation: what"),
    ],
    ids=str,
)
@pytest.mark.parametrize("exact", [False, True])
def test_features_that_edges_enter_have_an_activation(
    activations: dict[str, object], message: str, exact: bool
) -> None:
    with pytest.raises(
        WeightError, match=rf"^per-activation: {message}.* or say their activation; weight=\"weight\" takes"
    ):
        compile(driven(activations), weight=per_activation, exact=exact)


def test_what_nothing_enters_needs_none_and_what_is_no_feature_is_not_entered() -> None:
    graph = driven({"f": None}, ("f", "y", 2.0), ("a", "y", 1.0))
    assert total_influence(graph, {"a": 1, "f": 1}, "y", weight=per_activation) == 3
    graph.add_edge("a", "e", weight=1.0)
    with pytest.raises(WeightError, match=r"^per-activation: e, which edges enter, has no activation"):
        compile(graph, weight=per_activation)
    with pytest.raises(WeightError, match=r"^per-activation: b, which edges enter, has no activation"):
        compile(nx.DiGraph([("a", "b", {"weight": 1})]), weight=per_activation)
    with pytest.raises(UsageError, match=r"^per-activation reads the nodes' kind and activation: give it to graphdiff"):
        CompiledGraph.from_arrays([0], [1], [1.0]).with_preset(per_activation)
    with pytest.raises(UsageError, match=r"^per-activation reads the nodes' kind and activation"):
        compile(np.array([[0, 1.0], [0, 0]]), weight=per_activation)


def test_a_quotient_beyond_floats() -> None:
    graph = driven({"f": 1e-300}, ("a", "f", 1e10), ("f", "y", 1.0))
    with pytest.raises(
        ValueOverflowError, match=r"^per-activation: an activation, or a weight divided by .*exact=True"
    ):
        compile(graph, weight=per_activation)
    total = total_influence(graph, "a", "y", weight=per_activation, exact=True)
    assert total == Fraction(1e10) / Fraction(1e-300)
    with pytest.raises(ValueOverflowError, match="is more than the largest float"):
        compile(driven({"f": 10**400}, ("a", "f", 1.0)), weight=per_activation)


def test_cycles_and_parallel_edges_by_activation() -> None:
    graph = nx.MultiDiGraph(driven(FIRED))
    graph.add_edge("a", "f", weight=6)
    graph.add_edge("g", "f", weight=0.75)
    graph.add_edge("g", "g", weight=1)
    # f = 6 a + g / 2, g = f / 2 + g / 4, y = a + 5 g
    assert total_influence(graph, "a", "y", weight=per_activation, cycles="solve", exact=True) == 1 + 5 * Fraction(6)
    # One node of f and g: 6 a enters it, 5 leaves it.
    assert total_influence(graph, "a", "y", weight=per_activation, cycles="collapse", exact=True) == 1 + 5 * 6
    assert total_influence(graph, "e", "y", weight=per_activation, cycles="collapse") == -1 / 4 * 5
    del graph.nodes["g"]["activation"]  # which e drives, from outside
    with pytest.raises(WeightError, match="g, which edges enter, has no activation"):
        compile(graph, weight=per_activation, cycles="collapse")
    graph.remove_edge("e", "g")  # then only inner edges enter it, which carry nothing
    assert total_influence(graph, "a", "y", weight=per_activation, cycles="collapse") == 1 + 5 * 6


def test_activations_of_saved_graphs(tmp_path: Path) -> None:
    graph = driven(FIRED)
    compile(graph, weight=per_activation).with_attributes(graph).save(tmp_path / "quotients")
    loaded = CompiledGraph.load(tmp_path / "quotients")
    assert (loaded.preset, total_influence(loaded, "a", "y")) == ("per-activation", 6)
    compile(graph).with_attributes(graph).save(tmp_path / "own")
    assert total_influence(CompiledGraph.load(tmp_path / "own").with_preset(per_activation), "a", "y") == 6
    compile(graph, weight=per_activation).save(tmp_path / "alone")
    assert CompiledGraph.load(tmp_path / "alone").preset == "per-activation"


def test_a_weight_of_its_name_is_no_preset(tmp_path: Path) -> None:
    graph = driven({"f": 1.0})
    nx.set_edge_attributes(graph, 2.0, "per-activation")
    compile(graph, weight="per-activation").with_attributes(graph).save(tmp_path / "x")
    assert CompiledGraph.load(tmp_path / "x").preset is None


def test_weights_that_are_products_already_are_not_divided() -> None:
    graph = driven(FIRED)
    for smaller in (eliminate(graph, ["f"]), prune(graph, NODES, LEAVES, nodes=0.5, edges=0.5)):
        assert smaller.graph["weight_meaning"] == "attribution, summed"
        assert total_influence(smaller, "a", "y") == total_influence(graph, "a", "y") == 31
        with pytest.raises(
            WeightError, match=r"^the weights of this graph are attribution, summed, and per-activation"
        ):
            compile(smaller, weight=per_activation)
    for smaller in (
        eliminate(graph, ["f"], weight=per_activation),
        prune(graph, NODES, LEAVES, nodes=0.5, edges=0.5, weight=per_activation),
    ):
        assert total_influence(smaller, "a", "y") == 6
        with pytest.raises(
            WeightError, match=r"^the weights of this graph are per-activation, summed, and .* as it was"
        ):
            compile(smaller, weight=per_activation)


def test_pruning_selects_the_same_by_activation() -> None:
    graph = driven(FIRED, *CHAIN, ("e", "y", 0.25), ("f", "y", -0.125))
    own, divided = (prune(graph, NODES, LEAVES, nodes=0.7, edges=0.7, weight=by) for by in ("weight", per_activation))
    assert list(own) == list(divided)
    assert {*own.edges} == {*divided.edges}


def test_where_all_that_enters_is_0_each_part_is_0() -> None:
    graph = CompiledGraph.from_arrays([0, 1, 0], [2, 2, 1], [0.0, -0.0, 2.0])
    assert parts_of_heads(graph.topology, graph.weights, "raise", False).tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("meaning", ["even", "normalised", "attribution, summed"])
def test_what_was_divided_or_summed_already_is_refused_in_these_words(meaning: str) -> None:
    with pytest.raises(WeightError) as caught:
        _require_attribution(meaning)
    assert str(caught.value) == (
        f"the weights of this graph are {meaning}, and per-activation divides those of a file: give it with the "
        'graph as it was read, also to prune and eliminate; weight="weight" takes the edges\' own weights'
    )
    for other in ("attribution", "cost", "unknown"):
        _require_attribution(other)


def test_sums_of_weights_are_those_of_a_preset_or_a_file_no_longer() -> None:
    assert [summed(name) for name in WEIGHTS] == [f"{name}, summed" for name in WEIGHTS]
    assert [summed(name) for name in ("attribution", "cost", "weight")] == ["attribution, summed", "cost", "weight"]


def test_paths_are_counted_in_ints() -> None:
    weights = compile(nx.DiGraph([("a", "b"), ("b", "c")]), weight=None).weights
    assert isinstance(weights, np.ndarray)
    assert (weights.tolist(), weights.dtype) == ([1, 1], np.int64)
