"""Functions of JAX with arrays kept whole, beside JAX's own gradients."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import DerivativeError, LimitError, TraceError, UsageError

jax = pytest.importorskip("jax", reason="JAX is not there")
from tests import jax_programs as programs  # noqa: E402, which needs JAX

jnp = jax.numpy
lax = jax.lax


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    """Compute in double precision, compiled as fast as can be, and leave other tests what they had."""
    names = ("jax_enable_x64", "jax_disable_most_optimizations")
    before = {name: jax.config.values[name] for name in names}
    for name in names:
        jax.config.update(name, True)
    yield
    for name, value in before.items():
        jax.config.update(name, value)


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
        i, f, g, o = jnp.split(gates, 4)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    (h, _), states = lax.scan(step, (jnp.zeros(size), jnp.zeros(size)), xs)
    return jnp.sum(h**2) + 0.1 * jnp.sum(states)


def transformer(params: Any, x: Any) -> Any:
    """Two layers with two heads of attention each, layer norms and skips."""

    def norm(x: Any) -> Any:
        return (x - x.mean(-1, keepdims=True)) / jnp.sqrt((x * x).mean(-1, keepdims=True) + 1e-5)

    def softmax(x: Any) -> Any:
        return jnp.exp(x) / jnp.exp(x).sum(-1, keepdims=True)

    for place, (q, k, v, o, w1, w2) in enumerate(params):
        with jax.named_scope(f"layer{place}"):
            with jax.named_scope("attention"):
                y = norm(x)
                heads = [(y @ one).reshape(len(x), 2, -1).transpose(1, 0, 2) for one in (q, k, v)]
                scores = heads[0] @ heads[1].transpose(0, 2, 1) / np.sqrt(heads[0].shape[-1])
                mixed = softmax(scores) @ heads[2]
                x = x + mixed.transpose(1, 0, 2).reshape(x.shape) @ o
            with jax.named_scope("mlp"):
                x = x + jax.nn.relu(norm(x) @ w1) @ w2
    return jnp.sum(x[:, 0] * jnp.arange(len(x)))


NETS: dict[str, tuple[Callable[..., Any], Callable[[], tuple[Any, ...]]]] = {
    "an MLP": (mlp, lambda: ([(normal(4, 4), normal(4)), (normal(4, 4), normal(4))], normal(4, 4))),
    "a residual net": (residual, lambda: ([(normal(4, 4), normal(4, 4)) for _ in range(3)], normal(4, 4))),
    "an LSTM over 50 steps": (lstm, lambda: ((normal(3, 16), normal(4, 16), normal(16)), normal(50, 3))),
    "a transformer": (
        transformer,
        lambda: ([tuple(normal(8, 8) for _ in range(6)) for _ in range(2)], normal(8, 8)),
    ),
}


@pytest.mark.parametrize("name", NETS)
def test_gradients_are_those_of_jax_and_contributions_add_up_over_every_cut(name: str) -> None:
    function, make = NETS[name]
    args = make()
    net = gd.trace(function, *args, backend="jax")
    truth = jax.tree_util.tree_leaves(jax.grad(function, argnums=tuple(range(len(args))))(*args))
    flow = net.contributions({one: np.where(RNG.random(net.value(one).shape) < 0.5, -1.0, 1.0) for one in net.inputs})
    for ours, theirs in zip((flow.gradients[net.position(one)] for one in net.inputs), truth, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)
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
        (lambda x: x, (object(),), TraceError, "JAX cannot trace"),
        (
            jax.jit(lambda x, n: x * n, static_argnums=1),
            (1.0, np.arange(2)),
            TraceError,
            r"^line \d+ of .*JAX cannot trace <lambda>: Non-hashable static arguments|JAX cannot trace",
        ),
        (
            lambda x: x @ jnp.ones(3),
            (np.ones(2),),
            TraceError,
            r"^line \d+ of .*: JAX cannot trace <lambda>: dot_general",
        ),
    ],
)
def test_what_cannot_be_traced_is_said_in_a_line(function: Any, args: Any, kind: type[Exception], match: str) -> None:
    with pytest.raises(kind, match=match):
        gd.trace(function, *args, backend="jax")


def test_a_second_derivative_is_a_trace_of_the_gradient() -> None:
    def function(x: Any) -> Any:
        return jnp.sum(jnp.sin(x) * x)

    x, direction = normal(4), normal(4)
    net = gd.trace(jax.grad(function), x, backend="jax")
    expected = (2 * np.cos(x) - x * np.sin(x)) * direction  # the Hessian is diagonal
    np.testing.assert_allclose(net.reverse({"out": direction})["x"], expected, rtol=1e-12)


def agrees_with_jax(function: Any, args: tuple[Any, ...], *, has_tangents: bool = True, **how: Any) -> None:
    """Hold a function's gradients and tangents against JAX's own, and what passes the edges against their total."""
    net = gd.trace(function, *args, backend="jax", **how)
    leaves, tree = jax.tree_util.tree_flatten(args)
    places = [place for place, leaf in enumerate(leaves) if "float" in str(getattr(leaf, "dtype", type(leaf)))]

    def of_floats(*given: Any) -> Any:
        whole = dict(enumerate(leaves)) | dict(zip(places, given, strict=True))
        return function(*jax.tree_util.tree_unflatten(tree, whole.values()))

    at = [jnp.asarray(leaves[place]) for place in places]
    direction = [jnp.asarray(RNG.normal(size=one.shape), one.dtype) for one in at]
    names = [name for name in net.inputs if "float" in str(net.value(name).dtype)]
    truth = jax.grad(of_floats, tuple(range(len(at))))(*at)
    gradients = net.reverse()
    for name, gradient in zip(names, truth, strict=True):
        np.testing.assert_allclose(gradients.get(name, np.zeros(gradient.shape)), gradient, rtol=1e-9, atol=1e-11)
    moved = (
        jax.jvp(of_floats, at, direction)[1]
        if has_tangents
        else sum(np.vdot(one, other) for one, other in zip(truth, direction, strict=True))
    )
    flow = net.contributions(dict(zip(names, direction, strict=True)))
    assert flow.forward_total == pytest.approx(float(moved), rel=1e-6, abs=1e-9)  # attention is float32 within
    assert flow.total == pytest.approx(float(moved), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", programs.QUICK)
def test_all_kinds_of_functions_agree_with_jax(name: str) -> None:
    agrees_with_jax(*programs.QUICK[name])


@pytest.mark.parametrize(("name", "steps"), [*((name, 1) for name in programs.REVERSE), ("custom_vjp in a loop", 1000)])
def test_what_has_a_rule_for_reverse_only_goes_forward_by_its_transpose(name: str, steps: int) -> None:
    agrees_with_jax(*programs.REVERSE[name], has_tangents=False, limits={"steps": steps})


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 1000])
@pytest.mark.parametrize("name", programs.SLOW)
def test_all_other_kinds_of_functions_agree_with_jax(name: str, steps: int) -> None:
    has_loop = name in ("fori", "conjugate gradients", "custom_root", "a sample with a gradient", "logsumexp")
    agrees_with_jax(*programs.SLOW[name], limits={"steps": 1000 if has_loop else steps})


def test_a_rule_that_is_not_linear_goes_in_reverse_only() -> None:
    net = gd.trace(lambda x: jnp.sum(programs.clipped_back(x) ** 2), np.array([2.0, 0.01]), backend="jax")
    assert net.reverse()["x"].tolist() == [0.1, 0.02]
    with pytest.raises(DerivativeError, match=r"line \d+: JAX has no derivative of 'clipped_back' forward, as the"):
        net.contributions()


def test_what_jax_has_no_derivative_of_is_said_with_its_line() -> None:
    net = gd.trace(lambda x: jnp.sum(jnp.nextafter(x, 2.0)), normal(2), backend="jax")
    with pytest.raises(DerivativeError, match=r"line \d+: JAX has no derivative of 'nextafter' in reverse: Diff"):
        net.reverse()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_what_is_less_precise_stays_so(dtype: str) -> None:
    x = jnp.asarray([0.5, -0.25], dtype)
    net = gd.trace(lambda x: jnp.sum(x * x), x, backend="jax")
    assert (net.reverse()["x"] == 2 * x).all()
    assert net.reverse()["x"].dtype == dtype


def test_outputs_that_are_inputs_constants_whole_numbers_or_the_same() -> None:
    def function(x: Any) -> Any:
        y = jnp.sum(x)
        return y, x, jnp.ones(2), jnp.argmax(x), x > 0, 3, y

    net = gd.trace(function, np.array([1.0, 2.0]), backend="jax")
    assert net.outputs == ("out[0]", "x", "out[2]", "out[3]", "out[4]", "out[5]", "out[0]")
    assert net.reverse("out[0]")["x"].tolist() == [1, 1]
    assert [int(net.value(one)) for one in ("out[3]", "out[5]")] == [1, 3]
    assert net.reference is not None
    assert net.reference({"out[0]": jnp.ones(())})["x"].tolist() == [1, 1]


def test_scopes_are_told_once_within_what_is_inlined_and_without_what_is_done_to_them() -> None:
    def inner(x: Any) -> Any:
        with jax.named_scope("inner"):
            return jnp.tanh(x)

    def function(x: Any) -> Any:
        with jax.named_scope("outer"):
            x = jax.checkpoint(jax.jit(inner))(x)
            x = lax.scan(lambda x, _: (jax.jit(inner)(x), None), x, None, length=2)[0]
            return jnp.sum(jax.vmap(inner)(lax.cond(True, inner, jnp.sin, x)))

    net = gd.trace(function, np.ones(2), backend="jax")
    tanhs = [one for one in net.operations if one.op == "tanh"]
    assert [one.about["module"] for one in tanhs] == ["outer.inner"] * 5
    assert [one.about.get("step") for one in tanhs] == [None, 0, 1, None, None]
    grown = gd.trace(jax.grad(function), np.ones(2), backend="jax")
    modules = {one.about.get("module") for one in grown.operations}
    assert {"jvp(outer).inner", "transpose(jvp(outer)).inner"} <= modules


def test_names_of_inputs_are_given_once() -> None:
    net = gd.trace(lambda p: p["a.b"] * p["a"]["b"], {"a": {"b": 2.0}, "a.b": 3.0}, backend="jax")
    assert net.inputs == ("p.a.b", "p.a.b_")
    assert net.reverse() == {"p.a.b": 3, "p.a.b_": 2, "out": 1}


def test_a_long_function_needs_no_deep_stack() -> None:
    def function(x: Any) -> Any:
        for _ in range(1_100):
            x = 2.0 - x
        return x

    net = gd.trace(function, 0.5, backend="jax")
    assert len(net) == 1_101
    assert net.reverse()["x"] == 1


COMPGRAPH = (
    "black_scholes",
    "rosenbrock5",
    "speelpenning10",
    "lighthouse",
    "kepler_newton8",
    "lotka_volterra_rk4_20",
    "rnn_tanh_12",
)
LINE = re.compile(r"(\w+):f64\[\] = (\w+)(?:\[.*?\])? (.*)")


def rebuilt(folder: Path, name: str) -> Callable[..., Any]:
    """Return the function that the text of a jaxpr says, line by line."""
    text = (folder / f"jax.{name}.jaxpr.txt").read_text()
    arguments = re.findall(r"(\w+):f64", text[: text.index("let")])
    (returned,) = re.findall(r"in \((\w+),\)", text)

    def function(*given: Any) -> Any:
        known = dict(zip(arguments, given, strict=True))
        for head, primitive, operands in LINE.findall(text):
            values = [known[one] if one in known else float(one.partition(":")[0]) for one in operands.split()]
            known[head] = values[0] if primitive == "convert_element_type" else getattr(lax, primitive)(*values)
        return known[returned]

    return function


@pytest.mark.parametrize("name", COMPGRAPH)
def test_jaxprs_that_were_saved_have_the_gradients_that_were_saved(name: str, shared_data: Path) -> None:
    folder = shared_data / "compgraph"
    truth = json.loads((folder / f"jax.{name}.truth.json").read_text())
    scalar = json.loads((folder / f"jax.{name}.graph.json").read_text())
    numbers = {one["id"]: one["value"] for one in scalar["nodes"]}
    net = gd.trace(rebuilt(folder, name), *[numbers[one] for one in scalar["inputs"]], backend="jax")
    gradients = net.reverse()
    expected = [truth["grad"][one] for one in scalar["inputs"]]
    assert float(net.value("out")) == pytest.approx(truth["value"], rel=1e-12)
    assert [float(gradients[one]) for one in net.inputs] == pytest.approx(expected, rel=1e-12, abs=1e-12)
    edges = [(one["src"], one["dst"], one["weight"]) for one in scalar["edges"]]
    tails, heads, weights = ([*column] for column in zip(*edges, strict=True))
    labels = list(numbers)
    place_of = {label: place for place, label in enumerate(labels)}
    graph = gd.CompiledGraph.from_arrays(
        [place_of[one] for one in tails], [place_of[one] for one in heads], weights, labels=labels
    )
    unfolded = net.unfold() if len(net) < 1_000 else None
    for ours, theirs in zip(net.inputs, scalar["inputs"], strict=True):
        number = gd.total_influence(graph, theirs, scalar["output"])
        again = gradients[ours] if unfolded is None else gd.total_influence(unfolded, ours, "out")
        assert float(again) == pytest.approx(number, rel=1e-12, abs=1e-12)


UNARY = [
    jnp.tanh,
    jnp.sin,
    jnp.exp,
    jax.nn.softplus,
    lambda x: jnp.cumsum(x, axis=0),
    jnp.sort,
    lambda x: x.T,
    lambda x: x - jnp.max(x, axis=0),
]
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
            made.append(0.5 * new)
        return sum(jnp.sum(one) * draws.normal() for one in made)

    return function


def agrees(seed: int) -> None:
    draws = np.random.default_rng(seed)
    function, args = random_program(seed), [draws.normal(size=(3, 3)) / 2 for _ in range(2)]
    net = gd.trace(function, *args, backend="jax")
    for name, truth in zip("xy", jax.grad(function, (0, 1))(*args), strict=True):
        np.testing.assert_allclose(net.reverse()[name], truth, rtol=1e-10, atol=1e-12)
    assert net.contributions().difference < 1e-10


@pytest.mark.parametrize("seed", range(10))
def test_random_programs_have_the_gradients_of_jax(seed: int) -> None:
    agrees(seed)


@pytest.mark.slow
def test_three_hundred_random_programs_have_the_gradients_of_jax() -> None:
    for seed in range(1000, 1300):
        agrees(seed)
