"""The paths themselves: streamed one by one, counted without listing them, and each in a line of text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeAlias, Unpack, overload

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number
from graphdiff.errors import UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled, counted
from graphdiff.graph.ends import End, Seeds, seeds_of, units
from graphdiff.graph.labels import Once
from graphdiff.graph.options import takes_options
from graphdiff.kernels import run, sweep
from graphdiff.kernels.mapped import walk_parts
from graphdiff.remedies import Keyword
from graphdiff.sums.between import MOST, Between, between_ends, ends_of, exact_sums, restriction
from graphdiff.sums.cycles import on_the_way
from graphdiff.sums.direct import direct_count
from graphdiff.sums.naive import _require_countable
from graphdiff.sums.results import Influences
from graphdiff.sums.sweeps import checked
from graphdiff.text.names import PLAIN, Edge, Naming, edge_name, link_text, node_text
from graphdiff.text.notebook import ROWS
from graphdiff.text.numbers import SHORTEST, chain_of, plain, shorten, shown
from graphdiff.text.requirements import edge_record
from graphdiff.text.sentences import how_many
from graphdiff.text.tables import WIDTH, Frame, Result, Sheet

Numbers: TypeAlias = "Sequence[int] | NDArray[Any]"
#: By the name of an attribute its numbers, and who knows their names.
Unnamed: TypeAlias = "dict[str, tuple[Once, Numbers]]"


@dataclass(frozen=True, slots=True)
class Path:
    """One path.

    Attributes
    ----------
    nodes : tuple
        From source to target; a component merged by ``cycles="collapse"`` is the frozenset of its members.
    edges : tuple of tuples
        ``(u, v)``, or ``(u, v, key)`` in a multigraph, as in the graph.
    influence : number
        The product of the weights.
    """

    nodes: tuple[Any, ...]
    edges: tuple[Edge, ...]
    influence: Number
    naming: Naming = field(default=PLAIN, repr=False, compare=False)
    _unnamed: Unnamed | None = field(default=None, init=False, repr=False, compare=False)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Make the names of the nodes or edges of a path that came by numbers, when they are first asked for."""
            if name not in ("nodes", "edges"):
                raise AttributeError(f"'Path' object has no attribute {name!r}")
            names, numbers = self._unnamed[name]
            object.__setattr__(self, name, names.at(numbers))
            return getattr(self, name)

    def __reduce__(self) -> tuple[Any, ...]:
        return Path, (self.nodes, self.edges, self.influence, self.naming)

    @property
    def length(self) -> int:
        """How many edges the path has."""
        return len(self.edges if self._unnamed is None else self._unnamed["edges"][1])

    def to_dict(self) -> dict[str, Any]:
        """Return the path with its nodes and the ends and keys of its edges as texts."""
        return {
            "nodes": self.naming.listed(self.nodes),
            "edges": [self.naming.parts(edge) for edge in self.edges],
            "influence": plain(self.influence),
        }

    def __str__(self) -> str:
        return f"{' -> '.join(map(node_text, self.nodes))}  ({shown(self.influence)})"

    def __repr__(self) -> str:  # a long one is elided, where str() has all of it
        return f"<Path: {chain_of(list(map(link_text, self.nodes)), WIDTH, ' -> ')}  ({shown(self.influence)})>"


class Paths(Result, list[Path]):
    """A list of paths that shows itself: a line each, in a notebook a row, and in pandas, too.

    Examples
    --------
    >>> Paths([Path(("a", "b", "c"), (("a", "b"), ("b", "c")), 0.5)])
    a -> b -> c  (0.5)
    """

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Path: ...
    @overload
    def __getitem__(self, index: slice, /) -> Paths: ...
    def __getitem__(self, index: Any, /) -> Path | Paths:
        """Return a path, or of a slice a list that shows itself, too."""
        taken = super().__getitem__(index)
        return Paths(taken) if isinstance(taken, list) else taken

    def to_dict(self) -> Any:
        """Return each path as plain values."""
        return [path.to_dict() for path in self]

    def _frame(self) -> Frame:
        return Frame([{**path.to_dict(), "length": path.length} for path in self])

    def _rows(self) -> Iterator[list[str]]:
        for path in self:
            yield [chain_of(list(map(link_text, path.nodes)), WIDTH, " -> "), shown(path.influence)]

    def _sheet(self) -> Sheet:
        return ["path", "influence"], self._rows(), how_many(len(self), "paths")

    def __repr__(self) -> str:
        lines = [f"{chain}  ({influence})" for chain, influence in islice(self._rows(), ROWS)]
        more = [f"… {len(self) - ROWS:,} more"] if len(self) > ROWS else []
        return "\n".join([*lines, *more]) or "no path"

    __str__ = __repr__


