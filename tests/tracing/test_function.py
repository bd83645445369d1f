"""Python functions: names, branches and loops, arrays, math and numpy put back, and what is refused."""

from __future__ import annotations

import copy
import functools
import math
import pickle
import sys
import threading
from decimal import Decimal
from fractions import Fraction
from math import sin
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import DerivativeError, LimitError, TraceError, UnknownNodeError, UsageError

Graph = Any


def gradient(function: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
    graph = gd.trace(function, *args, **kwargs)
    adjoints = gd.reverse(graph, graph.graph["outputs"][0])
    return {name: adjoints[name] for name in graph.graph["inputs"]}


class TestNames:
    def test_local_variables_are_nodes(self) -> None:
        def function(a: Any, b: Any) -> Any:
            c = a + b
            d = b + 1
            e = c * d
            return e

        graph = gd.trace(function, 2, 1)
        assert list(graph) == ["a", "b", "c", "1", "d", "e"]
        assert gd.reverse(graph, "e")["b"] == 5
        first = function.__code__.co_firstlineno
        assert [graph.nodes[name]["line"] - first for name in "cde"] == [1, 2, 3]
        assert graph.nodes["e"]["file"] == __file__
        assert graph.nodes["e"]["label"] == "c * d"
        assert graph.graph["format"] == "function"

    def test_what_is_stored_nowhere_is_called_by_its_operation(self) -> None:
        graph = gd.trace(lambda x, y: x * y + math.sin(x), 2.0, 3.0)
        assert list(graph) == ["x", "y", "mul#1", "sin#1", "out"]
        assert graph.nodes["sin#1"]["label"] == "sin(x)"

    def test_loops_number_the_bindings_and_the_last_has_the_name(self) -> None:
        def power(x: Any) -> Any:
            total = 1.0
            for _ in range(4):
                total *= x
            return total

        graph = gd.trace(power, 3.0)
        assert [name for name in graph if name.startswith("total")] == ["total#1", "total#2", "total#3", "total"]
        assert gd.reverse(graph, "total")["x"] == 4 * 27

    def test_an_input_that_is_bound_again_keeps_its_name(self) -> None:
        def twice(x: Any) -> Any:
            x = x * x
            x = x * x
            return x

        graph = gd.trace(twice, 3)
        assert (graph.graph["inputs"], graph.graph["outputs"]) == (["x"], ["x#2"])

    def test_helpers_name_their_variables_too(self) -> None:
        def helper(u: Any) -> Any:
            inner = u * u
            return inner

        def function(x: Any) -> Any:
            y = helper(x) + helper(x + 1)
            return y

        assert {"inner#1", "inner", "y"} <= set(gd.trace(function, 1.0))

    def test_lists_dicts_arrays_and_keywords(self) -> None:
        def function(x: Any, *rest: Any, scale: Any, **more: Any) -> Any:
            return x["w"][0] * rest[0][1] * scale * more["k"] + x["b"][1, 0]

        x = {"w": [2.0], "b": np.array([[1.0, 2.0], [3.0, 4.0]])}
        graph = gd.trace(function, x, (5.0, 7.0), scale=11.0, k=13.0)
        assert graph.graph["inputs"] == [
            "x.w[0]",
            "x.b[0,0]",
            "x.b[0,1]",
            "x.b[1,0]",
            "x.b[1,1]",
            "rest[0][0]",
            "rest[0][1]",
            "scale",
            "k",
        ]
        assert gd.reverse(graph, "out")["x.w[0]"] == 7 * 11 * 13

    def test_outputs(self) -> None:
        def outputs(function: Any) -> list[str]:
            return list(gd.trace(function, 2.0).graph["outputs"])

        assert outputs(lambda x: x * 2) == ["out"]
        assert outputs(lambda x: (x * 2, x * 3)) == ["out[0]", "out[1]"]
        assert outputs(lambda x: [x * 2, [x * 3]]) == ["out[0]", "out[1][0]"]
        assert outputs(lambda x: {"loss": x * 2, "parts": [x * 3]}) == ["loss", "parts[0]"]
        assert outputs(lambda x: np.array([x, 1.0]) * x) == ["out[0]", "out[1]"]
        assert outputs(lambda x: x) == ["x"]
        assert outputs(lambda x: (x * x, 3.0)) == ["out[0]", "3.0"]

    def test_an_output_that_others_are_made_of_is_asked_for_too(self) -> None:
        def function(a: Any) -> Any:
            c = a * a
            unused = c * 5  # noqa: F841
            d = c * 2
            return c, d

        graph = gd.trace(function, 3)
        assert gd.jacobian(graph).to_dict() == {"c": {"a": 6}, "d": {"a": 12}}
        assert gd.plan(graph).n_targets == 2
        assert gd.diagnose(graph).n_paths == 4
        ready = gd.compile(graph)
        assert ready.labels[ready.topology.leaves[0]] == "c"

    def test_an_output_is_found_by_its_variable_and_by_out(self) -> None:
        def function(a: Any, b: Any) -> Any:
            y = a * b + a
            return y

        graph = gd.trace(function, 2.0, 3.0)
        assert graph.graph["outputs"] == ["y"]
        for name in ("y", "out"):
            assert gd.total_influence(graph, "a", name) == 4.0
            assert gd.reverse(graph, name)["b"] == 2.0
            assert gd.forward(graph, "a")[name] == 4.0
            assert gd.explain(graph, "a", name).n_paths == 2
            assert gd.what_if(graph, "a", name, remove_nodes=["b"]).before == 4.0
            assert len(gd.strongest_paths(graph, "a", name)) == 2
            assert gd.annotate(graph, target=name).nodes["a"]["adjoint"] == 4.0

    def test_each_of_several_outputs_is_found_by_its_place_and_by_its_variable(self) -> None:
        def function(a: Any) -> Any:
            y = a * 2
            z = a * 3
            return {"loss": y, "parts": (z, a * 4)}

        graph = gd.trace(function, 1.0)
        assert graph.graph["outputs"] == ["y", "z", "parts[1]"]
        names = ("y", "loss", "z", "parts[0]", "parts[1]")
        assert [gd.total_influence(graph, "a", name) for name in names] == [2, 2, 3, 3, 4]

    def test_a_variable_that_is_called_out_is_that_variable(self) -> None:
        def function(a: Any) -> Any:
            out = a * 2
            y = out * 3
            return y

        graph = gd.trace(function, 1.0)
        assert [gd.total_influence(graph, "a", name) for name in ("out", "y")] == [2, 6]

    @pytest.mark.parametrize("suffix", ["json", "graphml"])
    def test_out_is_found_after_writing_and_reading(self, suffix: str, tmp_path: Any) -> None:
        def function(a: Any) -> Any:
            y = a * a
            return y

        path = tmp_path / f"graph.{suffix}"
        gd.write(gd.trace(function, 3.0), path)
        assert gd.total_influence(gd.read(path), "a", "out") == 6.0

    def test_an_unknown_output_names_those_that_there_are(self) -> None:
        graph = gd.trace(lambda a: (a * 2, a * 3), 1.0)
        with pytest.raises(
            UnknownNodeError, match=r"no node 'y'; .*the outputs, G.graph\[\"outputs\"\], are 'out\[0\]', 'out\[1\]'"
        ):
            gd.total_influence(graph, "a", "y")
        with pytest.raises(UnknownNodeError, match=r"the outputs, G.graph\[\"outputs\"\], are 'e'"):
            gd.reverse(gd.trace("e = a * 2", a=1.0), "loss")
        with pytest.raises(UnknownNodeError, match=r"^no node 'z'; there are nodes such as 'a', 'b'$"):
            gd.reverse(nx.DiGraph([("a", "b")]), "z", weight=None)

    def test_leaves_survive_saving(self, tmp_path: Any) -> None:
        graph = gd.trace(lambda a: (a * 2.0, a * 3.0), 1.0)
        graph.remove_node("3.0")
        gd.compile(graph).save(tmp_path / "graph.gdiff")
        loaded = gd.CompiledGraph.load(tmp_path / "graph.gdiff")
        assert gd.jacobian(loaded).to_dict() == {"out[0]": {"a": 2.0}, "out[1]": {"a": 3.0}}


class TestRunning:
    def test_branches_and_loops_go_as_they_go(self) -> None:
        def grow(x: Any) -> Any:
            while x < 100:
                x = x * x if x < 10 else x + x
            return x if x != 0 and x else -x

        assert gradient(grow, 3.0) == {"x": 2 * 4 * 3**3}  # 3, 9, 81, 162
        assert gradient(grow, 200.0) == {"x": 1}

    def test_ints_and_fractions_stay_exact(self) -> None:
        assert gradient(lambda a, b: a / b, 1, 3) == {"a": Fraction(1, 3), "b": Fraction(-1, 9)}
        assert gradient(lambda a: sum([a, a, a]) ** 2, Fraction(1, 7)) == {"a": Fraction(18, 7)}
        assert gradient(lambda a: np.sum(a * a), np.array([10**18, 2])) == {"a[0]": 2 * 10**18, "a[1]": 4}

    def test_fractions_that_grow_without_end_are_stopped(self) -> None:
        def newton(x: Any) -> Any:
            root = x
            for _ in range(30):
                root = (root + x / root) / 2
            return root

        assert gradient(newton, 2.0)["x"] == pytest.approx(0.5 / math.sqrt(2))
        with pytest.raises(
            LimitError, match=r"line \d+ of .*test_function.py: an exact number of .* bits.*2.0 instead"
        ):
            gd.trace(newton, 2)

    def test_complex_numbers(self) -> None:
        assert gradient(lambda z: z * z + np.exp(1j * z), 1 + 2j)["z"] == pytest.approx(2 + 4j + 1j * np.exp(1j - 2))

    def test_decimals(self) -> None:
        from decimal import Decimal

        assert gradient(lambda a, b: a * b, Decimal("0.1"), Decimal(3)) == {"a": Decimal(3), "b": Decimal("0.1")}
        with pytest.raises(TraceError, match="unsupported operand"):
            gd.trace(lambda a: a * 0.5, Decimal("0.1"))

    def test_operators(self) -> None:
        assert gradient(lambda x: +x - 3 * -x + 2 / x + 2**x + x // 3 * x + 7 % x + abs(-x), 2.5)["x"] == pytest.approx(
            1 + 3 - 2 / 6.25 + 2**2.5 * math.log(2) + 0 - 2 + 1
        )
        assert gradient(lambda x: divmod(x, 2)[1] + divmod(7, x)[1], 2.5)["x"] == 1 - 2
        assert gradient(lambda x: round(x) * x + round(x, 1) + math.trunc(x) * x, 2.6)["x"] == 3 + 2

    def test_functions_of_math_over_iterables(self) -> None:
        x = [2.0, 3.0, 0.0]
        assert gradient(lambda x: math.prod(x, start=2.0), x) == {"x[0]": 0, "x[1]": 0, "x[2]": 12}
        assert gradient(lambda x: math.fsum(x), x) == {"x[0]": 1, "x[1]": 1, "x[2]": 1}
        assert gradient(lambda x: math.dist(x[:2], (-1.0, 7.0)), x) == {"x[0]": 0.6, "x[1]": -0.8, "x[2]": 0}
        assert gradient(lambda x: math.ldexp(x[0], 3) + math.modf(x[1] / 2)[0] + math.frexp(x[0])[0], x) == {
            "x[0]": 8.25,
            "x[1]": 0.5,
            "x[2]": 0,
        }
        assert gradient(lambda x: math.log(x[0], 2) if math.isfinite(x[0]) else x[1], x)["x[0]"] > 0.7

    def test_names_imported_from_math(self) -> None:
        assert gradient(lambda x: sin(x), 0.0) == {"x": 1.0}
        local = math.cos
        assert gradient(lambda x: local(x), math.pi / 2) == {"x": -1.0}

    def test_partials_and_methods(self) -> None:
        class Model:
            def __call__(self, x: Any) -> Any:
                return sin(x)

            def method(self, x: Any) -> Any:
                return sin(x) * 2

        assert gradient(functools.partial(lambda n, x: sin(x) * n, 3), 0.0) == {"x": 3.0}
        assert gradient(Model(), 0.0) == {"x": 1.0}
        assert gradient(Model().method, 0.0) == {"x": 2.0}
        assert gradient(np.sum, [1.0, 2.0]) == {"a[0]": 1.0, "a[1]": 1.0}
        name = "coordinates" if sys.version_info >= (3, 14) else "x"  # only 3.14 says how its arguments are called
        assert gradient(math.hypot, 3.0, 4.0) == {f"{name}[0]": 0.6, f"{name}[1]": 0.8}

    def test_texts_booleans_and_objects_are_handed_on(self) -> None:
        def function(x: Any, name: str, flag: bool, nothing: None) -> Any:
            assert (name, flag, nothing) == ("sin", True, None)
            return getattr(math, name)(x)

        assert gradient(function, 0.0, "sin", True, None) == {"x": 1.0}

    def test_arguments_are_not_changed(self) -> None:
        given = [1.0, 2.0]

        def function(x: Any) -> Any:
            x.append(x[0] * 2)
            return x[-1]

        assert gradient(function, given)["x[0]"] == 2.0
        assert given == [1.0, 2.0]

    def test_copies_are_the_same_number(self) -> None:
        import copy

        assert gradient(lambda x: copy.deepcopy(x)[0] * copy.copy(x[0]), [3.0]) == {"x[0]": 6.0}

    @pytest.mark.parametrize("suffix", ["json", "graphml"])
    def test_a_trace_is_written_and_read_again(self, suffix: str, tmp_path: Any) -> None:
        graph = gd.trace(lambda a: (a * a * 2.0, a * 3.0), 1.5)
        gd.write(graph, tmp_path / f"graph.{suffix}")
        again = gd.read(tmp_path / f"graph.{suffix}")
        assert gd.jacobian(again).to_dict() == gd.jacobian(graph).to_dict()
        assert again.graph["edge_meaning"] == "feeds"

    def test_numbers_print_as_what_they_are(self) -> None:
        def function(x: Any) -> Any:
            y = x * 2
            assert (repr(y), str(y), f"{y:.2f}") == ("<y = 3.0>", "3.0", "3.00")
            assert hash(y) == hash(3.0)
            assert {3.0: "found"}[y] == "found"
            assert y.is_integer()
            assert not (y / 2).is_integer()
            return y

        gd.trace(function, 1.5)

    def test_user_rules_in_a_table(self) -> None:
        def sigmoid(x: float) -> float:
            return 1 / (1 + math.exp(-float(x)))

        def function(x: Any) -> Any:
            return sigmoid(x) * 2

        rules = {"sigmoid": (sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x)))}
        graph = gd.trace(function, 0.0, rules=rules)
        assert graph.nodes["sigmoid#1"]["label"] == "sigmoid(x)"
        assert gd.reverse(graph, "out")["x"] == 0.5
        assert gd.check(function, 0.7, rules=rules)

    def test_symbols(self) -> None:
        sympy = pytest.importorskip("sympy")
        x, y = sympy.symbols("x y")
        graph = gd.trace(lambda x, y: (x + y) * (x * x) if x > 1 else x, 2.0, 3.0, symbolic=True)
        assert sympy.expand(gd.total_influence(graph, "x", "out")) == 3 * x**2 + 2 * x * y
        assert graph.nodes["out"]["value"] == 20.0


