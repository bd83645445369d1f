"""uv's locks of projects with extras, groups and members that need each other: as many paths as uv's tree has lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import FormatError
from graphdiff.io.python.uv import read_uv_lock
from graphdiff.io.read import read

DATA = Path(__file__).parent.parent / "data/python"
#: The lines of each package in what uv 0.13.9 prints of workspace.uv.lock with `uv tree --no-dedupe` and these options.
LINES: dict[str, tuple[str, dict[str, int]]] = {
    "--all-groups": ("all", {"app": 1, "dep-a": 3, "dep-b": 10, "dep-c": 7, "dep-d": 23, "lib": 2}),
    "--no-default-groups": ("none", {"app": 1, "dep-a": 3, "dep-b": 10, "dep-c": 6, "dep-d": 20, "lib": 2}),
    "": ("dev", {"app": 1, "dep-a": 3, "dep-b": 10, "dep-c": 6, "dep-d": 21, "lib": 2}),
}


def lines(graph: nx.DiGraph) -> dict[str, int]:
    """Return the number of paths from the roots to each package without extras, that to itself among them."""
    roots = [node for node, root in graph.nodes(data="root") if root]
    found = dict.fromkeys(graph, 0)
    for root in roots:
        for node, number in gd.count_paths(graph, root).items():
            found[node] += number
    return {node: number for node, number in found.items() if "[" not in node and "(" not in node}


@pytest.mark.parametrize(("groups", "expected"), LINES.values(), ids=LINES)
def test_as_many_paths_as_lines_of_uv_tree(groups: str, expected: dict[str, int]) -> None:
    graph = read(DATA / "workspace.uv.lock", extras="nodes", markers="here", groups=groups)
    assert lines(graph) == expected


def test_a_member_that_others_need_is_a_node_for_them_and_one_as_a_root() -> None:
    graph = read(DATA / "workspace.uv.lock", extras="nodes")
    assert sorted(node for node, root in graph.nodes(data="root") if root) == ["app", "lib (root)"]
    assert sorted(graph.successors("lib (root)")) == ["dep-c[fast]", "dep-d", "lib"]
    assert sorted(graph.successors("lib")) == ["dep-b"]
    assert sorted(graph.successors("lib[speed]")) == ["dep-c[fast]", "lib"]


def test_each_extra_and_group_that_needs_a_package_is_an_edge() -> None:
    graph = read(DATA / "workspace.uv.lock", extras="nodes")
    assert graph.is_multigraph()
    assert sorted(graph["app"]["dep-a[x]"]) == ["extra:all", "extra:two"]
    assert sorted(graph["app"]["dep-d"]) == ["group:dev", "group:test"]
    assert graph["app"]["dep-a[x]"]["extra:two"] == {"kind": "extra", "extra": "two", "optional": True}
    # By default a package that needs another in several ways needs it once.
    once = read(DATA / "workspace.uv.lock")
    assert not once.is_multigraph()
    assert once.edges["app", "dep-a"]["extra"] == "all,one,two"


PROJECT = """version = 1
requires-python = ">=3.11"

[[package]]
name = "p"
version = "0.1"
source = {{ {source} = "." }}
dependencies = [{{ name = "a" }}]

[package.optional-dependencies]
{extras}

[[package]]
name = "a"
version = "1"
source = {{ registry = "x" }}

[[package]]
name = "b"
version = "1"
source = {{ registry = "x" }}
dependencies = [{{ name = "a" }}]
"""


@pytest.mark.parametrize("source", ["virtual", "editable"])
@pytest.mark.parametrize(
    ("extras", "to_a"),
    [
        ('one = [{ name = "b" }]', 2),
        ('one = [{ name = "b" }]\ntwo = [{ name = "b" }]', 3),
        ('one = [{ name = "a" }]\nall = [{ name = "a" }, { name = "b" }]', 4),
        ('one = [{ name = "b" }]\nroot = [{ name = "b" }]\nthree = [{ name = "a" }]', 4),
    ],
)
def test_extras_of_the_project_itself(source: str, extras: str, to_a: int) -> None:
    lock = PROJECT.format(source=source, extras=extras).encode()
    graph = read_uv_lock(lock, name="uv.lock", extras="nodes", markers="here")
    assert lines(graph)["a"] == to_a
    assert gd.count_paths(graph, "p", "a") == to_a


# -- before uv 0.2.35


@pytest.mark.parametrize("options", [{}, {"extras": "nodes"}, {"markers": "python_version=3.12", "groups": "none"}])
def test_a_lock_of_distributions_is_the_same_graph_as_one_of_packages(options: dict[str, Any]) -> None:
    early = (DATA / "distributions.uv.lock").read_text()
    late = early.replace("distribution", "package")
    assert early != late
    graph, other = (read_uv_lock(text.encode(), name="uv.lock", **options) for text in (early, late))
    assert sorted(graph.edges(data=True), key=str) == sorted(other.edges(data=True), key=str)
    assert dict(graph.nodes(data=True)) == dict(other.nodes(data=True))


def test_what_a_lock_of_distributions_says() -> None:
    graph = read(DATA / "distributions.uv.lock")
    assert graph.graph["format"] == "uv lock"
    assert sorted(graph.edges(data="kind")) == [
        ("app", "core", "normal"),
        ("app", "tomli", "dev"),
        ("app", "web", "normal"),
        ("speed", "core", "normal"),
        ("web", "core", "normal"),
        ("web", "speed", "extra"),
    ]
    assert graph.nodes["app"]["root"] is True
    assert graph.nodes["core"]["source"] == "registry+https://packages.example.org/simple"
    assert (graph.nodes["core"]["size"], graph.nodes["speed"]["source"]) == (
        20,
        "registry+https://packages.example.org/simple",
    )
    assert gd.count_paths(graph, "app", "core") == 3


def test_the_first_locks_had_an_entry_for_each_extra() -> None:
    lock = b"""version = 1

