"""What becomes of the gradient of whole arrays on its way back: where it vanishes, cancels, is skipped, or stops.

A node's size is the root mean square of its adjoint's entries, so that arrays of all shapes compare.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.operations.flow import ArrayFlow
from graphdiff.operations.space import entries
from graphdiff.operations.sweeps import Operation
from graphdiff.structure.gradients import GradientFlow, in_layers
from graphdiff.text.numbers import percent, shown
from graphdiff.text.sentences import how_many
from graphdiff.text.tables import Frame, Result, hanging, in_columns, table

__all__ = ["ArrayDiagnosis", "Cancelling", "DeadUnits", "Repeated", "Skip"]

#: Operations that let entries through or stop them, by the last part of their names.
GATES = ("clamp", "clip", "hardtanh", "max", "maximum", "min", "minimum", "relu", "relu6", "threshold", "where")
#: Operations that add their operands up, where a skip meets what it goes past.
SUMS = ("add", "add_any", "add_", "sub", "subtract")
#: What enters a node cancels where its sizes add up to so many times what passes it.
CANCELS = 10.0
#: What is run so many times is told run by run.
MIN_RUNS = 3
#: So many rows of each kind a report shows, where it has no more lines than this for all, below so many at its head.
ROWS, LINES, HEAD = 8, 40, 22


@dataclass(frozen=True)
class Skip:
    """A sum one of whose operands also leads to another: what goes by the skip, and what by the way beside it.

    Attributes
    ----------
    node : str
        The sum.
    skip, beside : str
        The operand that goes past, and the one that was computed of it.
    skipped, computed : float
        What passes by each of the two edges, in the total's unit.
    """

    node: str
    skip: str
    beside: str
    skipped: float
    computed: float


@dataclass(frozen=True)
class Cancelling:
    """A node into which much more flows than passes it: sizes of what enters, over what passes."""

    node: str
    entering: float
    passing: float

    @property
    def factor(self) -> float:
        """How many times as much enters."""
        return self.entering / abs(self.passing) if self.passing else float("inf")


@dataclass(frozen=True)
class Repeated:
    """An operation of one line and module that was run several times: the gradient's size at each run, in order."""

    op: str
    line: int | None
    module: str | None
    sizes: tuple[float, ...]

    @property
    def factor(self) -> float | None:
        """By what the size changes from one run to the one before it."""
        first, last = self.sizes[0], self.sizes[-1]
        return (first / last) ** (1 / (len(self.sizes) - 1)) if first and last else None


@dataclass(frozen=True)
class DeadUnits:
    """How many entries of a gate have derivative 0 in all rows of a batch, of how many; and how many rows there are."""

    node: str
    n_dead: int
    n_units: int
    n_rows: int


