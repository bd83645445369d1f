"""``graphdiff why``: by which paths one thing rests on another, what all of them pass, and what weights say of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli import inputs, options, output, weightings
from graphdiff.cli.formula import print_formula
from graphdiff.cli.nodes import Ends, with_ends
from graphdiff.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.whatif.uncertainty import Uncertainty
    from graphdiff.why.explain import Explanation

EPILOG = """\
\b
Examples:
  graphdiff why Packages.xz openssh-server liblzma5
  graphdiff why Packages.xz liblzma5                 from the roots
  graphdiff why model.csv --columns source=rhs,target=lhs,weight=est x y --sd se
  graphdiff why market.csv income price --cycles reduced-form   simultaneous equations
  graphdiff why graph.dot a b -O why.svg             the report, and the picture in why.svg
  graphdiff why model.csv x y --formula -o latex     the total as a formula
  graphdiff why env: pandas numpy                    in the Python environment that graphdiff runs in
  pip inspect | graphdiff why - jupyterlab tornado
  graphdiff why "expr:e = (a + b) * (b + 1)" --set a=2 --set b=1 b e

\b
In Python:
  import graphdiff as gd
  print(gd.explain(gd.read("graph.dot"), "a", "b", weight=gd.weights.even, cycles="collapse"))
"""


@options.command(epilog=EPILOG)
@options.verb
@with_ends
@click.option("--formula", is_flag=True,
              help="As nested sums and products, (a + b)*(c + d), not as paths; -o latex, too.")  # fmt: skip
@click.option("--sd", metavar="NAME", help="Edge attribute: the weights' standard errors. Gives that of the total.")
@click.option("--bounds", nargs=2, metavar="LOW HIGH",
              help="Edge attributes: the weights' bounds. Gives those of the total.")  # fmt: skip
def why(settings: options.Settings, ends: Ends, formula: bool, sd: str | None, bounds: tuple[str, str] | None) -> None:
    """Explain how SOURCE rests on TARGET: by which paths, the shortest first, how many, what all of them pass.

    -w adds a table of what weights say; those of the file come first. With one name, from the roots. With -O x.svg
    (or .png, .dot, .mmd, .graphml) the picture is written too; .dot and .graphml hold the numbers as attributes, and
    graphdiff reads them back.
    """
    if formula and (sd is not None or bounds is not None):
        raise UsageError("--formula is of symbols, which have no --sd and no --bounds: ask for one of them")
    (print_formula if formula else partial(_print_report, sd=sd, bounds=bounds))(settings, ends)


def _print_report(settings: options.Settings, ends: Ends, *, sd: str | None, bounds: tuple[str, str] | None) -> None:
    from graphdiff.io.python.extras import joining
    from graphdiff.text.tables import in_columns
    from graphdiff.why.explain import annotated, explain_each
    from graphdiff.why.report import explanation_text

    graph = inputs.load(settings)
    source, target = ends.between(graph)
    explanations = explain_each(inputs.compile_all(graph, settings), source, target, graph)
    figures = explanations if settings.weights else []
    uncertain = _uncertain(graph, source, target, settings, sd, bounds)
    extras = [] if explanations[0].n_paths != 0 else joining(graph, source, target)
    if settings.path and os.path.splitext(settings.path)[1] not in ("", ".txt", ".json", ".csv"):
        output.write_drawn(annotated(explanations[-1], graph), settings)
        settings = replace(settings, path=None)
    output.emit(
        settings,
        text=lambda: "\n".join(
            [
                output.graph_line(graph),
                "",
                explanation_text(explanations, uncertainty_lines(uncertain), figures),
                *in_columns(extras_lines(extras)).splitlines(),
            ]
        ),
        document=lambda: {
            "kind": "why",
            "graph": output.graph_record(graph),
            "results": [x.to_dict() for x in explanations],
            **({"uncertainty": [x.to_dict() for x in uncertain]} if uncertain else {}),
            **(
                {"with_extras": [dict(zip(("source", "target", "extra"), edge, strict=True)) for edge in extras]}
                if extras
                else {}
            ),
        },
        rows=lambda: _rows(explanations),
    )


def _uncertain(
    graph: nx.DiGraph, source: Any, target: Any, settings: options.Settings, sd: str | None, bounds: Any
) -> list[Uncertainty]:
    """Return how uncertain the total is under each weighting, where the file says how uncertain its weights are."""
    if sd is None and bounds is None:
        return []
    from graphdiff.whatif.uncertainty import uncertainty

    keywords = {"sd": sd} | dict(zip(("low", "high"), bounds or (None, None), strict=True))
    names = weightings.chosen(graph).names
    weightings.require_from_file(names, "--sd and --bounds")
    return [
        uncertainty(graph, source, target, **keywords, **weightings.weight_options(name, settings, graph))
        for name in names
    ]


def uncertainty_lines(uncertainties: list[Uncertainty]) -> Iterator[str]:
    """Yield what a report says of uncertain weights; which they are where there are several."""
    for one in uncertainties:
        which = f", {one.weight_meaning}" if len(uncertainties) > 1 else ""
        yield from (f"{line.removesuffix('.')}{which}." for line in one.sentences())


def extras_lines(edges: list[tuple[str, str, str]]) -> Iterator[str]:
    """Yield what a report says of edges that only an extra would bring."""
    if not edges:
        return
    shown = [f"{tail}[{extra}] needs {head}" for tail, head, extra in edges[:3]]
    more = f", and {len(edges) - 3:,} more" if len(edges) > 3 else ""
    yield f"Only with an extra that no package asks for: {', '.join(shown)}{more}; --extras all counts them."


def _rows(explanations: list[Explanation]) -> Iterator[list[Any]]:
    yield ["weights", "source", "target", "key", "contribution", "share"]
    for one in explanations:
        for edge in one.to_dict()["edges"]:
            ends = [edge["source"], edge["target"], edge.get("key", "")]
            yield [one.weight_meaning, *ends, edge["contribution"], edge["share"]]
