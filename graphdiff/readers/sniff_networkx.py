"""Which of networkx's own texts a file's first 64 KiB are: GML, an edge list with data, an adjacency list.

Each test takes UTF-8 bytes without a byte-order mark.
"""

from __future__ import annotations

import re

__all__ = ["ATTRIBUTES", "EDGE_WITH_DATA", "is_adjacency_list", "is_edge_list", "is_gml", "is_multiline_adjacency_list"]

#: A dict as Python writes it.
ATTRIBUTES = r"\{(?:\}|\s*['\"\d(-].*\})"
#: Two nodes and the dict of their edge, by white space or by commas or semicolons.
EDGE_WITH_DATA = re.compile(
    rf"(?P<tail>[^\s{{]+)\s+(?P<head>[^\s{{]+)\s+(?P<data>{ATTRIBUTES})\s*"
    rf"|(?P<tail2>[^,;{{]+)[,;](?P<head2>[^,;{{]+)[,;](?P<data2>{ATTRIBUTES})\s*"
)
#: What write_adjlist and write_multiline_adjlist put on top: the command, the time, the graph's name.
HEADER = re.compile(r"#.*\n# GMT .*\n#.*(?:\n|\Z)")
GML = re.compile(
    r'\A(?>\s+|#[^\n]*\n|[A-Za-z]\w*+[ \t]++(?:"[^"]*+"|[-+\d.]++)\s)*+graph\s*+\[\s*+(?:[A-Za-z#\]]|\Z)', re.IGNORECASE
)
ROWS_LOOKED_AT = 20


def is_gml(head: bytes) -> bool:
    r"""Tell whether a graph starts in square brackets, be it behind keys with their values.

    Examples
    --------
    >>> is_gml(b'Creator "yFiles"\nVersion 2.2\ngraph\n[\n  directed 1\n'), is_gml(b"graph { a -- b }")
    (True, False)
    """
    return GML.match(head.decode("utf-8", "replace")) is not None


def is_edge_list(head: bytes) -> bool:
    r"""Tell whether each line is two nodes and a dict, as ``networkx.write_edgelist`` writes them.

    Examples
    --------
    >>> is_edge_list(b"a b {'weight': 2}\nb c {}\n"), is_edge_list(b"a b 2\n"), is_edge_list(b"int main {}\n")
    (True, False, False)
    """
    lines = _lines(head)[:ROWS_LOOKED_AT]
    return (
        bool(lines)
        and all(map(EDGE_WITH_DATA.fullmatch, lines))
        # Empty dicts alone are a language's empty blocks just as well: then both ends have to be nodes of others.
        and (any(":" in line for line in lines) or _is_a_path(lines))
    )


def is_adjacency_list(head: bytes) -> bool:
    r"""Tell whether a header of networkx is on top, and each node below it has one line with its neighbours.

    Examples
    --------
    >>> is_adjacency_list(b"#run.py\n# GMT Sat Nov 28 23:46:22 2026\n# \na b c\nb\nc\n"), is_adjacency_list(b"a b c\n")
    (True, False)
    """
    return _has_header(head) and not is_multiline_adjacency_list(head)


def is_multiline_adjacency_list(head: bytes) -> bool:
    r"""Tell whether a header of networkx is on top, and neighbours stand below their node, each with a dict.

    Examples
    --------
    >>> is_multiline_adjacency_list(b"#run.py\n# GMT Sat Nov 28 23:46:22 2026\n# \na 1\nb {'weight': 2}\nb 0\n")
    True
    """
    if not _has_header(head):
        return False
    lines = [line.split() for line in _lines(head)]
    nodes = {words[0] for words in lines}
    # Without an edge all lines are a node and 0, which an adjacency list would list as a node, too.
    without_edges = bool(lines) and "0" not in nodes and all(words[1:] == ["0"] for words in lines)
    return without_edges or any(len(words) > 1 and words[1][0] == "{" and words[-1][-1] == "}" for words in lines)


def _has_header(head: bytes) -> bool:
    return HEADER.match(head.decode("utf-8", "replace")) is not None


def _lines(head: bytes) -> list[str]:
    text = head.decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return lines if text.endswith("\n") or len(lines) < 2 else lines[:-1]


def _is_a_path(lines: list[str]) -> bool:
    words = [line.split() for line in lines if len(line.split()) > 1]
    return not {row[0] for row in words}.isdisjoint(row[1] for row in words if row[1] != row[0])