class TestArrays:
    W = np.array([[0.1, 0.2], [0.3, 0.4]])
    X = np.array([0.5, 0.6])

    def test_elements_have_the_variables_name(self) -> None:
        def layer(w: Any, x: Any) -> Any:
            h = np.tanh(w @ x)
            s = np.sum(h * h)
            return s

        graph = gd.trace(layer, self.W, self.X)
        assert {"h[0]", "h[1]", "s", "w[1,0]", "x[1]"} <= set(graph)
        h = np.tanh(self.W @ self.X)
        adjoints = gd.reverse(graph, "s")
        outer = np.outer(2 * h * (1 - h * h), self.X)
        assert [adjoints[f"w[{i},{j}]"] for i in (0, 1) for j in (0, 1)] == pytest.approx(outer.ravel().tolist())

    @pytest.mark.parametrize(
        "function",
        [
            lambda x: np.dot(x, x),
            lambda x: x @ x,
            lambda x: np.inner(x, x),
            lambda x: x.dot(x),
            lambda x: (x * x).sum(),
            lambda x: np.einsum("i,i->", x, x),
            lambda x: np.mean(x * x) * 2,
            lambda x: np.add.reduce(x**2),
            lambda x: np.multiply.accumulate(np.stack([x[0], x[0]]))[1] + x[1] ** 2,
            lambda x: np.square(x).sum(),
            lambda x: np.vdot(x, x),
            lambda x: np.trace(np.outer(x, x)),
            lambda x: np.linalg.multi_dot([x, np.eye(2), x]),
            lambda x: sum(v * v for v in x),
            lambda x: np.concatenate([x, x])[:2] @ x,
            lambda x: np.tensordot(x, x, 1),
            lambda x: x.reshape(1, 2) @ x.reshape(2, 1),
            lambda x: np.power(x, 2).sum(),
            lambda x: np.prod(x[:1]) ** 2 + x[1] ** 2,
            lambda x: np.divmod(x * x, 10.0)[1].sum(),
            lambda x: np.where(x > 0, x * x, x).sum(),
            lambda x: np.maximum(x, -x) @ x,
            lambda x: np.float64(1.0) * (x[0] * x[0]) + x[1] * x[1] * np.float64(1.0),
            lambda x: np.clip(x, -9, 9) @ x,
            lambda x: np.ldexp(x @ x, 0),
            lambda x: np.modf(x @ x)[0],
            lambda x: np.frexp(x @ x)[0],
            lambda x: np.array([x[0], x[1]]) @ x,
            lambda x: np.max(x * x) + np.min(x * x),
            lambda x: np.cumsum(x * x)[-1],
            lambda x: np.vectorize(lambda v: v * v)(x).sum(),
            lambda x: np.piecewise(x, [x > 0], [lambda v: v * v, lambda v: -v]).sum(),
            lambda x: np.linalg.norm(x) ** 2,
            lambda x: math.exp(math.log(x[0]) * 2) + np.exp(np.log(x[1]) * 2),
        ],
    )
    def test_the_squares_of_an_array(self, function: Any) -> None:
        assert list(gradient(function, self.X).values()) == pytest.approx([1.0, 1.2])

    def test_empty_and_scalar_arrays(self) -> None:
        assert gradient(lambda x, e: x * 2 + np.sum(e), np.array(1.5), np.zeros(0)) == {"x": 2.0}

    def test_maximum_along_an_axis_shares_a_tie(self) -> None:
        assert list(gradient(lambda x: np.max(x, axis=0).sum(), np.array([[1.0, 2.0], [1.0, 0.0]])).values()) == [
            0.5,
            1,
            0.5,
            0,
        ]

    def test_results_may_be_written_into_arrays_of_objects(self) -> None:
        def function(x: Any) -> Any:
            kept, largest = np.zeros_like(x), np.zeros((), dtype=object)
            np.multiply(x, x, out=kept)
            np.max(kept, out=largest)
            x += kept
            x[0] *= 2.0
            return x.sum() + largest[()]

        assert list(gradient(function, self.X).values()) == pytest.approx([2 * (1 + 1.0), 1 + 1.2 + 1.2])

    def test_arrays_of_objects_made_within(self) -> None:
        def function(x: Any) -> Any:
            table = np.zeros((2, 2), dtype=object)
            table[0, 0] = x[0]
            table[1, 1] = x[1]
            return np.logaddexp(table[0, 0], table[1, 1]) + np.sum(np.exp(table)) + np.maximum(table, 0.1).sum()

        assert gd.check(function, self.X)
        assert gradient(function, self.X)["x[0]"] == pytest.approx(1 / (1 + math.exp(0.1)) + math.exp(0.5) + 1)

    def test_comparisons_give_plain_arrays(self) -> None:
        def function(x: Any) -> Any:
            mask = x > 0.55
            assert mask.dtype == bool
            assert np.isfinite(x).all()
            assert not np.isnan(np.array([x[0]], dtype=object)).any()
            return x[mask].sum()

        assert list(gradient(function, self.X).values()) == [0, 1]

    @pytest.mark.parametrize(
        "function, reason",
        [
            (lambda x: np.linalg.inv(np.outer(x, x)), "numpy's inv does not take traced numbers"),
            (lambda x: np.fft.fft(x), r"numpy's fft does not take traced numbers|complex\(\) of x\[0\] would lose"),
            (lambda x: np.cov(x, x), "numpy's cov does not take traced numbers"),
            (lambda x: np.array([x[0]], dtype=float), r"float\(\) of x\[0\] would lose the derivative"),
            (lambda x: np.zeros(2) + 0 * np.asarray(x, dtype=float), r"float\(\) of x\[0\] would lose"),
        ],
    )
    def test_what_numpy_cannot_do_is_refused(self, function: Any, reason: str) -> None:
        with pytest.raises(TraceError, match=reason):
            gd.trace(function, self.X)


