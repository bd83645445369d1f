"""``--targets FILE``: every verb that has ends takes its targets from a table or from a scanner's report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Done, Run

import graphdiff as gd

DATA = Path(__file__).parents[2] / "data"
LOCK, REPORT = str(DATA / "shop.uv.lock"), str(DATA / "shop.osv.json")
#: What the report says of the packages of the lock; of sockets it has a word, moderate, and no score.
SEVERITIES = {"tls": 9.8, "json": 7.5, "escape": 6.1, "sockets": 5.45}
#: What is said beside each answer.
SAID = (
    f"graphdiff: {REPORT}: 1 of the 5 vulnerable packages is not in the graph: 'carousel@1.0.0'\n"
    f"graphdiff: {REPORT}: a weight is the middle of its word's band, where no base score is given: "
    "'sockets@4.4' (moderate, 5.45)\n"
)
BETWEEN = ("why", "what-if", "cut", "paths", "diagnose", "why --formula")


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "targets.csv"
    path.write_text("node,weight\ntls,2\nescape,3\n")
    return str(path)


def document(done: Done) -> Any:
    assert done.status == 0, done.err
    return json.loads(done.out)


def risk() -> dict[str, float]:
    """Return the sum of weights times influence, of each target for itself."""
    lock = gd.read(LOCK)
    single = {node: gd.reverse(lock, node, weight=gd.weights.even) for node in SEVERITIES}
    return {node: sum(w * single[target][node] for target, w in SEVERITIES.items()) for node in lock}


@pytest.mark.parametrize("verb", BETWEEN)
def test_a_question_between_takes_a_table_and_a_report(run: Run, verb: str, table: str) -> None:
    for path, said in ((table, ""), (REPORT, SAID)):
        done = run(*verb.split(), LOCK, "-s", "shop", "--targets", path)
        assert (done.status, done.err) == (0, said)
        assert done.out != run(*verb.split(), LOCK, "-s", "shop", "tls").out


def test_the_total_is_the_sum_of_weights_times_influence(run: Run) -> None:
    record = document(run("why", LOCK, "-s", "shop", "--targets", REPORT, "-w", "even", "-o", "json"))
    assert record["results"][0]["total"] == pytest.approx(risk()["shop"])
    assert record["results"][0]["target"] == SEVERITIES


def test_rank_says_which_direct_dependency_brings_most_of_it(run: Run) -> None:
    record = document(run("rank", LOCK, "--targets", REPORT, "--by", "even", "-o", "json"))
    values = {row["node"]: row["values"]["even"] for row in record["nodes"]}
    expected = risk()
    assert values == pytest.approx({node: expected[node] for node in values})
    assert {"shop", "web", "mail", "orm", "search"} <= values.keys()
    assert "log" not in values


def test_cut_finds_the_fewest_to_upgrade_and_what_if_agrees(run: Run) -> None:
    asked = (LOCK, "-s", "shop", "--targets", REPORT, "-w", "even", "-o", "json")
    cut = document(run("cut", *asked, "--reduce", "90%", "--nodes"))
    nodes = [row["node"] for row in cut["removed"]]
    assert (nodes, cut["at_least"], cut["method"]) == (["tls", "search", "templates"], 3, "exact")
    assert cut["after"] <= 0.1 * cut["before"]
    removals = [word for node in nodes for word in ("--remove-node", node)]
    (answer,) = document(run("what-if", *asked, *removals))["results"]
    assert (answer["before"], answer["after"]) == pytest.approx((cut["before"], cut["after"]))


def test_a_picture_says_what_its_ends_weigh(run: Run, tmp_path: Path, table: str) -> None:
    done = run("draw", LOCK, "-s", "shop", "--targets", table, "-O", str(tmp_path / "risk.dot"))
    assert done.status == 0, done.err
    drawn = gd.read(tmp_path / "risk.dot")
    assert drawn.graph["target"] == "tls and escape (weighted)"
    assert dict(drawn.nodes(data="target_seed"))["escape"] == 3
    assert "json" not in {node for node, data in drawn.nodes(data=True) if float(data.get("share", 0))}


def test_a_matrix_has_a_row_for_each_target(run: Run) -> None:
    lines = run("table", "--wide", LOCK, "-s", "shop", "--targets", REPORT, "-w", "unit", "-o", "csv").out.splitlines()
    assert sorted(lines[1:]) == ["unit,escape,2", "unit,json,1", "unit,sockets,3", "unit,tls,4"]


def test_a_table_says_that_it_passes_over_the_weights(run: Run, table: str, tmp_path: Path) -> None:
    said = f"graphdiff: {table}: the weights are passed over, as each target has a place of its own here\n"
    assert run("table", LOCK, "-s", "shop", "--targets", table).err == said
    (tmp_path / "plain.csv").write_text("tls\nescape\n")
    assert run("table", LOCK, "-s", "shop", "--targets", str(tmp_path / "plain.csv")).err == ""


def test_why_says_by_which_first_steps_the_risk_comes(run: Run) -> None:
    lock = gd.read(LOCK)
    targets = gd.read_targets(REPORT, lock)
    shares = gd.edge_contributions(lock, "shop", targets, weight=gd.weights.even).shares
    text = run("why", LOCK, "-s", "shop", "--targets", REPORT).out
    assert "Spread evenly, by first steps: search 31.6 %, mail 28.7 %, orm 20.5 %, web 19.1 %." in text.splitlines()
    steps = gd.explain(lock, "shop", targets, weight=gd.weights.even).first_steps()
    assert {name: part for name, _, part in steps} == {
        head: pytest.approx(share) for (tail, head), share in shares.items() if tail == "shop" and share
    }
    assert "By first steps" not in run("why", LOCK, "-s", "shop", "tls").out  # one target has its paths


def test_what_goes_with_each_direct_dependency_is_what_what_if_says(run: Run) -> None:
    asked = ("what-if", LOCK, "-s", "shop", "--targets", REPORT, "-w", "even", "-o", "json")
    answer = document(run(*asked, "--direct"))
    steps = answer["results"][0]["steps"]
    assert [(step["node"], step["gone"]) for step in steps] == [
        ("search", ["json"]),
        ("mail", []),
        ("orm", []),
        ("web", []),
    ]
    for step in steps:
        alone = document(run(*asked, "--remove-node", step["node"]))["results"][0]
        assert step["removal"] == pytest.approx(alone["change"])
        assert {*step["gone"]} == {*alone["no_longer_reached"]} & {*SEVERITIES}
    refused = run("what-if", LOCK, "-s", "shop", "tls", "--direct", "--remove-node", "web")
    assert (refused.status, refused.err) == (2, "graphdiff: --direct is without a change: leave out one of them\n")


def test_the_target_is_given_once(run: Run, table: str) -> None:
    for ends in (["tls"], ["shop", "tls"], ["-t", "tls"]):
        done = run("why", LOCK, *ends, "--targets", table)
        assert done.status == 2
        assert done.err.endswith(f"the target is given twice: 'tls', and --targets {table}; a source is -s NODE\n")


def test_what_is_wrong_with_the_file_is_said_with_the_options_of_the_command_line(
    run: Run, table: str, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("node\ntsl\n")
    done = run("rank", LOCK, "--targets", str(bad))
    assert (done.status, done.err) == (2, f"graphdiff: {bad}, line 2: no node 'tsl'; did you mean 'tls'?\n")
    done = run("rank", LOCK, "--targets", str(tmp_path / "none.csv"))
    assert done.status == 66
    done = run("rank", LOCK, "--targets", REPORT, "--max-bytes", "3000")
    assert done.status == 75
    assert "--max-bytes 12000 reads it" in done.err


def test_what_an_advisory_without_severity_counts_as_is_an_option(run: Run, tmp_path: Path) -> None:
    text = Path(REPORT).read_text().replace('"MODERATE"', '"UNKNOWN"')
    report = tmp_path / "report.json"
    report.write_text(text)
    asked = ("rank", LOCK, "--targets", str(report), "-o", "json", "--by", "even")
    done = run(*asked)
    assert done.status == 65
    assert done.err == (
        f"graphdiff: {report}: no severity of 'sockets@4.4'; --default-severity says what such an advisory counts as\n"
    )
    record = document(run(*asked, "--default-severity", "5.45"))
    assert record["target"] == SEVERITIES
    done = run("rank", LOCK, "tls", "--default-severity", "5")
    assert (done.status, done.err) == (
        2, "graphdiff: --default-severity is of the advisories in --targets FILE, which is not given\n",
    )  # fmt: skip


def test_a_comparison_takes_no_report(run: Run) -> None:
    done = run("compare", LOCK, LOCK, "-s", "shop", "--targets", REPORT)
    assert done.status == 2
    assert "which versions are vulnerable is another question in each of two files" in done.err
