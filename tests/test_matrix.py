"""Every public question on graphs of every kind of number (`matrix`): some always, many nightly, large ones if `slow`.

GRAPHDIFF_MATRIX_CASES is how many questions the slow part asks, GRAPHDIFF_MATRIX_FIRST the number of its first graph.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

import matrix
import pytest
from graphs import engine
from tried import QUESTIONS

#: Graphs in the part that is always run; each is asked every question by both engines.
QUICK = len(matrix.KINDS) * len(matrix.POLICIES)
CASES = int(os.environ.get("GRAPHDIFF_MATRIX_CASES", "100000"))
FIRST = int(os.environ.get("GRAPHDIFF_MATRIX_FIRST", str(QUICK)))
#: Graphs of the nightly part, small as those of the quick one, in so many tests.
NIGHTLY, PARTS = 28 * QUICK, 28


def asked(number: int, most: int) -> Counter[tuple[str, str]]:
    """Ask all questions of one graph by both engines, and count how they ended."""
    ends: Counter[tuple[str, str]] = Counter()
    for name in matrix.ENGINES:
        with engine(name):
            case = matrix.drawn(number, most=most)
            for question in matrix.QUESTIONS:
                try:
                    ends[question, matrix.ask(case, question)] += 1
                except Exception as error:
                    error.add_note(f"{question} of graph {number} ({case.kind}, {case.policy}, most={most}), {name}")
                    raise
    return ends


@pytest.mark.parametrize("policy", matrix.POLICIES)
@pytest.mark.parametrize("kind", matrix.KINDS)
def test_every_question_has_its_right_answer_or_a_true_refusal(
    kind: str, policy: str, record_property: Callable[[str, object], None]
) -> None:
    first = list(matrix.KINDS).index(kind) + len(matrix.KINDS) * matrix.POLICIES.index(policy)
    ends = asked(first, 60)
    record_property("cases", (QUESTIONS, ends.total()))
    assert sum(ends.values()) == 2 * len(matrix.QUESTIONS)
    assert ends["diagnose", "answered"] == 2


def test_a_matrix_has_every_public_function() -> None:
    """Those left out ask no graph for numbers: they read, write, draw, trace or filter one."""
    import graphdiff as gd

    public = {name for name in gd.__all__ if name[0].islower() and name not in ("distributed", "errors", "weights")}
    beside = {
        "cost_of",
        "explain_versions",
        "exclusive",
        "exclusive_sizes",
        "reach_sizes",
        "iter_jacobian",
        "compile",
        "to_pydot",
    }  # within others
    left_out = {
        "cost_of",
        "explain_versions",
        "filter_calls",
        "tally",
        "read",
        "read_edges",
        "read_targets",
        "replacement_scores",
        "write",
        "draw",
        "trace",
        "gradient",
        "check",
        "watched",
    }
    assert public - beside - left_out == {name for name in matrix.QUESTIONS if name not in ("sets", "exact")}


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_many_questions_a_night(part: int, record_property: Callable[[str, object], None]) -> None:
    ends: Counter[tuple[str, str]] = Counter()
    for number in range(QUICK + part, QUICK + NIGHTLY, PARTS):
        ends += asked(number, 60)
    assert ends.total() == NIGHTLY // PARTS * 2 * len(matrix.QUESTIONS)
    record_property("cases", (QUESTIONS, ends.total()))


@pytest.mark.slow
def test_very_many_questions() -> None:
    ends: Counter[tuple[str, str]] = Counter()
    number = FIRST
    while sum(ends.values()) < CASES:
        ends += asked(number, 400)
        number += 1
    by_end = Counter(how for (_, how), count in ends.items() for _ in range(count))
    print(f"{sum(ends.values()):,} cases on the graphs {FIRST} to {number - 1}: {dict(by_end)}")
