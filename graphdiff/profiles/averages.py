"""What calls without stacks say of fewer functions: what is hidden is shared out as if all calls were average.

Functions that call each other are hidden as one: what enters them is spent like all that they cost. The last thing that
is known of a group is what its functions cost by themselves, and what calls between groups cost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import networkx as nx

from graphdiff.arithmetic import Number, added
from graphdiff.errors import UsageError
from graphdiff.text.amounts import amount
from graphdiff.text.numbers import percent, shorten
from graphdiff.text.tables import NAME, Axis, Frame, Result, Sheet, aligned, first_line, sheet_of

__all__ = ["GroupCosts", "grouped_calls", "hidden_calls"]

#: What callers account for is all of it, but for rounding in the file.
ROUNDING = 1e-9
#: An edge that carries no more of the total than this, by rounding only, is none.
NOTHING = 1e-15


def hidden_calls(graph: nx.DiGraph, names: Collection[str], *, keeps_first: bool = False) -> nx.DiGraph:
    """Return a profile of calls without some functions, each of which leaves to its callers what it cost.

    Parameters
    ----------
    graph : networkx.DiGraph
        A profile without stacks.
    names : collection of nodes
    keeps_first : bool
        Whether ``<module>`` of the script, which only what starts it calls, stays.

    Examples
    --------
    >>> G = nx.DiGraph(unit="s", total=10)
    >>> G.add_nodes_from([("a", {"self": 1}), ("b", {"self": 1}), ("x", {"self": 2}), ("c", {"self": 6})])
    >>> G.add_weighted_edges_from([("a", "x", 6), ("b", "x", 2), ("x", "c", 6)], weight="cost")
    >>> H = hidden_calls(G, ["x"])
    >>> list(H.edges(data="cost")), dict(H.nodes(data="self"))
    ([('a', 'c', 4.5), ('b', 'c', 1.5)], {'a': 2.5, 'b': 1.5, 'c': 6})
    """
    _require_costs(graph)
    left = graph.copy()
    hidden = set(names)
    if keeps_first and (script := _script(graph, hidden)):
        hidden.discard(script)
        left.remove_edges_from([(caller, script) for caller in hidden if left.has_edge(caller, script)])
    lost: Number = 0
    inside = left.subgraph(hidden)
    components = nx.condensation(inside)
    for component in nx.topological_sort(components):
        lost = lost + _hide(left, components.nodes[component]["members"])
    left.graph["total"] = graph.graph["total"] - lost if lost else graph.graph["total"]
    return left


def _require_costs(graph: nx.DiGraph) -> None:
    lacking = [edge for edge in graph.edges if "cost" not in graph.edges[edge]]
    if lacking:
        tail, head = lacking[0]
        raise UsageError(
            f"of {len(lacking):,} of {graph.number_of_edges():,} calls this profile does not say what they cost "
            f"({tail} -> {head}): what a hidden function cost cannot be shared among its callers"
        )


def _script(graph: nx.DiGraph, hidden: Collection[str]) -> str | None:
    """Return ``<module>`` of the script: the costliest that is called by what nothing else calls for so much."""
    modules = [node for node in hidden if graph.nodes[node].get("name", node).startswith("<module>")]
    script = max(modules, key=lambda node: graph.nodes[node].get("inclusive", 0), default=None)
    if script is None:
        return None
    callers = [*graph.predecessors(script)]
    starts = [caller for caller in callers if caller in hidden and not _is_accounted_for(graph, caller)]
    return script if starts and all(caller in hidden for caller in callers) else None


def _is_accounted_for(graph: nx.DiGraph, node: str) -> bool:
    """Tell whether the callers of a function account for all that it cost."""
    entering = sum(data["cost"] for tail, _, data in graph.in_edges(node, data=True) if tail != node)
    return float(entering) >= float(graph.nodes[node].get("inclusive", 0)) * (1 - ROUNDING)


@dataclass(frozen=True)
class _Passage:
    """Functions that are hidden as one: what enters and leaves them, by the function at the other end."""

    own: Number
    entering: Mapping[str, Number]
    leaving: Mapping[str, Number]

    @property
    def whole(self) -> Number:
        """All that they cost; at least what their callers say."""
        return max(self.own + sum(self.leaving.values()), sum(self.entering.values()))

    @property
    def is_accounted_for(self) -> bool:
        """Whether callers account for all of it."""
        return float(sum(self.entering.values())) >= float(self.whole) * (1 - ROUNDING)


def _hide(graph: nx.DiGraph, members: Collection[str]) -> Number:
    """Take some functions out, and return what of their own cost no caller accounts for."""
    inside = set(members)
    entering = added((u, data["cost"]) for u, _, data in graph.in_edges(inside, data=True) if u not in inside)
    leaving = added((v, data["cost"]) for _, v, data in graph.out_edges(inside, data=True) if v not in inside)
    passage = _Passage(sum(graph.nodes[node].get("self", 0) for node in inside), entering, leaving)
    whole, given = passage.whole, 0
    is_all = len(entering) == len(inside) == 1 and passage.is_accounted_for
    calls = _calls(graph, inside) if is_all else {}
    least = NOTHING * float(graph.graph["total"])
    for caller, cost in entering.items() if whole else ():
        own = _part(passage.own, cost, whole, is_all)
        given = given + own
        _give(graph, caller, own, is_measured=is_all)
        for callee, more in leaving.items():
            below = _part(more, cost, whole, is_all)
            if below > least:
                _join(graph, caller, callee, below, calls.get(callee))
    graph.remove_nodes_from(inside)
    return 0 if passage.is_accounted_for else passage.own - given


def _part(of: Number, cost: Number, whole: Number, is_all: bool) -> Number:
    return of if is_all else of * cost / whole


def _calls(graph: nx.DiGraph, inside: Collection[str]) -> dict[str, Number | None]:
    """Return how often each function is called from inside; what only one caller called is its caller's for sure."""
    return {head: data.get("calls") for _, head, data in graph.out_edges(inside, data=True) if head not in inside}


