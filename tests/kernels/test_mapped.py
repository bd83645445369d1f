"""A pass in parts over a mapped file gives the bits of one pass in memory."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import graphdiff as gd
from graphdiff.kernels import mapped, passes


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("part", [1, 7, 100, 10**6])
def test_parts_are_all_rows_in_order_and_each_is_asked_for_before_it_is_walked(
    part: int, backwards: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = np.random.default_rng(1).integers(0, 9, 60)
    ptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.uint64)
    np.arange(ptr[-1], dtype=np.uint32).tofile(tmp_path / "heads")
    heads = np.memmap(tmp_path / "heads", dtype=np.uint32, mode="r")
    monkeypatch.setattr(mapped, "PART", part)
    for start, stop in ((0, 60), (13, 48), (5, 5)):
        walked: list[tuple[int, int]] = []
        asked: list[tuple[int, int]] = []
        monkeypatch.setattr(mapped, "_ask", lambda maps, first, last, asked=asked: asked.append((first, last)))
        step = lambda a, b, walked=walked: walked.append((a, b))  # noqa: E731
        mapped.walk_parts(step, ptr, (heads,), start, stop, backwards=backwards)
        in_order = walked[::-1] if backwards else walked
        assert [row for a, b in in_order for row in range(a, b)] == list(range(start, stop))
        assert asked == [(ptr[a], ptr[b]) for a, b in walked[1:]]
        assert part > 100 or start == stop or len(walked) > 1


@pytest.mark.parametrize("backwards", [False, True])
def test_a_pass_in_parts_tells_whoever_watches_how_far_it_is(
    backwards: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ptr = np.concatenate([[0], np.cumsum(np.arange(9))]).astype(np.uint64)
    np.arange(ptr[-1], dtype=np.uint32).tofile(tmp_path / "heads")
    heads = np.memmap(tmp_path / "heads", dtype=np.uint32, mode="r")
    monkeypatch.setattr(mapped, "PART", 5)
    monkeypatch.setattr(mapped, "_ask", lambda *_: None)
    told: list[tuple[int, int | None]] = []
    watch = lambda done, edges: told.append((done, edges))  # noqa: E731
    with passes.watched(watch):
        mapped.walk_parts(lambda first, last: None, ptr, (heads,), 2, 9, backwards=backwards)
    done = [part for part, _ in told]
    assert done == sorted(set(done))
    assert len(done) > 4
    assert {edges for _, edges in told} == {done[-1]} == {int(ptr[9] - ptr[2])}
    told.clear()
    with passes.watched(watch), passes.watched(None):
        assert len(list(mapped.blocks(ptr))) == 8
    list(mapped.blocks(ptr))
    assert told == []
    with passes.watched(watch):
        list(mapped.blocks(ptr))
    assert told == [(edge, 36) for edge in (5, 10, 15, 20, 25, 30, 35, 36)]
    told.clear()
    with passes.watched(watch):
        some = mapped.blocks(ptr)
        assert [next(some), next(some), next(some)]
        some.close()
    assert told == [(5, 36), (10, 36), (36, 36)]


def test_what_is_asked_for_lies_in_the_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, int]] = []

    class Map(mmap.mmap):
        def madvise(self, option: int, start: int, length: int) -> None:  # type: ignore[override]
            calls.append((start, length))
            super().madvise(option, start, length)

    (tmp_path / "file").write_bytes(bytes(64) + np.arange(10_000, dtype=np.uint32).tobytes())
    with open(tmp_path / "file", "rb") as file:
        owner = Map(file.fileno(), 0, access=mmap.ACCESS_READ)
    array = np.frombuffer(owner, dtype=np.uint8)[64:].view(np.uint32)[100:]
    found = mapped._map_of(array)
    assert found is not None
    assert found[1:] == (464, 4)
    mapped._ask([found], 1000, 5000)
    assert calls == [(4096, 464 + 20000 - 4096)]
    assert mapped._map_of(np.arange(3)) is None


def test_sweeps_of_a_mapped_graph_have_the_bits_of_those_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("numba")  # once it is loaded, kernels walk the arrays
    rng = np.random.default_rng(2)
    ends = np.sort(rng.integers(0, 300, (5000, 2)), axis=1)
    ends = ends[ends[:, 0] < ends[:, 1]]
    graph = gd.CompiledGraph.from_arrays(*ends.T, rng.normal(size=len(ends)) / 9, n_nodes=300)
    graph.save(tmp_path / "x.gdiff")
    parts: list[Any] = []
    ask = mapped._ask
    monkeypatch.setattr(mapped, "PART", 256)
    monkeypatch.setattr(mapped, "_ask", lambda *arguments: (parts.append(arguments), ask(*arguments)))
    loaded = gd.CompiledGraph.load(tmp_path / "x.gdiff")
    assert np.array_equal(gd.reverse(loaded, 299).array, gd.reverse(graph, 299).array)
    assert len(parts) > 10
    parts.clear()
    assert np.array_equal(gd.forward(loaded, 0).array, gd.forward(graph, 0).array)
    assert len(parts) > 10


def test_who_asks_from_python_watches_every_pass_of_a_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba", reason="numba is not installed, without which sweeps are not made in parts")
    n = 300
    gd.CompiledGraph.from_arrays(np.arange(n - 1), np.arange(1, n), np.ones(n - 1)).save(tmp_path / "x.gdiff")
    graph = gd.CompiledGraph.load(tmp_path / "x.gdiff")
    monkeypatch.setattr(mapped, "PART", 40)
    told: list[tuple[int, int | None]] = []
    with gd.watched(lambda done, edges: told.append((done, edges))):
        assert gd.total_influence(graph, 0, n - 1) == 1
        first = len(told)
        assert gd.explain(graph, 0, n - 1).n_paths == 1
    assert told[first - 1] == (n - 1, n - 1)
    assert len(told) > first > 5
    assert all(0 < done <= (edges or 0) <= n - 1 for done, edges in told)
    told.clear()
    assert gd.total_influence(graph, 0, n - 1) == 1
    assert not told

    def stop(done: int, edges: int | None) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), gd.watched(stop):
        gd.forward(graph, 0)
    assert gd.forward(graph, 0)[n - 1] == 1
