"""What is known of a model's coefficients beside their values, as CSV: their covariance, or draws of them.

Both have the coefficients' names in the first row, as R and pandas write a matrix; a covariance has them in the first
column, too. Which edge a name means is `graphdiff.table`'s to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import FormatError
from graphdiff.io.building import numbers
from graphdiff.io.rows import Table, table_of
from graphdiff.io.source import PathOrFile, load

__all__ = ["NamedMatrix", "read_covariance", "read_draws"]


@dataclass(frozen=True, eq=False)
class NamedMatrix:
    """Numbers with names for rows and columns; what reads a DataFrame reads it, too.

    Attributes
    ----------
    index, columns : sequence of str
    values : float array, shape (n_rows, n_columns)
    """

    index: Sequence[str]
    columns: Sequence[str]
    values: NDArray[Any]

    def to_numpy(self) -> NDArray[Any]:
        """Return the numbers."""
        return self.values


def read_covariance(path: PathOrFile) -> NamedMatrix:
    r"""Return a covariance of coefficients, such as ``write.csv(vcov(fit), "vcov.csv")`` of lavaan writes.

    Raises
    ------
    InputError, FormatError
        If the file cannot be read, or is no square table of numbers with names.

    Examples
    --------
    >>> import io
    >>> read_covariance(io.StringIO(',a,b\na,0.04,0\nb,0,0.01\n')).columns
    ['a', 'b']
    """
    table, names = _headed(path)
    index = [cell.strip() for cell in table.columns[0][1:]]
    if len(index) != len(names) - 1:
        raise FormatError(f"{table.file}: {len(index)} rows and {len(names) - 1} columns of numbers are no covariance")
    return NamedMatrix(index, names[1:], _values(table, names, 1))


def read_draws(path: PathOrFile) -> NamedMatrix:
    r"""Return draws of coefficients, a row a draw and a column a coefficient, such as ``bootstrapLavaan`` gives.

    A first column without a name numbers the rows, and is left out.

    Raises
    ------
    InputError, FormatError
        If the file cannot be read, or is no table of numbers with names.

    Examples
    --------
    >>> import io
    >>> read_draws(io.StringIO(',a,b\n1,0.5,0.4\n2,0.6,0.3\n')).values.tolist()
    [[0.5, 0.4], [0.6, 0.3]]
    """
    table, names = _headed(path)
    first = 0 if names[0] else 1
    values = _values(table, names, first)
    return NamedMatrix([str(row) for row in range(1, len(values) + 1)], names[first:], values)


def _headed(path: PathOrFile) -> tuple[Table, list[str]]:
    """Return a file's rows, and the names in the first of them."""
    name, data = load(path, max_bytes=None)
    table = table_of(data, name)
    names = [column[0].strip() for column in table.columns]
    if numbers([cell for cell in names if cell]) is not None:
        raise FormatError(f"{name}: its first row has numbers, where the names of coefficients are needed")
    return table, names


def _values(table: Table, names: Sequence[str], first: int) -> NDArray[Any]:
    """Return the numbers below the names from a column on."""
    columns = [_column(table, names, place) for place in range(first, len(names))]
    return np.array(columns, dtype=np.float64).reshape(len(columns), table.n_rows - 1).T


def _column(table: Table, names: Sequence[str], place: int) -> Sequence[float]:
    cells = table.columns[place][1:]
    values = numbers(cells)
    if values is None:
        row = next(row for row, cell in enumerate(cells) if numbers([cell]) is None)
        raise FormatError(f"{table.file}, line {table.line(row + 1)}: {cells[row]!r} of {names[place]!r} is no number")
    return values
