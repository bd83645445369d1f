"""`sample_paths`: paths drawn at random, each as often as its influence is large.

A walker goes from node to node, along an edge with the probability that an influence on its way to the target takes
it: |weight| · adjoint(head) / adjoint(tail), the adjoints of one reverse sweep over |w|. The product along a path is
|path influence| / sum of all, so that no draw is rejected.
"""

from __future__ import annotations

from bisect import bisect_right
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
from graphdiff.graph.ends import End
from graphdiff.graph.options import takes_options
from graphdiff.paths.paths import Path, Paths, path_of
from graphdiff.paths.strongest import require_sizes
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.between import Between, between_ends, reverse_over
from graphdiff.sums.cycles import COLLAPSE, require_shrinking
from graphdiff.sums.semirings import SEMIRINGS
from graphdiff.sums.sweeps import reverse_values

#: A choice of a walker: head, edge and weight, as in `Between.rows`; where a path ends the head is -1.
Choice = tuple[int, int, Number]
#: So many edges have the walks that are drawn together: where a cycle hardly shrinks walks go on and on.
MAX_STEPS = 10_000_000


@takes_options
def sample_paths(
    graph: nx.DiGraph | CompiledGraph,
    source: End | None,
    target: End,
    n: int,
    *,
    seed: int | None = None,
    **options: Unpack[CompileOptions],
) -> Paths:
    """Return `n` paths drawn independently, with probability proportional to their absolute influence.

    For graphs where even the strongest thousand paths carry little: what a part of the draws has in common, about
    that part of the influence has.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        See `graphdiff.total_influence`; a path's influence is multiplied by the seeds of its ends. A source of None is
        one unit at every root.
    n : int
        How many.
    seed : int, optional
        The same seed draws the same paths.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Paths, a list of Path
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
    walker = _Walker(between_ends(compiled(graph, options), source, target))
    random = Random(seed)
    return Paths(walker.draw(random) for _ in range(n))


class _Walker:
    """The choices at each node, with their probabilities added up, made when somebody first comes by."""

    def __init__(self, between: Between) -> None:
        self.between = between
        require_sizes(between, "paths are drawn by")
        self.sizes = _sizes(between)
        self.left = MAX_STEPS
        self.choices: dict[int, tuple[list[Choice], list[float]]] = {}
        starts: list[Choice] = [(node, -1, seed) for node, seed in between.numbered_starts if self.sizes[node] and seed]
        if not starts:
            raise UsageError("no path from the source to the target carries any influence")
        if not sum(abs(seed) * self.sizes[node] for node, _, seed in starts):
            raise UsageError(
                "the influences of all paths are too small for a float", Remedy(Keyword("exact", True), "keeps them")
            )
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
            ends = [(-1, -1, arithmetic.finished(seed)) for seed in self.between.exits[node] if seed]
            choice = self.choices[node] = self._weighed(steps + ends)
        return choice

    def draw(self, random: Random) -> Path:
        """Return one path."""
        node, _, seed = _drawn(random, *self.start)
        nodes, edges, influence = [node], [], arithmetic.finished(self.between.graph.one_and_zero[0]) * seed
        while (step := _drawn(random, *self._at(node)))[0] >= 0:
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
        return path_of(self.between, nodes, edges, influence * step[2])


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
    ends = between.seeds[1].sizes.at(graph.one_and_zero[0])
    values = reverse_values(graph, ends, between.loops)
    return np.asarray(values, dtype=object)[between.positions].tolist() if between.n_nodes else []
