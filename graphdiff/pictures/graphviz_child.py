"""The child process that runs Graphviz: the parser for `graphdiff.io.dot`, the layout for `pictures.graphviz`.

Graphviz is C that trusts its input. In here it may crash, print, or ask for all memory; those who start this file as a
script turn each of these into one clear error.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from pygraphviz import graphviz as gv

__all__ = ["NO_FONT", "main", "parse", "render"]

#: The exit status where the machine has no font to draw a bitmap with.
NO_FONT = 3
# Twice the 72 dots to the inch of an SVG: small text stays legible.
PNG_DPI = b"144"
# In any font but the boxes that stand for a missing one, these two differ in width.
PROBE = 'digraph { node [shape=plain, fontname="Helvetica"]; a [label="iiiiiiii"]; b [label="WWWWWWWW"] }'

# Graphviz takes an id that starts with "%" for one of its own and renames it: a noncharacter keeps it from seeing that.
HIDDEN_PERCENT = "\ufffe%"

# SWIG's handles of Graphviz's C structures have no type that a checker could know.
Handle = Any


def main(format: str, max_memory: int) -> int:
    """Answer the request on stdin in a format; return the exit status.

    As JSON, what Graphviz reads from the texts of some graphs, a list in JSON; else the picture of one, in DOT.
    """
    if format == "json":
        gc.disable()  # Millions of handles, no cycles, and the process ends here.
        texts = json.load(sys.stdin.buffer)
        _limit_memory(max_memory)
        json.dump(list(map(parse, texts)), sys.stdout)
        return 0
    _limit_memory(max_memory)
    if format == "png" and not _has_fonts():
        return NO_FONT
    sys.stdout.buffer.write(render(sys.stdin.buffer.read(), format))
    return 0


def parse(text: str) -> dict[str, Any] | None:
    """Return what Graphviz reads from the text of one graph, or None where it says on stderr what is wrong.

    Returns
    -------
    dict or None
        ``nodes``: the names, in the file's order; ``tails`` and ``heads``: an edge's two places in ``nodes``, ``keys``:
        its key, empty for none;
        ``graph_columns``, ``node_columns``, ``edge_columns``: attribute name to one text for each, empty for none.

    Examples
    --------
    >>> found = parse("digraph { edge [weight=2]; a -> b -> a }")
    >>> found["nodes"], found["tails"], found["heads"], found["edge_columns"]
    (['a', 'b'], [0, 1], [1, 0], {'weight': ['2', '2']})
    """
    try:
        graph = _read(text.replace('"%', f'"{HIDDEN_PERCENT}').encode())
    except ValueError:
        return None
    nodes = list(_chain(gv.agfstnode, gv.agnxtnode, graph))
    names = [_name(node) for node in nodes]
    place = {name: i for i, name in enumerate(names)}
    edges = [list(_chain(gv.agfstout, gv.agnxtout, graph, node)) for node in nodes]
    flat = [edge for group in edges for edge in group]
    return {
        "nodes": names,
        "tails": [i for i, group in enumerate(edges) for _ in group],
        "heads": [place[_name(gv.aghead(edge))] for edge in flat],
        "keys": [_key(edge) for edge in flat],
        "graph_columns": _columns(graph, gv.AGRAPH, [graph]),
        "node_columns": _columns(graph, gv.AGNODE, nodes),
        "edge_columns": _columns(graph, gv.AGEDGE, flat),
    }


def render(text: bytes, format: str) -> bytes:
    """Return DOT in UTF-8 laid out by ``dot``, in a format of Graphviz.

    Examples
    --------
    >>> render(b"digraph { a }", "plain").split()[:4]
    [b'graph', b'1', b'0.75', b'0.5']
    """
    graph = _read(text)
    if format == "png":
        gv.agattr_label(graph, gv.AGRAPH, b"dpi", PNG_DPI)
    context = gv.gvContextWithBuiltins()
    if gv.gvLayout(context, graph, b"dot"):
        raise ValueError("Graphviz cannot lay it out")
    status, data = gv.gvRenderData(context, graph, format.encode())
    if status:
        raise ValueError("Graphviz cannot render it")
    return bytes(data)


def _has_fonts() -> bool:
    lines = render(PROBE.encode(), "plain").decode().splitlines()
    widths = {line.split()[4] for line in lines if line.startswith("node ")}
    return len(widths) == 2


def _read(text: bytes) -> Handle:
    with tempfile.TemporaryFile() as file:
        file.write(text)
        file.seek(0)
        return gv.agread(file, None)


def _limit_memory(max_memory: int) -> None:
    # Windows has no such limit, and some systems refuse to set it; the limit of time holds there too.
    with suppress(ImportError, OSError, ValueError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        soft = max_memory if hard == resource.RLIM_INFINITY else min(max_memory, hard)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _chain(
    first: Callable[..., Handle], following: Callable[..., Handle], graph: Handle, *of: Handle
) -> Iterator[Handle]:
    # The end of a chain is None or StopIteration, by the function; asking on after a None would crash.
    try:
        handle = first(graph, *of)
        while handle is not None:
            yield handle
            handle = following(graph, handle)
    except StopIteration:
        return


def _name(handle: Handle) -> str:
    # gv.agnameof itself gives None for some names.
    return _text(gv._graphviz.agnameof(handle))


def _key(edge: Handle) -> str:
    raw = gv._graphviz.agnameof(edge)
    return _text(raw) if raw else ""


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").replace(HIDDEN_PERCENT, "%")


def _columns(graph: Handle, kind: int, handles: list[Handle]) -> dict[str, list[str]]:
    columns = {}
    symbol = None
    while (symbol := _next_attribute(graph, kind, symbol)) is not None:
        columns[_text(gv.agattrname(symbol))] = [_text(gv.agxget(handle, symbol)) for handle in handles]
    return columns


def _next_attribute(graph: Handle, kind: int, symbol: Handle) -> Handle:
    try:
        return gv.agnxtattr(graph, kind, symbol)
    except StopIteration:
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
