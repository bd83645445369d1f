"""`compile`: a graph becomes arrays once, in topological order and with checked weights; then one asks often.

This is the only place that looks at a networkx graph, checks a weight or a cycle policy; nothing after it
sorts, hashes a label or checks a weight again. (One plain question about a plain graph goes round it: `influence`.)
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal, TypeAlias, TypedDict, Unpack, cast

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike, NDArray

from graphdiff import arithmetic
from graphdiff.arithmetic import Number, Weights
from graphdiff.errors import FormatError, UsageError, ValueOverflowError, WeightError
from graphdiff.graph import intake, storage
from graphdiff.graph.attributes import Column, Columns, column_of, columns_of
from graphdiff.graph.costs import HIDDEN
from graphdiff.graph.measured import is_profile
from graphdiff.graph.particulars import with_particulars, with_places
from graphdiff.graph.plain import Plain, few_in
from graphdiff.graph.presets import WEIGHTS, Preset, unit
from graphdiff.graph.reweighting import in_order_of_rows
from graphdiff.graph.sparse import sparse_matrix
from graphdiff.graph.topology import Rows, Topology, arrange, in_rows
from graphdiff.kernels import FEW
from graphdiff.kernels.blocks import turned
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.remedies import Call, Keyword, Remedy
from graphdiff.text.names import Edge
from graphdiff.text.notebook import Displayed, card
from graphdiff.text.sentences import how_many

CyclePolicy: TypeAlias = Literal["raise", "collapse", "solve", "reduced-form"]
Weight: TypeAlias = str | Preset | Callable[[Any, Any, dict[str, Any]], Number] | None
#: Called with how much is done and, where that is known, how much there is to do.
Progress: TypeAlias = Callable[[int, int | None], None]
POLICIES = ("raise", "collapse", "solve", "reduced-form")
#: What a saved graph keeps beside its arrays.
SETTINGS = ("cycles", "exact", "edge_meaning", "weight_meaning", "node_meaning")


class CompileOptions(TypedDict, total=False):
    """The options of `compile`, which every function takes beside a graph that is not compiled yet."""

    weight: Weight
    default_weight: Number
    cycles: CyclePolicy
    exact: bool


DEFAULTS = {"weight": "weight", "default_weight": None, "cycles": "raise", "exact": False}


@dataclass(frozen=True, eq=False, repr=False)
class CompiledGraph(Displayed):
    """A graph ready for any number of questions: frozen, its arrays read-only.

    Made by `compile` or `CompiledGraph.from_arrays`.

    Attributes
    ----------
    topology : Topology
        The shape: order, rows, components, labels.
    weights : float64, float32 or int64 array, or list of objects, shape (n_edges,)
        In the order of the topology's edges.
    cycles : {"raise", "collapse", "solve", "reduced-form"}
        What happens where a cycle lies on the way.
    exact : bool
        Whether floats are taken as the dyadic rationals that they are.
    edge_meaning, weight_meaning : str
        What an edge and a weight say, in the words of the file or of the preset.
    node_meaning : str
        What nodes are called, in the plural.
    """

    topology: Topology
    weights: Weights
    cycles: CyclePolicy = "raise"
    exact: bool = False
    edge_meaning: str = "unknown"
    weight_meaning: str = "unknown"
    node_meaning: str = "unknown"

    def __post_init__(self) -> None:
        if isinstance(self.weights, np.ndarray):
            self.weights.flags.writeable = False

    def __getstate__(self) -> dict[str, Any]:
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__post_init__()

    @classmethod
    def from_arrays(
        cls,
        tails: ArrayLike,
        heads: ArrayLike,
        weights: ArrayLike | None = None,
        *,
        labels: Sequence[Hashable] | None = None,
        n_nodes: int | None = None,
        attributes: Mapping[str, Any] | None = None,
        cycles: CyclePolicy = "raise",
        exact: bool = False,
    ) -> CompiledGraph:
        """Compile edges that are arrays, with no networkx graph in between.

        Parameters
        ----------
        tails, heads : array of int, shape (n_edges,)
            Node ids from 0, in any order.
        weights : array of numbers, shape (n_edges,), optional
            1 on every edge where it is left out. A float32 array stays one, for its memory; sums are float64.
        labels : sequence of hashables, optional
            The label of each id; the ids themselves where it is left out.
        n_nodes : int, optional
            How many nodes there are, where some of the last have no edge; by default as many as ids or labels say.
        attributes : mapping of name to array, optional
            What else is known of the edges, each of shape (n_edges,): numbers, bools or text, None or NaN where it is
            missing. ``uncertainty(graph, …, sd="se")`` and `annotate` find them.
        cycles, exact
            As in `compile`.

        Returns
        -------
        CompiledGraph
            Its edges are named by their ends, ``(tail, head)``; where any two have the same ends all are named
            ``(tail, head, key)``, the key 0, 1, … in the order of the arrays, as in a networkx MultiDiGraph.

        Raises
        ------
        UsageError
            If the arrays differ in length, an id has no label or is beyond `n_nodes`, or an attribute is of no such
            kind.
        WeightError
            If a weight is no finite number.

        Examples
        --------
        >>> CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2], [2.0, 3.0, 5.0])
        <CompiledGraph: 3 nodes, 3 edges, no cycles>
        >>> CompiledGraph.from_arrays([0, 0, 1], [1, 1, 2]).edges()
        [(0, 1, 0), (0, 1, 1), (1, 2, 0)]
        """
        check_policy(cycles)
        edges = intake.from_arrays(tails, heads, weights, labels, n_nodes)
        columns = columns_of(attributes or {}, edges.n_edges)
        topology, numbers = arrange(edges.n_nodes, edges.tails, edges.heads, names=edges.names)
        if columns:
            topology = replace(topology, attributes={name: each.at(numbers) for name, each in columns.items()})
        values = unit.compute(topology, cycles, exact) if edges.weights is None else in_rows(edges.weights, numbers)
        meaning = unit.name if weights is None else "unknown"
        return cls(topology, arithmetic.exactly(values) if exact else values, cycles, exact, weight_meaning=meaning)

    def __repr__(self) -> str:
        counts = f"{how_many(self.n_nodes, 'nodes')}, {how_many(self.n_edges, 'edges')}"
        return f"<CompiledGraph: {counts}, {self._cycles_text()}>"

    def _cycles_text(self) -> str:
        cyclic = len(self.topology.cyclic)
        return f"{how_many(cyclic, 'components')} with cycles ({self.cycles})" if cyclic else "no cycles"

    def _shown(self) -> dict[str, str]:
        meanings = {"an edge": self.edge_meaning, "a weight": self.weight_meaning, "nodes are": self.node_meaning}
        rows = [("nodes", f"{self.n_nodes:,}"), ("edges", f"{self.n_edges:,}"), ("cycles", self._cycles_text())]
        said = [(name, meaning) for name, meaning in meanings.items() if meaning != "unknown"]
        return {"text/html": card([*rows, *said], "CompiledGraph")}

    def __len__(self) -> int:
        return self.n_nodes

    @property
    def n_nodes(self) -> int:
        """How many nodes there are."""
        return self.topology.n_nodes

    @property
    def n_edges(self) -> int:
        """How many edges there are, parallel ones counted one by one."""
        return self.topology.n_edges

    @property
    def labels(self) -> Sequence[Any]:
        """The nodes in topological order."""
        return self.topology.labels

    @property
    def tails(self) -> NDArray[Any]:
        """The position of each edge's tail, shape (n_edges,)."""
        tails = self.topology.rows.tails
        tails.flags.writeable = False
        return tails

    @property
    def heads(self) -> NDArray[Any]:
        """The position of each edge's head, shape (n_edges,)."""
        return self.topology.heads

    @property
    def attributes(self) -> Columns:
        """What else is known of the edges, by name: numbers, bools or text, None where missing, in their order."""
        return self.topology.attributes

    def edges(self) -> list[Edge]:
        """Return the edges as ``(tail, head)``, or ``(tail, head, key)`` in a multigraph, in the arrays' order."""
        return list(self.topology.edge_labels())

    def to_scipy(self, nodes: Iterable[Hashable] | None = None) -> Any:
        """Return the weights as a ``scipy.sparse.csr_array``: entry ``[i, j]`` is the edge i -> j.

        Parameters
        ----------
        nodes : iterable of nodes, optional
            What row i and column i are of, every node once; ``nodes=graph.labels`` is the order of `labels`. By
            default the nodes stand in the order in which they were given: the ids of `from_arrays`, ``list(G)`` of
            networkx, the rows of a matrix, the first appearances in a table (all sources first).

        Returns
        -------
        scipy.sparse.csr_array, shape (n_nodes, n_nodes)
            Of the type of the weights: float64, float32, int64 or complex128. Parallel edges are added, float32 as
            float64; an edge of weight 0 is an entry, which `compile` takes for no edge. ``.tocsc()`` has its columns.

        Raises
        ------
        MissingExtraError
            If scipy is not installed.
        UsageError
            If the weights are Fractions, symbols or others that scipy has no type for, or `nodes` has not every node
            once.
        ValueOverflowError
            If the sum of parallel edges is beyond the numbers of that type.

        Examples
        --------
        >>> graph = CompiledGraph.from_arrays([1, 0, 0], [2, 2, 1], [5.0, 3.0, 2.0])
        >>> graph.to_scipy().toarray()
        array([[0., 2., 3.],
               [0., 0., 5.],
               [0., 0., 0.]])
        """
        return sparse_matrix(self.topology, self.weights, nodes)

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the graph to a file of plain arrays, whole or not at all (see `graphdiff.graph.storage`).

        `graphdiff.read` and all verbs of the command line read it where it is called ``.gdiff``.

        Parameters
        ----------
        path : str or path-like
        overwrite : bool
            Whether a file of that name is replaced.

        Raises
        ------
        UsageError
            If weights are neither floats nor ints of 64 bits, or a label, key or attribute is no plain value.
        OutputError
            If the file exists and is not to be replaced, or cannot be written.
        """
        settings = {name: getattr(self, name) for name in SETTINGS}
        storage.save(path, self.topology, self.weights, settings, overwrite=overwrite)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, mmap: bool = True) -> CompiledGraph:
        """Open a saved graph: its order, its rows and its labels are as they were, and nothing is compiled again.

        Parameters
        ----------
        path : str or path-like
        mmap : bool
            Map the file into memory, so that processes share it and weights are read when they are used; else read
            and check all of it, weights and checksums too. `graphdiff.graph.arrayfile` says what is checked when.

        Raises
        ------
        InputError
            If the file cannot be read.
        FormatError
            If it is no saved graph, or damaged.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2], labels=["a", "b", "c"]).save(f"{folder}/graph")
        ...     graph = CompiledGraph.load(f"{folder}/graph", mmap=False)
        >>> graph, graph.edges()
        (<CompiledGraph: 3 nodes, 3 edges, no cycles>, [('a', 'b'), ('a', 'c'), ('b', 'c')])
        """
        return cls._of_saved(storage.load(path, mmap=mmap), os.fspath(path))

    @classmethod
    def loads(cls, data: bytes | mmap.mmap, *, name: str = "the saved graph") -> CompiledGraph:
        """Return the graph that was saved as these bytes, or in this map of a file, all of it checked.

        `name` is what errors call it.

        Raises
        ------
        FormatError
            If they are no saved graph, or damaged.
        """
        return cls._of_saved(storage.loads(data, name), name)

    @classmethod
    def _of_saved(cls, saved: tuple[Topology, NDArray[Any], dict[str, Any]], name: str) -> CompiledGraph:
        topology, weights, settings = saved
        if settings["cycles"] not in POLICIES:
            raise FormatError(f"{name}: there is no cycle policy {settings['cycles']!r}")
        return cls(topology, weights, **settings)

    def with_attributes(self, graph: nx.DiGraph) -> CompiledGraph:
        """Return the same graph with what a networkx graph says beside edges and weights, so that `save` keeps it.

        Parameters
        ----------
        graph : networkx.DiGraph or networkx.MultiDiGraph
            What this was compiled from.

        Returns
        -------
        CompiledGraph
            With the attributes of nodes, of edges and of the whole graph. The attribute that the weights are is the
            weights: it takes no room of its own.

        Raises
        ------
        UsageError
            If it is another graph, or an attribute is no number or text, nor a list, tuple or dict of them.

        Examples
        --------
        >>> G = nx.DiGraph([("app", "web", {"cost": 2.0, "kind": "dev"})], edge_meaning="depends on")
        >>> graph = compile(G, weight="cost").with_attributes(G)
        >>> list(graph.attributes["kind"]), graph.topology.about
        (['dev'], {'edge_meaning': 'depends on'})
        """
        topology = with_particulars(self.topology, graph)
        columns = dict(topology.attributes)
        name = self._attribute_of_weights(columns)
        if name is not None and isinstance(self.weights, np.ndarray):
            columns[name] = Column(self.weights)
        return replace(self, topology=replace(topology, attributes=columns))

    def _attribute_of_weights(self, columns: Columns) -> str | None:
        """Return which attribute of the edges the weights are; None where they are those of a preset."""
        for name in dict.fromkeys((self.weight_meaning, "weight", *columns)):
            numbers = columns[name].numbers if name in columns else None
            if numbers is not None and arithmetic.equal(numbers, self.weights):
                return name
        if self.preset is not None:
            return None
        return self.weight_meaning if self.weight_meaning in columns else "weight"

    def reweighted(self, weights: Weights, meaning: str = "unknown") -> CompiledGraph:
        """Return the same graph with other weights, given in the order of the edges."""
        return replace(self, weights=weights, weight_meaning=meaning)

    def with_weights(self, weights: ArrayLike | Mapping[Edge, Number], *, meaning: str = "unknown") -> CompiledGraph:
        """Return the same graph with other weights: its shape is shared, and nothing is ordered anew.

        What a bootstrap, a sweep over a parameter or a model that is trained again asks for. The weights are checked
        and have the kind that they would have had in `compile`; `cycles` and `exact` stay.

        Parameters
        ----------
        weights : array of numbers, shape (n_edges,), or mapping of edge to number
            An array (list, Series, Arrow column) is in the order in which the edges were given: that of the arrays of
            `from_arrays`, of the rows of the table of `read_edges`, of the list or dict, of ``G.edges`` of networkx,
            of the ``data`` of a csr, csc or coo matrix that has every entry once and no zeros; of every other matrix
            and of a square frame row by row, without zeros. Rows that ``repeats="add"`` made one edge stand where
            the first of them stood. A saved graph keeps that order; `edges` lists the edges in another.

            A mapping has every edge once, as ``(tail, head)`` or ``(tail, head, key)``; a Series of pandas with a
            MultiIndex is one, too.
        meaning : str
            What the weights say, for reports; ``meaning=graph.weight_meaning`` where that is the same as before.

        Returns
        -------
        CompiledGraph

        Raises
        ------
        UsageError
            If there are too few or too many, an edge is named twice, or the order is not known: of files that
            were saved without it.
        UnknownNodeError, UnknownEdgeError
            If a name of the mapping is that of no edge.
        WeightError
            If a weight is missing, not a number, NaN or infinite; it names the edge and counts the others.

        Examples
        --------
        >>> graph = CompiledGraph.from_arrays([1, 0, 0], [2, 2, 1], [5.0, 3.0, 2.0])
        >>> again = graph.with_weights([50.0, 30.0, 20.0])
        >>> again.edges(), again.weights
        ([(0, 2), (0, 1), (1, 2)], array([30., 20., 50.]))
        >>> graph.with_weights({(0, 1): 1, (0, 2): 2, (1, 2): 3}).weights
        array([2, 1, 3])
        """
        values = in_order_of_rows(self.topology, weights)
        return self.reweighted(arithmetic.exactly(values) if self.exact else values, meaning)

    def with_preset(self, preset: Preset) -> CompiledGraph:
        """Return the same graph with the weights of a preset.

        `graphdiff.weights.normalised` and `graphdiff.weights.per_activation` read the edges' attribute ``weight``;
        where none is known, the graph's own weights.

        Examples
        --------
        >>> from graphdiff.weights import normalised
        >>> CompiledGraph.from_arrays([0, 1], [2, 2], [1.0, -3.0]).with_preset(normalised).weights
        array([0.25, 0.75])
        """
        topology = self.topology
        if preset.measured == ("weight",) and "weight" not in topology.attributes:
            own = Column(arithmetic.as_array(arithmetic.listed(self.weights)))
            about = {**topology.about, "weight_meaning": self.weight_meaning}
            topology = replace(topology, attributes={**topology.attributes, "weight": own}, about=about)
        weights = preset.compute(topology, self.cycles, self.exact)
        return replace(self, topology=topology, weights=weights, weight_meaning=preset.name)

    @cached_property
    def counting(self) -> CompiledGraph:
        """The same graph with weight 1 on every edge."""
        return self.with_preset(unit)

    @cached_property
    def preset(self) -> str | None:
        """The name of the preset of `graphdiff.weights` that the weights are; None where they are those of none.

        An attribute may bear the name of a preset, so the numbers are compared.

        Examples
        --------
        >>> CompiledGraph.from_arrays([0, 0], [1, 2]).preset, CompiledGraph.from_arrays([0], [1], [1.0]).preset
        ('unit', None)
        """
        preset = WEIGHTS.get(self.weight_meaning)
        if preset is None or not preset.can_be_of(self.topology):
            return None
        try:
            anew = self.with_preset(preset).weights
        except WeightError:  # then they are an attribute's that has the name
            return None
        return preset.name if arithmetic.equal(anew, self.weights) else None

    # -- what the sweeps walk

    @cached_property
    def one_and_zero(self) -> tuple[Number, Number]:
        """1 and 0 in the type of the weights."""
        return arithmetic.one_and_zero(self.weights if self.kind is None else np.empty(0, dtype=self.kind))

    @cached_property
    def is_few(self) -> bool:
        """Whether lists hold all that a sweep needs: few nodes and edges without cycles, floats or ints."""
        is_small = self.n_nodes + self.n_edges <= FEW and not len(self.topology.cyclic)
        return is_small and isinstance(self.weights, np.ndarray)

    @property
    def divisible(self) -> CompiledGraph:
        """The same graph with ints and dyadics as Fractions, where an answer needs division."""
        # Itself a cached property would keep alive for ever.
        return self if self._is_divisible else self._in_fractions

    @cached_property
    def _is_divisible(self) -> bool:
        return arithmetic.are_divisible(self.weights)

    @cached_property
    def _in_fractions(self) -> CompiledGraph:
        return replace(self, weights=arithmetic.as_fractions(self.weights))

    @cached_property
    def absolute(self) -> CompiledGraph:
        """The same graph with the absolute values of the weights: what its sums can be at most.

        These are sums over walks, also where the graph itself has the reduced form of its equations.

        Raises
        ------
        TypeError
            If a weight has no absolute value.
        ValueOverflowError
            If that of a complex weight is no float.
        """
        if not len(self.weights):  # of which no kind of number could be told
            return self
        summing: CyclePolicy = "solve" if self.cycles == "reduced-form" else self.cycles
        if isinstance(self.weights, np.ndarray) and self.weights.min() >= 0:
            return replace(self, cycles=summing)  # the weights themselves, which may be more than the memory
        if isinstance(self.weights, np.ndarray) and (
            self.weights.dtype.kind == "f" or self.weights.min() > np.iinfo(np.int64).min
        ):
            return Sizes.of(self, self.weights.dtype, cycles=summing)
        numbers = map(arithmetic.finished, arithmetic.listed(self.weights))
        try:
            return replace(self, weights=arithmetic.unify(list(map(arithmetic.size, numbers))), cycles=summing)
        except OverflowError:
            raise ValueOverflowError("the absolute value of a complex weight is more than the largest float") from None

    @cached_property
    def sizes(self) -> CompiledGraph:
        """The same graph with the absolute values of its numbers as floats, for bounds."""
        if isinstance(self.weights, np.ndarray):
            return Sizes.of(self, np.dtype(np.float64), exact=False)
        return replace(self, weights=np.abs(np.asarray(self.weights, dtype=np.float64)), exact=False)

    @property
    def kind(self) -> np.dtype[Any] | None:
        """The type of the weights where they are an array."""
        return self.weights.dtype if isinstance(self.weights, np.ndarray) else None

    @property
    def in_floats(self) -> bool:
        """Whether the weights are an array of floats."""
        return self.kind is not None and self.kind.kind == "f"

    @property
    def read(self) -> tuple[Weights, bool]:
        """What kernels read as the weights of the edges, and whether they count by their absolute values."""
        return self.weights, False

    @property
    def swept(self) -> tuple[Weights, bool]:
        """The same of the carriers."""
        return self.carried, False

    @cached_property
    def exact_words(self) -> float:
        """About how many machine words a sweep of exact sums touches: mantissas grow with every step."""
        bits = [0] * self.n_nodes
        words = 0.0
        for node, row in enumerate(self.listed_rows):
            for head, weight in row:
                ratio = arithmetic.finished(weight).as_integer_ratio()
                size = bits[node] + ratio[0].bit_length() + ratio[1].bit_length() - 1
                words += 1 + size / 64
                bits[head] = max(bits[head], size)
        return words

    @cached_property
    def solved(self) -> dict[int, Any]:
        """What has been solved so far: the walks within each component, by its first position."""
        return {}

    @cached_property
    def walked(self) -> list[int]:
        """How many edges have been walked in plain Python so far: one number, which the sweeps count up."""
        return [0]

    def anchor(self, position: int) -> int:
        """Return where a sweep keeps the value of the node at `position`."""
        return int(self.topology.representative[position]) if self.cycles == "collapse" else position

    def anchors(self, positions: Sequence[int] | NDArray[Any]) -> NDArray[np.int64]:
        """Return where a sweep keeps the values of the nodes at some positions."""
        places = np.asarray(positions, dtype=np.int64)
        if self.cycles != "collapse" or not len(self.topology.cyclic):
            return places
        return self.topology.representative[places].astype(np.int64)

    @cached_property
    def carriers(self) -> Rows:
        """The edges that a sweep walks one by one: those between components, collapsed where asked."""
        return self.topology.quotient if self.cycles == "collapse" else self.topology.outer

    @cached_property
    def carried(self) -> Weights:
        """The weights of the carriers."""
        if not len(self.topology.cyclic):
            return self.weights
        return arithmetic.taken(self.weights, self.carriers.edges)

    @cached_property
    def turned(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """The carriers and their weights, floats, with every edge turned round (`kernels.blocks.turn`)."""
        return turned(self.carriers.ptr, self.carriers.heads, cast("NDArray[Any]", self.carried))

    @cached_property
    def listed_rows(self) -> list[list[tuple[int, Number]]]:
        """The carriers as a list of ``(head, weight)`` for each position, for sweeps in plain Python."""
        return _listed(self.carriers.ptr, self.carriers.heads, self.carried)

    def rows_at(self, positions: NDArray[Any]) -> list[list[tuple[int, Number]]]:
        """Return the carriers that leave some positions, as a list of ``(head, weight)`` for each."""
        places, ptr = self.carriers.places(positions)
        return _listed(ptr, self.carriers.heads[places], arithmetic.taken(self.carried, places))


class Sizes(CompiledGraph):
    """The absolute values of weights that may be more than the memory: an array of them is made where one is asked for.

    Sweeps by kernels, and what flows through edges, take them from the weights themselves.
    """

    @classmethod
    def of(cls, graph: CompiledGraph, kind: np.dtype[Any], **changes: Any) -> Sizes:
        """Return the absolute values of the weights of a graph, which are an array, as numbers of some kind."""
        sizes = cls.__new__(cls)
        own = {name: getattr(graph, name) for name in cls.__dataclass_fields__ if name != "weights"}
        sizes.__dict__.update(own | changes | {"_signed": graph.weights, "_kind": kind})
        return sizes

    def __reduce__(self) -> tuple[Any, ...]:
        return CompiledGraph, tuple(getattr(self, name) for name in self.__dataclass_fields__)

    @cached_property
    def weights(self) -> NDArray[Any]:
        """The absolute values."""
        weights: NDArray[Any] = np.abs(np.asarray(self._signed).astype(self._kind, copy=False))
        weights.flags.writeable = False
        return weights

    @cached_property
    def _signed(self) -> Weights:
        """What they are the absolute values of; of other weights, given later, these."""
        return self.weights

    @cached_property
    def _kind(self) -> np.dtype[Any] | None:
        return self._signed.dtype if isinstance(self._signed, np.ndarray) else None

    @property
    def kind(self) -> np.dtype[Any] | None:
        """The type of the weights; None of those given later that are no array."""
        return self._kind

    @property
    def read(self) -> tuple[Weights, bool]:
        """The weights with their signs."""
        return self._signed, True

    @property
    def swept(self) -> tuple[Weights, bool]:
        """The same, where all edges are swept."""
        return super().swept if len(self.topology.cyclic) else self.read


def _listed(ptr: NDArray[Any], heads: NDArray[Any], weights: Weights) -> list[list[tuple[int, Number]]]:
    pairs = list(zip(heads.tolist(), arithmetic.listed(weights), strict=True))
    rows = [pairs[start:stop] for start, stop in pairwise(ptr.tolist())]
    return rows if isinstance(weights, np.ndarray) else [_parallels_added(row) for row in rows]


def _parallels_added(row: list[tuple[int, Number]]) -> list[tuple[int, Number]]:
    """Add the weights of parallel edges first, so that symbols come out factored."""
    return list(arithmetic.added(row).items())


def compile(
    graph: nx.DiGraph | NDArray[Any] | Any,
    *,
    weight: Weight = "weight",
    default_weight: Number = None,
    cycles: CyclePolicy = "raise",
    exact: bool = False,
) -> CompiledGraph:
    """Compile a graph for any number of questions, as `re.compile` does a pattern.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph, or another form of a graph
        A square array, ``scipy.sparse`` matrix or frame (pandas, polars, pyarrow, …): entry ``[i, j]`` is the weight
        of the edge i -> j and 0 means no edge. (lavaan's ``beta`` is the transpose.) A ``rustworkx.PyDiGraph`` or
        directed ``igraph.Graph``; nodes are called by what they carry (igraph: by ``name``) where that is distinct,
        else by their index. A list of edges ``(u, v)``, ``(u, v, weight)`` or ``(u, v, {attribute: value})``. A dict of
        rows, each a dict of heads with weights or attributes, or a list of heads. What is compiled already is returned
        as it is, and takes no options.
    weight : str, preset, callable or None
        A string is an edge attribute; a preset one of `graphdiff.weights`; a callable
        ``(u, v, data) -> number``; None is 1 on every edge. An array brings its own weights.
    default_weight : number, optional
        The weight of an edge that has none. Without it such an edge is an error.
    cycles : {"raise", "collapse", "solve", "reduced-form"}
        Where a cycle lies on the way asked about: refuse; take each strongly connected component as one node;
        sum the infinitely many walks, (I - A)^-1; or solve the edges as simultaneous equations, also (I - A)^-1,
        where the walks need not converge and the total then is no sum of them.
    exact : bool
        Take floats as the dyadic rationals that they are, and return Fractions.

    Returns
    -------
    CompiledGraph

    Raises
    ------
    GraphTypeError
        If the graph is undirected, a quotient for looking at, or no graph.
    WeightError
        If a weight is missing, not a number, NaN or infinite; it names the edge and counts the others.
    UsageError
        If `cycles` is none of these, or `weight` nothing that gives weights.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
    >>> compile(G)
    <CompiledGraph: 4 nodes, 4 edges, no cycles>
    """
    if isinstance(graph, CompiledGraph):
        given = {"weight": weight, "default_weight": default_weight, "cycles": cycles, "exact": exact}
        other = {name: value for name, value in given.items() if value != DEFAULTS[name]}
        return compiled(graph, cast(CompileOptions, other))
    check_policy(cycles)
    if not (weight is None or isinstance(weight, (str, Preset)) or callable(weight)):
        raise UsageError(
            Keyword("weight", weight), ": an edge attribute's name, a preset, a function or None (1 on every edge)"
        )
    if isinstance(weight, str) and (few := few_in(graph, weight)) is not None:
        return _of_few(few, weight, intake.meanings_of(cast(nx.DiGraph, graph).graph), cycles, exact)
    with collector_at_rest():
        return _compiled(graph, weight, default_weight, cycles, exact)


def _of_few(few: Plain, weight: str, meanings: Mapping[str, Any], cycles: CyclePolicy, exact: bool) -> CompiledGraph:
    """Return a small graph compiled that is in order already."""
    meaning = weight_meaning_of(weight, meanings["weight_meaning"])
    weights = arithmetic.exactly(few.weights()) if exact else few.weights()
    edges, nodes = meanings["edge_meaning"], meanings["node_meaning"]
    return CompiledGraph(few.shape(), weights, cycles, exact, edges, meaning, nodes)


def _compiled(graph: Any, weight: Weight, default_weight: Number, cycles: CyclePolicy, exact: bool) -> CompiledGraph:
    """Return any graph compiled."""
    edges = intake.from_graph(graph)
    topology, numbers = _arranged(edges)
    topology = with_places(topology, graph)
    preset = unit if weight is None else weight
    if isinstance(preset, Preset):
        if preset.counts_by:
            counts = intake.weights(edges, preset.counts_by, default_weight) if edges.weights is None else None
            topology = replace(topology, counts=None if counts is None else in_rows(counts, numbers))
        topology = _with_measured(topology, preset, graph, edges, numbers, cycles, default_weight)
        weights, meaning = preset.compute(topology, cycles, exact), preset.name
    else:
        known = edges.weights
        values = intake.weights(edges, preset, default_weight, exact=exact) if known is None else known
        weights, meaning = in_rows(values, numbers), weight_meaning_of(preset, edges.weight_meaning)
    if exact:
        weights = arithmetic.exactly(weights)
    return CompiledGraph(topology, weights, cycles, exact, edges.edge_meaning, meaning, edges.node_meaning)


def _with_measured(
    topology: Topology,
    preset: Preset,
    graph: Any,
    edges: intake.Edges,
    numbers: NDArray[Any] | None,
    cycles: str,
    default: Number,
) -> Topology:
    """Return the shape with the columns that a preset reads.

    Raises
    ------
    WeightError
        If an edge or a node has no such number; edges that carry nothing need none.
    """
    if not preset.measured:
        return topology
    _require_calls(preset, graph, edges)
    columns = {name: _measured(topology, edges, name, numbers, cycles, default) for name in preset.measured}
    of_nodes = {name: Column(intake.numbers_of_nodes(graph, name)) for name in preset.measured_of_nodes}
    of_nodes |= intake.told_of_nodes(graph, preset.told_of_nodes)
    if preset.measured_of_nodes and any(HIDDEN in data for _, data in graph.nodes(data=True)):
        of_nodes[HIDDEN] = column_of([data.get(HIDDEN) for _, data in graph.nodes(data=True)], HIDDEN)
    attributes, node_attributes = {**topology.attributes, **columns}, {**topology.node_attributes, **of_nodes}
    recursion = graph.graph.get("recursion") if isinstance(graph, nx.Graph) else None
    about = {**topology.about, **({"recursion": recursion} if recursion else {})}
    about |= {"weight_meaning": edges.weight_meaning} if preset.told_of_nodes else {}
    return replace(topology, attributes=attributes, node_attributes=node_attributes, about=about)


def _require_calls(preset: Preset, graph: Any, edges: intake.Edges) -> None:
    """Raise `WeightError` where a profile counts no calls, and the preset is of how many there were."""
    if not isinstance(graph, nx.Graph) or not is_profile(graph) or "calls" not in preset.measured:
        return
    if len(edges.data) and not any("calls" in data for data in edges.data):
        counts = "samples and no calls" if graph.graph.get("kind") == "sampled" else "no calls"
        raise WeightError(
            f"this file counts {counts}, and {preset.name} is of how often functions are called",
            Remedy(Call("weight", "spent", python="graphdiff.weights.spent"), "takes what calls cost"),
        )


def _measured(
    topology: Topology, edges: intake.Edges, name: str, numbers: NDArray[Any] | None, cycles: str, default: Number
) -> Column:
    """Return what was measured of each edge, in the order of the rows; what an array has are its weights."""
    if edges.weights is not None and name == "weight":
        return Column(arithmetic.as_array(in_rows(edges.weights, numbers)))
    absent = np.array([default is None and name not in data for data in edges.data], dtype=bool)
    missing = np.asarray(in_rows(absent, numbers))
    carries_nothing = cycles == "collapse" and not missing[topology.quotient.edges].any()
    values = intake.weights(edges, name, 0 if carries_nothing and default is None else default)
    return Column(arithmetic.as_array(in_rows(values, numbers)), missing)


def _arranged(edges: intake.Edges) -> tuple[Topology, NDArray[Any] | None]:
    """Return the shape of edges, and which of them each edge of the rows is; None where they are in order already."""
    if edges.topology is not None:
        return replace(edges.topology, given=None), None  # networkx lists the edges in another order than the file
    topology, numbers = arrange(
        edges.n_nodes,
        edges.tails,
        edges.heads,
        names=edges.names,
        keys=edges.keys,
        order=edges.order,
        marked=edges.marked,
        marked_leaves=edges.marked_leaves,
        leaf_seeds=edges.leaf_seeds,
        titles=edges.titles,
        absences=edges.absences or None,
        also_called=edges.also_called,
    )
    loose = edges.loose
    return (topology if loose is None else replace(topology, marked_loose=loose[numbers])), numbers


def weight_meaning_of(weight: Any, meaning: str) -> str:
    """Return what the file says of the attribute ``weight``; the name of any other attribute or function."""
    if weight == "weight" and meaning not in ("unknown", "none"):
        return meaning
    return weight if isinstance(weight, str) else str(getattr(weight, "__name__", "weight"))


#: What is said of options beside a compiled graph.
ALREADY = "compiled already: give {} to graphdiff.compile of the graph, or of read(path)"


def compiled(graph: Any, options: CompileOptions) -> CompiledGraph:
    """Return `graph` compiled; as it is where it is already.

    Raises
    ------
    TypeError
        If there are options beside a compiled graph.
    """
    if not isinstance(graph, CompiledGraph):
        return compile(graph, **options)
    if options:
        names = ", ".join(options)
        raise TypeError(f"the graph is {ALREADY.format(names)}")
    return graph


def counted(graph: Any, options: CompileOptions) -> CompiledGraph:
    """Return `graph` compiled with weight 1 on every edge: counting paths needs no weights."""
    if not isinstance(graph, CompiledGraph):
        return compile(graph, **cast(CompileOptions, {**options, "weight": None}))
    return compiled(graph, options).counting


def check_policy(cycles: str) -> None:
    """Raise `UsageError` unless `cycles` is a policy."""
    if cycles not in POLICIES:
        raise UsageError(Keyword("cycles", cycles), f": use one of {', '.join(map(repr, POLICIES))}")


__all__ = [
    "CompileOptions",
    "CompiledGraph",
    "CyclePolicy",
    "Progress",
    "Unpack",
    "Weight",
    "compile",
    "compiled",
    "counted",
]
