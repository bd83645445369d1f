"""What is asked of a graph in a file takes memory by node, not by edge, and is what it is of one in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import ValueOverflowError
from graphdiff.kernels import mapped

SEED = 11


def arrays(n_nodes: int, n_edges: int, seed: int = SEED) -> tuple[Any, Any, Any]:
    """Return edges between any two nodes, from the lower to the higher, some of them parallel, and their weights."""
    rng = np.random.default_rng(seed)
    tails = rng.integers(0, n_nodes - 1, n_edges)
    heads = np.minimum(tails + 1 + rng.geometric(6 / n_nodes, n_edges), n_nodes - 1)
    sizes = rng.random(n_edges) * 0.3 + 0.01
    return tails, heads, np.where(rng.random(n_edges) < 0.4, -sizes, sizes)


@pytest.fixture
def in_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[gd.CompiledGraph], gd.CompiledGraph]:
    """Return what maps a graph, as if so few edges were more than the memory."""
    pytest.importorskip("numba")
    monkeypatch.setattr(mapped, "PART", 64)

    def map_it(graph: gd.CompiledGraph) -> gd.CompiledGraph:
        graph.save(tmp_path / "x.gdiff", overwrite=True)
        loaded = gd.CompiledGraph.load(tmp_path / "x.gdiff")
        assert mapped.is_past_memory(loaded.heads)
        assert not mapped.is_past_memory(graph.heads)
        return loaded

    return map_it


KINDS: dict[str, Callable[[Any], Any]] = {
    "both signs": lambda w: w,
    "no sign": np.abs,
    "zeros": lambda w: np.where(np.arange(len(w)) % 5 == 0, 0.0, w),
    "float32": lambda w: w.astype(np.float32),
    "beyond the floats": lambda w: w * 1e-60,
    "ints": lambda w: np.sign(w).astype(np.int64) * 2,
    "no weights": lambda w: None,
}
ENDS: list[tuple[Any, Any]] = [(0, 119), ([0, 1, 2], {119: 2.0, 110: -1.0}), (gd.ROOTS, gd.LEAVES), (3, 60)]


@pytest.mark.parametrize("ends", ENDS, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_answers_are_those_of_the_graph_in_memory(kind: str, ends: Any, in_file: Any) -> None:
    tails, heads, weights = arrays(120, 700)
    graph = gd.CompiledGraph.from_arrays(tails, heads, KINDS[kind](weights), n_nodes=120)
    if kind in ("ints", "no weights") and isinstance(ends[1], dict):
        ends = ends[0], {119: 2, 110: -1}
    loaded = in_file(graph)
    for one, other in zip(gd.strongest_paths(loaded, *ends, k=40), gd.strongest_paths(graph, *ends, k=40), strict=True):
        assert (one.edges, one.nodes, one.influence) == (other.edges, other.nodes, other.influence)
    through, same = (gd.edge_contributions(each, *ends) for each in (loaded, graph))
    assert repr(through) == repr(same)
    assert through.top(300) == same.top(300)
    assert list(through.items()) == list(same.items())
    assert list(through.carrying()) == list(same.carrying())
    assert through.array.tolist() == same.array.tolist()
    assert [through[edge] for edge in graph.edges()[::7]] == [same[edge] for edge in graph.edges()[::7]]
    assert through.shares.top(3) == same.shares.top(3)
    assert list(through.shares.values()) == list(same.shares.values())
    found, expected = (gd.explain(each, *ends) for each in (loaded, graph))
    assert without_means(found.to_dict()) == without_means(expected.to_dict())
    for name in ("effective_positive", "effective_negative"):
        pair = [getattr(each.cancellation, name, None) for each in (found, expected)]
        assert pair == [None, None] or pair[0] == pytest.approx(pair[1], rel=1e-12)
    assert str(found) == str(expected)
    assert (found.last_steps(), found.first_steps()) == (expected.last_steps(), expected.first_steps())
    assert str(gd.diagnose(loaded, *ends)) == str(gd.diagnose(graph, *ends))


def without_means(record: dict[str, Any]) -> str:
    """Return a record as text without the two numbers that are summed by blocks."""
    if record["cancellation"] is not None:
        record["cancellation"] |= {"effective_positive": None, "effective_negative": None}
    return json.dumps(record)


@pytest.mark.parametrize("cycles", ["collapse", "solve"])
def test_cycles_elsewhere_and_on_the_way_change_nothing_either(cycles: Any, in_file: Any) -> None:
    tails, heads, weights = arrays(60, 300)
    tails, heads, weights = (np.append(a, b) for a, b in zip((tails, heads, weights), ([9], [3], [0.01]), strict=True))
    graph = gd.CompiledGraph.from_arrays(tails, heads, weights * 0.3, n_nodes=60, cycles=cycles)
    loaded = in_file(graph)
    found, expected = (gd.explain(each, 0, 59) for each in (loaded, graph))
    assert without_means(found.to_dict()) == without_means(expected.to_dict())
    assert str(found) == str(expected)


def test_a_part_beyond_the_floats_is_refused_at_once(in_file: Any) -> None:
    """What two edges bring cancels, so that the total is 0; what each brings is beyond the floats."""
    tails, heads = [0, 0, 1, *range(3, 103)], [1, 1, 2, *range(4, 104)]
    graph = gd.CompiledGraph.from_arrays(tails, heads, [1e200, -1e200, 1e200, *[1.0] * 100])
    for each in (in_file(graph), graph):
        assert gd.total_influence(each, 0, 2) == 0
        for ask in (gd.edge_contributions, gd.explain):
            with pytest.raises(ValueOverflowError, match=r"larger than the largest float"):
                ask(each, 0, 2)


@pytest.mark.parametrize("ends", ENDS, ids=str)
def test_paths_are_counted_as_in_memory(ends: Any, in_file: Any) -> None:
    tails, heads, _ = arrays(120, 700)
    graph = gd.CompiledGraph.from_arrays(tails, heads, n_nodes=120)
    loaded, modulus = in_file(graph), 10**9 + 7
    number = gd.count_paths(graph, *ends)
    assert gd.count_paths(loaded, *ends) == number == gd.explain(loaded, *ends).n_paths
    assert gd.count_paths(loaded, *ends, modulus=modulus) == number % modulus
    for end in ({"source": ends[0]}, {"target": ends[1]}):
        counts = gd.count_paths(graph, **end)
        assert dict(gd.count_paths(loaded, **end)) == dict(counts)
        found = gd.count_paths(loaded, **end, modulus=modulus)
        assert dict(found) == {node: count % modulus for node, count in counts.items()}


def test_no_way_leads_to_what_does_not_lie_between_even_where_all_are_0(in_file: Any) -> None:
    tails, heads = [0, 0, 2, *range(4, 104)], [1, 2, 3, *range(5, 105)]
    loaded = in_file(gd.CompiledGraph.from_arrays(tails, heads, [0.0, 0.0, 0.0, *[1.0] * 100]))
    assert [path.nodes for path in gd.strongest_paths(loaded, 0, 3)] == [(0, 2, 3)]


@pytest.mark.parametrize("weights", [[1.0, 1.0, -1.0], [1e-200, 1e-200, 0.5], [1.0, 0.0, 1.0]])
def test_why_a_total_is_0_is_told_as_in_memory(weights: list[float], in_file: Any) -> None:
    tails, heads, numbers = [0, 1, 0], [1, 2, 1], weights
    if 0.0 in weights:
        tails, heads = [0, 1, 2], [1, 2, 3]
    more = range(4, 104)
    graph = gd.CompiledGraph.from_arrays([*tails, *more], [*heads, *(n + 1 for n in more)], [*numbers, *[2.0] * 100])
    target = max(heads)
    expected = gd.explain(graph, 0, target)
    assert gd.explain(in_file(graph), 0, target).zero == expected.zero
    assert str(gd.explain(in_file(graph), 0, target)) == str(expected)


def test_parallel_edges_are_counted_when_their_keys_are_asked_for(in_file: Any) -> None:
    tails, heads = np.array([0] * 90 + [1] * 60), np.array([1, 2, 3] * 30 + [2, 3] * 30)
    graph = gd.CompiledGraph.from_arrays(tails, heads)
    loaded = in_file(graph)
    assert loaded.edges() == graph.edges()
    assert loaded.topology.keys is not None
    assert list(loaded.topology.keys) == list(graph.topology.keys or ())
    order = np.random.default_rng(1).permutation(150)
    assert list(loaded.topology.edge_labels(order)) == list(graph.topology.edge_labels(order))
    assert gd.edge_contributions(loaded, 0, 3)[0, 3, 29] == 1
    with pytest.raises(KeyError, match="no edge"):
        gd.edge_contributions(loaded, 0, 3)[0, 3, 30]


#: Asks each question with less memory to be had than a number an edge takes, and prints which were answered.
CHILD = """
import json, resource, sys
import numba  # so that kernels walk the arrays
import graphdiff as gd
from graphdiff.io import source
from graphdiff.kernels import mapped
mapped.PART = source.SMALL = 1 << 14
path, where = sys.argv[1:]
def opened(name):
    if where == "as the command line opens it":
        return gd.compile(gd.read(f"{path}/{name}.gdiff"))
    return gd.CompiledGraph.load(f"{path}/{name}.gdiff", mmap=where == "in a file")
