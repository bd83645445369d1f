"""What the loop needs of an engine: eight operations on tables of a folder, told in the SQL that both engines speak.

narwhals cannot carry the loop: its lazy frames have no fold in a stated order (a sum over a window is added up in any
order), no query whose result is kept, and no function of sorted batches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from graphdiff.engines.folding import Numbers

__all__ = ["Engine", "without_scheme"]


class Engine(Protocol):
    """An engine that keeps tables as Parquet in one folder, and the caller's frame as the table ``frame``.

    Attributes
    ----------
    digest : str
        A number made of the columns tail, head and weight of all rows in any order, as SQL.
    folder : str
        Where the tables are.
    """

    digest: str
    folder: str

    def columns(self) -> Mapping[str, str]:
        """Return the frame's columns and what they are: "int", "float", "text", or the name of another type."""

    def quoted(self, column: str) -> str:
        """Return the name of a column of the frame as SQL has it."""

    def text(self, text: str) -> str:
        """Return text as SQL has it."""

    def frame(self) -> str:
        """Return the caller's frame as what stands behind FROM."""

    def of(self, names: Sequence[str]) -> str:
        """Return one table, or several as one, as what stands behind FROM."""

    def put(self, name: str, table: Any) -> None:
        """Keep a small Arrow table."""

    def keep(self, name: str, query: str, *, by: str = "") -> None:
        """Keep what a query returns, near together where it has one value of the column `by`."""

    def fold(self, name: str, query: str, task: str, numbers: Numbers) -> None:
        """Keep what a task of `folding` makes of rows, which are put in order and together as it needs them."""

    def open(self, name: str, *, by: str = "") -> None:
        """Take up a table that an earlier run has kept."""

    def drop(self, name: str) -> None:
        """Remove a table."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return a few rows."""

    def answer(self, query: str) -> Any:
        """Return what a query returns as a frame of the caller's session, which outlives the tables."""

    def close(self) -> None:
        """Let go of what only the question needed."""


def without_scheme(folder: str) -> bool:
    """Return whether a folder is a path of this machine rather than a URI.

    Examples
    --------
    >>> without_scheme("/tmp/x"), without_scheme("s3://bucket/x")
    (True, False)
    """
    return re.match(r"[a-z][a-z0-9+.-]*://", folder) is None
