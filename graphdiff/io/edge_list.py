"""Edge lists in CSV, TSV and their like: a row is an edge, a column says one thing of every edge.

Which columns are the ends is known by their names (`graphdiff.io.ends.ENDS`), or said; nothing is guessed. Without a
header, two columns of names are the ends, and a third of numbers is the weight.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError, GraphTypeError, UsageError
from graphdiff.graph.networks import filled
from graphdiff.io.building import GraphT, described, is_numeral, numbers, why_no_number
from graphdiff.io.ends import (
    LOOKED_AT,
    Ends,
    known_ends,
    known_weight,
    no_edges_in,
    no_edges_of,
    normalised,
    without_direction,
)
from graphdiff.io.rows import BLOCK, Table, Where, filtered, position, table_of
from graphdiff.io.source import text_of
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.remedies import Keyword, Remedy
from graphdiff.text.sentences import how_many

__all__ = [
    "EMPTY",
    "KEYED",
    "MISSING",
    "Layout",
    "is_undirected",
    "layout_of",
    "read_edge_list",
    "require_directed",
    "told_apart",
    "told_of_added",
    "wanted_columns",
]

#: So much of a file is looked at for what it is, where it is no table.
HEAD_BYTES = 1 << 16
Edge = tuple[str, str, dict[str, Any]]
#: Columns that a message lists.
SHOWN = 20
#: Columns that say whether an edge has a direction, in small letters, and what they say of those without one.
DIRECTIONS = frozenset({"type", "direction", "edgetype"})
UNDIRECTED = frozenset({"undirected", "mixed", "mutual"})
#: How the header of a multigraph starts that `graphdiff.write` has written.
KEYED = ["source", "target", "key"]
#: Cells that say nothing: of a column of weights, and of other numbers, of which R writes NA.
EMPTY = frozenset({""})
MISSING = EMPTY | {"NA"}
FIRST_ROW = "CSV edge list, first row read as an edge"


def read_edge_list(
    data: bytes, *, name: str, columns: str | Mapping[str, str] | None = None, where: Where = None
) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read an edge list separated by commas, semicolons, tabs or white space, with a header or without.

    With a header, the ends are the one pair of columns whose names are known (`graphdiff.io.ends.ENDS`, in any case,
    with or without blanks and signs between the words), or those that `columns` says; else the table is refused. The
    first row is a header where it has such names, where `columns` gives names, or where it has text above numbers.
    Without one, two columns of names are the ends, and a third of numbers is the weight. Then the graph attribute
    ``format`` says that the first row was read as an edge. Lines that start with ``#`` are comments. Nodes are the
    texts in the file.

    All columns but the ends become edge attributes, numbers where every cell of the column is one, or empty, or R's NA;
    an edge whose cell is that has no such number. Rows that
    repeat an edge add: with a weight they are one edge with the sum of the weights and no other attribute, as
    ``G.graph["warnings"]`` says; without one they are parallel edges. An edge whose weight is empty has none.

    Parameters
    ----------
    columns : str or mapping, optional
        Which columns are what: ``"source=rhs,target=lhs,weight=est"`` or a mapping of the same; by name, or by
        number from 1. The weight becomes the edge attribute ``weight`` whatever its column is called.
    where : str or sequence of str, optional
        Which rows are read: ``"kind=runtime"`` or ``"kind!=dev"``. Several hold together; of those that ask the same
        column to be equal, one has to hold. Columns are named as in `columns`.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        A multigraph only where unweighted rows repeat, or the header starts with source, target and key, as
        `graphdiff.write` writes it, and the keys tell parallel edges apart. What known ends mean
        (``caller, callee``: calls) is its ``edge_meaning``.

    Raises
    ------
    FormatError
        No columns that are known as ends, or several pairs of them; what is no table of edges (a matrix, counts,
        folded stacks, source code); a row with more or fewer columns than the first, an end that is empty, a weight
        that is no number, or no row at all; the line is named.
    GraphTypeError
        Rows of the type ``Undirected``, as Gephi writes them.

    Examples
    --------
    >>> rows = b"lhs,rhs,est\ny,x,0.5\ny,x,2\n"
    >>> G = read_edge_list(rows, name="fit.csv", columns="source=rhs,target=lhs,weight=est")
    >>> list(G.edges(data="weight"))
    [('x', 'y', 2.5)]
    """
    wanted = wanted_columns(columns)
    if what := no_edges_of(text_of(data[:HEAD_BYTES])):
        raise FormatError(f"{name} is {what}")
    with collector_at_rest():
        layout = layout_of(table_of(data, name), wanted)
        layout = layout.of(filtered(layout.table, where))
        require_directed(layout.table)
        graph = _graph(layout.table, layout.roles)
    return layout.tell(graph, graph)


