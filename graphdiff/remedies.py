"""What an error says of keyword arguments, as data: the library says it in Python, the command line in its options."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

__all__ = ["Call", "Keyword", "Remedy", "in_python", "sentence"]


@dataclass(frozen=True)
class Keyword:
    """A keyword argument that an error names.

    Attributes
    ----------
    name : str
        Empty where it is no argument but something else that is there in Python only.
    value : object
        Without one (``...``) the argument itself is meant.
    python : str
        The value as it is written in Python, where that is not its own representation.
    """

    name: str
    value: Any = ...
    python: str = ""


class Call(Keyword):
    """A keyword argument with which the same is asked again: the command line says its whole line, to copy."""


@dataclass(frozen=True)
class Remedy:
    """A way out: a keyword argument, and what it does."""

    keyword: Keyword
    does: str


def in_python(keyword: Keyword) -> str:
    """Return a keyword argument as Python has it.

    Examples
    --------
    >>> in_python(Keyword("cycles", "solve")), in_python(Keyword("weight", "even", python="graphdiff.weights.even"))
    ('cycles="solve"', 'weight=graphdiff.weights.even')
    >>> in_python(Keyword("max_paths", 1000000)), in_python(Keyword("format"))
    ('max_paths=1_000_000', 'format=')
    """
    value = keyword.value
    if keyword.python or value is ...:
        text = keyword.python
    elif isinstance(value, str) and value.isprintable() and not set('"\\') & set(value):
        text = f'"{value}"'
    else:
        text = f"{value:_}" if type(value) is int else repr(value)
    return f"{keyword.name}={text}" if keyword.name else text


def sentence(parts: Iterable[object], say: Callable[[Keyword], str] = in_python) -> str:
    """Return an error's line; a remedy for which `say` has no words is left out.

    Examples
    --------
    >>> parts = ["26 paths, more than ", Keyword("max_paths", 25), Remedy(Keyword("k", 10), "lists the strongest")]
    >>> sentence(parts)
    '26 paths, more than max_paths=25; k=10 lists the strongest'
    >>> sentence(parts, lambda keyword: {"max_paths": "--max-paths 25"}.get(keyword.name, ""))
    '26 paths, more than --max-paths 25'
    """
    text = ""
    for part in parts:
        if isinstance(part, Keyword):
            text += say(part) or in_python(part)
        elif not isinstance(part, Remedy):
            text += str(part)
        elif words := say(part.keyword):
            text += f"{' ' if text.endswith(('.', '?')) else '; '}{words} {part.does}"
    return text
