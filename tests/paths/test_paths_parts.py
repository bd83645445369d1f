"""Paths as values and as texts: what they say, how they are shortened, which of several edges they take."""

from __future__ import annotations

import pickle
from fractions import Fraction
from typing import Any

import networkx as nx
import pytest
from graphs import diamonds, weighted

import graphdiff as gd
from graphdiff.errors import CycleError
from graphdiff.paths.paths import Path, Paths, path_record, path_text, path_texts, which_edges

SHORT = Path(("a", "b", "c"), (("a", "b"), ("b", "c")), 0.5)
LONG = Path(tuple(range(60)), tuple((n, n + 1) for n in range(59)), 1)


def made(*edges: Any, influence: Any = 1) -> Path:
    return Path((edges[0][0], *(edge[1] for edge in edges)), edges, influence)


def test_a_path_is_told_whole_and_shown_in_short() -> None:
    assert str(SHORT) == "a -> b -> c  (0.5)"
    assert repr(SHORT) == "<Path: a -> b -> c  (0.5)>"
    assert str(LONG) == " -> ".join(map(str, range(60))) + "  (1)"
    assert repr(LONG).startswith("<Path: 0 -> 1 -> ")
    assert repr(LONG).endswith(" -> 58 -> 59  (1)>")
    assert " more … -> " in repr(LONG)
    merged = Path((frozenset({"x"}), "c"), (("x", "c"),), 2)
    assert str(merged).endswith(" -> c  (2)")
    assert SHORT.length == 2


def test_a_path_is_plain_values() -> None:
    plain = {"nodes": ["a", "b", "c"], "edges": [["a", "b"], ["b", "c"]], "influence": 0.5}
    assert SHORT.to_dict() == plain
    steps = [{"source": "a", "target": "b"}, {"source": "b", "target": "c"}]
    assert path_record(SHORT) == {**plain, "steps": steps}
    graph = nx.DiGraph([("a", "b", {"kind": "dev"}), ("b", "c", {})])
    assert path_record(SHORT, graph)["steps"][0] == {"source": "a", "target": "b", "kind": "dev"}
    (found,) = gd.iter_paths(weighted([("a", "b", Fraction(1, 3))]), "a", "b")
    assert found.to_dict() == {"nodes": ["a", "b"], "edges": [["a", "b"]], "influence": "1/3"}
    assert pickle.loads(pickle.dumps(found)) == found == Path(("a", "b"), (("a", "b"),), Fraction(1, 3))
    assert found.length == 1


def test_a_path_has_no_other_attributes() -> None:
    (found,) = gd.iter_paths(weighted([("a", "b", 2)]), "a", "b")
    with pytest.raises(AttributeError, match=r"^'Path' object has no attribute 'weight'$"):
        _ = found.weight  # type: ignore[attr-defined]
    assert (found.edges, found.nodes) == ((("a", "b"),), ("a", "b"))


def test_lists_of_paths_show_themselves() -> None:
    paths = Paths([SHORT, made(("a", "c"), influence=2)])
    assert repr(paths) == str(paths) == "a -> b -> c  (0.5)\na -> c  (2)"
    assert repr(Paths()) == "no path"
    assert paths.to_dict() == [path.to_dict() for path in paths]
    assert isinstance(paths[:1], Paths)
    assert (paths[0], list(paths[1:]), type(paths[1])) == (SHORT, [paths[1]], Path)
    frame = paths.to_pandas()
    assert frame["length"].tolist() == [2, 1]
    assert frame["influence"].tolist() == [0.5, 2]
    assert list(frame.columns) == ["nodes", "edges", "influence", "length"]
    page = paths._repr_html_()
    assert "a -&gt; b -&gt; c" in page
    assert "2 paths" in page
    assert page.index("path<") < page.index("influence<")


def test_of_many_paths_the_first_are_shown_and_the_others_counted() -> None:
    from graphdiff.paths.paths import ROWS

    for more, last in ((0, "a -> b -> c  (0.5)"), (1, "… 1 more"), (2345, "… 2,345 more")):
        lines = repr(Paths([SHORT] * (ROWS + more))).splitlines()
        assert lines[-1] == last
        assert len(lines) == ROWS + (more > 0)


def test_long_chains_are_elided_in_lists_too() -> None:
    assert repr(Paths([LONG])).startswith("0 -> 1 -> ")
    assert " more … -> " in repr(Paths([LONG]))
    assert repr(Paths([LONG])).endswith("58 -> 59  (1)")


# -- one line each


def test_a_line_is_as_wide_as_asked() -> None:
    assert path_text(SHORT) == "a > b > c"
    assert path_text(SHORT, short=True) == "… > b > c"
    assert path_text(made(("a", "b")), short=True) == "a > b"
    assert path_text(Path(tuple(range(30)), (), 1), width=30) == "0 > 1 > … 26 more … > 28 > 29"
    assert len(path_text(LONG)) <= 160 < len(" > ".join(map(str, range(60))))


def test_the_source_is_left_out_on_all_lines_but_the_first() -> None:
    assert path_texts([SHORT, SHORT, SHORT], short=True) == ["a > b > c", "… > b > c", "… > b > c"]
    assert path_texts([SHORT, SHORT]) == ["a > b > c", "a > b > c"]
    wide = path_texts([LONG, SHORT], width=40)
    assert wide == [path_text(LONG, width=40), "a > b > c"]
    assert path_texts([]) == []


