"""Totals, path counts and contributions of frames of edges, each as a frame, a row a node or an edge."""

from __future__ import annotations

from typing import Any, Unpack

from graphdiff.engines.asking import FrameOptions, ask, ends_of
from graphdiff.errors import UsageError
from graphdiff.graph.ends import End
from graphdiff.paths.paths import require_modulus
from graphdiff.remedies import Keyword, Remedy

__all__ = ["count_paths", "edge_contributions", "forward", "reverse"]

#: What there is to do where ints do not hold a sum.
FLOATS = ("; cast the weights to DOUBLE for floats with an error bound",)


def forward(
    frame: Any,
    source: End,
    *,
    target: End | None = None,
    **options: Unpack[FrameOptions],
) -> Any:
    """Return the total influence of `source` on every node that it reaches, with what is proven about it.

    Parameters
    ----------
    frame : frame of PySpark or DuckDB, or another that narwhals takes
        A row is an edge. DuckDB works on all that are not Spark's.
    source : node, list of nodes, or mapping of node to seed
    target : node or list of nodes, optional
        Where given, only what leads there is walked and returned.
    **options
        Those of `graphdiff.engines.asking.FrameOptions`: ``source_column``, ``target_column``, ``weight``,
        ``in_one_task``, ``checkpoint``, ``progress``.

    Returns
    -------
    frame
        A DataFrame of Spark, else a relation of DuckDB, a row a node that is reached: ``node``, ``value``, ``abs_sum``
        (the sum of the absolute path influences) and ``error_bound`` (the exact total is within this of the value; 0
        for ints). A node without a row reads 0.

    Raises
    ------
    MissingExtraError
        If pyarrow, DuckDB or narwhals is needed and not installed.
    UsageError
        If there is no such column, the ends are of another kind, or `checkpoint` is of another question.
    FormatError, WeightError
        If a row lacks an end or its weight, or the weight is no finite number; the first such row is told.
    UnknownNodeError
        If a node is no end of any edge.
    CycleError
        If there is a cycle on a way that is summed.
    ValueOverflowError
        If a sum leaves the floats, or may leave the ints of 64 bits.

    Examples
    --------
    >>> import duckdb
    >>> edges = duckdb.sql("SELECT * FROM (VALUES ('b', 'c', 1), ('b', 'd', 1), ('c', 'e', 2), ('d', 'e', 3)) "
    ...                    "edges(source, target, weight)")
    >>> forward(edges, "b").order("node").fetchall()
    [('b', 1, 1.0, 0.0), ('c', 1, 1.0, 0.0), ('d', 1, 1.0, 0.0), ('e', 5, 5.0, 0.0)]
    """
    return _totals(frame, source, target, options, turned=False)


def reverse(
    frame: Any,
    target: End,
    *,
    source: End | None = None,
    **options: Unpack[FrameOptions],
) -> Any:
    """Return the total influence on `target` of every node that reaches it, with what is proven about it.

    Parameters
    ----------
    frame, **options
        As in `forward`.
    target : node, list of nodes, or mapping of node to seed
    source : node or list of nodes, optional
        Where given, only what it leads to is walked and returned.

    Returns
    -------
    frame
        As in `forward`.

    Raises
    ------
    MissingExtraError, UsageError, FormatError, WeightError, UnknownNodeError, CycleError, ValueOverflowError
        As `forward`.

    Examples
    --------
    >>> import duckdb
    >>> edges = duckdb.sql("SELECT * FROM (VALUES (1, 2, 0.5::DOUBLE), (2, 3, 0.25::DOUBLE)) t(source, target, weight)")
    >>> reverse(edges, 3).order("node").project("node, value").fetchall()
    [(1, 0.125), (2, 0.25), (3, 1.0)]
    """
    return _totals(frame, target, source, options, turned=True)


