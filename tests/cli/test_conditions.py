"""``--fail-if`` and ``--allow`` in all verbs that take them: what holds, what does not count, what is no condition."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import Run

from graphdiff.cli.conditions import Condition
from graphdiff.cli.measures import MEASURES
from graphdiff.errors import FormatError, UsageError
from graphdiff.io.allowances import Allowance, read_allowances
from graphdiff.text.licences import licences_in


def lock(path: Path, needs: dict[str, str], licences: dict[str, str]) -> str:
    """Write a package-lock of version 1 of each package: what needs what, and licences; return its name."""
    packages: dict[str, dict[str, object]] = {}
    for name in sorted({*needs, *" ".join(needs.values()).split(), *licences}):
        record: dict[str, object] = {"name": "app"} if name == "app" else {}
        record |= {"version": "1.0.0"} | ({"license": licences[name]} if name in licences else {})
        record["dependencies"] = dict.fromkeys(needs.get(name, "").split(), "*")
        packages["" if name == "app" else f"node_modules/{name}"] = record
    path.write_text(json.dumps({"name": "app", "lockfileVersion": 3, "packages": packages}))
    return str(path)


@pytest.fixture
def before(tmp_path: Path) -> str:
    """Return a lock: app needs web and log."""
    return lock(tmp_path / "before" / "package-lock.json", {"app": "web log", "web": "log"}, {"web": "MIT"})


@pytest.fixture(autouse=True)
def folders(tmp_path: Path) -> None:
    """Make the folders that the two locks are in."""
    for name in ("before", "after"):
        (tmp_path / name).mkdir()


@pytest.fixture
def after(tmp_path: Path) -> str:
    """Return a lock in which web brings readline and tls, which need each other, and has another licence."""
    needs = {"app": "web log", "web": "log readline", "readline": "tls", "tls": "readline"}
    licences = {"web": "AGPL-3.0-only", "readline": "MIT OR GPL-3.0-only", "tls": "ISC", "log": "MIT"}
    return lock(tmp_path / "after" / "package-lock.json", needs, licences)


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ("appeared > 1", "appeared > 1 is met: 2"),
        ("appeared > 2", ""),
        ("gone >= 0", "gone >= 0 is met: 0"),
        ("upgraded == 0", "upgraded == 0 is met: 0"),
        ("cycles > 0", "cycles > 0 is met: 1"),
        ("package == readline", "package == readline is met: readline"),
        ("package ~ 'r*'", "package ~ r* is met: readline"),
        ("package == log", ""),
        ("package == left-pad", ""),
        ("package != tls", "package != tls is met: readline"),
        ("licence ~ 'gpl*'", "licence ~ gpl* is met: readline (MIT OR GPL-3.0-only)"),
        ("license ~ *GPL*", "licence ~ *GPL* is met: readline (MIT OR GPL-3.0-only), web (AGPL-3.0-only)"),
        ("licence == ISC", "licence == ISC is met: tls (ISC)"),
        ("licence == BSD", ""),
    ],
)
def test_in_compare_a_condition_is_of_what_is_new(run: Run, before: str, after: str, condition: str, met: str) -> None:
    done = run("compare", before, after, "--fail-if", condition)
    assert (done.status, done.err) == (1 if met else 0, f"graphdiff: {met}\n" if met else "")


@pytest.mark.parametrize(
    ("verb", "condition", "met"),
    [
        ("why", "paths > 1", "paths > 1 is met: 2"),
        ("why", "paths > 2", ""),
        ("why", "total >= 2", "total >= 2 is met: 2 (unit)"),
        ("why", "package == web", "package == web is met: web"),
        ("why", "cycles > 0", ""),
        ("why to a cycle", "cycles == 1", "cycles == 1 is met: 1"),
        ("why", "package == tls", ""),
        ("why", "licence ~ AGPL*", "licence ~ AGPL* is met: web (AGPL-3.0-only)"),
        ("rank", "total >= 2", "total >= 2 is met: 2 (log, unit)"),
        ("rank", "total > 2", ""),
        ("rank", "package == tls", "package == tls is met: tls"),
        ("rank", "licence == ISC", "licence == ISC is met: tls (ISC)"),
        ("cycles", "cycles > 0", "cycles > 0 is met: 1"),
        ("cycles", "cycles > 1", ""),
        ("cycles", "package == tls", "package == tls is met: tls"),
        ("cycles", "package == web", ""),
    ],
)
def test_in_other_verbs_it_is_of_what_is_there(run: Run, after: str, verb: str, condition: str, met: str) -> None:
    ends = {"why": ["app", "log"], "why to a cycle": ["app", "tls"], "rank": ["-s", "app"], "cycles": []}[verb]
    done = run(verb.split()[0], after, *ends, "-w", "unit", "--fail-if", condition)
    told = [line for line in done.err.splitlines() if "is not in the file" not in line]
    assert (done.status, told) == (1 if met else 0, [f"graphdiff: {met}"] if met else [])
    assert done.out


@pytest.mark.parametrize("verb", MEASURES)
def test_every_name_of_a_verb_is_in_its_help_and_answers(run: Run, before: str, after: str, verb: str) -> None:
    text = " ".join(run(verb, "--help").out.split())
    assert f"Status 1 where it holds, of {', '.join(MEASURES[verb].names)}." in text
    files = [before, after] if verb == "compare" else [after]
    ends = {"compare": ["app", "log"], "why": ["log"]}.get(verb, [])
    names = [name for name in MEASURES[verb].names if name != "share"]  # of profiles alone
    texts = [f"{name} == x" if name in ("package", "licence") else f"{name} < -9" for name in names]
    done = run(verb, *files, *ends, *(part for text in texts for part in ("--fail-if", text)))
    assert done.status == 0, done.err


@pytest.mark.parametrize(
    ("verb", "text", "said"),
    [
        ("compare", "appeared", "NAME OP VALUE, as 'appeared > 0'"),
        (
            "compare",
            "size > 3",
            "NAME in compare is one of appeared, gone, upgraded, cycles, change, total,",
        ),
        ("compare", "appeared > __import__('os')", "NAME OP NUMBER"),
        ("compare", "appeared > 1 or 1", "NAME OP NUMBER"),
        ("compare", "appeared ~ 1", "OP is >= <= == != > <"),
        ("compare", "change > 5 %", "only relative and share can be given in %"),
        ("compare", "licence > GPL", "of a text OP is == != ~; ~ is a pattern"),
        ("why", "appeared > 5", "NAME in why is one of cycles, paths, total, share, package, licence"),
        ("rank", "paths > 5", "NAME in rank is one of total, share, package, licence"),
        ("cycles", "licence == x", "NAME in cycles is one of cycles, package"),
    ],
)
def test_what_is_no_condition_of_a_verb_is_refused_with_those_that_are(verb: str, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("*", r"\*")):
        Condition.parse(text, verb)


def test_a_condition_on_a_total_needs_both_ends(run: Run, before: str) -> None:
    done = run("compare", before, before, "--fail-if", "change > 0")
    assert (done.status, "change is of one total; give SOURCE and TARGET" in done.err) == (2, True)


# ------------------------------------------------------------------------------------ never this package


def test_an_absent_target_is_0_paths_where_a_condition_asks(run: Run, after: str) -> None:
    done = run("why", after, "event-stream", "--fail-if", "paths > 0", "--fail-if", "licence ~ *")
    assert (done.status, done.err.splitlines()) == (
        0,
        ["graphdiff: 0 paths: no node 'event-stream'; there are nodes such as 'app', 'log', 'readline'"],
    )
    assert "event-stream is not there: 0 paths." in done.out
    held = run("why", after, "event-stream", "--fail-if", "total == 0", "-o", "json")
    assert (held.status, json.loads(held.out)["failed"]) == (1, ["total == 0 is met: 0 (not there)"])
    assert run("why", after, "event-stream", "--fail-if", "paths > 0", "-o", "csv").status == 0


def test_of_several_targets_those_that_are_absent_are_0_paths_and_the_others_are_asked(run: Run, after: str) -> None:
    never = ("-t", "nosuch", "-t", "left-pad", "--fail-if", "paths > 0")
    done = run("why", after, *never)
    assert (done.status, [line[:34] for line in done.err.splitlines()]) == (
        0,
        ["graphdiff: 0 paths: no node 'nosuc", "graphdiff: 0 paths: no node 'left-"],
    )
    assert "nosuch, left-pad are not there: 0 paths." in done.out
    held = run("why", after, *never, "-t", "tls", "-o", "json")
    assert (held.status, "graphdiff: paths > 0 is met: 1" in held.err) == (1, True)
    document = json.loads(held.out)
    assert (document["absent"], document["results"][0]["target"]) == (["nosuch", "left-pad"], "tls")


def test_so_are_those_of_a_table_or_a_report(run: Run, after: str, tmp_path: Path) -> None:
    (tmp_path / "all.csv").write_text("node,weight\nnosuch,3\nleft-pad,2\n")
    (tmp_path / "some.csv").write_text("node,weight\nnosuch,3\ntls,2\n")
    none, some = (
        run("why", after, "--targets", str(tmp_path / name), "--fail-if", "paths > 0", "-o", "json")
        for name in ("all.csv", "some.csv")
    )
    assert (none.status, some.status) == (0, 1)
    assert "all.csv: 2 of 2 names mean no node: nosuch, left-pad" in none.err
    assert [json.loads(each.out)["absent"] for each in (none, some)] == [["nosuch", "left-pad"], ["nosuch"]]
    assert json.loads(some.out)["results"][0]["total"] == 2
    mistake = run("why", after, "--targets", str(tmp_path / "some.csv"))
    assert (mistake.status, "no node 'nosuch'" in mistake.err) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["readlin"],
        ["-s", "ap", "-t", "tls", "--fail-if", "paths > 0"],
        ["-s", "ap", "-t", "none", "--fail-if", "paths > 0"],
        ["-s", "app", "-t", "tls", "-t", "x"],
    ],
    ids=["no condition", "an unknown source", "with an unknown target", "one of several and no condition"],
)
def test_any_other_unknown_node_is_a_mistake(run: Run, after: str, arguments: list[str]) -> None:
    done = run("why", after, *arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.splitlines()[-1].startswith("graphdiff: no node")


# ------------------------------------------------------------------------------------ problems are no hits


def test_problems_never_look_like_a_hit(run: Run, before: str, after: str, tmp_path: Path) -> None:
    anything = ("--fail-if", "appeared >= 0")
    assert run("compare", before, str(tmp_path / "none.lock"), *anything).status == 66
    assert run("compare", before, after, *anything, "--allow", str(tmp_path / "none.toml")).status == 66
    (tmp_path / "broken.lock").write_text("{")
    assert run("compare", before, str(tmp_path / "broken.lock"), *anything).status == 65
    bare = lock(tmp_path / "package-lock.json", {"app": "web"}, {})
    unsaid = run("rank", bare, "--fail-if", "licence ~ GPL*")
    assert (unsaid.status, "no licence is in the file" in unsaid.err) == (65, True)


def test_licences_that_are_not_known_are_told(run: Run, before: str) -> None:
    done = run("rank", before, "--fail-if", "licence ~ GPL*")
    assert done.err == "graphdiff: --fail-if licence ~ GPL*: the licence of 2 of 3 nodes looked at is not in the file\n"


# ------------------------------------------------------------------------------------ exceptions


def allowing(path: Path, *entries: str) -> str:
    """Write exceptions, each a line of TOML without its table; return the file's name."""
    path.write_text("".join(f"[[allow]]\n{entry}\n" for entry in entries))
    return str(path)


