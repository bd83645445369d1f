"""Groups: edges add up exactly to what they stand for, no totals are computed on them, and the picture says so."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from graphs import FRACTIONS, Node, dags, path_sum, weighted
from hypothesis import assume, given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import GraphTypeError, UnknownNodeError, UsageError
from graphdiff.pictures.dot import picture_of
from graphdiff.pictures.scopes import prefix


@st.composite
def grouped(draw: Any) -> tuple[nx.DiGraph, Node, Node, dict[Node, int]]:
    """Draw a DAG in Fractions, two of its nodes with paths between, and a group for each node."""
    graph = draw(dags(FRACTIONS.filter(bool)))
    ends = [(u, v) for u in graph for v in nx.descendants(graph, u) if path_sum(graph, u, v)]
    assume(ends)
    source, target = draw(st.sampled_from(ends))
    return graph, source, target, {node: draw(st.integers(0, 3)) for node in graph}


@given(question=grouped())
def test_over_every_cut_the_shares_sum_to_1(question: Any) -> None:
    graph, source, target, groups = question
    groups[target] = 4  # a group of its own
    quotient = gd.group(graph, groups.__getitem__, source=source, target=target)
    between = set(groups.values()) - {groups[source], groups[target]}
    for others in chain.from_iterable(combinations(between, size) for size in range(len(between) + 1)):
        side = {groups[source], *others}
        net = Fraction(0)
        for tail, head, share in quotient.edges(data="share"):
            net += share * ((tail in side) - (head in side))
        assert net == 1


@given(question=grouped())
def test_edges_are_sums_of_those_that_they_stand_for(question: Any) -> None:
    graph, source, target, groups = question
    quotient = gd.group(graph, groups.__getitem__, source=source, target=target)
    contributions = gd.edge_contributions(graph, source, target)
    for tail, head in nx.DiGraph((groups[u], groups[v]) for u, v, _ in graph.edges).edges:
        inside = [edge for edge in graph.edges if (groups[edge[0]], groups[edge[1]]) == (tail, head)]
        if tail == head:
            assert quotient.nodes[tail]["inner_edges"] == len(inside)
            continue
        data = quotient.edges[tail, head]
        assert data["edges"] == len(inside)
        assert data["weight"] == sum(graph.edges[edge]["weight"] for edge in inside)
        assert data["contribution"] == sum(contributions[edge] for edge in inside)
    members = [node for _, inside in quotient.nodes(data="members") for node in inside]
    assert sorted(map(repr, members)) == sorted(map(repr, graph))


@given(question=grouped())
def test_totals_between_groups_are_sums_over_their_members(question: Any) -> None:
    """The documented way, against paths listed one by one."""
    graph, source, target, groups = question
    quotient = gd.group(graph, groups.__getitem__)
    first, last = (quotient.nodes[groups[end]]["members"] for end in (source, target))
    reached = gd.forward(graph, dict.fromkeys(first, 1))
    assert sum(reached[node] for node in last) == sum(path_sum(graph, u, v) for u in first for v in last)


@pytest.fixture
def routes() -> nx.DiGraph:
    """Return s -> a and b -> t with a and b on one layer: no path from s to t, though the layers have one."""
    graph = weighted([("s", "a", 2), ("b", "t", 3), ("a", "c", 1)])
    nx.set_node_attributes(graph, {"s": "top", "a": "middle", "b": "middle", "t": "bottom"}, "layer")
    return graph


#: What refuses a quotient, with what it is asked.
REFUSING: dict[str, tuple[Any, ...]] = {
    "total_influence": ("top", "bottom"),
    "total_influences": ([("top", "bottom")],),
    "forward": ("top",),
    "reverse": ("bottom",),
    "jacobian": (),
    "plan": (),
    "count_paths": ("top", "bottom"),
    "iter_paths": ("top", "bottom"),
    "strongest_paths": ("top", "bottom"),
    "sample_paths": ("top", "bottom", 10),
    "prune": ("top", "bottom"),
    "factored": ("top", "bottom"),
    "edge_contributions": ("top", "bottom"),
    "explain": ("top", "bottom"),
    "diagnose": (),
    "annotate": ("top",),
    "eliminate": (["middle"],),
    "exclusive": ("top",),
    "exclusive_sizes": (),
    "reach_sizes": (),
    "find_cycles": (),
    "group": (1,),
    "compile": (),
}


class TestInventedRoutes:
    def test_the_graph_has_none_and_the_quotient_looks_as_if(self, routes: nx.DiGraph) -> None:
        quotient = gd.group(routes, "layer")
        assert gd.count_paths(routes, "s", "t", weight=None) == 0
        assert nx.has_path(quotient, "top", "bottom")
        assert quotient.graph["quotient"] is True
        assert quotient.graph["grouped_by"] == "layer"

    @pytest.mark.parametrize("name", REFUSING)
    def test_no_totals_are_computed_on_it(self, routes: nx.DiGraph, name: str) -> None:
        reason = r"shows groups \(by layer\) for looking at: where one member of a group is entered and another left"
        with pytest.raises(GraphTypeError, match=reason):
            list(getattr(gd, name)(gd.group(routes, "layer"), *REFUSING[name]))

    def test_the_picture_says_so(self, routes: nx.DiGraph) -> None:
        text = gd.to_pydot(gd.group(routes, "layer")).to_string()
        assert "grouped by layer; what enters a box need not lead to what leaves it" in text
        assert "no totals are computed on boxes" in text
        assert "edge: sum of the weights (weight), direct only" in text
        assert r"middle\n2 members" in text


class TestBy:
    def test_an_attribute_and_who_has_none(self, routes: nx.DiGraph) -> None:
        quotient = gd.group(routes, "layer")
        assert list(quotient) == ["top", "middle", "bottom", "(no layer)"]
        assert quotient.edges["middle", "(no layer)"] == {"edges": 1, "weight": 1}

    def test_parts_of_the_name(self) -> None:
        graph = nx.DiGraph([("a.b.c", "a.b.d"), ("a.b.d", "a.e"), ("a.e", "x")])
        assert list(gd.group(graph, 2, weight=None).edges) == [("a.b", "a.e"), ("a.e", "x")]
        assert list(gd.group(graph, 1, weight=None).edges) == [("a", "x")]

    @pytest.mark.parametrize(
        "name, depth, expected",
        [
            ("a.b.c", 5, "a.b.c"),
            ("src/web/a.b.js", 2, "src/web"),
            ("/usr/lib/x", 2, "/usr/lib"),
            ("@babel/core", 1, "@babel"),
            ("std::io::Read", 1, "std"),
            ("org.example:web:jar", 1, "org.example"),
            ("", 1, ""),
        ],
    )
    def test_what_parts_a_name(self, name: str, depth: int, expected: str) -> None:
        assert prefix(name, depth) == expected

    def test_a_function(self) -> None:
        graph = nx.DiGraph([(1, 2), (2, 3), (3, 4)])
        quotient = gd.group(graph, lambda node: node % 2, weight=None)
        assert quotient.edges[1, 0] == {"edges": 2, "weight": 2}
        assert gd.group(gd.compile(graph, weight=None), 1).number_of_nodes() == 4

    def test_mistakes(self, routes: nx.DiGraph) -> None:
        with pytest.raises(
            UsageError,
            match=r"no node has the attribute 'lair' to group by; did you mean 'layer'\? nodes have: layer \(4",
        ):
            gd.group(routes, "lair")
        with pytest.raises(UsageError, match="by=0: at least one part"):
            gd.group(routes, 0)
        with pytest.raises(UsageError, match="by=True: a node attribute"):
            gd.group(routes, True)
        with pytest.raises(UsageError, match="a compiled graph keeps no attributes"):
            gd.group(gd.compile(routes), "layer")
        with pytest.raises(UnknownNodeError, match="no node 'x'"):
            gd.group(routes, "layer", source="x")


class TestCycles:
    def test_groups_that_became_cyclic_are_named(self) -> None:
        graph = weighted([("a1", "b1", 1), ("b2", "a2", 1), ("c1", "d1", 1), ("d1", "c1", 1), ("a1", "c1", 1)])
        quotient = gd.group(graph, lambda node: node[0], cycles="collapse")
        assert quotient.graph["cyclic"] == [["a", "b"]]
        assert quotient.graph["real_cycles"] == [["c", "d"]]
        legend = gd.to_pydot(quotient).to_string()
        assert "cyclic in the graph itself: c, d" in legend
        assert "cyclic only by the grouping: a, b" in legend

    def test_a_cycle_that_grew_is_named_too(self) -> None:
        graph = weighted([("a1", "b1", 1), ("b1", "a1", 1), ("b2", "c1", 1), ("c1", "a2", 1)])
        quotient = gd.group(graph, lambda node: node[0])
        assert [set(groups) for groups in quotient.graph["cyclic"]] == [{"a", "b", "c"}]
        assert [set(groups) for groups in quotient.graph["real_cycles"]] == [{"a", "b"}]
        legend = gd.to_pydot(quotient).to_string()
        assert re.search(r"cyclic in the graph itself: (a, b|b, a)\b", legend)
        assert re.search(r"cyclic only by the grouping: (c, )?(a \+ b|b \+ a)(, c)?\b", legend)

    def test_two_cycles_that_meet_in_a_group_are_two(self) -> None:
        graph = weighted([("a1", "b1", 1), ("b1", "a1", 1), ("a2", "c1", 1), ("c1", "a2", 1), ("a1", "a2", 1)])
        quotient = gd.group(graph, lambda node: node[0])
        assert {frozenset(groups) for groups in quotient.graph["real_cycles"]} == {frozenset("ab"), frozenset("ac")}
        assert quotient.graph["cyclic"] == []

    def test_of_a_graph_that_was_read_again_no_cycle_is_called_the_groupings(self, tmp_path: Path) -> None:
        graph = weighted([("a1", "b1", 1), ("b1", "a1", 1)])
        gd.write(gd.group(graph, lambda node: node[0]), tmp_path / "groups.dot")
        again = gd.read(tmp_path / "groups.dot")
        assert "only by the grouping" not in gd.to_pydot(again).to_string()

    @given(graph=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14))
    def test_what_is_real_and_what_is_made_against_every_simple_cycle(self, graph: list[tuple[int, int]]) -> None:
        given_graph = nx.DiGraph([(f"{u // 2}{u}", f"{v // 2}{v}") for u, v in graph])
        quotient = gd.group(given_graph, lambda node: node[0], weight=None)
        spans = [{node[0] for node in inside} for inside in nx.strongly_connected_components(given_graph)]
        real = [span for span in spans if len(span) > 1]
        assert all(any(set(groups) == span for span in real) for groups in quotient.graph["real_cycles"])
        assert all(any(span <= set(groups) for groups in quotient.graph["real_cycles"]) for span in real)
        made = {frozenset(groups) for groups in quotient.graph["cyclic"]}
        for inside in nx.strongly_connected_components(quotient):
            ties = nx.Graph()
            ties.add_nodes_from(inside)
            ties.add_edges_from(pair for span in real if span <= inside for pair in combinations(span, 2))
            assert (frozenset(inside) in made) == (not nx.is_connected(ties))

    def test_a_cycle_within_a_group_is_none(self) -> None:
        assert gd.group(weighted([("a1", "a2", 1), ("a2", "a1", 1)]), lambda node: node[0]).graph["cyclic"] == []


class TestPicture:
    def test_shares_between_two_ends(self) -> None:
        graph = weighted(
            [("a.s", "b.x", 1), ("a.s", "c.x", 3), ("b.x", "d.t", 1), ("c.x", "d.t", 1), ("e.x", "d.t", 1)]
        )
        text = gd.to_pydot(gd.group(graph, 1, source="a.s", target="d.t")).to_string()
        assert "75 %" in text
        assert "share of the total 4, a.s to d.t" in text
        assert 'label="e' not in text  # nothing flows through it
        assert 'shape="ellipse"' in text
        assert "peripheries" in text

    def test_of_many_edges_the_heaviest(self) -> None:
        graph = weighted([(f"a{i}", f"b{i}", i + 1) for i in range(70)])
        text = gd.to_pydot(gd.group(graph, str), max_nodes=140).to_string()
        assert "drawn: the 60 heaviest of 70 edges, 97.8 % of their sum" in text  # 2,430 of 2,485
        assert text.count("->") == 60
        assert '"a9"' not in text

    def test_of_many_groups_the_smallest_are_one_and_nothing_is_lost(self) -> None:
        # Group k has k members, each resting on the one of group 1.
        graph = nx.DiGraph((f"g{k}.{i}", "g1.0") for k in range(2, 41) for i in range(k))
        whole = gd.group(graph, 1, target="g1.0", weight=None)
        picture = picture_of(whole, max_nodes=5)
        assert sorted(node.lines for node in picture.nodes) == [
            ("36 other groups", f"{sum(range(2, 38)):,} members"),
            ("g1", "1 member"),
            ("g38", "38 members"),
            ("g39", "39 members"),
            ("g40", "40 members"),
        ]
        assert sum(edge.facts["edges"] for edge in picture.edges) == graph.number_of_edges()
        assert sum(edge.facts["share"] for edge in picture.edges) == pytest.approx(1)

    def test_equal_weights_are_thin_and_ones_unlabelled(self) -> None:
        edges = [("a.x", "b.x"), ("b.x", "c.x"), ("a.x", "c.y"), ("a.y", "c.x"), ("a.z", "c.x")]
        graph = nx.DiGraph(edges[:2], edge_meaning="imports")
        assert [(edge.label, edge.width) for edge in picture_of(gd.group(graph, 1, weight=None)).edges] == [("", 1)] * 2
        graph.add_edges_from(edges)
        drawn = {edge.label: edge.width for edge in picture_of(gd.group(graph, 1, weight=None)).edges}
        assert drawn == {"": 1, "3": pytest.approx(1 + 4 * 2 / 3)}
        nx.set_edge_attributes(graph, 1, "cost")
        assert {edge.label for edge in picture_of(gd.group(graph, 1, weight="cost")).edges} == {"1", "3"}

    def test_what_has_sizes_says_them(self) -> None:
        graph = nx.DiGraph([("a.x", "b.x"), ("b.x", "c.x"), ("c.x", "d.x")], edge_meaning="imports")
        graph.add_nodes_from([("b.y", {"size": Decimal(1500)}), ("c.y", {"size": 9}), "d.y"])
        nx.set_node_attributes(graph, {"a.x": 512, "b.x": 1000.0}, "size")
        lines = [node.lines for node in picture_of(gd.group(graph, 1, weight=None)).nodes]
        assert lines == [
            ("a", "512 B"),
            ("b", "2 modules · 2.5 kB"),
            ("c", "2 modules · 9 B, 1 without a size"),
            ("d", "2 modules"),
        ]
        whole = picture_of(gd.group(graph, 1, weight=None), max_nodes=2)
        assert ("3 other groups", "5 modules · 521 B, 3 without a size") in [node.lines for node in whole.nodes]
        graph.graph["edge_meaning"] = "unknown"  # where a size may be anything
        assert {node.lines[1] for node in picture_of(gd.group(graph, 1, weight=None)).nodes} == {
            "1 member",
            "2 members",
        }

    def test_it_is_written_and_read_back_as_a_quotient(self, routes: nx.DiGraph, tmp_path: Any) -> None:
        gd.write(gd.group(routes, "layer"), tmp_path / "layers.json")
        with pytest.raises(GraphTypeError, match="for looking at"):
            gd.compile(gd.read(tmp_path / "layers.json"))
        gd.write(gd.group(routes, "layer"), tmp_path / "layers.svg")
        assert "middle" in (tmp_path / "layers.svg").read_text()


def test_several_ends_are_in_their_groups() -> None:
    graph = weighted([("a.s", "b.x", 2), ("a.r", "b.y", 3), ("b.x", "c.t", 5), ("b.y", "c.t", 7), ("b.y", "d.u", 1)])
    grouped = gd.group(graph, 1, source=["a.s", "a.r"], target={"c.t": 1, "d.u": 2})
    assert dict(nx.get_edge_attributes(grouped, "contribution")) == {("a", "b"): 37, ("b", "c"): 31, ("b", "d"): 6}
    assert (grouped.graph["source"], grouped.graph["target"]) == (["a.s", "a.r"], {"c.t": 1, "d.u": 2})
    picture = picture_of(grouped)
    assert [(node.name, node.is_source, node.is_target) for node in picture.nodes] == [
        ("a", True, False), ("b", False, False), ("c", False, True), ("d", False, True)
    ]  # fmt: skip
    assert "share of the total 37, a.s and a.r to c.t and d.u (weighted)" in picture.legend[1]


def test_tokens_and_logits_that_nobody_grouped_stay_by_themselves_and_errors_are_apart() -> None:
    graph = nx.DiGraph(edge_meaning="drives")
    kinds = {
        "E_1_0": "token",
        "E_2_1": "token",
        "0_-1_0": "error",
        "0_1_0": "feature",
        "0_2_0": "feature",
        "y": "logit",
    }
    for label, kind in kinds.items():
        graph.add_node(label, kind=kind, **({"supernode": "say b"} if label in ("E_2_1", "0_1_0") else {}))
    assert {name: data["members"] for name, data in gd.group(graph, "supernode", weight=None).nodes(data=True)} == {
        "E_1_0": ("E_1_0",),
        "say b": ("E_2_1", "0_1_0"),
        "(errors)": ("0_-1_0",),
        "(no supernode)": ("0_2_0",),
        "y": ("y",),
    }
    graph.graph["edge_meaning"] = "depends on"
    assert set(gd.group(graph, "supernode", weight=None)) == {"say b", "(no supernode)"}


def test_a_token_by_itself_is_called_by_its_title_in_a_picture() -> None:
    graph = nx.DiGraph([("E_1_0", "f", {"weight": 1.0})], edge_meaning="drives", node_title="title")
    nx.set_node_attributes(graph, {"E_1_0": {"kind": "token", "title": 'token "a"@0'}, "f": {"supernode": "say b"}})
    nodes = picture_of(gd.group(graph, "supernode")).nodes
    assert [(node.name, node.lines[0]) for node in nodes] == [("E_1_0", '"a"@0'), ("say b", "say b")]
