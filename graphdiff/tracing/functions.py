"""Python functions: run once on traced numbers, with the names of their arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np

from graphdiff.arithmetic import plain
from graphdiff.errors import TraceError, UsageError
from graphdiff.tracing.accepting import accepting
from graphdiff.tracing.arrays import TracedArray
from graphdiff.tracing.failing import failing
from graphdiff.tracing.frames import elements, is_frame, remade
from graphdiff.tracing.graphs import graph_of
from graphdiff.tracing.places import following
from graphdiff.tracing.rules import Rule
from graphdiff.tracing.scalars import Traced, is_scalar
from graphdiff.tracing.tape import Tape

__all__ = ["outputs_of", "replaced", "trace_function"]


def trace_function(
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    rules: Mapping[str, Rule],
    functions: Mapping[str, Callable[..., Any]],
    symbolic: bool,
) -> nx.MultiDiGraph:
    """Return the graph of a call; see `graphdiff.trace`.

    Examples
    --------
    >>> G = trace_function(lambda x: x * x, [3], {}, rules={}, functions={}, symbolic=False)
    >>> list(G.edges(data="weight"))
    [('x', 'out', 3), ('x', 'out', 3)]
    """
    tape = Tape(rules, is_symbolic=symbolic)
    tape.ufuncs.update({one: name for name, one in functions.items() if isinstance(one, np.ufunc)})
    given = replaced(function, args, kwargs, lambda name, value: Traced(tape, tape.input(name, value), plain(value)))
    if not tape.steps:
        raise UsageError(
            "there is no input: none of the arguments holds a number (lists, tuples, dicts, numpy arrays, Series and "
            "DataFrames of pandas are looked into)"
        )
    with following(function), accepting(function, functions) as accepted, failing(tape):
        returned = accepted(*given.args, **given.kwargs)
    outputs = list(outputs_of(returned))
    if not outputs:
        code = getattr(function, "__code__", None)
        place = f"line {code.co_firstlineno} of {code.co_filename}: " if code else ""
        raise TraceError(f"{place}the function returned {type(returned).__name__}, and no number in it")
    numbers = [_number(tape, value) for _, value in outputs]
    used = set(tape.names.values())
    called = [f"out{path}" if path.startswith("[") or not path else path for path, _ in outputs]
    for number, name in zip(numbers, called, strict=True):
        step = tape.steps[number]
        if number not in tape.names and number not in tape.fixed and step.place.name is None:
            while name in used:
                name += "_"
            tape.names[number] = name
            used.add(name)
    graph = graph_of(tape, numbers, format="function")
    _call(graph, called)
    return graph


def _call(graph: nx.MultiDiGraph, called: Sequence[str]) -> None:
    """Have each output that is called by its variable be found by its place in what was returned, too."""
    for node, name in zip(graph.graph["outputs"], called, strict=True):
        if name not in graph:
            graph.nodes[node].setdefault("output", name)


def _number(tape: Tape, value: Any) -> int:
    if type(value) is not Traced:
        return tape.constant(value)
    if value._tape is not tape:
        raise TraceError("the function returned a number of another trace")
    return value._number


def outputs_of(returned: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the numbers in what was returned, each with its place: nothing for one, else ``[0]`` or a key."""
    if type(returned) is Traced or (is_scalar(returned) and not isinstance(returned, bool)):
        yield path, returned
    elif isinstance(returned, np.ndarray):
        for index, element in np.ndenumerate(returned):
            yield from outputs_of(element, f"{path}[{','.join(map(str, index))}]" if index else path)
    elif is_frame(returned):
        for at, element in elements(returned):
            yield from outputs_of(element, f"{path}{at}")
    elif isinstance(returned, Mapping):
        for key, value in returned.items():
            yield from outputs_of(value, f"{path}.{key}" if path else str(key))
    elif isinstance(returned, list | tuple):
        for place, value in enumerate(returned):
            yield from outputs_of(value, f"{path}[{place}]")


# -- inputs


def replaced(
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    replace: Callable[[str, Any], Any],
    *,
    is_traced: bool = True,
) -> inspect.BoundArguments:
    """Return the arguments of a call, each number in them replaced by ``replace(name, number)``.

    Booleans, texts and other objects stay. An array of the numbers put in is one of traced numbers, or numpy's own.
    """
    kind = TracedArray if is_traced else None
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
        kinds = {name: parameter.kind for name, parameter in bound.signature.parameters.items()}
    except ValueError:  # a function of a library, without a signature
        parameters = [inspect.Parameter("x", inspect.Parameter.VAR_POSITIONAL)]
        bound = inspect.Signature(parameters).bind(*args)
        kinds = {"x": inspect.Parameter.VAR_POSITIONAL}
    except TypeError as error:
        raise UsageError(f"the function cannot be called so: {error}") from None
    for name, value in bound.arguments.items():
        if kinds[name] is inspect.Parameter.VAR_KEYWORD:
            bound.arguments[name] = {key: _replaced(key, one, replace, kind) for key, one in value.items()}
        else:
            bound.arguments[name] = _replaced(name, value, replace, kind)
    return bound


def _replaced(name: str, value: Any, replace: Callable[[str, Any], Any], kind: type[TracedArray] | None) -> Any:
    if isinstance(value, bool | np.bool_):
        return value
    if is_scalar(value):
        return replace(name, value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "iufcO":
        array = np.empty(value.shape, dtype=object)
        for index, element in np.ndenumerate(value):
            place = f"{name}[{','.join(map(str, index))}]" if index else name
            array[index] = _replaced(place, element, replace, kind)
        if not array.ndim:
            return array[()]
        return np.array(array.tolist()) if kind is None else array.view(kind)
    if is_frame(value):
        return remade(value, lambda at, one: _replaced(f"{name}{at}", one, replace, kind), is_traced=kind is not None)
    if isinstance(value, dict):
        return {key: _replaced(f"{name}.{key}", one, replace, kind) for key, one in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        named = zip(value._fields, value, strict=True)
        return type(value)(*[_replaced(f"{name}.{field}", one, replace, kind) for field, one in named])
    if type(value) in (list, tuple):
        return type(value)([_replaced(f"{name}[{index}]", one, replace, kind) for index, one in enumerate(value)])
    return value
