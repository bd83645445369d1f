"""Results as others take them: numpy arrays, factors of products, plain records."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import olah, weighted

import graphdiff as gd
from graphdiff.errors import UsageError


def _results(graph: nx.DiGraph, source: Any, target: Any) -> dict[str, Any]:
    other = graph.copy()
    tail, head = next(iter(other.edges))
    other.edges[tail, head]["weight"] *= 3
    return {
        "forward": gd.forward(graph, source),
        "reverse": gd.reverse(graph, target),
        "accumulate": gd.accumulate(graph, source),
        "paths": gd.count_paths(graph, source),
        "reach": gd.reach_sizes(graph),
        "exclusive": gd.exclusive_sizes(graph),
        "edges": gd.edge_contributions(graph, source, target),
        "nodes": gd.node_contributions(graph, source, target),
        "explained": gd.explain(graph, source, target).edge_contributions,
        "attribution": gd.compare(graph, other, source, target).attribution,
        "changes": gd.compare(graph, other, source=source),
    }


@pytest.mark.parametrize("scale", [1, 0.5, Fraction(1, 3)], ids=["ints", "floats", "fractions"])
def test_numpy_takes_the_numbers_in_the_order_of_the_names(scale: Any) -> None:
    graph = weighted([(tail, head, weight * scale) for tail, head, weight in olah().edges(data="weight")])
    for name, found in _results(graph, "b", "e").items():
        array = np.asarray(found)
        assert array.shape == (len(found),), name
        assert array.tolist() == list(found.values()), name
        assert np.asarray(found, dtype=float).dtype == np.float64
        assert np.array(found).flags.writeable


def test_sensitivities_have_four_columns() -> None:
    found = gd.sensitivities(olah(), "b", "e")
    assert np.asarray(found).dtype == np.float64
    assert np.asarray(found).tolist() == found.to_pandas().to_numpy().tolist()
    nothing = gd.sensitivities(weighted([("a", "b", 1.0), ("b", "c", 0.0)]), "a", "c")
    assert np.isnan(np.asarray(nothing)[:, 2]).all()
    assert np.asarray(gd.sensitivities(olah(), "e", "a")).shape == (0, 4)


def test_a_result_is_not_changed_through_its_array() -> None:
    found = gd.forward(olah(), "b")
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(found)[0] = 7
    jac = gd.jacobian(olah())
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(jac)[0, 0] = 7
    np.array(found)[0] = 7
    if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
        with pytest.raises(ValueError, match="copy"):
            np.array(found, dtype=np.float32, copy=False)
    assert found["b"] == 1


class TestJacobian:
    graph = weighted([("a", "c", 2), ("b", "c", 3), ("b", "d", 5), ("c", "e", 7), ("d", "f", 11)])

    def test_is_an_array_of_numbers(self) -> None:
        jac = gd.jacobian(self.graph)
        assert np.asarray(jac).tolist() == jac.array.tolist()
        assert np.asarray(jac.T).shape == jac.array.T.shape
        assert np.asarray(jac, dtype=np.float32).dtype == np.float32

    def test_multiplies_on_either_side(self) -> None:
        jac = gd.jacobian(self.graph, ["b", "a"], ["f", "e", "d"])
        v, w = np.array([1.0, 2.0]), np.array([1, 2, 3])
        assert (jac @ v).tolist() == (jac.array @ v).tolist() == (jac @ [1, 2]).tolist()
        assert (w @ jac).tolist() == (w @ jac.array).tolist() == ([1, 2, 3] @ jac).tolist()
        assert (jac @ np.eye(2)).tolist() == jac.array.tolist() == (np.eye(3) @ jac).tolist()
        assert (jac @ jac.T).tolist() == (jac.array @ jac.array.T).tolist()

    def test_what_has_names_goes_by_them(self) -> None:
        jac = gd.jacobian(self.graph, ["b", "a"], ["f", "e", "d"])
        assert (jac @ {"a": 1, "b": 10}).tolist() == (jac.array @ [10, 1]).tolist()
        assert ({"d": 1, "e": 2, "f": 3, "g": 4} @ jac).tolist() == ([3, 2, 1] @ jac.array).tolist()
        assert (jac @ gd.reverse(self.graph, "e")).tolist() == (jac.array @ [21, 14]).tolist()
        pandas = pytest.importorskip("pandas")
        assert (jac @ pandas.Series({"a": 1, "b": 10})).tolist() == (jac.array @ [10, 1]).tolist()

    def test_the_chain_rule_meets_in_the_middle_whatever_the_order(self) -> None:
        late, early = gd.jacobian(self.graph, ["c", "d"], ["e", "f"]), gd.jacobian(self.graph, ["a", "b"], ["d", "c"])
        assert (late @ early).tolist() == gd.jacobian(self.graph, ["a", "b"], ["e", "f"]).array.tolist()

    def test_what_lacks_a_node_is_refused(self) -> None:
        jac = gd.jacobian(self.graph, ["a", "b"], ["e"])
        with pytest.raises(UsageError, match="no number for 'b'"):
            jac @ {"a": 1}
        with pytest.raises(UsageError, match="no number for 'a'"):
            jac @ jac

    def test_ints_do_not_wrap(self) -> None:
        jac = gd.jacobian(weighted([("a", "b", 2**61)]), ["a"], ["b"])
        assert (jac @ [4]).tolist() == [2**63] == ([4] @ jac).tolist()
        assert (jac @ np.array([2**63], dtype=np.uint64)).tolist() == [2**124]

    def test_exact_numbers_stay_exact(self) -> None:
        jac = gd.jacobian(weighted([("a", "b", Fraction(1, 3))]), ["a"], ["b"])
        assert (jac @ [Fraction(1, 7)]).tolist() == [Fraction(1, 21)]


@pytest.mark.parametrize("factor", [[1, 2, 3], 3, None, np.eye(3)], ids=str)
def test_factors_of_another_shape_are_refused_in_one_line(factor: Any) -> None:
    jac = gd.jacobian(weighted([("a", "c", 2), ("b", "c", 3)]))
    assert (jac @ [1, 10]).tolist() == [32]
    with pytest.raises(
        gd.errors.UsageError, match=r"the factors do not fit: an array of shape \(1, 2\) @ one of shape"
    ):
        jac @ factor
    with pytest.raises(
        gd.errors.UsageError, match=r"the factors do not fit: an array of shape .* @ one of shape \(1, 2\)"
    ):
        factor @ jac