def plain_float(x: Any) -> Any:
    y = x * 2
    return float(y)


class TestRefusal:
    def test_a_conversion_names_node_and_line(self) -> None:
        with pytest.raises(TraceError, match=r"float\(\) of y would lose the derivative: write math.f") as caught:
            gd.trace(plain_float, 1.0)
        assert (caught.value.node, caught.value.line) == ("y", plain_float.__code__.co_firstlineno + 2)

    @pytest.mark.parametrize(
        "function, reason",
        [
            (lambda n: sum(range(n)), r"n is used as an index or a count.*trace\(lambda x: f\(x, n\), x\)"),
            (lambda n: int(n) * n, r"int\(\) of n"),
            (lambda n: complex(n), r"complex\(\) of n"),
            (lambda n: list(n), r"line \d+ of .*test_function.py: TypeError: a traced number is not iterable"),
            (lambda n: [1, 2, 3][n], "n is used as an index"),
            (lambda n: n * "a", "can't multiply sequence by non-int|n is used as an index"),
            (lambda n: math.factorial(n), "n is used as an index"),
            (lambda n: np.heaviside(n, "a"), "takes numbers, not"),
            (lambda n: print("nothing"), "returned NoneType, and no number in it"),
        ],
    )
    def test_what_would_lose_the_derivative(self, function: Any, reason: str) -> None:
        with pytest.raises(TypeError, match=reason):
            gd.trace(function, 2)

    def test_calls_that_do_not_fit(self) -> None:
        with pytest.raises(UsageError, match="the function cannot be called so: missing a required argument: 'y'"):
            gd.trace(lambda x, y: x, 1.0)
        with pytest.raises(UsageError, match="none of the arguments holds a number"):
            gd.trace(lambda x: x, "text")
        with pytest.raises(UsageError, match="limits are those of expressions"):
            gd.trace(lambda x: x, 1.0, limits={"depth": 3})

    def test_numbers_of_another_trace(self) -> None:
        kept: list[Any] = []
        gd.trace(lambda x: kept.append(x) or x * 2, 1.0)
        with pytest.raises(TraceError, match="numbers of two traces"):
            gd.trace(lambda x: x * kept[0], 1.0)
        with pytest.raises(TraceError, match="returned a number of another trace"):
            gd.trace(lambda x: kept[0], 1.0)

    def test_what_overflows_names_its_node(self) -> None:
        def function(x: Any) -> Any:
            big = x * 1e308
            return big * big

        with pytest.raises(
            DerivativeError, match=r"big = x \* 1e\+308 has no value at x = 100 \(beyond the floats\)"
        ) as caught:
            gd.trace(function, 100.0)
        assert caught.value.line == function.__code__.co_firstlineno + 1

    def test_a_bound_may_be_infinite(self) -> None:
        assert gradient(lambda x: min(math.inf, x) * 2, 3.0) == {"x": 2.0}
        assert gradient(lambda x: np.maximum(x, -math.inf) * 2, 3.0) == {"x": 2.0}

    def test_the_users_own_errors_come_through(self) -> None:
        with pytest.raises(KeyError, match="mine"):
            gd.trace(lambda x: {}["mine"], 1.0)


