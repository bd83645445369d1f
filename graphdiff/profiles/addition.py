"""Several profiles of one kind as one: what was measured adds up by function, call and stack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import networkx as nx

from graphdiff.errors import UsageError
from graphdiff.graph.measured import STACKS, is_profile
from graphdiff.profiles.call_graph import FACTS, Function, from_calls, functions_of, lasting
from graphdiff.profiles.stacks import Stacks
from graphdiff.remedies import Keyword, Remedy

__all__ = ["added", "summed"]

#: What has to be the same in all, and what each is called.
SAME = {
    "unit": "unit", "event": "event", "kind": "kind", "format": "format", "recursion": "way of counting recursion",
}  # fmt: skip
#: Numbers of the whole profile that add up; other attributes of it are kept where all say the same.
SUMS = ("total", "samples")
LISTS = ("threads", "warnings")
TABLES = Remedy(Keyword("", python="graphdiff.read_edges(…, out=…)"), "makes one graph of several tables of edges")


def added(profiles: Sequence[nx.DiGraph], names: Sequence[str]) -> nx.DiGraph:
    """Return the profile of several runs: functions are the same that have the same name, file and line.

    Parameters
    ----------
    profiles : sequence of networkx.DiGraph
        Two or more.
    names : sequence of str
        What messages call them.

    Returns
    -------
    networkx.DiGraph
        With the stacks of all where each has its own; its format says how many files were added.

    Raises
    ------
    UsageError
        One is no profile, or they are of different units, kinds or formats.

    Examples
    --------
    >>> measured = {"unit": "s", "kind": "counted", "format": "x"}
    >>> a = from_calls({Function("f"): {"self": 2}}, {}, total=2, **measured)
    >>> b = from_calls({Function("f"): {"self": 3}, Function("g"): {}}, {}, total=3, **measured)
    >>> both = added([a, b], ["a.x", "b.x"])
    >>> both.nodes["f"], both.graph["total"], both.graph["format"]
    ({'name': 'f', 'self': 5}, 5, 'x (2 files added)')
    """
    _require_one_kind(profiles, names)
    keys = [_keys(profile) for profile in profiles]
    functions = _summed(
        dict(zip(key.values(), profile.nodes.values(), strict=True))
        for key, profile in zip(keys, profiles, strict=True)
    )
    calls = _summed(
        {(key[tail], key[head]): data for tail, head, data in profile.edges(data=True)}
        for key, profile in zip(keys, profiles, strict=True)
    )
    facts = _facts(profiles)
    facts["format"] += f" ({len(profiles):,} files added)"
    graph = from_calls(functions, calls, **facts)
    places = {function: place for place, function in enumerate(functions)}
    _join_stacks(graph, profiles, [[places[function] for function in key.values()] for key in keys], names)
    return graph


def summed(profiles: Sequence[nx.DiGraph]) -> nx.DiGraph:
    """Return the sum of several runs in which functions that are the same have one label.

    Parameters
    ----------
    profiles : sequence of networkx.DiGraph
        Of one unit, kind and event.

    Examples
    --------
    >>> a, b = nx.DiGraph(unit="s", total=2), nx.DiGraph(unit="s", total=3)
    >>> a.add_nodes_from([("f", {"file": "a.py", "line": 7, "self": 2})])
    >>> b.add_nodes_from([("f", {"file": "a.py", "line": 8, "self": 3})])
    >>> summed([a, b]).nodes["f"], summed([a, b]).graph["total"]
    ({'file': 'a.py', 'line': 7, 'self': 5}, 5)
    """
    graph = nx.DiGraph(**FACTS, **_facts(profiles))
    for profile in reversed(profiles):
        names = ((node, _known(data, Function._fields)) for node, data in profile.nodes(data=True))
        graph.add_nodes_from(names)
    nodes = _summed(profile.nodes for profile in profiles)
    graph.add_nodes_from(nodes.items())
    calls = _summed({(tail, head): data for tail, head, data in profile.edges(data=True)} for profile in profiles)
    graph.add_edges_from((*ends, data) for ends, data in calls.items())
    places = {node: place for place, node in enumerate(graph)}
    runs = [f"run {number:,}" for number, _ in enumerate(profiles, 1)]
    _join_stacks(graph, profiles, [[places[node] for node in profile] for profile in profiles], runs)
    return graph


def _known(data: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: data[name] for name in names if name in data}


def _join_stacks(
    graph: nx.DiGraph, profiles: Sequence[nx.DiGraph], places: Sequence[Sequence[int]], names: Sequence[str]
) -> None:
    """Give a sum the stacks of all profiles, where each has its own; say which has none where others do."""
    lacking = [name for name, profile in zip(names, profiles, strict=True) if STACKS not in profile.graph]
    if not lacking:
        trees = (profile.graph[STACKS] for profile in profiles)
        graph.graph[STACKS] = Stacks.joined([tree.mapped(at) for tree, at in zip(trees, places, strict=True)])
    elif len(lacking) < len(profiles):
        warnings = graph.graph.setdefault("warnings", [])
        warnings.append(f"{lacking[0]} has no stacks: of all files the calls alone are added up")


def _require_one_kind(profiles: Sequence[nx.DiGraph], names: Sequence[str]) -> None:
    for name, profile in zip(names, profiles, strict=True):
        if not is_profile(profile):
            raise UsageError(f"{name} is no profile, and only profiles add up; give one file", TABLES)
    for key, called in SAME.items():
        said = {profile.graph.get(key): name for name, profile in reversed([*zip(names, profiles, strict=True)])}
        if len(said) > 1:
            (other, other_name), *_, (one, one_name) = said.items()
            raise UsageError(
                f"{one_name} and {other_name} do not add up: their {called} is {one or 'not said'} and "
                f"{other or 'not said'}"
            )


def _keys(profile: nx.DiGraph) -> dict[Hashable, Function]:
    """Return what each node is the same by in all profiles; of several alike in one, by the node's name."""
    keys: dict[Hashable, Function] = {}
    seen: Counter[Function] = Counter()
    for node, known in zip(profile, functions_of(profile), strict=True):
        function = lasting(known)
        seen[function] += 1
        again = seen[function]
        name = str(node) if known == function else f"{function.name} ({again:,})"
        keys[node] = function if again == 1 else function._replace(name=name)
    return keys


