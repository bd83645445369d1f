"""`compare`: totals before and after, and the change attributed to edges, against enumeration and exact inverses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import (
    ENGINES,
    FRACTIONS,
    INTS,
    NUMBERS,
    QUARTERS,
    SEVERAL,
    Walk,
    complete_dag,
    contractions,
    engine,
    inverse_totals,
    olah,
    path_sum,
    queries,
    walks,
    weighted,
)
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.change.markdown import comparison_markdown
from graphdiff.errors import (
    CycleError,
    SameComponentError,
    UnknownNodeError,
    UsageError,
    ValueOverflowError,
    WeightError,
)

ROOT = Path(__file__).resolve().parents[2]
Case = tuple[nx.MultiDiGraph, nx.MultiDiGraph, Any, Any]


@st.composite
def cases(
    draw: Any, weights: st.SearchStrategy[Any] | None = None, *, cyclic: bool = False, parallel: bool = True
) -> Case:
    """Draw two multigraphs on some of the same nodes, most edges in both, and two of their nodes."""
    numbers = draw(st.sampled_from(list(NUMBERS.values()))) if weights is None else weights
    labels = draw(st.permutations("abcdefg"))[: draw(st.integers(2, 7))]
    pairs = [(u, v) for i, u in enumerate(labels) for v in (labels if cyclic else labels[i + 1 :])]
    edge = st.tuples(st.sampled_from(pairs), numbers)
    common = draw(st.lists(edge, max_size=8))
    graphs = []
    for _ in range(2):
        there = [label for label in labels if draw(st.integers(0, 9))]
        own = [(pair, w) for pair, w in common if draw(st.integers(0, 4))] + draw(st.lists(edge, max_size=4))
        edges = [(*pair, {"weight": w}) for pair, w in own if set(pair) <= set(there)]
        graph = nx.MultiDiGraph()
        graph.add_nodes_from(draw(st.permutations(there)))
        graph.add_edges_from(edges if parallel else {edge[:2]: edge for edge in edges}.values())
        graphs.append(graph)
    ends = sorted({*graphs[0], *graphs[1]}) or ["a"]
    graphs[1].add_node(ends[0])
    return graphs[0], graphs[1], draw(st.sampled_from(ends)), draw(st.sampled_from(ends))


def total(graph: nx.DiGraph, source: Any, target: Any) -> Any:
    """Return the total by enumeration; 0 where an end is missing."""
    return path_sum(graph, source, target) if source in graph and target in graph else 0


def empty_path(case: Case) -> int:
    """Return what a node that is on one side only gains or loses by its own empty path."""
    before, after, source, target = case
    return (source in after) - (source in before) if source == target else 0


def weight_of(graph: nx.DiGraph, tail: Any, head: Any) -> Any:
    return sum((w for u, v, w in graph.edges(data="weight") if (u, v) == (tail, head)), start=0)


# ---------------------------------------------------------------------------------------- attribution


@SEVERAL
@given(case=cases())
def test_totals_are_those_of_enumeration(case: Case) -> None:
    before, after, source, target = case
    found = gd.compare(before, after, source, target)
    assert (found.before, found.after) == (total(before, source, target), total(after, source, target))
    assert found.change == found.after - found.before


@SEVERAL
@given(case=cases(INTS | FRACTIONS))
def test_the_attribution_sums_to_the_change_in_both_orders_and_their_mean(case: Case) -> None:
    found = gd.compare(*case)
    for attribution in (found.attribution, found.attribution_before_after, found.attribution_after_before):
        assert sum(attribution.values(), start=0) == found.change - empty_path(case) == attribution.total
    assert found.remainder == empty_path(case)
    assert found.error_bound == 0


@SEVERAL
@given(case=cases(INTS | FRACTIONS))
def test_an_edge_did_tangent_times_change_times_adjoint(case: Case) -> None:
    """Tangents and adjoints from the exact inverse of each graph; a node that is not there has its own empty path."""
    before, after, source, target = case
    found = gd.compare(*case)
    totals = [inverse_totals(graph) for graph in (before, after)]
    for tail, head in {edge[:2] for graph in (before, after) for edge in graph.edges}:
        change = weight_of(after, tail, head) - weight_of(before, tail, head)
        parts = [
            first.get((source, tail), source == tail) * change * second.get((head, target), head == target)
            for first, second in (totals, totals[::-1])
        ]
        assert found.attribution_before_after.get((tail, head), 0) == parts[0]
        assert found.attribution_after_before.get((tail, head), 0) == parts[1]
        assert found.attribution.get((tail, head), 0) == Fraction(parts[0] + parts[1], 2)


@SEVERAL
@given(case=cases(st.integers(-3, 3).map(lambda n: Fraction(n, 80)), cyclic=True))
def test_walks_are_attributed_as_the_exact_inverse_says(case: Case) -> None:
    before, after, source, target = case
    found = gd.compare(*case, cycles="solve")
    totals = [inverse_totals(g).get((source, target), 0) for g in (before, after)]
    assert [found.before, found.after] == totals
    for attribution in (found.attribution, found.attribution_before_after, found.attribution_after_before):
        assert attribution.total == totals[1] - totals[0] - empty_path(case)


def condensed(case: Case, *, even: bool) -> tuple[list[Any], dict[Any, int]]:
    """Return the totals on the condensation of the union, and the component of each node: networkx's own."""
    before, after, source, target = case
    union = nx.DiGraph([*((u, v) for u, v, _ in before.edges), *((u, v) for u, v, _ in after.edges)])
    union.add_nodes_from([*before, *after])
    component = {node: n for n, part in enumerate(nx.strongly_connected_components(union)) for node in part}
    totals = []
    for graph in (before, after):
        quotient = nx.MultiDiGraph()
        quotient.add_nodes_from(component[node] for node in graph)
        for u, v, w in graph.edges(data="weight"):
            if component[u] != component[v]:
                quotient.add_edge(component[u], component[v], weight=w)
        if even:
            for u, _, data in quotient.edges(data=True):
                data["weight"] = Fraction(1, quotient.out_degree(u))
        totals.append(total(quotient, component[source], component[target]))
    return totals, component


