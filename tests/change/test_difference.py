"""The sets in which two graphs differ: what appeared and by which edge, upgrades, cycles; pictures and Markdown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from graphs import weighted
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.change.difference import Difference
from graphdiff.change.markdown import code, comparison_markdown
from graphdiff.errors import UnknownNodeError, UsageError
from graphdiff.io.write import render
from graphdiff.pictures.difference import COLORS, overlay_pictures
from graphdiff.pictures.view import view_of

Graph = nx.DiGraph


def lock(*packages: str, needs: dict[str, str]) -> Graph:
    """Return a lock-like graph of ``name@version`` nodes."""
    graph = nx.DiGraph(edge_meaning="depends on", node_meaning="packages")
    for package in packages:
        name, _, version = package.rpartition("@")
        graph.add_node(package, name=name, version=version)
    graph.add_edges_from((tail, head) for tail, heads in needs.items() for head in heads.split())
    return graph


def bare(*edges: tuple[str, str]) -> Graph:
    """Return a graph whose ids alone say versions."""
    return nx.DiGraph(list(edges), edge_meaning="depends on")


@st.composite
def pairs(draw: Any, cyclic: bool = True) -> tuple[Graph, Graph]:
    """Draw two graphs on some of the same nodes."""
    every = [(u, v) for u in "abcdef" for v in "abcdef" if cyclic or u < v]
    graphs = []
    common = draw(st.lists(st.sampled_from(every), max_size=8))
    for _ in range(2):
        graph = nx.DiGraph()
        graph.add_nodes_from(draw(st.lists(st.sampled_from("abcdef"), min_size=1, unique=True)))
        graph.add_edges_from(draw(st.lists(st.sampled_from(common), max_size=8)) if common else [])
        graph.add_edges_from(draw(st.lists(st.sampled_from(every), max_size=3)))
        graphs.append(graph)
    return graphs[0], graphs[1]


# ------------------------------------------------------------------------------------ appeared, gone


@given(graphs=pairs())
def test_sets_are_those_of_python(graphs: tuple[Graph, Graph]) -> None:
    before, after = graphs
    found = gd.compare(before, after, weight=None)
    assert {entry.node for entry in found.appeared} == set(after) - set(before)
    assert {entry.node for entry in found.gone} == set(before) - set(after)
    assert set(found.added) == set(after.edges) - set(before.edges)
    assert set(found.removed) == set(before.edges) - set(after.edges)
    assert found.is_empty == (set(before) == set(after) and set(before.edges) == set(after.edges))


@pytest.mark.parametrize("towards", [False, True])
@given(graphs=pairs(), end=st.sampled_from("abcdef"))
def test_what_an_end_reaches_is_what_networkx_says(towards: bool, graphs: tuple[Graph, Graph], end: str) -> None:
    before, after = graphs
    if end not in before and end not in after:
        return
    reach = nx.ancestors if towards else nx.descendants
    sets = [reach(graph, end) | {end} if end in graph else set() for graph in graphs]
    options: Any = {"weight": None, "cycles": "collapse"}
    found = gd.compare(before, after, *((None, end) if towards else (end,)), **options).difference
    assert {entry.node for entry in found.appeared} == sets[1] - sets[0]
    assert {entry.node for entry in found.gone} == sets[0] - sets[1]


@pytest.mark.parametrize("towards", [False, True])
@given(graphs=pairs(), end=st.sampled_from("abcdef"))
def test_the_edge_that_brought_a_node_in_is_new_and_leads_there(
    towards: bool, graphs: tuple[Graph, Graph], end: str
) -> None:
    before, after = graphs
    if end not in before or end not in after:
        return
    reach = nx.ancestors if towards else nx.descendants
    known = (reach(before, end) & reach(after, end)) | {end}
    options: Any = {"weight": None, "cycles": "collapse"}
    found = gd.compare(before, after, *((None, end) if towards else (end,)), **options).difference
    for entry in found.appeared:
        assert entry.edge is not None
        near, far = entry.edge[::-1] if towards else entry.edge
        assert entry.edge in after.edges
        assert entry.edge not in before.edges
        assert near in known
        assert far == entry.way[0]
        assert entry.way[-1] == entry.node
        steps = list(zip(entry.way, entry.way[1:], strict=False))
        assert all((step[::-1] if towards else step) in after.edges for step in steps)


def test_a_new_root_was_brought_in_by_nothing() -> None:
    found = gd.compare(weighted([("a", "b", 1)]), weighted([("a", "b", 1), ("x", "y", 1)]))
    assert [(entry.node, entry.edge) for entry in found.appeared] == [("x", None), ("y", None)]
    assert "\n  x, y\n" in f"{found}\n"


def test_the_transitive_dependency_is_blamed_on_the_edge_that_an_upgrade_added() -> None:
    old = lock("app@1", "web@1", "log@1", needs={"app@1": "web@1", "web@1": "log@1"})
    new = lock(
        "app@1", "web@2", "log@1", "net@1", "tls@3", needs={"app@1": "web@2", "web@2": "log@1 net@1", "net@1": "tls@3"}
    )
    found = gd.compare(old, new, weight=None)
    assert [(e.node, e.edge) for e in found.appeared] == [("net@1", ("web@2", "net@1")), ("tls@3", ("web@2", "net@1"))]
    assert found.gone == []
    assert [str(upgrade) for upgrade in found.upgraded] == ["web 1 -> 2"]
    assert set(found.added) == {("web@2", "net@1"), ("net@1", "tls@3")}
    assert "net@1, tls@3: by the new web@2 -> net@1" in str(found)


# ------------------------------------------------------------------------------- versions and renames


def test_several_versions_of_one_name_are_matched_from_the_lowest() -> None:
    old = lock("x@1.9", "x@2.0", "x@3.0", needs={})
    new = lock("x@1.10", "x@2.0", "x@3.1", "x@4.0", needs={})
    found = gd.compare(old, new, weight=None)
    assert [str(upgrade) for upgrade in found.upgraded] == ["x 1.9 -> 1.10", "x 3.0 -> 3.1"]
    assert [entry.node for entry in found.appeared] == ["x@4.0"]


@pytest.mark.parametrize("ends", [(), ("app@1",), (None, "lib@1"), ("app@1", "lib@1")])
def test_versions_are_those_at_the_call_whatever_becomes_of_the_graphs(ends: tuple[str, ...]) -> None:
    old, new = lock("app@1", "lib@1", needs={"app@1": "lib@1"}), lock("app@1", "lib@2", needs={"app@1": "lib@2"})
    result = gd.compare(old, new, *ends, weight=None)
    old.nodes["lib@1"]["version"] = "7"
    new.clear()
    difference = result if isinstance(result, Difference) else result.difference
    assert [str(upgrade) for upgrade in difference.upgraded] == ["lib 1 -> 2"]


def test_nodes_of_one_version_from_two_sources_are_matched_once_each() -> None:
    old, new = nx.DiGraph([("app", "x@1 (git)"), ("app", "x@1 (local)")]), nx.DiGraph([("app", "x"), ("app", "x@2")])
    for graph, nodes in ((old, {"x@1 (git)": "1", "x@1 (local)": "1"}), (new, {"x": "1", "x@2": "2"})):
        for node, version in nodes.items():
            graph.nodes[node].update(name="x", version=version)
    found = gd.compare(old, new, weight=None)
    assert (found.appeared, found.gone) == ([], [])
    assert [str(upgrade) for upgrade in found.upgraded] == ["x 1 -> 2"]


def test_a_rename_says_both_names_whether_versions_are_known_or_not() -> None:
    old, new = nx.DiGraph([("app", "colours")]), nx.DiGraph([("app", "paint")])
    (renamed,) = gd.compare(old, new, weight=None, match={"colours": "paint"}).upgraded
    assert str(renamed) == "colours is now paint"
    old.nodes["colours"].update(name="colours", version="1.2")
    new.nodes["paint"].update(name="paint", version="4.4")
    found = gd.compare(old, new, weight=None, match={"colours": "paint"})
    assert str(found.upgraded[0]) == "colours 1.2 is now paint 4.4"
    assert "| `paint` | `colours 1.2` | `4.4` |" in comparison_markdown(found)


def test_a_version_attribute_that_changed_is_an_upgrade() -> None:
    old, new = nx.DiGraph([("a", "b")]), nx.DiGraph([("a", "b")])
    old.nodes["b"]["version"], new.nodes["b"]["version"] = "1", "2"
    (upgrade,) = gd.compare(old, new, weight=None).upgraded
    assert str(upgrade) == "b 1 -> 2"
    assert upgrade.to_dict() == {"old": "b", "new": "b", "version_before": "1", "version_after": "2"}


def test_given_renames_are_matched() -> None:
    old, new = weighted([("s", "liba", 2), ("liba", "t", 3)]), weighted([("s", "zlib", 2), ("zlib", "t", 4)])
    found = gd.compare(old, new, "s", "t", match={"liba": "zlib"})
    assert dict(found.attribution) == {("zlib", "t"): 2}
    assert [str(upgrade) for upgrade in found.difference.upgraded] == ["liba is now zlib"]
    assert gd.compare(old, new, "s", "liba", match={"liba": "zlib"}).change == 0


def test_renames_that_cannot_be_are_refused() -> None:
    old, new = weighted([("s", "a", 2)]), weighted([("s", "b", 2), ("s", "c", 1)])
    with pytest.raises(UnknownNodeError, match="no node 'x'"):
        gd.compare(old, new, match={"x": "b"})
    with pytest.raises(UsageError, match="match: 'a' -> 's': both graphs have 's'"):
        gd.compare(old, new, match={"a": "s"})
    with pytest.raises(UsageError, match="both graphs have 's'"):
        gd.compare(old, new, match={"s": "c"})
    with pytest.raises(UsageError, match="two nodes before cannot be one node after"):
        gd.compare(weighted([("a", "b", 1)]), new, match={"a": "c", "b": "c"})


def test_likely_renames_are_suggested() -> None:
    old = nx.DiGraph([("app", "python-foo"), ("app", "q"), ("q", "x"), ("q", "y"), ("app", "other")])
    new = nx.DiGraph([("app", "python3-foo"), ("app", "r"), ("r", "x"), ("r", "y"), ("app", "new")])
    found = gd.compare(old, new, weight=None)
    assert {(rename.old, rename.new) for rename in found.suggested} == {("python-foo", "python3-foo"), ("q", "r")}
    assert "--match OLD=NEW" in str(found)
    matched = gd.compare(old, new, weight=None, match={rename.old: rename.new for rename in found.suggested})
    assert [entry.node for entry in matched.appeared] == ["new"]
    assert matched.suggested == []


# --------------------------------------------------------------------------------------------- cycles


@given(graphs=pairs())
def test_new_cycles_join_what_no_cycle_joined(graphs: tuple[Graph, Graph]) -> None:
    before, after = graphs
    found = gd.compare(before, after, weight=None, cycles="collapse")
    for old, new, cycles in ((before, after, found.cycles_new), (after, before, found.cycles_broken)):
        parts = [
            part for part in nx.strongly_connected_components(new) if len(part) > 1 or new.has_edge(*list(part) * 2)
        ]
        homes = [
            part for part in nx.strongly_connected_components(old) if len(part) > 1 or old.has_edge(*list(part) * 2)
        ]
        expected = {frozenset(part) for part in parts if not any(part <= home for home in homes)}
        assert {frozenset(cycle) for cycle in cycles} == expected


def test_cycles_are_named() -> None:
    text = str(
        gd.compare(nx.DiGraph([("a", "b"), ("x", "x")]), nx.DiGraph([("a", "b"), ("b", "a"), ("x", "y")]), weight=None)
    )
    assert "New cycles\n  a + b" in text
    assert "Broken cycles\n  x" in text


# ------------------------------------------------------------------------------------------- pictures


@pytest.fixture
def changed() -> gd.Comparison:
    old = weighted([("s", "a", 2), ("a", "t", 3), ("s", "b", 1), ("b", "t", 1)])
    new = weighted([("s", "a", 2), ("a", "t", 4), ("s", "c", 1), ("c", "t", 5), ("s", "b", 1)])
    return gd.compare(old, new, "s", "t")


def test_the_picture_says_every_change_by_colour_and_by_line_or_sign(changed: gd.Comparison) -> None:
    picture = next(overlay_pictures(changed.to_networkx(), view_of()))
    nodes = [node.lines[0] for node in picture.nodes]
    drawn = {(nodes[e.tail], nodes[e.head]): (e.label, e.color, e.is_dashed) for e in picture.edges}
    assert drawn == {
        ("s", "a"): ("2", COLORS["kept"], False),
        ("a", "t"): ("3 → 4 · +2", COLORS["changed"], False),
        ("s", "b"): ("1", COLORS["kept"], False),
        ("b", "t"): ("− 1 · −1", COLORS["removed"], True),
        ("s", "c"): ("+ 1 · +5/2", COLORS["added"], False),
        ("c", "t"): ("+ 5 · +5/2", COLORS["added"], False),
    }
    assert ("c", "+ new") in [node.lines for node in picture.nodes]
    assert picture.legend[1] == "total, weight: 7 → 13, +6 (+85.7 %)"
    widths = {edge.label: edge.width for edge in picture.edges}
    assert widths["+ 1 · +5/2"] > widths["3 → 4 · +2"] > widths["− 1 · −1"] > widths["2"]


def test_what_does_not_fit_is_counted_and_what_did_most_is_drawn(changed: gd.Comparison) -> None:
    picture = next(overlay_pictures(changed.to_networkx(), replace(view_of(), max_edges=2)))
    assert {edge.label for edge in picture.edges} == {"+ 1 · +5/2", "+ 5 · +5/2"}
    assert "4 more edges are not drawn" in picture.legend


@pytest.mark.parametrize("suffix", ["dot", "svg", "png", "mmd", "json"])
def test_a_comparison_is_written_like_any_other_answer(suffix: str, changed: gd.Comparison, tmp_path: Path) -> None:
    gd.write(changed, tmp_path / f"diff.{suffix}")
    gd.write(changed.difference, tmp_path / f"sets.{suffix}")
    assert (tmp_path / f"diff.{suffix}").stat().st_size > 100
    if suffix == "dot":
        assert 'style="dashed"' in (tmp_path / "diff.dot").read_text()


def test_the_graph_of_both_is_written_for_other_tools(changed: gd.Comparison) -> None:
    assert b"removed" in render(changed.to_networkx(), "graphml")
    assert b"weight_before" in render(changed.to_networkx(), "csv")


def test_a_merged_component_is_one_node_of_the_picture() -> None:
    old = weighted([("s", "a", 1), ("a", "b", 1), ("b", "t", 1)])
    new = weighted([("s", "a", 1), ("a", "b", 1), ("b", "a", 1), ("b", "t", 2)])
    found = gd.compare(old, new, "s", "t", cycles="collapse")
    assert (found.before, found.after, found.merged) == (1, 2, [["a", "b"]])
    assert frozenset("ab") in found.to_networkx()
    assert "One node in both graphs, as both together make it a cycle: a + b." in str(found)


# ------------------------------------------------------------------------------------------- Markdown


def test_markdown_shows_hostile_names_as_they_are(changed: gd.Comparison) -> None:
    name = "@scope/x|`<b>*_"
    old, new = weighted([("s", "t", 1)]), weighted([("s", "t", 1), ("s", name, 2), (name, "t", 3)])
    text = comparison_markdown([gd.compare(old, new, "s", "t")])
    assert "| + | `` s -> @scope/x\\|`<b>*_ `` | added 2 | +3 |" in text
    assert code("a\nb") == "`a b`"
    about = comparison_markdown([gd.compare(old, new, "s", name)])
    assert "s leads to &#64;scope/x&#124;&#96;&#60;b&#62;&#42;&#95; by 1 path" in about


def test_markdown_of_the_three_results(changed: gd.Comparison) -> None:
    text = comparison_markdown([changed])
    assert "| `weight` | 7 | 13 | +6 (+85.7 %) | 1st of 3 -> 1st of 4 |" in text
    assert "| - | `b -> t` | removed 1 | -1 |" in text
    assert "| `c` | the new s → c |" in text
    assert "_Edges in series changed together" in text
    found = gd.compare(weighted([("s", "a", 1)]), weighted([("s", "a", 2)]), "s")
    assert "| `a` | 1 | 2 | +1 | 1 |" in comparison_markdown([found])
    many = gd.compare(weighted([("s", "a", 1)]), weighted([("s", n, 1) for n in "abcdefghijklmn"]))
    assert "<details><summary><b>Appeared</b> (13)</summary>" in comparison_markdown(many)


# ------------------------------------------------------------------------------------ versions in ids


def test_ids_that_say_their_versions_are_matched_by_name() -> None:
    old = bare(("app@1.0", "x@1"), ("x@1", "@scope/y@1.2.3-beta.1"))
    new = bare(("app@1.0", "x@2"), ("x@2", "@scope/y@v2"))
    found = gd.compare(old, new, weight=None)
    assert (found.appeared, found.gone, found.suggested, found.added) == ([], [], [], [])
    assert list(map(str, found.upgraded)) == ["x 1 -> 2", "@scope/y 1.2.3-beta.1 -> v2"]


def test_of_several_versions_in_ids_the_one_that_differs_is_matched() -> None:
    old = bare(("app", "x@1"), ("app", "x@2"))
    assert list(map(str, gd.compare(old, bare(("app", "x@1"), ("app", "x@3")), weight=None).upgraded)) == ["x 2 -> 3"]


@pytest.mark.parametrize(
    ("old", "new"),
    [(("x@1", "x@2"), ("x@3", "x@4")), (("me@example.org",), ("me@example.com",)), (("@scope/x",), ("@scope/y",))],
    ids=["two versions on either side", "addresses", "scopes"],
)
def test_ids_that_may_mean_anything_are_not_matched(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    found = gd.compare(*(bare(*(("app", node) for node in nodes)) for nodes in (old, new)), weight=None)
    assert ({entry.node for entry in found.appeared}, found.upgraded) == (set(new), [])


# ------------------------------------------------------------------------------------ text


def test_where_nothing_differs_that_is_said() -> None:
    graph = weighted([("a", "b", 1)])
    assert str(gd.compare(graph, graph)) == "Nothing differs."
    assert str(gd.compare(graph, graph, "a", "b")).startswith("Influence of a: nothing differs.\n")
    assert "### Influence of `a`: nothing differs" in comparison_markdown([gd.compare(graph, graph, "a", "b")])


def test_markdown_has_the_places_that_moved_and_likely_renames() -> None:
    old = nx.DiGraph([("app", "web"), ("web", "zlib"), ("app", "old-name"), ("old-name", "zlib")])
    new = nx.DiGraph([("app", "web"), ("web", "zlib"), ("app", "new_name"), ("new_name", "zlib"), ("web", "new_name")])
    found = gd.compare(old, new, "app", "new_name", weight=None)
    text = comparison_markdown([found])
    assert "| weights | before | after | change | place |" in text
    assert "| counting paths | 0 | 2 | +2 | none -> 2nd of 3 |" in text
    assert "**Renamed?**\n\n| before | after |\n| --- | --- |\n| `old-name` | `new_name` |" in text
    assert "| `new_name` | 0 | 2 | +2 | none -> 2 |" in comparison_markdown([gd.compare(old, new, "app", weight=None)])


def test_one_edge_is_no_plural_in_text_and_markdown() -> None:
    old, new = weighted([("a", "b", 1), ("b", "c", 1)]), weighted([("a", "b", 2), ("b", "c", 1), ("a", "c", 1)])
    found = gd.compare(old, new)
    assert str(found).startswith("0 appeared, 0 gone, 1 edge added, 0 removed, 1 changed.")
    assert comparison_markdown(found).startswith("### 0 appeared, 0 gone, 1 edge added, 0 removed, 1 changed")
