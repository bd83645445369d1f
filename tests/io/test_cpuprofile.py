"""V8's CPU profiles against counting sample by sample, and against what speedscope shows of one of Node.js."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from counted_stacks import counted_once, counts_of

import graphdiff as gd
from graphdiff.errors import FormatError
from graphdiff.io.profilers.cpuprofile import read_cpuprofile


def node(identity: Any, name: str = "f", children: Any = None, **frame: Any) -> dict[str, Any]:
    record: dict[str, Any] = {"id": identity, "callFrame": {"functionName": name, **frame}}
    return record if children is None else {**record, "children": children}


def profile(*nodes: dict[str, Any], samples: Any = (), deltas: Any = (), **others: Any) -> bytes:
    times = {"startTime": 1000, "endTime": 1000 + sum(deltas)} if all(type(one) is int for one in deltas) else {}
    return json.dumps({"nodes": nodes, **times, "samples": samples, "timeDeltas": deltas, **others}).encode()


def test_profiles_are_what_counting_their_samples_says() -> None:
    chance = random.Random(3)
    for _ in range(100):
        size = chance.randrange(1, 12)
        parents = {place: chance.randrange(place) for place in range(1, size)}
        names = [chance.choice("abcd") for _ in range(size)]
        children = {place: [child for child, parent in parents.items() if parent == place] for place in range(size)}
        nodes = [node(place + 7, names[place], [child + 7 for child in children[place]]) for place in range(size)]
        chance.shuffle(nodes)
        seen = [chance.randrange(size) for _ in range(chance.randrange(1, 20))]
        deltas = [chance.randrange(9) for _ in seen]
        left = chance.randrange(9)
        data = profile(*nodes, samples=[one + 7 for one in seen], deltas=deltas, endTime=1000 + sum(deltas) + left)
        stacks = []
        for place, passed in zip(seen, [*deltas[1:], left], strict=True):
            stack = [place]
            while stack[0] in parents:
                stack.insert(0, parents[stack[0]])
            stacks.append(([names[one] for one in stack], passed))
        graph = read_cpuprofile(data, name="x.cpuprofile")
        sums = counted_once(stacks)
        assert [+each for each in counts_of(graph)] == [+each for each in sums]
        assert (graph.graph["total"], graph.graph["samples"]) == (sum(deltas[1:]) + left, len(seen))


#: What speedscope 1.25 shows of `shop.cpuprofile`, in us, self and total; to it the last sample lasts nothing.
SHOWN = {
    "(program)": (2244, 2244),
    "prepareExecution": (2096, 2096),
    "resolve": (2073, 2073),
    "Module._load": (2707, 101547),
    "main": (0, 98840),
    "(anonymous) (shop.js:4)": (0, 94657),
    "taxed": (98840, 98840),
    "rebate": (0, 4183),
}
LAST = {"Module._load", "main", "taxed", "rebate"}


def test_what_node_has_written_as_speedscope_shows_it(test_data: Path) -> None:
    path = test_data / "profiles/shop.cpuprofile"
    document, graph = json.loads(path.read_text()), gd.read(path)
    last = document["endTime"] - document["startTime"] - sum(document["timeDeltas"])
    assert last == 2278
    for name, (own, inclusive) in SHOWN.items():
        more = last if name in LAST else 0
        said = graph.nodes[name]
        assert (said["self"], said["inclusive"]) == (own + (more if name == "taxed" else 0), inclusive + more), name
    assert graph.nodes["taxed"]["line"] == 2
    assert graph.graph["total"] == document["endTime"] - document["startTime"] - document["timeDeltas"][0]
    assert (graph.graph["unit"], graph.graph["kind"], graph.graph["samples"]) == ("us", "sampled", 52)


def test_samples_that_were_noted_late_are_put_in_order() -> None:
    graph = read_cpuprofile(
        profile(node(1, "a"), node(2, "b"), samples=[1, 2, 1], deltas=[10, 30, -10], endTime=1045), name="x"
    )
    # At 10 a, at 30 a again, which is noted after b at 40; it ends at 45.
    assert counts_of(graph).own == {"a": 30, "b": 5}


def test_without_times_samples_are_counted_and_without_samples_hits() -> None:
    nodes = [{**node(1, "a", [2]), "hitCount": 4}, {**node(2, "b"), "hitCount": 3}]
    seen = read_cpuprofile(json.dumps({"nodes": nodes, "samples": [1, 2, 2]}).encode(), name="x")
    hits = read_cpuprofile(json.dumps({"nodes": nodes}).encode(), name="x")
    assert (seen.graph["unit"], counts_of(seen).own) == ("samples", {"a": 1, "b": 2})
    assert (hits.graph["unit"], counts_of(hits).own, hits.graph["samples"]) == ("samples", {"a": 4, "b": 3}, 7)


def test_functions_of_one_line_have_their_columns_in_their_names() -> None:
    where = {"url": "bundle.js", "lineNumber": 0}
    nodes = [node(1, "", [2, 3], **where, columnNumber=9), node(2, "", **where, columnNumber=41)]
    graph = read_cpuprofile(profile(*nodes, node(3, "g", **where), samples=[2, 3], deltas=[1, 2]), name="x")
    assert [*graph] == ["(anonymous) at column 10", "(anonymous) at column 42", "g"]


def test_no_time_at_all_is_a_profile_of_nothing() -> None:
    graph = read_cpuprofile(profile(node(1), samples=[1, 1], deltas=[0, 0]), name="x")
    assert (graph.graph["total"], graph.graph["samples"], graph.nodes["f"]["inclusive"]) == (0, 2, 0)


BROKEN: dict[str, tuple[bytes, str]] = {
    "a loop": (profile(node(1, "a", [2]), node(2, "b", [3]), node(3, "c", [2])), r"nodes\[2\]: node 2 has two callers"),
    "a loop without a root": (
        profile(node(1, "a"), node(2, "b", [3]), node(3, "c", [2]), samples=[2], deltas=[1]),
        r"^x.cpuprofile: node [12] of its tree, counted from 0, is among its own callers",
    ),
    "a node that is its own child": (profile(node(1, "a", [1])), r"node 0 of its tree, .* is among its own callers"),
    "a node with two callers": (
        profile(node(1, "a", [3]), node(2, "b", [3]), node(3, "c")), r"nodes\[1\]: node 3 has two callers",
    ),
    "a child that is not there": (profile(node(1, "a", [9])), r"nodes\[0\]: no node has the id 9"),
    "a parent that is not there": (profile({**node(1), "parent": 9}), r"nodes\[0\]: no node has the id 9"),
    "a sample that is not there": (profile(node(1), samples=[1, 5], deltas=[1, 1]), r"samples\[1\]: no node has the"),
    "an id that is no number": (profile(node("1")), r"nodes\[0\]: its id is '1', where a number"),
    "an id twice": (profile(node(1), node(1)), r"nodes\[1\]: its id 1 is that of another node"),
    "fewer times than samples": (profile(node(1), samples=[1, 1], deltas=[1]), r"2 samples with 1 timeDeltas"),
    "a time that is no number": (profile(node(1), samples=[1], deltas=["1"]), r"timeDeltas\[0\]: '1', where a whole"),
    "a time beyond 2**53": (profile(node(1), samples=[1], deltas=[2**60], endTime=1), r"timeDeltas\[0\]: 115\d+, wh"),
    "no node": (profile(), "x.cpuprofile: no node in it$"),
    "a tree of calls in calls": (b'{"head": {"id": 1}}', r"no node in it; it is of V8 before 2016, and node"),
    "no frame": (json.dumps({"nodes": [{"id": 1, "callFrame": 3}]}).encode(), r"callFrame: expected names with values"),
    "a line that is no number": (profile(node(1, lineNumber="3")), r"nodes\[0\]: a line or column that is no whole"),
    "hits that are none": (profile({**node(1), "hitCount": -1}), r"hitCount\[0\]: -1, where"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "said"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_said_with_its_place(data: bytes, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read_cpuprofile(data, name="x.cpuprofile")


@pytest.mark.slow
def test_a_tree_of_100_000_nodes_one_below_the_other() -> None:
    size = 100_000
    nodes = [node(place, "ab"[place % 2], [place + 1] if place + 1 < size else []) for place in range(size)]
    graph = read_cpuprofile(profile(*nodes, samples=[size - 1, 3], deltas=[1, 2], endTime=1010), name="x")
    assert len(graph.graph["stacks"]) == size
    assert graph.nodes["a"]["inclusive"] == graph.graph["total"] == 9
