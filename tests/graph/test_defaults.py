"""By which weights a graph is asked where none are named: known, or refused, or a preset; and words that say which."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import WeightError
from graphdiff.graph.attributes import possible_weights
from graphdiff.graph.defaults import known_weights
from graphdiff.weights import default_weights, even, unit


def graph_of(data: dict[str, Any], **facts: str) -> nx.DiGraph:
    return nx.DiGraph([("a", "b", data), ("b", "c", dict(data))], **facts)


CALLS = {"edge_meaning": "calls"}
CAUSES = {"edge_meaning": "causes"}
KNOWN = {
    "an attribute of that name": ({"weight": 2, "cost": 3}, {}, "weight", "weights: weight, the edges' own"),
    "in other letters": ({"Weight": 2}, {}, "Weight", "weights: Weight, the edges' own"),
    "those letters first": ({"weight": 2, "WEIGHT": 3}, {}, "weight", "weights: weight, the edges' own"),
    "what the file says they are": (
        {"weight": 2.0}, {"weight_meaning": "local derivative"}, "weight", "weights: local derivative, the edges' own",
    ),
    "an estimate of what causes what": (
        {"Estimate": 0.5, "se": 0.1}, CAUSES, "Estimate", "weights: Estimate, the column of the table",
    ),
    "one edge with a weight is enough": ({}, {}, "weight", "weights: weight, the edges' own"),
}  # fmt: skip


@pytest.mark.parametrize("case", KNOWN, ids=str)
@pytest.mark.parametrize("kind", [nx.DiGraph, nx.MultiDiGraph])
def test_known_weights(case: str, kind: type[nx.DiGraph]) -> None:
    data, facts, name, why = KNOWN[case]
    graph = kind(graph_of(data, **facts))
    if not data:
        graph.add_edge("c", "d", weight=1)
    choice = default_weights(graph, (unit, even))
    assert (choice.weights, choice.names, choice.why) == ((name,), (name,), why)
    assert choice.are_known


REFUSED = {
    "a number of any name": ({"coefficient": 0.5}, {}, "coefficient", "coefficient"),
    "beside its error": ({"se": 0.1, "effect": 0.5}, {}, "se, effect", "effect"),
    "cost that no profile has": ({"calls": 2, "cost": 9}, CALLS, "calls, cost", "calls"),
    "an estimate of nothing that causes": ({"estimate": 2}, CALLS, "estimate", "estimate"),
    "exact numbers": ({"part": Fraction(1, 2)}, {}, "part", "part"),
    "decimals": ({"part": Decimal("0.5")}, {}, "part", "part"),
    "many": ({f"n{i}": i for i in range(6)}, {}, "n0, n1, n2, n3, and 2 more", "n0"),
    "a number in a label": ({"label": 3, "penwidth": 2}, {"format": "DOT"}, "label", "label"),
}


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_numbers_that_may_be_weights_are_refused(case: str) -> None:
    data, facts, listed, first = REFUSED[case]
    with pytest.raises(WeightError, match="known to be their weight") as caught:
        default_weights(graph_of(data, **facts))
    assert str(caught.value) == (
        f'the edges have numbers, and none is known to be their weight: {listed}; weight="{first}" takes that number; '
        "weight=None counts paths; weight=graphdiff.weights.even spreads one unit evenly"
    )
    assert caught.value.count == 2
    assert gd.compile(graph_of(data, **facts), weight=first).n_edges == 2  # the way out leads out


NONE: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "no attributes": ({}, {}),
    "text": ({"kind": "dev"}, {}),
    "yes and no": ({"optional": True}, {}),
    "an id": ({"id": 7, "Project ID": 8, "sourceId": 9}, {}),
    "a line and a slot": ({"lineno": 7, "input_slot": 8, "output_nr": 1}, {}),
    "errors alone": ({"se": 0.1, "p-value": 0.2, "Std. Err": 0.3, "ci.lower": 0}, {}),
    "parts": ({"group": 1, "cluster": 2}, {}),
    "what a drawing looks like": ({"penwidth": 2}, {"format": "DOT"}),
    "numbers of a format that has no weights": ({"statements": 2}, {"weight_meaning": "none"}),
}


@pytest.mark.parametrize("case", NONE, ids=str)
def test_a_graph_without_weights_gets_a_preset(case: str) -> None:
    data, facts = NONE[case]
    choice = default_weights(graph_of(data, **facts), (unit, even))
    assert choice.weights == (unit, even)
    assert not choice.are_known
    assert choice.why.endswith(": 1 on every edge (unit) and spread evenly (even)")
    assert default_weights(graph_of(data, **facts)).to_dict()["names"] == ["unit"]


def test_what_numbers_there_are_is_said_where_they_are_no_weights() -> None:
    why = default_weights(graph_of({"statements": 2}, weight_meaning="none"), (even,)).why
    assert why == "no known weights in the file (numbers: statements): spread evenly (even)"
    assert default_weights(nx.DiGraph(), (even,)).why == "no weights in the file: spread evenly (even)"


def test_a_number_is_a_possible_weight_where_most_edges_have_it() -> None:
    rows: list[dict[str, Any]] = [{"x": 1}, {"x": 2}, {"y": 3}, {}]
    assert possible_weights(rows) == []
    assert possible_weights([*rows, {"x": 0.5}]) == ["x"]
    assert possible_weights([{"x": 1}, {"x": "one"}]) == []


def test_a_question_that_needs_no_weights_is_not_refused() -> None:
    choice = known_weights(graph_of({"coefficient": 0.5}))
    assert choice.to_dict() == {
        "names": ["unit"], "why": "no known weights in the file (numbers: coefficient): 1 on every edge (unit)",
    }  # fmt: skip


def test_what_compile_refuses_has_the_same_way_out() -> None:
    with pytest.raises(WeightError, match=r"none of the 2 edges has 'weight'; .*; weight=\"effect\" takes that number"):
        gd.total_influence(graph_of({"id": 7, "effect": 0.5}), "a", "c")


class TestTables:
    def read(self, tmp_path: Path, text: str, **options: Any) -> nx.DiGraph:
        path = tmp_path / "table.csv"
        path.write_text(text)
        return gd.read(path, **options)

    @pytest.mark.parametrize("gap", ["", " ", "NA"])
    def test_a_column_of_numbers_with_a_gap_is_one_of_numbers(self, tmp_path: Path, gap: str) -> None:
        graph = self.read(tmp_path, f"cause,effect,coefficient,note\nx,m,0.5,\nm,y,{gap},b\n")
        assert [data for *_, data in graph.edges(data=True)] == [{"coefficient": 0.5, "note": ""}, {"note": "b"}]
        graph.add_edge("y", "z", coefficient=0.5)
        with pytest.raises(WeightError, match="coefficient"):
            default_weights(graph)
        with pytest.raises(WeightError, match=r"1 of the 3 edges has no 'coefficient', the first is 'm' -> 'y'"):
            gd.compile(graph, weight="coefficient")

    def test_a_column_of_text_stays_one(self, tmp_path: Path) -> None:
        graph = self.read(tmp_path, "source,target,kind,none\na,b,1,\nb,c,x,\nc,d,,\n")
        assert list(graph.edges(data="kind")) == [("a", "b", "1"), ("b", "c", "x"), ("c", "d", "")]
        assert [none for *_, none in graph.edges(data="none")] == ["", "", ""]

    def test_keys_with_a_gap_are_no_keys_by_number(self, tmp_path: Path) -> None:
        graph = self.read(tmp_path, "source,target,key\na,b,1\na,b,\n")
        assert list(graph.edges(keys=True)) == [("a", "b", "1"), ("a", "b", "")]

    PATHS = "lhs,op,rhs,est,std.all,se\nm,~,x,0.5,0.7,0.1\ny,~,m,2,0.6,0.2\n"

    @pytest.mark.parametrize(
        "columns, why",
        [
            (None, "weights: estimate, the column of the table"),
            ("weight=est", "weights: estimate, the column of the table"),
            ("weight=std.all", "weights: std.all, the edges' own"),
        ],
    )
    def test_a_path_model_says_which_column_it_takes(self, tmp_path: Path, columns: str | None, why: str) -> None:
        graph = self.read(tmp_path, self.PATHS, columns=columns)
        assert default_weights(graph).why == why
        assert gd.total_influence(graph, "x", "y") == pytest.approx(0.42 if "std" in why else 1.0)


def in_percent(*labels: object) -> nx.DiGraph:
    ends = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]
    return nx.DiGraph([(*pair, {"label": label}) for pair, label in zip(ends, labels, strict=False)])


def test_labels_in_per_cent_are_weights_that_one_may_ask_for() -> None:
    graph = in_percent("36.07%", "63.93 %", "50%", " 10%")
    with pytest.raises(WeightError, match=r'none is known to be their weight: label; weight="label" takes that number'):
        default_weights(graph)
    with pytest.raises(WeightError, match=r'have: label \(4 of 4, per cent\); weight="label" takes that number'):
        gd.total_influence(graph, "a", "d", weight="lable")
    assert gd.total_influence(graph, "a", "d", weight="label") == pytest.approx(0.3607 * 0.5 + 0.6393 * 0.1)
    exact = gd.total_influence(graph, "a", "d", weight="label", exact=True)
    assert exact == Fraction(3607, 10_000) / 2 + Fraction(6393, 10_000) / 10
    graph.edges["c", "d"].clear()
    assert gd.total_influence(graph, "a", "d", weight="label", default_weight=1) == pytest.approx(0.3607 * 0.5 + 0.6393)


@pytest.mark.parametrize("other", ["x", "36.07", "1e2%", "%", "5%5%", 7, "9" * 30 + "%"])
def test_labels_of_which_one_is_something_else_are_texts(other: object) -> None:
    graph = in_percent("36.07%", other, "50%", "10%")
    assert default_weights(graph).names == ("unit",)
    if isinstance(other, str):
        with pytest.raises(WeightError, match=r"is '36\.07%', not a finite number"):
            gd.total_influence(graph, "a", "d", weight="label")
