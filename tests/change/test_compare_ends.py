"""Ends of every kind in `compare`: a node, a list, a mapping of seeds, all roots and all leaves.

The oracle is the same question on copies of both graphs, made here by networkx, with a node before the sources and one
behind the targets, whose edges have the seeds for weights. An end that a graph has not stands alone in its copy.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
import scipy.sparse
import sympy
from graphs import engine
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.change.compare import weighted as pairs_of
from graphdiff.change.markdown import comparison_markdown
from graphdiff.errors import SameComponentError, UnknownNodeError, UsageError

#: Of both graphs 0, 1 and 8 are roots and 6, 7 are leaves; of the one after 9 is a root and 3 a leaf.
OLD = [
    (0, 2, 2),
    (1, 2, -3),
    (1, 3, 5),
    (0, 1, 7),
    (2, 4, 11),
    (3, 4, -13),
    (3, 5, 17),
    (4, 5, 19),
    (4, 6, 31),
    (8, 7, 3),
]
NEW = [
    (0, 2, 2),
    (1, 2, 4),
    (1, 3, 5),
    (2, 4, 11),
    (4, 5, 23),
    (2, 5, -6),
    (4, 6, 31),
    (8, 7, 2),
    (9, 4, 29),
    (5, 7, 8),
]

KINDS: dict[str, Callable[[int], Any]] = {
    "ints": int, "floats": lambda w: w / 8, "fractions": lambda w: Fraction(w, 3), "complex": lambda w: complex(w, 1),
}  # fmt: skip

SOURCES: dict[str, Any] = {
    "node": 1, "list": [1, 0, 8], "seeds": {0: 3, 8: -2}, "a new one too": {9: 5, 1: 2}, "ROOTS": gd.ROOTS,
}  # fmt: skip
TARGETS: dict[str, Any] = {
    "node": 5, "list": [5, 4], "seeds": {5: 2, 6: -1, 4: 4}, "LEAVES": gd.LEAVES, "a set": {6, 7},
}  # fmt: skip

QUESTIONS = pytest.mark.parametrize(
    ("source", "target"),
    [pytest.param(s, t, id=f"{n} to {m}") for n, s in SOURCES.items() for m, t in TARGETS.items()],
)


def graphs_of(kind: str, *, multi: bool = False) -> tuple[nx.DiGraph, nx.DiGraph]:
    made = []
    for edges in (OLD, NEW):
        graph: nx.DiGraph = nx.MultiDiGraph() if multi else nx.DiGraph()
        graph.add_nodes_from(sorted({node for edge in edges for node in edge[:2]}))
        for tail, head, weight in edges:
            graph.add_edge(tail, head, weight=KINDS[kind](weight))
            if multi and weight > 9:
                graph.add_edge(tail, head, weight=KINDS[kind](-2))
        made.append(graph)
    return made[0], made[1]


def boundary(graph: nx.DiGraph, end: Any) -> set[Any]:
    """Return the members of all components that nothing enters, or that nothing leaves."""
    quotient = nx.condensation(nx.DiGraph(graph))
    degree = quotient.in_degree if end is gd.ROOTS else quotient.out_degree
    return {node for number in quotient if not degree(number) for node in quotient.nodes[number]["members"]}


def seeds(graphs: tuple[nx.DiGraph, nx.DiGraph], end: Any) -> dict[Any, Any]:
    """Return an end as a mapping, by other means than the library's."""
    if isinstance(end, dict):
        return end
    if end is gd.ROOTS or end is gd.LEAVES:
        return dict.fromkeys(sorted(boundary(graphs[0], end) | boundary(graphs[1], end)), 1)
    return dict.fromkeys(end if isinstance(end, (list, set)) else [end], 1)


def extended(graphs: tuple[nx.DiGraph, nx.DiGraph], source: Any, target: Any) -> list[nx.MultiDiGraph]:
    """Return both graphs with a super source and a super sink."""
    ends = [seeds(graphs, source), seeds(graphs, target)]
    copies = [nx.MultiDiGraph(graph) for graph in graphs]
    for copy in copies:
        copy.add_edges_from(("SOURCE", node, {"weight": seed}) for node, seed in ends[0].items())
        copy.add_edges_from((node, "TARGET", {"weight": seed}) for node, seed in ends[1].items())
    return copies