@dataclass(frozen=True)
class Layout:
    """A table below its header, the columns of its ends, what an edge means, and what was said of it."""

    table: Table
    ends: tuple[int, int]
    meaning: str
    wanted: Mapping[str, str]

    def of(self, table: Table) -> Layout:
        """Return the layout of a table with other rows."""
        return replace(self, table=table)

    @property
    def roles(self) -> dict[str, int]:
        """The positions of the ends, and of the weight as wanted or as it is known."""
        return _roles(self.table, self.wanted, *self.ends)

    def tell(self, graph: GraphT, names: Collection[str]) -> GraphT:
        """Return a graph of the table, saying what it is and which of its nodes differ by a blank alone."""
        if note := _told_by_blanks(names):
            graph.graph["warnings"] = [f"{self.table.file}: {note}"]
        title = "CSV edge list" if self.table.has_header or "source" in self.wanted else FIRST_ROW
        return described(graph, format=title, edge_meaning=self.meaning)


def layout_of(table: Table, wanted: Mapping[str, str]) -> Layout:
    """Return which columns of a table are what, as they are known or as they are said.

    Raises
    ------
    FormatError
        Nothing is known or said, or too much is.
    UsageError
        A column that is said is not there, or has two roles.
    """
    headed = table if table.has_header else _headed(table, wanted)
    if "weight" not in wanted and headed.has_header and list(headed.names).count("weight") > 1:
        raise FormatError(f"{headed.file}: several columns are called 'weight': rename all but one")
    source, target, meaning = _ends(headed, wanted)
    layout = Layout(headed, (source, target), meaning, wanted)
    if len(set(layout.roles.values())) < len(layout.roles):  # once by its name, and once by its number
        said = ",".join(f"{role}={column}" for role, column in wanted.items())
        raise UsageError(Keyword("columns", said), f" says a column of {table.file} twice")
    return layout


def wanted_columns(columns: str | Mapping[str, str] | None) -> dict[str, str]:
    """Return role -> column as the caller says it.

    Raises
    ------
    UsageError
        It is not of the form, one end stands alone, or a column has two roles.

    Examples
    --------
    >>> wanted_columns("source=rhs,target=lhs")
    {'source': 'rhs', 'target': 'lhs'}
    """
    if isinstance(columns, str):
        wanted = dict(role.partition("=")[::2] for role in columns.split(","))
    else:
        wanted = dict(columns or {})
    if not wanted.keys() <= {"source", "target", "weight"} or not all(wanted.values()):
        raise UsageError(Keyword("columns", columns), " is not of the form source=NAME,target=NAME,weight=NAME")
    if ("source" in wanted) != ("target" in wanted) or len(set(wanted.values())) < len(wanted):
        raise UsageError(
            Keyword("columns", columns), " must say both source and target, or neither, and no column twice"
        )
    return wanted


def _headed(table: Table, wanted: Mapping[str, str]) -> Table:
    """Return the table with its header, if it has one."""
    first = [column[0] for column in table.columns]
    named = not all(column.isdecimal() for column in wanted.values())
    if named or known_ends(first) or _is_text_above_numbers(table, first) or _are_two_of_a_kind(table, first):
        return table.headed()
    return table


def _are_two_of_a_kind(table: Table, first: Sequence[str]) -> bool:
    """Tell whether the first row is like ``node1,node2``: two ends without a direction, and no names of nodes below."""
    if len(first) < 2 or table.n_rows == 1 or set(first[:2]) & {*table.columns[0][1:], *table.columns[1][1:]}:
        return False
    return without_direction(first)


def _is_text_above_numbers(table: Table, first: Sequence[str]) -> bool:
    return not any(is_numeral(cell) or numbers([cell]) for cell in first) and any(
        numbers(column[1 : LOOKED_AT + 1]) for column in table.columns
    )


