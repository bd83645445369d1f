"""Attribution graphs as large as they get, in the JSON of circuit-tracer, made by chance and the same every time.

    python -m benchmarks.attribution_graphs FILE [NODES [LINKS [SEED]]]

writes such a file: 3,000 nodes and 100,000 links, where nothing else is said.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

NODES, LINKS = 3_000, 100_000
LAYERS, FEATURES, VOCABULARY = 26, 16_384, 50_000
WORDS = ("<bos>", "The", " capital", " of", " the", " state", " with", " Dallas", " in", " it", " is")
ANSWERS = (" Austin", " Houston", " Texas", " San", " El", " Dallas")
LABELS = ("Texas", "capitals and seats", "say a place", "the word of after a noun", "cities", "", "", "")

#: Errors are so many of all nodes.
ERRORS = 0.1


def document(n_nodes: int = NODES, n_links: int = LINKS, seed: int = 1) -> dict[str, Any]:
    """Return an attribution graph: links lead to a higher layer, and never to an earlier token.

    A feature has a link that enters and one that leaves it; weights are of either sign, smaller where many enter.
    """
    chance = random.Random(seed)
    probabilities = _probabilities(chance)
    nodes = [*_tokens(), *_inner(n_nodes - len(WORDS) - len(ANSWERS), chance), *_logits(probabilities)]
    pairs = _pairs(nodes, n_links, chance)
    entering = Counter(head for _, head in pairs)
    links = [
        {"source": tail, "target": head, "weight": round(chance.gauss(0.01, 1) / entering[head] ** 0.5, 6)}
        for tail, head in pairs
    ]
    return {
        "metadata": {
            "slug": f"chance-{seed}",
            "scan": "chance",
            "transcoder_list": [],
            "prompt_tokens": list(WORDS),
            "prompt": "".join(WORDS),
            "node_threshold": 0.8,
            "schema_version": 1,
        },
        "qParams": {"pinnedIds": [], "supernodes": [], "linkType": "both", "clickedId": "", "sg_pos": ""},
        "nodes": nodes,
        "links": links,
    }


def another(document: dict[str, Any], seed: int = 2) -> dict[str, Any]:
    """Return the graph of a prompt with another place: a tenth of the features is gone, all weights are others."""
    chance = random.Random(seed)
    gone = {node["node_id"] for node in document["nodes"] if node["activation"] is not None and chance.random() < 0.1}
    where = WORDS.index(" Dallas")
    renamed = {f"E_{1000 + where}_{where}": f"E_{3000 + where}_{where}"}
    nodes = [
        {**node, "node_id": renamed.get(node["node_id"], node["node_id"])}
        for node in document["nodes"]
        if node["node_id"] not in gone
    ]
    links = [
        {
            "source": renamed.get(link["source"], link["source"]),
            "target": link["target"],
            "weight": round(link["weight"] * chance.gauss(1, 0.3), 6),
        }
        for link in document["links"]
        if not gone & {link["source"], link["target"]}
    ]
    tokens = [*WORDS[:where], " Oakland", *WORDS[where + 1 :]]
    metadata = {**document["metadata"], "slug": f"another-{seed}", "prompt_tokens": tokens, "prompt": "".join(tokens)}
    return {**document, "metadata": metadata, "nodes": nodes, "links": links}


def write(path: Path, document: dict[str, Any]) -> None:
    """Write a graph as circuit-tracer does: with two spaces of indent."""
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")


def _probabilities(chance: random.Random) -> list[float]:
    """Return those of the logits, the largest first; the model may say something else too."""
    sizes = sorted((chance.random() ** 3 for _ in ANSWERS), reverse=True)
    return [round(0.95 * size / sum(sizes), 6) for size in sizes]


def _tokens() -> list[dict[str, Any]]:
    return [
        _node(f"E_{1000 + place}_{place}", place, "E", place, "embedding", jsNodeId=f"E_{1000 + place}-{place}")
        for place in range(len(WORDS))
    ]


def _logits(probabilities: list[float]) -> list[dict[str, Any]]:
    last = len(WORDS) - 1
    return [
        _node(
            f"{LAYERS + 1}_{2000 + number}_{last}",
            2000 + number,
            str(LAYERS + 1),
            last,
            "logit",
            token_prob=probability,
            is_target_logit=number == 0,
            jsNodeId=f"L_{2000 + number}-{last}",
            clerp=f'Output "{answer}" (p={probability:.3f})',
        )
        for number, (answer, probability) in enumerate(zip(ANSWERS, probabilities, strict=True))
    ]


def _inner(count: int, chance: random.Random) -> list[dict[str, Any]]:
    """Return errors, each of another layer and place, and features, lower layers first."""
    places = [(layer, place) for layer in range(LAYERS) for place in range(1, len(WORDS))]
    errors = sorted(chance.sample(places, min(len(places), round(ERRORS * count))))
    features: set[tuple[int, int, int]] = set()
    while len(features) < count - len(errors):
        features.add((chance.randrange(LAYERS), chance.randrange(1, len(WORDS)), chance.randrange(FEATURES)))
    return [
        *(_feature(layer, feature, place, chance) for layer, place, feature in sorted(features)),
        *(
            _node(f"{layer}_-1_{place}", -1, str(layer), place, "mlp reconstruction error", influence=0.5)
            for layer, place in errors
        ),
    ]


def _feature(layer: int, feature: int, place: int, chance: random.Random) -> dict[str, Any]:
    pairing = (layer + feature) * (layer + feature + 1) // 2 + feature
    return _node(
        f"{layer}_{feature}_{place}",
        pairing,
        str(layer),
        place,
        "cross layer transcoder",
        clerp=chance.choice(LABELS),
        influence=round(chance.uniform(0.1, 0.8), 6),
        activation=round(chance.expovariate(0.3), 4),
    )


def _node(label: str, feature: int, layer: str, place: int, kind: str, **known: Any) -> dict[str, Any]:
    return {
        "node_id": label,
        "feature": feature,
        "layer": layer,
        "ctx_idx": place,
        "feature_type": kind,
        "token_prob": 0.0,
        "is_target_logit": False,
        "run_idx": 0,
        "reverse_ctx_idx": 0,
        "jsNodeId": label,
        "clerp": "",
        "influence": None,
        "activation": None,
        **known,
    }


def _pairs(nodes: list[dict[str, Any]], n_links: int, chance: random.Random) -> list[tuple[str, str]]:
    """Return who is linked: each feature from a token and to a logit, the rest by chance; grouped by their heads."""
    features = [node for node in nodes if node["feature_type"] == "cross layer transcoder"]
    tokens = {node["ctx_idx"]: node for node in nodes if node["layer"] == "E"}
    logits = [node for node in nodes if node["feature_type"] == "logit"]
    pairs = {(tokens[node["ctx_idx"]]["node_id"], node["node_id"]) for node in features}
    pairs |= {(node["node_id"], chance.choice(logits)["node_id"]) for node in features}
    heads = features + len(features) // 100 * logits
    while len(pairs) < n_links:
        tail, head = chance.choice(nodes), chance.choice(heads)
        if _depth(tail) < _depth(head) and tail["ctx_idx"] <= head["ctx_idx"]:
            pairs.add((tail["node_id"], head["node_id"]))
    order = {node["node_id"]: number for number, node in enumerate(nodes)}
    return sorted(pairs, key=lambda pair: (order[pair[1]], order[pair[0]]))


def _depth(node: dict[str, Any]) -> float:
    """Return the layer as a number; what an error misses is added behind the features of its layer."""
    if node["layer"] == "E":
        return -1.0
    return int(node["layer"]) + (0.5 if node["feature_type"] == "mlp reconstruction error" else 0.0)


if __name__ == "__main__":
    write(Path(sys.argv[1]), document(*map(int, sys.argv[2:5])))
