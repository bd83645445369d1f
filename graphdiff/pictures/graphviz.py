"""DOT becomes SVG or PNG: Graphviz from pygraphviz's wheel, in a child process with limits of time and memory."""

from __future__ import annotations

import math
import re
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from itertools import chain, islice, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any, Unpack

import pydot

from graphdiff.errors import LimitError, OutputError, require_libraries
from graphdiff.limits import require_limits
from graphdiff.pictures.described import described
from graphdiff.pictures.dot import LAID_OUT, drawing, pictures_of
from graphdiff.pictures.picture import Picture
from graphdiff.pictures.view import DPI, GOOD_SCALE, LEAST_SCALE, Fit, View, Viewing, view_of
from graphdiff.remedies import Keyword, Remedy
from graphdiff.text.sentences import how_many

#: More nodes take dot too long, and nobody sees them in a notebook; how many seconds one waits there.
MOST_SHOWN, PATIENCE = 300, 20.0
#: What two pictures on a page may not share, and what is for readers of the file.
APART = re.compile(r'(?<=<g) id="[a-z]+\d+"|<!--.*?-->\s*', re.DOTALL)
CHILD = Path(__file__).with_name("graphviz_child.py")
#: How the name of a row looks.
ROW = {"shape": "plaintext", "style": '""', "fontsize": "10", "fontcolor": '"#666666"'}
#: The exit status of the child where there is no font for a bitmap.
NO_FONT = 3
# The DTD that Graphviz names is on the network; readers of XML that refuse one need none.
DOCTYPE = re.compile(rb"<!DOCTYPE[^>]*>\s*")

# As Graphviz begins an SVG.
SIZE = re.compile(rb'<svg width="([\d.]+)pt" height="([\d.]+)pt"')

# As Python, Graphviz and GLib say it.
OUT_OF_MEMORY = re.compile("MemoryError|out of memory|allocate memory")


def fitted(
    pictures: Iterator[Picture], view: View, format: str, *, timeout: float = 60.0, max_memory: int = 2**31
) -> bytes:
    r"""Return the first of some pictures that fits into a box with all its text legible, else the last as it is.

    Parameters
    ----------
    pictures : iterator of Picture
        At least one, each with less in it than the one before.
    view : View
    format : {"svg", "png"}
    timeout, max_memory
        Those of `layout`, each time.

    Raises
    ------
    LimitError, OutputError
        As `layout`.

    Examples
    --------
    >>> import networkx as nx
    >>> from graphdiff.pictures.dot import pictures_of
    >>> from graphdiff.pictures.view import view_of
    >>> view = view_of()
    >>> fitted(pictures_of(nx.DiGraph([("a", "b")]), view), view, "png")[:4]
    b'\x89PNG'
    """
    picture: Picture | None = next(pictures)
    while picture is not None:
        tries = []
        for direction in picture.directions(view):
            dot = drawing(picture, direction)
            drawn = layout(dot, format, timeout=timeout, max_memory=max_memory)
            tries.append((view.scale(*_size_of(drawn, format)), dot, drawn))
            if tries[-1][0] >= GOOD_SCALE:
                break
        scale, dot, drawn = max(tries, key=itemgetter(0))
        picture = _smaller(pictures, scale) if scale < LEAST_SCALE else None
    if scale == 1 or scale < LEAST_SCALE:  # a picture of which no part is one is drawn as large as it is
        return drawn
    return layout(dot, format, timeout=timeout, max_memory=max_memory, box=view.fit)


def inline(graph: Any, **viewing: Unpack[Viewing]) -> str:
    """Return what `graphdiff.write` draws as SVG that stands in a page, no larger than that.

    Raises
    ------
    LimitError
        If there is more than one can look at, or its layout takes longer than one waits.
    OutputError
        As `layout`.

    Examples
    --------
    >>> import networkx as nx
    >>> inline(nx.DiGraph([("a", "b")]))[:44]
    '<svg style="max-width:100%;height:auto" widt'
    """
    view = view_of(**viewing)
    pictures = pictures_of(graph, view)
    first = next(pictures)
    if len(first.nodes) > MOST_SHOWN or len(first.edges) > 2 * MOST_SHOWN:
        counts = f"{how_many(len(first.nodes), 'nodes')}, {how_many(len(first.edges), 'edges')}"
        raise LimitError(f"{counts} are too many to see: draw() what is between two nodes, or groups")
    drawn = fitted(chain([first], pictures), view, "svg", timeout=PATIENCE).decode().partition("?>")[2]
    return APART.sub("", drawn).replace("<svg ", '<svg style="max-width:100%;height:auto" ', 1).strip()


def _smaller(pictures: Iterator[Picture], scale: float) -> Picture | None:
    """Return one of the pictures to come, further on the less the last one fitted; None where there is none."""
    n_skipped = int(math.log(LEAST_SCALE / scale, 1.5))
    skipped = deque(islice(pictures, n_skipped), maxlen=1)
    return next(pictures, skipped[0] if skipped else None)


