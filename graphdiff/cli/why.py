"""``graphdiff why``: by which paths one thing rests on another, what all of them pass, and what weights say of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli import conditions, inputs, options, output, weightings
from graphdiff.cli.formula import print_formula
from graphdiff.cli.measures import OF_COSTS, Absent
from graphdiff.cli.nodes import Ends, with_ends
from graphdiff.cli.routes import or_routes
from graphdiff.cli.streams import say
from graphdiff.cli.versions import meant_together, print_versions
from graphdiff.errors import UsageError
from graphdiff.showing import and_more, one_line

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.sets.cost import Cost
    from graphdiff.whatif.uncertainty import Uncertainty
    from graphdiff.why.explain import Explanation

EPILOG = """\
\b
Examples:
  graphdiff why Packages.xz openssh-server liblzma5
  graphdiff why Packages.xz liblzma5                 from the roots
  graphdiff why model.csv --columns source=rhs,target=lhs,weight=est x y --sd se
  graphdiff why graph.dot a b -O why.html            the report, and a page; -O why.svg the picture
  graphdiff why model.csv x y --formula -o latex     the total as a formula
  graphdiff why package-lock.json semver             each version of it, and who holds it back
  graphdiff why env: pandas numpy                    in the Python environment that graphdiff runs in
  graphdiff why prompt.json -s 'token Dallas'        an attribution graph: to its logits; alone: all its tokens
  graphdiff why run.prof parse compile               a profile: how much of compile is spent for parse
  graphdiff why "expr:e = (a + b) * (b + 1)" --set a=2 --set b=1 b e

\b
In Python:
  import graphdiff as gd
  print(gd.explain(gd.read("graph.dot"), "a", "b", weight=gd.weights.even, cycles="collapse"))
