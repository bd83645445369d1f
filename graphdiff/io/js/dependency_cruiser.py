"""dependency-cruiser's JSON: modules of a JavaScript or TypeScript project, and what they import."""

from __future__ import annotations

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.io.building import described
from graphdiff.io.documents import Record, mapping, mappings, parse_json, required_text, text, texts
from graphdiff.io.js.bundles import package_of
from graphdiff.kernels.collecting import collector_at_rest

__all__ = ["read_dependency_cruiser"]

# What the file says of a dependency that stays on its edge, and of a module that stays on its node.
EDGE_FLAGS = ("dynamic", "circular", "couldNotResolve")
NODE_FLAGS = ("orphan", "coreModule", "couldNotResolve")


def read_dependency_cruiser(data: bytes, *, name: str) -> nx.DiGraph:
    """Read what ``depcruise --output-type json`` writes: the tail of an edge imports its head.

    Nodes are the paths of the modules as the file has them; those that are files have it as ``file``, too. A module
    has its ``package`` (that under ``node_modules`` which it lies in), its ``types`` (``"core"``, ``"npm"``),
    ``rules``, the names of those that it breaks, ``orphan``, ``coreModule`` and ``couldNotResolve`` where they hold,
    and where the tool was asked for them ``size`` (bytes) and ``instability`` (the part of its ties that lead out). An
    edge has what the import says as ``module``, its ``types`` (``"local, require"``), ``rules``, and ``dynamic``,
    ``circular`` and ``couldNotResolve`` where they hold. A module that imports another twice is one edge, which has the
    types of both.

    Raises
    ------
    FormatError
        Broken JSON, no modules, or values of another shape.

    Examples
    --------
    >>> cruise = b'{"modules": [{"source": "a.js", "dependencies": [{"resolved": "b.js", "module": "./b"}]}]}'
    >>> list(read_dependency_cruiser(cruise, name="cruise.json").edges(data=True))
    [('a.js', 'b.js', {'module': './b'})]
    """
    modules = list(mappings(mapping(parse_json(data, name), name).get("modules"), f"{name}: modules"))
    if not modules:
        raise FormatError(f"{name}: no modules in it")
    graph = nx.DiGraph()
    with collector_at_rest():
        for where, module in modules:
            _add(graph, module, where)
    return described(graph, format="dependency-cruiser", edge_meaning="imports", weight_meaning="none")


def _add(graph: nx.DiGraph, module: Record, where: str) -> None:
    source = required_text(module, "source", where)
    graph.add_node(source, **_of_module(module, where))
    for place, dependency in mappings(module.get("dependencies"), f"{where}.dependencies"):
        head = required_text(dependency, "resolved", place)
        types = texts(dependency.get("dependencyTypes"), f"{place}: dependencyTypes")
        before = graph.get_edge_data(source, head, {})
        attributes = {"module": text(dependency.get("module"), where)}
        attributes["types"] = _joined(before.get("types", "").split(", "), types)
        attributes["rules"] = _joined(before.get("rules", "").split(", "), _rules(dependency, place))
        graph.add_edge(source, head, **{key: value for key, value in attributes.items() if value})
        graph.edges[source, head].update((flag, True) for flag in EDGE_FLAGS if dependency.get(flag) is True)


def _of_module(module: Record, where: str) -> Record:
    flags = {flag: True for flag in NODE_FLAGS if module.get(flag) is True}
    stats = mapping(module.get("experimentalStats"), f"{where}: experimentalStats")
    numbers = {"size": stats.get("size"), "instability": module.get("instability")}
    attributes = {
        "file": "" if "coreModule" in flags or "couldNotResolve" in flags else module["source"],
        "package": package_of(module["source"]),
        "types": _joined(texts(module.get("dependencyTypes"), f"{where}: dependencyTypes")),
        "rules": _joined(_rules(module, where)),
    }
    return (
        {key: value for key, value in attributes.items() if value}
        | {key: value for key, value in numbers.items() if type(value) in (int, float)}
        | flags
    )


def _rules(record: Record, where: str) -> list[str]:
    """Return the names of the rules that a module or a dependency breaks."""
    return [required_text(rule, "name", place) for place, rule in mappings(record.get("rules"), f"{where}: rules")]


def _joined(*lists: list[str]) -> str:
    return ", ".join(dict.fromkeys(one for listed in lists for one in listed if one))
