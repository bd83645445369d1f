"""Files of the machine that are no graphs: none is taken for a table or for JSON data of a graph by accident."""

from __future__ import annotations

import os
import random
import stat
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphdiff.errors import GraphdiffError
from graphdiff.io.read import read

FOLDERS = ["/usr/share", "/etc", "/usr/include", "/usr/lib", "/var/log", "/usr/bin", sysconfig.get_path("stdlib")]
#: Files that are graphs, whether their suffix says it or not: which kind of media is a subclass of which; and a table
#: of translations, whose header says source and target.
GRAPHS = (".dot", ".gv", ".gml", ".graphml", ".gexf", ".net", ".lock", "Packages", "mime/subclasses", "polish.txt")
LARGEST = 1 << 20
NUMBER = 300


def files() -> Iterator[str]:
    for folder in FOLDERS:
        for place, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if name not in ("site-packages", "dist-packages", "graphdiff")]
            yield from (path for name in names if not (path := os.path.join(place, name)).endswith(GRAPHS))


def is_sample(path: str) -> bool:
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and 0 < found.st_size < LARGEST and os.access(path, os.R_OK)


def outcome(path: str) -> str:
    """Return the format that a file is read in, or the class of the error."""
    try:
        return str(read(path).graph["format"])
    except GraphdiffError as error:
        said = str(error)
        return type(error).__name__ if "\n" not in said else said


def sample(every: list[str], number: int) -> list[str]:
    order = random.Random(11).sample(every, len(every))
    return [path for path in order if is_sample(path)][:number]


@pytest.mark.slow
def test_files_that_are_no_graphs_are_refused_each_in_one_line() -> None:
    every = sorted(set(files()))
    if len(every) < 2 * NUMBER:
        pytest.skip(f"only {len(every)} files are here to look at")
    found = {path: outcome(path) for path in sample(every, NUMBER)}
    counts = Counter(found.values())
    print(f"{len(found)} of {len(every):,} files: {dict(counts)}")
    taken = {path: format for path, format in found.items() if not format.endswith("Error")}
    assert not {path: format for path, format in taken.items() if "CSV" in format or "JSON" in format}, counts
    assert not taken, counts


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".txt", ".tab", ".dat", ".list", ".conf", ".log"])
def test_tables_and_lists_that_are_no_graphs_are_refused(suffix: str) -> None:
    every = sorted(path for path in files() if path.endswith(suffix))
    found = {path: outcome(path) for path in sample(every, 100)}
    print(f"{len(found)} files {suffix}: {dict(Counter(found.values()))}")
    if not found:
        pytest.skip(f"no file {suffix} is here")
    assert not {path: format for path, format in found.items() if not format.endswith("Error")}


SHARED = {
    "CSV edge list": [
        "circuits/multiplier.edges.csv.gz", "compgraph/*.neurons.csv", "debian/*.edges.csv.xz",
        "onnx/light_*.edges.csv", "pathmodels/*.edges.csv", "pathmodels/*.edges.csv.gz",
        "reported/07.csv", "reported/08.csv",
    ],
    "CSV edge list, first row read as an edge": [
        "go/go1.19-std.imports.txt", "reported/zero-ways-round-a-cycle.csv",
    ],
    "lavaan path model": ["pathmodels/*.parameterEstimates.csv", "reported/01.csv", "reported/03.csv"],
    "networkx edge list": ["reported/09.edgelist"],
}  # fmt: skip


@pytest.mark.slow
def test_of_the_shared_data_only_tables_of_edges_are_read_as_tables(shared_data: Path) -> None:
    expected = {
        path: format
        for format, patterns in SHARED.items()
        for pattern in patterns
        for path in shared_data.glob(pattern)
    }
    assert len(expected) > 15
    others = [
        path
        for path in sorted(shared_data.rglob("*"))
        # Of a number too long to be one `test_debian` speaks.
        if path.is_file() and path.stat().st_size < LARGEST and path.name != "long-number.Packages"
    ]
    found = {path: outcome(str(path)) for path in others}
    print(f"{len(found)} files: {dict(Counter(found.values()))}")
    tables = {
        path: format
        for path, format in found.items()
        if any(word in format for word in ("CSV", "path model", "networkx"))
    }
    wrong = {path: format for path, format in tables.items() if expected.get(path) != format}
    assert not wrong
    assert {path: found[path] for path in expected if path in found} == {
        path: format for path, format in expected.items() if path in found
    }
