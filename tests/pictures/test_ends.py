"""Ends of every kind in pictures: a node, a list, a mapping of seeds, all roots and all leaves.

The oracle is the same question on a copy of the graph with a node before the sources and one behind the targets, whose
edges have the seeds for weights: made here by networkx.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
import scipy.sparse
import sympy

import graphdiff as gd
from graphdiff.errors import UsageError
from graphdiff.pictures.dot import picture_of

#: Two roots and a lone pair, two leaves, a source behind a source, a target before a target, and signs that mix.
EDGES = [
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

KINDS: dict[str, Callable[[int], Any]] = {
    "ints": int, "floats": lambda w: w / 8, "fractions": lambda w: Fraction(w, 3), "complex": lambda w: complex(w, 1),
}  # fmt: skip

SOURCES: dict[str, Any] = {"node": 1, "list": [1, 0, 8], "seeds": {0: 3, 8: -2, 1: 1}, "ROOTS": gd.ROOTS, "None": None}
TARGETS: dict[str, Any] = {"node": 5, "list": [5, 4], "seeds": {5: 2, 6: -1, 4: 4}, "LEAVES": gd.LEAVES, "None": None}

QUESTIONS = pytest.mark.parametrize(
    ("source", "target"),
    [pytest.param(s, t, id=f"{n} to {m}") for n, s in SOURCES.items() for m, t in TARGETS.items()],
)
FORMS = pytest.mark.parametrize("form", ["networkx", "multigraph", "compiled", "arrays", "scipy"])


def graph_of(kind: str, *, multi: bool = False) -> nx.DiGraph:
    graph: nx.DiGraph = nx.MultiDiGraph() if multi else nx.DiGraph()
    graph.add_nodes_from(range(9))
    for tail, head, weight in EDGES:
        graph.add_edge(tail, head, weight=KINDS[kind](weight))
        if multi and weight > 9:
            graph.add_edge(tail, head, weight=KINDS[kind](-2))
    return graph


def given_as(form: str, graph: nx.DiGraph) -> Any:
    if form in ("networkx", "multigraph"):
        return graph
    if form == "compiled":
        return gd.compile(graph)
    tails, heads, weights = zip(*graph.edges(data="weight"), strict=True)
    if form == "scipy":
        return gd.compile(scipy.sparse.csr_array((weights, (tails, heads)), shape=(len(graph), len(graph))))
    return gd.CompiledGraph.from_arrays(tails, heads, weights)


def seeds(graph: nx.DiGraph, end: Any, default: Any) -> dict[Any, Any]:
    """Return an end as a mapping, by other means than the library's."""
    end = default if end is None else end
    if end is gd.ROOTS or end is gd.LEAVES:
        degrees = graph.in_degree if end is gd.ROOTS else graph.out_degree
        return {node: 1 for node, degree in degrees if not degree}
    return end if isinstance(end, dict) else dict.fromkeys(end if isinstance(end, list) else [end], 1)


def extended(graph: nx.DiGraph, source: Any, target: Any) -> nx.MultiDiGraph:
    """Return the graph with a super source and a super sink."""
    copy = nx.MultiDiGraph(graph)
    starts, ends = seeds(graph, source, gd.ROOTS), seeds(graph, target, gd.LEAVES)
    copy.add_edges_from(("SOURCE", node, {"weight": seed}) for node, seed in starts.items())
    copy.add_edges_from((node, "TARGET", {"weight": seed}) for node, seed in ends.items())
    return copy


def close(number: Any, expected: Any) -> bool:
    if number is None or expected is None:
        return number is expected
    if isinstance(number, (float, complex)) or isinstance(expected, (float, complex)):
        return abs(number - expected) <= 1e-9 * max(1, abs(expected))
    return bool(number == expected)


