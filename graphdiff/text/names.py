"""Labels as texts that are as different as the labels are: 1 and '1' stay apart where results become records.

Edges are named by their ends, and by a key where that tells them apart from parallel ones.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Self

__all__ = ["PLAIN", "Naming", "Titled", "distinct", "joined"]


class Titled(str):
    """A label that reports call by a title; in records, and as a key, it is the label.

    Examples
    --------
    >>> label = Titled("E_235304_3", 'token "3"@3')
    >>> label == "E_235304_3", node_text(label)
    (True, 'token "3"@3')
    """

    called: str

    def __new__(cls, label: str, title: str) -> Self:
        """Return the label with what it is called."""
        titled = super().__new__(cls, label)
        titled.called = title
        return titled

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        return type(self), (str(self), self.called)


@dataclass(frozen=True)
class Naming:
    """How the nodes and edges of one graph, or of two together, are called in records: the same in every result.

    Attributes
    ----------
    nodes, keys : mapping of label to text
        Those that are called otherwise than ``str`` does.
    """

    nodes: Mapping[Any, str] = field(default_factory=dict)
    keys: Mapping[Any, str] = field(default_factory=dict)

    @classmethod
    def of(cls, labels: Iterable[Hashable], keys: Iterable[Hashable] = ()) -> Naming:
        """Return how the nodes and edges with these labels and keys are called.

        Examples
        --------
        >>> naming = Naming.of(["a", 1, "1"], [0, "0"])
        >>> naming.node(1), naming.edge(("1", "a", 0))
        ('1 (int)', {'source': '1', 'target': 'a', 'key': '0 (int)'})
        """
        return cls(distinct(labels), distinct(keys))

    def node(self, label: Any) -> str:
        """Return a node as text; a component that counts as one node by its members."""
        text = self.nodes.get(label)
        if text is not None:
            return text
        return joined(map(self.node, label)) if isinstance(label, frozenset) else str(label)

    def ends(self, source: Any, target: Any) -> dict[str, Any]:
        """Return the two ends of a question as a record; None stands for all."""
        return {"source": self.end(source), "target": self.end(target)}

    def called(self, label: Any) -> str:
        """Return a node as reports call it: by its title if it has one, else as records do.

        Examples
        --------
        >>> Naming.of([1, "1"]).called(1), PLAIN.called(Titled("E_2_0", 'token "<bos>"@0'))
        ('1 (int)', 'token "<bos>"@0')
        """
        if isinstance(label, frozenset) and label not in self.nodes:
            return joined(map(self.called, label))
        return label.called if isinstance(label, Titled) else self.node(label)

    def end(self, end: Any) -> Any:
        """Return an end of a question as plain values: a name, a list of them, or a dict of seeds.

        Examples
        --------
        >>> PLAIN.end("a"), PLAIN.end(["a", "b"]), PLAIN.end({"a": 2})
        ('a', ['a', 'b'], {'a': 2})
        """
        if isinstance(end, Mapping):
            from graphdiff.text.numbers import plain  # the command line starts without numpy

            return dict(zip(self.listed(end), map(plain, end.values()), strict=True))
        if isinstance(end, Enum):
            return end.name.lower()
        several = members_of(end)
        if several is not None:
            return self.listed(several)
        return None if end is None else self.node(end)

    def listed(self, labels: Iterable[Any]) -> list[str]:
        """Return nodes as texts."""
        return [self.node(label) for label in labels]

    def parts(self, edge: tuple[Any, ...]) -> list[str]:
        """Return the ends of an edge, and its key if it has one, as texts."""
        return [*map(self.node, edge[:2]), *(self.keys.get(key, str(key)) for key in edge[2:])]

    def edge(self, edge: tuple[Any, ...]) -> dict[str, str]:
        """Return an edge as a record."""
        tail, head, *keys = edge
        record = {"source": self.node(tail), "target": self.node(head)}
        return record | {"key": self.keys.get(keys[0], str(keys[0]))} if keys else record


#: Of a component with more members than this three are named.
NAMED = 4

#: Where no two labels have the same text.
PLAIN = Naming()


def distinct(labels: Iterable[Hashable]) -> dict[Any, str]:
    """Return a text for each label that is no string, where ``str`` gives two labels the same; else only of frozensets.

    Examples
    --------
    >>> distinct(["1", 1, None, "1 (int)"])
    {1: '1 (int) #2', None: 'None (NoneType)'}
    >>> distinct([1, 2]), distinct(["1", "2"])
    ({}, {})
    """
    listed = list(labels)
    if set(map(type, listed)) in ({str}, {int}, set()):
        return {}
    listed = list(dict.fromkeys(listed))
    if len(set(map(str, listed))) == len(listed):
        return {label: str(label) for label in listed if isinstance(label, frozenset)}
    taken = {label for label in listed if isinstance(label, str)}
    texts: dict[Any, str] = {}
    for label in listed:
        if not isinstance(label, str):
            text = base = f"{label} ({type(label).__name__})"
            number = 1
            while text in taken:
                number += 1
                text = f"{base} #{number}"
            taken.add(text)
            texts[label] = text
    return texts


def joined(members: Iterable[str]) -> str:
    """Return the members of a component, given as texts, as one text.

    Examples
    --------
    >>> joined(["b", "a"]), joined("edcba")
    ('a + b', 'a + b + c + 2 more')
    """
    names = sorted(members)
    rest = [f"{len(names) - 3} more"] if len(names) > NAMED else names[3:]
    return " + ".join([*names[:3], *rest])


def members_of(end: Any) -> list[Any] | None:
    """Return the nodes of an end that is a list, a set, an array or a mapping of them; None of one node.

    Examples
    --------
    >>> members_of(["a", "b"]), members_of({"a": 2}), members_of("ab"), members_of(("a", "b"))
    (['a', 'b'], ['a'], None, None)
    """
    if isinstance(end, (list, range, Mapping)):
        return list(end)
    if not isinstance(end, Hashable) and isinstance(end, Iterable) and getattr(end, "shape", None) != ():
        nodes: list[Any] = end.tolist() if hasattr(end, "tolist") else list(end)
        return nodes
    return None


def end_text(end: Any) -> str:
    """Return an end of a question as a report names it.

    Examples
    --------
    >>> end_text("a"), end_text(["a", "b"]), end_text(dict.fromkeys("abcde", 0.5))
    ('a', 'a and b', 'a, b, c and 2 more (weighted)')
    """
    nodes = members_of(end)
    if nodes is None:
        return str(end.value) if isinstance(end, Enum) else _seen(node_text(end))
    names = [_seen(node_text(node)) for node in nodes]
    if len(names) > 4:
        names = [*names[:3], f"{len(names) - 3} more"]
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names) or "no node"
    return f"{listed} (weighted)" if isinstance(end, Mapping) else listed


def _seen(text: str) -> str:
    """Return a name as it is seen in a sentence: one without a letter in quotes."""
    return text if text.strip() else f'"{text}"'


def named_parts(edge: Edge) -> Edge:
    """Return what names an edge: its ends, and its key unless it is 0, the key of the first or only one in networkx.

    Examples
    --------
    >>> named_parts(("a", "b", 0)), named_parts(("a", "b", 1))
    (('a', 'b'), ('a', 'b', 1))
    """
    return edge[:2] if len(edge) == 3 and edge[2] == 0 else edge


def edge_name(edge: Edge) -> str:
    """Return an edge as a report names it.

    Examples
    --------
    >>> edge_name(("a", "b")), edge_name(("a", "b", 0)), edge_name(("a", "b", 1))
    ('a -> b', 'a -> b', 'a -> b (1)')
    """
    tail, head, *key = named_parts(edge)
    return f"{node_text(tail)} -> {node_text(head)}{f' ({key[0]})' if key else ''}"


def node_text(node: Any) -> str:
    """Return a node as text; a merged component as ``a + b + 2 more``.

    Examples
    --------
    >>> node_text("libc6"), node_text(frozenset(["libgcc-s1", "libc6"]))
    ('libc6', 'libc6 + libgcc-s1')
    """
    if isinstance(node, frozenset):
        return joined(map(node_text, node))
    return node.called if isinstance(node, Titled) else str(node)


#: What a title says that is left out in a chain, where features are the most, and room is scarce.
SPARED = re.compile(r"^feature (?=\S)| \(p=[\d.e-]+\)$")


def link_text(node: Any) -> str:
    """Return a node as text in a chain of nodes: of features without their kind, of logits without what they count.

    Examples
    --------
    >>> link_text(Titled("20_15589_8", 'feature 20_15589_8 "Texas"')), link_text(Titled("27_1_8", 'logit " a" (p=0.4)'))
    ('20_15589_8 "Texas"', 'logit " a"')
    """
    return SPARED.sub("", node.called) if isinstance(node, Titled) else node_text(node)


#: What behind the last "@" of an id is a version, and not the host of an address; and how long it may be.
VERSION = re.compile(r"v?\d+(?:\.\d+)*(?:(?:a|b|c|p|rc|alpha|beta|dev|post)\d+)?(?:[-+.~:_][\w.+~:-]*)?")
LONGEST_VERSION = 100


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


def texts(labels: Iterable[Hashable]) -> list[str]:
    """Return labels as distinct strings: those that are no strings with their type where two would be the same.

    Examples
    --------
    >>> texts(["a", 1]), texts(["1", 1])
    (['a', '1'], ['1', '1 (int)'])
    """
    listed = list(labels)
    marked = distinct(listed)
    return [marked.get(label, str(label)) for label in listed]


Edge = tuple[Any, ...]
