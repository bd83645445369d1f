"""How a real process ends: one line on standard error, the documented status, and nothing left behind."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
from conftest import POINTER, Run

import graphdiff as gd
from graphdiff.cli import EPILOG, output
from graphdiff.io import source
from graphdiff.kernels import mapped, passes

PACKAGES = str(Path(__file__).resolve().parents[2] / "data" / "openssh-server.Packages")
COMMAND = [sys.executable, "-m", "graphdiff"]
WHY = ["why", PACKAGES, "openssh-server", "liblzma5"]
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals, /dev/full and closed streams are POSIX's")
pytestmark = POSIX

Shell = Callable[..., "subprocess.CompletedProcess[str]"]


def environment() -> dict[str, str]:
    """Return the variables with which a process finds this package from another folder."""
    return {"PYTHONPATH": str(Path(__file__).resolve().parents[2]), **os.environ}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return a folder with a few small files."""
    (tmp_path / "a.csv").write_text("source,target,weight\na,b,2\nb,c,3\n")
    (tmp_path / "loop.csv").write_text("source,target,weight\na,b,2\nb,a,3\n")
    (tmp_path / "pnpm-lock.yaml").write_text("lockfileVersion: '9.0'\n")
    return tmp_path


@pytest.fixture
def shell(files: Path) -> Shell:
    """Return a function that runs a line of the shell, in which ``graphdiff`` is the command."""

    def run(line: str, **more: str) -> subprocess.CompletedProcess[str]:
        line = line.replace("graphdiff", f"{sys.executable} -m graphdiff", 1)
        given = {**environment(), **more}
        return subprocess.run(
            ["bash", "-c", line], cwd=files, env=given, capture_output=True, text=True, check=False, timeout=300
        )

    return run


#: A line of the shell, the status that it ends with, and what its one line on standard error says.
ENDS = {
    "done": ("graphdiff why a.csv a c >out", 0, ""),
    "a condition holds": ("graphdiff compare a.csv a.csv --fail-if 'appeared >= 0' >out", 1, "appeared >= 0 is met"),
    "an unknown option": ("graphdiff why a.csv a c --wieght x", 2, "No such option"),
    "no node of that name": ("graphdiff why a.csv a x", 2, "no node 'x'"),
    "no edge between": ("graphdiff what-if a.csv a c --remove-edge a c", 2, "no edge 'a' -> 'c'"),
    "no graph": ("graphdiff why loop.csv a b", 65, "the graph has a cycle"),
    "no file": ("graphdiff why none.csv a b", 66, "none.csv: No such file or directory"),
    "closed standard input": ("graphdiff why - a b <&-", 66, "standard input: it is closed"),
    "a missing library": ("graphdiff why imports:pip a b", 69, "this needs grimp: pip install grimp"),
    "full standard output": ("graphdiff why a.csv a c >/dev/full", 73, "standard output: No space left on device"),
    "full, for help": ("graphdiff --help >/dev/full", 73, "standard output: No space left on device"),
    "full, for a picture": ("graphdiff draw a.csv >/dev/full", 73, "standard output: No space left on device"),
    "closed standard output": ("graphdiff why a.csv a c >&-", 73, "standard output: it is closed"),
    "output that exists": ("graphdiff draw a.csv -O a.csv", 73, "a.csv exists; --force replaces it"),
    "a limit": ("graphdiff why a.csv a c --max-bytes 5", 75, "a.csv holds more than 5 bytes"),
    "a reader that has gone": ("graphdiff why a.csv a c | true; exit ${PIPESTATUS[0]}", 141, ""),
    "full standard error": ("graphdiff why none.csv a b 2>/dev/full", 66, ""),
    "closed standard error": ("graphdiff why none.csv a b 2>&-", 66, ""),
    "all closed, to a file": ("graphdiff draw a.csv -O a.dot <&- >&- 2>&- && grep -q digraph a.dot", 0, ""),
}  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_an_end_has_its_status_and_one_line(shell: Shell, tmp_path: Path, end: str) -> None:
    line, status, said = ENDS[end]
    if status == 69:
        (tmp_path / "grimp.py").write_text("raise ImportError")
    before = set(os.listdir(tmp_path))
    done = shell(line)
    told, pointers = POINTER.subn("", done.stderr)
    assert (done.returncode, told.count("\n")) == (status, bool(said)), done.stderr
    assert pointers == (bool(said) and end not in ("a condition holds", "an unknown option"))
    assert said in done.stderr
    assert set(os.listdir(tmp_path)) - before <= {"out", "a.dot", "__pycache__"}


def test_help_lists_every_status() -> None:
    listed = {int(number) for number in re.findall(r"^  (\d+) ", EPILOG, re.MULTILINE)}
    assert listed == {0, 1, 2, 65, 66, 69, 70, 73, 75, 130}
    assert {status for _, status, _ in ENDS.values()} <= listed | {141}
    assert all(f"{status} " in EPILOG for status in (129, 141, 143))


