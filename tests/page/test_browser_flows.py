"""Pages of what flows between arrays: they say what passes each edge, and ask nothing of paths."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from browsing import Browser

pytestmark = pytest.mark.xdist_group("browser")


def flow(*contributions: float) -> nx.MultiDiGraph:
    """Return a flow as `Operations.flow` gives it: from x by as many operations as there are numbers to out."""
    total = sum(contributions)
    graph = nx.MultiDiGraph(
        quotient=True, grouped_by="operation", edge_meaning="feeds", weight_meaning="contribution", total=total,
        node_meaning="operations", member_meaning="operations", source=["x"], target=["out"],
        answer=f"gradient of out along x: {total:g}",
    )  # fmt: skip
    share = (lambda number: number / total) if total else (lambda _: None)

    def facts(number: float) -> dict[str, Any]:
        return {"contribution": number, "share": share(number)}

    known = {"size": 1, "gradient": 2.5}
    graph.add_node("x", op="input", shape=(2, 3), source_seed=total, **facts(total), **known)
    graph.add_node("out", op="sum", shape=(), target_seed=1, **facts(total), **known)
    for place, number in enumerate(contributions):
        graph.add_node(f"y{place}", op="tanh", shape=(2, 3), line=7, module="layers.0", **facts(number), **known)
        graph.add_edge("x", f"y{place}", 0, operand=0, edges=1, **facts(number))
        graph.add_edge(f"y{place}", "out", place, operand=place, edges=1, **facts(number))
    return graph


def test_a_flow_says_what_passes_and_asks_nothing_of_paths(browser: Browser) -> None:
    browser.open(flow(-3.0, 1.0))  # of -2 the first is with the total, the other against it
    assert browser.text("h1") == "gradient of out along x: -2"
    assert "they do not multiply along paths" in browser.text("body").lower()
    rows = [" ".join(text.split()) for text in browser.run("return $$('tr').map((row) => row.innerText);")]
    assert {"x → y0 1.5 0 −3", "x → y1 −0.5 0 1", "y1 → out −0.5 1 1"} <= set(rows)
    assert "edge share of the total operand what passes" in rows
    browser.run("$$('svg .node')[1].dispatchEvent(new MouseEvent('click', { bubbles: true }));")
    details = browser.text("#details")
    for line in ("op\ntanh", "line\n7", "module\nlayers.0", "what passes\n−3", "gradient norm\n2.5"):
        assert line in details
    assert "Ask" not in details
    assert "paths" not in details


def test_a_flow_that_cancels_has_numbers_in_place_of_shares(browser: Browser) -> None:
    browser.open(flow(4.0, -4.0))
    rows = [" ".join(text.split()) for text in browser.run("return $$('tr').map((row) => row.innerText);")]
    assert {"x → y0 4 0", "x → y1 −4 0", "edge what passes operand"} <= set(rows)
