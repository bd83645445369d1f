"""Python environments: ``env:`` is the one that graphdiff runs in, ``env:PATH`` another on this machine."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from graphdiff.errors import InputError
from graphdiff.readers.distributions import installed_graph
from graphdiff.readers.python_packages import PackageGraph

__all__ = ["read_environment"]

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

    Parameters
    ----------
    data : bytes
        The path in UTF-8: the folder of an environment, its Python, or a folder of distributions; empty for the
        running environment.
    name : str
        ``env:`` and the path, for messages.
    extras : {"requested", "nodes", "none", "all"}
        Which extras make edges: those that another distribution asks for; the same, each from a node ``name[extra]``
        of its own; none; all.

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
    UsageError
        An `extras` that is not one of the above.

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
    found = distributions(path=[str(site) for site in sites])
    environment = _version(folder, sites)
    return installed_graph(
        map(_fields, found), name=name, format="Python environment", extras=extras, environment=environment
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
        found = VERSION_LINE.search((folder / "pyvenv.cfg").read_text("utf-8", "replace"))
    except OSError:
        found = None
    version = found[1] if found else sites[0].parent.name.removeprefix("python")
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