def edge_contributions(
    frame: Any,
    source: End,
    target: End,
    **options: Unpack[FrameOptions],
) -> Any:
    """Return what part of the total influence of `source` on `target` runs through each edge between them.

    Parameters
    ----------
    frame, **options
        As in `forward`.
    source, target : node, list of nodes, or mapping of node to seed

    Returns
    -------
    frame
        A row an edge that lies between: ``source``, ``target``, ``weight``, ``contribution`` (tangent · weight ·
        adjoint), ``abs_sum`` and ``error_bound``. All others carry nothing.

    Raises
    ------
    MissingExtraError, UsageError, FormatError, WeightError, UnknownNodeError, CycleError, ValueOverflowError
        As `forward`.

    Examples
    --------
    >>> import duckdb
    >>> edges = duckdb.sql("SELECT * FROM (VALUES ('b', 'c', 1), ('b', 'd', 1), ('c', 'e', 2), ('d', 'e', 3)) "
    ...                    "edges(source, target, weight)")
    >>> edge_contributions(edges, "b", "e").order("source, target").project("source, target, contribution").fetchall()
    [('b', 'c', 2), ('b', 'd', 3), ('c', 'e', 2), ('d', 'e', 3)]
    """
    asked = ask(frame, options, ends_of(source), ends_of(target), through=True)
    with asked as (engine, state):
        passed = engine.of(state.tables["passed"])
        asked.require_in_range(passed, *FLOATS)
        return engine.answer(
            f"SELECT source, target, weight, value AS contribution, size AS abs_sum, error_bound FROM {passed} p"
        )


def count_paths(
    frame: Any,
    source: End | None = None,
    target: End | None = None,
    *,
    modulus: int = 0,
    **options: Unpack[FrameOptions],
) -> Any:
    """Return how many paths there are, exactly; needs no weights.

    Parameters
    ----------
    frame, **options
        As in `forward`; ``weight`` plays no part.
    source, target : node or list of nodes
        One of the two may be left out.
    modulus : int, optional
        Count modulo this number, from 2 to 2**62, where there may be more paths than an int of 64 bits holds.

    Returns
    -------
    int, or frame
        With both ends the number of paths between them; with one, a frame of ``node`` and ``paths``: from the source to
        each node, or from each node to the target.

    Raises
    ------
    MissingExtraError, UsageError, FormatError, UnknownNodeError, CycleError
        As `forward`.
    ValueOverflowError
        If there may be 2**62 paths or more.

    Examples
    --------
    >>> import duckdb
    >>> edges = duckdb.sql("SELECT i AS source, i + 1 AS target FROM range(30) a(i), range(3) b(j)")
    >>> count_paths(edges, 0, 30) == 3**30, count_paths(edges, 0, 30, modulus=1_000_003)
    (True, 423107)
    """
    require_modulus(modulus)
    if source is None and target is None:
        raise UsageError("give ", Keyword("source"), " or ", Keyword("target"), ", or both")
    begins, *ends = [dict.fromkeys(ends_of(each)) for each in (source, target) if each is not None]
    stops = ends[0] if ends else None
    asked = ask(frame, {**options, "weight": None}, begins, stops, turned=source is None, modulus=modulus)
    with asked as (engine, _):
        asked.require_in_range(asked.sums(), Remedy(Keyword("modulus", 2**61 - 1), "counts modulo that prime"))
        if stops is None:
            return engine.answer(f"SELECT id AS node, value AS paths FROM {asked.sums()} s")
        counted = f"SELECT s.value FROM {asked.sums()} s SEMI JOIN {engine.of(['stops'])} t ON t.id = s.id"
        total = sum(count for (count,) in engine.rows(counted))
        return total % modulus if modulus else total


def _totals(frame: Any, source: End, target: End | None, options: FrameOptions, *, turned: bool) -> Any:
    stops = None if target is None else ends_of(target)
    asked = ask(frame, options, ends_of(source), stops, turned=turned)
    with asked as (engine, _):
        asked.require_in_range(asked.sums(), *FLOATS)
        return engine.answer(f"SELECT id AS node, value, size AS abs_sum, error_bound FROM {asked.sums()} s")
