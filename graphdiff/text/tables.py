"""The turns that all reports share: places, percentages, paths in a line, tables of labels and cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from graphdiff.errors import MissingExtraError


def table(rows: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """Return rows of a label and cells as lines: labels left, cells right, in columns."""
    label = max(len(name) for name, _ in rows)
    widths = [max(map(len, cells)) for cells in zip(*(cells for _, cells in rows), strict=True)]
    lines = []
    for name, cells in rows:
        body = "   ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        lines.append(f"  {name.ljust(label)}   {body}".rstrip())
    return lines


def require_pandas() -> Any:
    """Return the pandas module, or raise an error that says how to get it."""
    try:
        import pandas
    except ImportError:
        raise MissingExtraError("pandas", "pandas") from None
    return pandas


def aligned(rows: Sequence[Sequence[str]], *, left: int | None = 0) -> list[str]:
    """Return a table as lines; the column `left`, if any, is flush left, the others flush right.

    Examples
    --------
    >>> aligned([("edge", "weight"), ("a -> b", "2")])
    ['edge    weight', 'a -> b       2']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if number == left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def html_table(head: Sequence[str], rows: Iterable[Sequence[object]], caption: str) -> str:
    """Return a small table for a notebook, everything escaped."""
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    lines = ["".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in rows]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"
