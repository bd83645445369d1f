"""What errors say of keyword arguments: as Python in the library, as options on the command line, and no other way."""

from __future__ import annotations

import ast
import pickle
import re
from pathlib import Path

import click
import networkx as nx
import pytest
from conftest import KEYWORD

import graphdiff as gd
from graphdiff.cli import graphdiff as command_line
from graphdiff.cli.refusals import PARAMETERS, as_option
from graphdiff.io.formats import READERS
from graphdiff.remedies import Keyword, Remedy, in_python

PACKAGE = Path(gd.__file__).parent
#: Texts of errors with signs of equality of their own: values of options, and commands of other tools.
OWN = ("--set", "--option", "source=NAME", "--output=graph", "--lockfile-version=3", "-DoutputType=json",
       "dtype=object",
       'x="directed"', 'x="x" it has', "x=x: x is no number", "x=x: a finite number", "(dir=none)")  # fmt: skip
#: Errors that no verb of the command line can meet: those of what is traced or written from Python alone.
PYTHON_ONLY = ("tracing",)


def error_texts() -> list[tuple[str, str]]:
    """Return every text that stands in the making of an error, by its place."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if set(PYTHON_ONLY) & set(path.relative_to(PACKAGE).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(getattr(node, "func", None), "id", "")
            if not (isinstance(node, ast.Call) and name.endswith("Error")):
                continue
            place = f"{path.relative_to(PACKAGE)}:{node.lineno}"
            found += [(place, text) for argument in node.args for text in plain_texts(argument)]
    return found


def plain_texts(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Keyword", "Remedy"):
        return []
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        # What is filled in counts as a word, so that "limit={limit}" is seen.
        return ["".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)]  # type: ignore[misc]
    return [text for child in ast.iter_child_nodes(node) for text in plain_texts(child)]


def test_errors_name_keyword_arguments_as_data() -> None:
    texts = error_texts()
    assert len(texts) > 300
    wrong = [(place, text) for place, text in texts if KEYWORD.search(text) and not any(own in text for own in OWN)]
    assert wrong == []


@pytest.mark.parametrize("text", ['cycles="solve" sums', "weight=None counts", "give k= to", "by=1: no", "x=x bytes"])
def test_such_texts_would_be_found(text: str) -> None:
    assert KEYWORD.search(text)


def test_names_that_differ_are_those_of_options() -> None:
    verbs = command_line.commands.values()
    there = {param.name for verb in verbs for param in verb.params if isinstance(param, click.Option)}
    assert set(PARAMETERS.values()) <= there
    assert not PARAMETERS.keys() & (there - {"by", "nodes"})


def test_every_remedy_of_a_verb_is_an_option_that_takes_it() -> None:
    why = command_line.commands["why"]
    said = [
        as_option(keyword, why)
        for keyword in (
            Keyword("weight", "unit", python="None"),
            Keyword("cycles", "solve"),
            Keyword("kinds", "all"),
            Keyword("format", "dot"),
            Keyword("exact", True),
            Keyword("overwrite", True),
            Keyword("default_weight", 1),
            Keyword("max_bytes", 10),
            Keyword("timeout", 600.0),
            Keyword("kinds", "a b"),
            Keyword("columns"),
            Keyword("", python="graphdiff.io.formats.READERS"),
        )
    ]
    assert said == [
        "--weight unit",
        "--cycles solve",
        "--kind all",
        "--format dot",
        "--exact",
        "--force",
        "--default-weight 1",
        "--max-bytes 10",
        "--timeout 600",
        "--kind 'a b'",
        "--columns",
        "graphdiff --help",
    ]


@pytest.mark.parametrize(
    "keyword", [Keyword("method", "naive"), Keyword("max_paths", 5), Keyword("", python="G.nodes")]
)
def test_what_a_verb_has_no_option_for_is_not_offered(keyword: Keyword) -> None:
    error = gd.errors.LimitError("too many", Remedy(keyword, "would do"))
    assert error.told(lambda one: as_option(one, command_line.commands["why"])) == "too many"
    assert str(error) == f"too many; {in_python(keyword)} would do"


@pytest.mark.parametrize(
    "error",
    [
        gd.errors.WeightError("none", Remedy(Keyword("weight", "unit", python="None"), "counts"), edge=(1, 2), count=3),
        gd.errors.CycleError(["a", "a"], Remedy(Keyword("cycles", "solve"), "sums its walks")),
        gd.errors.SameComponentError("a", "b"),
        gd.errors.TooManyPathsError(26, 25),
        gd.errors.LimitError("x", Keyword("format"), Remedy(Keyword("timeout", 0.5), "lets it")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_the_way_to_another_process(error: gd.errors.GraphdiffError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), vars(again)) == (str(error), vars(error))
    assert "=" in str(again)


def test_the_remedies_in_python_are_right() -> None:
    graph = nx.DiGraph([("a", "b"), ("b", "a")])
    with pytest.raises(gd.errors.WeightError, match=r"^none of the 2 edges has 'weight'; weight=None counts paths; "
                       r"weight=graphdiff\.weights\.even spreads one unit evenly$"):  # fmt: skip
        gd.total_influence(graph, "a", "b")
    with pytest.raises(
        gd.errors.CycleError,
        match=r'^the graph has a cycle: a -> b -> a\. cycles="solve" sums its walks \(spectral radius 1: they do not '
        r'converge\); cycles="collapse" makes it one node$',
    ):
        gd.total_influence(graph, "a", "b", weight=None)
    apart = r'and cycles="collapse" makes it one node, which cannot tell them apart'
    routes = r"; graphdiff\.routes says how they lead to each other, which needs no total$"
    # The one remedy of the last error that would refuse too is not offered: its walks do not converge.
    with pytest.raises(gd.errors.SameComponentError, match=apart + routes):
        gd.total_influence(graph, "a", "b", weight=None, cycles="collapse")
    graph.add_edge("b", "c")
    with pytest.raises(gd.errors.SameComponentError, match=f'{apart}; cycles="solve" keeps every node{routes}'):
        gd.total_influence(graph, "a", "b", weight=lambda u, v, data: 0.5, cycles="collapse")


def test_help_lists_every_format() -> None:
    text = str(command_line.epilog).partition("\nFormats")[2].partition(":\n")[2].partition("\n\n")[0]
    assert re.split(r",\s+", text.strip()) == list(READERS)
