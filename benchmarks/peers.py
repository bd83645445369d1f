"""The same questions asked without graphdiff: a C loop, scipy, and networkx with a dict or with all paths."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Hashable, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import islice, pairwise
from math import log, prod
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve_triangular

from benchmarks.graphs import EdgeArrays
from benchmarks.timing import Contestant
from graphdiff import CompiledGraph

C_SOURCE = Path(__file__).with_name("sweep.c")


@cache
def c_library() -> ctypes.CDLL | None:
    """Return the C loops, compiled for this machine; None where no C compiler is."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "sweep.so"
        flags = ["-O3", "-march=native", "-shared", "-fPIC"]
        subprocess.run([compiler, *flags, str(C_SOURCE), "-o", str(library)], check=True)
        return ctypes.CDLL(str(library))


def c_sweeps(graph: CompiledGraph, source: int, target: int) -> dict[str, dict[str, Contestant]]:
    """Return the C loops on the arrays of a compiled graph, by direction; none without a C compiler."""
    library = c_library()
    if library is None:
        return {}
    topology, values = graph.topology, np.empty(graph.n_nodes)
    arrays = (topology.ptr, topology.heads, np.asarray(graph.weights), values)
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in arrays]
    ends = [ctypes.c_int64(topology.position(node)) for node in (source, target)]
    size = ctypes.c_int64(graph.n_nodes)

    def forward() -> Any:
        library.forward(size, *pointers, ends[0])
        return values

    def reverse() -> Any:
        library.reverse(size, *pointers, ends[1])
        return values

    return {"forward": {"C -O3": forward}, "reverse": {"C -O3": reverse}}


def c_as_given(graph: CompiledGraph, arrays: EdgeArrays) -> dict[str, Contestant]:
    """Return the C loop on rows in the order of the ids: what renumbering spares; none without a C compiler."""
    library = c_library()
    if library is None:
        return {}
    by_source, values = arrays.by_source, np.empty(arrays.n_nodes)
    ptr = np.searchsorted(by_source.tails, np.arange(arrays.n_nodes + 1)).astype(np.uint64)
    rows = (graph.topology.ids, ptr, by_source.heads.astype(np.uint32), by_source.weights, values)
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in rows]

    def forward() -> Any:
        # The arrays stay alive for as long as their addresses are used.
        library.forward_as_given(ctypes.c_int64(len(rows[0])), *pointers, ctypes.c_int64(arrays.source))
        return values

    return {"C -O3, nodes not renumbered": forward}


def scipy_forward(graph: CompiledGraph, source: int) -> dict[str, Contestant]:
    """Return scipy's triangular solver with one right side.

    Once as its page calls it, and once told all that spares it work: ones on the diagonal, a matrix to overwrite.
    """
    matrix = _scipy_triangle(graph)
    seeds = np.zeros(graph.n_nodes)
    seeds[graph.topology.position(source)] = 1
    spared = {"unit_diagonal": True, "overwrite_A": True}
    return {
        "scipy spsolve_triangular": lambda: spsolve_triangular(matrix, seeds),
        "the same, unit diagonal, overwriting": lambda: spsolve_triangular(matrix, seeds, **spared),
    }


def scipy_columns(graph: CompiledGraph, sources: Sequence[int]) -> Contestant:
    """Return scipy's triangular solver with a right side for each source."""
    matrix = _scipy_triangle(graph)
    seeds = np.zeros((graph.n_nodes, len(sources)))
    seeds[[graph.topology.position(source) for source in sources], range(len(sources))] = 1
    return lambda: spsolve_triangular(matrix, seeds, lower=True, unit_diagonal=True, overwrite_A=True)


def _scipy_triangle(graph: CompiledGraph) -> sparse.csc_array:
    """Return I - A, transposed, in the layout that scipy's solver need not convert."""
    n, nodes = graph.n_nodes, np.arange(graph.n_nodes)
    rows, columns = np.append(graph.heads, nodes), np.append(graph.tails, nodes)
    entries = np.append(-np.asarray(graph.weights), np.ones(n))
    return sparse.coo_array((entries, (rows.astype(np.int32), columns.astype(np.int32))), shape=(n, n)).tocsc()


def scipy_rows(arrays: EdgeArrays) -> sparse.csr_array:
    """Return the edges as scipy's sparse rows: grouped by tail, in no order that a sweep could use."""
    shape = (arrays.n_nodes, arrays.n_nodes)
    return sparse.coo_array((arrays.weights, (arrays.tails, arrays.heads)), shape=shape).tocsr()


def networkx_order(graph: nx.DiGraph) -> list[Hashable]:
    """Return networkx's topological order."""
    return list(nx.topological_sort(graph))


