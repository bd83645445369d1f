"""Breaking cycles: the least weight against all orders of the nodes, and what is left has no cycle."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from graphs import weighted
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import GraphTypeError, UsageError, WeightError
from graphdiff.structure import feedback_arcs as arcs_module
from graphdiff.structure.components import Breaking, CycleReport
from graphdiff.structure.feedback_arcs import Arcs, best_order, feedback_arcs, good_order
from graphdiff.structure.girth import shortest_cycle

#: A few nodes, many edges, weights that tie and weights of 0.
ARCS = st.dictionaries(
    st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda ends: ends[0] != ends[1]),
    st.sampled_from([0.0, 0.5, 1.0, 1.0, 2.0, 7.0]),
    max_size=18,
)


def as_rows(arcs: dict[tuple[int, int], float]) -> Arcs:
    rows: Arcs = {node: {} for node in range(6)}
    for (tail, head), weight in arcs.items():
        rows[tail][head] = weight
    return rows


def least(arcs: dict[tuple[int, int], float]) -> float:
    """Return the least weight that leads back in any order of the nodes."""
    orders = (dict(zip(order, range(6), strict=True)) for order in permutations(range(6)))
    return min(sum(w for (u, v), w in arcs.items() if place[u] > place[v]) for place in orders)


@given(arcs=ARCS)
def test_the_cut_is_a_least_one(arcs: dict[tuple[int, int], float]) -> None:
    cut = feedback_arcs(as_rows(arcs))
    assert len(set(cut.arcs)) == len(cut.arcs)
    assert nx.is_directed_acyclic_graph(nx.DiGraph(arcs.keys() - set(cut.arcs)))
    assert sum(arcs[arc] for arc in cut.arcs) == least(arcs) == cut.bound


@given(arcs=ARCS)
def test_the_heuristic_cuts_all_cycles_and_its_bound_holds(arcs: dict[tuple[int, int], float]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arcs_module, "EXACT_NODES", 0)
        cut = feedback_arcs(as_rows(arcs))
    assert nx.is_directed_acyclic_graph(nx.DiGraph(arcs.keys() - set(cut.arcs)))
    assert cut.bound <= least(arcs) <= sum(arcs[arc] for arc in cut.arcs)


@given(arcs=ARCS)
def test_work_beyond_the_limit_is_left_out_and_the_cut_still_holds(arcs: dict[tuple[int, int], float]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arcs_module, "EXACT_NODES", 0)
        patch.setattr(arcs_module, "MAX_WORK", 12)
        cut = feedback_arcs(as_rows(arcs))
    assert nx.is_directed_acyclic_graph(nx.DiGraph(arcs.keys() - set(cut.arcs)))
    assert cut.bound <= least(arcs)


@given(arcs=ARCS)
def test_orders_hold_every_node_once(arcs: dict[tuple[int, int], float]) -> None:
    rows = as_rows(arcs)
    assert sorted(good_order(rows)) == sorted(best_order(rows)) == list(range(6))


def test_a_least_cut_of_eighteen_nodes_that_nothing_reduces() -> None:
    """Of a tournament made of three-cycles i -> i + 1 .. i + 8: Kotzig's bound, known by its symmetry."""
    size = 17
    ends = [(i, (i + step) % size) for i in range(size) for step in range(1, 9)]
    cut = feedback_arcs({i: {j: 1.0 for k, j in ends if k == i} for i in range(size)})
    assert len(cut.arcs) == cut.bound == 36  # 8 · 9 / 2: the identity order leads back 1 + 2 + … + 8


@given(arcs=ARCS)
def test_a_shortest_cycle_is_one(arcs: dict[tuple[int, int], float]) -> None:
    graph = nx.DiGraph(list(arcs))
    for members in nx.strongly_connected_components(graph):
        if len(members) == 1:
            continue
        inside = graph.subgraph(members)
        cycle, is_shortest = shortest_cycle({tail: dict.fromkeys(inside[tail], 1.0) for tail in sorted(members)})
        assert is_shortest
        assert cycle[0] == cycle[-1]
        assert all(inside.has_edge(*ends) for ends in pairwise(cycle))
        assert len(cycle) - 1 == len(set(cycle)) == min(map(len, nx.simple_cycles(inside)))