def given_as(form: str, graph: nx.DiGraph) -> Any:
    if form == "networkx":
        return graph
    if form == "compiled":
        return gd.compile(graph)
    edges = list(graph.edges(data="weight"))
    tails, heads, weights = zip(*edges, strict=True)
    if form == "scipy":
        return gd.compile(scipy.sparse.csr_array((weights, (tails, heads)), shape=(len(graph), len(graph))))
    return gd.CompiledGraph.from_arrays(tails, heads, weights)


def close(number: Any, expected: Any) -> bool:
    if isinstance(number, (float, complex)):
        return abs(number - expected) <= 1e-9 * max(1, abs(expected))
    return bool(number == expected)


@QUESTIONS
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["networkx", "multigraph", "compiled", "arrays", "scipy"])
def test_a_comparison_is_that_of_a_super_source_and_sink(source: Any, target: Any, kind: str, form: str) -> None:
    if form == "scipy" and kind == "fractions":
        pytest.skip("a sparse matrix holds no fractions")
    graphs = graphs_of(kind, multi=form == "multigraph")
    asked = [given_as("networkx" if form == "multigraph" else form, graph) for graph in graphs]
    if form == "arrays":  # where positions are labels, and a graph without 9 has none behind 8
        assert [graph.n_nodes for graph in asked] == [9, 10]
    found = gd.compare(asked[0], asked[1], source, target)
    expected = gd.compare(*extended(graphs, source, target), "SOURCE", "TARGET")
    ends = seeds(graphs, source), seeds(graphs, target)
    for graph, total in zip(graphs, (found.before, found.after), strict=True):
        pairs = [(s, t, a * b) for s, a in ends[0].items() for t, b in ends[1].items() if s in graph and t in graph]
        assert close(total, sum(gd.total_influence(graph, s, t) * seed for s, t, seed in pairs))
    assert close(found.change, expected.change)
    assert close(found.remainder, 0)
    assert found.remainder_bound is not None
    assert abs(found.remainder) <= found.remainder_bound
    for name in ("attribution", "attribution_before_after", "attribution_after_before"):
        here, there = getattr(found, name), getattr(expected, name)
        assert set(here) == set(there)
        assert all(close(here[edge], there[edge]) for edge in here)
    assert found.paths == expected.paths
    assert found.in_series == expected.in_series
    assert all(known is not None for known in found.certificates)
    assert close(found.certificates[0].value, found.before)
    assert close(found.certificates[1].abs_sum, expected.certificates[1].abs_sum)


@QUESTIONS
def test_sets_and_outputs(source: Any, target: Any) -> None:
    graphs = graphs_of("ints")
    found = gd.compare(*graphs, source, target)
    reached = [
        set().union(*({node, *nx.descendants(graph, node)} for node in seeds(graphs, source) if node in graph))
        for graph in graphs
    ]
    assert {entry.node for entry in found.difference.appeared} == reached[1] - reached[0]
    assert {entry.node for entry in found.difference.gone} == reached[0] - reached[1]
    record = found.to_dict()
    assert set(record["source"] if isinstance(record["source"], (list, dict)) else [record["source"]]) == (
        {"roots"} if source is gd.ROOTS else set(map(str, seeds(graphs, source)))
    )
    assert "TARGET" not in str(found)
    for text in (str(found), comparison_markdown([found]), repr(found)):
        assert text
    drawn = found.to_networkx()
    among = drawn.graph["source"]
    assert set(among if isinstance(among, list) else [among]) == set(seeds(graphs, source))


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["networkx", "compiled", "arrays"])
def test_all_totals_of_one_end(source: Any, kind: str, form: str) -> None:
    """From the sources, and towards them in the graphs turned round; the ends themselves are left out."""
    graphs = graphs_of(kind)
    own = seeds(graphs, source)
    turned = tuple(graph.reverse() for graph in graphs)
    for towards, some in ((False, graphs), (True, turned)):
        end = source if not (towards and source is gd.ROOTS) else gd.LEAVES
        asked = [given_as(form, graph) for graph in some]
        found = gd.compare(*asked, target=end) if towards else gd.compare(*asked, end)
        for node in set(graphs[0]) | set(graphs[1]):
            totals = [
                sum(gd.total_influence(graph, s, node) * seed for s, seed in own.items() if s in graph)
                if node in graph
                else 0
                for graph in graphs
            ]
            assert close(found[node], totals[1] - totals[0])
            if node not in own and any(totals):
                assert close(found.comparison(node).change, totals[1] - totals[0])
        assert not set(found) & set(own)
        assert str(found)
        assert found.to_dict()["towards"] is towards
        assert comparison_markdown([found])


