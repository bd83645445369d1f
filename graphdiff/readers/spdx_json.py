"""SPDX 2.2 and 2.3 as JSON has it: packages, files, relationships."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphdiff.errors import FormatError
from graphdiff.readers.documents import Record, mappings, text_in
from graphdiff.readers.sbom import Element, Relation

__all__ = ["spdx_2"]

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
    for part, (kind, called) in LISTS.items():
        for where, record in mappings(document.get(part), f"{name}: {part}"):
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
