"""Profiles: call graphs whose edges were measured, and the stacks that they were measured on.

In come arrays and what readers have measured, none of it from a file; out go networkx graphs and results. `stacks` is
the prefix tree of what was seen, `call_graph` the one place where a profile is made of stacks or of measured calls.
`costs` says for whom a function spends, `ranges` what edges allow of it, `spent` and `ranking` are the answers of `why`
and `rank`.
"""
