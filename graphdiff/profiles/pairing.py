"""Two profiles on one set of functions: which function is which, and what each and each call cost, before and after."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import UnknownNodeError, UsageError, WeightError
from graphdiff.profiles.call_graph import Function, functions_of
from graphdiff.remedies import Keyword

__all__ = ["Paired", "aligned", "paired", "require_alike"]

Values = NDArray[Any]
Two = tuple[Values, Values]

#: What two profiles must have in common for a difference of their numbers to mean anything, and what to do.
ALIKE = {
    "unit": "one of both is to be measured again, in the unit of the other",
    "kind": "what was counted and what was sampled differ in more than the program: measure both in one way",
    "event": "name one that both have",
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
        if old != new:
            ways: list[object] = [Keyword("event", new or old), " "] if name == "event" else []
            raise UsageError(f"the two profiles differ in {name}, {old} before and {new} after: ", *ways, remedy)


# -- functions


def aligned(before: nx.DiGraph, after: nx.DiGraph, match: Mapping[Any, Any] | None = None) -> nx.DiGraph:
    """Return the profile before with its functions called as those of the profile after are.

    Functions are the same by name and file, several of one name in a file in the order of their lines; what is left by
    name and the last part of the file, where there is one of them on either side.

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
    functions = functions_of(before), functions_of(after)
    pairs = _given(labels, match or {})
    for keyed in (_by_file, _by_base):
        pairs |= keyed(functions, pairs)
    renames = {labels[0][old]: labels[1][new] for old, new in pairs.items()}
    taken = {*after}
    for label in labels[0]:
        if label not in renames and label in taken:
            renames[label] = _free(label, taken)
            taken.add(renames[label])
    return nx.relabel_nodes(before, renames) if any(old != new for old, new in renames.items()) else before


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
        for place in sorted(places, key=lambda place: each[place].line or 0):  # noqa: B023  (used at once)
            by_name[each[place].name, each[place].file].append(place)
    same = (zip(row, rows[1][key], strict=False) for key, row in rows[0].items() if key in rows[1])
    return {old: new for pair in same for old, new in pair}


def _by_base(functions: tuple[list[Function], list[Function]], pairs: Mapping[int, int]) -> dict[int, int]:
    """Return the pairs of one name in files that are called alike, in another folder, where each side has one."""
    keys = [
        {place: (each[place].name, each[place].file.replace("\\", "/").rpartition("/")[2]) for place in places}
        for each, places in zip(functions, _left(functions, pairs), strict=True)
    ]
    counts = [Counter(side.values()) for side in keys]
    places = {key: place for place, key in keys[1].items()}
    return {
        old: places[key] for old, key in keys[0].items() if key[1] and counts[0][key] == 1 and counts[1][key] == 1
    }


def _free(label: Any, taken: set[Any]) -> str:
    """Return how a function is called that is gone while another one has its label."""
    name = f"{label} (before)"
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
    costs : pair of arrays, shape (n_calls,), or None
        None where a call's cost is not recorded.
    calls : pair of arrays, shape (n_calls,), or None
        None where it is not recorded how often a function calls another.
    """

    labels: list[Any]
    there: Two
    own: Two
    tails: Values
    heads: Values
    costs: Two | None
    calls: Two | None

    @property
    def zeros(self) -> Values:
        """A zero for each function, of the kind that the numbers are."""
        return self.own[0] * 0

    def scaled(self, before: Any, after: Any) -> Paired:
        """Return the same with everything before and after times a factor: of runs that were longer or shorter."""

        def times(pair: Two) -> Two:
            return pair[0] * before, pair[1] * after

        calls = self.calls and times(self.calls)
        return replace(self, own=times(self.own), costs=self.costs and times(self.costs), calls=calls)


def paired(before: nx.DiGraph, after: nx.DiGraph, *, exact: bool = False) -> Paired:
    """Return what two profiles measured, whose functions are called alike.

    Examples
    --------
    >>> old, new = nx.DiGraph(), nx.DiGraph()
    >>> old.add_node("f", self=2)
    >>> new.add_node("g", self=3)
    >>> [column.tolist() for column in paired(old, new).own]
    [[2.0, 0.0], [0.0, 3.0]]
    """
    graphs = before, after
    labels = list(dict.fromkeys([*before, *after]))
    places = {label: place for place, label in enumerate(labels)}
    edges = list(dict.fromkeys([*before.edges(), *after.edges()]))
    kind = _kind(graphs, exact=exact)
    ends = np.array([(places[tail], places[head]) for tail, head in edges], dtype=np.int64).reshape(-1, 2)
    own = [_column((graph.nodes[label].get("self") if label in graph else None for label in labels), kind, "the own cost of a function") for graph in graphs]  # fmt: skip
    old, new = (np.array([label in graph for label in labels], dtype=bool) for graph in graphs)
    return Paired(
        labels, (old, new), (own[0], own[1]), ends[:, 0], ends[:, 1],
        *(_of_calls(graphs, edges, name, kind) for name in ("cost", "calls")),
    )  # fmt: skip


def _of_calls(graphs: tuple[nx.DiGraph, nx.DiGraph], edges: Sequence[Any], name: str, kind: type) -> Two | None:
    """Return an attribute of the calls of both; None where a call that is there lacks it."""
    for graph in graphs:
        if any(value is None for _, _, value in graph.edges(data=name)):
            return None
    old, new = (
        _column((graph.edges[edge][name] if graph.has_edge(*edge) else 0 for edge in edges), kind, f"the {name} of a call")
        for graph in graphs
    )  # fmt: skip
    return old, new


def _kind(graphs: Iterable[nx.DiGraph], *, exact: bool) -> type:
    """Return in which arithmetic two profiles are compared: floats, unless Fractions or Decimals are there."""
    values = (
        value
        for graph in graphs
        for records, name in ((graph.nodes, "self"), (graph.edges, "cost"))
        for *_, value in records(data=name)
    )
    return Fraction if exact or any(isinstance(value, (Fraction, Decimal)) for value in values) else float


def _column(values: Iterable[Any], kind: type, what: str) -> Values:
    """Return numbers as an array; what is not recorded is 0."""
    numbers = [0 if value is None else value for value in values]
    wrong = next((n for n in numbers if not isinstance(n, (int, float, Fraction, Decimal, np.integer)) or not math.isfinite(n)), None)  # fmt: skip
    if wrong is not None:
        raise WeightError(f"{what} is no finite real number: {wrong}")
    if kind is float:
        return np.array(numbers, dtype=np.float64)
    column = np.empty(len(numbers), dtype=object)
    column[:] = [Fraction(n.item() if isinstance(n, np.generic) else n) for n in numbers]
    return column
