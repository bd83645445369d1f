"""Random expressions beside sympy and numerical differences, random programs beside autograd, published formulas."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from graphdiff_oracles import sympy
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import DerivativeError

POINT = {"x": 0.625, "y": -1.375, "z": 2.25}
SYMBOLS = {name: sympy.Symbol(name, real=True) for name in POINT}
EXACT = {SYMBOLS[name]: sympy.Rational(value) for name, value in POINT.items()}

# --------------------------------------------------------------------------------- random expressions

Form = tuple[str, Any]  # the text, and the same in sympy


def number(form: Any) -> Any:
    """Return the value of a form at the point, as a rational of 60 digits."""
    return sympy.Rational(str(sympy.N(form.subs(EXACT), 60)))


def bounded(text: str) -> str:
    return f"tanh({text})"


def clipped(f: Any, g: Any) -> Any:
    low, high = sympy.Rational(-1, 2), sympy.Rational(3, 2)
    return g * (f if low < number(f) < high else min(max(number(f), low), high))


#: Every function of one operand within a domain where it is defined, in text and in sympy.
ONE: dict[str, tuple[Callable[[str], str], Callable[[Any], Any]]] = {
    "neg": (lambda t: f"-({t})", lambda f: -f),
    "square": (lambda t: f"square({t})", lambda f: f**2),
    "power": (lambda t: f"({t}) ** 3", lambda f: f**3),
    "reciprocal": (lambda t: f"reciprocal(2 + ({t}) ** 2)", lambda f: 1 / (2 + f**2)),
    "sin": (lambda t: f"sin({t})", sympy.sin),
    "cos": (lambda t: f"cos({t})", sympy.cos),
    "tan": (lambda t: f"tan({bounded(t)})", lambda f: sympy.tan(sympy.tanh(f))),
    "asin": (lambda t: f"asin(0.9 * {bounded(t)})", lambda f: sympy.asin(sympy.Rational(0.9) * sympy.tanh(f))),
    "acos": (lambda t: f"acos(0.9 * {bounded(t)})", lambda f: sympy.acos(sympy.Rational(0.9) * sympy.tanh(f))),
    "atan": (lambda t: f"atan({t})", sympy.atan),
    "sinh": (lambda t: f"sinh({bounded(t)})", lambda f: sympy.sinh(sympy.tanh(f))),
    "cosh": (lambda t: f"cosh({bounded(t)})", lambda f: sympy.cosh(sympy.tanh(f))),
    "tanh": (lambda t: f"tanh({t})", sympy.tanh),
    "asinh": (lambda t: f"asinh({t})", sympy.asinh),
    "acosh": (lambda t: f"acosh(2 + ({t}) ** 2)", lambda f: sympy.acosh(2 + f**2)),
    "atanh": (lambda t: f"atanh(0.9 * {bounded(t)})", lambda f: sympy.atanh(sympy.Rational(0.9) * sympy.tanh(f))),
    "exp": (lambda t: f"exp({bounded(t)})", lambda f: sympy.exp(sympy.tanh(f))),
    "exp2": (lambda t: f"exp2({bounded(t)})", lambda f: 2 ** sympy.tanh(f)),
    "expm1": (lambda t: f"expm1({bounded(t)})", lambda f: sympy.exp(sympy.tanh(f)) - 1),
    "log": (lambda t: f"log(1 + ({t}) ** 2)", lambda f: sympy.log(1 + f**2)),
    "log base": (lambda t: f"log(1 + ({t}) ** 2, 3)", lambda f: sympy.log(1 + f**2) / sympy.log(3)),
    "log2": (lambda t: f"log2(1 + ({t}) ** 2)", lambda f: sympy.log(1 + f**2) / sympy.log(2)),
    "log10": (lambda t: f"log10(1 + ({t}) ** 2)", lambda f: sympy.log(1 + f**2) / sympy.log(10)),
    "log1p": (lambda t: f"log1p(({t}) ** 2)", lambda f: sympy.log(1 + f**2)),
    "sqrt": (lambda t: f"sqrt(1 + ({t}) ** 2)", lambda f: sympy.sqrt(1 + f**2)),
    "cbrt": (lambda t: f"cbrt(1 + ({t}) ** 2)", lambda f: (1 + f**2) ** sympy.Rational(1, 3)),
    "erf": (lambda t: f"erf({t})", sympy.erf),
    "erfc": (lambda t: f"erfc({t})", sympy.erfc),
    "gamma": (lambda t: f"gamma(2 + {bounded(t)})", lambda f: sympy.gamma(2 + sympy.tanh(f))),
    "lgamma": (lambda t: f"lgamma(2 + {bounded(t)})", lambda f: sympy.loggamma(2 + sympy.tanh(f))),
    "degrees": (lambda t: f"degrees({bounded(t)})", lambda f: sympy.tanh(f) * 180 / sympy.pi),
    "radians": (lambda t: f"radians({t})", lambda f: f * sympy.pi / 180),
    "abs": (lambda t: f"abs({t})", lambda f: f * sympy.sign(number(f))),
    "floor": (lambda t: f"({t}) - floor({t})", lambda f: f - sympy.floor(number(f))),
    "ceil": (lambda t: f"({t}) * ceil({t})", lambda f: f * sympy.ceiling(number(f))),
    "sign": (lambda t: f"({t}) * sign({t})", lambda f: f * sympy.sign(number(f))),
    "mod": (lambda t: f"({t}) % 0.7", lambda f: f - sympy.Rational(0.7) * sympy.floor(number(f) / sympy.Rational(0.7))),
}
TWO: dict[str, tuple[Callable[[str, str], str], Callable[[Any, Any], Any]]] = {
    "add": (lambda s, t: f"({s}) + ({t})", lambda f, g: f + g),
    "sub": (lambda s, t: f"({s}) - ({t})", lambda f, g: f - g),
    "mul": (lambda s, t: f"({s}) * ({t})", lambda f, g: f * g),
    "div": (lambda s, t: f"({s}) / (1 + ({t}) ** 2)", lambda f, g: f / (1 + g**2)),
    "pow": (lambda s, t: f"(1 + ({s}) ** 2) ** {bounded(t)}", lambda f, g: (1 + f**2) ** sympy.tanh(g)),
    "atan2": (lambda s, t: f"atan2({s}, 1 + ({t}) ** 2)", lambda f, g: sympy.atan(f / (1 + g**2))),
    "hypot": (lambda s, t: f"hypot({s}, {t}, 1)", lambda f, g: sympy.sqrt(f**2 + g**2 + 1)),
    "logaddexp": (
        lambda s, t: f"logaddexp({s}, {bounded(t)})",
        lambda f, g: sympy.log(sympy.exp(f) + sympy.exp(sympy.tanh(g))),
    ),
    "max": (lambda s, t: f"max({s}, {t})", lambda f, g: f if number(f) > number(g) else g),
    "min": (lambda s, t: f"min({s}, {t})", lambda f, g: f if number(f) < number(g) else g),
    "clip": (lambda s, t: f"clip({s}, -0.5, 1.5) * ({t})", clipped),
    "fma": (lambda s, t: f"fma({s}, {t}, {s})", lambda f, g: f * g + f),
    "copysign": (lambda s, t: f"copysign({s}, {t})", lambda f, g: f * sympy.sign(number(f)) * sympy.sign(number(g))),
}

LEAVES = st.sampled_from([*SYMBOLS.items(), ("2", sympy.Integer(2)), ("0.375", sympy.Rational(3, 8))])


def expressions(one: Sequence[str], two: Sequence[str]) -> st.SearchStrategy[Form]:
    """Return a strategy of expressions made of some functions of one operand and some of two."""

    def of_one(name: str, inner: Form) -> Form:
        text, form = ONE[name]
        return text(inner[0]), form(inner[1])

    def of_two(name: str, first: Form, second: Form) -> Form:
        text, form = TWO[name]
        return text(first[0], second[0]), form(first[1], second[1])

    def grown(inner: st.SearchStrategy[Form]) -> st.SearchStrategy[Form]:
        ones = st.builds(of_one, st.sampled_from(one), inner)
        return ones | st.builds(of_two, st.sampled_from(two), inner, inner)

    return grown(st.recursive(LEAVES, grown, max_leaves=4))


#: What complex numbers do not go through, or not as real ones do.
REAL_ONLY = {
    "erf",
    "erfc",
    "gamma",
    "lgamma",
    "cbrt",
    "abs",
    "floor",
    "ceil",
    "sign",
    "mod",
    "max",
    "min",
    "clip",
    "copysign",
    "atan2",
}
EXPRESSIONS = expressions(sorted(ONE), sorted(TWO))
HOLOMORPHIC = expressions(sorted(ONE.keys() - REAL_ONLY), sorted(TWO.keys() - REAL_ONLY))


def traced(text: str) -> Any:
    """Return the graph of an expression at the point, or None on a kink or where numbers are large."""
    used = {name: value for name, value in POINT.items() if re.search(rf"\b{name}\b", text)}
    try:
        graph = gd.trace(text, used)
    except DerivativeError:
        return None
    return graph if all(abs(value) < 1e4 for value in dict(graph.nodes(data="value")).values()) else None


def compare(graph: Any, form: Any) -> None:
    output = graph.graph["outputs"][0]
    for name in graph.graph["inputs"]:
        total = gd.total_influence(graph, name, output)
        exact = float(sympy.diff(form, SYMBOLS[name]).subs(EXACT).evalf(50))
        # What rounding may do to the sum is in proportion to the sum of the sizes of the paths.
        size = gd.explain(graph, name, output).certificate.abs_sum if gd.count_paths(graph, name, output) else 1
        assert abs(total - exact) <= 1e-11 * max(size, abs(exact), 1e-3), name


class TestRandomExpressions:
    @given(EXPRESSIONS)
    @example(("x * x", SYMBOLS["x"] ** 2))
    def test_derivatives_are_those_of_sympy_to_50_digits(self, expression: Form) -> None:
        text, form = expression
        graph = traced(text)
        assume(graph is not None)
        compare(graph, form)

    @pytest.mark.parametrize("name", sorted(ONE))
    def test_every_function_of_one_operand_within_another(self, name: str) -> None:
        x, y = SYMBOLS["x"], SYMBOLS["y"]
        text, form = ONE[name]
        compare(traced(text("sin(x * y) + x")), form(sympy.sin(x * y) + x))

    @pytest.mark.parametrize("name", sorted(TWO))
    def test_every_function_of_two_operands_within_another(self, name: str) -> None:
        x, y = SYMBOLS["x"], SYMBOLS["y"]
        text, form = TWO[name]
        compare(traced(text("x * y + x", "y * x + cos(y)")), form(x * y + x, y * x + sympy.cos(y)))

    @settings(max_examples=40)
    @given(HOLOMORPHIC)
    def test_the_complex_step_agrees(self, expression: Form) -> None:
        graph = traced(expression[0])
        assume(graph is not None and graph.graph["inputs"])
        found = gd.check(expression[0], {name: POINT[name] for name in graph.graph["inputs"]})
        assert [one.method for one in found.compared] == ["reverse", "naive", "complex step"]
        assert found, found


# ----------------------------------------------------------------------------------- random programs

#: What an instruction does with the registers; `m` has the functions, math's or autograd's.
INSTRUCTIONS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "add": lambda m, a, b: a + b,
    "sub": lambda m, a, b: 0.5 * a - b,
    "mul": lambda m, a, b: a * m.tanh(b),
    "div": lambda m, a, b: a / (1.5 + b * b),
    "sin": lambda m, a, b: m.sin(a) + b,
    "exp": lambda m, a, b: m.exp(-a * a),
    "log": lambda m, a, b: m.log(2.0 + m.cos(a * b)),
    "pow": lambda m, a, b: (1.0 + a * a) ** m.tanh(b),
    "sqrt": lambda m, a, b: m.sqrt(1.0 + a * a + b * b),
    "branch": lambda m, a, b: a * 2.0 if a > b else b * 3.0,
    "abs": lambda m, a, b: abs(a) - b,
}
PROGRAMS = st.lists(
    st.tuples(st.sampled_from(sorted(INSTRUCTIONS)), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)),
    min_size=1,
    max_size=8,
)


def run(program: Any, rounds: int, m: Any, registers: list[Any]) -> Any:
    registers = list(registers)
    for _ in range(rounds):
        for name, first, second, into in program:
            registers[into] = INSTRUCTIONS[name](m, registers[first], registers[second])
    return registers[0] * registers[1] + m.sin(registers[2]) + registers[3]


class TestRandomPrograms:
    @given(
        PROGRAMS, st.integers(1, 6), st.lists(st.floats(-2, 2).filter(lambda v: abs(v) > 1e-3), min_size=4, max_size=4)
    )
    def test_gradients_are_those_of_autograd(self, program: Any, rounds: int, registers: list[float]) -> None:
        autograd = pytest.importorskip("autograd", reason="the peer of random programs")
        anp = pytest.importorskip("autograd.numpy")
        value = run(program, rounds, math, registers)
        assume(abs(value) < 1e6)
        graph = gd.trace(lambda r: run(program, rounds, math, r), registers)
        adjoints = gd.reverse(graph, "out")
        ours = [adjoints[name] for name in graph.graph["inputs"]]
        with np.errstate(all="ignore"):  # its derivative of tanh overflows on the way to 0
            theirs = autograd.grad(lambda r: run(program, rounds, anp, r))(registers)
        assert graph.nodes["out"]["value"] == value
        # A gradient that is large is one that the last digits of numpy's and of math's functions tell in.
        assume(max(map(abs, ours)) < 1e3)
        assert ours == pytest.approx([float(number) for number in theirs], rel=1e-9, abs=1e-9)

    def test_a_network_over_arrays(self) -> None:
        autograd = pytest.importorskip("autograd", reason="the peer of random programs")
        anp = pytest.importorskip("autograd.numpy")
        random = np.random.default_rng(4)
        weights = [random.normal(size=(3, 2)), random.normal(size=(1, 3))]
        x = random.normal(size=(2, 4))

        def loss(m: Any, w: Any, v: Any) -> Any:
            return m.mean((v @ m.tanh(w @ x) - 1.0) ** 2)

        graph = gd.trace(lambda w, v: loss(np, w, v), *weights)
        adjoints = gd.reverse(graph, "out")
        ours = [adjoints[name] for name in graph.graph["inputs"]]
        theirs = autograd.grad(lambda w, v: loss(anp, w, v), (0, 1))(*weights)
        assert ours == pytest.approx(np.concatenate([part.ravel() for part in theirs]).tolist(), rel=1e-12)


# --------------------------------------------------------------------------------- published gradients


def rosenbrock(*x: Any) -> Any:
    return sum(100 * (after - before * before) ** 2 + (1 - before) ** 2 for before, after in pairwise(x))


def speelpenning(*x: Any) -> Any:
    return math.prod(x)


def lighthouse(nu: Any, gamma: Any, omega: Any, t: Any) -> Any:
    return nu * math.tan(omega * t) / (gamma - math.tan(omega * t))


def black_scholes(spot: Any, strike: Any, rate: Any, sigma: Any, time: Any) -> Any:
    def normal(x: Any) -> Any:
        return 0.5 * (1 + math.erf(x / math.sqrt(2)))

    d1 = (math.log(spot / strike) + (rate + sigma * sigma / 2) * time) / (sigma * math.sqrt(time))
    d2 = d1 - sigma * math.sqrt(time)
    return spot * normal(d1) - strike * math.exp(-rate * time) * normal(d2)


def kepler(anomaly: Any, eccentricity: Any) -> Any:
    e = anomaly
    for _ in range(8):
        e = e - (e - eccentricity * math.sin(e) - anomaly) / (1 - eccentricity * math.cos(e))
    return e


def lotka_volterra(a: Any, b: Any, c: Any, d: Any, prey: Any, hunters: Any) -> Any:
    def slope(state: Any) -> Any:
        x, y = state
        return np.array([a * x - b * x * y, -c * y + d * x * y])

    state, step = np.array([prey, hunters]), 0.05
    for _ in range(20):
        k1 = slope(state)
        k2 = slope(state + step / 2 * k1)
        k3 = slope(state + step / 2 * k2)
        k4 = slope(state + step * k3)
        state = state + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return state[0] + state[1]


def recurrent(w: Any, u: Any, b: Any, h: Any, *xs: Any) -> Any:
    for x in xs:
        h = np.tanh(w * h + u * x + b)
    return h * h


FORMULAS = {
    "rosenbrock5": rosenbrock,
    "speelpenning10": speelpenning,
    "lighthouse": lighthouse,
    "black_scholes": black_scholes,
    "kepler_newton8": kepler,
    "lotka_volterra_rk4_20": lotka_volterra,
    "rnn_tanh_12": recurrent,
}


class TestPublishedGradients:
    @pytest.mark.parametrize("name", FORMULAS)
    def test_jax_gives_the_same(self, name: str, shared_data: Path) -> None:
        folder = shared_data / "compgraph"
        nodes = json.loads((folder / f"jax.{name}.graph.json").read_text())["nodes"]
        truth = json.loads((folder / f"jax.{name}.truth.json").read_text())
        inputs = {node["id"]: node["value"] for node in nodes if node["op"] == "input"}
        graph = gd.trace(FORMULAS[name], *inputs.values())
        (output,) = graph.graph["outputs"]
        adjoints = gd.reverse(graph, output)
        assert graph.nodes[output]["value"] == pytest.approx(truth["value"], rel=1e-12)
        ours = [adjoints[node] for node in graph.graph["inputs"]]
        assert ours == pytest.approx([truth["grad"][node] for node in inputs], rel=1e-12)

    @pytest.mark.parametrize("name", ["ex1", "griewank", "logsumexp"])
    def test_sympy_gives_the_same(self, name: str, shared_data: Path) -> None:
        truth = json.loads((shared_data / "compgraph" / f"sympy.{name}.truth.json").read_text())
        values = {key: value for key, value in truth["at"].items() if key in truth["grad"]}
        graph = gd.read(f"expr:{truth['str']}", set=values)
        assert graph.nodes["out"]["value"] == pytest.approx(float(truth["value"]), rel=1e-14)
        adjoints = gd.reverse(graph, "out")
        for key, exact in truth["grad"].items():
            assert adjoints[key] == pytest.approx(float(exact), rel=1e-13)

    def test_speelpenning_with_zeros_among_the_factors(self) -> None:
        for zeros in ([3], [3, 7], [0]):
            x = [0 if place in zeros else place + 2 for place in range(10)]
            graph = gd.trace(speelpenning, *x)
            adjoints = gd.reverse(graph, graph.graph["outputs"][0])
            others = [math.prod(x[:place] + x[place + 1 :]) for place in range(10)]
            assert [adjoints[name] for name in graph.graph["inputs"]] == others

    def test_the_jacobians_costs_are_counted(self) -> None:
        many_inputs = gd.plan(gd.trace(speelpenning, *range(2, 12)))
        assert [many_inputs.costs[way].passes for way in ("forward", "reverse")] == [10, 1]
        assert many_inputs.costs["forward"].multiply_adds == 10 * many_inputs.costs["reverse"].multiply_adds
        many_outputs = gd.plan(gd.trace(lambda x: [math.sin(k * x) for k in range(1, 6)], 0.5))
        assert [many_outputs.costs[way].passes for way in ("forward", "reverse")] == [1, 5]
        assert "reverse           1" in str(many_inputs)
