"""``graphdiff draw``: the annotated picture."""

from __future__ import annotations

import click

from graphdiff.cli import common
from graphdiff.cli.nodes import complete_node, find_ends

EPILOG = """\
\b
Examples:
  graphdiff draw graph.dot a b | dot -Tpdf -o graph.pdf
  graphdiff draw graph.dot a b -O graph.svg          needs no Graphviz
  graphdiff draw net.csv --target loss -O loss.png   the picture of backpropagation

\b
In Python:
  import graphdiff as gd
  gd.write(gd.annotate(gd.read("graph.dot"), "a", "b"), "graph.svg")
"""


@click.command(epilog=EPILOG)
@common.verb
@click.argument("nodes", nargs=-1, metavar="[SOURCE] [TARGET]", shell_complete=complete_node)
@click.option("--source", metavar="NODE", shell_complete=complete_node, help="Draw what this node reaches.")
@click.option("--target", metavar="NODE", shell_complete=complete_node, help="Draw what reaches this node.")
def draw(settings: common.Settings, nodes: tuple[str, ...], source: str | None, target: str | None) -> None:
    """Draw the graph with local derivatives and shares on its edges: DOT, or by the suffix of -O FILE.

    FILE.svg and FILE.png need no Graphviz; .dot, .mmd (Mermaid), .json, .csv and .graphml are written too.
    """
    graph = common.load(settings)
    first, last = find_ends(graph, nodes, source, target)
    common.draw(graph, settings, (first, last))
