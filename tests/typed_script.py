"""A user's script over the main functions, which a type checker must take as it is, and which runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import assert_type

import networkx as nx

import graphdiff as gd
from graphdiff.change.totals import Changes
from graphdiff.sums.certificate import Certificate
from graphdiff.whatif.sensitivities import Sensitivity


def model() -> nx.DiGraph:
    graph = nx.DiGraph(edge_meaning="causes")
    edges = [("x", "m", 0.5, 0.1), ("m", "y", 0.8, 0.2), ("x", "y", 0.3, 0.1), ("y", "z", 2.0, 0.1)]
    graph.add_edges_from((tail, head, {"weight": weight, "se": se}) for tail, head, weight, se in edges)
    return graph


def totals(graph: nx.DiGraph | gd.CompiledGraph) -> float:
    why = assert_type(gd.explain(graph, "x", "y"), gd.Explanation)
    assert_type(why.n_paths, int | None)
    strongest: list[gd.Path] = why.strongest
    print(len(strongest))
    certificate = assert_type(why.certificate, Certificate | None)
    print("" if certificate is None else certificate.digits)
    indirect: float = why.indirect
    total: float = gd.total_influence(graph, "x", "y", method="reverse")
    share: float | None = why.edge_shares["x", "m"]
    effects = assert_type(gd.forward(graph, "x"), gd.Influences)
    errors = {node: effects[node] - gd.reverse(graph, "y")[node] for node in effects}
    matrix = assert_type(gd.jacobian(graph, ["x"], ["y", "z"]), gd.Jacobian)
    print(share, errors, matrix["y", "x"], matrix.array.shape, matrix.T, gd.plan(graph))
    return total - indirect + float(gd.edge_contributions(graph, "x", "z")["y", "z"])


def paths(graph: nx.DiGraph | gd.CompiledGraph) -> int:
    assert_type(gd.count_paths(graph, "x"), gd.Influences)
    assert_type(gd.count_paths(graph, target="z"), gd.Influences)
    assert_type(gd.count_paths(graph, None, "z"), gd.Influences)
    listed = assert_type(gd.iter_paths(graph, "x", "y", max_paths=100), Iterator[gd.Path])
    strong = gd.strongest_paths(graph, "x", "y", k=3) + gd.sample_paths(graph, "x", "y", 5, seed=1)
    print([path.nodes for path in listed], max(path.influence for path in strong), gd.factored(graph, "x", "y").value())
    return assert_type(gd.count_paths(graph, "x", "y"), int) + assert_type(gd.count_paths(graph), int)


def questions(graph: nx.DiGraph) -> list[str]:
    ranking = assert_type(gd.rank(graph, target="z", top=3), gd.Ranking)
    changed = gd.what_if(graph, "x", "y", remove_edges=[("x", "m")], reweight={("m", "y"): 0.4})
    removal = assert_type(gd.cut(graph, "x", "y", part=0.5), gd.Cut)
    assert_type(gd.sensitivities(graph, "x", "y").top(2), list[Sensitivity])
    error = assert_type(gd.uncertainty(graph, "x", "y", sd="se").standard_error, float | None)
    other = graph.copy()
    other.remove_edge("x", "y")
    assert_type(gd.compare(graph, other), gd.Difference)
    assert_type(gd.compare(graph, other, "x"), Changes)
    assert_type(gd.compare(graph, other, target="y"), Changes)
    comparison = assert_type(gd.compare(graph, other, "x", "y", cycles="raise"), gd.Comparison)
    print(
        comparison.change, changed.after, removal, error, gd.find_cycles(graph, weight=None), gd.diagnose(graph).n_paths
    )
    return [str(node) for node in ranking.nodes]


def files(graph: nx.DiGraph) -> gd.CompiledGraph:
    with TemporaryDirectory() as folder:
        ready = gd.compile(graph, weight="weight", default_weight=1, cycles="collapse").with_attributes(graph)
        ready.save(Path(folder, "model.gdiff"))
        gd.write(gd.annotate(gd.read(Path(folder, "model.gdiff")), "x", "y"), Path(folder, "model.dot"))
        return assert_type(gd.CompiledGraph.load(Path(folder, "model.gdiff"), mmap=False), gd.CompiledGraph)


def main() -> tuple[float, int, list[str]]:
    graph = model()
    ready = files(graph)
    even = gd.explain(graph, "x", "y", weight=gd.weights.even, cycles="solve").total
    by_function = gd.explain(graph, "x", "y", weight=lambda tail, head, data: data["se"]).total
    print(even, by_function, gd.reach_sizes(graph), gd.exclusive(graph, "m"))
    return totals(ready), paths(ready), questions(graph)


if __name__ == "__main__":
    print(main())
