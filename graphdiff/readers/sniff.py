"""Which format a file's first 64 KiB are in, where that takes more than a mark: one test a format.

Each test takes UTF-8 bytes without a byte-order mark. Six formats have a mark of their own, at their start or, for
DOT, behind a log's words; CSV has none and says no wherever one of these says yes.
"""

from __future__ import annotations

import csv
import re
from itertools import islice

from graphdiff.readers.dot_text import find_graphs

__all__ = ["is_csv", "is_debian", "is_dot", "is_gexf", "is_go_mod_graph", "is_graphml", "is_json", "is_pajek"]

JSON_START = re.compile(rb'\s*+(?:\{\s*+["}]|\[\s*+(?:["{\[\]]|-?\d))')
XML_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
XML_ELEMENT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
PAJEK_START = re.compile(rb"(?:\s|%[^\n]*\n)*+\*(?:vertices|network|arcs|edges|matrix)\b", re.IGNORECASE)
DEBIAN_START = re.compile(rb"(?:\s|#[^\n]*\n)*+[A-Za-z][\w-]*+:\s")
DEBIAN_PACKAGE = re.compile(rb"^Package:[ \t]*+\S", re.MULTILINE)
ROWS_LOOKED_AT = 20
#: How many words a table of one row has at most.
MOST_WORDS = 16


def is_dot(head: bytes) -> bool:
    """Tell whether a graph or digraph starts somewhere, be it behind a log's words.

    Examples
    --------
    >>> is_dot(b"[INFO] digraph x {"), is_dot(b"graph: {")
    (True, False)
    """
    return next(find_graphs(head.decode("utf-8", "replace")), None) is not None


def is_json(head: bytes) -> bool:
    """Tell whether an object or array starts.

    Examples
    --------
    >>> is_json(b'{"nodes": []}'), is_json(b"[INFO] started")
    (True, False)
    """
    return JSON_START.match(head) is not None


def is_graphml(head: bytes) -> bool:
    """Tell whether the first XML element is ``graphml``.

    Examples
    --------
    >>> is_graphml(b"<?xml version='1.0'?><graphml>")
    True
    """
    return _root_element(head) == b"graphml"


def is_gexf(head: bytes) -> bool:
    """Tell whether the first XML element is ``gexf``.

    Examples
    --------
    >>> is_gexf(b"<!-- by hand --><gexf version='1.2'>")
    True
    """
    return _root_element(head) == b"gexf"


def is_pajek(head: bytes) -> bool:
    """Tell whether a Pajek section is the first line that is no comment.

    Examples
    --------
    >>> is_pajek(b"*Vertices 2"), is_pajek(b"* a list")
    (True, False)
    """
    return PAJEK_START.match(head) is not None


def is_debian(head: bytes) -> bool:
    """Tell whether a field is the first line, and ``Package`` is a field.

    Examples
    --------
    >>> is_debian(b"Package: dpkg"), is_debian(b"PackageName: dpkg")
    (True, False)
    """
    return DEBIAN_START.match(head) is not None and DEBIAN_PACKAGE.search(head) is not None


def is_csv(head: bytes) -> bool:
    """Tell whether the first rows have the same number of cells, two or more, and no other format's mark.

    Examples
    --------
    >>> is_csv(b"a,b,1"), is_csv(b"a b"), is_csv(b"a;b;1 and so on"), is_csv(b"one"), is_csv(b'{"a": 1, "b": 2}')
    (True, True, True, False, False)
    """
    if any(claims(head) for claims in (is_dot, is_json, is_pajek, is_debian)) or head.lstrip().startswith(b"<"):
        return False
    lines = [line for line in _whole_lines(head) if line.strip() and not line.startswith("#")]
    return any(_is_table(lines, delimiter) for delimiter in ",\t;") or _is_two_or_three_words(lines)


def is_go_mod_graph(head: bytes) -> bool:
    """Tell whether each line has a module and one with a version that it requires.

    Examples
    --------
    >>> is_go_mod_graph(b"app golang.org/x/text@v0.3.0"), is_go_mod_graph(b"a b@c.org")
    (True, False)
    """
    lines = [line.split() for line in head.splitlines()[:20] if line.strip()]
    pairs = bool(lines) and all(len(words) == 2 and b"@" in words[1] for words in lines)
    return pairs and any(re.match(rb"[^@]++@v\d", words[1]) for words in lines)


def _root_element(head: bytes) -> bytes | None:
    if not head.lstrip().startswith(b"<"):
        return None
    element = XML_ELEMENT.search(XML_COMMENT.sub(b"", head))
    return element[1] if element else None


def _is_table(lines: list[str], delimiter: str) -> bool:
    try:
        rows = list(islice(csv.reader(lines, delimiter=delimiter), ROWS_LOOKED_AT))
    except csv.Error:
        return False
    if len(rows) == 1 and len(" ".join(rows[0]).split()) > MOST_WORDS:
        return False  # prose: a single line of it splits as evenly as a table
    widths = set(map(len, rows))
    return len(widths) == 1 and widths != {1}


def _is_two_or_three_words(lines: list[str]) -> bool:
    return {len(line.split()) for line in lines[:ROWS_LOOKED_AT]} in ({2}, {3})


def _whole_lines(head: bytes) -> list[str]:
    # The last line may have been cut off; a file of one line is that line.
    lines = head.decode("utf-8", "replace").splitlines()
    return lines if head.endswith(b"\n") or len(lines) == 1 else lines[:-1]
