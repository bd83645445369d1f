"""SPDX 3.0 in JSON-LD: one list of elements, the relationships among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphdiff.errors import FormatError
from graphdiff.io.documents import Record, mappings, text_in
from graphdiff.io.sbom.common import Element, Relation

__all__ = ["spdx_3"]

# What stands for an element that there is not, or of which nothing is known, by the end of its address.
NOBODY = ("NoneElement", "NoAssertionElement", "NoneLicense", "NoAssertionLicense")
LICENCES = ("hasConcludedLicense", "hasDeclaredLicense")
TYPES = {"SpdxDocument": "document", "Sbom": "document", "Bom": "document", "File": "file", "Snippet": "snippet"}


def spdx_3(document: Record, name: str) -> tuple[list[Element], list[Relation], list[str]]:
    """Return the elements, the relationships as written, and the roots of a document of SPDX 3.

    Raises
    ------
    FormatError
        No list of elements, or a relationship without a beginning, an end or a type.

    Examples
    --------
    >>> graph = [{"spdxId": "urn:1", "type": "SpdxDocument", "rootElement": ["urn:2"]}]
    >>> spdx_3({"@graph": graph}, "x.json")[2]
    ['urn:2']
    """
    listed = list(mappings(document.get("@graph", [document]), f"{name}: @graph"))
    relations = [relation for where, record in listed for relation in _relations(record, where)]
    plain = {_ref(record): record for _, record in listed if _ref(record) and "relationshipType" not in record}
    licences = _licences(plain, relations)
    elements = [_element(record, licences.get(ref, ""), name) for ref, record in plain.items()]
    roots = [ref for record in plain.values() for ref in _refs(record.get("rootElement"))]
    roots += [relation.target for relation in relations if relation.kind == "describes"]
    return elements, relations, roots


def _relations(record: Record, where: str) -> Iterator[Relation]:
    if "relationshipType" not in record:
        return
    kind, source = text_in(record, "relationshipType"), _refs(record.get("from"))
    if not kind or len(source) != 1 or "to" not in record:
        raise FormatError(f"{where} is no relationship: it needs from, relationshipType, to")
    for target in _refs(record["to"]):
        if not target.endswith(NOBODY):
            yield Relation(source[0], target, kind, text_in(record, "scope"))


def _element(record: Record, licence: str, name: str) -> Element:
    kind = text_in(record, "type") or text_in(record, "@type")
    return Element(
        ref=_ref(record),
        name=text_in(record, "name") or text_in(record, "simplelicensing_licenseExpression"),
        version=text_in(record, "software_packageVersion"),
        licence=licence,
        purl=text_in(record, "software_packageUrl") or _purl(record, name),
        type=_type(kind),
    )


def _type(kind: str) -> str:
    """Return what an element is: a package is ``software_Package``, ``ai_AIPackage``, ``dataset_DatasetPackage``."""
    last = kind.rpartition("/")[2].rpartition("_")[2]
    return "package" if last.endswith("Package") else TYPES.get(last, last)


def _purl(record: Record, name: str) -> str:
    where = f"{name}: externalIdentifier of {_ref(record)}"
    for _, identifier in mappings(record.get("externalIdentifier"), where):
        if text_in(identifier, "externalIdentifierType") in ("packageUrl", "purl"):
            return text_in(identifier, "identifier")
    return ""


def _licences(elements: Mapping[str, Record], relations: list[Relation]) -> dict[str, str]:
    """Return the licence of each element that has one, the declared rather than the concluded."""
    licences: dict[str, str] = {}
    for kind in LICENCES:
        for relation in relations:
            expression = text_in(elements.get(relation.target, {}), "simplelicensing_licenseExpression")
            if relation.kind == kind and expression not in ("", "NOASSERTION", "NONE"):
                licences[relation.source] = expression
    return licences


def _ref(record: Record) -> str:
    return text_in(record, "spdxId") or text_in(record, "@id")


def _refs(value: Any) -> list[str]:
    """Return references: one or a list, each an address or an element written in place."""
    refs = [_ref(one) if isinstance(one, dict) else one for one in (value if isinstance(value, list) else [value])]
    return [ref for ref in refs if isinstance(ref, str) and ref]
