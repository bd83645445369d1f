"""What libraries do with traced numbers: the right value, or one line with the source line; no traceback of theirs."""

from __future__ import annotations

import array
import cmath
import datetime
import functools
import importlib
import json
import math
import operator
import pickle
import re
import statistics
import struct
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import DerivativeError, GraphdiffError, TraceError
from graphdiff.tracing.places import is_library

D = [2.5, 3.0, 7.0]
X = np.array([0.5, 1.5, 2.0])


def library(name: str) -> Any:
    return pytest.importorskip(name)


def swallowed(a: Any) -> Any:
    try:
        return float(a) * a
    except Exception:
        return a * 0 + 1


def by_index(a: Any) -> Any:
    try:
        return a * operator.index(a)
    except TypeError:
        return a * 3


#: Functions and their arguments: the derivative is that of numerical differences, or an error names the line.
PROGRAMS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    **{
        f"statistics.{name}": ((lambda f: lambda x: f(x))(getattr(statistics, name)), (D,))
        for name in (
            *("mean", "fmean", "median", "median_low", "variance", "stdev", "pvariance", "pstdev", "harmonic_mean"),
            *("geometric_mean", "mode", "quantiles"),
        )
    },
    "statistics of ints": (lambda x: statistics.mean(x), ([1, 2, 4],)),
    "a normal distribution": (lambda a: statistics.NormalDist(0, 1).pdf(a), (0.5,)),
    "a regression": (lambda x: statistics.linear_regression(x, [1.0, 2.0, 4.0]).slope, (D,)),
    "np.where": (lambda x: np.where(x > 1, x * x, -x).sum(), (X,)),
    "np.where of scalars": (lambda a: np.exp(np.where(a > 0, a * 2, -a)), (0.3,)),
    "np.where with a branch not taken": (lambda x: np.where(x > 1, np.sqrt(x - 1), 0.0).sum(), (X,)),
    "np.where by zero": (lambda x: np.where(x != 0, np.sin(x) / x, 1.0).sum(), (np.array([0.0, 1.0]),)),
    "np.select": (lambda x: np.select([x > 1.7, x > 1], [x * x, x * 3], x * 0.5).sum(), (X,)),
    "np.isclose": (lambda x: (x * 2 if np.isclose(x, x).all() else x * 5).sum(), (X,)),
    "np.interp": (lambda x: np.interp(x, [0.0, 1.0, 2.0], [0.0, 2.0, 3.0]).sum(), (X,)),
    "np.interp of values": (lambda x: np.interp(0.5, [0.0, 1.0, 2.0], x), (X,)),
    "np.nanstd": (lambda x: np.nanstd(x), (X,)),
    "np.nanmedian": (lambda x: np.nanmedian(x), (X,)),
    "np.percentile": (lambda x: np.percentile(x, 30), (X,)),
    "np.std of a scalar": (lambda a: np.std(a) + a, (2.0,)),
    "np.cumsum": (lambda x: np.cumsum(x)[1] * np.diff(x)[0], (X,)),
    "np.einsum": (lambda x: np.einsum("i,j->", x, x), (X,)),
    "np.clip": (lambda x: (np.clip(x, 0, 1.7) * x).sum(), (X,)),
    "np.vectorize": (lambda x: np.vectorize(lambda v: v * v, otypes=[float])(x).sum(), (X,)),
    "np.polyfit": (lambda x: np.polyfit([0.0, 1.0, 2.0], x, 1)[0], (X,)),
    "np.linalg of a list": (lambda x: np.linalg.det([[x[0], 1.0], [2.0, x[1]]]), (X,)),
    "np.linalg.eigvals": (lambda x: np.linalg.eigvals(np.diag([x[0], x[1]]) + 1.0).max(), (X,)),
    "np.linspace": (lambda a: np.linspace(0, a, 5).sum(), (2.0,)),
    "np.arange": (lambda a: np.arange(a).sum() * a, (2.5,)),
    "np.angle": (lambda a: np.angle(a), (2.5,)),
    "an array of floats": (lambda x: np.add(np.zeros(3), x, out=np.zeros(3)).sum(), (X,)),
    "bytes of an array": (lambda x: np.frombuffer(x.tobytes())[0] * x[0], (X,)),
    "a view of an array": (lambda x: x.view(float).sum(), (X,)),
    "memory of an array": (lambda x: memoryview(x)[0] * x[0], (X,)),
    "math of an array": (lambda x: math.sin(x[:1]), (X,)),
    "a complex number of two": (lambda a, b: (complex(a, b) ** 2).real, (2.0, 3.0)),
    "cmath.phase": (lambda a: cmath.phase(a) * a, (0.5 + 1j,)),
    "complex values of real inputs": (lambda a: cmath.exp(1j * a) * a, (0.5,)),
    "a Decimal of it": (lambda a: Decimal(a), (2.5,)),
    "a Fraction of it": (lambda a: Fraction(a) * a, (2.5,)),
    "a Fraction of an int": (lambda a: Fraction(a, 3) * a, (2,)),
    "a Fraction's parts": (lambda a: a.numerator * a, (Fraction(7, 5),)),
    "Decimal.quantize": (lambda a: a.quantize(Decimal("0.1")), (Decimal("2.25"),)),
    "float.hex": (lambda a: float.fromhex(a.hex()) * a, (2.5,)),
    "int.bit_length": (lambda a: a.bit_length() * a, (5,)),
    "bits": (lambda a: (a & 1) * a + (a << 1), (5,)),
    "pow with a modulus": (lambda a: pow(a, 2, 5), (3,)),
    "pickle": (lambda a: pickle.loads(pickle.dumps(a)) * a, (2.5,)),
    "pickle of an array": (lambda x: (pickle.loads(pickle.dumps(x)) * x).sum(), (X,)),
    "json": (lambda a: json.loads(json.dumps([a]))[0] * a, (2.5,)),
    "struct": (lambda a: struct.unpack("d", struct.pack("d", a))[0] * a, (2.5,)),
    "array.array": (lambda a: array.array("d", [a])[0] * a, (2.5,)),
    "datetime": (lambda a: datetime.timedelta(seconds=a).total_seconds() * a, (2.5,)),
    "len": (lambda a: len(a) * a, (2.5,)),
    "an element": (lambda a: a[0] * a, (2.5,)),
    "a call": (lambda a: a(3) * a, (2.5,)),
    "text and a number": (lambda a: "x" + a, (2.5,)),
    "an attribute of one's own": (lambda a: setattr(a, "unit", "m") or a, (2.5,)),
    "what was refused and caught": (swallowed, (2.5,)),
    "an index that a float is not": (by_index, (2.5,)),
    "a format of old": (lambda a: ("%.2f" % a) and a * a, (2.5,)),  # noqa: UP031
}


