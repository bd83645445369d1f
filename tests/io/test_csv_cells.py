"""CSV cell by cell: what would be read back as something else is written so that it is not."""

from __future__ import annotations

import csv
import io

import networkx as nx
import pytest

from graphdiff.io.edge_list import read_edge_list
from graphdiff.io.out import write_csv


def written_and_read(graph: nx.DiGraph) -> tuple[list[list[str]], nx.DiGraph]:
    data = write_csv(graph)
    return list(csv.reader(io.StringIO(data.decode()))), read_edge_list(data, name="g.csv")


@pytest.mark.parametrize("name", [" a", "  ", " a b ", "#a", "# a", "a ", "a, b", 'say "a"', "a#b"])
def test_blanks_and_signs_of_comments_at_the_start_of_a_name_come_back(name: str) -> None:
    graph = nx.DiGraph([(name, "b", {"weight": 2, "note": name}), ("b", "c", {"weight": 3, "note": "x"})])
    _, found = written_and_read(graph)
    assert list(found.edges(data=True)) == list(graph.edges(data=True))


def test_only_where_a_blank_or_a_comment_starts_a_cell_are_all_texts_quoted() -> None:
    assert write_csv(nx.DiGraph([(" a", "b", {"weight": 2})])) == b'"source","target","weight"\n" a","b",2\n'
    assert write_csv(nx.DiGraph([("a ", "b", {"weight": 2})])) == b"source,target,weight\na ,b,2\n"


@pytest.mark.parametrize("name", ["source", "target"])
def test_an_attribute_named_like_an_end_does_not_become_one(name: str) -> None:
    rows, found = written_and_read(nx.DiGraph([("a", "b", {name: "x", "weight": 2})]))
    assert rows == [["source", "target", "weight", f"own_{name}"], ["a", "b", "2", "x"]]
    assert list(found.edges(data="weight")) == [("a", "b", 2)]


def test_nothing_is_an_empty_cell_and_not_the_word() -> None:
    graph = nx.DiGraph([("a", "b", {"weight": 2, "kind": None}), ("b", "c", {"weight": 3}), ("c", "d", {"kind": "x"})])
    rows = list(csv.reader(io.StringIO(write_csv(graph).decode())))
    assert rows[1:] == [["a", "b", "2", ""], ["b", "c", "3", ""], ["c", "d", "", "x"]]


def test_the_weight_is_the_first_of_the_attributes() -> None:
    rows, _ = written_and_read(nx.DiGraph([("a", "b", {"kind": "x", "size": 1, "weight": 2})]))
    assert rows[0] == ["source", "target", "weight", "kind", "size"]
