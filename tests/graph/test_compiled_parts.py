"""What a compiled graph says of itself, what it takes, and what it becomes with other weights or attributes."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import weighted

import graphdiff as gd
from graphdiff.arithmetic import finished
from graphdiff.errors import FormatError, OutputError, UsageError, ValueOverflowError, WeightError
from graphdiff.graph import compiled as parts
from graphdiff.graph.compiled import CompiledGraph, compiled, counted

EDGES = [("a", "b", 2), ("a", "c", -3), ("b", "c", 4)]


def test_a_graph_says_how_large_it_is_and_what_its_numbers_mean() -> None:
    graph = gd.compile(weighted(EDGES))
    assert repr(graph) == "<CompiledGraph: 3 nodes, 3 edges, no cycles>"
    loop = gd.compile(weighted([("a", "a", 0.5), ("b", "c", 0.5), ("c", "b", 0.5)]), cycles="solve")
    assert repr(loop) == "<CompiledGraph: 3 nodes, 3 edges, 2 components with cycles (solve)>"
    assert repr(gd.compile(weighted([("a", "a", 0.5)]), cycles="collapse")).endswith(
        "1 edge, 1 component with cycles (collapse)>"
    )
    assert len(graph) == graph.n_nodes == 3
    assert graph.edges() == [("a", "b"), ("a", "c"), ("b", "c")]
    assert (graph.tails.tolist(), graph.heads.tolist()) == ([0, 0, 1], [1, 2, 2])
    assert not graph.tails.flags.writeable
    page = graph._shown()["text/html"]
    assert "an edge" not in page
    told = weighted(EDGES)
    told.graph.update(edge_meaning="calls", weight_meaning="cost", node_meaning="functions")
    page = gd.compile(told)._shown()["text/html"]
    for text in ("CompiledGraph", "nodes", "edges", "cycles", "an edge", "calls", "a weight", "cost", "nodes are"):
        assert text in page
    assert "3" in page
    assert "functions" in page


def test_weights_are_those_of_any_kind_that_is_given() -> None:
    arrays = [0, 0, 1], [1, 2, 2]
    assert CompiledGraph.from_arrays(*arrays).weights.tolist() == [1, 1, 1]  # type: ignore[union-attr]
    assert CompiledGraph.from_arrays(*arrays).weight_meaning == "unit"
    assert CompiledGraph.from_arrays(*arrays, [1.0, 2.0, 3.0]).weight_meaning == "unknown"
    exact = CompiledGraph.from_arrays(*arrays, [0.5, 0.1, 3.0], exact=True)
    assert gd.total_influence(exact, 0, 2) == Fraction(0.1) + Fraction(3, 2)
    assert (exact.exact, exact.cycles) == (True, "raise")
    with pytest.raises(
        UsageError, match=r"^cycles=\"ignore\": use one of 'raise', 'collapse', 'solve', 'reduced-form'$"
    ):
        CompiledGraph.from_arrays(*arrays, cycles="ignore")  # type: ignore[arg-type]
    told = CompiledGraph.from_arrays([1, 0], [2, 1], [5.0, 7.0], attributes={"kind": ["x", "y"]})
    assert list(told.attributes["kind"]) == ["y", "x"]
    assert list(CompiledGraph.from_arrays([0], [1]).attributes) == []


@pytest.mark.parametrize("weight", [3, ["w"], 0.5, {"w": 1}])
def test_what_gives_no_weights_is_refused(weight: Any) -> None:
    with pytest.raises(UsageError) as caught:
        gd.compile(weighted(EDGES), weight=weight)
    end = ": an edge attribute's name, a preset, a function or None (1 on every edge)"
    assert str(caught.value).startswith("weight=")
    assert str(caught.value).endswith(end)
    with pytest.raises(UsageError, match=r"^cycles=\"ignore\": use one of "):
        gd.compile(weighted(EDGES), cycles="ignore")  # type: ignore[arg-type]


def test_what_is_compiled_takes_no_options() -> None:
    graph = gd.compile(weighted(EDGES))
    assert gd.compile(graph) is compiled(graph, {}) is graph
    for options in ({"cycles": "solve"}, {"weight": None}, {"exact": True}, {"default_weight": 1}):
        with pytest.raises(TypeError) as caught:
            gd.compile(graph, **options)  # type: ignore[arg-type]
        told = f"give {next(iter(options))} to graphdiff.compile of the graph, or of read(path)"
        assert str(caught.value) == f"the graph is compiled already: {told}"
    with pytest.raises(
        TypeError,
        match=r"give weight and exact to graphdiff.compile of the graph, or of read\(path\)$",
    ):
        gd.total_influence(graph, "a", "c", weight=None, exact=True)
    assert counted(graph, {}).weights.tolist() == [1, 1, 1]  # type: ignore[union-attr]
    assert counted(weighted(EDGES), {"cycles": "solve", "weight": "none"}).cycles == "solve"
    assert counted(graph, {}) is graph.counting


@pytest.mark.parametrize(
    "weight, meaning, expected",
    [
        ("weight", "cost", "cost"),
        ("weight", "unknown", "weight"),
        ("weight", "none", "weight"),
        ("other", "cost", "other"),
        (abs, "cost", "abs"),
        (object(), "cost", "weight"),
    ],
)
def test_weights_mean_what_the_file_says_or_what_they_are_called(weight: Any, meaning: str, expected: str) -> None:
    assert parts.weight_meaning_of(weight, meaning) == expected


def test_small_graphs_and_others_are_compiled_alike() -> None:
    graph = weighted([(u, v, float(w)) for u, v, w in EDGES])
    graph.graph.update(edge_meaning="feeds", weight_meaning="gain", node_meaning="things")
    few = gd.compile(graph, cycles="solve")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "few_in", lambda graph, weight: None)
        others = gd.compile(graph, cycles="solve")
    for name in ("cycles", "exact", "edge_meaning", "weight_meaning", "node_meaning"):
        assert getattr(few, name) == getattr(others, name)
    assert (few.edge_meaning, few.weight_meaning, few.node_meaning) == ("feeds", "gain", "things")
    assert few.edges() == others.edges()
    assert list(few.weights) == list(others.weights) == [2, -3, 4]
    exact = gd.compile(graph, exact=True)
    assert (exact.exact, gd.total_influence(exact, "a", "c")) == (True, 5)
    assert isinstance(gd.total_influence(exact, "a", "c"), (int, Fraction))


def test_attributes_that_are_the_weights_are_kept_once() -> None:
    graph = weighted([(u, v, float(w)) for u, v, w in EDGES])
    for number, edge in enumerate(graph.edges.values()):
        edge["cost"] = float(number)
        edge["note"] = "x"
    by_cost = gd.compile(graph, weight="cost").with_attributes(graph)
    assert by_cost.attributes["cost"].given is by_cost.weights
    assert list(by_cost.attributes["weight"]) == [2, -3, 4]
    assert list(by_cost.attributes["note"]) == ["x", "x", "x"]
    plain = gd.compile(graph).with_attributes(graph)
    assert plain.attributes["weight"].given is plain.weights
    units = gd.compile(graph, weight=None).with_attributes(graph)
    assert {name for name, column in units.attributes.items() if column.given is units.weights} == set()
    called = gd.compile(graph, weight=lambda u, v, data: 9.0).with_attributes(graph)
    assert called.attributes["weight"].given is called.weights
    halved = plain.with_weights([1.0, 2.0, 3.0], meaning="half")
    assert (halved.weight_meaning, halved.topology.ids is plain.topology.ids) == ("half", True)


def test_other_weights_have_the_kind_that_compiling_gives_them() -> None:
    graph = gd.compile(weighted(EDGES))
    assert graph.with_weights([1, 2, 3]).weights.tolist() == [1, 2, 3]  # type: ignore[union-attr]
    assert graph.with_weights([1, 2, 3]).weight_meaning == "unknown"
    assert graph.with_weights({("a", "c"): 1, ("b", "c"): 2, ("a", "b"): 3}).weights.tolist() == [3, 1, 2]  # type: ignore[union-attr]
    exact = gd.compile(weighted(EDGES), exact=True).with_weights([0.5, 0.25, 0.125])
    assert gd.total_influence(exact, "a", "c") == Fraction(1, 4) + Fraction(1, 16)
    assert graph.reweighted(graph.weights, "cost").weight_meaning == "cost"


def test_presets_read_the_attribute_weight_or_the_own_weights() -> None:
    graph = CompiledGraph.from_arrays([0, 1], [2, 2], [1.0, -3.0]).with_preset(gd.weights.normalised)
    assert graph.weights.tolist() == [0.25, 0.75]  # type: ignore[union-attr]
    assert (graph.weight_meaning, graph.preset) == ("normalised", "normalised")
    assert list(graph.attributes["weight"]) == [1, -3]
    assert graph.topology.about["weight_meaning"] == "unknown"
    again = graph.with_preset(gd.weights.even)
    assert (again.weights.tolist(), again.preset) == ([1, 1], "even")  # type: ignore[union-attr]
    assert again.with_preset(gd.weights.normalised).weights.tolist() == [0.25, 0.75]  # type: ignore[union-attr]
    assert again.reweighted(np.array([1.0, 0.5]), "even").preset is None
    assert again.reweighted(again.weights, "other").preset is None


@pytest.mark.parametrize("kind, counts", [("sampled", "samples and no calls"), ("traced", "no calls")])
def test_profiles_that_count_no_calls_are_refused_by_what_is_of_calls(kind: str, counts: str) -> None:
    graph = nx.DiGraph(unit="s", kind=kind, edge_meaning="calls")
    graph.add_nodes_from([("f", {"self": 1.0}), ("g", {"self": 1.0})])
    graph.add_edge("f", "g", cost=2.0)
    with pytest.raises(WeightError) as caught:
        gd.compile(graph, weight=gd.weights.how_often)
    assert str(caught.value) == (
        f"this file counts {counts}, and how-often is of how often functions are called; "
        "weight=graphdiff.weights.spent takes what calls cost"
    )
    graph.edges["f", "g"]["calls"] = 4
    assert gd.compile(graph, weight=gd.weights.how_often).weight_meaning == "how-often"
    assert gd.compile(graph, weight=gd.weights.spent).weight_meaning == "spent"


@pytest.mark.parametrize(
    "weights, sizes",
    [
        ([2, -3], [2, 3]),
        ([2.5, -3.0], [2.5, 3]),
        ([Fraction(-1, 2), Fraction(1, 3)], [Fraction(1, 2), Fraction(1, 3)]),
        ([Decimal(-1), Decimal(2)], [1, 2]),
        ([3 + 4j, -1j], [5, 1]),
        ([-(2**63), 1], [2**63, 1]),
    ],
)
def test_absolute_weights(weights: list[Any], sizes: list[Any]) -> None:
    graph = CompiledGraph.from_arrays([0, 1], [1, 2], weights, cycles="reduced-form")
    assert list(graph.absolute.weights) == sizes
    assert graph.absolute.cycles == "solve"
    assert CompiledGraph.from_arrays([0, 1], [1, 2], weights, cycles="collapse").absolute.cycles == "collapse"


def test_absolute_weights_that_are_no_floats_are_refused_and_those_that_are_sizes_stay() -> None:
    large = CompiledGraph.from_arrays([0], [1], [complex(1.7e308, 1.7e308)])
    told = r"^the absolute value of a complex weight is more than the largest float"
    with pytest.raises(ValueOverflowError, match=told):
        _ = large.absolute
    sizes = CompiledGraph.from_arrays([0], [1], np.array([2.0]))
    assert sizes.absolute.weights is sizes.weights
    nothing = CompiledGraph.from_arrays([], [], [], n_nodes=1)
    assert nothing.absolute is nothing


def test_rows_of_lists_add_what_is_parallel_but_of_machine_numbers() -> None:
    tails, heads = [0, 0, 0, 1], [1, 1, 2, 2]
    machine = CompiledGraph.from_arrays(tails, heads, [1.0, 2.0, 3.0, 4.0])
    assert machine.listed_rows == [[(1, 1.0), (1, 2.0), (2, 3.0)], [(2, 4.0)], []]
    exact = CompiledGraph.from_arrays(tails, heads, [Fraction(n) for n in (1, 2, 3, 4)])
    assert exact.listed_rows == [[(1, 3), (2, 3)], [(2, 4)], []]
    assert exact.rows_at(np.array([1, 0])) == [[(2, 4)], [(1, 3), (2, 3)]]
    assert machine.rows_at(np.array([2, 1])) == [[], [(2, 4.0)]]
    merged = CompiledGraph.from_arrays([0, 1, 2], [1, 0, 0], [0.5, 0.5, 1.0], cycles="collapse")
    first = int(merged.topology.cyclic[0, 0])
    assert merged.anchor(first + 1) == first
    assert CompiledGraph.from_arrays([0, 1], [1, 0], [0.5, 0.5], cycles="solve").anchor(1) == 1


def test_presets_are_computed_of_what_a_graph_brings() -> None:
    graph = nx.DiGraph(edge_meaning="imports")
    graph.add_edge("a", "b", statements=3)
    graph.add_edge("b", "a", statements=1)
    graph.add_edge("a", "c", statements=1)
    graph.add_edge("a", "d", statements=1)
    made = gd.compile(graph, weight=gd.weights.imports)
    assert dict(zip(made.edges(), made.weights, strict=True)) == {
        ("a", "b"): 0.6,
        ("a", "c"): 0.2,
        ("a", "d"): 0.2,
        ("b", "a"): 1.0,
    }
    merged = gd.compile(graph, weight=gd.weights.even, cycles="collapse")
    assert dict(zip(merged.edges(), merged.weights, strict=True)) == {
        ("a", "b"): 0.0,
        ("a", "c"): 0.5,
        ("a", "d"): 0.5,
        ("b", "a"): 0.0,
    }
    assert gd.compile(graph, weight=gd.weights.even, exact=True).weights[0] == Fraction(1, 3)
    arrays = gd.compile(np.array([[0, 2.0], [0, 0]]), weight=gd.weights.even)
    assert arrays.weights.tolist() == [1.0]  # type: ignore[union-attr]


def test_a_graph_is_saved_with_its_settings_and_comes_back(tmp_path: Path) -> None:
    graph = weighted([("a", "b", 2.0), ("b", "a", 0.25), ("b", "c", 4.0)])
    graph.graph["edge_meaning"] = "calls"
    made = gd.compile(graph, cycles="solve")
    made.save(tmp_path / "g.gdiff")
    with pytest.raises(OutputError, match="exists"):
        made.save(tmp_path / "g.gdiff")
    made.save(tmp_path / "g.gdiff", overwrite=True)
    data = (tmp_path / "g.gdiff").read_bytes()
    for again in (CompiledGraph.load(tmp_path / "g.gdiff"), CompiledGraph.loads(data)):
        assert (again.cycles, again.edge_meaning, again.edges()) == ("solve", "calls", made.edges())
        assert gd.total_influence(again, "a", "c") == 16
    saved = made.topology, made.weights, {"cycles": "ignore", "exact": False}
    with pytest.raises(FormatError, match=r"^g.gdiff: there is no cycle policy 'ignore'$"):
        CompiledGraph._of_saved(saved, "g.gdiff")  # type: ignore[arg-type]


def test_weights_are_the_attribute_weight_before_any_other_that_is_like_them() -> None:
    graph = nx.DiGraph()
    for tail, head in (("a", "b"), ("b", "c")):
        graph.add_edge(tail, head, alike=2.0, weight=2.0)
    made = gd.compile(graph, weight=lambda u, v, data: 2.0).with_attributes(graph)
    assert made.attributes["weight"].given is made.weights
    assert made.attributes["alike"].given is not made.weights
    graph.edges["b", "c"]["weight"] = 9.0
    other = gd.compile(graph, weight=lambda u, v, data: 2.0).with_attributes(graph)
    assert other.attributes["alike"].given is other.weights


def test_edges_in_any_order_keep_their_weights_keys_and_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = nx.MultiDiGraph(edge_meaning="depends on")
    for tail, head, key, weight in (
        ("y", "z", "k", 5.0),
        ("x", "y", "m", 7.0),
        ("w", "x", "n", 11.0),
        ("w", "y", "o", 13.0),
    ):
        graph.add_edge(tail, head, key=key, weight=weight)
    expected = {("y", "z", "k"): 5.0, ("x", "y", "m"): 7.0, ("w", "x", "n"): 11.0, ("w", "y", "o"): 13.0}
    monkeypatch.setattr(parts, "few_in", lambda graph, weight: None)
    made = gd.compile(graph)
    assert made.labels[0] == "w"
    assert dict(zip(made.edges(), made.weights, strict=True)) == expected
    assert made.topology.loose is None
    graph.edges["x", "y", "m"].update(kind="peer", optional=True)
    marked = gd.compile(graph)
    assert marked.topology.marked_loose is not None
    assert dict(zip(marked.edges(), marked.topology.marked_loose, strict=True)) == {
        edge: edge == ("x", "y", "m") for edge in expected
    }
    exact = gd.compile(graph, exact=True)
    assert {edge: float(finished(w)) for edge, w in zip(exact.edges(), exact.weights, strict=True)} == expected
    assert gd.compile(np.array([[0, 0], [3.0, 0]])).edges() == [(1, 0)]
    called = gd.compile(graph, weight=lambda u, v, data: data["weight"] + 1)
    assert dict(zip(called.edges(), called.weights, strict=True)) == {e: w + 1 for e, w in expected.items()}


def test_what_a_preset_reads_may_be_missing_where_nothing_is_carried() -> None:
    graph = nx.DiGraph(unit="s", edge_meaning="calls")
    graph.add_nodes_from([("f", {"self": 1.0}), ("g", {"self": 2.0}), ("h", {"self": 3.0})])
    graph.add_edge("f", "g", cost=5.0, calls=2)
    graph.add_edge("g", "h", calls=4)
    graph.add_edge("h", "g", cost=0.5, calls=1)
    with pytest.raises(WeightError, match=r"^1 of the 3 edges has no 'cost', the first is 'g' -> 'h'"):
        gd.compile(graph, weight=gd.weights.spent)
    merged = gd.compile(graph, weight=gd.weights.spent, cycles="collapse")
    costs = dict(zip(merged.edges(), merged.attributes["cost"], strict=True))
    assert costs == {("f", "g"): 5.0, ("g", "h"): None, ("h", "g"): 0.5}
    assert merged.weights[merged.edges().index(("f", "g"))] == 1.0
    filled = gd.compile(graph, weight=gd.weights.spent, cycles="collapse", default_weight=0.25)
    assert dict(zip(filled.edges(), filled.attributes["cost"], strict=True))["g", "h"] == 0.25
    graph.remove_edge("h", "g")
    del graph.edges["f", "g"]["cost"]
    with pytest.raises(WeightError, match="'cost'"):
        gd.compile(graph, weight=gd.weights.spent, cycles="collapse")


def test_presets_of_arrays_read_their_weights_in_the_order_of_the_rows() -> None:
    matrix = np.array([[0, 0, 0], [2.0, 0, 0], [6.0, 3.0, 0]])
    made = gd.compile(matrix, weight=gd.weights.normalised)
    assert dict(zip(made.edges(), made.weights, strict=True)) == {(1, 0): 0.25, (2, 0): 0.75, (2, 1): 1.0}
    assert dict(zip(made.edges(), made.attributes["weight"], strict=True)) == {(1, 0): 2, (2, 0): 6, (2, 1): 3}


def test_a_card_has_a_row_for_each_thing_that_is_known() -> None:
    graph = weighted(EDGES)
    graph.graph.update(edge_meaning="calls", node_meaning="functions")
    made = gd.compile(graph)
    rows = [("nodes", "3"), ("edges", "3"), ("cycles", "no cycles"), ("an edge", "calls"), ("a weight", "weight")]
    assert made._shown() == {"text/html": parts.card([*rows, ("nodes are", "functions")], "CompiledGraph")}


def test_what_a_file_lacks_is_known_of_the_compiled_graph() -> None:
    assert gd.compile(weighted(EDGES)).topology.absences is None
    graph = nx.MultiDiGraph(unmet={"gone": ["a"]}, absent="not installed")
    graph.add_edge("a", "b", weight=1)
    lacking = gd.compile(graph).topology.absences
    assert lacking is not None
    assert lacking.absent == "not installed"
