"""Totals: the sum over all paths of the products along them, by sweeps over a compiled graph.

In come a compiled graph and its ends, out go numbers and mappings of them (`results`). `influence` is the door,
`between` what lies between the ends, `cycles` says what happens on cycles (`enclosure` proves an inverse), `sweeps` are
forward (tangents) and reverse (adjoints, gradients), `naive` goes path by path, `flow` what passes each edge and node
(contributions; a share is a part of the total), `certificate` how far the number holds, `semirings` and `accumulate`
other sums. Users and all rooms above call it.
"""
