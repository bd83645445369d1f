"""Names that want to be more than text, in a browser: as names, facts, groups, what edges mean; each can be chosen."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from browsing import Browser
from hostile import NAMES

import graphdiff as gd

pytestmark = pytest.mark.xdist_group("browser")

#: So many names are on one page.
MANY = 128


def answer(names: list[str]) -> nx.MultiDiGraph:
    """Return an answer through nodes of these names; their facts, edges, and what edges mean, are called so, too."""
    graph = nx.MultiDiGraph(edge_meaning=" ".join(names), weight_meaning=names[0], node_meaning=names[-1])
    for place, name in enumerate(names):
        graph.add_node(name, section=names[place // 2 * 2], version=f"{name}?", **{f"{name}.": f"{name}!"})
        graph.add_edge("start", name, key=name, weight=1, clause=name)
        graph.add_edge(name, "end", weight=1, kind=name)
    return gd.annotate(graph, "start", "end")


#: How many elements of each name there are, but for labels of edges, which are left out where they have no room; and
#: what no element may have.
ELEMENTS = """
const counts = {};
for (const { localName } of $$("*:not(.labels *)")) counts[localName] = (counts[localName] ?? 0) + 1;
const names = $$("*").flatMap((each) => each.getAttributeNames());
const wrong = names.filter((name) => /^on|^(src|href|action|srcdoc)$/.test(name));
return { counts, wrong };
"""
#: Choose every so many nodes, one after the other, by the address: return the ids of those of which nothing, or of
#: another, was told. The tables, which would be laid out anew each time, are put away.
CHOOSE = """
$("#tables").hidden = true;
const { nodes } = JSON.parse($("#record").textContent).part;
return nodes.map(({ id }) => id).filter((_, at) => at % arguments[0] === 0).filter((id) => {
  history.replaceState(null, "", `#n=10&node=${encodeURIComponent(id)}`);
  dispatchEvent(new PopStateEvent("popstate"));
  const name = id.trim() ? id : `"${id}"`; // blanks alone are in quotes
  return $("#details h2").textContent !== name || !$("g.node.selected title").textContent.startsWith(`${name}, `);
});
"""
GROUP = "$('#by').value = 'section'; $('#by').dispatchEvent(new Event('change')); return $('#by').value;"


@pytest.mark.parametrize("first", range(0, len(NAMES), MANY))
def test_no_name_is_more_than_text(browser: Browser, first: int) -> None:
    names = NAMES[first : first + MANY]
    seen: list[Any] = []
    for called in ([f"n{place}" for place in range(len(names))], names):
        browser.open(answer(called), "#n=10")
        seen.append([browser.run(ELEMENTS), browser.run(GROUP), browser.run(ELEMENTS)])
    assert seen[0] == seen[1]
    assert seen[1][0]["wrong"] == seen[1][2]["wrong"] == []
    assert seen[1][1] == "section"
    assert browser.run(CHOOSE, 8) == []
    assert browser.run(ELEMENTS)["wrong"] == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, len(NAMES), MANY))
def test_every_name_can_be_chosen(browser: Browser, first: int) -> None:
    browser.open(answer(NAMES[first : first + MANY]), "#n=10")
    assert browser.run(CHOOSE, 1) == []
