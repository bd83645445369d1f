"""The drawing that ``turbo run TASK --graph=FILE`` makes of a monorepo's tasks."""

from __future__ import annotations

from typing import Any

import networkx as nx

from graphdiff.readers.dot import read_dot
from graphdiff.readers.dot_names import renamed, told

__all__ = ["read_turbo"]

PREFIX = "[root] "
#: What every task without another that it depends on leads to; it is no task.
END = "___ROOT___"


def read_turbo(data: bytes, *, name: str, **limits: Any) -> nx.DiGraph | nx.MultiDiGraph:
    """Read ``turbo run --graph``: the tail of an edge is a task that depends on its head, which runs first.

    Ids are without ``[root]``: ``app#build``, in a repository of one package ``build``. ``___ROOT___``, to which
    turbo draws every task that depends on no other, is left out.

    Parameters
    ----------
    data : bytes
        The content.
    name : str
        The file's name, for messages.
    **limits
        What `graphdiff.readers.dot.read_dot` takes.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph

    Raises
    ------
    FormatError, GraphTypeError, LimitError, UsageError
        As `graphdiff.readers.dot.read_dot`.

    References
    ----------
    .. [1] https://turborepo.com/docs/reference/run, ``--graph``.

    Examples
    --------
    >>> text = b'digraph { "[root] app#build" -> "[root] ui#build" "[root] ui#build" -> "[root] ___ROOT___" }'
    >>> list(read_turbo(text, name="x.dot").edges)
    [('app#build', 'ui#build')]
    """
    graph = renamed(read_dot(data, name=name, **limits), lambda node, _: str(node).removeprefix(PREFIX))
    graph.remove_nodes_from([END])
    return told(graph, format="turbo tasks (DOT)", edge_meaning="depends on")
