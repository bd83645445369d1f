"""Which direct dependency brought a package in: against networkx and all ways listed, and sentences case by case."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.change import entries
from graphdiff.change.difference import COLUMNS, LINES, difference_lines
from graphdiff.change.entries import LONGEST, Entry
from graphdiff.change.markdown import comparison_markdown

Graph = nx.DiGraph


def project(needs: str, versions: str = "", **attributes: Any) -> Graph:
    """Return a lock: ``a>b`` for each need, ``a=2`` for each version that is not 1; the project is called app."""
    graph = nx.DiGraph([pair.split(">") for pair in needs.split()], edge_meaning="depends on")
    graph.add_node("app")
    nx.set_node_attributes(graph, "1", "version")
    for pair in versions.split():
        name, version = pair.split("=")
        if name in graph:
            graph.nodes[name]["version"] = version
    graph.nodes["app"].update(root=True, **attributes)
    return graph


@st.composite
def projects(draw: Any) -> tuple[Graph, Graph]:
    """Draw two locks of one project, cycles too; a package may have another version in the second."""
    every = [(u, v) for u in ["app", *"abcde"] for v in "abcde"]
    common = draw(st.lists(st.sampled_from(every), max_size=7))
    graphs = []
    for _ in range(2):
        kept = draw(st.lists(st.sampled_from(common), max_size=7)) if common else []
        graph = nx.DiGraph([*kept, *draw(st.lists(st.sampled_from(every), max_size=4))], edge_meaning="depends on")
        graph.add_node("app", root=True)
        nx.set_node_attributes(graph, {node: draw(st.sampled_from("12")) for node in graph}, "version")
        graphs.append(graph)
    return graphs[0], graphs[1]


def differing(way: list[str], graph: Graph, other: Graph) -> int:
    """Return how many steps of a way lie between nodes of both graphs and are in one only."""
    return sum(u in other and v in other and not other.has_edge(u, v) for u, v in zip(way, way[1:], strict=False))


@pytest.mark.parametrize("which", ["appeared", "gone"])
@given(graphs=projects())
def test_all_direct_dependencies_that_lead_there_are_named_and_no_other(
    which: str, graphs: tuple[Graph, Graph]
) -> None:
    graph, other = graphs[::-1] if which == "appeared" else graphs
    entries: list[Entry] = getattr(gd.compare(*graphs, weight=None, cycles="collapse"), which)
    assert {entry.node for entry in entries} == set(graph) - set(other)
    for entry in entries:
        leading = {d for d in graph["app"] if entry.node in nx.descendants(graph, d) | {d}}
        assert {direct.node for direct in entry.by} == leading
        assert len(entry.by) == len(leading)
        for direct in entry.by:
            versions = [each.nodes[direct.node]["version"] for each in graphs if direct.node in each]
            status = ("added" if which == "appeared" else "removed") if not other.has_edge("app", direct.node) else ""
            assert direct.status == (status or ("kept" if len(set(versions)) == 1 else "upgraded"))
        changed = [direct.status != "kept" for direct in entry.by[1:]]
        assert changed == sorted(changed, reverse=True)


@pytest.mark.parametrize("which", ["appeared", "gone"])
@given(graphs=projects())
def test_the_chain_is_a_whole_way_with_the_fewest_other_changes(which: str, graphs: tuple[Graph, Graph]) -> None:
    graph, other = graphs[::-1] if which == "appeared" else graphs
    for entry in getattr(gd.compare(*graphs, weight=None, cycles="collapse"), which):
        chain = list(entry.chain)
        assert all(graph.has_edge(*step) for step in zip(chain, chain[1:], strict=False))
        assert chain[-len(entry.way) :] == list(entry.way)
        if not entry.by:
            assert not nx.has_path(graph, "app", entry.node)
            continue
        assert (chain[0], chain[1]) == ("app", entry.by[0].node)
        ways = list(nx.all_simple_paths(graph, "app", entry.node))
        fewest = min(differing(way, graph, other) for way in ways)
        assert differing(chain, graph, other) == fewest
        assert len(entry.together) == fewest - (chain[1] in other and not other.has_edge("app", chain[1]))
        assert not any(other.has_edge(*edge) for edge in entry.together)


@pytest.mark.parametrize(
    ("before", "after", "row"),
    [
        (("app>web web>log", ""), ("app>web web>log log>net", "web=2 log=2"), "net: by web 1 -> 2 (log -> net)"),
        (("app>web web>log", ""), ("app>web web>log log>net", "log=2"), "net: by web, through log 1 -> 2 (log -> net)"),
        (("app>web", ""), ("app>web web>net", ""), "net: by web (web -> net)"),
        (("app>web", ""), ("app>web app>net", ""), "net: new direct dependency"),
        (("app>web", ""), ("app>web app>net web>net", "web=2"), "net: new direct dependency, and by 1 more"),
        (("app>web", ""), ("app>web app>net net>tls", ""), "net, tls: by new direct dependency net"),
        (
            ("app>web app>cli cli>log web>log", ""),
            ("app>web app>cli cli>log web>log log>net", "cli=2"),
            "net: by cli 1 -> 2 and 1 more direct dependency (log -> net)",
        ),
        (
            ("app>web app>cli cli>log", ""),
            ("app>web app>cli web>log log>net", "web=2 log=2"),
            "net: by web 1 -> 2 together with web -> log (log -> net)",
        ),
        (
            ("app>web web>log", ""),
            ("app>web app>log log>net", "log=2"),
            "net: by new direct dependency log (log -> net)",
        ),
    ],
    ids=[
        "an upgrade of a direct dependency",
        "one of what it needs alone",
        "an edge that no version explains",
        "a new direct dependency",
        "which another needs as well",
        "and what it needs",
        "of several the one that changed first, and how many",
        "two changes in series",
        "what was there becomes direct",
    ],
)
def test_a_row_says_what_changed(before: tuple[str, str], after: tuple[str, str], row: str) -> None:
    found = gd.compare(project(*before), project(*after), weight=None)
    lines = difference_lines(found)
    assert f"  {row}" in lines[lines.index("Appeared") :]


def test_what_is_gone_went_with_a_direct_dependency() -> None:
    before, after = project("app>web web>net net>tls app>old old>zip"), project("app>web", "web=2")
    lines = str(gd.compare(before, after, weight=None)).splitlines()
    assert sorted(lines[lines.index("Gone") + 1 :][:2]) == [
        "  net, tls: with web 1 -> 2 (web -> net)",
        "  old, zip: with former direct dependency old",
    ]


def test_members_of_a_workspace_are_projects_and_no_direct_dependencies() -> None:
    before, after = project("app>shop shop>web app>tools"), project("app>shop shop>web web>net app>tools tools>web")
    for graph in (before, after):
        graph.nodes["shop"]["root"] = graph.nodes["tools"]["root"] = True
    (net,) = gd.compare(before, after, weight=None).appeared
    assert [(direct.node, direct.status) for direct in net.by] == [("web", "kept")]
    assert net.chain == ("shop", "web", "net")


def test_what_was_asked_to_be_installed_is_direct_itself() -> None:
    before, after = nx.DiGraph(edge_meaning="depends on"), nx.DiGraph([("pip", "web"), ("web", "net")])
    before.add_edge("pip", "web")
    after.graph["edge_meaning"] = "depends on"
    for graph, version in ((before, "1"), (after, "2")):
        graph.add_node("pip", version=version, root=True, requested=True)
    assert "net: by pip 1 -> 2 (web -> net)" in str(gd.compare(before, after, weight=None))


def test_from_an_end_its_own_dependencies_are_the_direct_ones() -> None:
    before, after = project("app>web web>log"), project("app>web web>log log>net net>tls", "log=3")
    (net, tls) = gd.compare(before, after, "web", weight=None).difference.appeared
    assert [(direct.node, direct.status) for direct in tls.by] == [("log", "upgraded")]
    assert net.chain == ("web", "log", "net")
    assert tls.to_dict() == {
        "node": "tls",
        "edge": ["log", "net"],
        "way": ["net", "tls"],
        "chain": ["web", "log", "net", "tls"],
        "by": [{"node": "log", "status": "upgraded", "version_before": "1", "version_after": "3"}],
        "together": [],
        "lengths": {"way": 2, "chain": 4, "together": 0},
    }


def test_of_graphs_that_name_no_project_and_of_no_dependencies_the_edge_is_named() -> None:
    before, after = project("app>web"), project("app>web web>net")
    for graph in (before, after):
        graph.nodes["app"]["root"] = False
    assert "net: by the new web -> net" in str(gd.compare(before, after, weight=None))
    before, after = project("app>web"), project("app>web web>net")
    before.graph["edge_meaning"] = after.graph["edge_meaning"] = "imports"
    assert "net: by the new web -> net" in str(gd.compare(before, after, weight=None))


def test_markdown_says_the_same() -> None:
    before, after = project("app>web"), project("app>web web>net app>x", "web=2")
    text = comparison_markdown(gd.compare(before, after, weight=None))
    assert "| nodes | by |" in text  # the graphs do not say what they are
    assert "| `net` | web 1 → 2 (web → net) |" in text
    assert "| `x` | new direct dependency |" in text
    many = comparison_markdown(gd.compare(before, project("app>web app>x x>a x>b x>c"), weight=None))
    assert "| `x`, `a`, `b`, `c` | new direct dependency x |" in many
    back = comparison_markdown(gd.compare(after, before, weight=None))
    assert "| nodes | with |" in back
    assert "| `x` | former direct dependency |" in back
    hostile = comparison_markdown(gd.compare(before, project("app>web web>@someone app>#1 #1>y", "web=2"), weight=None))
    assert "&#64;someone) |" in hostile
    assert "new direct dependency &#35;1 |" in hostile


def test_a_report_fits_a_screen_until_more_is_asked_for() -> None:
    names = [f"package-with-a-long-name-{number}" for number in range(60)]
    before = project("app>web web>log " + " ".join(f"log>{name}-old" for name in names))
    after = project("app>web web>log " + " ".join(f"log>{name}" for name in names), "web=2")
    for ends in ((), ("app", "log"), ("app",)):
        result = gd.compare(before, after, *ends, weight=None)
        lines = str(result).splitlines()
        assert len(lines) <= LINES
        assert max(map(len, lines)) <= COLUMNS
    found = gd.compare(before, after, weight=None)
    assert len(difference_lines(found, top=2)) < len(difference_lines(found)) < len(difference_lines(found, top=100))
    assert "… 58 more rows (--all)" in str(difference_lines(found, top=2))


def long_locks(n: int) -> tuple[Graph, Graph]:
    """Return two locks: in the second is a chain of so many packages more, behind one of as many new edges."""
    before = project(" ".join(f"app>k{k}" for k in range(n)))
    after = before.copy()
    nx.add_path(after, [f"k{k}" for k in range(n)])
    nx.add_path(after, [f"k{n - 1}", *(f"n{k}" for k in range(n))])
    before.remove_edges_from([("app", f"k{k}") for k in range(1, n)])
    after.remove_edges_from([("app", f"k{k}") for k in range(1, n)])
    nx.add_path(before, ["app", *(f"k{k}" for k in range(n - 1, 0, -1))])
    after.add_edges_from((f"k{k}", f"leaf{k}") for k in range(n))
    return before, after


def test_of_long_chains_labels_are_made_once_a_node_for_the_text_and_a_limited_part_as_data(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = {"labels": 0, "stages": 0}
    label, following = entries._label, entries.Origins._next

    def counted_label(*arguments: Any) -> Any:
        calls["labels"] += 1
        return label(*arguments)

    def counted_stage(*arguments: Any) -> Any:
        calls["stages"] += 1
        return following(*arguments)

    monkeypatch.setattr(entries, "_label", counted_label)
    monkeypatch.setattr(entries.Origins, "_next", counted_stage)
    n = 400
    difference = gd.compare(*long_locks(n), weight=None)
    assert (len(difference.appeared), calls["stages"]) == (2 * n, 3 * n + 1)
    for ask, most in ((str, 12), (comparison_markdown, 12), (lambda d: d.to_dict(), 4 * LONGEST)):
        calls["labels"] = 0
        ask(difference)
        assert calls["labels"] <= most * 3 * n
    last = next(entry for entry in difference.appeared if entry.node == f"n{n - 1}")
    assert (len(last.chain), len(last.way), len(last.together)) == (2 * n + 1, n, n - 1)
    record = last.to_dict()
    assert record["chain"] == list(last.chain[-LONGEST:]) == record["way"]
    assert record["together"] == [list(edge) for edge in last.together[-LONGEST:]]
    assert record["lengths"] == {"way": n, "chain": 2 * n + 1, "together": n - 1}
    assert f"k{n - 2} -> k{n - 1} and {n - 4:,} more" in entries.row_of_direct((last.node,), last, "by").what
