"""Weight presets: weights that follow from the shape of the graph, for edges that carry none.

A preset is data: a name, a sentence, and a function of the topology that `graphdiff.compile` runs. One that shares out
by an edge attribute names it, and finds it as the topology's ``counts``; those of profiles and of attribution graphs
name what was measured, and find that as the topology's columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number, Weights
from graphdiff.errors import UsageError, ValueOverflowError, WeightError, edge_text
from graphdiff.graph import costs
from graphdiff.graph.attributes import adds_up, kind_of
from graphdiff.graph.topology import Rows, Topology
from graphdiff.kernels.rows import each_once
from graphdiff.remedies import Call, Keyword, Remedy
from graphdiff.text.names import node_text

__all__ = [
    "WEIGHTS", "Preset", "even", "even_calls", "how_often", "imports", "normalised", "per_activation", "per_call",
    "spent", "unit",
]  # fmt: skip


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
    counts_by : str
        The edge attribute that `compute` finds as ``topology.counts``; empty where it needs none.
    measured, measured_of_nodes : tuple of str
        The attributes of edges, and of nodes, that `compute` finds as columns of the topology.
    told_of_nodes : tuple of str
        Those of nodes that it finds as well, of which not every node has one.
    """

    name: str
    meaning: str
    compute: Callable[[Topology, str, bool], Weights] = field(repr=False)
    counts_by: str = ""
    measured: tuple[str, ...] = ()
    measured_of_nodes: tuple[str, ...] = ()
    told_of_nodes: tuple[str, ...] = ()

    @property
    def is_of_shape(self) -> bool:
        """Whether the weights follow from the shape of the graph alone."""
        return not (self.counts_by or self.measured)

    def can_be_of(self, topology: Topology) -> bool:
        """Tell whether a compiled graph has what this reads."""
        known = topology.attributes
        columns = all(name in known and kind_of(known[name]) == "number" for name in self.measured)
        of_nodes = topology.node_attributes.keys() >= {*self.measured_of_nodes, *self.told_of_nodes}
        return columns and of_nodes and not (self.counts_by and topology.counts is None)


def _unit(topology: Topology, cycles: str, exact: bool) -> Weights:
    return np.ones(topology.n_edges, dtype=np.int64)


def _even(topology: Topology, cycles: str, exact: bool) -> Weights:
    return _parts(topology, cycles, exact, None)


def _imports(topology: Topology, cycles: str, exact: bool) -> Weights:
    if topology.counts is None:
        raise UsageError("the preset imports reads the edges' statements: give it to graphdiff.compile, with the graph")
    if not isinstance(topology.counts, np.ndarray):
        raise WeightError("the edges' statements are no counts: ints or floats are needed")
    counts = topology.counts.astype(np.float64)
    if (counts <= 0).any():
        place = int(np.flatnonzero(counts <= 0)[0])
        raise WeightError(
            f"the edge {topology.edge_label(place)} has {counts[place]:g} statements: a part of them needs one or more",
            edge=topology.edge_label(place),
        )
    return _parts(topology, cycles, exact, counts)


def _parts(topology: Topology, cycles: str, exact: bool, counts: NDArray[np.float64] | None) -> Weights:
    """Return each edge's part of what the edges of its tail count together, each of them 1 without `counts`."""
    rows = topology.quotient if cycles == "collapse" else topology.rows
    tails, edges = rows.tails, rows.edges
    own = None if counts is None else counts[edges]
    sums = np.bincount(tails, weights=own, minlength=topology.n_nodes)[tails]
    if exact:
        parts = [Fraction(0)] * topology.n_edges
        ones = [1] * len(sums) if own is None else own.tolist()
        for edge, count, total in zip(edges.tolist(), ones, sums.tolist(), strict=True):
            parts[edge] = Fraction(count) / Fraction(total)
        return parts
    weights = np.zeros(topology.n_edges)
    weights[edges] = (1.0 if own is None else own) / sums
    return weights


def _normalised(topology: Topology, cycles: str, exact: bool) -> Weights:
    return parts_of_heads(topology, costs.of_edges(topology, "weight", cycles), cycles, exact)