def _summed(records: Iterable[Mapping[Any, Mapping[str, Any]]]) -> dict[Any, dict[str, Any]]:
    """Return records by key, their numbers added: absent where one that has the key does not say it."""
    sums: dict[Any, dict[str, Any]] = {}
    for of_profile in records:
        for key, record in of_profile.items():
            said = {name: value for name, value in record.items() if name not in Function._fields}
            sums[key] = _both(sums[key], said) if key in sums else said
    return sums


def _both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return what two records say of the same: numbers add up, a text stays where both have it."""
    both = {name: (value, other[name]) for name, value in one.items() if name in other}
    texts = {name: value for name, (value, same) in both.items() if isinstance(value, str) and value == same}
    return texts | {name: value + more for name, (value, more) in both.items() if not isinstance(value, str)}


def _facts(profiles: Sequence[nx.DiGraph]) -> dict[str, Any]:
    """Return the attributes of all profiles together."""
    graphs = [profile.graph for profile in profiles]
    names = [name for name in graphs[0] if name not in (STACKS, *FACTS)]
    facts = {name: graphs[0][name] for name in names if all(each.get(name) == graphs[0][name] for each in graphs)}
    facts |= {name: sum(each[name] for each in graphs) for name in SUMS if all(name in each for each in graphs)}
    for name in LISTS:
        if all(isinstance(each.get(name, []), list) for each in graphs):
            facts[name] = list(dict.fromkeys(one for each in graphs for one in each.get(name, [])))
    return facts