def run_patched(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, after some code."""
    code = f"import os, signal, sys\nsys.argv = ['graphdiff', *{arguments!r}]\n{code}\n"
    code += "from graphdiff.__main__ import main\nmain()"
    given = {**os.environ, **environment}
    return subprocess.run([sys.executable, "-c", code], env=given, capture_output=True, text=True, check=False)


def test_a_fault_of_our_own_is_told_as_such_and_shows_its_traceback_when_asked() -> None:
    fault = "import graphdiff.io.read as r\ndef read(*_, **__): raise KeyError('x\\x1b')\nr.read = read"
    done = run_patched(fault, *WHY)
    assert (done.returncode, done.stdout) == (70, "")
    assert done.stderr == (
        "graphdiff: a fault of graphdiff itself: KeyError: 'x\\x1b' (<string>, line 4); "
        "GRAPHDIFF_TRACEBACK=1 in the environment shows how it came to it\n"
    )
    told = run_patched(fault, *WHY, GRAPHDIFF_TRACEBACK="1")
    assert told.stderr.startswith("Traceback (most recent call last):\n")
    assert (told.returncode, told.stderr.splitlines()[-1]) == (70, done.stderr.rstrip("\n"))


def test_memory_that_ends_is_a_limit() -> None:
    fault = "import graphdiff.io.read as r\ndef read(*_, **__): raise MemoryError\nr.read = read"
    done = run_patched(fault, *WHY)
    assert (done.returncode, done.stderr) == (75, "graphdiff: out of memory\n")


# -- signals

SIGNALS = {
    signal.SIGINT: (130, "graphdiff: interrupted\n"),
    signal.SIGTERM: (143, "graphdiff: terminated\n"),
    signal.SIGHUP: (129, "graphdiff: the terminal is gone\n"),
}


@pytest.fixture(autouse=True)
def signals_as_they_are_by_default() -> Iterator[None]:
    """Have a process that is started listen to what the suite itself was told to ignore, as by nohup or by ``&``."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def until_it_listens(process: subprocess.Popen[bytes]) -> None:
    """Wait until the command has its handlers, however busy the machine is; Linux tells which signals are caught."""
    status, asked = Path(f"/proc/{process.pid}/status"), 1 << (signal.SIGTERM - 1)
    while status.exists() and not int(status.read_text().partition("SigCgt:")[2].split()[0], 16) & asked:
        time.sleep(0.01)
    time.sleep(0.8)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_a_file_is_written_leaves_what_was_there(tmp_path: Path, number: int) -> None:
    path = tmp_path / "a.dot"
    path.write_text("old")
    kill = f"os.fsync = lambda _: os.kill(os.getpid(), {int(number)})"
    done = run_patched(kill, "draw", PACKAGES, "-O", str(path), "--force")
    assert (done.returncode, done.stderr) == SIGNALS[number]
    assert (path.read_text(), os.listdir(tmp_path)) == ("old", ["a.dot"])


def test_a_file_is_on_the_disk_before_it_takes_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: (done.append("fsync"), fsync(number)))
    monkeypatch.setattr(os, "replace", lambda *names: (done.append("replace"), replace(*names)))
    gd.write(nx.DiGraph([("a", "b")]), tmp_path / "a.csv")
    assert done == ["fsync", "replace", "fsync"]  # the file, its name, the folder that has the name
    assert (tmp_path / "a.csv").read_text() == "source,target\na,b\n"


def test_the_command_listens_to_signals_before_it_loads_anything() -> None:
    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"graphdiff": "graphdiff.__main__:main"}
    code = "import sys; before = set(sys.modules); import graphdiff.__main__; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"graphdiff", "graphdiff.__main__", "__future__"}


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_a_file_is_read(number: int) -> None:
    process = subprocess.Popen(
        [*COMMAND, "why", "-", "a", "b"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin
    process.stdin.write(b"a,b\n")
    process.stdin.flush()
    until_it_listens(process)
    process.send_signal(number)
    _, told = process.communicate(timeout=120)  # which closes its input, if it still reads
    assert (process.returncode, told.decode()) == SIGNALS[number]


@pytest.mark.parametrize("module", ["click", "numpy", "graphdiff.graph.compiled"])
def test_an_interrupt_while_a_module_loads(module: str) -> None:
    """In an import an exception may be lost, told twice or made another one: the process ends at once."""
    hook = f"""
class Finder:
    def find_spec(name, path=None, target=None):
        if name == {module!r}:
            try:
                os.kill(os.getpid(), signal.SIGINT)
            except BaseException:
                pass
sys.meta_path.insert(0, Finder)"""
    done = run_patched(hook, *WHY)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "graphdiff: interrupted\n")


def test_an_interrupt_in_a_destructor_ends_the_command_all_the_same() -> None:
    hook = """
class Last:
    def __del__(self): os.kill(os.getpid(), signal.SIGINT); [None for _ in range(100)]
import graphdiff.io.read as r
def read(*_, **__):
    last = Last()
    del last
    raise AssertionError
r.read = read"""
    done = run_patched(hook, *WHY)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "graphdiff: interrupted\n")


