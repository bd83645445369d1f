"""``graphdiff paths``: the paths themselves, strongest first or all of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli import inputs, options, output
from graphdiff.cli.nodes import Ends, with_ends
from graphdiff.cli.routes import or_routes
from graphdiff.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.graph.compiled import CompiledGraph
    from graphdiff.paths.paths import Path

EPILOG = """\
\b
Examples:
  graphdiff paths Packages.xz openssh-server liblzma5 --weight even
  graphdiff paths graph.dot a b --coverage 0.9
  graphdiff paths graph.dot a b --all -o csv -O paths.csv
  graphdiff paths Packages.xz kde-full libc6 --sample 100 --seed 1    of billions, each as often as it is strong

\b
In Python:
  import graphdiff as gd
  for path in gd.strongest_paths(gd.read("graph.dot"), "a", "b", k=20):
      print(path)
"""


@options.command(epilog=EPILOG, short_help="Which paths are there: the strongest, all, or some at random?")
@options.verb
@with_ends
@click.option("-k", type=click.IntRange(min=0), help="How many, strongest first. Default: 10.")
@click.option("--coverage", type=click.FloatRange(0, 1), help="As many as carry this part of the influence.")
@click.option("--all", "every", is_flag=True, help="Every path, in the order of the graph's edges.")
@click.option(
    "--sample", type=click.IntRange(min=1), metavar="N", help="N paths drawn at random, each as often as it is strong."
)
@click.option("--seed", type=int, help="With --sample: the same seed draws the same paths.")
@click.option("--max-paths", default=1_000_000, show_default=True, help="With --all: refuse more than this.")
def paths(
    settings: options.Settings,
    ends: Ends,
    k: int | None,
    coverage: float | None,
    every: bool,
    sample: int | None,
    seed: int | None,
    max_paths: int,
) -> None:
    """List the paths from SOURCE to TARGET with their influence, strongest first, and what part they carry so far.

    By one weighting; without weights in the file that is even.
    """
    from graphdiff.paths.strongest import covered, strongest_through
    from graphdiff.sums.between import between_ends

    _require_one_way({"-k": k, "--coverage": coverage, "--all": every or None, "--sample": sample, "--seed": seed})
    graph = inputs.load(settings)
    first, last = ends.between(graph)
    compiled = inputs.compile_one(graph, settings)
    ask = partial(between_ends, compiled, first, last)
    has_k = coverage is None and not every and not sample
    between = or_routes(ask, settings, graph, (first, last), k=10 if k is None else k) if has_k else ask()
    if between is None:
        return
    listed = every or sample
    chosen = (
        _listed(compiled, first, last, max_paths, sample, seed) if listed else strongest_through(between, k, coverage)
    )
    parts: Sequence[float | None] = covered(between, [] if listed else chosen) or [None] * len(chosen)
    # Round a cycle that is solved go walks, which are not paths.
    kind = "walks" if between.loops else "paths"
    title = _title(chosen, kind, _way(graph, first, last), compiled.weight_meaning)
    output.emit(
        settings,
        text=lambda: "\n".join([output.graph_line(graph), "", title, *_table(graph, chosen, parts)]),
        document=lambda: {
            "kind": "paths",
            "graph": output.graph_record(graph),
            **compiled.topology.naming.ends(first, last),
            "weights": compiled.weight_meaning,
            kind: [_record(path, part, graph) for path, part in zip(chosen, parts, strict=True)],
        },
        rows=lambda: [["influence", "steps", "covered", kind.removesuffix("s")], *map(_row, chosen, parts)],
    )


def _listed(
    compiled: CompiledGraph, first: Any, last: Any, max_paths: int, sample: int | None, seed: int | None
) -> list[Path]:
    """Return every path, or a sample of them."""
    from graphdiff.paths.paths import iter_paths
    from graphdiff.paths.sample import sample_paths

    if sample:
        return sample_paths(compiled, first, last, sample, seed=seed)
    return list(iter_paths(compiled, first, last, max_paths=max_paths))


def _require_one_way(options: dict[str, Any]) -> None:
    """Raise `UsageError` unless the options choose the paths in one way."""
    given = [name for name, value in options.items() if value is not None and name != "--seed"]
    if len(given) > 1 and given != ["-k", "--coverage"]:
        raise UsageError(f"{' and '.join(given)}: these are ways to choose the paths; give one")
    if options["--seed"] is not None and options["--sample"] is None:
        raise UsageError("--seed is for --sample N")


def _way(graph: nx.DiGraph, source: Any, target: Any) -> str:
    from graphdiff.text.sentences import words_of

    words = words_of(graph)
    return f"from {words.named(source)} to {words.named(target)}"


def _title(chosen: list[Path], kind: str, ends: str, meaning: str) -> str:
    from graphdiff.text.sentences import by_weights, how_many

    return f"{how_many(len(chosen), kind)} {ends}, {by_weights(meaning)}"


def _table(graph: nx.DiGraph, chosen: list[Path], parts: Sequence[float | None]) -> list[str]:
    from graphdiff.graph.measured import is_profile
    from graphdiff.paths.paths import path_texts
    from graphdiff.text.numbers import percent, shown
    from graphdiff.text.tables import WIDTH, aligned

    cells = [
        [shown(path.influence), str(path.length), *([] if so_far is None else [percent(so_far)])]
        for path, so_far in zip(chosen, parts, strict=True)
    ]
    title = "part" if is_profile(graph) else "influence"
    figures = aligned([[title, "steps", *([] if None in parts else ["so far"])], *cells], left=None)
    ways = path_texts(chosen, graph, width=WIDTH - len(figures[0]) - 2)
    return [f"{line}  {way}" for line, way in zip(figures, ["path", *ways], strict=True)] if cells else []


def _record(path: Path, so_far: float | None, graph: nx.DiGraph) -> dict[str, Any]:
    from graphdiff.paths.paths import path_record

    return path_record(path, graph) | ({} if so_far is None else {"covered": so_far})


def _row(path: Path, so_far: float | None) -> list[Any]:
    record = path.to_dict()
    return [record["influence"], path.length, so_far, " > ".join(record["nodes"])]
