"""Debian ``Packages`` indexes: one node a package, one edge for each package that another needs."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import networkx as nx

from graphdiff.errors import FormatError, UsageError
from graphdiff.readers.building import collector_at_rest, described
from graphdiff.readers.kinds import chosen_kinds
from graphdiff.remedies import Keyword

__all__ = ["ALTERNATIVES", "KINDS", "read_debian"]

#: The fields that make edges, from the weakest: where a package is needed twice, the strongest is the edge's kind.
KINDS = ("Recommends", "Depends", "Pre-Depends")

TEXT = ("utf-8", "replace")
FIELDS = ("Package", "Version", "Provides")
# What follows a name is tolerated and not used: ``:any``, ``(>= 2.34)``, ``[amd64]``, ``<!nocheck>``.
NAME = re.compile(r"\s*([^\s:(\[<|,]+)")

Stanza = dict[str, str]


class Names(NamedTuple):
    """What a name in a clause can mean: a package of the index, or what packages provide under that name."""

    real: Container[str]
    providers: Mapping[str, Sequence[str]]


def first_alternative(alternatives: Sequence[str], names: Names) -> list[str]:
    """Return the first alternative that is a real package, else the first provider of the first provided one.

    Examples
    --------
    >>> first_alternative(["mail-agent", "mutt"], Names({"exim", "mutt"}, {"mail-agent": ["exim"]}))
    ['mutt']
    """
    for name in alternatives:
        if name in names.real:
            return [name]
    for name in alternatives:
        if name in names.providers:
            return [names.providers[name][0]]
    return []


def all_alternatives(alternatives: Sequence[str], names: Names) -> list[str]:
    """Return every alternative that is a real package and every provider of every alternative.

    Examples
    --------
    >>> all_alternatives(["mail-agent", "mutt"], Names({"exim", "mutt"}, {"mail-agent": ["exim"]}))
    ['exim', 'mutt']
    """
    found: list[str] = []
    for name in alternatives:
        if name in names.real:
            found.append(name)
        found.extend(names.providers.get(name, ()))
    return found


Choice = Callable[[Sequence[str], Names], list[str]]
ALTERNATIVES: dict[str, Choice] = {
    "first": first_alternative,
    "all": all_alternatives,
}


def read_debian(
    data: bytes, *, name: str, alternatives: str = "first", kinds: str | Collection[str] | None = None
) -> nx.DiGraph:
    r"""Read a Debian ``Packages`` index, or dpkg's ``status`` file: the tail of an edge depends on its head.

    ``Depends`` and ``Pre-Depends`` make edges, ``Recommends`` where `kinds` names it; a package needed twice is one
    edge, whose ``kind`` is the strongest of them. A package listed twice (two versions) is one node with the
    dependencies of both and the version of the last. What a package satisfies itself makes no edge. Version bounds,
    architectures and build profiles beside a name are not looked at.

    Parameters
    ----------
    data : bytes
        The decompressed index.
    name : str
        The file's name, for messages.
    alternatives : {"first", "all"}
        Of a clause ``a | b``, ``"first"`` takes the first alternative that is a real package, else the first
        provider by name; ``"all"`` takes every alternative and every provider of every name, as apt's
        recursive lists do.
    kinds : str or collection of str, optional
        The fields that make edges, separated by commas, or ``"all"``; ``"Depends,Pre-Depends"`` by default. With
        ``Recommends`` the edges are what apt installs by default.

    Returns
    -------
    networkx.DiGraph
        Nodes in the file's order with attribute ``version``; ``G.graph["unmet"]`` counts the clauses that no
        package of the index satisfies.

    Raises
    ------
    FormatError
        A line that is no field, or a stanza without ``Package``; the line number is named.
    UsageError
        An `alternatives` that is not one of the above, or `kinds` that are no such fields.

    Examples
    --------
    >>> index = b"Package: ssh\nDepends: ssl | tls, zlib (>= 1.2)\n\nPackage: tls\n\nPackage: zlib\n"
    >>> G = read_debian(index, name="Packages")
    >>> list(G.edges)
    [('ssh', 'tls'), ('ssh', 'zlib')]
    """
    if alternatives not in ALTERNATIVES:
        raise UsageError(Keyword("alternatives", alternatives), f" is not one of {', '.join(map(repr, ALTERNATIVES))}")
    wanted = chosen_kinds(kinds, KINDS, default=("Depends", "Pre-Depends"))
    with collector_at_rest():
        stanzas = list(_stanzas(data, name, [*FIELDS, *wanted]))
        graph = _graph(stanzas, name, ALTERNATIVES[alternatives], wanted)
    return described(graph, format="Debian Packages", edge_meaning="depends on", weight_meaning="none")


def _stanzas(data: bytes, name: str, wanted: Iterable[str]) -> Iterator[Stanza]:
    """Yield each stanza's wanted fields; lines stay bytes, as most of a full index is never looked at."""
    called = {field.encode(): field for field in wanted}
    fields: Stanza = {}
    key = b""
    for number, line in enumerate(io.BytesIO(data.removeprefix(codecs.BOM_UTF8)), 1):
        if line.isspace():
            if key:
                yield _with_package(fields, name, number)
            fields, key = {}, b""
            continue
        if line[0] in b" \t":
            if key in called:
                fields[called[key]] += line.strip().decode(*TEXT)
            continue
        key, colon, value = line.partition(b":")
        if not (key and colon):
            shown = line[:40].strip().decode(*TEXT)
            raise FormatError(f"{name}, line {number}: no 'Field: value' but {shown!r}")
        if key in called:
            fields[called[key]] = value.strip().decode(*TEXT)
    if key:
        yield _with_package(fields, name, number + 1)