def _give(graph: nx.DiGraph, caller: str, own: Number, *, is_measured: bool) -> None:
    data = graph.nodes[caller]
    if own:
        data["self"] = data.get("self", 0) + own
        if not is_measured:
            data["estimated"] = True


def _join(graph: nx.DiGraph, caller: str, callee: str, cost: Number, calls: Number | None) -> None:
    """Add a call's cost to an edge; how many calls it is stays known where all of them are."""
    is_new = not graph.has_edge(caller, callee)
    data = graph.get_edge_data(caller, callee, {})
    known = calls is not None and (is_new or "calls" in data)
    row: dict[str, Any] = {name: value for name, value in data.items() if name not in ("calls", "self")}
    row["cost"] = data.get("cost", 0) + cost
    if known:
        row["calls"] = data.get("calls", 0) + calls
    else:
        row["estimated"] = True
    data.clear()
    graph.add_edge(caller, callee, **row)


def grouped_calls(graph: nx.DiGraph, names: Sequence[str]) -> nx.DiGraph:
    """Return the groups of a profile's functions: what is theirs, and what calls between them cost.

    Parameters
    ----------
    graph : networkx.DiGraph
        A profile without stacks.
    names : sequence of str
        Of each node, in their order.

    Examples
    --------
    >>> G = nx.DiGraph(unit="s", total=6)
    >>> G.add_nodes_from([("a", {"self": 1}), ("b", {"self": 2}), ("c", {"self": 3})])
    >>> G.add_weighted_edges_from([("a", "b", 5), ("b", "c", 3)], weight="cost")
    >>> Q = grouped_calls(G, ["x", "x", "y"])
    >>> dict(Q.nodes(data="self")), list(Q.edges(data="cost"))
    ({'x': 3, 'y': 3}, [('x', 'y', 3)])
    """
    quotient = nx.DiGraph(**{name: value for name, value in graph.graph.items() if name != "filters"}, quotient=True)
    quotient.graph |= {"node_meaning": "groups", "member_meaning": graph.graph.get("node_meaning", "functions")}
    group = dict(zip(graph, names, strict=True))
    for node, data in graph.nodes(data=True):
        if group[node] not in quotient:
            quotient.add_node(group[node], name=group[node], members=[], size=0, inner_edges=0)
        row = quotient.nodes[group[node]]
        row["members"].append(node)
        row["size"] += 1
        if "self" in data:
            row["self"] = row.get("self", 0) + data["self"]
        if "estimated" in data:
            row["estimated"] = True
    for tail, head, data in graph.edges(data=True):
        if group[tail] == group[head]:
            quotient.nodes[group[tail]]["inner_edges"] += 1
        else:
            _sum_edge(quotient, group[tail], group[head], data)
    return quotient


