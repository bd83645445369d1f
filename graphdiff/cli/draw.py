"""``graphdiff draw``: the annotated picture."""

from __future__ import annotations

from graphdiff.cli import inputs, options, output, weightings
from graphdiff.cli.nodes import Ends, with_ends
from graphdiff.cli.streams import say
from graphdiff.errors import UsageError

EPILOG = """\
\b
Examples:
  graphdiff draw graph.dot a b | dot -Tpdf -o graph.pdf
  graphdiff draw graph.dot a b -O graph.svg          needs no Graphviz
  graphdiff draw net.csv loss -O loss.png            the picture of backpropagation
  graphdiff draw imports:networkx --group prefix:2 -O packages.svg
  graphdiff draw modules.json app.main app.db --group layer
  graphdiff draw "expr:e = (a + b) * (b + 1)" --set a=2 --set b=1 e -O e.svg

\b
In Python:
  import graphdiff as gd
  G = gd.read("graph.dot")
  gd.write(gd.annotate(G, "a", "b"), "graph.svg")
  gd.write(gd.group(G, "layer", source="a", target="b"), "layers.svg")  # by=2: two parts of the name
"""


@options.command(epilog=EPILOG)
@options.verb
@with_ends
@options.grouping("Draw groups: by a node attribute, or N parts of names.")
def draw(settings: options.Settings, ends: Ends, by: str | int | None) -> None:
    """Draw the graph with local derivatives and shares on its edges: DOT, or by the suffix of -O FILE.

    FILE.svg and FILE.png need no Graphviz; .dot, .mmd (Mermaid), .json, .csv and .graphml are written too. DOT holds
    the graph: ids are names; weight, share, contribution, paths, value and what the file said are attributes of nodes
    and edges; source, target, total and what edges and weights mean are the graph's. graphdiff, networkx, pygraphviz
    and rustworkx read it back. (dot takes a weight for a wish about its layout; -O x.svg lays out without.)

    With --group the nodes are groups; their edges add up weights, and with an end given shares.
    A cycle without a value leaves out the total and what is behind it; the legend says so.
    """
    from graphdiff.pictures.annotate import annotate
    from graphdiff.pictures.group import group
    from graphdiff.pictures.sketch import sketch

    inputs.require_one_weight(settings)
    if settings.path and settings.path != "-" and settings.output != options.output_of(settings.path):
        raise UsageError(
            f"-o {settings.output} is for standard output; in -O {settings.path} the suffix says what is written"
        )
    graph = inputs.load(settings)
    source, target = ends.of(graph)
    # Between groups a sum of ones says how many edges there are; shares are better spread evenly.
    choice = weightings.chosen(graph, ("unit",) if by is not None and source is target is None else ("even",))
    compiling = weightings.weight_options(choice.names[-1], settings, graph)
    if by is None:
        drawn = output.without_open_cycles(
            lambda: annotate(graph, source, target, **compiling), lambda: sketch(graph, source, target, **compiling)
        )
    else:
        drawn = output.without_open_cycles(
            lambda: group(graph, by, source=source, target=target, **compiling), lambda: group(graph, by, **compiling)
        )
    output.write_drawn(drawn, settings)
    if (
        settings.path and settings.path != "-" and not (settings.weights or choice.are_known)
    ):  # where it is printed its legend says it
        say(f"{choice.why}\n")
