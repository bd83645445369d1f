"""What a page knows of a profile: functions as they were measured, and of a question what is spent on each for it.

A picture draws functions that call each other as one box, as costs are shared out between boxes; a page of what was
measured has each of them, and says of which a call costs again at every level. Nothing is summed over calls.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.graph.networks import RANKED
from graphdiff.pictures.picture import DrawnEdge, DrawnNode, Picture
from graphdiff.pictures.profile import asked_text, profile_pictures
from graphdiff.pictures.sizes import nodes_of
from graphdiff.pictures.view import View
from graphdiff.profiles.costs import INCLUSIVE, SELF, Costs
from graphdiff.profiles.report import name_of
from graphdiff.profiles.report_ranking import COLUMNS, EXACT
from graphdiff.showing import and_more
from graphdiff.text.amounts import amount
from graphdiff.text.numbers import percent
from graphdiff.text.sentences import how_many

__all__ = ["functions_picture"]

#: What of a function is spent for the question, and how it is on a cycle of calls.
SPENT, RECURSION = "spent", "recursion"
#: So many functions are named that one calls and is called by.
NAMED = 2


def functions_picture(graph: nx.DiGraph, view: View) -> Picture:
    """Return what a page shows of a profile: every function, unless there are too many or only averages answer.

    Examples
    --------
    >>> from graphdiff.pictures.annotate import annotate
    >>> from graphdiff.pictures.view import view_of
    >>> G = nx.DiGraph(unit="s", total=4.0, edge_meaning="calls", format="cProfile")
    >>> G.add_nodes_from([("main", {"self": 1.0, "inclusive": 4.0}), ("work", {"self": 3.0, "inclusive": 3.0})])
    >>> G.add_edge("main", "work", cost=3.0, calls=5)
    >>> functions_picture(annotate(G), view_of()).facts["answer"]
    '4 s: work costs most by itself, 3 s (75.0 %)'
    """
    costs = Costs(graph)
    is_asked = bool(graph.graph.keys() & {"source", "target"})
    fits = len(graph) <= view.max_nodes and graph.number_of_edges() <= view.max_edges
    if fits and (costs.stacks is not None or not is_asked):
        picture = _measured(graph, costs)
    else:
        picture = next(profile_pictures(graph, view))
    known = _answer(graph, costs)
    if is_asked:
        whole = known.get("whole", 0)
        picture = replace(picture, nodes=[_of_question(node, graph, costs, whole) for node in picture.nodes])
    return replace(picture, facts={**picture.facts, **known})


def _measured(graph: nx.DiGraph, costs: Costs) -> Picture:
    """Return each function with what the file has of it, and each call."""
    numbers = costs.numbers
    ends = [graph.graph.get(name) for name in ("source", "target")]
    nodes = [
        DrawnNode(
            (str(node),),
            is_source=node == ends[0],
            is_target=node == ends[1],
            name=str(node),
            facts={**_counted(data), **_recursion(costs, node)},
        )
        for node, data in graph.nodes(data=True)
    ]
    edges = [
        DrawnEdge(numbers[tail], numbers[head], "", facts={**_counted(data), **_again(costs, tail, head)})
        for tail, head, data in graph.edges(data=True)
    ]
    drawn = f"all {how_many(len(graph), nodes_of(graph))}"
    return Picture(nodes, edges, [], graph.graph, drawn, n_nodes=len(graph))


def _counted(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of a function or a call; how often it is made but within itself only where that differs."""
    are_one = data.get("primitive_calls") == data.get("calls")
    return {name: value for name, value in data.items() if not (are_one and name == "primitive_calls")}


def _recursion(costs: Costs, node: Any) -> dict[str, str]:
    """Return with which others a function is on a cycle of calls, else whether it calls itself."""
    others = [costs.labels[n] for n in costs.members[costs.components[costs.number(node)]]]
    others.remove(node)
    if others:
        names = and_more(", ".join(map(str, others[:NAMED])), len(others) - NAMED)
        return {RECURSION: f"on a cycle of calls with {names}"}
    return {RECURSION: "calls itself"} if costs.graph.has_edge(node, node) else {}


