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

from graphdiff.engines import chains
from graphdiff.engines.checkpoints import SPREAD, Journal, Kept, State
from graphdiff.engines.folding import Numbers
from graphdiff.engines.frames import Engine
from graphdiff.errors import CycleError

__all__ = ["Question", "run"]

#: Called after each superstep with the edges that have been folded, and how many there are, where that is known.
Progress = Callable[[int, int | None], None]

#: Where more edges than these are left for each node reached last, it may be chains that hold the loop up.
SLOW = 100
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
    for role, names in state.tables.items():
        for name in names:
            engine.open(name, by=SPREAD.get(role, ""))
    while state.phase != "answer":
        following = PHASES[state.phase](engine, question, state)
        journal.write(following)
        for name in state.names - following.names:
            engine.drop(name)
        state = following
        if progress is not None:
            progress(state.counts.get("folded", 0), state.counts.get("between"))
    return state


# -- what lies between


def _load(engine: Engine, question: Question, state: State) -> State:
    made = Kept(engine, state)
    edges = made.keep("edges", question.edges)
    total = made.count(engine.of(edges))
    seeds = ["seeds"]
    begin = made.keep("frontier", f"SELECT DISTINCT id FROM {engine.of(seeds)}")
    ends = {"stops": ["stops"]} if question.is_between else {}
    return made.next("reach", {"all": total}, edges=edges, seeds=seeds, frontier=begin, reached=begin, **ends)


def _reach(engine: Engine, question: Question, state: State) -> State:
    """Go one step on from the nodes reached last, to the ends of chains, or all steps where few edges are left."""
    made = Kept(engine, state)
    edges, frontier, reached = map(made.of, ("edges", "frontier", "reached"))
    is_few, links = _left(made, question)
    if is_few:
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
    if links:
        step += f" UNION SELECT l.head FROM {engine.of(links)} l JOIN {frontier} f ON f.id = l.origin"
    news = made.keep("news", f"SELECT n.id FROM ({step}) n ANTI JOIN {reached} r ON r.id = n.id")
    parts = [*state.tables["reached"], *news]
    if not made.count(engine.of(news)):
        return _reached(made, question, parts)
    return made.next(state.phase, frontier=news, reached=made.few("reached", parts, "id"), links=links or None)


def _left(made: Kept, question: Question) -> tuple[bool, list[str]]:
    """Return whether what is left fits one task, and the links of chains: looked for ever more seldom."""
    counts, links = made.state.counts, made.state.tables.get("links", [])
    if counts["all"] <= question.in_one_task:
        return True, links
    step = made.state.step - counts.get("begun", 0)
    if step < 8 or step & (step - 1):
        return False, links
    left = (
        f"SELECT e.tail, e.head, e.weight FROM {made.of('edges')} e ANTI JOIN {made.of('reached')} r ON r.id = e.tail"
    )
    n_left = made.count(f"({left}) l")
    if n_left <= question.in_one_task:
        return True, links
    if not links and n_left > SLOW * made.count(made.of("frontier")):
        kept = made.keep("left", left)
        edges = made.engine.of(kept)
        once = f"SELECT head AS id FROM {edges} h GROUP BY head HAVING count(*) = 1"
        links = chains.links(made, edges, once, made.of("frontier"))
        made.engine.drop(kept[0])
    return False, links


def _reached(made: Kept, question: Question, nodes: list[str]) -> State:
    """Return what follows when all is reached: the way back from the stops, or the sums."""
    reached = made.engine.of(nodes)
    edges = f"SELECT e.tail, e.head, e.weight FROM {made.of('edges')} e SEMI JOIN {reached} r ON r.id = e.tail"
    if question.is_between and made.state.phase == "reach":
        turned = f"SELECT head AS tail, tail AS head, weight FROM ({edges}) t"
        kept = made.keep("edges", turned)
        stops = made.keep("frontier", f"SELECT s.id FROM {made.of('stops')} s SEMI JOIN {reached} r ON r.id = s.id")
        counts = {"all": made.count(made.engine.of(kept)), "begun": made.state.step}
        return made.next("back", counts, edges=kept, frontier=stops, reached=stops, links=None)
    if made.state.phase == "back":  # the edges are turned, and those into what is reached are those that lead on
        edges = f"SELECT head AS tail, tail AS head, weight FROM ({edges}) t"
    plain = made.keep("plain", edges)
    return made.next("between", frontier=None, reached=nodes, edges=None, links=None, plain=plain)


