"""Gradient descent by trace and reverse
=====================================

Gradient descent by trace and reverse, beside the same in plain numpy: least squares, then a net of two layers.

A loss is a Python function of its parameters. Tracing it at a point gives the graph of all that was computed, and one
reverse pass over that graph the gradient. The formulas beside it are those that one derives by hand; the two
gradients are compared at every step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

import graphdiff as gd

Arrays = list[np.ndarray]
Loss = Callable[..., object]


def gradient(loss: Loss, parameters: Sequence[np.ndarray]) -> tuple[float, Arrays]:
    """Return the loss and its gradient with respect to each array of parameters."""
    graph = gd.trace(loss, *parameters)
    (output,) = graph.graph["outputs"]
    adjoints = gd.reverse(graph, output)
    flat = np.array([adjoints[name] for name in graph.graph["inputs"]])
    ends = np.cumsum([array.size for array in parameters])[:-1]
    parts = [part.reshape(array.shape) for part, array in zip(np.split(flat, ends), parameters, strict=True)]
    return float(graph.nodes[output]["value"]), parts


def descend(
    title: str, loss: Loss, by_hand: Callable[[Arrays], Arrays], start: Arrays, *, rate: float, steps: int
) -> Arrays:
    """Go downhill and print the loss; the gradient by hand is held against the traced one."""
    parameters, farthest = start, 0.0
    print(title)
    for step in range(steps + 1):
        value, gradients = gradient(loss, parameters)
        farthest = max(farthest, *(np.abs(a - b).max() for a, b in zip(gradients, by_hand(parameters), strict=True)))
        if step % (steps // 5) == 0:
            print(f"  step {step:3}  loss {value:.6f}")
        parameters = [array - rate * slope for array, slope in zip(parameters, gradients, strict=True)]
    print(f"  the gradients by trace and by hand differ by at most {farthest:.0e}")
    return parameters


def least_squares() -> None:
    """Fit a line to five points of y = 2 x - 1, with some noise."""
    x = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    y = np.array([-3.1, -1.9, -1.0, 0.1, 0.9])

    def loss(slope: float, offset: float) -> object:
        residual = slope * x + offset - y
        return np.mean(residual * residual)

    def by_hand(parameters: Arrays) -> Arrays:
        slope, offset = parameters
        residual = slope * x + offset - y
        return [2 * np.mean(residual * x), 2 * np.mean(residual)]

    start = [np.array(0.0), np.array(0.0)]
    slope, offset = descend("A line through five points", loss, by_hand, start, rate=0.5, steps=20)
    exact, _, _, _ = np.linalg.lstsq(np.stack([x, np.ones(5)], axis=1), y, rcond=None)
    print(f"  found y = {slope:.4f} x + {offset:.4f}, by lstsq {exact[0]:.4f} x + {exact[1]:.4f}")


def two_layers() -> None:
    """Teach a net of two layers the exclusive or of two inputs."""
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]).T
    y = np.array([[-1.0, 1.0, 1.0, -1.0]])
    random = np.random.default_rng(1)

    def loss(w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray) -> object:
        hidden = np.tanh(w1 @ x + b1)
        error = np.tanh(w2 @ hidden + b2) - y
        return np.mean(error * error)

    def by_hand(parameters: Arrays) -> Arrays:
        w1, b1, w2, b2 = parameters
        hidden = np.tanh(w1 @ x + b1)
        out = np.tanh(w2 @ hidden + b2)
        late = 2 * (out - y) / y.size * (1 - out**2)
        early = w2.T @ late * (1 - hidden**2)
        return [early @ x.T, early.sum(axis=1, keepdims=True), late @ hidden.T, late.sum(axis=1, keepdims=True)]

    start = [random.normal(size=shape) for shape in ((3, 2), (3, 1), (1, 3), (1, 1))]
    w1, b1, w2, b2 = descend("A net of two layers for the exclusive or", loss, by_hand, start, rate=0.5, steps=100)
    print("  output", np.round(np.tanh(w2 @ np.tanh(w1 @ x + b1) + b2), 2).tolist()[0])


if __name__ == "__main__":
    least_squares()
    two_layers()
