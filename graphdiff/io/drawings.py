"""Cleaning the drawings of tools into the graphs that they are of: names for ids, decoration out, kinds on edges.

The drawing that ``cmake --graphviz=FILE`` makes of a project's targets.

The drawing that ``terraform graph`` makes of resources, and that terraform-graph-beautifier makes of it.

The drawing that ``systemd-analyze dot`` makes of units.

The drawings that LLVM makes of a module's call graph and of a function's control flow.

The drawing that ``turbo run TASK --graph=FILE`` makes of a monorepo's tasks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Any, TypeVar

import networkx as nx

from graphdiff.io.building import by_kinds, chosen_kinds, leave_out
from graphdiff.io.dot import read_dot

__all__ = [
    "of_kinds",
    "read_cmake",
    "read_llvm_calls",
    "read_llvm_flow",
    "read_systemd",
    "read_terraform",
    "read_turbo",
    "renamed",
    "told",
    "without_attributes",
]


GraphT = TypeVar("GraphT", nx.DiGraph, nx.MultiDiGraph)


def renamed(graph: GraphT, name_of: Callable[[str, dict[str, Any]], str]) -> GraphT:
    """Return the graph with names for ids; nodes whose name is empty, or not theirs alone, keep their id.

    Examples
    --------
    >>> G = nx.DiGraph([("n0", "n1"), ("n1", "n2")])
    >>> names = {"n0": "app", "n1": "log", "n2": "log"}
    >>> list(renamed(G, lambda node, attributes: names[node]).edges)
    [('app', 'n1'), ('n1', 'n2')]
    """
    names = {node: name_of(node, attributes) for node, attributes in graph.nodes(data=True)}
    times = Counter(names.values())
    chosen = {node: name for node, name in names.items() if name and times[name] == 1}
    kept = names.keys() - chosen.keys()
    chosen = {node: name for node, name in chosen.items() if name not in kept}
    return nx.relabel_nodes(graph, chosen, copy=True)


def told(graph: GraphT, *, format: str, edge_meaning: str) -> GraphT:
    """Return the graph, saying which tool's drawing it was and what its edges mean, save where the file says it.

    Examples
    --------
    >>> told(nx.DiGraph(edge_meaning="unknown"), format="CMake", edge_meaning="depends on").graph
    {'edge_meaning': 'depends on', 'format': 'CMake', 'weight_meaning': 'none'}
    """
    graph.graph["format"] = format
    for key, meaning in (("edge_meaning", edge_meaning), ("weight_meaning", "none")):
        if graph.graph.get(key, "unknown") == "unknown":
            graph.graph[key] = meaning
    return graph


def without_attributes(graph: GraphT, *, nodes: Iterable[str] = (), edges: Iterable[str] = ()) -> GraphT:
    """Return the graph without what says only how its drawing looks; the graph given is changed.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_node("a", shape="box", label="a")
    >>> without_attributes(G, nodes=["shape"]).nodes["a"]
    {'label': 'a'}
    """
    for key in nodes:
        for _, attributes in graph.nodes(data=True):
            attributes.pop(key, None)
    for key in edges:
        for _, _, attributes in graph.edges(data=True):
            attributes.pop(key, None)
    return graph


def of_kinds(graph: GraphT, kinds: str | Collection[str] | None) -> GraphT:
    """Return the graph with only the edges whose ``kind`` an option names or does not omit, and the nodes these join.

    None leaves it as it is.

    Raises
    ------
    UsageError
        A kind that no edge has.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_edge("a", "b", kind="Requires")
    >>> G.add_edge("a", "c", kind="After")
    >>> list(of_kinds(G, "requires").edges)
    [('a', 'b')]
    """
    if kinds is None:
        return graph
    there: dict[str, None] = dict.fromkeys(kind for _, _, kind in graph.edges(data="kind") if kind)
    wanted = chosen_kinds(kinds, there, default=(*there, ""))
    keyed = {"keys": True} if graph.is_multigraph() else {}
    kept: GraphT = graph.copy()
    edges = graph.edges(data="kind", **keyed)
    kept.remove_edges_from([edge[:-1] for edge in edges if (edge[-1] or "") not in wanted])
    by = by_kinds(kinds)
    # Where kinds are named, a node without any edge is of none of them.
    alone = [node for node in kept if not kept.degree(node) and ("kinds" in by or graph.degree(node))]
    kept.remove_nodes_from(alone)
    leave_out(kept, alone, by)
    return kept


# As the legend in each such file has them; it is of the same shapes and lines in all.
TARGETS = {
    "egg": "executable",
    "octagon": "static library",
    "doubleoctagon": "shared library",
    "tripleoctagon": "module library",
    "pentagon": "interface library",
    "hexagon": "object library",
    "septagon": "unknown library",
    "box": "custom target",
}

LINKS = {"": "public", "solid": "public", "dashed": "interface", "dotted": "private"}

LEGEND = "legendNode"


def read_cmake(
    data: bytes, *, name: str, kinds: str | Collection[str] | None = None, **limits: Any
) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read ``cmake --graphviz``: the tail of an edge is linked with its head, so it depends on it.

    Legend and invisible edges are left out. Ids are the names of the targets where no two have the same, else CMake's
    ``node7``.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only links of these kinds, separated by commas: public, interface, private.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Nodes have ``type`` ("static library") and ``alias``, edges ``kind`` ("private").

    Raises
    ------
    FormatError, GraphTypeError, LimitError, UsageError
        As `graphdiff.io.dot.read_dot`; or no edge is of one of the `kinds`.

    References
    ----------
    .. [1] https://cmake.org/cmake/help/latest/module/CMakeGraphVizOptions.html

    Examples
    --------
    >>> text = b'''digraph "x" { subgraph clusterLegend { legendNode0 -> legendNode1 [style = invis]; }
    ... node0 [label="app", shape=egg]; node1 [label="fmt\\n(fmt::fmt)", shape=octagon];
    ... node0 -> node1 [style = dotted] }'''
    >>> G = read_cmake(text, name="x.dot")
    >>> list(G.edges(data=True)), G.nodes["fmt"]
    ([('app', 'fmt', {'kind': 'private'})], {'type': 'static library', 'alias': 'fmt::fmt'})
    """
    graph = read_dot(data, name=name, **limits)
    graph.remove_nodes_from([node for node in graph if node.startswith(LEGEND)])
    keyed = {"keys": True} if graph.is_multigraph() else {}
    graph.remove_edges_from([e[:-1] for e in graph.edges(data="style", **keyed) if e[-1] == "invis"])
    graph = renamed(graph, lambda node, attributes: str(attributes.get("label", "")).partition(r"\n")[0])
    for _, attributes in graph.nodes(data=True):
        attributes.update(_target(attributes))
    for _, _, attributes in graph.edges(data=True):
        attributes["kind"] = LINKS.get(attributes.get("style", ""), "public")
    graph = without_attributes(graph, nodes=("label", "shape", "fontsize"), edges=("style",))
    return told(of_kinds(graph, kinds), format="CMake targets (DOT)", edge_meaning="depends on")


