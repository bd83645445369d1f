"""Computations of whole arrays: every node an operation, every edge a linear map given by its two products.

In come operations as `graphdiff.trace` makes them, out go arrays, and graphs of what flows. `network` holds an
`Operations`, `sweeps` are forward and reverse over it, `ends` says what is put in at either end, `flow` what passes
each edge: the contribution, one number an edge, exact and without a Jacobian. `space` is what this asks of the arrays
of numpy, JAX and PyTorch, none of which it imports.
"""
