"""What Python's marshal writes of a saved profile, read within limits: nothing is constructed but texts and numbers.

Python's own ``marshal`` is for files that one trusts: sixteen bytes crash the interpreter. Here a text is a text or an
error, and what is read is never larger than a small multiple of the file. A code object, by which ``profile`` names the
script it ran, is read over.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from graphdiff.errors import FormatError

__all__ = ["Code", "Pairs", "unmarshalled"]

#: Set in a kind's byte where the value may be referred to later, by its number in the order of the file.
REFERABLE = 0x80
#: Values lie in so many tuples, dicts and codes at most: a profile in four, the functions in a script's code in more.
DEEPEST = 40
#: Of an int so many digits of 15 bits: no count of calls has more than 64 bits.
MOST_DIGITS = 5

BYTE, INT, LONG, DIGIT, DOUBLE = (struct.Struct(code) for code in ("<B", "<i", "<q", "<H", "<d"))

#: What stands for a value that is not read to its end, and for one that may not be referred to.
UNFINISHED = object()
WITH_DICT = object()


class Code(NamedTuple):
    """What a code object is known by."""

    file: Any
    name: Any


class Pairs(list[tuple[Any, Any]]):
    """What a dict has in the file, in its order: keys are not hashed, so that any may stand there."""


def unmarshalled(data: bytes, name: str) -> Any:
    r"""Return the value that a marshalled file holds: of texts, numbers, truths, tuples and dicts.

    Raises
    ------
    FormatError
        It is cut off or broken, or there is something else in it; the byte is named.

    References
    ----------
    .. [1] https://docs.python.org/3/library/marshal.html
    .. [2] Python/marshal.c of CPython, the versions 0 to 5 of the format.

    Examples
    --------
    >>> unmarshalled(b"{(\x02\x00\x00\x00\xda\x01ar\x00\x00\x00\x00i\x07\x00\x00\x000", "run.prof")
    [(('a', 'a'), 7)]
    """
    file = _File(data, name)
    try:
        value = file.value(0)
    except (IndexError, struct.error):
        raise FormatError(
            f"{name}: it ends at byte {len(data):,} in the middle of a value: the file is cut off"
        ) from None
    if file.place < len(data):
        raise file.broken("something behind the profile's end", file.place)
    return value


class _File:
    """Where in the file the next value is, and what was read that others may refer to."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        self.place = 0
        self.referable: list[Any] = []
        self.interned: list[str] = []

    def broken(self, what: str, place: int) -> FormatError:
        """Return the error that says what is wrong at a byte."""
        return FormatError(f"{self.name}, byte {place:,}: {what}")

    def value(self, depth: int) -> Any:
        """Return the next value, which lies in so many tuples and dicts."""
        kind = self.data[self.place]
        self.place += 1
        read = READ.get(kind & ~REFERABLE)
        if read is None:
            raise self.broken(f"a value of kind {chr(kind & ~REFERABLE)!r}, which no profile has", self.place - 1)
        if not kind & REFERABLE:
            return read(self, depth)
        number = len(self.referable)
        self.referable.append(UNFINISHED)
        value = read(self, depth)
        self.referable[number] = WITH_DICT if _has_dict(value) else value
        return value

    def number(self, kind: struct.Struct) -> Any:
        """Return a number of a fixed size."""
        (value,) = kind.unpack_from(self.data, self.place)
        self.place += kind.size
        return value

    def size(self, kind: struct.Struct) -> int:
        """Return how many bytes or values follow, which are there."""
        size: int = self.number(kind)
        if not 0 <= size <= len(self.data) - self.place:
            left = len(self.data) - self.place
            raise self.broken(
                f"a size of {size:,}, with {left:,} bytes left: the file is cut off or broken", self.place
            )
        return size

    def taken(self, size: struct.Struct) -> bytes:
        """Return the bytes of a text."""
        length = self.size(size)
        start = self.place
        self.place += length
        return self.data[start : self.place]

    def deeper(self, depth: int) -> int:
        """Return the depth of what lies in a tuple or dict."""
        if depth >= DEEPEST:
            raise self.broken(f"values nested more than {DEEPEST} deep", self.place)
        return depth + 1


def _text(file: _File, size: struct.Struct, encoding: str) -> str:
    start = file.place
    try:
        return file.taken(size).decode(encoding, "surrogatepass")  # as marshal writes what a file's name may have
    except UnicodeDecodeError as error:
        raise file.broken(f"a text that is not in {encoding}: {error.reason}", start) from None


def _bytes(file: _File, _: int) -> str:
    """Return what is a str of Python 2, which has no encoding."""
    content = file.taken(INT)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _interned(file: _File, _: int) -> str:
    text = _text(file, INT, "utf-8")
    file.interned.append(text)
    return text


