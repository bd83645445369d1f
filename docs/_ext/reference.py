"""The reference, made at each build from what is there: a page a module of public names, a page a verb, all formats.

Nothing of it is kept in the repository: a docstring, the help of a verb and a format's row are each written once.
"""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from sphinx.application import Sphinx

import graphdiff
from graphdiff.cli import VERBS
from graphdiff.cli import graphdiff as command
from graphdiff.cli.format_options import spelled
from graphdiff.io import listing

#: What people ask, in the order in which they ask it, and the rooms that answer: the headings of the API.
SUBJECTS = {
    "Files and pictures in and out": ("io", "pictures"),
    "A graph, compiled": ("graph",),
    "Totals and what flows": ("sums", "jacobians"),
    "Paths": ("paths",),
    "Why": ("why",),
    "What if": ("whatif",),
    "What changed": ("change",),
    "A graph apart from one total": ("structure", "sets"),
    "Profiles": ("profiles",),
    "Computations and networks": ("tracing", "operations"),
    "Past one machine's memory": ("engines", "kernels"),
}
WIDTH = 86


def heading(text: str, mark: str = "=") -> list[str]:
    return [text, mark * len(text), ""]


def literal(text: str) -> list[str]:
    return [".. code-block:: text", "", *(f"   {line}".rstrip() for line in text.splitlines()), ""]


def toctree(pages: list[str]) -> list[str]:
    return ["", ".. toctree::", "   :hidden:", "", *(f"   {page}" for page in pages), ""]


def first_line(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").partition("\n\n")[0].replace("\n", " ")


def homes() -> dict[str, list[str]]:
    """Return the public names by the module in which they live, those of one idea together."""
    found: dict[str, list[str]] = {}
    for name in sorted(graphdiff.__all__, key=str.lower):
        value = getattr(graphdiff, name)
        if not inspect.ismodule(value):
            found.setdefault(graphdiff._HOMES[name], []).append(name)
    return found


def directive(name: str, value: Any) -> list[str]:
    """Return the directive that documents a public name; of an instance its class says what it is."""
    if inspect.isclass(value):
        return [f".. autoclass:: {name}", "   :members:", "   :inherited-members: dict, tuple, object, Mapping", ""]
    return [f".. autofunction:: {name}", ""] if inspect.isroutine(value) else [f".. autodata:: {name}", ""]


def api(folder: Path) -> Iterator[str]:
    """Write a page for each module with public names, functions before classes; yield their index."""
    modules = homes()
    yield from heading("In Python")
    yield "Every public name, ``import graphdiff as gd``; a function stands with what it returns."
    yield ""
    for subject, rooms in SUBJECTS.items():
        own = [home for home in modules if home.partition(".")[0] in rooms]
        if not own:
            continue
        yield from heading(subject, "-")
        for home in own:
            names = sorted(modules.pop(home), key=lambda name: (name[0].isupper(), name))
            page = home.replace(".", "-")
            lines = [*heading(", ".join(names)), ".. currentmodule:: graphdiff", ""]
            for name in names:
                value = getattr(graphdiff, name)
                lines += directive(name, value)
                yield f"- :doc:`{name} <{folder.name}/{page}>`: {first_line(value)}"
            (folder / f"{page}.rst").write_text("\n".join(lines), encoding="utf-8")
        yield from toctree([f"{folder.name}/{home.replace('.', '-')}" for home in own])
    if modules:
        raise ValueError(f"no subject in docs/_ext/reference.py has the rooms of {sorted(modules)}")
    yield from namespaces(folder)


def namespaces(folder: Path) -> Iterator[str]:
    """Write a page for each public module that is a name of its own, such as `graphdiff.weights`."""
    names = [name for name in graphdiff.__all__ if inspect.ismodule(getattr(graphdiff, name))]
    yield from heading("Modules of names", "-")
    for name in names:
        module = getattr(graphdiff, name)
        lines = [*heading(f"graphdiff.{name}"), f".. automodule:: graphdiff.{name}", ""]
        lines += ["   .. currentmodule:: " + f"graphdiff.{name}", ""]
        for member in module.__all__:
            lines += directive(member, getattr(module, member))
        (folder / f"{name}.rst").write_text("\n".join(lines), encoding="utf-8")
        yield f"- :doc:`{name} <{folder.name}/{name}>`: {first_line(module)}"
    yield from toctree([f"{folder.name}/{name}" for name in names])


def commands(folder: Path) -> Iterator[str]:
    """Write a page for each verb, its help as it is printed; yield their index."""
    yield from heading("Help of each command")
    yield "What ``graphdiff --help`` and ``graphdiff VERB --help`` print."
    yield ""
    for verb in VERBS:
        with click.Context(verb, info_name=f"graphdiff {verb.name}", terminal_width=WIDTH) as context:
            lines = [*heading(f"graphdiff {verb.name}"), *literal(verb.get_help(context))]
        (folder / f"{verb.name}.rst").write_text("\n".join(lines), encoding="utf-8")
        yield f"- :doc:`{verb.name} <{folder.name}/{verb.name}>`: {verb.get_short_help_str(limit=200)}"
    yield from toctree([f"{folder.name}/{verb.name}" for verb in VERBS])
    with click.Context(command, info_name="graphdiff", terminal_width=WIDTH) as context:
        yield from heading("graphdiff", "-")
        yield from literal(command.get_help(context))


def formats(folder: Path) -> Iterator[str]:
    """Yield the page of all formats: a table, then what is known of each."""
    yield from heading("Each format in full")
    yield "What ``graphdiff formats`` and ``graphdiff formats NAME`` print, made from the table that reads them."
    yield ""
    yield from [".. list-table::", "   :header-rows: 1", "   :widths: 18 22 60", ""]
    yield from ["   * - name", "     - files", "     - an edge"]
    for name, files, edge, _, _ in listing.format_table():
        yield from [f"   * - `{name}`_", f"     - {files}", f"     - {edge}".replace("*", r"\*")]
    yield ""
    for name, *_ in listing.format_table():
        yield from heading(name, "-")
        yield from literal(listing.format_text(name, lambda option, values: spelled(option, values, of_package=False)))


def write_reference(app: Sphinx) -> None:
    """Write the pages into ``docs/reference``, those of an earlier build away first."""
    root = Path(app.srcdir) / "reference"
    shutil.rmtree(root, ignore_errors=True)
    for make in (api, commands, formats):
        folder = root / make.__name__
        folder.mkdir(parents=True)
        (root / f"{make.__name__}.rst").write_text("\n".join(make(folder)) + "\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", write_reference)
    return {"parallel_read_safe": True}
