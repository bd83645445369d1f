"""How far what was sampled, or what differs from run to run, can be from what another run would say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.profiles.stacks import Stacks

__all__ = ["ERRORS", "T", "deviation", "of_stacks", "quantum", "scatter", "widest"]

#: Within so many standard errors a change is noise.
ERRORS = 2.0
#: Student's t at 97.5 %, by degrees of freedom from 1 on: so many standard errors are sure of a few runs.
T = (12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


def quantum(graph: nx.DiGraph) -> float | None:
    """Return what one sample of a profile stands for; None where it was not sampled, or does not say that.

    Samples fall where they fall: their number has itself for its variance (Poisson), so that what they measured has
    itself times this.

    Examples
    --------
    >>> quantum(nx.DiGraph(kind="sampled", unit="s", total=2.0, samples=200)), quantum(nx.DiGraph(kind="counted"))
    (0.01, None)
    """
    if graph.graph.get("kind") != "sampled":
        return None
    samples, total = graph.graph.get("samples"), graph.graph.get("total")
    if samples and total:
        return float(total) / float(samples)
    return 1.0 if graph.graph.get("unit") == "samples" else None


def of_stacks(graph: nx.DiGraph, stacks: Stacks) -> NDArray[np.float64] | None:
    """Return the variance of what was measured with each of the stacks of a profile; None where it is not known."""
    each = quantum(graph)
    own = np.asarray(stacks.own, dtype=np.float64)
    if each is None or stacks.samples is None:
        return None if each is None else own * each
    return own**2 / np.maximum(stacks.samples, 1)


def deviation(variance: float | None) -> float | None:
    """Return how far a number with this variance can be from 0 by chance.

    Examples
    --------
    >>> deviation(25.0)
    10.0
    """
    return None if variance is None else ERRORS * float(variance**0.5)


def scatter(changes: Sequence[Any]) -> float | None:
    """Return how far the mean of some changes, each from another run before, can be from 0 by chance; None of one.

    The run after is taken to differ from its like as much as those before do.

    References
    ----------
    W. S. Gosset ("Student"), "The probable error of a mean", Biometrika 6 (1908).

    Examples
    --------
    >>> round(scatter([1.0, 2.0, 3.0]), 2), scatter([1.0])
    (4.97, None)
    """
    n = len(changes)
    if n < 2:
        return None
    spread = float(np.std([float(change) for change in changes], ddof=1))
    return (T[n - 2] if n - 2 < len(T) else ERRORS) * spread * float((1 + 1 / n) ** 0.5)


def widest(*margins: float | None) -> float | None:
    """Return the largest of some margins, None where none is known.

    Examples
    --------
    >>> widest(None, 2.0, 3.0), widest(None)
    (3.0, None)
    """
    return max((margin for margin in margins if margin is not None), default=None)
