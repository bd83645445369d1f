"""The sweeps that a comparison rests on, each made once: tangents and adjoints, before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Dyadic, Number
from graphdiff.change.attribution import Attribution, are_swept_at_once, halves, products, products_of_both
from graphdiff.change.match import Matched, Side
from graphdiff.change.seeds import with_seeds
from graphdiff.change.ways import NumberedEnd, Ways
from graphdiff.errors import located
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.ends import Seeds
from graphdiff.kernels import pays, together
from graphdiff.kernels.rows import each_once
from graphdiff.sums.cycles import Range, on_the_way
from graphdiff.sums.flow import Flow
from graphdiff.sums.results import in_one_array
from graphdiff.sums.sweeps import Values, checked_array, forward_values, reverse_values

Ints = NDArray[Any]
Made = TypeVar("Made")

#: exp of this is below the largest float, with room for roundings.
LOG_LARGEST = 700


class Once(Generic[Made]):
    """A cached property without a lock, as all are from Python 3.12 on: for one, two graphs wait for each other."""

    def __init__(self, function: Callable[[Any], Made]) -> None:
        self.function = function

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Made:
        made = self.function(instance)
        instance.__dict__[self.name] = made
        return made


class Whole(Flow):
    """The sweeps over a whole graph, each made once."""

    tangents = Once(Flow.tangents.func)  # type: ignore[attr-defined]
    adjoints = Once(Flow.adjoints.func)  # type: ignore[attr-defined]


@dataclass(frozen=True, eq=False)
class Swept:
    """The sweeps of one of the two graphs, from the source and back from the target.

    Attributes
    ----------
    matched : Matched
    ways : Ways
    which : int
        0 for the graph before, 1 for the one after.
    """

    matched: Matched
    ways: Ways
    which: int

    @property
    def side(self) -> Side:
        """The graph, by numbers."""
        return self.matched.sides[self.which]

    @Once
    def source(self) -> NumberedEnd:
        """The source, with its seeds in the arithmetic of both graphs."""
        return self.ways.source.weighed(self.matched)

    @Once
    def target(self) -> NumberedEnd:
        """The target, with its seeds in the arithmetic of both graphs."""
        return self.ways.target.weighed(self.matched)

    @Once
    def ends(self) -> tuple[Seeds, Seeds]:
        """What is put in at the sources, and what the targets count; none of those that are missing."""
        return self.source.given(self.side), self.target.given(self.side)

    @Once
    def loops(self) -> tuple[list[Range], list[Range]]:
        """The components that the sweep from the source, and the one back from the target, must solve."""
        return self._loops(towards=False), self._loops(towards=True)

    def _loops(self, *, towards: bool) -> list[Range]:
        """Return those between the ends, or on the way to an edge that changed and that goes on in the other graph."""
        graph, ways = self.side.graph, self.ways
        if not len(graph.topology.cyclic):
            return []
        tails, heads = self.matched.tails, self.matched.heads
        known = (tails < self.matched.n_numbers) & (heads < self.matched.n_numbers)  # all leaves as one lie in no cycle
        near, far, ends, starts, on = tails[known], heads[known], ways.target, ways.source, ways.back
        if towards:
            near, far, ends, starts, on = far, near, starts, ends, ways.ahead
        goes_on = on.numbers[1 - self.which].copy()
        goes_on[list(ends.numbers)] = True
        wanted = self.side.stands[np.append(each_once(near[goes_on[far]]), ends.numbers).astype(np.int64)]
        first, last = starts.given(self.side).positions, wanted[wanted >= 0].tolist()
        if not first:
            return []
        return on_the_way(graph, last, first) if towards else on_the_way(graph, first, last)

    @Once
    def flows(self) -> tuple[Flow, Flow]:
        """The sweeps over the whole graph: one for its tangents and one for its adjoints, alike without loops."""
        graph = self.side.graph
        starts, ends = (seeds.anchored(graph) for seeds in self.ends)
        ahead, back = self.loops
        flow = Whole(graph, starts, ends, ahead, None)
        return flow, replace(flow, loops=back) if ahead or back else flow

    @Once
    def tangents(self) -> Ints:
        """By number, the total influence of the source; of a node that is missing its seed, at itself alone.

        All leaves as one, where they have a number, have 1: what is put in, and what counts, is on the edges.
        """
        return self.with_alone(self.source, lambda: self.flows[0].tangents)

    @Once
    def adjoints(self) -> Ints:
        """By number, the total influence on the target; a node that is missing has its seed, at itself alone."""
        return self.with_alone(self.target, lambda: self.flows[1].adjoints)

    def with_alone(self, end: NumberedEnd, values: Callable[[], Values]) -> Ints:
        """Return what a sweep from an end gives, by number, with the seeds of its nodes that are missing here."""
        alone = end.alone(self.matched, self.side)
        if end.given(self.side):
            array = by_number(self.side, values())
        else:
            array = np.zeros(self.matched.n_numbers, dtype=np.int64)
        if end.seeds is None:
            array[list(alone)] = list(alone.values())
        elif alone:
            array = _replaced(array, alone)
        return np.append(array, 1) if self.matched.has_leaves else array

    @Once
    def total(self) -> Number:
        """The total influence; 0 where an end is missing."""
        return self.flows[0].total if all(self.ends) else 0

    def require(self) -> None:
        """Make what may fail: the adjoints too, unless a look at the weights shows that they cannot."""
        with located(self.matched.when(self.side)):
            loops, _ = any(self.loops), self.tangents
            if loops or not is_bounded(self.side.graph):
                _ = self.adjoints
            _ = self.total


def _replaced(array: Ints, numbers: Mapping[int, Number]) -> Ints:
    """Return an array with other numbers at some places, in one type that holds all."""
    values = array.tolist()
    for place, number in numbers.items():
        values[place] = number
    return in_one_array(values)


def is_bounded(graph: CompiledGraph) -> bool:
    """Return whether a look at the weights shows that no sum over paths leaves the range of its numbers.

    Ints and fractions have no range. Of floats: however the paths branch, one unit becomes at most the product, over
    all nodes, of the sums of the absolute weights that leave each, where these are above 1. Nobody looks at floats that
    kernels sweep, which takes no longer.

    Examples
    --------
    >>> chain = [0, 1, 2], [1, 2, 3]
    >>> [is_bounded(CompiledGraph.from_arrays(*chain, [size] * 3)) for size in (1e9, 1e200)]
    [True, False]
    """
    weights = graph.carried
    if not isinstance(weights, np.ndarray):
        return all(isinstance(weight, (int, Fraction, Dyadic)) for weight in weights)
    if weights.dtype.kind == "i" or not len(weights):
        return True
    if weights.dtype.kind != "f" or pays(len(weights), graph.walked[0]):
        return False
    leaving = np.bincount(graph.carriers.tails, np.abs(weights), graph.n_nodes)
    return bool(np.log(np.maximum(leaving, 1.0)).sum() < LOG_LARGEST)


@dataclass(frozen=True, eq=False)
class Sweeps:
    """Four sweeps between two ends, by number: tangents and adjoints, before and after, and what follows from them.

    Attributes
    ----------
    matched : Matched
    ways : Ways
    """

    matched: Matched
    ways: Ways

    @classmethod
    def of(cls, graphs: Matched, ways: Ways) -> Sweeps:
        """Return those between two ends; a leaf that counts otherwise is an edge more among those that differ."""
        return cls(with_seeds(graphs, ways.source.weighed(graphs), ways.target.weighed(graphs)), ways)

    @cached_property
    def sides(self) -> tuple[Swept, Swept]:
        """Those of the graph before and those of the one after."""
        return Swept(self.matched, self.ways, 0), Swept(self.matched, self.ways, 1)

    @property
    def tangents(self) -> tuple[Ints, Ints]:
        """The total influence of the source on every number."""
        return self.sides[0].tangents, self.sides[1].tangents

    @property
    def adjoints(self) -> tuple[Ints, Ints]:
        """The total influence of every number on the target."""
        return self.sides[0].adjoints, self.sides[1].adjoints

    @property
    def totals(self) -> tuple[Number, Number]:
        """The total influence of the source on the target; 0 where an end is missing."""
        return self.sides[0].total, self.sides[1].total

    @property
    def loops(self) -> bool:
        """Whether a cycle was solved."""
        return any(any(side.loops) for side in self.sides)

    @cached_property
    def before_after(self) -> Attribution:
        """What each edge did: tangents before, adjoints after."""
        return Attribution(products(self.matched, self.tangents[0], self.adjoints[1]), self.matched)

    @cached_property
    def after_before(self) -> Attribution:
        """What each edge did: tangents after, adjoints before."""
        return Attribution(products(self.matched, self.tangents[1], self.adjoints[0]), self.matched)

    @cached_property
    def mean(self) -> Attribution:
        """The mean of both orders."""
        if are_swept_at_once(self.matched, *self.tangents, *self.adjoints):
            return Attribution(products_of_both(self.matched, self.tangents, self.adjoints), self.matched)
        return Attribution(halves(self.before_after.array, self.after_before.array), self.matched)

    def require(self) -> Sweeps:
        """Make the totals, and whatever else may fail, and return the sweeps.

        Raises
        ------
        CycleError
            If a cycle lies on the way, also where the way leads through an edge that only one graph has, and the
            policy is ``"raise"``.
        """
        together([side.require for side in self.sides], 2 * sum(side.graph.n_edges for side in self.matched.sides))
        return self


def swept_all(matched: Matched, end: NumberedEnd, *, towards: bool) -> tuple[Ints, Ints]:
    """Return the totals of every number from an end, or towards one, before and after; 0 where one is missing.

    Raises
    ------
    CycleError
        If a cycle lies on the way and the policy is ``"raise"``.
    """
    ready = end.weighed(matched)
    before, after = (_totals(matched, side, ready.given(side), towards=towards) for side in matched.sides)
    return before, after


def _totals(matched: Matched, side: Side, seeds: Seeds, *, towards: bool) -> Ints:
    if not seeds:
        return np.zeros(matched.n_numbers, dtype=np.int64)
    graph = side.graph
    put_in = seeds.anchored(graph).at(graph.one_and_zero[0])
    with located(matched.when(side)):
        if towards:
            return by_number(side, reverse_values(graph, put_in, on_the_way(graph, None, seeds.positions)))
        return by_number(side, forward_values(graph, put_in, on_the_way(graph, seeds.positions, None)))


def by_number(side: Side, values: Values) -> Ints:
    """Return the values of a sweep by number, or raise where one has left the range of its type."""
    array, topology = checked_array(values), side.graph.topology
    if side.graph.cycles == "collapse" and len(topology.cyclic):
        array = array[topology.representative]
    return side.by_number(array)
