"""`diagnose`: what a question costs before it is asked, and what its answer hangs on.

Counts, lengths and bottlenecks come from sweeps with proven bounds (`graphdiff.sets.counts`), so that neither depth nor
the number of paths matters; exact numbers of any size are counted when they are asked for. A cycle is never refused:
each component with one counts as one node, and the report names it.

What was read: a graph's size, what its edges say and carry, its roots and leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from typing import Any, Unpack, cast

import networkx as nx
import numpy as np

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import LimitError, UsageError, count_text, edge_text
from graphdiff.graph.attributes import drawing_names
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, Progress, compiled, counted
from graphdiff.graph.ends import LEAVES, ROOTS, Boundary, End, Seeds, lacks, seeds_of, titled, units
from graphdiff.graph.intake import edge_data
from graphdiff.graph.options import takes_options
from graphdiff.graph.presets import WEIGHTS, Preset
from graphdiff.operations.ends import is_float
from graphdiff.operations.network import Operations
from graphdiff.remedies import Keyword
from graphdiff.sets.counts import Census, Count, Sums, first_of
from graphdiff.sets.lengths import Cost, Lengths, Passage, Passages, lengths_of, passages_of
from graphdiff.showing import and_more
from graphdiff.structure.arrays import ArrayDiagnosis
from graphdiff.structure.gradients import GradientFlow, gradient_flow
from graphdiff.structure.replacement import ReplacementScores, scores_where_known
from graphdiff.sums.between import Between, restriction
from graphdiff.text.names import PLAIN, Naming, node_text
from graphdiff.text.numbers import percent, plain, shown
from graphdiff.text.sentences import how_many, words_for
from graphdiff.text.tables import Axis, Column, Result, Sheet, hanging, in_columns

__all__ = ["Diagnosis", "EdgeAttribute", "Overview", "diagnose", "overview_of"]


#: The meanings of an edge under which a weight is a derivative.
COMPUTATIONS = ("feeds", "causes", "unknown")

#: Into how many stages `progress` divides the work.
STAGES = 4

#: How many names a line of a report lists.
SHOWN = 5


@dataclass(frozen=True, repr=False)
class Diagnosis(Result):
    """What lies between two ends, counted without listing a path.

    In pandas a Series of the number of paths of each length, where they were counted by length; `gradient_flow` has
    the layers of the gradient.

    Attributes
    ----------
    source, target : node, list of nodes, mapping of node to seed, ROOTS, LEAVES or None
        The ends; None stands for all roots, or all leaves.
    edge_meaning, node_meaning : str
        What an edge says, and what nodes are called.
    n_nodes, n_edges : int
        How many lie between, the ends among them. A component with a cycle counts as one node, and the edges within
        it do not count.
    paths : Count
        How many there are; `n_paths` is the exact number, however large, counted when it is asked for.
    lengths : Lengths or None
        None where there is no path.
    passages : Passages
        The node and the edge that most paths use, and those that every path uses.
    cost : Cost
        What each method pays.
    cycles : tuple of tuples of nodes
        The members of each component with a cycle on the way.
    swapped : bool
        Whether there is no path between the two ends, but one the other way round.
    overview : Overview or None
        What was read, where no end was given.
    gradient_flow : GradientFlow or None
        How the size of the adjoint changes with the distance from the target, where a path leads to a target and
        the edges carry derivatives.
    together : bool
        Whether a source and a target are two nodes of one cycle: as that counts as one node, what leads from one to the
        other is counted as one empty path (`graphdiff.routes` has more).
    scores : ReplacementScores or None
        Of an attribution graph, where no end was given: how much of what reaches the logits is explained.
    lacking : tuple of ROOTS, LEAVES
        Of an attribution graph without tokens, or without logits: what is then counted from, or to, is any node that
        nothing enters, or that nothing leaves.
    """

    source: Any
    target: Any
    edge_meaning: str
    node_meaning: str
    n_nodes: int
    n_edges: int
    paths: Count = field(repr=False)
    lengths: Lengths | None
    passages: Passages
    cost: Cost
    cycles: tuple[tuple[Any, ...], ...]
    swapped: bool
    overview: Overview | None
    gradient_flow: GradientFlow | None
    together: bool = False
    scores: ReplacementScores | None = None
    lacking: tuple[Boundary, ...] = ()
    naming: Naming = field(default=PLAIN, repr=False, compare=False)

    @property
    def n_paths(self) -> int:
        """How many paths there are, exactly."""
        return self.paths.exact

    def to_dict(self) -> dict[str, Any]:
        """Return all figures; a count of more than 4,300 digits as hexadecimal text."""
        passages, naming = self.passages, self.naming
        return {
            **naming.ends(self.source, self.target),
            "edge_meaning": self.edge_meaning,
            "node_meaning": self.node_meaning,
            "n_nodes": self.n_nodes,
            "n_edges": self.n_edges,
            "n_paths": plain(self.n_paths),
            "lengths": self.lengths and self.lengths.to_dict(),
            "busiest_node": passages.node and {"node": naming.node(passages.node.label), **_figures(passages.node)},
            "busiest_edge": passages.edge and {**naming.edge(passages.edge.label), **_figures(passages.edge)},
            "bottleneck_nodes": naming.listed(passages.bottleneck_nodes),
            "bottleneck_edges": list(map(naming.edge, passages.bottleneck_edges)),
            "multiply_adds": self.cost.to_dict(),
            "cycles": [{"size": len(members), "members": naming.listed(members)} for members in self.cycles],
            "swapped": self.swapped,
            "together": self.together,
            "overview": self.overview and self.overview.to_dict(),
            "gradient_flow": self.gradient_flow and self.gradient_flow.to_dict(),
            **({} if self.scores is None else {"scores": self.scores.to_dict()}),
        }

    def _frame(self) -> Column:
        histogram = self.lengths.histogram if self.lengths else {}
        if histogram is None:
            raise LimitError(
                "the paths are not counted length by length where edges times longest path is above 10,000,000; "
                "lengths.mean and lengths.std are exact"
            )
        small = max(histogram.values(), default=0) < 2**63
        counts = np.array(list(histogram.values()), dtype=np.int64 if small else object)
        return Column(counts, Axis(histogram, "length", "int64"), "paths")

    def title(self) -> str:
        """Return the question in a line."""
        words = words_for(self.edge_meaning)
        starts, ends = (str(end) if end in self.lacking else words.named(end) for end in (ROOTS, LEAVES))
        if self.overview is not None:
            return f"All paths from {starts} to {ends}"
        start = starts if self.source is None else words.named(self.source)
        end = ends if self.target is None else words.named(self.target)
        return f"Paths from {start} to {end}"

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield the lines of the report, each with its name."""
        words = words_for(self.edge_meaning, node_meaning=self.node_meaning)
        if self.overview is not None:
            yield from self.overview.rows()
        if self.scores is not None:
            yield from self.scores.rows()
        between_text = f"over {how_many(self.n_nodes, words.nodes)} and {how_many(self.n_edges, words.edges)}"
        if self.together:
            yield "paths", "not counted between two nodes of one cycle: why says how they lead to each other"
        else:
            yield "paths", self._no_path() if self.lengths is None else f"{self.paths.told(shown)} {between_text}"
        if self.lengths is not None and not self.together:
            yield from self._path_rows(self.lengths)
        if self.cycles:
            cycles = "; ".join(f"{node_text(frozenset(m))} ({len(m):,})" for m in self.cycles[:SHOWN])
            listed = and_more(cycles, len(self.cycles) - SHOWN)
            yield "cycles", f"{len(self.cycles):,} on the way, each counted as one node: {listed}"
        if self.gradient_flow is not None:
            yield "gradient", self.gradient_flow.verdict()
        elif self.lengths is not None and self.target is not None and self.edge_meaning in COMPUTATIONS:
            yield "gradient", "not known: the edges carry no numbers as weights"

    def _no_path(self) -> str:
        return "none, but there is one the other way: are the ends swapped?" if self.swapped else "none"

    def _path_rows(self, lengths: Lengths) -> Iterator[tuple[str, str]]:
        longest = how_many(lengths.longest, "steps")
        moments = f"mean {lengths.mean:,.6g}, standard deviation {lengths.std:,.6g}"
        alike = lengths.shortest == lengths.longest
        yield "lengths", f"{longest} each" if alike else f"{lengths.shortest:,} to {longest}, {moments}"
        yield "by length", _histogram_text(lengths.histogram)
        passages = self.passages
        if passages.node is not None:
            yield "busiest node", f"{node_text(passages.node.label)} {_share_text(passages.node)}"
        if passages.edge is not None:
            label = passages.edge.label if passages.edge.parallel else passages.edge.label[:2]
            yield "busiest edge", f"{edge_text(label, node_text)} {_share_text(passages.edge)}"
        yield "every path uses", _bottleneck_text(passages)
        cost = self.cost
        yield "multiply-adds", f"naive {cost.steps.told(shown)}, forward {cost.forward:,}, reverse {cost.reverse:,}"
        if cost.forward:
            yield "", f"both sweeps touch each edge once; naive is {cost.ratio_told(_work_text)}"

    def __str__(self) -> str:
        return "\n".join([in_columns([self.title()]), *_rows_text(self.rows()), *self.gradient_lines()])

    def gradient_lines(self) -> list[str]:
        """Return how gradients flow, layer by layer, below the report; nothing where that is not known."""
        flow = self.gradient_flow
        if flow is None:
            return []
        return [f"    {line}" for line in flow.table()] + _rows_text(flow.notes())

    def __repr__(self) -> str:
        number = "not counted" if self.together else self.paths.told(count_text)
        return f"<Diagnosis: {self.title()}: {number} over {how_many(self.n_edges, 'edges')}>"

    def _sheet(self) -> Sheet:
        return ["", ""], self.rows(), self.title()

    def _repr_html_(self) -> str:
        flow = "" if self.gradient_flow is None else self.gradient_flow._repr_html_()
        return super()._repr_html_() + flow


