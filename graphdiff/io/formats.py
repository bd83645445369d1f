"""The table of the formats that graphdiff reads.

A row names its entry function as ``module:function``; the module is imported when a file needs it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from graphdiff.io import sniff
from graphdiff.io.marks import is_marked
from graphdiff.io.path_models import is_path_model

__all__ = ["READERS", "Reader"]

DOT_OPTIONS = frozenset({"graph", "follow_arrows", "timeout", "max_memory"})


@dataclass(frozen=True)
class Reader:
    """One format that can be read.

    Attributes
    ----------
    suffixes : tuple of str
        How the names of such files end, in lower case. Where several rows have the suffix, their claims decide.
    claims : callable
        Whether an outline (`graphdiff.io.outline`) is of this format.
    entry : str
        ``module:function``; the function takes the content, ``name=`` for its messages, and the options.
    options : frozenset of str
        The keyword options that the function takes besides.
    about : str
        What an edge means, what a weight means, and whether repeated edges are kept or add.
    prefix : str
        What stands before a name that is no file (``"expr:"``); the function takes what follows it, in UTF-8.
    nodes : str
        What its nodes are called, in the plural, where their file does not say it.
    generic : bool
        Whether other formats are written in this one, so that its claim counts only where theirs do not.
    """

    suffixes: tuple[str, ...]
    claims: Callable[[bytes], bool]
    entry: str
    options: frozenset[str]
    about: str
    prefix: str = ""
    nodes: str = "unknown"
    generic: bool = False


READERS: dict[str, Reader] = {
    "dot": Reader(
        suffixes=(".dot", ".gv"),
        claims=sniff.is_dot,
        entry="graphdiff.io.dot:read_dot",
        options=DOT_OPTIONS,
        about="an edge is an arrow of the drawing, a weight its attribute; repeats are kept, save in a strict graph",
        generic=True,
    ),
    "csv": Reader(
        suffixes=(".csv", ".tsv", ".edges", ".edgelist"),
        claims=sniff.is_csv,
        entry="graphdiff.io.edge_list:read_edge_list",
        options=frozenset({"columns", "where"}),
        about="a row is an edge, its weight column the weight; the weights of repeats add",
        generic=True,
    ),
    "path-model": Reader(
        suffixes=(".csv", ".tsv"),
        claims=is_path_model,
        entry="graphdiff.io.path_models:read_path_model",
        options=frozenset({"columns", "where"}),
        about="lavaan, semopy, OpenMx, piecewiseSEM, JASP: a path is an edge, its estimate the weight; no repeats",
        nodes="variables",
    ),
    "graphml": Reader(
        suffixes=(".graphml", ".xml"),
        claims=sniff.is_graphml,
        entry="graphdiff.io.xml_graphs:read_graphml",
        options=frozenset(),
        about="edges and weights mean what the file's graph attributes say; repeats are kept",
        generic=True,
    ),
    "gexf": Reader(
        suffixes=(".gexf", ".xml"),
        claims=sniff.is_gexf,
        entry="graphdiff.io.xml_graphs:read_gexf",
        options=frozenset(),
        about="edges mean what their file says, a weight is their weight attribute; repeats are kept",
    ),
    "json": Reader(
        suffixes=(".json",),
        claims=sniff.is_json,
        entry="graphdiff.io.json_graphs:read_json",
        options=frozenset(),
        about="node-link, adjacency or Cytoscape data; edges and weights mean what its graph says; repeats are kept",
        generic=True,
    ),
    "adjacency": Reader(
        suffixes=(),
        claims=partial(is_marked, "adjacency"),
        entry="graphdiff.io.json_graphs:read_adjacency",
        options=frozenset(),
        about="a JSON object whose every key is a node, its value what that points at; repeats are kept",
    ),
    "pajek": Reader(
        suffixes=(".net", ".paj"),
        claims=sniff.is_pajek,
        entry="graphdiff.io.pajek:read_pajek",
        options=frozenset(),
        about="an arc is an edge, its value the weight; repeats are kept",
    ),
    "gml": Reader(
        suffixes=(".gml",),
        claims=sniff.is_gml,
        entry="graphdiff.io.gml:read_gml",
        options=frozenset(),
        about="directed graphs; edges and weights mean what the graph's attributes say; repeats are kept",
    ),
    "nx-edgelist": Reader(
        suffixes=(".edgelist", ".edges", ".csv", ".tsv"),
        claims=sniff.is_edge_list,
        entry="graphdiff.io.networkx_lists:read_edge_list_with_data",
        options=frozenset(),
        about="nx.write_edgelist: an edge leads from the first node to the second, with its data; repeats are kept",
    ),
    "nx-adjlist": Reader(
        suffixes=(".adjlist",),
        claims=sniff.is_adjacency_list,
        entry="graphdiff.io.networkx_lists:read_adjacency_list",
        options=frozenset(),
        about="nx.write_adjlist: an edge leads from a line's first node to each other; repeats are kept",
    ),
    "nx-multiline-adjlist": Reader(
        suffixes=(".adjlist", ".multiline_adjlist"),
        claims=sniff.is_multiline_adjacency_list,
        entry="graphdiff.io.networkx_lists:read_multiline_adjacency_list",
        options=frozenset(),
        about="nx.write_multiline_adjlist: an edge leads from a node to each below it; repeats are kept",
    ),
    "debian": Reader(
        suffixes=("packages",),
        claims=sniff.is_debian,
        entry="graphdiff.io.debian:read_debian",
        options=frozenset({"alternatives", "kinds"}),
        about="a package depends on a package (Depends, Pre-Depends; Recommends by kinds); repeats are one edge",
        nodes="packages",
    ),
    # Bills of materials.
    "cyclonedx": Reader(
        suffixes=(".json", ".xml"),
        claims=partial(is_marked, "cyclonedx"),
        entry="graphdiff.io.sbom.cyclonedx:read_cyclonedx",
        options=frozenset(),
        about="a component depends on a component, without weights; repeats are one edge",
        nodes="components",
    ),
    "spdx": Reader(
        suffixes=(".json", ".jsonld", ".spdx"),
        claims=partial(is_marked, "spdx"),
        entry="graphdiff.io.sbom.spdx:read_spdx",
        options=frozenset({"kinds"}),
        about="a package rests on another by a relationship, without weights; repeats are one edge",
        nodes="elements",
    ),
    # Build and data.
    "dbt": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "dbt"),
        entry="graphdiff.io.dbt:read_dbt",
        options=frozenset(),
        about="a model is built from its parent, without weights; repeats are one edge",
        nodes="resources",
    ),
    "cmake": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "cmake"),
        entry="graphdiff.io.drawings:read_cmake",
        options=DOT_OPTIONS | {"kinds"},
        about="a target is linked with a target, without weights; repeats are kept",
        nodes="targets",
    ),
    "terraform": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "terraform"),
        entry="graphdiff.io.drawings:read_terraform",
        options=DOT_OPTIONS,
        about="a resource needs a resource, without weights; repeats are kept",
        nodes="resources",
    ),
    "turbo": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "turbo"),
        entry="graphdiff.io.drawings:read_turbo",
        options=DOT_OPTIONS,
        about="turbo run --graph: a task depends on a task, without weights; repeats are kept",
        nodes="tasks",
    ),
    "systemd": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "systemd"),
        entry="graphdiff.io.drawings:read_systemd",
        options=DOT_OPTIONS | {"kinds"},
        about="a unit has a unit in its After, Requires, Wants, ..., without weights; repeats are kept",
        nodes="units",
    ),
    "llvm-calls": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "llvm-calls"),
        entry="graphdiff.io.drawings:read_llvm_calls",
        options=DOT_OPTIONS,
        about="a function calls a function, without weights; repeats are kept",
        nodes="functions",
    ),
    "llvm-flow": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "llvm-flow"),
        entry="graphdiff.io.drawings:read_llvm_flow",
        options=DOT_OPTIONS,
        about="control passes from a basic block to the next, without weights; repeats are kept",
        nodes="basic blocks",
    ),
    "pprof": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "pprof"),
        entry="graphdiff.io.profile_dot:read_pprof",
        options=DOT_OPTIONS,
        about="a function calls a function, without weights; repeats are kept",
        nodes="functions",
    ),
    "gprof2dot": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "gprof2dot"),
        entry="graphdiff.io.profile_dot:read_gprof2dot",
        options=DOT_OPTIONS,
        about="a function calls a function, without weights; repeats are kept",
        nodes="functions",
    ),
    "vcg": Reader(
        suffixes=(".ci", ".vcg"),
        claims=partial(is_marked, "vcg"),
        entry="graphdiff.io.vcg:read_vcg",
        options=frozenset(),
        about="a function calls a function (gcc -fcallgraph-info), without weights; repeats are kept",
        nodes="functions",
    ),
    # Python: packages.
    "env": Reader(
        suffixes=(),
        claims=partial(is_marked, "env"),
        entry="graphdiff.io.python.installed:read_environment",
        options=frozenset({"extras"}),
        about="a distribution depends on one that is installed, without weights; repeats are one edge",
        prefix="env:",
        nodes="packages",
    ),
    "pip-inspect": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "pip-inspect"),
        entry="graphdiff.io.python.installed:read_pip_inspect",
        options=frozenset({"extras"}),
        about="a distribution depends on one that is installed, without weights; repeats are one edge",
        nodes="packages",
    ),
    "pipdeptree": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "pipdeptree"),
        entry="graphdiff.io.python.pipdeptree:read_pipdeptree",
        options=frozenset(),
        about="a distribution depends on another, without weights; repeats are one edge",
        nodes="packages",
    ),
    "uv": Reader(
        suffixes=("uv.lock",),
        claims=partial(is_marked, "uv"),
        entry="graphdiff.io.python.uv:read_uv_lock",
        options=frozenset({"extras", "markers", "groups"}),
        about="a package depends on another in some environment, without weights; repeats are one edge",
        nodes="packages",
    ),
    "poetry": Reader(
        suffixes=("poetry.lock",),
        claims=partial(is_marked, "poetry"),
        entry="graphdiff.io.python.poetry:read_poetry_lock",
        options=frozenset({"extras", "markers", "groups"}),
        about="a package depends on another in some environment, without weights; repeats are one edge",
        nodes="packages",
    ),
    "pdm": Reader(
        suffixes=("pdm.lock",),
        claims=partial(is_marked, "pdm"),
        entry="graphdiff.io.python.poetry:read_pdm_lock",
        options=frozenset({"extras", "markers", "groups"}),
        about="a package depends on another in some environment, without weights; repeats are one edge",
        nodes="packages",
    ),
    "pylock": Reader(
        suffixes=("pylock.toml",),
        claims=partial(is_marked, "pylock"),
        entry="graphdiff.io.python.pylock:read_pylock",
        options=frozenset({"markers"}),
        about="a package depends on another, where the file says so, without weights; repeats are one edge",
        nodes="packages",
    ),
    # Python: imports.
    "imports": Reader(
        suffixes=(),
        claims=partial(is_marked, "imports"),
        entry="graphdiff.io.python.imports:read_imports",
        options=frozenset({"times", "kinds"}),
        about="a module imports another of its package; repeats are one edge, which counts its statements",
        prefix="imports:",
        nodes="modules",
    ),
    "grimp": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "grimp"),
        entry="graphdiff.io.python.imports:read_grimp",
        options=frozenset({"times"}),
        about="a module imports another of its package; repeats are one edge, which counts its statements",
        nodes="modules",
    ),
    "pydeps": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "pydeps"),
        entry="graphdiff.io.python.imports:read_pydeps",
        options=frozenset(),
        about="a module imports another, without weights; repeats are one edge",
        nodes="modules",
    ),
    "importtime": Reader(
        suffixes=(".importtime",),
        claims=partial(is_marked, "importtime"),
        entry="graphdiff.io.python.imports:read_import_times",
        options=frozenset(),
        about="a module was the first to import another, without weights; there are no repeats",
        nodes="modules",
    ),
    # JavaScript, Rust, Go and Java; what needs the same twice in one kind is one edge.
    "npm-lock": Reader(
        suffixes=(".json", "package-lock.json", "npm-shrinkwrap.json"),
        claims=partial(is_marked, "npm-lock"),
        entry="graphdiff.io.js.npm:read_npm_lock",
        options=frozenset({"kinds"}),
        about="package-lock.json: a package depends on a package, without weights; repeats are one edge a kind",
        nodes="packages",
    ),
    "npm-ls": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "npm-ls"),
        entry="graphdiff.io.js.npm:read_npm_ls",
        options=frozenset(),
        about="npm ls --json: a package depends on a package, without weights; repeats are one edge",
        nodes="packages",
    ),
    "pnpm": Reader(
        suffixes=("pnpm-lock.yaml",),
        claims=partial(is_marked, "pnpm"),
        entry="graphdiff.io.js.pnpm:read_pnpm",
        options=frozenset({"kinds"}),
        about="pnpm-lock.yaml: a package depends on a package, without weights; repeats are one edge a kind",
        nodes="packages",
    ),
    "yarn": Reader(
        suffixes=("yarn.lock",),
        claims=partial(is_marked, "yarn"),
        entry="graphdiff.io.js.yarn_classic:read_yarn_classic",
        options=frozenset({"kinds"}),
        about="yarn.lock, version 1: a package depends on a package, without weights; repeats are one edge a kind",
        nodes="packages",
    ),
    "yarn-berry": Reader(
        suffixes=("yarn.lock",),
        claims=partial(is_marked, "yarn-berry"),
        entry="graphdiff.io.js.yarn_berry:read_yarn_berry",
        options=frozenset({"kinds"}),
        about="yarn.lock since version 2: a package depends on a package, without weights; repeats are one edge a kind",
        nodes="packages",
    ),
    "dependency-cruiser": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "dependency-cruiser"),
        entry="graphdiff.io.js.dependency_cruiser:read_dependency_cruiser",
        options=frozenset(),
        about="dependency-cruiser's JSON: a module imports a module, without weights; repeats are one edge",
        nodes="modules",
    ),
    "cargo-metadata": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "cargo-metadata"),
        entry="graphdiff.io.cargo:read_cargo_metadata",
        options=frozenset({"kinds"}),
        about="cargo metadata: a package depends on a package, without weights; repeats are one edge a kind",
        nodes="crates",
    ),
    "cargo-lock": Reader(
        suffixes=("cargo.lock",),
        claims=partial(is_marked, "cargo-lock"),
        entry="graphdiff.io.cargo:read_cargo_lock",
        options=frozenset(),
        about="Cargo.lock: a package depends on a package, without weights; repeats are one edge",
        nodes="crates",
    ),
    "go-mod-graph": Reader(
        suffixes=(),
        claims=sniff.is_go_mod_graph,
        entry="graphdiff.io.go:read_go_mod_graph",
        options=frozenset(),
        about="go mod graph: a module requires a module, without weights; repeats are one edge",
        nodes="modules",
    ),
    "go-list": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "go-list"),
        entry="graphdiff.io.go:read_go_list",
        options=frozenset(),
        about="go list -json: a package imports a package, without weights; repeats are one edge",
        nodes="packages",
    ),
    "snyk": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "snyk"),
        entry="graphdiff.io.snyk:read_snyk",
        options=frozenset(),
        about="Snyk's dep-graph: a package depends on a package, without weights; repeats are one edge",
        nodes="packages",
    ),
    "maven": Reader(
        suffixes=(".dot", ".gv", ".graphml", ".tgf", ".json"),
        claims=partial(is_marked, "maven"),
        entry="graphdiff.io.maven:read_maven",
        options=frozenset({"kinds"}),
        about="mvn dependency:tree (dot, graphml, tgf, json): an artifact depends on an artifact; repeats are one edge",
        nodes="artifacts",
    ),
    "depgraph": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "depgraph"),
        entry="graphdiff.io.maven:read_depgraph",
        options=frozenset(),
        about="depgraph-maven-plugin's JSON: an artifact depends on an artifact, without weights; repeats are one edge",
        nodes="artifacts",
    ),
    "bazel": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "bazel"),
        entry="graphdiff.io.bazel:read_bazel",
        options=DOT_OPTIONS,
        about="bazel query --output=graph: a target depends on a target, without weights; repeats are one edge",
        nodes="targets",
    ),
    # An expression in place of a file.
    "expr": Reader(
        suffixes=(),
        claims=partial(is_marked, "expr"),
        entry="graphdiff.io.expression:read_expression",
        options=frozenset({"set", "symbolic", "limits"}),
        about="an edge leads from an operand to the result, its weight the local derivative; repeats (x * x) are kept",
        prefix="expr:",
    ),
}
