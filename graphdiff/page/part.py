"""What a page knows of a graph: its nodes, links and ends, with numbers that JSON and a browser's script can hold.

Of more than fit those nodes stay that most of the answer passes; the others are eliminated, and all totals stay.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import networkx as nx

from graphdiff.arithmetic import REAL
from graphdiff.graph.compiled import compile
from graphdiff.pictures.answer import answer_pictures
from graphdiff.pictures.dot import pictures_of
from graphdiff.pictures.picture import DrawnNode, Picture
from graphdiff.pictures.view import View, view_of
from graphdiff.text.numbers import plain
from graphdiff.text.records import listed_or_storable, set_aside
from graphdiff.text.sentences import words_of

__all__ = ["MAX_LINKS", "MAX_NODES", "part_of", "picture_for_page"]

#: A page holds so many nodes and links at most, where nothing else is asked.
MAX_NODES, MAX_LINKS = 2_000, 20_000
#: From here on floats, which are all the numbers that a script has, leave out ints.
LEAST_INEXACT = 2**53
#: What a graph is annotated with that has sums over paths.
ANSWERS = ("contribution", "tangent", "adjoint")


def picture_for_page(graph: nx.DiGraph, max_nodes: int = MAX_NODES) -> Picture:
    """Return what a page shows of a graph, which is what a picture does, and much more of it.

    Examples
    --------
    >>> len(picture_for_page(nx.DiGraph([("a", "b")])).nodes)
    2
    """
    view = _view(max_nodes)
    is_answer = graph.graph.get("annotation") in ANSWERS and "quotient" not in graph.graph
    return next(answer_pictures(graph, view) if is_answer else pictures_of(graph, view))


def _view(max_nodes: int) -> View:
    return replace(view_of(max_nodes=max_nodes), max_edges=MAX_LINKS, has_boxes=False)


def part_of(picture: Picture) -> dict[str, Any]:
    """Return what a page knows of a graph, as JSON.

    Examples
    --------
    >>> from graphdiff.pictures.annotate import annotate
    >>> G = nx.DiGraph()
    >>> G.add_edge("a", "b", weight=0.5)
    >>> part = part_of(picture_for_page(annotate(G, "a", "b")))
    >>> part["links"][0]["weight"], part["starts"], part["ends"], part["total"]
    (0.5, [[0, 1]], [[1, 1]], 0.5)
    """
    order = _in_order(picture)
    place = {node: number for number, node in enumerate(order)}
    links = [
        {"source": place[edge.tail], "target": place[edge.head], **_key(edge.key), **_facts(edge.facts, LINK)}
        for edge in picture.edges
    ]
    part = {
        **{name: str(picture.facts.get(name, "unknown")) for name in MEANINGS},
        "words": _words(picture),
        "nodes": [_node(picture.nodes[node], picture.facts.get("node_title")) for node in order],
        "links": sorted(links, key=lambda link: (link["source"], link["target"])),
        **_ends(picture, order),
        **_facts({name: picture.facts[name] for name in WHOLE if name in picture.facts}),
        "n_nodes": picture.n_nodes or len(picture.nodes),
    }
    return part | {"summed": _is_summed(picture, part)}


#: What is said of a whole graph, as in graph records.
MEANINGS = ("edge_meaning", "weight_meaning", "node_meaning")
#: What else of it there may be: the answer, how much is shown, what cycles are, what numbers are of.
WHOLE = ("total", "total_before", "drawn", "cycles", "annotation", "unit", "source", "target")
#: What a node and a link have for themselves.
NODE, LINK = ("id", "title"), ("source", "target", "key")


def _node(node: DrawnNode, called: str | None) -> dict[str, Any]:
    """Return what is known of a node; what it is called, if that is not its name."""
    title = node.facts.get(called) if called else None
    own = {name: value for name, value in node.facts.items() if name != called}
    return {"id": node.name, **({} if title is None else {"title": str(title)}), **_facts(own, NODE)}


def _is_summed(picture: Picture, part: Mapping[str, Any]) -> bool:
    """Return whether what flows from end to end can be summed with floats: a script has no other numbers."""
    if picture.facts.get("annotation") != "contribution" or not part["starts"] or not part["ends"]:
        return False
    seeds = [seed for name in ("starts", "ends") for _, seed in part[name]]
    weights = (edge.facts.get("weight") for edge in picture.edges)
    return all(_float(number) is not None for number in (picture.facts.get("total"), *seeds, *weights))


def _in_order(picture: Picture) -> list[int]:
    """Return the places of the nodes, those before that lead to others; on a cycle in any order."""
    graph = nx.DiGraph((edge.tail, edge.head) for edge in picture.edges)
    graph.add_nodes_from(range(len(picture.nodes)))
    return list(compile(graph, weight=None, cycles="collapse").topology.labels)


def _words(picture: Picture) -> dict[str, str]:
    words = words_of(nx.DiGraph(**{name: picture.facts[name] for name in MEANINGS if name in picture.facts}))
    names = ("nodes", "edges", "arrow", "starts", "ends")
    return {**{name: getattr(words, name) for name in names}, "total": picture.legend[0] if picture.legend else ""}


def _ends(picture: Picture, order: list[int]) -> dict[str, list[Any]]:
    """Return the ends of the question, by their places, with their seeds."""
    ends: dict[str, list[Any]] = {"starts": [], "ends": []}
    for place, number in enumerate(order):
        node = picture.nodes[number]
        for name, seed, is_end in (("starts", "source_seed", node.is_source), ("ends", "target_seed", node.is_target)):
            if is_end:
                ends[name].append([place, _seed(node.facts.get(seed, 1))])
    return ends


def _seed(seed: Any) -> Any:
    """Return a seed as a script can use it."""
    held, about = _held(seed)
    return held if about is None else about


def _key(key: str | int | None) -> dict[str, Any]:
    return {} if key is None else {"key": key}


def _facts(data: Mapping[Any, Any], taken: Collection[str] = ()) -> dict[str, Any]:
    """Return what is known of a node or link as JSON has it, of numbers that are texts there about what they are."""
    held = {name: _held(value) for name, value in set_aside(data, (*taken, "approximately")).items()}
    about = {name: number for name, (_, number) in held.items() if number is not None}
    return {name: value for name, (value, _) in held.items()} | ({"approximately": about} if about else {})


def _held(value: Any) -> tuple[Any, float | None]:
    """Return a value as JSON and a script can hold it, and of a number that is a text there what it is about."""
    if value is None:
        return None, None
    exact = plain(value)
    if not isinstance(exact, REAL) and not isinstance(value, REAL):
        return listed_or_storable(value), None
    if isinstance(exact, float) or (isinstance(exact, int) and abs(exact) < LEAST_INEXACT):
        return listed_or_storable(exact), None
    return str(plain(value)), _float(value)


def _float(number: Any) -> float | None:
    """Return about what a number is; None where that is beyond the floats."""
    if not isinstance(number, REAL):
        return None
    try:
        about = float(number)
    except OverflowError:
        return None
    return about if math.isfinite(about) else None
