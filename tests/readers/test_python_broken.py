"""Samples of Python's formats, cut, changed and spliced: an error of one line or a graph, within 2 s and 512 MB."""

from __future__ import annotations

import gzip
import io
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import networkx as nx
import pytest

from graphdiff.errors import GraphdiffError
from graphdiff.readers import read

DATA = Path(__file__).parents[1] / "data" / "python"
SAMPLES = {
    "deduped.pipdeptree-tree.json": "pipdeptree",
    "grimp.json": "grimp",
    "import.importtime": "importtime",
    "inspect.json": "pip-inspect",
    "pdm.lock": "pdm",
    "pipdeptree.json": "pipdeptree",
    "poetry.lock": "poetry",
    "pydeps.json": "pydeps",
    "pylock.toml": "pylock",
    "uv.lock": "uv",
    "versions.uv.lock": "uv",
}
REAL = {
    "demo.pylock.toml.gz": "pylock",
    "demo.uv.lock.gz": "uv",
    "imports/grimp.networkx.json.gz": "grimp",
    "imports/pydeps.networkx.show-deps.json.gz": "pydeps",
    "jupyterlab.pip-inspect.json.gz": "pip-inspect",
    "jupyterlab.pipdeptree-2.23.json-tree.json": "pipdeptree",
    "jupyterlab.pipdeptree.json": "pipdeptree",
    "poetry.poetry.lock.gz": "poetry",
}
OPTIONS = {
    "uv": [{}, {"markers": "here"}, {"extras": "nodes"}, {"extras": "all", "groups": "lint"}],
    "poetry": [{}, {"markers": "here"}, {"groups": "main"}],
    "pdm": [{}, {"markers": "here"}, {"extras": "requested"}],
    "pylock": [{}, {"markers": "here"}],
    "pip-inspect": [{}, {"extras": "all"}, {"extras": "nodes"}],
}
TOKEN = re.compile(rb'"[^"\n]*"|\w+|[\[\]{}=,:]')
SPLICES = [
    b"",
    b'""',
    b"[]",
    b"{}",
    b"1",
    b"-1e999",
    b"null",
    b"true",
    b"\xff\xfe",
    b"\0",
    b"[" * 3000,
    b"(" * 3000,
    b'"' * 3,
]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return `data` with some tokens swapped, dropped, doubled or spliced, some bytes changed, or its end cut off."""
    changed = data
    for _ in range(chance.randint(1, 4)):
        tokens = list(TOKEN.finditer(changed))
        if not tokens:
            return changed
        one, other = chance.choice(tokens), chance.choice(tokens)
        new = chance.choice([other[0], b"", one[0] * 2, chance.choice(SPLICES), chance.randbytes(2)])
        changed = changed[: one.start()] + new + changed[one.end() :]
    return changed[: chance.randrange(len(changed) + 1)] if chance.random() < 0.15 else changed


def outcome(data: bytes, format: str, **options: str) -> str:
    try:
        return "a graph" if isinstance(read(io.BytesIO(data), format=format, **options), nx.DiGraph) else "nothing"
    except GraphdiffError as error:
        return "one line" if len(str(error).splitlines()) == 1 else "many lines"


def try_all(data: bytes, format: str, times: int) -> None:
    for seed in range(times):
        content = mutated(data, random.Random(seed))
        for options in OPTIONS.get(format, [{}])[: 1 + seed % 4]:
            start = time.perf_counter()
            assert outcome(content, format, **options) in ("a graph", "one line"), seed
            assert time.perf_counter() - start < 2, seed


@pytest.mark.parametrize("file, format", SAMPLES.items())
def test_a_changed_sample_is_an_error_or_a_graph(file: str, format: str) -> None:
    try_all((DATA / file).read_bytes(), format, 60)


@pytest.mark.parametrize("file, format", SAMPLES.items())
@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_sample_cut_off_is_an_error_or_a_graph(file: str, format: str, part: float) -> None:
    data = (DATA / file).read_bytes()
    assert outcome(data[: int(len(data) * part)], format) in ("a graph", "one line")


@pytest.mark.slow
@pytest.mark.parametrize("file, format", [*SAMPLES.items(), *REAL.items()])
def test_two_hundred_changes_within_limits(file: str, format: str, shared_data: Path) -> None:
    here = DATA / file if file in SAMPLES else shared_data / "python" / file
    limit = "import resource; resource.setrlimit(resource.RLIMIT_DATA, (1 << 29, 1 << 29))"
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); {limit}; import test_python_broken as t"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; t.main({str(here)!r}, {format!r})"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def main(path: str, format: str) -> None:
    data = Path(path).read_bytes()
    try_all(gzip.decompress(data) if path.endswith(".gz") else data, format, 200)
