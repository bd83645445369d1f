"""pprof's profiles: sums that pprof itself prints, files written byte by byte, and what is refused in one line."""

from __future__ import annotations

import base64
import gzip
import io
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from graphdiff.errors import FormatError, GraphdiffError, LimitError, UsageError
from graphdiff.graph.compiled import compile
from graphdiff.io.formats import READERS
from graphdiff.io.outline import outline
from graphdiff.io.profilers.pprof import read_pprof
from graphdiff.io.read import read
from graphdiff.weights import spent

# --- files, byte by byte ----------------------------------------------------------------------------------------------


def varint(number: int) -> bytes:
    number &= 2**64 - 1
    head = b""
    while number > 127:
        head += bytes([number & 127 | 128])
        number >>= 7
    return head + bytes([number])


def field(number: int, value: int | bytes | Sequence[int]) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    content = value if isinstance(value, bytes) else b"".join(map(varint, value))
    return varint(number << 3 | 2) + varint(len(content)) + content


def profile(
    samples: Iterable[tuple[Sequence[int], Sequence[int]]],
    *,
    locations: Sequence[Sequence[int]] = ((1,), (2,), (3,)),
    functions: Sequence[tuple[str, str, int]] = (("main", "shop.go", 1), ("sell", "shop.go", 9), ("pay", "pay.go", 3)),
    types: Sequence[tuple[str, str]] = (("samples", "count"), ("cpu", "nanoseconds")),
    default: str = "",
    programs: Sequence[str] = ("/usr/bin/shop",),
) -> bytes:
    """Return a profile; locations and functions are numbered from 1, a location's functions are innermost first."""
    texts = [""]

    def text(content: str) -> int:
        if content not in texts:
            texts.append(content)
        return texts.index(content)

    parts = [field(1, field(1, text(kind)) + field(2, text(unit))) for kind, unit in types]
    parts += [field(2, field(1, stack) + field(2, values)) for stack, values in samples]
    parts += [field(3, field(1, n) + field(5, text(path))) for n, path in enumerate(programs, 1)]
    for number, lines in enumerate(locations, 1):
        parts.append(field(4, field(1, number) + field(2, 1) + b"".join(field(4, field(1, f)) for f in lines)))
    for number, (name, file, line) in enumerate(functions, 1):
        made = field(1, number) + field(2, text(name)) + field(4, text(file)) + field(5, line)
        parts.append(field(5, made))
    parts += [field(14, text(default))] if default else []
    parts += [field(6, content.encode("utf-8", "surrogateescape")) for content in texts]
    return b"".join(parts)


SHOP = profile(
    [((1,), (2, 20)), ((2, 1), (3, 30)), ((3, 2, 1), (1, 10)), ((2, 3, 2, 1), (4, 40))],
    locations=((1,), (2,), (3,)),
)


def shop(**options: Any) -> nx.DiGraph:
    return read(io.BytesIO(SHOP), **options)


def test_the_sample_is_written_as_here(test_data: Path) -> None:
    assert (test_data / "profiles" / "shop.pb").read_bytes() == SHOP


def test_stacks_become_functions_calls_and_facts() -> None:
    graph = shop()
    facts = {key: graph.graph[key] for key in ("unit", "kind", "total", "samples", "event", "events", "format")}
    assert facts == {
        "unit": "ns", "kind": "sampled", "total": 100, "samples": 10, "event": "cpu", "events": ["samples", "cpu"],
        "format": "pprof profile",
    }  # fmt: skip
    assert [graph.graph[f"{what}_meaning"] for what in ("edge", "weight", "node")] == ["calls", "cost", "functions"]
    assert dict(graph.nodes(data=True)) == {
        "main": {"name": "main", "file": "shop.go", "line": 1, "self": 20, "inclusive": 100},
        "sell": {"name": "sell", "file": "shop.go", "line": 9, "self": 70, "inclusive": 80},
        "pay": {"name": "pay", "file": "pay.go", "line": 3, "self": 10, "inclusive": 50},
    }
    calls = {("main", "sell"): 80, ("sell", "pay"): 50, ("pay", "sell"): 40}
    assert {(tail, head): cost for tail, head, cost in graph.edges(data="cost")} == calls


