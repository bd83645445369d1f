"""Graphs in JSON: node-link data, adjacency data, and plain mappings from a node to what it points at.

What is read is known to be a graph by the names of its parts. JSON that a tool may have written for another purpose is
refused with what is in it.

JSON objects as adjacency: a key is a node, its value what the node points at; and when an object is one at all.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import networkx as nx

from graphdiff.errors import FormatError, GraphTypeError
from graphdiff.io.building import described, told_in_part
from graphdiff.io.documents import Record, mapping, mappings, parse_json
from graphdiff.io.ends import LINK_ENDS, known_ends
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.remedies import Keyword, Remedy

__all__ = ["FIELDS", "edges_of_mapping", "listed", "read_adjacency", "read_json", "refuse_what_may_be_else"]


NO_SHAPE = (
    "neither node-link data (nodes, links or edges) nor adjacency data (nodes, adjacency) nor a mapping of nodes to "
    "lists or weights"
)

DIRECTED = 'write "directed": true if its edges lead from source to target'

#: What tools call the id of a node; the first by which all ends are known.
IDS = ("id", "node_id", "key", "name", "label")

Edge = tuple[Hashable, Hashable, Record]

Graph: TypeAlias = "nx.DiGraph | nx.MultiDiGraph"


def read_json(data: bytes, *, name: str) -> Graph:
    """Read node-link data, adjacency data, Cytoscape's elements or a plain mapping; an edge leads from tail to head.

    Node-link data has ``nodes`` and ``links`` or ``edges``, as networkx, d3, vis.js and others write them. The ends of
    an edge are its ``source`` and ``target``, ``from`` and ``to``, ``src`` and ``dst``, ``tail`` and ``head``, or
    ``u`` and ``v``. They name a node by its ``id``, ``node_id``, ``key``, ``name`` or ``label``, the first of these by
    which every end is a node; where nodes have none, by its position. Cytoscape's JSON has the same in
    ``elements``, the JSON Graph Format in ``graph``. Adjacency data has ``nodes`` and ``adjacency``.

    A plain mapping is ``{"a": ["b", "c"]}``, ``{"a": {"b": 2.0}, "b": {}}`` (weights) or
    ``{"a": {"b": {"weight": 2.0}}, "b": {}}``; its nodes are texts. It is taken for a graph only where all is lists of
    names, or its values name other keys of it, and no key is a field that tools write, such as ``dependencies``
    (`read_adjacency` takes every key for a node).

    Without ``"directed"`` a graph counts as directed. Repeated edges are kept as parallel ones. The ``edge_meaning``
    and ``weight_meaning`` in the file's ``graph`` say what its edges and weights mean.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        A multigraph where the file says so, or where edges repeat.

    Raises
    ------
    FormatError
        Broken JSON, or JSON of another shape; what is wrong with the first bad node or edge is said.
    GraphTypeError
        The file says that it is undirected.

    Examples
    --------
    >>> list(read_json(b'{"a": {"b": 2.0, "c": 0.5}, "b": {}}', name="g.json").edges(data="weight"))
    [('a', 'b', 2.0), ('a', 'c', 0.5)]
    >>> links = b'{"nodes": [{"key": "a"}, {"key": "b"}], "edges": [{"from": "a", "to": "b"}]}'
    >>> list(read_json(links, name="g.json").edges)
    [('a', 'b')]
    """
    with collector_at_rest():
        document = _parsed(data, name)
        if "elements" in document:
            return described(_node_link(_of_elements(document, name), "edges", name), format="Cytoscape JSON")
        document = _of_json_graph(document, name)
        kind = next((kind for kind in ("links", "edges") if kind in document), "")
        if "nodes" in document and kind:
            _refuse_undirected(document, kind, name)
            graph = described(_node_link(document, kind, name), format="node-link JSON")
            return told_in_part(graph, name) if "graphdiff" in document else graph
        if "nodes" in document and "adjacency" in document:
            return described(_adjacency(document, name), format="adjacency JSON")
        if kind and isinstance(document[kind], list):
            raise FormatError(f"{name}: it has {kind}, but no nodes that these join; it has {listed(document)}")
        refuse_what_may_be_else(document, name, NO_SHAPE)
        return _mapping(document, name)


def read_adjacency(data: bytes, *, name: str) -> Graph:
    """Read a JSON object whose keys are nodes, whatever they are called; its values list or weigh what they point at.

    Raises
    ------
    FormatError
        Broken JSON, or a value that is neither a list of names nor an object of weights or attributes.

    Examples
    --------
    >>> list(read_adjacency(b'{"graph": ["nodes"]}', name="g.json").edges)
    [('graph', 'nodes')]
    """
    with collector_at_rest():
        return _mapping(_parsed(data, name), name)


def _parsed(data: bytes, name: str) -> Record:
    document = parse_json(data, name)
    if isinstance(document, list):
        records = [one for one in document[:1] if isinstance(one, dict)]
        of_what = f" of objects with {listed(records[0])}" if records else ""
        raise FormatError(f"{name}: {NO_SHAPE}: it is a list{of_what}")
    if not isinstance(document, dict) or not document:
        raise FormatError(f"{name}: {NO_SHAPE}")
    if document.get("directed") is False:
        raise GraphTypeError(f"{name}: the graph is undirected; {DIRECTED}")
    return document


def _refuse_undirected(document: Record, kind: str, name: str) -> None:
    """Refuse what graphology and the JSON Graph Format write of edges that have no direction."""
    options = document.get("options")
    if isinstance(options, dict) and options.get("type") == "undirected":
        raise GraphTypeError(f"{name}: the graph is undirected; {DIRECTED}")
    for place, edge in enumerate(document[kind] if isinstance(document[kind], list) else []):
        if isinstance(edge, dict) and (edge.get("undirected") is True or edge.get("directed") is False):
            raise GraphTypeError(f"{name}: {kind}[{place}] is undirected, which has no influence to compute")


# -- node-link data, and what is brought into its shape


def _of_elements(document: Record, name: str) -> Record:
    """Return Cytoscape's elements as node-link data: what an element says is in its ``data``."""
    elements = document["elements"]
    where = f"{name}: elements"
    if isinstance(elements, list):
        data = [(place, _data(one, place)) for place, one in mappings(elements, where)]
        edges = [one for _, one in data if "source" in one and "target" in one]
        nodes = [one for _, one in data if not ("source" in one and "target" in one)]
    else:
        parts = mapping(elements, where)
        if not parts.keys() & {"nodes", "edges"}:
            raise FormatError(f"{where} has neither nodes nor edges; it has {listed(parts)}")
        nodes, edges = (
            [_data(one, place) for place, one in mappings(parts.get(section), f"{where}.{section}")]
            for section in ("nodes", "edges")
        )
    return {"nodes": nodes, "edges": edges, "multigraph": document.get("multigraph")}


