"""Eight passes side by side: the numbers of one pass after the other, under every policy and wherever they run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import inverse_totals

import graphdiff as gd
from graphdiff.graph.arrayfile import ArrayFile, write
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.kernels import available

pytestmark = pytest.mark.skipif(not available(), reason="numba is not installed")


class Elsewhere(Executor):
    """Stands for other processes: whatever is no thread pool is given the path of a saved graph."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


EXECUTORS: dict[str, Callable[[], Executor | None]] = {
    "by default": lambda: None,
    "in threads": lambda: ThreadPoolExecutor(2),
    "elsewhere": Elsewhere,
}


@pytest.fixture(autouse=True)
def kernels_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphdiff.kernels.COLD_VISITS", 0)
    monkeypatch.setattr("graphdiff.kernels.WARM_VISITS", 0)


def entangled(*, cycle: bool, size: int = 30) -> nx.DiGraph:
    """Return a graph of dyadic weights, whose sums are exact in floats; with a component of two in the middle."""
    rng = np.random.default_rng(7)
    graph = nx.gnp_random_graph(size, 0.25, seed=5, directed=True)
    graph = nx.DiGraph((tail, head) for tail, head in graph.edges if tail < head)
    middle = size // 2
    graph.add_edges_from([(middle, middle + 1), (middle + 1, middle)] if cycle else [])
    for *_, data in graph.edges(data=True):
        data["weight"] = float(rng.integers(-8, 9)) / 8
    return graph


def merged_totals(graph: nx.DiGraph) -> dict[tuple[Any, Any], Any]:
    """Return the totals of the condensation, by nodes of `graph`."""
    condensed = nx.condensation(graph)
    of = condensed.graph["mapping"]
    quotient = nx.MultiDiGraph()
    quotient.add_nodes_from(condensed)
    quotient.add_weighted_edges_from((of[u], of[v], w) for u, v, w in graph.edges(data="weight") if of[u] != of[v])
    totals = inverse_totals(quotient)
    return {(s, t): totals[of[s], of[t]] for s, t in product(graph, graph)}


@pytest.mark.parametrize("cycle", [True, False], ids=["a cycle between", "no cycle"])
@pytest.mark.parametrize("where", EXECUTORS)
@pytest.mark.parametrize("method", ["forward", "reverse"])
def test_a_collapsed_graph_of_floats_goes_side_by_side(
    method: str, where: str, cycle: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("graphdiff.jacobians.blocks._one_by_one")
    graph = entangled(cycle=cycle)
    totals = merged_totals(graph)
    sources, targets = list(range(12)), list(range(29, 17, -1))
    found = gd.jacobian(graph, sources, targets, method=method, executor=EXECUTORS[where](), cycles="collapse")
    assert found.array.tolist() == [[totals[s, t] for s in sources] for t in targets]
    few = gd.jacobian(graph, [13, 14, 15, 16], [17, 18, 19, 20], method=method, cycles="collapse")
    assert few.array.tolist() == [[totals[s, t] for s in few.sources] for t in few.targets]
    pairs = [*product(sources, targets), *product(targets, sources)]
    influences = gd.total_influences(graph, pairs, executor=EXECUTORS[where](), cycles="collapse")
    assert influences.tolist() == [totals[pair] for pair in pairs]


@pytest.mark.parametrize("kind", ["<u8", "<u4", "<i4", "<i8"])
def test_ids_of_a_saved_graph_may_be_of_any_int_type(kind: str, tmp_path: Path) -> None:
    graph = entangled(cycle=False)
    for node in range(6):
        graph.nodes[node]["root"] = True
    path = str(tmp_path / "graph")
    compiled = gd.compile(graph)
    compiled.save(path)
    file = ArrayFile(path)
    arrays = {name: file.array(name).copy() for name in file.entries}
    write(path, arrays | {"ids": arrays["ids"].astype(kind)}, file.settings, overwrite=True)
    loaded = CompiledGraph.load(path)
    assert gd.jacobian(loaded, targets=range(20, 30)).array.tolist() == (
        gd.jacobian(compiled, targets=range(20, 30)).array.tolist()
    )
    assert gd.plan(loaded).costs == gd.plan(compiled).costs
