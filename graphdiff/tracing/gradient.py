"""`gradient`: the gradient of a function of arrays, in the shape of its input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphdiff.errors import UsageError
from graphdiff.remedies import Keyword
from graphdiff.tracing import trace

__all__ = ["gradient"]


def gradient(
    program: Callable[..., Any], /, *args: Any, arrays: str = "whole", backend: str | None = None, **kwargs: Any
) -> Any:
    """Return the gradient of what a function returns, one number, by its inputs.

    Parameters
    ----------
    program, *args, arrays, backend, **kwargs
        As `graphdiff.trace` takes them; arrays are kept whole.

    Returns
    -------
    array, or dict of str to array
        Of one input its gradient, in its shape; of several each by the name of the input. What does not matter is 0.

    Raises
    ------
    The errors of `graphdiff.trace`.
    UsageError
        If it returns something else than one number: ``trace(…).reverse(cotangent)`` takes any; or if `arrays` is
        anything but ``"whole"``.

    Examples
    --------
    >>> import numpy as np
    >>> gradient(lambda x: np.sum(x**2), np.array([1.0, 2.0]))
    array([2., 4.])
    >>> gradient(lambda x, y: x @ y, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    {'x': array([3., 4.]), 'y': array([1., 2.])}
    """
    if arrays != "whole":
        raise UsageError(
            Keyword("arrays", arrays), ": of scalars the gradient is graphdiff.reverse(graphdiff.trace(…), output)"
        )
    net = trace(program, *args, arrays=arrays, backend=backend, **kwargs)
    swept = net.reverse()
    gradients = {name: swept[name] for name in net.inputs if name in swept}
    return next(iter(gradients.values())) if len(gradients) == 1 else gradients
