"""Damaged dependency files, and every real one: a graph, or one clear line, soon and in little memory."""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import multiprocessing
import os
import random
import re
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

import networkx as nx
import pytest
from samples import DATA, SAMPLES

from graphdiff.errors import FormatError, GraphdiffError
from graphdiff.io.formats import READERS
from graphdiff.io.read import read

FOLDERS = ("sbom", "dbt", "cmake", "terraform", "systemd", "llvm", "debian")
NO_DEPENDENCIES = "without a dependency section: nothing in it says what needs what"
UNKNOWN = "is in no format that is known"
# All others are read.
REFUSED = {
    "sbom/SBOM__cern-lhc-vdm-editor-e564943__bom.json": NO_DEPENDENCIES,
    "sbom/SBOM__cern-lhc-vdm-editor-e564943__bom.xml": NO_DEPENDENCIES,
    "sbom/SBOM__juice-shop__v11.1.2__bom.json.gz": NO_DEPENDENCIES,
    "sbom/SBOM__laravel-7.12.0__bom.1.1.xml": NO_DEPENDENCIES,
    "sbom/VEX__vex.json": NO_DEPENDENCIES,
    "debian/apt-cache-depends-recurse.git.txt": "what apt prints for people",
    "debian/apt-cache-depends-recurse.gnome-core.txt.gz": "what apt prints for people",
    "debian/apt-cache-depends-recurse.python3-numpy.txt": "what apt prints for people",
    "debian/apt-cache-rdepends-recurse.git.names.txt.gz": UNKNOWN,
    "debian/apt-cache-rdepends-recurse.libc6.names.txt.gz": UNKNOWN,
    "debian/apt-cache-rdepends-recurse.python3-numpy.names.txt.gz": UNKNOWN,
    "debian/apt-rdepends.git.txt": "what apt prints for people",
    "debian/apt-rdepends.gnome-core.txt.gz": "what apt prints for people",
    "debian/apt-rdepends.python3-numpy.txt": "what apt prints for people",
}
# As their folders' READMEs count them, save for CMake's legend (8 nodes, 7 edges); bills are in test_sbom.
COUNTS = {
    "dbt/jaffle_shop.manifest-v12-1.12.json.gz": (87, 94),
    "dbt/jaffle_shop.manifest-v6.json.gz": (28, 29),
    "cmake/fmt.cmake-graphviz.dot": (27, 44),
    "terraform/draw-cycles.terraform-graph.dot": (7, 10),
    "terraform/blast-radius.demo-1.json": (10, 13),
    "terraform/blast-radius.demo-2.json": (24, 27),
    "systemd/sshd.systemd-analyze.dot": (10, 15),
    "systemd/gs-pi4-boot-cycle.dot": (8, 8),
    "llvm/cyc.ll.callgraph.dot": (15, 16),
    "llvm/zlib.callgraph.dot": (104, 126),
    "debian/apt-rdepends.git.dot": (51, 126),
    "debian/apt-rdepends.gnome-core.dot.gz": (910, 4245),
    "debian/debtree.git.dot": (63, 90),
    "debian/debtree.python3-numpy.dot": (82, 117),
    "debian/apt-cache-dotty.git.dot": (290, 480),
}


def real_files(shared_data: Path, folder: str) -> list[Path]:
    # The largest two are read in other tests.
    paths = (path for path in sorted((shared_data / folder).rglob("*")) if path.is_file() and path.suffix != ".xz")
    return [path for path in paths if path.name not in ("README.md", "truth.json")]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_real_file_is_read_or_refused_with_a_reason(folder: str, shared_data: Path) -> None:
    for path in real_files(shared_data, folder):
        file = str(path.relative_to(shared_data))
        if file in REFUSED:
            with pytest.raises(FormatError, match=f"{re.escape(path.name)}.*{REFUSED[file]}") as caught:
                read(path)
            assert "\n" not in str(caught.value)
            continue
        graph = read(path)
        assert len(graph) > 0, file
        if file in COUNTS:
            assert (len(graph), graph.number_of_edges()) == COUNTS[file], file


# --- damage -------------------------------------------------------------------------------------------------------

