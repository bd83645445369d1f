"""Large components: solved for what enters or leaves them, beside dense inverses and exact rationals, or refused."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import chain
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import reduced
from numpy.typing import NDArray

import graphdiff as gd
from graphdiff.graph.sparse import csr_of
from graphdiff.kernels.fill import fill
from graphdiff.sums import factors
from graphdiff.sums.cycles import MAX_RADIUS
from graphdiff.sums.factors import Factor, Unproven, factored

WAYS: dict[str, Callable[[Any], factors.Way]] = {
    "dense": factors._dense,
    "sparse": lambda matrix: factors._sparse(matrix, factors._order(csr_of(abs(matrix)))[0]),
    "iterated": factors._iterated,
}
Edges = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


@pytest.fixture
def no_inverse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every component be a large one."""
    monkeypatch.setattr("graphdiff.sums.cycles.MAX_SOLVED", 0)
    monkeypatch.setattr("graphdiff.sums.cycles.MAX_SOLVED_EXACTLY", 0)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(factors, "_ways", lambda sizes: iter([WAYS[request.param]]))
    return str(request.param)


def component(
    seed: int, size: int, *, turned: str = "", own: bool = False, radius: float = 0.9, uneven: float = 0.0
) -> Edges:
    """Return a ring with chords, parallel edges and loops, turned by signs or phases; its rows are of any size.

    |A|, or A of its own, has about such a spectral radius.
    """
    random = np.random.default_rng(seed)
    ring = np.arange(size)
    tails = np.concatenate([ring, random.integers(0, size, 3 * size)])
    heads = np.concatenate([(ring + 1) % size, random.integers(0, size, 3 * size)])
    weights: NDArray[Any] = random.random(4 * size) + 0.01
    turns = {"": [1.0], "signs": [-1.0, 1.0], "phases": np.exp(1j * np.linspace(0, 6, 20))}[turned]
    weights = weights * random.choice(turns, len(weights))
    table = np.zeros((size, size), dtype=weights.dtype)
    np.add.at(table, (tails, heads), weights if own else np.abs(weights))
    weights *= radius / np.abs(np.linalg.eigvals(table)).max()
    scale = np.exp(uneven * random.standard_normal(size))  # a similar matrix: far from normal, of the same radius
    weights *= scale[tails] / scale[heads]
    return tails, heads, weights


def compiled(edges: Edges, policy: Any = "solve") -> gd.CompiledGraph:
    tails, heads, weights = edges
    if weights.dtype.kind == "f":
        return gd.CompiledGraph.from_arrays(tails, heads, weights, cycles=policy)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(set(tails.tolist()))))
    graph.add_weighted_edges_from(zip(*(column.tolist() for column in edges), strict=True))
    return gd.compile(graph, cycles=policy)


def table_of(edges: Edges, size: int) -> NDArray[Any]:
    tails, heads, weights = edges
    table = np.zeros((size, size), dtype=weights.dtype)
    np.add.at(table, (tails, heads), weights)
    return table


def exact_row(edges: Edges, size: int, source: int) -> list[tuple[Fraction, Fraction]]:
    """Return the row of (I - A)^-1 of a source, by Gauss on Fractions: the real and the imaginary parts."""
    rows = [[Fraction(int(i == j)) for j in range(2 * size)] + [Fraction(int(i == source))] for i in range(2 * size)]
    for tail, head, weight in zip(*(column.tolist() for column in edges), strict=True):
        real, imaginary = Fraction(weight.real), Fraction(weight.imag)
        rows[head][tail] -= real
        rows[size + head][size + tail] -= real
        rows[head][size + tail] += imaginary
        rows[size + head][tail] -= imaginary
    done = reduced(rows)
    assert done is not None
    return [(done[node][-1], done[size + node][-1]) for node in range(size)]


SHAPES = [
    {}, {"turned": "signs"}, {"turned": "phases"}, {"radius": 1 - 1e-6}, {"turned": "signs", "radius": 1 - 1e-6},
    {"uneven": 4.0}, {"turned": "signs", "uneven": 4.0}, {"turned": "phases", "uneven": 4.0},
    {"turned": "signs", "own": True}, {"turned": "phases", "own": True},
    {"turned": "signs", "own": True, "radius": 1 - 1e-3}, {"turned": "phases", "own": True, "radius": 1 - 1e-3},
    {"turned": "signs", "own": True, "uneven": 4.0}, {"turned": "phases", "own": True, "uneven": 4.0},
]  # fmt: skip


