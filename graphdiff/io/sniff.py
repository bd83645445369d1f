"""Which format a file's outline is of, where that takes more than a mark: one test a format.

Each test takes UTF-8 bytes without a byte-order mark. Six formats have a mark of their own, at their start or, for
DOT, behind a log's words; CSV has none and says no wherever one of these says yes.

So do networkx's own texts have tests: GML, an edge list with data, adjacency lists.
"""

from __future__ import annotations

import contextlib
import csv
import re
from collections.abc import Iterator
from itertools import chain

from graphdiff.files import SAVED_GRAPH
from graphdiff.io.dot_text import find_graphs
from graphdiff.io.ends import COUNTS, NUMBER, are_numbers_and_names, known_ends, no_edges_of

__all__ = [
    "ATTRIBUTES",
    "EDGE_WITH_DATA",
    "is_adjacency_list",
    "is_csv",
    "is_debian",
    "is_dot",
    "is_edge_list",
    "is_gexf",
    "is_gml",
    "is_go_mod_graph",
    "is_graphml",
    "is_json",
    "is_multiline_adjacency_list",
    "is_pajek",
    "seen",
]


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

SENTENCE_END = re.compile(r" [^ ]*[a-z]{2}[.!?:]\s*$")

#: Up to so many rows without a header may have no name in common.
MOST_WITHOUT_PROOF = 2

#: What texts have none of: control characters but those of layout and terminals.
NO_TEXT = re.compile(r"[\x00-\x07\x0e-\x1a\x1c-\x1f]")

#: What is in code and configurations, and in few names.
CODE = re.compile(r"[=()<>#;\"'$*|\\!?]")


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


def is_saved(head: bytes) -> bool:
    r"""Tell whether this is the outline of a graph that graphdiff saved.

    Examples
    --------
    >>> is_saved("\x89gdiff\r\n".encode())
    True
    """
    return head.startswith(SAVED_GRAPH.decode("latin-1").encode())


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
    r"""Tell whether the first rows are a table: with the same cells, two or more, and no other format's mark.

    Where no header says that it is one of edges, two columns are only where names stand on both sides, as on a path:
    most files of two words a line are lists of other things.

    Examples
    --------
    >>> is_csv(b"a,b,1"), is_csv(b"a b\nb c"), is_csv(b"a;b;1 and so on"), is_csv(b"one"), is_csv(b'{"a": 1, "b": 2}')
    (True, True, True, False, False)
    >>> is_csv(b"Hello, dear reader.\nThis, too, is prose.\n"), is_csv(b"tar 44\nzip 47"), is_csv(b"a -> b")
    (False, False, False)
    >>> is_csv(b"AD\tAndorra\nAE\tEmirates\nAF\tAfghanistan\n"), is_csv(b"Hello World\nGood morning\n")
    (False, False)
    """
    if any(claims(head) for claims in (is_dot, is_json, is_pajek, is_debian)) or head.lstrip().startswith(b"<"):
        return False
    if no_edges_of(head.decode("utf-8", "replace")):
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
    tables = [rows[:ROWS_LOOKED_AT] for rows in (*_tables(head), _words(head)) if rows]
    if any(len(rows[0]) == 2 and are_numbers_and_names(rows) for rows in tables):
        return COUNTS
    text = head.decode("utf-8", "replace")
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return "it is no text" if NO_TEXT.search(text) else f"it starts with {first[:40]!r}"


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
    """Yield the rows by each delimiter that splits the first ones into the same number of cells, two or more."""
    lines = _lines(head)
    for delimiter in ",\t;":
        with contextlib.suppress(csv.Error):
            rows = _whole(list(csv.reader(lines, delimiter=delimiter)), head)
            if rows and len(set(map(len, rows[:ROWS_LOOKED_AT]))) == 1 and len(rows[0]) > 1:
                yield rows


def _words(head: bytes) -> list[list[str]]:
    """Return the rows by white space, where the first have two words each, or three; else nothing."""
    rows = _whole([line.split() for line in _lines(head)], head)
    return rows if set(map(len, rows[:ROWS_LOOKED_AT])) in ({2}, {3}) else []


