"""Where the graphs are in a text: DOT's words, strings and braces, and nothing of what they mean.

Graphviz reads what one graph says; this finds each graph, so that console logs around and between graphs do no harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

__all__ = ["GraphText", "find_graphs"]

# Quantifiers are possessive and what may lack its end stops at the text's: no input takes quadratic time.
DEEPEST_HTML = 4
COMMENT = r"/\*.*?(?:\*/|\Z)|//[^\n]*+|^\#[^\n]*+"
QUOTED = r'"(?:[^"\\]++|\\.)*+"'
WORD = r"[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*+|-?(?:\.\d++|\d++(?:\.\d*+)?)"
#: An id in angle brackets, in which others may stand, a few deep.
HTML = r"<[^<>]*+>"
for _ in range(DEEPEST_HTML):
    HTML = rf"<(?:[^<>]++|{HTML})*+>"
GAP = rf"(?:\s++|{COMMENT})*+"
HEADER = (
    rf"(?<![-.\w])(?:(?P<strict>strict)\b{GAP})?(?P<kind>graph|digraph)\b{GAP}"
    rf"(?P<id>{QUOTED}(?:{GAP}\+{GAP}{QUOTED})*+|{HTML}|{WORD})?+{GAP}\{{"
)
FLAGS = re.DOTALL | re.IGNORECASE | re.MULTILINE
COMMENT_OR_HEADER = rf"(?P<comment>{COMMENT})|{HEADER}"
PLAIN = rf'(?:[^{{}}<"/#]++|{QUOTED}|{COMMENT}|[/#])*+'
#: A comment between two pieces of a name may have quotes, which are none of it.
QUOTED_PIECE = rf"{COMMENT}|{QUOTED}"
ANGLE = re.compile(r"[<>]")
LOG_WORDS = re.compile(r"""[^"'{}<>]*[]:|]\s*|\s*""")
LONGEST_LOG_WORDS = 200


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern of DOT's, which takes longer to compile than all else that most files need takes to load."""
    return re.compile(pattern, FLAGS)


@dataclass(frozen=True)
class GraphText:
    """One graph of a file as text, and what its first line says.

    Attributes
    ----------
    name : str
        Its id; of a graph without one, its place in the file, counted from 1.
    directed, strict : bool
        Whether it is a ``digraph``, and whether it is ``strict``.
    line : int
        The line of the file that it starts in, counted from 1.
    text : str
        From its first word to its closing brace, or to the end of the file where that is missing.
    """

    name: str
    directed: bool
    strict: bool
    line: int
    text: str


def find_graphs(text: str) -> Iterator[GraphText]:
    r"""Yield the graphs of a text in turn; what stands before, between and after them is passed over.

    Where a console log puts its words in front of the lines, they are taken off.

    Examples
    --------
    >>> log = '[INFO] Building\n[INFO] digraph "x" {\n[INFO]   a -> b;\n[INFO] }\n[INFO] done'
    >>> [(graph.name, graph.line, graph.text) for graph in find_graphs(log)]
    [('x', 2, 'digraph "x" {\n  a -> b;\n}')]
    """
    text = _without_log_words(text)
    end, number, line = 0, 0, 1
    while header := _next_header(text, end):
        number += 1
        line += text.count("\n", end, header.start())
        end = _end_of_body(text, header.end())
        yield GraphText(
            name=str(number) if header["id"] is None else _unquoted(header["id"]),
            directed=header["kind"].lower() == "digraph",
            strict=header["strict"] is not None,
            line=line,
            text=text[header.start() : end],
        )
        line += text.count("\n", header.start(), end)


def _without_log_words(text: str) -> str:
    header = _next_header(text, 0)
    words = _before(text, 0, header.start()) if header else None
    if not words or words.isspace():
        return text
    # Times and counters differ from line to line.
    pattern = re.sub(r"\d+", r"\\d+", re.escape(words.rstrip()))
    return re.sub(rf"^{pattern}[ \t]?", "", text, flags=re.MULTILINE)


def _next_header(text: str, start: int) -> re.Match[str] | None:
    for match in _compiled(COMMENT_OR_HEADER).finditer(text, start):
        if match["comment"] is not None:
            start = match.end()
            continue
        words = _before(text, start, match.start())
        if words is not None and LOG_WORDS.fullmatch(words):
            return match
    return None


def _before(text: str, start: int, end: int) -> str | None:
    """Return what stands before `end` in its line, or None where that is too long to be a log's words."""
    first = max(start, end - LONGEST_LOG_WORDS)
    newline = text.rfind("\n", first, end)
    if newline < 0 and first > start:
        return None
    return text[max(first, newline + 1) : end]


def _end_of_body(text: str, start: int) -> int:
    depth, end = 1, start
    while depth:
        end = _compiled(PLAIN).match(text, end).end()  # type: ignore[union-attr]  # it matches the empty text too
        match text[end : end + 1]:
            case "{":
                depth, end = depth + 1, end + 1
            case "}":
                depth, end = depth - 1, end + 1
            case "<":
                end = _end_of_html(text, end)
            case _:  # A string or the whole graph is not closed: Graphviz says in which line.
                return len(text)
    return end


def _end_of_html(text: str, start: int) -> int:
    depth = 0
    for angle in ANGLE.finditer(text, start):
        depth += 1 if angle[0] == "<" else -1
        if depth == 0:
            return angle.end()
    return len(text)


def _unquoted(name: str) -> str:
    if name.startswith('"'):
        pieces = (piece[0][1:-1] for piece in _compiled(QUOTED_PIECE).finditer(name) if piece[0].startswith('"'))
        return "".join(pieces).replace("\\\n", "").replace('\\"', '"')
    return name[1:-1] if name.startswith("<") else name
