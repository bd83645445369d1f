"""DOT, as Graphviz itself reads it: its parser runs in a child process with limits, its answer becomes a graph."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError, GraphTypeError, LimitError, UsageError
from graphdiff.readers.dot_text import GraphText, find_graphs
from graphdiff.readers.source import text_of

__all__ = ["read_dot"]

CHILD = Path(__file__).with_name("dot_child.py")
INTEGER = re.compile(r"\s*[+-]?[0-9]{1,300}\s*")
NUMBER = re.compile(r"\s*[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf|nan)\s*", re.IGNORECASE)
COMPLAINT = re.compile(r"^Error: (.*)$", re.MULTILINE)
# Graphviz takes an id that starts with "%" for one of its own and renames it: a noncharacter hides the "%" from it.
HIDDEN_PERCENT = "\ufffe%"

Columns = dict[str, list[str]]


def read_dot(
    data: bytes, *, name: str, graph: str | None = None, timeout: float = 60.0, max_memory: int = 2**32
) -> nx.DiGraph | nx.MultiDiGraph:
    """Read directed graphs in DOT.

    Ids stay as written and ports are no part of them (they are the attributes ``tailport`` and ``headport``);
    defaults such as ``edge [weight=2]`` are applied as Graphviz applies them. An attribute is numeric where every
    value of it that is read is a number, else text. Repeated edges are kept, as parallel edges of a MultiDiGraph;
    in a ``strict`` graph Graphviz merges them. Several graphs in a file become one: the same id is the same node,
    which keeps what the first graph says of it, and each node and edge has the attribute ``graph``, the name
    of the graph it is from (first).

    Parameters
    ----------
    data : bytes
        The content: UTF-8, UTF-16 with a byte-order mark, or else Latin-1; a console log around the graphs does no harm.
    name : str
        The file's name, for messages.
    graph : str, optional
        Read only the graph of this name. A graph without one is called by its place in the file, from ``"1"``.
    timeout : float
        The most seconds that Graphviz's parser may take.
    max_memory : int
        The most bytes of memory that it may take (not on Windows).

    Raises
    ------
    FormatError
        There is no graph in the text, it is empty, or Graphviz cannot read it.
    GraphTypeError
        A graph is undirected.
    LimitError
        The parser needs more time or memory than allowed.
    UsageError
        No graph is called `graph`.

    Examples
    --------
    >>> G = read_dot(b"digraph { edge [weight=2]; a -> b:port; a -> b [label=x] }", name="two.dot")
    >>> list(G.edges(data=True))
    [('a', 'b', {'headport': 'port', 'weight': 2}), ('a', 'b', {'label': 'x', 'weight': 2})]
    """
    chosen = _choose(list(find_graphs(text_of(data))), graph, name)
    parsed = _parse(chosen, name, timeout, max_memory)
    labels = [part.name for part in chosen] if len(chosen) > 1 else []
    result = _build(parsed, labels)
    if not result:
        raise FormatError(f"{name}: {_called(chosen[0])} in line {chosen[0].line} has no nodes")
    meanings = {"edge_meaning": "unknown", "weight_meaning": "unknown"}
    said = parsed[0]["graph_columns"]
    meanings |= {key: said[key][0] for key in meanings if any(said.get(key, ()))}
    result.graph.update(meanings, format="DOT", name=", ".join(part.name for part in chosen))
    return result
