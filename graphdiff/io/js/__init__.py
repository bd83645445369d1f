"""Lock files and reports of JavaScript's tools: npm, pnpm, yarn, bun, dependency-cruiser.

In come bytes, out go networkx graphs; the table of formats calls a function of each.
"""
