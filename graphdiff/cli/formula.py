"""``graphdiff why --formula``: a total as nested sums and products of its weights."""

from __future__ import annotations

from functools import partial

from graphdiff.cli import inputs, options, output
from graphdiff.cli.nodes import Ends
from graphdiff.cli.routes import or_routes


def print_formula(settings: options.Settings, ends: Ends) -> None:
    """Write a total as nested sums and products: (a + b)*(c + d), not four paths.

    Each edge is a symbol w[tail,head]; what is used more than once gets a name. Up to 200 nodes may lie between.
    """
    from graphdiff.paths.factored import factored as compute
    from graphdiff.text.numbers import plain, shown
    from graphdiff.text.sentences import by_weights

    inputs.require_one_weight(settings)
    graph = inputs.load(settings)
    source, target = ends.between(graph)
    compiled = inputs.compile_one(graph, settings)
    ask = partial(compute, compiled, source, target)
    formula = ask() if settings.output == "latex" else or_routes(ask, settings, graph, (source, target))
    if formula is None:
        return
    value = f"Value, {by_weights(compiled.weight_meaning)}: {shown(formula.value())}"
    output.emit(
        settings,
        text=lambda: f"{output.graph_line(graph)}\n\n{formula}\n{value}",
        document=lambda: {
            "kind": "factored",
            "graph": output.graph_record(graph),
            **compiled.topology.naming.ends(source, target),
            "weights": compiled.weight_meaning,
            "value": plain(formula.value()),
            **formula.to_dict(),
        },
        rows=lambda: [["symbol", "weight"], *zip(formula.symbols, map(plain, formula.values), strict=True)],
        also={"latex": formula.latex},
    )
