"""Which node of one graph is which of the other, where their labels differ: versions, given pairs, likely ones."""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graphdiff.naming import PLAIN, Naming

#: So many nodes that are gone, and so many that appeared, are looked at for likely renames.
MAX_LOOKED_AT = 200
#: Names this much alike, or neighbours of which this part is shared, make a rename likely.
ALIKE, SHARED = 0.75, 0.5
#: What behind the last "@" of an id is a version, and not the host of an address; and how long it may be.
VERSION = re.compile(r"v?\d+(?:\.\d+)*(?:(?:a|b|c|p|rc|alpha|beta|dev|post)\d+)?(?:[-+.~:_][\w.+~:-]*)?")
LONGEST_VERSION = 100


@dataclass(frozen=True)
class Rename:
    """A node that may be the same under another label.

    Attributes
    ----------
    old, new : labels
    likeness : float
        How much the names are alike, from 0 to 1.
    shared : float
        What part of the neighbours of both they have in common, from 0 to 1.
    """

    old: Any
    new: Any
    likeness: float
    shared: float

    def to_dict(self, naming: Naming = PLAIN) -> dict[str, Any]:
        """Return the rename as plain values."""
        ends = {"old": naming.node(self.old), "new": naming.node(self.new)}
        return {**ends, "likeness": self.likeness, "shared": self.shared}


def split_version(node: Any) -> tuple[str, str]:
    """Return the name and the version that an id such as ``name@1.0`` says; twice nothing where it is no such id.

    Examples
    --------
    >>> split_version("@babel/core@7.1.0"), split_version("@babel/core"), split_version("me@example.org")
    (('@babel/core', '7.1.0'), ('', ''), ('', ''))
    >>> split_version("attrs@23.1.0rc1"), split_version("me@3com.com")
    (('attrs', '23.1.0rc1'), ('', ''))
    """
    name, _, version = node.rpartition("@") if isinstance(node, str) else ("", "", "")
    is_version = name and len(version) <= LONGEST_VERSION and VERSION.fullmatch(version)
    return (name, version) if is_version else ("", "")


def version_of(graph: Any, node: Hashable) -> str:
    """Return the version of a node of a networkx graph: the attribute, else what its id says; empty if neither does."""
    if not isinstance(graph, nx.Graph) or node not in graph:
        return ""
    version = graph.nodes[node].get("version")
    return split_version(node)[1] if version is None else str(version)


def name_of(graph: nx.DiGraph, node: Hashable) -> str:
    """Return the name of a node without its version: the attribute ``name``, or what stands before ``@version``.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_node("left-pad@1.3.0", version="1.3.0")
    >>> name_of(G, "left-pad@1.3.0"), name_of(G, "left-pad")
    ('left-pad', '')
    """
    if node not in graph:
        return ""
    data = graph.nodes[node]
    if data.get("name") and data.get("version"):
        return str(data["name"])
    version = version_of(graph, node)
    return (
        node.removesuffix(f"@{version}") if version and isinstance(node, str) and node.endswith(f"@{version}") else ""
    )


def renamed(before: Any, after: Any, match: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the labels before of nodes with another label after: those of `match`, then those of another version.

    Of several versions of one name those that both graphs have are matched, then the lowest with the lowest; where
    only the ids say the versions, nodes are matched if there is but one on either side.

    Examples
    --------
    >>> old, new = nx.DiGraph(), nx.DiGraph()
    >>> old.add_node("a@1.9", name="a", version="1.9")
    >>> new.add_node("a@1.10", name="a", version="1.10")
    >>> renamed(old, new, {})
    {'a@1.9': 'a@1.10'}
    """
    pairs = dict(match)
    if not (isinstance(before, nx.Graph) and isinstance(after, nx.Graph)):
        return pairs
    taken = set(pairs.values())
    old = _by_name(before, (node for node in before if node not in after and node not in pairs))
    new = _by_name(after, (node for node in after if node not in before and node not in taken))
    for name in old.keys() & new.keys():
        told = [graph.nodes[node] for graph, nodes in ((before, old[name]), (after, new[name])) for node in nodes]
        if len(told) == 2 or all("version" in attributes for attributes in told):
            pairs.update(_same_or_next(before, after, old[name], new[name]))
    return pairs


def _same_or_next(before: nx.DiGraph, after: nx.DiGraph, old: list[Any], new: list[Any]) -> dict[Any, Any]:
    """Return the pairs of one name: first those of one version, then the others from the lowest version on."""
    versions = {version_of(after, node): node for node in new}
    # Several nodes may have one version, from another source each: a node is taken once.
    pairs = {node: versions.pop(version) for node in old if (version := version_of(before, node)) in versions}
    left = [node for node in old if node not in pairs], [node for node in new if node not in pairs.values()]
    return pairs | dict(zip(_by_version(before, left[0]), _by_version(after, left[1]), strict=False))


def _by_name(graph: nx.DiGraph, nodes: Iterable[Hashable]) -> dict[str, list[Any]]:
    names: dict[str, list[Any]] = {}
    for node in nodes:
        if name := name_of(graph, node):
            names.setdefault(name, []).append(node)
    return names


def _by_version(graph: nx.DiGraph, nodes: list[Any]) -> list[Any]:
    return sorted(nodes, key=lambda node: _natural(version_of(graph, node)))


def _natural(version: str) -> list[tuple[int, int, str]]:
    """Return a key by which 1.9 comes before 1.10; of two numbers, however long, the longer one is larger."""
    parts = re.findall(r"0*([0-9]+)|([^0-9]+)", version)
    return [(1, len(number), number) if number else (0, 0, text) for number, text in parts]


def likely_renames(
    gone: Sequence[Any], appeared: Sequence[Any], old: Mapping[Any, set[Any]], new: Mapping[Any, set[Any]]
) -> list[Rename]:
    """Return the pairs of nodes that look like one under two labels, the likeliest first, each node once.

    Parameters
    ----------
    gone, appeared : sequences of labels
    old, new : mappings of label to its neighbours
        Neighbours that both graphs have, by one name for both.
    """
    pairs = ((a, b) for b in appeared[:MAX_LOOKED_AT] for a in gone[:MAX_LOOKED_AT])
    found = [each for a, b in pairs if (each := _rename(a, b, old.get(a, set()), new.get(b, set())))]
    chosen: list[Rename] = []
    used: set[tuple[int, Any]] = set()
    for rename in sorted(found, key=lambda pair: -(pair.likeness + pair.shared)):
        if not used & {(0, rename.old), (1, rename.new)}:
            used |= {(0, rename.old), (1, rename.new)}
            chosen.append(rename)
    return chosen


def _rename(old: Any, new: Any, before: set[Any], after: set[Any]) -> Rename | None:
    """Return the two as a likely rename: names alike, or two neighbours in common and more; else None."""
    common = len(before & after)
    shared = common / len(before | after) if common > 1 else 0.0
    matcher = difflib.SequenceMatcher(None, str(old), str(new), autojunk=False)
    alike = matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
    return Rename(old, new, round(matcher.ratio(), 3), round(shared, 3)) if alike or shared >= SHARED else None
