"""``graphdiff why`` of a name that several versions have, or of a pattern: a block a version."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from graphdiff.cli import output
from graphdiff.graph.lookup import find_node, find_nodes

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.cli.nodes import Ends
    from graphdiff.cli.options import Settings


#: What an edge means where several nodes are answered for together.
MEANINGS = ("depends on", "imports")


def several_versions(graph: nx.DiGraph, ends: Ends, settings: Settings) -> bool:
    """Tell whether the one target that is named means several packages or modules, and no more than why is asked.

    Weights, and pictures, are of one question: for these several are refused, as other verbs do.
    """
    if len(ends.targets) != 1 or ends.listed or graph.graph.get("edge_meaning") not in MEANINGS:
        return False
    if settings.weights or settings.exact or settings.cycles not in (None, "collapse") or _is_picture(settings):
        return False
    return len(find_nodes(graph, ends.targets[0])) > 1


def _is_picture(settings: Settings) -> bool:
    return os.path.splitext(settings.path or "")[1].lower() in output.DRAWN


def print_versions(graph: nx.DiGraph, ends: Ends, settings: Settings, *, whole: bool) -> None:
    """Print who needs each of them."""
    from graphdiff.why.blocks import LINES, versions_text
    from graphdiff.why.versions import COLUMNS, explain_versions

    sources = list(dict.fromkeys(find_node(graph, name) for name in ends.sources))
    source = sources if len(sources) > 1 else sources[0] if sources else None
    versions = explain_versions(graph, ends.targets[0], source)
    report = versions_text(versions, None if whole else LINES, ": --all", "--option markers=here")
    output.emit(
        settings,
        text=lambda: f"{output.read_line(graph)}\n\n{report}",
        document=lambda: {"kind": "why", "graph": output.read_record(graph), **versions.to_dict()},
        rows=lambda: [COLUMNS, *versions.rows()],
    )
