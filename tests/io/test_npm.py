"""npm: who needs whom is found as Node.js finds it, and as npm itself says in its lists and bills."""

from __future__ import annotations

import io
import json
import random
import re
import resource
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path, PurePosixPath

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphdiff.errors import FormatError, LimitError
from graphdiff.io.js.npm import FIELDS, declared, read_npm_lock
from graphdiff.io.read import read

ALL = "js/dependency-cruiser."


def lock(packages: dict[str, object], **document: object) -> nx.DiGraph:
    return read_npm_lock(json.dumps({"lockfileVersion": 3, **document, "packages": packages}).encode(), name="x.json")


def kinds(graph: nx.DiGraph) -> dict[tuple[str, str], str]:
    return {(tail, head): kind for tail, head, kind in graph.edges(data="kind")}


# --- npm's own words -------------------------------------------------------------------------------------------------


def test_the_lock_file_is_the_graph_that_npm_lists_and_bills(shared_data):
    graph, listed = read(shared_data / f"{ALL}package-lock.json"), read(shared_data / f"{ALL}npm-ls-all.json")
    bill = json.loads((shared_data / f"{ALL}npm-sbom.cdx.json").read_text())
    assert (len(graph), graph.number_of_edges(), graph.graph["unmet"]) == (338, 491, {})
    assert set(graph) == set(listed)
    assert set(graph.edges()) == set(listed.edges())
    called = {node: f"{data['name']}@{data['version']}" for node, data in graph.nodes(data=True)}
    billed = {(said["ref"], ref) for said in bill["dependencies"] for ref in said.get("dependsOn", ())}
    assert {(called[tail], called[head]) for tail, head in graph.edges()} == billed


