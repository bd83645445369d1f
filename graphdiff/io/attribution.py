"""Attribution graphs of language models, as circuit-tracer and Neuronpedia write them: JSON, schema version 1.

A weight leads from source to target, and is signed: what the source, as active as it is, puts into the input of the
target, linearly, where the model is; `graphdiff.weights.per_activation` makes parts of activations of it. A node is a
token of the prompt, a feature of a transcoder, what the transcoders do not reconstruct (an error), or a token that the
model may say (a logit).

References
----------
E. Ameisen et al., "Circuit Tracing: Revealing Computational Graphs in Language Models", Transformer Circuits Thread,
2025. M. Hanna, M. Piotrowski et al., circuit-tracer, ``circuit_tracer/frontend/graph_models.py``. Neuronpedia's JSON
schema of attribution graphs, ``apps/webapp/app/api/graph/graph-schema.json``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.graph.networks import filled
from graphdiff.io.building import described
from graphdiff.io.documents import Record, listing, mapping, mappings, parse_json, required_text, text, text_in, texts
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.showing import and_more, printable
from graphdiff.text.numbers import shorten
from graphdiff.text.records import distinct

__all__ = ["read_attribution"]

Attributes = dict[str, Any]
#: Source, target, weight, and which link of the file it is.
Link = tuple[str, str, float, int]

#: What a node is, by its ``feature_type``; where "error" is in it an error, and a feature by any other name.
KINDS = {"embedding": "token", "logit": "logit", "bias": "bias"}

#: Labels, tokens and what custom targets are called are cut to this length in titles.
MAX_LABEL = 30

#: What 1 may come to by the roundings of a softmax in single precision.
MAX_PROBABILITY = 1 + 1e-6

#: So many ids stand in a warning.
SHOWN = 3

#: The text that a logit stands for, in what circuit-tracer and llamascopium call it.
OUTPUT = re.compile(r'(?:Output|Logit) "(?P<quoted>.*)" \(p=[^()]*\)|(?P<bare>.*\S) \(p=[^()]*\)', re.DOTALL)

#: An id: layer, in some files of which dictionary, the number there (of a token in the vocabulary), and the position.
ID = re.compile(r"(E|L|\d{1,9})_(?:[a-z]+_)?(\d{1,18})_(\d{1,9})", re.ASCII)


def read_attribution(data: bytes, *, name: str) -> nx.DiGraph:
    r"""Read an attribution graph; its nodes go by the file's ids, its tokens are roots and its logits leaves.

    Nodes have ``kind`` (token, feature, error, logit; bias in files with lorsa features), ``layer`` (an int; "E" of
    tokens), ``position`` in the prompt, ``token`` (the text there, of a logit the text that it stands for),
    ``feature`` (of features: the index in its dictionary), ``vocabulary`` (of tokens and logits: the number of the
    token; custom targets have one past the vocabulary's end), ``feature_type``, ``clerp`` (a label), ``activation``,
    ``probability`` (of logits, which count by it where all leaves are meant), ``supernode``, ``pinned``, ``title``,
    and ``cumulative_influence``, which is the file's ``influence``: the part of all influence that nodes at least as
    influential have, on the graph before it was pruned. ``G.graph`` has, where the file does, ``prompt``, ``tokens``,
    ``model``, ``slug``, ``dictionary`` (which transcoders the features are of), ``pruned`` (by which thresholds) and
    ``supernodes``. What QK tracing found (``qk_tracing_results``, ``qk_only_nodes``) is kept as JSON, and not used;
    what else nodes say is for the writers' own pages (``run_idx``, ``jsNodeId``, …) and not kept.

    In the older form of the file an error is ``0_LAYER_POSITION``, which may be the id of a feature of layer 0, too:
    the error is then called as in the newer form, ``LAYER_-1_POSITION``, and ``G.graph["warnings"]`` says so.

    Raises
    ------
    FormatError
        Broken JSON, or JSON of another shape; two nodes of one id, two links of the same ends, a link with an end that
        is not among the nodes or may be one of two; what is no number where one belongs. The place is said.

    Examples
    --------
    >>> nodes = [
    ...     '{"node_id": "E_2_0", "feature_type": "embedding", "layer": "E", "ctx_idx": 0}',
    ...     '{"node_id": "3_7_0", "feature_type": "logit", "layer": "3", "ctx_idx": 0, "token_prob": 0.5, '
    ...     '"clerp": "Output \\" a\\" (p=0.500)"}',
    ... ]
    >>> links = '[{"source": "E_2_0", "target": "3_7_0", "weight": -2.0}]'
    >>> document = '{"metadata": {"prompt_tokens": ["<bos>"]}, "nodes": [%s], "links": %s}' % (", ".join(nodes), links)
    >>> G = read_attribution(document.encode(), name="x.json")
    >>> G.nodes["3_7_0"]["title"], G.nodes["E_2_0"]["title"], list(G.edges(data="weight"))
    ('logit " a" (p=0.5)', 'token "<bos>"@0', [('E_2_0', '3_7_0', -2.0)])
    """
    with collector_at_rest():
        document = mapping(parse_json(data, name), name)
        metadata = mapping(document.get("metadata"), f"{name}: metadata")
        tokens = texts(metadata.get("prompt_tokens"), f"{name}: metadata: prompt_tokens")
        records = list(mappings(document.get("nodes"), f"{name}: nodes"))
        described_nodes = [_node(record, tokens, where) for where, record in records]
        labels, errors = _labels(records, described_nodes)
        nodes = dict(zip(labels, described_nodes, strict=True))
        _number_features(nodes, [record for _, record in records])
        warnings = [*_weigh_logits(nodes, records), *_beyond(nodes, tokens), *_renamed(errors)]
        links = _links(document.get("links"), nodes, where := f"{name}: links")
        rows = _rows(_told_apart(links, nodes, errors, where) if errors else links, nodes, where)
        supernodes, unknown = _group(nodes, mapping(document.get("qParams"), f"{name}: qParams"), f"{name}: qParams")
        for label, attributes in nodes.items():
            attributes["title"] = _title(label, attributes)
        graph = nx.DiGraph(node_title="title", **_facts(document, metadata, f"{name}: metadata"))
        if supernodes:
            graph.graph["supernodes"] = supernodes
        if told := [*warnings, *unknown]:
            graph.graph["warnings"] = [f"{name}: {warning}" for warning in told]
        return described(
            filled(graph, nodes, rows), format="attribution graph", edge_meaning="drives",
            weight_meaning="attribution", node_meaning="nodes",
        )  # fmt: skip


# -- nodes


def _node(record: Record, tokens: Sequence[str], where: str) -> Attributes:
    """Return what the file says of a node, without what hangs on others."""
    feature_type = required_text(record, "feature_type", where)
    kind = KINDS.get(feature_type, "error" if "error" in feature_type else "feature")
    position = _whole(record.get("ctx_idx"), f"{where}: ctx_idx")
    clerp = text(record.get("clerp"), f"{where}: clerp")
    there = text_in(record, "token") or (tokens[position] if position < len(tokens) and kind != "logit" else "")
    traced = mapping(record.get("qk_tracing_results"), f"{where}: qk_tracing_results")
    known = {
        "kind": kind,
        "layer": _layer(record, kind, where),
        "position": position,
        "token": there or (_said(clerp) if kind == "logit" else ""),
        "feature_type": feature_type,
        "clerp": clerp,
        "activation": _number(record.get("activation"), f"{where}: activation"),
        "cumulative_influence": _number(record.get("influence"), f"{where}: influence"),
        "qk_tracing_results": json.dumps(traced) if traced else None,
        "root": True if kind == "token" else None,
    }
    return {attribute: value for attribute, value in known.items() if value is not None and value != ""}


def _layer(record: Record, kind: str, where: str) -> int | str:
    layer = record.get("layer")
    if layer == "E" and kind == "token":
        return "E"
    digits = isinstance(layer, str) and re.fullmatch(r"\d{1,9}", layer, re.ASCII)
    return _whole(int(layer) if digits and isinstance(layer, str) else layer, f"{where}: layer")


def _said(clerp: str) -> str:
    """Return the text that a logit stands for."""
    output = OUTPUT.fullmatch(clerp)
    return (output["quoted"] or output["bare"] or "") if output else clerp


def _whole(value: Any, where: str) -> int:
    if type(value) in (int, float) and value >= 0 and value == value // 1:  # 3.0 is 3, as tables write it
        return int(value)
    raise FormatError(f"{where}: expected a whole number from 0 up, found {_shown(value)}")


def _number(value: Any, where: str) -> float | None:
    if value is None or _is_number(value):
        return value  # type: ignore[no-any-return]
    raise FormatError(f"{where}: expected a number, found {_shown(value)}")


def _is_number(value: object) -> bool:
    return type(value) is int or (type(value) is float and math.isfinite(value))


def _shown(value: Any) -> str:
    return "nothing" if value is None else shorten(json.dumps(value), 40)


def _labels(records: Sequence[tuple[str, Record]], nodes: Sequence[Attributes]) -> tuple[list[str], dict[str, str]]:
    """Return what each node goes by, and of ids that a feature and an error have, what the error goes by."""
    labels: list[str] = []
    places: dict[str, int] = {}
    errors: dict[str, str] = {}
    for place, (where, record) in enumerate(records):
        label = required_text(record, "node_id", where)
        labels.append(label)
        first = places.setdefault(label, place)
        if first == place:
            continue
        by_kind = {nodes[one]["kind"]: one for one in (first, place)}
        if by_kind.keys() != {"error", "feature"}:
            raise FormatError(f"{where} has the id {label!r} of a node before it")
        error = by_kind["error"]
        labels[error] = errors[label] = "{layer}_-1_{position}".format_map(nodes[error])
        places[label] = by_kind["feature"]
        if places.setdefault(labels[error], error) != error:
            raise FormatError(f"{where} has the id {label!r} of two nodes before it")
    return labels, errors


def _renamed(errors: Mapping[str, str]) -> Iterator[str]:
    for label, error in errors.items():
        yield (
            f"a feature and an error have the id {label!r}: it is the feature's here, and the error goes by {error!r}; "
            "whose a link is was told by layers and by the order of links"
        )


def _number_features(nodes: Mapping[str, Attributes], records: Sequence[Record]) -> None:
    """Say which feature of its dictionary each is, and which token of the vocabulary.

    The ids say it. Where they do not, ``feature`` is the index, or numbers the pair of layer and index as Cantor did:
    the latter where that gives every node its layer.
    """
    untold: dict[str, int] = {}
    for (label, attributes), record in zip(nodes.items(), records, strict=True):
        kind, number = attributes["kind"], record.get("feature")
        told = ID.fullmatch(label)
        if kind == "feature":
            if told and (told[1], told[3]) == (str(attributes["layer"]), str(attributes["position"])):
                attributes["feature"] = int(told[2])
            elif type(number) is int and number >= 0:
                untold[label] = number
        elif kind in ("token", "logit") and told:
            attributes["vocabulary"] = int(told[2])
    pairs = {label: _unpaired(number) for label, number in untold.items()}
    paired = all(layer == nodes[label]["layer"] for label, (layer, _) in pairs.items())
    for label, number in untold.items():
        nodes[label]["feature"] = pairs[label][1] if paired else number


def _unpaired(number: int) -> tuple[int, int]:
    """Return the two numbers that Cantor's numbering of pairs makes one of: (x + y)(x + y + 1)/2 + y of x and y."""
    diagonal = (math.isqrt(8 * number + 1) - 1) // 2
    y = number - diagonal * (diagonal + 1) // 2
    return diagonal - y, y


def _weigh_logits(nodes: Mapping[str, Attributes], records: Sequence[tuple[str, Record]]) -> Iterator[str]:
    """Mark the logits as leaves, each by its probability; files without any say 0 or nothing."""
    logits = [
        (attributes, _number(record.get("token_prob"), f"{where}: token_prob"), where)
        for attributes, (where, record) in zip(nodes.values(), records, strict=True)
        if attributes["kind"] == "logit"
    ]
    weighed = any(probability for _, probability, _ in logits)
    for attributes, probability, where in logits:
        if not weighed:
            attributes["leaf"] = True
        elif probability is None or not 0 <= probability <= MAX_PROBABILITY:
            raise FormatError(f"{where}: token_prob: expected a probability, found {_shown(probability)}")
        else:
            attributes |= {"probability": float(probability), "leaf": float(probability)}
    if logits and not weighed:
        yield "no logit has a probability, so that each counts 1 where all are meant"


def _beyond(nodes: Mapping[str, Attributes], tokens: Sequence[str]) -> Iterator[str]:
    n_beyond = sum(attributes["position"] >= len(tokens) for attributes in nodes.values())
    if tokens and n_beyond:
        yield f"{n_beyond:,} nodes stand at positions beyond the {len(tokens):,} tokens of the prompt"


def _title(label: str, known: Attributes) -> str:
    """Return what reports call a node."""
    kind, said = known["kind"], known.get("token")
    attention = "attention " if kind == "error" and re.search("lorsa|attn", known["feature_type"]) else ""
    if kind == "token" and said:
        return f"token {_quoted(said)}@{known['position']}"
    if kind == "error":
        return f"{attention}error L{known['layer']}@{known['position']}"
    if kind == "logit":
        probability = f" (p={known['probability']:.3g})" if "probability" in known else ""
        return f"logit {_quoted(said) if said else label}{probability}"
    return f"{kind} {label}" + (f" {_quoted(known['clerp'])}" if "clerp" in known else "")


def _quoted(label: str) -> str:
    return f'"{printable(shorten(label, MAX_LABEL))}"'


# -- links


def _links(records: object, nodes: Mapping[str, Attributes], where: str) -> Iterator[Link]:
    parts = itemgetter("source", "target", "weight")
    for place, record in enumerate(listing(records, where)):
        try:
            source, target, weight = parts(record)
            sound = source in nodes and target in nodes and _is_number(weight)
        except (KeyError, TypeError):  # a part that is not there, or no end at all
            sound = False
        if not sound:
            raise _why_no_link(record, nodes, f"{where}[{place}]")
        yield source, target, weight, place


def _why_no_link(record: object, nodes: Mapping[str, Attributes], where: str) -> FormatError:
    if not isinstance(record, dict):
        return FormatError(f"{where}: expected names with values, found {_shown(record)}")
    for which in ("source", "target"):
        end = record.get(which)
        if not isinstance(end, str) or end not in nodes:
            return FormatError(f"{where} has the {which} {_shown(end)}, which is not the node_id of a node")
    return FormatError(f"{where}: weight: expected a number, found {_shown(record.get('weight'))}")


def _rows(links: Iterable[Link], nodes: Iterable[str], where: str) -> dict[str, dict[str, Attributes]]:
    rows: dict[str, dict[str, Attributes]] = {label: {} for label in nodes}
    for source, target, weight, place in links:
        row = rows[source]
        if target in row:
            raise FormatError(f"{where}[{place}] leads from {source!r} to {target!r}, as one before it does")
        row[target] = {"weight": weight}
    return rows


def _told_apart(
    links: Iterable[Link], nodes: Mapping[str, Attributes], errors: Mapping[str, str], where: str
) -> Iterator[Link]:
    """Yield the links, each from the one node that it is of, where a feature and an error have one id.

    Nothing leads to an error, and one of layer n moves later layers alone. circuit-tracer lists the links to a node in
    the order in which the file lists the nodes that they are from.
    """
    labels = list(nodes)
    places = {label: place for place, label in enumerate(labels)}
    entering: dict[str, list[Link]] = {}
    for link in links:
        entering.setdefault(link[1], []).append(link)
    for target, listed in entering.items():
        candidates = [
            [source, errors[source]]
            if source in errors and _depth(nodes[target]) > _depth(nodes[errors[source]])
            else [source]
            for source, _, _, _ in listed
        ]
        if all(len(sources) == 1 for sources in candidates):
            yield from listed
            continue
        chosen = _increasing([[places[label] for label in sources] for sources in candidates])
        if chosen is None:
            source, place = next((link[0], link[3]) for link, of in zip(listed, candidates, strict=True) if len(of) > 1)
            raise FormatError(
                f"{where}[{place}] has the source {source!r}, the id of a feature and of an error: it may be either's"
            )
        for at, (_, _, weight, place) in zip(chosen, listed, strict=True):
            yield labels[at], target, weight, place


def _depth(node: Attributes) -> float:
    return -1 if node["kind"] == "token" else math.inf if node["kind"] == "logit" else node["layer"]


def _increasing(candidates: Sequence[Sequence[int]]) -> list[int] | None:
    """Return the one choice of a number from each that increases throughout; None where there is none, or another."""
    lowest: list[int] = []
    for choices in candidates:
        fitting = [number for number in choices if not lowest or number > lowest[-1]]
        if not fitting:
            return None
        lowest.append(min(fitting))
    highest: list[int] = []
    for choices in reversed(candidates):
        highest.append(max(number for number in choices if not highest or number < highest[-1]))
    return lowest if lowest == highest[::-1] else None


# -- what the file says of the whole


def _facts(document: Record, metadata: Record, where: str) -> dict[str, Any]:
    qk_only = mapping(document.get("qk_only_nodes"), f"{where}: qk_only_nodes")
    facts = {
        "prompt": text(metadata.get("prompt"), f"{where}: prompt"),
        "tokens": metadata.get("prompt_tokens"),
        "model": text(metadata.get("scan"), f"{where}: scan"),
        "dictionary": _dictionary(metadata, where),
        "slug": text(metadata.get("slug"), f"{where}: slug"),
        "pruned": _pruned(metadata, where),
        "qk_only_nodes": json.dumps(qk_only) if qk_only else None,
    }
    return {fact: value for fact, value in facts.items() if value}


def _dictionary(metadata: Record, where: str) -> str:
    """Return which transcoders the features are of, where the file says it."""
    info, details = (mapping(metadata.get(key), f"{where}: {key}") for key in ("info", "feature_details"))
    sets = [text_in(details, key) for key in ("neuronpedia_source_set", "neuronpedia_lorsa_source_set")]
    listed = texts(metadata.get("transcoder_list"), f"{where}: transcoder_list")
    return text_in(info, "transcoder_set") or " + ".join(filter(None, sets)) or " + ".join(listed)


def _pruned(metadata: Record, where: str) -> dict[str, float]:
    """Return the parts of the influence that the nodes, and the edges, of the file were chosen to hold."""
    settings = mapping(metadata.get("pruning_settings"), f"{where}: pruning_settings")
    given = {"node_threshold": metadata.get("node_threshold"), **settings}
    numbers = {key: _number(value, f"{where}: {key}") for key, value in given.items() if key.endswith("_threshold")}
    return {key: value for key, value in numbers.items() if value is not None}


def _group(nodes: Mapping[str, Attributes], settings: Record, where: str) -> tuple[dict[str, list[str]], list[str]]:
    """Mark what users grouped and pinned; return the groups, and what is said of ids in them that are no nodes."""
    listed = [
        texts(members, f"{where}: supernodes[{place}]")
        for place, members in enumerate(listing(settings.get("supernodes"), f"{where}: supernodes"))
    ]
    labels = distinct([members[0] if members and members[0] else "supernode" for members in listed])
    supernodes = {label: list(dict.fromkeys(members[1:])) for label, members in zip(labels, listed, strict=True)}
    pinned = texts(settings.get("pinnedIds"), f"{where}: pinnedIds")
    warnings = [*_strangers("are in supernodes", nodes, [one for ids in supernodes.values() for one in ids])]
    warnings += _strangers("are pinned", nodes, pinned)
    for label, ids in supernodes.items():
        supernodes[label] = [one for one in ids if one in nodes]
        for one in supernodes[label]:
            nodes[one].setdefault("supernode", label)
    for one in filter(nodes.__contains__, pinned):
        nodes[one]["pinned"] = True
    return supernodes, warnings


def _strangers(what: str, nodes: Mapping[str, Attributes], ids: Iterable[str]) -> Iterator[str]:
    strangers = [one for one in dict.fromkeys(ids) if one not in nodes]
    if strangers:
        shown = and_more(", ".join(repr(shorten(one, 40)) for one in strangers[:SHOWN]), len(strangers) - SHOWN)
        yield f"ids that {what} and are no nodes of the file: {shown}"
