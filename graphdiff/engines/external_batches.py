"""Files of edges as batches of Arrow, read as they are in memory: no engine's own ideas of names, paths and cells.

An engine that reads files itself takes brackets in a path for a pattern and folders called ``column=value`` for
columns, renames columns that are called alike, and looks for where a CSV begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from graphdiff.errors import UsageError
from graphdiff.files import csv_options, damage_told, is_one_line, unpacked

__all__ = ["batches_of", "columns_of", "schema_of"]

#: Rows that are read at once.
BLOCK = 1 << 17
#: What of a file is read ahead of what is asked, bytes.
BUFFER = 1 << 20


def columns_of(name: str, kind: str, delimiter: str) -> Any:
    """Return the schema of a file; the types of CSV are what its first rows seem to be."""
    with damage_told(name):
        if kind == "parquet":
            with _parquet(name) as file:
                return file.schema_arrow
        if kind == "arrow":
            return next(_arrow(name))
        if is_one_line(name):
            return ()
        with unpacked(name) as file:
            return _csv(file, delimiter).schema


def schema_of(files: Sequence[str], kind: str, delimiter: str, columns: Sequence[str]) -> Any:
    """Return the schema that some columns of files have together, called ``s``, ``t`` and, where there is one, ``w``.

    Raises
    ------
    UsageError
        If a column is of one kind in some files and of another in others: a cell is never made what it is not.
    """
    import pyarrow as pa

    if kind == "csv":
        return pa.schema([(called, pa.string()) for called, _ in zip("stw", columns, strict=False)])
    schemas = {file: columns_of(file, kind, delimiter) for file in files}
    types = [_one_type(name, {file: each.field(name).type for file, each in schemas.items()}) for name in columns]
    return pa.schema([*zip("stw", types, strict=False)])


def _one_type(column: str, types: dict[str, Any]) -> Any:
    """Return the type that a column has in all files."""
    import pyarrow as pa

    known = {file: _plain(kind) for file, kind in types.items()}
    some = [kind for kind in known.values() if not pa.types.is_null(kind)]
    first = some[0] if some else pa.null()
    for file, kind in known.items():
        if not pa.types.is_null(kind) and _sort(kind) != _sort(first):
            told = f"the column {column!r} is {types[file]}, and in others of the files it is not; make all of one kind"
            raise UsageError(f"{file}: {told}")
    if all(kind == first for kind in some):
        return first
    if _sort(first) == "text":
        return pa.large_string()
    return pa.float64() if pa.types.is_floating(first) else pa.uint64() if first == pa.uint64() else pa.int64()


def _plain(kind: Any) -> Any:
    """Return the type that values of a type are taken as: of a dictionary that of its words."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.float32() if pa.types.is_float16(kind) else pa.large_string() if kind == pa.string_view() else kind


def _sort(kind: Any) -> str:
    """Return what may stand beside one another: ints of 64 bits, floats, texts, or what is of this type alone."""
    import pyarrow as pa

    if pa.types.is_integer(kind) and kind != pa.uint64():
        return "ints"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "text"
    return "floats" if pa.types.is_floating(kind) else str(kind)


def batches_of(files: Sequence[str], kind: str, delimiter: str, columns: Sequence[str], schema: Any) -> Iterator[Any]:
    """Yield the rows of files, one after the other: some of their columns, with the names and types of a schema.

    Raises
    ------
    FormatError
        If a file is damaged.
    """
    import pyarrow as pa

    for name in files:
        with damage_told(name):
            for batch in READERS[kind](name, delimiter, columns):
                values = [batch.column(each).cast(to) for each, to in zip(columns, schema.types, strict=True)]
                cast = pa.record_batch(values, schema=schema)
                cast.validate(full=True)  # what a file says of its own is looked at before anybody steps there
                yield cast


def _of_parquet(name: str, _: str, columns: Sequence[str]) -> Iterator[Any]:
    with _parquet(name) as file:
        yield from file.iter_batches(BLOCK, columns=list(columns))


def _parquet(name: str) -> Any:
    from pyarrow import parquet

    return parquet.ParquetFile(name, pre_buffer=False, buffer_size=BUFFER)


def _of_arrow(name: str, _: str, columns: Sequence[str]) -> Iterator[Any]:
    batches = _arrow(name)
    next(batches)
    for batch in batches:
        batch.validate(full=True)
        yield batch.select(list(columns))


def _arrow(name: str) -> Iterator[Any]:
    """Yield the schema of a file or stream of Arrow, and then its batches."""
    import pyarrow as pa
    from pyarrow import ipc

    with pa.memory_map(name) as file:
        try:
            opened = ipc.open_file(file)
        except pa.ArrowInvalid:
            file.seek(0)
            stream = ipc.open_stream(file)
            yield stream.schema
            yield from stream
            return
        yield opened.schema
        for number in range(opened.num_record_batches):
            yield opened.get_batch(number)


def _of_csv(name: str, delimiter: str, columns: Sequence[str]) -> Iterator[Any]:
    if not is_one_line(name):
        with unpacked(name) as file:
            yield from _csv(file, delimiter, columns)


def _csv(file: Any, delimiter: str, columns: Sequence[str] = ()) -> Any:
    import pyarrow as pa
    from pyarrow import csv

    return csv.open_csv(file, **csv_options(delimiter, columns, dict.fromkeys(columns, pa.string())))


READERS: dict[str, Callable[[str, str, Sequence[str]], Iterator[Any]]] = {
    "parquet": _of_parquet, "arrow": _of_arrow, "csv": _of_csv,
}  # fmt: skip
