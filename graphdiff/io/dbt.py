"""dbt's ``manifest.json``: what each model, test, metric and seed is built from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.io.building import described, note_unmet
from graphdiff.io.documents import Record, mapping, parse_json, text_in, texts
from graphdiff.kernels.collecting import collector_at_rest

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

    Returns
    -------
    networkx.DiGraph
        Nodes have ``label``, ``name``, ``resource_type``, ``package_name``, ``original_file_path``; models also
        ``layer``, the folder of the project that they are in, and ``materialized``.

        ``G.graph["unmet"]`` names the parents that have no entry, such as models of other projects, with whom they
        are parents of; they are left out.

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
        edges = list(_edges(parents, name))
        graph.add_edges_from((node, parent) for node, parent in edges if parent in parents)
        note_unmet(graph, (edge for edge in edges if edge[1] not in parents), "not in the manifest")
    return described(graph, format="dbt manifest", edge_meaning="depends on", weight_meaning="none")


def _resources(manifest: Record, name: str) -> Iterator[tuple[str, Record]]:
    for section in PARTS:
        for node, record in mapping(manifest.get(section), f"{name}: {section}").items():
            yield node, mapping(record, f"{name}: {section}[{node!r}]")


def _edges(parents: Record, name: str) -> Iterator[tuple[str, str]]:
    for node, needed in parents.items():
        where = f"{name}: parent_map[{node!r}]"
        for parent in texts(needed, where):
            yield node, parent


def _attributes(record: Record) -> dict[str, str]:
    attributes = {key: text_in(record, key) for key in ATTRIBUTES}
    attributes["label"] = attributes["name"]
    if attributes["resource_type"] == "model":
        attributes["layer"] = _layer(record.get("fqn"))
        config = record.get("config")
        attributes["materialized"] = text_in(config, "materialized") if isinstance(config, dict) else ""
    return {key: value for key, value in attributes.items() if value}


def _layer(fqn: Any) -> str:
    """Return the first folder below the project's, of a full name as project, folders, model."""
    folders = fqn[1:-1] if isinstance(fqn, list) else []
    return folders[0] if folders and isinstance(folders[0], str) else ""
