"""`diagnose`: what brute force counts on the listed paths, what networkx finds, closed forms, and real files."""

from __future__ import annotations

import json
import lzma
import math
import time
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import Walk, chain, complete_dag, dags, diamonds, edge_names, lattice, olah, parallel_chain, queries, walks
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import LimitError, UnknownNodeError, UsageError, WeightError
from graphdiff.structure.diagnose import Diagnosis, diagnose


def check_against(found: Diagnosis, listed: list[Walk], ends: set[Any], isolated: set[Any]) -> None:
    """Compare every figure with what the listed paths say."""
    edges = Counter(edge for walk in listed for edge in walk)
    nodes = Counter(node for walk in listed for node in {end for edge in walk for end in edge[:2]})
    inner = Counter({node: count for node, count in nodes.items() if node not in ends})
    assert found.n_paths == len(listed)
    assert found.n_edges == len(edges)
    assert found.n_nodes == len(nodes.keys() | isolated)
    assert found.cost.naive == sum(map(len, listed))
    assert found.cost.forward == found.cost.reverse == len(edges)
    assert set(found.passages.bottleneck_nodes) == {node for node, count in inner.items() if count == len(listed)}
    assert set(found.passages.bottleneck_edges) == {edge for edge, count in edges.items() if count == len(listed)}
    for passage, counts in ((found.passages.node, inner), (found.passages.edge, edges)):
        if not counts:
            assert passage is None
            continue
        assert passage is not None
        assert passage.n_paths == counts[passage.label] == max(counts.values())
        assert passage.share == passage.n_paths / len(listed)
    if not listed:
        assert found.lengths is None
        return
    lengths = np.array([len(walk) for walk in listed])
    assert found.lengths is not None
    assert (found.lengths.shortest, found.lengths.longest) == (lengths.min(), lengths.max())
    assert found.lengths.mean == pytest.approx(lengths.mean(), rel=1e-14)
    assert found.lengths.std == pytest.approx(lengths.std(), rel=1e-12, abs=1e-15)
    assert found.lengths.histogram == Counter(lengths.tolist())


def ends_of(graph: nx.DiGraph) -> tuple[list[Any], list[Any]]:
    """Return the roots and the leaves of a DAG."""
    return [n for n, d in graph.in_degree() if not d], [n for n, d in graph.out_degree() if not d]


