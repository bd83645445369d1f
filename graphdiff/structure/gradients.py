"""Gradient flow: how the size of the adjoint changes with the distance from the target.

A node's depth is the number of edges on its shortest path to the target. The medians by depth tell a gradient
that vanishes or explodes; the roots stand apart, as one input that is used at every step adds up what all steps
send it. What only edges with local derivative 0 join to the target is dead, which is another matter than vanishing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from numbers import Number as AnyNumber
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Weights
from graphdiff.errors import ValueOverflowError
from graphdiff.kernels import jit, pays, run
from graphdiff.kernels import sweep as kernel
from graphdiff.kernels.reach import reaching
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.between import Between, reverse_over
from graphdiff.sums.semirings import SEMIRINGS
from graphdiff.text.names import PLAIN, Edge, Naming, edge_name, node_text
from graphdiff.text.numbers import shown
from graphdiff.text.plots import flow
from graphdiff.text.sentences import how_many
from graphdiff.text.tables import Axis, Frame, Result, Sheet, aligned

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["GradientFlow", "Layer", "Onset", "RootFlow", "gradient_flow", "in_layers"]

#: How many lines of a table a report shows.
MAX_LINES = 12
HEAD = ("steps", "nodes", "|adjoint|", "smallest", "largest")


@dataclass(frozen=True)
class Layer:
    """The nodes at one distance from the nearest target, without the roots.

    Attributes
    ----------
    depth : int
        How many edges the shortest path to the target has.
    n_nodes, n_dead : int
        How many nodes there are, and how many of them only dead edges join to the target.
    median, smallest, largest : float or None
        |adjoint| of those that are not dead; None where all are. Beyond the floats it is infinite.
    """

    depth: int
    n_nodes: int
    n_dead: int
    median: float | None
    smallest: float | None
    largest: float | None


@dataclass(frozen=True)
class RootFlow:
    """A root, or the source asked about: its distance from the target and its |adjoint|; None where it is dead."""

    node: Any
    depth: int
    size: float | None


@dataclass(frozen=True)
class Onset:
    """Where the median passes a limit: the first depth, and its node with the most extreme |adjoint|."""

    depth: int
    node: Any
    size: float


@dataclass(frozen=True, repr=False)
class GradientFlow(Result):
    """How the size of the adjoint changes with the distance from the target, where it starts as 1, or as the seeds.

    In pandas a row for each layer, by depth.

    Attributes
    ----------
    layers : tuple of Layer
        By depth; the target itself is depth 0.
    roots : tuple of RootFlow
        In topological order.
    factor : float or None
        By what the median changes a step: the geometric mean from the target, where it is `start`, to the last median
        that is neither 0 nor infinite. None where there is none.
    vanishing, exploding : Onset or None
        Where the median first falls below, or rises above, its limit.
    limits : (float, float)
        The two limits, in units of `start`.
    dead_edges : tuple of edges
        The edges between with local derivative 0.
    start : float
        The size of the largest seed of a target; 1 where none is given.
    """

    layers: tuple[Layer, ...]
    roots: tuple[RootFlow, ...]
    factor: float | None
    vanishing: Onset | None
    exploding: Onset | None
    limits: tuple[float, float]
    dead_edges: tuple[Edge, ...]
    start: float = 1.0
    naming: Naming = field(default=PLAIN, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures, with layers, roots and edges as records; an infinite size as text."""
        onsets = {"vanishing": self.vanishing, "exploding": self.exploding}
        return {
            "layers": [_record(layer, self.naming) for layer in self.layers],
            "roots": [_record(root, self.naming) for root in self.roots],
            "factor": self.factor,
            **{name: None if onset is None else _record(onset, self.naming) for name, onset in onsets.items()},
            "limits": list(self.limits),
            "dead_edges": list(map(self.naming.edge, self.dead_edges)),
            "start": self.start,
        }

    def _frame(self) -> Frame:
        columns = [name for name in Layer.__annotations__ if name != "depth"]
        depths = Axis([layer.depth for layer in self.layers], "depth")
        return Frame([vars(layer) for layer in self.layers], depths, Axis(columns))

    def verdict(self) -> str:
        """Return what the flow does, in a line."""
        low, high = self.limits
        step = "" if self.factor is None else f"; {shown(self.factor)} times a step"
        onsets = [
            f"{word} from {how_many(onset.depth, 'steps')} on ({node_text(onset.node)}: {shown(onset.size)})"
            for word, onset in (("vanishing", self.vanishing), ("exploding", self.exploding))
            if onset is not None
        ]
        seeds = "" if self.start == 1 else f" times {shown(self.start)}, the largest seed"
        return (" and ".join(onsets) or f"steady: every median is within {low:g} and {high:g}{seeds}") + step

    def _cells(self) -> list[tuple[str, ...]]:
        chosen = np.unique(np.linspace(0, len(self.layers) - 1, min(MAX_LINES, len(self.layers))).astype(int))
        layers = [self.layers[number] for number in chosen]
        return [(f"{a.depth:,}", f"{a.n_nodes:,}", *map(_size, (a.median, a.smallest, a.largest))) for a in layers]

    def table(self) -> list[str]:
        """Return the layers as aligned lines under a head, at most twelve of them, by steps from the target."""
        return aligned([HEAD, *self._cells()], left=None)

    def notes(self) -> Iterator[tuple[str, str]]:
        """Yield the lines of a report under its table: roots with the extreme sizes, and dead edges."""
        sized = sorted(self.roots, key=lambda root: -1.0 if root.size is None else root.size, reverse=True)
        shortened = sized if len(sized) <= MAX_LINES else [*sized[:3], *sized[-3:]]
        for root in shortened:
            yield f"root {node_text(root.node)}", f"{_size(root.size)}, {how_many(root.depth, 'steps')} away"
        if len(sized) > len(shortened):
            yield "roots", f"{len(sized):,}: the three largest and smallest are shown"
        if self.dead_edges:
            first = ", ".join(edge_name(edge) for edge in self.dead_edges[:5])
            more = ", …" if len(self.dead_edges) > 5 else ""
            yield "dead edges", f"{len(self.dead_edges):,} with local derivative 0: {first}{more}"

    def __str__(self) -> str:
        return "\n".join([self.verdict(), *self.table(), *(f"{name}: {text}" for name, text in self.notes())])

    def __repr__(self) -> str:
        return f"<GradientFlow over {len(self.layers):,} depths: {self.verdict()}>"

    def plot(self, *, axes: Axes | None = None) -> Axes:
        """Draw the size of the gradient over the distance from the target, and where it vanishes or explodes.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            What is drawn on; by default a new figure.

        Returns
        -------
        matplotlib.axes.Axes
            On a logarithmic scale; where all nodes of a distance are dead there is a gap.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed: the extra ``plot``.
        """
        names = "smallest", "median", "largest"
        sizes = {name: [getattr(layer, name) for layer in self.layers] for name in names}
        limits = [limit * self.start for limit in self.limits]
        return flow(
            [layer.depth for layer in self.layers],
            sizes,
            dict(zip(("vanishing below", "exploding above"), limits, strict=True)),
            unit=("steps from the target", "|d target / d node|"),
            title=self.verdict(),
            axes=axes,
        )

    def _sheet(self) -> Sheet:
        return HEAD, self._cells(), self.verdict()


