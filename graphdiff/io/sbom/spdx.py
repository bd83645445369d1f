"""SPDX documents of all three forms: tag-value and JSON (2.2, 2.3), JSON-LD (3.0).

SPDX's types of relationships: which end of each rests on the other, and which of them make a dependency graph.

SPDX 2.2 and 2.3 as JSON has it: packages, files, relationships.

SPDX 2.2 and 2.3 in tag-value form, brought into the shape of their JSON.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.io.building import by_kinds, chosen_kinds, described, leave_out
from graphdiff.io.documents import Record, mapping, mappings, parse_json, text_in
from graphdiff.io.sbom.common import Element, Relation, sbom_graph
from graphdiff.io.sbom.spdx_linked import spdx_3
from graphdiff.io.source import text_of
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.remedies import Keyword, Remedy

__all__ = ["DEPENDENCIES", "RELATIONS", "document_of_tags", "read_spdx", "spdx_2", "turned"]


def read_spdx(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> nx.DiGraph:
    r"""Read an SPDX document: the tail of an edge rests on its head, whichever of the two the relationship names first.

    ``A DEPENDS_ON B`` and ``B DEPENDENCY_OF A`` are the same edge A → B, and so it is with every pair of such types
    (`graphdiff.io.sbom.spdx.RELATIONS` has them all). Several relationships of two elements are one edge,
    whose ``kind`` lists their types. Nodes are all packages, and the files and whatever else the chosen relationships
    join; ids are names by package URL. What the document describes is the root. A document may be wrapped as GitHub
    gives it (``{"sbom": ...}``).

    Parameters
    ----------
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
        ends = _ends(relations)
        elements = {e.ref: e for e in contents.elements if e.type == "package" or e.ref in ends}
        graph = sbom_graph(elements, relations, contents.roots)
        if kinds is not None:
            by = by_kinds(kinds)
            # What is omitted leaves out no more than what is read otherwise.
            otherwise = _ends(relation for relation in contents.relations if relation.kind in DEPENDENCIES)
            beyond = [e for e in contents.elements if e.ref not in elements and ("kinds" in by or e.ref in otherwise)]
            leave_out(graph, (e.name for e in beyond), by)
    meaning = "depends on" if wanted <= DEPENDENCIES else "relates to"
    return described(graph, format=contents.title, edge_meaning=meaning, weight_meaning="none")


def _ends(relations: Iterable[Relation]) -> set[str]:
    return {end for relation in relations for end in (relation.source, relation.target)}


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


#: What rests on what, by the sentences of SPDX 2.3 (clause 11) and 3.0 (RelationshipType).
A_ON_B = "the first rests on the second"

B_ON_A = "the second rests on the first"

#: The first belongs to the second, but neither needs the other.
B_HAS_A = "the second has the first"

#: By type; a type that is not here joins two elements as it is written.
RELATIONS: dict[str, str] = {
    # SPDX 2
    "DEPENDS_ON": A_ON_B,
    "DEPENDENCY_OF": B_ON_A,
    "BUILD_DEPENDENCY_OF": B_ON_A,
    "DEV_DEPENDENCY_OF": B_ON_A,
    "OPTIONAL_DEPENDENCY_OF": B_ON_A,
    "PROVIDED_DEPENDENCY_OF": B_ON_A,
    "RUNTIME_DEPENDENCY_OF": B_ON_A,
    "TEST_DEPENDENCY_OF": B_ON_A,
    "HAS_PREREQUISITE": A_ON_B,
    "PREREQUISITE_FOR": B_ON_A,
    "DYNAMIC_LINK": A_ON_B,
    "STATIC_LINK": A_ON_B,
    "CONTAINS": A_ON_B,
    "CONTAINED_BY": B_ON_A,
    "PACKAGE_OF": B_ON_A,
    "OPTIONAL_COMPONENT_OF": B_ON_A,
    "GENERATED_FROM": A_ON_B,
    "GENERATES": B_ON_A,
    "EXPANDED_FROM_ARCHIVE": A_ON_B,
    "BUILD_TOOL_OF": B_ON_A,
    "DEV_TOOL_OF": B_ON_A,
    "TEST_TOOL_OF": B_ON_A,
    "DESCRIBED_BY": B_HAS_A,
    "DATA_FILE_OF": B_HAS_A,
    "DEPENDENCY_MANIFEST_OF": B_HAS_A,
    "DOCUMENTATION_OF": B_HAS_A,
    "EXAMPLE_OF": B_HAS_A,
    "METAFILE_OF": B_HAS_A,
    "TEST_OF": B_HAS_A,
    "TEST_CASE_OF": B_HAS_A,
    # SPDX 3
    "dependsOn": A_ON_B,
    "hasOptionalDependency": A_ON_B,
    "hasProvidedDependency": A_ON_B,
    "hasPrerequisite": A_ON_B,
    "hasDynamicLink": A_ON_B,
    "hasStaticLink": A_ON_B,
    "contains": A_ON_B,
    "hasOptionalComponent": A_ON_B,
    "generates": B_ON_A,
    "expandsTo": B_ON_A,
    "configures": B_ON_A,
    "usesTool": A_ON_B,
    "trainedOn": A_ON_B,
    "hasHost": A_ON_B,
    "hasInput": A_ON_B,
    "hasOutput": B_ON_A,
}

