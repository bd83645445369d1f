"""Each room says at its door what comes in, what goes out and who calls it, and names only what is there."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

import graphdiff

PACKAGE = Path(graphdiff.__file__).parent
ROOMS = sorted(path.parent for path in PACKAGE.rglob("*/__init__.py"))
of_each_room = pytest.mark.parametrize("room", ROOMS, ids=[str(room.relative_to(PACKAGE)) for room in ROOMS])


def text_at_the_door(room: Path) -> str:
    return ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8"))) or ""


def modules_in(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}


@pytest.mark.parametrize("room", [room for room in ROOMS if room.parent == PACKAGE], ids=lambda room: room.name)
def test_a_room_says_what_comes_in_and_what_goes_out(room: Path) -> None:
    assert re.search(r"\bIn come", text_at_the_door(room))
    assert re.search(r"\bout go", text_at_the_door(room))


@of_each_room
def test_what_a_room_names_is_there(room: Path) -> None:
    words = set(re.findall(r"(?<!`)`([a-z_]+)`(?!`)", text_at_the_door(room)))
    functions = set(re.findall(r"^def (\w+)", (room / "__init__.py").read_text(encoding="utf-8"), re.MULTILINE))
    assert words <= modules_in(room) | modules_in(room.parent) | functions | set(graphdiff.__all__)


def test_scripts_import_what_is_there() -> None:
    root = PACKAGE.parent
    for script in [path for folder in ("benchmarks", "data", "examples") for path in (root / folder).glob("*.py")]:
        for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("graphdiff."):
                module = importlib.import_module(node.module or "")
                assert all(hasattr(module, name.name) for name in node.names), f"{script.name}: {node.module}"