@pytest.mark.parametrize("even", [False, True], ids=["weights of the file", "even"])
@SEVERAL
@given(case=cases(FRACTIONS, cyclic=True))
def test_under_collapse_the_components_of_the_union_are_merged_in_both(even: bool, case: Case) -> None:
    _, _, source, target = case
    totals, component = condensed(case, even=even)
    options: dict[str, Any] = {"cycles": "collapse", "exact": True}
    if even:
        options["weight"] = gd.weights.even
    if source == target or component[source] == component[target]:
        return
    found = gd.compare(*case, **options)
    assert [found.before, found.after] == totals
    for attribution in (found.attribution, found.attribution_before_after, found.attribution_after_before):
        assert attribution.total == totals[1] - totals[0]
        assert all(component[edge[0]] != component[edge[1]] for edge in attribution)


WHOLE_CYCLE_MISSING = nx.DiGraph()
WHOLE_CYCLE_MISSING.add_edge("d", "e", weight=Fraction(1, 2))
WHOLE_CYCLE_MISSING.add_edge("e", "d", weight=Fraction(1, 3))
WHOLE_CYCLE_MISSING.add_edge("d", "a", weight=Fraction(7))
WHOLE_CYCLE_MISSING.add_edge("a", "d2", weight=Fraction(2))
WHOLE_CYCLE_MISSING.add_edge("d2", "e2", weight=Fraction(1, 5))
WHOLE_CYCLE_MISSING.add_edge("e2", "d2", weight=Fraction(1, 5))


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("e", "a", {("d", "a"): 7}),
        ("a", "e2", {("a", "d2"): 2}),
        ("e", "e2", {("d", "a"): 7, ("a", "d2"): 7}),
        (["e", "d"], "a", {("d", "a"): 14}),
        ({"e": Fraction(3), "d": Fraction(2)}, "a", {("d", "a"): 35}),
        ("e", {"d2": Fraction(3), "e2": Fraction(2)}, {("d", "a"): 35, ("a", "d2"): 35}),
    ],
)
def test_under_collapse_a_graph_may_have_nothing_of_a_cycle_at_an_end(
    source: Any, target: Any, expected: Any, *, is_after: bool
) -> None:
    """The edge d -> a is all there is to a change of the total from e, though it leaves d."""
    other = nx.DiGraph()
    other.add_node("a")
    graphs = (other, WHOLE_CYCLE_MISSING) if is_after else (WHOLE_CYCLE_MISSING, other)
    found = gd.compare(*graphs, source, target, cycles="collapse", exact=True)
    sign = 1 if is_after else -1
    assert found.attribution.total == found.change != 0
    assert {edge: number for edge, number in found.attribution.items() if number} == {
        edge: sign * number for edge, number in expected.items()
    }
    assert found.remainder == 0
    floats = gd.compare(*graphs, source, target, cycles="collapse")
    assert abs(floats.remainder) <= floats.remainder_bound < 1e-10


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_paths_from_a_cycle_that_one_graph_has_nothing_of_begin_where_they_leave_it(*, is_after: bool) -> None:
    other = nx.DiGraph()
    other.add_node("a")
    graphs = (other, WHOLE_CYCLE_MISSING) if is_after else (WHOLE_CYCLE_MISSING, other)
    text = str(gd.compare(*graphs, "e", "a", cycles="collapse", weight=gd.weights.unit))
    assert ("+ d -> a  added  +1" if is_after else "- d -> a  removed  -1") in text