def _size_of(drawn: bytes, format: str) -> tuple[float, float]:
    """Return the width and height of a picture by Graphviz, in points."""
    if format == "png":
        dots = struct.unpack(">II", drawn[16:24])
        return dots[0] * 72 / DPI, dots[1] * 72 / DPI
    [(width, height)] = SIZE.findall(drawn[:1000])
    return float(width), float(height)


def layout(
    dot: pydot.Dot, format: str, *, timeout: float = 60.0, max_memory: int = 2**31, box: Fit | None = None
) -> bytes:
    r"""Return a drawing by `graphdiff.to_pydot` as a picture.

    Parameters
    ----------
    dot : pydot.Dot
        From `graphdiff.to_pydot` only: Graphviz is not safe with the DOT of others.
    format : {"svg", "png"}
    timeout : float
        The most seconds that it may take.
    max_memory : int
        The most bytes of memory that it may take (not on Windows).
    box : Fit, optional
        What it is shrunk to where it is larger.

    Raises
    ------
    LimitError
        If the layout needs more time or memory than allowed.
    OutputError
        If Graphviz fails, or the machine has no font for a PNG.
    MissingLibraryError
        If Graphviz cannot be loaded, as a library of the system is not there.

    Examples
    --------
    >>> import networkx as nx
    >>> from graphdiff.pictures.dot import to_pydot
    >>> layout(to_pydot(nx.DiGraph([("a", "b")])), "png")[:4]
    b'\x89PNG'
    """
    require_limits(timeout=timeout, max_memory=max_memory)
    bare = _bare(dot)
    if box is not None:
        inches = f'"{box.width / DPI:.4f},{box.height / DPI:.4f}"'
        bare.get_node("graph")[0].set("size", inches)
    picture = _run_child(bare.to_string().encode(), format, timeout, max_memory)
    return described(DOCTYPE.sub(b"", picture, count=1), dot.picture) if format == "svg" else picture


def _bare(dot: pydot.Dot) -> pydot.Dot:
    """Return the drawing without what is known of its parts: as a wish about the layout a weight may break it."""
    bare = pydot.Dot("graphdiff", graph_type="digraph")
    for node in dot.get_nodes():
        bare.add_node(pydot.Node(node.get_name(), **_drawn(node)))
    for edge in dot.get_edges():
        bare.add_edge(pydot.Edge(edge.get_source(), edge.get_destination(), **_drawn(edge)))
    _add_rows(bare, [row for row in dot.get_subgraphs() if row.get("rank")])
    for frame in dot.get_subgraphs():
        if not frame.get("rank"):
            bare.add_subgraph(frame)
    return bare


def _add_rows(bare: pydot.Dot, rows: list[pydot.Subgraph]) -> None:
    """Add rows of nodes, one above the other, each with its name beside it, by edges that are not seen."""
    longest = max(len(node.get_name()) for node in bare.get_nodes())
    names = [f"{row.get_name()}{'_' * longest}" for row in rows]  # no node is called like that
    for name, row in zip(names, rows, strict=True):
        beside = pydot.Subgraph(row.get_name(), rank=row.get("rank"))
        beside.add_node(pydot.Node(name, **ROW, label=row.get("comment")))
        members = [node.get_name() for node in row.get_nodes()]
        for member in members:
            beside.add_node(pydot.Node(member))
        bare.add_subgraph(beside)
        pairs = [(name, member) for member in members] if row.get("rank") == "same" else pairwise([name, *members])
        for pair in pairs:
            bare.add_edge(pydot.Edge(*pair, style="invis"))
    for pair in pairwise(names):
        bare.add_edge(pydot.Edge(*pair, style="invis", weight="100"))


def _drawn(part: pydot.Node | pydot.Edge) -> dict[str, str]:
    return {name: value for name, value in part.get_attributes().items() if name in LAID_OUT}


def _run_child(text: bytes, format: str, timeout: float, max_memory: int) -> bytes:
    # -P: else the modules beside the child would stand before all others of their names.
    command = [sys.executable, "-P", str(CHILD), format, str(max_memory)]
    try:
        child = subprocess.run(command, input=text, capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        raise _too_large("timeout", timeout, "seconds") from None
    if child.returncode == NO_FONT:
        raise OutputError(
            "this machine has no font to draw a PNG with: write an .svg, or install a font, such as fonts-dejavu-core"
        )
    complaints = child.stderr.decode("utf-8", "replace")
    if OUT_OF_MEMORY.search(complaints):
        raise _too_large("max_memory", max_memory, "bytes")
    require_libraries(complaints)
    if child.returncode or not child.stdout:
        raise OutputError(
            f"Graphviz broke down on the layout (status {child.returncode}); write the same picture as .dot instead"
        )
    return child.stdout


def _too_large(name: str, limit: float, unit: str) -> LimitError:
    return LimitError(
        f"laying out this picture took over {limit:,} {unit}: write it as .dot, or draw less of it",
        Remedy(Keyword("max_nodes"), "says how many nodes of an annotated graph are drawn"),
        Remedy(Keyword(name, type(limit)(limit * 4)), "allows more"),
    )
