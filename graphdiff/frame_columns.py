"""Arrow columns as attributes of edges: numbers, yes and no, and text; what is none of them is left out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.edge_columns import Column
from graphdiff.frames import pa
from graphdiff.labels import Texts

__all__ = ["attribute_columns", "text_and_ends"]


def text_and_ends(names: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the two arrays that Arrow keeps text in, without a copy."""
    _, ends, text = names.buffers()
    first, size = names.offset, len(names)
    bounds = np.frombuffer(ends, dtype=np.int64)[first : first + size + 1] if ends else np.zeros(1, dtype=np.int64)
    return np.frombuffer(text or b"", dtype=np.uint8)[: bounds[-1]], bounds


def attribute_columns(edges: Any, names: list[str]) -> dict[str, Column]:
    """Return those of some columns of an Arrow table that are numbers, yes and no, or text, decimals as floats.

    Dates and times are text as Arrow writes them.
    """
    there = set(edges.column_names)
    found = {name: _column(edges.column(name)) for name in names if name in there}
    return {name: column for name, column in found.items() if column is not None}


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


def _texts(column: Any) -> Column | None:
    kind = column.type
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    if not (is_text or pa.types.is_temporal(kind)) or pa.types.is_duration(kind) or pa.types.is_interval(kind):
        return None
    encoded = column.cast(pa.large_string()).dictionary_encode().combine_chunks()
    texts = encoded.dictionary
    texts.validate(full=True)  # neither Parquet nor pyarrow looks whether it is UTF-8
    codes = encoded.indices.cast(pa.int64()).fill_null(-1).to_numpy()
    return Column(codes, codes < 0, Texts(*text_and_ends(texts)))
