"""speedscope's files against counting stack by stack, and against what speedscope itself shows of real ones."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import pytest
from counted_stacks import counted_once, counts_of

import graphdiff as gd
from graphdiff.errors import FormatError, UsageError
from graphdiff.graph.measured import is_profile
from graphdiff.io.profilers.speedscope import read_speedscope

SCHEMA = "https://www.speedscope.app/file-format-schema.json"
NAMES = ["main", "load", "parse", "draw", "wait"]


def document(*profiles: dict[str, Any], frames: Any = NAMES, **others: Any) -> bytes:
    listed = [{"name": frame} if isinstance(frame, str) else frame for frame in frames]
    return json.dumps({"$schema": SCHEMA, "shared": {"frames": listed}, "profiles": profiles, **others}).encode()


def sampled(samples: Any, weights: Any, unit: str = "seconds", **others: Any) -> dict[str, Any]:
    return {"type": "sampled", "name": "x", "unit": unit, "samples": samples, "weights": weights, **others}


def evented(events: list[tuple[str, int, Any]], unit: str = "microseconds") -> dict[str, Any]:
    records = [{"type": way, "frame": frame, "at": at} for way, frame, at in events]
    return {"type": "evented", "name": "x", "unit": unit, "events": records}


def walked(chance: random.Random) -> list[tuple[str, int, int]]:
    """Return events of a walk through stacks, which ends with all closed."""
    events, stack, now = [], [], chance.randrange(9)
    for _ in range(chance.randrange(2, 40)):
        now += chance.choice([0, 1, 1, 7])
        if stack and chance.random() < 0.45:
            events.append(("C", stack.pop(), now))
        else:
            stack.append(chance.randrange(len(NAMES)))
            events.append(("O", stack[-1], now))
    while stack:
        now += chance.randrange(3)
        events.append(("C", stack.pop(), now))
    return events


def replayed(events: list[tuple[str, int, int]]) -> list[tuple[list[str], int]]:
    """Return the stacks between the events, each with the time from one to the next."""
    stacks: list[tuple[list[str], int]] = []
    stack: list[str] = []
    for (way, frame, now), (_, _, then) in zip(events, [*events[1:], events[-1]], strict=True):
        stack = [*stack, NAMES[frame]] if way == "O" else stack[:-1]
        stacks.append((stack, then - now))
    return stacks


def test_a_function_with_an_empty_name_has_none() -> None:
    assert [*read_speedscope(document(sampled([[0]], [1]), frames=[{"name": ""}]), name="x.json")] == ["(no name)"]


def test_sampled_profiles_are_what_counting_their_stacks_says() -> None:
    chance = random.Random(1)
    for _ in range(100):
        lengths = [1, *(chance.randrange(9) for _ in range(chance.randrange(20)))]
        rows = [[chance.randrange(5) for _ in range(length)] for length in lengths]
        weights = [chance.randrange(9) for _ in rows]
        graph = read_speedscope(document(sampled(rows, weights)), name="x.json")
        sums = counted_once(([NAMES[frame] for frame in row], cost) for row, cost in zip(rows, weights, strict=True))
        assert counts_of(graph) == sums
        assert graph.graph["total"] == sum(cost for row, cost in zip(rows, weights, strict=True) if row)
        assert graph.graph["samples"] == sum(map(bool, rows))


def test_evented_profiles_are_what_replaying_their_events_says() -> None:
    chance = random.Random(2)
    for _ in range(100):
        events = walked(chance)
        graph = read_speedscope(document(evented(events)), name="x.json")
        assert counts_of(graph) == counted_once(replayed(events))
        assert graph.graph["kind"] == "counted"


def test_several_profiles_add_up_or_one_is_chosen(test_data: Path) -> None:
    path = test_data / "profiles/shop.sampled.speedscope.json"
    both, till, office = gd.read(path), gd.read(path, thread="till"), gd.read(path, thread="2")
    assert is_profile(both)
    assert (both.graph["total"], till.graph["total"], office.graph["total"]) == (70, 50, 20)
    assert (both.graph["threads"], office.graph["threads"]) == (["till", "office"], ["office"])
    assert both.nodes["main"] == {"name": "main", "file": "shop.py", "self": 10, "inclusive": 60}
    assert both.edges["total", "taxed (shop.py)"] == {"cost": 20}, "one function, whichever of its lines was running"
    assert both.nodes["rebate"]["inclusive"] == 30, "once a stack, where it calls itself"
    assert both.graph["warnings"] == [f"{path}: profiles[0]: 1 of 5 samples have no stack and are left out"]


def test_an_evented_sample_by_hand(test_data: Path) -> None:
    graph = gd.read(test_data / "profiles/shop.evented.speedscope.json")
    assert {node: (data["self"], data["inclusive"]) for node, data in graph.nodes(data=True)} == {
        "main": (30, 100), "total": (40, 40), "rebate": (30, 30),
    }  # fmt: skip
    assert graph.edges["rebate", "rebate"] == {"cost": 15}
    assert (graph.graph["unit"], graph.graph["kind"]) == ("us", "counted")


@pytest.mark.parametrize(
    ("unit", "weights", "said"),
    [
        ("none", [2, 3], ("samples", "sampled", 5)),
        ("none", [2.5, 3], ("samples", "sampled", None)),
        ("bytes", [2, 3], ("bytes", "allocated", None)),
        ("nanoseconds", [2, 3], ("ns", "sampled", 2)),
        ("milliseconds", [2, 3], ("ms", "sampled", 2)),
    ],
)
def test_units_kinds_and_numbers_of_samples(unit: str, weights: list[float], said: tuple[Any, ...]) -> None:
    graph = read_speedscope(document(sampled([[0], [0, 1]], weights, unit)), name="x.json")
    assert (graph.graph["unit"], graph.graph["kind"], graph.graph.get("samples")) == said


def test_lines_tell_functions_apart_where_they_are_those_of_definitions() -> None:
    frames = [{"name": "run", "file": "a.py", "line": line} for line in (3, 9)]
    profile = sampled([[0, 1]], [1])
    known = read_speedscope(document(profile, frames=frames, exporter="pyinstrument"), name="x.json")
    assert [*known] == ["run (a.py:3)", "run (a.py:9)"]
    unknown = read_speedscope(document(profile, frames=frames, exporter="py-spy@0.4.3"), name="x.json")
    assert [*unknown.nodes(data="line")] == [("run", None)]


def test_what_samplers_write_as_events_is_no_count() -> None:
    events = [("O", 0, 0), ("C", 0, 5)]
    assert read_speedscope(document(evented(events), exporter="pyinstrument"), name="x").graph["kind"] == "sampled"


def test_nothing_measured_is_a_profile_of_nothing() -> None:
    graph = read_speedscope(document(sampled([[0, 1], [0]], [0, 0])), name="x.json")
    assert (graph.graph["total"], graph.nodes["main"]["inclusive"], graph.edges["main", "load"]["cost"]) == (0, 0, 0)


def test_a_file_that_names_no_schema_is_told_by_its_frames_and_profiles() -> None:
    text = document(sampled([[0, 1]], [4])).replace(f'"$schema": "{SCHEMA}", '.encode(), b"")
    assert gd.read(io.BytesIO(text)).graph["format"] == "speedscope"


def test_stacks_are_dropped_where_that_is_asked_for(test_data: Path) -> None:
    path = test_data / "profiles/shop.evented.speedscope.json"
    kept, dropped = gd.read(path), gd.read(path, stacks="drop")
    assert "stacks" not in dropped.graph
    assert (counts_of(dropped), len(kept.graph["stacks"])) == (counts_of(kept), 4)


CUT = evented([("O", 0, 0)])
BROKEN: dict[str, tuple[bytes, str]] = {
    "frames that stay open": (document(CUT), r"profiles\[0\]: at its end 'main' is open: the file is cut off"),
    "frames closed crosswise": (
        document(evented([("O", 0, 0), ("O", 1, 1), ("C", 0, 2), ("C", 1, 3)])),
        r"events\[2\]: it closes 'main', and 'load' is open",
    ),
    "frames closed that are not open": (
        document(evented([("C", 0, 0)])),
        r"events\[0\]: it closes 'main', and nothing is open"),
    "time that runs back": (document(evented([("O", 0, 5), ("C", 0, 4)])), r"events\[1\]: at 4, which is before 5"),
    "an event of no type": (document(evented([("Q", 0, 5)])), r"events\[0\]: its type is 'Q', not O or C"),
    "weights that are missing": (document(sampled([[0], [1]], [1])), r"profiles\[0\]: 2 samples with 1 weights"),
    "a negative weight": (document(sampled([[0]], [-1])), r"weights\[0\]: -1, where a number of 0 or more is expected"),
    "no number": (document(sampled([[0]], [None])), r"weights\[0\]: None, where a number"),
    "NaN": (document(sampled([[0]], [float("nan")])), r"weights\[0\]: nan, where a number"),
    "weights beyond int64": (document(sampled([[0]], [2**62])), r"weights: they add up to 2\*\*62 or more"),
    "a frame that is not there": (document(sampled([[5]], [1])), r"\[0\]: 5, where one of 5, counted from 0, is"),
    "a negative frame": (document(sampled([[-1]], [1])), r"\[0\]: -1, where one of 5"),
    "a frame that is no number": (document(sampled([[True]], [1])), r"\[0\]: True, where one of 5"),
    "a sample that is no stack": (document(sampled([7], [1])), r"samples\[0\]: expected a list, found a number"),
    "a unit that is unknown": (document(sampled([[0]], [1], "hours")), r"profiles\[0\]: its unit is 'hours', not one"),
    "a type that is unknown": (document({"type": "x", "unit": "none"}), r"profiles\[0\]: its type is 'x', not sampled"),
    "a frame without a name": (document(sampled([[0]], [1]), frames=[{}]), r"frames\[0\] has no name"),
    "no stack": (document(evented([])), r"x.json: no stack in it"),
    "no profile": (document(), r"x.json: no profile in it"),
    "units that do not add up": (
        document(sampled([[0]], [1]), sampled([[0]], [1], "bytes")),
        r"profiles of s \(sampled\) and of bytes \(allocated\), which do not add up",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "said"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_said_with_its_place(data: bytes, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read_speedscope(data, name="x.json")


def test_a_thread_that_is_not_there_is_refused_with_those_that_are(test_data: Path) -> None:
    with pytest.raises(UsageError, match=r'thread="shop".* no such thread; there are \'till\', \'office\''):
        gd.read(test_data / "profiles/shop.sampled.speedscope.json", thread="shop")


def test_a_stack_of_100_000_frames() -> None:
    graph = read_speedscope(document(sampled([[*range(5)] * 20_000], [3])), name="x.json")
    assert len(graph.graph["stacks"]) == 100_000
    assert graph.nodes["main"]["inclusive"] == graph.edges["wait", "main"]["cost"] == graph.graph["total"] == 3


@pytest.mark.slow
def test_100_000_frames_that_open_one_in_the_other() -> None:
    size = 100_000
    opened = [("O", place % 5, place) for place in range(size)]
    closed = [("C", place % 5, 2 * size - place) for place in reversed(range(size))]
    graph = read_speedscope(document(evented(opened + closed)), name="x.json")
    assert len(graph.graph["stacks"]) == size
    assert graph.nodes["main"]["inclusive"] == graph.graph["total"] == 2 * size


# -- what speedscope 1.25 shows of real files: self and total of the function


#: Of `sympy_integrate.pyinstrument.speedscope.json`.
SHOWN = {
    "<module> (sympy_integrate.py)": (0.007005504000062501, 1.184035501000153),
    "_integrate": (0.02046794099987892, 0.25801298099986525),
    "simplify (basic.py)": (0, 0.1859864519999519),
    "futrig": (0, 0.1530284949999441),
    "minrule": (0.028007116000026144, 0.11101681800005281),
}


def test_a_real_file_as_speedscope_shows_it(shared_data: Path) -> None:
    graph = gd.read(shared_data / "profiles/python/sympy_integrate.pyinstrument.speedscope.json")
    found = {node: (graph.nodes[node]["self"], graph.nodes[node]["inclusive"]) for node in SHOWN}
    assert found == {node: pytest.approx(numbers, rel=1e-9) for node, numbers in SHOWN.items()}


def test_every_function_of_py_spys_real_file(shared_data: Path) -> None:
    path = shared_data / "profiles/python/sympy_integrate.pyspy.speedscope.json"
    document = json.loads(path.read_text())
    frames, [profile] = document["shared"]["frames"], document["profiles"]
    keys = [(frame["name"], frame["file"]) for frame in frames]
    stacks = [([keys[frame] for frame in row], 1) for row in profile["samples"]]
    sums = counted_once(stacks)
    graph = gd.read(path)
    key_of = {node: (data["name"], data["file"]) for node, data in graph.nodes(data=True)}
    found = counts_of(graph)
    assert {key_of[node]: round(cost / 0.005, 6) for node, cost in found.inclusive.items()} == sums.inclusive
    assert {(key_of[a], key_of[b]): round(cost / 0.005, 6) for (a, b), cost in found.calls.items()} == sums.calls
    assert graph.graph["samples"] == 143
