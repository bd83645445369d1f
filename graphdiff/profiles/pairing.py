"""Two profiles on one set of functions: which function is which, and what each and each call cost, before and after."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import EXACT_INT, REAL, is_finite
from graphdiff.errors import GraphTypeError, UnknownNodeError, UsageError, WeightError
from graphdiff.graph.measured import is_profile
from graphdiff.profiles.call_graph import Function, functions_of, lasting
from graphdiff.remedies import Keyword, Remedy

__all__ = ["Paired", "aligned", "aligned_runs", "are_profiles", "paired", "require_alike", "scaled"]

Values = NDArray[Any]
Mask = NDArray[np.bool_]
Two = tuple[Values, Values]

#: What two profiles must have in common for a difference of their numbers to mean anything, and what to do.
ALIKE = {
    "unit": "one of both is to be measured again, in the unit of the other",
    "kind": "what was counted and what was sampled differ in more than the program: measure both in one way",
    "event": "names one that both have",
}


def require_alike(before: nx.DiGraph, after: nx.DiGraph) -> None:
    """Raise unless two profiles measured the same.

    Raises
    ------
    UsageError
        If their units, kinds or events differ.

    Examples
    --------
    >>> require_alike(nx.DiGraph(unit="s"), nx.DiGraph(unit="Ir"))
    Traceback (most recent call last):
    graphdiff.errors.UsageError: the two profiles differ in unit, s before and Ir after: one of both is to be measured
        again, in the unit of the other
    """
    for name, remedy in ALIKE.items():
        old, new = (graph.graph.get(name) for graph in (before, after))
        if old != new and not (name == "event" and None in (old, new)):  # not every file names it
            ways: list[object] = [Keyword("event", new or old), " "] if name == "event" else []
            raise UsageError(f"the two profiles differ in {name}, {old} before and {new} after: ", *ways, remedy)


def are_profiles(befores: Sequence[Any], afters: Sequence[Any]) -> bool:
    """Return whether all graphs on both sides are profiles.

    Raises
    ------
    UsageError
        If some are and others are not: their numbers mean different things.
    GraphTypeError
        If a profile is a multigraph.

    Examples
    --------
    >>> are_profiles([nx.DiGraph(edge_meaning="calls", unit="s")], [nx.DiGraph()])
    Traceback (most recent call last):
    graphdiff.errors.UsageError: before is a profile, and after is none: compare two profiles; weight= compares both as
        graphs
    """
    graphs = [*befores, *afters]
    known = [isinstance(graph, nx.Graph) and is_profile(graph) for graph in graphs]
    if any(known) and not all(known):
        first, other = ("before", "after") if all(known[: len(befores)]) else ("after", "before")
        ways = Remedy(Keyword("weight"), "compares both as graphs")
        raise UsageError(f"{first} is a profile, and {other} is none: compare two profiles", ways)
    if all(known) and any(graph.is_multigraph() for graph in graphs):
        raise GraphTypeError("a profile has one edge from a function to another: add up the calls that are parallel")
    return all(known)


# -- functions


def aligned(before: nx.DiGraph, after: nx.DiGraph, match: Mapping[Any, Any] | None = None) -> nx.DiGraph:
    """Return the profile before with its functions called as those of the profile after are.

    Functions are the same by name and file, several of one name in a file in the order of their lines; what is left by
    name and the last part of the file, or by name where only the program is known, where there is one on either side.

    Parameters
    ----------
    before, after : networkx.DiGraph
    match : mapping of label before to label after, optional
        Functions that are the same under another name.

    Raises
    ------
    UnknownNodeError, UsageError
        If `match` names functions that are not there, or one twice.

    Examples
    --------
    >>> old, new = nx.DiGraph(), nx.DiGraph()
    >>> old.add_node("f (a.py:3)", name="f", file="a.py", line=3)
    >>> new.add_node("f (a.py:5)", name="f", file="a.py", line=5)
    >>> list(aligned(old, new))
    ['f (a.py:5)']
    """
    labels = list(before), list(after)
    functions = _lasting(before), _lasting(after)
    pairs = _given(labels, match or {})
    pairs |= _by_file(functions, pairs)
    modules = tuple([data.get("module") for _, data in graph.nodes(data=True)] for graph in (before, after))
    pairs |= _by_base(functions, modules, pairs)
    return _called_as(before, labels, pairs, lambda _: "before")


def aligned_runs(profiles: Sequence[nx.DiGraph]) -> list[nx.DiGraph]:
    """Return runs of one program in which functions of one name in one file have one label.

    Examples
    --------
    >>> one, other = nx.DiGraph(), nx.DiGraph()
    >>> one.add_node("f", name="f", file="a.py")
    >>> other.add_nodes_from([("f (a.py)", {"name": "f", "file": "a.py"}), ("f (b.py)", {"name": "f", "file": "b.py"})])
    >>> [list(run) for run in aligned_runs([one, other])]
    [['f'], ['f', 'f (b.py)']]
    """
    runs, known = [profiles[0]], nx.DiGraph()
    for profile in profiles[1:]:
        known.add_nodes_from((node, data) for node, data in runs[-1].nodes(data=True) if node not in known)
        functions = _lasting(profile), _lasting(known)
        files = dict(zip(profile, (function.file or "another run" for function in functions[0]), strict=True))
        runs.append(_called_as(profile, (list(profile), list(known)), _by_file(functions, {}), files.__getitem__))
    return runs


def _lasting(graph: nx.DiGraph) -> list[Function]:
    return list(map(lasting, functions_of(graph)))


def _called_as(
    graph: nx.DiGraph, labels: tuple[list[Any], list[Any]], pairs: Mapping[int, int], word_of: Callable[[Any], str]
) -> nx.DiGraph:
    """Return a profile with functions called as their partners are; what has none, and a name of these, gets a word."""
    renames = {labels[0][old]: labels[1][new] for old, new in pairs.items()}
    taken = {*labels[1]}
    for label in labels[0]:
        if label not in renames and label in taken:
            renames[label] = _free(label, taken, word_of(label))
            taken.add(renames[label])
    return nx.relabel_nodes(graph, renames) if any(old != new for old, new in renames.items()) else graph


def _given(labels: tuple[list[Any], list[Any]], match: Mapping[Any, Any]) -> dict[int, int]:
    places = [{label: place for place, label in enumerate(each)} for each in labels]
    for end, known in ((old, places[0]) for old in match):
        if end not in known:
            raise UnknownNodeError(end, labels[0])
    for end in match.values():
        if end not in places[1]:
            raise UnknownNodeError(end, labels[1])
    if len(set(match.values())) < len(match):
        raise UsageError("match: two functions before cannot be one function after")
    return {places[0][old]: places[1][new] for old, new in match.items()}


def _left(functions: tuple[list[Function], list[Function]], pairs: Mapping[int, int]) -> tuple[list[int], list[int]]:
    """Return which functions have no partner yet."""
    taken = set(pairs), set(pairs.values())
    old, new = (
        [place for place in range(len(each)) if place not in used] for each, used in zip(functions, taken, strict=True)
    )
    return old, new


def _by_file(functions: tuple[list[Function], list[Function]], pairs: Mapping[int, int]) -> dict[int, int]:
    """Return the pairs of one name in one file, by the order of lines."""
    rows: tuple[dict[Any, list[int]], dict[Any, list[int]]] = (defaultdict(list), defaultdict(list))
    for by_name, each, places in zip(rows, functions, _left(functions, pairs), strict=True):
        for place in sorted(places, key=lambda place: each[place].line or 0):
            by_name[each[place].name, each[place].file].append(place)
    same = (zip(row, rows[1][key], strict=False) for key, row in rows[0].items() if key in rows[1])
    return {old: new for pair in same for old, new in pair}


def _by_base(
    functions: tuple[list[Function], list[Function]], modules: tuple[list[Any], ...], pairs: Mapping[int, int]
) -> dict[int, int]:
    """Return the pairs of one name in files that are called alike, in another folder, where each side has one.

    Where a file is but the program that a function is in, as no source is known, it may be called otherwise.
    """
    keys = [
        {place: (each[place].name, _base(each[place].file, known[place])) for place in places}
        for each, known, places in zip(functions, modules, _left(functions, pairs), strict=True)
    ]
    counts = [Counter(side.values()) for side in keys]
    places = {key: place for place, key in keys[1].items()}
    return {old: places[key] for old, key in keys[0].items() if counts[0][key] == 1 and counts[1][key] == 1}


def _base(file: str, module: Any) -> str:
    return "" if file == module else file.replace("\\", "/").rpartition("/")[2]


def _free(label: Any, taken: set[Any], word: str) -> str:
    """Return how a function is called, such as one that is gone, while another one has its label."""
    name = f"{label} ({word})"
    while name in taken:
        name += "'"
    return name


# -- what was measured


@dataclass(frozen=True, eq=False)
class Paired:
    """What two profiles measured, function by function and call by call; 0 where one of them has none.

    Attributes
    ----------
    labels : list
    there : pair of bool arrays, shape (n_functions,)
        Which functions the profile before has, and that after.
    own : pair of arrays, shape (n_functions,)
        What each function cost by itself: float64, or Fractions.
    tails, heads : int arrays, shape (n_calls,)
    costs : pair of arrays, shape (n_calls,)
    is_measured : bool array, shape (n_calls,)
        Of which calls it is known what they cost, in each profile that has them.
    calls : pair of arrays, shape (n_calls,), or None
        None where it is not recorded how often functions call others.
    is_counted : bool array, shape (n_calls,)
        Of which calls it is known how often they were made, in each profile that has them.
    is_averaged : bool
        Whether costs are averages: those of what was called by functions that were left out.
    """

    labels: list[Any]
    there: Two
    own: Two
    tails: Values
    heads: Values
    costs: Two
    is_measured: Mask
    calls: Two | None
    is_counted: Mask
    is_averaged: bool = False

    @property
    def zeros(self) -> Values:
        """A zero for each function, of the kind that the numbers are."""
        return self.own[0] * 0

    def scaled(self, before: Any, after: Any) -> Paired:
        """Return the same with everything before and after times a factor: of runs that were longer or shorter."""

        def times(pair: Two) -> Two:
            return scaled(pair[0], before), scaled(pair[1], after)

        calls = self.calls and times(self.calls)
        return replace(self, own=times(self.own), costs=times(self.costs), calls=calls)


def scaled(values: Values, factor: Any) -> Values:
    """Return numbers times a factor, an int or a Fraction: floats stay floats, and a third of 3 is 1.

    Examples
    --------
    >>> scaled(np.array([3.0, 2.0]), Fraction(1, 3)).tolist()
    [1.0, 0.6666666666666666]
    """
    times: Values
    if values.dtype == object:
        times = values * factor
    else:
        times = values / factor.denominator if factor.numerator == 1 else values * float(factor)
    return times


def paired(before: nx.DiGraph, after: nx.DiGraph, *, exact: bool = False) -> Paired:
    """Return what two profiles measured, whose functions are called alike.

    Examples
    --------
    >>> old, new = nx.DiGraph(), nx.DiGraph()
    >>> old.add_nodes_from([("f", {"self": 2})])
    >>> new.add_nodes_from([("g", {"self": 3})])
    >>> [column.tolist() for column in paired(old, new).own]
    [[2.0, 0.0], [0.0, 3.0]]
    """
    labels = list(dict.fromkeys([*before, *after]))
    places = {label: place for place, label in enumerate(labels)}
    index: dict[Any, int] = {}
    sides = [_Side.of(graph, places, index) for graph in (before, after)]
    kind = _kind([values for side in sides for values in (side.own, side.costs)], exact=exact)
    ends = np.array([(places[tail], places[head]) for tail, head in index], dtype=np.int64).reshape(-1, 2)
    columns = [side.columns(len(labels), len(index), kind) for side in sides]
    there, own, costs, unmeasured, calls, uncounted = zip(*columns, strict=True)
    return Paired(
        labels,
        there,
        own,
        ends[:, 0],
        ends[:, 1],
        costs,
        ~(unmeasured[0] | unmeasured[1]),
        calls if all(side.counts_calls for side in sides) else None,
        ~(uncounted[0] | uncounted[1]),
        any(side.is_averaged for side in sides),
    )


@dataclass(frozen=True)
class _Side:
    """What one profile records of its functions and calls, and which of both these are."""

    functions: list[int]
    own: list[Any]
    edges: list[int]
    costs: list[Any]
    calls: list[Any]
    is_averaged: bool

    @classmethod
    def of(cls, graph: nx.DiGraph, places: Mapping[Any, int], index: dict[Any, int]) -> _Side:
        """Return what a profile records; calls that are not in the index yet are added to it."""
        rows = [(index.setdefault((tail, head), len(index)), data) for tail, head, data in graph.edges(data=True)]
        return cls(
            [places[label] for label in graph],
            [own for _, own in graph.nodes(data="self")],
            [edge for edge, _ in rows],
            [data.get("cost") for _, data in rows],
            [data.get("calls") for _, data in rows],
            any("estimated" in data for _, data in rows),
        )

    @property
    def counts_calls(self) -> bool:
        """Whether it is recorded how often any call was made, where there are calls."""
        return not self.calls or any(number is not None for number in self.calls)

    def columns(self, n_functions: int, n_calls: int, kind: type) -> tuple[Any, ...]:
        """Return which functions are there, and their own cost; of calls cost and number, and where each is unknown."""
        there = np.zeros(n_functions, dtype=bool)
        there[self.functions] = True
        own = _column(n_functions, self.functions, self.own, kind, "what is self")
        of_calls: list[Values] = []
        for name, values in (("cost", self.costs), ("calls", self.calls)):
            unknown = np.zeros(n_calls, dtype=bool)
            unknown[[edge for edge, value in zip(self.edges, values, strict=True) if value is None]] = True
            of_calls += [_column(n_calls, self.edges, values, kind, f"a call's {name}"), unknown]
        return there, own, *of_calls


def _kind(columns: Iterable[Sequence[Any]], *, exact: bool) -> type:
    """Return in which arithmetic two profiles are compared: floats, unless they hold what these do not."""
    rounded = any(
        type(n) in (Fraction, Decimal) or (type(n) is int and abs(n) > EXACT_INT) for values in columns for n in values
    )
    return Fraction if exact or rounded else float


def _column(size: int, places: Sequence[int], values: Sequence[Any], kind: type, what: str) -> Values:
    """Return numbers as an array; what is not there, or not recorded, is 0."""
    numbers = [0 if value is None else value for value in values]
    wrong = next((n for n in numbers if not isinstance(n, REAL) or not is_finite(n)), None)
    if wrong is not None:
        raise WeightError(f"{what} is no finite real number: {wrong}")
    if kind is float:
        column = np.zeros(size)
        column[places] = numbers
        return column
    fractions = np.full(size, Fraction(0), dtype=object)
    fractions[places] = [Fraction(n.item() if isinstance(n, np.generic) else n) for n in numbers]
    return fractions
