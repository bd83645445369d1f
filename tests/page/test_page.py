"""The page as a file: what it may run, what it holds, and that no name is more than text in it."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hostile import NAMES

import graphdiff as gd
from graphdiff.io.write import render
from graphdiff.page.page import MODULES
from graphdiff.showing import harmless

STATIC = Path(gd.__file__).parent / "page" / "static"
FIGURE = [("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)]


class Elements(HTMLParser):
    """What a browser makes of a page: its elements with their attributes, and the texts of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        self.inside = f"{tag} {self.elements[-1][1].get('type') or ''}".strip()

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        self.texts[self.inside] = self.texts.get(self.inside, "") + data

    @property
    def record(self) -> Any:
        return json.loads(self.texts["script application/json"])


def figure(edges: Any = FIGURE) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(edges)
    return graph


def opened(thing: Any, **options: Any) -> Elements:
    return Elements(render(thing, "html", **options).decode())


def test_the_page_may_run_and_apply_only_what_it_holds() -> None:
    page = opened(gd.explain(figure(), "b", "e"))
    (policy,) = (each["content"] for _, each in page.elements if each.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    for name, text in (("script", page.texts["script module"]), ("style", page.texts["style"])):
        digest = b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert re.findall(rf"{name}-src ([^;]*)", policy) == [f"'sha256-{digest}'"]


END = "</title><b>&amp;</b>"


def test_what_is_in_a_file_is_no_markup_and_no_place_of_the_page() -> None:
    assert len({*NAMES}) == 634
    edges = [("a", name, 1) for name in NAMES] + [(name, END, 1) for name in NAMES]
    page = opened(gd.explain(figure(edges), "a", END))
    plain = opened(gd.explain(figure(), "b", "e"))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    assert page.texts["script module"] == plain.texts["script module"]
    assert {node["id"] for node in page.record["part"]["nodes"]} == {"a", END, *map(harmless, NAMES)}
    assert f"a leads to {END} by " in page.texts["title"]
    assert not re.search("[\u202a-\u202e\x00-\x09]", page.texts["title"] + "".join(page.record["answer"]))


def test_the_page_without_its_record_is_small_and_asks_for_nothing() -> None:
    text = render(figure(), "html").decode()
    static = re.sub(r'(id="record">).*?</script>', r"\1</script>", text)
    assert len(static.encode()) <= 400_000
    for tag, attributes in Elements(text).elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src", "href", "action")]
        assert tag not in ("img", "iframe", "object", "base")
    assert not re.search(
        r"https?://(?!www\.w3\.org/2000/svg)|@import|url\((?!#)|\beval\(|innerHTML|insertAdjacentHTML", static
    )


@pytest.mark.parametrize("module", MODULES)
def test_a_module_can_be_put_into_one_script(module: str) -> None:
    text = (STATIC / f"{module}.js").read_bytes().decode()
    assert "\r" not in text
    assert not re.search("</script|<!--|<script", text, re.IGNORECASE)
    for line in re.findall(r"^[ \t]*import\b.*", text, re.MULTILINE):
        name = re.fullmatch(r'import \{[^}]*\} from "\./(\w+)\.js";', line)
        assert name is not None
        assert MODULES.index(name[1]) < MODULES.index(module)
    assert "export" not in re.sub(r"^export (?=(async )?(function|const|class)\b)", "", text, flags=re.MULTILINE)


def test_no_two_modules_have_one_name() -> None:
    names = [
        name
        for module in MODULES
        for name in re.findall(
            r"^(?:export )?(?:async )?(?:function\*?|const|let|class) (\w+)",
            (STATIC / f"{module}.js").read_text("utf-8"),
            re.M,
        )
    ]
    assert len(names) == len({*names})


def test_every_module_is_in_the_page() -> None:
    assert {path.stem for path in STATIC.glob("*.js")} == {*MODULES}


def test_a_graph_that_nothing_is_asked_of_is_not_cut() -> None:
    graph = nx.path_graph(2001, create_using=nx.DiGraph)
    with pytest.raises(gd.errors.LimitError, match=r"2,001 nodes, and a page holds 2,000: .*; max_nodes= allows more"):
        render(graph, "html")
    assert len(opened(graph, max_nodes=2001).record["part"]["nodes"]) == 2001
    dense = nx.gnm_random_graph(150, 2000, seed=1, directed=True)
    with pytest.raises(gd.errors.LimitError, match="2,000 edges, and a page holds 1,500"):
        render(dense, "html", max_nodes=150)


def test_results_without_a_graph_are_no_page() -> None:
    with pytest.raises(gd.errors.UsageError, match="html holds graphs, not Diagnosis"):
        render(gd.diagnose(figure()), "html")
    with pytest.raises(gd.errors.GraphTypeError, match="cannot write an undirected graph as html"):
        render(nx.Graph([("a", "b")]), "html")


def test_a_result_brings_its_report() -> None:
    answer = gd.explain(figure(), "b", "e")
    record = opened(answer).record
    assert record["answer"] == str(answer).split("\n")
    assert record["report"] == json.loads(render(answer, "json"))
    assert (
        record["title"]
        == record["part"]["words"]["total"]
        == "b leads to e by 2 paths; total influence of b on e along the arrows: 5"
    )
    assert (record["graphdiff"], record["kind"]) == (1, "page")


def test_versions_are_called_by_who_holds_them_back() -> None:
    lock = nx.DiGraph(edge_meaning="depends on", ecosystem="npm")
    for node, version in (("ms@2.1.3", "2.1.3"), ("ms@1.0.0", "1.0.0")):
        lock.add_node(node, name="ms", version=version)
    lock.add_edge("app", "ms@2.1.3", clause="^2.0.0")
    lock.add_edge("app", "ms@1.0.0", clause="~1.0.0")
    record = opened(gd.explain_versions(lock, "ms")).record
    assert record["title"] == "ms: 2 versions, 2.1.3 by 1 path, 1.0.0 held back by app (~1.0.0)"
    assert record["beside"] == ["ms@1.0.0 is held back by app (~1.0.0)."]
    assert record["part"]["notes"] == ["the total counts paths: each edge counts 1"]


def test_an_end_on_a_cycle_is_called_by_all_that_count_as_it() -> None:
    cycle = nx.DiGraph([("a", "c"), ("c", "d"), ("d", "c"), ("a", "d")])
    record = opened(gd.explain(cycle, "a", "c", weight=None, cycles="collapse")).record
    assert [node.get("title") for node in record["part"]["nodes"]] == [None, "c + d"]
    assert record["beside"][-1] == "One cycle counts as one node: c + d (on the way)."


def test_how_sure_an_answer_is_stands_beside_it() -> None:
    answer = gd.explain(figure(), "b", "e")
    beside = opened(answer).record["beside"]
    assert beside == ["2 paths, as concentrated as 2 equal paths."]
    floats = gd.explain(figure([("b", "c", 0.1), ("c", "e", 0.3), ("b", "d", 0.3), ("d", "e", -0.1)]), "b", "e")
    known = floats.certificate
    assert known is not None
    assert known.digits == 0
    assert any(line.startswith("! ") and "cancel" in line for line in floats.beside())
    doubtful = gd.uncertainty(figure(), "b", "e", sd=dict.fromkeys(figure().edges, 5.0))
    assert doubtful.beside()[-1] == "! The 95 % interval holds 0: not even the sign of the total is certain."
    sure = gd.uncertainty(figure(), "b", "e", sd=dict.fromkeys(figure().edges, 0.01))
    assert len(sure.beside()) == 1


def test_a_page_of_a_ranking_says_what_is_ranked_and_has_its_columns_first() -> None:
    ranking = gd.rank(figure(), target="e", weightings=[gd.compile(figure()), gd.compile(figure(), weight=None)])
    record = opened(ranking).record
    assert record["title"] == f"{ranking.title()}: b first"
    assert record["part"]["ranked"] == ["place", *ranking.weights, "reach", "exclusive"]
    rows = {row[1]: row for row in ranking.records()}
    for node in record["part"]["nodes"]:
        if node["id"] in rows:
            place, _, *numbers = rows[node["id"]]
            assert [node[name] for name in record["part"]["ranked"]] == [place, *numbers]
    by = gd.rank(figure(), by="exclusive")
    assert opened(by).record["title"].startswith(f"{by.title()}, by exclusive")
    grouped = gd.rank(figure(), target="e", group=lambda node: node < "d")
    assert "ranked" not in opened(grouped).record["part"]
    assert opened(grouped).record["beside"][0].startswith("! Places, and numbers of whole groups, are in the report")


def test_a_page_of_a_graph_alone_says_how_large_it_is() -> None:
    record = opened([("a", "b", 2), ("b", "c", 1)]).record
    assert (record["title"], record["answer"], record["report"]) == ("3 nodes, 2 edges", [], None)
    assert opened(gd.compile(figure())).record["title"] == "4 nodes, 4 edges"
    groups = opened(gd.group(figure(), lambda node: node < "d")).record
    assert (groups["title"], groups["part"]["words"]["total"]) == ("4 nodes, 4 edges", "")


def test_a_large_report_leaves_its_lists_to_the_part() -> None:
    record = opened(gd.explain(figure([(n, n + k, 1) for n in range(600) for k in (1, 2)]), 0, 600)).record
    assert record["report"]["left_out"] == ["nodes", "edges"]
    assert not record["report"]["result"].keys() & {"nodes", "edges"}
    assert record["report"]["result"]["strongest"][0]["nodes"]
    assert len(record["part"]["nodes"]) == 601


def test_a_merged_component_of_a_ranking_has_its_place_and_sets() -> None:
    graph = nx.DiGraph([("r", "a"), ("a", "b"), ("b", "a"), ("b", "t"), ("r", "t")], edge_meaning="depends on")
    ranking = gd.rank(graph, source="r", weight=gd.weights.even, cycles="collapse")
    (row,) = (row for row in ranking.rows() if row[1] == {"a", "b"})
    (node,) = (node for node in opened(ranking).record["part"]["nodes"] if "members" in node)
    assert node["members"] == ["a", "b"]
    assert [node[name] for name in ("place", "reach", "exclusive")] == [row[0], *row[3:]]


ZEROS = {
    "no path leads there": [("b", "c", 1.0), ("d", "e", 1.0)],
    "no path from b to e, but one the other way: are the ends swapped?": [("e", "b", 1.0)],
    "every path has an edge of weight 0, as b -> e (the only one on the way)": [("b", "e", 0.0)],
    "the products of the weights are too small for a float (underflow); exact=True (--exact) keeps them": [
        ("b", "c", 1e-200), ("c", "e", 1e-200),
    ],
    "paths cancel: +3 and -3": [("b", "c", 3.0), ("b", "d", 3.0), ("c", "e", 1.0), ("d", "e", -1.0)],
}  # fmt: skip


@pytest.mark.parametrize("edges", ZEROS.values(), ids=ZEROS.keys())
def test_which_zero_a_total_is_stands_in_the_part(edges: Any, request: pytest.FixtureRequest) -> None:
    answer = gd.explain(figure(edges), "b", "e")
    assert opened(answer).record["part"]["zero"] == answer.zero == request.node.callspec.id


def test_a_total_that_is_not_0_is_no_zero() -> None:
    assert "zero" not in opened(gd.explain(figure(), "b", "e")).record["part"]
