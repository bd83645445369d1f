"""The picture of an annotated graph: what lies between the ends, and of much the nodes that most of it passes.

Width and colour say how much of the answer runs through a node or edge. A merged component is one node.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import REAL, Number
from graphdiff.errors import UsageError
from graphdiff.graph.compiled import compile
from graphdiff.graph.ends import ROOTS, End, seeds_of
from graphdiff.graph.measured import is_attribution
from graphdiff.graph.networks import IN_GROUP, RANKED
from graphdiff.graph.presets import WEIGHTS
from graphdiff.pictures.annotate import ATTRIBUTES, SEEDS
from graphdiff.pictures.choice import Dashed, bounded, passing
from graphdiff.pictures.part import Part
from graphdiff.pictures.picture import MAX_NAME, DrawnEdge, DrawnNode, Picture, pruned_lines, share_text, title
from graphdiff.pictures.scale import FAINT, Scale, Signed, scale_of
from graphdiff.pictures.view import View
from graphdiff.sums.between import Between, restriction, total_over
from graphdiff.sums.semirings import SEMIRINGS
from graphdiff.text.names import Titled, end_text, members_of, node_text, texts
from graphdiff.text.numbers import short, shorten, shown, signed
from graphdiff.text.records import distinct, keys_of, set_aside
from graphdiff.text.sentences import how_many, ways_round, words_for

#: Where no path leads from one to the other, so many sources, and so many targets, are drawn at most.
MAX_LONE = 20

#: If a picture does not fit, so many of its nodes are left for the next try.
SMALLER = 0.85

#: Of more edges that stand for others those of small shares are faint.
MANY = 30

#: No picture of an answer that has more has fewer nodes.
MIN_NODES = 3


def answer_pictures(graph: nx.DiGraph, view: View) -> Iterator[Picture]:
    """Yield pictures of a graph from `graphdiff.annotate`, each with fewer nodes than the one before.

    Parameters
    ----------
        graph : networkx.DiGraph or networkx.MultiDiGraph
        view : View

    Examples
    --------
        >>> from graphdiff.pictures.annotate import annotate
        >>> from graphdiff.pictures.view import view_of
        >>> G = nx.DiGraph()
        >>> G.add_edge("a", "b", weight=0.5)
        >>> next(answer_pictures(annotate(G, "a", "b"), view_of())).legend[0]
        'a leads to b by 1 path; total 0.5'
    """
    between = _asked(graph)
    if not between.n_nodes:
        ends = _lone_ends(graph)
        facts = graph.graph | _named_ends(graph, ends) | _said_part(graph, between)
        yield Picture(ends, [], [_question(_called(graph), between)], facts)
        return
    is_computed = "not_computed" not in graph.graph
    with_boxes = view.has_boxes and _has_boxes(graph)
    part = bounded(between, _passing(graph, between), view, with_boxes=with_boxes) if is_computed else None
    if part is None:
        yield from _nearest(graph, between, view)
        return
    dashed = Dashed.of(graph, between).for_boxes(part)
    while True:
        yield _picture(graph, part, dashed, view)
        n = min(len(part.order) - 1, round(SMALLER * len(part.order)))
        smaller = part.fewer(n)
        if smaller is part or n < MIN_NODES:
            return
        part = smaller


def _has_boxes(graph: nx.DiGraph) -> bool:
    """Tell whether nodes between the same others may be one box: what it stands for has a number, and no row."""
    return graph.graph["annotation"] == "contribution" and not is_attribution(graph)


def _picture(graph: nx.DiGraph, part: Part, dashed: Dashed, view: View) -> Picture:
    between = part.between
    used = sorted(part.order)
    rows, whole = [dashed.rows[node] for node in used], _whole(graph.graph, between)
    scale = scale_of(graph, rows, whole, has_weights=part.is_whole and not _is_preset(graph))
    place = {node: number for number, node in enumerate([*used, *part.others])}
    nodes = _nodes(graph, between, used, scale)
    nodes = [dashed.box(part, n, scale) if n in part.boxes else node for n, node in zip(used, nodes, strict=True)]
    nodes += [dashed.end(part, node, scale) for node in part.others if dashed.has_both_ends]
    if part.is_whole:
        steps = [(*pair, edge) for pair, edges in part.direct.items() for edge, _ in edges]
        edges = _edges(graph, between, steps, place, scale)
    else:
        seen = sorted(part.ways) if dashed.has_both_ends else part.inner_ways
        edges = [_added(graph, part, dashed, pair, place, scale) for pair in seen]
    lines = [] if part.is_whole else dashed.lines(part, view, scale)
    if not part.is_whole and len(edges) > MANY:
        faint = [scale.faint(edge) for edge in edges]
        lines += [f"labels from {share_text(FAINT)}, lighter below"] if faint != edges else []
        edges = faint
    facts = {"drawn": "; ".join(lines)} if lines else _said_part(graph, between)
    legend = _legend(_called(graph), between, lines, scale)
    known = graph.graph | _named_ends(graph, nodes) | facts
    return Picture(nodes, edges, legend, known, n_nodes=between.n_nodes)


def _is_preset(graph: nx.DiGraph) -> bool:
    """Return whether the weights follow from the edges alone, so that no reader needs them beside the shares."""
    return graph.graph.get("weight_meaning") in WEIGHTS


def _added(
    graph: nx.DiGraph, part: Part, dashed: Dashed, pair: tuple[int, int], place: dict[int, int], scale: Scale
) -> DrawnEdge:
    """Return one edge for an edge of the graph and all ways beside it; dashed where it has none."""
    facts, direct = dashed.facts(pair, part.ways[pair]), part.direct.get(pair, [])
    rows = [graph.get_edge_data(*part.between.edge_label(edge)) for edge, _ in direct]
    if len(rows) == 1:
        facts = rows[0] | facts
    if part.passes_others(pair):
        facts["eliminated"] = True
    return replace(
        scale.edge(place[pair[0]], place[pair[1]], facts), is_dashed=all(row.get("eliminated") is True for row in rows)
    )


def _nearest(graph: nx.DiGraph, between: Between, view: View) -> Iterator[Picture]:
    """Yield pictures of the shortest ways, where walks round cycles leave no number to choose by."""
    n = min(view.max_edges, between.n_edges)
    while n:
        drawn = between.keeping(np.isin(between.edges, _nearest_edges(between, n)))
        steps = [(tail, head, edge) for tail, row in enumerate(drawn.rows) for head, edge, _ in row]
        used = sorted({node for step in steps for node in step[:2]} or between.sources)
        if len(used) <= view.max_nodes or n == 1:
            text = f"drawn: {n:,} of {between.n_edges:,} edges, those on the shortest ways first"
            yield _plainly(graph, between, used, steps, [text] if n < between.n_edges else [])
        n = min(n - 1, round(SMALLER * n))


def _plainly(
    graph: nx.DiGraph, between: Between, used: list[int], steps: list[tuple[int, int, int]], said: list[str]
) -> Picture:
    """Return the picture of some edges that stand for no others."""
    label = between.graph.topology.label
    rows = (graph.nodes[label(int(between.positions[node]))] for node in used)
    scale = scale_of(graph, rows, _whole(graph.graph, between), has_weights=not _is_preset(graph))
    place = {node: number for number, node in enumerate(used)}
    nodes, edges = _nodes(graph, between, used, scale), _edges(graph, between, steps, place, scale)
    facts = graph.graph | _named_ends(graph, nodes)
    facts |= {"drawn": said[0]} if said else _said_part(graph, between)
    return Picture(nodes, edges, _legend(_called(graph), between, said, scale), facts, n_nodes=between.n_nodes)


# -- what is drawn


def _asked(graph: nx.DiGraph) -> Between:
    """Return what lies between the ends that the graph was annotated for."""
    ready = compile(graph, cycles=graph.graph.get("cycles", "raise"))
    if "not_computed" in graph.graph and ready.cycles == "raise":
        ready = replace(ready, cycles="solve")  # only to look what lies between
    ends = [asked_end(graph, name) for name in SEEDS]
    return restriction(ready, *(None if end is None else seeds_of(ready, end) for end in ends))


def asked_end(graph: nx.DiGraph, name: str) -> End | None:
    """Return an end that the graph was annotated for; where it is no single node, the nodes that have seeds.

    Parameters
    ----------
    graph : networkx.DiGraph
    name : {"source", "target"}

    Examples
    --------
    >>> G = nx.DiGraph(source="a")
    >>> G.add_node("b", target_seed=2)
    >>> asked_end(G, "source"), asked_end(G, "target")
    ('a', {'b': 2})
    """
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


def _passing(graph: nx.DiGraph, between: Between) -> list[Number]:
    """Return how much passes each node, whatever its sign; of symbols, how many paths."""
    if not between.loops:
        have_sizes = arithmetic.have_sizes(between.graph.weights) and arithmetic.have_sizes(between.given_seeds)
        return passing(between, SEMIRINGS["size" if have_sizes else "count"])
    label, main = between.graph.topology.label, graph.graph["annotation"]
    numbers = (graph.nodes[label(position)].get(main) for position in between.positions.tolist())
    return [abs(number) if isinstance(number, (*REAL, complex)) else 0 for number in numbers]


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


def _nodes(graph: nx.DiGraph, between: Between, used: list[int], scale: Scale) -> list[DrawnNode]:
    label = between.graph.topology.label
    rows = [graph.nodes[label(int(between.positions[node]))] for node in used]
    names = texts(node_text(name) if isinstance(name, frozenset) else name for name in between.labels)
    ids = _names(graph, between)
    seeds = _seeds(between)
    sources = between.sources if graph.graph["annotation"] != "adjoint" else ()
    targets = between.targets if graph.graph["annotation"] != "tangent" else ()
    return [
        DrawnNode(
            lines=_lines(graph.graph, names[node], data, scale),
            fill=scale.fill(data),
            is_source=node in sources,
            is_target=node in targets,
            name=ids[node],
            facts=_node_facts(graph, between.labels[node], data, seeds.get(node, {})),
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


def _node_facts(graph: nx.DiGraph, label: Any, data: dict[str, Any], seeds: dict[str, Number]) -> dict[str, Any]:
    """Return what is known of a node; of a merged component its members, what they have in common, and their seeds."""
    if not isinstance(label, frozenset) or label in graph:
        return set_aside(data, ("members",)) if "members" in data else data  # which it has none of
    names = (*ATTRIBUTES, *graph.graph.get(RANKED, ()))
    shared = {name: data[name] for name in names if name in data and name not in SEEDS.values()}
    if len({graph.nodes[member].get(IN_GROUP) for member in label}) == 1 and IN_GROUP in data:
        shared[IN_GROUP] = data[IN_GROUP]
    return shared | seeds | {"members": sorted(map(str, label))}


def _seeds(between: Between) -> dict[int, dict[str, Number]]:
    """Return the seeds of the ends by their places, those of members of a merged component added up."""
    seeds: dict[int, dict[str, Number]] = {}
    for name, side in zip(SEEDS.values(), (between.numbered_starts, between.numbered_stops), strict=True):
        for node, seed in side:
            own = seeds.setdefault(node, {})
            own[name] = own.get(name, 0) + seed
    return seeds


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


def _edges(
    graph: nx.DiGraph, between: Between, edges: list[tuple[int, int, int]], place: dict[int, int], scale: Scale
) -> list[DrawnEdge]:
    steps = [(tail, head, between.edge_label(edge)) for tail, head, edge in edges]
    rows = [graph.get_edge_data(*label) for _, _, label in steps]
    keys = _drawn_keys(graph, steps)
    drawn = [scale.edge(place[tail], place[head], data) for (tail, head, _), data in zip(steps, rows, strict=True)]
    return [
        replace(edge, key=key, is_dashed=edge.is_dashed or data.get("eliminated") is True)
        for edge, data, key in zip(drawn, rows, keys, strict=True)
    ]


def _drawn_keys(graph: nx.DiGraph, steps: list[tuple[int, int, Any]]) -> list[str | int | None]:
    """Return the key of each edge; where merged nodes bring two of a pair together, all are numbered."""
    keys = keys_of(graph)
    drawn = [keys.get(label) for _, _, label in steps]
    times = Counter((tail, head, key) for (tail, head, _), key in zip(steps, drawn, strict=True))
    if not keys or max(times.values(), default=1) == 1:
        return drawn
    return list(range(len(drawn)))


# -- what is written


def _lines(asked: dict[str, Any], name: str, data: dict[str, Any], scale: Scale) -> tuple[str, ...]:
    """Return the lines of a node: its name, with its value where it has one, and its part of the answer."""
    main = asked["annotation"]
    value = f" = {short(data['value'])}" if isinstance(data.get("value"), (*REAL, complex)) else ""
    first = title(name, data, asked.get("node_title")) + value
    if main not in data:
        return (first,)  # not known, or not asked of nodes
    if main == "contribution" or isinstance(scale, Signed):
        return first, scale.part(data) or short(data[main])
    if asked.get("edge_meaning") != "feeds":
        return first, short(data[main])
    ends = (end_text(asked["target"]), name) if main == "adjoint" else (name, end_text(asked["source"]))
    return first, "∂{}/∂{} = {}".format(*map(_operand, ends), short(data[main]))


def _operand(name: str) -> str:
    """Return a name as it stands behind ∂: a formula in brackets."""
    text = shorten(name, 16)
    return f"({text})" if " " in text else text


def _legend(asked: dict[str, Any], between: Between, drawn: list[str], scale: Scale) -> list[str]:
    meaning = asked.get("weight_meaning", "unknown")
    sentence = WEIGHTS[meaning].meaning if meaning in WEIGHTS else meaning
    return [
        _question(asked, between),
        *([f"weights: {sentence}"] if meaning not in ("unknown", "weight") else []),
        *([asked["not_computed"]] if "not_computed" in asked else []),
        *pruned_lines(asked),
        *drawn,
        *_keys(asked, scale),
    ]


def _called(graph: nx.DiGraph) -> dict[str, Any]:
    """Return what was asked, the ends by their titles, where nodes have any."""
    asked: dict[str, Any] = graph.graph
    attribute = asked.get("node_title")
    if attribute is None:
        return asked
    titles = {node: Titled(node, str(called)) for node, called in graph.nodes(data=attribute) if called is not None}
    return asked | {name: _by_titles(asked[name], titles) for name in SEEDS if name in asked}


def _by_titles(end: Any, titles: dict[Any, Titled]) -> Any:
    if isinstance(end, Mapping):
        return {titles.get(node, node): seed for node, seed in end.items()}
    nodes = members_of(end)
    return titles.get(end, end) if nodes is None else [titles.get(node, node) for node in nodes]


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


def _keys(asked: dict[str, Any], scale: Scale) -> Iterator[str]:
    """Yield what numbers, widths, colours and borders mean."""
    main = asked["annotation"]
    edge = "local derivative" if asked.get("edge_meaning") == "feeds" else "weight"
    if isinstance(scale, Signed):
        yield from _signed_keys(asked, scale)
    elif main == "contribution":
        edge, both = (f"edge: {edge} · ", "; node: ") if scale.has_weights else ("edge and node: ", "")
        if scale.whole == asked["total"]:
            yield f"{edge}share of the total{both and f'{both}share of the total'}"
            yield "width and colour: share, blue with the total, orange against it"
        else:
            size = shown(scale.whole)
            yield f"{edge}part of the paths' absolute influences, {size}{both and f'{both}part of them'}"
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


def _signed_keys(asked: dict[str, Any], scale: Signed) -> Iterator[str]:
    """Yield what stands at the nodes and edges of an attribution graph, and what speaks for and against."""
    total, whole = asked.get("total"), scale.whole
    if isinstance(total, REAL) and isinstance(whole, REAL):
        size: Any = abs(whole)
        # Of ints, which may be beyond the floats, both are even.
        sides = (side // 2 if isinstance(side, int) else side / 2 for side in (total + size, total - size))
        yield "{} for it, {} against it".format(*map(signed, sides))
        yield "node and edge: what of the total runs through it"
    yield "width: how much; blue, arrow: for; orange, bar: against"
    yield "bold ellipse: source; double border: target"
