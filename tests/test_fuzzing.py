"""What fuzzing found, and what it went through: the inputs that are kept are parsed again, as `fuzz.checks` has it."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz import checks, corpus, drawing, mutators, parsers
from graphdiff.errors import FormatError, GraphdiffError, MissingExtraError
from graphdiff.io import dot

#: Without these a parser refuses every file.
NEEDED = {"parquet": "pyarrow", "arrow": "pyarrow", "parquet-arrays": "pyarrow", "onnx": "onnx"}


@pytest.fixture(scope="module", autouse=True)
def in_one_child() -> Iterator[None]:
    """Have Graphviz's parser start once, not for each input."""
    with drawing.in_one_child():
        yield


@pytest.mark.parametrize("name", parsers.PARSERS)
def test_what_is_kept_and_every_seed_keep_the_rules(name: str) -> None:
    if name in NEEDED:
        pytest.importorskip(NEEDED[name])
    parser = parsers.PARSERS[name]
    seeds = list(parser.seeds())
    assert seeds
    read = [checks.checked(parser, data) for data in seeds]
    assert any(read)
    for data in corpus.kept(name):
        checks.checked(parser, data)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("pip-compile", b"\\", "no '# via' that says who asks for a package"),
        ("pip-compile", b"a==1 \\\n\\\n    # via b\n", None),
        ("targets", b"app," + b"9" * 400 + b"\n", None),
        ("pdm", b'[metadata]\ngroups = ["default", [[]]]\n', "metadata: groups: expected a list of texts"),
        ("poetry", b"[metadata]\ngroups = [{}]\n", "metadata: groups: expected a list of texts"),
        ("poetry", b'[metadata]\ngroups = "a"\n', "metadata: groups: expected a list"),
    ],
)
def test_what_was_found_is_read_or_refused_in_our_words(name: str, data: bytes, told: str | None) -> None:
    if told is None:
        assert checks.checked(parsers.PARSERS[name], data)
        return
    with pytest.raises(GraphdiffError, match=told):
        parsers.PARSERS[name].parse(data)


def test_a_graph_of_which_graphviz_makes_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = subprocess.CompletedProcess((), 0, b"[null]", b"")
    monkeypatch.setattr(dot.subprocess, "run", lambda *given, **options: nothing)
    with pytest.raises(FormatError, match="Graphviz's parser makes no graph of it"):
        parsers.PARSERS["dot"].parse(b"digraph { a -> b }")


def test_the_corpus_is_small_and_of_parsers_that_are_there() -> None:
    assert sum(path.stat().st_size for path in corpus.FOLDER.iterdir()) <= 200_000
    assert {path.stem for path in corpus.FOLDER.iterdir()} <= {*parsers.PARSERS}


def test_the_corpus_comes_back_as_it_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "FOLDER", tmp_path)
    inputs = [b"\x00\xff\r\n", '"é'.encode(), b""]
    corpus.keep("csv", inputs)
    assert sorted(corpus.kept("csv")) == sorted(inputs)
    assert corpus.kept("dot") == []


# -- what the checks see


class Said(FormatError):
    """An error that says what it is given, and nothing else."""

    def __str__(self) -> str:
        return str(self.args[0])


def raising(error: BaseException) -> Any:
    def parse(data: Any, **options: Any) -> Any:
        raise error

    return parse


@pytest.mark.parametrize(
    "parse, rule",
    [
        (raising(KeyError("x")), "KeyError"),
        (raising(RecursionError("x")), "RecursionError"),
        (raising(MemoryError()), "MemoryError"),
        (raising(Said("one\ntwo")), "an error that is not one line"),
        (raising(Said("x" * 2001)), "an error that is too long"),
        (lambda data: nx.Graph([(1, 2)]), "an undirected graph"),
        (lambda data: random.random(), "another result the second time"),
        (lambda data: nx.DiGraph([(random.random(), 1)]), "another result the second time"),
    ],
)
def test_a_rule_that_does_not_hold_is_told(parse: Any, rule: str) -> None:
    with pytest.raises(checks.Broken, match=f"^{rule} at "):
        checks.checked(parsers.Parser(parse), b"x")


