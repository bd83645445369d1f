"""Pages from the command line: every verb that draws writes one beside its report, with what it prints inside."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

DATA = Path(__file__).parents[2] / "data"
SHOP, OPENSSH, PROFILE = (str(DATA / name) for name in ("shop.uv.lock", "openssh-server.Packages", "site.callgrind"))
BEFORE, AFTER, LATER = (str(DATA / name) for name in ("before.uv.lock", "after.uv.lock", "site-after.callgrind"))
NPM = str(DATA / "web-shop.package-lock.json")

PAGES = {
    "why": ("why", OPENSSH, "openssh-server", "libc6"),
    "why, by weights": ("why", OPENSSH, "openssh-server", "libc6", "-w", "unit", "-w", "even"),
    "why, no path": ("why", OPENSSH, "libc6", "openssh-server"),
    "why, one cycle": ("why", OPENSSH, "libc6", "libgcc-s1"),
    "why, several versions": ("why", NPM, "semver"),
    "rank": ("rank", OPENSSH, "libc6"),
    "rank by a set": ("rank", SHOP, "--by", "exclusive"),
    "rank by reliance": ("rank", SHOP, "--by", "reliance"),
    "rank groups": ("rank", str(DATA / "digits.json"), "--group", "layer"),
    "compare one end": ("compare", BEFORE, AFTER, "log"),
    "compare sets": ("compare", BEFORE, AFTER),
    "compare totals": ("compare", BEFORE, AFTER, "shop", "log", "-w", "unit"),
    "compare one cycle": ("compare", OPENSSH, OPENSSH, "libc6", "libgcc-s1"),
    "profile": ("why", PROFILE, "main"),
    "rank a profile": ("rank", PROFILE),
    "rank callers": ("rank", PROFILE, "main"),
    "compare profiles": ("compare", PROFILE, LATER),
    "attribution": ("why", str(DATA / "digits.json")),
    "computation": ("why", "expr:e = (a + b) * (b + 1)", "--set", "a=2", "--set", "b=1", "b", "e"),
}


def record_of(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    return json.loads(re.findall(r'id="record">(.*?)</script>', text)[0])


@pytest.mark.parametrize("command", PAGES.values(), ids=PAGES.keys())
def test_a_page_has_the_report_in_words_and_as_json(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    path = tmp_path / "x.html"
    done = run(*command, "-O", str(path))
    record = record_of(path)
    assert record["answer"] == done.out.rstrip("\n").split("\n")
    assert record["report"] == json.loads(run(*command, "-o", "json").out)
    text = " ".join(" ".join(record["answer"]).split())
    said = (record["title"], record["title"].rpartition(": ")[0], record["title"].partition(", by ")[0])
    assert record["title"] == record["part"]["words"]["total"] or any(
        each and each.lower() in text.lower() for each in said
    )
    assert record["part"]["nodes"]


@pytest.mark.parametrize("ends", [(), ("libc6",), ("-s", "openssh-server"), ("openssh-server", "libc6")])
def test_draw_writes_a_page_of_all_that_lies_between(run: Run, tmp_path: Path, ends: tuple[str, ...]) -> None:
    path = tmp_path / "x.html"
    assert run("draw", OPENSSH, *ends, "-O", str(path)).status == 0
    record = record_of(path)
    part = record["part"]
    assert record["report"] is None
    assert len(part["nodes"]) == part["n_nodes"] > 60  # none is left out, where a picture has 30
    assert part["starts"]
    assert part["ends"]
    assert not any(link.get("eliminated") for link in part["links"])


def test_a_page_of_a_ranking_has_the_sets_of_all_nodes(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    run("rank", SHOP, "-n", "1", "-O", str(path))
    ranked = {each["node"]: each for each in json.loads(run("rank", SHOP, "-o", "json").out)["nodes"]}
    nodes = {node["id"]: node for node in record_of(path)["part"]["nodes"] if node["id"] in ranked}
    assert len(nodes) == len(ranked) > 10
    for name, node in nodes.items():
        assert [node[key] for key in ("place", "reach", "exclusive")] == [
            ranked[name][key] for key in ("place", "reach", "exclusive")
        ]


def test_a_file_that_is_there_stays(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    path.write_text("mine")
    done = run("why", SHOP, "shop", "-O", str(path))
    assert done.status == 73
    assert "--force" in done.err
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("draw", SHOP, "--direction", "LR"), "format html takes no option --direction"),
        (("rank", NPM, "--value", "licence"), "no .html"),
    ],
)
def test_what_makes_no_page_says_so(run: Run, tmp_path: Path, command: tuple[str, ...], message: str) -> None:
    done = run(*command, "-O", str(tmp_path / "x.html"))
    assert done.status == 2
    assert message in done.err
    assert not (tmp_path / "x.html").exists()


def test_where_the_target_is_not_there_no_page_is_and_that_is_said(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    done = run("why", SHOP, "nothing-of-this-name", "--fail-if", "paths > 0", "-O", str(path))
    assert (done.status, path.exists()) == (0, False)
    assert f"{path} is not written: there is no path to draw" in done.err
    assert "0 paths" in done.out


def test_several_versions_are_all_ends(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    reported = json.loads(run("why", NPM, "semver", "-o", "json").out)["results"]
    assert len(reported) == 3
    assert run("why", NPM, "semver", "-O", str(path)).status == 0
    part = record_of(path)["part"]
    ends = {part["nodes"][place]["id"]: (seed, part["nodes"][place]["paths"]) for place, seed in part["ends"]}
    assert ends == {version["node"]: (1, version["n_paths"]) for version in reported}
    assert part["total"] == sum(version["n_paths"] for version in reported)


def test_two_nodes_of_one_cycle_are_compared_without_numbers(run: Run, tmp_path: Path) -> None:
    before, after, path = (tmp_path / name for name in ("before.csv", "after.csv", "x.html"))
    before.write_text("source,target\na,b\nb,c\nc,a\nc,d\n")
    after.write_text("source,target\na,c\nb,c\nc,a\nc,d\na,b\n")
    for weights in (("-w", "unit"), ("-w", "even", "--cycles", "collapse")):
        command = ("compare", str(before), str(after), "a", "c", *weights)
        assert run(*command, "-O", str(path), "--force").status == 0
        part = record_of(path)["part"]
        names = [node["id"] for node in part["nodes"]]
        status = {(names[link["source"]], names[link["target"]]): link["status"] for link in part["links"]}
        changed = "changed" if "even" in weights else "kept"
        assert status == {("a", "b"): changed, ("a", "c"): "added", ("b", "c"): "kept", ("c", "a"): "kept"}
        assert (part["total"], part["total_before"], part["summed"]) == (None, None, False)
        assert part["not_computed"] == "no total, before or after: a and c are on one cycle"
    drawing = tmp_path / "x.dot"
    assert run("compare", str(before), str(after), "a", "c", "-w", "unit", "-O", str(drawing)).status == 0
    assert "no total, before or after" in drawing.read_text()
