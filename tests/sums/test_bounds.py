"""Proven error bounds against exact numbers: many thousands a night, some always, and how near errors come to them.

Graphs are drawn from their number. Of each the totals between all pairs of nodes are compared: of floats and complex
numbers without cycles with sums of Fractions, edge by edge, round cycles with the inverse by Gauss and Jordan in
Fractions, where a complex number is a block of four.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from graphs import reduced
from numpy.typing import NDArray
from tried import BOUNDS

import graphdiff as gd
from graphdiff.graph.ends import Seeds
from graphdiff.sums.certificate import certified

Exact = tuple[Fraction, Fraction]
Case = tuple[gd.CompiledGraph, dict[tuple[int, int], Exact]]

#: What an edge weighs: of all sizes; such that sums cancel; near the smallest and the largest floats.
SIZES = ("any", "cancelling", "tiny", "huge")
UNIT = 2.0**-53
#: Numbers whose complex products are off most (R. Brent, C. Percival, P. Zimmermann, 2007).
WORST = (
    complex(0.75 * (1 + 4 * UNIT), 0.75),
    complex(float(Fraction(2, 3) * (1 + Fraction(7, 2**53))), float(Fraction(2, 3) * (1 + Fraction(1, 2**53)))),
)


def drawn_weights(rng: np.random.Generator, count: int, sizes: str) -> NDArray[np.float64]:
    weights = rng.normal(size=count)
    if sizes == "cancelling":
        signs = rng.choice([-1.0, 1.0], count)
        return np.asarray(signs * (1 + rng.choice([0.0, 2.0**-52, 2.0**-30, -(2.0**-53)], count)))
    if sizes == "tiny":  # two of them make what floats just lose, one more what was lost large
        return np.asarray(weights * 10.0 ** rng.choice([-162.0, -161.0, -161.0, -160.0, 200.0], count))
    low, high = {"any": (-3, 4), "huge": (-60, 60)}[sizes]
    return np.asarray(weights * 10.0 ** rng.integers(low, high, count).astype(float))


def parts(number: complex) -> Exact:
    return Fraction(number.real), Fraction(number.imag)


def acyclic(seed: int, *, is_complex: bool) -> Case:
    """Return a graph without cycles, parallel edges among its own, and the exact totals where there is a path."""
    rng = np.random.default_rng(seed)
    sizes, n_nodes = SIZES[seed % len(SIZES)], int(rng.integers(3, 9))
    ends = np.sort(rng.integers(0, n_nodes, (3 * n_nodes, 2)), axis=1)
    tails, heads = ends[ends[:, 0] < ends[:, 1]].T
    weights: NDArray[Any] = drawn_weights(rng, len(tails), sizes)
    if is_complex:
        weights = weights + 1j * drawn_weights(rng, len(tails), sizes)
        if sizes == "any":
            chosen = rng.random(len(tails)) < 0.5
            weights[chosen] = rng.choice(np.array(WORST), int(chosen.sum()))
    totals: dict[tuple[int, int], Exact] = {}
    edges = sorted(zip(tails.tolist(), heads.tolist(), map(parts, weights.tolist()), strict=True))
    for source in range(n_nodes):
        sums: dict[int, Exact] = {source: (Fraction(1), Fraction(0))}
        for tail, head, (real, imag) in edges:
            if tail in sums:
                a, b = sums[tail]
                before = sums.get(head, (Fraction(0), Fraction(0)))
                sums[head] = before[0] + a * real - b * imag, before[1] + a * imag + b * real
        totals |= {(source, target): total for target, total in sums.items() if target != source}
    return gd.CompiledGraph.from_arrays(tails, heads, weights, labels=list(range(n_nodes))), totals


def cyclic(seed: int, *, is_complex: bool, cycles: str) -> Case | None:
    """Return a graph with cycles and its exact totals; None where walks grow, or the inverse is not proven to exist."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 4 if is_complex else 5))
    scale = (2.0 if cycles == "reduced-form" else 1 / size) * (1.0, 0.25, 1e-8, 1e-160)[seed % 4]
    shape = (size, size)
    matrix: NDArray[Any] = np.clip(rng.normal(size=shape), -0.9, 0.9) * scale
    if is_complex:
        matrix = (matrix + 1j * np.clip(rng.normal(size=shape), -0.9, 0.9) * scale) / 2
    matrix[rng.random(shape) < 0.2] = 0
    exact = inverse(matrix)
    tails, heads = np.nonzero(matrix)
    labels = list(range(size))
    graph = gd.CompiledGraph.from_arrays(tails, heads, matrix[tails, heads], labels=labels, cycles=cycles)
    return None if exact is None else (graph, exact)


