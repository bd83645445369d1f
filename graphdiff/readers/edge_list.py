"""Edge lists in CSV, TSV and their like: a row is an edge, a column says one thing of every edge.

The columns are found by name (source and target, from and to, tail and head, u and v; weight, w, value), in any case;
where there are no such names, the first two are source and target, and without a header a third that starts
with a number is the weight.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError, UsageError
from graphdiff.readers.building import collector_at_rest, described, numbers
from graphdiff.readers.source import text_of
from graphdiff.remedies import Keyword

__all__ = ["read_edge_list"]

USUAL_ENDS = (("source", "target"), ("from", "to"), ("tail", "head"), ("u", "v"))
USUAL_WEIGHTS = ("weight", "w", "value")
DELIMITERS = ("\t", ",", ";")
SAMPLE = 100
SAMPLE_LENGTH = 1 << 16
# Comments become empty lines, so that the others keep their numbers.
COMMENT = re.compile(r"^#.*$", re.MULTILINE)

Ends = tuple[str, str]


@dataclass(frozen=True)
class Table:
    """The rows of a file below its header, column by column, and the line that each row is on."""

    file: str
    names: Sequence[str]
    has_header: bool
    columns: Sequence[Sequence[str]]
    lines: Sequence[int]


def read_edge_list(
    data: bytes, *, name: str, columns: str | Mapping[str, str] | None = None
) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read an edge list separated by commas, semicolons, tabs or white space, with a header or without.

    The first row is a header where it has the usual names of source and target, where `columns` gives names, or
    where it has text above numbers. Lines that start with ``#`` are comments. Nodes are the texts in the file.
    All columns but the ends become edge attributes, numbers where every value of the column is one. Rows that
    repeat an edge add: with a weight they are one edge with the sum of the weights (its other attributes are
    those of the last row), without one they are parallel edges.

    Parameters
    ----------
    data : bytes
        The decompressed file.
    name : str
        The file's name, for messages.
    columns : str or mapping, optional
        Which columns are what: ``"source=rhs,target=lhs,weight=est"`` or a mapping of the same; by name, or by
        number from 1. The weight becomes the edge attribute ``weight`` whatever its column is called.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        A multigraph only where unweighted rows repeat.

    Raises
    ------
    FormatError
        A row with more or fewer columns than the first, an end that is empty, a weight that is no number, or no
        row at all; the line is named.
    UsageError
        `columns` names no such column, or is not of that form.

    Examples
    --------
    >>> rows = b"lhs,rhs,est\ny,x,0.5\ny,x,2\n"
    >>> G = read_edge_list(rows, name="fit.csv", columns="source=rhs,target=lhs,weight=est")
    >>> list(G.edges(data="weight"))
    [('x', 'y', 2.5)]
    """
    wanted = _wanted(columns)
    with collector_at_rest():
        text = text_of(data).replace("\r\n", "\n").replace("\r", "\n")
        table = _table(COMMENT.sub("", text), name, wanted)
        graph = _graph(table, _roles(table, wanted))
    return described(graph, format="CSV edge list")


def _wanted(columns: str | Mapping[str, str] | None) -> dict[str, str]:
    """Return role -> column as the caller says it."""
    if isinstance(columns, str):
        wanted = dict(part.partition("=")[::2] for part in columns.split(","))
    else:
        wanted = dict(columns or {})
    if not wanted.keys() <= {"source", "target", "weight"} or not all(wanted.values()):
        raise UsageError(Keyword("columns", columns), " is not of the form source=NAME,target=NAME,weight=NAME")
    if ("source" in wanted) != ("target" in wanted) or len(set(wanted.values())) < len(wanted):
        raise UsageError(
            Keyword("columns", columns), " must say both source and target, or neither, and no column twice"
        )
    return wanted


def _table(text: str, name: str, wanted: Mapping[str, str]) -> Table:
    rows, lines = _rows(text, name)
    if not rows:
        raise FormatError(f"{name}: no row in it")
    width = len(rows[0])
    for row, line in zip(rows, lines, strict=True):
        if len(row) != width:
            raise FormatError(f"{name}, line {line}: {len(row)} columns, where the first row has {width}")
    has_header = not all(column.isdecimal() for column in wanted.values()) or _is_header(rows)
    names = rows[0] if has_header else [f"column{number}" for number in range(1, width + 1)]
    if len(rows) == has_header:
        raise FormatError(f"{name}: a header, and no edge below it")
    return Table(name, names, has_header, list(zip(*rows[has_header:], strict=True)), lines[has_header:])


def _rows(text: str, name: str) -> tuple[list[list[str]], Sequence[int]]:
    """Return the rows that are not empty, and the line that each ends on."""
    rows: list[list[str]] = []
    ends = array("L")
    line = 0
    try:
        delimiter = _delimiter(text)
        reader = csv.reader(_lines(text, delimiter), delimiter=delimiter, skipinitialspace=True, strict=True)
        for row in reader:
            line = reader.line_num
            if len(row) > 1 or "".join(row).strip():
                rows.append(row)
                ends.append(line)
    except csv.Error as error:
        raise FormatError(f"{name}, line {line + 1}: {error}") from error
    return rows, ends


