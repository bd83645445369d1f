"""The drawings that LLVM makes of a module's call graph and of a function's control flow."""

from __future__ import annotations

import re
from typing import Any

import networkx as nx

from graphdiff.readers.dot import read_dot
from graphdiff.readers.dot_names import renamed, told, without_attributes

__all__ = ["read_llvm_calls", "read_llvm_flow"]

FUNCTION = re.compile(r"\{(.*)\}", re.DOTALL)
BLOCK = re.compile(r"\{([^:|{}\\]+):")
PORT = re.compile(r"<(s\d+)>([^|}]*)")
ESCAPED = re.compile(r"\\([{}<>| \\])")
LOOKS = ("shape", "style", "color", "fillcolor")


def read_llvm_calls(data: bytes, *, name: str, **limits: Any) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read the DOT of ``opt -dot-callgraph``: the tail of an edge calls its head.

    In the file a node is an address, and the function's name stands in its label: the name is the id, save where two
    nodes have the same one (LLVM's two "external node"), which stay addresses with the name as ``label``.

    Parameters
    ----------
    data : bytes
        The content.
    name : str
        The file's name, for messages.
    **limits
        What `graphdiff.readers.dot.read_dot` takes.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph

    Raises
    ------
    FormatError, GraphTypeError, LimitError, UsageError
        As `graphdiff.readers.dot.read_dot`.

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

    Parameters
    ----------
    data : bytes
        The content.
    name : str
        The file's name, for messages.
    **limits
        What `graphdiff.readers.dot.read_dot` takes.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Nodes have ``code``, edges ``kind``.

    Raises
    ------
    FormatError, GraphTypeError, LimitError, UsageError
        As `graphdiff.readers.dot.read_dot`.

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
    without_attributes(graph, nodes=LOOKS)
    return told(graph, format=title, edge_meaning=meaning)
