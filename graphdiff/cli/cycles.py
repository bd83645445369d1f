"""``graphdiff cycles``: what is on cycles, and which edges to take out so that none is left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from graphdiff.cli import conditions, inputs, options, output, weightings

if TYPE_CHECKING:
    from graphdiff.structure.components import CycleReport

EPILOG = """\
\b
Examples:
  graphdiff cycles imports:networkx                      which imports to take out: as few as can be
  graphdiff cycles imports:networkx --weight statements  with as few import statements as can be
  graphdiff cycles imports:app --fail-if 'cycles > 0'    status 1 where there is one
  graphdiff cycles Packages.xz -o csv                    a row for each edge to take out

\b
In Python:
  import graphdiff as gd
  print(gd.find_cycles(gd.read("imports:networkx"), weight="statements"))
"""


@options.command(epilog=EPILOG, short_help="What is on cycles, and what is the least to take out?")
@options.verb
@options.top("components with all their edges")
@conditions.gated
def cycles(settings: options.Settings, top: int | None, gate: conditions.Gate) -> None:
    """List the strongly connected components, each with a shortest cycle and the edges that break all at least weight.

    A weight is what it costs to take an edge out: the attribute weight where the file has it, else 1. The least is
    found exactly for small components, for large ones by an integer programme (with scipy); else the report says how
    far from it the edges can be. Where edges have source lines, as imports do, these are listed. Imports in functions
    count, and are marked (local); those under TYPE_CHECKING do not, save with --kind all.
    """
    from graphdiff.structure.components import find_cycles

    graph = inputs.load(settings, spare=options.SEARCHING)
    reports: list[CycleReport] = []
    for name in weightings.chosen(graph).names:
        with output.bar("cycles") as progress:
            limits = {"progress": progress, **settings.searching}
            reports.append(find_cycles(graph, **limits, **weightings.weight_options(name, settings, graph)))
    gate.check(reports, graph)
    output.emit(
        settings,
        text=lambda: "\n\n".join([output.graph_line(graph), *_texts(reports, top)]),
        document=lambda: {
            "kind": "cycles",
            "graph": output.graph_record(graph),
            "results": [report.to_dict() for report in reports],
        },
        rows=lambda: _rows(reports),
    )


def _texts(reports: list[CycleReport], top: int | None) -> Iterator[str]:
    for report in reports:
        yield f"By {report.weight_meaning}: {report.text(top)}" if len(reports) > 1 else report.text(top)


def _rows(reports: list[CycleReport]) -> Iterator[list[Any]]:
    yield ["weights", "component", "size", "source", "target", "key", "weight", "lines"]
    for report in reports:
        for record in report.records():
            ends = [record["source"], record["target"], record.get("key", "")]
            sizes = [report.weight_meaning, record["component"], record["size"]]
            yield [*sizes, *ends, record["weight"], " ".join(record["lines"])]
