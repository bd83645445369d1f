"""esbuild's metafile and webpack's statistics of one small project, as esbuild 0.28.2 and webpack 5.113 wrote them.

The sources are six modules and two packages: ``src/index.js`` imports ``debug``, ``./cart.js`` and, for esbuild,
``./style.css``, and loads ``./admin.js``; ``cart.js`` imports ``clsx`` and ``./price.js``; ``admin.js`` imports ``fs``
(external), ``./price.js`` and ``./cart.js``; ``style.css`` imports ``./colours.css`` and names ``./tea.svg``.
``esbuild src/index.js --bundle --splitting --format=esm --external:fs --loader:.svg=dataurl --metafile=meta.json``;
``webpack --json`` in the mode production, its folder renamed.
"""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from samples import DATA

import graphdiff as gd
from graphdiff.errors import FormatError, UnknownNodeError, UsageError
from graphdiff.graph.lookup import find_nodes
from graphdiff.io.read import claiming, read

ESBUILD, WEBPACK = DATA / "bundles/esbuild.meta.json", DATA / "bundles/webpack.stats.json"
#: What the sources say.
IMPORTS = {
    ("src/index.js", "node_modules/debug/src/browser.js"): "import-statement",
    ("src/index.js", "src/cart.js"): "import-statement",
    ("src/index.js", "src/admin.js"): "dynamic-import",
    ("src/cart.js", "node_modules/clsx/dist/clsx.mjs"): "import-statement",
    ("src/cart.js", "src/price.js"): "import-statement",
    ("src/admin.js", "fs"): "import-statement",
    ("src/admin.js", "src/price.js"): "import-statement",
    ("src/admin.js", "src/cart.js"): "import-statement",
    ("node_modules/debug/src/browser.js", "node_modules/debug/src/common.js"): "require-call",
    ("node_modules/debug/src/common.js", "node_modules/ms/index.js"): "require-call",
}
STYLES = {
    ("src/index.js", "src/style.css"): "import-statement",
    ("src/style.css", "src/colours.css"): "import-rule",
    ("src/style.css", "src/tea.svg"): "url-token",
}
#: What esbuild --analyze=verbose printed: what is in each output, how large, and who imports it.
ANALYSIS = """
  out/index.js ───────────────────────── 13.6kb ─ 100.0%
   ├ node_modules/debug/src/common.js ─── 5.8kb ── 42.7%
   │  └ node_modules/debug/src/browser.js
   │     └ src/index.js
   ├ node_modules/debug/src/browser.js ── 4.6kb ── 33.9%
   │  └ src/index.js
   ├ node_modules/ms/index.js ─────────── 2.8kb ── 20.7%
   │  └ node_modules/debug/src/common.js
   │     └ node_modules/debug/src/browser.js
   │        └ src/index.js
   └ src/index.js ─────────────────────── 178b ──── 1.3%
  out/chunk-JXFJOA3G.js ───────────────── 2.0kb ─ 100.0%
   ├ node_modules/clsx/dist/clsx.mjs ──── 487b ─── 23.4%
   │  └ src/cart.js
   │     └ src/admin.js
   ├ src/cart.js ───────────────────────── 58b ──── 2.8%
   │  └ src/admin.js
   └ src/price.js ──────────────────────── 37b ──── 1.8%
      └ src/admin.js
  out/admin-LWIQWMRW.js ───────────────── 188b ── 100.0%
   └ src/admin.js ──────────────────────── 96b ─── 51.1%
  out/index.css ───────────────────────── 186b ── 100.0%
   ├ src/style.css ────────────────────── 117b ─── 62.9%
   │  └ src/index.js
   └ src/colours.css ───────────────────── 26b ─── 14.0%
      └ src/style.css
         └ src/index.js
"""


def own_name(node: str) -> str:
    return re.sub(r'^external "(.*)"$', r"\1", node).removeprefix("./")


