"""Totals: the sum over all paths of the products along them, by sweeps over a compiled graph.

In come a compiled graph and its ends, out go numbers and mappings of them. `between` is what lies between the ends,
`cycles` says what happens on cycles, `sweeps` are forward and reverse, `naive` goes path by path, `flow` what passes
each edge and node, `certificate` how far the number holds, `semirings` and `accumulate` other sums. All rooms above
call it.
"""
