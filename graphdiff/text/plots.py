"""Two plots, for where people would rather look: the steps from one number to another, and sizes over distances.

Colours are of Okabe and Ito's palette, which tell apart whoever sees them ("Color Universal Design", 2008), and nothing
is said by colour alone: steps have their signs, lines their names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from graphdiff.arithmetic import Number
from graphdiff.errors import MissingExtraError, UsageError
from graphdiff.remedies import Keyword
from graphdiff.text.numbers import shorten, shown, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Of what raises a number, of what lowers it, and of what stands still.
UP, DOWN, STILL = "#0072B2", "#D55E00", "#666666"
#: How long a name beside a bar may be.
NAME = 44


def axes_of(axes: Axes | None, height: float) -> Axes:
    """Return the axes to draw on, by default those of a new figure of that height in inches.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    if axes is not None:
        return axes
    try:
        from matplotlib import pyplot
    except ImportError:
        raise MissingExtraError("matplotlib", "plot") from None
    made: Axes = pyplot.subplots(figsize=(8, height), layout="constrained")[1]
    return made


def waterfall(
    ends: tuple[Number, Number],
    steps: Sequence[tuple[str, Number]],
    top: int,
    *,
    unit: str,
    title: str,
    axes: Axes | None,
) -> Axes:
    """Draw how one number becomes another: a bar for each, and between them one a step that begins where the last ends.

    Parameters
    ----------
    ends : (number, number)
        Before and after.
    steps : sequence of (str, number)
        What each did: together the change.
    top : int
        The first so many have bars of their own, all others one together.
    unit : str
        Of all numbers, with what they are.
    title : str
    axes : matplotlib.axes.Axes or None
    """
    steps = _first_steps(steps, top)
    before, after = map(_real, ends)
    sizes = [_real(step) for _, step in steps]
    axes = axes_of(axes, 1.5 + 0.3 * (len(steps) + 2))
    starts = [0.0, *(math.fsum([before, *sizes[:place]]) for place in range(len(sizes))), 0.0]
    widths = [before, *sizes, after]
    colours = [STILL, *(UP if size > 0 else DOWN for size in sizes), STILL]
    bars = axes.barh(range(len(widths)), widths, left=starts, color=colours, height=0.7)
    labels = [shown(ends[0]), *(signed(step) for _, step in steps), shown(ends[1])]
    axes.bar_label(bars, [_plain(label) for label in labels], padding=4, fontsize="small")
    names = ["before", *(shorten(name, NAME) for name, _ in steps), "after"]
    axes.set_yticks(range(len(widths)), [_plain(name) for name in names])
    axes.invert_yaxis()
    axes.axvline(0, color=STILL, linewidth=0.8)
    axes.use_sticky_edges = False  # else a label at the end of the longest bar has no room
    axes.margins(x=0.15)
    axes.set_xlabel(_plain(unit))
    axes.set_title(_plain(title), loc="left", fontsize="medium", wrap=True)
    return axes


def _first_steps(steps: Sequence[tuple[str, Number]], top: int) -> list[tuple[str, Number]]:
    """Return the first `top` steps, and one for all others, so that they still sum to the change.

    Examples
    --------
    >>> _first_steps([("a", 5), ("b", 3), ("c", 2), ("d", -1)], 2)
    [('a', 5), ('b', 3), ('2 others', 1)]
    """
    if not isinstance(top, int) or top < 1:
        raise UsageError(Keyword("top", top), ": a number of steps, at least 1")
    if len(steps) <= top:
        return list(steps)
    rest = [step for _, step in steps[top:]]
    return [*steps[:top], (f"{len(rest):,} others", sum(rest[1:], start=rest[0]))]


def flow(
    depths: Sequence[int],
    sizes: Mapping[str, Sequence[float | None]],
    limits: Mapping[str, float],
    *,
    unit: tuple[str, str],
    title: str,
    axes: Axes | None,
) -> Axes:
    """Draw sizes over distances on a logarithmic scale: a median between the smallest and the largest, and limits.

    Parameters
    ----------
    depths : sequence of int
    sizes : mapping of "smallest", "median" and "largest" to one number a depth
        What has no logarithm is left out.
    limits : mapping of name to number
    unit : (str, str)
        What stands at the two axes.
    title : str
    axes : matplotlib.axes.Axes or None
    """
    axes = axes_of(axes, 4.5)
    low, median, high = ([_positive(size) for size in sizes[name]] for name in ("smallest", "median", "largest"))
    axes.fill_between(depths, low, high, color=UP, alpha=0.2, linewidth=0, label="smallest to largest")
    axes.plot(depths, median, color=UP, marker="o", markersize=4, label="median")
    for (name, limit), style in zip(limits.items(), ("--", ":"), strict=True):
        axes.axhline(limit, color=DOWN, linestyle=style, label=f"{name} {limit:g}")
    axes.set_yscale("log")
    axes.locator_params(axis="x", integer=True)
    axes.set_xlabel(unit[0])
    axes.set_ylabel(unit[1])
    axes.set_title(_plain(title), loc="left", fontsize="medium", wrap=True)
    axes.legend(fontsize="small")
    return axes


def _real(number: Number) -> float:
    """Return a number as a float."""
    try:
        size = float(number)
    except (TypeError, ValueError, OverflowError):
        size = math.nan
    if not math.isfinite(size):
        raise UsageError(f"{shown(number)} cannot be drawn to scale: a plot needs real numbers within the floats")
    return size


def _positive(size: float | None) -> float:
    return size if size is not None and 0 < size < math.inf else math.nan


def _plain(text: str) -> str:
    r"""Return a text of which matplotlib takes nothing for a formula.

    Examples
    --------
    >>> print(_plain("a$x$b"))
    a\$x\$b
    """
    return text.replace("$", r"\$")
