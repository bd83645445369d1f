"""Python's packages: one small project in every format, extras, markers, groups, versions, broken files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from graphdiff.errors import FormatError, InputError, LimitError, UsageError
from graphdiff.io import documents
from graphdiff.io.building import node_ids
from graphdiff.io.outline import outline
from graphdiff.io.python.installed import read_environment
from graphdiff.io.read import read
from graphdiff.io.refused import refusal
from graphdiff.paths.paths import count_paths
from graphdiff.sums.influence import reverse

DATA = Path(__file__).parents[1] / "data" / "python"

# The project that the samples are of, drawn by hand. `app` asks for web[fast]; tomli is for Python before 3.11.
ALWAYS = {("speed", "core"), ("web", "core"), ("web", "yaml-tools"), ("yaml-tools", "core")}
WITH_EXTRA = {("web", "speed")}
OF_APP = {("app", "web")}
FORMATS: dict[str, set[tuple[str, str]]] = {
    "inspect.json": ALWAYS | WITH_EXTRA | OF_APP,
    "pipdeptree.json": ALWAYS | WITH_EXTRA | OF_APP,
    "deduped.pipdeptree-tree.json": ALWAYS | WITH_EXTRA | OF_APP,
    "uv.lock": ALWAYS | WITH_EXTRA | OF_APP | {("app", "tomli"), ("app", "linter")},
    "pylock.toml": ALWAYS | WITH_EXTRA | OF_APP | {("app", "tomli")},
    "poetry.lock": ALWAYS | WITH_EXTRA,  # the project itself, which asks for the extra, is not in it
    "pdm.lock": ALWAYS | WITH_EXTRA,
}
#: Of these files the extras that only the project asks for count with this alone.
WITHOUT_PROJECT = {"poetry.lock": {"extras": "all"}, "pdm.lock": {"extras": "all"}}


@pytest.mark.parametrize("file, edges", FORMATS.items())
def test_one_project_is_the_same_graph_in_every_format(file: str, edges: set[tuple[str, str]]) -> None:
    graph = read(DATA / file, **WITHOUT_PROJECT.get(file, {}))
    assert set(graph.edges) == edges
    assert graph.graph["edge_meaning"] == "depends on"
    assert graph.graph["weight_meaning"] == "none"
    assert graph.nodes["yaml-tools"]["version"] == "0.3"
    assert not any("weight" in data for *_, data in graph.edges(data=True))


@pytest.mark.parametrize("file", ["inspect.json", "pipdeptree.json", "poetry.lock", "pdm.lock"])
def test_ids_are_normalised_and_the_written_name_is_kept(file: str) -> None:
    assert read(DATA / file).nodes["yaml-tools"]["name"] == "Yaml_Tools"


@pytest.mark.parametrize("file", [file for file in FORMATS if file != "pylock.toml"])
def test_what_is_there_only_with_an_extra_is_said_on_the_edge(file: str) -> None:
    edges = read(DATA / file, **WITHOUT_PROJECT.get(file, {})).edges
    assert (edges["web", "speed"]["extra"], edges["web", "speed"]["kind"]) == ("fast", "extra")
    assert edges["web", "speed"]["optional"] is True
    assert edges["web", "core"]["kind"] == "normal"
    assert "extra" not in edges["web", "core"]


@pytest.mark.parametrize("file", ["inspect.json", "uv.lock", "poetry.lock", "pdm.lock"])
def test_without_extras(file: str) -> None:
    assert set(read(DATA / file, extras="none").edges) == FORMATS[file] - WITH_EXTRA


def test_without_extras_a_project_has_none_of_its_own_either(run, tmp_path) -> None:
    path = tmp_path / "uv.lock"
    package = '[[package]]\nname = "{}"\nversion = "1"\nsource = {{ {} }}\n'
    app = package.format("app", 'virtual = "."') + 'dependencies = [{ name = "a" }]\n'
    extra = '[package.optional-dependencies]\nfast = [{ name = "speed" }]\n'
    others = [package.format(name, 'registry = "r"') for name in ("a", "speed")]
    path.write_text("version = 1\n" + "".join([app, extra, *others]))
    assert set(read(path).edges) == {("app", "a"), ("app", "speed")}
    assert set(read(path, extras="none").edges) == {("app", "a")}
    said = run("why", str(path), "app", "speed", "--extras", "none").out
    assert "app does not rest on speed" in said
    assert "app[fast] needs speed" in said


@pytest.mark.parametrize("file", ["inspect.json", "uv.lock"])
def test_an_extra_can_be_a_node_of_its_own(file: str) -> None:
    graph = read(DATA / file, extras="nodes")
    assert {edge for edge in graph.edges if "web[fast]" in edge} == {
        ("app", "web[fast]"),
        ("web[fast]", "web"),
        ("web[fast]", "speed"),
    }
    assert not graph.has_edge("web", "speed")
    assert graph.nodes["web[fast]"]["version"] == "2.1"


def test_extras_that_nothing_asks_for() -> None:
    graph = read(DATA / "inspect.json")
    assert graph.graph["with_extras"] == [("web", "app", "dev")]  # web -> core is there without the extra
    assert graph.graph["unmet"] == {}
    every = read(DATA / "inspect.json", extras="all")
    assert every.edges["web", "app"]["extra"] == "dev"
    assert "extra" not in every.edges["web", "core"]
    assert every.graph["unmet"] == {"pytest": ["web"]}
    assert every.graph["absent"] == "not installed"
    assert every.graph["with_extras"] == []


def test_an_extra_that_asks_for_another_of_the_same_package(tmp_path: Path) -> None:
    environment = installed(
        tmp_path,
        {
            "app": ["web[all]"],
            "web": ["web[fast,safe]; extra == 'all'", *extra("fast", "speed"), *extra("safe", "lock")],
        },
        "speed",
        "lock",
    )
    assert set(read(environment).edges) == {("app", "web"), ("web", "speed"), ("web", "lock")}
    nodes = read(environment, extras="nodes")
    assert sorted(nodes) == ["app", "lock", "speed", "web", "web[all,fast,safe]"]
    assert count_paths(nodes, "app", "speed") == 1


def test_markers_are_evaluated_where_asked() -> None:
    old, new = "python_version=3.10", "python_version=3.12"
    lock = DATA / "uv.lock"
    assert read(lock).edges["app", "tomli"]["marker"] == 'python_full_version < "3.11"'
    assert read(lock, markers=old).has_edge("app", "tomli")
    assert set(read(lock, markers=new)) == {"app", "core", "linter", "speed", "web", "yaml-tools"}
    assert "tomli" in read(DATA / "pylock.toml", markers=old)
    assert "tomli" not in read(DATA / "pylock.toml", markers=new)
    assert "tomli" in read(DATA / "pdm.lock", markers=old)
    assert "tomli" not in read(DATA / "pdm.lock", markers=new)
    assert read(DATA / "poetry.lock").edges["web", "core"]["clause"] == ">=1.5 | >=1"
    assert read(DATA / "poetry.lock", markers=new).edges["web", "core"]["clause"] == ">=1.5"


@pytest.mark.parametrize(
    "python, group, there",
    [("3.10", "main", True), ("3.10", "lint", False), ("3.8", "lint", True), ("3.12", "all", False)],
)
def test_poetry_has_a_marker_for_each_group(python: str, group: str, there: bool) -> None:
    graph = read(DATA / "poetry.lock", markers=f"python_version={python}", groups=group)
    assert ("tomli" in graph) is there


@pytest.mark.parametrize(
    ("markers", "marker"),
    [
        ("""{ main = "os_name == 'nt'", dev = "os_name == 'x'" }""", "os_name == 'nt' or os_name == 'x'"),
        ("""{ main = "os_name == 'nt'" }""", None),
        ("""{ main = "os_name == 'nt'", dev = "os_name == 'nt'" }""", "os_name == 'nt'"),
    ],
)
def test_poetry_has_a_marker_of_a_package_only_where_each_group_has_one(markers: str, marker: str | None) -> None:
    lock = f'[[package]]\nname = "a"\nversion = "1"\ngroups = ["main", "dev"]\nmarkers = {markers}\n'
    graph = read_bytes(lock.encode() + b'[metadata]\nlock-version = "2.1"\n', "poetry")
    assert graph.nodes["a"].get("marker") == marker


@pytest.mark.parametrize("lock, key", [("poetry", "markers"), ("pdm", "marker")])
def test_no_package_is_there_for_an_environment(lock: str, key: str, tmp_path: Path) -> None:
    path = tmp_path / f"{lock}.lock"
    path.write_text(f'[[package]]\nname = "a"\nversion = "1"\n{key} = "python_version < \'3\'"\n')
    with pytest.raises(FormatError, match=rf"{lock}\.lock: no package in it for that environment$"):
        read(path, markers="here")


def test_groups() -> None:
    assert "linter" not in read(DATA / "uv.lock", groups="none", markers="here")
    assert read(DATA / "uv.lock", groups="lint").edges["app", "linter"] == {"kind": "dev", "group": "lint"}
    assert sorted(read(DATA / "poetry.lock", groups="lint")) == ["core", "linter", "tomli"]
    assert sorted(read(DATA / "pdm.lock", groups="lint")) == ["linter"]
    assert read(DATA / "poetry.lock").nodes["core"]["groups"] == "main,lint"


@pytest.mark.parametrize("groups", ["tets", "lint,tets", " tets , lint"])
@pytest.mark.parametrize(
    ("file", "there"), [("uv.lock", "lint"), ("poetry.lock", "main, lint"), ("pdm.lock", "default, lint")]
)
def test_a_group_that_is_not_there_is_never_left_out_in_silence(file: str, there: str, groups: str) -> None:
    with pytest.raises(UsageError, match=rf"{file}: no dependency group 'tets'; there are {there}$"):
        read(DATA / file, groups=groups)


def test_a_group_that_is_mistyped_is_suggested() -> None:
    with pytest.raises(UsageError, match=r"no dependency group 'lnt'; did you mean 'lint'\? there are main, lint$"):
        read(DATA / "poetry.lock", groups="main,lnt")


def test_several_versions_of_a_name_are_nodes_name_at_version() -> None:
    graph = read(DATA / "versions.uv.lock")
    assert sorted(graph) == ["app", "nets@3.6", "nets@3.7", "old", "paint"]
    assert graph.nodes["nets@3.6"]["name"] == "nets"
    one = read(DATA / "versions.uv.lock", markers="python_version=3.12")
    assert sorted(one.edges) == [("app", "nets"), ("app", "paint")]  # what is not reached is left out
    assert one.nodes["nets"]["version"] == "3.7"


def test_one_rule_for_ids() -> None:
    packages = [("a", "1"), ("b", "1"), ("a", "2"), ("c", ""), ("a", "1"), ("b", "1")]
    assert node_ids(packages) == ["a@1", "b", "a@2", "c", "a@1", "b"]
    assert node_ids(iter(packages[:2])) == ["a", "b"]


def test_roots_sizes_and_licences() -> None:
    lock = read(DATA / "uv.lock")
    assert [node for node, root in lock.nodes(data="root") if root] == ["app"]
    assert [lock.nodes[node].get("size") for node in ("core", "linter", "web")] == [900, 77, None]
    there = read(DATA / "inspect.json")
    assert [there.nodes[node].get("licence") for node in ("core", "speed", "web")] == ["MIT", "BSD License", None]
    assert "licence" not in there.nodes["yaml-tools"]  # a licence's text is no licence's name
    assert [node for node, asked in there.nodes(data="requested") if asked] == ["app"]


def test_a_direction_is_never_turned_round() -> None:
    two = PACKAGE + b'[package.dependencies]\nb = "*"\n[[package]]\nname = "b"\nversion = "1"\n'
    assert list(read_bytes(two, "poetry").edges) == [("a", "b")]
    graph = read(DATA / "uv.lock", groups="none")
    assert {node for node, number in reverse(graph, "yaml-tools", weight=None).items() if number} == {
        "yaml-tools",
        "web",
        "app",
    }


def test_pdm_has_dependencies_in_a_table_of_its_own() -> None:
    here = 'directory = {{ path = "." }}\n[packages.tool.pdm]\ndependencies = {}\n'
    first = '[[packages]]\nname = "a"\n' + here.format('["B_C>=1", "none; python_version < \'3\'"]')
    lock = TOP + (first + '[[packages]]\nname = "b-c"\n' + here.format("[]")).encode()
    assert list(read_bytes(lock, "pylock", markers="here").edges(data="clause")) == [("a", "b-c", ">=1")]


def test_what_holds_without_the_extra_is_no_edge_of_the_extra(tmp_path: Path) -> None:
    either = "b; extra == 'x' or python_version > '3'"
    graph = read(installed(tmp_path, {"a": [either, "c; extra == 'y'", "c", "a[y]"]}, "b", "c"))
    assert [(head, data["kind"], "extra" in data) for _, head, data in graph.edges(data=True)] == [
        ("b", "normal", False),
        ("c", "normal", False),
    ]
    assert graph.graph["with_extras"] == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_entry_of_pdm_with_extras_may_repeat_what_is_needed_without(order: tuple[int, int]) -> None:
    entries = (b'dependencies = ["b>=1"]\n', b'extras = ["x"]\ndependencies = ["a==1", "b>=1", "c"]\n')
    others = b"".join(PACKAGE.replace(b'"a"', name) for name in (b'"b"', b'"c"', b'"r"')) + b'dependencies = ["a[x]"]\n'
    lock = b"".join(PACKAGE + entries[place] for place in order) + others
    assert said(read_bytes(lock, "pdm"), "extra") == {("a", "b"): None, ("a", "c"): "x", ("r", "a"): None}
    assert count_paths(read_bytes(lock, "pdm", extras="nodes"), "r", "b") == 1


@pytest.mark.parametrize("format", ["poetry", "pdm"])
def test_a_clause_says_which_of_several_versions_is_meant(format: str) -> None:
    needs = {"poetry": b'[package.dependencies]\nb = "<2"\n', "pdm": b'dependencies = ["b<2"]\n'}[format]
    lock = PACKAGE + needs + b"".join(PACKAGE.replace(b'"a"', b'"b"').replace(b'"1"', v) for v in (b'"1"', b'"2"'))
    assert list(read_bytes(lock, format).edges) == [("a", "b@1")]
    unknown = lock.replace(b"<2", b"<0")
    assert list(read_bytes(unknown, format).edges) == [("a", "b@1"), ("a", "b@2")]  # none will do: any may be meant


def said(graph: nx.DiGraph, key: str) -> dict[tuple[str, str], object]:
    return {(tail, head): value for tail, head, value in graph.edges(data=key)}


def test_poetry_before_1_5_names_the_extra_in_one_place_only() -> None:
    lock = (
        PACKAGE + b'[package.dependencies]\nb = {version = ">=1", optional = true}\n[package.extras]\nx = ["b (>=1)"]\n'
    )
    graph = read_bytes(lock + b'[[package]]\nname = "b"\nversion = "1"\n', "poetry", extras="all")
    assert graph.edges["a", "b"] == {"kind": "extra", "extra": "x", "clause": ">=1", "optional": True}
    assert not read_bytes(lock + b'[[package]]\nname = "b"\nversion = "1"\n', "poetry").edges


# -- environments


def extra(name: str, *needs: str) -> list[str]:
    return [f"{need}; extra == '{name}'" for need in needs]


def installed(
    folder: Path, needs: dict[str, list[str]], *others: str, site: str = "lib/python3.9/site-packages"
) -> str:
    for name, required in {**needs, **{other: [] for other in others}}.items():
        info = folder / site / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir(parents=True)
        lines = [
            "Metadata-Version: 2.1",
            f"Name: {name}",
            "Version: 1.0",
            *(f"Requires-Dist: {need}" for need in required),
        ]
        (info / "METADATA").write_text("\n".join([*lines, "", "The description: Requires-Dist: nothing"]))
    return f"env:{folder}"


def test_an_environment_on_disk(tmp_path: Path) -> None:
    name = installed(tmp_path, {"App": ["Core.Lib>=1,<2", "absent", "old; python_version < '3.10'"]}, "core-lib", "old")
    info = tmp_path / "lib/python3.9/site-packages/App-1.0.dist-info"
    (info / "REQUESTED").touch()
    (info / "RECORD").write_text('app.py,sha256=x,100\n"a,b.py",sha256=x,11\nRECORD,,\n')
    graph = read(name)
    assert sorted(graph.edges(data="clause")) == [("app", "core-lib", "<2,>=1"), ("app", "old", None)]
    assert graph.nodes["app"] == {"name": "App", "version": "1.0", "requested": True, "size": 111}
    assert graph.graph["unmet"] == {"absent": ["app"]}
    assert graph.graph["warnings"] == []
    (tmp_path / "pyvenv.cfg").write_text("home = /usr\nversion_info = 3.12.1.final.0\n")
    assert not read(name).has_edge("app", "old")  # its Python is 3.12, whatever runs here


@pytest.mark.parametrize("site", ["Lib/site-packages", "lib/python3/dist-packages", "."])
def test_where_packages_are_found(tmp_path: Path, site: str) -> None:
    assert list(read(installed(tmp_path, {"a": ["b"]}, "b", site=site)).edges) == [("a", "b")]


def test_an_environment_by_its_python(tmp_path: Path) -> None:
    installed(tmp_path, {"a": ["b"]}, "b")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    assert list(read(f"env:{tmp_path}/bin/python").edges) == [("a", "b")]


def test_broken_distributions_are_skipped_with_a_warning(tmp_path: Path) -> None:
    name = installed(tmp_path, {"a": ["b", "not a requirement !", "c; python_version < 'x' and os_name > 'y'"]}, "b")
    site = tmp_path / "lib/python3.9/site-packages"
    (site / "empty-1.0.dist-info").mkdir()
    (site / "nameless-1.0.dist-info").mkdir()
    (site / "nameless-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nVersion: 1\n")
    (site / "bytes-1.0.dist-info").mkdir()
    (site / "bytes-1.0.dist-info" / "METADATA").write_bytes(b"Name: \xff\xfe\0\nVersion: \x80")
    graph = read(name)
    assert graph.has_edge("a", "b")
    warnings = "\n".join(graph.graph["warnings"])
    for part in ("without a name or version", "nameless-1.0.dist-info", "empty-1.0.dist-info", "not a requirement !"):
        assert part in warnings


def test_the_running_environment() -> None:
    graph = read("env:")
    assert graph.has_edge("nx-graphdiff", "networkx") or "networkx" in graph
    assert graph.nodes["networkx"]["version"] == nx.__version__
    assert graph.nodes["networkx"]["size"] > 1_000_000


def test_no_such_environment(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^env:.*: no environment: a folder with lib/python3"):
        read(f"env:{tmp_path}")
    with pytest.raises(InputError, match=r"^env:a.b: "):
        read_environment(b"a\0b", name="env:a\0b")
    (tmp_path / "lib/python3.9/site-packages").mkdir(parents=True)
    with pytest.raises(FormatError, match="nothing is installed there"):
        read(f"env:{tmp_path}")


# -- what is wrong with a file is said in one line


def read_bytes(data: bytes, format: str, **options: Any) -> nx.DiGraph:
    import io

    return read(io.BytesIO(data), format=format, **options)


PACKAGE = b'[[package]]\nname = "a"\nversion = "1"\n'
TOP = b'lock-version = "1.0"\ncreated-by = "x"\n'
WRONG = [
    ("uv", b"version = 1\n[[package]\n", r"broken TOML: .*line 2"),
    ("uv", b"version = 1\n", r"no package in it$"),
    ("uv", b"package = 1\n", r"package: expected a list, found"),
    ("uv", b"package = [1]\n", r"package\[0\]: expected names with values, found"),
    ("uv", b"[[package]]\n", r"package\[0\] has no name"),
    ("uv", PACKAGE + b'source = "here"\n', r"package\[0\]: source: 'here' is no kind and place, such as registry\+URL"),
    ("uv", PACKAGE + b'dependencies = ["b"]\n', r"package\[0\]\.dependencies\[0\]: expected names with values, found"),
    (
        "uv",
        PACKAGE + b'dependencies = [{ name = "b", extra = 1 }]\n',
        r"\[0\]: extra: expected a list, found a number",
    ),
    ("uv", PACKAGE + b'dependencies = [{ name = "b", marker = "x =" }]\n', r"no marker: 'x ='"),
    ("uv", PACKAGE + b'dependencies = [{ name = "b", marker = "extra == \'\\u0000\'" }]\n', r"no marker: .*x00"),
    ("uv", PACKAGE + b'dependencies = [{ name = "b", marker = 1 }]\n', r"a marker that is no text"),
    ("uv", PACKAGE + b'optional-dependencies = ["b"]\n', r"optional-dependencies: expected names with values, found"),
    ("uv", b"a" + b".a" * 100 + b" = 1\n", r"broken TOML: a key of more than 64 parts"),
    ("uv", b"a = " + b"[\n" * 50_000, r"TOML nested too deep|broken TOML"),
    ("poetry", PACKAGE + b"dependencies = { b = 1 }\n", r"dependencies\.b is neither a version nor a table"),
    ("poetry", PACKAGE + b'groups = "main"\n', r"groups: expected a list, found the text 'main'"),
    ("pdm", PACKAGE + b'dependencies = ["b @@ c"]\n', r"package\[0\]: no requirement: 'b @@ c'"),
    ("pdm", PACKAGE + b"dependencies = [\"b ; extra == '\\u0000'\"]\n", r"no requirement: .*x00"),
    ("pdm", PACKAGE + b'dependencies = ["' + b"b ;" + b"(" * 60 + b'"]\n', r"no requirement or marker: 'b ;\(\("),
    ("pdm", PACKAGE + b"dependencies = ['b; " + b"(" * 5000 + b"']\n", r"no requirement or marker"),
    ("pylock", TOP + b"packages = []\n", r"0 packages, but not what they depend on, which a pylock.toml may leave out"),
    ("pylock", TOP + b'[[packages]]\nname = "A_b"\n', r"no pylock.toml as PEP 751 has it: .*'A_b'"),
    (
        "pylock",
        b'lock-version = "1.0"\ncreated-by = "x"\nenvironments = ["sys_orm == 1"]\npackages = []\n',
        r"no pylock\.toml as PEP 751 has it: Expected a marker variable",
    ),
    (
        "pylock",
        b'lock-version = "1.0"\ncreated-by = "x"\nenvironments = ["extra == \'\\u0000\'"]\npackages = []\n',
        r"no pylock\.toml as PEP 751 has it: ",
    ),
    ("pip-inspect", b"{", r"broken JSON: .*line 1"),
    ("pip-inspect", b"[" * 100_000, r"JSON nested too deep"),
    ("pip-inspect", b"[]", r"not what pip inspect prints"),
    (
        "pip-inspect",
        b'{"installed": [{"metadata": []}]}',
        r"installed\[0\]: metadata: expected names with",
    ),
    ("pip-inspect", b'{"installed": []}', r"nothing is installed there"),
    ("pip-report", b'{"installed": []}', r"not what pip install --report writes: no list under 'install'"),
    ("pip-report", b'{"install": []}', r"pip would install nothing; --ignore-installed reports what is"),
    ("pipdeptree", b"[]", r"no package in it"),
    ("pipdeptree", b"{}", r"expected a list, found names with values"),
    ("pipdeptree", b'[{"package": 1}]', r"\[0\]: package is no object"),
    ("pipdeptree", b'[{"key": "a", "dependencies": [{}]}]', r"\[0\]\.dependencies\[0\] has no key"),
]


@pytest.mark.parametrize("format, data, message", WRONG)
def test_a_broken_file_gets_one_line(format: str, data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message) as caught:
        read_bytes(data, format)
    assert "\n" not in str(caught.value)


def test_an_enormous_lock_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_TOML_BYTES", 100)
    with pytest.raises(LimitError, match=r"uv\.lock: [\d,]+ bytes of TOML, more than the 100 that are read"):
        read(DATA / "uv.lock")


def test_a_reversed_tree_is_refused() -> None:
    with pytest.raises(FormatError, match=r"made with pipdeptree --reverse"):
        read(DATA / "reversed.pipdeptree-tree.json")


def test_a_conflict_in_a_tree_is_no_reversed_tree() -> None:
    tree = b'[{"key": "a", "installed_version": "9", "dependencies": [{"key": "b", "installed_version": "1", %s}]}]'
    assert list(read_bytes(tree % b'"required_version": "<1"', "pipdeptree").edges) == [("a", "b")]


def test_a_package_that_pipdeptree_does_not_find() -> None:
    tree = b'[{"key": "a", "dependencies": [{"key": "b", "installed_version": "?", "required_version": ">1"}]}]'
    assert read_bytes(tree, "pipdeptree").nodes["b"] == {"name": "b", "missing": True}


@pytest.mark.parametrize(
    "options, message",
    [
        ({"extras": "some"}, r"extras=.some. is not one of 'requested', 'nodes', 'none', 'all'"),
        ({"markers": "there"}, r"markers=.there. is neither all, here, nor NAME=VALUE with one of "),
        ({"markers": "python=3.12"}, r"markers=.python=3.12."),
    ],
)
def test_wrong_options(options: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read(DATA / "uv.lock", **options)


@pytest.mark.parametrize(
    ("markers", "doubt"),
    [
        ("sys_platform=Windows", "no sys_platform is known to be 'Windows': write sys_platform=win32"),
        ("sys_platform=macos", "write sys_platform=darwin"),
        ("sys_platform=Linux", "write sys_platform=linux"),
        ("os_name=win32", "write os_name=nt"),
        ("platform_system=macOS", "write platform_system=Darwin"),
        ("platform_system=windows", "write platform_system=Windows"),
        ("implementation_name=CPython", "write implementation_name=cpython"),
        ("implementation_name=windows", "there are cpython, pypy"),
        ("sys_platform=dos", "there are linux, win32"),
        ("sys_platform=win32,os_name=nt,platform_system=Windows,implementation_name=pypy", ""),
        ("sys_platform=freebsd14,platform_system=FreeBSD,os_name=posix,python_version=3.12", ""),
        ("platform_machine=Windows", ""),
        ("all", ""),
    ],
)
def test_values_that_no_platform_has_are_told_with_what_was_meant(markers: str, doubt: str) -> None:
    warnings = read(DATA / "uv.lock", markers=markers).graph.get("warnings", [])
    assert len(warnings) == bool(doubt)
    assert doubt in "".join(warnings)


REFUSALS = {
    "a tree": (b"demo v0.1.0\n\xe2\x94\x9c\xe2\x94\x80\xe2\x94\x80 idna v3.20\n", "a tree for people"),
    "pip list in JSON": (
        b'[{"name": "anyio", "version": "4.16.0"}, {"name": "idna", "version": "3.20"}]',
        "a list of packages without what they depend on",
    ),
    "pip list": (
        b"Package      Version\n------------ -------\nanyio        4.16.0\n",
        "a list of packages without what they depend on",
    ),
    "pip freeze": (b"# by hand\nanyio==4.16.0\nidna==3.20\n", "a list of requirements without what they depend on"),
    "pyproject.toml": (b'[project]\nname = "a"\ndependencies = ["b"]\n', "what a project asks for"),
    "Mermaid": (b"flowchart TD\n  a --> b\n", "Mermaid, which is only written"),
    "cargo tree --prefix depth": (b"0demo v0.1.0\n1idna v3.20\n", "a tree as a list of depths"),
    "package.json": (b'{"name": "a", "devDependencies": {"b": "^1"}}', "what a project asks for"),
    "Cargo.toml": (b'[package]\nname = "a"\n[dependencies]\nb = "1"\n', "what a project asks for"),
    "apt-cache depends": (b"git\n |Depends: libc6\n  Depends: zlib1g\n", "what apt prints for people"),
    "PlantUML": (b"@startuml\nrectangle a\n", "PlantUML, a picture"),
}


@pytest.mark.parametrize("data, why", REFUSALS.values(), ids=REFUSALS)
def test_what_is_no_graph_is_refused_with_a_reason(data: bytes, why: str, tmp_path: Path) -> None:
    assert (refusal(outline(data)) or "").startswith(why)
    path = tmp_path / "unnamed"
    path.write_bytes(data)
    with pytest.raises(FormatError, match="^" + str(path)) as caught:
        read(path)
    assert why in str(caught.value)