def dict_loop(graph: nx.DiGraph, order: Sequence[Hashable], source: Hashable) -> dict[Hashable, float]:
    """Return the influence of the source on every node by a loop over networkx's own dicts."""
    values: dict[Hashable, float] = dict.fromkeys(graph, 0.0)
    values[source] = 1.0
    for node in order:
        value = values[node]
        for head, data in graph.adj[node].items():
            values[head] += value * data["weight"]
    return values


def sorted_dict_loop(graph: nx.DiGraph, source: Hashable, target: Hashable) -> float:
    """Return a total influence from scratch: topological order, then the loop."""
    return dict_loop(graph, networkx_order(graph), source)[target]


def part_loops(graph: nx.DiGraph, source: Hashable, target: Hashable) -> dict[tuple[Hashable, Hashable], float]:
    """Return what runs through every edge from scratch: topological order, a loop there and a loop back."""
    order = networkx_order(graph)
    tangents, adjoints = dict_loop(graph, order, source), dict.fromkeys(graph, 0.0)
    adjoints[target] = 1.0
    for node in reversed(order):
        adjoints[node] += sum(data["weight"] * adjoints[head] for head, data in graph.adj[node].items())
    return {(u, v): tangents[u] * data["weight"] * adjoints[v] for u in graph for v, data in graph.adj[u].items()}


def count_loop(graph: nx.DiGraph, order: Sequence[Hashable], source: Hashable) -> dict[Hashable, int]:
    """Return the number of paths from the source to every node, in Python's ints."""
    counts = dict.fromkeys(graph, 0)
    counts[source] = 1
    for node in order:
        for head in graph.adj[node]:
            counts[head] += counts[node]
    return counts


def products_of_all_paths(graph: nx.DiGraph, source: Hashable, target: Hashable) -> float:
    """Return a total influence by networkx's enumeration of the paths."""
    total = 0.0
    for path in nx.all_simple_paths(graph, source, target):
        total += prod(graph[u][v]["weight"] for u, v in pairwise(path))
    return total


def table_readers(path: Path) -> dict[str, Contestant]:
    """Return other readers of a Parquet file that number its names: what comes before anything is sorted."""
    import pandas

    def by_pandas() -> object:
        frame = pandas.read_parquet(path)
        return pandas.factorize(pandas.concat([frame["source"], frame["target"]]))

    found: dict[str, Contestant] = {"pandas, read and factorize": by_pandas}
    if find_spec("polars"):
        import polars

        def by_polars() -> object:
            frame = polars.read_parquet(path)
            return polars.concat([frame["source"], frame["target"]]).cast(polars.Categorical).to_physical()

        found["polars, read and categorize"] = by_polars
    return found


def rustworkx_paths(graph: nx.DiGraph, source: Hashable, target: Hashable) -> dict[str, Contestant]:
    """Return rustworkx's enumeration of the paths, which are not multiplied; nothing where it is not installed."""
    if not find_spec("rustworkx"):
        return {}
    import rustworkx

    converted = rustworkx.networkx_converter(graph)
    place = {node: number for number, node in enumerate(graph)}
    ends = place[source], place[target]
    return {"rustworkx.all_simple_paths, no products": lambda: rustworkx.all_simple_paths(converted, *ends)}


def condensed(graph: nx.DiGraph, ends: tuple[str, str]) -> tuple[nx.DiGraph, tuple[int, int]]:
    """Return the components between two nodes, with -log(1 / out-degree) as the length of an edge, and the ends.

    The strongest path is then the shortest one. Parallel edges between two components fall together.
    """
    merged = nx.condensation(graph)
    component = merged.graph["mapping"]
    source, target = (component[node] for node in ends)
    leaving = Counter(component[u] for u, v in graph.edges if component[u] != component[v])
    for tail, _, data in merged.edges(data=True):
        data["length"] = log(leaving[tail])
    inside = nx.descendants(merged, source) & nx.ancestors(merged, target) | {source, target}
    return merged.subgraph(inside).copy(), (source, target)


def shortest_simple_paths(graph: nx.DiGraph, source: int, target: int, *, k: int) -> list[list[int]]:
    """Return networkx's `k` shortest paths."""
    return list(islice(nx.shortest_simple_paths(graph, source, target, weight="length"), k))


def sparse_difference(before: CompiledGraph, after: CompiledGraph) -> Contestant:
    """Return the difference of two weight matrices of the same ids, made and subtracted by scipy."""
    shape = (max(before.n_nodes, after.n_nodes),) * 2
    parts = [(g.weights, (g.topology.ids[g.tails], g.topology.ids[g.heads])) for g in (after, before)]

    def difference() -> Any:
        new, old = (sparse.coo_array(part, shape=shape).tocsr() for part in parts)
        return new - old

    return difference
