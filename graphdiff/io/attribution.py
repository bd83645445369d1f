"""Attribution graphs of language models, as circuit-tracer and Neuronpedia write them: JSON, schema version 1.

A weight leads from source to target, and is signed: by how much the source moves the input of the target, linearly,
where the model is. A node is a token of the prompt, a feature of a transcoder, what the transcoders do not reconstruct
(an error), or a token that the model may say (a logit).

References
----------
E. Ameisen et al., "Circuit Tracing: Revealing Computational Graphs in Language Models", Transformer Circuits Thread,
2025. M. Hanna, M. Piotrowski et al., circuit-tracer, ``circuit_tracer/frontend/graph_models.py``.
"""

from __future__ import annotations

from typing import Any

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.io.building import described
from graphdiff.io.documents import Record, mappings, parse_json, required_text
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.text.numbers import shorten

__all__ = ["read_attribution"]

#: What a node is, by its ``feature_type``; any other is a feature.
KINDS = {"embedding": "token", "mlp reconstruction error": "error", "logit": "logit"}

#: Labels of features are cut to this length in titles.
MAX_LABEL = 30


def read_attribution(data: bytes, *, name: str) -> nx.DiGraph:
    """Read an attribution graph; its nodes go by the file's ids, its tokens are roots and its logits leaves.

    Nodes have ``kind`` (token, feature, error, logit), ``layer`` (an int; "E" of tokens), ``position`` in the prompt,
    ``token`` (the text there, of a logit the text that it stands for), ``feature_type``, ``clerp`` (a label),
    ``activation``, ``probability`` (of logits) and ``cumulative_influence``, which is the file's ``influence``: the
    part of all influence that nodes at least as influential have, on the graph before it was pruned.

    Raises
    ------
    FormatError
        Broken JSON, or JSON of another shape; two nodes of one id.
    """
    with collector_at_rest():
        document = parse_json(data, name)
        tokens = document["metadata"].get("prompt_tokens", [])
        graph = nx.DiGraph(node_title="title")
        for where, record in mappings(document["nodes"], f"{name}: nodes"):
            label = required_text(record, "node_id", where)
            if label in graph:
                raise FormatError(f"{where} has the id {label!r} of a node before it")
            graph.add_node(label, **_node(record, tokens))
        for where, record in mappings(document["links"], f"{name}: links"):
            source, target = (required_text(record, end, where) for end in ("source", "target"))
            graph.add_edge(source, target, weight=record["weight"])
        return described(
            graph, format="attribution graph", edge_meaning="drives", weight_meaning="attribution", node_meaning="nodes"
        )


def _node(record: Record, tokens: list[str]) -> dict[str, Any]:
    kind = KINDS.get(record["feature_type"], "feature")
    known = {
        "kind": kind,
        "layer": "E" if record["layer"] == "E" else int(record["layer"]),
        "position": record["ctx_idx"],
        "token": tokens[record["ctx_idx"]] if kind != "logit" else record["clerp"],
        "feature_type": record["feature_type"],
        "clerp": record.get("clerp") or None,
        "activation": record.get("activation"),
        "cumulative_influence": record.get("influence"),
        "root": True if kind == "token" else None,
    }
    if kind == "logit":
        known |= {"probability": record["token_prob"], "leaf": record["token_prob"]}
    known["title"] = _title(record["node_id"], known)
    return {attribute: value for attribute, value in known.items() if value is not None}


def _title(label: str, known: dict[str, Any]) -> str:
    """Return what reports call a node."""
    if known["kind"] == "token":
        return f'token "{known["token"]}"@{known["position"]}'
    if known["kind"] == "error":
        return f"error L{known['layer']}@{known['position']}"
    if known["kind"] == "logit":
        return f"logit {known['token']}"
    return f"feature {label}" + (f' "{shorten(known["clerp"], MAX_LABEL)}"' if known["clerp"] else "")
