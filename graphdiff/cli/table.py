"""``graphdiff table``: direct, indirect and total effects of many sources on many targets, with their errors."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, starmap
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from graphdiff.cli import inputs, options, output, weightings
from graphdiff.cli.nodes import Ends, with_ends
from graphdiff.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.graph.compiled import CompiledGraph
    from graphdiff.sums.results import Jacobian

Pairs: TypeAlias = "tuple[list[Any] | None, list[Any] | None]"

EPILOG = """\
\b
Examples:
  graphdiff table model.csv                               every pair that a path joins
  graphdiff table model.csv --sd se                       with standard errors, intervals and z
  graphdiff table lavaan.csv --sd se --cov vcov.csv       with the covariance of the coefficients
  graphdiff table model.csv --draws bootstrap.csv         errors and percentiles of a bootstrap
  graphdiff table uv.lock --wide -w unit                  packages by members of a workspace
  graphdiff table uv.lock -s api -s worker -t 'numpy*' -w unit
  graphdiff table sectors.csv --cycles solve -o csv
  graphdiff table model.csv --wide                        totals alone: targets in rows, sources in columns

\b
In Python:
  import graphdiff as gd
  gd.table(gd.read("model.csv"), sd="se").to_pandas()
  gd.jacobian(gd.read("model.csv")).to_pandas()
"""


@options.command(epilog=EPILOG, short_help="What do many sources do to many targets: direct, indirect, total?")
@options.verb
@with_ends
@click.option("--sd", metavar="NAME", help="Edge attribute: the weights' standard errors. Gives those of the effects.")
@click.option("--cov", metavar="FILE",
              help="CSV of the weights' covariance, with names: labels, or Y~X, or 'X -> Y'.")  # fmt: skip
@click.option("--draws", metavar="FILE",
              help="CSV of draws of the weights (a bootstrap), columns named likewise.")  # fmt: skip
@click.option("--level", type=float, default=0.95, show_default=True, metavar="P", help="Of the intervals.")
@click.option("--max-cells", type=int, metavar="N",
              help="The most pairs, and these times edges or draws. Default: 25 million.")  # fmt: skip
@click.option("--wide", is_flag=True, help="Print a matrix of the totals alone: targets in rows, sources in columns.")
@click.option("--plan", "planned", is_flag=True,
              help="Compute nothing; print what that matrix costs by each method.")  # fmt: skip
@options.top("pairs")
def table(
    settings: options.Settings,
    ends: Ends,
    wide: bool,
    planned: bool,
    top: int | None,
    **errors: Any,
) -> None:
    """Print the direct, the indirect and the total effect of every source on every target it leads to.

    Direct is the edge itself, indirect all longer paths, total both. Of a pattern, 'x*', all that match. Without a
    source: the project, or the members of a workspace, where the file marks them, else all nodes.
    """
    graph = inputs.load(settings)
    pairs = ends.each(graph)
    if not (wide or planned):
        _print_effects(settings, graph, pairs, errors, top)
        return
    if errors["sd"] or errors["cov"] or errors["draws"]:
        raise UsageError(
            f"{'--plan' if planned else '--wide'} is of the totals alone: --sd, --cov and --draws go without"
        )
    if top is not None:
        raise UsageError(f"--top is how many pairs are listed: {'--plan' if planned else '--wide'} lists none")
    (_print_plans if planned else _print_jacobians)(settings, graph, inputs.compile_all(graph, settings), pairs)


def _print_effects(
    settings: options.Settings, graph: nx.DiGraph, ends: Pairs, errors: dict[str, Any], top: int | None
) -> None:
    from graphdiff.io.coefficients import read_covariance, read_draws
    from graphdiff.whatif.effects import table as compute

    names = weightings.chosen(graph).names
    if errors["sd"] or errors["cov"] or errors["draws"]:
        weightings.require_from_file(names, "--sd, --cov and --draws")
    given: dict[str, Any] = {name: value for name, value in errors.items() if value is not None}
    for name, reader in (("cov", read_covariance), ("draws", read_draws)):
        if name in given:
            given[name] = reader(given[name])
    effects = [
        compute(graph, ends[0], ends[1], **given, **weightings.weight_options(name, settings, graph)) for name in names
    ]
    output.emit(
        settings,
        text=lambda: "\n\n".join(
            [output.graph_line(graph), *(one.text(top, f": --top {len(one)}") for one in effects)]
        ),
        document=lambda: {
            "kind": "table",
            "graph": output.graph_record(graph),
            "results": [one.to_dict() for one in effects],
        },
        rows=lambda: [
            ["weights", *effects[0].columns],
            *([one.weight_meaning, *row] for one in effects for row in one.records()),
        ],
    )


def _print_plans(settings: options.Settings, graph: nx.DiGraph, compiled: list[CompiledGraph], ends: Pairs) -> None:
    from graphdiff.jacobians.plan import plan

    plans = [(one.weight_meaning, plan(one, *ends)) for one in compiled]
    records = [{"weights": weights, **one.to_dict()} for weights, one in plans]
    head = ("passes", "multiply_adds", "sparse", "ratio", "memory")
    output.emit(
        settings,
        text=lambda: "\n\n".join([output.graph_line(graph), *(f"by {weights}: {one}" for weights, one in plans)]),
        document=lambda: {"kind": "plan", "graph": output.graph_record(graph), "plans": records},
        rows=lambda: [
            ["weights", "method", *head],
            *(
                [record["weights"], method, *(cost[name] for name in head)]
                for record in records
                for method, cost in record["costs"].items()
            ),
        ],
    )


def _print_jacobians(settings: options.Settings, graph: nx.DiGraph, compiled: list[CompiledGraph], ends: Pairs) -> None:
    from graphdiff.jacobians.jacobian import jacobian as compute

    with output.bar("jacobian") as progress:
        jacobians = [(one.weight_meaning, compute(one, *ends, progress=progress)) for one in compiled]

    output.emit(
        settings,
        text=lambda: "\n".join([output.graph_line(graph), *chain.from_iterable(starmap(_matrix, jacobians))]),
        document=lambda: {
            "kind": "jacobian",
            "graph": output.graph_record(graph),
            "rows_are": "targets",
            "results": [{"weights": weights, "jacobian": one.to_dict()} for weights, one in jacobians],
        },
        rows=lambda: _rows(jacobians),
    )


def _matrix(weights: str, totals: Jacobian) -> list[str]:
    from graphdiff.text.numbers import shown
    from graphdiff.text.tables import aligned

    names = map(totals.naming.called, totals.targets)
    cells = [[name, *map(shown, row)] for name, row in zip(names, totals.array.tolist(), strict=True)]
    title = f"d target (rows) / d source (columns), by {weights}"
    return ["", title, *aligned([["", *map(totals.naming.called, totals.sources)], *cells])]


def _rows(jacobians: list[tuple[str, Jacobian]]) -> Iterator[list[Any]]:
    yield ["weights", "target", *jacobians[0][1].naming.listed(jacobians[0][1].sources)]
    for weights, one in jacobians:
        for name, row in zip(one.naming.listed(one.targets), one.array.tolist(), strict=True):
            yield [weights, name, *output.plain_all(row)]
