"""Traces in Chrome's format: nested events against the calls that they were made of, real traces, what is wrong."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from counted_stacks import Counted, counted_once, counts_of

import graphdiff as gd
from graphdiff.errors import FormatError, UsageError
from graphdiff.io.profilers.chrome_trace import read_chrome_trace
from graphdiff.io.profilers.cpuprofile import read_cpuprofile


class Call(NamedTuple):
    """A call from one time to another, and those within it."""

    name: str
    start: int
    end: int
    within: tuple[Any, ...]


def event(ph: str, ts: Any, name: str = "f", tid: Any = 1, **others: Any) -> dict[str, Any]:
    return {"ph": ph, "ts": ts, "name": name, "pid": 5, "tid": tid, **others}


def dumped(*events: dict[str, Any]) -> bytes:
    return json.dumps({"traceEvents": events}).encode()


def calls_within(chance: random.Random, start: int, end: int, depth: int = 0) -> tuple[Call, ...]:
    """Return calls of at least 1, one after another with no gap or some, each with calls within."""
    calls = []
    while start < end and depth < 6 and chance.random() < 0.8:
        start += chance.randrange(3)
        stop = min(end, start + chance.randrange(1, 30))
        if stop <= start:
            break
        calls.append(Call(chance.choice("abcd"), start, stop, calls_within(chance, start, stop, depth + 1)))
        start = stop
    return tuple(calls)


def as_events(calls: tuple[Call, ...], chance: random.Random, complete: bool) -> Iterator[dict[str, Any]]:
    """Yield calls as complete events, those around them first, or as begin and end events."""
    for call in calls:
        if complete:
            yield event("X", call.start, call.name, dur=call.end - call.start)
        else:
            yield event("B", call.start, call.name)
        yield from as_events(call.within, chance, complete)
        if not complete:
            yield event("E", call.end, *([call.name] if chance.random() < 0.5 else [""]))


def stacks_in(calls: tuple[Call, ...], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int]]:
    for call in calls:
        stack = (*above, call.name)
        yield stack, call.end - call.start - sum(one.end - one.start for one in call.within)
        yield from stacks_in(call.within, stack)


def numbers_of(graph: Any) -> list[Counter[Any]]:
    return [
        Counter({node: data["calls"] for node, data in graph.nodes(data=True)}),
        Counter({(tail, head): calls for tail, head, calls in graph.edges(data="calls")}),
    ]


@pytest.mark.parametrize("complete", [True, False], ids=["complete", "begin and end"])
def test_events_are_the_calls_that_they_were_made_of(complete: bool) -> None:
    chance = random.Random(4)
    for _ in range(100):
        calls = calls_within(chance, 0, 200) or (Call("a", 0, 1, ()),)
        events = [*as_events(calls, chance, complete)]
        if complete:
            chance.shuffle(events)
            # Where two have one extent, the outer one is written first.
            if len({(one["ts"], one["dur"]) for one in events}) < len(events):
                events = [*as_events(calls, chance, complete)]
        graph = read_chrome_trace(dumped(*events), name="x.json")
        stacks = [*stacks_in(calls)]
        assert counts_of(graph) == counted_once(stacks)
        entered = Counter(stack[-1] for stack, _ in stacks)
        assert numbers_of(graph) == [entered, Counter(stack[-2:] for stack, _ in stacks if len(stack) > 1)]
        assert graph.graph["total"] == sum(call.end - call.start for call in calls)


def test_a_sample_by_hand_in_nanoseconds(test_data: Path) -> None:
    path = test_data / "profiles/shop.trace.json"
    graph = gd.read(path)
    assert {node: (data["self"], data["inclusive"], data["calls"]) for node, data in graph.nodes(data=True)} == {
        "main": (3500, 10000, 1), "total": (2750, 6000, 1), "taxed": (3750, 3750, 2), "audit": (4000, 4000, 1),
    }  # fmt: skip
    assert graph.nodes["taxed"]["line"] == 16
    assert graph.edges["main", "taxed"] == {"cost": 500, "calls": 1}
    assert (graph.graph["unit"], graph.graph["kind"], graph.graph["threads"]) == ("ns", "counted", ["till", "8"])
    assert [*gd.read(path, thread="8")] == [*gd.read(path, thread=8)] == [*gd.read(path, thread="1/8")] == ["audit"]
    assert gd.read(path, thread="8").graph["unit"] == "us", "whole microseconds stay as they are"


def test_microseconds_that_are_not_whole_in_nanoseconds_stay_floats() -> None:
    graph = read_chrome_trace(dumped(event("X", 0.00025, dur=1.5)), name="x")
    assert (graph.graph["unit"], graph.graph["total"]) == ("us", pytest.approx(1.5))


def test_of_equal_complete_events_viztracer_writes_the_inner_one_first() -> None:
    two = [event("X", 3, "a", dur=4), event("X", 3, "b", dur=4)]
    assert [*read_chrome_trace(dumped(*two), name="x").edges] == [("a", "b")]
    assert [*read_chrome_trace(dumped(*({**one, "cat": "fee"} for one in two)), name="x").edges] == [("b", "a")]


def test_a_list_may_end_without_its_bracket() -> None:
    whole = json.dumps([event("X", 0, dur=4), event("X", 1, "g", dur=2)]).encode()
    for text in (whole, whole[:-1], whole[:-1] + b",\n"):
        assert [*gd.read(io.BytesIO(text)).edges(data="cost")] == [("f", "g", 2)]
    with pytest.raises(FormatError, match="broken JSON"):
        read_chrome_trace(whole[:-20], name="x")


def test_what_has_no_end_lasts_as_its_thread_does_and_that_is_said() -> None:
    graph = read_chrome_trace(dumped(event("B", 0, "a"), event("B", 2, "b"), event("X", 3, "c", dur=9)), name="x")
    assert counts_of(graph).inclusive == {"a": 12, "b": 10, "c": 9}
    assert graph.graph["warnings"] == ["x: 2 events of thread 1 have no end; they last as it does"]


def test_ends_that_differ_by_rounding_alone_are_one() -> None:
    outer, inner = event("X", 0.1, "a", dur=10.0), event("X", 4.0, "b", dur=6.101)
    assert [*read_chrome_trace(dumped(outer, inner), name="x").edges(data="cost")] == [("a", "b", 6100)]
    with pytest.raises(FormatError, match=r"x, event 1: it ends at 10203, behind 'a', in which it begins"):
        read_chrome_trace(dumped(outer, {**inner, "dur": 6.203}), name="x")


def test_events_of_no_time_are_calls_that_cost_nothing() -> None:
    graph = read_chrome_trace(dumped(event("B", 1, "a"), event("E", 1, "a"), event("X", 1, "b", dur=0)), name="x")
    assert counts_of(graph) == Counted(Counter(a=0, b=0), Counter(a=0, b=0), Counter())
    assert (graph.graph["total"], numbers_of(graph)[0]) == (0, {"a": 1, "b": 1})


def chunks(nodes: list[dict[str, Any]], samples: list[int], deltas: list[int]) -> list[dict[str, Any]]:
    """Return a CPU profile in the parts in which Chrome writes it, each a half of the samples."""
    first = event("P", 5, "Profile", id="0x1", args={"data": {"startTime": 1000}})
    without_any = {**first, "id": "0x2"}
    parts = []
    for half in (slice(0, 2), slice(2, None)):
        data = {"cpuProfile": {"samples": samples[half]}, "timeDeltas": deltas[half]}
        if not parts:
            data["cpuProfile"]["nodes"] = nodes
        parts.append(event("P", 6, "ProfileChunk", id="0x1", tid=2, args={"data": data}))
    parts[-1]["args"]["data"]["endTime"] = 1500
    return [
        first,
        without_any,
        *parts,
        event("M", 0, "thread_name", args={"name": "CrRendererMain"}),
        event("X", 3, "Task", dur=900),
    ]


def test_a_trace_with_a_cpu_profile_is_that_profile() -> None:
    frames = [{"functionName": "main", "lineNumber": 3, "url": "a.js"}, {"functionName": "work"}]
    nodes: list[dict[str, Any]] = [{"id": 1, "callFrame": frames[0]}, {"id": 2, "callFrame": frames[1], "parent": 1}]
    samples, deltas = [1, 2, 2, 1], [10, 20, 30, 40]
    traced = read_chrome_trace(dumped(*chunks(nodes, samples, deltas)), name="x")
    document = {"nodes": nodes, "samples": samples, "timeDeltas": deltas, "startTime": 1000, "endTime": 1500}
    alone = read_cpuprofile(json.dumps(document).encode(), name="x")
    assert counts_of(traced) == counts_of(alone)
    assert (traced.graph["unit"], traced.graph["kind"], traced.graph["samples"]) == ("us", "sampled", 4)
    assert traced.graph["threads"] == ["CrRendererMain"]


BROKEN: dict[str, tuple[bytes, str]] = {
    "an end without a begin": (dumped(event("E", 3)), r"event 0: an end, and nothing has begun on its thread"),
    "the end of another": (
        dumped(event("B", 0, "a"), event("B", 1, "b"), event("E", 2, "a")),
        r"event 2: the end of 'a', where 'b' is open: that is no call in a call",
    ),
    "an end within a complete event": (
        dumped(event("B", 0, "a"), event("X", 1, "b", dur=9), event("E", 5, "a")), r"event 2: the end of 'a', where",
    ),
    "complete events that overlap": (
        dumped(event("X", 0, "a", dur=10), event("X", 5, "b", dur=10)), r"event 1: it ends at 15, behind 'a', in which",
    ),
    "a complete event without a duration": (dumped(event("X", 0)), r"event 0: its dur is None, where microseconds"),
    "a negative duration": (dumped(event("X", 0, dur=-1)), r"event 0: its dur is -1, where microseconds"),
    "a time that is no number": (dumped(event("X", "7", dur=1)), r"event 0: its ts is '7', where microseconds"),
    "a time that is NaN": (dumped(event("X", float("nan"), dur=1)), r"event 0: its ts is nan, where"),
    "no event that lasts": (dumped(event("i", 0)), r"x.json: no event in it that begins and ends"),
    "no events": (b"[]", r"x.json: no event in it"),
    "no list": (b'{"traceEvents": 5}', r"traceEvents: expected a list, found a number"),
    "an event that is none": (b"[7]", r"x.json\[0\]: expected names with values, found a number"),
    "a part of a profile that is missing": (
        dumped(*chunks([{"id": 2, "callFrame": {}, "parent": 1}], [2], [1])), r"nodes\[0\]: no node has the id 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "said"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_said_with_its_place(data: bytes, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read_chrome_trace(data, name="x.json")


def test_another_thread_is_no_matter_where_one_is_chosen() -> None:
    data = dumped(event("E", 3, tid=7), event("X", 0, dur=5, tid=8))
    with pytest.raises(FormatError, match='thread="NAME" reads one of several threads'):
        read_chrome_trace(data, name="x")
    assert read_chrome_trace(data, name="x", thread="8").graph["total"] == 5
    with pytest.raises(UsageError, match=r"thread=\"9\": x has no such thread; there are '7', '8'"):
        read_chrome_trace(data, name="x", thread="9")


@pytest.mark.slow
def test_100_000_events_one_in_the_other() -> None:
    size = 100_000
    events = [event("X", place, "ab"[place % 2], dur=2 * (size - place)) for place in range(size)]
    graph = read_chrome_trace(dumped(*events), name="x")
    assert len(graph.graph["stacks"]) == size
    assert (graph.nodes["a"]["inclusive"], graph.nodes["b"]["calls"]) == (graph.graph["total"], size // 2)


def test_a_trace_of_py_spy_is_samples(shared_data: Path) -> None:
    path = shared_data / "profiles/python/nx_algos.pyspy.chrometrace.json"
    events, stack, stacks = json.loads(path.read_text()), [], []
    for one, following in zip(events, events[1:], strict=False):
        stack = [*stack, (one["name"], one["args"]["filename"])] if one["ph"] == "B" else stack[:-1]
        stacks.append((stack, following["ts"] - one["ts"]))
    graph = gd.read(path)
    assert (graph.graph["kind"], graph.graph["unit"]) == ("sampled", "us")
    assert not any("calls" in data for _, data in graph.nodes(data=True))
    sums = counted_once(stacks)
    assert {(data["name"], data["file"]): data["inclusive"] for _, data in graph.nodes(data=True)} == sums.inclusive
