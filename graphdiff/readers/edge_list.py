"""Edge lists in CSV, TSV and their like: a row is an edge, a column says one thing of every edge.

The columns are found by name (source and target, from and to, tail and head, u and v; weight, w, value), in any case;
where there are no such names, the first two are source and target, and without a header a third that starts
with a number is the weight.
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError, UsageError
from graphdiff.filling import filled
from graphdiff.readers.building import collector_at_rest, described, is_numeral, numbers, why_no_number
from graphdiff.readers.source import text_of
from graphdiff.remedies import Keyword

__all__ = ["read_edge_list"]

USUAL_ENDS = (("source", "target"), ("from", "to"), ("tail", "head"), ("u", "v"))
USUAL_WEIGHTS = ("weight", "w", "value")
#: How the header of a multigraph starts that `graphdiff.write` has written.
KEYED = ["source", "target", "key"]
DELIMITERS = ("\t", ",", ";")
SAMPLE = 100
SAMPLE_LENGTH = 1 << 16
BLOCK = 1 << 12
# Comments become empty lines, so that the others keep their numbers.
COMMENT = re.compile(r"^#.*$", re.MULTILINE)


@dataclass(frozen=True)
class Table:
    """The rows of a file below its header, column by column."""

    file: str
    text: str
    delimiter: str
    names: Sequence[str]
    has_header: bool
    columns: Sequence[Sequence[str]]

    def line(self, row: int) -> int:
        """Return the line that a row is on: only messages say it, so that it is found by reading once more."""
        return line_of(self.text, self.delimiter, row + self.has_header)


def read_edge_list(
    data: bytes, *, name: str, columns: str | Mapping[str, str] | None = None
) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read an edge list separated by commas, semicolons, tabs or white space, with a header or without.

    The first row is a header where it has the usual names of source and target, where `columns` gives names, or
    where it has text above numbers. Lines that start with ``#`` are comments. Nodes are the texts in the file.
    All columns but the ends become edge attributes, numbers where every value of the column is one. Rows that
    repeat an edge add: with a weight they are one edge with the sum of the weights (its other attributes are
    those of the last row), without one they are parallel edges; so they are where the header starts with
    source, target and key, as `graphdiff.write` writes it, and the keys tell them apart.

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
        table = _table(COMMENT.sub("", text) if f"\n{text}".find("\n#") >= 0 else text, name, wanted)
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
    delimiter = _delimiter(text)
    columns = _columns(text, name, delimiter)
    if not columns:
        raise FormatError(f"{name}: no row in it")
    head = list(zip(*[column[: SAMPLE + 1] for column in columns], strict=True))
    has_header = not all(column.isdecimal() for column in wanted.values()) or _is_header(head)
    names = head[0] if has_header else [f"column{number}" for number in range(1, len(columns) + 1)]
    if len(columns[0]) == has_header:
        raise FormatError(f"{name}: a header, and no edge below it")
    return Table(name, text, delimiter, names, has_header, [column[has_header:] for column in columns])


def _columns(text: str, name: str, delimiter: str) -> list[list[str]]:
    """Return the columns of the rows that are not empty."""
    rows = (row for row in _reader(text, delimiter) if len(row) > 1 or "".join(row).strip())
    columns: list[list[str]] = []
    try:
        # In blocks, which stay in the processor's caches until they are columns.
        while block := list(itertools.islice(rows, BLOCK)):
            columns = columns or [[] for _ in block[0]]
            _check_widths(block, columns, text, name, delimiter)
            for column, texts in zip(columns, zip(*block, strict=True), strict=True):
                column.extend(texts)
    except csv.Error as error:
        raise FormatError(f"{name}, line {_line_of_error(text, delimiter)}: {error}") from error
    return columns


def _check_widths(
    block: Sequence[Sequence[str]], columns: Sequence[Sequence[str]], text: str, name: str, delimiter: str
) -> None:
    widths = list(map(len, block))
    if widths.count(len(columns)) < len(block):
        row = next(row for row, width in enumerate(widths) if width != len(columns))
        line = line_of(text, delimiter, len(columns[0]) + row)
        raise FormatError(f"{name}, line {line}: {widths[row]} columns, where the first row has {len(columns)}")


def _line_of_error(text: str, delimiter: str) -> int:
    """Return the line on which the first row starts that cannot be read."""
    reader, line = _reader(text, delimiter), 0
    with contextlib.suppress(csv.Error):
        for _ in reader:
            line = reader.line_num
    return line + 1


def line_of(text: str, delimiter: str, row: int) -> int:
    r"""Return the line that a row ends on; rows are counted from 0, without the empty ones.

    Examples
    --------
    >>> line_of("a,b\n\nc,d\n", ",", 1)
    3
    """
    reader = _reader(text, delimiter)
    ends = (reader.line_num for cells in reader if len(cells) > 1 or "".join(cells).strip())
    return int(next(itertools.islice(ends, row, None)))


def _reader(text: str, delimiter: str) -> Any:
    return csv.reader(_lines(text, delimiter), delimiter=delimiter, skipinitialspace=True, strict=True)


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
    return any(
        not is_numeral(cell) and numbers([cell]) is None and numbers(column)
        for cell, column in zip(first, below, strict=False)
    )


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
        raise FormatError(f"{table.file}, line {table.line(0)}: no two columns for source and target in it")
    return free[0], free[1]


def _usual_weight(table: Table, usual: Mapping[str, int]) -> int | None:
    if not table.has_header and len(table.names) > 2 and is_numeral(table.columns[2][0]):
        return 2
    return next((usual[name] for name in USUAL_WEIGHTS if name in usual), None)


def _graph(table: Table, roles: Mapping[str, int]) -> nx.DiGraph | nx.MultiDiGraph:
    known: dict[str, str] = {}  # each name in memory once, which spares comparing it letter by letter
    tails, heads = (
        list(map(known.setdefault, column, column))
        for column in (_end(table, role, roles) for role in ("source", "target"))
    )
    attributes: dict[str, Sequence[Any]] = {
        table.names[position]: numbers(column) or column
        for position, column in enumerate(table.columns)
        if position not in roles.values()
    }
    weights = _weights(table, roles["weight"]) if "weight" in roles else None
    if weights:
        attributes["weight"] = weights
    repeated = len(set(zip(tails, heads, strict=True))) < len(tails)
    keys = _keys(attributes, tails, heads) if list(table.names[:3]) == KEYED else None
    said = _attributes(attributes, len(tails))
    names = dict.fromkeys(itertools.chain.from_iterable(zip(tails, heads, strict=True)))  # as the file meets them
    nodes: dict[str, dict[str, Any]] = {name: {} for name in names}
    rows: dict[str, dict[str, Any]] = {name: {} for name in names}
    # Where edges repeat, weights add; without weights, or with keys, each is kept.
    if keys or (repeated and not weights):
        for tail, head, key, data in zip(tails, heads, keys or itertools.repeat(None), said, strict=False):
            parallel = rows[tail].setdefault(head, {})
            parallel[len(parallel) if key is None else key] = data
        return filled(nx.MultiDiGraph(), nodes, rows)
    for tail, head, data in zip(tails, heads, said, strict=True):
        if weights and head in rows[tail]:
            data["weight"] += rows[tail][head]["weight"]
        rows[tail][head] = data
    return filled(nx.DiGraph(), nodes, rows)


def _keys(attributes: dict[str, Sequence[Any]], tails: Sequence[str], heads: Sequence[str]) -> Sequence[Any] | None:
    """Take out and return the column ``key``, where it tells all edges between the same ends apart."""
    keys = attributes["key"]
    if "" in keys or len(set(zip(tails, heads, keys, strict=True))) < len(tails):
        return None
    return attributes.pop("key")


def _attributes(columns: Mapping[str, Sequence[Any]], n_edges: int) -> Iterator[dict[str, Any]]:
    """Yield the attributes of each edge, put in column by column, which is quicker than row by row."""
    empty: dict[str, Any] = dict.fromkeys(columns)
    for start in range(0, n_edges, BLOCK):
        rows = [empty.copy() for _ in range(min(BLOCK, n_edges - start))]
        for name, column in columns.items():
            for row, value in zip(rows, column[start : start + BLOCK], strict=True):
                row[name] = value
        yield from rows


def _end(table: Table, role: str, roles: Mapping[str, int]) -> Sequence[str]:
    column = table.columns[roles[role]]
    if "" in column:
        raise FormatError(f"{table.file}, line {table.line(column.index(''))}: the {role} is empty")
    return column


def _weights(table: Table, position: int) -> list[int] | list[float]:
    column = table.columns[position]
    weights = numbers(column)
    if weights is None:
        row = next(row for row, value in enumerate(column) if numbers([value]) is None)
        said = f"the weight {column[row][:60]!r} {why_no_number(column[row])}"
        raise FormatError(f"{table.file}, line {table.line(row)}: {said}")
    return weights
