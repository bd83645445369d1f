"""callgrind's profiles against callgrind_annotate, gprof2dot, the manual, and programs whose stacks are known."""

from __future__ import annotations

import gzip
import json
import random
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import FormatError, UsageError

UNKNOWN = "???"
#: The example of callgrind's manual: main calls func1 once and func2 twice, func1 calls func2 once more.
MANUAL = """events: Instructions

fl=file1.c
fn=main
16 20
cfn=func1
calls=1 50
16 400
cfi=file2.c
cfn=func2
calls=3 20
16 400

fn=func1
51 100
cfi=file2.c
cfn=func2
calls=2 20
51 300

fl=file2.c
fn=func2
20 700
"""


def read(text: str | bytes, **options: Any) -> nx.DiGraph:
    data = text if isinstance(text, bytes) else text.encode()
    return gd.read(BytesIO(data), format="callgrind", **options)


def of(graph: nx.DiGraph, key: str) -> dict[str, Any]:
    return {node: data[key] for node, data in graph.nodes(data=True) if key in data}


def test_the_manuals_example() -> None:
    graph = read(MANUAL)
    assert of(graph, "inclusive") == {"main": 820, "func1": 400, "func2": 700}
    assert of(graph, "self") == {"main": 20, "func1": 100, "func2": 700}
    assert {(u, v): (d["calls"], d["cost"]) for u, v, d in graph.edges(data=True)} == {
        ("main", "func1"): (1, 400), ("main", "func2"): (3, 400), ("func1", "func2"): (2, 300),
    }  # fmt: skip
    assert (graph.graph["unit"], graph.graph["total"], graph.graph["kind"]) == ("Instructions", 820, "counted")


def test_by_counts_of_calls_func1_would_cost_less_than_it_does() -> None:
    graph = read(MANUAL)
    # 100 + 2 of 5 calls of the 700 that func2 costs.
    share = gd.total_influence(graph, "func1", "func2", weight=gd.weights.even_calls, cycles="collapse")
    assert 100 + 700 * share == pytest.approx(380)


# --- recursion --------------------------------------------------------------------------------------------------------

# As callgrind_annotate 3.19 prints it: its own, and inclusive with --inclusive=yes.
LEVELS = {
    "main": (261, 2447192), "costly": (1980, 2360020), "burn": (2268480, 2268480), "even": (73660, 2180580),
    "odd": (69920, 2126680), "cheap": (340, 54360), "fib": (32551, 32551),
}  # fmt: skip


def test_levels_of_recursion_are_one_node_that_costs_what_the_first_level_does(test_data: Path) -> None:
    graph = gd.read(test_data / "profiles/levels.callgrind")
    assert {name: (graph.nodes[name]["self"], graph.nodes[name]["inclusive"]) for name in LEVELS} == LEVELS
    assert not [node for node in graph if "'" in node]
    assert (graph.nodes["even"]["calls"], graph.nodes["even"]["primitive_calls"]) == (3260, 220)
    assert graph["fib"]["fib"]["calls"] == 1972
    assert graph.graph["recursion"] == "every level"
    assert "primitive_calls" not in graph.nodes["burn"]


def test_calls_of_a_later_level_from_outside_of_the_cycle_count_as_entering_it() -> None:
    # main calls f'2 with no f on the stack, as where callgrind has lost count.
    graph = read(
        "version: 1\ncreator: callgrind-3\nevents: Ir\nfn=main\n1 1\ncfn=f\ncalls=1 1\n1 30\ncfn=f'2\ncalls=2 1\n1 7\n"
        "fn=f\n1 10\ncfn=f'2\ncalls=1 1\n1 20\nfn=f'2\n1 27\n"
    )
    assert of(graph, "inclusive") == {"main": 38, "f": 37}
    assert (graph.nodes["f"]["calls"], graph.nodes["f"]["primitive_calls"]) == (4, 3)


