"""What a file says and a graph cannot hold is named: unmet needs, what options leave out, subjects of bills, copies."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.absences import Absences, absences_of
from graphdiff.errors import UnknownNodeError
from graphdiff.io.dbt import read_dbt
from graphdiff.io.debian import read_debian
from graphdiff.io.js.pnpm import read_pnpm
from graphdiff.io.js.yarn_classic import read_yarn_classic
from graphdiff.io.python.pipdeptree import read_pipdeptree
from graphdiff.io.read import read
from graphdiff.io.sbom.cyclonedx import read_cyclonedx

DATA = Path(__file__).parent.parent / "data"


# -- bun's yarn.lock


def test_what_bun_writes_in_yarns_format_has_workspaces_and_what_they_need_for_development(run: Run) -> None:
    graph = read(DATA / "yarn/bun.lock", format="yarn")
    assert sorted(graph.edges(data="kind")) == [
        ("@shop/web", "left", "normal"),
        ("@shop/web", "lint", "dev"),
        ("api", "left", "normal"),
        ("api", "lint", "dev"),
        ("api", "watch", "optional"),
        ("lint", "left", "normal"),
    ]
    assert graph.nodes["api"] == {"name": "api", "path": "packages/api"}
    assert sorted(read(DATA / "yarn/bun.lock", format="yarn", kinds="dev").edges) == [
        ("@shop/web", "lint"),
        ("api", "lint"),
    ]
    assert "rests on lint by 1 path" in run("why", str(DATA / "yarn/bun.lock"), "--format", "yarn", "api", "lint").out


def test_the_same_need_for_development_and_always_is_two_edges() -> None:
    lock = b'# yarn lockfile v1\n\na@a:\n  version "workspace:a"\n  resolved "workspace:a"\n'
    lock += b'  devDependencies:\n    b "1"\n  dependencies:\n    b "1"\n\nb@1:\n  version "1.0.0"\n'
    graph = read_yarn_classic(lock, name="yarn.lock")
    assert sorted(graph.edges(keys=True)) == [("a", "b", "dev"), ("a", "b", "normal")]


def test_yarn_says_that_it_cannot_tell_what_only_development_needs() -> None:
    said = "classic.lock: it does not say what only development needs, which is still there"
    for kinds in ({"omit": "dev"}, {"kinds": "normal"}):
        assert said in read(DATA / "yarn/classic.lock", **kinds).graph["warnings"][0]
        assert "warnings" not in read(DATA / "yarn/bun.lock", format="yarn", **kinds).graph
    assert "warnings" not in read(DATA / "yarn/classic.lock", omit="optional").graph


def test_titles_that_make_no_edge_are_said() -> None:
    lock = b'# yarn lockfile v1\n\na@1:\n  version "1.0.0"\n  engines:\n    node ">=4"\n    npm "3"\n'
    lock += b'  peerDependencies:\n    b "1"\n'
    graph = read_yarn_classic(lock, name="yarn.lock")
    told = "yarn.lock: no edges are made of what stands under engines (2), peerDependencies (1)"
    assert graph.graph["warnings"] == [told]


# -- CycloneDX's subject


def bill(**parts: Any) -> nx.DiGraph:
    return read_cyclonedx(json.dumps({"bomFormat": "CycloneDX", **parts}).encode(), name="x.json")


LIBS = [{"bom-ref": "a", "name": "a"}, {"bom-ref": "b", "name": "b", "components": [{"bom-ref": "c", "name": "c"}]}]
NEEDS = [{"ref": "a", "dependsOn": ["c"]}]
UNTOLD = (
    "x.json: the bill does not say what its subject 'shop' needs: there is no entry of it in the dependency section"
)


@pytest.mark.parametrize(
    "subject", [{"bom-ref": "1", "name": "shop"}, {"name": "shop"}, {"name": "shop", "version": "2"}]
)
def test_the_subject_without_an_entry_is_a_node_and_no_root(subject: dict[str, str]) -> None:
    graph = bill(metadata={"component": subject}, components=LIBS, dependencies=NEEDS)
    assert set(graph) == {"shop", "a", "b", "c"}
    assert list(graph.edges) == [("a", "c")]
    assert graph.graph["warnings"] == [UNTOLD]
    assert not any(root for _, root in graph.nodes(data="root"))  # else all would be said not to be reached


def test_an_entry_without_needs_says_that_the_subject_needs_nothing() -> None:
    subject = {"bom-ref": "1", "name": "shop"}
    graph = bill(metadata={"component": subject}, components=LIBS, dependencies=[{"ref": "1"}, *NEEDS])
    assert graph.nodes["shop"]["root"] is True
    assert "warnings" not in graph.graph


def test_the_subject_is_not_told_apart_from_the_component_that_it_is() -> None:
    shop = {"name": "shop", "version": "1", "purl": "pkg:npm/shop@1"}
    listed = [*LIBS, {**shop, "bom-ref": "9"}]
    graph = bill(metadata={"component": shop}, components=listed, dependencies=[{"ref": "9", "dependsOn": ["a"]}])
    assert set(graph) == {"shop", "a", "b", "c"}
    assert graph.nodes["shop"]["root"] is True


def test_the_subject_in_xml_with_its_parts() -> None:
    text = b"""<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><metadata><component type="application" bom-ref="s">
      <name>shop</name><components><component type="library" bom-ref="p"><name>part</name></component></components>
      </component></metadata><components><component bom-ref="a"><name>a</name></component></components>
      <dependencies><dependency ref="a"><dependency ref="p"/></dependency></dependencies></bom>"""
    graph = read_cyclonedx(text, name="x.json")
    assert set(graph) == {"shop", "part", "a"}
    assert list(graph.edges) == [("a", "part")]
    assert graph.graph["warnings"] == [UNTOLD]


# -- injected workspace packages of pnpm

INJECTED = """lockfileVersion: '{version}'
importers:
  apps/web:
    dependencies:
      '@m/ui': {{specifier: 'workspace:*', version: '{reference}'}}
      left: {{specifier: ^1.0.0, version: 1.0.0}}
  packages/ui:
    dependencies:
      left: {{specifier: ^1.0.0, version: 1.0.0}}
    devDependencies:
      lint: {{specifier: ^2.0.0, version: 2.0.0}}
