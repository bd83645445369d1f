"""`read_targets`: which nodes of a graph a file names, and how much each weighs: a table, or a scanner's report.

A package of a report is a node by name and version, as its ecosystem compares them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import networkx as nx

from graphdiff.arithmetic import Number, is_finite, is_number
from graphdiff.errors import (
    AmbiguousNodeError,
    FormatError,
    GraphdiffError,
    UnknownNamesError,
    UnknownNodeError,
    UsageError,
)
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.lookup import Names
from graphdiff.graph.networks import network_of
from graphdiff.io.advisories import Finding, comparable_name, comparable_version, read_findings
from graphdiff.io.building import is_numeral, numbers, why_no_number
from graphdiff.io.rows import Table, table_of
from graphdiff.io.source import PathOrFile, load, text_of
from graphdiff.remedies import Keyword, Remedy
from graphdiff.showing import and_more
from graphdiff.text.ecosystems import ecosystem_of
from graphdiff.text.names import split_version

__all__ = ["Targets", "read_targets"]

#: The largest file that is read, unless the caller says another: as values of Python's JSON takes many times its size.
MAX_BYTES = 1 << 28
#: How many names a sentence lists.
SHOWN = 3
#: So many names that mean no node are looked up and told.
MAX_UNKNOWN = 10
#: What the columns of a table are called, in any order and in any case.
COLUMNS = (["node"], ["node", "weight"])


@dataclass(frozen=True, eq=False, repr=False)
class Targets(Mapping[Any, Number]):
    """A weight for each of some nodes: what functions take as a target, or as a source.

    Attributes
    ----------
    weights : dict
        The weights by node; of a report the highest first.
    format : {"table", "report"}
        What they were read from: nodes and weights as they stand in a table, or a scanner's report of packages.
    missing : tuple of str
        The packages of a report that are not in the graph, each as ``name@version``; the names in a table that mean no
        node, where these are no error.
    warnings : tuple of str
        What else is to be said, a sentence each: which packages are missing, and which weights are no base scores.
    """

    weights: Mapping[Any, Number]
    format: str
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __getitem__(self, node: Any) -> Number:
        return self.weights[node]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.weights)

    def __len__(self) -> int:
        return len(self.weights)

    def __repr__(self) -> str:
        missing = f", {len(self.missing):,} more not in the graph" if self.missing else ""
        return f"<targets: {len(self):,} node{'s' * (len(self) != 1)}{missing}>"

    def __str__(self) -> str:
        return str(dict(self))


def read_targets(
    path: PathOrFile,
    graph: nx.DiGraph | nx.MultiDiGraph | CompiledGraph,
    *,
    default_severity: float | None = None,
    max_bytes: int | None = None,
    missing: Literal["raise", "skip"] = "raise",
) -> Targets:
    r"""Read which nodes of a graph are asked about, and how much each weighs.

    Parameters
    ----------
    path : str, path-like or file object
        A table with the columns ``node`` and, if it likes, ``weight``; without a header these are its first and second
        column, and without weights each is 1. Or a report in JSON of OSV-Scanner (``--format json``), Trivy (``--format
        json``) or Grype (``-o json``). The content tells which; ``"-"`` is standard input; gzip, bzip2 and xz are
        decompressed.
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
        A name in a table means a node as on the command line: by its id, else its name, its label, or ``*`` and ``?``.
        A package of a report is every node of its name and version, in its ecosystem where package URLs or the
        format of the graph tell that. Of a node without a version the name decides, and `Targets.warnings` says so.
    default_severity : number, optional
        What an advisory without severity counts as.
    max_bytes : int, optional
        The largest content that is read, counted after decompression; by default 256 MiB.
    missing : {"raise", "skip"}
        What becomes of a name in a table that means no node, and of a report none of whose packages is in the graph:
        an error, or nothing but `Targets.missing` and a sentence in `Targets.warnings`.

    Returns
    -------
    Targets
        A mapping of node to weight. Of a package that is the highest base score of CVSS that the report has for any
        advisory on it, of any source and version of CVSS, as OSV-Scanner's ``max_severity`` is. An advisory without a
        score, or of score 0, counts as the middle of the band that CVSS 3.1 [1]_ gives to its word: low 2, medium (or
        moderate) 5.45, high 7.95, critical 9.5; `Targets.warnings` says which weights come from words.

    Raises
    ------
    InputError
        The file cannot be opened or read.
    FormatError
        A table of other columns or with what is no number; a report of another shape, without any vulnerable package,
        or with a package in the graph of which no advisory has a severity.
    UnknownNodeError, AmbiguousNodeError, UnknownNamesError
        A name in a table that means no node, or several; more such names than one, of which the first ten are told.
    UsageError
        None of the vulnerable packages is in the graph, or a `default_severity` that is no number.
    LimitError
        The file is larger than `max_bytes`.

    References
    ----------
    .. [1] FIRST, Common Vulnerability Scoring System v3.1: Specification Document, section 5, table 14.

    Examples
    --------
    >>> import io
    >>> import networkx as nx
    >>> import graphdiff as gd
    >>> G = nx.DiGraph([("app", "web"), ("app", "log"), ("web", "log")])
    >>> targets = gd.read_targets(io.StringIO("node,weight\nlog,7.5\nweb,2\n"), G)
    >>> dict(targets)
    {'log': 7.5, 'web': 2.0}
    >>> dict(gd.reverse(G, targets, weight=None))
    {'app': 17.0, 'web': 9.5, 'log': 7.5}
    """
    if default_severity is not None and not (is_number(default_severity) and is_finite(default_severity)):
        raise UsageError(Keyword("default_severity", default_severity), " is not a finite number")
    name, data = load(path, max_bytes=MAX_BYTES if max_bytes is None else max_bytes)
    nodes = _with_nodes(graph)
    if missing not in ("raise", "skip"):
        raise UsageError(Keyword("missing", missing), " is neither 'raise' nor 'skip'")
    if text_of(data[:256]).lstrip()[:1] in ("{", "["):
        targets = _of_report(read_findings(data, name), nodes, name, default_severity)
        if not targets and missing == "raise":
            raise UsageError(targets.warnings[0])
        return targets
    return _of_table(table_of(data, name), nodes, skips=missing == "skip")


def _with_nodes(graph: nx.DiGraph | CompiledGraph) -> nx.DiGraph:
    """Return a networkx graph with the nodes of a compiled one; any other as one of networkx."""
    if not isinstance(graph, CompiledGraph):
        return network_of(graph)
    bare = nx.DiGraph()
    bare.add_nodes_from(graph.topology.labels)
    return bare


# -- a table


def _of_table(stated: Table, graph: nx.DiGraph, *, skips: bool) -> Targets:
    """Return the nodes and weights of a table; where it skips, without names that mean no node."""
    table = _with_names(stated)
    words = table.columns[table.names.index("node")]
    weights = _weights(table, table.names.index("weight")) if "weight" in table.names else [1] * len(words)
    rows: dict[Any, int] = {}
    nodes, missing = _named(table, words, graph, skips=skips)
    for row, node in nodes.items():
        if rows.setdefault(node, row) != row:
            lines = table.line(row), table.line(rows[node])
            raise FormatError(f"{table.file}, line {lines[0]}: the node {node!r} again, as in line {lines[1]}")
    named = f"{table.file}: {len(missing):,} of {len(words):,} names mean no node: {_listed(missing)}"
    weighted = {node: weights[row] for node, row in rows.items()}
    return Targets(weighted, "table", tuple(missing), (named,) if missing else ())


def _named(table: Table, words: Sequence[str], graph: nx.DiGraph, *, skips: bool) -> tuple[dict[int, Any], list[str]]:
    """Return the node that each word means, by row; and, where it skips, the words that mean none.

    Raises
    ------
    UnknownNodeError, AmbiguousNodeError
        A word that means none, or several.
    UnknownNamesError
        Several such words: the first `MAX_UNKNOWN` of them.
    """
    names = Names(graph)
    nodes: dict[int, Any] = {}
    missing: list[str] = []
    errors: list[GraphdiffError] = []
    for row, word in enumerate(words):
        try:
            nodes[row] = names.node(word.strip())
        except (UnknownNodeError, AmbiguousNodeError) as error:
            if skips and isinstance(error, UnknownNodeError):
                missing.append(word.strip())
                continue
            error.where = f"line {table.line(row)}: "
            errors.append(error)
            if len(errors) == MAX_UNKNOWN:  # to look for names that are near takes its time
                break
    if not errors:
        return nodes, missing
    if len(errors) > 1:
        several = UnknownNamesError(errors)
        several.where = f"{table.file}: "
        raise several
    errors[0].where = f"{table.file}, {errors[0].where}"
    raise errors[0]


def _with_names(table: Table) -> Table:
    """Return a table with the names of its columns: those of its header, else node and weight."""
    first = [column[0].strip().lower() for column in table.columns]
    if "node" not in first and len(first) <= 2:
        _refuse_another_header(table, first)
        return replace(table, names=COLUMNS[len(first) - 1])
    if sorted(first) not in COLUMNS:
        raise FormatError(f"{table.file}: its columns are {', '.join(map(repr, first))}, not node or node,weight")
    if table.n_rows == 1:
        raise FormatError(f"{table.file}: a header, and no node below it")
    return replace(table, names=first, has_header=True, columns=[column[1:] for column in table.columns])


def _refuse_another_header(table: Table, first: Sequence[str]) -> None:
    """Raise where the first line, and no other, has a word for a number: it is a header of other names."""
    second = [column.strip() for column in table.columns[1]] if len(first) == 2 else []
    if len(second) > 1 and not is_numeral(second[0]) and any(map(is_numeral, second[1:])):
        where, called = f"{table.file}, line {table.line(0)}", ",".join(first)
        raise FormatError(f"{where}: a header must be node,weight, and this is {called!r:.60}")


def _weights(table: Table, place: int) -> Sequence[Number]:
    cells = [cell.strip() for cell in table.columns[place]]
    weights = numbers(cells)
    for row, cell in enumerate(cells):
        parsed = numbers([cell]) if weights is None else weights[row : row + 1]
        if not parsed or not (isinstance(parsed[0], int) or math.isfinite(parsed[0])):
            why = "is not finite" if parsed else why_no_number(cell)
            header = "" if row or table.has_header else "; a header must be node,weight"
            raise FormatError(f"{table.file}, line {table.line(row)}: the weight {cell!r:.60} {why}{header}")
    return weights or []


# -- a report


class _Package(NamedTuple):
    """A node as a package; its version is empty where that is not known."""

    node: Any
    ecosystem: str
    name: str
    version: str


@dataclass(frozen=True)
class _Match:
    """What a report says of one version of a package, and the nodes of that name: of this version, and of others."""

    findings: list[Finding]
    default_severity: float | None
    there: list[_Package]
    others: list[_Package]

    @property
    def name(self) -> str:
        """The package, as messages call it; where the graph has other versions only, with those."""
        versions = "" if self.there else ", ".join(sorted({other.version for other in self.others}))
        return f"{self.findings[0].package!r}{versions and f' (the graph has {versions})'}"

    @property
    def severities(self) -> list[tuple[float, Finding]]:
        """The severity of each advisory that has one."""
        stated = [(self.default_severity if one.severity is None else one.severity, one) for one in self.findings]
        return [(severity, one) for severity, one in stated if severity is not None]

    @property
    def highest(self) -> tuple[float, Finding]:
        """The severity of the package, and the advisory that it is of."""
        return max(self.severities, key=lambda pair: pair[0])

    @property
    def by_word(self) -> str:
        """The word that the severity is the middle of; "" where it is a score."""
        severity, finding = self.highest
        return f"{self.name} ({finding.word}, {severity:g})" if finding.score is None and finding.severity else ""

    @property
    def is_by_name(self) -> bool:
        """Whether the version is not known of the report or of a node."""
        return not self.findings[0].version or not all(package.version for package in self.there)


def _of_report(findings: Iterable[Finding], graph: nx.DiGraph, name: str, default_severity: float | None) -> Targets:
    matches = list(_matches(findings, graph, default_severity))
    there = [match for match in matches if match.there]
    missing = [match for match in matches if not match.there]
    if unknown := [match.name for match in there if not match.severities]:
        raise FormatError(
            f"{name}: no severity of {_listed(unknown)}",
            Remedy(Keyword("default_severity"), "says what such an advisory counts as"),
        )
    weights: dict[Any, Number] = {}
    for match in sorted(there, key=lambda match: -match.highest[0]):  # of a node that two packages are, the higher
        for package in match.there:
            weights.setdefault(package.node, match.highest[0])
    absent = tuple(match.findings[0].package for match in missing)
    return Targets(weights, "report", absent, tuple(f"{name}: {line}" for line in _notes(there, missing)))


def _matches(findings: Iterable[Finding], graph: nx.DiGraph, default_severity: float | None) -> Iterator[_Match]:
    """Yield the packages of a report, each with the nodes of its name."""
    packages = list(_packages(graph))
    indexes: dict[str, dict[str, list[_Package]]] = {}
    by_package: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        by_package.setdefault(finding[:3], []).append(finding)
    for (kind, name, version), of_package in by_package.items():
        if kind not in indexes:
            indexes[kind] = _by_name(packages, kind)
        named = indexes[kind].get(comparable_name(name, kind), [])
        there = [package for package in named if _has_version(package, version, kind)]
        # Where a package with extras is a node of its own, it needs the one without, which is enough.
        alone = [one for one in there if not any(graph.has_edge(one.node, other.node) for other in there)]
        yield _Match(of_package, default_severity, alone or there, named)


def _packages(graph: nx.DiGraph) -> Iterator[_Package]:
    """Yield the nodes of a graph as packages."""
    for node, data in graph.nodes(data=True):
        name, version = split_version(node)
        yield _Package(
            node,
            ecosystem_of(graph.graph, data),
            str(data.get("name", name or node)),
            str(data.get("version", version)),
        )


def _by_name(packages: Iterable[_Package], kind: str) -> dict[str, list[_Package]]:
    """Return the packages that can be of an ecosystem, by name."""
    named: dict[str, list[_Package]] = {}
    for package in packages:
        if not kind or not package.ecosystem or package.ecosystem == kind:
            named.setdefault(comparable_name(package.name, kind), []).append(package)
    return named


def _has_version(package: _Package, version: str, kind: str) -> bool:
    """Tell whether a package is of a version; where one of the two is not known, the name decides."""
    if not package.version or not version:
        return True
    return comparable_version(package.version, kind) == comparable_version(version, kind)


def _notes(there: Sequence[_Match], missing: Sequence[_Match]) -> Iterator[str]:
    if missing:
        counted = f"{len(missing):,} of the {len(there) + len(missing):,} vulnerable packages"
        are_not = f"{counted} {'is' if len(missing) == 1 else 'are'} not"
        none_is = f"none of the {len(missing):,} vulnerable packages is"
        yield f"{are_not if there else none_is} in the graph: {_listed([match.name for match in missing])}"
    if words := [match.by_word for match in there if match.by_word]:
        yield f"a weight is the middle of its word's band, where no base score is given: {_listed(words)}"
    if named := [match.name for match in there if match.is_by_name]:
        yield f"found by name alone, as a version is not known: {_listed(named)}"
    passed_over = (match for match in there if match.default_severity is None)
    if silent := [one for match in passed_over for one in match.findings if one.severity is None]:
        names = _listed([f"{one.advisory or 'one'} on {one.package!r}" for one in silent])
        yield f"passed over, as they have no severity: {names}"


def _listed(names: Sequence[str]) -> str:
    return and_more(", ".join(names[:SHOWN]), len(names) - SHOWN)
