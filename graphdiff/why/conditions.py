"""On what all paths stand: a marker, an extra or a kind of edge without which not one would be left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphdiff.sums.between import Between
from graphdiff.text.numbers import shorten
from graphdiff.text.requirements import LONGEST, requirement_record

#: Kinds of edges that are not there for everybody who has the tail.
KINDS = frozenset({"dev", "optional", "peer", "test", "type-checking"})

#: So many of the values of a condition are named.
SHOWN = 3


@dataclass(frozen=True)
class Condition:
    """What every path has an edge of.

    Attributes
    ----------
    field : str
        ``marker``, ``extra``, ``kind`` or ``optional``.
    values : tuple of str
        Every path has an edge with one of these; without any of them some path would have none.
    """

    field: str
    values: tuple[str, ...]

    def text(self, edge: str) -> str:
        """Return the condition in words; `edge` is what an edge is called.

        Examples
        --------
        >>> Condition("marker", ("unix",)).text("dependency"), Condition("kind", ("optional", "dev")).text("import")
        ('on unix', 'by an optional or dev import')
        """
        named = [shorten(value, LONGEST) for value in self.values[:SHOWN]]
        named += [f"{len(self.values) - SHOWN:,} more"] if len(self.values) > SHOWN else []
        values = " or ".join(filter(None, [", ".join(named[:-1]), named[-1]]))
        if self.field == "marker":
            return f"on {values}"
        if self.field == "extra":
            return f"by extra {values}"
        return f"by {'an' if values[0] in 'aeiou' else 'a'} {values} {edge}"

    def to_dict(self) -> dict[str, Any]:
        """Return the condition as plain values."""
        return {"field": self.field, "values": [*self.values]}


def conditions(between: Between, data: Callable[[Any], Mapping[Any, Any]]) -> list[Condition]:
    """Return what all paths between two ends stand on, each condition with as few values as will do.

    Parameters
    ----------
    between : Between
    data : callable
        Gives the attributes of an edge.

    Examples
    --------
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> from graphdiff.sums.between import between_ends
    >>> between = between_ends(CompiledGraph.from_arrays([0, 0, 1, 2], [1, 2, 3, 3]), 0, 3)
    >>> conditions(between, lambda edge: {"marker": "unix"} if edge[1] == 3 else {})
    [Condition(field='marker', values=('unix',))]
    """
    edges: dict[str, defaultdict[str, set[int]]] = {name: defaultdict(set) for name in ("marker", "extra", "kind")}
    optional = set()
    for edge in between.edges.tolist():
        record = requirement_record(data(between.edge_label(edge)))
        for field, by_value in edges.items():
            if (value := record.get(field)) and (field != "kind" or value in KINDS):
                by_value[", ".join(value) if isinstance(value, list) else str(value)].add(edge)
        if record.get("optional") is True:
            optional.add(edge)
    met = [Condition(field, values) for field, by_value in edges.items() if (values := _fewest(between, by_value))]
    if not any(one.field == "extra" or "optional" in one.values for one in met) and _parts(between, optional):
        met.append(Condition("optional", ("optional",)))
    return met


def _fewest(between: Between, edges: Mapping[str, set[int]]) -> tuple[str, ...]:
    """Return values without whose edges no path is left, none of them in vain; none where all edges leave a path."""
    values = dict(edges)
    if not _parts(between, set().union(*values.values())):
        return ()
    for value in edges:
        others = set().union(*(marked for other, marked in values.items() if other != value))
        if _parts(between, others):
            del values[value]
    return tuple(values)


def _parts(between: Between, without: set[int]) -> bool:
    """Return whether no path is left without some edges."""
    if not without:
        return False
    reached = dict.fromkeys(between.sources)
    waiting = list(reached)
    for node in waiting:  # the list grows while it is walked
        steps = [head for head, edge, _ in between.rows[node] if edge not in without and head not in reached]
        reached.update(dict.fromkeys(steps))
        waiting += dict.fromkeys(steps)
    return not any(node in reached for node in between.targets)
