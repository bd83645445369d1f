"""Anything with columns, opened as Arrow columns: files by pyarrow, data frames by narwhals.

A column of a Parquet file is read when it is asked for, piece after piece, and kept by nobody: the largest part of a
table's memory is what is made of one column.

Arrow columns as attributes of edges: numbers, yes and no, and text; what is none of them is left out.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number, Weights
from graphdiff.errors import FormatError, InputError, MissingExtraError, UsageError, WeightError
from graphdiff.files import SAVED_GRAPH, csv_options, damage, damage_told, is_one_line, unpacked
from graphdiff.graph.attributes import Column
from graphdiff.graph.labels import Texts
from graphdiff.io.ends import DELIMITERS
from graphdiff.text.sentences import how_many

__all__ = [
    "Parts", "Table", "attribute_columns", "damage_told", "first_text", "is_numeric", "is_text", "numbers_of", "opened",
    "opened_bytes", "pa", "require_sound", "text_and_ends",
]  # fmt: skip


try:
    import pyarrow as pa
except ImportError:
    pa = None

#: What pyarrow looks for a header in.
HEAD_BYTES = 1 << 20

#: The largest int up to which every int is a float.
LAST_EXACT = 2**53


#: Rows of a Parquet file that are read at once.
BATCH = 1 << 20


@dataclass(frozen=True)
class Parts:
    """Some columns of a table.

    Attributes
    ----------
    n_rows : int
    names : sequence of str
    pieces : callable
        The Arrow arrays of a column, one after the other, by its name.
    """

    n_rows: int
    names: Sequence[str]
    pieces: Callable[[str], Iterable[Any]]

    @classmethod
    def of(cls, edges: Any) -> Parts:
        """Return the columns of a table of pyarrow."""
        return cls(edges.num_rows, edges.column_names, lambda name: edges.column(name).chunks)

    def column(self, name: str) -> Any:
        """Return a whole column, of one row or more."""
        return pa.chunked_array(list(self.pieces(name)))

    def only(self, mask: NDArray[np.bool_]) -> Parts:
        """Return the rows of a mask."""

        def pieces(name: str) -> Iterator[Any]:
            done = 0
            for piece in self.pieces(name):
                yield piece.filter(pa.array(mask[done : done + len(piece)]))
                done += len(piece)

        return Parts(int(mask.sum()), self.names, pieces)

    def cell(self, name: str, row: int) -> Any:
        """Return what stands in a column, for a message."""
        for piece in self.pieces(name):
            if row < len(piece):
                return piece[row].as_py()
            row -= len(piece)
        raise IndexError(row)


@dataclass(frozen=True)
class Table:
    """What messages call it, its columns, and how some of them are read.

    `read` is given the columns of the ends and maybe of the weight, all of which are needed, and others, of which it
    leaves out those that Arrow has no place for.
    """

    name: str
    columns: Sequence[str]
    read: Callable[[list[str], list[str]], Parts]


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


def no_place() -> tuple[type[Exception], ...]:
    """Return what is raised of a column that Arrow has no place for."""
    return (TypeError, *damage())


def _file(name: str) -> Table:
    start = _start(name)
    with damage_told(name):
        open_table = next((open_table for magic, open_table in FILES.items() if start.startswith(magic)), None)
        return _csv(name) if open_table is None else open_table(name, lambda: pa.OSFile(name))


def _start(name: str) -> bytes:
    """Return how a file starts that may be a table."""
    try:
        with open(name, "rb") as file:
            start = file.read(8)
    except OSError as error:
        raise InputError.of(name, error) from error
    except ValueError as error:  # a path with a NUL in it
        raise InputError(f"{name!r}: {error}") from error
    if start == SAVED_GRAPH:
        raise FormatError(f"{name} is a saved graph already, and no table of edges: CSV, Parquet or Arrow")
    return start


def kind_of_file(name: str) -> Literal["parquet", "arrow", "csv"]:
    """Return what a file is, by its first bytes.

    Raises
    ------
    InputError
        If it cannot be read.
    FormatError
        If it is a saved graph, which is no table.
    """
    start = _start(name)
    magic = next((magic for magic in FILES if start.startswith(magic)), None)
    return "csv" if magic is None else "parquet" if FILES[magic] is _parquet else "arrow"


def opened_bytes(data: Any, name: str) -> Table:
    """Return the content of a Parquet or Arrow file as a table; what is neither is taken for Parquet.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    FormatError
        If it is damaged.
    """
    if pa is None:
        raise MissingExtraError("pyarrow", "tables")
    open_table = next((open_table for magic, open_table in FILES.items() if data[: len(magic)] == magic), _parquet)
    with damage_told(name):
        return open_table(name, lambda: pa.BufferReader(pa.py_buffer(data)))


def _parquet(name: str, source: Callable[[], Any]) -> Table:
    from pyarrow import parquet

    file = parquet.ParquetFile(source())
    n_rows = file.metadata.num_rows

    def pieces(column: str) -> Iterator[Any]:
        left = n_rows
        for batch in file.iter_batches(BATCH, columns=[column]):
            left -= batch.num_rows
            if left >= 0:
                yield batch.column(column)
        if left:
            raise FormatError(f"{name}: damaged: {n_rows - left:,} rows in {column!r}, and {n_rows:,} in the file")

    return Table(name, file.schema_arrow.names, lambda needed, others: Parts(n_rows, [*needed, *others], pieces))


def _arrow(name: str, source: Callable[[], Any]) -> Table:
    from pyarrow import feather, ipc

    with ipc.open_file(source()) as file:
        names = file.schema.names
    return Table(name, names, lambda needed, others: _sound(feather.read_table(source(), columns=[*needed, *others])))


def _arrow_stream(name: str, source: Callable[[], Any]) -> Table:
    from pyarrow import ipc

    with source() as file, ipc.open_stream(file) as stream:
        edges = stream.read_all()
    return Table(name, edges.schema.names, lambda needed, others: _sound(edges.select([*needed, *others])))


def _sound(edges: Any) -> Parts:
    """Return a table whose offsets and indices lie where they should: they come from the file as they are."""
    edges.validate(full=True)
    return Parts.of(edges)


def _csv(name: str) -> Table:
    delimiter, columns = _header(name)
    return Table(name, columns, lambda *parts: _csv_columns(name, delimiter, *parts))


def delimiter_of(name: str) -> str:
    """Return what separates the columns of a CSV file that begins with its header.

    Raises
    ------
    FormatError
        If its first line is empty, which an engine takes for the header, and the header for a row.
    """
    with damage_told(name):
        with unpacked(name) as file:
            start = file.read(len(codecs.BOM_UTF8) + 1).removeprefix(codecs.BOM_UTF8)
        if start.startswith((b"\r", b"\n")):
            raise FormatError(f"{name}: its first line is empty; leave it out")
        return _header(name)[0]


def require_sound(name: str, delimiter: str) -> None:
    """Raise where a row of a CSV file has other columns than the first, does not end, or is no text.

    Raises
    ------
    FormatError
        It names the file and the line.
    """
    with damage_told(name), unpacked(name) as file:
        text = io.TextIOWrapper(file, "utf-8-sig", "surrogateescape", newline="")
        rows, width = csv.reader(text, delimiter=delimiter, strict=True), 0
        try:
            for row in rows:
                width = width or len(row)
                if row and len(row) != width:
                    told = f"{how_many(len(row), 'columns')}, where the first row has {width:,}"
                    raise FormatError(f"{name}, line {rows.line_num:,}: {told}")
                if not all(map(_is_text, row)):
                    raise FormatError(f"{name}, line {rows.line_num:,}: it is no UTF-8")
        except csv.Error as error:
            raise FormatError(f"{name}, line {rows.line_num:,}: {error}") from error


def _header(name: str) -> tuple[str, list[str]]:
    with unpacked(name) as file:
        head = file.read(HEAD_BYTES)
    text = io.TextIOWrapper(io.BytesIO(head), "utf-8-sig", "surrogateescape", newline="")
    rows = {delimiter: _first_row(text, delimiter) for delimiter in DELIMITERS}
    delimiter = max(rows, key=lambda delimiter: len(rows[delimiter]))
    if not rows[delimiter]:
        raise FormatError(f"{name} has no header" if head.strip() else f"{name} is empty")
    if any(not _is_text(column) for column in rows[delimiter]):
        raise FormatError(f"{name}: its header is no UTF-8")
    return delimiter, rows[delimiter]


def _first_row(text: io.TextIOWrapper, delimiter: str) -> list[str]:
    text.seek(0)
    try:
        return next(filter(None, csv.reader(text, delimiter=delimiter)), [])
    except csv.Error:  # a long header without this delimiter is too long a field
        return []


def _is_text(column: str) -> bool:
    return column.encode("utf-8", "ignore").decode() == column


def _csv_columns(name: str, delimiter: str, needed: list[str], others: list[str]) -> Parts:
    ends = dict.fromkeys(needed[:2], pa.string())
    edges = _read_csv(name, delimiter, [*needed, *others], ends)
    for weight in needed[2:]:
        if pa.types.is_floating(edges.column(weight).type):
            _require_exact(name, delimiter, weight, edges.column(weight))
    return Parts.of(edges)


def _read_csv(name: str, delimiter: str, columns: list[str], types: dict[str, Any]) -> Any:
    from pyarrow import csv as arrow_csv

    if is_one_line(name):
        return pa.table({column: pa.array([], types.get(column, pa.null())) for column in columns})
    with unpacked(name) as file:
        return arrow_csv.read_csv(file, **csv_options(delimiter, columns, types))


#: The largest float has so many digits; of zeros at their start there are few.
LONGEST_FLOAT = 400


def _require_exact(name: str, delimiter: str, column: str, weights: Any) -> None:
    """Refuse ints that pyarrow has made floats, and that no float is."""
    from pyarrow import compute

    large = compute.greater_equal(compute.abs(weights), LAST_EXACT)
    if not compute.any(large).as_py():
        return
    texts = _read_csv(name, delimiter, [column], {column: pa.string()}).column(column)
    whole = compute.match_substring_regex(texts, r"^\s*[+-]?[0-9]+\s*$")
    for row in compute.indices_nonzero(compute.and_(large, whole)).to_pylist():
        text = texts[row].as_py().strip()
        if len(text) > LONGEST_FLOAT or int(text) != weights[row].as_py():
            shown = text if len(text) < 40 else f"{text[:20]}… of {len(text):,} digits"
            raise WeightError(
                f"{name}, row {row + 1:,}: the weight in {column!r} is {shown}, which no float is; all weights are "
                "ints of 64 bits, or all are floats"
            )


#: How files start.
FILES: dict[bytes, Callable[[str, Callable[[], Any]], Table]] = {
    b"PAR1": _parquet,
    b"ARROW1": _arrow,
    b"\xff\xff\xff\xff": _arrow_stream,
}


def _frame(native: Any) -> Table:
    if isinstance(native, pa.RecordBatchReader):
        native = native.read_all()
    if isinstance(native, pa.RecordBatch):
        native = pa.Table.from_batches([native])
    if isinstance(native, pa.Table):
        names = native.column_names
        return Table("the frame", names, lambda needed, others: Parts.of(native.select([*needed, *others])))
    return _frame_by_narwhals(native)


def _frame_by_narwhals(native: Any) -> Table:
    try:
        import narwhals as nw
    except ImportError:
        raise MissingExtraError("narwhals", "tables") from None
    try:
        frame = nw.from_native(native)
        names = frame.collect_schema().names()
    except TypeError:
        raise UsageError(f"read_edges takes a path or a data frame, not {type(native).__name__}") from None
    except nw.exceptions.DuplicateError as error:
        raise UsageError(f"the frame: {' '.join(str(error).split())}") from error

    def read(needed: list[str], others: list[str]) -> Parts:
        unnamed = [name for name in needed if not isinstance(name, str)]
        if unnamed:
            raise UsageError(f"the columns of a frame are named by text; rename {', '.join(map(repr, unnamed))}")
        try:
            if isinstance(frame, nw.LazyFrame):  # asked twice it may give its rows in another order
                return Parts.of(frame.select([*needed, *others]).collect(backend="pyarrow").to_arrow())
            return _with_others(frame.select(needed).to_arrow(), frame, others)
        except no_place() as error:  # a column of a kind that pyarrow does not take, or of several
            raise _of_several_kinds(frame, needed) or FormatError(f"the frame: {error}") from error

    return Table("the frame", names, read)


def _of_several_kinds(frame: Any, names: list[str]) -> FormatError | None:
    """Return the error of the first cell of another kind than those above it; None where there is none."""
    for name in names:
        values = frame.lazy().collect().get_column(name).to_list()
        kinds = [(row, _kind(value)) for row, value in enumerate(values) if value is not None and value == value]
        other = next((row for row, kind in kinds if kind != kinds[0][1]), None)
        if other is not None:
            told = f"{name!r} is {values[other]!r}, {_kind(values[other])}, below {kinds[0][1]}; make all of one kind"
            return FormatError(f"the frame, row {other + 1:,}: {told}")
    return None


def _kind(value: object) -> str:
    return "a number" if arithmetic.is_number(value) else "text" if isinstance(value, str) else type(value).__name__


def _with_others(edges: Any, frame: Any, others: list[str]) -> Parts:
    """Return a table with other columns of a frame, without those that Arrow has no place for."""
    columns = {name: edges.column(name) for name in edges.column_names}
    for name in others:
        try:
            columns[name] = frame.select([name]).to_arrow().column(name)
        except no_place():  # objects of several kinds, say, which nobody has asked for yet
            continue
    return Parts.of(pa.table(columns))


def text_and_ends(names: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the two arrays that Arrow keeps text in, without a copy."""
    _, ends, text = names.buffers()
    first, size = names.offset, len(names)
    bounds = np.frombuffer(ends, dtype=np.int64)[first : first + size + 1] if ends else np.zeros(1, dtype=np.int64)
    return np.frombuffer(text or b"", dtype=np.uint8)[: bounds[-1]], bounds


