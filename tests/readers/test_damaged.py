"""Damaged dependency files, and every real one: a graph, or one clear line, soon and in little memory."""

from __future__ import annotations

import gzip
import io
import lzma
import multiprocessing
import os
import random
import re
import resource
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from graphdiff.errors import FormatError, GraphdiffError
from graphdiff.readers import read

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
    "debian/apt-cache-depends-recurse.git.txt": UNKNOWN,
    "debian/apt-cache-depends-recurse.gnome-core.txt.gz": UNKNOWN,
    "debian/apt-cache-depends-recurse.python3-numpy.txt": UNKNOWN,
    "debian/apt-cache-rdepends-recurse.git.names.txt.gz": UNKNOWN,
    "debian/apt-cache-rdepends-recurse.libc6.names.txt.gz": UNKNOWN,
    "debian/apt-cache-rdepends-recurse.python3-numpy.names.txt.gz": UNKNOWN,
    "debian/apt-rdepends.git.txt": UNKNOWN,
    "debian/apt-rdepends.gnome-core.txt.gz": UNKNOWN,
    "debian/apt-rdepends.python3-numpy.txt": UNKNOWN,
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

SAMPLES = {
    "sbom/app.cdx.json": "cyclonedx",
    "sbom/app.cdx.xml": "cyclonedx",
    "sbom/app.spdx": "spdx",
    "sbom/app.spdx.json": "spdx",
    "sbom/app.spdx3.json": "spdx",
    "dbt/manifest.json": "dbt",
    "debian/small.Packages": "debian",
    "vcg/shop.ci": "vcg",
    "tools/cmake.dot": "cmake",
    "tools/terraform.dot": "terraform",
    "tools/systemd.dot": "systemd",
    "tools/llvm-calls.dot": "llvm-calls",
    "tools/llvm-flow.dot": "llvm-flow",
    "tools/pprof.dot": "pprof",
    "tools/gprof2dot.dot": "gprof2dot",
}
VALUE = re.compile(rb'"(?:[^"\\]|\\.)*"|\b\d+\b|\btrue\b|\[\]|\{\}')
OTHERS = [b"null", b"0", b'""', b"[]", b"{}", b"[[]]", b'{"a": 1}', b'"\\ud800"', b"-1e999", b"<", b'"', b"\xff", b"\0"]


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Return the data with one to three places changed, cut out, doubled, or replaced by something of another type."""
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(data) or 1)
        end = min(len(data), start + chance.choice([1, 1, 5, 50, 500]))
        match chance.randrange(6):
            case 0:
                data = data[:start] + bytes([chance.randrange(256)]) + data[start + 1 :]
            case 1:
                data = data[:start] + data[end:]
            case 2:
                data = data[:end] + data[start:end] * chance.choice([1, 2, 200]) + data[end:]
            case 3:
                data = data[:start]
            case _:
                values = [match.span() for match in VALUE.finditer(data)] or [(start, end)]
                left, right = chance.choice(values)
                data = data[:left] + chance.choice(OTHERS) + data[right:]
    return data


def read_damaged(data: bytes, format: str | None, times: int) -> tuple[float, int]:
    """Read damaged copies; return the longest time and the most memory of this process and its children.

    Time is a processor's, so that a busy machine fails no test; memory is in bytes.
    """
    chance, longest = random.Random(len(data)), 0.0
    for _ in range(times):
        copy = damaged(data, chance)
        began = sum(os.times()[:4])
        try:
            read(io.BytesIO(copy), format=format)
        except GraphdiffError as error:
            assert "\n" not in str(error) and str(error)  # noqa: PT017, PT018
        longest = max(longest, sum(os.times()[:4]) - began)
    usage = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return longest, 1024 * max(usage)


@pytest.mark.parametrize("file, format", SAMPLES.items())
def test_damaged_samples_give_a_graph_or_one_clear_line(file: str, format: str, test_data: Path) -> None:
    times = 5 if file.startswith("tools/") else 100
    longest, _ = read_damaged((test_data / file).read_bytes(), format, times)
    assert longest < 2


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS)
def test_damaged_real_files_take_under_2_s_and_512_mb(folder: str, shared_data: Path) -> None:
    for path in real_files(shared_data, folder):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        check_apart(content, path)


@pytest.mark.slow
def test_damaged_debian_indexes_take_under_2_s_and_512_mb(shared_data: Path) -> None:
    path = shared_data / "debian" / "bookworm-main-amd64.Packages.xz"
    with lzma.open(path) as index:
        check_apart(index.read(2_000_000), path)


def check_apart(content: bytes, path: Path) -> None:
    # In a process of its own, whose memory is that of reading alone.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        longest, memory = pool.submit(read_damaged, content, None, 200).result()
    assert longest < 2, path
    assert memory < 512 * 2**20, path
