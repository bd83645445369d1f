"""Every public function that takes compile's options tells in its own name what it does not take."""

import inspect

import networkx as nx
import pytest

import graphdiff as gd

#: What each function is asked, beside the graph, so that it answers.
ASKED = {
    "accumulate": ("a", "boolean"), "annotate": (), "compare": (nx.DiGraph([("a", "b")]),), "count_paths": (),
    "cut": ("a", "b"), "diagnose": (), "edge_contributions": ("a", "b"), "eliminate": (["b"],), "explain": ("a", "b"),
    "factored": ("a", "b"), "find_cycles": (), "forward": ("a",), "group": (lambda node: node,),
    "iter_jacobian": (), "iter_paths": ("a", "b"), "jacobian": (), "node_contributions": ("a", "b"), "plan": (),
    "prune": ("a", "b"), "rank": (), "reverse": ("b",), "sample_paths": ("a", "b", 1), "sensitivities": ("a", "b"),
    "strongest_paths": ("a", "b"), "total_influence": ("a", "b"), "total_influences": ([("a", "b")],),
    "uncertainty": ("a", "b"), "what_if": ("a", "b"),
}  # fmt: skip


def _takes_options(name):
    function = getattr(gd, name)
    if not inspect.isfunction(function):
        return False
    kinds = [one.kind for one in inspect.signature(function).parameters.values()]
    return inspect.Parameter.VAR_KEYWORD in kinds and "compile`, unless" in (function.__doc__ or "")


TAKING = [name for name in gd.__all__ if _takes_options(name)]


def test_every_function_that_takes_options_is_asked_here():
    assert {*ASKED} <= {*TAKING}
    assert len(TAKING) >= 29


@pytest.mark.parametrize("name", TAKING)
def test_an_unknown_keyword_is_told_by_the_function_that_was_called(name):
    told = rf"^{name}\(\) got an unexpected keyword argument 'wieght'; did you mean 'weight'\?$"
    with pytest.raises(TypeError, match=told):
        getattr(gd, name)(nx.DiGraph([("a", "b")]), *ASKED.get(name, ("a", "b")), wieght="x")
    with pytest.raises(TypeError, match=rf"^{name}\(\) got an unexpected keyword argument 'qqqqqqqq'$"):
        getattr(gd, name)(nx.DiGraph([("a", "b")]), qqqqqqqq=1)


@pytest.mark.parametrize("name", TAKING)
@pytest.mark.parametrize("options", [{"weight": None}, {"cycles": "solve", "exact": True}], ids=["one", "two"])
def test_options_beside_a_compiled_graph_are_told_by_the_function_that_was_called(name, options):
    ready = gd.compile(nx.DiGraph([("a", "b")]), weight=None)
    told = rf"^{name}\(\) got a graph that is compiled already: give {' and '.join(options)} to"
    with pytest.raises(TypeError, match=told):
        getattr(gd, name)(ready, *ASKED.get(name, ("a", "b")), **options)


def test_a_compiled_graph_counts_wherever_it_is_given():
    graph = nx.DiGraph([("a", "b")])
    ready = gd.compile(graph, weight=None)
    for given in ({"args": (graph, ready)}, {"before": ready, "after": graph}):
        with pytest.raises(TypeError, match=r"^compare\(\) got a graph that is compiled already: give weight to"):
            gd.compare(*given.pop("args", ()), **given, weight=None)
    with pytest.raises(TypeError, match=r"^rank\(\) got a graph that is compiled already: give weight to"):
        gd.rank(graph, weightings=[ready], weight=None)


def test_a_missing_argument_and_the_signature_are_the_function_s_own():
    with pytest.raises(TypeError, match=r"^total_influence\(\) missing 1 required positional argument: 'target'"):
        gd.total_influence(nx.DiGraph(), "a")
    assert [*inspect.signature(gd.total_influence).parameters][:1] == ["graph"]


def test_a_keyword_of_the_function_is_meant_too():
    with pytest.raises(TypeError, match=r"^iter_paths\(\) .*'max_path'; did you mean 'max_paths'\?$"):
        gd.iter_paths(nx.DiGraph([("a", "b")]), "a", "b", max_path=1)
