"""`sample_paths`: paths drawn at random, each as often as its influence is large.

A walker goes from node to node, along an edge with the probability that an influence on its way to the target takes
it: |weight| · adjoint(head) / adjoint(tail), the adjoints of one reverse sweep over |w|. The product along a path is
|path influence| / sum of all, so that no draw is rejected.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable
from fractions import Fraction
from itertools import accumulate
from random import Random
from typing import Any, Unpack

import networkx as nx
import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import LimitError, UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.paths.paths import Path, path_of
from graphdiff.paths.strongest import require_sizes
from graphdiff.remedies import Keyword
from graphdiff.sums.between import Between, require_apart, restriction, reverse_over
from graphdiff.sums.cycles import COLLAPSE, require_shrinking
from graphdiff.sums.semirings import SEMIRINGS
from graphdiff.sums.sweeps import reverse_values

#: A choice of a walker: head and edge, as in `Between.rows`; the end has neither.
Choice = tuple[int, int, Number]
END: Choice = (-1, -1, 1)
#: So many edges have the walks that are drawn together: where a cycle hardly shrinks walks go on and on.
MAX_STEPS = 10_000_000


def sample_paths(
    graph: nx.DiGraph | CompiledGraph,
    source: Hashable | None,
    target: Hashable,
    n: int,
    *,
    seed: int | None = None,
    **options: Unpack[CompileOptions],
) -> list[Path]:
    """Return `n` paths drawn independently, with probability proportional to their absolute influence.

    For graphs where even the strongest thousand paths carry little: what a part of the draws has in common, about
    that part of the influence has.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source : node, or None
        None is one unit at every root.
    target : node
    n : int
        How many.
    seed : int, optional
        The same seed draws the same paths.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    list of Path
        In the order drawn; a strong path comes several times. Round a cycle that counts these are walks.

    Raises
    ------
    UsageError
        If `n` is no number of paths, no path carries any influence, or the weights have no size, as symbols.
    LimitError
        If walks round a cycle have more than ten million edges together.
    UnknownNodeError, WeightError, CycleError, SameComponentError
        As `graphdiff.total_influence`.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> drawn = sample_paths(G, "b", "e", 1000, seed=1)
    >>> 0.55 < sum(path.nodes[1] == "d" for path in drawn) / 1000 < 0.65
    True
    """
    if not isinstance(n, int) or n < 0:
        raise UsageError(Keyword("n", n), ": a number of paths, 0 or more")
    ready = compiled(graph, options)
    end = ready.topology.position(target)
    starts = None if source is None else [ready.topology.position(source)]
    if starts:
        require_apart(ready, [(starts[0], end)])
    walker = _Walker(restriction(ready, starts, [end]))
    random = Random(seed)
    return [walker.draw(random) for _ in range(n)]


class _Walker:
    """The choices at each node, with their probabilities added up, made when somebody first comes by."""

    def __init__(self, between: Between) -> None:
        self.between = between
        require_sizes(between, "paths are drawn by")
        self.sizes = _sizes(between)
        self.left = MAX_STEPS
        self.choices: dict[int, tuple[list[Choice], list[float]]] = {}
        starts: list[Choice] = [(node, -1, 1) for node in between.sources if self.sizes[node]]
        if not starts:
            raise UsageError("no path from the source to the target carries any influence")
        self.start = self._weighed(starts)

    def _weighed(self, choices: list[Choice]) -> tuple[list[Choice], list[float]]:
        """Return choices with their probabilities added up."""
        parts = [abs(weight) * (1 if head < 0 else self.sizes[head]) for head, _, weight in choices]
        whole = sum(parts)
        return choices, list(accumulate(_ratio(part, whole) for part in parts))

    def _at(self, node: int) -> tuple[list[Choice], list[float]]:
        choice = self.choices.get(node)
        if choice is None:
            steps = [(head, edge, arithmetic.finished(weight)) for head, edge, weight in self.between.rows[node]]
            steps = [step for step in steps if step[2] and self.sizes[step[0]]]
            choice = self.choices[node] = self._weighed(steps + [END] * self.between.is_target[node])
        return choice

    def draw(self, random: Random) -> Path:
        """Return one path."""
        node, _, _ = _drawn(random, *self.start)
        nodes, edges, influence = [node], [], self.between.graph.one_and_zero[0]
        while (step := _drawn(random, *self._at(node))) is not END:
            node, edge, weight = step
            nodes.append(node)
            edges.append(edge)
            influence = influence * weight
            if len(edges) > self.left:
                raise LimitError(
                    f"walks of more than {MAX_STEPS:,} edges together were drawn: round a cycle they hardly shrink",
                    COLLAPSE,
                )
        if self.between.loops:  # paths are no longer than the graph
            self.left -= len(edges)
        return path_of(self.between, nodes, edges, influence)


def _drawn(random: Random, choices: list[Choice], sums: list[float]) -> Choice:
    """Return a choice; the sums end with 1, up to a rounding."""
    place = bisect_right(sums, random.random() * sums[-1])
    return choices[min(place, len(choices) - 1)]


def _ratio(part: Number, whole: Number) -> float:
    # Ints beyond the floats divide exactly as Fractions.
    return float(Fraction(part) / Fraction(whole)) if isinstance(whole, (int, Fraction)) else float(part / whole)


def _sizes(between: Between) -> list[Any]:
    """Return the sum of the absolute influences of the paths, or walks, from each node to the target."""
    if not between.loops:
        return [arithmetic.finished(size) or 0 for size in reverse_over(between, SEMIRINGS["size"])]
    for start, stop in between.loops:
        require_shrinking(between.graph, start, stop)
    graph = between.graph.absolute  # real, also where the weights are complex
    ends = dict.fromkeys(between.positions[between.targets].tolist(), graph.one_and_zero[0])
    values = reverse_values(graph, ends, between.loops)
    return np.asarray(values, dtype=object)[between.positions].tolist() if between.n_nodes else []