def _of_json_graph(document: Record, name: str) -> Record:
    """Return what the JSON Graph Format has in ``graph`` as node-link data; any other document as it is."""
    inner = document.get("graph")
    if "nodes" in document or not isinstance(inner, dict) or not {"nodes", "edges"} <= inner.keys():
        return document
    nodes = inner["nodes"]
    if isinstance(nodes, dict):  # its version 2; in version 1 they are a list
        nodes = [{"id": node, **mapping(data, f"{name}: graph.nodes: {node[:40]}")} for node, data in nodes.items()]
    if inner.get("directed") is False:
        raise GraphTypeError(f"{name}: the graph is undirected; {DIRECTED}")
    return {"nodes": nodes, "edges": inner["edges"], "directed": True}


def _data(element: Record, where: str) -> Record:
    if not isinstance(element.get("data"), dict):
        raise FormatError(f"{where} has no data; it has {listed(element)}")
    return dict(element["data"])


def _node_link(document: Record, kind: str, name: str) -> Graph:
    listed_nodes = list(mappings(document["nodes"], f"{name}: nodes"))
    records = list(mappings(document[kind], f"{name}: {kind}"))
    tail, head = _ends_of(records)
    edges: list[Edge] = []
    for where, record in records:
        for end in (tail, head):
            if end not in record:
                raise FormatError(f"{where} has no {end!r}; it has {listed(record)}")
        attributes = {key: value for key, value in _flat(record).items() if key not in (tail, head)}
        edges.append((_label(record[tail], where), _label(record[head], where), attributes))
    nodes, id_key = _nodes(listed_nodes, edges)
    return _graph(document, nodes, edges, name, id_key)


