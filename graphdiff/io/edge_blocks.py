"""Edge lists of any length as frozen graphs: rows go block by block into arrays, and no object is made an edge.

What the columns of a table are, its first rows tell (`graphdiff.io.edge_list`). Whatever is the matter with a table,
`read_edge_list` is asked and says it.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import EXACT_INT, SAFE_INT
from graphdiff.errors import FormatError, GraphdiffError, GraphTypeError
from graphdiff.graph.attributes import Column
from graphdiff.graph.labels import Integers, Numbering, Texts
from graphdiff.graph.topology import Rows, arrange
from graphdiff.graph.views import Saved, view
from graphdiff.io.building import numbers
from graphdiff.io.edge_list import (
    EMPTY,
    HEAD_BYTES,
    KEYED,
    MISSING,
    Layout,
    layout_of,
    read_edge_list,
    require_directed,
    told_apart,
    told_of_added,
    wanted_columns,
)
from graphdiff.io.ends import no_edges_of, without_direction
from graphdiff.io.rows import BLOCK, Table, Where, filtered, not_empty, reader, table_of
from graphdiff.io.source import text_of
from graphdiff.kernels import available, jit
from graphdiff.kernels.cells import column_of_cells, padded
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.kernels.rows import first_parallels, grouped

__all__ = ["as_met", "view_edge_list", "view_of"]

#: So much of a file tells what its columns are; it ends where a line does.
FIRST_BYTES = 1 << 20
#: From so many bytes on machine code is quicker, which takes some time to load.
LONG = 1 << 23
#: Numerals of more signs are read one by one.
WIDEST = 40

#: Rows whose names are looked at together.
SLICE = 1 << 20

Ids = NDArray[Any]
Block = Sequence[Sequence[str]]


def view_edge_list(
    data: bytes, *, name: str, columns: str | Mapping[str, str] | None = None, where: Where = None
) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read what `read_edge_list` reads, as a graph that cannot be changed and that holds arrays.

    Parameters, and what is raised, are those of `read_edge_list`. A table that arrays have no place for (ints beyond 64
    bits, NaN, keys of its own) is an ordinary graph.

    Examples
    --------
    >>> graph = view_edge_list(b"source,target,weight\nb,c,2\na,b,1\nb,c,0.5\n", name="e.csv")
    >>> list(graph.edges(data="weight")), list(graph), nx.is_frozen(graph)
    ([('b', 'c', 2.5), ('a', 'b', 1.0)], ['b', 'c', 'a'], True)
    """
    try:
        with collector_at_rest():
            return _viewed(data, name, columns, where)
    except (GraphdiffError, csv.Error, UnicodeError, OverflowError):  # below it is told, or there is room for it
        return read_edge_list(data, name=name, columns=columns, where=where)


def _viewed(data: bytes, name: str, columns: str | Mapping[str, str] | None, where: Where) -> nx.DiGraph:
    if no_edges_of(text_of(data[:HEAD_BYTES])):
        raise _unfit(name)
    first, start = _parted(data, name)
    layout = layout_of(first, wanted_columns(columns))
    if list(layout.table.names[:3]) == KEYED or (where and not layout.table.has_header):
        raise _unfit(name)
    cells = None if where else _quick(layout, data)
    texts: set[int] = set()
    while cells is None:
        stream = io.BytesIO(data)  # which holds no second copy
        stream.seek(start)
        cells = _cells(layout, where, stream, texts)
    attributes = cells.attributes(layout)
    return view_of(layout, cells.names, cells.ids, attributes)


def _unfit(name: str) -> FormatError:
    """Return what sends a table to the reader that looks at every cell of it."""
    return FormatError(f"{name}: not for arrays")


def _require_directed(part: Table) -> None:
    """Do as `require_directed` does of some rows of a table, whose lines the reader that looks at every cell tells."""
    try:
        require_directed(part)
    except (GraphTypeError, StopIteration):  # the latter of a row that has no line here
        raise _unfit(part.file) from None


def _parted(data: bytes, name: str) -> tuple[Table, int]:
    """Return the first rows as a table, and where the others start; a small file's are all first.

    Raises
    ------
    FormatError
        The first rows do not tell what the columns are.
    UnicodeError
        They are not in UTF-8.
    """
    end = data.find(b"\n", FIRST_BYTES) + 1
    if not end or end == len(data):
        return table_of(data, name), len(data)
    data[:end].decode()
    table = table_of(data[:end], name)
    if table.n_rows < BLOCK or without_direction([column[0] for column in table.columns]):
        raise _unfit(name)
    return table, end


# -- from cells to arrays


