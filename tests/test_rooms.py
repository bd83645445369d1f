"""Each room says at its door what comes in, what goes out and who calls it, and names only what is there."""

from __future__ import annotations

import ast
import importlib
import re
from collections import defaultdict
from pathlib import Path

import pytest

import graphdiff

ROOT, PACKAGE = Path(__file__).resolve().parents[1], Path(graphdiff.__file__).parent
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


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def syntax_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_what_a_module_names_is_there() -> None:
    """A module that was made of several, or moved, speaks of none that is gone."""
    there = {path.stem for path in modules()} | {room.name for room in ROOMS} | set(graphdiff.__all__)
    for path in modules():
        for node in syntax_of(path).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                there.add(node.name)
            elif isinstance(node, (ast.Assign, ast.AnnAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                there |= {target.id for target in targets if isinstance(target, ast.Name)}
    for path in modules():
        said = re.findall(r"(?<!`)`(?:graphdiff\.)?([a-z_A-Z]{2,})`(?!`)", ast.get_docstring(syntax_of(path)) or "")
        assert set(said) <= there, path


def functions_of(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(syntax_of(path)) if isinstance(node, ast.FunctionDef)]


def test_parameters_that_a_docstring_explains_are_those_of_the_function() -> None:
    for path in modules():
        for function in functions_of(path):
            given = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
            section = re.search(
                r"Parameters\n-+\n(.*?)(?:\n\n\w+\n---|\Z)", ast.get_docstring(function) or "", re.DOTALL
            )
            lines = re.findall(r"^(?:\*{0,2}\w+(?:, )?)+(?= :|$)", section[1], re.MULTILINE) if section else []
            assert set(re.findall(r"\w+", " ".join(lines))) <= given, f"{path}: {function.name}"


def test_no_two_functions_have_one_body() -> None:
    """Of modules; whatever their arguments and docstrings say."""
    where = defaultdict(list)
    for path in modules():
        for node in syntax_of(path).body:
            if isinstance(node, ast.FunctionDef):
                body = node.body[ast.get_docstring(node) is not None :]
                text = "\n".join(map(ast.unparse, body))
                for number, argument in enumerate([*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]):
                    text = re.sub(rf"\b{argument.arg}\b", f"<{number}>", text)
                where[text].append(f"{path.relative_to(PACKAGE)}: {node.name}")
    assert [twins for text, twins in where.items() if len(twins) > 1 and len(text) > 60] == []


def test_the_folders_of_the_tests_are_rooms() -> None:
    folders = {path.parent.name for path in Path(__file__).parent.glob("*/test_*.py")}
    assert folders <= {room.name for room in ROOMS if room.parent == PACKAGE}


def test_files_that_contributing_names_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?!\.\./)(?:[\w.*]+/)+[\w.*]*)`", text):
        assert any((folder / name).exists() for folder in (PACKAGE, PACKAGE.parent, ROOT)), name


def test_scripts_import_what_is_there() -> None:
    folders = ("benchmarks", "data", "examples")
    scripts = [path for folder in folders for path in (ROOT / folder).glob("*.py")]
    assert scripts
    for script in scripts:
        for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("graphdiff."):
                module = importlib.import_module(node.module or "")
                assert all(hasattr(module, name.name) for name in node.names), f"{script.name}: {node.module}"