def test_one_node_in_a_list_is_that_node() -> None:
    graphs = graphs_of("floats")
    alone, listed, seeded = (gd.compare(*graphs, *ends) for ends in ((1, 5), ([1], [5]), ({1: 1}, {5: 1})))
    for found in (listed, seeded):
        assert (found.before, found.after, found.paths) == (alone.before, alone.after, alone.paths)
        assert dict(found.attribution) == dict(alone.attribution)
        assert found.places == alone.places
    assert listed.missing == alone.missing == []


def test_an_end_that_a_graph_has_not_counts_0_there_and_is_told() -> None:
    graphs = graphs_of("ints")
    found = gd.compare(*graphs, {9: 5, 1: 2}, [5, 4])
    assert found.missing == ["the graph before has no 9: it counts 0 there"]
    assert gd.compare(*graphs, [9], [5]).missing == ["the graph before has no 9: its total there is 0"]
    assert gd.compare(*graphs, gd.ROOTS, 5).missing == []
    assert gd.compare(*graphs, [9], [5]).before == 0
    new_at_both_ends = gd.compare(*graphs, {9: 3, 1: 1}, {9: 7})
    assert (new_at_both_ends.before, new_at_both_ends.after, new_at_both_ends.remainder) == (0, 21, 21)


def test_roots_are_those_of_either_graph() -> None:
    """1 is a root only after, and counts before too, where 0 leads to it."""
    graphs = graphs_of("ints")
    found = gd.compare(*graphs, gd.ROOTS, 5)
    listed = gd.compare(*graphs, [0, 1, 8, 9], 5)
    assert (found.before, found.after) == (listed.before, listed.after)
    assert "From the roots to 5" in str(found)
    assert found.places == (None, None)


def test_symbols() -> None:
    a, b, c = sympy.symbols("a b c")
    old, new = nx.DiGraph(), nx.DiGraph()
    old.add_weighted_edges_from([("x", "t", a), ("y", "t", b)])
    new.add_weighted_edges_from([("x", "t", a), ("y", "t", c)])
    found = gd.compare(old, new, {"x": 2, "y": a}, ["t"])
    assert sympy.simplify(found.change - a * (c - b)) == 0
    assert sympy.simplify(found.attribution["y", "t"] - found.change) == 0


def test_seeds_are_in_the_arithmetic_of_each_graph_and_weighting() -> None:
    """What is looked for once, whatever the weights, has the seeds of none of them."""
    graphs = graphs_of("ints")
    weightings = [
        tuple(gd.compile(graph, weight=weight) for graph in graphs)
        for weight in ("weight", gd.weights.even, gd.weights.unit)
    ]
    source = {1: Fraction(1, 3), 8: Fraction(1, 7)}
    for pair, (before, after) in zip(pairs_of(graphs, weightings, {}), weightings, strict=True):
        found, expected = pair.comparison(source, [5, 7]), gd.compare(before, after, source, [5, 7])
        assert type(found.before) is type(expected.before)
        assert (found.before, found.after) == (expected.before, expected.after)
        assert found.certificates == expected.certificates
        assert pair.comparison({1: 1}, 5).before == gd.total_influence(before, 1, 5)
        assert type(pair.comparison({1: 1.0}, 5).before) is float
        assert found.to_dict()["source"]