def test_samples_are_chosen_by_their_type() -> None:
    graph = shop(event="samples")
    assert (graph.graph["unit"], graph.graph["total"], graph.nodes["sell"]["inclusive"]) == ("samples", 10, 8)
    assert shop(event="cpu/nanoseconds").graph["total"] == 100
    with pytest.raises(
        UsageError, match=r"^the open file has not measured 'cpus'; did you mean 'cpu'\?; it has samples"
    ):
        shop(event="cpus")


def test_stacks_are_kept_or_dropped() -> None:
    assert shop().graph["stacks"].total == 100
    assert "stacks" not in shop(stacks="drop").graph
    with pytest.raises(UsageError, match=r'^stacks="no": it is keep or drop$'):
        shop(stacks="no")


HEAP = (("alloc_objects", "count"), ("alloc_space", "bytes"), ("inuse_objects", "count"), ("inuse_space", "bytes"))


@pytest.mark.parametrize(
    ("event", "unit", "kind"),
    [
        (("cpu", "nanoseconds"), "ns", "sampled"),
        (("wall", "microseconds"), "us", "sampled"),
        (("delay", "seconds"), "s", "sampled"),
        (("samples", "count"), "samples", "sampled"),
        (("goroutine", "count"), "goroutine", "counted"),
        (("contentions", "count"), "contentions", "counted"),
        (("alloc_objects", "count"), "objects", "allocated"),
        (("inuse_space", "bytes"), "bytes", "allocated"),
        (("space", "bytes"), "bytes", "allocated"),
        (("instructions", "Ir"), "Ir", "counted"),
    ],
)
def test_each_type_has_a_unit_and_a_kind(event: tuple[str, str], unit: str, kind: str) -> None:
    graph = read_pprof(profile([((1,), (5,))], types=[event]), name="x.pb")
    assert (graph.graph["unit"], graph.graph["kind"], graph.graph["total"]) == (unit, kind, 5)


def test_memory_is_that_of_the_files_default_and_what_has_none_of_it_is_left_out() -> None:
    data = profile([((1,), (1, 10, 0, 0)), ((2,), (1, 5, 1, 5))], types=HEAP, default="alloc_space")
    assert read_pprof(data, name="x.pb").graph["total"] == 15
    graph = read_pprof(data, name="x.pb", event="inuse_space")
    assert list(graph) == ["sell"]
    assert graph.graph["left_out"] == {"nodes": ["main"], "by": {"event": "inuse_space"}}
    assert "left_out" not in read_pprof(data, name="x.pb").graph
    unknown = profile([((1,), (1, 10, 0, 7))], types=HEAP, default="nothing")
    assert read_pprof(unknown, name="x.pb").graph["event"] == "inuse_space"  # the last


def test_lines_of_a_location_are_frames_the_first_is_innermost() -> None:
    graph = read_pprof(profile([((1, 2), (1, 10))], locations=((3, 2), (1,))), name="x.pb")
    assert list(graph.edges(data="cost")) == [("main", "sell", 10), ("sell", "pay", 10)]
    assert graph.nodes["pay"]["self"] == 10


def test_what_has_no_symbols_is_its_program() -> None:
    graph = read_pprof(profile([((1, 2), (1, 10))], locations=((), (1,))), name="x.pb")
    assert list(graph.edges()) == [("main", "[shop]")]
    assert graph.nodes["[shop]"]["file"] == "/usr/bin/shop"
    assert list(read_pprof(profile([((1,), (1, 1))], locations=((0,),), programs=()), name="x.pb")) == ["<unknown>"]
    assert list(read_pprof(profile([((1,), (1, 1))], functions=[("", "", 0)] * 3), name="x.pb")) == ["<unknown>"]


def test_functions_of_one_name_are_told_apart_by_their_file_and_the_same_is_one() -> None:
    functions = [("run", "a.go", 0), ("run", "b.go", 0), ("run", "a.go", 0)]
    graph = read_pprof(profile([((1, 2, 3), (1, 10))], functions=functions), name="x.pb")
    assert list(graph) == ["run (a.go)", "run (b.go)"]
    assert graph.nodes["run (a.go)"]["inclusive"] == 10


def test_numbers_of_locations_are_any() -> None:
    def numbered(location: int) -> bytes:
        return field(4, field(1, location) + field(4, field(1, 1)))

    data = profile([((2**63, 7), (1, 10))], locations=()) + numbered(2**63) + numbered(7)
    assert read_pprof(data, name="x.pb").nodes["main"]["inclusive"] == 10


