"""What a package costs: what would go with it, how much that is, and under which licences it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import networkx as nx
import numpy as np

from graphdiff.arithmetic import Number
from graphdiff.graph.attributes import adds_up
from graphdiff.graph.compiled import CompiledGraph, counted
from graphdiff.graph.ends import ROOTS, Boundary, End
from graphdiff.graph.networks import network_of
from graphdiff.kernels.reach import flooded
from graphdiff.sets.sets import exclusive, root_positions
from graphdiff.text.names import PLAIN, Naming, end_text, members_of, node_text
from graphdiff.text.numbers import plain, size_text
from graphdiff.text.sentences import how_many, words_of
from graphdiff.text.tables import Axis, Column, Result, Sheet, aligned, sheet_of

__all__ = ["NOT_STATED", "SPELLINGS", "Cost", "DirectCosts", "cost_in", "cost_of", "direct_costs", "text_at"]

#: What a licence is called of which the file says nothing.
NOT_STATED = "not stated"
#: An attribute is found by either name.
SPELLINGS = {"licence": "license", "license": "licence"}
#: So many licences are named in a line, if that is no longer than this.
SHOWN, WIDTH = 4, 100
#: So many rows has a report on all direct ones.
SHOWN_ROWS = 30


@dataclass(frozen=True, eq=False, repr=False)
class Cost(Result):
    """What would go if one node went, itself among it: what `graphdiff.cost_of` returns; in pandas a Series of it.

    Attributes
    ----------
    node : node
    roots : node, list of nodes or None
        What stays for its own sake; None is the graph's own roots.
    nodes : tuple of nodes
        It, and what only it keeps reachable from the roots.
    size : number or None
        How large these are together; None where none has a size.
    without_size : int
        How many have none.
    licences : mapping of str to int
        How many stand under each, most first; of those whose licence is not known none does.
    without_licence : int
        How many these are.
    """

    node: Any
    roots: Any
    nodes: tuple[Any, ...]
    size: Number | None
    without_size: int
    licences: Mapping[str, int]
    without_licence: int
    node_meaning: str = "nodes"
    naming: Naming = field(default=PLAIN, repr=False)

    def __len__(self) -> int:
        return len(self.nodes)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "node": self.naming.node(self.node),
            "roots": self.naming.end(ROOTS if self.roots is None else self.roots),
            "n_nodes": len(self),
            "size": None if self.size is None else plain(self.size),
            "without_size": self.without_size,
            "licences": dict(self.licences),
            "without_licence": self.without_licence,
            "nodes": self.naming.listed(self.nodes),
        }

    def __str__(self) -> str:
        lines = (f"{self._what()}{self._of(shown)}." for shown in range(SHOWN, -1, -1))
        return next((line for line in lines if len(line) <= WIDTH), f"{self._what()}{self._of(0)}.")

    __repr__ = __str__

    def _what(self) -> str:
        node, nodes = node_text(self.node), how_many(len(self), self.node_meaning)
        if self.roots is None and len(self) == 1:
            return f"Nothing else goes with {node}"
        if self.roots is None:
            return f"Without {node} {nodes} go, itself among them"
        reached = f"nothing else is reached through {node} alone"
        if len(self) > 1:
            reached = f"{nodes} are reached through {node} alone, itself among them"
        return f"From {end_text(self.roots)} {reached}"

    def _of(self, shown: int) -> str:
        """Return how large it is and under which licences, of which so many are named."""
        size = [] if self.size is None else [size_text(self.size)]
        if len(self) == 1:
            known = ", ".join([*size, *self.licences])
            return f" ({known})" if known else ""
        lack = f", {self.without_size:,} without a size" if self.without_size else ""
        counts = [f"{licence} {count:,}" for licence, count in list(self.licences.items())[:shown]]
        if len(self.licences) > shown:
            counts.append(f"{how_many(len(self.licences) - shown, 'other licences' if shown else 'licences')}")
        if self.without_licence:
            counts.append(f"{NOT_STATED} {self.without_licence:,}")
        how_large = f" ({size[0]}{lack})" if size else ""
        return f"{how_large}: {', '.join(counts)}" if self.licences else how_large

    def _frame(self) -> Column:
        names = ["size", "without_size", *self.licences, NOT_STATED]
        return Column([self.size, self.without_size, *self.licences.values(), self.without_licence], Axis(names))

    def _sheet(self) -> Sheet:
        return ["goes"], ([node_text(node)] for node in self.nodes), str(self)


def cost_of(graph: nx.DiGraph | CompiledGraph, node: Hashable, roots: End | None = None) -> Cost:
    """Return what would go if `node` went, itself among it: how many nodes, how large, under which licences.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
        Nodes may have a ``size``, and a ``licence`` (or ``license``).
    node : node
    roots : node, list of nodes or ROOTS, optional
        What stays for its own sake: see `graphdiff.exclusive`.

    Returns
    -------
    Cost

    Raises
    ------
    UnknownNodeError
        If the node or a root is not in the graph.

    Examples
    --------
    >>> G = nx.DiGraph([("app", "web"), ("web", "html"), ("web", "json"), ("app", "json")])
    >>> nx.set_node_attributes(G, {"web": 20_000, "html": 1_500_000, "json": 9}, "size")
    >>> nx.set_node_attributes(G, {"web": "MIT", "html": "BSD-3-Clause"}, "licence")
    >>> cost_of(G, "web")
    Without web 2 nodes go, itself among them (1.5 MB): MIT 1, BSD-3-Clause 1.
    """
    return _cost(network_of(graph), counted(graph, {}), node, roots)


def cost_in(graph: nx.DiGraph, ready: CompiledGraph, source: End | None, target: End) -> Cost | None:
    """Return what the target of a question costs, where that is known.

    None where edges are no dependencies, nor imports from marked roots, as of a bundle; of several targets, of a root
    that nothing needs, of the source itself where no root is marked, and of all roots there.

    Parameters
    ----------
    graph : networkx.DiGraph
    ready : CompiledGraph
        The same, compiled by any weights.
    source, target : node, list of nodes, mapping of node to seed, ROOTS, LEAVES or None
        Where no node is marked as a root it is what only the target keeps reachable from the source.

    Examples
    --------
    >>> G = nx.DiGraph([("app", "web"), ("web", "html")], edge_meaning="depends on")
    >>> ready = counted(G, {})
    >>> cost_in(G, ready, "app", "web")
    From app 2 nodes are reached through web alone, itself among them.
    >>> cost_in(G, ready, None, "web")
    """
    edge_meaning = graph.graph.get("edge_meaning")
    if edge_meaning != "depends on" and not (edge_meaning == "imports" and ready.topology.marked):
        return None  # of a package whose modules import each other anybody may import any
    if isinstance(target, Boundary) or members_of(target) is not None:
        return None
    of_all = source is None or isinstance(source, Boundary)
    if of_all and not ready.topology.marked:
        return None
    roots = None if ready.topology.marked else members_of(source) or source
    starts = root_positions(ready, roots)
    rows = ready.topology.rows
    place = ready.topology.position(cast("Hashable", target))
    if place in starts and (roots is not None or place not in rows.heads):
        return None
    if not flooded(rows.ptr, rows.heads, starts)[place]:
        return None
    return _cost(graph, ready, target, roots)


@dataclass(frozen=True, eq=False, repr=False)
class DirectCosts(Result):
    """What would go with each node that the roots lead to directly, each for itself: the largest first."""

    costs: tuple[Cost, ...]
    edges: str
    nodes: str

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {"costs": [cost.to_dict() for cost in self.costs]}

    def records(self) -> Iterator[list[Any]]:
        """Yield a table: of each the node, how many go, how large they are, and how many of them have no size."""
        yield ["node", "n_nodes", "size", "without_size"]
        for cost in self.costs:
            yield [cost.naming.node(cost.node), len(cost), plain(cost.size), cost.without_size]

    def text(self, top: int = SHOWN_ROWS) -> str:
        """Return the report on the first of them."""
        head = [f"of {how_many(len(self.costs), f'direct {self.edges}')}", "gone", "size", "without a size"]
        rows = [
            [
                node_text(cost.node),
                f"{len(cost):,}",
                "" if cost.size is None else size_text(cost.size),
                f"{cost.without_size or ''}",
            ]
            for cost in self.costs[:top]
        ]
        columns = [0, 1, *([2, 3] if any(cost.size is not None for cost in self.costs) else [])]
        lines = aligned([[row[column] for column in columns] for row in [head, *rows]])
        more = [f"… {len(self.costs) - top:,} more (-o json has all)"] if len(self.costs) > top else []
        reached = "itself among them; nothing else leads to them from the roots"
        note = f"gone: {self.nodes} that go if this one goes, {reached}."
        return "\n".join([*lines, *more, "", note])

    __str__ = __repr__ = text

    def _sheet(self) -> Sheet:
        titles, *rows = self.records()
        return sheet_of((dict(zip(titles, row, strict=True)) for row in rows), f"What goes with each of {self.nodes}")


def direct_costs(graph: nx.DiGraph) -> DirectCosts | None:
    """Return what would go with each node that a root leads to directly; None where no root is marked.

    Examples
    --------
    >>> G = nx.DiGraph([("app", "web"), ("web", "html"), ("app", "json"), ("web", "json")], edge_meaning="depends on")
    >>> direct_costs(G)
    >>> G.nodes["app"]["root"] = True
    >>> print(direct_costs(G))
    of 2 direct dependencies  gone
    web                          2
    json                         1
    <BLANKLINE>
    gone: nodes that go if this one goes, itself among them; nothing else leads to them from the roots.
    """
    ready = counted(graph, {})
    if not ready.topology.marked:
        return None
    starts, rows = root_positions(ready, None), ready.topology.rows
    places = np.setdiff1d(rows.heads[rows.places(starts)[0]], starts)
    costs = [_cost(graph, ready, label, None) for label in map(ready.topology.label, places.tolist())]
    costs.sort(key=lambda cost: (-(cost.size or 0), -len(cost)))
    words = words_of(graph)
    return DirectCosts(tuple(costs), words.edges, words.nodes)


def _cost(network: nx.DiGraph, ready: CompiledGraph, node: Any, roots: End | None) -> Cost:
    gone = exclusive(ready, node, roots)
    nodes = (node, *gone.nodes)
    sizes = [number for one in nodes if adds_up(number := network.nodes[one].get("size"))]
    texts = [text_at(network.nodes[one], "licence") for one in nodes]
    licences = Counter(text for text in texts if text)
    return Cost(
        node,
        roots,
        nodes,
        sum(sizes) if sizes else None,
        len(nodes) - len(sizes),
        dict(licences.most_common()),
        texts.count(""),
        words_of(network).nodes,
        gone.naming,
    )


def text_at(data: Mapping[Any, Any], attribute: str) -> str:
    """Return what the attributes of a node say by a name, or by its other spelling; "" where they say nothing.

    Examples
    --------
    >>> text_at({"license": "MIT"}, "licence"), text_at({"licence": None}, "licence"), text_at({"dev": True}, "dev")
    ('MIT', '', 'True')
    """
    value = data.get(attribute)
    if value is None:
        value = data.get(SPELLINGS.get(attribute, attribute))
    return "" if value is None else str(value).strip()
