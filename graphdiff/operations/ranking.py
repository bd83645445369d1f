"""`ArrayRanking`: operations, or groups of them, by what passes them or by how much flows back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import UsageError
from graphdiff.operations.flow import ArrayFlow
from graphdiff.remedies import Keyword
from graphdiff.text.numbers import percent, shown
from graphdiff.text.tables import Axis, Frame, Result, Sheet, aligned, in_columns

__all__ = ["ArrayRanking", "rank_arrays"]

#: What operations are ranked by.
ORDERS = ("contribution", "gradient")
#: So many rows a report has.
ROWS = 20


@dataclass(frozen=True, eq=False, repr=False)
class ArrayRanking(Result):
    """Nodes in order, by the size of what passes them or of the gradient at them; in pandas a row for each.

    Attributes
    ----------
    flow : ArrayFlow
    by : {"contribution", "gradient"}
        What gives the order.
    nodes : list of str
    contributions, gradients : list of float
        What passes each node, and the norm of its adjoint.
    n_ranked : int
        How many there are in all.
    """

    flow: ArrayFlow
    by: str
    nodes: list[str]
    contributions: list[float]
    gradients: list[float]
    n_ranked: int

    def __len__(self) -> int:
        return len(self.nodes)

    def headline(self) -> str:
        """Return what is ranked, in a line."""
        what = "what passes them" if self.by == "contribution" else "the norm of the gradient at them"
        return f"Operations by {what}; {self.flow.headline()}"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {"by": self.by, "total": self.flow.total, "nodes": self._records()}

    def _records(self) -> list[dict[str, Any]]:
        rows = zip(self.nodes, self.contributions, self.gradients, strict=True)
        return [
            {"node": node, "contribution": passing, "share": self.flow.share(passing), "gradient": gradient}
            for node, passing, gradient in rows
        ]

    def _cells(self) -> list[tuple[str, ...]]:
        return [
            (row["node"], percent(row["share"]), shown(row["contribution"]), shown(row["gradient"]))
            for row in self._records()
        ]

    def __str__(self) -> str:
        head = ("node", "share", "contribution", "|gradient|")
        more = [f"… {self.n_ranked - ROWS:,} more"] if self.n_ranked > ROWS else []
        return "\n".join([in_columns([self.headline()]), *aligned([head, *self._cells()[:ROWS]]), *more])

    def _frame(self) -> Frame:
        records = self._records()
        return Frame(records, Axis([record.pop("node") for record in records], "node"))

    def _sheet(self) -> Sheet:
        return ("node", "share", "contribution", "|gradient|"), self._cells(), self.headline()


def rank_arrays(flow: ArrayFlow, by: str | None, top: int | None) -> ArrayRanking:
    """Return the nodes of a flow in order; inputs, parameters and operations alike.

    Raises
    ------
    UsageError
        If there is no such order.
    """
    by = by or "contribution"
    if by not in ORDERS:
        raise UsageError(Keyword("by", by), f": operations are ranked by {' or '.join(map(repr, ORDERS))}")
    sizes = np.abs(flow.nodes if by == "contribution" else flow.norms)
    as_shown = np.array([float(shown(size)) for size in sizes.tolist()])  # those that look alike as they were computed
    order = [position for position in np.argsort(-as_shown, kind="stable").tolist() if sizes[position]]
    names = list(flow.net)
    return ArrayRanking(
        flow,
        by,
        [names[position] for position in order[:top]],
        [float(flow.nodes[position]) for position in order[:top]],
        [float(flow.norms[position]) for position in order[:top]],
        len(order),
    )
