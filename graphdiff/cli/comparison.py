"""``graphdiff compare``: what changed between two files, which edges moved a total, and a gate for CI."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli import inputs, options, output, weightings
from graphdiff.cli.completion import complete_attribute
from graphdiff.cli.conditions import Condition
from graphdiff.cli.nodes import complete_node
from graphdiff.cli.streams import tell
from graphdiff.errors import UnknownNodeError, UsageError, of_both
from graphdiff.graph.lookup import find_node

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.change.compare import Pair
    from graphdiff.change.comparison import Comparison
    from graphdiff.change.difference import Difference
    from graphdiff.change.totals import Changes

EPILOG = """\
\b
Examples:
  graphdiff compare old.lock new.lock                         what appeared, by which new edge
  graphdiff compare old.Packages new.Packages openssh-server liblzma5 -w even
  graphdiff compare old.csv new.csv main -o markdown          for a pull request
  graphdiff compare old.json new.json app --fail-if 'appeared > 5' --fail-if 'cycles > 0'
  graphdiff compare old.csv new.csv main seconds --fail-if 'relative > 10 %'
  graphdiff compare old.dot new.dot a b -O diff.svg           the report, and the picture

\b
--fail-if NAME: change (after minus before), relative (change / before), paths (gained), appeared,
gone, cycles (new); OP: > >= < <= == !=. With SOURCE the sets are of what it reaches. Exit status 1
where a condition is met.

\b
In Python:
  import graphdiff as gd
  print(gd.compare(gd.read("old.csv"), gd.read("new.csv"), "main", "seconds"))
