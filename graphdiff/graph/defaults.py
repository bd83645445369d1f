"""By which weights a graph is asked where none are named: those that it is known to have, else a preset, or refused.

What is known is one small table, `KNOWN`. Other numbers that edges have may be their weights: they are not taken for
them in silence, nor is the question answered as if they were not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import networkx as nx

from graphdiff.errors import WeightError
from graphdiff.graph.attributes import drawing_names, kind_of, numeric_names, possible_weights
from graphdiff.graph.compiled import weight_meaning_of
from graphdiff.graph.intake import TAKES, WITHOUT_WEIGHTS, edge_data
from graphdiff.graph.measured import is_attribution, is_profile
from graphdiff.graph.presets import WEIGHTS, Preset, per_activation, per_call, spent, unit
from graphdiff.graph.views import saved_in
from graphdiff.remedies import Call, Remedy

__all__ = ["KNOWN", "Choice", "Known", "changes_weight", "default_weights", "known_weights"]


@dataclass(frozen=True)
class Known:
    """Which attribute has the weights of a graph whose edges and weights mean this.

    Attributes
    ----------
    attributes : tuple of str
        In small letters; the first that an edge has is taken, in whatever letters it is written.
    why : str
        For the head of a report: ``{name}`` is the attribute, ``{meaning}`` what the file says weights are.
    edges : str
        The ``edge_meaning`` of the graph; empty where any will do.
    weights : tuple of str
        The ``weight_meaning`` of the graph is one of these; empty where any will do.
    """

    attributes: tuple[str, ...]
    why: str
    edges: str = ""
    weights: tuple[str, ...] = ()

    def is_of(self, facts: Mapping[str, Any]) -> bool:
        """Tell whether the row is of a graph with these attributes."""
        of_edges = not self.edges or facts.get("edge_meaning") == self.edges
        return of_edges and (not self.weights or facts.get("weight_meaning") in self.weights)


#: The rule: the first row that is of the graph, and of whose attributes an edge has one.
KNOWN = (
    Known(("weight",), "estimate, the column of the table", "causes", ("estimate",)),
    Known(("weight",), "{meaning}, the edges' own"),
    Known(("estimate", "est"), "{name}, the column of the table", "causes"),
)

#: What a preset does, for the head of a report.
DOES = {"unit": "1 on every edge (unit)", "even": "spread evenly (even)"}
#: Why a profile is asked by what was measured.
SPENT = "weights: spent, a caller's part of what a function cost"

#: Why an attribution graph is asked by two: a product of its weights holds the activations of the features between.
IN_UNITS = "weights: attribution, the file's, in no unit through features; per-activation, in the logits' unit"

#: So many numbers are listed.
SHOWN = 4


@dataclass(frozen=True)
class Choice:
    """By which weights a graph is asked, and why.

    Attributes
    ----------
    weights : tuple of str or Preset
        One, or several to stand side by side, each as `graphdiff.compile` takes it.
    why : str
        The same in words.
    """

    weights: tuple[str | Preset, ...]
    why: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the attributes and presets, as the command line takes them."""
        return tuple(map(_name, self.weights))

    @property
    def are_known(self) -> bool:
        """Whether the graph has them, or they are parts of what it measured; other presets follow from its shape."""
        return not any(isinstance(each, Preset) and each.is_of_shape for each in self.weights)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {"names": list(self.names), "why": self.why}


def _name(weight: str | Preset) -> str:
    if isinstance(weight, Preset):
        return weight.name
    return f"attr:{weight}" if weight in WEIGHTS else weight


def default_weights(graph: nx.DiGraph, otherwise: Sequence[Preset] = (unit,)) -> Choice:
    """Return by which weights a graph is asked where none are named, and why.

    Those that it is known to have: of a profile its time, of a path model's table the estimate, else the attribute
    ``weight`` (`graphdiff.graph.defaults.KNOWN`), and beside it `per_activation` of an attribution graph whose
    features all have activations; of a saved graph what it was saved with. Where its edges have no numbers, a preset.

    Parameters
    ----------
    graph : networkx.DiGraph or networkx.MultiDiGraph
    otherwise : sequence of Preset
        What edges without weights get; with `unit` the total is the number of paths.

    Returns
    -------
    Choice
        ``weights``, each as `graphdiff.compile` takes it, and ``why`` in words.

    Raises
    ------
    WeightError
        If most edges have numbers of which none is known to be the weight, or plainly is none (an id, a line, a
        standard error). A graph whose ``weight_meaning`` is "none" is known to have no weights.

    Examples
    --------
    >>> G = nx.DiGraph([("a", "b", {"weight": 2, "lines": 3})])
    >>> default_weights(G).weights, default_weights(G).why
    (('weight',), "weights: weight, the edges' own")
    >>> default_weights(nx.DiGraph([("a", "b")])).why
    'no weights in the file: 1 on every edge (unit)'
    >>> driven = nx.DiGraph([("a", "f", {"weight": 2.5})], edge_meaning="drives", weight_meaning="attribution")
    >>> driven.add_nodes_from([("a", {"kind": "token"}), ("f", {"kind": "feature", "activation": 5.0})])
    >>> default_weights(driven).names
    ('weight', 'per-activation')
    >>> default_weights(nx.DiGraph([("a", "b", {"effect": 2.5, "se": 0.1})]))
    Traceback (most recent call last):
    graphdiff.errors.WeightError: the edges have numbers, and none is known to be their weight: effect, se; \
weight="effect" takes that number; weight=None counts paths; weight=graphdiff.weights.even spreads one unit evenly
    """
    choice = known_weights(graph, otherwise)
    if choice.are_known or _chosen(graph) or graph.graph.get("weight_meaning") == "none":
        return choice
    data, left_out = edge_data(graph), drawing_names(graph)
    if possible := possible_weights(data, left_out):
        text = f"the edges have numbers, and none is known to be their weight: {_listed(numeric_names(data, left_out))}"
        raise WeightError(text, Remedy(Call("weight", possible[0]), TAKES), *WITHOUT_WEIGHTS, count=len(data))
    return choice


