"""(e) Graphs that nobody made for measuring: package dependencies, histories of commits, git's own objects."""

from __future__ import annotations

import csv
import gzip
import json
import lzma
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import numba  # noqa: F401, loaded at the start as after any large graph: all kernels are compiled
import numpy as np

import graphdiff as gd
from benchmarks.graphs import EdgeArrays
from benchmarks.peers import c_sweeps, count_loop, dict_loop, networkx_order, scipy_forward
from benchmarks.report import Row, Size, compare

DEBIAN = Path(__file__).parents[1] / "data" / "bookworm.Packages.xz"
#: Files of other projects, which do not come with this one.
SHARED = Path(__file__).parents[2] / "shared" / "data"


def run(size: Size) -> Iterator[Row]:
    """Time passes over what is there; the sizes are those of the files."""
    yield from _packages(size)
    if not SHARED.is_dir():
        print(f"real: {SHARED} is not there: only the Debian graph of data/ is measured")
        return
    yield from _objects(size)
    yield from _commits(size)
    yield from _crates(size)


def _packages(size: Size) -> Iterator[Row]:
    graph = gd.read(DEBIAN)
    ready = gd.compile(graph, weight=gd.weights.even, cycles="collapse")
    merged = nx.condensation(graph)
    for tail, head in merged.edges:
        merged.edges[tail, head]["weight"] = 1 / merged.out_degree(tail)
    order, source = networkx_order(merged), merged.graph["mapping"]["kde-full"]
    passes = {
        "graphdiff": lambda: gd.forward(ready, "kde-full"),
        "networkx dict loop over the condensation": lambda: dict_loop(merged, order, source),
    }
    yield from compare("forward pass, cycles collapsed", _text("Debian", ready), passes, size)


def _objects(size: Size) -> Iterator[Row]:
    data = np.load(SHARED / "large" / "libgit2.git-objects.npz")
    weights = 1 / np.bincount(data["src"])[data["src"]]  # spread evenly: counts would be larger than any float
    ready = gd.CompiledGraph.from_arrays(data["src"], data["dst"], weights)
    ends = 0, int(ready.labels[-1])
    arrays = EdgeArrays("git objects of libgit2", ready.n_nodes, data["src"], data["dst"], weights, *ends)
    passes = {
        "graphdiff": lambda: gd.forward(ready, ends[0]),
        **c_sweeps(ready, *ends).get("forward", {}),
        **scipy_forward(ready, ends[0]),
    }
    yield from compare("forward pass", arrays.text, passes, size)


def _commits(size: Size) -> Iterator[Row]:
    """Counts of hundreds of digits, exactly: no machine number holds them."""
    text = lzma.decompress((SHARED / "gitdag" / "git-git.commits.xz").read_bytes()).decode()
    graph = nx.DiGraph()
    for commit, *parents in map(str.split, text.splitlines()):
        graph.add_node(commit)
        graph.add_edges_from((commit, parent) for parent in parents)
    ready, order, head = gd.compile(graph, weight=None), networkx_order(graph), next(iter(graph))
    root = next(iter(json.loads((SHARED / "gitdag" / "git-git.truth.json").read_text())["paths_head_to_root"]))
    counts = {
        "graphdiff": lambda: gd.count_paths(ready, head, root),
        "networkx dict loop of Python ints": lambda: count_loop(graph, order, head)[root],
    }
    yield from compare("count of 555 digits", _text("commits of git", ready), counts, size)


def _crates(size: Size) -> Iterator[Row]:
    path = SHARED / "large" / "crates-io-2017.cleaned_Rust_dependency_final.csv.gz"
    with gzip.open(path, "rt") as lines:
        graph = nx.DiGraph((row["project_name"], row["adopted_name"]) for row in csv.DictReader(lines))
    calls = {
        "graphdiff": lambda: gd.compile(graph, weight=gd.weights.even, cycles="collapse"),
        "nx.to_scipy_sparse_array": lambda: nx.to_scipy_sparse_array(graph, weight=None),
    }
    yield from compare("compile a networkx graph", _text("Rust crates of 2017", calls["graphdiff"]()), calls, size)


def _text(name: str, graph: object) -> str:
    assert isinstance(graph, gd.CompiledGraph)
    return f"(e) {name}, {graph.n_nodes:,} nodes, {graph.n_edges:,} edges"
