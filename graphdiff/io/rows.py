"""Text in rows and columns: what separates them, the columns as lists, and the line that a row is on.

Which rows of a table are read: the option ``where``, such as ``group=1`` or ``op!=~~``.
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graphdiff.errors import FormatError, UsageError, meant, nearest
from graphdiff.io.building import numbers
from graphdiff.io.ends import DELIMITERS, known_ends, without_direction
from graphdiff.io.source import text_of
from graphdiff.remedies import Keyword

__all__ = [
    "BLOCK", "Table", "Where", "conditions_by_column", "filtered", "holds", "line_of", "no_row_left", "not_empty",
    "position", "reader", "table_of",
]  # fmt: skip


SAMPLE_LENGTH = 1 << 16

BLOCK = 1 << 12

# Comments become empty lines, so that the others keep their numbers.
COMMENT = re.compile(r"^#.*$", re.MULTILINE)


@dataclass(frozen=True)
class Table:
    """The rows of a file, column by column; below its header, once it is known to have one.

    Attributes
    ----------
    file, text, delimiter : str
        What they come from; a space is any white space.
    names : sequence of str
        From the header, else ``column1``, ``column2``, ...
    has_header : bool
    columns : sequence of sequences of str
    kept : sequence of int, optional
        Which rows of the file are in the columns, where some are left out.
    """

    file: str
    text: str
    delimiter: str
    names: Sequence[str]
    has_header: bool
    columns: Sequence[Sequence[str]]
    kept: Sequence[int] | None = None

    @property
    def n_rows(self) -> int:
        """How many rows there are, without the header."""
        return len(self.columns[0])

    def line(self, row: int) -> int:
        """Return the line that a row is on: only messages say it, so that it is found by reading once more."""
        place = row if self.kept is None else self.kept[row]
        return line_of(self.text, self.delimiter, place + self.has_header)

    def first_rows(self, number: int) -> list[tuple[str, ...]]:
        """Return the first rows."""
        return list(zip(*[column[:number] for column in self.columns], strict=True))

    def headed(self) -> Table:
        """Return the table with its first row as header.

        Raises
        ------
        FormatError
            Nothing is below it.
        """
        if self.n_rows == 1:
            raise FormatError(f"{self.file}: a header, and no edge below it")
        names = [column[0] for column in self.columns]
        columns = [column[1:] for column in self.columns]
        return Table(self.file, self.text, self.delimiter, names, True, columns)

    def only(self, rows: Sequence[int]) -> Table:
        """Return the table with some of its rows."""
        kept = rows if self.kept is None else [self.kept[row] for row in rows]
        columns = [[column[row] for row in rows] for column in self.columns]
        return Table(self.file, self.text, self.delimiter, self.names, self.has_header, columns, kept)


def table_of(data: bytes, name: str) -> Table:
    r"""Return a file's rows as a table without a header; lines that start with ``#`` are comments.

    The last of them is a row where it names the ends of edges: a header, as SNAP and STRING write it.

    Raises
    ------
    FormatError
        There is no row, or one with more or fewer columns than the first.

    Examples
    --------
    >>> table_of(b"a;b\nc;d\n", "e.csv").columns
    [['a', 'c'], ['b', 'd']]
    """
    text = text_of(data).replace("\r\n", "\n").replace("\r", "\n")
    text = _uncommented(text)
    text = COMMENT.sub("", text) if f"\n{text}".find("\n#") >= 0 else text
    delimiter = _delimiter(text)
    columns = _columns(text, name, delimiter)
    if not columns:
        raise FormatError(f"{name}: no row in it")
    names = [f"column{number}" for number in range(1, len(columns) + 1)]
    return Table(name, text, delimiter, names, False, columns)


def _uncommented(text: str) -> str:
    r"""Return the text with the comment right above the first row as a row, where it has names of ends.

    Examples
    --------
    >>> _uncommented("# edges\n#target,source\na,b\n"), _uncommented("# from a source\na b c\n")
    ('# edges\ntarget,source\na,b\n', '# from a source\na b c\n')
    """
    if not text.startswith("#"):
        return text
    lines = text[:SAMPLE_LENGTH].split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip() and not line.startswith("#")), 0)
    header = lines[first - 1].lstrip("#").strip()
    if not first or not header or not _is_header(header, lines[first].strip()):
        return text
    start = sum(len(line) + 1 for line in lines[: first - 1])
    return text[:start] + header + text[start + len(lines[first - 1]) :]


def _is_header(line: str, row: str) -> bool:
    """Tell whether a line has names of ends, as many as the row below it has cells, and that row has none."""
    if known_ends(re.split(r"[\s,;]+", row)):
        return False
    for delimiter in (*DELIMITERS, None):
        names, cells = line.split(delimiter), row.split(delimiter)
        # Words of a sentence are no names: what is split by blanks has the ends first.
        known = known_ends(names if delimiter else names[:2])
        if len(names) == len(cells) > 1 and (known or without_direction(names)):
            return True
    return False


def _columns(text: str, name: str, delimiter: str) -> list[list[str]]:
    """Return the columns of the rows that are not empty."""
    rows = not_empty(_reader(text, delimiter))
    columns: list[list[str]] = []
    try:
        # In blocks, which stay in the processor's caches until they are columns.
        while block := list(itertools.islice(rows, BLOCK)):
            if not columns:
                _name_rows(block)
                columns = [[] for _ in block[0]]
            _check_widths(block, columns, text, name, delimiter)
            for column, texts in zip(columns, zip(*block, strict=True), strict=True):
                column.extend(texts)
    except csv.Error as error:
        raise FormatError(f"{name}, line {_line_of_error(text, delimiter)}: {error}") from error
    return columns


def _name_rows(block: list[list[str]]) -> None:
    """Give a header of R's ``write.table`` the cell that it has not: that over the names of the rows."""
    if set(map(len, block[1:])) == {len(block[0]) + 1} and (
        known_ends(block[0]) or all(row[0].isdecimal() for row in block[1:])
    ):
        block[0].insert(0, "")