def _ends_of(records: Sequence[tuple[str, Record]]) -> tuple[str, str]:
    """Return what the first edge calls its ends."""
    if not records:
        return LINK_ENDS[0]
    where, first = records[0]
    for pair in LINK_ENDS:
        if all(end in first for end in pair):
            return pair
    for pair in LINK_ENDS:
        if any(end in first for end in pair):  # the other one is missing
            return pair
    pairs = ", ".join("/".join(pair) for pair in LINK_ENDS)
    raise FormatError(f"{where} has no 'source' and no other known end ({pairs}); it has {listed(first)}")


def _nodes(records: Sequence[tuple[str, Record]], edges: Sequence[Edge]) -> tuple[dict[Hashable, Record], str]:
    """Return the attributes of each node by its id, and what the id is called; empty where it is the position."""
    key = _id_key([record for _, record in records], edges)
    nodes: dict[Hashable, Record] = {}
    for position, (where, record) in enumerate(records):
        if key and key not in record:
            raise FormatError(f"{where} has no {key!r}, as others have; it has {listed(record)}")
        label = _label(record[key] if key else position, where)
        if label in nodes:
            raise FormatError(f"{where} has the {key} {label!r} of a node before it")
        nodes[label] = {other: value for other, value in _flat(record).items() if other != "id"}
    return nodes, key


def _flat(record: Record) -> Record:
    """Return a node or edge with what graphology writes as its ``attributes`` beside the rest."""
    inner = record.get("attributes")
    if not isinstance(inner, dict) or "key" not in record:
        return record
    return {key: value for key, value in record.items() if key != "attributes"} | inner


def _id_key(records: Sequence[Record], edges: Sequence[Edge]) -> str:
    there = [key for key in IDS if any(key in record for record in records)]
    ends = {end for edge in edges for end in edge[:2]}
    for key in there:
        if ends and ends <= {label for record in records if isinstance(label := record.get(key), str | int | float)}:
            return key
    known = [key for key in there if key not in ("name", "label")]
    return known[0] if known else ""


def _adjacency(document: Record, name: str) -> Graph:
    nodes, id_key = _nodes(list(mappings(document["nodes"], f"{name}: nodes")), [])
    rows = document["adjacency"]
    if not isinstance(rows, list) or len(rows) != len(nodes):
        raise FormatError(f"{name}: adjacency is not a list with one row for each of the {len(nodes)} nodes")
    edges: list[Edge] = []
    for position, (tail, row) in enumerate(zip(nodes, rows, strict=True)):
        for where, record in mappings(row, f"{name}: adjacency[{position}]"):
            attributes = {key: value for key, value in record.items() if key != "id"}
            edges.append((tail, _label(record.get("id"), where), attributes))
    return _graph(document, nodes, edges, name, id_key)


def _mapping(document: Record, name: str) -> Graph:
    edges = list(edges_of_mapping(document, name, NO_SHAPE))
    nodes: dict[Hashable, Record] = {label: {} for edge in edges for label in edge[:2]}
    graph = _graph({}, {label: {} for label in document} | nodes, edges, name, "")
    return described(graph, format="adjacency JSON")


def _label(value: Any, where: str) -> Hashable:
    """Return `value` as a node; lists are tuples, as networkx writes them."""
    label = tuple(value) if isinstance(value, list) else value
    try:
        hash(label)
    except TypeError as error:
        raise FormatError(f"{where} has an id that is no text, number or flat list") from error
    if label is None:
        raise FormatError(f"{where} has no id")
    return label


