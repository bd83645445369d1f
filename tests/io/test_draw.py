"""`draw`: one call is the picture of a question, on the screen and in a file."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest
from graphs import complete_dag, olah, weighted

import graphdiff as gd
from graphdiff.errors import OutputError, UnknownNodeError, UsageError, WeightError
from graphdiff.io.write import render

DATA = Path(__file__).parents[2] / "data"


def test_it_is_what_annotate_and_write_make(tmp_path: Path) -> None:
    drawing = gd.draw(olah(), "b", "e")
    for suffix in ("svg", "dot", "mmd"):
        drawing.save(tmp_path / f"a.{suffix}")
        gd.write(gd.annotate(olah(), "b", "e"), tmp_path / f"b.{suffix}")
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()
    with pytest.raises(OutputError, match="exists"):
        drawing.save(tmp_path / "a.svg")
    drawing.save(tmp_path / "a.svg", overwrite=True)
    gd.write(drawing, tmp_path / "c.svg")
    assert (tmp_path / "c.svg").read_bytes() == (tmp_path / "a.svg").read_bytes()


def test_it_shows_as_much_as_was_asked_for(tmp_path: Path) -> None:
    graph = complete_dag(20)
    few, many = (gd.draw(graph, 0, 19, weight=None, max_nodes=n)._repr_mimebundle_() for n in (5, 12))
    assert few["text/plain"] == "<Drawing: DiGraph with 20 nodes and 190 edges>"
    assert few["image/svg+xml"].count('class="node"') < many["image/svg+xml"].count('class="node"') <= 12
    assert gd.draw(olah(), direction="LR")._repr_mimebundle_() != gd.draw(olah())._repr_mimebundle_()
    with pytest.raises(UsageError, match="max_nodes"):
        gd.draw(olah(), max_nodes=0)


def test_results_and_annotated_graphs_are_drawn_as_they_are() -> None:
    marked = gd.annotate(olah(), target="e")
    assert gd.draw(marked).graph is marked
    why = gd.explain(olah(), "b", "e")
    assert render(gd.draw(why), "svg") == render(why, "svg")
    again = gd.draw(marked, "b", "e")
    assert again.graph.graph["annotation"] == "contribution"


def test_of_what_is_needed_one_end_is_asked_from_all_roots() -> None:
    needs = nx.DiGraph([("app", "web"), ("web", "json"), ("cli", "json")], edge_meaning="depends on")
    assert gd.draw(needs, target="json", weight=None).graph.graph["source"] is gd.ROOTS
    compiled = gd.compile(needs, weight=None)
    assert gd.draw(compiled, "app").graph.graph["target"] is gd.LEAVES
    assert gd.draw(olah(), target="e").graph.graph["annotation"] == "adjoint"


def test_groups_are_drawn_where_asked_for_or_where_packages_do_not_fit() -> None:
    needs = nx.DiGraph(complete_dag(40), edge_meaning="depends on")
    assert gd.draw(needs, weight=None).graph.graph["quotient"]
    assert gd.draw(gd.compile(needs, weight=None)).graph.graph["quotient"]
    assert "quotient" not in gd.draw(needs, weight=None, max_nodes=40).graph.graph
    assert "quotient" not in gd.draw(needs, 0, weight=None).graph.graph
    assert len(gd.draw(needs, 0, 39, by=lambda node: node // 10, weight=None).graph) == 4


def test_a_profile_is_drawn_as_it_was_measured() -> None:
    profile = gd.read(DATA / "site.callgrind")
    assert gd.draw(profile, "export", "escape").graph.graph["annotation"] == "profile"
    counted = gd.draw(profile, "export", "escape", weight="calls", cycles="collapse")
    assert counted.graph.graph["annotation"] == "contribution"


def test_a_cycle_without_a_value_leaves_out_what_it_leaves_open_and_the_picture_says_so() -> None:
    ring = weighted([("a", "b", 2), ("b", "c", 3), ("c", "b", 5), ("c", "d", 1)])
    drawing = gd.draw(ring, "a", "d")
    assert "b -> c -> b" in drawing.graph.graph["not_computed"]
    description = drawing._repr_mimebundle_()["image/svg+xml"].partition("<desc>")[2].partition("</desc>")[0]
    assert "the cycle b -&gt; c -&gt; b is on the way" in description
    assert "total" not in drawing.graph.graph
    with pytest.raises(UnknownNodeError, match="zz"):
        gd.draw(ring, "a", "zz")


@pytest.mark.parametrize("suffix", ["svg", "html", "json", "csv", "graphml", "dot", "mmd"])
def test_it_saves_itself_in_every_format_with_the_options_that_each_takes(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"picture.{suffix}"
    gd.draw(weighted([("a", "b", 2), ("b", "c", 3)]), "a", "c", fit="page", direction="LR").save(path)
    assert path.stat().st_size
    with pytest.raises(OutputError, match="exists"):
        gd.draw(weighted([("a", "b", 2)]), "a", "b").save(path)


def test_a_whole_graph_without_weights_is_drawn_all_the_same() -> None:
    needs = nx.DiGraph([("a", "b"), ("b", "c")], edge_meaning="depends on")
    assert len(gd.draw(needs).graph) == 3
    many = nx.DiGraph([(0, node) for node in range(1, 50)], edge_meaning="depends on")
    assert gd.draw(many).graph.graph["quotient"]
    needs.edges["a", "b"]["weight"] = 2.0
    with pytest.raises(WeightError, match="1 of the 2 edges has no 'weight'"):
        gd.draw(needs)


def test_the_picture_of_an_explanation_has_what_the_graph_says_of_its_nodes_unless_that_has_changed() -> None:
    graph = weighted([("a", "b", 2), ("b", "c", 3)])
    graph.nodes["b"]["version"], graph.edges["a", "b"]["clause"] = "1.2", ">= 1"
    why = gd.explain(graph, "a", "c")
    drawn = why.to_networkx()
    assert (drawn.nodes["b"]["version"], drawn.nodes["b"]["contribution"]) == ("1.2", 6)
    assert (drawn.edges["a", "b"]["clause"], drawn.edges["a", "b"]["weight"]) == (">= 1", 2)
    graph.remove_node("b")
    assert why.to_networkx().nodes["b"]["contribution"] == 6
