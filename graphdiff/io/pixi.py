"""pixi's ``pixi.lock``: what is installed in each environment on each platform, and what each package depends on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphdiff.absences import listed_few
from graphdiff.errors import FormatError
from graphdiff.io.conda import VIRTUAL, say_where
from graphdiff.io.documents import Record, mapping, mappings, parse_yaml, required_text, text, texts
from graphdiff.io.packages import PackageGraph, Targets
from graphdiff.io.python.requirements import Requirement, canonical, holds, requirements_of

__all__ = ["read_pixi_lock"]

#: The file of a conda package: its name, version and build.
CONDA_FILE = re.compile(r"(?:.*/)?(?P<name>[^/]+)-(?P<version>[^-/]+)-[^-/]+\.(?:conda|tar\.bz2)")
#: What markers call the systems with which conda's platforms begin.
SYSTEMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "osx": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "win": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}
#: What they call the processors, with which they end; Windows calls the first by another name.
MACHINES = {"64": "x86_64", "aarch64": "aarch64", "arm64": "arm64", "ppc64le": "ppc64le"}
PURL = re.compile(r"pkg:pypi/([^@?#]+)")


@dataclass(frozen=True)
class _Package:
    """A package of the file: its attributes, what it needs, and the names that it has on PyPI."""

    where: str
    record: Record
    attributes: Record
    on_pypi: frozenset[str]
    requires: tuple[Requirement, ...]


@dataclass
class _Installed:
    """What is installed in an environment on a platform, with the extras that the file names for each."""

    target: str
    platform: str
    packages: list[tuple[int, _Package]] = field(default_factory=list)
    extras: dict[str, set[str]] = field(default_factory=dict)


def read_pixi_lock(data: bytes, *, name: str) -> PackageGraph:
    r"""Read a ``pixi.lock`` of version 4 to 7: the tail of an edge depends on its head.

    The graph is that of all environments and platforms; an edge has as ``marker`` those for which it holds, where not
    for all. The file does not say what was asked for: no node is marked as a root. Of what a package from PyPI
    requires, markers are evaluated for the platform and its Python (for the rest of the environment as here), and
    extras count that the environment or another of its packages asks for. What a package needs of the system
    (``__glibc``) makes no edge; which that is stands in ``G.graph["warnings"]``.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``name``, ``version``, ``purl``, ``licence``, ``size`` (bytes of its largest file), and ``marker``
        where they are in some environments or for some platforms alone; edges ``clause``, ``marker``, and ``kind``,
        ``extra`` and ``optional`` where only an extra brings the head.
        ``G.graph["unmet"]`` names what is needed and not in the file.

    Raises
    ------
    FormatError
        Broken YAML, no package, one without a name or listed twice, or values of another shape.

    References
    ----------
    pixi's documentation, *The pixi.lock lock file*, https://pixi.sh/latest/workspace/lockfile/

    Examples
    --------
    >>> lock = b'''version: 6
    ... environments: {default: {packages: {linux-64: [{conda: x/z-1.3-h4_1.conda}, {conda: x/libz-1.3-h4_1.conda}]}}}
    ... packages:
    ... - {conda: x/z-1.3-h4_1.conda, depends: [libz 1.3 h4_1, __glibc >=2.17]}
    ... - {conda: x/libz-1.3-h4_1.conda}'''
    >>> list(read_pixi_lock(lock, name="pixi.lock").edges(data="clause"))
    [('z', 'libz', '1.3 h4_1')]
    """
    document = mapping((parse_yaml(data, name) or [None])[0], name)
    packages = _packages(document, name)
    targets = Targets([])
    system: dict[str, None] = {}
    for installed in _installed(document, packages, targets, name):
        for place, package in installed.packages:
            for depend in texts(package.record.get("depends"), f"{package.where}: depends"):
                called, _, clause = depend.partition(" ")
                if called.startswith(VIRTUAL):
                    system[called] = None
                else:
                    targets.need(installed.target, place, called, clause.strip())
        _require(installed, targets)
    say_where(targets)
    graph = targets.graph(name, "pixi.lock")
    if system:
        sentence = f"{name}: what is needed of the system makes no edge: {listed_few(list(system))}"
        graph.graph["warnings"] = [sentence]
    return graph


# -- packages


def _packages(document: Record, name: str) -> Mapping[str, _Package]:
    packages: dict[str, _Package] = {}
    for where, record in mappings(document.get("packages"), f"{name}: packages"):
        manager = "pypi" if "pypi" in record or record.get("kind") == "pypi" else "conda"
        address = next((text(record[key], where) for key in (manager, "url", "path") if record.get(key)), "")
        if address in packages:
            raise FormatError(f"{where}: {address[:60]!r} is listed twice, so that it does not say which is installed")
        packages[address] = _package(record, manager, address, where)
    return packages


def _package(record: Record, manager: str, address: str, where: str) -> _Package:
    match = CONDA_FILE.fullmatch(address)
    said = {"name": text(record.get("name"), where), "version": text(record.get("version"), where)}
    called = required_text({"name": said["name"] or (match["name"] if match else "")}, "name", where)
    version = said["version"] or (match["version"] if match else "")
    size = text(record.get("size"), where)
    attributes: Record = {
        "name": canonical(called) if manager == "pypi" else called,
        "version": version,
        "purl": f"pkg:{manager}/{called}@{version}" if version else "",
        "licence": text(record.get("license"), where),
        "size": int(size) if size.isdecimal() and len(size) < 16 else "",
    }
    named = (PURL.match(purl) for purl in texts(record.get("purls"), f"{where}: purls"))
    on_pypi = {called} if manager == "pypi" else {match[1] for match in named if match}
    listed = texts(record.get("requires_dist"), f"{where}: requires_dist")
    requires = tuple(need for requirement in listed for need in requirements_of(requirement, where=where))
    return _Package(where, record, attributes, frozenset(map(canonical, on_pypi)), requires)


# -- what is installed


def _installed(document: Record, packages: Mapping[str, _Package], targets: Targets, name: str) -> Iterator[_Installed]:
    """Yield what is installed in each environment on each platform, once the targets have it."""
    environments = mapping(document.get("environments"), f"{name}: environments")
    platforms = {
        text(one.get("name"), where): text(one.get("subdir"), where)
        for where, one in mappings([one for one in document.get("platforms") or [] if isinstance(one, dict)], name)
    }
    for environment, value in environments.items():
        within = mapping(mapping(value, f"{name}: {environment}").get("packages"), f"{name}: {environment}: packages")
        for platform, listed in within.items():
            target = platform if len(environments) == 1 else f"{environment} {platform}"
            installed = _Installed(target, platforms.get(platform) or platform)
            for where, one in mappings(listed, f"{name}: {environment}: {platform}"):
                address = text(one.get("conda") or one.get("pypi"), where)
                if address not in packages:
                    raise FormatError(f"{where}: {address[:60]!r} is not among the packages")
                package = packages[address]
                place = targets.add(target, dict(package.attributes))
                noted = targets.attributes[place]
                noted["size"] = max(noted["size"] or 0, package.attributes["size"] or 0) or ""
                installed.packages.append((place, package))
                for called in package.on_pypi:
                    installed.extras.setdefault(called, set()).update(_extras(one, where))
            yield installed


def _extras(one: Record, where: str) -> Iterable[str]:
    return map(canonical, texts(one.get("extras"), f"{where}: extras"))


def _require(installed: _Installed, targets: Targets) -> None:
    """Note what packages from PyPI require there, also for the extras that something asks for."""
    places = {called: place for place, package in installed.packages for called in package.on_pypi}
    there = _environment(installed)
    holding = [
        (place, package, need)
        for place, package in installed.packages
        for need in package.requires
        if holds(need.marker, there, extra=need.extra)
    ]
    size = -1
    while size != (size := sum(map(len, installed.extras.values()))):
        for _, package, need in holding:
            if need.name in installed.extras and _asked(need, package, installed.extras):
                installed.extras[need.name] |= need.extras
    for place, package, need in holding:
        if _asked(need, package, installed.extras):
            called = targets.attributes[places[need.name]]["name"] if need.name in places else need.name
            targets.need(installed.target, place, called, need.clause, need.extra or "")


def _asked(need: Requirement, package: _Package, extras: Mapping[str, set[str]]) -> bool:
    return need.extra is None or any(need.extra in extras[called] for called in package.on_pypi)


def _environment(installed: _Installed) -> dict[str, Any]:
    """Return what markers are evaluated with: what the platform's name says, and the Python that is installed."""
    system, _, machine = installed.platform.partition("-")
    there: dict[str, Any] = dict(SYSTEMS.get(system, {}))
    if machine in MACHINES:
        there["platform_machine"] = "AMD64" if (system, machine) == ("win", "64") else MACHINES[machine]
    versions = [one.attributes["version"] for _, one in installed.packages if one.attributes["name"] == "python"]
    for version in versions[:1]:
        there |= {"python_full_version": version, "python_version": ".".join(version.split(".")[:2])}
    return there
