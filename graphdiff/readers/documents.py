"""TOML and JSON as tools write them: parsed within limits, looked into with every failure one line that says where."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from graphdiff.errors import FormatError, LimitError
from graphdiff.readers.source import text_of

__all__ = ["parse_json", "parse_toml", "table_in", "tables", "text_in", "texts_in"]

#: The largest lock files in use hold some 10 MB; tomllib takes 0.1 s for each.
MAX_BYTES = 1 << 25
# tomllib copies a key's parts with each dot: a key of 100,000 parts would take minutes.
LONG_KEY = re.compile(r"""(?<![\w"'-])(?:["']?[\w-]++["']?[ \t]*+\.[ \t]*+){64}""")


def parse_toml(data: bytes, *, name: str) -> dict[str, Any]:
    r"""Return a TOML document.

    Raises
    ------
    FormatError
        Broken TOML; the line is named.
    LimitError
        It is larger than any lock file.

    Examples
    --------
    >>> parse_toml(b'version = 1\n[[package]]\nname = "a"\n', name="uv.lock")
    {'version': 1, 'package': [{'name': 'a'}]}
    """
    if len(data) > MAX_BYTES:
        raise LimitError(f"{name}: {len(data):,} bytes of TOML, more than the {MAX_BYTES:,} that are read")
    text = text_of(data)
    if LONG_KEY.search(text):
        raise FormatError(f"{name}: broken TOML: a key of more than 64 parts")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise FormatError(f"{name}: TOML nested too deep") from error
    except (ValueError, OverflowError) as error:
        raise FormatError(f"{name}: broken TOML: {error}") from error


def parse_json(data: bytes, *, name: str) -> Any:
    """Return a JSON document.

    Raises
    ------
    FormatError
        Broken JSON; line and column are named.

    Examples
    --------
    >>> parse_json(b'[{"package": {"key": "idna"}}]', name="tree.json")
    [{'package': {'key': 'idna'}}]
    """
    try:
        return json.loads(text_of(data))
    except RecursionError as error:
        raise FormatError(f"{name}: JSON nested too deep") from error
    except ValueError as error:
        raise FormatError(f"{name}: broken JSON: {error}") from error


def tables(value: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the tables of a list, each with the words for its place; nothing where there is no list.

    Raises
    ------
    FormatError
        Something that is no list, or no table in it.

    Examples
    --------
    >>> list(tables([{"name": "idna"}], "uv.lock: package"))
    [('uv.lock: package[0]', {'name': 'idna'})]
    """
    if not isinstance(value or [], list):
        raise FormatError(f"{where} is not a list")
    for position, table in enumerate(value or []):
        if not isinstance(table, dict):
            raise FormatError(f"{where}[{position}] is not a table")
        yield f"{where}[{position}]", table


def table_in(table: dict[str, Any], key: str, where: str) -> dict[str, Any]:
    """Return the table under a key; an empty one where there is none.

    Raises
    ------
    FormatError
        Something else is there.

    Examples
    --------
    >>> table_in({"source": {"git": "x"}}, "source", "uv.lock: package[0]")
    {'git': 'x'}
    """
    found = table.get(key)
    if not isinstance({} if found is None else found, dict):
        raise FormatError(f"{where}: {key} is not a table")
    return found or {}


def text_in(table: dict[str, Any], key: str, where: str) -> str:
    """Return the text under a key that has to be there.

    Raises
    ------
    FormatError
        None is there.

    Examples
    --------
    >>> text_in({"name": "idna"}, "name", "uv.lock: package[0]")
    'idna'
    """
    found = table.get(key)
    if not isinstance(found, str) or not found:
        raise FormatError(f"{where} has no {key}")
    return found


def texts_in(table: dict[str, Any], key: str, where: str) -> list[str]:
    """Return the list of texts under a key; an empty one where there is none.

    Raises
    ------
    FormatError
        Something else is there.

    Examples
    --------
    >>> texts_in({"extra": ["css"]}, "extra", "uv.lock: package[0]")
    ['css']
    """
    found = table.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise FormatError(f"{where}: {key} is not a list of texts")
    return found
