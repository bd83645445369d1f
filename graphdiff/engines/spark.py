"""Spark: the caller's session does the work, tasks on its executors fold sorted rows as they stream by.

Tables are Parquet in a folder that all nodes see. Edges that are joined again and again stay on the executors, spread
by their tails, so that a superstep moves the nodes of one level and what passes their edges, and no other edge. What an
executor loses is made again from Parquet.
"""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphdiff.engines.folding import ORDER, TASKS, Numbers
from graphdiff.engines.frames import without_scheme
from graphdiff.errors import UsageError
from graphdiff.remedies import Keyword

__all__ = ["Spark"]

#: What types of Spark are to the loop.
KINDS = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "int"),
    **dict.fromkeys(("float", "double"), "float"),
    "string": "text",
}
#: What Spark calls the types of Arrow that tasks return.
TYPES = {"int64": "BIGINT", "double": "DOUBLE", "string": "STRING"}


class Spark:
    """An engine on the session of a DataFrame."""

    digest = "CAST(sum(CAST(xxhash64(tail, head, weight) AS DECIMAL(38, 0))) AS STRING)"

    def __init__(self, frame: Any, folder: str) -> None:
        self._frame, self._session = frame, frame.sparkSession
        folder = folder_of(folder, self._session)
        self.folder = f"file://{os.path.abspath(folder)}" if without_scheme(folder) else folder.rstrip("/")
        from pyarrow import fs

        self._files, self._path = fs.FileSystem.from_uri(self.folder)
        self._views = f"graphdiff_{secrets.token_hex(4)}"
        self._names: set[str] = set()
        self._spread: dict[str, Any] = {}
        frame.createOrReplaceTempView(self._views)

    def columns(self) -> Mapping[str, str]:
        """Return the frame's columns and what they are."""
        return {name: KINDS.get(kind, kind) for name, kind in self._frame.dtypes}

    def quoted(self, column: str) -> str:
        """Return the name of a column as SQL has it."""
        return "`" + column.replace("`", "``") + "`"

    def text(self, text: str) -> str:
        """Return text as SQL has it."""
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def frame(self) -> str:
        """Return the caller's frame as what stands behind FROM."""
        return self._views

    def of(self, names: Sequence[str]) -> str:
        """Return one table, or several as one, as what stands behind FROM."""
        views = [f"{self._views}_{name}" for name in names]
        if len(views) == 1:
            return views[0]
        return f"({' UNION ALL '.join(f'SELECT * FROM {view}' for view in views)})"

    def _at(self, name: str) -> str:
        return f"{self.folder}/{name}"

    def put(self, name: str, table: Any) -> None:
        """Keep a small Arrow table."""
        schema = ", ".join(f"{field.name} {TYPES[str(field.type)]}" for field in table.schema)
        rows = list(zip(*(each.to_pylist() for each in table.columns), strict=True))
        self._write(name, self._session.createDataFrame(rows, schema).coalesce(1))

    def keep(self, name: str, query: str, *, by: str = "") -> None:
        """Keep what a query returns, spread by a column."""
        self._write(name, self._session.sql(query), by)

    def fold(self, name: str, query: str, task: str, numbers: Numbers) -> None:
        """Keep what a task makes of rows, sorted and streamed on the executors, a node's rows on one of them."""
        work, rows = TASKS[task], self._session.sql(query)
        if work.rows == "in order":
            rows = rows.repartition(self._partitions(), "id").sortWithinPartitions(*ORDER)
        elif work.rows == "together":
            rows = rows.repartition(1)
        schema = ", ".join(f"{field.name} {TYPES[str(field.type)]}" for field in numbers.schema(work))
        self._write(name, rows.mapInArrow(_runner(task, numbers), schema))

    def _partitions(self) -> int:
        return int(self._session.conf.get("spark.sql.shuffle.partitions"))

    def _write(self, name: str, rows: Any, by: str = "") -> None:
        rows.write.mode("overwrite").parquet(self._at(name))
        self.open(name, by=by)

    def open(self, name: str, *, by: str = "") -> None:
        """Take up a table that has been kept."""
        self._names.add(name)
        table = self._session.read.parquet(self._at(name))
        if by:
            table = table.repartition(self._partitions(), by).sortWithinPartitions(by).persist()
            self._spread[name] = table
        table.createOrReplaceTempView(f"{self._views}_{name}")

    def drop(self, name: str) -> None:
        """Remove a table."""
        from pyarrow import fs

        self._names.discard(name)
        self._session.catalog.dropTempView(f"{self._views}_{name}")
        if name in self._spread:
            self._spread.pop(name).unpersist()
        path = f"{self._path}/{name}"
        if self._files.get_file_info(path).type == fs.FileType.Directory:
            self._files.delete_dir(path)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return a few rows."""
        return list(map(tuple, self._session.sql(query).collect()))

    def answer(self, query: str) -> Any:
        """Return what a query returns as a DataFrame of Parquet in the folder."""
        self._session.sql(query).write.mode("overwrite").parquet(self._at("answer"))
        return self._session.read.parquet(self._at("answer"))

    def close(self) -> None:
        """Let go of what stays on the executors, and of the views."""
        for table in self._spread.values():
            table.unpersist()
        for view in (self._views, *(f"{self._views}_{name}" for name in self._names)):
            self._session.catalog.dropTempView(view)


def folder_of(folder: str, session: Any) -> str:
    """Return a folder, or a new one that goes when the process ends: frames in it may be read until then.

    Raises
    ------
    UsageError
        If none is named, and a new one would be seen by this machine only.
    """
    if folder:
        return folder
    if not session.conf.get("spark.master").startswith("local"):
        raise UsageError(
            "on a cluster ", Keyword("checkpoint"), " names a folder that all nodes see, for what is kept between steps"
        )
    folder = tempfile.mkdtemp(prefix="graphdiff-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _runner(task: str, numbers: Numbers) -> Any:
    """Return what an executor runs; it imports graphdiff, which is installed there."""

    def made(batches: Iterable[Any]) -> Iterator[Any]:
        from graphdiff.engines.folding import TASKS

        return TASKS[task].function(batches, numbers)

    return made
