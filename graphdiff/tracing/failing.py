"""What a program that is traced fails with, where it fails because numbers are traced: one line with the source line.

A library that was given a traced number may not know what to do with it, and says so in its own words, or catches what
was refused and goes on with another number. What a program raises itself, and what has nothing to do with traced
numbers, comes through as it is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Protocol

import numpy as np

from graphdiff.errors import GraphdiffError, TraceError
from graphdiff.tracing.places import Place, is_raised, place_at, users_frame
from graphdiff.tracing.scalars import Traced

__all__ = ["failing"]

#: How Python and libraries call a traced number, which is no word of the user's.
_TRACED = re.compile(
    r"<class '[\w.]*\b(Traced(?:Array)?|ArrayBox)'>|['\"]?\b[\w.]*\b(Traced(?:Array)?|ArrayBox)\b['\"]?(?: object)?"
)
CALLED = {"Traced": "a traced number", "TracedArray": "an array of traced numbers", "ArrayBox": "a traced array"}
#: What Python's own operations raise of things that they do not know.
_OF_KINDS = (TypeError, AttributeError, NotImplementedError)


class Refusing(Protocol):
    """What notes that something was refused, which a library may have caught."""

    refused: TraceError | None


@contextmanager
def failing(tape: Refusing, kind: type = Traced) -> Iterator[None]:
    """Within, have a program fail in one line; also where it went on after what was refused.

    Parameters
    ----------
    tape : Refusing
        What has noted that something was refused.
    kind : type
        That of traced numbers, or arrays.

    Raises
    ------
    TraceError
        With the source line.
    """
    try:
        yield
    except GraphdiffError as error:
        if tape.refused is not None and tape.refused is not error:
            raise tape.refused from error
        raise
    except Exception as error:  # whatever a library raises of numbers that it does not know
        if tape.refused is not None:
            raise tape.refused from error
        told = _told(error, kind)
        if told is None:
            raise
        raise told from error
    if tape.refused is not None:
        raise tape.refused


def _told(error: Exception, kind: type) -> TraceError | None:
    """Return the error as one of ours; None where it is the program's own."""
    frame_and_place = users_frame(error)
    if frame_and_place is None:
        return None
    frame, instruction, within = frame_and_place
    place = place_at(frame.f_code, instruction)
    if not within:
        return _of_an_operation(error, frame, instruction, place)
    library = within[0].f_globals.get("__name__", "").partition(".")[0]
    asked = [*within, *([frame] if isinstance(error, _OF_KINDS) else [])]
    if not any(_holds_traced(one.f_locals.values(), kind) for one in asked):
        is_its_own = type(error).__module__.partition(".")[0] == library and library not in sys.stdlib_module_names
        return TraceError(f"{place}: {library}: {_in_a_line(error)}", line=place.line) if is_its_own else None
    if library == "graphdiff":
        return TraceError(f"{place}: {_in_a_line(error)}", line=place.line)
    name = within[0].f_code.co_name
    called = name if name.isidentifier() and not name.startswith("_") else "it"
    return TraceError(
        f"{place}: {library or 'a library'} cannot take traced numbers ({_in_a_line(error)}): write out what "
        f"{called} does, or give rules={{name: (function, partial, …)}}",
        line=place.line,
    )


def _of_an_operation(error: Exception, frame: FrameType, instruction: int, place: Place) -> TraceError | None:
    if is_raised(frame, instruction) or not isinstance(error, _OF_KINDS):
        return None
    return TraceError(f"{place}: {_in_a_line(error)}", line=place.line)


def _in_a_line(error: Exception) -> str:
    first = next(iter(str(error).strip().splitlines()), "")
    text = _TRACED.sub(lambda match: CALLED[match[1] or match[2]], first)
    return f"{type(error).__name__}: {text}"


def _holds_traced(values: Iterable[Any], kind: type) -> bool:
    return any(
        type(one) is kind
        or (isinstance(one, np.ndarray) and one.dtype == object)
        or (type(one) in (list, tuple) and _holds_traced(one, kind))
        for one in values
    )
