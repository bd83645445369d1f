"""Weight presets: weights that follow from the shape of the graph, for edges that carry none.

A preset is data: a name, a sentence, and a function of the topology that `graphdiff.compile` runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from graphdiff.arithmetic import Weights
from graphdiff.topology import Topology

__all__ = ["WEIGHTS", "Preset", "even", "unit"]


@dataclass(frozen=True)
class Preset:
    """A named rule for the weights of all edges.

    Attributes
    ----------
    name : str
        As on the command line.
    meaning : str
        What the preset does, as a report's footnote.
    compute : callable
        ``(topology, cycles, exact) -> weights`` in the order of the topology's edges.
    """

    name: str
    meaning: str
    compute: Callable[[Topology, str, bool], Weights] = field(repr=False)


def _unit(topology: Topology, cycles: str, exact: bool) -> Weights:
    return np.ones(topology.n_edges, dtype=np.int64)


def _even(topology: Topology, cycles: str, exact: bool) -> Weights:
    if cycles == "collapse":
        tails, edges = topology.quotient.tails, topology.quotient.edges
    else:
        tails, edges = topology.rows.tails, topology.rows.edges
    degrees = np.bincount(tails, minlength=topology.n_nodes)[tails]
    if exact:
        parts = [Fraction(0)] * topology.n_edges
        for edge, degree in zip(edges.tolist(), degrees.tolist(), strict=True):
            parts[edge] = Fraction(1, degree)
        return parts
    weights = np.zeros(topology.n_edges)
    weights[edges] = 1.0 / degrees
    return weights


#: 1 on every edge: the total is the number of paths.
unit = Preset("unit", "each edge counts 1, so that the total is the number of paths", _unit)

#: 1/out-degree: one unit spread evenly over what a node points at (under ``collapse`` over the edges that
#: leave its component).
even = Preset("even", "each node passes what reaches it in equal parts along its edges", _even)

#: The presets by the names that the command line takes.
WEIGHTS = {preset.name: preset for preset in (unit, even)}
