"""Workspaces as the tools themselves say: who is a member, and how often each member rests on each package.

A shop of four members, installed on 2026-11-29 by npm 11, pnpm 10.34.9 and bun 1.4.5 (the same manifests), by uv 0.13.9
and by Cargo 1.95.0. In the locks only hashes, funding and engines, wheels and folders are shortened or left out.
The numbers of lines are those of `npm ls --all --json`, `pnpm ls -r --depth 99 --json` (what these two call deduped
written out, each path once), `uv tree --no-dedupe --universal` and `cargo tree --workspace --no-dedupe`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff.io.read import read

DATA = Path(__file__).parent.parent / "data/workspaces"

#: Below websocket packages need each other in a circle.
SOCKET = """bufferutil@4.1.0*2 d@1.0.2*5 debug@2.6.9 debug@4.3.7 es5-ext@0.10.64 es6-iterator@2.0.3 es6-symbol@3.1.4*2
esniff@2.0.1 event-emitter@0.3.7 ext@1.7.0*2 fsevents@2.3.3 is-typedarray@1.0.0 ms@2.0.0 ms@2.1.3 next-tick@1.1.0
node-gyp-build@4.8.4*4 type@2.7.3*9 typedarray-to-buffer@3.1.5 utf-8-validate@5.0.10*2 websocket@1.0.35 ws@8.18.0
yaeti@0.0.6"""
PAGE = """js-tokens@4.0.0*4 loose-envify@1.4.0*4 react-dom@18.3.1 react@18.3.1*2 scheduler@0.23.2 semver@5.7.2"""
CORE = "semver@7.6.3"
DEV = "once@1.4.0 wrappy@1.0.2"
COLOUR = "has-flag@4.0.0 supports-color@8.1.1"

#: Without --omit, and with --omit=dev (pnpm: --prod).
NPM = (
    {"@shop/api": f"{SOCKET} {CORE} {DEV} {COLOUR}", "@shop/core": f"{CORE} {DEV}", "@shop/web": f"{PAGE} {CORE} {DEV}",
     "shop": "minimist@1.2.8 mkdirp@0.5.6"},
    {"@shop/api": f"{SOCKET} {CORE}", "@shop/core": CORE, "@shop/web": f"{PAGE} {CORE}", "shop": ""},
)  # fmt: skip


def also_colour(times: tuple[int, int]) -> tuple[dict[str, str], ...]:
    """Return npm's answers where debug takes supports-color, its optional peer, as often as the tool shows it."""
    paths = [f"has-flag@4.0.0*{number} supports-color@8.1.1*{number}" for number in times]
    return tuple(
        every | {"@shop/api": f"{every['@shop/api'].removesuffix(COLOUR)} {more}"}
        for every, more in zip(NPM, paths, strict=True)
    )


PNPM, BUN = also_colour((3, 2)), also_colour((2, 1))  # `bun why has-flag`: debug@2.6.9 asks for no peer
CARGO = (
    {"api": "log@0.4.1*3 util@1.0.0*2", "core": "log@0.4.1*2 util@1.0.0", "web": "log@0.4.1*3 util@1.0.0"},
    {"api": "log@0.4.1*2 util@1.0.0", "core": "log@0.4.1", "web": "log@0.4.1*2"},
)
#: What a member is called by pnpm, which writes names down only where another member needs one.
CALLED = {".": "shop", "packages/api": "@shop/api", "packages/web": "@shop/web"}


def lines(graph: nx.DiGraph) -> dict[str, Counter[str]]:
    """Return for each member how many simple paths lead to each package; other members are passed, not counted."""
    members = [node for node, root in graph.nodes(data="root") if root]
    packages = {
        node: f"{data['name']}@{data['version']}" for node, data in graph.nodes(data=True) if node not in members
    }
    return {
        CALLED.get(member, member): Counter(
            {name: paths for node, name in packages.items() if (paths := simple_paths(graph, member, node))}
        )
        for member in members
    }


def simple_paths(graph: nx.DiGraph, source: str, target: str) -> int:
    return sum(1 for _ in nx.all_simple_edge_paths(graph, source, target))


def said(answer: dict[str, str]) -> dict[str, Counter[str]]:
    """Return the tool's answer as numbers."""
    pairs = {member: [word.partition("*") for word in text.split()] for member, text in answer.items()}
    return {member: Counter({name: int(times or 1) for name, _, times in words}) for member, words in pairs.items()}


@pytest.mark.parametrize(
    ("file", "answers"),
    [("package-lock.json", NPM), ("bun.lock", BUN), ("pnpm-lock.yaml", PNPM), ("metadata.json", CARGO)],
)
def test_each_member_rests_on_each_package_as_often_as_the_tool_says(file: str, answers: Any) -> None:
    assert lines(read(DATA / file)) == said(answers[0])
    assert lines(read(DATA / file, omit="dev")) == said(answers[1])