def inverse(matrix: NDArray[Any]) -> dict[tuple[int, int], Exact] | None:
    """Return (I - A)^-1 by its entries, each number a block of two by two."""
    size = len(matrix)
    rows = [[Fraction(0)] * (4 * size) for _ in range(2 * size)]
    for i, j in product(range(size), repeat=2):
        real, imag = parts(complex(matrix[i, j]))
        real, imag = int(i == j) - real, -imag
        for a, b, entry in ((0, 0, real), (0, 1, -imag), (1, 0, imag), (1, 1, real)):
            rows[2 * i + a][2 * j + b] = Fraction(entry)
    for place in range(2 * size):
        rows[place][2 * size + place] = Fraction(1)
    found = reduced(rows)
    if found is None:
        return None
    right = [row[2 * size :] for row in found]
    return {(i, j): (right[2 * i][2 * j], right[2 * i + 1][2 * j]) for i, j in product(range(size), repeat=2)}


KINDS: dict[str, Callable[[int], Case | None]] = {
    "floats": lambda seed: acyclic(seed, is_complex=False),
    "complex numbers": lambda seed: acyclic(seed, is_complex=True),
    "walks of floats": lambda seed: cyclic(seed, is_complex=False, cycles="solve"),
    "walks of complex numbers": lambda seed: cyclic(seed, is_complex=True, cycles="solve"),
    "reduced forms of floats": lambda seed: cyclic(seed, is_complex=False, cycles="reduced-form"),
    "reduced forms of complex numbers": lambda seed: cyclic(seed, is_complex=True, cycles="reduced-form"),
}


def parts_of_bounds(kind: str, seed: int) -> Iterator[float]:
    """Yield, for each pair of nodes, the error as a part of its bound, once it is found to hold."""
    case = KINDS[kind](seed)
    if case is None:
        return
    graph, totals = case
    for (source, target), exact in totals.items():
        ends = graph, *(Seeds([graph.topology.position(node)]) for node in (source, target))
        try:
            known = certified(ends)
        except (gd.errors.CycleError, gd.errors.LimitError, gd.errors.ValueOverflowError):
            continue  # refused: nothing is promised
        if known is None or known.error_bound == math.inf:
            assert known is None or known.digits == 0
            continue
        real, imag = parts(complex(known.value))
        off, bound = (real - exact[0]) ** 2 + (imag - exact[1]) ** 2, Fraction(known.error_bound) ** 2
        assert off <= bound, f"{kind}, graph {seed}, {source} to {target}: off {math.sqrt(off / bound)} times the bound"
        if known.digits:
            assert off <= (exact[0] ** 2 + exact[1] ** 2) * 4 / Fraction(10) ** (2 * known.digits)
        yield math.sqrt(off / bound) if bound else 0.0


def tried(kind: str, seeds: Iterator[int], least: int, record_property: Callable[[str, object], None]) -> None:
    """Try graphs until so many bounds are compared."""
    count, nearest = 0, 0.0
    while count < least:
        for part in parts_of_bounds(kind, next(seeds)):
            count, nearest = count + 1, max(nearest, part)
    assert nearest > 0
    record_property("cases", (BOUNDS, count))
    record_property("nearest", (kind, nearest))


#: How many of each kind are in every run, and in each of the nightly parts.
DAILY, NIGHTLY, PARTS = 250, 4_500, 4


@pytest.mark.parametrize("kind", KINDS)
def test_no_error_is_beyond_its_bound(kind: str, record_property: Callable[[str, object], None]) -> None:
    tried(kind, iter(range(10**6)), DAILY, record_property)


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", KINDS)
def test_no_error_of_many_is_beyond_its_bound(
    kind: str, part: int, record_property: Callable[[str, object], None]
) -> None:
    tried(kind, iter(range(10**6 * (part + 1), 10**6 * (part + 2))), NIGHTLY, record_property)
