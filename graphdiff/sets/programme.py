"""Linear programmes over variables from 0 to 1: HiGHS solves them in floats, what it says is proven in rationals.

`minimise c·x where A x >= b and 0 <= x <= 1`, some of `x` whole. Whatever y >= 0 is, no solution costs less than
`y·b + sum of min(0, c - y·A)`: weak duality, in rationals exact. HiGHS gives a good y, of which nothing is taken on
trust. Where that bound is too low for whole numbers, they are branched on, and each branch is bounded likewise. There
one column more, which every row may take in place of what it lacks and which costs more than is asked, leaves a
solution whatever is fixed, so that y is always there.

Rows that are too many to write down are added where a solution violates them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from fractions import Fraction
from threading import Thread
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["AUTO", "MORE", "TIMEOUT", "Clock", "Programme", "Rational", "Row", "has_solver"]

Answer = TypeVar("Answer")
Progress = Callable[[int, int | None], None] | None
Rational: TypeAlias = int | Fraction
Row: TypeAlias = tuple[Mapping[int, Rational], Rational]

#: How many seconds HiGHS may take in all, unless a caller says otherwise.
TIMEOUT = 60.0
#: What a caller says who leaves it to the size of the question whether there is a programme at all.
AUTO: Final = "auto"
#: What would tell more, by what is lacking.
MORE = {"scipy": "; pip install scipy to know more", "time": "; a longer timeout may tell more"}
#: Duals are rounded to parts of this, which has all denominators up to 16.
PARTS = 720720
#: Reduced costs below 0 are rounded down to parts of this, so that their sum stays short.
FINE = 2**100


def has_solver() -> bool:
    """Tell whether scipy is there, which brings HiGHS; it is imported only here and below.

    Examples
    --------
    >>> has_solver() in (True, False)
    True
    """
    try:
        import scipy.optimize  # noqa: F401
    except ImportError:
        return False
    return True


class Clock:
    """How long is left; what runs by it can be stopped at any moment, by the limit or by Ctrl-C.

    Examples
    --------
    >>> clock = Clock(60.0)
    >>> clock.run(lambda: 3), clock.left > 50
    (3, True)
    """

    def __init__(self, seconds: float | None, progress: Progress = None) -> None:
        self.seconds = math.inf if seconds is None else seconds
        self.began = time.monotonic()
        self.progress = progress

    @property
    def left(self) -> float:
        """How many seconds are left; 0 where none are."""
        return max(0.0, self.began + self.seconds - time.monotonic())

    @property
    def limit(self) -> dict[str, float]:
        """The option of HiGHS that stops it in time."""
        return {} if math.isinf(self.seconds) else {"time_limit": max(self.left, 0.01)}

    def stop(self) -> None:
        """Have nothing left: what was asked for last has not ended in time."""
        self.seconds = 0.0

    def tell(self) -> None:
        """Tell how many seconds have passed, and how many there are."""
        if self.progress is not None:
            whole = None if math.isinf(self.seconds) else math.ceil(self.seconds)
            self.progress(int(time.monotonic() - self.began), whole)

    def run(self, task: Callable[[], Answer]) -> Answer:
        """Run a task in a thread, so that Ctrl-C gets through (from scipy 1.15 on); HiGHS itself ends in its time."""
        outcome: Future[Answer] = Future()

        def fulfil() -> None:
            try:
                outcome.set_result(task())
            except Exception as error:  # raised again where it is asked for
                outcome.set_exception(error)

        thread = Thread(target=fulfil, daemon=True)
        thread.start()
        while thread.is_alive():
            self.tell()
            thread.join(0.1)
        self.tell()
        return outcome.result()


@dataclass(frozen=True)
class Programme:
    """What is to cost little, under which conditions.

    Attributes
    ----------
    costs : sequence of int
        Of each variable, 0 or more.
    whole : sequence of bool
        Which variables are 0 or 1.
    rows : list of (dict, number)
        The coefficients of each row by variable, rationals, and what the row is at least.
    violated : callable
        Returns further rows that a solution does not fulfil; none where it fulfils all there are.

    Examples
    --------
    >>> half = Programme([1, 1, 1], [True] * 3, [(dict.fromkeys(pair, 1), 1) for pair in [(0, 1), (1, 2), (2, 0)]])
    >>> half.bound([0.5, 0.5, 0.5])
    2
    """

    costs: Sequence[int]
    whole: Sequence[bool]
    rows: list[Row] = field(default_factory=list)
    violated: Callable[[NDArray[Any]], Sequence[Row]] = lambda values: ()

    def bound(self, duals: Sequence[float | Fraction], fixed: Mapping[int, int] | None = None, lack: int = 0) -> int:
        """Return what a solution costs at least, proven by some duals, where all that costs anything is whole."""
        exact = [Fraction(dual) for dual in duals]
        rounded = [Fraction(round(dual * PARTS), PARTS) for dual in exact]
        return max(self._bound(weights, fixed or {}, lack) for weights in (exact, rounded))

    def _bound(self, duals: list[Fraction], fixed: Mapping[int, int], lack: int) -> int:
        """Return y·b with what each column can win: one that is fixed its reduced cost, others only what is below 0."""
        reduced: dict[int, Rational] = dict(enumerate(self.costs))
        spare: Rational = lack
        whole: Rational = 0
        for dual, (row, least) in zip(duals, self.rows, strict=True):
            if dual > 0:
                whole += dual * least
                spare -= dual
                for column, number in row.items():
                    reduced[column] -= dual * number
        won = sum(math.floor(cost * FINE) for cost in _won(reduced, fixed))
        if lack:
            won += math.floor(min(0, spare) * FINE)
        return math.ceil(whole + Fraction(won, FINE))

    def relaxed(
        self, goal: int, clock: Clock, fixed: Mapping[int, int] | None = None, lack: int = 0
    ) -> tuple[NDArray[Any] | None, int]:
        """Return the best solution where none need be whole, None where there is none in time, and what is proven.

        Parameters
        ----------
        goal : int
            Where this is proven, no more rows are added.
        clock : Clock
        fixed : mapping of variable to 0 or 1, optional
        lack : int, optional
            What it costs to lack up to 1 in every row; 0 is forbidden.
        """
        values, proven = None, 0
        while clock.left and (answer := self._relaxed(clock, fixed or {}, lack)) is not None:
            values, proven = answer[0], max(proven, answer[1])
            more = self.violated(values) if proven < goal else ()
            if not more:
                break
            self.rows.extend(more)
        return values, proven

    def _relaxed(self, clock: Clock, fixed: Mapping[int, int], lack: int) -> tuple[NDArray[Any], int] | None:
        from scipy.optimize import linprog

        largest = max(self.costs)
        costs = np.array([cost / largest for cost in [*self.costs, *([lack] if lack else [])]])
        limits = np.array([[0.0, 1.0]] * len(costs))
        for column, number in fixed.items():
            limits[column] = number
        matrix, least = self._matrix(lack=bool(lack))
        answer = clock.run(
            lambda: linprog(costs, A_ub=-matrix, b_ub=-least, bounds=limits, method="highs", options=clock.limit)
        )
        if answer.status != 0:
            clock.stop()
            return None
        duals = [Fraction(-float(dual)) * largest for dual in answer.ineqlin.marginals]
        return answer.x[: len(self.costs)], self.bound(duals, fixed, lack)

    def solved(self, clock: Clock) -> NDArray[Any] | None:
        """Return a solution, whole where it has to be, that HiGHS takes for the best or got to in time."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        largest = max(self.costs)
        costs = np.array([cost / largest for cost in self.costs])
        matrix, least = self._matrix(lack=False)
        answer = clock.run(
            lambda: milp(
                costs,
                integrality=np.array(self.whole, dtype=int),
                bounds=Bounds(0, 1),
                constraints=LinearConstraint(matrix, lb=least),
                options={"mip_rel_gap": 0, **clock.limit},
            )
        )
        if answer.status != 0:
            clock.stop()
        return None if answer.x is None else np.asarray(answer.x)

    def _matrix(self, *, lack: bool) -> tuple[Any, NDArray[Any]]:
        """Return the rows as HiGHS takes them."""
        from scipy.sparse import csr_array

        entries = [
            (place, column, float(number)) for place, (row, _) in enumerate(self.rows) for column, number in row.items()
        ]
        if lack:
            entries += [(place, len(self.costs), 1.0) for place in range(len(self.rows))]
        places, columns, numbers = zip(*entries, strict=True)
        shape = (len(self.rows), len(self.costs) + lack)
        ends = np.array((places, columns), dtype=np.int32)  # older scipy takes no others
        return csr_array((numbers, (ends[0], ends[1])), shape=shape), np.array([float(least) for _, least in self.rows])

    def proven(self, goal: int, at_least: int, clock: Clock) -> int:
        """Return what a solution costs at least, up to a goal: branch by branch, as far as time allows.

        Parameters
        ----------
        goal : int
            What is to be proven; a branch that cannot cost less is left.
        at_least : int
            What is known.
        clock : Clock
        """
        waiting: list[tuple[int, dict[int, int]]] = [(at_least, {})]
        proven = goal
        while waiting and clock.left:
            known, fixed = waiting.pop()
            values, bound = self.relaxed(goal, clock, fixed, lack=2 * goal)
            bound = max(known, bound)
            if bound >= goal:
                continue
            column = None if values is None else self._undecided(values, fixed)
            if values is None or column is None:  # time is over; or all is fixed, and rounding hides what is lacking
                proven = min(proven, bound)
                continue
            first = round(values[column])
            waiting += [(bound, {**fixed, column: 1 - first}), (bound, {**fixed, column: first})]
        return max(at_least, min([proven, *(known for known, _ in waiting)]))

    def _undecided(self, values: NDArray[Any], fixed: Mapping[int, int]) -> int | None:
        """Return the variable to be whole that is not fixed and lies farthest from both ends; None where none is."""
        free = np.array(self.whole, dtype=bool)
        free[list(fixed)] = False
        if not free.any():
            return None
        return int(np.argmax(np.where(free, np.minimum(values, 1 - values), -1.0)))


def _won(reduced: Mapping[int, Rational], fixed: Mapping[int, int]) -> Iterator[Rational]:
    """Yield the least that each variable can add, where it is not 0."""
    for column, cost in reduced.items():
        if column in fixed:
            if fixed[column] and cost:
                yield cost
        elif cost < 0:
            yield cost
