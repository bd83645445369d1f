"""Where an operation stands in the source: its line, and the variable that its result is stored to.

A frame knows which instruction it is at; the one behind it says, if it stores, under which name. Each code object is
looked through once.
"""

from __future__ import annotations

import dis
import inspect
import os
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any, NamedTuple

import numpy as np

#: Frames in these folders are not the user's: what they compute belongs to the line that called them.
LIBRARIES = (
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
    os.path.dirname(os.path.abspath(np.__file__)),
    sysconfig.get_path("stdlib"),
)
#: Folders of this name hold libraries wherever they are.
INSTALLED = tuple(f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages"))


class Place(NamedTuple):
    """A place in the source; `name` is the variable that is stored to, `text` the expression as written."""

    name: str | None
    line: int | None
    file: str | None = None
    column: int | None = None
    text: str | None = None

    def __str__(self) -> str:
        if self.line is None:
            return "in a library"
        column = "" if self.column is None else f", column {self.column}"
        return f"line {self.line}{column}{f' of {self.file}' if self.file else ''}"


NOWHERE = Place(None, None)

# The code object is kept beside its places, so that no other can have its id.
_KNOWN: dict[int, tuple[CodeType, dict[int, Place] | None]] = {}
# Files of functions that are being traced: the user's, in whatever folder they are.
_FOLLOWED: set[str] = set()


@contextmanager
def following(function: Any) -> Iterator[None]:
    """Within, take the file of a function that is traced for one of the user's, also where it is a library's."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None or not is_library(code.co_filename):
        yield
        return
    _FOLLOWED.add(code.co_filename)
    _forget(code.co_filename)
    try:
        yield
    finally:
        _FOLLOWED.discard(code.co_filename)
        _forget(code.co_filename)


def _forget(file: str) -> None:
    for key in [key for key, (code, _) in list(_KNOWN.items()) if code.co_filename == file]:
        _KNOWN.pop(key, None)


def is_library(file: str) -> bool:
    """Return whether a file is of Python, of an installed library or of graphdiff, and no traced function's.

    Examples
    --------
    >>> import statistics
    >>> is_library(statistics.__file__), is_library("model.py")
    (True, False)
    """
    path = os.path.abspath(file)
    return file not in _FOLLOWED and (path.startswith(LIBRARIES) or any(folder in path for folder in INSTALLED))


def users_frame(error: BaseException) -> tuple[FrameType, int, list[FrameType]] | None:
    """Return the user's innermost frame that an error came through, its instruction, and the libraries' within it."""
    last, within = None, list[FrameType]()
    trace = error.__traceback__
    while trace is not None:
        within.append(trace.tb_frame)
        if not is_library(trace.tb_frame.f_code.co_filename):
            last, within = (trace.tb_frame, trace.tb_lasti), []
        trace = trace.tb_next
    return None if last is None else (*last, within)


def is_raised(frame: FrameType, instruction: int) -> bool:
    """Tell whether an instruction of a frame raises, so that an error is the program's own."""
    return any(
        one.offset == instruction and one.opname in ("RAISE_VARARGS", "RERAISE")
        for one in dis.get_instructions(frame.f_code)
    )


def place_of(frame: FrameType | None) -> Place:
    """Return the place of the innermost frame that is the user's."""
    while frame is not None:
        code = frame.f_code
        known = _KNOWN.get(id(code)) or _look_through(code)
        if known[1] is not None:
            return known[1].get(frame.f_lasti, NOWHERE)
        frame = frame.f_back
    return NOWHERE


def place_at(code: CodeType, instruction: int) -> Place:
    """Return the place of an instruction of the user's code."""
    return _places(code).get(instruction, NOWHERE)


def _look_through(code: CodeType) -> tuple[CodeType, dict[int, Place] | None]:
    _KNOWN[id(code)] = known = (code, None if is_library(code.co_filename) else _places(code))
    return known


def _places(code: CodeType) -> dict[int, Place]:
    instructions = list(dis.get_instructions(code))
    following = [*map(_stored_name, instructions[1:]), None]
    ends = [*(one.offset for one in instructions[1:]), len(code.co_code)]
    places: dict[int, Place] = {}
    for one, name, end in zip(instructions, following, ends, strict=True):
        place = Place(name, one.positions.lineno if one.positions else None, code.co_filename)
        # While a call runs, the frame may stand at the caches behind its instruction.
        places.update(dict.fromkeys(range(one.offset, end, 2), place))
    return places


def _stored_name(instruction: dis.Instruction) -> str | None:
    if not instruction.opname.startswith(("STORE_FAST", "STORE_NAME", "STORE_GLOBAL", "STORE_DEREF")):
        return None
    name = instruction.argval  # of two stores in one instruction, the first takes what was computed last
    return str(name[0] if isinstance(name, tuple) else name)