def _with_package(fields: Stanza, name: str, end: int) -> Stanza:
    if not fields.get("Package"):
        raise FormatError(f"{name}: the stanza above line {end} has no Package field")
    return fields


def _graph(stanzas: Sequence[Stanza], name: str, choose: Choice, kinds: Collection[str]) -> nx.DiGraph:
    if not stanzas:
        raise FormatError(f"{name}: no package in it")
    names = Names({stanza["Package"] for stanza in stanzas}, _providers(stanzas))
    clauses = list(_clauses(stanzas, [kind for kind in KINDS if kind in kinds]))
    distinct = dict.fromkeys(clause for _, _, clause in clauses)
    chosen = {clause: choose(_alternatives(clause, name), names) for clause in distinct}
    graph = nx.DiGraph(unmet=sum(not chosen[clause] for _, _, clause in clauses))
    graph.add_nodes_from((stanza["Package"], {"version": stanza.get("Version", "")}) for stanza in stanzas)
    graph.add_edges_from(
        (package, needed, {"kind": kind})
        for package, kind, clause in clauses
        for needed in chosen[clause]
        if needed != package
    )
    return graph


def _clauses(stanzas: Iterable[Stanza], kinds: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield package, kind and text of every clause; the strongest kind last, as the last one stays on an edge."""
    for stanza in stanzas:
        package = stanza["Package"]
        for kind in kinds:
            for clause in stanza.get(kind, "").split(","):
                if clause and not clause.isspace():
                    yield package, kind, clause


def _alternatives(clause: str, name: str) -> list[str]:
    matches = [NAME.match(alternative) for alternative in clause.split("|")]
    if not all(matches):
        raise FormatError(f"{name}: no package name in an alternative of the clause {clause.strip()!r}")
    return [match[1] for match in matches if match]


def _providers(stanzas: Iterable[Stanza]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for stanza in stanzas:
        for provided in stanza.get("Provides", "").split(","):
            if match := NAME.match(provided):
                found.setdefault(match[1], set()).add(stanza["Package"])
    return {provided: sorted(packages) for provided, packages in found.items()}
