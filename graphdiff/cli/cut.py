"""``graphdiff cut``: the fewest edges or nodes to remove."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli import inputs, options, output
from graphdiff.cli.nodes import Ends, with_ends
from graphdiff.errors import UsageError

if TYPE_CHECKING:
    from graphdiff.whatif.cut import Cut

EPILOG = """\
\b
Examples:
  graphdiff cut Packages.xz openssh-server liblzma5                every path, by the fewest edges
  graphdiff cut Packages.xz openssh-server liblzma5 --reduce 50%   half of the total
  graphdiff cut model.csv x y --reduce 0.2 --nodes
  graphdiff cut uv.lock -s app --targets osv.json --reduce 90% --nodes   the least to upgrade

\b
In Python:
  import graphdiff as gd
  print(gd.cut(gd.read("model.csv"), "x", "y", part=0.5))
"""


@options.command(epilog=EPILOG, short_help="What is the least to remove, so that little enough is left?")
@options.verb
@with_ends
@click.option("--reduce", metavar="50%|NUMBER", help="How much of the total is to go. Default: every path.")
@click.option("--nodes", is_flag=True, help="Remove nodes, not edges.")
@options.top("rows")
def cut(settings: options.Settings, ends: Ends, reduce: str | None, nodes: bool, top: int | None) -> None:
    """Find the fewest edges (or nodes) without which little enough of SOURCE's total on TARGET is left.

    Every path is cut on the graph as it is, cycles included, whatever --cycles says: that needs no total.
    Exact up to 20 candidates; above greedy, then an integer programme (with scipy; above 2,000 edges only if --timeout
    is given), with the bound that is proven. By one weighting; without weights in the file that is even.
    """
    from graphdiff.whatif.cut import cut as compute

    graph = inputs.load(settings, spare=options.SEARCHING)
    source, target = ends.between(graph)
    compiled = inputs.compile_one(graph, settings)
    with output.bar("cut") as progress:
        what = "nodes" if nodes else "edges"
        limits = {"progress": progress, **settings.searching}
        removal = compute(compiled, source, target, what=what, **limits, **_wanted(reduce)).asking(graph)
    output.emit(
        settings,
        text=lambda: f"{output.graph_line(graph)}\n\n{removal.text(top, f': --top {len(removal.strokes)}')}",
        document=lambda: {"kind": "cut", "graph": output.graph_record(graph), **removal.to_dict()},
        rows=lambda: _rows(removal),
    )


def _wanted(reduce: str | None) -> dict[str, Any]:
    """Return the options that ``--reduce`` stands for."""
    if reduce is None:
        return {}
    from graphdiff.io.building import numbers

    text = reduce.strip()
    parsed = numbers([text.rstrip("% ")])
    if parsed is None:
        raise UsageError(f"--reduce {reduce:.60}: a percentage such as 50%, or a number in the total's unit")
    number = parsed[0]
    if text.endswith("%"):
        return {"part": number / 100}
    return {"amount": int(number) if float(number).is_integer() else number}


def _rows(removal: Cut) -> Iterator[Sequence[Any]]:
    names = ["node"] if removal.what == "nodes" else ["source", "target", "key"]
    yield [*names, "alone", "left"]
    for row in removal.to_dict()["removed"]:
        yield [row.get(name, "") for name in (*names, "alone", "left")]
