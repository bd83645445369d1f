"""Expressions: text to a tape, by Python's own parser and a table of what is let in. Nothing is ever run.

The syntax tree is walked without recursion.

Text to a syntax tree, by Python's own parser, once it is seen that the text is short, shallow and without words.

The parser itself would run out of stack or of time: so length, nesting and the digits of a number are limited before.
"""

from __future__ import annotations

import ast
import cmath
import keyword
import re
from collections.abc import Callable, Iterator, Mapping
from math import pi, tau
from typing import Any, NoReturn, cast
from unicodedata import normalize

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.errors import ExpressionError, LimitError, UsageError, nearest
from graphdiff.showing import in_our_words
from graphdiff.tracing.graphs import graph_of
from graphdiff.tracing.places import Place
from graphdiff.tracing.rules import MATH, NUMPY, RULES, Rule
from graphdiff.tracing.scalars import Traced, is_scalar
from graphdiff.tracing.spaces import sympy_module
from graphdiff.tracing.tape import CONSTANT, MAX_TEXT, Tape, cut

__all__ = ["LIMITS", "bounds", "parsed", "trace_expression"]


#: The rule of each operator.
OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow", ast.FloorDiv: "floordiv",
    ast.Mod: "mod", ast.USub: "neg",
}  # fmt: skip

#: The rule of each function.
FUNCTIONS: dict[str, str] = {**NUMPY, **MATH, "abs": "abs", "max": "max", "min": "min", "round": "rint", "conj": "conj"}

#: Functions that are several operations, by name and number of operands; `do` applies a rule.
COMPOSED: dict[tuple[str, int], Callable[..., Any]] = {
    ("log", 2): lambda do, x, base: do("div", do("log", x), do("log", base)),
    ("clip", 3): lambda do, x, low, high: do("min", do("max", x, low), high),
    ("fma", 3): lambda do, x, y, z: do("add", do("mul", x, y), z),
}

#: Names that have a value unless they are given another.
CONSTANTS = {"pi": pi, "tau": tau}

#: What is refused, and what to write instead.
REFUSED: dict[type[ast.AST], str] = {
    ast.Attribute: "a dot takes an attribute, which is no arithmetic; write sin(x), not math.sin(x)",
    ast.Lambda: "a function is defined",
    ast.JoinedStr: "text is no arithmetic",
    ast.Compare: "a comparison is no arithmetic; trace a function for branches",
    ast.IfExp: "a branch is no arithmetic; trace a function for branches",
    ast.BoolOp: "a branch is no arithmetic; trace a function for branches",
    ast.Subscript: "an index is no arithmetic; write x0 for x[0]",
    ast.BitXor: "^ is no power; write **",
    ast.AugAssign: "write x = x + 1 for x += 1",
}  # fmt: skip


def trace_expression(
    text: str, values: Mapping[str, Number], *, rules: Mapping[str, Rule], symbolic: bool, limits: Mapping[str, int]
) -> nx.MultiDiGraph:
    """Return the graph of an expression or of several assignments; see `graphdiff.trace`.

    Examples
    --------
    >>> G = trace_expression("x * x + 1", {"x": 3}, rules={}, symbolic=False, limits={})
    >>> list(G.edges(data="weight"))
    [('x', 'x * x', 3), ('x', 'x * x', 3), ('x * x', 'out', 1), ('1', 'out', 0)]
    """
    within = bounds(limits)
    tree = parsed(text, within)
    return _Program(text, tree, Tape(rules, is_symbolic=symbolic, max_bits=within["bits"]), values).graph()


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float, complex)


# -- the program


