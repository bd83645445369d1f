"""What counts once, and where it is narrow: reachable and exclusive sets, lengths, bottlenecks, fewest edges to cut.

In comes a compiled graph, out go sets, sizes and the edges or nodes that carry everything. `sets` are reach (networkx's
descendants) and exclusive (the dominated set), by bits and dominators, `lengths` histograms of path lengths,
`bottlenecks` what every path passes, `fewest` the search for the smallest removal (minimum cut, set cover), `strokes`
what each of it takes away. Users call `sets`; `why`, `whatif` and `structure` the rest.
"""
