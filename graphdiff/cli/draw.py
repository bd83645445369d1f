"""``graphdiff draw``: the annotated picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli import inputs, options, output, weightings
from graphdiff.cli.nodes import Ends, with_ends
from graphdiff.cli.streams import say
from graphdiff.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.graph.defaults import Choice
    from graphdiff.pictures.group import By

EPILOG = """\
\b
Examples:
  graphdiff draw graph.dot a b -O graph.html         or graph.svg
  graphdiff draw Packages.xz kde-full libc6 --max-nodes 12 -O slide.png
  graphdiff draw package-lock.json -O lock.svg       the whole, by groups
  graphdiff draw net.csv loss -O loss.png            the picture of backpropagation
  graphdiff draw prompt.json --prune 0.8,0.98 -O why.svg   why a language model said that
  graphdiff draw run.prof --hide imports -O run.svg  a profile: what functions and calls cost
  graphdiff draw "expr:e = (a + b) * (b + 1)" --set a=2 --set b=1 e -O e.svg

\b
In Python:
  import graphdiff as gd
  G = gd.read("graph.dot")
  gd.draw(G, "a", "b").save("graph.svg")  # a notebook shows what draw returns
  gd.draw(G, "a", "b", by="layer").save("layers.svg")  # by=2: two parts of the name
