"""The semirings of the table, each function by itself and by the axioms, with numbers worked out by hand."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from graphs import weighted

import graphdiff as gd
from graphdiff.sums.semirings import SEMIRINGS

#: Two values of each, of different paths, and a third.
VALUES: dict[str, tuple[Any, Any, Any]] = {
    "sum-product": (2, -3, 7),
    "size": (2, 3, 7),
    "value-and-size": ((-2, 2), (3, 5), (0, 4)),
    "count": (2, 3, 7),
    "max-product": (2, 3, 7),
    "min-plus": (2, -3, 7),
    "max-plus": (2, -3, 7),
    "fewest-edges": (2, 3, 7),
    "most-edges": (2, 3, 7),
    "boolean": (True, False, True),
    "log-sum-exp": (0.5, -3.0, 700.0),
    "expectation": ((2, 0.25), (3, -1.5), (7, 0.0)),
    "lengths": ((2, 3, 5), (1, 4, 16), (3, 0, 0)),
}
#: What a value becomes by an edge of the weight -3.
EXTENDED: dict[str, tuple[Any, Any]] = {
    "sum-product": (5, -15),
    "size": (5, 15),
    "value-and-size": ((5, 7), (-15, 21)),
    "count": (5, 5),
    "max-product": (5, 15),
    "min-plus": (5, 2),
    "max-plus": (5, 2),
    "fewest-edges": (5, 6),
    "most-edges": (5, 6),
    "boolean": (True, True),
    "log-sum-exp": (5.0, 2.0),
    "expectation": ((5, 7.0), (15, 21 + 15 * math.log(3))),
    "lengths": ((2, 3, 5), (2, 5, 13)),
}
#: What the sums from "a" to "c" become by a seed of 4 at "a", where paths lead over 2 · -3 and 5.
SEEDED: dict[str, Any] = {
    "sum-product": -4,
    "size": 44,
    "value-and-size": (-4, 44),
    "count": 2,
    "max-product": 24,
    "min-plus": 3,
    "max-plus": 9,
    "fewest-edges": 1,
    "most-edges": 2,
    "boolean": True,
    "log-sum-exp": 9 + math.log1p(math.exp(-6)),
    "expectation": (44, 24 * math.log(24) + 20 * math.log(20)),
    "lengths": (2, 3, 5),
}


def alike(found: Any, expected: Any) -> bool:
    return bool(found == pytest.approx(expected, rel=1e-12, abs=1e-12))


def test_every_semiring_is_tried() -> None:
    assert SEMIRINGS.keys() == VALUES.keys() == EXTENDED.keys() == SEEDED.keys()


@pytest.mark.parametrize("name", VALUES)
def test_sums_are_associative_and_commutative_and_zero_adds_nothing(name: str) -> None:
    plus, zero = SEMIRINGS[name].plus, SEMIRINGS[name].zero
    a, b, c = VALUES[name]
    assert alike(plus(a, plus(b, c)), plus(plus(a, b), c))
    assert all(plus(x, y) == plus(y, x) for x, y in itertools.combinations((a, b, c), 2))
    assert plus(zero, a) == plus(a, zero) == a
    assert plus(zero, zero) == zero


@pytest.mark.parametrize("name", VALUES)
def test_extending_distributes_over_sums(name: str) -> None:
    semiring, (a, b, _) = SEMIRINGS[name], VALUES[name]
    weight = -2 if name in ("min-plus", "max-plus", "log-sum-exp") else 2
    both = semiring.extend(semiring.plus(a, b), weight)
    assert alike(both, semiring.plus(semiring.extend(a, weight), semiring.extend(b, weight)))
    assert alike(semiring.extend(semiring.zero, weight), semiring.zero) or semiring.counts_edges


@pytest.mark.parametrize("name", EXTENDED)
def test_an_edge_extends_by_its_weight(name: str) -> None:
    value, expected = EXTENDED[name]
    assert alike(SEMIRINGS[name].extend(value, -3), expected)


def test_an_edge_of_weight_0_leads_nowhere() -> None:
    assert not SEMIRINGS["boolean"].extend(True, 0)
    assert SEMIRINGS["expectation"].extend((5, 7.0), 0) == (0, 0)


def test_logarithms_are_added_where_no_exponential_is_a_float() -> None:
    plus = SEMIRINGS["log-sum-exp"].plus
    assert plus(1000.0, 1000.0) == 1000 + math.log(2)
    assert plus(-1000.0, -1001.0) == -1000 + math.log1p(math.exp(-1))
    assert plus(3.0, -math.inf) == 3.0
    assert plus(-math.inf, -math.inf) == -math.inf


@pytest.mark.parametrize("name", SEEDED)
def test_a_seed_extends_paths_as_a_weight_but_where_edges_are_counted(name: str) -> None:
    graph = weighted([("a", "b", 2), ("b", "c", -3), ("a", "c", 5)])
    assert alike(gd.accumulate(graph, {"a": 4}, semiring=name)["c"], SEEDED[name])
    assert alike(gd.accumulate(graph, target={"c": 4}, semiring=name)["a"], SEEDED[name])


def test_the_seed_of_an_end_is_none_or_extends_a_value() -> None:
    semiring = SEMIRINGS["sum-product"]
    assert (semiring.seeded(3, None), semiring.seeded(3, 5)) == (3, 15)
    assert SEMIRINGS["lengths"].seeded((1, 2, 4), 5) == (1, 2, 4)
