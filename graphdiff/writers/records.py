"""What files can hold: names for nodes that are distinct texts, and values that are numbers or texts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any

import networkx as nx
import numpy as np

from graphdiff.errors import GraphTypeError, UsageError, count_text
from graphdiff.results import plain, texts

__all__ = ["graph_attributes", "names_of", "require_graph", "storable"]

#: In bits: Python turns no int of more than 4,300 digits into text.
LONGEST_INT = 14_000

Storable = str | int | float | bool


def require_graph(thing: Any, format: str) -> None:
    """Raise unless `thing` is a graph that a file of this format can hold.

    Examples
    --------
    >>> require_graph([1, 2], "csv")
    Traceback (most recent call last):
    graphdiff.errors.UsageError: csv holds graphs, not list; results are written as json, and annotate(...) makes ...
    """
    if not isinstance(thing, nx.Graph):
        raise UsageError(
            f"{format} holds graphs, not {type(thing).__name__}; results are written as json, and annotate(...) "
            "makes a graph with numbers of a CompiledGraph"
        )
    if not thing.is_directed():
        raise GraphTypeError(f"cannot write an undirected graph as {format}: its edges have no source and target")


def names_of(graph: nx.DiGraph) -> dict[Hashable, str]:
    """Return a text for every node, no two the same.

    Examples
    --------
    >>> names_of(nx.DiGraph([(1, "1")]))
    {1: '1 (int)', '1': '1'}
    """
    names = texts(graph)
    counts = Counter(names)
    # Different objects may have the same text and the same type: their places tell them apart.
    distinct = [name if counts[name] == 1 else f"{name} ({place})" for place, name in enumerate(names)]
    return dict(zip(graph, distinct, strict=True))


def graph_attributes(graph: nx.DiGraph, names: Mapping[Hashable, Any]) -> dict[Any, Any]:
    """Return the attributes of a graph; those that name the ends of an annotation by the names in the file.

    Examples
    --------
    >>> graph_attributes(nx.DiGraph([(1, 2)], annotation="adjoint", target=2), {1: "1", 2: "2"})
    {'annotation': 'adjoint', 'target': '2'}
    """
    own: dict[Any, Any] = graph.graph
    if "annotation" not in own:
        return own
    ends = {end: own[end] for end in ("source", "target") if end in own}
    return own | {end: names.get(node, node) for end, node in ends.items()}


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
        return count_text(value)
    return value if isinstance(value, str | int | float) else str(plain(value))
