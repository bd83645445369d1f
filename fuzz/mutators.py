"""Changed documents: parsed, changed as what they are, and written again, so that an input gets past the parser.

One mutator a syntax. Each takes bytes and a source of chance, and returns other bytes; what it cannot parse, it changes
as text, by tokens and lines.
"""

from __future__ import annotations

import io
import json
import marshal
import random
import re
import struct
import tomllib
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree
from zlib import crc32

__all__ = ["MUTATORS", "mutated"]

#: Values of another type, at the edges of what a type holds, or long, or nested.
STRANGE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 0.5, -0.0, 1e308, 5e-324, float("inf"), float("nan"), 2**31, 2**53 + 1, -(2**63),
    2**64, 10**400, "", " ", "0", "-1", "1e999", "nan", "a", "é", "\0", "\n", "\ud800", "*", "@", "a@1", "a@npm:1",
    "./x", "../..", "//", ":", ">=1,<2", "^1.0.0", "=", "x" * 300, "[", "]", "{", "}", "a[b]", "a ; b", "1.0.0",
    "\u202e",
    [], {}, [[]], [{}], {"": ""}, {"a": {"a": {}}}, [None], [0, 0], ["a", "a"],
)  # fmt: skip
TOKEN = re.compile(rb'"(?:[^"\\\n]|\\.)*"|[\w.^@-]+|\s+|[^\w\s]')
OTHERS = (
    b"", b"0", b"-1", b"1", b"1e999", b"nan", b"18446744073709551616", b'""', b"[]", b"{}", b"()", b"<", b">", b"'",
    b'"', b":", b"::", b"->", b"=", b"==", b",", b";", b"#", b"\\", b"/", b"*", b"\n", b"\r\n", b"\t", b"    ", b"\0",
    b"\xff\xfe", b"\xe2\x80\xae", b"\xef\xbb\xbf", b"a", b"x" * 300, b"[" * 60, b"{" * 60, b"(" * 60, b"%s", b"..",
)  # fmt: skip
DEEP = 60

Chance = random.Random


def mutated(data: bytes, syntax: str, chance: Chance) -> bytes:
    """Return data changed in one to three places, as a document of a syntax where it is one."""
    for _ in range(chance.randint(1, 3)):
        change = MUTATORS[syntax] if chance.random() < 0.7 else text
        try:
            data = change(data, chance)
        except Exception:  # it is no document of this syntax, or the changed one cannot be written
            data = text(data, chance)
    return data


# -- text


def text(data: bytes, chance: Chance) -> bytes:
    """Change a token or a line: cut out, doubled, replaced, swapped, indented otherwise."""
    return (_lines if chance.random() < 0.4 else _tokens)(data, chance)


def _lines(data: bytes, chance: Chance) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            del lines[one]
        case 1:
            lines.insert(other, lines[one])
        case 2:
            lines[one], lines[other] = lines[other], lines[one]
        case 3:
            lines[one] = b" " * chance.choice([0, 1, 2, 4, 8]) + lines[one].lstrip(b" ")
        case _:
            lines[one:one] = lines[min(one, other) : max(one, other)][:20]
    return b"".join(lines)


def _tokens(data: bytes, chance: Chance) -> bytes:
    spots = [match.span() for match in TOKEN.finditer(data[: 1 << 14])] or [(0, 0)]
    start, end = chance.choice(spots)
    first, last = chance.choice(spots)
    new = chance.choice([*OTHERS, data[first:last], data[first:last], data[start:end] * 2, data[start:end] * 40])
    return data[:start] + new + data[end:]


# -- trees: what JSON, YAML, TOML and marshal are


