"""Which engine asks a frame: Spark its own, DuckDB its relations and, by Arrow, all else that narwhals takes."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from graphdiff.engines.frames import Engine
from graphdiff.errors import MissingExtraError, UsageError
from graphdiff.remedies import Keyword

__all__ = ["opened"]


def opened(frame: Any, folder: str) -> Engine:
    """Return the engine of a frame, which keeps its tables in a folder; a new one of its own where none is named.

    Raises
    ------
    MissingExtraError
        If pyarrow, or what the frame is read by, is not installed.
    UsageError
        If it is no frame, or the engine can write no folder there.
    """
    is_spark = type(frame).__module__.startswith("pyspark.")
    if find_spec("pyarrow") is None:
        raise MissingExtraError("pyarrow", "spark" if is_spark else "duckdb")
    if is_spark:
        from graphdiff.engines.spark import Spark

        return Spark(frame, folder)
    if find_spec("duckdb") is None:
        raise MissingExtraError("DuckDB", "duckdb")
    if {*"*?["} & {*folder}:
        told = ": DuckDB takes *, ? and [ in a path for a pattern; name a folder without them"
        raise UsageError(Keyword("checkpoint", folder), told)
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