def _check_widths(
    block: Sequence[Sequence[str]], columns: Sequence[Sequence[str]], text: str, name: str, delimiter: str
) -> None:
    widths = list(map(len, block))
    if widths.count(len(columns)) < len(block):
        row = next(row for row, width in enumerate(widths) if width != len(columns))
        line = line_of(text, delimiter, len(columns[0]) + row)
        raise FormatError(f"{name}, line {line}: {widths[row]} columns, where the first row has {len(columns)}")


def _line_of_error(text: str, delimiter: str) -> int:
    """Return the line on which the first row starts that cannot be read."""
    reader, line = _reader(text, delimiter), 0
    with contextlib.suppress(csv.Error):
        for _ in reader:
            line = reader.line_num
    return line + 1


def line_of(text: str, delimiter: str, row: int) -> int:
    r"""Return the line that a row ends on; rows are counted from 0, without the empty ones.

    Examples
    --------
    >>> line_of("a,b\n\nc,d\n", ",", 1)
    3
    """
    reader = _reader(text, delimiter)
    ends = (reader.line_num for cells in reader if len(cells) > 1 or "".join(cells).strip())
    return int(next(itertools.islice(ends, row, None)))


def _reader(text: str, delimiter: str) -> Any:
    return reader(io.StringIO(text), delimiter)


def reader(lines: Iterable[str], delimiter: str) -> Any:
    r"""Return the reader of the rows that lines have; a space for a delimiter is any white space.

    Examples
    --------
    >>> list(reader(["a,b\n", "\n"], ",")), list(reader([" a \t b\n"], " "))
    ([['a', 'b'], []], [['a', 'b']])
    """
    if delimiter == " ":
        lines = (line.replace("\t", " ").strip() for line in lines)
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)


def not_empty(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """Return the rows that have a cell which is not blank, or several.

    Examples
    --------
    >>> list(not_empty([["a"], [], [" "], ["", ""]]))
    [['a'], ['', '']]
    """
    return (row for row in rows if len(row) > 1 or "".join(row).strip())


def _delimiter(text: str) -> str:
    """Return what splits the first rows into equally many columns, and most; a space for any white space."""
    lines = text[:SAMPLE_LENGTH].split("\n")
    # The last line of a longer text is cut somewhere.
    sample = [line for line in (lines[:-1] if len(text) > SAMPLE_LENGTH else lines) if line.strip()]
    best = (False, False, 0, " ")
    for delimiter in DELIMITERS:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter, skipinitialspace=True)]
        width = max(widths[:1], default=0)
        best = max(best, (width > 1, len(set(widths)) == 1, width, delimiter), key=lambda score: score[:3])
    return best[3] if best[0] else " "


