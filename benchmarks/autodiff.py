"""(8) The same gradient by tools for automatic differentiation: a graph of scalars, each a weighted sum of others."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import numba  # noqa: F401, loaded at the start as after any large graph: all kernels are compiled

import graphdiff as gd
from benchmarks.graphs import scattered
from benchmarks.report import Row, Size, compare
from benchmarks.timing import Contestant


def run(size: Size) -> Iterator[Row]:
    """Time the gradient of the last node in all others; building the graph, or tracing and compiling it, is not."""
    arrays = scattered(max(20, size.of(200)), max(50, size.of(1_000)))
    graph = gd.compile(arrays.to_networkx())
    calls = {"graphdiff": lambda: gd.reverse(graph, arrays.target), **peers(graph, arrays.target)}
    yield from compare("gradient of one output", f"(d) {arrays.text}", calls, size)


def peers(graph: gd.CompiledGraph, target: int) -> dict[str, Contestant]:
    """Return the gradient of `target` in every position by what is installed."""
    return _torch(graph, target) | _jax(graph, target)


def _steps(graph: gd.CompiledGraph) -> list[list[tuple[int, float]]]:
    """Return what each position is a sum of, as ``(tail, weight)``."""
    steps: list[list[tuple[int, float]]] = [[] for _ in range(graph.n_nodes)]
    for tail, head, weight in zip(graph.tails.tolist(), graph.heads.tolist(), graph.weights, strict=True):
        steps[head].append((tail, float(weight)))
    return steps


def _torch(graph: gd.CompiledGraph, target: int) -> dict[str, Contestant]:
    if not find_spec("torch"):
        return {}
    import torch

    inputs = [torch.ones((), dtype=torch.float64, requires_grad=True) for _ in range(graph.n_nodes)]
    values: list[torch.Tensor] = []
    for start, terms in zip(inputs, _steps(graph), strict=True):
        values.append(sum((values[tail] * weight for tail, weight in terms), start=start))
    last = values[graph.topology.position(target)]
    return {"torch backward": lambda: torch.autograd.grad(last, inputs, retain_graph=True)}


def _jax(graph: gd.CompiledGraph, target: int) -> dict[str, Contestant]:
    if not find_spec("jax"):
        return {}
    import jax

    jax.config.update("jax_enable_x64", True)
    steps, last = _steps(graph), graph.topology.position(target)

    def program(inputs: jax.Array, weights: jax.Array) -> jax.Array:
        """The weights are an argument, so that nothing is computed while this is compiled."""
        values: list[jax.Array] = []
        edge = 0
        for place, terms in enumerate(steps):
            values.append(inputs[place])
            for tail, _ in terms:
                values[-1] += values[tail] * weights[edge]
                edge += 1
        return values[last]

    gradient = jax.jit(jax.grad(program))
    weights = [weight for terms in steps for _, weight in terms]
    inputs = jax.numpy.ones(graph.n_nodes), jax.numpy.array(weights)
    return {"jax.grad, compiled by jit": lambda: gradient(*inputs).block_until_ready()}
