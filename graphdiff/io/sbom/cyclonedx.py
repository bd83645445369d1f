"""CycloneDX bills of materials in JSON and XML: what their dependency section says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.io.building import described
from graphdiff.io.documents import Record, mapping, mappings, parse_json, parsed_xml, text_in
from graphdiff.io.sbom.common import Element, Relation, sbom_graph, stranger
from graphdiff.io.source import text_of
from graphdiff.kernels.collecting import collector_at_rest

__all__ = ["read_cyclonedx"]

# The parts of a bill that have elements, and the name of one of them in XML.
LISTS = {"components": "component", "services": "service"}


def read_cyclonedx(data: bytes, *, name: str) -> nx.DiGraph:
    """Read a CycloneDX bill of materials, 1.1 to 1.7, JSON or XML: the tail of an edge depends on its head.

    Nodes are the component that the bill is about, all components and services, nested ones too, and what the
    dependency section names besides them. The component that the bill is about is the root where the dependency section
    says what it needs; where it does not, ``G.graph["warnings"]`` says so, as nothing is known of that then. Ids are
    names by package URL. What a component ``provides``, and that one is nested in another, makes no edge.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``name``, and where the bill says so ``version``, ``licence``, ``purl``, ``type``, ``scope`` and
        ``root``.

    Raises
    ------
    FormatError
        Broken JSON or XML, a document type declaration, what is no bill, or one without a dependency section.

    References
    ----------
    .. [1] ECMA-424, CycloneDX Bill of Materials Specification (1.7).

    Examples
    --------
    >>> bill = b'''{"bomFormat": "CycloneDX", "metadata": {"component": {"bom-ref": "1", "name": "app"}},
    ... "components": [{"bom-ref": "2", "name": "x", "purl": "pkg:npm/%40babel/core@7.0.0", "version": "7.0.0"}],
    ... "dependencies": [{"ref": "1", "dependsOn": ["2"]}]}'''
    >>> G = read_cyclonedx(bill, name="bom.json")
    >>> list(G.edges), G.nodes["app"]
    ([('app', '@babel/core')], {'name': 'app', 'root': True})
    """
    in_xml = text_of(data[:100]).lstrip().startswith("<")
    with collector_at_rest():
        bill = _bill_in_xml(parsed_xml(data, name), name) if in_xml else parse_json(data, name)
        if not isinstance(bill, dict) or not bill.keys() & {"bomFormat", "components", "services", "dependencies"}:
            raise FormatError(f"{name}: no CycloneDX bill of materials")
        graph = _graph(bill, name)
    return described(
        graph, format=f"CycloneDX {'XML' if in_xml else 'JSON'}", edge_meaning="depends on", weight_meaning="none"
    )


def _graph(bill: Record, name: str) -> nx.DiGraph:
    listed = {element.ref: element for title in LISTS for element in _elements(bill.get(title), f"{name}: {title}")}
    subjects = _subjects(bill, name)
    relations, refs = _relations(bill, name)
    if not refs:
        raise FormatError(
            f"{name}: a CycloneDX bill of {len(listed):,} components and services without a dependency section: "
            "nothing in it says what needs what"
        )
    subjects[:1] = [_as_listed(subject, listed, refs) for subject in subjects[:1]]
    elements = {subject.ref: subject for subject in subjects} | listed
    elements |= {ref: stranger(ref) for ref in refs if ref not in elements}
    roots = [subject.ref for subject in subjects[:1] if refs.get(subject.ref)]
    graph = sbom_graph(elements, relations, roots)
    if subjects and not roots:
        graph.graph["warnings"] = [
            f"{name}: the bill does not say what its subject {subjects[0].name or subjects[0].ref!r} needs: "
            "there is no entry of it in the dependency section"
        ]
    return graph


def _subjects(bill: Record, name: str) -> list[Element]:
    """Return what the bill is about, and what is nested in it."""
    about = mapping(bill.get("metadata"), f"{name}: metadata").get("component")
    return [] if about is None else list(_elements([about], f"{name}: metadata.component"))


def _as_listed(subject: Element, listed: Mapping[str, Element], refs: Collection[str]) -> Element:
    """Return what the bill is about as it is listed, where only that is in the dependency section."""
    return subject if subject.ref in refs else next((e for e in listed.values() if _alike(e, subject)), subject)


def _alike(one: Element, other: Element) -> bool:
    """Tell whether two elements have the same name and version, so that a bill lists one of them twice."""
    return all(getattr(one, key) == getattr(other, key) for key in ("name", "group", "version", "purl"))


def _relations(bill: Record, name: str) -> tuple[list[Relation], dict[str, bool]]:
    """Return who depends on whom, and every reference in the dependency section: whether it has an entry there."""
    relations: list[Relation] = []
    refs: dict[str, bool] = {}
    for where, record in mappings(bill.get("dependencies"), f"{name}: dependencies"):
        ref = text_in(record, "ref")
        needed = record.get("dependsOn") or []
        if not ref or not isinstance(needed, list) or not all(isinstance(one, str) and one for one in needed):
            raise FormatError(f"{where} is no ref with a list of refs in dependsOn")
        refs[ref] = True
        for one in needed:
            refs.setdefault(one, False)
        relations.extend(Relation(ref, one) for one in needed)
    return relations, refs


def _elements(value: Any, where: str) -> Iterator[Element]:
    """Yield the elements of a list and those nested in them."""
    waiting = [(value, where)]
    while waiting:
        value, where = waiting.pop()
        for place, record in mappings(value, where):
            yield _element(record, place)
            waiting.extend((record[section], f"{place}.{section}") for section in LISTS if section in record)


def _element(record: Record, where: str) -> Element:
    name, version, purl = text_in(record, "name"), text_in(record, "version"), text_in(record, "purl")
    ref = text_in(record, "bom-ref") or purl or (f"{name}@{version}" if version else name)
    if not ref:
        raise FormatError(f"{where} has neither bom-ref nor purl nor name")
    return Element(
        ref=ref,
        name=name,
        group=text_in(record, "group"),
        version=version,
        licence=_licence(record.get("licenses"), where),
        purl=purl,
        type=text_in(record, "type"),
        scope=text_in(record, "scope"),
    )


def _licence(value: Any, where: str) -> str:
    names: list[str] = []
    for place, choice in mappings(value, f"{where}.licenses"):
        licence = mapping(choice.get("license"), f"{place}.license")
        names.append(text_in(choice, "expression") or text_in(licence, "id") or text_in(licence, "name"))
    return ", ".join(filter(None, names))


# -- XML, brought into the shape of the JSON


def _bill_in_xml(bom: ElementTree.Element, name: str) -> Record:
    if bom.tag != "bom":
        raise FormatError(f"{name}: no CycloneDX bill of materials: its first element is {bom.tag}")
    bill: Record = {title: [_record(one) for one in _nested(bom.find(title), one)] for title, one in LISTS.items()}
    subjects = [_record(one) for one in _nested(bom.find("metadata"), "component")]
    if subjects:
        bill["metadata"] = {"component": subjects[0] | {"components": subjects[1:]}}
    bill["dependencies"] = [
        {"ref": one.get("ref"), "dependsOn": [needed.get("ref") for needed in one.findall("dependency")]}
        for one in bom.findall("dependencies/dependency")
    ]
    return bill


def _nested(holder: ElementTree.Element | None, tag: str) -> Iterator[ElementTree.Element]:
    waiting = [holder]
    while waiting:
        for element in _children(waiting.pop(), tag):
            yield element
            waiting.append(element.find(f"{tag}s"))


def _children(holder: ElementTree.Element | None, tag: str) -> Iterable[ElementTree.Element]:
    return [] if holder is None else holder.findall(tag)


def _record(element: ElementTree.Element) -> Record:
    texts = {child.tag: (child.text or "").strip() for child in reversed(element) if not len(child)}
    licences = [
        {"expression": (one.text or "").strip()}
        if one.tag == "expression"
        else {"license": {child.tag: (child.text or "").strip() for child in one}}
        for one in element.findall("licenses/*")
    ]
    texts.pop("licenses", None)
    return texts | dict(element.attrib) | {"licenses": licences}
