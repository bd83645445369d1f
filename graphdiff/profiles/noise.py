"""How far what was sampled, or what differs from run to run, can be from what another run would say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.profiles.stacks import Stacks

__all__ = ["ERRORS", "QUANTUM", "T", "deviation", "of_stacks", "quantum", "scatter", "students", "widest"]

#: Within so many standard errors a change is noise.
ERRORS = 2.0
#: What a profile that is a mean or a part of others says of it, where its own samples do not.
QUANTUM = "quantum"
#: Student's t at 97.5 %, by degrees of freedom from 1 on: so many standard errors are sure of a few runs.
T = (12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


def quantum(graph: nx.DiGraph) -> float | None:
    """Return what one sample of a profile stands for; None where it was not sampled, or does not say that.

    Samples fall where they fall: their number has itself for its variance (Poisson), so that what they measured has
    itself times this. The mean of n runs has an n-th of that variance, and so an n-th of
    what one sample stands for.

    Examples
    --------
    >>> quantum(nx.DiGraph(kind="sampled", unit="s", total=2.0, samples=200)), quantum(nx.DiGraph(kind="counted"))
    (0.01, None)
    """
    if graph.graph.get("kind") != "sampled":
        return None
    if QUANTUM in graph.graph:
        return float(graph.graph[QUANTUM])
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


def scatter(befores: Sequence[Any], afters: Sequence[Any] = ()) -> float | None:
    """Return how far a mean of changes can be from 0 by how runs differ; None where there is one run on either side.

    Of several runs on both sides that is Welch's interval (95 %). The one run of a side is taken to differ from its
    like as much as those of the other do.

    Parameters
    ----------
    befores : sequence of numbers
        The change from each run before to the mean after.
    afters : sequence of numbers, optional
        The change from the mean before to each run after.

    References
    ----------
    W. S. Gosset ("Student"), "The probable error of a mean", Biometrika 6 (1908).
    B. L. Welch, "The generalization of 'Student's' problem when several different population variances are involved",
    Biometrika 34 (1947).

    Examples
    --------
    >>> round(scatter([1.0, 2.0, 3.0]), 2), scatter([1.0]), round(scatter([1.0, 2.0, 3.0], [2.0, 3.0, 4.0]), 2)
    (4.97, None, 2.27)
    """
    sets = [list(map(float, changes)) for changes in (befores, afters) if len(changes) > 1]
    if not sets:
        return None
    errors = [float(np.var(changes, ddof=1)) / len(changes) for changes in sets]
    if len(sets) == 1:
        n = len(sets[0])
        return students(n - 1) * float((errors[0] * (n + 1)) ** 0.5)
    below = sum(error**2 / (len(changes) - 1) for error, changes in zip(errors, sets, strict=True))
    return students(sum(errors) ** 2 / below) * float(sum(errors) ** 0.5) if below else 0.0


def students(freedom: float) -> float:
    """Return Student's t at 97.5 %: so many standard errors are sure; of degrees between whole numbers, the lower one.

    References
    ----------
    M. Abramowitz, I. Stegun, *Handbook of Mathematical Functions* (1964), 26.7.5.

    Examples
    --------
    >>> students(2.9), round(students(20.0), 3)
    (4.303, 2.086)
    """
    if freedom < len(T) + 1:
        return T[max(1, int(freedom + 1e-9)) - 1]
    z = 1.959964
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def widest(*margins: float | None) -> float | None:
    """Return the largest of some margins, None where none is known.

    Examples
    --------
    >>> widest(None, 2.0, 3.0), widest(None)
    (3.0, None)
    """
    return max((margin for margin in margins if margin is not None), default=None)
