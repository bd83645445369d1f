"""``graphdiff why`` of a name that several versions have, or of a pattern: a block a version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphdiff.cli import inputs, output
from graphdiff.errors import UnknownNodeError
from graphdiff.graph.lookup import find_node, find_nodes

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.cli.conditions import Gate
    from graphdiff.cli.nodes import Ends
    from graphdiff.cli.options import Settings


#: What an edge means where several nodes are answered for together.
MEANINGS = ("depends on", "imports")


def meant_together(graph: nx.DiGraph, ends: Ends, settings: Settings) -> list[Any]:
    """Return the packages or modules that the one target means, where it means several; none where all is as ever.

    Weights are of one question: for these several are refused, as other verbs do.
    """
    if len(ends.targets) != 1 or ends.listed or graph.graph.get("edge_meaning") not in MEANINGS:
        return []
    if settings.weights or settings.exact or settings.cycles not in (None, "collapse"):
        return []
    try:
        nodes = find_nodes(graph, ends.targets[0])
    except UnknownNodeError:  # said with what else is known of it where one node is looked for
        return []
    return nodes if len(nodes) > 1 else []


def print_versions(
    graph: nx.DiGraph, ends: Ends, nodes: list[Any], settings: Settings, *, every: bool, gate: Gate
) -> None:
    """Print who needs each of them; conditions are asked of all together."""
    from graphdiff.graph.ends import ROOTS
    from graphdiff.why.blocks import LINES, versions_text
    from graphdiff.why.explain import explain_each
    from graphdiff.why.versions import COLUMNS, explain_versions

    sources = list(dict.fromkeys(find_node(graph, name) for name in ends.sources))
    source = sources if len(sources) > 1 else sources[0] if sources else ROOTS
    versions = explain_versions(graph, ends.targets[0], source)
    if gate.conditions:
        gate.check(explain_each(inputs.compile_all(graph, settings), source, nodes), graph)
    report = versions_text(versions, None if every else LINES, ": --all", "--markers here")
    output.emit(
        settings,
        text=lambda: f"{output.read_line(graph)}\n\n{report}",
        document=lambda: {"kind": "why", "graph": output.read_record(graph), **versions.to_dict(every=every)},
        rows=lambda: [COLUMNS, *versions.rows()],
        drawn=versions.to_networkx,
        results=[versions],
    )