def parts_of_heads(topology: Topology, weights: Weights, cycles: str, exact: bool) -> Weights:
    """Return of each edge its part of the absolute weights that enter its head; 0 where these are all 0.

    Decimals stay Decimals, and what is exact, or no float, becomes Fractions.

    Raises
    ------
    WeightError
        If a weight is no real number.

    Examples
    --------
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> graph = CompiledGraph.from_arrays([0, 1], [2, 2], [1.0, -3.0])
    >>> parts_of_heads(graph.topology, graph.weights, "raise", False)
    array([0.25, 0.75])
    """
    rows = topology.quotient if cycles == "collapse" else topology.rows
    if not exact and isinstance(weights, np.ndarray) and weights.dtype.kind in "fiu":
        sizes = np.abs(weights[rows.edges].astype(np.float64))
        entering = np.bincount(rows.heads, weights=sizes, minlength=topology.n_nodes)[rows.heads]
        if np.isfinite(entering).all():
            parts = np.zeros(topology.n_edges)
            parts[rows.edges] = np.divide(sizes, entering, out=np.zeros(len(sizes)), where=entering > 0)
            return parts
        return np.array(_exact_parts(topology, rows, weights, exact=True), dtype=np.float64)
    return _exact_parts(topology, rows, weights, exact)


def _exact_parts(topology: Topology, rows: Rows, weights: Weights, exact: bool) -> list[Number]:
    numbers = list(map(arithmetic.finished, arithmetic.listed(weights)))
    wrong = next((edge for edge, number in enumerate(numbers) if not isinstance(number, arithmetic.REAL)), None)
    if wrong is not None:
        label, name = topology.edge_label(wrong), type(numbers[wrong]).__name__
        raise WeightError(
            f"normalised: a part of absolute weights needs real numbers, and {edge_text(label)} has a {name}",
            edge=label,
        )
    kind = Decimal if not exact and numbers and isinstance(numbers[0], Decimal) else Fraction
    sizes = [abs(kind(numbers[edge])) for edge in rows.edges.tolist()]
    heads = rows.heads.tolist()
    entering = arithmetic.added(zip(heads, sizes, strict=True))
    parts: list[Number] = [kind(0)] * topology.n_edges
    for edge, head, size in zip(rows.edges.tolist(), heads, sizes, strict=True):
        parts[edge] = size / entering[head] if size else kind(0)
    return parts


def _per_activation(topology: Topology, cycles: str, exact: bool) -> Weights:
    weights = costs.of_edges(topology, "weight", cycles)
    edges = (topology.quotient if cycles == "collapse" else topology.rows).edges
    heads = topology.heads[edges].tolist()
    activations = _activations(topology, heads)
    divisors = [activations.get(head, 1) for head in heads]
    if exact or weights.dtype.kind not in "fiu":
        return _exact_quotients(weights, edges.tolist(), divisors, exact)
    quotients = np.zeros(topology.n_edges)
    try:
        with np.errstate(over="raise"):
            quotients[edges] = weights[edges] / np.array([*map(float, divisors)])
    except (OverflowError, FloatingPointError):
        raise ValueOverflowError(
            "per-activation: an activation, or a weight divided by one, is more than the largest float (1.8e308)",
            Remedy(Keyword("exact", True), "has no such limit"),
        ) from None
    return quotients


def _exact_quotients(weights: Weights, edges: list[int], divisors: list[Number], exact: bool) -> list[Number]:
    finished = map(arithmetic.finished, arithmetic.listed(weights))
    fraction: Callable[[Number], Number] = Fraction
    numbers = [fraction(each) if exact and isinstance(each, arithmetic.REAL) else each for each in finished]
    quotients: list[Number] = [number * 0 for number in numbers]
    for edge, divisor in zip(edges, divisors, strict=True):
        number, ratio = numbers[edge], Fraction(divisor)
        is_decimal = isinstance(number, Decimal)
        quotients[edge] = number * ratio.denominator / ratio.numerator if is_decimal else number / ratio
    return quotients


