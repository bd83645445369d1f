"""What `graphdiff.find_cycles` returns: components with cycles and the edges that break them, as data and as text.

`find_cycles`: the strongly connected components, each with the edges whose removal breaks it at least weight.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate, pairwise, takewhile
from textwrap import fill, indent
from typing import Any, Unpack

import networkx as nx
import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import UsageError, ValueOverflowError, chain_text, edge_text
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.options import takes_options
from graphdiff.graph.topology import Topology
from graphdiff.limits import require_limits
from graphdiff.remedies import Keyword, Remedy
from graphdiff.sets.programme import MORE, TIMEOUT, Clock, Progress
from graphdiff.showing import and_more
from graphdiff.structure.cycle_cover import least_arcs
from graphdiff.structure.feedback_arcs import Arcs
from graphdiff.structure.girth import shortest_cycle
from graphdiff.text.names import PLAIN, Edge, Naming, node_text
from graphdiff.text.numbers import plain, shorten, shown
from graphdiff.text.requirements import needed_text, requirement_record, requirement_text
from graphdiff.text.sentences import Words, how_many, words_for
from graphdiff.text.tables import Axis, Frame, Result, Sheet, hanging

__all__ = ["Breaking", "Component", "CycleReport", "find_cycles"]


#: An edge: its ends and its own number, and what it weighs.
Step = tuple[int, int, int, Number]
#: How wide and how long a report is, unless a number of components is asked for.
WIDTH, SCREEN = 100, 40
#: How many edges a report lists of each component, and how many source lines of each; of one that is asked for all.
SHOWN_EDGES, SHOWN_LINES, ASKED_LINES = 5, 1, 3


@dataclass(frozen=True)
class Breaking:
    """An edge to take out, or one on a cycle.

    Attributes
    ----------
    edge : (tail, head) or (tail, head, key)
    weight : number
        As in the graph.
    lines : tuple of str
        Where it is in the source, ``file:line`` or ``file:line: statement``, if the edge has the attribute ``lines``.
    asks : mapping
        What it asks for, by the attributes of its edge: ``kind``, ``clause`` and the like.

    Examples
    --------
    >>> print(Breaking(("a", "b"), 2, ("a.py:3", "a.py:9"), {"kind": "local"}))
    a -> b (local), weight 2
      a.py:3
      a.py:9
    """

    edge: Edge
    weight: Number
    lines: tuple[str, ...] = ()
    asks: Mapping[str, Any] = field(default_factory=dict)
    naming: Naming = field(default=PLAIN, repr=False, compare=False)

    def __str__(self) -> str:
        return self.text(keyed=False)

    def text(self, *, keyed: bool, most_lines: int = ASKED_LINES, weighed: bool = True) -> str:
        """Return the edge, with its weight, and so many lines; with its key where that tells it from others."""
        n_more = len(self.lines) - most_lines
        lines = [f"  {shorten(line, WIDTH - 7)}" for line in self.lines[:most_lines]]
        edge = edge_text(self.edge if keyed else self.edge[:2], node_text)
        asked = requirement_text(self.asks, node_text(self.edge[1]))
        head = f"{edge}{f' ({asked})' * bool(asked)}{f', weight {shown(self.weight)}' * weighed}"
        return "\n".join([head, *lines, *([f"  … {n_more:,} more"] if n_more > 0 else [])])

    def to_dict(self) -> dict[str, Any]:
        """Return the edge as a record."""
        return {**self.naming.edge(self.edge), "weight": plain(self.weight), **self.asks, "lines": list(self.lines)}


@dataclass(frozen=True)
class Component:
    """A strongly connected component with a cycle, and what breaks it.

    Attributes
    ----------
    members : tuple of nodes
    n_edges : int
        How many edges lie within.
    breaking : tuple of Breaking
        Without these edges no cycle is left in it; the heaviest come first.
    weight : number
        The sum of their absolute weights.
    bound : number
        No such set weighs less than this; equal to the weight where the set is known to be a least one.
    lacking : {"", "scipy", "time"}
        What it would take to know more: scipy, which is not installed, or time; "" where nothing would help.
    is_counted : bool
        Whether every edge within weighs 1.
    deferred : str
        The kind of edges within that ``G.graph["deferred"]`` names: imports that do not run when their module is
        imported; "" where there is none.
    cycle : tuple of nodes
        A shortest cycle of two nodes or more, or the loop of a single node; its first and last node are the same. If
        there is any without deferred edges, it is a shortest one of these.
    cycle_edges : tuple of Breaking
        Its edges; of parallel ones the first.
    cycle_is_shortest : bool
        Whether none is known to be shorter; of very large components that have no short cycle, it is one of many.
    """

    members: tuple[Any, ...]
    n_edges: int
    breaking: tuple[Breaking, ...]
    weight: Number
    bound: Number
    cycle: tuple[Any, ...]
    cycle_edges: tuple[Breaking, ...] = ()
    cycle_is_shortest: bool = True
    lacking: str = ""
    is_counted: bool = False
    deferred: str = ""
    naming: Naming = field(default=PLAIN, repr=False, compare=False)

    @property
    def is_least(self) -> bool:
        """Whether no set of less weight breaks all its cycles; of floats, by more than they are to be told apart."""
        if isinstance(self.weight, float):
            return bool(self.bound >= self.weight * (1 - 1e-9))
        return bool(self.bound >= self.weight)

    def verdict(self, *, weighed: bool = True) -> str:
        """Return what the removal costs and how sure it is that no other costs less."""
        least, most = ("no set weighs less", "weighs at least") if weighed else ("no set is smaller", "has at least")
        sure = least if self.is_least else f"any set {most} {shown(self.bound)}{MORE.get(self.lacking, '')}"
        return f"without {_edges(len(self.breaking), self.weight, weighed)} it has no cycle ({sure})"

    def cycle_title(self, edges: str) -> str:
        """Return what the cycle is that is shown; `edges` is what edges are called."""
        a_cycle = "a shortest cycle" if self.cycle_is_shortest else "a cycle"
        if any(one.asks.get("kind") == self.deferred for one in self.cycle_edges if self.deferred):
            return f"{a_cycle} (each has {self.deferred} {edges})"
        return f"{a_cycle} without {self.deferred} {edges}" if self.deferred and len(self.cycle) > 3 else a_cycle

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "members": self.naming.listed(self.members),
            "n_edges": self.n_edges,
            "breaking": [one.to_dict() for one in self.breaking],
            "weight": plain(self.weight),
            "bound": plain(self.bound),
            "is_least": self.is_least,
            "lacking": self.lacking,
            "cycle": self.naming.listed(self.cycle),
            "cycle_edges": [one.to_dict() for one in self.cycle_edges],
            "cycle_is_shortest": self.cycle_is_shortest,
            **({"deferred": self.deferred} if self.deferred else {}),
        }


@dataclass(frozen=True, repr=False)
class CycleReport(Result):
    """The cycles of a graph; in pandas a row for each edge to take out.

    Attributes
    ----------
    components : tuple of Component
        The strongly connected components with a cycle, largest first; a self loop is a cycle.
    edge_meaning, weight_meaning, node_meaning : str
        What an edge and a weight say, and what nodes are called.
    not_run : int
        How many edges are not counted, as they do nothing when the program runs: imports under ``TYPE_CHECKING``.
    """

    components: tuple[Component, ...]
    edge_meaning: str
    weight_meaning: str
    node_meaning: str = "unknown"
    not_run: int = 0

    @property
    def breaking(self) -> list[Edge]:
        """The edges whose removal leaves no cycle in the graph."""
        return [one.edge for component in self.components for one in component.breaking]

    @property
    def weight(self) -> Number:
        """The sum of their absolute weights."""
        return sum((component.weight for component in self.components), start=0)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "edge_meaning": self.edge_meaning,
            "weight_meaning": self.weight_meaning,
            "node_meaning": self.node_meaning,
            "n_components": len(self.components),
            "weight": plain(self.weight),
            "components": [component.to_dict() for component in self.components],
            **({"not_run": self.not_run} if self.not_run else {}),
        }

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield a record for each edge to take out, with the number of its component from 1."""
        for number, component in enumerate(self.components, 1):
            for one in component.breaking:
                yield {"component": number, "size": len(component.members), **one.to_dict()}

    def _frame(self) -> Frame:
        names = Axis(["component", "size", "source", "target", "weight", "lines"])
        return Frame(list(self.records()), columns=None if self.components else names)

    def title(self) -> str:
        """Return the whole in a line."""
        words = words_for(self.edge_meaning, node_meaning=self.node_meaning)
        if not self.components:
            return "No cycles"
        count = len(self.components)
        inside = sum(len(component.members) for component in self.components)
        gone = f"without {_edges(len(self.breaking), self.weight, self._is_weighed)} there are none"
        return f"{how_many(count, 'components')} with cycles, {inside:,} {words.nodes} in all; {gone}"

    @property
    def _is_weighed(self) -> bool:
        return not all(component.is_counted for component in self.components)

    def _left_out(self) -> Iterator[str]:
        """Yield what is said of the edges that are not counted."""
        if self.not_run:
            verb = "is" if self.not_run == 1 else "are"
            edges = how_many(self.not_run, words_for(self.edge_meaning).edges)
            yield f"{edges} under TYPE_CHECKING {verb} left out: --kind all brings {_them(self.not_run)} back"

    def text(self, top: int | None = None) -> str:
        """Return the report on the `top` largest components with all their edges; else what a screen has room for."""
        words = words_for(self.edge_meaning, node_meaning=self.node_meaning)
        lines, listed = [self.title(), *self._left_out()], 0
        for number, component in enumerate(self.components[:top], 1):
            block = ["", *_component_lines(number, component, words, self._is_weighed, in_full=top is not None)]
            if top is None and listed and len(lines) + len(block) > SCREEN - 4:
                break
            lines += block
            listed = number
        if n_more := len(self.components) - listed:
            lines += ["", f"… {how_many(n_more, 'more components')}: --top {len(self.components)}"]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<CycleReport: {self.title()}>"

    def _sheet(self) -> Sheet:
        rows = [(r["component"], r["source"], r["target"], r["weight"], ", ".join(r["lines"])) for r in self.records()]
        return ["component", "source", "target", "weight", "lines"], rows, self.title()


