"""The graph of installed distributions, from the metadata that each has of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphdiff.errors import FormatError
from graphdiff.readers.python_packages import PackageGraph, python_graph
from graphdiff.readers.requirements import Environment, Package, Requirement, canonical, holds, requirements_of

__all__ = ["installed_graph"]

#: A licence that is longer is the licence's text.
MAX_LICENCE = 80
CLASSIFIER = "License :: "


def installed_graph(
    metadata: Iterable[Mapping[str, Any]], *, name: str, format: str, extras: str, environment: Environment
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
    """
    found: dict[str, Package] = {}
    warnings: list[str] = []
    for fields in metadata:
        called, version = fields.get("name"), fields.get("version")
        if not isinstance(called, str) or not isinstance(version, str) or not called or not version:
            warnings.append(f"a distribution without a name or version is left out: {fields.get('path', called)}")
        elif canonical(called) not in found:
            found[canonical(called)] = _package(called, version, fields, environment, warnings)
    if not found:
        raise FormatError(f"{name}: nothing is installed there")
    graph = python_graph(
        found.values(), name=name, format=format, extras=extras, environment=environment, absent="not installed"
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
        attributes={"name": name, "licence": _licence(fields), **_kept(fields)},
    )


def _kept(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: fields[key] for key in ("requested", "size") if key in fields}


def _licence(fields: Mapping[str, Any]) -> str:
    """Return the licence: an SPDX expression, else a short name, else what the classifiers say."""
    for key in ("license_expression", "license"):
        said = fields.get(key)
        if isinstance(said, str) and said and len(said) <= MAX_LICENCE and "\n" not in said:
            return said
    classified = [text for text in _texts(fields.get("classifier")) if text.startswith(CLASSIFIER)]
    return ", ".join(text.rpartition(" :: ")[2] for text in classified)


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
