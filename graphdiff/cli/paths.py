"""``graphdiff paths``: the paths themselves, strongest first or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli import inputs, options, output
from graphdiff.cli.nodes import complete_node, find_node
from graphdiff.errors import UsageError

if TYPE_CHECKING:
    from graphdiff.paths import Path

EPILOG = """\
\b
Examples:
  graphdiff paths Packages.xz openssh-server liblzma5 --weight even
  graphdiff paths graph.dot a b --coverage 0.9
  graphdiff paths graph.dot a b --all -o csv -O paths.csv

\b
In Python:
  import graphdiff as gd
  for path in gd.strongest_paths(gd.read("graph.dot"), "a", "b", k=20):
      print(path)
"""


@click.command(epilog=EPILOG)
@options.verb
@click.argument("source", shell_complete=complete_node)
@click.argument("target", shell_complete=complete_node)
@click.option("-k", type=click.IntRange(min=0), help="How many, strongest first. Default: 10.")
@click.option("--coverage", type=click.FloatRange(0, 1), help="As many as carry this part of the influence.")
@click.option("--all", "every", is_flag=True, help="Every path, in the order of the graph's edges.")
@click.option("--max-paths", default=1_000_000, show_default=True, help="With --all: refuse more than this.")
def paths(
    settings: options.Settings,
    source: str,
    target: str,
    k: int | None,
    coverage: float | None,
    every: bool,
    max_paths: int,
) -> None:
    """List the paths from SOURCE to TARGET with their influence, strongest first.

    Of several weightings the last one given counts; without weights in the file that is even.
    """
    from graphdiff.paths import iter_paths, strongest_paths

    if every and (k is not None or coverage is not None):
        raise UsageError("--all lists every path; leave out -k and --coverage")
    graph = inputs.load(settings)
    first, last = find_node(graph, source), find_node(graph, target)
    compiled = inputs.compile_all(graph, settings)[-1]
    if every:
        found = list(iter_paths(compiled, first, last, max_paths=max_paths))
    else:
        found = strongest_paths(compiled, first, last, k=k, coverage=coverage)

    output.emit(
        settings,
        text=lambda: "\n".join([output.graph_line(graph), "", *_table(found, first, last, compiled.weight_meaning)]),
        document=lambda: {
            "kind": "paths",
            "graph": output.graph_record(graph),
            "source": str(first),
            "target": str(last),
            "weights": compiled.weight_meaning,
            "paths": [path.to_dict() for path in found],
        },
        rows=lambda: [["influence", "steps", "path"], *map(_row, found)],
    )


def _table(found: list[Path], first: Any, last: Any, weights: str) -> list[str]:
    from graphdiff.phrases import path_text
    from graphdiff.results import shown

    # Round a cycle that is solved go walks, which are not paths.
    kind = "walk" if any(len(set(path.nodes)) < len(path.nodes) for path in found) else "path"
    title = f"{len(found):,} {kind}{'s' * (len(found) != 1)} from {first} to {last}, by {weights}"
    cells = [[shown(path.influence), str(path.length), path_text(path)] for path in found]
    return [title, *(output.aligned(["influence", "steps", "path"], cells, left=2) if cells else [])]


def _row(path: Path) -> list[Any]:
    record = path.to_dict()
    return [record["influence"], path.length, " > ".join(record["nodes"])]