#: The types that are read where nothing else is said.
DEPENDENCIES = frozenset(kind for kind, meaning in RELATIONS.items() if meaning in (A_ON_B, B_ON_A))


def turned(relations: Sequence[Relation]) -> list[Relation]:
    """Return relations as written so that each leads from what rests on, or has, to what is needed, or is had.

    Examples
    --------
    >>> turned([Relation("junit", "app", "TEST_DEPENDENCY_OF"), Relation("app", "log", "DYNAMIC_LINK")])
    [Relation(source='app', target='junit', kind='TEST_DEPENDENCY_OF', scope=''),
     Relation(source='app', target='log', kind='DYNAMIC_LINK', scope='')]
    """
    return [
        Relation(one.target, one.source, one.kind, one.scope) if RELATIONS.get(one.kind) in (B_ON_A, B_HAS_A) else one
        for one in relations
    ]


# Where elements stand, what they are, and what has their name.
LISTS = {
    "packages": ("package", "name"),
    "files": ("file", "fileName"),
    "snippets": ("snippet", "name"),
}

# What stands for an element or a licence that there is not, or of which nothing is known.
NOBODY = ("NONE", "NOASSERTION")


def spdx_2(document: Record, name: str) -> tuple[list[Element], list[Relation], list[str]]:
    """Return the elements, the relationships as written, and the roots of a document in the shape of SPDX 2's JSON.

    Raises
    ------
    FormatError
        A list that is none, an element without id, or a relationship without two ends and a type.

    Examples
    --------
    >>> spdx_2({"SPDXID": "SPDXRef-DOCUMENT", "documentDescribes": ["SPDXRef-1"]}, "x.json")[2]
    ['SPDXRef-1']
    """
    elements = [Element(ref=text_in(document, "SPDXID"), name=text_in(document, "name"), type="document")]
    for section, (kind, called) in LISTS.items():
        for where, record in mappings(document.get(section), f"{name}: {section}"):
            elements.append(_element(record, where, kind, called))
    relations = list(_relations(document, name))
    roots = list(_described(document.get("documentDescribes"), name))
    for relation in relations:
        if relation.kind in ("DESCRIBES", "DESCRIBED_BY"):
            roots.append(relation.target if relation.kind == "DESCRIBES" else relation.source)
    return elements, relations, roots


def _element(record: Record, where: str, kind: str, called: str) -> Element:
    ref = text_in(record, "SPDXID")
    if not ref:
        raise FormatError(f"{where} has no SPDXID")
    licences = (text_in(record, key) for key in ("licenseDeclared", "licenseConcluded"))
    return Element(
        ref=ref,
        name=text_in(record, called),
        version=text_in(record, "versionInfo"),
        licence=next((licence for licence in licences if licence and licence not in NOBODY), ""),
        purl=_purl(record.get("externalRefs"), where),
        type=kind,
    )