def test_what_is_allowed_does_not_count_and_is_told(run: Run, before: str, after: str, tmp_path: Path) -> None:
    until = date.today() + timedelta(days=1)
    file = allowing(tmp_path / "allow.toml", f'package = "readline"\nreason = "reviewed by Ada"\nuntil = {until}')
    done = run("compare", before, after, "--allow", file, "--fail-if", "appeared > 1", "--fail-if", "package ~ r*")
    assert done.status == 0
    assert done.err == f"graphdiff: not counted, as allowed: readline (reviewed by Ada, until {until})\n"
    left = run("compare", before, after, "--allow", file, "--fail-if", "appeared > 0", "-o", "json")
    document = json.loads(left.out)
    assert (left.status, document["failed"]) == (1, ["appeared > 0 is met: 1"])
    assert document["allowed"] == [
        {"package": "readline", "reason": "reviewed by Ada", "until": str(until), "nodes": ["readline"]}
    ]


def test_an_exception_ends_with_its_day(run: Run, before: str, after: str, tmp_path: Path) -> None:
    assert [Allowance("a", "b", date(2027, 1, 1)).holds(date(2027, 1, day)) for day in (1, 2)] == [True, False]
    file = allowing(tmp_path / "allow.toml", 'package = "*"\nreason = "for now"\nuntil = 2020-02-29')
    done = run("compare", before, after, "--allow", file, "--fail-if", "appeared > 1")
    assert done.status == 1
    assert done.err.splitlines() == [
        f"graphdiff: {file}: no longer allowed: * (for now, until 2020-02-29)",
        "graphdiff: appeared > 1 is met: 2",
    ]