Where = str | Sequence[str] | None

CONDITION = re.compile(r"\s*(?P<column>.+?)\s*(?P<unequal>!?)=(?P<value>.*)", re.DOTALL)

#: So many values of a column are shown where none is the one asked for.
SHOWN = 5


@dataclass(frozen=True)
class Condition:
    """What a cell of a column has to be, or must not be."""

    column: str
    equal: bool
    value: str


def filtered(table: Table, where: Where) -> Table:
    r"""Return the rows that meet conditions; of those that ask one column to be equal, one has to hold.

    Parameters
    ----------
    table : Table
        With its header.
    where : str, sequence of str or None
        ``column=value`` or ``column!=value`` each. A value is the text of a cell, or a number equal to it.

    Raises
    ------
    UsageError
        A condition of another form, or of a column that is not there: those that are get listed.
    FormatError
        No row meets them.

    Examples
    --------
    >>> from graphdiff.io.rows import table_of
    >>> table = table_of(b"source,target,group\na,b,1\na,b,2\n", "e.csv").headed()
    >>> filtered(table, "group=2").columns
    [['a'], ['b'], ['2']]
    """
    rows: Sequence[int] | None = None
    for column, conditions in conditions_by_column(where).items():
        cells = table.columns[position(table, column)]
        rows = [row for row in (range(table.n_rows) if rows is None else rows) if holds(cells[row], conditions)]
        if not rows:
            raise no_row_left(table.file, column, conditions[-1], cells)
    return table if rows is None else table.only(rows)


def conditions_by_column(where: Where) -> dict[str, list[Condition]]:
    """Return the conditions of each column.

    Examples
    --------
    >>> conditions_by_column(["kind!=dev", "group=1"])["group"]
    [Condition(column='group', equal=True, value='1')]
    """
    conditions: dict[str, list[Condition]] = {}
    for text in [where] if isinstance(where, str) else where or ():
        condition = _condition(text)
        conditions.setdefault(condition.column, []).append(condition)
    return conditions


def no_row_left(file: str, column: str, condition: Condition, cells: Iterable[str]) -> FormatError:
    """Return the error that no row meets a condition."""
    there = ", ".join(map(repr, list(dict.fromkeys(cells))[:SHOWN]))
    return FormatError(f"{file}: no row is left by ", Keyword("where", _text(condition)), f"; {column!r} has {there}")


def _condition(text: str) -> Condition:
    match = CONDITION.fullmatch(text)
    if not match:
        raise UsageError(Keyword("where", text), " is not of the form COLUMN=VALUE or COLUMN!=VALUE")
    return Condition(match["column"], not match["unequal"], match["value"].strip())


def _text(condition: Condition) -> str:
    return f"{condition.column}{'' if condition.equal else '!'}={condition.value}"


def holds(cell: str, conditions: Sequence[Condition]) -> bool:
    """Tell whether a cell meets the conditions of its column.

    Examples
    --------
    >>> holds("1.0", conditions_by_column(["group=1", "group=2"])["group"])
    True
    """
    wanted = [condition.value for condition in conditions if condition.equal]
    unwanted = [condition.value for condition in conditions if not condition.equal]
    return (not wanted or any(_same(cell, value) for value in wanted)) and not any(
        _same(cell, value) for value in unwanted
    )


def _same(cell: str, value: str) -> bool:
    if cell.strip() == value:
        return True
    both = numbers([cell, value])
    return both is not None and both[0] == both[1]


def position(table: Table, column: str) -> int:
    """Return which column is meant by its name, or by its number from 1.

    Raises
    ------
    UsageError
        There is none: those that are get listed.

    Examples
    --------
    >>> from graphdiff.io.rows import table_of
    >>> position(table_of(b"a,b", "e.csv"), "2")
    1
    """
    if table.has_header and column in table.names:
        return table.names.index(column)
    by_number = {str(number): number - 1 for number in range(1, len(table.names) + 1)}
    if column not in by_number:
        close = meant(nearest(column, table.names)) if table.has_header else ""
        there = ", ".join(map(repr, table.names))
        raise UsageError(f"{table.file} has no column {column!r}{close or ';'} it has {there}")
    return by_number[column]
