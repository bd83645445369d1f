"""Nodes by the words that people use: how a node is called in every report, and which ones a word means.

A node is called by its id; by its label where the id says nothing, as the addresses and numbers of profilers do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any

from graphdiff.absences import absences_of
from graphdiff.errors import AmbiguousNodeError, UnknownNodeError, nearest
from graphdiff.text.ecosystems import ANY_CASE, compared, ecosystem_of
from graphdiff.text.names import Titled, split_version

if TYPE_CHECKING:  # the command line starts without networkx
    import networkx as nx

__all__ = ["Names", "find_node", "find_nodes", "named"]

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
#: What profilers write around a function's name: Python of those that are built in, C++ its parameters, Go a receiver.
BUILT_IN = re.compile(r"<built-in method (\S+?)(?: of .+)?>")
METHOD = re.compile(r"<(?:method|slot wrapper) '(.+)' of '(.+)' objects>")
PARAMETERS = re.compile(r"(?<=[\w>])\(.*\)(?: const)?$")
RECEIVER = re.compile(r"\(\*?([^()]+)\)(?=\.)")
#: What stands between the parts of a function's name.
BETWEEN = re.compile(r"\.|::|/")
#: An int as Python writes it, of up to 64 bits.
INTEGER = re.compile(r"0|-?[1-9][0-9]{0,18}")
#: What tokenisers write for the space that a token begins with, beside the space.
SPACES = " \n\u2581\u0120"
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
    saved = getattr(graph, "saved", None)
    if saved is not None and "label" not in saved.topology.node_attributes:  # told without looking at each node
        return graph
    labels = {node: _label_text(node, data["label"]) for node, data in graph.nodes(data=True) if "label" in data}
    texts = {node: text for node, text in labels.items() if text}
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

    Of calls, a function is found by the last parts of its name, too: ``<built-in method builtins.ord>`` by
    ``builtins.ord`` or ``ord``, ``pkg.(*T).M`` by ``T.M`` or ``M``, ``ns::f(int)`` by ``f``.

    Where the graph says of which ecosystem its packages are (``G.graph["ecosystem"]``, or a package URL), what is no
    name as it is written is one as the ecosystem compares it: of Python's packages ``Flask_SQLAlchemy`` is
    ``flask-sqlalchemy``.

    Of an attribution graph, a token or a logit is found by its text, a feature by its label or ``layer/feature``, an
    error by ``LLAYER``, each with ``@position`` behind it, too, and with its kind before it: ``Dallas``, ``Dallas@8``,
    ``logit Austin``, ``20/15589``, ``L24@3``. The name of a supernode means its members, where no node is called so;
    with ``supernode`` before it always.

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
    >>> G.graph["ecosystem"] = "pypi"
    >>> find_nodes(G, "Web")
    ['web@1', 'web@2']
    """
    return Names(graph).nodes(word)


