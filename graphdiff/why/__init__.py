"""One total taken apart: `explain` computes, `report` says it, `cancellation` tells what cancels.

In come a graph and two ends, out goes an `Explanation`: total, paths, strongest, shares, cut, bottlenecks,
certificate. Users call it, and the verb ``why``.
"""
