"""The inputs that are kept: those that went a way of their own through a parser, small ones, in a text file a parser.

A line is an input, as a text of JSON whose letters are its bytes. All are made from the seeds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

__all__ = ["FOLDER", "keep", "kept"]

FOLDER = Path(__file__).with_name("kept")


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