def _reference(numbered: list[Any], file: _File) -> Any:
    start = file.place
    number = file.number(INT)
    if not 0 <= number < len(numbered) or numbered[number] is UNFINISHED:
        raise file.broken(f"a reference to value {number:,}, which is not before it", start)
    value = numbered[number]
    if value is WITH_DICT:
        raise file.broken("a reference to a dict, which no profile has", start)
    return value


def _has_dict(value: object) -> bool:
    """Tell whether many small references to a value would make an endless profile: a dict, or a function's values."""
    return isinstance(value, tuple | Pairs) and any(isinstance(each, Pairs) and each for each in (value, *value))


def _large(file: _File, _: int) -> int:
    start = file.place
    digits = file.number(INT)
    if not 0 < abs(digits) <= MOST_DIGITS:
        raise file.broken(f"an int of {digits:,} digits of 15 bits, which no profile has", start)
    value: int = sum(file.number(DIGIT) << 15 * place for place in range(abs(digits)))
    return value if digits > 0 else -value


def _written(file: _File, _: int) -> float:
    """Return a float that is written as a text."""
    start = file.place
    try:
        return float(file.taken(BYTE))
    except ValueError:
        raise file.broken("a float that is none", start) from None


def _tuple(file: _File, size: struct.Struct, depth: int) -> tuple[Any, ...]:
    return tuple(_several(file, file.size(size), depth))


def _dict(file: _File, depth: int) -> Pairs:
    within = file.deeper(depth)
    return Pairs(_pairs(file, within))


def _pairs(file: _File, depth: int) -> Iterator[tuple[Any, Any]]:
    while file.data[file.place] != END_OF_DICT:
        yield file.value(depth), file.value(depth)
    file.place += 1


def _several(file: _File, count: int, depth: int) -> list[Any]:
    within = file.deeper(depth)
    return [file.value(within) for _ in range(count)]


def _complex(file: _File, _: int) -> complex:
    return complex(file.number(DOUBLE), file.number(DOUBLE))


def _code(file: _File, depth: int) -> Code:
    """Read over a code object: its first bytes are as many numbers as its version of Python has."""
    start = file.place
    file.place += INT.size * next((count for count in (4, 5, 6) if _has_bytes(file, start + INT.size * count)), 0)
    if file.place == start:
        raise file.broken("code of a version of Python that is not known", start)
    *_, kinds = _several(file, 5, depth)
    # Since 3.11 the fifth are kinds of variables, before a sixth tuple of names; then, a qualified name.
    _, file_name, name = _several(file, 3, depth) if isinstance(kinds, tuple) else [None, *_several(file, 3, depth)[:2]]
    file.number(INT)  # the line
    _several(file, 1 if isinstance(kinds, tuple) else 2, depth)
    return Code(file_name, name)


def _has_bytes(file: _File, place: int) -> bool:
    return (
        file.data[place] & ~REFERABLE == ord("s")
        and 0 <= INT.unpack_from(file.data, place + 1)[0] <= len(file.data) - place
    )


def _nothing(file: _File, _: int) -> None:
    return None


END_OF_DICT = ord("0")

#: By the kind's letter: how a value is read.
READ: dict[int, Callable[[_File, int], Any]] = {
    ord("T"): lambda file, depth: True,
    ord("F"): lambda file, depth: False,
    ord("i"): lambda file, depth: file.number(INT),
    ord("I"): lambda file, depth: file.number(LONG),
    ord("l"): _large,
    ord("g"): lambda file, depth: file.number(DOUBLE),
    ord("f"): _written,
    ord("s"): _bytes,
    ord("t"): _interned,
    ord("u"): lambda file, depth: _text(file, INT, "utf-8"),
    ord("a"): lambda file, depth: _text(file, INT, "ascii"),
    ord("A"): lambda file, depth: _text(file, INT, "ascii"),
    ord("z"): lambda file, depth: _text(file, BYTE, "ascii"),
    ord("Z"): lambda file, depth: _text(file, BYTE, "ascii"),
    ord("R"): lambda file, depth: _reference(file.interned, file),
    ord("r"): lambda file, depth: _reference(file.referable, file),
    ord("("): lambda file, depth: _tuple(file, INT, depth),
    ord(")"): lambda file, depth: _tuple(file, BYTE, depth),
    ord("{"): _dict,
    # In code alone.
    **dict.fromkeys(b"N.S", _nothing),
    **dict.fromkeys(b"[<>", lambda file, depth: _tuple(file, INT, depth)),
    ord(":"): lambda file, depth: tuple(_several(file, 3, depth)),
    ord("y"): _complex,
    ord("c"): _code,
}
