"""Debian ``Packages`` indexes: one node a package, one edge for each package that another needs."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import networkx as nx

from graphdiff.errors import FormatError, UsageError
from graphdiff.graph.networks import filled
from graphdiff.io.building import chosen_kinds, described, note_unmet
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.remedies import Keyword

__all__ = ["ALTERNATIVES", "KINDS", "read_debian"]

#: The fields that make edges, from the weakest: where a package is needed twice, the strongest is the edge's kind.
KINDS = ("Recommends", "Depends", "Pre-Depends")

TEXT = ("utf-8", "replace")
#: In digits; no machine holds a package of that size.
LONGEST_SIZE = 18
FIELDS = ("Package", "Version", "Installed-Size", "Section", "Priority", "Architecture", "Provides")
#: Fields that become attributes of a node as they are.
SAID = (("Section", "section"), ("Priority", "priority"), ("Architecture", "architecture"))
# What follows a name is tolerated and not used: ``:any``, ``(>= 2.34)``, ``[amd64]``, ``<!nocheck>``.
NAME = re.compile(r"\s*([^\s:(\[<|,]+)")

Stanza = dict[str, str]
Attributes = dict[str, Any]


class Names(NamedTuple):
    """What a name in a clause can mean: a package of the index, or what packages provide under that name.

    A package is given by the text that is its node, so that it is in memory, and compared, once.
    """

    real: Mapping[str, str]
    providers: Mapping[str, Sequence[str]]


def first_alternative(alternatives: Sequence[str], names: Names) -> list[str]:
    """Return the first alternative that is a real package, else the first provider of the first provided one.

    Examples
    --------
    >>> first_alternative(["mail-agent", "mutt"], Names({"mutt": "mutt"}, {"mail-agent": ["exim"]}))
    ['mutt']
    """
    for name in alternatives:
        if name in names.real:
            return [names.real[name]]
    for name in alternatives:
        if name in names.providers:
            return [names.providers[name][0]]
    return []


def all_alternatives(alternatives: Sequence[str], names: Names) -> list[str]:
    """Return every alternative that is a real package and every provider of every alternative.

    Examples
    --------
    >>> all_alternatives(["mail-agent", "mutt"], Names({"mutt": "mutt"}, {"mail-agent": ["exim"]}))
    ['exim', 'mutt']
    """
    packages: list[str] = []
    for name in alternatives:
        if name in names.real:
            packages.append(names.real[name])
        packages.extend(names.providers.get(name, ()))
    return packages


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
    edge, whose ``kind`` is the strongest of them and whose ``clause`` has the text of all, with commas between them.
    A package listed twice (two versions) is one node with the dependencies of both and the attributes of the last.
    What a package satisfies itself makes no edge. Version bounds, architectures and build profiles beside a name are
    not looked at.

    Parameters
    ----------
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
        Nodes in the file's order with ``version`` and, where the index says them, ``size`` (what is installed, in
        bytes; Debian rounds to KiB), ``section``, ``priority`` and ``architecture``; edges with ``kind`` and
        ``clause``. ``G.graph["unmet"]`` has the clauses that no package of the index satisfies, with who needs them.

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
        stanzas = list(_stanzas(data, name, (*FIELDS, *sorted(wanted))))
        graph = _graph(stanzas, name, ALTERNATIVES[alternatives], wanted)
    return described(graph, format="Debian Packages", edge_meaning="depends on", weight_meaning="none")


def _stanzas(data: bytes, name: str, wanted: Sequence[str]) -> Iterator[Stanza]:
    """Yield each stanza's wanted fields; most of a full index is passed over by one regular expression."""
    text = b"\n" + data.removeprefix(codecs.BOM_UTF8)
    blank, end = len(wanted) + 1, 0
    fields: Stanza = {}
    for match in _grammar(wanted).finditer(text):
        group = match.lastindex or 0
        if group < blank:
            value = match[group].decode(*TEXT)
            fields[wanted[group - 1]] = "".join(map(str.strip, value.split("\n"))) if "\n" in value else value.strip()
        elif group > blank:
            shown = text[match.start() + 1 :][:40].partition(b"\n")[0].strip().decode(*TEXT)
            raise FormatError(f"{name}, line {_line(text, match.start())}: no 'Field: value' but {shown!r}")
        else:
            if match.start():
                yield _with_package(fields, name, text, match.start())
            fields, end = {}, match.end()
    if end < len(text):
        yield _with_package(fields, name, text, len(text))


