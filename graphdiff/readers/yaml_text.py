"""YAML as names, lists and texts: a stream of the safe loader's events, without tags, types or aliases.

Lock files use nothing else. A version such as ``1.10`` stays a text, nothing is constructed by name, and a file that
unfolds to a larger one, by aliases, is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from graphdiff.errors import FormatError, MissingExtraError
from graphdiff.readers.source import text_of

__all__ = ["parse_yaml"]

DEEPEST = 60
UNSET = object()


def parse_yaml(data: bytes, name: str) -> list[Any]:
    r"""Return the documents of a file, each of dicts, lists and texts.

    Raises
    ------
    FormatError
        Broken or too deeply nested YAML, a key twice in one mapping, or an anchor or alias.
    MissingExtraError
        PyYAML is not installed.

    Examples
    --------
    >>> parse_yaml(b"a: 1.10\nb: [x, 'y']\n", "x.yaml")
    [{'a': '1.10', 'b': ['x', 'y']}]
    """
    try:
        import yaml
    except ImportError as error:
        raise MissingExtraError("PyYAML", "yaml") from error
    # libyaml is ten times faster than Python; PyYAML is there without it too.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _built(yaml.parse(text_of(data), Loader=loader), name)
    except yaml.YAMLError as error:
        said = str(error).replace('in "<unicode string>", ', "in ")  # the name that PyYAML gives to a text
        raise FormatError(f"{name}: broken YAML: {' '.join(said.split())}") from error


def _built(events: Iterable[Any], name: str) -> list[Any]:
    documents: list[Any] = []
    # What is open, innermost last: where the next value goes, and the key that waits for one.
    places: list[Callable[[Any], None]] = [documents.append]
    for event in events:
        match type(event).__name__:
            case "ScalarEvent":
                places[-1](event.value)
            case "MappingStartEvent" | "SequenceStartEvent":
                value: Any = {} if type(event).__name__ == "MappingStartEvent" else []
                places[-1](value)
                places.append(_into(value, name) if isinstance(value, dict) else value.append)
            case "MappingEndEvent" | "SequenceEndEvent":
                places.pop()
            case "AliasEvent":
                raise FormatError(f"{name}, line {event.start_mark.line + 1}: an alias, which no lock file has")
        if len(places) > DEEPEST:
            raise FormatError(f"{name}, line {event.start_mark.line + 1}: YAML nested more than {DEEPEST} deep")
    return documents


def _into(mapping: dict[str, Any], name: str) -> Callable[[Any], None]:
    key: Any = UNSET

    def place(value: Any) -> None:
        nonlocal key
        if key is not UNSET:
            if key in mapping:
                raise FormatError(f"{name}: broken YAML: the key {key!r} twice in one mapping")
            mapping[key] = value
            key = UNSET
        elif isinstance(value, str):
            key = value
        else:
            raise FormatError(f"{name}: broken YAML: a key that is no text")

    return place
