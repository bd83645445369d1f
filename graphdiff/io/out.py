"""What is written, a function a format.

JSON: a graph as node-link data, or a result; either says which version of the layout it has.

CSV: one row an edge, with its attributes as columns.

GraphML, by networkx, after every name and value has been made one that XML and its types can hold.

Mermaid: the picture as a flowchart that Markdown pages draw.

DOT, SVG and PNG: the drawing as it is, or laid out.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any, Literal, Unpack

import networkx as nx

from graphdiff.errors import UsageError
from graphdiff.graph.networks import network_of
from graphdiff.paths.paths import Path
from graphdiff.pictures.dot import picture_of, pictures_of, to_pydot
from graphdiff.pictures.graphviz import fitted
from graphdiff.pictures.picture import DARK, DrawnEdge, DrawnNode
from graphdiff.pictures.view import Viewing, view_of
from graphdiff.showing import UNPRINTABLE, clean, for_spreadsheets, harmless
from graphdiff.text.records import (
    apart,
    graph_attributes,
    keys_of,
    listed_or_storable,
    names_of,
    require_graph,
    set_aside,
    storable,
)

__all__ = [
    "SCHEMA",
    "document",
    "finite",
    "write_csv",
    "write_dot",
    "write_graphml",
    "write_json",
    "write_mermaid",
    "write_png",
    "write_svg",
]


#: The version of the layout, which goes up when a reader of the old one would go wrong.
SCHEMA = 1


def _drawn(graph: Any, viewing: Viewing) -> Any:
    """Return what a picture shows, where it is asked how much that is; else the graph itself."""
    return picture_of(graph, **viewing).to_networkx() if viewing else graph


def write_json(thing: Any, **viewing: Unpack[Viewing]) -> bytes:
    """Return a graph, a result, or a list of paths as JSON in ASCII; of a graph what is drawn, if that is limited.

    Examples
    --------
    >>> json.loads(write_json(nx.DiGraph([("a", "b")])))["edges"]
    [{'source': 'a', 'target': 'b'}]
    """
    return json.dumps(document(_drawn(thing, viewing)), indent=1, allow_nan=False).encode() + b"\n"


def document(thing: Any) -> dict[str, Any]:
    """Return what the JSON of a graph or a result says: ``graphdiff`` (the version), ``kind``, and the content.

    A graph has networkx's node-link keys, so that `graphdiff.read` and `networkx.node_link_graph` (with
    ``edges="edges"``) read it. Nodes that are neither texts nor ints are written as texts, and so is every value that
    is no number, text or bool; but what the graph as a whole has by names keeps them. Attributes that are called as an
    end or an id is get ``own_`` before their names. The kind of a result is its type's name in lower case, its content
    is under ``result``.

    Examples
    --------
    >>> document([Path(("a", "b"), (("a", "b"),), 2)])
    {'graphdiff': 1, 'kind': 'paths', 'result': [{'nodes': ['a', 'b'], 'edges': [['a', 'b']], 'influence': 2}]}
    """
    thing = network_of(thing)
    if isinstance(thing, nx.Graph):
        return {"graphdiff": SCHEMA, "kind": "graph", **_node_link(thing)}
    if hasattr(thing, "to_dict"):
        kind, result = type(thing).__name__.lower(), thing.to_dict()
    elif isinstance(thing, Sequence) and all(isinstance(item, Path) for item in thing):
        kind, result = "paths", [path.to_dict() for path in thing]
    else:
        raise UsageError(f"cannot write {type(thing).__name__} as json: give a graph, a result or a list of paths")
    return {"graphdiff": SCHEMA, "kind": kind, "result": finite(result)}


def _node_link(graph: nx.DiGraph) -> dict[str, Any]:
    require_graph(graph, "json")
    plain = all(type(node) in (str, int) for node in graph)
    ids = {node: node for node in graph} if plain else names_of(graph)
    keys = keys_of(graph)
    ends = ("source", "target", "key") if graph.is_multigraph() else ("source", "target")
    return {
        "directed": True,
        "multigraph": graph.is_multigraph(),
        "graph": {name: _nested(value) for name, value in set_aside(graph_attributes(graph, ids)).items()},
        "nodes": [{"id": ids[node], **_attributes(set_aside(data, ("id",)))} for node, data in graph.nodes(data=True)],
        "edges": [
            {
                **dict(zip(ends, (ids[edge[0]], ids[edge[1]], keys.get(edge)), strict=False)),
                **_attributes(set_aside(data, ends)),
            }
            for edge, data in graph.edges.items()
        ],
    }


def _attributes(data: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in set_aside(data).items()}


def _nested(value: Any) -> Any:
    """Return what is known of a graph as a whole; what goes by names keeps them, as an attribution graph's groups."""
    if isinstance(value, dict) and all(type(name) is str for name in value):
        return {name: _nested(each) for name, each in value.items()}
    return _value(value)