QUESTIONS = {
    "edge_contributions": lambda g, s, t: gd.edge_contributions(g, s, t).top(3),
    "strongest_paths": lambda g, s, t: gd.strongest_paths(g, s, t, k=3)[0].influence,
    "explain": lambda g, s, t: str(gd.explain(g, s, t)),
    "count_paths": lambda g, s, t: gd.count_paths(g, s, t),
    "count_paths from one end": lambda g, s, t: gd.count_paths(g, target=t).top(1),
    "count_paths modulo": lambda g, s, t: gd.count_paths(g, s, t, modulus=2**61 - 1),
}
def held():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmData"))
def answers(question, bytes_more):
    before = resource.getrlimit(resource.RLIMIT_DATA)
    if bytes_more:
        resource.setrlimit(resource.RLIMIT_DATA, (held() + bytes_more, before[1]))
    try:
        question()
        return True
    except MemoryError:
        return False
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
def ask(name, bytes_more):
    answered = {"opened": answers(lambda: opened(name), bytes_more)}
    graph = opened(name)
    ends = graph.labels[3], graph.labels[graph.n_nodes - 2]
    return answered | {
        name: answers(lambda: question(graph, *ends), bytes_more) for name, question in QUESTIONS.items()
    }
ask("small", 0)  # machine code is made, which takes memory
print(json.dumps(ask("large", 8 * 3_000_000)))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a small graph and a large one: edges by the node so many that memory by node is far less."""
    pytest.importorskip("numba")
    made = tmp_path_factory.mktemp("graphs")
    for name, size in (("small", (3_000, 60_000)), ("large", (20_000, 3_000_000))):
        tails, heads, weights = arrays(*size)
        gd.CompiledGraph.from_arrays(tails, heads, weights * 1e-3, n_nodes=size[0]).save(made / f"{name}.gdiff")
    return made


@pytest.mark.skipif(
    not os.path.exists("/proc/self/status"), reason="the memory of a process is looked up as Linux has it"
)
@pytest.mark.parametrize("where", ["in a file", "as the command line opens it", "in memory"])
def test_no_question_takes_a_number_an_edge_of_memory(where: str, folder: Path) -> None:
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_ARENA_MAX": "1"}
    run = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), where], capture_output=True, text=True, env=environment, check=False
    )
    assert run.returncode == 0, run.stderr
    answered = json.loads(run.stdout)
    if where != "in memory":
        assert all(answered.values()), answered
    else:  # what is measured is so measured: there it takes more
        assert not any(answered[name] for name in ("opened", "edge_contributions", "strongest_paths", "explain"))
