"""The engine room: loops over plain arrays, compiled by numba where that pays.

In come arrays (or lists) and nothing else, out go arrays or numbers; `graph`, `sums` and the rooms above call it.
`sweep` and `blocks` are the passes, `reach` and `order` which nodes and in which order, `flows` the most that flows,
`rows`, `merge` and `names` make rows of edges and numbers of names, `on_disk` is the cache, `prefetch` asks memory
early, `passes` tells how far one is, `collecting` lets the garbage collector rest.

A kernel is one function over indexable sequences. Called as it is, on lists, it is plain Python: quick to
start. Through `jit`, on arrays, it is machine code: loading numba costs about half a second once, so small
work does without, unless somebody has loaded numba already.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, TypeVar

Result = TypeVar("Result")

#: Edge visits from which loading numba pays for itself.
COLD_VISITS = 1_000_000
#: So many visits by lists that are there cost what one does that has to make the lists first.
REPEATS = 20
#: Edge visits from which a kernel pays where numba is loaded already.
WARM_VISITS = 50
#: So few edges are arranged and swept quicker in lists, all of them, than looked at in arrays.
FEW = 300
#: Edge visits from which threads pay.
THREADED_VISITS = 4_000_000


@cache
def available() -> bool:
    """Return whether numba can be imported."""
    return importlib.util.find_spec("numba") is not None


def pays(visits: int, before: int = 0) -> bool:
    """Return whether machine code is worth it for so many edge visits, after so many `before` in plain Python.

    Whoever has spent on many small questions what loading numba costs will hardly stop there.

    Examples
    --------
    >>> pays(0)
    False
    """
    if "numba" in sys.modules:
        return visits >= WARM_VISITS and available()
    return visits + before // REPEATS >= COLD_VISITS and available()


@cache
def jit(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """Compile `kernel` with numba, cached on disk where a folder for the cache can be written."""
    import numba

    from graphdiff.kernels.on_disk import cache_of
    from graphdiff.kernels.prefetch import known_to_numba

    known_to_numba()
    compiled: Callable[..., Any] = numba.njit(kernel, nogil=True)
    # No folder to write to is no reason to fail: the code stays in memory.
    with suppress(RuntimeError):
        compiled._cache = cache_of(kernel)  # type: ignore[attr-defined]
    return compiled


def run(kernel: Callable[..., Result], visits: int, *arguments: Any) -> Result:
    """Run a kernel as machine code where that pays, else on the arrays' memory as Python reads it.

    Examples
    --------
    >>> import array
    >>> run(lambda numbers: numbers[0], 1, array.array("d", [0.5]))
    0.5
    """
    if pays(visits):
        return jit(kernel)(*arguments)  # type: ignore[no-any-return]
    return kernel(*(getattr(each, "data", each) for each in arguments))


def n_cores() -> int:
    """Return how many cores this process may use, which in a container or under ``taskset`` are not all there are.

    Examples
    --------
    >>> 1 <= n_cores() <= (os.cpu_count() or 1)
    True
    """
    # Python 3.13 has os.process_cpu_count; sched_getaffinity is there where affinities are.
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def together(calls: Sequence[Callable[[], Result]], visits: int) -> list[Result]:
    """Return what each call returns; so many edge visits on several threads where that pays: kernels release the GIL.

    Examples
    --------
    >>> together([lambda: 1, lambda: 2], 100)
    [1, 2]
    """
    if visits < THREADED_VISITS or not available():
        return [call() for call in calls]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(n_cores(), len(calls))) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def call_vectorized(kernel: Callable[..., Any], *arguments: Any) -> None:
    """Call `kernel` as machine code whose like operations on neighbouring numbers are joined to vector instructions."""
    import numba

    compiled = jit(kernel)
    types = tuple(map(numba.typeof, arguments))
    if types not in compiled.overloads:  # type: ignore[attr-defined]
        with _joining():
            compiled.compile(types)  # type: ignore[attr-defined]
    compiled(*arguments)


@contextmanager
def _joining() -> Iterator[None]:
    """Switch LLVM's SLP vectorizer on, twice as fast where a kernel keeps eight sums side by side.

    numba has it off, and has one switch for the whole process: it is turned under the lock under which numba compiles,
    so that no other kernel is compiled with it.
    """
    from numba.core import config
    from numba.core.compiler_lock import global_compiler_lock

    with global_compiler_lock:
        before = config.SLP_VECTORIZE
        config.SLP_VECTORIZE = 1
        try:
            yield
        finally:
            config.SLP_VECTORIZE = before
