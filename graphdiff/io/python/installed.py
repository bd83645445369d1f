"""The graph of installed distributions, from the metadata that each has of itself.

Python environments: ``env:`` is the one that graphdiff runs in, ``env:PATH`` another on this machine.

What ``pip inspect`` prints: every distribution of an environment with its metadata, and the markers.

What ``pip install --report`` writes: the same of what would be installed.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from graphdiff.errors import FormatError, InputError
from graphdiff.io.documents import Record, mapping, mappings, parse_json
from graphdiff.io.python.graph import PackageGraph, python_graph
from graphdiff.io.python.requirements import Environment, Package, Requirement, canonical, holds, requirements_of

__all__ = ["installed_graph", "read_environment", "read_pip_inspect", "read_pip_report"]


#: What setuptools wrote where nothing was stated.
UNSTATED = ("", "UNKNOWN")
#: A licence that is longer is the licence's text.
MAX_LICENCE = 80

CLASSIFIER = "License :: "


def installed_graph(
    metadata: Iterable[Mapping[str, Any]],
    *,
    name: str,
    format: str,
    extras: str,
    environment: Environment,
    absent: str = "not installed",
) -> PackageGraph:
    """Return the graph of what is installed; what is broken is left out and listed in ``G.graph["warnings"]``.

    Parameters
    ----------
    metadata : iterable of mappings
        The fields of each distribution, under the names that PEP 566 gives them in JSON (``name``, ``version``,
        ``requires_dist``, …); of a name that comes twice the first counts, as for an import.
    name : str
        The file's or environment's name, for messages.
    format : str
        The title of what was read.
    extras : str
        As in `python_graph`.
    environment : mapping
        What markers are evaluated with.
    absent : str
        What is true of a distribution that is needed and not there.
    """
    packages: dict[str, Package] = {}
    warnings: list[str] = []
    for fields in metadata:
        called, version = fields.get("name"), fields.get("version")
        if not isinstance(called, str) or not isinstance(version, str) or not called or not version:
            warnings.append(f"a distribution without a name or version is left out: {fields.get('path', called)}")
        elif canonical(called) not in packages:
            packages[canonical(called)] = _package(called, version, fields, environment, warnings)
    if not packages:
        raise FormatError(f"{name}: nothing is installed there")
    graph = python_graph(
        packages.values(), name=name, format=format, extras=extras, environment=environment, absent=absent
    )
    graph.graph["warnings"] = warnings
    return graph


def _package(
    name: str, version: str, fields: Mapping[str, Any], environment: Environment, warnings: list[str]
) -> Package:
    needs: list[Requirement] = []
    for text in _texts(fields.get("requires_dist")):
        try:
            new = requirements_of(text, where=name)
            for need in new:
                holds(need.marker, environment, extra=need.extra)
        except FormatError as error:
            warnings.append(f"a requirement is left out: {error}")
        else:
            needs += new
    return Package(
        name=canonical(name),
        version=version,
        needs=tuple(needs),
        provides=frozenset(map(canonical, _texts(fields.get("provides_extra")))),
        asked=frozenset(map(canonical, _texts(fields.get("requested_extras")))),
        attributes={"name": name, "licence": _licence(fields), **_kept(fields)},
    )


def _kept(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: fields[key] for key in ("requested", "root", "size") if key in fields}


def _licence(fields: Mapping[str, Any]) -> str:
    """Return the licence: an SPDX expression, else a short name, else what the classifiers say."""
    for key in ("license_expression", "license"):
        stated = fields.get(key)
        if isinstance(stated, str) and stated not in UNSTATED and len(stated) <= MAX_LICENCE and "\n" not in stated:
            return stated
    classified = [text for text in _texts(fields.get("classifier")) if text.startswith(CLASSIFIER)]
    return ", ".join(text.rpartition(" :: ")[2] for text in classified)


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


#: Where packages are, below an environment's folder; the last are Debian's for its own Python.
SITES = ("lib/python3*/site-packages", "lib64/python3*/site-packages", "Lib/site-packages", "lib/python3/dist-packages")

#: The line of pyvenv.cfg with the version, as venv, virtualenv and uv write it.
VERSION_LINE = re.compile(r"^\s*version(?:_info)?\s*=\s*(\d+\.\d+(?:\.\d+)?)", re.MULTILINE)

FIELDS = {"Requires-Dist": "requires_dist", "Provides-Extra": "provides_extra", "Classifier": "classifier"}

TEXTS = {"Name": "name", "Version": "version", "License-Expression": "license_expression", "License": "license"}


def read_environment(data: bytes, *, name: str, extras: str = "requested") -> PackageGraph:
    """Read what is installed in an environment: the tail of an edge depends on its head.

    Nothing of the environment is run. Markers are evaluated: for another environment with its Python version, else
    as here. What is needed and not installed makes no edge, and so does an extra that no distribution asks for.

    `data` is the path in UTF-8: the folder of an environment, its Python, or a folder of distributions; empty for
    the running environment.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Nodes have ``name`` (as written), ``version``, ``licence``, ``requested`` (by the user, where the installer
        wrote it down) and ``size`` (bytes); edges ``kind``, ``clause``, ``extra``, ``marker`` and ``optional``.
        ``G.graph["unmet"]`` names what is needed and not there, ``G.graph["with_extras"]`` lists the edges of extras
        that nothing asks for, ``G.graph["warnings"]`` what was broken and skipped.

    Raises
    ------
    InputError
        No such environment, or nothing is installed there.

    Examples
    --------
    >>> G = read_environment(b"", name="env:")
    >>> G.has_edge("nx-graphdiff", "networkx"), G.graph["edge_meaning"]
    (True, 'depends on')
    """
    path = data.decode("utf-8", "surrogateescape")
    if not path:
        return installed_graph(
            map(_fields, distributions()), name=name, format="Python environment", extras=extras, environment={}
        )
    folder, sites = _sites(Path(path), name)
    installed = distributions(path=[str(site) for site in sites])
    environment = _version(folder, sites)
    return installed_graph(
        map(_fields, installed), name=name, format="Python environment", extras=extras, environment=environment
    )


def _sites(path: Path, name: str) -> tuple[Path, list[Path]]:
    """Return an environment's folder, and those where its packages are."""
    folder = path.parent.parent if path.is_file() and path.parent.name in ("bin", "Scripts") else path
    try:
        sites = [site for pattern in SITES for site in sorted(folder.glob(pattern)) if site.is_dir()]
        if not sites and next(folder.glob("*.*-info"), None):
            sites = [folder]
    except (OSError, ValueError) as error:
        raise InputError(f"{name}: {error}") from error
    if not sites:
        raise InputError(f"{name}: no environment: a folder with lib/python3.*/site-packages, or with distributions")
    return folder, list({site.resolve(): site for site in sites}.values())


