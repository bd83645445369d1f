"""Profiles: call graphs whose edges were measured, and the stacks that they were measured on.

Arrays and networkx graphs come in, none of it from a file: the readers of `graphdiff.io` call `call_graph`. `stacks` is
the prefix tree of what was seen, `call_graph` the one place where a profile is made of stacks or of measured calls.
"""