def path_record(path: Path, graph: nx.DiGraph | None = None) -> dict[str, Any]:
    """Return the path as a record, and in its ``steps`` the edges as records, with what the graph says they ask for.

    Examples
    --------
    >>> path_record(Path(("a", "b"), (("a", "b"),), 1), nx.DiGraph([("a", "b", {"kind": "dev"})]))["steps"]
    [{'source': 'a', 'target': 'b', 'kind': 'dev'}]
    """
    return path.to_dict() | {"steps": [edge_record(edge, graph, path.naming) for edge in path.edges]}


@takes_options
def iter_paths(
    graph: nx.DiGraph | CompiledGraph,
    source: End,
    target: End,
    *,
    max_paths: int = 1_000_000,
    **options: Unpack[CompileOptions],
) -> Iterator[Path]:
    """Yield every path from `source` to `target`, one by one, depth first in the order of the graph's edges.

    Only nodes that reach the target are entered, and the search keeps its own stack, so that neither dead ends
    nor depth can break it. Parallel edges are paths of their own.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        See `graphdiff.total_influence`; a path's influence is multiplied by the seeds of its ends.
    max_paths : int
        More paths than this are refused before the first one is made; their number is counted exactly.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Yields
    ------
    Path

    Raises
    ------
    TooManyPathsError
        If there are more than `max_paths`.
    UnknownNodeError, WeightError, CycleError, SameComponentError
        As `graphdiff.total_influence`.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> for path in iter_paths(G, "b", "e"):
    ...     print(path)
    b -> c -> e  (2)
    b -> d -> e  (3)
    """
    between = between_ends(compiled(graph, options), source, target)
    _require_countable(between, max_paths)
    return _paths(between)


def _paths(between: Between) -> Iterator[Path]:
    for nodes, edges, influence in _search(between):
        yield path_of(between, [*nodes], edges, influence)


def path_of(between: Between, nodes: Numbers, edges: Numbers, influence: Number) -> Path:
    """Return the path over some nodes, numbered as in `between`, and edges, as in the topology."""
    path = object.__new__(Path)
    unnamed = {"nodes": (between.node_names, nodes), "edges": (between.edge_names, edges)}
    naming = between.graph.topology.naming
    for name, value in (("influence", checked(influence)), ("naming", naming), ("_unnamed", unnamed)):
        object.__setattr__(path, name, value)  # the rest is made when it is asked for
    return path


def _search(between: Between) -> Iterator[tuple[list[int], list[int], Number]]:
    """Depth first with a stack of its own; yields the nodes and edges of the trail, which the next step changes."""
    rows, exits = between.rows, between.exits
    one, _ = between.graph.one_and_zero
    for source, seed in between.starts:
        nodes, edges, products = [source], [-1], [one if seed is None else seed]
        steps = [iter(rows[source])]
        for factor in exits[source]:
            yield nodes, edges[1:], products[0] * factor
        while steps:
            step = next(steps[-1], None)
            if step is None:
                for stack in (steps, nodes, edges, products):
                    stack.pop()
                continue
            head, edge, weight = step
            product = products[-1] * weight
            nodes.append(head)
            edges.append(edge)
            products.append(product)
            steps.append(iter(rows[head]))
            for factor in exits[head]:
                yield nodes, edges[1:], product * factor


