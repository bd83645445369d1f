"""What scanners report: which packages are vulnerable and how severely, from OSV-Scanner, Trivy and Grype in JSON.

An ecosystem tells packages of one name apart, and says how names and versions compare; it is called as in package URLs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from graphdiff.errors import FormatError
from graphdiff.io.building import numbers
from graphdiff.io.documents import Record, mapping, mappings, parse_json, text, text_in, texts
from graphdiff.text.ecosystems import compared, purl_type

__all__ = ["BANDS", "Finding", "comparable_name", "comparable_version", "read_findings"]

#: The highest that a base score of CVSS can be.
HIGHEST = 10.0
#: Of each word the middle of its band (CVSS 3.1, table 14): low 0.1 to 3.9, medium 4 to 6.9, high 7 to 8.9, critical 9
#: to 10. GitHub's advisories say moderate for medium.
BANDS = {"none": 0.0, "low": 2.0, "medium": 5.45, "moderate": 5.45, "high": 7.95, "critical": 9.5}

#: What OSV, Trivy and Grype call an ecosystem, where that is not its type in package URLs.
ECOSYSTEMS = {
    **dict.fromkeys(("crates", "rust-crate", "rustbinary"), "cargo"),
    **dict.fromkeys(("conancenter",), "conan"),
    **dict.fromkeys(("packagist", "composer-vendor", "php-composer"), "composer"),
    **dict.fromkeys(("debian", "ubuntu", "dpkg"), "deb"),
    **dict.fromkeys(("rubygems", "bundler", "gemspec"), "gem"),
    **dict.fromkeys(("go", "gomod", "gobinary", "go-module"), "golang"),
    **dict.fromkeys(("java-archive", "jar", "pom", "gradle", "sbt"), "maven"),
    **dict.fromkeys(("yarn", "pnpm", "bun", "node-pkg", "javascript"), "npm"),
    **dict.fromkeys(("dotnet", "dotnet-core", "packages-props"), "nuget"),
    **dict.fromkeys(("pip", "pipenv", "poetry", "uv", "pylock", "python", "python-pkg"), "pypi"),
}
#: Those in which a package URL has the distribution before the name.
DISTRIBUTIONS = ("apk", "deb", "rpm")


class Finding(NamedTuple):
    """One advisory on one version of a package.

    Attributes
    ----------
    ecosystem : str
        Its type in package URLs; empty where the report does not say.
    name, version : str
        As the report writes them.
    advisory : str
        What it is called, such as CVE-2019-11358; of several names that the report takes for one, all of them.
    score : float or None
        The highest base score of CVSS that the report has for it; None where it has none.
    word : str
        Its severity in a word, in lower case.
    """

    ecosystem: str
    name: str
    version: str
    advisory: str
    score: float | None
    word: str

    @property
    def severity(self) -> float | None:
        """The score, else the middle of the word's band; None where that has none."""
        return BANDS.get(self.word) if self.score is None else self.score

    @property
    def package(self) -> str:
        """What messages call the package."""
        return f"{self.name}@{self.version}" if self.version else self.name


# -- which packages are the same


def ecosystem_of(title: str) -> str:
    """Return the ecosystem that a scanner calls so, as the type that it has in package URLs.

    Examples
    --------
    >>> ecosystem_of("PyPI"), ecosystem_of("Debian:12"), ecosystem_of("RubyGems")
    ('pypi', 'deb', 'gem')
    """
    word = title.partition(":")[0].lower().removesuffix(".io")  # OSV calls that of Rust by a host
    return ECOSYSTEMS.get(word, word)


def comparable_name(name: str, ecosystem: str) -> str:
    """Return a package's name as its ecosystem compares it.

    Examples
    --------
    >>> comparable_name("Ruamel_yaml.clib", "pypi"), comparable_name("org.slf4j:slf4j-api:jar", "maven")
    ('ruamel-yaml-clib', 'org.slf4j/slf4j-api')
    >>> comparable_name("debian/bash", "deb"), comparable_name("JSONStream", "npm")
    ('bash', 'jsonstream')
    """
    if ecosystem == "maven":
        return "/".join(name.replace("/", ":").split(":")[:2])
    if ecosystem in DISTRIBUTIONS:
        return name.rpartition("/")[2]
    # A package URL has npm's names in lower case, which all but some of the oldest are.
    return name.lower() if ecosystem == "npm" else compared(name, ecosystem)


def comparable_version(version: str, ecosystem: str) -> str:
    """Return a package's version as its ecosystem compares it.

    Examples
    --------
    >>> comparable_version("1.0.0", "pypi"), comparable_version("v0.3.0", "golang"), comparable_version("1.0", "npm")
    ('1', '0.3.0', '1.0')
    """
    if ecosystem == "pypi":
        from packaging.utils import canonicalize_version

        return str(canonicalize_version(version))
    return version.removeprefix("v") if ecosystem == "golang" else version


# -- the three reports


def read_findings(data: bytes, name: str) -> list[Finding]:
    """Return what a scanner's report in JSON says, an advisory and package each.

    Raises
    ------
    FormatError
        Broken JSON, a report of none of the three, values of another shape, or one without any vulnerable package.

    Examples
    --------
    >>> report = b'''{"results": [{"packages": [{"package": {"name": "ms", "version": "0.7.0", "ecosystem": "npm"},
    ... "vulnerabilities": [{"id": "GHSA-1"}], "groups": [{"ids": ["GHSA-1"], "max_severity": "7.5"}]}]}]}'''
    >>> read_findings(report, "osv.json")
    [Finding(ecosystem='npm', name='ms', version='0.7.0', advisory='GHSA-1', score=7.5, word='')]
    """
    document = parse_json(data, name)
    read = next((read for key, read in REPORTS.items() if isinstance(document, dict) and key in document), None)
    if read is None:
        keys = f"; its keys are {', '.join(list(document)[:8])}" if isinstance(document, dict) else ""
        raise FormatError(f"{name}: JSON, but no report of OSV-Scanner, Trivy or Grype{keys}")
    findings = list(read(document, name))
    if not findings:
        raise FormatError(f"{name}: a report without any vulnerable package")
    return findings


