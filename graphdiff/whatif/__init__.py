"""If something were otherwise: changes, sensitivities, uncertainty, cuts of one total, effects of many.

In come a graph, two ends and wishes, out go totals before and after, to users and the command line. `edits` checks each
wish and makes the changed graph, `what_if` computes and `report` says it, `sensitivities` are derivatives of all edges
(elasticities too), `uncertainty` a standard error and bounds, `cut` the fewest to remove. `effects` is the table of
direct, indirect and total effects of many `pairs`. What is said of the weights' errors is read by `coefficients`, and
`covariance` is the delta method. Two graphs are compared in `change`.
"""
