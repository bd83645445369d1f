"""What readers share in building a graph: the collector rests, ids, numbers from texts, and what the graph means."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar

import networkx as nx

from graphdiff.collecting import collector_at_rest

__all__ = ["collector_at_rest", "described", "leave_out", "node_ids", "note_unmet", "numbers"]

GraphT = TypeVar("GraphT", nx.DiGraph, nx.MultiDiGraph)


def described(
    graph: GraphT,
    *,
    format: str,
    edge_meaning: str = "unknown",
    weight_meaning: str = "unknown",
    node_meaning: str = "unknown",
) -> GraphT:
    """Return `graph`, saying in its graph attributes what it is; what its file says on the meanings stays.

    Examples
    --------
    >>> described(nx.DiGraph(edge_meaning="calls"), format="GraphML").graph
    {'edge_meaning': 'calls', 'format': 'GraphML', 'weight_meaning': 'unknown'}
    """
    graph.graph["format"] = format
    graph.graph.setdefault("edge_meaning", edge_meaning)
    graph.graph.setdefault("weight_meaning", weight_meaning)
    if node_meaning != "unknown":  # else the reader's row says it
        graph.graph.setdefault("node_meaning", node_meaning)
    return graph


def leave_out(graph: nx.DiGraph, nodes: Iterable[str], by: Mapping[str, str | Collection[str]]) -> None:
    """Note in the graph which nodes options left out, so that whoever asks for one is told so.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> leave_out(G, ["b"], {"kinds": ["normal", "peer"]})
    >>> G.graph
    {'left_out': {'nodes': ['b'], 'by': {'kinds': 'normal,peer'}}}
    """
    if names := list(nodes):
        values = {name: value if isinstance(value, str) else ",".join(value) for name, value in by.items()}
        graph.graph["left_out"] = {"nodes": names, "by": values}


def note_unmet(graph: nx.DiGraph, unmet: Iterable[tuple[str, str]], absent: str = "not in the file") -> None:
    """Note in the graph what is needed and not there, by pairs of node and need, and where it is absent.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> note_unmet(G, [("a", "x"), ("b", "x"), ("a", "y")])
    >>> G.graph
    {'unmet': {'x': ['a', 'b'], 'y': ['a']}, 'absent': 'not in the file'}
    """
    found: dict[str, list[str]] = {}
    for node, wanted in unmet:
        found.setdefault(wanted, []).append(node)
    graph.graph["unmet"] = found
    if found:
        graph.graph["absent"] = absent


def node_ids(packages: Iterable[tuple[str, str]]) -> list[str]:
    """Return the node id of each package: its name, and ``name@version`` for all versions of a name with several.

    Every reader of packages numbers its nodes by this rule, so that one package has one id in all formats. The same
    name and version twice have the same id; a version that is not known is ``""`` and adds nothing to the name.

    Examples
    --------
    >>> node_ids([("numpy", "2.1"), ("networkx", "3.6"), ("networkx", "3.7"), ("numpy", "2.1")])
    ['numpy', 'networkx@3.6', 'networkx@3.7', 'numpy']
    """
    given = list(packages)
    versions: dict[str, set[str]] = {}
    for name, version in given:
        versions.setdefault(name, set()).add(version)
    return [f"{name}@{version}" if version and len(versions[name]) > 1 else name for name, version in given]


def numbers(values: Sequence[str]) -> list[int] | list[float] | None:
    """Return texts as ints where all are whole, else as floats; None where one of them is no number.

    Examples
    --------
    >>> numbers(["1", "2"]), numbers(["1", "2.5"]), numbers(["1", "two"])
    ([1, 2], [1.0, 2.5], None)
    """
    for kind in (int, float):
        try:
            found = list(map(kind, values))
        except ValueError:
            continue
        # Python takes 1_000 for a number; in a file it is a name.
        return None if "_" in "".join(values) else found
    return None
