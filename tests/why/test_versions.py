"""Several versions of a package together: who needs each and who holds it back, against brute force and npm's tree."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import UnknownNodeError, UsageError
from graphdiff.why.blocks import versions_text


def packages(*edges: tuple[str, str, str], ecosystem: str = "npm", root: str = "app") -> nx.DiGraph:
    """Return a graph of packages, whose ids are name@version, from edges with their ranges."""
    graph = nx.DiGraph(edge_meaning="depends on", ecosystem=ecosystem, node_meaning="packages")
    graph.add_edges_from((tail, head, {"clause": clause} if clause else {}) for tail, head, clause in edges)
    for node, data in graph.nodes(data=True):
        data["name"], _, data["version"] = node.partition("@")
    graph.nodes[root]["root"] = True
    return graph


SEMVER = packages(
    ("app", "semver@7.8.5", "^7.0.0"),
    ("app", "old", "^1.0.0"),
    ("app", "middle", ""),
    ("old", "semver@5.7.2", "^5.6.0"),
    ("middle", "semver@5.7.2", ">=5"),
    ("middle", "semver@6.3.1", "^6.3.0"),
    ("old", "only", ""),
)

REPORT = """\
semver: 3 versions, 7.8.5 by 1 path, 6.3.1 held back by middle (^6.3.0),
                5.7.2 held back by old (^5.6.0)

semver@7.8.5: 1 path from the roots
  needed by     app (^7.0.0)

semver@6.3.1: 1 path from the roots
  held back by  middle (^6.3.0)
  shortest      app > middle > semver@6.3.1 (^6.3.0)