@pytest.mark.parametrize("cycles", ["collapse", "solve"])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_round_cycles(cycles: Any, data: st.DataObject) -> None:
    """The change is the sum of those of single pairs, and the parts add up to it."""
    size = 6
    pairs = st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=9)
    graphs = []
    for _ in range(2):
        graph = nx.MultiDiGraph()
        graph.add_nodes_from(range(size))
        drawn = data.draw(pairs)
        graph.add_edges_from((*pair, {"weight": Fraction(place % 5 - 2, 17)}) for place, pair in enumerate(drawn))
        graphs.append(graph)
    ends = [data.draw(st.dictionaries(st.integers(0, size - 1), st.integers(-3, 3), min_size=1)) for _ in range(2)]
    try:
        single = [
            (gd.compare(*graphs, s, t, cycles=cycles), a * b) for s, a in ends[0].items() for t, b in ends[1].items()
        ]
    except SameComponentError:
        with pytest.raises(SameComponentError, match="which cannot tell them apart"):
            gd.compare(*graphs, *ends, cycles=cycles)
        return
    found = gd.compare(*graphs, *ends, cycles=cycles)
    assert found.before == sum(one.before * seed for one, seed in single)
    assert found.after == sum(one.after * seed for one, seed in single)
    assert found.attribution.total == found.change
    for edge in found.attribution:
        assert found.attribution[edge] == sum(one.attribution[edge] * seed for one, seed in single)
    if cycles == "collapse":
        assert found.paths is not None
        assert found.paths.after == sum(one.paths.after for one, _ in single)


def test_a_collapsed_cycle_without_a_way_in_is_one_root() -> None:
    old = nx.DiGraph([("a", "b"), ("b", "a"), ("b", "t"), ("x", "t")])
    new = nx.DiGraph([("a", "b"), ("b", "t"), ("x", "t"), ("x", "y")])
    found = gd.compare(old, new, gd.ROOTS, "t", weight=None, cycles="collapse")
    assert (found.before, found.after) == (2, 2)
    assert (gd.total_influence(old, gd.ROOTS, "t", weight=None, cycles="collapse")) == 2
    named = gd.compare(old, new, ["a", "b", "x"], "t", weight=None, cycles="collapse")
    assert (named.before, named.after) == (3, 3)
    assert gd.compare(old, old, gd.ROOTS, gd.LEAVES, weight=None, cycles="collapse").before == 2


@pytest.mark.parametrize("name", ["plain Python", "kernels"])
def test_both_engines(name: str) -> None:
    graphs = graphs_of("floats")
    with engine(name):
        found = gd.compare(*graphs, {0: 0.5, 9: -1.25, 1: 2}, {5: 1.5, 7: 1})
        assert found.remainder == pytest.approx(0, abs=1e-9)
        expected = gd.compare(*extended(graphs, {0: 0.5, 9: -1.25, 1: 2}, {5: 1.5, 7: 1}), "SOURCE", "TARGET")
        assert found.change == pytest.approx(expected.change)


def test_what_is_wrong_with_an_end_is_said() -> None:
    graphs = graphs_of("ints")
    with pytest.raises(UnknownNodeError, match="no node 77"):
        gd.compare(*graphs, [1, 77], 5)
    with pytest.raises(UsageError, match="the node 1 stands twice; a mapping gives each node its seed"):
        gd.compare(*graphs, [1, 0, 1], 5)
    with pytest.raises(UsageError, match="the seed nan is not a finite number"):
        gd.compare(*graphs, {1: float("nan")}, 5)
    old, new = nx.DiGraph([("a", "t")]), nx.DiGraph([("b", "t")])
    with pytest.raises(UsageError, match="the node 'b' stands twice"):
        gd.compare(old, new, ["a", "b"], "t", match={"a": "b"}, weight=None)


def test_a_string_is_one_node() -> None:
    old, new = nx.DiGraph([("ab", "t"), ("a", "t")]), nx.DiGraph([("ab", "t"), ("b", "t")])
    assert gd.compare(old, new, "ab", "t", weight=None).change == 0
    assert gd.compare(old, new, ["a", "b"], "t", weight=None).missing == [
        "the graph before has no b: it counts 0 there",
        "the graph after has no a: it counts 0 there",
    ]


