"""Faults injected into everything that writes a file: each call of the system fails in turn, or the process is killed.

A call fails as the system has it fail, with the folder as it then is: of a write that fails half is in the file, a
file whose closing fails is closed. Calls on other folders, and files that are read, are left alone.
"""

from __future__ import annotations

import errno
import os
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from tried import FAULTS

import graphdiff as gd
from graphdiff import files
from graphdiff.errors import OutputError
from graphdiff.io.write import WRITERS, render

NUMBERS = (errno.ENOSPC, errno.EIO, errno.EINTR, errno.EACCES, errno.EROFS, errno.EMFILE)
NIGHTLY = pytest.mark.nightly

#: Calls of the module os that take a path, and that take an open file.
BY_PATH, BY_NUMBER = ("stat", "lstat", "chmod", "unlink", "replace", "open"), ("fsync", "close")

GRAPH = nx.DiGraph()
GRAPH.add_weighted_edges_from([("b", "c", 1.0), ("b", "d", 1.0), ("c", "e", 2.0), ("d", "e", 3.0)])

Job = Callable[[str, bool], None]


class Faulty:
    """The calls that write below a folder, in order; the one of a number goes wrong, the first is number 1."""

    def __init__(self, folder: Path, at: int = 0, wrong: Callable[[], None] = lambda: None) -> None:
        self.folder, self.at, self.wrong = str(folder), at, wrong
        self.calls: list[str] = []
        self.numbers: set[int] = set()

    def step(self, name: str) -> None:
        self.calls.append(name)
        if len(self.calls) == self.at:
            self.wrong()

    def by_path(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *args: Any, **options: Any) -> Any:
            is_ours = not isinstance(path, int) and str(path).startswith(self.folder)
            if is_ours:
                self.step(name)
            done = real(path, *args, **options)
            if is_ours and name == "open":
                self.numbers.add(done)
            return done

        return call

    def by_number(self, name: str, real: Callable[[int], None]) -> Callable[[int], None]:
        def call(number: int) -> None:
            if number not in self.numbers:
                return real(number)
            if name == "close":
                self.numbers.discard(number)
                real(number)
                return self.step(name)
            self.step(name)
            return real(number)

        return call

    @contextmanager
    def installed(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name in BY_PATH:
                patch.setattr(os, name, self.by_path(name, getattr(os, name)))
            for name in BY_NUMBER:
                patch.setattr(os, name, self.by_number(name, getattr(os, name)))
            patch.setattr(files, "open", lambda *args: FaultyFile(self, *args), raising=False)
            yield


class FaultyFile:
    """A file that is being written, as far as `graphdiff.files` uses it."""

    def __init__(self, faulty: Faulty, name: str, mode: str) -> None:
        self.faulty = faulty
        faulty.step("create")
        self.file = open(name, mode, buffering=0)  # noqa: SIM115 (closed where the file that it stands for is)
        faulty.numbers.add(self.file.fileno())

    def write(self, part: bytes) -> None:
        data = bytes(part)
        self.file.write(data[: len(data) // 2])
        self.faulty.step("write")
        self.file.write(data[len(data) // 2 :])

    def flush(self) -> None:
        self.faulty.step("flush")

    def fileno(self) -> int:
        return self.file.fileno()

    def __enter__(self) -> FaultyFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.faulty.numbers.discard(self.file.fileno())
        self.file.close()
        self.faulty.step("close file")


# -- what writes


@cache
def made(format: str) -> bytes:
    """Return the bytes of a format, laid out once: before anything is written."""
    return render(gd.annotate(GRAPH, "b", "e"), format)


def writing(format: str) -> Job:
    def write(path: str, overwrite: bool) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("graphdiff.io.write.render", lambda *_: made(format))
            gd.write(GRAPH, path, format=format, overwrite=overwrite)

    return write


@cache
def compiled() -> gd.CompiledGraph:
    return gd.compile(GRAPH).with_attributes(GRAPH)


def saving(path: str, overwrite: bool) -> None:
    compiled().save(path, overwrite=overwrite)


def asking(verb: str, *more: str) -> Job:
    """Return what a verb does that writes a file; its error is raised as `OutputError` once it is told in a line."""

    def ask(path: str, overwrite: bool) -> None:
        from graphdiff import cli

        said: list[str] = []
        drawing = made("svg")  # before the layout is taken away
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("graphdiff.cli.streams.tell", said.append)
            patch.setattr("graphdiff.cli.streams.tell_fault", said.append)
            patch.setattr("graphdiff.pictures.graphviz.fitted", lambda pictures, *_, **__: (list(pictures), drawing)[1])
            status = cli._status([verb, str(table()), *more, "-O", path, *(["--force"] if overwrite else [])])
        if status:
            assert (status, len(said)) == (OutputError.exit_status, 1), said
            raise OutputError(said[0])

    return ask


@cache
def table() -> Path:
    import tempfile

    path = Path(tempfile.mkdtemp(prefix="faults"), "calls.csv")
    gd.write(GRAPH, path)
    return path


WRITING: dict[str, Job] = {f"write {name}": writing(name) for name in WRITERS} | {"save": saving}
VERBS: dict[str, tuple[str, Job]] = {
    "compile": ("x.gdiff", asking("compile")),
    "why -o json": ("x.json", asking("why", "b", "e", "-o", "json")),
    "draw": ("x.svg", asking("draw", "b", "e")),
    "draw a page": ("x.html", asking("draw", "b", "e")),
}
JOBS = {name: ("x.dat", job) for name, job in WRITING.items()} | VERBS

#: Whether a file is there, whether it may be replaced.
BEFORE = {"a new file": (False, False), "a file replaced": (True, True), "a file kept": (True, False)}


class Tried:
    """One writer, asked again and again in a folder that is as before each time."""

    def __init__(self, name: str, before: str, folder: Path) -> None:
        file, self.job = JOBS[name]
        self.folder, self.path = folder, folder / file
        self.is_there, self.overwrite = BEFORE[before]
        self.job(str(self.path), False)
        self.whole = self.path.read_bytes()
        self.steps = self.counted()

    def counted(self) -> list[str]:
        """Return the calls where nothing goes wrong."""
        faulty = self.prepared()
        with faulty.installed():
            self.ended()
        return faulty.calls

    def prepared(self, at: int = 0, wrong: Callable[[], None] = lambda: None) -> Faulty:
        for name in os.listdir(self.folder):
            os.unlink(self.folder / name)
        if self.is_there:
            self.path.write_bytes(b"mine")
        return Faulty(self.folder, at, wrong)

    def ended(self) -> BaseException | None:
        try:
            self.job(str(self.path), self.overwrite)
        except (OSError, KeyboardInterrupt, MemoryError) as error:
            return error
        return None

    def check(self, error: BaseException | None) -> None:
        """Assert that the file is as before, where there was an error, else the new one; and that nothing is beside."""
        if error is None:
            assert self.overwrite or not self.is_there, "a file was replaced that was to be kept"
            assert self.path.read_bytes() == self.whole
        else:
            assert self.content() == (b"mine" if self.is_there else None)
        assert set(os.listdir(self.folder)) <= {self.path.name}

    def content(self) -> bytes | None:
        return self.path.read_bytes() if self.path.exists() else None


def fails(number: int) -> Callable[[], None]:
    def fail() -> None:
        raise OSError(number, os.strerror(number))

    return fail


def interrupt() -> None:
    raise KeyboardInterrupt


def exhaust() -> None:
    raise MemoryError


def each_fails(tried: Tried, numbers: tuple[int, ...]) -> int:
    """Have each call fail with each number, and return how many faults that were."""
    for at, number in ((at, number) for at in range(1, 1 + len(tried.steps)) for number in numbers):
        faulty = tried.prepared(at, fails(number))
        with faulty.installed():
            error = tried.ended()
        assert len(faulty.calls) >= at
        tried.check(error)
        # Whether it is a link, and what is left to do once it has its name, are no reason to fail; all else is.
        before = "replace" not in tried.steps[: at - 1] and (at == 1 or tried.steps[at - 1] != "lstat")
        assert error is not None or not before, f"{faulty.calls[at - 1]} fails without a word"
        if error is not None:
            assert isinstance(error, OutputError), f"{faulty.calls[at - 1]}: {error!r}"
            assert str(tried.path) in str(error)
            assert os.strerror(number) in str(error) or "exists" in str(error)
    return len(tried.steps) * len(numbers)


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("name", WRITING)
def test_each_call_that_fails_leaves_the_file_as_it_was(
    name: str, before: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("cases", (FAULTS, each_fails(Tried(name, before, tmp_path), NUMBERS)))


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name == "compile" else NIGHTLY) for name in VERBS])
def test_of_a_verb_too(name: str, before: str, tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    record_property("cases", (FAULTS, each_fails(Tried(name, before, tmp_path), NUMBERS[:2])))


@pytest.mark.parametrize("wrong", [interrupt, exhaust])
@pytest.mark.parametrize("before", ["a new file", "a file replaced"])
@pytest.mark.parametrize("name", ["write csv", "save"])
def test_what_is_interrupted_leaves_nothing_beside(
    name: str, before: str, wrong: Callable[[], None], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    tried = Tried(name, before, tmp_path)
    for at in range(1, 1 + len(tried.steps)):
        with tried.prepared(at, wrong).installed():
            error = tried.ended()
        if "replace" in tried.steps[: at - 1]:  # it had taken its place
            error = None
        tried.check(error)
    record_property("cases", (FAULTS, len(tried.steps)))


# -- killed


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_a_child(tried: Tried, faulty: Faulty) -> int:
    """Write in a process of its own, and return how that ended."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads: the child only writes
        child = os.fork()
    if child == 0:
        with faulty.installed():
            ended = tried.ended()
        os._exit(0 if ended is None else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def each_kills(tried: Tried) -> int:
    """Kill the process at each call, and return how often that was."""
    for at in range(1, 1 + len(tried.steps)):
        assert in_a_child(tried, tried.prepared(at, kill)) == -signal.SIGKILL
        assert tried.content() in ((b"mine" if tried.is_there else None), tried.whole)
        others = set(os.listdir(tried.folder)) - {tried.path.name}
        assert len(others) <= 1
        assert all(name.startswith(".graphdiff-") for name in others)
        # What is left is in nobody's way.
        tried.job(str(tried.path), True)
        assert tried.path.read_bytes() == tried.whole
    return len(tried.steps)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
@pytest.mark.parametrize("before", ["a new file", "a file replaced"])
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in ("write csv", "save") else NIGHTLY) for name in JOBS],
)
def test_a_process_that_is_killed_leaves_the_old_file_or_the_new(
    name: str, before: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("cases", (FAULTS, each_kills(Tried(name, before, tmp_path))))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
@pytest.mark.parametrize("name", ["write html", "save"])
def test_files_longer_than_the_system_allows(
    name: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """A limit of the system itself, which has a real write fail behind so many bytes."""
    import resource

    tried = Tried(name, "a file replaced", tmp_path)
    limits = [0, 1, len(tried.whole) // 2, len(tried.whole) - 1]
    for most in limits:

        class Limited(Faulty):
            @contextmanager
            def installed(self, most: int = most) -> Iterator[None]:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
                yield

        tried.prepared()
        assert in_a_child(tried, Limited(tmp_path)) == 1
        tried.check(OutputError())
    record_property("cases", (FAULTS, len(limits)))


def test_the_calls_are_those_that_write(tmp_path: Path) -> None:
    steps = Tried("save", "a file replaced", tmp_path).steps
    assert [step for step in steps if step not in ("lstat", "stat", "write")] == [
        "create", "flush", "fsync", "close file", "chmod", "replace", "open", "fsync", "close", "unlink",
    ]  # fmt: skip
    assert steps.count("write") > 10
