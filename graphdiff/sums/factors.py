"""(I - A)^-1 of a large component, one right side at a time: by a sparse or a dense factor, or by iteration.

Where some z > 0 has d = z - |A| z > 0, the walks of |A| converge, and |(I - A)^-1| v is at most z · max(v / d)
(R. Varga, *Matrix Iterative Analysis*, 2nd ed., section 3.5). Such a witness is looked for by solving (I - |A|) z = 1,
and proven by d, all roundings counted. Then I - A scaled by z is strictly diagonally dominant: elimination needs no
pivots, so that what it fills in is known beforehand from the pattern alone, whatever the order (N. Higham, *Accuracy
and Stability of Numerical Algorithms*, 2nd ed., section 9.5). Where only signs, or phases, make walks converge, some z
and d are had from powers of A (`radius`), and elimination may need pivots: what it then fills in at most is known from
the pattern of M^T M, with M = I - A (A. George, E. Ng, "An implementation of Gaussian elimination with partial pivoting
for sparse systems", 1985).

Every solution, by whatever way, is improved until its componentwise backward error, the largest |r| / (|b| + |x| +
|A| |x|), is small (W. Oettli, W. Prager, 1964; Higham, section 7.2), or it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import LimitError
from graphdiff.graph.sparse import csr_of
from graphdiff.kernels import available, jit
from graphdiff.kernels.fill import fill
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.enclosure import ABOVE, UNDERFLOW, gamma, summed
from graphdiff.sums.radius import DENSE, Floats, bounds, by_powers

__all__ = ["Factor", "Unproven", "factored"]

Numbers: TypeAlias = NDArray[Any]
#: Returns about x with x = b + A x, or with x = b + A^T x where it is turned.
Way: TypeAlias = Callable[[Numbers, bool], Numbers]

#: The most memory that a factor may take; of 8 bytes an entry where it is dense, of 12 where it is sparse.
MAX_BYTES = 2**30
#: Up to so many multiply-adds a factor is made before iteration is tried: some seconds.
MAX_QUICK = 3e9
#: From this part of all entries on the envelope of an order shows that edges are scattered: a better one takes minutes.
WIDE = 0.05
#: A solution of this backward error, some roundings, is improved no further.
GOOD = 2.0**-50
#: A solution of more than this is refused.
ENOUGH = 2.0**-40
#: How often a solution is improved at most.
IMPROVEMENTS = 100
#: How often a witness is turned towards the eigenvector of |A|, which proves the most.
TURNS = 20


@dataclass(frozen=True, eq=False)
class Factor:
    """What solves equations with I - A.

    Attributes
    ----------
    equations, sizes : Equations
        Those of A, and those of |A|; None where the walks of |A| are not known to converge.
    witness, left : array, shape (n,)
        Some z > 0 and d > 0, of which |(I - A)^-1| v is at most z · max(v / d).
    radius : float
        The spectral radius of |A|, or only that of A where the walks of |A| are not known to converge, is at most this.
    """

    equations: Equations
    sizes: Equations | None
    witness: Floats
    left: Floats
    radius: float

    def ahead(self, entering: Any) -> NDArray[Any]:
        """Return the row vector `entering` times (I - A)^-1."""
        return self._solved(entering, True)

    def back(self, leaving: Any) -> NDArray[Any]:
        """Return (I - A)^-1 times the column vector `leaving`."""
        return self._solved(leaving, False)

    def _solved(self, numbers: Any, turned: bool) -> Numbers:
        put_in, kind = np.asarray(numbers), self.equations.matrix.dtype
        if put_in.dtype.kind == "O":
            put_in = _machine_numbers(put_in)
        if put_in.dtype.kind == "c" and kind.kind != "c":
            real, imaginary = (self.equations.solved(part, turned) for part in (put_in.real, put_in.imag))
            return np.asarray(real + 1j * imaginary)
        return self.equations.solved(put_in.astype(kind), turned)

    def onward(self, sizes: Floats) -> Floats:
        """Bound what (I - A)^-1 makes of numbers of such sizes at most."""
        if not np.isfinite(sizes).all():
            return np.full_like(sizes, np.inf)
        if self.sizes is None:
            return self.witness * (float((sizes / self.left).max()) * ABOVE) + UNDERFLOW
        about = np.maximum(self.sizes.solved(sizes, False), 0.0)
        short = sizes - self.sizes.passed(about)[1]  # the equations that a bound fulfils have no part above 0
        bound: Floats = (about + self.witness * max(0.0, float((short / self.left).max()))) * ABOVE + UNDERFLOW
        return bound


@dataclass(frozen=True, eq=False)
class Equations:
    """x = b + A x, and x = b + A^T x.

    Attributes
    ----------
    matrix, sizes : array or csr_array
        A and the absolute values in it, both of parallel edges added.
    roundings : pair of array
        By row, and by column, how many edges are added there, with some to spare.
    way : Way
    """

    matrix: Any
    sizes: Any
    roundings: tuple[Floats, Floats]
    way: Way

    def solved(self, put_in: Numbers, turned: bool) -> Numbers:
        """Return x, or refuse.

        Raises
        ------
        LimitError
            If no solution of a small backward error is found.
        """
        largest = float(max(np.abs(put_in.real).max(initial=0.0), np.abs(put_in.imag).max(initial=0.0)))
        if not 0 < largest < np.inf:  # what has left the floats is an error of ours, later
            return put_in if not largest else np.full_like(put_in, np.inf)
        exponent = int(np.frexp(largest)[1])
        return _scaled(self._improved(_scaled(put_in, -exponent), turned), exponent)

    def _improved(self, put_in: Numbers, turned: bool) -> Numbers:
        solution, best, kept = np.zeros_like(put_in), np.inf, put_in
        missed = put_in
        for _ in range(IMPROVEMENTS):
            solution = solution + self.way(missed, turned)
            missed, error = self._missed(put_in, solution, turned)
            is_done = not np.isfinite(error) or error <= GOOD or (best <= ENOUGH and not error < best / 2)
            if error < best:  # it may swing
                best, kept = error, solution
            if is_done:
                break
        if not best <= ENOUGH:
            raise LimitError(
                f"the walks round a cycle of {len(put_in):,} nodes are not summed well enough: {best:.1g} of what "
                f"meets at some node is missing, and {ENOUGH:.1g} may be"
            )
        return kept

    def _missed(self, put_in: Numbers, solution: Numbers, turned: bool) -> tuple[Numbers, float]:
        """Return what a solution misses its equations by, and its largest part of what meets there."""
        matrix, sizes = (self.matrix.T, self.sizes.T) if turned else (self.matrix, self.sizes)
        with np.errstate(over="ignore", invalid="ignore"):
            missed = put_in - solution + matrix @ solution
            meeting = np.abs(put_in) + np.abs(solution) + sizes @ np.abs(solution)
            # What fell below the smallest float is no fault of the solution.
            counted = np.maximum(np.abs(missed) - 64 * UNDERFLOW * self.roundings[turned], 0.0)
            parts = np.divide(counted, meeting, out=np.zeros_like(counted), where=counted != 0)
        return missed, float(parts.max(initial=0.0))

    def passed(self, vector: Floats) -> tuple[Floats, Floats]:
        """Return at most |A| z, and at least z - |A| z, of a vector z >= 0."""
        roundings = self.roundings[0]
        onward = self.sizes @ vector
        slack = gamma_of(roundings) * (onward + vector) + UNDERFLOW * roundings
        return onward + slack, vector - onward - slack


def _machine_numbers(numbers: NDArray[Any]) -> Numbers:
    """Return numbers of Python as floats or complex numbers, or refuse."""
    for kind in (np.float64, np.complex128):
        try:
            return np.asarray(numbers.astype(kind))
        except (TypeError, ValueError):
            continue
    raise LimitError(f"a cycle runs through {len(numbers):,} nodes: its walks sum floats and complex numbers only")


def _scaled(numbers: Numbers, exponent: int) -> Numbers:
    """Return numbers, real or complex, times a power of 2."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(np.ldexp(np.ascontiguousarray(numbers).view(np.float64), exponent).view(numbers.dtype))


