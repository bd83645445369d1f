"""The page as a file: what it may run, what it holds, and that no name is more than text in it."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import networkx as nx

import graphdiff as gd
from graphdiff.io.write import render

FIGURE = [("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)]


class Elements(HTMLParser):
    """What a browser makes of a page: its elements with their attributes, and the texts of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        self.inside = f"{tag} {self.elements[-1][1].get('type') or ''}".strip()

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        self.texts[self.inside] = self.texts.get(self.inside, "") + data

    @property
    def record(self) -> Any:
        return json.loads(self.texts["script application/json"])


def figure(edges: Any = FIGURE) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(edges)
    return graph


def opened(thing: Any, **options: Any) -> Elements:
    return Elements(render(thing, "html", **options).decode())


def test_the_page_may_run_and_apply_only_what_it_holds() -> None:
    page = opened(gd.explain(figure(), "b", "e"))
    (policy,) = (each["content"] for _, each in page.elements if each.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    for name, text in (("script", page.texts["script module"]), ("style", page.texts["style"])):
        digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert re.findall(rf"{name}-src ([^;]*)", policy) == [f"'sha256-{digest}'"]


def test_what_is_in_a_file_is_no_markup_and_no_place_of_the_page(tmp_path: Path) -> None:
    names = ["</script><script>alert(1)</script>", "<!--<script>", "{{script}}", "\u2028\ud800\u202e", "&amp;\"'"]
    page = opened(gd.explain(figure([("a", name, 1) for name in names] + [(name, "z", 1) for name in names]), "a", "z"))
    plain = opened(gd.explain(figure(), "b", "e"))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    assert {node["id"] for node in page.record["part"]["nodes"]} == {"a", "z", *names}