def _value(value: Any) -> Any:
    return None if value is None else listed_or_storable(value)


def finite(result: Any) -> Any:
    """Return plain data with NaN and infinity, which JSON lacks, as texts."""
    return json.loads(json.dumps(result), parse_constant=str)


def _float(number: float) -> str:
    return float.__repr__(number) if math.isfinite(number) else f'"{json.dumps(number)}"'


#: How JSON has what is neither a mapping nor a list.
SCALARS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    float: _float,
    int: int.__repr__,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): lambda value: "null",
}

#: A text in JSON has no line break, so that each is one between two members.
IN_LINES = json.JSONEncoder(ensure_ascii=False, separators=("\n", ": "))


def indented(value: Any, margin: str = "") -> str:
    r"""Return what `finite` does as ``json.dumps(indent=2)``, in a third of the time: CPython's C has no indent.

    Examples
    --------
    >>> print(indented({"a": [1, "\u00e9"], "b": {}, "c": [{"d": 1}, {"d": float("nan")}]}))
    {
      "a": [
        1,
        "é"
      ],
      "b": {},
      "c": [
        {
          "d": 1
        },
        {
          "d": "NaN"
        }
      ]
    }
    """
    if scalar := SCALARS.get(type(value)):
        return scalar(value)
    inner = margin + "  "
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        rows, ends = [f"{encode_basestring(key)}: {indented(each, inner)}" for key, each in value.items()], "{}"
    elif isinstance(value, (list, tuple)):
        rows, ends = _records(value, inner) or [indented(each, inner) for each in value], "[]"
    else:
        return indented(finite(value), margin)
    return f"{ends[0]}\n{inner}" + f",\n{inner}".join(rows) + f"\n{margin}{ends[1]}" if rows else ends


def _records(rows: Sequence[Any], margin: str) -> list[str]:
    """Return records of numbers and texts as one text; nothing of others, or where a number is not finite."""
    scalars = SCALARS.keys()
    if not all(type(row) is dict and row and all(type(value) in scalars for value in row.values()) for row in rows):
        return []
    text = IN_LINES.encode(rows)[2:-2]
    if not rows or "NaN" in text or "Infinity" in text:
        return []
    inner = f"\n{margin}  "
    members = text.replace("}\n{", "\r").replace("\n", f",{inner}")
    return [f"{{{inner}" + members.replace("\r", f"\n{margin}}},\n{margin}{{{inner}") + f"\n{margin}}}"]


# Readers know the end of a row by any of these, and take "#" at the start of a line for a comment.
UNHELD_CSV = re.compile(rf"{UNPRINTABLE.pattern}|\n(?=#)")


def write_csv(graph: nx.DiGraph, *, spreadsheet_safe: bool = False, **viewing: Unpack[Viewing]) -> bytes:
    r"""Return the edges as CSV in UTF-8: source, target, the key in a multigraph, the weight, other attributes.

    Nodes without edges and the attributes of nodes and of the graph have no place there. An attribute that is called
    as an end is becomes ``own_source``. Control characters become U+FFFD.

    Parameters
    ----------
    graph : networkx.DiGraph or networkx.MultiDiGraph
    spreadsheet_safe : bool
        Whether a text that a spreadsheet would run gets a quote mark before it: what starts with ``=``, ``+``, ``-``
        or ``@`` and is no number. Names like ``@angular/core`` come back as they were without it only.
    **viewing
        With any of those of `graphdiff.to_pydot` what is drawn is written.

    Raises
    ------
    UsageError
        If two nodes would have the same name, or one has none.

    Examples
    --------
    >>> G = nx.MultiDiGraph()
    >>> _ = G.add_edge("a", "b", share=0.5, weight=2)
    >>> write_csv(G)
    b'source,target,key,weight,share\na,b,0,2,0.5\n'
    """
    graph = network_of(_drawn(graph, viewing))
    require_graph(graph, "csv")
    names = apart(graph, "csv", UNHELD_CSV)
    if "" in names.values():
        raise UsageError("csv cannot hold a node whose name is empty: its edges would have no end; use json")
    keys = keys_of(graph, _cleaned)
    ends = ["source", "target", "key"][: 2 + graph.is_multigraph()]
    edges = [(*edge, set_aside(data, ("source", "target", "key"), _cleaned)) for edge, data in graph.edges.items()]
    columns = dict.fromkeys(name for *_, data in edges for name in data)
    others = sorted(columns, key=lambda name: name != "weight")
    rows = [
        [names[tail], names[head], *(keys[tail, head, key] for key in rest), *_cells(data, others)]
        for tail, head, *rest, data in edges
    ]
    table = [[*ends, *others], *rows]
    return _table([list(map(for_spreadsheets, row)) for row in table] if spreadsheet_safe else table)