def gamma_of(roundings: Floats) -> Floats:
    """Return `gamma` of many."""
    unit = roundings * gamma(1)
    bound: Floats = unit / (1 - unit)
    return bound


@dataclass(frozen=True)
class Unproven:
    """Why a component is not solved.

    Attributes
    ----------
    at_least : float
        The spectral radius of |A| is at least this.
    at_most : float
        And that of A is at most this, infinite where nothing is known.
    """

    at_least: float
    at_most: float = np.inf


def factored(size: int, tails: NDArray[Any], heads: NDArray[Any], weights: Numbers, limit: float) -> Factor | Unproven:
    """Return what solves equations with I - A, where walks are proven to converge.

    Parameters
    ----------
    size : int
        How many rows A has.
    tails, heads : int array
    weights : float or complex array
        Parallel ones are added.
    limit : float
        The spectral radius of A must be below this.

    Raises
    ------
    MissingExtraError
        If scipy is not installed.
    LimitError
        If walks converge, and no way sums them well enough.

    Examples
    --------
    >>> ring = factored(3, np.array([0, 1, 2]), np.array([1, 2, 0]), np.array([1.0, 1.0, 0.5]), 1.0)
    >>> ring.back([0.0, 0.0, 1.0]).round(12).tolist(), ring.ahead([0.0, 0.0, 1.0]).round(12).tolist()
    ([2.0, 2.0, 2.0], [1.0, 1.0, 2.0])
    >>> factored(1, np.array([0]), np.array([0]), np.array([1.5]), 1.0)
    Unproven(at_least=1.5, at_most=1.5)
    """
    csr_of((1, 1))  # every way takes scipy
    roundings = _roundings(size, tails), _roundings(size, heads)
    have_signs = weights.dtype.kind == "c" or bool((weights < 0).any())
    matrix = _matrix(size, tails, heads, weights)
    sizes = _matrix(size, tails, heads, np.abs(weights)) if have_signs else matrix
    lower, upper, vector = bounds(sizes.__matmul__, size, limit)
    if lower < limit:
        absolute, make, radius = _by_sizes(sizes, roundings, limit)
        if absolute is not None and have_signs:
            return replace(absolute, equations=Equations(matrix, sizes, roundings, make(matrix)))
        if absolute is not None:
            return absolute
        upper = min(upper, radius)
    return _by_signs(matrix, sizes, roundings, (lower, upper, vector), limit) if have_signs else Unproven(lower, upper)


