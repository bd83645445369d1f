"""The paths that a report opens with: each in one line, or one edge a line, with what its edges ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from graphdiff.paths.paths import Path, which_edges
from graphdiff.text.names import Edge, node_text
from graphdiff.text.numbers import shorten, shorten_label
from graphdiff.text.requirements import attributes_of, needed_text, package_name
from graphdiff.text.sentences import how_many
from graphdiff.text.tables import WIDTH

if TYPE_CHECKING:
    import networkx as nx

#: Lines of a report that its paths may take.
LINES = 24

#: So many paths are listed, where they have the room.
SHOWN = 5

#: Of a longer path so many nodes are shown at either end; names of nodes are shortened to this.
ENDS, NAME = 4, 48


def listing(paths: Sequence[Path], n_paths: int | None, graph: nx.DiGraph | None = None) -> list[str]:
    """Return the first paths as lines under a title that says how many they are.

    Parameters
    ----------
    paths : sequence of Path
        The shortest, in order.
    n_paths : int or None
        How many there are; None where that is not known.
    graph : networkx.DiGraph, optional
        What the paths are in: it says what each edge asks for.

    Examples
    --------
    >>> listing([Path(("a", "b", "c"), (("a", "b"), ("b", "c")), 1)], 1)
    ['The only path:', '  a > b > c']
    """
    count, lines = path_lines(paths, graph)
    return [_title(count, n_paths), *lines]


def path_lines(paths: Sequence[Path], graph: nx.DiGraph | None = None) -> tuple[int, list[str]]:
    """Return how many of the first paths there is room for, and their lines."""
    shown = paths[:SHOWN]
    named = [(*_texts(path, graph),) for path in shown]
    texts = [
        [*text[:-1], text[-1] + which * (named.count(text) > 1)]
        for text, which in zip(named, which_edges(shown, graph), strict=True)
    ]
    if len({path.nodes[0] for path in shown}) == 1:
        texts[1:] = [["…", *text[1:]] if len(text) > 2 else text for text in texts[1:]]
    layouts = ((count, lines) for count in range(len(texts), 0, -1) for lines in _layouts(texts[:count]))
    return next((count, lines) for count, lines in layouts if len(lines) <= LINES or count == 1)


def _title(count: int, n_paths: int | None) -> str:
    if n_paths == 1:
        return "The only path:"
    if count == n_paths:
        return f"The {n_paths} paths, shortest first:"
    shortest = f"The {count} shortest" if count > 1 else "The shortest"
    return f"{shortest} path{'s' * (count > 1)}:" if n_paths is None else f"{shortest} of {how_many(n_paths, 'paths')}:"


def _texts(path: Path, graph: nx.DiGraph | None) -> Iterator[str]:
    """Yield the nodes of a path, each with what the edge to it asks for; of a long one the ends."""
    steps: list[tuple[str, Edge | None]] = [
        (shorten_label(node_text(node), NAME), edge) for node, edge in zip(path.nodes, (None, *path.edges), strict=True)
    ]
    if len(steps) > 2 * ENDS + 1:
        steps[ENDS:-ENDS] = [(f"… {len(steps) - 2 * ENDS:,} more …", None)]
    for name, edge in steps:
        yield name if edge is None else needed_text(name, attributes_of(graph, edge), package_name(graph, edge[1]))


def _layouts(texts: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Yield the lines of paths that are too long for one: one edge a line, and as many as there is room for."""
    for lay_out in (_stacked, _wrapped):
        yield [*chain.from_iterable(map(lay_out, texts))]


def _stacked(nodes: Sequence[str]) -> Iterable[str]:
    line = f"  {' > '.join(nodes)}"
    if len(line) <= WIDTH:
        return [line]
    if nodes[0] == "…":
        nodes = [f"… > {nodes[1]}", *nodes[2:]]
    indented = (f"  {'  ' * depth}{'> ' * (depth > 0)}{node}" for depth, node in enumerate(nodes))
    return [shorten(line, WIDTH) for line in indented]


def _wrapped(nodes: Sequence[str]) -> Iterable[str]:
    lines = [f"  {nodes[0]}"]
    for node in nodes[1:]:
        if len(lines[-1]) + len(node) + 3 <= WIDTH:
            lines[-1] += f" > {node}"
        else:
            lines.append(f"      > {node}")
    return [shorten(line, WIDTH) for line in lines]