@pytest.mark.usefixtures("no_inverse", "way")
class TestEveryWay:
    @pytest.mark.parametrize("shape", SHAPES, ids=str)
    def test_it_is_the_dense_inverse(self, shape: dict[str, Any]) -> None:
        size = 40
        edges = component(1, size, **shape)
        graph, table = compiled(edges), table_of(edges, size)
        inverse = np.linalg.inv(np.eye(size) - table)
        sizes = np.abs(inverse) if "own" in shape else np.linalg.inv(np.eye(size) - np.abs(table))
        for node in (0, 7):
            ahead, back = gd.forward(graph, node), gd.reverse(graph, node)
            # Cancellation is of the sizes; near a radius of 1 both inverses lose as many digits as that is near.
            assert np.abs(np.array([ahead[i] for i in range(size)]) - inverse[node]).max() <= 1e-8 * sizes[node].max()
            assert np.abs(np.array([back[i] for i in range(size)]) - inverse[:, node]).max() <= 1e-8 * sizes.max()
        (factor,) = graph.divisible.solved.values()
        assert isinstance(factor, Factor)
        assert (factor.sizes is None) == (np.abs(np.linalg.eigvals(np.abs(table))).max() >= 1)

    @pytest.mark.parametrize("policy", ["solve", "reduced-form"])
    @pytest.mark.parametrize("shape", SHAPES, ids=str)
    def test_the_exact_total_is_within_the_bound(self, shape: dict[str, Any], policy: Any) -> None:
        for seed in range(2):
            edges = component(seed, 9, **shape)
            graph, exact = compiled(edges, policy), exact_row(edges, 9, 2)
            for target in (2, 5):
                certificate = gd.explain(graph, 2, target).certificate
                assert certificate is not None
                real, imaginary = exact[target]
                off = Fraction(certificate.value.real) - real, Fraction(certificate.value.imag) - imaginary
                assert off[0] ** 2 + off[1] ** 2 <= Fraction(certificate.error_bound) ** 2
                assert certificate.error_bound < 1e-6 * float(max(map(abs, chain(*exact))))
                assert (certificate.abs_sum == np.inf) == (next(iter(graph.divisible.solved.values())).sizes is None)

    def test_pairs_and_jacobians_and_contributions(self) -> None:
        tails, heads, weights = component(3, 12, turned="signs")
        tails, heads, weights = (
            np.append(a, b) for a, b in ((tails, [12, 3]), (heads, [0, 13]), (weights, [2.0, -3.0]))
        )
        graph = gd.CompiledGraph.from_arrays(tails, heads, weights, cycles="solve")
        table = np.zeros((14, 14))
        np.add.at(table, (tails, heads), weights)
        inverse = np.linalg.inv(np.eye(14) - table)
        np.testing.assert_allclose(gd.total_influences(graph, [(12, 13), (1, 4)]), inverse[[12, 1], [13, 4]], rtol=1e-9)
        np.testing.assert_allclose(gd.jacobian(graph, [12, 1], [13, 4]).array, inverse[np.ix_([12, 1], [13, 4])].T)
        through = gd.edge_contributions(graph, 12, 13)
        tails_, heads_ = graph.topology.ids[graph.tails], graph.topology.ids[graph.heads]
        expected = inverse[12, tails_] * graph.weights * inverse[heads_, 13]
        np.testing.assert_allclose(through.array, expected, rtol=1e-9, atol=1e-12)
        assert gd.forward(graph, {12: 1j, 0: 2.0})[13] == pytest.approx(inverse[12, 13] * 1j + 2 * inverse[0, 13])
        change = gd.what_if(graph, 12, 13, remove_edges=[(3, 13, 0)]).change
        assert change == pytest.approx(-inverse[12, 13])

    def test_what_fades_away_keeps_its_digits(self) -> None:
        size = 300
        ring = np.arange(size)
        graph = gd.CompiledGraph.from_arrays(ring, (ring + 1) % size, np.full(size, 0.125), cycles="solve")
        ahead = gd.forward(graph, 0)
        assert all(ahead[node] == pytest.approx(0.125**node, rel=1e-12, abs=0) for node in range(size))

    def test_sums_beyond_the_floats_are_an_error_of_ours(self) -> None:
        tails, heads = np.array([0, 1, 1]), np.array([1, 0, 2])
        graph = gd.CompiledGraph.from_arrays(tails, heads, np.array([1e300, 5e-301, 1.0]), cycles="solve")
        assert gd.forward(graph, {0: 1e7})[2] == pytest.approx(2e307)
        with pytest.raises(gd.errors.ValueOverflowError, match="larger than the largest float"):
            gd.forward(graph, {0: 1e9})


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if "own" in shape], ids=str)
def test_the_exact_total_of_an_inverse_is_within_the_bound(shape: dict[str, Any]) -> None:
    for seed in range(4):
        tails, heads, weights = component(seed, 6, **shape)
        more = np.append(tails, [6, 2]), np.append(heads, [0, 7]), np.append(weights, [3.0, -0.1])  # in, and out again
        certificate = gd.explain(compiled(more), 6, 7).certificate
        assert certificate is not None
        real, imaginary = exact_row(more, 8, 6)[7]
        off = Fraction(certificate.value.real) - real, Fraction(certificate.value.imag) - imaginary
        assert off[0] ** 2 + off[1] ** 2 <= Fraction(certificate.error_bound) ** 2
        assert certificate.error_bound < 1e-6 * float(max(abs(real), abs(imaginary)))


