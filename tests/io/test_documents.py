"""JSON, TOML and YAML within limits, for every reader alike; values of another shape than was promised."""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphdiff.errors import FormatError, LimitError
from graphdiff.io.cargo import read_cargo_lock
from graphdiff.io.documents import (
    json_values,
    listing,
    mapping,
    mappings,
    parse_json,
    parse_toml,
    parse_yaml,
    text,
    texts,
)
from graphdiff.io.python.poetry import read_pdm_lock, read_poetry_lock
from graphdiff.io.python.pylock import read_pylock
from graphdiff.io.python.uv import read_uv_lock

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
TOML_READERS = [read_uv_lock, read_poetry_lock, read_pdm_lock, read_pylock, read_cargo_lock]
TWICE = r"^x: broken (JSON|TOML|YAML): .*(twice|overwrite)"


@given(st.lists(VALUES, max_size=3), st.sampled_from([" ", "\n", "\r\n\t"]))
def test_values_one_after_another_are_those_written(values: list[Any], blank: str) -> None:
    content = blank + blank.join(map(json.dumps, values)) + blank
    assert json_values(content.encode(), "x") == values


@pytest.mark.parametrize(
    ("parse", "content"),
    [
        (parse_json, b'[{"a": 1, "b": {"a": 2}, "a": 3}]'),
        (json_values, b'{"a": 1} {"a": 1, "a": 1}'),
        (parse_toml, b"a = 1\nb = 2\na = 3\n"),
        (parse_yaml, b"a: 1\nb: {c: 1, a: 2, c: 3}\n"),
    ],
)
def test_a_key_twice_is_refused(parse: Callable[[bytes, str], Any], content: bytes) -> None:
    with pytest.raises(FormatError, match=TWICE):
        parse(content, "x")


@pytest.mark.parametrize(
    ("parse", "content"),
    [
        (parse_json, b"[" * 200_000),
        (json_values, b'1 {"a":' + b"[" * 200_000),
        (parse_toml, b"a = " + b"[\n" * 50_000),
        (parse_yaml, b"[" * 70),
    ],
)
def test_what_is_nested_deep_is_refused(parse: Callable[[bytes, str], Any], content: bytes) -> None:
    with pytest.raises(FormatError, match=r"^x.*nested"):
        parse(content, "x")


@pytest.mark.parametrize("parts", [b"a.", b'"a".', b"a . ", b"'a b'.", b'"a b" . ', b'"\\"".', b"''."])
@pytest.mark.parametrize("read", TOML_READERS)
def test_a_key_of_many_parts_is_refused_at_once(read: Callable[..., Any], parts: bytes) -> None:
    with pytest.raises(FormatError, match=r"^x: broken TOML: a key of more than 64 parts$"):
        read(parts * 200_000 + b"a = 1", name="x")


@pytest.mark.parametrize("line", ["a." * 62 + "b = 1", '"\\' * 4000, ',"\\"' * 2000, '\'"a" ' * 1500, "a " * 4000])
def test_looking_for_long_keys_takes_linear_time(line: str) -> None:
    content = "\n".join([line] * (1_500_000 // len(line)))
    began = time.process_time()
    with pytest.raises(FormatError, match=r"^x: broken TOML: "):
        parse_toml(content.encode(), "x")
    assert time.process_time() - began < 1


@pytest.mark.parametrize("read", TOML_READERS)
def test_an_endless_line_is_refused(read: Callable[..., Any]) -> None:
    with pytest.raises(LimitError, match=r"^x: a line of over 10,000 bytes, which no lock file has$"):
        read(b"a = '" + b"a" * 10_000 + b"'", name="x")


@given(st.lists(st.sampled_from(["a", '"b c"', "'d.e'", ".", " ", "=", "\n", "1", "[", "]"]), max_size=30))
def test_toml_is_what_tomllib_reads(parts: list[str]) -> None:
    content = "".join(parts)
    try:
        expected = tomllib.loads(content)
    except tomllib.TOMLDecodeError:
        with pytest.raises(FormatError, match=r"^x: broken TOML: "):
            parse_toml(content.encode(), "x")
    else:
        assert parse_toml(content.encode(), "x") == expected


@given(VALUES)
def test_a_value_has_the_shape_that_was_asked_for_or_is_refused_in_one_line(value: Any) -> None:
    shapes: dict[Callable[[Any, str], Any], Callable[[Any], bool]] = {
        mapping: lambda one: isinstance(one, dict),
        listing: lambda one: isinstance(one, list),
        text: lambda one: isinstance(one, str),
        texts: lambda one: isinstance(one, list) and all(isinstance(part, str) for part in one),
        mappings: lambda one: isinstance(one, list) and all(isinstance(part, dict) for part in one),
    }
    for shape, holds in shapes.items():
        if holds(value) or value in (None, ""):
            found = shape(value, "x: place")
            found = [part for _, part in found] if shape is mappings else found
            assert found == value or (value in (None, "") and not found)
        else:
            with pytest.raises(FormatError, match=r"^x: place[^\n]*: expected [^\n]+, found [^\n]+$"):
                list(shape(value, "x: place"))
