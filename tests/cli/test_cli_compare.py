"""``graphdiff compare`` as its users meet it: the sets, the totals, the gate for CI, and every output."""

from __future__ import annotations

import csv
import gc
import io
import json
import sys
from functools import partial
from pathlib import Path

import pytest
from conftest import Run

from graphdiff.cli import main

DATA = Path(__file__).resolve().parents[2] / "data"
CALLED = Path(__file__).resolve().parents[1] / "data" / "calls"
CALLS = (
    str(CALLED / "before.csv"),
    str(CALLED / "after.csv"),
    "--columns",
    "source=caller,target=callee,weight=per_call",
)
LOCKS = (str(DATA / "before.uv.lock"), str(DATA / "after.uv.lock"))


@pytest.fixture
def run(run: Run) -> Run:
    """Return a function that runs ``graphdiff compare`` with some arguments."""
    return partial(run, "compare")


def test_without_names_the_sets_with_the_edge_that_brought_each_in(run: Run) -> None:
    done = run(*LOCKS)
    assert done.status == 0
    assert done.out.splitlines()[0].startswith("before: uv lock · 7 packages, 7 dependencies")
    assert "3 appeared, 1 gone, 3 upgraded, 5 dependencies added, 1 removed." in done.out
    assert "  metrics, http, sockets: by web 2.3.1 -> 2.4.0 (web -> metrics)" in done.out
    assert "  colours: with log 0.9 -> 0.10 and 1 more direct dependency (log -> colours)" in done.out
    assert "  log 0.9 -> 0.10" in done.out


def test_with_both_names_first_the_sets_then_the_totals(run: Run) -> None:
    out = run(*LOCKS, "shop", "log").out
    order = [
        out.index(text)
        for text in ("What shop rests on: 3 appeared", "shop rests on log by 4 paths", "Which dependencies")
    ]
    assert order == sorted(order)
    assert "before it was 2 (2 gained, 0 lost)" in out
    assert "counting paths" in out
    assert "spread evenly" in out
    assert "dilution: the longer list of web" in out


def test_with_one_name_the_nodes_whose_totals_moved(run: Run) -> None:
    out = run(*CALLS, "-s", "request").out
    assert "Influence of request, by per_call: 3 changed" in out or "Influence of request, by weight: 3 changed" in out
    assert any(line.split()[:4] == ["query", "3", "23", "+20"] for line in out.splitlines())
    towards = run(*CALLS, "seconds").out
    assert "Influence on seconds" in towards


def test_groups_and_renames(run: Run, tmp_path: Path) -> None:
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text("source,target,weight\ns,a=b,2\na=b,t,3\n")
    new.write_text("source,target,weight\ns,c,2\nc,t,4\n")
    done = run(str(old), str(new), "s", "t", "--match", "a=b=c")
    assert "~ c -> t  3 -> 4  +2" in done.out
    assert (
        run(str(old), str(new), "--match", "x=c").err
        == "graphdiff: no node 'x'; there are nodes such as 's', 'a=b', 't'\n"
    )
    assert run(str(old), str(new), "--match", "x").status == 2


def test_groups_are_by_an_attribute_that_nodes_have_and_of_a_total(run: Run, tmp_path: Path) -> None:
    old, new = tmp_path / "old.dot", tmp_path / "new.dot"
    old.write_text("digraph { s [layer=top]; s -> t [weight=2] }")
    new.write_text("digraph { s [layer=top]; s -> t [weight=3] }")
    assert "by group: top" in run(str(old), str(new), "s", "t", "--group", "layer").out
    assert "by group: s" in run(str(old), str(new), "s", "t", "--group", "prefix:1").out
    refused = run(str(old), str(new), "s", "t", "--group", "prefix:0")
    assert refused.err == "graphdiff: --group prefix:0: at least one part of each name is needed\n"
    for ends in (["s", "t"], ["-s", "s"], ["t"]):
        refused = run(str(old), str(new), *ends, "--group", "layr")
        assert refused.status == 2
        last = refused.err.splitlines()[-1]
        assert last.startswith("graphdiff: no node has the attribute 'layr' to group by; did you mean 'layer'?")
    refused = run(str(old), str(new), "--group", "layer")
    assert refused.err == (
        "graphdiff: --group layer: a change of totals is summed over groups; name a source or a target\n"
    )


