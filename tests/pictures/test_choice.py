"""Which nodes of an answer are drawn: what is drawn keeps every total, and what enters a node is what leaves it.

The oracles walk what is drawn as a graph of its own: path by path, or by (I - W)^-1 in Fractions.
"""

from __future__ import annotations

import io
import random
from dataclasses import replace
from fractions import Fraction
from typing import Any

import networkx as nx
import pytest
import sympy
from graphs import FRACTIONS, chain, diamonds, inverse_totals, ladder, path_sum, walks, ways, weighted
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import UsageError
from graphdiff.pictures import choice
from graphdiff.pictures.choice import bounded
from graphdiff.pictures.dot import picture_of
from graphdiff.pictures.picture import Picture
from graphdiff.pictures.view import view_of
from graphdiff.sums import levels
from graphdiff.sums.between import between_ends

SAID = "an edge adds up the ways past others, dashed where none is direct: "


def dense(size: int, seed: int = 1) -> nx.DiGraph:
    """Return every edge i -> j with i < j, with fractions of many sizes."""
    draw = random.Random(seed)
    edges = [(i, j, Fraction(draw.randint(1, 60), 60)) for i in range(size) for j in range(i + 1, size)]
    return weighted(edges)


def assert_balanced(picture: Picture) -> None:
    """Compare, for each node that is drawn, what enters by its edges and what leaves, with what is said to pass it."""
    for place, node in enumerate(picture.nodes):
        enters = sum(edge.facts["contribution"] for edge in picture.edges if edge.head == place)
        leaves = sum(edge.facts["contribution"] for edge in picture.edges if edge.tail == place)
        passes = node.facts["contribution"]
        assert enters == passes or node.is_source, node
        assert leaves == passes or node.is_target, node


