"""The table of formats that graphdiff writes; `render` makes the bytes of a file, `write` puts them on the disk.

A row names its function as ``module:function``; the module is imported when a file needs it.
"""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from graphdiff.errors import UsageError
from graphdiff.files import require_free, save
from graphdiff.remedies import Keyword, Remedy

__all__ = ["WRITERS", "Writer", "render", "write"]

#: The options of what is drawn; max_edges is an old one.
VIEWING = frozenset({"max_nodes", "coverage", "direction", "fit", "max_edges"})


@dataclass(frozen=True)
class Writer:
    """One format that can be written.

    Attributes
    ----------
    suffixes : tuple of str
        How the names of such files end, in lower case.
    entry : str
        ``module:function``; the function takes the graph or result and the options, and returns the bytes.
    options : frozenset of str
        The keyword options that the function takes.
    about : str
        What is written.
    """

    suffixes: tuple[str, ...]
    entry: str
    options: frozenset[str]
    about: str


WRITERS: dict[str, Writer] = {
    "dot": Writer(
        suffixes=(".dot", ".gv"),
        entry="graphdiff.io.out:write_dot",
        options=VIEWING,
        about="the picture in Graphviz's language, not laid out, and what is known as attributes: ids are names, "
        "weight, share, total, what the graph came with; read reads it back",
    ),
    "svg": Writer(
        suffixes=(".svg",),
        entry="graphdiff.io.out:write_svg",
        options=VIEWING | {"timeout", "max_memory"},
        about="the picture, laid out; no Graphviz needs to be installed",
    ),
    "png": Writer(
        suffixes=(".png",),
        entry="graphdiff.io.out:write_png",
        options=VIEWING | {"timeout", "max_memory"},
        about="the picture, laid out; no Graphviz needs to be installed",
    ),
    "mermaid": Writer(
        suffixes=(".mmd", ".mermaid"),
        entry="graphdiff.io.out:write_mermaid",
        options=VIEWING,
        about="the picture as a Mermaid flowchart, for Markdown",
    ),
    "json": Writer(
        suffixes=(".json",),
        entry="graphdiff.io.out:write_json",
        options=VIEWING,
        about="a graph as node-link data, which read and networkx read back, or any result",
    ),
    "csv": Writer(
        suffixes=(".csv",),
        entry="graphdiff.io.out:write_csv",
        options=VIEWING | {"spreadsheet_safe"},
        about="the edges of a graph and their attributes, which read reads back; nodes without edges, and what is "
        "known of nodes and of the graph, are left out",
    ),
    "graphml": Writer(
        suffixes=(".graphml",),
        entry="graphdiff.io.out:write_graphml",
        options=VIEWING,
        about="a graph with all attributes, for other tools; what is neither number nor text is written as text",
    ),
    "html": Writer(
        suffixes=(".html",),
        entry="graphdiff.page.page:write_html",
        options=frozenset({"max_nodes"}),
        about="a page that needs no network: the report, the picture, and tables of nodes and edges; of more than "
        "2,000 nodes (max_nodes) those that most of the answer passes, the others eliminated",
    ),
}


