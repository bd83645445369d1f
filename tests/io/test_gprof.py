"""Call graphs that gprof prints: the manual's numbers, gprof2dot's own parse of real ones, and what is refused."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import FormatError, GraphdiffError
from graphdiff.io.profilers.gprof import read_gprof
from graphdiff.io.read import claiming, read

#: The call graph of a cycle, "How to Understand the Call Graph", in the manual of GNU gprof.
CYCLE = """\
index  % time    self  children called     name
                                             <spontaneous>
[1]    100.00    0.00     1.93    0      start [1]
                 0.16     1.77    1/1        main [2]
----------------------------------------
                 0.16     1.77    1/1        start [1]
[2]    100.00    0.16     1.77    1      main [2]
                 1.77     0.00    1/1        a <cycle 1> [5]
----------------------------------------
[3]     91.71    1.77     0.00    1+5    <cycle 1 as a whole> [3]
                 1.02     0.00    3          b <cycle 1> [4]
                 0.75     0.00    2          a <cycle 1> [5]
----------------------------------------
                                  3          a <cycle 1> [5]
[4]     52.85    1.02     0.00    3      b <cycle 1> [4]
                                  2          a <cycle 1> [5]
                 0.00     0.00    3/6        c [6]
----------------------------------------
                 1.77     0.00    1/1        main [2]
                                  2          b <cycle 1> [4]
[5]     38.86    0.75     0.00    3      a <cycle 1> [5]
                                  3          b <cycle 1> [4]
                 0.00     0.00    3/6        c [6]
----------------------------------------
                 0.00     0.00    3/6        b <cycle 1> [4]
                 0.00     0.00    3/6        a <cycle 1> [5]
