"""One profile before and one after: what moved a cost between them, by what the files hold.

Numbers and costs of calls give what each call did; stacks, or costs of calls alone, what functions' own code did.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import EXACT_INT, Number, plain
from graphdiff.errors import UsageError
from graphdiff.graph.measured import STACKS
from graphdiff.profiles.attribution import Shape, attributed
from graphdiff.profiles.mixes import Mix, mixes
from graphdiff.profiles.noise import of_stacks, quantum
from graphdiff.profiles.pairing import Paired, paired, scaled
from graphdiff.profiles.trees import stacks_of

__all__ = ["Key", "Measured", "Run", "run_of"]

Values = NDArray[Any]
#: What a part is of: its kind, the caller of a call, and the function.
Key: TypeAlias = tuple[str, Any, Any]
REST: Key = ("rest", None, None)


def tidy(number: Number) -> Number:
    """Return a number of an array as Python's own; a float that is whole as an int.

    Examples
    --------
    >>> tidy(np.float64(3.0)), tidy(2.5)
    (3, 2.5)
    """
    value = plain(number)
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_INT else value


class Measured(NamedTuple):
    """A part of a change: what it did, what it cost before and after, and how often a call was made."""

    change: Number
    before: Number
    after: Number
    calls: tuple[Number, Number] | None = None


@dataclass(frozen=True, eq=False)
class Run:
    """What moved a cost between two profiles.

    Attributes
    ----------
    method : str
        As in `ProfileComparison`.
    before, after : numbers
    parts : dict of Key to Measured
    variances : dict of Key to float, or None
        Of the change of each part, where it was sampled; None where it was not, or no file says how often.
    variance : float or None
        Of the change.
    mixes : list of Mix
    is_averaged : bool
        Whether costs of calls are averages.
    """

    method: str
    before: Number
    after: Number
    parts: dict[Key, Measured]
    variances: dict[Key, float] | None = None
    variance: float | None = None
    mixes: list[Mix] = field(default_factory=list)
    is_averaged: bool = False


def run_of(
    before: nx.DiGraph, after: nx.DiGraph, main: Any = None, *, factors: tuple[Any, Any] = (1, 1), exact: bool = False
) -> Run:
    """Return what moved the cost of a function with all that it calls, or of the whole, between two profiles.

    Parameters
    ----------
    before, after : networkx.DiGraph
        Their functions are called alike.
    main : label, optional
    factors : pair of ints or Fractions
        Times which everything counts, before and after.
    exact : bool

    Raises
    ------
    UsageError
        If the files cannot tell what the function costs.
    """
    graphs = before, after
    if all(graph.graph.get(STACKS) is not None for graph in graphs):
        return _tidied(_by_stacks(graphs, main, factors, exact=exact))
    pair = paired(before, after, exact=exact).scaled(*factors)
    shape = Shape.of(pair)
    if pair.is_measured[shape.calls].all():
        place = None if main is None else pair.labels.index(main)
        run = _by_calls(shape, place, is_sampled=before.graph.get("kind") == "sampled")
    elif main is None:
        old, new = (plain(own.sum()) for own in pair.own)
        run = Run("own", old, new, _own(pair, pair.own[1] - pair.own[0]))
    else:
        raise UsageError(
            f"these profiles do not say what each call costs, and so not what {main} costs with all that it calls: "
            "without its name the whole of both is compared"
        )
    return _tidied(replace(_sampled(run, graphs, factors), is_averaged=pair.is_averaged))


def _tidied(run: Run) -> Run:
    """Return a run with whole numbers as ints."""
    parts = {
        key: Measured(tidy(part.change), tidy(part.before), tidy(part.after), part.calls and _both(part.calls))
        for key, part in run.parts.items()
    }
    return replace(run, before=tidy(run.before), after=tidy(run.after), parts=parts)


def _both(calls: tuple[Number, Number]) -> tuple[Number, Number]:
    return tidy(calls[0]), tidy(calls[1])


# -- calls


def _by_calls(shape: Shape, main: int | None, *, is_sampled: bool) -> Run:
    pair = shape.paired
    if main is not None:
        shape.require_alone(main)
    by_calls = pair.calls is not None and not is_sampled
    moved = attributed(shape, main, by_calls=by_calls)
    parts = _own(pair, moved.own)
    for kind, column in (("calls", moved.calls), ("shared", moved.shared)):
        parts |= _of_calls(pair, kind, column)
    for component in np.flatnonzero(moved.mixed).tolist():
        label = pair.labels[np.flatnonzero(shape.component == component)[0]]
        parts["mix", None, label] = Measured(moved.mixed[component], *(cost[component] for cost in shape.inclusive))
    if moved.rest:
        parts[REST] = Measured(moved.rest, 0, 0)
    mixed = mixes(shape, moved) if by_calls else []
    return Run("calls" if by_calls else "costs", moved.before, moved.after, parts, mixes=mixed)


def _own(pair: Paired, changes: Values) -> dict[Key, Measured]:
    used = np.flatnonzero(changes)
    columns = [column[used].tolist() for column in (changes, *pair.own)]
    labels = (pair.labels[place] for place in used.tolist())
    return {("own", None, label): Measured(*numbers) for label, *numbers in zip(labels, *columns, strict=True)}


def _of_calls(pair: Paired, kind: str, changes: Values) -> dict[Key, Measured]:
    used = np.flatnonzero(changes)
    ends = ([pair.labels[place] for place in each[used].tolist()] for each in (pair.tails, pair.heads))
    columns = [column[used].tolist() for column in (changes, *pair.costs)]
    numbers = _numbers(pair, used)
    rows = zip(*ends, *columns, numbers, strict=True)
    return {(kind, tail, head): Measured(*measured) for tail, head, *measured in rows}


def _numbers(pair: Paired, used: Values) -> list[tuple[Number, Number] | None]:
    """Return how often some calls were made before and after, where that is known."""
    if pair.calls is None:
        return [None] * len(used)
    old, new = (number[used].tolist() for number in pair.calls)
    known = pair.is_counted[used].tolist()
    return [(a, b) if is_known else None for a, b, is_known in zip(old, new, known, strict=True)]


def _sampled(run: Run, graphs: tuple[nx.DiGraph, nx.DiGraph], factors: tuple[Any, Any]) -> Run:
    """Return a run with variances, where both files say what one sample stands for."""
    each = quantum(graphs[0]), quantum(graphs[1])
    if each[0] is None or each[1] is None:
        return run
    old, new = each[0] * float(factors[0]), each[1] * float(factors[1])
    variances = {key: old * float(part.before) + new * float(part.after) for key, part in run.parts.items()}
    return replace(run, variances=variances, variance=old * float(run.before) + new * float(run.after))


# -- stacks


def _by_stacks(graphs: tuple[nx.DiGraph, nx.DiGraph], main: Any, factors: tuple[Any, Any], *, exact: bool) -> Run:
    """Return what the own code of each function did, in the stacks that hold a function."""
    before, after = (_side(graph, main, factor, exact=exact) for graph, factor in zip(graphs, factors, strict=True))
    pairs = {label: (before.own.get(label, 0), after.own.get(label, 0)) for label in {**before.own, **after.own}}
    parts: dict[Key, Measured] = {
        ("own", None, label): Measured(new - old, old, new) for label, (old, new) in pairs.items() if old != new
    }
    run = Run("stacks", sum(before.own.values()), sum(after.own.values()), parts)
    if before.variances is None or after.variances is None:
        return run
    variances = {key: before.variances.get(key[2], 0.0) + after.variances.get(key[2], 0.0) for key in parts}
    return replace(run, variances=variances, variance=sum([*before.variances.values(), *after.variances.values()]))


class _Side(NamedTuple):
    """What each function cost by itself in the stacks that hold a function, and its variance, where that is known."""

    own: dict[Any, Number]
    variances: dict[Any, float] | None


def _side(graph: nx.DiGraph, main: Any, factor: Any, *, exact: bool) -> _Side:
    stacks = stacks_of(graph, main)
    measured = stacks.functions(len(graph))[0]
    costs = [Fraction(n) * factor for n in measured.tolist()] if exact else scaled(measured, factor).tolist()
    own = dict(zip(graph, costs, strict=True))
    each = of_stacks(graph, stacks)
    if each is None:
        return _Side(own, None)
    sums = np.bincount(stacks.frames, weights=each * float(factor) ** 2, minlength=len(graph))
    return _Side(own, dict(zip(graph, sums.tolist(), strict=True)))
