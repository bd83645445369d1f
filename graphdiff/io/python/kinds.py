"""Kinds of needs in the lock files of Python: what is left of groups, of extras and of the graph by some of them."""

from __future__ import annotations

from collections.abc import Collection

from graphdiff.errors import UsageError
from graphdiff.io.building import by_kinds, chosen_kinds, leave_out
from graphdiff.io.packages import beyond_the_roots
from graphdiff.io.python.graph import PackageGraph
from graphdiff.remedies import Keyword

__all__ = ["KINDS", "groups_and_extras", "only_kinds"]

#: A need of a package itself, of one of its extras, or of a dependency group.
KINDS = ("normal", "extra", "dev")


def groups_and_extras(
    kinds: str | Collection[str] | None, groups: str, extras: str, *, production: str
) -> tuple[str, str]:
    """Return which groups and extras are read where only needs of some kinds are.

    Parameters
    ----------
    kinds : str, collection of str or None
        As `graphdiff.io.building.chosen_kinds` takes them.
    groups, extras : str
        What the options of these names say.
    production : str
        What `groups` says where none for development is meant.

    Raises
    ------
    UsageError
        A kind that is none of `KINDS`, or groups beside kinds without dev.

    Examples
    --------
    >>> groups_and_extras("!dev", "all", "requested", production="none")
    ('none', 'requested')
    """
    wanted = chosen_kinds(kinds, KINDS, default=KINDS)
    if "dev" not in wanted and groups not in ("all", production):
        asked = (Keyword(name, value) for name, value in by_kinds(kinds or ()).items())
        raise UsageError(Keyword("groups", groups), " is of the kind dev, which is left out by ", *asked)
    return groups if "dev" in wanted else production, extras if "extra" in wanted else "none"


def only_kinds(graph: PackageGraph, kinds: str | Collection[str] | None) -> PackageGraph:
    """Return the graph without edges of other kinds, and where it has roots without what these no longer reach."""
    if not kinds:
        return graph
    wanted = chosen_kinds(kinds, KINDS, default=KINDS)
    edges = graph.edges(keys=True, data="kind") if graph.is_multigraph() else graph.edges(data="kind")
    graph.remove_edges_from([edge for *edge, kind in list(edges) if kind not in wanted])
    beyond = beyond_the_roots(graph)
    graph.remove_nodes_from(beyond)
    about = graph.graph
    unmet = {wanted: [node for node in tails if node in graph] for wanted, tails in about["unmet"].items()}
    about["unmet"] = {wanted: tails for wanted, tails in unmet.items() if tails}
    about["with_extras"] = [edge for edge in about["with_extras"] if edge[0] in graph and edge[1] in graph]
    before = about.get("left_out", {"nodes": [], "by": {}})
    leave_out(graph, [*before["nodes"], *beyond], {**before["by"], **by_kinds(kinds)})
    return graph
