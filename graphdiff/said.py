"""What a caller says of each edge beside its weight: an attribute's name, or the numbers themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.edges import find_edge
from graphdiff.errors import UsageError, WeightError, edge_text
from graphdiff.remedies import Keyword
from graphdiff.sensitivity import Sensitivities
from graphdiff.topology import Edge

PerEdge: TypeAlias = "str | Mapping[Any, Number]"


def said_of(graph: Any, found: Sensitivities, said: PerEdge, what: str) -> dict[int, Number]:
    """Return what an attribute or a mapping says of edges on the way, by their numbers; maybe not of all."""
    if isinstance(said, Mapping):
        given = {find_edge(found.topology, edge): value for edge, value in said.items()}
        numbers = {number: given[number] for number in found.numbers.tolist() if number in given}
    elif isinstance(graph, nx.Graph):
        rows = (
            (number, graph.get_edge_data(*edge)) for number, edge in zip(found.numbers.tolist(), found, strict=True)
        )
        numbers = {number: data[said] for number, data in rows if said in data}
    else:
        numbers = _in_column(found, said, what)
    for number, value in numbers.items():
        if not is_real(value):
            raise wrong(found.topology.edge_label(number), what, f"is {value!r}, not a finite real number")
    return numbers


def _in_column(found: Sensitivities, said: str, what: str) -> dict[int, Number]:
    """Return what an attribute of a compiled graph says of edges on the way, by their numbers."""
    columns = found.topology.attributes
    if not columns:
        raise UsageError(
            Keyword(what, said),
            ": none were kept with this graph (read_edges and from_arrays keep them), and else only a networkx graph "
            "has attributes; give a mapping of edge to number",
        )
    if said not in columns:
        have = ", ".join(map(repr, columns))
        raise UsageError(
            Keyword(what, said),
            f" is no attribute of this graph, whose edges have {have}; or give a mapping of edge to number",
        )
    values = zip(found.numbers.tolist(), columns[said].listed(found.numbers), strict=True)
    return {number: value for number, value in values if value is not None}


def is_real(value: Number) -> bool:
    """Return whether a value is a finite real number."""
    try:
        return math.isfinite(value)
    except (TypeError, OverflowError):
        return False


def wrong(edge: Edge, what: str, why: str) -> WeightError:
    """Return the error that says what is wrong with a number of an edge."""
    return WeightError(f"{what} of the edge {edge_text(edge)} {why}", edge=edge)


def all_of(graph: Any, found: Sensitivities, said: PerEdge, what: str) -> dict[int, Number]:
    """Return what is said of edges on the way, of all of them.

    Raises
    ------
    WeightError
        If nothing is said of one.
    """
    numbers = said_of(graph, found, said, what)
    for number, edge in zip(found.numbers.tolist(), found, strict=True):
        if number not in numbers:
            raise missing(edge, what, said)
    return numbers


def missing(edge: Edge, what: str, said: PerEdge | None) -> WeightError:
    """Return the error that something is not said of an edge."""
    name = f" (attribute {said!r})" if isinstance(said, str) else ""
    known = "; 0 says that its weight is known" if what in ("sd", "the variance") else ""
    return wrong(edge, what, f"is missing{name}{known}")
