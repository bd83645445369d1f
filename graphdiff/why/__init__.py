"""One total taken apart: `explain` computes, `report` says it, `cancellation` tells what cancels.

In come a graph and two ends, out goes an `Explanation`: total, paths, strongest, shares, cut, bottlenecks,
certificate, each computed when it is first asked for. `ways` is what lies between whatever the weights, `zero` says
which zero a total is. Users call it, and the verb ``why``.
"""
