"""The same fact has the same name in every format: the one list of the attributes that readers set."""

from __future__ import annotations

import io
from pathlib import Path

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import FormatError, GraphTypeError
from graphdiff.io.formats import READERS
from graphdiff.io.read import read

ROOT = Path(__file__).parents[2]
PACKAGE = Path(gd.__file__).parent
SAMPLES = sorted(path for path in (ROOT / "tests/data").glob("*/*") if path.is_file())
#: These have the attributes that their file has; Pajek's are the parameters of its lines, GEXF's are the user's own.
OWN = {"saved graph", "CSV edge list", "DOT", "GEXF", "GraphML", "Pajek", "adjacency JSON", "node-link JSON"}

NODES = {
    # of packages
    "name": "as written, where the id is normalised or has a version",
    "version": "",
    "root": "True: what the file is about",
    "licence": "an SPDX expression or a name",
    "purl": "the package URL",
    "size": "in bytes, of a module or package; of Debian's installed, of esbuild's in the outputs",
    "source": "the registry or repository it comes from, as kind+URL",
    "path": "its folder in the workspace",
    "marker": "where it is there at all",
    "groups": "the dependency groups it belongs to",
    "scopes": "Maven's scopes it belongs to",
    "scope": "CycloneDX: required, optional, excluded",
    "type": "package, file, library, jar, ...",
    "section": "Debian: net, libs, ...",
    "priority": "Debian: required, important, ...",
    "architecture": "Debian: amd64, all, ...",
    "deprecated": "why it should not be used",
    "requested": "by the user",
    "missing": "True: not installed",
    "dev": "True: for development only",
    "optional": "True: only as an optional one",
    "peer": "True: only as a peer",
    "bundled": "True: in its parent's archive",
    "extraneous": "True: nothing asks for it",
    "invalid": "True: not what was asked for",
    "tags": "nx: as the settings of a project have them",
    # of modules and functions
    "file": "where its source is",
    "package": "bundlers: that under node_modules which a module lies in",
    "external": "True: not in the bundle",
    "chunks": "bundlers: the outputs or chunks that a module is in",
    "bytes": "esbuild: those of the source, where size is in the outputs",
    "import_time": "in microseconds",
    "cumulative": "import time with what it imports",
    "bacon": "the number of imports from the package itself",
    "module": "Go: the module that a package belongs to",
    "types": "dependency-cruiser: core, npm, ...; Maven: jar, ...",
    "rules": "dependency-cruiser: those that it breaks",
    "instability": "dependency-cruiser: the part of its ties that lead out",
    "standard": "of Go's standard library",
    "deponly": "not named on the command line of go list",
    "orphan": "imports nothing and is not imported",
    "coreModule": "of Node.js",
    "couldNotResolve": "not found",
    "stack": "in bytes",
    "title": "the compiler's name of a function; what reports call a node of an attribution graph",
    "code": "of a basic block",
    # of targets and resources
    "label": "what is shown of it",
    "alias": "another name of a target",
    "layer": "dbt: the folder of a model; of an attribution graph an int, or E of tokens",
    "materialized": "dbt: table, view, ...",
    "original_file_path": "dbt",
    "package_name": "dbt",
    "resource_type": "dbt",
    # of an attribution graph
    "kind": "token, feature, error, logit, bias",
    "position": "in the prompt",
    "token": "the text there, of a logit that which it stands for",
    "feature": "the index in its dictionary",
    "vocabulary": "the number of a token",
    "feature_type": "as the file calls the kind",
    "clerp": "what people call a feature",
    "activation": "of a feature",
    "cumulative_influence": "the file's influence: the part that nodes at least as influential have",
    "probability": "of a logit",
    "leaf": "what a logit counts where all are meant",
    "supernode": "the group that users put it into",
    "pinned": "True: users did",
    "qk_tracing_results": "as JSON",
    # of functions of a profile
    "line": "where the function begins",
    "class": "the one that the function is a method of",
    "self": "what it cost by itself",
    "inclusive": "what it cost with all that it called",
    "calls": "how often it was called",
    "primitive_calls": "without those that a call of itself led to",
}
EDGES = {
    "kind": "what it is needed for",
    "clause": "the versions that would do, as written",
    "extra": "the extra that brings it",
    "group": "the dependency group that brings it",
    "marker": "where it holds",
    "optional": "True: it may be missing",
    "alias": "the name under which it is installed",
    "scope": "SPDX 3: in which part of a life cycle",
    "omitted": "Maven: conflict, duplicate, cycle",
    "resolution": "depgraph: the same in the plugin's words",
    "statements": "the number of import statements",
    "lines": "file, line and statement of each",
    "module": "what the import says",
    "types": "dependency-cruiser's types of it",
    "rules": "dependency-cruiser: those that it breaks",
    "dynamic": "True",
    "circular": "True",
    "couldNotResolve": "True",
    "site": "where the call stands",
    "cycle": "True: Terraform drew it as part of one",
    "label": "what is shown of it",
    "weight": "of an attribution graph: by how much, and which way, the tail moves the head",
    # of calls in a profile
    "cost": "what they cost with all that they called",
    "self": "what the function that is called cost by itself in them",
    "calls": "how many there were",
    "primitive_calls": "without those that a call of the same function led to",
}