def drawn_total(picture: Picture) -> Any:
    """Return the total over what is drawn, path by path, from the seeds of its sources to those of its targets."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(picture.nodes)))
    graph.add_edges_from((edge.tail, edge.head, {"weight": edge.facts["weight"]}) for edge in picture.edges)
    ends = [
        [(place, node.facts.get(seed, 1)) for place, node in enumerate(picture.nodes) if is_end(node)]
        for seed, is_end in (("source_seed", lambda n: n.is_source), ("target_seed", lambda n: n.is_target))
    ]
    return sum(before * path_sum(graph, s, t) * after for s, before in ends[0] for t, after in ends[1])


@given(query=ways(FRACTIONS, max_nodes=8, max_more=12), n=st.integers(2, 6), most=st.integers(1, 12))
@settings(max_examples=60)
def test_whatever_is_drawn_all_shares_add_up(query: Any, n: int, most: int) -> None:
    graph, source, target = query
    found = gd.annotate(graph, source, target)
    with pytest.warns(DeprecationWarning, match="write max_nodes="):
        picture = picture_of(found, max_nodes=n, max_edges=most)
    assert_balanced(picture)
    assert drawn_total(picture) == path_sum(graph, source, target)
    leaving = [edge.facts["paths"] for edge in picture.edges if picture.nodes[edge.tail].is_source]
    assert sum(leaving) == len(walks(graph, source, target))
    assert len(picture.nodes) <= n
    inner = [node for node in picture.nodes if not (node.is_source or node.is_target)]
    assert len(picture.edges) <= most or not inner
    assert all(
        node.facts["contribution"] == found.nodes[label]["contribution"] for label, node in matched(found, picture)
    )


def matched(graph: nx.DiGraph, picture: Picture) -> list[tuple[Any, Any]]:
    names = {str(node): node for node in graph}
    return [(names[node.name], node) for node in picture.nodes if node.name in names]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (list(range(12)), list(range(30, 40))),
        ({place: Fraction(place, 7) for place in range(1, 14)}, 39),
        (0, {place: 1 - place for place in range(28, 40)}),
        (gd.ROOTS, gd.LEAVES),
        ([3, 5], [3, 39]),
    ],
    ids=["many to many", "seeds to one", "one to seeds", "roots to leaves", "two to two"],
)
def test_ends_that_are_too_many_are_drawn_as_one(source: Any, target: Any) -> None:
    graph = dense(40)
    for node in range(10):
        graph.remove_edges_from([(other, node) for other in range(10)])  # ten roots
    found = gd.annotate(graph, source, target)
    picture = picture_of(found, max_nodes=8)
    assert_balanced(picture)
    assert len(picture.nodes) <= 8
    assert any(edge.facts.get("eliminated") for edge in picture.edges)
    assert drawn_total(picture) == found.graph["total"]


def test_of_many_ends_those_that_count_most_are_named_and_the_others_counted() -> None:
    graph = weighted([(f"r{place}", "m", place) for place in range(1, 41)] + [("m", "t", 1)])
    graph.graph["edge_meaning"] = "depends on"
    picture = picture_of(gd.annotate(graph, gd.ROOTS, "t"), max_nodes=6)
    assert [node.name for node in picture.nodes if node.is_source] == ["r38", "r39", "r40", "37 other roots"]
    assert picture.nodes[-1].lines == ("37 other roots", "85.7 %")  # 703 of 820
    assert [edge.label for edge in picture.edges if edge.tail == 5] == ["85.7 %"]


@pytest.mark.parametrize("cycles", ["solve", "collapse", "reduced-form"])
def test_round_cycles_every_total_between_what_is_drawn_stays(cycles: Any) -> None:
    draw = random.Random(3)
    graph = weighted(
        [(i, j, Fraction(draw.randint(1, 9), 100)) for i in range(12) for j in range(12) if draw.random() < 0.5]
    )
    graph.add_edge("s", 0, weight=1)
    graph.add_edge(11, "t", weight=1)
    found = gd.annotate(graph, "s", "t", cycles=cycles)
    picture = picture_of(found, max_nodes=6)
    assert 2 < len(picture.nodes) <= 6
    assert_balanced(picture)
    drawn = nx.DiGraph()
    for edge in picture.edges:
        tail, head = (picture.nodes[end].name for end in (edge.tail, edge.head))
        before = drawn.get_edge_data(tail, head, {"weight": 0})["weight"]
        drawn.add_edge(tail, head, weight=before + edge.facts["weight"])
    assert inverse_totals(drawn)["s", "t"] == found.graph["total"]
    if cycles == "solve":
        whole = {(str(a), str(b)): total for (a, b), total in inverse_totals(graph).items()}
        assert all(whole[pair] == total for pair, total in inverse_totals(drawn).items())


@pytest.mark.parametrize("last", ["a", "b"])
def test_a_loop_of_weight_one_waits_for_the_nodes_around_it(last: str) -> None:
    # Round b alone walks have no sum: it cannot be the first to go.
    edges = [("s", "a", 1), ("a", "b", -3), ("b", "b", 1), ("b", "a", 1), ("a", "t", 1), ("s", "t", 1), ("b", "t", 2)]
    between = between_ends(gd.compile(weighted(edges), cycles="reduced-form"), "s", "t")
    sizes = [{last: 1}.get(label, 2) for label in between.labels]
    part = bounded(between, sizes, view_of())
    assert part is not None
    assert [between.labels[node] for node in part.fewer(3).order] == ["s", "t", "b"]
    small = part.fewer(3).fewer(2)
    assert len(small.order) == 2
    total = gd.total_influence(weighted(edges), "s", "t", cycles="reduced-form")
    assert [weight for weight, _ in small.ways.values()] == [total]


@pytest.mark.parametrize(
    "kind",
    [float, complex, sympy.Rational, lambda w: sympy.Symbol("x") * w],
    ids=["floats", "complex", "sympy", "symbols"],
)
def test_numbers_of_every_kind_are_added_up(kind: Any) -> None:
    graph = nx.DiGraph(ladder(12))
    for *_, data in graph.edges(data=True):
        data["weight"] = kind(1)
    found = gd.annotate(graph, 0, 12)
    picture = picture_of(found, max_nodes=5)
    assert len(picture.nodes) == 5
    total = sympy.expand(drawn_total(picture)) if kind not in (float, complex) else drawn_total(picture)
    assert total == (sympy.expand(found.graph["total"]) if kind not in (float, complex) else found.graph["total"])
    assert sum(edge.facts["paths"] for edge in picture.edges if edge.tail == 0) == 233


def test_paths_that_cancel_are_drawn_by_their_sizes() -> None:
    edges = [("s", f"m{place}", place if place % 2 else 1 - place) for place in range(1, 41)]
    graph = weighted(edges + [(f"m{place}", "t", 1) for place in range(1, 41)])
    found = gd.annotate(graph, "s", "t")
    assert found.graph["total"] == 0 + sum(w for *_, w in edges)
    picture = picture_of(found, max_nodes=4)
    assert_balanced(picture)
    assert {node.name for node in picture.nodes} == {"s", "t", "m39", "m40"}
    assert "edge and node: part of the paths' absolute influences, 800" in picture.legend
    assert picture.legend[1:3] == ["drawn: 4 of 42 nodes on the way", f"{SAID}as much enters a node as leaves it"]


def test_those_are_drawn_that_most_passes() -> None:
    # 2^40 paths; the upper way of each diamond is three times as strong.
    graph = diamonds(40)
    nx.set_edge_attributes(graph, 0.25, "weight")
    for top in range(0, 120, 3):
        graph.edges[top, top + 1]["weight"] = 0.75
        graph.edges[top + 1, top + 3]["weight"] = graph.edges[top + 2, top + 3]["weight"] = 1.0
    picture = picture_of(gd.annotate(graph, 0, 120))
    assert {int(node.name) % 3 for node in picture.nodes} == {0}  # what every path passes
    assert len(picture.nodes) == 30
    assert {edge.label for edge in picture.edges} == {"100 %"}
    text = "drawn: 30 of 121 nodes on the way; 100 % of the total passes named nodes"
    assert picture.legend[1:3] == [text, f"{SAID}all shares add up to 100 %"]
    assert picture.facts["drawn"] == f"{text}; {SAID}all shares add up to 100 %"
    ways = [edge.facts["paths"] for edge in picture.edges]
    assert set(ways) == {2**40}


def test_where_the_largest_do_not_cover_enough_others_come_first() -> None:
    # A chain of three holds 40 %, two nodes alone hold 30 % each: of two the chain's would be the first.
    edges = [
        ("s", "a", 4),
        ("a", "b", 1),
        ("b", "c", 1),
        ("c", "t", 1),
        ("s", "x", 3),
        ("x", "t", 1),
        ("s", "y", 3),
        ("y", "t", 1),
    ]
    found = gd.annotate(weighted(edges), "s", "t")
    some = {node.name for node in picture_of(found, max_nodes=5, coverage=0.4).nodes}
    assert some == {"s", "t", "a", "b", "c"}
    most = picture_of(found, max_nodes=5)
    assert {node.name for node in most.nodes} == {"s", "t", "a", "x", "y"}
    assert "100 % of the total passes named nodes" in most.legend[1]
    assert "70 % of the total passes named nodes" in picture_of(found, max_nodes=4).legend[1]


@pytest.mark.parametrize("seed", range(8))
def test_floats_are_drawn_as_fractions_are(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweeps over levels, kernels and plain Python choose the same nodes, whatever the signs are."""
    draw = random.Random(seed)
    exact = dense(14, seed)
    for *_, data in exact.edges(data=True):
        data["weight"] *= draw.choice([-1, 1])
    exact.add_edges_from(("s", node, {"weight": Fraction(draw.randint(-9, 9), 4)}) for node in range(3))
    ends = {"s": 2, 0: -1}, {12: Fraction(1, 4), 13: -2}
    floats = exact.copy()
    for *_, data in floats.edges(data=True):
        data["weight"] = float(data["weight"])
    drawn = [{node.name for node in picture_of(gd.annotate(exact, *ends), max_nodes=8).nodes}]
    for edges_of_a_step in (0, 10**9):
        monkeypatch.setattr(levels, "LEVEL", edges_of_a_step)
        drawn.append({node.name for node in picture_of(gd.annotate(floats, *ends), max_nodes=8).nodes})
    assert drawn[0] == drawn[1] == drawn[2]