def test_an_interrupt_at_any_moment() -> None:
    """Python's own start, some hundredths of a second in which none of our code runs, is not ours to answer for."""
    for part in range(1, 7):
        process = subprocess.Popen([*COMMAND, *WHY], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(part / 12)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=120)
        if b"init_import_site" in told:  # which names our files where the package is installed to be edited
            continue
        if b"graphdiff" in told or process.returncode not in (-signal.SIGINT, 1):
            assert (process.returncode, told) in {(0, b""), (130, b"graphdiff: interrupted\n")}, told.decode()


def test_a_signal_that_is_ignored_stays_so(shell: Shell) -> None:
    done = shell("trap '' INT HUP; graphdiff why a.csv a c >out & sleep .2; kill -INT $!; wait $!")
    assert (done.returncode, done.stderr) == (0, "")


# -- texts that would steer a terminal

STEERS = ("\x1b", "\x9b", "\r", "\x07", "\x08", "\u202a", "\u202e", "\u2066", "\u2069")
WIPE = "\x1b[2J\u202a\u202e\u2066\u2069"
HOSTILE = {
    "a file name": ["why", f"none{WIPE}\r\n.csv", "a", "b"],
    "a file's content": ["why", "bad.csv", "a", "b"],
    "the name of a file that is broken": ["why", f"{WIPE}.json", "a", "b"],
    "a node": ["why", "a.csv", f"a{WIPE}\a", "b"],
    "an edge": ["what-if", "a.csv", "a", "c", "--remove-edge", f"a{WIPE}", "c"],
    "an option": ["why", "a.csv", "a", "c", f"--x{WIPE}\n"],
    "an option's value": ["why", "a.csv", "a", "c", "--max-bytes", f"5{WIPE}\n"],
    "a choice": ["why", "a.csv", "a", "c", "--cycles", f"{WIPE}\r"],
    "a verb": [f"x{WIPE}"],
    "a format": ["why", "a.csv", "a", "c", "--format", WIPE],
    "an attribute": ["why", "a.csv", "a", "c", "-w", WIPE],
    "a column": ["why", "a.csv", "a", "c", "--columns", f"source={WIPE},target=b"],
    "an expression": ["why", f"expr:{WIPE}", "a", "b"],
    "an unknown value": ["why", "expr:e=a*2", "a", "e", "--set", f"a={WIPE}"],
    "a condition": ["compare", "a.csv", "a.csv", "--fail-if", WIPE],
    "a file to write": ["draw", "a.csv", "-O", f"none{WIPE}/a.dot"],
    "a new node": ["what-if", "a.csv", "a", "c", "--add", "a\x1b", "c", "1"],
    "a file that was written": ["draw", "a.csv", "-O", f"{WIPE}.dot"],
}  # fmt: skip


