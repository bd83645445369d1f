"""Stacks dropped, functions hidden and grouped: against lists of stacks in Python, and what pprof prints."""

from __future__ import annotations

import random
import re
from collections import Counter
from fractions import Fraction
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import GraphTypeError, UnknownNodeError, UsageError
from graphdiff.profiles.call_graph import Function, from_calls, from_stacks
from graphdiff.profiles.filtering import asked, filter_calls
from graphdiff.profiles.stacks import Stacks

Listed = list[tuple[tuple[str, ...], int]]

NAMES = ("main", "load", "parse", "burn", "emit")


def profile(listed: Listed, files: dict[str, str] | None = None) -> nx.DiGraph:
    names = list(dict.fromkeys(name for stack, _ in listed for name in stack))
    functions = [Function(name, (files or {}).get(name, "")) for name in names]
    frames = [names.index(name) for stack, _ in listed for name in stack]
    stacks = Stacks.of(frames, [len(stack) for stack, _ in listed], [cost for _, cost in listed])
    return from_stacks(functions, stacks, unit="samples", kind="sampled", format="folded")


def random_stacks(seed: int) -> Listed:
    rng = random.Random(seed)
    return [
        (tuple(rng.choice(NAMES) for _ in range(rng.randint(1, 7))), rng.randint(1, 9))
        for _ in range(rng.randint(8, 30))
    ]


def counted(listed: Listed) -> tuple[dict[str, Any], dict[tuple[str, str], int]]:
    """Self and inclusive by function, and cost by call, each stack counted once."""
    own, inclusive, calls = Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    for stack, cost in listed:
        own[stack[-1]] += cost
        inclusive.update(dict.fromkeys(stack, cost))
        calls.update(dict.fromkeys(pairwise(stack), cost))
    return {name: (own[name], inclusive[name]) for name in inclusive}, dict(calls)


def found(graph: nx.DiGraph) -> tuple[dict[str, Any], dict[tuple[str, str], int]]:
    nodes = {node: (data["self"], data["inclusive"]) for node, data in graph.nodes(data=True)}
    return nodes, {(tail, head): cost for tail, head, cost in graph.edges(data="cost")}


SETS = [random_stacks(seed) for seed in range(60)]


@pytest.mark.parametrize("listed", SETS[:3], ids=["first", "second", "third"])
def test_the_graph_is_never_changed(listed: Listed) -> None:
    graph = profile(listed)
    before = found(graph), graph.graph["stacks"].own.tolist()
    filter_calls(graph, focus="main", hide="burn")
    assert (found(graph), graph.graph["stacks"].own.tolist()) == before


def test_focus_keeps_the_stacks_that_have_such_a_function() -> None:
    for listed in SETS:
        kept = [(stack, cost) for stack, cost in listed if {"load", "parse"} & {*stack}]
        assert found(filter_calls(profile(listed), focus="^(load|parse)$")) == counted(kept)


def test_ignore_drops_them() -> None:
    for listed in SETS:
        kept = [(stack, cost) for stack, cost in listed if "burn" not in stack]
        if not kept:
            continue
        assert found(filter_calls(profile(listed), ignore="burn")) == counted(kept)


def test_hide_gives_a_frame_to_its_caller() -> None:
    for listed in SETS:
        hidden = [(tuple(name for name in stack if name not in ("main", "parse")), cost) for stack, cost in listed]
        kept = [(stack, cost) for stack, cost in hidden if stack]
        filtered = filter_calls(profile(listed), hide="main|parse")
        assert found(filtered) == counted(kept)
        assert filtered.graph["total"] == sum(cost for _, cost in kept)


def test_group_merges_calls_within_a_group_and_counts_once() -> None:
    files = {"main": "a.c", "load": "a.c", "parse": "b.c", "burn": "b.c", "emit": "c.c"}
    for listed in SETS:
        merged = [(tuple(file for file, _ in groupby(files[name] for name in stack)), cost) for stack, cost in listed]
        filtered = filter_calls(profile(listed, files), group="file")
        assert found(filtered) == counted(merged)
        assert filtered.graph["node_meaning"] == "files"


