"""Formats of other packages: the package of docs/plugins.md is installed and read with, and broken ones are named."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Run
from samples import DATA, SAMPLES

import graphdiff as gd
from graphdiff.errors import FormatError, PluginError, UsageError
from graphdiff.io import plugins

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")
JOBS = "jobs 1\nbuild: -\ntest: build\ndeploy: test, build @night\n"


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of the page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def install(site: Path, project: str, files: dict[str, str]) -> None:
    """Put a package into a folder as an installer does: its modules, and what its pyproject.toml says beside them."""
    said = tomllib.loads(project)["project"]
    beside = site / f"{said['name'].replace('-', '_')}-{said['version']}.dist-info"
    beside.mkdir(parents=True)
    (beside / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {said['name']}\nVersion: {said['version']}\n")
    lines = [f"{name} = {value}" for name, value in said["entry-points"]["graphdiff.formats"].items()]
    (beside / "entry_points.txt").write_text("\n".join(["[graphdiff.formats]", *lines, ""]))
    for name, text in files.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(text)


def project_of(name: str, **formats: str) -> str:
    entries = "".join(f'{key.replace("_", "-")} = "{value}"\n' for key, value in formats.items())
    return f'[project]\nname = "{name}"\nversion = "1"\n[project.entry-points."graphdiff.formats"]\n{entries}'


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder of installed packages that Python looks into; its modules are forgotten afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    known = set(sys.modules)
    yield folder
    for name in set(sys.modules) - known:
        if name.startswith(("graphdiff_", "broken")):
            del sys.modules[name]


@pytest.fixture
def jobs(site: Path) -> Path:
    """Return the folder with the package of the page in it."""
    init, reader, _ = blocks("python")
    install(site, blocks("toml")[0], {"graphdiff_jobs/__init__.py": init, "graphdiff_jobs/reader.py": reader})
    return site


def test_the_page_shows_what_a_file_looks_like() -> None:
    assert "".join(f"    {line}\n" for line in JOBS.splitlines()) in PAGE


@pytest.mark.parametrize("name", ["all.jobs", "marked.txt", "marked", "all.jobs.gz"])
def test_it_is_read_by_suffix_and_by_mark(jobs: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(JOBS.encode()) if name.endswith(".gz") else JOBS.encode())
    graph = gd.read(path)
    assert sorted(graph.edges) == [("deploy", "build"), ("deploy", "test"), ("test", "build")]
    assert graph.graph["node_meaning"] == "jobs"
    assert gd.read(io.StringIO(JOBS)).graph["format"] == "job list"


def test_its_suffix_alone_is_enough_where_graphdiff_has_it_not(jobs: Path, tmp_path: Path) -> None:
    path = tmp_path / "new.jobs"
    path.write_text("jobs of tomorrow\na: b\nb: -\n")  # without the mark
    assert list(gd.read(path).edges) == [("a", "b")]


@pytest.mark.parametrize("text", ["source,target\na,b\n", "digraph {\n a -> b }"])
def test_its_suffix_comes_before_what_any_tool_may_have_written(jobs: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "new.jobs"
    path.write_text(text + "?\n")
    with pytest.raises(FormatError, match=r"new\.jobs, line \d: JOB: JOBS @STAGE is expected$"):
        gd.read(path)
    assert gd.read(io.StringIO(text)).number_of_edges() == 1
    path.write_text('{"lockfileVersion": 3, "packages": {}}')  # but not before what one tool alone writes
    with pytest.raises(FormatError, match="taken as npm-lock"):
        gd.read(path)


def test_its_options_go_to_it_and_no_others(jobs: Path) -> None:
    assert "deploy" in gd.read(io.StringIO(JOBS), stage="night")
    with pytest.raises(UsageError, match=r"no job has the stage 'day'; there are night$"):
        gd.read(io.StringIO(JOBS), stage="day")
    with pytest.raises(UsageError, match=r"^format jobs takes no option extras=: it is for env, "):
        gd.read(io.StringIO(JOBS), extras="all")
    with pytest.raises(UsageError, match=r"^format dot takes no option stage=: it is for jobs$"):
        gd.read(io.StringIO("digraph { a -> b }"), stage="night")
    with pytest.raises(UsageError, match=r"^no format 'job'; did you mean 'jobs'\?"):
        gd.read(io.StringIO(JOBS), format="job")


def test_the_commands_of_the_page_run(jobs: Path, tmp_path: Path) -> None:
    for name in ("all.jobs", "list.txt"):
        (tmp_path / name).write_text(JOBS)
    command = f"{sys.executable} -m graphdiff"
    path = os.pathsep.join(filter(None, [str(jobs), str(Path(gd.__file__).parents[1])]))
    printed = []
    for line in blocks("sh")[0].replace("graphdiff ", f"{command} ").splitlines():
        done = subprocess.run(
            line, shell=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), line
        printed.append(done.stdout)
    assert printed[0] == printed[1]
    assert printed[0].startswith("job list · 3 jobs, 3 dependencies · a -> b: a depends on b")
    assert "deploy rests on build by 2 paths" in printed[0]
    assert "\n  from      graphdiff-jobs 1.2\n" in printed[3]
    assert "--option stage=NAME" in printed[3]
    code = blocks("python")[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert "deploy rests on build by 2 paths" in done.stdout, done.stderr


def test_options_by_name_on_the_command_line(jobs: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "all.jobs"
    path.write_text(JOBS)
    assert run("why", str(path), "deploy", "test", "--option", "stage=night").status == 0
    done = run("why", str(path), "deploy", "test", "--option", "stage=day")
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "no job has the stage 'day'" in done.err
    done = run("why", str(path), "deploy", "test", "--option", "stag=day")
    assert "no format has an option 'stag'; did you mean 'stage' or 'stacks'?" in done.err
    done = run("why", str(path), "deploy", "test", "--option", "extras=all")
    assert "format jobs takes no option --option extras=…: it is for env, " in done.err
    other = tmp_path / "a.dot"
    other.write_text("digraph { a -> b }")
    done = run("why", str(other), "a", "b", "--option", "stage=night")
    assert "format dot takes no option --option stage=…: it is for jobs\n" in done.err


def test_help_and_the_table_list_it(jobs: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "all.jobs").write_text(JOBS)
    for words in (["--format", "jobs"], [str(tmp_path / "all.jobs")]):
        own = run("why", *words, "--help").out.partition("\nOnly of this format, jobs:\n")[2]
        assert own.startswith("  --option stage=NAME  ")
    assert "Formats of other packages: jobs." in run("--help").out
    assert run("formats").out.splitlines()[-1].startswith("jobs")
    document = json.loads(run("formats", "-o", "json").out)
    assert document["formats"][-1]["package"] == "graphdiff-jobs 1.2"


def test_json_that_only_a_package_knows(site: Path, tmp_path: Path) -> None:
    code = (
        "import json, networkx as nx\nfrom graphdiff import Format\n"
        "def read(data, *, name):\n    return nx.DiGraph(json.loads(data)['waits'])\n"
        "F = Format(read=read, title='x', about='x', suffixes=('.json',), marks=((rb'^\"waits\": ',),))\n"
    )
    install(site, project_of("graphdiff-waits", waits="graphdiff_waits:F"), {"graphdiff_waits.py": code})
    path = tmp_path / "x.json"
    path.write_text('{"scheduler": 3, "waits": [["a", "b"]]}')
    assert list(gd.read(path).edges) == [("a", "b")]
    path.write_text('{"scheduler": 3, "other": [["a", "b"]]}')
    with pytest.raises(FormatError, match=r"x\.json"):
        gd.read(path)


def test_two_packages_that_claim_one_file(jobs: Path) -> None:
    code = "from graphdiff import Format\nF = Format(read='x:y', title='x', about='x', marks=((rb'^jobs',),))\n"
    install(jobs, project_of("graphdiff-more", more="graphdiff_more:F"), {"graphdiff_more.py": code})
    with pytest.raises(FormatError, match=r'looks like .* and like .*; format="\w+" takes it as \w+; format='):
        gd.read(io.StringIO(JOBS))


BROKEN = {
    "import error": ("import nowhere_at_all", r"ModuleNotFoundError: No module named 'nowhere_at_all'$"),
    "no such name": ("", r"AttributeError: module 'broken' has no attribute 'F'$"),
    "any error": ("1 / 0", r"ZeroDivisionError: division by zero$"),
    "wrong type": ("F = {'read': 'x:y'}", r"TypeError: a graphdiff\.Format is needed, and \{'read': 'x:y'\} is none$"),
    "wrong field": (
        "from graphdiff import Format\nF = Format('x:y', 'x', 'x', suffixes='.x')",
        r"TypeError: its suffixes are no tuple$",
    ),
    "exit": ("raise SystemExit(3)", r"SystemExit: 3$"),
    "no mapping": (
        "from graphdiff import Format\nF = Format('x:y', 'x', 'x', takes=['stage'])",
        r"TypeError: its takes are no mapping$",
    ),
    "option without text": (
        "from graphdiff import Format\nF = Format('x:y', 'x', 'x', takes={'stage': None})",
        r"TypeError: in its takes None is no text$",
    ),
    "wrong text": (
        "from graphdiff import Format\nF = Format('x:y', 'x', 'x', tool=3)",
        r"TypeError: in its tool 3 is no text$",
    ),
    "wrong suffix": (
        "from graphdiff import Format\nF = Format('x:y', 'x', 'x', suffixes=(b'.x',))",
        r"TypeError: in its suffixes b'\.x' is no text$",
    ),
    "mark of text": (
        "from graphdiff import Format\nF = Format('x:y', 'x', 'x', marks=(('x',),))",
        r"TypeError: its mark 'x' is no bytes$",
    ),
    "wrong mark": (
        "from graphdiff import Format\nF = Format('x:y', 'x', 'x', marks=((b'(',),))",
        r"missing \), unterminated subpattern at position 0$",
    ),
    "reserved option": (
        "from graphdiff import Format\nF = Format('x:y', 'x', 'x', takes={'format': 'X: y'})",
        r"ValueError: it takes format, which read takes itself$",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_package_is_one_line_that_names_it(fault: str, site: Path, run: Run, tmp_path: Path) -> None:
    code, said = BROKEN[fault]
    install(site, project_of("graphdiff-ill", ill="broken:F"), {"broken.py": code})
    with pytest.raises(PluginError, match=rf"^package graphdiff-ill 1: its format 'ill' cannot be used: .*{said}"):
        gd.read(io.StringIO("x y z\n"), format="ill")
    path = tmp_path / "x.txt"
    path.write_text("what is this\n")
    for arguments, status in (
        (["why", str(path), "a", "--format", "ill"], 69),
        (["why", str(path), "a"], 65),  # which no format claims, and perhaps this one would
        (["formats", "ill"], 69),
        (["formats"], 0),
    ):
        done = run(*arguments)
        assert (done.status, done.err.count("\n")) == (status, 1), done.err
        assert "package graphdiff-ill 1: its format 'ill' cannot be used" in done.err
    path.write_text("digraph { a -> b }")
    assert run("why", str(path), "a", "b").err == ""  # what it is not needed for goes on


@pytest.mark.parametrize(("read", "said"), [("nowhere:read", "ModuleNotFoundError"), ("broken:no", "AttributeError")])
def test_a_reader_that_is_not_there_is_the_packages_fault_in_the_table_too(
    read: str, said: str, site: Path, run: Run
) -> None:
    code = f"from graphdiff import Format\nF = Format({read!r}, 'x', 'x')\n"
    install(site, project_of("graphdiff-ill", ill="broken:F"), {"broken.py": code})
    assert run("formats").err == ""  # which imports no reader
    done = run("formats", "ill")
    assert (done.status, done.err.count("\n")) == (69, 1)
    assert f"package graphdiff-ill 1: its format 'ill' fails: {said}" in done.err


def test_a_name_that_is_taken(site: Path, run: Run) -> None:
    code = "from graphdiff import Format\nF = Format(read='x:y', title='x', about='x')\n"
    install(site, project_of("graphdiff-a", uv="graphdiff_a:F", b="graphdiff_a:F"), {"graphdiff_a.py": code})
    install(site, project_of("graphdiff-b", b="graphdiff_b:F"), {"graphdiff_b.py": code})
    assert run("formats").err == (
        "graphdiff: package graphdiff-a 1: its format 'uv' cannot be used: graphdiff has one of that name\n"
        "graphdiff: package graphdiff-a 1: its format 'b' cannot be used: package graphdiff-b 1 has one of that name\n"
    )
    assert "package graphdiff" not in run("formats", "uv").out


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return None", r"AttributeError: 'NoneType' object has no attribute 'graph'$"),
        ("raise KeyError('x')", r"KeyError: 'x'$"),
    ],
)
def test_a_reader_that_fails_otherwise_than_it_may(site: Path, body: str, said: str) -> None:
    code = f"from graphdiff import Format\ndef read(data, *, name):\n    {body}\nF = Format(read, 'x', 'x')\n"
    install(site, project_of("graphdiff-ill", ill="broken:F"), {"broken.py": code})
    with pytest.raises(PluginError, match=rf"^package graphdiff-ill 1: its format 'ill' fails: {said}"):
        gd.read(io.StringIO("x"), format="ill")


def test_graphdiffs_own_files_ask_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> None:
        raise AssertionError("packages were looked up")

    monkeypatch.setattr(plugins, "_entries", asked)
    for file in SAMPLES:
        with contextlib.suppress(FormatError):  # what is wrong with a file of its own formats graphdiff says itself
            gd.read(DATA / file)
    gd.read(io.StringIO("digraph { a -> b }"))
    gd.read(io.StringIO("source,target\na,b\n"))
    gd.read(DATA / "csv/olah.csv", format="csv")
    with pytest.raises(AssertionError, match="looked up"):
        gd.read(io.StringIO("what is this\n"))
