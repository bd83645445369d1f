"""``graphdiff rank``: every node by its total influence from a source or on a target, beside the sets it stands for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli import common
from graphdiff.cli.nodes import complete_node, find_ends
from graphdiff.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

    from graphdiff.compiled import CompiledGraph

EPILOG = """\
\b
Examples:
  graphdiff rank Packages.xz --source openssh-server      what it rests on, most first
  graphdiff rank Packages.xz --target liblzma5 --by even  who rests on it
  graphdiff rank pipdeptree.json                          what goes if a package goes: exclusive
  graphdiff rank Packages.xz --source git --value installed_size
  graphdiff rank model.csv --target y -o json

\b
In Python:
  import graphdiff as gd
  G = gd.read("model.csv")
  gd.reverse(G, "y").top(20)
  gd.reach_sizes(G), gd.exclusive_sizes(G), gd.exclusive(G, "x")
"""

SETS = ("reach", "exclusive")


@dataclass(frozen=True)
class Ranked:
    """The rows of a ranking: where each stands in the compiled graph, its place, its name and its influences."""

    positions: list[int]
    places: list[int]
    names: list[str]
    numbers: list[list[Any]]

    def first(self, count: int) -> Ranked:
        """Return the first rows."""
        return Ranked(self.positions[:count], self.places[:count], self.names[:count], self.numbers[:count])


@click.command(epilog=EPILOG)
@common.verb
@click.option("--source", metavar="NODE", shell_complete=complete_node, help="Rank what this node influences.")
@click.option("--target", metavar="NODE", shell_complete=complete_node, help="Rank what influences this node.")
@click.option("--by", metavar="unit|even|NAME", help="Which of several weightings gives the order. Default: the first.")
@click.option("--value", metavar="NAME", help="A number that nodes have, such as size: add it up, too.")
@click.option("-n", "--top", default=20, show_default=True, help="How many rows of text; JSON and CSV have all.")
def rank(
    settings: common.Settings, source: str | None, target: str | None, by: str | None, value: str | None, top: int
) -> None:
    """Rank the nodes by total influence: from a source, towards a target, or from all roots together.

    A node that the source does not reach (that does not reach the target) is left out. Equal values share a place.
    Beside the sums over paths stand sets, in which each node counts once: reach is how many nodes a node reaches,
    exclusive how many of them would go with it, since nothing else leads to them from the source or else the roots.
    """
    if source and target:
        raise UsageError("give --source or --target, not both; for one pair: graphdiff why FILE SOURCE TARGET")
    graph = common.load(settings)
    ends = find_ends(graph, (), source, target)
    compiled = common.compile_all(graph, settings)
    weights = [one.weight_meaning for one in compiled]
    if by is not None and by not in weights:
        raise UsageError(f"--by {by}: the weightings here are {', '.join(weights)}")
    ranked = ranking(compiled, ends, weights.index(by) if by else 0)
    every = len(ranked.names)
    rows = ranked.first(top) if settings.output == "text" else ranked
    with common.bar("reach") as progress:
        sizes = set_columns(graph, compiled[0], rows.positions, ends[0], value, progress)
    title = _title(graph, ends, weights[0])

    def text() -> str:
        lines = [common.graph_line(graph), "", title, *_table(rows, weights, sizes)]
        more = [f"… {every - top:,} more: --top {every}"] if every > top else []
        return "\n".join([*lines, *more, "", *_notes(graph, ends[0], value)])

    common.emit(
        settings,
        text=text,
        document=lambda: {
            "kind": "rank",
            "graph": common.graph_record(graph),
            "source": None if ends[0] is None else str(ends[0]),
            "target": None if ends[1] is None else str(ends[1]),
            "by": by or weights[0],
            "nodes": _records(rows, weights, sizes),
        },
        rows=lambda: [["place", "node", *weights, *sizes], *_lines(rows, sizes)],
    )


def ranking(compiled: list[CompiledGraph], ends: tuple[Any, Any], by: int) -> Ranked:
    """Return a row for every node that is reached, largest first; a merged component is one row."""
    from graphdiff.between import between
    from graphdiff.influence import forward, reverse
    from graphdiff.paths import node_text

    source, target = ends
    first = compiled[0]
    topology = first.topology
    if target is not None:
        columns = [reverse(one, target).array for one in compiled]
        part = between(first, range(first.n_nodes), [topology.position(target)])
    else:
        roots = topology.roots.tolist() if source is None else [topology.position(source)]
        seeds = {topology.label(p): 1 for p in sorted({first.anchor(p) for p in roots})}
        columns = [forward(one, seeds).array for one in compiled]
        part = between(first, roots, range(first.n_nodes))
    end = target if source is None else source
    own = None if end is None else first.anchor(topology.position(end))
    names = {p: node_text(label) for p, label in zip(part.positions.tolist(), part.labels, strict=True) if p != own}
    order = sorted(names, key=lambda p: -abs(columns[by][p]))
    places: list[int] = []
    for number, position in enumerate(order, 1):
        tied = bool(places) and abs(columns[by][order[number - 2]]) == abs(columns[by][position])
        places.append(places[-1] if tied else number)
    return Ranked(order, places, [names[p] for p in order], [[column[p] for column in columns] for p in order])


def set_columns(
    graph: nx.DiGraph,
    compiled: CompiledGraph,
    positions: list[int],
    source: Any,
    value: str | None,
    progress: Callable[[int, int | None], None],
) -> dict[str, NDArray[Any]]:
    """Return the columns of sizes by their titles: counts of nodes, and sums of a value where one is asked for."""
    import numpy as np

    from graphdiff.sets import root_positions, values_at
    from graphdiff.setsums import row_sizes

    topology = compiled.topology
    starts = root_positions(topology, None if source is None else [source])
    places = np.array(positions, dtype=np.int64)
    columns = dict(zip(SETS, row_sizes(compiled, places, starts, values_at(topology, None), progress), strict=True))
    if value is not None:
        own = values_at(topology, dict.fromkeys(graph, 0) | _values(graph, value))
        titles = [f"{name} {value}" for name in SETS]
        columns |= zip(titles, row_sizes(compiled, places, starts, own, progress), strict=True)
    return columns


def _values(graph: nx.DiGraph, name: str) -> dict[Any, Any]:
    """Return the number of each node that has one; where none has, say which attributes nodes have."""
    from graphdiff.arithmetic import is_finite, is_number
    from graphdiff.extract import attribute_kinds

    numbers = {node: number for node, number in graph.nodes(data=name) if is_number(number) and is_finite(number)}
    if not numbers:
        have = ", ".join(attribute_kinds([data for _, data in graph.nodes(data=True)]))
        raise UsageError(f"--value {name}: no node has a number of this name; nodes have: {have or 'no attributes'}")
    return numbers


def _table(rows: Ranked, weights: list[str], sizes: dict[str, Any]) -> list[str]:
    from graphdiff.results import shown

    lines = [[f"{place:,}", name, *map(shown, numbers)] for place, name, *numbers in _lines(rows, sizes)]
    return common.aligned(["place", "node", *weights, *sizes], lines, left=1)


def _lines(rows: Ranked, sizes: dict[str, Any]) -> list[list[Any]]:
    """Return the cells of each row, numbers as JSON has them."""
    columns = [column.tolist() for column in sizes.values()]
    return [
        [place, name, *common.plain_all(numbers), *more]
        for place, name, numbers, *more in zip(rows.places, rows.names, rows.numbers, *columns, strict=True)
    ]


def _records(rows: Ranked, weights: list[str], sizes: dict[str, Any]) -> list[dict[str, Any]]:
    split = 2 + len(weights)
    return [
        {
            "place": line[0],
            "node": line[1],
            "values": dict(zip(weights, line[2:split], strict=True)),
            **dict(zip((title.replace(" ", "_") for title in sizes), line[split:], strict=True)),
        }
        for line in _lines(rows, sizes)
    ]


def _notes(graph: nx.DiGraph, source: Any, value: str | None) -> list[str]:
    """Return what stands below the table."""
    from graphdiff.words import words_for

    words = words_for(str(graph.graph.get("edge_meaning", "unknown")))
    start = "the roots" if source is None else str(source)
    reach = f"reach: {words.needed}, each counted once"
    notes = [f"{reach}; exclusive: those that go with it, being reached from {start} by it only."]
    if value is not None and (missing := len(graph) - len(_values(graph, value))):
        notes.append(f"! {missing:,} of {len(graph):,} {words.nodes} have no {value} and count as 0.")
    return notes


def _title(graph: Any, ends: tuple[Any, Any], weight_meaning: str) -> str:
    from graphdiff.words import words_for

    words = words_for(str(graph.graph.get("edge_meaning", "unknown")), weight_meaning)
    source, target = ends
    if target is not None:
        text = words.rank_towards.format(target=target)
    elif source is not None:
        text = words.rank_from.format(source=source)
    else:
        text = f"{words.nodes} by what reaches them from the roots"
    return text[0].upper() + text[1:]
