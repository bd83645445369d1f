"""``graphdiff rank``: every node by its total influence from a source or on a target, beside the sets it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli import inputs, options, output
from graphdiff.cli.completion import complete_column, complete_value
from graphdiff.cli.nodes import complete_node, find_ends
from graphdiff.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.structure.rank import Ranked

EPILOG = """\
\b
Examples:
  graphdiff rank Packages.xz --source openssh-server      what it rests on, most first
  graphdiff rank Packages.xz --target liblzma5 --by even  who rests on it
  graphdiff rank uv.lock --by exclusive                   what goes if a package goes
  graphdiff rank imports:numpy --times LOG --value import_time
  graphdiff rank model.csv --target y -o json

\b
In Python:
  import graphdiff as gd
  G = gd.read("model.csv")
  gd.reverse(G, "y").top(20)
  gd.reach_sizes(G), gd.exclusive_sizes(G), gd.exclusive(G, "x")
"""


@options.command(epilog=EPILOG)
@options.verb
@click.option("--source", metavar="NODE", shell_complete=complete_node, help="Rank what this node influences.")
@click.option("--target", metavar="NODE", shell_complete=complete_node, help="Rank what influences this node.")
@click.option(
    "--by",
    metavar="COLUMN",
    shell_complete=complete_column,
    help="Which column gives the order: a weighting, reach, exclusive. Default: the first.",
)
@click.option(
    "--value",
    metavar="NAME",
    shell_complete=complete_value,
    help="A number that nodes have, such as size: add it up, too.",
)
@click.option("-n", "--top", default=20, show_default=True, help="How many rows of text; JSON and CSV have all.")
def rank(
    settings: options.Settings, source: str | None, target: str | None, by: str | None, value: str | None, top: int
) -> None:
    """Rank the nodes by total influence: from a source, towards a target, or from all roots together.

    A node that the source does not reach (that does not reach the target) is left out. Equal values share a place.
    Beside the sums over paths stand sets, in which each node counts once: reach is how many nodes a node reaches,
    exclusive how many of them would go with it, since nothing else leads to them from the source or else the roots.
    """
    if source and target:
        raise UsageError("give --source or --target, not both; for one pair: graphdiff why FILE SOURCE TARGET")
    from graphdiff.structure.rank import ranked

    graph = inputs.load(settings)
    ends = find_ends(graph, (), source, target)
    compiled = inputs.compile_all(graph, settings)
    weights = [one.weight_meaning for one in compiled]
    with output.bar("reach") as progress:
        wanted = top if settings.output == "text" else None
        rows = ranked(graph, compiled, ends, by=by, value=value, top=wanted, progress=progress)
    title = _title(graph, ends, weights[0])

    def text() -> str:
        lines = [output.graph_line(graph), "", title, *_table(rows)]
        more = [f"… {rows.whole - top:,} more: --top {rows.whole}"] if rows.whole > top else []
        return "\n".join([*lines, *more, "", *_notes(graph, ends[0], value)])

    output.emit(
        settings,
        text=text,
        document=lambda: {
            "kind": "rank",
            "graph": output.graph_record(graph),
            "source": None if ends[0] is None else str(ends[0]),
            "target": None if ends[1] is None else str(ends[1]),
            "by": by or weights[0],
            "nodes": _records(rows),
        },
        rows=lambda: [["place", "node", *rows.weights, *rows.sizes], *_lines(rows)],
    )


def _table(rows: Ranked) -> list[str]:
    from graphdiff.text.numbers import shown
    from graphdiff.text.tables import aligned

    columns = [column.tolist() for column in rows.sizes.values()]
    cells = zip(rows.places, rows.names, rows.numbers, *columns, strict=True)
    lines = [[f"{place:,}", name, *map(shown, [*numbers, *more])] for place, name, numbers, *more in cells]
    return aligned([["place", "node", *rows.weights, *rows.sizes], *lines], left=1)


def _lines(rows: Ranked) -> list[list[Any]]:
    """Return the cells of each row, numbers as JSON has them."""
    columns = [column.tolist() for column in rows.sizes.values()]
    return [
        [place, name, *output.plain_all(numbers), *more]
        for place, name, numbers, *more in zip(rows.places, rows.names, rows.numbers, *columns, strict=True)
    ]


def _records(rows: Ranked) -> list[dict[str, Any]]:
    split = 2 + len(rows.weights)
    return [
        {
            "place": line[0],
            "node": line[1],
            "values": dict(zip(rows.weights, line[2:split], strict=True)),
            **dict(zip((title.replace(" ", "_") for title in rows.sizes), line[split:], strict=True)),
        }
        for line in _lines(rows)
    ]


def _notes(graph: nx.DiGraph, source: Any, value: str | None) -> list[str]:
    """Return what stands below the table."""
    from graphdiff.structure.rank import values_of
    from graphdiff.text.sentences import words_of

    words = words_of(graph)
    start = words.starts if source is None else str(source)
    reach = f"reach: {words.needed}, each counted once"
    notes = [f"{reach}; exclusive: those that go with it, being reached from {start} by it only."]
    if value is not None and (missing := len(graph) - len(values_of(graph, value))):
        lack = f"has no {value} and counts" if missing == 1 else f"have no {value} and count"
        notes.append(f"! {missing:,} of {len(graph):,} {words.nodes} {lack} as 0.")
    return notes


def _title(graph: Any, ends: tuple[Any, Any], weight_meaning: str) -> str:
    from graphdiff.text.sentences import words_of

    words = words_of(graph, weight_meaning)
    source, target = ends
    if target is not None:
        text = words.rank_towards.format(target=target)
    elif source is not None:
        text = words.rank_from.format(source=source)
    else:
        text = f"{words.nodes} by what reaches them from {words.starts}"
    return text[0].upper() + text[1:]