def attribute_columns(edges: Parts, names: list[str]) -> dict[str, Column]:
    """Return those of some columns of a table that are numbers, yes and no, or text, decimals as floats.

    Dates and times are text as Arrow writes them.
    """
    there = set(edges.names)
    columns = {name: _column(edges.column(name)) for name in names if name in there}
    return {name: column for name, column in columns.items() if column is not None}


def _column(column: Any) -> Column | None:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_boolean(kind):
        return _numbers(column, pa.bool_(), False)
    if pa.types.is_integer(kind):
        return _numbers(column, pa.int64(), 0) if _largest(column) < 2**63 else None
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        single = kind in (pa.float16(), pa.float32())
        return _numbers(column, pa.float32() if single else pa.float64(), np.nan)
    return _texts(column)


def _largest(column: Any) -> int:
    from pyarrow import compute

    return compute.max(column).as_py() or 0


def _numbers(column: Any, kind: Any, instead: Any) -> Column:
    absent = column.is_null().to_numpy() if column.null_count else None
    values = column.cast(kind)
    filled = values if absent is None else values.fill_null(pa.scalar(instead, kind))
    return Column(np.array(filled.to_numpy()), absent)  # a copy: the frame may be changed


def is_numeric(column: Any) -> bool:
    """Return whether a column holds ints, floats or decimals: yes and no are none."""
    kind = column.type
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def numbers_of(column: Any, default: Number) -> Weights | None:
    """Return a column as weights, `default` where it has none; None where it is of no kind that is numbers.

    Ints, floats, and yes and no as 1 and 0 are an array; decimals, and whatever the default makes of these, a list.
    """
    kind = column.type
    if pa.types.is_boolean(kind) or (pa.types.is_null(kind) and len(column)):
        column = column.cast(pa.int64())
        kind = column.type
    if not is_numeric(column):
        return None
    numeric = not pa.types.is_decimal(kind)
    if column.null_count:
        filled = _filled(column, arithmetic.plain(default))
        if filled is None:
            return [default if value is None else value for value in column.to_pylist()]
        column = filled
    numbers: Weights = column.to_numpy() if numeric else column.to_pylist()
    return numbers