def _edges(number: int, weight: Number, weighed: bool) -> str:
    return how_many(number, "edges") + f" of weight {shown(weight)}" * weighed


def _them(number: int) -> str:
    return "it" if number == 1 else "them"


def _component_lines(number: int, component: Component, words: Words, weighed: bool, *, in_full: bool) -> Iterator[str]:
    members = component.members
    count = (
        f"{len(members):,} {words.nodes}, {how_many(component.n_edges, 'edges')}" if len(members) > 1 else "a self loop"
    )
    yield shorten(f"{number}. {count}: {_fitting(members, WIDTH - len(count) - 20)}", WIDTH)
    if len(members) > 1:
        yield from _cycle_lines(component, words.edges)
    yield from hanging("   ", f"{component.verdict(weighed=weighed)}:")
    alike = Counter(one.edge[:2] for one in component.breaking)
    n_shown, n_lines = (len(component.breaking), ASKED_LINES) if in_full else (SHOWN_EDGES, SHOWN_LINES)
    for one in component.breaking[:n_shown]:
        keyed = len(one.edge) > 2 and alike[one.edge[:2]] > 1
        edge = indent(one.text(keyed=keyed, most_lines=n_lines, weighed=weighed), "     ")
        yield from (shorten(line, WIDTH) for line in edge.split("\n"))
    if len(component.breaking) > n_shown:
        yield f"     … {len(component.breaking) - n_shown:,} more: --top {number}"