def metafile(inputs: dict[str, Any], outputs: dict[str, Any] | None = None) -> nx.DiGraph:
    return read(io.StringIO(json.dumps({"inputs": inputs, "outputs": outputs or {}})), format="esbuild")


def statistics(*modules: dict[str, Any], **options: str) -> nx.DiGraph:
    return read(io.StringIO(json.dumps({"modules": modules})), format="webpack", **options)


def module(name: str, *reasons: dict[str, Any], **said: Any) -> dict[str, Any]:
    return {"identifier": f"/{name}", "name": name, "reasons": list(reasons), **said}


def by(name: str | None, kind: str = "cjs require", **said: Any) -> dict[str, Any]:
    return {"moduleIdentifier": name and f"/{name}", "moduleName": name, "type": kind, **said}


def test_esbuild_has_the_imports_of_the_sources() -> None:
    graph = read(ESBUILD)
    assert {(u, v): kind for u, v, kind in graph.edges(data="kind")} == IMPORTS | STYLES
    assert graph.edges["src/cart.js", "src/price.js"]["module"] == "./price.js"
    assert graph.graph["edge_meaning"] == "imports"
    assert graph.graph["node_meaning"] == "modules"


def test_esbuild_has_the_sizes_and_importers_of_its_own_analysis() -> None:
    graph = read(ESBUILD)
    chain: list[str] = []
    for line in filter(None, ANALYSIS.splitlines()):
        blanks, name, size = re.fullmatch(r"([ ├│└]+)(\S+)(?: ─+ ([\d.]+k?b) .*)?", line).groups()  # type: ignore[union-attr]
        if len(blanks) > 2:
            depth = (len(blanks) - 5) // 3
            chain[depth:] = [name]
            assert depth == 0 or (name, chain[depth - 1]) in graph.edges
        if len(blanks) == 5:
            counted = graph.nodes[name]["size"]
            assert size == (f"{counted}b" if counted < 1024 else f"{counted / 1024:.1f}kb")
    assert graph.nodes["src/tea.svg"]["size"] == 0
    assert sum(size or 0 for _, size in graph.nodes(data="size")) == 2881 + 5934 + 4707 + 178 + 37 + 487 + 58 + 96 + 143


def test_a_module_of_esbuild_has_what_the_file_says() -> None:
    graph = read(ESBUILD)
    assert graph.nodes["node_modules/ms/index.js"] == {
        "file": "node_modules/ms/index.js", "package": "ms", "bytes": 3024, "size": 2881, "chunks": "out/index.js",
    }  # fmt: skip
    assert graph.nodes["fs"] == {"external": True}
    assert [node for node, root in graph.nodes(data="root") if root] == ["src/index.js"]


@pytest.mark.parametrize(("loaded", "roots"), [([], ["a", "b"]), (["b"], ["a"]), (["a", "b"], ["a", "b"])])
def test_entry_points_that_are_loaded_are_no_roots_unless_all_are(loaded: list[str], roots: list[str]) -> None:
    imports = {"a": [], "b": [], "c": [{"path": path, "kind": "dynamic-import"} for path in loaded]}
    inputs = {path: {"bytes": 1, "imports": listed} for path, listed in imports.items()}
    graph = metafile(inputs, {f"{path}.out": {"entryPoint": path} for path in "ab"})
    assert [node for node, root in graph.nodes(data="root") if root] == roots


def test_a_module_in_two_outputs_weighs_what_it_weighs_in_both() -> None:
    outputs = {path: {"inputs": {"a": {"bytesInOutput": size}}} for path, size in (("x.js", 3), ("y.js", 4))}
    graph = metafile({"a": {"bytes": 9, "imports": []}}, outputs)
    assert graph.nodes["a"] == {"file": "a", "bytes": 9, "size": 7, "chunks": "x.js, y.js"}


