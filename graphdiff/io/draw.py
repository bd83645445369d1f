"""`draw`: the picture of a question in one call, which a notebook shows and `Drawing.save` writes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Unpack

import networkx as nx

from graphdiff.errors import CycleError, LimitError, SameComponentError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions
from graphdiff.graph.ends import End
from graphdiff.graph.measured import is_profile
from graphdiff.graph.networks import edge_data
from graphdiff.graph.options import takes_options
from graphdiff.io.write import format_of, write
from graphdiff.pictures.annotate import annotate, from_end_to_end
from graphdiff.pictures.group import By, group
from graphdiff.pictures.sketch import sketch
from graphdiff.pictures.view import Direction, FitName, view_of
from graphdiff.text.notebook import Displayed, shown
from graphdiff.text.sentences import NEEDING
from graphdiff.text.tables import Result

__all__ = ["Drawing", "draw", "is_too_large"]


@dataclass(frozen=True, repr=False)
class Drawing(Displayed):
    """A picture: Jupyter shows it as SVG.

    Attributes
    ----------
    graph : networkx.DiGraph or networkx.MultiDiGraph
        What is drawn, with the numbers of the question as attributes.
    viewing : mapping
        How much of it, and how large, as `graphdiff.to_pydot` takes it.
    """

    graph: nx.DiGraph
    viewing: Mapping[str, Any] = field(default_factory=dict)

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False, **options: Any) -> None:
        """Write the picture to a file by its suffix: svg, png, html, dot, mmd, or what else `graphdiff.write` takes.

        Parameters
        ----------
        path : str or path-like
        overwrite : bool
            Whether a file that exists is replaced.
        **options
            What else the format takes.

        Raises
        ------
        OutputError, LimitError, UsageError
            As `graphdiff.write`.
        """
        taken = format_of(os.fspath(path), options.get("format")).options
        viewing = {name: value for name, value in self.viewing.items() if name in taken and value is not None}
        write(self.graph, path, overwrite=overwrite, **viewing, **options)

    def to_networkx(self) -> nx.DiGraph | nx.MultiDiGraph:
        """Return the graph that is drawn, which `graphdiff.write` takes in its place."""
        return self.graph

    def __repr__(self) -> str:
        return f"<Drawing: {self.graph}>"

    def _shown(self) -> dict[str, str]:
        return shown(self.graph, **self.viewing)


@takes_options
def draw(
    graph: Any,
    source: End | None = None,
    target: End | None = None,
    *,
    by: By | None = None,
    max_nodes: int | None = None,
    coverage: float = 0.9,
    direction: Direction | None = None,
    fit: FitName = "slide",
    **options: Unpack[CompileOptions],
) -> Drawing:
    """Draw what flows between two nodes, or the whole graph: a picture that Jupyter shows, and `Drawing.save` writes.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph, what else `graphdiff.compile` takes, or result
        A result that has a picture (of `graphdiff.explain` and `graphdiff.compare`), and without more a graph from
        `graphdiff.annotate` or `graphdiff.group`, are drawn as they are.
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES, optional
        As for `graphdiff.annotate`; of what is needed one end alone is asked from all roots, or to all leaves.
    by : str, int or callable, optional
        Draw groups: see `graphdiff.group`. Without ends so are more packages, modules or functions than fit.
    max_nodes, coverage, direction, fit
        What of it is drawn, and how large: see `graphdiff.to_pydot`.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already. A whole graph of which no edge has a weight
        is drawn with 1 on every edge.

    Returns
    -------
    Drawing
        Where a cycle on the way has no value it is drawn without what that leaves open, and its legend says so.

    Raises
    ------
    UnknownNodeError, WeightError, ValueOverflowError, UsageError, GraphTypeError
        As `graphdiff.annotate`, `graphdiff.group` and `graphdiff.to_pydot`.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> draw(G, "b", "e")
    <Drawing: DiGraph with 4 nodes and 4 edges>
    """
    view = view_of(max_nodes=max_nodes, coverage=coverage, direction=direction, fit=fit)
    viewing = {"max_nodes": max_nodes, "coverage": coverage, "direction": direction, "fit": fit}
    if not (by or options) and source is target is None and _is_picture(graph):
        return Drawing(graph if isinstance(graph, nx.Graph) else graph.to_networkx(), viewing)
    is_measured = not options and isinstance(graph, nx.DiGraph) and is_profile(graph)
    is_whole = source is target is None and not is_measured
    if is_whole and "weight" not in options and not _has_weights(graph):
        options["weight"] = None
    if by is not None or (is_whole and is_too_large(graph, view.max_nodes)):
        return Drawing(group(graph, by, source=source, target=target, **options), viewing)
    return Drawing(_answer(graph, source, target, options), viewing)


def _has_weights(graph: Any) -> bool:
    """Tell whether any edge of a networkx graph has a weight; what is no such graph brings its own."""
    return not isinstance(graph, nx.Graph) or any("weight" in data for data in edge_data(graph))


def _is_picture(thing: Any) -> bool:
    """Tell whether what is drawn of it is settled."""
    if isinstance(thing, nx.Graph):
        return not thing.graph.keys().isdisjoint(("annotation", "quotient"))
    return isinstance(thing, Result) and hasattr(thing, "to_networkx")


def is_too_large(graph: Any, max_nodes: int) -> bool:
    """Return whether a graph of what is needed has more nodes than fit into a picture.

    Examples
    --------
    >>> is_too_large(nx.path_graph(9, nx.DiGraph), 5), is_too_large(nx.DiGraph([(1, 2)], edge_meaning="imports"), 1)
    (False, True)
    """
    return _edge_meaning(graph) in NEEDING and len(graph) > max_nodes


def _edge_meaning(graph: Any) -> str:
    if isinstance(graph, CompiledGraph):
        return graph.edge_meaning
    return str(graph.graph.get("edge_meaning", "unknown")) if isinstance(graph, nx.Graph) else "unknown"


def _answer(graph: Any, source: End | None, target: End | None, options: CompileOptions) -> nx.DiGraph:
    """Return a graph with the numbers of the question, as far as cycles allow."""
    ends = from_end_to_end(_edge_meaning(graph), source, target)
    try:
        return annotate(graph, *ends, **options)
    except (CycleError, LimitError, SameComponentError):
        return sketch(graph, *ends, **options)
