"""On what all paths stand: a marker, an extra or a kind of edge without which not one would be left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphdiff.paths.paths import Path
from graphdiff.sums.between import Between
from graphdiff.text.names import Edge
from graphdiff.text.numbers import shorten
from graphdiff.text.requirements import LONGEST, marker_text, requirement_record

#: What may be a condition, in the order in which it is said.
OPTIONAL = "optional"
FIELDS = ("marker", "extra", "kind", OPTIONAL)

#: Kinds of edges that are not there for everybody who has the tail.
KINDS = frozenset({"dev", OPTIONAL, "peer", "test", "type-checking"})

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
        short = marker_text if self.field == "marker" else shorten
        named = [short(value, LONGEST) for value in self.values[:SHOWN]]
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


def conditions(between: Between, path: Path, data: Callable[[Edge], Mapping[Any, Any]]) -> list[Condition]:
    """Return what all paths between two ends stand on, each condition with as few values as will do.

    Parameters
    ----------
    between : Between
    path : Path
        Any one of the paths: what it has no edge of is no condition, so that mostly the others are not looked at.
    data : callable
        Gives the attributes of an edge.

    Examples
    --------
    >>> from graphdiff.graph.compiled import CompiledGraph
    >>> from graphdiff.paths.shortest import shortest
    >>> from graphdiff.sums.between import between_ends
    >>> between = between_ends(CompiledGraph.from_arrays([0, 0, 1, 2], [1, 2, 3, 3]), 0, 3)
    >>> conditions(between, next(shortest(between)), lambda edge: {"marker": "unix"} if edge[1] == 3 else {})
    [Condition(field='marker', values=('unix',))]
    """
    fields = {field for edge in path.edges for field, _ in _facts(data(edge))}
    edges: dict[str, defaultdict[str, set[int]]] = {name: defaultdict(set) for name in FIELDS if name in fields}
    for edge in between.edges.tolist() if fields else ():
        for field, value in _facts(data(between.edge_label(edge))):
            if field in edges:
                edges[field][value].add(edge)
    met = [Condition(field, values) for field, by_value in edges.items() if (values := _fewest(between, by_value))]
    told = any(one.field == "extra" or (one.field == "kind" and OPTIONAL in one.values) for one in met)
    return [one for one in met if not (told and one.field == OPTIONAL)]


def _facts(data: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields of an edge that may be conditions, with their values as texts."""
    for field, value in requirement_record(data).items():
        if field in ("marker", "extra") and value:
            yield field, ", ".join(value) if isinstance(value, list) else str(value)
        elif (field == "kind" and str(value) in KINDS) or (field == OPTIONAL and value is True):
            yield field, OPTIONAL if value is True else value


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