def test_what_has_too_many_edges_has_fewer_nodes_and_says_so() -> None:
    picture = picture_of(gd.annotate(dense(60), 0, 59))
    assert len(picture.edges) <= 60
    assert len(picture.nodes) == 11  # 55 pairs
    assert "(more would not fit)" in picture.legend[1]
    assert_balanced(picture)
    poster = picture_of(gd.annotate(dense(60), 0, 59), fit="poster")
    assert len(picture.nodes) < len(poster.nodes)
    assert 60 < len(poster.edges) <= 150


def tangled(seed: int, *, acyclic: bool) -> nx.DiGraph:
    """Return a graph of 30 nodes and more edges than fit, some of them parallel ways, with or without cycles."""
    draw = random.Random(seed)
    pairs = [draw.sample(range(30), 2) for _ in range(150)]
    pairs += [[node, node + 1] for node in range(29)]
    return weighted([(*(sorted(pair) if acyclic else pair), Fraction(draw.randint(1, 9), 900)) for pair in pairs])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("max_edges", [20, 60, 110])
def test_as_many_nodes_are_kept_as_their_ways_fit(seed: int, max_edges: int, monkeypatch: pytest.MonkeyPatch) -> None:
    graph, policy = tangled(seed, acyclic=seed % 2 == 0), "raise" if seed % 2 == 0 else "solve"
    monkeypatch.setattr(choice, "MANY_WAYS", 0)
    between = between_ends(gd.compile(graph, cycles=policy), gd.ROOTS if seed % 4 == 0 else 0, 29)
    view = replace(view_of(max_nodes=25), max_edges=max_edges, has_boxes=False, coverage=0)
    sizes = random.Random(seed).sample(range(between.n_nodes), between.n_nodes)
    part = bounded(between, sizes, view)
    assert part is not None
    assert len(part.ways) <= max_edges
    order = [*part.order, *sorted(set(range(between.n_nodes)) - set(part.order), key=lambda node: -sizes[node])]
    one_more = order[: len(part.order) + 1]
    n_ways = len(eliminated_ways(between, one_more))
    hidden = [not {*ends} <= {*one_more} for ends in (between.sources, between.targets)]
    is_full = n_ways > max_edges or len(one_more) + sum(hidden) > view.max_nodes
    assert is_full or len(part.order) == between.n_nodes


