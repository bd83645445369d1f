"""What is said of the weights beside their values: a number of each edge, draws of all; and how tables name the edges.

What a caller says of each edge is an attribute's name, or the numbers themselves.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import UsageError, ValueOverflowError, WeightError, edge_text, meant, nearest
from graphdiff.graph.topology import Topology, find_edge
from graphdiff.remedies import Keyword, Remedy
from graphdiff.text.names import Edge

__all__ = ["Coefficients", "PerEdge", "weights_of_draws"]

#: What a caller says of each edge: an attribute's name, or the numbers themselves.
PerEdge: TypeAlias = "str | Mapping[Any, Number]"

#: How lavaan calls parameters that are no paths: covariances, scales, intercepts, thresholds.
NO_PATH = re.compile(r".*~~.*|.*~\*~.*|.*~1|[^|]+\|t\d+")


@dataclass(frozen=True, eq=False)
class Coefficients:
    """The edges on the way, as the coefficients of a model, and how its tables call the edges of the graph.

    Attributes
    ----------
    graph : networkx.DiGraph or anything else that compiles
        As the caller gave it: only a networkx graph, and what read_edges made, have attributes.
    topology : Topology
    numbers : int array, shape (n,)
        Which edges of the topology are on the way.
    weights : sequence of numbers, length n
    """

    graph: Any
    topology: Topology
    numbers: NDArray[Any]
    weights: Sequence[Number]

    @cached_property
    def edges(self) -> list[Edge]:
        """Those on the way, by their labels."""
        return list(self.topology.edge_labels(self.numbers))

    def shared(self, deviations: Mapping[int, Number]) -> list[tuple[str, list[int]]]:
        """Return the edges on the way whose weights are one parameter, by its label.

        A path model says so (``G.graph["equal_parameters"]``, which has constraints, too); else it is a label that
        several edges bear, whose weights are the same and have the same deviation.
        """
        groups = [(label, numbers) for label, numbers in self._equal() if len(numbers) > 1]
        known = {number for _, numbers in groups for number in numbers}
        weights = dict(zip(self.numbers.tolist(), self.weights, strict=True))
        alike: dict[Any, list[int]] = {}
        for label, numbers in self._labelled.items():
            for number in numbers:
                if number in weights and deviations.get(number) and number not in known:
                    alike.setdefault((label, weights[number], deviations[number]), []).append(number)
        return groups + [(label, numbers) for (label, *_), numbers in alike.items() if len(numbers) > 1]

    def _equal(self) -> Iterator[tuple[str, list[int]]]:
        """Yield what a path model says of the edges on the way."""
        labelled = self.graph.graph.get("equal_parameters") if isinstance(self.graph, nx.Graph) else None
        if not isinstance(labelled, dict):  # a graph may have an attribute of this name that is not ours
            return
        on_the_way = set(self.numbers.tolist())
        for label, edges in labelled.items():
            numbers = (find_edge(self.topology, edge) for edge in edges)
            yield label, [number for number in numbers if number in on_the_way]

    @cached_property
    def order(self) -> NDArray[Any]:
        """The numbers of all edges in the order in which the graph has them."""
        if self.topology.given is not None:
            return np.argsort(self.topology.given)
        if not isinstance(self.graph, nx.Graph):
            raise UsageError("the order in which the edges were given is not known: name the coefficients")
        edges = (find_edge(self.topology, edge) for edge in _edges_of(self.graph))
        return np.fromiter(edges, dtype=np.int64, count=self.topology.n_edges)

    def named(self, name: Any, what: str) -> list[int]:
        """Return the edges that a name in a table of coefficients means: none where it is of no path.

        Parameters
        ----------
        name : tuple or str
            An edge; the label of one, or of several that are one parameter; ``"Y~X"`` or ``"F=~X"``, as lavaan and
            semopy have it; or ``"X -> Y"``.
        what : str
            The keyword argument that has the name.

        Raises
        ------
        UsageError
            If it is no such name.
        """
        if isinstance(name, tuple):
            return [find_edge(self.topology, name)]
        if numbers := self._labelled.get(str(name)):
            return numbers
        numbers = self._spelled.get(_closed(str(name)), [])
        if len(numbers) > 1:
            edges = self.topology.edge_labels(np.array(numbers))
            there = ", ".join(repr(edge_text(edge, str)) for edge in edges)
            raise UsageError(f"{what} names {name!r}, and that is {len(numbers)} edges: {there}")
        if not numbers and not NO_PATH.fullmatch(str(name)):
            raise UsageError(
                f"{what} names {name!r}, which is no label of an edge and no edge, (tail, head), 'Y~X' or 'X -> Y'",
                meant(nearest(_closed(str(name)), [*self._labelled, *self._spelled])),
            )
        return numbers

    @cached_property
    def _labelled(self) -> dict[str, list[int]]:
        labelled: dict[str, list[int]] = {}
        for number, label in enumerate(self._labels()):
            if label not in (None, ""):
                labelled.setdefault(str(label), []).append(number)
        return labelled

    def _labels(self) -> Iterable[Any]:
        if isinstance(self.graph, nx.Graph):
            return (self.graph.get_edge_data(*edge).get("label") for edge in self.topology.edge_labels())
        column = self.topology.attributes.get("label")
        return () if column is None else column.listed(np.arange(self.topology.n_edges))

    @cached_property
    def _spelled(self) -> dict[str, list[int]]:
        """Edges by the names that tables have for them, without white space; parallel ones by their keys too."""
        spelled: dict[str, list[int]] = {}
        for number, (tail, head, *key) in enumerate(self.topology.edge_labels()):
            names = [
                f"{head}~{tail}",
                f"{tail}=~{head}",
                f"{tail}->{head}",
                *(f"{tail}->{head}(key{one})" for one in key),
            ]
            for name in names:
                spelled.setdefault(_closed(name), []).append(number)
        return spelled


def _closed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _edges_of(graph: Any) -> Any:
    return graph.edges(keys=True) if graph.is_multigraph() else graph.edges


# -- what is said of each edge


def said_of(coefficients: Coefficients, values: PerEdge, what: str) -> dict[int, Number]:
    """Return what an attribute or a mapping says of edges on the way, by their numbers; maybe not of all."""
    listed = coefficients.numbers.tolist()
    if isinstance(values, Mapping):
        given = {find_edge(coefficients.topology, edge): value for edge, value in values.items()}
        numbers = {number: given[number] for number in listed if number in given}
    elif isinstance(coefficients.graph, nx.Graph):
        data_of = coefficients.graph.get_edge_data
        rows = ((number, data_of(*edge)) for number, edge in zip(listed, coefficients.edges, strict=True))
        numbers = {number: data[values] for number, data in rows if values in data}
    else:
        numbers = _in_column(coefficients, values, what)
    for number, value in numbers.items():
        if not is_real(value):
            raise wrong(coefficients.topology.edge_label(number), what, f"is {value!r}, not a finite real number")
    return numbers


def _in_column(coefficients: Coefficients, column: str, what: str) -> dict[int, Number]:
    """Return what an attribute of a compiled graph says of edges on the way, by their numbers."""
    columns = coefficients.topology.attributes
    if not columns:
        raise UsageError(
            Keyword(what, column),
            ": none were kept with this graph (read_edges and from_arrays keep them), and else only a networkx graph "
            "has attributes; give a mapping of edge to number",
        )
    if column not in columns:
        have = ", ".join(map(repr, columns))
        raise UsageError(
            Keyword(what, column),
            f" is no attribute of this graph, whose edges have {have}; or give a mapping of edge to number",
        )
    values = zip(coefficients.numbers.tolist(), columns[column].listed(coefficients.numbers), strict=True)
    return {number: value for number, value in values if value is not None}


def all_of(coefficients: Coefficients, given: PerEdge, what: str) -> dict[int, Number]:
    """Return what is said of edges on the way, of all of them.

    Raises
    ------
    WeightError
        If nothing is said of one.
    """
    numbers = said_of(coefficients, given, what)
    for number, edge in zip(coefficients.numbers.tolist(), coefficients.edges, strict=True):
        if number not in numbers:
            raise missing(edge, what, given)
    return numbers


def is_real(value: Number) -> bool:
    """Return whether a value is a finite real number."""
    try:
        return math.isfinite(value)
    except (TypeError, OverflowError):
        return False


def require_real(numbers: Iterable[Number], what: str) -> None:
    """Raise `UsageError` where a weight or a total is no real number, saying what needs one."""
    for number in numbers:
        try:
            if math.isfinite(number):
                continue
        except OverflowError:
            raise beyond_floats() from None
        except TypeError:  # complex numbers and symbols
            pass
        raise UsageError(f"{what} real weights, not {type(number).__name__} ({number})")


def beyond_floats() -> ValueOverflowError:
    """Return the error that a number of what is computed in floats, whatever the weights are, is none."""
    return ValueOverflowError("what an error or a bound follows from is larger than the largest float (1.8e308)")


def wrong(edge: Edge, what: str, why: str) -> WeightError:
    """Return the error that says what is wrong with a number of an edge."""
    return WeightError(f"{what} of the edge {edge_text(edge)} {why}", edge=edge)


def missing(edge: Edge, what: str, said: PerEdge | None) -> WeightError:
    """Return the error that something is not said of an edge."""
    name = f" (attribute {said!r})" if isinstance(said, str) else ""
    known = "; 0 says that its weight is known" if what in ("sd", "the variance") else ""
    return wrong(edge, what, f"is missing{name}{known}")


# -- draws


def weights_of_draws(coefficients: Coefficients, weights: NDArray[Any], draws: Any, sd: PerEdge | None) -> NDArray[Any]:
    """Return the weights of all edges of the graph in each draw, shape (n_draws, n_edges).

    Parameters
    ----------
    coefficients : Coefficients
    weights : array, shape (n,)
        Of the edges on the way: those that draws leave out keep theirs, where `sd` says 0 of them.
    draws : mapping, DataFrame or array
        The numbers of each coefficient, by its name; or a row a draw, in the order in which the edges were given.
    sd : str or mapping of edge to number, optional

    Raises
    ------
    UsageError
        If there are no two draws, one is no finite number, or an edge on the way or a name is not known.
    """
    edges, rows = _drawn(coefficients, draws)
    if len(rows) < 2:
        raise UsageError(f"draws has {len(rows)} rows: two or more are needed for a spread")
    fixed = {} if sd is None else said_of(coefficients, sd, "sd")
    for number, edge in zip(coefficients.numbers.tolist(), coefficients.edges, strict=True):
        if number not in edges and fixed.get(number) != 0:
            does = "where it has 0 for the edge says that it is fixed"
            raise UsageError(f"draws has no column of the edge {edge_text(edge)}", Remedy(Keyword("sd"), does))
    table = np.zeros((len(rows), coefficients.topology.n_edges))
    table[:, coefficients.numbers] = weights
    table[:, list(edges)] = rows[:, list(edges.values())]
    return table


def _drawn(coefficients: Coefficients, draws: Any) -> tuple[dict[int, int], NDArray[Any]]:
    """Return in which column of the draws each edge is, and the draws."""
    names, rows = _columns(coefficients, draws)
    edges = by_edge([coefficients.named(name, "draws") for name in names], rows.T, coefficients.topology, "draws")
    bad = np.argwhere(~np.isfinite(rows))
    if len(bad):
        row, column = bad[0].tolist()
        raise UsageError(f"draws: {names[column]!r} is {rows[row, column]} in row {row + 1}; leave that draw out")
    return edges, rows


def _columns(coefficients: Coefficients, draws: Any) -> tuple[list[Any], NDArray[Any]]:
    """Return what the columns of draws are called, by name or by edge, and a row a draw."""
    if isinstance(draws, Mapping):
        columns = [as_floats(list(values)) for values in draws.values()]
        if len(set(map(len, columns))) > 1:
            raise UsageError("draws has columns of different lengths: a row is a draw of all coefficients")
        return list(draws), np.column_stack(columns) if columns else np.zeros((0, 0))
    named = hasattr(draws, "columns")
    rows = as_floats(draws.to_numpy() if named else np.asarray(draws))
    names = list(draws.columns if named else coefficients.topology.edge_labels(coefficients.order))
    if rows.ndim != 2 or rows.shape[1] != len(names):
        raise UsageError(f"draws has shape {rows.shape}: a row a draw, a column for each of the {len(names):,} edges")
    return names, rows


def by_edge(axis: Sequence[Sequence[int]], values: NDArray[Any], topology: Topology, what: str) -> dict[int, int]:
    """Return at which place of an axis each edge is; in several only where these have the same values.

    Tables of models with equal parameters have these once for each path.
    """
    places: dict[int, int] = {}
    for place, edges in enumerate(axis):
        for number in edges:
            other = places.setdefault(number, place)
            if other != place and not np.array_equal(values[other], values[place]):
                edge = edge_text(topology.edge_label(number))
                raise UsageError(f"{what} has the edge {edge} twice, with different numbers")
    return places


def as_floats(numbers: Any) -> NDArray[Any]:
    """Return real numbers, a list or an array of any shape, as floats, or raise where one is beyond them."""
    given = numbers if isinstance(numbers, np.ndarray) else arithmetic.as_array(list(numbers))
    if given.dtype.kind in "fiu":
        return given.astype(np.float64)
    try:
        floats = [float(arithmetic.finished(number)) for number in given.ravel().tolist()]
    except OverflowError:
        raise beyond_floats() from None
    return np.array(floats, dtype=np.float64).reshape(given.shape)
