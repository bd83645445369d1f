"""Call graphs of static analysis: what PyCG and pyan find in one small program, and words of functions and calls."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.errors import FormatError
from graphdiff.graph.measured import is_profile
from graphdiff.io.static_calls import read_pyan, read_pycg

#: What both find of the calls between functions of the program.
CALLS = {
    ("shop", "shop.main"),
    ("shop.main", "shop.Cart.total"),
    ("shop.main", "shop.Cart.__init__"),
    ("shop.main", "shop.rebate"),
    ("shop.Cart.total", "shop.taxed"),
    ("shop.rebate", "shop.rebate"),
}


def test_pycgs_calls_are_those_of_its_lists(test_data: Path) -> None:
    path = test_data / "profiles/shop.pycg.json"
    graph = gd.read(path)
    listed = json.loads(path.read_text())
    assert {*graph.edges} == {(caller, callee) for caller, callees in listed.items() for callee in callees}
    assert {*graph.edges} > CALLS
    assert (graph.graph["format"], graph.graph["edge_meaning"]) == ("PyCG", "calls")
    assert not is_profile(graph)


def test_pyans_uses_are_calls_and_what_defines_what_is_left_out(test_data: Path) -> None:
    graph = gd.read(test_data / "profiles/shop.pyan.dot")
    assert {*graph.edges()} > CALLS
    assert ("shop", "shop.rebate") not in {*graph.edges()}
    assert graph.nodes["shop.Cart.__init__"] == {"file": "/src/shop.py", "line": 5}
    assert graph.graph["warnings"][0].endswith("7 edges that are not solid (defines) left out, being no calls")


@pytest.mark.parametrize("file", ["shop.pycg.json", "shop.pyan.dot"])
def test_reports_say_functions_and_calls(file: str, test_data: Path, run: Run) -> None:
    done = run("why", str(test_data / "profiles" / file), "shop.main", "shop.taxed")
    assert done.status == 0
    assert " functions, " in done.out.splitlines()[0]
    assert " calls · a -> b: a calls b" in done.out.splitlines()[0]
    assert "spent" not in done.out


def test_pycg_may_be_asked_for_where_no_builtin_tells_it() -> None:
    data = b'{"a.f": ["a.g"], "a.g": []}'
    assert [*read_pycg(data, name="x.json").edges] == [("a.f", "a.g")]
    with pytest.raises(FormatError, match=r"x.json: a.f: expected a list of texts, found a number"):
        read_pycg(b'{"a.f": [7]}', name="x.json")
    with pytest.raises(FormatError, match=r"x.json: no function in it"):
        read_pycg(b"{}", name="x.json")


def test_a_drawing_of_pyan_without_tooltips_has_its_labels() -> None:
    text = b'digraph G { "a__f" [label="f"]; "a__g" [label="g"]; "a__f" -> "a__g" [style="solid"]; }'
    graph = read_pyan(text, name="x.dot")
    assert [*graph.edges()] == [("f", "g")]
    assert "warnings" not in graph.graph
