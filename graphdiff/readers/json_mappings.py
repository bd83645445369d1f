"""JSON objects as adjacency: a key is a node, its value what the node points at; and when an object is one at all."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from graphdiff.ends import known_ends
from graphdiff.errors import FormatError
from graphdiff.readers.documents import Record
from graphdiff.remedies import Keyword, Remedy

__all__ = ["FIELDS", "edges_of_mapping", "listed", "refuse_what_may_be_else"]

EVERY_KEY = Remedy(Keyword("format", "adjacency"), "takes every key as a node")
UNLINKED = "none of the names that stand directly in its values is a key of it"
SHOWN = 6
PLAIN = re.compile(r"[^\W_][\w.@:+/#-]*|@[\w.-]+/[\w.-]+")
FIELD_LIKE = re.compile(r"[a-z]+(?:_[a-z]+|[A-Z][a-z]+)+")

# Names of fields that tools write at the top level of their JSON, by where they stand.
OF_TOOLS = """
adjacency arcs children data directed edges elements graph graphs links multigraph nodes roots tree
vertices
_meta artifacts authors build_requires builtDependencies bundleDependencies bundledDependencies catalog catalogs
components conflicts contributors dependencies dependencyGroups depends dev-dependencies devDependencies
develop engines extras files groups imports install install-plan installed keywords libraries license
licenses metadata name optionalDependencies overrides package packages packages-dev peerDependencies pins
project projects provides python_requires recommends redirects relationships replace requirements requires
require require-dev resolutions services sources specifiers suggests targets trustedDependencies version
versions vulnerabilities workspace workspaces
aliases assets bundles chunks classpath commands compilerOptions entries entryPoints entrypoints environments
errors exclude exports external externals include inputs jobs mappings module modules namedInputs nodeMetas
nodeParts outputs pipeline plugins presets rules scripts stages steps tasks targetDefaults warnings
$schema $defs @context @graph arguments attributes branches categories cells channels columns config configs
configuration coverage definitions description documents domains events examples extends extensions features
fields functions globals headers ignore ignores images items labels languages locales logs maintainers messages
meta methods options parameters params paths permissions platforms properties ranges recommendations records
references repositories request resources response responses result results rows runs schema schemas settings
specs stacks statistics stats styles summary tables tags testResults totals traceEvents traces train types
variables words
"""
#: An object with one of these is taken for no graph.
FIELDS = frozenset(OF_TOOLS.split())


def listed(record: Mapping[str, Any]) -> str:
    """Return the first names of an object, as errors say what is there.

    Examples
    --------
    >>> listed({"a": 1, "b": 2}), listed({})
    ('a, b', 'nothing')
    """
    more = f" and {len(record) - SHOWN:,} more" if len(record) > SHOWN else ""
    return ", ".join(key[:40] for key in list(record)[:SHOWN]) + more or "nothing"


def refuse_what_may_be_else(document: Record, name: str, no_shape: str) -> None:
    """Refuse an object that may be no adjacency: one with a tool's field, or whose values name none of its keys.

    Raises
    ------
    FormatError
        What was seen, and what reads it as adjacency all the same.

    Examples
    --------
    >>> refuse_what_may_be_else({"a": ["b"]}, "x.json", "no graph")
    >>> refuse_what_may_be_else({"nodes": ["b"]}, "x.json", "no graph")
    Traceback (most recent call last):
    graphdiff.errors.FormatError: x.json: no graph: it has nodes, and nodes is a field that tools write; \
format="adjacency" takes every key as a node
    """
    strange = next((key for key, value in document.items() if not isinstance(value, list | dict)), None)
    if strange is not None:
        raise FormatError(f"{name}: {no_shape}: it has {listed(document)}")
    if why := _doubt(document):
        raise FormatError(f"{name}: {no_shape}: {why}", *_remedies(document))


def _doubt(document: Record) -> str:
    """Return why an object of lists and objects may be no adjacency; nothing where it is one."""
    if field := next((key for key in document if key in FIELDS), None):
        return f"it has {listed(document)}, and {field} is a field that tools write"
    names = {tail: _names(heads) for tail, heads in document.items()}
    if not any(names.values()):
        return "no value in it names anything"
    linked = any(head in document for tail, heads in names.items() for head in heads if head != tail)
    if linked:
        return ""
    if known_ends(list(document)):
        return f"it has {listed(document)}, which are columns of a table of edges"
    return "" if _are_plain_lists(document) else UNLINKED


def _remedies(document: Record) -> list[Remedy]:
    """Return what reads the object as adjacency all the same, where that is so."""
    try:
        edges = sum(1 for _ in edges_of_mapping(document, "", ""))
    except FormatError:
        return []
    return [EVERY_KEY] if edges else []


def edges_of_mapping(document: Record, name: str, no_shape: str) -> Iterator[tuple[Hashable, Hashable, Record]]:
    """Yield the edges of an object from names to lists of names, or to names with weights or attributes.

    Raises
    ------
    FormatError
        A value is something else.

    Examples
    --------
    >>> list(edges_of_mapping({"a": ["b"], "b": {"c": 0.5}}, "x.json", "no graph"))
    [('a', 'b', {}), ('b', 'c', {'weight': 0.5})]
    """
    for tail, heads in document.items():
        if not isinstance(heads, list | dict):
            raise FormatError(f"{name}: {no_shape}: the value of {tail[:40]!r} is neither list nor object")
        for head in heads:
            said = heads[head] if isinstance(heads, dict) else {}
            attributes = {"weight": said} if type(said) in (int, float) else said
            if type(head) not in (int, str) or not isinstance(attributes, dict):
                raise FormatError(f"{name}: {no_shape}: what {tail[:40]!r} points at is no name with a weight")
            if any(isinstance(value, dict | list) for value in attributes.values()):
                edge = f"{tail[:40]!r} -> {str(head)[:40]!r}"
                raise FormatError(f"{name}: {no_shape}: {edge} has attributes that are objects or lists")
            yield tail, str(head), attributes


def _are_plain_lists(document: Record) -> bool:
    """Tell whether all is lists of names such as packages have, and no key looks like a field of settings."""
    lists = all(isinstance(heads, list) and all(type(head) is str for head in heads) for heads in document.values())
    plain = lists and all(PLAIN.fullmatch(head) for heads in document.values() for head in heads)
    return plain and not any(FIELD_LIKE.fullmatch(tail) for tail in document)


def _names(heads: Any) -> list[str]:
    return [str(head) for head in heads if isinstance(head, str | int)]
