"""Every class of error explained, for ``graphdiff errors`` and the page of the documentation: from its docstring.

What a class is, what to do, its attributes and an example are in its docstring; which functions raise it is in theirs.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphdiff import errors
from graphdiff.errors import GraphdiffError, UsageError, meant, nearest

__all__ = ["KINDS", "Explained", "errors_page", "errors_table", "explained"]

#: The kinds of errors, in the order of the page.
KINDS = sorted(errors.__all__)
#: A line of dashes under the name of a part of a docstring.
PARTS = re.compile(r"\n\n(Attributes|Examples)\n-+\n")
#: How the line on the way out begins.
REMEDY = "What to do: "
WIDTH = 98

INTRODUCTION = """\
# Errors

Every error that graphdiff raises on purpose is one of the classes of `graphdiff.errors`: its text says what is wrong,
where, and what to do; its attributes hold the same as data. On the command line a second line names the class, and
`graphdiff errors CLASS` prints what stands here. In Python `error.page` is the address of its part of this page, from
the first page of the documentation on, and `help(gd.errors.CycleError)` says the same. The exit status is that of [the
command line](command-line.md). This page is made from the classes, by `graphdiff errors -O docs/errors.md --force`.
"""


@dataclass(frozen=True)
class Explained:
    """What is known of one class of errors.

    Attributes
    ----------
    name : str
    meaning : list of str
        What it means, in paragraphs: the first is one sentence.
    remedy : str
        What to do.
    attributes : dict
        What it carries: name to what that is.
    example : str
        A session of Python that ends with the error; in a test it runs.
    also : list of str
        Which errors of Python's own it is.
    exit_status : int
    raised_by : list of str
        The public functions that say that they raise it.
    """

    name: str
    meaning: list[str]
    remedy: str
    attributes: dict[str, str]
    example: str
    also: list[str]
    exit_status: int
    raised_by: list[str]

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {**vars(self), "meaning": "\n\n".join(self.meaning)}

    def __str__(self) -> str:
        """Return the explanation for people."""
        paragraphs = [*self.meaning, REMEDY + self.remedy]
        facts = [f"  {name:<13}{what}" for name, what in self._facts("{}")]
        carried = [f"  {name:<13}{what}" for name, what in self.attributes.items()]
        parts = [
            self.name,
            *(textwrap.fill(text, WIDTH, break_on_hyphens=False) for text in paragraphs),
            textwrap.indent(self.example, "    "),
            "\n".join(_filled(line) for line in [*carried, *facts]),
        ]
        return "\n\n".join(parts).replace("``", "").replace("`", "")

    def markdown(self) -> str:
        """Return the explanation as a part of the page."""
        paragraphs = [*self.meaning, f"**{REMEDY.strip()}** {self.remedy}"]
        carried = [f"`{name}`: {what}" for name, what in self.attributes.items()]
        facts = [f"{name}: {what}" for name, what in self._facts("`{}`")]
        parts = [
            f"## {self.name}",
            *(textwrap.fill(text.replace("``", "`"), 120, break_on_hyphens=False) for text in paragraphs),
            f"```pycon\n{self.example}\n```",
            "\n".join(
                textwrap.fill(f"- {line}".replace("``", "`"), 120, subsequent_indent="  ", break_on_hyphens=False)
                for line in [*carried, *facts]
            ),
        ]
        return "\n\n".join(parts) + "\n"

    def _facts(self, code: str) -> Iterator[tuple[str, str]]:
        """Yield what is known beside its attributes; names are written as `code` has them."""
        if self.also:
            yield "in Python", " and ".join(code.format(name) for name in self.also)
        yield "exit status", str(self.exit_status)
        if self.raised_by:
            yield "raised by", ", ".join(code.format(name) for name in self.raised_by)


def _filled(line: str) -> str:
    return textwrap.fill(line, WIDTH, subsequent_indent=" " * 15, break_on_hyphens=False)


def explained(name: str) -> Explained:
    """Return what is known of a class of errors, by its name in any case, with ``Error`` at its end or without.

    Raises
    ------
    UsageError
        There is no such class.

    Examples
    --------
    >>> cycle = explained("cycle")
    >>> cycle.name, cycle.also, cycle.exit_status
    ('CycleError', ['ValueError'], 65)
    >>> explained("MissingExtraError").attributes
    {'library': 'str. What is missing.', 'extra': 'str. The extra of graphdiff that brings it.'}
    """
    wanted = name.lower().removesuffix("error")
    found = next((each for each in KINDS if each.lower().removesuffix("error") == wanted), None)
    if found is None:
        close = meant(nearest(name, KINDS, 1))
        raise UsageError(f"no error {name!r}{close}{' ' if close else '; '}graphdiff errors lists them all")
    kind: type[GraphdiffError] = getattr(errors, found)
    text, *rest = PARTS.split(inspect.getdoc(kind) or "")
    parts = dict(zip(rest[::2], rest[1::2], strict=True))
    *meaning, remedy = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    return Explained(
        name=found,
        meaning=meaning,
        remedy=remedy.removeprefix(REMEDY),
        attributes=dict(_attributes(parts.get("Attributes", ""))),
        example=_example(parts["Examples"]),
        also=[base.__name__ for base in kind.__bases__ if hasattr(builtins, base.__name__)] or _inherited(kind),
        exit_status=kind.exit_status,
        raised_by=[function for function, names in _raising().items() if found in names],
    )


def _inherited(kind: type[GraphdiffError]) -> list[str]:
    """Return which errors of Python's own the parents of a class are."""
    names = [base.__name__ for base in kind.__mro__ if hasattr(builtins, base.__name__)]
    return [name for name in names if name not in ("Exception", "BaseException", "object")][:1]


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    """Yield the attributes of a docstring: the name, its type and what it is."""
    for entry in re.split(r"\n(?=\S)", text):
        if entry:
            head, *lines = entry.split("\n")
            name, _, kind = head.partition(" : ")
            yield name, ". ".join(filter(None, [kind, " ".join(" ".join(lines).split())]))


