"""What `graphdiff why` answers, asked with plain networkx: ``plain_why.py paths|loop FILE SOURCE TARGET``.

`paths` enumerates the simple paths with `nx.all_simple_paths`, `loop` walks the condensation in topological
order. Both read a Debian index, a CSV file or a lock of npm's, spread one unit evenly, count, and name the last steps.
This is the short script that one would write: it checks nothing and explains nothing.
"""

from __future__ import annotations

import csv
import json
import lzma
import re
import sys
from itertools import pairwise

import networkx as nx

NAME = re.compile(r"\s*([^\s:(]+)")


def read(path: str) -> nx.DiGraph:
    """Return the graph of a file."""
    if path.endswith(".csv"):
        with open(path, newline="") as rows:
            return nx.DiGraph((row["source"], row["target"]) for row in csv.DictReader(rows))
    if path.endswith(".json"):
        with open(path) as file:
            packages = json.load(file)["packages"]
        ends = (
            (place, f"node_modules/{name}") for place in packages for name in packages[place].get("dependencies", ())
        )
        return nx.DiGraph(
            (tail.removeprefix("node_modules/"), head.removeprefix("node_modules/")) for tail, head in ends
        )
    return read_debian(path)


def read_debian(path: str) -> nx.DiGraph:
    """Return the packages and the first real alternative, else the first provider, of everything they need."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        texts = lines.read().strip().split("\n\n")
    stanzas = [dict(re.findall(r"^([\w-]+): (.*)$", text, re.MULTILINE)) for text in texts]
    providers = providers_in(stanzas)
    graph = nx.DiGraph()
    graph.add_nodes_from(stanza["Package"] for stanza in stanzas)
    for stanza in stanzas:
        package = stanza["Package"]
        clauses = f"{stanza.get('Depends', '')},{stanza.get('Pre-Depends', '')}"
        for clause in clauses.split(","):
            names = names_in(clause, "|")
            found = [name for name in names if name in graph] or [providers[n] for n in names if n in providers]
            if found and found[0] != package:
                graph.add_edge(package, found[0])
    return graph


def providers_in(stanzas: list[dict[str, str]]) -> dict[str, str]:
    """Return the first package, by name, that provides each name."""
    providers: dict[str, str] = {}
    for stanza in sorted(stanzas, key=lambda stanza: stanza["Package"]):
        for name in names_in(stanza.get("Provides", ""), ","):
            providers.setdefault(name, stanza["Package"])
    return providers


def names_in(text: str, separator: str) -> list[str]:
    """Return the package names of a list, without versions and architectures."""
    return [match[1] for part in text.split(separator) if (match := NAME.match(part))]


def by_paths(graph: nx.DiGraph, source: str, target: str) -> tuple[int, float, dict[str, float]]:
    """Return the number of paths, the total spread evenly and the part of it by each last step."""
    count, last_steps = 0, dict[str, float]()
    for path in nx.all_simple_paths(graph, source, target):
        influence = 1.0
        for tail, _ in pairwise(path):
            influence /= graph.out_degree(tail)
        last_steps[path[-2]] = last_steps.get(path[-2], 0.0) + influence
        count += 1
    return count, sum(last_steps.values()), last_steps


def by_loop(graph: nx.DiGraph, source: str, target: str) -> tuple[int, float, dict[str, float]]:
    """Return the same by one pass over the condensation in topological order."""
    merged = nx.condensation(graph)
    component = merged.graph["mapping"]
    leaving: dict[int, list[tuple[str, str]]] = {node: [] for node in merged}
    for tail, head in graph.edges:
        if component[tail] != component[head]:
            leaving[component[tail]].append((tail, head))
    counts, values = dict.fromkeys(merged, 0), dict.fromkeys(merged, 0.0)
    counts[component[source]], values[component[source]] = 1, 1.0
    last_steps: dict[str, float] = {}
    for node in nx.topological_sort(merged):
        for tail, head in leaving[node]:
            part = values[node] / len(leaving[node])
            counts[component[head]] += counts[node]
            values[component[head]] += part
            if head == target and part:
                last_steps[tail] = part
    return counts[component[target]], values[component[target]], last_steps


def main(method: str, path: str, source: str, target: str) -> None:
    count, total, last_steps = {"paths": by_paths, "loop": by_loop}[method](read(path), source, target)
    print(f"{count} paths, {total:.6g} spread evenly")
    for step, part in sorted(last_steps.items(), key=lambda item: -item[1]):
        print(f"{part / total:6.1%} by {step}")


if __name__ == "__main__":
    main(*sys.argv[1:])