@pytest.mark.parametrize(
    ("conditions", "status", "said"),
    [
        (["appeared > 2"], 1, "appeared > 2 is met: 3"),
        (["appeared > 3"], 0, ""),
        (["gone>=1", "cycles > 0"], 1, "gone >= 1 is met: 1"),
        (["relative > 50 %"], 1, "relative > 0.5 is met: 1 (unit)"),
        (["change > 2.5"], 0, ""),
        (["paths == 2"], 1, "paths == 2 is met: 2 (unit)"),
    ],
)
def test_conditions_end_with_status_1(run: Run, conditions: list[str], status: int, said: str) -> None:
    options = [part for condition in conditions for part in ("--fail-if", condition)]
    done = run(*LOCKS, "shop", "log", "-w", "unit", *options)
    assert done.status == status
    assert done.err == (f"graphdiff: {said}\n" if said else "")
    assert "shop rests on log" in done.out


def test_walks_have_no_count_to_gate(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sectors.csv"
    path.write_text("source,target,weight\na,a,.15\na,b,.25\nb,a,.2\n")
    done = run(str(path), str(path), "a", "b", "--cycles", "solve", "--fail-if", "paths > 0")
    assert done.status == 2
    assert "paths > 0: walks round a cycle have no count; --cycles collapse makes it one node" in done.err


def test_json_csv_and_markdown(run: Run, tmp_path: Path) -> None:
    document = json.loads(run(*CALLS, "request", "seconds", "-o", "json", "--fail-if", "change > 0").out)
    assert document["kind"] == "compare"
    assert document["results"][0]["change"] == pytest.approx(0.078)
    assert document["results"][0]["edges"][0]["target"] == "load_customer"
    assert len(document["failed"]) == 1
    rows = list(csv.DictReader(io.StringIO(run(*CALLS, "request", "seconds", "-o", "csv").out)))
    assert sum(float(row["change"]) for row in rows) == pytest.approx(0.078)
    assert next(csv.DictReader(io.StringIO(run(*CALLS, "-o", "csv").out)))["status"] == "added"
    assert next(csv.DictReader(io.StringIO(run(*CALLS, "-s", "request", "-o", "csv").out)))["node"] == "query"
    path = tmp_path / "summary.md"
    assert run(*LOCKS, "shop", "log", "-O", str(path)).err == f"wrote {path}\n"
    assert "\n## `shop` → `log`\n" in path.read_text()
    for ends in ((), ("-s", "shop")):
        text = run(*LOCKS, *ends, "-o", "markdown").out
        assert text.startswith(f"`{LOCKS[0]}` → `{LOCKS[1]}`\n\n### ")
        assert "| `metrics`, `http`, `sockets` | web 2.3.1 → 2.4.0 (web → metrics) |" in text


@pytest.mark.parametrize("ends", [(), ("-s", "shop"), ("shop", "log")])
def test_pictures(run: Run, tmp_path: Path, ends: tuple[str, ...]) -> None:
    path = tmp_path / "diff.svg"
    done = run(*LOCKS, *ends, "-O", str(path))
    assert "3 appeared" in done.out
    assert "+ new" in path.read_text(encoding="utf-8")


def test_a_node_that_only_the_old_file_has_is_found(run: Run) -> None:
    done = run(*LOCKS, "shop", "colours", "-w", "unit")
    assert "! The graph after has no colours: its total there is 0." in done.out


def test_errors_are_one_line(run: Run) -> None:
    assert "did you mean 'shop'" in run(*LOCKS, "shp").err
    assert run(*LOCKS, "a", "b", "c").status == 2
    assert run(*LOCKS, "log", "--target", "shop").status == 2
    assert run(LOCKS[0], "nowhere.csv").status == 66


def test_only_compare_prints_markdown(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["graphdiff", "rank", LOCKS[0], "-o", "markdown"])
    with pytest.raises(SystemExit) as caught:
        main()
    gc.enable()
    assert caught.value.code == 2
    assert "markdown is printed by graphdiff compare, formats and errors;" in capfd.readouterr().err


def test_two_prompts_are_compared_from_the_tokens_to_the_logits(run: Run) -> None:
    files = [str(DATA / f"saying-{name}.json.xz") for name in ("son", "night")]
    lines = [" ".join(line.split()) for line in run(*files).out.splitlines()]
    assert lines[lines.index("attribution per-activation") :][1:4] == [
        "before 351.77 21.587",
        "after -1445.33 15.2646",
        "change -1797.1 (-511 %, sign changed) -6.32238 (-29.3 %)",
    ]
    mother = json.loads(run(*files, "Mother", "son", "-o", "json", "--exact").out)["results"][0]
    assert (mother["source"], mother["target"], mother["remainder"]) == ("E_17025_5", "27_2032_12", "0")
    assert mother["missing"][0] == 'the graph after has no token " Mother"@5: its total there is 0'