def test_the_closure_of_each_package_is_what_npms_text_shows_below_it(shared_data):
    # Each line once: its package, and the nearest line above with less indent, which is who needs it.
    graph = read(shared_data / f"{ALL}package-lock.json")
    direct: dict[str, set[str]] = {}
    above: list[str] = []
    for line in (shared_data / f"{ALL}npm-ls-all.txt").read_text().splitlines():
        match = re.match(r"([│├└─┬ ]*)(?:UNMET OPTIONAL DEPENDENCY )?(@?[^@\s]+)@(\S+)", line)
        if not match or "UNMET" in line:
            continue
        depth = max(0, len(match[1]) // 2 - 1)
        del above[depth:]
        package = f"{match[2]}@{match[3]}"
        for parent in above[-1:]:
            direct.setdefault(parent, set()).add(package)
        above.append(package)
    shown = nx.DiGraph([(tail, head) for tail, heads in direct.items() for head in heads])
    called = {node: f"{data['name']}@{data['version']}" for node, data in graph.nodes(data=True)}
    assert len(shown) == 338
    for node in graph:
        below = nx.descendants(shown, called[node])
        assert {called[head] for head in nx.descendants(graph, node)} == below, node


def test_every_range_in_the_file_is_looked_up(shared_data):
    document = json.loads((shared_data / f"{ALL}package-lock.json").read_text())
    ranges = sum(len(list(declared(entry, "x"))) for entry in document["packages"].values())
    assert len(document["packages"]) == 348
    assert ranges == len(
        {(f, n) for f, e in document["packages"].items() for field in FIELDS for n in e.get(field, ())}
    )
    graph = read(shared_data / f"{ALL}package-lock.json")
    assert Counter(kinds(graph).values()) == {"normal": 394, "optional": 59, "dev": 27, "peer": 11}


# --- Node.js's rule --------------------------------------------------------------------------------------------------


def node_modules_paths(folder: str) -> list[str]:
    """As the manual of Node.js has it: from the folder upwards, no node_modules within node_modules."""
    parts = PurePosixPath("/project", folder).parts
    found = []
    for length in range(len(parts), 0, -1):
        if parts[length - 1] != "node_modules":
            found.append(str(PurePosixPath(*parts[:length], "node_modules")))
    return found


@st.composite
def projects(draw: st.DrawFn) -> dict[str, dict[str, object]]:
    names = ["a", "b", "@s/c", "d"]
    folders = ["", "packages/w", "packages/w/inner"]
    for _ in range(draw(st.integers(1, 12))):
        above = draw(st.sampled_from(folders))
        folders.append(f"{above}/node_modules/{draw(st.sampled_from(names))}".lstrip("/"))
    needed = st.dictionaries(st.sampled_from(names), st.just("*"), max_size=4)
    return {
        folder: {"name": f"n{place}", "version": "1", "dependencies": draw(needed)}
        for place, folder in enumerate(dict.fromkeys(folders))
    }


@given(projects())
def test_a_dependency_is_where_nodejs_finds_it(packages):
    by_folder = {str(PurePosixPath("/project", folder)): entry["name"] for folder, entry in packages.items()}
    expected, unmet = set(), set()
    for folder, entry in packages.items():
        for wanted in entry["dependencies"]:
            found = [f"{path}/{wanted}" for path in node_modules_paths(folder)]
            heads = [by_folder[path] for path in found if path in by_folder]
            expected |= {(entry["name"], heads[0])} if heads else set()
            unmet |= set() if heads else {(entry["name"], wanted)}
    graph = lock(packages)
    assert set(graph.edges()) == expected
    assert {(tail, wanted) for wanted, tails in graph.graph["unmet"].items() for tail in tails} == unmet


def test_the_sample_has_every_kind(test_data):
    graph = read(test_data / "npm/package-lock.json")
    assert kinds(graph) == {
        ("app", "a"): "optional",
        ("app", "b@1.5.0"): "normal",
        ("app", "react"): "normal",
        ("app", "test"): "dev",
        ("a", "b@2.1.0"): "normal",
        ("a", "c@1.0.1"): "normal",
        ("a", "react"): "peer",
        ("b@2.1.0", "c@2.0.0"): "normal",
        ("b@1.5.0", "c@1.0.1"): "normal",
        ("test", "b@1.5.0"): "normal",
        ("@app/tool", "c@2.0.0"): "normal",
        ("@app/tool", "a"): "normal",
        ("@app/tool", "test"): "dev",
    }
    assert graph.graph == {
        "format": "npm package-lock",
        "ecosystem": "npm",
        "edge_meaning": "depends on",
        "weight_meaning": "none",
        "node_meaning": "packages",
        "absent": "not in the file",
        "unmet": {"svelte": ["a"]},  # its peer; vue and fsevents may be missing
    }
    assert [node for node, root in graph.nodes(data="root") if root] == ["app", "@app/tool"]
    assert graph.nodes["a"] == {"name": "a", "version": "1.2.0", "licence": "ISC"}
    assert graph.nodes["c@2.0.0"]["bundled"] is True
    assert graph.nodes["test"]["dev"] is True
    assert graph.edges["app", "b@1.5.0"]["alias"] == "old-b"
    assert graph.edges["app", "a"]["optional"] is True


def test_that_a_workspace_is_of_the_project_is_no_dependency_unless_asked_for(test_data):
    plain, every = (read(test_data / "npm/package-lock.json", kinds=chosen) for chosen in (None, "all"))
    assert set(every.edges) - set(plain.edges) == {("app", "@app/tool")}
    assert every.edges["app", "@app/tool"] == {"kind": "workspace"}
    assert plain.nodes["@app/tool"]["path"] == "packages/tool"


def test_without_dev_what_only_tests_need_is_gone(test_data):
    graph = read(test_data / "npm/package-lock.json", kinds=["normal", "optional"])
    assert "test" not in graph
    assert "b@1.5.0" in graph


def test_what_is_linked_from_outside_does_not_see_the_projects_folder():
    packages = {
        "": {"name": "app", "dependencies": {"out": "file:../out"}},
        "node_modules/out": {"resolved": "../out", "link": True},
        "node_modules/a": {"version": "1"},
        "../out": {"version": "1", "dependencies": {"a": "*", "b": "*"}},
        "../out/node_modules/b": {"version": "2", "dependencies": {"a": "*"}},
    }
    assert list(lock(packages).edges()) == [("app", "out"), ("out", "b")]


def test_a_hidden_lock_file_has_no_project():
    graph = lock({"node_modules/a": {"version": "1", "dependencies": {"b": "*"}}, "node_modules/b": {"version": "1"}})
    assert list(graph.edges()) == [("a", "b")]
    assert not any(root for _, root in graph.nodes(data="root"))


def test_a_project_without_a_name_is_a_dot():
    assert list(lock({"": {"dependencies": {"a": "*"}}, "node_modules/a": {"version": "1"}}).edges()) == [(".", "a")]
    assert list(lock({"": {}}, name="given")) == ["given"]


# --- version 1 -------------------------------------------------------------------------------------------------------


def first(dependencies: dict[str, object], **document: object) -> nx.DiGraph:
    content = {"name": "app", "version": "1.0.0", "lockfileVersion": 1, "requires": True, **document}
    return read_npm_lock(json.dumps(content | {"dependencies": dependencies}).encode(), name="x.json")


def test_version_1_finds_what_is_required_as_node_does():
    graph = first(
        {
            "a": {
                "version": "1.0.0",
                "requires": {"b": "^1.0.0", "c": "*"},
                "dependencies": {"b": {"version": "1.5.0"}},
            },
            "b": {"version": "2.0.0", "requires": {"c": "*"}},
            "c": {"version": "1.0.0", "dependencies": {"d": {"version": "3.0.0", "requires": {"b": "*"}}}},
            "e": {"version": "1.0.0", "requires": {"d": "*"}},
        }
    )
    assert set(graph.edges) == {("a", "b@1.5.0"), ("a", "c"), ("b@2.0.0", "c"), ("d", "b@2.0.0")}
    assert graph.edges["a", "b@1.5.0"] == {"clause": "^1.0.0", "kind": "normal"}
    assert (graph.graph["unmet"], "app" in graph) == ({"d": ["e"]}, False)  # d lies in c, where e does not find it
    [warning] = graph.graph["warnings"]
    assert warning.startswith("x.json: lockfileVersion 1 says neither what the project itself asks for nor what")


def test_version_1_says_what_only_development_and_options_need():
    graph = first(
        {
            "a": {"version": "1.0.0", "requires": {"c": "*", "o": "*"}},
            "c": {"version": "1.0.0"},
            "o": {"version": "1.0.0", "optional": True, "requires": {"c": "*", "p": "*", "x": "*"}},
            "p": {"version": "1.0.0", "optional": True},
            "t": {"version": "1.0.0", "dev": True, "requires": {"c": "*", "u": "*"}},
            "u": {"version": "1.0.0", "dev": True},
        }
    )
    assert kinds(graph) == {
        ("a", "c"): "normal",
        ("a", "o"): "optional",
        ("o", "c"): "optional",
        ("o", "p"): "optional",
        ("t", "c"): "dev",
        ("t", "u"): "dev",
    }
    assert graph.graph["unmet"] == {}  # x is no more than an option
    assert (graph.nodes["t"]["dev"], graph.nodes["o"]["optional"]) == (True, True)


def test_version_1_installs_under_other_names_too():
    graph = first({"a": {"version": "1.0.0", "requires": {"b": "*"}}, "b": {"version": "npm:@x/real@2.1.0"}})
    assert graph.edges["a", "@x/real"] == {"clause": "*", "kind": "normal", "alias": "b"}
    assert graph.nodes["@x/real"]["version"] == "2.1.0"


@pytest.mark.parametrize("name", ["package-lock.json", "npm-shrinkwrap.json", "unnamed"])
def test_version_1_is_read_by_any_name(name, tmp_path):
    path = tmp_path / name
    path.write_text(
        '{"lockfileVersion": 1, "dependencies": {"a": {"version": "1", "requires": {"b": "1"}}, "b": {"version": "1"}}}'
    )
    assert list(read(path).edges) == [("a", "b")]


@pytest.mark.parametrize(
    ("dependencies", "error", "message"),
    [
        (
            {"a": {"version": "1", "requires": ["b"]}},
            FormatError,
            "node_modules/a: requires: expected names with values",
        ),
        ({"a": {"version": "1", "requires": {"b": 1}}}, FormatError, "dependencies: expected a text, found a number"),
        ({"a": 1}, FormatError, "node_modules/a: expected names with values, found a number"),
        ({}, FormatError, "no package in it"),
    ],
)
def test_broken_files_of_version_1_get_one_line(dependencies, error, message):
    with pytest.raises(error, match=message):
        first(dependencies)


def test_folders_of_version_1_have_a_greatest_depth():
    tree: dict[str, object] = {"version": "1", "requires": {}}
    for _ in range(150):
        tree = {"version": "1", "dependencies": {"a": tree}}
    with pytest.raises(LimitError, match="folders nested more than 100 deep"):
        first({"a": tree})


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("npm"), reason="needs npm")
def test_version_1_as_npm_writes_it_is_version_3_without_the_project_and_peers(shared_data, tmp_path):
    for name in ("package.json", "package-lock.json"):
        shutil.copy(shared_data / f"{ALL}{name}", tmp_path / name)
        (tmp_path / name).chmod(0o644)
    command = ["npm", "install", "--package-lock-only", "--lockfile-version=1", "--offline", "--ignore-scripts"]
    subprocess.run([*command, "--no-audit", "--no-fund"], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    old, new = read(tmp_path / "package-lock.json"), read(shared_data / f"{ALL}package-lock.json")
    said = {
        (tail, head) for tail, head, kind in new.edges(data="kind") if kind != "peer" and tail != "dependency-cruiser"
    }
    assert set(old.edges) == said
    assert set(new) - set(old) == {"dependency-cruiser"}


# --- what is wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            '{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0"}}}',
            r"^x\.json: it does not say who needs whom, as npm before 5\.1 wrote it; npm i",
        ),
        ('{"lockfileVersion": 3, "packages": ', r"^x\.json: broken JSON: Expecting value"),
        ('{"lockfileVersion": 3, "packages": {}}', r"^x\.json: no package in it$"),
        ('{"lockfileVersion": 3, "packages": []}', r"^x\.json: packages: expected names with values, found a list$"),
        ('{"packages": {"": {"dependencies": ["a"]}}}', r"^x\.json: the project: dependencies: expected names"),
        ('{"packages": {"": {"dependencies": {"a": 1}}}}', r"dependencies: expected a text, found a number$"),
        (
            '{"packages": {"node_modules/a": 5}}',
            r"^x\.json: node_modules/a: expected names with values, found a number$",
        ),
        ('{"packages": {"": {}}} {}', "broken JSON: Extra data: a second value .*: line 1 column 24"),
        ("[" * 100_000, "JSON nested too deep"),
    ],
)
def test_broken_files_get_one_line(content, message):
    with pytest.raises(FormatError, match=message):
        read_npm_lock(content.encode(), name="x.json")


