"""What would go with a package: how many, how large, under which licences; against removal by brute force."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from pathlib import Path

import networkx as nx
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.errors import UnknownNodeError
from graphdiff.graph.compiled import counted
from graphdiff.graph.ends import LEAVES, ROOTS
from graphdiff.sets.cost import cost_in, direct_costs
from graphdiff.text.numbers import size_text


def stack(*, marked: bool = True) -> nx.DiGraph:
    graph = nx.DiGraph(edge_meaning="depends on", node_meaning="packages")
    graph.add_edges_from([("app", "web"), ("web", "html"), ("web", "json"), ("app", "json"), ("html", "bs4")])
    nx.set_node_attributes(graph, {"web": 20_000, "html": 1_500_000}, "size")
    nx.set_node_attributes(graph, {"web": "MIT", "html": "MIT", "bs4": "BSD-3-Clause"}, "licence")
    if marked:
        graph.nodes["app"]["root"] = True
    return graph


def test_what_goes_is_counted_with_its_size_and_its_licences() -> None:
    cost = gd.cost_of(stack(), "web")
    assert str(cost) == (
        "Without web 3 packages go, itself among them (1.5 MB, 1 without a size): MIT 2, BSD-3-Clause 1."
    )
    assert cost.to_dict() == {
        "node": "web",
        "roots": "roots",
        "n_nodes": 3,
        "size": 1_520_000,
        "without_size": 1,
        "licences": {"MIT": 2, "BSD-3-Clause": 1},
        "without_licence": 0,
        "nodes": ["web", "html", "bs4"],
    }
    assert cost.to_pandas().to_dict() == {
        "size": 1_520_000, "without_size": 1, "MIT": 2, "BSD-3-Clause": 1, "not stated": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("node", "text"),
    [
        ("json", "Nothing else goes with json."),
        ("bs4", "Nothing else goes with bs4 (BSD-3-Clause)."),
        ("html", "Without html 2 packages go, itself among them (1.5 MB, 1 without a size): MIT 1, BSD-3-Clause 1."),
    ],
)
def test_no_more_is_said_than_the_file_has(node: str, text: str) -> None:
    assert str(gd.cost_of(stack(), node)) == text


def test_what_has_no_licence_is_told_beside_those_that_have_and_of_many_the_first() -> None:
    graph = nx.DiGraph([("app", "hub"), *(("hub", f"x{number}") for number in range(30))])
    for number in range(20):
        graph.nodes[f"x{number}"]["license"] = f"A licence of a long name {min(number % 7, 5)}"
    text = str(gd.cost_of(graph, "hub"))
    assert (
        text
        == (
            "Without hub 31 nodes go, itself among them: A licence of a long name 5 5, 5 other licences, not stated 11."
        )
        or len(text) <= 100
    )
    assert text.endswith("not stated 11.")
    assert sum(gd.cost_of(graph, "hub").licences.values()) == 20


def test_sizes_that_are_no_numbers_do_not_count() -> None:
    graph = nx.DiGraph([("app", "web"), ("web", "a"), ("web", "b"), ("web", "c")])
    nx.set_node_attributes(graph, {"web": True, "a": "12", "b": float("inf"), "c": 3}, "size")
    cost = gd.cost_of(graph, "web")
    assert (cost.size, cost.without_size) == (3, 3)
    with pytest.raises(UnknownNodeError, match="no node 'wb'"):
        gd.cost_of(graph, "wb")


def test_a_question_has_a_cost_where_it_is_known() -> None:
    marked, unmarked = stack(), stack(marked=False)
    for source in (None, ROOTS, "app", "web"):
        assert len(cost_in(marked, counted(marked, {}), source, "html") or ()) == 2
    for source in (None, ROOTS):
        assert cost_in(unmarked, counted(unmarked, {}), source, "html") is None
    seeded = cost_in(unmarked, counted(unmarked, {}), {"app": 2}, "html")
    assert str(seeded).startswith("From app 2 packages are reached through html alone, itself among them (1.5 MB")
    assert str(cost_in(unmarked, counted(unmarked, {}), "app", "json")) == (
        "From app nothing else is reached through json alone."
    )


@pytest.mark.parametrize("target", ["app", LEAVES, ["html", "json"], "alone"])
def test_a_root_several_and_what_is_not_reached_have_none(target: object) -> None:
    graph = stack()
    graph.add_node("alone")
    assert cost_in(graph, counted(graph, {}), None, target) is None


def test_what_is_no_dependency_has_none() -> None:
    graph = stack()
    graph.graph["edge_meaning"] = "calls"
    assert cost_in(graph, counted(graph, {}), None, "html") is None


@pytest.mark.parametrize("seed", range(30))
def test_it_is_what_removal_leaves_unreached(seed: int) -> None:
    rng = random.Random(seed)
    graph = nx.gnp_random_graph(rng.randrange(2, 14), 0.2, seed=seed, directed=True)
    roots = rng.sample(list(graph), rng.randrange(1, 3))
    for node in graph:
        graph.nodes[node].update(size=rng.randrange(9), licence=rng.choice(["MIT", "ISC", ""]))
    for root in roots:
        graph.nodes[root]["root"] = True
    node = rng.choice(list(graph))
    rest = graph.copy()
    rest.remove_node(node)
    before, after = (
        {one for root in roots if root in g for one in (root, *nx.descendants(g, root))} for g in (graph, rest)
    )
    gone = (before - after) | {node}
    cost = gd.cost_of(graph, node)
    assert set(cost.nodes) == gone
    assert cost.size == sum(graph.nodes[one]["size"] for one in gone)
    licences = Counter(graph.nodes[one]["licence"] for one in gone)
    assert cost.without_licence == licences.pop("", 0)
    assert cost.licences == licences


def test_sizes_have_units_of_a_thousand() -> None:
    assert [size_text(size) for size in (0, 999, 1000, 999_949, 999_950, 5 * 10**9)] == [
        "0 B", "999 B", "1 kB", "999.9 kB", "1 MB", "5 GB",
    ]  # fmt: skip


def test_what_goes_with_a_package_of_npm_is_what_its_tree_no_longer_has(shared_data: Path) -> None:
    """In npm's tree, every package of which stands somewhere, what is under this one only."""
    lock = gd.read(shared_data / "js/dependency-cruiser.package-lock.json")
    tree = json.loads((shared_data / "js/dependency-cruiser.npm-ls-all.json").read_text(encoding="utf-8"))
    needs: dict[str, set[str]] = {}
    waiting = [("app", tree)]
    while waiting:
        above, record = waiting.pop()
        for called, child in record.get("dependencies", {}).items():
            if child.get("version"):
                needs.setdefault(above, set()).add(f"{called}@{child['version']}")
                waiting.append((f"{called}@{child['version']}", child))
    graph = nx.DiGraph([(tail, head) for tail, heads in needs.items() for head in heads])
    every = {"app", *nx.descendants(graph, "app")}
    for name in ("mocha", "@babel/core", "c8", "debug", "upem"):
        (node,) = (one for one in every if one.rpartition("@")[0] == name)
        rest = graph.copy()
        rest.remove_node(node)
        gone = every - {"app", *nx.descendants(rest, "app")}
        cost = gd.cost_of(lock, name)
        assert {f"{lock.nodes[one]['name']}@{lock.nodes[one]['version']}" for one in cost.nodes} == gone