def test_what_no_costs_are_written_of_costs_what_its_calls_do() -> None:
    graph = read("events: Ir\nfn=main\n1 1\ncfn=f\ncalls=1 1\n1 30\n")
    assert of(graph, "inclusive") == {"main": 31, "f": 30}


def test_an_even_function_of_a_cycle_has_the_part_that_gprof2dot_gives_it(test_data: Path) -> None:
    for file in ("levels", "merged"):
        graph = gd.read(test_data / f"profiles/{file}.callgrind")
        assert round(100 * graph.nodes["even"]["inclusive"] / graph.graph["total"], 2) == 89.11


def test_without_levels_it_is_known_of_what_alone_leads_into_a_cycle(test_data: Path) -> None:
    graph = gd.read(test_data / "profiles/merged.callgrind")
    # callgrind_annotate adds each level: even 17,621,140, odd 16,823,760, fib 330,536 of 2,447,192.
    expected = {name: inclusive for name, (_, inclusive) in LEVELS.items() if name != "odd"}
    assert {name: cost for name, cost in of(graph, "inclusive").items() if name in LEVELS} == expected
    assert of(graph, "self")["odd"] == 69920


class Program:
    """A program of random calls, of which all is known: what callgrind would write, and what is on the stack."""

    def __init__(self, chance: random.Random, n_functions: int, *, levels: bool) -> None:
        self.chance, self.names, self.levels = chance, [f"f{i}" for i in range(n_functions)], levels
        self.own: Counter[str] = Counter()
        self.calls: Counter[tuple[str, str]] = Counter()
        self.costs: Counter[tuple[str, str]] = Counter()
        self.once: Counter[str] = Counter()
        self.truly: Counter[str] = Counter()
        self.run("f0", [])

    def run(self, name: str, stack: list[str]) -> int:
        place = f"{name}'2" if self.levels and name in stack else name
        cost = self.chance.randrange(5)
        self.own[place] += cost
        self.truly[name] += cost
        total = cost
        for _ in range(self.chance.randrange(4) if len(stack) < 6 else 0):
            other = self.chance.choice(self.names)
            callee = f"{other}'2" if self.levels and other in [*stack, name] else other
            spent = self.run(other, [*stack, name])
            self.calls[place, callee] += 1
            self.costs[place, callee] += spent
            total += spent
        if name not in stack:
            self.once[name] += total
        return total

    def text(self) -> str:
        numbers: dict[tuple[str, str], int] = {}

        def named(kind: str, name: str) -> str:
            if (kind, name) in numbers and self.chance.random() < 0.8:
                return f"({numbers[kind, name]})"
            numbers.setdefault((kind, name), len(numbers))
            return f"({numbers[kind, name]}) {name}"

        lines = ["# callgrind format", "version: 1", "creator: callgrind-3", "positions: line", "events: Ir", ""]
        lines.append(f"summary: {sum(self.own.values())}")
        places = [*self.own]
        self.chance.shuffle(places)
        for place in places:
            lines += [f"fl={named('fl', 'x.c')}", f"fn={named('fn', place)}"]
            costs = self.own[place]
            first = self.chance.randint(0, costs)
            lines += [f"+3 {first}", f"fi={named('fl', 'inlined.h')}", f"* {costs - first}", f"fe={named('fl', 'x.c')}"]
            for (tail, head), count in self.calls.items():
                if tail == place:
                    lines += [f"cfn={named('fn', head)}", f"calls={count} -2", f"* {self.costs[tail, head]}"]
        return "\n".join([*lines, "", f"totals: {sum(self.own.values())}", ""])