@pytest.mark.parametrize("name", ENGINES)
@given(case=cases(QUARTERS))
def test_both_engines_give_the_same_bits(name: str, case: Case) -> None:
    with engine("plain Python"):
        expected = gd.compare(*case)
        numbers = expected.attribution.array.tolist()
    with engine(name):
        found = gd.compare(*case)
        assert (found.before, found.after) == (expected.before, expected.after)
        assert found.attribution.array.tolist() == numbers


@SEVERAL
@given(case=cases(st.floats(-9, 9, allow_subnormal=False).map(lambda x: round(x, 3))))
def test_the_remainder_of_floats_is_within_its_bound(case: Case) -> None:
    before, after, source, target = case
    found = gd.compare(*case)
    assert abs(found.remainder - empty_path(case)) <= found.remainder_bound
    exact = [g.copy() for g in (before, after)]
    for graph in exact:
        for *_, data in graph.edges(data=True):
            data["weight"] = Fraction(data["weight"])
    change = total(exact[1], source, target) - total(exact[0], source, target)
    assert abs(Fraction(found.attribution.total) - change + empty_path(case)) <= found.remainder_bound


@SEVERAL
@given(case=cases(st.floats(-9, 9) | st.sampled_from([1e16, -1e16, 1e-200, 5e-324])))
def test_the_exact_change_is_within_the_bound_of_both_certificates(case: Case) -> None:
    before, after, source, target = case
    found = gd.compare(*case)
    exact = [g.copy() for g in (before, after)]
    for graph in exact:
        for *_, data in graph.edges(data=True):
            data["weight"] = Fraction(data["weight"])
    change = total(exact[1], source, target) - total(exact[0], source, target)
    assert abs(Fraction(found.change) - change) <= Fraction(found.error_bound)


@SEVERAL
@given(query=queries(contractions()), data=st.data())
def test_the_bound_holds_for_solved_cycles(query: Any, data: st.DataObject) -> None:
    graph, source, target = query
    floats = nx.MultiDiGraph(graph)
    for _, _, attributes in floats.edges(data=True):
        attributes["weight"] = float(attributes["weight"])
    other = floats.copy()
    other.remove_edges_from([edge for edge in floats.edges(keys=True) if data.draw(st.booleans())])
    exact = [nx.MultiDiGraph(one) for one in (floats, other)]
    for one in exact:
        for _, _, attributes in one.edges(data=True):
            attributes["weight"] = Fraction(attributes["weight"])
    found = gd.compare(floats, other, source, target, cycles="solve")
    before, after = (inverse_totals(one)[source, target] for one in exact)
    assert found.error_bound is not None
    assert abs(Fraction(found.change) - (after - before)) <= Fraction(found.error_bound)


