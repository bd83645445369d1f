"""``conan graph info . --format=json`` as Conan 2.34 wrote it of five recipes; what is long and not read is left out.

``shop`` requires png and zlib, cmake to build and gtest to test; ``png`` requires zlib, and cmake to build; ``cmake``
requires zlib.
"""

from __future__ import annotations

import io
import json
from typing import Any

import networkx as nx
import pytest
from samples import DATA

from graphdiff.errors import FormatError
from graphdiff.io.read import read

SAMPLE = DATA / "conan/info.json"
#: What conan graph info --format=dot printed of the same, and what the recipes ask for.
DOT = """
        "conanfile.py (shop/2.0)" -> "png/1.6.43"
        "conanfile.py (shop/2.0)" -> "zlib/1.3.1"
        "conanfile.py (shop/2.0)" -> "cmake/3.31.0"
        "conanfile.py (shop/2.0)" -> "gtest/1.15.0"
        "png/1.6.43" -> "zlib/1.3.1"
        "png/1.6.43" -> "cmake/3.31.0"
        "cmake/3.31.0" -> "zlib/1.3.1"
        "cmake/3.31.0" -> "zlib/1.3.1"
"""
RECIPES = {
    ("shop", "png"): ("1.6.43", "normal"),
    ("shop", "zlib"): ("1.3.1", "normal"),
    ("shop", "cmake"): ("3.31.0", "build"),
    ("shop", "gtest"): ("1.15.0", "test"),
    ("png", "zlib"): ("[>=1.2.11 <2]", "normal"),
    ("png", "cmake"): ("[>=3.16]", "build"),
    ("cmake", "zlib"): ("[>=1.2.11 <2]", "normal"),
}


def info(*needs: dict[str, Any], **graph: Any) -> nx.DiGraph:
    nodes = {
        "0": {
            "ref": "conanfile",
            "label": "conanfile.txt",
            "dependencies": {str(k + 1): one for k, one in enumerate(needs)},
        },
        **{str(k + 1): {"ref": "z/1.3", "name": "z", "version": "1.3"} for k in range(len(needs))},
    }
    return read(io.StringIO(json.dumps({"graph": {"nodes": nodes, "root": {"0": "None"}, **graph}})), format="conan")


def test_the_edges_are_those_of_conans_drawing_and_say_what_the_recipes_do() -> None:
    graph = read(SAMPLE)
    pairs = (line.split('"')[1::2] for line in DOT.split("\n") if line)
    names = {tuple(end.rpartition("(")[2].partition("/")[0] for end in pair) for pair in pairs if pair}
    assert set(graph.edges) == names
    assert {(u, v): (d["clause"], d["kind"]) for u, v, d in graph.edges(data=True)} == RECIPES


def test_a_node_has_what_the_recipe_says() -> None:
    graph = read(SAMPLE)
    assert graph.nodes["shop"] == {"name": "shop", "version": "2.0", "licence": "MIT", "root": True}
    assert graph.nodes["png"] == {
        "name": "png", "version": "1.6.43", "licence": "libpng-2.0, MIT", "type": "static-library",
    }  # fmt: skip


def test_what_is_needed_to_build_can_be_left_out() -> None:
    graph = read(SAMPLE, omit="build,test")
    assert set(graph.edges) == {("shop", "png"), ("shop", "zlib"), ("png", "zlib")}
    assert graph.graph["left_out"] == {"nodes": ["cmake", "gtest"], "by": {"omit": "build,test"}}


def test_what_comes_through_others_makes_no_edge_also_as_the_first_versions_wrote_it() -> None:
    graph = info(
        {"require": "z/[~1]@me/stable", "direct": "True", "build": "False"}, {"ref": "z/1.3", "direct": "False"}
    )
    assert list(graph.edges(data=True)) == [("conanfile.txt", "z", {"clause": "[~1]", "kind": "normal"})]
    assert [node for node, root in graph.nodes(data="root") if root] == ["conanfile.txt"]


def test_what_conan_finds_wrong_is_said() -> None:
    """As Conan 2.34 wrote it where ``clash`` requires zlib 1.2.11, and ``old``, which it requires too, 1.3.1."""
    first = {"src_id": "0", "src_ref": "clash/1.0", "dst_id": "1", "require": {"ref": "zlib/1.2.11"}}
    second = {"src_id": "2", "src_ref": "old/1.0", "require": {"ref": "zlib/1.3.1"}}
    error = {"type": "conflict", "name": "zlib", "branch1": first, "branch2": second}
    (warning,) = info({"require": "z/1.3", "direct": True}, error=error).graph["warnings"]
    assert warning.endswith(
        ": Conan found an error (conflict): clash/1.0 requires zlib/1.2.11, old/1.0 requires zlib/1.3.1, so the graph "
        "is not whole"
    )


@pytest.mark.parametrize(
    ("graph", "said"),
    [
        ({}, "no package in it"),
        ({"nodes": {"0": {"ref": ""}}}, "nodes: 0: no name"),
        ({"nodes": {"0": {"ref": "a/1", "dependencies": {"7": {"direct": True}}}}}, "'7' is not among the packages"),
    ],
)
def test_what_is_wrong_is_refused(graph: dict[str, Any], said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read(io.StringIO(json.dumps({"graph": graph})), format="conan")
