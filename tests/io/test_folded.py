"""Folded stacks against sums over sets of lines, gprof2dot, and what the tools that write them add up to."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import FormatError, UsageError
from graphdiff.io.profilers.folded import is_folded
from graphdiff.profiles.call_graph import functions_of


def read(text: str | bytes, **options: Any) -> nx.DiGraph:
    data = text if isinstance(text, bytes) else text.encode()
    return gd.read(BytesIO(data), format="folded", **options)


def of(graph: nx.DiGraph, key: str) -> dict[str, Any]:
    return {node: data[key] for node, data in graph.nodes(data=True) if key in data}


def summed(lines: list[tuple[list[str], Any]]) -> tuple[Counter[str], Counter[str], Counter[tuple[str, str]]]:
    """Return own, inclusive and edge costs, each counted once a stack by a set."""
    own, inclusive, calls = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    for frames, count in lines:
        own[frames[-1]] += count
        for frame in set(frames):
            inclusive[frame] += count
        for pair in {*zip(frames, frames[1:], strict=False)}:
            calls[pair] += count
    return own, inclusive, calls


NAMES = st.sampled_from(["main", "f", "operator new", "a::b<int, 3>", "f 2", "λ", "x=y", "[unknown]"])
LINES = st.lists(st.tuples(st.lists(NAMES, min_size=1, max_size=8), st.integers(0, 50)), min_size=1, max_size=12)


@given(LINES, st.sampled_from([1, 0.5]))
def test_a_stack_counts_a_function_and_a_call_once(lines: list[tuple[list[str], int]], unit: float) -> None:
    if all(frames[-1] == "f 2" for frames, _ in lines):
        return  # every line ends in two numbers
    given_lines = [(frames, count * unit) for frames, count in lines]
    graph = read("".join(f"{';'.join(frames)} {count}\n" for frames, count in given_lines))
    own, inclusive, calls = summed(given_lines)
    assert of(graph, "inclusive") == inclusive
    assert of(graph, "self") == {name: own[name] for name in inclusive}
    assert {(u, v): cost for u, v, cost in graph.edges(data="cost")} == calls
    assert graph.graph["total"] == sum(count for _, count in given_lines)


def test_the_stacks_stay_and_edges_are_the_same_without_them() -> None:
    text = "main;a;b 3\nmain;b 2\nmain;a;b 1\n"
    graph, bare = read(text), read(text, stacks="drop")
    stacks = graph.graph["stacks"]
    assert sorted((stacks.path(node), int(own)) for node, own in enumerate(stacks.own) if own) == [
        ((0, 1, 2), 4), ((0, 2), 2),
    ]  # fmt: skip
    assert [function.name for function in functions_of(graph)] == ["main", "a", "b"]
    assert "stacks" not in bare.graph
    assert [*bare.edges(data=True)] == [*graph.edges(data=True)]
    assert [*bare.nodes(data=True)] == [*graph.nodes(data=True)]
    with pytest.raises(UsageError, match=r'^stacks="none": it is keep or drop$'):
        read(text, stacks="none")


# --- names ------------------------------------------------------------------------------------------------------------


def test_py_spys_functions_are_known_by_file_and_not_by_the_line_that_ran(test_data: Path) -> None:
    graph = gd.read(test_data / "profiles/shop.folded")
    assert of(graph, "inclusive") == {
        "<module> (shop.py)": 56, "main": 52, "render": 44, "escape": 47, "load": 8, "parse": 6,
        "_find_and_load": 4, "<module> (text.py)": 4, "(no stack)": 1,
    }  # fmt: skip
    assert of(graph, "self")["escape"] == 47
    assert not of(graph, "line")
    assert graph.graph["total"] == graph.graph["samples"] == 57
    # Called by itself, once a stack.
    assert graph["parse"]["parse"]["cost"] == 6


@pytest.mark.parametrize(
    ("frame", "name", "file"),
    [
        ("f (C:\\Program Files (x86)\\a.py:3)", "f", "C:\\Program Files (x86)\\a.py"),
        ("C.f.<locals>.<lambda> (pkg/a.py:3)", "C.f.<locals>.<lambda>", "pkg/a.py"),
        ("call (_ext.cpython-311.so)", "call", "_ext.cpython-311.so"),
        ("poll (select.c:93)", "poll", "select.c"),
        ("thread (0x7F00)", "thread (0x7F00)", ""),
    ],
)  # fmt: skip
def test_what_py_spy_writes_beside_a_function(frame: str, name: str, file: str) -> None:
    graph = read(f"<module> (run.py:1);{frame} 3\n")
    assert functions_of(graph)[1][:2] == (name, file)


def test_places_of_other_tools_are_parts_of_names() -> None:
    assert [*read("main;fn (app.js:12:3);fn (app.js:40:1) 2\n")] == ["main", "fn (app.js:12:3)", "fn (app.js:40:1)"]


def test_spaces_in_names_frames_without_a_name_and_semicolons_at_the_end() -> None:
    graph = read("main;operator new(unsigned long);;x; ; 5\r\n\r\n;y 2\n")
    assert {*graph} == {"main", "operator new(unsigned long)", "(no name)", "x", "y"}
    assert graph.graph["total"] == 7


def test_a_frame_whose_name_is_a_blank_keeps_what_it_cost() -> None:
    graph = read("main;write;  3\nmain;write; 4\nmain; 5\nmain;  ;read 6\n")
    assert of(graph, "self") == {"main": 5, "write": 4, "(no name)": 3, "read": 6}
    assert graph.edges["write", "(no name)"]["cost"] == 3
    assert of(read("main;f  3\nmain;f 4\n ; 2\n 1\n"), "self") == {"main": 0, "f": 7, "(no stack)": 3}
    with pytest.raises(FormatError, match="two numbers a line"):
        read("main;f 3  4\nmain;g 5  6\n")


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_numbers_that_are_no_samples() -> None:
    # perf's periods, as stackcollapse-perf.pl adds them up.
    periods = read("main;f 20202020\nmain 10101010\n")
    assert (periods.graph["unit"], periods.graph.get("samples")) == ("counts", None)
    assert periods.graph["stacks"].samples is None
    samples = read("main;f 20\nmain 10\n")
    assert (samples.graph["unit"], samples.graph["samples"], samples.graph["kind"]) == ("samples", 30, "sampled")
    named = read("main;f 20\nmain 10\n", event="bytes")
    assert (named.graph["unit"], named.graph["kind"], named.graph.get("samples")) == ("bytes", "allocated", None)
    assert read("main;f 0.25\nmain 3\n").graph["total"] == 3.25


def test_a_file_of_differences_is_refused_with_what_to_do() -> None:
    with pytest.raises(FormatError, match=r"two numbers a line: a difference of two files.*graphdiff compare OLD NEW"):
        read("main;f 12 14\nmain 3 0\n")
    # Names may end in a number: one line with a single number tells.
    assert read("main;f 12 14\nmain 3\n").graph["total"] == 17


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("main;f 3\nmain;g\n", r"line 2: no number at the end of a stack: 'main;g'$"),
        ("main;f 3\nmain;g -4\n", r"line 2: a negative number: 'main;g -4'$"),
        ("main;f 3\nmain;g nan\n", r"line 2: no number at the end"),
        (
            "main;f 3\nmain;g " + "9" * 19 + "\n",
            r"line 2: a number of more than 18 digits, which is too large: 'main;g 9",
        ),
        ("main;f 3\nmain;g 1e5\n", r"line 2: a number that is not in plain digits: 'main;g 1e5'$"),
        ("main;f 3\nmain;g 1,000\n", r"line 2: a number that is not in plain digits"),
        ("main;f 999999999999999999\n" * 5, r"the numbers of all lines add up to 2\*\*62 or more$"),
    ],
)
def test_a_broken_line_is_named(text: str, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read(text)


def test_stacks_of_100_000_frames() -> None:
    deep = ";".join(f"f{i % 50}" for i in range(100_000))
    graph = read(f"{deep} 2\nf0;f1 1\n")
    assert of(graph, "inclusive") == {"f0": 3, "f1": 3, **{f"f{i}": 2 for i in range(2, 50)}}
    assert graph["f49"]["f0"]["cost"] == 2
    assert len(graph.graph["stacks"]) == 100_000


# --- which files are such ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "is_such"),
    {
        "one line": ("main;parse;read 12", True),
        "one frame first": ("start 3\nmain;f 1\n", True),
        "commas": ("main;operator()(int, int);f<a, b> 12\n", True),
        "py-spy": ("<module> (a.py:3);f (b.py:4) 1\n", True),
        "cut in a line": ("main;f 1\nmain;g", True),
        "names and numbers": ("tar 44\nzip 47\n", False),
        "a table": ("source;target;weight\na;b;1\n", False),
        "numbers with spaces": ("Paris;2 100 000\nLyon;500 000\n", False),
        "a table of numbers": ("1;2;3\n4;5;6\n", False),
        "code": ("int a; int b;\nreturn 1\n", False),
        "edges": ("a b\nb c\n", False),
    }.values(),
)
def test_folded_stacks_are_known_by_their_lines(text: str, is_such: bool) -> None:
    assert is_folded(text.encode()) == is_such


# --- real files -------------------------------------------------------------------------------------------------------


def test_gprof2dots_example_has_its_totals(shared_data: Path) -> None:
    folder = shared_data / "profiles/gprof2dot/collapse"
    graph = gd.read(folder / "keywords.collapse")
    truth = json.loads((folder / "keywords.collapse.truth.json").read_text())
    for function in truth["functions"]:
        data = graph.nodes[function["name"]]
        assert data["self"] == function["self"]
        assert data["inclusive"] / graph.graph["total"] == pytest.approx(function["total_ratio"])


@pytest.mark.parametrize(
    "file",
    [
        "flamegraph/example-dtrace-stacks.folded.gz", "flamegraph/perf-java-stacks-01-collapsed-all.txt",
        "flamegraph/perf-vertx-stacks-01-collapsed-all.txt.gz", "python/sympy_integrate.pyspy.folded",
        "c/cyc.perf.folded",
    ],
)  # fmt: skip
def test_real_files_add_up_as_their_lines_do(file: str, shared_data: Path) -> None:
    path = shared_data / "profiles" / file
    text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode()
    lines = []
    for line in text.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [re.sub(r":\d+\)$", ")", frame) for frame in stack.split(";")]
        while len(frames) > 1 and not frames[-1]:
            frames.pop()
        lines.append((frames if stack else ["(no stack)"], int(count)))
    own, inclusive, calls = summed(lines)
    graph = gd.read(path)
    assert sorted(of(graph, "inclusive").values()) == sorted(inclusive.values())
    assert sorted(of(graph, "self").values()) == sorted(own[name] for name in inclusive)
    assert sorted(cost for *_, cost in graph.edges(data="cost")) == sorted(calls.values())
    assert graph.graph["total"] == sum(count for _, count in lines)