def _purl(references: Any, where: str) -> str:
    for _, reference in mappings(references, f"{where}.externalRefs"):
        # By a full address in some documents.
        if text_in(reference, "referenceType").endswith("purl"):
            return text_in(reference, "referenceLocator")
    return ""


def _relations(document: Record, name: str) -> Iterator[Relation]:
    for where, record in mappings(document.get("relationships"), f"{name}: relationships"):
        ends = [text_in(record, "spdxElementId"), text_in(record, "relatedSpdxElement")]
        kind = text_in(record, "relationshipType")
        if not kind or not all(ends):
            raise FormatError(f"{where} is no relationship: it needs two elements and a type")
        if ends[1] not in NOBODY:
            yield Relation(ends[0], ends[1], kind)


def _described(value: Any, name: str) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise FormatError(f"{name}: documentDescribes is not a list")
    return [ref for ref in value if isinstance(ref, str)]


TAG = re.compile(r"([A-Za-z][\w-]*):\s*(.*)", re.DOTALL)

# Tags that begin an element: the list it is in, and what its value is called there.
BEGINNINGS = {
    "PackageName": ("packages", "name"),
    "FileName": ("files", "fileName"),
    "SnippetSPDXID": ("snippets", "SPDXID"),
}

# Tags of the element that was last begun, else of the document, and what they are called in JSON.
VALUES = {
    "SPDXVersion": "spdxVersion",
    "DocumentName": "name",
    "SPDXID": "SPDXID",
    "PackageVersion": "versionInfo",
    "PackageLicenseDeclared": "licenseDeclared",
    "PackageLicenseConcluded": "licenseConcluded",
    "LicenseConcluded": "licenseConcluded",
    "SnippetName": "name",
}


def document_of_tags(data: bytes, name: str) -> Record:
    r"""Return a document in tag-value form as SPDX 2's JSON has it; tags that no reader needs are left out.

    Raises
    ------
    FormatError
        A line that is no tag, a text that does not end, a relationship or package URL of other than three words, or
        no ``SPDXVersion`` at all.

    Examples
    --------
    >>> tags = b"SPDXVersion: SPDX-2.3\n# by hand\nPackageName: app\nSPDXID: SPDXRef-1\n"
    >>> document_of_tags(tags, "app.spdx")["packages"]
    [{'name': 'app', 'SPDXID': 'SPDXRef-1'}]
    """
    document: Record = {"packages": [], "files": [], "snippets": [], "relationships": []}
    current = document
    for line, tag, value in _tags(text_of(data), name):
        where = f"{name}, line {line}"
        if tag in BEGINNINGS:
            section, called = BEGINNINGS[tag]
            current = {called: value}
            document[section].append(current)
        elif tag in VALUES:
            current[VALUES[tag]] = value
        elif tag == "ExternalRef":
            _, kind, locator = _three_words(value, tag, where)
            current.setdefault("externalRefs", []).append({"referenceType": kind, "referenceLocator": locator})
        elif tag == "Relationship":
            first, kind, second = _three_words(value, tag, where)
            relation = {"spdxElementId": first, "relationshipType": kind, "relatedSpdxElement": second}
            document["relationships"].append(relation)
    if "spdxVersion" not in document:
        raise FormatError(f"{name}: no SPDX document: it has no SPDXVersion")
    return document


def _tags(text: str, name: str) -> Iterator[tuple[int, str, str]]:
    """Yield line number, tag and value of each tag; a value within ``<text>`` and ``</text>`` has several lines."""
    lines = enumerate(text.split("\n"), 1)
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = TAG.match(line.strip())
        if match is None:
            raise FormatError(f"{name}, line {number}: no 'Tag: value' but {line.strip()[:40]!r}")
        value = match[2]
        if value.startswith("<text>"):
            parts = [value]
            while "</text>" not in parts[-1]:
                following = next(lines, None)
                if following is None:
                    raise FormatError(f"{name}, line {number}: the <text> of {match[1]} has no </text>")
                parts.append(following[1])
            value = "\n".join(parts)
        yield number, match[1], value


def _three_words(value: str, tag: str, where: str) -> list[str]:
    words = value.split()
    if len(words) != 3:
        raise FormatError(f"{where}: {tag} is not three words but {value[:60]!r}")
    return words