def test_a_cycle_is_allowed_where_all_its_members_are_and_a_total_where_its_target_is(
    run: Run, after: str, tmp_path: Path
) -> None:
    one = allowing(tmp_path / "one.toml", 'package = "tls"\nreason = "known"')
    both = allowing(tmp_path / "both.toml", 'package = "tls"\nreason = "known"', 'package = "readline"\nreason = "x"')
    cycles = ("cycles", after, "--fail-if", "cycles > 0")
    assert [run(*cycles, "--allow", file).status for file in (one, both)] == [1, 0]
    paths = ("why", after, "tls", "--fail-if", "paths > 0")
    assert [run(*paths).status, run(*paths, "--allow", one).status] == [1, 0]
    assert run("why", after, "readline", "--fail-if", "paths > 0", "--allow", one).status == 1


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('package = "a"', "has no reason"),
        ('package = "a"\nreason = ""', "has no reason"),
        ('package = "a"\nreason = " \\t\\u00a0\\u200b"', "has no reason"),
        ('package = " "\nreason = "b"', "has no package"),
        ('reason = "a"', "has no package"),
        ('package = "a"\nreason = "b"\nuntil = "2027-01-01"', "until is a date without quotes"),
        ('package = "a"\nreason = "b"\nuntil = 2027-01-01T00:00:00', "until is a date without quotes"),
        ('package = "a"\nreason = "b"\nuntill = 2027-01-01', "untill is not known here"),
        ('package = "a"\nreason = "b"\n[other]', "other is not known here"),
        ("package = a", "broken TOML"),
    ],
)
def test_an_exception_that_says_too_little_is_refused(tmp_path: Path, entry: str, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read_allowances(allowing(tmp_path / "allow.toml", entry))


def test_an_exception_that_means_nothing_is_told(run: Run, before: str, after: str, tmp_path: Path) -> None:
    file = allowing(tmp_path / "allow.toml", 'package = "redline"\nreason = "a"', 'package = "tls"\nreason = "b"')
    done = run("compare", before, after, "--allow", file, "--fail-if", "appeared > 5")
    assert done.err.splitlines()[0] == "graphdiff: --allow: nothing here is called redline: redline (a)"
    assert "called tls" not in done.err
    never = run("why", after, "nosuch", "--allow", file, "--fail-if", "paths > 0")
    assert (never.status, "called redline" in never.err, "called tls" in never.err) == (0, True, False)


def test_equal_is_exact_and_a_tilde_is_a_pattern_for_packages_and_licences(run: Run, after: str) -> None:
    for name, value in (("package", "r*"), ("licence", "AGPL*")):
        exact = run("rank", after, "--fail-if", f"{name} == '{value}'")
        assert (exact.status, f"a pattern is {name} ~" in exact.err) == (0, True)
        pattern = run("rank", after, "--fail-if", f"{name} ~ '{value}'")
        assert (pattern.status, "a pattern is" in pattern.err) == (1, False)
        assert run("rank", after, "--fail-if", f"{name} != '{value}'").status == 1


def test_exceptions_without_a_condition_are_refused(run: Run, after: str, tmp_path: Path) -> None:
    done = run("rank", after, "--allow", allowing(tmp_path / "allow.toml", 'package = "a"\nreason = "b"'))
    assert (done.status, "no --fail-if is given" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("(MIT AND Zlib) or Apache-2.0", ["MIT", "Zlib", "Apache-2.0"]),
        ("GPL-2.0-or-later", ["GPL-2.0-or-later"]),
        ("ORACLE", ["ORACLE"]),
    ],
)
def test_an_expression_names_its_licences(text: str, names: list[str]) -> None:
    assert licences_in(text) == names
