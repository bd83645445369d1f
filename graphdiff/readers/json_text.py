"""JSON as the readers of its formats take it: within limits, no key twice, lists of objects checked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from graphdiff.errors import FormatError
from graphdiff.readers.source import text_of

__all__ = ["Record", "parsed_json", "record_of", "records", "text_in"]

Record = dict[str, Any]


def parsed_json(data: bytes, name: str) -> Any:
    """Return what a JSON file says.

    Raises
    ------
    FormatError
        Broken JSON, one nested too deep, or a key twice in one object.

    Examples
    --------
    >>> parsed_json(b'{"a": [1]}', "x.json")
    {'a': [1]}
    """
    try:
        return json.loads(text_of(data), object_pairs_hook=_without_repeats)
    except RecursionError as error:
        raise FormatError(f"{name}: JSON nested too deep") from error
    except ValueError as error:
        raise FormatError(f"{name}: broken JSON: {error}") from error


def records(value: Any, where: str) -> Iterator[tuple[str, Record]]:
    """Yield the objects of a list, each with the words for its place.

    Raises
    ------
    FormatError
        It is no list, or one of its members is no object.

    Examples
    --------
    >>> list(records([{"id": 1}], "x.json: nodes"))
    [('x.json: nodes[0]', {'id': 1})]
    """
    if not isinstance(value, list):
        raise FormatError(f"{where} is not a list")
    for position, record in enumerate(value):
        if not isinstance(record, dict):
            raise FormatError(f"{where}[{position}] is not an object")
        yield f"{where}[{position}]", record


def record_of(value: Any, where: str) -> Record:
    """Return `value`, which has to be an object; nothing said counts as an empty one.

    Raises
    ------
    FormatError
        It is something else.

    Examples
    --------
    >>> record_of(None, "x.json: metadata")
    {}
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise FormatError(f"{where} is not an object")
    return value


def text_in(record: Record, key: str) -> str:
    """Return the text under a key; anything else counts as nothing said.

    Examples
    --------
    >>> text_in({"name": "a", "version": None}, "name"), text_in({}, "version")
    ('a', '')
    """
    value = record.get(key)
    return value if isinstance(value, str) else ""


def _without_repeats(pairs: list[tuple[str, Any]]) -> Record:
    record = dict(pairs)
    if len(record) < len(pairs):
        repeated = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {repeated!r} twice in one object")
    return record
