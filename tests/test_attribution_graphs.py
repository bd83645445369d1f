"""Attribution graphs: what is said of a file is what its paths say when they are listed, in fractions."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from attribution_graphs import Listed, made, of_another_prompt

import graphdiff as gd

DRAWN = {seed: Listed(made(seed)) for seed in range(40)}
SEEDS = [seed for seed, listed in DRAWN.items() if listed.to_the_logits(listed.tokens)]
of_each_seed = pytest.mark.parametrize("seed", SEEDS)
EXACT: Any = {"exact": True}


def read(listed: Listed, folder: Path) -> nx.DiGraph:
    file = folder / "graph.json"
    file.write_bytes(listed.data)
    return gd.read(file)


def test_enough_graphs_have_paths_of_both_signs() -> None:
    assert len(SEEDS) >= 30
    signs = [{path > 0 for path in DRAWN[seed].to_the_logits(DRAWN[seed].tokens)} for seed in SEEDS]
    assert sum(len(both) == 2 for both in signs) >= 20


# What the tokens give the logits


@of_each_seed
def test_the_default_question_is_the_sum_over_the_logits_of_probability_times_total(seed: int, tmp_path: Path) -> None:
    listed, graph = DRAWN[seed], read(DRAWN[seed], tmp_path)
    total = gd.total_influence(graph, gd.ROOTS, gd.LEAVES, **EXACT)
    assert total == sum(listed.to_the_logits(listed.tokens))
    logits = {label: gd.total_influence(graph, gd.ROOTS, label, **EXACT) for label in listed.logits}
    assert total == sum(part * logits[label] for label, part in listed.logits.items())


@of_each_seed
def test_what_speaks_for_and_against_adds_up_to_it(seed: int, tmp_path: Path) -> None:
    listed = DRAWN[seed]
    paths = listed.to_the_logits(listed.tokens)
    why = gd.explain(read(listed, tmp_path), gd.ROOTS, gd.LEAVES, **EXACT)
    assert why.n_paths == len(paths)
    assert why.certificate is not None
    assert why.certificate.abs_sum == sum(map(abs, paths))
    positive, negative = sum(path for path in paths if path > 0), sum(path for path in paths if path < 0)
    assert (why.cancellation is None) == (not positive or not negative)
    if why.cancellation is not None:
        assert (why.cancellation.positive, why.cancellation.negative) == (positive, negative)
    parts = [abs(path) / sum(map(abs, paths)) for path in paths]
    assert why.effective_paths == pytest.approx(math.exp(-sum(float(part) * math.log(part) for part in parts)))


@of_each_seed
def test_what_reaches_the_logits_from_each_node_is_ranked(seed: int, tmp_path: Path) -> None:
    listed = DRAWN[seed]
    reaching = gd.reverse(read(listed, tmp_path), gd.LEAVES, **EXACT)
    assert {label: reaching[label] for label in listed.labels} == {
        label: sum(listed.to_the_logits([label])) for label in listed.labels
    }


@of_each_seed
def test_the_strongest_paths_are_the_largest_of_all(seed: int, tmp_path: Path) -> None:
    listed = DRAWN[seed]
    sizes = sorted(map(abs, listed.to_the_logits(listed.tokens)), reverse=True)
    strongest = gd.strongest_paths(read(listed, tmp_path), gd.ROOTS, gd.LEAVES, k=5, **EXACT)
    assert [abs(path.influence) for path in strongest] == sizes[:5]


@of_each_seed
def test_without_a_feature_is_what_the_other_paths_carry(seed: int, tmp_path: Path) -> None:
    listed, graph = DRAWN[seed], read(DRAWN[seed], tmp_path)
    for feature in listed.of_kind("cross layer transcoder"):
        found = gd.what_if(graph, gd.ROOTS, gd.LEAVES, remove_nodes=[feature], **EXACT)
        rest = Listed(
            {**listed.document, "links": [at for at in listed.document["links"] if feature not in at.values()]}
        )
        assert found.after == sum(rest.to_the_logits(rest.tokens))


# circuit-tracer's numbers


@of_each_seed
def test_normalised_weights_sum_to_one_into_each_head(seed: int, tmp_path: Path) -> None:
    listed = DRAWN[seed]
    graph = read(listed, tmp_path)
    nx.set_edge_attributes(graph, listed.weights, "weight")
    weighed = gd.compile(graph, weight=gd.weights.normalised)
    parts = dict(zip(weighed.edges(), weighed.weights, strict=True))
    assert parts == listed.normalised
    assert {sum(parts[edge] for edge in graph.in_edges(head)) for _, head in graph.edges} == {1}


@of_each_seed
def test_the_influence_is_that_of_the_series_of_its_matrix(seed: int, tmp_path: Path) -> None:
    listed = DRAWN[seed]
    reaching = gd.reverse(read(listed, tmp_path), gd.LEAVES, weight=gd.weights.normalised, **EXACT)
    assert {label: reaching[label] - listed.logits.get(label, 0) for label in listed.labels} == listed.influence


# Two prompts


@of_each_seed
def test_the_parts_of_a_change_are_all_of_it(seed: int, tmp_path: Path) -> None:
    before, after = DRAWN[seed], Listed(of_another_prompt(DRAWN[seed].document, seed))
    (tmp_path / "after").mkdir()
    found = gd.compare(read(before, tmp_path), read(after, tmp_path / "after"), gd.ROOTS, gd.LEAVES, **EXACT)
    totals = [sum(listed.to_the_logits(listed.tokens)) for listed in (before, after)]
    assert [found.before, found.after] == totals
    assert sum(found.attribution.values()) == totals[1] - totals[0]


# The published file


@pytest.fixture(scope="module")
def published(shared_data: Path) -> Path:
    return shared_data / "attribution" / "neuronpedia.123-gemma-2-2b-clt-hp.json"


def test_the_published_file_says_what_its_paths_say(published: Path) -> None:
    listed, graph = Listed(json.loads(published.read_bytes())), gd.read(published)
    assert (len(graph), graph.number_of_edges()) == (len(listed.labels), len(listed.weights)) == (24, 75)
    paths = listed.paths("E_235304_3", "27_235310_3")
    why = gd.explain(graph, "E_235304_3", "27_235310_3", **EXACT)
    assert why.total == sum(paths)
    assert float(why.total) == pytest.approx(39.1462, abs=5e-5)
    assert why.direct == listed.weights["E_235304_3", "27_235310_3"] == Fraction(17.125)
    assert why.n_paths == len(paths) == 14
    assert why.cancellation is not None
    assert why.cancellation.positive == sum(path for path in paths if path > 0)
    assert float(why.cancellation.positive) == pytest.approx(60.6233, abs=5e-5)
    assert float(why.cancellation.negative) == pytest.approx(-21.4771, abs=5e-5)


def test_the_default_question_of_the_published_file(published: Path) -> None:
    listed, graph = Listed(json.loads(published.read_bytes())), gd.read(published)
    paths = listed.to_the_logits(listed.tokens)
    assert gd.total_influence(graph, gd.ROOTS, gd.LEAVES, **EXACT) == sum(paths)
    assert gd.count_paths(graph, gd.ROOTS, gd.LEAVES) == len(paths) == 78
    reaching = gd.reverse(graph, gd.LEAVES, weight=gd.weights.normalised, **EXACT)
    assert all(reaching[label] == listed.influence[label] for label in listed.tokens)