def test_a_change_below_the_certain_digits_is_said() -> None:
    old = weighted([("a", "b", 1e16), ("b", "d", 1.0), ("a", "c", -1e16), ("c", "d", 1.0), ("a", "d", 1.0)])
    new = old.copy()
    new.remove_edge("a", "d")
    found = gd.compare(old, new, "a", "d")
    assert (found.change, found.attribution["a", "d"]) == (0, -1)
    assert "! No digit of the change is certain: the error can be 16; exact=True (--exact) has none." in str(found)
    assert "certain" not in str(gd.compare(old, new, "a", "d", exact=True))
    assert "> No digit of the change is certain: the error can be 16; exact=True" in comparison_markdown([found])
    assert [one["digits"] for one in found.to_dict()["certificates"]] == [0, 0]


def test_a_change_of_0_is_one_up_to_roundings() -> None:
    before = weighted([("s", "a", 0.1), ("a", "t", 0.3), ("s", "b", 0.2), ("b", "t", 0.3)])
    after = weighted([("s", "a", 0.2), ("a", "t", 0.3), ("s", "b", 0.1), ("b", "t", 0.3)])
    found = gd.compare(before, after, "s", "t")
    assert found.change == 0
    exact = gd.compare(before, after, "s", "t", exact=True)
    assert abs(exact.change) <= found.error_bound
    assert found.doubts == ["The change is 0 up to roundings of 6e-17; exact=True (--exact) has none."]
    assert exact.doubts == []


def test_leontief_inverses_before_and_after() -> None:
    """Miller and Blair's two sectors, one coefficient changed: against numpy's inverse, both orders."""
    old = np.array([[0.15, 0.25], [0.20, 0.05]])
    new = old + np.array([[0.0, -0.10], [0.05, 0.0]])
    inverse = [np.linalg.inv(np.eye(2) - matrix) for matrix in (old, new)]
    found = gd.compare(old, new, 0, 1, cycles="solve")
    assert found.before == pytest.approx(0.3300, abs=5e-5)
    assert found.change == pytest.approx((inverse[1] - inverse[0])[0, 1])
    parts = {(0, 1): inverse[0][0, 0] * -0.10 * inverse[1][1, 1], (1, 0): inverse[0][0, 1] * 0.05 * inverse[1][0, 1]}
    assert dict(found.attribution_before_after) == pytest.approx(parts)
    assert found.remainder_bound is None
    assert 0 < found.error_bound < 1e-12


def test_ints_that_a_machine_cannot_hold_stay_exact() -> None:
    old = nx.DiGraph()
    nx.add_path(old, range(80), weight=3)
    new = old.copy()
    new.edges[0, 1]["weight"] = 4
    found = gd.compare(old, new, 0, 79)
    assert found.change == 3**78 == found.attribution[0, 1]


def test_symbols_keep_their_names() -> None:
    sympy: Any = pytest.importorskip("sympy")
    a, b, c = sympy.symbols("a b c")
    found = gd.compare(weighted([("s", "x", a), ("x", "t", b)]), weighted([("s", "x", a), ("x", "t", c)]), "s", "t")
    assert sympy.simplify(found.change - a * (c - b)) == 0
    assert sympy.simplify(found.attribution["x", "t"] - a * (c - b)) == 0
    assert "change" in str(found)


# ----------------------------------------------------------------------------------- paths and places


@SEVERAL
@given(case=cases(INTS, parallel=False))
def test_paths_gained_and_lost_are_those_of_the_lists(case: Case) -> None:
    before, after, source, target = case
    lists: list[set[Walk]] = [
        {tuple(edge[:2] for edge in walk) for walk in walks(g, source, target)} if {source, target} <= set(g) else set()
        for g in (before, after)
    ]
    counts = gd.compare(*case).paths
    assert vars(counts) if counts is None else [counts.before, counts.after, counts.gained, counts.lost] == [
        len(lists[0]), len(lists[1]), len(lists[1] - lists[0]), len(lists[0] - lists[1])
    ]  # fmt: skip