@dataclass(frozen=True, eq=False)
class Names:
    """The nodes of a graph by the words that mean them, for many words: each index is made when it is first needed.

    Examples
    --------
    >>> import networkx as nx
    >>> Names(nx.DiGraph([("app", "web@1")])).node("web")
    'web@1'
    """

    graph: nx.DiGraph

    def nodes(self, word: str) -> list[Any]:
        """Return what `find_nodes` does."""
        return list(map(self._titled, [word] if word in self.graph else self._meant(word)))

    def _titled(self, node: Any) -> Any:
        """Return a node with its title, where the graph says that nodes have one."""
        title = self.graph.nodes[node].get(self._title) if self._title and isinstance(node, str) else None
        return Titled(node, title) if title else node

    @cached_property
    def _title(self) -> str | None:
        title: str | None = self.graph.graph.get("node_title")
        return title

    def _meant(self, word: str) -> list[Any]:
        """Return the nodes that a word means which is no node's label."""
        matches: list[Any] | None = (
            self._by_text(word)
            or self._called.get(word)
            or self._without_version.get(word)
            or self._fitting(word)
            or self._as_compared(word)
            or self._by_last_parts.get(word)
            or self._supernodes.get(word)
        )
        if not matches:
            raise self._unknown(word)
        return matches

    def _by_text(self, word: str) -> list[Any]:
        """Return the nodes that are no text and are written so."""
        from graphdiff.graph.views import has_ints_alone

        if not has_ints_alone(self.graph):
            return self._texts.get(word, [])
        return [int(word)] if INTEGER.fullmatch(word) and int(word) in self.graph else []

    def _fitting(self, word: str) -> list[Any]:
        """Return the nodes that a word means as a pattern."""
        if not _is_pattern(word):
            return []
        return [node for node, data in self.graph.nodes(data=True) if _fits(word, (str(node), *self._words(data)))]

    def _unknown(self, word: str) -> UnknownNodeError:
        absences = absences_of(self.graph.graph)
        error = UnknownNodeError(word, map(self._titled, self.graph), absences)
        if self._title and not error.nearest:
            error.nearest = nearest(word, self._called)
        if absences and not error.why:
            error.why = absences.why(compared(word, ecosystem_of(self.graph.graph, {})))
        error.why = error.why or self._of_package(word)
        return error

    def _of_package(self, word: str) -> list[object]:
        """Return how the nodes are given that lie in a package of this name; nothing where none does."""
        inside = [node for node, data in self.graph.nodes(data=True) if word and data.get("package") == word]
        if not inside:
            return []
        pattern = f"*/{word}/*"
        fits = [node for node in self.graph if fnmatchcase(str(node), pattern)]
        how = f"all by {pattern!r}" if fits == inside else f"such as {str(inside[0])!r}"
        nodes = "1 node is" if len(inside) == 1 else f"{len(inside):,} nodes are"
        return [f"{nodes} of the package {word!r}: {how}"]

    def node(self, word: str) -> Any:
        """Return what `find_node` does."""
        matches = self.nodes(word)
        if len(matches) > 1:
            raise AmbiguousNodeError(word, matches)
        return matches[0]

    def end(self, word: str) -> Any:
        """Return the one node that a word means, as an end of a question; of a supernode the list of its members.

        Examples
        --------
        >>> import networkx as nx
        >>> G = nx.DiGraph([("0_7_1", "27_9_1"), ("0_8_1", "27_9_1")], supernodes={"cats": ["0_7_1", "0_8_1"]})
        >>> Names(G).end("27_9_1"), Names(G).end("cats")
        ('27_9_1', ['0_7_1', '0_8_1'])
        """
        matches = self.nodes(word)
        if len(matches) > 1 and set(matches) != {*self._supernodes.get(word, ())}:
            raise AmbiguousNodeError(word, matches)
        return matches if len(matches) > 1 else matches[0]

    @cached_property
    def _supernodes(self) -> dict[str, list[Any]]:
        """The members of each supernode of an attribution graph, by its name, and with its kind before it."""
        groups = self.graph.graph.get("supernodes")
        if not isinstance(groups, Mapping):  # of a graph that was saved each node has its own
            named = ((group, node) for node, group in self.graph.nodes(data="supernode") if isinstance(group, str))
            groups = _listed(named)
        listed = {str(name): [node for node in nodes if node in self.graph] for name, nodes in groups.items()}
        return {text: nodes for name, nodes in listed.items() for text in (name, f"supernode {name}")}

    def _as_compared(self, word: str) -> list[Any]:
        """Return the nodes that a word means by name, else by glob, as the ecosystems of the graph compare them."""
        named: list[Any] = []
        fitting: list[Any] = []
        for ecosystem, names in self._compared.items():
            wanted = compared(word, ecosystem)
            named += names.get(wanted, [])
            fitting += [node for name, nodes in names.items() if _fits(wanted, [name]) for node in nodes]
        return list(dict.fromkeys(named or fitting))

    @cached_property
    def _compared(self) -> dict[str, dict[str, list[Any]]]:
        """The nodes by name, of each ecosystem that takes several spellings for one, as it compares them."""
        pairs: dict[str, list[tuple[str, Any]]] = {}
        for node, data in self.graph.nodes(data=True):
            ecosystem = ecosystem_of(self.graph.graph, data)
            if ecosystem in ANY_CASE:
                words = filter(None, (str(node), split_version(node)[0], *self._words(data)))
                pairs.setdefault(ecosystem, []).extend((compared(word, ecosystem), node) for word in words)
        return {ecosystem: _listed(dict.fromkeys(listed)) for ecosystem, listed in pairs.items()}

    @cached_property
    def _texts(self) -> dict[str, list[Any]]:
        return _listed((str(node), node) for node in self.graph if type(node) is not str)

    @cached_property
    def _called(self) -> dict[str, list[Any]]:
        nodes = self.graph.nodes(data=True)
        return _listed((name, node) for node, data in nodes for name in dict.fromkeys(self._words(data)))

    def _words(self, data: dict[str, Any]) -> Iterator[str]:
        """Yield the words by which a node is found, beside its label."""
        yield from (str(data[attribute]) for attribute in ALSO_CALLED if attribute in data)
        if self._title:
            yield from _in_attribution(data)

    @cached_property
    def _by_last_parts(self) -> dict[str, list[Any]]:
        """The functions of a graph of calls by what their names end with."""
        if self.graph.graph.get("edge_meaning") != "calls":
            return {}
        nodes = self.graph.nodes(data=True)
        return _listed((part, node) for node, data in nodes for part in _last_parts(str(data.get("name", node))))

    @cached_property
    def _without_version(self) -> dict[str, list[Any]]:
        """The nodes that have a version, by what stands before it."""
        pairs = ((split_version(node)[0], node) for node in self.graph)
        return _listed((name, node) for name, node in pairs if name)


