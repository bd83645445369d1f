"""What is asked of a frame of edges: columns known, rows looked at, ends found, before a table is written."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias, TypedDict

from graphdiff.arithmetic import SAFE_INT, Number
from graphdiff.engines.checkpoints import Journal, State
from graphdiff.engines.folding import Numbers
from graphdiff.engines.frames import Engine
from graphdiff.engines.opening import opened
from graphdiff.engines.supersteps import Progress, Question, run
from graphdiff.errors import FormatError, UnknownNodeError, UsageError, ValueOverflowError, WeightError, meant, nearest
from graphdiff.graph.ends import placed
from graphdiff.remedies import Keyword, Remedy

__all__ = ["Asked", "Columns", "ask", "ends_of"]

Seeds: TypeAlias = "Mapping[Any, Number | None]"

#: So many edges that are left are folded in one task, by default.
IN_ONE_TASK = 1_000_000
#: The largest float; Spark and DuckDB call NaN larger.
LARGEST = "1.7976931348623157E308"
#: Below it every int is a float.
EXACT = 2**53


@dataclass(frozen=True)
class Columns:
    """What the columns of a frame are called; 1 is the weight of every edge where None is."""

    source: str
    target: str
    weight: str | None


@dataclass(frozen=True)
class Asked:
    """A question that has been answered, its tables still there.

    Attributes
    ----------
    engine : Engine
    state : State
    numbers : Numbers
    """

    engine: Engine
    state: State
    numbers: Numbers

    def __enter__(self) -> tuple[Engine, State]:
        return self.engine, self.state

    def __exit__(self, *_: object) -> None:
        self.engine.close()

    def sums(self) -> str:
        """Return what was summed at each node, as what stands behind FROM."""
        return f"(SELECT * FROM {self.engine.of(self.state.tables['done'])} d WHERE arrived = awaited)"

    def require_in_range(self, source: str, *remedies: object) -> None:
        """Raise where a number has left the range of its type."""
        finite = f"count(CASE WHEN abs(CAST(value AS DOUBLE)) <= {LARGEST} THEN NULL ELSE 1 END)"
        largest, wrong = self.engine.rows(f"SELECT max(size), {finite} FROM {source} r")[0]
        if self.numbers.are_ints and not self.numbers.modulus and (largest or 0) >= SAFE_INT:
            raise ValueOverflowError("a sum over the paths may be larger than ints of 64 bits", *remedies)
        if not self.numbers.are_ints and wrong:
            raise ValueOverflowError("a sum over the paths is larger than the largest float (1.8e308)")


def ends_of(end: Any) -> dict[Any, Number | None]:
    """Return the nodes of an end, with their seeds where it has any.

    Examples
    --------
    >>> ends_of("a"), ends_of({"a": 2, "b": 0.5})
    ({'a': None}, {'a': 2, 'b': 0.5})
    """
    seeds = placed(end, lambda node: node)
    nodes: list[Any] = list(seeds.positions)
    for number in seeds.numbers or ():
        if type(number) not in (int, float) or not math.isfinite(number):
            raise UsageError(f"the seed {number!r} is no finite number of ints or floats")
    return dict(zip(nodes, seeds.numbers or [None] * len(nodes), strict=True))


class FrameOptions(TypedDict, total=False):
    """What every question of a frame takes as keywords.

    Attributes
    ----------
    source_column, target_column : str
        The columns of the ends, text or ints of up to 64 bits; by default ``source`` and ``target``.
    weight : str or None
        The column of the weights, floats or ints, by default ``weight``; None is 1 on every edge.
    in_one_task : int
        As soon as no more edges than these are left they are folded in one task, in the same order, which spares a
        superstep a level; a million by default, some 100 MB of memory.
    checkpoint : str
        A folder for the steps, which a repeated call goes on from. On a cluster all nodes must see it, by a path or as
        a URI; without one a temporary folder serves, which is enough on one machine.
    progress : callable
        Called after every superstep with how many edges have been folded, and how many there are, if that is known.
    """

    source_column: str
    target_column: str
    weight: str | None
    in_one_task: int
    checkpoint: str | None
    progress: Progress | None


def ask(
    frame: Any,
    options: FrameOptions,
    seeds: Seeds,
    stops: Seeds | None,
    *,
    turned: bool = False,
    through: bool = False,
    modulus: int = 0,
) -> Asked:
    """Return the sums from the seeds on, to the stops where there are any; nothing is left where that fails."""
    if wrong := sorted(options.keys() - FrameOptions.__annotations__.keys()):
        raise TypeError(f"unexpected keyword argument {wrong[0]!r}")
    columns = Columns(
        options.get("source_column", "source"), options.get("target_column", "target"), options.get("weight", "weight")
    )
    engine = opened(frame, options.get("checkpoint") or "")
    try:
        kinds = _kinds(engine, columns)
        numbers = _numbers(kinds, [seeds, stops or {}], modulus)
        edges = _edges(engine, columns, numbers)
        known = _looked_at(engine, edges, numbers, kinds)
        _require_known(engine, edges, numbers, [*seeds, *(stops or ())])
        engine.put("seeds", _table(numbers, seeds))
        if stops is not None:
            engine.put("stops", _table(numbers, stops))
        ends = [list(seeds.items()), list((stops or {}).items())]
        asked = json.dumps([known, turned, through, asdict(numbers), asdict(columns), *ends])
        journal = Journal(engine.folder, hashlib.sha256(asked.encode()).hexdigest())
        query = f"SELECT head AS tail, tail AS head, weight FROM ({edges}) t" if turned else edges
        question = Question(query, numbers, stops is not None, through, options.get("in_one_task", IN_ONE_TASK))
        state = run(engine, question, journal, options.get("progress"))
    except BaseException:
        engine.close()
        raise
    return Asked(engine, state, numbers)


def _kinds(engine: Engine, columns: Columns) -> list[str]:
    """Return what the columns are: two ends of one kind, and a weight."""
    there = engine.columns()
    named = {name: value for name, value in asdict(columns).items() if value is not None}
    for role, name in named.items():
        if name not in there:
            keyword = Keyword(role if role == "weight" else f"{role}_column", name)
            close = meant(nearest(name, list(there))) or ";"
            raise UsageError("the frame has no column ", keyword, f"{close} it has {', '.join(map(repr, there))}")
    kinds = [there[name] for name in named.values()]
    if kinds[0] != kinds[1] or kinds[0] not in ("int", "text"):
        raise UsageError(
            f"the ends are {kinds[0]} and {kinds[1]}; both are text, or ints of up to 64 bits: cast {columns.source!r} "
            f"and {columns.target!r}"
        )
    if columns.weight is not None and kinds[2] not in ("int", "float"):
        raise WeightError(
            f"the column {columns.weight!r} is {kinds[2]}; weights are floats, or ints of up to 64 bits: cast it",
            Remedy(Keyword("weight", None), "counts paths"),
        )
    return kinds


def _numbers(kinds: list[str], ends: list[Seeds], modulus: int) -> Numbers:
    """Return what is summed: floats where a weight or a seed is one."""
    seeds = [seed for end in ends for seed in end.values()]
    are_ints = (len(kinds) == 2 or kinds[2] == "int") and not any(isinstance(seed, float) for seed in seeds)
    return Numbers(kinds[0] == "text", are_ints, modulus)


def _edges(engine: Engine, columns: Columns, numbers: Numbers) -> str:
    """Return the edges as a query."""
    node = "STRING" if numbers.is_text else "BIGINT"
    number = "BIGINT" if numbers.are_ints else "DOUBLE"
    source, target = map(engine.quoted, (columns.source, columns.target))
    weight = "1" if columns.weight is None else engine.quoted(columns.weight)
    return (
        f"SELECT CAST({source} AS {node}) AS tail, CAST({target} AS {node}) AS head, CAST({weight} AS {number}) AS "
        f"weight FROM {engine.frame()}"
    )


#: What is wrong with a row, and what that makes of it.
NO_END = "tail IS NULL OR head IS NULL"
NO_WEIGHT = "weight IS NULL"
NO_NUMBER = f"NOT abs(CAST(weight AS DOUBLE)) <= {LARGEST}"
TOO_LARGE = f"abs(CAST(weight AS DOUBLE)) >= {EXACT}"  # of the least int of 64 bits there is no abs


def _looked_at(engine: Engine, edges: str, numbers: Numbers, kinds: list[str]) -> list[str]:
    """Return how many rows there are, with a number made of all; raise where one is no edge."""
    wrongs = [NO_END, NO_WEIGHT]
    if not numbers.are_ints:
        wrongs.append(NO_NUMBER if kinds[-1] == "float" else TOO_LARGE)
    counted = ", ".join(f"count(CASE WHEN {wrong} THEN 1 END)" for wrong in wrongs)
    n_rows, digest, *found = engine.rows(f"SELECT count(*), {engine.digest}, {counted} FROM ({edges}) e")[0]
    for wrong, count in zip(wrongs, found, strict=True):
        if count:
            tail, head, weight = engine.rows(f"SELECT tail, head, weight FROM ({edges}) e WHERE {wrong} LIMIT 1")[0]
            raise _wrong(wrong, (tail, head), weight, count, n_rows)
    return [str(n_rows), str(digest)]


def _wrong(wrong: str, edge: tuple[Any, Any], weight: Any, count: int, n_rows: int) -> FormatError | WeightError:
    told = f"the row {edge[0]!r} -> {edge[1]!r}"
    others = f" ({count:,} such row{'s' * (count != 1)} of {n_rows:,})"
    if wrong == NO_END:
        return FormatError(f"{told} lacks an end{others}; filter such rows out")
    if wrong == NO_WEIGHT:
        remedy = Remedy(Keyword("weight", None), "counts paths")
        return WeightError(f"{told} has no weight{others}; fill it in or filter it out", remedy, edge=edge, count=count)
    if wrong == TOO_LARGE:
        return WeightError(
            f"{told} has the weight {weight:.0f}{others}, an int beyond 2**53 beside floats", edge=edge, count=count
        )
    return WeightError(f"{told} has the weight {weight}{others}; filter such rows out", edge=edge, count=count)


def _require_known(engine: Engine, edges: str, numbers: Numbers, nodes: list[Any]) -> None:
    """Raise where a node is no end of any edge, which a node of another type than theirs is not either."""
    strangers = [node for node in nodes if not _may_be(numbers, node)]
    ends = f"(SELECT tail AS id FROM ({edges}) t UNION ALL SELECT head AS id FROM ({edges}) h)"
    if not strangers:
        engine.put("asked", _table(numbers, dict.fromkeys(nodes)))
        try:
            unknown = f"SELECT a.id FROM {engine.of(['asked'])} a ANTI JOIN {ends} e ON e.id = a.id ORDER BY id LIMIT 1"
            strangers = [node for (node,) in engine.rows(unknown)]
        finally:
            engine.drop("asked")
    if strangers:
        raise UnknownNodeError(strangers[0], _near(engine, ends, numbers, strangers[0]))


def _may_be(numbers: Numbers, node: Any) -> bool:
    if numbers.is_text:
        return type(node) is str and "\0" not in node
    return type(node) is int and -(2**63) <= node < 2**63


def _near(engine: Engine, ends: str, numbers: Numbers, node: Any) -> list[Any]:
    """Return a few nodes, of text those that are written most alike."""
    alike = numbers.is_text and _may_be(numbers, node)
    order = f"levenshtein(id, {engine.text(node)}), id" if alike else "id"
    return [other for (other,) in engine.rows(f"SELECT id FROM {ends} e GROUP BY id ORDER BY {order} LIMIT 3")]


def _table(numbers: Numbers, seeds: Seeds) -> Any:
    """Return nodes and their seeds as an Arrow table."""
    import pyarrow as pa

    given = [1 if seed is None else seed for seed in seeds.values()]
    try:
        put_in = pa.array(given if numbers.are_ints else list(map(float, given)), numbers.number)
    except (OverflowError, pa.ArrowInvalid):
        raise UsageError(f"the seed {max(given, key=abs)!r} does not fit 64 bits; a float does") from None
    return pa.table({"id": pa.array(list(seeds), numbers.node), "seed": put_in})
