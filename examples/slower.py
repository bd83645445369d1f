"""Which call made it slower? Two profiles of one request, before and after a change.

An edge a -> b with weight w says: one call of a makes w calls of b, directly. The node "seconds" stands for time, so
that f -> seconds is what one call of f takes by itself, and the total influence of request on seconds is what one
request takes, with all that it calls. The change of that number is attributed to calls exactly. Here a page that
renders faster hides that a new function asks the database once for every order; the two new calls are in series, and
share the blame in equal parts, as neither makes anything slower without the other.
"""

from __future__ import annotations

from pathlib import Path

import networkx as nx

import graphdiff as gd

DATA = Path(__file__).parents[1] / "data"


def profile(name: str) -> nx.DiGraph:
    graph: nx.DiGraph = gd.read(DATA / name, columns="source=caller,target=callee,weight=per_call")
    graph.graph["edge_meaning"] = "calls"
    return graph


def main() -> None:
    found = gd.compare(profile("calls-before.csv"), profile("calls-after.csv"), "request", "seconds")
    print(f"one request takes {found.before * 1000:.1f} ms before, {found.after * 1000:.1f} ms after")
    for (caller, callee), seconds in found.attribution.top():
        print(f"  {seconds * 1000:+6.1f} ms  {caller} -> {callee}")
    for entry in found.difference.appeared:
        print(f"new: {entry.node}, called by {entry.edge[0] if entry.edge else 'nobody'}")
    queries = gd.compare(profile("calls-before.csv"), profile("calls-after.csv"), "request", "query")
    print(f"one request makes {queries.before:.0f} queries before, {queries.after:.0f} after")


if __name__ == "__main__":
    main()
