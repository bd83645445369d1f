"""Targets from a file: a table means nodes as the command line does, a scanner's report means packages."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import DATA, SAMPLES

import graphdiff as gd
from graphdiff.errors import (
    AmbiguousNodeError,
    FormatError,
    GraphdiffError,
    LimitError,
    UnknownNamesError,
    UnknownNodeError,
    UsageError,
)
from graphdiff.io.advisories import BANDS, ecosystem_of
from graphdiff.io.formats import READERS
from graphdiff.io.formats.packages import PACKAGES
from graphdiff.io.read import read
from graphdiff.io.targets import read_targets

#: What OSV calls the ecosystem of Cargo: the registry's host.
RUST = ".".join(("crates", "io"))

#: An advisory for the builders below: package, version, ecosystem of OSV's, score, word.
Said = tuple[str, str, str, float | None, str]
Build = Callable[[list[Said]], dict[str, Any]]

# -- reports as the three scanners write them (OSV-Scanner 2.5, Trivy 0.74, Grype 0.116), as far as anything reads them


def osv(said: list[Said]) -> dict[str, Any]:
    packages: dict[tuple[str, str, str], Any] = {}
    for number, (name, version, ecosystem, score, word) in enumerate(said):
        package = {"name": name, "version": version, "ecosystem": ecosystem}
        entry = packages.setdefault(
            (name, version, ecosystem), {"package": package, "vulnerabilities": [], "groups": []}
        )
        advisory = {"id": f"GHSA-{number}", "aliases": [f"CVE-2026-{number}"], "modified": "2026-11-01T00:00:00Z"}
        entry["vulnerabilities"].append(advisory | ({"database_specific": {"severity": word}} if word else {}))
        ids = {"ids": [f"GHSA-{number}"], "aliases": [f"CVE-2026-{number}", f"GHSA-{number}"]}
        entry["groups"].append({**ids, "max_severity": "" if score is None else f"{score:.1f}"})
    source = {"path": "/src/a.lock", "type": "lockfile"}
    return {
        "results": [{"source": source, "packages": list(packages.values())}] if said else [],
        "experimental_config": {"licenses": {"summary": False, "allowlist": None}},
    }


#: The name of an ecosystem of OSV's in package URLs, and of Trivy's and Grype's types.
TYPES = {
    "npm": ("npm", "npm", "npm"),
    "PyPI": ("pypi", "uv", "python"),
    RUST: ("cargo", "cargo", "rust-crate"),
    "Go": ("golang", "gomod", "go-module"),
    "Maven": ("maven", "pom", "java-archive"),
    "RubyGems": ("gem", "bundler", "gem"),
    "Packagist": ("composer", "composer", "php-composer"),
    "NuGet": ("nuget", "nuget", "dotnet"),
    "ConanCenter": ("conan", "conan", "conan"),
    "Debian:12": ("deb/debian", "debian", "deb"),
}


def purl(name: str, version: str, ecosystem: str) -> str:
    return f"pkg:{TYPES[ecosystem][0]}/{name.replace(':', '/').replace('@', '%40')}@{version.replace('+', '%2B')}"


def trivy(said: list[Said]) -> dict[str, Any]:
    results: dict[str, Any] = {}
    for number, (name, version, ecosystem, score, word) in enumerate(said):
        kind = TYPES[ecosystem][1]
        result = results.setdefault(
            kind, {"Target": "a.lock", "Class": "lang-pkgs", "Type": kind, "Vulnerabilities": []}
        )
        scores = {} if score is None else {"CVSS": {"nvd": {"V3Vector": "CVSS:3.1/…", "V3Score": score}}}
        result["Vulnerabilities"].append(
            {
                "VulnerabilityID": f"CVE-2026-{number}",
                "PkgID": f"{name}@{version}",
                "PkgName": name,
                "PkgIdentifier": {"PURL": purl(name, version, ecosystem), "UID": "199d95f873330bd3"},
                "InstalledVersion": version,
                "Status": "fixed",
                "SeveritySource": "ghsa",
                "Severity": word.upper() or "UNKNOWN",
                **scores,
            }
        )
    return {"SchemaVersion": 2, "ArtifactName": ".", "ArtifactType": "filesystem", "Results": list(results.values())}


def grype(said: list[Said]) -> dict[str, Any]:
    matches = []
    for number, (name, version, ecosystem, score, word) in enumerate(said):
        metrics = {"source": "nvd@nist.gov", "type": "Primary", "version": "3.1", "vector": "CVSS:3.1/…"}
        advisory = {
            "id": f"GHSA-{number}",
            "dataSource": "",
            "severity": word.capitalize() or "Unknown",
            "urls": [],
            "cvss": [] if score is None else [metrics | {"metrics": {"baseScore": score}, "vendorMetadata": {}}],
            "fix": {"versions": [], "state": ""},
            "advisories": [],
            "risk": 1.5,
        }
        artifact = {
            "id": "a246fd2054833c93",
            # Of an archive without its group.
            "name": name.rpartition(":")[2] if ecosystem == "Maven" else name,
            "version": version,
            "type": TYPES[ecosystem][2],
            "purl": purl(name, version, ecosystem),
        }
        matches.append(
            {"vulnerability": advisory, "relatedVulnerabilities": [], "matchDetails": [], "artifact": artifact}
        )
    return {"matches": matches, "source": {"type": "directory", "target": "."}, "descriptor": {"name": "grype"}}


BUILDERS = (osv, trivy, grype)
of_each_scanner = pytest.mark.parametrize("scanner", BUILDERS)


def report(document: Any) -> io.BytesIO:
    return io.BytesIO(json.dumps(document).encode())


def table(text: str) -> io.StringIO:
    return io.StringIO(text)


@pytest.fixture
def lock() -> nx.DiGraph:
    """Return the graph of an npm lock with two versions of one package."""
    packages = {
        "": {"name": "app", "version": "1.0.0", "dependencies": {"web": "^2", "ms": "^2"}},
        "node_modules/web": {"version": "2.3.1", "dependencies": {"ms": "^0.7"}},
        "node_modules/web/node_modules/ms": {"version": "0.7.0"},
        "node_modules/ms": {"version": "2.1.3", "dependencies": {"@scope/log": "1"}},
        "node_modules/@scope/log": {"version": "1.0.0"},
    }
    document = {"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}
    return read(report(document), format="npm-lock")


# -- a table


@pytest.mark.parametrize(
    "text",
    [
        "node,weight\nweb,2\n@scope/log,7\n",
        "weight,node\n2,web\n7,@scope/log\n",
        "Node\tWeight\nweb\t2\n@scope/log\t7\n",
        "# from the last audit\nweb; 2\n@scope/log; 7\n",
        "web ,2\n @scope/log , 7 \n",
        '"web","2"\n\n"@scope/log","7"\n',
        "\ufeffnode,weight\r\nweb,2\r\n@scope/log,7\r\n",
    ],
    ids=["header", "columns turned round", "tabs", "a comment", "blanks", "quoted, an empty line", "BOM and CRLF"],
)
def test_a_table_has_names_and_weights(lock: nx.DiGraph, text: str) -> None:
    assert dict(read_targets(table(text), lock)) == {"web": 2, "@scope/log": 7}


@pytest.mark.parametrize("text", ["web\n@scope/log\n", "node\nweb\n@scope/log", "# ours\nweb\n@scope/log\n"])
def test_without_weights_each_is_one(lock: nx.DiGraph, text: str) -> None:
    targets = read_targets(table(text), lock)
    assert list(targets.items()) == [("web", 1), ("@scope/log", 1)]
    assert (targets.missing, targets.warnings) == ((), ())


def test_whole_weights_stay_whole_and_others_are_floats(lock: nx.DiGraph) -> None:
    assert {type(weight) for weight in read_targets(table("web,2\nms@0.7.0,3"), lock).values()} == {int}
    assert dict(read_targets(table("web,2\nms@0.7.0,-0.5"), lock)) == {"web": 2.0, "ms@0.7.0": -0.5}


def test_a_name_means_what_it_means_on_the_command_line(lock: nx.DiGraph) -> None:
    assert dict(read_targets(table("*log\nms@0*"), lock)) == {"@scope/log": 1, "ms@0.7.0": 1}
    numbers = nx.DiGraph([(1, 2)])
    assert dict(read_targets(table("2,5"), numbers)) == {2: 5}
    with pytest.raises(UnknownNodeError, match=r"^the open file, line 3: no node 'wbe'; did you mean 'web'\?$"):
        read_targets(table("node\nms@0.7.0\nwbe\n"), lock)
    with pytest.raises(
        AmbiguousNodeError, match=r"^the open file, line 1: 2 nodes match 'ms': 'ms@0.7.0', 'ms@2.1.3'$"
    ):
        read_targets(table("ms\n"), lock)


def test_all_names_that_mean_no_node_are_told_at_once(lock: nx.DiGraph) -> None:
    with pytest.raises(UnknownNamesError, match="2 names mean no node, or several nodes") as raised:
        read_targets(table("node\nwbe\nweb\nms\n"), lock)
    assert str(raised.value).splitlines()[1:] == [
        "  line 2: no node 'wbe'; did you mean 'web'?",
        "  line 4: 2 nodes match 'ms': 'ms@0.7.0', 'ms@2.1.3'.",
    ]
    with pytest.raises(UnknownNamesError, match=r"^the open file: 10 names") as raised:
        read_targets(table("".join(f"no{number}\n" for number in range(99))), lock)
    assert len(raised.value.sentences) == 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("package,risk\nweb,1\n", "line 1: a header must be node,weight, and this is 'package,risk'"),
        ("risk,package\n1,web\n", "line 1: the weight 'package' is not a number; a header must be node,weight"),
        ("node,weight\nweb,1\n\nweb,2\n", "line 4: the node 'web' again, as in line 2"),
        ("web,1\nms@0.7.0,high\n", "line 2: the weight 'high' is not a number"),
        ("web,1\nms@0.7.0,\n", "line 2: the weight '' is not a number"),
        ("node,weight\nweb,nan\n", "line 2: the weight 'nan' is not finite"),
        ("web,1e400\n", "line 1: the weight '1e400' is beyond the floats"),
        ("node,severity\nweb,7\n", "its columns are 'node', 'severity', not node or node,weight"),
        ("node,weight,note\nweb,7,x\n", "its columns are 'node', 'weight', 'note', not node or node,weight"),
        ("node,node\nweb,7\n", "its columns are 'node', 'node', not node or node,weight"),
        ("web,7,x\n", "its columns are 'web', '7', 'x', not node or node,weight"),
        ("node,weight\n", "a header, and no node below it"),
        ("# nothing\n", "no row in it"),
        ("", "is empty"),
    ],
)
def test_a_table_that_is_none_is_refused(lock: nx.DiGraph, text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_targets(table(text), lock)


# -- a package is found by name and version


@of_each_scanner
def test_the_matching_version_alone_is_a_target(lock: nx.DiGraph, scanner: Build) -> None:
    said = [("ms", "0.7.0", "npm", 7.5, "high"), ("@scope/log", "1.0.0", "npm", 5.3, "medium")]
    targets = read_targets(report(scanner(said)), lock)
    assert dict(targets) == {"ms@0.7.0": 7.5, "@scope/log": 5.3}
    assert targets.warnings == ()


#: What OSV calls the ecosystem of each sample of packages; a bill of materials says it itself.
ECOSYSTEMS = {
    "debian": "Debian:12", "go-mod-graph": "Go", "maven": "Maven", "cargo-lock": RUST,
    "cargo-metadata": RUST, "npm-lock": "npm", "npm-ls": "npm", "pnpm": "npm", "yarn": "npm",
    "yarn-berry": "npm", "uv": "PyPI", "poetry": "PyPI", "pdm": "PyPI", "pylock": "PyPI", "pip-inspect": "PyPI",
    "pipdeptree": "PyPI", "pip-report": "PyPI", "pip-compile": "PyPI",
    "bundler": "RubyGems", "composer": "Packagist", "bun": "npm",
    "nuget-lock": "NuGet", "nuget-assets": "NuGet", "gradle": "Maven", "conan": "ConanCenter", "pnpm-ls": "npm",
}  # fmt: skip
LOCKS = [path for path, key in SAMPLES.items() if key in ECOSYSTEMS and "reversed" not in path]


@of_each_scanner
@pytest.mark.parametrize("path", LOCKS)
def test_every_package_of_every_sample_is_found_by_its_name_and_version(path: str, scanner: Build) -> None:
    graph = read(DATA / path)
    ecosystem = ECOSYSTEMS[SAMPLES[path]]
    nodes: dict[tuple[str, str], set[str]] = {}
    for node, data in graph.nodes(data=True):
        if "version" in data:
            name = data.get("name", node)
            if ecosystem == "Maven":  # which has the type and the classifier too
                name = ":".join(name.split(":")[:2])
            nodes.setdefault((name, data["version"]), set()).add(node)
    assert nodes
    for (name, version), expected in nodes.items():
        targets = read_targets(report(scanner([(name, version, ecosystem, 5.0, "")])), graph)
        assert set(targets) == expected
    other = "npm" if ecosystem != "npm" else "PyPI"
    with pytest.raises(UsageError, match="none of the 1 vulnerable packages is in the graph"):
        read_targets(report(scanner([(name, version, other, 5.0, "")])), graph)


def test_every_format_of_packages_has_its_ecosystem_or_is_known_to_say_it_itself() -> None:
    for path in LOCKS:
        graph = read(DATA / path)
        assert graph.graph["ecosystem"] == ecosystem_of(ECOSYSTEMS[SAMPLES[path]])
    themselves = {"conda-lock", "cyclonedx", "pixi", "snyk", "spdx"}
    assert {key for key, row in PACKAGES.items() if not row.ecosystem} == themselves
    assert {key for key, row in READERS.items() if row.ecosystem} <= set(PACKAGES)


@of_each_scanner
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("pkg:npm/%40babel/core@7.0.0", ("@babel/core", "7.0.0", "npm")),
        ("pkg:npm/JSONStream@1.0.0", ("JSONStream", "1.0.0", "npm")),
        ("pkg:maven/org.slf4j/slf4j-api@1.7.36", ("org.slf4j:slf4j-api", "1.7.36", "Maven")),
        ("pkg:golang/github.com/gogo/protobuf@v1.3.1", ("github.com/gogo/protobuf", "v1.3.1", "Go")),
        ("pkg:golang/github.com/gogo/protobuf@1.3.1", ("github.com/gogo/protobuf", "v1.3.1", "Go")),
        ("pkg:pypi/ruamel-yaml@0.18", ("ruamel.yaml", "0.18.0", "PyPI")),
        ("pkg:deb/debian/libc6@2.36-9?arch=amd64", ("libc6", "2.36-9", "Debian:12")),
    ],
)
def test_a_component_is_found_by_its_package_url(url: str, said: tuple[str, str, str], scanner: Build) -> None:
    version = url.partition("?")[0].rpartition("@")[2]
    bill = {
        "bomFormat": "CycloneDX",
        "components": [
            {"bom-ref": "1", "name": "x", "version": version, "purl": url},
            {"bom-ref": "2", "name": "y", "version": version, "purl": "pkg:generic/other@1"},
        ],
        "dependencies": [{"ref": "2", "dependsOn": ["1"]}],
    }
    graph = read(report(bill), format="cyclonedx")
    (expected,) = (node for node, data in graph.nodes(data=True) if data["purl"] == url)
    assert dict(read_targets(report(scanner([(*said, 9.8, "")])), graph)) == {expected: 9.8}


def test_of_two_ecosystems_in_one_bill_that_of_the_report_is_meant() -> None:
    bill = {
        "bomFormat": "CycloneDX",
        "components": [
            {"bom-ref": kind, "name": "requests", "version": "2.0", "purl": f"pkg:{kind}/requests@2.0"}
            for kind in ("npm", "pypi")
        ],
        "dependencies": [{"ref": "npm"}, {"ref": "pypi"}],
    }
    graph = read(report(bill), format="cyclonedx")
    targets = read_targets(report(osv([("requests", "2.0", "PyPI", 8.0, "")])), graph)
    assert [graph.nodes[node]["purl"] for node in targets] == ["pkg:pypi/requests@2.0"]


def test_a_package_with_extras_is_a_target_once() -> None:
    graph = read(DATA / "python/uv.lock", extras="nodes")
    assert {"web", "web[fast]"} <= set(graph)
    assert dict(read_targets(report(osv([("web", "2.1", "PyPI", 4.0, "")])), graph)) == {"web": 4.0}


@of_each_scanner
def test_what_is_not_in_the_graph_is_said_by_name_and_number(lock: nx.DiGraph, scanner: Build) -> None:
    said = [
        ("ms", "0.7.0", "npm", 7.5, ""),
        ("ms", "1.0.0", "npm", 7.5, ""),
        ("left-pad", "1.3.0", "npm", 3.1, ""),
        ("web", "2.3.1", "PyPI", 3.1, ""),
        ("d", "4", "npm", 3.1, ""),
    ]
    targets = read_targets(report(scanner(said)), lock)
    assert dict(targets) == {"ms@0.7.0": 7.5}
    assert sorted(targets.missing) == ["d@4", "left-pad@1.3.0", "ms@1.0.0", "web@2.3.1"]
    (line,) = targets.warnings
    assert "the open file: 4 of the 5 vulnerable packages are not in the graph: 'ms@1.0.0' (the graph has " in line
    assert line.endswith(" and 1 more")
    assert repr(targets) == "<targets: 1 node, 4 more not in the graph>"
    assert str(targets) == "{'ms@0.7.0': 7.5}"
    with pytest.raises(
        UsageError, match=r"^the open file: none of the 2 vulnerable packages is in the graph: 'ms@1.0.0'"
    ):
        read_targets(report(scanner(said[1:3])), lock)


def test_one_missing_package_is_said_in_the_singular(lock: nx.DiGraph) -> None:
    said = [("ms", "0.7.0", "npm", 7.5, ""), ("web", "1", "npm", 7.5, "")]
    (line,) = read_targets(report(osv(said)), lock).warnings
    assert line.endswith("1 of the 2 vulnerable packages is not in the graph: 'web@1' (the graph has 2.3.1)")


def test_where_a_version_is_not_known_the_name_decides_and_that_is_said() -> None:
    graph = nx.DiGraph([("app", "ms"), ("app", "web@2")])
    said = [("ms", "0.7.0", "npm", 7.5, ""), ("web", "2", "npm", 1.5, ""), ("web", "3", "npm", 9.5, "")]
    targets = read_targets(report(osv(said)), graph)
    assert dict(targets) == {"ms": 7.5, "web@2": 1.5}
    assert any(line.endswith("found by name alone, as a version is not known: 'ms@0.7.0'") for line in targets.warnings)
    compiled = gd.compile(graph, weight=None)
    assert dict(read_targets(report(osv(said)), compiled)) == dict(targets)
    assert dict(read_targets(table("web*,2"), compiled)) == {"web@2": 2}


# -- how much a package weighs


@of_each_scanner
def test_the_highest_score_of_several_advisories_counts(lock: nx.DiGraph, scanner: Build) -> None:
    said: list[Said] = [("ms", "0.7.0", "npm", score, "low") for score in (5.3, 9.1, 7.5)]
    assert dict(read_targets(report(scanner(said)), lock)) == {"ms@0.7.0": 9.1}


@of_each_scanner
@pytest.mark.parametrize(
    ("word", "low", "high"), [("low", 0.1, 3.9), ("medium", 4.0, 6.9), ("high", 7.0, 8.9), ("critical", 9.0, 10.0)]
)
def test_a_word_counts_as_the_middle_of_its_band_and_that_is_said(
    lock: nx.DiGraph, word: str, low: float, high: float, scanner: Build
) -> None:
    targets = read_targets(report(scanner([("ms", "0.7.0", "npm", None, word)])), lock)
    assert targets["ms@0.7.0"] == pytest.approx((low + high) / 2)
    (line,) = targets.warnings
    assert line.endswith(
        f"a weight is the middle of its word's band, where no base score is given: 'ms@0.7.0' ({word}, {BANDS[word]:g})"
    )


def test_a_score_beside_a_higher_word_loses_and_beside_a_lower_one_wins(lock: nx.DiGraph) -> None:
    def of(score: float) -> gd.Targets:
        said: list[Said] = [("ms", "0.7.0", "npm", score, ""), ("ms", "0.7.0", "npm", None, "high")]
        return read_targets(report(osv(said)), lock)

    assert of(7.0)["ms@0.7.0"] == 7.95
    assert len(of(7.0).warnings) == 1
    assert (of(9.0)["ms@0.7.0"], of(9.0).warnings) == (9.0, ())


def test_trivy_has_scores_of_several_sources_and_versions(lock: nx.DiGraph) -> None:
    document = trivy([("ms", "0.7.0", "npm", 6.1, "medium")])
    (one,) = document["Results"][0]["Vulnerabilities"]
    one["CVSS"]["redhat"] = {"V2Score": 4.3, "V3Score": 5.6, "V40Score": 8.7, "V40Vector": "CVSS:4.0/…"}
    assert dict(read_targets(report(document), lock)) == {"ms@0.7.0": 8.7}


@pytest.mark.parametrize("scanner", [trivy, grype])
def test_without_a_package_url_the_type_tells_the_ecosystem(lock: nx.DiGraph, scanner: Build) -> None:
    def without_purls(ecosystem: str) -> io.BytesIO:
        text = json.dumps(scanner([("ms", "0.7.0", ecosystem, 6.1, "")]))
        return report(
            json.loads(text, object_hook=lambda one: {k: v for k, v in one.items() if k not in ("PURL", "purl")})
        )

    assert dict(read_targets(without_purls("npm"), lock)) == {"ms@0.7.0": 6.1}
    with pytest.raises(UsageError, match="none of the 1 vulnerable packages is in the graph"):
        read_targets(without_purls("PyPI"), lock)


@pytest.mark.parametrize(("scanner", "kind"), [(trivy, '"Type": "npm"'), (grype, '"type": "npm"')])
def test_a_package_url_tells_it_whatever_the_type(lock: nx.DiGraph, scanner: Build, kind: str) -> None:
    text = json.dumps(scanner([("ms", "0.7.0", "npm", 6.1, "")]))
    assert kind in text
    other = text.replace(kind, kind.replace("npm", "jar"))
    assert dict(read_targets(table(other), lock)) == {"ms@0.7.0": 6.1}


def test_of_one_version_in_two_spellings_the_higher_counts() -> None:
    graph = read(DATA / "python/uv.lock")
    for scores in ((9.0, 3.0), (3.0, 9.0)):
        said = [("web", version, "PyPI", score, "") for version, score in zip(("2.1", "2.1.0"), scores, strict=True)]
        assert dict(read_targets(report(osv(said)), graph)) == {"web": 9.0}


def test_grype_has_scores_with_the_advisories_that_are_related(lock: nx.DiGraph) -> None:
    document = grype([("ms", "0.7.0", "npm", None, "medium")])
    cvss = [{"version": "2.0", "vector": "AV:N", "metrics": {"baseScore": 5.8}}]
    document["matches"][0]["relatedVulnerabilities"] = [{"id": "CVE-2014-3577", "severity": "Medium", "cvss": cvss}]
    assert dict(read_targets(report(document), lock)) == {"ms@0.7.0": 5.8}


def test_osv_scanner_calls_a_package_of_a_distribution_as_it_is_installed() -> None:
    graph = read(DATA / "debian/small.Packages")
    document = osv([("glibc", "2.1", "Debian:12", 9.8, "")])
    document["results"][0]["packages"][0]["package"]["os_package_name"] = "libc"
    assert dict(read_targets(report(document), graph)) == {"libc": 9.8}


def test_advisories_of_osv_scanner_before_scores_count_by_their_words(lock: nx.DiGraph) -> None:
    document = osv([("ms", "0.7.0", "npm", None, "LOW"), ("ms", "0.7.0", "npm", None, "MODERATE")])
    package = document["results"][0]["packages"][0]
    for group in package["groups"]:
        del group["max_severity"]
    assert dict(read_targets(report(document), lock)) == {"ms@0.7.0": 5.45}
    package["groups"] = [{"ids": ["GHSA-0", "GHSA-1"]}]
    package["vulnerabilities"][0]["database_specific"]["severity"] = "CRITICAL"
    package["vulnerabilities"][1]["database_specific"]["severity"] = "HIGH"
    assert dict(read_targets(report(document), lock)) == {"ms@0.7.0": 9.5}
    package["groups"] = [{"ids": ["GHSA-1"]}]
    package["vulnerabilities"][0]["database_specific"]["severity"] = "MODERATE"
    package["vulnerabilities"][1]["database_specific"]["severity"] = "LOW"
    # What is in no group counts all the same.
    assert dict(read_targets(report(document), lock)) == {"ms@0.7.0": 5.45}


def test_a_package_that_is_listed_without_advisories_is_no_target(lock: nx.DiGraph) -> None:
    document = osv([("ms", "0.7.0", "npm", 5.0, "")])
    listed = {"package": {"name": "web", "version": "2.3.1", "ecosystem": "npm"}, "licenses": ["MIT"]}
    document["results"][0]["packages"].append(listed)
    targets = read_targets(report(document), lock)
    assert (dict(targets), targets.missing) == ({"ms@0.7.0": 5.0}, ())


@of_each_scanner
def test_what_has_no_severity_is_refused_until_it_is_said_what_it_counts_as(lock: nx.DiGraph, scanner: Build) -> None:
    said: list[Said] = [("ms", "0.7.0", "npm", None, ""), ("web", "2.3.1", "npm", 2.0, ""), ("x", "1", "npm", None, "")]
    with pytest.raises(FormatError, match=r"no severity of 'ms@0.7.0'; default_severity= says what such an advisory"):
        read_targets(report(scanner(said)), lock)
    targets = read_targets(report(scanner(said)), lock, default_severity=10)
    assert dict(targets) == {"ms@0.7.0": 10, "web": 2.0}
    with pytest.raises(UsageError, match="default_severity=nan is not a finite number"):
        read_targets(report(scanner(said)), lock, default_severity=float("nan"))


@of_each_scanner
def test_an_advisory_without_severity_beside_others_is_passed_over_and_named(lock: nx.DiGraph, scanner: Build) -> None:
    said: list[Said] = [("ms", "0.7.0", "npm", None, ""), ("ms", "0.7.0", "npm", 2.0, "")]
    targets = read_targets(report(scanner(said)), lock)
    assert dict(targets) == {"ms@0.7.0": 2.0}
    (line,) = targets.warnings
    assert "passed over, as they have no severity: " in line
    assert line.endswith("-0 on 'ms@0.7.0'")
    more = read_targets(report(scanner(said)), lock, default_severity=3.0)
    assert (dict(more), more.warnings) == ({"ms@0.7.0": 3.0}, ())


@of_each_scanner
def test_a_score_of_nothing_is_none(lock: nx.DiGraph, scanner: Build) -> None:
    assert dict(read_targets(report(scanner([("ms", "0.7.0", "npm", 0.0, "low")])), lock)) == {"ms@0.7.0": 2.0}


# -- files that nobody can trust


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"runs": []}, "JSON, but no report of OSV-Scanner, Trivy or Grype; its keys are runs"),
        ([1], "JSON, but no report of OSV-Scanner, Trivy or Grype$"),
        ({"results": []}, "a report without any vulnerable package"),
        ({"SchemaVersion": 2, "Results": None}, "a report without any vulnerable package"),
        ({"matches": []}, "a report without any vulnerable package"),
        ({"results": [{"code": "assert"}]}, r"results\[0\]: no packages, which each of OSV-Scanner's results has"),
        ({"results": 3}, "results: expected a list, found a number"),
        ({"matches": [{"id": 1}]}, r"matches\[0\]: no vulnerability with an artifact"),
        ({"SchemaVersion": 2, "Results": [{"Vulnerabilities": ["CVE"]}]}, r"Vulnerabilities\[0\]: expected names with"),
    ],
)
def test_another_document_is_refused(lock: nx.DiGraph, document: Any, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_targets(report(document), lock)


@pytest.mark.parametrize("score", ["11", "-1", "high", "1e999", "٧", "NaN"])
def test_a_score_that_is_none_is_refused(lock: nx.DiGraph, score: str) -> None:
    document = osv([("ms", "0.7.0", "npm", 5.0, "")])
    document["results"][0]["packages"][0]["groups"][0]["max_severity"] = score
    with pytest.raises(FormatError, match=r"groups\[0\]: '.*' is no base score of CVSS, from 0 to 10"):
        read_targets(report(document), lock)


@pytest.mark.parametrize("score", ["NaN", "Infinity", "true", "[7]", '{"a": 1}', "11"])
def test_a_number_that_is_no_score_is_refused(lock: nx.DiGraph, score: str) -> None:
    text = json.dumps(grype([("ms", "0.7.0", "npm", 5.5, "")])).replace("5.5", score)
    with pytest.raises(FormatError, match="is no base score of CVSS"):
        read_targets(table(text), lock)


def test_broken_and_deep_json_is_refused(lock: nx.DiGraph) -> None:
    for text in ('{"results": [', '{"a": ' + "[" * 100_000, '{"a": 1, "a": 2}'):
        with pytest.raises(FormatError, match=r"broken JSON|nested too deep"):
            read_targets(table(text), lock)


def test_the_size_is_limited_and_the_limit_can_be_set(lock: nx.DiGraph, tmp_path: Path) -> None:
    path = tmp_path / "report.json.gz"
    path.write_bytes(gzip.compress(json.dumps(osv([("ms", "0.7.0", "npm", 5.0, "")])).encode()))
    assert dict(read_targets(path, lock)) == {"ms@0.7.0": 5.0}
    with pytest.raises(LimitError, match="holds more than 100 bytes; max_bytes=400 reads it"):
        read_targets(path, lock, max_bytes=100)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(way for key, one in inner for way in places(one, (*path, key)))]


@of_each_scanner
@given(data=st.data())
def test_whatever_stands_in_a_report_it_is_read_or_refused_in_our_words(scanner: Build, data: st.DataObject) -> None:
    graph = nx.DiGraph([("app", "ms@0.7.0")])
    document = scanner([("ms", "0.7.0", "npm", 5.0, "high"), ("web", "1", "npm", None, "low")])
    way = data.draw(st.sampled_from(places(document)[1:]))
    holder: Any = document
    for key in way[:-1]:
        holder = holder[key]
    holder[way[-1]] = data.draw(JSON)
    try:
        targets = read_targets(report(document), graph)
    except GraphdiffError:
        return
    assert set(targets) == {"ms@0.7.0"}
    assert 0 <= targets["ms@0.7.0"] <= 10


# -- what they are for


@of_each_scanner
def test_the_risk_of_a_node_is_the_sum_of_weights_times_influence(lock: nx.DiGraph, scanner: Build) -> None:
    said: list[Said] = [("ms", "0.7.0", "npm", 7.5, ""), ("@scope/log", "1.0.0", "npm", 5.0, "")]
    targets = read_targets(report(scanner(said)), lock)
    even = {"weight": gd.weights.even}
    risk = gd.reverse(lock, targets, **even)
    # One unit from app: half to web and by it to ms@0.7.0, half by ms@2.1.3 to the log.
    assert dict(risk) == {"app": 6.25, "web": 7.5, "ms@0.7.0": 7.5, "ms@2.1.3": 5.0, "@scope/log": 5.0}
    single = {node: gd.total_influence(lock, "app", node, **even) for node in targets}
    assert risk["app"] == sum(weight * single[node] for node, weight in targets.items())
