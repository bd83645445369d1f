"""What a run has tried: generated cases, counted by kind over all processes, printed, and no fewer than promised.

A test that generates its cases itself says how many of which kind, ``record_property("cases", (QUESTIONS, 5_376))``,
and how near an error came to its bound, ``record_property("nearest", ("floats", 0.49))``; hypothesis says what it drew.
`docs/reliability.md` tells the counts, `tests/test_reliability.py` compares them.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

EXAMPLES = "examples of hypothesis"
QUESTIONS = "questions of generated graphs"
DAGS = "labelled DAGs by every method"
FAULTS = "injected faults"
BOUNDS = "error bounds against exact numbers"

PROPERTIES = "property cases"
#: The kinds that are property cases.
ARE_PROPERTIES = (EXAMPLES, QUESTIONS)
#: How many of each there are at least, in a run of everything and in one of all that is nightly.
LEAST_A_PUSH = {PROPERTIES: 12_000, FAULTS: 1_000}
LEAST_A_NIGHT = {PROPERTIES: 300_000, DAGS: 29_853, BOUNDS: 100_000}

#: How many times as many examples a test draws at night, other ones each night; a failure says how to draw it again.
TIMES_A_NIGHT = 8

#: The profile in which each mutant meets every test that reaches it (mutation/): few examples, none made smaller.
FEW, NONE_SMALLER = "mutation", (Phase.explicit, Phase.generate)

#: The marks with which everything is run, by day and at night.
WHOLE = ("not slow and not nightly", "nightly")

PASSED = re.compile(r"^ +- (\d+) passing", re.MULTILINE)
counted: Counter[str] = Counter()
#: The largest error that a test met, as a part of the bound that was proven for it.
nearest: dict[str, float] = {}


def is_night(config: pytest.Config) -> bool:
    """Tell whether the command line asks for what is nightly."""
    return bool(config.option.markexpr == "nightly")


def draw_more(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have every test by hypothesis be nightly, too, with more examples, where what is nightly is run."""
    for item in items if is_night(config) else ():
        test: Any = getattr(item, "obj", None)
        if getattr(test, "is_hypothesis_test", False) and item.get_closest_marker("slow") is None:
            item.add_marker("nightly")
            function = getattr(test, "__func__", test)
            asked = function._hypothesis_internal_use_settings
            if asked.derandomize:  # else one of several parameters has changed it
                function._hypothesis_internal_use_settings = settings(
                    asked, max_examples=TIMES_A_NIGHT * asked.max_examples, derandomize=False, print_blob=True
                )


def draw_few(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have no test by hypothesis draw more examples than the profile of mutants, whatever it asks for itself."""
    for item in items if config.getoption("--hypothesis-profile", None) == FEW else ():
        test: Any = getattr(item, "obj", None)
        if getattr(test, "is_hypothesis_test", False):
            function = getattr(test, "__func__", test)
            asked = function._hypothesis_internal_use_settings
            fewer = min(asked.max_examples, settings.get_profile(FEW).max_examples)
            # The same process runs a method again and again, each time of another object of its class.
            function._hypothesis_internal_use_settings = settings(
                asked, max_examples=fewer, phases=NONE_SMALLER, suppress_health_check=list(HealthCheck)
            )


def note(item: pytest.Item, report: pytest.TestReport) -> None:
    """Put what hypothesis says of a test into the report of its end, which other processes send."""
    drawn = getattr(item, "hypothesis_statistics", "")
    if report.when == "teardown" and drawn:
        report.user_properties.append(("cases", (EXAMPLES, sum(map(int, PASSED.findall(drawn))))))


def count(report: pytest.TestReport) -> None:
    """Count what a test has tried once it has ended."""
    if report.when == "teardown":
        for name, (kind, number) in (pair for pair in report.user_properties if pair[0] in ("cases", "nearest")):
            if name == "cases":
                counted[kind] += number
            else:
                nearest[kind] = max(number, nearest.get(kind, 0.0))


def told() -> str:
    """Return the line that a run ends with."""
    parts = [f"{number:,} {kind}" for kind, number in sorted(counted.items())]
    return "tried: " + ", ".join(parts + [f"{kind} up to {part:.3f} of the bound" for kind, part in nearest.items()])


def too_few(session: pytest.Session) -> list[str]:
    """Return where a run of everything has tried less than promised."""
    config, option = session.config, session.config.option
    if config.args_source is not pytest.Config.ArgsSource.TESTPATHS or option.markexpr not in WHOLE:
        return []
    if session.testsfailed or session.shouldstop:
        return []
    if option.collectonly or option.keyword or option.deselect or getattr(option, "lf", False):
        return []
    numbers = Counter({**counted, PROPERTIES: sum(counted[kind] for kind in ARE_PROPERTIES)})
    promised = LEAST_A_NIGHT if is_night(config) else LEAST_A_PUSH
    return [
        f"{numbers[kind]:,} {kind}, fewer than the {least:,} promised"
        for kind, least in promised.items()
        if numbers[kind] < least
    ]
