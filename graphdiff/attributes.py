"""Which attributes of nodes and edges are offered as weights and values, and how an error counts them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import Any

import networkx as nx

from graphdiff.arithmetic import is_number
from graphdiff.errors import UsageError, meant, nearest

__all__ = ["DRAWING", "attribute_kinds", "drawing_names", "is_quantity", "no_attribute"]

#: Graphviz's attributes of nodes and edges that can be numbers and say only how a drawing looks
#: (https://graphviz.org/doc/info/attrs.html): not ``weight`` and the labels, in which people put their own numbers.
DRAWING = frozenset(
    {
        "area",
        "arrowsize",
        "constraint",
        "decorate",
        "distortion",
        "fixedsize",
        "fontsize",
        "gradientangle",
        "head_lp",
        "headclip",
        "height",
        "imagescale",
        "labelangle",
        "labeldistance",
        "labelfloat",
        "labelfontsize",
        "len",
        "lp",
        "margin",
        "minlen",
        "nojustify",
        "orientation",
        "penwidth",
        "peripheries",
        "pin",
        "pos",
        "radius",
        "regular",
        "samplepoints",
        "showboxes",
        "sides",
        "skew",
        "sortv",
        "tail_lp",
        "tailclip",
        "width",
        "xlp",
        "z",
    }
)


def drawing_names(graph: nx.Graph) -> Collection[str]:
    """Return the attributes that only say how a graph is drawn: none, unless it is read from DOT.

    Examples
    --------
    >>> "penwidth" in drawing_names(nx.DiGraph(format="DOT")), "width" in drawing_names(nx.DiGraph(format="GraphML"))
    (True, False)
    """
    return DRAWING if "DOT" in str(graph.graph.get("format", "")) else ()


def is_quantity(value: object) -> bool:
    """Return whether a value is a number that can be a weight; yes and no are none.

    Examples
    --------
    >>> is_quantity(2.5), is_quantity(True), is_quantity("2.5")
    (True, False, False)
    """
    return is_number(value) and not isinstance(value, bool)


def attribute_kinds(data: Sequence[Mapping[str, Any]], left_out: Collection[str] = ()) -> list[str]:
    """Return what attributes edges or nodes have, each as ``name (183 of 183, numbers)``; some names left out.

    Examples
    --------
    >>> attribute_kinds([{"imports": 2, "kind": "dev", "root": True}, {"imports": 1}])
    ['imports (2 of 2, numbers)', 'kind (1 of 2, text)', 'root (1 of 2, yes or no)']
    """
    seen: dict[str, list[int]] = {}
    for attributes in data:
        for name, value in attributes.items():
            if name not in left_out:
                counts = seen.setdefault(name, [0, 0, 0])
                counts[0] += 1
                counts[1] += is_quantity(value)
                counts[2] += isinstance(value, bool)
    return [f"{name} ({counts[0]:,} of {len(data):,}, {_kind(*counts)})" for name, counts in seen.items()]


def _kind(every: int, numbers: int, bools: int) -> str:
    return {numbers: "numbers", bools: "yes or no"}.get(every, "mixed" if numbers or bools else "text")


def no_attribute(name: str, graphs: Sequence[nx.Graph]) -> UsageError:
    """Return the error of an attribute to group by that no node has: it says which the nodes do have.

    Examples
    --------
    >>> print(no_attribute("layr", [nx.DiGraph()]))
    no node has the attribute 'layr' to group by; nodes have: no attributes
    """
    rows = [data for graph in graphs for _, data in graph.nodes(data=True)]
    left_out = {drawn for graph in graphs for drawn in drawing_names(graph)}
    have = ", ".join(attribute_kinds(rows, left_out)) or "no attributes"
    close = nearest(name, dict.fromkeys(chain.from_iterable(rows)))
    return UsageError(f"no node has the attribute {name!r} to group by{meant(close) or ';'} nodes have: {have}")