@overload
def count_paths(  # type: ignore[overload-overlap]
    graph: nx.DiGraph | CompiledGraph,
    source: None = None,
    target: None = None,
    *,
    modulus: int = 0,
    **options: Unpack[CompileOptions],
) -> int: ...
@overload
def count_paths(  # type: ignore[overload-overlap]
    graph: nx.DiGraph | CompiledGraph,
    source: End,
    target: None = None,
    *,
    modulus: int = 0,
    **options: Unpack[CompileOptions],
) -> Influences: ...
@overload
def count_paths(  # type: ignore[overload-overlap]
    graph: nx.DiGraph | CompiledGraph,
    source: None,
    target: End,
    *,
    modulus: int = 0,
    **options: Unpack[CompileOptions],
) -> Influences: ...
@overload
def count_paths(  # type: ignore[overload-overlap]
    graph: nx.DiGraph | CompiledGraph,
    source: None = None,
    *,
    target: End,
    modulus: int = 0,
    **options: Unpack[CompileOptions],
) -> Influences: ...
@overload
def count_paths(
    graph: nx.DiGraph | CompiledGraph,
    source: End,
    target: End,
    *,
    modulus: int = 0,
    **options: Unpack[CompileOptions],
) -> int: ...
@takes_options
def count_paths(
    graph: nx.DiGraph | CompiledGraph,
    source: End | None = None,
    target: End | None = None,
    *,
    modulus: int = 0,
    **options: Unpack[CompileOptions],
) -> int | Influences:
    """Return how many paths there are, exactly, however many, without listing them. Needs no weights.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES, optional
        See `graphdiff.total_influence`; a seed plays no part.
    modulus : int, optional
        Count modulo this number, from 2 to 2**62: of deep graphs the numbers themselves have ten thousands of digits.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already; `weight` plays no part.

    Returns
    -------
    int, or a mapping of node to int
        With both ends the number of paths between them; with one, a mapping: paths from the source to each
        node, or from each node to the target; with neither, the number of paths from the roots to the leaves.

    Raises
    ------
    UsageError
        If the modulus is no such number.
    UnknownNodeError, CycleError, SameComponentError
        As `graphdiff.total_influence`.

    Examples
    --------
    >>> import networkx as nx
    >>> chain = nx.MultiDiGraph([(i, i + 1) for i in range(40) for _ in range(3)])
    >>> count_paths(chain, 0, 40) == 3**40, count_paths(chain, 0, 40, modulus=1_000_003) == 3**40 % 1_000_003
    (True, True)
    """
    require_modulus(modulus)
    if options.keys() <= {"weight"} and (number := direct_count(graph, source, target)) is not None:
        return number % modulus if modulus else number
    ready = compiled(graph, options) if isinstance(graph, CompiledGraph) else counted(graph, options)
    if (source is None) != (target is None):
        return _counts_from_one_end(ready, source, target, modulus)
    sources, targets = (seeds.anchored(ready) for seeds in ends_of(ready, source, target))
    if on_the_way(ready, sources.positions, targets.positions):
        between_ends(ready, source, target).require_no_loops()
    counting = _Counting(ready, Seeds(sources.positions).at(1), modulus)
    counts = counting.forward(max(targets.positions, default=0))
    if counts is None:  # of what lies between alone the ints of Python are fewer
        return between_ends(ready, source, target).n_paths
    total = sum(int(counts[position]) for position in targets.positions)
    return total % modulus if modulus else total


def require_modulus(modulus: int) -> None:
    """Raise `UsageError` where a modulus is given that is none."""
    if modulus and not (type(modulus) is int and 2 <= modulus <= 2**62):
        raise UsageError(Keyword("modulus", modulus), ": an int from 2 to 2**62")


@dataclass(frozen=True, eq=False)
class _Counting:
    """Numbers of paths by position, swept without weights.

    Attributes
    ----------
    graph : CompiledGraph
    starts : dict of position to int
        How many paths start there.
    modulus : int
        What they are counted modulo; 0 is nothing.
    """

    graph: CompiledGraph
    starts: dict[int, int]
    modulus: int

    def put_in(self) -> tuple[NDArray[np.int64]]:
        """Return the numbers at first."""
        counts = np.zeros(self.graph.n_nodes, dtype=np.int64)
        for position, number in self.starts.items():
            counts[position] = number % self.modulus if self.modulus else number
        return (counts,)

    def forward(self, stop: int) -> NDArray[np.int64] | None:
        """Return the numbers of the paths to each position up to `stop`; None where one is no int of the machine."""
        kernels = sweep.push_counts, sweep.push_modulo
        return self._swept(kernels, min(self.starts, default=0), stop, backwards=False)

    def reverse(self) -> NDArray[np.int64] | None:
        """Return the numbers of the paths from each position."""
        kernels = sweep.pull_counts, sweep.pull_modulo
        return self._swept(kernels, 0, max(self.starts, default=-1) + 1, backwards=True)

    def _swept(self, kernels: tuple[Any, Any], start: int, stop: int, *, backwards: bool) -> NDArray[np.int64] | None:
        rows, (counts,) = self.graph.carriers, self.put_in()
        kernel, most = (kernels[1], self.modulus) if self.modulus else (kernels[0], MOST)
        is_beyond = False

        def walk(first: int, last: int) -> None:
            nonlocal is_beyond
            if not is_beyond:  # the parts behind would be counted in vain
                fits = run(kernel, len(rows.heads), rows.ptr, rows.heads, counts, first, last, most)
                is_beyond = fits is False

        walk_parts(walk, rows.ptr, (rows.heads,), start, stop, backwards=backwards)
        return None if is_beyond else counts