def test_all_of_them_in_one_order_drop_then_hide_then_group() -> None:
    files = {"main": "a.c", "load": "a.c", "parse": "b.c", "burn": "b.c", "emit": "c.c"}
    for listed in SETS:
        kept = [(stack, cost) for stack, cost in listed if "load" in stack and "emit" not in stack]
        hidden = [(tuple(name for name in stack if name != "load"), cost) for stack, cost in kept]
        merged = [
            (tuple(f for f, _ in groupby(files[name] for name in stack)), cost) for stack, cost in hidden if stack
        ]
        if not merged:
            continue
        graph = profile(listed, files)
        assert found(filter_calls(graph, focus="load", ignore="emit", hide="load", group="file")) == counted(merged)


# -- as pprof has it: google/pprof, internal/driver/testdata, pprof.cpu.* (Apache-2.0), in ms

PPROF: Listed = [
    (("line3000", "line3001", "line3002", "line2000", "line2001", "line1000"), 1000),
    (("line3000", "line3001", "line1000"), 100),
    (("line3000", "line3002", "line2000", "line2001"), 10),
    (("line3000", "line3001", "line3002"), 10),
]
PPROF_FILES = {f"line{n}": f"testdata/file{n - n % 1000}.src" for n in (1000, 2000, 2001, 3000, 3001, 3002)}


@pytest.mark.parametrize(
    ("options", "total", "expected"),
    [
        pytest.param(
            {"hide": "line[X3]0"},
            1110,
            {"line1000": (1100, 1100), "line2000": (0, 1010), "line2001": (10, 1010)},
            id="pprof.cpu.cum.lines.text.hide",
        ),
        pytest.param(
            {"focus": "[12]00", "hide": "line[X3]0"},
            1110,
            {"line1000": (1100, 1100), "line2000": (0, 1010), "line2001": (10, 1010)},
            id="pprof.cpu.cum.lines.text.focus.hide",
        ),
    ],
)
def test_what_pprof_prints(options: dict[str, str], total: int, expected: dict[str, tuple[int, int]]) -> None:
    filtered = filter_calls(profile(PPROF, PPROF_FILES), **options)
    assert found(filtered)[0] == expected
    assert filtered.graph["total"] == total


def test_how_much_is_left_is_said() -> None:
    graph = filter_calls(profile(PPROF, PPROF_FILES), focus="line2000", hide="line3")
    assert graph.graph["filters"] == [
        'focus "line2000": 1,010 samples of 1,120 samples left (90.2 %)',
        'hide "line3": 3 functions; 1,010 samples of 1,010 samples left (100 %)',
    ]


def test_a_file_is_searched_too() -> None:
    assert set(filter_calls(profile(PPROF, PPROF_FILES), hide="file[12]000")) == {"line3000", "line3001", "line3002"}


# -- imports

IMPORTS: Listed = [
    (("<module>", "main", "work"), 50),
    (("<module>", "main", "_find_and_load", "exec_module", "<module>#2", "compile_rule"), 20),
    (("<module>", "main", "_find_and_load", "exec_module", "<module>#2"), 5),
    (("<module>", "main", "_find_and_load"), 3),
    (("<module>",), 2),
]
FILES = {
    "<module>": "run.py",
    "main": "run.py",
    "work": "run.py",
    "_find_and_load": "<frozen importlib._bootstrap>",
    "exec_module": "<frozen importlib._bootstrap_external>",
    "<module>#2": "rules.py",
    "compile_rule": "rules.py",
}


def test_imports_are_hidden_and_the_script_stays() -> None:
    nodes, calls = found(filter_calls(profile(IMPORTS, FILES), hide="imports"))
    assert nodes == {"<module>": (2, 80), "main": (8, 78), "work": (50, 50), "compile_rule": (20, 20)}
    assert calls == {("<module>", "main"): 78, ("main", "work"): 50, ("main", "compile_rule"): 20}