def _version(folder: Path, sites: list[Path]) -> dict[str, str]:
    """Return the markers that say which Python the environment has; none where nothing says it."""
    try:
        match = VERSION_LINE.search((folder / "pyvenv.cfg").read_text("utf-8", "replace"))
    except OSError:
        match = None
    version = match[1] if match else sites[0].parent.name.removeprefix("python")
    if not re.fullmatch(r"\d+\.\d+(\.\d+)?", version):
        return {}
    short = ".".join(version.split(".")[:2])
    return {"python_version": short, "python_full_version": version if version != short else f"{short}.0"}


def _fields(distribution: Distribution) -> dict[str, Any]:
    where = str(getattr(distribution, "_path", "no path"))
    try:
        metadata = distribution.metadata
        fields: dict[str, Any] = {key: metadata.get_all(field) for field, key in FIELDS.items()}
        fields |= {key: metadata[field] for field, key in TEXTS.items() if field in metadata}
        fields |= {"size": size} if (size := sum(_sizes(distribution))) else {}
        requested = {"requested": True} if distribution.read_text("REQUESTED") is not None else {}
    except (OSError, ValueError, csv.Error):  # a file that cannot be read, is no text, or is no table
        return {"path": where}
    return {**fields, **requested, "path": where}


def _sizes(distribution: Distribution) -> Iterator[int]:
    for row in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
        if len(row) == 3 and row[2].isdecimal() and len(row[2]) < 16:
            yield int(row[2])


