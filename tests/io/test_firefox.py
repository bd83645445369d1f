"""Profiles of the Firefox Profiler: several versions of one, samples by weight and by time, what is wrong."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from counted_stacks import counted_once, counts_of

import graphdiff as gd
from graphdiff.errors import FormatError, UsageError
from graphdiff.io.profilers.firefox import read_firefox

NAMES = ["main", "load", "draw"]
SHARED = ("stringArray", "funcTable", "frameTable", "stackTable", "resourceTable")


def thread(
    prefix: list[int | None], functions: list[int], samples: dict[str, Any], name: str = "Main", **others: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "stringArray": [*NAMES, "a.js", "lib.so"],
        "resourceTable": {"name": [4]},
        "funcTable": {
            "name": [0, 1, 2],
            "fileName": [3, None, None],
            "resource": [-1, -1, 0],
            "lineNumber": [7, None, 0],
        },
        "frameTable": {"func": [0, 1, 2, 0]},
        "stackTable": {"prefix": prefix, "frame": functions},
        "samples": samples,
        **others,
    }


def dumped(*threads: dict[str, Any], version: int = 50, **others: Any) -> bytes:
    return json.dumps({"meta": {"preprocessedProfileVersion": version}, "threads": threads, **others}).encode()


def as_version_60(one: dict[str, Any], *, offsets: bool) -> bytes:
    """Return a profile of one thread as the version has it that shares the tables, or that writes offsets."""
    shared = {key: one[key] for key in SHARED}
    functions = dict(shared["funcTable"])
    functions["source"] = [0 if file is not None else None for file in functions.pop("fileName")]
    shared |= {"funcTable": functions, "sources": {"filename": [3]}}
    if offsets:
        prefix = one["stackTable"]["prefix"]
        back = [0 if parent is None else place - parent for place, parent in enumerate(prefix)]
        shared["stackTable"] = {"frame": one["stackTable"]["frame"], "prefixOffset": back}
    own = {key: value for key, value in one.items() if key not in SHARED}
    return dumped(own, version=66 if offsets else 60, shared=shared)


def test_samples_are_what_counting_them_says_in_every_version() -> None:
    chance = random.Random(5)
    for _ in range(60):
        size = chance.randrange(1, 9)
        prefix = [None if not place or chance.random() < 0.2 else chance.randrange(place) for place in range(size)]
        frames = [chance.randrange(4) for _ in range(size)]
        seen = [chance.choice([None, *range(size)]) for _ in range(chance.randrange(1, 12))]
        weights = [chance.randrange(5) for _ in seen]
        stacks = []
        for place, cost in zip(seen, weights, strict=True):
            stack: list[str] = []
            while place is not None:
                stack.insert(0, ["main", "load", "draw", "main"][frames[place]])
                place = prefix[place]
            stacks.append((stack, cost))
        one = thread(prefix, frames, {"stack": seen, "weight": weights, "weightType": "samples"})
        for data in (dumped(one), as_version_60(one, offsets=False), as_version_60(one, offsets=True)):
            graph = read_firefox(data, name="x.json")
            assert [+each for each in counts_of(graph)] == [+each for each in counted_once(stacks)]
            assert graph.graph["samples"] == graph.graph["total"]


def test_a_sample_by_hand(test_data: Path) -> None:
    path = test_data / "profiles/shop.firefox.json"
    graph, timed, till = gd.read(path), gd.read(path, event="time"), gd.read(path, thread="shop/till")
    assert {node: (data["self"], data["inclusive"]) for node, data in graph.nodes(data=True)} == {
        "main": (2, 8), "total": (3, 5), "taxed": (3, 3),
    }  # fmt: skip
    assert graph.nodes["main"] == {"name": "main", "file": "shop.js", "line": 1, "self": 2, "inclusive": 8}
    assert graph.nodes["taxed"]["file"] == "libtax.so"
    assert (graph.graph["unit"], graph.graph["samples"]) == ("samples", 8)
    assert (timed.graph["unit"], timed.graph["total"], timed.nodes["taxed"]["self"]) == ("ms", 6.5, 3.5)
    assert (till.graph["total"], till.graph["threads"]) == (5, ["till"])
    assert gd.read(path, thread=8).graph["total"] == 3
    assert graph.graph["warnings"] == [f"{path}: threads[0]: 1 of 6 samples have no stack and are left out"]


def test_weights_of_bytes_and_of_milliseconds_are_that() -> None:
    samples = {"stack": [0, 1], "weight": [2.5, 4], "weightType": "tracing-ms"}
    graph = read_firefox(dumped(thread([None, 0], [0, 1], samples)), name="x")
    assert (graph.graph["unit"], graph.graph["kind"], graph.graph["total"]) == ("ms", "counted", 6.5)
    samples = {"stack": [0, 1], "weight": [2, 4], "weightType": "bytes"}
    graph = read_firefox(dumped(thread([None, 0], [0, 1], samples)), name="x")
    assert (graph.graph["unit"], graph.graph["kind"], graph.graph.get("samples")) == ("bytes", "allocated", None)


def test_times_may_be_absolute_or_differences() -> None:
    for samples in ({"stack": [0, 1, 0], "time": [5, 7.5, 8]}, {"stack": [0, 1, 0], "timeDeltas": [5, 2.5, 0.5]}):
        graph = read_firefox(dumped(thread([None, 0], [0, 1], samples)), name="x", event="time")
        assert counts_of(graph).own == {"main": 2.5, "load": 0.5}
        assert (graph.graph["event"], graph.graph["events"], graph.graph["samples"]) == ("time", ["weight", "time"], 3)


def changed(**others: Any) -> bytes:
    return dumped(thread([None, 0], [0, 1], {"stack": [0, 1]}) | others)


BROKEN: dict[str, tuple[bytes, str]] = {
    "a loop of prefixes": (
        changed(stackTable={"prefix": [1, 0], "frame": [0, 1]}),
        r"^x.json: threads\[0\]: node [01] of its tree, counted from 0, is among its own callers",
    ),
    "a prefix that is not there": (
        changed(stackTable={"prefix": [None, 2], "frame": [0, 1]}), r"stackTable: prefix\[1\]: 2, where one of 2",
    ),
    "an offset before the first": (
        changed(stackTable={"prefixOffset": [1, 0], "frame": [0, 1]}), r"stackTable: its columns do not fit together",
    ),
    "columns of two lengths": (
        changed(stackTable={"prefix": [None], "frame": [0, 1]}), r"stackTable: its columns do not fit together",
    ),
    "a frame that is not there": (
        changed(stackTable={"prefix": [None, 0], "frame": [0, 4]}), r"stackTable: frame\[1\]: 4, where one of 4",
    ),
    "a function that is not there": (changed(frameTable={"func": [0, 3, 0, 0]}), r"frameTable: func\[1\]: 3, where"),
    "a name that is not there": (changed(funcTable={"name": [0, 9, 1]}), r"funcTable: name\[1\]: 9, where one of 5"),
    "a stack that is not there": (changed(samples={"stack": [0, 2]}), r"samples: stack\[1\]: 2, where one of 2"),
    "fewer weights than stacks": (
        changed(samples={"stack": [0, 1], "weight": [1]}), r"samples: 2 stacks with 1 weights",
    ),
    "negative weights": (
        changed(samples={"stack": [0, 1], "weight": [1, -1]}), r"negative weights, as a comparison of two profiles has",
    ),
    "an unknown type of weights": (
        changed(samples={"stack": [0], "weight": [1], "weightType": "joules"}), r"its weightType is 'joules', not",
    ),
    "a type of weights that is no text": (
        changed(samples={"stack": [0], "weight": [1], "weightType": {}}), r"weightType: expected a text, found names",
    ),
    "texts that are none": (changed(stringArray=["a", 7]), r"stringArray: expected a list of texts, found a number"),
    "no samples": (changed(samples={"stack": []}), r"x.json: no thread of it has samples"),
    "a table that is none": (changed(stackTable=7), r"stackTable: expected names with values, found a number"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "said"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_said_with_its_place(data: bytes, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read_firefox(data, name="x.json")


def test_times_that_are_missing_or_run_back_are_refused_where_they_are_asked_for() -> None:
    for samples in ({"stack": [0, 1]}, {"stack": [0, 1], "time": [5, 4]}, {"stack": [0, 1], "time": [5]}):
        data = changed(samples=samples)
        assert read_firefox(data, name="x").graph["total"] == 2
        with pytest.raises(FormatError, match="2 stacks without a time each, one after another"):
            read_firefox(data, name="x", event="time")


def test_threads_of_two_units_do_not_add_up() -> None:
    one = thread([None], [0], {"stack": [0]})
    other = thread([None], [0], {"stack": [0], "weight": [8], "weightType": "bytes"}, name="Heap")
    with pytest.raises(
        FormatError, match='threads of samples and of bytes, which do not add up; thread="Main" reads one'
    ):
        read_firefox(dumped(one, other), name="x")
    assert read_firefox(dumped(one, other), name="x", thread="Heap").graph["unit"] == "bytes"


def test_an_event_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(
        UsageError, match=r'event="times": a profile of Firefox has weight and time; did you mean \'time\''
    ):
        read_firefox(changed(), name="x", event="times")


@pytest.mark.slow
def test_a_stack_of_100_000_frames() -> None:
    size = 100_000
    prefix: list[int | None] = [None, *range(size - 1)]
    data = dumped(thread(prefix, [place % 4 for place in range(size)], {"stack": [size - 1, 5]}))
    graph = read_firefox(data, name="x")
    assert (len(graph.graph["stacks"]), graph.nodes["main"]["inclusive"]) == (size, 2)