class TestAgainstBruteForce:
    @given(query=queries(dags()))
    def test_both_ends(self, query: tuple[nx.DiGraph, Any, Any]) -> None:
        graph, source, target = query
        found = diagnose(graph, source, target, weight=None)
        isolated = {source} if source == target else set()
        check_against(found, walks(graph, source, target), {source, target}, isolated)

    @given(query=queries(dags(max_nodes=6, max_edges=10)))
    def test_one_end_and_none(self, query: tuple[nx.DiGraph, Any, Any]) -> None:
        graph, node, _ = query
        roots, leaves = ends_of(graph)
        for given_ends, sources, targets in (
            ({"source": node}, [node], leaves),
            ({"target": node}, roots, [node]),
            ({}, roots, leaves),
        ):
            found = diagnose(graph, **given_ends, weight=None)
            listed = [walk for s in sources for t in targets for walk in walks(graph, s, t)]
            check_against(found, listed, {*sources, *targets}, set(sources) & set(targets))
            assert (found.overview is None) == bool(given_ends)

    @given(query=queries(dags(max_nodes=6, max_edges=10)), data=st.data())
    def test_several_ends(self, query: tuple[nx.DiGraph, Any, Any], data: st.DataObject) -> None:
        """A list, a mapping (whose seeds count nothing here), all roots and all leaves, some of them of both ends."""
        graph, source, target = query
        nodes = st.lists(st.sampled_from(list(graph)), unique=True, min_size=1, max_size=3)
        listed_ends = [sorted({source, *data.draw(nodes)}, key=str), sorted({target, *data.draw(nodes)}, key=str)]
        roots, leaves = ends_of(graph)
        for given_ends, (sources, targets) in (
            (listed_ends, listed_ends),
            ([dict.fromkeys(listed_ends[0], 3), dict.fromkeys(listed_ends[1], 0)], listed_ends),
            ([gd.ROOTS, listed_ends[1]], [roots, listed_ends[1]]),
            ([listed_ends[0], gd.LEAVES], [listed_ends[0], leaves]),
            ([gd.ROOTS, gd.LEAVES], [roots, leaves]),
        ):
            found = diagnose(graph, *given_ends, weight=None)
            listed = [walk for s in sources for t in targets for walk in walks(graph, s, t)]
            check_against(found, listed, {*sources, *targets}, set(sources) & set(targets))
            assert found.overview is None
            back = any(walks(graph, t, s) for s in sources for t in targets)
            assert found.swapped == (not listed and back)
            assert found.to_dict()["source"] == found.naming.end(given_ends[0])
            assert str(found)

    def test_members_of_one_cycle_are_one_node_several_times(self) -> None:
        """As a super source and a super sink would have it: each of two members has an edge to the merged node."""
        edges = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "c"), ("a", "t"), ("c", "t")]
        graph = nx.DiGraph(edges)
        ends = [("SOURCE", "a"), ("SOURCE", "b"), ("c", "TARGET"), ("d", "TARGET"), ("t", "TARGET")]
        found = diagnose(graph, ["a", "b"], ["c", "d", "t"], weight=None)
        expected = diagnose(nx.DiGraph([*edges, *ends]), "SOURCE", "TARGET", weight=None)
        assert found.lengths is not None
        assert expected.lengths is not None
        assert expected.lengths.histogram is not None
        assert found.n_paths == expected.n_paths == 8
        assert found.lengths.histogram == {length - 2: n for length, n in expected.lengths.histogram.items()}
        assert found.lengths.mean == expected.lengths.mean - 2
        assert found.lengths.std == expected.lengths.std

    @given(query=queries(dags(parallel=False)))
    def test_networkx(self, query: tuple[nx.DiGraph, Any, Any]) -> None:
        graph, source, target = query
        found = diagnose(graph, source, target, weight=None)
        if source == target or not nx.has_path(graph, source, target):
            return
        paths = list(nx.all_simple_edge_paths(graph, source, target))
        assert found.lengths is not None
        assert found.n_paths == len(paths)
        assert found.lengths.shortest == nx.shortest_path_length(graph, source, target)
        assert found.lengths.longest == max(map(len, paths))


