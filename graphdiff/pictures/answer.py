"""The picture of an annotated graph: what lies between the ends, and of much only the strongest paths.

Width and colour say how much of the answer runs through a node or edge. A merged component is one node.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import networkx as nx
import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import REAL, Number
from graphdiff.errors import CycleError, UsageError, count_text
from graphdiff.graph.compiled import compile
from graphdiff.graph.ends import ROOTS, End, seeds_of
from graphdiff.graph.presets import WEIGHTS
from graphdiff.paths.strongest import ranked_paths
from graphdiff.pictures.annotate import ATTRIBUTES, SEEDS
from graphdiff.pictures.picture import (
    MAX_NAME,
    Bypass,
    DrawnEdge,
    DrawnNode,
    Picture,
    others_of,
    rest_of,
    share_text,
    title,
)
from graphdiff.sums.between import Between, restriction, total_over
from graphdiff.sums.cycles import require_shrinking
from graphdiff.sums.semirings import SEMIRINGS
from graphdiff.text.names import end_text, node_text, texts
from graphdiff.text.numbers import short, shorten, shown
from graphdiff.text.records import distinct, keys_of
from graphdiff.text.sentences import how_many, ways_round, words_for

#: So many strongest paths are looked at, at most, for those that fit into the picture.
MAX_RANKED = 1_000

#: Where no path leads from one to the other, so many sources, and so many targets, are drawn at most.
MAX_LONE = 20

#: So many dashed edges stand, at most, for the paths that are not drawn.
MAX_DASHED = 10

# Two ends of a scale that differ to every kind of colour vision (M. Okabe, K. Ito, "Color Universal Design", 2008).
Color = tuple[int, int, int]
BLUE, ORANGE, GREY = (0, 114, 178), (213, 94, 0), (190, 190, 190)
PALE_BLUE, PALE_ORANGE, WHITE = (140, 196, 232), (250, 190, 130), (255, 255, 255)


@dataclass(frozen=True)
class Scale:
    """How strongly a node or edge is drawn: its number in `attribute`, where `largest` is full strength."""

    attribute: str
    largest: Number

    def part(self, data: dict[str, Any]) -> str | None:
        """Return what part of the whole goes through; None where values are no contributions."""
        known = self.attribute == "contribution" and "contribution" in data
        return share_text(data["contribution"] / self.largest) if known else None

    def strength(self, data: dict[str, Any]) -> float:
        """Return a number from -1 to 1; 0 where there is no real number."""
        value = data.get(self.attribute)
        return max(-1.0, min(1.0, float(value / self.largest))) if isinstance(value, REAL) else 0.0


def answer_picture(graph: nx.DiGraph, max_edges: int) -> Picture:
    """Return the picture of a graph from `graphdiff.annotate`.

    Parameters
    ----------
    graph : networkx.DiGraph or networkx.MultiDiGraph
    max_edges : int
        With more edges between the ends only the strongest paths are drawn, as many as fit; at least one.

    Examples
    --------
    >>> from graphdiff.pictures.annotate import annotate
    >>> G = nx.DiGraph()
    >>> G.add_edge("a", "b", weight=0.5)
    >>> answer_picture(annotate(G, "a", "b"), 60).legend[0]
    'a leads to b by 1 path; total 0.5'
    """
    between = _asked(graph)
    said_part = _said_part(graph, between)
    if not between.n_nodes:
        ends = _lone_ends(graph)
        facts = graph.graph | _named_ends(graph, ends)
        return Picture(ends, [], [_question(graph.graph, between)], facts | said_part)
    drawn = _strongest_part(between, max_edges)
    used = sorted({*drawn.heads.tolist(), *np.flatnonzero(np.diff(drawn.ptr)).tolist()}) or drawn.sources
    place = {node: number for number, node in enumerate(used)}
    whole = _whole(graph.graph, between)
    nodes, edges = _nodes(graph, between, used, whole), _edges(graph, drawn, place, whole)
    legend, facts = _legend(graph.graph, between, drawn, whole), graph.graph | _named_ends(graph, nodes)
    if drawn is between:
        return Picture(nodes, edges, legend, facts | said_part)
    rest = rest_of(graph, between, drawn, used, whole)
    shown, n_hidden = rest[:MAX_DASHED], len(rest[MAX_DASHED:])
    dashed = [_dashed(place[bypass.tail], place[bypass.head], bypass) for bypass in shown]
    if shown:
        legend.insert(-3, "dashed: paths through nodes that are not drawn")
    is_one_way = len(between.sources) == len(between.targets) == 1
    if n_hidden or (shown and not is_one_way):
        others = others_of(graph, between, drawn, shown, whole)
        ways = f"all paths over {n_hidden:,} more such ways" if is_one_way else "all other paths"
        legend.insert(-3, f"{ways} together: {share_text(others.share)}")
        if is_one_way:
            label = f"all others · {share_text(others.share)}"
            dashed.append(_dashed_edge(place[others.tail], place[others.head], label, others))
    return Picture(nodes, edges + dashed, legend, facts | {"drawn": _coverage(between, drawn)})


# -- what is drawn


def _asked(graph: nx.DiGraph) -> Between:
    """Return what lies between the ends that the graph was annotated for."""
    ready = compile(graph, cycles=graph.graph.get("cycles", "raise"))
    if "not_computed" in graph.graph and ready.cycles == "raise":
        ready = replace(ready, cycles="solve")  # only to look what lies between
    ends = [_end(graph, name) for name in SEEDS]
    return restriction(ready, *(None if end is None else seeds_of(ready, end) for end in ends))


def _end(graph: nx.DiGraph, name: str) -> End | None:
    """Return an end that the graph was annotated for; where it is no single node, the nodes that have seeds."""
    seeds = {node: data[SEEDS[name]] for node, data in graph.nodes(data=True) if SEEDS[name] in data}
    text = next((node for node, seed in seeds.items() if isinstance(seed, str)), None)
    if text is not None:  # from a file, which has texts for all but ints and floats
        raise UsageError(f"the seed {seeds[text]!r} of {text!r} is a text, and no number; annotate the graph again")
    return seeds or graph.graph.get(name)


def _end_nodes(graph: nx.DiGraph, name: str) -> list[Any]:
    """Return the nodes of an end that was given."""
    seeds = [node for node, data in graph.nodes(data=True) if SEEDS[name] in data]
    given = graph.graph.get(name)
    return seeds or ([] if given is None or not isinstance(given, Hashable) else [given])


def _said_part(graph: nx.DiGraph, between: Between) -> dict[str, str]:
    """Return, where it is less than the graph, how much of it lies on the ways asked about: the rest is not drawn."""
    n_nodes = sum(1 if label in graph else len(label) for label in between.labels)
    counts = [(n_nodes, graph.number_of_nodes(), "nodes"), (between.n_edges, graph.number_of_edges(), "edges")]
    if all(here == whole for here, whole, _ in counts):
        return {}
    return {"drawn": "on the way: " + ", ".join(f"{here:,} of {whole:,} {what}" for here, whole, what in counts)}


def _whole(asked: dict[str, Any], between: Between) -> Number:
    """Return what contributions are parts of: the total, or where signs mix the absolute influences of the paths."""
    total: Number = asked.get("total", 0)
    if between.loops or not isinstance(total, REAL):
        return total
    sizes: Any = arithmetic.finished(total_over(between, SEMIRINGS["size"]) or 0)
    if not isinstance(sizes, REAL):  # symbols, of which an annotation without both ends has no total
        return total
    rounding = 10**9 * (sizes - abs(arithmetic.plain(total)))  # huge ints are beyond the floats
    return sizes if rounding > sizes else total


def _strongest_part(between: Between, max_edges: int) -> Between:
    """Return the part that the strongest paths take, as many as fit; at least one."""
    if between.n_edges <= max_edges:
        return between
    if not _shrink(between):
        return _with_edges(between, _nearest_edges(between, max_edges))
    kept: set[int] = set()
    for _, edges, _ in islice(ranked_paths(between), MAX_RANKED):
        grown = kept.union(edges)
        if kept and len(grown) > max_edges:
            break
        kept = grown
    return _with_edges(between, kept)


def _with_edges(between: Between, kept: Collection[int]) -> Between:
    keep = np.isin(between.edges, list(kept))
    ptr = np.concatenate([[0], np.cumsum(keep)])[between.ptr]
    return replace(between, ptr=ptr, heads=between.heads[keep], edges=between.edges[keep])


def _shrink(between: Between) -> bool:
    """Return whether round every cycle between walks become weaker, so that some are the strongest."""
    try:
        for start, stop in between.loops:
            require_shrinking(between.graph, start, stop)
    except CycleError:
        return False
    return True


def _nearest_edges(between: Between, n: int) -> list[int]:
    """Return so many edges, those on the shortest ways first."""
    tails = np.repeat(np.arange(between.n_nodes), np.diff(between.ptr))
    steps = nx.DiGraph(zip(tails.tolist(), between.heads.tolist(), strict=True))
    steps.add_nodes_from([*between.sources, *between.targets])
    ahead = nx.multi_source_dijkstra_path_length(steps, set(between.sources), weight=None)
    back = nx.multi_source_dijkstra_path_length(steps.reverse(copy=False), set(between.targets), weight=None)
    lengths = [ahead[tail] + back[head] for tail, head in zip(tails.tolist(), between.heads.tolist(), strict=True)]
    numbers: list[int] = between.edges[np.argsort(lengths, kind="stable")[:n]].tolist()
    return numbers


def _nodes(graph: nx.DiGraph, between: Between, used: list[int], whole: Number) -> list[DrawnNode]:
    label = between.graph.topology.label
    rows = [graph.nodes[label(int(between.positions[node]))] for node in used]
    names = texts(node_text(name) if isinstance(name, frozenset) else name for name in between.labels)
    ids = _names(graph, between)
    scale = _scale(graph, rows, whole)
    sources = between.sources if graph.graph["annotation"] != "adjoint" else ()
    targets = between.targets if graph.graph["annotation"] != "tangent" else ()
    return [
        DrawnNode(
            lines=_lines(graph.graph, names[node], data, scale),
            fill=_hex(WHITE, PALE_BLUE, PALE_ORANGE, scale.strength(data)),
            is_source=node in sources,
            is_target=node in targets,
            name=ids[node],
            facts=_node_facts(between.labels[node], data),
        )
        for node, data in zip(used, rows, strict=True)
    ]


def _names(graph: nx.DiGraph, between: Between) -> list[str]:
    """Return the names of the nodes of a part, all different; a merged component that holds an end has the end's."""
    ready = between.graph
    nodes = [node for name in SEEDS for node in _end_nodes(graph, name)]
    ends = {ready.anchor(ready.topology.position(node)): node for node in nodes}
    places = zip(between.positions.tolist(), between.labels, strict=True)
    labels = [ends.get(position, label) for position, label in places]
    return distinct(texts(node_text(label) if isinstance(label, frozenset) else label for label in labels))


