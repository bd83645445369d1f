"""Several profiles as one: the sum of the stacks of all, counted at once; and what does not add up."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import Run
from counted_stacks import counted_once, counts_of

import graphdiff as gd
from graphdiff.errors import InputError, UsageError
from graphdiff.profiles.addition import added
from graphdiff.profiles.call_graph import Function, from_calls, from_stacks
from graphdiff.profiles.stacks import Stacks

#: The same functions in two orders, as two files have them.
ORDERS = (["main", "load", "draw", "wait"], ["wait", "draw", "main", "load", "more"])
Listed = list[tuple[list[str], int]]


def listed(chance: random.Random, names: list[str]) -> Listed:
    return [
        ([chance.choice(names) for _ in range(chance.randrange(1, 6))], chance.randrange(9))
        for _ in range(chance.randrange(1, 12))
    ]


def profile(stacks: Listed, names: list[str], **facts: Any) -> nx.DiGraph:
    numbers = {name: place for place, name in enumerate(names)}
    frames = [numbers[name] for stack, _ in stacks for name in stack]
    tree = Stacks.of(frames, [len(stack) for stack, _ in stacks], [cost for _, cost in stacks], [1] * len(stacks))
    functions = [Function(name, "a.py") for name in names]
    return from_stacks(functions, tree, **{"unit": "s", "kind": "sampled", "format": "x", **facts})


def test_the_sum_of_profiles_is_the_profile_of_all_their_stacks() -> None:
    chance = random.Random(6)
    for _ in range(100):
        both = [listed(chance, names) for names in ORDERS]
        profiles = [profile(stacks, names) for stacks, names in zip(both, ORDERS, strict=True)]
        whole = added(profiles, ["a", "b"])
        sums = counted_once(both[0] + both[1])
        assert counts_of(whole) == sums
        assert whole.graph["total"] == sum(sums.own.values())
        assert whole.graph["samples"] == len(both[0]) + len(both[1])
        # So do the stacks that it keeps, whose frames are the places of its nodes.
        again = from_stacks([Function(node) for node in whole], whole.graph["stacks"], unit="s", kind="x", format="x")
        assert counts_of(again) == sums
        without = [nx.DiGraph(one) for one in profiles]
        for one in without:
            del one.graph["stacks"]
        assert counts_of(added(without, ["a", "b"])) == sums


def measured(
    functions: dict[str, dict[str, Any]], calls: dict[tuple[str, str], dict[str, Any]] | None = None, **facts: Any
) -> nx.DiGraph:
    said = {"unit": "s", "total": 1, "kind": "counted", "format": "x", **facts}
    pairs = {(Function(tail), Function(head)): record for (tail, head), record in (calls or {}).items()}
    return from_calls({Function(name): record for name, record in functions.items()}, pairs, **said)


def test_numbers_keep_their_type_and_add_up_by_function_and_call() -> None:
    third = Fraction(1, 3)
    a = measured({"f": {"self": third, "calls": 2}}, {("f", "g"): {"cost": third, "calls": 1}}, total=third)
    b = measured({"f": {"self": 2 * third, "calls": 3}}, {("f", "g"): {"cost": 1, "calls": 4}}, total=third)
    whole = added([a, b], ["a", "b"])
    assert whole.nodes["f"] == {"name": "f", "self": 1, "calls": 5}
    assert whole.edges["f", "g"] == {"cost": Fraction(4, 3), "calls": 5}
    assert whole.graph["total"] == 2 * third


def test_what_one_profile_does_not_say_of_a_function_is_not_said_of_the_sum() -> None:
    whole = added(
        [measured({"f": {"self": 1, "calls": 2}, "g": {"self": 3}}), measured({"f": {"self": 5}})], ["a", "b"]
    )
    assert whole.nodes["f"] == {"name": "f", "self": 6}
    assert whole.nodes["g"] == {"name": "g", "self": 3}


def test_functions_of_one_name_are_told_apart_by_file_and_line() -> None:
    one = from_calls({Function("f", "a.py", 1): {"self": 1}}, {}, unit="s", total=1, kind="counted", format="x")
    other = from_calls({Function("f", "a.py", 9): {"self": 2}}, {}, unit="s", total=2, kind="counted", format="x")
    assert dict(added([one, other], ["a", "b"]).nodes(data="self")) == {"f (a.py:1)": 1, "f (a.py:9)": 2}


def test_facts_are_those_of_all() -> None:
    a = measured({"f": {}}, threads=["main", "pool"], warnings=["cut"], event="time", period=1)
    b = measured({"f": {}}, threads=["main"], warnings=["late"], event="time", period=2)
    facts = added([a, b], ["a", "b"]).graph
    assert (facts["threads"], facts["warnings"], facts["event"]) == (["main", "pool"], ["cut", "late"], "time")
    assert "period" not in facts
    assert facts["format"] == "x (2 files added)"


def test_stacks_that_not_all_have_are_not_kept_and_that_is_said() -> None:
    one = profile([(["main"], 2)], ORDERS[0])
    other = profile([(["main"], 3)], ORDERS[0])
    del other.graph["stacks"]
    whole = added([one, other], ["a", "b"])
    assert "stacks" not in whole.graph
    assert whole.graph["warnings"] == ["b has no stacks: of all files the calls alone are added up"]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"unit": "ns"}, "a and b do not add up: their unit is s and ns"),
        ({"kind": "sampled"}, "a and b do not add up: their kind is counted and sampled"),
        ({"format": "y"}, "a and b do not add up: their format is x and y"),
        ({"event": "Ir"}, "a and b do not add up: their event is not said and Ir"),
        ({"recursion": "every level"}, "their way of counting recursion is not said and every level"),
    ],
)
def test_what_does_not_add_up_is_refused(facts: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        added([measured({"f": {}}), measured({"f": {}}, **facts)], ["a", "b"])


def test_the_two_that_differ_are_named() -> None:
    with pytest.raises(UsageError, match="a and c do not add up"):
        added([measured({}), measured({}), measured({}, unit="ns")], ["a", "b", "c"])


# -- as files


@pytest.fixture
def runs(test_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder, now the working one, of two runs and a graph that is no profile."""
    data = (test_data / "profiles/shop.trace.json").read_bytes()
    for name in ("one.json", "two.json", "with+plus.json"):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "no.dot").write_text("digraph { a -> b }")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_list_a_sum_and_a_pattern_are_the_same_files(runs: Path) -> None:
    one = gd.read("one.json")
    for named in (["one.json", runs / "two.json"], "one.json+two.json", "[ot]*.json", "one.*+two.*"):
        both = gd.read(named)
        assert both.graph["total"] == 2 * one.graph["total"]
        assert both.graph["format"] == "Chrome trace (2 files added)"
        assert both.nodes["taxed"]["calls"] == 2 * one.nodes["taxed"]["calls"]
        doubled = Counter({node: 2 * cost for node, cost in counts_of(one).own.items()})
        assert counts_of(both).own == doubled


def test_a_file_of_such_a_name_is_itself_and_so_is_one_that_a_pattern_fits(runs: Path) -> None:
    for name in ("with+plus.json", "with*.json", ["one.json"]):
        assert gd.read(name).graph["format"] == "Chrome trace"


def test_what_is_missing_or_no_profile_is_named(runs: Path) -> None:
    with pytest.raises(InputError, match=r"^three\.json: No such file"):
        gd.read("one.json+three.json")
    with pytest.raises(InputError, match=r"^four\*.json: No such file"):
        gd.read("four*.json")
    with pytest.raises(
        UsageError, match=r"^no\.dot is no profile, and only profiles add up; give one file; .*read_edges"
    ):
        gd.read("one.json+no.dot")
    with pytest.raises(UsageError, match=r"^the list of files is empty"):
        gd.read([])


def test_the_head_of_a_report_says_how_many_files_were_added(runs: Path, run: Run) -> None:
    done = run("why", "one.json+two.json", "main", "taxed")
    assert done.status == 0
    assert "Chrome trace (2 files added)" in done.out.splitlines()[0]
    assert run("rank", "one.json+no.dot").status == 2