@pytest.mark.parametrize(
    ("before", "importing", "left"),
    [
        pytest.param((), ("_find_and_load", "exec_module"), 100, id="the script alone"),
        pytest.param(("_run_code", "<built-in method builtins.exec>"), ("_find_and_load",), 97, id="python -m"),
        pytest.param(("thread",), ("<built-in method builtins.__import__>",), 100, id="below a function"),
    ],
)
def test_what_a_script_imports_before_all_else_is_its_own(
    before: tuple[str, ...], importing: tuple[str, ...], left: int
) -> None:
    """The stacks of imports hold hidden functions alone, as those of py-spy do."""
    listed: Listed = [
        ((*before, "<module>", *importing, "<module>#2"), 10),
        ((*before, "<module>", "main"), 80),
        ((*before, "<module>", "main", *importing), 7),
        *([(before, 3)] if before else [(("<module>",), 3)]),
    ]
    files = FILES | {"_run_code": "<frozen runpy>", "<module>#2": "json/__init__.py"}
    graph = filter_calls(profile(listed, files), hide="imports")
    rest = {"thread": (3, 100)} if before == ("thread",) else {}
    assert found(graph)[0] == rest | {"<module>": (10 if before else 13, 97 if before else 100), "main": (87, 87)}
    n_hidden = len({*importing, *before, "<module>#2"} - {"thread"})
    assert graph.graph["filters"] == [
        f'hide "imports": {n_hidden} functions; {left} samples of 100 samples left ({left} %)'
    ]


def test_what_runs_before_a_script_is_dropped_and_an_import_elsewhere_its_callers() -> None:
    listed: Listed = [
        (("_find_and_load", "<module>", "site"), 4),
        (("_find_and_load", "<module>"), 1),
        (("worker", "_find_and_load", "<module>"), 5),
    ]
    graph = filter_calls(profile(listed, FILES), hide="imports")
    assert found(graph) == ({"site": (4, 4), "worker": (5, 5)}, {})
    assert graph.graph["filters"] == ['hide "imports": 2 functions; 9 samples of 10 samples left (90 %)']


def test_metadata_of_packages_is_no_import() -> None:
    listed: Listed = [(("main", "version"), 1)]
    graph = profile(listed, {"version": "/usr/lib/python3.11/importlib/metadata/__init__.py"})
    left = filter_calls(graph, hide="imports")
    assert set(left) == {"main", "version"}
    assert left.graph["filters"] == ['hide "imports": 0 functions; 1 sample of 1 sample left (100 %)']


# -- without stacks


def calls_of(listed: Listed) -> nx.DiGraph:
    nodes, calls = counted(listed)
    return from_calls(
        {Function(name): {"self": own, "inclusive": whole} for name, (own, whole) in nodes.items()},
        {(Function(tail), Function(head)): {"cost": cost} for (tail, head), cost in calls.items()},
        unit="s",
        total=sum(cost for _, cost in listed),
        kind="counted",
        format="cProfile",
    )


def test_on_calls_hiding_conserves_every_inclusive_cost() -> None:
    """With rationals: self and what leaves are the inclusive of each function left, and what enters is it too."""
    rng = random.Random(3)
    for _ in range(60):
        order = ["main", "b", "c", "d", "e", "f"]
        listed = [(("main", *sorted(rng.sample(order[1:], rng.randint(0, 5)))), rng.randint(1, 9)) for _ in range(12)]
        graph = calls_of(listed)
        for data in (*graph.nodes.values(), *graph.edges.values()):
            data |= {name: Fraction(data[name]) for name in ("self", "cost") if name in data}
        left = filter_calls(graph, hide="^[bd]$")
        assert left.graph["total"] == graph.graph["total"] == sum(own for _, own in left.nodes(data="self"))
        for node, data in left.nodes(data=True):
            leaving = sum(cost for _, _, cost in left.out_edges(node, data="cost"))
            entering = sum(cost for _, _, cost in left.in_edges(node, data="cost"))
            assert data["self"] + leaving == data["inclusive"]
            assert node == "main" or entering == data["inclusive"]


def test_on_calls_a_function_with_one_caller_is_hidden_exactly() -> None:
    graph = calls_of([(("main", "wrap", "burn"), 6), (("main", "wrap"), 1), (("main", "burn"), 2)])
    for edge, calls in {("main", "wrap"): 1, ("wrap", "burn"): 5, ("main", "burn"): 2}.items():
        graph.edges[edge]["calls"] = calls
    left = filter_calls(graph, hide="wrap")
    assert dict(left.edges) == {("main", "burn"): {"cost": 8, "calls": 7}}
    assert left.nodes["main"] == {"name": "main", "self": 1, "inclusive": 9}


