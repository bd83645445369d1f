"""What `docs/reliability.md` promises is what the tests count, and what the modules hold."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import tried
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff

ROOT, PACKAGE = Path(__file__).resolve().parents[1], Path(graphdiff.__file__).parent
PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")

#: The rows of limits: what, how much, where that stands.
LIMITS = re.findall(r"^\| ([^|]+) \| ([\d,]+) `(graphdiff[\w.]+)(?:\((\w+)\)|\[(\w+)\])?` \|", PAGE, re.MULTILINE)
#: What is promised of each count.
PROMISED = {
    "property cases a push": tried.LEAST_A_PUSH[tried.PROPERTIES],
    "property cases a night": tried.LEAST_A_NIGHT[tried.PROPERTIES],
    "labelled DAGs of up to five nodes": tried.LEAST_A_NIGHT[tried.DAGS],
    "injected faults": tried.LEAST_A_PUSH[tried.FAULTS],
    "error bounds against exact numbers": tried.LEAST_A_NIGHT[tried.BOUNDS],
}
#: Modules that need a library to be loaded, where it is not installed.
NEEDED = {"graphdiff.tracing.jaxprs": "jax"}


def held(name: str, argument: str, key: str) -> Any:
    """Return a limit by the name of its module and its own, a function's argument or a key of a mapping."""
    module, _, attribute = name.rpartition(".")
    found = getattr(importlib.import_module(module), attribute)
    if argument:
        return inspect.signature(found).parameters[argument].default
    return found[key] if key else found


@pytest.mark.parametrize(("limit", "name", "argument", "key"), [row[1:] for row in LIMITS])
def test_a_limit_is_as_large_as_the_page_says(limit: str, name: str, argument: str, key: str) -> None:
    module = name.rpartition(".")[0]
    if module in NEEDED and find_spec(NEEDED[module]) is None:
        pytest.skip(f"needs {NEEDED[module]}")
    assert held(name, argument, key) == int(limit.replace(",", ""))


def raises_limits(path: Path) -> bool:
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    return any(isinstance(call.func, ast.Name) and call.func.id == "LimitError" for call in calls)


def test_of_every_module_that_refuses_by_a_limit_one_is_on_the_page() -> None:
    modules = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for path in PACKAGE.rglob("*.py")
        if raises_limits(path)
    }
    # Those whose limit is held by another module.
    elsewhere = {
        "graphdiff.engines.external_engine": "graphdiff.engines.external",
        "graphdiff.graph.labels": "graphdiff.kernels.names",
        "graphdiff.structure.diagnose": "graphdiff.sets.lengths",
    }
    named = {name.rpartition(".")[0] for _, _, name, _, _ in LIMITS}
    assert len(modules) > 20
    assert {elsewhere.get(module, module) for module in modules} <= named


@pytest.mark.parametrize("what", PROMISED)
def test_what_is_promised_is_what_is_asserted(what: str) -> None:
    row = re.search(rf"^\| {what}[^|]*\| ([\d,]+) \|", PAGE, re.MULTILINE)
    assert row is not None
    assert int(row[1].replace(",", "")) == PROMISED[what]


# -- a run that tries less than promised fails


def test_what_tests_say_is_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tried, "counted", Counter())
    monkeypatch.setattr(tried, "nearest", {})
    report = pytest.TestReport("x", ("x", 1, "x"), {}, "passed", None, "teardown")
    report.user_properties = [("cases", (tried.FAULTS, 3)), ("nearest", ("floats", 0.25)), ("other", 1)]
    tried.count(report)
    report.user_properties = [("cases", (tried.FAULTS, 4)), ("nearest", ("floats", 0.125))]
    tried.count(report)
    report.when = "call"
    tried.count(report)
    assert tried.told() == "tried: 7 injected faults, floats up to 0.250 of the bound"


@given(st.integers())
def test_one_of_hypothesis(number: int) -> None:
    assert number == int(str(number))


def test_examples_of_hypothesis_are_seen(request: pytest.FixtureRequest) -> None:
    """The test before this one has drawn as many as the profile of the suite says, all of which passed."""
    item = next(one for one in request.session.items if one.name == "test_one_of_hypothesis")
    said = getattr(item, "hypothesis_statistics", None)
    if said is None:
        pytest.skip("that test ran in another process, or not at all")
    assert sum(map(int, tried.PASSED.findall(said))) >= settings().max_examples


def session_of(*, markexpr: str, failed: int = 0, keyword: str = "", args: str = "TESTPATHS") -> Any:
    option = SimpleNamespace(markexpr=markexpr, keyword=keyword, collectonly=False, deselect=None)
    config = SimpleNamespace(option=option, args_source=getattr(pytest.Config.ArgsSource, args))
    return SimpleNamespace(config=config, testsfailed=failed, shouldstop=False)


def test_a_run_of_everything_that_tries_less_than_promised_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tried, "counted", Counter({tried.EXAMPLES: 11_000, tried.QUESTIONS: 999, tried.FAULTS: 1_000}))
    day, night = tried.WHOLE
    assert tried.too_few(session_of(markexpr=day)) == ["11,999 property cases, fewer than the 12,000 promised"]
    assert len(tried.too_few(session_of(markexpr=night))) == 3
    for one in (
        session_of(markexpr=day, failed=1),
        session_of(markexpr=day, keyword="x"),
        session_of(markexpr="slow"),
        session_of(markexpr=day, args="ARGS"),
    ):
        assert tried.too_few(one) == []
    tried.counted[tried.QUESTIONS] += 1
    assert tried.too_few(session_of(markexpr=day)) == []


def test_by_day_everything_is_what_is_neither_slow_nor_nightly() -> None:
    assert f"-m '{tried.WHOLE[0]}'" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
