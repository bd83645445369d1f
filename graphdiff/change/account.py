"""What a page says of a comparison beside its graph: the versions of nodes, and row by row what moved it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.change.entries import entry_rows
from graphdiff.change.match import Matched, Side, version_among
from graphdiff.text.names import node_text
from graphdiff.text.numbers import signed

if TYPE_CHECKING:
    from graphdiff.change.difference import Difference

#: So many rows of an account are told; what the others did is one row more.
MOST_ROWS = 200


def account(title: str, rows: Sequence[Mapping[str, Any]], change: Number | None = None) -> dict[str, Any]:
    """Return rows with a title, and where they sum to a change with a sentence that says so.

    Parameters
    ----------
    title : str
    rows : sequence of mappings
        Each has a ``name``, in ``ends`` the nodes that it is of, and whatever else is a column.
    change : number, optional
        What they sum to.

    Examples
    --------
    >>> account("What moved it", [{"name": "a -> b", "ends": ("a", "b"), "change": 2}], 2)["note"]
    'The change of all rows together is +2.'
    """
    note = "" if change is None else f"The change of all rows together is {signed(change)}."
    return {"title": title, "note": note, "rows": rows}


def rest(changes: Sequence[Number]) -> list[dict[str, Any]]:
    """Return what others did as one row, if there are any.

    Examples
    --------
    >>> rest([1, 2]), rest([])
    ([{'name': '2 others together', 'change': 3}], [])
    """
    return [{"name": f"{len(changes):,} others together", "change": sum(changes)}] if changes else []


def with_account(graph: nx.MultiDiGraph, difference: Difference, rows: Mapping[str, Any]) -> nx.MultiDiGraph:
    """Return an overlay in which nodes have their versions and members, with an account of what moved it."""
    merged = _merged_in(graph, difference.matched)
    stands = {member: node for node in graph for member in (node if node in merged else (node,))}
    upgrades = {upgrade.new: upgrade.versions for upgrade in difference.upgraded}
    for node, data in graph.nodes(data=True):
        data.update(_members(node) if node in merged else upgrades.get(node) or _version(difference, node, data))
    told = [{**row, "ends": _names(row.get("ends", ()), stands)} for row in rows["rows"]]
    graph.graph.update(account={**rows, "rows": told}, weight_meaning=difference.matched.after.graph.weight_meaning)
    return graph


def _merged_in(graph: nx.MultiDiGraph, matched: Matched) -> set[Any]:
    """Return the cycles that are one node of an overlay each: a node of the user's may be a frozenset, too."""
    sets = {node for node in graph if isinstance(node, frozenset)}
    return sets.difference(*(side.graph.topology.labels for side in matched.sides)) if sets else sets


def _members(node: frozenset[Any]) -> dict[str, Any]:
    return {"members": sorted(map(node_text, node))}


def _version(difference: Difference, node: Any, data: Mapping[str, Any]) -> dict[str, str]:
    """Return the version of a node that has the same in both graphs, or is in one of them."""
    version = version_among(difference.versions[data["status"] != "removed"], node)
    when = {"added": ("after",), "removed": ("before",)}.get(data["status"], ("before", "after"))
    return {f"version_{each}": str(version) for each in when} if version else {}


def _names(ends: Iterable[Any], stands: Mapping[Any, Any]) -> list[str]:
    """Return what the nodes are called that some labels are in; none where one of them is in none."""
    nodes = [stands.get(end) for end in ends]
    return [] if None in nodes else list(map(node_text, dict.fromkeys(nodes)))


def rows_of_sets(difference: Difference) -> Iterator[dict[str, Any]]:
    """Yield a row for each node that appeared, is gone or has another version: what happened to it, and by what."""
    for what, entries, words in (
        ("appeared", difference.appeared, ("by the new", "by")),
        ("gone", difference.gone, ("lost with", "with")),
    ):
        for entry in entries[:MOST_ROWS]:
            row = next(entry_rows([entry], words, direct=difference.names_directs))
            by = f"{row.what}{row.where}".strip()
            yield {"name": node_text(entry.node), "what": what, "by": by, "ends": [entry.node]}
        if len(entries) > MOST_ROWS:
            yield {"name": f"{len(entries) - MOST_ROWS:,} others", "what": what}
    upgraded = [] if difference.kinds else difference.upgraded
    for upgrade in upgraded[:MOST_ROWS]:
        what = f"upgraded {str(upgrade).removeprefix(upgrade.names[1]).strip()}"
        yield {"name": node_text(upgrade.new), "what": what, "ends": [upgrade.new]}
    if len(upgraded) > MOST_ROWS:
        yield {"name": f"{len(upgraded) - MOST_ROWS:,} others", "what": "upgraded"}


def torn(matched: Matched) -> str:
    """Return what is said where a cycle that counts as one node is another one in the other graph; else nothing."""
    if matched.after.graph.cycles != "collapse":
        return ""
    if _merged(*matched.sides) == _merged(*matched.sides[::-1]):
        return ""
    return "Cycles, which count as one node, are not the same before and after: nothing else can be asked here."


def _merged(side: Side, other: Side) -> set[frozenset[int]]:
    """Return the cycles of a graph, by the numbers of those members that the other graph has."""
    ranges = side.graph.topology.cyclic.tolist()
    members = (side.numbers[start:stop] for start, stop in ranges)
    return {common for each in members if len(common := frozenset(each[other.places[each] >= 0].tolist())) > 1}