# -- which columns are the ends


def _ends(table: Table, wanted: Mapping[str, str]) -> tuple[int, int, str]:
    """Return where the ends are, as they are known or as they are said, and what an edge means.

    Raises
    ------
    FormatError
        Nothing is known or said, or too much is.
    """
    if "source" in wanted:
        return position(table, wanted["source"]), position(table, wanted["target"]), "unknown"
    weight = position(table, wanted["weight"]) if "weight" in wanted else None
    if not table.has_header:
        return *_ends_without_header(table, weight), "unknown"
    known = known_ends(table.names)
    if len(known) != 1:
        raise _which(table, known)
    source, target, ends = known[0]
    _require_one_of_each(table, (source, target))
    return source, target, ends.meaning


def _ends_without_header(table: Table, weight: int | None) -> tuple[int, int]:
    """Return the two columns that are left of at most three, the third of which is the weight.

    Raises
    ------
    FormatError
        There are more columns, or fewer, or what is in them is no edge.
    """
    free = [place for place in range(len(table.columns)) if place != weight]
    if len(free) < 2:
        raise FormatError(f"{table.file}, line {table.line(0)}: no two columns for source and target in it")
    rows = table.first_rows(max(LOOKED_AT, len(table.columns) + 2))
    if what := no_edges_in([[row[place] for place in free] for row in rows]):
        raise FormatError(f"{table.file}: {what}", _say_columns(_by_number(0, 1)))
    if len(free) > 3 - (weight is not None) or (len(free) == 3 and not is_numeral(table.columns[2][0])):
        raise FormatError(
            f"{table.file}: {len(table.columns)} columns, and no header that says which are the ends; its first row is "
            f"{_listed(rows[0])}",
            _say_columns(_by_number(0, 1)),
        )
    return free[0], free[1]


def _which(table: Table, known: Sequence[tuple[int, int, Ends]]) -> FormatError:
    """Return the error that asks for the ends, with a line to copy."""
    there = _listed(table.names)
    if known:
        pairs = [(table.names[source], table.names[target]) for source, target, _ in known]
        told = " and ".join(f"{source!r}, {target!r}" for source, target in pairs)
        return FormatError(
            f"{table.file}: its header has more than one pair of ends: {told}",
            *(_say_columns(_as_columns(table, *each[:2])) for each in known),
        )
    rows = [tuple(table.names), *table.first_rows(max(LOOKED_AT, len(table.columns) + 2))]
    if what := no_edges_in(rows):
        return FormatError(f"{table.file}: {what}; its columns are {there}", _say_columns(_likely(table)))
    return FormatError(
        f"{table.file}: none of its columns is known as an end of its edges; they are {there}",
        _say_columns(_likely(table)),
    )


def _require_one_of_each(table: Table, ends: tuple[int, int]) -> None:
    for place in ends:
        name = table.names[place]
        if [normalised(other) for other in table.names].count(normalised(name)) > 1:
            raise FormatError(
                f"{table.file}: its header has several columns named {name!r}: {_listed(table.names)}",
                _say_columns(_by_number(*ends)),
            )


def _say_columns(columns: str) -> Remedy:
    return Remedy(Keyword("columns", columns), "says which are the source and the target")


def _likely(table: Table) -> str:
    """Return the line that takes as ends the two columns of names that share most of them."""
    samples = [set(column[: 1 << 10]) - {""} for column in table.columns]
    names = [place for place, column in enumerate(table.columns) if not numbers(column[: 1 << 10])]
    free = names or list(range(len(samples)))
    pairs = itertools.combinations(free[:SHOWN], 2)
    best = max(pairs, key=lambda pair: len(samples[pair[0]] & samples[pair[1]]), default=None)
    return "source=NAME,target=NAME" if best is None else _as_columns(table, *best)


def _as_columns(table: Table, source: int, target: int) -> str:
    chosen = [table.names[source], table.names[target]]
    if any(not name or set(name) & set(",=") or name.isdecimal() or table.names.count(name) > 1 for name in chosen):
        return _by_number(source, target)
    return f"source={chosen[0]},target={chosen[1]}"


def _by_number(source: int, target: int) -> str:
    return f"source={source + 1},target={target + 1}"


def _listed(names: Sequence[str]) -> str:
    more = f", and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(repr(name[:40]) for name in names[:SHOWN]) + more


