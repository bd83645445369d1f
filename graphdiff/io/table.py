"""Edge tables of many millions of rows become a compiled graph, with no networkx graph in between.

Everything comes as Arrow columns: files by pyarrow, frames by narwhals. Names are numbered once, piece after piece,
first all sources, then all targets; from there on there are arrays only.

Parallel edges made one, with the sum of their weights: what ``read_edges(…, repeats="add")`` does.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import SAFE_INT, Number, Weights
from graphdiff.errors import FormatError, UsageError, WeightError, meant, nearest
from graphdiff.graph.attributes import is_plainly_no_weight
from graphdiff.graph.compiled import CompiledGraph, CyclePolicy, Progress
from graphdiff.graph.labels import Integers, Numbering, Texts
from graphdiff.graph.presets import Preset, summed, unit
from graphdiff.io.edges_on_disk import compiled_on_disk, require_possible
from graphdiff.io.ends import known_ends, known_weight
from graphdiff.io.frames import (
    Parts,
    Table,
    attribute_columns,
    damage_told,
    first_text,
    is_numeric,
    is_text,
    numbers_of,
    opened,
    pa,
    text_and_ends,
)
from graphdiff.io.path_models import layout_of
from graphdiff.kernels import available
from graphdiff.kernels.rows import parallels, pointers
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.sweeps import checked_array

__all__ = ["added", "read_edges"]


#: Names that are numbered between two calls of ``progress``.
SLICE = 1 << 20
#: From so many names on, of at most so many bytes on average, pyarrow takes twice the time to number them, where many
#: are distinct; with fewer or longer names it takes a fifth of the time to as much.
MANY, SHORT = 1_000_000, 24

#: Columns that a message lists.
SHOWN = 10


@dataclass(frozen=True)
class Roles:
    """Which columns are what."""

    source: str
    target: str
    weight: str | None


def read_edges(
    path_or_frame: Any,
    *,
    source: str | None = None,
    target: str | None = None,
    weight: str | Preset | None = None,
    default_weight: Number = None,
    attributes: Iterable[str] | None = None,
    repeats: Literal["keep", "add"] = "keep",
    progress: Progress | None = None,
    cycles: CyclePolicy = "raise",
    exact: bool = False,
    out: str | os.PathLike[str] | None = None,
    memory: int | str | None = None,
    overwrite: bool = False,
) -> CompiledGraph:
    """Compile a table of edges: a CSV, Parquet, Arrow or Feather file, or a data frame.

    A row is an edge from its source to its target. Nodes are text, ints, dates or times (``datetime``) as in the table;
    those of a CSV file are text, whatever they look like. A CSV file has a header, may be compressed, and is separated
    by commas, semicolons or tabs.
    Columns that are neither ends nor weight stay as attributes of the edges: numbers, yes and no, and text. They are
    arrays: 8 bytes an edge for numbers and text (float32 4, yes and no 1), one more where values are missing, and
    every distinct text once.

    Parameters
    ----------
    path_or_frame : path, or a pandas, polars, pyarrow or DuckDB frame or any other that narwhals takes
        A file's format is known by its first bytes; what is neither Parquet nor Arrow is CSV. Record batches and
        readers of pyarrow are frames too.
    source, target : str, optional
        The columns of the ends; both or neither. By default the one pair of names that is known
        (`graphdiff.io.ends.ENDS`: ``source`` and ``target``, ``from`` and ``to``, ``caller`` and ``callee``, ...), in
        any case, with or without what stands between words.
    weight : str or preset, optional
        The column of the weights. By default ``weight``, ``w`` or ``value``; 1 on every edge where there is none. Yes
        and no are 1 and 0; decimals stay `decimal.Decimal`, an object an edge (sums of ints in DuckDB come as such,
        unless cast to BIGINT). A preset of `graphdiff.weights` reads no column (`imports` the column ``statements``).
    default_weight : number, optional
        The weight of a row whose cell is empty, and of all where no column is named or known. Without it an empty cell
        is an error.
    attributes : iterable of str, optional
        The columns that stay as attributes; by default all others that are numbers, yes and no, or text, each of a name
        of its own. Decimals are floats there, dates and times text; an empty cell is no value. An empty list keeps
        none.
    repeats : {"keep", "add"}
        What rows with the same ends are. Kept, as they are by default, each is an edge, ``(source, target, 0)``,
        ``(source, target, 1)``, …, and every path takes one of them. Added, they are one edge with the sum of their
        weights, of their number where there are none; of attributes such an edge has none. Totals are the same.
    progress : callable, optional
        Called with how many names have been numbered, and how many there are; with `out` with how far the work is.
    cycles, exact
        As in `graphdiff.compile`.
    out : path, optional
        Where edges that are more than the memory are compiled on the disk, to a saved graph, which is mapped: of one
        file, a list, or all that a pattern names (``"edges/*.parquet"``). It has the ends, text or ints, and one
        weight. Work that was interrupted goes on when it is asked again (`graphdiff.engines.external`).
    memory : int or str, optional
        Bytes that this may take, also as in ``"4GB"``; by default half of what is available.
    overwrite : bool
        Whether `out` may be replaced.

    Returns
    -------
    CompiledGraph

    Raises
    ------
    MissingExtraError
        If pyarrow or narwhals is not installed; with `out`, duckdb.
    LimitError
        If `memory` is too little: for one entry a node, or for the components with cycles.
    OutputError
        If `out` exists or the disk has too little room.
    UsageError
        If there is no such column, or are two, no columns are named and the table has a path model's parameters (whose
        paths `graphdiff.read` takes), the nodes are of another kind, an attribute that is asked for is of no kind
        that stays, `weight` is neither a column nor a preset, or `repeats` is neither of the two.
    WeightError
        If a weight is missing, NaN, infinite or no number; it names the row, counted from 1. In a CSV file also if
        an int beyond 2**53 stands beside floats, or beyond 64 bits, and no float is equal to it.
    FormatError
        If the name of a node is missing, the file is damaged, or a frame has values that Arrow has not.
    InputError
        If the file cannot be read.

    Examples
    --------
    >>> import pandas
    >>> frame = pandas.DataFrame({"source": ["a", "a", "b"], "target": ["b", "b", "c"], "weight": [1.0, 2.0, 0.5]})
    >>> graph = read_edges(frame)
    >>> graph, graph.edges()
    (<CompiledGraph: 3 nodes, 3 edges, no cycles>, [('a', 'b', 0), ('a', 'b', 1), ('b', 'c', 0)])
    >>> read_edges(frame, repeats="add").edges()
    [('a', 'b'), ('b', 'c')]
    """
    _check_options(weight, repeats)
    if out is not None:
        require_possible(attributes=attributes, repeats=repeats, exact=exact)
        on_disk: Any = {"default_weight": default_weight, "cycles": cycles, "progress": progress or _silent}
        on_disk |= {"source": source, "target": target, "weight": weight, "memory": memory, "overwrite": overwrite}
        return compiled_table(path_or_frame, out, **on_disk)
    if memory is not None or overwrite:
        raise UsageError(
            Keyword("memory" if memory is not None else "overwrite"), " is of ", Keyword("out"), ": give both"
        )
    table = opened(path_or_frame)
    preset = weight if isinstance(weight, Preset) else None
    roles = _roles(table, source, target, weight)
    needed = [name for name in (roles.source, roles.target, roles.weight) if name is not None]
    others = _others(table, needed, attributes)
    with damage_told(table.name):
        edges = table.read(needed, others)
    if not edges.n_rows:  # then its columns are of any kind
        return CompiledGraph.from_arrays([], [], cycles=cycles, exact=exact)
    weights = _weights(table, edges, roles, default_weight, preset, others)
    with damage_told(table.name):
        (tails, heads), labels = numbered(table, edges, (roles.source, roles.target), progress or _silent)
        kept = attribute_columns(edges, others)
    if attributes is not None and len(kept) < len(others):
        raise _no_kind(table, edges, next(name for name in others if name not in kept))
    as_read = exact and preset is None
    graph = CompiledGraph.from_arrays(
        tails, heads, weights, labels=labels, attributes=kept, cycles=cycles, exact=as_read
    )
    if preset is not None:
        graph = _with_preset(replace(graph, exact=exact), preset)
    elif roles.weight is not None:
        graph = replace(graph, weight_meaning=roles.weight)
    return added(graph) if repeats == "add" else graph


def compiled_table(
    given: Any,
    out: str | os.PathLike[str],
    *,
    source: str | None,
    target: str | None,
    weight: str | Preset | None,
    **options: Any,
) -> CompiledGraph:
    """Compile files of edges on the disk; options are those of `graphdiff.io.edges_on_disk.compiled_on_disk`."""
    return compiled_on_disk(
        given,
        out,
        lambda table: _roles(table, source, target, weight),
        preset=weight if isinstance(weight, Preset) else None,
        **options,
    )


def _check_options(weight: Any, repeats: str) -> None:
    if repeats not in ("keep", "add"):
        raise UsageError(Keyword("repeats", repeats), ": use 'keep' or 'add'")
    if not (weight is None or isinstance(weight, (str, Preset))):
        raise UsageError(Keyword("weight", weight), ": the name of a column, or a preset of graphdiff.weights")


def _with_preset(graph: CompiledGraph, preset: Preset) -> CompiledGraph:
    """Return a graph with the weights of a preset; what it shares out by are the weights that have been read."""
    if preset.counts_by:
        counted = replace(graph, topology=replace(graph.topology, counts=graph.weights))
        return counted.with_preset(preset)
    return graph.with_preset(preset)


def _others(table: Table, needed: list[str], attributes: Iterable[str] | None) -> list[str]:
    """Return the columns that may stay as attributes."""
    if attributes is None:
        names = Counter(table.columns)
        return [name for name, times in names.items() if isinstance(name, str) and times == 1 and name not in needed]
    if isinstance(attributes, str):
        raise UsageError(Keyword("attributes", attributes), ": a list is needed, also of one")
    chosen = list(dict.fromkeys(attributes))
    for name in chosen:
        _require_one(table, name)
        if name in needed:
            raise UsageError(f"the column {name!r} is an end or the weight, and no attribute beside")
    return chosen


def _no_kind(table: Table, edges: Parts, name: str) -> UsageError:
    kind = edges.column(name).type if name in edges.names else "of several kinds"
    return UsageError(f"{table.name}: the column {name!r} is {kind}, and attributes are numbers, yes and no, or text")


def _require_one(table: Table, name: str) -> None:
    """Raise unless a table has one column of a name."""
    if name not in table.columns:
        close = meant(nearest(name, list(map(str, table.columns)))) or ";"
        raise UsageError(f"{table.name} has no column {name!r}{close} it has {_listed(table.columns)}")
    if table.columns.count(name) > 1:
        raise UsageError(f"{table.name} has {table.columns.count(name)} columns named {name!r}; rename one")


def _roles(table: Table, source: str | None, target: str | None, weight: str | Preset | None) -> Roles:
    column = (weight.counts_by or None) if isinstance(weight, Preset) else weight
    if (source is None) != (target is None):
        raise UsageError("give both ", Keyword("source"), " and ", Keyword("target"), ", or neither")
    for name in (name for name in (source, target, column) if name is not None):
        _require_one(table, name)
    if source is None or target is None:
        source, target = _usual_ends(table)
    if weight is None:
        place = known_weight(table.columns, taken=(table.columns.index(source), table.columns.index(target)))
        column = None if place is None else table.columns[place]
    taken = [name for name in (source, target, column) if name is not None]
    for name in taken:
        _require_one(table, name)
        if taken.count(name) > 1:
            raise UsageError(
                f"the column {name!r} is two of ", Keyword("source"), ", ", Keyword("target"), ", ", Keyword("weight")
            )
    return Roles(source, target, column)


def _usual_ends(table: Table) -> tuple[str, str]:
    _require_no_kinds(table)
    if not table.columns:
        raise FormatError(f"{table.name} has no columns")
    known = known_ends(table.columns)
    if len(known) != 1:
        ends = Keyword("", python="source= and target=")
        raise UsageError(f"which columns of {table.name} are the ends? give ", ends, f" of {_listed(table.columns)}")
    source, target = (table.columns[place] for place in known[0][:2])
    return source, target


def _require_no_kinds(table: Table) -> None:
    """Refuse the parameters of a path model, of whose rows a column says which are edges, and which way round."""
    layout = layout_of(table.columns)
    if layout is not None and layout.kind:
        raise UsageError(
            f"{table.name} has a path model's parameters ({layout.tool}), of which {layout.kind!r} says which are "
            "paths; graphdiff.read takes these from a file; ",
            Keyword("source"),
            " and ",
            Keyword("target"),
            " take every row",
        )


def _listed(columns: Sequence[str]) -> str:
    more = len(columns) - SHOWN
    return ", ".join(map(repr, columns[:SHOWN])) + (f", and {more:,} more" if more > 0 else "")


def _require_no_possible_weight(table: Table, edges: Parts, others: Sequence[str]) -> None:
    """Raise `WeightError` where no column is known to be the weight, and one of numbers may be it."""
    numbers = []
    for name in (name for name in others if name in edges.names):
        column = edges.column(name)
        if 2 * (edges.n_rows - column.null_count) > edges.n_rows and is_numeric(column):
            numbers.append(name)
    if possible := [name for name in numbers if not is_plainly_no_weight(name)]:
        text = f"{table.name}: the edges have numbers, and none is known to be their weight: {', '.join(numbers)}"
        takes = Remedy(Keyword("weight", possible[0]), "takes that number")
        counts = Remedy(Keyword("weight", "unit", python="graphdiff.weights.unit"), "counts paths")
        raise WeightError(text, takes, counts, count=edges.n_rows)


def _weights(
    table: Table, edges: Parts, roles: Roles, default: Number, preset: Preset | None, others: Sequence[str]
) -> Weights | None:
    """Return the checked weights of all rows, or what a preset shares out by; None where every row counts 1."""
    if roles.weight is None:
        if preset is None and default is None:
            _require_no_possible_weight(table, edges, others)
        return None if default is None or preset is not None else [default] * edges.n_rows
    name, column = roles.weight, edges.column(roles.weight)

    def refused(row: int, value: str, *remedies: Remedy) -> WeightError:
        ends = (edges.cell(roles.source, row), edges.cell(roles.target, row))
        is_default = default is not None and edges.cell(name, row) is None
        advice = "" if is_default else "; leave such rows out"
        return WeightError(
            f"{table.name}, row {row + 1:,}: the weight in {name!r} is {value}{advice}", *remedies, edge=ends
        )

    if column.null_count and default is None:
        raise refused(_first_null(column), "missing", Remedy(Keyword("default_weight", 1), "stands for empty cells"))
    numbers = numbers_of(column, default)
    if numbers is None:
        kind = f"the column {name!r} is {column.type}"
        told = f"{kind}, and weights are floats, ints, decimals, or yes and no{first_text(column)}; cast it"
        raise WeightError(f"{table.name}: {told}")
    if arithmetic.in_floats(numbers) and not np.isfinite(numbers).all():
        row = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise refused(row, str(numbers[row]))
    return numbers


def _first_null(column: Any) -> int:
    from pyarrow import compute

    return int(compute.index(column.is_null(), True).as_py())


def _names(table: Table, edges: Parts, name: str) -> Iterator[Any]:
    """Yield a column of names as arrays of text, of int64, of days or of microseconds."""
    done = 0
    for piece in edges.pieces(name):
        if pa.types.is_dictionary(piece.type):  # what it stands for may be missing, too
            piece = piece.cast(piece.type.value_type)
        if piece.null_count:
            row = done + _first_null(piece) + 1
            raise FormatError(f"{table.name}, row {row:,}: the {name} is missing; leave such rows out")
        yield _as_names(table, name, piece)
        done += len(piece)


def _as_names(table: Table, name: str, column: Any) -> Any:
    kind = column.type
    if pa.types.is_integer(kind):
        return column.cast(pa.int64())
    if pa.types.is_date(kind):
        return column.cast(pa.date32())
    if pa.types.is_timestamp(kind):
        return _times(table, column, name)
    if not is_text(kind):
        told = f"the column {name!r} is {kind}, and nodes are text, ints, dates or times; cast it"
        raise UsageError(f"{table.name}: {told}")
    return column.cast(pa.large_string())


def _times(table: Table, column: Any, name: str) -> Any:
    """Return times as microseconds, which Python's are."""
    try:
        return column.cast(pa.timestamp("us", column.type.tz))
    except pa.ArrowInvalid:
        raise UsageError(
            f"{table.name}: the column {name!r} has times with nanoseconds, which Python's datetime has not; make it "
            "text or ints"
        ) from None


