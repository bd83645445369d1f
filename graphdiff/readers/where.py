"""Which rows of a table are read: the option ``where``, such as ``group=1`` or ``op!=~~``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from graphdiff.errors import FormatError, UsageError, meant, nearest
from graphdiff.readers.building import numbers
from graphdiff.readers.rows import Table
from graphdiff.remedies import Keyword

__all__ = ["Where", "filtered", "position"]

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
    >>> from graphdiff.readers.rows import table_of
    >>> table = table_of(b"source,target,group\na,b,1\na,b,2\n", "e.csv").headed()
    >>> filtered(table, "group=2").columns
    [['a'], ['b'], ['2']]
    """
    conditions = [_condition(text) for text in ([where] if isinstance(where, str) else where or ())]
    if not conditions:
        return table
    rows: Sequence[int] = range(table.n_rows)
    for column in dict.fromkeys(condition.column for condition in conditions):
        of_it = [condition for condition in conditions if condition.column == column]
        cells = table.columns[position(table, column)]
        rows = [row for row in rows if _holds(cells[row], of_it)]
        if not rows:
            there = ", ".join(map(repr, list(dict.fromkeys(cells))[:SHOWN]))
            last = Keyword("where", _text(of_it[-1]))
            raise FormatError(f"{table.file}: no row is left by ", last, f"; {column!r} has {there}")
    return table.only(rows)


def _condition(text: str) -> Condition:
    found = CONDITION.fullmatch(text)
    if not found:
        raise UsageError(Keyword("where", text), " is not of the form COLUMN=VALUE or COLUMN!=VALUE")
    return Condition(found["column"], not found["unequal"], found["value"].strip())


def _text(condition: Condition) -> str:
    return f"{condition.column}{'' if condition.equal else '!'}={condition.value}"


def _holds(cell: str, conditions: Sequence[Condition]) -> bool:
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
    >>> from graphdiff.readers.rows import table_of
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
