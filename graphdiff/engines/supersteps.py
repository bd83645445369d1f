"""The one loop: reach, cut down to what lies between, then Kahn's order and the sums in one, a level a superstep.

A superstep goes from one `State` to the next, all of it in tables that an engine keeps, so that any of them can be the
one after a crash. What enters a node is folded in the order (level of its tail, tail, weight): a level is folded before
the next one begins, and rows of one level are sorted. A. Kahn, "Topological sorting of large networks", Communications
of the ACM 5(11), 1962.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphdiff.engines.checkpoints import Journal, State
from graphdiff.engines.folding import Numbers
from graphdiff.engines.frames import Engine
from graphdiff.errors import CycleError

__all__ = ["Question", "run"]

#: Called after each superstep with the edges that have been folded, and how many there are, where that is known.
Progress = Callable[[int, int | None], None]

#: So many tables of one part become one.
PARTS = 24
#: Nodes of a cycle that are told.
TOLD = 12


@dataclass(frozen=True)
class Question:
    """What is asked of the edges.

    Attributes
    ----------
    edges : str
        The edges as a query of tail, head and weight, turned where sums go against the arrows.
    is_between : bool
        Whether the sums end at the table ``stops``, else at all that is reached.
    is_through : bool
        Whether the sums from the stops back are wanted too.
    in_one_task : int
        So many edges that are left are folded in one task.
    """

    edges: str
    numbers: Numbers
    is_between: bool
    is_through: bool
    in_one_task: int


def run(engine: Engine, question: Question, journal: Journal, progress: Progress | None = None) -> State:
    """Ask a question, from where its journal ends on."""
    state = journal.last()
    for names, by in ((state.tables[role], "tail" if role == "edges" else "") for role in state.tables):
        for name in names:
            engine.open(name, by=by)
    while state.phase != "answer":
        following = PHASES[state.phase](engine, question, state)
        journal.write(following)
        for name in state.names - following.names:
            engine.drop(name)
        state = following
        if progress is not None:
            progress(state.counts.get("folded", 0), state.counts.get("between"))
    return state


@dataclass(frozen=True)
class _Kept:
    """A state whose next is being made: tables are kept under names that no other has."""

    engine: Engine
    state: State

    def name(self, role: str) -> str:
        return f"{self.state.phase}_{self.state.step}_{role}"

    def keep(self, role: str, query: str) -> list[str]:
        name = self.name(role)
        self.engine.keep(name, query, by="tail" if role == "edges" else "")
        return [name]

    def fold(self, role: str, query: str, task: str, numbers: Numbers) -> list[str]:
        name = self.name(role)
        self.engine.fold(name, query, task, numbers)
        return [name]

    def of(self, role: str) -> str:
        return self.engine.of(self.state.tables[role])

    def count(self, source: str) -> int:
        return int(self.engine.rows(f"SELECT count(*) FROM {source}")[0][0])

    def next(self, phase: str, counts: dict[str, int] | None = None, **tables: list[str] | None) -> State:
        """Return the next state; a part that is None is not needed any more."""
        parts = {role: names for role, names in {**self.state.tables, **tables}.items() if names is not None}
        return State(phase, self.state.step + 1, parts, {**self.state.counts, **(counts or {})})

    def few(self, role: str, names: list[str], columns: str, where: str = "") -> list[str]:
        """Return tables, made one where they have become many."""
        if len(names) < PARTS:
            return names
        return self.keep(role, f"SELECT {columns} FROM {self.engine.of(names)}{where}")


# -- what lies between


def _load(engine: Engine, question: Question, state: State) -> State:
    made = _Kept(engine, state)
    edges = made.keep("edges", question.edges)
    total = made.count(engine.of(edges))
    seeds = ["seeds"]
    begin = made.keep("frontier", f"SELECT DISTINCT id FROM {engine.of(seeds)}")
    ends = {"stops": ["stops"]} if question.is_between else {}
    return made.next("reach", {"all": total}, edges=edges, seeds=seeds, frontier=begin, reached=begin, **ends)


def _reach(engine: Engine, question: Question, state: State) -> State:
    """Go one step on from the nodes reached last, or all steps where few edges are left."""
    made = _Kept(engine, state)
    edges, frontier, reached = map(made.of, ("edges", "frontier", "reached"))
    if _few_left(made, question):
        rows = (
            f"SELECT id, 0 AS step, id AS tail FROM {frontier} UNION ALL "
            f"SELECT e.head AS id, 1 AS step, e.tail FROM {edges} e ANTI JOIN "
            f"(SELECT r.id FROM {reached} r ANTI JOIN {frontier} f ON f.id = r.id) d ON d.id = e.tail"
        )
        far = made.fold("far", rows, "spread", question.numbers)
        news = made.keep("news", f"SELECT n.id FROM {engine.of(far)} n ANTI JOIN {reached} r ON r.id = n.id")
        engine.drop(far[0])
        return _reached(made, question, [*state.tables["reached"], *news])
    step = f"SELECT DISTINCT e.head AS id FROM {edges} e JOIN {frontier} f ON f.id = e.tail"
    news = made.keep("news", f"SELECT n.id FROM ({step}) n ANTI JOIN {reached} r ON r.id = n.id")
    parts = [*state.tables["reached"], *news]
    if not made.count(engine.of(news)):
        return _reached(made, question, parts)
    return made.next(state.phase, frontier=news, reached=made.few("reached", parts, "id"))


def _few_left(made: _Kept, question: Question) -> bool:
    """Return whether what is left fits one task: counted where that may save supersteps, ever more seldom."""
    if made.state.counts["all"] <= question.in_one_task:
        return True
    step = made.state.step
    if not question.in_one_task or step < 8 or step & (step - 1):
        return False
    left = f"(SELECT e.tail FROM {made.of('edges')} e ANTI JOIN {made.of('reached')} r ON r.id = e.tail) l"
    return made.count(left) <= question.in_one_task


def _reached(made: _Kept, question: Question, nodes: list[str]) -> State:
    """Return what follows when all is reached: the way back from the stops, or the sums."""
    reached = made.engine.of(nodes)
    edges = f"SELECT e.tail, e.head, e.weight FROM {made.of('edges')} e SEMI JOIN {reached} r ON r.id = e.tail"
    if question.is_between and made.state.phase == "reach":
        turned = f"SELECT head AS tail, tail AS head, weight FROM ({edges}) t"
        kept = made.keep("edges", turned)
        stops = made.keep("frontier", f"SELECT s.id FROM {made.of('stops')} s SEMI JOIN {reached} r ON r.id = s.id")
        counts = {"all": made.count(made.engine.of(kept))}
        return made.next("back", counts, edges=kept, frontier=stops, reached=stops)
    if made.state.phase == "back":  # the edges are turned, and those into what is reached are those that lead on
        edges = f"SELECT head AS tail, tail AS head, weight FROM ({edges}) t"
    plain = made.keep("plain", edges)
    return made.next("between", frontier=None, reached=nodes, edges=None, plain=plain)


def _between(engine: Engine, question: Question, state: State) -> State:
    """Count what enters each node, and begin the sums at the seeds that lie between."""
    made = _Kept(engine, state)
    plain = made.of("plain")
    entering = f"(SELECT head AS id, count(*) AS awaited FROM {plain} p GROUP BY head)"
    edges = made.keep(
        "edges", f"SELECT e.tail, e.head, e.weight, a.awaited FROM {plain} e JOIN {entering} a ON a.id = e.head"
    )
    zero = "CAST(0 AS BIGINT)"
    begin = made.keep(
        "state",
        f"SELECT s.id, coalesce(a.awaited, {zero}) AS awaited, {zero} AS arrived, s.seed AS value, "
        f"abs(CAST(s.seed AS DOUBLE)) AS size, {zero} AS roundings, CAST(0 AS DOUBLE) AS lost, "
        f"CAST(0 AS DOUBLE) AS error_bound FROM {made.of('seeds')} s SEMI JOIN {made.of('reached')} r ON r.id = s.id "
        f"LEFT JOIN {entering} a ON a.id = s.id",
    )
    counts = {"between": made.count(engine.of(edges)), "folded": 0}
    return made.next("sum", counts, edges=edges, state=begin, done=begin, reached=None, plain=None)


# -- the sums


#: The columns of a row that is folded, by what it is.
COLUMNS = "value, size, roundings, lost, awaited, arrived"


def _sum(engine: Engine, question: Question, state: State) -> State:
    """Fold the edges of one level, or all that are left where these are few."""
    made = _Kept(engine, state)
    done = state.tables["done"]
    if state.counts["between"] == state.counts["folded"]:
        return _summed(made, question, done)
    if state.counts["between"] - state.counts["folded"] <= question.in_one_task:
        last = made.fold("state", _rest(made), "finished", question.numbers)
        entered, _, _ = _tally(engine, [*done, *last])
        phase = "sum" if entered == state.counts["between"] else "cycle"
        return made.next(phase, {"folded": entered}, state=last, done=[*done, *last])
    kept = made.fold("state", _level(made), "folded", question.numbers)
    entered, waiting, ready = _tally(engine, kept)
    before = state.counts.get("complete", 0)
    counts = {"complete": before + entered, "folded": before + entered + waiting}
    phase = "sum" if ready or counts["folded"] == state.counts["between"] else "cycle"
    parts = made.few("done", done, "*", " WHERE arrived = awaited")
    return made.next(phase, counts, state=kept, done=[*parts, *kept])


def _tally(engine: Engine, names: list[str]) -> tuple[int, int, int]:
    """Return how many edges have entered nodes that are complete, and others, and how many nodes are complete."""
    complete, waiting, nodes = engine.rows(
        "SELECT sum(CASE WHEN arrived = awaited THEN arrived ELSE 0 END), sum(CASE WHEN arrived = awaited THEN 0 "
        f"ELSE arrived END), count(CASE WHEN arrived = awaited THEN 1 END) FROM {engine.of(names)}"
    )[0]
    return int(complete or 0), int(waiting or 0), int(nodes)


def _level(made: _Kept) -> str:
    """Return the rows of a superstep: the edges of the nodes completed last, and what is not complete."""
    now = made.of("state")
    return f"SELECT * FROM ({_states(now)} WHERE arrived < awaited UNION ALL {_edges(made, now)}) level_rows"


def _states(source: str) -> str:
    return f"SELECT id, CAST(0 AS INT) AS step, id AS tail, value - value AS weight, {COLUMNS} FROM {source} states"


def _edges(made: _Kept, source: str) -> str:
    return (
        "SELECT e.head AS id, CAST(1 AS INT) AS step, e.tail, e.weight, s.value, s.size, s.roundings, s.lost, "
        f"e.awaited, CAST(-1 AS BIGINT) AS arrived FROM {made.of('edges')} e JOIN {source} s ON s.id = e.tail "
        "WHERE s.arrived = s.awaited"
    )


def _rest(made: _Kept) -> str:
    """Return all that is left: what nodes have come to, and the edges that have not been folded."""
    spent = [name for name in made.state.tables["done"] if name not in made.state.tables["state"]]
    left = f"{made.of('edges')} e"
    if spent:
        left += f" ANTI JOIN (SELECT id FROM {made.engine.of(spent)} s WHERE arrived = awaited) d ON d.id = e.tail"
    return (
        f"{_states(made.of('state'))} UNION ALL SELECT e.head, CAST(1 AS INT), e.tail, e.weight, e.weight, "
        f"CAST(0 AS DOUBLE), CAST(0 AS BIGINT), CAST(0 AS DOUBLE), e.awaited, CAST(-1 AS BIGINT) FROM {left}"
    )


def _summed(made: _Kept, question: Question, done: list[str]) -> State:
    """Return what follows the sums: those the other way, or the answer."""
    if not question.is_through:
        return made.next("answer", state=None, edges=None)
    if "tangents" in made.state.tables:
        return made.next("through", state=None)
    turned = made.keep("plain", f"SELECT head AS tail, tail AS head, weight FROM {made.of('edges')} e")
    complete = f"(SELECT id FROM {made.engine.of(done)} d WHERE arrived = awaited)"
    nodes = made.keep("reached", f"SELECT id FROM {complete} c")
    return made.next(
        "between", {"complete": 0}, seeds=made.state.tables["stops"], tangents=done, done=None, state=None,
        edges=None, plain=turned, reached=nodes,
    )  # fmt: skip


def _through(engine: Engine, question: Question, state: State) -> State:
    """Multiply what comes to the tail of each edge, its weight, and what its head comes to; the edges are turned."""
    made = _Kept(engine, state)
    ends = {"t": ("tangents", "head"), "a": ("done", "tail")}
    names = ", ".join(
        f"{end}.{name} AS {end}_{name}" for end in ends for name in ("value", "size", "roundings", "lost")
    )
    joins = " ".join(
        f"JOIN (SELECT * FROM {made.of(role)} c WHERE arrived = awaited) {end} ON {end}.id = e.{which}"
        for end, (role, which) in ends.items()
    )
    query = f"SELECT e.head AS source, e.tail AS target, e.weight, {names} FROM {made.of('edges')} e {joins}"
    passed = made.fold("passed", query, "through", question.numbers)
    return made.next("answer", passed=passed, done=None, tangents=None, edges=None)


# -- cycles


def _cycle(engine: Engine, question: Question, state: State) -> State:
    """Raise, naming a cycle: what waits has an edge from what waits, and so on back, in the end round a cycle."""
    made = _Kept(engine, state)
    complete = f"(SELECT id FROM {made.of('done')} s WHERE arrived = awaited)"
    left = f"SELECT e.tail, e.head FROM {made.of('edges')} e ANTI JOIN {complete} d ON d.id = e.tail"
    first = made.keep("before", f"SELECT head AS id, min(tail) AS up FROM ({left}) l GROUP BY head")
    before = engine.of(first)
    rounds = math.ceil(math.log2(made.count(before) + 1))
    jumps, name = before, first[0]
    for number in range(rounds):
        kept = f"{made.name('jumps')}_{number}"
        engine.keep(kept, f"SELECT a.id, b.up FROM {jumps} a JOIN {jumps} b ON b.id = a.up")
        if name != first[0]:
            engine.drop(name)
        jumps, name = engine.of([kept]), kept
    member = engine.rows(f"SELECT min(up) FROM {jumps} j")[0][0]
    told = _told(_round(engine, question.numbers, before, member))
    for kept in (name, *first, "probe"):
        engine.drop(kept)
    raise told


def _round(engine: Engine, numbers: Numbers, before: str, member: Any) -> list[Any]:
    """Return a cycle against its arrows, from a member back to it, or as much of it as is told."""
    import pyarrow as pa

    cycle = [member]
    while len(cycle) <= TOLD and (len(cycle) == 1 or cycle[-1] != member):
        engine.put("probe", pa.table({"id": pa.array([cycle[-1]], numbers.node)}))
        cycle.append(engine.rows(f"SELECT b.up FROM {before} b JOIN {engine.of(['probe'])} p ON p.id = b.id")[0][0])
    return cycle


def _told(cycle: Sequence[Any]) -> CycleError:
    way = "on a way that is summed; leave out one of its edges, or make its members one node, before asking"
    if cycle[-1] == cycle[0]:
        return CycleError(list(reversed(cycle)), f" It lies {way}")
    return CycleError([cycle[0]], f" That is one of its members, of more than {TOLD}; it lies {way}")


PHASES: dict[str, Callable[[Engine, Question, State], State]] = {
    "load": _load,
    "reach": _reach,
    "back": _reach,
    "between": _between,
    "sum": _sum,
    "through": _through,
    "cycle": _cycle,
}
