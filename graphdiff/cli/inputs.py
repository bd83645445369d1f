"""From the settings to the graph: reading the file, and which weightings it is compiled with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from graphdiff.absences import absences_of
from graphdiff.cli.options import Settings
from graphdiff.cli.streams import tell
from graphdiff.cli.weightings import chosen, verb_that_runs, weight_options
from graphdiff.errors import UsageError
from graphdiff.graph.lookup import named

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.graph.compiled import CompiledGraph


#: How many of a reader's warnings are shown.
SHOWN = 3


def load(settings: Settings, spare: Sequence[str] = ()) -> nx.DiGraph:
    """Read the graph that the options name; nodes whose ids say nothing are called by their labels.

    What is spare is an option of the verb, too: a reader need not take it.

    Says on standard error what the reader skipped, and what the file names and does not have: where it was cut off that
    is all there is to see.
    """
    from graphdiff.io.read import read

    graph: nx.DiGraph = read(settings.file, spare=[*settings.spare, *spare], frozen=True, **settings.reading)
    warnings = graph.graph.get("warnings", [])
    if len(warnings) > SHOWN:
        warnings = [*warnings[: SHOWN - 1], f"{warnings[SHOWN - 1]} (and {len(warnings) - SHOWN:,} more)"]
    for line in warnings:
        tell(line)
    if (absences := absences_of(graph.graph)) and absences.unmet:
        where = "standard input" if settings.file == "-" else settings.file
        tell(f"{where}: {absences.unmet_line(graph.graph.get('node_meaning', 'nodes'))}")
    return _viewed(named(graph), settings)


def _viewed(graph: nx.DiGraph, settings: Settings) -> nx.DiGraph:
    """Return what is left of a profile by the options for that, and say how much it is."""
    from graphdiff.graph.measured import is_profile

    views = {name: value for name, value in settings.views.items() if name != "by"}
    if "by" in settings.views and is_profile(graph):
        views["group"] = settings.views["by"]
    if not views:
        return graph
    from graphdiff.profiles.filtering import filter_calls

    viewed = filter_calls(graph, **views)
    for line in viewed.graph["filters"]:
        tell(line)
    return viewed


def compile_all(graph: nx.DiGraph, settings: Settings) -> list[CompiledGraph]:
    """Compile the graph once for each weighting asked for; presets share one shape."""
    from graphdiff.graph.compiled import compile
    from graphdiff.graph.presets import Preset

    graphs: list[CompiledGraph] = []
    shape: CompiledGraph | None = None
    for name in settings.weights or chosen(graph).names:
        options = weight_options(name, settings, graph)
        preset = options["weight"]
        if shape is not None and isinstance(preset, Preset) and preset.is_of_shape:
            graphs.append(shape.with_preset(preset))
            continue
        graphs.append(compile(graph, **options))
        if isinstance(preset, Preset) and preset.is_of_shape:
            shape = graphs[-1]
    return graphs


def compile_one(graph: nx.DiGraph, settings: Settings) -> CompiledGraph:
    """Compile the graph with the one weighting asked for; without weights in the file that is even."""
    require_one_weight(settings)
    return compile_all(graph, replace(settings, weights=chosen(graph).names[-1:]))[0]


def require_one_weight(settings: Settings) -> None:
    """Raise `UsageError` where several weightings are given to a verb that takes one."""
    if len(settings.weights) > 1:
        raise UsageError(f"{verb_that_runs()} takes one --weight, and {len(settings.weights)} are given")
