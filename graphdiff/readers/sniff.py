"""Which format a file's first 64 KiB are in, where that takes more than a mark: one test a format.

Each test takes UTF-8 bytes without a byte-order mark. Six formats have a mark of their own, at their start or, for
DOT, behind a log's words; CSV has none and says no wherever one of these says yes.
"""

from __future__ import annotations

import contextlib
import csv
import re
from collections.abc import Iterator
from itertools import islice

from graphdiff.readers.dot_text import find_graphs

__all__ = ["is_csv", "is_debian", "is_dot", "is_gexf", "is_go_mod_graph", "is_graphml", "is_json", "is_pajek", "seen"]

JSON_START = re.compile(rb'\s*+(?:\{\s*+["}]|\[\s*+(?:["{\[\]]|-?\d))')
XML_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
XML_ELEMENT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
PAJEK_START = re.compile(rb"(?:\s|%[^\n]*\n)*+\*(?:vertices|network|arcs|edges|matrix)\b", re.IGNORECASE)
DEBIAN_START = re.compile(rb"(?:\s|#[^\n]*\n)*+[A-Za-z][\w-]*+:\s")
DEBIAN_PACKAGE = re.compile(rb"^Package:[ \t]*+\S", re.MULTILINE)
ROWS_LOOKED_AT = 20
#: How many words a cell of a table has at most, on average: more are prose.
MOST_WORDS = 3.5
#: How many words a table of one row has at most.
MOST_IN_A_LINE = 16
NUMBER = re.compile(r"[-+]?(\d[\d.,_]*|\.\d+)(e[-+]?\d+)?%?", re.IGNORECASE)
SENTENCE_END = re.compile(r" [^ ]*[a-z]{2}[.!?:]\s*$")
#: Names of the first end's column: a row with one of them is a header, and what is below it is a table of edges.
HEADS = {"source", "from", "tail", "u"}


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
    r"""Tell whether the first rows have the same cells, two or more, of names and numbers, and no other format's mark.

    Examples
    --------
    >>> is_csv(b"a,b,1"), is_csv(b"a b"), is_csv(b"a;b;1 and so on"), is_csv(b"one"), is_csv(b'{"a": 1, "b": 2}')
    (True, True, True, False, False)
    >>> is_csv(b"Hello, dear reader.\nThis, too, is prose.\n"), is_csv(b"tar 44\nzip 47"), is_csv(b"a -> b")
    (False, False, False)
    """
    if any(claims(head) for claims in (is_dot, is_json, is_pajek, is_debian)) or head.lstrip().startswith(b"<"):
        return False
    return any(map(_are_edges, _tables(head))) or _are_words_of_edges(_words(head))


def seen(head: bytes) -> str:
    r"""Return what the first rows of a file that no format claims are, as far as that can be told.

    Examples
    --------
    >>> seen(b"tar 44\nzip 47")
    'each line is a name and a number, which are no two ends of an edge'
    >>> seen(b"Hello, dear reader of this.")
    "it starts with 'Hello, dear reader of this.'"
    """
    if any(rows and _are_counts(rows) for rows in (*_tables(head), _words(head))):
        return "each line is a name and a number, which are no two ends of an edge"
    text = head.decode("utf-8", "replace")
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return f"it starts with {first[:40]!r}" if first.isprintable() else "it is no text"


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


def _tables(head: bytes) -> Iterator[list[list[str]]]:
    """Yield the first rows by each delimiter that splits them all into the same number of cells, two or more."""
    lines = _lines(head)
    for delimiter in ",\t;":
        with contextlib.suppress(csv.Error):
            rows = list(islice(csv.reader(lines, delimiter=delimiter), ROWS_LOOKED_AT))
            if len(set(map(len, rows))) == 1 and len(rows[0]) > 1:
                yield rows


def _words(head: bytes) -> list[list[str]]:
    """Return the first rows by white space, where each has two words, or three; else nothing."""
    rows = [line.split() for line in _lines(head)[:ROWS_LOOKED_AT]]
    return rows if set(map(len, rows)) in ({2}, {3}) else []


def _are_edges(rows: list[list[str]]) -> bool:
    return _has_header(rows) or not (_are_counts(rows) or _is_prose(rows))


def _are_words_of_edges(rows: list[list[str]]) -> bool:
    """Tell whether rows are two names, and a number where there is a third; no ``key: value``, no ``* item``."""
    if not rows or _has_header(rows):
        return bool(rows)
    numbered = len(rows[0]) == 2 or all(NUMBER.fullmatch(row[2]) for row in rows[1:] or rows)
    listed = all(row[0].endswith(":") or not row[0].strip("*-+•#>") for row in rows)
    return numbered and not listed and not _are_counts(rows)


def _has_header(rows: list[list[str]]) -> bool:
    return bool(HEADS & {cell.strip().lower() for cell in rows[0]})


def _are_counts(rows: list[list[str]]) -> bool:
    """Tell whether each row is a number and a name, or a name and a number; a header may be above."""
    if len(rows[0]) != 2:
        return False
    columns = [
        [bool(NUMBER.fullmatch(cell.strip())) for cell in column] for column in zip(*rows[1:] or rows, strict=True)
    ]
    return any(all(columns[one]) and not any(columns[1 - one]) for one in (0, 1))


def _is_prose(rows: list[list[str]]) -> bool:
    """Tell whether cells are parts of sentences: many words in each column but one, or a row that ends like one."""
    if any(SENTENCE_END.search(row[-1]) for row in rows):
        return True
    if len(rows) == 1:  # a single line of prose splits as evenly as a table
        return len(" ".join(rows[0]).split()) > MOST_IN_A_LINE
    words = sorted(sum(len(cell.split()) for cell in column) / len(rows) for column in zip(*rows, strict=True))
    return sum(words[:2]) > 2 * MOST_WORDS


def _lines(head: bytes) -> list[str]:
    return [line for line in _whole_lines(head) if line.strip() and not line.startswith("#")]


def _whole_lines(head: bytes) -> list[str]:
    # The last line may have been cut off; a file of one line is that line.
    lines = head.decode("utf-8", "replace").splitlines()
    return lines if head.endswith(b"\n") or len(lines) == 1 else lines[:-1]