@QUESTIONS
@pytest.mark.parametrize("kind", KINDS)
@FORMS
def test_an_annotation_is_that_of_a_super_source_and_sink(source: Any, target: Any, kind: str, form: str) -> None:
    if form == "scipy" and kind == "fractions":
        pytest.skip("a sparse matrix holds no fractions")
    graph = graph_of(kind, multi=form == "multigraph")
    found = gd.annotate(given_as(form, graph), source, target)
    one_end = (source is None) != (target is None)
    ends = {} if source is target is None else {"source": "SOURCE", "target": "TARGET"}
    if one_end:
        ends.pop("source" if source is None else "target")
    other = extended(graph, source, target)
    expected = gd.annotate(other, **(ends or {"source": "SOURCE", "target": "TARGET"}))
    for node in graph:
        for name in ("tangent", "adjoint", "contribution", "share", "paths"):
            assert close(found.nodes[node].get(name), expected.nodes[node].get(name)), (node, name)
    for edge in found.edges:
        for name in ("tangent", "adjoint", "contribution", "share", "paths"):
            there = expected.edges[(*edge[:2], edge[2] if len(edge) > 2 else 0)].get(name)
            assert close(found.edges[edge].get(name), there), (edge, name)
    assert close(found.graph.get("total"), expected.graph.get("total"))
    assert found.graph.get("source") == source
    assert found.graph.get("target") == target
    for name, end in (("source_seed", source), ("target_seed", target)):
        marked = {node: seed for node, seed in found.nodes(data=name) if seed is not None}
        default = gd.ROOTS if name == "source_seed" else gd.LEAVES
        assert marked == ({} if end is None or isinstance(end, int) else seeds(graph, end, default))


@QUESTIONS
def test_a_picture_marks_every_end_and_says_the_question(source: Any, target: Any) -> None:
    graph = graph_of("floats")
    picture = picture_of(gd.annotate(graph, source, target))
    drawn = {node.name for node in picture.nodes}
    starts, ends = seeds(graph, source, gd.ROOTS), seeds(graph, target, gd.LEAVES)
    between = {
        node
        for node in graph
        if any(nx.has_path(graph, s, node) for s in starts) and any(nx.has_path(graph, node, t) for t in ends)
    }
    assert drawn == set(map(str, between))
    if not (source is None and target is not None):
        assert {node.name for node in picture.nodes if node.is_source} == set(map(str, set(starts) & between))
    if not (target is None and source is not None):
        assert {node.name for node in picture.nodes if node.is_target} == set(map(str, set(ends) & between))
    assert "graphdiff" not in picture.legend[0]
    assert "[" not in picture.legend[0]
    # From all roots the picture of an explanation is that of the adjoints.
    if source is not None and source is not gd.ROOTS and target is not None:
        why = gd.explain(graph, source, target)
        again = picture_of(why)
        assert [node.is_source for node in again.nodes] == [node.is_source for node in picture.nodes]
        assert "<svg" in why._repr_html_()


@QUESTIONS
@pytest.mark.parametrize("suffix", ["dot", "svg", "png", "mmd", "json", "csv", "graphml"])
def test_every_format_holds_it_and_it_reads_back(source: Any, target: Any, suffix: str, tmp_path: Path) -> None:
    found = gd.annotate(graph_of("floats"), source, target)
    path = tmp_path / f"first.{suffix}"
    gd.write(found, path)
    if suffix not in ("dot", "json", "graphml"):
        return
    back = gd.read(path)
    before, after = picture_of(found), picture_of(back)
    assert [node.is_source for node in after.nodes] == [node.is_source for node in before.nodes]
    assert [node.is_target for node in after.nodes] == [node.is_target for node in before.nodes]
    for name in ("source_seed", "target_seed"):
        seeded = {str(node): seed for node, seed in found.nodes(data=name) if seed is not None}
        kept = {str(node): seed for node, seed in back.nodes(data=name) if seed is not None}
        assert kept == {node: seed for node, seed in seeded.items() if suffix != "dot" or node in kept}
    for again in ("dot", "svg", "json", "graphml", "csv"):
        gd.write(back, tmp_path / f"second.{again}")


@pytest.mark.parametrize(("source", "target"), [([8], [5, 4]), ({8: 2}, 5), (8, [5, 4]), (8, 5)])
def test_ends_without_a_path_are_drawn_alone(source: Any, target: Any) -> None:
    graph = graph_of("floats")
    picture = picture_of(gd.annotate(graph, source, target))
    assert {node.name for node in picture.nodes if node.is_source} == {"8"}
    assert {node.name for node in picture.nodes if node.is_target} == set(map(str, seeds(graph, target, None)))
    assert not picture.edges


