"""What a notebook shows: of every result a table, of graphs a picture, nothing long, and all of it escaped."""

from __future__ import annotations

import pickle
import sys
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import networkx as nx
import pytest
from graphs import lattice, olah, weighted

import graphdiff as gd
from graphdiff.text.notebook import LINES, ROWS, folded

DATA = Path(__file__).parents[2] / "data"

HOSTILE = "<script>alert(1)</script>\x1b[2J" + "x" * 5_000


def large() -> nx.DiGraph:
    """Return 64 nodes, all of which are on paths, one in the middle with a name that is not to be believed."""
    graph = nx.relabel_nodes(lattice(8), {(3, 4): HOSTILE})
    nx.set_edge_attributes(graph, 0.5, "weight")
    nx.set_edge_attributes(graph, 0.1, "se")
    return nx.DiGraph(graph, edge_meaning="depends on")


def profile() -> nx.DiGraph:
    return gd.read(DATA / "site.callgrind")


G, A, B = large(), (0, 0), (7, 7)
FEWER = nx.DiGraph(G)
FEWER.remove_edges_from([edge for edge in G.edges if edge[0] == (2, 3)])

#: A result of each class, of a graph that is too large to be shown whole.
RESULTS: dict[str, Any] = {
    "Changes": lambda: gd.compare(G, FEWER, A),
    "Check": lambda: gd.check(lambda a, b: a * b, a=2.0, b=3.0),
    "Comparison": lambda: gd.compare(G, FEWER, A, B),
    "Contributions": lambda: gd.edge_contributions(G, A, B),
    "Cost": lambda: gd.cost_of(G, (0, 1), [A]),
    "CostRanking": lambda: gd.rank(profile()),
    "Cut": lambda: gd.cut(G, A, B),
    "CycleReport": lambda: gd.find_cycles(weighted([(n, (n + 1) % 90, 1) for n in range(90)])),
    "Diagnosis": lambda: gd.diagnose(G, A, B),
    "Difference": lambda: gd.compare(G, FEWER),
    "Effects": lambda: gd.table(G, sd="se"),
    "Exclusive": lambda: gd.exclusive(G, A),
    "Explanation": lambda: gd.explain(G, A, B),
    "FirstSteps": lambda: gd.first_steps(weighted([("a", n, 1) for n in range(50)]), "a", gd.LEAVES),
    "Formula": lambda: gd.factored(G, A, B),
    "Gains": lambda: gd.what_if(profile(), remove_nodes=["escape"]),
    "Influences": lambda: gd.forward(G, A),
    "Jacobian": lambda: gd.jacobian(G),
    "Paths": lambda: gd.strongest_paths(G, A, B, k=300),
    "Plan": lambda: gd.plan(G),
    "ProfileComparison": lambda: gd.compare(profile(), gd.read(DATA / "site-after.callgrind")),
    "Ranking": lambda: gd.rank(G, A),
    "ReplacementScores": lambda: gd.replacement_scores(gd.read(DATA / "saying-son.json.xz")),
    "Routes": lambda: gd.routes(G, A, B),
    "Sensitivities": lambda: gd.sensitivities(G, A, B),
    "Spent": lambda: gd.explain(profile(), "export", "escape"),
    "Uncertainty": lambda: gd.uncertainty(G, A, B, sd="se"),
    "WhatIf": lambda: gd.what_if(G, A, B, remove_edges=[(A, (0, 1)), ((2, 3), (2, 4))]),
}

#: Whose answer is no table.
TEXTS = {"Formula"}
#: What `graphdiff.write` draws.
PICTURES = {
    "Changes",
    "Comparison",
    "CostRanking",
    "Difference",
    "Explanation",
    "ProfileComparison",
    "Ranking",
    "Spent",
}


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_shows_a_table_or_its_text_and_the_picture_that_it_has(name: str) -> None:
    result = RESULTS[name]()
    assert type(result).__name__ == name
    bundle = result._repr_mimebundle_()
    assert sorted(bundle) == ["text/html", "text/plain"]
    assert bundle["text/plain"].count("\n") <= LINES
    html, _, svg = bundle["text/html"].partition("<svg")
    assert bool(svg) == (name in PICTURES)
    assert ("<table>" in html) == (name not in TEXTS)
    assert html.count("<tr>") <= 1 + ROWS + (name == "Diagnosis") * 10
    assert "<script" not in html + svg
    assert max(map(len, unescape(html.replace("<", "\n<")).split("\n"))) < 1_010  # no cell holds it all
    assert len(repr(result)) < 4_000
    assert len(max(repr(result).split("\n"), key=len)) <= 400


def test_a_table_says_where_the_other_rows_are() -> None:
    assert "<p>The first 20 rows; to_pandas() has all.</p>" in gd.table(G)._repr_html_()
    assert "to_pandas() has all" not in gd.table(olah(), "b", "e")._repr_html_()


def test_a_report_is_behind_a_fold_cut_to_a_screen() -> None:
    report = folded("a <b>\n" * 60)
    assert report.startswith("<details><summary>as text</summary><pre>a &lt;b&gt;")
    assert report[: report.index("</pre>")].count("\n") == LINES
    assert "more lines: print() has all</pre></details>" in report
    assert folded("one line") == ""
    assert "<details><summary>as text</summary><pre>" in gd.rank(G, A)._repr_html_()


