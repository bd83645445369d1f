"""`filter_calls`: a profile with some stacks only, without some functions, or of modules, files or classes.

What pprof's -focus, -ignore and -hide do to stacks (https://github.com/google/pprof/blob/main/doc/README.md). A profile
without stacks has no stack to drop; of such a one functions are hidden by averages, and grouped for looking at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Number
from graphdiff.errors import GraphTypeError, UnknownNodeError, UsageError
from graphdiff.graph.ends import End
from graphdiff.graph.measured import is_profile
from graphdiff.graph.networks import marked, network_of, pictured
from graphdiff.kernels.rows import each_once
from graphdiff.profiles.averages import grouped_calls, hidden_calls
from graphdiff.profiles.call_graph import Function, from_stacks, functions_of
from graphdiff.profiles.scopes import KINDS, scopes_of
from graphdiff.profiles.stacks import Stacks, stacks_in
from graphdiff.remedies import Keyword, Remedy
from graphdiff.text.amounts import amount
from graphdiff.text.names import members_of
from graphdiff.text.numbers import percent
from graphdiff.text.sentences import how_many

__all__ = ["NAMED", "asked", "filter_calls", "matching"]

#: What says of a profile what it is, and stays true of a part of it.
KEPT = ("event", "events", "threads", "recursion", "assumes", "warnings", "filters")

#: Sets of functions that have a name: `imports` is Python's machinery and what modules run when they are imported.
NAMED = {
    "imports": r"^<module>|<frozen (importlib\._bootstrap|runpy)|importlib[/\\](__init__|_bootstrap\w*)\.py"
    r"|(^|[/\\])runpy\.py|built-in method (builtins\.(exec|__import__)|_imp\.)"
}
#: What runs a script, and imports nothing by that.
STARTS = r"<frozen runpy|(^|[/\\])runpy\.py|built-in method builtins\.exec"


def filter_calls(
    graph: nx.DiGraph,
    *,
    focus: str | None = None,
    ignore: str | None = None,
    hide: str | None = None,
    group: str | None = None,
) -> nx.DiGraph:
    r"""Return a profile of some of its stacks, without some of its functions, or of modules, files or classes.

    Regular expressions are searched for anywhere in a function's name and in its file, as pprof does. Stacks are
    dropped first, then functions are hidden, then those left are grouped, and only then everything is counted, a stack
    once: of a profile with stacks each number is measured, and totals may be asked.

    Parameters
    ----------
    graph : networkx.DiGraph
        A profile: what `graphdiff.read` makes of one.
    focus : str, optional
        A regular expression: only stacks with a function that it matches.
    ignore : str, optional
        Without the stacks that have one.
    hide : str, optional
        These functions are left out, and what they cost is their callers'; of a stack all of whose functions are hidden
        nothing is left. ``"imports"`` stands for the functions by which Python imports (importlib, runpy, ``exec``,
        ``__import__``) and what modules run when they are imported (``<module>``); the script's own ``<module>``, the
        first of a stack, stays.
    group : {"module", "file", "class"}, optional
        One node for all functions of each; calls inside one are none.

    Returns
    -------
    networkx.DiGraph
        A profile; ``G.graph["filters"]`` says in sentences what was done, and how much was dropped. Without stacks
        `hide` shares out what a hidden function cost as if each caller's part of it were spent like the average:
        edges made so, and functions whose own cost is, have ``estimated``, and the former no ``calls``, unless there is
        but one caller. And `group` makes a graph for looking at, with ``self`` and ``cost`` of calls between groups: of
        a group no inclusive cost is known, and functions that compute totals refuse it.

    Raises
    ------
    UsageError
        If the graph is no profile, something is no regular expression, nothing is left, or stacks are needed.

    Examples
    --------
    >>> from graphdiff.profiles.call_graph import Function, from_stacks
    >>> functions = [Function(name) for name in ("main", "parse", "render", "burn")]
    >>> stacks = Stacks.of([0, 1, 3, 0, 2, 3, 0, 2], [3, 3, 2], [5, 2, 1])
    >>> G = from_stacks(functions, stacks, unit="samples", kind="sampled", format="folded")
    >>> filter_calls(G, focus="render").nodes["burn"]["inclusive"]
    2
    >>> list(filter_calls(G, hide="parse|render").edges(data="cost"))
    [('main', 'burn', 7)]
    >>> filter_calls(G, ignore="parse").graph["filters"]
    ['ignore "parse": 3 samples of 8 samples left (37.5 %)']
    """
    filtered = network_of(graph)
    given = {"focus": focus, "ignore": ignore, "hide": hide, "group": group}
    _require_profile(filtered, [Keyword(name, value) for name, value in given.items() if value is not None])
    if group is not None and group not in KINDS:
        raise UsageError(Keyword("group", group), f": a profile is grouped by {', '.join(KINDS)}")
    if focus is not None or ignore is not None:
        filtered = _focused(filtered, focus, ignore)
    if hide is not None:
        filtered = _without(filtered, hide)
    return filtered if group is None else _grouped(filtered, group)


def asked(graph: nx.DiGraph, source: End | None = None, target: End | None = None) -> nx.DiGraph:
    """Return a profile as it is drawn: of its stacks what is spent on the target for the source.

    Parameters
    ----------
    graph : networkx.DiGraph
        A profile.
    source, target : node, optional
        Of stacks those that pass them in this order are left, from the source to the target, whose inclusive cost is
        its own there. A profile without stacks is left as it is.

    Returns
    -------
    networkx.DiGraph
        A copy, whose attributes ``annotation``, ``source`` and ``target`` say what was asked; with a target ``whole``
        is what this costs for all.

    Raises
    ------
    UnknownNodeError
        If an end is not there.
    UsageError
        If no stack leads from the one to the other.

    Examples
    --------
    >>> from graphdiff.profiles.call_graph import Function, from_stacks
    >>> stacks = Stacks.of([0, 1, 2, 1, 2], [3, 2], [5, 2])
    >>> G = from_stacks([*map(Function, "abc")], stacks, unit="samples", kind="sampled", format="folded")
    >>> asked(G, "a", "b").nodes["b"], asked(G, "a", "b").graph["whole"]
    ({'name': 'b', 'self': 5, 'inclusive': 5}, 7)
    """
    ends = {name: end for name, end in (("source", source), ("target", target)) if end is not None}
    for name, end in ends.items():
        if members_of(end) is not None:
            raise UsageError(Keyword(name), ": a picture of a profile has one function at each end")
        if end not in graph:
            raise UnknownNodeError(end, graph)
    part = graph.copy()
    stacks = stacks_in(graph)
    if ends and stacks is not None:
        numbers = {node: number for number, node in enumerate(graph)}
        first, last = (numbers[ends[name]] if name in ends else None for name in ("source", "target"))
        left = _from_to(stacks, len(graph), first, last)
        if not left.total:
            raise UsageError(f"no stack of this profile leads from {source} to {target}: nothing is spent for that")
        part = _made(graph, functions_of(graph), left)
    if target is not None:
        part.graph["whole"] = graph.nodes[target].get("inclusive")
    part.graph |= {"annotation": "profile", **ends}
    return pictured(part)


def _from_to(stacks: Stacks, n_functions: int, source: int | None, target: int | None) -> Stacks:
    """Return the stacks in which the source leads to the target, from the first to the first after it."""
    left = stacks.where(_reaching(stacks, n_functions, source, target)[1])
    inside, ends = _reaching(left, n_functions, source, target)
    if target is None:
        return _dropping(left, ~inside, n_functions)
    return _dropping(left, ~inside | ((left.parents >= 0) & ends[left.parents]), n_functions)


def _reaching(
    stacks: Stacks, n_functions: int, source: int | None, target: int | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the masks of the tree nodes from the source on, and of those from the target on behind it."""
    inside = np.ones(len(stacks), dtype=bool) if source is None else stacks.holding([source])
    if target is None:
        return inside, inside
    frames = np.where(inside & (stacks.frames == target), n_functions, stacks.frames)
    return inside, replace(stacks, frames=frames).holding([n_functions])


