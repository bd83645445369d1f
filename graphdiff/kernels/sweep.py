"""One pass over the edges: forward pushes along a node's edges, reverse pulls, each edge once.

The edges of the node at position ``u`` are ``ptr[u]:ptr[u + 1]``, and positions are in topological order, so
that a node's value is complete before it is used. Pushing forward and pulling in reverse both walk the same
arrays; additions to a value come in the order of the tails' positions (forward) or of the edges (reverse).

Every path in turn, depth first with a stack: the products of the weights along them, added up as they come.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from math import frexp, inf, ldexp, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.kernels.prefetch import prefetch

ONE = np.uint64(1)  # unsigned indices spare the check for wraparound: up to twice as fast
AHEAD = np.uint64(64)  # edges: some 100 ns, what memory takes to answer

#: Floats that do not overlap are no more than these: each has a bit of its own of the 2,098 from 2**-1074 to 2**1023,
#: and one more stands there while a number is added. They are few where numbers fall, and hundreds where they rise.
PARTIALS = 2100

#: Numbers from 2**WIDTH on are numbers below it times a power of that; further apart than two such powers neither
#: changes the other.
WIDTH = 512
LARGE, SMALL = 2.0**WIDTH, 2.0**-WIDTH


def forward(
    ptr: NDArray[Any],
    heads: NDArray[Any],
    weights: NDArray[Any],
    values: NDArray[Any],
    start: int,
    stop: int,
    sized: bool = False,
) -> None:
    """Push `values` along all edges that leave positions `start` to `stop`, first to last, in place.

    Where they are `sized`, the weights count by their absolute values, and no value is negative: |v * w| is v * |w| to
    the bit. Left out it is a constant of the machine code.
    """
    node, last = np.uint64(start), np.uint64(stop)
    early = np.uint64(max(len(heads) - 64, 0))  # up to here there is an edge that far ahead
    end = ptr[node]
    while node < last:
        edge = end
        node += ONE
        end = ptr[node]
        if edge < end:  # asked first: it is known long before the value is
            value = values[node - ONE]
            if value != 0 and end <= early:
                while edge < end:
                    prefetch(values, heads[edge + AHEAD])
                    added = value * weights[edge]
                    values[heads[edge]] += abs(added) if sized else added
                    edge += ONE
            elif value != 0:
                while edge < end:
                    added = value * weights[edge]
                    values[heads[edge]] += abs(added) if sized else added
                    edge += ONE


def reverse(
    ptr: NDArray[Any],
    heads: NDArray[Any],
    weights: NDArray[Any],
    values: NDArray[Any],
    start: int,
    stop: int,
    sized: bool = False,
) -> None:
    """Pull `values` back along all edges that leave positions `start` to `stop`, last to first, in place.

    `sized` as in `forward`.
    """
    node, first = np.uint64(stop), np.uint64(start)
    edge = ptr[node]
    while node > first:
        end = edge
        node -= ONE
        begin = edge = ptr[node]
        value = values[node]
        while edge < end:
            added = weights[edge] * values[heads[edge]]
            value += abs(added) if sized else added
            edge += ONE
        values[node] = value
        edge = begin


def through(
    ptr: NDArray[Any],
    heads: NDArray[Any],
    weights: NDArray[Any],
    tangents: NDArray[Any],
    adjoints: NDArray[Any],
    parts: NDArray[Any],
    first: int = 0,
    row: int = 0,
    sized: bool = False,
) -> None:
    """Write to `parts`, zeros at first, what flows through each edge: tangent · weight · adjoint.

    They are of so many edges from the one numbered `first` on, which is in that `row`; `sized` as in `forward`. No 0
    has a sign, of a product too small for floats neither.
    """
    node, begin = np.uint64(row), np.uint64(first)
    edge, last = begin, begin + np.uint64(len(parts))
    while edge < last:
        end = min(ptr[node + ONE], last)
        tangent = tangents[node]
        if tangent != 0:
            while edge < end:
                adjoint = adjoints[heads[edge]]
                if adjoint != 0:  # what leads elsewhere may be infinite there
                    part = tangent * weights[edge] * adjoint
                    parts[edge - begin] = (abs(part) if sized else part) + 0.0
                edge += ONE
        edge = end
        node += ONE


def by_sign(
    heads: Sequence[int],
    parts: Sequence[float],
    positive: MutableSequence[float],
    negative: MutableSequence[float],
) -> None:
    """Add the parts of edges that are positive at their heads, and of those that are negative their sizes."""
    for edge in range(len(parts)):
        part = parts[edge]
        if part > 0:
            positive[heads[edge]] += part
        elif part < 0:
            negative[heads[edge]] -= part


def derivatives(
    ptr: NDArray[Any],
    heads: NDArray[Any],
    weights: NDArray[Any],
    tangents: NDArray[Any],
    adjoints: NDArray[Any],
    nodes: NDArray[Any],
    inside: NDArray[Any],
    places: NDArray[Any],
    products: NDArray[Any],
    removals: NDArray[Any],
) -> int:
    """Pull `adjoints` back to `nodes`, and write what each edge that leaves them does while it is there.

    That is its place, tangent · adjoint and minus what flows through it, in the order of the rows, of each edge whose
    head is `inside`; returns how many these are. Adjoints are 0 of what is not inside.
    """
    here, row = np.uint64(len(places)), np.uint64(len(nodes))
    while row > np.uint64(0):
        row -= ONE
        node = nodes[row]
        edge, end, tangent, value = ptr[node], ptr[node + 1], tangents[node], adjoints[node]
        here -= end - edge
        at = here
        while edge < end:
            head, weight = heads[edge], weights[edge]
            adjoint = adjoints[head]
            value += weight * adjoint
            places[at] = edge
            products[at] = tangent * adjoint
            removals[at] = -(tangent * weight * adjoint)
            at += ONE
            edge += ONE
        adjoints[node] = value
    at, here, size = np.uint64(0), np.uint64(0), np.uint64(len(places))
    while at < size:
        if inside[heads[places[at]]]:
            if here < at:
                places[here], products[here], removals[here] = places[at], products[at], removals[at]
            here += ONE
        at += ONE
    return int(here)


def has_negative(
    ptr: Sequence[int], heads: Sequence[int], weights: Sequence[float], nodes: Sequence[int], inside: Sequence[bool]
) -> bool:
    """Return whether an edge from one of `nodes` to what is `inside` has a negative weight."""
    for place in range(len(nodes)):
        node = nodes[place]
        for edge in range(ptr[node], ptr[node + 1]):
            if weights[edge] < 0 and inside[heads[edge]]:
                return True
    return False


def signs(
    ptr: Sequence[int],
    heads: Sequence[int],
    weights: Sequence[float],
    nodes: Sequence[int],
    marks: MutableSequence[int],
) -> None:
    """Mark which signs the ways from each of `nodes` have: 1 is positive, 2 negative, 3 both.

    `marks` has those of what the ends put in at first, and 0 at nodes that play no part.
    """
    for place in range(len(nodes) - 1, -1, -1):
        node = nodes[place]
        mark = marks[node]
        for edge in range(ptr[node], ptr[node + 1]):
            if mark == 3:
                break
            behind = marks[heads[edge]]
            if weights[edge] > 0:
                mark |= behind
            elif weights[edge] < 0:
                mark |= (behind & 1) << 1 | behind >> 1
        marks[node] = mark


def entropy(
    parts: Sequence[float], weights: Sequence[float], total: float, partials: MutableSequence[float], size: int = 0
) -> int:
    """Add up part / total · log|weight| of all edges that have a part, as numbers whose exact sum that is.

    The first `size` of `partials`, which has room for `PARTIALS`, are those of edges before. Returns how many they are
    then, or -1 where a term is no finite number (J. Shewchuk, "Adaptive precision floating-point arithmetic and fast
    robust geometric predicates", Discrete & Computational Geometry 18, 1997, as `math.fsum` has it).
    """
    for edge in range(len(parts)):
        if parts[edge] != 0:
            added, kept = parts[edge] / total * log(abs(weights[edge])), 0
            if not abs(added) < inf:  # what is lost of it would be no number, and take a place each time
                return -1
            for place in range(size):
                larger, smaller = added, partials[place]
                if abs(larger) < abs(smaller):
                    larger, smaller = smaller, larger
                added = larger + smaller
                lost = smaller - (added - larger)
                if lost != 0:
                    partials[kept] = lost
                    kept += 1
            partials[kept] = added
            size = kept + 1
    return size


def roundings(
    ptr: Sequence[int],
    heads: Sequence[int],
    put_in: Sequence[int],
    onward: Sequence[float],
    product: float,
    entering: MutableSequence[int],
    most: MutableSequence[float],
) -> float:
    """Write to `most` the roundings of the longest chain up to each node, and return what all smallest floats make.

    Parameters
    ----------
    put_in : how many seeds are put in at each node
    onward : what a unit at each node makes at the targets
    product : the roundings that a product counts as
    entering : 0 at each node between, else -1; gets the number of edges that enter it
    most : zeros at first
    """
    lost = 0.0
    for node in range(len(most)):
        n_entering = entering[node]
        if n_entering >= 0:
            here = most[node] + ((product if n_entering else 0.0) + max(0, n_entering + put_in[node] - 1))
            most[node] = here
            if n_entering:  # what is beyond the floats, times 0, would be no number
                lost += n_entering * onward[node]
            for edge in range(ptr[node], ptr[node + 1]):
                head = heads[edge]
                if entering[head] >= 0:
                    entering[head] += 1
                    most[head] = max(most[head], here)
    return lost


def reverse_scaled(
    ptr: Sequence[int],
    heads: Sequence[int],
    weights: Sequence[float],
    mantissas: MutableSequence[float],
    exponents: MutableSequence[int],
    start: int,
    stop: int,
) -> None:
    """Pull values back as `reverse` does, each as a mantissa and an exponent of 2, so that none falls to 0.

    Weights count by their absolute values, and no value is negative; what is too small beside the sum of a node to
    change it is dropped.
    """
    for node in range(stop - 1, start - 1, -1):
        value, exponent = mantissas[node], exponents[node]
        for edge in range(ptr[node], ptr[node + 1]):
            behind = mantissas[heads[edge]]
            if behind > 0:
                factor, shift = frexp(abs(weights[edge]))
                added, by = factor * behind, shift + exponents[heads[edge]]
                if added > 0 and (value == 0 or by > exponent):
                    value, exponent = ldexp(value, exponent - by) + added if value > 0 else added, by
                elif added > 0:
                    value += ldexp(added, by - exponent)
        mantissas[node], shift = frexp(value)
        exponents[node] = exponent + shift


def count_between(
    ptr: Sequence[int],
    heads: Sequence[int],
    ends: Sequence[int],
    counts: MutableSequence[int],
    totals: MutableSequence[int],
    most: float,
) -> bool:
    """Add to the one of `totals` how many paths lead to the ends, each as often as it is one; stop beyond `most`.

    `counts` has -1 at nodes that play no part, else how many paths start there. Returns whether all are counted. A
    count is dropped once it is passed on: of deep graphs all of them would be gigabytes.
    """
    for node in range(len(counts)):
        here = counts[node]
        if here > 0:
            for _ in range(ends[node]):
                totals[0] += here
                if totals[0] > most:
                    return False
            for edge in range(ptr[node], ptr[node + 1]):
                head = heads[edge]
                if counts[head] >= 0:
                    counts[head] += here
                    if counts[head] > most:
                        return False
            counts[node] = 0
    return True


def push_counts(
    ptr: Sequence[int], heads: Sequence[int], counts: MutableSequence[int], start: int, stop: int, most: float
) -> bool:
    """Push numbers of paths along all edges that leave positions `start` to `stop`; stop beyond `most`.

    Returns whether all are counted.
    """
    for node in range(start, stop):
        here = counts[node]
        if here > 0:
            for edge in range(ptr[node], ptr[node + 1]):
                head = heads[edge]
                counts[head] += here
                if counts[head] > most:
                    return False
    return True


def pull_counts(
    ptr: Sequence[int], heads: Sequence[int], counts: MutableSequence[int], start: int, stop: int, most: float
) -> bool:
    """Pull numbers of paths back along all edges that leave positions `start` to `stop`, as `push_counts`."""
    for node in range(stop - 1, start - 1, -1):
        here = counts[node]
        for edge in range(ptr[node], ptr[node + 1]):
            here += counts[heads[edge]]
            if here > most:
                return False
        counts[node] = here
    return True


def push_modulo(
    ptr: Sequence[int], heads: Sequence[int], counts: MutableSequence[int], start: int, stop: int, modulus: int
) -> None:
    """Push numbers of paths modulo a number along all edges that leave positions `start` to `stop`.

    They are below it, and it is no more than 2**62: the sum of two is an int of the machine.
    """
    for node in range(start, stop):
        here = counts[node]
        if here > 0:
            for edge in range(ptr[node], ptr[node + 1]):
                total = counts[heads[edge]] + here
                counts[heads[edge]] = total - modulus if total >= modulus else total


def pull_modulo(
    ptr: Sequence[int], heads: Sequence[int], counts: MutableSequence[int], start: int, stop: int, modulus: int
) -> None:
    """Pull numbers of paths modulo a number back along all edges that leave `start` to `stop`, as `push_modulo`."""
    for node in range(stop - 1, start - 1, -1):
        here = counts[node]
        for edge in range(ptr[node], ptr[node + 1]):
            here += counts[heads[edge]]
            if here >= modulus:
                here -= modulus
        counts[node] = here


def push_wide(
    ptr: NDArray[Any],
    heads: NDArray[Any],
    highs: NDArray[Any],
    lows: NDArray[Any],
    powers: NDArray[Any],
    high: NDArray[Any],
    low: NDArray[Any],
) -> None:
    """Push numbers of paths along all edges, each the sum of two floats, times a power of ``2**WIDTH``.

    The first column is how many; of three columns the others are the sums of their lengths and of the squares of these.

    Parameters
    ----------
    highs, lows : arrays of shape (n_nodes, n_columns)
        How many paths start at each node, and zeros.
    powers : zeros at first
    high, low : arrays of shape (n_columns,)
        For what is passed on.
    """

    def added(high: float, low: float, more: float, rest: float) -> tuple[float, float]:
        total = high + more
        taken = total - high
        rest += low + ((high - (total - taken)) + (more - taken))
        whole = total + rest
        return whole, rest - (whole - total)

    for node in range(len(powers)):
        if highs[node, 0] >= LARGE:
            powers[node] += 1
            highs[node] *= SMALL
            lows[node] *= SMALL
        high[:], low[:] = highs[node], lows[node]
        if len(high) == 3:  # an edge more: the square of each length grows by the old and by the new one
            high[2], low[2] = added(high[2], low[2], high[1], low[1])
            high[1], low[1] = added(high[1], low[1], high[0], low[0])
            high[2], low[2] = added(high[2], low[2], high[1], low[1])
        for edge in range(ptr[node], ptr[node + 1]):
            head = heads[edge]
            ahead = powers[node] - powers[head]
            if ahead < -1:
                continue  # too small to change anything
            if ahead > 0:
                powers[head] = powers[node]
                highs[head] *= SMALL if ahead == 1 else 0.0
                lows[head] *= SMALL if ahead == 1 else 0.0
            scale = SMALL if ahead < 0 else 1.0
            for column in range(len(high)):
                highs[head, column], lows[head, column] = added(
                    highs[head, column], lows[head, column], scale * high[column], scale * low[column]
                )


def extremes(
    ptr: Sequence[int], heads: Sequence[int], fewest: MutableSequence[int], longest: MutableSequence[int]
) -> None:
    """Write how many edges the shortest and the longest path to each node have, 0 where they start.

    `longest` is 0 at first, `fewest` too where paths start, elsewhere more than any path has.
    """
    for node in range(len(fewest)):
        if fewest[node] >= len(fewest):
            continue  # no path leads here
        near, far = fewest[node] + 1, longest[node] + 1
        for edge in range(ptr[node], ptr[node + 1]):
            head = heads[edge]
            fewest[head] = min(fewest[head], near)
            longest[head] = max(longest[head], far)


def distances_ahead(
    ptr: Sequence[int], heads: Sequence[int], fewest: MutableSequence[int], start: int, stop: int
) -> None:
    """Push along all edges that leave positions `start` to `stop` how many edges the shortest path to each node has.

    `fewest` is 0 at first where paths start, elsewhere as many as there are nodes, or more.
    """
    for node in range(start, stop):
        if fewest[node] < len(fewest):
            near = fewest[node] + 1
            for edge in range(ptr[node], ptr[node + 1]):
                if near < fewest[heads[edge]]:
                    fewest[heads[edge]] = near


def distances(ptr: Sequence[int], heads: Sequence[int], fewest: MutableSequence[int], start: int, stop: int) -> None:
    """Write how many edges the shortest path from positions `start` to `stop` has to where `fewest` is 0 at first."""
    for node in range(stop - 1, start - 1, -1):
        near = fewest[node]
        for edge in range(ptr[node], ptr[node + 1]):
            near = min(near, fewest[heads[edge]] + 1)
        fewest[node] = near


def sum_of_products(
    ptr: Sequence[int],
    heads: Sequence[int],
    weights: Sequence[Any],
    factors: Sequence[Any],
    edges: MutableSequence[int],
    ends: MutableSequence[int],
    products: MutableSequence[Any],
    source: int,
    total: Any,
) -> Any:
    """Add to `total` the product of every path from `source` to a target, times the target's factor; 0 is none.

    The stack takes one entry a node: `edges` has the next edge to follow, `ends` the one after the last, and
    `products`, whose first entry is what is put in, the product on the way there.
    """
    if factors[source]:
        total = total + products[0] * factors[source]
    edges[0] = ptr[source]
    ends[0] = ptr[source + 1]
    depth = 1
    while depth > 0:
        top = depth - 1
        edge = edges[top]
        if edge == ends[top]:
            depth = top
            continue
        edges[top] = edge + 1
        head = heads[edge]
        product = products[top] * weights[edge]
        if factors[head]:
            total = total + product * factors[head]
        if ptr[head] < ptr[head + 1]:
            edges[depth] = ptr[head]
            ends[depth] = ptr[head + 1]
            products[depth] = product
            depth += 1
    return total
