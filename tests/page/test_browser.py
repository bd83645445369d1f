"""The page in a browser: opened, searched, clicked, asked, compared, grouped, printed; all is read out of it."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from browsing import NARROW, WIDE, Browser

import graphdiff as gd
from graphdiff.io.write import render
from graphdiff.page.page import page

pytestmark = pytest.mark.xdist_group("browser")

DATA = Path(__file__).resolve().parents[2] / "data"
WAYS = [
    ("a", "b", 1),
    ("a", "c", 2),
    ("b", "d", 3),
    ("c", "d", 5),
    ("d", "e", 1),
    ("d", "f", 7),
    ("e", "z", 1),
    ("f", "z", -1),
    ("a", "z", 4),
]
WAYS_AFTER = [
    ("a", "b", 1),
    ("a", "c", 3),
    ("b", "d", 3),
    ("c", "d", 5),
    ("d", "f", 7),
    ("f", "z", -1),
    ("a", "z", 4),
    ("c", "z", 1),
]
CHOSEN = "#details h2"
TAB, ENTER = "\ue004", "\ue007"


def graph(edges: Any, **known: Any) -> nx.DiGraph:
    made = nx.DiGraph(**known)
    made.add_weighted_edges_from(edges)
    return made


def listed(edges: Any, start: str, end: str) -> int:
    """Return the sum over all paths, listed one by one."""
    return (
        1 if start == end else sum(weight * listed(edges, head, end) for tail, head, weight in edges if tail == start)
    )


@pytest.fixture(scope="module")
def openssh() -> bytes:
    packages = gd.read(DATA / "openssh-server.Packages")
    answer = gd.explain(packages, "openssh-server", "liblzma5", weight=gd.weights.even, cycles="collapse")
    return render(answer, "html")


def sums(browser: Browser) -> list[dict[str, str]]:
    return list(browser.run("return $$('#cut .sum').map((each) => ({ ...each.dataset }));"))


def test_the_log_of_the_browser_is_read(session_browser: Browser) -> None:
    """What no test here may see is seen where it happens: a line in the console, a request, a dialog."""
    session_browser.open(graph(WAYS))
    assert session_browser.events() == []
    session_browser.run("console.log('mine'); new Image().src = 'data:,x'; setTimeout(() => alert('hers'));")
    session_browser.driver.switch_to.alert.accept()
    events = session_browser.events()
    assert [line for line in events if line.startswith("console:") and "mine" in line]
    assert [line for line in events if "violates the following Content Security Policy" in line]
    assert "dialog: hers" in events


def test_a_page_opens_with_its_answer_and_its_graph(browser: Browser, openssh: bytes) -> None:
    browser.open(openssh)
    record = json.loads(browser.run("return $('#record').textContent;"))
    assert browser.text("#question") == record["title"]
    assert browser.run("return $('#report').textContent;") == "\n".join(record["answer"])
    assert len(browser.texts("g.node")) == len(record["part"]["nodes"]) == 13
    assert len(browser.texts(".links path.link")) == len(record["part"]["links"]) == 20
    assert len(browser.texts("#links tbody tr")) == 20
    assert "13 packages" in browser.text("#shows")
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth;")


def test_a_name_is_found_and_one_that_is_almost_right_is_offered(browser: Browser, openssh: bytes) -> None:
    browser.open(openssh)
    browser.click("#search")
    browser.press(*"libsystemd0", "\ue007")
    assert browser.text(CHOSEN) == "libsystemd0"
    assert browser.run("return document.activeElement.getAttribute('aria-label').split(',')[0];") == "libsystemd0"
    browser.run("$('#search').value = '';")
    browser.click("#search")
    browser.press(*"libzlma5", "\ue007")
    assert browser.text("#matches") == "no libzlma5 here; did you mean:"
    assert browser.texts("#near li")[0] == "liblzma5 100.0 %"
    browser.press("\ue007")  # the first of those that are offered has the focus
    assert browser.text(CHOSEN) == "liblzma5"
    assert "node=liblzma5" in browser.run("return location.hash;")


def test_a_click_on_a_node_tells_its_numbers_and_its_total_without_it(browser: Browser) -> None:
    browser.open(gd.explain(graph(WAYS), "a", "z"))
    assert listed(WAYS, "a", "z") == -74
    for name in "bcdef":
        browser.click(f"g.node[aria-label^='{name},'] .name")
        assert browser.text(CHOSEN) == name
        assert browser.run("return $('g.node.selected').getAttribute('aria-pressed');") == "true"
        rest = listed([edge for edge in WAYS if name not in edge], "a", "z")
        facts = dict(zip(browser.texts("#details dt"), browser.texts("#details dd"), strict=True))
        assert facts["total without it"].replace("−", "-").split(" ")[0] == str(rest)
        counted = [(tail, head, 1) for tail, head, _ in WAYS]
        assert facts["paths through it"] == str(listed(counted, "a", name) * listed(counted, name, "z"))
    browser.press("\ue00c")
    assert browser.texts(".selected, .lit") == []


MIDDLE = """
const path = $(".links path.link[data-link='" + arguments[0] + "']");
const point = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
return [Math.round(point.x), Math.round(point.y)];
"""


def test_an_edge_is_told_of_where_it_is_pointed_at_and_more_where_it_is_clicked(browser: Browser) -> None:
    from selenium.webdriver import ActionChains

    browser.open(gd.explain(graph(WAYS), "a", "z"))
    browser.run("$('#frame').scrollIntoView();")
    seen = set()
    for link in range(len(WAYS)):
        x, y = browser.run(MIDDLE, link)
        actions = ActionChains(browser.driver, duration=0)
        actions.w3c_actions.pointer_action.move_to_location(x, y)
        actions.perform()
        told = browser.wait("await frame(); await frame(); return $('#pointed').textContent;")
        actions.click().perform()
        ends = browser.text(CHOSEN)
        assert told.startswith(f"{ends}: ")
        tail, head = ends.split(" → ")
        weight = next(weight for one, other, weight in WAYS if (one, other) == (tail, head))
        assert f"weight {weight}".replace("-", "−") in told.replace("-", "−")
        seen.add(ends)
    assert seen == {f"{tail} → {head}" for tail, head, _ in WAYS}


def test_a_row_of_the_paths_lights_up_its_path(browser: Browser, openssh: bytes) -> None:
    browser.open(openssh)
    names = browser.texts("#paths tbody tr:nth-child(3) button")[0].split(" > ")
    browser.run("$('#paths tbody tr:nth-child(3) button').click();")
    assert [text.split(",")[0] for text in browser.texts("g.node.lit title")] == names
    assert len(browser.texts(".links .lit")) == len(names) - 1
    assert browser.run("return $('#paths tr.lit button').getAttribute('aria-pressed');") == "true"
    assert browser.texts("#details .chain li") == names


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_what_is_chosen_in_a_table_is_seen_in_the_graph_and_told(
    browser: Browser, openssh: bytes, size: tuple[int, int]
) -> None:
    browser.resize(size)
    for table in ("paths", "nodes", "links"):
        browser.open(openssh)
        browser.run("$(`#${arguments[0]} tbody tr:nth-child(5) button`).focus();", table)
        browser.press(ENTER)
        assert browser.run("return document.activeElement.closest('table')?.parentElement.parentElement.id;") == table
        seen = "const { top, bottom } = $(arguments[0]).getBoundingClientRect(); return [top, innerHeight - bottom];"
        assert min(browser.run(seen, CHOSEN)) >= 0
        assert browser.run(seen, "#frame")[0] >= 0
        lit = "return $$('g.node.lit').some((each) => each.getBoundingClientRect().top < innerHeight);"
        assert browser.run(lit) or table == "links"
        browser.press(TAB)
        assert browser.run("return document.activeElement.closest('table')?.parentElement.parentElement.id;") == table


#: What is pressed, in which state, and what has the focus then.
PRESSED = [
    ("", "#details ol.ranked button", CHOSEN),
    ("#node=perl", "#details ul.links button", CHOSEN),
    ("#node=perl", "#details .acts button", "#question"),
    ("#node=perl", "#details .acts button:last-child", CHOSEN),
    ("#node=perl", "#close", "g.node[aria-label^='perl,']"),
    ("#why=,dpkg&node=perl", "#crumbs button", "#question"),
    ("#n=10", "#all", "#slider"),
]


@pytest.mark.parametrize(("fragment", "pressed", "focus"), PRESSED)
def test_what_is_pressed_hands_the_focus_on(
    browser: Browser, openssh: bytes, fragment: str, pressed: str, focus: str
) -> None:
    browser.open(openssh, fragment)
    browser.run("$(arguments[0]).focus();", pressed)
    browser.press(ENTER)
    assert browser.run("return document.activeElement === $(arguments[0]);", focus)


def test_of_another_question_no_line_says_numbers_of_the_one_before(browser: Browser) -> None:
    browser.open(gd.explain(graph(WAYS), "a", "z"), "#node=d")
    browser.run("$('g.node[aria-label^=\"d,\"]').focus();")
    assert browser.text("#pointed").startswith("d, ")
    browser.run("$('#details .acts button').focus();")
    browser.press(ENTER)
    assert browser.text("#pointed") == ""


def test_names_are_found_in_the_order_of_what_passes_them_but_first_one_that_is_it(browser: Browser) -> None:
    ways = [("a", name, weight) for name, weight in (("lib", 1), ("lib-a", 2), ("x-lib", 5), ("lib-b", 3))]
    browser.open(gd.explain(graph([*ways, *((name, "z", 1) for _, name, _ in ways)]), "a", "z"))
    browser.click("#search")
    browser.press(*"li")
    assert browser.texts("#near button") == ["x-lib", "lib-b", "lib-a", "lib"]
    browser.press("b")
    assert browser.texts("#near button") == ["lib", "x-lib", "lib-b", "lib-a"]
    browser.press("-", ENTER)
    assert browser.text(CHOSEN) == "lib-b"


def test_what_runs_through_the_drawn_nodes_alone_is_said_and_what_passes_others(browser: Browser) -> None:
    made = [("a", f"m{n:02}", 40 - n) for n in range(30)] + [(f"m{n:02}", "z", 1) for n in range(30)]
    total, alone = sum(range(11, 41)), sum(range(33, 41))
    browser.open(gd.explain(graph(made), "a", "z"), "#n=10")
    said = f"Draws 10 of 32 nodes: {alone / total:.1%} of the answer runs through these alone; ".replace("%", " %")
    rest = f"{1 - alone / total:.1%} passes some of the other 22, added up in dashed edges.".replace("%", " %")
    assert browser.text("#shows") == said + rest
    one_more = [edge for n in range(39) for edge in (("a", f"m{n:02}", 1), (f"m{n:02}", "z", 1))]
    browser.open(gd.explain(graph(one_more), "a", "z"))  # than are usually drawn
    assert browser.text("#shows") == "Shows all 41 nodes between the ends: 100 % of the answer."
    both = [("a", "b", 1), ("b", "z", -90), *made]
    browser.open(gd.explain(graph(both), "a", "z"), "#n=10")
    assert f"{sum(range(34, 41)) - 90} of the total {total - 90} runs through these alone; " in browser.text("#shows")


SAID = [
    ((graph([("a", "b", 1)]), "b", "b"), "1 node is a start and an end itself: the answer passes no edge."),
    (
        (graph([("a", "b", 0)]), "b", "a"),
        "The total is 0: no path from b to a, but one the other way: are the ends swapped?",
    ),
    ((graph([("", "c", 2)]), "", "c"), "Shows all 2 nodes between the ends: 100 % of the answer."),
]


@pytest.mark.parametrize(("asked", "said"), SAID)
def test_what_is_shown_does_not_gainsay_the_answer(browser: Browser, asked: Any, said: str) -> None:
    browser.open(gd.explain(*asked))
    assert browser.text("#shows") == said
    assert not browser.text("#question").startswith(" ")


def test_tables_are_sorted_and_filtered(browser: Browser, openssh: bytes) -> None:
    browser.open(openssh)
    names = browser.texts("#nodes tbody th")
    browser.click("#nodes thead th:first-child button")
    assert browser.texts("#nodes tbody th") == sorted(names)
    assert browser.run("return $('#nodes th[aria-sort]').getAttribute('aria-sort');") == "ascending"
    browser.click("#nodes thead th:first-child button")
    assert browser.texts("#nodes tbody th") == sorted(names, reverse=True)
    browser.click("#nodes thead th:nth-child(2) button")
    shares = [float(text.removesuffix(" %")) for text in browser.texts("#nodes tbody td:nth-child(2)")]
    assert shares == sorted(shares, reverse=True) != sorted(shares)
    browser.click("#nodes-filter")
    browser.press(*"lzma")
    assert browser.texts("#nodes tbody th") == ["liblzma5"]


def test_a_question_in_the_address_is_asked_and_the_way_back_stands_on_top(browser: Browser) -> None:
    browser.open(gd.explain(graph(WAYS), "a", "z"), "#why=b,f")
    total = listed(WAYS, "b", "f")
    assert [float(each["total"]) for each in sums(browser)] == [total] == [21]
    assert browser.texts("#crumbs li")[-1] == "b → f"
    browser.run("$('g.node[data-node]').dispatchEvent(new MouseEvent('click', { bubbles: true }));")
    browser.click("#crumbs button")
    assert (browser.text("#crumbs"), float(sums(browser)[0]["total"])) == ("", -74)
    browser.driver.back()
    assert float(sums(browser)[0]["total"]) == 21
    browser.driver.forward()
    assert float(sums(browser)[0]["total"]) == -74


def test_a_question_about_a_node_is_asked_by_a_button(browser: Browser) -> None:
    browser.open(gd.explain(graph(WAYS), "a", "z"), "#node=d")
    browser.run("$$('#details .acts button').find((each) => each.textContent === 'Ask: from a to it').click();")
    assert float(sums(browser)[0]["total"]) == listed(WAYS, "a", "d") == 13
    assert "why=,d" in browser.run("return location.hash;")
    browser.open(gd.explain(graph(WAYS), "a", "z"), "#why=z,a")
    assert sums(browser) == []
    browser.open(gd.explain(graph(WAYS), "a", "z"), "#why=,d")
    assert browser.texts("#crumbs li")[-1] == "a → d"
    browser.open(gd.explain(graph(WAYS), "a", "z"), "#why=no,body&n=%&node=%zz&path=99&edge=,&mode=x&by=y")
    assert browser.run("return $('#graph').hidden;") is False


def test_a_comparison_shows_before_after_and_both(browser: Browser) -> None:
    browser.open(gd.compare(graph(WAYS), graph(WAYS_AFTER), "a", "z"))
    before, after = listed(WAYS, "a", "z"), listed(WAYS_AFTER, "a", "z")
    assert (before, after) == (-74, -119)
    assert [(each["when"], float(each["total"])) for each in sums(browser)] == [("Before", before), ("After", after)]
    assert {*browser.texts("#links tbody tr td:nth-child(2)")} == {"kept", "added", "removed", "changed"}
    column = browser.texts("#links thead th").index("did to the total") + 1
    moved = [text.replace("−", "-") for text in browser.texts(f"#links tbody tr td:nth-child({column})")]
    assert sum(float(text or 0) for text in moved) == after - before
    assert len(browser.texts(".links .added")) == 1
    assert len(browser.texts(".links .removed")) == 2
    for mode, total, n_links in (("before", before, len(WAYS)), ("after", after, len(WAYS_AFTER))):
        browser.click(f"#modes input[value={mode}]")
        assert [float(each["total"]) for each in sums(browser)] == [total]
        assert len(browser.texts(".links path.link")) == n_links
        assert f"mode={mode}" in browser.run("return location.hash;")
        assert browser.run("return $('#modes :checked').value;") == mode


def grouped() -> nx.DiGraph:
    made = graph(
        [("a", f"m{tail}", 1 + tail) for tail in range(6)]
        + [(f"m{tail}", f"k{tail % 4}", -1) for tail in range(6)]
        + [(f"k{tail}", "z", 2) for tail in range(4)]
    )
    nx.set_node_attributes(made, {name: {"m": "first", "k": "second"}.get(name[0], "ends") for name in made}, "module")
    return made


def test_nodes_are_put_together_and_apart_and_the_total_stays(browser: Browser) -> None:
    browser.open(gd.annotate(grouped(), "a", "z"))
    total = float(sums(browser)[0]["sum"])
    assert total == -42 == sum(-2 * (1 + tail) for tail in range(6))
    n_drawn = [len(browser.texts("g.node"))]
    browser.run("$('#by').value = 'module'; $('#by').dispatchEvent(new Event('change'));")
    for _ in range(3):
        assert float(sums(browser)[0]["sum"]) == pytest.approx(total, rel=1e-12)
        n_drawn.append(len(browser.texts("g.node")))
        if browser.texts("g.node.merged"):
            browser.run("$('g.node.merged').dispatchEvent(new MouseEvent('click', { bubbles: true }));")
            browser.run("$$('#details button').find((each) => each.textContent === 'Open this group').click();")
    assert n_drawn in ([12, 4, 7, 12], [12, 4, 9, 12])
    browser.click("#together")
    assert len(browser.texts("g.node")) == 4


def test_groups_of_the_library_are_closed_at_first_and_open_and_close_by_keyboard(browser: Browser) -> None:
    browser.open(gd.group(grouped(), "module", source="a", target="z"))
    labels = "return $$('g.node').map((each) => each.getAttribute('aria-label'));"
    assert [text.split(" ·")[0] for text in browser.run(labels) if "group" in text] == [
        "first, group of 6 nodes",
        "second, group of 4 nodes",
    ]
    browser.run("$('g.node[aria-label^=second]').focus();")
    browser.press("\ue007")
    assert browser.run("return document.activeElement.getAttribute('aria-label')[0];") == "k"
    assert (len(browser.texts("g.node")), browser.run("return location.hash;")) == (7, "#apart=second")
    assert float(sums(browser)[0]["sum"]) == float(sums(browser)[0]["total"]) == -42
    browser.press("\ue007")
    browser.run("$$('#details button').find((each) => each.textContent === 'Close this group').click();")
    assert browser.run("return document.activeElement.getAttribute('aria-label');").startswith("second, group of 4")
    assert len(browser.texts("g.node")) == 4
    browser.open(gd.group(grouped(), "module", weight=None), "#apart=first,second")
    assert (len(browser.texts("g.node")), sums(browser)) == (11, [])  # both ends are a group


def test_what_a_dashed_edge_passes_is_drawn_where_it_is_wanted(browser: Browser) -> None:
    made = graph([("a", f"m{n:02}", 40 - n) for n in range(30)] + [(f"m{n:02}", "z", 1) for n in range(30)])
    browser.open(gd.explain(made, "a", "z"), "#n=10")
    assert len(browser.texts("g.node")) == 10
    browser.run(
        "$$('#links tbody tr').find((row) => row.textContent.includes('dashed')).querySelector('button').click();"
    )
    browser.run("$$('#details button').find((each) => /^Draw \\d/.test(each.textContent)).click();")
    assert len(browser.texts("g.node")) == 15
    assert float(sums(browser)[0]["sum"]) == sum(range(11, 41))
    browser.click("#all")
    assert len(browser.texts("g.node")) == 32
    assert browser.texts(".links .dashed") == []


def test_a_function_of_a_profile_has_its_callers_and_its_callees(browser: Browser) -> None:
    browser.open(gd.read(DATA / "site.callgrind"))
    browser.click("g.node[aria-label^='render,'] .name")
    assert browser.text(CHOSEN) == "render"
    assert {"export", "view", "parse", "format"} <= {*browser.texts("#details button")}


def test_a_comparison_of_profiles_has_the_costs_of_both(browser: Browser) -> None:
    browser.open(gd.compare(gd.read(DATA / "site.callgrind"), gd.read(DATA / "site-after.callgrind")))
    nodes = {node["id"]: node for node in json.loads(browser.run("return $('#record').textContent;"))["part"]["nodes"]}
    for mode in ("before", "after"):
        browser.click(f"#modes input[value={mode}]")
        for name in ("render", "escape"):
            label = browser.run(f"return $('g.node[aria-label^=\"{name},\"]').getAttribute('aria-label');")
            assert f"inclusive {nodes[name][f'inclusive_{mode}']:,}" in label
    browser.click("#modes input[value=both]")
    assert browser.texts("#account thead th") == ["name", "cost before", "cost after", "did"]
    browser.click("#account tbody tr:first-child button")
    assert {"export calls render 5 times, not 10", "−2,640,120", "−3,600,120"} <= {
        *browser.texts("#details dt, #details dd")
    }
    assert browser.texts("#details dt").count("cost before") == 1
    browser.click("#modes input[value=after]")
    assert browser.texts("#details dt, #details dd")[-2:] == ["cost", "2,320,120"]
    browser.click("#modes input[value=both]")
    assert browser.texts("#links thead th") == ["edge", "since before", "cost before", "cost after", "change"]


def test_numbers_at_edges_are_what_they_did_and_headlines_are_words(browser: Browser) -> None:
    before = graph([("a", "m", 2), ("m", "z", 3), ("a", "z", 1), ("b", "z", 1)])
    after = graph([("a", "m", 2), ("m", "z", 5), ("a", "z", 1)])
    browser.open(gd.compare(before, after, "a", "z"))
    assert browser.texts("svg .label") == ["+4"]
    assert "what each did to the total" in browser.text("#legend")
    browser.open(gd.compare(before, after), "#why=b,z")
    assert browser.text("#question") == "No path leads from b to z any more; total 1 → 0"
    browser.open(gd.compare(before, after), "#why=b,z&mode=after")
    assert browser.text("#question") == "No path leads from b to z after; total 0"
    browser.open(gd.compare(before, after), "#why=b,b")
    assert browser.text("#question") == "b leads to b by 1 path; total 1 → 1"
    browser.open(gd.compare(after, before), "#why=b,z")
    assert browser.text("#question").endswith("by 1 path, before by none; total 0 → 1")
    browser.open(gd.compare(before, after, ["a", "b"], "z"), "#why=,m")
    assert browser.text("#question").startswith("a leads to m")
    browser.open(gd.compare(before, after, ["a", "b"], "z"), "#why=,z")
    assert browser.text("#question") == "a and b lead to z; total 8 → 11"


def test_the_graph_is_made_larger_and_smaller(browser: Browser, openssh: bytes) -> None:
    browser.open(openssh)
    width = "return $('#frame > svg').getBoundingClientRect().width;"
    first = browser.run(width)
    browser.click("#larger")
    assert browser.run(width) == pytest.approx(1.25 * first, rel=1e-3)
    browser.click("#smaller")
    assert browser.run(width) == pytest.approx(first, rel=1e-3)
    wheel = (
        "$('#frame').dispatchEvent(new WheelEvent('wheel', { deltaY: -300, ctrlKey: arguments[0], cancelable: true }));"
    )
    browser.run(wheel, False)
    assert browser.run(width) == pytest.approx(first, rel=1e-3)
    browser.run(wheel, True)
    assert browser.run(width) > 2 * first
    browser.click("#fit")
    assert browser.run("return $('#frame > svg').getBoundingClientRect().width <= $('#frame').clientWidth;")


def test_a_page_is_printed(browser: Browser, openssh: bytes) -> None:
    browser.open(openssh)
    pdf = base64.b64decode(browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})["data"])
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 1
    assert len(pdf) > 20_000


def test_a_page_of_nothing_says_so(browser: Browser) -> None:
    browser.open(gd.explain(graph([("a", "b", 1), ("c", "d", 1)]), "a", "d"))
    assert "no path" in browser.text("#shows").lower()
    assert (browser.texts(".links path.link"), sums(browser)) == ([], [])
    browser.open(page(None, ["There is nothing to draw."]))
    assert browser.text("#report") == "There is nothing to draw."


def test_a_click_anywhere_in_a_row_chooses_it(browser: Browser) -> None:
    browser.open(gd.explain(graph([("a", "b", 2), ("b", "c", 3), ("a", "c", 1)]), "a", "c"))
    browser.click("#nodes tbody tr td:last-child")
    assert browser.text(CHOSEN) == browser.text("#nodes tbody tr th")
