"""The drawings that pprof and gprof2dot make of profiles: who calls whom."""

from __future__ import annotations

import re
from typing import Any

import networkx as nx

from graphdiff.io.dot import read_dot
from graphdiff.io.drawings import renamed, told, without_attributes

__all__ = ["read_gprof2dot", "read_pprof"]


PPROF_NODE = re.compile(r"N\d+")

VALUE = re.compile(r" \([^()]*\)$")

NUMBER = re.compile(r"\d+")

SHARE = re.compile(r"(.*?)\\n\d+(?:\.\d+)?%")

LOOKS = (
    "shape", "style", "color", "fillcolor", "fontcolor", "fontname", "fontsize", "height", "width", "id", "tooltip"
)  # fmt: skip

# A pprof edge's weight is what the drawing is laid out by: a rounded percentage, missing where it is 1.
EDGE_LOOKS = (
    "weight", "penwidth", "color", "fontcolor", "fontname", "fontsize", "arrowsize", "labeldistance", "tooltip",
    "labeltooltip", "style", "minlen",
)  # fmt: skip


def read_pprof(data: bytes, *, name: str, **limits: Any) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read the DOT of ``go tool pprof -dot``: the tail of an edge calls its head.

    Ids are the functions' names instead of ``N1``; legend and tags are left out, and so is the ``weight`` by which
    the drawing is laid out: the edge's ``label`` has what was measured, with its unit.

    References
    ----------
    .. [1] https://github.com/google/pprof/blob/main/doc/README.md

    Examples
    --------
    >>> text = b'''digraph "x" { subgraph cluster_L { "File: x" [shape=box] }
    ... N1 [label="src\\n10s of 25s" tooltip="src (25s)"] N2 [label="dest\\n15s" tooltip="dest (15s)"]
    ... N1 -> N2 [label=" 10s" weight=11] }'''
    >>> list(read_pprof(text, name="x.dot").edges(data=True))
    [('src', 'dest', {'label': '10s'})]
    """
    graph = read_dot(data, name=name, **limits)
    graph.remove_nodes_from([node for node in graph if not PPROF_NODE.fullmatch(node)])
    graph = renamed(graph, lambda node, attributes: VALUE.sub("", str(attributes.get("tooltip", ""))))
    for _, _, attributes in graph.edges(data=True):
        attributes["label"] = str(attributes.get("label", "")).strip()
    without_attributes(graph, nodes=LOOKS, edges=EDGE_LOOKS)
    return told(graph, format="pprof (DOT)", edge_meaning="calls")


def read_gprof2dot(data: bytes, *, name: str, **limits: Any) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read the DOT of gprof2dot: the tail of an edge calls its head.

    Ids that are numbers give way to the names in the labels; the edge's ``label`` has what was measured, as text.

    References
    ----------
    .. [1] https://github.com/jrfonseca/gprof2dot

    Examples
    --------
    >>> text = b'''digraph { 0 [label="main\\n100.00%\\n(0.00%)"]; 1 [label="read\\n50.00%"];
    ... 0 -> 1 [label="50.00%", labeldistance="2.00"] }'''
    >>> list(read_gprof2dot(text, name="x.dot").edges(data=True))
    [('main', 'read', {'label': '50.00%'})]
    """
    graph = read_dot(data, name=name, **limits)
    graph = renamed(graph, _gprof2dot_name)
    without_attributes(graph, nodes=LOOKS, edges=EDGE_LOOKS)
    return told(graph, format="gprof2dot (DOT)", edge_meaning="calls")


def _gprof2dot_name(node: str, attributes: dict[str, Any]) -> str:
    match = SHARE.match(str(attributes.get("label", "")))
    return match[1].replace(r"\n", " ") if match and NUMBER.fullmatch(node) else node