def _graph(document: Record, nodes: Mapping[Hashable, Record], edges: Sequence[Edge], name: str, id_key: str) -> Graph:
    _refuse_strangers(nodes, edges, name, id_key)
    keyed = document.get("multigraph") is True
    repeats = len({edge[:2] for edge in edges}) < len(edges)
    graph = nx.MultiDiGraph() if keyed or repeats else nx.DiGraph()
    graph.graph.update(_graph_attributes(document, name))
    graph.add_nodes_from(nodes.items())
    graph.add_edges_from([_with_key(edge, name) for edge in edges] if keyed else edges)
    if graph.number_of_edges() < len(edges):
        raise FormatError(f"{name}: two parallel edges have the same key")
    return graph


def _refuse_strangers(nodes: Mapping[Hashable, Record], edges: Sequence[Edge], name: str, id_key: str) -> None:
    stranger = next((label for edge in edges for label in edge[:2] if label not in nodes), None)
    if stranger is None:
        return
    if id_key or not isinstance(stranger, str):
        examples = ", ".join(repr(node)[:40] for node in list(nodes)[:3])
        more = f", which go by {repr(id_key) if id_key else 'their position'}: {examples}" if examples else ""
    else:
        first = next(iter(nodes.values()), {})
        more = f": these have no {', '.join(map(repr, IDS))} that is its; the first has {listed(first)}"
    raise FormatError(f"{name}: an edge has the end {stranger!r}, which is not among the nodes{more}")


def _graph_attributes(document: Record, name: str) -> Record:
    try:
        return dict(document.get("graph", {}))
    except (TypeError, ValueError) as error:
        raise FormatError(f"{name}: graph is neither an object nor a list of pairs") from error


def _with_key(edge: Edge, name: str) -> tuple[Hashable, Hashable, Hashable, Record]:
    tail, head, attributes = edge
    key = attributes.pop("key", None)
    if isinstance(key, list | dict):
        raise FormatError(f"{name}: the key of an edge from {tail!r} to {head!r} is no text or number")
    return tail, head, key, attributes


EVERY_KEY = Remedy(Keyword("format", "adjacency"), "takes every key as a node")

UNLINKED = "none of the names that stand directly in its values is a key of it"

SHOWN = 6

PLAIN = re.compile(r"[^\W_][\w.@:+/#-]*|@[\w.-]+/[\w.-]+")

FIELD_LIKE = re.compile(r"[a-z]+(?:_[a-z]+|[A-Z][a-z]+)+")

# Names of fields that tools write at the top level of their JSON, by where they stand.
OF_TOOLS = """
adjacency arcs children data directed edges elements graph graphs links multigraph nodes roots tree
vertices
_meta artifacts authors build_requires builtDependencies bundleDependencies bundledDependencies catalog catalogs
components conflicts contributors dependencies dependencyGroups depends dev-dependencies devDependencies
develop engines extras files groups imports install install-plan installed keywords libraries license
licenses metadata name optionalDependencies overrides package packages packages-dev peerDependencies pins
project projects provides python_requires recommends redirects relationships replace requirements requires
require require-dev resolutions services sources specifiers suggests targets trustedDependencies version
versions vulnerabilities workspace workspaces
aliases assets bundles chunks classpath commands compilerOptions entries entryPoints entrypoints environments
errors exclude exports external externals include inputs jobs mappings module modules namedInputs nodeMetas
nodeParts outputs pipeline plugins presets rules scripts stages steps tasks targetDefaults warnings
$schema $defs @context @graph arguments attributes branches categories cells channels columns config configs
configuration coverage definitions description documents domains events examples extends extensions features
fields functions globals headers ignore ignores images items labels languages locales logs maintainers messages
meta methods options parameters params paths permissions platforms properties ranges recommendations records
references repositories request resources response responses result results rows runs schema schemas settings
specs stacks statistics stats styles summary tables tags testResults totals traceEvents traces train types
variables words
"""

#: An object with one of these is taken for no graph.
FIELDS = frozenset(OF_TOOLS.split())


