"""Profiles that Python saves: against what pstats and marshal themselves read of the same files, if those are good."""

from __future__ import annotations

import cProfile
import io
import itertools
import marshal
import math
import pstats
import random
import re
import struct
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import FormatError, GraphdiffError
from graphdiff.io.profilers.marshalled import Code, Pairs, unmarshalled
from graphdiff.io.profilers.pstats import read_pstats
from graphdiff.io.read import claiming, read

Key = tuple[str, int, str]

MAIN, WORK = ("run.py", 1, "main"), ("run.py", 5, "work")
REAL = [
    "python/nx_algos.prof",
    "python/pip_list.prof",
    "python/sympy_integrate.prof",
    "python/nx_algos.pyinstrument.pstats",
    "gprof2dot/memtrail.pstats",
]
#: Sixteen bytes that crash marshal.loads: a tuple with a set of itself (python/cpython#148653).
CRASH = b"\xa8\x02\x00\x00\x00N<\x01\x00\x00\x00r\x00\x00\x00\x00"


def profile(data: bytes, name: str = "run.prof") -> nx.DiGraph:
    return read_pstats(data, name=name)


def saved(entries: object) -> nx.DiGraph:
    return profile(marshal.dumps(entries))


# --- the same as pstats -----------------------------------------------------------------------------------------------


def keys_of(graph: nx.DiGraph) -> dict[Key, Any]:
    """Return the node of each function, by its key in pstats."""
    keys: dict[Key, Any] = {}
    for node, data in graph.nodes(data=True):
        file = data.get("file", "~")
        keys[file, data.get("line", 0), data["name"]] = node
    return keys