def _delimiter(text: str) -> str:
    """Return what splits the first rows into equally many columns, and most; a space for any white space."""
    lines = text[:SAMPLE_LENGTH].split("\n")
    # The last line of a longer text is cut somewhere.
    sample = [line for line in (lines[:-1] if len(text) > SAMPLE_LENGTH else lines) if line.strip()]
    best = (False, False, 0, " ")
    for delimiter in DELIMITERS:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter, skipinitialspace=True)]
        width = max(widths[:1], default=0)
        best = max(best, (width > 1, len(set(widths)) == 1, width, delimiter), key=lambda score: score[:3])
    return best[3] if best[0] else " "


def _lines(text: str, delimiter: str) -> Iterable[str]:
    lines = io.StringIO(text)
    return (line.replace("\t", " ").strip() for line in lines) if delimiter == " " else lines


def _is_header(rows: Sequence[Sequence[str]]) -> bool:
    first = [cell.lower() for cell in rows[0]]
    if any(source in first and target in first for source, target in USUAL_ENDS):
        return True
    below = zip(*rows[1 : SAMPLE + 1], strict=True)
    return any(numbers([cell]) is None and numbers(column) for cell, column in zip(first, below, strict=False))


def _roles(table: Table, wanted: Mapping[str, str]) -> dict[str, int]:
    """Return role -> position: as wanted, else by the usual names, else by position."""
    roles = {role: _position(table, column) for role, column in wanted.items()}
    usual = {name.lower(): position for position, name in reversed(list(enumerate(table.names)))}
    if "source" not in roles:
        roles["source"], roles["target"] = _usual_ends(table, usual, taken=roles.values())
    weight = _usual_weight(table, usual)
    if "weight" not in roles and weight is not None and weight not in roles.values():
        roles["weight"] = weight
    return roles


def _position(table: Table, column: str) -> int:
    if table.has_header and column in table.names:
        return table.names.index(column)
    by_number = {str(number): number - 1 for number in range(1, len(table.names) + 1)}
    if column not in by_number:
        raise UsageError(f"{table.file} has no column {column!r}; it has {', '.join(map(repr, table.names))}")
    return by_number[column]


def _usual_ends(table: Table, usual: Mapping[str, int], *, taken: Collection[int]) -> tuple[int, int]:
    for source, target in USUAL_ENDS:
        if source in usual and target in usual:
            return usual[source], usual[target]
    free = [position for position in range(len(table.names)) if position not in taken]
    if len(free) < 2:
        raise FormatError(f"{table.file}, line {table.lines[0]}: no two columns for source and target in it")
    return free[0], free[1]


def _usual_weight(table: Table, usual: Mapping[str, int]) -> int | None:
    if not table.has_header and len(table.names) > 2 and numbers(table.columns[2][:1]):
        return 2
    return next((usual[name] for name in USUAL_WEIGHTS if name in usual), None)


def _graph(table: Table, roles: Mapping[str, int]) -> nx.DiGraph | nx.MultiDiGraph:
    ends = list(zip(_end(table, "source", roles), _end(table, "target", roles), strict=True))
    attributes: dict[str, Sequence[Any]] = {
        table.names[position]: numbers(column) or column
        for position, column in enumerate(table.columns)
        if position not in roles.values()
    }
    weights = _weights(table, roles["weight"]) if "weight" in roles else None
    if weights:
        attributes["weight"] = weights
    repeated = len(set(ends)) < len(ends)
    # Where edges repeat, weights add; without weights each is kept.
    graph = nx.MultiDiGraph() if repeated and not weights else nx.DiGraph()
    graph.add_edges_from(_edges(ends, attributes))
    if repeated and weights:
        nx.set_edge_attributes(graph, _sums(ends, weights), "weight")
    return graph


def _edges(ends: Sequence[Ends], attributes: Mapping[str, Sequence[Any]]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    rows = zip(*attributes.values(), strict=True) if attributes else itertools.repeat(())
    for (tail, head), row in zip(ends, rows, strict=False):
        yield tail, head, dict(zip(attributes, row, strict=True))


def _sums(ends: Sequence[Ends], weights: list[int] | list[float]) -> dict[Ends, float]:
    sums: dict[Ends, float] = {}
    for edge, weight in zip(ends, weights, strict=True):
        sums[edge] = sums.get(edge, 0) + weight
    return sums


def _end(table: Table, role: str, roles: Mapping[str, int]) -> Sequence[str]:
    column = table.columns[roles[role]]
    if "" in column:
        raise FormatError(f"{table.file}, line {table.lines[column.index('')]}: the {role} is empty")
    return column


def _weights(table: Table, position: int) -> list[int] | list[float]:
    column = table.columns[position]
    weights = numbers(column)
    if weights is None:
        line, value = next(
            (line, value) for line, value in zip(table.lines, column, strict=True) if numbers([value]) is None
        )
        raise FormatError(f"{table.file}, line {line}: the weight {value!r} is not a number")
    return weights
