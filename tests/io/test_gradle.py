"""``gradle dependencies`` as Gradle 4.4.1 printed it of two projects and packages made up for them, and as 9 prints it.

``gradle -q :app:dependencies :lib:dependencies`` of a build in which ``:app`` needs ``:lib``, ``com.acme:web:2.1``,
``com.acme:gone:9.9`` (which is in no repository) and, for its tests, ``org.check:unit:5.0``; ``:lib`` has the API
``com.acme:core:1.+`` and needs ``org.slf:log-api:2.0.9``.
"""

from __future__ import annotations

import io

import networkx as nx
import pytest
from samples import DATA

from graphdiff.errors import FormatError, UsageError
from graphdiff.io.outline import outline
from graphdiff.io.read import read
from graphdiff.io.refused import refusal

SAMPLE = DATA / "gradle/dependencies.txt"
#: What gradle :app:dependencyInsight --configuration runtimeClasspath printed of core and log-api: who asks for which
#: version.
INSIGHT = {
    (":lib", "com.acme:core"): "1.+",
    ("com.acme:web", "com.acme:core"): "1.5",
    ("com.acme:json", "com.acme:core"): "1.4",
    (":lib", "org.slf:log-api"): "2.0.9",
    ("com.acme:core", "org.slf:log-api"): "1.7.30",
}
#: In the form that Gradle's documentation has since version 8, with each remark that it explains.
NEWER = """
> Task :dependencies

------------------------------------------------------------
Root project 'shop' - A shop
------------------------------------------------------------

annotationProcessor - Annotation processors and their dependencies for source set 'main'.
No dependencies

compileClasspath - Compile classpath for source set 'main'.
+--- org.junit:junit-bom:5.11.4
|    \\--- org.junit.jupiter:junit-jupiter-api:5.11.4 (c)
+--- org.junit.platform:junit-platform-launcher -> 1.11.4
|    \\--- org.apiguardian:apiguardian-api:1.1.2
+--- com.google:guava:{strictly [30,32[; prefer 31.1} -> 31.1-jre
|    \\--- org.apiguardian:apiguardian-api:1.1.2
+--- com.acme:old:1.0 -> org.acme:new:2.0
+--- com.acme:web -> project ':web'
|    \\--- project : (*)
+--- com.acme:lost:1.0 -> 1.1 FAILED
\\--- project ':util'

implementation - Implementation dependencies for the 'main' feature. (n)
\\--- com.google:guava:30.0 (n)

(c) - A dependency constraint, not a dependency. The dependency affected by the constraint occurs elsewhere in the tree.
(*) - Indicates repeated occurrences of a transitive dependency subtree.

(n) - A dependency or dependency configuration that cannot be resolved.

A web-based, searchable dependency report is available by adding the --scan option.

BUILD SUCCESSFUL in 1s
1 actionable task: 1 executed
"""


def read_text(text: str, **options: str) -> nx.DiGraph:
    return read(io.StringIO(text), **options)


def test_who_asks_for_which_version_is_what_gradle_says() -> None:
    graph = read(SAMPLE, kinds="runtimeClasspath")
    asked = {
        (u, v): clause for u, v, clause in graph.edges(data="clause") if v in ("com.acme:core", "org.slf:log-api@2.0.9")
    }
    assert {(u, v.partition("@")[0]): clause for (u, v), clause in asked.items()} == INSIGHT
    assert set(graph.edges) - set(asked) == {
        (":app", ":lib"), (":app", "com.acme:web"), ("com.acme:web", "com.acme:json"),
    }  # fmt: skip
    assert graph.nodes["org.slf:log-api@2.0.9"]["version"] == "2.0.9"
    assert graph.graph["left_out"]["nodes"] == ["org.slf:log-api@1.7.30", "org.check:unit", "org.check:match"]


