"""`cut`: the fewest edges or nodes, against every subset."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any

import networkx as nx
import pytest
from graphs import (
    complete_dag,
    dags,
    edge_names,
    lattice,
    olah,
    parallel_chain,
    path_sum,
    queries,
    walks,
    ways,
    weighted,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import CycleError, UsageError
from graphdiff.sets import fewest as removal
from graphdiff.sets.strokes import Among, Stroke, strokes
from graphdiff.sums import levels
from graphdiff.sums.flow import flow_through
from graphdiff.whatif.cut import _lying

Query = tuple[nx.MultiDiGraph, Any, Any]
POSITIVE = st.integers(0, 5) | st.fractions(0, 3, max_denominator=5)
MIXED = st.integers(-3, 4)


def left_without(graph: nx.DiGraph, items: Iterable[Any], what: str, ends: tuple[Any, Any]) -> nx.DiGraph:
    result = graph.copy()
    if what == "edges":
        result.remove_edges_from(items)
    else:
        result.remove_nodes_from(items)
    return result


def fewest(
    graph: nx.DiGraph, what: str, ends: tuple[Any, Any], most: Fraction | None, staying: Iterable[Any] = ()
) -> int | None:
    """Return the size of the smallest set that leaves at most this, or no path; None where there is none."""
    source, target = ends
    on_the_way = {edge for path in walks(graph, source, target) for edge in path}
    items = sorted(on_the_way, key=repr) if what == "edges" else [n for n in graph if n not in {*ends, *staying}]
    for size in range(len(items) + 1):
        for chosen in combinations(items, size):
            rest = left_without(graph, chosen, what, ends)
            if most is None and not walks(rest, source, target):
                return size
            if most is not None and abs(path_sum(rest, source, target)) <= most:
                return size
    return None


def check(graph: nx.DiGraph, ends: tuple[Any, Any], what: str, part: float | None) -> gd.Cut | None:
    """Cut, look whether it is so, and return it; None where no set does it."""
    total = path_sum(graph, *ends)
    most = None if part is None else abs(total) * (1 - Fraction(str(part)))
    smallest = fewest(graph, what, ends, most)
    if smallest is None:
        with pytest.raises(gd.errors.UsageError, match="no set of nodes does it"):
            gd.cut(graph, *ends, part=part, what=what)
        return None
    found = gd.cut(graph, *ends, part=part, what=what)
    rest = left_without(graph, found.removed, what, ends)
    assert found.before == total
    assert found.after == path_sum(rest, *ends)
    if most is None:
        assert not walks(rest, *ends)
    else:
        assert abs(found.after) <= most
    assert (found.at_least or 0) <= smallest <= len(found.removed)
    if found.method != "greedy":
        assert len(found.removed) == smallest == found.at_least
    for stroke in found.strokes:
        assert stroke.alone == total - path_sum(left_without(graph, [stroke.item], what, ends), *ends)
    return found


@settings(max_examples=100)
@given(query=queries(dags(POSITIVE | MIXED, max_edges=7, max_nodes=5)), what=st.sampled_from(["edges", "nodes"]))
def test_every_path(query: Query, what: str) -> None:
    graph, *ends = query
    assume(ends[0] != ends[1])
    check(graph, (ends[0], ends[1]), what, None)


@settings(max_examples=100)
@given(
    query=ways(POSITIVE),
    what=st.sampled_from(["edges", "nodes"]),
    part=st.sampled_from([0.1, 0.5, 0.9, 1]),
    exact=st.booleans(),
)
def test_a_part_where_no_weight_is_negative(query: Query, what: str, part: float, exact: bool) -> None:
    graph, *ends = query
    assume(path_sum(graph, *ends))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(removal, "MAX_EXACT", 20 if exact else 0)
        found = check(graph, (ends[0], ends[1]), what, part)
    assert found is None or found.at_least is not None


@settings(max_examples=100)
@given(
    query=ways(MIXED),
    what=st.sampled_from(["edges", "nodes"]),
    part=st.sampled_from([0.25, 0.5, 1]),
    exact=st.booleans(),
)
def test_a_part_where_signs_mix(query: Query, what: str, part: float, exact: bool) -> None:
    graph, *ends = query
    assume(path_sum(graph, *ends))
    on_the_way = [edge for path in walks(graph, *ends) for edge in path]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(removal, "MAX_EXACT", 20 if exact else 0)
        found = check(graph, (ends[0], ends[1]), what, part)
    if found is not None and not exact and any(graph.edges[edge]["weight"] < 0 for edge in on_the_way):
        assert found.at_least == (1 if len(found.removed) == 1 else None)


def with_super_ends(graph: nx.DiGraph, sources: dict[Any, Any], targets: dict[Any, Any]) -> nx.DiGraph:
    """Return the graph with one node more that leads to the sources, and one to which the targets lead."""
    result = graph.copy()
    for node, seed in sources.items():
        result.add_edge("super source", node, weight=seed)
    for node, seed in targets.items():
        result.add_edge(node, "super sink", weight=seed)
    return result


@settings(max_examples=100)
@given(
    graph=dags(POSITIVE, max_edges=7, max_nodes=6),
    seeds=st.lists(st.integers(1, 5), min_size=4, max_size=4),
    n_sources=st.sampled_from([1, 2]),
    part=st.sampled_from([None, 0.5, 0.9, 1]),
    exact=st.booleans(),
)
def test_what_a_mapping_gives_weights_may_be_removed_too(
    graph: nx.MultiDiGraph, seeds: list[int], n_sources: int, part: float | None, exact: bool
) -> None:
    """The same nodes as on a graph with a super source and a super sink, where all but these and the sources may go."""
    order = list(nx.topological_sort(graph))
    assume(len(order) >= n_sources + 2)
    sources = dict(zip(order[:n_sources], seeds, strict=False))
    targets = dict(zip(order[-2:], seeds[2:], strict=True))
    larger = with_super_ends(graph, sources, targets)
    ends = ("super source", "super sink")
    total = path_sum(larger, *ends)
    assume(walks(larger, *ends) if part is None else total)
    most = None if part is None else total * (1 - Fraction(str(part)))
    smallest = fewest(larger, "nodes", ends, most, staying=sources)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(removal, "MAX_EXACT", 20 if exact else 0)
        found = gd.cut(graph, sources, targets, part=part, what="nodes")
    rest = left_without(larger, found.removed, "nodes", ends)
    assert (found.before, found.after) == (total, path_sum(rest, *ends))
    assert found.after <= most if most is not None else not walks(rest, *ends)
    assert smallest is not None
    assert (found.at_least or 0) <= smallest <= len(found.removed)
    if found.method != "greedy":
        assert len(found.removed) == smallest
    for stroke in found.strokes:
        assert stroke.alone == total - path_sum(left_without(larger, [stroke.item], "nodes", ends), *ends)


def test_several_targets_can_be_taken_away_and_one_stays() -> None:
    graph = weighted([("app", "web", 1), ("web", "log", 1), ("web", "tls", 1)])
    assert gd.cut(graph, "app", ["log", "tls"], what="nodes").removed == ["web"]
    assert gd.cut(graph, "web", {"log": 1, "tls": 9}, part=0.9, what="nodes").removed == ["tls"]
    assert gd.cut(graph, "web", {"tls": 9}, what="nodes").removed == ["tls"]
    assert sorted(gd.cut(graph, "web", ["log", "tls"], what="nodes").removed) == ["log", "tls"]
    with pytest.raises(gd.errors.UsageError, match="no set of nodes does it"):
        gd.cut(graph, "web", "tls", what="nodes")


def test_a_cycle_that_stays_is_named_where_no_nodes_do_it() -> None:
    graph = weighted([("app", "c", 1), ("c", "d", 1), ("d", "c", 1), ("app", "t", 1)])
    reason = (
        "paths that pass none of them, such as app > c + d; not to be removed are app (source), c + d (cycle that "
        "counts as one node); cut edges"
    )
    with pytest.raises(gd.errors.UsageError, match=re.escape(reason)):
        gd.cut(graph, "app", {"c": 1, "t": 1}, part=0.9, what="nodes", cycles="collapse")
    assert sorted(gd.cut(graph, "app", {"c": 1, "t": 1}, what="nodes", cycles="collapse").removed) == ["c", "t"]


def test_which_nodes_may_not_be_taken_is_said_with_the_reason() -> None:
    graph = weighted([("s", "a", 1), ("a", "b", 1), ("b", "a", 1), ("b", "x", 1), ("x", "t", 1), ("s", "x", 1)])
    report = gd.cut(graph, "s", "t", part=0.5, what="nodes", cycles="collapse")
    assert report.removed == ["x"]
    assert "Not to be taken: s (source), t (target), a + b (cycle that counts as one node)." in str(report).splitlines()
    assert report.to_dict()["kept"] == [
        {"node": "s", "why": "source"},
        {"node": "t", "why": "target"},
        {"node": "a + b", "why": "cycle that counts as one node"},
    ]
    # Every path is cut on the graph as it is, where no cycle is one node; edges are all to be taken.
    assert gd.cut(graph, "s", "t", what="nodes", cycles="collapse").kept == {"s": "source", "t": "target"}
    assert gd.cut(graph, "s", "t", cycles="collapse").kept == {}
    reason = (
        "no set of nodes does it: without all 0 that may be removed there are paths that pass none of them, such as "
        "x > t; not to be removed are x (source), t (target); cut edges"
    )
    graph.add_edge("t", "x", weight=1)
    with pytest.raises(gd.errors.UsageError, match=re.escape(reason)):
        gd.cut(graph, "x", "t", what="nodes", cycles="solve")


@pytest.mark.parametrize("method", ["greedy", "integer programme", "exact"])
def test_the_greedy_choice_can_miss_the_smallest_and_the_bound_says_so(method: str) -> None:
    """The classic bad case of covering: m -> t carries most, but s -> l and s -> r carry what is wanted, exactly."""
    graph = nx.MultiDiGraph()
    for tail, head, weight in (
        ("s", "l", 1), ("s", "r", 1),
        ("l", "m", 60), ("l", "x", 40), ("r", "m", 60), ("r", "y", 40),
        ("m", "t", 1), ("x", "t", 1), ("y", "t", 1),
        ("s", "t", 1), ("s", "t", 1), ("s", "t", 1),
    ):  # fmt: skip
        graph.add_edge(tail, head, weight=weight)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(removal, "MAX_EXACT", 20 if method == "exact" else 0)
        if method == "greedy":
            patch.setitem(sys.modules, "scipy.optimize", None)
        else:
            pytest.importorskip("scipy")
        found = gd.cut(graph, "s", "t", amount=200)
    assert (found.at_least, found.method) == (2, method)
    if method == "greedy":
        assert (len(found.removed), found.lacking, found.to_dict()["lacking"]) == (3, "scipy", "scipy")
        assert "at least 2 (no weight is negative); pip install scipy to know more." in " ".join(str(found).split())
    else:
        assert found.removed == [("s", "l", 0), ("s", "r", 0)]
        assert "Fewer cannot do it (" in str(found)


def test_above_twenty_candidates_the_choice_is_greedy() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "scipy.optimize", None)
        found = gd.cut(complete_dag(9), 0, 8, part=0.75)
    assert found.method == "greedy"
    assert found.n_candidates == 36
    assert found.at_least is not None
    assert found.at_least <= len(found.removed)
    assert abs(found.after) <= 0.25 * 2**7
    assert "Chosen greedily; any set that does it has at least" in str(found) or "Fewer cannot" in str(found)


def test_the_minimum_cut_of_a_lattice_is_its_corner() -> None:
    assert len(gd.cut(lattice(6), (0, 0), (5, 5)).removed) == 2
    found = gd.cut(lattice(6), (0, 0), (5, 5), what="nodes")
    assert sorted(found.removed) in ([(0, 1), (1, 0)], [(4, 5), (5, 4)])
    assert (found.before, found.after) == (252, 0)


def test_parallel_edges_are_cut_one_by_one() -> None:
    found = gd.cut(parallel_chain([2, 3, 5], [7, 11]), 0, 2)
    assert sorted(found.removed) == [(1, 2, 0), (1, 2, 1)]
    assert gd.cut(parallel_chain([2, 3, 5], [7, 11]), 0, 2, part=0.5).removed == [(1, 2, 1)]


def test_an_amount_is_in_the_unit_of_the_total() -> None:
    assert gd.cut(olah(), "b", "e", amount=2).removed == [("b", "d")]
    assert len(gd.cut(olah(), "b", "e", amount=4).removed) == 2
    assert gd.cut(weighted([("a", "b", 0.1), ("a", "c", 0.2), ("b", "c", 1.0)]), "a", "c", part=2 / 3).removed == [
        ("a", "c")
    ]


def test_nine_tenths_of_ten_are_nine() -> None:
    graph = parallel_chain([9, 1])
    assert gd.cut(graph, 0, 1, part=0.9).removed == [(0, 1, 0)]


def test_a_negative_total_is_cut_towards_0() -> None:
    found = gd.cut(parallel_chain([-9, 1]), 0, 1, part=0.5)
    assert (found.before, found.after, found.removed) == (-8, 1, [(0, 1, 0)])


def test_a_collapsed_cycle_is_no_node_to_remove() -> None:
    graph = weighted([("s", "a", 1), ("a", "b", 1), ("b", "a", 1), ("b", "t", 1)])
    assert len(gd.cut(graph, "s", "t", part=1.0, cycles="collapse").removed) == 1
    with pytest.raises(gd.errors.UsageError, match=r"no set of nodes does it: without all 0 .* cut edges"):
        gd.cut(graph, "s", "t", part=1.0, what="nodes", cycles="collapse")


def test_no_path_is_nothing_to_cut() -> None:
    found = gd.cut(olah(), "e", "b")
    assert (found.removed, found.before, found.after) == ([], 0, 0)
    assert "there is nothing to cut" in str(found)


def test_progress_is_told() -> None:
    told: list[tuple[int, int | None]] = []
    signs = [2 if number % 3 else -2 for number in range(18)]
    found = gd.cut(parallel_chain(signs), 0, 1, part=0.9, progress=lambda done, total: told.append((done, total)))
    assert found.method == "exact"
    assert told
    assert all(total is not None and done <= total for done, total in told)


def test_text_record_and_table() -> None:
    pytest.importorskip("pandas")
    graph = nx.DiGraph(edge_meaning="depends on", node_meaning="packages")
    graph.add_edges_from([("a", "b"), ("b", "c"), ("a", "c")])
    found = gd.cut(graph, "a", "c", weight=gd.weights.even)
    assert str(found).startswith(
        "a rests on c by 2 paths; total, spread evenly: 1.\nTo cut every path, cut 2 of the 3 "
    )
    assert "cut 2 of the 3 dependencies between them:" in str(found)
    assert "Fewer cannot do it: 2 paths share no such edge (maximum flow)." in str(found)
    assert "in series they share" not in str(found)
    shared = replace(found, strokes=[replace(found.strokes[0], alone=1.0), found.strokes[1]])
    assert "in series they share" in str(shared)
    assert "influence" not in str(found)
    record = json.loads(json.dumps(found.to_dict()))
    assert record["removed"][0] == {"source": "a", "target": "c", "alone": 0.5, "left": 0.5}
    assert list(found.to_pandas()["left"]) == [0.5, 0]
    assert "<td>a -&gt; c</td>" in found._repr_html_()
    assert repr(found) == "<cut of 2 edges: 1 becomes 0>"
    one = gd.cut(graph, "a", "c", weight=None, part=0.5, what="nodes")
    assert "To take 1 of it away, cut 1 of the 1 nodes between them:" in str(one)


def test_one_is_the_least_of_any_signs() -> None:
    rng = Random(1)
    pairs = combinations(range(8), 2)
    graph = weighted([(*pair, rng.choice([-1, 1, 2, 3, -2])) for pair in pairs])  # 28 edges: chosen greedily
    found = gd.cut(graph, 0, 7, part=0.5)
    assert (found.method, len(found.removed), found.at_least) == ("greedy", 1, 1)
    assert str(found).endswith("Fewer cannot do it.")


#: What cannot be cut, and what the error says.
MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "both": ({"part": 0.5, "amount": 1}, "give part= or amount=, not both"),
    "neither edges nodes": ({"what": "paths"}, "what=.paths.: use 'edges' or 'nodes'"),
    "more than all": ({"amount": 6}, "cannot take 6 away: the total is 5"),
    "nothing": ({"amount": 0}, "cannot take 0 away"),
    "text": ({"part": "50%"}, "part=.50%. is not a finite real number"),
    "NaN": ({"amount": float("nan")}, "amount=nan is not a finite real number"),
    "no part": ({"part": 50}, "part=50 is not above 0 and up to 1"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_cannot_be_cut_is_said(name: str) -> None:
    asked, text = MISTAKES[name]
    with pytest.raises(gd.errors.UsageError, match=text):
        gd.cut(olah(), "b", "e", **asked)


def test_totals_that_have_nothing_to_cut() -> None:
    with pytest.raises(gd.errors.UsageError, match="the total is 0, of which nothing can be taken away"):
        gd.cut(parallel_chain([1, -1]), 0, 1, part=0.5)
    with pytest.raises(gd.errors.UsageError, match="the empty path from 'b' to itself"):
        gd.cut(olah(), "b", "b")
    with pytest.raises(gd.errors.UsageError, match="needs real weights, and that of the edge 'a' -> 'b' is 1j"):
        gd.cut(weighted([("a", "b", 1j)]), "a", "b")
    loop = weighted([("a", "b", 0.5), ("b", "a", 0.5), ("b", "c", 1.0)])
    with pytest.raises(gd.errors.CycleError, match="Its walks are infinitely many"):
        gd.cut(loop, "a", "c", part=0.5, cycles="solve")


def test_where_no_path_leads_nothing_is_cut_whatever_the_weights() -> None:
    found = gd.cut(weighted([("a", "b", 1j), ("c", "d", 1j)]), "a", "d")
    assert (found.before, found.removed) == (0, [])


def test_decimals_and_exact_floats() -> None:
    from decimal import Decimal

    graph = weighted([("a", "b", Decimal("0.9")), ("b", "c", Decimal(1)), ("a", "c", Decimal("0.1"))])
    assert gd.cut(graph, "a", "c", part=0.9).after == Decimal("0.1")
    assert gd.cut(graph, "a", "c", amount=Fraction(9, 10)).after == Decimal("0.1")
    floats = weighted([("a", "b", 0.9), ("b", "c", 1.0), ("a", "c", 0.1)])
    assert gd.cut(floats, "a", "c", amount=Decimal("0.85")).after == 0.1
    assert gd.cut(floats, "a", "c", part=0.5, exact=True).after == Fraction(0.1)
    assert edge_names(floats)


def test_solved_cycles_are_refused_with_what_sums_their_walks() -> None:
    graph = weighted([("a", "b", 0.5), ("b", "a", 0.5), ("b", "c", 1.0)])
    assert gd.cut(graph, "b", "c", cycles="collapse").removed == [("b", "c")]
    for refused, said in (
        (gd.cut, "what_if and sensitivities sum its walks"),
        (gd.prune, "strongest_paths lists its strongest walks"),
        (gd.factored, "symbols of sympy make total_influence a formula"),
    ):
        with pytest.raises(CycleError, match=f'infinitely many; cycles="collapse" makes it one node, .*{said}'):
            refused(graph, "a", "c", cycles="solve", **({"part": 0.5} if refused is gd.cut else {}))
    assert gd.what_if(graph, "a", "c", remove_edges=[("b", "a")], cycles="solve").after == 0.5
    assert gd.strongest_paths(graph, "a", "c", k=1, cycles="solve")[0].influence == 0.5


# -- every path of a graph with cycles: no total, whatever the policy


def fewest_apart(graph: nx.MultiDiGraph, source: Any, target: Any, what: str) -> int | None:
    """Return how many edges or nodes part the ends, by trying all sets of one more at a time."""
    members = list(graph.edges(keys=True)) if what == "edges" else [n for n in graph if n not in (source, target)]
    for number in range(len(members) + 1):
        for chosen in combinations(members, number):
            left = graph.copy()
            (left.remove_edges_from if what == "edges" else left.remove_nodes_from)(chosen)
            if not nx.has_path(left, source, target):
                return number
    return None


@pytest.mark.parametrize("what", ["edges", "nodes"])
@pytest.mark.parametrize("number", range(40))
def test_every_path_round_cycles_is_cut_by_the_fewest(number: int, what: str) -> None:
    r = Random(number)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(5))
    graph.add_weighted_edges_from((r.randrange(5), r.randrange(5), r.choice([2, -3])) for _ in range(9))
    known = fewest_apart(graph, 0, 4, what)
    policy = r.choice(["raise", "solve", "reduced-form", "collapse"])
    if known is None:
        with pytest.raises(gd.errors.UsageError, match="no set of nodes does it"):
            gd.cut(graph, 0, 4, what=what, cycles=policy)
        return
    found = gd.cut(graph, 0, 4, what=what, cycles=policy)
    assert (len(found.removed), found.after) == (known, 0)
    left = graph.copy()
    (left.remove_edges_from if what == "edges" else left.remove_nodes_from)(found.removed)
    assert not nx.has_path(left, 0, 4)
    assert str(found)
    assert found.to_dict()["at_least"] == known or not known


def test_an_edge_that_is_cut_says_its_kind_as_why_does() -> None:
    graph = nx.DiGraph([("a", "b", {"kind": "local"}), ("b", "c", {"kind": "runtime"})], edge_meaning="imports")
    done = gd.cut(graph, "a", "b", weight=None)
    assert "\n  a -> b (local)  " in str(done)
    assert done.to_dict()["removed"][0]["kind"] == "local"
    bare = gd.cut(gd.compile(graph, weight=None), "a", "b")
    assert "a -> b (local)" not in str(bare)
    assert "kind" not in bare.to_dict()["removed"][0]
    assert str(bare.asking(graph)) == str(done)
    nodes = gd.cut(graph, "a", "c", what="nodes", weight=None)
    assert nodes.asking(graph) is nodes


def test_a_cut_round_cycles_says_that_it_has_no_total() -> None:
    graph = weighted([("s", "a", 2), ("a", "b", 3), ("b", "a", 1), ("b", "t", 5), ("a", "t", 7)])
    found = gd.cut(graph, "s", "t")
    assert (found.removed, found.before, found.after, found.n_paths) == ([("s", "a")], None, 0, None)
    assert "s leads to t by paths with cycles on the way (to cut every path needs no total).\n" in str(found)
    assert str(found).endswith("cut 1 of the 5 edges between them:\n  edges\n  s -> a\nFewer cannot do it.")
    assert repr(found) == "<cut of 1 edge>"
    assert found.to_dict()["removed"] == [{"source": "s", "target": "a", "alone": None, "left": None}]
    assert gd.cut(graph, "a", "b", cycles="collapse").removed == [("a", "b")]


def test_a_part_of_a_total_needs_the_total() -> None:
    graph = weighted([("s", "a", 2), ("a", "a", 3), ("a", "t", 1)])
    with pytest.raises(CycleError, match="the graph has a cycle: a -> a"):
        gd.cut(graph, "s", "t", part=0.5)
    assert gd.cut(graph, "s", "t", part=0.5, cycles="collapse").before == 2


def test_where_no_cycle_lies_between_the_cut_has_its_totals() -> None:
    graph = weighted(
        [("s", "t", 2), ("s", "u", 3), ("u", "t", 1), ("t", "x", 1), ("x", "t", 1), ("c", "c", 1), ("c", "s", 1)]
    )
    graph.remove_edge("x", "t")
    for policy in ("raise", "collapse", "solve", "reduced-form"):
        found = gd.cut(graph, "s", "t", cycles=policy)
        assert (found.before, found.after, found.n_paths) == (5, 0, 2)


def left_of_all(graph: nx.MultiDiGraph, gone: set[Any]) -> Fraction:
    """Return the sum over the paths from nodes that are no leaves to leaves, none of whose nodes is gone."""
    leaves = [node for node in graph if not graph.out_degree(node)]
    starts = [node for node in graph if graph.out_degree(node)]
    rest = graph.copy()
    rest.remove_nodes_from(gone)
    pairs = [(start, leaf) for start in starts for leaf in leaves if not gone & {start, leaf}]
    return sum((path_sum(rest, *pair) for pair in pairs), start=Fraction(0))


@settings(max_examples=60)
@given(graph=dags(POSITIVE, max_edges=9, max_nodes=6), part=st.sampled_from([0.3, 0.5, 0.9]), exact=st.booleans())
def test_without_which_nodes_most_of_all_paths_are_lost(graph: nx.MultiDiGraph, part: float, exact: bool) -> None:
    total = left_of_all(graph, set())
    assume(total)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(removal, "MAX_EXACT", 20 if exact else 0)
        found = gd.cut(graph, gd.NODES, gd.LEAVES, part=part, what="nodes")
    most = total * (1 - Fraction(str(part)))
    sizes = (
        size for size in range(len(graph) + 1)
        for gone in combinations(graph, size) if left_of_all(graph, set(gone)) <= most
    )  # fmt: skip
    assert found.before == total
    assert found.after == left_of_all(graph, set(found.removed)) <= most
    assert found.at_least is not None
    assert found.at_least <= next(sizes) <= len(found.removed)


def test_a_cycle_that_counts_as_one_node_may_go_where_all_paths_are_asked_for() -> None:
    graph = nx.DiGraph([("app", "c"), ("web", "c"), ("c", "d"), ("d", "c"), ("d", "e"), ("app", "f")])
    found = gd.cut(graph, gd.NODES, gd.LEAVES, part=0.5, what="nodes", weight=gd.weights.even, cycles="collapse")
    assert (found.before, found.removed) == (4, [frozenset("cd")])
    found = gd.cut(graph, gd.NODES, ["e"], part=0.9, what="nodes", weight=gd.weights.even, cycles="collapse")
    assert (found.before, len(found.removed)) == (3.5, 1)
    assert str(found).startswith("All nodes lead to e by 4 paths")


def test_negative_weights_are_refused_by_name_where_a_part_of_all_paths_is_asked_for() -> None:
    graph = weighted([("a", "b", 1), ("b", "c", -1), ("a", "c", 3), ("b", "d", 2), ("c", "d", 1)])
    with pytest.raises(UsageError, match="where no weight is negative: 'b' -> 'c' has -1"):
        gd.cut(graph, gd.NODES, "d", part=0.9)
    assert sorted(gd.cut(graph, gd.NODES, "d").removed) == [("b", "d"), ("c", "d")]


@pytest.mark.parametrize("part", [0.7, None])
@pytest.mark.parametrize("what", ["edges", "nodes"])
@pytest.mark.parametrize("signed", [False, True])
def test_kernels_levels_and_python_take_the_same_away(
    what: str, part: float | None, signed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Random(3)
    edges = {tuple(sorted(chance.sample(range(60), 2))): chance.uniform(-signed, 1) for _ in range(400)}
    graph = weighted([(tail, head, weight) for (tail, head), weight in edges.items()])
    cuts = []
    for pays, edges_of_a_step in [(False, 10**9), (False, 0), (True, 0)]:
        if pays:
            pytest.importorskip("numba")
        monkeypatch.setattr(levels, "pays", lambda visits, pays=pays: pays)
        monkeypatch.setattr(levels, "LEVEL", edges_of_a_step)
        cuts.append(gd.cut(graph, 0, 59, part=part, what=what))
    for other in cuts[1:]:
        assert other.removed == cuts[0].removed
        for kind in ("left", "alone"):
            values = ([getattr(stroke, kind) for stroke in each.strokes] for each in (other, cuts[0]))
            assert next(values) == pytest.approx(next(values), rel=1e-12, abs=1e-12)


def test_a_target_that_is_named_stays_also_where_all_nodes_may_go() -> None:
    graph = nx.DiGraph([("a", "b"), ("c", "b"), ("d", "b"), ("a", "c")])
    found = gd.cut(graph, gd.NODES, "b", part=0.5, what="nodes", weight=gd.weights.even)
    assert found.removed == ["c"]
    assert found.kept == {"b": "target"}
    assert gd.cut(graph, gd.NODES, gd.LEAVES, part=0.5, what="nodes", weight=gd.weights.even).removed == ["b"]


def test_the_whole_of_a_total_is_all_of_it_however_small_a_path() -> None:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("s", "a", 1e12), ("s", "b", 1e-3), ("a", "t", 1.0), ("b", "t", 1.0)])
    found = gd.cut(graph, "s", "t", part=1)
    assert len(found.removed) == len(gd.cut(graph, "s", "t").removed) == 2


@pytest.mark.parametrize("what", ["edges", "nodes"])
@pytest.mark.parametrize("everywhere", [False, True])
def test_arrays_take_each_stroke_that_takes_most_of_what_is_left(
    what: str, everywhere: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(levels, "pays", lambda visits: False)
    monkeypatch.setattr(levels, "LEVEL", 0)
    for seed in range(12):
        graph = with_parallel_edges(Random(seed), 0 if everywhere else -1)
        ends = (gd.NODES, gd.LEAVES) if everywhere else (0, 11)
        candidates = sorted(graph.edges(keys=True) if what == "edges" else set(graph) - {0, 11}, key=repr)
        chosen = Random(seed).sample(candidates, min(len(candidates), 9))
        lies = _lying(gd.compile(graph), *ends, True)
        search = removal.Search(lies, what, flow_through(lies).total, not everywhere, everywhere)
        chosen = [label for label in chosen if label in search.candidates]
        assert Among.of(search, chosen) is not None
        check_strokes(graph, what, ends, strokes(search, chosen), search.total)


def with_parallel_edges(chance: Random, lowest: float) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    for _ in range(45):
        tail, head = sorted(chance.sample(range(12), 2))
        graph.add_edge(tail, head, weight=chance.uniform(lowest, 1))
    return graph


def check_strokes(graph: nx.MultiDiGraph, what: str, ends: tuple[Any, Any], made: list[Stroke], total: float) -> None:
    """Look whether each takes away what it says, and none of those that wait takes more."""

    def left(gone: list[Any]) -> float:
        rest = left_without(graph, gone, what, ends)
        if ends == (0, 11):
            return float(path_sum(rest, *ends))
        leaves = {node for node in graph if not graph.out_degree(node)}
        pairs = ((source, leaf) for source in set(rest) - leaves for leaf in leaves & set(rest))
        return float(sum(path_sum(rest, *pair) for pair in pairs))

    sign, gone, before = (1 if total >= 0 else -1), [], left([])
    assert total == pytest.approx(before)
    for place, stroke in enumerate(made):
        after = left([*gone, stroke.item])
        assert stroke.left == pytest.approx(after, abs=1e-12)
        assert stroke.alone == pytest.approx(total - left([stroke.item]), abs=1e-12)
        others = (left([*gone, other.item]) for other in made[place + 1 :])
        assert all(sign * after <= sign * other + 1e-12 for other in others)
        gone.append(stroke.item)


@pytest.mark.parametrize("looped", [False, True])
def test_a_cut_prints_what_a_screen_has_room_for_or_as_many_rows_as_wanted(looped: bool) -> None:
    graph = weighted([("s", n, 1) for n in range(40)] + [(n, m, 1) for n in range(40) for m in ("x", "y")])
    graph.add_edges_from([("x", "t", {"weight": 1}), ("y", "t", {"weight": 1})])
    graph.add_edges_from([(0, 1, {"weight": 1}), (1, 0, {"weight": 1})] if looped else [])
    found = gd.cut(graph, "s", ["x", "y"])
    assert len(found.strokes) == 40
    assert len(str(found).split("\n")) <= 36
    assert "\n  … 15 more\nFewer cannot do it: 40 paths" in str(found)
    assert "\n  … 38 more: --top 40\n" in found.text(2, ": --top 40")
    assert str(found).count("\n  s -> ") == 25
    assert found.text(2).count("\n  s -> ") == 2
    assert found.text(40).count("\n  s -> ") == 40
    assert "more" not in found.text(40)
    assert len(found.to_dict()["removed"]) == 40


def test_totals_among_strokes_that_no_float_holds_are_left_to_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "pays", lambda visits: False)
    monkeypatch.setattr(levels, "LEVEL", 0)
    graph = weighted([("s", "a", 1e-200), ("a", "b", 1e200), ("b", "c", 1e200), ("c", "t", 1e-200), ("s", "t", 3.0)])
    lies = _lying(gd.compile(graph), "s", "t", True)
    search = removal.Search(lies, "edges", flow_through(lies).total)
    chosen = [("s", "a"), ("c", "t"), ("s", "t")]
    assert search.arrays is not None
    assert Among.of(search, chosen) is None
    made = strokes(search, chosen)
    assert [stroke.item for stroke in made] == [("s", "t"), ("s", "a"), ("c", "t")]
    assert [stroke.left for stroke in made] == pytest.approx([1, 0, 0])
    assert strokes(search, []) == []
