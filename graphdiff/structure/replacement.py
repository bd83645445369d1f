"""`replacement_scores`: how much of what reaches the logits of an attribution graph is explained, how much is error.

The two scores are circuit-tracer's: influence by the preset `normalised`, which counts what speaks for a logit and what
speaks against it alike. Beside them stands the signed account, for and against, of which absolute values say nothing.
The scores are the same under `per_activation`, which divides all that enters a node by one number; the account is then
in the logits' unit, and so it is in reports, where all activations are known.

References
----------
M. Hanna, M. Piotrowski et al., circuit-tracer, ``compute_graph_scores`` in ``circuit_tracer/graph.py``. E. Ameisen et
al., "Circuit Tracing: Revealing Computational Graphs in Language Models", Transformer Circuits Thread, 2025.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Unpack

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import CycleError, UsageError, ValueOverflowError, WeightError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import LEAVES, Seeds, seeds_of
from graphdiff.graph.intake import told_of_nodes
from graphdiff.graph.measured import is_attribution, kinds_by_position
from graphdiff.graph.options import takes_options
from graphdiff.graph.presets import normalised, parts_of_heads, per_activation
from graphdiff.graph.topology import Topology
from graphdiff.remedies import Call, Remedy
from graphdiff.sums.influence import reverse
from graphdiff.text.numbers import percent, plain, shown, signed
from graphdiff.text.tables import Result, Sheet, hanging

__all__ = ["Drive", "ReplacementScores", "replacement_scores", "scores_where_known"]


#: What circuit-tracer's formula does with nodes that have no share of errors as nothing enters them.
WHOLE = "tokens and errors, which nothing enters, count as wholly complete"


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

    def text(self, weights: str) -> str:
        """Return how many they are and what they do, by what the weights are."""
        if not self.n_nodes:
            return "none"
        account = f"{signed(self.positive)} for, {shown(self.negative)} against"
        if weights == per_activation.name:
            return f"{self.n_nodes:,}: of the logits {signed(self.total)} ({weights}), {account}"
        return f"{self.n_nodes:,}, one unit each: {signed(self.total)} reaches the logits, {account}"


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
    weights : str
        What the weights of the signed account are; "per-activation" where it is in the logits' unit.
    """

    replacement: Number | None
    completeness: Number | None
    tokens: Drive
    errors: Drive
    pruned: Any = None
    weights: str = "weight"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        drives = {"tokens": self.tokens, "errors": self.errors}
        return {
            "replacement": plain(self.replacement),
            "completeness": plain(self.completeness),
            **{kind: {name: plain(value) for name, value in vars(drive).items()} for kind, drive in drives.items()},
            "pruned": self.pruned,
            "weights": self.weights,
        }

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield the lines of a report, each with its name."""
        yield "replacement", f"{_part(self.replacement)}: tokens' part of what tokens and errors do, by influence"
        yield "completeness", f"{_part(self.completeness)} of what enters nodes, by influence, is no error; {WHOLE}"
        yield "", self.scope()
        for kind, drive in (("tokens", self.tokens), ("errors", self.errors)):
            yield kind, drive.text(self.weights)

    def scope(self) -> str:
        """Return what the scores are of."""
        was = "it was pruned," if self.pruned else "if it was pruned,"
        nothing_left = "" if self.errors.n_nodes else "the file has no errors: nothing counts as unexplained; "
        return f"{nothing_left}circuit-tracer's scores, of the file as it is: {was} those of the whole graph are others"

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
        Its nodes have a ``kind``, as `read` gives it: ``"token"``, ``"feature"``, ``"error"`` or ``"logit"``; those
        of a compiled graph where it was made of an attribution graph, or with ``with_attributes``, also saved.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already. With ``weight=per_activation`` of
        `graphdiff.weights` the scores are the same, and the account is in the logits' unit.

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
    about = graph.graph if isinstance(graph, nx.Graph) else ready.topology.about
    return _scored(ready, _kinds(graph, ready.topology), about.get("pruned"))


def scores_where_known(
    graph: Any, options: CompileOptions, ready: CompiledGraph | None = None
) -> ReplacementScores | None:
    """Return the scores of an attribution graph for a report, the account by `per_activation` where it can; else None.

    Parameters
    ----------
    graph : networkx.DiGraph, or whatever is given
    options : mapping
        Those of `graphdiff.compile`.
    ready : CompiledGraph, optional
        The same graph compiled already: taken in place of compiling it anew where it has its own weights.

    Examples
    --------
    >>> scores_where_known(nx.DiGraph([("a", "b")]), {}) is None
    True
    """
    weight = options.get("weight", "weight")
    if not isinstance(graph, nx.Graph) or not is_attribution(graph) or weight not in ("weight", per_activation):
        return None
    is_own = ready is not None and ready.weight_meaning == graph.graph.get("weight_meaning", "weight")
    try:
        own = ready if is_own and ready is not None else compiled(graph, {**options, "weight": "weight"})
        return _scored(_in_the_logits_unit(own, graph), _kinds(graph, own.topology), graph.graph.get("pruned"))
    except (
        UsageError,
        WeightError,
        CycleError,
        ValueOverflowError,
    ):  # of which a report that counts paths need not speak
        return None


def _in_the_logits_unit(own: CompiledGraph, graph: nx.DiGraph) -> CompiledGraph:
    """Return the graph by `per_activation`; as it is where an activation is not known."""
    told = told_of_nodes(graph, per_activation.told_of_nodes)
    try:
        return replace(own, topology=replace(own.topology, node_attributes=told)).with_preset(per_activation)
    except (WeightError, ValueOverflowError):
        return own


def _scored(ready: CompiledGraph, kinds: NDArray[Any], pruned: Any) -> ReplacementScores:
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
        pruned=pruned,
        weights=ready.weight_meaning,
    )


def _kinds(graph: Any, topology: Topology) -> NDArray[Any]:
    """Return the kind of each node, by position."""
    kinds = kinds_by_position(topology, graph if isinstance(graph, nx.DiGraph) else None)
    if not {"token", "error", "logit"} & set(kinds.values()):
        raise UsageError(
            "no node has the kind token, error or logit: replacement scores are of attribution graphs, as "
            "graphdiff.read makes them; of compiled graphs those that are made of one, or saved, know it"
        )
    return np.array([kinds.get(place) for place in range(topology.n_nodes)], dtype=object)


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
    return arithmetic.in_order(numbers.tolist())