@dataclass(frozen=True, eq=False, repr=False)
class ArrayDiagnosis(Result):
    """What becomes of the gradient of `Operations`; in pandas a row for each node with its size and depth.

    Attributes
    ----------
    flow : ArrayFlow
        What passes each edge, in the direction asked, by default gradient × input.
    limits : (float, float)
        Below and above which the size is said to vanish and to explode, in units of what it starts with.
    """

    flow: ArrayFlow
    limits: tuple[float, float]

    @cached_property
    def sizes(self) -> NDArray[np.float64]:
        """The root mean square of each adjoint's entries, shape (n_nodes,); NaN where there is none."""
        counts = np.array([entries(one.value) for one in self._operations], dtype=float)
        sizes: NDArray[np.float64] = self.flow.norms / np.sqrt(np.maximum(counts, 1))
        sizes[sizes == 0] = np.nan
        return sizes

    @property
    def _operations(self) -> Sequence[Operation]:
        return self.flow.net.operations

    @cached_property
    def depths(self) -> NDArray[np.int64]:
        """How many operations there are from each node to the nearest output that counts; beyond where none is."""
        depths = np.full(len(self._operations), len(self._operations))
        depths[list(self.flow.cotangent)] = 0
        for position in reversed(range(len(self._operations))):
            for operand in self._operations[position].operands:
                depths[operand] = min(depths[operand], depths[position] + 1)
        return depths

    @cached_property
    def gradient_flow(self) -> GradientFlow:
        """The sizes by depth; inputs and parameters stand apart."""
        start = max(float(self.sizes[position]) for position in self.flow.cotangent)
        used: list[int] = np.flatnonzero(self.depths < len(self._operations)).tolist()
        roots = [place for place, position in enumerate(used) if self._operations[position].maps is None]
        names = [self._operations[position].name for position in used]
        return in_layers(self.sizes[used], self.depths[used], roots, names.__getitem__, self.limits, start)

    @cached_property
    def by_module(self) -> dict[str, float]:
        """The median size in each module, in the order of the computation."""
        return self._medians(None)

    def _medians(self, depth: int | None) -> dict[str, float]:
        """Return the median size in each module, of its path so many parts."""
        sizes: dict[str, list[float]] = {}
        for operation, size in zip(self._operations, self.sizes.tolist(), strict=True):
            if "module" in operation.about and operation.maps is not None and not np.isnan(size):
                name = ".".join(str(operation.about["module"]).split(".")[:depth])
                sizes.setdefault(name, []).append(size)
        return {module: float(np.median(inside)) for module, inside in sizes.items()}

    def _few_modules(self) -> dict[str, float]:
        """Return the medians of as many modules as a report shows, those in others together with these."""
        deepest = max((name.count(".") + 1 for name in self.by_module), default=1)
        by_depth = [self._medians(depth) for depth in range(deepest, 0, -1)]
        return next((medians for medians in by_depth if len(medians) <= ROWS), by_depth[-1])

    @cached_property
    def repeated(self) -> list[Repeated]:
        """Operations that were run several times, each run on what the one before made, as in a loop over time.

        Those run most are first.
        """
        runs: dict[tuple[Any, ...], list[int]] = {}
        for position, operation in enumerate(self._operations):
            if operation.maps is not None and "line" in operation.about:
                about = operation.about
                key = operation.op, about["line"], about.get("module"), about.get("file")
                runs.setdefault(key, []).append(position)
        sizes = np.nan_to_num(self.sizes).tolist()
        often = [
            Repeated(op, line, module, tuple([sizes[position] for position in positions]))
            for (op, line, module, _), positions in runs.items()
            if len(positions) >= MIN_RUNS and all(self._leads(*pair) for pair in pairwise(positions))
        ]
        return sorted(often, key=lambda one: -len(one.sizes))

    @cached_property
    def skips(self) -> list[Skip]:
        """Sums one of whose operands also leads to another, with what goes by either."""
        return list(self._skips())

    def _skips(self) -> Iterator[Skip]:
        starts = self.flow.net.edge_starts
        names = [operation.name for operation in self._operations]
        for position, operation in enumerate(self._operations):
            if not is_of(operation.op, SUMS):
                continue
            pairs = ((skip, other) for skip in range(2) for other in range(2) if skip != other)
            for skip, other in pairs if len(operation.operands) == 2 else ():
                past, computed = operation.operands[skip], operation.operands[other]
                if past < computed and self._leads(past, computed):
                    passing = (float(self.flow.edges[starts[position] + place]) for place in (skip, other))
                    yield Skip(operation.name, names[past], names[computed], *passing)

    def _leads(self, first: int, last: int) -> bool:
        """Tell whether a way leads from one operation to another; what lies before the first is not looked at."""
        seen, ahead = {last}, [last]
        while ahead:
            for operand in self._operations[ahead.pop()].operands:
                if operand == first:
                    return True
                if operand > first and operand not in seen:
                    seen.add(operand)
                    ahead.append(operand)
        return False

    @cached_property
    def cancelling(self) -> list[Cancelling]:
        """Nodes into which much more flows than passes them, the worst first."""
        starts = self.flow.net.edge_starts
        sums = np.add.reduceat(np.append(np.abs(self.flow.edges), 0.0), starts[:-1]) if starts[-1] else np.zeros(0)
        rows = [
            Cancelling(operation.name, float(entering), float(passing))
            for operation, entering, passing in zip(self._operations, sums, self.flow.nodes, strict=True)
            if operation.operands and entering > CANCELS * abs(passing)
        ]
        return sorted(rows, key=lambda row: -row.factor)

    @cached_property
    def dead_units(self) -> list[DeadUnits]:
        """Gates with entries that let nothing through in any row of the first axis, the batch."""
        gates = [one for one in self._operations if one.maps is not None and is_of(one.op, GATES)]
        return [found for one in gates if (found := self._dead(one)) is not None]

    def _dead(self, operation: Operation) -> DeadUnits | None:
        space = self.flow.net.space
        if isinstance(operation.value, tuple) or operation.maps is None:
            return None
        pulled = operation.maps.pull(space.like(1.0, operation.value))
        through = [space.to_numpy(one) != 0 for one in pulled if one is not None]
        shape = tuple(operation.value.shape)
        alike = [one for one in through if one.shape == shape]
        if not alike or len(shape) < 2:
            return None
        is_alive = np.any(np.logical_or.reduce(alike), axis=0)
        n_dead = int(is_alive.size - is_alive.sum())
        return DeadUnits(operation.name, n_dead, is_alive.size, shape[0]) if n_dead else None

    def __repr__(self) -> str:
        return f"<ArrayDiagnosis: {self.headline()}>"

    def __str__(self) -> str:
        return in_columns(self._lines())

    def _lines(self) -> Iterator[str]:
        flow = self.gradient_flow
        yield self.headline()
        yield "  sizes are root mean squares of an array's entries, steps are operations to the output"
        yield from (f"  {line}" for line in flow.table())
        yield from chain.from_iterable(hanging(f"  {name}: ", text) for name, text in flow.notes())
        sections = [(title, rows) for title, rows in self._sections() if rows]
        room = (LINES - HEAD) // max(1, len(sections)) - 3  # a line between, the title, and how many more there are
        for title, rows in sections:
            yield from _titled(title, rows, min(ROWS, room))

    def _sections(self) -> Iterator[tuple[str, list[tuple[str, list[str]]]]]:
        yield "Median size in each module", [(name, [shown(n)]) for name, n in self._few_modules().items()]
        yield "Run by run: the size at the first and the last", [_run_row(one) for one in self.repeated]
        yield "Skips: what goes by the skip, and by the way beside it", list(map(self._skip_row, self.skips))
        yield "Cancelling: sizes of what enters, and what passes", [_cancel_row(one) for one in self.cancelling]
        yield "Entries that let nothing through in any row", [_dead_row(one) for one in self.dead_units]

    def _skip_row(self, skip: Skip) -> tuple[str, list[str]]:
        cells = [
            shown(number) if (share := self.flow.share(number)) is None else percent(share)
            for number in (skip.skipped, skip.computed)
        ]
        return f"{skip.skip} -> {skip.node}", [*cells, f"beside {skip.beside}"]

    def headline(self) -> str:
        """Return in a line what the gradient does."""
        return f"the gradient's entries are {self.gradient_flow.verdict()}"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "gradient_flow": self.gradient_flow.to_dict(),
            "modules": self.by_module,
            "repeated": [vars(one) | {"sizes": list(one.sizes), "factor": one.factor} for one in self.repeated],
            "skips": [dict(vars(one)) for one in self.skips],
            "cancelling": [dict(vars(one)) for one in self.cancelling],
            "dead_units": [dict(vars(one)) for one in self.dead_units],
        }

    def _frame(self) -> Frame:
        rows = zip(self._operations, self.sizes.tolist(), self.depths.tolist(), strict=True)
        return Frame([{"node": one.name, "op": one.op, "size": size, "depth": depth} for one, size, depth in rows])


