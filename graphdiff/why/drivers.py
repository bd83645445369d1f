"""Which tokens and features of an attribution graph made up a total, for and against, and how sure it is.

A row is what runs through a node: of all paths that pass it, those that speak for the target and those against it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.measured import kinds_by_position
from graphdiff.sums.flow import Flow
from graphdiff.text.names import Naming, node_text
from graphdiff.text.numbers import plain, shorten, shown, signed
from graphdiff.text.sentences import by_weights, how_many
from graphdiff.text.tables import aligned

__all__ = ["Driver", "bfloat16_digits", "drivers", "drivers_lines"]

#: Of each kind so many are shown, those that most runs through.
SHOWN = {"token": 4, "feature": 5}

#: A name is not longer than this.
NAME = 52

#: What roundings leave of floats that cancel, as a part of them.
ROUNDINGS = 2.0**-45

#: The significant bits of a bfloat16, and how many weights tell that all are such: of these a fourth use the last bit.
BITS, ENOUGH = 8, 32


@dataclass(frozen=True)
class Driver:
    """A token or a feature, and what runs through it.

    Attributes
    ----------
    node : node
    kind : {"token", "feature"}
    total, positive, negative : number
        The sum over the paths that pass it, and over those of each sign.
    """

    node: Any
    kind: str
    total: Number
    positive: Number
    negative: Number

    def to_dict(self, naming: Naming) -> dict[str, Any]:
        """Return the node and its numbers as plain values."""
        numbers = {name: plain(getattr(self, name)) for name in ("total", "positive", "negative")}
        return {"node": naming.node(self.node), "kind": self.kind, **numbers}


def drivers(graph: CompiledGraph, given: nx.DiGraph | None, flow: Flow, apart: set[int]) -> list[Driver]:
    """Return the tokens and features that anything runs through, of each kind those that most does first.

    None where numbers have no signs, and of graphs with cycles, whose nodes paths pass more than once.

    Parameters
    ----------
    graph : CompiledGraph
    given : networkx.DiGraph or None
        What it was compiled from.
    flow : Flow
        Between the ends.
    apart : set of int
        Positions of nodes of which it is known already, as they are the only source or target.
    """
    if graph.edge_meaning != "drives" or len(graph.topology.cyclic) or flow.sizes is None:
        return []
    sums, sizes = flow.nodes.tolist(), flow.sizes.nodes.tolist()
    label = graph.topology.label
    rows = [
        Driver(label(place), kind, sums[place], *_sides(sums[place], sizes[place]))
        for place, kind in kinds_by_position(graph.topology, given).items()
        if kind in SHOWN and sizes[place] and place not in apart
    ]
    if any(isinstance(row.total, complex) for row in rows):
        return []
    order = list(SHOWN)
    return sorted(rows, key=lambda row: (order.index(row.kind), -abs(row.total)))


def _sides(total: Number, size: Number) -> tuple[Number, Number]:
    """Return what is for and what against; what is left of one side by the roundings of the other is none."""
    sides = arithmetic.half(size + total), arithmetic.half(total - size)
    is_rounded = isinstance(size, float)
    return (
        0.0 if is_rounded and abs(sides[0]) < size * ROUNDINGS else sides[0],
        0.0 if is_rounded and abs(sides[1]) < size * ROUNDINGS else sides[1],
    )


def drivers_lines(rows: list[Driver], weight_meaning: str) -> list[str]:
    """Return a table of the first tokens and features; nothing where there is none."""
    listed = {kind: [row for row in rows if row.kind == kind] for kind in SHOWN}
    shown_rows = [row for kind, most in SHOWN.items() for row in listed[kind][:most]]
    if not shown_rows:
        return []
    counts = " and ".join(_count(kind, len(each)) for kind, each in listed.items() if each)
    title = f"What runs through {counts}, {by_weights(weight_meaning)}"
    cells = [[f"  {shorten(node_text(row.node), NAME)}", *_numbers(row)] for row in shown_rows]
    return [title, *aligned([["", "total", "for", "against"], *cells])]


def _count(kind: str, number: int) -> str:
    most = SHOWN[kind]
    return f"{most} of {how_many(number, f'{kind}s')}" if number > most else how_many(number, f"{kind}s")


def _numbers(row: Driver) -> Iterator[str]:
    yield signed(row.total)
    yield shown(row.positive)
    yield shown(row.negative)


def bfloat16_digits(graph: CompiledGraph, flow: Flow) -> int | None:
    """Return how many digits of a total are certain whatever rounding made bfloat16 of the weights, to first order.

    Each is off by 2**-9 of itself at most, and moves the total by as much of what runs through its edge.

    Returns
    -------
    int or None
        None where not all weights are bfloat16, or too few are there to tell, or no file's.
    """
    column = graph.topology.attributes.get("weight")
    weights = graph.weights if column is None else column.listed(np.arange(graph.n_edges))
    if graph.edge_meaning != "drives" or not flow.total or not are_bfloat16(weights):
        return None
    moved = float(sum(map(abs, flow.edges.tolist()))) * 2.0**-9
    return max(0, math.floor(-math.log10(moved / abs(float(flow.total))))) if moved else None


def are_bfloat16(weights: Any) -> bool:
    """Tell whether so many floats have eight significant bits, and so often the last of them, that all were rounded.

    Examples
    --------
    >>> are_bfloat16([129 / 256, 0.75] * 20), are_bfloat16([0.75] * 40), are_bfloat16([0.1] * 40)
    (True, False, False)
    """
    numbers = np.asarray(weights)
    if numbers.dtype.kind != "f" or not np.isfinite(numbers).all():
        return False
    mantissas = np.frexp(numbers[numbers != 0])[0] * 2**BITS
    is_short = bool((mantissas == np.trunc(mantissas)).all())
    return is_short and len(mantissas) >= ENOUGH and bool((mantissas % 2 != 0).mean() >= 0.25)