def _roundings(size: int, ends: NDArray[Any]) -> Floats:
    """Return how many edges are added at each end, with some to spare."""
    return np.asarray(4.0 * (np.bincount(ends, minlength=size) + 8))


def _matrix(size: int, tails: NDArray[Any], heads: NDArray[Any], weights: Numbers) -> Any:
    """Return the matrix, dense where it has as many entries, and by columns then, as LAPACK takes it."""
    most = DENSE * size**2
    if len(weights) >= most and weights.dtype.itemsize * size**2 <= MAX_BYTES:
        table = summed(heads.astype(np.int64) * size + tails, weights, size * size).reshape(size, size).T
        return table if np.count_nonzero(table) >= most else csr_of(table)
    return csr_of((weights, (tails, heads)), shape=(size, size))


def _by_sizes(sizes: Any, roundings: tuple[Floats, Floats], limit: float) -> tuple[Factor | None, Any, float]:
    """Return what solves equations with I - |A| where its walks converge, the way, and a bound of the radius."""
    for make in _ways(sizes):
        try:
            absolute = Equations(sizes, sizes, roundings, make(sizes))
            witness, left, radius = _witness(absolute, limit)
        except (LimitError, np.linalg.LinAlgError):  # another way may do
            continue
        return Factor(absolute, absolute, witness, left, radius) if radius < limit else None, make, radius
    return None, None, np.inf