def test_path_counts_are_exact_beyond_machine_ints() -> None:
    old = complete_dag(80)
    new = old.copy()
    new.add_edge(0, "x", weight=1)
    new.add_edge("x", 79, weight=1)
    new.remove_edge(0, 79)
    counts = gd.compare(old, new, 0, 79).paths
    assert counts is not None
    assert (counts.before, counts.after, counts.gained, counts.lost) == (2**78, 2**78, 1, 1)


def test_where_walks_go_round_there_is_no_number_of_paths() -> None:
    graph = weighted([("s", "a", 0.5), ("a", "a", 0.5), ("a", "t", 0.5)])
    found = gd.compare(graph, graph, "s", "t", cycles="solve")
    assert found.paths is None
    assert "infinitely many walks" in str(found)


def test_the_target_s_place_moves() -> None:
    old = weighted([("s", "a", 3), ("s", "b", 2), ("s", "t", 1)])
    new = weighted([("s", "a", 3), ("s", "b", 2), ("s", "t", 2.5)])
    assert gd.compare(old, new, "s", "t").places == ((3, 3), (2, 3))
    assert gd.compare(old, weighted([("s", "a", 3), ("t", "a", 1)]), "s", "t").places == ((3, 3), None)


# --------------------------------------------------------------------------------------------- edges


def test_parallel_edges_are_summed_unless_their_keys_are_strings() -> None:
    old, new = nx.MultiDiGraph(), nx.MultiDiGraph()
    for graph, weights in ((old, (1, 2)), (new, (2, 5))):
        for weight in weights:
            graph.add_edge("a", "b", weight=weight)
    assert dict(gd.compare(old, new, "a", "b").attribution) == {("a", "b"): 4}
    named = [nx.MultiDiGraph(), nx.MultiDiGraph()]
    for graph, weights in zip(named, ({"x": 1, "y": 2}, {"y": 5, "z": 2}), strict=True):
        for key, weight in weights.items():
            graph.add_edge("a", "b", key=key, weight=weight)
    found = gd.compare(*named, "a", "b")
    assert dict(found.attribution) == {("a", "b", "x"): -1, ("a", "b", "y"): 3, ("a", "b", "z"): 2}
    assert found.difference.added == [("a", "b", "z")]
    assert found.difference.removed == [("a", "b", "x")]
    assert found.difference.changed == [("a", "b", "y")]
    assert found.paths is not None
    assert (found.paths.gained, found.paths.lost) == (1, 1)


def test_ints_beside_floats_and_presets_are_compared() -> None:
    old, new = weighted([("a", "b", 2)]), weighted([("a", "b", 2.5)])
    assert gd.compare(old, new, "a", "b").change == 0.5
    assert gd.compare(old, new, "a", "b", weight=None).change == 0


def test_kinds_that_do_not_mix_are_refused() -> None:
    from decimal import Decimal

    old, new = weighted([("a", "b", 0.5)]), weighted([("a", "b", Decimal("0.5")), ("b", "c", Decimal(1))])
    with pytest.raises(WeightError, match="Decimal and float do not mix"):
        gd.compare(old, new, "a", "b")


def test_arrays_and_ids_are_matched_without_labels() -> None:
    old = gd.CompiledGraph.from_arrays([0, 1], [1, 2], [2.0, 3.0])
    new = gd.CompiledGraph.from_arrays([0, 1, 3], [1, 3, 2], [2.0, 3.0, 0.5])
    found = gd.compare(old, new, 0, 2)
    assert (found.before, found.after, found.remainder) == (6, 3, 0)
    assert [entry.node for entry in found.difference.appeared] == [3]


def test_texts_without_objects_are_matched_too(tmp_path: Any) -> None:
    graphs = []
    for name, rows in (("old", "a,b,2\nb,c,3\n"), ("new", "b,c,4\nc,d,1\na,b,2\n")):
        path = tmp_path / f"{name}.csv"
        path.write_text(f"source,target,weight\n{rows}")
        graphs.append(gd.compile(gd.read(path)))
        graphs[-1].save(tmp_path / name)
    saved = [gd.CompiledGraph.load(tmp_path / name) for name in ("old", "new")]
    for pair in (graphs, saved):
        found = gd.compare(*pair, "a", "c")
        assert (found.change, dict(found.attribution)) == (2, {("b", "c"): 2, ("c", "d"): 0})