def columns(data: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(data.get(name, -1) for name in names)


def check_as_pstats(graph: nx.DiGraph, stats: dict[Key, Any]) -> None:
    """Check every number of a graph against what pstats has; -1 is what it says of calls that nobody counted."""
    keys = keys_of(graph)
    for key, (primitive, every, own, inclusive, callers) in stats.items():
        assert columns(graph.nodes[keys[key]], "primitive_calls", "calls", "self", "inclusive") == (
            primitive, every, own, inclusive,
        )  # fmt: skip
        found = {
            tail: columns(data, "calls", "primitive_calls", "self", "cost")
            for tail, _, data in graph.in_edges(keys[key], data=True)
        }
        assert found == {keys[caller]: values for caller, values in callers.items()}
    assert len(graph) == len({*stats, *itertools.chain.from_iterable(entry[4] for entry in stats.values())})
    assert graph.graph["total"] == pytest.approx(sum(entry[2] for entry in stats.values()), rel=1e-12)


@pytest.mark.parametrize("file", REAL)
def test_every_number_of_real_files_is_that_of_pstats(file: str, shared_data: Path) -> None:
    path = shared_data / "profiles" / file
    check_as_pstats(read(path), pstats.Stats(str(path)).stats)  # type: ignore[attr-defined]


def test_every_number_of_a_profile_made_now_is_that_of_pstats(tmp_path: Path) -> None:
    def even(n: int) -> int:
        return 1 if n == 0 else odd(n - 1)

    def odd(n: int) -> int:
        return 0 if n == 0 else even(n - 1)

    profiler = cProfile.Profile()
    profiler.runcall(lambda: [even(9), odd(4), sorted("graph"), nx.path_graph(3)])
    path = tmp_path / "made.prof"
    profiler.dump_stats(path)
    graph = read(path)
    assert graph.number_of_edges() > 5
    check_as_pstats(graph, pstats.Stats(str(path)).stats)  # type: ignore[attr-defined]
    assert (graph.graph["unit"], graph.graph["kind"], graph.graph["edge_meaning"]) == ("s", "counted", "calls")


#: What Python 2.7 prints of the sample that it saved.
PYTHON_2 = {
    ("work.py", 1, "<module>"): (1, 1, 4.9999999999999996e-06, 0.000165, {}),
    ("work.py", 5, "burn"): (19, 19, 0.000108, 0.000144, {
        ("work.py", 20, "main"): (1, 1, 5.9999999999999995e-05, 8.099999999999999e-05),
        ("work.py", 12, "rec"): (6, 6, 2.3e-05, 2.9e-05),
        ("work.py", 17, "<genexpr>"): (12, 12, 2.4999999999999998e-05, 3.4e-05),
    }),
    ("work.py", 12, "rec"): (1, 6, 3e-06, 3.2e-05, {
        ("work.py", 20, "main"): (1, 1, 0.0, 3.2e-05), ("work.py", 12, "rec"): (5, 1, 3e-06, 2.6e-05),
    }),
    ("work.py", 16, "parse"): (3, 3, 3e-06, 4.2e-05, {("work.py", 20, "main"): (3, 3, 3e-06, 4.2e-05)}),
    ("work.py", 17, "<genexpr>"): (15, 15, 2e-06, 3.6e-05, {("~", 0, "<sum>"): (15, 15, 2e-06, 3.6e-05)}),
    ("work.py", 20, "main"): (1, 1, 4e-06, 0.00015999999999999999, {
        ("work.py", 1, "<module>"): (1, 1, 4e-06, 0.00015999999999999999),
    }),
    ("~", 0, "<len>"): (640, 640, 3.2999999999999996e-05, 3.2999999999999996e-05, {
        ("work.py", 5, "burn"): (640, 640, 3.2999999999999996e-05, 3.2999999999999996e-05),
    }),
    ("~", 0, "<method 'disable' of '_lsprof.Profiler' objects>"): (1, 1, 0.0, 0.0, {}),
    ("~", 0, "<range>"): (23, 23, 4.9999999999999996e-06, 4.9999999999999996e-06, {
        ("work.py", 5, "burn"): (19, 19, 3e-06, 3e-06), ("work.py", 20, "main"): (1, 1, 1e-06, 1e-06),
        ("work.py", 16, "parse"): (3, 3, 1e-06, 1e-06),
    }),
    ("~", 0, "<sum>"): (3, 3, 2e-06, 3.7999999999999995e-05, {
        ("work.py", 16, "parse"): (3, 3, 2e-06, 3.7999999999999995e-05),
    }),
}  # fmt: skip


def test_what_python_2_saved_is_read_with_its_texts_of_bytes(test_data: Path) -> None:
    check_as_pstats(read(test_data / "profiles/python2.prof"), PYTHON_2)


def test_profile_counts_calls_only_and_names_its_script_by_code(test_data: Path) -> None:
    graph = read(test_data / "profiles/profile.prof")
    assert graph.edges["rec", "rec"] == {"calls": 5}
    assert graph.edges["rec", "burn"] == {"calls": 6}
    assert graph.nodes["rec"] | {"self": 0, "inclusive": 0, "file": ""} == {
        "name": "rec", "file": "", "line": 12, "self": 0, "inclusive": 0, "calls": 6, "primitive_calls": 1,
    }  # fmt: skip
    assert [node for node in graph if not graph.in_degree(node)] == ["profiler"]
    assert ("profiler", "<module> (profile)") in graph.edges


def test_builtin_functions_have_no_file_and_line_0_is_no_line() -> None:
    graph = saved({("~", 0, "<built-in method len>"): (1, 1, 0.5, 0.5, {}), ("profile", 0, "x"): (1, 1, 1, 1, {})})
    assert graph.nodes["<built-in method len>"].keys() == {"name", "self", "inclusive", "calls", "primitive_calls"}
    assert graph.nodes["x"]["file"] == "profile"
    assert "line" not in graph.nodes["x"]


def test_functions_of_one_name_are_told_apart_by_file_and_line() -> None:
    entry = (1, 1, 1.0, 1.0, {})
    graph = saved(
        {("a/x.py", 1, "f"): entry, ("b/y.py", 1, "f"): entry, ("b/y.py", 9, "f"): entry, ("z.py", 1, "g"): entry}
    )
    assert list(graph) == ["f (x.py)", "f (y.py:1)", "f (y.py:9)", "g"]


def test_a_caller_without_an_entry_is_a_function_of_which_nothing_is_known() -> None:
    graph = saved({WORK: (1, 1, 1.0, 1.0, {MAIN: (1, 1, 1.0, 1.0)})})
    assert graph.nodes["main"] == {"name": "main", "file": "run.py", "line": 1}


def test_calls_that_nobody_counted_are_absent() -> None:
    """As pyinstrument writes them; it adds the time of a recursion at each level."""
    graph = saved(
        {MAIN: (-1, -1, 0.0, 3.0, {}), WORK: (-1, -1, 3.0, 5.0, {MAIN: (-1, -1, 1.0, 3.0), WORK: (-1, -1, 2.0, 2.0)})}
    )
    assert graph.nodes["main"].keys() == {"name", "file", "line", "self", "inclusive"}
    assert graph.edges["main", "work"] == {"cost": 3.0, "self": 1.0}
    assert (graph.graph["kind"], graph.graph["recursion"]) == ("sampled", "every level")


def sampled(stacks: list[list[Key]], seconds: float) -> dict[Any, Any]:
    """Return what the sampling profiler of Python 3.15 saves of stacks, each from its root on, with the lines that ran.

    A line counts once a sample in what is cumulative; a call of a line by a line counts as often as it is there.
    """
    counts: dict[Key, Counter[str]] = defaultdict(Counter)
    callers: dict[Key, Counter[Key]] = defaultdict(Counter)
    for stack in stacks:
        for key in {*stack}:
            counts[key]["every"] += 1
        counts[stack[-1]]["direct"] += 1
        for caller, callee in itertools.pairwise(stack):
            callers[callee][caller] += 1
    entries = {
        key: (one["direct"], one["every"], seconds * one["direct"], seconds * one["every"], dict(callers[key]))
        for key, one in counts.items()
    }
    return {**entries, ("__sampled__",): True}


def test_samples_counted_as_calls_are_samples_and_lines_add_up_to_functions() -> None:
    """By hand: 4 samples of 2 ms; main calls work from its lines 2 and 3."""
    first, second, work, deeper = (
        ("run.py", 2, "main"),
        ("run.py", 3, "main"),
        ("run.py", 9, "work"),
        ("run.py", 8, "work"),
    )
    graph = saved(sampled([[first], [first, work], [second, work], [second, deeper]], 0.002))
    assert graph.graph["samples"] == 4
    assert (graph.graph["kind"], graph.graph["total"]) == ("sampled", pytest.approx(0.008))
    assert graph.nodes["main"] == {
        "name": "main", "file": "run.py", "self": pytest.approx(0.002), "inclusive": pytest.approx(0.008),
    }  # fmt: skip
    assert graph.edges["main", "work"] == {"cost": pytest.approx(0.006)}


def test_of_random_samples_all_that_is_said_is_what_stacks_say() -> None:
    """Functions, not lines, counted once a stack; what is not said is within a cycle."""
    chance = random.Random(15)
    for _ in range(60):
        frames = [("run.py", line, name) for line, name in enumerate("aabbccdde", 1)]
        stacks = [chance.sample(frames, chance.randint(1, 4)) for _ in range(chance.randint(1, 12))]
        stacks = stacks if chance.random() < 0.3 else [sorted(stack) for stack in stacks]
        own, inclusive, cost = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
        for names in ([name for *_, name in stack] for stack in stacks):
            own[names[-1]] += 1
            inclusive.update({*names})
            cost.update({*itertools.pairwise(names)})
        graph = saved(sampled(stacks, 0.5))
        assert {*graph} == {*inclusive}
        assert {*graph.edges} == {*cost}
        parts = [*nx.strongly_connected_components(graph)]
        cyclic = {node for part in parts for node in part if len(part) > 1 or (node, node) in cost}
        for node, data in graph.nodes(data=True):
            assert data["self"] == own[node] / 2
            assert data.get("inclusive") == (None if node in cyclic else inclusive[node] / 2)
        inner = {call for part in parts for call in cost if part.issuperset(call)}
        for tail, head, data in graph.edges(data=True):
            assert data == ({} if (tail, head) in inner else {"cost": cost[tail, head] / 2})


# --- the same as marshal ----------------------------------------------------------------------------------------------

TEXTS = ["", "f", "f", "<lambda>", "größe", "文字", "\udcff.py", "x" * 300, "ü" * 200]
INTS = [0, 1, -1, 2**31 - 1, 2**31, -(2**31) - 1, 2**62, -(2**40), 2**63 - 1]
FLOATS = [0.0, -0.5, 1e-9, 0.1, 1e300, math.inf, 5e-324]


def plain(value: Any) -> Any:
    """Return what was read as marshal has it."""
    if isinstance(value, Pairs):
        return {plain(key): plain(entry) for key, entry in value}
    return tuple(map(plain, value)) if isinstance(value, tuple) else value


def anything(chance: random.Random, depth: int) -> Any:
    match chance.randrange(6 if depth else 3):
        case 0:
            return chance.choice(TEXTS)
        case 1:
            return chance.choice(INTS)
        case 2:
            return chance.choice(FLOATS)
        case 3 | 4:
            return tuple(
                anything(chance, depth - 1) for _ in range(chance.choice([0, 1, 3, 5, 300 if depth == 1 else 2]))
            )
        case _:
            return {chance.choice(TEXTS): anything(chance, depth - 1) for _ in range(chance.randrange(4))}


@pytest.mark.parametrize("version", range(marshal.version + 1))
def test_values_are_those_that_marshal_reads(version: int) -> None:
    chance = random.Random(version)
    for _ in range(150):
        data = marshal.dumps(anything(chance, 4), version)
        try:
            expected = marshal.loads(data)
        except UnicodeDecodeError:
            continue
        assert plain(unmarshalled(data, "x")) == expected


def test_references_are_to_what_stood_before_in_the_order_of_the_file() -> None:
    text, pair = "".join(["sh", "op"]), tuple("ab")
    data = marshal.dumps((text, pair, (pair, text), text, pair))
    assert data.count(b"shop") == 1
    assert unmarshalled(data, "x") == ("shop", ("a", "b"), (("a", "b"), "shop"), "shop", ("a", "b"))


def test_code_is_read_over_and_what_follows_refers_to_what_stands_in_it() -> None:
    source = "class A:\n def f(self, x=(1, 2.5, 'größe', None, ..., 1j, b'x')):\n  return {x for x in {1, 2}}\n"
    code = compile(source, "shop.py", "exec")
    data = marshal.dumps(("shop.py", code, "shop.py", code.co_consts[0].co_name))
    assert unmarshalled(data, "x") == ("shop.py", Code("shop.py", "<module>"), "shop.py", "A")


# --- what is refused --------------------------------------------------------------------------------------------------

#: A function's key, that of another, how often it was called by one; and its values without the callers.
NAMES, OTHERS, CALLS = b"(\x03\0\0\0z\x01ai\x01\0\0\0z\x01f", b"(\x03\0\0\0z\x01ai\x01\0\0\0z\x01g", b"i\x01\0\0\0"
VALUES = b"(\x05\0\0\0" + 2 * CALLS + 2 * (b"g" + struct.pack("<d", 0.5))


@pytest.mark.parametrize(
    ("data", "why"),
    {
        "a tuple of itself": (CRASH, "byte 12: a reference to value 0, which is not before it"),
        "a dict that is referred to": (
            b"{" + NAMES + VALUES + b"\xfb" + NAMES + CALLS + b"0" + OTHERS + VALUES + b"r\0\0\0\0" + b"0",
            "a reference to a dict",
        ),
        "the values of a function that are referred to": (
            b"{" + NAMES + b"\xa8" + VALUES[1:] + b"{" + NAMES + CALLS + b"0" + OTHERS + b"r\0\0\0\0" + b"0",
            "a reference to a dict",
        ),
        "cut off": (marshal.dumps({MAIN: (1, 1, 0.5, 0.5, {})})[:-20], "it ends at byte .* is cut off"),
        "longer than the file": (b"{(\xff\xff\xff\x7f", "byte 6: a size of 2,147,483,647, with 0 bytes left: .*cut"),
        "of negative size": (b"{u\xff\xff\xff\xff", "a size of -1"),
        "endless nesting": (b"(\x01\0\0\0" * 100_000, "nested more than 40 deep"),
        "a set": (b"{<\x01\0\0\0i\x01\0\0\0i\x01\0\0\0" + b"0", "a tuple is no function: its file, line and name"),
        "an unknown kind": (b"{)\x03\x3f__", "byte 3: a value of kind '\\?', which no profile has"),
        "a long int": (b"{l\x00\x10\x00\x00", "an int of 4,096 digits of 15 bits"),
        "a broken text": (b"{u\x02\0\0\0\xff\xff", "byte 2: a text that is not in utf-8"),
        "a broken float": (b"{f\x03abc", "a float that is none"),
        "two values": (marshal.dumps({MAIN: (1, 1, 0.5, 0.5, {})}) + b"N", "something behind the profile's end"),
        "code of no version": (b"{c" + bytes(60), "code of a version of Python that is not known"),
        "no dict": (marshal.dumps((1, 2)), "functions with what they cost are expected, in a dict"),
        "an empty dict": (marshal.dumps({}), "the profile of no function: nothing ran"),
    }.values(),
)  # fmt: skip
def test_broken_files_are_refused_in_one_line_with_the_place(data: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=f"^run.prof.*{why}") as caught:
        profile(data)
    assert "\n" not in str(caught.value)


WHERE = r"run\.prof: 'work' \(run\.py:5\): "


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        (
            {WORK: (1, 1, -0.5, 0.5, {})},
            WHERE + r"a time of 0 s or more is expected, found -0\.5; was the clock set back",
        ),
        ({WORK: (1, 1, 0.5, math.nan, {})}, WHERE + "a time of 0 s or more is expected, found nan"),
        ({WORK: (1, 1, math.inf, 0.5, {})}, WHERE + "a time of 0 s or more is expected, found inf"),
        ({WORK: (1, 1, 0.5, "0.5", {})}, WHERE + "a time of 0 s or more is expected, found '0.5'"),
        ({WORK: (1, 2**63, 0.5, 0.5, {})}, WHERE + "a number of calls is expected, found 9223372036854775808"),
        ({WORK: (-2, 1, 0.5, 0.5, {})}, WHERE + "a number of calls is expected, found -2"),
        ({WORK: (1, 1.0, 0.5, 0.5, {})}, WHERE + "a number of calls is expected, found 1.0"),
        ({WORK: (1, 1, 0.5, 0.5)}, WHERE + "two counts, two times and the callers are expected"),
        ({WORK: 3}, WHERE + "two counts, two times and the callers are expected"),
        (
            {WORK: (1, 1, 0.5, 0.5, {MAIN: (1, 1, 0.5)})},
            WHERE + "two counts and two times are expected for",
        ),
        ({WORK: (1, 1, 0.5, 0.5, {MAIN: (1, 1, 0.5, -1.0)})}, WHERE + "a time of 0 s or more is expected"),
        ({WORK: (1, 1, 0.5, 0.5, {"main": 1})}, "run.prof: 'main' is no function: its file, line and name"),
        ({("run.py", "5", "work"): (1, 1, 0.5, 0.5, {})}, "run.prof: a tuple is no function"),
        ({("run.py", -5, "work"): (1, 1, 0.5, 0.5, {})}, "run.prof: a tuple is no function"),
        ({WORK: (0, 0, 0.0, 0.0, {MAIN: 3}), ("__sampled__",): True}, WHERE + "a number of samples is expected"),
        ({WORK: (-1, 3, 0.0, 0.0, {MAIN: 3}), ("__sampled__",): True}, WHERE + "a number of samples is expected"),
        ({("__sampled__",): True}, "the profile of no function"),
    ],
)
def test_values_that_no_profiler_means_are_refused(entries: object, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        saved(entries)


def test_a_function_or_a_caller_twice_is_refused() -> None:
    once = marshal.dumps({MAIN: (1, 1, 0.5, 0.5, {})}, 2)
    inner = once[1:-1]
    with pytest.raises(FormatError, match=r"^run\.prof: 'main' \(run\.py:1\) is in the profile 2 times$"):
        profile(b"{" + inner + inner + b"0")
    with_caller = marshal.dumps({MAIN: (1, 1, 0.5, 0.5, {WORK: 7})}, 2)
    call = marshal.dumps({WORK: 7}, 2)[1:-1]
    with pytest.raises(FormatError, match=r"'main' \(run\.py:1\): a caller is there twice$"):
        profile(with_caller.replace(call, call + call))


def test_values_shared_many_times_are_neither_unfolded_nor_printed() -> None:
    """Tuples of which each has the one before twice: written out, the last has 2**1000 parts."""
    doubled = b"".join(b"\xa8\x02\0\0\0" + 2 * (b"r" + struct.pack("<i", number)) for number in range(1000))
    values = b"(" + struct.pack("<i", 1001) + b"\xa8\x02\0\0\0NN" + doubled
    with pytest.raises(FormatError, match="no function"):
        profile(b"{" + values + b"N0")
    with pytest.raises(FormatError, match=r"^run\.prof: a tuple is no function"):  # the last of them
        profile(b"{(\x02\0\0\0" + values + b"r" + struct.pack("<i", 1000) + b"N0")


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Return the data with one or two places changed, cut out, doubled, or with another kind of value in them."""
    for _ in range(chance.randint(1, 2)):
        start = chance.randrange(len(data))
        end = start + chance.randrange(40)
        match chance.randrange(7):
            case 0:
                data = data[:start] + data[end:]
            case 1:
                data = data[:end] + data[start:]
            case 2:
                data = data[:start]
            case 3:
                data = data[:start] + bytes([chance.choice(b"r)({0gilzZuaAstRfcN<>[y:")]) + data[start:]
            case _:
                data = data[:start] + bytes([chance.randrange(256)]) + data[start + 1 :]
        data = data or b"{"
    return data


def outcomes(files: Iterator[bytes]) -> tuple[int, int]:
    """Return how many files were read, and how many refused in one line."""
    graphs = errors = 0
    for data in files:
        try:
            graph = profile(data)
        except GraphdiffError as error:
            errors += 1
            assert len(str(error).splitlines()) == 1  # noqa: PT017
        else:
            graphs += 1
            assert all(node["self"] >= 0 for _, node in graph.nodes(data=True) if "self" in node)
    return graphs, errors


def mutations(given: list[bytes], count: int) -> Iterator[bytes]:
    chance = random.Random(15)
    return (damaged(chance.choice(given), chance) for _ in range(count))


def seeds(test_data: Path) -> list[bytes]:
    files = ["profiles/run.prof", "profiles/python2.prof", "profiles/profile.prof"]
    samples = sampled([[MAIN], [MAIN, WORK], [MAIN, WORK, MAIN, ("~", 0, "len")]], 0.01)
    return [*((test_data / file).read_bytes() for file in files), marshal.dumps(samples)]


def test_damaged_files_give_a_graph_or_one_line(test_data: Path) -> None:
    graphs, errors = outcomes(mutations(seeds(test_data), 1_500))
    assert graphs > 50
    assert errors > 500


@pytest.mark.slow
def test_100_000_damaged_files_give_a_graph_or_one_line(test_data: Path) -> None:
    graphs, errors = outcomes(mutations(seeds(test_data), 100_000))
    assert graphs + errors == 100_000


# --- where it is told and by what it is read --------------------------------------------------------------------------


@pytest.mark.parametrize("version", range(marshal.version + 1))
def test_each_version_of_marshal_is_claimed_as_pstats_alone(version: int) -> None:
    assert claiming(marshal.dumps({MAIN: (1, 1, 0.5, 0.5, {})}, version)) == ["pstats"]


def test_neither_the_sixteen_bytes_nor_text_is_claimed() -> None:
    for data in (CRASH, b'{"a": 1}', b"{(a)}", b"\xfb", b"{)"):
        assert "pstats" not in claiming(data)
        with pytest.raises(FormatError, match=r"^the open file"):
            read(io.BytesIO(data), format="pstats")


def test_nothing_in_the_package_loads_marshal_pstats_or_pickle() -> None:
    """Imports inside functions, too; `graphdiff.io.profilers.pstats` is ours."""
    unsafe = re.compile(r"^\s*(?:import|from) (?:marshal|pstats|pickle|shelve)\b", re.MULTILINE)
    texts = {path: path.read_text(encoding="utf-8") for path in Path(gd.__file__).parent.rglob("*.py")}
    assert [path for path, text in texts.items() if unsafe.search(text)] == []
    readers = "".join(text for path, text in texts.items() if path.parent.name == "profilers")
    assert not re.search(r"\b(?:eval|exec|__import__)\(", readers)
