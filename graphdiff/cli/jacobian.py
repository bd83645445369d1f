"""``graphdiff jacobian``: many sources to many targets."""

from __future__ import annotations

import click

from graphdiff.cli import common

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
@click.option("--source", "sources", multiple=True, metavar="NODE", shell_complete=common.complete_node,
              help="A column; may be repeated. Default: the roots.")  # fmt: skip
@click.option("--target", "targets", multiple=True, metavar="NODE", shell_complete=common.complete_node,
              help="A row; may be repeated. Default: what nothing leaves.")  # fmt: skip
def jacobian(settings: common.Settings, sources: tuple[str, ...], targets: tuple[str, ...]) -> None:
    """Print the total influence of every source (columns) on every target (rows).

    Of several weightings the last one given counts; without weights in the file that is even.
    """
    from graphdiff.jacobians import jacobian as compute
    from graphdiff.results import shown, texts

    graph = common.load(settings)
    compiled = common.compile_all(graph, settings)[-1]
    columns = [common.find_node(graph, name) for name in sources] or None
    rows = [common.find_node(graph, name) for name in targets] or None
    with common.bar("jacobian") as progress:
        found = compute(compiled, columns, rows, progress=progress)
    names = texts(found.sources)
    numbers = dict(zip(texts(found.targets), found.array.tolist(), strict=True))

    def text() -> str:
        cells = [[name, *map(shown, row)] for name, row in numbers.items()]
        title = f"d target (rows) / d source (columns), by {compiled.weight_meaning}"
        return "\n".join([common.graph_line(graph), "", title, *common.aligned(["", *names], cells, left=0)])

    common.emit(
        settings,
        text=text,
        document=lambda: {
            "kind": "jacobian",
            "graph": common.graph_record(graph),
            "weights": compiled.weight_meaning,
            "rows_are": "targets",
            "jacobian": found.to_dict(),
        },
        rows=lambda: [["target", *names], *([name, *common.plain_all(row)] for name, row in numbers.items())],
    )
