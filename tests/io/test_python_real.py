"""Real files of Python's tools: counts, paths and closures as the tools give them, one environment in many formats."""

from __future__ import annotations

import gzip
import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import networkx as nx
import pytest
from packaging.specifiers import SpecifierSet

from graphdiff.errors import FormatError
from graphdiff.io.formats import READERS
from graphdiff.io.read import read
from graphdiff.paths.paths import count_paths
from graphdiff.sums.influence import forward

#: What the lock was shown for: README.md of the folder.
THERE = "python_full_version=3.11.7,sys_platform=linux,platform_machine=x86_64"
#: File, format, nodes, edges: from the folder's README.md and truth files, else counted by `counted`.
COUNTS = [
    ("jupyterlab.pip-inspect.json.gz", "pip inspect", 106, 190),
    ("jupyterlab.pipdeptree.json", "pipdeptree", 106, 190),
    ("jupyterlab.pipdeptree.json-tree.json", "pipdeptree", 106, 190),
    ("jupyterlab.pipdeptree-2.23.json", "pipdeptree", 106, 180),
    ("jupyterlab.pipdeptree-2.23.json-tree.json", "pipdeptree", 106, 180),
    ("jupyterlab.pipdeptree.dot", "DOT", 106, 190),
    ("demo.uv.lock.gz", "uv lock", 100, None),
    ("poetry.poetry.lock.gz", "Poetry lock", None, None),
    ("imports/grimp.networkx.json.gz", "imports by grimp", 579, 1261),
    ("imports/grimp.django.json.gz", "imports by grimp", 885, 3072),
    ("imports/grimp.networkx.dot.gz", "DOT", None, 1261),
    ("imports/grimp.django.dot.gz", "DOT", None, 3072),
    ("imports/pydeps.grimp.max-bacon2.dot", "DOT", 24, 74),
    ("imports/pydeps.grimp.show-deps.json", "pydeps", 24, None),
    ("imports/pydeps.networkx.show-deps.json.gz", "pydeps", None, None),
]
REFUSED = {
    "README.md": r"in no format that is known",
    "demo.pylock.toml.gz": r"99 packages, but not what they depend on",
    "demo.pyproject.toml": r"what a project asks for",
    "demo.uv-tree.invert.txt": r"a tree for people",
    "demo.uv-tree.no-dedupe.txt": r"a tree for people",
    "demo.uv-tree.txt": r"a tree for people",
    "jupyterlab.paths.truth.json": r"nodes: expected a list, found",
    "jupyterlab.pip-freeze.txt": r"a list of requirements without what they depend on",
    "jupyterlab.pip-list.json": r"a list of packages without what they depend on",
    "jupyterlab.pip-list.txt": r"a list of packages without what they depend on",
    "jupyterlab.pipdeptree.freeze.txt": r"a tree for people, as pipdeptree prints it",
    "jupyterlab.pipdeptree.mmd": r"Mermaid",
    "jupyterlab.pipdeptree.reverse-jinja2.json": r"made with pipdeptree --reverse",
    "jupyterlab.pipdeptree.txt": r"a tree for people",
}
SBOM = {"demo.uv-export.cdx.json.gz", "jupyterlab.pipdeptree.cdx.json"}


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "python"


def content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def test_every_file_is_read_or_refused(folder: Path) -> None:
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert files == {name for name, *_ in COUNTS} | REFUSED.keys() | SBOM


@pytest.mark.parametrize("file, format, nodes, edges", COUNTS, ids=[row[0] for row in COUNTS])
def test_counts(folder: Path, file: str, format: str, nodes: int | None, edges: int | None) -> None:
    graph = read(folder / file)
    assert graph.graph["format"] == format
    assert nodes in (None, len(graph))
    assert edges in (None, graph.number_of_edges())


@pytest.mark.parametrize("file, why", REFUSED.items())
def test_what_is_refused_says_why(folder: Path, file: str, why: str) -> None:
    with pytest.raises(FormatError, match=why) as caught:
        read(folder / file)
    assert "\n" not in str(caught.value)


def test_edges_of_locks_and_pydeps_counted_apart(folder: Path) -> None:
    lock = tomllib.loads(content(folder / "poetry.poetry.lock.gz").decode())
    plain = {re.sub(r"[-_.]+", "-", package["name"]).lower(): package for package in lock["package"]}
    edges = {
        (name, needed)
        for name, package in plain.items()
        for needed in (re.sub(r"[-_.]+", "-", other).lower() for other in package.get("dependencies", ()))
        if needed in plain
    }
    assert set(read(folder / "poetry.poetry.lock.gz", extras="all").edges) == edges
    for file in ("imports/pydeps.grimp.show-deps.json", "imports/pydeps.networkx.show-deps.json.gz"):
        modules = json.loads(content(folder / file))
        imports = {(m, other) for m, x in modules.items() for other in x.get("imports", ())}
        imported = {(other, m) for m, x in modules.items() for other in x.get("imported_by", ())}
        assert imports == imported
        assert set(read(folder / file).edges) == {(m, other) for m, other in imports if m not in ("__main__", other)}


