"""The inputs that are kept: small ones that go a way of their own through a parser, in a text file a parser.

A line is an input, as a text of JSON whose letters are its bytes. All are made from the seeds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from graphdiff.errors import GraphdiffError

__all__ = ["FOLDER", "chosen", "keep", "kept"]

FOLDER = Path(__file__).with_name("kept")
#: The largest input that is kept, and all of a parser together, bytes; how many are looked at.
LARGEST, TOGETHER, LOOKED_AT = 900, 1_500, 150
#: What is looked at: the code that parses.
WATCHED = str(Path(__file__).parents[1] / "graphdiff")


def kept(name: str) -> list[bytes]:
    """Return the inputs of a parser."""
    path = FOLDER / f"{name}.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line).encode("latin-1") for line in lines]


def keep(name: str, inputs: Iterable[bytes]) -> None:
    """Keep these inputs of a parser, and no others."""
    FOLDER.mkdir(exist_ok=True)
    lines = sorted({json.dumps(data.decode("latin-1")) for data in inputs})
    (FOLDER / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def chosen(parse: Any, inputs: Iterable[bytes]) -> Iterator[bytes]:
    """Yield, of the smallest inputs first, each that reaches a line that none before it has reached, up to a size."""
    seen: set[tuple[str, int]] = set()
    size = 0
    small = sorted((data for data in inputs if len(data) <= LARGEST), key=lambda data: (len(data), data))
    for data in small[:LOOKED_AT]:
        lines = reached(parse, data)
        if lines - seen and size + len(data) <= TOGETHER:
            seen |= lines
            size += len(data)
            yield data


def reached(parse: Any, data: bytes) -> set[tuple[str, int]]:
    """Return the lines of graphdiff that parsing an input reaches, as files and numbers."""
    lines: set[tuple[str, int]] = set()

    def inside(frame: FrameType, event: str, argument: Any) -> Any:
        lines.add((frame.f_code.co_filename, frame.f_lineno))
        return inside

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        return inside if frame.f_code.co_filename.startswith(WATCHED) else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        parse(data)
    except GraphdiffError:
        pass
    finally:
        sys.settrace(before)
    return lines
