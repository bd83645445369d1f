"""Pages for those who do not see them or have no mouse: walked by keyboard, checked by axe-core; screenshots, too."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import networkx as nx
import pytest
from attribution_graphs import made
from browsing import NARROW, WIDE, Browser

import graphdiff as gd

pytestmark = pytest.mark.xdist_group("browser")

DATA = Path(__file__).resolve().parents[2] / "data"
TAB, ENTER, ESCAPE, HOME = "\ue004", "\ue007", "\ue00c", "\ue011"
LEFT, UP, RIGHT, DOWN = "\ue012", "\ue013", "\ue014", "\ue015"


def read(name: str) -> nx.DiGraph:
    return gd.read(DATA / name)


PAGES: dict[str, tuple[Callable[[], Any], str]] = {
    "why": (lambda: gd.explain(read("after.uv.lock"), "shop", "http", weight=gd.weights.even), "#node=web"),
    "compare": (lambda: gd.compare(read("before.uv.lock"), read("after.uv.lock"), "shop", "log", weight=None), ""),
    "profile": (lambda: read("site.callgrind"), ""),
    "rank": (lambda: gd.rank(read("before.uv.lock"), weight=None), ""),
    "group": (lambda: gd.group(read("after.uv.lock"), lambda name: name[0], weight=gd.weights.even), ""),
    "empty": (lambda: gd.explain(nx.DiGraph([("a", "b"), ("c", "d")]), "a", "d", weight=None), ""),
    "attribution": (lambda: gd.annotate(attribution()), ""),
}


def attribution() -> nx.DiGraph:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.json"
        path.write_text(json.dumps(made(5)), encoding="utf-8")
        return gd.read(path)


AXE = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
#: What axe-core finds wrong, each with its first elements; by all rules, or by those that have one of some tags.
CHECK = """
const rules = arguments[0].length ? { runOnly: arguments[0] } : {};
const { violations } = await axe.run(document, { resultTypes: ["violations"], ...rules });
return violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))]);
"""


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_wrong_wide_or_narrow_light_or_dark(browser: Browser, name: str) -> None:
    make, fragment = PAGES[name]
    browser.open(make(), fragment)
    browser.run(AXE)
    for where, size in (("wide", WIDE), ("narrow", NARROW)):
        browser.resize(size)
        for scheme, tags in (("light", []), ("dark", ["cat.color"])):  # in the dark nothing but colours is another
            browser.prefer(scheme)
            assert browser.wait(CHECK, tags) == [], f"{where}, {scheme}"
            assert browser.run("return document.documentElement.scrollWidth;") <= size[0]
            browser.picture(f"{name}-{where}-{scheme}")


def test_axe_would_find_something(browser: Browser) -> None:
    browser.open(nx.DiGraph([("a", "b")]))
    browser.run(AXE)
    browser.run("$('#search').labels[0].remove(); $('h1').style.color = '#ddd';")
    assert {"label", "color-contrast"} <= {found[0] for found in browser.wait(CHECK, [])}


FOCUSED = """
const { dataset } = document.activeElement;
const [role, label] = ["role", "aria-label"].map((name) => document.activeElement.getAttribute(name));
return { node: dataset.node ?? null, link: dataset.at ?? null, role, label };
"""


def focused(browser: Browser, *keys: str) -> Any:
    browser.press(*keys)
    return browser.run(FOCUSED)


def test_every_node_and_edge_is_reached_by_keyboard_and_chosen_by_enter(browser: Browser) -> None:
    packages = gd.read(DATA / "openssh-server.Packages")
    browser.open(gd.annotate(packages, "openssh-server", "liblzma5", weight=gd.weights.even, cycles="collapse"))
    for _ in range(20):
        if focused(browser, TAB)["node"] is not None:
            break
    is_across = focused(browser, HOME, RIGHT)["link"] is not None  # drawn from left to right
    ahead, back, along = (RIGHT, LEFT, DOWN) if is_across else (DOWN, UP, RIGHT)
    met: dict[str, Any] = {}
    focused(browser, HOME, *[UP if is_across else LEFT] * 13)  # the first of the first column
    while True:
        node = browser.run(FOCUSED)
        met[f"node {node['node']}"] = node
        link = focused(browser, ahead)
        while link["link"] is not None and f"link {link['link']}" not in met:
            met[f"link {link['link']}"] = link
            link = focused(browser, along)
        if link["link"] is not None:
            assert focused(browser, back)["node"] == node["node"]
        if focused(browser, along)["node"] == node["node"]:
            break
    assert sorted(met) == sorted([*(f"node {n}" for n in range(13)), *(f"link {n}" for n in range(20))])
    assert {each["role"] for each in met.values()} == {"button"}
    assert len({each["label"] for each in met.values()}) == 33
    for keys in ((), (back,)):
        label = focused(browser, *keys)["label"]
        browser.press(ENTER)
        assert label.startswith(browser.text("#details h2"))
        assert browser.run("return $('#details h2') !== null && !$('#details').classList.contains('empty');")
        browser.press(ESCAPE)
        assert browser.run("return $('#details').classList.contains('empty');")


def test_tab_reaches_all_that_can_be_done_by_name_and_comes_out_again(browser: Browser) -> None:
    graph = nx.DiGraph([("a", "b"), ("b", "c"), ("a", "c")])
    browser.open(gd.explain(graph, "a", "c", weight=None), "#node=b")
    names = []
    for _ in range(80):
        browser.press(TAB)
        name = browser.run("""
            const at = document.activeElement;
            if (at === document.body) return null;
            const other = document.getElementById(at.getAttribute("aria-labelledby"));
            const label = at.getAttribute("aria-label") ?? other?.textContent;
            return (label ?? [...(at.labels ?? [])].map((each) => each.textContent).join(" ")) || at.textContent;
        """)
        if name is None:
            break
        names.append(name.strip())
    assert name is None
    assert "" not in names
    visible = browser.run(
        "return $$('button, input, select, summary').filter((each) => each.checkVisibility()).length;"
    )
    assert len(names) >= visible + 1  # and the graph