def found() -> list[nx.DiGraph]:
    graphs = []
    for path in SAMPLES:
        try:
            graphs.append(read(path))
        except (FormatError, GraphTypeError):  # Samples of what is refused.
            continue
    # The columns of path models are their tool's.
    own = (
        "CSV",
        "networkx",
        "GML",
        *(f"{tool} path" for tool in ("lavaan", "semopy", "OpenMx", "piecewiseSEM", "JASP")),
    )
    return [graph for graph in graphs if graph.graph["format"] not in OWN and not graph.graph["format"].startswith(own)]


def test_every_attribute_in_the_samples_is_listed() -> None:
    graphs = found()
    assert len(graphs) > 30, "most formats have a sample"
    for graph in graphs:
        title = graph.graph["format"]
        assert {key for _, said in graph.nodes(data=True) for key in said} <= NODES.keys(), title
        assert {key for _, _, said in graph.edges(data=True) for key in said} <= EDGES.keys(), title


@pytest.mark.parametrize("table", [NODES, EDGES])
def test_every_listed_attribute_stands_in_a_reader(table: dict[str, str]) -> None:
    files = [path for room in ("io", "profiles") for path in (PACKAGE / room).rglob("*.py")]
    text = "".join(path.read_text(encoding="utf-8") for path in files).lower()
    assert [key for key in table if f'"{key.lower()}"' not in text and f"{key.lower()}=" not in text] == []


def test_every_generic_format_is_among_those_with_attributes_of_their_own() -> None:
    assert {key for key, reader in READERS.items() if reader.generic} == {"csv", "dot", "graphml", "json"}


#: Of each format a small file, a node of it, and what the file says of that beside name and version.
SAID = {
    "debian": (
        "Package: ssh\nInstalled-Size: 1930\nSection: net\nPriority: optional\nArchitecture: amd64\n",
        "ssh",
        {"size": 1930 * 1024, "section": "net", "priority": "optional", "architecture": "amd64"},
    ),
    "npm-lock": (
        """{"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": {"version": "1", "deprecated": "use b"}}}""",
        "a",
        {"deprecated": "use b"},
    ),
    "uv": (
        """version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "https://index.example" }\n""",
        "a",
        {"source": "registry+https://index.example"},
    ),
    "poetry": (
        """[[package]]\nname = "a"\nversion = "1"\ngroups = ["main", "dev"]\n[package.markers]
main = "os_name == 'nt'"\ndev = "python_version < '3.12'"\n[package.source]\ntype = "git"\nurl = "https://x/a"\n""",
        "a",
        {
            "groups": "main,dev",
            "marker": "os_name == 'nt' or python_version < '3.12'",
            "source": "git+https://x/a",
        },
    ),
    "pdm": (
        """[[package]]\nname = "a"\nversion = "1"\ngroups = ["default"]\nmarker = "os_name == 'nt'"\n""",
        "a",
        {"groups": "default", "marker": 'os_name == "nt"'},
    ),
    "cargo-metadata": (
        """{"packages": [{"id": "a", "name": "a", "version": "1", "manifest_path": "C:\\\\src\\\\a\\\\Cargo.toml"}],
        "workspace_root": "C:\\\\src", "workspace_members": ["a"], "resolve": {"nodes": []}}""",
        "a",
        {"path": "a", "root": True},
    ),
    "dependency-cruiser": (
        """{"modules": [{"source": "fs", "coreModule": true, "dependencyTypes": ["core"]}]}""",
        "fs",
        {"types": "core", "coreModule": True},
    ),
    "go-list": (
        """{"ImportPath": "x/a", "Dir": "/src/a", "Module": {"Path": "x", "Version": "v1.2.0"}, "DepOnly": true}""",
        "x/a",
        {"file": "/src/a", "module": "x", "deponly": True},
    ),
}


