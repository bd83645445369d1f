"""Functions of JAX of all kinds, and what they are computed of; imported where JAX is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

RNG = np.random.default_rng(11)


def normal(*shape: int) -> Any:
    return RNG.normal(size=shape) / 2


def positive(size: int) -> Any:
    """Return a positive definite matrix."""
    root = normal(size, size)
    return root @ root.T + np.eye(size)


class Pair(NamedTuple):
    w: Any
    b: Any


@jax.tree_util.register_dataclass
@dataclass
class Layer:
    w: Any
    inner: dict[str, Any]


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def sevenfold(x: Any, factor: int) -> Any:
    return x * factor


sevenfold.defjvp(lambda factor, primals, tangents: (sevenfold(primals[0], factor), 7 * tangents[0]))


@jax.custom_vjp
def doubled(x: Any, count: Any) -> Any:
    return x * count, count + 1


doubled.defvjp(lambda x, count: (doubled(x, count), count), lambda count, adjoint: (adjoint[0] * count * 2, None))


@jax.custom_vjp
def crossed(x: Any, y: Any) -> Any:
    return x * y, x + y


crossed.defvjp(lambda x, y: (crossed(x, y), (x, y)), lambda kept, adjoint: (adjoint[0] * kept[1] * 2, adjoint[1]))


@jax.custom_vjp
def clipped_back(x: Any) -> Any:
    """A rule that is not linear in what flows back."""
    return x


clipped_back.defvjp(lambda x: (x, None), lambda kept, adjoint: (jnp.clip(adjoint, -0.1, 0.1),))


def counted_scan(w: Any, x: Any) -> Any:
    """A scan that carries a whole number, and gives numbers and whole numbers."""

    def step(carried: Any, row: Any) -> Any:
        count, state = carried
        state = jnp.tanh(state * w + row * count)
        return (count + 1, state), (count, state)

    (count, state), (counts, states) = lax.scan(step, (0, jnp.zeros(2)), x)
    return jnp.sum(state) * count + jnp.sum(states * counts[:, None])


def empty_scan(x: Any) -> Any:
    last, states = lax.scan(lambda carried, row: (carried * 2, row * carried), x[0], x[:0])
    return last + jnp.sum(states)


def branching_scan(x: Any) -> Any:
    return lax.scan(lambda c, a: (lax.cond(a > 0, lambda c: c * 2 + a, jnp.sin, c), None), x[0], x)[0]


def drawn(key: Any, x: Any) -> Any:
    return jnp.sum(x * jax.random.normal(jax.random.split(key)[0], x.shape))


def root(y: Any) -> Any:
    def solve(f: Any, start: Any) -> Any:
        return lax.fori_loop(0, 20, lambda _, x: x - f(x) / (3 * x**2), start)

    return lax.custom_root(lambda x: x**3 - y, 1.0, solve, lambda f, y: y / f(1.0))


def chosen(x: Any, power: int, kind: str) -> Any:
    """Arguments that choose, as no number of JAX could."""
    return jnp.sum(x**power) if kind == "sum" else sum(jnp.sin(x[0]) for _ in range(power))


def any_number(*xs: Any, **scales: Any) -> Any:
    return sum(jnp.sum(x) for x in xs) * scales["k"]


Program = tuple[Callable[..., Any], tuple[Any, ...]]

#: Those that broke once, or that nothing else is like.
QUICK: dict[str, Program] = {
    "complex numbers between": (lambda x: jnp.sum(jnp.real(jnp.exp(1j * x) * x)), (normal(3),)),
    "a scan of no turns": (empty_scan, (normal(3),)),
    "one of several results": (lambda x: jnp.sum(lax.top_k(x, 2)[0] * lax.top_k(x, 2)[1]), (normal(5),)),
    "custom_jvp with an argument that chooses": (lambda x: jnp.sum(sevenfold(x, 3)), (normal(3),)),
    "a dataclass": (
        lambda p, x: jnp.sum(x @ p.w + p.inner["b"][0]),
        (Layer(normal(2, 3), {"b": [normal(3)]}), normal(4, 2)),
    ),
    "arguments that choose": (chosen, (normal(3), 3, "sum")),
}

#: Those with a rule for reverse only, of which JAX has no tangents.
REVERSE: dict[str, Program] = {
    "custom_vjp with whole numbers": (lambda x: jnp.sum(doubled(x, 3)[0]) * doubled(x, 3)[1], (normal(3),)),
    "custom_vjp of which one result is used": (lambda x, y: jnp.sum(crossed(x, y)[0]), (normal(3), normal(3))),
    "custom_vjp in a loop": (lambda x: lax.scan(lambda c, a: (doubled(c, 2)[0] + a, None), 0.0, x)[0], (normal(3),)),
}

#: All others, behind the marker `slow`.
SLOW: dict[str, Program] = {
    "a scan that carries whole numbers": (counted_scan, (normal(2), normal(3, 2))),
    "a spectrum": (lambda x: jnp.sum(jnp.abs(jnp.fft.rfft(x)) ** 2 * np.arange(3)), (normal(4),)),
    "a key": (drawn, (jax.random.key(0), normal(3))),
    "any number of arguments": (lambda x, y: any_number(x, y, k=2.0), (normal(2), normal(2))),
    "a function that JAX made": (jax.jit(chosen, static_argnums=(1, 2)), (normal(3), 2, "other")),
    "eigenvectors": (
        lambda a: (lambda w, v: jnp.sum(w * v[0] ** 2 + jnp.sin(w)))(*jnp.linalg.eigh(a)),
        (positive(3),),
    ),
    "nested jit": (lambda x: jnp.sum(jax.jit(lambda y: jax.jit(jnp.tanh)(y) * y)(x)), (normal(3),)),
    "remat": (lambda x: jnp.sum(jax.checkpoint(lambda y: jnp.sin(jnp.sin(y)))(x)), (normal(3),)),
    "remat by a policy": (
        lambda x: jnp.sum(jax.checkpoint(lambda y: jnp.sin(y @ y), policy=jax.checkpoint_policies.dots_saveable)(x)),
        (normal(3, 3),),
    ),
    "a scan in a scan": (
        lambda x: lax.scan(lambda c, a: (lax.scan(lambda d, b: (jnp.tanh(d + b), None), c, a)[0], None), 0.0, x)[0],
        (normal(3, 2),),
    ),
    "a branch in a scan": (branching_scan, (normal(6),)),
    "switch": (lambda x: jnp.sum(lax.switch(2, [jnp.sin, jnp.cos, lambda x: x**3], x)), (normal(3),)),
    "fori": (lambda x: jnp.sum(lax.fori_loop(0, 4, lambda n, x: jnp.sin(x) * n + x, x)), (normal(3),)),
    "vmap": (lambda w, x: jnp.sum(jax.vmap(lambda row: jnp.tanh(row @ w) @ w)(x)), (normal(3, 3), normal(2, 3))),
    "vmap of a branch": (lambda x: jnp.sum(jax.vmap(branching_scan)(x)), (normal(2, 3),)),
    "vmap of a gradient": (lambda x: jnp.sum(jax.vmap(jax.grad(lambda a: jnp.sin(a) * a))(x)), (normal(4),)),
    "solve": (lambda a, b: jnp.sum(jnp.linalg.solve(a, b) ** 2), (positive(3), normal(3, 2))),
    "cholesky": (lambda a: jnp.sum(jnp.sin(jnp.linalg.cholesky(a))), (positive(3),)),
    "inv": (lambda a: jnp.sum(jnp.linalg.inv(a)), (positive(3),)),
    "det": (lambda a: jnp.linalg.det(a) + jnp.linalg.slogdet(a)[1], (positive(4),)),
    "svd": (lambda a: jnp.sum(jnp.abs(jnp.linalg.svd(a, full_matrices=False)[0])), (normal(3, 3),)),
    "qr": (lambda a: jnp.sum(jnp.abs(jnp.linalg.qr(a)[1])), (normal(3, 3),)),
    "expm": (lambda a: jnp.sum(jax.scipy.linalg.expm(a)), (normal(3, 3),)),
    "convolution": (
        lambda x, w: jnp.sum(lax.conv(x, w, (1, 1), "SAME") ** 2),
        (normal(1, 2, 5, 5), normal(3, 2, 3, 3)),
    ),
    "pooling": (
        lambda x: jnp.sum(lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2), (1, 2, 2), "VALID")),
        (normal(1, 4, 4),),
    ),
    "gather": (lambda x: jnp.sum(x[np.array([0, 0, 2])] ** 2), (normal(4),)),
    "scatter": (
        lambda x, y: jnp.sum(x.at[np.array([0, 2])].set(y) ** 2 + x.at[np.array([0, 0])].add(y) + x.at[1].mul(y[0])),
        (normal(4), normal(2)),
    ),
    "sort": (lambda x: jnp.sum(jnp.sort(x) * np.arange(4) + x[jnp.argsort(x)] ** 2), (normal(4),)),
    "sort by keys": (lambda x, y: jnp.sum(lax.sort((x, y), num_keys=1)[1] * np.arange(4)), (normal(4), normal(4))),
    "cumulative": (
        lambda x: jnp.sum(jnp.cumsum(x) ** 2 + jnp.cumprod(x) + lax.cumlogsumexp(x) + lax.cummax(x)),
        (normal(5),),
    ),
    "associative_scan": (
        lambda x: jnp.sum(lax.associative_scan(lambda a, b: (a[0] * b[0], a[1] * b[0] + b[1]), (x, x + 1))[1] ** 2),
        (normal(7),),
    ),
    "custom_root": (root, (2.0,)),
    "custom_linear_solve": (
        lambda a, b: jnp.sum(
            lax.custom_linear_solve(
                lambda x: a @ x, b, lambda _, b: jnp.linalg.solve(a, b), lambda _, b: jnp.linalg.solve(a.T, b)
            )
        ),
        (positive(3), normal(3)),
    ),
    "conjugate gradients": (
        lambda a, b: jnp.sum(jax.scipy.sparse.linalg.cg(lambda x: a @ x, b)[0]),
        (positive(3), normal(3)),
    ),
    "stop_gradient": (lambda x: jnp.sum(x * lax.stop_gradient(jnp.sin(x))), (normal(3),)),
    "a sample with a gradient": (lambda k, x: jnp.sum(jax.random.gamma(k, jnp.exp(x))), (jax.random.key(0), normal(3))),
    "a named tuple": (lambda p, x: jnp.sum(jnp.tanh(x @ p.w + p.b)), (Pair(normal(2, 3), normal(3)), normal(4, 2))),
    "keys of a dict that are numbers": (lambda p: jnp.sum(p[0] * p[1]), ({0: normal(2), 1: normal(2), 2: None},)),
    "nothing in an array": (lambda x, y: jnp.sum(x) + jnp.sum(y), (np.zeros((0, 3)), normal(2))),
    "where, safe": (lambda x: jnp.sum(jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), 0.0)), (normal(5),)),
    "einsum": (lambda a, b: jnp.sum(jnp.einsum("ij,jk->ki", a, b) ** 2), (normal(2, 3), normal(3, 2))),
    "complex numbers carried": (
        lambda x: jnp.real(lax.scan(lambda c, a: (c * jnp.exp(1j * a), None), 1.0 + 0j, x)[0]),
        (normal(4),),
    ),
    "eigenvalues that are complex": (lambda a: jnp.sum(jnp.abs(jnp.linalg.eigvals(a))), (normal(3, 3),)),
    "special functions": (
        lambda x: jnp.sum(jax.scipy.special.erf(x) + jax.scipy.special.gammaln(x + 3)),
        (normal(4),),
    ),
    "a Hessian": (lambda x: jnp.sum(jax.hessian(lambda y: jnp.sum(jnp.sin(y) * y[::-1]))(x)), (normal(3),)),
    "the gradient of a scan": (lambda x: jnp.sum(jax.grad(branching_scan)(x)), (normal(4),)),
    "slices where a number says": (
        lambda x, n: jnp.sum(lax.dynamic_slice(x, (n,), (2,)) ** 2 + lax.dynamic_update_slice(x, x[:2], (n,))[:2]),
        (normal(5), np.array(1)),
    ),
    "statistics": (lambda x: jnp.median(x) + jnp.var(x) + jnp.std(x) + jnp.quantile(x, 0.3), (normal(5),)),
    "a printed number": (lambda x: (jax.debug.callback(lambda _: None, x), jnp.sum(x**2))[1], (normal(3),)),
    "kinks": (lambda x: jnp.sum(jnp.round(x) + jnp.floor(x) + jnp.sign(x) + jnp.clip(x, -0.2, 0.2)), (normal(3),)),
    "part of a split": (lambda x: jnp.sum(jnp.split(x, 3)[1] ** 2), (normal(6),)),
    "sums by segment": (lambda x: jnp.sum(jax.ops.segment_sum(x, np.array([0, 0, 1]), 2) ** 2), (normal(3),)),
    "attention": (
        lambda q, k: jnp.sum(jax.nn.dot_product_attention(q, k, k)),
        (normal(1, 3, 2, 4), normal(1, 3, 2, 4)),
    ),
}
ACTIVATIONS = (
    "relu relu6 gelu silu softplus elu celu selu softmax log_softmax logsumexp sigmoid log_sigmoid hard_tanh "
    "leaky_relu glu standardize squareplus mish soft_sign hard_silu sparse_plus"
)


def _activation(name: str) -> Callable[..., Any]:
    return lambda x: jnp.sum(jnp.sin(getattr(jax.nn, name)(x)))


SLOW.update({name: (_activation(name), (normal(2, 4),)) for name in ACTIVATIONS.split()})
