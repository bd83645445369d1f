"""What perf script prints, against perf report and the files that stackcollapse-perf.pl makes of it."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import FormatError, UsageError
from graphdiff.profiles.call_graph import functions_of


def read(text: str | bytes, **options: Any) -> nx.DiGraph:
    data = text if isinstance(text, bytes) else text.encode()
    return gd.read(BytesIO(data), format="perf", **options)


def of(graph: nx.DiGraph, key: str) -> dict[str, Any]:
    return {node: data[key] for node, data in graph.nodes(data=True) if key in data}


REPORTED = re.compile(r"\s+([\d.]+)%\s+[\d.]+%\s+(\d+)\s+\[.\] (.*?)\s{2,}(\S+)\s*")


def test_each_function_costs_what_perf_report_says(test_data: Path) -> None:
    graph = gd.read(test_data / "profiles/calc.perf")
    expected = {}
    for line in (test_data / "profiles/calc.perf-report.txt").read_text().splitlines():
        # What perf has no name for it tells apart by its address.
        if (match := REPORTED.fullmatch(line)) and match[4] != "[unknown]":
            expected[match[3], match[4]] = (float(match[1]), int(match[2]))
    shown = {
        (data["name"], data["file"].split("/")[-1]): (
            round(100 * data["inclusive"] / graph.graph["total"], 2),
            data["self"],
        )
        for _, data in graph.nodes(data=True)
        if "file" in data
    }
    assert shown == expected
    assert (graph.graph["unit"], graph.graph["total"], graph.graph["samples"]) == ("ns", 11_500_000, 23)


def test_events_threads_inlined_functions_and_what_has_no_name(test_data: Path) -> None:
    graph = gd.read(test_data / "profiles/shop.perf")
    assert of(graph, "inclusive") == {
        "shop": 5000, "cron job": 300, "__libc_start_main": 4800, "main (shop)": 4500, "main (job)": 300,
        "render": 2500, "copy": 2500, "escape": 2500, "load": 2000, "parse": 2000, "memcpy": 500,
        "[unknown]": 500, "[unknown] (libz.so.1)": 500,
    }  # fmt: skip
    assert of(graph, "file")["copy"] == "/srv/shop"
    assert "file" not in graph.nodes["shop"]
    facts = graph.graph
    assert (facts["unit"], facts["event"], facts["events"], facts["threads"], facts["samples"]) == (
        "cycles", "cycles:u", ["cycles:u", "page-faults"], 3, 5,
    )  # fmt: skip
    faults = gd.read(test_data / "profiles/shop.perf", event="page-faults")
    assert (faults.graph["total"], faults.graph["unit"]) == (1, "page-faults")
    assert gd.read(test_data / "profiles/shop.perf", event="cycles").graph["total"] == 5300
    for thread, total in {"4712": 500, "shop": 5000, "cron job": 300}.items():
        assert gd.read(test_data / "profiles/shop.perf", thread=thread).graph["total"] == total
    assert "stacks" not in gd.read(test_data / "profiles/shop.perf", stacks="drop").graph


FRAMES = "\t 1f main+0x4 (/bin/run)\n\n"


@pytest.mark.parametrize(
    ("head", "command", "unit", "total"),
    [
        ("run 7 5.1:  250000 cpu-clock:ppp: ", "run", "ns", 250000),
        ("run  7/7 [003] 5.123456:    1 page-faults: ", "run", "page-faults", 1),
        ("run 7 cycles:", "run", "samples", 1),
        ("run 7 [001] 5.1: cycles:u: ", "run", "samples", 1),
        ("Web Content 7 5.1: 9 instructions:Hu: ", "Web Content", "instructions", 9),
        ("run cycles: ", "run", "samples", 1),
        (
            "run 7 5.1:  1 sched:sched_switch: prev_comm=run prev_pid=7 ==> next_comm=x",
            "run",
            "sched:sched_switch",
            1,
        ),
        ("swapper     0 [031] 5.1: cpu-clock: ", "swapper", "samples", 1),
        ("perf_3.0.0  1326 48625.215888: cycles: ", "perf_3.0.0", "samples", 1),
    ],
)
def test_first_lines_of_samples(head: str, command: str, unit: str, total: int) -> None:
    graph = read(f"# perf\n{head}\n{FRAMES}")
    assert [*graph] == ["main", command]
    assert (graph.graph["unit"], graph.graph["total"]) == (unit, total)


@pytest.mark.parametrize(
    ("frame", "name", "file"),
    [
        ("main+0x57 (/bin/run)", "main", "/bin/run"),
        ("f(int, char const*)+0x1 (/bin/run)", "f(int, char const*)", "/bin/run"),
        ("operator() (/lib/x.so)", "operator()", "/lib/x.so"),
        ("std::f<(anonymous namespace)::T>+0x1 (/bin/run)", "std::f<(anonymous namespace)::T>", "/bin/run"),
        ("f+0x1 (/lib/x.so (deleted))", "f", "/lib/x.so"),
        ("Ljava/util/A;::get+0x18 (/tmp/perf-3.map)", "Ljava/util/A;::get", "/tmp/perf-3.map"),
        ("LazyCompile:~body_0 m.<anonymous>:1 (/tmp/p.map)", "LazyCompile:~body_0 m.<anonymous>:1", "/tmp/p.map"),
        (" ()", "[unknown]", ""),
        (" (/usr/bin/run)", "[unknown]", "/usr/bin/run"),
        ("[unknown] ([unknown])", "[unknown]", ""),
        ("[unknown] ([kernel.kallsyms])", "[unknown]", "[kernel.kallsyms]"),
        ("main", "main", ""),
    ],
)  # fmt: skip
def test_frames(frame: str, name: str, file: str) -> None:
    graph = read(f"run 7 5.1: cycles: \n\t 1f {frame}\n\n")
    assert functions_of(graph)[0][:2] == (name, file)


def test_places_in_the_source_are_passed_over_and_the_last_sample_needs_no_blank_line() -> None:
    text = "run 7 5.1: cycles: \n\t 1f f+0x1 (/bin/run)\n  a.c:12\n\t 2f main+0x4 (/bin/run)\n  [kernel][ff]\n"
    assert {*read(text).edges} == {("run", "main"), ("main", "f")}


def test_functions_inlined_in_each_other_are_of_the_file_of_the_one_that_is_not() -> None:
    frames = "\t 1 a (inlined)\n\t 1 b (inlined)\n\t 1 c+0x3 (/bin/run)\n\t 2 d (inlined)\n"
    graph = read(f"run 7 5.1: cycles: \n{frames}\nrun 7 5.2: cycles: \n{frames}\n")
    assert {*graph.edges} == {
        ("run", "d"), ("d", "c"), ("c", "b"), ("b", "a"),
    }  # fmt: skip
    assert of(graph, "file") == {"a": "/bin/run", "b": "/bin/run", "c": "/bin/run"}
    assert graph["c"]["b"]["cost"] == 2


def test_a_stack_without_indents_is_one_too() -> None:
    graph = read("java 7 cycles:\nffffffff81 native_write ([kernel.kallsyms])\ndd0 std::run:go (/lib/x.so)\n\n")
    assert {*graph.edges} == {("java", "std::run:go"), ("std::run:go", "native_write")}


def test_a_function_that_calls_itself_counts_once() -> None:
    graph = read(
        "run 7 5.1: 4 cycles: \n\t 1 f (/a)\n\t 2 f (/a)\n\t 3 f (/a)\n\nrun 7 5.2: 3 cycles: \n\t 3 f (/a)\n\n"
    )
    assert (graph.nodes["f"]["inclusive"], graph["f"]["f"]["cost"], graph["run"]["f"]["cost"]) == (7, 4, 7)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# nothing\n\n", "no samples in it$"),
        ("run 7 5.1: 9 cycles:  7f16 f+0xa (/bin/run)\n", "samples without stacks; perf record -g PROGRAM "),
        ("run 7 5.1: 9 cycles: \n\t zz f (/bin/run)\n", r"line 2: no line of perf script: 'zz f \(/bin/run\)'$"),
        ("hello\n", "line 1: no line of perf script: 'hello'$"),
        (("run 7 5.1: 999999999999999999 cycles: \n" + FRAMES) * 5, r"the periods of all samples add up to 2\*\*62"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused(text: str, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read(text)


@pytest.mark.parametrize("command", ["run", "dd"])
def test_samples_without_stacks_are_told_from_frames(command: str) -> None:
    # As perf prints them: "dd" is a command here, and would be an address in a stack.
    line = f"   {command}  5902 46690.1: 250000 cpu-clock:ppp:  7f16 f+0xa (/bin/run)\n"
    with pytest.raises(FormatError, match="samples without stacks; perf record -g"):
        gd.read(BytesIO((line * 3).encode()))


def test_what_is_not_there_is_named_with_what_is(test_data: Path) -> None:
    with pytest.raises(UsageError, match=r'^event="x": .* has no such event, but cycles:u, page-faults$'):
        gd.read(test_data / "profiles/shop.perf", event="x")
    with pytest.raises(UsageError, match=r'^thread="x": .* has no such command, .*; it has cron job, shop$'):
        gd.read(test_data / "profiles/shop.perf", thread="x")


def test_stacks_of_100_000_frames() -> None:
    deep = "".join(f"\t {i:x} f{i % 50}+0x1 (/bin/run)\n" for i in range(100_000))
    graph = read(f"run 7 5.1: 2 cycles: \n{deep}\n")
    assert graph.nodes["f49"]["inclusive"] == 2
    assert len(graph.graph["stacks"]) == 100_001


# --- stackcollapse-perf.pl --------------------------------------------------------------------------------------------


def collapsed(name: str, file: str, command: str) -> str:
    """Return a function as stackcollapse-perf.pl calls it."""
    if name == "[unknown]":
        return f"[{file.split('/')[-1]}]" if file else name
    name = name.replace(";", ":")
    if not re.search(r"\.\(.*\)\.", name):
        name = re.sub(r"\((?!anonymous namespace\)).*", "", name)
    name = re.sub("[\"']", "", name)
    return re.sub("^L", "", name) if command == "java" and "/" in name else name


@pytest.mark.parametrize(
    "file",
    [
        "dd-stacks-01",
        "java-faults-01",
        "java-stacks-01",
        "java-stacks-02",
        "js-stacks-01",
        "numa-stacks-01",
        "vertx-stacks-01",
    ],
)
def test_real_recordings_fold_to_what_stackcollapse_makes_of_them(file: str, shared_data: Path) -> None:
    folder = shared_data / "profiles/flamegraph"
    path = next(folder.glob(f"perf-{file}.txt*"))
    text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode()
    # It leaves out a last sample that no blank line ends.
    graph = read(text if text.endswith("\n\n") else text[: text.rindex("\n\n") + 2])
    stacks, functions = graph.graph["stacks"], functions_of(graph)
    folded: Counter[str] = Counter()
    for node, own in enumerate(stacks.own.tolist()):
        if own:
            command, *rest = (functions[frame] for frame in stacks.path(node))
            names = [collapsed(function.name, function.file, command.name) for function in rest]
            folded[";".join([command.name.replace(" ", "_"), *names])] += own
    truth = next(folder.glob(f"perf-{file}-collapsed-all.txt*"))
    lines = (gzip.decompress(truth.read_bytes()) if truth.suffix == ".gz" else truth.read_bytes()).decode().splitlines()
    expected: Counter[str] = Counter()
    for line in lines:
        stack, count = line.rsplit(None, 1)
        # A frame without a symbol has no name there; it is in one file, of one library.
        expected[re.sub(r"_\[[kji]\]", "", stack + "[libc-2.15.so]" * stack.endswith(";"))] += int(count)
    assert folded == expected
