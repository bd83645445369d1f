"""What a page knows of a graph: its nodes, links and ends, with numbers that JSON and a browser's script can hold.

Of more than fit those nodes stay that most of the answer passes; the others are eliminated, and all totals stay.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np

from graphdiff.errors import LimitError
from graphdiff.graph.compiled import compile
from graphdiff.graph.networks import IN_GROUP, RANKED
from graphdiff.page.functions import functions_picture
from graphdiff.page.groups import groups_picture
from graphdiff.page.prompt import besides, in_rows, notes_of, places_in
from graphdiff.pictures.annotate import ATTRIBUTES
from graphdiff.pictures.answer import answer_pictures
from graphdiff.pictures.difference import overlay_pictures
from graphdiff.pictures.dot import pictures_of
from graphdiff.pictures.group import Grouping
from graphdiff.pictures.picture import DrawnNode, Picture
from graphdiff.pictures.view import View, view_of
from graphdiff.remedies import Keyword, Remedy
from graphdiff.showing import harmless
from graphdiff.text.names import node_text
from graphdiff.text.numbers import plain, shorten
from graphdiff.text.records import distinct, listed_or_storable, set_aside
from graphdiff.text.sentences import WORDS, Words, how_many, words_for, words_of

__all__ = ["MAX_NODES", "answer_of", "part_of", "picture_for_page", "words_in"]

#: A page holds so many nodes at most where nothing else is asked, and so many times as many links.
MAX_NODES, LINKS_TO_A_NODE = 2_000, 10
#: In fewer steps than the page's script takes at most (elimination.js) it can sum walks again, as many as a page holds.
MAX_JOINS = 1_500_000
#: From here on floats, which are all the numbers that a script has, leave out ints.
LEAST_INEXACT = 2**53
#: Texts of nodes and edges are cut to so many letters.
MAX_TEXT = 10_000
#: What is said of a flow in place of sums.
NOT_ALONG_PATHS = (
    "At each edge stands what passes it: over every cut between the ends these numbers add up to the total. They do "
    "not multiply along paths, so nothing else is asked of them here."
)
#: What only serves to draw and count nodes and edges of a flow.
OF_COUNTING = ("size", "edges", "source_seed", "target_seed")
#: What a graph is annotated with that has sums over paths.
ANSWERS = ("contribution", "tangent", "adjoint")


def picture_for_page(
    graph: nx.DiGraph, max_nodes: int = MAX_NODES, progress: Callable[[int, int | None], None] | None = None
) -> Picture:
    """Return what a page shows of a graph, which is what a picture does, and much more of it.

    Raises
    ------
    LimitError
        If it is a graph of which nothing is asked, so that nothing says what of it is to be shown, and too large.

    Examples
    --------
    >>> len(picture_for_page(nx.DiGraph([("a", "b")])).nodes)
    2
    """
    view = replace(view_of(max_nodes=max_nodes), max_edges=LINKS_TO_A_NODE * max_nodes, has_boxes=False)
    view = replace(view, max_joins=MAX_JOINS, progress=progress)
    picture = _whole_picture(graph, view)
    if _is_flow(picture):
        picture = _of_flow(picture)
    notes = [*picture.facts.get("notes", ()), *notes_of(graph)]
    return replace(picture, facts={**picture.facts, "notes": notes, "besides": besides(graph)})


def _is_flow(picture: Picture) -> bool:
    return "quotient" in picture.facts and picture.facts.get("weight_meaning") == "contribution"


def _of_flow(picture: Picture) -> Picture:
    """Return the picture of what flows between arrays: what passes an edge is its weight, of which no path is made.

    It is a share, so that what is against the total has the sign that says so; where the total is 0, the number.
    """
    called = {"contribution": "what_passes", "share": "share_of_the_total", "gradient": "gradient_norm"}
    weight = "share" if picture.facts.get("total") else "contribution"
    nodes = [replace(node, facts=_renamed(node.facts, called)) for node in picture.nodes]
    edges = [replace(edge, facts=_renamed(edge.facts, called | {weight: "weight"})) for edge in picture.edges]
    return replace(picture, nodes=nodes, edges=edges, facts={**picture.facts, "unasked": NOT_ALONG_PATHS})


def _renamed(facts: Mapping[Any, Any], called: Mapping[str, str]) -> dict[Any, Any]:
    """Return what is known of a node or an edge of a flow; a number that is not known is left out."""
    known = {key: value for key, value in facts.items() if key not in OF_COUNTING and value is not None}
    return {called.get(key, key): value for key, value in known.items()}


def _whole_picture(graph: nx.DiGraph, view: View) -> Picture:
    """Return the picture with the most that a view allows."""
    if (grouping := getattr(graph, "grouping", None)) is not None:
        if isinstance(grouping, Grouping) and grouping.ends is None:
            return groups_picture(graph, view)
        graph = grouping.answer(graph.graph["grouped_by"]) if isinstance(grouping, Grouping) else grouping
    if graph.graph.get("annotation") == "comparison":
        return in_rows(next(overlay_pictures(graph, view)), graph)
    if graph.graph.get("annotation") in ANSWERS and "quotient" not in graph.graph:
        return in_rows(next(answer_pictures(graph, view)), graph)
    if graph.graph.get("annotation") == "profile":
        return functions_picture(graph, view)
    if not graph.graph.keys() & {"annotation", "quotient"}:
        _require_few(graph, view)
    return next(pictures_of(graph, view))


def _require_few(graph: nx.DiGraph, view: View) -> None:
    """Raise `LimitError` where a graph has more than a page may hold."""
    counts = ((len(graph), view.max_nodes, "nodes"), (graph.number_of_edges(), view.max_edges, "edges"))
    for count, most, what in counts:
        if count > most:
            raise LimitError(
                f"the graph has {count:,} {what}, and a page holds {most:,}: annotate(graph, source, target) asks it a "
                "question, group(graph) makes groups of it",
                Remedy(Keyword("max_nodes"), f"allows more nodes, and {LINKS_TO_A_NODE} times as many edges"),
            )


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
    places, reserved = places_in(picture), _reserved(picture)
    order, names = list(places) or _in_order(picture), distinct(harmless(node.name) for node in picture.nodes)
    place = {node: number for number, node in enumerate(order)}
    links = [
        {"source": place[edge.tail], "target": place[edge.head], **_key(edge.key), **_link(edge.facts, reserved)}
        for edge in picture.edges
    ]
    part = {
        **{name: harmless(str(picture.facts.get(name, "unknown"))) for name in MEANINGS},
        "words": _words(picture),
        "nodes": [
            _node(names[node], picture.nodes[node], picture.facts.get("node_title"), places.get(node), reserved)
            for node in order
        ],
        "links": sorted(links, key=lambda link: (link["source"], link["target"])),
        **_ends(picture, order),
        **(dict.fromkeys(("total", "total_before")) if picture.facts.get("annotation") == "comparison" else {}),
        **_facts({name: picture.facts[name] for name in _whole(picture) if name in picture.facts}),
        **({"rows": [harmless(row.name) for row in picture.rows if row.rank]} if places else {}),
        "n_nodes": picture.n_nodes or len(picture.nodes),
        **({"ranked": ranked} if (ranked := list(picture.facts.get(RANKED, ()))) else {}),
        **_account(picture),
        **(_flow_facts(picture) if _is_flow(picture) else {}),
    }
    if not any(IN_GROUP in node for node in part["nodes"]):
        part.pop("grouped_by", None)
    return part | _astray(part) | {"summed": _is_summed(picture, part)}


#: What is said of a whole graph, as in graph records.
MEANINGS = ("edge_meaning", "weight_meaning", "node_meaning")
#: What else of it there may be: the answer, how much is shown, what cycles are, what numbers are of.
WHOLE = (
    *("total", "total_before", "drawn", "notes", "besides", "cycles", "annotation", "not_computed"),
    *("source", "target", "grouped_by"),
)
#: What there is of a profile: of what parts are, and that in words.
MEASURED = ("unit", "whole", "parts")
#: What a node and a link have for themselves, or the script writes there.
NODE, LINK = ("id", "title"), ("source", "target", "key", "number", "given", "unweighed")
#: Facts by names that mean something in pages of a kind, and in others are attributes as any.
OF_PROFILES = ("estimated", "again", "part_estimated")
OF_COMPARISONS = ("weight_before", "weight_after", "change", "source_seed_before", "target_seed_before")
OF_GROUPS = ("in_group", "inner_edges", "n_members")


def _is_profile(picture: Picture) -> bool:
    return picture.facts.get("edge_meaning") == "calls" and "unit" in picture.facts


def _whole(picture: Picture) -> tuple[str, ...]:
    return (*WHOLE, *MEASURED) if _is_profile(picture) else WHOLE


def _reserved(picture: Picture) -> set[str]:
    """Return the names by which the script would take an attribute of the user's for a fact of ours."""
    annotation, is_grouped = picture.facts.get("annotation"), "grouped_by" in picture.facts
    taken = set() if _is_profile(picture) else {*OF_PROFILES}
    taken |= set() if annotation in ("comparison", "profiles") else {*OF_COMPARISONS}
    taken |= set() if is_grouped else {*OF_GROUPS}
    taken |= set() if annotation or is_grouped else {*ATTRIBUTES, "members"}
    return taken - {*picture.facts.get(RANKED, ())}


