"""Anything with columns, opened as an Arrow table: files by pyarrow, data frames by narwhals."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from graphdiff.errors import FormatError, InputError, MissingExtraError, UsageError
from graphdiff.readers.edge_list import DELIMITERS

try:
    import pyarrow as pa
except ImportError:
    pa = None

__all__ = ["Table", "damage_told", "opened", "pa"]

HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class Table:
    """What messages call it, its columns, and how to read some of them, the ends first, as an Arrow table."""

    name: str
    columns: Sequence[str]
    read: Callable[[list[str]], Any]


def opened(path_or_frame: Any) -> Table:
    """Return a file or a frame as a table.

    Raises
    ------
    MissingExtraError
        If pyarrow or narwhals is not installed.
    InputError, FormatError, UsageError
        If the file cannot be read, is damaged, or there is neither file nor frame.
    """
    if pa is None:
        raise MissingExtraError("pyarrow", "tables")
    if isinstance(path_or_frame, (str, os.PathLike)):
        return _file(os.fspath(path_or_frame))
    return _frame(path_or_frame)


def _file(name: str) -> Table:
    try:
        with open(name, "rb") as file:
            start = file.read(8)
    except (OSError, ValueError) as error:
        raise InputError(f"{name}: {error}") from error
    with damage_told(name):
        return next((open_table for magic, open_table in FILES.items() if start.startswith(magic)), _csv)(name)


@contextmanager
def damage_told(name: str) -> Iterator[None]:
    """Make what pyarrow raises of a damaged file, or of values that do not fit, a `FormatError`."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError, csv.Error) as error:
        raise FormatError(f"{name}: {error}") from error


def _parquet(name: str) -> Table:
    from pyarrow import parquet

    file = parquet.ParquetFile(name)
    return Table(name, file.schema_arrow.names, lambda columns: file.read(columns=columns))


def _arrow(name: str) -> Table:
    from pyarrow import feather, ipc

    with ipc.open_file(name) as file:
        names = file.schema.names
    return Table(name, names, lambda columns: feather.read_table(name, columns=columns))


def _arrow_stream(name: str) -> Table:
    from pyarrow import ipc

    with pa.OSFile(name) as file, ipc.open_stream(file) as stream:
        edges = stream.read_all()
    return Table(name, edges.schema.names, edges.select)


def _csv(name: str) -> Table:
    with pa.input_stream(name) as file:
        text = file.read(HEAD_BYTES)
    header = text.decode("utf-8-sig", "ignore").split("\n")[0].rstrip("\r")
    rows = {delimiter: next(csv.reader([header], delimiter=delimiter), []) for delimiter in DELIMITERS}
    delimiter = max(rows, key=lambda delimiter: len(rows[delimiter]))
    return Table(name, rows[delimiter], lambda columns: _csv_columns(name, delimiter, columns))


def _csv_columns(name: str, delimiter: str, columns: list[str]) -> Any:
    from pyarrow import csv as arrow_csv

    return arrow_csv.read_csv(
        name,
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            include_columns=columns,
            column_types=dict.fromkeys(columns[:2], pa.string()),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


#: How files start.
FILES: dict[bytes, Callable[[str], Table]] = {
    b"PAR1": _parquet,
    b"ARROW1": _arrow,
    b"\xff\xff\xff\xff": _arrow_stream,
}


def _frame(native: Any) -> Table:
    try:
        import narwhals as nw
    except ImportError:
        raise MissingExtraError("narwhals", "tables") from None
    try:
        frame = nw.from_native(native)
    except TypeError:
        raise UsageError(f"read_edges takes a path or a data frame, not {type(native).__name__}") from None

    def read(columns: list[str]) -> Any:
        chosen = frame.select(columns)
        return (chosen.collect(backend="pyarrow") if isinstance(chosen, nw.LazyFrame) else chosen).to_arrow()

    return Table("the frame", frame.collect_schema().names(), read)