def _require_profile(graph: Any, given: Sequence[Keyword]) -> None:
    if not isinstance(graph, nx.DiGraph):
        raise GraphTypeError(f"{type(graph).__name__} is no profile: give a graph from graphdiff.read")
    if not is_profile(graph):
        subject = (given[0], " is for profiles") if given else ("this graph is no profile",)
        raise UsageError(*subject, ": what a profiler wrote of functions, their calls and what these cost")


# -- which functions


def matching(graph: nx.DiGraph, keyword: str, text: str) -> NDArray[np.bool_]:
    """Return the mask of the functions whose name or file a regular expression is found in; some function has it."""
    if not text:
        raise UsageError(Keyword(keyword, text), ": a text of nothing is in all functions: name some")
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise UsageError(Keyword(keyword, text), f": no regular expression: {error}") from None
    return np.array(
        [bool(pattern.search(each.name) or pattern.search(each.file)) for each in functions_of(graph)], dtype=bool
    )


def _some(graph: nx.DiGraph, keyword: str, text: str) -> NDArray[np.bool_]:
    """Return the mask of the functions that match; some do."""
    mask = matching(graph, keyword, text)
    if not mask.any():
        raise UsageError(
            Keyword(keyword, text),
            f": none of {how_many(len(graph), 'functions')} has that in its name or its file (upper and lower case "
            "differ; (?i) before it takes both)",
        )
    return mask


