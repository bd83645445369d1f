"""What passes each edge of a computation of arrays, as text: the answer first, then what it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import TYPE_CHECKING

from graphdiff.showing import and_more
from graphdiff.text.names import edge_name
from graphdiff.text.numbers import percent, shown
from graphdiff.text.sentences import how_many
from graphdiff.text.tables import hanging, in_columns, table

if TYPE_CHECKING:
    from graphdiff.operations.flow import ArrayFlow

__all__ = ["beside", "headline", "report"]

#: So many rows of a table a report shows.
ROWS = 15
#: Passes that differ by more of what passes leave a total in doubt.
DOUBTFUL = 1e-4


def headline(flow: ArrayFlow) -> str:
    """Return the answer in one line."""
    names = [operation.name for operation in flow.net.operations]
    outputs = listed([names[position] for position in flow.cotangent])
    moving_names = [names[position] for position in flow.direction.seeds]
    moving = listed(moving_names)
    values = " times its value" if len(moving_names) == 1 else ", times their values"
    how = f"{values} (gradient × input)" if flow.direction.by_value else " in the direction given"
    return f"gradient of {outputs} along {moving}{how}: {shown(flow.total)}"


def listed(names: Sequence[str]) -> str:
    """Return names in a line: all of a few, else the first three.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(list("abcde"))
    ('a, b and c', 'a, b, c and 2 more')
    """
    if len(names) > 4:
        return and_more(", ".join(names[:3]), len(names) - 3)
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def beside(flow: ArrayFlow) -> list[str]:
    """Return how sure the total is; warnings begin with "! "."""
    text = f"forward and reverse pass differ by {flow.difference:.1e} of what passes"
    if flow.difference > DOUBTFUL:
        return [f"! {text}: that leaves the total in doubt"]
    return [text] if flow.difference else ["forward and reverse pass give the same number"]


def report(flow: ArrayFlow) -> str:
    """Return the report."""
    return in_columns(_lines(flow))


def _lines(flow: ArrayFlow) -> Iterator[str]:
    yield headline(flow)
    inputs = sorted(flow.inputs.items(), key=lambda row: -abs(row[1]))
    if len(inputs) > 1:
        parts = [f"{name} {_share(flow, number)}" for name, number in inputs[:ROWS]]
        more = [f"{len(inputs) - ROWS:,} more"] if len(inputs) > ROWS else []
        yield from hanging("  of which  ", ", ".join([*parts, *more]))
    yield from hanging("  passes    ", "; ".join(beside(flow)))
    counted = sum(operation.maps is not None for operation in flow.net.operations)
    sizes = f"{how_many(counted, 'operations')}, {how_many(len(flow.net.edges), 'edges')}"
    yield from hanging("  computed  ", f"{sizes}, {how_many(flow.n_paths, 'ways')} from what moves to what counts")
    if modules := flow.by("module"):
        yield ""
        yield "What enters each module, those inside it apart"
        yield from _rows(flow, modules)
    yield ""
    yield "What passes each edge"
    yield from _rows(flow, {edge_name(edge): number for edge, number in flow.edge_contributions.items() if number})


def _rows(flow: ArrayFlow, numbers: dict[str, float]) -> Iterator[str]:
    """Yield the largest, and how many more there are; those that are shown alike in the order of the computation."""
    ranked = sorted(numbers.items(), key=lambda row: -float(f"{abs(row[1]):.6g}"))
    rows = [(name, [_share(flow, number), shown(number)]) for name, number in ranked[:ROWS]]
    yield from table(rows or [("none", [""])])
    if len(ranked) > ROWS:
        yield f"  {len(ranked) - ROWS:,} more: to_pandas() has all"


def _share(flow: ArrayFlow, number: float) -> str:
    share = flow.share(number)
    return shown(number) if share is None or not isfinite(share) else percent(share)
