"""Whole paths gained and lost, by the edge at which each begins to differ: against all paths listed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.change.gains import Gains

NODES = "abcdef"
EDGES = [(u, v) for u in NODES for v in NODES if u < v]


@st.composite
def pairs(draw: Any) -> tuple[nx.MultiDiGraph, nx.MultiDiGraph]:
    """Draw two graphs without cycles of the same nodes, with parallel edges."""
    common = draw(st.lists(st.sampled_from(EDGES), max_size=8))
    graphs = []
    for _ in range(2):
        graph = nx.MultiDiGraph(draw(st.lists(st.sampled_from(common), max_size=8)) if common else [])
        graph.add_nodes_from(NODES)
        graph.add_edges_from(draw(st.lists(st.sampled_from(EDGES), max_size=5)))
        graphs.append(graph)
    return graphs[0], graphs[1]


def listed(graph: nx.MultiDiGraph) -> list[list[tuple[str, str, int]]]:
    """Return the paths from a to f, each as its edges."""
    return [list(path) for path in nx.all_simple_edge_paths(graph, "a", "f")]


@given(graphs=pairs())
def test_each_path_counts_once_where_it_begins_to_differ(graphs: tuple[nx.MultiDiGraph, nx.MultiDiGraph]) -> None:
    before, after = graphs
    found = gd.compare(before, after, "a", "f", weight=None)
    assert found.gains is not None
    first: Counter[tuple[str, str]] = Counter()
    through: Counter[tuple[str, str]] = Counter()
    joint: Counter[tuple[str, str]] = Counter()
    for graph, other, sign in ((after, before, 1), (before, after, -1)):
        for path in listed(graph):
            # Of parallel edges the last ones are those that only this graph has: keys count from 0.
            own = [(u, v) for u, v, key in path if key >= other.number_of_edges(u, v)]
            if own:
                first[own[0]] += sign
                joint[own[0]] += len(own) > 1
                for edge in own:
                    through[edge] += sign
    gains = found.gains
    edges = [found.sweeps.matched.edge_label(edge)[:2] for edge in range(len(gains.paths))]
    assert dict(zip(edges, gains.paths, strict=True)) == {edge: first[edge] for edge in edges}
    assert dict(zip(edges, gains.through, strict=True)) == {edge: through[edge] for edge in edges}
    assert set(first) <= set(edges)
    assert found.paths is not None
    assert sum(n for n in gains.paths if n > 0) == found.paths.gained
    assert -sum(n for n in gains.paths if n < 0) == found.paths.lost
    for edge in gains.largest:
        gain = gains.gain(edge)
        assert (gain.joint, bool(gain.others)) == (joint[edges[edge]], joint[edges[edge]] > 0)


@pytest.fixture
def joint() -> gd.Comparison:
    before = nx.DiGraph([("s", "a"), ("a", "t"), ("b", "t"), ("s", "x"), ("x", "t")])
    after = nx.DiGraph([("s", "a"), ("a", "t"), ("a", "b"), ("b", "t"), ("b", "c"), ("c", "t")])
    return gd.compare(before, after, "s", "t", weight=None)


def test_no_half_of_a_path_is_printed_and_joint_changes_are_said_together(joint: gd.Comparison) -> None:
    text = str(joint)
    assert "  + a -> b  added    +2  1 of them together with b -> c" in text
    assert "  - s -> x  removed  -1  together with x -> t" in text
    assert "1/2" not in text
    assert "they share their joint change" not in text
    assert joint.attribution["c", "t"] == pytest.approx(0.5)  # which is the mean of both orders, as ever


def test_markdown_the_picture_and_json_have_whole_paths_too(joint: gd.Comparison) -> None:
    from graphdiff.change.markdown import comparison_markdown

    assert "| + | `a -> b` | added | +2 `1 of them together with b -> c` |" in comparison_markdown([joint])
    drawn = {(u, v): data.get("change") for u, v, data in joint.to_networkx().edges(data=True)}
    assert (drawn["a", "b"], drawn["b", "c"], drawn["s", "x"], drawn["x", "t"]) == (2, 1, -1, -1)
    assert joint.to_dict()["paths_by_edge"] == [
        {"source": "a", "target": "b", "status": "added", "paths": 2},
        {"source": "s", "target": "x", "status": "removed", "paths": -1},
    ]


@pytest.mark.parametrize(
    ("before", "after"), [(["ab"], ["ab", "ac", "cf", "bf"]), (["ab", "bf"], ["bf"]), ([], ["af"])]
)
def test_ends_that_one_graph_has_not(before: list[str], after: list[str]) -> None:
    found = gd.compare(nx.DiGraph(before), nx.DiGraph(after), "a", "f", weight=None)
    assert found.gains is not None
    assert sum(found.gains.paths) == found.change


@pytest.mark.parametrize(
    ("ends", "options"),
    [
        (("a", "f"), {"weight": gd.weights.even}),
        (("a", {"f": 2}), {"weight": None}),
        (("a", "f"), {"weight": None, "cycles": "solve"}),
    ],
    ids=["other weights", "seeds", "walks"],
)
def test_what_is_no_number_of_paths_has_none(ends: Any, options: Any) -> None:
    before, after = nx.DiGraph([("a", "b"), ("b", "f")]), nx.DiGraph([("a", "b"), ("b", "f"), ("a", "f")])
    if options.get("cycles"):
        for graph in (before, after):
            graph.add_edge("b", "b", weight=0.5)
        options |= {"weight": lambda u, v, data: data.get("weight", 1)}
    found = gd.compare(before, after, *ends, **options)
    assert found.gains is None
    assert "paths_by_edge" not in found.to_dict()
    assert Gains.of(found.sweeps) is None
