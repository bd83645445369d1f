"""Which edges are read, by their kind: those that ``kinds`` names, and all others than those to ``omit``."""

from __future__ import annotations

import io
import json
from pathlib import Path

import networkx as nx
import pytest
from conftest import Run
from samples import DATA, SAMPLES

import graphdiff as gd
from graphdiff.errors import UnknownNodeError, UsageError
from graphdiff.io.building import chosen_kinds
from graphdiff.io.formats import READERS
from graphdiff.io.read import read

#: Without --long npm ls says no kinds.
FILES = [file for file, key in SAMPLES.items() if "kinds" in READERS[key].takes and file != "npm/ls.json"]
#: Those of Gradle's sample; an edge does not name them where it stands in all.
CONFIGURATIONS = ["compileClasspath", "default", "runtimeClasspath", "testCompileClasspath", "testRuntimeClasspath"]
LOCK = str(DATA / "npm/package-lock.json")


def kinds_in(graph: nx.DiGraph) -> list[str]:
    kinds = (kind.split(", ") for *_, kind in graph.edges(data="kind", default=""))
    return sorted({one for listed in kinds for one in listed if one})


@pytest.mark.parametrize("file", FILES)
def test_what_is_left_is_what_all_other_kinds_bring(file: str) -> None:
    there = CONFIGURATIONS if SAMPLES[file] == "gradle" else kinds_in(read(DATA / file))
    assert there
    for kind in there:
        others = [other for other in there if other != kind]
        if others:
            left, named = read(DATA / file, omit=kind), read(DATA / file, kinds=others)
            assert list(left.nodes) == list(named.nodes)
            assert list(left.edges(data=True)) == list(named.edges(data=True))
            assert kind not in kinds_in(left)


def test_every_format_with_kinds_has_a_sample() -> None:
    formats = {key for key, row in READERS.items() if "kinds" in row.takes}
    assert formats - {SAMPLES[file] for file in FILES} == {"imports"}  # which is no file


def test_imports_for_type_checking_are_omitted() -> None:
    left, named = read("imports:graphdiff", omit="type-checking"), read("imports:graphdiff", kinds="runtime,local")
    assert set(left.edges) == set(named.edges)
    assert kinds_in(left) == ["local", "runtime"]
    assert "not_run" not in left.graph


def test_what_is_not_read_otherwise_is_not_read_because_another_kind_is_omitted() -> None:
    text = b"Package: a\nDepends: b\nPre-Depends: d\nRecommends: c\n\nPackage: b\n\nPackage: c\n\nPackage: d\n"
    files = {kind: read(io.BytesIO(text), omit=kind) for kind in ("depends", "Pre-Depends", "Recommends")}
    assert {kind: list(graph.edges) for kind, graph in files.items()} == {
        "depends": [("a", "d")],
        "Pre-Depends": [("a", "b")],
        "Recommends": [("a", "b"), ("a", "d")],
    }
    everything = read(io.BytesIO(text), kinds="all", omit=["Recommends", "Depends"])
    assert list(everything.edges) == [("a", "d")]


def test_edges_and_nodes_of_no_kind_stay() -> None:
    text = b'digraph systemd { "x.service" -> "y.target"; "x.service" -> "z.target" [color="green"]; "alone.mount" }'
    graph = read(io.BytesIO(text), format="systemd")
    unknown = next(kind for kind in kinds_in(graph) if kind != "After")
    left = read(io.BytesIO(text), format="systemd", omit="After")
    assert list(left.edges(data="kind")) == [("x.service", "y.target", unknown)]
    assert list(left) == ["x.service", "y.target", "alone.mount"]
    assert left.graph["left_out"] == {"nodes": ["z.target"], "by": {"omit": "After"}}
    tree = {"groupId": "g", "artifactId": "a", "version": "1", "type": "jar", "scope": "", "classifier": "",
            "optional": "false", "children": []}  # fmt: skip
    needs = [{**tree, "artifactId": "b", "scope": "test"}, {**tree, "artifactId": "c"}]
    pom = io.BytesIO(json.dumps({**tree, "children": needs}).encode())
    assert list(read(pom, format="maven", omit="test").edges) == [("g:a", "g:c")]


def test_a_node_is_said_to_be_left_out_by_what_omitted_it(run: Run) -> None:
    done = run("why", LOCK, "app", "test", "--omit", "dev", "--omit", "peer")
    assert (done.status, done.err.splitlines()[-1]) == (2, "graphdiff: no node 'test': left out by --omit dev,peer")
    kinds = ["--kind", "normal", "--kind", "dev", "--omit", "dev"]
    assert "left out by --kind normal,dev and --omit dev\n" in run("why", LOCK, "app", "test", *kinds).err
    with pytest.raises(UnknownNodeError, match=r"^no node 'test': left out by omit=\"dev\"$"):
        gd.count_paths(read(LOCK, omit="dev"), "app", "test")


def test_what_a_bill_never_reads_is_not_left_out_by_what_is_omitted() -> None:
    tags = b"SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-1\nPackageName: b\nSPDXID: SPDXRef-2\n"
    tags += b"FileName: x.c\nSPDXID: SPDXRef-3\nFileName: y.c\nSPDXID: SPDXRef-4\n"
    tags += b"Relationship: SPDXRef-1 CONTAINS SPDXRef-3\nRelationship: SPDXRef-1 DEPENDS_ON SPDXRef-2\n"
    tags += b"Relationship: SPDXRef-1 DYNAMIC_LINK SPDXRef-4\n"
    graph = read(io.BytesIO(tags), omit="DYNAMIC_LINK")
    assert graph.graph["left_out"] == {"nodes": ["y.c"], "by": {"omit": "DYNAMIC_LINK"}}


@pytest.mark.parametrize(
    "options, status, told",
    [
        (["--omit", "nomal"], 2, "no edge is of the kind 'nomal'; there are normal, dev, optional, peer, workspace"),
        (["--kind", "dev", "--omit", "dev"], 2, "--omit dev leaves no kind of edges to read"),
        (["--omit", "all"], 2, "--omit all leaves no kind of edges to read"),
        (["--option", "omit=dev"], 2, "--option omit=dev: omit has an option of its own, --omit"),
    ],
)
def test_what_cannot_be_omitted_is_told(run: Run, options: list[str], status: int, told: str) -> None:
    assert run("rank", LOCK, *options) == (status, "", f"graphdiff: {told}\n")


def test_a_format_without_kinds_omits_none(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("source,target,kind\na,b,dev\n")
    done = run("rank", str(path), "--omit", "dev")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("graphdiff: format csv takes no option --omit: it is for debian, spdx, uv, poetry, ")


def test_kinds_are_named_and_omitted_together() -> None:
    known = ["normal", "dev", "peer"]
    assert chosen_kinds(["normal, DEV", "!dev"], known, default=()) == {"normal"}
    assert chosen_kinds(["all", "!dev"], known, default=()) == {"normal", "peer"}
    with pytest.raises(UsageError, match="no edge is of the kind 'x'; there are normal, dev, peer"):
        chosen_kinds(["!x"], known, default=known)
