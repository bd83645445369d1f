"""Backpropagation is one reverse pass: e = (a + b)(b + 1) at a = 2, b = 1.

The computation is the first figure of C. Olah, "Calculus on Computational Graphs: Backpropagation" (2015). Each edge
has the local derivative of its head with respect to its tail. One forward pass from b gives how everything changes
with b; one reverse pass from e gives how e changes with everything. Both touch each edge once, however many paths
there are: with three edges from X to Y and three from Y to Z, nine paths are one product of two sums.

The picture goes to the folder given on the command line, or to the current one.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import networkx as nx

import graphdiff as gd


def computation(a: float, b: float) -> nx.DiGraph:
    """Return e = c * d with c = a + b and d = b + 1: values on the nodes, local derivatives on the edges."""
    c, d = a + b, b + 1
    graph = nx.DiGraph(edge_meaning="feeds", weight_meaning="local derivative")
    for node, value in {"a": a, "b": b, "c": c, "d": d, "e": c * d}.items():
        graph.add_node(node, value=value)
    graph.add_weighted_edges_from([("a", "c", 1), ("b", "c", 1), ("b", "d", 1), ("c", "e", d), ("d", "e", c)])
    return graph


def factored() -> None:
    """Print the sum over the nine paths X -> Y -> Z, as the sweep makes it."""
    import sympy

    letters = sympy.symbols("alpha beta gamma delta epsilon zeta")
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from(("X", "Y", letter) for letter in letters[:3])
    graph.add_weighted_edges_from(("Y", "Z", letter) for letter in letters[3:])
    total = gd.total_influence(graph, "X", "Z")
    assert total.expand() == sum(first * second for first, second in product(letters[:3], letters[3:]))
    print(f"X to Z: {gd.count_paths(graph, 'X', 'Z')} paths, {total}")


def main(folder: str = ".") -> None:
    graph = computation(a=2, b=1)
    print("values        ", dict(graph.nodes(data="value")))
    print("forward from b", dict(gd.forward(graph, "b")))
    print("reverse from e", dict(gd.reverse(graph, "e")))
    picture = Path(folder) / "backprop.svg"
    gd.write(gd.annotate(graph, target="e"), picture, overwrite=True)
    print(f"picture in {picture}")
    if find_spec("sympy"):
        factored()


if __name__ == "__main__":
    main(*sys.argv[1:])
