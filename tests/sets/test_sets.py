"""Sets beside sums: what is reached, and what goes with a node, against removal by brute force and other tools."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from graphs import ENGINES, Node, contractions, engine
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import GraphTypeError, UnknownNodeError, UsageError
from graphdiff.graph.topology import arrange
from graphdiff.kernels.reach import dominator_tree
from graphdiff.sets import sets as setsums

OPENSSH = Path(__file__).parents[2] / "data" / "openssh-server.Packages"


# ------------------------------------------------------------------------------------------------- oracles


def reached(graph: nx.DiGraph, starts: Iterable[Node]) -> set[Node]:
    return {node for start in starts if start in graph for node in {start, *nx.descendants(graph, start)}}


def gone_without(graph: nx.DiGraph, node: Node, roots: Iterable[Node]) -> set[Node]:
    """Return what is no longer reached once the node is removed."""
    rest = graph.copy()
    rest.remove_node(node)
    return reached(graph, roots) - reached(rest, roots) - {node}


def firm(graph: nx.MultiDiGraph, roots: Iterable[Node]) -> nx.MultiDiGraph:
    """Return a graph without the optional peers of what other edges reach from the roots."""
    loose = [edge for edge in graph.edges if graph.edges[edge].get("kind") == "peer"]
    rest = graph.copy()
    rest.remove_edges_from(loose)
    there = reached(rest, roots)
    rest.add_edges_from(edge for edge in loose if edge[1] not in there)
    return rest


def roots_of(graph: nx.DiGraph) -> set[Node]:
    """Return the marked nodes, else every node that is reached by nothing but what it reaches."""
    marked = {node for node, root in graph.nodes(data="root") if root is True}
    return marked or {node for node in graph if nx.ancestors(graph, node) <= nx.descendants(graph, node)}


@st.composite
def questions(draw: Any) -> tuple[nx.MultiDiGraph, Node, list[Node] | None]:
    """Draw a graph, often with cycles, a node, and roots or none, or roots that are marked."""
    graph = draw(contractions(max_nodes=7, max_edges=14))
    some = draw(st.lists(st.sampled_from(list(graph)), unique=True))
    if draw(st.booleans()):
        graph.add_nodes_from(some, root=True)
    return graph, draw(st.sampled_from(list(graph))), draw(st.sampled_from([None, some]))


# ------------------------------------------------------------------------------------------------ properties


@pytest.mark.parametrize("name", ENGINES)
class TestAgainstRemoval:
    @given(question=questions())
    def test_what_goes_is_what_is_no_longer_reached(self, name: str, question: Any) -> None:
        graph, node, roots = question
        with engine(name):
            found = gd.exclusive(graph, node, roots)
        assert found == gone_without(graph, node, roots_of(graph) if roots is None else roots)

    @given(question=questions(), data=st.data())
    def test_all_nodes_at_once_by_number_and_by_value(self, name: str, question: Any, data: st.DataObject) -> None:
        graph, _, roots = question
        values = {node: data.draw(st.integers(-5, 5)) for node in graph}
        sets = {node: gone_without(graph, node, roots_of(graph) if roots is None else roots) for node in graph}
        with engine(name):
            assert dict(gd.exclusive_sizes(graph, roots)) == {node: len(gone) for node, gone in sets.items()}
            summed = gd.exclusive_sizes(graph, roots, values=values)
        assert dict(summed) == {node: sum(values[other] for other in gone) for node, gone in sets.items()}

    @given(question=questions(), data=st.data())
    def test_an_optional_peer_keeps_nothing_that_another_edge_keeps(
        self, name: str, question: Any, data: st.DataObject
    ) -> None:
        graph, node, roots = question
        graph.graph["edge_meaning"] = "depends on"
        for edge in data.draw(st.lists(st.sampled_from(list(graph.edges)), unique=True)) if graph.edges else []:
            graph.edges[edge].update(kind="peer", optional=True)
        starts = roots_of(graph) if roots is None else roots
        kept = firm(graph, starts)
        sets = {each: gone_without(kept, each, starts) for each in graph}
        with engine(name):
            assert gd.exclusive(graph, node, roots) == sets[node]
            assert dict(gd.exclusive_sizes(graph, roots)) == {each: len(gone) for each, gone in sets.items()}
            if roots is not None:
                return
            ranking = gd.rank(graph, by="exclusive", weight=None, cycles="collapse")
        for each, size in zip(ranking.nodes, ranking.sizes["exclusive"].tolist(), strict=True):
            if not isinstance(each, frozenset):  # a merged component goes as one
                assert size == len(sets[each])

    @pytest.mark.parametrize("few", [0, 64], ids=["by bits", "one by one"])
    @given(graph=contractions(max_nodes=7, max_edges=14), data=st.data())
    def test_reach_is_the_number_of_descendants(
        self, name: str, few: int, graph: nx.MultiDiGraph, data: st.DataObject
    ) -> None:
        values = {node: data.draw(st.sampled_from([-1, 0, 0.5, 3])) for node in graph}
        with engine(name), pytest.MonkeyPatch.context() as patch:
            patch.setattr(setsums, "FEW", few)
            found, summed = gd.reach_sizes(graph), gd.reach_sizes(graph, values=values)
        for node in graph:
            assert found[node] == len(nx.descendants(graph, node))
            assert summed[node] == sum(values[other] for other in nx.descendants(graph, node))


@given(graph=contractions(max_nodes=7, max_edges=14), data=st.data())
def test_a_collapsed_component_goes_as_one(graph: nx.MultiDiGraph, data: st.DataObject) -> None:
    """What `rank` shows of a merged row: without the whole component, what is reached of what it reaches."""
    ready = gd.compile(graph, weight=None, cycles="collapse")
    values = {node: data.draw(st.integers(0, 9)) for node in graph}
    root = data.draw(st.sampled_from(list(graph)))
    starts, own = (np.array([ready.topology.position(root)]), np.array([values[node] for node in ready.labels]))
    rows = np.unique(ready.topology.representative).astype(np.int64)
    sets = setsums.RowSets(ready, starts)
    columns = [size(own, rows) for size in (sets.reach, sets.going, sets.itself)]
    for row, size, held, itself in zip(rows.tolist(), *(column.tolist() for column in columns), strict=True):
        inside = next(c for c in nx.strongly_connected_components(graph) if ready.labels[row] in c)
        rest = graph.copy()
        rest.remove_nodes_from(inside)
        assert size == sum(values[node] for node in reached(graph, inside) - inside)
        gone = reached(graph, [root]) - reached(rest, [root]) - inside
        assert held == (sum(values[node] for node in gone) if inside & reached(graph, [root]) else 0)
        assert itself == sum(values[node] for node in inside)


@pytest.mark.parametrize("root", ["a", "b", "c"])
def test_a_collapsed_root_stands_for_all_its_members(root: str) -> None:
    graph = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "a"), ("a", "x"), ("c", "y"), ("y", "z")])
    ready = gd.compile(graph, weight=None, cycles="collapse")
    row, start = ready.topology.representative[[ready.topology.position(root)]], ready.topology.position(root)
    ones = np.ones(len(graph), dtype=np.int64)
    sets = setsums.RowSets(ready, np.array([start]))
    assert (sets.reach(ones, row).tolist(), sets.going(ones, row).tolist()) == ([3], [3])


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("n_nodes, n_edges, back", [(40, 70, 0), (60, 90, 12), (200, 420, 60)])
def test_the_dominator_tree_is_that_of_networkx(name: str, n_nodes: int, n_edges: int, back: int) -> None:
    rng = np.random.default_rng(n_nodes + back)
    for _ in range(20):
        ends = np.concatenate(
            [np.sort(rng.integers(0, n_nodes, (n_edges, 2)), axis=1), rng.integers(0, n_nodes, (back, 2))]
        )
        rows = arrange(n_nodes, *ends.astype(np.uint32).T)[0].rows
        starts = np.unique(rng.integers(0, n_nodes, 3))
        with engine(name):
            order, dominator = dominator_tree(rows.ptr, rows.heads, starts)
        graph = nx.DiGraph(zip(rows.tails.tolist(), rows.heads.tolist(), strict=True))
        graph.add_edges_from((-1, start) for start in starts.tolist())
        expected = {node: over for node, over in nx.immediate_dominators(graph, -1).items() if node != -1}
        assert dict(zip(order[1:].tolist(), order[dominator[1:]].tolist(), strict=True)) == expected


@pytest.mark.parametrize("memory", [1, 1 << 28], ids=["blocks", "one block"])
def test_sums_over_what_is_reached_are_added_in_the_order_of_positions(memory: int, monkeypatch: Any) -> None:
    """To the bit: numpy's sum of each block, over components and nodes that nothing enters, too."""
    monkeypatch.setattr(setsums, "BITS_MEMORY", memory)
    rng = np.random.default_rng(3)
    graph = nx.DiGraph(rng.integers(0, 150, (260, 2)).tolist())
    graph.add_nodes_from(range(150))
    values = dict(enumerate(rng.normal(size=150).tolist()))
    topology = gd.compile(graph, weight=None, cycles="collapse").topology
    own = np.array([values[node] for node in topology.labels])
    sums, size = gd.reach_sizes(graph, values=values), 64 if memory == 1 else 150
    for place, node in enumerate(topology.labels):
        mask = np.array([other == node or other in nx.descendants(graph, node) for other in topology.labels])
        blocks = [own[start : start + size][mask[start : start + size]].sum() for start in range(0, 150, size)]
        assert sums[node] == sum(blocks) - own[place]