Passes: TypeAlias = Callable[[float], bool]


def _size(size: float | None) -> str:
    return "dead" if size is None else shown(size)


def _record(row: Layer | RootFlow | Onset, naming: Naming) -> dict[str, Any]:
    """Return a dataclass as a record; JSON knows no infinity."""
    record = {name: str(value) if value == math.inf else value for name, value in row.__dict__.items()}
    return {**record, "node": naming.node(record["node"])} if "node" in record else record


def gradient_flow(between: Between, limits: tuple[float, float]) -> GradientFlow | None:
    """Return how |adjoint| changes between the sources and the targets; None where weights or seeds are symbols.

    Parameters
    ----------
    between : Between
        Of a graph with its weights, collapsed.
    limits : (float, float)
        The median is vanishing below the first and exploding above the second, where 1 is the start.

    Raises
    ------
    ValueOverflowError
        If a weight is larger than the largest float.

    Examples
    --------
    >>> from graphdiff.sums.between import between_ends
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> chain = CompiledGraph.from_arrays([0, 1, 2, 3], [1, 2, 3, 4], [0.5, 0.5, 0.5, 0.5], cycles="collapse")
    >>> print(gradient_flow(between_ends(chain, None, 4), (0.2, 1e6)))
    vanishing from 3 steps on (1: 0.125); 0.5 times a step
    steps  nodes  |adjoint|  smallest  largest
        0      1          1         1        1
        1      1        0.5       0.5      0.5
        2      1       0.25      0.25     0.25
        3      1      0.125     0.125    0.125
    root 0: 0.0625, 4 steps away
    """
    weights, seeds = _floats(between.graph.weights), _floats([1] if between.leaving is None else between.leaving)
    if weights is None or seeds is None:
        return None
    start = float(np.abs(seeds).max())
    depths = _distances(between)
    used = weights[between.edges].astype(bool)
    leaving = None if between.leaving is None else seeds.tolist()
    alive = replace(between, leaving=leaving, graph=between.graph.reweighted(weights)).keeping(used)
    if pays(alive.n_edges) and {weights.dtype.kind, seeds.dtype.kind} == {"f"}:
        sizes = _sizes_by_kernel(alive, weights)
    else:
        sizes = _sizes(reverse_over(alive, SEMIRINGS["sum-product"]))
    roots = sorted(set(between.sources) - set(between.targets))
    dead = tuple([between.edge_label(edge) for edge in between.edges[~used].tolist()])
    flow = in_layers(sizes, depths, roots, between.label, limits, start)
    return replace(flow, dead_edges=dead, naming=between.graph.topology.naming)