def _link(facts: Mapping[Any, Any], reserved: Collection[str]) -> dict[str, Any]:
    is_ours = facts.get("eliminated", True) is True
    return _facts(facts, (*LINK, *reserved, *(() if is_ours else ("eliminated",))))


def _node(
    name: str, node: DrawnNode, called: str | None, place: dict[str, Any] | None, reserved: Collection[str]
) -> dict[str, Any]:
    """Return what is known of a node; what it is called, if that is not its name, and where it is drawn, in rows."""
    title = node.facts.get(called) if called else None
    members, is_group = node.facts.get("members"), node.facts.keys() & {"n_members", "inner_edges"}
    if title is None and not is_group and isinstance(members, list) and name in members:
        title = node_text(frozenset(members))  # an end that is on a cycle, which has its own name
    own = {key: value for key, value in node.facts.items() if key != called}
    for_itself = {"id": name, **({} if title is None else {"title": harmless(str(title))})}
    if place is None:
        return for_itself | _facts(own, (*NODE, *reserved))
    placed = {"placed": place | {"text": harmless(place["text"])}}
    return for_itself | placed | _facts(own, (*NODE, "placed", *reserved))


def _astray(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return the starts from which nothing leads to an end, and the ends to which nothing leads, if there are any.

    What leads to such a start, or on from such an end, is not on the way, and so not in the page.
    """
    starts, ends = ({place for place, *_ in part[name]} for name in ("starts", "ends"))
    if not starts or not ends:
        return {}
    ways = nx.DiGraph((link["source"], link["target"]) for link in part["links"])
    ways.add_edges_from(("start", place) for place in starts)
    ways.add_edges_from((place, "end") for place in ends)
    sides = starts - nx.ancestors(ways, "end"), ends - nx.descendants(ways, "start")
    return {"astray": list(map(sorted, sides))} if any(sides) else {}


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


def answer_of(picture: Picture) -> str:
    """Return what was asked, and the answer, in a sentence; nothing where no two ends or graphs were asked about."""
    if "answer" in picture.facts:
        return harmless(picture.facts["answer"])
    if picture.facts.get("annotation") not in (*ANSWERS, "comparison"):
        return ""
    question, is_summed, total = picture.legend[0].rpartition("; total ")
    return harmless(f"{question}{_said(picture, question, total)}" if is_summed else picture.legend[0])


def _said(picture: Picture, question: str, total: str) -> str:
    """Return what a total says, as a report does: between single nodes, and if it does not only count the paths."""
    if question.endswith((f" by {total} paths", f" by {total} path")):
        return ""
    facts = picture.facts
    single = all(sum(getattr(node, end) for node in picture.nodes) == 1 for end in ("is_source", "is_target"))
    meanings = [str(facts.get(name, "unknown")) for name in MEANINGS]
    sentence = words_for(*meanings).total
    if (
        not single
        or not facts.keys() >= {"source", "target"}
        or facts.get("edge_meaning", "unknown") not in WORDS
        or re.search("{(percent|weights)}", sentence)
    ):
        return f"; total {total}"
    return f"; {sentence.format(source=facts['source'], target=facts['target'], total=total)}"


def words_in(picture: Picture) -> Words:
    """Return the words for what is drawn."""
    return words_of(nx.DiGraph(**{name: picture.facts[name] for name in MEANINGS if name in picture.facts}))


def _flow_facts(picture: Picture) -> dict[str, str]:
    """Return what the numbers at the edges of a flow are, and what boxes hold."""
    name = "share of the total" if picture.facts.get("total") else "what passes"
    return {"passing": name, "member_meaning": harmless(str(picture.facts.get("member_meaning", "nodes")))}


def _words(picture: Picture) -> dict[str, str]:
    words = words_in(picture)
    names = ("nodes", "edges", "arrow", "starts", "ends")
    totals = "total_before" in picture.facts and picture.facts.get("annotation") == "comparison"
    return {
        **{name: harmless(getattr(words, name)) for name in names},
        "total": answer_of(picture),
        **({"totals": harmless(picture.legend[1])} if totals else {}),
    }


def _account(picture: Picture) -> dict[str, Any]:
    """Return what a comparison says of itself: what moved it, and why nothing else can be asked of it, if so."""
    facts, left = picture.facts, picture.facts.get("edges_not_drawn", 0)
    words = words_in(picture)
    because = facts.get("unasked") or (
        f"{how_many(left, words.edges)} are not in this page, which holds those that did most." if left else ""
    )
    unasked = {"unasked": harmless(because)} if because else {}
    if "account" not in facts:
        return unasked
    account = {name: harmless(facts["account"][name]) for name in ("title", "note")}
    rows = [
        _facts({name: value for name, value in row.items() if name != "ends" and value != ""})
        | {"ends": list(map(harmless, row.get("ends", ())))}
        for row in facts["account"]["rows"]
    ]
    return unasked | {"account": account | {"rows": rows}}


def _ends(picture: Picture, order: list[int]) -> dict[str, list[Any]]:
    """Return the ends of the question, by their places, with their seeds."""
    ends: dict[str, list[Any]] = {"starts": [], "ends": []}
    for place, number in enumerate(order):
        node = picture.nodes[number]
        for name, seed, is_end in (("starts", "source_seed", node.is_source), ("ends", "target_seed", node.is_target)):
            if is_end:
                seeds = [
                    node.facts.get(seed, 1),
                    *(node.facts[each] for each in (f"{seed}_before",) if each in node.facts),
                ]
                ends[name].append([place, *map(_seed, seeds)])
    return ends


def _seed(seed: Any) -> Any:
    """Return a seed as a script can use it."""
    held, about = _held(seed)
    return held if about is None else about


def _key(key: str | int | None) -> dict[str, Any]:
    return {} if key is None else {"key": _held(key)[0]}


def _facts(data: Mapping[Any, Any], taken: Collection[str] = ()) -> dict[str, Any]:
    """Return what is known of a node or link as JSON has it, of numbers that are texts there about what they are."""
    held = {name: _held(value) for name, value in set_aside(data, (*taken, "approximately"), harmless).items()}
    about = {name: number for name, (_, number) in held.items() if number is not None}
    return {name: value for name, (value, _) in held.items()} | ({"approximately": about} if about else {})


def _held(value: Any) -> tuple[Any, float | None]:
    """Return a value as JSON and a script can hold it, and of a number that is a text there what it is about."""
    if value is None:
        return None, None
    if isinstance(value, int | np.integer) and abs(int(value)) >= LEAST_INEXACT:
        return str(plain(value)), _float(value)
    held = listed_or_storable(value)
    if isinstance(held, list):
        return [harmless(shorten(text, MAX_TEXT)) for text in held], None
    if isinstance(held, str):
        about = _float(value)
        return harmless(held if about is not None else shorten(held, MAX_TEXT)), about
    return held, None


def _float(number: Any) -> float | None:
    """Return about what a number is; None where it is none, or beyond the floats, as 10**-400 is."""
    try:
        about = math.nan if isinstance(number, str | bytes) else float(number)
    except (TypeError, ValueError, OverflowError):  # complex numbers and symbols; what is no number
        return None
    return about if math.isfinite(about) and (about or not number) else None  # some are smaller than floats