def test_round_more_cycles_than_are_joined_one_by_one_ways_are_solved_for(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = tangled(5, acyclic=False)
    for *_, data in graph.edges(data=True):
        data["weight"] = float(data["weight"]) * 20
    between = between_ends(gd.compile(graph, cycles="solve"), {0: 2.0, 3: 1.0, 4: 1.0}, {29: 1.0, 7: 3.0})
    sizes = list(range(between.n_nodes))
    views = [replace(view_of(max_nodes=8), max_edges=90, has_boxes=False, max_ends=(n, n)) for n in (0, 5)]
    for view in views:
        joined = bounded(between, sizes, view)
        assert joined is not None
        with monkeypatch.context() as patch:
            patch.setattr(choice, "MAX_JOINS", 1)
            solved = bounded(between, sizes, view)
            patch.setattr(choice, "MAX_SOLVED", 1)
            assert bounded(between, sizes, view) is None
        assert solved is not None
        assert {pair: pytest.approx(weight) for pair, (weight, _) in joined.ways.items()} == {
            pair: weight for pair, (weight, _) in solved.ways.items()
        }


def test_of_cycles_so_many_nodes_are_kept_that_all_walks_can_be_summed_again() -> None:
    between = between_ends(gd.compile(tangled(3, acyclic=False), cycles="solve"), 0, 29)
    view = replace(view_of(max_nodes=30), max_edges=10_000, has_boxes=False)
    n_kept = []
    for most in (None, 1_000, 100):
        part = bounded(between, list(range(between.n_nodes)), replace(view, max_joins=most))
        assert part is not None
        n_kept.append(len(part.order))
        shape = nx.DiGraph(pair for pair in part.ways if pair[0] != pair[1])
        assert most is None or joins_of(shape) <= most
    assert n_kept[0] == between.n_nodes > n_kept[1] > n_kept[2]


def joins_of(graph: nx.DiGraph) -> int:
    """Return how many pairs are joined while all nodes go, one of fewest pairs first."""
    n_joins = 0
    while graph:
        node = min(graph, key=lambda node: graph.in_degree(node) * graph.out_degree(node))
        pairs = [(tail, head) for tail in graph.predecessors(node) for head in graph.successors(node)]
        n_joins += len(pairs)
        graph.remove_node(node)
        graph.add_edges_from((tail, head) for tail, head in pairs if tail != head)
    return n_joins


def eliminated_ways(between: Any, kept: list[int]) -> set[tuple[int, int]]:
    """Return from which kept node to which a way leads that passes none, by search; hidden ends are -1, -2."""
    graph = nx.DiGraph((tail, head) for tail, row in enumerate(between.rows) for head, *_ in row)
    graph.add_edges_from((-1, node) for node in between.sources if node not in kept)
    graph.add_edges_from((node, -2) for node in between.targets if node not in kept)
    stay, found = {*kept, -1, -2}, set()
    for tail in stay & {*graph}:
        waiting, seen = [tail], set()
        while waiting:
            for head in set(graph.successors(waiting.pop())) - seen:
                seen.add(head)
                if head in stay:
                    found.add((tail, head))
                else:
                    waiting.append(head)
    return found


def test_of_many_ends_some_make_room_where_their_ways_alone_do_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    edges = [(f"s{s}", f"t{t}", Fraction(s + t + 1, 7)) for s in range(8) for t in range(8)]
    graph = weighted([*edges, *((f"s{s}", "m", Fraction(50)) for s in range(8)), ("m", "t0", Fraction(1))])
    monkeypatch.setattr(choice, "MANY_WAYS", 0)
    between = between_ends(gd.compile(graph), gd.ROOTS, gd.LEAVES)
    view = replace(view_of(max_nodes=40), max_edges=20, has_boxes=False)
    middle = between.labels.index("m")
    part = bounded(between, [9 if node == middle else 1 for node in range(between.n_nodes)], view)
    assert part is not None
    assert len(part.ways) <= 20
    assert part.others
    assert middle in part.order


def test_too_many_parallel_edges_are_one() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edges_from(("a", "b", {"weight": Fraction(1, 100)}) for _ in range(100))
    graph.add_edge("b", "c", weight=2)
    picture = picture_of(gd.annotate(graph, "a", "c"))
    assert [(edge.label, edge.is_dashed, edge.facts["paths"]) for edge in picture.edges] == [
        ("100 %", False, 100),
        ("100 %", False, 100),
    ]
    assert drawn_total(picture) == 2


def test_of_one_end_the_gradient_stays() -> None:
    graph = nx.DiGraph(chain([2] * 50), edge_meaning="feeds")
    picture = picture_of(gd.annotate(graph, target=50), max_nodes=4)
    assert [(node.name, node.facts["adjoint"]) for node in picture.nodes] == [
        (str(n), 2 ** (50 - n)) for n in (0, 1, 2, 50)
    ]
    assert [edge.facts["adjoint"] for edge in picture.edges] == [2**50, 2**49, 2**48]
    assert picture.legend[1:3] == ["drawn: 4 of 51 nodes on the way", f"{SAID}every sum is that of the whole"]
    assert not any("root" in node.name for node in picture.nodes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_nodes": 1}, "max_nodes=1: at least 2"),
        ({"coverage": 1.5}, "coverage=1.5: a part between 0 and 1"),
        ({"direction": "RL"}, 'direction="RL": use one of TB, LR'),
        ({"fit": "wall"}, 'fit="wall": use one of slide, page, poster'),
    ],
    ids=["one node", "more than all", "another way", "another box"],
)
def test_what_fits_nothing_is_refused(options: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        gd.to_pydot(gd.annotate(ladder(3), 0, 3), **options)


def test_where_nothing_flows_shares_are_not_made_up() -> None:
    graph = weighted([("s", f"m{place}", 0) for place in range(40)] + [(f"m{place}", "t", 1) for place in range(40)])
    picture = picture_of(gd.annotate(graph, "s", "t"), max_nodes=4)
    assert len(picture.nodes) == 4
    assert {edge.facts["share"] for edge in picture.edges} == {None}
    assert {edge.label for edge in picture.edges} == {"0", "1"}
    assert "edge and node: share of the total" in picture.legend


def test_where_every_node_is_an_end_there_is_nothing_more_to_choose() -> None:
    star = nx.DiGraph(("a", name) for name in "wxyz")
    found = gd.annotate(star, "a", list("xyz"), weight=None)
    picture = picture_of(found, max_nodes=3)
    assert len(picture.nodes) <= 3
    assert drawn_total(picture) == found.graph["total"] == 3
    assert len(picture_of(gd.annotate(star, gd.ROOTS, gd.LEAVES, weight=None), max_nodes=2).nodes) <= 2


def crowded(n_alike: int = 9, size: int = 6) -> nx.DiGraph:
    """Return nodes side by side that lead to each of many others, which lead to one another, and one that is apart."""
    draw = random.Random(4)
    ends = [("s", f"a{n}") for n in range(n_alike)] + [("s", "apart"), ("apart", "a0")]
    ends += [(f"a{n}", place) for n in range(n_alike) for place in range(size)]
    ends += [(i, j) for i in range(size) for j in range(i + 1, size)] + [(place, "t") for place in range(size)]
    return weighted([(tail, head, Fraction(draw.randint(1, 9), 10)) for tail, head in ends])


@pytest.mark.parametrize("kind", [Fraction, float, int, sympy.Rational])
def test_nodes_between_the_same_others_are_in_one_box_where_they_are_too_many(kind: Any) -> None:
    graph = crowded()
    if kind is not Fraction:
        for *_, data in graph.edges(data=True):
            data["weight"] = kind(int(10 * data["weight"]))
    found = gd.annotate(graph, "s", "t")
    picture = picture_of(found)
    [box] = [node for node in picture.nodes if "members" in node.facts]
    assert {*box.facts["members"]} == {f"a{n}" for n in range(1, 9)}
    assert ", ".join(box.facts["members"]) == box.name
    assert len(picture.edges) <= 40
    if kind is not float:
        assert_balanced(picture)
        assert drawn_total(picture) == path_sum(graph, "s", "t")
    else:
        assert drawn_total(picture) == pytest.approx(path_sum(graph, "s", "t"))
    assert sum(edge.facts["paths"] for edge in picture.edges if edge.tail == 0) == len(walks(graph, "s", "t"))
    assert "several in a box: nodes between the same others" in picture.legend[1]
    [into] = [edge for edge in picture.edges if picture.nodes[edge.head] is box]
    assert not into.is_dashed
    if kind not in (int, float):
        return
    again = gd.read(io.BytesIO(gd.to_pydot(found).to_string().encode()), format="dot")
    assert gd.total_influence(again, "s", "t") == pytest.approx(float(found.graph["total"]))


def test_what_leads_to_nodes_in_a_box_may_pass_others() -> None:
    graph = crowded()
    for place in range(1, 9):
        graph.remove_edge("s", f"a{place}")
        for side in "xy":
            graph.add_edge("s", f"{side}{place}", weight=Fraction(place + 8, 8))
            graph.add_edge(f"{side}{place}", f"a{place}", weight=Fraction(1, 2))
    for tail, _, data in graph.edges(data=True):
        data["weight"] = Fraction(1, 2) if tail in [f"a{n}" for n in range(9)] else data["weight"]
    picture = picture_of(gd.annotate(graph, "s", "t"), max_nodes=17)
    [box] = [node for node in picture.nodes if "members" in node.facts]
    assert {*box.facts["members"]} >= {f"a{n}" for n in range(1, 9)}
    assert_balanced(picture)
    assert drawn_total(picture) == path_sum(graph, "s", "t")
    assert sum(edge.facts["paths"] for edge in picture.edges if edge.tail == 0) == len(walks(graph, "s", "t"))
    through = [
        sum(edge.facts["paths"] for edge in picture.edges if picture.nodes[getattr(edge, end)] is box)
        for end in ("head", "tail")
    ]
    assert through[0] == through[1] > 0


def test_boxes_keep_totals_round_cycles() -> None:
    graph = crowded()
    graph.add_edges_from([(f"a{n}", "s") for n in range(1, 9)], weight=Fraction(1, 1000))
    graph.add_edge(5, 3, weight=Fraction(-1, 7))
    found = gd.annotate(graph, "s", "t", cycles="solve")
    picture = picture_of(found)
    assert any("members" in node.facts for node in picture.nodes)
    drawn = weighted([])
    for edge in picture.edges:
        tail, head = (picture.nodes[end].name for end in (edge.tail, edge.head))
        drawn.add_edge(tail, head, weight=edge.facts["weight"])
    assert inverse_totals(drawn)["s", "t"] == found.graph["total"]
    contributions = [edge.facts["contribution"] for edge in picture.edges if picture.nodes[edge.head].name == "t"]
    assert sum(contributions) == found.graph["total"]


def test_where_edges_are_many_small_shares_have_no_label() -> None:
    picture = picture_of(gd.annotate(crowded(), "s", "t"))
    assert "labels from 2 %, lighter below" in picture.legend
    for edge in picture.edges:
        assert bool(edge.label) == (edge.facts["share"] >= 0.02) == (edge.width >= 1)
    assert not all(edge.label for edge in picture.edges)
    few = picture_of(gd.annotate(crowded(), "s", "t"), max_nodes=6)
    assert all(edge.label for edge in few.edges)
    assert not any("labels from" in line for line in few.legend)


def test_a_box_names_ten_and_counts_the_others() -> None:
    picture = picture_of(gd.annotate(crowded(25), "s", "t"), max_nodes=30)
    [box] = [node for node in picture.nodes if "members" in node.facts]
    n_others = len(box.facts["members"]) - 10
    assert n_others > 0
    assert box.lines[5] == f"and {n_others} more"
    assert len(box.lines) == 7


@pytest.mark.parametrize("preset", [gd.weights.even, gd.weights.unit])
def test_weights_that_follow_from_the_edges_are_not_written_beside_shares(preset: Any) -> None:
    picture = picture_of(gd.annotate(ladder(3), 0, 3, weight=preset))
    assert all(edge.label.endswith(" %") and "·" not in edge.label for edge in picture.edges)
    assert "edge and node: share of the total" in picture.legend
    own = picture_of(gd.annotate(weighted([("a", "b", 2)]), "a", "b"))
    assert [edge.label for edge in own.edges] == ["2 · 100 %"]
