"""Rows of edges: grouped, put in another order, kept in part; by numpy, and by the Python that kernels are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from graphs import engine
from kernel_forms import PLAIN

from graphdiff.graph.topology import arrange
from graphdiff.kernels import order, reach, rows

SEEDS = range(5)


def run_plainly(patch: pytest.MonkeyPatch, *modules: ModuleType) -> None:
    if not PLAIN:
        pytest.skip("of numpy 1, an unsigned number plus an int of Python is a float, which indexes nothing")
    for module in modules:
        patch.setattr(module, "jit", lambda kernel: kernel)
        patch.setattr(module, "pays", lambda visits, before=0: True)


@pytest.fixture(params=["numpy", "loops"], autouse=True)
def walked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with engine("plain Python"):
        if request.param == "loops":
            run_plainly(monkeypatch, rows)
        yield request.param


def drawn(seed: int, *, sorted_by_tail: bool = False) -> tuple[Any, Any]:
    """Draw 20 edges among 6 nodes, some of them parallel; nothing leaves node 5 and nothing enters node 0."""
    rng = np.random.default_rng(seed)
    tails, heads = rng.integers(0, 5, 20).astype(np.uint32), rng.integers(1, 6, 20).astype(np.uint32)
    return (np.sort(tails) if sorted_by_tail else tails), heads


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("by_tail", [False, True])
def test_edges_are_grouped_by_tail_in_their_own_order(seed: int, by_tail: bool) -> None:
    tails, heads = drawn(seed, sorted_by_tail=by_tail)
    ptr, placed, numbers = rows.grouped(6, tails, heads)
    assert numbers.tolist() == sorted(range(20), key=lambda edge: (tails[edge], edge))
    assert placed.tolist() == heads[numbers].tolist()
    assert ptr.tolist() == [int((tails < node).sum()) for node in range(7)]
    assert (ptr.dtype, placed.dtype, numbers.dtype) == (np.uint64, np.uint32, np.uint32)
    counts = rows.counted(6, heads)
    assert counts.tolist() == [int((heads == node).sum()) for node in range(6)]
    assert counts.dtype == np.uint32
    wide = rows.grouped(6, tails.astype(np.uint64), heads.astype(np.uint64))
    assert [array.dtype for array in wide] == [np.uint64, np.uint32, np.uint32]
    assert [array.tolist() for array in wide] == [ptr.tolist(), placed.tolist(), numbers.tolist()]


def test_numbers_are_of_64_bits_where_32_do_not_hold_them(monkeypatch: pytest.MonkeyPatch) -> None:
    tails, heads = drawn(0)
    for most, kinds in ((20, (np.uint32, np.uint32)), (19, (np.uint32, np.uint64)), (5, (np.uint64, np.uint64))):
        monkeypatch.setattr(rows, "UINT32_COUNT", most)
        _, placed, numbers = rows.grouped(6, tails, heads)
        assert (placed.dtype, numbers.dtype) == kinds
        assert rows.counted(6, tails).dtype == kinds[1]
        assert (rows.index_type(most), rows.index_type(most + 1)) == (np.uint32, np.uint64)


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_are_put_in_another_order(seed: int) -> None:
    tails, heads = drawn(seed)
    ptr, placed, numbers = rows.grouped(6, tails, heads)
    ids = np.random.default_rng(seed).permutation(6)
    place = {int(node): position for position, node in enumerate(ids)}
    new_ptr, new_heads, new_numbers = rows.reordered(ids, ptr, placed, numbers)
    expected = [edge for node in ids for edge in numbers[int(ptr[node]) : int(ptr[node + 1])].tolist()]
    assert new_numbers.tolist() == expected
    assert new_heads.tolist() == [place[int(heads[edge])] for edge in expected]
    assert np.diff(new_ptr.astype(int)).tolist() == [int((tails == node).sum()) for node in ids]
    assert (new_ptr.dtype, new_heads.dtype, new_numbers.dtype) == (np.uint64, np.uint32, np.uint32)


@pytest.mark.parametrize("kept", [[0, 1, 2, 3, 4, 5], [1, 3], [5, 0], []])
@pytest.mark.parametrize("seed", SEEDS)
def test_edges_among_some_nodes_are_kept(seed: int, kept: list[int]) -> None:
    tails, heads = drawn(seed)
    ptr, placed, _ = rows.grouped(6, tails, heads)
    renumbered = np.full(6, -1)
    renumbered[kept] = np.arange(len(kept))
    found = rows.kept_among(ptr, placed, np.array(kept, dtype=np.int64), renumbered)
    expected = [
        [place for place in range(int(ptr[node]), int(ptr[node + 1])) if placed[place] in kept] for node in kept
    ]
    flat = [place for row in expected for place in row]
    assert found[2].tolist() == flat
    assert found[1].tolist() == [kept.index(int(placed[place])) for place in flat]
    assert found[0].tolist() == np.concatenate([[0], np.cumsum([len(row) for row in expected])]).astype(int).tolist()
    assert all(array.dtype == np.int64 for array in found)
    assert rows.n_in_rows(ptr, kept) == sum(int(ptr[node + 1] - ptr[node]) for node in kept)


@pytest.mark.parametrize("seed", SEEDS)
def test_parallel_edges_are_numbered_and_know_their_first(seed: int) -> None:
    tails, heads = drawn(seed)
    ptr, placed, _ = rows.grouped(6, tails, heads)
    owner = np.repeat(np.arange(6), np.diff(ptr.astype(int)))
    seen: Counter[tuple[int, int]] = Counter()
    first: dict[tuple[int, int], int] = {}
    numbers, firsts = [], []
    for edge, pair in enumerate(zip(owner.tolist(), placed.tolist(), strict=True)):
        numbers.append(seen[pair])
        firsts.append(first.setdefault(pair, edge))
        seen[pair] += 1
    assert any(numbers)
    found, found_firsts = rows.parallels(ptr, placed), rows.first_parallels(ptr, placed)
    assert found is not None
    assert found_firsts is not None
    assert (found.tolist(), found.dtype) == (numbers, np.int64)
    assert (found_firsts.tolist(), found_firsts.dtype) == (firsts, np.uint32)


def test_where_no_edges_are_parallel_none_is_numbered() -> None:
    # The same head in neighbouring rows, and a loop.
    ptr, heads = np.array([0, 2, 4, 4], dtype=np.uint64), np.array([0, 1, 1, 0], dtype=np.uint32)
    assert rows.parallels(ptr, heads) is None
    assert rows.first_parallels(ptr, heads) is None
    assert rows.parallels(np.array([0, 0], dtype=np.uint64), np.array([], dtype=np.uint32)) is None


def test_values_are_taken_in_any_order() -> None:
    values = np.array([10.0, -20.0, 30.0], dtype=np.float32)
    found = rows.taken(values, np.array([2, 0, 2, 1]))
    assert (found.tolist(), found.dtype) == ([30, 10, 30, -20], np.float32)
    assert rows.taken(values, np.array([], dtype=int)).tolist() == []
    assert rows.pointers(np.array([2, 0, 3])).tolist() == [0, 2, 2, 5]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("back", [0, 3, 30])
def test_graphs_are_arranged_the_same_by_loops(seed: int, back: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    ends = np.sort(rng.integers(0, 40, (90, 2)), axis=1)
    ends = np.concatenate([ends[ends[:, 0] < ends[:, 1]], rng.integers(0, 40, (back, 2))])
    ends = rng.permutation(40)[rng.permutation(ends)].astype(np.uint32)
    plain, numbers = arrange(40, ends[:, 0].copy(), ends[:, 1].copy())
    run_plainly(monkeypatch, rows, order, reach)
    monkeypatch.setattr("graphdiff.graph.topology.FEW", 0)
    looped, again = arrange(40, ends[:, 0].copy(), ends[:, 1].copy())
    assert again.tolist() == numbers.tolist()
    for name in ("ids", "ptr", "heads", "cyclic"):
        one, other = getattr(looped, name), getattr(plain, name)
        assert (one.tolist(), one.dtype) == (other.tolist(), other.dtype)
    start = np.array([int(looped.ids[0]), 3])
    rows_of = looped.rows
    masks = [
        reach.reached(rows_of.ptr, rows_of.heads, start),
        reach.reaching(rows_of.ptr, rows_of.heads, np.ones(40, dtype=bool), start),
    ]
    monkeypatch.undo()
    assert masks[0].tolist() == reach.reached(rows_of.ptr, rows_of.heads, start).tolist()
    assert masks[1].tolist() == reach.reaching(rows_of.ptr, rows_of.heads, np.ones(40, dtype=bool), start).tolist()


@pytest.mark.parametrize("avoided", [None, 2])
def test_a_flood_by_loops_goes_where_one_in_lists_does(avoided: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    tails, heads = drawn(0)
    ptr, placed, _ = rows.grouped(6, tails, heads)
    starts = np.array([3, 2])
    listed = reach.flooded(ptr, placed, starts, avoided).tolist()
    run_plainly(monkeypatch, reach)
    assert reach.flooded(ptr, placed, starts, avoided).tolist() == listed
    assert listed[3]
    assert listed[2] == (avoided is None)