def _target(attributes: dict[str, Any]) -> dict[str, str]:
    alias = str(attributes.get("label", "")).partition(r"\n")[2].strip("()")
    data = {"type": TARGETS.get(str(attributes.get("shape", "")), ""), "alias": alias}
    return {key: value for key, value in data.items() if value}


TERRAFORM_LOOKS = ("label", "shape", "style", "fontname")

EDGE_LOOKS = ("color", "penwidth", "style", "shape")


def read_terraform(data: bytes, *, name: str, **limits: Any) -> nx.DiGraph | nx.MultiDiGraph:
    """Read ``terraform graph``: the tail of an edge needs its head, which is made first.

    Ids are without ``[root]`` and ``(expand)``, which say nothing of a resource; ``(close)`` stays, as closing a
    provider is a step of its own. Terraform's ``root`` is the root. An edge that ``-draw-cycles`` marks has
    ``cycle=True``.

    References
    ----------
    .. [1] https://developer.hashicorp.com/terraform/cli/commands/graph

    Examples
    --------
    >>> text = b'digraph { "[root] aws_vpc.main (expand)" -> "[root] var.region" }'
    >>> list(read_terraform(text, name="x.dot").edges)
    [('aws_vpc.main', 'var.region')]
    """
    graph = renamed(read_dot(data, name=name, **limits), lambda node, _: _address(node))
    for _, _, attributes in graph.edges(data=True):
        if attributes.get("color") == "red":
            attributes["cycle"] = True
    if "root" in graph:
        graph.nodes["root"]["root"] = True
    without_attributes(graph, nodes=TERRAFORM_LOOKS, edges=EDGE_LOOKS)
    return told(graph, format="terraform graph (DOT)", edge_meaning="depends on")