def test_a_ranking_by_exclusive_reaches_only_from_the_rows_that_it_shows(monkeypatch: Any) -> None:
    sized: list[int] = []
    whole = setsums.reached_sums

    def counting(topology: Any, positions: Any, *rest: Any) -> Any:
        sized.append(len(positions))
        return whole(topology, positions, *rest)

    monkeypatch.setattr(setsums, "reached_sums", counting)
    graph = nx.gn_graph(300, seed=1)
    nx.set_node_attributes(graph, 2, "size")
    first = gd.rank(graph, by="exclusive", value="size", top=3, weight=None)
    assert sized == [3, 3]
    every = gd.rank(graph, by="exclusive", value="size", weight=None)
    assert sized == [3, 3, 300, 300]
    assert {title: column[:3].tolist() for title, column in every.sizes.items()} == {
        title: column.tolist() for title, column in first.sizes.items()
    }


def test_reach_in_several_blocks_of_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setsums, "BITS_MEMORY", 1)
    graph = nx.gn_graph(300, seed=1)
    told: list[tuple[int, int | None]] = []
    found = gd.reach_sizes(graph, progress=lambda done, whole: told.append((done, whole)))
    assert dict(found) == {node: len(nx.descendants(graph, node)) for node in graph}
    assert told == [(64, 300), (128, 300), (192, 300), (256, 300), (300, 300)]


