"""Tables and lists that are none of edges, though they can be split into cells: what each is, in true words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = ["POINTER", "are_numbers_and_names", "no_edges_in", "no_edges_of"]

NUMBER = re.compile(r"[-+]?(\d[\d.,_]*|\.\d+)(e[-+]?\d+)?%?", re.IGNORECASE)
#: Rows that are looked at.
LOOKED_AT = 50
#: A stack and its count, which is no cell of its own as in ``a; b; 1``.
FOLDED = re.compile(r"\S.*[^;\s][ \t]+\d+(?:\.\d+)?\s*")
#: What lines of programs end in.
CODE_ENDS = (";", "{", "}")
COUNTS = "each line is a name and a number, which are no two ends of an edge"

#: What stands for a file in a checkout where Git LFS has not fetched it.
POINTER = "a pointer of Git LFS, which stands for a file that has not been fetched; git lfs pull fetches it"

#: What whole files start with that are no tables at all, and what each is.
MARKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"\Aversion https?://\S+/spec/v\d+\s*\n(?:\S+ .*\n)*?oid \w+:"),
        POINTER,
    ),
    (
        re.compile(r"\A\s*BeginHeader\b"),
        "a dump of xperf, a list of events, and no table of edges",
    ),
    (
        re.compile(
            r"\A(?>\s+|//.*\n|/\*(?s:.*?)\*/)*+(?:#\s*(?:include\s*[<\"]|ifn?def\s+\w+\s*\n|define\s+\w+\b|pragma\s+\w+)|"
            r"(?:static|extern|typedef|struct|enum|union|inline|namespace|using|template)\b[^\n,;]*[{;(])"
        ),
        "source code of C or C++, and no table of edges",
    ),
)


def no_edges_of(text: str) -> str | None:
    r"""Return what a file is, by its first lines, where it is known to be no table of edges; else None.

    Examples
    --------
    >>> no_edges_of("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")[:20]
    'a pointer of Git LFS'
    >>> no_edges_of("main;run;read 12\nmain;run 3\n")
    'folded stacks: whole stacks of calls with counts, and no table of edges'
    >>> no_edges_of("a;b\nb;c\n")
    """
    if found := next((what for mark, what in MARKS if mark.search(text)), None):
        return found
    return "folded stacks: whole stacks of calls with counts, and no table of edges" if _is_folded(text) else None


def _is_folded(text: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()][:LOOKED_AT]
    return any(";" in line for line in lines) and all(map(FOLDED.fullmatch, lines))


def no_edges_in(rows: Sequence[Sequence[str]]) -> str | None:
    """Return what the first rows of a table without a header that is known are, where not edges; else None.

    Examples
    --------
    >>> no_edges_in([["tar", "44"], ["zip", "47"]])
    'each line is a name and a number, which are no two ends of an edge'
    >>> no_edges_in([["", "a", "b"], ["a", "0", "2"], ["b", "0", "0"]])
    'a square table of numbers (a matrix); graphdiff.compile takes one as a DataFrame, in Python only'
    >>> no_edges_in([["a", "b", "1"], ["b", "c", "2"]])
    """
    if all(row[-1].rstrip().endswith(CODE_ENDS) for row in rows):
        return "each line ends as those of a program do, and names no two ends of an edge"
    if _is_matrix(rows):
        return "a square table of numbers (a matrix); graphdiff.compile takes one as a DataFrame, in Python only"
    if len(rows[0]) == 2 and are_numbers_and_names(rows):
        return COUNTS
    if len(rows[0]) > 2 and are_numbers_and_names([row[:2] for row in rows]):
        return "one of its first two columns is numbers, the other names, which are no two ends of an edge"
    return None


def are_numbers_and_names(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether each of some rows of two is a number and a name, or a name and a number; a header may be above.

    Examples
    --------
    >>> are_numbers_and_names([["a", "1"], ["b", "2"]]), are_numbers_and_names([["a", "1"], ["b", "c"]])
    (True, False)
    """
    are_numbers = [[bool(NUMBER.fullmatch(cell.strip())) for cell in row] for row in rows]
    columns = list(zip(*are_numbers[1:] if len(rows) > 1 and not any(are_numbers[0]) else are_numbers, strict=True))
    return any(all(columns[one]) and not any(columns[1 - one]) for one in (0, 1))


def _is_matrix(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether numbers fill a square: with labels, of more than three rows, or with nothing on the diagonal."""
    width, height = len(rows[0]), len(rows)
    above, beside = sorted(cell.strip() for cell in rows[0][1:]), sorted(row[0].strip() for row in rows[1:])
    if height == width > 2 and above == beside and _are_numbers(row[1:] for row in rows[1:]):
        return True
    if height == width + 1 > 3 and _are_numbers(rows[1:]) and not _are_numbers(rows[:1]):
        return True
    if not (height == width > 1 and _are_numbers(rows)):
        return False
    return width > 3 or all(float(row[place].strip(" %").replace(",", "")) == 0 for place, row in enumerate(rows))


def _are_numbers(rows: Iterable[Sequence[str]]) -> bool:
    return all(NUMBER.fullmatch(cell.strip()) for row in rows for cell in row)
