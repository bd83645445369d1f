"""What the errors of an attribution graph bring to a target: what transcoders leave over, which nothing explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import networkx as nx

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.ends import End, Seeds, seeds_of
from graphdiff.graph.measured import kinds_by_position
from graphdiff.sums.flow import flow
from graphdiff.text.numbers import plain, shown

__all__ = ["FromErrors", "from_errors"]


@dataclass(frozen=True)
class FromErrors:
    """What one unit at each error brings to a target.

    Attributes
    ----------
    total : number
        With its sign.
    positive, negative : number or None
        The sums over the paths of each sign; None where numbers have no signs.
    n_errors : int
        How many errors the graph has that are no sources of the question.
    """

    total: Number
    positive: Number | None
    negative: Number | None
    n_errors: int

    def __str__(self) -> str:
        if not (self.positive and self.negative):
            return shown(self.total)
        return f"{shown(self.total)} ({shown(self.positive)} for, {shown(self.negative)} against)"

    def to_dict(self) -> dict[str, Any]:
        """Return the sums and the number as plain values."""
        return {name: plain(getattr(self, name)) for name in ("total", "positive", "negative", "n_errors")}


def from_errors(graph: CompiledGraph, given: nx.DiGraph | None, starts: Seeds, target: End) -> FromErrors | None:
    """Return what the errors bring to a target; None where the graph has none that are no ends, or has cycles.

    Parameters
    ----------
    graph : CompiledGraph
    given : networkx.DiGraph or None
        What it was compiled from, whose nodes have a ``kind``; where it is not known the compiled graph may know them.
    starts : Seeds
        The sources of the question.
    target : node, list of nodes, mapping of node to seed, or LEAVES

    Examples
    --------
    >>> from graphdiff.graph.compiled import compile
    >>> G = nx.DiGraph(edge_meaning="drives")
    >>> G.add_weighted_edges_from([("token", "logit", 2), ("error", "logit", 3), ("error", "x", 4), ("x", "logit", -1)])
    >>> G.nodes["error"]["kind"] = "error"
    >>> print(from_errors(compile(G), G, Seeds([0]), "logit"))
    -1 (3 for, -4 against)
    """
    topology = graph.topology
    if graph.edge_meaning != "drives" or len(topology.cyclic):
        return None
    ends = seeds_of(graph, target)
    apart = {*starts.positions, *ends.positions}
    kinds = kinds_by_position(topology, given)
    errors = [position for position, kind in kinds.items() if kind == "error" and position not in apart]
    if not errors:
        return None
    through = flow(graph, Seeds(errors), ends)
    total, size = through.total, None if through.sizes is None else through.sizes.total
    if size is None or isinstance(total, complex):
        return FromErrors(total, None, None, len(errors))
    return FromErrors(total, arithmetic.half(size + total), arithmetic.half(total - size), len(errors))