# --------------------------------------------------------------------------- even weights and dilution


def test_with_even_the_change_goes_to_the_list_and_dilution_stands_apart() -> None:
    old = nx.DiGraph([("s", "a"), ("s", "b"), ("a", "t"), ("b", "t")])
    new = nx.DiGraph([("s", "a"), ("s", "b"), ("s", "c"), ("a", "t"), ("b", "t")])
    found = gd.compare(old, new, "s", "t", weight=gd.weights.even, exact=True)
    assert (found.before, found.after) == (1, Fraction(2, 3))
    assert found.dilution == {"s": Fraction(-1, 3)}
    assert found.nodes == {"s": Fraction(-1, 3)}
    assert "dilution: the longer list of s" in str(found)
    back = gd.compare(new, old, "s", "t", weight=gd.weights.even)
    assert "dilution: the shorter list of s" in str(back)
    assert gd.compare(old, new, "s", "t", weight=None).dilution == {}


def test_even_is_counted_anew_where_both_graphs_together_merge_a_cycle() -> None:
    """By itself the graph before gives a quarter; of a and b as one node three edges leave, one of them to t."""
    old = nx.DiGraph([("s", "a"), ("a", "b"), ("a", "c"), ("b", "t"), ("b", "d")])
    new = old.copy()
    new.add_edge("b", "a")
    found = gd.compare(old, new, "s", "t", weight=gd.weights.even, cycles="collapse", exact=True)
    assert (found.before, found.after) == (Fraction(1, 3), Fraction(1, 3))
    assert len(found.attribution) == 0


def test_an_attribute_named_even_is_no_preset() -> None:
    old, new = nx.DiGraph(), nx.DiGraph()
    old.add_edge("s", "t", even=0.5)
    new.add_edge("s", "t", even=0.25)
    found = gd.compare(old, new, "s", "t", weight="even")
    assert found.dilution == {}
    assert found.change == -0.25


# --------------------------------------------------------------------------------------------- groups


def test_groups_sum_what_leaves_them() -> None:
    new = weighted([("a", "c", 1), ("b", "c", 5), ("b", "d", 1), ("c", "e", 2), ("d", "e", 4)])
    nx.set_node_attributes(new, {"a": "in", "b": "in", "c": "mid", "d": "mid", "e": "out"}, "layer")
    by_attribute = gd.compare(olah(), new, "b", "e", by="layer")
    by_function = gd.compare(olah(), new, "b", "e", by=lambda node: "in" if node in "ab" else "mid")
    assert by_attribute.groups == by_function.groups == {"in": 8, "mid": 1}
    assert sum(by_attribute.groups.values()) == by_attribute.change
    assert "by group: in +8, mid +1" in str(by_attribute)
    renamed = [nx.relabel_nodes(graph, lambda node: f"{new.nodes[node]['layer']}.{node}") for graph in (olah(), new)]
    assert gd.compare(*renamed, "in.b", "out.e", by=1).groups == by_attribute.groups
    with pytest.raises(UsageError, match=r"^by=0: at least one part of each name is needed$"):
        gd.compare(*renamed, "in.b", "out.e", by=0)
    with pytest.raises(UsageError, match=r"^by=\[\]: a node attribute, a number of parts of a name, or a function"):
        gd.compare(*renamed, "in.b", "out.e", by=[])
    with pytest.raises(UsageError, match="a compiled graph has no node attributes"):
        gd.compare(gd.compile(olah()), gd.compile(new), "b", "e", by="layer")
    with pytest.raises(
        UsageError,
        match=r"no node has the attribute 'later' to group by; did you mean 'layer'\? nodes have: layer \(",
    ):
        gd.compare(olah(), new, "b", "e", by="later")


# ------------------------------------------------------------------------------------ missing, refused