"""


@options.command(name="compare", epilog=EPILOG)
@options.verb_on("OLD")
@click.argument("new", metavar="NEW")
@click.argument("nodes", nargs=-1, metavar="[SOURCE] [TARGET]", shell_complete=complete_node)
@click.option("--source", metavar="NODE", shell_complete=complete_node, help="Compare what this node reaches.")
@click.option("--target", metavar="NODE", shell_complete=complete_node, help="Compare what reaches this node.")
@click.option(
    "--by", metavar="ATTRIBUTE", shell_complete=complete_attribute,
    help="Sum the change over groups of nodes by this attribute too.",
)  # fmt: skip
@click.option("--match", "matches", multiple=True, metavar="OLD=NEW", help="A node that has another name in NEW.")
@click.option(
    "--fail-if", "conditions", multiple=True, metavar="'NAME OP NUMBER'", help="End with status 1 where this holds."
)
def compare(
    settings: options.Settings,
    new: str,
    nodes: tuple[str, ...],
    source: str | None,
    target: str | None,
    by: str | None,
    matches: tuple[str, ...],
    conditions: tuple[str, ...],
) -> None:
    """Say what changed from OLD to NEW, and which edges moved the total influence of SOURCE on TARGET, exactly.

    First the sets: what appeared, with the new edge that brought each in, what is gone, upgraded, and what cycles are
    new. With both names then the totals, and the edges that changed them; with one the totals of all nodes.
    """
    asked = [Condition.parse(text) for text in conditions]
    graphs = inputs.load(settings), inputs.load(replace(settings, file=new))
    pairs = _paired(graphs, settings, matches)
    ends = _ends(graphs, nodes, source, target)
    found = _answers(pairs, ends, by)
    difference = found[0] if _is_sets(found) else found[0].difference
    totals = found if None not in ends else []
    failed = [text for condition in asked for text in condition.met(difference, totals)]
    if settings.path and os.path.splitext(settings.path)[1] not in ("", ".txt", ".json", ".csv", ".md"):
        _draw(found[-1], settings)
        settings = replace(settings, path=None)
    _emit(settings, graphs, found, failed)
    for text in failed:
        tell(text)
    if failed:
        click.get_current_context().exit(1)


# -- in


def _paired(graphs: tuple[nx.DiGraph, nx.DiGraph], settings: options.Settings, matches: Sequence[str]) -> list[Pair]:
    """Return the two graphs, compiled and matched, for each weighting."""
    from graphdiff.change.compare import Pair
    from graphdiff.change.match import matched, renamed

    names = settings.weights or max(
        (weightings.default_weights(graph) for graph in graphs), key=lambda w: w == ("weight",)
    )
    chosen = replace(settings, weights=names)
    compiled = of_both(lambda graph: inputs.compile_all(graph, chosen), graphs)
    renames = renamed(*graphs, dict(_match(graphs, text) for text in matches))
    return [Pair(graphs, matched(old, new, renames), renames) for old, new in zip(*compiled, strict=True)]


def _match(graphs: tuple[nx.DiGraph, nx.DiGraph], text: str) -> tuple[Any, Any]:
    """Return the two nodes of ``OLD=NEW``; names may have signs of equality of their own."""
    parts = text.split("=")
    error: Exception = UsageError(f"--match {text}: OLD=NEW")
    for place in range(1, len(parts)):
        try:
            return tuple(
                find_node(graph, "=".join(half))
                for graph, half in zip(graphs, (parts[:place], parts[place:]), strict=True)
            )
        except UnknownNodeError as unknown:
            error = unknown
    raise error


def _ends(
    graphs: tuple[nx.DiGraph, nx.DiGraph], nodes: Sequence[str], source: str | None, target: str | None
) -> tuple[Any | None, Any | None]:
    """Return the ends, each looked for in the new file and then in the old one."""
    if len(nodes) > 2:
        raise UsageError(f"{len(nodes)} nodes given; at most SOURCE and TARGET")
    given = [*nodes, None, None][:2]
    if (given[0] and source) or (given[1] and target):
        raise UsageError("a node is given both as an argument and as an option")
    first, last = (name and _find(graphs, name) for name in (given[0] or source, given[1] or target))
    return first, last


def _find(graphs: tuple[nx.DiGraph, nx.DiGraph], name: str) -> Any:
    try:
        return find_node(graphs[1], name)
    except UnknownNodeError as unknown:
        try:
            return find_node(graphs[0], name)
        except UnknownNodeError:
            raise unknown from None


def _answers(pairs: list[Pair], ends: tuple[Any | None, Any | None], by: str | None) -> list[Any]:
    source, target = ends
    if source is not None and target is not None:
        return [pair.comparison(source, target, by) for pair in pairs]
    if source is not None:
        return [pair.changes(source, by, towards=False) for pair in pairs]
    if target is not None:
        return [pair.changes(target, by, towards=True) for pair in pairs]
    return [pairs[0].difference(by)]


def _is_sets(found: Sequence[Any]) -> bool:
    from graphdiff.change.difference import Difference

    return isinstance(found[0], Difference)


# -- out


def _draw(answer: Comparison | Changes | Difference, settings: options.Settings) -> None:
    from graphdiff.change.totals import Changes

    drawn = answer.difference if isinstance(answer, Changes) else answer
    output.write_drawn(drawn.to_networkx(), replace(settings, spreadsheet_safe=False))  # which is for the report


def _emit(
    settings: options.Settings, graphs: tuple[nx.DiGraph, nx.DiGraph], found: list[Any], failed: list[str]
) -> None:
    from graphdiff.change.markdown import comparison_markdown

    lines = [f"{when}: {output.graph_line(graph)}" for when, graph in zip(("before", "after"), graphs, strict=True)]
    records = {when: output.graph_record(graph) for when, graph in zip(("before", "after"), graphs, strict=True)}
    results = [answer.to_dict() for answer in found] if settings.output in ("json", "csv") else []
    output.emit(
        settings,
        text=lambda: "\n".join([*lines, "", _text(found)]),
        document=lambda: {"kind": "compare", **records, "results": results, "failed": failed},
        rows=lambda: _rows(found, results),
        also={"markdown": lambda: comparison_markdown(found[0] if _is_sets(found) else found)},
    )


def _text(found: list[Any]) -> str:
    from graphdiff.change.comparison import Comparison
    from graphdiff.change.difference import difference_lines
    from graphdiff.change.report import comparison_text
    from graphdiff.change.totals import changes_lines

    if isinstance(found[0], Comparison):
        return comparison_text(found)
    if _is_sets(found):
        return str(found[0])
    parts = [line for column in found for line in ("", *changes_lines(column))]
    return "\n".join([*difference_lines(found[0].difference), *parts])


def _rows(found: list[Any], results: list[dict[str, Any]]) -> Iterator[list[Any]]:
    """Yield the rows of the CSV: the edges that moved the total, the nodes that moved, or the edges that differ."""
    key, columns = (
        ("edges", ("source", "target", "key", "status", "weight_before", "weight_after"))
        if _is_sets(found)
        else ("moved", ("node", "before", "after", "change", "place_before", "place_after"))
        if "moved" in results[0]
        else (
            "edges",
            (
                "source",
                "target",
                "key",
                "status",
                "weight_before",
                "weight_after",
                "change",
                "before_after",
                "after_before",
            ),
        )
    )
    alone = _is_sets(found)
    yield [*([] if alone else ["weights"]), *columns]
    for result in results:
        for record in result[key]:
            yield [*([] if alone else [result["weight_meaning"]]), *(record.get(column, "") for column in columns)]
