"""Bundler's ``Gemfile.lock``: sections of lines, in which what a gem needs stands below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphdiff.errors import FormatError
from graphdiff.io.documents import Record
from graphdiff.io.packages import Need, PackageGraph, package_graph
from graphdiff.io.source import text_of

__all__ = ["read_gemfile_lock"]

#: What gems come from, as the sections are called.
SOURCES = ("GEM", "GIT", "PATH", "PLUGIN SOURCE")
OPTION = re.compile(r"  ([a-z]+): (.*)")
#: A gem (behind four blanks), what it needs (six) or what the Gemfile asks for (two): the name, and versions.
LINE = re.compile(r"( {2}| {4}| {6})([^\s()!]+)(?: \(([^()]*)\))?!?")
CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})", re.MULTILINE)
#: Gems for every platform; those without another in the file's words.
EVERYWHERE = "ruby"


@dataclass
class _Gem:
    """One version of a gem: its attributes, the platforms it is there for, and on which of them it needs what."""

    attributes: Record
    platforms: list[str] = field(default_factory=list)
    wanted: dict[str, dict[str, str]] = field(default_factory=dict)

    def needs(self) -> Iterator[tuple[str, Record]]:
        """Yield the names that it needs, each with the versions that would do and the platforms where not all."""
        for name, clauses in self.wanted.items():
            marker = "" if len(clauses) == len(self.platforms) else " | ".join(clauses)
            yield name, {"clause": " | ".join(dict.fromkeys(filter(None, clauses.values()))), "marker": marker}


def read_gemfile_lock(data: bytes, *, name: str) -> PackageGraph:
    r"""Read a ``Gemfile.lock``: the tail of an edge depends on its head.

    The root is the node ``Gemfile``, which needs what stands under DEPENDENCIES; the file does not say of which group
    that is. A version of a gem for several platforms is one node; an edge has as ``marker`` the platforms for which
    it holds, where these are not all of the gem's (``ruby`` stands for those that have no gem of their own). Where a
    name has several versions, for different platforms, a need means each.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``name``, ``version``, ``source`` or ``path``, and ``marker`` where a gem is for some platforms
        alone; edges ``clause`` and ``marker``. ``G.graph["unmet"]`` names what is needed and not in the file, such as
        Bundler itself.

    Raises
    ------
    FormatError
        A line that is none of such a file, or what git wrote where a merge failed; the line is named.

    References
    ----------
    Bundler's documentation, *Gemfile.lock*, https://bundler.io/man/bundle-install.1.html

    Examples
    --------
    >>> lock = b"GEM\n  specs:\n    core (1.5)\n    web (2.1)\n      core (~> 1.2)\n\nDEPENDENCIES\n  web\n"
    >>> list(read_gemfile_lock(lock, name="Gemfile.lock").edges(data="clause"))
    [('Gemfile', 'web', None), ('web', 'core', '~> 1.2')]
    """
    content = text_of(data)
    if conflict := CONFLICT.search(content):
        line = content.count("\n", 0, conflict.start()) + 1
        raise FormatError(f"{name}, line {line}: a merge that failed; git checkout --ours or --theirs takes one side")
    gems = _gems(content, name)
    by_name: dict[str, list[int]] = {}
    for place, gem in enumerate(gems):
        by_name.setdefault(gem.attributes["name"], []).append(place)
    wanted = [(tail, head, attributes) for tail, gem in enumerate(gems) for head, attributes in gem.needs()]
    needs = (Need(tail, place, "", said) for tail, head, said in wanted for place in by_name.get(head, ()))
    unmet = [(tail, head) for tail, head, _ in wanted if head not in by_name]
    packages = [gem.attributes | _there(gem.platforms) for gem in gems]
    return package_graph(packages, needs, name=name, format="Gemfile.lock", unmet=unmet)


def _there(platforms: list[str]) -> Record:
    return {} if EVERYWHERE in platforms else {"marker": " | ".join(platforms)}


def _gems(content: str, name: str) -> list[_Gem]:
    """Return the gems, the Gemfile first."""
    gemfile = _Gem({"name": "Gemfile", "version": "", "root": True}, [EVERYWHERE])
    gems: dict[tuple[str, ...], _Gem] = {}
    section = ""
    source: Record = {}
    above: tuple[_Gem, str] | None = None
    for number, line in enumerate(content.splitlines(), start=1):
        if line[:1].strip():
            section, source, above = line.strip(), {}, None
        elif section in SOURCES and (option := OPTION.fullmatch(line)):
            source[option[1]] = ", ".join(filter(None, (source.get(option[1]), option[2])))
        elif match := _line(section, line, f"{name}, line {number}"):
            blanks, gem, said = len(match[1]), match[2], match[3] or ""
            if blanks == 4:
                above = _there_for(gems, gem, said, _origin(section, source))
            elif blanks == 2:
                gemfile.wanted[gem] = {EVERYWHERE: said}
            elif above is None:
                raise FormatError(f"{name}, line {number}: what a gem needs, below no gem")
            else:
                above[0].wanted.setdefault(gem, {})[above[1]] = said
    if not gems:
        raise FormatError(f"{name}: no gem in it")
    return [gemfile, *gems.values()]


def _line(section: str, line: str, where: str) -> re.Match[str] | None:
    """Return what is in a line of a section that says who needs what; None where it says nothing of it."""
    if section not in (*SOURCES, "DEPENDENCIES") or not line.strip() or line == "  specs:":
        return None
    match = LINE.fullmatch(line)
    if match is None or (len(match[1]) == 2) != (section == "DEPENDENCIES"):
        raise FormatError(f"{where}: no gem and nothing that one needs: {line.strip()[:40]!r}")
    return match


def _there_for(gems: dict[tuple[str, ...], _Gem], name: str, said: str, origin: Record) -> tuple[_Gem, str]:
    """Return a gem, and the platform that its line says beside the version."""
    version, _, platform = said.partition("-")
    key = (name, version, *origin.values())
    gem = gems.setdefault(key, _Gem({"name": name, "version": version, **origin}))
    gem.platforms.append(platform or EVERYWHERE)
    return gem, gem.platforms[-1]


def _origin(section: str, source: Record) -> Record:
    remote = source.get("remote", "")
    if section == "PATH":
        return {"path": remote}
    return {"source": f"{'git' if section == 'GIT' else 'registry'}+{remote}" if remote else ""}