# ------------------------------------------------------------------------------------------------- real graphs


def test_pipdeptree_names_the_same_packages(test_data: Path) -> None:
    """pipdeptree 4.2.14, `--computed unique-deps-names` on the 106 packages of a JupyterLab environment."""
    said = json.loads((test_data / "jupyterlab.unique-deps.json").read_text())
    graph = nx.DiGraph([(name, needed) for name, row in said.items() for needed in row["needs"]])
    graph.add_nodes_from(said)
    assert (len(graph), graph.number_of_edges()) == (106, 190)
    sizes = gd.exclusive_sizes(graph)
    for name, row in said.items():
        assert gd.exclusive(graph, name) == set(row["unique"]), name
        assert sizes[name] == len(row["unique"])
    assert sizes["jupyterlab"] == 87


def test_every_package_of_debians_ssh_server() -> None:
    graph = gd.read(OPENSSH)
    for node in graph:
        for roots in (None, ["openssh-server"], ["perl", "dpkg"]):
            assert gd.exclusive(graph, node, roots) == gone_without(graph, node, roots or roots_of(graph))


@pytest.mark.parametrize("file", ["grimp.networkx.dot.gz", "grimp.django.dot.gz"])
def test_import_graphs_with_large_cycles(shared_data: Path, file: str) -> None:
    graph = gd.read(shared_data / "python" / "imports" / file)
    roots = list(graph)[::40]
    sizes = gd.exclusive_sizes(graph, roots)
    reach = gd.reach_sizes(graph)
    for node in list(graph)[::9]:
        assert sizes[node] == len(gone_without(graph, node, roots))
        assert reach[node] == len(nx.descendants(graph, node))