def test_only_what_the_file_calls_external_is() -> None:
    imports = [{"path": "fs", "kind": "require-call", "external": True}, {"path": "b", "kind": "require-call"}]
    assert dict(metafile({"a": {"bytes": 9, "imports": imports}}).nodes(data="external")) == {
        "a": None, "fs": True, "b": None,
    }  # fmt: skip


def test_without_outputs_no_size_is_made_up() -> None:
    assert "size" not in metafile({"a": {"bytes": 9, "imports": []}}).nodes["a"]


@pytest.mark.parametrize(
    ("path", "package"),
    [
        ("node_modules/@a/b/c.js", "@a/b"),
        ("node_modules/a/node_modules/b/c.js", "b"),
        ("node_modules/.pnpm/b@1.0.0/node_modules/b/c.js", "b"),
        (r"..\node_modules\@a\b\c.js", "@a/b"),
        ("src/node_modules.js", None),
    ],
)
def test_the_package_is_that_of_the_last_node_modules(path: str, package: str | None) -> None:
    assert metafile({path: {"bytes": 1, "imports": []}}).nodes[path].get("package") == package


def test_what_is_loaded_later_can_be_left_out() -> None:
    first = read(ESBUILD, omit="dynamic-import")
    assert set(first.edges) == {edge for edge in IMPORTS | STYLES if "src/admin.js" not in edge}
    assert first.graph["left_out"] == {"nodes": ["src/admin.js", "fs"], "by": {"omit": "dynamic-import"}}
    with pytest.raises(UsageError, match="no edge is of the kind 'dynamic'; there are import-statement, "):
        read(WEBPACK, kinds="dynamic")


@pytest.mark.parametrize("path", [ESBUILD, WEBPACK])
def test_what_would_go_with_a_module_is_counted_in_bytes(path: Any) -> None:
    graph = read(path)
    sizes = {own_name(node): size for node, size in graph.nodes(data="size")}
    row = next(
        row
        for row in gd.rank(graph, value="size", weight=None).to_dict()["nodes"]
        if "debug/src/browser.js" in row["node"]
    )
    common, ms = "node_modules/debug/src/common.js", "node_modules/ms/index.js"
    assert row["exclusive"] == 2
    assert row["gone_size"] == sizes[common] + sizes[ms] + sizes["node_modules/debug/src/browser.js"]


@pytest.mark.parametrize("path", [ESBUILD, WEBPACK])
def test_modules_are_grouped_by_package(path: Any) -> None:
    groups = gd.group(read(path), "package", weight=None)
    assert set(groups.edges) == {("(no package)", "debug"), ("(no package)", "clsx"), ("debug", "ms")}


@pytest.mark.parametrize("path", [ESBUILD, WEBPACK])
def test_why_says_what_goes_with_a_module(path: Any, run: Any) -> None:
    graph = read(path)
    sizes = {own_name(node): size for node, size in graph.nodes(data="size")}
    gone = ["node_modules/debug/src/browser.js", "node_modules/debug/src/common.js", "node_modules/ms/index.js"]
    node = next(node for node in graph if own_name(node) == gone[0])
    cost = json.loads(run("why", str(path), node, "-o", "json").out)["cost"]
    assert (cost["n_nodes"], cost["size"]) == (3, sum(sizes[one] for one in gone))
    assert {own_name(one) for one in cost["nodes"]} == set(gone)
    assert f"Without {node} 3 modules go, itself among them (" in run("why", str(path), node).out


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("debug", "2 nodes are of the package 'debug': all by '\\*/debug/\\*'"),
        ("ms", "1 node is of the package 'ms': all by '\\*/ms/\\*'"),
        ("m", "there are nodes such as"),
    ],
)
def test_a_package_is_no_node_and_how_its_modules_are_given_is_said(word: str, reason: str) -> None:
    with pytest.raises(UnknownNodeError, match=f"^no node '{word}'.*{reason}"):
        find_nodes(read(ESBUILD), word)


