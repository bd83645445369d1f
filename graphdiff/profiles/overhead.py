"""`without_overhead`: a profile without what a tracing profiler adds to each call.

A tracer such as cProfile works at each call and each return. Most of that falls between the caller's own instructions
and is counted as the caller's: some three quarters with cProfile of CPython 3.11, for functions in Python and in C.
Small functions that are called very often look heavier than they are, and still more so whoever calls them.
"""

from __future__ import annotations

import re
from fractions import Fraction

import networkx as nx

from graphdiff.errors import UsageError
from graphdiff.profiles.costs import INCLUSIVE, SELF, Costs
from graphdiff.text.amounts import SECONDS, amount

__all__ = ["OVERHEAD", "seconds_of", "without_overhead"]

#: The attribute of a graph that says what was taken off each call.
OVERHEAD = "overhead"
#: The part of a call's overhead that is counted as the caller's own time; the rest is the callee's.
CALLERS = 0.75
#: A time with its unit.
TIME = re.compile(r"([0-9.]+(?:e[+-]?[0-9]+)?) *(ns|us|µs|ms|s)")


def seconds_of(overhead: str | float) -> float:
    """Return a time in seconds, of a number or a text with its unit.

    Examples
    --------
    >>> seconds_of("0.6us"), seconds_of(2e-7)
    (6e-07, 2e-07)
    """
    match = TIME.fullmatch(str(overhead).strip())
    try:
        number = Fraction(match[1]) * Fraction(repr(SECONDS[match[2].replace("µ", "u")])) if match else overhead
        seconds = float(number)
    except (TypeError, ValueError, ZeroDivisionError):
        seconds = -1.0
    if not 0 <= seconds < 1:
        raise UsageError(f"{overhead!r} is no overhead of a call: write 0.6us, or seconds")
    return seconds


def without_overhead(graph: nx.DiGraph, seconds: float) -> nx.DiGraph:
    """Return a profile without what the profiler added to each call.

    Three quarters of it are taken off the caller's own time, a quarter off the callee's, and no time becomes negative.
    What calls cost becomes less as their callee's cost does, whoever calls it: that is an estimate, while own times and
    the total are without as many overheads as there are calls. In a recursion all functions' costs with what they call
    become less by the same part, but never less than their own time and their calls out of it.

    Parameters
    ----------
    graph : networkx.DiGraph
        A profile in seconds with counted calls.
    seconds : float
        Of each call.

    Returns
    -------
    networkx.DiGraph
        Its ``warnings`` say how much was taken off.

    Raises
    ------
    UsageError
        If calls were not counted, or all of them would take longer than the whole profile.

    Examples
    --------
    >>> G = nx.DiGraph(edge_meaning="calls", unit="s", total=3.0)
    >>> G.add_nodes_from([("main", {"self": 2.0, "calls": 1}), ("f", {"self": 1.0, "calls": 1000})])
    >>> G.add_edge("main", "f", cost=1.0, calls=1000)
    >>> round(without_overhead(G, 0.001).nodes["main"]["self"], 6)
    1.24975
    """
    calls = {node: count for node, count in graph.nodes(data="calls", default=0) if count}
    if not calls:
        raise UsageError("this file has no counts of calls: what each call adds cannot be taken off")
    whole, total = sum(calls.values()) * seconds, graph.graph["total"]
    if whole > total:
        raise UsageError(
            f"{amount(seconds, 's')} for each of {sum(calls.values()):,} calls is more than all of the profile: it is "
            f"less than {amount(total / sum(calls.values()), 's')}"
        )
    lighter = graph.copy()
    owns, short = _own_times(graph, calls, seconds)
    for node, own in owns.items():
        lighter.nodes[node][SELF] = own
    _rescale(graph, lighter)
    lighter.graph |= {"total": sum(owns.values()), OVERHEAD: seconds}
    less = f"of {short:,} functions that was more than their own time" if short else ""
    lighter.graph["warnings"] = [
        *graph.graph.get("warnings", []),
        f"{amount(total - lighter.graph['total'], 's')} of {amount(total, 's')} taken off as the profiler's own: "
        f"{amount(seconds, 's')} a call, {sum(calls.values()):,} calls{'; ' * bool(less)}{less}",
    ]
    return lighter


def _own_times(graph: nx.DiGraph, calls: dict[object, int], seconds: float) -> tuple[dict[object, float], int]:
    """Return the own time of each function, and of how many there was less than was to be taken off."""
    owns, short = {}, 0
    for node, own in graph.nodes(data=SELF, default=0.0):
        made = sum(count for *_, count in graph.out_edges(node, data="calls", default=0))
        off = seconds * (CALLERS * made + (1 - CALLERS) * calls.get(node, 0))
        short += off > own
        owns[node] = max(0.0, own - off)
    return owns, short


def _below(costs: Costs, graph: nx.DiGraph, node: object) -> float:
    """Return what the calls of a function cost that leave its recursion."""
    component = costs.components[costs.number(node)]
    calls = graph.out_edges(node, data="cost", default=0.0)
    out: float = sum(cost for _, head, cost in calls if costs.components[costs.number(head)] != component)
    return out


def _rescale(graph: nx.DiGraph, lighter: nx.DiGraph) -> None:
    """Set what functions cost inclusively and what calls cost, from what is called to the callers."""
    costs = Costs(graph)
    factors: dict[int, float] = {}
    for component in sorted(costs.members, reverse=True):
        members = [costs.labels[number] for number in costs.members[component]]
        left = sum(lighter.nodes[member].get(SELF, 0.0) for member in members)
        for tail, head, cost in graph.out_edges(members, data="cost", default=0.0):
            below = costs.components[costs.number(head)]
            if below != component:
                lighter.edges[tail, head]["cost"] = cost * factors[below]
                left += cost * factors[below]
        total = float(costs.sums[component])
        factors[component] = left / total if total else 1.0
        for member in members:
            if (whole := graph.nodes[member].get(INCLUSIVE)) is not None:
                least = lighter.nodes[member].get(SELF, 0.0) + _below(costs, lighter, member)
                lighter.nodes[member][INCLUSIVE] = max(whole * factors[component], min(whole, least))
    for tail, head, data in graph.edges(data=True):
        component = costs.components[costs.number(head)]
        if component == costs.components[costs.number(tail)] and "cost" in data:
            lighter.edges[tail, head]["cost"] = data["cost"] * factors[component]
        own = graph.nodes[head].get(SELF, 0.0)
        if SELF in data and own:
            lighter.edges[tail, head][SELF] = data[SELF] * lighter.nodes[head][SELF] / own
