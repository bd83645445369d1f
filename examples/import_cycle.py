"""Which import makes this cycle?
==============================

A small shop whose modules import each other in a circle, and the line to change.

Every import is an edge, and its weight the number of statements: what it costs to take it out. `find_cycles` lists
what is on cycles and the edges whose removal breaks them at least cost. Seen by packages the shop has one more
cycle, which no module is on: it is made by the grouping, and the picture names it.

The picture of the packages goes to the folder given on the command line, or to the current one.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import networkx as nx

import graphdiff as gd

SHOP = {
    "shop.web.views": "import shop.web.forms\nimport shop.orders.cart\n",
    "shop.web.forms": "import shop.orders.prices\n",
    "shop.orders.cart": "import shop.orders.prices\nimport shop.stock.items\n",
    "shop.orders.prices": "import shop.stock.items\n\n\ndef sale():\n    import shop.stock.items\n",
    "shop.stock.items": "import shop.stock.labels\n\n\ndef sold_out():\n    import shop.stock.labels\n",
    "shop.stock.labels": "import shop.stock.alarm\n\n\ndef price_tag():\n    import shop.orders.prices\n",
    "shop.stock.alarm": "import shop.web.mail\n",
    "shop.web.mail": "",
}


def imports(sources: dict[str, str]) -> nx.DiGraph:
    """Return the import graph of modules; `graphdiff.read` makes one of an installed package."""
    graph = nx.DiGraph(edge_meaning="imports", weight_meaning="imports")
    graph.add_nodes_from(sources)
    for module, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            for name in node.names if isinstance(node, ast.Import) else ():
                line = f"{module.replace('.', '/')}.py:{node.lineno}"
                found = graph.get_edge_data(module, name.name, {"weight": 0, "lines": []})
                graph.add_edge(module, name.name, weight=found["weight"] + 1, lines=[*found["lines"], line])
    return graph


def main(folder: str = ".") -> None:
    graph = imports(SHOP)
    found = gd.find_cycles(graph)
    print(found)

    graph.remove_edges_from(found.breaking)
    print(f"without {', '.join(line for one in found.components[0].breaking for line in one.lines)}:", end=" ")
    print(gd.find_cycles(graph))

    packages = gd.group(graph, 2)
    print("cyclic by the grouping only:", *(" + ".join(groups) for groups in packages.graph["cyclic"]))
    picture = Path(folder) / "shop.svg"
    gd.write(packages, picture, overwrite=True)
    print(f"picture in {picture}")


if __name__ == "__main__":
    main(*sys.argv[1:])