def _again(costs: Costs, tail: Any, head: Any) -> dict[str, bool]:
    """Return whether what a call costs is counted again at every level of a recursion, so that it is no share."""
    one, other = (costs.components[costs.number(node)] for node in (tail, head))
    return {"again": True} if one == other and (costs.counts_every_level or tail == head) else {}


def _of_question(node: DrawnNode, graph: nx.DiGraph, costs: Costs, whole: Number) -> DrawnNode:
    """Return a node with what is spent on it for the question, apart from what it costs in all, where that is known."""
    facts = dict(node.facts)
    if INCLUSIVE not in facts:
        return node
    spent = {SPENT: facts.pop(INCLUSIVE)}
    if costs.stacks is not None:  # the graph has the stacks of the question alone
        own = {f"{SPENT}_itself": facts.pop(SELF)} if SELF in facts else {}
        return replace(node, facts={**facts, **spent, **({} if "target" in graph.graph else own)})
    if "members" in facts or node.name not in graph:
        return replace(node, facts={**spent, **facts, **_shared(facts, graph)})
    file = graph.nodes[node.name]
    if file.get("allowed") == EXACT and math.isclose(file["part"] * float(whole), float(spent[SPENT])):
        facts.pop("estimated", None)
    return replace(node, facts={**spent, **facts, **_counted(file), **_recursion(costs, node.name)})


def _answer(graph: nx.DiGraph, costs: Costs) -> dict[str, Any]:
    """Return the answer in a sentence, and of what per cents are."""
    facts, unit = graph.graph, costs.unit
    if not facts.keys() & {"source", "target"}:
        whole = facts.get("total")
        parts = f"Per cents are of all that was measured, {amount(whole or 0, unit)}."
        answer = _largest(graph, costs)
    else:
        end, name = (facts["target"], "target") if "target" in facts else (facts["source"], "source")
        whole = facts.get("whole") if name == "target" else _of_source(costs, end)
        owned = f"{name_of(end)}'s cost, {amount(whole or 0, unit)}"
        passes = "passes a function" if name == "target" else "is spent in a function and what it calls"
        parts = f"Spent is what of {owned}, {passes}; per cents are of that."
        answer = _asked(graph, f" ({amount(whole, unit)})" if whole else "")
    return {"answer": answer, **({"whole": whole, "parts": parts} if whole else {})}


def _shared(facts: Mapping[str, Any], graph: nx.DiGraph) -> dict[str, Any]:
    """Return what functions that are one box have of a ranking, where they have one place."""
    first = graph.nodes.get(next(iter(facts.get("members", ())), None), {})
    return {name: first[name] for name in graph.graph.get(RANKED, ()) if name in first and name not in COLUMNS}


def _asked(graph: nx.DiGraph, whole: str) -> str:
    """Return the question of a profile with its answer, where there is one, else how much it is about."""
    text = asked_text(graph)
    return f"{text[0].upper()}{text[1:]}{whole}" if text.startswith(("who ", "what ")) else text


def _of_source(costs: Costs, source: Any) -> Number | None:
    """Return what a function costs; of stacks the graph has what it costs alone."""
    return costs.inclusive(source) if costs.stacks is None else costs.graph.graph.get("total")


def _largest(graph: nx.DiGraph, costs: Costs) -> str:
    """Return all that was measured, and what costs most by itself."""
    total = graph.graph.get("total")
    own = {node: number for node in graph if (number := costs.own(node))}
    if not total or not own:
        return f"{how_many(len(graph), nodes_of(graph))}, {how_many(graph.number_of_edges(), 'calls')}"
    first = max(own, key=lambda node: float(own[node]))
    text = f"{amount(own[first], costs.unit)} ({percent(own[first] / total)})"
    mark = "≈ " * ("estimated" in graph.nodes[first])
    return f"{amount(total, costs.unit)}: {name_of(first)} costs most by itself, {mark}{text}"