def _cycle_lines(component: Component, edges: str) -> Iterator[str]:
    """Yield the shortest cycle, each node with what is asked of it, in as many lines as it takes."""
    names = [
        node_text(component.cycle[0]),
        *(needed_text(node_text(one.edge[1]), one.asks) for one in component.cycle_edges),
    ]
    yield from fill(
        f"{component.cycle_title(edges)}: {chain_text(names)}", WIDTH, initial_indent="   ", subsequent_indent="     ",
        break_long_words=False, break_on_hyphens=False,
    ).split("\n")  # fmt: skip


def _fitting(names: Iterable[Any], room: int) -> str:
    """Return as many names as there is room for, at least one, and how many more there are."""
    texts = list(map(str, names))
    widths = accumulate(len(text) + 2 for text in texts)
    fits = max(1, sum(1 for _ in takewhile(lambda width: width - 2 <= room, widths)))
    return and_more(", ".join(texts[:fits]), len(texts) - fits)


@takes_options
def find_cycles(
    graph: nx.DiGraph | CompiledGraph,
    *,
    timeout: float | None = TIMEOUT,
    progress: Progress = None,
    **options: Unpack[CompileOptions],
) -> CycleReport:
    """Return the strongly connected components that have cycles, with the edges to take out at least weight.

    The least weight is found exactly where what is left of a component, after reductions that lose nothing, has at
    most 18 nodes; beyond that by a heuristic, with a bound below that says how much less any other set could weigh.
    Where the two differ and scipy is installed, an integer programme looks for less (HiGHS), within `timeout`: what it
    finds is checked, and what it says of all others counts as far as its duals prove it in rationals. Edges of the
    kind that ``G.graph["not_run"]`` names are on no cycle: imports under ``TYPE_CHECKING``, unless the graph was
    read with ``kinds="all"``. A cycle without edges of the kind that ``G.graph["deferred"]`` names is shown before
    shorter ones with them: imports that do not run when their module is imported.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    timeout : float, optional
        How many seconds the integer programmes of all components may take together; None is no limit.
    progress : callable, optional
        Told the seconds that have passed, and how many there are.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already. Absolute weights count: what it costs to
        take an edge out, such as the number of import statements; ``weight=None`` looks for the fewest edges.
        `cycles` does not matter.

    Returns
    -------
    CycleReport

    Raises
    ------
    WeightError
        If a weight is missing or no number.
    UsageError
        If a weight is no real number.

    References
    ----------
    P. Eades, X. Lin, W. F. Smyth, "A fast and effective heuristic for the feedback arc set problem", Information
    Processing Letters 47(6), 1993.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("a", "b", 3), ("b", "c", 2), ("c", "a", 1), ("c", "b", 1), ("c", "d", 1)])
    >>> print(find_cycles(G))
    1 component with cycles, 3 nodes in all; without 2 edges of weight 2 there are none
    <BLANKLINE>
    1. 3 nodes, 4 edges: a, b, c
       a shortest cycle: b -> c -> b
       without 2 edges of weight 2 it has no cycle (no set weighs less):
         c -> a, weight 1
         c -> b, weight 1
    """
    require_limits(timeout=timeout)
    clock = Clock(timeout, progress)
    graph, not_run = _running(graph)
    ready = compiled(graph, options)
    _require_real(ready)
    ranges = sorted(ready.topology.cyclic.tolist(), key=lambda both: both[0] - both[1])
    components = tuple([_component(graph, ready, start, stop, clock) for start, stop in ranges])
    return CycleReport(components, ready.edge_meaning, ready.weight_meaning, ready.node_meaning, not_run)


