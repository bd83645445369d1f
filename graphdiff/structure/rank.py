"""The rows of ``graphdiff rank``: influences by each weighting, and beside them the sizes of sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import is_finite
from graphdiff.errors import UsageError
from graphdiff.graph.attributes import attribute_kinds, drawing_names, is_quantity
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.sets.sets import root_positions, row_sizes, values_at
from graphdiff.sums.between import between
from graphdiff.sums.influence import forward, reverse
from graphdiff.sums.results import largest_first
from graphdiff.text.names import node_text

Progress = Callable[[int, int | None], None]
SETS = ("reach", "exclusive")


@dataclass(frozen=True)
class Row:
    """A node, or a merged component: where it stands in the compiled graph, its name, its influences."""

    position: int
    name: str
    numbers: list[Any]


@dataclass(frozen=True)
class Ranked:
    """A ranking, column by column.

    Attributes
    ----------
    places : list of int
    names : list of str
    numbers : list of lists of numbers
        In each row one number for each of `weights`.
    weights : list of str
    sizes : dict of str to array, shape (n_rows,)
        The columns of sizes by their titles.
    whole : int
        How many rows there are in all.
    """

    places: list[int]
    names: list[str]
    numbers: list[list[Any]]
    weights: list[str]
    sizes: dict[str, NDArray[Any]]
    whole: int


def ranked(
    graph: nx.DiGraph,
    compiled: list[CompiledGraph],
    ends: tuple[Any, Any],
    *,
    by: str | None,
    value: str | None,
    top: int | None,
    progress: Progress,
) -> Ranked:
    """Return the ranking, its first `top` rows or all: only for rows that are shown, or ordered by, sets are sized."""
    weights = [one.weight_meaning for one in compiled]
    titles = [*weights, *SETS, *(f"{name} {value}" for name in SETS if value)]
    if by is not None and by not in titles:
        raise UsageError(f"--by {by}: the columns here are {', '.join(titles)}")
    constants = {node_text(node) for node, op in graph.nodes(data="op") if op == "const"}  # nothing is derived by them
    rows = [row for row in _reached(compiled, ends) if row.name not in constants]
    sizes: dict[str, NDArray[Any]] = {}
    if by is None or by in weights:
        chosen = weights.index(by) if by else 0
        order, places = _ordered([row.numbers[chosen] for row in rows], top)
        sizes = _set_columns(graph, compiled[0], [rows[number].position for number in order], ends[0], value, progress)
    else:
        columns = _set_columns(graph, compiled[0], [row.position for row in rows], ends[0], value, progress)
        order, places = _ordered(columns[by].tolist(), top)
        sizes = {title: column[order] for title, column in columns.items()}
    names, numbers = [rows[number].name for number in order], [rows[number].numbers for number in order]
    return Ranked(places, names, numbers, weights, sizes, len(rows))


def _ordered(values: Sequence[Any], top: int | None) -> tuple[list[int], list[int]]:
    """Return the indices of the values by size, largest first, and the place of each; equal sizes share one."""
    order = largest_first(values)[:top]
    places: list[int] = []
    for count, number in enumerate(order, 1):
        tied = bool(places) and abs(values[order[count - 2]]) == abs(values[number])
        places.append(places[-1] if tied else count)
    return order, places


def _reached(compiled: list[CompiledGraph], ends: tuple[Any, Any]) -> list[Row]:
    """Return a row for every node that is reached; a merged component is one row."""
    source, target = ends
    first = compiled[0]
    topology = first.topology
    if target is not None:
        columns = [reverse(one, target).array for one in compiled]
        part = between(first, range(first.n_nodes), [topology.position(target)])
    else:
        roots = topology.roots.tolist() if source is None else [topology.position(source)]
        seeds = {topology.label(p): 1 for p in sorted({first.anchor(p) for p in roots})}
        columns = [forward(one, seeds).array for one in compiled]
        part = between(first, roots, range(first.n_nodes))
    end = target if source is None else source
    own = None if end is None else first.anchor(topology.position(end))
    names = {p: node_text(label) for p, label in zip(part.positions.tolist(), part.labels, strict=True) if p != own}
    return [Row(p, name, [column[p] for column in columns]) for p, name in names.items()]


def _set_columns(
    graph: nx.DiGraph,
    compiled: CompiledGraph,
    positions: list[int],
    source: Any,
    value: str | None,
    progress: Callable[[int, int | None], None],
) -> dict[str, NDArray[Any]]:
    """Return the columns of sizes by their titles: counts of nodes, and sums of a value where one is asked for."""
    topology = compiled.topology
    starts = root_positions(topology, None if source is None else [source])
    places = np.array(positions, dtype=np.int64)
    columns = dict(zip(SETS, row_sizes(compiled, places, starts, values_at(topology, None), progress), strict=True))
    if value is not None:
        own = values_at(topology, dict.fromkeys(graph, 0) | values_of(graph, value))
        titles = [f"{name} {value}" for name in SETS]
        columns |= zip(titles, row_sizes(compiled, places, starts, own, progress), strict=True)
    return columns


def values_of(graph: nx.DiGraph, name: str) -> dict[Any, Any]:
    """Return the number of each node that has one; where none has, say which attributes nodes have."""
    numbers = {node: number for node, number in graph.nodes(data=name) if is_quantity(number) and is_finite(number)}
    if not numbers:
        have = ", ".join(attribute_kinds([data for _, data in graph.nodes(data=True)], drawing_names(graph)))
        raise UsageError(f"--value {name}: no node has a number of this name; nodes have: {have or 'no attributes'}")
    return numbers
