"""``graphdiff jacobian``: many sources to many targets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, starmap
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli import common
from graphdiff.cli.nodes import complete_node, find_nodes

if TYPE_CHECKING:
    from graphdiff.results import Jacobian

EPILOG = """\
\b
Examples:
  graphdiff jacobian model.csv                            roots to what nothing leaves
  graphdiff jacobian model.csv --source x --target y --target z -o csv
  graphdiff jacobian sectors.csv --cycles solve --source a --source b --target a --target b

\b
In Python:
  import graphdiff as gd
  gd.jacobian(gd.read("model.csv")).to_pandas()
"""


@click.command(epilog=EPILOG)
@common.verb
@click.option("--source", "sources", multiple=True, metavar="NODE", shell_complete=complete_node,
              help="A column; may be repeated. Default: the roots.")  # fmt: skip
@click.option("--target", "targets", multiple=True, metavar="NODE", shell_complete=complete_node,
              help="A row; may be repeated. Default: what nothing leaves.")  # fmt: skip
def jacobian(settings: common.Settings, sources: tuple[str, ...], targets: tuple[str, ...]) -> None:
    """Print the total influence of every source (columns) on every target (rows), once for each weighting.

    A pattern such as 'x*' stands for all nodes that match.
    """
    from graphdiff.jacobians import jacobian as compute

    graph = common.load(settings)
    compiled = common.compile_all(graph, settings)
    columns = list(chain.from_iterable(find_nodes(graph, name) for name in sources)) or None
    rows = list(chain.from_iterable(find_nodes(graph, name) for name in targets)) or None
    with common.bar("jacobian") as progress:
        found = [(one.weight_meaning, compute(one, columns, rows, progress=progress)) for one in compiled]

    common.emit(
        settings,
        text=lambda: "\n".join([common.graph_line(graph), *chain.from_iterable(starmap(_table, found))]),
        document=lambda: {
            "kind": "jacobian",
            "graph": common.graph_record(graph),
            "rows_are": "targets",
            "results": [{"weights": weights, "jacobian": one.to_dict()} for weights, one in found],
        },
        rows=lambda: _rows(found),
    )


def _table(weights: str, found: Jacobian) -> list[str]:
    from graphdiff.results import shown, texts

    names = texts(found.targets)
    cells = [[name, *map(shown, row)] for name, row in zip(names, found.array.tolist(), strict=True)]
    title = f"d target (rows) / d source (columns), by {weights}"
    return ["", title, *common.aligned(["", *texts(found.sources)], cells, left=0)]


def _rows(found: list[tuple[str, Jacobian]]) -> Iterator[list[Any]]:
    from graphdiff.results import texts

    yield ["weights", "target", *texts(found[0][1].sources)]
    for weights, one in found:
        for name, row in zip(texts(one.targets), one.array.tolist(), strict=True):
            yield [weights, name, *common.plain_all(row)]