def test_names_that_are_no_utf_8_stay_apart() -> None:
    functions = [("f\udcff", "", 0), ("f\udcfe", "", 0), ("f", "", 0)]
    assert list(read_pprof(profile([((1, 2, 3), (1, 1))], functions=functions), name="x")) == [r"f\xff", r"f\xfe", "f"]


def test_a_sample_without_a_stack_is_said() -> None:
    graph = read_pprof(profile([((), (1, 10)), ((1,), (3, 30))]), name="x.pb")
    assert graph.graph["total"] == 30
    assert graph.graph["warnings"] == ["x.pb: samples without a stack are left out: 10 ns of 40 ns"]


def test_frames_that_pprof_would_drop_are_kept_and_that_is_said() -> None:
    data = SHOP + field(7, 1)
    assert read_pprof(data, name="x.pb").graph["warnings"] == [
        "x.pb: pprof leaves out frames of allocators that the file names by a pattern (drop_frames); here all are kept"
    ]


def counted(
    samples: Iterable[tuple[int, Sequence[str]]],
) -> tuple[Counter[str], Counter[str], Counter[tuple[str, str]]]:
    """Return what functions cost by themselves and inclusively, and calls, of stacks that are leaf first, in sets."""
    own, inclusive, calls = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    for cost, stack in samples:
        if cost and stack:
            own[stack[0]] += cost
            inclusive.update(dict.fromkeys(stack, cost))
            calls.update(dict.fromkeys(zip(stack[1:], stack[:-1], strict=True), cost))
    return own, inclusive, calls


def check_sums(graph: nx.DiGraph, samples: Iterable[tuple[int, Sequence[str]]]) -> None:
    own, inclusive, calls = counted(samples)
    assert dict(graph.nodes(data="inclusive")) == inclusive
    assert {node: cost for node, cost in graph.nodes(data="self") if cost} == own
    assert {(tail, head): cost for tail, head, cost in graph.edges(data="cost")} == calls


def test_random_profiles_are_summed_as_in_sets() -> None:
    for seed in range(150):
        chance = random.Random(seed)
        functions = [(name, "", 0) for name in "abcdef"]
        locations = [[chance.randint(1, 6) for _ in range(chance.randint(1, 3))] for _ in range(8)]
        samples = [
            ([chance.randint(1, 8) for _ in range(chance.randint(0, 9))], (1, chance.choice([0, 1, 7, 10**9])))
            for _ in range(chance.randint(1, 20))
        ]
        data = profile(samples, locations=locations, functions=functions)
        expected = [
            (values[1], [functions[line - 1][0] for place in stack for line in locations[place - 1]])
            for stack, values in samples
        ]
        if any(cost and stack for cost, stack in expected):
            check_sums(read_pprof(data, name="x.pb"), expected)


def test_a_stack_of_10_000_frames() -> None:
    data = profile([((*[2, 3] * 5_000, 1), (1, 10))])
    graph = read_pprof(data, name="x.pb")
    assert {data["cost"] for *_, data in graph.edges(data=True)} == {10}
    assert dict(graph.nodes(data="inclusive")) == {"main": 10, "pay": 10, "sell": 10}


# --- what is refused --------------------------------------------------------------------------------------------------

