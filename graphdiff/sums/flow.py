"""What flows through each edge and node of a total, and how concentrated it is, from one forward and one
reverse sweep.

The contribution of an edge is tangent · weight · adjoint, of a node tangent · adjoint: the part of the total
that runs through it, in the total's unit.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from operator import mul
from typing import Any, Unpack

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number, Weights
from graphdiff.errors import CycleError, LimitError, UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import End, Seeds
from graphdiff.graph.options import takes_options
from graphdiff.graph.sparse import sparse_matrix
from graphdiff.graph.topology import Rows, Topology, not_there
from graphdiff.kernels import FEW, jit, pays, run
from graphdiff.kernels import sweep as kernel
from graphdiff.kernels.mapped import blocks, is_past_memory
from graphdiff.kernels.rows import index_type
from graphdiff.sums.between import Between, ends_of
from graphdiff.sums.cycles import Range, on_the_way, restricted
from graphdiff.sums.direct import walk_for_result
from graphdiff.sums.passing import Passing
from graphdiff.sums.results import Named, OfShape, Shaped
from graphdiff.sums.sweeps import Values, checked, checked_array, checked_list, forward_values, reverse_values
from graphdiff.text.numbers import plain, shown


@dataclass(frozen=True, eq=False)
class Flow:
    """One forward and one reverse sweep between ends, and what they meet in; each made when it is first asked for.

    Attributes
    ----------
    graph : CompiledGraph
    starts, ends : Seeds
        The sources and the targets, where sweeps keep their values.
    loops : list of (start, stop)
        Components with a cycle between them whose walks are summed.
    among : int array, or None
        The positions that lie between, in order; a collapsed component at its first position. None where kernels
        sweep all, and both values stand where they meet.
    """

    graph: CompiledGraph
    starts: Seeds
    ends: Seeds
    loops: list[Range]
    among: NDArray[Any] | None

    @cached_property
    def tangents(self) -> Values:
        """By position, what reaches it of one unit at each source; it stands only at those between."""
        return forward_values(self.graph, self.starts.at(self.graph.one_and_zero[0]), self.loops, among=self.among)

    @cached_property
    def adjoints(self) -> Values:
        """By position, what of one unit there reaches the targets; it stands only at those between."""
        return reverse_values(self.graph, self.ends.at(self.graph.one_and_zero[0]), self.loops, among=self.among)

    @cached_property
    def total(self) -> Number:
        """The sum over the paths."""
        reached: Iterable[Number] = (self.tangents[position] for position in self.ends.positions)
        if self.ends.numbers is not None:
            reached = map(mul, reached, self.ends.numbers)
        total = arithmetic.in_order(reached, self.graph.one_and_zero[1])
        return checked(arithmetic.plain(total))

    @cached_property
    def sizes(self) -> Flow | None:
        """The flow of absolute values, which is this one where no weight is negative.

        None where weights have none, as symbols, or walks whose sizes have no finite sum, or none that is proven.
        """
        if not (arithmetic.have_sizes(self.graph.weights) and self.starts.have_sizes and self.ends.have_sizes):
            return None
        are_sizes = self.starts.are_sizes and self.ends.are_sizes and self._has_sizes
        if are_sizes and not self._is_reduced:
            return self
        if self.loops:
            _ = self.total  # what it is refused for, this is too
        sizes = replace(self, graph=self.graph.absolute, starts=self.starts.sizes, ends=self.ends.sizes)
        try:
            _ = sizes.total
        except (CycleError, LimitError):  # the walks themselves have been summed, or their equations solved
            return None
        return self if are_sizes else sizes

    @property
    def _is_reduced(self) -> bool:
        """Whether equations are solved, whose solution need not be a sum of walks."""
        return bool(self.loops) and self.graph.cycles == "reduced-form"

    @property
    def _has_sizes(self) -> bool:
        """Whether the weights of all edges that are walked are their own absolute values."""
        if self.among is None:
            return arithmetic.are_sizes(self.graph.weights)
        if not isinstance(self.graph.weights, np.ndarray):
            return arithmetic.are_sizes(arithmetic.taken(self.graph.weights, self.used[2]))
        weights, sized = self._row_weights
        edges = self.rows.ptr, self.rows.heads, weights
        return sized or not run(kernel.has_negative, len(self.rows.heads), *edges, self.among, self._inside)

    @property
    def _row_weights(self) -> tuple[Any, bool]:
        """The weights in the order of `rows`, and whether they count by their absolute values."""
        (weights, sized), chosen = self.graph.read, self.rows.chosen
        return weights if chosen is None else arithmetic.taken(weights, chosen), sized

    @property
    def _inside(self) -> NDArray[np.bool_]:
        """The mask of `places`."""
        inside = np.zeros(self.graph.n_nodes, dtype=bool)
        inside[self.places] = True
        return inside

    @cached_property
    def used(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Of each edge between: where the values of its tail and its head stand, and its number."""
        among = self.places
        same = np.full(self.graph.n_nodes, -1, dtype=np.int64)
        same[among] = among
        ptr, heads, edges = self.rows.among(among, same)
        return np.repeat(among, np.diff(ptr)), heads, edges

    @property
    def rows(self) -> Rows:
        """The edges of each position; of a collapsed component those that leave it, at its first position."""
        return self.graph.topology.quotient if self.graph.cycles == "collapse" else self.graph.topology.rows

    @cached_property
    def nodes(self) -> NDArray[Any]:
        """Tangent · adjoint of each position."""
        among = self.places
        values = _spread(self.graph.n_nodes, among, checked_array(self._met(among, among)))
        return values[self.graph.topology.representative] if self.graph.cycles == "collapse" else values

    @property
    def places(self) -> NDArray[Any]:
        """The positions where both sweeps meet."""
        if self.among is not None:
            return self.among
        return np.flatnonzero((np.asarray(self.tangents) != 0) & (np.asarray(self.adjoints) != 0))

    @cached_property
    def edges(self) -> NDArray[Any]:
        """Tangent · weight · adjoint of each edge of the topology; 0 on what no path uses."""
        if self.among is None or self.are_kernels:
            return self._through_all(self.rows)
        tails, heads, edges = self.used
        values = self._through(tails, heads, arithmetic.taken(self.graph.weights, edges))
        return _spread(self.graph.n_edges, edges, values)

    @cached_property
    def through(self) -> NDArray[Any] | Passing:
        """The same as numbers that are made when they are asked for, where those of all may be more than the memory."""
        rows = self.rows
        if rows.chosen is not None or not is_past_memory(rows.heads) or not self.are_kernels:
            return self.edges
        passing = Passing(rows, *self._row_weights, np.asarray(self.tangents), np.asarray(self.adjoints))
        for _, parts in passing.blocks():
            checked_array(parts)
        return passing

    def blocks(self) -> Iterator[tuple[int, NDArray[Any]]]:
        """Yield the first edge of each block and what flows through its edges, where no block is kept of all."""
        if isinstance(self.through, Passing):
            yield from self.through.blocks()
        else:
            yield 0, self.edges

    @property
    def are_kernels(self) -> bool:
        """Whether kernels sweep floats: their values are 0 wherever no path leads."""
        values = self.tangents, self.adjoints
        return self.graph.in_floats and all(isinstance(v, np.ndarray) and v.dtype.kind == "f" for v in values)

    def _through_all(self, rows: Rows) -> NDArray[Any]:
        """Do the same in one pass over all rows."""
        if isinstance(self.tangents, list):
            pairs, adjoints = zip(self.tangents, self.graph.listed_rows, strict=True), self.adjoints
            values = checked_array(
                [
                    value * weight * adjoints[head] + 0.0
                    if value and adjoints[head]
                    else 0.0  # else it may be infinite there
                    for value, row in pairs
                    for head, weight in row
                ]
            )
        else:
            parts, (weights, sized) = np.zeros(len(rows.heads)), self._row_weights
            edges = rows.ptr, rows.heads, weights, self.tangents, self.adjoints
            jit(kernel.through)(*edges, parts, *((0, 0, True) if sized else ()))  # left out they are constants
            values = checked_array(parts)
        return values if rows.chosen is None else _spread(self.graph.n_edges, rows.chosen, values)

    @cached_property
    def derived(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Of each edge between its number, tangent · adjoint, and minus what flows through it."""
        if self._are_swept_in_kernels:
            return self._derived_in_kernel()
        tails, heads, numbers = self.used
        return numbers, checked_array(self._met(tails, heads)), -self.edges[numbers]

    @property
    def _are_swept_in_kernels(self) -> bool:
        """Whether kernels sweep floats forward, and would in reverse, without cycles to solve."""
        tangents = self.tangents
        are_floats = isinstance(tangents, np.ndarray) and tangents.dtype.kind == "f" and self.graph.in_floats
        return are_floats and not self.loops and self.ends.are_floats

    def _derived_in_kernel(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        rows, nodes = self.rows, self.places
        size = rows.n_leaving(nodes)
        places = np.empty(size, dtype=index_type(len(rows.heads)))
        products, removals, adjoints = np.empty(size), np.empty(size), np.zeros(self.graph.n_nodes)
        for position, seed in self.ends.at(1.0).items():
            adjoints[position] = seed
        edges = (rows.ptr, rows.heads, self._row_weights[0], self.tangents, adjoints)
        stop = jit(kernel.derivatives)(*edges, nodes, self._inside, places, products, removals)
        return rows.edges_at(places[:stop]), checked_array(products[:stop]), checked_array(removals[:stop])

    def _met(self, tails: NDArray[Any], heads: NDArray[Any]) -> NDArray[Any] | list[Number]:
        """Return tangent · adjoint of some pairs of positions."""
        if isinstance(self.tangents, np.ndarray) and self.are_kernels:
            with np.errstate(over="ignore", invalid="ignore"):  # what leaves the floats is an error of ours
                return np.asarray(self.tangents[tails] * np.asarray(self.adjoints)[heads])
        # Ints as Python's, for beside an edge of weight 0 nothing bounds them.
        pairs = zip(_numbers(self.tangents, tails), _numbers(self.adjoints, heads), strict=True)
        return [tangent * adjoint for tangent, adjoint in pairs] or np.empty(0, dtype=type(self.total))

    def into(self, position: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the edges that carry something into the component of a position from outside, and how much."""
        rows, first = self.rows, self.graph.topology.representative
        if self.graph.cycles == "collapse" or not len(self.graph.topology.cyclic):
            into = [
                start + np.flatnonzero(rows.heads[start:stop] == first[position]) for start, stop, _ in blocks(rows.ptr)
            ]
            return self._carrying(np.concatenate([np.arange(0), *into]))
        places = np.flatnonzero(first[rows.heads] == first[position])
        return self._carrying(places[first[self._tails(places)] != first[position]])

    def out_of(self, positions: Iterable[int]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the edges that carry something out of the components of some positions, and how much."""
        first = self.graph.topology.representative
        starts = list(dict.fromkeys(first[list(positions)].tolist()))
        if self.graph.cycles != "collapse" and len(self.graph.topology.cyclic):
            stops = np.searchsorted(first, starts, side="right").tolist()
            starts = [place for start, stop in zip(starts, stops, strict=True) for place in range(start, stop)]
        places, bounds = self.rows.places(np.array(starts, dtype=np.int64))
        tails = np.repeat(starts, np.diff(bounds))
        return self._carrying(places[first[tails] != first[self.rows.heads[places]]])

    def _tails(self, places: NDArray[Any]) -> NDArray[Any]:
        ptr = self.rows.ptr
        return np.searchsorted(ptr, places.astype(ptr.dtype), side="right") - 1

    def _carrying(self, places: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return those of the edges at some places of `rows` that carry something, and how much."""
        edges = self.rows.edges_at(places)
        weights = arithmetic.taken(self.graph.weights, edges)
        values = self._through(self._tails(places), self.rows.heads[places], weights)
        carry = np.flatnonzero(values)
        return edges[carry], values[carry]

    def _through(self, tails: NDArray[Any], heads: NDArray[Any], weights: Weights) -> NDArray[Any]:
        if isinstance(weights, np.ndarray) and weights.dtype.kind == "f":
            with np.errstate(over="ignore", invalid="ignore"):  # what leaves the floats is an error of ours
                return checked_array(np.asarray(self.tangents)[tails] * weights * self._adjoints_at(heads) + 0.0)
        columns = _numbers(self.tangents, tails), arithmetic.listed(weights), _numbers(self.adjoints, heads)
        return checked_array([tangent * weight * adjoint for tangent, weight, adjoint in zip(*columns, strict=True)])

    def _adjoints_at(self, heads: NDArray[Any]) -> Any:
        """Return the adjoints of floats at some positions; of the only target it is the seed, which takes no sweep."""
        one, zero = self.graph.one_and_zero
        is_end = len(self.ends.positions) == 1 and not self.loops and bool((heads == self.ends.positions[0]).all())
        return zero + self.ends.at(one)[self.ends.positions[0]] if is_end else np.asarray(self.adjoints)[heads]


def _numbers(values: Values, places: NDArray[Any]) -> list[Number]:
    """Return the values at some places as numbers of Python: those of kernels are numpy's, whose products wrap."""
    return arithmetic.listed(arithmetic.taken(values, places))


def _spread(size: int, places: NDArray[Any], values: NDArray[Any]) -> NDArray[Any]:
    """Return `values` at `places` of an array of zeros."""
    array = np.zeros(size, dtype=values.dtype)
    array[places] = values
    return array


def flow(graph: CompiledGraph, sources: Seeds, targets: Seeds) -> Flow:
    """Return the flow from the sources to the sum of the targets.

    Raises
    ------
    CycleError
        If a cycle lies between and the graph's policy is ``"raise"``.
    """
    starts, ends = sources.anchored(graph), targets.anchored(graph)
    # Over few edges, or by kernels, one pass over everything takes no longer than to look what lies between.
    carried = graph.carried
    is_quick = pays(len(carried)) or (len(carried) <= FEW and not len(graph.topology.cyclic))
    if arithmetic.in_floats(carried) and is_quick and starts.are_floats and ends.are_floats:
        return Flow(graph, starts, ends, on_the_way(graph, starts.positions, ends.positions), None)
    among, loops = restricted(graph, starts.positions, ends.positions)
    return Flow(graph.divisible if loops else graph, starts, ends, loops, among)


def flow_through(between: Between) -> Flow:
    """Return the flow through what is known to lie between, from the sources to the sum of the targets."""
    graph = between.graph.divisible if between.loops else between.graph
    starts, ends = between.seeds
    return Flow(graph, starts, ends, between.loops, between.positions)


@dataclass(frozen=True, eq=False, repr=False)
class Contributions(OfShape):
    """The part of a total that runs through each edge or node.

    Attributes
    ----------
    numbers : list, array of shape (n,), or Passing
        The contributions, in the order of the compiled graph's edges or nodes; `array` has them in an array.
    total : number
        The total influence that they are parts of.
    what : {"edge", "node"}
    shape : Topology, or what has one as `topology`
        The shape of the graph; made when it is first asked for, where the graph was not compiled.
    """

    numbers: list[Number] | NDArray[Any] | Passing
    total: Number
    what: str
    shape: Topology | Shaped

    def _keys(self, places: NDArray[Any] | None = None) -> Iterator[Any]:
        return self.shape.edge_labels(places) if self.what == "edge" else self.shape.node_labels(places)

    def _place(self, key: Any) -> int | None:
        return self.shape.place(key) if self.what == "edge" else self.shape.known(key)

    def _require(self, key: Any) -> int:
        if self.what == "node":
            return self.shape.position(key)
        place = self.shape.place(key)
        if place is None:
            raise not_there(self.topology, key)
        return place

    def carrying(self) -> Iterator[tuple[Any, Number]]:
        """Yield the edges or nodes that carry something, with their contributions."""
        for first, numbers in self._blocks():
            places = np.flatnonzero(numbers)
            yield from zip(self._keys(first + places), numbers[places].tolist(), strict=True)

    @cached_property
    def shares(self) -> Shares:
        """Contribution / total of each; None where the total is 0."""
        return Shares(self)

    def to_scipy(self, nodes: Iterable[Hashable] | None = None) -> Any:
        """Return the contributions of edges as a ``scipy.sparse.csr_array``: entry ``[i, j]`` is of the edge i -> j.

        Parameters
        ----------
        nodes : iterable of nodes, optional
            What row i and column i are of; by default as in ``CompiledGraph.to_scipy``.

        Returns
        -------
        scipy.sparse.csr_array, shape (n_nodes, n_nodes)
            Those of parallel edges are added; an edge that carries nothing is an entry of 0.

        Raises
        ------
        MissingExtraError
            If scipy is not installed.
        UsageError
            If they are contributions of nodes, or numbers that scipy has no type for.

        Examples
        --------
        >>> edge_contributions([("a", "b", 2.0), ("b", "c", 3.0)], "a", "c").to_scipy().toarray()
        array([[0., 6., 0.],
               [0., 0., 6.],
               [0., 0., 0.]])
        """
        if self.what == "node":
            raise UsageError("contributions of nodes are no matrix: numpy.asarray has them, one for each node")
        return sparse_matrix(self.topology, self.array, nodes)

    def to_dict(self) -> dict[str, Any] | list[dict[str, Any]]:
        """Return ``{node as text: contribution}``, or a record for each edge."""
        return self._records(self, "contribution")

    def _records(self, numbers: Named, title: str) -> dict[str, Any] | list[dict[str, Any]]:
        """Return numbers of the same edges or nodes as plain values."""
        naming, plain_numbers = self.topology.naming, map(plain, numbers.values())
        if self.what == "node":
            return dict(zip(naming.listed(self), plain_numbers, strict=True))
        return [{**naming.edge(edge), title: number} for edge, number in zip(self, plain_numbers, strict=True)]

    def titles(self) -> tuple[str, str]:
        """Return what a key and what a number is called."""
        return self.what, "contribution"

    def caption(self) -> str:
        """Return what the numbers are parts of."""
        return f"parts of {shown(self.total)}"

    def __repr__(self) -> str:
        return f"<{self.what} contributions to {shown(self.total)}: {self._first()}>"


@dataclass(frozen=True, eq=False, repr=False)
class Shares(Named):
    """What part of a total runs through each edge or node: its contribution / the total; None where the total is 0.

    Attributes
    ----------
    of : Contributions
        What they are shares of; none is computed before it is asked for.

    Examples
    --------
    >>> shares = edge_contributions([("a", "b", 2.0), ("b", "d", 3.0), ("a", "d", 2.0)], "a", "d").shares
    >>> shares["a", "d"], shares.top(1), shares.array
    (0.25, [(('a', 'b'), 0.75)], array([0.75, 0.25, 0.75]))
    """

    of: Contributions

    @cached_property
    def array(self) -> NDArray[Any]:  # type: ignore[override]
        """The shares in the order of the contributions, shape (n,); where the total is 0 they are NaN."""
        return _parts(self.of.array, self.of.total) if self.of.total else np.full(len(self.of), math.nan)

    def __len__(self) -> int:
        return len(self.of)

    def _keys(self, places: NDArray[Any] | None = None) -> Iterator[Any]:
        return self.of._keys(places)

    def _place(self, key: Any) -> int | None:
        return self.of._place(key)

    def _require(self, key: Any) -> int:
        return self.of._require(key)

    def _share(self, contribution: Number) -> Number | None:
        return contribution / self.of.total if self.of.total else None

    def _value(self, place: int) -> Number | None:
        return self._share(self.of._value(place))

    def _values(self) -> Iterator[Number | None]:
        return map(self._share, self.of._values())

    def top(self, n: int = 10) -> list[tuple[Any, Number | None]]:
        """Return the `n` with the largest absolute contributions, largest first, with their shares."""
        return [(key, self._share(number)) for key, number in self.of.top(n)]

    def to_dict(self) -> dict[str, Any] | list[dict[str, Any]]:
        """Return ``{node as text: share}``, or a record for each edge."""
        return self.of._records(self, "share")

    def titles(self) -> tuple[str, str]:
        """Return what a key and what a number is called."""
        return self.of.what, "share"

    def caption(self) -> str:
        """Return what the numbers are parts of."""
        return f"shares of {shown(self.of.total)}"

    def __repr__(self) -> str:
        return f"<{self.of.what} shares of {shown(self.of.total)}: {self._first()}>"


def _parts(numbers: NDArray[Any], whole: Number) -> NDArray[Any]:
    """Return numbers / whole as Python divides them."""
    is_float = numbers.dtype.kind == "f" and type(whole) is float
    if is_float or (type(whole) is int and _are_floats_too(numbers, whole)):
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(numbers.astype(np.float64) / whole)
    return arithmetic.as_array([number / whole for number in numbers.tolist()])


def _are_floats_too(numbers: NDArray[Any], whole: int) -> bool:
    """Return whether numbers and a whole are ints that floats hold."""
    most = arithmetic.EXACT_INT
    return numbers.dtype.kind == "i" and abs(whole) <= most and bool(((-most <= numbers) & (numbers <= most)).all())


@takes_options
def edge_contributions(
    graph: nx.DiGraph | CompiledGraph,
    source: End | None,
    target: End | None,
    **options: Unpack[CompileOptions],
) -> Contributions:
    """Return, for every edge, the part of the total influence that runs through it: tangent · weight · adjoint.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS, LEAVES or None
        See `graphdiff.total_influence`; None is one unit at every root, or the sum of all leaves.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Contributions
        A mapping of edge to number, with ``.shares`` and ``.total``. The shares of the edges across any cut
        between source and target sum to 1.

    Raises
    ------
    UnknownNodeError, WeightError, CycleError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> dict(edge_contributions(G, "b", "e"))
    {('b', 'c'): 2, ('b', 'd'): 3, ('c', 'e'): 2, ('d', 'e'): 3}
    """
    if (walk := walk_for_result(graph, options, source, target)) is not None:
        tangents, adjoints = walk.forward(source), walk.reverse(target)
        return Contributions(checked_list(walk.through(tangents, adjoints)), checked(tangents[target]), "edge", walk)
    flows = flow_between(compiled(graph, options), source, target)
    return Contributions(flows.through, flows.total, "edge", flows.graph.topology)


@takes_options
def node_contributions(
    graph: nx.DiGraph | CompiledGraph,
    source: End | None,
    target: End | None,
    **options: Unpack[CompileOptions],
) -> Contributions:
    """Return, for every node, the part of the total influence that runs through it: tangent · adjoint.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS, LEAVES or None
        See `graphdiff.total_influence`; None is one unit at every root, or the sum of all leaves.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Contributions
        A mapping of node to number, with ``.shares`` and ``.total``.

    Raises
    ------
    UnknownNodeError, WeightError, CycleError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> node_contributions(G, "b", "e").shares["d"]
    0.6
    """
    flows = flow_between(compiled(graph, options), source, target)
    return Contributions(flows.nodes, flows.total, "node", flows.graph.topology)


def flow_between(graph: CompiledGraph, source: End | None, target: End | None) -> Flow:
    """Return the flow between two ends; None is one unit at every root, or the sum of all leaves."""
    return flow(graph, *ends_of(graph, source, target))


def path_entropy(flows: Flow) -> float | None:
    """Return the entropy, in nats, of the paths' shares of the sum of absolute influences; None where that is 0.

    It is None, too, where roundings of walks have made that sum negative, or a share is beyond the floats.

    No path is listed: the entropy of products is a sum over edges, H = ln T - sum of share(e) · ln |w(e)|.

    Parameters
    ----------
    flows : Flow
        Of a graph of absolute weights (``graph.absolute``).
    """
    if not flows.total > 0:
        return None
    seeded = (float(number / flows.total) * _log(seed) for number, seed in _through_ends(flows))
    steps = _logs_of_steps(flows)
    return None if steps is None else max(0.0, _log(flows.total) - math.fsum((*steps, *seeded)))


def _logs_of_steps(flows: Flow) -> Iterable[float] | None:
    """Return the share of each edge times the logarithm of its weight, or a few numbers with the same exact sum.

    None where one of them is no finite number.
    """
    weights, _ = flows.graph.read
    if arithmetic.in_floats(weights) and flows.are_kernels and pays(len(weights)):
        sums, size = np.empty(kernel.PARTIALS), 0
        for first, parts in flows.blocks():
            block = np.asarray(weights[first : first + len(parts)], dtype=np.float64)
            size = int(jit(kernel.entropy)(parts, block, float(flows.total), sums, size))
            if size < 0:
                return None
        return list(map(float, sums[:size]))
    parts, weights = flows.edges, flows.graph.weights
    used = np.flatnonzero(parts)
    steps = zip(parts[used].tolist(), arithmetic.listed(arithmetic.taken(weights, used)), strict=True)
    return (float(number / flows.total) * _log(weight) for number, weight in steps)


def entropies_by_sign(flows: Flow) -> tuple[float | None, float | None]:
    """Return the entropies, in nats, of the positive paths' shares of their sum, and of the negative ones'.

    No path is listed: of what all paths bring through an edge in absolute value, and with their signs, half the sum is
    what the positive ones bring, half the difference what the negative ones do. None where none has that sign.

    Parameters
    ----------
    flows : Flow
        Of weights that have absolute values.
    """
    sizes = flows.sizes
    if sizes is None:
        return None, None
    ends = list(zip(_through_ends(sizes), _through_ends(flows), strict=True))
    finished = arithmetic.finished
    twice = {sign: finished(sizes.total) + sign * finished(flows.total) for sign in (1, -1)}
    sums: dict[int, list[float]] = {sign: [] for sign in twice}
    for edges, logs in _logs_by_block(flows, sizes):
        for sign, whole in twice.items():
            if whole > 0:
                through = ((edges[0] + sign * edges[1]) / whole).astype(np.float64)
                sums[sign].append(float(through @ logs))

    def entropy(sign: int) -> float | None:
        whole = twice[sign]
        if not whole > 0:
            return None
        seeded = ((float((finished(size) + sign * finished(n)) / whole), seed) for (size, seed), (n, _) in ends)
        parts = math.fsum(sums[sign]) + math.fsum(share * _log(seed) for share, seed in seeded)
        return max(0.0, _log(arithmetic.half(whole)) - parts)

    return entropy(1), entropy(-1)


def _logs_by_block(flows: Flow, sizes: Flow) -> Iterator[tuple[list[NDArray[Any]], NDArray[np.float64]]]:
    """Yield, block by block, what flows through the edges that carry, in sizes and with signs, and their logarithms."""
    weights, _ = sizes.graph.read
    for (first, own), (_, signed) in zip(sizes.blocks(), flows.blocks(), strict=True):
        used = np.flatnonzero(own)
        # Ints as Python's, whose sums do not wrap.
        edges = [part[used] if part.dtype.kind == "f" else part[used].astype(object) for part in (own, signed)]
        yield edges, _logs(arithmetic.taken(weights, used + first))


def _logs(weights: Weights) -> NDArray[np.float64]:
    """Return the logarithms of the sizes of numbers."""
    if isinstance(weights, np.ndarray) and weights.dtype.kind == "f":
        return np.log(np.abs(weights), dtype=np.float64)
    return np.array([_log(abs(weight)) for weight in arithmetic.listed(weights)], dtype=np.float64)


def _through_ends(flows: Flow) -> Iterator[tuple[Number, Number]]:
    """Yield what flows in at each source and out at each target that has a seed, with the seed: as edges they count."""
    for seeds, values in ((flows.starts, flows.adjoints), (flows.ends, flows.tangents)):
        if seeds.numbers is not None:
            reached = _numbers(values, np.array(seeds.positions, dtype=np.int64))
            through = ((seed * value, seed) for seed, value in zip(seeds.numbers, reached, strict=True))
            yield from (step for step in through if step[1])


def _log(number: Number) -> float:
    """Return the logarithm of a positive number, also of one beyond the floats."""
    if type(number) is float:
        return math.log(number)
    exact = arithmetic.finished(number)
    if isinstance(exact, Fraction):
        return math.log(exact.numerator) - math.log(exact.denominator)
    if isinstance(exact, Decimal):
        return float(exact.ln())
    return math.log(exact)