def _between(engine: Engine, question: Question, state: State) -> State:
    """Count what enters each node, and begin the sums at the seeds that lie between."""
    made = Kept(engine, state)
    plain = made.of("plain")
    entering = f"(SELECT head AS id, count(*) AS awaited FROM {plain} p GROUP BY head)"
    edges = made.keep(
        "edges",
        f"SELECT e.tail, e.head, e.weight, a.awaited, FALSE AS is_link FROM {plain} e JOIN {entering} a "
        "ON a.id = e.head",
    )
    counts = {"between": made.count(engine.of(edges)), "folded": 0, "level": 0}
    links: list[str] = []
    if counts["between"] > question.in_one_task:
        once = f"SELECT head AS id FROM {engine.of(edges)} e WHERE awaited = 1"
        links = chains.links(made, engine.of(edges), once, made.of("seeds"))
    if links:
        edges = _marked(made, edges, links)
    zero = "CAST(0 AS BIGINT)"
    begin = made.keep(
        "state",
        f"SELECT s.id, coalesce(a.awaited, {zero}) AS awaited, {zero} AS arrived, s.seed AS value, "
        f"abs(CAST(s.seed AS DOUBLE)) AS size, {zero} AS roundings, CAST(0 AS DOUBLE) AS lost, "
        f"CAST(0 AS DOUBLE) AS error_bound FROM {made.of('seeds')} s SEMI JOIN {made.of('reached')} r ON r.id = s.id "
        f"LEFT JOIN {entering} a ON a.id = s.id",
    )
    return made.next("sum", counts, edges=edges, state=begin, done=begin, reached=None, plain=None, links=links or None)


def _marked(made: Kept, edges: list[str], links: list[str]) -> list[str]:
    """Return the edges with those marked that are walked with their chain."""
    name = f"{made.name('edges')}_marked"
    engine = made.engine
    marked = (
        "SELECT e.tail, e.head, e.weight, e.awaited, l.head IS NOT NULL AS is_link "
        f"FROM {engine.of(edges)} e LEFT JOIN {engine.of(links)} l ON l.head = e.head"
    )
    engine.keep(name, marked, by=SPREAD["edges"])
    engine.drop(edges[0])
    return [name]


# -- the sums


#: The columns of a row that is folded, by what it is.
STATE = "value, size, roundings, lost, awaited, arrived"


def _sum(engine: Engine, question: Question, state: State) -> State:
    """Fold the edges of one level, and walk the chains from its nodes; or fold all that is left where it is little."""
    made = Kept(engine, state)
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
    walked, ahead = chains.walk(made, question.numbers)
    complete = state.counts.get("complete", 0) + entered
    complete += made.count(engine.of(walked)) if walked else 0
    level = state.counts["level"] + 1
    if ahead and not ready:  # up to the next end of a chain there is nothing to fold
        level = engine.rows(f"SELECT min(level) FROM {engine.of(ahead)} a WHERE level >= {level}")[0][0]
        ready = level is not None
    counts = {"complete": complete, "folded": complete + waiting, "level": level or 0}
    phase = "sum" if ready or counts["folded"] == state.counts["between"] else "cycle"
    parts = made.few("done", done, "*", " WHERE arrived = awaited")
    return made.next(phase, counts, state=kept, done=[*parts, *kept, *walked], ahead=ahead or None)


