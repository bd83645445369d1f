"""What a verb answers of two nodes of one cycle, which have no total: the shortest routes, and what parts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from graphdiff.cli import options, output, weightings
from graphdiff.errors import SameComponentError

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.cli.conditions import Gate
    from graphdiff.why.routes import Routes

Ends = tuple[Any, Any]
Answer = TypeVar("Answer")


def or_routes(
    compute: Callable[[], Answer],
    settings: options.Settings,
    graph: nx.DiGraph,
    ends: Ends,
    gate: Gate | None = None,
    k: int | None = None,
) -> Answer | None:
    """Return what is computed of a total; None between two nodes of one cycle, where the routes are printed instead."""
    try:
        return compute()
    except SameComponentError:
        print_routes(settings, graph, ends, gate, k)
        return None


def print_routes(
    settings: options.Settings, graph: nx.DiGraph, ends: Ends, gate: Gate | None = None, k: int | None = None
) -> None:
    """Print the shortest routes between two ends, and the fewest edges that part them; with a picture where asked."""
    from graphdiff.why.routes import KEPT, routes

    answer = routes(graph, *ends, k=KEPT if k is None else k)
    if gate is not None:
        gate.check([answer], graph)
    output.emit(
        settings,
        drawn=lambda: _sketched(graph, ends, settings),
        text=lambda: f"{output.read_line(graph)}\n\n{answer.text(every=k is not None)}",
        document=lambda: {
            "kind": click.get_current_context().command.name,
            "graph": output.read_record(graph),
            "results": [answer.to_dict()],
        },
        rows=lambda: _rows({"": answer}),
    )


def _sketched(graph: nx.DiGraph, ends: Ends, settings: options.Settings) -> nx.DiGraph:
    """Return the graph between two ends without totals."""
    from graphdiff.pictures.sketch import sketch

    name = weightings.chosen(graph).names[-1]
    return sketch(graph, *ends, **weightings.weight_options(name, settings, graph))


def print_change(
    settings: options.Settings,
    graphs: Sequence[nx.DiGraph],
    before: Routes,
    after: Routes,
    drawn: Callable[[], nx.DiGraph] | None = None,
) -> None:
    """Print the same of what was and of what became of it, under the graphs that were read; draw both, where asked."""
    from graphdiff.why.routes import change_text

    whens = ("before: ", "after: ") if len(graphs) > 1 else ("",)
    lines = [f"{when}{output.read_line(graph)}" for when, graph in zip(whens, graphs, strict=True)]
    output.emit(
        settings,
        text=lambda: "\n".join([*lines, "", change_text(before, after)]),
        document=lambda: {
            "kind": click.get_current_context().command.name,
            "results": [{"before": before.to_dict(), "after": after.to_dict()}],
        },
        rows=lambda: _rows({"before": before, "after": after}),
        also={"markdown": lambda: f"```text\n{change_text(before, after)}\n```"},
        drawn=drawn,
    )


def _rows(answers: Mapping[str, Routes]) -> Iterator[list[Any]]:
    """Yield the routes, each in a row."""
    yield [*(["when"] if len(answers) > 1 else []), "steps", "route"]
    for when, answer in answers.items():
        for route in answer.to_dict()["shortest_paths"]:
            yield [*([when] if len(answers) > 1 else []), len(route["steps"]), " > ".join(route["nodes"])]
