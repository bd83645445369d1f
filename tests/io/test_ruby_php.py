"""Bundler's and Composer's locks, as the tools wrote them of small projects of our own.

``Gemfile.lock`` is what Bundler 2.3.15 wrote (``bundle lock``, for two platforms) of gems that were made for it,
``composer.lock`` what Composer 2.5.5 wrote (``composer update --no-install``) of packages in folders.
"""

from __future__ import annotations

import io
import json

import networkx as nx
import pytest
from samples import DATA

from graphdiff.errors import FormatError, UsageError
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


# -- Composer

#: What composer show --locked --tree prints, without the platform and without names that others stand in for.
REQUIRED = {
    ("acme/linter", "acme/yaml-tools"): "~0.1",
    ("acme/yaml-tools", "acme/core"): "^1.0 || ^2.0",
    ("acme/web", "acme/core"): "^1.2",
    ("acme/web", "acme/yaml-tools"): "*",
}
#: acme/logger provides psr/log-implementation, acme/markup replaces old/markup (composer depends --locked).
STOOD_IN_FOR = {("acme/web", "acme/logger"): "^1.0", ("acme/web", "acme/markup"): "^1"}


def composer_lock(*packages: dict[str, object], **options: str) -> nx.DiGraph:
    document = {"content-hash": "x", "packages": list(packages), "packages-dev": []}
    return read(io.StringIO(json.dumps(document)), **options)


def test_the_packages_require_what_composer_says() -> None:
    graph = read(DATA / "php/composer.lock")
    assert {(u, v): clause for u, v, clause in graph.edges(data="clause")} == REQUIRED | STOOD_IN_FOR
    assert {(u, v): alias for u, v, alias in graph.edges(data="alias") if alias} == {
        ("acme/web", "acme/logger"): "psr/log-implementation",
        ("acme/web", "acme/markup"): "old/markup",
    }
    assert graph.graph["edge_meaning"] == "depends on"
    assert graph.graph["unmet"] == {}
    assert not any(root for _, root in graph.nodes(data="root"))
    assert graph.nodes["acme/yaml-tools"] == {
        "name": "acme/yaml-tools", "version": "0.3.0", "licence": "MIT OR Apache-2.0", "path": "pk/acme_yaml-tools",
    }  # fmt: skip
    (warning,) = graph.graph["warnings"]
    assert "what is required of the platform makes no edge: 'php', 'ext-json'" in warning


def test_what_only_development_brings_is_left_out_on_demand() -> None:
    graph = read(DATA / "php/composer.lock")
    assert {node for node, dev in graph.nodes(data="dev") if dev} == {"acme/linter"}
    assert {(u, v) for u, v, kind in graph.edges(data="kind") if kind == "dev"} == {("acme/linter", "acme/yaml-tools")}
    for options in ({"omit": "dev"}, {"kinds": "normal"}):
        production = read(DATA / "php/composer.lock", **options)
        assert set(production) == set(graph) - {"acme/linter"}
        assert set(production.edges) == set(graph.edges) - {("acme/linter", "acme/yaml-tools")}
        assert production.graph["left_out"] == {"nodes": ["acme/linter"], "by": options}
    with pytest.raises(UsageError, match="no edge is of the kind 'peer'; there are normal, dev"):
        read(DATA / "php/composer.lock", kinds="peer")


def test_a_package_of_the_name_itself_comes_before_those_that_stand_in() -> None:
    web = {
        "name": "a/web",
        "version": "1",
        "require": {"A/Log": "^1", "psr/x": "*", "gone/z": "*"},
        "provide": {"psr/x": "1"},
    }
    log = {"name": "a/log", "version": "1", "source": {"type": "git", "url": "https://x/log.git"}}
    other = {"name": "a/other", "version": "1", "replace": {"a/log": "*"}, "provide": {"psr/x": "1"}}
    third = {"name": "a/third", "version": "1", "provide": {"psr/x": "1"}}
    graph = composer_lock(web, log, other, third)
    assert set(graph.edges) == {("a/web", "a/log"), ("a/web", "a/other"), ("a/web", "a/third")}
    assert "alias" not in graph.edges["a/web", "a/log"]
    assert graph.graph["unmet"] == {"gone/z": ["a/web"]}
    assert graph.nodes["a/log"]["source"] == "git+https://x/log.git"


def test_a_broken_composer_lock_gets_one_line() -> None:
    with pytest.raises(FormatError, match="no package in it"):
        composer_lock()
    with pytest.raises(FormatError, match=r"packages\[0\] has no name"):
        composer_lock({"version": "1"})
    with pytest.raises(FormatError, match="no packages, as every composer"):
        read(io.StringIO("{}"), format="composer")
