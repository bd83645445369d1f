"""Series and DataFrames of pandas among what a traced function is given and returns; pandas itself is not imported."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

__all__ = ["elements", "is_frame", "remade"]


def is_frame(value: object) -> bool:
    """Return whether a value is a Series or a DataFrame.

    Examples
    --------
    >>> is_frame([1.0, 2.0])
    False
    """
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.Series | pandas.DataFrame)


def remade(frame: Any, remake: Callable[[str, Any], Any], *, is_traced: bool) -> Any:
    """Return the frame with ``remake(place, element)`` for every element; traced numbers are objects to pandas."""
    import pandas

    made = dict(elements(frame))
    entries = iter([remake(place, element) for place, element in made.items()])
    if isinstance(frame, pandas.Series):
        return pandas.Series(list(entries), index=frame.index, name=frame.name, dtype=object if is_traced else None)
    columns = {number: _column([next(entries) for _ in frame.index], is_traced) for number in range(frame.shape[1])}
    return pandas.DataFrame(columns, index=frame.index).set_axis(frame.columns, axis=1)


def elements(frame: Any) -> Iterator[tuple[str, Any]]:
    """Yield the elements, column by column, each with its place: ``[row]``, ``[row,column]``."""
    rows = _labels(frame.index)
    if frame.ndim == 1:
        yield from zip((f"[{row}]" for row in rows), frame.to_numpy(), strict=True)
        return
    for number, column in enumerate(_labels(frame.columns)):
        yield from zip((f"[{row},{column}]" for row in rows), frame.iloc[:, number].to_numpy(), strict=True)


def _labels(index: Iterable[Any]) -> list[str]:
    """Return labels as text; their places where two would be the same."""
    texts = list(map(str, index))
    return texts if len(set(texts)) == len(texts) else list(map(str, range(len(texts))))


def _column(entries: list[Any], is_traced: bool) -> Any:
    if not is_traced:
        return entries
    column = np.empty(len(entries), dtype=object)
    column[:] = entries
    return column