@given(st.integers(0, 10**6), st.integers(1, 5), st.booleans())
def test_what_functions_cost_with_all_they_call_is_what_was_on_the_stack(seed: int, size: int, levels: bool) -> None:
    program = Program(random.Random(seed), size, levels=levels)
    graph = read(program.text())
    assert of(graph, "self") == {node: program.truly[node] for node in graph}
    inclusive = of(graph, "inclusive")
    assert inclusive == {node: program.once[node] for node in inclusive}
    cyclic = {node for part in nx.strongly_connected_components(graph) if len(part) > 1 for node in part}
    has_levels = any("'" in place for place in program.own)
    assert {*graph} - {*inclusive} <= (set() if has_levels else cyclic)
    assert sum(d["calls"] for *_, d in graph.edges(data=True)) == sum(program.calls.values())
    counts = of(graph, "calls")
    assert counts == {
        node: sum(n for (_, head), n in program.calls.items() if head.split("'")[0] == node) for node in counts
    }


# --- the format -------------------------------------------------------------------------------------------------------


def test_positions_of_instructions_and_lines_and_events_left_out_at_the_end() -> None:
    text = (
        "positions: instr line\nevents: Ir Dr\nfn=f\n0x401000 5 10 3\n+4 * 7\ncfn=g\ncalls=2 0x402000 9\n* * 30 4\n"
        "fn=g\n0x402000 9 30 4\n"
    )
    assert of(read(text), "self") == {"f": 17, "g": 30}
    graph = read(text, event="Dr")
    assert (of(graph, "self"), graph.graph["unit"]) == ({"f": 3, "g": 4}, "Dr")
    assert (graph.graph["event"], graph.graph["events"]) == ("Dr", ["Ir", "Dr"])


def test_jumps_are_passed_over_and_name_what_follows() -> None:
    text = (
        "events: Ir\nfl=(1) a.c\nfn=(1) f\n1 5\njfi=(2) b.h\njfn=(2) g\njump=3 +4\n2\njcnd=2/3 +1\n* \n+1 6\n"
        "cfi=(2)\ncfn=(2)\ncalls=1 1\n3 4\nfl=(2)\nfn=(2)\n1 4\n"
    )
    graph = read(text)
    assert of(graph, "self") == {"f": 11, "g": 4}
    assert graph.nodes["g"]["file"] == "b.h"


def test_called_files_and_objects_hold_for_one_call() -> None:
    text = (
        "events: Ir\nob=prog\nfl=a.c\nfn=main\n1 1\ncob=lib.so\ncfi=b.c\ncfn=f\ncalls=1 0\n1 2\ncfn=f\ncalls=1 0\n1 3\n"
        "fn=f\n9 3\nob=lib.so\nfl=b.c\nfn=f\n9 2\n"
    )
    graph = read(text)
    assert of(graph, "self") == {"main": 1, "f (b.c)": 2, "f (a.c)": 3}
    assert of(graph, "module") == {"main": "prog", "f (b.c)": "lib.so", "f (a.c)": "prog"}


def test_functions_are_of_their_own_file_behind_code_that_is_inlined_from_another() -> None:
    graph = read("events: Ir\nfl=a.c\nfn=f\n1 1\nfi=b.h\n2 2\ncfn=h\ncalls=1 1\n1 4\nfn=g\n3 3\nfl=b.h\nfn=h\n1 4\n")
    assert of(graph, "file") == {"f": "a.c", "h": "b.h", "g": "a.c"}
    assert of(graph, "self") == {"f": 3, "h": 4, "g": 3}


def test_what_is_in_no_file_is_told_apart_by_its_library() -> None:
    text = (
        "events: Ir\nob=/lib/a.so\nfl=???\nfn=0x10\n0 1\ncob=/lib/b.so\ncfn=0x10\ncalls=1 0\n0 5\n"
        "ob=/lib/b.so\nfn=0x10\n0 5\n"
    )
    assert of(read(text), "self") == {"0x10 (a.so)": 1, "0x10 (b.so)": 5}