def is_of(op: str, kinds: Sequence[str]) -> bool:
    """Tell whether an operation is of one of some kinds, as its library names it.

    Examples
    --------
    >>> is_of("aten.add.Tensor", SUMS), is_of("add_any", SUMS), is_of("matmul", SUMS)
    (True, True, False)
    """
    return any(part in kinds for part in op.split("."))


def _titled(title: str, rows: list[tuple[str, list[str]]], most: int) -> Iterator[str]:
    """Yield the first rows under their title."""
    yield from ("", title, *table(rows[:most]))
    if len(rows) > most:
        yield f"  {len(rows) - most:,} more: to_dict() has all"


def _run_row(one: Repeated) -> tuple[str, list[str]]:
    place = f" in {one.module}" if one.module else ""
    factor = "" if one.factor is None else f"{shown(one.factor)} times a run back"
    sizes = [f"first {shown(one.sizes[0])}", f"last {shown(one.sizes[-1])}", factor]
    return f"{one.op}, line {one.line}{place}", [how_many(len(one.sizes), "runs"), *sizes]


def _cancel_row(one: Cancelling) -> tuple[str, list[str]]:
    return one.node, [shown(one.entering), shown(one.passing)]


def _dead_row(one: DeadUnits) -> tuple[str, list[str]]:
    return one.node, [f"{one.n_dead:,} of {one.n_units:,}", f"in {how_many(one.n_rows, 'rows')}"]