@dataclass(frozen=True, eq=False, repr=False)
class GroupCosts(Result):
    """What is known of groups of functions without stacks: what these cost by themselves, and calls between groups.

    Attributes
    ----------
    graph : networkx.DiGraph
        As `grouped_calls` makes it.

    Examples
    --------
    >>> G = nx.DiGraph(unit="s", total=6.0)
    >>> G.add_nodes_from([("a", {"self": 1.0}), ("b", {"self": 2.0}), ("c", {"self": 3.0})])
    >>> G.add_weighted_edges_from([("a", "b", 5.0), ("b", "c", 3.0)], weight="cost")
    >>> print(GroupCosts(grouped_calls(G, ["x", "x", "y"])))
    Groups by what their functions cost by themselves
    group  functions         self  calls from others
    y              1  3 s  50.0 %                3 s
    x              2  3 s  50.0 %
    <BLANKLINE>
    Calls nest: what those from others cost may count the same twice, and what a group costs with all it calls
    is not known. Stacks tell.
    """

    graph: nx.DiGraph

    def __len__(self) -> int:
        return len(self.graph)

    def to_networkx(self) -> nx.DiGraph:
        """Return the groups, which `graphdiff.write` draws."""
        return self.graph

    @cached_property
    def rows(self) -> list[tuple[str, int, Number | None, Number | None]]:
        """Of each group its name, how many functions it has, what they cost, and what calls from other groups cost."""
        entering = added((head, cost) for _, head, cost in self.graph.edges(data="cost") if cost is not None)
        rows = [
            (node, data["size"], data.get("self"), entering.get(node)) for node, data in self.graph.nodes(data=True)
        ]
        return sorted(rows, key=lambda row: (-(row[2] or 0), -(row[3] or 0)))

    # -- what a gate asks

    weights = ("self",)

    @property
    def nodes(self) -> list[str]:
        """The groups."""
        return [name for name, *_ in self.rows]

    @property
    def influences(self) -> list[list[Number]]:
        """What their functions cost, a row each."""
        return [[own or 0] for _, _, own, _ in self.rows]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        names = ("group", "functions", "self", "calls_from_others")
        return {"unit": self.graph.graph["unit"], "groups": [dict(zip(names, row, strict=True)) for row in self.rows]}

    def sheet(self) -> Iterator[list[Any]]:
        """Yield the table of CSV."""
        yield ["group", "functions", "self", "calls_from_others"]
        yield from map(list, self.rows)

    def _frame(self) -> Frame:
        titles, *rows = self.sheet()
        return Frame(rows, None, Axis(titles))

    def _sheet(self) -> Sheet:
        return sheet_of(self.to_dict()["groups"], first_line(self))

    def text(self, top: int = 20, how: str = "") -> str:
        """Return the report on the first rows; `how` says how to see the others."""
        unit, total = str(self.graph.graph["unit"]), self.graph.graph["total"]
        cells = [["group", "functions", "self", "calls from others"]]
        for name, size, own, entering in self.rows[:top]:
            share = f"  {percent(float((own or 0) / total), '.1f')}" if total else ""
            own_text = "" if own is None else f"{amount(own, unit)}{share}"
            cells.append(
                [shorten(name, NAME), f"{size:,}", own_text, "" if entering is None else amount(entering, unit)]
            )
        more = [f"… {len(self) - top:,} more{how}"] if len(self) > top else []
        note = (
            "Calls nest: what those from others cost may count the same twice, and what a group costs with all it "
            "calls\nis not known. Stacks tell."
        )
        return "\n".join(["Groups by what their functions cost by themselves", *aligned(cells), *more, "", note])

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<GroupCosts: {len(self):,} groups>"


def _sum_edge(quotient: nx.DiGraph, tail: str, head: str, data: Mapping[str, Any]) -> None:
    """Add what is known of a call to the edge between two groups; what one of them lacks is not known of all."""
    if not quotient.has_edge(tail, head):
        quotient.add_edge(tail, head, edges=0, **{name: 0 for name in ("cost", "calls") if name in data})
    row = quotient.edges[tail, head]
    row["edges"] += 1
    if "estimated" in data:
        row["estimated"] = True
    for name in ("cost", "calls"):
        if name in row and name in data:
            row[name] += data[name]
        else:
            row.pop(name, None)
    if "cost" in row:
        row["weight"] = row["cost"]