def _by_signs(
    matrix: Any, sizes: Any, roundings: tuple[Floats, Floats], known: tuple[float, float, Floats], limit: float
) -> Factor | Unproven:
    """Return what solves equations with I - A where only signs, or phases, make its walks converge."""
    lower, upper, vector = known
    off = gamma(float(roundings[0].max())) * float((sizes @ vector / vector).max()) * ABOVE  # parallel ones were added
    radius, most = by_powers(matrix, off, vector, limit, MAX_BYTES)
    if not radius < limit:
        return Unproven(lower, min(upper, radius))
    for make in chain(_ways(sizes), _pivoting(sizes)):
        try:
            equations = Equations(matrix, sizes, roundings, make(matrix))
            for turned in (False, True):
                equations.solved(np.ones(len(vector), dtype=matrix.dtype), turned)
        except (LimitError, np.linalg.LinAlgError):
            continue
        return Factor(equations, None, vector, vector / (most * ABOVE), radius)
    raise LimitError(
        f"the walks round a cycle of {len(vector):,} nodes converge, and no way within {MAX_BYTES / 2**30:g} GiB sums "
        "them well enough",
        Remedy(Keyword("", python="graphdiff.sums.factors.MAX_BYTES"), "is that limit"),
    )


def _witness(absolute: Equations, limit: float) -> tuple[Floats, Floats, float]:
    """Return some z > 0 with z - |A| z, at least, and a bound of the spectral radius of |A|; the best that is found."""
    put_in = np.ones(len(absolute.roundings[0]))
    vector, left, radius = put_in, put_in, np.inf
    for _ in range(TURNS):
        vector = absolute.solved(put_in, False)
        if not (np.isfinite(vector).all() and vector.min() > 0):
            break  # the inverse is not that of walks that converge, which is at least I
        onward, left = absolute.passed(vector)
        bound = float((onward / vector).max()) * (1 + 2.0**-50)
        if bound < limit and left.min() > 0:
            return vector, left, bound
        if not bound < radius:
            break
        radius, put_in = bound, vector / vector.max()
    return vector, left, radius


# -- ways to solve


def _ways(sizes: Any) -> Iterator[Callable[[Any], Way]]:
    """Yield the ways to solve equations of a pattern, those that are likely the quickest first."""
    size = sizes.shape[0]
    fits = 8 * size**2 <= MAX_BYTES
    if isinstance(sizes, np.ndarray):
        yield _dense
        return
    order, work = _order(sizes)
    if order is not None and work <= MAX_QUICK:
        yield lambda matrix: _sparse(matrix, order)
        return
    yield _iterated
    if fits:
        yield _dense
    elif order is not None:
        yield lambda matrix: _sparse(matrix, order)


def _pivoting(sizes: Any) -> Iterator[Callable[[Any], Way]]:
    """Yield the way by SuperLU with pivots, where it fits the memory whatever they are."""
    sizes = csr_of(sizes)
    order, _ = _order(sizes)
    if order is not None:
        equations = _equations(-sizes)  # of which nothing cancels
        entries, _ = _filled((equations.T @ equations).tocsr(), order)
        if _fits(entries, len(order)):
            yield lambda matrix: _sparse(matrix, order, 1.0)


def _dense(matrix: Any) -> Way:
    """Return the way by LAPACK's factors, in place of one dense matrix."""
    from scipy.linalg import get_lapack_funcs

    whole = np.array(matrix, order="F") if isinstance(matrix, np.ndarray) else matrix.toarray(order="F")
    np.negative(whole, out=whole)
    whole[np.diag_indices(len(whole))] += 1
    factorize, substitute = get_lapack_funcs(("getrf", "getrs"), (whole,))
    factors, pivots, singular = factorize(whole, overwrite_a=True)
    if singular:
        raise np.linalg.LinAlgError
    return lambda put_in, turned: np.asarray(substitute(factors, pivots, put_in, trans=int(turned))[0])


def _sparse(matrix: Any, order: NDArray[Any], pivots: float = 0.0) -> Way:
    """Return the way by SuperLU's factors in an order of elimination, without pivots unless they are asked for."""
    factors = _superlu(_equations(matrix)[order][:, order].tocsc(), pivots)

    def solve(put_in: Numbers, turned: bool) -> Numbers:
        solution = np.empty_like(put_in)
        solution[order] = factors.solve(put_in[order], "T" if turned else "N")
        return solution

    return solve


