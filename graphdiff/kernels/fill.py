"""What elimination fills in: the entries of each column of a Cholesky factor, counted from the pattern alone.

By subtrees of the elimination tree, row by row (J. Liu, "The role of elimination trees in sparse factorization", SIAM
J. Matrix Anal. Appl. 11(1), 1990): the columns in which row i has an entry are on the ways from its entries up to i.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence

__all__ = ["fill"]


def fill(
    ptr: Sequence[int],
    columns: Sequence[int],
    parents: MutableSequence[int],
    seen: MutableSequence[int],
    counts: MutableSequence[int],
    most: int,
) -> int:
    """Add the entries below the diagonal to the `counts` of each column, and return how many there are.

    The rows are those of a symmetric pattern; `parents` and `seen` are -1 throughout at first. Once there are more
    than `most` entries the rest is not counted.

    Examples
    --------
    >>> counts = [0] * 4
    >>> fill([0, 1, 2, 3, 6], [3, 3, 3, 0, 1, 2], [-1] * 4, [-1] * 4, counts, 100), counts
    (3, [1, 1, 1, 0])
    >>> fill([0, 3, 4, 5, 6], [1, 2, 3, 0, 0, 0], [-1] * 4, [-1] * 4, [0] * 4, 100)
    6
    """
    total = 0
    row = 0
    while row < len(ptr) - 1 and total <= most:
        seen[row] = row
        for place in range(ptr[row], ptr[row + 1]):
            node = columns[place]
            while node < row and seen[node] != row:
                if parents[node] < 0:
                    parents[node] = row
                counts[node] += 1
                total += 1
                seen[node] = row
                node = parents[node]
        row += 1
    return total
