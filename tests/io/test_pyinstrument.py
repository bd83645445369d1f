"""pyinstrument's JSON: its own times, walked over a second time; and the samples of a session."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graphdiff.errors import FormatError, GraphdiffError, UsageError
from graphdiff.io.profilers.pyinstrument import read_pyinstrument
from graphdiff.io.read import claiming, read

FILES = ["profiles/python/sympy_integrate.pyinstrument.json"]


def session(root: Any, **more: Any) -> bytes:
    return json.dumps({"start_time": 1.5, "duration": 2.0, "sample_count": 9, "root_frame": root} | more).encode()


def frame(function: str, time: float, *children: Any, line: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "function": function,
        "file_path": "run.py",
        "line_no": line,
        "time": time,
        "children": list(children),
    } | more


def own(function: str, time: float) -> dict[str, Any]:
    return {"function": function, "file_path": "", "line_no": 0, "time": time, "children": []}


# --- the tool's own sums ----------------------------------------------------------------------------------------------


def walked(node: dict[str, Any], above: tuple[Any, ...], sums: dict[str, Counter[Any]]) -> None:
    """Add up a tree in microseconds, by recursion: own, inclusive and calls, each counted once on a way."""
    key = (node["function"], node["file_path"], node["line_no"])
    time = round(1e6 * node["time"])
    real = [child for child in node["children"] if child["function"] != "[self]"]
    sums["self"][key] += time - sum(round(1e6 * child["time"]) for child in real)
    if key not in above:
        sums["inclusive"][key] += time
    if above and (above[-1], key) not in zip(above, above[1:], strict=False):
        sums["cost"][above[-1], key] += time
    for child in real:
        walked(child, (*above, key), sums)


def check_as_walked(path: Path) -> None:
    sums: dict[str, Counter[Any]] = {"self": Counter(), "inclusive": Counter(), "cost": Counter()}
    document = json.loads(path.read_text())
    walked(document["root_frame"], (), sums)
    graph = read(path)
    keys = {node: (data["name"], data.get("file", ""), data.get("line", 0)) for node, data in graph.nodes(data=True)}
    frames = len(sums["self"])  # each of a few frames may be rounded by half a microsecond
    for column in ("self", "inclusive"):
        found = {keys[node]: data[column] for node, data in graph.nodes(data=True)}
        assert found == pytest.approx({key: time / 1e6 for key, time in sums[column].items()}, abs=1e-6 * frames, rel=0)
    costs = {(keys[tail], keys[head]): data["cost"] for tail, head, data in graph.edges(data=True)}
    assert costs == pytest.approx({key: time / 1e6 for key, time in sums["cost"].items()}, abs=1e-6 * frames, rel=0)
    assert graph.graph["total"] == pytest.approx(document["root_frame"]["time"], abs=1e-6 * frames)
    assert graph.graph["samples"] == document["sample_count"]


@pytest.mark.parametrize("file", FILES)
def test_times_of_real_files_are_those_of_the_tree(file: str, shared_data: Path) -> None:
    check_as_walked(shared_data / file)


def test_times_of_the_sample_are_those_of_the_tree(test_data: Path) -> None:
    check_as_walked(test_data / "profiles/shop.pyinstrument.json")


def test_a_recursion_counts_once_and_a_method_has_its_class(test_data: Path) -> None:
    graph = read(test_data / "profiles/shop.pyinstrument.json")
    assert graph.nodes["rec"]["inclusive"] == pytest.approx(graph.edges["main", "rec"]["cost"])
    assert graph.nodes["sell"]["class"] == "Shop"
    assert "class" not in graph.nodes["main"]


def test_own_time_is_what_its_children_do_not_take() -> None:
    """By hand: 1.0 s of main, of which 0.25 s are its own; a frame [self] is not a function."""
    work = frame("work", 0.75, own("[self]", 0.5), own("[await]", 0.25), line=5)
    graph = read_pyinstrument(session(frame("main", 1.0, work)), name="run.json")
    assert {node: (data["self"], data["inclusive"]) for node, data in graph.nodes(data=True)} == {
        "main": (0.25, 1.0), "work": (0.5, 0.75), "[await]": (0.25, 0.25),
    }  # fmt: skip
    assert "file" not in graph.nodes["[await]"]


def test_what_rounding_makes_is_no_time() -> None:
    parts = [frame(f"f{number}", 0.333333, line=number + 2) for number in range(3)]
    graph = read_pyinstrument(session(frame("main", 1.000000, *parts)), name="run.json")
    assert graph.nodes["main"]["self"] == 0
    graph = read_pyinstrument(session(frame("main", 0.999998, *parts)), name="run.json")
    assert graph.nodes["main"]["self"] == 0
    graph = read_pyinstrument(session(frame("main", 1.000009, *parts)), name="run.json")
    assert graph.nodes["main"]["self"] == pytest.approx(10e-6)


def test_stacks_are_kept_unless_they_are_to_be_dropped(test_data: Path) -> None:
    path = test_data / "profiles/shop.pyinstrument.json"
    assert read(path).graph["stacks"].total == pytest.approx(read(path).graph["total"])
    assert "stacks" not in read(path, stacks="drop").graph
    with pytest.raises(UsageError, match=r'^stacks="some": it is keep or drop$'):
        read(path, stacks="some")


# --- sessions ---------------------------------------------------------------------------------------------------------

THREAD = "MainThread\x00<thread>\x00139960317668224"
MAIN, SELL = "main\0run.py\0001\001l3", "sell\0run.py\0009\001l12\001cShop"
RECORDS = [[[THREAD, MAIN], 0.5], [[THREAD, MAIN, SELL], 0.25], [[THREAD, MAIN, SELL, "[await]"], 1.0]]


def of_records(records: Any, count: int = 3) -> bytes:
    return json.dumps({"start_time": 1.5, "sample_count": count, "frame_records": records}).encode()


def test_a_session_has_every_sample() -> None:
    graph = read_pyinstrument(of_records(RECORDS), name="run.pyisession")
    assert {node: (data["self"], data["inclusive"]) for node, data in graph.nodes(data=True)} == {
        "MainThread": (0.0, 1.75), "main": (0.5, 1.75), "sell": (0.25, 1.25), "[await]": (1.0, 1.0),
    }  # fmt: skip
    assert graph.nodes["MainThread"].keys() == {"name", "self", "inclusive"}
    assert graph.nodes["sell"] == {
        "name": "sell", "file": "run.py", "line": 9, "self": 0.25, "inclusive": 1.25, "class": "Shop",
    }  # fmt: skip
    assert graph.graph["stacks"].samples.tolist() == [0, 1, 1, 1]
    assert graph.graph["samples"] == 3


def test_records_that_are_not_the_samples_are_not_counted_as_such() -> None:
    graph = read_pyinstrument(of_records(RECORDS, count=5), name="run.pyisession")
    assert graph.graph["stacks"].samples is None
    assert graph.graph["samples"] == 5


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (session(None), "a session without a sample: it ended too soon, or a smaller --interval is needed"),
        (of_records([], 0), "a session without a sample"),
        (b'{"start_time": 1, "root_frame": {"function": "f"', "broken JSON"),
        (session([]), "root_frame: expected names with values, found a list"),
        (session({"time": 1.0}), "root_frame has no function"),
        (session(frame("f", -1.0)), r"root_frame: time\[0\]: -1\.0, where a number of 0 or more is expected"),
        (
            session(frame("f", 1.0, frame("g", 1.5))),
            "root_frame: its time is 1.0 s, less than that of the frames it called",
        ),
        (
            session(frame("f", 1.0, frame("g", 0.5, {}))),
            r"root_frame: children\[0\]: children\[0\]: None, where a number",
        ),
        (session(frame("f", True)), r"root_frame: time\[0\]: True, where a number"),
        (session(frame("f", 1.0) | {"children": 3}), "root_frame: children: expected a list, found a number"),
        (of_records([[[MAIN]]]), r"frame_records\[0\]: a list of frames and a time are expected"),
        (of_records([[[MAIN, 3], 1.0]]), r"frame_records\[0\]: expected a list of texts"),
        (of_records([[[MAIN], "1"]]), r"frame_records\[0\]: '1', where a number of 0 or more is expected"),
    ],
)
def test_broken_files_are_refused_in_one_line_with_the_place(data: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=f"^run.json: {why}") as caught:
        read_pyinstrument(data, name="run.json")
    assert "\n" not in str(caught.value)


def test_a_tree_deeper_than_json_is_read_is_refused() -> None:
    deep = b'{"function": "f", "time": 1, "children": [' * 100_000
    with pytest.raises(FormatError, match=r"^run\.json: JSON nested too deep$"):
        read_pyinstrument(b'{"start_time": 1, "root_frame": ' + deep, name="run.json")


VALUES = [b"null", b"-1", b"1e999", b"[]", b"{}", b'"x"', b"true", b"0", b"NaN", b"9" * 30]


def mutations(seeds: list[bytes], count: int) -> Iterator[bytes]:
    """Yield files with a value of another kind, or bytes cut out, doubled or changed."""
    chance = random.Random(15)
    for _ in range(count):
        data = chance.choice(seeds)
        start = chance.randrange(len(data))
        end = start + chance.choice([1, 5, 60])
        if chance.random() < 0.6 and (colon := data.find(b": ", start)) >= 0:
            start, end = colon + 2, min(data.find(mark, colon) % len(data) for mark in (b",", b"}"))
        middle = chance.choice([b"", data[start:end] * 2, bytes([chance.randrange(256)]), *VALUES])
        yield data[:start] + middle + data[end:]


def outcomes(files: Iterator[bytes]) -> tuple[int, int]:
    """Return how many files were read, and how many refused in one line."""
    graphs = errors = 0
    for data in files:
        try:
            graph = read_pyinstrument(data, name="run.json")
        except GraphdiffError as error:
            errors += 1
            assert len(str(error).splitlines()) == 1  # noqa: PT017
        else:
            graphs += 1
            assert all(node["self"] >= 0 for _, node in graph.nodes(data=True))
    return graphs, errors


def seeds(test_data: Path) -> list[bytes]:
    sample = (test_data / "profiles/shop.pyinstrument.json").read_bytes()
    return [sample, session(frame("main", 1.0, frame("work", 0.75, own("[self]", 0.5)))), of_records(RECORDS)]


def test_damaged_files_give_a_graph_or_one_line(test_data: Path) -> None:
    graphs, errors = outcomes(mutations(seeds(test_data), 1_000))
    assert graphs > 100
    assert errors > 300


@pytest.mark.slow
def test_100_000_damaged_files_give_a_graph_or_one_line(test_data: Path) -> None:
    graphs, errors = outcomes(mutations(seeds(test_data), 100_000))
    assert graphs + errors == 100_000


def test_each_of_its_files_is_claimed_as_pyinstrument_alone() -> None:
    for data in (session(frame("f", 1.0)), session(None), of_records(RECORDS)):
        assert claiming(data) == ["pyinstrument"]
