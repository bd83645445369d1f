"""Series and DataFrames of pandas as inputs, inside a function, and as what it returns."""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import TraceError, UsageError

pd = pytest.importorskip("pandas")

S = pd.Series([0.5, 1.5, 2.0], index=list("abc"), name="s")
FRAME = pd.DataFrame({"p": [1.0, 2.0], "q": [3, 5], "name": ["x", "y"]}, index=["u", "v"])

FUNCTIONS: dict[str, tuple[Callable[..., Any], Any]] = {
    "sum": (lambda s: (s * s).sum(), S),
    "labels": (lambda s: s["a"] * s["b"] + s.iloc[2], S),
    "numpy": (lambda s: np.exp(s).sum(), S),
    "math": (lambda s: s.apply(math.exp).sum(), S),
    "where": (lambda s: s.where(s > 1, 0).sum() * s["a"], S),
    "cumsum": (lambda s: s.cumsum().iloc[1] * s.max(), S),
    "dot": (lambda s: s.dot(s), S),
    "values": (lambda s: (s.to_numpy() ** 2).sum(), S),
    "groups": (lambda s: s.groupby([0, 0, 1]).sum().iloc[0] * s["c"], S),
    "clip": (lambda s: (s.clip(0, 1) * s).sum(), S),
    "columns": (lambda f: (f["p"] * f["q"]).sum(), FRAME),
    "rows": (lambda f: sum(row["p"] * row["q"] for _, row in f.iterrows()), FRAME),
    "tuples": (lambda f: sum(row.p * row.q for row in f.itertuples()), FRAME),
    "matrix": (lambda f: (f[["p", "q"]] @ f[["p", "q"]].T).iloc[0, 1], FRAME),
    "texts": (lambda f: f[f["name"] == "y"]["p"].sum() * f.loc["u", "q"], FRAME),
    "a constant series": (lambda a: (S * a).sum() + (a * S).max(), 2.0),
    "made inside": (lambda a: (pd.Series([a, 1.0, a * a]) ** 2).sum(), 2.0),
    "a frame made inside": (lambda a: pd.DataFrame({"x": [a, 2.0], "y": [1.0, a]}).prod(axis=1).sum(), 2.0),
    "what is missing": (lambda a: a * 2 if pd.isna(a) else a * 3, 2.0),
    "what a scalar is": (lambda a: a * 2 if pd.api.types.is_number(a) and pd.api.types.is_scalar(a) else a * 3, 2.0),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_derivative_is_that_of_numerical_differences(name: str) -> None:
    function, value = FUNCTIONS[name]
    found = gd.check(function, value)
    assert found, repr(found)
    assert not found.left_out


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "function",
    [
        lambda s: s.mean(),
        lambda s: s.std(),
        lambda s: s.rolling(2).mean().iloc[-1],
        lambda s: s.astype(float).sum(),
        lambda s: pd.Series([s["a"], s["b"]], dtype=float).sum(),
        lambda s: pd.to_numeric(s).sum(),
    ],
)
def test_what_pandas_does_with_plain_numbers_only_is_refused_with_the_line(function: Any) -> None:
    with pytest.raises(TraceError, match=rf"^line \d+ of {__file__}: .* would lose the derivative"):
        gd.trace(function, S)


def test_names_are_the_labels() -> None:
    graph = gd.trace(lambda s, f: s * f["p"].sum(), S, FRAME)
    assert graph.graph["inputs"] == ["s[a]", "s[b]", "s[c]", "f[u,p]", "f[v,p]", "f[u,q]", "f[v,q]"]
    assert graph.graph["outputs"] == ["out[a]", "out[b]", "out[c]"]
    assert gd.total_influence(graph, "f[u,p]", "out[b]") == 1.5
    graph = gd.trace(lambda f: f[["p", "q"]] * 2, FRAME)
    assert graph.graph["outputs"] == ["out[u,p]", "out[v,p]", "out[u,q]", "out[v,q]"]


def test_labels_that_are_not_apart_give_places() -> None:
    twice = pd.Series([2.0, 3.0], index=[1, "1"])
    graph = gd.trace(lambda s: s.iloc[0] * s.iloc[1], twice)
    assert gd.jacobian(graph).to_dict() == {"out": {"s[0]": 3.0, "s[1]": 2.0}}


def test_the_series_that_is_given_stays_as_it_is() -> None:
    given = S.copy()
    gd.trace(lambda s: s.sum(), given)
    pd.testing.assert_series_equal(given, S)


def test_named_tuples_are_looked_into() -> None:
    Point = namedtuple("Point", "x y")
    graph = gd.trace(lambda p: p.x * p.y, Point(2.0, 3.0))
    assert gd.jacobian(graph).to_dict() == {"out": {"p.x": 3.0, "p.y": 2.0}}


def test_what_is_not_looked_into_is_said() -> None:
    with pytest.raises(UsageError, match=r"none of the arguments holds a number .*Series and DataFrames of pandas"):
        gd.trace(lambda s: s, {1.0, 2.0})
