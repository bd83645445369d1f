"""``graphdiff compile``: a file of any format as a saved graph, which every verb opens without reading it anew."""

from __future__ import annotations

from dataclasses import replace

from graphdiff import files
from graphdiff.cli import inputs, options, output
from graphdiff.cli.streams import say
from graphdiff.cli.weightings import chosen
from graphdiff.errors import UsageError
from graphdiff.showing import one_line

EPILOG = """\
\b
Examples:
  graphdiff compile Packages.xz -O debian.gdiff
  graphdiff why debian.gdiff openssh-server liblzma5        as from Packages.xz
  graphdiff compile calls.csv -w seconds -O calls.gdiff     calls.gdiff is asked by seconds

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
@options.verb
def compile(settings: options.Settings) -> None:
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