def test_folders_are_not_nested_without_end():
    with pytest.raises(LimitError, match="nested more than 100 deep"):
        lock({"node_modules/a/" * 60 + "node_modules/a": {}})


# --- npm ls ----------------------------------------------------------------------------------------------------------


def test_npm_ls_joins_what_it_shows_apart(test_data):
    graph = read(test_data / "npm/ls.json")
    assert set(graph.edges()) == {
        ("app", "a"), ("app", "e"), ("a", "b@2.1.0"), ("a", "c@1.0.1"), ("b@2.1.0", "c@2.0.0"), ("e", "a"),
        ("e", "b@1.5.0"),
    }  # fmt: skip
    assert graph.graph["unmet"] == {"d": ["a"]}
    assert graph.nodes["app"]["root"] is True


def test_npm_ls_without_anything_says_what_to_run():
    with pytest.raises(FormatError, match="npm ls --all --json prints them"):
        read(io.BytesIO(b'{"name": "app", "version": "1"}'), format="npm-ls")


# --- speed -----------------------------------------------------------------------------------------------------------


def large_lock(count: int) -> dict[str, object]:
    choose = random.Random(count)
    names = [
        f"@scope{number % 40}/package-{number}" if number % 5 == 0 else f"package-{number}" for number in range(count)
    ]
    packages: dict[str, object] = {
        "": {"name": "app", "version": "1.0.0", "dependencies": dict.fromkeys(names[:60], "^1.0.0")}
    }
    for number, name in enumerate(names):
        heads = {
            min(count - 1, number + 1 + int(choose.expovariate(1 / 400))) for _ in range(choose.choice([0, 2, 4, 8]))
        }
        packages[f"node_modules/{name}"] = {
            "version": f"{number % 7}.{number % 11}.0",
            "resolved": f"https://registry.example/{name}/-/package-{number}-1.0.0.tgz",
            "integrity": f"sha512-{'A' * 86}==",
            "license": "MIT",
            "dependencies": {names[head]: "^1.0.0" for head in heads if head != number},
        }
    return {"name": "app", "lockfileVersion": 3, "requires": True, "packages": packages}