#: The lines of the members' own lists together, by `uv tree --no-dedupe --universal` and these options.
UV: dict[str, tuple[dict[str, str], str]] = {
    "--all-groups": (
        {}, "web shop core*4 api*2 colorama*5 click*4 idna*3 iniconfig*4 markupsafe*3 jinja2*2 pluggy*3 packaging*2"
    ),
    "--no-dev": ({"omit": "dev"}, "web shop core*4 api*2 colorama*5 click*4 idna*3 markupsafe*3 jinja2*2"),
}  # fmt: skip


@pytest.mark.parametrize(("options", "expected"), UV.values(), ids=UV)
def test_uv_shows_the_groups_of_a_member_wherever_it_is_needed(
    options: dict[str, str], expected: dict[str, int]
) -> None:
    graph = read(DATA / "uv.lock", extras="nodes", **options)
    paths: Counter[str] = Counter()
    for root in [node for node, root in graph.nodes(data="root") if root]:
        paths.update({node: number for node, number in gd.count_paths(graph, root).items() if node.isalnum()})
    assert {"uv": paths} == said({"uv": expected})


def test_poetry_leaves_out_other_groups_than_main(run: Run) -> None:
    """As `poetry show --only main` and `--without lint` do, where lint is the only other group."""
    lock = DATA.parent / "python/poetry.lock"
    production = read(lock, omit="dev")
    main = read(lock, groups="main")
    assert list(production.nodes(data=True)) == list(main.nodes(data=True))
    assert list(production.edges(data=True)) == list(main.edges(data=True))
    assert "linter" in read(lock)
    assert "linter" not in production
    assert (
        run("why", str(lock), "linter", "--omit", "dev").err == "graphdiff: no node 'linter': left out by --omit dev\n"
    )
    refused = run("rank", str(lock), "--omit", "dev", "--groups", "lint").err
    assert refused == "graphdiff: --groups lint is of the kind dev, which is left out by --omit dev\n"


@pytest.mark.parametrize("file", ["package-lock.json", "bun.lock", "pnpm-lock.yaml", "metadata.json", "uv.lock"])
def test_members_are_roots_once(file: str) -> None:
    graph = read(DATA / file)
    counted = gd.total_influence(graph, gd.ROOTS, gd.LEAVES, weight=None, cycles="collapse")
    members = [node for node, root in graph.nodes(data="root") if root]
    assert len(members) == (3 if file == "metadata.json" else 4)
    each = [gd.total_influence(graph, member, gd.LEAVES, weight=None, cycles="collapse") for member in members]
    assert counted == sum(each)


def test_all_kinds_of_npm_and_bun_lead_from_the_project_to_its_members() -> None:
    for file in ("package-lock.json", "bun.lock"):
        plain, every = read(DATA / file), read(DATA / file, kinds="all")
        links = {("shop", member) for member in ("@shop/api", "@shop/core", "@shop/web")}
        assert set(every.edges) - set(plain.edges) == links
        assert {every.edges[link]["kind"] for link in links} == {"workspace"}


def test_one_member_is_asked_for_by_name_or_path_and_all_stand_side_by_side(run: Run) -> None:
    lock = str(DATA / "package-lock.json")
    for name in ("@shop/web", "packages/web"):
        assert "@shop/web rests on semver@5.7.2 by 1 path of 1 step" in run("why", lock, name, "semver@5.7.2").out
    elsewhere = "shop does not rest on semver@7.6.3: no path leads there, but from @shop/api, @shop/web, @shop/core."
    assert elsewhere in run("why", lock, "shop", "semver@7.6.3").out
    assert "@shop/core does not rest on shop: no path leads there." in run("why", lock, "@shop/core", "shop").out
    missing = run("why", str(DATA / "pnpm-lock.yaml"), "@shop/api", "ms@2.0.0").err
    assert missing == "graphdiff: no node '@shop/api'; did you mean 'packages/api' or '@shop/core'?\n"
    rows = run("table", lock, "--wide", "-t", "semver*", "-t", "mkdirp", "-w", "unit", "-o", "csv").out.splitlines()
    assert [row.removeprefix("unit,") for row in rows] == [
        "weights,target,shop,@shop/api,@shop/core,@shop/web",
        "semver@7.6.3,0,1,1,1",
        "semver@5.7.2,0,0,0,1",
        "mkdirp,1,0,0,0",
    ]


def test_what_goes_with_a_package_is_what_npm_uninstall_takes_and_pnpm_does_not_lock_anew() -> None:
    """After `npm uninstall websocket` 18 packages are gone, and as many in a folder where pnpm locks without it."""
    gone = {*SOCKET.replace("*2", "").replace("*4", "").replace("*5", "").replace("*9", "").split()}
    gone -= {"debug@4.3.7", "ms@2.1.3", "fsevents@2.3.3", "ws@8.18.0", "websocket@1.0.35"}
    assert len(gone) == 17
    for file in ("package-lock.json", "bun.lock", "pnpm-lock.yaml"):
        graph = read(DATA / file)
        going = gd.exclusive(graph, "websocket")
        assert {f"{graph.nodes[node]['name']}@{graph.nodes[node]['version']}" for node in going} == gone
