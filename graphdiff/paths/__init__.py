"""Single paths: listed, counted, ranked, drawn at random, pruned to, and as a formula.

In comes what lies between two ends, out go `Path` objects, counts, or a smaller graph with the same totals. `paths`
lists and counts, `strongest` ranks without listing (the k best), `sample` draws, `prune` keeps the strongest part and
the rest as edges, `factored` and `formula` are the total as nested sums and products. Users, `why` and
pictures call it.
"""