@pytest.mark.slow
def test_eleven_thousand_packages_are_read_by_a_new_process_in_a_second_and_a_half(tmp_path: Path):
    path = tmp_path / "package-lock.json"
    path.write_text(json.dumps(large_lock(11_000), indent=2))
    command = [sys.executable, "-m", "graphdiff", "why", str(path), "app", "package-4001", "--weight", "unit"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Of the processor, which other work on the machine does not change.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.5


def test_npm_ls_long_says_what_the_package_json_of_each_does(test_data):
    """``npm ls --all --long --json`` of npm 11.19, the folder renamed."""
    graph = read(test_data / "npm/ls-long.json")
    assert {(u, v): (data["clause"], data["kind"]) for u, v, data in graph.edges(data=True)} == {
        ("shop", "debug"): ("^4.4.0", "normal"),
        ("shop", "escalade"): ("^3.2.0", "dev"),
        ("shop", "supports-color"): ("^8.0.0", "dev"),
        ("shop", "ms"): ("2.1.3", "optional"),
        ("debug", "ms"): ("^2.1.3", "normal"),
        ("supports-color", "has-flag"): ("^4.0.0", "normal"),
    }
    assert graph.edges["shop", "ms"]["optional"] is True
    assert graph.nodes["ms"] == {"name": "ms", "version": "2.1.3", "licence": "MIT"}
    production = read(test_data / "npm/ls-long.json", omit="dev")
    assert list(production) == ["shop", "debug", "ms"]
    assert production.graph["left_out"]["nodes"] == ["escalade", "supports-color", "has-flag"]


def test_npm_ls_of_older_versions_says_by_which_range_a_package_was_found():
    ms, fork = {"version": "2.0.0", "from": "ms@2.0.0"}, {"version": "1.0.0", "from": "github:me/fork"}
    tree = {"name": "app", "dependencies": {"ms": ms, "fork": fork}}
    assert dict(read(io.StringIO(json.dumps(tree)))["app"]) == {"ms": {"clause": "2.0.0"}, "fork": {}}


@pytest.mark.parametrize(
    ("said", "marker"),
    [
        ({"os": ["!win32"]}, "os=!win32"),
        ({"os": "linux", "cpu": ["x64", "arm64"]}, "os=linux & (cpu=x64 | cpu=arm64)"),
        ({}, None),
    ],
)
def test_a_package_for_some_systems_says_for_which(said, marker):
    lock = {"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": {"version": "1.0.0", **said}}}
    assert read(io.StringIO(json.dumps(lock)), format="npm-lock").nodes["a"].get("marker") == marker
