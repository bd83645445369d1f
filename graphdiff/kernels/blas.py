"""BLAS on one thread, where several would take longer.

Threads of OpenBLAS wait for each other by spinning. Where other work keeps the cores busy, each waits for one that does
not run: on two such cores 60 inverses of 200 rows took 16 to 26 s with two threads, 0.7 to 0.9 s with one. Beyond some
thousands of rows both took about as long, and on idle cores two take half as long as one.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from typing import Any

#: Matrices of fewer rows have no threads, and those of more may have them.
ROWS = 60, 2_000


@cache
def _switch() -> tuple[Callable[[], int], Callable[[int], Any]] | None:
    """Return what tells and what sets how many threads numpy's OpenBLAS takes; None where it has another BLAS."""
    with suppress(ImportError, OSError):
        library = ctypes.CDLL(str(import_module("numpy.linalg._umath_linalg").__file__))
        for name in ("scipy_openblas_{}_num_threads64_", "openblas_{}_num_threads64_", "openblas_{}_num_threads"):
            with suppress(AttributeError):
                return getattr(library, name.format("get")), getattr(library, name.format("set"))
    return None


@contextmanager
def one_thread(n_rows: int) -> Iterator[None]:
    """Let numpy's OpenBLAS take one thread for matrices of so many rows, where that is quicker on busy cores.

    Examples
    --------
    >>> import numpy as np
    >>> with one_thread(200):
    ...     float(np.linalg.inv(np.eye(200) * 2)[0, 0])
    0.5
    """
    switch = _switch() if ROWS[0] <= n_rows <= ROWS[1] else None
    before = switch[0]() if switch else 1
    if switch is None or before == 1:  # or another thread has seen to it
        yield
        return
    switch[1](1)
    try:
        yield
    finally:
        switch[1](before)
