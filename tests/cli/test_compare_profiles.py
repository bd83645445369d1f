"""``graphdiff compare`` of two profiles: what moved a cost, in every output, and gates that noise does not open."""

from __future__ import annotations

import csv
import io
import json
from functools import partial
from pathlib import Path

import pytest
from conftest import Run

from graphdiff.cli.output import coloured

ROOT = Path(__file__).resolve().parents[2]
PLANTED = ROOT / "tests/data/planted"
PAIR = str(PLANTED / "base.callgrind"), str(PLANTED / "both.callgrind")
LOCKS = str(ROOT / "data/before.uv.lock"), str(ROOT / "data/after.uv.lock")
SITE = str(ROOT / "data/site.callgrind"), str(ROOT / "data/site-after.callgrind")


@pytest.fixture
def run(run: Run) -> Run:
    """Return a function that runs ``graphdiff compare`` with some arguments."""
    return partial(run, "compare")


@pytest.fixture
def stacks(tmp_path: Path) -> dict[str, str]:
    """Return files of folded stacks, by name."""
    counts = {"old": (300, 400), "again": (280, 430), "third": (320, 390), "new": (330, 400), "slow": (300, 900)}
    files = {}
    for name, (light, heavy) in counts.items():
        file = tmp_path / f"{name}.folded"
        file.write_text(
            f"main (a.py:1);light (a.py:{len(name)});work (a.py:30) {light}\nmain (a.py:1);heavy (a.py:20) {heavy}\n"
        )
        files[name] = str(file)
    return files


def test_the_report_is_what_was_read_the_cost_and_what_moved_it(run: Run) -> None:
    done = run(*PAIR, "main")
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert [line.partition(" · ")[0] for line in lines[:2]] == ["before: callgrind", "after: callgrind"]
    assert lines[3] == "main: 1,670,687 -> 1,143,334 Ir (-31.6 %)"
    assert lines[4].split("  ")[1] == "costly calls handle 5 times, not 10"
    assert len(lines) <= 40
    assert all(len(line) <= 100 for line in lines)
    assert run(*PAIR, "-s", "main").out == done.out


def test_heads_say_what_profiles_measured_and_of_how_many_runs_they_are_the_mean(run: Run) -> None:
    assert run(*PAIR).out.splitlines()[:2] == [
        "before: callgrind · 12 functions, 1,670,687 Ir · edges only",
        "after: callgrind · 12 functions, 1,143,334 Ir · edges only",
    ]
    head = "before: callgrind (mean of 2 runs) · 12 functions, 1,407,010 Ir · edges only"
    assert run("+".join(PAIR), PAIR[0]).out.splitlines()[0] == head


def test_without_a_name_all_functions_and_with_all_every_row(run: Run) -> None:
    assert "all functions: 8,552,245 -> 4,383,452 Ir (-48.7 %)" in run(*SITE).out
    every = run(*SITE, "--all").out
    assert "the rest" not in every
    assert "export's own cost" in every
    assert len(run(*SITE, "--top", "1").out.splitlines()) < len(every.splitlines())


def test_every_output_has_all_parts(run: Run) -> None:
    record = json.loads(run(*PAIR, "main", "-o", "json").out)
    found = record["results"][0]
    assert (record["kind"], found["function"], found["unit"], found["change"]) == ("compare", "main", "Ir", -527353)
    assert sum(part["change"] for part in found["parts"]) == pytest.approx(found["change"])
    rows = list(csv.DictReader(io.StringIO(run(*PAIR, "main", "-o", "csv").out)))
    assert len(rows) == len(found["parts"])
    assert (rows[0]["caller"], rows[0]["function"], rows[0]["calls_after"]) == ("costly", "handle", "5")
    markdown = run(*PAIR, "main", "-o", "markdown").out
    assert "### main: 1,670,687 -&#62; 1,143,334 Ir (-31.6 %)" in markdown
    assert "| burn's own cost | -226,800 | 43.0 % |" in markdown
    exact = json.loads(run(*PAIR, "main", "--exact", "-o", "json").out)["results"][0]
    assert exact["remainder"] == "0"


def test_a_picture_is_drawn_beside_the_report(run: Run, tmp_path: Path) -> None:
    done = run(*PAIR, "main", "-O", str(tmp_path / "x.dot"))
    assert "main: 1,670,687 -> 1,143,334 Ir" in done.out
    assert "handle" in (tmp_path / "x.dot").read_text()


