"""Every number of Olah's post on backpropagation
==============================================

Calculus on computational graphs: C. Olah's post on backpropagation (2015), every number of it computed.

e = (a + b)(b + 1) is three operations, c = a + b, d = b + 1, e = c * d. Traced at a = 2, b = 1 it is a graph with a
value in every node and the local derivative on every edge. What b does to e is the sum over the paths. One forward
pass from b gives how everything changes with b; one reverse pass from e gives how e changes with everything. Both touch
each edge once, however many paths there are: with three edges from X to Y and three from Y to Z, nine paths are one
product of two sums.

The pictures go to the folder given on the command line, or to the current one.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from itertools import product
from math import prod
from pathlib import Path

import networkx as nx

import graphdiff as gd

PROGRAM = "c = a + b; d = b + 1; e = c * d"


def main(folder: str = ".") -> None:
    graph = gd.trace(PROGRAM, a=2, b=1)
    variables = [node for node, op in graph.nodes(data="op") if op != "const"]
    print("values        ", {node: graph.nodes[node]["value"] for node in variables})
    for tail, head, partial in graph.edges(data="weight"):
        if tail in variables:
            print(f"∂{head}/∂{tail} = {partial}")

    paths = list(gd.iter_paths(graph, "b", "e"))
    products = [" · ".join(str(graph.edges[edge]["weight"]) for edge in path.edges) for path in paths]
    print(f"paths from b   {' + '.join(products)} = {sum(path.influence for path in paths)}")
    print("forward from b", {node: gd.forward(graph, "b")[node] for node in variables})
    print("reverse from e", {node: gd.reverse(graph, "e")[node] for node in variables})
    print(gd.plan(graph))
    print(gd.check(PROGRAM, a=2, b=1))

    for name, ends in {"forward": {"source": "b"}, "backprop": {"target": "e"}}.items():
        picture = Path(folder) / f"{name}.svg"
        gd.write(gd.annotate(graph, **ends), picture, overwrite=True)
        print(f"picture in {picture}")
    if find_spec("sympy"):
        factored()


def factored() -> None:
    """Print the derivative as symbols, and the nine paths X -> Y -> Z, one by one and as the sweep adds them."""
    import sympy

    graph = gd.trace(PROGRAM, symbolic=True)
    print("∂e/∂b as it is for any a and b:", gd.total_influence(graph, "b", "e"))

    first, second = sympy.symbols("alpha beta gamma"), sympy.symbols("delta epsilon zeta")
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from(("X", "Y", letter) for letter in first)
    graph.add_weighted_edges_from(("Y", "Z", letter) for letter in second)
    total = gd.total_influence(graph, "X", "Z")
    assert total.expand() == sum(map(prod, product(first, second)))
    print(" + ".join(str(path.influence) for path in gd.iter_paths(graph, "X", "Z")))
    print(f"X to Z: {gd.count_paths(graph, 'X', 'Z')} paths, {total}")


if __name__ == "__main__":
    main(*sys.argv[1:])
