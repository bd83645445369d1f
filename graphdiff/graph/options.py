"""What every public function that takes compile's options refuses at once, in its own name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from graphdiff.errors import meant, nearest
from graphdiff.graph.compiled import ALREADY, CompiledGraph, CompileOptions

__all__ = ["takes_options"]

Function = TypeVar("Function", bound=Callable[..., Any])
OPTIONS = tuple(CompileOptions.__annotations__)


def takes_options(function: Function) -> Function:
    """Let a function refuse keyword arguments that it does not have, and options beside a compiled graph.

    Raises
    ------
    TypeError
        By the function that is returned: it names itself, as Python does, and what was meant.

    Examples
    --------
    >>> @takes_options
    ... def f(graph, *, method="auto", **options): ...
    >>> f({}, wieght="x")
    Traceback (most recent call last):
    TypeError: f() got an unexpected keyword argument 'wieght'; did you mean 'weight'?
    >>> f(CompiledGraph.from_arrays([0], [1]), weight="x")
    Traceback (most recent call last):
    TypeError: f() got a graph that is compiled already: give weight to graphdiff.compile of the graph, or of read(path)
    """
    parameters = inspect.signature(function).parameters.values()
    known = dict.fromkeys([one.name for one in parameters if one.kind is not one.VAR_KEYWORD] + [*OPTIONS])

    @wraps(function)
    def checked(*args: Any, **given: Any) -> Any:
        if not given:
            return function(*args)
        for name in given:
            if name not in known:
                close = meant(nearest(name, known, 1))
                raise TypeError(f"{function.__name__}() got an unexpected keyword argument {name!r}{close}")
        options = [name for name in OPTIONS if name in given]
        among = (*args, *given.values(), *given.get("weightings", ()))
        if options and any(isinstance(one, CompiledGraph) for one in among):
            names = " and ".join(options)
            raise TypeError(f"{function.__name__}() got a graph that is {ALREADY.format(names)}")
        return function(*args, **given)

    return cast(Function, checked)
