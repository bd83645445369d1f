"""Readers of profiles: what profilers record, and call graphs of static analysis.

In come bytes, out go networkx graphs; the table of formats calls a function of each. A profile is made by
`graphdiff.profiles.call_graph` and nothing else.
"""