def test_a_missing_node_has_a_total_of_0_and_that_is_said() -> None:
    old, new = weighted([("s", "a", 2)]), weighted([("s", "a", 2), ("a", "t", 3)])
    found = gd.compare(old, new, "s", "t")
    assert (found.before, found.after) == (0, 6)
    assert found.missing == ["the graph before has no t: its total there is 0"]
    assert "! The graph before has no t: its total there is 0." in str(found)
    assert gd.compare(new, old, "s", "t").missing == ["the graph after has no t: its total there is 0"]
    assert found.relative is None


def test_a_node_that_neither_graph_has_is_named() -> None:
    with pytest.raises(UnknownNodeError, match="no node 'x'"):
        gd.compare(olah(), olah(), "x", "e")


def test_a_cycle_on_the_way_is_refused_and_one_elsewhere_is_not() -> None:
    graph = weighted([("s", "t", 1), ("x", "y", 1), ("y", "x", 1), ("t", "x", 1)])
    assert gd.compare(graph, graph, "s", "t").change == 0
    with pytest.raises(CycleError, match="cycle: x -> y -> x"):
        gd.compare(graph, graph, "s", "x")


def test_an_edge_turned_round_is_no_cycle() -> None:
    old = weighted([("s", "a", 2), ("a", "b", 3), ("b", "t", 5), ("s", "b", 1)])
    new = weighted([("s", "b", 1), ("b", "a", 3), ("a", "t", 5)])
    found = gd.compare(old, new, "s", "t")
    assert (found.before, found.after, found.remainder) == (35, 15, 0)


def test_a_cycle_that_only_both_graphs_together_lead_through_is_named() -> None:
    old = weighted([("s", "t", 1), ("u", "v", 1), ("v", "t", 1)])
    new = weighted([("s", "c", 1), ("c", "c", 0.5), ("c", "u", 1), ("s", "t", 1)])
    with pytest.raises(CycleError, match="cycle: c -> c"):
        gd.compare(old, new, "s", "t")
    solved = gd.compare(old, new, "s", "t", cycles="solve")
    assert solved.attribution.total == solved.change == 0


def test_members_of_one_union_cycle_cannot_be_told_apart() -> None:
    with pytest.raises(SameComponentError, match="on one cycle"):
        gd.compare(weighted([("a", "b", 1)]), weighted([("b", "a", 1)]), "a", "b", cycles="collapse")


def test_different_policies_are_refused() -> None:
    with pytest.raises(UsageError, match="choose one for both"):
        gd.compare(gd.compile(olah()), gd.compile(olah(), cycles="solve"), "b", "e")


# ----------------------------------------------------------------------------------------- one end


@given(case=cases(INTS | FRACTIONS))
def test_all_nodes_from_a_source_or_to_a_target(case: Case) -> None:
    before, after, source, target = case
    ahead, back = gd.compare(before, after, source), gd.compare(before, after, None, target)
    for node in {*before, *after}:
        if node != source:
            assert ahead[node] == total(after, source, node) - total(before, source, node)
        if node != target:
            assert back[node] == total(after, node, target) - total(before, node, target)
    if source != target:
        assert ahead.comparison(target).change == back.comparison(source).change == ahead[target]
    assert all(row.before != row.after or row.place_before != row.place_after for row in ahead.moved)


def test_places_move_where_totals_change() -> None:
    old = weighted([("s", "a", 3), ("s", "b", 2), ("s", "c", 1)])
    new = weighted([("s", "a", 3), ("s", "b", 2), ("s", "c", 2.5)])
    (first, second) = gd.compare(old, new, "s").moved
    assert (first.node, first.place_before, first.place_after, first.change) == ("c", 3, 2, 1.5)
    assert (second.node, second.place_before, second.place_after, second.change) == ("b", 2, 3, 0)
    assert "1 other changed its place only" in str(gd.compare(old, new, "s"))
    with pytest.raises(KeyError):
        gd.compare(old, new, "s")["nowhere"]


# ------------------------------------------------------------------------------------------------ out


def results() -> Iterator[Any]:
    new = weighted([("b", "c", 5), ("b", "d", 1), ("c", "e", 2), ("d", "x", 4)])
    yield gd.compare(olah(), new)
    yield gd.compare(olah(), new, "b")
    yield gd.compare(olah(), new, "b", "e")


