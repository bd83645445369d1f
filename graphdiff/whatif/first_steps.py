"""`first_steps`: for each node that a source leads to directly, what of a total goes with it, and which targets do.

What runs through a node is what its removal takes away (tangent · adjoint), so that two sweeps do for all of them; one
on a cycle is removed by itself. A target is gone where nothing else leads to it: a set, in which each counts once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Unpack

import networkx as nx
import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import End, Seeds
from graphdiff.graph.options import takes_options
from graphdiff.sets.sets import exclusive
from graphdiff.sums.between import between_ends, ends_of
from graphdiff.sums.flow import Flow, flow_through
from graphdiff.sums.results import largest_first
from graphdiff.text.names import PLAIN, Naming, node_text
from graphdiff.text.numbers import percent, plain, shorten, shown
from graphdiff.text.sentences import by_weights, how_many, words_for
from graphdiff.text.tables import Axis, Frame, Result, Sheet, aligned
from graphdiff.whatif.what_if import what_if

__all__ = ["FirstStep", "FirstSteps", "first_steps"]

#: So many rows a report has, and so many characters the list of targets in one.
TOP, WIDEST = 10, 40
HEAD = ["takes away", "of it", "weight", "gone with it"]


@dataclass(frozen=True)
class FirstStep:
    """What goes with one node that a source leads to directly.

    Attributes
    ----------
    node : node
    removal : number
        How the total changes without it; all other edges keep their weights.
    share : number or None
        The part of the total that this takes away; None for a total of 0.
    gone : tuple of nodes
        The targets that nothing else leads to: the node itself and those exclusive to it, the heaviest first.
    weight : number
        The sum of the weights of these targets.
    """

    node: Any
    removal: Number
    share: Number | None
    gone: tuple[Any, ...]
    weight: Number


@dataclass(frozen=True, eq=False, repr=False)
class FirstSteps(Result):
    """Each first step on a path to a target: what `graphdiff.first_steps` returns; in pandas a row for each.

    Attributes
    ----------
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
    total : number
    steps : list of FirstStep
        What takes most away first.
    n_others : int
        How many first steps lead to no target.
    edge_meaning, weight_meaning : str
    """

    source: Any
    target: Any
    total: Number
    steps: list[FirstStep]
    n_others: int
    edge_meaning: str
    weight_meaning: str
    naming: Naming = field(default=PLAIN, repr=False)

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[FirstStep]:
        return iter(self.steps)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            **self.naming.ends(self.source, self.target),
            "edge_meaning": self.edge_meaning,
            "weight_meaning": self.weight_meaning,
            "total": plain(self.total),
            "steps": [
                {
                    "node": self.naming.node(step.node),
                    "removal": plain(step.removal),
                    "share": plain(step.share),
                    "gone": self.naming.listed(step.gone),
                    "weight": plain(step.weight),
                }
                for step in self.steps
            ],
            "n_others": self.n_others,
        }

    def _frame(self) -> Frame:
        columns = {name: [getattr(step, name) for step in self.steps] for name in ("removal", "share", "weight")}
        gone = {"gone": [list(step.gone) for step in self.steps]}
        return Frame(columns | gone, Axis([step.node for step in self.steps], "node"))

    def _sheet(self) -> Sheet:
        return ["", *HEAD], self._rows(), self._title()

    def __repr__(self) -> str:
        return f"<{how_many(len(self), 'first steps')} of the total {shown(self.total)}>"

    def __str__(self) -> str:
        if not self.steps:
            return self._title()
        rows = [[words_for(self.edge_meaning).first_step, *HEAD], *self._rows()]
        widest = max(len(row[-1]) for row in rows)
        table = aligned([[*row, last.ljust(widest)] for *row, last in rows])
        return "\n".join([self._title(), *(f"  {line}" for line in table), *self._notes()])

    def _title(self) -> str:
        words = words_for(self.edge_meaning, self.weight_meaning).about(self.source, self.target)
        ends = {"source": words.named(self.source), "target": words.named(self.target)}
        if not self.steps:
            return words.sentence(f"{words.none.format(**ends)}.")
        relation = words.sentence(words.relation.format(**ends))
        return f"{relation}: {shown(self.total)}, {by_weights(self.weight_meaning)}."

    def _rows(self) -> list[list[str]]:
        return [
            [
                node_text(step.node),
                shown(-step.removal),
                percent(step.share, ".1f"),
                shown(step.weight) if step.gone else "",
                shorten(", ".join(map(node_text, step.gone)), WIDEST),
            ]
            for step in self.steps[:TOP]
        ]

    def _notes(self) -> Iterator[str]:
        if (more := len(self) - TOP) > 0:
            yield f"  … {more:,} more"
        if self.n_others:
            yield f"  {self.n_others:,} {'leads' if self.n_others == 1 else 'lead'} to none of them"
        yield "takes away: of the total, each alone; what runs through several of them counts for each."
        yield "gone with it: what nothing else leads to, and what that weighs; the rest stays, by other ways."


@takes_options
def first_steps(
    graph: nx.DiGraph | CompiledGraph, source: End, target: End, **options: Unpack[CompileOptions]
) -> FirstSteps:
    """Return, for each node that `source` leads to directly, what of the total goes with it, and which targets.

    With weights on vulnerable packages (`read_targets`) these are the direct dependencies by the risk that goes with
    each.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        See `graphdiff.total_influence`. A node that is a source itself is no step.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    FirstSteps

    Raises
    ------
    UnknownNodeError, WeightError, CycleError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`.

    Examples
    --------
    >>> G = nx.DiGraph([("app", "web"), ("web", "html"), ("web", "json"), ("app", "json"), ("html", "xml")])
    >>> print(first_steps(G, "app", {"json": 7.5, "xml": 9.8}, weight=None))
    app leads to json and xml (weighted): 24.8, counting paths.
      first step  takes away   of it  weight  gone with it
      web               17.3  69.8 %     9.8  xml
      json               7.5  30.2 %
    takes away: of the total, each alone; what runs through several of them counts for each.
    gone with it: what nothing else leads to, and what that weighs; the rest stays, by other ways.
    """
    ready = compiled(graph, options)
    between = between_ends(ready, source, target)
    starts, ends = ends_of(ready, source, target)
    question = _Question(ready, source, starts, ends, flow_through(between))
    direct, on_the_way = _direct(ready, starts.positions), set(between.positions.tolist())
    steps = [question.step(place) for place in direct if ready.anchor(place) in on_the_way]
    return FirstSteps(
        source=source,
        target=target,
        total=question.through.total,
        steps=[steps[place] for place in largest_first([step.removal for step in steps])],
        n_others=len(direct) - len(steps),
        edge_meaning=ready.edge_meaning,
        weight_meaning=ready.weight_meaning,
        naming=ready.topology.naming,
    )


def _direct(graph: CompiledGraph, starts: Sequence[int]) -> list[int]:
    """Return the positions that an edge from a start leads to, in the order of the edges; none that is a start."""
    places, _ = graph.topology.rows.places(np.array(starts, dtype=np.int64))
    heads = dict.fromkeys(graph.topology.heads[places].tolist())
    return [place for place in heads if place not in set(starts)]


@dataclass(frozen=True)
class _Question:
    """What is asked of each first step: how much of the total goes with it, and which targets."""

    graph: CompiledGraph
    source: End
    starts: Seeds
    ends: Seeds
    through: Flow

    @cached_property
    def weights(self) -> dict[Any, Number]:
        """The weight of each target, the heaviest first."""
        numbers = self.ends.numbers or [1] * len(self.ends.positions)
        labels = [self.graph.topology.label(place) for place in self.ends.positions]
        order = largest_first(numbers)
        return {labels[place]: arithmetic.finished(numbers[place]) for place in order}

    @cached_property
    def roots(self) -> list[Any]:
        """The sources, without seeds."""
        return [self.graph.topology.label(place) for place in self.starts.positions]

    def step(self, place: int) -> FirstStep:
        """Return what goes with the node at a position."""
        node = self.graph.topology.label(place)
        total, removal = self.through.total, self._removal(place)
        going = exclusive(self.graph, node, self.roots)
        gone = tuple(target for target in self.weights if target == node or target in going)
        weight = sum((self.weights[target] for target in gone), start=0)
        return FirstStep(node, removal, -removal / total if total else None, gone, weight)

    def _removal(self, place: int) -> Number:
        topology = self.graph.topology
        if not any(start <= place < stop for start, stop in topology.cyclic.tolist()):
            return arithmetic.plain(-self.through.nodes[place])
        # On a cycle what runs through a node is not all that goes with it, and in one that is merged not even that.
        return what_if(self.graph, self.source, self.weights, remove_nodes=[topology.label(place)]).change
