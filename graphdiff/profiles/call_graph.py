"""Where a profile becomes a networkx graph: of stacks, or of functions and calls as they were measured."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number
from graphdiff.graph.measured import STACKS
from graphdiff.kernels.rows import each_once
from graphdiff.profiles.stacks import Stacks

__all__ = [
    "NO_NAME", "Function", "distinct", "from_calls", "from_stacks", "function_of", "functions_of", "labels_of",
    "lasting",
]  # fmt: skip

#: Where an object was in memory, which Python says of built-in functions of some.
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+(?=>|$)")
FACTS = {"edge_meaning": "calls", "weight_meaning": "cost", "node_meaning": "functions"}

#: What a function is called where a file has an empty name for it.
NO_NAME = "(no name)"


class Function(NamedTuple):
    """What a profile knows a function by.

    Attributes
    ----------
    name : str
    file : str
        Empty where the profile does not say it.
    line : int or None
        Where the function begins.
    """

    name: str
    file: str = ""
    line: int | None = None


def from_stacks(
    functions: Sequence[Function], stacks: Stacks, *, unit: str, kind: str, format: str, **facts: Any
) -> nx.DiGraph:
    """Return the profile of stacks: in what a function or a call cost, each stack counts once.

    Parameters
    ----------
    functions : sequence of Function
        What the stacks' frames are the numbers of; those that no stack has are left out.
    stacks : Stacks
        Kept as ``G.graph["stacks"]``; there a frame is the place of its node among the graph's nodes.
    unit : str
        Of what was measured.
    kind : {"sampled", "counted", "allocated"}
    format : str
        The title of the format.
    **facts
        More attributes of the graph; those that are None are left out.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``self``, ``inclusive``, ``name`` and, where known, ``file`` and ``line``; edges ``cost``.

    Examples
    --------
    >>> functions, stacks = [Function("main"), Function("work")], Stacks.of([0, 1, 0], [2, 1], [3, 1])
    >>> G = from_stacks(functions, stacks, unit="samples", kind="sampled", format="x")
    >>> G.nodes["main"], list(G.edges(data="cost")), G.graph["total"]
    ({'name': 'main', 'self': 1, 'inclusive': 4}, [('main', 'work', 3)], 4)
    """
    present = each_once(stacks.frames)
    numbers = np.zeros(len(functions), dtype=stacks.frames.dtype)
    numbers[present] = np.arange(len(present))
    kept = [functions[number] for number in present.tolist()]
    renumbered = Stacks(stacks.parents, numbers[stacks.frames], stacks.own, stacks.levels, stacks.samples)
    labels = labels_of(kept)
    own, inclusive = (column.tolist() for column in renumbered.functions(len(kept)))
    tails, heads, costs = (column.tolist() for column in renumbered.calls(len(kept)))
    samples = {"samples": renumbered.n_samples, **facts}
    graph = _graph(unit=unit, total=renumbered.total, kind=kind, format=format, **samples)
    graph.graph[STACKS] = renumbered
    graph.add_nodes_from(
        (label, {**_described(function), "self": own[place], "inclusive": inclusive[place]})
        for place, (label, function) in enumerate(zip(labels, kept, strict=True))
    )
    graph.add_edges_from(
        (labels[tail], labels[head], {"cost": cost}) for tail, head, cost in zip(tails, heads, costs, strict=True)
    )
    return graph


def from_calls(
    functions: Mapping[Function, Mapping[str, Number]],
    calls: Mapping[tuple[Function, Function], Mapping[str, Number]],
    *,
    unit: str,
    total: Number,
    kind: str | None,
    format: str,
    **facts: Any,
) -> nx.DiGraph:
    """Return the profile of functions and calls as a file has measured them.

    Parameters
    ----------
    functions : mapping of Function to attributes
        ``self``, ``inclusive``, ``calls`` and whatever else the file has.
    calls : mapping of (caller, callee) to attributes
        ``cost``, ``calls``, ``self`` (the callee's own for this caller). Functions that only calls name are there, too.
    unit, kind, format, **facts
        As in `from_stacks`.
    total : number
        What all of it cost.

    Examples
    --------
    >>> main, work = Function("main", "a.py", 1), Function("work", "a.py", 9)
    >>> own, calls = {main: {"self": 1.0}, work: {"self": 2.0}}, {(main, work): {"cost": 2.0}}
    >>> G = from_calls(own, calls, unit="s", total=3.0, kind="counted", format="x")
    >>> list(G.edges(data=True)), G.nodes["work"]
    ([('main', 'work', {'cost': 2.0})], {'name': 'work', 'file': 'a.py', 'line': 9, 'self': 2.0})
    """
    every = list(dict.fromkeys([*functions, *(function for pair in calls for function in pair)]))
    labels = dict(zip(every, labels_of(every), strict=True))
    graph = _graph(unit=unit, total=total, kind=kind, format=format, **facts)
    graph.add_nodes_from((labels[each], {**_described(each), **functions.get(each, {})}) for each in every)
    graph.add_edges_from((labels[tail], labels[head], dict(data)) for (tail, head), data in calls.items())
    return graph


def distinct(functions: Iterable[Function]) -> tuple[list[Function], NDArray[np.int32]]:
    """Return the functions that differ, in their order, and which of them each is.

    Examples
    --------
    >>> functions, numbers = distinct([Function("f"), Function("g"), Function("f")])
    >>> functions == [Function("f"), Function("g")], numbers.tolist()
    (True, [0, 1, 0])
    """
    numbers: dict[Function, int] = {}
    which = [numbers.setdefault(function, len(numbers)) for function in functions]
    return list(numbers), np.array(which, dtype=np.int32)


def functions_of(graph: nx.DiGraph) -> list[Function]:
    """Return what each node of a profile is known by, in the order of the nodes.

    Examples
    --------
    >>> functions_of(nx.DiGraph([("f (a.py)", "g")]))
    [Function(name='f (a.py)', file='', line=None), Function(name='g', file='', line=None)]
    """
    return [function_of(node, data) for node, data in graph.nodes(data=True)]


def function_of(node: Any, data: Mapping[str, Any]) -> Function:
    """Return what a node of a profile is known by."""
    return Function(str(data.get("name", node)), str(data.get("file", "")), data.get("line"))


def lasting(function: Function) -> Function:
    """Return a function as every run of a program knows it: without where an object was in memory.

    Examples
    --------
    >>> lasting(Function("<built-in method __new__ of type object at 0x7f3c6e45ea00>", "~"))
    Function(name='<built-in method __new__ of type object>', file='~', line=None)
    """
    return function._replace(name=ADDRESS.sub("", function.name))


def _graph(**facts: Any) -> nx.DiGraph:
    return nx.DiGraph(**FACTS, **{name: value for name, value in facts.items() if value is not None})


def _described(function: Function) -> dict[str, Any]:
    described: dict[str, Any] = {"name": function.name}
    if function.file:
        described["file"] = function.file
    if function.line is not None:
        described["line"] = function.line
    return described


#: What no terminal shows, or shows as something else: line breaks, escapes, marks that turn the direction of writing.
NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
#: How a function is called, each for those that the one before calls alike.
CALLED: tuple[Callable[[Function], str], ...] = (
    lambda f: f.name,
    lambda f: _beside(f.name, _base(f.file)),
    lambda f: _beside(f.name, _place(_base(f.file), f.line)),
    lambda f: _beside(f.name, f.file),
    lambda f: _beside(f.name, _place(f.file, f.line)),
)


def labels_of(functions: Sequence[Function]) -> list[str]:
    r"""Return what each function is called: by its name, and where others have it by its file and line, too.

    A line break or another control character stands there by its number, so that a name can be shown and typed.

    Examples
    --------
    >>> labels_of([Function("f", "x/a.py", 1), Function("f", "b.py", 2), Function("f", "b.py", 9), Function("g")])
    ['f (a.py)', 'f (b.py:2)', 'f (b.py:9)', 'g']
    >>> labels_of([Function("two\nlines")])
    ['two<U+000A>lines']
    """
    functions = [_typeable(function) for function in functions]
    labels = [CALLED[0](function) for function in functions]
    for called in CALLED[1:]:
        alike = _repeated(labels)
        labels = [called(each) if label in alike else label for label, each in zip(labels, functions, strict=True)]
    taken: set[str] = set()
    for place, label in enumerate(labels):
        number = 1
        while labels[place] in taken:
            number += 1
            labels[place] = f"{label} #{number}"
        taken.add(labels[place])
    return labels


def _repeated(labels: Iterable[str]) -> set[str]:
    return {label for label, count in Counter(labels).items() if count > 1}


def _typeable(function: Function) -> Function:
    if not NOT_SHOWN.search(f"{function.name}{function.file}"):
        return function
    name, file = (
        NOT_SHOWN.sub(lambda match: f"<U+{ord(match[0]):04X}>", text) for text in (function.name, function.file)
    )
    return function._replace(name=name, file=file)


def _beside(name: str, place: str) -> str:
    return f"{name} ({place})" if place else name


def _place(file: str, line: int | None) -> str:
    return file if line is None else f"{file}:{line}".removeprefix(":")


def _base(file: str) -> str:
    return re.split(r"[/\\]", file)[-1]
