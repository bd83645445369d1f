"""What the marks of formats are looked for in: the top level of a whole JSON document, an XML document from its root.

A tool may write what tells its format after megabytes of other things, and any text may stand somewhere within. So of
JSON the outline has the top level alone, however long the document: each member begins a line, and no other line
begins with a quote.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from graphdiff.io.source import text_of

__all__ = ["HEAD_BYTES", "outline", "root_element"]

#: So much of a file is looked at where it is neither JSON nor XML.
HEAD_BYTES = 1 << 16
#: Of a value so many bytes are kept, while the outline is below `HEAD_BYTES`; after it, so many.
VALUE_BYTES, LATER_BYTES = 1 << 15, 1 << 8
#: An outline is no longer: an object of many thousand names is an object of nodes, and no tool's document.
MOST_BYTES = 1 << 18

TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
#: Between values; comments are no JSON, but what has them is to be known for what it is.
GAP = rb"(?:[\s,]++|//[^\n]*+|/\*.*?\*/)*+"
OBJECT = re.compile(GAP + rb"(\[" + GAP + rb")?\{(?=" + GAP + rb"(?:" + TEXT + rb"\s*+:|\}))", re.DOTALL)
MEMBER = re.compile(GAP + rb"(" + TEXT + rb")\s*+:\s*+", re.DOTALL)
SCALAR = re.compile(TEXT + rb"|[^,}\]\n]*+", re.DOTALL)
FLAT = rb'(?:[^"{}\[\]]++|' + TEXT + rb")*+"
FLAT_VALUE = re.compile(rb"\{" + FLAT + rb"\}|\[" + FLAT + rb"\]", re.DOTALL)
#: Whole texts, and what is between them.
WHOLE = re.compile(rb'(?:[^"]++|' + TEXT + rb")*+", re.DOTALL)
#: Up to the next bracket that does not close at once.
TO_BRACKET = re.compile(
    rb'(?:[^"{}\[\]]++|' + TEXT + rb"|\{" + FLAT + rb"\}|\[" + FLAT + rb"\])*+([{}\[\]]?)", re.DOTALL
)
#: So many brackets are followed one by one; what is longer is searched by arrays.
FOLLOWED = 500
CHUNK = 1 << 22
ESCAPE = re.compile(rb"\\.", re.DOTALL)
STEPS = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}
QUOTE = 2
UNMARKED = bytes(set(range(256)) - set(b'"{}[]'))

XML_ROOT = re.compile(rb"(?:<!DOCTYPE[^>\[]*+(?:\[.*?\]\s*+)?>|<!--.*?-->|\s++)*+<([A-Za-z_][\w.:-]*+)", re.DOTALL)
XML_PROLOG = re.compile(rb"(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)


def outline(data: bytes) -> bytes:
    r"""Return what is looked at to tell a file's format, in UTF-8 without a byte-order mark.

    Of a JSON object, or a list of objects, that is each member of the (first) object on a line of its own, with the
    start of its value; of XML 64 KiB from the root element on; of everything else the first 64 KiB.

    Parameters
    ----------
    data : bytes
        The decompressed file, whole.

    Examples
    --------
    >>> print(outline(b'{"components":[{"bomFormat":"no"}],\n "bomFormat":\t"CycloneDX"}').decode())
    {
    "components": [{"bomFormat":"no"}]
    "bomFormat": "CycloneDX"
    }
    >>> outline(b"<?xml version='1.0'?><!-- by hand --><bom/>"), outline(b"a b\nb c")
    (b'<bom/>', b'a b\nb c')
    """
    in_utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    content = text_of(data).encode("utf-8", "replace") if in_utf_16 else data.removeprefix(codecs.BOM_UTF8)
    if first := OBJECT.match(content):
        lines = _within(b"[{" if first[1] else b"{", _members(content, first.end()))
        shown = b"\n".join(lines)
    elif content[:HEAD_BYTES].lstrip()[:1] == b"<":
        start = XML_PROLOG.match(content)
        place = start.end() if start else 0
        shown = content[place : place + HEAD_BYTES]
    else:
        shown = content[:HEAD_BYTES]
    return text_of(shown).encode("utf-8", "replace")


def root_element(look: bytes) -> str:
    """Return the name of an XML document's first element, by its outline; nothing where it is no XML.

    Examples
    --------
    >>> root_element(b"<!DOCTYPE x><x/>"), root_element(b"a < b")
    ('x', '')
    """
    match = XML_ROOT.match(look)
    return match[1].decode() if match else ""


def _within(opening: bytes, members: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the lines of an outline up to its greatest length."""
    length = len(opening)
    yield opening
    for member in members:
        whole = WHOLE.match(member[: VALUE_BYTES if length < HEAD_BYTES else LATER_BYTES])
        kept = whole[0].replace(b"\n", b" ") if whole else b""
        length += len(kept) + 1
        if length > MOST_BYTES:
            return
        yield kept
    yield b"}"


def _members(content: bytes, place: int) -> Iterator[bytes]:
    """Yield the members of an object, each as its name and the start of its value; as far as it is JSON."""
    while member := MEMBER.match(content, place):
        start = member.end()
        if content[start : start + 1] in (b"{", b"["):
            place = _closed(content, start)
        else:
            scalar = SCALAR.match(content, start)
            place = scalar.end() if scalar else start
        yield member[1] + b": " + content[start : min(place, start + VALUE_BYTES)]


def _closed(content: bytes, place: int) -> int:
    """Return the place behind the bracket that closes the one at a place; the end where none does."""
    if flat := FLAT_VALUE.match(content, place):
        return flat.end()
    depth, place = 1, place + 1
    for _ in range(FOLLOWED):
        match = TO_BRACKET.match(content, place)
        if not match or not match[1]:
            return len(content)
        place = match.end()
        depth += STEPS[match[1]]
        if depth == 0:
            return place
    return _closed_far(content, place, depth)


def _closed_far(content: bytes, place: int, depth: int) -> int:
    """Return the place where the depth is 0, found by arrays: in a fourth of the time that parsing takes."""
    import numpy as np  # here, so that telling a small file's format does not load it

    kind_of = np.zeros(256, dtype=np.int8)
    kind_of[[bracket[0] for bracket in STEPS]] = list(STEPS.values())
    kind_of[ord('"')] = QUOTE
    within = 0
    while place < len(content):
        chunk = content[place : place + CHUNK]
        if b"\\" in chunk:
            chunk = ESCAPE.sub(b"__", chunk)
            chunk = chunk.removesuffix(b"\\") or chunk  # the other half of an escape is in the next
        kinds = kind_of[np.frombuffer(chunk.translate(None, UNMARKED), dtype=np.uint8)]
        quotes = kinds == QUOTE
        inside = (np.cumsum(quotes, dtype=np.int64) + within) & 1
        kinds[quotes | (inside == 1)] = 0
        depths = np.cumsum(kinds, dtype=np.int64) + depth
        closing = np.flatnonzero(depths == 0)
        if len(closing):
            marks = np.flatnonzero(kind_of[np.frombuffer(chunk, dtype=np.uint8)])
            return place + int(marks[closing[0]]) + 1
        if len(kinds):
            within, depth = int(inside[-1]), int(depths[-1])
        place += len(chunk)
    return len(content)
