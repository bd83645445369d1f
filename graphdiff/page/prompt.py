"""What a page has of an attribution graph beside others: rows of layers, ends that stay, what numbers are of."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import networkx as nx

from graphdiff.arithmetic import REAL
from graphdiff.graph.compiled import compile
from graphdiff.graph.ends import seeds_of
from graphdiff.graph.measured import is_attribution
from graphdiff.graph.presets import WEIGHTS
from graphdiff.pictures.annotate import SEEDS
from graphdiff.pictures.answer import asked_end
from graphdiff.pictures.attribution import layered
from graphdiff.pictures.picture import DrawnNode, Picture, pruned_lines, title
from graphdiff.text.sentences import how_many
from graphdiff.why.unexplained import from_errors

__all__ = ["besides", "in_rows", "notes_of", "places_in"]

#: So many tokens, and so many logits, stay drawn however few nodes are: most prompts, and the logits that matter.
MAX_TOKENS, MAX_LOGITS = 16, 5


def in_rows(picture: Picture, graph: nx.DiGraph) -> Picture:
    """Return the picture of an answer, of an attribution graph with its nodes in rows.

    Examples
    --------
    >>> in_rows(Picture([], []), nx.DiGraph()).rows
    []
    """
    return replace(picture, rows=layered(picture.nodes, picture.edges)) if is_attribution(graph) else picture


def places_in(picture: Picture) -> dict[int, dict[str, Any]]:
    """Return by node, row by row from below, where it is drawn: nothing where layers are no rows.

    Returns
    -------
    dict of place to dict
        ``row``, the number of its row; ``text``, what stands in its box, as the row says what kind of node it is; and
        ``stays``, where it is drawn however few nodes are: a token or a logit.

    Examples
    --------
    >>> from graphdiff.pictures.picture import Row
    >>> nodes = [DrawnNode((), name="3_1_0"), DrawnNode((), name="a", facts={"title": 'token "a"@0', "kind": "token"})]
    >>> places_in(Picture(nodes, [], facts={"node_title": "title"}, rows=[Row("tokens", (1,)), Row("layer 3", (0,))]))
    {1: {'row': 0, 'text': '"a"@0', 'stays': True}, 0: {'row': 1, 'text': '3_1_0'}}
    """
    called = picture.facts.get("node_title")
    stay = _staying(picture) if picture.rows else ()
    rows = (row.nodes for row in picture.rows if row.rank)  # others are frames
    return {
        place: {
            "row": number,
            "text": _text(picture.nodes[place], called),
            **({"stays": True} if place in stay else {}),
        }
        for number, nodes in enumerate(rows)
        for place in nodes
    }


def _text(node: DrawnNode, called: str | None) -> str:
    return title(node.name, node.facts, called).replace("\n", " · ").removeprefix("feature ")


def _staying(picture: Picture) -> set[int]:
    """Return the tokens, logits and ends that stay drawn: of many those that most passes, or that changed most."""
    moved = dict.fromkeys(range(len(picture.nodes)), 0.0)
    for edge in picture.edges:
        moved[edge.tail] += _size(edge.facts.get("change"))
        moved[edge.head] += _size(edge.facts.get("change"))
    sizes = {place: _size(picture.nodes[place].facts.get("contribution")) or size for place, size in moved.items()}
    stay = set[int]()
    for side, kind, most in (("is_source", "token", MAX_TOKENS), ("is_target", "logit", MAX_LOGITS)):
        ends = [
            place for place, node in enumerate(picture.nodes) if getattr(node, side) or node.facts.get("kind") == kind
        ]
        stay.update(sorted(ends, key=lambda end: -sizes[end])[:most])
    return stay


def _size(number: Any) -> float:
    """Return about how large a number is: of symbols, which have no size, 0."""
    has_size = isinstance(number, (*REAL, complex))
    try:
        return float(abs(number)) if has_size else 0.0
    except OverflowError:
        return math.inf


def notes_of(graph: nx.DiGraph) -> Iterator[str]:
    """Yield what the numbers of a graph are of, line by line: its weights, what it was pruned to.

    Examples
    --------
    >>> list(notes_of(nx.DiGraph(annotation="contribution", weight_meaning="even", pruned_to="2 nodes")))
    ['weights: even, each node passes what reaches it in equal parts along its edges', 'pruned to 2 nodes']
    """
    asked = graph.graph
    meaning = asked.get("weight_meaning", "unknown")
    if asked.get("annotation") == "comparison":
        return  # it says by which weights its totals are
    if meaning == "unit" and asked.get("annotation") == "contribution":
        yield "the total counts paths: each edge counts 1"
    elif meaning in WEIGHTS and meaning != "unit":
        yield f"weights: {meaning}, {WEIGHTS[meaning].meaning}"
    elif is_attribution(graph) and meaning != "unknown":
        yield f"weights: {meaning}"
    yield from pruned_lines(asked)


def besides(graph: nx.DiGraph) -> str | None:
    """Return what the errors of an attribution graph bring to the target that was asked about; None without any.

    Examples
    --------
    >>> G = nx.DiGraph(edge_meaning="drives", annotation="contribution", source="token", target="logit")
    >>> G.add_weighted_edges_from([("token", "logit", 2), ("error", "logit", 3)])
    >>> G.nodes["token"]["kind"], G.nodes["error"]["kind"] = "token", "error"
    >>> besides(G)
    'besides, from errors, which nothing in the graph explains: 3'
    """
    if graph.graph.get("annotation") != "contribution" or not is_attribution(graph) or "quotient" in graph.graph:
        return None
    if all(kind != "error" for _, kind in graph.nodes(data="kind")):
        return None
    ready = compile(graph, cycles=graph.graph.get("cycles", "raise"))
    source, target = (asked_end(graph, name) for name in SEEDS)
    if source is None or target is None:
        return None
    errors = from_errors(ready, graph, seeds_of(ready, source), target)
    if errors is None:
        return None
    kept = f"the {how_many(errors.n_errors, 'errors')} that are kept" if "pruned_to" in graph.graph else "errors"
    return f"besides, from {kept}, which nothing in the graph explains: {errors}"
