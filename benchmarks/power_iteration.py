"""circuit-tracer's influence of every node on the logits, restated in numpy: plain dense arrays, and nothing of ours.

    python -m benchmarks.power_iteration FILE

reads an attribution graph, and prints the ten nodes of largest influence with it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def matrix(document: dict[str, Any]) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    """Return the ids, the matrix with a row for each target, and how much each node counts as a logit."""
    ids = [node["node_id"] for node in document["nodes"]]
    place = {label: number for number, label in enumerate(ids)}
    weights = np.zeros((len(ids), len(ids)))
    for link in document["links"]:
        weights[place[link["target"]], place[link["source"]]] = link["weight"]
    probabilities = [node["token_prob"] if node["feature_type"] == "logit" else 0.0 for node in document["nodes"]]
    return ids, weights, np.array(probabilities)


def influence(weights: NDArray[np.float64], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of p·A, p·A², … until a power is 0, with A the absolute weights over the sum of each row."""
    normalised = np.abs(weights)
    normalised /= np.maximum(normalised.sum(axis=1, keepdims=True), 1e-10)
    current = probabilities @ normalised
    summed = current.copy()
    while current.any():
        current = current @ normalised
        summed += current
    return summed


if __name__ == "__main__":
    labels, weighed, counted = matrix(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    found = influence(weighed, counted)
    for largest in np.argsort(-found)[:10].tolist():
        print(f"{found[largest]:.6f} {labels[largest]}")