def test_a_chain_and_a_fan_need_no_recursion_and_no_square_time() -> None:
    """The fan's leaves hang on both ends of a long chain: to walk up it for each of them would take a day."""
    half = 100_000
    chain = np.arange(half)
    leaves = np.arange(half + 1, 2 * half)
    tails = np.concatenate([chain, np.full(len(leaves), half), np.zeros(len(leaves), dtype=int)])
    graph = gd.CompiledGraph.from_arrays(tails, np.concatenate([chain + 1, leaves, leaves]))
    sizes = gd.exclusive_sizes(graph)
    assert sizes[0] == 2 * half - 1
    assert sizes[1] == half - 1
    assert sizes[half] == 0
    assert len(gd.exclusive(graph, 1)) == half - 1


@pytest.mark.slow
def test_a_million_nodes() -> None:
    rng = np.random.default_rng(0)
    ends = np.sort(rng.integers(0, 10**6, (3 * 10**6, 2)), axis=1)
    graph = gd.CompiledGraph.from_arrays(*ends[ends[:, 0] < ends[:, 1]].T)
    sizes = gd.exclusive_sizes(graph)
    for node, size in sizes.top(20):
        assert len(gd.exclusive(graph, node)) == size


# ------------------------------------------------------------------------------------------------ the result


@pytest.fixture
def app() -> nx.DiGraph:
    graph = nx.DiGraph([("app", "web"), ("web", "html"), ("web", "json"), ("app", "json"), ("html", "bs4")])
    nx.set_node_attributes(graph, {"web": 20, "html": 30, "bs4": 5}, "size")
    return graph


class TestExclusive:
    def test_it_is_a_set(self, app: nx.DiGraph) -> None:
        found = gd.exclusive(app, "web")
        assert found == {"html", "bs4"}
        assert "html" in found
        assert "web" not in found
        assert found & {"bs4", "json"} == {"bs4"}
        assert isinstance(found | {"json"}, frozenset)
        assert hash(found) == hash(frozenset({"html", "bs4"}))
        assert list(found) == ["html", "bs4"]

    def test_it_adds_up_a_value(self, app: nx.DiGraph) -> None:
        assert gd.exclusive(app, "web").total(app.nodes(data="size")) == 35
        assert gd.exclusive(app, "app").total(app.nodes(data="size", default=0)) == 55
        assert gd.exclusive(app, "bs4").total({}) == 0

    def test_it_shows_itself(self, app: nx.DiGraph) -> None:
        found = gd.exclusive(app, "web")
        assert repr(found) == "<exclusive to web: 2 nodes: html, bs4>"
        assert repr(gd.exclusive(app, "bs4")) == "<exclusive to bs4: 0 nodes>"
        assert found.to_dict() == {"node": "web", "exclusive": ["html", "bs4"]}
        assert "<td>html</td>" in found._repr_html_()
        pytest.importorskip("pandas")
        assert list(found.to_pandas()) == ["html", "bs4"]

    def test_a_graph_compiled_by_any_policy_gives_the_same(self, app: nx.DiGraph) -> None:
        app.add_edge("bs4", "html")
        for cycles in ("raise", "collapse", "solve"):
            ready = gd.compile(app, weight=None, cycles=cycles)
            assert gd.exclusive(ready, "html") == {"bs4"}
            assert gd.reach_sizes(ready)["bs4"] == 1

    def test_a_node_that_no_root_reaches_keeps_nothing(self, app: nx.DiGraph) -> None:
        assert gd.exclusive(app, "web", ["html"]) == set()
        assert gd.exclusive_sizes(app, ["html"])["web"] == 0
        assert gd.exclusive(app, "app", []) == set()


