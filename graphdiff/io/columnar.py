"""Parquet, Arrow and Feather files as graphs: tables of edges whose columns are read one after the other.

What the columns are, and what repeated rows are, is as in CSV (`graphdiff.io.edge_list`); no object is made an edge.
"""

from __future__ import annotations

import mmap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np

from graphdiff.errors import FormatError, GraphTypeError, UsageError, WeightError
from graphdiff.graph.attributes import Column
from graphdiff.graph.labels import Integers, Texts
from graphdiff.io import rows
from graphdiff.io.edge_blocks import as_met, view_of
from graphdiff.io.edge_list import Layout, is_undirected, layout_of, wanted_columns
from graphdiff.io.ends import LOOKED_AT, known_ends
from graphdiff.io.frames import Parts, Table, attribute_columns, damage_told, first_text, is_numeric, opened_bytes, pa
from graphdiff.io.path_models import layout_of as model_of
from graphdiff.io.table import numbered
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.remedies import Keyword, Remedy

__all__ = ["read_columnar", "view_columnar"]


def read_columnar(
    data: Any, *, name: str, columns: str | Mapping[str, str] | None = None, where: rows.Where = None
) -> nx.DiGraph | nx.MultiDiGraph:
    """Read a Parquet, Arrow or Feather file with an edge a row, by the rules of `read_edge_list`.

    Nodes are text or ints, as the table has them, dates and times text. The weight is numbers, or yes and no as 1 and
    0; decimals are floats. All other columns that are numbers, yes and no, or text become edge attributes.

    Parameters
    ----------
    data : bytes, or a map of the file into memory
    columns, where
        As in `read_edge_list`.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        A multigraph where unweighted rows repeat.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    FormatError
        If the file is damaged or has no row, columns are not known as ends, or the name of a node is missing or empty;
        rows are counted from 1.
    UsageError
        If nodes are of a kind that nodes are not, or a named column is not there.
    WeightError
        If the weights are no finite numbers.
    GraphTypeError
        If a row is said to be undirected.

    Examples
    --------
    >>> import io
    >>> import pyarrow
    >>> from pyarrow import parquet
    >>> file = io.BytesIO()
    >>> parquet.write_table(pyarrow.table({"from": [7, 7], "to": [8, 9], "weight": [0.5, 2.0]}), file)
    >>> list(read_columnar(file.getvalue(), name="e.parquet").edges(data="weight"))
    [(7, 8, 0.5), (7, 9, 2.0)]
    """
    graph: nx.DiGraph = view_columnar(data, name=name, columns=columns, where=where).copy()
    return graph


def view_columnar(
    data: Any, *, name: str, columns: str | Mapping[str, str] | None = None, where: rows.Where = None
) -> nx.DiGraph | nx.MultiDiGraph:
    """Read what `read_columnar` reads, as a graph that cannot be changed and that holds arrays."""
    wanted = wanted_columns(columns)
    table = opened_bytes(data, name)
    with damage_told(name), collector_at_rest():
        layout = _layout(table, wanted)
        source, target, *weight = (table.columns[place] for place in layout.roles.values())
        others = [each for each in table.columns if each not in (source, target, *weight)]
        parts = _filtered(layout, table.read([source, target, *weight], others), where)
        attributes = attribute_columns(parts, others)
        _require_directed(name, attributes)
        if weight:
            attributes["weight"] = _weight(name, parts, weight[0])
            _let_go(data)
        ids, labels = numbered(table, parts, (source, target), lambda done, total: None)
        ids, names = ids.astype(np.uint32), _as_labels(labels)
        _let_go(data)
        _require_names(name, names, ids, (source, target))
        names = names.at(as_met(len(names), ids))
        try:
            graph = view_of(layout, names, ids, attributes)
        except OverflowError:
            told = "a sum of rows that repeat an edge is beyond 64 bits; make its weights floats"
            raise WeightError(f"{name}: {told}") from None
    graph.graph["format"] = "edge list in Arrow columns"
    return graph


