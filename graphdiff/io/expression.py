"""Expressions as graphs: ``expr:e = (a + b) * (b + 1)``, parsed and traced, never run.

An edge ``a -> b`` says that a is an operand of b, its weight is the local derivative; ``x * x`` has two edges.
"""

from __future__ import annotations

import cmath
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from graphdiff.errors import UsageError
from graphdiff.tracing import trace

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["number", "read_expression"]


def read_expression(
    data: bytes,
    *,
    name: str = "expr:",
    set: Mapping[str, Any] | None = None,
    symbolic: bool = False,
    limits: Mapping[str, int] | None = None,
) -> nx.MultiDiGraph:
    """Return the graph of an expression.

    It is one expression, or several assignments, in UTF-8.

    Parameters
    ----------
    set : mapping of str to number or text
        The values of its names; a text such as ``"2"``, ``"1/3"`` or ``"1+2j"`` is taken as a number.
    symbolic, limits
        As in `graphdiff.trace`.

    Examples
    --------
    >>> graph = read_expression(b"e = a * b", set={"a": 2, "b": "1/3"})
    >>> list(graph.edges(data="weight"))
    [('a', 'e', Fraction(1, 3)), ('b', 'e', 2)]
    """
    values = {key: number(key, value) for key, value in (set or {}).items()}
    return trace(data.decode("utf-8", "surrogateescape"), values, symbolic=symbolic, limits=limits)


def number(name: str, value: Any) -> Any:
    """Return a number, or the number that a text is.

    Raises
    ------
    UsageError
        If it is none.

    Examples
    --------
    >>> number("a", "2"), number("a", "0.5"), number("a", "1/3"), number("a", "1+2j")
    (2, 0.5, Fraction(1, 3), (1+2j))
    """
    if not isinstance(value, str):
        return value
    for kind in (int, float, Fraction, complex):
        try:
            parsed = kind(value)
        except (ValueError, ZeroDivisionError):
            continue
        if isinstance(parsed, float | complex) and not cmath.isfinite(parsed):
            raise UsageError(f"{name}={value:.60}: a finite number is needed")
        return parsed
    raise UsageError(f"{name}={value:.60}: {value[:60]!r} is no number, such as 2, 0.5, 1/3 or 1+2j")
