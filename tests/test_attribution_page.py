"""The page on attribution graphs: what it says is kept is kept, and the script for a .pt is Python."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from conftest import Run

import graphdiff as gd

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "attribution.md").read_text(encoding="utf-8")


def part(heading: str) -> str:
    """Return what stands under a heading."""
    return PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def row(first: str) -> set[str]:
    """Return the names in a row of the table of what is kept."""
    cells = re.search(rf"^\| {re.escape(first)} \| (.*) \|$", part("What is kept of a file"), re.MULTILINE)
    assert cells is not None
    return set(re.findall(r"`(\w+)`", cells[1])) - {"scan", "G"}


#: What stands for what in the commands of the page.
MEANT = {
    "OTHER": str(ROOT / "data" / "saying-son.json.xz"),
    "NODE": "3",
    "LOGIT": "4",
    "FEATURE": "13/82873",
}


@pytest.mark.parametrize("command", re.findall(r"`graphdiff ([^`]*\bFILE\b[^`]*)`", PAGE))
def test_the_commands_of_the_page_run(run: Run, command: str, tmp_path: Path) -> None:
    document = json.loads((ROOT / "data" / "digits.json").read_bytes())
    document["qParams"]["supernodes"] = [["digits", "0_18753_3", "0_27046_3"]]
    file = tmp_path / "graph.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    meant = {**MEANT, "FILE": str(file)}
    words = (str(tmp_path / word) if word.endswith((".svg", ".html")) else word for word in command.split())
    done = run(*(meant.get(word, word) for word in words))
    assert done.status == 0, done.err


@pytest.mark.parametrize("name", ["saying-son", "saying-night"])
def test_what_the_page_says_is_kept_of_a_file_is_there(name: str) -> None:
    graph = gd.read(ROOT / "data" / f"{name}.json.xz")
    assert row("the file, in `G.graph`") - set(graph.graph) <= {"supernodes"}  # this file has none
    for label, known in graph.nodes(data=True):
        told = row("every node") | (row("features") if known["kind"] == "feature" else set())
        may_lack = {"clerp", "cumulative_influence", "supernode", "pinned"}
        assert told - may_lack <= set(known), label
    logits = [known for _, known in graph.nodes(data=True) if known["kind"] == "logit"]
    assert all({"vocabulary", "probability"} <= set(known) for known in logits)


def test_the_kinds_are_those_of_the_table() -> None:
    graph = gd.read(ROOT / "data" / "saying-son.json.xz")
    for kind in {kind for _, kind in graph.nodes(data="kind")}:
        assert re.search(rf"\b{kind}\b", part("What is kept of a file"))


def test_the_script_for_a_pickle_is_python_of_a_dozen_lines() -> None:
    lines = [line[4:] for line in part("From a `.pt`").splitlines() if line.startswith("    ")]
    tree = ast.parse("\n".join(lines))
    assert {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names} >= {
        "Graph", "build_model", "create_nodes", "create_used_nodes_and_edges",
    }  # fmt: skip
    assert len([line for line in lines if line]) <= 12


def test_the_numbers_of_the_text_are_those_of_the_files() -> None:
    graph, text = gd.read(ROOT / "data" / "saying-son.json.xz"), " ".join(PAGE.split())
    own, divided = (
        gd.explain(graph, gd.ROOTS, gd.LEAVES, weight=each) for each in gd.weights.default_weights(graph).weights
    )
    assert own.cancellation is not None
    assert divided.cancellation is not None
    sides = [(why.total, why.cancellation.positive, -why.cancellation.negative) for why in (own, divided)]
    assert "as {:.0f} beside {:,.0f} and −{:,.0f}".format(*sides[0]) in text
    assert "(per activation {:.1f} beside {:.1f} and −{:.1f})".format(*sides[1]) in text
    parts = [100 * float(why.strongest[0].influence / why.certificate.abs_sum) for why in (own, divided)]
    assert f"Of {own.n_paths:,} paths" in text
    assert f"the strongest carries {parts[0]:.1f} %, per activation {parts[1]:.1f} %" in text
