"""JSON and TOML as tools write them: parsed within limits, and their values in the shape that the format promises.

XML as a tree of elements, by names without their namespaces; document types and deep nesting are refused.

YAML as names, lists and texts: a stream of the safe loader's events, without tags, types or aliases.

Lock files use nothing else. A version such as ``1.10`` stays a text, nothing is constructed by name, and a file that
unfolds to a larger one, by aliases, is refused.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from graphdiff.errors import FormatError, LimitError
from graphdiff.io.source import text_of
from graphdiff.showing import in_our_words

__all__ = [
    "Record",
    "json_values",
    "listing",
    "mapping",
    "mappings",
    "parse_json",
    "parse_json_with_comments",
    "parse_toml",
    "parse_yaml",
    "parsed_xml",
    "required_text",
    "text",
    "text_in",
    "texts",
]


Record = dict[str, Any]

#: The largest lock files in use hold some 10 MB of TOML; tomllib takes 0.1 s for each MB.
MAX_TOML_BYTES = 1 << 25

#: The longest line in use has some 600 characters.
MAX_TOML_LINE = 10_000

# tomllib copies a key's parts with each dot: a key of 100,000 parts would take minutes.
# Quoted parts are made one word first, so that both searches take linear time whatever the file has.
QUOTED = re.compile(r"""\"{3}|'{3}|"(?:[^"\\\n]|\\.)*+(?:"|\\?$)|'[^'\n]*+(?:'|$)""", re.MULTILINE)

LONG_KEY = re.compile(r"(?:^|[\[{,])[ \t]*+(?:[\w-]++[ \t]*+\.[ \t]*+){64}", re.MULTILINE)

BLANK = re.compile(r"\s*+")

# Texts are matched to be passed over; a comment that nothing ends goes to the end of the file.
COMMENT = re.compile(r'"(?:[^"\\]|\\.)*+"|//[^\n]*+|/\*(?:.*?\*/|.*+)', re.DOTALL)

LAST_COMMA = re.compile(r'"(?:[^"\\]|\\.)*+"|,(?=\s*+[}\]])', re.DOTALL)


# -- one parser a syntax


def parse_json(data: bytes, name: str) -> Any:
    """Return the one value of a JSON file.

    Raises
    ------
    FormatError
        Broken JSON, with line and column; JSON nested too deep; a key twice in one object; a second value.

    Examples
    --------
    >>> parse_json(b'[{"package": {"key": "idna"}}]', "tree.json")
    [{'package': {'key': 'idna'}}]
    """
    with _json_errors(name):
        return json.loads(text_of(data), object_pairs_hook=_without_repeats)


def parse_json_with_comments(data: bytes, name: str) -> Any:
    r"""Return the one value of a JSON file that may have comments, and commas before closing brackets.

    Raises
    ------
    FormatError
        As `parse_json`; line and column are those of the file.

    Examples
    --------
    >>> parse_json_with_comments(b'{"a": ["x, ]",], // two\n "b": 1, /* end */}', "bun.lock")
    {'a': ['x, ]'], 'b': 1}
    """
    content = LAST_COMMA.sub(_blank, COMMENT.sub(_blank, text_of(data)))
    with _json_errors(name):
        return json.loads(content, object_pairs_hook=_without_repeats)


def _blank(match: re.Match[str]) -> str:
    """Return a text as it is, of anything else as many blanks, in as many lines."""
    return match[0] if match[0][0] == '"' else re.sub(r"[^\n]", " ", match[0])


def json_values(data: bytes, name: str) -> list[Any]:
    r"""Return the values of a JSON file, which may stand one after another.

    Raises
    ------
    FormatError
        As `parse_json`, save that there may be several values.

    Examples
    --------
    >>> json_values(b'{"a": 1}\n{"b": 2}', "x.json")
    [{'a': 1}, {'b': 2}]
    """
    content, values = text_of(data), []
    decoder = json.JSONDecoder(object_pairs_hook=_without_repeats)
    end = _after_blank(content, 0)
    with _json_errors(name):
        while end < len(content):
            value, end = decoder.raw_decode(content, end)
            values.append(value)
            end = _after_blank(content, end)
    return values


def parse_toml(data: bytes, name: str) -> Record:
    r"""Return a TOML document.

    Raises
    ------
    FormatError
        Broken TOML; the line is named.
    LimitError
        It is larger than any lock file, or has a longer line.

    Examples
    --------
    >>> parse_toml(b'version = 1\n[[package]]\nname = "a"\n', "uv.lock")
    {'version': 1, 'package': [{'name': 'a'}]}
    """
    if len(data) > MAX_TOML_BYTES:
        raise LimitError(f"{name}: {len(data):,} bytes of TOML, more than the {MAX_TOML_BYTES:,} that are read")
    content = text_of(data)
    if LONG_KEY.search(QUOTED.sub("q", content)):
        raise FormatError(f"{name}: broken TOML: a key of more than 64 parts")
    if max(map(len, data.splitlines()), default=0) > MAX_TOML_LINE:
        raise LimitError(f"{name}: a line of over {MAX_TOML_LINE:,} bytes, which no lock file has")
    try:
        return tomllib.loads(content)
    except RecursionError as error:
        raise FormatError(f"{name}: TOML nested too deep") from error
    except (ValueError, OverflowError) as error:
        raise FormatError(f"{name}: broken TOML: {in_our_words(error)}") from error


# -- values in the shape that is promised


def mapping(value: object, where: str) -> Record:
    """Return `value` if it maps names to values; nothing counts as an empty mapping.

    Raises
    ------
    FormatError
        It is something else; `where` says what it should have been.

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

    Raises
    ------
    FormatError
        It is something else.

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


def mappings(value: object, where: str) -> Iterator[tuple[str, Record]]:
    """Yield what maps names to values in a list, each with the words for its place.

    Raises
    ------
    FormatError
        It is no list, or something else is in it.

    Examples
    --------
    >>> list(mappings([{"name": "idna"}], "uv.lock: package"))
    [('uv.lock: package[0]', {'name': 'idna'})]
    """
    for position, one in enumerate(listing(value, where)):
        if not isinstance(one, dict):
            raise FormatError(f"{where}[{position}]: expected names with values, found {_shown(one)}")
        yield f"{where}[{position}]", one


def text(value: object, where: str) -> str:
    """Return `value` if it is a text; nothing counts as an empty one.

    Raises
    ------
    FormatError
        It is something else.

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


def texts(value: object, where: str) -> list[str]:
    """Return `value` if it is a list of texts; nothing counts as an empty one.

    Raises
    ------
    FormatError
        It is no list, or something else is in it.

    Examples
    --------
    >>> texts(["css"], "uv.lock: package[0]: extra")
    ['css']
    """
    values = listing(value, where)
    for one in values:
        if not isinstance(one, str):
            raise FormatError(f"{where}: expected a list of texts, found {_shown(one)} in it")
    return values


def required_text(record: Record, key: str, where: str) -> str:
    """Return the text under a key that has to be there.

    Raises
    ------
    FormatError
        There is none, an empty one, or something else.

    Examples
    --------
    >>> required_text({"name": "idna"}, "name", "uv.lock: package[0]")
    'idna'
    """
    value = text(record.get(key), f"{where}: {key}")
    if not value:
        raise FormatError(f"{where} has no {key}")
    return value


def text_in(record: Record, key: str) -> str:
    """Return the text under a key where its format asks for none: anything else counts as nothing said.

    Examples
    --------
    >>> text_in({"name": "a", "version": None}, "name"), text_in({}, "version")
    ('a', '')
    """
    value = record.get(key)
    return value if isinstance(value, str) else ""


@contextmanager
def _json_errors(name: str) -> Iterator[None]:
    try:
        yield
    except RecursionError as error:
        raise FormatError(f"{name}: JSON nested too deep") from error
    except ValueError as error:
        raise FormatError(f"{name}: broken JSON: {_why_broken(error)}") from error


def _why_broken(error: ValueError) -> str:
    """Return what is wrong, also in the words of those who write what is nearly JSON."""
    if not isinstance(error, json.JSONDecodeError):
        return in_our_words(error)
    before, there = error.doc[max(0, error.pos - 100) : error.pos].rstrip(), error.doc[error.pos : error.pos + 2]
    reason = error.msg
    if reason == "Extra data":
        reason = "Extra data: a second value behind the first, as JSON lines have"
    elif there[:1] == "#" or there in ("//", "/*"):
        reason = "a comment, which JSON does not have"
    elif "trailing comma" in reason or (before.endswith(",") and there[:1] in ("}", "]")):
        reason = "a comma before a closing bracket, which JSON does not have"
    return f"{reason}: line {error.lineno} column {error.colno} (char {error.pos})"


def _without_repeats(pairs: list[tuple[str, Any]]) -> Record:
    record = dict(pairs)
    if len(record) < len(pairs):
        repeated = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"the key {repeated!r} twice in one object")
    return record


