"""What a page draws adds up at every position of its slider: read out of it, beside sums made here in fractions."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import pytest
from browsing import Browser

import graphdiff as gd

pytestmark = pytest.mark.xdist_group("browser")

N_GRAPHS = 50
#: The slider draws no fewer nodes.
FEWEST = 10
#: What may be missing, as a part of the sizes that are summed.
ROUNDING = 1e-9

Ends = dict[str, Any]
Edges = list[tuple[str, str, Any]]


class Asked(NamedTuple):
    """A question, with the answer that its page must have."""

    edges: Edges
    starts: Ends
    ends: Ends
    cycles: str

    @property
    def total(self) -> float:
        if self.cycles == "solve":
            return solved(self)
        tangents = {name: Fraction(seed) for name, seed in self.starts.items()}
        for tail, head, weight in self.edges:  # by tails, in an order that leads from start to end
            tangents[head] = tangents.get(head, Fraction()) + tangents.get(tail, Fraction()) * Fraction(weight)
        return float(sum(tangents[name] * Fraction(seed) for name, seed in self.ends.items()))


def solved(asked: Asked) -> float:
    """Return the sum over all walks, as the solution of x = s + A'x."""
    names = sorted({name for tail, head, _ in asked.edges for name in (tail, head)})
    place = {name: number for number, name in enumerate(names)}
    system, seeds = np.eye(len(names)), np.zeros(len(names))
    for tail, head, weight in asked.edges:
        system[place[head], place[tail]] -= weight
    for name, seed in asked.starts.items():
        seeds[place[name]] += seed
    tangents = np.linalg.solve(system, seeds)
    return float(sum(seed * tangents[place[name]] for name, seed in asked.ends.items()))