def test_parts_of_a_file_add_up_and_keep_their_names() -> None:
    part = "events: Ir\nsummary: 30\nfl=(1) a.c\nfn=(1) f\n1 20\ncfn=(2) g\ncalls=1 5\n1 10\nfn=(2)\n5 10\ntotals: 30\n"
    other = "events: Dr Ir\nthread: 2\nfl=(1)\nfn=(1)\n1 99 7\n"
    graph = read(f"version: 1\ncreator: callgrind-3.19\npart: 1\nthread: 1\n{part}part: 2\n{other}")
    assert of(graph, "self") == {"f": 27, "g": 10}
    assert (graph.graph["total"], graph.graph["threads"]) == (37, 2)


def test_units_that_an_event_names() -> None:
    # pprof counts no calls, and Xdebug in steps of 10 ns.
    pprof = read(
        "positions: instr line\nevents: cpu(ms)\n\nfn=(1) f\n0x1 7 460\ncfn=(2) g\ncalls=0 0x2 9\n* * 40\n"
        "fn=(2)\n0x2 9 40\n"
    )
    assert (pprof.graph["unit"], pprof.graph["kind"], pprof["f"]["g"]) == ("ms", "sampled", {"cost": 40})
    assert "calls" not in pprof.nodes["g"]
    text = "version: 1\ncreator: xdebug 3.2\nevents: Time_(10ns) Memory_(bytes)\nfn=(1) {main}\n1 20 8\n"
    assert (read(text).graph["unit"], read(text).graph["total"]) == ("ns", 200)
    memory = read(text, event="Memory")
    assert (memory.graph["unit"], memory.graph["kind"], memory.graph["total"]) == ("bytes", "allocated", 8)


# As pprof writes it: what is called is of no library, and has a number where several share its name and file.
PPROF = (
    "positions: instr line\nevents: cpu(ms)\n\nob=(1) prog\nfl=\nfn=\n0x42 0 70\n\nob=(2) libc\nfl=\nfn=\n0x7f 0 40\n\n"
    "ob=(3) start\nfl=\nfn=\n0x99 0 0\ncfl=\ncfn=(1)  [1/3]\ncalls=0 0x42 0\n* * 110\n\n"
    "ob=(1)\nfl=\nfn=\n0x43 0 0\ncfl=\ncfn=(1)\ncalls=0 0x42 0\n* * 650\ncfl=\ncfn=(2)  [2/3]\ncalls=0 0x7f 0\n* * 40\n"
)


def test_what_pprof_calls_one_of_several_of_a_name_is_that_function() -> None:
    graph = read(PPROF)
    prog, libc, start = (f"(no name) ({module})" for module in ("prog", "libc", "start"))
    assert of(graph, "self") == {prog: 70, libc: 40, start: 0}
    assert of(graph, "inclusive") == {prog: 110, libc: 40, start: 110}
    assert [*graph.edges(data="cost")] == [(prog, prog, 650), (prog, libc, 40), (start, prog, 110)]


def test_contexts_of_a_function_in_pprofs_tree_of_calls_are_one_function() -> None:
    tree = read(
        "positions: instr line\nevents: cpu(ms)\nob=p\nfl=a.c\nfn=(1) f\n0 1 10\nfn=(2) main\n0 2 0\ncfl=a.c\n"
        "cfn=(3) f [1/2]\ncalls=0 0 1\n* * 4\ncfl=a.c\ncfn=(4) f [2/2]\ncalls=0 0 1\n* * 6\n"
    )
    assert [*tree.edges(data="cost")] == [("main", "f", 10)]
    assert of(tree, "inclusive") == {"main": 10, "f": 10}


def test_a_name_that_ends_like_pprofs_numbers_is_left_as_it_is() -> None:
    text = "events: Ir\nfn=f\n1 2\nfn=f [1/2]\n1 3\nfn=main\n1 1\ncfn=f [1/2]\ncalls=1 1\n1 3\n"
    assert [*read(text).edges(data="cost")] == [("main", "f [1/2]", 3)]
    text = "version: 1\ncreator: callgrind-3\nevents: Ir\nfn=f\n1 2\nfn=main\n1 1\ncfn=f [1/2]\ncalls=1 1\n1 3\n"
    assert "f [1/2]" in read(text)