class TestClosedForms:
    def test_olah_six_visits_against_eighteen(self) -> None:
        found = diagnose(parallel_chain([2, 3, 5], [7, 11, 13]), 0, 2)
        assert (found.n_paths, found.cost.naive, found.cost.forward, found.cost.ratio) == (9, 18, 6, 3)
        assert found.passages.bottleneck_nodes == (1,)
        assert found.passages.bottleneck_edges == ()

    @pytest.mark.parametrize("steps", [40, 5_000])
    def test_triple_chain(self, steps: int) -> None:
        found = diagnose(parallel_chain(*[[1, 1, 1]] * steps), 0, steps, weight=None)
        assert found.n_paths == 3**steps
        assert found.lengths is not None
        assert (found.lengths.mean, found.lengths.std) == (steps, 0)
        assert found.cost.naive == steps * 3**steps
        assert found.passages.edge is not None
        assert found.passages.edge.n_paths == 3 ** (steps - 1)
        assert found.passages.bottleneck_nodes == tuple(range(1, steps))

    def test_lattice(self) -> None:
        found = diagnose(lattice(12), (0, 0), (11, 11))
        assert found.n_paths == math.comb(22, 11)
        assert found.lengths is not None
        assert found.lengths.histogram == {22: math.comb(22, 11)}
        assert found.passages.edge is not None
        assert found.passages.edge.n_paths == math.comb(21, 11)

    def test_complete_dag_has_binomial_lengths(self) -> None:
        found = diagnose(complete_dag(102), 0, 101)
        assert found.lengths is not None
        assert found.lengths.histogram == {length: math.comb(100, length - 1) for length in range(1, 102)}
        assert (found.lengths.mean, found.lengths.std) == (51, 5)
        assert found.passages.node is not None
        assert found.passages.node.share == 0.5
        assert found.passages.node.label == 1

    def test_histogram_of_wide_counts(self) -> None:
        found = diagnose(diamonds(500), 0, 1500)
        assert found.lengths is not None
        assert found.lengths.histogram == {1000: 2**500}

    def test_no_histogram_where_it_would_take_long(self) -> None:
        found = diagnose(chain([1] * 4_000), 0, 4_000)
        assert found.lengths is not None
        assert found.lengths.histogram is None
        assert "not counted: edges times longest path" in str(found)
        with pytest.raises(LimitError, match=r"edges times longest path is above 10,000,000"):
            found.to_pandas()

    def test_ratio_beyond_the_floats(self) -> None:
        found = diagnose(parallel_chain(*[[1, 1]] * 2_000), 0, 2_000)
        assert found.cost.ratio == 2_000 * 2**2_000 // 4_000


class TestRealFiles:
    def test_git_history(self, shared_data: Path) -> None:
        folder = shared_data / "gitdag"
        truth = json.loads((folder / "git-git.truth.json").read_text())
        with lzma.open(folder / "git-git.commits.xz", "rt") as lines:
            commits = [line.split() for line in lines]
        graph = nx.DiGraph((child, parent) for child, *parents in commits for parent in parents)
        begin = time.process_time()
        found = diagnose(graph, commits[0][0])
        assert time.process_time() - begin < 20
        assert found.n_paths == int(truth["total_paths_head_to_any_root"])
        assert (found.n_nodes, found.n_edges) == (truth["commits"], truth["edges"])
        assert found.lengths is not None
        assert found.lengths.longest == truth["longest_path_edges_from_head"]
        assert json.loads(json.dumps(found.to_dict()))["n_paths"] == found.n_paths
        leaves = diagnose(graph).overview.leaves  # type: ignore[union-attr]
        assert dict(leaves) == {root: int(count) for root, count in truth["paths_head_to_root"].items()}

    @pytest.mark.slow
    def test_git_objects(self, shared_data: Path) -> None:
        truth = json.loads((shared_data / "large" / "libgit2.git-objects.truth.json").read_text())
        arrays = np.load(shared_data / "large" / "libgit2.git-objects.npz")
        graph = gd.CompiledGraph.from_arrays(arrays["src"], arrays["dst"])
        found = diagnose(graph, truth["head_tree_node"])
        assert found.n_paths == truth["paths_head_tree_to_blobs"]
        assert diagnose(graph).n_edges == truth["edges"]

    def test_debian(self, shared_data: Path) -> None:
        packed = shared_data / "debian" / "bookworm-main-amd64.Packages.xz"
        graph = gd.read(packed)
        found = diagnose(graph, "openssh-server", "liblzma5")
        assert (found.n_paths, found.n_nodes, found.n_edges) == (26, 13, 20)
        near = graph.subgraph(nx.descendants(graph, "openssh-server") | {"openssh-server"})
        listed = [tuple(path) for path in nx.all_simple_edge_paths(near, "openssh-server", "liblzma5")]
        check_against(found, listed, {"openssh-server", "liblzma5"}, set())
        assert found.gradient_flow is None


def ring() -> nx.DiGraph:
    """Return in -> a <-> b -> out, in -> out, and a cycle off the way."""
    edges = [("in", "a"), ("a", "b"), ("b", "a"), ("b", "out"), ("in", "out"), ("out", "x"), ("x", "y"), ("y", "x")]
    return nx.DiGraph(edges, edge_meaning="calls")


