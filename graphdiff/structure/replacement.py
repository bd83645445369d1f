"""`replacement_scores`: how much of what reaches the logits of an attribution graph is explained, how much is error.

The two scores are circuit-tracer's: influence by the preset `normalised`, which counts what speaks for a logit and what
speaks against it alike. Beside them stands the signed account, for and against, of which absolute values say nothing.

References
----------
M. Hanna, M. Piotrowski et al., circuit-tracer, ``compute_graph_scores`` in ``circuit_tracer/graph.py``. E. Ameisen et
al., "Circuit Tracing: Revealing Computational Graphs in Language Models", Transformer Circuits Thread, 2025.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Unpack

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import CycleError, UsageError, ValueOverflowError, WeightError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import LEAVES, Seeds, seeds_of
from graphdiff.graph.measured import is_attribution
from graphdiff.graph.options import takes_options
from graphdiff.graph.presets import normalised, parts_of_heads
from graphdiff.graph.topology import Topology
from graphdiff.remedies import Call, Remedy
from graphdiff.sums.influence import reverse
from graphdiff.text.numbers import percent, plain, shown, signed
from graphdiff.text.sentences import how_many
from graphdiff.text.tables import Result, Sheet, hanging

__all__ = ["Drive", "ReplacementScores", "replacement_scores", "scores_where_known"]


@dataclass(frozen=True)
class Drive:
    """What the nodes of one kind do to the logits, one unit from each of them.

    Attributes
    ----------
    n_nodes : int
    influence : number
        By the normalised weights: circuit-tracer's, added up.
    total : number
        By the signed weights.
    positive, negative : number
        Its sum over the paths that speak for the logits, and over those that speak against them.
    """

    n_nodes: int
    influence: Number
    total: Number
    positive: Number
    negative: Number

    def __str__(self) -> str:
        return f"{signed(self.total)} reaches the logits, {signed(self.positive)} for, {shown(self.negative)} against"


@dataclass(frozen=True, repr=False)
class ReplacementScores(Result):
    """What `replacement_scores` returns; in pandas a Series.

    Attributes
    ----------
    replacement : number or None
        Tokens' part of the influence that tokens and errors have on the logits; None where neither has any.
    completeness : number or None
        The part that is no error of what enters all nodes, each counted by its influence; None where there is none.
    tokens, errors : Drive
        What they do to the logits: its `influence`, and the signed account.
    pruned : mapping or None
        How the file says that it was pruned: then the scores are of what is left.
    """

    replacement: Number | None
    completeness: Number | None
    tokens: Drive
    errors: Drive
    pruned: Any = None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        drives = {"tokens": self.tokens, "errors": self.errors}
        return {
            "replacement": plain(self.replacement),
            "completeness": plain(self.completeness),
            **{kind: {name: plain(value) for name, value in vars(drive).items()} for kind, drive in drives.items()},
            "pruned": self.pruned,
        }

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield the lines of a report, each with its name."""
        yield "replacement", f"{_part(self.replacement)}: tokens' part of what tokens and errors do, by influence"
        yield "completeness", f"{_part(self.completeness)} of what enters nodes, by influence, is no error"
        yield "", self.scope()
        for kind, drive in (("tokens", self.tokens), ("errors", self.errors)):
            yield kind, f"{how_many(drive.n_nodes, kind)}, one unit each: {drive}" if drive.n_nodes else "none"

    def scope(self) -> str:
        """Return what the scores are of."""
        was = "it was pruned," if self.pruned else "if it was pruned,"
        return f"circuit-tracer's scores, of the file as it is: {was} those of the whole graph are others"

    def line(self) -> str:
        """Return both scores in a line."""
        return f"replacement {_part(self.replacement)}, completeness {_part(self.completeness)}: {self.scope()}."

    def _sheet(self) -> Sheet:
        return ["", ""], self.rows(), self.line().partition(":")[0]

    def __str__(self) -> str:
        lines = (line for name, text in self.rows() for line in hanging(f"  {name:<12}  ", text))
        return "\n".join(["How much of what reaches the logits is explained", *lines])

    def __repr__(self) -> str:
        return f"<ReplacementScores: {self.line().partition(':')[0]}>"


def _part(part: Number | None) -> str:
    return percent(part, ".1f", "not known")