def _address(node: str) -> str:
    # Attributes are read as text, so that a backslash before a quote is still there in an id.
    address = node.replace('\\"', '"').removeprefix("[root] ").removesuffix(" (expand)")
    return address.removeprefix("module.root.")


# The colour legend of systemd-analyze(1): the property of the unit that an edge is.
COLOURS = {
    "green": "After",
    "black": "Requires",
    "darkblue": "Requisite",
    "gold": "BindsTo",
    "grey66": "Wants",
    "red": "Conflicts",
}


def read_systemd(
    data: bytes, *, name: str, kinds: str | Collection[str] | None = None, **limits: Any
) -> nx.DiGraph | nx.MultiDiGraph:
    """Read ``systemd-analyze dot``: the tail of an edge has the property ``kind`` with its head as value.

    An edge's ``kind`` is told by its colour. ``After`` is an order and ``Conflicts`` the opposite of a need: both are
    read, as systemd too counts them among a unit's dependencies, and ``kinds="Requires,Wants"`` leaves them out. Two
    units that are joined by several properties have an edge for each.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only edges of these kinds, separated by commas: After, Requires, Requisite, BindsTo, Wants, Conflicts.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Edges have ``kind``.

    Raises
    ------
    FormatError, GraphTypeError, LimitError, UsageError
        As `graphdiff.io.dot.read_dot`; or no edge is of one of the `kinds`.

    References
    ----------
    .. [1] systemd-analyze(1), ``systemd-analyze dot``.

    Examples
    --------
    >>> text = b'digraph systemd { "a.service"->"b.socket" [color="green"]; "a.service"->"b.socket" [color="grey66"]; }'
    >>> list(read_systemd(text, name="x.dot", kinds="wants").edges(data=True))
    [('a.service', 'b.socket', {'kind': 'Wants'})]
    """
    graph = read_dot(data, name=name, **limits)
    for _, _, attributes in graph.edges(data=True):
        colour = str(attributes.get("color", ""))
        attributes["kind"] = COLOURS.get(colour, colour or "unknown")
    without_attributes(graph, edges=("color",))
    return told(of_kinds(graph, kinds), format="systemd units (DOT)", edge_meaning="depends on")


FUNCTION = re.compile(r"\{(.*)\}", re.DOTALL)

BLOCK = re.compile(r"\{([^:|{}\\]+):")

PORT = re.compile(r"<(s\d+)>([^|}]*)")

ESCAPED = re.compile(r"\\([{}<>| \\])")

LLVM_LOOKS = ("shape", "style", "color", "fillcolor")


