"""dbt's ``manifest.json``: what each model, test, metric and seed is built from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.readers.building import collector_at_rest, described
from graphdiff.readers.documents import Record, mapping, parse_json, text_in, texts

__all__ = ["read_dbt"]

# Where the resources that the parent map names are described.
PARTS = (
    "nodes",
    "sources",
    "exposures",
    "metrics",
    "semantic_models",
    "saved_queries",
    "unit_tests",
    "functions",
)
ATTRIBUTES = ("name", "resource_type", "package_name", "original_file_path")


def read_dbt(data: bytes, *, name: str) -> nx.DiGraph:
    """Read the manifest of a dbt project: the tail of an edge is built from its head, so it depends on it.

    The edges are those of ``parent_map``; dbt's own lineage pictures draw them the other way round. Ids are dbt's
    unique ids (``model.shop.orders``), as a model and a source may have the same name; ``label`` has the name, by
    which a node is found too. Macros are no nodes.

    Parameters
    ----------
    data : bytes
        The decompressed manifest.
    name : str
        The file's name, for messages.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``label``, ``name``, ``resource_type``, ``package_name``, ``original_file_path``; models also
        ``layer``, the folder of the project that they are in, and ``materialized``.

    Raises
    ------
    FormatError
        Broken JSON, no manifest, or a parent that the parent map does not have.

    References
    ----------
    .. [1] https://schemas.getdbt.com/dbt/manifest/v12.json

    Examples
    --------
    >>> G = read_dbt(b'''{"metadata": {}, "nodes": {"model.a.x": {"name": "x", "resource_type": "model"}},
    ... "parent_map": {"model.a.x": ["source.a.raw"], "source.a.raw": []}}''', name="manifest.json")
    >>> list(G.edges), G.nodes["model.a.x"]["label"]
    ([('model.a.x', 'source.a.raw')], 'x')
    """
    with collector_at_rest():
        manifest = parse_json(data, name)
        if not isinstance(manifest, dict) or "parent_map" not in manifest:
            raise FormatError(f"{name}: no dbt manifest: it has no parent_map")
        parents = mapping(manifest["parent_map"], f"{name}: parent_map")
        if not parents:
            raise FormatError(f"{name}: a dbt manifest of a project without models")
        resources = dict(_resources(manifest, name))
        graph = nx.DiGraph()
        graph.add_nodes_from((node, _attributes(resources.get(node, {}))) for node in parents)
        graph.add_edges_from(_edges(parents, name))
    return described(graph, format="dbt manifest", edge_meaning="depends on", weight_meaning="none")


def _resources(manifest: Record, name: str) -> Iterator[tuple[str, Record]]:
    for part in PARTS:
        for node, record in mapping(manifest.get(part), f"{name}: {part}").items():
            yield node, mapping(record, f"{name}: {part}[{node!r}]")


def _edges(parents: Record, name: str) -> Iterator[tuple[str, str]]:
    for node, needed in parents.items():
        where = f"{name}: parent_map[{node!r}]"
        for parent in texts(needed, where):
            if parent not in parents:
                raise FormatError(f"{where} has {parent!r}, which is no entry of the parent map")
            yield node, parent


def _attributes(record: Record) -> dict[str, str]:
    found = {key: text_in(record, key) for key in ATTRIBUTES}
    found["label"] = found["name"]
    if found["resource_type"] == "model":
        found["layer"] = _layer(record.get("fqn"))
        config = record.get("config")
        found["materialized"] = text_in(config, "materialized") if isinstance(config, dict) else ""
    return {key: value for key, value in found.items() if value}


def _layer(fqn: Any) -> str:
    """Return the first folder below the project's, of a full name as project, folders, model."""
    folders = fqn[1:-1] if isinstance(fqn, list) else []
    return folders[0] if folders and isinstance(folders[0], str) else ""
