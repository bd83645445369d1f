"""conda-lock's ``conda-lock.yml``: the packages of an environment on each platform, from conda and from pip."""

from __future__ import annotations

from graphdiff.absences import listed_few
from graphdiff.errors import FormatError
from graphdiff.io.documents import Record, mapping, mappings, parse_yaml, required_text, text
from graphdiff.io.packages import PackageGraph, Targets

__all__ = ["VIRTUAL", "read_conda_lock", "say_where"]

#: What conda calls the system by: ``__glibc``, ``__unix``, and so on.
VIRTUAL = "__"
#: By which manager a package comes, and its type in package URLs.
MANAGERS = {"conda": "conda", "pip": "pypi"}


def read_conda_lock(data: bytes, *, name: str) -> PackageGraph:
    r"""Read a ``conda-lock.yml``: the tail of an edge depends on its head.

    The graph is that of all platforms; an edge has as ``marker`` those for which it holds, where not for all. The file
    does not say what was asked for: no node is marked as a root. What a package needs of the system (``__glibc``)
    makes no edge; which that is stands in ``G.graph["warnings"]``. A package from pip that needs one by a name which
    conda writes otherwise needs it by a name that is not in the file.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``name``, ``version``, ``purl``, ``groups`` (the categories, as main and dev), ``optional``, and
        ``marker`` where they are for some platforms alone; edges ``clause`` and ``marker``. ``G.graph["unmet"]`` names
        what is needed and not in the file.

    Raises
    ------
    FormatError
        Broken YAML, no package, or values of another shape.

    References
    ----------
    conda-lock's documentation, https://conda.github.io/conda-lock/

    Examples
    --------
    >>> lock = b'''version: 1
    ... package:
    ... - {name: zlib, version: 1.3.1, manager: conda, platform: linux-64, dependencies: {libzlib: 1.3.1}}
    ... - {name: libzlib, version: 1.3.1, manager: conda, platform: linux-64, dependencies: {__glibc: '>=2.17'}}'''
    >>> G = read_conda_lock(lock, name="conda-lock.yml")
    >>> list(G.edges(data="clause")), G.nodes["zlib"]["purl"]
    ([('zlib', 'libzlib', '1.3.1')], 'pkg:conda/zlib@1.3.1')
    """
    document = mapping((parse_yaml(data, name) or [None])[0], name)
    listed = list(mappings(document.get("package"), f"{name}: package"))
    targets = Targets([])
    places = [_place(targets, entry, where) for where, entry in listed]
    system: dict[str, None] = {}
    for place, (where, entry) in zip(places, listed, strict=True):
        for wanted, clause in mapping(entry.get("dependencies"), f"{where}: dependencies").items():
            if wanted.startswith(VIRTUAL):
                system[wanted] = None
            else:
                targets.need(required_text(entry, "platform", where), place, wanted, text(clause, where))
    say_where(targets)
    graph = targets.graph(name, "conda-lock")
    if system:
        sentence = f"{name}: what is needed of the system makes no edge: {listed_few(list(system))}"
        graph.graph["warnings"] = [sentence]
    return graph


def _place(targets: Targets, entry: Record, where: str) -> int:
    """Return the place of a package, which may be listed for several platforms and categories."""
    called, version = required_text(entry, "name", where), text(entry.get("version"), where)
    manager = text(entry.get("manager"), where)
    if manager not in MANAGERS:
        raise FormatError(f"{where}: the manager {manager[:40]!r} is neither conda nor pip")
    attributes: Record = {"name": called, "version": version, "purl": f"pkg:{MANAGERS[manager]}/{called}@{version}"}
    place = targets.add(required_text(entry, "platform", where), attributes)
    noted = targets.attributes[place]
    groups = [*noted.get("groups", "").split(","), text(entry.get("category"), where)]
    noted["groups"] = ",".join(dict.fromkeys(filter(None, groups)))
    # Of several entries one that is not optional will do.
    noted["optional"] = noted.get("optional", True) if entry.get("optional") == "true" else ""
    return place


def say_where(targets: Targets) -> None:
    """Note with the packages that are not for all platforms for which they are."""
    platforms: dict[int, list[str]] = {}
    for target, there in targets.by_target.items():
        for place in there.values():
            platforms.setdefault(place, []).append(target)
    for place, listed in platforms.items():
        if len(listed) < len(targets.by_target):
            targets.attributes[place]["marker"] = " | ".join(listed)