def write(
    graph_or_result: Any,
    path: str | os.PathLike[str],
    *,
    format: str | None = None,
    overwrite: bool = False,
    **options: Any,
) -> None:
    """Write a graph or a result to a file, whole or not at all.

    A graph from `graphdiff.annotate`, or what `graphdiff.explain` and `graphdiff.rank` return, is drawn as the picture
    of its answer, what `graphdiff.compare` returns as the picture of the difference, any other graph as it is; html is
    a page to look through, with the report of a result. `graphdiff.read` reads
    graphs back from dot, json, graphml and csv with the same nodes, edges, weights and total; what a format cannot
    hold, its writer says: `graphdiff.to_pydot` of DOT; nodes that are neither texts nor ints get names; in csv and
    graphml control characters in names become U+FFFD, and names that would become one are refused; csv has the edges
    only. Of an annotated graph dot has what lies on the way, as the picture; json, graphml and csv have all of it.

    Parameters
    ----------
    graph_or_result : networkx.DiGraph, networkx.MultiDiGraph, what else `graphdiff.compile` takes, or result
        Results, and lists of `graphdiff.Path`, are written as JSON.
    path : str or path-like
    format : str, optional
        A key of `WRITERS`; by default the suffix decides.
    overwrite : bool
        Whether a file that exists is replaced.
    **options
        What the format takes: ``max_nodes``, ``coverage``, ``direction`` and ``fit`` (dot, svg, png, mermaid: what of
        an annotated graph is drawn, and how large; see `graphdiff.to_pydot`; of json, csv and graphml the first two
        make what is written that of the picture; html takes ``max_nodes``), ``timeout`` in seconds and ``max_memory``
        in bytes (svg, png), ``spreadsheet_safe`` (csv: whether texts that a spreadsheet would run get a quote mark
        before them).

    Raises
    ------
    OutputError
        The file exists, or cannot be written.
    LimitError
        The layout of a picture takes more than a stated limit, or a graph of which nothing is asked is too large for a
        page.
    UsageError
        An unknown format or suffix, or an option or a thing to write that the format does not take.
    GraphTypeError
        The graph is undirected.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import networkx as nx
    >>> from graphdiff import annotate
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = pathlib.Path(folder.name, "picture.svg")
    >>> write(annotate(G, "b", "e"), path)
    >>> path.read_text(encoding="utf-8").count('class="edge"')
    4
    >>> folder.cleanup()
    """
    name = os.fspath(path)
    chosen = format or _by_suffix(name)
    require_free(name, overwrite=overwrite)
    save(name, [render(graph_or_result, chosen, **options)], overwrite=overwrite)


def render(graph_or_result: Any, format: str, **options: Any) -> bytes:
    r"""Return what `write` would put into a file of this format.

    Parameters
    ----------
    graph_or_result, **options
        As for `write`.
    format : str
        A key of `WRITERS`.

    Raises
    ------
    LimitError, UsageError, GraphTypeError, OutputError
        As `write`.

    Examples
    --------
    >>> import networkx as nx
    >>> render(nx.DiGraph([("a", "b")]), "csv")
    b'source,target\na,b\n'
    """
    writer = format_of("", format)
    for option in options.keys() - writer.options:
        taking = [key for key, row in WRITERS.items() if option in row.options]
        where = f"it is for {', '.join(taking)}" if taking else "no format takes it"
        raise UsageError(f"format {format} takes no option ", Keyword(option), f": {where}")
    module, _, function = writer.entry.partition(":")
    data: bytes = getattr(importlib.import_module(module), function)(graph_or_result, **options)
    return data


def format_of(name: str, format: str | None = None) -> Writer:
    """Return the row of a format; where none is named, of the one that a file's suffix says.

    Raises
    ------
    UsageError
        If there is none.

    Examples
    --------
    >>> format_of("x.GV").suffixes
    ('.dot', '.gv')
    """
    chosen = format or _by_suffix(name)
    if chosen not in WRITERS:
        raise UsageError(f"no format {chosen!r}; there are {', '.join(WRITERS)}")
    return WRITERS[chosen]


def _by_suffix(name: str) -> str:
    suffix = PurePath(name).suffix.lower()
    for key, writer in WRITERS.items():
        if suffix in writer.suffixes:
            return key
    if suffix == ".gdiff":
        raise UsageError(f"{name}: a saved graph has its weights: graphdiff.compile(graph, …).save(…) writes it")
    known = ", ".join(suffix for writer in WRITERS.values() for suffix in writer.suffixes)
    raise UsageError(
        f"{name}: no format has the suffix {suffix!r}; use one of {known}",
        Remedy(Keyword("", python="format="), "says which it is"),
    )