def test_lines_leave_room_for_the_edges_that_are_taken() -> None:
    nodes = tuple(range(30))
    paths = [Path(nodes, tuple((n, n + 1, key if n == 3 else 0) for n in range(29)), 1) for key in ("left", "right")]
    which = which_edges(paths)
    assert which == ["  (by left)", "  (by right)"]
    for text, path, by in zip(path_texts(paths, width=60), paths, which, strict=True):
        assert text == path_text(path, width=60 - len(by)) + by
        assert len(text) <= 60
    narrow = path_texts(paths, width=5)
    from graphdiff.paths.paths import SHORTEST

    assert narrow == [path_text(path, width=SHORTEST) + by for path, by in zip(paths, which, strict=True)]


def test_only_edges_that_differ_are_named() -> None:
    paths = [made(("a", "b", 0), ("b", "c", key), ("c", "d", other)) for key in "xy" for other in "pq"]
    assert which_edges(paths) == ["  (by x, p)", "  (by x, q)", "  (by y, p)", "  (by y, q)"]
    assert which_edges([*paths[:2], made(("a", "d", 7))]) == ["  (by p)", "  (by q)", ""]
    assert which_edges(paths[:1]) == [""]
    assert which_edges([SHORT, made(("a", "c"))]) == ["", ""]


def test_edges_are_called_by_their_kinds_where_they_have_some() -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key=0, kind="dev")
    graph.add_edge("a", "b", key=1)
    paths = [made(("a", "b", key)) for key in (0, 1)]
    assert which_edges(paths, graph) == ["  (by dev)", "  (by 1)"]
    assert path_texts(paths, graph) == ["a > b  (by dev)", "a > b  (by 1)"]


def test_of_two_nodes_that_count_as_one_the_ends_are_named() -> None:
    merged = frozenset({"x", "y"})
    paths = [Path(("a", merged), (edge,), 1) for edge in (("a", "x", 0), ("a", "y", 0), ("a", "y", 1))]
    assert which_edges(paths) == ["  (by a -> x)", "  (by a -> y 0)", "  (by a -> y 1)"]


def test_names_of_many_edges_are_shortened_to_half_a_line() -> None:
    keys = ["k" * 60 + str(number) for number in range(2)]
    paths = [made(*((n, n + 1, key) for n in range(5))) for key in keys]
    for text in which_edges(paths):
        assert len(text) == len("  (by )") + 80


# -- ends


def test_seeds_of_both_ends_multiply_a_path() -> None:
    graph = weighted([("a", "b", 2), ("b", "c", 3)])
    listed = {path.nodes: path.influence for path in gd.iter_paths(graph, {"a": 5, "b": -1}, {"c": 7, "b": 11})}
    assert listed == {("a", "b"): 110, ("a", "b", "c"): 210, ("b",): -11, ("b", "c"): -21}
    assert {path.influence for path in gd.iter_paths(graph, ["b"], {"b": 4, "c": 1})} == {4, 3}
    assert gd.count_paths(graph, {"a": 5, "b": -1}, {"c": 7, "b": 11}) == 4


def test_counts_from_one_end_and_between_all() -> None:
    graph = nx.MultiDiGraph([("a", "b"), ("a", "b"), ("b", "c"), ("a", "c"), ("z", "c")])
    ahead = gd.count_paths(graph, {"a": 9})
    assert dict(ahead) == {"a": 1, "b": 2, "c": 3, "z": 0}
    assert dict(gd.count_paths(graph, target={"c": 9})) == {"a": 3, "b": 1, "c": 1, "z": 1}
    assert dict(gd.count_paths(graph, ["a", "b"])) == {"a": 1, "b": 3, "c": 4, "z": 0}
    assert gd.count_paths(graph) == 4
    assert gd.count_paths(graph, ["a", "z"], "c") == 4
    assert repr(ahead).startswith("<path counts ")
    assert gd.count_paths(diamonds(300), 0)[900] == 2**300
    loop = nx.DiGraph([("a", "b"), ("b", "a"), ("b", "c"), ("z", "y")])
    assert dict(gd.count_paths(loop, "a", cycles="collapse")) == {"a": 1, "b": 1, "c": 1, "z": 0, "y": 0}
    assert dict(gd.count_paths(loop, target="c", cycles="collapse")) == {"a": 1, "b": 1, "c": 1, "z": 0, "y": 0}
    for ends in ({"source": "a"}, {"target": "c"}, {"source": "a", "target": "c"}):
        with pytest.raises(CycleError, match="a -> b -> a"):
            gd.count_paths(loop, **ends)
        with pytest.raises(CycleError, match="infinitely many"):
            gd.count_paths(loop, **ends, cycles="solve")
    assert dict(gd.count_paths(loop, "z", cycles="solve"))["y"] == 1
    assert dict(gd.count_paths(loop, target="y", cycles="solve"))["z"] == 1


@pytest.mark.parametrize("policy", ["raise", "solve"])
def test_a_cycle_that_leads_to_no_leaf_is_refused_where_every_node_is_counted(policy: Any) -> None:
    graph = nx.DiGraph([("a", "z"), ("a", "x"), ("x", "y"), ("y", "x"), ("r", "q"), ("q", "r"), ("r", "z")])
    graph.add_node("z", leaf=True)
    graph.add_node("a", root=True)
    with pytest.raises(CycleError, match="x -> y -> x"):
        gd.count_paths(graph, "a", cycles=policy)
    with pytest.raises(CycleError, match=r"r -> q -> r|q -> r -> q"):
        gd.count_paths(graph, target="z", cycles=policy)
    assert gd.count_paths(graph, "a", "z", cycles=policy) == 1
