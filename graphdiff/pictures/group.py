"""`group`: a quotient of a graph, for looking at. No totals are computed on it.

Where a group is entered by one member and left by another, the quotient has a route that the graph has not: of
s -> a and b -> t with a and b in one group it makes s -> group -> t. So it is marked, and `graphdiff.compile` refuses
it. Contributions are computed on the graph itself and only then added up, so that they do add.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias, Unpack

import networkx as nx

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import UsageError
from graphdiff.graph.attributes import adds_up, no_attribute
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import LEAVES, ROOTS, End
from graphdiff.graph.measured import is_attribution, is_flow
from graphdiff.graph.networks import marked, pictured
from graphdiff.graph.options import takes_options
from graphdiff.graph.topology import Topology
from graphdiff.operations.network import Operations
from graphdiff.pictures.annotate import swept
from graphdiff.pictures.quotient import in_order, made_cyclic, put_together
from graphdiff.pictures.scopes import Keepers, prefix, scopes
from graphdiff.remedies import Keyword
from graphdiff.sums.between import ends_of
from graphdiff.sums.flow import flow
from graphdiff.text.sentences import NEEDING, words_for

__all__ = ["Grouping", "group"]

By: TypeAlias = str | int | Callable[[Any], Hashable]

#: What a graph says of how it was pruned.
PRUNED = ("eliminated", "pruned_to")

#: What adds up of the nodes of what flows between arrays.
OF_A_FLOW = ("inner_edges", "source_seed", "target_seed")

#: So many groups at most are made of parts of names, where nobody says how many parts.
MAX_GROUPS = 30


@takes_options
def group(
    graph: nx.DiGraph | CompiledGraph,
    by: By | None = None,
    *,
    source: End | None = None,
    target: End | None = None,
    depth: int | None = None,
    **options: Unpack[CompileOptions],
) -> nx.DiGraph:
    """Return a graph of groups of nodes, to be looked at: drawn, written, counted, but not asked for totals.

    Its routes are not those of the graph: in by one member, out by another. So every function that computes totals
    refuses it. The total between two groups is a sum over their members on the graph itself::

        inside = Q.nodes["web"]["members"]
        reached = gd.forward(G, dict.fromkeys(inside, 1))
        sum(reached[node] for node in Q.nodes["storage"]["members"])

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    by : str, int or callable
        A node attribute, such as ``"layer"``; how many parts of a name to keep, as 2 makes ``a.b`` of ``a.b.c``
        (names are parted at ``/``, else ``::``, else ``:``, else ``.``); or a function of the node. By default as many
        parts of names as make up to 30 groups, where most names have parts; else, as of packages, what alone keeps a
        node, as every path to it passes that: a root, what a root needs, or of what keeps over a quarter of all what
        that needs; there what keeps least is put together.
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES, optional
        See `graphdiff.total_influence`. With one of them the edges carry contributions to the total between them; an
        end left out is all roots, or all leaves.
    depth : int, optional
        Of an attribute that is text how many parts count, as 2 makes ``layers.3`` of ``layers.3.attn``.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    networkx.DiGraph
        A node for each group, with ``members`` (a tuple), ``size`` (how many), where these have sizes ``total_size``
        and ``without_size`` (how many have none), ``keeps`` (how many it alone keeps, where some of these are drawn
        apart), and ``inner_edges``; with a source given also ``source_seed``, what is put in at its members,
        with a target ``target_seed``, how much they count. Nodes without the attribute are in the group ``(no
        NAME)``; of an attribution graph tokens and logits without it stay by themselves, and errors are in
        ``(errors)``. Each edge has ``edges`` (how many it stands for) and ``weight`` (their sum, to be read as
        direct only); with an end given also ``contribution`` and ``share``, which add exactly: over any cut
        between the ends the shares forward less those back sum to 1 (under ``cycles="collapse"`` where no cycle
        is torn apart). ``Q.graph`` has ``quotient`` (True), ``grouped_by``, and ``real_cycles``: the lists of
        groups that a cycle of the graph itself runs through, and ``cyclic``: the lists of groups that are on
        one cycle only because of the grouping.

    Raises
    ------
    UsageError
        If no node has the attribute, or `by` is nothing to group by.
    UnknownNodeError, WeightError, CycleError, SameComponentError, ValueOverflowError
        As `graphdiff.edge_contributions`.

    Examples
    --------
    >>> G = nx.DiGraph([("app.main", "web.http"), ("app.main", "web.html"), ("web.http", "store.db")])
    >>> Q = group(G, 1, source="app.main", target="store.db", weight=None)
    >>> list(Q.edges(data="share"))
    [('app', 'web', 1.0), ('web', 'store', 1.0)]
    >>> Q.nodes["web"]["members"]
    ('web.http', 'web.html')
    """
    if isinstance(graph, Operations):
        graph = graph.flow(source, target)
    # What is wrong with it is said before any weight is looked at.
    name_of = None if by is None else naming_of(graph, by, depth)
    if isinstance(graph, nx.DiGraph) and is_flow(graph):
        return _of_flow(graph, by or "module", name_of or naming_of(graph, "module", depth))
    ready = compiled(graph, options)
    if by is None or name_of is None:
        by = scopes(ready, MAX_GROUPS)
        name_of = group_of_name(by)
    names = list(map(name_of, ready.topology.labels))
    quotient = nx.DiGraph(
        quotient=True,
        grouped_by=by_text(by),
        edge_meaning=ready.edge_meaning,
        weight_meaning=ready.weight_meaning,
        node_meaning="groups",
        member_meaning=ready.node_meaning,
    )
    members: dict[Hashable, list[Any]] = {}
    for name, label in zip(names, ready.topology.labels, strict=True):
        members.setdefault(name, []).append(label)
    sizes = _sizes(graph)
    for name, inside in members.items():
        quotient.add_node(name, members=tuple(inside), size=len(inside), inner_edges=0, **_large(sizes, inside))
    if isinstance(graph, nx.DiGraph) and is_attribution(graph):
        _say_where(quotient, graph)
    if isinstance(by, Keepers):
        _say_what_keeps(quotient, by, words_for(ready.edge_meaning, node_meaning=ready.node_meaning).nodes)
    weights = list(map(arithmetic.finished, arithmetic.listed(ready.weights)))
    _add(quotient, ready.topology, names, "weight", weights)
    if isinstance(graph, nx.DiGraph) and "eliminated" in graph.graph:
        _say_what_is_past(quotient, graph, name_of)
    if source is not None or target is not None:
        _add_contributions(quotient, ready, names, source, target)
    quotient.graph["real_cycles"] = _real_cycles(ready.topology, names)
    made = made_cyclic(quotient, quotient.graph["real_cycles"])
    quotient.graph["cyclic"] = [[name for part in parts for name in part] for parts in made]
    made_of = pictured(quotient)
    ends = (ROOTS if source is None else source, LEAVES if target is None else target)
    made_of.grouping = Grouping(graph, ready, names, None if source is target is None else ends)
    return made_of


@dataclass(frozen=True, eq=False)
class Grouping:
    """Of which graph a quotient is.

    Attributes
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    ready : CompiledGraph
        The graph compiled.
    names : list
        The group of each node, by its position.
    ends : (source, target) or None
        What was asked; None where nothing was.
    """

    graph: nx.DiGraph | CompiledGraph
    ready: CompiledGraph
    names: Sequence[Hashable]
    ends: tuple[End, End] | None

    def answer(self, text: str) -> nx.DiGraph | nx.MultiDiGraph:
        """Return the graph itself with the numbers of the question, and in which group each node is, by this."""
        assert self.ends is not None
        groups = dict(zip(self.ready.topology.labels, self.names, strict=True))
        return marked(swept(self.graph, self.ready, self.ends), groups.__getitem__, text)


def _of_flow(flow: nx.MultiDiGraph, by: By, name_of: Callable[[Any], Hashable]) -> nx.DiGraph:
    """Return what passes between groups of operations: the sums over the edges that lead from one to another.

    An input without the attribute is by itself.
    """
    groups: dict[Any, list[Any]] = {}
    for node in flow:
        groups.setdefault(name_of(node), []).append(node)
    whole = put_together(flow, groups)
    for name, inside in groups.items():
        known = {key: value for key, value in whole.nodes[name].items() if key in OF_A_FLOW}
        whole.nodes[name].clear()
        if inside == [name]:
            whole.nodes[name].update(flow.nodes[name])
        whole.nodes[name].update(known, members=tuple(inside), size=len(inside))
        whole.nodes[name].setdefault("inner_edges", 0)
    for _, _, data in whole.edges(data=True):
        del data["operand"]
    whole.graph.update(grouped_by=by_text(by), node_meaning="groups")
    made = made_cyclic(whole, [])
    whole.graph["cyclic"] = [[name for part in parts for name in part] for parts in made]
    return pictured(whole)


def _say_where(quotient: nx.DiGraph, graph: nx.DiGraph) -> None:
    """Say where in a model groups are: of a token or logit by itself all, of others the lowest layer of a member."""
    quotient.graph["node_title"] = graph.graph.get("node_title")
    for name, data in quotient.nodes(data=True):
        if data["members"] == (name,):
            data.update((key, value) for key, value in graph.nodes[name].items() if key not in data)
        else:
            layers = (graph.nodes[label].get("layer") for label in data["members"])
            data["layer"] = min((layer for layer in layers if isinstance(layer, int)), default=0)


def _say_what_is_past(quotient: nx.DiGraph, graph: nx.DiGraph, name_of: Callable[[Any], Hashable]) -> None:
    """Say of a pruned graph how it was pruned, and which edges are only ways past what was left out."""
    quotient.graph.update((name, graph.graph[name]) for name in PRUNED if name in graph.graph)
    kept = {(name_of(edge[0]), name_of(edge[1])) for *edge, flag in graph.edges(data="eliminated") if flag is not True}
    for tail, head, data in quotient.edges(data=True):
        if (tail, head) not in kept:
            data["eliminated"] = True


def _say_what_keeps(quotient: nx.DiGraph, by: Keepers, nodes: str) -> None:
    """Say what a box is, and how many each keeps of which some have other boxes."""
    quotient.graph["boxes"] = by.legend(nodes)
    for name, data in quotient.nodes(data=True):
        if by.keeps.get(name, 0) > data["size"]:
            data["keeps"] = by.keeps[name]


def _sizes(graph: Any) -> dict[Any, Number]:
    """Return the bytes of each node that says them, in a graph of what is needed: elsewhere a size may be anything."""
    if not isinstance(graph, nx.Graph) or graph.graph.get("edge_meaning") not in NEEDING:
        return {}
    sizes = {node: size for node, size in graph.nodes(data="size") if adds_up(size)}
    return {
        node: Fraction(size) if isinstance(size, Decimal) else size for node, size in sizes.items()
    }  # beside floats


def _large(sizes: dict[Any, Number], inside: list[Any]) -> dict[str, Number]:
    """Return how large the members of a group are together, and how many have no size; nothing where no node has."""
    numbers = [sizes[node] for node in inside if node in sizes]
    total = {"total_size": sum(numbers)} if numbers else {}
    return total | {"without_size": len(inside) - len(numbers)} if sizes else {}


def naming_of(graph: Any, by: By, depth: int | None = None) -> Callable[[Any], Hashable]:
    """Return what gives a node's group.

    Without the attribute it is in the group of all such; of an attribution graph a token or a logit is by itself, and
    errors, which nobody groups, are by themselves.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_nodes_from([("a", {"team": "core"}), "b"])
    >>> list(map(naming_of(G, "team"), G))
    ['core', '(no team)']
    """
    if not isinstance(by, str):
        return group_of_name(by)
    values = _attribute(graph, by)
    kinds = dict(graph.nodes(data="kind")) if is_attribution(graph) else {}

    def name(label: Any) -> Hashable:
        if label in values:
            return values[label] if depth is None else prefix(str(values[label]), depth)
        kind = kinds.get(label)
        if kind in ("token", "logit") or (is_flow(graph) and not graph.in_degree(label)):
            own: Hashable = label
            return own
        return f"({kind}s)" if kind == "error" else f"(no {by})"

    return name


def group_of_name(by: int | Callable[[Any], Hashable]) -> Callable[[Any], Hashable]:
    """Return what gives a node's group without a look at its attributes: so many parts of its name, or a function.

    Examples
    --------
    >>> group_of_name(2)("a.b.c")
    'a.b'
    """
    if isinstance(by, int) and not isinstance(by, bool):
        if by < 1:
            raise UsageError(Keyword("by", by), ": at least one part of each name is needed")
        return lambda label: prefix(str(label), by)
    if not callable(by):
        raise UsageError(
            Keyword("by", by), ": a node attribute, a number of parts of a name, or a function of the node"
        )
    return by


def _attribute(graph: Any, name: str) -> dict[Any, Hashable]:
    if not isinstance(graph, nx.Graph):
        raise UsageError(
            Keyword("by", name), ": a compiled graph keeps no attributes; give the networkx graph or a function"
        )
    values = {node: value for node, value in graph.nodes(data=name) if value is not None}
    if not values:
        raise no_attribute(name, [graph])
    return values


def by_text(by: By) -> str:
    """Return what groups are made by, in words.

    Examples
    --------
    >>> by_text("layer"), by_text(1)
    ('layer', 'the first part of the name')
    """
    if isinstance(by, int):
        return "the first part of the name" if by == 1 else f"the first {by} parts of the name"
    return by if isinstance(by, str) else str(getattr(by, "__name__", "a function"))


def _add(
    quotient: nx.DiGraph, topology: Topology, names: list[Hashable], attribute: str, numbers: list[Number]
) -> None:
    """Add the numbers of the edges to those of the edges between their groups; edges within a group are counted."""
    ends = zip(topology.rows.tails.tolist(), topology.heads.tolist(), numbers, strict=True)
    for tail, head, number in ends:
        first, last = names[tail], names[head]
        if first == last:
            quotient.nodes[first]["inner_edges"] += attribute == "weight"
            continue
        if not quotient.has_edge(first, last):
            quotient.add_edge(first, last, edges=0)
        data = quotient.edges[first, last]
        data["edges"] += attribute == "weight"
        data[attribute] = data[attribute] + number if attribute in data else number


def _add_contributions(
    quotient: nx.DiGraph, ready: CompiledGraph, names: list[Hashable], source: End | None, target: End | None
) -> None:
    sources, targets = ends_of(ready, source, target)
    flows = flow(ready, sources, targets)
    _add(quotient, ready.topology, names, "contribution", flows.edges.tolist())
    for _, _, data in quotient.edges(data=True):
        data["share"] = data["contribution"] / flows.total if flows.total else None
    quotient.graph["total"] = flows.total
    for name, end, seeds in (("source", source, sources), ("target", target, targets)):
        if end is not None:
            quotient.graph[name] = end
            inside = arithmetic.added((names[position], seed) for position, seed in seeds.at(1).items())
            for group_name, seed in inside.items():
                quotient.nodes[group_name][f"{name}_seed"] = arithmetic.finished(seed)


def _real_cycles(topology: Topology, names: list[Hashable]) -> list[list[Hashable]]:
    """Return the groups that each cycle of the graph runs through, where these are several; none twice."""
    spans = {frozenset(names[start:stop]) for start, stop in topology.cyclic.tolist()}
    return in_order(dict.fromkeys(names), [span for span in spans if not any(span < other for other in spans)])
