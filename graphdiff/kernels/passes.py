"""How far a pass over edges that lie on the disk is: what takes long tells it, who wants to know watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["tell", "watched"]

#: Called as (edges done, edges of this pass).
Progress = Callable[[int, int | None], None]
_watcher: ContextVar[Progress | None] = ContextVar("_watcher", default=None)


@contextmanager
def watched(progress: Progress | None) -> Iterator[None]:
    """Have each pass over edges that lie on the disk tell how far it is.

    For questions of a large saved graph that take no ``progress=``: one question makes several passes, each from 0 to
    all of its edges, one after the other. Without numba, sweeps are made by numpy, and tell nobody. It holds in the
    ``with`` block, for the thread that opens it. What `progress` raises ends the question.

    Parameters
    ----------
    progress : callable or None
        Called as ``progress(done, edges)``, with how many of the edges of a pass are done, after each million or so and
        at its end. None has nobody told, within another block, too.

    Examples
    --------
    >>> told = []
    >>> with watched(lambda done, edges: told.append(f"{done} of {edges}")):
    ...     tell(2, 4)  # as a pass does
    ...     tell(4, 4)
    >>> tell(1, 4)
    >>> told
    ['2 of 4', '4 of 4']
    """
    # Passes lie below every question: who watches is no argument of theirs.
    token = _watcher.set(progress)
    try:
        yield
    finally:
        _watcher.reset(token)


def tell(done: int, n_edges: int) -> None:
    """Tell who watches how many edges of a pass are done."""
    progress = _watcher.get()
    if progress is not None:
        progress(done, n_edges)
