"""``graphdiff rank``: every node by its total influence from a source or on a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli import common
from graphdiff.errors import UsageError

if TYPE_CHECKING:
    from graphdiff.compiled import CompiledGraph

EPILOG = """\
\b
Examples:
  graphdiff rank Packages.xz --source openssh-server      what it rests on, most first
  graphdiff rank Packages.xz --target liblzma5 --by even  who rests on it
  graphdiff rank model.csv --target y -o json

\b
In Python:
  import graphdiff as gd
  gd.reverse(gd.read("model.csv"), "y").top(20)
"""


@click.command(epilog=EPILOG)
@common.verb
@click.option("--source", metavar="NODE", shell_complete=common.complete_node, help="Rank what this node influences.")
@click.option("--target", metavar="NODE", shell_complete=common.complete_node, help="Rank what influences this node.")
@click.option("--by", metavar="unit|even|NAME", help="Which of several weightings gives the order. Default: the first.")
@click.option("-n", "--top", default=20, show_default=True, help="How many rows of text; JSON and CSV have all.")
def rank(settings: common.Settings, source: str | None, target: str | None, by: str | None, top: int) -> None:
    """Rank the nodes by total influence: from a source, towards a target, or from all roots together.

    A node that the source does not reach (that does not reach the target) is left out. Equal values share a place.
    """
    from graphdiff.results import shown

    if source and target:
        raise UsageError("give --source or --target, not both; for one pair: graphdiff why FILE SOURCE TARGET")
    graph = common.load(settings)
    ends = common.find_ends(graph, (), source, target)
    compiled = common.compile_all(graph, settings)
    names = [one.weight_meaning for one in compiled]
    if by is not None and by not in names:
        raise UsageError(f"--by {by}: the weightings here are {', '.join(names)}")
    rows = ranking(compiled, ends, names.index(by) if by else 0)
    title = _title(graph, ends, names[0])
    head = ["place", "node", *names]

    def text() -> str:
        cells = [[f"{place:,}", name, *map(shown, numbers)] for place, name, numbers in rows[:top]]
        more = [f"… {len(rows) - top:,} more: --top {len(rows)}"] if len(rows) > top else []
        return "\n".join([common.graph_line(graph), "", title, *common.aligned(head, cells, left=1), *more])

    records = [(place, name, common.plain_all(numbers)) for place, name, numbers in rows]
    common.emit(
        settings,
        text=text,
        document=lambda: {
            "kind": "rank",
            "graph": common.graph_record(graph),
            "source": None if ends[0] is None else str(ends[0]),
            "target": None if ends[1] is None else str(ends[1]),
            "by": by or names[0],
            "nodes": [
                {"place": place, "node": name, "values": dict(zip(names, numbers, strict=True))}
                for place, name, numbers in records
            ],
        },
        rows=lambda: [head, *([place, name, *numbers] for place, name, numbers in records)],
    )


def ranking(compiled: list[CompiledGraph], ends: tuple[Any, Any], by: int) -> list[tuple[int, str, list[Any]]]:
    """Return place, node and its numbers for every node that is reached; a merged component is one row."""
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
    own = (
        None
        if source is None and target is None
        else first.anchor(topology.position(target if source is None else source))
    )
    reached = [(p, node_text(label)) for p, label in zip(part.positions.tolist(), part.labels, strict=True) if p != own]
    order = sorted(reached, key=lambda node: -abs(columns[by][node[0]]))
    rows: list[tuple[int, str, list[Any]]] = []
    for number, (position, name) in enumerate(order, 1):
        numbers = [column[position] for column in columns]
        tied = bool(rows) and abs(rows[-1][2][by]) == abs(numbers[by])
        rows.append((rows[-1][0] if tied else number, name, numbers))
    return rows


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