@pytest.mark.parametrize("place", HOSTILE)
def test_what_is_told_steers_no_terminal(run: Run, files: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    (files / "bad.csv").write_text(f"source,target,weight\na,b,{WIPE}\n")
    (files / f"{WIPE}.json").write_text("{")
    monkeypatch.chdir(files)
    told = run(*HOSTILE[place]).err
    assert told.count("\n") == len(told.splitlines()) == 1, repr(told)
    assert not [mark for mark in STEERS if mark in told], repr(told)
    assert any(shown in told for shown in ("[2J", "x1b", "U+001B")), repr(told)


def test_an_error_in_python_steers_no_terminal_either() -> None:
    for error in (gd.errors.FormatError(f"x{WIPE}"), gd.errors.CycleError([f"a{WIPE}", "b"], "no")):
        assert not set(STEERS) & set(str(error))


@pytest.mark.parametrize(("more", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_an_error_is_coloured_on_a_terminal_that_wants_it(more: dict[str, str], coloured: bool) -> None:
    pty = pytest.importorskip("pty")
    given = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"} | more
    leader, follower = pty.openpty()
    subprocess.run([*COMMAND, "why", "none.csv", "a", "b"], stderr=follower, env=given, check=False)
    os.close(follower)
    told = os.read(leader, 1000).decode()
    os.close(leader)
    assert re.sub(r"\x1b\[\d+m", "", told) == (
        "graphdiff: none.csv: No such file or directory\r\n  more: graphdiff errors InputError\r\n"
    )
    assert ("\x1b[31mgraphdiff:\x1b[0m" in told) == ("\x1b[2m  more: " in told) == coloured


def test_data_on_a_terminal_steers_it_no_more_than_a_report(files: Path) -> None:
    pty = pytest.importorskip("pty")
    name = "a\x1b[2J\x9b\u202e\u2066"
    named = {"nodes": [{"id": name}, {"id": "b"}], "edges": [{"source": name, "target": "b"}]}
    (files / "a.json").write_text(json.dumps(named))
    for arguments in (["why", "a.json", "a*", "b", "-o", "csv"], ["draw", "a.json", "-o", "csv"],
                      ["why", "a.json", "a*", "b", "-o", "json"]):  # fmt: skip
        leader, follower = pty.openpty()
        subprocess.run([*COMMAND, *arguments], cwd=files, env=environment(), stdout=follower, check=True)
        os.close(follower)
        shown = os.read(leader, 100_000).decode()
        os.close(leader)
        assert "[2J" in shown
        assert not set(STEERS) - {"\r"} & set(shown)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_stream_of_any_encoding(shell: Shell, files: Path, encoding: str) -> None:
    named = {"nodes": [{"id": "a\ud800"}, {"id": "é"}], "edges": [{"source": "a\ud800", "target": "é"}]}
    (files / "a.json").write_text(json.dumps(named))
    done = shell("graphdiff rank a.json --source 'a*' -o csv >out", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert (files / "out").read_bytes().startswith(b"place,node")


def test_an_error_has_no_colour_where_nobody_looks(shell: Shell) -> None:
    assert shell("graphdiff why none.csv a b", FORCE_COLOR="1").stderr == (
        "graphdiff: none.csv: No such file or directory\n  more: graphdiff errors InputError\n"
    )


def test_without_arguments_help_is_on_standard_error(shell: Shell) -> None:
    done = shell("graphdiff")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: graphdiff [OPTIONS] COMMAND [ARGS]...\n")


@pytest.mark.parametrize(
    ("terminal", "seconds"), [("xterm", 1.0), ("xterm", 0.01), ("dumb", 1.0), (None, 1.0)], ids=str
)
def test_a_pass_over_a_large_saved_graph_draws_a_bar_on_a_terminal_after_a_second(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: str | None, seconds: float
) -> None:
    pytest.importorskip("numba")  # once it is loaded, kernels walk the arrays
    ends = np.sort(np.random.default_rng(4).integers(0, 300, (5000, 2)), axis=1)
    ends = ends[ends[:, 0] < ends[:, 1]]
    gd.CompiledGraph.from_arrays(*ends.T, np.ones(len(ends)), n_nodes=300).save(tmp_path / "x.gdiff")
    gd.forward(gd.CompiledGraph.load(tmp_path / "x.gdiff"), 0)
    monkeypatch.setattr(mapped, "PART", 256)
    monkeypatch.setattr(source, "SMALL", 0)
    clock = itertools.count(step=seconds)
    monkeypatch.setattr(output, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal is not None)
    monkeypatch.setenv("TERM", str(terminal))
    done = run("why", str(tmp_path / "x.gdiff"), "0", "299")
    shown = done.err.split("\r")
    assert done.status == 0
    assert ("edges [###" in done.err) == (terminal == "xterm" and seconds == 1)
    assert shown[-1] == ""  # the last is wiped off, and what is printed next has the line
    assert all(part.isspace() or part.startswith("edges [") for part in shown if part)


def test_a_bar_that_a_verb_draws_stands_alone_and_is_wiped_off_by_an_error(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = itertools.count()
    monkeypatch.setattr(output, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with suppress(ZeroDivisionError), output.bar_of_passes(), output.bar("cut") as progress:
        passes.tell(1, 2)
        progress(1, 2)
        progress(1 // 0, 2)
    shown = capfd.readouterr().err
    assert shown == f"\rcut [{'#' * 15}{' ' * 15}]  50%\r{' ' * 41}\r"


@pytest.mark.parametrize("columns", [11, 14, 25, 40, 41, 42, 200])
def test_a_bar_fits_into_a_line_of_the_terminal_and_is_wiped_off_whole(
    columns: int, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = itertools.count()
    monkeypatch.setattr(output, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(os, "get_terminal_size", lambda number: os.terminal_size((columns, 24)))
    monkeypatch.setenv("TERM", "xterm")
    with output.bar("cut") as progress:
        for done in (1, 1_000_000, 2_000_000):
            progress(done, None)
        for done in range(1, 101):
            progress(done, 100)
    *shown, last = capfd.readouterr().err.split("\r")
    assert max(map(len, shown)) < columns
    assert last == ""
    assert shown[-1].isspace()
    assert len(shown[-1]) == len(shown[-2]) > 0
    assert " 99%" in shown[-2]