# -- stacks dropped


def _focused(graph: nx.DiGraph, focus: str | None, ignore: str | None) -> nx.DiGraph:
    """Return the profile of the stacks that have a function of the one, and none of the other."""
    stacks = _stacks(graph, Keyword("ignore", ignore) if focus is None else Keyword("focus", focus))
    mask = np.ones(len(stacks), dtype=bool)
    if focus is not None:
        mask &= stacks.holding(np.flatnonzero(_some(graph, "focus", focus)))
    if ignore is not None:
        mask &= ~stacks.holding(np.flatnonzero(matching(graph, "ignore", ignore)))
    left = stacks.where(mask)
    given = [(name, text) for name, text in (("focus", focus), ("ignore", ignore)) if text is not None]
    named = ", ".join(f'{name} "{text}"' for name, text in given)
    if not left.total and not left.n_samples:
        raise UsageError(*_keywords(given), ": no stack is left")
    return _made(graph, functions_of(graph), left, f"{named}: {_left_text(graph, left.total)}")


def _keywords(given: Sequence[tuple[str, str]]) -> Iterator[Any]:
    for place, (name, text) in enumerate(given):
        yield from ([" with "] if place else [])
        yield Keyword(name, text)


def _stacks(graph: nx.DiGraph, keyword: Keyword) -> Stacks:
    stacks = stacks_in(graph)
    if stacks is not None:
        return stacks
    raise UsageError(
        keyword,
        ": this profile has calls and no stacks, of which some could be dropped; record stacks (py-spy record -f raw, "
        "perf script, pprof)",
        Remedy(Keyword("hide", keyword.value), "gives what these functions cost to their callers, by averages"),
    )


def _left_text(graph: nx.DiGraph, left: Number) -> str:
    """Return how much is left of all that was measured."""
    total, unit = graph.graph.get("total"), graph.graph["unit"]
    if not total:
        return f"{amount(left, unit)} left"
    return f"{amount(left, unit)} of {amount(total, unit)} left ({percent(float(left / total), '.3g')})"


def _made(graph: nx.DiGraph, functions: Sequence[Function], stacks: Stacks, sentence: str = "") -> nx.DiGraph:
    """Return the profile of other stacks of the same functions, with what remains true."""
    facts = {name: graph.graph[name] for name in KEPT if name in graph.graph}
    if sentence:
        facts["filters"] = [*facts.get("filters", ()), sentence]
    unit, kind, format_ = (graph.graph[name] for name in ("unit", "kind", "format"))
    made = from_stacks(functions, stacks, unit=unit, kind=kind, format=format_, **facts)
    made.graph["node_meaning"] = graph.graph.get("node_meaning", "functions")
    known = dict(zip(functions_of(graph), graph.nodes.values(), strict=True))
    for function, data in zip(functions_of(made), made.nodes.values(), strict=True):
        data |= {name: known[function][name] for name in KINDS if name in known.get(function, {}) and name not in data}
    return made


