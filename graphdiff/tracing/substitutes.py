"""Functions that stand in for others for the time of a trace, under whatever names these have.

Each is replaced in its module and under the names that the traced function's own module and closure have for it. All
names are put back when the trace is over, also in modules that were imported meanwhile.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, repeat
from types import CellType, ModuleType
from typing import Any

__all__ = ["cells_of", "plain_function", "substituted"]

# One trace at a time: the names are everybody's.
_LOCK = threading.RLock()


@contextmanager
def substituted(
    function: Callable[..., Any],
    pairs: Iterable[tuple[Any, Any]],
    modules: Iterable[ModuleType],
    methods: Callable[[bool], Iterator[None]] | None = None,
) -> Iterator[Callable[..., Any]]:
    """Have other functions stand in for some; yield what to call.

    Parameters
    ----------
    function : callable
        The one to be traced: the names in its module and closure are looked through.
    pairs : iterable of (callable, callable)
        Each function and what stands in for it.
    modules : iterable of modules
        Where the functions are.
    methods : callable, optional
        Returns what, when it is gone through, puts methods of types in place (given True), or back.
    """
    with _LOCK:
        pairs = list(pairs)  # kept alive, so that nothing else gets their ids
        accepted = {id(old): new for old, new in pairs}
        spaces = list(_namespaces(function, modules))
        cells = [cell for cell in cells_of(function) if id(cell.cell_contents) in accepted]
        before = [_held(names, accepted) for names in spaces]
        contents = [cell.cell_contents for cell in cells]
        during = [{name: accepted[id(old)] for name, old in held.items()} for held in before]
        known = set(sys.modules)
        of_types = methods or (lambda is_put: iter(()))
        # Each is done by one call of C, so that an interrupt from the keyboard comes before or after, never within.
        put = chain(_changes(spaces, during, cells, [accepted[id(old)] for old in contents]), of_types(True))
        put_back = chain(_changes(spaces, before, cells, contents), of_types(False))
        try:
            deque(put, maxlen=0)
            yield accepted.get(id(function), function)
        finally:
            deque(put_back, maxlen=0)
            _put_back_in_new_modules(known, {id(new): old for old, new in pairs})


def _held(names: Mapping[str, Any], of: Mapping[int, Any]) -> dict[str, Any]:
    return {name: value for name, value in list(names.items()) if id(value) in of}


def _changes(
    spaces: Sequence[dict[str, Any]],
    names: Sequence[dict[str, Any]],
    cells: Sequence[CellType],
    contents: Sequence[Any],
) -> Iterator[None]:
    """Return what, when it is gone through, gives names and cells their new values."""
    return chain(map(dict.update, spaces, names), map(setattr, cells, repeat("cell_contents"), contents))


def _put_back_in_new_modules(known: set[str], plain: Mapping[int, Any]) -> None:
    for title, module in list(sys.modules.items()):
        if title not in known and isinstance(module, ModuleType):
            names = vars(module)
            names.update({name: plain[id(new)] for name, new in _held(names, plain).items()})


def _namespaces(function: Callable[..., Any], modules: Iterable[ModuleType]) -> Iterator[dict[str, Any]]:
    names = [*map(vars, modules), getattr(plain_function(function), "__globals__", {})]
    return iter({id(one): one for one in names}.values())


def cells_of(function: Callable[..., Any]) -> list[CellType]:
    """Return what a function's closure holds, cell by cell."""
    cells = getattr(plain_function(function), "__closure__", None) or ()
    return [cell for cell in cells if _is_filled(cell)]


def _is_filled(cell: CellType) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def plain_function(function: Any) -> Any:
    """Return the function within a partial, a method or an object that is called."""
    while isinstance(function, partial):  # anything else may have a `func` without end
        function = function.func
    if not hasattr(function, "__globals__") and not isinstance(function, type):
        function = getattr(function, "__call__", function)  # noqa: B004, an object's own
    return getattr(function, "__func__", function)