"""


#: A page shows more dependencies than its slider draws by groups at first.
OVERVIEW = 200


def _two_parts(ctx: click.Context, param: click.Parameter, text: str | None) -> tuple[float, float] | None:
    """Return what part of the influence nodes, and edges, are to hold; of one number both."""
    if text is None:
        return None
    parts = text.split(",") if "," in text else [text, text]
    try:
        nodes, edges = map(float, parts)
    except ValueError:
        nodes = edges = math.nan
    if not (0 <= nodes <= 1 and 0 <= edges <= 1):
        raise UsageError(f"--prune {text}: a part of the nodes and one of the edges, from 0 to 1, as 0.8,0.98")
    return nodes, edges


@options.command(epilog=EPILOG, short_help="What does it look like: one question, or the whole by groups?")
@options.verb
@with_ends
@options.grouping("Draw groups: by module, file or class, an attribute, or N parts of names.")
@click.option(
    "--max-nodes",
    type=int,
    metavar="N",
    help="So many nodes, those that most passes; edges add up ways past others. "
    "Default: 30 (poster: 80), fewer where edges do not fit.",
)
@click.option(
    "--coverage", type=float, metavar="PART", help="What part of the answer is to pass named nodes. Default: 0.9."
)
@click.option(
    "--prune",
    callback=_two_parts,
    metavar="PART,PART",
    help="Only nodes, and edges, that hold these parts of the influence (one number: both), by circuit-tracer's rule; "
    "edges for all else keep totals.",
)
@click.option("--direction", type=click.Choice(["TB", "LR", "BT"]), metavar="WAY",
              help="TB down, LR to the right, BT up. Default: what fits.")  # fmt: skip
@click.option("--fit", type=click.Choice(["slide", "page", "poster"]), metavar="BOX",
              help="slide 1600x1200 dots (default), page 1080x1440, poster 4752x3312.")  # fmt: skip
@click.option("--colour", type=click.Choice(["self", "inclusive"]), help="What colours boxes. Default: inclusive.")
def draw(
    settings: options.Settings,
    ends: Ends,
    by: str | int | None,
    prune: tuple[float, float] | None = None,
    colour: str | None = None,
    **viewing: Any,
) -> None:
    """Draw the graph with local derivatives and shares on its edges: DOT, or by the suffix of -O FILE.

    FILE.html is an offline page; .svg and .png need no Graphviz; .dot, .mmd (Mermaid); FILE.json, .csv and .graphml
    hold all, with --max-nodes what is drawn. DOT holds the graph drawn.

    Of a profile it draws what functions cost, with ends what is spent on TARGET for SOURCE. Of an attribution graph
    tokens are below, logits above; blue arrows are for, orange bars against.

    More dependencies than fit, without ends, are drawn by groups. Groups add up weights, with an end shares. A cycle
    without a value leaves out the total and what is behind it.
    """
    from graphdiff.graph.measured import is_profile
    from graphdiff.page.part import MAX_NODES
    from graphdiff.pictures.view import view_of

    inputs.require_one_weight(settings)
    _require_no_other_format(settings)
    viewing = {name: value for name, value in viewing.items() if value is not None}
    if output.is_page(settings.path):
        viewing = {"max_nodes": MAX_NODES} | viewing
    max_nodes = view_of(**viewing).max_nodes
    graph = inputs.load(settings)
    pair = ends.of(graph)
    if is_profile(graph):
        if prune:
            raise UsageError("--prune is by influence, and a profile has costs; --max-nodes draws fewer functions")
        by = None if by in options.SCOPES else by  # what was read is grouped by these
        if by is None and (graph.graph.get("quotient") or not settings.weights):
            output.write_drawn(_costs(graph, pair, colour), settings, viewing)
            return
    if colour:
        raise UsageError("--colour is for the picture of a profile, by what was measured")
    if output.is_page(settings.path) and not prune and len(graph) <= max_nodes:
        pair, max_nodes = _overview(graph, by, pair), OVERVIEW
    drawn, choice = _weighted(graph, by, pair, settings, max_nodes, prune)
    output.write_drawn(drawn, settings, viewing)
    if _is_file(settings) and not (settings.weights or choice.are_known):  # where it is printed its legend says it
        say(f"{choice.why}\n")


def _overview(graph: nx.DiGraph, by: By | None, ends: tuple[Any, Any]) -> tuple[Any, Any]:
    """Return the ends of a page that is to show groups: where none is given it sums from all roots to all leaves."""
    from graphdiff.graph.ends import LEAVES, ROOTS
    from graphdiff.io.draw import is_too_large

    is_whole = ends[0] is ends[1] is None
    return (ROOTS, LEAVES) if is_whole and (by is not None or is_too_large(graph, OVERVIEW)) else ends


def _is_file(settings: options.Settings) -> bool:
    return settings.path not in (None, "-")


def _require_no_other_format(settings: options.Settings) -> None:
    """Raise `UsageError` where what the output option says is not what the suffix of the file says."""
    if _is_file(settings) and settings.output != options.output_of(str(settings.path)):
        raise UsageError(
            f"-o {settings.output} is for standard output; in -O {settings.path} the suffix says what is written"
        )


def _costs(graph: nx.DiGraph, ends: tuple[Any, Any], colour: str | None) -> nx.DiGraph:
    """Return a profile as it is drawn: what was measured, of a question what is spent on the target."""
    from graphdiff.pictures.annotate import annotate

    drawn = graph if graph.graph.get("quotient") else annotate(graph, *ends)
    drawn.graph |= {"colour": colour} if colour else {}
    return drawn


def _weighted(
    graph: nx.DiGraph,
    by: By | None,
    ends: tuple[Any, Any],
    settings: options.Settings,
    max_nodes: int,
    parts: tuple[float, float] | None,
) -> tuple[nx.DiGraph, Choice]:
    """Return a graph as it is drawn, by groups or node by node, and by which weights it is."""
    from graphdiff.graph.ends import LEAVES, ROOTS
    from graphdiff.io.draw import is_too_large

    is_whole = ends[0] is ends[1] is None
    is_all = is_whole or (ends[0] is ROOTS and ends[1] is LEAVES)
    has_groups = by is not None or (is_all and is_too_large(graph, max_nodes))
    # Between groups a sum of ones says how many edges there are; shares are better spread evenly.
    choice = weightings.chosen(graph, ("unit",) if has_groups and is_whole else ("even",))
    compiling = weightings.weight_options(choice.names[-1], settings, graph)
    if parts:
        graph, compiling = _pruned(graph, ends, parts, compiling), compiling | {"weight": "weight"}
    return (_groups(graph, by, *ends, compiling) if has_groups else _answer(graph, *ends, compiling)), choice


def _pruned(graph: nx.DiGraph, ends: tuple[Any, Any], parts: tuple[float, float], compiling: Any) -> nx.DiGraph:
    """Return the nodes and edges that hold these parts of the influence, and edges for all else."""
    from graphdiff.graph.ends import LEAVES, NODES
    from graphdiff.paths.prune import prune
    from graphdiff.pictures.annotate import from_end_to_end

    meaning = graph.graph.get("edge_meaning", "unknown")
    source, target = from_end_to_end(meaning, *ends)
    if source is None or (ends[0] is None and meaning == "drives"):  # circuit-tracer's is what any node drives
        source = NODES
    target = LEAVES if target is None else target
    return prune(graph, source, target, nodes=parts[0], edges=parts[1], **compiling)


def _groups(graph: nx.DiGraph, by: By | None, source: Any, target: Any, compiling: Any) -> nx.DiGraph:
    """Return the groups of a graph, with what flows between them where an end is given."""
    from graphdiff.graph.measured import is_attribution
    from graphdiff.pictures.annotate import from_end_to_end
    from graphdiff.pictures.group import group

    if is_attribution(graph):
        source, target = from_end_to_end("drives", source, target)
    return output.without_open_cycles(
        lambda: group(graph, by, source=source, target=target, **compiling), lambda: group(graph, by, **compiling)
    )


def _answer(graph: nx.DiGraph, source: Any, target: Any, compiling: Any) -> nx.DiGraph:
    """Return a graph with the numbers of the question."""
    from graphdiff.pictures.annotate import annotate, from_end_to_end
    from graphdiff.pictures.sketch import sketch

    source, target = from_end_to_end(graph.graph.get("edge_meaning", "unknown"), source, target)
    return output.without_open_cycles(
        lambda: annotate(graph, source, target, **compiling), lambda: sketch(graph, source, target, **compiling)
    )