def _listed(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    nodes: dict[str, list[Any]] = {}
    for name, node in pairs:
        nodes.setdefault(name, []).append(node)
    return nodes


def _last_parts(name: str) -> set[str]:
    """Return what a function's name ends with, from each of its parts on, without what is written around it."""
    plain = PARAMETERS.sub("", METHOD.sub(r"\2.\1", BUILT_IN.sub(r"\1", name)))
    texts = {plain, RECEIVER.sub(r"\1", plain)}
    return texts | {text[mark.end() :] for text in texts for mark in BETWEEN.finditer(text)}


def _is_pattern(word: str) -> bool:
    return any(mark in word for mark in "*?[")


def _fits(pattern: str, texts: Iterable[str]) -> bool:
    return _is_pattern(pattern) and any(fnmatchcase(text, pattern) for text in texts)


def _in_attribution(data: dict[str, Any]) -> Iterator[str]:
    """Yield what a node of an attribution graph is called, and each also with its position and with its kind."""
    kind, layer, position = (data.get(name) for name in ("kind", "layer", "position"))
    names = [data.get("title"), data.get("clerp")]
    if kind in ("token", "logit"):
        token = str(data.get("token", ""))
        names += [token, token.strip(SPACES)]
    elif kind == "feature":
        names += [f"{layer}/{data['feature']}"] if "feature" in data else []
    elif kind == "error":
        names.append(f"L{layer}")
    for name in filter(None, names):
        yield from (name, f"{kind} {name}", f"{name}@{position}", f"{kind} {name}@{position}")


def find_node(graph: nx.DiGraph, word: str) -> Any:
    """Return the one node that a word means.

    Raises
    ------
    UnknownNodeError, AmbiguousNodeError
        If there is none, or there are several, which are listed.

    Examples
    --------
    >>> import networkx as nx
    >>> find_node(nx.DiGraph([("app", "web@1")]), "web")
    'web@1'
    """
    return Names(graph).node(word)
