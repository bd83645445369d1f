"""Every file of the shared data on dependencies is read, or refused with one line that says why."""

from __future__ import annotations

import gzip
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from graphdiff.errors import FormatError, GraphdiffError, GraphTypeError
from graphdiff.io.outline import outline
from graphdiff.io.read import read
from graphdiff.io.refused import refusal

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

# What is read: the title of the format, nodes and edges (parallel ones of several kinds counted each).
READ = {
    "js/dependency-cruiser-2022-07-17-focus-me.dot": ("DOT", 151, 240),
    "js/dependency-cruiser-2022-07-17-focus-me.json": ("dependency-cruiser", 356, 593),
    "js/dependency-cruiser.npm-ls-all.json": ("npm ls", 338, 491),
    "js/dependency-cruiser.package-lock.json": ("npm package-lock", 338, 491),
    "js/vuejs-core.pnpm-lock.yaml.gz": ("pnpm-lock", 638, 978),
    "js/webpack5-lib.depcruise.dot.gz": ("DOT", 1218, 4165),
    "js/webpack5-lib.depcruise.json.gz": ("dependency-cruiser", 1218, 4166),
    "rust/cargo-metadata.guppy_78cb7e8.json.gz": ("cargo metadata", 214, 518),
    "rust/cargo-metadata.libra.json.gz": ("cargo metadata", 515, 2183),
    "rust/cargo-metadata.metadata1.json": ("cargo metadata", 32, 46),
    "rust/cargo-metadata.metadata2.json": ("cargo metadata", 28, 41),
    "rust/cargo.Cargo.lock": ("Cargo.lock", 550, 1688),
    "rust/debian-cargo.Cargo.lock": ("Cargo.lock", 146, 313),
    "rust/debian-cargo.cargo-metadata.json.gz": ("cargo metadata", 146, 315),
    "rust/metadata_cycle1.json": ("cargo metadata", 2, 2),
    "rust/metadata_cycle2.json": ("cargo metadata", 4, 5),
    "rust/metadata_cycle_features.json": ("cargo metadata", 2, 2),
    "rust/metadata_dups.json": ("cargo metadata", 5, 4),
    "go/expected-gomodules-depgraph-no-purls.json": ("Snyk dep-graph", 14, 20),
    "go/expected-gomodules-depgraph.json": ("Snyk dep-graph", 14, 20),
    "go/expected-tree.json": ("Snyk dependency tree", 14, 20),
    "go/go-mod-graph.go-mod-graph-chart.txt": ("go mod graph", 108, 182),
    "go/go1.19-std.go-list.json.gz": ("go list", 241, 1643),
    "go/go1.19-std.imports.txt": ("CSV edge list, first row read as an edge", 236, 1643),
    "java/fossa-deptree.dot": ("Maven dependency tree", 6, 5),
    "java/fossa-multideptree.dot": ("Maven dependency tree", 8, 13),
    "java/mvn-tree-dot-verbose-conflict.txt": ("Maven dependency tree", 5, 5),
    "java/output-without-labels-with-env-var.txt": ("Maven dependency tree", 3, 2),
    "java/output-without-labels.txt": ("Maven dependency tree", 3, 2),
    "java/sample-dependency-tree-dot-with-metaversions.txt": ("Maven dependency tree", 16, 15),
}
TREE = "a tree for people, in which a tool may leave out what it has shown before; give the lock file"
REFUSED = {
    "js/dependency-cruiser.npm-ls-all.txt": TREE,
    "js/dependency-cruiser.package.json": "what a project asks for, and not what that rests on; give package-lock",
    "js/express-lib.depcruise.mmd": "Mermaid, which is only written",
    "rust/debian-cargo.Cargo.toml": "what a project asks for, and not what that rests on; give Cargo.lock",
    "rust/debian-cargo.cargo-tree.prefix-depth.txt": "a tree as a list of depths",
    "rust/debian-cargo.cargo-tree.*.txt": TREE,
    "rust/debian-cargo.cargo-tree.txt": TREE,
    "rust/debian-cargo.paths.truth.json": "neither node-link data",
    "go/expected-modgraph.json": "neither node-link data",
    "java/depgraph-maven-plugin/*.gml": 'the graph is undirected; write "directed 1"',
    "java/depgraph-maven-plugin/*.puml": "PlantUML, a picture",
    "java/depgraph-maven-plugin/*.txt": f"{TREE}|is in no format that is known",  # one line is no tree yet
    "*/README.md": "is in no format that is known",
    "java/LICENSE.depgraph-maven-plugin": "is in no format that is known",
}
# Of another chapter: bills of materials, and the truths themselves.
ELSEWHERE = ("js/dependency-cruiser.npm-sbom.*", "go/go1.19-std.transitive-deps-count.truth.txt")
FOLDERS = ("js", "rust", "go", "java", "java/depgraph-maven-plugin")
FILES = [
    file
    for folder in FOLDERS
    for path in sorted((SHARED_DATA / folder).glob("*"))
    if path.is_file()
    for file in [str(path.relative_to(SHARED_DATA))]
    if not any(Path(file).match(pattern) for pattern in ELSEWHERE)
]
SUFFIXES_READ_AS_DRAWN = {".dot": "DOT", ".json": "depgraph-maven-plugin"}


