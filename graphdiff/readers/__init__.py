"""The table of formats that graphdiff reads, and `read`, which finds the row for a file and hands it the bytes.

A row names its entry function as ``module:function``; the module is imported when a file needs it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from graphdiff.errors import FormatError, UsageError
from graphdiff.readers import sniff
from graphdiff.readers.refused import refusal
from graphdiff.readers.source import PathOrFile, load, text_of
from graphdiff.readers.tool_marks import is_marked

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["READERS", "Reader", "by_prefix", "read", "text_of"]

HEAD_BYTES = 1 << 16
DOT_OPTIONS = frozenset({"graph", "timeout", "max_memory"})
#: The mark of what is no file: a name with a prefix.
NEVER = rb"(?!)"
PACKED_SUFFIXES = (".gz", ".bz2", ".xz")


@dataclass(frozen=True)
class Reader:
    """One format that can be read.

    Attributes
    ----------
    suffixes : tuple of str
        How the names of such files end, in lower case. Where several rows have the suffix, their claims decide.
    claims : callable
        Whether the first 64 KiB, decompressed and in UTF-8 without a byte-order mark, are in this format.
    entry : str
        ``module:function``; the function takes the content, ``name=`` for its messages, and the options.
    options : frozenset of str
        The keyword options that the function takes besides.
    about : str
        What an edge means, what a weight means, and whether repeated edges are kept or add.
    prefix : str
        What stands before a name that is no file (``"expr:"``); the function takes what follows it, in UTF-8.
    generic : bool
        Whether other formats are written in this one, so that its claim counts only where theirs do not.
    """

    suffixes: tuple[str, ...]
    claims: Callable[[bytes], bool]
    entry: str
    options: frozenset[str]
    about: str
    prefix: str = ""
    generic: bool = False


READERS: dict[str, Reader] = {
    "dot": Reader(
        suffixes=(".dot", ".gv"),
        claims=sniff.is_dot,
        entry="graphdiff.readers.dot:read_dot",
        options=DOT_OPTIONS,
        about="an edge is an arrow of the drawing, a weight its attribute; repeats are kept, save in a strict graph",
        generic=True,
    ),
    "csv": Reader(
        suffixes=(".csv", ".tsv", ".edges", ".edgelist"),
        claims=sniff.is_csv,
        entry="graphdiff.readers.edge_list:read_edge_list",
        options=frozenset({"columns"}),
        about="a row is an edge, its weight column the weight; the weights of repeats add",
        generic=True,
    ),
    "graphml": Reader(
        suffixes=(".graphml", ".xml"),
        claims=sniff.is_graphml,
        entry="graphdiff.readers.xml_graphs:read_graphml",
        options=frozenset(),
        about="edges and weights mean what the file's graph attributes say; repeats are kept",
        generic=True,
    ),
    "gexf": Reader(
        suffixes=(".gexf", ".xml"),
        claims=sniff.is_gexf,
        entry="graphdiff.readers.xml_graphs:read_gexf",
        options=frozenset(),
        about="edges mean what their file says, a weight is their weight attribute; repeats are kept",
    ),
    "json": Reader(
        suffixes=(".json",),
        claims=sniff.is_json,
        entry="graphdiff.readers.json_graphs:read_json",
        options=frozenset(),
        about="node-link or adjacency data; edges and weights mean what its graph attributes say; repeats are kept",
        generic=True,
    ),
    "pajek": Reader(
        suffixes=(".net", ".paj"),
        claims=sniff.is_pajek,
        entry="graphdiff.readers.pajek:read_pajek",
        options=frozenset(),
        about="an arc is an edge, its value the weight; repeats are kept",
    ),
    "debian": Reader(
        suffixes=("packages",),
        claims=sniff.is_debian,
        entry="graphdiff.readers.debian:read_debian",
        options=frozenset({"alternatives", "kinds"}),
        about="a package depends on a package (Depends, Pre-Depends; Recommends by kinds); repeats are one edge",
    ),
    # Bills of materials.
    "cyclonedx": Reader(
        suffixes=(".json", ".xml"),
        claims=partial(is_marked, "cyclonedx"),
        entry="graphdiff.readers.cyclonedx:read_cyclonedx",
        options=frozenset(),
        about="a component depends on a component, without weights; repeats are one edge",
    ),
    "spdx": Reader(
        suffixes=(".json", ".jsonld", ".spdx"),
        claims=partial(is_marked, "spdx"),
        entry="graphdiff.readers.spdx:read_spdx",
        options=frozenset({"kinds"}),
        about="a package rests on another by a relationship, without weights; repeats are one edge",
    ),
    # Build and data.
    "dbt": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "dbt"),
        entry="graphdiff.readers.dbt:read_dbt",
        options=frozenset(),
        about="a model is built from its parent, without weights; repeats are one edge",
    ),
    "cmake": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "cmake"),
        entry="graphdiff.readers.cmake:read_cmake",
        options=DOT_OPTIONS | {"kinds"},
        about="a target is linked with a target, without weights; repeats are kept",
    ),
    "terraform": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "terraform"),
        entry="graphdiff.readers.terraform:read_terraform",
        options=DOT_OPTIONS,
        about="a resource needs a resource, without weights; repeats are kept",
    ),
    "systemd": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "systemd"),
        entry="graphdiff.readers.systemd:read_systemd",
        options=DOT_OPTIONS | {"kinds"},
        about="a unit has a unit in its After, Requires, Wants, ..., without weights; repeats are kept",
    ),
    "llvm-calls": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "llvm-calls"),
        entry="graphdiff.readers.llvm:read_llvm_calls",
        options=DOT_OPTIONS,
        about="a function calls a function, without weights; repeats are kept",
    ),
    "llvm-flow": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "llvm-flow"),
        entry="graphdiff.readers.llvm:read_llvm_flow",
        options=DOT_OPTIONS,
        about="control passes from a basic block to the next, without weights; repeats are kept",
    ),
    "pprof": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "pprof"),
        entry="graphdiff.readers.profile_dot:read_pprof",
        options=DOT_OPTIONS,
        about="a function calls a function, without weights; repeats are kept",
    ),
    "gprof2dot": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "gprof2dot"),
        entry="graphdiff.readers.profile_dot:read_gprof2dot",
        options=DOT_OPTIONS,
        about="a function calls a function, without weights; repeats are kept",
    ),
    "vcg": Reader(
        suffixes=(".ci", ".vcg"),
        claims=partial(is_marked, "vcg"),
        entry="graphdiff.readers.vcg:read_vcg",
        options=frozenset(),
        about="a function calls a function (gcc -fcallgraph-info), without weights; repeats are kept",
    ),
    # Python: packages.
    "env": Reader(
        suffixes=(),
        claims=sniff.marked(NEVER),
        entry="graphdiff.readers.environment:read_environment",
        options=frozenset({"extras"}),
        about="a distribution depends on one that is installed, without weights; repeats are one edge",
        prefix="env:",
    ),
    "pip-inspect": Reader(
        suffixes=(".json",),
        claims=sniff.marked(rb'\A\s*\{\s*"version"\s*:\s*"[^"]*"\s*,\s*"pip_version"'),
        entry="graphdiff.readers.pip_inspect:read_pip_inspect",
        options=frozenset({"extras"}),
        about="a distribution depends on one that is installed, without weights; repeats are one edge",
    ),
    "pipdeptree": Reader(
        suffixes=(".json",),
        claims=sniff.marked(rb'\A\s*\[\s*\{\s*("package"\s*:\s*\{\s*)?"key"\s*:', rb'"package_name"\s*:'),
        entry="graphdiff.readers.pipdeptree:read_pipdeptree",
        options=frozenset(),
        about="a distribution depends on another, without weights; repeats are one edge",
    ),
    "uv": Reader(
        suffixes=("uv.lock",),
        claims=sniff.marked(
            rb"\Aversion = \d+$", rb"^requires-python = |^source = \{ (registry|virtual|editable|git) = "
        ),
        entry="graphdiff.readers.uv_lock:read_uv_lock",
        options=frozenset({"extras", "markers", "groups"}),
        about="a package depends on another in some environment, without weights; repeats are one edge",
    ),
    "poetry": Reader(
        suffixes=("poetry.lock",),
        claims=sniff.marked(rb"^\[\[package\]\]$", rb'^python-versions = "'),
        entry="graphdiff.readers.poetry_lock:read_poetry_lock",
        options=frozenset({"extras", "markers", "groups"}),
        about="a package depends on another in some environment, without weights; repeats are one edge",
    ),
    "pdm": Reader(
        suffixes=("pdm.lock",),
        claims=sniff.marked(rb"^\[\[package\]\]$", rb'^requires_python = "|^lock_version = "'),
        entry="graphdiff.readers.pdm_lock:read_pdm_lock",
        options=frozenset({"extras", "markers", "groups"}),
        about="a package depends on another in some environment, without weights; repeats are one edge",
    ),
    "pylock": Reader(
        suffixes=("pylock.toml",),
        claims=sniff.marked(rb'^lock-version = "', rb'^created-by = "'),
        entry="graphdiff.readers.pylock:read_pylock",
        options=frozenset({"markers"}),
        about="a package depends on another, where the file says so, without weights; repeats are one edge",
    ),
    # Python: imports.
    "imports": Reader(
        suffixes=(),
        claims=sniff.marked(NEVER),
        entry="graphdiff.readers.import_graph:read_imports",
        options=frozenset({"times"}),
        about="a module imports another of its package; repeats are one edge, which counts its statements",
        prefix="imports:",
    ),
    "grimp": Reader(
        suffixes=(".json",),
        claims=sniff.marked(rb'\A\s*\{\s*"tool"\s*:\s*"grimp'),
        entry="graphdiff.readers.import_graph:read_grimp",
        options=frozenset({"times"}),
        about="a module imports another of its package; repeats are one edge, which counts its statements",
    ),
    "pydeps": Reader(
        suffixes=(".json",),
        claims=sniff.marked(rb'\A\s*\{\s*"[^"]*"\s*:\s*\{', rb'"bacon"\s*:\s*\d'),
        entry="graphdiff.readers.pydeps:read_pydeps",
        options=frozenset(),
        about="a module imports another, without weights; repeats are one edge",
    ),
    "importtime": Reader(
        suffixes=(".importtime",),
        claims=sniff.marked(rb"^import time: +(self \[us\]|\d+) +\| "),
        entry="graphdiff.readers.import_times:read_import_times",
        options=frozenset(),
        about="a module was the first to import another, without weights; there are no repeats",
    ),
    # -- packages of JavaScript, Rust, Go and Java; what needs the same twice in one kind is one edge
    "npm-lock": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "npm-lock"),
        entry="graphdiff.readers.npm_lock:read_npm_lock",
        options=frozenset({"kinds"}),
        about="package-lock.json: a package depends on a package, without weights; repeats are one edge a kind",
    ),
    "npm-ls": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "npm-ls"),
        entry="graphdiff.readers.npm_ls:read_npm_ls",
        options=frozenset(),
        about="npm ls --json: a package depends on a package, without weights; repeats are one edge",
    ),
    "pnpm": Reader(
        suffixes=("pnpm-lock.yaml",),
        claims=partial(is_marked, "pnpm"),
        entry="graphdiff.readers.pnpm:read_pnpm",
        options=frozenset({"kinds"}),
        about="pnpm-lock.yaml: a package depends on a package, without weights; repeats are one edge a kind",
    ),
    "yarn": Reader(
        suffixes=("yarn.lock",),
        claims=partial(is_marked, "yarn"),
        entry="graphdiff.readers.yarn_classic:read_yarn_classic",
        options=frozenset({"kinds"}),
        about="yarn.lock, version 1: a package depends on a package, without weights; repeats are one edge a kind",
    ),
    "yarn-berry": Reader(
        suffixes=("yarn.lock",),
        claims=partial(is_marked, "yarn-berry"),
        entry="graphdiff.readers.yarn_berry:read_yarn_berry",
        options=frozenset({"kinds"}),
        about="yarn.lock since version 2: a package depends on a package, without weights; repeats are one edge a kind",
    ),
    "dependency-cruiser": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "dependency-cruiser"),
        entry="graphdiff.readers.dependency_cruiser:read_dependency_cruiser",
        options=frozenset(),
        about="dependency-cruiser's JSON: a module imports a module, without weights; repeats are one edge",
    ),
    "cargo-metadata": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "cargo-metadata"),
        entry="graphdiff.readers.cargo_metadata:read_cargo_metadata",
        options=frozenset({"kinds"}),
        about="cargo metadata: a package depends on a package, without weights; repeats are one edge a kind",
    ),
    "cargo-lock": Reader(
        suffixes=("cargo.lock",),
        claims=partial(is_marked, "cargo-lock"),
        entry="graphdiff.readers.cargo_lock:read_cargo_lock",
        options=frozenset(),
        about="Cargo.lock: a package depends on a package, without weights; repeats are one edge",
    ),
    "go-mod-graph": Reader(
        suffixes=(),
        claims=sniff.is_go_mod_graph,
        entry="graphdiff.readers.go_modules:read_go_mod_graph",
        options=frozenset(),
        about="go mod graph: a module requires a module, without weights; repeats are one edge",
    ),
    "go-list": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "go-list"),
        entry="graphdiff.readers.go_list:read_go_list",
        options=frozenset(),
        about="go list -json: a package imports a package, without weights; repeats are one edge",
    ),
    "snyk": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "snyk"),
        entry="graphdiff.readers.snyk:read_snyk",
        options=frozenset(),
        about="Snyk's dep-graph: a package depends on a package, without weights; repeats are one edge",
    ),
    "maven": Reader(
        suffixes=(".dot", ".gv", ".graphml", ".tgf", ".json"),
        claims=partial(is_marked, "maven"),
        entry="graphdiff.readers.maven:read_maven",
        options=frozenset({"kinds"}),
        about="mvn dependency:tree (dot, graphml, tgf, json): an artifact depends on an artifact; repeats are one edge",
    ),
    "depgraph": Reader(
        suffixes=(".json",),
        claims=partial(is_marked, "depgraph"),
        entry="graphdiff.readers.depgraph:read_depgraph",
        options=frozenset(),
        about="depgraph-maven-plugin's JSON: an artifact depends on an artifact, without weights; repeats are one edge",
    ),
    "bazel": Reader(
        suffixes=(".dot", ".gv"),
        claims=partial(is_marked, "bazel"),
        entry="graphdiff.readers.bazel:read_bazel",
        options=frozenset(),
        about="bazel query --output=graph: a target depends on a target, without weights; repeats are one edge",
    ),
}


def read(
    path: PathOrFile, *, format: str | None = None, max_bytes: int = 2**31, **options: Any
) -> nx.DiGraph | nx.MultiDiGraph:
    """Read a graph from a file. No reader turns an edge round: the graph has the edges that the file has.

    Parameters
    ----------
    path : str, path-like or file object
        ``"-"`` is standard input; gzip, bzip2 and xz are decompressed on the way.
    format : str, optional
        A key of `READERS`; by default the file's suffix decides, then its content.
    max_bytes : int
        The largest content that is read, counted after decompression.
    **options
        What the format's reader takes: ``graph``, ``timeout``, ``max_memory`` (dot and the drawings of tools),
        ``columns`` (csv), ``alternatives`` (debian), ``kinds`` (debian, spdx, cmake, systemd, npm-lock, pnpm, yarn,
        yarn-berry, cargo-metadata, maven), ``extras``, ``markers``, ``groups`` (Python's packages), ``times``
        (imports).

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        With ``edge_meaning``, ``weight_meaning`` and ``format`` (a title) as graph attributes.

    Raises
    ------
    InputError
        The file cannot be opened or read.
    FormatError
        The file is empty, broken, or in none of the formats.
    GraphTypeError
        The graph in it is undirected.
    LimitError
        Reading it takes more than a stated limit.
    UsageError
        An unknown format, or an option that this format does not take.

    Examples
    --------
    >>> import io
    >>> graph = read(io.StringIO("digraph { a -> b [weight=2] }"))
    >>> list(graph.edges(data="weight")), graph.graph["format"]
    ([('a', 'b', 2)], 'DOT')
    """
    if format is not None and format not in READERS:
        raise UsageError(f"no format {format!r}; there are {', '.join(READERS)}")
    chosen = format or by_prefix(path)
    if chosen and READERS[chosen].prefix:
        name = str(path)
        data = name.removeprefix(READERS[chosen].prefix).encode("utf-8", "surrogateescape")
    else:
        name, data = load(path, max_bytes=max_bytes)
        chosen = chosen or _by_suffix(name, data) or _by_content(name, data, READERS)
    _check_options(chosen, options)
    module, _, function = READERS[chosen].entry.partition(":")
    graph: nx.DiGraph = getattr(importlib.import_module(module), function)(data, name=name, **options)
    return graph


def by_prefix(path: PathOrFile) -> str | None:
    """Return the format that a name with a prefix is in; None for the name of a file.

    Examples
    --------
    >>> by_prefix("env:.venv"), by_prefix("environment.dot")
    ('env', None)
    """
    prefixed = (key for key, reader in READERS.items() if reader.prefix and str(path).startswith(reader.prefix))
    return next(prefixed, None) if isinstance(path, str) else None


def _by_suffix(name: str, data: bytes) -> str | None:
    ending = PurePath(name).name.lower()
    for packed in PACKED_SUFFIXES:
        ending = ending.removesuffix(packed)
    fitting = [key for key, reader in READERS.items() if ending.endswith(reader.suffixes)]
    if len(fitting) < 2:
        return next(iter(fitting), None)
    # Where no claim decides, a generic format says best what is wrong with the file.
    generic = (key for key in fitting if READERS[key].generic)
    return _by_claims(name, data, fitting) or next(generic, None)


#: Files that no reader reads, by how they start: what they are, and what does.
ELSEWHERE = {
    b"PAR1": ("Parquet", "graphdiff.read_edges"),
    b"ARROW1": ("an Arrow file", "graphdiff.read_edges"),
    b"\xff\xff\xff\xff": ("an Arrow stream", "graphdiff.read_edges"),
    b"\x89gdiff\r\n": ("a saved graph", "graphdiff.CompiledGraph.load"),
}


def _by_content(name: str, data: bytes, keys: Collection[str]) -> str:
    """Return the one format that the content is in."""
    for magic, (title, function) in ELSEWHERE.items():
        if data.startswith(magic):
            raise FormatError(f"{name} is {title}; {function} opens it, in Python only")
    if chosen := _by_claims(name, data, keys):
        return chosen
    raise FormatError(f"{name} is in no format that is known; say format= one of {', '.join(READERS)}")


def _by_claims(name: str, data: bytes, keys: Collection[str]) -> str | None:
    head = text_of(data[:HEAD_BYTES]).encode("utf-8", "replace")
    claiming = [key for key in keys if READERS[key].claims(head)]
    specific = [key for key in claiming if not READERS[key].generic]
    if not specific and (why := refusal(head)):
        raise FormatError(f"{name}: {why}")
    if len(specific or claiming) > 1:
        raise FormatError(f"{name} looks like {' and like '.join(specific or claiming)}; say format= one of them")
    return next(iter(specific or claiming), None)


def _check_options(chosen: str, options: dict[str, Any]) -> None:
    for option in options.keys() - READERS[chosen].options:
        taking = [key for key, reader in READERS.items() if option in reader.options]
        where = f"it is for {', '.join(taking)}" if taking else "no format takes it"
        raise UsageError(f"format {chosen} takes no option {option!r}: {where}")