semver@5.7.2: 2 paths from the roots
  held back by  old (^5.6.0)
  needed by     middle (>=5)
  shortest      app > old (^1.0.0) > semver@5.7.2 (^5.6.0)"""


def test_a_block_a_version_the_newest_first_and_who_holds_back() -> None:
    versions = gd.explain_versions(SEMVER, "semver")
    assert str(versions) == REPORT
    assert repr(versions) == "<semver: 3 versions, 7.8.5 by 1 path, 6.3.1 held back by middle (^6.3.0),\n" + (
        " " * 16 + "5.7.2 held back by old (^5.6.0)>"
    )


def test_what_is_printed_is_in_the_record() -> None:
    record = json.loads(json.dumps(gd.explain_versions(SEMVER, "semver").to_dict()))
    assert (record["name"], record["source"], record["by_markers"]) == ("semver", "roots", False)
    assert [one["version"] for one in record["results"]] == ["7.8.5", "6.3.1", "5.7.2"]
    assert record["results"][2] == {
        "node": "semver@5.7.2",
        "name": "semver",
        "version": "5.7.2",
        "marker": None,
        "n_paths": 2,
        "cycles_as_one": False,
        "shortest": [
            {"source": "app", "target": "old", "clause": "^1.0.0"},
            {"source": "old", "target": "semver@5.7.2", "clause": "^5.6.0"},
        ],
        "required_by": [
            {"source": "old", "target": "semver@5.7.2", "clause": "^5.6.0", "holds_back": True},
            {"source": "middle", "target": "semver@5.7.2", "clause": ">=5", "holds_back": False},
        ],
        "n_exclusive": 0,
    }
    frame = gd.explain_versions(SEMVER, "semver").to_pandas()
    assert frame[["node", "required_by", "clause"]].to_numpy().tolist()[1:] == [
        ["semver@6.3.1", "middle", "^6.3.0"],
        ["semver@5.7.2", "old", "^5.6.0"],
        ["semver@5.7.2", "middle", ">=5"],
    ]


def test_nobody_holds_back_where_ranges_are_not_known_to() -> None:
    for ecosystem in ("", "composer"):
        graph = packages(("app", "x@2.0.0", "^2"), ("app", "b", ""), ("b", "x@1.0.0", "^1"), ecosystem=ecosystem)
        report = str(gd.explain_versions(graph, "x"))
        assert "x: 2 versions, 2.0.0 by 1 path, 1.0.0 by 1 path" in report
        assert "held back" not in report
        assert [need.holds_back for one in gd.explain_versions(graph, "x") for need in one.needs] == [None, None]


def test_from_a_source_only_what_it_reaches_counts() -> None:
    versions = gd.explain_versions(SEMVER, "semver", "middle")
    assert [(one.version, one.n_paths) for one in versions] == [("7.8.5", 0), ("6.3.1", 1), ("5.7.2", 1)]
    assert [[need.edge[0] for need in one.needs] for one in versions] == [[], ["middle"], ["middle"]]
    assert "semver@7.8.5: 0 paths from middle\n" in str(versions)
    with pytest.raises(UsageError, match="without seeds"):
        gd.explain_versions(SEMVER, "semver", {"middle": 2})
    with pytest.raises(UnknownNodeError, match="no node 'semvr'"):
        gd.explain_versions(SEMVER, "semvr")


def test_a_pattern_is_answered_for_every_package() -> None:
    versions = gd.explain_versions(SEMVER, "*e*")
    assert [one.node for one in versions] == ["middle", "semver@7.8.5", "semver@6.3.1", "semver@5.7.2"]
    assert str(versions).startswith("*e*: 2 packages in 4 versions, 5 paths from the roots\n\nmiddle: 1 path")


def test_a_direct_need_of_a_root_comes_first_and_what_goes_with_a_version_is_told() -> None:
    assert "old: 1 path from the roots; 1 other goes with it" in str(gd.explain_versions(SEMVER, "ol*"))
    graph = packages(*[("app", f"a{i}", "") for i in range(3)], ("a0", "x@1.0.0", ""), ("app", "x@1.0.0", "1"))
    graph.add_edges_from([("a1", "a0"), ("a2", "a0")])
    assert [need.edge[0] for need in gd.explain_versions(graph, "x").versions[0].needs] == ["app", "a0"]


def test_where_no_root_is_marked_nothing_is_said_of_what_would_go() -> None:
    graph = packages(("app", "a", ""), ("a", "b", ""))
    del graph.nodes["app"]["root"]
    (version,) = gd.explain_versions(graph, "a")
    assert version.n_exclusive is None
    assert "go" not in str(gd.explain_versions(graph, "a"))


MARKED = """\
networkx: 2 versions, 3.7 by 1 path, 3.6 by 1 path
An environment has one version of each; read(…, markers="here") takes that of this one.

networkx@3.7: 1 path from the roots
  only on       python_version >= "3.12"
  needed by     app

