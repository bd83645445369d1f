"""Functions of numpy arrays that are kept whole, beside autograd's own gradient and beside differences."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import DerivativeError, LimitError, TraceError, UsageError

autograd = pytest.importorskip("autograd", reason="autograd is not there, of which the rules of whole arrays come")
special = pytest.importorskip("scipy.special")

RNG = np.random.default_rng(7)
X, W = RNG.normal(size=(4, 3)), RNG.normal(size=(3, 3))
SQUARE = W @ W.T + 3 * np.eye(3)

Program = Callable[..., Any]


def mlp(np: ModuleType) -> Program:
    def f(x: Any, w: Any) -> Any:
        h = np.tanh(x @ w)
        return np.sum((h @ w + h) ** 2)

    return f


PROGRAMS: dict[str, Callable[[ModuleType], Program]] = {
    "a residual net": mlp,
    "broadcast and reduce": lambda np: lambda x, w: np.mean(np.max(x, axis=0) * w - np.sum(w, axis=1, keepdims=True)),
    "concatenate, stack, slice": lambda np: (
        lambda x, w: np.sum(
            np.concatenate([x, w], axis=0)[1:5] * np.vstack([w, x])[:4] + np.stack([x[:3], w]).sum(axis=0)[0]
        )
    ),
    "einsum": lambda np: lambda x, w: np.einsum("ij,jk,ik->", x, w, x),
    "solve, inv, det, norm": lambda np: (
        lambda x, w: (
            np.linalg.norm(np.linalg.solve(w @ w.T + 3 * np.eye(3), x.T))
            + np.linalg.det(w)
            + np.sum(np.linalg.inv(w @ w.T + np.eye(3)))
        )
    ),
    "where, clip, abs": lambda np: (
        lambda x, w: np.sum(np.where(x @ w > 0, np.abs(x @ w), 0.1 * (x @ w)) + np.clip(x, -0.5, 0.5))
    ),
    "a loop over time": lambda np: lambda x, w: np.sum(_recurrent(np, x, w)),
    "integers index": lambda np: lambda x, w: np.sum(x[np.array([0, 2, 2])] * w[[1, 1, 0]]),
    "softmax by hand": lambda np: (
        lambda x, w: np.sum(np.log(np.sum(np.exp(x @ w - np.max(x @ w, axis=1, keepdims=True)), axis=1)))
    ),
    "reshape, transpose, dot": lambda np: (
        lambda x, w: np.dot(x.reshape(2, 6), np.transpose(np.outer(w[0], x[0]).ravel()[:6])).sum()
    ),
    "prod, cumsum, power": lambda np: lambda x, w: np.prod(np.cumsum(w, axis=0)[0] ** 2) + np.sum(np.sqrt(x**2 + 1)),
}


def _recurrent(np: ModuleType, x: Any, w: Any) -> Any:
    h = np.zeros(3)
    for row in x:
        h = np.tanh(h @ w + row)
    return h


@pytest.mark.parametrize("name", PROGRAMS)
def test_gradients_are_those_of_autograd(name: str) -> None:
    net = gd.trace(PROGRAMS[name](np), X, W, arrays="whole")
    gradients = net.reverse()
    truth = autograd.grad(PROGRAMS[name](autograd.numpy), (0, 1))(X, W)
    for ours, theirs in zip((gradients["x"], gradients["w"]), truth, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)
    flow = net.contributions({"x": X, "w": -W})
    assert flow.total == pytest.approx(float(np.vdot(truth[0], X) - np.vdot(truth[1], W)), rel=1e-10)
    assert flow.difference < 1e-12


def test_functions_of_scipy_follow_their_rules() -> None:
    def f(x: Any) -> Any:
        parts = special.expit(x) + special.erf(x) + special.gammaln(x) + special.logsumexp(x, axis=0)
        return np.sum(parts * special.softmax(x) - x * special.log_softmax(x, axis=0))

    x = np.array([0.3, 1.2, 2.5])
    net = gd.trace(f, x, arrays="whole")
    step = 1e-6
    slopes = [(f(x + step * unit) - f(x - step * unit)) / (2 * step) for unit in np.eye(3)]
    np.testing.assert_allclose(net.reverse()["x"], slopes, rtol=1e-7)


UNARY = ["tanh", "sin", "exp", "negative", "square"]
BINARY = ["add", "subtract", "multiply", "matmul", "maximum"]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(UNARY + BINARY), st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=12)
)
def test_over_every_cut_contributions_of_random_programs_add_up(steps: list[tuple[str, int, int]]) -> None:
    def f(x: Any, y: Any) -> Any:
        made = [x, y]
        for name, first, second in steps:
            one, other = made[first % len(made)], made[second % len(made)]
            made.append(0.3 * (getattr(np, name)(one) if name in UNARY else getattr(np, name)(one, other)))
        return sum(np.sum(one) for one in made)

    net = gd.trace(f, 0.5 * W, 0.4 * SQUARE / 5, arrays="whole")
    flow = net.contributions()
    names = list(net)
    for place in range(2, len(names)):
        before = set(names[:place])
        crossing = [
            number
            for (tail, head, _), number in flow.edge_contributions.items()
            if tail in before and head not in before
        ]
        assert sum(crossing) == pytest.approx(flow.total, abs=1e-10 * sum(map(abs, crossing)) + 1e-300)


def test_nodes_are_called_as_the_variables_and_know_their_line() -> None:
    net = gd.trace(mlp(np), X, W, arrays="whole")
    assert list(net) == ["x", "w", "matmul#1", "h", "matmul#2", "add#1", "power#1", "out"]
    assert net.operations[net.position("h")].about["line"] == mlp.__code__.co_firstlineno + 2
    assert repr(net) == "<Operations of f: 6 operations on 2 inputs, 9 edges>"


class Pair(NamedTuple):
    left: Any
    right: Any


@dataclass(frozen=True)
class Layer:
    w: Any
    name: str


def test_inputs_are_found_in_lists_dicts_named_tuples_and_dataclasses() -> None:
    def f(layers: Any, pair: Any, options: Any, n: int, rate: float) -> Any:
        h = pair.left
        for layer in layers:
            h = np.tanh(h @ layer.w) * rate
        return {"loss": np.sum(h) + np.sum(pair.right), "norms": [options["b"] * n]}

    given_layers = [Layer(W, "first"), Layer(W.T.copy(), "second")]
    net = gd.trace(f, given_layers, Pair(X, np.ones(2)), {"b": np.ones(2)}, 3, 0.5, arrays="whole")
    assert net.inputs == ("layers[0].w", "layers[1].w", "pair.left", "pair.right", "options.b", "rate")
    assert net.outputs == ("loss", "norms[0]")
    assert given_layers[0].w is W  # nothing given is changed
    assert net.reverse("loss")["pair.right"].tolist() == [1.0, 1.0]
    assert net.reverse({"norms[0]": 1})["options.b"].tolist() == [3.0, 3.0]


def test_a_direction_or_a_cotangent_may_be_one_number_for_all_entries() -> None:
    net = gd.trace(lambda x: x * x, np.array([1.0, 2.0]), arrays="whole")
    assert net.contributions({"x": 1}, {"out": 1}).total == 6.0
    with pytest.raises(UsageError, match=r"'out' has 2 entries"):
        net.contributions()


def test_what_has_no_derivative_is_a_constant() -> None:
    net = gd.trace(lambda x: np.sum(x * np.sign(x) * np.argmax(x)), np.array([-1.0, 2.0]), arrays="whole")
    assert net.reverse()["x"].tolist() == [-1.0, 1.0]


def filled(x: Any, w: Any) -> Any:
    states = np.tanh(x @ w)
    states[0] = x[0] * 2
    states[1:3, 0] = np.sum(w)
    return np.sum(states**2)


def test_entries_of_a_traced_array_can_be_assigned() -> None:
    net = gd.trace(filled, X, W, arrays="whole")
    assert float(net.value("out")) == filled(X, W)

    def written_out(x: Any, w: Any) -> Any:
        states = autograd.numpy.tanh(x @ w)
        kept = autograd.numpy.concatenate([states[1:3, 1:].ravel(), states[3], 2 * x[0]])
        return autograd.numpy.sum(kept**2) + 2 * autograd.numpy.sum(w) ** 2

    for name, other in zip("xw", autograd.grad(written_out, (0, 1))(X, W), strict=True):
        np.testing.assert_allclose(net.reverse()[name], other, rtol=1e-12)
    assert net.contributions().difference < 1e-12


def through_a_view(x: Any) -> Any:
    y = 2 * x
    head = y[:2]
    y[0] = np.sum(x)
    return np.sum(head * y[0])


def through_a_view_by_nothing(b: Any, x: Any) -> Any:
    h = x * 1
    for row in h:
        row += b  # of 0: no value tells
    return np.sum(h * x)


def fails_as_numpys_array_is_written(x: Any) -> Any:
    y = np.zeros(2)
    y[0] = np.sum(x)
    return y


def fails_as_an_array_is_written(x: Any) -> Any:
    return np.add(x, x, out=x)


def changed_in_place(x: Any, rate: float) -> Any:
    y = 1 * x
    also_y = y
    old = rate
    y *= x
    y[1] -= rate
    rate *= 2
    return np.sum(also_y * old * rate)


def test_what_is_changed_in_place_changes_under_all_its_names() -> None:
    x = np.array([1.0, 2.0, 3.0])
    net = gd.trace(changed_in_place, x, 0.5, arrays="whole")
    assert float(net.value(net.outputs[0])) == changed_in_place(x, 0.5) == 2 * 0.25 * (1 + 4 + 9 - 0.5)
    assert net.reverse()["x"].tolist() == [1.0, 2.0, 3.0]
    assert net.reverse()["rate"] == 4 * 0.5 * 14 - 6 * 0.25
    assert x.tolist() == [1.0, 2.0, 3.0]


REFUSED: list[tuple[Program, tuple[Any, ...], type[Exception], str]] = [
    (lambda x: np.frexp(x)[0], (X,), TraceError, r"line \d+ of .*: autograd has no derivative of frexp: write it out"),
    (lambda x: math.sin(x), (1.0,), TraceError, r"line \d+ of .*: TypeError: .*a traced array"),
    (lambda x: float(np.sum(x)), (X,), TraceError, r"line \d+ of .*: TypeError: .*a traced array"),
    (lambda x: x.sum().tobytes(), (X,), TraceError, "a traced array"),
    (fails_as_an_array_is_written, (np.ones(2),), TraceError, "add writes into an array"),
    (through_a_view, (X,), TraceError, r"line \d+ of .*: an array is changed of which another is a view"),
    (through_a_view_by_nothing, (np.zeros(3), X), TraceError, "an array is changed of which another is a view"),
    (lambda x: np.add.reduce(x, initial=5.0), (np.ones(2),), TraceError, "autograd does not follow initial= of sum"),
    (lambda x: np.sum(x, where=X > 0), (X,), TraceError, "autograd does not follow where= of sum"),
    (lambda x: np.sum(x.astype(int) * x), (X,), TraceError, "astype makes whole numbers, which have no derivative"),
    (lambda x: np.full_like(x, x[0, 0]), (X,), TraceError, "autograd does not follow what full_like is given so"),
    (lambda x: np.block([x, x]), (X,), TraceError, "autograd does not follow what block is given so"),
    (
        fails_as_numpys_array_is_written,
        (np.ones(2),),
        TraceError,
        r"line \d+ of .*: only traced it fails with .*stack it",
    ),
    (lambda x: x[7], (np.ones(2),), IndexError, "index 7 is out of bounds"),
    (lambda x: 1.0, (X,), TraceError, "the function returned float, and no array in it that follows of an input"),
    (lambda x: np.sum(x), (np.arange(3),), UsageError, "there is no input: none of the arguments holds a float"),
    (lambda x: np.sum(x), (np.ones(2, complex),), UsageError, "x is an array of complex128"),
    (
        lambda x: np.sum(x),
        (pd.Series([1.0]),),
        UsageError,
        r"x is a Series, which is not kept whole: give its to_numpy\(\)",
    ),
    (lambda x: np.sum(x), (np.ma.asarray(X),), UsageError, "x is a MaskedArray, which is not kept whole"),
    (lambda x, y: x, (X,), UsageError, "the function cannot be called so"),
]


@pytest.mark.parametrize(("program", "args", "kind", "match"), REFUSED)
def test_what_would_lose_the_derivative_is_refused(
    program: Program, args: tuple[Any, ...], kind: type[Exception], match: str
) -> None:
    with pytest.raises(kind, match=match):
        gd.trace(program, *args, arrays="whole")


def test_a_computation_is_done_again_at_other_inputs() -> None:
    net = gd.trace(mlp(np), X, W, arrays="whole")
    other = net.at(x=X + 1, w=0.5 * W)
    truth = autograd.grad(mlp(autograd.numpy))(X + 1, 0.5 * W)
    np.testing.assert_allclose(other.reverse()["x"], truth, rtol=1e-12)
    assert net.at({"x": 1.0}).value("x").tolist() == np.ones_like(X).tolist()
    with pytest.raises(UsageError, match="values= of 'x' does not fit its shape 4×3"):
        net.at(x=np.ones(2))
    with pytest.raises(gd.errors.UnknownNodeError, match="no node 'h'"):
        net.at(h=np.ones(2))


def test_where_a_branch_goes_another_way_it_is_refused() -> None:
    net = gd.trace(lambda x: np.sum(x) if x[0] > 0 else np.prod(x), np.ones(2), arrays="whole")
    with pytest.raises(TraceError, match="at these inputs it goes another way from 'out' on: trace it anew"):
        net.at(x=-np.ones(2))


def test_a_gradient_has_the_shape_of_the_input() -> None:
    np.testing.assert_allclose(gd.gradient(mlp(np), X, W)["w"], autograd.grad(mlp(autograd.numpy), 1)(X, W), rtol=1e-12)
    assert gd.gradient(lambda x, y: np.sum(y), np.ones(2), np.ones(1))["x"].tolist() == [0.0, 0.0]


def test_check_holds_both_passes_against_differences() -> None:
    checked = gd.check(mlp(np), X, W, arrays="whole")
    assert checked
    assert [one.method for one in checked.compared] == ["reverse", "central differences"]
    assert checked.inputs == ("x", "w")


def test_check_finds_a_wrong_derivative() -> None:
    wrong = autograd.extend.primitive(lambda x: x**3)
    wrong.__name__ = "wrong"
    autograd.extend.defvjp(wrong, lambda made, x: lambda adjoint: adjoint * 2 * x**2)
    checked = gd.check(lambda x: np.sum(wrong(x)), np.array([1.0, 2.0]), arrays="whole")
    assert not checked
    assert "DIFFERS" in str(checked)


def test_what_is_drawn_while_a_function_is_traced_is_a_constant() -> None:
    net = gd.trace(lambda x: np.sum(x * np.random.default_rng(0).normal(size=3)), np.ones(3), arrays="whole")
    np.testing.assert_allclose(net.reverse()["x"], np.random.default_rng(0).normal(size=3))


def changing_constants(x: Any) -> Any:
    buffer, place, total = np.array([1.0, 1.0, 1.0]), np.array([0, 1]), 0.0
    for _ in range(3):
        total = total + np.sum(x * buffer)
        buffer *= 2
    chosen = x[place]
    place += 1
    return total + np.sum(chosen * np.array([1.0, 10.0]))


def test_constants_and_inputs_that_are_changed_later_are_kept_as_they_were() -> None:
    x = np.ones(3)
    net = gd.trace(changing_constants, x, arrays="whole")
    x -= 0.9
    assert net.reverse()["x"].tolist() == [8.0, 17.0, 7.0]
    assert net.value("x").tolist() == net.at({}).value("x").tolist() == [1.0, 1.0, 1.0]


def test_operands_that_were_repeated_get_what_all_copies_send_back() -> None:
    net = gd.trace(lambda x: np.sum(np.where(X[0] > 0, x, x.mean()) * np.broadcast_to(x, (2, 3))), X[0], arrays="whole")
    step = 1e-6
    f = lambda x: np.sum(np.where(X[0] > 0, x, x.mean()) * np.broadcast_to(x, (2, 3)))  # noqa: E731
    slopes = [(f(X[0] + step * unit) - f(X[0] - step * unit)) / (2 * step) for unit in np.eye(3)]
    np.testing.assert_allclose(net.reverse()["x"], slopes, rtol=1e-7)
    assert net.contributions().difference < 1e-12


def test_arrays_are_copied_added_up_in_place_and_multiplied_as_numpys() -> None:
    def f(x: Any) -> Any:
        y = x.copy()
        y %= 0.7
        return np.sum(+x * y) + x.dot(x)

    x = np.array([0.2, 0.5])
    np.testing.assert_allclose(gd.gradient(f, x), 2 * x + x + (x % 0.7) - x + x, rtol=1e-12)


def test_what_does_not_matter_has_a_gradient_of_0() -> None:
    assert gd.trace(lambda x, y: np.sum(x), X, W, arrays="whole").reverse()["y"].tolist() == np.zeros((3, 3)).tolist()


def test_a_trace_within_a_trace_leaves_the_outer_one_as_it_was() -> None:
    def f(x: Any) -> Any:
        inner = gd.trace(lambda y: np.sum(y**2), np.ones(2), arrays="whole")
        return np.sum(np.concatenate([x, inner.reverse()["y"]]))

    assert gd.gradient(f, X[0]).tolist() == [1.0, 1.0, 1.0]


def test_after_a_trace_numpy_and_autograd_are_as_before() -> None:
    from autograd.numpy.numpy_boxes import ArrayBox

    before = ArrayBox.__array_ufunc__
    with pytest.raises(ZeroDivisionError):
        gd.trace(lambda x: 1 / 0, X, arrays="whole")
    assert ArrayBox.__array_ufunc__ is before
    assert not hasattr(ArrayBox, "__array_function__")
    assert isinstance(np.zeros(2), np.ndarray)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"arrays": "whale"}, 'arrays="whale": "scalars" or "whole"'),
        ({"backend": "theano"}, "backend=\"theano\": 'numpy', 'jax', 'torch'"),
        ({"arrays": "whole", "symbolic": True}, "symbolic= and rules= are for scalars"),
    ],
)
def test_options_that_there_are_not_are_refused(options: dict[str, Any], match: str) -> None:
    with pytest.raises(UsageError, match=match):
        gd.trace(lambda x: x, X, **options)


def test_numbers_of_a_large_array_are_not_traced_one_by_one() -> None:
    with pytest.raises(LimitError, match=r'x has 1,000,001 numbers, .*; arrays="whole" keeps arrays whole'):
        gd.trace(lambda x: np.sum(x), np.zeros(1_000_001))
    with pytest.raises(UsageError, match='arrays="scalars": of scalars the gradient is'):
        gd.gradient(lambda x: np.sum(x), X, arrays="scalars")


def test_a_gradient_that_is_no_number_is_refused() -> None:
    with pytest.raises(DerivativeError, match="the gradient at 'x' is no finite number"), np.errstate(all="ignore"):
        gd.gradient(lambda x: np.prod(x), np.array([0.0, 2.0]))  # autograd divides by each