def in_layers(
    sizes: NDArray[np.float64],
    depths: NDArray[np.int64],
    roots: Sequence[int],
    label: Callable[[int], Any],
    limits: tuple[float, float],
    start: float,
) -> GradientFlow:
    """Return the flow of sizes that are known.

    Parameters
    ----------
    sizes : float array, shape (n_nodes,)
        |adjoint|; NaN where a node is dead.
    depths : int array, shape (n_nodes,)
        How many edges there are to the nearest target.
    roots : sequence of int
        The nodes that stand apart.
    label : callable
        Gives a node's name.
    limits, start
        As `GradientFlow` has them.

    Examples
    --------
    >>> print(in_layers(np.array([0.5, 1.0]), np.array([1, 0]), [0], "ab".__getitem__, (0.1, 10.0), 1.0))
    steady: every median is within 0.1 and 10
    steps  nodes  |adjoint|  smallest  largest
        0      1          1         1        1
    root a: 0.5, 1 step away
    """
    is_inner = np.ones(len(sizes), dtype=bool)
    is_inner[list(roots)] = False
    inner = np.flatnonzero(is_inner)
    layers = list(_layers(inner, depths[inner], sizes))
    low, high = (limit * start for limit in limits)
    return GradientFlow(
        layers=tuple([layer for layer, _ in layers]),
        roots=tuple([RootFlow(label(n), int(depths[n]), _number(sizes[n])) for n in roots]),
        factor=_factor([layer for layer, _ in layers], start),
        vanishing=_onset(label, layers, sizes, lambda median: median < low, 0),
        exploding=_onset(label, layers, sizes, lambda median: median > high, -1),
        limits=limits,
        dead_edges=(),
        start=start,
    )


def _floats(weights: Weights) -> NDArray[Any] | None:
    """Return weights as an array of floats or complex numbers; None where some are no numbers."""
    if isinstance(weights, np.ndarray):
        return weights.astype(np.float64)
    numbers = [arithmetic.finished(weight) for weight in weights]
    if not all(isinstance(number, AnyNumber) for number in numbers):
        return None
    kind = complex if any(isinstance(number, complex) for number in numbers) else float
    try:
        return np.array([kind(number) for number in numbers], dtype=kind)
    except OverflowError:
        raise ValueOverflowError(
            "a weight is larger than the largest float (1.8e308), and gradient flow is in floats",
            Remedy(Keyword("weight", "unit", python="None"), "counts paths without it"),
        ) from None


