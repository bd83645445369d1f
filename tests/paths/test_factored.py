"""`factored`: nested sums and products that expand to the sum over all paths."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from graphs import (
    FRACTIONS,
    INTS,
    SEVERAL,
    complete_dag,
    dags,
    diamonds,
    olah,
    parallel_chain,
    path_sum,
    queries,
    walks,
    weighted,
)
from hypothesis import given

import graphdiff as gd
from graphdiff.errors import CycleError, LimitError, SameComponentError, UsageError


@SEVERAL
@given(query=queries(dags(INTS | FRACTIONS)))
def test_with_the_weights_put_in_it_is_the_sum_over_paths(query: Any) -> None:
    graph, source, target = query
    formula = gd.factored(graph, source, target)
    assert formula.value() == path_sum(graph, source, target)
    assert formula.operations <= formula.listed_operations
    lengths = [len(walk) for walk in walks(graph, source, target)]
    listed = sum(max(0, length - 1) for length in lengths) + max(0, len(lengths) - 1)
    assert formula.listed_operations == listed


@given(query=queries(dags(INTS, max_nodes=5, max_edges=8)))
def test_text_and_sympy_expand_to_the_products_along_the_paths(query: Any) -> None:
    sympy = pytest.importorskip("sympy")
    graph, source, target = query
    paths = walks(graph, source, target)
    used = [edge for edge in gd.compile(graph).edges() if any(edge in walk for walk in paths)]
    names = {edge: f"x{number}" for number, edge in enumerate(used)}
    formula = gd.factored(graph, source, target, names=list(names.values()))
    expected = sum((sympy.prod([sympy.Symbol(names[edge]) for edge in walk]) for walk in paths), start=sympy.Integer(0))
    assert sympy.expand(formula.to_sympy()) == sympy.expand(expected)
    *lines, whole = formula.text().split("\n")
    put_in = sympy.sympify(whole)
    for line in reversed(lines):
        name, value = line.split(" = ")
        put_in = put_in.subs(sympy.Symbol(name), sympy.sympify(value))
    assert sympy.expand(put_in) == sympy.expand(expected)


@given(query=queries(dags(INTS)))
def test_it_is_never_longer_than_the_elimination(query: Any) -> None:
    """A multiply-add is two operations; the sums of parallel edges come before."""
    graph, source, target = query
    formula = gd.factored(graph, source, target)
    joins = gd.plan(graph, [source], [target], elimination_order="markowitz").costs["elimination"].multiply_adds
    parallel = graph.number_of_edges() - len(set(graph.edges()))
    assert formula.operations <= 2 * joins + parallel


def test_olahs_nine_paths() -> None:
    formula = gd.factored(parallel_chain([2, 3, 5], [7, 11, 13]), 0, 2, names="αβγδεζ")
    assert formula.text() == "(α + β + γ)*(δ + ε + ζ)"
    assert formula.latex() == r"(α + β + γ)\,(δ + ε + ζ)"
    assert (formula.operations, formula.listed_operations, formula.value()) == (5, 17, 310)
    assert str(formula) == "(α + β + γ)*(δ + ε + ζ)\n5 operations; path by path 17"
    assert formula.to_dict()["operations"] == 5


def test_edges_name_themselves() -> None:
    formula = gd.factored(olah(), "b", "e")
    assert formula.text() == "w[b,c]*w[c,e] + w[b,d]*w[d,e]"
    assert gd.factored(weighted([("a_1", "b", 2)]), "a_1", "b").latex() == r"w_{\mathrm{a\_1},\mathrm{b}}"
    named, total = gd.factored(complete_dag(5), 0, 4).latex().split(" \\\\\n")
    assert named.startswith("t_{1} &= w_{")
    assert total.startswith("&w_{")  # both at the mark of an aligned environment


def test_symbols_keep_their_names() -> None:
    sympy = pytest.importorskip("sympy")
    x, y = sympy.symbols("x y")
    formula = gd.factored(weighted([("a", "b", x), ("b", "c", y), ("a", "c", 2 * x)]), "a", "c")
    assert formula.text() == "w[a,c] + x*y"
    assert formula.value() == x * y + 2 * x


def test_what_is_used_twice_has_a_name() -> None:
    """Three diamonds in a row share nothing; a complete graph does."""
    assert gd.factored(diamonds(3), 0, 9).named == []
    formula = gd.factored(complete_dag(5), 0, 4)
    assert formula.value() == 8
    assert formula.named
    assert formula.text().startswith("t1 = ")
    assert len(formula.text().split("\n")) == len(formula.named) + 1


def test_no_path_and_the_empty_path() -> None:
    graph = olah()
    assert (gd.factored(graph, "e", "b").text(), gd.factored(graph, "e", "b").value()) == ("0", 0)
    assert (gd.factored(graph, "b", "b").text(), gd.factored(graph, "b", "b").value()) == ("1", 1)
    assert gd.factored(graph, "b", "b").operations == 0


def test_what_has_no_formula() -> None:
    with pytest.raises(LimitError, match=r"299 nodes lie between.*prune the graph first"):
        gd.factored(diamonds(100), 0, 300)
    with pytest.raises(UsageError, match="names= has 1, and 2 edges lie between"):
        gd.factored(parallel_chain([1, 2]), 0, 1, names="α")
    cycle = weighted([("a", "b", 0.5), ("b", "a", 0.5), ("b", "c", 1.0)])
    with pytest.raises(CycleError, match="infinitely many"):
        gd.factored(cycle, "a", "c", cycles="solve")
    with pytest.raises(SameComponentError, match="on one cycle"):
        gd.factored(cycle, "a", "b", cycles="collapse")
    assert gd.factored(nx.DiGraph(cycle), "a", "c", cycles="collapse").text() == "w[b,c]"