def outcome(function: Callable[..., Any], args: tuple[Any, ...], within: str = __file__) -> str:
    """Return "value" or "refused"; anything else fails."""
    try:
        gd.trace(function, *args)
    except GraphdiffError as error:
        told = str(error)
    else:
        found = gd.check(function, *args)
        assert found, repr(found)
        return "value"
    assert re.fullmatch(rf"line \d+ of {re.escape(within)}: .*", told), told
    assert "Traced" not in told
    return "refused"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_right_value_or_one_line(name: str) -> None:
    outcome(*PROGRAMS[name])


def test_these_have_values() -> None:
    """So that refusing everything would not do."""
    values = {name for name in PROGRAMS if outcome(*PROGRAMS[name]) == "value"}
    assert values >= {
        *("statistics.median", "np.where", "np.where of scalars", "np.select", "np.isclose", "np.nanstd", "np.cumsum"),
        *("np.einsum", "np.clip", "an index that a float is not"),
        "complex values of real inputs",
    }


SPECIAL = ("erf", "erfc", "gamma", "gammaln", "expit", "cbrt", "exp2", "expm1", "log1p")


@pytest.mark.filterwarnings("ignore")
class TestScipy:
    @pytest.mark.parametrize("name", SPECIAL)
    def test_functions_that_are_a_rule(self, name: str) -> None:
        function = getattr(library("scipy.special"), name)
        assert outcome(lambda a: function(a) * 2, (0.7,)) == "value"
        assert outcome(lambda x: np.sum(function(x) * x), (X,)) == "value"

    @pytest.mark.parametrize(
        "name", ["digamma", "j0", "logit", "entr", "zeta", "ndtr", "logsumexp", "softmax", "xlogy"]
    )
    def test_others(self, name: str) -> None:
        function = getattr(library("scipy.special"), name)
        operands = 2 if name == "xlogy" else 1
        outcome(lambda a: function(*[a] * operands) * 2, (0.7,))
        outcome(lambda x: np.max(function(*[x] * operands)), (X,))
        outcome(lambda x: np.max(function(*[x] * operands)), (list(X),))

    def test_other_modules(self) -> None:
        stats, linalg, integrate = map(library, ("scipy.stats", "scipy.linalg", "scipy.integrate"))
        interpolate, optimize = map(library, ("scipy.interpolate", "scipy.optimize"))
        outcome(lambda a: stats.norm.pdf(a), (0.5,))
        outcome(lambda a: stats.norm.cdf(a), (0.5,))
        outcome(lambda x: linalg.solve(np.diag(x), np.ones(3)).sum(), (X,))
        outcome(lambda a: integrate.quad(lambda t: t * a, 0, 1)[0], (0.5,))
        outcome(lambda a: interpolate.interp1d([0.0, 1.0], [0.0, 2.0])(a), (0.5,))
        outcome(lambda a: optimize.brentq(lambda t: t - a, 0, 1), (0.5,))

    def test_an_error_names_function_and_line(self) -> None:
        special = library("scipy.special")
        with pytest.raises(TraceError, match=r"line \d+ of .*: psi has no derivative: graphdiff has no rule for it"):
            gd.trace(lambda a: special.digamma(a), 0.5)


