"""``graphdiff jacobian``: many sources to many targets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, starmap
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from graphdiff.cli import inputs, options, output
from graphdiff.cli.nodes import Ends as Named
from graphdiff.cli.nodes import with_ends

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.graph.compiled import CompiledGraph
    from graphdiff.sums.results import Jacobian

Ends: TypeAlias = "tuple[list[Any] | None, list[Any] | None]"

EPILOG = """\
\b
Examples:
  graphdiff jacobian model.csv                            roots to what nothing leaves
  graphdiff jacobian model.csv --source x --target y --target z -o csv
  graphdiff jacobian model.csv --plan                     what each way would cost
  graphdiff jacobian "expr:y = sin(x) * z; w = x / z" --set x=0.5 --set z=2
  graphdiff jacobian sectors.csv --cycles solve --source a --source b --target a --target b

\b
In Python:
  import graphdiff as gd
  gd.jacobian(gd.read("model.csv")).to_pandas()
"""


@options.command(epilog=EPILOG)
@options.verb
@with_ends
@click.option("--plan", "planned", is_flag=True,
              help="Compute nothing; print what forward, reverse and elimination would cost.")  # fmt: skip
def jacobian(settings: options.Settings, ends: Named, planned: bool) -> None:
    """Print the total influence of every source (columns) on every target (rows), once for each weighting.

    A pattern such as 'x*' stands for all nodes that match.
    """
    graph = inputs.load(settings)
    compiled = inputs.compile_all(graph, settings)
    (_print_plans if planned else _print_jacobians)(settings, graph, compiled, ends.each(graph))


def _print_plans(settings: options.Settings, graph: nx.DiGraph, compiled: list[CompiledGraph], ends: Ends) -> None:
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


def _print_jacobians(settings: options.Settings, graph: nx.DiGraph, compiled: list[CompiledGraph], ends: Ends) -> None:
    from graphdiff.jacobians.jacobian import jacobian as compute

    with output.bar("jacobian") as progress:
        jacobians = [(one.weight_meaning, compute(one, *ends, progress=progress)) for one in compiled]

    output.emit(
        settings,
        text=lambda: "\n".join([output.graph_line(graph), *chain.from_iterable(starmap(_table, jacobians))]),
        document=lambda: {
            "kind": "jacobian",
            "graph": output.graph_record(graph),
            "rows_are": "targets",
            "results": [{"weights": weights, "jacobian": one.to_dict()} for weights, one in jacobians],
        },
        rows=lambda: _rows(jacobians),
    )


def _table(weights: str, totals: Jacobian) -> list[str]:
    from graphdiff.text.numbers import shown
    from graphdiff.text.tables import aligned

    names = totals.naming.listed(totals.targets)
    cells = [[name, *map(shown, row)] for name, row in zip(names, totals.array.tolist(), strict=True)]
    title = f"d target (rows) / d source (columns), by {weights}"
    return ["", title, *aligned([["", *totals.naming.listed(totals.sources)], *cells])]


def _rows(jacobians: list[tuple[str, Jacobian]]) -> Iterator[list[Any]]:
    yield ["weights", "target", *jacobians[0][1].naming.listed(jacobians[0][1].sources)]
    for weights, one in jacobians:
        for name, row in zip(one.naming.listed(one.targets), one.array.tolist(), strict=True):
            yield [weights, name, *output.plain_all(row)]
