"""What would I lose if I dropped this dependency?
===============================================

The lock of a project that asks for jupyterlab, networkx and sympy.

A total influence counts a shared package once a path, so sizes must not be added up over paths. The set that goes with
a package counts each once: what no other way leads to from the project. jupyterlab needs 94 packages and all of them
would go; jupyter-server needs 60, but only 26 are there for its sake. What two packages keep together is in neither of
their sets: to drop both at once, ask what is still reached without them.
"""

from __future__ import annotations

from pathlib import Path

import networkx as nx

import graphdiff as gd

DATA = Path(__file__).parents[1] / "data"
PROJECT = "demo-jupyter-stack"


def main() -> None:
    lock = gd.read(DATA / "jupyter-stack.json")
    sizes = lock.nodes(data="size")

    print("dropped          needs  goes with it  all of it")
    for package in ("jupyterlab", "jupyter-server", "ipykernel", "sympy"):
        gone = gd.exclusive(lock, package)
        needs = len(nx.descendants(lock, package))
        kilobytes = (gone.total(sizes) + sizes[package]) / 1000
        print(f"{package:<15}  {needs:>5}  {len(gone):>12}  {kilobytes:,.0f} kB")

    print(f"Only ipython brings {', '.join(sorted(gd.exclusive(lock, 'ipython')))}")

    both = {"jupyter-server", "jupyterlab-server"}
    rest = lock.subgraph(set(lock) - both)
    gone = set(lock) - both - {PROJECT} - nx.descendants(rest, PROJECT)
    alone = [len(gd.exclusive(lock, package)) for package in sorted(both)]
    print(f"{' and '.join(sorted(both))}: {' and '.join(map(str, alone))} alone, {len(gone)} together")


if __name__ == "__main__":
    main()