def _iterated(matrix: Any) -> Way:
    """Return the way by iteration, preconditioned by Gauss and Seidel's (H. van der Vorst, "Bi-CGSTAB", 1992)."""
    from scipy.sparse import tril
    from scipy.sparse.linalg import LinearOperator, bicgstab

    @cache
    def ready(turned: bool) -> tuple[Any, Any]:
        equations = _equations(matrix.T if turned else matrix)
        return equations, _superlu(tril(equations).tocsc())

    def solve(put_in: Numbers, turned: bool) -> Numbers:
        equations, lower = ready(turned)
        half = LinearOperator(equations.shape, lower.solve, dtype=equations.dtype)
        largest = float(np.abs(put_in).max(initial=0.0))
        if not largest:
            return np.zeros_like(put_in)
        with np.errstate(all="ignore"):
            solution = bicgstab(equations, put_in / largest, rtol=1e-6, maxiter=200, M=half)[0]
            for _ in range(10):  # small parts, which count for nothing there, come right from their neighbours
                solution = solution + lower.solve(put_in / largest - equations @ solution)
        return np.asarray(solution) * largest

    return solve


def _equations(matrix: Any) -> Any:
    """Return I - A."""
    from scipy.sparse import eye_array

    return (eye_array(matrix.shape[0], format="csr") - csr_of(matrix)).tocsr()


def _superlu(matrix: Any, pivots: float = 0.0) -> Any:
    """Return SuperLU's factors in the order that is given; pivots below this part of the largest are exchanged."""
    from scipy.sparse.linalg import splu

    try:
        return splu(matrix, permc_spec="NATURAL", diag_pivot_thresh=pivots, options={"SymmetricMode": not pivots})
    except RuntimeError:  # all that SuperLU says where a pivot is 0
        raise np.linalg.LinAlgError from None


# -- an order of elimination


def _order(sizes: Any) -> tuple[NDArray[Any] | None, float]:
    """Return an order whose fill fits the memory, None where none is found, and its multiply-adds."""
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    pattern = (sizes + sizes.T).tocsr()
    order = reverse_cuthill_mckee(pattern, symmetric_mode=True)
    entries, work = _filled(pattern, order)
    if 4 * pattern.nnz < entries and _envelope(pattern, order) < WIDE * len(order) ** 2:
        other = _minimum_degree(pattern)
        fewer, less = _filled(pattern, other)
        if fewer < entries:  # counted to the end
            order, entries, work = other, fewer, less
    return (order, work) if _fits(entries, len(order)) else (None, np.inf)


def _envelope(pattern: Any, order: NDArray[Any]) -> float:
    """Return how many places there are from the first entry of each row to the diagonal."""
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    rows = pattern.tocoo()
    ahead = np.zeros(len(order), dtype=np.int64)
    np.maximum.at(ahead, rows.row, places[rows.row] - places[rows.col])
    return float(ahead.sum())


def _minimum_degree(pattern: Any) -> NDArray[Any]:
    """Return SuperLU's order by minimum degree: that of an incomplete factor that keeps next to nothing."""
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import spilu

    size = pattern.shape[0]
    regular = (eye_array(size, format="csr") * (2.0 * size) + pattern.astype(bool).astype(np.float64)).tocsc()
    dropping = {"drop_tol": 1.0, "fill_factor": 1.0, "diag_pivot_thresh": 0.0, "options": {"SymmetricMode": True}}
    return np.argsort(spilu(regular, permc_spec="MMD_AT_PLUS_A", **dropping).perm_c)


def _fits(entries: int, size: int) -> bool:
    return 12 * (2 * entries + size) <= MAX_BYTES


def _filled(pattern: Any, order: NDArray[Any]) -> tuple[int, float]:
    """Return how many entries a factor has below its diagonal, and how many multiply-adds it takes."""
    size = len(order)
    rows = pattern[order][:, order].tocsr()
    parents, seen = np.full((2, size), -1, dtype=np.int64)
    counts = np.zeros(size, dtype=np.int64)
    columns = rows.indptr.astype(np.int64), rows.indices.astype(np.int64)
    count: Callable[..., int] = jit(fill) if available() else fill
    entries = int(count(*columns, parents, seen, counts, MAX_BYTES // 24))
    return entries, float((counts.astype(np.float64) ** 2).sum())