class TestCycles:
    @pytest.mark.parametrize("policy", ["raise", "collapse", "solve"])
    def test_counted_on_the_collapsed_graph_whatever_the_policy(self, policy: Any) -> None:
        for graph, options in ((ring(), {"cycles": policy}), (gd.compile(ring(), weight=None, cycles=policy), {})):
            found = diagnose(graph, "in", "out", **options)
            assert (found.n_paths, found.n_nodes, found.n_edges) == (2, 3, 3)
            assert found.passages.node is not None
            assert found.passages.node.label == frozenset("ab")
            assert [set(members) for members in found.cycles] == [set("ab")]
            assert "1 on the way, each counted as one node: a + b (2)" in str(found)
            assert found.to_dict()["cycles"][0]["size"] == 2

    def test_two_members_of_one_cycle(self) -> None:
        found = diagnose(ring(), "a", "b")
        assert (found.n_paths, found.n_nodes, found.n_edges, found.cost.ratio) == (1, 1, 0, None)
        assert found.lengths is not None
        assert found.lengths.histogram == {0: 1}

    def test_self_loop(self) -> None:
        found = diagnose(nx.DiGraph([("a", "b"), ("b", "b"), ("b", "c")]), "a", "c")
        assert (found.n_paths, found.cycles) == (1, (("b",),))

    def test_whole_graph(self) -> None:
        found = diagnose(ring())
        assert found.overview is not None
        assert (found.overview.n_nodes, found.overview.n_edges, found.overview.n_cycles) == (6, 8, 2)
        assert found.overview.leaves == ((frozenset("xy"), 2),)
        assert len(found.cycles) == 2

    def test_many_are_named_in_part(self) -> None:
        graph = nx.DiGraph((f"n{i}", f"n{j}") for i in range(7) for j in (i, i + 1))
        report = str(diagnose(graph, "n0", "n7"))
        named = "7 on the way, each counted as one node: n0 (1); n1 (1); n2 (1); n3 (1); n4 (1) and 2 more"
        assert named in " ".join(report.split())
        assert max(map(len, report.splitlines())) <= 100

    def test_long_names_go_on_below(self) -> None:
        names = [f"{letter * 50}" for letter in "abcdefgh"]
        graph = nx.DiGraph([*zip(names, names[1:], strict=False), (names[0], "z" * 130), ("z" * 130, names[3])])
        lines = str(diagnose(graph)).splitlines()
        assert max(map(len, lines)) <= 100
        assert " " * 20 + names[3] in " ".join(lines)


class TestOverview:
    def test_what_was_read(self) -> None:
        graph = nx.DiGraph(edge_meaning="depends on", node_meaning="packages")
        graph.add_edge("a", "b", size=2, kind="dev", on=True)
        graph.add_edge("a", "c", size=7.5)
        graph.add_edge("c", "d", size=float("nan"))
        graph.add_edge("b", "d", size="many")
        graph.add_edge("e", "c")
        found = diagnose(graph)
        seen = found.overview
        assert seen is not None
        assert [(a.name, a.smallest, a.largest, a.missing) for a in seen.attributes or ()] == [("size", 2, 7.5, 3)]
        assert (seen.n_roots, seen.n_leaves) == (2, 1)
        assert (seen.roots, seen.leaves) == ((("a", 2), ("e", 1)), (("d", 3),))
        assert len(set(seen.examples)) == 3
        assert "read              5 packages, 5 dependencies (a -> b: a depends on b)" in str(found)
        assert "size 2 to 7.5 (3 missing)" in str(found)
        assert found.to_dict()["overview"]["attributes"] == [
            {"name": "size", "smallest": 2, "largest": 7.5, "missing": 3}
        ]

    def test_ten_of_each_with_most_paths(self) -> None:
        graph = nx.MultiDiGraph((f"root{i}", f"leaf{i}") for i in range(15) for _ in range(i + 1))
        seen = diagnose(graph).overview
        assert seen is not None
        assert seen.roots == tuple((f"root{i}", i + 1) for i in range(14, 4, -1))
        assert seen.leaves == tuple((f"leaf{i}", i + 1) for i in range(14, 4, -1))
        assert seen.n_roots == 15

    @pytest.mark.parametrize("graph", [np.triu(np.ones((3, 3)), 1), gd.CompiledGraph.from_arrays([0, 0, 1], [1, 2, 2])])
    def test_arrays_have_no_attributes(self, graph: Any) -> None:
        found = diagnose(graph)
        assert found.n_paths == 2
        assert found.overview is not None
        assert found.overview.attributes is None
        assert found.overview.examples == (0, 1, 2)

    def test_empty_graph(self) -> None:
        found = diagnose(nx.DiGraph())
        assert (found.n_paths, found.n_nodes, found.lengths) == (0, 0, None)
        assert "paths             none" in str(found)
        assert json.dumps(found.to_dict())


