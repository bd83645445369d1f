"""Attribution graphs made at random, as files have them, and what is true of them by listing paths in fractions.

Nothing here knows graphdiff: a document is what circuit-tracer writes, and every number is had from it by definition.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

Document = dict[str, Any]
Edge = tuple[str, str]

WORDS = ("<bos>", "The", " capital", " of", " state")
OUTCOMES = (" Austin", " Texas", " the", " a")


def made(seed: int) -> Document:
    """Return a small attribution graph: weights in eighths, probabilities in sixteenths, nodes and links shuffled."""
    rng = random.Random(seed)
    n_tokens, n_layers = rng.randint(1, 4), rng.randint(1, 4)
    last = n_tokens - 1
    nodes = [_node(f"E_{100 + place}_{place}", "E", place, "embedding") for place in range(n_tokens)]
    for _ in range(rng.randint(2, 6)):
        layer, index, place = rng.randrange(n_layers), rng.randrange(90), rng.randrange(n_tokens)
        fired = (index + 1) / 4
        nodes.append(_node(f"{layer}_{index}_{place}", layer, place, "cross layer transcoder", activation=fired))
    errors = {(rng.randrange(n_layers), rng.randrange(n_tokens)) for _ in range(rng.randint(1, 3))}
    nodes += [_node(f"{layer}_-1_{place}", layer, place, "mlp reconstruction error") for layer, place in sorted(errors)]
    for number in range(rng.randint(1, 4)):
        part = rng.randint(1, 4) / 16
        text = f'Output "{OUTCOMES[number]}" (p={part:.3f})'
        known = {"token_prob": part, "clerp": text, "is_target_logit": number == 0}
        nodes.append(_node(f"{n_layers + 1}_{200 + number}_{last}", n_layers + 1, last, "logit", **known))
    nodes = list({node["node_id"]: node for node in nodes}.values())
    links = [link for tail in nodes for head in nodes for link in _link(rng, tail, head)]
    entered = {link["target"] for link in links}
    for node in nodes:  # something made a feature fire, though of one in some graphs the file has it not
        if node["feature_type"] == "cross layer transcoder" and node["node_id"] not in entered and rng.random() < 0.7:
            links.append({"source": "E_100_0", "target": node["node_id"], "weight": 0.5})
    rng.shuffle(nodes)
    rng.shuffle(links)
    tokens = list(WORDS[:n_tokens])
    return {
        "metadata": {"slug": f"made-{seed}", "scan": "made", "prompt_tokens": tokens, "prompt": "".join(tokens)},
        "qParams": {"pinnedIds": [], "supernodes": [], "linkType": "both", "clickedId": "", "sg_pos": ""},
        "nodes": nodes,
        "links": links,
    }


def _node(label: str, layer: int | str, place: int, kind: str, **known: Any) -> Document:
    plain = {"token_prob": 0.0, "is_target_logit": False, "clerp": "", "influence": None, "activation": None}
    feature = int(label.split("_")[1])
    where = {"layer": str(layer), "ctx_idx": place, "feature_type": kind}
    return {"node_id": label, "feature": feature, "jsNodeId": label, **where, **plain, **known}


def _link(rng: random.Random, tail: Document, head: Document) -> Iterator[Document]:
    low, high = (int(node["layer"].replace("E", "-1")) for node in (tail, head))
    takes = head["feature_type"] in ("cross layer transcoder", "logit") and tail["feature_type"] != "logit"
    if takes and low < high and tail["ctx_idx"] <= head["ctx_idx"] and rng.random() < 0.7:
        weight = rng.choice([number for number in range(-24, 25) if number]) / 8
        yield {"source": tail["node_id"], "target": head["node_id"], "weight": weight}


def of_another_prompt(document: Document, seed: int) -> Document:
    """Return the same with other weights and probabilities here and there, without some nodes, with a logit more."""
    rng = random.Random(seed)
    other = copy.deepcopy(document)
    other["nodes"] = [node for node in other["nodes"] if node["layer"] == "E" or rng.random() < 0.9]
    for node in other["nodes"]:
        if node["feature_type"] == "logit" and rng.random() < 0.6:
            node["token_prob"] = rng.randint(1, 4) / 16
    last = max(int(node["layer"]) for node in document["nodes"] if node["layer"] != "E")
    place = len(document["metadata"]["prompt_tokens"]) - 1
    new = _node(f"{last}_299_{place}", last, place, "logit", token_prob=0.25, clerp='Output " new" (p=0.250)')
    labels = {node["node_id"] for node in other["nodes"]}
    other["links"] = [link for link in other["links"] if {link["source"], link["target"]} <= labels]
    for link in other["links"]:
        if rng.random() < 0.4:
            link["weight"] += rng.choice((-3, -1, 2, 5)) / 8
    other["links"] += [link for node in other["nodes"] for link in _link(rng, node, new)]
    other["nodes"].append(new)
    rng.shuffle(other["nodes"])
    return other


@dataclass(frozen=True)
class Listed:
    """What holds of a document, by listing its paths and by circuit-tracer's formulas, in fractions."""

    document: Document
    weights: dict[Edge, Fraction] = field(init=False)

    def __post_init__(self) -> None:
        links = self.document["links"]
        object.__setattr__(self, "weights", {(at["source"], at["target"]): Fraction(at["weight"]) for at in links})

    @property
    def data(self) -> bytes:
        return json.dumps(self.document).encode()

    def of_kind(self, kind: str) -> list[str]:
        return [node["node_id"] for node in self.document["nodes"] if node["feature_type"] == kind]

    @property
    def labels(self) -> list[str]:
        return [node["node_id"] for node in self.document["nodes"]]

    @property
    def tokens(self) -> list[str]:
        return self.of_kind("embedding")

    @property
    def errors(self) -> list[str]:
        return self.of_kind("mlp reconstruction error")

    @property
    def logits(self) -> dict[str, Fraction]:
        nodes = [node for node in self.document["nodes"] if node["feature_type"] == "logit"]
        return {node["node_id"]: Fraction(node["token_prob"]) for node in nodes}

    @property
    def ends(self) -> set[str]:
        return {*self.tokens, *self.logits}

    def paths(self, source: str, target: str) -> list[Fraction]:
        """Return the influence of every path between two nodes."""
        if source == target:
            return [Fraction(1)]
        steps = [(head, weight) for (tail, head), weight in self.weights.items() if tail == source]
        return [weight * rest for head, weight in steps for rest in self.paths(head, target)]

    def to_the_logits(self, sources: list[str]) -> list[Fraction]:
        """Return the influence of every path to a logit, times the logit's probability."""
        return [
            part * influence
            for source in sources
            for logit, part in self.logits.items()
            for influence in self.paths(source, logit)
        ]

    def of_a_logit(self, source: str, logit: str) -> Fraction:
        """Return what of a logit comes from a node: of every path the product over the activations on its way."""
        return self._divided(source, logit, Fraction(1))

    def _divided(self, node: str, logit: str, so_far: Fraction) -> Fraction:
        if node == logit:
            return so_far
        steps = [(head, weight) for (tail, head), weight in self.weights.items() if tail == node]
        return sum(
            (self._divided(head, logit, so_far * weight / self.fired(head)) for head, weight in steps), Fraction()
        )

    def fired(self, label: str) -> Fraction:
        """Return a feature's activation; 1 of a logit."""
        node = next(node for node in self.document["nodes"] if node["node_id"] == label)
        return Fraction(1 if node["activation"] is None else node["activation"])

    # circuit-tracer's: A[head, tail] = |w| over the row's sum, B = A + A² + …, influence = p B

    @cached_property
    def normalised(self) -> dict[Edge, Fraction]:
        return _normalised(self.weights)

    @cached_property
    def influence(self) -> dict[str, Fraction]:
        return _influence(self.normalised, self.logits, self.labels)

    def scores(self) -> tuple[Fraction, Fraction]:
        """Return the replacement and the completeness score."""
        from_tokens = sum(self.influence[label] for label in self.tokens)
        from_errors = sum(self.influence[label] for label in self.errors)
        output = {label: self.influence[label] + self.logits.get(label, 0) for label in self.labels}
        errors = set(self.errors)
        explained = {
            label: 1 - sum(part for (tail, head), part in self.normalised.items() if head == label and tail in errors)
            for label in self.labels
        }
        complete = sum(explained[label] * output[label] for label in self.labels) / sum(output.values())
        return Fraction(from_tokens) / (from_tokens + from_errors), complete

    def kept(self, nodes: Fraction, edges: Fraction) -> tuple[set[str], set[Edge]]:
        """Return the nodes and the edges that circuit-tracer's pruning keeps."""
        least = _least(list(self.influence.values()), nodes)
        among = {label for label in self.labels if self.influence[label] >= least} | self.ends
        inner = {edge: weight for edge, weight in self.weights.items() if among.issuperset(edge)}
        normalised = _normalised(inner)
        influence = _influence(normalised, self.logits, self.labels)
        score = {(u, v): part * (influence[v] + self.logits.get(v, 0)) for (u, v), part in normalised.items()}
        bound = _least(list(score.values()), edges)
        drawn = {edge for edge, part in score.items() if part >= bound}
        while True:
            lost = {label for label in among - self.ends if not self._lives(label, drawn)}
            if not lost:
                return among, drawn
            among -= lost
            drawn = {edge for edge in drawn if lost.isdisjoint(edge)}

    def _lives(self, label: str, drawn: set[Edge]) -> bool:
        leaves = any(tail == label for tail, _ in drawn)
        return leaves and (label in self.errors or any(head == label for _, head in drawn))


def _normalised(weights: dict[Edge, Fraction]) -> dict[Edge, Fraction]:
    entering: dict[str, Fraction] = {}
    for (_, head), weight in weights.items():
        entering[head] = entering.get(head, Fraction(0)) + abs(weight)
    return {edge: abs(weight) / entering[edge[1]] for edge, weight in weights.items()}


def _influence(normalised: dict[Edge, Fraction], logits: dict[str, Fraction], labels: list[str]) -> dict[str, Fraction]:
    total, current = dict.fromkeys(labels, Fraction(0)), dict(logits)
    while current:
        following: dict[str, Fraction] = {}
        for (tail, head), part in normalised.items():
            if head in current:
                following[tail] = following.get(tail, Fraction(0)) + current[head] * part
        for label, number in following.items():
            total[label] += number
        current = following
    return total


def _least(scores: list[Fraction], threshold: Fraction) -> Fraction:
    ordered, held = sorted(scores, reverse=True), Fraction(0)
    for score in ordered:
        held += score
        if held >= threshold * sum(ordered):
            return score
    return ordered[-1]