def asked(number: int) -> Asked:
    """Return a graph with signs, parallel edges and seeds; of ten one has a total of 0, one Fractions, two cycles.

    Nothing enters a start or leaves an end, so that what leaves the starts is the total.
    """
    draw, kind = random.Random(number), number % 10
    size = 30 if number == 5 else draw.randint(FEWEST - 2, FEWEST + 1)
    inner = [f"n{place:02}" for place in range(size)]
    starts, ends = seeded(draw, kind, "a", 3), seeded(draw, kind, "z", 2)
    ahead = [*starts, *inner]
    pairs = [(start, draw.choice(inner[:3])) for start in starts]
    pairs += [(draw.choice(ahead[: len(starts) + place]), name) for place, name in enumerate(inner)]
    pairs += [(name, draw.choice([*inner[place + 1 :], *ends])) for place, name in enumerate(inner)]
    pairs += [(draw.choice(inner), end) for end in ends]
    pairs += [tuple(sorted(draw.sample(inner, 2))) for _ in range(size // 2)]
    if kind in (2, 3):
        pairs += [(tail, draw.choice(inner)) for tail in draw.sample(inner, 3)]
    pairs.sort(key=lambda pair: ahead.index(pair[0]))
    leaving = Counter(tail for tail, _ in pairs)
    edges = [(tail, head, weight(draw, kind, leaving[tail])) for tail, head in pairs]
    question = Asked(edges, starts, ends, "solve" if kind in (2, 3) else "raise")
    return question._replace(edges=[("a0", "z0", -int(question.total)), *edges]) if kind == 0 else question


def seeded(draw: random.Random, kind: int, letter: str, most: int) -> Ends:
    return {f"{letter}{place}": 1 if kind == 0 else draw.choice([1, -0.5, 3]) for place in range(draw.randint(1, most))}


def weight(draw: random.Random, kind: int, n_leaving: int) -> Any:
    """Return a weight; on graphs with cycles all that leaves a node weighs less than one, so that walks have a sum."""
    if kind == 0:
        return draw.choice([-2, -1, 1, 2])
    if kind == 1:
        return Fraction(draw.randint(-9, 9) or 1, 3)
    return draw.uniform(-2, 2) / (2.5 * n_leaving if kind in (2, 3) else 1)


#: Every position of the slider: what is written of the cut, and what the table of drawn edges adds up to. The page
#: draws itself anew in the next frame; here that is at once, so that none is painted, and tables are not laid out.
POSITIONS = """
window.requestAnimationFrame = (draw) => { draw(); return 0; };
$("#tables").hidden = true;
const slider = $("#slider");
const read = (n) => {
  slider.value = n;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  while (!$("#links .more").hidden) $("#links .more").click();
  const { sum, total } = $("#cut .sum").dataset;
  const leaving = $$("#links tbody tr").filter(({ dataset }) => dataset.leavesStart !== undefined);
  const amounts = leaving.map(({ dataset }) => Number(dataset.contribution));
  const texts = $("main").innerHTML;
  return {
    n, sum: Number(sum), total: Number(total), amounts, nodes: $$("g.node").length, dashed: $$(".links .dashed").length,
    against: $$("#links tbody tr").filter(({ dataset }) => dataset.contribution < 0).length,
    minus: $$(".links .minus").length, cut: $("#cut").textContent, shares: texts.includes("%"),
    broken: /NaN|Infinity|undefined|\\[object/.test(texts),
  };
};
return [...Array(slider.max - slider.min + 1).keys()].map((step) => read(Number(slider.min) + step));
"""


@pytest.mark.parametrize("first", range(0, N_GRAPHS, 10))
def test_at_every_position_of_the_slider_what_leaves_the_starts_is_the_total(browser: Browser, first: int) -> None:
    n_dashed = 0
    for number in range(first, first + 10):
        question = asked(number)
        graph = nx.MultiDiGraph()
        graph.add_weighted_edges_from(question.edges)
        browser.open(gd.annotate(graph, question.starts, question.ends, cycles=question.cycles))
        positions = browser.run(POSITIONS)
        assert [position["n"] for position in positions] == list(range(FEWEST, len(graph) + 1))
        for position in positions:
            case, amounts = f"graph {number}: {position}", position["amounts"]
            near = pytest.approx(question.total, rel=0, abs=ROUNDING * sum(map(abs, amounts)))
            assert amounts, case
            assert position["sum"] == near, case
            assert position["total"] == near, case
            assert sum(amounts) == near, case
            assert position["nodes"] <= position["n"], case
            assert not position["broken"], case
            assert position["shares"] == ("=" in position["cut"]) == (question.total != 0), case
            assert position["minus"] == position["against"], case
            n_dashed += position["dashed"] > 0
    assert n_dashed > 10


def test_what_the_total_is_without_a_node_on_a_cycle_is_solved_anew(browser: Browser) -> None:
    question = asked(2)
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from(question.edges)
    for number, name in enumerate(("n02", "n05")):
        rest = [edge for edge in question.edges if name not in edge]
        browser.open(
            gd.annotate(graph, question.starts, question.ends, cycles="solve"), f"#node={name}&n={10 + number}"
        )
        facts = dict(zip(browser.texts("#details dt"), browser.texts("#details dd"), strict=True))
        without = float(facts["total without it"].split(" ")[0].replace("−", "-"))
        assert without == pytest.approx(solved(question._replace(edges=rest)), rel=1e-3)
        assert without != pytest.approx(question.total, rel=1e-3)


def test_where_the_total_is_0_nothing_that_can_be_chosen_has_a_share(browser: Browser) -> None:
    question = asked(0)
    assert question.total == 0
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from(question.edges)
    browser.open(gd.annotate(graph, question.starts, question.ends))
    wrong = browser.run("""
        const wrong = [];
        const placesOf = (id) => [...$$(`#${id} tbody button`).keys()].slice(0, 6).map((at) => [id, at]);
        for (const button of ["paths", "nodes", "links"].flatMap(placesOf)) {
          $$(`#${button[0]} tbody button`)[button[1]].click();
          const texts = $("main").innerHTML;
          if (/%|NaN|Infinity/.test(texts) || $("#details").classList.contains("empty")) wrong.push(button);
        }
        return wrong;
    """)
    assert wrong == []
