"""Cells of a table without quotation marks: one column of its bytes, and the numbers in it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

ZERO, ONE = np.uint64(0), np.uint64(1)
NEWLINE, RETURN, BLANK = np.uint8(10), np.uint8(13), np.uint8(32)
NINE, NOUGHT, PLUS, MINUS, POINT, SMALL_E, LARGE_E = (np.uint8(ord(sign)) for sign in "90+-.eE")


def column_of_cells(
    data: NDArray[Any],
    start: np.uint64,
    delimiter: np.uint8,
    n_columns: np.uint64,
    column: np.uint64,
    text: NDArray[Any],
    ends: NDArray[Any],
) -> np.uint64:
    """Write the cells of a column one after the other, without blanks before them, and where each ends.

    Return how many rows there are; 0 where one has more or fewer columns than it should. ``ends[0]`` is 0 already.
    """
    size = np.uint64(len(data))
    at, row, here, written = start, ZERO, ZERO, ZERO
    while at < size or here > ZERO:
        sign = data[at] if at < size else NEWLINE
        if sign in (delimiter, NEWLINE):
            if here == column:
                ends[row + ONE] = written
            here += ONE
            if (sign == NEWLINE) != (here == n_columns):
                return ZERO
            if sign == NEWLINE:
                row += ONE
                here = ZERO
        elif here == column and sign != RETURN and (sign != BLANK or written > np.uint64(ends[row])):
            text[written] = sign
            written += ONE
        at += ONE
    return row


def padded(text: NDArray[Any], ends: NDArray[Any], rows: NDArray[Any]) -> np.uint64:
    """Write each cell into a row of its own; return 0 where one is no numeral, 1 where all are whole, else 2."""
    kind = ONE
    row = ZERO
    while row < np.uint64(len(rows)):
        at = first = np.uint64(ends[row])
        while at < np.uint64(ends[row + ONE]):
            sign = text[at]
            if sign in (POINT, SMALL_E, LARGE_E):
                kind = np.uint64(2)
            elif not (NOUGHT <= sign <= NINE or sign in (PLUS, MINUS)):
                return ZERO
            rows[row, at - first] = sign
            at += ONE
        row += ONE
    return kind