def test_what_takes_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "SECONDS", -1.0)
    with pytest.raises(checks.Broken, match=r"^slow at the parser: 0\.0 s"):
        checks.checked(parsers.Parser(lambda data: data), b"x")


def test_a_graph_that_is_neither_compiled_nor_refused_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "compiled", raising(KeyError("a bug")))
    with pytest.raises(checks.Broken, match=r"^KeyError at .*a bug"):
        checks.checked(parsers.Parser(lambda data: nx.DiGraph([(1, 2)])), b"x")


def test_documented_errors_keep_the_rules() -> None:
    assert not checks.checked(parsers.Parser(raising(FormatError("broken"))), b"x")
    assert not checks.checked(parsers.Parser(raising(MissingExtraError("pyarrow", "tables"))), b"x")


# -- what the mutators make


SAMPLES: dict[str, tuple[bytes, Any]] = {
    "json": (b'{"a": [1, "b", {"c": null}], "d": "e"}', json.loads),
    "yaml": (b"a:\n- b\n- c: d\n", lambda data: yaml.load(data, Loader=yaml.CBaseLoader)),
    "protobuf": (b"\x0a\x05hello\x10\x07", mutators.fields_of),
}


@pytest.mark.parametrize("syntax", SAMPLES)
def test_changed_documents_are_documents_still_and_others(syntax: str) -> None:
    data, parse = SAMPLES[syntax]
    made, n_parsed = set(), 0
    for seed in range(200):
        chance = random.Random(seed)
        try:
            changed = mutators.MUTATORS[syntax](data, chance)
            parse(changed)
        except (ValueError, IndexError, KeyError, yaml.YAMLError):
            continue
        n_parsed += 1
        made.add(changed)
    assert n_parsed > 150
    assert len(made) > 50


def test_a_changed_saved_graph_has_checksums_that_are_right() -> None:
    seen = set()
    for seed in range(60):
        try:
            parsers.PARSERS["gdiff"].parse(mutators.as_saved(parsers.saved_graphs()[0], random.Random(seed)))
            seen.add("read")
        except (ValueError, TypeError, KeyError, LookupError) as error:
            seen.add(str(error))
    assert "read" in seen
    assert not any("checksum" in one for one in seen)


@pytest.mark.parametrize("syntax", mutators.MUTATORS)
def test_what_is_no_document_is_changed_as_text(syntax: str) -> None:
    if syntax in ("parquet", "arrow"):
        pytest.importorskip("pyarrow")
    for seed in range(20):
        assert isinstance(mutators.mutated(b"\xff\x00 no document", syntax, random.Random(seed)), bytes)


# -- what repeats


#: Parsers whose files are no text, and what may ask for a search of its own.
OTHERWISE = {"parquet", "arrow", "parquet-arrays", "load", "load-mapped", "gdiff", "pstats", "pprof-proto", "onnx"}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*parsers.PARSERS} - OTHERWISE - {"command-line"}))
def test_a_line_or_a_word_that_repeats_takes_a_parser_no_time(name: str) -> None:
    """A part of each sample, repeated to 120 kB: what takes time by the square of it shows."""
    chance = random.Random(1)
    for seed in list(parsers.PARSERS[name].seeds())[:2]:
        lines = [match.span() for match in re.finditer(rb"[^\n]+\n?", seed)]
        words = [match.span() for match in re.finditer(rb"[^\s\w]|[\w.-]+", seed)]
        for start, end in [*chance.sample(lines, min(4, len(lines))), *chance.sample(words, min(8, len(words)))]:
            checks.checked(
                parsers.PARSERS[name], seed[:end] + seed[start:end] * (120_000 // (end - start)) + seed[end:]
            )
