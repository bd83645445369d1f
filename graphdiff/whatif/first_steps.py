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
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import LimitError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, Progress, compiled
from graphdiff.graph.ends import End, Seeds, titled
from graphdiff.graph.options import takes_options
from graphdiff.remedies import Keyword
from graphdiff.sets.keeping import taking_along
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
#: So many steps on cycles are removed one by one, unless the caller says another number.
MAX_REMOVALS = 1000
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
        return ["", *HEAD], self._rows(None), self._title()

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
        if not self.steps and self.total:
            return f"No step leads from {ends['source']} to {ends['target']}: what is there is there by itself."
        if not self.steps:
            return words.sentence(f"{words.none.format(**ends)}.")
        relation = words.sentence(words.relation.format(**ends))
        return f"{relation}: {shown(self.total)}, {by_weights(self.weight_meaning)}."

    def _rows(self, stop: int | None = TOP) -> list[list[str]]:
        return [
            [
                node_text(step.node),
                shown(-step.removal),
                percent(step.share, ".1f"),
                shown(step.weight) if step.gone else "",
                shorten(", ".join(map(node_text, step.gone)), WIDEST),
            ]
            for step in self.steps[:stop]
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
    graph: nx.DiGraph | CompiledGraph,
    source: End,
    target: End,
    *,
    max_removals: int = MAX_REMOVALS,
    progress: Progress | None = None,
    **options: Unpack[CompileOptions],
) -> FirstSteps:
    """Return, for each node that `source` leads to directly, what of the total goes with it, and which targets.

    With weights on vulnerable packages (`read_targets`) these are the direct dependencies by the risk that goes with
    each.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        See `graphdiff.total_influence`. A node that is a source itself is no step.
    max_removals : int
        More first steps on cycles than this are refused: the graph is compiled without each of them.
    progress : callable, optional
        Told ``(steps done, steps)``.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    FirstSteps

    Raises
    ------
    UnknownNodeError, WeightError, CycleError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`.
    LimitError
        More than `max_removals`.

    Examples
    --------
    >>> G = nx.DiGraph([("app", "web"), ("web", "html"), ("web", "json"), ("app", "json"), ("html", "xml")])
    >>> print(first_steps(G, "app", {"json": 7.5, "xml": 9.8}, weight=None))
    app leads to json and xml (weighted): 24.8, counting paths.
      first step  takes away   of it  weight  gone with it
      web               17.3  69.8 %     9.8  xml
      json                15  60.5 %     7.5  json
    takes away: of the total, each alone; what runs through several of them counts for each.
    gone with it: what nothing else leads to, and what that weighs; the rest stays, by other ways.
    """
    ready = compiled(graph, options)
    between = between_ends(ready, source, target)
    question = _Question(ready, source, *ends_of(ready, source, target), flow_through(between))
    direct, on_the_way = question.direct, set(between.positions.tolist())
    places = [place for place in direct if ready.anchor(place) in on_the_way]
    question.require_few(places, max_removals)
    steps = []
    for place in places:
        steps.append(question.step(place))
        if progress is not None:
            progress(len(steps), len(places))
    source, target = titled(ready, source, target)
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


@dataclass(frozen=True)
class _Question:
    """What is asked of each first step: how much of the total goes with it, and which targets."""

    graph: CompiledGraph
    source: End
    starts: Seeds
    ends: Seeds
    through: Flow

    @cached_property
    def direct(self) -> list[int]:
        """The positions that an edge from a start leads to, in the order of the edges; none that is a start."""
        starts = self.starts.positions
        places, _ = self.graph.topology.rows.places(np.array(starts, dtype=np.int64))
        heads = dict.fromkeys(self.graph.topology.heads[places].tolist())
        own = set(starts)
        return [place for place in heads if place not in own]

    @cached_property
    def weights(self) -> dict[int, Number]:
        """The weight of each target, the heaviest first."""
        numbers = self.ends.numbers or [1] * len(self.ends.positions)
        order = largest_first(numbers)
        return {self.ends.positions[place]: arithmetic.finished(numbers[place]) for place in order}

    @cached_property
    def going(self) -> dict[int, list[int]]:
        """The targets that go with a position, the heaviest first."""
        starts = np.array(sorted(self.starts.positions), dtype=np.int64)
        return taking_along(self.graph.topology, starts, list(self.weights))

    @cached_property
    def on_cycles(self) -> NDArray[np.bool_]:
        """Mask of the positions that are on a cycle."""
        mask = np.zeros(self.graph.n_nodes, dtype=bool)
        for start, stop in self.graph.topology.cyclic.tolist():
            mask[start:stop] = True
        return mask

    def require_few(self, places: Sequence[int], limit: int) -> None:
        """Raise `LimitError` where more of the steps are on cycles, each of which is removed by itself."""
        if (number := int(self.on_cycles[list(places)].sum())) > limit:
            raise LimitError(
                f"{number:,} of the first steps are on cycles, and each is removed by itself: more than ",
                Keyword("max_removals", limit),
                "; one source has fewer",
            )

    def step(self, place: int) -> FirstStep:
        """Return what goes with the node at a position."""
        label = self.graph.topology.label
        total, removal = self.through.total, self._removal(place)
        gone = self.going.get(place, [])
        weight = sum((self.weights[target] for target in gone), start=0)
        return FirstStep(label(place), removal, -removal / total if total else None, tuple(map(label, gone)), weight)

    def _removal(self, place: int) -> Number:
        if not self.on_cycles[place]:
            return arithmetic.plain(-self.through.nodes[place])
        # On a cycle what runs through a node is not all that goes with it, and in one that is merged not even that.
        label = self.graph.topology.label
        targets = {label(target): weight for target, weight in self.weights.items()}
        return what_if(self.graph, self.source, targets, remove_nodes=[label(place)]).change