def test_a_condition_holds_of_a_count_and_not_of_noise(run: Run, stacks: dict[str, str]) -> None:
    met = run(*PAIR, "main", "--fail-if", "relative < -5 %")
    assert met.status == 1
    assert "relative < -0.05 is met: -0.31565 (cost)" in met.err
    noise = run(stacks["old"], stacks["new"], "light", "--fail-if", "relative > 5 %")
    assert noise.status == 0
    assert "relative > 0.05 is not met: +10.0 % is within noise, which is up to 16.7 %" in noise.err
    beyond = run(stacks["old"], stacks["slow"], "heavy", "--fail-if", "relative > 5 %")
    assert beyond.status == 1
    assert run(*PAIR, "main", "--fail-if", "appeared > 0", "--fail-if", "total > 0").status == 0
    new = str(PLANTED / "new.callgrind")
    assert run(PAIR[0], new, "main", "--fail-if", "package == 'check'").status == 1
    assert "a cost is no number of paths" in run(*PAIR, "main", "--fail-if", "paths > 0").err


def test_what_is_noise_is_grey_on_a_terminal(run: Run, stacks: dict[str, str]) -> None:
    lines = coloured(run(stacks["old"], stacks["new"], "main").out).splitlines()
    assert next(line for line in lines if "work's own cost" in line).startswith("\x1b[2m  work's own cost")


def test_several_files_on_a_side_are_runs_whose_means_are_compared(run: Run, stacks: dict[str, str]) -> None:
    olds = "+".join(stacks[name] for name in ("old", "again", "third"))
    done = run(olds, stacks["slow"], "main")
    assert (done.status, done.err) == (0, "")
    assert "main: 707 -> 1,200 samples (+69.8 %; noise: up to " in done.out
    assert "mean of 3 runs before" in done.out
    assert "within noise: within 2 standard errors of the samples and what 3 runs before differ by (95 %)" in done.out
    assert "one run each" not in done.out
    assert done.out.startswith("before: folded stacks (mean of 3 runs) ")
    both = run(olds, f"{stacks['new']}+{stacks['slow']}", "main")
    assert "mean of 3 runs before and 2 after" in both.out
    assert run(olds, olds, "--fail-if", "relative > 0 %").status == 0
    assert "! one run each: what differs from run to run is not known" in run(stacks["old"], stacks["new"]).out


def test_old_is_an_old_name_for_several_files_before(run: Run, stacks: dict[str, str]) -> None:
    before = run(stacks["old"], stacks["slow"], "main", "--old", stacks["again"])
    assert before.out == run(f"{stacks['old']}+{stacks['again']}", stacks["slow"], "main").out
    assert before.err.endswith("compare --old is an old name, which goes with the next version: write OLD+FILE\n")


def test_runs_of_other_lengths_are_made_alike_and_the_head_says_so(run: Run) -> None:
    out = run(*PAIR, "main", "--normalise", "calls:handle").out
    assert "after counts 1.111 times, as if handle were called 50 times, not 45" in out.splitlines()[:4]


def test_a_function_with_another_name_is_matched(run: Run, tmp_path: Path) -> None:
    renamed = tmp_path / "new.callgrind"
    renamed.write_text(Path(PAIR[1]).read_text().replace("burn", "scorch"))
    out = run(PAIR[0], str(renamed), "main", "--match", "burn=scorch").out
    assert "scorch's own cost" in out
    assert "new:" not in out
    assert "1 function new: scorch" in run(PAIR[0], str(renamed), "main").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((PAIR[0], str(ROOT / "data/centrality.prof")), "the two profiles differ in unit, Ir before and s after"),
        ((PAIR[0], str(ROOT / "data/mediation.csv")), "before is a profile, and after is none"),
        ((*PAIR, "mian"), "did you mean 'main'"),
        ((*PAIR, "-t", "main", "-t", "rec"), "the cost of one function is compared"),
        ((*PAIR, "main", "--normalise", "half"), "--normalise half: it is total, or calls:NAME"),
        ((*LOCKS, "--normalise", "total"), "several runs and --normalise are"),
        ((f"{LOCKS[0]}+{LOCKS[1]}", LOCKS[1]), "several runs and --normalise are"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused_in_one_line(run: Run, arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert done.status
    assert message in done.err
    assert len(done.err.splitlines()) == 1


def test_two_names_ask_about_the_part_of_one_function_that_is_spent_for_another(run: Run) -> None:
    refused = run(*PAIR, "costly", "burn")
    assert refused.status == 2
    assert "--weight spent compares the part of one function that, by the averages of calls, is spent" in refused.err
    done = run(*PAIR, "costly", "burn", "-w", "spent")
    assert "costly calls burn, directly or through others, by 1 path" in done.out


@pytest.mark.parametrize(("option", "value"), [("--cycles", "solve"), ("--default-weight", "0")])
def test_options_of_weights_are_none_of_what_was_measured(run: Run, option: str, value: str) -> None:
    done = run(*SITE, "main", option, value)
    assert (done.status, done.out) == (2, "")
    words = " ".join(done.err.split())
    assert f"{option} is of weights, and what profiles measured is compared by none: leave it out" in words
    assert "-w spent" in words or "--weight spent" in words
    assert run(*SITE, "main", "--cycles", "collapse").out == run(*SITE, "main").out
    assert "weights: spent, as asked" in run(*SITE, "main", "-w", "spent", option, value).out
