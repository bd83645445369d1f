"""Values of JSON, TOML and YAML in the shape that their format promises, or the error that says where they are not."""

from __future__ import annotations

import json
from typing import Any

from graphdiff.errors import FormatError
from graphdiff.readers.source import text_of

__all__ = ["Record", "json_object", "json_values", "listing", "mapping", "text"]

Record = dict[str, Any]


def mapping(value: object, where: str) -> Record:
    """Return `value` if it maps names to values; nothing counts as an empty mapping.

    Examples
    --------
    >>> mapping({"a": 1}, "x.json"), mapping(None, "x.json"), mapping("", "x.yaml")
    ({'a': 1}, {}, {})
    """
    if isinstance(value, dict):
        return value
    if value is None or value == "":
        return {}
    raise FormatError(f"{where}: expected names with values, found {_shown(value)}")


def listing(value: object, where: str) -> list[Any]:
    """Return `value` if it is a list; nothing counts as an empty one.

    Examples
    --------
    >>> listing([1], "x.json"), listing(None, "x.json")
    ([1], [])
    """
    if isinstance(value, list):
        return value
    if value is None or value == "":
        return []
    raise FormatError(f"{where}: expected a list, found {_shown(value)}")


def text(value: object, where: str) -> str:
    """Return `value` if it is a text; nothing counts as an empty one.

    Examples
    --------
    >>> text("a", "x.json"), text(None, "x.json")
    ('a', '')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    raise FormatError(f"{where}: expected a text, found {_shown(value)}")


def json_values(data: bytes, name: str) -> list[Any]:
    r"""Return the JSON values of a file, which may stand one after another.

    Raises
    ------
    FormatError
        Broken or too deeply nested JSON.

    Examples
    --------
    >>> json_values(b'{"a": 1}\n{"b": 2}', "x.json")
    [{'a': 1}, {'b': 2}]
    """
    content, found, end = text_of(data).strip(), [], 0
    decoder = json.JSONDecoder()
    try:
        while end < len(content):
            value, end = decoder.raw_decode(content, end)
            found.append(value)
            while content[end : end + 1].isspace():
                end += 1
    except RecursionError as error:
        raise FormatError(f"{name}: JSON nested too deep") from error
    except ValueError as error:
        raise FormatError(f"{name}: broken JSON: {error}") from error
    return found


def json_object(data: bytes, name: str) -> Record:
    """Return the one JSON object of a file.

    Raises
    ------
    FormatError
        Broken JSON, several values, or another value than an object.

    Examples
    --------
    >>> json_object(b'{"a": 1}', "x.json")
    {'a': 1}
    """
    values = json_values(data, name)
    if len(values) > 1:
        raise FormatError(f"{name}: broken JSON: something follows the first object")
    return mapping(values[0], name)


def _shown(value: object) -> str:
    kinds = {dict: "names with values", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return f"the text {value[:40]!r}" if isinstance(value, str) else kinds.get(type(value), type(value).__name__)
