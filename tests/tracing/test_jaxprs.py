"""Functions of JAX with arrays kept whole, beside JAX's own gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import LimitError, TraceError, UsageError

jax = pytest.importorskip("jax", reason="JAX is not there")
jnp = jax.numpy
lax = jax.lax


@pytest.fixture(autouse=True)
def double_precision() -> Iterator[None]:
    """Compute in double precision here, and leave other tests what they had."""
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


RNG = np.random.default_rng(3)


def normal(*shape: int) -> Any:
    return RNG.normal(size=shape) / 2


def mlp(params: Any, x: Any) -> Any:
    for place, (w, b) in enumerate(params):
        with jax.named_scope(f"layer{place}"):
            x = jnp.tanh(x @ w + b)
    return jnp.sum(x**2)


def residual(params: Any, x: Any) -> Any:
    for place, (w, v) in enumerate(params):
        with jax.named_scope(f"block{place}"):
            x = x + jax.nn.relu(x @ w) @ v
    return jnp.mean(x**2)


def lstm(params: Any, xs: Any) -> Any:
    """Fifty steps, unrolled of a scan."""
    w, u, b = params
    size = u.shape[0]

    def step(state: Any, x: Any) -> Any:
        h, c = state
        gates = x @ w + h @ u + b
        i, f, g, o = (gates[n * size : (n + 1) * size] for n in range(4))
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    (h, _), states = lax.scan(step, (jnp.zeros(size), jnp.zeros(size)), xs)
    return jnp.sum(h**2) + 0.1 * jnp.sum(states)


def transformer(params: Any, x: Any) -> Any:
    """Two layers with two heads of attention each, layer norms and skips."""

    def norm(x: Any) -> Any:
        return (x - x.mean(-1, keepdims=True)) / jnp.sqrt(x.var(-1, keepdims=True) + 1e-5)

    for place, (q, k, v, o, w1, w2) in enumerate(params):
        with jax.named_scope(f"layer{place}"):
            with jax.named_scope("attention"):
                y = norm(x)
                heads = [(y @ one).reshape(len(x), 2, -1).transpose(1, 0, 2) for one in (q, k, v)]
                scores = heads[0] @ heads[1].transpose(0, 2, 1) / np.sqrt(heads[0].shape[-1])
                mixed = jax.nn.softmax(scores, axis=-1) @ heads[2]
                x = x + mixed.transpose(1, 0, 2).reshape(x.shape) @ o
            with jax.named_scope("mlp"):
                x = x + jax.nn.gelu(norm(x) @ w1) @ w2
    return jnp.sum(x[:, 0] * jnp.arange(len(x)))


NETS: dict[str, tuple[Callable[..., Any], Callable[[], tuple[Any, ...]]]] = {
    "an MLP": (mlp, lambda: ([(normal(4, 5), normal(5)), (normal(5, 3), normal(3))], normal(6, 4))),
    "a residual net": (residual, lambda: ([(normal(4, 5), normal(5, 4)) for _ in range(3)], normal(6, 4))),
    "an LSTM over 50 steps": (lstm, lambda: ((normal(3, 16), normal(4, 16), normal(16)), normal(50, 3))),
    "a transformer": (
        transformer,
        lambda: ([(*(normal(8, 8) for _ in range(4)), normal(8, 16), normal(16, 8)) for _ in range(2)], normal(5, 8)),
    ),
}


@pytest.mark.parametrize("name", NETS)
def test_gradients_are_those_of_jax_and_contributions_add_up_over_every_cut(name: str) -> None:
    function, make = NETS[name]
    args = make()
    net = gd.trace(function, *args, backend="jax")
    truth = jax.tree_util.tree_leaves(jax.grad(function, argnums=tuple(range(len(args))))(*args))
    gradients = net.reverse()
    for ours, theirs in zip((gradients[one] for one in net.inputs), truth, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)
    flow = net.contributions({one: np.where(RNG.random(net.value(one).shape) < 0.5, -1.0, 1.0) for one in net.inputs})
    names = list(net)
    place_of = {one: place for place, one in enumerate(names)}
    crossings: list[list[float]] = [[] for _ in names]
    for (tail, head, _), number in flow.edge_contributions.items():
        for place in range(place_of[tail], place_of[head]):
            crossings[place].append(number)
    for place in range(len(net.inputs), len(names) - 1):
        crossing = crossings[place]
        assert sum(crossing) == pytest.approx(flow.total, abs=1e-10 * sum(map(abs, crossing)))


def test_scopes_are_modules_and_steps_are_told() -> None:
    function, make = NETS["a transformer"]
    net = gd.trace(function, *make(), backend="jax")
    groups = gd.group(net, "module", depth=1)
    assert {"layer0", "layer1"} < set(groups)
    assert {one.about["module"] for one in net.operations if "module" in one.about} >= {
        "layer0.attention",
        "layer1.mlp",
    }
    assert net.operations[-1].about["line"] > 0
    steps = [
        one.about.get("step") for one in gd.trace(lstm, *NETS["an LSTM over 50 steps"][1](), backend="jax").operations
    ]
    assert set(range(50)) <= set(steps)


def test_what_is_used_twice_is_two_edges() -> None:
    net = gd.trace(lambda x: x * x, jnp.array(3.0), backend="jax")
    assert net.edges == [("x", "out", 0), ("x", "out", 1)]
    assert net.contributions({"x": 1.0}).edge_contributions == {("x", "out", 0): 3.0, ("x", "out", 1): 3.0}


@jax.custom_jvp
def clipped(x: Any) -> Any:
    return jnp.clip(x, -1, 1)


clipped.defjvp(lambda primals, tangents: (clipped(primals[0]), tangents[0]))


@jax.custom_vjp
def straight_through(x: Any) -> Any:
    return jnp.round(x)


straight_through.defvjp(lambda x: (jnp.round(x), None), lambda kept, adjoint: (2 * adjoint,))


@pytest.mark.parametrize(("function", "slope"), [(clipped, 1.0), (straight_through, 2.0), (jax.nn.relu, 0.0)])
def test_what_has_a_rule_of_its_own_stays_one_node_with_that_rule(function: Any, slope: float) -> None:
    at = jnp.array([5.0, -7.0]) if slope else jnp.zeros(2)
    net = gd.trace(lambda x: jnp.sum(function(x)), at, backend="jax")
    assert len(net) == 3
    assert net.reverse()["x"].tolist() == [slope, slope]
    assert net.forward({"x": [1.0, 0.0]})["out"] == slope


def test_loops_and_branches_go_as_they_go_at_these_inputs() -> None:
    def function(x: Any) -> Any:
        x = lax.while_loop(lambda state: state[0] < 3, lambda state: (state[0] + 1, state[1] * state[1]), (0, x))[1]
        x = lax.cond(jnp.sum(x) > 0, lambda x: 3 * x, lambda x: -x, x)
        x = lax.fori_loop(0, 2, lambda n, x: jnp.sin(x) + n, x)
        return jnp.sum(lax.switch(1, [jnp.exp, jnp.cos], x))

    x = jnp.array([0.9, 1.1])
    net = gd.trace(function, x, backend="jax")

    def written_out(x: Any) -> Any:
        return jnp.sum(jnp.cos(jnp.sin(jnp.sin(3 * x**8)) + 1))

    np.testing.assert_allclose(net.reverse()["x"], jax.grad(written_out)(x), rtol=1e-12)
    assert gd.check(function, x, backend="jax")


@pytest.mark.parametrize("reverse", [False, True])
def test_a_scan_beyond_the_limit_is_one_node_with_the_same_derivative(reverse: bool) -> None:
    def function(x: Any) -> Any:
        last, states = lax.scan(lambda c, a: (jnp.tanh(c + a), c * a), x[0], x, reverse=reverse)
        return last + jnp.sum(states)

    x = normal(6)
    nets = [gd.trace(function, x, backend="jax", limits={"steps": steps}) for steps in (5, 6)]
    assert [sum(one.op == "scan" for one in net.operations) for net in nets] == [1, 0]
    for net in nets:
        np.testing.assert_allclose(net.reverse()["x"], jax.grad(function)(x), rtol=1e-12)


def test_a_while_loop_beyond_the_limit_is_refused_with_it() -> None:
    def function(x: Any) -> Any:
        return lax.while_loop(lambda x: x < 100, lambda x: x + 1, x)

    with pytest.raises(LimitError, match="a while loop goes round more than 7 times; limits="):
        gd.trace(function, 1.0, backend="jax", limits={"steps": 7})
    assert gd.trace(function, 1.0, backend="jax").reverse()["x"] == 1.0


def test_inputs_are_called_by_their_places_and_whole_numbers_do_not_move() -> None:
    net = gd.trace(
        lambda params, ids, *, rate: jnp.sum(params["w"][ids]) * rate,
        {"w": normal(5)},
        np.array([1, 3]),
        rate=0.5,
        backend="jax",
    )
    assert net.inputs == ("params.w", "ids", "rate")
    assert net.reverse()["params.w"].tolist() == [0, 0.5, 0, 0.5, 0]
    with pytest.raises(UsageError, match="'ids' does not hold floats"):
        net.contributions("ids")
    assert net.contributions().direction.by_value == ("params.w", "rate")


def test_outputs_are_called_by_their_places() -> None:
    net = gd.trace(lambda x: {"loss": jnp.sum(x), "parts": (x * 2, x)}, normal(2), backend="jax")
    assert net.outputs == ("loss", "parts[0]", "x")


def python_branch(x: Any) -> Any:
    return x if x > 0 else -x


@pytest.mark.parametrize(
    ("function", "args", "kind", "match"),
    [
        (python_branch, (1.0,), TraceError, "JAX cannot trace python_branch: Attempted boolean conversion"),
        (lambda x: jnp.sum(x), (np.ones(2, complex),), UsageError, "x is an array of complex128"),
        (lambda x: jnp.argmax(x), (np.ones(2),), TraceError, "nothing that the function returns follows of an input"),
        (lambda x, y: x, (1.0,), UsageError, "the function cannot be called so"),
        (lambda x: x, ("text",), TraceError, "JAX cannot trace"),
    ],
)
def test_what_cannot_be_traced_is_said_in_a_line(function: Any, args: Any, kind: type[Exception], match: str) -> None:
    with pytest.raises(kind, match=match):
        gd.trace(function, *args, backend="jax")


def test_a_second_derivative_is_a_trace_of_the_gradient() -> None:
    def function(x: Any) -> Any:
        return jnp.sum(jnp.sin(x) * x[::-1])

    x, direction = normal(4), normal(4)
    net = gd.trace(jax.grad(function), x, backend="jax")
    hessian = jax.hessian(function)(x)
    np.testing.assert_allclose(net.reverse({"out": direction})["x"], hessian @ direction, rtol=1e-12)


UNARY = [jnp.tanh, jnp.sin, jnp.exp, jax.nn.softplus, jnp.cumsum, jnp.sort, lambda x: x.T, lambda x: jnp.max(x, axis=0)]
BINARY = [jnp.add, jnp.multiply, jnp.matmul, jnp.maximum, lambda a, b: jnp.where(a > b, a, b), jnp.hypot]


def random_program(seed: int) -> Callable[..., Any]:
    def function(x: Any, y: Any) -> Any:
        draws = np.random.default_rng(seed)
        made = [x, y]
        for _ in range(draws.integers(3, 12)):
            one, other = (made[draws.integers(len(made))] for _ in range(2))
            choice = draws.integers(len(UNARY) + len(BINARY))
            operation = [*UNARY, *BINARY][choice]
            new = operation(one) if choice < len(UNARY) else operation(one, other)
            made.append(
                0.5 * jnp.broadcast_to(new.reshape(-1)[:9] if new.size >= 9 else jnp.sum(new), (9,)).reshape(3, 3)
            )
        return jnp.sum(jnp.stack(made) * draws.normal(size=(len(made), 1, 1)))

    return function


def agrees(seed: int) -> None:
    draws = np.random.default_rng(seed)
    function, args = random_program(seed), [draws.normal(size=(3, 3)) / 2 for _ in range(2)]
    net = gd.trace(function, *args, backend="jax")
    for name, truth in zip("xy", jax.grad(function, (0, 1))(*args), strict=True):
        np.testing.assert_allclose(net.reverse()[name], truth, rtol=1e-10, atol=1e-12)
    assert net.contributions().difference < 1e-10


@pytest.mark.parametrize("seed", range(20))
def test_random_programs_have_the_gradients_of_jax(seed: int) -> None:
    agrees(seed)


@pytest.mark.slow
def test_three_hundred_random_programs_have_the_gradients_of_jax() -> None:
    for seed in range(1000, 1300):
        agrees(seed)