class TestReport:
    def test_no_path_and_swapped_ends(self) -> None:
        assert "none, but there is one the other way: are the ends swapped?" in str(diagnose(olah(), "e", "b"))
        apart = diagnose(olah(), "a", "b")
        assert not apart.swapped
        assert str(apart).endswith("paths             none")
        assert apart.to_dict()["lengths"] is None
        assert not any(diagnose(olah(), *ends).swapped for ends in (("e", "e"), ("b", "e"), (None, "e")))

    def test_two_nodes_of_one_cycle_have_no_count(self) -> None:
        graph = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("x", "a")], edge_meaning="imports")
        found = diagnose(graph, "a", "c")
        assert str(found).splitlines() == [
            "Paths from a to c",
            "  paths             not counted between two nodes of one cycle: why says how they lead to each other",
            "  cycles            1 on the way, each counted as one node: a + b + c (3)",
        ]
        assert (found.together, found.to_dict()["together"]) == (True, True)
        assert repr(found) == "<Diagnosis: Paths from a to c: not counted over 0 edges>"
        assert diagnose(graph, ["x", "a"], ["d", "c"]).together
        for ends in (("a", "a"), ("a", "d"), ("x", "c"), (["a", "b"], ["d"]), (None, "a"), ("a", None)):
            assert not diagnose(graph, *ends).together

    def test_one_end_cannot_be_swapped(self) -> None:
        graph = nx.DiGraph([("root", "a"), ("x", "t")])
        graph.nodes["root"]["root"] = True
        found = diagnose(graph, target="t")
        assert (found.n_paths, found.swapped) == (0, False)

    @pytest.mark.parametrize("meaning", ["depends on", "imports", "calls", "blames"])
    def test_no_words_of_computations_elsewhere(self, meaning: str) -> None:
        graph = olah()
        graph.graph["edge_meaning"] = meaning
        for ends in ((), ("b",), (None, "e"), ("b", "e")):
            found = diagnose(graph, *ends)
            assert found.gradient_flow is None
            for word in ("influence", "tangent", "adjoint", "gradient"):
                assert word not in str(found).lower()

    def test_titles(self) -> None:
        titles = [diagnose(olah(), *ends).title() for ends in ((), ("b",), (None, "e"), ("b", "e"))]
        assert titles == [
            "All paths from the roots to the leaves",
            "Paths from b to the leaves",
            "Paths from the roots to e",
            "Paths from b to e",
        ]

    def test_almost_all_is_not_all(self) -> None:
        graph = nx.MultiDiGraph([("s", "m"), *[("m", "t")] * 3_000, ("s", "t")])
        assert "m (3,000 paths, > 99.9 %)" in str(diagnose(graph, "s", "t"))

    def test_many_lengths_are_one(self) -> None:
        assert "by length         most often 11 (184,756)" in str(diagnose(complete_dag(22), 0, 21))

    def test_json_of_counts_that_no_reader_takes(self) -> None:
        found = diagnose(parallel_chain(*[[1, 1]] * 15_000), 0, 15_000, weight=None)
        record = json.loads(json.dumps(found.to_dict()))
        assert Fraction(Decimal(record["n_paths"])) == 2**15_000
        assert Fraction(Decimal(record["multiply_adds"]["naive"])) == 15_000 * 2**15_000

    def test_records(self) -> None:
        record = diagnose(parallel_chain([2, 3, 5], [7, 11, 13]), 0, 2, weight=None).to_dict()
        assert record["busiest_node"] == {"node": "1", "n_paths": 9, "share": 1.0}
        assert record["busiest_edge"] == {"source": "0", "target": "1", "key": "0", "n_paths": 3, "share": 1 / 3}
        assert record["lengths"]["histogram"] == {"2": 9}
        assert record["multiply_adds"] == {"naive": 18, "forward": 6, "reverse": 6, "ratio": 3.0}

    def test_pandas(self) -> None:
        series = diagnose(complete_dag(6), 0, 5).to_pandas()
        assert series.to_dict() == {1: 1, 2: 4, 3: 6, 4: 4, 5: 1}
        assert (series.name, series.index.name, series.dtype) == ("paths", "length", np.int64)
        assert diagnose(diamonds(70), 0, 210).to_pandas()[140] == 2**70
        assert diagnose(olah(), "e", "b").to_pandas().empty

    def test_one_is_not_many(self) -> None:
        text = str(diagnose(nx.DiGraph([("a", "b")], edge_meaning="depends on", node_meaning="packages")))
        assert "read              2 packages, 1 dependency (a -> b: a depends on b)" in text
        assert "1 over 2 packages and 1 dependency" in text

    def test_repr_and_html(self) -> None:
        found = diagnose(nx.DiGraph([("<b>", "t")]), "<b>", "t")
        assert repr(found) == "<Diagnosis: Paths from <b> to t: 1 over 1 edge>"
        assert "&lt;b&gt;" in found._repr_html_()
        assert "<b>" not in found._repr_html_()