def read_llvm_calls(data: bytes, *, name: str, **limits: Any) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read the DOT of ``opt -dot-callgraph``: the tail of an edge calls its head.

    In the file a node is an address, and the function's name stands in its label: the name is the id, save where two
    nodes have the same one (LLVM's two "external node"), which stay addresses with the name as ``label``.

    References
    ----------
    .. [1] https://llvm.org/docs/Passes.html, ``dot-callgraph``.

    Examples
    --------
    >>> text = b'''digraph "Call graph: x" { Node0x1 [shape=record,label="{main}"]; Node0x1 -> Node0x2;
    ... Node0x2 [shape=record,label="{std::sort\\<int\\>}"]; }'''
    >>> list(read_llvm_calls(text, name="x.dot").edges)
    [('main', 'std::sort<int>')]
    """
    graph = read_dot(data, name=name, **limits)
    for _, attributes in graph.nodes(data=True):
        if match := FUNCTION.fullmatch(str(attributes.get("label", ""))):
            attributes["label"] = ESCAPED.sub(r"\1", match[1])
    return _named(graph, "LLVM call graph (DOT)", "calls")


def read_llvm_flow(data: bytes, *, name: str, **limits: Any) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read the DOT of ``opt -dot-cfg``: control passes from the tail of an edge to its head.

    Ids are the names of the basic blocks (``%11``, ``for.body``) instead of their addresses; an edge that leaves by
    one of several ways has it as ``kind``: ``T``, ``F``, or a switch's value.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Nodes have ``code``, edges ``kind``.

    References
    ----------
    .. [1] https://llvm.org/docs/Passes.html, ``dot-cfg``.

    Examples
    --------
    >>> text = b'''digraph "CFG for 'f' function" { Node0x1 [shape=record,label="{%0:\\l br|{<s0>T|<s1>F}}"];
    ... Node0x1:s0 -> Node0x2; Node0x2 [shape=record,label="{%1:\\l ret}"]; }'''
    >>> list(read_llvm_flow(text, name="x.dot").edges(data="kind"))
    [('%0', '%1', 'T')]
    """
    graph = read_dot(data, name=name, **limits)
    for tail, _, attributes in graph.edges(data=True):
        ways = dict(PORT.findall(str(graph.nodes[tail].get("label", ""))))
        if way := ways.get(attributes.pop("tailport", "")):
            attributes["kind"] = way
    for _, attributes in graph.nodes(data=True):
        code = str(attributes.get("label", ""))
        if match := BLOCK.match(code):
            attributes["code"], attributes["label"] = code, match[1]
    return _named(graph, "LLVM control flow (DOT)", "leads to")


def _named(graph: nx.DiGraph, title: str, meaning: str) -> nx.DiGraph | nx.MultiDiGraph:
    graph = renamed(graph, lambda node, attributes: str(attributes.get("label", "")))
    for node, attributes in graph.nodes(data=True):
        if attributes.get("label") == node:
            del attributes["label"]
    without_attributes(graph, nodes=LLVM_LOOKS)
    return told(graph, format=title, edge_meaning=meaning)


PREFIX = "[root] "

#: What every task without another that it depends on leads to; it is no task.
END = "___ROOT___"


def read_turbo(data: bytes, *, name: str, **limits: Any) -> nx.DiGraph | nx.MultiDiGraph:
    """Read ``turbo run --graph``: the tail of an edge is a task that depends on its head, which runs first.

    Ids are without ``[root]``: ``app#build``, in a repository of one package ``build``. ``___ROOT___``, to which
    turbo draws every task that depends on no other, is left out.

    References
    ----------
    .. [1] https://turborepo.com/docs/reference/run, ``--graph``.

    Examples
    --------
    >>> text = b'digraph { "[root] app#build" -> "[root] ui#build" "[root] ui#build" -> "[root] ___ROOT___" }'
    >>> list(read_turbo(text, name="x.dot").edges)
    [('app#build', 'ui#build')]
    """
    graph = renamed(read_dot(data, name=name, **limits), lambda node, _: str(node).removeprefix(PREFIX))
    graph.remove_nodes_from([END])
    return told(graph, format="turbo tasks (DOT)", edge_meaning="depends on")