[[distribution]]
name = "app"
version = "0.1"
source = "editable+file:///app"

[[distribution.dependencies]]
name = "web"
version = "2"
extra = "fast"
source = "registry+x"

[[distribution]]
name = "web"
version = "2"
source = "registry+x"

[[distribution.dependencies]]
name = "core"
version = "1"
source = "registry+x"

[[distribution]]
name = "web"
version = "2"
extra = "fast"
source = "registry+x"

[[distribution.dependencies]]
name = "core"
version = "1"
source = "registry+x"

[[distribution.dependencies]]
name = "speed"
version = "3"
source = "registry+x"

[[distribution]]
name = "core"
version = "1"
source = "registry+x"

[[distribution]]
name = "speed"
version = "3"
source = "registry+x"
marker = "python_version < '3'"
"""
    graph = read_uv_lock(lock, name="uv.lock")
    assert sorted(graph.edges(data="kind")) == [
        ("app", "web", "normal"),
        ("web", "core", "normal"),
        ("web", "speed", "extra"),
    ]
    assert "speed" not in read_uv_lock(lock, name="uv.lock", markers="here")


def test_a_source_that_is_no_kind_and_place_is_refused() -> None:
    lock = b'version = 1\n[[distribution]]\nname = "a"\nversion = "1"\nsource = "here"\n'
    with pytest.raises(FormatError, match=r"^uv\.lock: distribution\[0\]: source: 'here' is no kind and place"):
        read_uv_lock(lock, name="uv.lock")


def test_content_alone_tells_an_early_lock(tmp_path: Path) -> None:
    path = tmp_path / "early.txt"
    path.write_bytes((DATA / "distributions.uv.lock").read_bytes())
    assert read(path).graph["format"] == "uv lock"
    path.write_text('version = 1\n\n[[distribution]]\nname = "a"\nversion = "1"\nsource = "editable+."\n')
    assert list(read(path)) == ["a"]


#: As uv 0.13.9 wrote it of a project that asks for each of these with the versions below.
STATED = """version = 1
requires-python = ">=3.10"

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
dependencies = [
    { name = "idna" },
    { name = "packaging" },
    { name = "tomli", marker = "python_full_version < '3.11'" },
]

[package.optional-dependencies]
tls = [{ name = "idna" }]

[package.dev-dependencies]
lint = [
    { name = "pyflakes", version = "4.0.3", marker = "python_full_version < '3.11'" },
    { name = "pyflakes", version = "4.1.0", marker = "python_full_version >= '3.11'" },
]

[package.metadata]
requires-dist = [
    { name = "idna", specifier = ">=3,<4" },
    { name = "idna", marker = "extra == 'tls'", specifier = ">=3.4" },
    { name = "packaging", marker = "sys_platform != 'win32'", specifier = ">=24" },
    { name = "packaging", marker = "sys_platform == 'win32'", specifier = ">=23" },
    { name = "tomli", marker = "python_full_version < '3.11'", specifier = ">=2" },
]

[package.metadata.requires-dev]
lint = [
    { name = "pyflakes", marker = "python_full_version < '3.11'", specifier = "<4.1" },
    { name = "pyflakes", marker = "python_full_version >= '3.11'", specifier = ">=4.1" },
]
""" + "".join(
    f'[[package]]\nname = "{name}"\nversion = "{version}"\n'
    for name, version in (
        ("idna", "3.20"),
        ("packaging", "26.0"),
        ("tomli", "2.4"),
        ("pyflakes", "4.0.3"),
        ("pyflakes", "4.1.0"),
    )
)


def asked(**options: str) -> dict[tuple[str, str], set[str]]:
    said: dict[tuple[str, str], set[str]] = {}
    for tail, head, clause in read_uv_lock(STATED.encode(), name="uv.lock", **options).edges(data="clause"):
        said.setdefault((tail, head), set()).add(clause)
    return said


def test_what_a_member_asks_for_has_the_versions_that_its_project_states() -> None:
    assert asked() == {
        ("shop", "idna"): {">=3,<4"},
        ("shop", "packaging"): {">=24 | >=23"},
        ("shop", "tomli"): {">=2"},
        ("shop", "pyflakes@4.0.3"): {"<4.1"},
        ("shop", "pyflakes@4.1.0"): {">=4.1"},
    }
    assert asked(extras="nodes")["shop", "idna"] == {">=3,<4", ">=3.4"}


def test_in_one_environment_the_versions_are_those_asked_for_there() -> None:
    assert asked(markers="sys_platform=win32,python_version=3.12")["shop", "packaging"] == {">=23"}
    assert ("shop", "tomli") not in asked(markers="python_version=3.12")