Ids = NDArray[Any]
Labels = Texts | Integers | list[Any]


def numbered(table: Table, edges: Parts, ends: tuple[str, str], progress: Progress) -> tuple[Ids, Labels]:
    """Return both columns of names as ids, and the labels of the ids: by first appearance, all sources first.

    Raises
    ------
    FormatError
        If a name is missing, or no UTF-8.
    UsageError
        If a column is of no kind that nodes are, or both are of two.
    """
    first, total = next(_names(table, edges, ends[0])), 2 * edges.n_rows
    names = itertools.chain.from_iterable(_of_kind(table, edges, end, first.type) for end in ends)
    if _is_quicker(first, total):
        ids, labels = _numbered_here(names, total, progress)
    else:
        encoded = pa.chunked_array(list(names), type=first.type).dictionary_encode().combine_chunks()
        ids, labels = encoded.indices.to_numpy(), _labels(encoded.dictionary)
        progress(total, total)
    if isinstance(labels, Texts):
        _require_utf8(labels)
    return ids.reshape(2, -1), labels


def _of_kind(table: Table, edges: Parts, end: str, kind: Any) -> Iterator[Any]:
    for piece in _names(table, edges, end):
        if piece.type != kind:
            raise UsageError(f"{table.name}: one of its ends is {kind}, the other {piece.type}; make both the same")
        yield piece


