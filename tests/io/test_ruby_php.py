"""Bundler's and Composer's locks, as the tools wrote them of small projects of our own.

``Gemfile.lock`` is what Bundler 2.3.15 wrote (``bundle lock``, for two platforms) of gems that were made for it.
"""

from __future__ import annotations

import io

import networkx as nx
import pytest
from samples import DATA

from graphdiff.errors import FormatError
from graphdiff.io.read import read
from graphdiff.paths.paths import count_paths

#: What Bundler's own parser (Bundler::LockfileParser) has of the sample; it writes >= 0 where the lock has nothing.
GEMS = [
    ("linter-3.0.0", "yaml_tools", ">= 0.1"),
    ("markup-1.15.0", "core", ">= 1"),
    ("markup-1.15.0", "ffi_port", "~> 0.9"),
    ("markup-1.15.0-x86_64-linux", "core", ">= 1"),
    ("shop_engine-0.1.0", "web", ">= 2"),
    ("web-2.1.0", "core", "~> 1.2"),
    ("web-2.1.0", "markup", ">= 1.0"),
    ("web-2.1.0", "yaml_tools", ">= 0"),
    ("yaml_tools-0.3.0", "core", ">= 1.0, < 2"),
]
OF_GEMFILE = {"linter": ">= 0", "shop_engine": ">= 0", "web": "~> 2.0"}


def gemfile_lock(text: str) -> nx.DiGraph:
    return read(io.StringIO(text), format="bundler")


def test_the_gems_need_what_bundler_says() -> None:
    graph = read(DATA / "ruby/Gemfile.lock")
    expected = {(gem.partition("-")[0], needed): clause for gem, needed, clause in GEMS}
    expected |= {("Gemfile", gem): clause for gem, clause in OF_GEMFILE.items()}
    assert {(u, v): clause or ">= 0" for u, v, clause in graph.edges(data="clause")} == expected
    assert graph.graph["edge_meaning"] == "depends on"
    assert graph.graph["node_meaning"] == "gems"
    assert graph.graph["unmet"] == {}
    assert [node for node, root in graph.nodes(data="root") if root] == ["Gemfile"]
    assert count_paths(graph, "Gemfile", "core") == 7


def test_where_gems_come_from() -> None:
    nodes = read(DATA / "ruby/Gemfile.lock").nodes
    assert nodes["shop_engine"] == {"name": "shop_engine", "version": "0.1.0", "path": "engine"}
    assert nodes["markup"] == {"name": "markup", "version": "1.15.0", "source": "registry+https://gems.example/"}


def test_what_holds_for_one_platform_says_so() -> None:
    edges = read(DATA / "ruby/Gemfile.lock").edges
    assert edges["markup", "ffi_port"] == {"clause": "~> 0.9", "marker": "ruby"}
    assert edges["markup", "core"] == {"clause": ">= 1"}
    alone = gemfile_lock("GEM\n  specs:\n    a (1.2-x86-mingw32)\n      b\n    b (2)\n")
    assert alone.nodes["a"] == {"name": "a", "version": "1.2", "marker": "x86-mingw32"}
    assert alone.edges["a", "b"] == {}


def test_versions_for_different_platforms_are_all_meant() -> None:
    text = "GEM\n  specs:\n    a (1)\n      b (> 1)\n    b (2-java)\n    b (3)\n\nDEPENDENCIES\n  a\n"
    graph = gemfile_lock(text)
    assert set(graph.edges) == {("Gemfile", "a"), ("a", "b@2"), ("a", "b@3")}
    assert graph.nodes["b@2"]["marker"] == "java"


def test_what_is_not_in_the_lock_is_named() -> None:
    graph = gemfile_lock(
        "GIT\n  remote: https://x/a.git\n  specs:\n    a (1)\n      bundler (>= 1)\n\nDEPENDENCIES\n  a!\n  z\n"
    )
    assert graph.graph["unmet"] == {"z": ["Gemfile"], "bundler": ["a"]}
    assert graph.nodes["a"]["source"] == "git+https://x/a.git"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("GEM\n  specs:\n", "no gem in it"),
        ("GEM\n  specs:\n      b (1)\n", "line 3: what a gem needs, below no gem"),
        ("GEM\n  specs:\n    a (1\n", "line 3: no gem and nothing that one needs: 'a .1'"),
        ("GEM\n  specs:\n    a (1)\n<<<<<<< HEAD\n", "line 4: a merge that failed"),
        ("DEPENDENCIES\n    a\n", "line 2: no gem"),
    ],
)
def test_a_broken_lock_gets_one_line(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        gemfile_lock(text)
