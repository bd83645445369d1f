"""(8) Attribution graphs of 3,000 nodes and 100,000 signed links: every verb from the shell, and one pass over them.

Beside a process that reads the same file and sums circuit-tracer's power iteration in numpy, and that alone.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx

import graphdiff as gd
from benchmarks import attribution_graphs
from benchmarks.power_iteration import influence, matrix
from benchmarks.report import Row, Size, compare, compare_processes

PEER = "numpy, power iteration"

#: Arguments of each verb, with {file}, {other}, {token}, {feature}, {logit} and {folder}.
VERBS = (
    "why {file}",
    "why {file} {token} {logit}",
    "why {file} {token} {logit} -o json",
    "why {file} {token} {logit} -O {folder}/why.svg --force",
    "rank {file}",
    "rank {file} -t {logit} -w normalised",
    "paths {file} {token} {logit}",
    "table {file} -s {token}",
    "table {file}",
    "what-if {file} {token} {logit} --remove-node {feature}",
    "cut {file} {token} {logit}",
    "cut {file}",
    "cycles {file}",
    "diagnose {file}",
    "draw {file} -O {folder}/whole.svg --force",
    "draw {file} {token} {logit} -O {folder}/one.svg --force",
    "draw {file} {token} {logit} -O {folder}/one.png --force",
    "draw {file} {token} {logit} -O {folder}/one.dot --force",
    "compare {file} {other}",
    "compare {file} {other} {token} {logit}",
    "compile {file} -O {folder}/saved.gdiff --force",
)


def run(size: Size) -> Iterator[Row]:
    """Time every verb as a process, then one pass in memory."""
    n_nodes, n_links = max(100, size.of(attribution_graphs.NODES)), max(1_000, size.of(attribution_graphs.LINKS))
    document = attribution_graphs.document(n_nodes, n_links)
    title = f"attribution graph, {len(document['nodes']):,} nodes, {len(document['links']):,} edges"
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder, f"{name}.json") for name in ("file", "other")}
        attribution_graphs.write(files["file"], document)
        attribution_graphs.write(files["other"], attribution_graphs.another(document))
        yield from _in_memory(gd.read(files["file"]), document, title, size)
        named = {name: str(path) for name, path in files.items()} | _nodes(document) | {"folder": folder}
        for verb in VERBS:
            yield from _of_processes(verb, named, title, size)


def _in_memory(graph: nx.DiGraph, document: dict[str, Any], title: str, size: Size) -> Iterator[Row]:
    ready = gd.compile(graph, weight=gd.weights.normalised)
    _, weights, probabilities = matrix(document)
    passes = {
        "graphdiff": lambda: gd.reverse(ready, gd.LEAVES),
        PEER: lambda: influence(weights, probabilities),
    }
    yield from compare("influence of every node on the logits", title, passes, size)


def _of_processes(verb: str, named: dict[str, str], title: str, size: Size) -> Iterator[Row]:
    words = [word.format(**named) for word in verb.split()]
    commands = {
        "graphdiff": (sys.executable, "-m", "graphdiff", *words),
        PEER: (sys.executable, "-m", "benchmarks.power_iteration", named["file"]),
    }
    shown = verb.replace("{folder}/", "").replace(" --force", "").translate({ord("{"): None, ord("}"): None})
    yield from compare_processes(f"graphdiff {shown}", title, commands, size)


def _nodes(document: dict[str, Any]) -> dict[str, str]:
    """Return the token behind the first, a feature of a middle layer and the likeliest logit."""
    nodes = document["nodes"]
    middle = [node for node in nodes if node["layer"] in {"8", "9", "10"} and node["activation"] is not None]
    likeliest = max(nodes, key=lambda node: node["token_prob"])
    return {"token": nodes[1]["node_id"], "feature": middle[0]["node_id"], "logit": likeliest["node_id"]}
