"""SPDX documents of all three forms: tag-value and JSON (2.2, 2.3), JSON-LD (3.0)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.readers.building import collector_at_rest, described, leave_out
from graphdiff.readers.documents import mapping, parse_json
from graphdiff.readers.kinds import chosen_kinds
from graphdiff.readers.sbom import Element, Relation, sbom_graph
from graphdiff.readers.source import text_of
from graphdiff.readers.spdx_json import spdx_2
from graphdiff.readers.spdx_linked import spdx_3
from graphdiff.readers.spdx_relations import DEPENDENCIES, turned
from graphdiff.readers.spdx_tags import document_of_tags
from graphdiff.remedies import Keyword, Remedy

__all__ = ["read_spdx"]


def read_spdx(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> nx.DiGraph:
    r"""Read an SPDX document: the tail of an edge rests on its head, whichever of the two the relationship names first.

    ``A DEPENDS_ON B`` and ``B DEPENDENCY_OF A`` are the same edge A → B, and so it is with every pair of such types
    (`graphdiff.readers.spdx_relations.RELATIONS` has them all). Several relationships of two elements are one edge,
    whose ``kind`` lists their types. Nodes are all packages, and the files and whatever else the chosen relationships
    join; ids are names by package URL. What the document describes is the root. A document may be wrapped as GitHub
    gives it (``{"sbom": ...}``).

    Parameters
    ----------
    data : bytes
        The decompressed document.
    name : str
        The file's name, for messages.
    kinds : str or collection of str, optional
        The types of relationships that are read, separated by commas, or ``"all"``; by default those by which one
        thing needs, holds, is made from or is made with another, so not licences, documentation and the like.
        ``edge_meaning`` is "depends on" for those, "relates to" where others are among them.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``name``, ``type``, and where the document says so ``version``, ``licence``, ``purl``, ``root``;
        edges ``kind``, and where it is said ``scope`` (SPDX 3), ``optional``.

    Raises
    ------
    FormatError
        What is no SPDX document, a broken one, or one without relationships of these types.
    UsageError
        A type in `kinds` that no relationship has.

    References
    ----------
    .. [1] SPDX Specification 2.3, clause 11, Relationships between SPDX elements; ISO/IEC 5962:2021 (2.2.1).
    .. [2] SPDX Specification 3.0.1, Core, RelationshipType.

    Examples
    --------
    >>> tags = b'''SPDXVersion: SPDX-2.3
    ... PackageName: app
    ... SPDXID: SPDXRef-1
    ... PackageName: log
    ... SPDXID: SPDXRef-2
    ... Relationship: SPDXRef-2 DEPENDENCY_OF SPDXRef-1'''
    >>> G = read_spdx(tags, name="app.spdx")
    >>> list(G.edges(data=True))
    [('app', 'log', {'kind': 'DEPENDENCY_OF'})]
    """
    with collector_at_rest():
        contents = _contents(data, name)
        there = Counter(relation.kind for relation in contents.relations)
        wanted = chosen_kinds(kinds, there, default=DEPENDENCIES)
        relations = [relation for relation in turned(contents.relations) if relation.kind in wanted]
        if not relations:
            raise FormatError(f"{name}: {_nothing_said(contents, there)}", *([EVERY_KIND] if there else []))
        ends = {end for relation in relations for end in (relation.source, relation.target)}
        elements = {e.ref: e for e in contents.elements if e.type == "package" or e.ref in ends}
        graph = sbom_graph(elements, relations, contents.roots)
        if kinds is not None:
            leave_out(graph, (e.name for e in contents.elements if e.ref not in elements), {"kinds": kinds})
    meaning = "depends on" if wanted <= DEPENDENCIES else "relates to"
    return described(graph, format=contents.title, edge_meaning=meaning, weight_meaning="none")


EVERY_KIND = Remedy(Keyword("kinds", "all"), "reads them")


@dataclass(frozen=True)
class _Contents:
    title: str
    elements: list[Element]
    relations: list[Relation]
    roots: list[str]


def _contents(data: bytes, name: str) -> _Contents:
    if not text_of(data[:100]).lstrip().startswith("{"):
        return _Contents("SPDX tag-value", *spdx_2(document_of_tags(data, name), name))
    document = mapping(parse_json(data, name), name)
    if isinstance(wrapped := document.get("sbom"), dict):  # as GitHub's interface gives it
        document = wrapped
    if "spdxVersion" in document:
        return _Contents("SPDX JSON", *spdx_2(document, name))
    if "@graph" in document or "@context" in document:
        return _Contents("SPDX 3 JSON-LD", *spdx_3(document, name))
    raise FormatError(f"{name}: no SPDX document: it has neither spdxVersion (SPDX 2) nor @graph (SPDX 3)")


def _nothing_said(contents: _Contents, there: Counter[str]) -> str:
    packages = sum(element.type == "package" for element in contents.elements)
    types = ", ".join(f"{kind} ({times:,})" for kind, times in there.most_common(5))
    if not types:
        counted = "1 package" if packages == 1 else f"{packages:,} packages"
        return f"an SPDX document of {counted} without relationships: nothing in it says what needs what"
    return f"an SPDX document whose relationships are no dependencies: {types}"