def _after_blank(content: str, start: int) -> int:
    blank = BLANK.match(content, start)
    return blank.end() if blank else start


def _shown(value: object) -> str:
    kinds = {dict: "names with values", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return f"the text {value[:40]!r}" if isinstance(value, str) else kinds.get(type(value), type(value).__name__)


# Deeper files are attacks.
DEEPEST_XML = 200


def parsed_xml(data: bytes, name: str) -> ElementTree.Element:
    """Return the root element of an XML file.

    Raises
    ------
    FormatError
        Broken XML, a document type declaration, or elements nested too deep; the line is named.

    Examples
    --------
    >>> [element.tag for element in parsed_xml(b"<a xmlns='urn:x'><b/></a>", "x.xml").iter()]
    ['a', 'b']
    """
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    builder = ElementTree.TreeBuilder()
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST_XML:
            raise FormatError(f"{name}, line {parser.CurrentLineNumber}: elements nested more than {DEEPEST_XML} deep")
        builder.start(tag.rpartition("}")[2], attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag.rpartition("}")[2])

    def refuse(*_: object) -> None:
        line = parser.CurrentLineNumber
        raise FormatError(f"{name}, line {line}: a document type declaration, which is not read; remove it")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except FormatError:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise FormatError(f"{name}: broken XML: {error}") from error
    return builder.close()


DEEPEST_YAML = 60

UNSET = object()


def parse_yaml(data: bytes, name: str) -> list[Any]:
    r"""Return the documents of a file, each of dicts, lists and texts.

    Raises
    ------
    FormatError
        Broken or too deeply nested YAML, a key twice in one mapping, or an anchor or alias.

    Examples
    --------
    >>> parse_yaml(b"a: 1.10\nb: [x, 'y']\n", "x.yaml")
    [{'a': '1.10', 'b': ['x', 'y']}]
    """
    import yaml  # which takes longer to load than most files to read

    # libyaml is ten times faster than Python; PyYAML is there without it too.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _built(yaml.parse(text_of(data), Loader=loader), name)
    except yaml.YAMLError as error:
        reason = str(error).replace('in "<unicode string>", ', "in ")  # the name that PyYAML gives to a text
        raise FormatError(f"{name}: broken YAML: {' '.join(reason.split())}") from error


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
        if len(places) > DEEPEST_YAML:
            raise FormatError(f"{name}, line {event.start_mark.line + 1}: YAML nested more than {DEEPEST_YAML} deep")
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
