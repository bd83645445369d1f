r"""`to_pydot`: a graph as DOT that draws it and holds it: every text escaped by us, no link and no HTML ever written.

pydot writes ids, keys and values that look quoted as they are, so all of them are quoted here.

What is known of nodes, edges and a graph, as attributes in DOT, and back: names, numbers and texts to the letter.

Graphviz's quotes know only ``\"``, so a name is an id as it is wherever they can hold it. Texts of attributes have
Graphviz's own escapes: ``\\`` for a backslash, ``\n`` for a new line; what no XML may hold is ``\u0001``. What
Graphviz itself would act on (a label, a size) is called ``own_`` and its name; links and files to load are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar, Unpack

import networkx as nx
import pydot

from graphdiff.errors import GraphTypeError
from graphdiff.graph.measured import is_attribution, is_flow, is_profile
from graphdiff.graph.networks import network_of
from graphdiff.pictures.answer import answer_pictures
from graphdiff.pictures.arrays import flow_pictures
from graphdiff.pictures.attribution import attribution_pictures, group_pictures
from graphdiff.pictures.attribution_change import prompt_pictures
from graphdiff.pictures.difference import overlay_pictures
from graphdiff.pictures.picture import (
    DARK,
    FONT_SIZE,
    DrawnEdge,
    DrawnNode,
    Picture,
    Row,
    plain_picture,
    quotient_pictures,
)
from graphdiff.pictures.profile import profile_pictures
from graphdiff.pictures.profile_change import change_pictures
from graphdiff.pictures.profile_known import known_pictures
from graphdiff.pictures.view import View, Viewing, view_of
from graphdiff.showing import HARMFUL, harmless
from graphdiff.text.records import OF_THE_FILE, OWN, listed_or_storable, set_aside

__all__ = ["LAID_OUT", "LOOKS", "id_of", "ids_of", "looks_of", "quoted", "read_row", "rows_of", "typed", "unescaped"]


Part = TypeVar("Part", pydot.Node, pydot.Edge)

#: Of more edges nodes stand closer together.
DENSE = 30

# The first is there on Windows and macOS, one of the others on Linux; an SVG names all of them.
FONT = "Helvetica,Arial,DejaVu Sans,Liberation Sans,sans-serif"


class NamedDot(pydot.Dot):  # type: ignore[misc]
    """A drawing in which a node is found by its name, and by its id as pydot has it, which may be in quotes."""

    #: The id of each node by its name.
    ids: Mapping[str, str] = MappingProxyType({})

    #: What is drawn, whose nodes and edges come first, in this order.
    picture: Picture = Picture([], [])

    def get_node(self, name: str) -> list[pydot.Node]:
        """Return the node of this name or id, in a list; an empty list where there is none."""
        nodes: list[pydot.Node] = super().get_node(self.ids.get(name, name))
        return nodes


def to_pydot(graph: nx.DiGraph, **viewing: Unpack[Viewing]) -> pydot.Dot:
    """Return a graph as DOT: an annotated one as the picture of its answer, groups as groups, any other as it is.

    The id of a node is its name; ``get_node(name)`` finds it. A name that quotes in DOT cannot hold, or that Graphviz
    would change, has an id n0, n1, … and the attribute ``name``: one with an odd backslash before a quote, a new line
    or its end, with a control character or one that turns the order of letters, with what looks like ``&amp;``, with
    "%" at its start, or of 16,000 bytes.

    What is known of nodes, edges and the graph is there as attributes, and `graphdiff.read` reads it back: of edges
    ``weight`` (floats with all their digits, other numbers as text) and ``key``; what `graphdiff.annotate` has found;
    of the graph ``source``, ``target``, ``total``, ``edge_meaning``, ``weight_meaning`` and ``node_meaning``; and
    what the graph came with. The picture of an answer has the nodes and edges on the way only, and ``drawn`` says how
    many of the graph's these are. The label, which shows the answer, is ours: such characters stand there as
    U+FFFD, and names above 60 characters are shortened. Drawing attributes that the graph came with (color,
    fillcolor, fontcolor, penwidth, fontsize, style, shape, arrows) win over ours; what else Graphviz would take for a
    part of the drawing is called ``own_label``, ``own_width`` and so on. Links and names of files to load (URL, href,
    image, …) are left out.
    Graphviz takes ``weight`` for a wish about its layout; `graphdiff.write` lays out pictures without it.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph, result of `graphdiff.compare`, or what `graphdiff.compile` takes
        A graph from `graphdiff.annotate`, or any other, compiled or not.
    **viewing
        ``max_nodes``
            How many nodes an annotated graph shows at most, 30 by default: those that most of the answer passes. All
            others are eliminated, as `graphdiff.eliminate` does it: dashed edges (``eliminated``) carry the weight of
            the ways through them, so that every share and the total are those of the whole. Where they would have over
            60 edges, nodes that one node alone leads to, and that lead to the same nodes, are one box (``members``, a
            list), and if that is not enough there are fewer. Of groups the smallest are drawn as one.
        ``coverage``
            The part of the answer, 0.9 by default, that is to pass nodes drawn between the ends, where so many nodes
            can do it.
        ``direction``
            ``"TB"``, from top to bottom, ``"LR"``, from left to right, or ``"BT"``, from the bottom to the top. By
            default the first, or where only the second fits that; of an attribution graph the last.
        ``fit``
            The box of the picture: ``"slide"`` of 1600 × 1200 dots of a PNG (144 to the inch), ``"page"`` of
            1080 × 1440, or ``"poster"`` of 4752 × 3312, with up to 80 nodes and 150 edges.

    Returns
    -------
    pydot.Dot

    Raises
    ------
    GraphTypeError
        If the graph is undirected, or no graph.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_edge("a", "b", weight=0.5)
    >>> print(to_pydot(G).to_string())
    digraph graphdiff {...
    a [label="a"];
    b [label="b"];
    a -> b [label=" 0.5 ", weight="0.5"];
    }
    >>> print(to_pydot(G).get_node("b")[0])
    b [label="b"];
    """
    view = view_of(**viewing)
    picture = next(pictures_of(graph, view))
    return drawing(picture, picture.directions(view)[0])


def drawing(picture: Picture, direction: str) -> pydot.Dot:
    """Return a picture as DOT that runs from top to bottom (``"TB"``), back, or from left to right (``"LR"``).

    Examples
    --------
    >>> drawing(picture_of(nx.DiGraph([("a", "b")])), "LR").get_node("graph")[0].get("rankdir")
    'LR'
    """
    names = [node.name for node in picture.nodes]
    ids = ids_of(names)
    nodes, node_texts = rows_of("node", [node.facts for node in picture.nodes])
    edges, edge_texts = rows_of("edge", [edge.facts for edge in picture.edges])
    keys, key_texts = rows_of("key", [{"key": edge.key} for edge in picture.edges])
    # "format" says how a file was taken: the next file has its own.
    facts = {name: value for name, value in picture.facts.items() if name not in OF_THE_FILE}
    [whole], graph_texts = rows_of("graph", [facts])
    dot = NamedDot("graphdiff", graph_type="digraph")
    like_numbers = [*graph_texts, *node_texts, *edge_texts, *key_texts]
    marks = {"graphdiff": 1} | ({"texts": quoted("\n".join(like_numbers))} if like_numbers else {})
    way = {"rankdir": direction} if direction != "TB" else {}
    _set_defaults(dot, picture, way | whole | marks)
    for id, name, node, row in zip(ids, names, picture.nodes, nodes, strict=True):
        called = {} if id == id_of(name) else {'"name"': quoted(name)}
        looks = _quoted(_node_attributes(node)) | looks_of("node", node.facts)
        dot.add_node(_with(pydot.Node(id), looks | called | row))
    for edge, key, row in zip(picture.edges, keys, edges, strict=True):
        looks = _quoted(_edge_attributes(edge)) | looks_of("edge", edge.facts)
        dot.add_edge(_with(pydot.Edge(ids[edge.tail], ids[edge.head]), looks | key | row))
    for number, beside in enumerate(picture.rows):
        dot.add_subgraph(_row(number, beside, ids))
    dot.ids, dot.picture = dict(zip(names, ids, strict=True)), picture
    return dot


def _row(number: int, row: Row, ids: Sequence[str]) -> pydot.Subgraph:
    """Return what keeps nodes in a row; what it is called stands beside it where we lay it out. Or a frame."""
    name = f'"{escape(row.name)}"'
    if row.rank:
        beside = pydot.Subgraph(f"row{number}", rank=row.rank, comment=name)
    else:
        beside = pydot.Cluster(f"{number}", label=name, style="dashed", color='"#666666"')
    for place in row.nodes:
        beside.add_node(pydot.Node(ids[place]))
    return beside


def _with(part: Part, attributes: dict[str, Any]) -> Part:
    """Return a node or edge with attributes; as keywords some would be taken for the parameters of its class."""
    for name, value in attributes.items():
        part.set(name, value)
    return part


def picture_of(graph: nx.DiGraph, **viewing: Unpack[Viewing]) -> Picture:
    """Return what a drawing of the graph shows, whatever its format.

    Examples
    --------
    >>> picture_of(nx.DiGraph([("a", "b")])).nodes[0].lines
    ('a',)
    """
    return next(pictures_of(graph, view_of(**viewing)))


#: What draws an annotated profile, and two as one.
_OF_PROFILES = {"profile": profile_pictures, "profiles": change_pictures}


def pictures_of(graph: nx.DiGraph, view: View) -> Iterator[Picture]:
    """Yield pictures of the graph, at least one, each with less than the one before, for where that does not fit.

    Examples
    --------
    >>> [len(picture.nodes) for picture in pictures_of(nx.DiGraph([("a", "b")]), view_of())]
    [2]
    """
    if hasattr(graph, "to_networkx"):
        graph = graph.to_networkx()
    graph = network_of(graph)
    if not isinstance(graph, nx.DiGraph):
        kind = "an undirected graph" if isinstance(graph, nx.Graph) else type(graph).__name__
        raise GraphTypeError(f"cannot draw {kind}: give a networkx DiGraph, such as annotate(graph, source, target)")
    if graph.graph.get("quotient"):
        if is_profile(graph):
            return known_pictures(graph, view)
        if is_flow(graph):
            return flow_pictures(graph, view)
        return group_pictures(graph, view) if is_attribution(graph) else quotient_pictures(graph, view)
    if graph.graph.get("annotation") == "comparison":
        return prompt_pictures(graph, view) if is_attribution(graph) else overlay_pictures(graph, view)
    if graph.graph.get("annotation") in _OF_PROFILES:
        return _OF_PROFILES[graph.graph["annotation"]](graph, view)
    if is_attribution(graph):
        return attribution_pictures(graph, view)
    return answer_pictures(graph, view) if "annotation" in graph.graph else iter([plain_picture(graph)])


def escape(text: str) -> str:
    r"""Return text as it stands between the quotes of DOT, with nothing left in it that Graphviz would interpret.

    Examples
    --------
    >>> print(escape('say "hi" & \\N'))
    say \"hi\" &amp; \\N
    """
    escaped = harmless(text).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return escaped.replace("\n", "\\n")


def _quoted(attributes: dict[str, str]) -> dict[str, str]:
    return {name: f'"{value}"' for name, value in attributes.items()}


def _set_defaults(dot: pydot.Dot, picture: Picture, facts: dict[str, Any]) -> None:
    whole = {
        "fontname": FONT,
        "fontsize": "10",
        "fontcolor": "#444444",
        "pad": "0.2",
        "nodesep": "0.15" if len(picture.edges) > DENSE else "0.35",
        "ranksep": "0.45",
    }
    if not all(row.rank for row in picture.rows):
        whole["newrank"] = "true"  # so that rows go through frames
    if picture.legend:
        legend = "".join(f"{escape(line)}\\l" for line in ["", *picture.legend])
        whole |= {"label": legend, "labelloc": "b", "labeljust": "l"}
    # As "graph [...]": not every reader takes a quoted value in an assignment of its own.
    dot.add_node(_with(pydot.Node("graph"), _quoted(whole) | facts))
    box = {"shape": "box", "style": "rounded,filled", "fillcolor": "#ffffff", "color": "#666666"}
    dot.set_node_defaults(**_quoted(box | {"fontname": FONT, "fontsize": f"{FONT_SIZE:g}", "margin": "0.14,0.07"}))
    arrow = {"color": DARK, "fontcolor": "#333333", "arrowsize": "0.7"}
    dot.set_edge_defaults(**_quoted(arrow | {"fontname": FONT, "fontsize": "10"}))


def _node_attributes(node: DrawnNode) -> dict[str, str]:
    attributes = {"label": "\\n".join(map(escape, node.lines))}
    if node.fill != "#ffffff":
        attributes["fillcolor"] = node.fill
    if node.font_size != FONT_SIZE:
        attributes["fontsize"] = f"{node.font_size:.1f}"
    if node.is_dashed:
        attributes["style"] = "rounded,filled,dashed"
    if node.is_source:
        attributes |= {"shape": "ellipse", "style": "filled", "penwidth": "2.5", "color": "#222222"}
    if node.is_target:
        attributes |= {"peripheries": "2", "color": "#222222"}
    return attributes


def _edge_attributes(edge: DrawnEdge) -> dict[str, str]:
    # Blanks keep the label off its edge.
    attributes = {"label": f" {escape(edge.label)} "} if edge.label else {}
    if edge.width != 1:
        attributes["penwidth"] = f"{edge.width:.2f}"
    if edge.color != DARK:
        attributes["color"] = edge.color
    if edge.is_dashed:
        attributes["style"] = "dashed"
    if edge.is_against:
        attributes["arrowhead"] = "tee"
    return attributes


IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

KEYWORDS = {"node", "edge", "graph", "digraph", "subgraph", "strict"}

#: What pydot's reader would take for parameters of its own; it leaves keys in their quotes.
PARAMETERS = {"self", "name", "obj_dict", "src", "dst"}

# Between quotes an odd backslash takes what follows with it; Graphviz renames an id that starts with "%", its SVG takes
# "&amp;" for "&", and pygraphviz has no empty name. A control character or lone surrogate is nothing that XML can hold,
# and what turns the order of letters would make another name of it.
NO_ID = re.compile(rf'\A\Z|(?<!\\)(?:\\\\)*\\(?:["\n]|\Z)|\A%|&#?\w+;|{HARMFUL.pattern}')

#: Graphviz scans no more between two quotes, in bytes.
LONGEST = 16_000

#: So many characters are at most as many bytes, however they are escaped.
CHUNK = LONGEST // 6

# With "<" at its start a text could become HTML in the hands of the next tool.
TO_ESCAPE = re.compile(rf'[\\"\n]|\A<|{HARMFUL.pattern}')

ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|(.))", re.DOTALL)

PLAIN_ESCAPES = {"\\": r"\\", '"': r"\"", "\n": r"\n"}

#: An empty text, which for Graphviz is one that is not set.
EMPTY = r"\e"

INT = re.compile(r"-?\d{1,4300}")

FLOAT = re.compile(r"-?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][-+]?\d+)?")

# Graphviz's attributes (https://graphviz.org/doc/info/attrs.html); "weight" stays itself, "target" says the question.
OF_ALL = """class color colorscheme comment fontcolor fontname fontsize id label layer nojustify penwidth pos
    showboxes style tooltip xlabel xlp _draw_ _ldraw_"""

#: What Graphviz would make links of, or load; no attribute of these names is written.
OF_OTHERS = """URL edgeURL headURL labelURL tailURL href edgehref headhref labelhref tailhref image imagepath shapefile
    fontpath stylesheet _background"""

OF_GRAPHS = """bb beautify bgcolor center charset cluster clusterrank compound concentrate Damping defaultdist dim dimen
    diredgeconstraints dpi epsilon esep fontnames forcelabels gradientangle inputscale K label_scheme
    labeljust labelloc landscape layerlistsep layers layerselect layersep layout levels levelsgap lheight linelength lp
    lwidth margin maxiter mclimit mindist mode model newrank nodesep normalize notranslate nslimit nslimit1 oneblock
    ordering orientation outputorder overlap overlap_scaling overlap_shrink pack packmode pad page pagedir pencolor
    peripheries quadtree quantum rank rankdir ranksep ratio remincross repulsiveforce resolution root rotate rotation
    samplepoints scale searchsize sep size smoothing sortv splines start TBbalance truecolor viewport
    voro_margin xdotversion fillcolor"""

OF_NODES = """distortion fillcolor fixedsize gradientangle height imagepos imagescale labelloc margin ordering
    orientation peripheries pin rects regular samplepoints shape sides skew sortv target vertices width"""

OF_EDGES = """arrowhead arrowsize arrowtail constraint decorate dir edgetarget edgetooltip fillcolor
    head_lp headclip headlabel headport headtarget headtooltip labelangle labeldistance labelfloat
    labelfontcolor labelfontname labelfontsize labeltarget labeltooltip len lhead lp ltail minlen
    samehead sametail tail_lp tailclip taillabel tailport tailtarget tailtooltip target _hdraw_ _tdraw_
    _hldraw_ _tldraw_"""

ACTIVE = frozenset(OF_OTHERS.split())

#: What says how things are drawn, and what our DOT itself says with these names.
DRAWING: dict[str, frozenset[str]] = {
    "graph": ACTIVE | frozenset(f"{OF_ALL} {OF_GRAPHS} graphdiff texts".split()),
    "node": ACTIVE | frozenset(f"{OF_ALL} {OF_NODES} name".split()),
    "edge": ACTIVE | frozenset(f"{OF_ALL} {OF_EDGES} key".split()),
    "key": frozenset(),
}

_COLOR = re.compile(r"#?[A-Za-z0-9]{1,32}")

_WORDS = re.compile(r"[a-z]{1,20}(?:, ?[a-z]{1,20}){0,5}")

# What counts is seen: no style hides it, and no line is so wide that it covers its neighbours.
_STYLE = re.compile(rf"(?!.*invis){_WORDS.pattern}")

_WIDTH = re.compile(r"\d(?:\.\d{1,6})?")

_SIZE = re.compile(r"\d{1,2}(?:\.\d{1,6})?")

_SHAPE = re.compile(r"(?!.*record|epsf|custom)[a-z]{1,20}")

#: How a graph's own drawing may look, and which values do no harm: these win over ours.
LOOKS: dict[str, dict[str, re.Pattern[str]]] = {
    "graph": {},
    "node": {
        **dict.fromkeys(("color", "fillcolor", "fontcolor"), _COLOR),
        **dict.fromkeys(("penwidth", "peripheries"), _WIDTH),
        "fontsize": _SIZE,
        "style": _STYLE,
        "shape": _SHAPE,
    },
    "edge": {
        **dict.fromkeys(("color", "fontcolor"), _COLOR),
        **dict.fromkeys(("penwidth", "arrowsize"), _WIDTH),
        **dict.fromkeys(("arrowhead", "arrowtail", "dir"), _WORDS),
        "fontsize": _SIZE,
        "style": _STYLE,
    },
}

OURS = """fontname fontsize fontcolor pad nodesep rankdir ranksep newrank label labelloc labeljust margin penwidth
    peripheries"""

#: What a layout is told of a drawing by `graphdiff.pictures.dot`.
LAID_OUT = frozenset(OURS.split()).union(*LOOKS.values())


# -- writing


def ids_of(names: Sequence[str]) -> list[str]:
    r"""Return each name as an id of DOT: as it is, in quotes where it needs them, else one of our own.

    Examples
    --------
    >>> print(*ids_of(["a", "a-b", 'say "hi"', "node", "back\\", "%1"]))
    a "a-b" "say \"hi\"" "node" n4 n5
    """
    taken = set(names)
    ids = []
    for place, name in enumerate(names):
        if NO_ID.search(name) or len(name.encode(errors="replace")) > LONGEST:
            own = f"n{place}"
            while own in taken:
                own += "_"
            taken.add(own)
            ids.append(own)
        else:
            ids.append(id_of(name))
    return ids


def id_of(name: str) -> str:
    """Return a name that quotes can hold as it stands in DOT.

    Examples
    --------
    >>> id_of("a"), id_of("a-b"), id_of("Node")
    ('a', '"a-b"', '"Node"')
    """
    if IDENTIFIER.fullmatch(name) and name.lower() not in KEYWORDS:
        return name
    return '"{}"'.format(name.replace('"', r"\""))


def quoted(text: str) -> str:
    r"""Return a text as it stands between quotes; a long one in several that are joined.

    Examples
    --------
    >>> print(quoted('say "hi" \\ to\nall\x01'))
    "say \"hi\" \\ to\nall\u0001"
    """
    if not text:
        return f'"{EMPTY}"'
    pieces = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)]
    return " + ".join(f'"{TO_ESCAPE.sub(_escape, piece)}"' for piece in pieces)


def _escape(match: re.Match[str]) -> str:
    return PLAIN_ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04x}"


def looks_of(kind: str, data: Mapping[Any, Any]) -> dict[str, str]:
    """Return those drawing attributes of a node or edge that win over ours.

    Examples
    --------
    >>> looks_of("node", {"color": "red", "URL": "https://example.org", "shape": "record", "penwidth": 3})
    {'color': '"red"', 'penwidth': '"3"'}
    """
    return {
        name: f'"{data[name]}"'
        for name, form in LOOKS[kind].items()
        if isinstance(data.get(name), (str, int, float)) and form.fullmatch(str(data[name]))
    }


def rows_of(kind: str, rows: Sequence[Mapping[Any, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return what is known of each node or edge as attributes of DOT, and which of them are texts like numbers.

    Examples
    --------
    >>> rows_of("node", [{"version": "1.10", "size": 2, "width": 3, "URL": "x"}, {"version": "2"}])
    ([{'own_width': 3, 'size': 2, 'version': '"1.10"'}, {'version': '"2"'}], ['node version'])
    """
    held = [dict(_facts(kind, row)) for row in rows]
    alike = {name for row in held for name, value in row.items() if _looks_typed(value)}
    # A name with a new line cannot be one of a list of names.
    mixed = {name for row in held for name in alike & row.keys() if not isinstance(row[name], str) or "\n" in name}
    written = [
        {_key(name): _written(value, escape=name in mixed) for name, value in sorted(row.items(), key=_order)}
        for row in held
    ]
    return written, [f"{kind} {name}" for name in sorted(alike - mixed)]


