"""Which nodes a word means: an exact name always, else what the ecosystem of the graph takes for the same."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import graphdiff as gd
from graphdiff.errors import AmbiguousNodeError, UnknownNodeError
from graphdiff.graph import lookup
from graphdiff.graph.lookup import Names, find_node, find_nodes


def packages(ecosystem: str, *names: str) -> nx.DiGraph:
    graph = nx.DiGraph(edge_meaning="depends on", ecosystem=ecosystem)
    graph.add_nodes_from((name, {"name": name.partition("@")[0]}) for name in names)
    return graph


@pytest.mark.parametrize(
    ("ecosystem", "word", "node"),
    [
        ("pypi", "Jinja2", "jinja2"),
        ("pypi", "JINJA2", "jinja2"),
        ("pypi", "typing_extensions", "typing-extensions"),
        ("pypi", "typing.extensions", "typing-extensions"),
        ("pypi", "Flask__SQLAlchemy", "flask-sqlalchemy"),
        ("pypi", "Web[All]", "web[all]"),
        ("nuget", "newtonsoft.json", "Newtonsoft.Json"),
        ("composer", "Symfony/Console", "symfony/console"),
        ("conda", "NumPy", "numpy"),
    ],
)
def test_a_name_is_written_as_its_ecosystem_takes_it(ecosystem: str, word: str, node: str) -> None:
    assert find_nodes(packages(ecosystem, "app", node), word) == [node]


@pytest.mark.parametrize("ecosystem", ["npm", "cargo", "maven", "golang", "gem", ""])
def test_elsewhere_a_name_is_exact(ecosystem: str) -> None:
    for word in ("Left-pad", "left_pad"):
        with pytest.raises(UnknownNodeError, match=f"no node '{word}'; did you mean 'left-pad'"):
            find_nodes(packages(ecosystem, "app", "left-pad"), word)


def test_an_exact_name_wins_always() -> None:
    graph = packages("pypi", "a.b", "a-b", "A_B")
    assert [find_node(graph, word) for word in ("a.b", "a-b", "A_B")] == ["a.b", "a-b", "A_B"]
    with pytest.raises(AmbiguousNodeError, match=r"3 nodes match 'A\.B': 'a\.b', 'a-b', 'A_B'"):
        find_node(graph, "A.B")


def test_versions_and_patterns_are_found_so_too() -> None:
    graph = packages("pypi", "app", "typing-extensions@4.1", "typing-extensions@4.2", "jupyter-server")
    assert find_nodes(graph, "Typing_Extensions") == ["typing-extensions@4.1", "typing-extensions@4.2"]
    assert find_nodes(graph, "Jupyter_*") == ["jupyter-server"]
    assert find_nodes(packages("pypi", "ab", "a[b]"), "A[B]") == ["a[b]"]
    assert find_nodes(graph, "Typing_Extensions@4.2") == ["typing-extensions@4.2"]
    with pytest.raises(UnknownNodeError, match="no node"):
        find_nodes(graph, "")


def test_each_package_of_a_bill_is_of_the_ecosystem_of_its_url() -> None:
    bill = {
        "bomFormat": "CycloneDX",
        "components": [
            {"bom-ref": kind, "name": name, "purl": f"pkg:{kind}/{name}@1"}
            for kind, name in (("npm", "left-pad"), ("pypi", "py-pad"))
        ],
        "dependencies": [{"ref": "npm", "dependsOn": ["pypi"]}],
    }
    graph = gd.read(io.StringIO(json.dumps(bill)))
    assert find_nodes(graph, "Py_Pad") == ["py-pad"]
    with pytest.raises(UnknownNodeError, match="no node 'Left_Pad'"):
        find_nodes(graph, "Left_Pad")


def test_what_is_absent_is_found_so_too() -> None:
    lock = '[[package]]\nname = "a"\nversion = "1"\n[package.dependencies]\nNot_There = "*"\n'
    graph = gd.read(io.StringIO(lock), format="poetry")
    with pytest.raises(UnknownNodeError, match="no node 'Not_There': required by 'a', but not in the file"):
        find_nodes(graph, "Not_There")


@pytest.mark.parametrize("suffix", [".json", ".graphml", ".dot"])
def test_a_graph_that_is_written_says_its_ecosystem_when_it_is_read_again(suffix: str, tmp_path: object) -> None:
    graph = packages("pypi", "app", "jinja2")
    graph.add_edge("app", "jinja2")
    path = f"{tmp_path}/graph{suffix}"
    gd.write(graph, path)
    assert find_nodes(gd.read(path), "Jinja2") == ["jinja2"]


@pytest.mark.parametrize(
    ("word", "node"),
    [
        ("builtins.ord", "<built-in method builtins.ord>"),
        ("ord", "<built-in method builtins.ord>"),
        ("__new__", "<built-in method __new__ of type object at 0x7f3c6e45ea00>"),
        ("isalnum", "<method 'isalnum' of 'str' objects>"),
        ("str.isalnum", "<method 'isalnum' of 'str' objects>"),
        ("T.M", "net/pkg.(*T).M"),
        ("(*T).M", "net/pkg.(*T).M"),
        ("M", "net/pkg.(*T).M"),
        ("pkg.V.W", "net/pkg.V.W"),
        ("push_back", "std::vector<int>::push_back(int, ns::x) const"),
        ("method", "Class.method"),
        ("<listcomp>", "load.<locals>.<listcomp>"),
    ],
)
def test_a_function_is_found_by_the_last_parts_of_its_name(word: str, node: str) -> None:
    functions = (
        "<built-in method builtins.ord>",
        "<built-in method __new__ of type object at 0x7f3c6e45ea00>",
        "<method 'isalnum' of 'str' objects>",
        "net/pkg.(*T).M",
        "net/pkg.V.W",
        "std::vector<int>::push_back(int, ns::x) const",
        "Class.method",
        "load.<locals>.<listcomp>",
    )
    graph = nx.DiGraph(edge_meaning="calls")
    graph.add_nodes_from(functions)
    assert find_node(graph, word) == node
    graph.graph["edge_meaning"] = "imports"
    with pytest.raises(UnknownNodeError, match="no node"):
        find_node(graph, word)


def test_several_functions_of_one_last_part_are_listed_and_an_exact_name_wins() -> None:
    graph = nx.DiGraph(edge_meaning="calls")
    graph.add_nodes_from([("A.run", {}), ("B.run", {}), ("run (a.py)", {"name": "C.go", "file": "a.py"}), ("go", {})])
    with pytest.raises(AmbiguousNodeError, match=r"2 nodes match 'run': 'A\.run', 'B\.run'"):
        find_node(graph, "run")
    assert (find_node(graph, "go"), find_node(graph, "C.go")) == ("go", "run (a.py)")


# -- attribution graphs


def attribution() -> nx.DiGraph:
    """Return a graph of each kind of node, two of which have the text Dallas."""
    graph = nx.DiGraph(edge_meaning="drives", node_title="title")
    of_token = {"kind": "token", "layer": "E", "token": " Dallas", "position": 8, "title": 'token " Dallas"@8'}
    graph.add_node("E_26865_8", **of_token)
    graph.add_node("E_235304_9", kind="token", layer="E", token="\u0120is", position=9, title='token "is"@9')
    of_feature = {"kind": "feature", "layer": 20, "token": " Dallas", "feature": 15589, "clerp": "Texas", "position": 8}
    graph.add_node("20_15589_8", **of_feature, title='feature 20_15589_8 "Texas"')
    graph.add_node("20_15589_9", **of_feature | {"position": 9}, title='feature 20_15589_9 "Texas"')
    graph.add_node("24_-1_9", kind="error", layer=24, token="is", position=9, title="error L24@9")
    of_logit = {"kind": "logit", "layer": 27, "position": 9, "probability": 0.4}
    graph.add_node("27_1_9", **of_logit, token=" Austin", clerp='Output " Austin"', title='logit " Austin" (p=0.4)')
    graph.add_node("27_2_9", **of_logit, token=" Dallas", title='logit " Dallas" (p=0.03)')
    return graph


@pytest.mark.parametrize(
    ("word", "nodes"),
    [
        ("E_26865_8", ["E_26865_8"]),
        ("Dallas", ["E_26865_8", "27_2_9"]),
        (" Dallas", ["E_26865_8", "27_2_9"]),
        ("Dallas@8", ["E_26865_8"]),
        ("token Dallas", ["E_26865_8"]),
        ("logit Dallas", ["27_2_9"]),
        ("logit Dallas@9", ["27_2_9"]),
        ('token " Dallas"@8', ["E_26865_8"]),
        ("is", ["E_235304_9"]),
        ("Austin", ["27_1_9"]),
        ('Output " Austin"', ["27_1_9"]),
        ("Texas", ["20_15589_8", "20_15589_9"]),
        ("Texas@9", ["20_15589_9"]),
        ("20/15589", ["20_15589_8", "20_15589_9"]),
        ("20/15589@8", ["20_15589_8"]),
        ("feature 20/15589@8", ["20_15589_8"]),
        ("20/*@9", ["20_15589_9"]),
        ("logit *", ["27_1_9", "27_2_9"]),
        ("L24", ["24_-1_9"]),
        ("L24@9", ["24_-1_9"]),
        ("error *", ["24_-1_9"]),
        ("E_*", ["E_26865_8", "E_235304_9"]),
    ],
)
def test_nodes_of_an_attribution_graph_are_found_by_what_they_are(word: str, nodes: list[str]) -> None:
    graph = attribution()
    matches = find_nodes(graph, word)
    assert matches == nodes
    assert [node.called for node in matches] == [graph.nodes[node]["title"] for node in nodes]
    assert find_nodes(nx.freeze(graph), word) == nodes


def test_features_are_not_found_by_the_token_below_them() -> None:
    graph = attribution()
    graph.remove_nodes_from(["E_26865_8", "27_2_9"])
    with pytest.raises(UnknownNodeError, match="no node 'Dallas'"):
        find_node(graph, "Dallas")


def test_several_are_listed_with_their_titles_and_near_words_are_meant() -> None:
    graph = attribution()
    several = r"""2 nodes match 'Texas': '20_15589_8' \(feature 20_15589_8 "Texas"\), '20_15589_9' \(feature"""
    with pytest.raises(AmbiguousNodeError, match=several):
        find_node(graph, "Texas")
    with pytest.raises(UnknownNodeError, match="no node 'Autsin'; did you mean 'Austin'"):
        find_node(graph, "Autsin")
    with pytest.raises(UnknownNodeError, match=r"""such as 'E_26865_8' \(token " Dallas"@8\), """):
        find_node(graph, "zzzzzzzzzzzzzzzzzzzzzz")


def test_elsewhere_a_kind_and_a_layer_are_no_names() -> None:
    graph = nx.DiGraph(edge_meaning="depends on")
    graph.add_node("n", kind="token", layer=3, token="Dallas", position=1, clerp="Texas", title="t")
    for word in ("Dallas", "Texas", "token Dallas", "t"):
        with pytest.raises(UnknownNodeError, match="no node"):
            find_node(graph, word)


def test_an_int_is_found_by_its_text_and_by_no_other(tmp_path: Path) -> None:
    graph = nx.DiGraph([(5, -3), (-3, 0), ("7", 0)])
    gd.compile(graph, weight=None).save(tmp_path / "x.gdiff")
    whole = gd.CompiledGraph.from_arrays([5, 2], [2, 40], n_nodes=41)
    whole.save(tmp_path / "whole.gdiff")
    for names in (Names(graph), Names(gd.read(tmp_path / "x.gdiff"))):
        assert [names.node(word) for word in ("5", "-3", "0", "7")] == [5, -3, 0, "7"]
        for word in ("05", "-0", "+5", "5.0", "\u0665", "1", "9" * 5000):
            with pytest.raises(UnknownNodeError, match="no node"):
                names.node(word)
    names = Names(gd.read(tmp_path / "whole.gdiff"))
    assert names.node("40") == 40
    with pytest.raises(UnknownNodeError, match="no node '41'"):
        names.node("41")


@pytest.mark.parametrize("node", [True, 1.0, Fraction(1, 1), Decimal("1.0"), np.int64(1), 10**120])
def test_a_node_that_is_a_number_is_found_as_it_is_written_and_as_itself(node: Any) -> None:
    names = Names(nx.DiGraph([(node, "b")]))
    assert names.node(str(node)) is node
    if str(node) != "1":
        with pytest.raises(UnknownNodeError, match="no node '1'"):
            names.node("1")


def test_looking_for_a_word_keeps_no_name_of_a_node_that_has_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gd.CompiledGraph.from_arrays([5, 2], [2, 40], n_nodes=41).save(tmp_path / "x.gdiff")
    kept: list[int] = []
    listed = lookup._listed
    monkeypatch.setattr(lookup, "_listed", lambda pairs: (found := listed(pairs), kept.append(len(found)))[0])
    with pytest.raises(UnknownNodeError, match="no node 'x'"):
        Names(gd.read(tmp_path / "x.gdiff")).node("x")
    with pytest.raises(UnknownNodeError, match="did you mean 'n1'"):
        Names(nx.DiGraph([(f"n{i}", f"n{i + 1}") for i in range(50)])).node("n1x")
    assert kept
    assert not any(kept)
    assert Names(nx.DiGraph([("a@1", "b@2"), ("a@1", (1, 2))])).node("a") == "a@1"
    assert Names(nx.DiGraph([("a@1", "b@2"), ("a@1", (1, 2))])).node("(1, 2)") == (1, 2)
