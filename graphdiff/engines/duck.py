"""DuckDB: sorts and joins on disk, within the memory that the caller's connection allows."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graphdiff.engines.external_engine import quoted, text_in_sql
from graphdiff.engines.folding import ORDER, TASKS, Numbers
from graphdiff.engines.frames import without_scheme
from graphdiff.errors import OutputError, UsageError
from graphdiff.remedies import Keyword

__all__ = ["Duck", "relation_of"]

#: What types of DuckDB are to the loop; larger ints do not fit its sums.
KINDS = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"), "int"),
    **dict.fromkeys(("FLOAT", "DOUBLE"), "float"),
    "VARCHAR": "text",
}
#: Rows that are folded at once.
BATCH = 1 << 17


class Duck:
    """An engine on the connection of a relation."""

    digest = "CAST(sum(hash(tail, head, weight)) AS VARCHAR)"

    def __init__(self, relation: Any, folder: str) -> None:
        if folder and not without_scheme(folder):
            raise UsageError(Keyword("checkpoint", folder), ": DuckDB keeps its steps in a folder of this machine")
        self._relation, self._own = relation, not folder
        try:
            self._folder = Path(folder or tempfile.mkdtemp(prefix="graphdiff-"))
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError.of(folder, error) from error
        self._view = f"graphdiff_{secrets.token_hex(4)}"
        self.folder = str(self._folder)

    def _asked(self, query: str) -> Any:
        return self._relation.query(self._view, query)

    def columns(self) -> Mapping[str, str]:
        """Return the frame's columns and what they are."""
        types = map(str, self._relation.types)
        return {name: KINDS.get(kind, kind) for name, kind in zip(self._relation.columns, types, strict=True)}

    def quoted(self, column: str) -> str:
        """Return the name of a column as SQL has it."""
        return quoted(column)

    def text(self, text: str) -> str:
        """Return text as SQL has it."""
        return text_in_sql(text)

    def frame(self) -> str:
        """Return the caller's frame as what stands behind FROM."""
        return self._view

    def of(self, names: Sequence[str]) -> str:
        """Return one table, or several as one, as what stands behind FROM."""
        paths = ", ".join(text_in_sql(str(self._folder / name / "*.parquet")) for name in names)
        return f"read_parquet([{paths}])"

    def _empty(self, name: str) -> Path:
        self.drop(name)
        folder = self._folder / name
        folder.mkdir()
        # Never the name of an earlier file: DuckDB 1.5 may go on reading what it keeps of that one in memory.
        return folder / f"{secrets.token_hex(8)}.parquet"

    def put(self, name: str, table: Any) -> None:
        """Keep a small Arrow table."""
        from pyarrow import parquet

        parquet.write_table(table, self._empty(name))

    def keep(self, name: str, query: str, *, by: str = "") -> None:
        """Keep what a query returns, sorted by a column: a join with few of its values skips what is far from them."""
        query = f"{query} ORDER BY {by}" if by else query
        self._asked(f"COPY ({query}) TO {text_in_sql(str(self._empty(name)))} (FORMAT parquet)")

    def fold(self, name: str, query: str, task: str, numbers: Numbers) -> None:
        """Keep what a task makes of rows, in order where it needs them so; there is one task at a time."""
        from pyarrow import parquet

        work = TASKS[task]
        rows = self._asked(f"{query} ORDER BY {', '.join(ORDER)}" if work.rows == "in order" else query)
        with parquet.ParquetWriter(self._empty(name), numbers.schema(work)) as file:
            for batch in work.function(rows.to_arrow_reader(BATCH), numbers):
                file.write_batch(batch)

    def open(self, name: str, *, by: str = "") -> None:
        """Take up a table that an earlier run has kept."""

    def drop(self, name: str) -> None:
        """Remove a table."""
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return a few rows."""
        found: list[tuple[Any, ...]] = self._asked(query).fetchall()
        return found

    def answer(self, query: str) -> Any:
        """Return what a query returns as a temporary table of the caller's connection."""
        name = f"graphdiff_answer_{secrets.token_hex(4)}"
        self._asked(f"CREATE TEMP TABLE {name} AS {query}")
        return self._asked(f"FROM {name}")

    def close(self) -> None:
        """Remove the folder, where nobody named one."""
        self._asked(f"DROP VIEW IF EXISTS {self._view}")
        if self._own:
            shutil.rmtree(self._folder, ignore_errors=True)


def relation_of(table: Any) -> Any:
    """Return an Arrow table as a relation of a connection of its own.

    Examples
    --------
    >>> import pyarrow as pa
    >>> relation_of(pa.table({"a": [1]})).fetchall()
    [(1,)]
    """
    import duckdb

    return duckdb.connect().from_arrow(table)
