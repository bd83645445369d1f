"""``graphdiff diagnose``: how many paths there are and why, before anybody lists one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from graphdiff.cli import inputs, options, output, weightings
from graphdiff.cli.nodes import Ends, with_ends

if TYPE_CHECKING:
    from graphdiff.structure.diagnose import Diagnosis

EPILOG = """\
\b
Examples:
  graphdiff diagnose Packages.xz                          the whole file
  graphdiff diagnose Packages.xz openssh-server liblzma5  between two nodes
  graphdiff diagnose net.csv loss                         with gradient flow towards the loss

\b
In Python:
  import graphdiff as gd
  print(gd.diagnose(gd.read("net.csv"), target="loss"))
"""


@options.command(epilog=EPILOG, short_help="How many paths are there, how long, where do all of them pass?")
@options.verb
@with_ends
@click.option("--vanishing", default=1e-6, show_default=True, help="Gradients below this part of the start vanish.")
@click.option("--exploding", default=1e6, show_default=True, help="Gradients above this multiple of the start explode.")
def diagnose(settings: options.Settings, ends: Ends, vanishing: float, exploding: float) -> None:
    """Count the paths exactly, say how long they are, where they all pass, and what each method would cost.

    With a target and weights it also says where gradients vanish or explode on the way to it.
    """
    from graphdiff.structure.diagnose import diagnose as compute

    graph = inputs.load(settings)
    first, last = ends.of(graph)
    with output.bar("diagnose") as progress:
        diagnoses = {
            name: compute(
                graph,
                first,
                last,
                vanishing=vanishing,
                exploding=exploding,
                progress=progress,
                **weightings.weight_options(name, settings, graph),
            )
            for name in weightings.chosen(graph).names
        }
    one = next(iter(diagnoses.values()))
    flows = {name: other.gradient_flow and other.gradient_flow.to_dict() for name, other in diagnoses.items()}
    output.emit(
        settings,
        text=lambda: "\n\n".join([output.graph_line(graph), *_texts(diagnoses)]),
        document=lambda: {
            "kind": "diagnose",
            "graph": output.graph_record(graph),
            **one.to_dict(),
            **({"gradient_flows": flows} if len(flows) > 1 else {}),
        },
        rows=lambda: [("field", "value"), *((field, output.cell(value)) for field, value in one.to_dict().items())],
    )


def _texts(diagnoses: dict[str, Diagnosis]) -> Iterator[str]:
    """Yield the first report whole; counts hang on no weights, so of the others only what flows back is new."""
    from graphdiff.text.tables import hanging

    for number, (weights, one) in enumerate(diagnoses.items()):
        if not number:
            yield str(one)
        elif one.gradient_flow is not None:
            verdict = hanging(f"  {'gradient':<16}  ", one.gradient_flow.verdict())
            yield "\n".join([f"By {weights}", *verdict, *one.gradient_lines()])