@pytest.mark.parametrize("file", FILES)
def test_each_file_is_read_or_refused_with_the_reason(file, shared_data):
    path = shared_data / file
    if file in READ:
        graph = read(path)
        assert (graph.graph["format"], len(graph), graph.number_of_edges()) == READ[file]
        return
    reasons = [reason for pattern, reason in REFUSED.items() if Path(file).match(pattern)]
    if reasons:
        with pytest.raises((FormatError, GraphTypeError), match=reasons[0]) as caught:
            read(path)
        assert "\n" not in str(caught.value)
        return
    # What is left is what depgraph-maven-plugin drew; `test_dot` and `test_java` count its nodes and edges.
    graph = read(path)
    assert graph.graph["format"] == SUFFIXES_READ_AS_DRAWN[path.suffix]
    assert graph.graph["edge_meaning"] == "depends on"
    assert len(graph) > 0


# Their nodes and edges are counted in the tests of their readers, each against what its README or truth says.
COUNTED_ELSEWHERE = [
    str(path.relative_to(SHARED_DATA))
    for folder in ("python", "sbom", "debian", "dbt", "cmake", "terraform", "systemd", "llvm")
    for path in sorted((SHARED_DATA / folder).rglob("*"))
    if path.is_file()
]


@pytest.mark.parametrize("file", COUNTED_ELSEWHERE)
def test_each_other_file_is_a_graph_or_one_line_that_says_why_not(file, shared_data):
    found = _outcome(shared_data / file)
    if isinstance(found, str):
        assert re.fullmatch(r".*[a-z]{3,} .*", found)  # one line, of words
        assert Path(file).name in found
    else:
        assert len(found) > 0


def _outcome(path):
    try:
        return read(path)
    except GraphdiffError as error:
        return str(error)


def test_there_are_files_to_be_read(shared_data):
    assert len(FILES) > 120
    assert set(READ) <= set(FILES)


@pytest.mark.parametrize("file", [file for file in FILES if file in READ])
def test_the_content_alone_says_the_format(file, shared_data, tmp_path):
    unnamed = tmp_path / "unnamed"
    unnamed.write_bytes((shared_data / file).read_bytes())
    assert read(unnamed).graph["format"] == READ[file][0]


def test_a_broken_file_whose_name_several_formats_share_is_refused_by_the_generic_one(tmp_path):
    for file, message in {"x.json": "broken JSON", "x.dot": "no graph in it", "x.graphml": "broken XML"}.items():
        (tmp_path / file).write_text("nothing of the kind")
        with pytest.raises(FormatError, match=message):
            read(tmp_path / file)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("app v1\n└── lib v2\n", TREE),
        ("app\n|   \\- lib\n", TREE),
        ("0app v1.0\n1lib v2.0\n", "a tree as a list of depths"),
        ('{"name": "x", "dependencies": {"a": "^1"}}', "what a project asks for"),
        ("[package]\nname = 'x'\n[dev-dependencies]\na = '1'", "what a project asks for"),
        ("flowchart LR\na --> b", "Mermaid"),
        ('{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "^1"}}}}', None),
        ('{"a": {"b": 1}}', None),
        ("a b\nb c", None),
        ("digraph { a -> b }", None),
        ("graph LR_ { a -- b }", None),
    ],
)
def test_reasons_to_refuse(text, reason):
    found = refusal(outline(text.encode()))
    assert found is None if reason is None else re.match(reason, found)


@pytest.mark.slow
def test_the_largest_files_are_answered_by_a_new_process_in_two_seconds(shared_data):
    for file in READ:
        content = (shared_data / file).read_bytes()
        content = gzip.decompress(content) if file.endswith(".gz") else content
        if len(content) < 100_000:
            continue
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "graphdiff", "diagnose", str(shared_data / file)], check=True, capture_output=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        # Of the processor, which other work on the machine does not change.
        assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2, file