def test_what_goes_with_each_direct_dependency_is_what_its_cost_says() -> None:
    graph = stack()
    costs = direct_costs(graph)
    assert costs is not None
    assert costs.to_dict() == {"costs": [gd.cost_of(graph, node).to_dict() for node in ("web", "json")]}
    assert str(costs).splitlines()[:3] == [
        "of 2 direct dependencies  gone    size  without a size",
        "web                          3  1.5 MB               1",
        "json                         1                       1",
    ]
    assert direct_costs(stack(marked=False)) is None


def test_the_verb_needs_no_target_for_direct_dependencies(run: Run) -> None:
    lock = str(Path(__file__).parents[2] / "data/shop.uv.lock")
    document = json.loads(run("what-if", lock, "--direct", "-o", "json").out)
    graph = gd.read(lock)
    roots = {node for node, root in graph.nodes(data="root") if root}
    direct = {head for root in roots for head in graph.successors(root)} - roots
    assert {cost["node"]: cost["n_nodes"] for cost in document["costs"]} == {
        node: 1 + len(gd.exclusive(graph, node)) for node in direct
    }
    table = list(csv.DictReader(io.StringIO(run("what-if", lock, "--direct", "-o", "csv").out)))
    assert {row["node"]: int(row["n_nodes"]) for row in table} == {c["node"]: c["n_nodes"] for c in document["costs"]}
    assert (
        run("what-if", str(Path(__file__).parents[2] / "data/openssh-server.Packages"), "--direct").status == 2
    )  # no root is marked
