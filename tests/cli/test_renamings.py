"""Old names of verbs and options: hidden, they do the same for one version, and say what to write."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from conftest import Run

from graphdiff.cli import graphdiff
from graphdiff.cli.renamings import ONE_WAS_SOURCE, OPTIONS, VERBS, current_options, current_verb

#: What was written, what is written now, and what is said of it.
OLD = {
    "compare model.dot model.dot a c --by layer": ("compare model.dot model.dot a c --group layer", "compare --group"),
    "compare model.dot model.dot a c --by=layer": ("compare model.dot model.dot a c --group=layer", "compare --group"),
    "cut model.dot a c --by 50% --nodes": ("cut model.dot a c --reduce 50% --nodes", "cut --reduce"),
    "jacobian model.dot --source a --target c -o csv": (
        "table model.dot -s a c --wide -o csv",
        "graphdiff table --wide",
    ),
    "jacobian model.dot --plan": ("table model.dot --plan", "graphdiff table"),
    "factored model.dot a c -o latex": ("why model.dot a c --formula -o latex", "graphdiff why --formula"),
}


@pytest.fixture(autouse=True)
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "digraph { a [layer=top]; a -> b [weight=2]; b -> c [weight=3]; a -> c [weight=1] }"
    (tmp_path / "model.dot").write_text(text)
    (tmp_path / "after.dot").write_text(f"{text[:-1]}; c -> new [weight=1] }}")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("old", OLD)
def test_an_old_name_does_the_same_and_says_what_to_write(run: Run, old: str) -> None:
    now, told = OLD[old]
    former, current = run(*old.split()), run(*now.split())
    assert (former.status, former.out) == (0, current.out)
    assert current.out
    assert current.err == ""
    assert former.err.endswith(f" is an old name, which goes with the next version: write {told}\n")
    assert former.err.count("\n") == 1


def test_every_old_name_is_tried_here() -> None:
    tried = {old.split()[0] for old in OLD}
    assert tried == {*OPTIONS, *VERBS}


def test_what_old_names_stand_for_is_there_and_they_are_not() -> None:
    for verb, renamed in OPTIONS.items():
        names = {name for param in graphdiff.commands[verb].params for name in param.opts}
        assert {*renamed.values()} <= names
        assert not {*renamed} & names
    for old, (verb, *_) in VERBS.items():
        assert verb in graphdiff.commands
        assert old not in graphdiff.commands


def test_by_is_what_rank_sorts_by(run: Run) -> None:
    done = run("rank", "model.dot", "--by", "exclusive")
    assert (done.status, done.err) == (0, "")
    assert "--by" in {name for param in graphdiff.commands["rank"].params for name in param.opts}


def test_values_that_look_like_old_names_stay() -> None:
    assert current_options("cut", ["x.csv", "--", "--by"], quiet=True) == ["x.csv", "--", "--by"]
    assert current_options("rank", ["x.csv", "--by", "even"], quiet=True) == ["x.csv", "--by", "even"]
    assert current_verb(["why", "factored", "x"], quiet=True) == ["why", "factored", "x"]


@pytest.mark.parametrize("verb", ONE_WAS_SOURCE)
def test_one_name_to_which_nothing_leads_is_said_to_be_the_target_where_it_was_the_source(run: Run, verb: str) -> None:
    files = ["model.dot"] * (2 if verb == "compare" else 1)
    said = f"graphdiff: {verb}: one name after the file is the target now, as in all verbs; as the source it is -s a\n"
    assert run(verb, *files, "a").err == said
    assert run(verb, *files, "-t", "a").err == run(verb, *files, "c", "-s", "a").err == ""
    assert run("compare", "model.dot", "after.dot", "new").err == ""  # which one of two graphs has
    assert run(verb, *files, "c").err == ""  # to which something leads: the target is what was meant
    assert run(verb, *files, "a", "c").err == run(verb, *files, "-s", "a").err == ""


def test_verbs_stand_in_the_order_in_which_people_want_them(run: Run) -> None:
    names = graphdiff.list_commands(click.Context(graphdiff))
    assert names[:5] == ["why", "rank", "compare", "what-if", "cut"]
    assert names[5:7] == ["paths", "cycles"]
    assert names[-6:] == ["table", "draw", "diagnose", "compile", "formats", "errors"]
    listed = run("--help").out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed[: len(names)]] == names


@pytest.mark.parametrize("verb", sorted(graphdiff.commands))
def test_two_weightings_stand_side_by_side_or_are_refused(run: Run, verb: str) -> None:
    """No verb takes the last of them without a word; no other option does what ``-w`` does."""
    if verb in ("formats", "errors", "compile"):  # which saves one weighting: the first
        return
    files = ["model.dot"] * (2 if verb == "compare" else 1)
    ends = [] if verb in ("rank", "cycles") else ["a", "c"]
    done = run(verb, *files, *ends, "-w", "unit", "-w", "weight", "-o", "json")
    if verb in ("paths", "cut", "draw"):
        assert (done.status, done.out) == (2, "")
        assert done.err == f"graphdiff: {verb} takes one --weight, and 2 are given\n"
    else:
        assert done.status == 0
        assert '"unit"' in done.out
        assert '"weight"' in done.out


def test_other_verbs_do_not_look_whether_roots_lead_to_one_name(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.csv").write_text("source,target\na,b\nb,c\n")
    looked: list[str] = []
    monkeypatch.setattr("graphdiff.cli.nodes._is_led_to", lambda *_: looked.append("") or True)
    assert run("rank", str(tmp_path / "model.csv"), "c").status == 0
    assert looked == []
    assert run("diagnose", str(tmp_path / "model.csv"), "c").status == 0
    assert looked == [""]