def _let_go(data: Any) -> None:
    """Take what has been read of a map out of memory: it is not needed again."""
    if isinstance(data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
        data.madvise(mmap.MADV_DONTNEED)


def _layout(table: Table, wanted: Mapping[str, str]) -> Layout:
    """Return which columns are what, as they are known or as they are said."""
    names = list(map(str, table.columns))
    if not names:
        raise FormatError(f"{table.name} has no columns")
    [(most, times)] = Counter(names).most_common(1)
    if times > 1:  # Arrow finds neither by its name
        raise UsageError(f"{table.name} has {times} columns named {most!r}; rename one")
    model = model_of(names)
    if model is not None and model.kind and "source" not in wanted:
        raise FormatError(
            f"{table.name} has a path model's parameters ({model.tool}), of which {model.kind!r} says which are paths; "
            "graphdiff reads these from CSV",
            Remedy(Keyword("columns", "source=NAME,target=NAME"), "takes every row"),
        )
    is_known = "source" in wanted or len(known_ends(names)) == 1
    cells = [[""]] * len(names) if is_known else _first_cells(table)
    return layout_of(rows.Table(table.name, "", ",", names, True, cells), wanted)


def _first_cells(table: Table) -> list[list[str]]:
    """Return the first rows of a table as text, for what is said of columns that are not known."""
    parts = table.read([], list(table.columns))
    if not parts.n_rows:
        raise FormatError(f"{table.name}: a header, and no edge below it")
    return [
        [str(cell) for cell in next(iter(parts.pieces(name))).slice(0, LOOKED_AT).to_pylist()]
        if name in parts.names
        else [""] * min(parts.n_rows, LOOKED_AT)
        for name in table.columns
    ]


def _filtered(layout: Layout, parts: Parts, where: rows.Where) -> Parts:
    """Return the rows that meet conditions, each of which is asked once of each value that a column has."""
    file = layout.table.file
    if not parts.n_rows:
        raise FormatError(f"{file}: a header, and no edge below it")
    mask: Any = None
    for column, conditions in rows.conditions_by_column(where).items():
        name = layout.table.names[rows.position(layout.table, column)]
        encoded = parts.column(name).cast(pa.string()).dictionary_encode().combine_chunks()
        values = ["" if value is None else value for value in encoded.dictionary.to_pylist()]
        holds = np.array([rows.holds(value, conditions) for value in [*values, ""]], dtype=bool)
        codes = encoded.indices.fill_null(len(values)).to_numpy()
        mask = holds[codes] if mask is None else mask & holds[codes]
        if not mask.any():
            raise rows.no_row_left(file, column, conditions[-1], values)
    return parts if mask is None else parts.only(mask)


def _weight(file: str, parts: Parts, name: str) -> Column:
    """Return a column as weights, those that are missing left out."""
    column = parts.column(name)
    if pa.types.is_boolean(column.type) or pa.types.is_null(column.type):
        column = column.cast(pa.int64())
    weights = attribute_columns(Parts(parts.n_rows, [name], lambda _: column.chunks), [name]).get(name)
    if not is_numeric(column) or weights is None:
        told = f"the column {name!r} is {column.type}, and weights are floats, ints of 64 bits, decimals, or yes and no"
        raise WeightError(f"{file}: {told}{first_text(column)}; cast it")
    wrong = ~np.isfinite(weights.given) if weights.given.dtype.kind == "f" else np.zeros(0, dtype=bool)
    if weights.absent is not None and len(wrong):
        wrong &= ~weights.absent
    if wrong.any():
        row = int(wrong.argmax())
        told = f"the weight in {name!r} is {weights.given[row]}; leave such rows out, or make the cell empty"
        raise WeightError(f"{file}, row {row + 1:,}: {told}")
    return weights


def _as_labels(labels: Any) -> Texts | Integers:
    return labels if isinstance(labels, (Texts, Integers)) else Texts.of(list(map(str, labels)))


def _require_names(file: str, names: Texts | Integers, ids: Any, ends: Sequence[str]) -> None:
    """Raise where a node has an empty name."""
    empty = [] if isinstance(names, Integers) else np.flatnonzero(np.diff(names.ends) == 0).tolist()
    for end, column in zip(ends, ids, strict=True):
        if empty and (column == empty[0]).any():
            raise FormatError(f"{file}, row {int((column == empty[0]).argmax()) + 1:,}: the {end} is empty")


def _require_directed(file: str, attributes: Mapping[str, Column]) -> None:
    for name, column in attributes.items():
        undirected = [text for text in column.texts or () if is_undirected(name, text)]
        if undirected:
            row = next(row for row, text in enumerate(column) if text == undirected[0])
            raise GraphTypeError(
                f"{file}, row {row + 1:,}: an edge of the type {undirected[0].strip()!r}; write Directed where it "
                "leads from its source to its target"
            )
