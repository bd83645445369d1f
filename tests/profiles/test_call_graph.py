"""What the nodes of a profile are called."""

from __future__ import annotations

import pytest

from graphdiff.profiles.call_graph import Function, from_calls, labels_of


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("two\nlines\t", "two<U+000A>lines<U+0009>"),
        ("\x1b[31mred", "<U+001B>[31mred"),
        ("\u202eevil", "<U+202E>evil"),
        ("\ud800", "<U+D800>"),
        ("naïve größe 漢字", "naïve größe 漢字"),
    ],
)
def test_what_no_terminal_shows_stands_in_a_nodes_name_by_its_number(name: str, label: str) -> None:
    graph = from_calls({Function(name): {"self": 1}}, {}, unit="s", total=1, kind="counted", format="x")
    assert [*graph.nodes(data="name")] == [(label, name)]


def test_names_that_look_alike_then_stay_apart() -> None:
    assert labels_of([Function("f\n", "a\n.py"), Function("f<U+000A>", "b.py")]) == [
        "f<U+000A> (a<U+000A>.py)", "f<U+000A> (b.py)",
    ]  # fmt: skip
    assert labels_of([Function("f\n"), Function("f<U+000A>")]) == ["f<U+000A>", "f<U+000A> #2"]
