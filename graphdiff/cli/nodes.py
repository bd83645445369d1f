"""Nodes on the command line: how they are called in every report, and which ones a word there means.

A node is called by its id; by its label where the id says nothing, as the addresses and numbers of profilers do.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import click

from graphdiff.absences import absences_of
from graphdiff.errors import AmbiguousNodeError, GraphdiffError, UnknownNodeError, UsageError

if TYPE_CHECKING:
    import networkx as nx

#: Files up to this size are read for completing a node's name.
MAX_COMPLETED = 2_000_000
#: Labels are cut to this length.
MAX_LABEL = 80

#: Ids that say nothing to a reader: N12, node3, 0x00016290, Node0x393fe470, 140059404789600.
OPAQUE = re.compile(r"[A-Za-z_]{0,6}\d+|[A-Za-z_]*0x[0-9A-Fa-f]+")
#: Where a line of a label ends: Graphviz's escapes, and the line itself.
LINE_END = re.compile(r"\\[nlr]|\n")
#: Labels that are HTML say nothing in plain text.
HTML = re.compile(r"</\w+>|<\w+/>", re.IGNORECASE)
#: A line of figures below a name: ``0.46s (26.59%)``, ``of 50.68MB``, ``(0.00%)``, ``152317×``.
FIGURES = re.compile(r"(of )?\(?\d[\d.,]*\s?(%|×|x|[kKMGT]?i?B|[munµ]?s|mins?|hrs)?\)?( .*)?")
#: Attributes by which a node is found, beside its id.
ALSO_CALLED = ("name", "label", "id", "path", "output")


def named(graph: nx.DiGraph) -> nx.DiGraph:
    r"""Return the graph with each node that has an opaque id called by its label; the id stays as an attribute.

    A label that several nodes have gets the id behind it. A graph without such nodes is returned as it is.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph([("N1", "N2")])
    >>> G.nodes["N1"]["label"], G.nodes["N2"]["label"] = r"main\nrun\n0.46s (26.59%)", "{free}"
    >>> list(named(G).edges)
    [('main run', 'free')]
    """
    said = {node: _label_text(node, data["label"]) for node, data in graph.nodes(data=True) if "label" in data}
    texts = {node: text for node, text in said.items() if text}
    if not texts:
        return graph
    import networkx

    counts = Counter([*texts.values(), *(node for node in graph if node not in texts)])
    names = {node: text if counts[text] == 1 else f"{text} ({node})" for node, text in texts.items()}
    renamed: nx.DiGraph = networkx.relabel_nodes(graph, names)
    for node, name in names.items():
        renamed.nodes[name].setdefault("id", node)
    return renamed


def _label_text(node: Any, label: Any) -> str:
    """Return what an opaque node is called by its label; "" for any other, and where the label has no words."""
    if not isinstance(label, str) or not OPAQUE.fullmatch(str(node)) or HTML.search(label):
        return ""
    lines = [line.strip(" {}") for line in LINE_END.split(label)]
    words: list[str] = []
    for line in filter(None, lines):
        if words and FIGURES.fullmatch(line):
            break
        words.append(line)
    text = " ".join(words)
    return text[:MAX_LABEL] if re.search(r"\w", text) and text != str(node) else ""


def find_nodes(graph: nx.DiGraph, word: str) -> list[Any]:
    """Return the nodes that a word means: by exact id, else by name, label or the file's id, else by glob.

    Raises
    ------
    UnknownNodeError
        If there is none.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph([("app", "web@1"), ("app", "web@2")])
    >>> find_nodes(G, "web*"), find_nodes(G, "app")
    (['web@1', 'web@2'], ['app'])
    >>> find_nodes(G, "web")
    ['web@1', 'web@2']
    """
    from graphdiff.change.match import split_version

    if word in graph:
        return [word]
    matches = [node for node in graph if str(node) == word]
    matches = matches or [node for node, data in graph.nodes(data=True) if word in _also_called(data)]
    matches = matches or [node for node in graph if word and split_version(node)[0] == word]
    if not matches and any(mark in word for mark in "*?["):
        matches = [
            node
            for node, data in graph.nodes(data=True)
            if any(fnmatchcase(text, word) for text in (str(node), *_also_called(data)))
        ]
    if not matches:
        raise UnknownNodeError(word, graph, absences_of(graph.graph))
    return matches


def _also_called(data: dict[str, Any]) -> Iterator[str]:
    return (str(data[attribute]) for attribute in ALSO_CALLED if attribute in data)


def find_node(graph: nx.DiGraph, word: str) -> Any:
    """Return the one node that a word means.

    Raises
    ------
    UnknownNodeError, AmbiguousNodeError
        If there is none, or there are several, which are listed.
    """
    matches = find_nodes(graph, word)
    if len(matches) > 1:
        raise AmbiguousNodeError(word, matches)
    return matches[0]


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
