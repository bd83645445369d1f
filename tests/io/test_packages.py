"""Packages become nodes, needs become edges: the two rules that every ecosystem shares, and the choice of kinds."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest

from graphdiff.errors import FormatError, UsageError
from graphdiff.io.packages import Need, package_graph
from graphdiff.io.read import read

APP, LIB, LIB_2 = (
    {"name": "app", "version": "1", "root": True},
    {"name": "lib", "version": "1"},
    {"name": "lib", "version": "2"},
)


def edges(graph: nx.DiGraph) -> list[tuple[object, ...]]:
    return list(graph.edges(data=True))


def test_several_versions_of_a_name_bear_their_versions_and_others_do_not():
    assert list(package_graph([APP, LIB, LIB_2], [], name="x", format="x")) == ["app", "lib@1", "lib@2"]


def test_copies_of_a_version_are_one_node_with_the_needs_of_all():
    graph = package_graph([APP, LIB, dict(LIB), LIB_2], [Need(0, 1), Need(1, 3), Need(2, 0)], name="x", format="x")
    assert list(graph) == ["app", "lib@1", "lib@2"]
    assert list(graph.edges) == [("app", "lib@1"), ("lib@1", "lib@2"), ("lib@1", "app")]


def test_a_version_from_two_sources_is_two_nodes():
    packages = [{"name": "lib", "version": "1", "source": "git"}, {"name": "lib", "version": "1"}]
    assert list(package_graph(packages, [], name="x", format="x")) == ["lib@1 (git)", "lib@1 (local)"]


def test_kinds_between_two_packages_are_parallel_edges_with_the_kind_as_key():
    graph = package_graph([APP, LIB], [Need(0, 1, "dev"), Need(0, 1, "build"), Need(0, 1, "dev")], name="x", format="x")
    assert type(graph) is nx.MultiDiGraph
    assert list(graph.edges(keys=True)) == [("app", "lib", "dev"), ("app", "lib", "build")]


def test_needs_of_one_kind_are_merged_where_others_are_parallel_to_them():
    needs = [Need(0, 1, "", {"clause": "^1"}), Need(0, 1, "dev"), Need(0, 1, "", {"clause": "^2"}), Need(1, 0, "dev")]
    graph = package_graph([APP, LIB], needs, name="x", format="x")
    assert list(graph.edges(keys=True, data=True)) == [
        ("app", "lib", "", {"clause": "^1 | ^2"}),
        ("app", "lib", "dev", {"kind": "dev"}),
        ("lib", "app", "dev", {"kind": "dev"}),
    ]


@pytest.mark.parametrize("kinds", [["a", "a", "a"], ["a", "b", "a"]], ids=["plain", "parallel"])
def test_the_graph_is_the_one_that_networkx_makes_of_the_same_edges(kinds):
    """Also from the heads: who needs a package stands in the order of the needs, not of the packages."""
    ends = [(2, 1), (0, 1), (0, 1)]
    graph = package_graph(
        [APP, LIB, LIB_2], [Need(*e, kind) for e, kind in zip(ends, kinds, strict=True)], name="x", format="x"
    )
    names = list(graph)
    made = type(graph)()
    made.add_nodes_from(names)
    for (tail, head), kind in zip(ends, kinds, strict=True):
        made.add_edge(names[tail], names[head], **({"key": kind} if made.is_multigraph() else {}), kind=kind)
    assert {node: dict(row) for node, row in graph.adj.items()} == {node: dict(row) for node, row in made.adj.items()}
    assert [list(graph.pred[node]) for node in names] == [list(made.pred[node]) for node in names]
    graph.edges["lib@2", "lib@1", *(["a"] if graph.is_multigraph() else [])]["kind"] = "c"
    assert "c" in str(graph.pred["lib@1"]["lib@2"])


def test_one_kind_between_two_packages_is_a_plain_edge():
    graph = package_graph([APP, LIB], [Need(0, 1, "dev"), Need(1, 0, "build")], name="x", format="x")
    assert type(graph) is nx.DiGraph


@pytest.mark.parametrize(
    ("one", "other", "merged"),
    [
        ({"optional": True}, {}, {}),
        ({"optional": True}, {"optional": True}, {"optional": True}),
        ({"marker": "windows"}, {"marker": "unix"}, {"marker": "windows | unix"}),
        ({"marker": "windows"}, {}, {}),
        ({"clause": "^1"}, {"clause": "^1.2"}, {"clause": "^1 | ^1.2"}),
        ({"clause": "^1"}, {"clause": "^1"}, {"clause": "^1"}),
        ({"alias": "a"}, {}, {"alias": "a"}),
    ],
    ids=[
        "needed once at least is needed",
        "optional both times stays optional",
        "either place will do",
        "everywhere goes before somewhere",
        "either clause makes the edge",
        "the same clause is said once",
        "what one says stays",
    ],
)
def test_the_same_need_twice_is_one_edge(one, other, merged):
    assert edges(package_graph([APP, LIB], [Need(0, 1, "", one), Need(0, 1, "", other)], name="x", format="x")) == [
        ("app", "lib", merged)
    ]


def test_without_a_package_there_is_no_graph():
    with pytest.raises(FormatError, match=r"^x\.json: no package in it$"):
        package_graph([], [], name="x.json", format="x")


def test_kinds_keep_what_the_roots_reach_by_them():
    needs = [Need(0, 1, "normal"), Need(0, 2, "dev"), Need(2, 3, "normal")]
    packages = [APP, LIB, {"name": "test", "version": ""}, {"name": "deep", "version": ""}]
    known = ("normal", "dev")

    def kept(kinds):
        return sorted(package_graph(packages, needs, name="x", format="x", known=known, kinds=kinds))

    assert kept(None) == kept(()) == ["app", "deep", "lib", "test"]
    assert kept("normal") == kept(["normal"]) == ["app", "lib"]
    assert kept("dev") == ["app", "test"]
    assert kept("normal, dev") == kept({"normal", "dev"}) == kept("all") == ["app", "deep", "lib", "test"]


def test_where_no_root_is_known_kinds_take_edges_only():
    packages = [{"name": "a", "version": ""}, LIB]
    graph = package_graph(packages, [Need(0, 1, "dev")], name="x", format="x", known=("dev", "normal"), kinds="normal")
    assert (list(graph), list(graph.edges)) == (["a", "lib"], [])


def test_a_kind_that_the_format_does_not_have():
    with pytest.raises(UsageError, match=r"^no edge is of the kind 'deb'; there are normal, dev$"):
        package_graph([APP], [], name="x", format="x", known=("normal", "dev"), kinds=["normal", "deb"])


def test_a_format_without_kinds_says_who_has_them(test_data: Path):
    with pytest.raises(
        UsageError, match=r"^format cargo-lock takes no option kinds=: it is for .*npm-lock, npm-ls, pnpm, "
    ):
        read(test_data / "rust/Cargo.lock", kinds="dev")
