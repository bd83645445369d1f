"""What a condition of ``--fail-if`` can be about, verb by verb: a table of names, each with what a result has of it.

In ``compare`` it is what is new, in the other verbs what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from graphdiff.errors import UnknownNodeError, UsageError

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.change.comparison import Comparison
    from graphdiff.change.difference import Difference
    from graphdiff.profiles.comparison import ProfileComparison


#: Where JSON finds, in the context of a verb, which conditions hold and what was allowed.
RECORD = "graphdiff.gate"
#: What conditions on what a profile measured are about: a cost in the file's unit, and as a part.
OF_COSTS = ("total", "share")


@dataclass(frozen=True)
class Answered:
    """What a verb found, and in which graphs: of two the last is the one after.

    Attributes
    ----------
    results : sequence of results
        One for each weighting.
    graphs : sequence of graphs
    """

    results: Sequence[Any]
    graphs: Sequence[nx.DiGraph]

    @property
    def difference(self) -> Difference:
        """The sets in which two graphs differ."""
        first = self.results[0]
        answer: Difference = getattr(first, "difference", first)
        return answer

    def comparisons(self) -> Iterator[Comparison]:
        """Yield the totals of one question in two graphs; none where it has not both ends."""
        from graphdiff.change.comparison import Comparison

        return (result for result in self.results if isinstance(result, Comparison))

    def costs(self) -> Iterator[ProfileComparison]:
        """Yield what a function cost in two profiles."""
        from graphdiff.profiles.comparison import ProfileComparison

        return (result for result in self.results if isinstance(result, ProfileComparison))

    def meant(self, word: str) -> set[Any]:
        """Return the nodes that a word or a pattern means in any of the graphs."""
        from graphdiff.graph.lookup import find_nodes

        nodes: set[Any] = set()
        for graph in self.graphs:
            try:
                nodes.update(find_nodes(graph, word))
            except UnknownNodeError:
                continue
        return nodes

    def licence(self, node: Any, *, before: bool = False) -> str:
        """Return what a node's licence is called; "" where none is known."""
        graph = self.graphs[0 if before else -1]
        return str(graph.nodes[node].get("licence") or "") if node in graph else ""

    def says_licences(self) -> bool:
        """Tell whether any node has a licence in the graphs."""
        return any(licence for graph in self.graphs for _, licence in graph.nodes(data="licence"))


class Absent(NamedTuple):
    """The answer of `why` on a target that is not in the file."""

    target: Any
    n_paths: int = 0
    total: int = 0
    share: int = 0
    weight_meaning: str = "not there"


@dataclass(frozen=True)
class Total:
    """A number that a condition is compared with.

    Attributes
    ----------
    number : number, or None
        None where walks go round a cycle: they have no count.
    by : str
        What it is a total of, or by which weights.
    nodes : tuple of nodes
        What it is about: it does not count where all of these are allowed.
    noise : str
        Why the number can be chance, in words: then no condition holds of it. Empty where it cannot.
    """

    number: Any
    by: str
    nodes: tuple[Any, ...]
    noise: str = ""


#: Things that are counted, each by its nodes: it does not count where all of these are allowed.
Counts = Mapping[str, Callable[[Answered], Iterable[tuple[Any, ...]]]]
Totals = Mapping[str, Callable[[Answered], Iterable[Total]]]
#: The nodes whose names, or licences, are looked at.
Nodes = Callable[[Answered, str], Iterable[Any]]


@dataclass(frozen=True)
class Measures:
    """What conditions of a verb can be about."""

    counts: Counts
    totals: Totals
    texts: Mapping[str, Nodes]

    @property
    def names(self) -> list[str]:
        """Their names, in the order of help."""
        return [*self.counts, *self.totals, *self.texts]


# -- compare


def _ends(end: Any) -> tuple[Any, ...]:
    """Return the nodes of a target; none of all leaves."""
    from graphdiff.text.names import members_of

    nodes = members_of(end)
    return (end,) if nodes is None else tuple(nodes)


def _of_comparison(number: Callable[[Any], Any]) -> Callable[[Answered], Iterator[Total]]:
    def totals(answered: Answered) -> Iterator[Total]:
        yield from (Total(number(c), c.weight_meaning, _ends(c.target)) for c in answered.comparisons())
        for found in answered.costs():
            nodes = () if found.main is None else (found.main,)
            yield Total(number(found), "cost", nodes, found.noise_text if found.is_noise else "")

    return totals


def _gained(comparison: Comparison | ProfileComparison) -> Any:
    from graphdiff.profiles.comparison import ProfileComparison

    if isinstance(comparison, ProfileComparison):
        raise UsageError("--fail-if: a cost is no number of paths; change and relative are of the cost")
    return None if comparison.paths is None else comparison.paths.gained


