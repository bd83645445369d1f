"""Files of the machine that are no graphs: each is read by its own format or refused in one line; none by a guess."""

from __future__ import annotations

import os
import random
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphdiff.errors import GraphdiffError
from graphdiff.io.read import read

FOLDERS = ("/usr/share", "/usr/lib/node_modules", "/usr/include", "/etc", sysconfig.get_paths()["purelib"])
DOCUMENTS = (".json", ".yaml", ".yml", ".toml", ".xml", ".lock", ".svg", ".map", ".ipynb")
OTHERS = (".py", ".js", ".c", ".h", ".conf", ".log", ".txt", ".md", ".so", ".png", ".gz", ".html", ".css", ".sh", ".pl")
SAMPLE, SEED, LARGEST = 300, 11, 2_000_000
#: What JSON, XML and the like are read as that are graphs of packages.
OWN = {"CycloneDX JSON", "CycloneDX XML", "SPDX JSON", "npm package-lock", "yarn.lock", "Cargo.lock", "GraphML", "GEXF"}


def files_of(endings: tuple[str, ...]) -> list[Path]:
    """Return some files with these endings, the same ones each time on one machine."""
    found = sorted(path for folder in FOLDERS for path in walked(folder) if path.endswith(endings))
    random.Random(SEED).shuffle(found)
    return [Path(path) for path in found[:SAMPLE]]


def walked(folder: str) -> Iterator[str]:
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if os.path.isfile(path) and 0 < os.path.getsize(path) < LARGEST and os.access(path, os.R_OK):
                yield path


def outcomes(files: list[Path]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for path in files:
        try:
            counted[read(path).graph["format"]] += 1
        except GraphdiffError as error:
            assert len(str(error).splitlines()) == 1, path  # noqa: PT017
            counted["refused"] += 1
    return counted


@pytest.mark.slow
@pytest.mark.parametrize("endings", [DOCUMENTS, OTHERS], ids=["documents", "others"])
def test_files_of_the_machine_are_refused_or_read_by_their_own_format(endings: tuple[str, ...]) -> None:
    files = files_of(endings)
    if len(files) < SAMPLE:
        pytest.skip("needs a machine with more files")
    counted = outcomes(files)
    print(counted)
    by_guess = {format for format in counted if "JSON" in format and format not in OWN}
    assert not by_guess
    assert endings is OTHERS or set(counted) <= {"refused", *OWN}