[6]      0.00    0.00     0.00    6      c [6]
----------------------------------------
\f
"""
REAL = {
    "gprof2dot/prof/cycle.prof": [],
    "gprof2dot/prof/embedded.prof": [],
    "gprof2dot/prof/gnu1.prof": [],
    # Functions that a line names with its index in round brackets, as it has no entry: gprof2dot leaves them out.
    "gprof2dot/prof/ibm.prof": [".monstartup", ".monstn"],
    "gprof2dot/prof/dan.skorupski.prof.gz": ["__do_global_ctors_aux", "__tcf_0"],
    "gprof2dot/prof/zeros.prof": [],
    "c/cyc.gprof.txt": [],
}


def graph_of(text: str) -> nx.DiGraph:
    return read_gprof(text.encode(), name="calls.gprof")


def test_the_manuals_cycle() -> None:
    graph = graph_of(CYCLE)
    assert graph.graph["total"] == pytest.approx(1.93)
    assert {node: data.get("self") for node, data in graph.nodes(data=True)} == {
        "start": 0.0, "main": 0.16, "a": 0.75, "b": 1.02, "c": 0.0,
    }  # fmt: skip
    assert {node: data["inclusive"] for node, data in graph.nodes(data=True) if "inclusive" in data} == {
        "start": 1.93, "main": 1.93, "c": 0.0,
    }  # fmt: skip
    assert {(tail, head): data for tail, head, data in graph.edges(data=True)} == {
        ("start", "main"): {"cost": 1.93, "self": 0.16, "calls": 1},
        ("main", "a"): {"cost": 1.77, "self": 1.77, "calls": 1},
        ("a", "b"): {"calls": 3},
        ("b", "a"): {"calls": 2},
        ("b", "c"): {"cost": 0.0, "self": 0.0, "calls": 3},
        ("a", "c"): {"cost": 0.0, "self": 0.0, "calls": 3},
    }


def test_91_71_percent_of_the_manuals_time_is_spent_for_the_cycle() -> None:
    """The figure that stands in its line, from the graph alone: what enters the cycle."""
    graph = graph_of(CYCLE)
    entering = sum(data["cost"] for _, head, data in graph.in_edges(["a", "b"], data=True) if "cost" in data)
    assert round(100 * entering / graph.graph["total"], 2) == 91.71


def truth_of(shared_data: Path, file: str) -> dict[str, Any]:
    path = shared_data / "profiles" / (file.removesuffix(".txt").removesuffix(".gz") + ".truth.json")
    text = path.read_text() if path.exists() else gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes())
    truth: dict[str, Any] = json.loads(text)
    return truth


@pytest.mark.parametrize(("file", "unlisted"), REAL.items())
def test_functions_and_calls_of_real_files_are_those_of_gprof2dot(
    file: str, unlisted: list[str], shared_data: Path
) -> None:
    graph = read(shared_data / "profiles" / file, format="gprof")
    truth = truth_of(shared_data, file)
    scale = 1000 if graph.graph["unit"] == "cycles" else 1
    names = {one["id"]: one["name"] for one in truth["functions"]}
    repeated = {name for name in names.values() if [*names.values()].count(name) > 1}
    nodes = {key: f"{name} [{key}]" if name in repeated else name for key, name in names.items()}
    assert sorted({*graph} - {*nodes.values()}) == unlisted
    for one in truth["functions"]:
        data = graph.nodes[nodes[one["id"]]]
        assert data["self"] == pytest.approx(scale * one["self"])
        assert data.get("calls", 0) == one.get("called", 0)
        found = {head: data["calls"] for _, head, data in graph.out_edges(nodes[one["id"]], data=True)}
        expected = {nodes[call["to"]]: call["n"] for call in one["calls"] if "n" in call}
        assert expected.items() <= found.items()
        assert {*found} - {nodes[call["to"]] for call in one["calls"]} <= {*unlisted}
    assert graph.number_of_edges() == truth["n_calls"] + sum(graph.degree(node) for node in unlisted)


@pytest.mark.parametrize("file", ["gprof2dot/prof/gnu1.prof", "c/cyc.gprof.txt", "gprof2dot/prof/ibm.prof"])
def test_what_leaves_a_function_outside_cycles_and_itself_is_its_inclusive_time(file: str, shared_data: Path) -> None:
    graph = read(shared_data / "profiles" / file, format="gprof")
    for node, data in graph.nodes(data=True):
        if "inclusive" in data:
            leaving = [call["cost"] for _, _, call in graph.out_edges(node, data=True) if "cost" in call]
            assert data["self"] + sum(leaving) == pytest.approx(data["inclusive"], abs=0.006 * (2 + len(leaving)))


def test_a_call_of_itself_is_counted_and_costs_nothing_more(test_data: Path) -> None:
    graph = read(test_data / "profiles/shop.gprof")
    assert graph.nodes["rec"]["calls"] == 240
    assert graph.nodes["rec"]["primitive_calls"] == 40
    assert graph.edges["rec", "rec"] == {"calls": 200}
    assert "inclusive" in graph.nodes["rec"]
    assert "inclusive" not in graph.nodes["even"]
    assert "primitive_calls" not in graph.nodes["even"]
    assert "calls" not in graph.nodes["main"]
    assert (graph.graph["unit"], graph.graph["kind"], graph.graph["total"], graph.graph["samples"]) == (
        "s", "sampled", 1.47, 147,
    )  # fmt: skip


def test_what_gprof_assumes_is_said(test_data: Path) -> None:
    (warning,) = read(test_data / "profiles/shop.gprof").graph["warnings"]
    assert warning.endswith("assume that all calls of a function cost the same")


def test_its_costs_are_those_of_even_calls(test_data: Path) -> None:
    """An oracle of gprof's rule: a call costs the mean of the calls that do not come from the function's own cycle."""
    graph = read(test_data / "profiles/shop.gprof")
    for head in ("burn", "rec", "cheap", "costly"):
        calls = {tail: data["calls"] for tail, _, data in graph.in_edges(head, data=True) if tail != head}
        for tail in calls:
            expected = graph.nodes[head]["inclusive"] * calls[tail] / sum(calls.values())
            assert graph.edges[tail, head]["cost"] == pytest.approx(expected, abs=0.006)


def test_a_file_without_time_has_its_counts(shared_data: Path) -> None:
    graph = read(shared_data / "profiles/gprof2dot/prof/zeros.prof", format="gprof")
    assert graph.graph["total"] == 0
    assert graph.edges["a", "b"] == {"calls": 3}
    assert {data["self"] for _, data in graph.nodes(data=True)} == {0}


def test_cycles_of_a_processor_are_counted_in_thousands(shared_data: Path) -> None:
    graph = read(shared_data / "profiles/gprof2dot/prof/embedded.prof", format="gprof")
    assert graph.graph["unit"] == "cycles"
    assert graph.nodes["main"]["self"] == 1_050_020
    assert graph.edges["main", "puts"]["cost"] == 2_100_000 + 23_274_950


def test_the_call_graph_is_found_far_behind_a_long_flat_profile(shared_data: Path) -> None:
    """It begins at byte 76,522, behind what is looked at."""
    path = shared_data / "profiles/gprof2dot/prof/dan.skorupski.prof.gz"
    assert claiming(gzip.decompress(path.read_bytes())) == ["gprof"]
    assert read(path).nodes["DrawOBJS(int)"]["calls"] == 358501


def test_names_with_blanks_and_static_functions_of_one_name(shared_data: Path) -> None:
    graph = read(shared_data / "profiles/gprof2dot/prof/dan.skorupski.prof.gz")
    assert "RenderScreen(unsigned char)" in graph
    assert {"FLUSH_REDRAW() [693]", "FLUSH_REDRAW() [824]"} <= {*graph}


def test_functions_by_lines_bear_their_file_and_line() -> None:
    """As gprof -l names them; two pieces of code of one line are told apart by their index."""
    text = CYCLE.replace("main", "main (shop.c:11 @ 4012d5)").replace("start", "main (shop.c:11 @ 401300)")
    graph = graph_of(text)
    assert {node: data.get("line") for node, data in graph.nodes(data=True)} == {
        "main [1]": 11, "main [2]": 11, "a": None, "b": None, "c": None,
    }  # fmt: skip
    assert graph.nodes["main [2]"]["file"] == "shop.c"


def test_the_file_of_ibm_with_its_other_header(shared_data: Path) -> None:
    graph = read(shared_data / "profiles/gprof2dot/prof/ibm.prof")
    assert graph.graph["total"] == 1.17
    assert graph.edges[".main", ".fft"] == {"cost": 0.72, "self": 0.59, "calls": 1024}
    assert graph.nodes[".monstartup"] == {"name": ".monstartup"}


def test_windows_line_ends_and_utf_16_change_nothing() -> None:
    expected = graph_of(CYCLE)
    for data in (CYCLE.replace("\n", "\r\n").encode(), CYCLE.encode("utf-16")):
        assert nx.utils.graphs_equal(read_gprof(data, name="calls.gprof"), expected)


# --- what is refused --------------------------------------------------------------------------------------------------

FLAT = """\
Flat profile:

Each sample counts as 0.01 seconds.
  %   cumulative   self              self     total
 time   seconds   seconds    calls  ms/call  ms/call  name
 33.38      0.06     0.06                             cmp
"""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (FLAT, r"calls\.gprof: gprof's flat profile alone, .* gprof -q PROGRAM gmon\.out prints that"),
        (CYCLE.split("[1]")[0], r"line 2: no line of a call graph|no function is in its call graph"),
        ("index % time    self  children    called     name\n\n\f", "no function is in its call graph: no time was"),
        (CYCLE[: CYCLE.index("[5]     38.86")], "line 20: no rule behind it: the file is cut off"),
        (CYCLE.replace("1.02     0.00    3      b", "-1.02     0.00    3      b"), "line 15: a time of -1.02"),
        (
            CYCLE.replace("0.16     1.77    1/1        start", "0.16     1.78    1/1        start"),
            "line 6: the calls of main",
        ),
        (CYCLE.replace("[6]      0.00", "          0.00"), r"line 27: no name or no number of calls before \[6\]"),
        (
            CYCLE.replace("[2]    100.00", "[2]      0.00    0.16     1.77    1      main [2]\n[2]    100.00"),
            "2 functions",
        ),
        (
            CYCLE.replace("<cycle 1> [5]", "<cycle 1>"),
            "line 8: no line of a call graph: '1.77     0.00    1/1        a",
        ),
        (
            CYCLE.replace("1/1        main [2]", "           main [2]", 1),
            r"line 4: no name or no number of calls before \[2\]",
        ),
        (CYCLE.replace("main", ""), r"line 4: no name or no number of calls before \[2\]"),
    ],
)
def test_broken_files_are_refused_in_one_line_with_the_place(text: str, why: str) -> None:
    with pytest.raises(FormatError, match=why) as caught:
        graph_of(text)
    assert str(caught.value).startswith("calls.gprof")
    assert "\n" not in str(caught.value)


def test_a_function_twice_is_refused() -> None:
    entry = CYCLE[CYCLE.index("                 0.00     0.00    3/6        b") : CYCLE.index("\f")]
    with pytest.raises(FormatError, match=r"^calls\.gprof, line 31: function \[6\] is there twice$"):
        graph_of(CYCLE.replace("\f", entry))


def test_the_empty_call_graph_of_a_real_file_is_refused_with_the_reason(shared_data: Path) -> None:
    with pytest.raises(FormatError, match=r"issue88\.prof: no function is in its call graph: no time was sampled"):
        read(shared_data / "profiles/gprof2dot/prof/issue88.prof")


def mutations(seeds: list[bytes], count: int) -> Iterator[bytes]:
    chance = random.Random(15)
    for _ in range(count):
        data = chance.choice(seeds)
        start = chance.randrange(len(data))
        end = start + chance.choice([1, 1, 10, 200])
        middle = chance.choice([b"", data[start:end] * 2, bytes([chance.randrange(256)]), b" ", b"0", b"\n"])
        yield data[:start] + middle + data[end:]


def outcomes(files: Iterator[bytes]) -> tuple[int, int]:
    """Return how many files were read, and how many refused in one line."""
    graphs = errors = 0
    for data in files:
        try:
            graph = read_gprof(data, name="calls.gprof")
        except GraphdiffError as error:
            errors += 1
            assert len(str(error).splitlines()) == 1  # noqa: PT017
        else:
            graphs += 1
            assert all(call.get("cost", 0) >= 0 for _, _, call in graph.edges(data=True))
    return graphs, errors


def test_damaged_files_give_a_graph_or_one_line(test_data: Path) -> None:
    graphs, errors = outcomes(mutations([CYCLE.encode(), (test_data / "profiles/shop.gprof").read_bytes()], 1_500))
    assert graphs > 300
    assert errors > 300


@pytest.mark.slow
def test_100_000_damaged_files_give_a_graph_or_one_line(test_data: Path) -> None:
    graphs, errors = outcomes(mutations([CYCLE.encode(), (test_data / "profiles/shop.gprof").read_bytes()], 100_000))
    assert graphs + errors == 100_000


@pytest.mark.parametrize("text", [FLAT, CYCLE], ids=["flat", "graph"])
def test_each_part_of_it_is_claimed_as_gprof_alone(text: str) -> None:
    assert claiming(text.encode()) == ["gprof"]


def test_is_a_profile(test_data: Path) -> None:
    graph = gd.read(test_data / "profiles/shop.gprof")
    assert (graph.graph["edge_meaning"], graph.graph["node_meaning"]) == ("calls", "functions")