def _rows_text(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Return figures as lines, each behind its name."""
    return [line for name, text in rows for line in hanging(f"  {name:<16}  ", text)]


def _figures(passage: Passage) -> dict[str, Any]:
    return {"n_paths": plain(passage.n_paths), "share": passage.share}


def _work_text(ratio: float) -> str:
    return "as much work" if ratio == 1 else f"{shown(ratio)} times the work"


def _share_text(passage: Passage) -> str:
    share = "> 99.9 %" if 0.9995 <= passage.share < 1 else percent(passage.share, ".1f")
    return f"({passage.count.told(lambda count: how_many(count, 'paths'))}, {share})"


def _bottleneck_text(passages: Passages) -> str:
    nodes, edges = passages.bottleneck_nodes, passages.bottleneck_edges
    listed = [
        and_more(", ".join(map(node_text, nodes[:SHOWN])), len(nodes) - SHOWN),
        and_more(", ".join(edge_text(edge[:2], node_text) for edge in edges[:SHOWN]), len(edges) - SHOWN),
    ]  # edges that have no parallel ones
    return "; ".join(filter(None, listed)) or "nothing but its ends"


def _histogram_text(histogram: dict[int, int] | None) -> str:
    if histogram is None:
        return "not counted: edges times longest path is above 10,000,000"
    if len(histogram) <= 12:
        return ", ".join(f"{length}: {shown(count)}" for length, count in histogram.items())
    most = max(histogram, key=histogram.__getitem__)
    return f"most often {most:,} ({shown(histogram[most])})"


@takes_options
def diagnose(
    graph: nx.DiGraph | CompiledGraph,
    source: End | None = None,
    target: End | None = None,
    *,
    vanishing: float = 1e-6,
    exploding: float = 1e6,
    progress: Progress | None = None,
    **options: Unpack[CompileOptions],
) -> Diagnosis:
    """Say what lies between two ends: paths, their lengths, bottlenecks, costs, cycles; with a target gradient flow.

    Of `Operations` it says what becomes of the gradient between a direction of the inputs and a cotangent of the
    outputs: by depth, module and run, at skips, where it cancels and which entries stop it (an `ArrayDiagnosis`).

    No cycle is refused, whatever `cycles` says: each component with one counts as one node, and is named.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES, optional
        See `graphdiff.total_influence`; of seeds only those of targets count, and for gradients only.
        Without a source the paths start at all roots, without a target they end at all leaves; without both there
        is an overview of what was read, too.
    vanishing, exploding : float
        Gradient flow is flagged where the median of the absolute adjoint at some distance from the target falls
        below, or rises above, so many times what it starts with: 1, or the largest seed of a target.
    progress : callable, optional
        Told ``(stages done, stages)``.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Diagnosis
        Counting needs no weights. Gradient flow is None without a target or a path to it, where the weights are no
        numbers of the graph's own (no edge has a ``weight``, or they are a preset such as `graphdiff.weights.even`),
        and where ``G.graph["edge_meaning"]`` is anything but feeds, causes or unknown.

    Raises
    ------
    UnknownNodeError
        If an end is not in the graph.
    UsageError
        If not 0 < vanishing < 1 < exploding.
    WeightError
        If gradient flow is wanted and some edges have a weight, but not all.

    Examples
    --------
    >>> import networkx as nx
    >>> print(diagnose(nx.MultiDiGraph([("x", "y")] * 3 + [("y", "z")] * 3), "x", "z"))
    Paths from x to z
      paths             9 over 3 nodes and 6 edges
      lengths           2 steps each
      by length         2: 9
      busiest node      y (9 paths, 100.0 %)
      busiest edge      x -> y (key 0) (3 paths, 33.3 %)
      every path uses   y
      multiply-adds     naive 18, forward 6, reverse 6
                        both sweeps touch each edge once; naive is 3 times the work
      gradient          not known: the edges carry no numbers as weights
    """
    _require_limits(vanishing, exploding)
    if isinstance(graph, Operations):
        moving = {} if source is None and not any(is_float(graph.value(name)) for name in graph.inputs) else source
        return cast(Diagnosis, ArrayDiagnosis(graph.contributions(moving, target), (vanishing, exploding)))
    derived = target is not None and _has_derivatives(graph, options)
    as_it_is = derived or isinstance(graph, CompiledGraph)  # weights play no part, and other ones take memory
    read = replace((compiled if as_it_is else counted)(graph, options), cycles="collapse")
    ends = [None if end is None else seeds_of(read, end) for end in (source, target)]
    lacking = tuple(end for end in (ROOTS, LEAVES) if lacks(read, end))
    between = restriction(
        read,
        *(
            units(read, boundary.of(read.topology).tolist()) if end is None and boundary in lacking else end
            for boundary, end in zip((ROOTS, LEAVES), ends, strict=True)
        ),
    )
    census = Census(between)
    lengths, passages = _swept(census, progress or (lambda done, stages: None))
    source, target = titled(read, source, target)
    return Diagnosis(
        source=source,
        target=target,
        edge_meaning=read.edge_meaning,
        node_meaning=read.node_meaning,
        n_nodes=between.n_nodes,
        n_edges=between.n_edges,
        paths=census.n_paths,
        lengths=lengths,
        passages=passages,
        cost=Cost(census.moments[1], between.n_edges, between.n_edges),
        cycles=_cycles(between),
        swapped=not between.n_nodes and _lead_back(between, ends),
        overview=overview_of(graph, census) if ends == [None, None] else None,
        gradient_flow=gradient_flow(replace(between, graph=read), (vanishing, exploding))
        if derived and between.n_nodes
        else None,
        together=_are_together(read, *ends),
        scores=scores_where_known(graph, options) if ends == [None, None] else None,
        naming=read.topology.naming,
        lacking=lacking,
    )


def _are_together(graph: CompiledGraph, sources: Seeds | None, targets: Seeds | None) -> bool:
    """Tell whether a source and a target are two nodes of one component."""
    if sources is None or targets is None:
        return False
    members: dict[int, set[int]] = {}
    for position in sources.positions:
        members.setdefault(graph.anchor(position), set()).add(position)
    return any(members.get(graph.anchor(position), set()) - {position} for position in targets.positions)


def _require_limits(vanishing: float, exploding: float) -> None:
    if not 0 < vanishing < 1 < exploding:
        raise UsageError(
            Keyword("vanishing", vanishing),
            ", ",
            Keyword("exploding", exploding),
            ": 0 < vanishing < 1 < exploding must hold",
        )


def _swept(census: Census, progress: Progress) -> tuple[Lengths | None, Passages]:
    """Return what all paths are, and where they go through, stage by stage."""
    progress(0, STAGES)
    _ = census.before
    progress(1, STAGES)
    lengths = lengths_of(census) if census.between.n_nodes else None
    progress(2, STAGES)
    _ = census.behind
    progress(3, STAGES)
    passages = passages_of(census)
    progress(4, STAGES)
    return lengths, passages


def _lead_back(between: Between, ends: list[Seeds | None]) -> bool:
    """Return whether paths lead from the target to the source, where both are given."""
    return None not in ends and restriction(between.graph, *reversed(ends)).n_nodes > 0


def _cycles(between: Between) -> tuple[tuple[Any, ...], ...]:
    cyclic = between.graph.topology.cyclic
    if not len(cyclic):
        return ()
    labels, ranges = between.graph.topology.labels, cyclic[np.isin(cyclic[:, 0], between.positions)]
    return tuple([tuple(labels[start:stop]) for start, stop in ranges.tolist()])


def _has_derivatives(graph: Any, options: CompileOptions) -> bool:
    """Return whether the weights are the graph's own and, by what an edge means, derivatives."""
    if isinstance(graph, CompiledGraph):
        return graph.edge_meaning in COMPUTATIONS and graph.weight_meaning not in WEIGHTS
    weight = options.get("weight", "weight")
    if weight is None or isinstance(weight, Preset):
        return False
    if not isinstance(graph, nx.Graph):
        return True
    if graph.graph.get("edge_meaning", "unknown") not in COMPUTATIONS:
        return False
    if weight != "weight" or options.get("default_weight") is not None:
        return True
    return any("weight" in data for data in edge_data(graph))


#: How many roots and leaves are kept.
TOP = 10

BLOCK = 1 << 12


@dataclass(frozen=True)
class EdgeAttribute:
    """A numeric attribute of the edges: its range, and how many edges have no number under that name.

    Examples
    --------
    >>> print(EdgeAttribute("weight", 0.5, 3, missing=2))
    weight 0.5 to 3 (2 missing)
    """

    name: str
    smallest: Number
    largest: Number
    missing: int

    def __str__(self) -> str:
        missing = f" ({self.missing:,} missing)" if self.missing else ""
        return f"{self.name} {shown(self.smallest)} to {shown(self.largest)}{missing}"


@dataclass(frozen=True)
class Overview:
    """What was read.

    Attributes
    ----------
    n_nodes, n_edges : int
        As read, every node of a cycle counted.
    edge_meaning, weight_meaning, node_meaning : str
        What an edge and a weight say, and what nodes are called.
    attributes : tuple of EdgeAttribute, or None
        The numeric attributes of the edges; None where the graph was compiled already, or was an array.
    examples : tuple of nodes
        The first, the middle and the last node in topological order.
    n_roots, n_leaves, n_cycles : int
        How many roots and leaves there are, and how many components with a cycle.
    most_from, most_to : tuple of (node, Count)
        The ten roots and leaves with most paths, as `roots` and `leaves` where these are counted.
    """

    n_nodes: int
    n_edges: int
    edge_meaning: str
    weight_meaning: str
    node_meaning: str
    attributes: tuple[EdgeAttribute, ...] | None
    examples: tuple[Any, ...]
    n_roots: int
    n_leaves: int
    n_cycles: int
    most_from: tuple[tuple[Any, Count], ...]
    most_to: tuple[tuple[Any, Count], ...]

    @property
    def roots(self) -> tuple[tuple[Any, int], ...]:
        """The ten roots from which most paths lead to any leaf, and how many; a merged component as a frozenset."""
        return tuple([(root, count.exact) for root, count in self.most_from])

    @property
    def leaves(self) -> tuple[tuple[Any, int], ...]:
        """The ten leaves to which most paths lead from any root, and how many; a merged component as a frozenset."""
        return tuple([(leaf, count.exact) for leaf, count in self.most_to])

    def to_dict(self) -> dict[str, Any]:
        """Return the figures, with attributes, roots and leaves as records."""
        attributes = None
        if self.attributes is not None:
            attributes = [{name: plain(value) for name, value in a.__dict__.items()} for a in self.attributes]
        ends = {
            side: [{"node": PLAIN.node(node), "n_paths": plain(count)} for node, count in tops]
            for side, tops in (("roots", self.roots), ("leaves", self.leaves))
        }
        examples = [str(node) for node in self.examples]
        figures = {name: value for name, value in self.__dict__.items() if not name.startswith("most_")}
        return {**figures, "attributes": attributes, "examples": examples, **ends}

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield the lines of a report."""
        words = words_for(self.edge_meaning, node_meaning=self.node_meaning)
        counts = f"{how_many(self.n_nodes, words.nodes)}, {how_many(self.n_edges, words.edges)}"
        yield "read", f"{counts} ({words.arrow})"
        yield "names", ", ".join(map(node_text, self.examples))
        if self.attributes is not None:
            yield "numbers on edges", "; ".join(map(str, self.attributes)) or "none"
        for side, number, tops in (("roots", self.n_roots, self.most_from), ("leaves", self.n_leaves, self.most_to)):
            listed = ", ".join(f"{node_text(node)} ({count.told(shown)})" for node, count in tops[:SHOWN])
            yield side, f"{number:,}{'; most paths' if number > SHOWN else ''}{': ' if listed else ''}{listed}"


def overview_of(graph: Any, census: Census) -> Overview:
    """Return what was read.

    Parameters
    ----------
    graph : networkx graph, CompiledGraph or array
        As it was given.
    census : Census
        Of the paths from its roots to its leaves.

    Examples
    --------
    >>> from graphdiff.sums.between import restriction
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> graph = CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2])
    >>> overview_of(graph, Census(restriction(graph))).roots
    ((0, 2),)
    """
    between = census.between
    read = between.graph
    topology = read.topology
    places = sorted({0, topology.n_nodes // 2, topology.n_nodes - 1}) if topology.n_nodes else []
    return Overview(
        n_nodes=topology.n_nodes,
        n_edges=topology.n_edges,
        edge_meaning=read.edge_meaning,
        weight_meaning=graph.weight_meaning if isinstance(graph, CompiledGraph) else _weight_meaning(graph),
        node_meaning=read.node_meaning,
        attributes=tuple(_numeric(graph)) if isinstance(graph, nx.Graph) else None,
        examples=tuple([topology.label(place) for place in places]),
        n_roots=len(topology.roots),
        n_leaves=len(topology.leaves),
        n_cycles=len(topology.cyclic),
        most_from=_top(between, between.sources, census.behind, census.exactly_behind),
        most_to=_top(between, between.targets, census.before, census.exactly_before),
    )


def _weight_meaning(graph: Any) -> str:
    return str(graph.graph.get("weight_meaning", "unknown")) if isinstance(graph, nx.Graph) else "unknown"


def _top(
    between: Between, ends: list[int], sums: Sums, exactly: Callable[[list[int]], dict[int, int]]
) -> tuple[tuple[Any, Count], ...]:
    """Return the ends with most paths, by their labels."""

    def counted(places: list[int]) -> list[int]:
        nodes = [ends[place] for place in places]
        numbers = exactly(nodes)
        return [numbers[node] for node in nodes]

    top = first_of(TOP, sums.logs[ends], lambda place: sums.over(ends[place : place + 1]), counted)
    return tuple(
        [(between.label(ends[at]), Count(bounds, partial(_number_at, exactly, ends[at]))) for at, bounds in top]
    )


def _number_at(exactly: Callable[[list[int]], dict[int, int]], node: int) -> int:
    return exactly([node])[node]


def _numeric(graph: nx.Graph) -> Iterator[EdgeAttribute]:
    """Yield the attributes that are a number on some edge."""
    data, left_out = edge_data(graph), drawing_names(graph)
    for name, values in _columns(data).items():
        kinds = set(map(type, values))
        real = {kind for kind in kinds if issubclass(kind, arithmetic.REAL) and kind is not bool}
        if kinds != {int}:
            numbers = (value for value in values if type(value) in real) if real else ()
            values = [arithmetic.plain(number) for number in numbers if arithmetic.is_finite(number)]
        if values and name not in left_out:
            yield EdgeAttribute(str(name), min(values), max(values), len(data) - len(values))


def _columns(data: Sequence[Mapping[Any, Any]]) -> dict[Any, list[Any]]:
    """Return the values under each name, taken in blocks that stay in the processor's caches."""
    columns: dict[Any, list[Any]] = {}
    for start in range(0, len(data), BLOCK):
        block = data[start : start + BLOCK]
        for name in dict.fromkeys(chain.from_iterable(block)):
            columns.setdefault(name, []).extend([row[name] for row in block if name in row])
    return columns
