"""What all bills of materials share: elements, relations between them, and the graph that the two make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import networkx as nx

from graphdiff.io.building import node_ids

__all__ = ["Element", "Relation", "sbom_graph", "stranger"]

SHOWN = ("version", "licence", "purl", "type", "scope")


@dataclass(frozen=True)
class Element:
    """One component, package, file or document, by what its bill says; empty where it says nothing.

    Attributes
    ----------
    ref : str
        What relations call it.
    name, group, version, licence, purl, type, scope : str
        Its name, what stands before the name, and what becomes attributes of its node.
    """

    ref: str
    name: str = ""
    group: str = ""
    version: str = ""
    licence: str = ""
    purl: str = ""
    type: str = ""
    scope: str = ""


@dataclass(frozen=True)
class Relation:
    """One relation: `source` rests on `target` where both are references to elements.

    Attributes
    ----------
    source, target : str
        References to elements.
    kind, scope : str
        The type of the relation as written, and in which part of a life cycle it holds; empty where nothing is said.
    """

    source: str
    target: str
    kind: str = ""
    scope: str = ""


def stranger(ref: str) -> Element:
    """Return the element of a reference to what its bill does not describe.

    Examples
    --------
    >>> stranger("pkg:npm/ms@2.1.2").purl, stranger("SPDXRef-3").purl
    ('pkg:npm/ms@2.1.2', '')
    """
    return Element(ref, purl=ref if ref.startswith("pkg:") else "")


def sbom_graph(elements: Mapping[str, Element], relations: Iterable[Relation], roots: Iterable[str]) -> nx.DiGraph:
    """Return a node for each element and an edge for each pair that relations join.

    A node's id is the element's name, as its package URL gives it where it has one (``namespace/name``), else as
    ``group/name``; and ``name@version`` for all versions of a name that occurs in several. Elements alike in both
    carry their reference, in brackets. An element that only relations mention goes by its reference.
    Several relations of one pair are one edge, whose ``kind`` lists theirs.

    Examples
    --------
    >>> apps = {"1": Element("1", "app", version="2"), "2": Element("2", "log", purl="pkg:maven/org.slf4j/log@1.7")}
    >>> G = sbom_graph(apps, [Relation("1", "2", "DEPENDS_ON"), Relation("1", "2", "STATIC_LINK")], ["1"])
    >>> list(G.edges(data=True)), G.nodes["app"]
    ([('app', 'org.slf4j/log', {'kind': 'DEPENDS_ON, STATIC_LINK'})], {'name': 'app', 'version': '2', 'root': True})
    """
    given = list(relations)
    ends = (end for relation in given for end in (relation.source, relation.target))
    listed = dict(elements) | {end: stranger(end) for end in ends if end not in elements}
    ids = _ids(listed)
    graph = nx.DiGraph()
    for ref, (node, name) in ids.items():
        shown = {key: getattr(listed[ref], key) for key in SHOWN}
        graph.add_node(node, name=name, **{key: value for key, value in shown.items() if value})
    for root in roots:
        if root in ids:
            graph.nodes[ids[root][0]]["root"] = True
    for relation in given:
        _add(graph, ids[relation.source][0], ids[relation.target][0], relation)
    return graph


def _add(graph: nx.DiGraph, tail: str, head: str, relation: Relation) -> None:
    optional = "optional" in relation.kind.lower()
    if not graph.has_edge(tail, head):
        graph.add_edge(tail, head, **({"optional": True} if optional else {}))
    edge = graph.edges[tail, head]
    if not optional:
        edge.pop("optional", None)
    for key, value in (("kind", relation.kind), ("scope", relation.scope)):
        values = edge.get(key, "").split(", ") if edge.get(key) else []
        if value and value not in values:
            edge[key] = ", ".join([*values, value])


def _ids(elements: Mapping[str, Element]) -> dict[str, tuple[str, str]]:
    """Return the node and the name of each element by its reference."""
    names = [_qualified_name(element) for element in elements.values()]
    ids = node_ids(zip(names, (element.version for element in elements.values()), strict=True))
    times = Counter(ids)
    return {
        ref: (node if times[node] == 1 else f"{node} ({ref})", name)
        for ref, node, name in zip(elements, ids, names, strict=True)
    }


def _qualified_name(element: Element) -> str:
    plain = "/".join(filter(None, (element.group, element.name))) or element.ref
    if not element.purl:
        return plain
    # Here, so that a bill without package URLs does not load the library.
    from packageurl import PackageURL

    try:
        url = PackageURL.from_string(element.purl)
    except ValueError:
        return plain
    return "/".join(filter(None, (url.namespace, url.name)))