def test_the_pattern_that_is_said_gives_no_other_module() -> None:
    graph = read(ESBUILD)
    assert find_nodes(graph, "*/debug/*") == [
        node for node, package in graph.nodes(data="package") if package == "debug"
    ]
    graph.add_node("src/debug/own.js")
    with pytest.raises(UnknownNodeError, match="2 nodes are of the package 'debug': such as 'node_modules/debug/src/"):
        find_nodes(graph, "debug")


# -- webpack


def test_what_is_in_no_chunk_is_left_out_and_counted() -> None:
    """A barrel of which one module is used: webpack 5 lists it and all others as orphans."""
    used = module("used.js", by("index.js", "harmony import specifier"), by("barrel.js", "harmony export"), orphan=True)
    whole = module("index.js + 1 modules", orphan=False, chunks=["main"], modules=[
        module("index.js", by(None, "entry"), orphan=False, chunks=[]),
        used | {"orphan": False, "chunks": []},
    ])  # fmt: skip
    barrel = module("barrel.js", by("index.js", "harmony import", active=False), orphan=True, chunks=[])
    runtime = {
        "identifier": "webpack/runtime/x",
        "name": "webpack/runtime/x",
        "moduleType": "runtime",
        "chunks": ["main"],
    }
    unused = module("unused.js", by("barrel.js"), orphan=True, chunks=[])
    graph = statistics(whole, barrel, used, unused, runtime)
    assert list(graph.edges) == [("index.js", "used.js")]
    assert set(graph) == {"index.js", "used.js"}
    assert [line.partition(": ")[2] for line in graph.graph["warnings"]] == [
        "left out 2 modules in no chunk, so not in the bundle"
    ]


def test_webpack_has_the_imports_of_the_sources() -> None:
    graph = read(WEBPACK)
    assert {(own_name(u), own_name(v)): kind for u, v, kind in graph.edges(data="kind")} == IMPORTS
    assert graph.graph["edge_meaning"] == "imports"
    assert [node for node, root in graph.nodes(data="root") if root] == ["./src/index.js"]


def test_webpack_counts_the_bytes_of_the_sources_as_esbuild_does() -> None:
    sources = {node: size for node, size in read(ESBUILD).nodes(data="bytes") if size}
    sizes = {own_name(node): size for node, size in read(WEBPACK).nodes(data="size")}
    same = set(sources) & set(sizes) - {"src/index.js"}  # which has no style for webpack
    assert len(same) == 7
    assert {node: sizes[node] for node in same} == {node: sources[node] for node in same}


def test_a_module_of_webpack_has_what_the_file_says() -> None:
    graph = read(WEBPACK)
    # It is concatenated into ./src/cart.js, and so in the chunk of that.
    assert graph.nodes["./node_modules/clsx/dist/clsx.mjs"] == {
        "file": "./node_modules/clsx/dist/clsx.mjs", "package": "clsx", "size": 388, "type": "javascript/esm",
        "chunks": "shop",
    }  # fmt: skip
    assert graph.nodes['external "fs"']["external"] is True
    assert not any("webpack/runtime" in node for node in graph)


def test_imports_of_a_concatenation_are_those_of_the_modules_in_it() -> None:
    inner = [module("b.js", by("a.js + 1 modules", resolvedModuleIdentifier="/a.js")), module("a.js", size=5)]
    graph = statistics(
        module("a.js + 1 modules", by(None, "entry"), modules=inner, chunks=[7], size=9),
        module("c.js", by("a.js + 1 modules", resolvedModuleIdentifier="/b.js")),
        module("d.js", by("a.js + 1 modules")),  # webpack 4 does not say which of the two
    )
    assert set(graph.edges) == {("a.js", "b.js"), ("b.js", "c.js"), ("a.js", "d.js")}
    assert graph.nodes["a.js"] == {"size": 5, "chunks": "7", "root": True}
    assert graph.nodes["b.js"] == {"chunks": "7"}


