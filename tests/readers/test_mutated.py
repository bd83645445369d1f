"""Damaged files of packages: every one is a graph or one clear error, in little time and memory."""

from __future__ import annotations

import contextlib
import random
import re
import resource
import sys
import time
from pathlib import Path

import pytest

from graphdiff.errors import GraphdiffError
from graphdiff.readers import READERS, read

SAMPLES = Path(__file__).resolve().parents[1] / "data"
FORMATS = {
    "npm/package-lock.json": "npm-lock", "npm/ls.json": "npm-ls", "pnpm/v5.yaml": "pnpm", "pnpm/v6.yaml": "pnpm",
    "pnpm/v9.yaml": "pnpm", "yarn/classic.lock": "yarn", "yarn/berry.lock": "yarn-berry",
    "rust/metadata.json": "cargo-metadata", "rust/Cargo.lock": "cargo-lock", "go/mod-graph.txt": "go-mod-graph",
    "go/list.json": "go-list", "java/tree.dot": "maven", "java/tree.graphml": "maven", "java/tree.tgf": "maven",
    "java/tree.json": "maven", "java/bazel.dot": "bazel",
}  # fmt: skip
REAL = {
    "js/dependency-cruiser.package-lock.json": "npm-lock",
    "js/dependency-cruiser.npm-ls-all.json": "npm-ls",
    "js/dependency-cruiser-2022-07-17-focus-me.json": "dependency-cruiser",
    "rust/cargo-metadata.metadata1.json": "cargo-metadata",
    "rust/cargo.Cargo.lock": "cargo-lock",
    "go/expected-gomodules-depgraph.json": "snyk",
    "go/go-mod-graph.go-mod-graph-chart.txt": "go-mod-graph",
    "java/fossa-multideptree.dot": "maven",
    "java/depgraph-maven-plugin/depgraph-maven-plugin-test__graph_module-3.json": "depgraph",
}
# What replaces a value or a key: other types, other texts, nothing, much.
VALUES = [b"null", b"3", b"-1e999", b"true", b"[]", b"{}", b'""', b'"\\ud800"', b'{"a": {"a": []}}', b"[" * 50]
TOKEN = re.compile(rb'"[^"\n]*"|\b[\w.^@-]+\b|[{}\[\]:,]')


def damaged(content: bytes, choose: random.Random) -> bytes:
    """Return the content with one to three faults: bytes changed, cut out, doubled, or a value of another type."""
    for _ in range(choose.randint(1, 3)):
        start = choose.randrange(len(content) or 1)
        end = min(len(content), start + choose.choice([1, 5, 50, 500]))
        token = TOKEN.search(content, start)
        match choose.choice(["byte", "cut", "double", "truncate", "value", "value", "value"]):
            case "byte":
                content = content[:start] + bytes([choose.randrange(256)]) + content[start + 1 :]
            case "cut":
                content = content[:start] + content[end:]
            case "double":
                content = content[:end] + content[start:end] + content[end:]
            case "truncate":
                content = content[:start]
            case "value" if token:
                content = content[: token.start()] + choose.choice(VALUES) + content[token.end() :]
    return content


def check(content: bytes, format: str, path: Path) -> None:
    for given in (format, None):
        path.write_bytes(content)
        began = time.process_time()
        try:
            graph = read(path, format=given)
        except GraphdiffError as error:
            said = str(error)
        else:
            said = str(graph.graph["format"])
        assert said
        assert "\n" not in said
        assert time.process_time() - began < 2


def check_many(content: bytes, format: str, path: Path, count: int) -> None:
    choose = random.Random(f"{format} {len(content)}")
    for _ in range(count):
        check(damaged(content, choose), format, path)


@pytest.mark.parametrize(("file", "format"), FORMATS.items())
def test_damaged_samples_are_graphs_or_errors(file, format, tmp_path):
    count = 5 if format == "bazel" else 40  # Graphviz runs anew for each
    check_many((SAMPLES / file).read_bytes(), format, tmp_path / "x", count)


@pytest.mark.slow
@pytest.mark.parametrize(("file", "format"), [*FORMATS.items(), *REAL.items()])
def test_two_hundred_damaged_files_are_graphs_or_errors(file, format, tmp_path, shared_data):
    path = SAMPLES / file if file in FORMATS else shared_data / file
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    check_many(path.read_bytes(), format, tmp_path / "x", 200)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * (1 if sys.platform == "darwin" else 1024) < 512 * 2**20


@pytest.mark.parametrize("format", sorted({*FORMATS.values(), *REAL.values()}))
@pytest.mark.parametrize(
    "content",
    [
        b"{" * 200_000, b"[" * 200_000, b'{"a":' * 100_000, b"a: " * 100_000, b"- " * 100_000, b'"' * 100_000,
        b" " * 200_000 + b"x", b"a@" * 100_000, b"(" * 100_000, b"a.b." * 50_000 + b"= 1", b"\xff" * 100_000,
        b"\0" * 1000,        b"x\n" * 50_000, b"<a>" * 50_000, b"digraph mygraph {" + b'"' * 50_001,
    ],
    ids=lambda content: repr(content[:12]),
)  # fmt: skip
def test_nothing_nests_or_repeats_a_reader_to_death(format, content, tmp_path):
    began = time.process_time()
    path = tmp_path / "x"
    path.write_bytes(content)
    with contextlib.suppress(GraphdiffError):
        read(path, format=format)
    assert time.process_time() - began < 2


def test_every_format_of_the_samples_is_in_the_table():
    assert {*FORMATS.values(), *REAL.values()} <= set(READERS)
