"""Chains: runs of edges whose inner nodes have one edge in and one out, each walked within one task.

A link is an edge into an inner node. Chains are found by pointer doubling, in as many joins as the longest has binary
digits: J. C. Wyllie, "The complexity of parallel computations", Cornell University, 1979.
"""

from __future__ import annotations

from graphdiff.engines.checkpoints import Kept
from graphdiff.engines.folding import Numbers

__all__ = ["links", "walk"]

#: A chain of fewer links is not worth a task.
LONG = 16


def links(made: Kept, edges: str, entered_once: str, ends: str) -> list[str]:
    """Keep the links of long chains, a table of origin, chain, place, links, tail, head, weight; or nothing.

    Parameters
    ----------
    made : Kept
    edges : str
        What stands behind FROM.
    entered_once : str
        The nodes that one edge enters, as a query of ``id``.
    ends : str
        Nodes that are inner to no chain: there a sum begins.
    """
    left_once = f"(SELECT tail AS id FROM {edges} e GROUP BY tail HAVING count(*) = 1)"
    inner = (
        f"(SELECT i.id FROM ({entered_once}) i SEMI JOIN {left_once} o ON o.id = i.id "
        f"ANTI JOIN {ends} s ON s.id = i.id)"
    )
    kept = made.keep("inner", f"SELECT e.tail, e.head, e.weight FROM {edges} e SEMI JOIN {inner} i ON i.id = e.head")
    single = made.engine.of(kept)
    if (n_links := made.count(single)) < LONG:
        made.engine.drop(kept[0])
        return []
    (name,) = firsts = _firsts(made, single, n_links)
    of = made.engine.of(firsts)
    runs = f"(SELECT up, count(*) AS links FROM {of} j GROUP BY up HAVING count(*) >= {LONG})"
    rooted = f"(SELECT r.* FROM {runs} r SEMI JOIN (SELECT id FROM {of} f WHERE place = 0) f ON f.id = r.up)"
    found = made.keep(
        "links",
        f"SELECT b.tail AS origin, j.up AS chain, j.place, r.links, l.tail, l.head, l.weight FROM {of} j "
        f"JOIN {rooted} r ON r.up = j.up JOIN {single} b ON b.head = j.up JOIN {single} l ON l.head = j.id",
    )
    for each in (name, *kept):
        made.engine.drop(each)
    if made.count(made.engine.of(found)):
        return found
    made.engine.drop(found[0])
    return []


def _firsts(made: Kept, single: str, n_links: int) -> list[str]:
    """Keep the first inner node, ``up``, before each inner node, and how many links away; of a pure cycle any."""
    jumps = made.keep(
        "jumps_1",
        "SELECT l.head AS id, coalesce(t.head, l.head) AS up, "
        f"CAST(CASE WHEN t.head IS NULL THEN 0 ELSE 1 END AS BIGINT) AS place FROM {single} l "
        f"LEFT JOIN {single} t ON t.head = l.tail",
    )
    span = 1
    while span <= n_links:
        of = made.engine.of(jumps)
        if (made.engine.rows(f"SELECT max(place) FROM {of} j")[0][0] or 0) < span:
            break
        span *= 2
        far = f"SELECT j.id, b.up, j.place + b.place AS place FROM {of} j JOIN {of} b ON b.id = j.up"
        further = made.keep(f"jumps_{span}", far)
        made.engine.drop(jumps[0])
        jumps = further
    return jumps


def walk(made: Kept, numbers: Numbers) -> tuple[list[str], list[str]]:
    """Walk the chains from the nodes completed last.

    Returns
    -------
    walked : list of str
        The table of the inner nodes, where there are any.
    ahead : list of str
        The tables of last inner nodes with their ``level``: their edges are folded in its turn.
    """
    ahead = made.state.tables.get("ahead", [])
    if "links" not in made.state.tables:
        return [], ahead
    level, all_links = made.state.counts["level"], made.of("links")
    begun = f"{all_links} l JOIN (SELECT * FROM {made.of('state')} s WHERE arrived = awaited) s ON s.id = l.origin"
    if not made.count(f"{begun} WHERE l.place = 0"):
        return [], ahead
    rows = (
        "SELECT l.chain AS id, l.place AS step, l.tail, l.weight, l.head, s.value, s.size, s.roundings, s.lost "
        f"FROM {begun}"
    )
    walked = made.fold("walked", f"SELECT * FROM ({rows}) chain_rows", "walked", numbers)
    lasts = (
        f"SELECT w.*, l.place + {level + 1} AS level FROM {made.engine.of(walked)} w "
        f"JOIN {all_links} l ON l.head = w.id WHERE l.place = l.links - 1"
    )
    if ahead:
        lasts += f" UNION ALL SELECT * FROM {made.of('ahead')} a WHERE level > {level}"
    return walked, made.keep("ahead", lasts)
