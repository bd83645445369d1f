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
    """Have each pass of this thread that is made in parts tell how far it is; None has it tell nobody.

    Passes lie below every question, and one question makes several, so that who watches is no argument of theirs.

    Examples
    --------
    >>> told = []
    >>> with watched(lambda done, edges: told.append(f"{done} of {edges}")):
    ...     tell(2, 4)
    ...     tell(4, 4)
    >>> tell(1, 4)
    >>> told
    ['2 of 4', '4 of 4']
    """
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
