"""What all tests share: where the real files are, and how hypothesis runs."""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import tried
from hypothesis import HealthCheck, settings

if os.environ.get("GRAPHDIFF_TEST_WITHOUT_NUMBA"):
    sys.modules["numba"] = None  # type: ignore[assignment]  # as if it were not installed

try:
    import pygraphviz  # noqa: F401
except ImportError as error:
    # Else some thousand tests fail, each with this.
    remedy = "apt-get install libglib2.0-0 libxext6 libxrender1"
    raise pytest.UsageError(f"tests draw and read DOT: {error}; on Debian and Ubuntu {remedy}") from None

#: A keyword argument of Python's: weight=None, cycles="solve", max_bytes= to read it.
KEYWORD = re.compile(r"""(?<![\w.-])[a-z_]+=(?=["'\w{(\[]|[\s,;:)]|$)""")

#: The line below an error that says which command explains it.
POINTER = re.compile(r"^  more: graphdiff errors \w+\n", re.MULTILINE)

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

settings.register_profile(
    "suite", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(tried.FEW, settings.get_profile("suite"), max_examples=8, phases=tried.NONE_SMALLER)
settings.load_profile("suite")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    tried.draw_more(config, items)
    tried.draw_few(config, items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    tried.note(item, report)
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    tried.count(report)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput") and tried.too_few(session):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    session = terminalreporter._session
    if tried.counted:
        terminalreporter.write_line(tried.told())
    for line in tried.too_few(session) if session is not None else ():
        terminalreporter.write_line(line, red=True)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real files from real tools; skip where it is not."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs the real files of ../shared/data, which are not here")
    return SHARED_DATA


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Return the folder of small committed samples."""
    return Path(__file__).parent / "data"


class Done(NamedTuple):
    """How a command ended, and what it printed, without the line that names an error's kind (tests/cli/test_errors)."""

    status: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Return a function that runs the command line with some arguments."""
    from graphdiff.cli import main

    def call(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["graphdiff", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        out, err = capfd.readouterr()
        return Done(int(caught.value.code or 0), out, POINTER.sub("", err))

    yield call
    gc.enable()
