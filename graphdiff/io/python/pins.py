"""Requirements as pip-compile and ``uv pip compile`` pin them, with the ``# via`` lines that say who asks for what."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graphdiff.absences import listed_few
from graphdiff.errors import FormatError
from graphdiff.io.python.graph import PackageGraph, python_graph
from graphdiff.io.python.requirements import Package, Requirement, canonical, environment_of, requirements_of
from graphdiff.io.source import text_of

__all__ = ["read_pins"]

VIA = re.compile(r"(?:^|\s)# +via\b\s*")
#: One of several who ask, below a bare "# via".
LISTED = re.compile(r"\s+# {2,}(\S.*)")
NAME = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?"
#: A project, the file in which it asks, and there the dependency group.
PROJECT = re.compile(rf"({NAME})(?:\[[^]]*\])? \(([^():]+)(?::([^():]+))?\)")
FILE = re.compile(r"-r +(\S.*)")
#: What asks for no package, but says which versions of one will do.
BOUND = re.compile(r"(?:-c|--constraint|--override) +\S.*")
EDITABLE = re.compile(r"(?:-e|--editable)[ =]+(\S+)")
EGG = re.compile(rf"[#&]egg=({NAME})")
PINNED = re.compile(r"={2,3}([^,*]+)")
#: A line that says more of who asks is none that a tool wrote.
LONGEST = 1000


@dataclass
class _Pin:
    """A package that is pinned, the line, and the texts that say who asks for it."""

    line: int
    package: Package
    via: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Asker:
    """Who asks for a package: its name, its attributes where it is a root, and in which dependency group it asks."""

    name: str
    attributes: dict[str, Any] = field(default_factory=dict)
    group: str = ""


def read_pins(data: bytes, *, name: str, markers: str = "all") -> PackageGraph:
    r"""Read requirements as pip-compile or ``uv pip compile`` writes them: the tail of an edge depends on its head.

    The edges are what the ``# via`` lines say, in either style (``--annotation-style``): who is named there asks for
    the package above. The files of requirements (``-r requirements.in``) and projects (``app (pyproject.toml)``) that
    ask are the roots. The file says neither which versions would do nor which extra brings a package. Constraints
    (``-c``) and overrides make no edge.

    Parameters
    ----------
    markers : str
        ``"all"``: all packages are taken, their ``marker`` says in which environments they are there. ``"here"`` or
        ``"python_version=3.12,sys_platform=win32"``: markers are evaluated, and what is not there is left out.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``name`` (as written), ``version``, ``marker``, ``source`` (an address) or ``path``, and ``root``;
        edges ``kind`` (normal, or dev of a dependency group) and ``group``. ``G.graph["warnings"]`` says which
        packages have no ``# via``, who asks and is not pinned in the file, and of which names several versions ask.

    Raises
    ------
    FormatError
        No ``# via``, a line that is no requirement, or one that names nobody; the line is named.

    References
    ----------
    pip-tools' documentation, https://pip-tools.readthedocs.io/

    Examples
    --------
    >>> text = b"idna==3.20\n    # via\n    #   -c limits.txt\n    #   requests\nrequests==2.34  # via -r all.in\n"
    >>> G = read_pins(text, name="all.txt")
    >>> list(G.edges), G.graph["warnings"]
    ([('all.in', 'requests'), ('requests', 'idna')], ['all.txt: -c limits.txt makes no edge: it bounds versions alone'])
    """
    environment = environment_of(markers)
    pins = _pins(text_of(data), name)
    asked = [(pin, _asker(text, f"{name}, line {pin.line}")) for pin in pins for text in pin.via if not _bounds(text)]
    if not asked:
        raise FormatError(
            f"{name}: no '# via' that says who asks for a package, as pip-compile and uv pip compile write it without "
            "--no-annotate; or give what pip inspect prints"
        )
    needs: dict[str, list[Requirement]] = {}
    for pin, asker in asked:
        needs.setdefault(asker.name, []).append(_need(pin.package, asker.group))
    others = _others(pins, [asker for _, asker in asked])
    packages = [
        replace(package, needs=tuple(dict.fromkeys(needs.get(package.name, ()))))
        for package in [*others, *(pin.package for pin in pins)]
    ]
    graph = python_graph(
        packages, name=name, format="pip-compile", environment=environment, options={"markers": markers}
    )
    notes = [f"{name}: {sentence}" for sentence in _warnings(pins, others, needs)]
    graph.graph["warnings"] = [*graph.graph.get("warnings", ()), *notes]
    return graph


def _need(package: Package, group: str) -> Requirement:
    return Requirement(package.name, version=package.version, kind="dev" if group else "normal", group=group)


# -- what the lines say


def _pins(content: str, name: str) -> list[_Pin]:
    """Return the packages that are pinned, each with the texts that say who asks for it."""
    pins: list[_Pin] = []
    within = False  # the list below a bare "# via"
    for number, line in enumerate(content.splitlines(), start=1):
        if line.startswith("#"):
            continue
        stated, *via = VIA.split(line, maxsplit=1)
        stated = stated.rstrip(" \t\\")
        if _is_pin(stated):
            pins.append(_Pin(number, _pinned(stated, f"{name}, line {number}")))
        listed = LISTED.fullmatch(line) if within and not via else None
        askers = [listed[1].strip()] if listed else via[0].rstrip().split(", ") if via and via[0] else []
        if askers and not pins:
            raise FormatError(f"{name}, line {number}: '# via' above all packages")
        if askers:
            pins[-1].via += askers
        within = bool(listed) or via == [""]
    return pins


def _is_pin(stated: str) -> bool:
    """Tell whether a line, without its comment, is a package: no option, and nothing that belongs to one above."""
    if not stated or stated[0].isspace():
        return False
    return stated[0] != "-" or EDITABLE.match(stated) is not None


def _pinned(stated: str, where: str) -> Package:
    if editable := EDITABLE.match(stated):
        egg = EGG.search(editable[1])
        return Package(canonical(egg[1]) if egg else editable[1], attributes={"path": editable[1]})
    if stated[0] in "./":  # a folder, of whose name the file says nothing
        return Package(stated, attributes={"path": stated})
    need = requirements_of(stated, where=where)[0]
    version = PINNED.fullmatch(need.clause)
    written = re.match(NAME, stated)
    attributes = {
        "name": written[0] if written else need.name,
        "marker": str(need.marker) if need.marker else None,
        "source": stated.partition(" @ ")[2].partition(" ;")[0].strip(),
    }
    return Package(need.name, version[1] if version else "", marker=need.marker, attributes=attributes)


def _bounds(text: str) -> bool:
    return BOUND.fullmatch(text) is not None


def _asker(text: str, where: str) -> _Asker:
    if len(text) <= LONGEST:
        if file := FILE.fullmatch(text):
            return _Asker(file[1], {"path": file[1]})
        if project := PROJECT.fullmatch(text):
            return _Asker(canonical(project[1]), {"name": project[1], "path": project[2]}, project[3] or "")
        if re.fullmatch(NAME, text):
            return _Asker(canonical(text))
    raise FormatError(f"{where}: '# via {text[:60]}' is no package, file of requirements or project")


# -- what is said


def _others(pins: Sequence[_Pin], askers: Collection[_Asker]) -> list[Package]:
    """Return those who ask and are not pinned: roots, and packages of which the file has no line."""
    pinned = {pin.package.name for pin in pins}
    others: dict[str, Package] = {}
    for asker in askers:
        if asker.name not in pinned and not (asker.name in others and others[asker.name].root):
            others[asker.name] = Package(asker.name, root=bool(asker.attributes), attributes=asker.attributes)
    return list(others.values())


def _warnings(pins: Sequence[_Pin], others: Collection[Package], needs: Collection[str]) -> Iterator[str]:
    for bound in dict.fromkeys(text for pin in pins for text in pin.via if _bounds(text)):
        yield f"{bound} makes no edge: it bounds versions alone"
    if untold := [pin.package.name for pin in pins if all(map(_bounds, pin.via))]:
        yield f"no '# via' says who asks for {listed_few(untold)}"
    if absent := [package.name for package in others if not package.root]:
        yield f"'# via' names packages that are not pinned in the file: {listed_few(absent)}"
    names = [pin.package.name for pin in pins]
    if several := [name for name in dict.fromkeys(names) if names.count(name) > 1 and name in needs]:
        yield f"'# via' does not say which version asks, so all do: {listed_few(several)}"
