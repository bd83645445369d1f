"""The ranking: sums over paths listed one by one, sets by networkx and by removal, places by counting."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from graphs import Node, dags, path_sum, weighted
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import CycleError, UnknownNodeError, UsageError

OPENSSH = Path(__file__).parents[2] / "data" / "openssh-server.Packages"


# ------------------------------------------------------------------------------------------------- oracles


def row_of(graph: nx.DiGraph, node: Node, starts: set[Node], ends: tuple[Any, Any], sizes: dict[Node, int]) -> Any:
    """Return influence, reach, exclusive and both sums of sizes of one node; None where no path leads to it."""
    target = ends[1]
    pairs = [(node, target)] if target is not None else [(start, node) for start in starts]
    if not any(nx.has_path(graph, *pair) for pair in pairs):
        return None
    rest = graph.copy()
    rest.remove_node(node)
    left = {end for start in starts - {node} for end in (start, *nx.descendants(rest, start))}
    reach = nx.descendants(graph, node)
    gone = {end for start in starts for end in (start, *nx.descendants(graph, start))} - left - {node}
    influence = sum(path_sum(graph, *pair) if pair[0] != pair[1] else 1 for pair in pairs)
    return influence, len(reach), len(gone), sum(sizes[n] for n in reach), sum(sizes[n] for n in {node, *gone})


def brute_force(graph: nx.DiGraph, ends: tuple[Any, Any], sizes: dict[Node, int]) -> dict[Node, Any]:
    starts = {ends[0]} if ends[0] is not None else {node for node in graph if not graph.in_degree(node)}
    rows = {node: row_of(graph, node, starts, ends, sizes) for node in graph if node not in ends}
    return {node: row for node, row in rows.items() if row is not None}


@st.composite
def questions(draw: Any) -> tuple[nx.DiGraph, tuple[Any, Any], int]:
    """Draw a graph with sizes of some nodes, an end or none, and the column that gives the order."""
    graph = draw(dags())
    node = draw(st.sampled_from(list(graph)))
    graph.nodes[node]["size"] = 7
    for other in draw(st.lists(st.sampled_from(list(graph)))):
        graph.nodes[other]["size"] = draw(st.integers(-3, 9))
    return graph, draw(st.sampled_from([(None, None), (node, None), (None, node)])), draw(st.integers(0, 4))


COLUMNS = ["weight", "reach", "exclusive", "reach size", "gone size"]


# ------------------------------------------------------------------------------------------------ properties


@given(question=questions(), compiled=st.booleans())
def test_every_row_is_what_brute_force_finds(question: Any, compiled: bool) -> None:
    graph, ends, column = question
    sizes = {node: data.get("size", 0) for node, data in graph.nodes(data=True)}
    given_graphs = {"weightings": [gd.compile(graph)]} if compiled else {}
    ranking = gd.rank(graph, *ends, by=COLUMNS[column], value="size", **given_graphs)
    expected = brute_force(graph, ends, sizes)
    assert ranking.columns == ["place", "node", *COLUMNS]
    assert {node: tuple(numbers) for _, node, *numbers in ranking.rows()} == expected
    order = [abs(numbers[column]) for _, _, *numbers in ranking.rows()]
    assert all(first >= second for first, second in pairwise(order))
    assert ranking.places == [1 + sum(other > own for other in order) for own in order]
    assert ranking.without_value == sum("size" not in data for _, data in graph.nodes(data=True))


@given(question=questions(), top=st.integers(0, 4))
def test_the_first_rows_are_those_of_the_whole(question: Any, top: int) -> None:
    graph, ends, column = question
    options: dict[str, Any] = {"by": COLUMNS[column], "value": "size"}
    whole, first = gd.rank(graph, *ends, **options), gd.rank(graph, *ends, top=top, **options)
    assert list(first.rows()) == list(whole.rows())[:top]
    assert (first.n_ranked, len(first)) == (len(whole), min(top, len(whole)))


@given(graph=dags())
def test_reliance_is_one_unit_from_every_node_spread_evenly(graph: nx.DiGraph) -> None:
    ranking = gd.rank(graph, by="reliance", weight=None, exact=True)
    spread = nx.MultiDiGraph(graph)
    for tail, _, data in spread.edges(data=True):
        data["weight"] = Fraction(1, spread.out_degree(tail))
    reliance = {
        node: sum((path_sum(spread, start, node) for start in graph if start != node), start=Fraction(1))
        for node in graph
    }
    assert {node: value for _, node, value, *_ in ranking.rows()} == reliance
    for node, steps in zip(ranking.nodes, ranking.through, strict=True):
        parts = {
            tail: sum(data["weight"] for data in spread.get_edge_data(tail, node).values()) * reliance[tail]
            for tail in graph.predecessors(node)
        }
        assert {tail: part * reliance[node] for tail, part in steps}.items() <= parts.items()
        assert len(steps) == min(3, len(parts))
        assert [part for _, part in steps] == sorted((p / reliance[node] for p in parts.values()), reverse=True)[:3]


# --------------------------------------------------------------------------------------------------- results


@pytest.fixture
def packages() -> nx.DiGraph:
    graph = nx.DiGraph([("app", "web"), ("web", "html"), ("web", "json"), ("app", "json"), ("html", "bs4")])
    graph.graph.update(edge_meaning="depends on", node_meaning="packages")
    graph.nodes["web"]["size"], graph.nodes["bs4"]["size"] = 20, 5
    return graph


def test_the_report_on_reliance_says_through_whom(packages: nx.DiGraph) -> None:
    packages.add_edges_from([("tool", "html"), ("bs4", "soup"), ("soup", "bs4")])
    ranking = gd.rank(packages, by="reliance", weight=None, cycles="collapse", top=3)
    assert str(ranking.text()).splitlines() == [
        "What all packages rest on",
        "place  node        reliance  reach  exclusive  through",
        "    1  bs4 + soup      4.75      0          0  html 58 %",
        "    2  html            2.75      2          2  tool 36 %, web 27 %",
        "    3  json            2.25      0          0  web 33 %, app 22 %",
        "… 3 more",
        "",
        "reliance: one unit from each of all, spread evenly; through: the last step of most of it.",
        "reach: packages it needs, each counted once;",
        "exclusive: those that go with it, being reached from the roots by it only.",
    ]
    assert ranking.to_dict()["nodes"][2]["through"][1] == {"node": "app", "part": pytest.approx(0.5 / 2.25)}
    assert [row[-1] for row in ranking.sheet()][::3] == ["through", "web 33 %, app 22 %"]
    assert ranking.source is gd.NODES


def test_reliance_has_no_ends_and_an_attribute_may_be_called_so(packages: nx.DiGraph) -> None:
    with pytest.raises(UsageError, match=r"by=.reliance. is what all nodes rest on: leave out source"):
        gd.rank(packages, "app", by="reliance", weight=None)
    with pytest.raises(UsageError, match="leave out target"):
        gd.rank(packages, target="app", by="reliance", weight=None)
    nx.set_edge_attributes(packages, 2, "reliance")
    assert gd.rank(packages, "app", by="reliance", weight="reliance").through == []


def test_weightings_stand_side_by_side(packages: nx.DiGraph) -> None:
    both = [gd.compile(packages, weight=weight) for weight in (gd.weights.unit, gd.weights.even)]
    ranking = gd.rank(packages, "app", by="even", weightings=both)
    assert ranking.weights == ["unit", "even"]
    assert {node: (unit, even) for _, node, unit, even, *_ in ranking.rows()} == {
        node: (gd.forward(both[0], "app")[node], gd.forward(both[1], "app")[node])
        for node in ("web", "html", "json", "bs4")
    }
    assert ranking.nodes == ["json", "web", "html", "bs4"]
    assert ranking.places == [1, 2, 3, 3]


def test_a_column_goes_by_its_old_name_for_a_version(packages: nx.DiGraph) -> None:
    with pytest.warns(DeprecationWarning, match="write by='gone size'") as caught:
        old = gd.rank(packages, by="exclusive size", value="size", weight=None)
    assert caught[0].filename == __file__
    assert (old.nodes, old.by) == (gd.rank(packages, by="gone size", value="size", weight=None).nodes, "gone size")


def test_what_rank_says_would_go_is_what_the_cost_says() -> None:
    graph = gd.read(Path(__file__).parents[2] / "tests/data/bundles/esbuild.meta.json")
    ranking = gd.rank(graph, by="gone size", value="size", weight=None)
    sizes = dict(zip(ranking.nodes, ranking.sizes["gone size"].tolist(), strict=True))
    assert sizes == {node: gd.cost_of(graph, node).size or 0 for node in sizes}  # fs has none
    assert ranking.nodes[1] == "node_modules/debug/src/browser.js"


def test_an_attribute_called_as_a_preset_keeps_its_column() -> None:
    graph = nx.DiGraph([("a", "b", {"even": 5}), ("a", "c", {"even": 7})])
    ranking = gd.rank(graph, weightings=[gd.compile(graph, weight=weight) for weight in ("even", gd.weights.even)])
    assert ranking.to_dict()["nodes"][0]["values"] == {"even": 7, "even (2)": 0.5}
    assert ranking.weights == ["even", "even (2)"]


def test_the_report_is_what_the_verb_prints(packages: nx.DiGraph) -> None:
    assert repr(gd.rank(packages, "app", value="size", top=2, weight=None)).splitlines() == [
        "What app rests on",
        "place  node  unit  reach  exclusive  reach size  gone size",
        "    1  json     2      0          0           0          0",
        "    2  web      1      3          2           5         25",
        "… 2 more",
        "",
        "reach: packages it needs, each counted once;",
        "exclusive: those that go with it, being reached from app by it only.",
        "reach size: of those that it reaches; gone size: of those that go with it, and its own.",
        "! 3 of 5 packages have no size and count as 0.",
    ]
    assert gd.rank(packages, weight=None).title() == "Packages by what reaches them from the roots"
    assert gd.rank(packages, target="bs4", weight=None).title() == "Who rests on bs4"


def test_a_report_has_twenty_rows_and_says_how_many_more_there_are() -> None:
    graph = nx.DiGraph(("a", number) for number in range(23))
    lines = gd.rank(graph, "a", weight=None).text(how=": top=23").splitlines()
    assert (len(lines), lines[22]) == (26, "… 3 more: top=23")


def test_plain_values_hold_what_the_table_says(packages: nx.DiGraph) -> None:
    ranking = gd.rank(packages, target="bs4", by="exclusive", weight=None)
    document = ranking.to_dict()
    assert document == json.loads(json.dumps(document))
    assert (document["source"], document["target"], document["by"]) == (None, "bs4", "exclusive")
    assert document["nodes"][0] == {"place": 1, "node": "app", "values": {"unit": 1}, "reach": 4, "exclusive": 4}
    frame = ranking.to_pandas()
    assert list(frame.columns) == ["place", "unit", "reach", "exclusive"]
    assert frame["exclusive"].to_dict() == {"app": 4, "web": 2, "html": 1}
    assert "<td>web</td>" in ranking._repr_html_()


def test_names_that_are_one_text_stay_apart() -> None:
    graph = nx.DiGraph([("a", 1), ("a", "1")])
    assert {row["node"] for row in gd.rank(graph, "a", weight=None).to_dict()["nodes"]} == {"1", "1 (int)"}


def test_a_merged_component_is_one_row() -> None:
    graph = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")])
    ranking = gd.rank(graph, "a", weight=None, cycles="collapse")
    assert dict(zip(ranking.nodes, ranking.influences, strict=True)) == {frozenset("bc"): [1], "d": [1]}
    assert ranking.to_dict()["nodes"][0]["node"] == "b + c"


def test_constants_of_a_trace_are_left_out() -> None:
    graph = gd.read("expr:e = (a + 3 * b) * (b + 1)", set={"a": 2, "b": 1})
    assert "3" in map(str, graph) or any(op == "const" for _, op in graph.nodes(data="op"))
    constants = {node for node, op in graph.nodes(data="op") if op == "const"}
    assert constants
    assert not constants & set(gd.rank(graph).nodes)


def test_exact_numbers_stay_exact() -> None:
    graph = weighted([("a", "b", Fraction(1, 3)), ("b", "c", Fraction(1, 2))])
    assert gd.rank(graph, "a").influences == [[Fraction(1, 3)], [Fraction(1, 6)]]


def test_a_graph_of_nothing_has_no_rows() -> None:
    assert len(gd.rank(nx.DiGraph(), weight=None)) == 0
    assert len(gd.rank(nx.DiGraph([("a", "b")]), "b", by="reach", weight=None)) == 0


def test_the_graph_is_not_changed(packages: nx.DiGraph) -> None:
    before = nx.to_dict_of_dicts(packages), dict(packages.nodes(data=True))
    gd.rank(packages, "app", value="size", weight=None)
    assert (nx.to_dict_of_dicts(packages), dict(packages.nodes(data=True))) == before


def test_progress_is_told_while_many_sets_are_sized() -> None:
    told: list[tuple[int, int | None]] = []
    graph = nx.path_graph(100, create_using=nx.DiGraph)
    gd.rank(graph, by="reach", weight=None, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (100, 100)


# --------------------------------------------------------------------------------------------- what is refused


class TestRefused:
    def test_both_ends(self, packages: nx.DiGraph) -> None:
        with pytest.raises(UsageError, match=r"source= or a target=, not both; graphdiff\.explain"):
            gd.rank(packages, "app", "bs4", weight=None)

    def test_a_column_that_is_not_there(self, packages: nx.DiGraph) -> None:
        with pytest.raises(
            UsageError, match='by="even": the columns here are unit, reach, exclusive, reach size, gone size'
        ):
            gd.rank(packages, by="even", value="size", weight=None)

    def test_a_value_that_no_node_has(self, packages: nx.DiGraph) -> None:
        with pytest.raises(UsageError, match=r'value="kind": no node has .* nodes have: size \(2 of 5, numbers\)'):
            gd.rank(packages, value="kind", weight=None)

    def test_a_complex_value_is_none_to_rank_by(self, packages: nx.DiGraph) -> None:
        packages.nodes["app"]["place"] = 1 + 2j
        with pytest.raises(UsageError, match='value="place": no node has a number of this name'):
            gd.rank(packages, value="place", weight=None)
        packages.nodes["web"]["place"] = 3
        assert gd.rank(packages, value="place", weight=None).without_value == len(packages) - 1

    def test_a_value_of_a_graph_without_attributes(self, packages: nx.DiGraph) -> None:
        with pytest.raises(UsageError, match=r'value="size": a CompiledGraph has no attributes of nodes; .*weightings'):
            gd.rank(gd.compile(packages, weight=None), value="size")

    def test_weightings_of_different_graphs(self, packages: nx.DiGraph) -> None:
        other = gd.compile(nx.relabel_nodes(packages, {"bs4": "soup"}), weight=None)
        with pytest.raises(UsageError, match="weightings= are of different graphs"):
            gd.rank(packages, weightings=[gd.compile(packages, weight=None), other])

    def test_weightings_of_another_graph_than_that_beside_them(self, packages: nx.DiGraph) -> None:
        other = gd.compile(nx.relabel_nodes(packages, {"bs4": "soup"}), weight=None)
        with pytest.raises(UsageError, match="weightings= are of another graph"):
            gd.rank(packages, weightings=[other])
        with pytest.raises(UsageError, match="weightings= are of different graphs"):
            gd.rank(gd.compile(packages, weight=None), weightings=[other])

    @pytest.mark.parametrize("top", [-1, 1.5, "3"])
    def test_a_number_of_rows_that_is_none(self, packages: nx.DiGraph, top: Any) -> None:
        with pytest.raises(UsageError, match=r"^top=.*: a number of rows, 0 or more$"):
            gd.rank(packages, weight=None, top=top)

    def test_options_beside_a_compiled_graph(self, packages: nx.DiGraph) -> None:
        graph = gd.compile(packages, weight=None)
        with pytest.raises(TypeError, match=r"give exact to graphdiff\.compile"):
            gd.rank(graph, exact=True)
        with pytest.raises(TypeError, match=r"give weight to graphdiff\.compile"):
            gd.rank(packages, weightings=[graph], weight=None)

    def test_an_end_that_is_no_node(self, packages: nx.DiGraph) -> None:
        with pytest.raises(UnknownNodeError, match="did you mean 'web'"):
            gd.rank(packages, "wed", weight=None)

    def test_a_cycle_on_the_way(self) -> None:
        with pytest.raises(CycleError, match='cycles="collapse" makes it one node'):
            gd.rank(nx.DiGraph([("a", "b"), ("b", "a")]), "a", weight=None)


def test_debian_by_what_goes_with_a_package() -> None:
    """The largest set that one package of openssh-server holds alone, by removal."""
    graph = gd.read(OPENSSH)
    ranking = gd.rank(graph, "openssh-server", by="exclusive", weight=gd.weights.even, cycles="collapse", top=5)
    for node, size in zip(ranking.nodes, ranking.sizes["exclusive"], strict=True):
        members = node if isinstance(node, frozenset) else {node}
        rest = graph.copy()
        rest.remove_nodes_from(members)
        gone = nx.descendants(graph, "openssh-server") - nx.descendants(rest, "openssh-server") - members
        assert len(gone) == size


@pytest.mark.parametrize("by", [None, "reliance"])
def test_a_report_has_a_hundred_columns(by: str | None) -> None:
    graph = nx.DiGraph(edge_meaning="imports", node_meaning="modules")
    names = [f"a.module.{'of.' * 12}some.length.{number}" for number in range(9)]
    graph.add_edges_from(zip(names, names[1:], strict=False))
    graph.add_edges_from((name, names[-1]) for name in names[:4])
    graph.add_edge(names[-1], names[-2])
    lines = gd.rank(graph, by=by, weight=None, cycles="collapse").text().splitlines()
    assert max(map(len, lines)) <= 100
    assert sum(line.startswith("    ") for line in lines) >= 7


# ---------------------------------------------------------------------------------------------------- groups


@given(questions())
def test_a_group_has_the_sum_over_its_members(question: tuple[nx.DiGraph, tuple[Any, Any], int]) -> None:
    graph, (source, target), _ = question
    alone = gd.rank(graph, source, target)
    right: dict[str, list[Any]] = {}
    for node, (number,) in zip(alone.nodes, alone.influences, strict=True):
        known = right.setdefault("even" if len(str(node)) % 2 else "odd", [0, 0])
        right["even" if len(str(node)) % 2 else "odd"] = [known[0] + number, known[1] + 1]
    ranking = gd.rank(graph, source, target, group=lambda node: "even" if len(str(node)) % 2 else "odd")
    sums = zip(ranking.nodes, ranking.influences, ranking.sizes["members"].tolist(), strict=True)
    assert {name: [number, members] for name, (number,), members in sums} == {
        name: pytest.approx(known) for name, known in right.items()
    }
    assert ranking.n_ranked == len(right)


def attribution() -> nx.DiGraph:
    graph = nx.DiGraph(edge_meaning="drives", node_title="title")
    graph.add_node("E_1_0", kind="token", title='token "a"@0', root=True)
    graph.add_node("0_-1_0", kind="error", title="error L0@0")
    for label, supernode in (("0_1_0", "say b"), ("0_2_0", "say b"), ("0_3_0", None)):
        graph.add_node(
            label, kind="feature", title=f"feature {label}", **({"supernode": supernode} if supernode else {})
        )
    graph.add_node("1_2_0", kind="logit", title='logit "b" (p=0.5)', leaf=0.5)
    for label in ("0_1_0", "0_2_0", "0_3_0"):
        graph.add_edge("E_1_0", label, weight=1.0)
        graph.add_edge(label, "1_2_0", weight=float(label[2]))
    graph.add_edge("0_-1_0", "0_3_0", weight=-1.0)
    return graph


def test_supernodes_of_an_attribution_graph() -> None:
    ranking = gd.rank(attribution(), target=gd.LEAVES, group="supernode")
    lines = str(ranking).splitlines()
    assert [*lines[:3], *sorted(lines[3:6]), *lines[6:8]] == [
        "What drives the logits (by probability)",
        "place  node            weight  members",
        '    1  token "a"@0          3        1',
        "    2  (errors)          -1.5        1",
        "    2  (no supernode)     1.5        1",
        "    2  say b              1.5        2",
        "",
        "by supernode: of a group the sum over its members, one unit from each.",
    ]
    assert ranking.to_dict()["nodes"][0] == {"place": 1, "node": "E_1_0", "values": {"weight": 3.0}, "members": 1}
    assert gd.rank(attribution(), group="supernode", by="members").nodes[0] == "say b"
    reached = str(gd.rank(attribution(), gd.ROOTS, group="supernode"))
    assert reached.startswith("Groups by what reaches them from the tokens")
    assert str(gd.rank(attribution(), group="supernode")) == str(ranking)


def test_logits_are_not_ranked_as_what_drives_them() -> None:
    assert "1_2_0" not in gd.rank(attribution(), target=gd.LEAVES).nodes


def test_what_groups_cannot_be_asked() -> None:
    message = r'adds up influences, and value="size" is of single nodes: leave out one'
    with pytest.raises(UsageError, match=message):
        gd.rank(attribution(), group="supernode", value="size")
    with pytest.raises(UsageError, match=r'by="reliance" is of single nodes'):
        gd.rank(attribution(), group="supernode", by="reliance")
    with pytest.raises(UsageError, match=r"no node has the attribute 'supernod' to group by; did you mean 'supernode'"):
        gd.rank(attribution(), group="supernod")
    with pytest.raises(UsageError, match=r"the columns here are weight, members"):
        gd.rank(attribution(), group="supernode", by="reach")