def test_paths_are_a_list_and_show_a_line_each() -> None:
    pytest.importorskip("pandas")
    paths = gd.strongest_paths(olah(), "b", "e")
    assert isinstance(paths, list)
    assert repr(paths) == "b -> d -> e  (3)\nb -> c -> e  (2)"
    assert [path.influence for path in paths] == paths.to_pandas()["influence"].tolist() == [3, 2]
    assert "<tr><td>b -&gt; d -&gt; e</td><td>3</td></tr>" in paths._repr_html_()
    assert repr(gd.strongest_paths(olah(), "e", "b")) == "no path"
    many = gd.sample_paths(G, A, B, 50, seed=1)
    assert repr(many).split("\n")[-1] == "… 30 more"
    assert max(map(len, repr(many).split("\n"))) < 130


def test_one_long_path_and_some_of_many_are_short_too() -> None:
    chain = nx.path_graph(3_000, create_using=nx.DiGraph)
    (path,) = gd.strongest_paths(chain, 0, 2_999, k=1, weight=None)
    assert repr(path) == "<Path: 0 -> 1 -> 2 -> 3 -> … 2,992 more … -> 2996 -> 2997 -> 2998 -> 2999  (1)>"
    assert str(path).count(" -> ") == 2_999
    for paths in (gd.strongest_paths(G, A, B, k=90)[5:75], gd.explain(G, A, B).strongest, gd.explain(G, A, B).shortest):
        shown = paths._repr_mimebundle_()
        assert shown["text/html"].count("<tr>") == 1 + min(ROWS, len(paths)) > 3
        assert len(repr(paths)) < 4_000


def test_a_compiled_graph_is_a_card() -> None:
    ring = gd.compile(nx.DiGraph([("a", "b"), ("b", "a")], node_meaning="crates"), weight=None, cycles="collapse")
    html = ring._repr_mimebundle_()["text/html"]
    for name, value in (("nodes", "2"), ("edges", "2"), ("cycles", "1 component with cycles (collapse)")):
        assert f"<tr><th>{name}</th><td>{value}</td></tr>" in html
    assert "<td>crates</td>" in html
    assert "unknown" not in html


@pytest.mark.parametrize(
    "make",
    [
        lambda: gd.trace("c = a + b; e = c * b", a=2, b=1),
        lambda: gd.annotate(olah(), "b", "e"),
        lambda: gd.annotate(gd.compile(olah()), target="e"),
        lambda: gd.prune(olah(), "b", "e"),
        lambda: gd.eliminate(olah(), ["c"]),
        lambda: gd.group(olah(), str),
    ],
    ids=["trace", "annotate", "annotate compiled", "prune", "eliminate", "group"],
)
def test_a_graph_that_we_made_shows_its_picture_and_is_one_of_networkx(make: Any) -> None:
    graph = make()
    assert isinstance(graph, nx.DiGraph)
    assert str(graph).startswith(("DiGraph with", "MultiDiGraph with"))
    assert repr(graph) == f"<{graph}>"
    bundle = graph._repr_mimebundle_()
    assert bundle["text/plain"] == str(graph)
    assert bundle["image/svg+xml"].startswith("<svg ")
    assert bundle["image/svg+xml"].endswith("</svg>")
    assert ' id="' not in bundle["image/svg+xml"]  # two pictures on a page share none
    for copy in (graph.copy(), graph.reverse().reverse(), pickle.loads(pickle.dumps(graph))):
        assert nx.utils.graphs_equal(copy, graph)
        assert type(copy) is type(graph)
    assert type(graph.to_undirected()) in (nx.Graph, nx.MultiGraph)


def test_a_graph_of_a_type_of_somebody_else_keeps_it() -> None:
    class Mine(nx.DiGraph):
        pass

    assert type(gd.annotate(Mine(olah()), "b", "e")) is Mine
    given = olah()
    gd.annotate(given, "b", "e")
    assert type(given) is nx.DiGraph


def test_what_is_too_large_to_see_says_so_at_once() -> None:
    graph = gd.trace("; ".join(f"x{n} = a + {n}" for n in range(400)), a=1)
    bundle = graph._repr_mimebundle_()
    assert "image/svg+xml" not in bundle
    assert "<p>No picture: 801 nodes, 800 edges are too many to see" in bundle["text/html"]


def test_a_terminal_is_shown_text_and_nothing_is_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def formatter(*types: str) -> None:
        shell = SimpleNamespace(display_formatter=SimpleNamespace(active_types=list(types)))
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))

    graph = gd.annotate(olah(), "b", "e")
    formatter("text/plain", "text/html", "image/svg+xml")
    assert sorted(graph._repr_mimebundle_()) == ["image/svg+xml", "text/plain"]
    formatter("text/plain")
    monkeypatch.setattr("graphdiff.pictures.graphviz.inline", None)  # calling it would be an error
    assert graph._repr_mimebundle_() == {"text/plain": str(graph)}
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    with pytest.raises(TypeError, match="not callable"):
        graph._repr_mimebundle_()
