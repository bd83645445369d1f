"""Tables: rows as lines, as what pandas takes; and `Result`, what every result can do with its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain, islice
from textwrap import wrap
from typing import Any

from graphdiff.errors import MissingExtraError
from graphdiff.text.notebook import ROWS, Displayed, first_lines, folded, html_table, picture
from graphdiff.text.numbers import shorten, shown


def table(rows: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """Return rows of a label and cells as lines: labels left, cells right, in columns.

    Labels are shortened where a line would be wider than a report, those of edges at both ends.

    Examples
    --------
    >>> [len(line) for line in table([("a" * 90 + " -> " + "b" * 90, ["7"])])], table([("a -> b", ["7"])])
    ([100], ['  a -> b   7'])
    """
    widths = [max(map(len, cells)) for cells in zip(*(cells for _, cells in rows), strict=True)]
    room = max(SHORTEST, WIDTH - 2 - sum(3 + width for width in widths))
    names = [_shorter(name, room) for name, _ in rows]
    label = max(map(len, names))
    lines = []
    for name, (_, cells) in zip(names, rows, strict=True):
        body = "   ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        lines.append(f"  {name.ljust(label)}   {body}".rstrip())
    return lines


def _shorter(name: str, length: int) -> str:
    """Return a name that is no longer; of an edge the shorter end whole where there is room."""
    tail, arrow, head = name.partition(" -> ")
    if len(name) <= length or not arrow:
        return shorten(name, length)
    room = length - len(arrow)
    half = room // 2
    first = min(len(tail), max(half, room - len(head)))
    return f"{shorten(tail, first)}{arrow}{shorten(head, room - first)}"


#: The columns of a report, and to how many a name in a table is shortened.
WIDTH, NAME = 100, 60
#: So many lines of a table leave room on a screen for what is said above and below it.
LINES = 25

#: In tables of figures a label is not shortened below this.
SHORTEST = 24


def in_columns(lines: Iterable[str]) -> str:
    """Return the lines of a report as a text: sentences that are too long go on in the next line, words are shortened.

    What starts with a space is part of a table, which is as wide as it is.

    Examples
    --------
    >>> print(in_columns(["a " * 60, "  " + "b" * 101]).replace("a a a a a a a a a a ", ""))
    a a a a a a a a a a
      a a a a a a a a a a
      bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    """
    whole: list[str] = []
    for line in chain.from_iterable(text.split("\n") for text in lines):
        if len(line) <= WIDTH or line.startswith(" "):
            whole.append(line)
        else:
            whole += _wrapped(line, WIDTH, "  ")
    return "\n".join(whole)


def hanging(lead: str, text: str) -> list[str]:
    """Return a text behind what leads to it, as lines of a report that go on below where the text begins.

    Examples
    --------
    >>> hanging("  nodes  ", "ab " * 40)[1]
    '         ab ab ab ab ab ab ab ab ab ab'
    """
    lines = _wrapped(text, WIDTH - len(lead)) or [""]
    return [f"{lead}{lines[0]}".rstrip(), *(f"{' ' * len(lead)}{line}" for line in lines[1:])]


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Return a text in lines that are no wider, all but the first indented; words that are too long are shortened."""
    words = " ".join(shorten(word, width - len(indent)) for word in text.split(" "))
    return wrap(words, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def require_pandas() -> Any:
    """Return the pandas module, or raise an error that says how to get it."""
    try:
        import pandas
    except ImportError:
        raise MissingExtraError("pandas", "pandas") from None
    return pandas


def aligned(rows: Sequence[Sequence[str]], *, left: int | Collection[int] | None = 0) -> list[str]:
    """Return a table as lines; the column `left`, or each of them, is flush left, the others flush right.

    A cell that is wider than a report is shortened to that.

    Examples
    --------
    >>> aligned([("edge", "weight"), ("a -> b", "2")])
    ['edge    weight', 'a -> b       2']
    >>> aligned([("edge", "kind"), ("a -> b", "x")], left=(0, 1))
    ['edge    kind', 'a -> b  x']
    """
    columns = (left,) if isinstance(left, int) else left or ()
    cells = [[shorten(cell, WIDTH) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if number in columns else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def aligned_at(texts: Sequence[str], mark: str) -> list[str]:
    """Return texts with what stands before and behind a mark flush right; those without it as they are.

    Examples
    --------
    >>> aligned_at(["59.8 to 62.2", "6.2 to 8.6", "exact"], " to ")
    ['59.8 to 62.2', ' 6.2 to  8.6', 'exact']
    """
    halves = [text.split(mark) for text in texts]
    widths = [max((len(each[at]) for each in halves if len(each) == 2), default=0) for at in (0, 1)]
    return [
        mark.join(half.rjust(width) for half, width in zip(each, widths, strict=True)) if len(each) == 2 else text
        for text, each in zip(texts, halves, strict=True)
    ]


@dataclass(frozen=True)
class Axis:
    """The names of rows or columns for pandas, each as it is: of the kind given, else of one type or objects."""

    labels: Iterable[Any]
    name: str | None = None
    kind: str | None = None

    def to_pandas(self) -> Any:
        """Return a pandas Index."""
        listed = list(self.labels)
        kind = None if len(set(map(type, listed))) <= 1 else object
        return require_pandas().Index(listed, tupleize_cols=False, name=self.name, dtype=self.kind or kind)


@dataclass(frozen=True)
class Column:
    """Values, one a row, for a pandas Series."""

    values: Any
    rows: Axis
    name: str | None = None

    def to_pandas(self) -> Any:
        """Return a pandas Series."""
        return require_pandas().Series(self.values, index=self.rows.to_pandas(), name=self.name)


@dataclass(frozen=True)
class Frame:
    """Records or an array for a pandas DataFrame; records name their columns, and rows need no names."""

    values: Any
    rows: Axis | None = None
    columns: Axis | None = None

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame."""
        rows, columns = (axis and axis.to_pandas() for axis in (self.rows, self.columns))
        return require_pandas().DataFrame(self.values, index=rows, columns=columns)


#: Of a table in a notebook: titles, rows, caption.
Sheet = tuple[Sequence[str], Iterable[Sequence[object]], str]


def sheet_of(records: Iterable[Mapping[str, Any]], caption: str) -> Sheet:
    """Return records as a table for a notebook, without the columns that none of the first fills.

    Examples
    --------
    >>> head, rows, _ = sheet_of([{"node": "a", "size": None, "total": 0.5}], "")
    >>> head, list(rows)
    (['node', 'total'], [['a', '0.5']])
    """
    first = list(islice(records, ROWS + 1))
    head = list(dict.fromkeys(name for record in first for name, value in record.items() if value is not None))
    return head, ([_cell(record.get(name)) for name in head] for record in first), caption


def first_line(thing: object) -> str:
    """Return what a report begins with, which is the answer."""
    return str(thing).partition("\n")[0]


def _cell(value: Any) -> str:
    """Return a value as a person reads it: what has parts as these, one after the other."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_cell(part)}" for name, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_cell, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else shown(value)


class Result(Displayed):
    """What a question returns: text, plain data, something for pandas, and something for a notebook.

    A class says what it has: `to_dict`, `__str__`, and in `_frame` and `_sheet` its tables, if it has any.
    """

    def to_dict(self) -> Any:
        """Return everything as plain values."""
        raise NotImplementedError

    def headline(self) -> str:
        """Return the answer in one line, where what is drawn of it does not say it: what a page is called."""
        return ""

    def beside(self) -> list[str]:
        """Return what is to be known with the answer: how sure it is, what numbers are; warnings begin with "! "."""
        return []

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame of its rows, or a Series of its numbers or figures."""
        return self._frame().to_pandas()

    def _shown(self) -> dict[str, str]:
        return {"text/html": self._repr_html_()}

    def _repr_html_(self) -> str:
        sheet, text = self._sheet(), str(self)
        table = f"<pre>{escape(first_lines(text))}</pre>" if sheet is None else html_table(*sheet) + folded(text)
        return table + (picture(self) if hasattr(self, "to_networkx") else "")

    def _frame(self) -> Axis | Column | Frame:
        """Return what pandas shows: without a table of its own a Series of what `to_dict` has."""
        figures = self.to_dict()
        return Column(list(figures.values()), Axis(figures))

    def _sheet(self) -> Sheet | None:
        """Return what a notebook shows; without a table of its own it is the text."""
        return None
