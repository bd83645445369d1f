"""Which edges differ between two graphs: against Counters of edges, in both engines and on threads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import ENGINES, engine
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff import kernels
from graphdiff.change.match import Matched, in_either, matched, named_pair
from graphdiff.errors import UnknownNodeError, UsageError

Row = tuple[str, str, Any, Any]

#: Tail, head, key and weight; few of each, so that edges meet. Keys that are texts name an edge, others do not.
NODES, KEYS = st.sampled_from("abcd"), st.sampled_from([0, 1, 2, "x", "y"])
QUARTERS = st.integers(-4, 4).map(lambda n: n / 4)
ROWS = st.lists(st.tuples(NODES, NODES, KEYS, QUARTERS), max_size=14, unique_by=lambda row: row[:3])


def graph_of(rows: Iterable[Row]) -> nx.MultiDiGraph:
    """Return a multigraph with the nodes of all graphs here."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from("abcd")
    for tail, head, key, weight in rows:
        graph.add_edge(tail, head, key=key, weight=weight)
    return graph


def match(before: Iterable[Row], after: Iterable[Row]) -> Matched:
    """Return two graphs, matched."""
    old, new = (gd.compile(graph_of(rows), cycles="solve") for rows in (before, after))
    return matched(old, new, {})


def name(row: Row) -> tuple[Any, ...]:
    """Return what an edge is matched by."""
    return row[:3] if isinstance(row[2], str) else row[:2]


def expected(before: list[Row], after: list[Row]) -> dict[Any, tuple[Any, ...]]:
    """Return the edges that differ with sums and counts, from Counters."""
    counts = [Counter(map(name, rows)) for rows in (before, after)]
    sums: list[Counter[Any]] = [Counter(), Counter()]
    for side, rows in zip(sums, (before, after), strict=True):
        for row in rows:
            side[name(row)] += row[3]
    names = dict.fromkeys(map(name, before + after))
    found = {edge: (*(s[edge] for s in sums), *(c[edge] for c in counts)) for edge in names}
    return {edge: row for edge, row in found.items() if row[0] != row[1] or row[2] != row[3]}


def rows_of(found: Matched) -> dict[Any, tuple[Any, ...]]:
    """Return the edges that differ by their labels."""
    columns = [column.tolist() for column in (*found.weights, *found.counts)]
    return {found.edge_label(edge): row for edge, row in enumerate(zip(*columns, strict=True))}


@pytest.mark.parametrize("which", ENGINES)
@given(before=ROWS, after=ROWS)
def test_the_edges_that_differ_are_those_of_two_counters(which: str, before: list[Row], after: list[Row]) -> None:
    with engine(which):
        found = match(before, after)
    assert rows_of(found) == expected(before, after)


@pytest.mark.parametrize("which", ENGINES)
@given(before=ROWS, after=ROWS)
def test_edges_without_a_counterpart_are_as_many_as_one_graph_has_more(
    which: str, before: list[Row], after: list[Row]
) -> None:
    with engine(which):
        found = match(before, after)
    counts = [Counter(map(name, rows)) for rows in (before, after)]
    for side, own, other in zip(found.sides, counts, counts[::-1], strict=True):
        edges = [side.graph.topology.edge_label(edge) for edge in side.lone.tolist()]
        assert Counter(name((*edge, 0)) for edge in edges) == own - other


@given(before=ROWS, after=ROWS)
def test_both_engines_find_the_same_edges_in_the_same_order(before: list[Row], after: list[Row]) -> None:
    found = []
    for which in ENGINES:
        with engine(which):
            one = match(before, after)
        columns = one.rows, one.tails, one.heads, *one.weights, *one.counts, *(side.lone for side in one.sides)
        found.append([column.tolist() for column in columns])
    assert found[0] == found[1]


def test_rows_say_where_the_edges_of_a_number_are() -> None:
    found = match([("a", "b", 0, 1.0)], [("a", "b", 0, 2.0), ("a", "c", 0, 1.0), ("c", "d", 0, 1.0)])
    parts = [found.tails[start:stop].tolist() for start, stop in zip(found.rows, found.rows[1:], strict=False)]
    assert parts == [[number] * len(part) for number, part in enumerate(parts)]
    assert sum(map(len, parts)) == 3


@pytest.mark.parametrize("which", ENGINES)
def test_many_parallel_edges_are_summed_one_after_the_other_in_both_graphs(which: str) -> None:
    weights = [0.1 * n for n in range(1, 40)]
    before = [("a", "b", number, weight) for number, weight in enumerate(weights)]
    with engine(which):
        assert not rows_of(match(before, [*before, ("c", "d", 0, 1.0)][:-1]))


def test_sums_that_no_machine_int_holds_are_python_s() -> None:
    found = match([("a", "b", 0, 2**62), ("a", "b", 1, 2**62)], [("a", "b", 0, Fraction(1, 3))])
    assert rows_of(found) == {("a", "b"): (2**63, Fraction(1, 3), 2, 1)}


@pytest.mark.skipif(not kernels.available(), reason="numba is not installed: no threads")
def test_on_threads_the_account_has_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    graphs: list[Any] = []
    for _ in range(2):
        tails = rng.integers(0, 90, 2_000)
        graphs.append(gd.CompiledGraph.from_arrays(tails, tails + rng.integers(1, 10, 2_000), rng.normal(size=2_000)))
    with engine("kernels"):
        alone = gd.compare(graphs[0], graphs[1], 0, 95)
        expected = alone.before, alone.after, dict(alone.attribution)
        monkeypatch.setattr("graphdiff.kernels.THREADED_VISITS", 0)
        found = gd.compare(graphs[0], graphs[1], 0, 95)
        assert (found.before, found.after, dict(found.attribution)) == expected


# ------------------------------------------------------------------------------------------ names that are given


def test_a_pair_is_parted_where_both_halves_are_nodes() -> None:
    graphs = nx.DiGraph([("a=b", "c")]), nx.DiGraph([("d=e", "c")])
    assert named_pair(graphs, "a=b=d=e") == ("a=b", "d=e")
    with pytest.raises(UnknownNodeError, match="no node 'a=b=d'"):
        named_pair(graphs, "a=b=d=x")
    with pytest.raises(UsageError, match="--match a: OLD=NEW"):
        named_pair(graphs, "a")


def test_a_name_is_looked_for_after_and_then_before() -> None:
    graphs = nx.DiGraph([("old", "both")]), nx.DiGraph([("both", "new")])
    assert [in_either(graphs, name) for name in ("old", "both", "new")] == ["old", "both", "new"]
    with pytest.raises(UnknownNodeError, match="'nee'; did you mean 'new'") as caught:
        in_either(graphs, "nee")
    assert caught.value.__cause__ is None


def test_another_weighting_keeps_the_nodes_that_are_known() -> None:
    old, new = nx.DiGraph([("a", "b"), ("a", "c")]), nx.DiGraph([("a", "b"), ("b", "c")])
    pairs = [[gd.compile(graph, weight=preset) for graph in (old, new)] for preset in (None, gd.weights.even)]
    found = matched(*pairs[0], {})
    again, expected = found.reweighted(*pairs[1]), matched(*pairs[1], {})
    assert again.before.numbers is found.before.numbers
    records = [[each.record(edge) for edge in range(len(each.tails))] for each in (again, expected)]
    assert records[0] == records[1]
    assert records[0][0]["weight_before"] == 0.5
