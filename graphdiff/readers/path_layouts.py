"""The columns of the tables in which tools list the parameters of path models, and what their rows are.

=============  =======================================  ===========================================================
from           columns                                  a path leads
=============  =======================================  ===========================================================
lavaan         lhs, op, rhs; est or est.std, se         ``~`` and ``<~`` from rhs to lhs, ``=~`` from lhs (the
                                                        latent) to rhs (its indicator)
semopy         lval, op, rval; Estimate, Std. Err       the same; its ``inspect`` writes loadings as ``~``, too, with
                                                        the indicator as lval
OpenMx         matrix, row, col; Estimate, Std.Error    in the matrix A from col to row
piecewiseSEM   Response, Predictor; Estimate            from the predictor to the response
JASP           Predictor, Outcome; Estimate             from the predictor to the outcome
JASP           Latent, Indicator; Estimate              from the latent to its indicator
=============  =======================================  ===========================================================

Whatever else such tables list is no influence: variances and covariances (``~~``, the matrix S), intercepts (``~1``,
the matrix M), thresholds (``|``), scales (``~*~``), defined parameters (``:=``), constraints (``==``, ``<``, ``>``).
"""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphdiff.ends import DELIMITERS, normalised

__all__ = ["COVARIANCE", "ESTIMATES", "Layout", "is_path_model", "layout_of"]

#: Kinds of rows by their operator in lavaan and semopy.
NO_PATHS = {
    "~1": "intercepts",
    ":=": "defined parameters",
    "|": "thresholds",
    "~*~": "scales",
    "==": "constraints",
    "<": "constraints",
    ">": "constraints",
    "RF": "random covariances",
    "RF(v)": "random variances",
    "@": "imputed values",
}
COVARIANCE = "~~"
ESTIMATES = ("est", "estimate", "eststd")


@dataclass(frozen=True)
class Layout:
    """How one tool writes the parameters of a model.

    Attributes
    ----------
    tool : str
    source, target : str
        The columns of the ends, normalised.
    kind : str
        The column that says what a row is; "" where all are paths.
    paths, turned : frozenset of str
        The kinds that are paths from source to target, and those that are paths the other way.
    others : mapping of str to str
        What rows of other kinds are, in the plural.
    """

    tool: str
    source: str
    target: str
    kind: str = ""
    paths: frozenset[str] = frozenset()
    turned: frozenset[str] = frozenset()
    others: Mapping[str, str] = field(default_factory=dict)


OPERATORS: dict[str, Any] = {
    "kind": "op",
    "paths": frozenset({"~", "<~"}),
    "turned": frozenset({"=~"}),
    "others": NO_PATHS,
}
LAYOUTS = (
    Layout("lavaan", "rhs", "lhs", **OPERATORS),
    Layout("semopy", "rval", "lval", **OPERATORS),
    Layout(
        "OpenMx", "col", "row", kind="matrix", paths=frozenset("A"),
        others={"S": "covariances", "M": "means", "F": "filters", "Thresholds": "thresholds"},
    ),
    Layout("piecewiseSEM", "predictor", "response"),
    Layout("JASP", "predictor", "outcome"),
    Layout("JASP", "latent", "indicator"),
)  # fmt: skip


def is_path_model(head: bytes) -> bool:
    r"""Tell whether the first row names the columns of a table of a path model.

    Examples
    --------
    >>> is_path_model(b"lhs,op,rhs,est\ny,~,x,0.5\n"), is_path_model(b"lhs,rhs\ny,x\n")
    (True, False)
    """
    lines = head.decode("utf-8", "replace").splitlines()
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    with contextlib.suppress(csv.Error):  # a cell without end
        rows = [next(csv.reader([first], delimiter=delimiter), []) for delimiter in (*DELIMITERS, " ")]
        return any(layout_of(row) is not None for row in rows)
    return False


def layout_of(names: Sequence[str]) -> Layout | None:
    """Return how a table with these columns is written; None where it is none of a path model.

    Examples
    --------
    >>> layout_of(["lval", "op", "rval", "Estimate"]).tool, layout_of(["lhs", "rhs"])
    ('semopy', None)
    """
    there = {normalised(name) for name in names}
    return next((layout for layout in LAYOUTS if _fits(layout, there)), None)


def _fits(layout: Layout, there: set[str]) -> bool:
    # An operator between two names says enough; two names alone are a path model's only with an estimate.
    known = layout.kind == "op" or not there.isdisjoint(ESTIMATES)
    return known and {layout.source, layout.target, layout.kind} - {""} <= there
