"""The sentences of every report, picked by what an edge means: one table.

The number is the same in every field; the sentence differs. In dependency and call graphs the arrow points at
what is needed, in computations and path models at what responds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from graphdiff.errors import count_text
from graphdiff.text.names import end_text, members_of


@dataclass(frozen=True)
class Words:
    """How a report speaks of a graph.

    Attributes
    ----------
    nodes, edges : str
        What the nodes and the edges are called, in the plural.
    arrow : str
        What an edge ``a -> b`` says.
    relation : str
        Source and target joined by a path: followed by "by 26 paths".
    total : str
        The total as a sentence; ``{percent}`` is the total as a percentage, ``{weights}`` what the weights say.
    none : str
        What no path means.
    rank_from, rank_towards : str
        Titles of the rankings from a source and towards a target.
    reached : str
        What the nodes that a source reaches are to it: "it needs".
    starts, ends : str
        What the roots and the leaves are called.
    moved : str
        The title over the edges that made a total another one.
    first_step : str
        What a node is called that an edge from the source leads to.
    """

    nodes: str
    edges: str
    arrow: str
    relation: str
    total: str
    none: str
    rank_from: str
    rank_towards: str
    reached: str
    starts: str = "the roots"
    ends: str = "the leaves"
    moved: str = "Which edges moved it"
    seed: str = "what {leaf} counts"
    first_step: str = "first step"

    def about(self, source: Any, target: Any = "") -> Words:
        """Return the words for the ends: of several nodes, and of all roots (None), sentences are in the plural.

        Examples
        --------
        >>> words_for("depends on").about(["a", "b"]).relation, words_for("unknown").about("a").relation
        ('{source} rest on {target}', '{source} leads to {target}')
        >>> words_for("feeds").about("a", ["y", "z"]).none
        '{target} do not depend on {source}'
        """
        if _are_several(target):
            return replace(self, none=self.none.replace("{target} does ", "{target} do ")).about(source)
        if not _are_several(source):
            return self
        relation, rank_from = (
            re.sub(r"\{source\} (\w+)s\b", r"{source} \1", text) for text in (self.relation, self.rank_from)
        )
        none = self.none.replace("{source} does ", "{source} do ").replace("{source} has ", "{source} have ")
        unit = "of the seeds" if isinstance(source, Mapping) else "of one unit each"
        total = self.total.replace("of one unit", unit)
        return replace(self, relation=relation, none=none, rank_from=rank_from, total=total)

    def named(self, end: Any) -> str:
        """Return an end of a question as a report names it; all roots and all leaves as they are called here.

        Examples
        --------
        >>> words_for("feeds").named(["a", "b"])
        'a and b'
        """
        if isinstance(end, Enum):
            return {"ROOTS": self.starts, "LEAVES": self.ends}.get(end.name, f"all {self.nodes}")
        return end_text(end)

    def sentence(self, text: str) -> str:
        """Return what begins a line: all roots and all leaves with a capital, which names never get.

        Examples
        --------
        >>> words_for("depends on").sentence("the roots rest on b."), words_for("depends on").sentence("a rests on b.")
        ('The roots rest on b.', 'a rests on b.')
        """
        several = (self.starts, self.ends, f"all {self.nodes} ")
        return f"{text[0].upper()}{text[1:]}" if text.startswith(several) else text

    @property
    def needed(self) -> str:
        """The nodes that a source reaches: "place among the 70 packages it needs"."""
        return f"{self.nodes} {self.reached}"


def _are_several(end: Any) -> bool:
    nodes = members_of(end)
    return end is None or isinstance(end, Enum) if nodes is None else len(nodes) != 1


_UNKNOWN = Words(
    nodes="nodes",
    edges="edges",
    arrow="a -> b",
    relation="{source} leads to {target}",
    total="total influence of {source} on {target} along the arrows: {total}",
    none="{source} has no influence on {target}",
    rank_from="influence of {source}",
    rank_towards="influence on {target}",
    reached="it reaches",
)

#: By ``G.graph["edge_meaning"]``; any other meaning is shown as it is, with the words for unknown edges.
WORDS: dict[str, Words] = {
    "unknown": _UNKNOWN,
    "depends on": Words(
        nodes="nodes",
        edges="dependencies",
        arrow="a -> b: a depends on b",
        relation="{source} rests on {target}",
        total="of one unit spread from {source} by {weights}, {total} reaches {target}",
        none="{source} does not rest on {target}",
        rank_from="what {source} rests on",
        rank_towards="who rests on {target}",
        reached="it needs",
        moved="Which dependencies moved it",
        first_step="direct dependency",
    ),
    "imports": Words(
        nodes="modules",
        edges="imports",
        arrow="a -> b: a imports b",
        relation="{source} imports {target}, directly or through others,",
        total="of one unit spread from {source} by {weights}, {total} reaches {target}",
        none="{source} does not import {target}",
        rank_from="what {source} pulls in",
        rank_towards="who pulls in {target}",
        reached="it pulls in",
        moved="Which imports moved it",
    ),
    "calls": Words(
        nodes="functions",
        edges="calls",
        arrow="a -> b: a calls b",
        relation="{source} calls {target}, directly or through others,",
        total="of one unit spread from {source} by {weights}, {total} reaches {target}",
        none="{source} does not call {target}",
        rank_from="what {source} calls",
        rank_towards="who calls {target}",
        reached="it calls",
        moved="Which calls moved it",
    ),
    "causes": Words(
        nodes="variables",
        edges="effects",
        arrow="a -> b: a causes b",
        relation="{source} moves {target}",
        total="one unit more of {source} changes {target} by {total}",
        none="{source} does not move {target}",
        rank_from="what {source} moves",
        rank_towards="what moves {target}",
        reached="it moves",
        moved="Which coefficients moved the effect",
    ),
    "feeds": Words(
        nodes="nodes",
        edges="edges",
        arrow="a -> b: a feeds b",
        relation="{source} feeds {target}",
        total="derivative: d {target} / d {source} = {total}",
        none="{target} does not depend on {source}",
        rank_from="gradient from {source}",
        rank_towards="gradient of {target}",
        reached="it feeds",
        starts="the inputs",
        ends="the outputs",
        moved="Which derivatives moved it",
    ),
    "drives": Words(
        nodes="nodes",
        edges="edges",
        arrow="a -> b: a drives b",
        relation="{source} drives {target}",
        total="from {source}, {total} reaches {target}",
        none="{source} does not drive {target}",
        rank_from="what {source} drives",
        rank_towards="what drives {target}",
        reached="it drives",
        starts="the tokens",
        ends="the logits (by probability)",
        moved="What moved it",
        seed="probability of {leaf}",
    ),
}


OF_COSTS = {
    "total": "{percent} of {target}'s time is spent for {source}",
    "rank_from": "where {source}'s time goes",
    "rank_towards": "who makes {target} cost",
}
#: Of what feeds what, where weights count paths or spread: they are no derivatives.
OF_PATHS = {
    "rank_from": "what {source} feeds",
    "rank_towards": "what feeds {target}",
    "moved": "Which edges moved it",
}

#: By ``G.graph["edge_meaning"]``, or "" for any, and the meaning of the weights: what these change in the words above.
SAID_BY_WEIGHTS: dict[tuple[str, str], dict[str, str]] = {
    ("", "even"): {"total": "of one unit spread evenly from {source}, {total} reaches {target}"},
    ("imports", "imports"): {
        "total": "of one unit spread from {source} along the import statements, {total} reaches {target}"
    },
    ("calls", "calls"): {"total": "one call of {source} makes {total} calls of {target}"},
    ("calls", "how-often"): {"total": "one call of {source} makes {total} calls of {target}"},
    ("calls", "per-call"): {
        "total": "one call of {source} spends on {target} what {total} average calls of it cost",
        "rank_from": "what one call of {source} spends on each, in average calls of it",
        "rank_towards": "what one call of each spends on {target}, in its average calls",
    },
    ("feeds", "unit"): OF_PATHS,
    ("feeds", "even"): OF_PATHS,
    ("drives", "per-activation"): {"total": "of {target}, {total} comes from {source}"},
    ("calls", "cost"): OF_COSTS,
    # In its own unit, which may be no time.
    ("calls", "spent"): {name: text.replace("'s time", "'s cost") for name, text in OF_COSTS.items()},
    ("calls", "even-calls"): {
        "total": "{percent} of {target}'s cost is spent for {source}, if all calls of a function cost the same"
    },
}


def words_for(edge_meaning: str, weight_meaning: str = "unknown", node_meaning: str = "unknown") -> Words:
    """Return the words for what an edge, its weight and a node mean; a node's meaning is its name in the plural.

    Examples
    --------
    >>> words_for("depends on").relation
    '{source} rests on {target}'
    >>> words_for("calls", "spent").total
    "{percent} of {target}'s cost is spent for {source}"
    >>> words_for("blames").arrow
    'a -> b: a blames b'
    >>> words_for("depends on", node_meaning="units").needed
    'units it needs'
    """
    words = WORDS.get(edge_meaning) or replace(_UNKNOWN, arrow=f"a -> b: a {edge_meaning} b")
    called = {} if node_meaning == "unknown" else {"nodes": node_meaning}
    for edges in ("", edge_meaning):
        called |= SAID_BY_WEIGHTS.get((edges, weight_meaning), {})
    return replace(words, **called)


def words_of(graph: Any, weight_meaning: str = "unknown") -> Words:
    """Return the words for a networkx graph, by what its attributes say.

    Examples
    --------
    >>> import networkx as nx
    >>> words_of(nx.DiGraph(edge_meaning="depends on", node_meaning="crates")).nodes
    'crates'
    """
    edges, nodes = (str(graph.graph.get(f"{what}_meaning", "unknown")) for what in ("edge", "node"))
    return words_for(edges, weight_meaning, nodes)


#: What edges mean that point at what is needed: there everything rests on the target, from the roots on.
NEEDING = ("depends on", "imports", "calls")


#: How nouns end in the plural, and what stands there in the singular.
ENDINGS = (("ies", "y"), ("sses", "ss"), ("s", ""), ("", ""))


def how_many(number: int, plural: str) -> str:
    """Return a number of nodes, edges, paths or whatever else, with its noun.

    Examples
    --------
    >>> how_many(1, "dependencies"), how_many(1, "packages"), how_many(1200, "calls"), how_many(0, "edges")
    ('1 dependency', '1 package', '1,200 calls', '0 edges')
    >>> how_many(1, "classes")
    '1 class'
    >>> how_many(3**1000, "paths")
    'about 1.32e477 paths'
    """
    if number == 1:
        ending, singular = next(each for each in ENDINGS if plural.endswith(each[0]))
        plural = plural.removesuffix(ending) + singular
    return f"{count_text(number)} {plural}"


def ways_round(cycles: str) -> str:
    """Return what leads from end to end where a cycle lies between and counts, by the policy.

    Examples
    --------
    >>> ways_round("solve"), ways_round("reduced-form")
    ('infinitely many walks round a cycle', 'edges round a cycle, solved as equations, not summed over walks')
    """
    return _WAYS_ROUND[cycles][0]


def solution(cycles: str) -> str:
    """Return the note that such a total is no sum over paths."""
    return _WAYS_ROUND[cycles][1]


_WAYS_ROUND = {
    "solve": (
        "infinitely many walks round a cycle",
        'Walks may go round: they are summed exactly (cycles="solve"), and are not paths.',
    ),
    "reduced-form": (
        "edges round a cycle, solved as equations, not summed over walks",
        'Totals are the reduced form of simultaneous equations, (I - A)^-1 (cycles="reduced-form"): no sum of walks '
        "where these do not converge.",
    ),
}

#: What a column is called, by the meaning of its weights.
TITLES = {"unit": "counting paths", "even": "spread evenly", "imports": "by statements", "unknown": "by weight"}


def column_title(meaning: str) -> str:
    """Return what a column is called, by the meaning of its weights.

    Examples
    --------
    >>> column_title("even"), column_title("cost")
    ('spread evenly', 'cost')
    """
    return TITLES.get(meaning, meaning)


def by_weights(meaning: str) -> str:
    """Return how a title says what the weights are.

    Examples
    --------
    >>> by_weights("even"), by_weights("cost")
    ('spread evenly', 'by cost')
    """
    return TITLES.get(meaning, f"by {meaning}")
