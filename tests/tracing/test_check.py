"""`check`: it agrees where the rules are right, and finds the place where one is wrong."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import DerivativeError


def methods(found: gd.Check) -> list[str]:
    return [one.method for one in found.compared]


def test_an_expression_takes_the_complex_step() -> None:
    found = gd.check("e = (a + b) * (b + 1)", a=2, b=1)
    assert found
    assert methods(found) == ["reverse", "naive", "complex step"]
    assert (found.inputs, found.outputs) == (("a", "b"), ("e",))
    assert all(one.error == 0 for one in found.compared)


def test_what_is_left_of_what_cancels_is_no_difference() -> None:
    """The derivative is 0; reverse accumulation rounds it to -3e-17, of 0.4 less 0.4."""
    part = "logaddexp(fma(0.375, x, 0.375), tanh(fma(0.375, x, 0.375)))"
    found = gd.check(f"({part}) - ({part})", x=0.625)
    assert found, found
    assert found.compared[0].number != found.compared[0].forward


def test_a_wrong_rule_is_found_where_most_of_it_cancels() -> None:
    rules = {"wrong": (lambda x: x * x, lambda x: 2 * x + 1e-9)}
    found = gd.check("v = a * a - wrong(a)", a=3.0, rules=rules)
    assert not found
    assert found.worst.method == "complex step"


def test_a_function_of_math_takes_central_differences() -> None:
    found = gd.check(lambda x, y: math.sin(x) * y + math.log(y), 0.5, 2.0)
    assert methods(found)[-1] == "central differences"
    assert found
    assert found.compared[-1].error < 1e-9


def test_a_function_of_numpy_takes_the_complex_step() -> None:
    found = gd.check(lambda w, x: np.tanh(w @ x), np.array([[0.1, 0.2]]), np.array([0.5, 0.6]))
    assert methods(found)[-1] == "complex step"
    assert found.worst.error < 1e-14


def test_what_complex_numbers_pass_through_wrongly_is_noticed() -> None:
    found = gd.check(lambda x: np.abs(x) * x, -0.7)
    assert methods(found)[-1] == "central differences"
    assert found


def test_a_wrong_rule_is_found_and_placed() -> None:
    rules = {"wrong": (lambda x: x * x, lambda x: 3 * x)}
    found = gd.check("u = a * b; v = wrong(a) + b", a=3.0, b=5.0, rules=rules)
    assert not found
    assert (found.worst.method, found.worst.input, found.worst.output) == ("complex step", "a", "v")
    assert (found.worst.number, found.worst.forward) == (6.0, 9.0)
    assert found.worst.error == pytest.approx(1 / 3)
    assert "the methods DIFFER: 2 outputs by 2 inputs" in repr(found)
    assert "d v / d a  DIFFERS: 6, forward 9" in repr(found)
    document = found.to_dict()
    assert document["agrees"] is False
    assert document["compared"][-1] == {
        "method": "complex step", "error": pytest.approx(1 / 3), "input": "a", "output": "v", "number": 6.0,
        "forward": 9.0, "agrees": False,
    }  # fmt: skip
    assert list(found.to_pandas().index) == ["reverse", "naive", "complex step"]
    assert "<table>" in found._repr_html_()


def test_many_paths_leave_the_naive_method_out() -> None:
    def doubled(x: Any) -> Any:
        for _ in range(40):
            x = x * 0.5 + x * 0.5
        return x

    found = gd.check(doubled, 1.0)
    assert methods(found) == ["reverse", "complex step"]
    assert found.left_out == ("naive: too many paths",)
    assert found


def test_the_edge_of_a_domain_takes_smaller_steps() -> None:
    found = gd.check(lambda x: math.log(x), 1e-4)
    assert methods(found)[-1] == "central differences"
    assert found.compared[-1].error < 1e-5


def test_where_no_numerical_method_goes_it_says_so() -> None:
    found = gd.check(lambda x: x * 2 if x == 1 else 1 / 0, 1.0)
    assert methods(found) == ["reverse", "naive"]
    assert found.left_out == ("numerical differences: the computation fails beside this point",)


def test_complex_inputs_are_checked_along_the_real_axis() -> None:
    found = gd.check(lambda z: z * z + 1 / z, 1 + 2j)
    assert methods(found)[-1] == "central differences"
    assert found


def test_a_derivative_of_nearly_nothing_is_no_difference() -> None:
    assert gd.check("acos(0.9 * tanh(degrees(tanh(x))))", x=0.625)
    assert gd.check(lambda x: 1e6 + math.tanh(30 * x), 1.0)


def test_arguments_are_not_changed_by_the_calls() -> None:
    given = {"w": [1.0, 2.0]}

    def function(x: Any) -> Any:
        x["w"].append(x["w"][0] * 3)
        return sum(x["w"])

    assert gd.check(function, given)
    assert given == {"w": [1.0, 2.0]}


def test_errors_of_the_trace_come_through() -> None:
    with pytest.raises(DerivativeError, match="has no value at a = 0"):
        gd.check("log(a)", a=0)


def test_numbers_of_numpy_that_math_would_cut_down() -> None:
    found = gd.check(lambda x: math.exp(x[0]), np.array([0.5]))
    assert methods(found)[-1] == "central differences"
    assert found
