"""How far a computed total can be from the exact one.

Every product and every addition rounds once; along the longest chain of roundings K the error is at most
gamma(K) · S, where gamma(k) = k·u / (1 - k·u), u = 2**-53 and S is the sum of the absolute path influences
(N. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., chapter 3). A complex sum counts as one rounding
too, a complex product as sqrt(5) of them (R. Brent, C. Percival, P. Zimmermann, "Error bounds on complex floating-point
multiplication", Mathematics of Computation 76, 2007). That is where nothing falls below the smallest normal float; a
product that does loses another 2**-1075, a complex one, of four real products, sqrt(2) · 2**-1074.

Certificates of totals by their ends, and whether a change between two totals is above what is certain of them.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import SMALLEST_NORMAL, Number
from graphdiff.errors import CycleError
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.ends import Seeds
from graphdiff.kernels import pays, run
from graphdiff.kernels import sweep as kernel
from graphdiff.kernels.mapped import walk_parts
from graphdiff.sums.between import Between, restriction
from graphdiff.sums.cycles import enclosed
from graphdiff.sums.enclosure import ABOVE, ROUNDING, UNDERFLOW, gamma, summed
from graphdiff.sums.flow import Flow, flow, flow_through
from graphdiff.sums.sweeps import Values, reverse_values
from graphdiff.text.numbers import plain

__all__ = [
    "Certificate", "Ends", "certificate_of", "certified", "certified_by", "change_bound", "doubt", "error_bound",
    "is_bounded", "rough_bound", "rough_bound_of",
]  # fmt: skip


#: The roundings that a product of complex numbers counts as, and the smallest floats that it can lose.
COMPLEX_PRODUCT = math.sqrt(5) * (1 + 2.0**-52)

COMPLEX_UNDERFLOW = math.sqrt(2) * (1 + 2.0**-52)


@dataclass(frozen=True)
class Certificate:
    """What is proven about a total.

    Attributes
    ----------
    value : number
        The total.
    abs_sum : number
        The sum of the absolute path influences.
    condition : float
        abs_sum / abs(value): how much cancellation magnifies errors; inf where value = 0 < abs_sum.
    error_bound : float
        The exact total is within this of the value; 0 for exact numbers.
    digits : int
        Significant decimal digits that are certain, at most 15; 0 where none is.
    """

    value: Number
    abs_sum: Number
    condition: float
    error_bound: float
    digits: int

    def to_dict(self) -> dict[str, object]:
        """Return the fields as plain numbers."""
        return {name: plain(getattr(self, name)) for name in self.__dataclass_fields__}


def certificate(between: Between, value: Number, sizes: Flow) -> Certificate:
    """Return what is proven about a total of floats or complex numbers by one forward sweep.

    Parameters
    ----------
    between : Between
        What lies between the ends, without cycles that are solved (`solved_certificate`).
    value : number
        The total.
    sizes : Flow
        The sums of the absolute path influences.
    """
    product, underflow = (COMPLEX_PRODUCT, COMPLEX_UNDERFLOW) if isinstance(value, complex) else (1.0, 1.0)
    if between.given_seeds and not arithmetic.in_floats(between.graph.weights):
        product += 1  # an exact weight beside a seed that is a float is rounded to one first
    bound = _error_bound(between, float(sizes.total), sizes.adjoints, product, underflow)
    return certified_by(value, sizes.total, bound)


def _error_bound(between: Between, abs_sum: float, adjoints: Values, product: float, underflow: float) -> float:
    """Bound the error; a product counts as so many roundings, and loses so many smallest floats."""
    rows, nodes = between.arcs.walked
    size = len(rows.ptr) - 1
    put_in = np.bincount(nodes[between.sources], minlength=size)
    entering, onward, roundings = np.full(size, -1, dtype=np.int32), np.zeros(size), np.zeros(size)
    entering[nodes] = 0
    onward[nodes] = _onward(between, adjoints)
    lost = run(kernel.roundings, len(rows.heads), rows.ptr, rows.heads, put_in, onward, product, entering, roundings)
    most = float(np.max(roundings[nodes[between.targets]], initial=0.0)) + len(between.targets) - 1
    if between.leaving is not None:
        most, lost = most + product, lost + len(between.targets)
    return error_bound(most, abs_sum, underflow * lost)


def error_bound(most: float, abs_sum: float, lost: float) -> float:
    """Bound the error where the longest chain has so many roundings, and so many smallest floats are lost."""
    return rounded_up(gamma(most) * abs_sum + UNDERFLOW * lost) if most > 0 else 0.0


def rounded_up(bound: float) -> float:
    """Return a bound that was computed with roundings, all of them small beside one part in 2**20, as one that holds.

    Below the smallest normal float they are small beside no part, but each is at most half of the smallest float.
    """
    return bound * ABOVE + (2 * UNDERFLOW if bound < SMALLEST_NORMAL else 0.0)


def _onward(between: Between, adjoints: Values) -> NDArray[Any]:
    """Return what |A| makes at the targets of a unit at each node; again where floats fell below theirs."""
    if isinstance(adjoints, np.ndarray):
        onward: NDArray[Any] = adjoints[between.positions].astype(np.float64)
    else:
        onward = np.array([float(adjoints[position]) for position in between.positions.tolist()])
    if np.min(onward, initial=1.0) >= SMALLEST_NORMAL:
        return onward
    return _scaled(between) if isinstance(between.graph.weights, np.ndarray) else _in_decimals(between)


def _scaled(between: Between) -> NDArray[Any]:
    """Return the same in floats whose exponents have room; what is too large for a float is infinite."""
    rows, nodes = between.arcs.walked
    weights = between.graph.weights if rows.chosen is None else arithmetic.taken(between.graph.weights, rows.chosen)
    put_in = np.zeros(len(rows.ptr) - 1)
    for node, seed in between.stops:
        put_in[nodes[node]] += 1.0 if seed is None else float(arithmetic.size(seed))
    mantissas, shifts = np.frexp(put_in)
    exponents = shifts.astype(np.int64)
    arrays = rows.ptr, rows.heads, np.asarray(weights, dtype=np.float64)
    pull = partial(run, kernel.reverse_scaled, len(rows.heads), *arrays, mantissas, exponents)
    walk_parts(pull, rows.ptr, arrays[1:], 0, len(mantissas), backwards=True)
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(np.ldexp(mantissas[nodes], exponents[nodes]))


def _in_decimals(between: Between) -> NDArray[Any]:
    values = [sum((Decimal(float(arithmetic.size(seed))) for seed in seeds), Decimal(0)) for seeds in between.exits]
    for node in range(between.n_nodes - 1, -1, -1):
        for head, _, weight in between.rows[node]:
            values[node] += arithmetic.wide(arithmetic.size(weight)) * values[head]
    return np.array([float(value) for value in values])


def solved_certificate(between: Between, flows: Flow, sizes: Flow) -> Certificate | None:
    """Return what is proven about a total over walks, whatever the way in which it was computed.

    The tangents x should satisfy x = seed + A^T x. What they miss it by, r, is computed, with a bound on its roundings;
    the total is then off by at most the sum of |r| times what |A| makes of a unit at each node. That is at most any z
    with z >= target + |A| z (R. Varga, *Matrix Iterative Analysis*, 2nd ed., section 3.5: the inverse of an M-matrix is
    not negative); one is made of the sizes, lifted a little by what |A| makes of a unit at every node, and checked
    entry by entry.

    Parameters
    ----------
    between : Between
    flows, sizes : Flow
        The sums of the walks' influences, floats or complex numbers, and of their absolute values.

    Returns
    -------
    Certificate or None
        None where no such z is found.
    """
    system = _System.of(between)
    spread = reverse_values(
        sizes.graph, dict.fromkeys(between.positions.tolist(), sizes.graph.one_and_zero[0]), between.loops
    )
    sweeps = flows.tangents, sizes.adjoints, spread
    missed, most, lift = (np.array(arithmetic.taken(values, between.positions)) for values in sweeps)
    added = system.added(missed)
    missed = system.missed(missed)
    with np.errstate(over="ignore"):
        for share in (1e-12, 1e-9, 1e-6):
            candidate = most + share * lift * max(1.0, float(most.max(initial=0.0)))
            least, largest = candidate.min(initial=0.0), candidate.max(initial=0.0)  # below 0: an inverse rounded away
            if least >= 0 and largest < math.inf and system.is_enough(candidate):
                return certified_by(flows.total, sizes.total, rounded_up(float(missed @ candidate) + added))
    return None


def reduced_certificate(between: Between, flows: Flow, abs_sum: Number) -> Certificate:
    """Return what is proven about a total of which the inverse of each component on the way is enclosed.

    It is that of the reduced form, or of walks whose sizes have no finite sum.

    As in `solved_certificate` the total is off by at most the sum of what the tangents miss times the sizes of the
    exact adjoints. The computed adjoints solve y = target + A y up to what they miss in turn; what that makes comes
    back through the nodes and components as edges do, through each component by a bound of its exact inverse.

    Parameters
    ----------
    between : Between
    flows : Flow
        The sums of floats or complex numbers.
    abs_sum : number
        The sum of the absolute influences of the walks, infinite where they have none.
    """
    system = _System.of(between)
    tangents, adjoints = (np.array(arithmetic.taken(v, between.positions)) for v in (flows.tangents, flows.adjoints))
    added = system.added(tangents)
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # what is no number bounds nothing
            behind = np.abs(adjoints) + _off(between, flows.graph, system.turned.missed(adjoints))
            bound = rounded_up(float(system.missed(tangents) @ behind) + added)
    except CycleError:  # an inverse that only eigenvalues speak for, not a proof
        bound = math.inf
    return certified_by(flows.total, abs_sum, math.inf if math.isnan(bound) else bound)


def _off(between: Between, graph: CompiledGraph, missed: NDArray[Any]) -> NDArray[Any]:
    """Bound by how much adjoints are off of which it is known by how much they miss their equations."""
    off = missed.tolist()
    places = np.searchsorted(between.positions, np.array(between.loops)).tolist()
    starts = {after - 1: (start, loop) for (start, after), loop in zip(places, between.loops, strict=True)}
    rows = _leaving(between, places)
    node = between.n_nodes - 1
    while node >= 0:
        start, loop = starts.get(node, (node, None))
        for place in range(start, node + 1):
            row = rows[place]
            passed = sum(arithmetic.size(weight) * off[head] for head, weight in row)
            off[place] = (off[place] + passed) * (1 + 4 * gamma(len(row) + 4)) + len(row) * UNDERFLOW
        if loop is not None:
            off[start : node + 1] = enclosed(graph, *loop).onward(np.array(off[start : node + 1])).tolist()
        node = start - 1
    return np.array(off)


def _leaving(between: Between, loops: list[list[int]]) -> list[list[tuple[int, Number]]]:
    """Return the edges of each node that lead out of its component, as heads and weights."""
    last = np.arange(between.n_nodes)
    for start, after in loops:
        last[start:after] = after - 1
    tails = np.repeat(np.arange(between.n_nodes), np.diff(between.ptr))
    out = np.flatnonzero(between.heads > last[tails])
    weights = arithmetic.listed(arithmetic.taken(between.graph.weights, between.edges[out]))
    rows: list[list[tuple[int, Number]]] = [[] for _ in last]
    for tail, head, weight in zip(tails[out].tolist(), between.heads[out].tolist(), weights, strict=True):
        rows[tail].append((head, weight))
    return rows


def certified_by(value: Number, abs_sum: Number, bound: float) -> Certificate:
    """Return what is known of a total that is within a bound of the exact one."""
    size = abs(value)
    condition = 1.0 if not abs_sum else math.inf
    if abs_sum and size:
        with contextlib.suppress(OverflowError):  # beyond the floats it is infinite to them
            condition = float(abs_sum / size)
    return Certificate(value, abs_sum, condition, bound, certain_digits(size, bound))


def certain_digits(size: Number, bound: float) -> int:
    """Return how many decimal digits of a number of some size are certain, at most 15.

    Examples
    --------
    >>> certain_digits(1.0, 1e-7), certain_digits(1.0, 2.0), certain_digits(1.0, 0.0)
    (7, 0, 15)
    """
    if not bound:
        return 15
    return math.floor(min(15, math.log10(float(size) / bound))) if float(size) > bound else 0


@dataclass(frozen=True)
class _System:
    """The edges between as arrays, for sums over all edges into or out of each node."""

    tails: NDArray[Any]
    heads: NDArray[Any]
    weights: NDArray[Any]
    sources: NDArray[Any]
    targets: NDArray[Any]

    @classmethod
    def of(cls, between: Between) -> _System:
        tails = np.repeat(np.arange(between.n_nodes), np.diff(between.ptr))
        sources, targets = (_at_ends(between.n_nodes, list(seeds)) for seeds in (between.starts, between.stops))
        weights = np.asarray(arithmetic.taken(between.graph.weights, between.edges))
        return cls(tails, between.heads, weights.astype(np.result_type(weights, np.float64)), sources, targets)

    @property
    def turned(self) -> _System:
        """The same with every edge turned round: what is asked of tangents there is asked of adjoints here."""
        return replace(self, tails=self.heads, heads=self.tails, sources=self.targets, targets=self.sources)

    def missed(self, tangents: NDArray[Any]) -> NDArray[Any]:
        """Bound, for each node, by how much the tangents miss what the edges into it bring."""
        brought = tangents[self.tails] * self.weights
        size = len(tangents)
        residual = self.sources - tangents + summed(self.heads, brought, size)
        sizes = np.abs(self.sources) + np.abs(tangents) + np.bincount(self.heads, np.abs(brought), size)
        missed: NDArray[Any] = np.abs(residual) + _gamma(self.heads, size) * sizes + 2 * UNDERFLOW * len(self.heads)
        return missed

    def added(self, tangents: NDArray[Any]) -> float:
        """Bound the roundings of the sum over the targets, each tangent times its seed."""
        n_targets = int(np.count_nonzero(self.targets))
        return gamma(n_targets + 8) * float((np.abs(tangents) * np.abs(self.targets)).sum()) + UNDERFLOW * n_targets

    def is_enough(self, candidate: NDArray[Any]) -> bool:
        """Return whether z >= target + |A| z holds, whatever the roundings."""
        size = len(candidate)
        passed = np.bincount(self.tails, np.abs(self.weights) * candidate[self.heads], size)
        return bool((np.abs(self.targets) + passed + _gamma(self.tails, size) * (1 + passed) <= candidate).all())


def _at_ends(n_nodes: int, seeds: list[tuple[int, Number | None]]) -> NDArray[Any]:
    """Return what is put in at each node, floats or complex numbers."""
    numbers = [1.0 if seed is None else seed if isinstance(seed, complex) else float(seed) for _, seed in seeds]
    put_in = np.zeros(n_nodes, dtype=np.result_type(np.float64, *map(type, numbers)))
    np.add.at(put_in, [node for node, _ in seeds], numbers)
    return put_in


def _gamma(places: NDArray[Any], size: int) -> NDArray[Any]:
    """Return the bound on the roundings of a sum over the edges at each node: products, sums, and some to spare."""
    most = (np.bincount(places, minlength=size) + 8) * ROUNDING * 4  # a complex product counts as sqrt(5) of them
    return most / (1 - most)


#: Below so many certain digits a report says so.
CERTAIN = 6

#: A graph, and the seeds of the sources and of the targets in it.
Ends = tuple[CompiledGraph, Seeds, Seeds]


def certificate_of(between: Between, flows: Flow) -> Certificate | None:
    """Return what is proven about the total of a flow; None for numbers without a known rounding."""
    sizes = flows.sizes
    abs_sum = math.inf if sizes is None else sizes.total
    if sizes is None and not (between.loops and arithmetic.have_sizes(between.graph.weights)):
        return None
    if isinstance(flows.total, (int, Fraction)):
        return certified_by(flows.total, abs_sum, 0.0)
    is_rounded = isinstance(flows.total, (float, complex))
    if between.loops and is_rounded and _have_fractions(flows.graph.weights):
        return None  # beside a seed that is a float: what rounding them to floats does to walks is not known
    if between.loops and is_rounded and (sizes is None or between.graph.cycles == "reduced-form"):
        return reduced_certificate(between, flows, abs_sum)
    if sizes is None:
        return Certificate(flows.total, math.inf, math.inf, math.inf, 0)
    if not is_rounded:
        return None
    return solved_certificate(between, flows, sizes) if between.loops else certificate(between, flows.total, sizes)


def _have_fractions(weights: arithmetic.Weights) -> bool:
    return isinstance(weights, list) and any(isinstance(weight, Fraction) for weight in weights)


def certified(ends: Ends) -> Certificate | None:
    """Return what is proven about the total between some positions; a total of 0 without sources or targets is exact.

    Examples
    --------
    >>> certified((CompiledGraph.from_arrays([0, 1], [1, 2], [0.5, 0.5]), Seeds([0]), Seeds([2]))).value
    0.25
    """
    if not (ends[1] and ends[2]):
        return Certificate(0, 0, 1.0, 0.0, 15)
    between = restriction(*ends)
    return certificate_of(between, flow_through(between))


#: exp of this is below the largest float, with room for roundings.
LOG_LARGEST = 700
#: The largest float, with room for roundings.
LARGE = 1e300


def is_bounded(between: Between, flows: Flow) -> bool:
    """Return whether no sum over the paths between leaves the range of its numbers, nor any part of one.

    Ints and fractions have no range. Of floats: what a path carries, or all that pass a node or an edge, is at most
    what all carry in absolute values, and what is multiplied on the way at most what reaches a node, or leads on.

    Examples
    --------
    >>> between = restriction(CompiledGraph.from_arrays([0, 1, 2], [1, 2, 3], [1e9] * 3), Seeds([0]), Seeds([3]))
    >>> is_bounded(between, flow_through(between))
    True
    """
    weights = between.graph.weights
    exact = (int, Fraction, arithmetic.Dyadic)
    if not isinstance(weights, np.ndarray) and all(isinstance(weight, exact) for weight in weights):
        return True
    if isinstance(weights, np.ndarray) and weights.dtype.kind != "f":
        return True
    is_small = not between.loops and not pays(len(weights))
    if is_small and isinstance(weights, np.ndarray) and _look_bounded(between, weights):
        return True
    sizes = flows.sizes
    if sizes is None or not isinstance(sizes.total, float):
        return False
    largest = [_most(values, between) for values in (sizes.tangents, sizes.adjoints)]
    # Walks pass a node more than once: what comes through is no part of the total, but of this product.
    passing = largest[0] * largest[1] if between.loops else 0.0
    return sizes.total < LARGE and passing < LARGE and all(size < LARGE for size in largest)


def _look_bounded(between: Between, weights: NDArray[Any]) -> bool:
    """Return whether a look at the weights shows it, which is quicker than sweeps in plain Python.

    Where no walk goes round a cycle: however the paths branch, what starts at the sources is multiplied by at most the
    product, over all nodes, of the sums of the absolute weights that leave each, where these are above 1.
    """
    if between.loops:
        return False
    tails = np.repeat(np.arange(between.n_nodes), np.diff(between.ptr))
    leaving = np.bincount(tails, np.abs(weights[between.edges]), between.n_nodes)
    put_in = [arithmetic.size(1 if seed is None else seed) for _, seed in (*between.starts, *between.stops)]
    return bool(math.log(sum(put_in) + 1) * 2 + np.log(np.maximum(leaving, 1.0)).sum() < LOG_LARGEST)


def _most(values: Values, between: Between) -> Number:
    """Return the largest of the values between."""
    if isinstance(values, np.ndarray):
        return float(np.max(values[between.positions], initial=0.0))
    return max((values[position] for position in between.positions.tolist()), default=0.0)


def change_bound(change: Number, totals: Sequence[Number], known: Sequence[Certificate | None]) -> float | None:
    """Return how far a difference of two totals can be off: what both can be, and one rounding more.

    Examples
    --------
    >>> change_bound(1.0, (2.0, 3.0), [Certificate(2.0, 2.0, 1.0, 0.25, 0), Certificate(3.0, 3.0, 1.0, 0.5, 0)]) > 0.75
    True
    """
    bounds = []
    for total, one in zip(totals, known, strict=True):
        if one is None:
            return None
        # Another order of the same sum has another rounding: the certificate is of its own value.
        bounds.append(one.error_bound and one.error_bound + float(abs(total - one.value)))
    return sum(bounds) + ROUNDING * float(abs(change)) * (1 + 2.0**-20) if any(bounds) else 0.0


def rough_bound(ends: Ends) -> float:
    """Return a bound of the error of a total in no time for large graphs; infinite where it takes a certificate."""
    return rough_bound_of(flow(*ends)) if ends[1] and ends[2] else 0.0


def rough_bound_of(flows: Flow) -> float:
    """Return such a bound of the total of a flow."""
    sizes = None if flows.loops else flows.sizes
    if sizes is None or not isinstance(sizes.total, float):
        return math.inf
    n_edges = flows.graph.n_edges
    # Each edge is a product and a sum; what underflow takes anywhere comes on by at most the largest adjoint.
    most_onward = float(np.max(sizes.adjoints, initial=0.0))
    lost = UNDERFLOW * (COMPLEX_UNDERFLOW * n_edges * most_onward)
    n_ends = len(flows.starts.positions) + (COMPLEX_PRODUCT + 1) * len(flows.ends.positions)
    lost += UNDERFLOW * (COMPLEX_UNDERFLOW * len(flows.ends.positions))
    return rounded_up(gamma((COMPLEX_PRODUCT + 1) * n_edges + n_ends + 2) * sizes.total + lost)


def doubt(digits: int, bound: float, *, of: str = "", condition: str = "") -> str | None:
    """Return what a report says where few digits are certain; None where many are.

    Examples
    --------
    >>> doubt(1, 0.25)
    'Only 1 digit is certain: the error can be 0.25; exact=True (--exact) has none.'
    >>> doubt(0, math.inf)
    'No error bound is proven; exact=True (--exact) has no error.'
    """
    if math.isinf(bound):
        return "No error bound is proven; exact=True (--exact) has no error."
    if digits >= CERTAIN:
        return None
    lead = {0: f"No digit{of} is", 1: f"Only 1 digit{of} is"}.get(digits, f"Only {digits} digits{of} are")
    return f"{lead} certain: the error can be {bound:.2g}{condition}; exact=True (--exact) has none."
