"""``graphdiff why``: one total, what it is made of, and whether the weightings agree."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli import common
from graphdiff.errors import UsageError

if TYPE_CHECKING:
    from graphdiff.explained import Explanation

EPILOG = """\
\b
Examples:
  graphdiff why Packages.xz openssh-server liblzma5
  graphdiff why Packages.xz liblzma5                 from the roots
  graphdiff why model.csv --columns source=rhs,target=lhs,weight=est x y
  graphdiff why graph.dot a b -O why.svg             the report, and the picture in why.svg

\b
In Python:
  import graphdiff as gd
  print(gd.explain(gd.read("graph.dot"), "a", "b", weight=gd.weights.even, cycles="collapse"))
"""


@click.command(epilog=EPILOG)
@common.verb
@click.argument("nodes", nargs=-1, required=True, metavar="[SOURCE] TARGET", shell_complete=common.complete_node)
def why(settings: common.Settings, nodes: tuple[str, ...]) -> None:
    """Explain the total influence of SOURCE on TARGET: how much, by which paths, through what.

    With one name, from the roots. With -O x.svg (or .png, .dot, .mmd, .graphml) the picture is written too.
    """
    from graphdiff.explained import explanation_text
    from graphdiff.explanation import explain

    if len(nodes) > 2:
        raise UsageError(f"{len(nodes)} nodes given: [SOURCE] TARGET, so one or two")
    graph = common.load(settings)
    source = common.find_node(graph, nodes[0]) if len(nodes) == 2 else None
    target = common.find_node(graph, nodes[-1])
    compiled = common.compile_all(graph, settings)
    found = [explain(one, source, target) for one in compiled]
    line = common.graph_line(graph)
    if settings.path and os.path.splitext(settings.path)[1] not in ("", ".txt", ".json", ".csv"):
        common.draw(graph, settings, (source, target))
        settings = replace(settings, path=None)
    common.emit(
        settings,
        text=lambda: f"{line}\n\n{explanation_text(found)}",
        document=lambda: {"kind": "why", "graph": common.graph_record(graph), "results": [x.to_dict() for x in found]},
        rows=lambda: _rows(found),
    )


def _rows(found: list[Explanation]) -> Iterator[list[Any]]:
    yield ["weights", "source", "target", "key", "contribution", "share"]
    for one in found:
        for edge in one.to_dict()["edges"]:
            ends = [edge["source"], edge["target"], edge.get("key", "")]
            yield [one.weight_meaning, *ends, edge["contribution"], edge["share"]]
