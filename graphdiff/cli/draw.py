"""``graphdiff draw``: the annotated picture."""

from __future__ import annotations

import re

import click

from graphdiff.cli import inputs, options, output, weightings
from graphdiff.cli.completion import complete_group
from graphdiff.cli.nodes import complete_node, find_ends
from graphdiff.errors import UsageError

EPILOG = """\
\b
Examples:
  graphdiff draw graph.dot a b | dot -Tpdf -o graph.pdf
  graphdiff draw graph.dot a b -O graph.svg          needs no Graphviz
  graphdiff draw net.csv --target loss -O loss.png   the picture of backpropagation
  graphdiff draw imports:networkx --group prefix:2 -O packages.svg
  graphdiff draw modules.json app.main app.db --group layer
  graphdiff draw "expr:e = (a + b) * (b + 1)" --set a=2 --set b=1 --target e -O e.svg

\b
In Python:
  import graphdiff as gd
  G = gd.read("graph.dot")
  gd.write(gd.annotate(G, "a", "b"), "graph.svg")
  gd.write(gd.group(G, "layer", source="a", target="b"), "layers.svg")  # by=2: two parts of the name
"""


@options.command(epilog=EPILOG)
@options.verb
@click.argument("nodes", nargs=-1, metavar="[SOURCE] [TARGET]", shell_complete=complete_node)
@click.option("--source", metavar="NODE", shell_complete=complete_node, help="Draw what this node reaches.")
@click.option("--target", metavar="NODE", shell_complete=complete_node, help="Draw what reaches this node.")
@click.option(
    "--group",
    "by",
    metavar="NAME|prefix:N",
    shell_complete=complete_group,
    help="Draw groups: by a node attribute, or by N parts of names.",
)
def draw(
    settings: options.Settings, nodes: tuple[str, ...], source: str | None, target: str | None, by: str | None
) -> None:
    """Draw the graph with local derivatives and shares on its edges: DOT, or by the suffix of -O FILE.

    FILE.svg and FILE.png need no Graphviz; .dot, .mmd (Mermaid), .json, .csv and .graphml are written too. DOT holds
    the graph: ids are names; weight, share, contribution, paths, value and what the file said are attributes of nodes
    and edges; source, target, total and what edges and weights mean are the graph's. graphdiff, networkx, pygraphviz
    and rustworkx read it back. (dot takes a weight for a wish about its layout; -O x.svg lays out without.)

    With --group the nodes are groups; their edges carry summed weights, and with a source or target summed shares.
    A cycle without a value leaves out the total and what is behind it; the legend says so.
    """
    inputs.require_one_weight(settings)
    if settings.path and settings.path != "-" and settings.output != options.output_of(settings.path):
        raise UsageError(
            f"-o {settings.output} is for standard output; in -O {settings.path} the suffix says what is written"
        )
    graph = inputs.load(settings)
    ends = find_ends(graph, nodes, source, target)
    if by is None:
        output.draw(graph, settings, ends)
        return
    from graphdiff.pictures.group import group

    # Between groups a sum of ones says how many edges there are; shares are better spread evenly.
    name = (settings.weights or weightings.default_weights(graph))[0 if ends == (None, None) else -1]
    compiling = weightings.weight_options(name, settings)
    drawn = output.without_open_cycles(
        lambda: group(graph, _by(by), source=ends[0], target=ends[1], **compiling),
        lambda: group(graph, _by(by), **compiling),
    )
    output.write_drawn(drawn, settings)


def _by(text: str) -> str | int:
    """Return what ``--group`` means: a number of parts after ``prefix:``, else an attribute."""
    kind, _, depth = text.partition(":")
    if kind != "prefix" or not depth:
        return text
    if not re.fullmatch("[0-9]{1,9}", depth):
        raise UsageError(f"--group {text}: after prefix: a number of parts is needed, as in prefix:2")
    return int(depth)
