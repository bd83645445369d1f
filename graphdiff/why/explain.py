"""`explain`: one total taken apart, from one forward and one reverse sweep.

What it is made of (paths, edges, nodes), how concentrated it is, how far it can be trusted, and, where it is 0,
which zero it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, Overflow
from functools import cached_property
from itertools import accumulate, islice
from typing import Any, Unpack, cast

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import CycleError, UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import ROOTS, Boundary, End, titled
from graphdiff.graph.measured import asks_costs
from graphdiff.graph.options import takes_options
from graphdiff.graph.presets import unit
from graphdiff.operations.network import Operations
from graphdiff.paths.paths import Path, Paths, path_record
from graphdiff.paths.strongest import strongest
from graphdiff.profiles.spent import spent_for
from graphdiff.remedies import Keyword
from graphdiff.sums.between import Between, between_ends
from graphdiff.sums.certificate import Certificate, is_bounded
from graphdiff.sums.flow import Contributions, Flow, Shares, flow_through, path_entropy
from graphdiff.sums.results import largest_first
from graphdiff.sums.straight import straight
from graphdiff.sums.sweeps import checked, forward_values
from graphdiff.text.names import Edge
from graphdiff.text.numbers import percent, plain, shorten, shown
from graphdiff.text.requirements import edge_record
from graphdiff.text.sentences import how_many, words_for
from graphdiff.text.tables import NAME, Result, Sheet
from graphdiff.why.cancellation import Cancellation, cancellation
from graphdiff.why.conditions import Condition
from graphdiff.why.drivers import Driver, bfloat16_digits, drivers
from graphdiff.why.report import _is_real, _share, beside_text, explanation_text
from graphdiff.why.routes import Routes
from graphdiff.why.unexplained import FromErrors, from_errors
from graphdiff.why.ways import SHORTEST, Direct, Swept, Ways
from graphdiff.why.zero import zero_reason

#: How many strongest paths an explanation keeps.
STRONGEST = 10

#: Between several ends records have the fewest edges that carry it all up to so many ends times edges.
MAX_CUT = 1_000_000

#: What may be refused, in the order in which it is computed where that is done at once.
PARTS = (
    "certificate", "edge_contributions", "effective_paths", "strongest", "node_contributions", "cancellation", "place",
    "zero",
)  # fmt: skip


@takes_options
def explain(
    graph: nx.DiGraph | CompiledGraph,
    source: End | None = None,
    target: End | None = None,
    **options: Unpack[CompileOptions],
) -> Explanation:
    """Take the total influence of `source` on `target` apart.

    Of a profile without other weights it says how much of what the target costs is spent for the source, measured on
    stacks or as far as the file's calls tell: a `Spent`. Of `Operations` it says what passes each edge for a direction
    of the inputs and a cotangent of the outputs, the two ends: an `ArrayFlow`.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        See `graphdiff.total_influence`; a source of None is one unit at every root. Of a profile one end may be
        given alone: the function of which it is asked what it costs.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Explanation, of a profile Spent, of Operations ArrayFlow

    Raises
    ------
    UnknownNodeError, WeightError, CycleError, SameComponentError, ValueOverflowError
        As `graphdiff.total_influence`.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> why = explain(G, "b", "e")
    >>> why.total, why.n_paths, round(why.effective_paths, 2)
    (5, 2, 1.96)
    """
    if isinstance(graph, Operations):
        return cast(Explanation, graph.contributions(source, target))
    given = graph if isinstance(graph, nx.Graph) else None
    if asks_costs(graph, options):
        source, target = (None, source) if target is None else (source, target)
        return cast(Explanation, spent_for(graph, source, target))  # which graphs are profiles no type says
    if target is None:
        raise UsageError("explain asks how one node rests on another: give a ", Keyword("target"), ", or LEAVES")
    ready = compiled(graph, options)
    if (known := straight(ready, source, target)) is not None:
        first, last = titled(ready, source, target)
        return Explanation(first, last, Direct(ready, source, target, given, known))
    return explain_each([ready], source, target, given)[0]


def explain_each(
    graphs: Iterable[CompiledGraph], source: End | None, target: End, given: nx.DiGraph | None = None
) -> list[Explanation]:
    """Take the same total apart under several weightings; in graphs of one shape what lies between is shared.

    Parameters
    ----------
    graphs : iterable of CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS, LEAVES or None
    given : networkx.DiGraph, optional
        What they were compiled from: it says what each edge asks for.

    Examples
    --------
    >>> from graphdiff.graph.presets import even
    >>> G = CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2])
    >>> [why.total for why in explain_each([G, G.with_preset(even)], 0, 2)]
    [2, 1.0]
    """
    shapes: dict[tuple[int, str], Ways] = {}
    explanations = []
    for graph in graphs:
        shape = id(graph.topology), graph.cycles
        if shape not in shapes:
            shapes[shape] = Ways.of(graph, source, target, given)
        ways = shapes[shape]
        between = ways.between if ways.between.graph is graph else ways.between.weighed(graph)
        first, last = titled(graph, source, target)
        explanations.append(Explanation(first, last, Swept(ways, between, flow_through(between))))
        explanations[-1]._require_sound()
    return explanations


@dataclass(frozen=True, eq=False, repr=False)
class Explanation(Result):
    """One total influence and what it is made of.

    What it is made of is computed when it is first asked for, and once.

    Attributes
    ----------
    source, target : node, list of nodes, mapping of node to seed, ROOTS, LEAVES or None
        The ends as they were given; a source of None stands for all roots.
    basis : Swept or Direct
        What lies between, and what is known of it.
    """

    source: Any
    target: Any
    basis: Swept | Direct

    @property
    def ways(self) -> Ways:
        """What lies between whatever the weights."""
        return self.basis.ways

    @property
    def part(self) -> Between:
        """What lies between the ends."""
        return self.basis.part

    @property
    def sweeps(self) -> Flow:
        """One forward and one reverse sweep through it."""
        return self.basis.sweeps

    def _require_sound(self) -> None:
        """Raise now what a part could be refused for; cheap where a look at the weights rules that out."""
        _ = self.total
        if is_bounded(self.part, self.sweeps):
            parts: tuple[str, ...] = () if self.part.n_nodes else ("zero",)
        else:
            _, parts = self.sweeps.adjoints, PARTS
        for name in parts:
            getattr(self, name)

    @property
    def total(self) -> Number:
        """The total influence."""
        return self.basis.total

    @cached_property
    def direct(self) -> Number:
        """The sum of the edges from a source to a target that carry, times their seeds: a collapsed loop has none."""
        graph = self.sweeps.graph
        entering, leaving = (seeds.at(1) for seeds in (self.sweeps.starts, self.sweeps.ends))
        starts, ends = (np.fromiter(seeds, dtype=np.int64, count=len(seeds)) for seeds in (entering, leaving))
        rows = self.sweeps.rows
        places, bounds = rows.places(starts)
        tails, heads = np.repeat(starts, np.diff(bounds)), rows.heads[places]
        hits = np.flatnonzero(np.isin(heads, ends))
        weights = arithmetic.listed(arithmetic.taken(graph.weights, rows.edges_at(places[hits])))
        steps = zip(tails[hits].tolist(), weights, heads[hits].tolist(), strict=True)
        direct = (weight * entering[tail] * leaving[head] for tail, weight, head in steps)
        return arithmetic.finished(arithmetic.in_order(direct, graph.one_and_zero[1]))

    @cached_property
    def empty(self) -> Number:
        """What the empty paths carry: 1 of a node on itself, of nodes that are sources and targets their seeds."""
        leaving = self.sweeps.ends.at(self.sweeps.graph.one_and_zero[0])
        both = (leaving[place] * seed for place, seed in self.sweeps.starts.at(1).items() if place in leaving)
        return arithmetic.finished(arithmetic.in_order(both))

    @cached_property
    def indirect(self) -> Number:
        """What is neither direct nor the empty path."""
        return arithmetic.finished(self.total - self.direct - self.empty)

    @property
    def certificate(self) -> Certificate | None:
        """How far the total can be trusted."""
        return self.basis.certificate

    @property
    def n_paths(self) -> int | None:
        """How many paths there are; None where a cycle is solved (infinitely many walks)."""
        return self.basis.n_paths

    @property
    def lengths(self) -> tuple[int, int] | None:
        """Edges of the shortest and the longest path."""
        return self.ways.lengths

    @property
    def own_lengths(self) -> tuple[int, int | None] | None:
        """Edges of the shortest and of the longest path on the graph as it is; None where that is not known."""
        if self.lengths is None or self.routes is None or not self.routes.nearest:
            return self.lengths
        ways = [path.length for path in self.routes.nearest]
        return (0 if self.ways.n_itself else ways[0]), None if self.routes.n_nearest is None else ways[-1]

    @cached_property
    def effective_paths(self) -> Number | None:
        """The effective number of paths: exp of the entropy of their shares of the sum of absolute influences.

        The number of paths itself where each weighs the same; None of walks so many that even a Decimal cannot say it.
        """
        if self.sweeps.sizes is None:
            return None
        if self.weight_meaning == "unit" and not self.part.loops and not self.part.given_seeds:
            return self.n_paths or None
        entropy = path_entropy(self.sweeps.sizes)
        if entropy is None or entropy < 700:
            return None if entropy is None else math.exp(entropy)
        try:
            return Decimal(entropy).exp()
        except Overflow:
            return None

    @cached_property
    def strongest(self) -> Paths:
        """The ten paths with the largest absolute influence; none where walks do not, or hardly, shrink."""
        if self.sweeps.sizes is None:
            return Paths()
        try:
            return Paths(islice(strongest(self.part), STRONGEST))
        except CycleError:  # exact sums converge that floats cannot tell from others
            return Paths()

    @property
    def shortest(self) -> Paths:
        """The five shortest paths, of one length the strongest first, spread evenly; none where walks go round."""
        return Paths(self.ways.shortest)

    @cached_property
    def routes(self) -> Routes | None:
        """The shortest routes on the graph as it is, where a path of the shortest passes a cycle that is one node."""
        listed = (node for path in (*self.shortest, *self.ways.leading) for node in path.nodes)
        if not (self.merged and any(isinstance(node, frozenset) for node in listed)):
            return None
        as_it_is = replace(self.basis.graph, cycles="solve").with_preset(unit)
        source = ROOTS if self.source is None else self.source
        return Routes(self.source, self.target, between_ends(as_it_is, source, self.target), self.ways.given)

    @property
    def conditions(self) -> list[Condition]:
        """What every path has an edge of: a marker, an extra, a kind; none where the graph as given is not known."""
        return self.ways.conditions

    @cached_property
    def edge_contributions(self) -> Contributions:
        """The part of the total that runs through each edge."""
        return Contributions(self.sweeps.through, self.total, "edge", self.basis.graph.topology)

    @cached_property
    def node_contributions(self) -> Contributions:
        """The part of the total that runs through each node."""
        return Contributions(self.sweeps.nodes, self.total, "node", self.basis.graph.topology)

    @cached_property
    def cancellation(self) -> Cancellation | None:
        """Where paths have both signs, what they sum to, the strongest of each, and where most meets."""
        return cancellation(self.part, self.sweeps)

    @cached_property
    def from_errors(self) -> FromErrors | None:
        """Of an attribution graph what its errors bring besides; None where there are none that are no sources."""
        return from_errors(self.basis.graph, self.ways.given, self.ways.starts, self.target)

    @cached_property
    def drivers(self) -> list[Driver]:
        """Of an attribution graph the tokens and features that anything runs through, for and against."""
        ends = (self.ways.starts.positions, self.ways.ends.positions)
        apart = {each[0] for each in ends if len(each) == 1}
        return drivers(self.basis.graph, self.ways.given, self.sweeps, apart)

    @cached_property
    def bfloat16_digits(self) -> int | None:
        """Of an attribution graph the digits that weights leave which are all bfloat16; None where they are not."""
        return bfloat16_digits(self.basis.graph, self.sweeps)

    @property
    def bottlenecks(self) -> list[Any]:
        """The nodes that every path passes, the ends left out."""
        return self.ways.bottlenecks

    @cached_property
    def place(self) -> tuple[int, int] | None:
        """The target's place by total influence among the nodes that the source reaches, and how many those are.

        A collapsed component counts as one; None where a cycle elsewhere has no value, of symbols, of several targets,
        and from the roots.
        """
        graph = self.basis.graph
        reached = self.ways.reached
        if self.source is None or isinstance(self.source, Boundary) or reached is None:
            return None
        if len(self.ways.ends.positions) != 1:
            return None
        starts, end = self.ways.starts.anchored(graph), graph.anchor(self.ways.ends.positions[0])
        others = reached[~np.isin(reached, starts.positions)]
        if end in starts.positions or not self.part.n_nodes:
            return None
        values = self.sweeps.tangents
        if isinstance(values, list):  # which stand only between the ends
            values = forward_values(graph, starts.at(graph.one_and_zero[0]), among=reached)
        try:
            if isinstance(values, np.ndarray):
                larger = np.count_nonzero(np.abs(values[others]) > abs(values[end]))
            else:
                larger = sum(abs(values[place]) > abs(values[end]) for place in others.tolist())
        except TypeError:  # symbols have no order
            return None
        return int(larger) + 1, len(others)

    @cached_property
    def zero(self) -> str | None:
        """Where the total is 0, why."""
        return None if self.total else zero_reason(self.part, self.sweeps, self.ways.starts, self.ways.ends)

    @property
    def edge_meaning(self) -> str:
        """What an edge says."""
        return self.basis.graph.edge_meaning

    @property
    def weight_meaning(self) -> str:
        """What a weight says."""
        return self.basis.graph.weight_meaning

    @property
    def merged(self) -> list[list[Any]]:
        """The cycles on the way that count as one node each."""
        return self.ways.merged[0]

    @property
    def merged_elsewhere(self) -> list[list[Any]]:
        """The cycles that count as one node each elsewhere among what the source reaches."""
        return self.ways.merged[1]

    @property
    def edge_shares(self) -> Shares:
        """The share of each edge in the total; None where the total is 0."""
        return self.edge_contributions.shares

    @property
    def node_shares(self) -> Shares:
        """The share of each node in the total; None where the total is 0."""
        return self.node_contributions.shares

    @property
    def entropy(self) -> float | None:
        """The entropy, in nats, of the paths' shares of the sum of absolute influences."""
        return None if self.effective_paths is None else float(Decimal(self.effective_paths).ln())

    @property
    def cut(self) -> list[Edge]:
        """The fewest edges that carry the whole total, of several such sets one that paths use but once, if any is."""
        return self.ways.cut

    @property
    def coverage(self) -> list[float]:
        """What part of the sum of absolute influences the strongest paths carry, one after the other."""
        whole = self.certificate.abs_sum if self.certificate else abs(self.whole or 0)
        return list(accumulate(float(abs(path.influence) / whole) for path in self.strongest)) if whole else []

    @property
    def whole(self) -> Number | None:
        """What parts are of in text: the total; where signs mix, the sum of absolute influences, None if infinite."""
        if self.cancellation is not None:
            return self.cancellation.positive - self.cancellation.negative
        return None if self.certificate and self.certificate.abs_sum == math.inf else self.total

    def last_steps(self, k: int | None = None) -> list[tuple[str, Number, float | None]]:
        """Return the nodes that the influence comes through last, each with its contribution and that as a part.

        The largest first, and no more than `k` of them. The part is that of `whole`; into a cycle that has the target
        on it counts as the last step, of several targets each is one. Of symbols and complex numbers there are none.
        """
        topology = self.basis.graph.topology
        if len(self.ways.ends.positions) == 1:
            edges, numbers = self.sweeps.into(self.ways.ends.positions[0])
            return self._parts(topology.tails_of(edges), numbers, topology.node_labels, k)
        positions = self.part.positions
        brought = [
            checked(arithmetic.finished(arithmetic.plain(self.sweeps.tangents[int(positions[node])])) * seed)
            for node, seed in self.part.numbered_stops
        ]
        return self._parts(np.array(self.part.targets, dtype=np.int64), brought, self.part.labels_of, k)

    def first_steps(self, k: int | None = None) -> list[tuple[str, Number, float | None]]:
        """Return the nodes that edges from the sources lead to, each with its contribution and that as a part.

        The largest first, and no more than `k` of them; what a path passes of the sources themselves is no step.
        """
        topology, starts = self.basis.graph.topology, self.ways.starts.positions
        edges, numbers = self.sweeps.out_of(starts)
        heads = topology.heads[edges]
        steps = np.flatnonzero(~np.isin(heads, starts))
        return self._parts(heads[steps], numbers[steps], topology.node_labels, k)

    def _parts(
        self,
        nodes: NDArray[Any],
        numbers: NDArray[Any] | list[Number],
        labels: Callable[[NDArray[Any]], Iterable[Any]],
        k: int | None,
    ) -> list[tuple[str, Number, float | None]]:
        """Return what steps bring, and as parts of `whole`; the largest `k` first."""
        whole = self.whole
        if whole == 0 or not _is_real(self.total):
            return []
        nodes, brought = arithmetic.added_at(nodes, numbers)
        places = np.array(largest_first(brought, k), dtype=np.int64)
        name = self.basis.graph.topology.naming.called
        chosen = zip(labels(nodes[places]), arithmetic.listed(arithmetic.taken(brought, places)), strict=True)
        return [(name(node), number, None if whole is None else float(number / whole)) for node, number in chosen]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; edges as records, only those that carry something."""
        naming = self.basis.graph.topology.naming
        strongest = zip(map(self._path_record, self.strongest), self.coverage, strict=False)
        lengths = self.own_lengths or (None, None)
        return {
            **naming.ends(self.source, self.target),
            "edge_meaning": self.edge_meaning,
            "weight_meaning": self.weight_meaning,
            "total": plain(self.total),
            "direct": plain(self.direct),
            "indirect": plain(self.indirect),
            "n_paths": self.n_paths,
            "shortest": lengths[0],
            "longest": lengths[1],
            "effective_paths": plain(self.effective_paths),
            "entropy": self.entropy,
            "place": None if self.place is None else self.place[0],
            "reached": None if self.place is None else self.place[1],
            "certificate": None if self.certificate is None else self.certificate.to_dict(),
            "zero": self.zero,
            "bottlenecks": naming.listed(self.bottlenecks),
            "cut": self._cut_records(),
            "cancellation": None if self.cancellation is None else self.cancellation.to_dict(),
            **({} if self.from_errors is None else {"from_errors": self.from_errors.to_dict()}),
            **({"drivers": [one.to_dict(naming) for one in self.drivers]} if self.drivers else {}),
            **({} if self.bfloat16_digits is None else {"bfloat16_digits": self.bfloat16_digits}),
            "shortest_paths": self._shortest_records(),
            "conditions": [condition.to_dict() for condition in self.conditions],
            "strongest": [record | {"covered": part} for record, part in strongest],
            "edges": [self._edge_record(edge, number) for edge, number in self.edge_contributions.carrying()],
            "nodes": [
                {"node": naming.node(node), "contribution": plain(number), "share": _share(number, self.total)}
                for node, number in self.node_contributions.carrying()
            ],
            "cycles_merged": list(map(naming.listed, self.merged)),
            "cycles_merged_elsewhere": list(map(naming.listed, self.merged_elsewhere)),
        }

    def _shortest_records(self) -> list[dict[str, Any]]:
        """Return the shortest paths; where they pass cycles that count as one node the routes through these."""
        if self.routes is None:
            return list(map(self._path_record, self.shortest))
        return [self._path_record(path) | {"influence": None} for path in self.routes.nearest[:SHORTEST]]

    def _cut_records(self) -> list[dict[str, Any]] | None:
        """Return the fewest edges that carry it all; None between so many ends that it would take too long."""
        n_ends = len(self.part.sources) + len(self.part.targets) - 1
        if n_ends > 1 and n_ends * self.part.n_edges > MAX_CUT:
            return None
        return [self._edge_record(edge, self.edge_contributions[edge]) for edge in self.cut]

    def _edge_record(self, edge: tuple[Any, ...], number: Number) -> dict[str, Any]:
        record = edge_record(edge, self.ways.given, self.basis.graph.topology.naming)
        return {**record, "contribution": plain(number), "share": _share(number, self.total)}

    def _path_record(self, path: Path) -> dict[str, Any]:
        return path_record(path, self.ways.given)

    def to_pandas(self) -> Any:
        """Return the edge contributions as a pandas Series, largest first."""
        return self.edge_contributions.to_pandas().iloc[largest_first(self.edge_contributions.array)]

    def to_networkx(self) -> nx.DiGraph | nx.MultiDiGraph:
        """Return what `graphdiff.annotate` does of the same question: what `graphdiff.write` draws.

        With what the graph that was given says of nodes and edges, if that has not been changed since.
        """
        given, ready = self.ways.given, self.basis.graph
        sizes = None if given is None else (len(given), given.number_of_edges())
        return annotated(self, given if given is not None and sizes == (ready.n_nodes, ready.n_edges) else ready)

    def beside(self) -> list[str]:
        """Return how many paths make the total, how far it is certain as a sum, and what makes it doubtful."""
        return beside_text(self)

    def __repr__(self) -> str:
        return f"<Explanation: {self._headline()}>"

    def _headline(self) -> str:
        words = words_for(self.edge_meaning).about(self.source, self.target)
        ends = {"source": ROOTS if self.source is None else self.source, "target": self.target}
        named = {name: shorten(words.named(end), NAME) for name, end in ends.items()}
        paths = "walks" if self.n_paths is None else how_many(self.n_paths, "paths")
        return f"{words.relation.format(**named).removesuffix(',')} by {paths}; total {shown(self.total)}"

    def __str__(self) -> str:
        return explanation_text([self], figures=[self])

    def _sheet(self) -> Sheet:
        head, rows, _ = self.strongest._sheet()
        shares = (percent(path.influence / self.total) if self.total else "" for path in self.strongest)
        return [*head, "share"], ([*row, share] for row, share in zip(rows, shares, strict=True)), self._headline()


def annotated(explanation: Explanation, graph: nx.DiGraph | CompiledGraph) -> nx.DiGraph | nx.MultiDiGraph:
    """Return what `graphdiff.annotate` makes of the graph that was explained, without sweeping again.

    From all roots it is the picture of the adjoints, but where edges point at what is needed.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_edge("a", "b", weight=2)
    >>> annotated(explain(G, "a", "b"), G).edges["a", "b"]["contribution"]
    2
    """
    from graphdiff.pictures.annotate import answered, from_end_to_end

    ready = explanation.part.graph
    source = None if explanation.source is ROOTS else explanation.source
    ends = from_end_to_end(ready.edge_meaning, source, explanation.target)
    return answered(graph, ready, ends, None if ends[0] is None else explanation.sweeps)
