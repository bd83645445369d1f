"""The page as one file: HTML that holds its style, its script and its record, and may load nothing else.

What browsers may run and apply is named by its hash (Content Security Policy, level 3, W3C); names that come from
files are in the record only, as JSON in which no ``<`` stands, and in the title, escaped.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any

import networkx as nx

from graphdiff.graph.networks import network_of
from graphdiff.io.out import SCHEMA, document, finite
from graphdiff.page.part import MAX_NODES, answer_of, part_of, picture_for_page, words_in
from graphdiff.pictures.picture import Picture
from graphdiff.showing import harmless
from graphdiff.text.numbers import shorten
from graphdiff.text.records import require_graph
from graphdiff.text.sentences import how_many
from graphdiff.text.tables import WIDTH, Result

__all__ = ["MODULES", "graph_for_page", "page", "write_html"]

#: The modules of the script, those before that others import.
MODULES = (
    *("words", "elements", "elimination", "model", "paths", "layout"),
    *("state", "scene", "view", "picture", "tables", "details", "main"),
)


def write_html(thing: Any, *, max_nodes: int = MAX_NODES) -> bytes:
    """Return a graph or a result as a page of its own.

    Examples
    --------
    >>> b"<!doctype html>" in write_html(nx.DiGraph([("a", "b")]))
    True
    """
    graph = graph_for_page(thing, max_nodes)
    require_graph(graph, "html")
    if not isinstance(thing, Result):
        return page(graph, max_nodes=max_nodes)
    answer = str(thing).split("\n")
    return page(graph, answer, document(thing), [thing], title=answer[0], max_nodes=max_nodes)


def graph_for_page(thing: Any, max_nodes: int = MAX_NODES) -> nx.DiGraph:
    """Return the graph that a page holds of a graph or a result; of a comparison that is more than is drawn of it.

    Examples
    --------
    >>> graph_for_page(nx.DiGraph([("a", "b")])).number_of_nodes()
    2
    """
    if hasattr(thing, "paged"):
        return thing.paged(max_nodes)
    return network_of(thing.to_networkx() if hasattr(thing, "to_networkx") else thing)


def page(
    graph: nx.DiGraph | None,
    answer: Sequence[str] = (),
    report: Mapping[str, Any] | None = None,
    results: Sequence[Result] = (),
    *,
    title: str = "",
    max_nodes: int = MAX_NODES,
    progress: Callable[[int, int | None], None] | None = None,
) -> bytes:
    """Return a page of what is drawn of an answer and its report, without a graph of the report alone.

    Parameters
    ----------
    graph : networkx.DiGraph or None
        What `graphdiff.write` draws.
    answer : sequence of str
        The lines of the report in words; those of the picture's legend, where there are none.
    report : mapping, optional
        The same as JSON.
    results : sequence of Result
        What is answered: the page is called by the headline of the first, and says what is to be known with each.
    title : str
        What the page is called where the graph does not say what was asked of it; else how large it is.
    max_nodes : int
    progress : callable, optional
        Is told how much of what does not fit has been eliminated.

    Examples
    --------
    >>> b'"answer":["no path"]' in page(None, ["no path"])
    True
    """
    picture = None if graph is None else picture_for_page(graph, max_nodes, progress)
    lines = [harmless(line) for line in answer or (picture.legend if picture else ())]
    headline = next((result.headline() for result in results), "") or (picture and answer_of(picture))
    record = {
        "graphdiff": SCHEMA,
        "kind": "page",
        "title": harmless(headline or title or (_counted(picture) if picture else lines[0])),
        "beside": list(dict.fromkeys(harmless(line) for result in results for line in result.beside())),
        "answer": lines,
        "report": None if report is None else _report(report),
        "part": None if picture is None else part_of(picture) | _zero(report or {}),
    }
    return _filled(record).encode()


def _zero(report: Mapping[str, Any]) -> dict[str, str]:
    """Return which zero the total is, by what is drawn: the last answer of a report; nothing where it is none."""
    answer = (report.get("results") or [report.get("result")])[-1]
    zero = answer.get("zero") if isinstance(answer, Mapping) else None
    return {"zero": harmless(zero)} if zero else {}


def _counted(picture: Picture) -> str:
    """Return how many nodes and edges there are, or what numbers are told of them."""
    if "annotation" in picture.facts:
        return picture.legend[0]
    words = words_in(picture)
    n_edges = picture.facts.get("n_edges", len(picture.edges))
    return f"{how_many(picture.n_nodes or len(picture.nodes), words.nodes)}, {how_many(n_edges, words.edges)}"


#: A report of more characters is in the page without these lists.
MAX_REPORT, LISTS = 200_000, ("nodes", "edges")


def _report(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report as JSON; a large one without the lists of nodes and edges, as the part has those that matter."""
    known: dict[str, Any] = finite(report)
    if len(json.dumps(known)) > MAX_REPORT:
        for record in (known, known.get("result"), *known.get("results", ())):
            for name in LISTS if isinstance(record, dict) else ():
                record.pop(name, None)
        known["left_out"] = list(LISTS)
    return known


def _filled(record: Mapping[str, Any]) -> str:
    """Return the HTML with what belongs in each of its places, put in at once: a name cannot name a place."""
    style, script = _text("page.css"), _script()
    places = {
        "policy": f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'",
        "title": html.escape(shorten(record["title"], WIDTH)),
        "style": style,
        "script": script,
        "record": json.dumps(record, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c"),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: places[match[1]], _text("page.html"))


def _script() -> str:
    """Return the modules as one: without what they import from one another, and the word before what they export."""
    return "\n".join(
        re.sub(r"^(?:import .*\n|export )", "", _text(f"{name}.js"), flags=re.MULTILINE) for name in MODULES
    )


def _text(name: str) -> str:
    return files("graphdiff.page").joinpath("static", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