def _example(text: str) -> str:
    """Return a session whose last lines, the error, are as long as they are."""
    code, traceback, told = text.strip().partition("\nTraceback (most recent call last):\n")
    first, *rest = told.split("\n")
    lines = [textwrap.fill(first + "".join(f" {line.strip()}" for line in rest), WIDTH, subsequent_indent="  ")]
    return f"{code}{traceback}{lines[0]}"


@cache
def _raising() -> dict[str, list[str]]:
    """Return which errors each public function says that it raises, in its docstring's part of that name."""
    package = importlib.import_module("graphdiff")  # a room above this one, whose functions are read and not called
    functions = {name: getattr(package, name) for name in sorted(package.__all__)}
    return {name: [*_raised(one)] for name, one in functions.items() if inspect.isfunction(one)}


def _raised(function: Any) -> Iterator[str]:
    _, _, text = (inspect.getdoc(function) or "").partition("\nRaises\n------\n")
    for line in text.partition("\n\n")[0].split("\n"):
        if line and not line.startswith(" "):
            yield from line.split(", ")


def errors_table() -> list[tuple[str, int, str]]:
    """Return a row for each kind of error: its name, its exit status, what it means.

    Examples
    --------
    >>> errors_table()[0][:2]
    ('AmbiguousNodeError', 2)
    """
    rows = map(explained, KINDS)
    return [(row.name, row.exit_status, row.meaning[0].replace("``", "`")) for row in rows]


def errors_page() -> str:
    """Return the page on all errors, in Markdown.

    Examples
    --------
    >>> print(errors_page().partition("## CycleError")[2].split(".")[0].strip())
    A cycle on a way asked about: there are infinitely many walks, and whether they add up is not known
    """
    rows = [f"| [{name}](#{name.lower()}) | {meaning} | {status} |" for name, status, meaning in errors_table()]
    table = "\n".join(["| error | what it is | exit status |", "|---|---|---|", *rows, ""])
    return "\n".join([INTRODUCTION, table, *(explained(name).markdown() for name in KINDS)])