# -- functions hidden


def _without(graph: nx.DiGraph, hide: str) -> nx.DiGraph:
    """Return the profile without some functions, whose cost is that of their callers."""
    # A profile need not have what a set with a name means; a name of nothing is a mistake.
    is_hidden = matching(graph, "hide", NAMED[hide]) if hide in NAMED else _some(graph, "hide", hide)
    stacks = stacks_in(graph)
    if stacks is None:
        names = [node for node, hidden in zip(graph, is_hidden, strict=True) if hidden]
        left = hidden_calls(graph, names, keeps_first=hide in NAMED)
        _require_left(len(left), hide)
        left.graph["filters"] = [
            *graph.graph.get("filters", ()),
            f'hide "{hide}": {how_many(len(graph) - len(left), "functions")}, whose cost is their callers\', as if all '
            f"calls were average; {_left_text(graph, left.graph['total'])}",
        ]
        return left
    dropped = is_hidden[stacks.frames]
    if hide in NAMED:
        dropped &= ~_of_scripts(graph, stacks, is_hidden)
    mapped = _dropping(stacks, dropped, len(graph))
    _require_left(len(mapped), hide)
    n_hidden = how_many(len(graph) - len(each_once(mapped.frames)), "functions")
    return _made(graph, functions_of(graph), mapped, f'hide "{hide}": {n_hidden}; {_left_text(graph, mapped.total)}')


def _require_left(n_left: int, hide: str) -> None:
    if not n_left:
        raise UsageError(Keyword("hide", hide), ": all functions match, and nothing is left")


def _of_scripts(graph: nx.DiGraph, stacks: Stacks, is_hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the mask of what a script runs, the first ``<module>`` of a stack, where nothing imports it."""
    is_module = np.array([each.name.startswith("<module>") for each in functions_of(graph)], dtype=bool)
    imports = is_hidden & ~matching(graph, "hide", STARTS)
    behind = stacks.holding(np.flatnonzero(imports))
    has_import_before = (stacks.parents >= 0) & behind[stacks.parents]
    of_scripts: NDArray[np.bool_] = is_module[stacks.frames] & ~has_import_before
    return of_scripts


def _dropping(stacks: Stacks, mask: NDArray[np.bool_], n_functions: int) -> Stacks:
    """Return the stacks without some of their tree nodes, each of which leaves what it cost to its caller."""
    frames = np.where(mask, n_functions, stacks.frames)
    return replace(stacks, frames=frames).mapped([*range(n_functions), -1])


# -- functions grouped


def _grouped(graph: nx.DiGraph, kind: str) -> nx.DiGraph:
    """Return the profile of the modules, files or classes that the functions are of."""
    names = scopes_of(graph, kind)
    groups = {name: place for place, name in enumerate(dict.fromkeys(names))}
    sentence = f"group {kind}: {how_many(len(graph), 'functions')} in {how_many(len(groups), KINDS[kind])}"
    stacks = stacks_in(graph)
    if stacks is None:
        quotient = pictured(grouped_calls(graph, names))
        quotient.grouping = marked(graph.copy(), dict(zip(graph, names, strict=True)).__getitem__, kind)
        quotient.graph |= {
            "node_meaning": KINDS[kind],
            "grouped_by": kind,
            "filters": [*graph.graph.get("filters", ()), sentence],
        }
        return quotient
    frames = np.array([groups[name] for name in names])[stacks.frames]
    callers = np.where(stacks.parents >= 0, frames[stacks.parents], -1)
    inside = _dropping(replace(stacks, frames=frames), frames == callers, len(groups))
    made = _made(graph, [*map(Function, groups)], inside, sentence)
    made.graph |= {"node_meaning": KINDS[kind], "grouped_by": kind}
    return made
