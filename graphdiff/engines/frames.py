"""What the loop needs of an engine: eight operations on tables of a folder, told in the SQL that both engines speak.

narwhals tells what kind of frame was given. It cannot carry the loop: its lazy frames have no fold in a stated order
(a cumulative sum over a window is added up in any order), no query whose result is kept, and no function of sorted
batches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any, Protocol

from graphdiff.engines.folding import Numbers
from graphdiff.errors import MissingExtraError, UsageError

__all__ = ["Engine", "opened", "without_scheme"]


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
        """Return what a query returns as a frame of the caller's session, which needs no table that is dropped later."""

    def close(self) -> None:
        """Let go of what only the question needed."""


def opened(frame: Any, folder: str) -> Engine:
    """Return the engine of a frame, which keeps its tables in a folder; a new one of its own where none is named.

    Raises
    ------
    MissingExtraError
        If pyarrow, or what the frame is read by, is not installed.
    UsageError
        If it is no frame, or the engine can write no folder there.
    """
    if find_spec("pyarrow") is None:
        raise MissingExtraError("pyarrow", "duckdb")
    module = type(frame).__module__
    if module.startswith("pyspark."):
        from graphdiff.engines.spark import Spark

        return Spark(frame, folder)
    if find_spec("duckdb") is None:
        raise MissingExtraError("DuckDB", "duckdb")
    from graphdiff.engines.duck import Duck, relation_of

    is_relation = type(frame).__name__ == "DuckDBPyRelation"
    return Duck(frame if is_relation else relation_of(_as_arrow(frame)), folder)


def _as_arrow(frame: Any) -> Any:
    """Return any frame that narwhals takes as an Arrow table."""
    if type(frame).__module__.startswith("pyarrow."):
        return frame
    if find_spec("narwhals") is None:
        raise MissingExtraError("narwhals", "tables")
    import narwhals

    try:
        return narwhals.from_native(frame).lazy().collect("pyarrow").to_native()
    except TypeError:
        raise UsageError(
            f"a frame is needed, of PySpark, DuckDB or another that narwhals takes, not {type(frame).__name__}; files "
            'are read by the engine: duckdb.read_parquet("edges/*.parquet"), spark.read.parquet("edges")'
        ) from None


def without_scheme(folder: str) -> bool:
    """Return whether a folder is a path of this machine rather than a URI.

    Examples
    --------
    >>> without_scheme("/tmp/x"), without_scheme("s3://bucket/x")
    (True, False)
    """
    return re.match(r"[a-z][a-z0-9+.-]*://", folder) is None