def listed(record: Mapping[str, Any]) -> str:
    """Return the first names of an object, as errors say what is there.

    Examples
    --------
    >>> listed({"a": 1, "b": 2}), listed({})
    ('a, b', 'nothing')
    """
    more = f" and {len(record) - SHOWN:,} more" if len(record) > SHOWN else ""
    return ", ".join(key[:40] for key in list(record)[:SHOWN]) + more or "nothing"


def refuse_what_may_be_else(document: Record, name: str, no_shape: str) -> None:
    """Refuse an object that may be no adjacency: one with a tool's field, or whose values name none of its keys.

    Raises
    ------
    FormatError
        What was seen, and what reads it as adjacency all the same.

    Examples
    --------
    >>> refuse_what_may_be_else({"a": ["b"]}, "x.json", "no graph")
    >>> refuse_what_may_be_else({"nodes": ["b"]}, "x.json", "no graph")
    Traceback (most recent call last):
    graphdiff.errors.FormatError: x.json: no graph: it has nodes, and nodes is a field that tools write; \
format="adjacency" takes every key as a node
    """
    strange = next((key for key, value in document.items() if not isinstance(value, list | dict)), None)
    if strange is not None:
        raise FormatError(f"{name}: {no_shape}: it has {listed(document)}")
    if why := _doubt(document):
        raise FormatError(f"{name}: {no_shape}: {why}", *_remedies(document))


def _doubt(document: Record) -> str:
    """Return why an object of lists and objects may be no adjacency; nothing where it is one."""
    if field := next((key for key in document if key in FIELDS), None):
        return f"it has {listed(document)}, and {field} is a field that tools write"
    names = {tail: _names(heads) for tail, heads in document.items()}
    if not any(names.values()):
        return "no value in it names anything"
    linked = any(head in document for tail, heads in names.items() for head in heads if head != tail)
    if linked:
        return ""
    if known_ends(list(document)):
        return f"it has {listed(document)}, which are columns of a table of edges"
    return "" if _are_plain_lists(document) else UNLINKED


def _remedies(document: Record) -> list[Remedy]:
    """Return what reads the object as adjacency all the same, where that is so."""
    try:
        edges = sum(1 for _ in edges_of_mapping(document, "", ""))
    except FormatError:
        return []
    return [EVERY_KEY] if edges else []


def edges_of_mapping(document: Record, name: str, no_shape: str) -> Iterator[tuple[Hashable, Hashable, Record]]:
    """Yield the edges of an object from names to lists of names, or to names with weights or attributes.

    Raises
    ------
    FormatError
        A value is something else.

    Examples
    --------
    >>> list(edges_of_mapping({"a": ["b"], "b": {"c": 0.5}}, "x.json", "no graph"))
    [('a', 'b', {}), ('b', 'c', {'weight': 0.5})]
    """
    for tail, heads in document.items():
        if not isinstance(heads, list | dict):
            raise FormatError(f"{name}: {no_shape}: the value of {tail[:40]!r} is neither list nor object")
        for head in heads:
            data = heads[head] if isinstance(heads, dict) else {}
            attributes = {"weight": data} if type(data) in (int, float) else data
            if type(head) not in (int, str) or not isinstance(attributes, dict):
                raise FormatError(f"{name}: {no_shape}: what {tail[:40]!r} points at is no name with a weight")
            if any(isinstance(value, dict | list) for value in attributes.values()):
                edge = f"{tail[:40]!r} -> {str(head)[:40]!r}"
                raise FormatError(f"{name}: {no_shape}: {edge} has attributes that are objects or lists")
            yield tail, str(head), attributes


def _are_plain_lists(document: Record) -> bool:
    """Tell whether all is lists of names such as packages have, and no key looks like a field of settings."""
    lists = all(isinstance(heads, list) and all(type(head) is str for head in heads) for heads in document.values())
    plain = lists and all(PLAIN.fullmatch(head) for heads in document.values() for head in heads)
    return plain and not any(FIELD_LIKE.fullmatch(tail) for tail in document)


def _names(heads: Any) -> list[str]:
    return [str(head) for head in heads if isinstance(head, str | int)]