def _activations(topology: Topology, heads: list[int]) -> dict[int, Number]:
    """Return the activations of the nodes that edges enter, by position; none of logits, whose unit stays.

    Raises
    ------
    WeightError
        If one has none, or the weights are those of a file no longer.
    """
    kinds, activations = map(topology.node_attributes.get, per_activation.told_of_nodes)
    if kinds is None or activations is None:
        raise UsageError(
            "per-activation reads the nodes' kind and activation: give it to graphdiff.compile, with the graph"
        )
    _require_attribution(str(topology.about.get("weight_meaning", "unknown")))
    entered = each_once(np.array(heads, dtype=np.int64))
    ids = topology.ids[entered]
    rows = zip(entered.tolist(), kinds.listed(ids), activations.listed(ids), strict=True)
    known = {place: activation for place, kind, activation in rows if kind != "logit"}
    wrong = [place for place, activation in known.items() if not (adds_up(activation) and activation)]
    if wrong:
        label = topology.label(wrong[0])
        has = "the activation 0" if adds_up(known[wrong[0]]) else "no activation"
        more = f"; {len(wrong) - 1:,} more have none, or 0" if len(wrong) > 1 else ""
        raise WeightError(
            f"per-activation: {node_text(label)}, which edges enter, has {has}{more}: what enters a node that is no "
            "logit is divided by it. Take such nodes out, or say their activation",
            Remedy(Call("weight", "weight"), "takes the edges' own weights"),
        )
    return known


def _require_attribution(meaning: str) -> None:
    """Raise `WeightError` where weights have been divided already, or are sums of products that were not."""
    if meaning in WEIGHTS or meaning.endswith(SUMMED):
        raise WeightError(
            f"the weights of this graph are {meaning}, and per-activation divides those of a file: give it with the "
            "graph as it was read, also to prune and eliminate",
            Remedy(Call("weight", "weight"), "takes the edges' own weights"),
        )


#: 1 on every edge: the total is the number of paths.
unit = Preset("unit", "each edge counts 1, so that the total is the number of paths", _unit)

#: 1/out-degree: one unit spread evenly over what a node points at (under ``collapse`` over the edges that
#: leave its component).
even = Preset("even", "each node passes what reaches it in equal parts along its edges", _even)

#: The part of the importing module's import statements, by the edges' attribute ``statements`` (under ``collapse`` of
#: those that leave its component).
imports = Preset(
    "imports", "each module passes what reaches it along its import statements in equal parts", _imports, "statements"
)

#: Of a profile: the caller's part of all that the function cost, cost(a, b) / inclusive(b).
spent = Preset(
    "spent", "each edge is the part of the function's cost that is spent for this caller", costs.spent,
    measured=("cost",), measured_of_nodes=("self",),
)  # fmt: skip

#: Of a profile: how many average calls of b one call of a is worth, for what changes would save.
per_call = Preset(
    "per-call", "each edge is how many average calls of the function one call of this caller costs", costs.per_call,
    measured=("cost", "calls"), measured_of_nodes=("self",),
)  # fmt: skip

#: Of a profile: how often one call of a calls b. It says nothing of costs: calls differ.
how_often = Preset(
    "how-often", "each edge is how often one call of the caller calls the function", costs.how_often,
    measured=("calls",),
)  # fmt: skip

#: Of a profile: calls(a, b) / calls(b), as if every call of a function cost the same (gprof).
even_calls = Preset(
    "even-calls", "each edge is its part of the function's calls, as if all cost the same", costs.even_calls,
    measured=("calls",),
)  # fmt: skip

#: Of signed weights: the edge's part of the absolute weights of all that enters its head (circuit-tracer's influence).
normalised = Preset(
    "normalised", "each edge is its part of the absolute weights that enter its head", _normalised,
    measured=("weight",),
)  # fmt: skip

#: Of an attribution graph, whose weights hold the activation of their source: what of one unit of the head it makes, of
#: a logit in the logit's own unit, so that a product along a path is what of the logit comes by it.
per_activation = Preset(
    "per-activation", "each edge into a feature is divided by the feature's activation", _per_activation,
    measured=("weight",), told_of_nodes=("kind", "activation"),
)  # fmt: skip

#: The presets by the names that the command line takes.
WEIGHTS = {
    preset.name: preset
    for preset in (unit, even, imports, normalised, per_activation, spent, per_call, how_often, even_calls)
}
#: What weights of a file mean of which sums are none of the file any more: they are products, too.
ADDED_UP = "attribution"
SUMMED = ", summed"


def summed(meaning: str) -> str:
    """Return what weights mean once several of this meaning were added to one: no longer those of a preset, or a file.

    Examples
    --------
    >>> summed("even"), summed("attribution"), summed("cost")
    ('even, summed', 'attribution, summed', 'cost')
    """
    return f"{meaning}{SUMMED}" if meaning in WEIGHTS or meaning == ADDED_UP else meaning