def _are_edges(rows: list[list[str]]) -> bool:
    """Tell whether rows are a table: with known ends, or of which a reader can ask what its columns are."""
    first = rows[:ROWS_LOOKED_AT]
    if known_ends(rows[0]):
        return True
    if _is_prose(first) or (len(rows[0]) == 2 and are_numbers_and_names(first)):
        return False
    is_asked_about = len(rows[0]) > 3 or (len(rows[0]) == 3 and not NUMBER.fullmatch(rows[0][2].strip()))
    if is_asked_about or _have_names_in_common(rows, repeats=True):
        return True
    return len(rows) <= MOST_WITHOUT_PROOF and all(_are_names(row[:2]) for row in rows)


def _are_words_of_edges(rows: list[list[str]]) -> bool:
    """Tell whether rows are two names, and a number where there is a third; no ``key: value``, no ``* item``."""
    if not rows or known_ends(rows[0]):
        return bool(rows)
    first = rows[:ROWS_LOOKED_AT]
    pairs = [row[:2] for row in first]
    if len(rows[0]) == 3 and not all(NUMBER.fullmatch(row[2]) for row in first[1:] or first):
        return False
    if all(map(_is_item, pairs)) or any(cell[-1] in ";{}()," for cell in chain.from_iterable(pairs)):
        return False
    return _have_names_in_common(rows) and not are_numbers_and_names(pairs)


def _is_item(row: list[str]) -> bool:
    """Tell whether a row is one of ``key: value`` or ``* item``."""
    return row[0].endswith(":") or not row[0].strip("*-+•#>")


def _are_names(row: list[str]) -> bool:
    """Tell whether two cells are alike, of as many words each, and have no signs that code has."""
    words = {len(cell.split()) for cell in row}
    return len(words) == 1 and not any(CODE.search(cell) for cell in row)


def _have_names_in_common(rows: list[list[str]], *, repeats: bool = False) -> bool:
    """Tell whether a name stands on both sides, or, where `repeats` will do, several times on the first."""
    tails = [row[0].strip() for row in rows if len(row) > 1]
    heads = {row[1].strip() for row in rows if len(row) > 1 and row[1] != row[0]}
    return not heads.isdisjoint(tails) or (repeats and len(set(tails)) < len(tails))


def _is_prose(rows: list[list[str]]) -> bool:
    """Tell whether cells are parts of sentences: many words in each column but one, or a row that ends like one."""
    if any(SENTENCE_END.search(row[-1]) for row in rows):
        return True
    if len(rows) == 1:  # a single line of prose splits as evenly as a table
        return len(" ".join(rows[0]).split()) > MOST_IN_A_LINE
    words = sorted(sum(len(cell.split()) for cell in column) / len(rows) for column in zip(*rows, strict=True))
    return sum(words[:2]) > 2 * MOST_WORDS


def _lines(head: bytes) -> list[str]:
    lines = head.decode("utf-8", "replace").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _whole(rows: list[list[str]], head: bytes) -> list[list[str]]:
    """Return rows without the last one where that was cut off."""
    is_cut = not head.endswith(b"\n") and len(rows) > 1 and len(rows[-1]) != len(rows[0])
    return rows[:-1] if is_cut else rows


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
    lines = _whole_lines(head)[:ROWS_LOOKED_AT]
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
    lines = [line.split() for line in _whole_lines(head)]
    nodes = {words[0] for words in lines}
    # Without an edge all lines are a node and 0, which an adjacency list would list as a node, too.
    without_edges = bool(lines) and "0" not in nodes and all(words[1:] == ["0"] for words in lines)
    return without_edges or any(len(words) > 1 and words[1][0] == "{" and words[-1][-1] == "}" for words in lines)


def _has_header(head: bytes) -> bool:
    return HEADER.match(head.decode("utf-8", "replace")) is not None


def _whole_lines(head: bytes) -> list[str]:
    text = head.decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return lines if text.endswith("\n") or len(lines) < 2 else lines[:-1]


def _is_a_path(lines: list[str]) -> bool:
    words = [line.split() for line in lines if len(line.split()) > 1]
    return not {row[0] for row in words}.isdisjoint(row[1] for row in words if row[1] != row[0])