def _counts_from_one_end(graph: CompiledGraph, source: End | None, target: End | None, modulus: int) -> Influences:
    seeds = Seeds(seeds_of(graph, target if source is None else source).anchored(graph).positions)
    if len(graph.topology.cyclic):
        every = units(graph, range(graph.n_nodes))
        restriction(graph, *((seeds, every) if target is None else (every, seeds))).require_no_loops()
    counting, n_nodes = _Counting(graph, seeds.at(1), modulus), graph.n_nodes
    array = counting.forward(n_nodes) if target is None else counting.reverse()
    if array is None:
        kernel = sweep.push_counts if target is None else sweep.pull_counts
        array = arithmetic.as_array(exact_sums(kernel, graph.carriers, counting.put_in, 0, n_nodes)[0])
    if graph.cycles == "collapse":
        array = array[graph.topology.representative]
    return Influences(graph.topology, array, f"path counts modulo {modulus:,}" if modulus else "path counts")


#: A path's line is no longer.
LINE = 160


def path_text(path: Path, *, short: bool = False, width: int = LINE) -> str:
    """Return a path's nodes in one line, elided in the middle where it is long; short leaves out the source.

    Examples
    --------
    >>> chain = Path(tuple(range(30)), (), 1)
    >>> path_text(chain), path_text(chain, width=30)
    ('0 > 1 > 2 > 3 > … 22 more … > 26 > 27 > 28 > 29', '0 > 1 > … 26 more … > 28 > 29')
    """
    names = list(map(link_text, path.nodes))
    if short and len(names) > 2:
        names[0] = "…"
    return chain_of(names, width)


def path_texts(
    paths: Sequence[Path], graph: nx.DiGraph | None = None, *, short: bool = False, width: int = LINE
) -> list[str]:
    """Return each path in one line; those by the same nodes say which of the edges between them they take.

    Parameters
    ----------
    paths : sequence of Path
    graph : networkx.DiGraph, optional
        What the paths are in: its edges are called by their ``kind``, where they have one, else by their keys.
    short : bool
        Leave out the source on all lines but the first.
    width : int
        The columns that each line has.

    Examples
    --------
    >>> paths = [Path(("a", "b"), (("a", "b", key),), 1) for key in (0, 1)]
    >>> path_texts(paths)
    ['a > b  (by 0)', 'a > b  (by 1)']
    """
    return [
        path_text(path, short=short and number > 0, width=max(SHORTEST, width - len(which))) + which
        for number, (path, which) in enumerate(zip(paths, which_edges(paths, graph), strict=True))
    ]


def which_edges(paths: Sequence[Path], graph: nx.DiGraph | None = None) -> list[str]:
    """Return for each path by which edges it goes where another goes by the same nodes; nothing where none does.

    Examples
    --------
    >>> which_edges([Path(("a", "b"), (("a", "b", key),), 1) for key in (0, 1)])
    ['  (by 0)', '  (by 1)']
    """
    alike: defaultdict[tuple[Any, ...], list[tuple[Edge, ...]]] = defaultdict(list)
    for path in paths:
        alike[path.nodes].append(path.edges)
    ends = {
        nodes: [Counter(edge[:2] for edge in set(step)) for step in zip(*edges, strict=True)]
        for nodes, edges in alike.items()
    }
    return [_by_which(path, ends[path.nodes], graph) for path in paths]


def _by_which(path: Path, steps: Sequence[Counter[Edge]], graph: nx.DiGraph | None) -> str:
    """Return by which edges a path goes where others by the same nodes go by others: `steps` count them by their ends.

    Two nodes that count as one, being on a cycle, give a step several ends; parallel edges go by their kinds or keys.
    """
    names = []
    for edge, ends in zip(path.edges, steps, strict=True):
        told = [edge_name(edge[:2])] if len(ends) > 1 else []
        if ends[edge[:2]] > 1:
            told.append(str(edge[2] if graph is None else graph.edges[edge].get("kind", edge[2])))
        names += [" ".join(told)] if told else []
    return f"  (by {shorten(', '.join(names), LINE // 2)})" if names else ""