"""


@options.command(epilog=EPILOG, short_help="How does one thing rest on another: by which paths, through what?")
@options.verb
@with_ends
@click.option("--formula", is_flag=True,
              help="As nested sums and products, (a + b)*(c + d); -o latex, too.")  # fmt: skip
@click.option("--sd", metavar="NAME", help="Edge attribute: the weights' standard errors. Gives that of the total.")
@click.option("--bounds", nargs=2, metavar="LOW HIGH",
              help="Edge attributes: the weights' bounds. Gives those of the total.")  # fmt: skip
@click.option("--all", "every", is_flag=True, help="All versions of a name, all that need each, more routes.")
@conditions.gated
def why(
    settings: options.Settings,
    ends: Ends,
    formula: bool,
    sd: str | None,
    bounds: tuple[str, str] | None,
    every: bool,
    gate: conditions.Gate,
) -> None:
    """Explain how SOURCE rests on TARGET: by which paths, how many, what all of them pass.

    With one name, from the roots; with none, of a file that marks both ends, all of it. Several versions of it, or a
    pattern, get a block each: who needs it by which range, who holds it back. -w adds a table of what weights say;
    those of the file come first. With -O x.html a page to look through, offline, is written too, with -O x.svg (.png,
    .dot, .mmd, .graphml) the picture.
    """
    is_uncertain = not (sd is None and bounds is None)
    if formula:
        if is_uncertain:
            raise UsageError("--formula is of symbols, which have no --sd and no --bounds: ask for one of them")
        if gate.conditions:
            raise UsageError("--formula is of symbols, which no condition of --fail-if is about: ask for one of them")
        print_formula(settings, ends)
        return
    graph = inputs.load(settings)
    asked, ends = ends, gate.present(ends, graph)
    if asked.has_target and not ends.has_target:
        ends.of(graph)  # a source that is not there is a mistake
        _print_absent(graph, settings, gate)
        return
    costs = not is_uncertain and weightings.asks_costs(graph, settings)
    together = [] if costs or is_uncertain else meant_together(graph, ends, settings)
    if together:
        print_versions(graph, ends, together, settings, every=every, gate=gate)
        return
    source, target = ends.between(graph)
    gate.absent += getattr(target, "missing", ())
    if gate.absent and not target:
        _print_absent(graph, settings, gate)
    elif costs:
        _print_spent(graph, settings, (source, target), gate)
    else:
        _print_report(graph, settings, (source, target), sd=sd, bounds=bounds, gate=gate)


def _print_report(
    graph: nx.DiGraph,
    settings: options.Settings,
    ends: tuple[Any, Any],
    *,
    sd: str | None,
    bounds: tuple[str, str] | None,
    gate: conditions.Gate,
) -> None:
    from graphdiff.why.explain import explain_each

    uncertain = _uncertain(graph, *ends, settings, sd, bounds)
    compiled = inputs.compile_all(graph, settings)
    explanations = or_routes(lambda: explain_each(compiled, *ends, graph), settings, graph, ends, gate)
    if explanations is None:
        return
    gate.check(explanations, graph)
    _emit(graph, settings, explanations, uncertain)


def _print_spent(graph: nx.DiGraph, settings: options.Settings, ends: tuple[Any, Any], gate: conditions.Gate) -> None:
    """Print how much of what a function of a profile costs is spent for others."""
    from graphdiff.profiles.report import head
    from graphdiff.profiles.spent import spent_for

    gate.require(OF_COSTS, "of a profile")
    spent = spent_for(graph, *ends)
    gate.check([spent], graph)
    output.emit(
        settings,
        drawn=spent.to_networkx,
        results=[spent],
        text=lambda: f"{head(spent.costs)}\n\n{spent.text()}",
        document=lambda: {"kind": "why", "graph": output.read_record(graph), "results": [spent.to_dict()]},
        rows=spent.rows,
    )


def _emit(
    graph: nx.DiGraph, settings: options.Settings, explanations: list[Explanation], uncertain: list[Uncertainty]
) -> None:
    from graphdiff.io.python.extras import joining
    from graphdiff.sets.cost import cost_in
    from graphdiff.text.tables import in_columns
    from graphdiff.why.explain import annotated
    from graphdiff.why.report import explanation_text

    first = explanations[0]
    figures = explanations if settings.weights else []
    extras = [] if first.n_paths != 0 else joining(graph, first.source, first.target)
    cost = cost_in(graph, first.part.graph, first.source, first.target)
    beside = [*uncertainty_lines(uncertain), *cost_lines(cost)]
    notes = in_columns(extras_lines(extras))
    output.emit(
        settings,
        text=lambda: f"{_head(graph, settings, first)}\n\n{explanation_text(explanations, beside, figures)}\n{notes}",
        document=lambda: {
            "kind": "why",
            "graph": output.graph_record(graph),
            "results": [x.to_dict() for x in explanations],
            **({"cost": cost.to_dict()} if cost else {}),
            **({"uncertainty": [x.to_dict() for x in uncertain]} if uncertain else {}),
            **({"with_extras": _extras_records(extras)} if extras else {}),
        },
        rows=lambda: _rows(explanations),
        drawn=lambda: annotated(explanations[-1], graph),
        results=[explanations[-1], *uncertain],
    )


def _head(graph: nx.DiGraph, settings: options.Settings, first: Explanation) -> str:
    """Return what was read, and by which weights it is asked; not where these are what a verb takes of dependencies."""
    from graphdiff.why.report import UNWEIGHTED

    unasked = first.edge_meaning in UNWEIGHTED and first.part.graph.preset and not settings.weights
    return output.read_line(graph) if unasked else output.graph_line(graph)


def _print_absent(graph: nx.DiGraph, settings: options.Settings, gate: conditions.Gate) -> None:
    """Print the answer on targets none of which is in the file: no path."""
    names = and_more(", ".join(gate.absent[:3]), len(gate.absent) - 3)
    gate.check([Absent(gate.absent)], graph)
    if output.is_drawn(settings.path):
        say(f"{one_line(str(settings.path))} is not written: there is no path to draw\n")
        settings = replace(settings, path=None)
    output.emit(
        settings,
        text=lambda: (
            f"{output.read_line(graph)}\n\n{names} {'is' if len(gate.absent) == 1 else 'are'} not there: 0 paths."
        ),
        document=lambda: {"kind": "why", "graph": output.read_record(graph), "results": [], "absent": gate.absent},
        rows=lambda: _rows([]),
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


def cost_lines(cost: Cost | None) -> Iterator[str]:
    """Yield what a report says of what would go with the target, where that is known and is anything."""
    if cost is not None and (len(cost) > 1 or cost.size is not None or cost.licences):
        yield str(cost)


def _extras_records(edges: list[tuple[str, str, str]]) -> list[dict[str, str]]:
    return [dict(zip(("source", "target", "extra"), edge, strict=True)) for edge in edges]


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