AGAIN = "record or fetch it again"
PAY = field(6, b"pay.go")
REFUSED: dict[str, tuple[bytes, str]] = {
    "cut off": (SHOP[:-3], f"is broken or cut off at byte {SHOP.index(PAY)} of {len(SHOP) - 3}; {AGAIN}"),
    "broken within": (
        field(9, 1) + field(2, b"\x0a\x7f") + SHOP,
        f"is broken or cut off at byte {len(field(9, 1))} of {len(SHOP) + 6}; {AGAIN}",
    ),
    "no types": (SHOP[SHOP.index(field(2, b"")[:1]) :], "is no profile of pprof's: it does not say what was measured"),
    "no profile": (b"\x0f\x01", "is no profile of pprof's"),
    "location": (profile([((9, 1), (1, 1))]), rf": sample 1 is at location 9, which is not in the file: .*{AGAIN}"),
    "later location": (
        profile([((1,), (1, 1)), ((), (1, 1)), ((2, 1), (1, 1)), ((1, 0), (1, 1))]), ": sample 4 is at location 0, "
    ),
    "no locations": (profile([((1,), (1, 1))], locations=()), ": sample 1 is at location 1, which is not in the file"),
    "function": (profile([((1,), (1, 1))], locations=((9,),)), ": location 1 is in function 9, which is not in"),
    "text": (SHOP[: SHOP.index(b"\x32\x07shop.go")], ": text 7 is asked for, and its table has 7: it is broken"),
    "negative text": (field(1, field(1, -1)) + SHOP, ": text -1 is asked for"),
    "twice": (SHOP + field(4, field(1, 2)), ": a location without a number of its own"),
    "numberless": (SHOP + field(5, field(2, 1)), ": a function without a number of its own"),
    "values": (SHOP + field(2, field(1, (1,)) + field(2, (1,))), ": samples without a value for each of the 2 that"),
    "no stacks": (profile([((), (1, 10))]), "has no stack with any cpu \\(nanoseconds\\)$"),
    "no samples": (profile([]), "has no stack with any cpu \\(nanoseconds\\)$"),
    "difference": (
        profile([((1,), (2, 20)), ((2, 1), (-1, -10))]),
        r": sample 2 has -1 of samples \(count\): it is the difference of two profiles, as pprof -base makes it",
    ),
    "too much": (profile([((1,), (1, 2**62))]), r": all samples together have 4.6e\+18 of cpu \("),
}  # fmt: skip


