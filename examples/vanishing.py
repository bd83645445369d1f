"""Where does the gradient of a recurrent net vanish?
==================================================

Why a recurrent net forgets: its gradient over 50 steps vanishes, and `diagnose` says where; a skip keeps it.

Each step multiplies what comes back from the loss by w (1 - h²), less than 1. After 50 steps next to nothing of it is
left: what came first cannot be learnt. With a skip connection, h + tanh(…) in place of tanh(…), there is a path past
every step along which the weight is 1, and the gradient of the first input is as large as that of the last.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import graphdiff as gd

STEPS = 50
SIGNAL = [math.sin(step) for step in range(STEPS)]


def recurrent(x: Sequence[float]) -> float:
    h = 0.1
    for signal in x:
        drive = 0.7 * h + 0.5 * signal
        h = math.tanh(drive)
    return (h - 1.0) ** 2


def with_skip(x: Sequence[float]) -> float:
    h = 0.1
    for signal in x:
        drive = 0.7 * h + 0.5 * signal
        h = h + 0.05 * math.tanh(drive)
    return (h - 1.0) ** 2


def main() -> None:
    for title, program in (("A recurrent net", recurrent), ("The same with a skip connection", with_skip)):
        graph = gd.trace(program, SIGNAL)
        (loss,) = graph.graph["outputs"]
        adjoints = gd.reverse(graph, loss)
        found = gd.diagnose(graph, target=loss)
        print(f"{title}: {len(graph):,} nodes, {found.n_paths:,} paths from {STEPS} inputs to the loss")
        for place in (STEPS - 1, STEPS // 2, 0):
            print(f"  d loss / d x[{place}] = {adjoints[f'x[{place}]']:.2e}")
        flow = found.gradient_flow
        assert flow is not None
        print(f"  {flow.verdict()}")
        if flow.vanishing is not None:
            node = graph.nodes[flow.vanishing.node]
            print(f"  it vanishes at {flow.vanishing.node}, {flow.vanishing.depth} steps before the loss, "
                  f"{node['label']} in line {node['line']}")  # fmt: skip


if __name__ == "__main__":
    main()
