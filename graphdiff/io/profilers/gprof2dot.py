"""gprof2dot's own JSON, which other tools write for it: chains of calls, each with what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import FormatError, UsageError, meant, nearest
from graphdiff.graph.measured import with_stacks
from graphdiff.io.documents import Record, listing, mapping, mappings, parse_json, text_in
from graphdiff.io.profilers.timeline import amounts, named
from graphdiff.profiles.call_graph import Function, distinct, from_stacks
from graphdiff.profiles.stacks import Stacks
from graphdiff.remedies import Keyword

__all__ = ["read_gprof2dot_json"]

#: What is counted: of these a cost's description is its unit.
COUNTED = ("samples", "calls", "objects")


def read_gprof2dot_json(data: bytes, *, name: str, event: str | None = None, stacks: str = "keep") -> nx.DiGraph:
    r"""Read the JSON that ``gprof2dot -f json`` takes: chains of calls from the innermost function out, with costs.

    Parameters
    ----------
    event : str, optional
        Which cost, by its description, where chains have several; by default the first, as gprof2dot.
    stacks : {"keep", "drop"}
        Whether stacks stay beside the calls that they are counted to.

    References
    ----------
    .. [1] https://github.com/jrfonseca/gprof2dot/blob/main/schema.json

    Examples
    --------
    >>> text = b'''{"version": 0, "costs": [{"description": "Memory", "unit": "bytes"}],
    ... "functions": [{"name": "main"}, {"name": "malloc", "module": "libc.so.6"}],
    ... "events": [{"callchain": [1, 0], "cost": [512]}, {"callchain": [0], "cost": [64]}]}'''
    >>> G = read_gprof2dot_json(text, name="leaked.json")
    >>> list(G.edges(data="cost")), G.graph["total"], G.graph["unit"], G.graph["kind"]
    ([('main', 'malloc', 512)], 576, 'bytes', 'allocated')
    """
    document = mapping(parse_json(data, name), name)
    if document.get("version") != 0:
        raise FormatError(f"{name}: version {document.get('version')!r:.40} of gprof2dot's JSON; 0 is read")
    costs = [record for _, record in mappings(document.get("costs"), f"{name}: costs")]
    descriptions = [text_in(cost, "description") for cost in costs]
    place = _chosen(descriptions, event, name)
    title = descriptions[place]
    unit = text_in(costs[place], "unit") or (title.lower() if title.lower() in COUNTED else title) or "units"
    functions, numbers = distinct(_functions(document, name))  # one may be there twice
    graph = from_stacks(
        functions,
        _stacks(document, numbers, place, unit, name),
        unit=unit,
        kind="allocated" if unit == "bytes" else "sampled",
        format="gprof2dot (JSON)",
        event=title or None,
        events=descriptions,
    )
    for _, attributes in graph.nodes(data=True):
        if "file" in attributes:
            attributes["module"] = attributes["file"]
    return with_stacks(graph, stacks)


def _stacks(document: Record, numbers: NDArray[np.int32], place: int, unit: str, name: str) -> Stacks:
    """Return the stacks of the chains of calls, with the cost at a place."""
    chains, values = _events(document, place, len(numbers), name)
    if not chains:
        raise FormatError(f"{name}: no chain of calls is in it: nothing was measured")
    return Stacks.of(
        numbers[[frame for chain in chains for frame in reversed(chain)]],
        list(map(len, chains)),
        values,
        values if unit == "samples" and values.dtype == np.int64 else None,
    )


def _chosen(descriptions: Sequence[str], event: str | None, name: str) -> int:
    """Return the place of the cost that is asked for."""
    if not descriptions:
        raise FormatError(f"{name}: costs: at least one is expected")
    if event is None:
        return 0
    if event not in descriptions:
        close = nearest(event, descriptions) or descriptions
        raise UsageError(Keyword("event", event), f": {name} has no such cost{meant(close)}")
    return descriptions.index(event)


def _functions(document: Record, name: str) -> list[Function]:
    """Return the functions in their order; where several processes have some, each bears its process's name."""
    records = list(mappings(document.get("functions"), f"{name}: functions"))
    several = len({text_in(record, "process") for _, record in records}) > 1
    return [
        Function(
            named(record, "name", where) + (f" [{text_in(record, 'process')}]" if several else ""),
            text_in(record, "module"),
        )
        for where, record in records
    ]


def _events(document: Record, place: int, size: int, name: str) -> tuple[list[list[int]], NDArray[Any]]:
    """Return the chains of calls, innermost first, and what each cost."""
    chains, costs = [], []
    for where, event in mappings(document.get("events"), f"{name}: events"):
        chain = listing(event.get("callchain"), f"{where}: callchain")
        if not chain or any(type(frame) is not int or not 0 <= frame < size for frame in chain):
            raise FormatError(f"{where}: callchain: numbers of functions are expected, of which there are {size:,}")
        chains.append(chain)
        costs.append([*listing(event.get("cost"), f"{where}: cost")[: place + 1], *[None] * (place + 1)][place])
    return chains, amounts(costs, f"{name}: costs of events")