def test_components_of_import_graphs(folder: Path) -> None:
    sizes = {}
    for package in ("networkx", "django"):
        graph = read(folder / f"imports/grimp.{package}.json.gz")
        sizes[package] = sorted(len(c) for c in nx.strongly_connected_components(graph) if len(c) > 1)
    assert sizes["networkx"] == [278]
    assert sizes["django"][-1] == 166


@pytest.mark.parametrize(
    "file", ["jupyterlab.pipdeptree-2.23.json", "jupyterlab.pipdeptree-2.23.json-tree.json", "pip"]
)
def test_path_counts_are_those_of_the_full_tree(folder: Path, file: str) -> None:
    truth = json.loads((folder / "jupyterlab.paths.truth.json").read_text())
    inspected = folder / "jupyterlab.pip-inspect.json.gz"
    graph = read(inspected, extras="none") if file == "pip" else read(folder / file)
    assert sorted(node for node, entering in graph.in_degree() if not entering) == truth["roots"]
    assert (len(graph), graph.number_of_edges()) == (truth["nodes"], truth["edges"])
    seeds = dict.fromkeys(truth["roots"], 1)
    assert dict(forward(graph, seeds, weight=None)) == truth["paths"]


def lines_of_tree(text: str) -> Counter[str]:
    return Counter(re.sub(r"^[\s│├└─]*", "", line).split(" ")[0].split("[")[0] for line in text.splitlines())


def test_path_counts_are_the_lines_of_uv_tree(folder: Path) -> None:
    lines = lines_of_tree((folder / "demo.uv-tree.no-dedupe.txt").read_text())
    assert lines.total() == 764
    graph = read(folder / "demo.uv.lock.gz", markers=THERE, extras="nodes")
    counts = count_paths(graph, "demo-jupyter-stack")
    plain = {node: number for node, number in counts.items() if "[" not in node and number}
    assert plain == lines
    assert set(plain) | {"bleach[css]", "jsonschema[format-nongpl]"} == set(graph)


def test_one_environment_in_five_formats(folder: Path) -> None:
    """The closure of jupyterlab; each format leaves out what the test takes away from the others."""
    inspected = read(folder / "jupyterlab.pip-inspect.json.gz")
    flat = read(folder / "jupyterlab.pipdeptree.json")
    locked = read(folder / "demo.uv.lock.gz", markers=THERE)
    assert said(inspected, "extra") == said(flat, "extra")
    # pipdeptree leaves out licences, markers and who asked; it writes clauses in the order of the metadata.
    bounds = [{edge: SpecifierSet(x or "") for edge, x in said(g, "clause").items()} for g in (inspected, flat)]
    assert bounds[0] == bounds[1]
    # The lock leaves out clauses. What jupyterlab does not need differs: the lock has sympy and networkx, the
    # environment pip, setuptools and pipdeptree.
    inside, outside = closure(locked, "jupyterlab"), closure(inspected, "jupyterlab")
    assert said(inside, "extra") == said(outside, "extra")
    assert dict(inside.nodes(data="version")) == dict(outside.nodes(data="version"))
    # uv's pylock.toml leaves out all edges, and is refused; its packages are those of the lock but the project.
    packages = tomllib.loads(content(folder / "demo.pylock.toml.gz").decode())["packages"]
    whole = read(folder / "demo.uv.lock.gz")
    assert {(p["name"], p["version"]) for p in packages} == {
        (data["name"], data["version"]) for _, data in whole.nodes(data=True) if not data.get("root")
    }


@pytest.mark.skipif("cyclonedx" not in READERS, reason="needs the reader of CycloneDX")
def test_the_same_environment_in_cyclonedx(folder: Path) -> None:
    pairs = {
        "jupyterlab.pipdeptree.cdx.json": "jupyterlab.pipdeptree.json",
        "demo.uv-export.cdx.json.gz": "demo.uv.lock.gz",
    }
    for file, other in pairs.items():  # a bill of materials leaves out extras, markers and clauses
        bill, graph = read(folder / file), read(folder / other)
        assert set(bill.edges) == set(graph.edges)
        assert dict(bill.nodes(data="version")) == dict(graph.nodes(data="version"))


def said(graph: nx.DiGraph, key: str) -> dict[tuple[str, str], object]:
    return {(tail, head): value for tail, head, value in graph.edges(data=key)}


def closure(graph: nx.DiGraph, node: str) -> nx.DiGraph:
    return graph.subgraph({node, *nx.descendants(graph, node)})