def _labels(names: Any) -> Labels:
    """Return distinct names of Arrow as labels: days and times as Python's."""
    if pa.types.is_large_string(names.type):
        return Texts(*text_and_ends(names))
    return Integers(names.to_numpy()) if pa.types.is_integer(names.type) else names.to_pylist()


def _is_quicker(names: Any, total: int) -> bool:
    """Return whether numbering names such as the first with `Numbering` pays: measured by `benchmarks/naming.py`.

    Ints take a fifth longer so, and half the memory.
    """
    if total < MANY or not available():
        return False
    if pa.types.is_integer(names.type):
        return True
    return pa.types.is_large_string(names.type) and _size(names) <= SHORT * len(names)


def _size(names: Any) -> int:
    bounds = text_and_ends(names)[1]
    return int(bounds[-1] - bounds[0])


def _numbered_here(names: Iterator[Any], total: int, progress: Progress) -> tuple[Ids, Labels]:
    """Do what pyarrow's `dictionary_encode` does, in half the time where short names are many; ints are 8 bytes."""
    numbering, ids, done = Numbering(), np.empty(total, dtype=np.uint32), 0
    is_text = False
    for piece in names:
        is_text = not pa.types.is_integer(piece.type)
        for start in range(0, len(piece), SLICE):
            block = piece.slice(start, SLICE)
            ids[done : done + len(block)] = numbering.of(*(text_and_ends if is_text else _bytes_and_ends)(block))
            done += len(block)
            progress(done, total)
    labels = numbering.labels
    return ids, labels if is_text else Integers(labels.text.view(np.int64))


