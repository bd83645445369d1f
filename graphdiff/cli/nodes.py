"""Nodes on the command line: both ends from arguments and options, and names completed from the file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from graphdiff.errors import GraphdiffError, UsageError
from graphdiff.graph.lookup import find_node, named

if TYPE_CHECKING:
    import networkx as nx

#: Files up to this size are read for completing a node's name.
MAX_COMPLETED = 2_000_000


def find_ends(
    graph: nx.DiGraph, words: Sequence[str], source: str | None, target: str | None
) -> tuple[Any | None, Any | None]:
    """Return source and target given as arguments or as options; None where left out."""
    first, last = (None if word is None else find_node(graph, word) for word in given_ends(words, source, target))
    return first, last


def given_ends(words: Sequence[str], source: str | None, target: str | None) -> tuple[str | None, str | None]:
    """Return the names of source and target, given as arguments or as options; None where left out."""
    if len(words) > 2:
        raise UsageError(f"{len(words)} nodes given; at most SOURCE and TARGET")
    given = [*words, None, None][:2]
    if (given[0] and source) or (given[1] and target):
        raise UsageError("a node is given both as an argument and as an option")
    return given[0] or source, given[1] or target


def complete_node(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete a node's name from the file, where that is small, or from what is no file."""
    names = map(str, graph_to_complete(ctx) or ())
    return sorted(name for name in names if name.startswith(incomplete))[:100]


def graph_to_complete(ctx: click.Context, **options: Any) -> nx.DiGraph | None:
    """Return the graph of the file that a command line names so far, where that is small, for completing from it."""
    from graphdiff.io.read import by_prefix, read

    # Where the last word is an option that still lacks its value, click leaves the arguments before it unnamed.
    file = ctx.params.get("file") or next(iter(ctx.args), None)
    if not file or not (by_prefix(file) or (os.path.isfile(file) and os.path.getsize(file) <= MAX_COMPLETED)):
        return None
    try:
        return named(read(file, format=ctx.params.get("format_"), **options))
    except GraphdiffError:  # a file that cannot be read completes nothing; running the command says why
        return None
