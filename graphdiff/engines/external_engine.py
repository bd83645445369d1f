"""DuckDB as the engine of edges past memory: it reads files, tells names apart, joins and sorts, within a memory.

Rows come out of it in blocks of arrays; what does not fit its memory it keeps in files of its own, in the folder that
it is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import FormatError, GraphdiffError, LimitError, MissingExtraError, OutputError
from graphdiff.kernels import n_cores
from graphdiff.remedies import Keyword

__all__ = ["BLOCK", "Blocks", "Engine", "quoted", "text_in_sql"]

Blocks = Iterator[tuple[NDArray[Any], ...]]

#: Rows that are looked at in one go.
BLOCK = 1 << 20
#: The least that a thread of the engine's works in: what its manual advises to give to each (*Tuning workloads*).
THREAD = 125 << 20
#: The least that it is given.
LEAST = 64 << 20


def quoted(name: str) -> str:
    """Return the name of a column as SQL has it.

    Examples
    --------
    >>> print(quoted('a "b'), text_in_sql("it's"))
    "a ""b" 'it''s'
    """
    return '"' + name.replace('"', '""') + '"'


def text_in_sql(text: str) -> str:
    """Return a text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


class Engine:
    """A connection, which keeps within a memory and spills into a folder.

    Parameters
    ----------
    folder : path
        Where it may write.
    memory : int
        Bytes that it may take.
    name : str
        What errors call the data.

    Raises
    ------
    MissingExtraError
        If duckdb is not installed.
    """

    def __init__(self, folder: Path, memory: int, name: str) -> None:
        try:
            import duckdb
            import pyarrow
        except ImportError as error:
            raise MissingExtraError("duckdb and pyarrow", "duckdb") from error
        self._arrow, self._errors = pyarrow, (duckdb.Error, pyarrow.ArrowException, OSError)
        self._folder, self._memory, self.name = folder, max(memory, LEAST), name
        self._raised: BaseException | None = None

    @cached_property
    def _connection(self) -> Any:
        """What is opened when something is first asked."""
        import duckdb

        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{self._memory // 1000}KB",
            "threads": max(1, min(n_cores(), self._memory // THREAD)),
            "temp_directory": str(self._folder / "spilled"),
        }
        connection = duckdb.connect(config=settings)
        connection.execute("SET enable_progress_bar = false")
        return connection

    def close(self) -> None:
        """End the connection, if there is one; its memory is given back."""
        if "_connection" in self.__dict__:
            self._connection.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query that has few."""
        with self._told():
            found: list[tuple[Any, ...]] = self._connection.execute(query).fetchall()
            return found

    def blocks(self, query: str) -> Blocks:
        """Yield the rows of a query in their order, as arrays of numbers."""
        with self._told():
            reader = self._connection.sql(query).to_arrow_reader(BLOCK)
            for batch in reader:
                yield tuple([column.to_numpy(zero_copy_only=False) for column in batch.columns])

    def texts(self, query: str) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.int64]]]:
        """Yield the rows of a query for one column of text: the bytes of all, and where each ends, from a 0."""
        with self._told():
            for batch in self._connection.sql(query).to_arrow_reader(BLOCK):
                names = batch.column(0).cast(self._arrow.large_string())
                _, ends, text = names.buffers()
                bounds = np.frombuffer(ends, dtype=np.int64)[names.offset : names.offset + len(names) + 1]
                yield np.frombuffer(text or b"", dtype=np.uint8)[bounds[0] : bounds[-1]], bounds - bounds[0]

    def take(self, table: str, names: Sequence[str], blocks: Blocks) -> None:
        """Have the engine read blocks of arrays, once, as a table with columns of these names."""
        first = next(blocks, None)
        columns = [np.empty(0, dtype=np.uint32)] * len(names) if first is None else first
        kinds = [self._arrow.from_numpy_dtype(column.dtype) for column in columns]
        schema = self._arrow.schema([*zip(names, kinds, strict=True)])

        def batches() -> Iterator[Any]:
            for block in ([] if first is None else [first], blocks):
                for arrays in block:
                    yield self._arrow.record_batch([self._arrow.array(array) for array in arrays], schema=schema)

        self.take_batches(table, schema, batches())

    def take_batches(self, table: str, schema: Any, batches: Iterator[Any]) -> None:
        """Have the engine read batches of Arrow, once and in their order, as one table."""

        def kept() -> Iterator[Any]:
            try:
                yield from batches
            except GeneratorExit:  # nobody wants the rest
                raise
            except BaseException as error:  # Ctrl-C, too
                self._raised = error
                raise

        self._connection.register(table, self._arrow.RecordBatchReader.from_batches(schema, kept()))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Make what the engine raises an error of ours."""
        try:
            yield
        except GraphdiffError:
            raise
        except self._errors as error:
            if self._raised is not None:  # which came through the engine as a text
                raise self._raised from error
            raise self._named(" ".join(str(error).split())) from error

    def _named(self, text: str) -> GraphdiffError:
        text = text.split(" Possible solutions:")[0]  # which are settings of its own
        if "out of memory" in text.lower():
            took = f"DuckDB needs more than the {self._memory / 1e6:,.0f} MB that are left to it: give a larger "
            return LimitError(f"{self.name}: ", took, Keyword("memory"), f" ({text[:200]})")
        if "No space left" in text or "max_temp_directory_size" in text:
            return OutputError(f"{self.name}: the disk is full: {text[:300]}")
        return FormatError(f"{self.name}: {text[:500]}")