def _of_texts(texts: Sequence[str], codes: Ids, gaps: Collection[str]) -> Column:
    """Return a column of texts: of numbers, where all of them but the gaps are such."""
    given = _Numbers(gaps)
    if any(text.strip() not in gaps for text in texts) and given.add(texts):
        return given.column().at(codes)
    return Column(codes, None, Texts.of(texts))


class _Texts:
    """A column, each cell as the number of its text."""

    def __init__(self, gaps: Collection[str]) -> None:
        self.gaps = gaps
        self.known: defaultdict[str, int] = defaultdict(itertools.count().__next__)
        self.blocks: list[Ids] = []

    def add(self, cells: Sequence[str]) -> bool:
        """Take the next cells, and return that they could be taken."""
        self.blocks.append(np.fromiter(map(self.known.__getitem__, cells), dtype=np.int64, count=len(cells)))
        return True

    def column(self) -> Column:
        """Return the column."""
        return _of_texts(list(self.known), np.concatenate(self.blocks), self.gaps)


class _Numbers:
    """A column of numbers, with gaps or without."""

    def __init__(self, gaps: Collection[str]) -> None:
        self.gaps = gaps
        self.blocks: list[Ids] = []
        self.absent: list[NDArray[np.bool_]] = []

    def add(self, cells: Sequence[str]) -> bool:
        """Take the next cells; return False where one is no number."""
        values = numbers(cells)
        absent = np.zeros(len(cells), dtype=bool)
        if values is None:
            absent[:] = [cell.strip() in self.gaps for cell in cells]
            values = numbers([cell for cell, gone in zip(cells, absent.tolist(), strict=True) if not gone])
        if values is None:
            return False
        block = np.zeros(len(cells), dtype=np.float64 if values and isinstance(values[0], float) else np.int64)
        block[~absent] = values
        self.blocks.append(block)
        self.absent.append(absent)
        return True

    def column(self) -> Column:
        """Return the column: of ints, where all are whole."""
        values, absent = np.concatenate(self.blocks), np.concatenate(self.absent)
        if np.isnan(values).any():  # a column takes it for a gap
            raise OverflowError("NaN")
        return Column(values, absent if absent.any() else None)


@dataclass(frozen=True)
class _Cells:
    """All rows of a table: the names, the ids of all tails and of all heads, and the other columns by place."""

    names: Texts
    ids: Ids
    columns: Mapping[int, Column]

    def attributes(self, layout: Layout) -> dict[str, Column]:
        """Return the columns that are attributes of edges, by name, and the weight at the end.

        Raises
        ------
        FormatError
            If a name is empty, or a weight no number.
        """
        table, roles = layout.table, layout.roles
        weight = self.columns[roles["weight"]] if "weight" in roles else None
        has_text = weight is not None and weight.texts is not None and any(map(str.strip, weight.texts))
        if has_text or not np.diff(self.names.ends).all():
            raise _unfit(table.file)
        named = enumerate(told_apart(table.names))
        columns = {name: self.columns[place] for place, name in named if place not in roles.values()}
        if weight is not None and weight.texts is not None:  # all are empty
            weight = Column(np.zeros(len(weight)), np.ones(len(weight), dtype=bool))
        return columns if weight is None else columns | {"weight": weight}


def _others(layout: Layout, texts: Collection[int] = ()) -> dict[int, _Texts | _Numbers]:
    """Return the columns that are no ends, by place: of numbers, where the first rows have such."""
    table, weight = layout.table, layout.roles.get("weight")
    gaps = {place: EMPTY if place == weight else MISSING for place in range(len(table.names))}
    figures = {place for place in gaps if place not in texts and numbers(table.columns[place][:BLOCK])}
    places = (place for place in gaps if place not in layout.ends)
    return {place: (_Numbers if place in figures else _Texts)(gaps[place]) for place in places}


def _cells(layout: Layout, where: Where, rest: io.BytesIO, texts: set[int]) -> _Cells | None:
    """Return all rows as arrays; None where a column, which is among `texts` then, has one after numbers.

    Raises
    ------
    FormatError
        There is no row, or one of another length than the first.
    """
    table, others = layout.table, _others(layout, texts)
    names: defaultdict[str, int] = defaultdict(itertools.count().__next__)
    ids: list[Ids] = []
    for block in _blocks(table, rest):
        try:
            part = filtered(replace(table, columns=block), where)
        except FormatError:  # no row of the block is among those that are read
            continue
        _require_directed(part)
        pairs = itertools.chain.from_iterable(zip(*[part.columns[place] for place in layout.ends], strict=True))
        ids.append(np.fromiter(map(names.__getitem__, pairs), dtype=np.uint32, count=2 * part.n_rows))
        for place, column in others.items():
            if not column.add(part.columns[place]):
                texts.add(place)
                return None
    if not ids:
        raise _unfit(table.file)
    columns = {place: column.column() for place, column in others.items()}
    return _Cells(Texts.of(list(names)), np.concatenate(ids).reshape(-1, 2).T, columns)