def _of_osv(document: Record, name: str) -> Iterator[Finding]:
    for place, source in mappings(document["results"], f"{name}: results"):
        if "packages" not in source:
            raise FormatError(f"{place}: no packages, which each of OSV-Scanner's results has")
        for where, record in mappings(source["packages"], f"{place}.packages"):
            package = mapping(record.get("package"), f"{where}.package")
            # Of a distribution advisories are on source packages, and installed are others.
            called = text_in(package, "os_package_name") or text_in(package, "name") or text_in(package, "commit")
            ecosystem = ecosystem_of(text_in(package, "ecosystem"))
            for ids, score, word in _osv_groups(record, where):
                yield Finding(ecosystem, called, text(package.get("version"), f"{where}.version"), ids, score, word)


def _osv_groups(record: Record, where: str) -> Iterator[tuple[str, float | None, str]]:
    """Yield the advisories on a package: those that are the same as one, its score and its word."""
    words = {
        text_in(advisory, "id"): _word(_database_specific(advisory))
        for _, advisory in mappings(record.get("vulnerabilities"), f"{where}.vulnerabilities")
    }
    groups = [
        (texts(group.get("ids"), f"{place}.ids"), _score(group.get("max_severity"), place))
        for place, group in mappings(record.get("groups"), f"{where}.groups")
    ]
    grouped = {one for ids, _ in groups for one in ids}
    groups += [([one], None) for one in words if one not in grouped]
    for ids, score in groups:
        of_group = [words.get(one, "") for one in ids]
        yield ", ".join(ids), score, max(of_group, key=lambda word: BANDS.get(word, -1.0), default="")


def _database_specific(advisory: Record) -> Any:
    specific = advisory.get("database_specific")
    return specific.get("severity") if isinstance(specific, dict) else None


def _of_trivy(document: Record, name: str) -> Iterator[Finding]:
    for place, result in mappings(document.get("Results"), f"{name}: Results"):
        for where, record in mappings(result.get("Vulnerabilities"), f"{place}.Vulnerabilities"):
            purl = text_in(mapping(record.get("PkgIdentifier"), where), "PURL")
            scores = [
                _score(value, f"{where}.CVSS.{source}")
                for source, said in mapping(record.get("CVSS"), f"{where}.CVSS").items()
                for key, value in mapping(said, f"{where}.CVSS.{source}").items()
                if key.endswith("Score")
            ]
            yield Finding(
                purl_type(purl) or ecosystem_of(text_in(result, "Type")),
                text(record.get("PkgName"), f"{where}.PkgName"),
                text(record.get("InstalledVersion"), f"{where}.InstalledVersion"),
                text_in(record, "VulnerabilityID"),
                _highest(scores),
                _word(record.get("Severity")),
            )


def _of_grype(document: Record, name: str) -> Iterator[Finding]:
    for where, match in mappings(document["matches"], f"{name}: matches"):
        advisory, artifact = (mapping(match.get(key), f"{where}.{key}") for key in ("vulnerability", "artifact"))
        if not advisory or not artifact:
            raise FormatError(f"{where}: no vulnerability with an artifact, which each of Grype's matches has")
        purl = text_in(artifact, "purl")
        related = (record for _, record in mappings(match.get("relatedVulnerabilities"), f"{where}.related"))
        yield Finding(
            purl_type(purl) or ecosystem_of(text_in(artifact, "type")),
            _artifact_name(artifact, purl),
            text(artifact.get("version"), f"{where}.version"),
            text_in(advisory, "id"),
            _highest([score for record in chain([advisory], related) for score in _grype_scores(record, where)]),
            _word(advisory.get("severity")),
        )


def _artifact_name(artifact: Record, purl: str) -> str:
    """Return a name with the group that Grype has in the package URL of a Java archive only."""
    name = text_in(artifact, "name")
    if purl_type(purl) != "maven":
        return name
    from packageurl import PackageURL

    try:
        url = PackageURL.from_string(purl)
    except ValueError:
        return name
    return "/".join(filter(None, (url.namespace, url.name)))


def _grype_scores(record: Record, where: str) -> Iterator[float | None]:
    for place, cvss in mappings(record.get("cvss"), f"{where}.cvss"):
        yield _score(mapping(cvss.get("metrics"), f"{place}.metrics").get("baseScore"), place)


#: By the key of a report that the others do not have.
REPORTS: Mapping[str, Callable[[Record, str], Iterator[Finding]]] = {
    "results": _of_osv,
    "SchemaVersion": _of_trivy,
    "matches": _of_grype,
}


def _word(value: object) -> str:
    return value.lower() if isinstance(value, str) else ""


def _highest(scores: list[float | None]) -> float | None:
    return max((score for score in scores if score is not None), default=None)


def _score(value: object, where: str) -> float | None:
    """Return a base score; None where there is none, and for 0, which scanners write where they know none."""
    if value is None or value == "":
        return None
    number: Any = (numbers([value]) or [None])[0] if isinstance(value, str) else value
    if type(number) not in (int, float) or not 0 <= number <= HIGHEST:
        raise FormatError(f"{where}: {value!r:.60} is no base score of CVSS, from 0 to 10")
    return float(number) or None
