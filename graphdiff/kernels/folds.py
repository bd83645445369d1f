"""Sums folded edge by edge in a stated order, with what bounds their roundings, and that order found.

One multiplication and one addition an edge, never reassociated: whoever cuts the edges in pieces and goes on from what
the last piece left gets the same bits.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence


def push(
    tails: Sequence[int],
    heads: Sequence[int],
    weights: Sequence[float],
    modulus: int,
    limit: float,
    smallest: float,
    values: MutableSequence[float],
    sizes: MutableSequence[float],
    roundings: MutableSequence[int],
    lost: MutableSequence[float],
) -> None:
    """Add to the value at each head that at the tail times the weight, edge after edge.

    Parameters
    ----------
    modulus : ints are taken modulo this, where it is not 0
    limit : where it is not 0, nothing is added any more where the sum of absolute values has reached it
    smallest : products of floats below it are rounded more coarsely, which `lost` counts
    values, sizes, roundings, lost : the sums, those of the absolute values, the roundings of the longest chain, and how
        many smallest floats products may have lost
    """
    for edge in range(len(heads)):
        tail, head, weight = tails[edge], heads[edge], weights[edge]
        size = sizes[tail]
        if weight == 0 or (size == 0.0 and lost[tail] == 0.0):
            continue
        product = values[tail] * weight
        longest = roundings[tail] + 1
        if sizes[head] == 0.0:  # adding to nothing rounds nothing
            roundings[head] = max(roundings[head], longest)
        else:
            roundings[head] = max(roundings[head], longest) + 1
        factor = abs(float(weight))
        sizes[head] += factor * size
        lost[head] += factor * lost[tail]
        if -smallest < product < smallest:
            lost[head] += 1.0
        if modulus != 0:
            values[head] = (values[head] + product) % modulus
        elif limit == 0.0 or sizes[head] < limit:
            values[head] += product


def levels(
    ptr: Sequence[int], heads: Sequence[int], awaited: MutableSequence[int], level: MutableSequence[int],
    queue: MutableSequence[int], size: int,
) -> int:  # fmt: skip
    """Number the nodes by the longest way to each, and return how many there are before a cycle.

    Parameters
    ----------
    awaited : how many edges enter each node
    level : that of the nodes where the sums begin, no more than it may be of all others; gets the numbers
    queue : the `size` nodes that await nothing, and room for all others
    """
    done = 0
    while done < size:
        node = queue[done]
        done += 1
        for edge in range(ptr[node], ptr[node + 1]):
            head = heads[edge]
            level[head] = max(level[head], level[node] + 1)
            awaited[head] -= 1
            if awaited[head] == 0:
                queue[size] = head
                size += 1
    return done