networkx@3.6: 1 path from the roots
  needed by     app (<4, only on python_version < "3.12")"""


def test_versions_for_other_environments_are_said_to_be_that() -> None:
    graph = packages(("app", "networkx@3.7", ""), ("app", "networkx@3.6", "<4"), ecosystem="pypi")
    assert not gd.explain_versions(graph, "networkx").by_markers
    graph.nodes["networkx@3.7"]["marker"] = 'python_version >= "3.12"'
    assert not gd.explain_versions(graph, "networkx").by_markers
    graph.edges["app", "networkx@3.6"]["marker"] = 'python_version < "3.12"'
    assert str(gd.explain_versions(graph, "NetworkX")) == MARKED
    graph.edges["app", "networkx@3.6"]["marker"] = "extra == 'old'"  # which here would not choose
    assert not gd.explain_versions(graph, "networkx").by_markers
    graph.graph["ecosystem"] = "npm"
    assert not gd.explain_versions(graph, "networkx").by_markers


def test_a_version_for_many_environments_is_not_said_to_be_for_one_of_them() -> None:
    forks = [f"python_full_version {version} and sys_platform == '{system}' and platform_machine != 'riscv64'"
             for version in (">= '3.13'", "== '3.12.*'", "< '3.12'") for system in ("win32", "linux")]  # fmt: skip
    graph = packages(("app", "web@2", ""), ("app", "web@1", ""), ecosystem="pypi")
    for node, marker in (("web@2", " or ".join(forks[:4])), ("web@1", " or ".join(forks[4:]))):
        graph.nodes[node]["marker"] = graph.edges["app", node]["marker"] = marker
    versions = gd.explain_versions(graph, "web")
    assert versions.by_markers
    short, whole = versions_text(versions).splitlines(), versions_text(versions, None).splitlines()
    assert [line.split(None, 2)[2] for line in short if line.startswith("  only on")] == [
        "one of 4 markers",
        "one of 2 markers",
    ]
    assert "  needed by     app (only on one of 4 markers)" in short
    start = whole.index(f"  only on       {forks[0]} or")
    assert [line.strip() for line in whole[start + 1 : start + 4]] == [f"{forks[1]} or", f"{forks[2]} or", forks[3]]


def test_a_long_line_goes_on_below_rather_than_lose_its_middle() -> None:
    marker = 'python_version >= "3.9" and sys_platform == "win32"'
    graph = packages(("app", "a-package-with-a-rather-long-name-of-its-own", ""), ecosystem="pypi")
    for version in ("web@1", "web@2"):
        graph.add_edge("a-package-with-a-rather-long-name-of-its-own", version, clause=">=1", marker=marker)
        graph.nodes[version].update(name="web", version=version[-1])
    lines = versions_text(gd.explain_versions(graph, "web")).splitlines()
    assert max(map(len, lines)) <= 100
    assert f"(>=1, only on {marker})" in " ".join(" ".join(lines).split())


def test_parallel_edges_are_needs_of_their_own_and_a_loop_is_none() -> None:
    graph = nx.MultiDiGraph(edge_meaning="depends on", ecosystem="npm")
    graph.add_nodes_from([("app", {"root": True}), ("x@1.0.0", {"name": "x", "version": "1.0.0"})])
    graph.add_edge("app", "x@1.0.0", key="normal", clause="^1", kind="normal")
    graph.add_edge("app", "x@1.0.0", key="dev", clause="*", kind="dev")
    graph.add_edge("x@1.0.0", "x@1.0.0", key="normal")
    (version,) = gd.explain_versions(graph, "x")
    assert (version.n_paths, [need.by for need in version.needs]) == (2, ["app (^1)", "app (*, dev)"])
    assert [need["key"] for need in version.to_dict()["required_by"]] == ["normal", "dev"]


def test_lines_fit_a_screen_unless_all_are_asked_for() -> None:
    heads = [f"a-package-with-a-long-name-{number}" for number in range(40)]
    edges = [(tail, head, "^1.0.0") for tail in heads[:12] for head in heads[12:]]
    graph = packages(*(("app", head, "^1") for head in heads[:12]), *edges)
    report = versions_text(gd.explain_versions(graph, "a-*"), how=": --all").splitlines()
    assert len(report) <= 38
    assert report[-1].startswith("… ")
    assert report[-1].endswith(" more: --all")
    assert max(map(len, report)) <= 100
    whole = versions_text(gd.explain_versions(graph, "a-*"), None)
    assert max(map(len, whole.splitlines())) <= 100
    assert whole.count("a-package-with-a-long-name-11 (^1.0.0)") == 28 == whole.count("needed by     a-package")
    assert " more" not in whole


# ------------------------------------------------------------------------------------------------- brute force


def random_graphs() -> Iterator[nx.DiGraph]:
    for seed in range(60):
        rng = random.Random(seed)
        size = rng.randrange(3, 11)
        names = ["app", *(f"p{rng.randrange(3)}@{number}.0.0" for number in range(1, size))]
        graph = nx.MultiDiGraph() if seed % 3 == 0 else nx.DiGraph()
        graph.graph |= {"edge_meaning": "depends on", "ecosystem": "npm"}
        graph.add_nodes_from(names)
        for _ in range(rng.randrange(2 * size)):
            ends = sorted(rng.sample(range(size), 2))
            graph.add_edge(names[ends[0]], names[ends[1]], clause=f"^{rng.randrange(1, size)}.0.0")
        for node in graph:
            name, _, version = node.partition("@")
            graph.nodes[node].update(name=name, version=version)
        graph.nodes["app"]["root"] = True
        yield graph


@pytest.mark.parametrize("graph", list(random_graphs()), ids=str)
def test_versions_are_those_of_brute_force(graph: nx.DiGraph) -> None:
    reached = {"app", *nx.descendants(graph, "app")}
    for name in ("p0", "p1", "p2"):
        nodes = [node for node in graph if node.startswith(name)]
        if not nodes:
            continue
        newest = max(int(node.split("@")[1].split(".")[0]) for node in nodes)
        for one in gd.explain_versions(graph, name):
            assert one.n_paths == sum(1 for _ in nx.all_simple_edge_paths(graph, "app", one.node))
            shortest = nx.shortest_path_length(graph, "app", one.node) if one.node in reached else 0
            steps = [need.edge for need in one.path]
            assert len(steps) == shortest
            assert all(graph.has_edge(*edge) for edge in steps)
            assert [edge[0] for edge in steps[1:]] == [edge[1] for edge in steps[:-1]]
            edges: Any = graph.in_edges(one.node, data="clause")
            own = int(one.version.split(".")[0])
            held = [(u, clause, None if own == newest else clause != f"^{newest}.0.0") for u, _, clause in edges]
            needs = [(need.edge[0], need.requirement["clause"], need.holds_back) for need in one.needs]
            assert sorted(needs, key=str) == sorted((need for need in held if need[0] in reached), key=str)
            rest = graph.copy()
            rest.remove_node(one.node)
            gone = reached - {"app", *nx.descendants(rest, "app")} - {one.node}
            assert one.n_exclusive == len(gone)


def test_as_many_paths_as_why_counts_round_a_cycle_too() -> None:
    graph = packages(("app", "a@1", ""), ("a@1", "b", ""), ("b", "a@1", ""), ("b", "a@2", ""), ("app", "b", ""))
    for one in gd.explain_versions(graph, "a"):
        counted = gd.explain(graph, "app", one.node, weight=gd.weights.unit, cycles="collapse")
        assert one.n_paths == counted.n_paths


# ------------------------------------------------------------------------------------------------- npm's own tree


def dependents(tree: dict[str, Any], name: str) -> set[tuple[str, str, str]]:
    """Return the packages under which one of a name stands in npm's tree, with its version."""
    pairs = set()
    waiting = [(f"{tree['name']}@{tree['version']}", tree)]
    while waiting:
        above, record = waiting.pop()
        for called, child in record.get("dependencies", {}).items():
            if child.get("version"):
                if called == name:
                    pairs.add((above, called, child["version"]))
                waiting.append((f"{called}@{child['version']}", child))
    return pairs


