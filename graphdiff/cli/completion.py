"""Shell completion of what is in the file: names of attributes, kinds of edges, formats; nodes are in `nodes`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli.nodes import graph_to_complete
from graphdiff.cli.weightings import offered
from graphdiff.io.formats import READERS

if TYPE_CHECKING:
    import networkx as nx

#: So many nodes and edges are looked at for the names of their attributes.
LOOKED_AT = 1000


def complete_format(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a format."""
    return _starting(READERS, incomplete)


def complete_weight(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete a preset, or an edge attribute of the file that is a number."""
    from graphdiff.graph.presets import WEIGHTS

    graph = graph_to_complete(ctx)
    of_edges = _names(_edge_data(graph), graph)
    of_nodes = {name for data in _node_data(graph) for name in data}
    presets = [
        name
        for name, preset in WEIGHTS.items()
        if {*of_edges} >= {*preset.measured} and of_nodes >= {*preset.measured_of_nodes, *preset.told_of_nodes}
    ]
    return _starting([*presets, *of_edges], incomplete)


def complete_kind(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete a kind that edges of the file have."""
    graph = graph_to_complete(ctx, kinds="all") or graph_to_complete(ctx)
    kinds = {str(data["kind"]) for data in _edge_data(graph) if data.get("kind")}
    return _starting(["all", *sorted(kinds)], incomplete)


def complete_group(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete a node attribute of the file, or ``prefix:``."""
    return [*_starting(["prefix:"], incomplete), *complete_attribute(ctx, param, incomplete)]


def complete_attribute(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete a node attribute of the file."""
    graph = graph_to_complete(ctx)
    return _starting(_names(_node_data(graph), graph, numbers=False), incomplete)


def complete_value(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete a node attribute of the file that is a number."""
    graph = graph_to_complete(ctx)
    return _starting(_names(_node_data(graph), graph), incomplete)


def complete_column(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete a column of ``rank``: the weightings and the sets, of a profile what was measured."""
    from graphdiff.graph.measured import is_profile
    from graphdiff.profiles.report_ranking import COLUMNS
    from graphdiff.structure.rank import SETS, SUMS
    from graphdiff.structure.reliance import RELIANCE

    graph = graph_to_complete(ctx)
    weights = ctx.params.get("weights") or offered(graph, str(ctx.command.name))
    value = ctx.params.get("value")
    measured = COLUMNS if graph is not None and is_profile(graph) else ()
    return _starting([*measured, *weights, *SETS, *(f"{name} {value}" for name in SUMS if value), RELIANCE], incomplete)


def _starting(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in dict.fromkeys(names) if name.startswith(incomplete)]


def _node_data(graph: nx.DiGraph | None) -> Iterator[dict[str, Any]]:
    return islice(() if graph is None else (data for _, data in graph.nodes(data=True)), LOOKED_AT)


def _edge_data(graph: nx.DiGraph | None) -> Iterator[dict[str, Any]]:
    return islice(() if graph is None else (data for *_, data in graph.edges(data=True)), LOOKED_AT)


def _names(rows: Iterable[dict[str, Any]], graph: nx.DiGraph | None, *, numbers: bool = True) -> list[str]:
    from graphdiff.graph.attributes import are_numbers, drawing_names

    left_out = () if graph is None else drawing_names(graph)
    offered = (name for data in rows for name, value in data.items() if not numbers or are_numbers([value]))
    return [str(name) for name in dict.fromkeys(offered) if name not in left_out]