def require_directed(table: Table) -> None:
    """Refuse what Gephi calls undirected, and Kumu undirected or mutual.

    Raises
    ------
    GraphTypeError
        A row has that type.
    """
    types = (column for name, column in zip(table.names, table.columns, strict=True) if normalised(name) in DIRECTIONS)
    for column in types:
        row = next((row for row, cell in enumerate(column) if cell.strip().lower() in UNDIRECTED), None)
        if row is not None and table.has_header:
            raise GraphTypeError(
                f"{table.file}, line {table.line(row)}: an edge of the type {column[row].strip()!r}; write Directed "
                "where it leads from its source to its target"
            )


def is_undirected(name: str, cell: str) -> bool:
    """Tell whether a column of a name that says of edges what they are says it of an edge without a direction.

    Examples
    --------
    >>> is_undirected("Edge Type", "Undirected"), is_undirected("kind", "undirected")
    (True, False)
    """
    return normalised(name) in DIRECTIONS and cell.strip().lower() in UNDIRECTED


def _told_by_blanks(names: Collection[str]) -> str:
    """Return which nodes differ by a blank at their end alone, which nobody sees; nothing where there is none."""
    pairs = [(name.rstrip(), name) for name in names if name[-1:].isspace() and name.rstrip() in names]
    if not pairs:
        return ""
    what = "name has" if len(pairs) == 1 else "names have"
    return (
        f"{len(pairs):,} {what} a blank at the end, without which it is another node's: "
        f"{pairs[0][0]!r} and {pairs[0][1]!r} are two nodes"
    )


# -- roles and the graph


def _roles(table: Table, wanted: Mapping[str, str], source: int, target: int) -> dict[str, int]:
    """Return role -> position: the ends, and the weight as wanted or as it is known."""
    roles = {"source": source, "target": target}
    weight = position(table, wanted["weight"]) if "weight" in wanted else _usual_weight(table, roles.values())
    return roles if weight is None else roles | {"weight": weight}


def _usual_weight(table: Table, taken: Collection[int]) -> int | None:
    if not table.has_header and len(table.names) > 2 and 2 not in taken and is_numeral(table.columns[2][0]):
        return 2
    return known_weight(table.names, taken)


def _graph(table: Table, roles: Mapping[str, int]) -> nx.DiGraph | nx.MultiDiGraph:
    tails, heads = _tails_and_heads(table, roles)
    attributes: dict[str, Sequence[Any]] = {
        attribute: numbers(column) or _numbers_with_gaps(column) or column
        for position, (attribute, column) in enumerate(zip(told_apart(table.names), table.columns, strict=True))
        if position not in roles.values()
    }
    if weights := _weights(table, roles["weight"]) if "weight" in roles else None:
        attributes["weight"] = weights
    repeated = len(set(zip(tails, heads, strict=True))) < len(tails)
    keys = _keys(attributes, table.columns[2], tails, heads) if list(table.names[:3]) == KEYED else None
    names = dict.fromkeys(itertools.chain.from_iterable(zip(tails, heads, strict=True)))  # as the file meets them
    nodes: dict[str, dict[str, Any]] = {name: {} for name in names}
    edges = zip(tails, heads, _attributes(attributes, len(tails)), strict=True)
    # Where edges repeat, weights add; without weights, or with keys, each is kept.
    if keys or (repeated and not weights):
        return filled(nx.MultiDiGraph(), nodes, _kept(names, edges, keys))
    rows, added = _added(names, edges)
    graph = filled(nx.DiGraph(), nodes, rows)
    if added and len(attributes) > 1:
        graph.graph["warnings"] = [told_of_added(table.file, added)]
    return graph


def told_of_added(file: str, added: int) -> str:
    """Return the warning that repeated rows of a table with other columns than the weight are added.

    Examples
    --------
    >>> told_of_added("e.csv", 1)
    'e.csv: the weights of 1 repeated row are added to their edges, which have no other column then'
    """
    return (
        f"{file}: the weights of {how_many(added, 'repeated rows')} are added to their edges, which have no other "
        "column then"
    )


