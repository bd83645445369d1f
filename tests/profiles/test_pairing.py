"""Which function of one profile is which of another: by name and file, not by line."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest

from graphdiff.errors import UnknownNodeError, UsageError
from graphdiff.profiles.call_graph import Function, from_calls
from graphdiff.profiles.pairing import aligned


def profile(*functions: Function, **module: str) -> nx.DiGraph:
    facts: dict[str, Any] = {"unit": "s", "total": 1, "kind": "counted", "format": "made"}
    return from_calls({each: {"self": place + 1, **module} for place, each in enumerate(functions)}, {}, **facts)


def costs(graph: nx.DiGraph) -> dict[str, Any]:
    return dict(graph.nodes(data="self"))


def test_a_function_that_moved_in_its_file_is_the_same() -> None:
    before = profile(Function("f", "a.py", 3), Function("f", "b.py", 3))
    after = profile(Function("f", "a.py", 30), Function("f", "b.py", 1))
    assert list(after) == ["f (a.py)", "f (b.py)"]
    assert costs(aligned(before, after)) == {"f (a.py)": 1, "f (b.py)": 2}


def test_several_of_a_name_in_a_file_are_matched_in_the_order_of_their_lines() -> None:
    before = profile(Function("<lambda>", "a.py", 9), Function("<lambda>", "a.py", 3))
    after = profile(Function("<lambda>", "a.py", 5), Function("<lambda>", "a.py", 11), Function("<lambda>", "a.py", 20))
    assert costs(aligned(before, after)) == {"<lambda> (a.py:11)": 1, "<lambda> (a.py:5)": 2}


def test_where_folders_are_others_one_of_a_name_and_file_on_either_side_is_the_same() -> None:
    before = profile(Function("f", "/old/src/a.c", 1), Function("g", "/old/src/a.c", 5), Function("f", "/old/b.c", 1))
    after = profile(Function("f", "/new/src/a.c", 1), Function("g", "/new/src/a.c", 5), Function("f", "/new/b.c", 1))
    assert costs(aligned(before, after)) == costs(after)
    twice = profile(Function("g", "/new/src/a.c", 1), Function("g", "/new/test/a.c", 1))
    assert costs(aligned(profile(Function("g", "/old/a.c")), twice)) == {"g": 1}  # which of the two nobody knows


def test_where_only_the_program_is_known_its_name_does_not_matter() -> None:
    before, after = (
        profile(Function("f", "site"), module="site"),
        profile(Function("f", "site-after"), module="site-after"),
    )
    after.add_node("f (x.c)", name="f", file="x.c")
    assert costs(aligned(before, after)) == {"f": 1}


def test_a_function_that_is_gone_gives_its_label_to_another_and_is_told_apart() -> None:
    before = profile(Function("f", "a.py", 1), Function("g", "a.py", 5))
    after = nx.relabel_nodes(profile(Function("other", "b.py", 1)), {"other": "f"})
    assert costs(aligned(before, after)) == {"f (before)": 1, "g": 2}


def test_given_pairs_come_first() -> None:
    before, after = profile(Function("f", "a.py", 1)), profile(Function("h", "b.py", 1), Function("f", "a.py", 1))
    assert costs(aligned(before, after, {"f": "h"})) == {"h": 1}


@pytest.mark.parametrize(
    ("match", "error", "message"),
    [
        ({"x": "f"}, UnknownNodeError, "no node 'x'"),
        ({"f": "x"}, UnknownNodeError, "no node 'x'"),
        ({"f": "f", "g": "f"}, UsageError, "two functions before cannot be one function after"),
    ],
)
def test_pairs_that_are_none_are_refused(match: dict[str, str], error: type[Exception], message: str) -> None:
    graph = profile(Function("f", "a.py", 1), Function("g", "a.py", 5))
    with pytest.raises(error, match=message):
        aligned(graph, graph, match)


def test_stacks_go_with_their_functions() -> None:
    import graphdiff as gd
    from graphdiff.profiles.call_graph import from_stacks
    from graphdiff.profiles.stacks import Stacks

    def sampled(line: int, cost: int) -> nx.DiGraph:
        functions = [Function("main", "a.py", 1), Function("f", "a.py", line), Function("f", "b.py", 1)]
        stacks = Stacks.of([0, 1, 0, 2], [2, 2], [cost, 5])
        return from_stacks(functions, stacks, unit="samples", kind="sampled", format="made")

    found = gd.compare(sampled(3, 10), sampled(4, 60), "main")
    assert found.attribution == {"f (a.py)": 50}
    assert [route.functions for route in found.routes] == [("main", "f (a.py)")]
