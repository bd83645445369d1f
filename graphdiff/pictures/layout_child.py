"""The child process that runs Graphviz's layout: DOT on stdin, the picture on stdout.

Graphviz is memory-unsafe C. In here it may crash, print, or ask for all memory; `graphdiff.pictures.graphviz`, which
starts
this file as a script, turns each of these into one clear error.
"""

from __future__ import annotations

import sys
import tempfile

from pygraphviz import graphviz as gv

__all__ = ["NO_FONT", "main", "render"]

#: The exit status where the machine has no font to draw a bitmap with.
NO_FONT = 3
# Twice the 72 dots to the inch of an SVG: small text stays legible.
PNG_DPI = b"144"
# In any font but the boxes that stand for a missing one, these two differ in width.
PROBE = 'digraph { node [shape=plain, fontname="Helvetica"]; a [label="iiiiiiii"]; b [label="WWWWWWWW"] }'


def main(format: str, max_memory: int) -> int:
    """Answer the request on stdin; return the exit status."""
    _limit_memory(max_memory)
    text = sys.stdin.buffer.read()
    if format == "png" and not _has_fonts():
        return NO_FONT
    sys.stdout.buffer.write(render(text, format))
    return 0


def render(text: bytes, format: str) -> bytes:
    """Return DOT in UTF-8 laid out by ``dot``, in a format of Graphviz.

    Examples
    --------
    >>> render(b"digraph { a }", "plain").split()[:4]
    [b'graph', b'1', b'0.75', b'0.5']
    """
    with tempfile.TemporaryFile() as file:
        file.write(text)
        file.seek(0)
        graph = gv.agread(file, None)
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


def _limit_memory(max_memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the limit of time holds there too.
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    soft = max_memory if hard == resource.RLIM_INFINITY else min(max_memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
