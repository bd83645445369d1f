"""Protocol buffers as they are written: which bytes are pprof's profile, and where its fields are.

It loads nothing, as every file that may be a profile is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

__all__ = ["Field", "fields", "is_pprof"]

VARINT, BYTES = 0, 2
#: The fields of a profile that is written, by number, each with how its value may be written.
PROFILE: Mapping[int, tuple[int, ...]] = {
    **dict.fromkeys((1, 2, 3, 4, 5, 6, 11), (BYTES,)),
    **dict.fromkeys((7, 8, 9, 10, 12, 14, 15), (VARINT,)),
    13: (VARINT, BYTES),
}
#: Of what is measured the name and the unit: their numbers in the table of texts.
SAMPLE_TYPE = 1
TYPE_AND_UNIT = {1: (VARINT,), 2: (VARINT,)}
#: The types of what is measured stand among so many fields.
FIRST_FIELDS = 40
#: A number takes no more bytes.
LONGEST = 10


class Field(NamedTuple):
    """A field: its number, and where its value starts and stops."""

    number: int
    start: int
    stop: int


def fields(data: bytes, known: Mapping[int, tuple[int, ...]] = PROFILE) -> Iterator[Field]:
    r"""Yield the fields of a message one after another, up to the first that is unknown, broken or cut off.

    Examples
    --------
    >>> list(fields(b"\x0a\x02\x08\x01\x60\x05\x12\x7f"))
    [Field(number=1, start=2, stop=4), Field(number=12, start=5, stop=6)]
    """
    place = 0
    while field := _field(data, place, known):
        yield field
        place = field.stop


def _field(data: bytes, place: int, known: Mapping[int, tuple[int, ...]]) -> Field | None:
    """Return the field at a place; None where none is whole."""
    key, start = _number(data, place)
    if key & 7 not in known.get(key >> 3, ()):
        return None
    value, stop = _number(data, start)
    if key & 7 == BYTES:
        start, stop = stop, stop + value
    return Field(key >> 3, start, stop) if stop <= len(data) else None


def _number(data: bytes, place: int) -> tuple[int, int]:
    """Return the number at a place, and the place behind it; where none is whole that is behind the data."""
    value = 0
    for shift, byte in enumerate(data[place : place + LONGEST]):
        value |= (byte & 127) << 7 * shift
        if byte < 128:
            return value, place + shift + 1
    return value, len(data) + 1


def is_pprof(head: bytes) -> bool:
    r"""Tell whether this is the outline of a profile of pprof's: the types of what is measured are among its fields.

    Examples
    --------
    >>> is_pprof(b"\x0a\x04\x08\x01\x10\x02\x12\x7f"), is_pprof(b"\na line of text")
    (True, False)
    """
    return _has_types(head) or _has_types(_as_they_were(head))


def _has_types(data: bytes) -> bool:
    first = islice(fields(data), FIRST_FIELDS)
    return any(_is_type(data[field.start : field.stop]) for field in first if field.number == SAMPLE_TYPE)


def _is_type(message: bytes) -> bool:
    return len(message) > 0 and max((field.stop for field in fields(message, TYPE_AND_UNIT)), default=0) == len(message)


def _as_they_were(head: bytes) -> bytes:
    """Return bytes that an outline, which is UTF-8, has as Latin-1; nothing where it has others."""
    try:
        return head.decode("utf-8").encode("latin-1")
    except UnicodeError:
        return b""
