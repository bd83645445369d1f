"""The page's script: its own tests, run by node, and what it sums of 50 generated graphs beside the library's sums."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.page.part import part_of, picture_for_page
from graphdiff.pictures.choice import bounded, passing
from graphdiff.pictures.view import view_of
from graphdiff.sums.between import between_ends
from graphdiff.sums.semirings import SEMIRINGS

STATIC = Path(gd.__file__).parent / "page" / "static"
NODE = shutil.which("node")
#: What stands at the start of a line of a module is of the whole page, into which all are put together.
DEFINED = re.compile(r"^(?:export )?(?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)
N_GRAPHS = 50
N_SMALLER = 12

Ends = dict[str, float]


def generated(number: int) -> tuple[nx.MultiDiGraph, Ends, Ends, str]:
    """Return a graph with signs, parallel edges and seeds; two of five have cycles, every seventh has Fractions."""
    draw = random.Random(number)
    size, policy = draw.randint(12, 40), {3: "collapse", 4: "solve"}.get(number % 5, "raise")
    names = [f"n{place}" for place in range(size)]
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(draw.sample(names, size))
    for tail, head in zip(names, names[1:], strict=False):
        graph.add_edge(tail, head, weight=draw.uniform(-2, 2))
    for _ in range(2 * size):
        tail, head = sorted(draw.choices(range(size), k=2))
        is_inner = 4 <= tail < head < min(tail + 4, size - 4)
        if (policy == "solve" and draw.random() < 0.3) or (policy == "collapse" and is_inner):
            tail, head = head, tail
        if tail != head or policy != "raise":
            graph.add_edge(names[tail], names[head], weight=draw.uniform(-2, 2))
    for tail, _, data in graph.edges(data=True):
        if policy == "solve":
            data["weight"] /= 2.5 * graph.out_degree(tail)
        elif number % 7 == 6:
            data["weight"] = Fraction(data["weight"]).limit_denominator(60)
    starts = {name: draw.choice([1, 1, -0.5, 3]) for name in draw.sample(names[:4], draw.randint(1, 3))}
    ends = {name: draw.choice([1, 1, -2]) for name in draw.sample(names[-4:], draw.randint(1, 2))}
    return graph, starts, ends, policy


def case(number: int) -> dict[str, Any]:
    """Return the record of a graph, and what the library says of it; where it merges components the total alone."""
    graph, starts, ends, policy = generated(number)
    annotated = gd.annotate(graph, starts, ends, cycles=policy)
    part = part_of(picture_for_page(annotated))
    if policy == "collapse":
        return {"part": part, "total": float(annotated.graph["total"])}
    names = [node["id"] for node in part["nodes"]]
    draw = random.Random(number)
    inner = [name for name in names if name not in starts and name not in ends]
    between = graph.subgraph(names)
    told = ("tangent", "adjoint", "contribution", "paths")
    return {
        "part": part,
        "smaller": part_of(picture_for_page(annotated, N_SMALLER)) if policy == "raise" else None,
        "total": float(annotated.graph["total"]),
        "compared": compared(graph, starts, ends, draw) if policy == "raise" else None,
        "nodes": {name: {key: plain(annotated.nodes[name].get(key)) for key in told} for name in names},
        "links": [
            [tail, head, plain(data["contribution"])]
            for tail, head, data in annotated.edges(data=True)
            if tail in between and head in between
        ],
        "eliminated": [eliminated(between, names, draw.sample(inner, len(inner) // n), policy) for n in (4, 2, 1)],
        "chosen": list(choices(graph, starts, ends, names)) if policy == "raise" else [],
        "sides": sides(graph, starts, ends) if policy == "raise" else None,
        "without": {
            name: plain(gd.what_if(graph, starts, ends, remove_nodes=[name], cycles=policy).after)
            for name in draw.sample(inner, 3)
        },
        "strongest": [plain(path.influence) for path in gd.strongest_paths(graph, starts, ends, k=7, cycles=policy)],
        "reached": {name: sorted(nx.descendants(between, name)) for name in names},
        "needing": {name: sorted(nx.ancestors(between, name)) for name in names},
        "going": {name: sorted(gd.exclusive(between, name, list(starts))) for name in names if name not in starts},
    }


def compared(graph: nx.MultiDiGraph, starts: Ends, ends: Ends, draw: random.Random) -> dict[str, Any]:
    """Return the part of a comparison with a graph that has other edges and weights, and both totals."""
    after = graph.copy()
    for tail, head, key in draw.sample(list(graph.edges), len(graph.edges) // 4):
        after.edges[tail, head, key]["weight"] *= draw.choice([0.5, 2, -1])
    after.remove_edges_from(draw.sample(list(graph.edges), 3))
    tail, head = next(iter(ends)), next(iter(starts))
    after.add_edge(head, "new", weight=1.5)
    after.add_edge("new", tail, weight=-0.5)
    totals = [float(gd.total_influence(each, starts, ends)) for each in (graph, after)]
    return {"part": part_of(picture_for_page(gd.compare(graph, after, starts, ends).paged())), "totals": totals}


def plain(number: Any) -> Any:
    return number if number is None or isinstance(number, int) else float(number)


def eliminated(graph: nx.MultiDiGraph, names: list[str], gone: list[str], policy: str) -> dict[str, Any]:
    smaller = gd.eliminate(graph, gone, cycles=policy)
    links = [[tail, head, plain(weight)] for tail, head, weight in smaller.edges(data="weight")]
    return {"kept": [name for name in names if name not in gone], "links": sorted(links)}


def sides(graph: nx.MultiDiGraph, starts: Ends, ends: Ends) -> list[float]:
    """Return what the paths of each sign sum to."""
    answer = gd.explain(graph, starts, ends)
    account = answer.cancellation
    if account is None:
        return [max(0.0, float(answer.total)), min(0.0, float(answer.total))]
    return [float(account.positive), float(account.negative)]


def choices(graph: nx.MultiDiGraph, starts: Ends, ends: Ends, names: list[str]) -> Iterator[list[str]]:
    """Yield which nodes a picture of so many has, for some numbers of nodes."""
    between = between_ends(gd.compile(graph), starts, ends)
    sizes = passing(between, SEMIRINGS["size"])
    for n in range(2, len(names) + 1, 3):
        part = bounded(between, sizes, replace(view_of(max_nodes=n), max_edges=10**9))
        assert part is not None
        yield sorted(between.labels[node] for node in part.order)


@pytest.mark.skipif(NODE is None, reason="there is no node, which runs the tests of the page's script")
def test_the_script_sums_what_the_library_sums(tmp_path: Path) -> None:
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps([case(number) for number in range(N_GRAPHS)]))
    # Beside the script of the graphdiff that is tested, which may be installed elsewhere.
    folder = tmp_path / "tests" / "page"
    shutil.copytree(STATIC, tmp_path / "graphdiff" / "page" / "static")
    shutil.copytree(Path(__file__).parent, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    tests = sorted(str(path) for path in folder.glob("*.test.mjs"))
    assert tests
    done = subprocess.run(
        [str(NODE), "--test", "--test-reporter=tap", *tests],
        env=os.environ | {"GRAPHDIFF_PAGE_CASES": str(cases)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    assert re.search(r"^# pass [1-9]", done.stdout, re.MULTILINE)
    assert "# skipped 0" in done.stdout


def test_no_two_modules_define_the_same_name() -> None:
    defined = [
        name for path in sorted(STATIC.glob("*.js")) for name in DEFINED.findall(path.read_text(encoding="utf-8"))
    ]
    assert len(defined) > 50
    assert sorted(defined) == sorted(set(defined))