@pytest.mark.usefixtures("no_inverse")
class TestRefused:
    def ring(self, *weights: float) -> gd.CompiledGraph:
        size = len(weights)
        return gd.CompiledGraph.from_arrays(range(size), [*range(1, size), 0], np.array(weights), cycles="solve")

    def test_walks_that_grow(self) -> None:
        with pytest.raises(gd.errors.CycleError, match=r"spectral radius is at least 1\.5 and must be below 1"):
            gd.forward(self.ring(1.5, 1.5, 1.5), 0)

    @pytest.mark.parametrize("weights", [(4.0, 0.25, 1.0), (4.0, 0.3, 1.0)])
    def test_walks_that_grow_without_a_bound_from_below(self, weights: tuple[float, ...]) -> None:
        with pytest.raises(gd.errors.GraphdiffError, match=r"spectral radius is at least (0|1)"):
            gd.forward(self.ring(*weights), 0)

    def test_walks_of_which_only_signs_make_an_end(self) -> None:
        graph = gd.CompiledGraph.from_arrays([0, 0, 1, 1], [0, 1, 0, 1], [0.6, 0.6, -0.6, 0.6], cycles="solve")
        assert gd.total_influence(graph, 0, 0) == pytest.approx(0.4 / (0.4**2 + 0.6**2))
        with pytest.raises(gd.errors.CycleError, match="strongest: that they shrink is not proven"):
            gd.strongest_paths(graph, 0, 1)

    def test_walks_that_grow_whatever_their_signs(self) -> None:
        graph = gd.CompiledGraph.from_arrays([0, 0, 1, 1], [0, 1, 0, 1], [0.8, 0.8, -0.8, 0.8], cycles="solve")
        with pytest.raises(
            gd.errors.LimitError, match=r"0 where walks are not pr.*is at most 1\.1\d*, and that of the abs.*least 1\.6"
        ):
            gd.forward(graph, 0)

    def test_without_scipy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "scipy.sparse", None)
        with pytest.raises(gd.errors.LimitError, match="takes up to 0 without scipy: pip install scipy"):
            gd.forward(self.ring(0.5, 0.5), 0)

    def test_what_takes_the_whole_inverse(self) -> None:
        with pytest.raises(gd.errors.LimitError, match="every walk between any two of them"):
            gd.sensitivities(self.ring(0.5, 0.5), 0, 1)

    def test_a_solution_that_is_not_good_enough(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ring = factored(2, np.array([0, 1]), np.array([1, 0]), np.array([0.5, 0.5]), MAX_RADIUS)
        assert isinstance(ring, Factor)
        monkeypatch.setitem(ring.equations.__dict__, "way", lambda put_in, turned: 0 * put_in)
        with pytest.raises(gd.errors.LimitError, match="are not summed well enough: 1 of what"):
            ring.ahead([1.0, 0.0])

    def test_numbers_that_are_no_floats(self) -> None:
        ring = factored(2, np.array([0, 1]), np.array([1, 0]), np.array([0.5, 0.5]), MAX_RADIUS)
        assert isinstance(ring, Factor)
        with pytest.raises(gd.errors.LimitError, match="floats and complex numbers only"):
            ring.back(np.array(["x", 1], dtype=object))


def test_a_poor_way_is_improved_until_it_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    size = 30
    edges = component(5, size, turned="signs")
    good = factored(size, *edges, MAX_RADIUS)
    assert isinstance(good, Factor)
    expected, way = good.ahead(np.eye(size)[0]), good.equations.way
    monkeypatch.setitem(good.equations.__dict__, "way", lambda put_in, turned: way(put_in, turned) * 1.01)
    np.testing.assert_allclose(good.ahead(np.eye(size)[0]), expected, rtol=1e-12, atol=1e-15)


def test_the_witness_proves_the_radius() -> None:
    for seed in range(5):
        tails, heads, weights = component(seed, 25, radius=1 - 1e-7, uneven=3.0)
        solver = factored(25, tails, heads, weights, MAX_RADIUS)
        assert isinstance(solver, Factor)
        table = np.zeros((25, 25))
        np.add.at(table, (tails, heads), weights)
        assert np.abs(np.linalg.eigvals(table)).max() <= solver.radius * (1 + 1e-12) < 1
        assert (solver.left > 0).all()
        assert isinstance(factored(25, tails, heads, weights * (1 + 1e-6), MAX_RADIUS), Unproven)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_no_part_of_the_inverse_is_above_its_bound(shape: dict[str, Any]) -> None:
    for seed in range(3):
        edges = component(seed, 9, **shape)
        solver = factored(9, *edges, MAX_RADIUS)
        assert isinstance(solver, Factor)
        inverse = np.abs(np.linalg.inv(np.eye(9) - table_of(edges, 9)))
        for put_in in (np.eye(9)[seed], np.random.default_rng(seed).random(9)):
            assert (inverse @ put_in <= solver.onward(put_in) * (1 + 1e-9)).all()


def test_numbers_of_several_kinds_are_put_in_as_one() -> None:
    ring = factored(2, np.array([0, 1]), np.array([1, 0]), np.array([0.5, 0.5]), MAX_RADIUS)
    assert isinstance(ring, Factor)
    assert ring.ahead([Fraction(3, 2), 0]) == pytest.approx([2.0, 1.0])
    assert ring.back([Fraction(3, 2), 1.5j]) == pytest.approx([2 + 1j, 1 + 2j])


def eliminated(pattern: NDArray[np.bool_]) -> int:
    """Return how many entries below the diagonal elimination leaves, by doing it."""
    filled = pattern.copy()
    for node in range(len(filled)):
        below = np.flatnonzero(filled[node, node + 1 :]) + node + 1
        filled[np.ix_(below, below)] = True
    return int(np.tril(filled, -1).sum())


def test_fill_is_counted_as_elimination_makes_it() -> None:
    random = np.random.default_rng(4)
    for size in (1, 2, 5, 20, 40):
        for density in (0.05, 0.2, 1.0):
            pattern = random.random((size, size)) < density
            pattern |= pattern.T
            np.fill_diagonal(pattern, True)
            rows = [np.flatnonzero(row).tolist() for row in pattern]
            ptr = np.cumsum([0, *map(len, rows)]).tolist()
            counts = [0] * size
            n_filled = fill(ptr, [*chain(*rows)], [-1] * size, [-1] * size, counts, 10**6)
            assert n_filled == sum(counts) == eliminated(pattern)


def test_fill_is_known_beforehand() -> None:
    from scipy.sparse import csr_array

    tails, heads, weights = component(2, 200)
    sizes = csr_array((weights, (tails, heads)), shape=(200, 200))
    order, _ = factors._order(sizes)
    assert order is not None
    assert sorted(order.tolist()) == list(range(200))
    entries, _ = factors._filled((sizes + sizes.T).tocsr(), order)
    made = factors._superlu(factors._equations(sizes)[order][:, order].tocsc())
    assert max(made.L.nnz, made.U.nnz) <= entries + 200


def sizes_of(size: int, chords: int) -> Any:
    from scipy.sparse import csr_array

    random = np.random.default_rng(0)
    tails = np.concatenate([np.arange(size), random.integers(0, size, chords)])
    heads = np.concatenate([(np.arange(size) + 1) % size, random.integers(0, size, chords)])
    return csr_array((np.full(len(tails), 0.2), (tails, heads)), shape=(size, size))


def ways_of(sizes: Any) -> Iterator[str]:
    names = {factors._dense: "dense", factors._iterated: "iterated"}
    return (names.get(make, "sparse") for make in factors._ways(sizes))


def test_the_way_is_chosen_by_what_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(ways_of(sizes_of(3_000, 0))) == ["sparse"]
    assert list(ways_of(sizes_of(50, 4_000).toarray())) == ["dense"]
    monkeypatch.setattr(factors, "MAX_QUICK", 1e5)
    assert list(ways_of(sizes_of(2_000, 2_000))) == ["iterated", "dense"]
    monkeypatch.setattr(factors, "MAX_BYTES", 8 * 2_000**2 - 1)
    assert next(ways_of(sizes_of(2_000, 2_000))) == "iterated"
    monkeypatch.setattr(factors, "MAX_BYTES", 100_000)
    assert list(ways_of(sizes_of(2_000, 2_000))) == ["iterated"]


class TestBeyond5000Nodes:
    def test_it_is_solved(self) -> None:
        size = 5_001
        ring = nx.DiGraph()
        ring.add_weighted_edges_from((node, (node + 1) % size, 0.5) for node in range(size))
        ahead = gd.forward(ring, 0, cycles="solve")
        assert [ahead[node] for node in (0, 1, 50, 1_000)] == [1.0, 0.5, 0.5**50, 0.5**1_000]
        (strongest,) = gd.strongest_paths(ring, 0, 3, k=1, cycles="solve")
        assert strongest.influence == 0.125

    @pytest.mark.usefixtures("no_inverse")
    def test_pivots_are_taken_where_there_is_none_on_the_diagonal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(factors, "_ways", lambda sizes: iter([]))
        graph = gd.CompiledGraph.from_arrays([0, 0, 1, 1], [0, 1, 0, 1], [1.0, 1.0, -1.0, -0.5], cycles="solve")
        assert gd.total_influence(graph, 0, 1) == pytest.approx(1.0)
        monkeypatch.setattr(factors, "_pivoting", lambda sizes: iter([]))
        with pytest.raises(gd.errors.LimitError, match=r"converge, and no way within .* GiB.*MAX_BYTES is that limit"):
            factored(2, np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([1.0, 1.0, -1.0, -0.5]), MAX_RADIUS)

    def test_explaining_waits_for_what_is_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("graphdiff.why.explain.strongest", lambda *args: pytest.fail("nobody asked"))
        size = 5_001
        ring = gd.CompiledGraph.from_arrays(range(size), [*range(1, size), 0], np.full(size, 0.5), cycles="solve")
        why = gd.explain(ring, 0, 3)
        assert why.total == 0.125
        assert why.certificate is not None
        assert why.certificate.error_bound < 1e-14

    def test_of_complex_numbers_it_is_solved_beyond_200(self) -> None:
        ring = nx.DiGraph()
        ring.add_weighted_edges_from((node, (node + 1) % 201, 0.5j) for node in range(201))
        ahead = gd.forward(ring, 0, cycles="solve")
        assert [ahead[node] for node in (0, 1, 2, 100)] == pytest.approx([1, 0.5j, -0.25, 0.5**100], rel=1e-12, abs=0)
        (strongest,) = gd.strongest_paths(ring, 0, 2, k=1, cycles="solve")
        assert strongest.influence == -0.25

    def test_of_exact_numbers_it_is_not(self) -> None:
        ring = nx.DiGraph()
        ring.add_weighted_edges_from((node, (node + 1) % 5_001, Fraction(1, 2)) for node in range(5_001))
        for ask in (gd.forward, lambda *args, **options: gd.strongest_paths(ring, 0, 3, k=1, **options)):
            with pytest.raises(gd.errors.LimitError, match="200 in exact numbers"):
                ask(ring, 0, cycles="solve")

    @pytest.mark.slow
    @pytest.mark.parametrize("width", [5, 140_000])
    def test_of_140_000_nodes(self, width: int) -> None:
        """Banded by SuperLU, scattered by iteration: walks of all nodes, summed by hand where rows add up to 0.95."""
        size, random = 140_000, np.random.default_rng(0)
        tails = np.tile(np.arange(size), 4)
        heads = (tails + random.integers(1, width, 4 * size)) % size
        heads[:size] = (np.arange(size) + 1) % size
        graph = gd.CompiledGraph.from_arrays(tails, heads, np.full(4 * size, 0.95 / 4), cycles="solve")
        sums = gd.reverse(graph, dict.fromkeys(range(size), 1.0)).array
        np.testing.assert_allclose(sums, 20.0, rtol=1e-11)
        ahead = gd.forward(graph, 0).array
        assert ahead.sum() == pytest.approx(20.0, rel=1e-11)


def test_of_solutions_that_swing_the_best_is_kept() -> None:
    scipy_sparse = pytest.importorskip("scipy.sparse")
    steps = iter([0.5 - 5e-15, 5e-15 + 2e-12])  # of the halved equation: near, and past it farther off
    nothing = scipy_sparse.csr_array((1, 1))
    count = np.ones(1)
    swinging = factors.Equations(nothing, nothing, (count, count), lambda missed, turned: np.array([next(steps)]))
    assert swinging.solved(np.array([1.0]), False).tolist() == [2 * (0.5 - 5e-15)]
