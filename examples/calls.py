"""Whose time is it?
=================

Charging the cost of functions to those who call them.

An edge a -> b with weight w says: w of the time of b is spent for its caller a. The total influence of a on b is then
the part of b's time that is spent for a, directly or through others; one reverse pass, with each function's own cost
as the seed, gives the inclusive cost of every function. A profiler that knows only how often b was called (gprof)
has to take calls for cost, and is wrong wherever calls differ: func1 of callgrind's manual costs 400, not 380.
"""

from __future__ import annotations

from pathlib import Path

import networkx as nx

import graphdiff as gd

DATA = Path(__file__).parents[1] / "data"
CALLGRIND_OWN_COST = {"main": 20, "func1": 100, "func2": 700}
# The figure names what SUB1 and SUB2 cost with all they call, EXAMPLE's own half second, and the calls.
GPROF_OWN_COST = {"EXAMPLE": 0.5, "SUB1": 5.0, "SUB2": 2.5}


def charged_by(attribute: str, graph: nx.DiGraph) -> gd.CompiledGraph:
    """Return the call graph with each caller's part of its callee's `attribute` as the weight."""
    received = dict(graph.in_degree(weight=attribute))
    return gd.compile(graph, weight=lambda caller, callee, call: call[attribute] / received[callee])


def main() -> None:
    manual = gd.read(DATA / "callgrind-manual.csv", columns="source=caller,target=callee")
    for attribute in ("cost", "calls"):
        inclusive = gd.reverse(charged_by(attribute, manual), CALLGRIND_OWN_COST)
        costs = ", ".join(f"{function} {inclusive[function]:.0f}" for function in ("main", "func1"))
        print(f"callgrind's manual, charged by {attribute}: {costs}")
    part = gd.total_influence(charged_by("cost", manual), "func1", "func2")
    print(f"  {part:.1%} of func2's time is spent for func1")

    paper = charged_by("calls", gd.read(DATA / "gprof-paper.csv", columns="source=caller,target=callee"))
    seconds = gd.reverse(paper, GPROF_OWN_COST)
    for function in ("EXAMPLE", "CALLER1", "CALLER2"):
        print(f"gprof's figure 4, {function}: {seconds[function]:.1f} s")
    print(f"  {gd.total_influence(paper, 'CALLER1', 'SUB1'):.0%} of SUB1's time is spent for CALLER1")


if __name__ == "__main__":
    main()
