"""``graphdiff diagnose``: how many paths there are and why, before anybody lists one."""

from __future__ import annotations

from typing import Any

import click

from graphdiff.cli import common

EPILOG = """\
\b
Examples:
  graphdiff diagnose Packages.xz                          the whole file
  graphdiff diagnose Packages.xz openssh-server liblzma5  between two nodes
  graphdiff diagnose net.csv --target loss                with gradient flow towards the loss

\b
In Python:
  import graphdiff as gd
  print(gd.diagnose(gd.read("net.csv"), target="loss"))
"""


@click.command(epilog=EPILOG)
@common.verb
@click.argument("nodes", nargs=-1, metavar="[SOURCE] [TARGET]", shell_complete=common.complete_node)
@click.option("--source", metavar="NODE", shell_complete=common.complete_node, help="Paths from this node.")
@click.option("--target", metavar="NODE", shell_complete=common.complete_node, help="Paths to this node.")
@click.option("--vanishing", default=1e-6, show_default=True, help="Gradients below this part of the start vanish.")
@click.option("--exploding", default=1e6, show_default=True, help="Gradients above this multiple of the start explode.")
def diagnose(
    settings: common.Settings,
    nodes: tuple[str, ...],
    source: str | None,
    target: str | None,
    vanishing: float,
    exploding: float,
) -> None:
    """Count the paths exactly, say how long they are, where they all pass, and what each method would cost.

    With a target and weights it also says where gradients vanish or explode on the way to it.
    """
    from graphdiff.diagnosis import diagnose as compute

    graph = common.load(settings)
    first, last = common.find_ends(graph, nodes, source, target)
    weight: Any = settings.weights[-1] if settings.weights else common.default_weights(graph)[0]
    with common.bar("diagnose") as progress:
        options = common.weight_options(weight, settings)
        found = compute(graph, first, last, vanishing=vanishing, exploding=exploding, progress=progress, **options)
    common.emit(
        settings,
        text=lambda: f"{common.graph_line(graph)}\n\n{found}",
        document=lambda: {"kind": "diagnose", "graph": common.graph_record(graph), **found.to_dict()},
        rows=lambda: [["field", "value"], *found.to_dict().items()],
    )
