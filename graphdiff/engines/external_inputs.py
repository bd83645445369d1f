"""Files of edges as an engine is given them: what their columns are, and the first row that has no ends or no weight.

They go to it batch by batch (`external_batches`). Rows have the order of the files, and of the rows within each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NoReturn

from graphdiff.engines.external_batches import batches_of, columns_of, schema_of
from graphdiff.engines.external_engine import Engine
from graphdiff.errors import FormatError, UsageError, WeightError
from graphdiff.graph.attributes import is_plainly_no_weight
from graphdiff.remedies import Keyword, Remedy

__all__ = ["EdgeFiles", "Facts", "facts_of"]

#: The largest int of 64 bits, and the first from which on floats are not all ints.
LARGEST, LAST_EXACT = 2**63 - 1, 2**53
#: Types of the engine's that are ints of 64 bits or fewer, or may be.
INTS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
#: What a number is in a file of text, and an int.
NUMERAL = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|NaN|NAN|inf|Inf|INF|infinity|Infinity)"
WHOLE = "[+-]?[0-9]+"


@dataclass(frozen=True)
class EdgeFiles:
    """Files with an edge a row.

    Attributes
    ----------
    files : tuple of str
        In the order of their rows.
    kind : {"parquet", "csv", "arrow"}
    source, target : str
        The columns of the ends.
    weight : str or None
        That of the weights; None where every row counts 1, or `default_weight`.
    default_weight : float or int, optional
        What stands for empty cells.
    delimiter : str
        Of CSV.
    counts : bool
        Whether every row counts 1 because that was asked for.
    """

    files: tuple[str, ...]
    kind: Literal["parquet", "csv", "arrow"]
    source: str
    target: str
    weight: str | None = None
    default_weight: float | int | None = None
    delimiter: str = ","
    counts: bool = False

    @property
    def needed(self) -> list[str]:
        """The columns that are read."""
        return [self.source, self.target, *([] if self.weight is None else [self.weight])]

    @cached_property
    def schema(self) -> Any:
        """The names and types that these have for the engine."""
        return schema_of(self.files, self.kind, self.delimiter, self.needed)

    def rows(self, engine: Engine) -> str:
        """Return what SQL selects the rows of the files from, with the columns ``s``, ``t`` and ``w``; once."""
        batches = batches_of(self.files, self.kind, self.delimiter, self.needed, self.schema)
        engine.take_batches("rows_of_files", self.schema, batches)
        return "rows_of_files"


@dataclass(frozen=True)
class Facts:
    """What is known of files once all of their rows have been looked at.

    Attributes
    ----------
    n_rows : int
    are_ints : bool
        Whether nodes are ints, else they are text.
    lowest, highest : int
        Of ints.
    n_bytes : int
        Of text: of the names of all ends together.
    weight : str
        How SQL makes a row's weight of the column ``w``.
    dtype : str
        What weights are: ``<f8``, ``<f4`` or ``<i8``.
    """

    n_rows: int
    are_ints: bool
    lowest: int
    highest: int
    n_bytes: int
    weight: str
    dtype: str

    @property
    def ends(self) -> str:
        """How SQL selects the ends of a row as ints or text."""
        kind = "BIGINT" if self.are_ints else "VARCHAR"
        return f"CAST(s AS {kind}) AS s, CAST(t AS {kind}) AS t"


def facts_of(edges: EdgeFiles, engine: Engine) -> Facts:
    """Look at every row, and raise where one has no ends or no weight.

    Raises
    ------
    UsageError
        If nodes are neither ints nor text.
    FormatError
        If the name of a node is missing, or the file is damaged.
    WeightError
        If weights are of no kind that a saved graph has, or one is missing, NaN or infinite; it names the row.
    """
    if edges.weight is None and edges.default_weight is None and not edges.counts:
        _require_no_possible_weight(edges)
    described = [str(kind) for _, kind, *_ in engine.run(f"DESCRIBE SELECT * FROM {edges.rows(engine)}")]
    kinds = [_kind_of_end(edges, place, kind) for place, kind in enumerate(described[:2])]
    if kinds[0] != kinds[1]:
        raise UsageError(f"{edges.files[0]}: one of its ends is {kinds[0]}, the other {kinds[1]}; make both the same")
    are_ints = kinds[0] == "ints"
    has_weights, is_text = edges.weight is not None, edges.weight is not None and edges.kind == "csv"
    number, wrong = _weights(edges, described[2] if has_weights else None)
    sizes = "min(least(s, t)), max(greatest(s, t)), 0" if are_ints else "0, 0, sum(strlen(s) + strlen(t))"
    whole = f"count_if(NOT regexp_full_match(trim(w), '{WHOLE}'))" if is_text else "0"
    n_rows, missing, wrongs, fractions, lowest, highest, n_bytes = engine.run(
        f"SELECT count(*), count_if(s IS NULL OR t IS NULL), count_if({wrong}), {whole}, {sizes} "
        f"FROM {edges.rows(engine)}"
    )[0]
    if missing:
        for column, name in (("s", edges.source), ("t", edges.target)):
            _refuse_end(edges, engine, column, name)
    if wrongs:
        _refuse_weight(edges, engine, wrong)
    if are_ints and n_rows and highest > LARGEST:
        raise FormatError(f"{edges.files[0]}: the node {highest} is beyond the ints of 64 bits; make the ends text")
    if is_text:
        number = _of_csv(edges, engine, are_whole=not fractions)
    if number == "BIGINT" and isinstance(edges.default_weight, float):
        _require_exact(edges, engine)
    made, dtype = _with_default(number, edges.default_weight)
    return Facts(n_rows, are_ints, lowest or 0, highest or 0, int(n_bytes or 0), made, dtype)


def _require_no_possible_weight(edges: EdgeFiles) -> None:
    """Raise `WeightError` where no column is known to be the weight, and one of numbers may be it."""
    from pyarrow import types

    are_numbers = types.is_integer, types.is_floating, types.is_decimal
    columns = columns_of(edges.files[0], edges.kind, edges.delimiter)
    numbers = [column.name for column in columns if any(holds(column.type) for holds in are_numbers)]
    numbers = [name for name in numbers if name not in (edges.source, edges.target)]
    if possible := [name for name in numbers if not is_plainly_no_weight(name)]:
        told = f"{edges.files[0]}: the edges have numbers, and none is known to be their weight: {', '.join(numbers)}"
        takes = Remedy(Keyword("weight", possible[0]), "takes that number")
        counts = Remedy(Keyword("weight", "unit", python="graphdiff.weights.unit"), "counts paths")
        raise WeightError(told, takes, counts)


def _kind_of_end(edges: EdgeFiles, place: int, kind: str) -> str:
    if kind in INTS:
        return "ints"
    if kind == "VARCHAR" or kind.startswith("ENUM"):
        return "text"
    column = f"the column {edges.needed[place]!r} is {edges.schema.types[place]}"
    told = f"{column}, and nodes of a graph that is made on disk are text or ints; cast it"
    raise UsageError(f"{edges.files[0]}: {told}")


def _weights(edges: EdgeFiles, kind: str | None) -> tuple[str, str]:
    """Return the type that weights are cast to, none where there are none, and which rows are refused."""
    if kind is None:
        return "", "false"
    missing = "w IS NULL" if edges.default_weight is None else "false"
    if edges.kind == "csv":
        number = "TRY_CAST(trim(w) AS DOUBLE)"
        finite = f"regexp_full_match(trim(w), '{NUMERAL}') AND {number} IS NOT NULL AND isfinite({number})"
        return "", f"{missing} OR (w IS NOT NULL AND NOT ({finite}))"
    if kind in ("FLOAT", "DOUBLE"):
        return kind, f"{missing} OR (w IS NOT NULL AND NOT isfinite(w))"
    if kind in INTS or kind == "BOOLEAN":
        return "BIGINT", f"{missing} OR w > {LARGEST}" if kind == "UBIGINT" else missing
    if kind == '"NULL"':
        return "BIGINT", missing
    column = f"the column {edges.weight!r} is {edges.schema.types[2]}"
    told = f"{column}, and weights on disk are floats, ints of 64 bits, or yes and no"
    raise WeightError(f"{edges.files[0]}: {told}; cast it")


def _of_csv(edges: EdgeFiles, engine: Engine, *, are_whole: bool) -> str:
    """Return the type of weights of a CSV file, where ints that no float is must not stand beside floats."""
    if are_whole:
        beyond = "TRY_CAST(trim(w) AS BIGINT) IS NULL AND w IS NOT NULL"
        if not engine.run(f"SELECT count(*) FROM {edges.rows(engine)} WHERE {beyond}")[0][0]:
            return "BIGINT"
    _require_exact(edges, engine)
    return "DOUBLE"


def _require_exact(edges: EdgeFiles, engine: Engine) -> None:
    """Raise `WeightError` where ints become floats, and one is that no float is."""
    text = "trim(CAST(w AS VARCHAR))"
    number = f"TRY_CAST({text} AS DOUBLE)"
    exact = f"TRY_CAST({number} AS HUGEINT) IS NOT DISTINCT FROM TRY_CAST({text} AS HUGEINT)"
    wrong = f"regexp_full_match({text}, '{WHOLE}') AND abs({number}) >= {LAST_EXACT} AND NOT ({exact})"
    name, row, value = _first(edges, engine, wrong)
    if name:
        told = (
            f"the weight in {edges.weight!r} is {value}, which no float is; all weights are ints of 64 bits, or floats"
        )
        raise WeightError(f"{name}, row {row:,}: {told}")


def _with_default(number: str, default: float | int | None) -> tuple[str, str]:
    """Return how SQL makes a weight, and its dtype, as a table in memory has it."""
    if isinstance(default, int):
        _require_fits(number or "BIGINT", default)
    if not number:
        whole = default is None or isinstance(default, int)
        return (
            f"CAST({1 if default is None else repr(default)} AS {'BIGINT' if whole else 'DOUBLE'})",
            "<i8" if whole else "<f8",
        )
    if default is not None and number != "DOUBLE" and not (number == "BIGINT" and isinstance(default, int)):
        import numpy as np

        with np.errstate(over="ignore"):  # then it is another
            number = number if number == "FLOAT" and float(np.float32(default)) == default else "DOUBLE"
    value = (
        f"CAST(w AS {number})" if default is None else f"coalesce(CAST(w AS {number}), CAST({default!r} AS {number}))"
    )
    return value, {"BIGINT": "<i8", "FLOAT": "<f4", "DOUBLE": "<f8"}[number]


def _require_fits(number: str, default: int) -> None:
    """Raise `WeightError` where an int that stands for empty cells is none of the numbers that the others are."""
    if number == "BIGINT" and not -LARGEST - 1 <= default <= LARGEST:
        raise WeightError(Keyword("default_weight", default), " is beyond the ints of 64 bits, which weights are here")
    if number != "BIGINT" and abs(default) > LAST_EXACT:
        raise WeightError(Keyword("default_weight", default), " beside floats is above 2**53 and would be rounded")


def _first(edges: EdgeFiles, engine: Engine, wrong: str) -> tuple[str, int, Any]:
    """Return the file, the row counted from 1, and the weight of the first row of which something holds."""
    for name in edges.files:
        rows = replace(edges, files=(name,)).rows(engine)
        weight = "w" if edges.weight is not None else "NULL"
        numbered = f"(SELECT *, row_number() OVER () AS row FROM {rows})"
        found = engine.run(f"SELECT row, {weight} FROM {numbered} WHERE {wrong} ORDER BY row LIMIT 1")
        if found:
            return name, int(found[0][0]), found[0][1]
    return "", 0, None


def _refuse_end(edges: EdgeFiles, engine: Engine, column: str, name: str) -> None:
    file, row, _ = _first(edges, engine, f"{column} IS NULL")
    if file:
        raise FormatError(f"{file}, row {row:,}: the {name} is missing; leave such rows out")


def _refuse_weight(edges: EdgeFiles, engine: Engine, wrong: str) -> NoReturn:
    file, row, value = _first(edges, engine, wrong)
    at = f"{file}, row {row:,}: the weight in {edges.weight!r} is"
    if value is None:
        stands = Remedy(Keyword("default_weight", 1), "stands for empty cells")
        raise WeightError(f"{at} missing; leave such rows out", stands)
    if isinstance(value, str) and not _is_number(value):
        raise WeightError(f"{at} {value[:60]!r}, which is no number")
    if isinstance(value, int):
        raise WeightError(f"{at} {value}, which is beyond the ints of 64 bits; make the column floats, or leave it out")
    raise WeightError(f"{at} {value}; leave such rows out")


def _is_number(text: str) -> bool:
    """Return whether a text is a number as files write it; Python takes digits of other scripts, too."""
    return re.fullmatch(NUMERAL, text.strip()) is not None