def read_pip_inspect(data: bytes, *, name: str, extras: str = "requested") -> PackageGraph:
    """Read the JSON of ``pip inspect``: the tail of an edge depends on its head.

    Markers are evaluated for the environment that the file describes; what is needed and not installed makes no edge.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Nodes have ``name`` (as written), ``version``, ``licence`` and ``requested`` (by the user); edges ``kind``,
        ``clause``, ``extra``, ``marker`` and ``optional``. ``G.graph["unmet"]`` names what is needed and not
        there, ``G.graph["with_extras"]`` lists the edges of extras that nothing asks for, ``G.graph["warnings"]``
        what was skipped.

    Examples
    --------
    >>> text = b'''{"version": "1", "environment": {}, "installed": [
    ...     {"metadata": {"name": "A", "version": "1", "requires_dist": ["b>1"]}, "requested": true},
    ...     {"metadata": {"name": "b", "version": "2"}}]}'''
    >>> list(read_pip_inspect(text, name="inspect.json").edges(data="clause"))
    [('a', 'b', '>1')]
    """
    document = _document(data, "installed", "pip inspect prints", name)
    records = [
        {**metadata, "requested": True} if one.get("requested") is True else metadata
        for one, metadata in _listed(document, "installed", name)
    ]
    environment = _environment(document, name)
    return installed_graph(records, name=name, format="pip inspect", extras=extras, environment=environment)


def _document(data: bytes, key: str, what: str, name: str) -> Record:
    document = parse_json(data, name)
    if not isinstance(document, dict) or key not in document:
        raise FormatError(f"{name}: not what {what}: no list under {key!r}")
    return document


def _listed(document: Record, key: str, name: str) -> Iterator[tuple[Record, Record]]:
    """Yield what pip says of each distribution, and the metadata in it."""
    for where, one in mappings(document[key], f"{name}: {key}"):
        yield one, mapping(one.get("metadata"), f"{where}: metadata")


def _environment(document: Record, name: str) -> dict[str, str]:
    stated = mapping(document.get("environment"), f"{name}: environment")
    return {key: value for key, value in stated.items() if isinstance(value, str)}


#: What is installed already is in a report only where pip was asked to pass over it.
NOT_REPORTED = "not in the report, which has what is installed already only with --ignore-installed"


def read_pip_report(data: bytes, *, name: str, extras: str = "requested") -> PackageGraph:
    """Read what ``pip install --dry-run --report FILE`` writes: the tail of an edge depends on its head.

    What was named on pip's command line, or in a file of requirements, are the roots; the extras that were asked of
    them there count as asked for. Markers are evaluated for the environment that the file describes. The file has
    what pip would install: without ``--ignore-installed`` what is there already is missing from it, makes no edge,
    and is among what is unmet.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Nodes have ``name`` (as written), ``version``, ``licence``, ``root`` and ``requested`` (both by the user);
        edges ``kind``, ``clause``, ``extra``, ``marker`` and ``optional``. ``G.graph["unmet"]`` names what is needed
        and not in the file, ``G.graph["with_extras"]`` lists the edges of extras that nothing asks for,
        ``G.graph["warnings"]`` what was skipped.

    Raises
    ------
    FormatError
        Broken JSON, JSON of another shape, or nothing that would be installed.

    References
    ----------
    pip's documentation, *Installation Report*, https://pip.pypa.io/en/stable/reference/installation-report/

    Examples
    --------
    >>> text = b'''{"version": "1", "environment": {}, "install": [
    ...     {"metadata": {"name": "b", "version": "2"}, "requested": false},
    ...     {"metadata": {"name": "A", "version": "1", "provides_extra": ["x"], "requires_dist": ["b>1; extra == 'x'"]},
    ...      "requested": true, "requested_extras": ["x"]}]}'''
    >>> G = read_pip_report(text, name="report.json")
    >>> list(G.edges(data="clause")), [node for node, root in G.nodes(data="root") if root]
    ([('a', 'b', '>1')], ['a'])
    """
    document = _document(data, "install", "pip install --report writes", name)
    records = []
    for one, metadata in _listed(document, "install", name):
        by_user = {"requested": True, "root": True} if one.get("requested") is True else {}
        records.append({**metadata, **by_user, "requested_extras": one.get("requested_extras")})
    if not records:
        raise FormatError(f"{name}: pip would install nothing; --ignore-installed reports what is installed, too")
    return installed_graph(
        records,
        name=name,
        format="pip report",
        extras=extras,
        environment=_environment(document, name),
        absent=NOT_REPORTED,
    )