def _facts(kind: str, row: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in set_aside(row).items():
        # Under the names of statements networkx keeps the defaults of a drawing that it has read.
        are_defaults = kind == "graph" and name in KEYWORDS and isinstance(value, dict)
        if value is not None and name not in ACTIVE and not are_defaults:
            yield _name(kind, name), listed_or_storable(value)


def _name(kind: str, name: str) -> str:
    """Return what an attribute is called: what the drawing calls something else is our own."""
    return OWN + name if name in DRAWING[kind] or name.startswith(OWN) or not name else name


def _order(item: tuple[str, Any]) -> tuple[bool, str]:
    return item[0] != "weight", item[0]


def _key(name: str) -> str:
    return quoted(name) if name in PARAMETERS or not IDENTIFIER.fullmatch(name) else id_of(name)


def _looks_typed(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(typed(value), str)


def _written(value: Any, *, escape: bool) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value
    if isinstance(value, list):
        return quoted(json.dumps(value))
    if escape and _looks_typed(value):
        return f'"\\u{ord(value[0]):04x}{quoted(value[1:])[1:] if value[1:] else chr(34)}'
    return quoted(value if isinstance(value, str) else repr(value))


# -- reading


def unescaped(text: str) -> str:
    r"""Return the text that `quoted` has written, without its quotes.

    Examples
    --------
    >>> print(unescaped(r"a\\b \u0041"))
    a\b A
    """
    return "" if text == EMPTY else ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return "\n" if match[2] == "n" else match[2]


def typed(text: str) -> Any:
    """Return the number, yes or no, or list of texts that a text stands for; else the text.

    Examples
    --------
    >>> [typed(text) for text in ("3", "3.0", "-1e-05", "true", '["a"]', "1/3", "inf")]
    [3, 3.0, -1e-05, True, ['a'], '1/3', 'inf']
    """
    if INT.fullmatch(text):
        return int(text)
    if FLOAT.fullmatch(text):
        return float(text)
    if text in ("true", "false"):
        return text == "true"
    return _list(text) if text.startswith('["') or text == "[]" else text


def _list(text: str) -> Any:
    try:
        items = json.loads(text)
    except ValueError:
        return text
    return items if isinstance(items, list) and all(isinstance(item, str) for item in items) else text


def read_row(kind: str, row: Iterable[tuple[str, str]], as_texts: Collection[str]) -> dict[str, Any]:
    """Return what is known of a node, edge or graph by its attributes, without those that only draw it.

    Examples
    --------
    >>> read_row("node", [("version", "1.10"), ("size", "2"), ("own_width", "3"), ("shape", "box")], {"node version"})
    {'version': '1.10', 'size': 2, 'width': 3}
    """
    values = {}
    for raw, value in row:
        name = unescaped(raw)
        if value and name not in DRAWING[kind]:
            text = unescaped(value)
            # A text that begins with an escaped letter is no number.
            is_text = f"{kind} {name}" in as_texts or value.startswith(r"\u")
            values[name.removeprefix(OWN)] = text if is_text else typed(text)
    return values