def test_a_graph_that_is_annotated_again_has_the_marks_of_the_last_question() -> None:
    first = gd.annotate(graph_of("ints"), [0, 1], {5: 2})
    again = gd.annotate(first, 1, 5)
    assert not any("source_seed" in data or "target_seed" in data for _, data in again.nodes(data=True))
    assert again.graph["source"] == 1


def test_what_was_asked_stays_whatever_becomes_of_the_list() -> None:
    sources, targets = [0, 1], {5: 2}
    found = gd.annotate(graph_of("ints"), sources, targets)
    sources.append(8)
    targets[6] = 1
    assert (found.graph["source"], found.graph["target"]) == ([0, 1], {5: 2})


def test_symbols() -> None:
    a, b, k = sympy.symbols("a b k")
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("x", "t", a), ("y", "t", b)])
    found = gd.annotate(graph, {"x": k, "y": 1}, "t")
    assert sympy.expand(found.graph["total"] - (k * a + b)) == 0
    assert sympy.expand(found.edges["x", "t"]["contribution"] - k * a) == 0
    assert found.nodes["x"]["source_seed"] == k
    assert picture_of(found).nodes


def test_a_seed_that_a_file_holds_as_text_is_refused_by_its_name(tmp_path: Path) -> None:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", weight=2)
    gd.write(gd.annotate(graph, {"a": Fraction(1, 2)}, "b"), tmp_path / "a.json")
    with pytest.raises(UsageError, match="the seed '1/2' of 'a' is a text, and no number; annotate the graph again"):
        picture_of(gd.read(tmp_path / "a.json"))


def lattice(side: int) -> nx.DiGraph:
    """Return ways from two corners to two corners of a grid, more than fit into a picture."""
    graph = nx.DiGraph()
    for x in range(side):
        for y in range(side):
            graph.add_edges_from(
                ((x, y), head, {"weight": 0.5 + 0.01 * (x + 2 * y)})
                for head in ((x + 1, y), (x, y + 1))
                if max(head) < side
            )
    return graph


def drawn_total(picture: Any, entering: dict[str, float], leaving: dict[str, float]) -> float:
    """Return the total over drawn and dashed edges, by walking them."""
    order = nx.DiGraph((edge.tail, edge.head) for edge in picture.edges)
    values = [entering.get(node.name, 0.0) for node in picture.nodes]
    for place in nx.topological_sort(order):
        for edge in picture.edges:
            if edge.tail == place:
                values[edge.head] += values[place] * edge.facts["weight"]
    return sum(values[place] * leaving.get(node.name, 0.0) for place, node in enumerate(picture.nodes))


@pytest.mark.parametrize(("seed", "count"), [(1, 1), (3, 1), (3, -2.5)])
def test_dashed_edges_carry_the_rest_of_a_seeded_total(seed: float, count: float) -> None:
    graph = lattice(6)
    found = gd.annotate(graph, {(0, 0): seed}, {(5, 5): count})
    picture = picture_of(found, max_nodes=9)
    assert any(edge.is_dashed for edge in picture.edges)
    total = drawn_total(picture, {"(0, 0)": seed}, {"(5, 5)": count})
    assert total == pytest.approx(found.graph["total"])
    leaving = [edge.facts for edge in picture.edges if picture.nodes[edge.tail].is_source]
    assert sum(facts["contribution"] for facts in leaving) == pytest.approx(total)
    assert sum(facts["share"] for facts in leaving) == pytest.approx(1)
    assert sum(facts["paths"] for facts in leaving) == gd.count_paths(graph, (0, 0), (5, 5))


@pytest.mark.parametrize("n", [4, 9])
@pytest.mark.parametrize("ends", [([(0, 0), (0, 1)], [(5, 5), (5, 4)]), ({(0, 0): 2, (1, 0): -1}, [(5, 5)])])
def test_of_several_ends_the_total_stays(ends: Any, n: int) -> None:
    found = gd.annotate(lattice(6), *ends)
    picture = picture_of(found, max_nodes=n)
    entering, leaving = (
        {node.name: float(node.facts[seed]) for node in picture.nodes if seed in node.facts}
        for seed in ("source_seed", "target_seed")
    )
    assert drawn_total(picture, entering, leaving) == pytest.approx(found.graph["total"])
    assert ("drawn: " in picture.legend[1]) == (len(picture.nodes) <= n)