def test_on_calls_several_callers_make_an_estimate() -> None:
    graph = calls_of([(("a", "wrap", "x"), 6), (("b", "wrap", "y"), 2)])
    left = filter_calls(graph, hide="wrap")
    assert {(tail, head): cost for tail, head, cost in left.edges(data="cost")} == {
        ("a", "x"): 4.5,
        ("a", "y"): 1.5,
        ("b", "x"): 1.5,
        ("b", "y"): 0.5,
    }
    assert all(data["estimated"] and "calls" not in data for data in left.edges.values())
    assert "as if all calls were average" in left.graph["filters"][0]


def test_on_calls_functions_that_call_each_other_are_hidden_as_one() -> None:
    graph = calls_of([(("main", "p", "q", "p", "leaf"), 4), (("main", "q"), 2), (("main",), 1)])
    left = filter_calls(graph, hide="^[pq]$")
    assert left.nodes["main"]["self"] == pytest.approx(3)
    assert left.edges["main", "leaf"]["cost"] == pytest.approx(4)


def test_on_calls_imports_leave_the_script() -> None:
    functions = {
        Function("<built-in method builtins.exec>", "~"): {"self": 1, "inclusive": 80},
        Function("<module>", "run.py", 1): {"self": 9, "inclusive": 79},
        Function("work", "run.py", 5): {"self": 40, "inclusive": 40},
        Function("_find_and_load", "<frozen importlib._bootstrap>", 9): {"self": 5, "inclusive": 30},
        Function("<module>", "lib.py", 1): {"self": 10, "inclusive": 24},
        Function("rule", "lib.py", 3): {"self": 14, "inclusive": 14},
    }
    exec_, script, work, load, module, rule = functions
    calls: dict[tuple[Function, Function], dict[str, Any]] = {
        (exec_, script): {"cost": 79},
        (script, work): {"cost": 40},
        (script, load): {"cost": 30},
        (load, exec_): {"cost": 25},
        (exec_, module): {"cost": 24},
        (module, rule): {"cost": 14},
    }
    graph = from_calls(functions, calls, unit="s", total=80, kind="counted", format="cProfile")
    left = filter_calls(graph, hide="imports")
    assert list(left) == ["<module> (run.py)", "work", "rule"]
    assert left.edges["<module> (run.py)", "work"] == {"cost": 40}
    assert left.edges["<module> (run.py)", "rule"]["cost"] == pytest.approx(14)
    assert left.nodes["<module> (run.py)"]["self"] == pytest.approx(9 + 16)
    assert left.graph["total"] == pytest.approx(80, abs=1.1)


def test_on_calls_stacks_cannot_be_dropped() -> None:
    graph = calls_of(PPROF)
    for option in ("focus", "ignore"):
        with pytest.raises(UsageError, match=f'{option}="line2": this profile has calls and no stacks.*py-spy record'):
            filter_calls(graph, **{option: "line2"})


def test_on_calls_a_group_has_its_own_and_cross_costs_only() -> None:
    nodes = {"a1": 1, "a2": 2, "b": 4}
    files = {"a1": "a.c", "a2": "a.c", "b": "b.c"}
    calls = {("a1", "a2"): 6, ("a2", "b"): 3, ("a1", "b"): 1}
    graph = from_calls(
        {Function(name, files[name]): {"self": own} for name, own in nodes.items()},
        {(Function(u, files[u]), Function(v, files[v])): {"cost": cost, "calls": 2} for (u, v), cost in calls.items()},
        unit="s",
        total=7,
        kind="counted",
        format="cProfile",
    )
    groups = filter_calls(graph, group="file")
    assert dict(groups.nodes(data="self")) == {"a.c": 3, "b.c": 4}
    assert {name: groups.edges["a.c", "b.c"][name] for name in ("cost", "calls")} == {"cost": 4, "calls": 4}
    assert not any("inclusive" in data for data in groups.nodes.values())
    with pytest.raises(GraphTypeError, match="shows groups"):
        gd.compile(groups, weight="cost")