def test_who_needs_each_version_is_what_npm_lists(shared_data: Path) -> None:
    lock = gd.read(shared_data / "js/dependency-cruiser.package-lock.json")
    tree = json.loads((shared_data / "js/dependency-cruiser.npm-ls-all.json").read_text(encoding="utf-8"))
    several = {data["name"] for node, data in lock.nodes(data=True) if node != data["name"]}
    assert len(several) == 20
    for name in several:
        listed = {
            (f"{tail}@{lock.nodes[tail]['version']}", name, one.version)
            for one in gd.explain_versions(lock, name)
            for tail in (lock.nodes[need.edge[0]]["name"] for need in one.needs)
            if tail in lock
        }
        of_single = {pair for pair in dependents(tree, name) if pair[0].rpartition("@")[0] in lock}
        assert listed == of_single


def around() -> nx.DiGraph:
    """Two versions: one behind a cycle of peers, one that has one way."""
    graph = nx.DiGraph(edge_meaning="depends on", ecosystem="npm")
    for node, version in (("ms@2.1.3", "2.1.3"), ("ms@1.0.0", "1.0.0")):
        graph.add_node(node, name="ms", version=version)
    for tail, head in (("app", "a"), ("app", "b"), ("a", "b"), ("b", "a"), ("a", "ms@2.1.3"), ("b", "x")):
        graph.add_edge(tail, head, clause=f"^{head}")
    graph.add_edges_from([("x", "ms@2.1.3"), ("app", "send"), ("send", "ms@1.0.0")])
    return graph