@QUESTIONS
@pytest.mark.parametrize("kind", KINDS)
def test_groups_have_contributions_to_the_seeded_total(source: Any, target: Any, kind: str, tmp_path: Path) -> None:
    graph = graph_of(kind)
    if source is target is None:
        return
    found = gd.group(graph, lambda node: f"g{node // 3}", source=source, target=target)
    expected = gd.edge_contributions(extended(graph, source, target), "SOURCE", "TARGET")
    sums: dict[Any, Any] = {}
    for (tail, head, *_), number in expected.items():
        if "SOURCE" not in (tail, head) and "TARGET" not in (tail, head) and tail // 3 != head // 3:
            sums[f"g{tail // 3}", f"g{head // 3}"] = sums.get((f"g{tail // 3}", f"g{head // 3}"), 0) + number
    assert all(close(found.edges[edge]["contribution"], number) for edge, number in sums.items())
    assert close(found.graph["total"], expected.total)
    picture = picture_of(found)
    starts = seeds(graph, source, None) if source is not None else {}
    marked = {node.name for node in picture.nodes if node.is_source}
    assert marked == {f"g{node // 3}" for node in starts} & {node.name for node in picture.nodes}
    for suffix in ("dot", "svg", "json", "graphml", "csv", "mmd"):
        gd.write(found, tmp_path / f"groups.{suffix}")


@pytest.mark.parametrize("cycles", ["collapse", "solve"])
@pytest.mark.parametrize("ends", [(["a", "b"], ["c", "d"]), ({"a": 2, "b": 1}, {"d": 3}), (gd.ROOTS, gd.LEAVES)])
def test_round_cycles(cycles: Any, ends: Any) -> None:
    graph = nx.DiGraph()
    edges = [("a", "b", 0.25), ("b", "a", 0.5), ("b", "c", 2.0), ("c", "d", 0.5), ("d", "c", 0.125), ("x", "d", 1.0)]
    graph.add_weighted_edges_from(edges)
    found = gd.annotate(graph, *ends, cycles=cycles)
    assert found.graph["total"] == pytest.approx(gd.total_influence(graph, *ends, cycles=cycles))
    contributions = gd.edge_contributions(graph, *ends, cycles=cycles)
    assert all(found.edges[edge]["contribution"] == pytest.approx(contributions[edge]) for edge in graph.edges)
    picture = picture_of(found)
    assert any(node.is_source for node in picture.nodes)
    assert any(node.is_target for node in picture.nodes)
    if cycles == "collapse":
        assert found.nodes["b"]["paths"] == gd.count_paths(graph, *ends, cycles=cycles) - (
            1 if ends[0] is gd.ROOTS else 0
        )


def test_a_difference_marks_every_end_and_fits_ways_to_them(tmp_path: Path) -> None:
    old = lattice(5)
    new = old.copy()
    new.edges[(1, 1), (2, 1)]["weight"] = 3.0
    new.remove_edge((2, 2), (3, 2))
    found = gd.compare(old, new, [(0, 0), (0, 1)], {(4, 4): 2, (4, 3): 1})
    for most in (30, 16):
        picture = picture_of(found, max_nodes=most)
        assert {node.name for node in picture.nodes if node.is_source} == {"(0, 0)", "(0, 1)"}
        assert {node.name for node in picture.nodes if node.is_target} == {"(4, 4)", "(4, 3)"}
        assert len(picture.nodes) <= most
        assert picture.facts["source"] == "(0, 0) and (0, 1)"
    ways = nx.DiGraph((picture.nodes[edge.tail].name, picture.nodes[edge.head].name) for edge in picture.edges)
    assert {"(0, 0)", "(0, 1)"} & nx.ancestors(ways, "(1, 1)")
    assert {"(4, 4)", "(4, 3)"} & nx.descendants(ways, "(2, 1)")
    for suffix in ("dot", "svg", "mmd", "json"):
        gd.write(found, tmp_path / f"change.{suffix}")
    for suffix in ("json", "graphml", "csv"):
        gd.write(found.to_networkx(), tmp_path / f"overlay.{suffix}")