class _Program:
    """An expression on its way to a tape."""

    def __init__(self, text: str, tree: list[ast.stmt], tape: Tape, values: Mapping[str, Number]) -> None:
        # The parser counts columns in the bytes of UTF-8.
        self.lines = [line.encode("utf-8", "surrogatepass") for line in text.split("\n")]
        self.tape = tape
        self.tree = tree
        for statement in self.tree:
            if not isinstance(statement, ast.Assign | ast.Expr):
                self._refuse(statement, "an assignment or an expression is expected")
        self.names: dict[str, Any] = {}
        self._take_inputs(values)

    def graph(self) -> nx.MultiDiGraph:
        """Evaluate all statements and return the graph."""
        bare: list[int] = []
        for statement in self.tree:
            if isinstance(statement, ast.Assign):
                self._assign(statement)
            elif isinstance(statement, ast.Expr):
                bare.append(self._number(self._value(statement.value, None)))
        for place, number in enumerate(bare):
            if self.tape.steps[number].op not in ("input", CONSTANT):
                self.tape.names[number] = self._free("out" if len(bare) == 1 else f"out[{place}]")
        return graph_of(self.tape, self._outputs(bare), format="expression")

    def _free(self, name: str) -> str:
        return name if name not in self.names else self._free(f"{name}_")

    def _outputs(self, bare: list[int]) -> list[int]:
        """Return the bare expressions, and the variables that nothing was computed from."""
        used = {operand for step in self.tape.steps for operand in step.operands}
        assigned = [self._number(value) for name, value in self.names.items() if name in self.assigned]
        return [*[number for number in assigned if number not in used], *bare]

    def _number(self, value: Any) -> int:
        return value._number if isinstance(value, Traced) else self.tape.constant(value)

    # -- names

    def _take_inputs(self, values: Mapping[str, Number]) -> None:
        self.assigned = self._assigned_names()
        used = self._used_names()
        # The parser writes a letter that has several codes by one of them, as µ.
        given = {normalize("NFKC", name): value for name, value in values.items()}
        if left := [name for name in given if name not in used]:
            raise UsageError(f"{', '.join(left)}: not in the expression; its names are {', '.join(used) or 'none'}")
        for name, value in given.items():
            if not is_scalar(value):
                raise UsageError(f"{name}: a number is needed, not {value!r}")
            self.names[name] = Traced(self.tape, self.tape.input(name, value), value)
        if self.tape.is_symbolic:
            for name in (name for name in used if not self._is_known(name)):
                symbol = sympy_module().Symbol(name)
                self.names[name] = Traced(self.tape, self.tape.input(name, symbol), symbol)

    def _is_known(self, name: str) -> bool:
        return name in self.names or name in self.assigned or name in CONSTANTS

    def _assigned_names(self) -> set[str]:
        targets = (target for one in self.tree if isinstance(one, ast.Assign) for target in one.targets)
        return {target.id for target in targets if isinstance(target, ast.Name)}

    def _used_names(self) -> dict[str, None]:
        """Return the names that are read and not called, in their order."""
        called = {node.func for node in self._nodes() if isinstance(node, ast.Call)}
        names = (node for node in self._nodes() if isinstance(node, ast.Name) and node not in called)
        return dict.fromkeys(node.id for node in names if isinstance(node.ctx, ast.Load))

    def _nodes(self) -> Iterator[ast.AST]:
        return (node for statement in self.tree for node in ast.walk(statement))

    def _assign(self, statement: ast.Assign) -> None:
        start = len(self.tape.steps)
        value = self._value(statement.value, statement)
        for target in statement.targets:
            if not isinstance(target, ast.Name):
                self._refuse(target, "a name is expected before =")
            if not isinstance(value, Traced):
                self.names[target.id] = Traced(self.tape, self.tape.named_constant(target.id, value), value)
            elif value._number < start or target is not statement.targets[0]:  # another name for what there was
                place = self._place(statement.value)._replace(name=target.id)
                number, copied = self.tape.operate("copy", [value._value], (value._number,), place)
                self.names[target.id] = Traced(self.tape, number, copied)
            else:
                self.names[target.id] = value

    # -- values

    def _value(self, root: ast.expr, statement: ast.Assign | None) -> Any:
        """Return the value of an expression; what it is made of is computed first, without recursion."""
        done: dict[ast.expr, Any] = {}
        stack = [(root, False)]
        while stack:
            node, is_ready = stack.pop()
            parts = self._parts(node)
            if parts and not is_ready:
                stack += [(node, True), *((operand, False) for operand in reversed(parts))]
                continue
            place = self._place(node)
            if node is root and statement is not None and isinstance(statement.targets[0], ast.Name):
                place = place._replace(name=statement.targets[0].id)
            done[node] = self._computed(node, [done.pop(operand) for operand in parts], place)
        return done[root]

    def _parts(self, node: ast.expr) -> list[ast.expr]:
        """Return the operands of an expression, or refuse what is none."""
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return [node.left, node.right]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            return [] if _is_number(node.operand) else [node.operand]
        if isinstance(node, ast.Call):
            if node.keywords or not isinstance(node.func, ast.Name) or not node.args:
                self._refuse(node, REFUSED.get(type(node.func), "a call is sin(x): a name, and operands in brackets"))
            return list(node.args)
        if isinstance(node, ast.Name) or _is_number(node):
            return []
        return self._refuse(node, "this is no arithmetic")

    def _computed(self, node: ast.expr, operands: list[Any], place: Place) -> Any:
        if isinstance(node, ast.Constant):
            return self._literal(node)
        if isinstance(node, ast.Name):
            return self._named(node)
        if isinstance(node, ast.UnaryOp) and not operands:  # -2 is a number
            number = self._literal(node.operand)
            return -number if isinstance(node.op, ast.USub) else number
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd):
            return operands[0]
        if isinstance(node, ast.Call):
            return self._called(node, operands, place)
        return self._operated(OPERATORS[type(node.op)], operands, place)  # type: ignore[attr-defined]

    def _literal(self, node: Any) -> Number:
        if isinstance(node.value, float | complex) and not cmath.isfinite(node.value):
            self._refuse(node, "a number beyond the floats")
        return cast(Number, node.value)

    def _named(self, node: ast.Name) -> Any:
        if node.id in self.names:
            return self.names[node.id]
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]
        if node.id in self.assigned:
            self._refuse(node, f"{node.id} is used before it is assigned")
        return self._refuse(node, f"{node.id} has no value: give {node.id}=… (on the command line --set {node.id}=…)")

    def _called(self, node: ast.Call, operands: list[Any], place: Place) -> Any:
        name = node.func.id  # type: ignore[attr-defined]
        if (program := COMPOSED.get((name, len(operands)))) is not None:
            steps = self.tape.steps
            result = program(
                lambda op, *parts: self._operated(op, list(parts), place._replace(name=None, text=None)), *operands
            )
            steps[result._number] = steps[result._number]._replace(place=place)
            return result
        op = FUNCTIONS.get(name) or (name if name in self.tape.rules and name not in RULES else None)
        if op is None:
            close = nearest(name, [*FUNCTIONS, *self.tape.rules])
            hint = f"did you mean {' or '.join(map(str, close))}?" if close else "there are those of math"
            self._refuse(node, f"{name} is no function that is known; {hint}")
        rule = self.tape.rules[op]
        if not rule.is_variadic and len(operands) != len(rule.partials):
            self._refuse(node, f"{name} takes {len(rule.partials)} operands, not {len(operands)}")
        return self._operated(op, operands, place)

    def _operated(self, op: str, operands: list[Any], place: Place) -> Any:
        values = [operand._value if isinstance(operand, Traced) else operand for operand in operands]
        number, value = self.tape.operate(op, values, tuple(map(self._number, operands)), place)
        return Traced(self.tape, number, value)

    # -- places

    def _place(self, node: ast.expr) -> Place:
        text = self._text(node)
        return Place(text, node.lineno, None, self._column(node), text)

    def _column(self, node: ast.AST) -> int:
        return len(self.lines[node.lineno - 1][: node.col_offset].decode("utf-8", "replace")) + 1  # type: ignore[attr-defined]

    def _text(self, node: ast.expr) -> str:
        """Return an expression's own text, spaces as Python's style has them; of a long one start and end."""
        if node.lineno == node.end_lineno and (node.end_col_offset or 0) - node.col_offset <= MAX_TEXT:
            return ast.unparse(node)
        last = node.end_lineno or node.lineno
        rows = [self.lines[node.lineno - 1][node.col_offset :], *self.lines[node.lineno : last]]
        rows[-1] = rows[-1][: len(rows[-1]) - len(self.lines[last - 1]) + (node.end_col_offset or 0)]
        return cut(
            " ".join(b" ".join([rows[0][: 2 * MAX_TEXT], rows[-1][-2 * MAX_TEXT :]]).decode("utf-8", "replace").split())
        )

    def _refuse(self, node: ast.AST, otherwise: str) -> NoReturn:
        reason = next(
            (REFUSED[type(one)] for one in (node, getattr(node, "op", node)) if type(one) in REFUSED), otherwise
        )
        raise ExpressionError(reason, line=node.lineno, column=self._column(node))  # type: ignore[attr-defined]