class TestArguments:
    def test_unknown_node(self) -> None:
        with pytest.raises(UnknownNodeError, match="no node 'f'"):
            diagnose(olah(), "f", "e")

    def test_options_beside_a_compiled_graph(self) -> None:
        with pytest.raises(TypeError, match="compiled already"):
            diagnose(gd.compile(olah()), "b", "e", weight=None)

    @pytest.mark.parametrize(
        "limits", [{"vanishing": 2}, {"vanishing": 0}, {"exploding": 0.5}, {"exploding": math.nan}]
    )
    def test_limits(self, limits: Any) -> None:
        with pytest.raises(UsageError, match="0 < vanishing < 1 < exploding must hold"):
            diagnose(olah(), **limits)

    def test_some_edges_without_a_weight(self) -> None:
        graph = olah()
        del graph.edges["c", "e"]["weight"]
        with pytest.raises(WeightError, match="has no 'weight', the first is 'c' -> 'e'"):
            diagnose(graph, target="e")
        assert diagnose(graph, target="e", default_weight=2).gradient_flow is not None
        assert diagnose(graph, source="b").n_paths == 2

    def test_a_weight_that_no_edge_has(self) -> None:
        with pytest.raises(WeightError, match="none of the 5 edges has 'wieght'"):
            diagnose(olah(), target="e", weight="wieght")

    def test_progress(self) -> None:
        told: list[tuple[int, int | None]] = []
        diagnose(olah(), progress=lambda done, stages: told.append((done, stages)))
        assert told == [(stage, 4) for stage in range(5)]

    def test_the_graph_is_not_changed(self) -> None:
        graph = olah()
        diagnose(graph, "b", "e")
        assert nx.utils.graphs_equal(graph, olah())
        assert edge_names(graph) == edge_names(olah())