#: Formats that Graphviz reads, in a process for each.
DRAWN = {
    "dot", "cmake", "terraform", "systemd", "llvm-calls", "llvm-flow", "pprof", "gprof2dot", "bazel", "maven", "pyan",
    "turbo",
}  # fmt: skip
LOCKED = [{}, {"markers": "here"}, {"extras": "nodes"}, {"extras": "all", "groups": "lint"}]
OPTIONS: dict[str, list[dict[str, str]]] = {
    "uv": LOCKED,
    "poetry": LOCKED,
    "pdm": LOCKED,
    "pylock": [{}, {"markers": "here"}],
    "pip-inspect": [{}, {"extras": "all"}, {"extras": "nodes"}],
    "pip-compile": [{}, {"markers": "here"}],
    "pip-report": [{}, {"extras": "none"}, {"extras": "nodes"}],
}
TOKEN = re.compile(rb'"(?:[^"\\\n]|\\.)*"|[\w.^@-]+|[\[\]{}=,:]')
OTHERS = [
    b"", b"null", b"0", b"true", b'""', b"[]", b"{}", b"[[]]", b'{"a": 1}', b'{"a": {"a": []}}', b'"\\ud800"',
    b"-1e999", b"<", b'"', b'"""', b"\xff\xfe", b"\0", b"[" * 3000, b"(" * 3000,
]  # fmt: skip


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Return the data with one to four places changed, cut out, doubled, or replaced by something of another type."""
    for _ in range(chance.randint(1, 4)):
        start, elsewhere = (chance.randrange(len(data) or 1) for _ in range(2))
        end = min(len(data), start + chance.choice([1, 1, 5, 50, 500]))
        match chance.randrange(9):
            case 0:
                data = data[:start] + bytes([chance.randrange(256)]) + data[start + 1 :]
            case 1:
                data = data[:start] + data[end:]
            case 2:
                data = data[:end] + data[start:end] * chance.choice([1, 2, 200]) + data[end:]
            case 3:
                data = data[:start]
            case _:
                one, other = TOKEN.search(data, start), TOKEN.search(data, elsewhere)
                new = chance.choice([*OTHERS, one[0] * 2 if one else b"", other[0] if other else b""])
                left, right = one.span() if one else (start, end)
                data = data[:left] + new + data[right:]
    return data


def read_damaged(data: bytes, format: str | None, times: int) -> tuple[float, int]:
    """Read damaged copies; return the longest time and the most memory of this process and its children.

    Time is a processor's, so that a busy machine fails no test; memory is in bytes.
    """
    chance, longest = random.Random(len(data)), 0.0
    for _ in range(times):
        copy = damaged(data, chance)
        given = chance.choice([format, format, None])
        options = chance.choice(OPTIONS.get(given or "", [{}]))
        began = sum(os.times()[:4])
        try:
            assert isinstance(read(io.BytesIO(copy), format=given, **options), nx.DiGraph)
        except GraphdiffError as error:
            assert len(str(error).splitlines()) == 1, copy  # noqa: PT017
        longest = max(longest, sum(os.times()[:4]) - began)
    usage = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return longest, (1 if sys.platform == "darwin" else 1024) * max(usage)


@pytest.mark.parametrize("file, format", SAMPLES.items())
def test_damaged_samples_give_a_graph_or_one_clear_line(file: str, format: str) -> None:
    longest, _ = read_damaged((DATA / file).read_bytes(), format, 5 if format in DRAWN else 80)
    assert longest < 2


@pytest.mark.parametrize("format", [*sorted({*READERS} - DRAWN - {"env", "imports"}), "dot", "maven"])
@pytest.mark.parametrize(
    "content",
    [
        b"{" * 200_000, b"[" * 200_000, b'{"a":' * 100_000, b"a: " * 100_000, b"- " * 100_000, b'"' * 100_000,
        b" " * 200_000 + b"x", b"a@" * 100_000, b"(" * 100_000, b"a.b." * 50_000 + b"= 1", b"\xff" * 100_000,
        b"\0" * 1000, b"x\n" * 50_000, b"<a>" * 50_000, b"digraph mygraph {" + b'"' * 50_001,
    ],
    ids=lambda content: repr(content[:12]),
)  # fmt: skip
def test_nothing_nests_or_repeats_a_reader_to_death(format: str, content: bytes) -> None:
    began = time.process_time()
    with contextlib.suppress(GraphdiffError):
        read(io.BytesIO(content), format=format)
    assert time.process_time() - began < 2


#: Damaged copies of a file; of all drawings in a folder together twice as many, as each is a process of Graphviz's.
COPIES = 200


@pytest.mark.slow
@pytest.mark.parametrize("folder", [*FOLDERS, "python", "js", "rust", "go", "java"])
def test_damaged_real_files_take_under_2_s_and_512_mb(folder: str, shared_data: Path, apart: Executor) -> None:
    paths = real_files(shared_data, folder)
    drawn = [path for path in paths if path.name.removesuffix(".gz").endswith((".dot", ".gv"))]
    of_a_drawing = min(COPIES, 2 * COPIES // len(drawn)) if drawn else 0
    for path in paths:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        check_apart(apart, content, path, of_a_drawing if path in drawn else COPIES)


@pytest.mark.slow
def test_damaged_debian_indexes_take_under_2_s_and_512_mb(shared_data: Path, apart: Executor) -> None:
    path = shared_data / "debian" / "bookworm-main-amd64.Packages.xz"
    with lzma.open(path) as index:
        check_apart(apart, index.read(2_000_000), path, COPIES)


#: Profiles in JSON, whose readers are asked alone, without telling the format.
PROFILES = [
    file for file, format in SAMPLES.items() if format in ("chrome-trace", "cpuprofile", "firefox", "speedscope")
]


@pytest.mark.slow
@pytest.mark.parametrize("file", PROFILES)
def test_100_000_damaged_profiles_give_a_graph_or_one_clear_line(file: str) -> None:
    data, chance, n_graphs = (DATA / file).read_bytes(), random.Random(43), 0
    for _ in range(100_000):
        copy = damaged(data, chance)
        try:
            graph = READERS[SAMPLES[file]].function(copy, name="x")
        except GraphdiffError as error:
            assert len(str(error).splitlines()) == 1, copy  # noqa: PT017
            continue
        n_graphs += 1
        assert all(said["inclusive"] >= said["self"] * 0.999999 >= 0 for _, said in graph.nodes(data=True)), copy
    assert n_graphs > 1000


@pytest.fixture
def apart() -> Iterator[Executor]:
    """Give a process of its own, whose memory is that of reading alone."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def check_apart(apart: Executor, content: bytes, path: Path, copies: int) -> None:
    longest, memory = apart.submit(read_damaged, content, None, copies).result()
    assert longest < 2, path
    assert memory < 512 * 2**20, path