#: Characters of the text; brackets, signs or powers one in another; characters of a number or name; bits of an int.
LIMITS: dict[str, int] = {"length": 100_000, "depth": 100, "digits": 1_000, "bits": 100_000}

#: Words of Python that are refused before anything is parsed, and what to write instead.
_WORDS = {
    "lambda": "a function is defined; write its expression",
    "if": "a branch is no arithmetic; trace a function for branches",
    "'": "text in quotes is no arithmetic",
    '"': "text in quotes is no arithmetic",
}

_QUOTES, _SIGNS = ("'", '"'), ("-", "+", "~")

_OPENING, _CLOSING = ("(", "[", "{"), (")", "]", "}")

_TOKEN = re.compile(r"\w+|\*\*|#[^\n]*|\n|[^\w\s]", re.DOTALL)


def bounds(limits: Mapping[str, int]) -> dict[str, int]:
    """Return all limits, those given in place of the others.

    Raises
    ------
    UsageError
        If one has no such name.

    Examples
    --------
    >>> bounds({"depth": 9})["depth"]
    9
    """
    if unknown := limits.keys() - LIMITS.keys():
        raise UsageError(f"no limit {', '.join(map(repr, unknown))}; there are {', '.join(LIMITS)}")
    return {**LIMITS, **limits}