def test_a_shortest_cycle_of_a_long_ring_is_found_at_once_and_of_layers_only_if_asked() -> None:
    size = 50_000
    cycle, is_shortest = shortest_cycle({node: {(node + 1) % size: 1.0} for node in range(size)})
    assert (len(cycle), is_shortest) == (size + 1, True)
    layers, width = 30, 10
    rows: Arcs = {
        node: {(node // width + 1) % layers * width + other: 1.0 for other in range(width)}
        for node in range(layers * width)
    }
    rows[0][5 * width] = 1.0  # a way that leaves four layers out
    cycle, is_shortest = shortest_cycle(rows)
    assert (len(cycle) - 1, is_shortest) == (layers - 4, True)
    del rows[0][5 * width]
    rows[9][5 * width] = 1.0  # the same from a node that is looked at later
    assert len(shortest_cycle(rows)[0]) - 1 == layers - 4
    # One that is shorter by one edge only, and is looked at after the longer one.
    five, four = nx.cycle_graph(range(5), nx.DiGraph), nx.cycle_graph(range(5, 9), nx.DiGraph)
    both = nx.compose(five, four)
    both.add_edges_from([(0, 5), (7, 10), (10, 11), (11, 2)])
    assert shortest_cycle({tail: dict.fromkeys(both[tail], 1.0) for tail in sorted(both)}) == ([5, 6, 7, 8, 5], True)
    cycle, is_shortest = shortest_cycle(rows, max_steps=100)
    assert (len(cycle) - 1, is_shortest) == (layers, False)


class TestFindCycles:
    def test_a_report(self) -> None:
        graph = weighted([("a", "b", 3), ("b", "c", 2), ("c", "a", 1), ("d", "d", 5), ("c", "d", 1), ("d", "e", 1)])
        graph.edges["c", "a"]["lines"] = ["c.py:1", "c.py:9", "c.py:12", "c.py:30"]
        found = gd.find_cycles(graph)
        assert found.breaking == [("c", "a"), ("d", "d")]
        assert (found.weight, found.components[0].is_least) == (6, True)
        assert str(found).splitlines() == [
            "2 components with cycles, 4 nodes in all; without 2 edges of weight 6 there are none",
            "",
            "1. 3 nodes, 3 edges: a, b, c",
            "   a shortest cycle: a -> b -> c -> a",
            "   without 1 edge of weight 1 it has no cycle (no set weighs less):",
            "     c -> a, weight 1",
            "       c.py:1",
            "       … 3 more",
            "",
            "2. a self loop: d",
            "   without 1 edge of weight 5 it has no cycle (no set weighs less):",
            "     d -> d, weight 5",
        ]
        assert found.text(1).splitlines()[6:] == [
            "       c.py:1",
            "       c.py:9",
            "       c.py:12",
            "       … 1 more",
            "",
            "… 1 more component: --top 2",
        ]

    def test_a_report_is_one_screen_unless_a_number_is_asked_for(self) -> None:
        names = [f"package_{number:02}" for number in range(30)]
        graph = nx.DiGraph((f"{name}.{a}", f"{name}.{b}") for name in names for a, b in ("xy", "yx", "zz", "xz"))
        whole = nx.complete_graph([f"a_long_name_{number}" for number in range(9)], nx.DiGraph())
        report = gd.find_cycles(nx.compose(graph, whole), weight=None)
        lines = str(report).splitlines()
        assert len(lines) <= 40
        assert max(map(len, lines)) <= 100
        assert lines[2] == (
            "1. 9 nodes, 72 edges: a_long_name_0, a_long_name_1, a_long_name_2, a_long_name_3 and 5 more"
        )
        assert "     … 31 more: --top 1" in lines
        assert lines[-1] == "… 55 more components: --top 61"
        every = report.text(61).splitlines()
        assert len([line for line in every if line.startswith("     ") and " -> " in line]) == 36 + 30 + 30
        assert "more" not in every[-1]

    def test_edges_say_their_kind(self) -> None:
        graph = nx.DiGraph([("a", "b", {"kind": "runtime"}), ("b", "c", {"kind": "local"}), ("c", "a", {})])
        graph.add_edge("d", "a", kind="type-checking")
        graph.add_edge("a", "d", kind="type-checking", weight=9)
        graph.graph |= {"not_run": "type-checking", "edge_meaning": "imports"}
        report = gd.find_cycles(graph, default_weight=1)
        assert str(report).splitlines() == [
            "1 component with cycles, 3 modules in all; without 1 edge there are none",
            "2 imports under TYPE_CHECKING are left out: --kind all brings them back",
            "",
            "1. 3 modules, 3 edges: a, b, c",
            "   a shortest cycle: a -> b -> c (local) -> a",
            "   without 1 edge it has no cycle (no set is smaller):",
            "     c -> a",
        ]
        records = report.to_dict()["components"][0]["cycle_edges"]
        assert [record.get("kind") for record in records] == ["runtime", "local", None]

    def test_weights_are_told_unless_each_is_1(self) -> None:
        graph = nx.DiGraph([("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")])
        assert "weigh" not in str(gd.find_cycles(graph, weight=None))
        graph.edges["d", "c"]["weight"] = 2  # which is not taken out
        lines = str(gd.find_cycles(graph, default_weight=1)).splitlines()
        assert lines[0].endswith("; without 2 edges of weight 2 there are none")
        assert sum(line.endswith(", weight 1") for line in lines) == 2

    @pytest.mark.parametrize(
        ("deferred", "title"),
        [
            ([("c", "b")], "a shortest cycle without local imports: a -> b -> c -> a"),
            ([("c", "b"), ("b", "c")], "a shortest cycle (each has local imports): b -> c (local) -> b (local)"),
            ([], "a shortest cycle: b -> c -> b"),
            ([("a", "d")], "a shortest cycle: b -> c -> b"),
        ],
    )
    def test_a_cycle_that_runs_on_import_comes_first(self, deferred: list[tuple[str, str]], title: str) -> None:
        edges = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "b"), ("a", "d"), ("d", "a")]
        edges = edges if ("a", "d") in deferred else edges[:4]
        graph = nx.DiGraph(edges, edge_meaning="imports", deferred="local")
        nx.set_edge_attributes(graph, {edge: "local" if edge in deferred else "runtime" for edge in edges}, "kind")
        report = gd.find_cycles(graph, weight=None)
        assert f"   {title}" in str(report).splitlines()
        assert report.components[0].to_dict().get("deferred") == ("local" if deferred else None)

    @pytest.mark.parametrize("seed", range(40))
    def test_the_cycle_that_is_shown_is_a_shortest_one_of_its_kind(self, seed: int) -> None:
        graph = nx.gnp_random_graph(8, 0.3, seed=seed, directed=True)
        for n, (_, _, data) in enumerate(graph.edges(data=True)):
            data["kind"] = "local" if (n * 7 + seed) % 3 else "runtime"
        graph.graph["deferred"] = "local"
        now = nx.DiGraph([(u, v) for u, v, kind in graph.edges(data="kind") if kind == "runtime"])
        for component in gd.find_cycles(graph, weight=None).components:
            within = [graph.subgraph(component.members), now.subgraph(component.members)]
            lengths = [min(map(len, nx.simple_cycles(each)), default=0) for each in within]
            assert len(component.cycle) - 1 == (lengths[1] or lengths[0])

    def test_the_report_says_a_cycle_where_a_shorter_one_may_be(self) -> None:
        component = gd.find_cycles(nx.DiGraph([("a", "b"), ("b", "a")]), weight=None).components[0]
        report = CycleReport((replace(component, cycle_is_shortest=False),), "unknown", "unit")
        assert "   a cycle: a -> b -> a" in str(report).splitlines()

    def test_no_cycle(self) -> None:
        found = gd.find_cycles(nx.DiGraph([("a", "b")]), weight=None)
        assert (found.components, found.breaking, str(found)) == ((), [], "No cycles")

    def test_parallel_edges_go_together(self) -> None:
        found = gd.find_cycles(nx.MultiDiGraph([("a", "b"), ("a", "b"), ("b", "a")]), weight=None)
        assert found.breaking == [("b", "a", 0)]
        found = gd.find_cycles(weighted([("a", "b", 1), ("a", "b", 1), ("b", "a", 3)]))
        assert sorted(found.breaking) == [("a", "b", 0), ("a", "b", 1)]
        assert found.weight == 2

    def test_what_an_edge_costs_is_its_absolute_weight_in_its_own_type(self) -> None:
        found = gd.find_cycles(weighted([("a", "b", Fraction(-1, 3)), ("b", "a", Fraction(1, 2))]))
        assert (found.breaking, found.weight) == ([("a", "b")], Fraction(1, 3))
        assert found.components[0].breaking[0].weight == Fraction(-1, 3)

    def test_a_compiled_graph_has_no_lines(self) -> None:
        ready = gd.CompiledGraph.from_arrays([0, 1], [1, 0])
        assert gd.find_cycles(ready).components[0].breaking[0].lines == ()

    def test_lines_as_one_text(self) -> None:
        graph = nx.DiGraph([("a", "b"), ("b", "a")])
        nx.set_edge_attributes(graph, "x.py:1", "lines")
        assert gd.find_cycles(graph, weight=None).components[0].breaking[0].lines == ("x.py:1",)

    def test_as_records_and_tables(self) -> None:
        found = gd.find_cycles(nx.DiGraph([("a", "b"), ("b", "a")]), weight=None)
        edge = {"source": "b", "target": "a", "weight": 1, "lines": []}
        assert found.to_dict()["components"][0]["cycle"] == ["a", "b", "a"]
        assert found.to_dict()["components"][0]["breaking"] == [edge]
        assert list(found.records()) == [{"component": 1, "size": 2, **edge}]
        assert repr(found).startswith("<CycleReport: 1 component with cycles, 2 nodes")
        assert "<td>b</td><td>a</td>" in found._repr_html_()
        pytest.importorskip("pandas")
        assert found.to_pandas()["source"].tolist() == ["b"]
        assert list(gd.find_cycles(nx.DiGraph(), weight=None).to_pandas()) == [
            "component", "size", "source", "target", "weight", "lines",
        ]  # fmt: skip

    def test_a_line_for_an_edge(self) -> None:
        assert str(Breaking(("a", "b", 0), 1000)) == "a -> b, weight 1,000"

    def test_mistakes(self) -> None:
        graph = nx.DiGraph([("a", "b"), ("b", "a")])
        with pytest.raises(WeightError, match="none of the 2 edges has 'weight'"):
            gd.find_cycles(graph)
        nx.set_edge_attributes(graph, 1j, "weight")
        with pytest.raises(UsageError, match="must be a real number, not complex"):
            gd.find_cycles(graph)
        with pytest.raises(GraphTypeError, match="for looking at"):
            gd.find_cycles(gd.group(graph, lambda node: node, weight=None), weight=None)


#: file, members of the largest component, edges to take out of all by fewest, whether that is proven.
REAL = [
    ("python/imports/grimp.networkx.dot.gz", 278, 19, True),
    ("js/webpack5-lib.depcruise.dot.gz", 588, 30, False),
]


@pytest.mark.parametrize("file, size, most, proven", REAL, ids=[row[0] for row in REAL])
def test_real_import_graphs(shared_data: Path, file: str, size: int, most: int, proven: bool) -> None:
    graph = gd.read(shared_data / file)
    found = gd.find_cycles(graph, weight=None)
    assert len(found.components[0].members) == size
    assert len(found.components) == sum(
        len(inside) > 1 or graph.has_edge(*(list(inside) * 2)) for inside in nx.strongly_connected_components(graph)
    )
    assert found.components[0].is_least or not proven
    assert len(found.components[0].breaking) <= most
    left: Any = graph.copy()
    left.remove_edges_from(found.breaking)
    assert nx.is_directed_acyclic_graph(left)