class TestPuttingBack:
    def functions(self) -> list[Any]:
        return [math.sin, math.log, math.prod, math.isnan, np.maximum, np.logaddexp, sin]

    def test_math_and_numpy_are_as_before(self) -> None:
        before = [*map(id, self.functions())]
        gd.trace(lambda x: math.sin(x) + sin(x), 1.0)
        assert [*map(id, self.functions())] == before
        with pytest.raises(ZeroDivisionError):
            gd.trace(lambda x: 1 // 0, 1.0)
        assert [*map(id, self.functions())] == before
        with pytest.raises(TypeError, match="must be real number"):
            math.sin("text")  # type: ignore[arg-type]

    def test_plain_numbers_pass_through_during_a_trace(self) -> None:
        def function(x: Any) -> Any:
            assert (math.sin(0.5), math.log(8, 2), math.prod([2, 3]), math.hypot(3, 4)) == (plain_sin(0.5), 3.0, 6, 5.0)
            assert np.maximum([1.0, 2.0], 1.5).tolist() == [1.5, 2.0]
            assert np.maximum.reduce([1.0, 2.0]) == 2.0
            assert math.isclose(1.0, 1.0 + 1e-12)
            return x * 2

        plain_sin = math.sin
        gd.trace(function, 1.0)

    def test_plain_numbers_of_every_kind_pass_through(self) -> None:
        """What the other threads of a program give to math meanwhile."""
        numbers = [Fraction(5, 2), Decimal("2.5"), np.float32(2.5), np.int64(2), np.array(2.5)]

        def results() -> list[Any]:
            plain = [f(number) for number in numbers for f in (math.log, math.modf, math.frexp, math.sin, math.fabs)]
            return [*plain, math.fsum(iter([1, 2])), math.prod(range(1, 4), start=2), math.dist((1, 2), [3, 4])]

        def function(x: Any) -> Any:
            assert results() == expected
            return x

        expected = results()
        gd.trace(function, 1.0)

    def test_functions_of_numpy_stay_what_they_are(self) -> None:
        def function(x: Any) -> Any:
            assert isinstance(np.sin, np.ufunc)
            assert pickle.loads(pickle.dumps(np.sin))(0.5) == copy.deepcopy(np.sin)(0.5) == math.sin(0.5)
            assert np.sin([0.5], out=np.zeros(1)) == np.sin(0.5)
            return x

        gd.trace(function, 1.0)

    def test_modules_imported_meanwhile_get_the_plain_ones(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "graphdiff_late.py").write_text("from math import sin\nfrom numpy import exp\n")
        monkeypatch.syspath_prepend(tmp_path)

        def function(x: Any) -> Any:
            import graphdiff_late  # type: ignore[import-not-found]

            return graphdiff_late.exp(graphdiff_late.sin(x))

        assert gradient(function, 0.0) == {"x": 1.0}
        late = sys.modules.pop("graphdiff_late")
        assert (late.sin, late.exp) == (math.sin, np.exp)

    def test_an_interrupt_puts_them_back(self) -> None:
        def function(x: Any) -> Any:
            raise KeyboardInterrupt

        before = [*map(id, self.functions())]
        with pytest.raises(KeyboardInterrupt):
            gd.trace(function, 1.0)
        assert [*map(id, self.functions())] == before

    def test_a_trace_within_a_trace(self) -> None:
        def outer(x: Any) -> Any:
            inner = gradient(lambda y: math.sin(y) * 2, 0.0)["y"]
            return math.sin(x) * inner

        assert gradient(outer, 0.0) == {"x": 2.0}
        assert math.sin.__module__ == "math"

    def test_threads_take_turns(self) -> None:
        results: list[Any] = []

        def work(n: int) -> None:
            results.append(
                gradient(lambda x: math.exp(math.sin(x * n)), 0.1)["x"]
                == pytest.approx(n * math.cos(0.1 * n) * math.exp(math.sin(0.1 * n)))
            )

        threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [True] * 8


def test_edges_are_those_that_networkx_would_make() -> None:
    """The rows are filled directly: the graph is the one that add_edges_from makes."""
    import networkx as nx

    def function(x: Any) -> Any:
        y = x[0] * x[0] + x[1] * x[0]
        return y * y

    graph = gd.trace(function, [2.0, 3.0])
    again = nx.MultiDiGraph(**graph.graph)
    again.add_nodes_from(graph.nodes(data=True))
    again.add_edges_from(graph.edges(data=True))
    assert nx.utils.graphs_equal(graph, again)
    assert {n: dict(again.pred[n]) for n in again} == {n: dict(graph.pred[n]) for n in graph}
    graph.add_edge("x[0]", "y", weight=1.0)
    assert graph.number_of_edges() == again.number_of_edges() + 1