def test_no_function_of_pprofs_costs_more_than_all(shared_data: Path) -> None:
    for file in ("pprof/cppbench.cpu", "pprof/java.cpu", "go/json_cpu", "go/regexp_mem"):
        graph = gd.read(shared_data / f"profiles/{file}.callgrind")
        same = gd.read(shared_data / f"profiles/{file}.pb.gz")
        assert len(graph) == len(same)
        factor = graph.graph["total"] / same.graph["total"]
        for node, cost in of(graph, "inclusive").items():
            assert cost <= graph.graph["total"]
            assert cost == pytest.approx(factor * same.nodes.get(node, {}).get("inclusive", cost / factor), abs=2)


def test_names_may_stand_in_round_brackets() -> None:
    assert [*read("events: Ir\nfn=(below main)\n1 2\ncfn=(3) (anonymous)\ncalls=1 1\n1 1\nfn=(3)\n1 1\n")] == [
        "(below main)", "(anonymous)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    {
        "no event": ("version: 1\n", "no line events: in it"),
        "a sum before the events": ("version: 1\nsummary:\n", "no line events: in it"),
        "negative": ("events: Ir\nfn=f\n1 -2\n", "line 3: a negative cost: '1 -2'"),
        "no number": ("events: Ir\nfn=f\n1 two\n", "line 3: no line of callgrind's format: '1 two'"),
        "too large": ("events: Ir\nfn=f\n1 " + "9" * 21 + "\n", "line 3: a number of more than 20 digits"),
        "no name": ("events: Ir\nfn=(7)\n1 2\n", r"line 2: no name stands before for the number \(7\)"),
        "no function": ("events: Ir\n1 2\n", "line 2: costs before the lines events: and fn="),
        "no callee": ("events: Ir\nfn=f\ncalls=1 1\n1 2\n", "line 3: calls= without a number of calls, or without fn="),
        "calls alone": ("events: Ir\nfn=f\ncfn=g\ncalls=1 1\n", "line 5: cut off behind calls="),
        "no cost": ("events: Ir\nfn=f\ncfn=g\ncalls=1 1\nfn=g\n", "line 5: behind calls= stands no line of what they"),
        "cut off": (
            "creator: callgrind-3.19\nevents: Ir\nsummary: 30\nfn=f\n1 2\n",
            "cut off: its costs are 2 of 30 Ir; record it again",
        ),
        "cachegrind": ("desc: I1\ncmd: a\nevents: Ir\nfl=a.c\nfn=f\n1 2\n", "no calls in it, as in what cachegrind"),
    }.values(),
)  # fmt: skip
def test_a_broken_file_is_refused_with_the_line(text: str, said: str) -> None:
    with pytest.raises(FormatError, match=said) as caught:
        read(text)
    assert "\n" not in str(caught.value)


def test_an_event_that_was_not_measured_is_named_with_those_that_were() -> None:
    with pytest.raises(UsageError, match=r'^event="Dx": the open file has no such event, but Ir, Dr$'):
        read("events: Ir Dr\nfn=f\n1 2 3\n", event="Dx")


def test_a_chain_of_20_000_calls_is_read() -> None:
    lines = ["version: 1", "creator: callgrind-3", "events: Ir"]
    for i in range(20_000):
        lines += [f"fn=f{i}", "1 1", f"cfn=f{i + 1}", "calls=1 1", f"1 {20_000 - i}"]
    graph = read("\n".join([*lines, "fn=f20000", "1 1"]))
    assert graph.nodes["f0"]["inclusive"] == graph.graph["total"] == 20_001


# --- real files -------------------------------------------------------------------------------------------------------