def known_weights(graph: nx.DiGraph, otherwise: Sequence[Preset] = (unit,)) -> Choice:
    """Return the weights that a graph is known to have, else presets: for questions that need no weights.

    Examples
    --------
    >>> known_weights(nx.DiGraph([("a", "b", {"effect": 2.5})])).why
    'no known weights in the file (numbers: effect): 1 on every edge (unit)'
    """
    if is_profile(graph) and any("cost" in data for *_, data in graph.edges(data=True)):
        return Choice((spent,), SPENT)
    saved, data = saved_in(graph), [] if saved_in(graph) else edge_data(graph)
    columns = saved.topology.attributes if saved else {}
    unseen = [] if data or columns or not _has_own(graph.graph) else ["weight"]
    attribute, why = _known([*columns, *dict.fromkeys(chain.from_iterable(data)), *unseen], graph.graph)
    if (
        saved is not None
        and _chosen(graph)
        and saved.weight != attribute
        and not (saved.weight is None and _has_own(graph.graph))
    ):
        attribute, why = saved.weight, "{meaning}, as the graph was saved"  # which was said when it was
    if attribute is not None:
        meaning = weight_meaning_of(attribute, graph.graph.get("weight_meaning", "none"))
        if attribute == "weight" and _has_activations(graph):
            return Choice((attribute, per_activation), IN_UNITS)
        return Choice((attribute,), f"weights: {why.format(name=attribute, meaning=meaning)}")
    left_out = drawing_names(graph)
    of_columns = [name for name in columns if kind_of(columns[name]) == "number" and name not in left_out]
    numeric = _listed([*of_columns, *numeric_names(data, left_out)])
    none = f"no known weights in the file (numbers: {numeric})" if numeric else "no weights in the file"
    return Choice(tuple(otherwise), f"{none}: {' and '.join(DOES.get(each.name, each.name) for each in otherwise)}")


def _chosen(graph: nx.DiGraph) -> bool:
    """Tell whether weights were chosen when the graph was saved."""
    saved = saved_in(graph)
    return saved is not None and saved.cycles is not None


def _has_activations(graph: nx.DiGraph) -> bool:
    """Tell whether an attribution graph says how active each feature is that something enters."""
    if not (is_attribution(graph) and _has_own(graph.graph)):
        return False
    entered = (data for node, data in graph.nodes(data=True) if data.get("kind") != "logit" and graph.pred[node])
    return all(data.get("activation") for data in entered)


def _has_own(facts: Mapping[str, Any]) -> bool:
    """Tell whether edges of such a graph have a weight, were there any: those of attribution graphs."""
    return (facts.get("edge_meaning"), facts.get("weight_meaning")) == ("drives", "attribution")


def changes_weight(graph: nx.DiGraph) -> Preset:
    """Return by which weights a profile is asked what changes of its calls would do.

    What one call costs for this caller, where calls were counted; else a caller's part of what the function cost.

    Examples
    --------
    >>> G = nx.DiGraph([("a", "b", {"cost": 2})])
    >>> changes_weight(G).name, changes_weight(nx.DiGraph([("a", "b", {"cost": 2, "calls": 1})])).name
    ('spent', 'per-call')
    """
    is_counted = all("calls" in data for *_, data in graph.edges(data=True))
    return per_call if is_counted else spent


def _known(names: Iterable[Any], facts: Mapping[str, Any]) -> tuple[str | None, str]:
    """Return which of the attributes that edges have has the weights, and the words of its row."""
    there = [name for name in names if isinstance(name, str)]
    spelling = {name.lower(): name for name in there} | {name: name for name in there}
    rows = ((row.attributes, row.why) for row in KNOWN if row.is_of(facts))
    pairs = ((spelling[name], why) for attributes, why in rows for name in attributes if name in spelling)
    return next(pairs, (None, ""))


def _listed(names: Collection[str]) -> str:
    more = f", and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return f"{', '.join(list(names)[:SHOWN])}{more}"