def test_a_graph_without_edges_takes_the_arithmetic_of_the_other() -> None:
    old, new = nx.DiGraph([("a", "t")]), nx.DiGraph()
    old.remove_edge("a", "t")
    new.add_edge("a", "t", weight=0.5)
    found = gd.compare(old, new, {"a": Decimal("0.5"), "t": Decimal(2)}, {"t": Decimal(3)})
    assert (found.before, found.after, found.remainder) == (6.0, 6.75, 0.0)
    assert {type(number) for number in (found.before, found.after, found.change)} == {float}
    assert str(found)


@pytest.mark.parametrize(
    ("weight", "seed", "options", "kind"),
    [
        (2, 0.5, {}, float),
        (2, Fraction(1, 3), {}, Fraction),
        (2, Decimal("0.1"), {}, Decimal),
        (2, Decimal("0.1"), {"exact": True}, Fraction),
        (2, Decimal("0.1"), {"cycles": "solve"}, Fraction),
        (Fraction(1, 3), 0.5, {}, float),
        (0.5, Fraction(1, 3), {"exact": True}, Fraction),
        (0.5, 1j, {}, complex),
        (Decimal("0.5"), 3, {}, Decimal),
    ],
)
def test_seeds_of_other_kinds(weight: Any, seed: Any, options: Any, kind: type) -> None:
    """A node only after, a cycle on the way where it is solved, weights on a chain: all outputs are there."""
    old, new = nx.DiGraph(), nx.DiGraph()
    old.add_weighted_edges_from([("a", "b", weight), ("b", "t", weight)])
    new.add_weighted_edges_from([("a", "b", weight), ("b", "t", 2 * weight), ("n", "b", weight)])
    if options.get("cycles"):
        for graph in (old, new):
            graph.add_edge("b", "c", weight=0 * weight)
            graph.add_edge("c", "b", weight=weight)
    found = gd.compare(old, new, {"a": seed, "n": seed}, {"t": seed, "b": 1}, **options)
    expected = [
        sum(gd.total_influence(graph, s, {"t": seed, "b": 1}, **options) for s in "an" if s in graph)
        for graph in (old, new)
    ]
    exact = Fraction(seed) if kind is Fraction else seed
    assert type(found.after) is kind
    assert (close(found.before, expected[0] * exact), close(found.after, expected[1] * exact)) == (True, True)
    assert abs(found.remainder) <= (found.remainder_bound or 0)
    assert found.to_dict()
    assert str(found)


def test_no_bound_is_told_where_fractions_meet_a_float_seed_round_a_cycle() -> None:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("a", "b", Fraction(1, 3)), ("b", "a", Fraction(1, 3)), ("b", "t", 1)])
    found = gd.compare(graph, graph, {"a": 0.1}, ["t"], cycles="solve")
    assert found.certificates == (None, None)
    assert gd.explain(graph, {"a": 0.1}, "t", cycles="solve").certificate is None


def test_of_all_nodes_each_counts_merged_or_not() -> None:
    old = nx.DiGraph([("app", "c"), ("c", "d"), ("d", "c"), ("d", "t"), ("app", "t")])
    new = old.copy()
    new.add_edges_from([("app", "x"), ("x", "t")])
    found = gd.compare(old, new, gd.NODES, "t", weight=gd.weights.even, cycles="collapse")
    assert (found.before, found.after) == (len(old), len(new))  # each unit reaches t


def test_the_totals_of_all_nodes_are_of_each_of_them() -> None:
    old, new = (nx.DiGraph() for _ in range(2))
    old.add_weighted_edges_from(OLD)
    new.add_weighted_edges_from(NEW)
    found = gd.compare(old, new, gd.NODES)
    inverses = [
        np.linalg.inv(np.eye(10) - nx.to_numpy_array(graph, nodelist=range(10)))
        for graph in (nx.compose(nx.empty_graph(10, nx.DiGraph), graph) for graph in (old, new))
    ]
    present = [np.array([node in graph for node in range(10)]) for graph in (old, new)]
    before, after = (there @ inverse * there for there, inverse in zip(present, inverses, strict=True))
    assert {node: round(found[node]) for node in found} == dict(enumerate(np.rint(after - before).astype(int).tolist()))
    assert "no total changed" not in str(found)