#: What a text is that can be cast to a number.
NUMERAL = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$"


def first_text(column: Any) -> str:
    """Return which row of a column of text holds no number, for a message; nothing where there is none.

    Examples
    --------
    >>> first_text(pa.chunked_array([["1", "2.5", "n/a"]])), first_text(pa.chunked_array([["1", None]]))
    ("; row 3, 'n/a', is no number", '')
    """
    from pyarrow import compute

    if not is_text(column.type):
        return ""
    row = compute.index(compute.match_substring_regex(column, NUMERAL), False).as_py()
    return "" if row < 0 else f"; row {row + 1:,}, {column[row].as_py()[:60]!r}, is no number"


def _filled(column: Any, default: Number) -> Any:
    """Return a column with `default` where it has nothing, as an array holds both; None where only a list does."""
    for kind in _kinds_with(column.type, default):
        try:
            scalar = pa.scalar(default, kind)
            if scalar.as_py() == default:
                return column.cast(kind).fill_null(scalar)
        except no_place():  # too large for this kind
            continue
    return None


def _kinds_with(kind: Any, default: Number) -> list[Any]:
    """Return the types that numbers of one type and a default may have together, as `arithmetic.unify` has them."""
    if not isinstance(default, (int, float)) or pa.types.is_decimal(kind):
        return []
    if pa.types.is_integer(kind):
        return [kind] if isinstance(default, int) else [pa.float64()]
    return [kind, pa.float64()]


def is_text(kind: Any) -> bool:
    """Return whether a column of this type of pyarrow is text."""
    is_any: bool = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    return is_any


def _texts(column: Any) -> Column | None:
    kind = column.type
    if not (is_text(kind) or pa.types.is_temporal(kind)) or pa.types.is_duration(kind) or pa.types.is_interval(kind):
        return None
    encoded = column.cast(pa.large_string()).dictionary_encode().combine_chunks()
    texts = encoded.dictionary
    texts.validate(full=True)  # neither Parquet nor pyarrow looks whether it is UTF-8
    codes = encoded.indices.cast(pa.int64()).fill_null(-1).to_numpy()
    return Column(codes, codes < 0 if column.null_count else None, Texts(*text_and_ends(texts)))
