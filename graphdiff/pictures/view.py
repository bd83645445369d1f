"""What fits: how many nodes and edges a picture shows, which way it runs, and the box that it is laid out in."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypedDict, get_args

from graphdiff.errors import UsageError
from graphdiff.remedies import Keyword

__all__ = ["DPI", "FITS", "View", "Viewing", "view_of"]

Direction: TypeAlias = Literal["TB", "LR", "BT"]
FitName: TypeAlias = Literal["slide", "page", "poster"]

#: Dots to the inch of a PNG: twice the 72 of an SVG, so that small text stays legible.
DPI = 144
#: No picture is shrunk below this part of its size: text of 10 points is then 9 dots of a PNG high.
LEAST_SCALE = 0.46
#: Where one way fits so well the other is not tried.
GOOD_SCALE = 0.75


@dataclass(frozen=True)
class Fit:
    """A box that a picture is laid out in.

    Attributes
    ----------
    width, height : int
        In dots of a PNG, 144 to the inch.
    max_nodes, max_edges : int
        How many of each one can still read in it.
    """

    width: int
    height: int
    max_nodes: int
    max_edges: int


FITS: dict[str, Fit] = {
    "slide": Fit(1600, 1200, 30, 60),
    "page": Fit(1080, 1440, 30, 60),
    "poster": Fit(4752, 3312, 80, 150),
}


class Viewing(TypedDict, total=False):
    """The options of whatever draws, as keywords."""

    max_nodes: int | None
    coverage: float
    direction: Direction | None
    fit: FitName
    max_edges: int | None


@dataclass(frozen=True)
class View:
    """What a picture shows at most, and how it is laid out.

    Attributes
    ----------
    fit : Fit
    max_nodes, max_edges : int
    coverage : float
        The part of the answer that is to pass nodes that are drawn between the ends.
    direction : {"TB", "LR", "BT"} or None
        None is from top to bottom, or from left to right where only that fits.
    max_ends : (int, int)
        So many sources, and so many targets, are drawn whatever passes them; of more only the first `least_ends`.
    least_ends : int
    has_boxes : bool
        Whether nodes between the same others are drawn as one where there are too many.
    max_joins : int or None
        Where walks go round, in so many steps at most all of them can be summed again by what shows the picture.
    progress : callable or None
        Is told how many nodes have been gone through, and of how many, while those that are not drawn are eliminated.
    """

    fit: Fit
    max_nodes: int
    max_edges: int
    coverage: float
    direction: Direction | None
    max_ends: tuple[int, int]
    least_ends: int = 0
    has_boxes: bool = True
    max_joins: int | None = None
    progress: Callable[[int, int | None], None] | None = None

    @property
    def directions(self) -> Sequence[Direction]:
        """The directions to try, the best first."""
        return (self.direction,) if self.direction else ("TB", "LR")

    def scale(self, width: float, height: float) -> float:
        """Return by what a drawing of this size, in points, is to be multiplied to fit: at most 1."""
        return min(1.0, self.fit.width / (width * DPI / 72), self.fit.height / (height * DPI / 72))


def view_of(
    *,
    max_nodes: int | None = None,
    coverage: float = 0.9,
    direction: Direction | None = None,
    fit: FitName = "slide",
    max_edges: int | None = None,
) -> View:
    """Return the view that some options ask for.

    Raises
    ------
    UsageError
        If one of them is no number of nodes, no part, no direction or no box.

    Examples
    --------
    >>> view_of(fit="poster").max_nodes, view_of(max_nodes=12).fit.width
    (80, 1600)
    """
    for name, value, known in (("direction", direction, get_args(Direction)), ("fit", fit, FITS)):
        if value is not None and value not in known:
            raise UsageError(Keyword(name, value), f": use one of {', '.join(known)}")
    if max_edges is not None:
        warnings.warn("max_edges= goes with the next version: write max_nodes=", DeprecationWarning, stacklevel=4)
    for name, number, least in (("max_nodes", max_nodes, 2), ("max_edges", max_edges, 1)):
        if number is not None and number < least:
            raise UsageError(Keyword(name, number), f": at least {least}")
    if not 0 <= coverage <= 1:
        raise UsageError(Keyword("coverage", coverage), ": a part between 0 and 1")
    box = FITS[fit]
    n_nodes = max_nodes or box.max_nodes
    n_ends = max(1, n_nodes // 4)
    return View(box, n_nodes, max_edges or box.max_edges, coverage, direction, (n_ends, n_ends))
