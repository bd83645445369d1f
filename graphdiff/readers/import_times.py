"""Logs of ``python -X importtime``: what each module took to import, and which module imported it first."""

from __future__ import annotations

import re

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.readers.building import collector_at_rest, described
from graphdiff.readers.source import load, text_of

__all__ = ["put_times", "read_import_times"]

LINE = re.compile(r"import time:\s*(\d{1,15})\s*\|\s*(\d{1,15})\s*\| ( *)(\S.*)")
#: The largest log that goes with an import graph.
MAX_BYTES = 1 << 26


def read_import_times(data: bytes, *, name: str) -> nx.DiGraph:
    r"""Read a log of ``python -X importtime``: the tail of an edge is the module that imported its head first.

    Other imports of the same module cost nothing and are not in the log, so that the graph is a forest of those that
    made it run; the import graph of a package is ``imports:PACKAGE``, where ``times=`` takes this log.

    Parameters
    ----------
    data : bytes
        The decompressed log; lines of other kinds among it are passed by.
    name : str
        The file's name, for messages.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``import_time``, the module's own time, and ``cumulative``, with what it imported, in microseconds.

    Raises
    ------
    FormatError
        No line of such a log.

    Examples
    --------
    >>> log = b"import time: self [us] | cumulative | imported package\n"
    >>> G = read_import_times(log + b"import time: 5 | 5 |   b\nimport time: 7 | 12 | a\n", name="log")
    >>> list(G.edges), G.nodes["a"]
    ([('a', 'b')], {'import_time': 7, 'cumulative': 12})
    """
    graph = nx.DiGraph()
    waiting: list[tuple[int, str]] = []
    with collector_at_rest():
        for line in text_of(data).splitlines():
            if not (found := LINE.search(line)):
                continue
            own, cumulative, depth, module = int(found[1]), int(found[2]), len(found[3]), found[4].strip()
            before = graph.nodes[module] if module in graph else {"import_time": 0, "cumulative": 0}
            graph.add_node(
                module, import_time=before["import_time"] + own, cumulative=before["cumulative"] + cumulative
            )
            while waiting and waiting[-1][0] > depth:  # what a module imports stands above it, farther to the right
                inner = waiting.pop()[1]
                if inner != module:
                    graph.add_edge(module, inner)
            waiting.append((depth, module))
    if not graph:
        raise FormatError(f"{name}: no line of python -X importtime in it")
    return described(graph, format="import times", edge_meaning="imports", weight_meaning="none")


def put_times(graph: nx.DiGraph, path: str) -> None:
    """Give the modules of a new import graph their ``import_time``, in microseconds, from a log.

    Raises
    ------
    InputError
        The log cannot be read.
    FormatError
        It is no such log, or none of the modules is in it.
    """
    name, data = load(path, max_bytes=MAX_BYTES)
    times = read_import_times(data, name=name).nodes(data="import_time")
    known = {module: time for module, time in times if module in graph}
    if not known:
        raise FormatError(f"{name}: none of the {len(graph):,} modules is in it; was their package imported?")
    nx.set_node_attributes(graph, known, "import_time")
