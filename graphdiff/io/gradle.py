"""What ``gradle dependencies`` prints: for each configuration of a project a tree of what it resolves to."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from graphdiff.errors import FormatError
from graphdiff.io.building import chosen_kinds
from graphdiff.io.documents import Record
from graphdiff.io.packages import Need, PackageGraph, keep_what_roots_reach, package_graph
from graphdiff.io.source import text_of

__all__ = ["read_gradle"]

RULE = re.compile(r"-{20,}")
#: ``Project :app`` up to version 4, ``Project ':app'`` since, ``Root project 'shop' - what it is``.
HEADER = re.compile(r"(Root p|P)roject(?: '([^']+)'| (:\S*))?(?: - .*)?")
LINE = re.compile(r"((?:\|    |     )*)[+\\]--- (.+)")
#: What stands behind a dependency: that it could not be resolved; that what it needs stands elsewhere, that it is a
#: constraint, that its configuration is none to be resolved.
REMARK = re.compile(r"( FAILED)?(?: \(([*cn])\))?$")
NAMED = re.compile(r"project '?([^' ]+)'?")
#: What a project is called of which the text says no name.
PROJECT = "."


@dataclass
class _Report:
    """What the lines say: packages by name and version, and in which configurations one needs another."""

    name: str
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    packages: list[Record] = field(default_factory=list)
    needs: dict[tuple[int, int], tuple[dict[str, None], dict[str, None]]] = field(default_factory=dict)
    configurations: dict[str, None] = field(default_factory=dict)
    unmet: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    unresolved: int = 0
    above: list[int] = field(default_factory=list)  # the project, then what the last line lies below

    def place(self, name: str, version: str) -> int:
        """Return the place of a package."""
        place = self.places.setdefault((name, version), len(self.packages))
        if place == len(self.packages):
            self.packages.append({"name": name, "version": version} | ({"path": name} if name[0] == ":" else {}))
        return place

    def project(self, header: re.Match[str]) -> None:
        """Begin with a project: what is below it is needed by it."""
        root = header[1] == "Root p"
        place = self.place(header[2] or header[3] or ":", "")
        self.packages[place] |= {"root": True} | ({"path": ":"} if root else {})
        if root:
            self.places[":", ""] = place
        self.above = [place]

    def dependency(self, depth: int, said: str, configuration: str, where: str) -> None:
        """Take a line of a tree."""
        if not self.above:  # a part of a report, without the project's name
            self.packages[self.place(PROJECT, "")] |= {"root": True}
            self.above = [0]
        if depth >= len(self.above):
            raise FormatError(f"{where}: a dependency below none: {said[:40]!r}")
        remark = REMARK.search(said)
        failed, mark = (remark[1], remark[2]) if remark else ("", "")
        name, version, clause = _parsed(said[: remark.start()] if remark else said, where)
        del self.above[depth + 1 :]
        tail = self.above[depth]
        if mark == "n":
            self.unresolved += 1
        self.configurations.update({configuration: None} if mark != "n" else {})
        if failed:
            self.unmet.setdefault((tail, name), set()).add(configuration)
        elif mark not in ("c", "n"):
            head = self.place(name, version)
            configurations, clauses = self.needs.setdefault((tail, head), ({}, {}))
            configurations[configuration] = None
            clauses.update({clause: None} if clause else {})
            self.above.append(head)


def read_gradle(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> PackageGraph:
    r"""Read the text that ``gradle dependencies`` prints: the tail of an edge depends on its head.

    A module is called ``group:name``, a project of the build by its path (``:app``). The graph is that of all
    configurations; an edge has as ``kind`` those in which it stands, where these are not all, and the version asked for
    as ``clause``. Gradle prints what a module needs once, and ``(*)`` elsewhere; it is one node here, so nothing is
    lost. Constraints make no edge, nor do configurations that are not resolved (``(n)``). The projects whose reports
    these are are the roots; of a part of a report, without its title, the root is ``.``. What could not be resolved is
    in ``G.graph["unmet"]``.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only these configurations (``"runtimeClasspath"``), and what the projects reach in them.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``name``, ``version``, ``path`` (of projects) and ``root``.

    Raises
    ------
    FormatError
        No dependency, or a line in no place of such a tree; the line is named.
    UsageError
        A configuration in which nothing is.

    References
    ----------
    Gradle's documentation, *Viewing and debugging dependencies*.

    Examples
    --------
    >>> rule = b"-" * 60
    >>> tree = rule + b"\nProject :app\n" + rule + b"\n\nclasspath\n\\--- g:web:2.1\n     \\--- g:core:1.4 -> 1.5\n"
    >>> list(read_gradle(tree, name="tree.txt").edges(data="clause"))
    [(':app', 'g:web', '2.1'), ('g:web', 'g:core', '1.4')]
    """
    report = _read(text_of(data), name)
    wanted = chosen_kinds(kinds, report.configurations, default=report.configurations)
    needs = [
        Need(tail, head, "" if wanted <= {*there} else ", ".join(there), {"clause": " | ".join(clauses)})
        for (tail, head), (configurations, clauses) in report.needs.items()
        if (there := [one for one in configurations if one in wanted])
    ]
    unmet = [need for need, configurations in report.unmet.items() if configurations & wanted]
    if not (report.needs or unmet):
        raise FormatError(f"{name}: no dependency in it; gradle PROJECT:dependencies prints those of one project")
    graph = package_graph(
        report.packages, needs, name=name, format="gradle dependencies", unmet=unmet, absent="not resolved by Gradle"
    )
    if kinds:
        keep_what_roots_reach(graph, kinds)
    if report.unresolved:
        sentence = f"{name}: {report.unresolved:,} dependencies of configurations that are not resolved make no edge"
        graph.graph["warnings"] = [sentence]
    return graph


def _read(content: str, name: str) -> _Report:
    report, configuration, ruled = _Report(name), "", False
    for number, line in enumerate(content.splitlines(), start=1):
        where = f"{name}, line {number}"
        if ruled and (header := HEADER.fullmatch(line)):
            report.project(header)
            configuration = ""
        elif branch := LINE.fullmatch(line):
            if not configuration:
                raise FormatError(f"{where}: a dependency in no configuration")
            report.dependency(len(branch[1]) // 5, branch[2], configuration, where)
        elif line.strip() and not RULE.fullmatch(line):
            configuration = line.partition(" - ")[0].removesuffix(" (n)").strip()
        ruled = RULE.fullmatch(line) is not None
    return report


def _parsed(said: str, where: str) -> tuple[str, str, str]:
    """Return which module or project a line means: its name, the version that was chosen, and the one asked for.

    Examples
    --------
    >>> _parsed("g:core:{strictly [1,2[} -> 1.5", "x"), _parsed("g:web -> project :web", "x"), _parsed("g:a:1.0", "x")
    (('g:core', '1.5', '{strictly [1,2[}'), (':web', '', ''), ('g:a', '1.0', '1.0'))
    """
    asked, _, chosen = said.partition(" -> ")
    group, _, rest = asked.partition(":")
    artifact, _, clause = rest.partition(":")
    if project := NAMED.fullmatch(chosen or asked):
        return project[1] if project[1][0] == ":" else f":{project[1]}", "", "" if not chosen else clause
    if not group or not artifact:
        raise FormatError(f"{where}: {said[:60]!r} is neither group:name:version nor a project")
    if ":" in chosen:  # another module in its place
        group, artifact, chosen = [*chosen.split(":", 2), ""][:3]
    return f"{group}:{artifact}", chosen or clause, clause
