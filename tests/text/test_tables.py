"""Tables, and what every result does with its own."""

from __future__ import annotations

import inspect
from typing import Any

import networkx as nx
import pytest
from graphs import olah

import graphdiff as gd
from graphdiff.text.tables import WIDTH, Axis, Column, Frame, Result, aligned

#: Public classes that a question takes, or that are a row of its result.
NO_RESULTS = {"CompiledGraph", "Format", "Operations", "Path", "Semiring", "Targets"}


class Figures(Result):
    def to_dict(self) -> dict[str, Any]:
        return {"text": "a < b", "number": 2}

    def __str__(self) -> str:
        return "a < b"


def test_without_a_table_of_its_own_a_result_shows_its_text_and_its_figures() -> None:
    assert Figures()._repr_html_() == "<pre>a &lt; b</pre>"
    assert Figures().to_pandas().to_dict() == {"text": "a < b", "number": 2}


def test_every_public_result_is_one() -> None:
    classes = {name for name in gd.__all__ if inspect.isclass(getattr(gd, name))}
    assert {name for name in classes if not issubclass(getattr(gd, name), Result)} <= NO_RESULTS
    writes = [name for name in classes - NO_RESULTS if "to_pandas" in vars(getattr(gd, name))]
    assert sorted(writes) == ["Comparison", "Explanation"]  # which put the largest first


def test_a_formula_is_a_series_of_its_figures() -> None:
    formula = gd.factored(olah(), "b", "e")
    assert formula.to_pandas().to_dict() == formula.to_dict()


@pytest.mark.parametrize(
    ("labels", "kind"),
    [([1, 2], "int64"), ([1, 2.5], "object"), ([("a", "b"), ("a", "c")], "object"), ([], "object")],
    ids=["of one type", "ints beside floats", "edges stay tuples", "none"],
)
def test_names_stay_as_they_are(labels: list[Any], kind: str) -> None:
    index = Axis(labels, "edge").to_pandas()
    assert (list(map(repr, index)), index.dtype, index.name) == (list(map(repr, labels)), kind, "edge")


def test_columns_and_frames_have_their_names() -> None:
    series = Column([1, 2], Axis("ab", "node"), "tangent").to_pandas()
    assert (series.name, series.index.name, series["b"]) == ("tangent", "node", 2)
    frame = Frame([[1, 2]], Axis("c", "target"), Axis("ab", "source")).to_pandas()
    assert (frame.index.name, frame.columns.name, frame.loc["c", "b"]) == ("target", "source", 2)


def test_labels_of_members_keep_their_plus_signs() -> None:
    from graphdiff.text.names import node_text
    from graphdiff.text.numbers import shorten_label

    for count in range(1, 8):
        for length in (17, 24, 48):
            text = node_text(frozenset(f"@scope/package-{number}-of-some-length" for number in range(count)))
            short = shorten_label(text, length)
            assert len(short) <= max(length, 17)
            assert (" + " in short) == (count > 1)
            if count > 2:
                assert short.endswith("more")
                named = [name for name in short.split(" + ") if not name.endswith("more")]
                assert len(named) + int(short.rpartition("+ ")[2].split()[0]) == count


def test_a_name_of_many_letters_makes_no_line_longer_than_its_numbers_do() -> None:
    name = "z" * 20_000
    graph = nx.DiGraph([("a", name), (name, "c"), ("a", "b"), ("b", "c")])
    texts = [
        *(gd.rank(graph, **ask, weight=None).text() for ask in ({}, {"source": name}, {"target": name})),
        gd.rank(graph, by="reliance", weight=None).text(),
        str(gd.compare(graph.subgraph("ab"), graph, weight=None)),
        str(gd.compare(graph.edge_subgraph([("a", "b"), ("b", "c"), ("a", name)]), graph, source="a", weight=None)),
    ]
    assert all("zz…zz" in text for text in (*texts[:2], texts[3], texts[4]))
    assert max(len(line) for text in texts for line in text.splitlines()) <= 190  # the longest is a note to be wrapped
    assert max(map(len, aligned([("node", "total"), (name, "1")]))) == WIDTH + len("  total")
