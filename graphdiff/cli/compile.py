"""``graphdiff compile``: a file of any format as a saved graph, which every verb opens without reading it anew."""

from __future__ import annotations

from dataclasses import replace

import click

from graphdiff import files
from graphdiff.cli import inputs, options, output
from graphdiff.cli.format_options import SHOWN
from graphdiff.cli.streams import say, tell
from graphdiff.cli.weightings import chosen
from graphdiff.errors import UsageError
from graphdiff.showing import one_line

EPILOG = """\
\b
Examples:
  graphdiff compile Packages.xz -O debian.gdiff
  graphdiff why debian.gdiff openssh-server liblzma5        as from Packages.xz
  graphdiff compile calls.csv -w seconds -O calls.gdiff     calls.gdiff is asked by seconds
  graphdiff compile 'edges/*.parquet' --memory 4GB -O edges.gdiff

\b
In Python:
  import graphdiff as gd
  G = gd.read("calls.csv")
  gd.compile(G, weight="seconds").with_attributes(G).save("calls.gdiff")
  gd.read("calls.gdiff"), gd.CompiledGraph.load("calls.gdiff")
"""

#: How a saved graph's name should end, by which it is known.
SUFFIX = ".gdiff"


@options.command("compile", epilog=EPILOG, short_help="How is a file saved that is asked often?")
@click.option(
    "--memory", metavar="SIZE",
    help="For tables of edges larger than the memory (CSV, Parquet, Arrow; FILE may be a pattern in quotes, or "
    "a.csv+b.csv): compile on the disk, with so much memory, as in 4GB. What was interrupted goes on when it is asked "
    "again.",
)  # fmt: skip
@options.verb
def compile(settings: options.Settings, memory: str | None) -> None:
    """Save the graph as FILE.gdiff: nodes, edges, weights, meanings and all attributes, in order and ready to be asked.

    Every verb reads it, in a fraction of the time, and reports what it does of FILE. It holds one weighting, by default
    what the file has (unit, where it has none), and is asked by it; -w unit and even, and the other attributes of
    edges, can be asked of it too. What an option left out, such as edges of other kinds, is not in it.
    """
    if settings.path is None or settings.path == "-" or not settings.path.endswith(SUFFIX):
        raise UsageError(f"-O FILE{SUFFIX} says where the saved graph goes")
    inputs.require_one_weight(settings)
    if settings.output != "text" or settings.spreadsheet_safe:
        raise UsageError("compile prints no report: it takes neither -o nor --spreadsheet-safe")
    if memory is not None:
        _compile_on_disk(settings, settings.path, memory)
        return
    files.require_free(settings.path, overwrite=settings.force)
    graph = inputs.load(settings)
    names = chosen(graph).names
    with output.bar("compile") as progress:
        progress(0, 3)
        compiled = inputs.compile_all(graph, replace(settings, weights=names[:1]))[0]
        progress(1, 3)
        whole = compiled.with_attributes(graph)
        progress(2, 3)
        whole.save(settings.path, overwrite=settings.force)
        progress(3, 3)
    say(f"{output.graph_line(graph)}\nwrote {one_line(settings.path)}, by {compiled.weight_meaning}\n")


def _compile_on_disk(settings: options.Settings, path: str, memory: str) -> None:
    """Compile a table of edges past memory: of the options of reading it takes the columns."""
    from graphdiff.graph.presets import WEIGHTS
    from graphdiff.io.edge_list import wanted_columns
    from graphdiff.io.table import compiled_table

    left_over = {name for name, value in settings.reading.items() if value and name != "columns"} | {*settings.views}
    if left_over or settings.exact:
        names = sorted(left_over | ({"exact"} if settings.exact else set()))
        listed = ", ".join(SHOWN.get(name, f"--{name.strip('_').replace('_', '-')}") for name in names)
        raise UsageError(f"--memory compiles a table of edges as it is, by its columns; it does not take: {listed}")
    if settings.file == "-":
        raise UsageError("--memory reads files where they lie, more than once: write standard input to one first")
    wanted = wanted_columns(settings.reading.get("columns"))
    name = next(iter(settings.weights), wanted.get("weight"))
    weight = WEIGHTS.get(name or "", name.removeprefix("attr:") if name else None)
    with output.bar("compile") as progress:
        graph = compiled_table(
            settings.file,
            path,
            source=wanted.get("source"),
            target=wanted.get("target"),
            weight=weight,
            default_weight=settings.default_weight,
            memory=memory,
            cycles=settings.cycles or ("collapse" if weight is WEIGHTS["unit"] else "raise"),
            overwrite=settings.force,
            progress=progress,
            say=tell,
        )
    counts = f"{graph.n_nodes:,} nodes, {graph.n_edges:,} edges"
    say(f"{counts}\nwrote {one_line(path)}, by {graph.weight_meaning}\n")
