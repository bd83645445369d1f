"""Expressions: names, values, exactness, symbols, and what is refused, at once and by its position."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import pytest

import graphdiff as gd
from graphdiff.errors import (
    DerivativeError,
    ExpressionError,
    GraphdiffError,
    InputError,
    LimitError,
    TraceError,
    UsageError,
)


def gradient(text: str, **values: Any) -> dict[str, Any]:
    graph = gd.trace(text, **values)
    adjoints = gd.reverse(graph, graph.graph["outputs"][0])
    return {name: adjoints[name] for name in graph.graph["inputs"]}


class TestOlahsFigure:
    GRAPH = gd.trace("e = (a + b) * (b + 1)", a=2, b=1)

    def test_values_partials_and_formulas(self) -> None:
        values = dict(self.GRAPH.nodes(data="value"))
        assert values == {"a": 2, "b": 1, "1": 1, "a + b": 3, "b + 1": 2, "e": 6}
        edges = {(tail, head, data["operand"]): data["weight"] for tail, head, data in self.GRAPH.edges(data=True)}
        assert edges == {
            ("a", "a + b", 0): 1, ("b", "a + b", 1): 1, ("b", "b + 1", 0): 1, ("1", "b + 1", 1): 0,
            ("a + b", "e", 0): 2, ("b + 1", "e", 1): 3,
        }  # fmt: skip
        assert dict(self.GRAPH.nodes(data="op")) == {
            "a": "input", "b": "input", "1": "const", "a + b": "add", "b + 1": "add", "e": "mul",
        }  # fmt: skip
        assert self.GRAPH.nodes["e"]["label"] == "(a + b) * (b + 1)"
        assert self.GRAPH.nodes["e"]["line"] == 1

    def test_what_the_graph_says_of_itself(self) -> None:
        said = {"edge_meaning": "feeds", "weight_meaning": "local derivative", "format": "expression"}
        assert self.GRAPH.graph == said | {"inputs": ["a", "b"], "outputs": ["e"]}

    def test_the_methods_agree(self) -> None:
        for method in ("naive", "forward", "reverse"):
            assert gd.total_influence(self.GRAPH, "b", "e", method=method) == 5
        assert gd.jacobian(self.GRAPH).to_dict() == {"e": {"a": 2, "b": 5}}


class TestNames:
    def test_a_square_has_two_parallel_edges(self) -> None:
        graph = gd.trace("y = x * x", x=3)
        assert list(graph.edges(data="weight")) == [("x", "y", 3), ("x", "y", 3)]
        assert gd.count_paths(graph, "x", "y") == 2
        assert gd.total_influence(graph, "x", "y") == 6

    def test_an_expression_without_a_name_is_out(self) -> None:
        assert gd.trace("a*b", a=1, b=2).graph["outputs"] == ["out"]
        assert gd.trace("a*b; a+b", a=1, b=2).graph["outputs"] == ["out[0]", "out[1]"]
        assert gd.trace("out*2", out=1).graph["outputs"] == ["out_"]

    def test_of_several_with_one_name_the_last_has_it(self) -> None:
        graph = gd.trace("x = a + 1\nx = x * x\nx = x + a", a=2)
        assert [name for name in graph if name.startswith("x")] == ["x#1", "x#2", "x"]
        assert graph.nodes["x"]["value"] == 11

    def test_an_input_keeps_its_name(self) -> None:
        graph = gd.trace("x = x + 1; x = x * 2", x=3)
        assert graph.graph["inputs"] == ["x"]
        assert graph.graph["outputs"] == ["x#2"]

    def test_equal_formulas_are_two_nodes(self) -> None:
        assert [*gd.trace("(a+b)*(a + b)", a=1, b=2)] == ["a", "b", "a + b#1", "a + b", "out"]

    def test_another_name_for_a_variable_is_a_copy(self) -> None:
        graph = gd.trace("y = x", x=3)
        assert list(graph.edges(data="weight")) == [("x", "y", 1)]
        assert gd.trace("y = z = x * x", x=3).nodes["z"]["op"] == "copy"
        assert gd.trace("y = +x", x=3).graph["outputs"] == ["y"]

    def test_constants_with_a_name_are_held_fixed(self) -> None:
        graph = gd.trace("n = 3; y = x ** n", x=-2)
        assert graph.nodes["n"]["op"] == "const"
        assert gd.jacobian(graph).to_dict() == {"y": {"x": 12}}

    def test_what_is_made_of_constants_alone_is_held_fixed(self) -> None:
        assert gradient("x ** (2 * 1 + 1)", x=-2) == {"x": 12}

    def test_pi_and_tau_are_there_unless_given(self) -> None:
        assert gradient("pi * x", x=1) == {"x": pytest.approx(3.14159265)}
        assert gradient("pi * x", pi=3, x=1) == {"pi": 1, "x": 3}

    def test_values_as_a_mapping(self) -> None:
        graph = gd.trace("rules * limits", {"rules": 2, "limits": 3})
        assert gd.jacobian(graph).to_dict() == {"out": {"rules": 3, "limits": 2}}

    def test_long_formulas_are_cut_and_stay_apart(self) -> None:
        long = "+".join(["a"] * 60)
        graph = gd.trace(f"{long}+b", a=1, b=2)
        assert max(map(len, graph)) <= 64
        assert len(graph) == 62
        assert gd.jacobian(graph).to_dict() == {"out": {"a": 60, "b": 1}}

    def test_an_expression_over_several_lines(self) -> None:
        graph = gd.trace("y = (a +\n     b) * 2  # twice\n\nz = y ** 2", a=1, b=2)
        assert gd.jacobian(graph).to_dict() == {"z": {"a": 24, "b": 24}}
        assert "a + b" in graph
        assert graph.nodes["z"]["line"] == 4


class TestNumbers:
    def test_ints_and_fractions_stay_exact(self) -> None:
        assert gradient("a / b", a=1, b=3) == {"a": Fraction(1, 3), "b": Fraction(-1, 9)}
        assert gradient("a ** -2", a=2) == {"a": Fraction(-1, 4)}
        assert gradient("a * b", a=Fraction(1, 7), b=Fraction(2, 3)) == {"a": Fraction(2, 3), "b": Fraction(1, 7)}
        assert gradient("a ** 3", a=10**20) == {"a": 3 * 10**40}

    def test_large_ints_beside_floats_become_floats(self) -> None:
        assert gradient("x * 100000000000000000001", x=0.5) == {"x": 1e20}

    def test_complex_numbers(self) -> None:
        assert gradient("z * z + 1j * z", z=1 + 2j) == {"z": 2 + 5j}

    def test_functions(self) -> None:
        assert gradient("log(x, 2)", x=4.0) == {"x": pytest.approx(0.36067376)}
        assert gradient("max(a, b, 3) + min(a, b) + clip(a, 0, 1) + fma(a, b, a)", a=1, b=5) == {"a": 7.5, "b": 2}
        assert gradient("hypot(a, b)", a=3, b=4) == {"a": 0.6, "b": 0.8}
        assert gradient("arctan2(a, b) + abs(-a)", a=3, b=4) == {"a": pytest.approx(1.16), "b": pytest.approx(-0.12)}

    def test_user_rules(self) -> None:
        rules = {
            "softplus": (lambda x: x + 10, lambda x: 2 * x),
            "pair": (lambda a, b: a, lambda a, b: b, lambda a, b: a),
        }
        graph = gd.trace("softplus(x) * pair(x, y)", x=3, y=5, rules=rules)
        assert gd.jacobian(graph).to_dict() == {"out": {"x": 6 * 3 + 13 * 5, "y": 13 * 3}}

    def test_rules_of_another_form(self) -> None:
        with pytest.raises(UsageError, match=r"rules\['f'\]: a tuple of a function and its partials is needed"):
            gd.trace("f(x)", x=1, rules={"f": lambda x: x})  # type: ignore[dict-item]
        with pytest.raises(UsageError, match=r"rules\['f'\]: a tuple"):
            gd.trace("f(x)", x=1, rules={"f": (lambda x: x,)})
        with pytest.raises(UsageError, match="rules: 'mul' is the name of an operator"):
            gd.trace("x * x", x=1, rules={"mul": (lambda a, b: a, lambda a, b: 1, lambda a, b: 0)})

    def test_a_rule_may_take_the_place_of_a_function(self) -> None:
        rules = {"sqrt": (lambda x: x**0.5, lambda x: 0.5 * x**-0.5 if x else 0.0)}
        assert gd.jacobian(gd.trace("sqrt(x)", x=0.0, rules=rules)).to_dict() == {"out": {"x": 0.0}}


class TestSymbols:
    def test_the_factored_derivative(self) -> None:
        sympy = pytest.importorskip("sympy")
        a, b = sympy.symbols("a b")
        graph = gd.trace("e = (a + b) * (b + 1)", symbolic=True)
        assert gd.total_influence(graph, "a", "e") == b + 1
        assert gd.total_influence(graph, "b", "e", method="reverse") == a + 2 * b + 1
        assert graph.nodes["e"]["value"] == (a + b) * (b + 1)

    def test_values_beside_symbols(self) -> None:
        sympy = pytest.importorskip("sympy")
        x = sympy.Symbol("x")
        graph = gd.trace("sin(x) ** 2 * max(x, y) + abs(y)", x=0.5, y=-2, symbolic=True)
        assert graph.nodes["out"]["value"] == pytest.approx(2.1149245)
        total = gd.total_influence(graph, "x", "out")
        assert sympy.simplify(total - (2 * sympy.sin(x) * sympy.cos(x) * x + sympy.sin(x) ** 2)) == 0
        assert gd.total_influence(graph, "y", "out") == -1

    def test_every_smooth_rule_has_a_symbolic_form(self) -> None:
        sympy = pytest.importorskip("sympy")
        x = sympy.Symbol("x")
        for name in [
            "sin",
            "asin",
            "tanh",
            "erf",
            "gamma",
            "lgamma",
            "log2",
            "log10",
            "log1p",
            "exp2",
            "expm1",
            "sqrt",
            "degrees",
            "radians",
        ]:
            graph = gd.trace(f"{name}(x)", symbolic=True)
            total = gd.total_influence(graph, "x", "out")
            value = graph.nodes["out"]["value"]
            assert sympy.N((total - sympy.diff(value, x)).subs(x, 0.3)) == pytest.approx(0, abs=1e-12), name

    def test_a_comparison_needs_values(self) -> None:
        pytest.importorskip("sympy")
        with pytest.raises(TraceError, match=r"line 1, column 1: .*: give the inputs values"):
            gd.trace("max(x, y)", symbolic=True)

    def test_without_sympy_it_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(__import__("sys").modules, "sympy", None)
        with pytest.raises(gd.errors.MissingExtraError, match=r"pip install sympy"):
            gd.trace("x * x", symbolic=True)


REFUSED = [
    ("__import__('os').system('true')", (1, 12), "text in quotes is no arithmetic"),
    ("a.__class__", (1, 1), "a dot takes an attribute"),
    ("math.sin(a)", (1, 1), r"write sin\(x\), not math.sin\(x\)"),
    ("open(a)", (1, 1), "open is no function that is known"),
    ("eval(a)", (1, 1), "eval is no function that is known"),
    ("sinn(a)", (1, 1), "did you mean sin or"),
    ("a + lambda: 0", (1, 5), "a function is defined"),
    ("f'{a}'", (1, 2), "text in quotes"),
    ("a if a else a", (1, 3), "trace a function for branches"),
    ("a and a", (1, 3), "'and' is no arithmetic"),
    ("import os", (1, 1), "'import' is no arithmetic"),
    ("a < 3", (1, 1), "a comparison is no arithmetic"),
    ("a ^ 2", (1, 1), r"\^ is no power; write \*\*"),
    ("a | 2", (1, 1), "this is no arithmetic"),
    ("~a", (1, 1), "this is no arithmetic"),
    ("a[0]", (1, 1), "an index is no arithmetic"),
    ("[a, a]", (1, 1), "this is no arithmetic"),
    ("(a, a)", (1, 1), "this is no arithmetic"),
    ("{a: a}", (1, 1), "this is no arithmetic"),
    ("(b := a)", (1, 2), "this is no arithmetic"),
    ("sin(x=a)", (1, 1), "a call is sin"),
    ("sin(*a)", (1, 5), "this is no arithmetic"),
    ("sin()", (1, 1), "a call is sin"),
    ("sin(a, a)", (1, 1), "sin takes 1 operands, not 2"),
    ("a += 1", (1, 1), r"write x = x \+ 1"),
    ("a, b = a, a", (1, 8), "this is no arithmetic"),
    ("c.d = a", (1, 1), "a dot takes an attribute"),
    ("b: int = a", (1, 1), "an assignment or an expression is expected"),
    ("True + a", (1, 1), "'True' is no arithmetic"),
    ("... + a", (1, 1), "this is no arithmetic"),
    ("a + b", (1, 5), "b has no value: give b="),
    ("c = a\nd = c + e", (2, 9), "e has no value"),
    ("d = c + a; c = a", (1, 5), "c is used before it is assigned"),
    ("a +", (1, 4), "invalid syntax"),
    ("a\nb c", (2, 3), "invalid syntax"),
    ("a b", (1, 3), "invalid syntax"),
    ("", (1, 1), "there is no expression"),
    ("# nothing", (1, 1), "there is no expression"),
    ("é = a.b", (1, 5), "a dot"),
    ("a\0", (1, 1), "null bytes"),
    ("a + \ud800", (1, 1), "surrogates not allowed"),
]

LIMITED = [
    ("(" * 10_000 + "a" + ")" * 10_000, "column 101: brackets in brackets, more than depth=100"),
    ("-" * 10_000 + "a", "column 101: signs and powers in a row, more than depth=100"),
    ("- " * 10_000 + "a", "column 201: signs and powers in a row"),
    ("a" + "**a" * 10_000, "column 302: signs and powers in a row"),
    ("a" + "**-a" * 10_000, "signs and powers in a row"),
    ("sin(" * 10_000 + "a" + ")" * 10_000, "column 404: brackets in brackets"),
    ("9" * 1_000_000, "1,000,000 characters, more than the limit length, 100,000"),
    ("a + " + "9" * 50_000, "column 5: a number or name of 50,000 characters, more than digits=1,000"),
    ("0x" + "f" * 50_000, "a number or name of 50,002 characters"),
    ("10**10**10 * a", "line 1, column 1: an exact number of 3.*bits, more than 100,000"),
    ("a * 10**(10**9)", "line 1, column 5: an exact number"),
    ("a ** 1000000", "an exact number of 2,000,000 bits"),
    ("b = 10**999*a\n" + "b = b*b\n" * 30, "line 6, column 5: an exact number of"),
    ("1/3**100000*a", "line 1, column 3: an exact number of"),
]


class TestRefusal:
    @pytest.mark.parametrize("text, position, reason", REFUSED, ids=[repr(text) for text, *_ in REFUSED])
    def test_what_is_no_arithmetic_is_refused_by_position(self, text: str, position: Any, reason: str) -> None:
        with pytest.raises(ExpressionError, match=reason) as caught:
            gd.trace(text, {"a": 2} if "a" in text.replace("lambda", "") else {})
        assert (caught.value.line, caught.value.column) == position
        assert str(caught.value).startswith(f"line {position[0]}, column {position[1]}: ")

    @pytest.mark.parametrize("text, reason", LIMITED, ids=[text[:12] for text, _ in LIMITED])
    def test_what_is_beyond_a_limit_is_refused_at_once(self, text: str, reason: str) -> None:
        began = time.process_time()
        with pytest.raises(LimitError, match=reason):
            gd.trace(text, {"a": 4} if "a" in text else {})
        assert time.process_time() - began < 1

    @pytest.mark.parametrize("operation", "+*")
    def test_very_many_operations_are_differentiated_or_refused(self, operation: str) -> None:
        """Which of both is a matter of the parser of this Python: that of 3.14 has room for more."""
        began = time.process_time()
        try:
            found = gd.jacobian(gd.trace("a" + f"{operation}a" * 40_000, a=1.0)).to_dict()["out"]["a"]
        except LimitError as error:
            found = str(error)
        assert found == 40_001 or "too many operations in one expression" in str(found)
        assert time.process_time() - began < 10

    def test_the_largest_of_very_many(self) -> None:
        began = time.process_time()
        graph = gd.trace("max(" + ",".join(["a"] * 40_000) + ")", a=1.5)
        assert gd.jacobian(graph).to_dict()["out"]["a"] == pytest.approx(1.0)
        assert time.process_time() - began < 5

    @pytest.mark.parametrize("values", [{}, {"x0": 0.5}], ids=["symbols", "values"])
    def test_symbols_that_would_be_of_exponential_length(self, values: dict[str, float]) -> None:
        began = time.process_time()
        graph = gd.trace("; ".join(f"x{n + 1} = sin(x{n}) * cos(x{n})" for n in range(60)), values, symbolic=True)
        assert graph.number_of_nodes() == 181
        assert time.process_time() - began < 5

    def test_letters_that_have_several_codes(self) -> None:
        assert gd.jacobian(gd.trace("\u00b5 * \uff41", {"\u00b5": 2, "\uff41": 3})).to_dict()["out"] == {
            "\u03bc": 3,
            "a": 2,
        }

    def test_limits_are_adjustable(self) -> None:
        deep = "(" * 120 + "a" + ")" * 120
        assert gd.trace(f"y = {deep} + 1", a=2, limits={"depth": 150}).nodes["y"]["value"] == 3
        assert gd.trace("a ** 1000", a=2.0, limits={"bits": 8}).nodes["out"]["value"] == 2.0**1000
        with pytest.raises(LimitError, match="more than the limit length, 3"):
            gd.trace("a + 1", a=2, limits={"length": 3})
        with pytest.raises(UsageError, match="no limit 'size'; there are length, depth, digits, bits"):
            gd.trace("a", a=2, limits={"size": 3})

    def test_chains_within_the_parsers_reach_are_fine(self) -> None:
        graph = gd.trace("a" + "+a" * 800, a=1)
        assert gd.jacobian(graph).to_dict() == {"out": {"a": 801}}
        assert gd.trace("a - -a - -a" + " - a" * 200, a=1).nodes["out"]["value"] == -197

    def test_values_left_over_or_no_numbers(self) -> None:
        with pytest.raises(UsageError, match="c: not in the expression; its names are a, b"):
            gd.trace("a + b", a=1, b=2, c=3)
        with pytest.raises(UsageError, match="a: a number is needed, not '2'"):
            gd.trace("a + 1", a="2")
        with pytest.raises(UsageError, match="takes its values by name"):
            gd.trace("a + 1", 2)
        with pytest.raises(UsageError, match="the text of an expression or a function, not int"):
            gd.trace(3)

    def test_points_without_a_derivative_name_node_line_and_column(self) -> None:
        with pytest.raises(DerivativeError, match=r"line 2, column 7: log\(b\) has no value at b = 0") as caught:
            gd.trace("b = a - 2\nc = 1+log(b)", a=2)
        assert (caught.value.node, caught.value.line) == ("log(b)", 2)
        with pytest.raises(
            DerivativeError, match=r"column 5: a \* 1e\+308 has no value at a = 2 \(beyond the floats\)"
        ):
            gd.trace("y = a * 1e308 * 10; z = y * a", a=2.0)


class TestReading:
    def test_an_expression_in_place_of_a_file(self) -> None:
        graph = gd.read("expr:e = (a + b) * (b + 1)", set={"a": 2, "b": "1"})
        assert dict(gd.reverse(graph, "e")) == {"a": 2, "b": 5, "1": 0, "a + b": 2, "b + 1": 3, "e": 1}

    def test_numbers_in_texts(self) -> None:
        graph = gd.read("expr:a*b*c*d", set={"a": "1/3", "b": "0.5", "c": "2", "d": "1+2j"})
        values = [graph.nodes[name]["value"] for name in "abcd"]
        assert values == [Fraction(1, 3), 0.5, 2, 1 + 2j]
        with pytest.raises(UsageError, match="a=two: 'two' is no number"):
            gd.read("expr:a", set={"a": "two"})

    def test_files_do_not_take_values(self, test_data: Any) -> None:
        with pytest.raises(UsageError, match="format csv takes no option set=: it is for expr"):
            gd.read(test_data / "csv" / "olah.csv", set={"a": 1})

    def test_a_file_may_not_be_read_as_an_expression_by_its_content(self) -> None:
        with pytest.raises(InputError, match="No such file"):
            gd.read("e = a + b")

    def test_every_error_is_one_of_ours(self) -> None:
        for text in ("expr:", "expr:\x00", "expr:'", "expr:a", "expr:\ud800"):
            with pytest.raises(GraphdiffError):
                gd.read(text)