# -- refused


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"focus": "nothing"}, 'focus="nothing": none of 6 functions has that in its name or its file'),
        ({"focus": "("}, r'focus="\(": no regular expression: missing \)'),
        ({"ignore": "line3000"}, 'ignore="line3000": no stack is left'),
        ({"hide": "."}, 'hide=".": all functions match'),
        ({"group": "colour"}, 'group="colour": a profile is grouped by module, file, class'),
        ({"group": "class"}, 'group="class": of no function of this profile the class is known .known: file.'),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value),
)
def test_refused(options: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        filter_calls(profile(PPROF, PPROF_FILES), **options)


def test_what_is_no_profile_is_refused() -> None:
    with pytest.raises(UsageError, match='hide="a" is for profiles: what a profiler wrote'):
        filter_calls(nx.DiGraph([("a", "b")]), hide="a")


def test_costs_that_are_not_there_are_not_shared_out() -> None:
    graph = from_calls(
        {Function("a"): {"self": 1}}, {(Function("a"), Function("b")): {"calls": 3}},
        unit="s", total=1, kind="counted", format="profile",
    )  # fmt: skip
    with pytest.raises(
        UsageError, match=re.escape("of 1 of 1 calls this profile does not say what they cost (a -> b)")
    ):
        filter_calls(graph, hide="b")


# -- what is drawn of a question


def test_from_one_function_to_another_only_what_lies_between_is_left() -> None:
    """The source's own frames below it, and what the target calls, are the target's."""
    for listed in SETS:
        graph = profile(listed)
        for source, target in (("main", "burn"), (None, "burn"), ("main", None)):
            kept: Listed = []
            for stack, cost in listed:
                if source is not None:
                    stack = stack[stack.index(source) :] if source in stack else ()
                if target is not None:
                    stack = stack[: stack.index(target) + 1] if target in stack else ()
                kept += [(stack, cost)] if stack else []
            if not kept:
                continue
            part = asked(graph, source, target)
            assert found(part) == counted(kept)
            assert part.graph["annotation"] == "profile"
            assert part.graph.get("whole") == (None if target is None else graph.nodes[target]["inclusive"])


def test_an_end_that_is_not_there_or_not_reached() -> None:
    graph = profile([(("main", "burn"), 1), (("main", "emit"), 1)])
    with pytest.raises(UnknownNodeError, match="no node 'brun'; did you mean 'burn'"):
        asked(graph, target="brun")
    with pytest.raises(UsageError, match="no stack of this profile leads from burn to emit"):
        asked(graph, "burn", "emit")
    with pytest.raises(UsageError, match="source=: a picture of a profile has one function at each end"):
        asked(graph, ["burn", "emit"])


# -- real stacks as pprof prints them


def traces(path: Path) -> Listed:
    """The stacks that `go tool pprof -traces` prints, root first, in ms."""
    stacks: Listed = []
    for block in path.read_text(encoding="utf-8").split("-----------+" + "-" * 55 + "\n")[1:]:
        rows = [row for row in block.splitlines() if row.strip()]
        if rows:
            cost, first = rows[0].split(maxsplit=1)
            names = [re.sub(r" \((partial-)?inline\)$", "", name.strip()) for name in (first, *rows[1:])]
            stacks.append(
                (
                    tuple(reversed(names)),
                    round(float(cost.removesuffix("ms").removesuffix("s")) * (1 if "ms" in cost else 1000)),
                )
            )
    return stacks


GONE = re.compile(r"runtime\.mallocgc|\)\.object;")


@pytest.mark.parametrize(
    ("options", "keeps", "hides"),
    [
        ({"focus": r"\)\.literalStore$"}, lambda s: any(n.endswith(").literalStore") for n in s), ""),
        ({"ignore": r"runtime\.mallocgc|\)\.object$"}, lambda s: not GONE.search(f"{';'.join(s)};"), ""),
        ({"hide": r"decodeState\)|^runtime\.(gc|scan)\w+$"}, lambda s: True, r"decodeState\)|^runtime\.(gc|scan)\w+$"),
        ({"focus": r"json\.Unmarshal$", "hide": "^runtime"}, lambda s: "encoding/json.Unmarshal" in s, "^runtime"),
    ],
    ids=["focus", "ignore", "hide", "focus and hide"],
)  # fmt: skip
def test_a_real_profile_against_its_printed_stacks(
    options: dict[str, str], keeps: Any, hides: str, shared_data: Path
) -> None:
    folder = shared_data / "profiles" / "go"
    kept = [
        (tuple(name for name in stack if not (hides and re.search(hides, name))), cost * 1_000_000)
        for stack, cost in traces(folder / "json_cpu.traces.txt")
        if keeps(stack)
    ]
    filtered = filter_calls(gd.read(folder / "json_cpu.pb.gz"), **options)
    assert found(filtered) == counted([(stack, cost) for stack, cost in kept if stack])