def _bytes_and_ends(ints: Any) -> tuple[Ids, Ids]:
    return ints.to_numpy().view(np.uint8), np.arange(0, 8 * len(ints) + 1, 8)


def _require_utf8(labels: Texts) -> None:
    """Raise where a name is no UTF-8, which neither Parquet nor pyarrow looks at."""
    pa.LargeStringArray.from_buffers(len(labels), pa.py_buffer(labels.ends), pa.py_buffer(labels.text)).validate(
        full=True
    )


def _silent(done: int, total: int | None) -> None:
    """Report no progress."""


def added(graph: CompiledGraph) -> CompiledGraph:
    """Return a graph in which parallel edges are one, in the place of the first and with the sum of their weights.

    Edges made of several have no attributes. Floats are summed as floats, unless the graph is exact.

    Raises
    ------
    ValueOverflowError
        If a sum is beyond the floats.

    Examples
    --------
    >>> graph = added(CompiledGraph.from_arrays([0, 0, 1], [1, 1, 2], [1.0, 2.0, 0.5]))
    >>> graph.edges(), graph.weights
    ([(0, 1), (1, 2)], array([3. , 0.5]))
    """
    shape = graph.topology
    numbers = parallels(shape.ptr, shape.heads)
    if numbers is None:
        return graph
    tails = shape.rows.tails
    order = np.argsort(tails.astype(np.int64) * shape.n_nodes + shape.heads.astype(np.int64), kind="stable")
    starts = np.flatnonzero(numbers[order] == 0)
    first = order[starts]  # of each pair, by tail and head
    by_row = np.argsort(first)
    kept = first[by_row]
    sums = arithmetic.taken(_sums(arithmetic.taken(graph.weights, order), starts), by_row)
    several = np.diff(starts, append=len(order))[by_row] > 1
    topology = replace(
        shape,
        ptr=pointers(np.bincount(tails[kept].astype(np.int64), minlength=shape.n_nodes)),
        heads=shape.heads[kept],
        attributes={name: column.at(kept).without(several) for name, column in shape.attributes.items()},
        counts=None,
        given=None if shape.given is None else np.argsort(np.argsort(shape.given[kept])),
    )
    meaning = "number of rows" if graph.weight_meaning == unit.name else summed(graph.weight_meaning)
    return replace(graph, topology=topology, weights=sums, weight_meaning=meaning)


def _sums(weights: Weights, starts: NDArray[Any]) -> Weights:
    """Return the sums of the weights from each start to the next."""
    if arithmetic.in_floats(weights):
        with np.errstate(over="ignore"):  # what leaves the floats is an error of ours
            return checked_array(np.add.reduceat(weights.astype(np.float64), starts))
    if isinstance(weights, np.ndarray) and np.abs(weights.astype(np.float64)).sum() < SAFE_INT:
        return np.add.reduceat(weights, starts)
    listed = arithmetic.listed(weights)
    stops = [*starts[1:].tolist(), len(listed)]
    sums = [arithmetic.in_order(listed[a + 1 : b], listed[a]) for a, b in zip(starts.tolist(), stops, strict=True)]
    return arithmetic.unify(sums) if isinstance(weights, np.ndarray) else sums
