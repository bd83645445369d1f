"""Yarn's ``yarn.lock`` of version 1: a format of its own, read line by line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from graphdiff.errors import FormatError
from graphdiff.io.documents import Record
from graphdiff.io.packages import Need, PackageGraph, package_graph
from graphdiff.io.source import text_of

__all__ = ["KINDS", "read_yarn_classic"]

KINDS = ("normal", "dev", "optional")
#: The last is bun's alone, of its workspaces.
FIELDS = {"dependencies": "normal", "optionalDependencies": "optional", "devDependencies": "dev"}
WORKSPACE = "workspace:"
WORD = re.compile(r'"((?:[^"\\]++|\\.)*+)"|([^\s",:]++)')


@dataclass
class _Entry:
    patterns: list[str]
    said: dict[str, str] = field(default_factory=dict)
    needs: list[tuple[str, str, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


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
    places = {pattern: place for place, entry in enumerate(entries) for pattern in entry.patterns}
    packages = [_package(entry) for entry in entries]
    needs: list[Need] = []
    unmet: list[tuple[int, str]] = []
    for tail, entry in enumerate(entries):
        for wanted, clause, kind in entry.needs:
            head = places.get(f"{wanted}@{clause}")
            if head is None:
                unmet += [] if kind == "optional" else [(tail, wanted)]
                continue
            alias = "" if packages[head]["name"] == wanted else wanted
            needs.append(Need(tail, head, kind, {"clause": clause, "optional": kind == "optional", "alias": alias}))
    graph = package_graph(packages, needs, name=name, format="yarn.lock", known=KINDS, kinds=kinds, unmet=unmet)
    if others := Counter(title for entry in entries for title in entry.others):
        counted = ", ".join(f"{title} ({times:,})" for title, times in others.items())
        graph.graph.setdefault("warnings", []).append(f"{name}: no edges are made of what stands under {counted}")
    return graph


def _package(entry: _Entry) -> Record:
    version, place = entry.said.get("version", ""), entry.said.get("resolved", "")
    if place.startswith(WORKSPACE):
        return {"name": _name(entry.patterns[0]), "version": "", "path": place.removeprefix(WORKSPACE)}
    return {"name": _name(entry.patterns[0]), "version": version}


def _entries(lines: list[str], name: str) -> Iterator[_Entry]:
    entry: _Entry | None = None
    section = ""
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = [quoted.replace('\\"', '"') or plain for quoted, plain in WORD.findall(line)]
        indent = len(line) - len(line.lstrip(" "))
        if indent == 0 and words and line.endswith(":"):
            if entry:
                yield entry
            entry, section = _Entry(words), ""
        elif indent == 2 and entry and len(words) == 1 and line.endswith(":"):
            section = words[0]
        elif indent == 2 and entry and len(words) >= 2:
            entry.said[words[0]], section = words[1], ""
        elif indent == 4 and entry and section and len(words) == 2:
            if section in FIELDS:
                entry.needs.append((words[0], words[1], FIELDS[section]))
            else:
                entry.others.append(section)
        else:
            raise FormatError(f"{name}, line {number}: not a line of a yarn.lock: {line[:60].strip()!r}")
    if entry:
        yield entry


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
