"""`what_if`: a total before and after changes, and what is still reached.

The change of a total between two graphs is a sum over the edges that differ, of tangent after · change of the weight ·
adjoint before (T' - T = T'·(A' - A)·T): exact for any number of changes at once, and free of the cancellation in
after - before. One sweep over the changed graph does it, where updating the old sums would take one for each change:
so there is no other way to compute several changes jointly. Only where a change makes or breaks a cycle that is
collapsed, which changes more than its edges, it is after - before.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Unpack, overload

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number, in_order
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import Boundary, End, seeds_of, titled
from graphdiff.graph.labels import Texts
from graphdiff.graph.options import takes_options
from graphdiff.kernels.reach import reached
from graphdiff.profiles.gains import Gains, gains
from graphdiff.sums.certificate import Certificate, change_bound, doubt, rough_bound_of
from graphdiff.sums.sweeps import checked
from graphdiff.text.names import PLAIN, Naming, distinct, edge_name, members_of, node_text
from graphdiff.text.numbers import plain, shown
from graphdiff.text.sentences import column_title
from graphdiff.text.tables import Frame, Result, Sheet, first_line
from graphdiff.whatif.costs import by_calls, one_function, require_costs, with_removals
from graphdiff.whatif.edits import Edit, Edited, Step, edited
from graphdiff.whatif.report import what_if_text
from graphdiff.whatif.side import Side


@overload
def what_if(
    graph: nx.DiGraph | CompiledGraph,
    source: End,
    target: End,
    *,
    remove_edges: Iterable[Any] = (),
    remove_nodes: Iterable[Hashable] = (),
    reweight: Mapping[Any, Number] | None = None,
    add_edges: Iterable[Any] = (),
    **options: Unpack[CompileOptions],
) -> WhatIf: ...


@overload
def what_if(
    graph: nx.DiGraph,
    source: End | None = None,
    *,
    remove_edges: Iterable[Any] = (),
    remove_nodes: Iterable[Hashable] = (),
    faster: Mapping[Any, Number] | None = None,
    faster_inclusive: Mapping[Any, Number] | None = None,
    fewer_calls: Mapping[tuple[Any, Any], Number] | None = None,
) -> Gains: ...


@takes_options
def what_if(
    graph: nx.DiGraph | CompiledGraph,
    source: End | None = None,
    target: End | None = None,
    *,
    remove_edges: Iterable[Any] = (),
    remove_nodes: Iterable[Hashable] = (),
    reweight: Mapping[Any, Number] | None = None,
    add_edges: Iterable[Any] = (),
    faster: Mapping[Any, Number] | None = None,
    faster_inclusive: Mapping[Any, Number] | None = None,
    fewer_calls: Mapping[tuple[Any, Any], Number] | None = None,
    **options: Unpack[CompileOptions],
) -> WhatIf | Gains:
    """Return what becomes of the total influence of `source` on `target` if edges or nodes were others.

    Of a profile, without a target: what becomes of the cost of `source`, or of all of it.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
        It is not changed.
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        See `graphdiff.total_influence`. Roots and leaves are those before the changes, after them too.
    remove_edges : iterable of edges
        Each ``(tail, head)``, or ``(tail, head, key)`` where parallel edges are to be told apart.
    remove_nodes : iterable of nodes
        With all their edges; the ends stay, save that those may go for which a mapping as target has weights.
    reweight : mapping of edge to number
    add_edges : iterable of (tail, head, weight)
        A tail or head may be a new node. In a multigraph the edge gets a key as networkx would give it. Where the
        weights are a preset of `graphdiff.weights`, ``(tail, head)`` takes the preset's; of statements it counts 1.
    faster, faster_inclusive, fewer_calls : mapping of function, or of (caller, callee), to part
        Of a profile: how much faster a function's own code gets, or the function with all it calls, and which part of
        a caller's calls there will not be: see `graphdiff.profiles.gains.gains`. There removed edges are calls that all
        go, and removed nodes functions that cost nothing with all they call.
        Those of `graphdiff.compile`, unless the graph is compiled already. A profile is asked by
        ``weights.per_call``, its cycles collapsed.

    Returns
    -------
    WhatIf, or of a profile without a target Gains
        All other edges keep their weights. Under ``weights.even`` its ``recounted`` is the total where they are
        counted anew on the changed graph.

    Raises
    ------
    UsageError, UnknownEdgeError
        If a change cannot be made; the message says which and why.
    UnknownNodeError, WeightError, CycleError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`, before or after the changes.

    Notes
    -----
    Exact numbers stay exact. The change is the sum over the changed edges of tangent after · change of the weight ·
    adjoint before, so that with floats a small change of a large total keeps its digits.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> found = what_if(G, "b", "e", remove_edges=[("d", "e")])
    >>> found.before, found.after, found.change, found.n_paths
    (5, 2, -3, 1)
    """
    about_costs = {"faster": faster, "faster_inclusive": faster_inclusive, "fewer_calls": fewer_calls}
    if target is None or any(about_costs.values()):
        require_costs(graph, target, reweight, add_edges, options)
        return gains(graph, one_function(source), **with_removals(about_costs, remove_edges, remove_nodes))
    ready = compiled(graph, by_calls(graph, options))
    ends = _fixed(ready, source), _fixed(ready, target)
    staying = ends if members_of(target) is None else ends[:1]
    kept = [ready.topology.label(position) for end in staying for position in seeds_of(ready, end).positions]
    made = edited(
        ready,
        remove_edges=remove_edges,
        remove_nodes=remove_nodes,
        reweight=reweight,
        add_edges=add_edges,
        keep=kept,
    )
    return _answer(made, (source, target), ends)


def _fixed(graph: CompiledGraph, end: End) -> End:
    """Return an end by its nodes, so that it means the same ones in a changed graph, and as much of each."""
    if not isinstance(end, Boundary):
        return end
    seeds = seeds_of(graph, end)
    labels = [graph.topology.label(position) for position in seeds.positions]
    return labels if seeds.numbers is None else dict(zip(labels, graph.topology.leaf_seeds, strict=True))


def _answer(made: Edited, given: tuple[End, End], ends: tuple[End, End]) -> WhatIf:
    """Ask both graphs, and say what is different."""
    before, after = Side.of(made.before, *ends), Side.of(made.after, *ends)
    naming = _naming(made)
    changes, change = _accounts(made, before, after)
    lost, gained = _reach(made, ends[0])
    source, target = titled(made.before, *given)
    return WhatIf(
        source=source,
        target=target,
        before=before.total,
        after=after.total,
        change=change,
        recounted=None if made.recounted is None else after.total_of(made.recounted),
        changes=[replace(each, naming=naming) for each in changes],
        no_longer_reached=lost,
        newly_reached=gained,
        new_nodes=made.new_nodes,
        edge_meaning=made.before.edge_meaning,
        node_meaning=made.before.node_meaning,
        weight_meaning=made.before.weight_meaning,
        ends=(before, after),
        naming=naming,
    )


def _naming(made: Edited) -> Naming:
    """Return how nodes and edges are called, those that are gone or new too."""
    before, after = made.before.topology, made.after.topology
    if not any(edit.what == "add edge" for edit in made.edits):
        return before.naming
    known = before.names if made.new_nodes else None
    is_text = isinstance(known, Texts) and all(isinstance(node, str) for node in made.new_nodes)
    nodes = before.naming.nodes if known is None or is_text else distinct(after.labels)
    if before.given_keys is None:
        return Naming(nodes)
    return Naming(nodes, distinct([*before.given_keys, *(after.keys or ())]))


# -- the change and its parts


def _accounts(made: Edited, before: Side, after: Side) -> tuple[list[Change], Number]:
    """Return what each change does alone, and the change of the total."""
    steps = _distinct(made.edits)
    tails, heads = [step.tail for step in steps], [step.head for step in steps]
    adjoints, old, new = before.adjoints(heads), before.tangents(tails), after.tangents(tails)
    change = after.total - before.total
    if adjoints is not None and new is not None and _same_components(made):
        parts = [_through(made.after, new, step, adjoints) for step in steps]
        change = checked(in_order(parts, 0 * change))
    alone: list[Number | None] = [None] * len(made.edits)
    if adjoints is not None and old is not None and not before.between.loops:
        alone = [_alone(made.before, edit, old, adjoints) for edit in made.edits]
    return [_record(edit, number) for edit, number in zip(made.edits, alone, strict=True)], change


def _distinct(edits: list[Edit]) -> list[Step]:
    """Return the steps, an edge between two removed nodes once."""
    steps = [step for edit in edits for step in edit.steps]
    old = {step.number: step for step in steps if step.number is not None}
    return [*old.values(), *(step for step in steps if step.number is None)]


def _same_components(made: Edited) -> bool:
    """Return whether the changes make and break no cycle that is collapsed."""
    return made.before.cycles != "collapse" or _components(made.before) == _components(made.after)


def _components(graph: CompiledGraph) -> set[frozenset[int]]:
    """Return the components of more than one node, by ids."""
    topology = graph.topology
    parts = (frozenset(topology.ids[start:stop].tolist()) for start, stop in topology.cyclic.tolist())
    return {part for part in parts if len(part) > 1}


def _through(graph: CompiledGraph, tangents: dict[int, Number], step: Step, adjoints: dict[int, Number]) -> Number:
    """Return tangent · change of the weight · adjoint; inner edges of a collapsed component carry nothing."""
    if graph.cycles == "collapse" and _one_component(graph, step):
        return 0
    before, after = (
        Fraction(weight) if graph.exact and isinstance(weight, float) else weight
        for weight in (step.before, step.after)
    )
    difference = after if before is None else -before if after is None else after - before
    return tangents.get(step.tail, 0) * difference * adjoints.get(step.head, 0)


def _one_component(graph: CompiledGraph, step: Step) -> bool:
    topology = graph.topology
    if max(step.tail, step.head) >= graph.n_nodes:
        return False
    first = topology.representative
    return bool(first[topology.positions[step.tail]] == first[topology.positions[step.head]])


def _alone(graph: CompiledGraph, edit: Edit, tangents: dict[int, Number], adjoints: dict[int, Number]) -> Number | None:
    """Return the change if nothing else were changed; None where that alone makes or breaks a cycle."""
    steps = edit.steps
    if (graph.cycles == "collapse" or edit.what == "add edge") and any(_on_a_cycle(graph, step) for step in steps):
        return None
    if edit.what == "remove node":  # whatever runs through the node, or ends there, enters it by one of these
        steps = tuple([step for step in steps if step.edge[1] == edit.item and step.edge[0] != edit.item])
    parts = (_through(graph, tangents, step, adjoints) for step in steps)
    return checked(in_order(parts, graph.one_and_zero[1]))


def _on_a_cycle(graph: CompiledGraph, step: Step) -> bool:
    """Return whether an edge, there or not, has a way back."""
    if max(step.tail, step.head) >= graph.n_nodes:
        return False
    topology = graph.topology
    first = topology.representative
    tail, head = int(first[topology.positions[step.tail]]), int(first[topology.positions[step.head]])
    rows = topology.quotient
    return tail >= head and bool(reached(rows.ptr, rows.heads, np.array([head]))[tail])


def _record(edit: Edit, alone: Number | None) -> Change:
    step = edit.steps[0] if edit.what != "remove node" else None
    return Change(
        what=edit.what,
        item=edit.item,
        weight_before=None if step is None else step.before,
        weight_after=None if step is None else step.after,
        alone=alone,
    )


# -- what is reached


def _reach(made: Edited, source: End) -> tuple[list[Any], list[Any]]:
    """Return the nodes that the source reaches only before (without removed ones), and only after."""
    removed = {edit.item for edit in made.edits if edit.what == "remove node"}
    before, after = _reached_ids(made.before, source), _reached_ids(made.after, source)
    before = np.concatenate([before, np.zeros(len(after) - len(before), dtype=bool)])
    lost, gained = _labels(made.after, before & ~after), _labels(made.after, after & ~before)
    return [node for node in lost if node not in removed], gained


def _reached_ids(graph: CompiledGraph, source: End) -> NDArray[np.bool_]:
    """Return the mask, by id, of the nodes that the source reaches."""
    topology = graph.topology
    rows, first = topology.quotient, topology.representative
    mask = reached(rows.ptr, rows.heads, first[list(seeds_of(graph, source).positions)])
    return mask[first][topology.positions]


def _labels(graph: CompiledGraph, ids: NDArray[np.bool_]) -> list[Any]:
    topology = graph.topology
    return [topology.label(position) for position in sorted(topology.positions[np.flatnonzero(ids)].tolist())]


@dataclass(frozen=True)
class Change:
    """One change that was asked about.

    Attributes
    ----------
    what : {"remove edge", "remove node", "reweight", "add edge"}
    item : edge or node
    weight_before, weight_after : number or None
        Of an edge; None where it is not there.
    alone : number or None
        How the total changes if nothing else is changed; None where a cycle is solved, or where this alone would make
        or break one.
    """

    what: str
    item: Any
    weight_before: Number | None
    weight_after: Number | None
    alone: Number | None
    naming: Naming = field(default=PLAIN, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        named = {"node": self.naming.node(self.item)} if self.what == "remove node" else self.naming.edge(self.item)
        numbers = {name: plain(getattr(self, name)) for name in ("weight_before", "weight_after", "alone")}
        return {"what": self.what, **named, **numbers}

    @property
    def name(self) -> str:
        """The change in words, without numbers."""
        item = node_text(self.item) if self.what == "remove node" else edge_name(self.item)
        return {"add edge": f"with {item}", "reweight": f"with {item} reweighted"}.get(self.what, f"without {item}")

    def __str__(self) -> str:
        if self.what == "add edge":
            return f"{self.name} of {shown(self.weight_after)}"
        if self.what == "reweight":
            return f"with {edge_name(self.item)} of {shown(self.weight_after)} instead of {shown(self.weight_before)}"
        return self.name


@dataclass(frozen=True)
class WhatIf(Result):
    """A total influence before and after changes; in pandas a row for each change.

    Attributes
    ----------
    source, target : node
    before, after, change : number
        The total, and by how much it changes; all other edges keep their weights.
    recounted : number or None
        The total after where the preset's weights (`weights.even`) are counted anew on the changed graph; None where
        that makes no difference.
    changes : list of Change
        One by one.
    no_longer_reached, newly_reached : list of nodes
        What the source reaches only before (removed nodes left out), and only after.
    new_nodes : list
        Nodes that an added edge brought.
    edge_meaning, weight_meaning, node_meaning : str
    ends : pair of Side
        Where the two totals are, for their certificates.
    """

    source: Any
    target: Any
    before: Number
    after: Number
    change: Number
    recounted: Number | None
    changes: list[Change]
    no_longer_reached: list[Any]
    newly_reached: list[Any]
    new_nodes: list[Any]
    edge_meaning: str
    weight_meaning: str
    node_meaning: str
    ends: tuple[Side, Side] = field(repr=False, compare=False)
    naming: Naming = field(default=PLAIN, repr=False, compare=False)

    @property
    def n_paths_before(self) -> int | None:
        """How many paths there were, counted when this is asked for; None where a cycle is solved."""
        return self.ends[0].n_paths

    @property
    def n_paths(self) -> int | None:
        """How many paths there are still."""
        return self.ends[1].n_paths

    @property
    def certificates(self) -> tuple[Certificate | None, Certificate | None]:
        """What is proven about the total before and the total after."""
        before, after = self.ends
        return before.certificate, after.certificate

    @property
    def doubts(self) -> list[str]:
        """What a reader should know where rounding can be larger than the change, so that before and after hide it."""
        if not self.change or not isinstance(self.change, (float, complex)):
            return []
        if sum(rough_bound_of(side.sweeps) for side in self.ends) < abs(self.change):
            return []
        bound = change_bound(0.0, (self.before, self.after), self.certificates)
        if not bound or bound < abs(self.change):
            return []
        hidden = (
            f"before and after can be off by {bound:.2g} together, more than the change, which is computed by itself; "
            "exact=True (--exact) has no error."
        )
        return [doubt(0, bound) or hidden] if bound == float("inf") else [hidden]

    @property
    def relative(self) -> Number | None:
        """The change as a part of the total before; None where that is 0."""
        return self.change / self.before if self.before else None

    @property
    def alone(self) -> Number | None:
        """What the changes would add up to, each alone; None where one of them has no such number."""
        parts = [change.alone for change in self.changes if change.alone is not None]
        return sum(parts, start=0 * self.change) if len(parts) == len(self.changes) else None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        numbers = ("before", "after", "change", "relative", "recounted", "n_paths_before", "n_paths")
        nodes = ("no_longer_reached", "newly_reached", "new_nodes")
        return {
            **self.naming.ends(self.source, self.target),
            "edge_meaning": self.edge_meaning,
            "weight_meaning": self.weight_meaning,
            **{name: plain(getattr(self, name)) for name in numbers},
            "certificates": [None if one is None else one.to_dict() for one in self.certificates],
            "changes": [change.to_dict() for change in self.changes],
            **{name: self.naming.listed(getattr(self, name)) for name in nodes},
        }

    def _frame(self) -> Frame:
        return Frame([change.to_dict() for change in self.changes])

    def _sheet(self) -> Sheet:
        numbers = [[name, shown(getattr(self, name))] for name in ("before", "after", "change")]
        alone = ([str(change), "" if change.alone is None else shown(change.alone)] for change in self.changes)
        return ["", column_title(self.weight_meaning)], [*numbers, *alone], first_line(self)

    def __repr__(self) -> str:
        return f"<what if: {shown(self.before)} becomes {shown(self.after)}, change {shown(self.change)}>"

    def __str__(self) -> str:
        return what_if_text([self])