def _blocks(table: Table, rest: io.BytesIO) -> Iterator[Block]:
    """Yield the columns of the first rows, then those of the others some rows at a time."""
    yield table.columns
    lines = io.TextIOWrapper(rest, "utf-8")
    rows = not_empty(reader(("\n" if line[0] == "#" else line for line in lines), table.delimiter))
    while block := list(itertools.islice(rows, BLOCK)):
        if set(map(len, block)) != {len(table.names)}:
            raise _unfit(table.file)
        yield list(zip(*block, strict=True))


# -- the same by machine code, where nothing is quoted


def _quick(layout: Layout, data: bytes) -> _Cells | None:
    """Return all rows of a long table without quotation marks, comments and empty rows as arrays; None of any other."""
    is_plain = (
        len(data) > LONG
        and available()
        and layout.table.delimiter != " "
        and data[:1] not in (b"#", b"\xef", b"\n")
        and not any(sign in data for sign in (b'"', b"\n#", b"\n\n", b"\n\r\n"))
        and data.count(b"\r") == data.count(b"\r\n")
    )
    if not is_plain:
        return None
    start = data.find(b"\n") + 1 if layout.table.has_header else 0
    table = _Plain(np.frombuffer(data, dtype=np.uint8), start, data.count(b"\n") + 1, layout.table)
    try:
        return table.cells(layout)
    except ValueError:  # cells that only the careful reader tells apart
        return None


@dataclass(frozen=True)
class _Plain:
    """The bytes of a table, where its rows start, and how many there are at most."""

    data: NDArray[Any]
    start: int
    n_rows: int
    table: Table

    def cells(self, layout: Layout) -> _Cells:
        """Return all rows as arrays.

        Raises
        ------
        ValueError
            There is a row of another length, or a cell that is not in UTF-8, very long, or no plain numeral.
        """
        numbering = Numbering()
        ids = np.stack([numbering.of(*self._column(place)) for place in layout.ends])
        names = numbering.labels.at(as_met(len(numbering.labels), ids))
        columns = {}
        for place, column in _others(layout).items():
            text_and_ends = self._column(place)
            if isinstance(column, _Numbers):
                columns[place] = _figures(*text_and_ends)
                continue
            numbering = Numbering()
            codes = numbering.of(*text_and_ends).astype(np.int64)
            texts = list(numbering.labels)
            by_place = [texts if at == place else [] for at in range(len(self.table.names))]
            _require_directed(replace(self.table, columns=by_place))
            columns[place] = _of_texts(texts, codes, column.gaps)
        return _Cells(names, ids, columns)

    def _column(self, place: int) -> tuple[Ids, Ids]:
        text, ends = np.empty(len(self.data), dtype=np.uint8), np.zeros(self.n_rows + 1, dtype=np.int64)
        shape = (np.uint8(ord(self.table.delimiter)), np.uint64(len(self.table.names)), np.uint64(place))
        n_rows = int(jit(column_of_cells)(self.data, np.uint64(self.start), *shape, text, ends))
        ends = ends[: n_rows + 1]
        if not n_rows or np.diff(ends).max() > csv.field_size_limit():
            raise ValueError("a row of another length, or a cell that is too long")
        return text[: ends[-1]], ends


def as_met(n_names: int, ids: Ids) -> Ids:
    """Number names as rows meet them, not column by column: ids, of shape (2, n_rows), in place; return the order."""
    places = np.empty(n_names, dtype=np.int64)
    for stop in range(ids.shape[1], 0, -SLICE):
        some = ids[:, max(0, stop - SLICE) : stop].T.ravel()
        places[some[::-1]] = np.arange(2 * stop - 1, 2 * stop - len(some) - 1, -1)  # the last that is written stays
    order = np.argsort(places)
    rank = np.empty(n_names, dtype=ids.dtype)
    rank[order] = np.arange(n_names, dtype=ids.dtype)
    for column in ids:
        column[:] = rank[column]
    return order


def _figures(text: Ids, ends: Ids) -> Column:
    """Return the numerals of a column as numbers, empty ones as gaps.

    Raises
    ------
    ValueError
        If one is no plain numeral, an int that is no float, or beyond the floats.
    """
    sizes = np.diff(ends)
    width, absent = max(1, int(sizes.max())), sizes == 0
    rows = np.zeros((len(sizes) if width <= WIDEST else 0, width), dtype=np.uint8)
    kind = int(jit(padded)(text, ends, rows)) if len(rows) else 0
    if not kind:
        raise ValueError("no plain numeral")
    rows[absent, 0] = ord("0")
    values = rows.view(f"S{rows.shape[1]}")[:, 0].astype(np.float64)
    if np.isinf(values).any() or (kind == 1 and np.abs(values).max() >= EXACT_INT):
        raise ValueError("a number that has no place")
    return Column(values.astype(np.int64) if kind == 1 else values, absent if absent.any() else None)