ROW = re.compile(r"\s*([\d,]+) \([ \d.]+%\)  \*  (\S+?):(.*?)(?: \[[^\]]*\])?\s*")


def annotated(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield what callgrind_annotate --tree=both says of each function: file, name with its level, inclusive cost."""
    for line in text.splitlines():
        if match := ROW.fullmatch(line):
            yield match[2], match[3], int(match[1].replace(",", ""))


def test_a_real_file_costs_what_callgrind_annotate_says(shared_data: Path) -> None:
    folder = shared_data / "profiles/c"
    graph = gd.read(folder / "cyc.callgrind.out")
    cost_of: Counter[tuple[str, str]] = Counter()
    for _, data in graph.nodes(data=True):
        # What is in no file has its library in place of one; callgrind_annotate ran in the folder of the program.
        file = data.get("file", UNKNOWN) if "/" in data.get("file", "") else UNKNOWN
        cost_of[file.removeprefix("/srv/data/raw/c/"), data["name"]] += data["inclusive"]
    expected: Counter[tuple[str, str]] = Counter()
    for file, name, cost in annotated((folder / "cyc.callgrind_annotate.txt").read_text()):
        expected[file, name] += cost
    assert len(cost_of) > 250
    assert cost_of == Counter({key: expected[key] for key in cost_of})


@pytest.mark.parametrize(
    "file", ["gprof2dot/callgrind/bool.callgrind", "gprof2dot/callgrind/issue35.callgrind", "c/cyc.callgrind.out"]
)
def test_real_files_have_the_functions_and_costs_of_gprof2dot(file: str, shared_data: Path) -> None:
    path = shared_data / "profiles" / file
    truth_file = next(path.parent.glob(f"{path.name.removesuffix('.out')}.truth.json*"))
    opened = gzip.open if truth_file.suffix == ".gz" else open
    with opened(truth_file) as text:
        truth = json.load(text)
    graph, expected, own = gd.read(path), Counter[str](), Counter[str]()
    for function in truth["functions"]:
        expected[re.sub(r"'\d+$", "", function["name"])] += function["self"]
    for _, data in graph.nodes(data=True):
        own[data["name"]] += data["self"]
    assert own == expected
    assert graph.graph["total"] == truth["totals"]["samples"]


OPTIONS = {
    "": [], "lines and instructions": ["--dump-instr=yes"], "jumps": ["--collect-jumps=yes"],
    "instructions and jumps": ["--collect-jumps=yes", "--dump-instr=yes"],
    "plain": ["--compress-strings=no", "--compress-pos=no"], "no lines": ["--dump-line=no"],
    "blocks": ["--dump-bb=yes"], "three levels": ["--separate-recs=3"],
    "parts": ["--dump-after=cheap", "--combine-dumps=yes"],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(not all(map(shutil.which, ("valgrind", "gcc"))), reason="needs valgrind and gcc")
def test_what_valgrind_writes_by_its_options_says_the_same(tmp_path: Path, test_data: Path) -> None:
    subprocess.run(["gcc", "-O0", "-g", "-o", tmp_path / "levels", test_data / "profiles/levels.c"], check=True)
    command = ["valgrind", "--tool=callgrind", "--toggle-collect=main"]
    for title, options in OPTIONS.items():
        out = tmp_path / f"{title}.callgrind"
        run = [*command, *options, f"--callgrind-out-file={out}", str(tmp_path / "levels")]
        subprocess.run(run, check=False, capture_output=True)
        graph = gd.read(out)
        # Compilers differ a little; what every option must agree on is the first file.
        expected = gd.read(tmp_path / ".callgrind")
        assert {node: (data["self"], data.get("inclusive")) for node, data in graph.nodes(data=True)} == {
            node: (data["self"], data.get("inclusive")) for node, data in expected.nodes(data=True)
        }, title
        assert {*graph.edges} == {*expected.edges}, title
