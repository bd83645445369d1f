"""What files can hold: names for nodes that are distinct texts, and values that are numbers or texts."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from enum import Enum
from typing import Any

import networkx as nx
import numpy as np

from graphdiff.errors import GraphTypeError, UsageError
from graphdiff.text.names import end_text, members_of, texts
from graphdiff.text.numbers import plain

__all__ = [
    "OWN",
    "apart",
    "distinct",
    "graph_attributes",
    "keys_of",
    "listed_or_storable",
    "names_of",
    "require_graph",
    "set_aside",
    "storable",
]

#: What stands before the names of attributes that mean something else in a file.
OWN = "own_"
#: In bits: Python turns no int of more than 4,300 digits into text.
LONGEST_INT = 14_000

Storable = str | int | float | bool


def require_graph(thing: Any, format: str) -> None:
    """Raise unless `thing` is a graph that a file of this format can hold.

    Examples
    --------
    >>> require_graph([1, 2], "csv")
    Traceback (most recent call last):
    graphdiff.errors.UsageError: csv holds graphs, not list; results are written as json
    """
    if not isinstance(thing, nx.Graph):
        raise UsageError(f"{format} holds graphs, not {type(thing).__name__}; results are written as json")
    if not thing.is_directed():
        raise GraphTypeError(f"cannot write an undirected graph as {format}: its edges have no source and target")


def names_of(graph: nx.DiGraph) -> dict[Hashable, str]:
    """Return a text for every node, no two the same.

    Examples
    --------
    >>> names_of(nx.DiGraph([(1, "1")]))
    {1: '1 (int)', '1': '1'}
    """
    return dict(zip(graph, distinct(texts(graph)), strict=True))


def apart(graph: nx.DiGraph, format: str, unheld: re.Pattern[str]) -> dict[Hashable, str]:
    r"""Return a text for every node as a format holds it: what it cannot hold becomes U+FFFD, unless two become one.

    Parameters
    ----------
    graph : networkx.DiGraph
    format : str
        Its name, for messages.
    unheld : pattern
        What the format cannot hold in a name.

    Raises
    ------
    UsageError
        If two nodes would have the same name.

    Examples
    --------
    >>> ascii(apart(nx.DiGraph([("a", "b\x01")]), "csv", re.compile("\x01"))["b\x01"])
    "'b\\ufffd'"
    """
    names = names_of(graph)
    first: dict[str, str] = {}
    held = {}
    for node, name in names.items():
        held[node] = unheld.sub("\ufffd", name)
        if held[node] in first:
            pair = " and ".join(map(ascii, (first[held[node]], name)))
            raise UsageError(
                f"{format} would make the nodes {pair} one, as it cannot hold what tells them apart: use json"
            )
        first[held[node]] = name
    return held


def set_aside(data: Mapping[Any, Any], taken: Collection[str] = (), held: Callable[[str], str] = str) -> dict[str, Any]:
    """Return attributes by texts: ``own_`` and the name where a format needs it for itself or another has it.

    Parameters
    ----------
    data : mapping
    taken : collection of str
        The names that the format needs.
    held : callable
        Makes of a name what the format can hold.

    Examples
    --------
    >>> set_aside({"weight": 2, "source": "web"}, ("source", "target"))
    {'weight': 2, 'own_source': 'web'}
    >>> set_aside({1: "a", "1": "b"})
    {'own_1': 'a', '1': 'b'}
    """
    given = {key: held(str(key)) for key in data}
    stay = {name for key, name in given.items() if key == name and name not in taken}
    attributes: dict[str, Any] = {}
    for key, name in given.items():
        while not (key == name and name in stay) and (name in taken or name in stay or name in attributes):
            name = OWN + name
        attributes[name] = data[key]
    return attributes


def distinct(names: Iterable[str]) -> list[str]:
    """Return texts of which no two are the same: those that are share a text, and get their places behind it.

    Examples
    --------
    >>> distinct(["a", "b", "a", "a (0)"])
    ['a (0) (0)', 'b', 'a (2)', 'a (0)']
    """
    listed = list(names)
    counts = Counter(listed)
    taken = {name for name, count in counts.items() if count == 1}
    told_apart = []
    for place, name in enumerate(listed):
        # Different objects may have the same text and the same type: their places tell them apart.
        while counts[name] > 1 or (name in taken and name != listed[place]):
            name = f"{name} ({place})"
        taken.add(name)
        told_apart.append(name)
    return told_apart


def keys_of(graph: nx.DiGraph, held: Callable[[str], str] = str) -> dict[tuple[Any, ...], str | int]:
    """Return the key of every edge of a multigraph, so that in a file no two of a pair are the same.

    Parameters
    ----------
    graph : networkx.DiGraph or networkx.MultiDiGraph
        One that is no multigraph has no keys.
    held : callable
        Makes of a text what the format can hold.

    Examples
    --------
    >>> keys_of(nx.MultiDiGraph([("a", "b", 0), ("a", "b", "x"), ("b", "c", 0), ("b", "c", "0")]))
    {('a', 'b', 0): 0, ('a', 'b', 'x'): 'x', ('b', 'c', 0): '0 (int)', ('b', 'c', '0'): '0'}
    """
    keys_held: dict[tuple[Any, ...], str | int] = {}
    for tail, row in graph.adj.items() if graph.is_multigraph() else ():
        for head, parallel in row.items():
            plain = all(type(key) in (str, int) for key in parallel) and len(set(map(str, parallel))) == len(parallel)
            keys = [held(key) if isinstance(key, str) else key for key in (parallel if plain else texts(parallel))]
            if len(set(map(str, keys))) < len(keys):
                keys = distinct(map(str, keys))
            keys_held.update(((tail, head, old), new) for old, new in zip(parallel, keys, strict=True))
    return keys_held


#: What is said of the file that a graph was read from, and not of one that it is written to.
OF_THE_FILE = frozenset({"absent", "format", "left_out", "stacks", "unmet", "warnings"})


def graph_attributes(graph: nx.DiGraph, names: Mapping[Hashable, Any]) -> dict[Any, Any]:
    """Return the attributes of a graph; those that name the ends of a question by the names in the file.

    Examples
    --------
    >>> graph_attributes(nx.DiGraph([(1, 2)], annotation="adjoint", target=2), {1: "1", 2: "2"})
    {'annotation': 'adjoint', 'target': '2'}
    >>> graph_attributes(nx.DiGraph([(1, 2)], annotation="adjoint", target=[1, 2]), {1: "1", 2: "2"})["target"]
    '1 and 2'
    """
    own: dict[Any, Any] = {name: value for name, value in graph.graph.items() if name not in OF_THE_FILE}
    if not own.keys() & {"annotation", "quotient"}:
        return own
    return own | {name: _end_in_file(own[name], names) for name in ("source", "target") if name in own}


def _end_in_file(end: Any, names: Mapping[Hashable, Any]) -> Any:
    """Return an end of a question as a file has it: the name of a node, or several in a text."""
    nodes = members_of(end)
    if nodes is None:
        return end_text(end) if isinstance(end, Enum) else names.get(end, end)
    called = [names.get(node, node) for node in nodes]
    return end_text(dict(zip(called, end.values(), strict=True)) if isinstance(end, Mapping) else called)


def listed_or_storable(value: Any) -> Storable | list[str]:
    """Return a value as every format can hold it; a list of texts, such as the source lines of an import, stays one."""
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return list(value)
    return storable(value)


def storable(value: Any) -> Storable:
    """Return a value as every format can hold it: texts, bools and finite numbers as they are, all else as text.

    Examples
    --------
    >>> from fractions import Fraction
    >>> storable(2.5), storable(Fraction(1, 3)), storable(float("inf")), storable(["a"])
    (2.5, '1/3', 'inf', "['a']")
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and value.bit_length() > LONGEST_INT:
        return str(plain(value))
    try:
        return value if isinstance(value, str | int | float) else str(plain(value))
    except RecursionError:
        return f"<{type(value).__name__}, nested too deeply to be a text>"
