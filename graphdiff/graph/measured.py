"""Graphs that a measurement is in: profiles, which say in which unit, and attribution graphs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphdiff.errors import UsageError
from graphdiff.remedies import Keyword

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.graph.topology import Topology

__all__ = [
    "STACKS", "asks_costs", "has_both_ends", "is_attribution", "is_flow", "is_profile", "kinds_by_position",
    "with_stacks", "with_texts",
]  # fmt: skip

#: The attribute of a graph that has the stacks it was measured on: arrays, which saved graphs alone hold.
STACKS = "stacks"


def is_profile(graph: nx.DiGraph) -> bool:
    """Tell whether a graph is a profile: functions and their calls, with what was measured.

    Examples
    --------
    >>> import networkx as nx
    >>> is_profile(nx.DiGraph(edge_meaning="calls", unit="s")), is_profile(nx.DiGraph(edge_meaning="calls"))
    (True, False)
    """
    return graph.graph.get("edge_meaning") == "calls" and "unit" in graph.graph


def is_attribution(graph: nx.DiGraph) -> bool:
    """Tell whether a graph is an attribution graph: tokens, features and errors that drive logits.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph(edge_meaning="drives")
    >>> is_attribution(graph)
    False
    >>> graph.add_node("E_2_0", kind="token")
    >>> is_attribution(graph)
    True
    """
    drives = graph.graph.get("edge_meaning") == "drives"
    return drives and any("kind" in attributes for attributes in graph.nodes.values())


def is_flow(graph: nx.DiGraph) -> bool:
    """Tell whether a graph is what flows between arrays, as `Operations.flow` gives it, or groups of that.

    Examples
    --------
    >>> import networkx as nx
    >>> is_flow(nx.DiGraph(quotient=True)), is_flow(nx.DiGraph(weight_meaning="contribution"))
    (False, True)
    """
    return bool(graph.graph.get("weight_meaning") == "contribution")


def kinds_by_position(topology: Topology, given: nx.DiGraph | None) -> dict[int, Any]:
    """Return the kinds of nodes by position, where the graph as it was given, or the compiled one, knows them.

    Examples
    --------
    >>> import networkx as nx
    >>> from graphdiff.graph.compiled import compile
    >>> G = nx.DiGraph([("E_2_0", "27_9_0", {"weight": 1})])
    >>> G.nodes["E_2_0"]["kind"] = "token"
    >>> kinds_by_position(compile(G).topology, G)
    {0: 'token'}
    """
    if given is not None:
        return {topology.position(node): kind for node, kind in given.nodes(data="kind") if kind}
    column = topology.node_attributes.get("kind")
    return {} if column is None else {place: column[number] for place, number in enumerate(topology.ids.tolist())}


def has_both_ends(graph: nx.DiGraph) -> bool:
    """Tell whether the reader marked both where influence starts and where it is read off: roots, and leaves.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph([("a", "b")])
    >>> G.nodes["a"]["root"], G.nodes["b"]["leaf"] = True, 0.5
    >>> has_both_ends(G), has_both_ends(nx.DiGraph([("a", "b")]))
    (True, False)
    """
    marks = (dict(graph.nodes(data=mark)).values() for mark in ("root", "leaf"))
    return all(any(mark is not None and mark is not False for mark in marked) for marked in marks)


def asks_costs(graph: Any, options: Mapping[str, Any]) -> bool:
    """Tell whether a question is about what a profile measured: no other weights are given, and no other policy.

    Parameters
    ----------
    graph : networkx.DiGraph, or whatever is given
    options : mapping
        Those of `graphdiff.compile`.

    Examples
    --------
    >>> import networkx as nx
    >>> profile = nx.DiGraph(edge_meaning="calls", unit="s")
    >>> asks_costs(profile, {}), asks_costs(profile, {"cycles": "collapse"}), asks_costs(profile, {"weight": None})
    (True, True, False)
    """
    return (
        hasattr(graph, "graph")
        and is_profile(graph)
        and {**options, "cycles": "collapse"} == {"cycles": options.get("cycles", "collapse")}
    )


def with_texts(facts: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the attributes of a graph with its stacks as the texts that a saved graph holds.

    Examples
    --------
    >>> with_texts({"unit": "s"})
    {'unit': 's'}
    """
    return {
        name: value.texts() if name == STACKS and hasattr(value, "texts") else value for name, value in facts.items()
    }


def with_stacks(graph: nx.DiGraph, stacks: str) -> nx.DiGraph:
    """Return a profile that keeps its stacks, or drops them, as a reader is asked to.

    Examples
    --------
    >>> import networkx as nx
    >>> with_stacks(nx.DiGraph(unit="s", stacks=object()), "drop").graph
    {'unit': 's'}
    """
    if stacks not in ("keep", "drop"):
        raise UsageError(Keyword("stacks", stacks), ": it is keep or drop")
    if stacks == "drop":
        graph.graph.pop(STACKS, None)
    return graph