def _changed_tree(tree: Any, chance: Chance) -> Any:
    """Return a tree of dicts, lists and values with one place changed."""
    places = list(_places(tree))
    if not places:
        return chance.choice(STRANGE)
    parent, key = chance.choice(places)
    other_parent, other_key = chance.choice(places)
    match chance.randrange(7):
        case 0:
            del parent[key]
        case 1 | 2:
            parent[key] = chance.choice(STRANGE)
        case 3:
            parent[key] = _copied(other_parent[other_key])
        case 4 if isinstance(parent, list):
            parent.insert(key, _copied(parent[key]))
        case 4:
            new = other_key if isinstance(other_key, str) else chance.choice(["", "a", "*", "\0", "x" * 300])
            parent[new] = parent.pop(key)
        case 5:
            parent[key] = _deep(parent[key], chance)
        case _:
            parent[key] = _near(parent[key], chance)
    return tree


def _places(tree: Any) -> Any:
    todo = [tree]
    while todo:
        parent = todo.pop()
        pairs = list(parent.items() if isinstance(parent, dict) else enumerate(parent)) if _is_tree(parent) else []
        for key, value in pairs:
            yield parent, key
            todo.append(value)


def _is_tree(value: Any) -> bool:
    return isinstance(value, dict | list)


def _copied(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _copied(value) for key, value in tree.items()}
    return [_copied(value) for value in tree] if isinstance(tree, list) else tree


def _deep(value: Any, chance: Chance) -> Any:
    in_dict = chance.random() < 0.5
    for _ in range(chance.choice([1, 2, DEEP])):
        value = {"a": value} if in_dict else [value]
    return value


def _near(value: Any, chance: Chance) -> Any:
    """Return a value like this one: a number beside it, a text with another letter."""
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int | float):
        return chance.choice([value + 1, value - 1, -value, value * 2, str(value), float(value)])
    if isinstance(value, str):
        place = chance.randrange(len(value) + 1)
        return value[:place] + chance.choice(["", "@", " ", "0", "/", ":", "\n", "é", value]) + value[place + 1 :]
    return [value]


def as_json(data: bytes, chance: Chance) -> bytes:
    """Change JSON, or values of JSON that stand one after another."""
    content, decoder, values, end = data.decode().strip(), json.JSONDecoder(), [], 0
    while end < len(content):
        value, end = decoder.raw_decode(content, end)
        values.append(value)
        end += len(content[end:]) - len(content[end:].lstrip())
    if len(values) > 1:
        values = [values] if chance.random() < 0.05 else _listed(_changed_tree(values, chance))
    else:
        values = [_changed_tree(values[0], chance)]
    dump = json.dumps if chance.random() < 0.8 else lambda value: json.dumps(value, indent=1)
    return "\n".join(map(dump, values)).encode("utf-8", "replace")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def as_yaml(data: bytes, chance: Chance) -> bytes:
    """Change YAML, whose values are texts; written in blocks, or in the flow style that is JSON."""
    import yaml

    tree = yaml.load(data, Loader=yaml.CBaseLoader)
    changed = _changed_tree(tree, chance)
    if chance.random() < 0.5:
        return json.dumps(changed, ensure_ascii=False).encode("utf-8", "replace")
    return yaml.dump(changed, sort_keys=False, Dumper=yaml.CSafeDumper, allow_unicode=True).encode("utf-8", "replace")


