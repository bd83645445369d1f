"""Call graphs of static analysis: which function may call which, without anything measured."""

from __future__ import annotations

import re
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.io.documents import mapping, parse_json, texts
from graphdiff.io.dot import read_dot
from graphdiff.io.drawings import renamed, told, without_attributes

__all__ = ["read_pyan", "read_pycg"]

LOOKS = ("label", "style", "fillcolor", "fontcolor", "group", "tooltip")
#: A node's tooltip: its full name, on the next line its file, where it begins.
TOOLTIP = re.compile(r"(?P<name>[^\n]+)(?:\n(?P<file>[^\n]+?)(?::(?P<line>\d+))?(?:\n|\Z))?")


def read_pycg(data: bytes, *, name: str) -> nx.DiGraph:
    r"""Read PyCG's JSON: a function, and the list of those that it may call.

    References
    ----------
    .. [1] V. Salis et al., "PyCG: Practical Call Graph Generation in Python", ICSE 2021, https://arxiv.org/abs/2103.00587

    Examples
    --------
    >>> graph = read_pycg(b'{"app.main": ["app.load", "<builtin>.print"], "app.load": []}', name="x.json")
    >>> list(graph.edges), graph.graph["edge_meaning"], graph.graph["node_meaning"]
    ([('app.main', 'app.load'), ('app.main', '<builtin>.print')], 'calls', 'functions')
    """
    document = mapping(parse_json(data, name), name)
    graph = nx.DiGraph(node_meaning="functions")
    graph.add_nodes_from(document)
    for caller, callees in document.items():
        graph.add_edges_from((caller, callee) for callee in texts(callees, f"{name}: {caller}"))
    if not graph:
        raise FormatError(f"{name}: no function in it")
    return told(graph, format="PyCG", edge_meaning="calls")


def read_pyan(data: bytes, *, name: str, **limits: Any) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read pyan's drawing: the solid edges, of what a function, class or module uses; not the dashed ones.

    Those say what is defined in what, which is no call. Names are those of the tooltips, with their modules.

    References
    ----------
    .. [1] https://github.com/Technologicat/pyan

    Examples
    --------
    >>> text = b'''digraph G { graph [rankdir=TB];
    ... "app__main" [label="main", group="0", tooltip="app.main\\n/src/app.py:3\\nfunction in app"];
    ... "app__load" [label="load", group="0"];
    ... "app__main" -> "app__load" [style="solid", color="#000000"];
    ... "app" -> "app__main" [style="dashed", color="#838b8b"]; }'''
    >>> graph = read_pyan(text, name="x.dot")
    >>> list(graph.edges), graph.nodes["app.main"]
    ([('app.main', 'load')], {'file': '/src/app.py', 'line': 3})
    """
    graph = read_dot(data, name=name, **limits)
    others = [edge for edge in graph.edges if graph.edges[edge].get("style", "solid") != "solid"]
    graph.remove_edges_from(others)
    if others:
        what = "1 edge that is" if len(others) == 1 else f"{len(others):,} edges that are"
        graph.graph.setdefault("warnings", []).append(f"{name}: {what} not solid (defines) left out, being no calls")
    graph = renamed(graph, _pyan_name)
    for _, attributes in graph.nodes(data=True):
        match = TOOLTIP.match(_tooltip(attributes))
        if match and match["line"]:
            attributes |= {"file": match["file"], "line": int(match["line"])}
    without_attributes(graph, nodes=LOOKS, edges=("style", "color"))
    graph.graph["node_meaning"] = "functions"
    return told(graph, format="pyan", edge_meaning="calls")


def _tooltip(attributes: dict[str, Any]) -> str:
    return str(attributes.get("tooltip", "")).replace(r"\n", "\n")


def _pyan_name(node: str, attributes: dict[str, Any]) -> str:
    match = TOOLTIP.match(_tooltip(attributes))
    return match["name"] if match else str(attributes.get("label", "")).replace(r"\n", " ")