# -- from rows to edges


@dataclass(frozen=True)
class _Edges:
    """The edges of the rows of a table, in the order of networkx: by tail, then by the first row with the same head.

    Attributes
    ----------
    tails, heads : unsigned int arrays, shape (n_edges,)
        The ids of the ends.
    rows : unsigned int array, shape (n_edges,)
        The row of each edge, of several the first.
    n_rows : int
    several : bool array, shape (n_edges,), or None
        Mask of the edges that several rows are added to; None where each row is an edge.
    weight : Column or None
        The sum of each edge.
    """

    tails: Ids
    heads: Ids
    rows: Ids
    n_rows: int
    several: NDArray[np.bool_] | None = None
    weight: Column | None = None

    @property
    def n_added(self) -> int:
        """How many rows are added to others."""
        return self.n_rows - len(self.rows)


def view_of(layout: Layout, names: Texts | Integers, ids: Ids, attributes: Mapping[str, Column]) -> nx.DiGraph:
    """Return the frozen graph of the rows of a table, of which `attributes` are the other columns.

    Where there is one called ``weight``, rows that repeat an edge are one edge, with the sum of their weights and no
    other attribute; else each is an edge.

    Parameters
    ----------
    layout : Layout
    names : Texts or Integers
        The nodes, as rows meet them.
    ids : unsigned int array, shape (2, n_rows)
        The tail and the head of each row.
    attributes : mapping of str to Column

    Raises
    ------
    OverflowError
        If a sum of ints is beyond 64 bits.
    """
    edges = _edges(len(names), ids, attributes.get("weight"))
    graph = nx.DiGraph()
    if edges.n_added and len(attributes) > 1:
        graph.graph["warnings"] = [told_of_added(layout.table.file, edges.n_added)]
    layout.tell(graph, names if isinstance(names, Texts) else ())
    topology, order = arrange(len(names), edges.tails, edges.heads, names=names)
    rows = edges.rows[order]
    columns = {name: column.at(rows) for name, column in attributes.items() if not column.missing.all()}
    if edges.several is not None:
        several = edges.several[order]
        columns = {name: column.without(several) for name, column in columns.items()}
        columns = {name: column for name, column in columns.items() if not column.missing.all()}
    if edges.weight is not None and not edges.weight.missing.all():
        columns["weight"] = edges.weight.at(order)
    if "weight" in columns:
        columns["weight"] = _written(columns["weight"])
    return view(Saved(replace(topology, attributes=columns, given=None)), graph.graph)


def _written(column: Column) -> Column:
    """Return a column in the order of its edges, which needs no other any more."""
    return Column(column.values, column.missing if column.missing.any() else None)


def _edges(n_nodes: int, ids: Ids, weight: Column | None) -> _Edges:
    """Return the rows as edges: those with the same ends side by side, or, where there is a weight, added."""
    ptr, heads, rows = grouped(n_nodes, *ids)
    tails = Rows(ptr, heads).tails
    firsts = first_parallels(ptr, heads)
    if firsts is None:
        return _Edges(tails, heads, rows, len(rows))
    if weight is None:
        order = np.argsort(firsts, kind="stable")
        return _Edges(tails, heads[order], rows[order], len(rows))
    is_first = firsts == np.arange(len(firsts), dtype=firsts.dtype)
    others = np.flatnonzero(~is_first)
    places = firsts[others].astype(np.int64)
    del firsts  # of many millions each array counts
    n_rows, added, rows = len(rows), rows[others], rows[is_first]
    tails, heads = tails[is_first], heads[is_first]
    sums, several = _added(weight, rows, added, places - np.searchsorted(others, places))
    return _Edges(tails, heads, rows, n_rows, several, sums)


def _added(weight: Column, rows: Ids, others: Ids, edges: Ids) -> tuple[Column, NDArray[np.bool_]]:
    """Return the weights of edges that stand in some rows, those of other rows added, and which have several."""
    values, missing, several = weight.values[rows], weight.missing, np.zeros(len(rows), dtype=bool)
    several[edges] = True
    if values.dtype == np.float32:
        values = values.astype(np.float64)
    with np.errstate(over="ignore"):  # what leaves the floats is refused where it is compiled
        np.add.at(values, edges, weight.values[others])  # one after the other, as rows are
    absent = None
    if missing.any():
        absent = missing[rows]
        np.logical_or.at(absent, edges, missing[others])
    if values.dtype.kind == "i" and np.abs(weight.values.astype(np.float64)).sum() >= SAFE_INT:
        raise OverflowError("a sum of ints")
    return Column(values, absent), several