@pytest.mark.parametrize("result", list(results()), ids=lambda result: type(result).__name__)
def test_every_result_can_be_shown_and_stored(result: Any) -> None:
    assert json.loads(json.dumps(result.to_dict()))
    assert str(result) in result._repr_html_().replace("&gt;", ">")
    assert type(result).__name__ in repr(result)
    assert len(result.to_pandas()) > 0


def test_the_attribution_is_a_mapping() -> None:
    new = weighted([("a", "c", 1), ("b", "c", 3), ("b", "d", 1), ("c", "e", 2), ("d", "e", 4)])
    attribution = gd.compare(olah(), new, "b", "e").attribution
    assert dict(attribution) == {("b", "c"): 4, ("d", "e"): 1}
    assert attribution.top(1) == [(("b", "c"), 4)]
    assert attribution.to_dict()[0] == {
        "source": "b", "target": "c", "status": "changed", "weight_before": 1, "weight_after": 3, "change": 4,
    }  # fmt: skip
    assert "parts of 5" in attribution._repr_html_()
    assert "('b', 'c'): 4" in repr(attribution)


def test_edges_in_series_that_changed_together_share_their_change() -> None:
    old, new = weighted([("s", "x", 1), ("x", "t", 1)]), weighted([("s", "x", 2), ("x", "t", 2)])
    found = gd.compare(old, new, "s", "t")
    assert dict(found.attribution_before_after) == {("s", "x"): 2, ("x", "t"): 1}
    assert dict(found.attribution_after_before) == {("s", "x"): 1, ("x", "t"): 2}
    assert dict(found.attribution) == {("s", "x"): Fraction(3, 2), ("x", "t"): Fraction(3, 2)}
    assert "Edges in series changed together" in str(found)
    assert "Edges in series" not in str(gd.compare(old, old, "s", "t"))


# --------------------------------------------------------------------------------------- the xz story


@pytest.mark.parametrize(
    "index", ["openssh-server.Packages", pytest.param("bookworm.Packages.xz", marks=pytest.mark.slow)]
)
def test_the_way_of_the_backdoor_is_named_first(index: str) -> None:
    before = gd.read(ROOT / "data" / index)
    after = before.copy()
    after.remove_edge("libsystemd0", "liblzma5")
    found = gd.compare(before, after, "openssh-server", "liblzma5", weight=gd.weights.even, cycles="collapse")
    assert found.before == pytest.approx(0.0102355, abs=5e-8)
    assert found.relative == pytest.approx(-0.7788, abs=5e-5)
    (edge, did), *_ = found.attribution.top()
    assert edge == ("libsystemd0", "liblzma5")
    assert did == pytest.approx(found.change)
    assert found.paths is not None
    assert (found.paths.before, found.paths.gained, found.paths.lost) == (26, 0, 2)
    assert "- libsystemd0 -> liblzma5" in str(found)


def test_an_error_says_in_which_of_the_two_graphs_it_is() -> None:
    good = nx.DiGraph()
    good.add_weighted_edges_from([("a", "b", 1), ("b", "c", 1)])
    cyclic, bare = good.copy(), good.copy()
    cyclic.add_edge("b", "a", weight=1)
    bare.add_edge("a", "c")
    with pytest.raises(CycleError, match=r"^after: the graph has a cycle"):
        gd.compare(good, cyclic, "a", "c")
    with pytest.raises(CycleError, match=r"^before: the graph has a cycle"):
        gd.compare(cyclic, good, "a")
    with pytest.raises(WeightError, match=r"^before: .*'a' -> 'c'"):
        gd.compare(bare, good, "a", "c")


def test_decimals_that_leave_their_context_are_an_error_of_ours() -> None:
    far, one = Decimal("1E+999990"), Decimal(-1)
    before = weighted([(0, 1, one), (0, 2, one), (1, 2, far)])
    after = weighted([(0, 1, far), (0, 2, one), (1, 2, one)])
    comparison = gd.compare(before, after, 0, 2)
    with pytest.raises(ValueOverflowError, match="larger than the largest Decimal"):
        _ = comparison.attribution
