"""What ``bazel query --output=graph`` prints: DOT in which a node may stand for several targets."""

from __future__ import annotations

from typing import Any

import networkx as nx

from graphdiff.errors import LimitError, TruncatedError
from graphdiff.io.building import described
from graphdiff.io.dot import read_dot

__all__ = ["read_bazel"]

MOST_EDGES = 5_000_000


def read_bazel(data: bytes, *, name: str, **limits: Any) -> nx.DiGraph:
    r"""Read ``bazel query --output=graph``: the tail of an edge depends on its head.

    Targets that need the same and are needed by the same are one node for Bazel ("factored"), with their labels one
    under the other; here each is a node of its own again, with all of its edges. An edge has the ``label`` that a
    ``select`` gave it.

    Raises
    ------
    FormatError
        What Graphviz cannot read, or a node that stands for more targets than it names.
    LimitError
        More than five million edges, or more time or memory than allowed.

    References
    ----------
    Bazel query reference, https://bazel.build/query/language#display-graph

    Examples
    --------
    >>> out = br'digraph mygraph { node [shape=box]; "//:app" -> "//:a\n//:b" }'
    >>> list(read_bazel(out, name="query.dot").edges)
    [('//:app', '//:a'), ('//:app', '//:b')]
    """
    drawn = read_dot(data, name=name, **limits)
    members = {node: str(node).split("\\n") for node in drawn}
    for targets in members.values():
        _require_all_named(targets, name)
    if sum(len(members[tail]) * len(members[head]) for tail, head in drawn.edges()) > MOST_EDGES:
        raise LimitError(f"{name}: more than {MOST_EDGES:,} edges between the targets")
    graph = nx.DiGraph(**{key: attributes for key, attributes in drawn.graph.items() if key == "warnings"})
    graph.add_nodes_from(target for targets in members.values() for target in targets)
    for tail, head, label in drawn.edges(data="label"):
        attributes = {} if label is None else {"label": label}
        graph.add_edges_from((one, other, attributes) for one in members[tail] for other in members[head])
    return described(graph, format="bazel query", edge_meaning="depends on", weight_meaning="none")


def _require_all_named(targets: list[str], name: str) -> None:
    """Raise where a node stands for more targets than it names."""
    if targets[-1].startswith("..."):
        raise TruncatedError(
            f"{name}: {targets[0]} and others are one node that does not name them all; "
            "bazel query --output=graph --nograph:factored does"
        )