def _distances(between: Between) -> NDArray[np.int64]:
    """Return how many edges the shortest path from each node to a target has."""
    fewest = np.full(between.n_nodes, between.n_nodes)
    fewest[between.targets] = 0
    run(kernel.distances, between.n_edges, between.ptr, between.heads, fewest, 0, len(fewest))
    return fewest


def _sizes_by_kernel(alive: Between, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what `_sizes` does of the adjoints of machine floats."""
    adjoints = np.zeros(alive.n_nodes)
    for node, seed in alive.stops:
        adjoints[node] += 1.0 if seed is None else float(seed)
    ptr, heads = alive.ptr.astype(np.uint64), alive.heads
    jit(kernel.reverse)(ptr, heads, weights[alive.edges], adjoints, 0, alive.n_nodes)
    sizes: NDArray[np.float64] = np.abs(adjoints)
    sizes[np.isnan(sizes)] = np.inf
    everything = np.ones(alive.n_nodes, dtype=bool)
    sizes[~reaching(ptr, heads, everything, np.array(alive.targets, dtype=np.int64))] = np.nan
    return sizes


def _sizes(adjoints: list[Any]) -> NDArray[np.float64]:
    """Return |adjoint|, NaN where no edge is alive; what overflowed on the way, and may be NaN, is infinite."""
    dead = [adjoint is None for adjoint in adjoints]
    with np.errstate(all="ignore"):
        sizes: NDArray[np.float64] = np.abs(np.array([adjoint or 0 for adjoint in adjoints], complex))
    sizes[np.isnan(sizes)] = np.inf
    sizes[dead] = np.nan
    return sizes


def _layers(
    inner: NDArray[np.int64], depths: NDArray[np.int64], sizes: NDArray[np.float64]
) -> Iterator[tuple[Layer, list[int]]]:
    """Yield the layers of the nodes `inner`, each with its nodes that are not dead, by |adjoint|."""
    order = np.lexsort((sizes[inner], depths))
    nodes, ranked = inner[order].tolist(), sizes[inner[order]].tolist()
    layers, starts, counts = np.unique(depths[order], return_index=True, return_counts=True)
    is_dead = np.isnan(sizes[inner[order]]).astype(np.int64)
    n_dead = np.add.reduceat(is_dead, starts) if len(starts) else starts
    for depth, start, count, n in zip(*(each.tolist() for each in (layers, starts, counts, n_dead)), strict=True):
        alive = ranked[start : start + count - n]
        extent = (_median(alive), alive[0], alive[-1]) if alive else (None, None, None)
        yield Layer(depth, count, n, *extent), nodes[start : start + len(alive)]


def _median(ranked: list[float]) -> float:
    low, high = ranked[(len(ranked) - 1) // 2], ranked[len(ranked) // 2]
    return low / 2 + high / 2  # their sum may be beyond the floats


def _factor(layers: list[Layer], start: float) -> float | None:
    medians = [(layer.depth, layer.median) for layer in layers if layer.depth and layer.median]
    finite = [(depth, median) for depth, median in medians if median < math.inf]
    if not finite:
        return None
    depth, median = finite[-1]
    return float((median / start) ** (1 / depth))


def _onset(
    label: Callable[[int], Any],
    layers: list[tuple[Layer, list[int]]],
    sizes: NDArray[np.float64],
    passes: Passes,
    extreme: int,
) -> Onset | None:
    for layer, nodes in layers:
        if layer.median is not None and passes(layer.median):
            node = nodes[extreme]
            return Onset(layer.depth, label(node), float(sizes[node]))
    return None


def _number(size: np.float64) -> float | None:
    return None if np.isnan(size) else float(size)
