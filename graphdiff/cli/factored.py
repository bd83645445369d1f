"""``graphdiff factored``: a total as nested sums and products of its weights."""

from __future__ import annotations

import click

from graphdiff.cli import inputs, options, output
from graphdiff.cli.nodes import complete_node
from graphdiff.graph.lookup import find_node

EPILOG = """\
\b
Examples:
  graphdiff factored model.csv x y
  graphdiff factored model.csv x y -o latex
  graphdiff factored "expr:c = a + b; d = b + 1; e = c * d" --set a=2 --set b=1 b e

\b
In Python:
  import graphdiff as gd
  print(gd.factored(gd.read("model.csv"), "x", "y").latex())
"""


@options.command(epilog=EPILOG)
@options.verb
@click.argument("source", shell_complete=complete_node)
@click.argument("target", shell_complete=complete_node)
def factored(settings: options.Settings, source: str, target: str) -> None:
    """Write the total influence of SOURCE on TARGET as nested sums and products: (a + b)*(c + d), not four paths.

    Each edge is a symbol w[tail,head]; what is used more than once gets a name. Up to 200 nodes may lie between. By
    one weighting; without weights in the file that is even.
    """
    from graphdiff.paths.factored import factored as compute
    from graphdiff.text.numbers import plain, shown
    from graphdiff.text.sentences import by_weights

    graph = inputs.load(settings)
    ends = find_node(graph, source), find_node(graph, target)
    compiled = inputs.compile_one(graph, settings)
    formula = compute(compiled, *ends)
    value = f"Value, {by_weights(compiled.weight_meaning)}: {shown(formula.value())}"
    output.emit(
        settings,
        text=lambda: f"{output.graph_line(graph)}\n\n{formula}\n{value}",
        document=lambda: {
            "kind": "factored",
            "graph": output.graph_record(graph),
            **compiled.topology.naming.ends(*ends),
            "weights": compiled.weight_meaning,
            "value": plain(formula.value()),
            **formula.to_dict(),
        },
        rows=lambda: [["symbol", "weight"], *zip(formula.symbols, map(plain, formula.values), strict=True)],
        also={"latex": formula.latex},
    )