def _node_facts(label: Any, data: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of a node; of a merged component its members, and what they have in common."""
    if not isinstance(label, frozenset):
        return data
    shared = {name: data[name] for name in ATTRIBUTES if name in data}
    return shared | {"members": sorted(map(str, label))}


def _lone_ends(graph: nx.DiGraph) -> list[DrawnNode]:
    """Return the ends of a question to which the answer is that no path leads from one to the other."""
    ends = [(end, node) for end in SEEDS for node in _end_nodes(graph, end)[:MAX_LONE]]
    names = texts(node for _, node in ends)
    return [
        DrawnNode(
            (shorten(name, MAX_NAME),),
            is_source=end == "source",
            is_target=end == "target",
            name=name,
            facts=graph.nodes[node],
        )
        for (end, node), name in zip(ends, distinct(names), strict=True)
    ]


def _named_ends(graph: nx.DiGraph, nodes: list[DrawnNode]) -> dict[str, str]:
    """Return the ends that were asked about by their names in the picture; several in a text."""
    marked = {"source": [node.name for node in nodes if node.is_source]}
    marked["target"] = [node.name for node in nodes if node.is_target]
    several = {end for end in SEEDS if any(SEEDS[end] in data for _, data in graph.nodes(data=True))}
    return {
        end: end_text(graph.graph[end]) if end in several else names[0]
        for end, names in marked.items()
        if end in graph.graph and (names or end in several)
    }


def _edges(graph: nx.DiGraph, drawn: Between, place: dict[int, int], whole: Number) -> list[DrawnEdge]:
    steps = [(tail, head, drawn.edge_label(edge)) for tail, row in enumerate(drawn.rows) for head, edge, _ in row]
    rows = [graph.get_edge_data(*label) for _, _, label in steps]
    keys = _drawn_keys(graph, steps)
    scale = _scale(graph, rows, whole)
    return [
        replace(_edge(place[tail], place[head], data, scale), key=key, facts=data)
        for (tail, head, _), data, key in zip(steps, rows, keys, strict=True)
    ]


def _drawn_keys(graph: nx.DiGraph, steps: list[tuple[int, int, Any]]) -> list[str | int | None]:
    """Return the key of each edge; where merged nodes bring two of a pair together, all are numbered."""
    keys = keys_of(graph)
    drawn = [keys.get(label) for _, _, label in steps]
    times = Counter((tail, head, key) for (tail, head, _), key in zip(steps, drawn, strict=True))
    if not keys or max(times.values(), default=1) == 1:
        return drawn
    return list(range(len(drawn)))


def _edge(tail: int, head: int, data: dict[str, Any], scale: Scale) -> DrawnEdge:
    strength = scale.strength(data)
    label = " · ".join(filter(None, [short(data["weight"]), scale.part(data)]))
    width, nothing = 1 + 4 * abs(strength), data.get(scale.attribute) == 0
    return DrawnEdge(tail, head, label, width, _edge_color(strength), is_dashed=nothing)


def _dashed(tail: int, head: int, bypass: Bypass) -> DrawnEdge:
    return _dashed_edge(tail, head, f"{how_many(bypass.n_paths, 'paths')} · {share_text(bypass.share)}", bypass)


def _dashed_edge(tail: int, head: int, text: str, bypass: Bypass) -> DrawnEdge:
    strength = max(-1.0, min(1.0, bypass.share))
    width, color = 1 + 4 * abs(strength), _edge_color(strength)
    return DrawnEdge(tail, head, text, width, color, is_dashed=True, facts=bypass.facts)


def _edge_color(strength: float) -> str:
    """Return the colour of an edge; from 0 the ends of the scale are a step away, so that a little is seen."""
    return _hex(GREY, BLUE, ORANGE, strength and strength * 0.75 + (0.25 if strength > 0 else -0.25))


def _scale(graph: nx.DiGraph, rows: Iterable[dict[str, Any]], whole: Number) -> Scale:
    main = graph.graph["annotation"]
    if main == "contribution" and whole:
        return Scale("contribution", whole)
    sizes = [abs(row[main]) for row in rows if isinstance(row.get(main), REAL)]
    return Scale(main, max(sizes, default=0) or 1)


def _hex(base: Color, positive: Color, negative: Color, strength: float) -> str:
    """Return the colour that lies so far from `base` towards the colour of the sign."""
    end = positive if strength >= 0 else negative
    return "#" + "".join(f"{round(a + (b - a) * abs(strength)):02x}" for a, b in zip(base, end, strict=True))


# -- what is written


def _lines(asked: dict[str, Any], name: str, data: dict[str, Any], scale: Scale) -> tuple[str, ...]:
    """Return the lines of a node: its name, with its value where it has one, and its part of the answer."""
    main = asked["annotation"]
    value = f" = {short(data['value'])}" if isinstance(data.get("value"), (*REAL, complex)) else ""
    first = title(name, data) + value
    if main not in data:
        return (first,)  # not known, or not asked of nodes
    if main == "contribution":
        return first, scale.part(data) or short(data["contribution"])
    if asked.get("edge_meaning") != "feeds":
        return first, short(data[main])
    ends = (end_text(asked["target"]), name) if main == "adjoint" else (name, end_text(asked["source"]))
    return first, "∂{}/∂{} = {}".format(*map(_operand, ends), short(data[main]))


def _operand(name: str) -> str:
    """Return a name as it stands behind ∂: a formula in brackets."""
    text = shorten(name, 16)
    return f"({text})" if " " in text else text


def _legend(asked: dict[str, Any], between: Between, drawn: Between, whole: Number) -> list[str]:
    meaning = asked.get("weight_meaning", "unknown")
    sentence = WEIGHTS[meaning].meaning if meaning in WEIGHTS else meaning
    return [
        _question(asked, between),
        *([f"weights: {sentence}"] if meaning not in ("unknown", "weight") else []),
        *([asked["not_computed"]] if "not_computed" in asked else []),
        *([_coverage(between, drawn)] if drawn is not between else []),
        *_keys(asked, whole),
    ]


def _question(asked: dict[str, Any], between: Between) -> str:
    """Return what was asked, and the answer."""
    words = words_for(asked.get("edge_meaning", "unknown")).about(asked.get("source"))
    source, target = (shorten(words.named(asked.get(end)), MAX_NAME) for end in ("source", "target"))
    paths = "paths with cycles on the way" if "not_computed" in asked else _paths_text(between)
    if asked["annotation"] == "tangent":
        return f"{words.rank_from.format(source=source)}: {paths} to {words.ends}"
    if asked["annotation"] == "adjoint":
        return f"{words.rank_towards.format(target=target)}: {paths} from {words.starts}"
    total = f"; total {shown(asked['total'])}" if "total" in asked else ""
    if asked.get("source") in (None, ROOTS):
        return f"from {words.starts} to {target if 'target' in asked else words.ends}: {paths}{total}"
    if not between.n_nodes:
        return words.none.format(source=source, target=target)
    return f"{words.relation.format(source=source, target=target)} by {paths}{total}"


def _paths_text(between: Between) -> str:
    if between.loops:
        return "walks, cycles included" if between.graph.cycles == "solve" else ways_round(between.graph.cycles)
    return how_many(between.n_paths, "paths")


def _coverage(between: Between, drawn: Between) -> str:
    """Return how much of the influence the drawn paths cover."""
    if between.loops and not _shrink(between):
        return f"drawn: {drawn.n_edges:,} of {between.n_edges:,} edges, those on the shortest ways first"
    if between.loops:
        return "drawn: the strongest walks only"
    counts = [count_text(some.n_paths) for some in (drawn, between)]
    sizes = [total_over(some, SEMIRINGS["size"]) for some in (drawn, between)]
    covered = f": {share_text(sizes[0] / sizes[1])} of the influence" if sizes[1] else ""
    return f"drawn: {counts[0]} of {counts[1]} paths{covered}"


def _keys(asked: dict[str, Any], whole: Number) -> Iterator[str]:
    """Yield what numbers, widths, colours and borders mean."""
    main = asked["annotation"]
    edge = "local derivative" if asked.get("edge_meaning") == "feeds" else "weight"
    if main == "contribution":
        if whole == asked["total"]:
            yield f"edge: {edge} · share of the total; node: share of the total"
            yield "width and colour: share, blue with the total, orange against it"
        else:
            yield f"edge: {edge} · part of the paths' absolute influences, {shown(whole)}; node: part of them"
            yield "width and colour: part, blue positive, orange negative"
        yield "bold ellipse: source; double border: target"
    elif main == "weight":
        yield f"edge: {edge}; width and colour: its size, blue positive, orange negative"
        yield "bold ellipse: source; double border: target"
    else:
        end = "target" if main == "adjoint" else "source"
        way = "from the node to the target" if main == "adjoint" else "from the source to the node"
        yield f"edge: {edge}; node: sum over the paths {way}"
        yield "width and colour: size of that sum, blue positive, orange negative"
        yield "double border: target" if end == "target" else "bold ellipse: source"