def test_a_number_of_paths_says_that_a_cycle_counts_as_one_node() -> None:
    versions = gd.explain_versions(around(), "ms")
    assert [(one.n_paths, one.by_cycles) for one in versions] == [(4, True), (1, False)]
    text = versions_text(versions, how=": --all")
    assert text.startswith("ms: 2 versions (paths count each cycle as one node), 2.1.3 by 4 paths, 1.0.0 by 1 path\n")
    assert "\nms@2.1.3: 4 paths from the roots, each cycle as one node" in text
    assert "\nms@1.0.0: 1 path from the roots\n" in text
    assert text.endswith("\n\n… more routes: --all")
    assert [one["cycles_as_one"] for one in versions.to_dict()["results"]] == [True, False]


def test_all_has_more_routes_as_they_are() -> None:
    versions = gd.explain_versions(around(), "ms")
    text = versions_text(versions, None)
    ways = ["app > a (^a)", "app > b (^b) > x (^x)", "app > b (^b) > a (^a)", "app > a (^a) > b (^b) > x (^x)"]
    first = next(place for place, line in enumerate(text.splitlines()) if line.startswith("  all routes "))
    lines = text.splitlines()[first : first + 4]
    assert {line.replace("all routes", "").strip().partition(" > ms@")[0] for line in lines} == set(ways)
    assert "  all routes    app > send > ms@1.0.0" in text
    record = versions.to_dict(every=True)["results"][0]
    simple = nx.all_simple_paths(around(), "app", "ms@2.1.3")
    assert {tuple(path["nodes"]) for path in record["shortest_paths"]} == set(map(tuple, simple))
    assert "shortest_paths" not in versions.to_dict()["results"][0]


def test_a_version_that_is_a_root_itself() -> None:
    graph = around()
    graph.add_nodes_from(["app", "ms@1.0.0"], root=True)
    text = versions_text(gd.explain_versions(graph, "ms"))
    assert "\nms@1.0.0: itself; 1 path from the roots" in text


def test_the_newest_is_that_of_the_ecosystem_and_each_ecosystem_has_its_own() -> None:
    edges = [("app", "x@1.1.1", "=1.1.1"), ("app", "x@1.1.1-0", "^1.1.1-0")]
    assert [one.version for one in gd.explain_versions(packages(*edges), "x")] == ["1.1.1", "1.1.1-0"]
    epochs = packages(("app", "x@2.0", "<3"), ("app", "x@1!0.1", ">=1"), ecosystem="pypi")
    assert [one.version for one in gd.explain_versions(epochs, "x")] == ["1!0.1", "2.0"]
    both = packages(("app", "x@1.0.0", "^1"), ("app", "x@2.0.0", "^2"))
    both.nodes["x@2.0.0"]["purl"] = "pkg:cargo/x@2.0.0"
    assert [need.holds_back for one in gd.explain_versions(both, "x") for need in one.needs] == [None, None]


def test_all_versions_are_drawn_and_one_on_a_cycle_with_the_source_without_numbers() -> None:
    graph = nx.DiGraph([("app", "ms@2"), ("app", "send"), ("send", "ms@1")], edge_meaning="depends on")
    drawn = gd.explain_versions(graph, "ms", "app").to_networkx()
    assert (drawn.graph["total"], drawn.graph["target"], drawn.nodes["ms@1"]["paths"]) == (2, ["ms@2", "ms@1"], 1)
    graph.add_edge("ms@1", "app")
    drawn = gd.explain_versions(graph, "ms", "app").to_networkx()
    assert "total" not in drawn.graph
    assert drawn.graph["not_computed"].startswith("no total and no shares: the cycle")
