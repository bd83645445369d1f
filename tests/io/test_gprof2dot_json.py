"""gprof2dot's JSON: what gprof2dot itself reads of the files of its tests, and chains counted by brute force."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from graphdiff.errors import FormatError, GraphdiffError, UsageError
from graphdiff.io.profilers.gprof2dot import read_gprof2dot_json
from graphdiff.io.read import claiming, read

FILES = ["cycle", "diamond", "memtrail.leaked"]


def document(events: Any, **more: Any) -> bytes:
    names = [{"name": name} for name in "abcd"]
    given = {"version": 0, "costs": [{"description": "Samples"}], "functions": names, "events": events}
    return json.dumps(given | more).encode()


@pytest.mark.parametrize("file", FILES)
def test_functions_and_calls_outside_cycles_are_those_of_gprof2dot(file: str, shared_data: Path) -> None:
    path = shared_data / "profiles/gprof2dot/json" / f"{file}.json"
    truth, graph = json.loads(Path(f"{path}.truth.json").read_text()), read(path)
    total = graph.graph["total"]
    assert total == truth["totals"]["samples"]
    names = {one["id"]: one["name"] for one in truth["functions"]}
    inside = {names[one] for cycle in truth["cycles"] for one in cycle}
    for one in truth["functions"]:
        if one["name"] in graph:  # else no chain has it
            data = graph.nodes[one["name"]]
            assert data["self"] == one["self"]
            if one["name"] not in inside:
                assert data["inclusive"] == pytest.approx(total * one["total_ratio"])
            calls = {names[call["to"]]: call.get("total_ratio", 0) * total for call in one["calls"]}
            assert {*graph.successors(one["name"])} == {*calls}
            for callee in {*calls} - inside:
                assert graph.edges[one["name"], callee]["cost"] == pytest.approx(calls[callee])
        else:
            assert (one["total_ratio"], one["calls"]) == (0, [])


def test_a_chain_counts_a_function_and_a_call_once() -> None:
    chance = random.Random(15)
    chains = [([chance.randrange(4) for _ in range(chance.randint(1, 7))], chance.randint(0, 9)) for _ in range(200)]
    own, inclusive, costs = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    for chain, cost in chains:
        names = ["abcd"[frame] for frame in chain]
        own[names[0]] += cost
        for name in {*names}:
            inclusive[name] += cost
        for callee, caller in {*pairwise(names)}:
            costs[caller, callee] += cost
    graph = read_gprof2dot_json(document([{"callchain": c, "cost": [cost]} for c, cost in chains]), name="x.json")
    assert {node: data["self"] for node, data in graph.nodes(data=True)} == own
    assert {node: data["inclusive"] for node, data in graph.nodes(data=True)} == inclusive
    assert {(tail, head): cost for tail, head, cost in graph.edges(data="cost")} == costs
    assert graph.graph["samples"] == sum(cost for _, cost in chains)


def test_one_of_several_costs(test_data: Path) -> None:
    path = test_data / "profiles/memory.gprof2dot.json"
    memory, samples = read(path), read(path, event="Samples")
    assert (memory.graph["total"], memory.graph["unit"], memory.graph["kind"]) == (3648, "bytes", "allocated")
    assert (samples.graph["total"], samples.graph["unit"], samples.graph["kind"]) == (5, "samples", "sampled")
    assert memory.graph["events"] == ["Memory", "Samples"]
    assert memory.nodes["malloc"] == {
        "name": "malloc", "file": "libc.so.6", "module": "libc.so.6", "self": 3648, "inclusive": 3648,
    }  # fmt: skip
    with pytest.raises(UsageError, match=r'^event="Memroy": .*memory\.gprof2dot\.json has no such cost; did you mean'):
        read(path, event="Memroy")


def test_functions_of_processes_and_libraries_are_told_apart() -> None:
    functions = [
        {"name": "f", "module": "a.so", "process": "1"},
        {"name": "f", "module": "b.so", "process": "1"},
        {"name": "f", "module": "a.so", "process": "2"},
        {"name": "f", "module": "a.so", "process": "1"},
    ]
    events = [{"callchain": [place], "cost": [10**place]} for place in range(4)]
    graph = read_gprof2dot_json(document(events, functions=functions), name="x.json")
    assert {node: data["self"] for node, data in graph.nodes(data=True)} == {
        "f [1] (a.so)": 1001, "f [1] (b.so)": 10, "f [2]": 100,
    }  # fmt: skip


def test_stacks_are_kept_unless_they_are_to_be_dropped(test_data: Path) -> None:
    path = test_data / "profiles/memory.gprof2dot.json"
    assert read(path).graph["stacks"].total == 3648
    assert "stacks" not in read(path, stacks="drop").graph


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (document([]), "no chain of calls is in it: nothing was measured"),
        (document([{"callchain": [0], "cost": [1]}], version=1), "version 1 of gprof2dot's JSON; 0 is read"),
        (
            document([{"callchain": [4], "cost": [1]}]),
            r"events\[0\]: callchain: numbers of functions are expected, .* 4$",
        ),
        (document([{"callchain": [-1], "cost": [1]}]), r"events\[0\]: callchain: numbers of functions"),
        (document([{"callchain": [], "cost": [1]}]), r"events\[0\]: callchain: numbers of functions"),
        (document([{"callchain": [[]], "cost": [1]}]), r"events\[0\]: callchain: numbers of functions"),
        (document([{"callchain": [0], "cost": [-1]}]), r"costs of events\[0\]: -1, where a number of 0 or more"),
        (document([{"callchain": [0], "cost": []}]), r"costs of events\[0\]: None, where a number of 0 or more"),
        (document([{"callchain": [0], "cost": [2**62]}]), r"costs of events: they add up to 2\*\*62 or more"),
        (document([{"callchain": [0]}], costs=[]), "costs: at least one is expected"),
        (document([{"callchain": [0], "cost": [1]}], functions=[{}]), r"functions\[0\] has no name"),
        (document([3]), r"events\[0\]: expected names with values, found a number"),
        (b'{"version": 0, "costs": [', "broken JSON"),
    ],
)
def test_broken_files_are_refused_in_one_line_with_the_place(data: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=f"^x.json: {why}") as caught:
        read_gprof2dot_json(data, name="x.json")
    assert "\n" not in str(caught.value)


VALUES = [b"null", b"-1", b"1e999", b"[]", b"{}", b'"x"', b"true", b"0", b"NaN", b"9" * 30]


def mutations(seed: bytes, count: int) -> Iterator[bytes]:
    """Yield files with a value of another kind, or bytes cut out, doubled or changed."""
    chance = random.Random(15)
    for _ in range(count):
        start = chance.randrange(len(seed))
        end = start + chance.choice([1, 1, 5, 60])
        if chance.random() < 0.5 and (colon := seed.find(b": ", start)) >= 0:
            start, end = colon + 2, min(seed.find(mark, colon) % len(seed) for mark in (b",", b"}"))
        middle = chance.choice([b"", seed[start:end] * 2, bytes([chance.randrange(256)]), *VALUES])
        yield seed[:start] + middle + seed[end:]


def outcomes(files: Iterator[bytes]) -> tuple[int, int]:
    """Return how many files were read, and how many refused in one line."""
    graphs = errors = 0
    for data in files:
        try:
            graph = read_gprof2dot_json(data, name="x.json")
        except GraphdiffError as error:
            errors += 1
            assert len(str(error).splitlines()) == 1  # noqa: PT017
        else:
            graphs += 1
            assert all(node["inclusive"] >= node["self"] >= 0 for _, node in graph.nodes(data=True))
    return graphs, errors


def test_damaged_files_give_a_graph_or_one_line(test_data: Path) -> None:
    graphs, errors = outcomes(mutations((test_data / "profiles/memory.gprof2dot.json").read_bytes(), 1_000))
    assert graphs > 100
    assert errors > 300


@pytest.mark.slow
def test_100_000_damaged_files_give_a_graph_or_one_line(test_data: Path) -> None:
    graphs, errors = outcomes(mutations((test_data / "profiles/memory.gprof2dot.json").read_bytes(), 100_000))
    assert graphs + errors == 100_000


def test_is_claimed_as_gprof2dots_json_alone() -> None:
    assert claiming(document([{"callchain": [0], "cost": [1]}])) == ["gprof2dot-json"]
