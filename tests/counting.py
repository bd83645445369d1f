"""How much a question computes: `counting` counts the sweeps, restrictions and rankings that are made in a block.

Every computation of a kind goes through the functions below, wherever it is asked for, so a profiler's call events are
enough: the package carries no counter.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import graphdiff
from graphdiff.graph import compiled
from graphdiff.paths import paths, strongest
from graphdiff.sets import counts as censuses
from graphdiff.sets import fewest
from graphdiff.sums import between, cycles, straight, sweeps

PACKAGE = str(Path(graphdiff.__file__).parent)

#: The functions that do the work, by what a call of one of them counts as.
WORK: dict[str, list[Callable[..., Any]]] = {
    # a graph made into arrays
    "compilations": [compiled.compile],
    # what lies between two ends, looked for in the whole graph
    "restrictions": [cycles.between_mask],
    # every edge once, forward or in reverse
    "sweeps": [sweeps.forward_values, sweeps.reverse_values, sweeps.forward_from, sweeps.reverse_from],
    # totals of few edges with what is proven of them, over lists
    "walks": [straight._ahead, straight._behind],
    # the same over a semiring: paths counted, lengths, sums of sizes
    "semirings": [
        between.forward_over,
        between.reverse_over,
        between.exact_sums,
        censuses._counted,
        censuses._sums,
        paths._Counting._swept,
    ],
    # the same without some edges
    "cut_sweeps": [fewest.Rest.tangents.func, fewest.Rest.through.func],
    # the ways to the target made ready to be ranked
    "rankings": [strongest.Ranking.__init__],
}


@dataclass
class Counts:
    """How often each kind of work was done, and the files of the package in which any function was called."""

    compilations: int = 0
    restrictions: int = 0
    sweeps: int = 0
    walks: int = 0
    semirings: int = 0
    cut_sweeps: int = 0
    rankings: int = 0
    files: set[str] = field(default_factory=set)

    @property
    def work(self) -> dict[str, int]:
        """What was done at all."""
        return {kind: number for kind in WORK if (number := getattr(self, kind))}


@contextmanager
def counting() -> Iterator[Counts]:
    """Count what is computed in the block, by this thread.

    >>> with counting() as counts:
    ...     graphdiff.CompiledGraph.from_arrays([0], [1])
    <CompiledGraph: 2 nodes, 1 edge, no cycles>
    >>> counts.work
    {}
    """
    kinds = {function.__code__: kind for kind, functions in WORK.items() for function in functions}
    counts = Counts()

    def called(frame: FrameType, event: str, _: Any) -> None:
        if event != "call":
            return
        code = frame.f_code
        # Where numba is loaded, ints are bounded by a sweep within the sweep: it is no work of the question.
        within = frame.f_back is not None and frame.f_back.f_code.co_filename == code.co_filename == sweeps.__file__
        if code in kinds and not within:
            setattr(counts, kinds[code], getattr(counts, kinds[code]) + 1)
        if code.co_filename.startswith(PACKAGE):
            counts.files.add(code.co_filename)

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        yield counts
    finally:
        sys.setprofile(before)
