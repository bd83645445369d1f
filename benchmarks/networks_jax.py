"""(10) Whole arrays as nodes, in JAX and in numpy: what passes every edge, beside the libraries' own gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np

import graphdiff as gd
from benchmarks.report import Row, Size, compare

#: Inputs, three hidden layers and outputs: eight million parameters; and examples at a time.
WIDTHS = (1024, 1808, 1808, 1808, 10)
BATCH = 64


def in_jax(size: Size) -> Iterator[Row]:
    """Time a perceptron in float32, with what JAX does without compiling a function as a whole."""
    if not find_spec("jax"):
        return
    import jax
    import jax.numpy as jnp

    rng = np.random.default_rng(0)
    widths = [size.of(width) for width in WIDTHS]
    shapes = list(pairwise(widths))
    params = [
        (jnp.asarray(rng.normal(size=shape) / np.sqrt(shape[0]), jnp.float32), jnp.zeros(shape[1], jnp.float32))
        for shape in shapes
    ]
    x = jnp.asarray(rng.normal(size=(BATCH, widths[0])), jnp.float32)

    def loss(params: Any, x: Any) -> Any:
        for w, b in params[:-1]:
            x = jnp.tanh(x @ w + b)
        w, b = params[-1]
        return jnp.mean((x @ w + b) ** 2)

    def own() -> None:
        with jax.disable_jit():
            jax.block_until_ready(jax.grad(loss, (0, 1))(params, x))

    net = gd.trace(loss, params, x, backend="jax")
    count = sum(w.size + b.size for w, b in params)
    title = f"perceptron {'-'.join(map(str, widths))}, {count:,} parameters, batch {BATCH}"
    calls = {"graphdiff": lambda: net.contributions("x"), "jax.grad, jit off": own}
    yield from compare("contributions of all edges", title, calls, size)


def in_numpy(size: Size) -> Iterator[Row]:
    """Time the trace of a small net of numpy arrays beside the gradient of HIPS autograd."""
    if not find_spec("autograd"):
        return
    import autograd
    import autograd.numpy as watched

    rng = np.random.default_rng(0)
    shapes = ((32, 20), (20, 30), (30, 30), (30, 10))
    args = [rng.normal(size=shape) / 4 for shape in shapes]
    loss, own = _net(np), autograd.grad(_net(watched), (0, 1, 2, 3))
    calls = {"graphdiff": lambda: gd.trace(loss, *args, arrays="whole"), "autograd, gradient": lambda: own(*args)}
    yield from compare("trace of whole arrays", "net 20-30-30-10 with a skip, batch 32", calls, size)


def _net(library: Any) -> Callable[..., Any]:
    """Return a net with a skip and a cross entropy, by numpy or what watches it."""

    def loss(x: Any, w1: Any, w2: Any, w3: Any) -> Any:
        h = library.tanh(x @ w1)
        h = library.tanh(h @ w2) + h
        z = h @ w3
        top = library.max(z, axis=1, keepdims=True)
        return library.mean(library.log(library.sum(library.exp(z - top), axis=1)) + top[:, 0] - z[:, 0])

    return loss