@pytest.mark.parametrize("format", SAID)
def test_a_node_keeps_what_the_file_says(format: str) -> None:
    text, node, said = SAID[format]
    kept = read(io.StringIO(text), format=format).nodes[node]
    assert {key: value for key, value in kept.items() if key not in ("name", "version")} == said


def test_pnpm_keeps_why_a_package_is_deprecated() -> None:
    pytest.importorskip("yaml")
    text = "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    deprecated: use b\nsnapshots:\n  a@1.0.0: {}\n"
    assert read(io.StringIO(text), format="pnpm").nodes["a"]["deprecated"] == "use b"


#: Of each format of packages the sample: what its edges say of a need, and what its nodes say beside name and version.
WORDS = {
    "bun/bun.lock": ("clause kind optional", "marker root"),
    "conan/info.json": ("clause kind", "licence root"),
    "conda/conda-lock.yml": ("clause marker", "groups marker"),
    "debian/small.Packages": ("clause kind", ""),
    "go/mod-graph.txt": ("clause", "root"),
    "gradle/dependencies.txt": ("clause kind", "root"),
    "java/tree.dot": ("kind", "root"),
    "npm/ls-long.json": ("clause kind optional", "licence root"),
    "npm/package-lock.json": ("clause kind optional", "licence root"),
    "nuget/packages.lock.json": ("clause marker", "root"),
    "nuget/project.assets.json": ("clause marker", "root"),
    "nx/graph.json": ("kind", ""),
    "php/composer.lock": ("clause kind", "licence"),
    "pixi/pixi.lock": ("clause extra kind marker optional", "licence marker size"),
    "pnpm/ls.json": ("kind optional", "root"),
    "pnpm/v9.yaml": ("clause kind optional", "marker root"),
    "python/inspect.json": ("clause extra kind marker optional", "licence"),
    "python/pdm.lock": ("clause kind", "groups marker"),
    "python/pipdeptree.json": ("clause extra kind optional", ""),
    "python/poetry.lock": ("clause kind marker", "groups marker"),
    "python/report.json": ("clause extra kind marker optional", "licence root"),
    "python/uv.lock": ("extra kind marker optional", "root size"),
    "ruby/Gemfile.lock": ("clause marker", "root"),
    "rust/Cargo.lock": ("", "root"),
    "rust/metadata.json": ("clause kind marker optional", "licence root"),
    "sbom/app.cdx.json": ("", "licence root"),
    "sbom/app.spdx.json": ("kind optional", "licence root"),
    "yarn/berry.lock": ("clause kind optional", "marker root"),
    "yarn/classic.lock": ("clause kind optional", ""),
}


@pytest.mark.parametrize(("file", "words"), WORDS.items(), ids=WORDS)
def test_what_each_format_says_of_needs_and_packages(file: str, words: tuple[str, str]) -> None:
    if file.endswith(("lock.yml", "pixi.lock", "v9.yaml", "berry.lock")):
        pytest.importorskip("yaml")
    graph = read(ROOT / "tests/data" / file)
    edges = {key for _, _, said in graph.edges(data=True) for key in said}
    nodes = {key for _, said in graph.nodes(data=True) for key in said}
    assert " ".join(sorted(edges & {"clause", "kind", "extra", "marker", "optional"})) == words[0]
    assert " ".join(sorted(nodes & {"licence", "size", "root", "marker", "groups"})) == words[1]