@cache
def _grammar(wanted: Sequence[str]) -> re.Pattern[bytes]:
    """Return what finds each wanted field, by the number of its group; then blank lines; then what is no field."""
    values = [re.escape(field.encode()) + rb":(.*+(?:\n[ \t]++\S.*+)*+)" for field in wanted]
    return re.compile(rb"\n(?:" + b"|".join([*values, rb"()\s*(?=\n|\Z)", rb"([^ \t:\n][^:\n]*+(?=\n|\Z)|:)"]) + b")")


def _line(text: bytes, place: int) -> int:
    """Return the number of the line that starts behind a line end; the text has one before its first line, too."""
    return text.count(b"\n", 0, place + 1)


def _with_package(fields: Stanza, name: str, text: bytes, end: int) -> Stanza:
    if not fields.get("Package"):
        line = _line(text, end) + (end == len(text))
        raise FormatError(f"{name}: the stanza above line {line} has no Package field")
    return fields


def _graph(stanzas: Sequence[Stanza], name: str, choose: Choice, kinds: Collection[str]) -> nx.DiGraph:
    if not stanzas:
        raise FormatError(f"{name}: no package in it")
    nodes = {stanza["Package"]: _attributes(stanza, name) for stanza in stanzas}
    names = Names({package: package for package in nodes}, _providers(stanzas))
    clauses = Clauses(lambda clause: choose(_alternatives(clause, name), names))
    rows: dict[str, dict[str, Attributes]] = {package: {} for package in nodes}
    unmet: list[tuple[str, str]] = []
    for stanza in stanzas:
        package = stanza["Package"]
        for kind in KINDS:  # the strongest last, as the last one stays
            if kind in kinds and kind in stanza:
                asked = map(clauses.__getitem__, stanza[kind].split(","))
                unmet += [(package, clause) for clause in _need(rows[package], package, kind, asked)]
    graph = filled(nx.DiGraph(), nodes, rows)
    note_unmet(graph, unmet)
    return graph


class Clauses(dict[str, tuple[str, Sequence[str]]]):
    """The text of each clause and the packages that it stands for: chosen once, however many packages have it."""

    def __init__(self, choose: Callable[[str], Sequence[str]]) -> None:
        self.choose = choose

    def __missing__(self, clause: str) -> tuple[str, Sequence[str]]:
        text = clause.strip()
        chosen = self[clause] = (text, self.choose(text) if text else ())
        return chosen


def _need(
    row: dict[str, Attributes], package: str, kind: str, clauses: Iterable[tuple[str, Sequence[str]]]
) -> list[str]:
    """Put what the clauses of a field stand for into the row of a package; return those that stand for nothing."""
    unmet = []
    for clause, packages in clauses:
        if clause and not packages:
            unmet.append(clause)
        for needed in packages:
            if needed not in row:
                row[needed] = {"kind": kind, "clause": clause}
            else:
                row_edge = row[needed]
                row_edge["kind"] = kind
                if clause not in row_edge["clause"].split(", "):
                    row_edge["clause"] += f", {clause}"  # as Debian writes what must hold together
    row.pop(package, None)
    return unmet


def _attributes(stanza: Stanza, name: str) -> Attributes:
    """Return what is said of a package; Debian gives sizes in KiB."""
    attributes: Attributes = {"version": stanza.get("Version", "")}
    size = stanza.get("Installed-Size", "")
    if size.isdecimal() and size.isascii():
        if len(size) > LONGEST_SIZE:
            raise FormatError(f"{name}: the Installed-Size of {stanza['Package']} has {len(size):,} digits")
        attributes["size"] = 1024 * int(size)
    for field, attribute in SAID:
        if value := stanza.get(field):
            attributes[attribute] = sys.intern(value)  # few values, each of many packages
    return attributes


def _alternatives(clause: str, name: str) -> list[str]:
    matches = [NAME.match(alternative) for alternative in clause.split("|")]
    if not all(matches):
        raise FormatError(f"{name}: no package name in an alternative of the clause {clause!r}")
    return [match[1] for match in matches if match]


def _providers(stanzas: Iterable[Stanza]) -> dict[str, list[str]]:
    providers: dict[str, set[str]] = {}
    for stanza in stanzas:
        for provided in stanza.get("Provides", "").split(","):
            if match := NAME.match(provided):
                providers.setdefault(match[1], set()).add(stanza["Package"])
    return {provided: sorted(packages) for provided, packages in providers.items()}
