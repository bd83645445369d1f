"""If something were otherwise: changes, sensitivities, uncertainty, cuts of one total.

In come a graph, two ends and wishes, out go totals before and after, to users and the command line. `edits` checks each
wish and makes the changed graph, `what_if` computes and `report` says it, `sensitivities` are derivatives of all edges
(elasticities too), `uncertainty` standard errors (delta method) and bounds, `cut` the fewest to remove. Two graphs
are compared in `change`.
"""
