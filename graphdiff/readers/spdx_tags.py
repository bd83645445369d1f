"""SPDX 2.2 and 2.3 in tag-value form, brought into the shape of their JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphdiff.errors import FormatError
from graphdiff.readers.documents import Record
from graphdiff.readers.source import text_of

__all__ = ["document_of_tags"]

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
            part, called = BEGINNINGS[tag]
            current = {called: value}
            document[part].append(current)
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
