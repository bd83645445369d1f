"""Yarn's ``yarn.lock`` of version 1: a format of its own, read line by line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from graphdiff.errors import FormatError
from graphdiff.io.building import chosen_kinds
from graphdiff.io.documents import Record
from graphdiff.io.packages import Need, PackageGraph, package_graph
from graphdiff.io.source import text_of

__all__ = ["KINDS", "read_yarn_classic"]

KINDS = ("normal", "dev", "optional")
#: The last is bun's alone, of its workspaces.
FIELDS = {"dependencies": "normal", "optionalDependencies": "optional", "devDependencies": "dev"}
WORKSPACE = "workspace:"
NO_DEV = "it does not say what only development needs, which is still there"
WORD = re.compile(r'"((?:[^"\\]++|\\.)*+)"|([^\s",:]++)')


@dataclass
class _Entry:
    patterns: list[str]
    fields: dict[str, str] = field(default_factory=dict)
    needs: list[tuple[str, str, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    section: str = ""  # the title that the lines below it belong to

    def take(self, indent: int, words: list[str], *, is_title: bool) -> bool:
        """Take a line of an entry; tell whether it is one."""
        if indent == 2 and len(words) == 1 and is_title:
            self.section = words[0]
        elif indent == 2 and len(words) >= 2:
            self.fields[words[0]], self.section = words[1], ""
        elif indent == 4 and self.section and len(words) == 2:
            self._need(words[0], words[1])
        else:
            return False
        return True

    def _need(self, package: str, clause: str) -> None:
        if self.section in FIELDS:
            self.needs.append((package, clause, FIELDS[self.section]))
        else:
            self.others.append(self.section)


def read_yarn_classic(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> PackageGraph:
    r"""Read a ``yarn.lock`` of version 1: the tail of an edge depends on its head.

    A package is found by the name and range that ask for it, of which an entry lists several. The file does not have
    the project itself, nor what that needs for development: no node is marked as a root. What bun writes in this
    format has its workspaces (with their ``path``), and what they need for development. An edge has its ``kind``
    (normal, optional, or dev), the range as ``clause``, and ``alias`` where the package is installed under another
    name. What stands under other titles is no edge, and ``G.graph["warnings"]`` says how much of it there is.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only dependencies of these kinds.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        ``G.graph["unmet"]`` names the dependencies that have no entry, with who needs them.

    Raises
    ------
    FormatError
        A line that does not belong there; its number is named.
    UsageError
        A kind that the format does not have.

    Examples
    --------
    >>> lock = b'# yarn lockfile v1\n\na@^1, "a@^1.2":\n  version "1.3.0"\n  dependencies:\n    b "*"\n\n'
    >>> list(read_yarn_classic(lock + b'b@*:\n  version "2.0.0"\n', name="yarn.lock").edges(data=True))
    [('a', 'b', {'clause': '*', 'kind': 'normal'})]
    """
    entries = list(_entries(text_of(data).splitlines(), name))
    packages = [_package(entry) for entry in entries]
    needs, unmet = _needs(entries, packages)
    graph = package_graph(packages, needs, name=name, format="yarn.lock", known=KINDS, kinds=kinds, unmet=unmet)
    if (
        kinds
        and "dev" not in chosen_kinds(kinds, KINDS, default=KINDS)
        and not any(need.kind == "dev" for need in needs)
    ):
        graph.graph.setdefault("warnings", []).append(f"{name}: {NO_DEV}")
    if others := Counter(title for entry in entries for title in entry.others):
        counted = ", ".join(f"{title} ({times:,})" for title, times in others.items())
        graph.graph.setdefault("warnings", []).append(f"{name}: no edges are made of what stands under {counted}")
    return graph


def _needs(entries: Sequence[_Entry], packages: Sequence[Record]) -> tuple[list[Need], list[tuple[int, str]]]:
    """Return what the entries need, and what of it has no entry."""
    places = {pattern: place for place, entry in enumerate(entries) for pattern in entry.patterns}
    needs: list[Need] = []
    unmet: list[tuple[int, str]] = []
    asked = ((tail, *need) for tail, entry in enumerate(entries) for need in entry.needs)
    for tail, wanted, clause, kind in asked:
        head = places.get(f"{wanted}@{clause}")
        if head is not None:
            alias = "" if packages[head]["name"] == wanted else wanted
            needs.append(Need(tail, head, kind, {"clause": clause, "optional": kind == "optional", "alias": alias}))
        elif kind != "optional":
            unmet.append((tail, wanted))
    return needs, unmet


def _package(entry: _Entry) -> Record:
    version, place = entry.fields.get("version", ""), entry.fields.get("resolved", "")
    if place.startswith(WORKSPACE):
        return {"name": _name(entry.patterns[0]), "version": "", "path": place.removeprefix(WORKSPACE)}
    return {"name": _name(entry.patterns[0]), "version": version}


def _entries(lines: list[str], name: str) -> Iterator[_Entry]:
    entry: _Entry | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = _words(line)
        indent = len(line) - len(line.lstrip(" "))
        is_title = line.endswith(":")
        if indent == 0 and words and is_title:
            if entry:
                yield entry
            entry = _Entry(words)
        elif entry is None or not entry.take(indent, words, is_title=is_title):
            raise FormatError(f"{name}, line {number}: not a line of a yarn.lock: {line[:60].strip()!r}")
    if entry:
        yield entry


def _words(line: str) -> list[str]:
    return [quoted.replace('\\"', '"') or plain for quoted, plain in WORD.findall(line)]


def _name(pattern: str) -> str:
    """Return the package that a pattern means: its name, or that after ``npm:``.

    Examples
    --------
    >>> _name("@babel/core@^7.0.0"), _name("foo@npm:bar@^1.0.0"), _name("foo@npm:@x/bar")
    ('@babel/core', 'bar', '@x/bar')
    """
    cut = pattern.find("@", 1)
    name, clause = (pattern, "") if cut < 0 else (pattern[:cut], pattern[cut + 1 :])
    if not clause.startswith("npm:"):
        return name
    aliased = clause.removeprefix("npm:")
    cut = aliased.find("@", 1)
    return aliased if cut < 0 else aliased[:cut]
