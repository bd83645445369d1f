"""What happens where a cycle lies on the way: refuse, collapse, solve, or take the reduced form.

Collapsing needs nothing here: the carriers of a collapsed graph have no cycle. Solving sums the walks within a
component, (I - A)^-1 of its matrix, dense; it is accepted where norms, the bounds of Collatz and Wielandt on
|A| or, at last, the eigenvalues say that the series converges (R. Varga, *Matrix Iterative Analysis*, 2nd ed.,
section 2.1). Exact non-negative numbers are accepted by the pivots of I - A, positive just where its inverse is
a convergent sum (A. Berman, R. Plemmons, *Nonnegative Matrices in the Mathematical Sciences*, chapter 6).

The reduced form of simultaneous equations is the same inverse where the series need not converge: it is accepted where
I - A is proven to be regular (`enclosure`), exact numbers by the pivots.

Large components of floats or complex numbers are not inverted: they are solved for what enters or leaves them
(`factors`), under either policy where walks are proven to converge.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number, Weights
from graphdiff.errors import PACKAGES, CycleError, FormatError, LimitError, MissingExtraError, ValueOverflowError
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.kernels.blas import one_thread
from graphdiff.kernels.reach import reached, reaching
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sums.enclosure import Inverse, enclosed_inverse
from graphdiff.sums.factors import Factor, Unproven, factored
from graphdiff.sums.radius import bounds, spectral_radius

#: The spectral radius must stay below this.
MAX_RADIUS = 1 - 1e-9
#: The largest component whose spectral radius an error looks up, in nodes: eigenvalues are cubic.
MAX_NAMED = 300
#: The largest component that is inverted, in nodes: its matrix is dense.
MAX_SOLVED = 5_000
#: The largest component of exact numbers that is solved, and of complex ones that is inverted, in lists of Python.
MAX_SOLVED_EXACTLY = 200
#: What helps wherever walks cannot be summed.
COLLAPSE = Remedy(Keyword("cycles", "collapse"), "makes it one node")
#: What helps where walks do not converge and the edges are equations.
REDUCED = Remedy(
    Keyword("cycles", "reduced-form"),
    "solves the edges as simultaneous equations, (I - A)^-1, which is no sum of walks",
)
_IRREGULAR = (" ", Keyword("cycles", "reduced-form"), " needs I - A")
#: An eigenvalue of A so near to 1 makes I - A as good as singular.
NEAR_ONE = 1e-12

Range = tuple[int, int]


def on_the_way(
    graph: CompiledGraph, sources: Sequence[int] | None = None, targets: Sequence[int] | None = None
) -> list[Range]:
    """Return the components with a cycle between positions, as ranges of positions, to be solved.

    Without `sources` all that reach a target count, without `targets` all that a source reaches.

    Raises
    ------
    CycleError
        If there is one and the graph's policy is ``"raise"``.
    """
    if graph.cycles == "collapse" or not len(graph.topology.cyclic):
        return []
    return _to_solve(graph, between_mask(graph, sources, targets))


def _to_solve(graph: CompiledGraph, mask: NDArray[np.bool_]) -> list[Range]:
    """Return the components with a cycle that a mask holds, to be solved; none where they are collapsed."""
    ranges = components_in(graph, mask) if graph.cycles != "collapse" else []
    if ranges and graph.cycles == "raise":
        raise cycle_error(graph, *ranges[0])
    return ranges


def restricted(
    graph: CompiledGraph,
    sources: Sequence[int] | None,
    targets: Sequence[int] | None,
    *,
    ahead: NDArray[np.bool_] | None = None,
) -> tuple[NDArray[Any], list[Range]]:
    """Return what `positions_between` and `on_the_way` do, from one look at what lies between.

    `ahead` is the mask of what the sources reach, where that is known (`mask_ahead`).
    """
    mask = between_mask(graph, sources, targets, ahead=ahead)
    return positions_in(graph, mask), _to_solve(graph, mask)


def components_between(
    graph: CompiledGraph, sources: Sequence[int] | None = None, targets: Sequence[int] | None = None
) -> list[Range]:
    """Return the components with a cycle between positions, whatever the policy."""
    if not len(graph.topology.cyclic):
        return []
    return components_in(graph, between_mask(graph, sources, targets))


def components_in(graph: CompiledGraph, mask: NDArray[np.bool_]) -> list[Range]:
    """Return the components with a cycle that a mask of component positions holds."""
    return [(start, stop) for start, stop in graph.topology.cyclic.tolist() if mask[start]]


def between_mask(
    graph: CompiledGraph,
    sources: Sequence[int] | None,
    targets: Sequence[int] | None,
    *,
    ahead: NDArray[np.bool_] | None = None,
) -> NDArray[np.bool_]:
    """Return the mask of component positions that lie between `sources` and `targets` (all where None)."""
    rows, first = graph.topology.quotient, graph.topology.representative
    if ahead is None:
        ahead = mask_ahead(graph, sources)
    if targets is None:
        return ahead
    return reaching(rows.ptr, rows.heads, ahead, first[np.asarray(targets, dtype=np.int64)])


def mask_ahead(graph: CompiledGraph, sources: Sequence[int] | None) -> NDArray[np.bool_]:
    """Return the mask of component positions that `sources` reach (all where None)."""
    if sources is None:
        return np.ones(graph.n_nodes, dtype=bool)
    rows, first = graph.topology.quotient, graph.topology.representative
    return reached(rows.ptr, rows.heads, first[np.asarray(sources, dtype=np.int64)])


def positions_between(
    graph: CompiledGraph, sources: Sequence[int] | None, targets: Sequence[int] | None
) -> NDArray[Any]:
    """Return, in order, where the values of what lies between stand: a collapsed component at its first position."""
    return positions_in(graph, between_mask(graph, sources, targets))


def positions_in(graph: CompiledGraph, mask: NDArray[np.bool_]) -> NDArray[Any]:
    """Return, in order, where the values of what a mask of component positions holds stand."""
    is_plain = graph.cycles == "collapse" or not len(graph.topology.cyclic)
    return np.flatnonzero(mask if is_plain else mask[graph.topology.representative])


def walks(graph: CompiledGraph, start: int, stop: int) -> Any:
    """Return (I - A)^-1 of the component at positions `start` to `stop`: an array, a list of rows, or a `Factor`.

    Raises
    ------
    CycleError
        If the walks do not converge; the message has the spectral radius. Under ``"reduced-form"`` if I - A is not
        proven to be regular; the message has its condition number.
    LimitError
        If the component is too large to be solved.
    ValueOverflowError
        If weights are so large that their convergence cannot be told.
    """
    if start not in graph.solved:
        small = _walks if isinstance(graph.weights, np.ndarray) else _exact_walks
        solve = small if stop - start <= _most(graph)[0] else _large
        with one_thread(stop - start):
            graph.solved[start] = solve(graph, start, stop)
    solved = graph.solved[start]
    return solved.approximate if isinstance(solved, Inverse) else solved


def _most(graph: CompiledGraph) -> tuple[int, str]:
    """Return the largest component that is inverted, in nodes, and the name of that limit."""
    if isinstance(graph.weights, np.ndarray):
        return MAX_SOLVED, "MAX_SOLVED"
    return MAX_SOLVED_EXACTLY, "MAX_SOLVED_EXACTLY"


def _too_many(graph: CompiledGraph, size: int, limit: str) -> LimitError:
    most, name = _most(graph)
    return LimitError(
        f"a cycle runs through {size:,} nodes, and ",
        Keyword("cycles", graph.cycles),
        f" takes up to {most:,} {limit}",
        Remedy(Keyword("", python=f"graphdiff.sums.cycles.{name}"), "is that limit"),
        COLLAPSE,
    )


def whole_walks(graph: CompiledGraph, start: int, stop: int) -> Any:
    """Return the same, all of it; refuse where only what enters or leaves the component is solved for."""
    solved = walks(graph, start, stop)
    if isinstance(solved, Factor):
        raise LimitError(
            f"a cycle runs through {stop - start:,} nodes, and this takes every walk between any two of them, which is "
            f"known of up to {MAX_SOLVED:,}",
            Remedy(Keyword("", python="graphdiff.what_if"), "removes edges that are named"),
        )
    return solved


def enclosed(graph: CompiledGraph, start: int, stop: int) -> Inverse | Factor:
    """Return (I - A)^-1 of a component of floats or complex numbers with its proof, whatever the policy.

    Raises
    ------
    CycleError
        If I - A is not proven to be regular.
    """
    walks(graph, start, stop)
    inverse = graph.solved[start]
    return inverse if isinstance(inverse, (Inverse, Factor)) else _reduced(graph, start, stop)


def _large(graph: CompiledGraph, start: int, stop: int) -> Factor:
    """Return what solves a large component of floats or complex numbers, where walks converge."""
    size = stop - start
    tails, heads, weights = component_edges(graph, start, stop)
    numbers = _machine_numbers(graph, weights, size)
    with np.errstate(over="ignore"):
        if not np.isfinite(np.bincount(tails, np.abs(numbers), size)).all():
            raise _too_large()
    try:
        solved = factored(size, tails, heads, numbers, MAX_RADIUS)
    except MissingExtraError as error:
        raise _too_many(graph, size, f"without {error.library}: pip install {PACKAGES[error.extra]}") from None
    if isinstance(solved, Unproven):
        raise _unproven(graph, start, stop, solved, numbers)
    if solved.sizes is not None:
        graph.absolute.solved.setdefault(start, replace(solved, equations=solved.sizes))
    return solved


def _machine_numbers(graph: CompiledGraph, weights: Weights, size: int) -> NDArray[Any]:
    """Return the weights of a large component as floats or complex numbers; refuse others."""
    if isinstance(weights, np.ndarray):
        return weights.astype(np.float64, copy=False)
    if not any(isinstance(weight, complex) for weight in weights):
        raise _too_many(graph, size, "in exact numbers, of which elimination takes long; of floats it takes any")
    return _complex(weights)


def _complex(weights: Weights) -> NDArray[Any]:
    try:
        return np.array([complex(arithmetic.finished(weight)) for weight in weights])
    except OverflowError:
        raise _too_large() from None


def _unproven(
    graph: CompiledGraph, start: int, stop: int, known: Unproven, weights: NDArray[Any]
) -> CycleError | LimitError:
    """Return the error that walks round a large component are not proven to converge."""
    are_sizes = weights.dtype.kind == "f" and not (weights < 0).any()
    if known.at_least >= MAX_RADIUS and graph.cycles == "solve" and are_sizes:
        return _grows(graph, start, stop, known.at_least)
    least, most = f"at least {known.at_least:.6g}", f"at most {known.at_most:.6g}" if known.at_most < math.inf else ""
    if are_sizes:
        why = f"is {least}{most and ' and '}{most}"
    else:
        why = f"is {most or 'not bounded'}, and that of the absolute weights {least}"
    return _too_many(graph, stop - start, f"where walks are not proven to converge: their spectral radius {why}")


def _grows(graph: CompiledGraph, start: int, stop: int, lower: float) -> CycleError:
    return CycleError(
        find_cycle(graph, start, stop),
        " ",
        Keyword("cycles", "solve"),
        f" cannot sum its walks: their spectral radius is at least {lower:.6g} and must be below 1",
        *([] if graph.preset is None else [COLLAPSE]),
    )


def component_edges(graph: CompiledGraph, start: int, stop: int) -> tuple[NDArray[Any], NDArray[Any], Weights]:
    """Return the tails, heads and weights of the edges within a component, counted from its first position."""
    topology = graph.topology
    ptr = topology.ptr[start : stop + 1].astype(np.int64)
    edges = slice(int(ptr[0]), int(ptr[-1]))
    tails = np.repeat(np.arange(stop - start), np.diff(ptr))
    heads = topology.heads[edges].astype(np.int64) - start
    inside = (heads >= 0) & (heads < stop - start)
    if inside.all():  # spares copies, which are long
        return tails, heads, graph.weights[edges]
    return tails[inside], heads[inside], arithmetic.taken(graph.weights, edges.start + np.flatnonzero(inside))


def component_entries(graph: CompiledGraph, start: int, stop: int) -> list[tuple[int, int, Number]]:
    """Return the edges within a component as ``(tail, head, weight)``, counted from its first position."""
    tails, heads, weights = component_edges(graph, start, stop)
    return list(zip(tails.tolist(), heads.tolist(), arithmetic.listed(weights), strict=True))


def _dense(graph: CompiledGraph, start: int, stop: int, kind: type) -> NDArray[Any]:
    """Return the matrix of a component, of floats or complex numbers."""
    matrix: NDArray[Any] = np.zeros((stop - start, stop - start), dtype=kind)
    tails, heads, weights = component_edges(graph, start, stop)
    try:
        numbers = np.asarray(
            weights if isinstance(weights, np.ndarray) else [kind(arithmetic.finished(weight)) for weight in weights]
        )
    except OverflowError:
        raise _too_large() from None
    with np.errstate(over="ignore"):
        np.add.at(matrix, (tails, heads), numbers)
    return matrix


def _too_large() -> ValueOverflowError:
    return ValueOverflowError(
        "weights on a cycle are, or add up to, more than the largest float (1.8e308), and whether its walks converge "
        "cannot be told"
    )


def _walks(graph: CompiledGraph, start: int, stop: int) -> NDArray[Any] | Inverse:
    if graph.cycles == "reduced-form":
        return _reduced(graph, start, stop)
    size = stop - start
    tails, heads, weights = component_edges(graph, start, stop)
    matrix = np.bincount(tails * size + heads, np.asarray(weights), size * size).reshape(size, size)
    _require(graph, matrix, start, stop)
    return np.asarray(np.linalg.inv(np.eye(size) - matrix))


def _reduced(graph: CompiledGraph, start: int, stop: int) -> Inverse:
    """Return (I - A)^-1 of floats or complex numbers, where I - A is proven to be regular."""
    tails, heads, weights = component_edges(graph, start, stop)
    size = stop - start
    numbers = weights if isinstance(weights, np.ndarray) else _complex(weights)
    inverse = enclosed_inverse(size, tails * size + heads, numbers)
    if not inverse.is_proven:
        raise CycleError(
            find_cycle(graph, start, stop),
            *_IRREGULAR,
            f" proven regular; its condition number is {inverse.condition:.2g}: it is singular or as good as that",
            *([] if numbers.dtype.kind == "c" else [Remedy(Keyword("exact", True), "decides")]),
        )
    return inverse


def _exact_walks(graph: CompiledGraph, start: int, stop: int) -> Any:
    size, entries = stop - start, component_entries(graph, start, stop)
    if any(isinstance(weight, complex) for _, _, weight in entries):
        if graph.cycles == "reduced-form":
            return _reduced(graph, start, stop)
        matrix = _dense(graph, start, stop, complex)
        _require(graph, matrix, start, stop)
        return np.linalg.inv(np.eye(size) - matrix).tolist()
    if graph.cycles == "reduced-form":
        return _exactly_reduced(graph, entries, start, stop)
    rational = all(isinstance(weight, (int, Fraction, Decimal)) for _, _, weight in entries)
    positive = rational and all(weight >= 0 for _, _, weight in entries)
    if rational and not positive:
        _require(graph, _dense(graph, start, stop, float), start, stop)
    inverse = _inverse(size, entries, *graph.one_and_zero, positive)
    if inverse is None:
        raise _divergence(graph, np.linalg.eigvals(_dense(graph, start, stop, float)), start, stop)
    return inverse


def _exactly_reduced(
    graph: CompiledGraph, entries: list[tuple[int, int, Number]], start: int, stop: int
) -> list[list[Number]]:
    """Return (I - A)^-1 by pivots: of rationals exactly, Decimals rounded once at the end, of symbols formally."""
    decimal = any(isinstance(weight, Decimal) for _, _, weight in entries)
    if decimal:  # which round, so that no pivot of theirs is known to be 0
        entries = [(tail, head, Fraction(weight)) for tail, head, weight in entries]
    one, zero = (Fraction(1), Fraction(0)) if decimal else graph.one_and_zero
    inverse = _inverse(stop - start, entries, one, zero, False)
    if inverse is None:
        raise CycleError(find_cycle(graph, start, stop), *_IRREGULAR, " regular, and it is singular")
    if decimal:
        return [[Decimal(entry.numerator) / entry.denominator for entry in row] for row in inverse]
    return inverse


def _identity(size: int, one: Number, zero: Number) -> list[list[Number]]:
    return [[one if i == j else zero for j in range(size)] for i in range(size)]


def _inverse(
    size: int, entries: list[tuple[int, int, Number]], one: Number, zero: Number, positive: bool
) -> list[list[Number]] | None:
    """Invert I - A (Gauss and Jordan); None where `positive` and a pivot is not, or where the matrix is singular."""
    work = [[*row, *unit] for row, unit in zip(_identity(size, one, zero), _identity(size, one, zero), strict=True)]
    for tail, head, weight in entries:
        work[tail][head] = work[tail][head] - weight
    for column in range(size):
        pivot_row = next((i for i in range(column, size) if work[i][column] != 0), None)
        if pivot_row is None or (positive and (pivot_row != column or work[column][column] <= 0)):
            return None
        work[column], work[pivot_row] = work[pivot_row], work[column]
        _clear(work, column)
    return [row[size:] for row in work]


def _clear(work: list[list[Number]], column: int) -> None:
    """Make a column's pivot 1 and its other entries 0, by multiples of the pivot's row."""
    pivot = work[column][column]
    work[column] = [entry / pivot for entry in work[column]]
    for i, row in enumerate(work):
        factor = row[column]
        if i != column and factor != 0:
            work[i] = [a - factor * b for a, b in zip(row, work[column], strict=True)]


def _require(graph: CompiledGraph, matrix: NDArray[Any], start: int, stop: int) -> None:
    """Raise unless the walks of a component converge."""
    sizes = np.abs(matrix)
    if not np.isfinite(sizes).all():
        raise _too_large()
    if min(sizes.sum(axis=0).max(), sizes.sum(axis=1).max()) < MAX_RADIUS:
        return
    lower, upper, _ = bounds(sizes.__matmul__, len(sizes), MAX_RADIUS)
    if upper < MAX_RADIUS:
        return
    if _is_plainly_large(sizes, lower) and np.array_equal(sizes, matrix):
        raise _divergence(graph, np.array([lower]), start, stop, "at least ")
    eigenvalues = np.linalg.eigvals(matrix)
    if np.abs(eigenvalues).max() >= MAX_RADIUS:
        raise _divergence(graph, eigenvalues, start, stop)


def _is_plainly_large(sizes: NDArray[Any], lower: float) -> bool:
    """Return whether a bound from below spares the eigenvalues of a large non-negative matrix, which are cubic."""
    return lower >= 1 and len(sizes) > MAX_NAMED


def require_shrinking(graph: CompiledGraph, start: int, stop: int) -> None:
    """Raise unless walks round a component shrink whatever the signs: else none is strongest or can be drawn."""
    if stop - start > _most(graph.divisible)[0]:
        if walks(graph.divisible, start, stop).sizes is None:
            raise _no_strongest(graph, start, stop, "is known to be the strongest: that they shrink is not proven")
        return
    with np.errstate(over="ignore"):
        matrix = np.abs(_dense(graph, start, stop, complex))
    if not np.isfinite(matrix).all():
        raise _too_large()
    lower, upper, _ = bounds(matrix.__matmul__, len(matrix), MAX_RADIUS)
    if upper < MAX_RADIUS:
        return
    at_least, radius = ("at least ", lower) if _is_plainly_large(matrix, lower) else ("", spectral_radius(matrix))
    if radius >= MAX_RADIUS:
        radius_is = f"the spectral radius of the absolute weights is {at_least}{radius:.6g}"
        raise _no_strongest(graph, start, stop, f"is the strongest, for they do not shrink: {radius_is}")


def _no_strongest(graph: CompiledGraph, start: int, stop: int, why: str) -> CycleError:
    return CycleError(find_cycle(graph, start, stop), f" No walk round it {why}", COLLAPSE)


def _divergence(
    graph: CompiledGraph, eigenvalues: NDArray[Any], start: int, stop: int, at_least: str = ""
) -> CycleError:
    radius = float(np.abs(eigenvalues).max())
    return CycleError(
        find_cycle(graph, start, stop),
        " ",
        Keyword("cycles", "solve"),
        f" cannot sum its walks: their spectral radius is {at_least}{radius:.6g} and must be below 1",
        *_instead(eigenvalues),
        # Of what a file says, a total without what goes round is the answer to another question.
        *([] if graph.preset is None else [COLLAPSE]),
    )


def _instead(eigenvalues: NDArray[Any]) -> Iterator[object]:
    """Yield what there is instead of a sum of walks, by the eigenvalues of A: where one is 1, I - A has no inverse."""
    if np.abs(eigenvalues - 1).min() > NEAR_ONE:
        yield REDUCED
    else:
        yield ", and 1 is an eigenvalue: as simultaneous equations the edges have no one solution either"


def solving(graph: CompiledGraph, start: int) -> Iterator[Remedy]:
    """Yield the remedy that sums the walks of the component that starts somewhere, where they shrink, signs aside."""
    matrix = _numbers(graph, *next(ends for ends in graph.topology.cyclic.tolist() if ends[0] == start))
    if matrix is not None and spectral_radius(np.abs(matrix)) < MAX_RADIUS:
        yield Remedy(Keyword("cycles", "solve"), "keeps every node")


def _numbers(graph: CompiledGraph, start: int, stop: int) -> NDArray[Any] | None:
    """Return the matrix of a component; None of a large one, of symbols and of what no float holds."""
    if stop - start > MAX_NAMED:
        return None
    try:
        matrix = _dense(graph, start, stop, complex)
    except (TypeError, ValueError, OverflowError):
        return None
    return matrix if np.isfinite(matrix).all() else None


def cycle_error(graph: CompiledGraph, start: int, stop: int) -> CycleError:
    """Return the error that names a component's cycle and says what each remedy does."""
    solve = "sums its walks"
    instead: list[object] = []
    matrix = _numbers(graph, start, stop)
    if matrix is not None:
        with one_thread(stop - start):
            eigenvalues = np.linalg.eigvals(matrix)
        radius = float(np.abs(eigenvalues).max())
        limit = "" if radius < MAX_RADIUS else ": they do not converge"
        solve = f"{solve} (spectral radius {radius:.3g}{limit})"
        instead = [part for part in _instead(eigenvalues) if limit and isinstance(part, Remedy)]
        if limit and graph.edge_meaning == "calls":  # neither is an answer on how functions call each other
            return CycleError(find_cycle(graph, start, stop), COLLAPSE)
    return CycleError(find_cycle(graph, start, stop), Remedy(Keyword("cycles", "solve"), solve), *instead, COLLAPSE)


def find_cycle(graph: CompiledGraph, start: int, stop: int) -> list[Any]:
    """Return the labels of a shortest cycle through a component's first node, first and last the same."""
    successors: dict[int, list[int]] = {}
    for tail, head, _ in component_entries(graph, start, stop):
        successors.setdefault(tail, []).append(head)
    came_from: dict[int, int] = {}
    queue = deque([0])
    while 0 not in came_from:
        if not queue:  # no graph that was compiled, but a file is only looked at as far as memory is concerned
            raise FormatError("the saved graph is damaged: one of its components has no cycle")
        node = queue.popleft()
        for head in successors.get(node, ()):
            if head not in came_from:
                came_from[head] = node
                queue.append(head)
    trail = [0, came_from[0]]
    while trail[-1] != 0:
        trail.append(came_from[trail[-1]])
    return [graph.topology.label(start + node) for node in reversed(trail)]