def test_what_webpack_does_not_follow_and_what_is_no_import_makes_no_edge() -> None:
    graph = statistics(
        module("a.js", by(None, "entry"), by("a.js", "cjs self exports reference")),
        module("b.js", by("a.js", active=False), by("a.js", "harmony side effect evaluation", active=True)),
        module("c.js", by("a.js", active=False), {"moduleIdentifier": None, "explanation": "used as a library"}),
    )
    assert list(graph.edges(data="kind")) == [("a.js", "b.js", "import-statement")]


def test_several_ways_of_importing_are_one_edge_with_all_kinds() -> None:
    graph = statistics(
        module("a.js"), module("b.js", by("a.js", "import() eager"), by("a.js"), by("a.js", "new Worker()"))
    )
    assert list(graph.edges(data="kind")) == [("a.js", "b.js", "dynamic-import, require-call, new Worker()")]
    assert graph.number_of_edges() == 1


def test_modules_of_one_name_are_told_apart() -> None:
    one, other = {**module("a.js", by("b.js")), "identifier": "/a.js|server"}, module("a.js", by("b.js"))
    assert set(statistics(module("b.js"), one, other)) == {"b.js", "a.js@/a.js|server", "a.js@/a.js"}


def test_a_module_that_a_reason_names_and_the_file_leaves_out_is_a_node() -> None:
    assert list(statistics(module("a.js", by("node_modules/x/b.js"))).nodes(data="package")) == [
        ("a.js", None), ("node_modules/x/b.js", "x"),
    ]  # fmt: skip


def test_a_concatenation_that_names_itself_ends() -> None:
    loop = module(
        "a.js", modules=[module("b.js", by("c.js"), modules=[module("a.js", by("b.js"), modules=[module("d.js")])])]
    )
    assert set(statistics(loop, module("c.js", by("a.js")))) == {"c.js", "d.js"}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            {"modules": [{"identifier": "/a", "name": "a", "size": 3}]},
            "no module has reasons, which say what imports it",
        ),
        ({"modules": [module("a", size=-1)]}, r"modules\[0\]: expected a number of bytes, found '-1'"),
        ({"modules": [module("a", size=float("nan"))]}, "expected a number of bytes, found 'nan'"),
        ({"modules": [{"reasons": []}]}, r"modules\[0\] has no name"),
    ],
)
def test_what_is_wrong_is_said(document: dict[str, Any], said: str) -> None:
    for one in document["modules"]:
        one.get("reasons", []).extend([by("a")] if "size" in one else [])
    with pytest.raises(FormatError, match=said):
        read(io.StringIO(json.dumps(document)), format="webpack")


def test_a_metafile_without_inputs_is_refused() -> None:
    with pytest.raises(FormatError, match="no module in it"):
        metafile({})


@pytest.mark.parametrize(
    ("document", "format"),
    [
        ({"inputs": {"a.css": {"bytes": 1, "imports": []}}, "outputs": {"out.css": {}}}, "esbuild"),
        ({"inputs": {"a.js": {"imports": [{"path": "b.js"}], "bytes": 1}}, "outputs": {}}, "esbuild"),
        ({"version": "5", "modules": [{"name": "./a.js", "orphan": False, "reasons": []}], "chunks": []}, "webpack"),
        ({"hash": "a", "modules": [{"identifier": "/a.js"}], "children": [{"chunks": []}], "assets": []}, "webpack"),
    ],
)
def test_documents_in_another_order_are_claimed_too(document: dict[str, Any], format: str) -> None:
    assert claiming(json.dumps(document).encode()) == [format]


@pytest.mark.parametrize(("file", "edges"), [("05.json", 3), ("13.json", 1)])
def test_what_was_reported_is_read(file: str, edges: int, shared_data: Path) -> None:
    graph = read(shared_data / "reported" / file)
    assert graph.number_of_edges() == edges
    if file == "05.json":
        assert gd.count_paths(graph, "src/main.js", "src/b.js") == 2