def _running(graph: nx.DiGraph | CompiledGraph) -> tuple[nx.DiGraph | CompiledGraph, int]:
    """Return the graph without the edges that do nothing when the program runs, and how many these are."""
    if not isinstance(graph, nx.DiGraph) or "not_run" not in graph.graph:
        return graph, 0
    keyed = {"keys": True} if graph.is_multigraph() else {}
    idle = [edge[:-1] for edge in graph.edges(data="kind", **keyed) if edge[-1] == graph.graph["not_run"]]
    left = graph.copy()
    left.remove_edges_from(idle)
    return left, len(idle)


def _require_real(graph: CompiledGraph) -> None:
    wrong = next(
        (w for w in map(arithmetic.finished, arithmetic.listed(graph.weights)) if not isinstance(w, arithmetic.REAL)),
        None,
    )
    if wrong is not None:
        raise UsageError(
            f"what an edge costs must be a real number, not {type(wrong).__name__} ({wrong})",
            Remedy(Keyword("weight", "unit", python="None"), "looks for the fewest edges"),
        )


def _component(graph: Any, ready: CompiledGraph, start: int, stop: int, clock: Clock) -> Component:
    topology = ready.topology
    rows = topology.rows
    edges, bounds = rows.places(np.arange(start, stop))
    heads = rows.heads[edges].astype(np.int64)
    tails = np.repeat(np.arange(start, stop), np.diff(bounds))
    inside = (heads >= start) & (heads < stop)
    weights = [abs(arithmetic.finished(w)) for w in arithmetic.listed(arithmetic.taken(ready.weights, edges[inside]))]
    _require_floats(weights)
    steps = list(zip(tails[inside].tolist(), heads[inside].tolist(), edges[inside].tolist(), weights, strict=True))
    scale = math.lcm(*(Fraction(weight).denominator for weight in weights))
    arcs = _arcs(range(start, stop), steps, scale)
    in_floats = any(isinstance(weight, float) for weight in weights)
    cut = least_arcs(arcs, clock, Fraction(in_floats, 10**9))
    gone = set(cut.arcs)
    taken = [step for step in steps if step[:2] in gone or step[0] == step[1]]
    taken.sort(key=lambda step: -step[3])
    deferred, prompt = _prompt(graph, topology, steps)
    first_edges = {step[:2]: step[2] for step in reversed([*prompt, *steps])}
    cycle, is_shortest = [start, start], True
    if stop - start > 1:
        cycle, is_shortest = shortest_cycle(_arcs(arcs, prompt, scale)) if deferred else ([], True)
        cycle, is_shortest = (cycle, is_shortest) if cycle else shortest_cycle(arcs)
    loops = sum(Fraction(weight) for tail, head, _, weight in taken if tail == head)
    costs = [step[3] for step in taken]
    weight = sum(costs, start=0)
    return Component(
        members=tuple(topology.labels[start:stop]),
        n_edges=len(steps),
        breaking=tuple([_breaking(graph, ready, edge) for _, _, edge, _ in taken]),
        weight=weight,
        bound=_below(Fraction(cut.bound) / scale + loops, sum(map(Fraction, costs), start=Fraction(0)), weight),
        lacking=cut.lacking,
        is_counted=all(step[3] == 1 for step in steps),
        deferred=deferred,
        cycle=tuple(map(topology.label, cycle)),
        cycle_edges=tuple([_breaking(graph, ready, first_edges[ends]) for ends in pairwise(cycle)]),
        cycle_is_shortest=is_shortest,
        naming=topology.naming,
    )