def test_of_all_configurations_an_edge_says_in_which_it_stands() -> None:
    graph = read(SAMPLE)
    assert set(graph) == {
        ":app", ":lib", "com.acme:core", "com.acme:web", "com.acme:json", "org.check:unit", "org.check:match",
        "org.slf:log-api@1.7.30", "org.slf:log-api@2.0.9",
    }  # fmt: skip
    assert graph.edges[":app", "org.check:unit"] == {
        "kind": "testCompileClasspath, testRuntimeClasspath",
        "clause": "5.0",
    }
    # At compile time :app does not see what :lib keeps to itself.
    assert graph.edges["com.acme:core", "org.slf:log-api@1.7.30"]["kind"] == "compileClasspath, testCompileClasspath"
    assert type(graph) is nx.DiGraph
    assert {node for node, root in graph.nodes(data="root") if root} == {":app", ":lib"}


def test_what_could_not_be_resolved_is_unmet_and_what_is_not_to_be_resolved_is_counted() -> None:
    graph = read(SAMPLE)
    assert graph.graph["unmet"] == {"com.acme:gone": [":app"]}
    assert read(SAMPLE, kinds="testRuntimeClasspath").graph["unmet"] == {"com.acme:gone": [":app"]}
    (warning,) = graph.graph["warnings"]
    assert warning.endswith("dependencies.txt: 6 dependencies of configurations that are not resolved make no edge")


def test_the_form_of_newer_versions() -> None:
    graph = read_text(NEWER)
    assert {(u, v): clause for u, v, clause in graph.edges(data="clause")} == {
        ("shop", "org.junit:junit-bom"): "5.11.4",
        ("shop", "org.junit.platform:junit-platform-launcher"): None,
        ("org.junit.platform:junit-platform-launcher", "org.apiguardian:apiguardian-api"): "1.1.2",
        ("shop", "com.google:guava"): "{strictly [30,32[; prefer 31.1}",
        ("com.google:guava", "org.apiguardian:apiguardian-api"): "1.1.2",
        ("shop", "org.acme:new"): "1.0",
        ("shop", ":web"): None,
        (":web", "shop"): None,
        ("shop", ":util"): None,
    }
    assert graph.nodes["shop"] == {"name": "shop", "root": True, "path": ":"}
    assert graph.nodes["com.google:guava"]["version"] == "31.1-jre"
    assert graph.nodes["org.acme:new"]["version"] == "2.0"
    assert graph.graph["unmet"] == {"com.acme:lost": ["shop"]}


def test_lines_of_windows_are_the_same() -> None:
    crlf = read(io.BytesIO(NEWER.replace("\n", "\r\n").encode()))
    assert nx.utils.graphs_equal(crlf, read_text(NEWER))


def test_a_tree_of_gradle_is_not_refused_as_one_for_people() -> None:
    assert refusal(outline(NEWER.encode())) is None
    assert "a tree for people" in (refusal(outline(b"app\n+--- web 1.0\n")) or "")


def test_a_part_of_a_report_is_read_without_the_name_of_its_project() -> None:
    graph = read_text(
        "runtimeClasspath - Runtime classpath.\n+--- g:web:1.0\n|    \\--- g:core:2.0\n\\--- g:core:2.0\n"
    )
    assert list(graph.edges) == [(".", "g:web"), (".", "g:core"), ("g:web", "g:core")]
    assert graph.nodes["."]["root"] is True


RULE = "-" * 60


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("classpath\nNo dependencies\n", "no dependency in it; gradle PROJECT:dependencies prints"),
        ("classpath\n     \\--- g:a:1\n", "line 5: a dependency below none"),
        ("classpath\n\\--- nonsense\n", "line 5: 'nonsense' is neither group:name:version nor a project"),
        ("\\--- g:a:1\n", "line 4: a dependency in no configuration"),
    ],
)
def test_what_is_wrong_is_said_with_the_line(lines: str, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read_text(f"{RULE}\nProject :app\n{RULE}\n{lines}", format="gradle")


def test_a_configuration_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UsageError, match="no edge is of the kind 'runtime'; there are compileClasspath, default,"):
        read(SAMPLE, kinds="runtime")
