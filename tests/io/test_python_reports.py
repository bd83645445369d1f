"""Python's resolutions that are no locks: ``pip install --report`` and ``pip-compile``, as the tools wrote them.

``report.json`` is what pip 26.3 wrote for ``pip install --dry-run --ignore-installed --report report.json
'requests[socks]' rich`` on Python 3.11, without descriptions and addresses.

``requirements.txt`` is what uv 0.13.9 wrote of a project that asks for click, requests[socks], numpy by two markers
and, in a group, rich; ``pip-compile.txt`` and ``line.pip-compile.txt`` are what pip-compile 7.6.2 wrote of a
``requirements.in``, with one hash each kept in the former.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import networkx as nx
import pytest

from graphdiff.errors import FormatError
from graphdiff.io.read import read

DATA = Path(__file__).parents[1] / "data" / "python"

#: What pipdeptree 4.2.15 prints of the environment in which pip installed these, without requests[socks].
INSTALLED = {
    ("markdown-it-py", "mdurl"): "~=0.1",
    ("requests", "certifi"): ">=2023.5.7",
    ("requests", "charset-normalizer"): "<4,>=2",
    ("requests", "idna"): "<4,>=2.5",
    ("requests", "urllib3"): "<3,>=1.26",
    ("rich", "markdown-it-py"): ">=2.2.0",
    ("rich", "pygments"): "<3.0.0,>=2.13.0",
}


def roots(graph: nx.DiGraph) -> set[str]:
    return {node for node, root in graph.nodes(data="root") if root}


# -- pip install --report


def test_a_report_is_the_tree_of_what_would_be_installed() -> None:
    graph = read(DATA / "report.json")
    with_extra = {("requests", "pysocks"): "!=1.5.7,>=1.5.6"}
    assert {(u, v): clause for u, v, clause in graph.edges(data="clause")} == INSTALLED | with_extra
    assert graph.edges["requests", "pysocks"] == {
        "kind": "extra", "extra": "socks", "marker": 'extra == "socks"', "clause": "!=1.5.7,>=1.5.6", "optional": True,
    }  # fmt: skip
    assert graph.graph["edge_meaning"] == "depends on"
    assert graph.graph["node_meaning"] == "packages"
    assert graph.graph["unmet"] == {}
    assert graph.nodes["pygments"] == {"name": "Pygments", "version": "2.21.0", "licence": "BSD-2-Clause"}


def test_what_was_named_to_pip_are_the_roots() -> None:
    graph = read(DATA / "report.json")
    assert roots(graph) == {"requests", "rich"}
    assert {node for node, asked in graph.nodes(data="requested") if asked} == {"requests", "rich"}


@pytest.mark.parametrize("extras", ["requested", "nodes", "all"])
def test_an_extra_that_was_asked_of_pip_counts(extras: str) -> None:
    assert read(DATA / "report.json", extras=extras).has_edge("requests", "pysocks")
    assert not read(DATA / "report.json", extras="none").has_edge("requests", "pysocks")


def test_an_extra_that_nobody_asked_for_does_not() -> None:
    graph = read(DATA / "report.json")
    assert ("urllib3", "pysocks", "socks") in graph.graph["with_extras"]
    assert not graph.has_edge("urllib3", "pysocks")


def test_what_is_installed_already_is_said_to_be_missing_from_the_report() -> None:
    document = json.loads((DATA / "report.json").read_text())
    document["install"] = [one for one in document["install"] if one["metadata"]["name"] != "idna"]
    graph = read(io.StringIO(json.dumps(document)))
    assert graph.graph["unmet"] == {"idna": ["requests"]}
    assert "--ignore-installed" in graph.graph["absent"]


def test_markers_hold_for_the_environment_of_the_report() -> None:
    document = json.loads((DATA / "report.json").read_text())
    rich = next(one["metadata"] for one in document["install"] if one["metadata"]["name"] == "rich")
    rich["requires_dist"].append("idna; sys_platform == 'win32'")
    assert not read(io.StringIO(json.dumps(document))).has_edge("rich", "idna")
    document["environment"]["sys_platform"] = "win32"
    assert read(io.StringIO(json.dumps(document))).edges["rich", "idna"]["marker"] == 'sys_platform == "win32"'


# -- pip-compile, uv pip compile

RESOLVED = {(tail, head) for tail, head in INSTALLED} | {("requests", "pysocks")}
#: What uv tree --universal --no-dedupe prints of the project.
OF_PROJECT = {("demo-app", head) for head in ("click", "numpy@2.1.3", "numpy@2.5.5", "requests", "rich")}


def test_the_lines_of_uv_are_those_of_its_tree() -> None:
    graph = read(DATA / "requirements.txt")
    assert set(graph.edges) == RESOLVED | OF_PROJECT
    assert roots(graph) == {"demo-app"}
    assert graph.nodes["demo-app"] == {"name": "demo-app", "path": "pyproject.toml", "root": True}
    assert graph.nodes["numpy@2.1.3"] == {
        "name": "numpy", "version": "2.1.3", "marker": 'python_full_version < "3.12"',
    }  # fmt: skip
    assert graph.edges["demo-app", "rich"] == {"kind": "dev", "group": "dev"}
    assert graph.edges["requests", "idna"] == {"kind": "normal"}
    assert graph.graph["edge_meaning"] == "depends on"


@pytest.mark.parametrize("file", ["pip-compile.txt", "line.pip-compile.txt"])
def test_both_styles_of_pip_compile_are_what_pip_installs(file: str) -> None:
    graph = read(DATA / file)
    assert set(graph.edges) == RESOLVED | {("requirements.in", "requests"), ("requirements.in", "rich")}
    assert roots(graph) == {"requirements.in"}
    assert graph.nodes["rich"] == {"name": "rich", "version": "15.0.0", "marker": 'python_version > "3"'}
    assert graph.graph["warnings"] == [f"{DATA / file}: -c constraints.txt makes no edge: it bounds versions alone"]


def test_markers_leave_one_version() -> None:
    graph = read(DATA / "requirements.txt", markers="python_version=3.12")
    assert graph.nodes["numpy"]["version"] == "2.5.5"
    assert graph.graph["left_out"]["nodes"] == ["numpy@2.1.3"]


def lines(*text: str) -> nx.DiGraph:
    return read(io.StringIO("\n".join(text) + "\n"))


def test_editable_projects_addresses_and_folders() -> None:
    graph = lines(
        "-e .",
        "    # via -r all.in",
        "-e git+https://git.example/Web#egg=Web_App",
        "    # via -r all.in",
        "Shop[x] @ https://files.example/shop.zip ; sys_platform == 'linux'",
        "    # via",
        "    #   -r dev.in",
        "    #   Web.app",
    )
    assert set(graph.edges) == {("all.in", "."), ("all.in", "web-app"), ("dev.in", "shop"), ("web-app", "shop")}
    assert graph.nodes["shop"]["source"] == "https://files.example/shop.zip"
    assert graph.nodes["shop"]["name"] == "Shop"
    assert graph.nodes["."]["path"] == "."


def test_a_project_is_a_root_also_where_another_line_names_it_as_a_package() -> None:
    graph = lines("a==1", "    # via", "    #   shop", "    #   shop (pyproject.toml:test)", "b==1  # via shop")
    assert roots(graph) == {"shop"}
    assert graph.edges["shop", "a"] == {"kind": "normal"}


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (["a==1", "    # via b", "b==2"], "no '# via' says who asks for 'b'"),
        (["a==1", "    # via b"], "'# via' names packages that are not pinned in the file: 'b'"),
        (
            ["a==1", "    # via b", "b==1 ; os_name == 'nt'", "    # via -r x.in", "b==2", "    # via -r x.in"],
            "'# via' does not say which version asks, so all do: 'b'",
        ),
        (["a==1", "    # via", "    #   --override o.txt", "    #   -r x.in"], "--override o.txt makes no edge"),
    ],
)
def test_what_the_lines_do_not_say_is_said(text: list[str], warning: str) -> None:
    assert [one for one in lines(*text).graph["warnings"] if warning in one]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (["a==1", "b==2"], "without what they depend on; give what pip inspect or uv pip compile prints"),
        (["a==1", "    # via -c limits.txt"], "no '# via' that says who asks for a package"),
        (["a==1", "    # via the moon (?)"], "line 1: '# via the moon .*' is no package"),
        (["a==1", "    # via b", "what is this?"], "line 3: no requirement: 'what is this"),
        (["    # via b", "a==1"], "line 1: '# via' above all packages"),
    ],
)
def test_other_lines_are_refused(text: list[str], message: str) -> None:
    with pytest.raises(FormatError, match=message):
        lines(*text)
