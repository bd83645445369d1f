"""Attribution graphs: what is said of a file is what its paths say when they are listed, in fractions."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
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
def test_what_of_a_logit_comes_from_each_node(seed: int, tmp_path: Path) -> None:
    listed, options = DRAWN[seed], {"weight": gd.weights.per_activation, **EXACT}
    graph = read(listed, tmp_path)
    right = {
        label: sum((part * listed.of_a_logit(label, logit) for logit, part in listed.logits.items()), Fraction())
        for label in listed.labels
    }
    assert dict(gd.reverse(graph, gd.LEAVES, **options)) == right
    account = gd.replacement_scores(graph, **options)
    assert account.tokens.total == sum(right[label] for label in listed.tokens)
    assert account.errors.total == sum(right[label] for label in listed.errors)
    assert (account.replacement, account.completeness) == listed.scores()
    small = gd.prune(graph, gd.NODES, gd.LEAVES, nodes=0.6, edges=0.8, **options)
    assert gd.total_influence(small, gd.ROOTS, gd.LEAVES, **EXACT) == account.tokens.total


@of_each_seed
def test_without_a_feature_is_what_the_other_paths_carry(seed: int, tmp_path: Path) -> None:
    listed, graph = DRAWN[seed], read(DRAWN[seed], tmp_path)
    for feature in listed.of_kind("cross layer transcoder"):
        found = gd.what_if(graph, gd.ROOTS, gd.LEAVES, remove_nodes=[feature], **EXACT)
        rest = Listed(
            {**listed.document, "links": [at for at in listed.document["links"] if feature not in at.values()]}
        )
        assert found.after == sum(rest.to_the_logits(rest.tokens))


Ask = Callable[[nx.DiGraph, Any, dict[str, Any]], Any]


def plain(answer: Any) -> Any:
    """Return an answer as plain values, without its ends: the same question in other words has the same answer."""
    if isinstance(answer, list) and hasattr(answer[0], "influence"):
        return [(path.nodes, path.influence) for path in answer]
    facts = answer.to_dict() if hasattr(answer, "to_dict") else answer
    return {str(key): fact for key, fact in facts.items() if key != "target"} if isinstance(facts, dict) else facts


ASKED: dict[str, Ask] = {
    "accumulate": lambda g, end, options: gd.accumulate(g, target=end, semiring="max-plus", **options),
    "annotate": lambda g, end, options: list(gd.annotate(g, gd.ROOTS, end, **options).edges(data="contribution")),
    "cut": lambda g, end, options: gd.cut(g, gd.ROOTS, end, part=0.5, **options),
    "edge_contributions": lambda g, end, options: gd.edge_contributions(g, gd.ROOTS, end, **options),
    "explain": lambda g, end, options: gd.explain(g, gd.ROOTS, end, **options),
    "factored": lambda g, end, options: str(gd.factored(g, gd.ROOTS, end, **options)),
    "first_steps": lambda g, end, options: gd.first_steps(g, gd.ROOTS, end, **options),
    "iter_paths": lambda g, end, options: list(gd.iter_paths(g, gd.ROOTS, end, **options)),
    "node_contributions": lambda g, end, options: gd.node_contributions(g, gd.ROOTS, end, **options),
    "prune": lambda g, end, options: list(gd.prune(g, gd.NODES, end, nodes=0.8, **options).edges(data=True)),
    "reverse": lambda g, end, options: gd.reverse(g, end, **options),
    "sample_paths": lambda g, end, options: list(gd.sample_paths(g, gd.ROOTS, end, 9, seed=1, **options)),
    "sensitivities": lambda g, end, options: gd.sensitivities(g, gd.ROOTS, end, **options),
    "strongest_paths": lambda g, end, options: gd.strongest_paths(g, gd.ROOTS, end, **options),
    "total_influence": lambda g, end, options: gd.total_influence(g, gd.ROOTS, end, **options),
    "uncertainty": lambda g, end, options: gd.uncertainty(g, gd.ROOTS, end, sd=dict.fromkeys(g.edges, 1), **options),
    "what_if": lambda g, end, options: gd.what_if(g, gd.ROOTS, end, reweight={next(iter(g.edges)): 2}, **options),
}


@pytest.mark.parametrize("function", ASKED)
@pytest.mark.parametrize(
    "options", [{}, EXACT, {"weight": gd.weights.normalised}], ids=["floats", "exact", "normalised"]
)
def test_all_leaves_are_the_logits_with_their_probabilities(
    function: str, options: dict[str, Any], tmp_path: Path
) -> None:
    for seed in SEEDS[:3]:
        listed, graph = DRAWN[seed], read(DRAWN[seed], tmp_path)
        seeds = {label: float(part) for label, part in listed.logits.items()}
        ask = ASKED[function]
        assert repr(plain(ask(graph, gd.LEAVES, options))) == repr(plain(ask(graph, seeds, options)))


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


@of_each_seed
def test_the_scores_are_those_of_its_formulas(seed: int, tmp_path: Path) -> None:
    listed = DRAWN[seed]
    scores = gd.replacement_scores(read(listed, tmp_path), **EXACT)
    assert (scores.replacement, scores.completeness) == listed.scores()


@of_each_seed
@pytest.mark.parametrize(("nodes", "edges"), [("0.8", "0.98"), ("0.5", "0.8"), ("1", "0.6")])
def test_what_is_pruned_is_what_it_prunes_and_totals_stay(seed: int, nodes: str, edges: str, tmp_path: Path) -> None:
    listed = DRAWN[seed]
    shares = {"nodes": Fraction(nodes), "edges": Fraction(edges)}
    pruned = gd.prune(read(listed, tmp_path), gd.NODES, gd.LEAVES, **shares, **EXACT)
    kept, drawn = listed.kept(**shares)
    assert set(pruned) == kept
    own = {
        (tail, head): known["weight"] for tail, head, known in pruned.edges(data=True) if not known.get("eliminated")
    }
    assert own == {edge: listed.weights[edge] for edge in drawn}
    for node in kept - set(listed.logits):
        for logit in listed.logits:
            assert gd.total_influence(pruned, node, logit, **EXACT) == sum(listed.paths(node, logit))


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


def test_a_feature_that_nothing_enters_is_pruned() -> None:
    graph = nx.DiGraph(edge_meaning="drives")
    graph.add_node("E_1_0", kind="token", root=True)
    graph.add_node("3_7_1", kind="feature")
    graph.add_node("2_-1_1", kind="error")
    graph.add_node("27_9_1", kind="logit", leaf=0.5)
    graph.add_weighted_edges_from([("3_7_1", "27_9_1", 1), ("E_1_0", "27_9_1", 1), ("2_-1_1", "27_9_1", 1)])
    pruned = gd.prune(graph, gd.NODES, gd.LEAVES, nodes=1, edges=1)
    assert set(pruned) == {"E_1_0", "2_-1_1", "27_9_1"}
