"""What is distributed: its version, what it needs, whose it is, and what is in a wheel and an sdist."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_string
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import graphdiff as gd
from graphdiff.cli.manual import pages

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
LICENCES = ROOT / "LICENSES"


def test_the_version_stands_in_one_place() -> None:
    assert "version" in PROJECT["dynamic"]
    first = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert first is not None
    assert first[1] == gd.__version__


@pytest.mark.parametrize(
    "command", [[sys.executable, "-m", "graphdiff"], [Path(sys.executable).with_name("graphdiff")]]
)
def test_the_command_and_the_module_say_it(command: list[str]) -> None:
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not here")
    done = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"graphdiff, version {gd.__version__}\n"


def test_the_newest_versions_are_within_what_is_declared() -> None:
    """They are what pip chose: a name that is lacking, or a bound above them, says that the file is to be made anew."""
    declared = {found.name: found for found in map(Requirement, [*PROJECT["dependencies"], *chain(*EXTRAS.values())])}
    lines = [line for line in (ROOT / "tests" / "newest.txt").read_text().splitlines() if not line.startswith("#")]
    newest = {found.name: str(found.specifier).removeprefix("==") for found in map(Requirement, lines)}
    assert set(newest) <= set(declared)
    assert set(newest) >= {Requirement(line).name for line in [*PROJECT["dependencies"], *EXTRAS["dev"]]}
    assert [name for name, version in newest.items() if version not in declared[name].specifier] == []


def test_what_is_of_others_is_there_with_its_licence() -> None:
    rows = re.findall(r"^\| (`.*?) \| .* \| (.*) \|$", (LICENCES / "README.md").read_text(), re.MULTILINE)
    named = [file for files, _ in rows for file in re.findall(r"`(.*?)`", files)]
    texts = {text for _, licence in rows for text in re.findall(r"\]\((.*?)\)", licence)}
    assert len(named) == len(set(named)) >= 5
    assert [file for file in named if not (ROOT / file).is_file()] == []
    assert {path.name for path in LICENCES.iterdir()} == {*texts, "README.md"}
    kept = {path.name for pattern in PROJECT["license-files"] for path in ROOT.glob(pattern)}
    assert kept == {"LICENSE", "README.md", *texts}


def test_the_graphs_of_other_models_are_among_them() -> None:
    """Whoever adds one says whose it is."""
    listed = (LICENCES / "README.md").read_text()
    graphs = [*(ROOT / "data").glob("saying-*"), *(ROOT / "tests" / "data" / "attribution").glob("*.json")]
    assert [path.name for path in graphs if str(path.relative_to(ROOT)) not in listed] == []


def test_what_git_tracks_the_sdist_is_told_to_hold() -> None:
    """The slow test below asks the sdist itself."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs a checkout")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    words = [line.split() for line in (ROOT / "MANIFEST.in").read_text().splitlines()]
    told = {name for verb, *names in words if verb in ("graft", "include") for name in names}
    # What setuptools takes by itself.
    told |= {"graphdiff", "LICENSE", "MANIFEST.in", "README.md", "pyproject.toml"}
    assert {name.split("/")[0] for name in tracked} - told == set()


@pytest.mark.slow
def test_a_wheel_has_what_it_needs_and_an_sdist_what_the_checkout_has(tmp_path: Path) -> None:
    """`.ci/wheel` builds both, installs the wheel in an empty environment, and asks pip and the command there."""
    done = subprocess.run(
        ["bash", ".ci/wheel", str(tmp_path), "none"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "No broken requirements found." in done.stdout
    assert done.stdout.count(f"graphdiff, version {gd.__version__}\n") == 2
    with zipfile.ZipFile(*(tmp_path / "dist").glob("*.whl")) as wheel:
        names = set(wheel.namelist())
        information = f"nx_graphdiff-{gd.__version__}.dist-info"
        metadata = message_from_string(wheel.read(f"{information}/METADATA").decode())
    package = {name for name in names if name.startswith("graphdiff/")}
    assert package == {
        str(path.relative_to(ROOT))
        for path in (ROOT / "graphdiff").rglob("*")
        if path.is_file() and path.suffix not in (".pyc", ".nbi", ".nbc")
    }
    beside = {name.split("/share/man/man1/")[-1] for name in names - package if "/share/" in name}
    assert beside == set(pages())
    assert {name.split("/")[0] for name in names} == {
        "graphdiff",
        information,
        information.replace("dist-info", "data"),
    }
    assert (metadata["Name"], metadata["Version"]) == (PROJECT["name"], gd.__version__)
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert f"{information}/licenses/LICENSE" in names
    with tarfile.open(*(tmp_path / "dist").glob("*.tar.gz")) as sdist:
        held = {name.partition("/")[2] for name in sdist.getnames() if not name.endswith(".egg-info")}
    if (ROOT / ".git").exists():
        tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
        assert set(tracked.stdout.splitlines()) - held == set()