@pytest.mark.filterwarnings("ignore")
def test_other_libraries() -> None:
    sympy, numba, polars = map(library, ("sympy", "numba", "polars"))
    x = sympy.Symbol("x")
    compiled = numba.njit(lambda v: v * v)
    for value in (2.0, 2, 0.0, 0):
        for function in (sympy.sin, sympy.Float, lambda a: (x**2).subs(x, a), compiled):
            assert outcome(lambda a, function=function: function(a) * 2, (value,)) == "refused"
        assert outcome(lambda a: polars.Series([a, 1.0]).sum() * a, (value,)) == "refused"
        assert outcome(lambda a: sympy.Float(3) * a + sympy.pi * a, (value,)) == "value"
        assert outcome(lambda a: sympy.Integer(3) * a, (value,)) == "value"
    assert outcome(sympy.lambdify(x, x**2 + sympy.sin(x), "math"), (2.0,), within="<lambdifygenerated-1>") == "value"


def test_mpmath_finds_no_number_by_its_value() -> None:
    mpmath = library("mpmath")
    assert outcome(lambda a: float(mpmath.sin(a)), (2,)) == "refused"


def test_a_function_of_another_librarys_with_the_name_of_numpys_is_not_numpys() -> None:
    scaled = np.frompyfunc(lambda a: 3 * a, 1, 1)
    assert outcome(lambda x: scaled(x).sum(), (X,)) == "value"
    numba = library("numba")
    sin = numba.vectorize(["float64(float64)"])(_sin)
    assert outcome(lambda x: sin(x).sum(), (X,)) == "refused"


def _sin(x: Any) -> Any:
    return 3 * x


_sin.__name__ = "sin"


class TestOwnErrors:
    @pytest.mark.parametrize("error", [TypeError, AttributeError, ValueError, KeyError, ZeroDivisionError])
    def test_what_a_program_raises_comes_through(self, error: type[Exception]) -> None:
        def function(a: Any) -> Any:
            raise error("mine")

        with pytest.raises(error, match="mine") as caught:
            gd.trace(function, 1.0)
        assert not isinstance(caught.value, GraphdiffError)

    def test_what_a_library_raises_of_plain_things_comes_through(self) -> None:
        with pytest.raises(json.JSONDecodeError, match="Expecting value"):
            gd.trace(lambda a: json.loads("") or a, 1.0)

    def test_what_has_no_value_is_what_is_told(self) -> None:
        with pytest.raises(DerivativeError, match="has no value"):
            gd.trace(lambda a: math.log(a), 0.0)

    def test_the_first_that_was_refused_is_told_with_the_program_as_its_cause(self) -> None:
        def function(a: Any) -> Any:
            try:
                float(a)
            except TypeError as error:
                raise KeyError("mine") from error

        with pytest.raises(TraceError, match=r"float\(\) of a would lose the derivative") as caught:
            gd.trace(function, 1.0)
        assert caught.value.line == function.__code__.co_firstlineno + 2
        assert isinstance(caught.value.__cause__, KeyError)


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> ModuleType:
    place = folder / "site-packages"
    place.mkdir()
    (place / "graphdiff_installed.py").write_text(text)
    monkeypatch.syspath_prepend(place)
    monkeypatch.delitem(sys.modules, "graphdiff_installed", raising=False)
    return importlib.import_module("graphdiff_installed")


class TestPlaces:
    TEXT = "def f(x):\n    y = x * x\n    return y\n\ndef g(x):\n    return float(x)\n"

    def test_what_a_library_computes_belongs_to_the_line_that_called_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        module = installed(tmp_path, monkeypatch, self.TEXT)

        def function(x: Any) -> Any:
            result = module.f(x)
            return result

        graph = gd.trace(function, 3.0)
        assert graph.nodes["result"]["line"] == function.__code__.co_firstlineno + 1
        with pytest.raises(TraceError, match=f"of {__file__}: float"):
            gd.trace(lambda x: module.g(x), 3.0)

    def test_a_librarys_function_that_is_traced_itself_names_its_own_lines(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        module = installed(tmp_path, monkeypatch, self.TEXT)
        graph = gd.trace(module.f, 3.0)
        assert (graph.graph["outputs"], graph.nodes["y"]["line"]) == (["y"], 2)

    def test_a_library_is_one_again_when_its_function_was_traced(self) -> None:
        gd.trace(functools.partial(functools.reduce, operator.mul), [2.0, 3.0])
        gd.trace(functools.singledispatch(lambda a: a * 2), 2.0)
        gd.trace(statistics.median, D)
        assert is_library(functools.__file__)
        assert is_library(statistics.__file__)
