"""Whether walks converge: bounds of the spectral radius of A, by what is made of some z > 0.

The largest (|A| z)_i / z_i is a norm of A, and no norm of a power A^k is below the k-th power of the spectral radius:
where that of some A^k is below 1, walks converge, though those of |A| need not, as signs cancel in A^k. Then
(I - A)^-1 is (I + A) (I + A^2) ... (I + A^(k/2)) (I - A^k)^-1, and |(I - A)^-1| v is at most z times the largest
v_i / z_i times the norms of these factors (R. Varga, *Matrix Iterative Analysis*, 2nd ed., sections 1.3 and 3.1).
All roundings are counted, those of the powers too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graphdiff.kernels.blas import one_thread
from graphdiff.sums.enclosure import UNDERFLOW, gamma

Floats: TypeAlias = NDArray[np.float64]

#: From this part of all entries on a matrix is taken as dense.
DENSE = 0.05
#: The highest power of A that is looked at.
MAX_POWER = 2**30
#: Up to so many multiply-adds a power is taken of sparse matrices: some seconds.
MAX_PRODUCTS = 3e9
#: So many rows of a matrix are looked at together.
ROWS = 1024


def bounds(
    pushed: Callable[[Floats], Floats], size: int, limit: float, rounds: int = 30
) -> tuple[float, float, Floats]:
    """Bound the spectral radius of a non-negative matrix, by what it makes of a vector (Collatz and Wielandt).

    Returns
    -------
    lower, upper : float
        No more is looked for where the upper one is below the limit.
    vector : array, shape (size,)
        All of it above 0; about an eigenvector.

    Examples
    --------
    >>> bounds(np.array([[0.0, 0.5], [0.5, 0.0]]).__matmul__, 2, 1.0)[:2]
    (0.5, 0.5)
    """
    vector, lower, upper = np.ones(size), 0.0, np.inf
    with np.errstate(over="ignore", invalid="ignore"):  # a ratio that is no float bounds nothing
        for _ in range(rounds):
            image = pushed(vector)
            ratios = image / vector
            lower, upper = max(lower, float(ratios.min())), min(upper, float(ratios.max()))
            if upper < limit:
                break
            # The identity is added so that every entry stays positive, on periodic matrices too.
            vector = image + vector
            vector = np.maximum(vector / vector.max(), 1e-100)
    return lower, upper, vector


def spectral_radius(matrix: NDArray[Any]) -> float:
    """Return the largest absolute eigenvalue of a square matrix.

    Examples
    --------
    >>> round(spectral_radius(np.array([[0.0, 0.5], [0.5, 0.0]])), 12)
    0.5
    """
    with one_thread(len(matrix)):
        return float(np.abs(np.linalg.eigvals(matrix)).max())


def by_powers(matrix: Any, off: float, vector: Floats, limit: float, most_bytes: float) -> tuple[float, float]:
    """Bound the spectral radius of A by its powers, which are squared as long as they fit the memory.

    Parameters
    ----------
    matrix : array or csr_array
        A, about.
    off : float
        By how much that can be off, in the norm.
    vector : array, shape (n,)
        All of it above 0.
    limit : float
        No further power is looked at where the radius is below this.
    most_bytes : float

    Returns
    -------
    radius : float
        At most this; infinite where nothing is known.
    most : float
        Where the radius is below the limit, |(I - A)^-1| v is at most `vector` times this times the largest part of v
        in it; else infinite.

    Examples
    --------
    >>> turning = np.array([[0.6, 0.6], [-0.6, 0.6]])
    >>> bounds(np.abs(turning).__matmul__, 2, 1.0)[0] > 1, by_powers(turning, 0.0, np.ones(2), 1.0, 1e6)[0] < 0.9
    (True, True)
    """
    radius, most, exponent = np.inf, 1.0, 1
    with np.errstate(over="ignore", invalid="ignore"):
        while matrix is not None and exponent <= MAX_POWER:
            terms = 4 * (_longest(matrix) + 8)  # a complex product counts as sqrt(5) roundings
            norm = _norm(matrix, vector) * (1 + gamma(terms))
            whole = (norm + off) * (1 + 2.0**-50)
            if not whole < 1e100:
                break
            radius = min(radius, float(whole ** (1 / exponent)) * (1 + 2.0**-50))
            if radius < limit:
                return radius, most / (1 - whole) * (1 + 2.0**-20)
            lost = terms * UNDERFLOW * float(vector.sum() / vector.min())
            most *= 1 + whole
            off = (2 * norm * off + off**2 + gamma(terms) * norm**2 + lost) * (1 + 2.0**-20)
            matrix, exponent = _squared(matrix, most_bytes), 2 * exponent
    return radius, np.inf


def _longest(matrix: Any) -> int:
    """Return the largest number of entries in a row."""
    return int(matrix.shape[0] if isinstance(matrix, np.ndarray) else np.diff(matrix.indptr).max())


def _norm(matrix: Any, vector: Floats) -> float:
    """Return the largest (|A| z)_i / z_i."""
    starts = range(0, len(vector), ROWS)
    rows = (abs(matrix[start : start + ROWS]) @ vector / vector[start : start + ROWS] for start in starts)
    return float(np.max([part.max() for part in rows]))


def _squared(matrix: Any, most_bytes: float) -> Any:
    """Return A A, dense from some part of all entries on; None where it does not fit the memory or takes long."""
    size, item = matrix.shape[0], matrix.dtype.itemsize
    fits = 2 * item * size**2 <= most_bytes  # the matrix and its square
    if isinstance(matrix, np.ndarray):
        return matrix @ matrix if fits else None
    blocks, entries = [], 0
    most = min(DENSE * size**2 if fits else np.inf, most_bytes / (2 * (item + 4)))  # the blocks, and all in one
    if np.diff(matrix.indptr)[matrix.indices].sum(dtype=np.float64) <= MAX_PRODUCTS:
        for start in range(0, size, ROWS):
            blocks.append(matrix[start : start + ROWS] @ matrix)
            entries += blocks[-1].nnz
            if entries > most:
                break
        else:
            from scipy.sparse import vstack

            return vstack(blocks, format="csr")
    return _squared(matrix.toarray(), most_bytes) if fits else None