def _prompt(graph: Any, topology: Topology, steps: list[Step]) -> tuple[str, list[Step]]:
    """Return the kind of edges that run later, if any of the steps is of it, and the steps that are not."""
    kind = graph.graph.get("deferred", "") if isinstance(graph, nx.Graph) else ""
    if not kind:
        return "", []
    prompt = [step for step in steps if graph.get_edge_data(*topology.edge_label(step[2])).get("kind") != kind]
    return ("", []) if len(prompt) == len(steps) else (str(kind), prompt)


def _below(bound: Fraction, least: Fraction, weight: Number) -> Number:
    """Return a bound as a number of the weight's kind that is no larger; the weight itself where that is what it is."""
    if bound >= least:
        return weight
    if not isinstance(weight, float):
        return bound if bound.denominator > 1 else int(bound)
    near = min(float(bound), weight)  # the weight is a sum of floats, which may be rounded down
    return near if Fraction(near) <= bound else math.nextafter(near, 0.0)


def _arcs(nodes: Iterable[int], steps: Iterable[Step], scale: int) -> Arcs:
    """Return the steps from each node to others, in whole numbers; those between the same two added up."""
    arcs: Arcs = {node: {} for node in nodes}
    for tail, head, _, weight in steps:
        if tail != head:
            arcs[tail][head] = arcs[tail].get(head, 0) + int(Fraction(weight) * scale)
    return arcs


def _require_floats(weights: list[Number]) -> None:
    """Raise unless the weights add up to a float: the search is in floats, and compares their sums."""
    try:
        whole = sum(map(float, weights))
    except OverflowError:
        whole = math.inf
    if not math.isfinite(whole):
        raise ValueOverflowError("the weights on cycles add up to more than the largest float (1.8e308)")


def _breaking(graph: Any, ready: CompiledGraph, edge: int) -> Breaking:
    label = ready.topology.edge_label(edge)
    weight = arithmetic.plain(arithmetic.finished(arithmetic.listed(ready.weights[edge : edge + 1])[0]))
    data = graph.get_edge_data(*label) if isinstance(graph, nx.Graph) else {}
    lines = data.get("lines", ())
    places = (lines,) if isinstance(lines, str) else tuple(map(str, lines))
    return Breaking(label, weight, places, requirement_record(data), ready.topology.naming)