def _check_text(text: str, limits: Mapping[str, int]) -> None:
    """Refuse text that is too long or too deep for the parser, or has Python's own words, at once and by position."""
    if len(text) > limits["length"]:
        raise LimitError(
            f"line 1, column 1: {len(text):,} characters, more than the limit length, {limits['length']:,}"
        )
    brackets = chained = 0
    previous = ""
    for token in _TOKEN.finditer(text):
        word = token[0]
        if len(word) > limits["digits"]:
            raise _beyond(text, token.start(), f"a number or name of {len(word):,} characters", "digits", limits)
        if keyword.iskeyword(word) or word in _QUOTES:
            line, column = _position(text, token.start())
            raise ExpressionError(f"{_WORDS.get(word, f'{word!r} is no arithmetic')}", line=line, column=column)
        brackets += (word in _OPENING) - (word in _CLOSING)
        chained = _chained(chained, word, previous)
        previous = word
        if brackets > limits["depth"] or chained > limits["depth"]:
            what = "brackets in brackets" if brackets > limits["depth"] else "signs and powers in a row"
            raise _beyond(text, token.start(), what, "depth", limits)


def _chained(chained: int, word: str, previous: str) -> int:
    """Return how many signs and powers the next operand stands behind, each of which nests it."""
    if word == "**" or (word in _SIGNS and not (previous in _CLOSING or previous.isidentifier() or previous.isalnum())):
        return chained + 1
    return chained if word.isalnum() or word.isidentifier() or word == "." else 0


def _beyond(text: str, offset: int, what: str, limit: str, limits: Mapping[str, int]) -> LimitError:
    line, column = _position(text, offset)
    return LimitError(f"line {line}, column {column}: {what}, more than {limit}={limits[limit]:,}")


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def parsed(text: str, limits: Mapping[str, int]) -> list[ast.stmt]:
    """Return the statements of a text.

    Raises
    ------
    ExpressionError
        If it is empty or no Python, or has words of Python or quotes.
    LimitError
        If it is too long or too deep.

    Examples
    --------
    >>> [type(statement).__name__ for statement in parsed("a + b; c = a", LIMITS)]
    ['Expr', 'Assign']
    """
    _check_text(text, limits)
    try:
        statements = ast.parse(text.replace("\r", " ")).body
    except SyntaxError as error:
        column = max(1, error.offset or 1)
        raise ExpressionError(in_our_words(error.msg), line=max(1, error.lineno or 1), column=column) from None
    except (RecursionError, MemoryError):
        raise LimitError("line 1, column 1: too many operations in one expression: split it into assignments") from None
    except ValueError as error:  # a NUL, a surrogate
        raise ExpressionError(str(error), line=1, column=1) from None
    if not statements:
        raise ExpressionError("there is no expression", line=1, column=1)
    return statements