class TestMistakes:
    def test_unknown_nodes(self, app: nx.DiGraph) -> None:
        with pytest.raises(UnknownNodeError, match="no node 'wep'; did you mean 'web'"):
            gd.exclusive(app, "wep")
        with pytest.raises(UnknownNodeError, match="no node 'ap'"):
            gd.exclusive(app, "web", ["ap"])

    def test_one_root_is_a_list_of_one(self, app: nx.DiGraph) -> None:
        assert dict(gd.exclusive_sizes(app, "app")) == dict(gd.exclusive_sizes(app, ["app"]))
        with pytest.raises(gd.errors.UnknownNodeError, match="no node 'ap'"):
            gd.exclusive_sizes(app, "ap")

    def test_values_that_are_missing(self, app: nx.DiGraph) -> None:
        with pytest.raises(UsageError, match="1 of 4 nodes has no number to add up, the first is 'json'"):
            gd.exclusive(app, "app").total(app.nodes(data="size"))
        with pytest.raises(UsageError, match="2 of 5 nodes have no number"):
            gd.reach_sizes(app, values=app.nodes(data="size"))
        with pytest.raises(UsageError, match="5 of 5 nodes have no number"):
            gd.exclusive_sizes(app, values={"app": float("nan")})

    def test_groups_are_refused(self, app: nx.DiGraph) -> None:
        with pytest.raises(GraphTypeError, match="for looking at"):
            gd.exclusive(gd.group(app, 1, weight=None), "web")


def test_a_saved_graph_and_arrays_know_optional_peers_by_their_attributes(tmp_path: Path) -> None:
    graph = nx.DiGraph([("app", "ws"), ("app", "tool"), ("tool", "util")], edge_meaning="depends on")
    graph.add_edge("ws", "util", kind="peer", optional=True)
    gd.compile(graph, weight=None).with_attributes(graph).save(tmp_path / "x.gdiff")
    again = gd.CompiledGraph.load(tmp_path / "x.gdiff")
    peers = {"kind": [None, None, None, "peer"], "optional": [None, None, None, True]}
    arrays = gd.CompiledGraph.from_arrays([0, 0, 2, 1], [1, 2, 3, 3], attributes=peers)
    for each, tool, util in (
        (graph, "tool", "util"),
        (again, "tool", "util"),
        (gd.read(tmp_path / "x.gdiff"), "tool", "util"),
        (arrays, 2, 3),
    ):
        assert gd.exclusive(each, tool) == {util}


def test_an_optional_dependency_and_a_peer_that_is_asked_for_keep_what_they_lead_to() -> None:
    for said in ({"kind": "optional", "optional": True}, {"kind": "peer"}):
        graph = nx.DiGraph([("app", "a"), ("app", "b"), ("a", "c")], edge_meaning="depends on")
        graph.add_edge("b", "c", **said)
        assert gd.exclusive(graph, "a") == set()


def test_a_member_of_a_merged_cycle_that_an_optional_peer_alone_leads_to_goes_by_itself() -> None:
    edges = [("app", "x"), ("app", "y"), ("x", "b"), ("y", "a"), ("a", "b")]
    graph = nx.DiGraph(edges, edge_meaning="depends on")
    graph.add_edge("b", "a", kind="peer", optional=True)
    assert gd.exclusive(graph, "y") == {"a"}
    ranking = gd.rank(graph, by="exclusive", weight=None, cycles="collapse")
    sizes = dict(zip(ranking.nodes, ranking.sizes["exclusive"].tolist(), strict=True))
    assert (sizes["x"], sizes["y"], sizes[frozenset("ab")]) == (0, 1, 0)