@pytest.mark.parametrize(("data", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_said_in_one_line(data: bytes, said: str) -> None:
    with pytest.raises(FormatError, match=f"^x.pb ?{said}") as caught:
        read_pprof(data, name="x.pb")
    assert len(str(caught.value).splitlines()) == 1


def test_nothing_of_what_was_asked_for_names_what_there_is() -> None:
    data = profile([((1,), (1, 10, 0, 0))], types=HEAP)
    with pytest.raises(
        FormatError,
        match=r'^x.pb has no stack with any inuse_space \(bytes\); event="alloc_space" reads what there is$',
    ):
        read_pprof(data, name="x.pb")


def test_a_gzip_bomb_is_a_limit_and_messages_without_end_are_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.pb.gz"
    bomb.write_bytes(gzip.compress(SHOP + field(2, b"\0" * 2**21)))
    with pytest.raises(LimitError, match=r"bomb.pb.gz holds more than 1,048,576 bytes; max_bytes="):
        read(bomb, max_bytes=2**20)
    with pytest.raises(FormatError, match="samples without a value"):
        read_pprof(SHOP + b"\x12\x00" * 100_000, name="x.pb")


# --- which files they are ---------------------------------------------------------------------------------------------


def claims(data: bytes) -> list[str]:
    return [key for key, row in READERS.items() if row.claims(outline(data))]


def test_its_bytes_are_claimed_alone() -> None:
    before = field(9, 1_795_000_000_000_000_000) + field(10, 5) + field(11, field(1, 3) + field(2, 4)) + field(12, 300)
    for data in (SHOP, before + SHOP, SHOP + b"\xff" * 70_000, field(6, b"") + field(6, "é".encode()) + SHOP):
        assert claims(data) == ["pprof-proto"]
    for other in (b"\nA line of text, \n\x08\x01 and another", b"\x0a\x00\x12\x00", b"\x08\x01", SHOP[1:]):
        assert "pprof-proto" not in claims(other)


@pytest.mark.parametrize("name", ["cpu.pb.gz", "cpu.pprof", "cpu.prof", "cpu.out", "cpu", "cpu.pb"])
def test_any_name_will_do_packed_or_not(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(SHOP if name.endswith("b") else gzip.compress(SHOP))
    assert nx.utils.graphs_equal(no_stacks(read(path)), no_stacks(shop()))


def no_stacks(graph: nx.DiGraph) -> nx.DiGraph:
    del graph.graph["stacks"]
    return graph


# --- what pprof says of real files ------------------------------------------------------------------------------------

REAL = ["go/json_cpu", "go/regexp_mem", "pprof/cppbench.cpu", "pprof/java.cpu"]
INLINED = re.compile(r" \((?:partial-)?inline\)$")
SIZES = {"": 1, "ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9, "B": 1, "kB": 2**10, "MB": 2**20}


def amount_of(text: str) -> tuple[float, float]:
    """Return an amount as pprof prints it, and by how much it may be rounded."""
    number, unit = re.fullmatch(r"([\d.]+)([a-zA-Z]*)", text).groups()  # type: ignore[union-attr]
    is_whole = "." not in number and unit in ("", "ns", "B")
    return float(number) * SIZES[unit], 0 if is_whole else 0.005001 * SIZES[unit]


@pytest.mark.parametrize("file", REAL)
def test_flat_and_cum_of_every_function_equal_pprofs_top(file: str, shared_data: Path) -> None:
    path = shared_data / "profiles" / file
    graph = read(f"{path}.pb.gz")
    rows = Path(f"{path}.top-cum.txt").read_text().partition("cum%\n")[2].splitlines()
    top = {}
    for row in rows:
        flat, _, _, cum, _, name = row.split(None, 5)
        top[INLINED.sub("", name)] = (int(amount_of(flat)[0]), int(amount_of(cum)[0]))
    assert len(top) == len(rows)
    assert {name: (data["self"], data["inclusive"]) for name, data in graph.nodes(data=True)} == top


@pytest.mark.parametrize("file", REAL)
def test_every_call_equals_pprofs_peek(file: str, shared_data: Path) -> None:
    path = shared_data / "profiles" / file
    graph = read(f"{path}.pb.gz")
    peeked: dict[tuple[str, str], set[str]] = {}
    for block in re.split(r"^-{20,}.*\n", Path(f"{path}.peek.txt").read_text(), flags=re.M)[2:]:
        rows = [line.split("|") for line in block.splitlines()]
        middle = next((n for n, (_, name) in enumerate(rows) if not name.startswith("   ")), None)
        for number, (amounts, _) in enumerate(rows):
            if number != middle:
                pair = [INLINED.sub("", rows[place][1].strip()) for place in sorted((number, middle or 0))]
                peeked.setdefault((pair[0], pair[1]), set()).add(amounts.split()[0])
    drawn = {(tail, head): cost for tail, head, cost in graph.edges(data="cost") if tail != head}
    assert drawn.keys() == peeked.keys()
    for pair, texts in peeked.items():
        [text] = texts  # the caller's block and the callee's say the same
        amount, rounding = amount_of(text)
        assert drawn[pair] == pytest.approx(amount, abs=rounding), pair


@pytest.mark.parametrize("file", REAL)
def test_every_value_equals_sums_over_the_samples_that_pprof_prints(file: str, shared_data: Path) -> None:
    """By `pprof -raw`, in sets: all types, exactly, and calls of a function to itself."""
    path = shared_data / "profiles" / file
    types, samples = raw_samples(Path(f"{path}.raw.txt").read_text())
    for number, event in enumerate(types):
        if not any(values[number] for values, _ in samples):
            continue
        graph = read(f"{path}.pb.gz", event=event)
        check_sums(graph, [(values[number], stack) for values, stack in samples])


def raw_samples(text: str) -> tuple[list[str], list[tuple[list[int], list[str]]]]:
    """Return the types, and of each sample its values and its functions, leaf first."""
    samples, _, rest = text.partition("Samples:\n")[2].partition("Locations\n")
    locations, _, mappings = rest.partition("Mappings\n")
    programs = {number: f"[{Path(path).name}]" for number, path in re.findall(r"^(\d+): \S+ (\S+)", mappings, re.M)}
    frames: dict[str, list[str]] = {}
    last = ""
    for number, program, line in re.findall(r"^ +(?:(\d+): 0x\w+ (?:M=(\d+) )?)?(.*)$", locations, re.M):
        last = number or last
        name = re.sub(r" \S*:\d+(?::\d+)? s=\d+.*$", "", line) or programs[program]
        frames.setdefault(last, []).append(name)
    heads, *rows = samples.splitlines()
    types = [head.partition("/")[0] for head in heads.split()]
    pairs = (row.split(":") for row in rows if re.match(r"^ *\d+( +\d+)*: ", row))
    found = [
        ([int(v) for v in values.split()], [f for n in stack.split() for f in frames[n]]) for values, stack in pairs
    ]
    return types, found


# --- damage -----------------------------------------------------------------------------------------------------------


def survive(data: bytes, copies: int, seed: int) -> Counter[str]:
    """Read damaged copies: each is a graph of its own sums, or an error of ours in one line."""
    chance, ended = random.Random(seed), Counter[str]()
    for _ in range(copies):
        copy = bytearray(data)
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(copy))
            match chance.randrange(5):
                case 0:
                    copy[place] = chance.randrange(256)
                case 1:
                    del copy[place : place + chance.choice([1, 2, 20])]
                case 2:
                    copy[place:place] = copy[place : place + chance.choice([1, 8, 40])] * chance.choice([1, 3])
                case 3:
                    copy[place] ^= 1 << chance.randrange(8)
                case _:
                    copy[place:place] = varint(chance.choice([0, 1, 127, 128, 2**31, 2**63, 2**64 - 1]))
            copy = copy or bytearray(b"\n")
        try:
            graph = read_pprof(bytes(copy), name="x.pb", event=chance.choice([None, None, "samples"]))
        except GraphdiffError as error:
            assert len(str(error).splitlines()) == 1, bytes(copy)  # noqa: PT017
            ended[type(error).__name__] += 1
        else:
            own = [cost for _, cost in graph.nodes(data="self")]
            assert min(own) >= 0, bytes(copy)
            assert sum(own) == graph.graph["total"], bytes(copy)
            ended["graph"] += 1
    return ended


def test_damaged_copies_are_a_graph_or_one_line() -> None:
    assert survive(SHOP, 1500, seed=1).keys() == {"FormatError", "UsageError", "graph"}


@pytest.mark.slow
def test_100_000_damaged_copies_are_a_graph_or_one_line(shared_data: Path) -> None:
    real = [gzip.decompress((shared_data / "profiles" / f"{file}.pb.gz").read_bytes()) for file in REAL[1:]]
    ended = sum((survive(data, 25_000, seed=2) for data in [SHOP, *real]), Counter[str]())
    print(dict(ended))
    assert ended.total() == 100_000


# --- saved ------------------------------------------------------------------------------------------------------------


def saved(graph: nx.DiGraph, path: Path) -> nx.DiGraph:
    compile(graph, weight=spent, cycles="collapse").with_attributes(graph).save(path, overwrite=True)
    return read(path)


def test_a_saved_profile_keeps_its_stacks(tmp_path: Path) -> None:
    graph = shop()
    again = saved(saved(graph, tmp_path / "x.gdiff"), tmp_path / "y.gdiff")
    for name in ("parents", "frames", "own", "samples"):
        assert getattr(again.graph["stacks"], name).tolist() == getattr(graph.graph["stacks"], name).tolist()
    assert list(again) == list(graph)
    assert no_stacks(again).graph.items() >= no_stacks(graph).graph.items()


def test_what_is_called_stacks_elsewhere_is_kept_as_it_is(tmp_path: Path) -> None:
    graph = nx.DiGraph([("a", "b")], stacks={"parents": 3})
    compile(graph, weight=None).with_attributes(graph).save(tmp_path / "x.gdiff")
    assert read(tmp_path / "x.gdiff").graph["stacks"] == {"parents": 3}


@pytest.mark.parametrize(
    "changed",
    [
        {"parents": "<i4:AAAA"}, {"parents": "<i4:????"}, {"own": "<f8:"}, {"own": 3}, {"parents": "O:AAAA"},
        {"frames": "<i4:" + base64.b64encode(np.array([0, 1, 2, 3], dtype="<i4")).decode()},
        {"parents": "<i4:" + base64.b64encode(np.array([-1, 0, 1, 9], dtype="<i4")).decode()},
        {"parents": "<i4:" + base64.b64encode(np.array([-1, 2, 1, 2], dtype="<i4")).decode()},
        {"own": "<i8:" + base64.b64encode(np.array([1, 2, -3, 4], dtype="<i8")).decode()},
        {"own": "<f8:" + base64.b64encode(np.array([1, 2, np.nan, 4], dtype="<f8")).decode()},
        {"samples": "<i8:" + base64.b64encode(np.array([1, 2, -3, 4], dtype="<i8")).decode()},
    ],
)  # fmt: skip
def test_stacks_that_are_damaged_are_refused(changed: dict[str, Any], tmp_path: Path) -> None:
    graph = shop()
    graph.graph["stacks"] = graph.graph["stacks"].texts() | changed
    with pytest.raises(FormatError, match=r"x.gdiff: the stacks of its profile are damaged; make it again"):
        saved(graph, tmp_path / "x.gdiff")


def test_numpy_ints_do_not_leave_the_reader() -> None:
    graph = shop()
    values = [value for _, data in graph.nodes(data=True) for value in data.values()]
    values += [data["cost"] for *_, data in graph.edges(data=True)]
    assert not any(isinstance(value, np.generic) for value in values)