def _tally(engine: Engine, names: list[str]) -> tuple[int, int, int]:
    """Return how many edges have entered nodes that are complete, and others, and how many nodes are complete."""
    complete, waiting, nodes = engine.rows(
        "SELECT sum(CASE WHEN arrived = awaited THEN arrived ELSE 0 END), sum(CASE WHEN arrived = awaited THEN 0 "
        f"ELSE arrived END), count(CASE WHEN arrived = awaited THEN 1 END) FROM {engine.of(names)}"
    )[0]
    return int(complete or 0), int(waiting or 0), int(nodes)


def _level(made: Kept) -> str:
    """Return the rows of a superstep: the edges of the nodes of its level, and what is not complete."""
    now = made.of("state")
    if "ahead" in made.state.tables:
        ends = f"SELECT * FROM {made.of('ahead')} a WHERE level = {made.state.counts['level']}"
        now = f"(SELECT id, {STATE} FROM {now} n UNION ALL SELECT id, {STATE} FROM ({ends}) a)"
    return f"SELECT * FROM ({_states(now)} WHERE arrived < awaited UNION ALL {_edges(made, now)}) level_rows"


def _states(source: str) -> str:
    return f"SELECT id, CAST(0 AS INT) AS step, id AS tail, value - value AS weight, {STATE} FROM {source} states"


def _edges(made: Kept, source: str) -> str:
    return (
        "SELECT e.head AS id, CAST(1 AS INT) AS step, e.tail, e.weight, s.value, s.size, s.roundings, s.lost, "
        f"e.awaited, CAST(-1 AS BIGINT) AS arrived FROM {made.of('edges')} e JOIN {source} s ON s.id = e.tail "
        "WHERE s.arrived = s.awaited AND NOT e.is_link"
    )


def _rest(made: Kept) -> str:
    """Return all that is left: what nodes have come to, their levels, and the edges that have not been folded."""
    level, tables = made.state.counts["level"], made.state.tables
    rows = f"SELECT n.*, {level} AS level FROM ({_states(made.of('state'))}) n"
    spent = [name for name in tables["done"] if name not in tables["state"]]
    left = f"{made.of('edges')} e"
    if spent:
        folded = f"SELECT s.id FROM {made.engine.of(spent)} s"
        if "ahead" in tables:
            ends = f"(SELECT * FROM {made.of('ahead')} a WHERE level >= {level})"
            rows += f" UNION ALL SELECT n.*, a.level FROM ({_states(ends)}) n JOIN {ends} a ON a.id = n.id"
            folded += f" ANTI JOIN {ends} a ON a.id = s.id"
        left += f" ANTI JOIN ({folded} WHERE s.arrived = s.awaited) d ON d.id = e.tail"
    return (
        f"{rows} UNION ALL SELECT e.head, CAST(1 AS INT), e.tail, e.weight, e.weight, "
        f"CAST(0 AS DOUBLE), CAST(0 AS BIGINT), CAST(0 AS DOUBLE), e.awaited, CAST(-1 AS BIGINT), 0 FROM {left}"
    )


def _summed(made: Kept, question: Question, done: list[str]) -> State:
    """Return what follows the sums: those the other way, or the answer."""
    if not question.is_through:
        return made.next("answer", state=None, edges=None, links=None, ahead=None)
    if "tangents" in made.state.tables:
        return made.next("through", state=None, links=None, ahead=None)
    turned = made.keep("plain", f"SELECT head AS tail, tail AS head, weight FROM {made.of('edges')} e")
    complete = f"(SELECT id FROM {made.engine.of(done)} d WHERE arrived = awaited)"
    nodes = made.keep("reached", f"SELECT id FROM {complete} c")
    return made.next(
        "between", {"complete": 0}, seeds=made.state.tables["stops"], tangents=done, done=None, state=None,
        edges=None, links=None, ahead=None, plain=turned, reached=nodes,
    )  # fmt: skip


def _through(engine: Engine, question: Question, state: State) -> State:
    """Multiply what comes to the tail of each edge, its weight, and what its head comes to; the edges are turned."""
    made = Kept(engine, state)
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
    made = Kept(engine, state)
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