def as_toml(data: bytes, chance: Chance) -> bytes:
    """Change TOML; what is below a table of the first level is written inline."""
    tree = _changed_tree(tomllib.loads(data.decode()), chance)
    lines = []
    for key, value in tree.items():
        if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            for one in value:
                lines += [f"[[{_toml(key)}]]", *(f"{_toml(name)} = {_toml(part)}" for name, part in one.items())]
        elif isinstance(value, dict):
            lines += [f"[{_toml(key)}]", *(f"{_toml(name)} = {_toml(part)}" for name, part in value.items())]
        else:
            lines.insert(0, f"{_toml(key)} = {_toml(value)}")
    return "\n".join(lines).encode("utf-8", "replace")


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(str(key))} = {_toml(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool) or value is None:
        return str(bool(value)).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def as_marshal(data: bytes, chance: Chance) -> bytes:
    """Change what Python's marshal has written: tuples as lists, dicts as lists of pairs, and back."""
    from graphdiff.io.profilers.marshalled import unmarshalled  # Python's own asks for memory as the file says

    changed = _changed_tree(_as_lists(unmarshalled(data, "")), chance)
    return marshal.dumps(_as_tuples(changed), chance.choice([0, 1, 2, 4, 4, 4]))


def _as_lists(value: Any) -> Any:
    if isinstance(value, list):  # the pairs of a dict
        return {"dict": [[_as_lists(key), _as_lists(part)] for key, part in value]}
    return [*map(_as_lists, value)] if isinstance(value, tuple) else value


def _as_tuples(value: Any) -> Any:
    if isinstance(value, dict):
        pairs = value.get("dict", [*value.items()])
        return dict(_as_tuples(pair) for pair in pairs)
    return tuple(map(_as_tuples, value)) if isinstance(value, list) else value


# -- XML


def as_xml(data: bytes, chance: Chance) -> bytes:
    """Change an element of XML: its name, attributes and text, or what is in it."""
    root = ElementTree.fromstring(data)
    elements = list(root.iter())
    one, other = chance.choice(elements), chance.choice(elements)
    match chance.randrange(6):
        case 0 if len(one):
            one.remove(chance.choice(list(one)))
        case 1:
            one.append(ElementTree.fromstring(ElementTree.tostring(other)))
        case 2:
            one.tag = chance.choice([other.tag, "a", "node", "edge"])
        case 3 if one.attrib:
            one.attrib.pop(chance.choice(list(one.attrib)))
        case 4:
            names = [*one.attrib, *other.attrib, "id", "a"]
            one.set(chance.choice(names), _some_text(chance, [*one.attrib.values(), *other.attrib.values()]))
        case _:
            one.text = _some_text(chance, [other.text or ""])
    return ElementTree.tostring(root)


def _some_text(chance: Chance, known: list[str]) -> str:
    strange = [value for value in STRANGE if isinstance(value, str) and value not in ("\0", "\ud800")]
    return chance.choice([*known, *known, *strange, "1e999", "true", "0"])


# -- binary files


def as_protobuf(data: bytes, chance: Chance) -> bytes:
    """Change one field of a message of Protocol Buffers, without its schema: at any depth, by the wire format."""
    fields = fields_of(data)
    if not fields:
        raise ValueError("no message")
    at = chance.randrange(len(fields))
    number, kind, value = fields[at]
    match chance.randrange(6):
        case 0:
            del fields[at]
        case 1:
            fields.insert(chance.randrange(len(fields) + 1), fields[at])
        case 2:
            fields[at] = (chance.choice([1, 2, 3, number + 1, 15, 100]), kind, value)
        case _ if kind == 2:
            try:
                fields[at] = (number, kind, as_protobuf(value, chance))
            except (ValueError, LookupError, struct.error):
                fields[at] = (number, kind, _tokens(value, chance))
        case _ if kind == 0:
            others = [0, 1, value + 1, max(0, value - 1), 2**31, 2**63, 2**64 - 1, 10**6]
            fields[at] = (number, 0, chance.choice(others))
        case _:
            fields[at] = (number, kind, chance.randbytes(len(value)))
    return b"".join(_varint(number << 3 | kind) + _payload(kind, value) for number, kind, value in fields)


def fields_of(data: bytes) -> list[tuple[int, int, Any]]:
    fields: list[tuple[int, int, Any]] = []
    place = 0
    while place < len(data):
        tag, place = _read_varint(data, place)
        number, kind = tag >> 3, tag & 7
        value: Any
        if kind == 0:
            value, place = _read_varint(data, place)
        else:
            size, place = _read_varint(data, place) if kind == 2 else ({1: 8, 5: 4}[kind], place)
            value = data[place : place + size]
            place += size
            if len(value) < size:
                raise ValueError("cut off")
        fields.append((number, kind, value))
    return fields


def _read_varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place
        if shift > 63:
            raise ValueError("no number")


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _payload(kind: int, value: Any) -> bytes:
    if kind == 0:
        return _varint(value)
    return _varint(len(value)) + value if kind == 2 else bytes(value)


PREFIX = struct.Struct("<8sIII")


def as_saved(data: bytes, chance: Chance) -> bytes:
    """Change the header or an array of a saved graph, with checksums that are right again."""
    magic, version, length, _ = PREFIX.unpack_from(data)
    start = PREFIX.size + length
    header, content = json.loads(data[PREFIX.size : start]), bytearray(data[start:])
    if chance.random() < 0.3:
        header = _changed_tree(header, chance)
    else:
        entry = chance.choice(header["arrays"])
        _change_array(content, entry, chance)
    for entry in header["arrays"]:
        begin, end = _extent(entry)
        entry["crc32"] = crc32(content[begin:end])
    written = json.dumps(header).encode()
    written += b" " * (-(PREFIX.size + len(written)) % 64)
    return PREFIX.pack(magic, version, len(written), crc32(written)) + written + content


def _extent(entry: dict[str, Any]) -> tuple[int, int]:
    items = 1
    for size in entry["shape"]:
        items *= size
    return entry["offset"], entry["offset"] + items * int(entry["dtype"][2:])


def _change_array(content: bytearray, entry: dict[str, Any], chance: Chance) -> None:
    begin, end = _extent(entry)
    width = int(entry["dtype"][2:])
    if end <= begin:
        raise ValueError("an empty array")
    at = begin + width * chance.randrange((end - begin) // width)
    other = begin + width * chance.randrange((end - begin) // width)
    near = int.from_bytes(content[at : at + width], "little") + chance.choice([-1, 1, 2])
    new = [
        bytes(width), b"\xff" * width, chance.randbytes(width), bytes(content[other : other + width]),
        (near % 256**width).to_bytes(width, "little"),
    ]  # fmt: skip
    content[at : at + width] = chance.choice(new)


def as_parquet(data: bytes, chance: Chance) -> bytes:
    """Change a cell, a column or a name of a table of Parquet."""
    from pyarrow import parquet

    sink = io.BytesIO()
    parquet.write_table(_changed_table(parquet.read_table(io.BytesIO(data)), chance), sink)
    return sink.getvalue()


def as_arrow(data: bytes, chance: Chance) -> bytes:
    """Change a cell, a column or a name of a table of Arrow, in a file or a stream."""
    import pyarrow

    is_file = data.startswith(b"ARROW1")
    opened = pyarrow.ipc.open_file if is_file else pyarrow.ipc.open_stream
    new = pyarrow.ipc.new_file if chance.random() < 0.7 else pyarrow.ipc.new_stream
    table = _changed_table(opened(io.BytesIO(data)).read_all(), chance)
    sink = io.BytesIO()
    with new(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _changed_table(table: Any, chance: Chance) -> Any:
    import pyarrow

    table.validate(full=True)  # else what is damaged is read beyond its end
    columns = [[name, column.to_pylist()] for name, column in zip(table.column_names, table.columns, strict=True)]
    changed = [column for column in _changed_tree(columns, chance) if isinstance(column, list) and len(column) == 2]
    arrays = [pyarrow.array(values) for _, values in changed]
    if chance.random() < 0.2 and arrays:
        at = chance.randrange(len(arrays))
        kinds = [pyarrow.float32(), pyarrow.string(), pyarrow.int8(), pyarrow.binary(), pyarrow.large_string()]
        arrays[at] = arrays[at].cast(chance.choice(kinds), safe=False)
    if chance.random() < 0.1 and arrays:
        at = chance.randrange(len(arrays))
        arrays[at] = arrays[at].dictionary_encode()
    return pyarrow.table(arrays, names=[str(name) for name, _ in changed])


MUTATORS: dict[str, Callable[[bytes, Chance], bytes]] = {
    "text": text,
    "json": as_json,
    "yaml": as_yaml,
    "toml": as_toml,
    "xml": as_xml,
    "marshal": as_marshal,
    "protobuf": as_protobuf,
    "saved": as_saved,
    "parquet": as_parquet,
    "arrow": as_arrow,
}