def _cells(data: dict[str, Any], columns: list[str]) -> list[Any]:
    values = (data.get(column) for column in columns)
    return ["" if value is None else storable(value) for value in values]


def _cleaned(text: str) -> str:
    return UNHELD_CSV.sub("\ufffd", text)


def _table(rows: list[list[Any]]) -> bytes:
    cells = [[_cleaned(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    # Readers take an unquoted "#" at the start of a row for a comment, and drop blanks after a comma.
    risky = any(isinstance(cell, str) and cell[:1] in ("#", " ") for row in cells for cell in row if cell)
    text = io.StringIO()
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if risky else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows(cells)
    return text.getvalue().encode()


# What no XML may hold; white space is escaped, so that names come back as they were.
UNHELD_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

#: Attributes of a graph that networkx takes for the values of nodes and edges that have none.
DEFAULTS = ("node_default", "edge_default")


def write_graphml(graph: nx.DiGraph, **viewing: Unpack[Viewing]) -> bytes:
    """Return a graph as GraphML; ints beyond 64 bits are written as texts, control characters as U+FFFD.

    Edges of a multigraph have ids that no two share, as other tools want them, and their ``key`` as an attribute; the
    graph's attribute ``multigraph`` says so.

    Raises
    ------
    UsageError
        If two nodes would have the same name.

    Examples
    --------
    >>> b'<edge source="a" target="b"' in write_graphml(nx.DiGraph([("a", "b")]))
    True
    """
    graph = network_of(_drawn(graph, viewing))
    require_graph(graph, "graphml")
    names = apart(graph, "graphml", UNHELD_XML)
    keys = keys_of(graph, clean)
    copy = nx.MultiDiGraph(multigraph=True) if graph.is_multigraph() else nx.DiGraph()
    copy.graph.update(_of_the_graph(graph_attributes(graph, names)))
    copy.add_nodes_from((names[node], _typed_attributes(data)) for node, data in graph.nodes(data=True))
    ends = ((names[edge[0]], names[edge[1]]) for edge in graph.edges)
    if graph.is_multigraph():
        rows = ({"key": keys[edge], **_typed_attributes(data, ("key", "id"))} for edge, data in graph.edges.items())
        copy.add_edges_from((*pair, number, row) for number, (pair, row) in enumerate(zip(ends, rows, strict=True)))
    else:
        copy.add_edges_from(
            (*pair, _typed_attributes(data)) for pair, (_, data) in zip(ends, graph.edges.items(), strict=True)
        )
    file = io.BytesIO()
    nx.write_graphml_xml(copy, file)
    return file.getvalue()


def _of_the_graph(data: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the attributes of the graph; what networkx's reader leaves there are the defaults of nodes and edges."""
    defaults = {name: _typed_attributes(data[name]) for name in DEFAULTS if isinstance(data.get(name), dict)}
    others = {name: value for name, value in data.items() if name not in defaults}
    return _typed_attributes(others, (*DEFAULTS, "id", "multigraph")) | defaults


def _typed_attributes(data: Mapping[Any, Any], taken: Collection[str] = ()) -> dict[str, Any]:
    return {name: _typed(value) for name, value in set_aside(data, taken, clean).items() if value is not None}


def _typed(value: Any) -> Any:
    held = storable(value)
    if isinstance(held, int) and not -(2**63) <= held < 2**63:
        held = str(value)
    # Between tags XML makes a carriage return a new line.
    return UNHELD_XML.sub("\ufffd", held.replace("\r", "\ufffd")) if isinstance(held, str) else held


# What Mermaid, its HTML or its Markdown could take for more than text; the last two would start a list.
SPECIAL = re.compile(r'["#&<>`\\|*_~$;{}\[\]()]|^[-+]|^\d(?=\d*[.)])', re.MULTILINE)


def write_mermaid(graph: nx.DiGraph, **viewing: Unpack[Viewing]) -> bytes:
    """Return the drawing as a Mermaid flowchart in UTF-8.

    Examples
    --------
    >>> print(write_mermaid(nx.DiGraph([("a", "b")])).decode())
    flowchart TD
        n0["a"]
        n1["b"]
        n0 --> n1
    """
    view = view_of(**viewing)
    picture = next(pictures_of(graph, view))
    lines = [
        *(_node(number, node) for number, node in enumerate(picture.nodes)),
        *map(_edge, picture.edges),
        *(f"style n{number} {style}" for number, node in enumerate(picture.nodes) if (style := _node_style(node))),
        *(f"linkStyle {number} {style}" for number, edge in enumerate(picture.edges) if (style := _edge_style(edge))),
    ]
    for number, frame in enumerate(row for row in picture.rows if not row.rank):
        lines += [f"subgraph g{number}[{_label([frame.name])}]", *(f"  n{place}" for place in frame.nodes), "end"]
    if picture.legend:
        lines += [f"legend[{_label(picture.legend)}]", "style legend fill:none,stroke:none"]
    way = picture.directions(view)[0].replace("TB", "TD")
    return "\n    ".join([f"flowchart {way}", *lines]).encode() + b"\n"


def _label(lines: Iterable[str]) -> str:
    text = SPECIAL.sub(lambda match: f"#{ord(match[0])};", harmless("\n".join(lines)))
    return '"{}"'.format(text.replace("\n", "<br/>"))


def _node(number: int, node: DrawnNode) -> str:
    opening, closing = "[", "]"
    if node.is_source:
        opening, closing = "([", "])"
    elif node.is_target:
        opening, closing = "[[", "]]"
    return f"n{number}{opening}{_label(node.lines)}{closing}"


def _edge(edge: DrawnEdge) -> str:
    arrow = ("-.-" if edge.is_dashed else "--") + ("x" if edge.is_against else ">")
    return f"n{edge.tail} {arrow}{f'|{_label([edge.label])}|' if edge.label else ''} n{edge.head}"


def _node_style(node: DrawnNode) -> str:
    # The text's colour is said too: a dark theme would write white on the pale fill.
    return f"fill:{node.fill},color:#000000" if node.fill != "#ffffff" else ""


def _edge_style(edge: DrawnEdge) -> str:
    return f"stroke:{edge.color},stroke-width:{edge.width:.2f}px" if edge.color != DARK else ""


def write_dot(graph: nx.DiGraph, **viewing: Unpack[Viewing]) -> bytes:
    """Return the drawing as DOT in UTF-8.

    Examples
    --------
    >>> write_dot(nx.DiGraph([("a", "b")])).startswith(b"digraph graphdiff {")
    True
    """
    text: str = to_pydot(graph, **viewing).to_string()
    return text.encode()


def write_svg(
    graph: nx.DiGraph, *, timeout: float = 60.0, max_memory: int = 2**31, **viewing: Unpack[Viewing]
) -> bytes:
    """Return the drawing as SVG.

    Examples
    --------
    >>> b"<svg " in write_svg(nx.DiGraph([("a", "b")]))
    True
    """
    view = view_of(**viewing)
    return fitted(pictures_of(graph, view), view, "svg", timeout=timeout, max_memory=max_memory)


def write_png(
    graph: nx.DiGraph, *, timeout: float = 60.0, max_memory: int = 2**31, **viewing: Unpack[Viewing]
) -> bytes:
    """Return the drawing as PNG, at 144 dots to the inch.

    Examples
    --------
    >>> write_png(nx.DiGraph([("a", "b")]))[1:4]
    b'PNG'
    """
    view = view_of(**viewing)
    return fitted(pictures_of(graph, view), view, "png", timeout=timeout, max_memory=max_memory)