@takes_options
def replacement_scores(
    graph: nx.DiGraph | CompiledGraph,
    **options: Unpack[CompileOptions],
) -> ReplacementScores:
    """Say how much of what reaches the logits of an attribution graph comes from tokens, and how much from errors.

    An error node is what the transcoders do not reconstruct: nothing explains what it does. The logits count by their
    probabilities (`LEAVES`).

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
        Its nodes have a ``kind``, as `read` gives it: ``"token"``, ``"feature"``, ``"error"`` or ``"logit"``. Of
        compiled graphs those that were saved have one.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    ReplacementScores
        ``replacement`` and ``completeness``, circuit-tracer's; and of ``tokens`` and ``errors`` the signed account.

    Raises
    ------
    UsageError
        If the nodes have no ``kind``, or cycles are collapsed: a component has several nodes.
    WeightError
        If a weight is missing or no real number.
    CycleError
        If a cycle leads to the logits and the graph's policy is ``"raise"``.

    References
    ----------
    circuit-tracer, ``compute_graph_scores``, of which this is the sum; its matrix is clamped where absolute weights
    that enter a node add up to less than 1e-10.

    Examples
    --------
    >>> G = nx.DiGraph(edge_meaning="drives")
    >>> G.add_nodes_from([("a", {"kind": "token"}), ("e", {"kind": "error"}), ("f", {"kind": "feature"})])
    >>> G.add_node("y", kind="logit", leaf=0.5)
    >>> G.add_weighted_edges_from([("a", "f", 3.0), ("e", "f", -1.0), ("f", "y", 2.0), ("a", "y", -2.0)])
    >>> scores = replacement_scores(G)
    >>> scores.replacement, scores.completeness
    (0.875, 0.95)
    >>> scores.tokens.total, scores.tokens.positive, scores.tokens.negative
    (2.0, 3.0, -1.0)
    """
    ready = compiled(graph, options)
    kinds = _kinds(graph, ready.topology)
    if ready.cycles == "collapse" and len(ready.topology.cyclic):
        raise UsageError(
            "scores are of nodes, and a component with a cycle that is collapsed has several",
            Remedy(Call("cycles", "solve"), "sums the walks of its nodes"),
        )
    seeds = seeds_of(ready, LEAVES)
    weights = parts_of_heads(ready.topology, ready.weights, ready.cycles, ready.exact)
    leading = reverse(ready.reweighted(weights, normalised.name), LEAVES).array
    influences = leading - _at(seeds, ready)
    sums = (influences, reverse(ready, LEAVES).array, reverse(ready.absolute, _sizes(seeds, ready.topology)).array)
    tokens, errors = (_drive(np.flatnonzero(kinds == kind), *sums) for kind in ("token", "error"))
    both, all_of_it = tokens.influence + errors.influence, _sum(leading)
    return ReplacementScores(
        replacement=tokens.influence / both if both else None,
        # What errors drive is their influence: the sum of what they enter, each node by its own influence.
        completeness=1 - errors.influence / all_of_it if all_of_it else None,
        tokens=tokens,
        errors=errors,
        pruned=graph.graph.get("pruned") if isinstance(graph, nx.Graph) else ready.topology.about.get("pruned"),
    )


def scores_where_known(graph: Any, options: CompileOptions) -> ReplacementScores | None:
    """Return the scores of an attribution graph by its own weights, for a report; None of all else.

    Examples
    --------
    >>> scores_where_known(nx.DiGraph([("a", "b")]), {}) is None
    True
    """
    if not isinstance(graph, nx.Graph) or not is_attribution(graph) or options.get("weight", "weight") != "weight":
        return None
    try:
        return replacement_scores(graph, **options)
    except (WeightError, CycleError, ValueOverflowError):  # of which a report that counts paths need not speak
        return None


def _kinds(graph: Any, topology: Topology) -> NDArray[Any]:
    """Return the kind of each node, by position."""
    if isinstance(graph, nx.Graph):
        known = dict(graph.nodes(data="kind"))
        kinds = [known[label] for label in topology.labels]
    else:
        column = topology.node_attributes.get("kind")
        kinds = [] if column is None else [column[number] for number in topology.ids.tolist()]
    if not {"token", "error", "logit"} & set(kinds):
        raise UsageError(
            "no node has the kind token, error or logit: replacement scores are of attribution graphs, as "
            "graphdiff.read makes them; of compiled graphs only saved ones know it"
        )
    return np.array(kinds, dtype=object)


def _at(seeds: Seeds, graph: CompiledGraph) -> NDArray[Any]:
    """Return what is put in at each position."""
    put_in = {place: arithmetic.finished(number) for place, number in seeds.at(graph.one_and_zero[0]).items()}
    return arithmetic.as_array([put_in.get(place, 0) for place in range(graph.n_nodes)])


def _sizes(seeds: Seeds, topology: Topology) -> dict[Any, Number]:
    numbers = seeds.sizes.numbers or [1] * len(seeds.positions)
    return {topology.label(place): number for place, number in zip(seeds.positions, numbers, strict=True)}


def _drive(places: NDArray[Any], influences: NDArray[Any], totals: NDArray[Any], sizes: NDArray[Any]) -> Drive:
    influence, total, size = (_sum(numbers[places]) for numbers in (influences, totals, sizes))
    half = arithmetic.half
    return Drive(len(places), influence, total, half(size + total), half(total - size))


def _sum(numbers: NDArray[Any]) -> Number:
    return sum(numbers.tolist())
