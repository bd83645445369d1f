"""dbt manifests: a hand-made one, and real ones, whose parent map and child map are mutual truth."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from graphdiff.errors import FormatError
from graphdiff.io.dbt import read_dbt
from graphdiff.io.read import read


def test_a_model_depends_on_what_it_is_built_from(test_data: Path) -> None:
    graph = read(test_data / "dbt" / "manifest.json")
    said = {"format": "dbt manifest", "edge_meaning": "depends on", "weight_meaning": "none"}
    assert graph.graph == {**said, "node_meaning": "resources", "unmet": {}}
    assert list(graph.edges) == [
        ("model.shop.orders", "model.shop.stg_orders"),
        ("model.shop.stg_orders", "source.shop.raw.orders"),
        ("test.shop.not_null_orders_id.1", "model.shop.orders"),
    ]
    assert graph.nodes["model.shop.orders"] == {
        "label": "orders",
        "name": "orders",
        "resource_type": "model",
        "package_name": "shop",
        "original_file_path": "models/marts/orders.sql",
        "layer": "marts",
        "materialized": "table",
    }
    assert graph.nodes["source.shop.raw.orders"]["resource_type"] == "source"
    assert [layer for _, layer in graph.nodes(data="layer")] == ["marts", "staging", None, None]


@pytest.mark.parametrize("version, nodes, edges", [("v12-1.12", 87, 94), ("v6", 28, 29)])
def test_real_manifests_agree_with_their_child_map(version: str, nodes: int, edges: int, shared_data: Path) -> None:
    path = shared_data / "dbt" / f"jaffle_shop.manifest-{version}.json.gz"
    graph = read(path)
    assert (len(graph), graph.number_of_edges()) == (nodes, edges)
    children = json.loads(gzip.decompress(path.read_bytes()))["child_map"]
    assert set(graph.edges) == {(child, node) for node, needing in children.items() for child in needing}
    assert set(graph) == set(children)
    assert all(graph.nodes[node]["resource_type"] == node.split(".")[0] for node in graph)
    layers = {layer for _, layer in graph.nodes(data="layer") if layer}
    assert layers == ({"staging", "marts"} if version.startswith("v12") else {"staging"})


BROKEN: dict[str, tuple[Any, str]] = {
    "no parent map": ({"nodes": {}}, "no dbt manifest: it has no parent_map"),
    "a list": ([1], "no dbt manifest: it has no parent_map"),
    "an empty project": ({"parent_map": {}}, "a dbt manifest of a project without models"),
    "a map that is a list": ({"parent_map": [1]}, "parent_map: expected names with values, found"),
    "parents that are a text": ({"parent_map": {"a": "b"}}, r"parent_map\['a'\]: expected a list, found"),
    "a parent that is a number": (
        {"parent_map": {"a": [1]}},
        r"parent_map\['a'\]: expected a list of texts",
    ),
    "nodes that are a list": ({"parent_map": {"a": []}, "nodes": [1]}, "nodes: expected names with values, found"),
    "a node that is a list": (
        {"parent_map": {"a": []}, "nodes": {"a": [1]}},
        r"nodes\['a'\]: expected names with values, found a list",
    ),
}


@pytest.mark.parametrize("manifest, message", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_manifest_is_refused_in_one_line(manifest: Any, message: str) -> None:
    with pytest.raises(FormatError, match=f"^m: {message}"):
        read_dbt(json.dumps(manifest).encode(), name="m")
