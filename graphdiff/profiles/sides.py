"""One side of a comparison: a profile or several runs of the same, their functions called alike, and their sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import networkx as nx

from graphdiff.arithmetic import REAL
from graphdiff.graph.measured import STACKS
from graphdiff.profiles.addition import summed
from graphdiff.profiles.noise import QUANTUM, quantum
from graphdiff.profiles.pairing import aligned, aligned_runs

__all__ = ["Side", "sides"]


@dataclass(frozen=True, eq=False)
class Side:
    """What was measured before, or after.

    Attributes
    ----------
    runs : list of networkx.DiGraph
        Functions that are the same have one label in all.
    sum : networkx.DiGraph
        All runs added up; of one run itself.
    """

    runs: list[nx.DiGraph]
    sum: nx.DiGraph

    @classmethod
    def of(cls, profiles: Sequence[nx.DiGraph]) -> Side:
        """Return the side of some runs of one program.

        Examples
        --------
        >>> runs = [nx.DiGraph(unit="s", total=total) for total in (1, 3)]
        >>> for run in runs:
        ...     run.add_nodes_from([("f", {"name": "f", "self": run.graph["total"]})])
        >>> side = Side.of(runs)
        >>> side.sum.nodes["f"], side.mean.graph["total"]
        ({'name': 'f', 'self': 4}, 2)
        """
        runs = aligned_runs(profiles)
        return cls(runs, runs[0] if len(runs) == 1 else summed(runs))

    @cached_property
    def mean(self) -> nx.DiGraph:
        """The mean of all runs, with their stacks; of samples only their error is still said."""
        n = len(self.runs)
        if n == 1:
            return self.sum
        graph = nx.DiGraph(**{name: value for name, value in self.sum.graph.items() if name not in ("samples", STACKS)})
        graph.graph["format"] = f"{graph.graph.get('format', 'profiles')} (mean of {n:,} runs)"
        graph.graph |= _divided({"total": graph.graph.get("total")}, n)
        each = quantum(self.sum)
        if each is not None:
            graph.graph[QUANTUM] = each / n
        graph.add_nodes_from((node, _divided(data, n)) for node, data in self.sum.nodes(data=True))
        graph.add_edges_from((tail, head, _divided(data, n)) for tail, head, data in self.sum.edges(data=True))
        if STACKS in self.sum.graph:
            stacks = self.sum.graph[STACKS]
            graph.graph[STACKS] = replace(stacks, own=stacks.own / n, samples=None)
        return graph

    def renamed(self, labels: Mapping[Any, Any]) -> Side:
        """Return the same with other labels."""
        if all(old == new for old, new in labels.items()):
            return self
        total = nx.relabel_nodes(self.sum, labels)
        runs = [nx.relabel_nodes(run, labels) for run in self.runs] if len(self.runs) > 1 else [total]
        return Side(runs, total)


def _divided(data: Mapping[str, Any], n: int) -> dict[str, Any]:
    """Return attributes with what was measured divided, which a line was not."""
    measured = {name for name, value in data.items() if isinstance(value, REAL) and name != "line"}
    return {name: _part(value, n) if name in measured else value for name, value in data.items()}


def _part(value: Any, n: int) -> Any:
    return value // n if isinstance(value, int) and not value % n else value / n


def sides(before: Side, after: Side, match: Mapping[Any, Any] | None = None) -> tuple[Side, Side]:
    """Return both sides of a comparison, with the functions before called as those after are.

    Parameters
    ----------
    before, after : Side
    match : mapping of label before to label after, optional
    """
    labels = aligned(before.sum, after.sum, match)
    return before.renamed(dict(zip(before.sum, labels, strict=True))), after