def _kept(names: Iterable[str], edges: Iterable[Edge], keys: Sequence[Any] | None) -> dict[str, dict[str, Any]]:
    """Return the rows of a multigraph, in which each edge is one of its own."""
    rows: dict[str, dict[str, Any]] = {name: {} for name in names}
    for (tail, head, data), key in zip(edges, keys or itertools.repeat(None), strict=False):
        parallel = rows[tail].setdefault(head, {})
        parallel[len(parallel) if key is None else key] = data
    return rows


def _added(names: Iterable[str], edges: Iterable[Edge]) -> tuple[dict[str, dict[str, Any]], int]:
    """Return the rows of a graph, in which edges that repeat are their sum, and how many did."""
    rows: dict[str, dict[str, Any]] = {name: {} for name in names}
    added = 0
    for tail, head, data in edges:
        if head in rows[tail]:  # a sum has none of what is said of each of its rows, such as an error
            data = _summed(data, rows[tail][head])
            added += 1
        rows[tail][head] = data
    return rows, added


def _summed(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {"weight": one["weight"] + other["weight"]} if "weight" in one and "weight" in other else {}


def _numbers_with_gaps(column: Sequence[str]) -> Sequence[Any] | None:
    """Return a column of which some cells say nothing as numbers, None in place of these; None where it has text."""
    there = [cell for cell in column if cell.strip() not in MISSING]
    found = numbers(there) if len(there) < len(column) else None
    return _with_gaps(found, column, MISSING) if found else None


def _with_gaps(values: Iterable[Any], column: Sequence[str], gaps: Collection[str]) -> list[Any]:
    """Return the values of the cells that say something in their places, None in those of the others."""
    given = iter(values)
    return [None if cell.strip() in gaps else next(given) for cell in column]


def told_apart(names: Sequence[str]) -> list[str]:
    """Return names of columns, those that repeat with a number behind them, as pandas does."""
    seen: Counter[str] = Counter()
    told: list[str] = []
    for name in names:
        told.append(f"{name}.{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return told


def _keys(
    attributes: dict[str, Sequence[Any]], texts: Sequence[str], tails: Sequence[str], heads: Sequence[str]
) -> Sequence[Any] | None:
    """Take out and return the column ``key``, as numbers or texts, where it tells edges between the same ends apart."""
    for keys in (attributes["key"], texts):
        if None not in keys and len(set(zip(tails, heads, keys, strict=True))) == len(tails):
            del attributes["key"]
            return keys
    return None


def _attributes(columns: Mapping[str, Sequence[Any]], n_edges: int) -> Iterator[dict[str, Any]]:
    """Yield the attributes of each edge, put in column by column, which is quicker than row by row."""
    empty: dict[str, Any] = dict.fromkeys(columns)
    gaps = [name for name, column in columns.items() if None in column]
    for start in range(0, n_edges, BLOCK):
        rows = [empty.copy() for _ in range(min(BLOCK, n_edges - start))]
        for name, column in columns.items():
            for row, value in zip(rows, column[start : start + BLOCK], strict=True):
                row[name] = value
        for row, name in itertools.product(rows, gaps):
            if row[name] is None:
                del row[name]
        yield from rows


def _tails_and_heads(table: Table, roles: Mapping[str, int]) -> tuple[list[str], list[str]]:
    known: dict[str, str] = {}  # each name in memory once, which spares comparing it letter by letter
    tails, heads = _end(table, "source", roles), _end(table, "target", roles)
    return list(map(known.setdefault, tails, tails)), list(map(known.setdefault, heads, heads))


def _end(table: Table, role: str, roles: Mapping[str, int]) -> Sequence[str]:
    column = table.columns[roles[role]]
    if "" in column:
        raise FormatError(f"{table.file}, line {table.line(column.index(''))}: the {role} is empty")
    return column


def _weights(table: Table, position: int) -> Sequence[float | None]:
    """Return the weights, None where a cell is empty: such an edge has none."""
    column = table.columns[position]
    there = [cell for cell in column if cell.strip()]
    weights = numbers(there) if there else []
    if weights is None:
        row = next(row for row, cell in enumerate(column) if cell.strip() and numbers([cell]) is None)
        message = f"the weight {column[row][:60]!r} {why_no_number(column[row])}"
        raise FormatError(f"{table.file}, line {table.line(row)}: {message}")
    if len(there) == len(column):
        return weights
    return _with_gaps(weights, column, EMPTY)