packages:
  '{key}':
    resolution: {{directory: packages/ui, type: directory}}
    name: '@m/ui'
    peerDependencies: {{left: ^1.0.0}}
    dependencies: {{left: 1.0.0}}
  {left}: {{resolution: {{integrity: sha512-A}}}}
  {lint}: {{resolution: {{integrity: sha512-B}}}}
"""
VERSIONS = {
    "9": ("9.0", "file:packages/ui(left@1.0.0)", "@m/ui@file:packages/ui(left@1.0.0)", "left@1.0.0", "lint@2.0.0"),
    "6": ("6.0", "file:packages/ui(left@1.0.0)", "file:packages/ui(left@1.0.0)", "/left@1.0.0", "/lint@2.0.0"),
    "5": ("5.4", "file:packages/ui_left@1.0.0", "file:packages/ui_left@1.0.0", "/left/1.0.0", "/lint/2.0.0"),
}


@pytest.mark.parametrize("given", VERSIONS.values(), ids=VERSIONS)
def test_an_injected_package_of_the_workspace_is_its_project(given: tuple[str, ...]) -> None:
    text = INJECTED.format(**dict(zip(("version", "reference", "key", "left", "lint"), given, strict=True)))
    graph = read_pnpm(text.encode(), name="x.yaml")
    assert set(graph) == {"apps/web", "@m/ui", "left", "lint"}
    assert graph.nodes["@m/ui"] == {"name": "@m/ui", "path": "packages/ui", "root": True}
    assert sorted(graph.edges(data="kind")) == [
        ("@m/ui", "left", "normal"),  # once, though the copy has it as a peer
        ("@m/ui", "lint", "dev"),
        ("apps/web", "@m/ui", "normal"),
        ("apps/web", "left", "normal"),
    ]
    assert gd.count_paths(graph, "apps/web", "left") == 2
    assert graph.graph["unmet"] == {}


def test_what_a_project_needs_for_development_and_as_a_peer_is_needed_twice() -> None:
    text = INJECTED.format(**dict(zip(("version", "reference", "key", "left", "lint"), VERSIONS["9"], strict=True)))
    text = text.replace("lint: {specifier", "left: {specifier: ^1.0.0, version: 1.0.0}\n      lint: {specifier")
    text = text.replace(
        "  packages/ui:\n    dependencies:\n      left: {specifier: ^1.0.0, version: 1.0.0}\n", "  packages/ui:\n"
    )
    graph = read_pnpm(text.encode(), name="x.yaml")
    assert sorted(kind for *_, kind in graph.edges(["@m/ui"], keys=True)) == ["dev", "dev", "peer"]


def test_a_folder_outside_of_the_workspace_stays_a_package() -> None:
    text = "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      x: {version: file:../x}\n"
    text += (
        "packages:\n  x@file:../x: {resolution: {directory: ../x, type: directory}}\nsnapshots:\n  x@file:../x: {}\n"
    )
    assert list(read_pnpm(text.encode(), name="x.yaml").edges) == [(".", "x")]


def test_a_project_is_found_by_its_folder(run: Run, tmp_path: Path) -> None:
    text = INJECTED.format(**dict(zip(("version", "reference", "key", "left", "lint"), VERSIONS["9"], strict=True)))
    (tmp_path / "pnpm-lock.yaml").write_text(text)
    out = run("why", str(tmp_path / "pnpm-lock.yaml"), "apps/web", "packages/ui").out
    assert "apps/web rests on @m/ui by 1 path" in out


# -- dbt


def test_parents_of_other_projects_are_left_out_and_named(run: Run, tmp_path: Path) -> None:
    parents = {
        "model.a.x": ["model.b.far", "source.a.raw"],
        "exposure.a.y": ["model.a.x", "model.b.far"],
        "source.a.raw": [],
    }
    manifest = {
        "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json"},
        "parent_map": parents,
    }
    graph = read_dbt(json.dumps(manifest).encode(), name="m")
    assert set(graph) == set(parents)
    assert graph.graph["unmet"] == {"model.b.far": ["model.a.x", "exposure.a.y"]}
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest))
    done = run("why", str(path), "exposure.a.y", "source.a.raw")
    assert "rests on source.a.raw by 1 path" in done.out
    assert done.err == (
        f"graphdiff: {path}: left out 2 dependencies on resources that are not in the manifest: "
        "'model.b.far' (required by 'model.a.x', 'exposure.a.y')\n"
    )
    with pytest.raises(
        UnknownNodeError, match=r"'model\.b\.far': required by 'model\.a\.x', 'exposure\.a\.y', but not in the m"
    ):
        gd.count_paths(graph, "exposure.a.y", "model.b.far")


# -- what is needed and not there


def test_unmet_needs_are_named_on_standard_error_and_all_of_them_in_json(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "Packages"
    path.write_text(
        "Package: a\nDepends: b, "
        + ", ".join(f"no{place} (>= 1) | other{place}" for place in range(5))
        + "\n\nPackage: b\n"
    )
    done = run("why", str(path), "a", "b", "-o", "json")
    unmet = json.loads(done.out)["graph"]["unmet"]
    assert unmet == [{"name": f"no{place} (>= 1) | other{place}", "required_by": ["a"]} for place in range(5)]
    assert done.err == (
        f"graphdiff: {path}: left out 5 dependencies on packages that are not in the file: 'no0 (>= 1) | other0' "
        "(required by 'a'), 'no1 (>= 1) | other1' (required by 'a'), 'no2 (>= 1) | other2' (required by 'a') "
        "and 2 more\n"
    )


@pytest.mark.parametrize("wanted", ["no", "other"])
def test_why_of_what_no_package_provides_says_who_requires_it(wanted: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "Packages"
    path.write_text("Package: a\nDepends: b, no:any (>= 1) | other\n\nPackage: b\nPre-Depends: no\n")
    done = run("why", str(path), "a", wanted)
    by = "'a', 'b'" if wanted == "no" else "'a'"
    assert done.err.endswith(f"graphdiff: no node {wanted!r}: required by {by}, but not in the file\n")
    assert done.status == 2


def pip(*installed: dict[str, Any]) -> bytes:
    return json.dumps(
        {"version": "1", "pip_version": "1", "environment": {}, "installed": [{"metadata": one} for one in installed]}
    ).encode()


def test_why_of_what_is_not_installed_says_who_requires_it(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "inspect.json"
    tails = [{"name": name, "version": "1", "requires_dist": ["gone>=2"]} for name in "abcde"]
    path.write_bytes(pip(*tails))
    done = run("why", str(path), "a", "gone")
    assert done.err.endswith("no node 'gone': required by 'a', 'b', 'c' and 2 more, but not installed\n")
    graph = read(path)
    assert graph.graph["unmet"] == {"gone": ["a", "b", "c", "d", "e"]}
    for ask in (lambda: gd.count_paths(graph, "a", "gone"), lambda: gd.forward(gd.compile(graph, weight=None), "gone")):
        with pytest.raises(
            UnknownNodeError, match=r"^no node 'gone': required by 'a', 'b', 'c' and 2 more, but not installed$"
        ):
            ask()
    with pytest.raises(UnknownNodeError, match=r"^no node 'nowhere'"):
        gd.forward(gd.compile(graph, weight=None), "nowhere")


def test_npm_ls_and_lock_files_name_what_is_missing(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "ls.json"
    path.write_text(
        '{"name": "app", "dependencies": {"a": {"version": "1.0.0"}, "gone": {"required": "1", "missing": true}}}'
    )
    assert run("why", str(path), "app", "gone").err.endswith("required by 'app', but not installed\n")
    lock = {"name": "app", "lockfileVersion": 3, "packages": {"": {"dependencies": {"gone": "1"}}}}
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    assert run("why", str(tmp_path / "package-lock.json"), "gone").err.endswith(
        "required by 'app', but not in the file\n"
    )


def test_pipdeptree_has_what_is_missing_as_a_node_and_says_so() -> None:
    text = b"""[{"package": {"key": "a", "package_name": "a", "installed_version": "1"}, "dependencies": [
        {"key": "b", "package_name": "b", "installed_version": "?", "required_version": ">1"}]}]"""
    graph = read_pipdeptree(text, name="x.json")
    assert graph.graph["warnings"] == ["x.json: required but not installed, and nodes all the same: 'b'"]


def test_a_debian_index_without_gaps_says_nothing() -> None:
    assert read_debian(b"Package: a\nDepends: b\n\nPackage: b\n", name="x").graph["unmet"] == {}
    assert absences_of({"unmet": {}}) is None


# -- what an option left out

LOCK = {
    "name": "app",
    "lockfileVersion": 3,
    "packages": {
        "": {"dependencies": {"a": "1"}, "devDependencies": {"lint": "1"}},
        "node_modules/a": {"version": "1.0.0"},
        "node_modules/lint": {"version": "1.0.0", "dependencies": {"x": "1"}},
        "node_modules/x": {"version": "1.0.0"},
        "node_modules/a/node_modules/y": {"version": "1.0.0", "dev": True},
        "node_modules/y": {"version": "2.0.0", "dev": True},
    },
}


def test_a_node_that_kinds_leave_out_is_said_to_be_left_out(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "package-lock.json"
    path.write_text(json.dumps(LOCK))
    done = run("why", str(path), "app", "x", "--kind", "normal")
    assert (done.err, done.status) == ("graphdiff: no node 'x': left out by --kind normal\n", 2)
    assert run("why", str(path), "app", "x", "--kind", "normal", "--kind", "peer").err == (
        "graphdiff: no node 'x': left out by --kind normal,peer\n"
    )
    assert (
        run("why", str(path), "app", "y", "--kind", "normal").err
        == "graphdiff: no node 'y': left out by --kind normal\n"
    )
    assert "no node 'zz'" in run("why", str(path), "app", "zz", "--kind", "normal").err
    assert "left out" not in run("why", str(path), "app", "zz", "--kind", "normal").err
    graph = read(path, kinds=["normal"])
    with pytest.raises(UnknownNodeError, match=r"^no node 'x': left out by kinds=\"normal\"$") as caught:
        gd.count_paths(graph, "app", "x")
    assert caught.value.node == "x"


def test_a_unit_or_a_target_that_kinds_leave_out(run: Run) -> None:
    graph = read(DATA / "tools/systemd.dot")
    gone = set(graph) - set(read(DATA / "tools/systemd.dot", kinds="Requires"))
    assert gone
    done = run("why", str(DATA / "tools/systemd.dot"), sorted(gone)[0], "--kind", "Requires")
    assert done.err == f"graphdiff: no node {sorted(gone)[0]!r}: left out by --kind Requires\n"


def test_a_package_that_markers_or_groups_leave_out(run: Run) -> None:
    uv, poetry = str(DATA / "python/uv.lock"), str(DATA / "python/poetry.lock")
    markers = "python_version=3.12"
    done = run("why", uv, "app", "linter", "--groups", "none", "--markers", markers)
    assert done.err == f"graphdiff: no node 'linter': left out by --markers {markers} and --groups none\n"
    done = run("why", uv, "app", "tomli", "--markers", markers)
    assert done.err == f"graphdiff: no node 'tomli': left out by --markers {markers}\n"
    done = run("why", poetry, "web", "core", "--groups", "lint")
    assert done.err == "graphdiff: no node 'web': left out by --groups lint\n"
    with pytest.raises(UnknownNodeError, match=r"^no node 'web': left out by groups=\"lint\"$"):
        gd.count_paths(read(DATA / "python/pdm.lock", groups="lint"), "web", "core")
    done = run("why", uv, "app", "speed", "--extras", "none", "--markers", markers)
    assert done.err == f"graphdiff: no node 'speed': left out by --markers {markers} and --extras none\n"


def test_an_element_of_a_bill_that_kinds_leave_out() -> None:
    tags = b"SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-1\nPackageName: b\nSPDXID: SPDXRef-2\n"
    tags += b"FileName: x.c\nSPDXID: SPDXRef-3\nRelationship: SPDXRef-1 CONTAINS SPDXRef-3\n"
    tags += b"Relationship: SPDXRef-1 DEPENDS_ON SPDXRef-2\n"
    assert "x.c" in read(io.BytesIO(tags), kinds="all")
    with pytest.raises(UnknownNodeError, match=r'^no node \'x\.c\': left out by kinds="DEPENDS_ON"$'):
        gd.count_paths(read(io.BytesIO(tags), kinds="DEPENDS_ON"), "a", "x.c")


@pytest.mark.parametrize("file", ["poetry.lock", "pdm.lock"])
def test_an_extra_that_only_the_project_asks_for_makes_no_edge_unless_asked_for(file: str, run: Run) -> None:
    path = str(DATA / "python" / file)
    assert not read(path).has_edge("web", "speed")
    assert read(path, extras="all").has_edge("web", "speed")
    out = run("why", path, "web", "speed").out
    assert "Only with an extra that no package asks for: web[fast] needs speed; --extras all counts them." in out


def test_an_error_about_what_is_absent_survives_another_process() -> None:
    import pickle

    error = UnknownNodeError("b", ["a"], Absences({"b": ["a"]}))
    assert str(pickle.loads(pickle.dumps(error))) == str(error) == "no node 'b': required by 'a', but not in the file"


def test_a_compiled_graph_knows_what_is_absent_also_with_another_weighting() -> None:
    graph = read(io.BytesIO(b"Package: a\nDepends: b, gone\n\nPackage: b\n"), format="debian")
    ready = gd.compile(graph, weight=gd.weights.even)
    for one in (ready, ready.with_preset(gd.weights.unit)):
        with pytest.raises(UnknownNodeError, match=r"^no node 'gone': required by 'a', but not in the file$"):
            gd.total_influence(one, "a", "gone")


# -- the reported files

REPORTED = [
    ("21.yarn.lock", "app-other", "preset", 1),
    ("24.pnpm-lock.yaml", "packages/app", "@m/ui", 1),
    ("30.json", "exposure.p.dash", "source.p.raw.t", 2),
    ("31.poetry.lock", "stub-rest", "typing-ext", 1),
]


@pytest.mark.parametrize(("file", "source", "target", "paths"), REPORTED)
def test_a_reported_file_has_its_paths(file: str, source: str, target: str, paths: int, shared_data: Path) -> None:
    assert gd.count_paths(read(shared_data / "reported" / file), source, target) == paths


def test_the_reported_bill_has_its_subject(shared_data: Path) -> None:
    graph = read(shared_data / "reported/22.cdx.json")
    assert "shop" in graph
    assert graph.has_edge("@mapx/pre-gyp", "libc@2.0.3")
    assert "does not say what its subject 'shop' needs" in graph.graph["warnings"][0]