def _relative(comparison: Comparison | ProfileComparison) -> Any:
    return comparison.relative if comparison.relative is not None else comparison.change and float("inf")


def _appeared(answered: Answered, name: str) -> Iterator[Any]:
    """Yield the nodes that appeared; of licences also those whose licence is another than before."""
    yield from (entry.node for entry in answered.difference.appeared)
    for old, new in answered.difference.common() if name == "licence" else ():
        if answered.licence(new) != answered.licence(old, before=True):
            yield new


# -- why, rank, cycles


def _members(node: Any) -> tuple[Any, ...]:
    """Return a node, or the members of a merged component."""
    return tuple(node) if isinstance(node, frozenset) else (node,)


def _cycles_between(answered: Answered) -> Iterator[tuple[Any, ...]]:
    """Yield the components with a cycle on the way."""
    for explanation in (one for one in answered.results[:1] if not isinstance(one, Absent)):
        topology = explanation.part.graph.topology
        on_the_way = set(topology.representative[explanation.part.positions].tolist())
        for start, stop in topology.cyclic.tolist():
            if start in on_the_way:
                yield tuple(topology.label(place) for place in range(start, stop))


def _between(answered: Answered, name: str) -> list[Any]:
    """Return the nodes on the way, source and target among them."""
    import numpy as np

    nodes: dict[Any, None] = {}
    for explanation in (one for one in answered.results[:1] if not isinstance(one, Absent)):
        topology = explanation.part.graph.topology
        first = topology.representative
        places = np.flatnonzero(np.isin(first, first[explanation.part.positions]))
        nodes |= dict.fromkeys(topology.label(place) for place in places.tolist())
    return list(nodes)


def _nodes_ranked(answered: Answered, name: str) -> Iterator[Any]:
    return (member for node in answered.results[0].nodes for member in _members(node))


def _on_cycles(answered: Answered, name: str) -> Iterator[Any]:
    return (member for component in answered.results[0].components for member in component.members)


def _share(answered: Answered) -> Iterator[Total]:
    """Yield the part of a function's cost that is spent for another."""
    from graphdiff.profiles.spent import Spent

    for why in answered.results:
        if not isinstance(why, (Spent, Absent)):
            raise UsageError(NO_COST)
        yield Total(why.share, why.weight_meaning, _ends(why.target))


def _shares(answered: Answered) -> Iterator[Total]:
    """Yield the part that each function has of what is ranked."""
    from graphdiff.profiles.ranking import CostRanking

    ranking = answered.results[0]
    if not isinstance(ranking, CostRanking):
        raise UsageError(NO_COST)
    for node, share in zip(ranking.nodes, ranking.shares, strict=True):
        yield Total(share, f"{' + '.join(map(str, _members(node)))}, {ranking.by}", _members(node))


def _ranked(answered: Answered) -> Iterator[Total]:
    ranking = answered.results[0]
    for node, numbers in zip(ranking.nodes, ranking.influences, strict=True):
        for number, by in zip(numbers, ranking.weights, strict=True):
            yield Total(number, f"{' + '.join(map(str, _members(node)))}, {by}", _members(node))


#: Why there is no share.
NO_COST = "--fail-if: share is the part of a cost, which profiles have, by their own weights; total is of any graph"
#: By verb.
MEASURES = {
    "compare": Measures(
        {
            "appeared": lambda answered: ((entry.node,) for entry in answered.difference.appeared),
            "gone": lambda answered: ((entry.node,) for entry in answered.difference.gone),
            "upgraded": lambda answered: ((upgrade.new,) for upgrade in answered.difference.upgraded),
            "cycles": lambda answered: map(tuple, answered.difference.cycles_new),
        },
        {
            "change": _of_comparison(lambda comparison: comparison.change),
            "total": _of_comparison(lambda comparison: comparison.change),
            "relative": _of_comparison(_relative),
            "paths": _of_comparison(_gained),
        },
        {"package": _appeared, "licence": _appeared},
    ),
    "why": Measures(
        {"cycles": _cycles_between},
        {
            "paths": lambda answered: (Total(why.n_paths, "", _ends(why.target)) for why in answered.results[:1]),
            "total": lambda answered: (
                Total(why.total, why.weight_meaning, _ends(why.target)) for why in answered.results
            ),
            "share": _share,
        },
        {"package": _between, "licence": _between},
    ),
    "rank": Measures(
        {},
        {"total": _ranked, "share": _shares},
        {"package": _nodes_ranked, "licence": _nodes_ranked},
    ),
    "cycles": Measures(
        {"cycles": lambda answered: (component.members for component in answered.results[0].components)},
        {},
        {"package": _on_cycles},
    ),
}
