"""Every class of errors is explained: in its docstring, by ``graphdiff errors``, on the page that is made of these."""

from __future__ import annotations

import builtins
import csv
import inspect
import io
import json
import re
import sys
from pathlib import Path

import networkx as nx
import pytest
from conftest import Run

import graphdiff as gd
from graphdiff import errors
from graphdiff.cli import main
from graphdiff.errors import UsageError
from graphdiff.text.explanations import KINDS, errors_page, explained

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
LOOP = nx.DiGraph([("a", "b"), ("b", "a"), ("b", "c")])


def test_the_page_is_what_the_classes_say() -> None:
    assert errors_page() == PAGE, "make it again: graphdiff errors -O docs/errors.md --force"


def test_the_page_has_a_part_for_each_class_that_the_table_links_to() -> None:
    assert re.findall(r"^## (\w+)$", PAGE, re.MULTILINE) == sorted(errors.__all__) == KINDS
    assert re.findall(r"^\| \[(\w+)\]\(#(\w+)\)", PAGE, re.MULTILINE) == [(name, name.lower()) for name in KINDS]


@pytest.mark.parametrize("name", KINDS)
def test_a_class_says_what_it_means_what_to_do_and_shows_one(name: str) -> None:
    """The examples run with the doctests of the module."""
    kind = getattr(errors, name)
    one = explained(name)
    assert inspect.getdoc(kind) != inspect.getdoc(kind.__base__)
    assert one.meaning[0].endswith(".")
    assert one.remedy.lstrip("`")[0].islower()
    assert one.exit_status == kind.exit_status
    assert all(issubclass(kind, getattr(builtins, base)) for base in one.also)
    if kind is not errors.GraphdiffError:
        assert one.example.splitlines()[-1]
        assert f"\nTraceback (most recent call last):\ngraphdiff.errors.{name}: " in one.example
    assert max(map(len, one.example.splitlines())) <= 120
    text = str(one)
    assert one.remedy.replace("`", "") in " ".join(text.split())
    assert "`" not in text


def test_the_attributes_are_those_that_errors_have() -> None:
    made = [
        errors.UnknownNodeError("los", ["loss"]), errors.AmbiguousNodeError("a", ["a1", "a2"]),
        errors.UnknownNamesError([UsageError("no")]), errors.UnknownEdgeError(("a", "b"), ["c"]),
        errors.WeightError("no"), errors.CycleError(["a", "a"]), errors.SameComponentError("a", "b"),
        errors.ExpressionError("no", line=1, column=2), errors.DerivativeError("no", node="a", line=3),
        errors.TraceError("no", node="a"), errors.InputError("no"), errors.OutputError("no"),
        errors.TooManyPathsError(5, 3), errors.MissingExtraError("pyarrow", "tables"), UsageError("no"),
        errors.LimitError("no"), errors.FormatError("no"), errors.TruncatedError("no"), errors.PluginError("no"),
        errors.MissingLibraryError("x"),
        errors.GraphTypeError("no"), errors.ValueOverflowError("no"), errors.GraphdiffError("no"),
    ]  # fmt: skip
    assert {type(error).__name__ for error in made} == {*KINDS}
    for error in made:
        named = {name for names in explained(error.kind).attributes for name in names.split(", ")}
        assert {*vars(error)} <= named, error.kind
        assert all(hasattr(error, name) for name in named), error.kind


def test_who_raises_it_says_so() -> None:
    raised = explained("CycleError").raised_by
    assert {"total_influence", "explain", "what_if"} <= {*raised}
    assert {"trace", "read", "find_cycles"}.isdisjoint(raised)
    assert explained("TraceError").raised_by == ["trace"]
    for name in KINDS:
        assert {*explained(name).raised_by} <= {*gd.__all__}
    with pytest.raises(errors.CycleError, match="the graph has a cycle"):
        gd.total_influence(LOOP, "a", "c", weight=None)


@pytest.mark.parametrize("name", ["CycleError", "cycleerror", "cycle", "CYCLE"])
def test_a_name_is_taken_in_any_case_and_short(name: str) -> None:
    assert explained(name).name == "CycleError"


def test_another_name_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^no error 'CycelError'; did you mean 'CycleError'\? graphdiff errors lists"):
        explained("CycelError")


def test_an_error_knows_its_page_and_so_does_one_of_a_class_that_is_not_public() -> None:
    class OwnError(errors.FormatError):
        """A format of another package may have errors of its own."""

    assert errors.CycleError(["a", "a"]).page == "errors.html#cycleerror"
    assert OwnError("no").page == "errors.html#formaterror"
    anchors = {f"errors.html#{name.lower()}" for name in re.findall(r"^## (\w+)$", PAGE, re.MULTILINE)}
    assert {getattr(errors, name)("no").page for name in ("UsageError", "FormatError", "LimitError")} <= anchors


class TestTheCommand:
    def test_lists_them_all(self, run: Run) -> None:
        head, *lines = run("errors").out.splitlines()
        assert head.split() == ["name", "status", "meaning"]
        assert [line.split()[0] for line in lines] == KINDS
        document = json.loads(run("errors", "-o", "json").out)
        assert [row["name"] for row in document["errors"]] == KINDS
        assert len(list(csv.reader(io.StringIO(run("errors", "-o", "csv").out)))) == len(KINDS) + 1

    def test_explains_one(self, run: Run) -> None:
        text = run("errors", "SameComponentError").out
        assert text == f"{explained('SameComponentError')}\n"
        assert "What to do: routes says how the two lead to each other" in text
        assert json.loads(run("errors", "cycle", "-o", "json").out)["exit_status"] == 65
        assert ["exit_status", "65"] in list(csv.reader(io.StringIO(run("errors", "cycle", "-o", "csv").out)))
        assert run("errors", "cycle", "-o", "markdown").out in PAGE
        done = run("errors", "E501")
        assert (done.status, done.out) == (2, "")
        assert done.err == "graphdiff: no error 'E501'; graphdiff errors lists them all\n"

    def test_makes_the_page(self, run: Run, tmp_path: Path) -> None:
        assert run("errors", "-O", str(tmp_path / "errors.md")).status == 0
        assert (tmp_path / "errors.md").read_text(encoding="utf-8") == PAGE

    @pytest.mark.parametrize(
        ("words", "kind"),
        [
            ("why loop.csv a c", "CycleError"),
            ("why loop.csv a x", "UnknownNodeError"),
            ("why none.csv a c", "InputError"),
            ("why loop.csv a c --max-bytes 5", "LimitError"),
            ("why loop.csv a c -k 5", None),
            ("why loop.csv a c --fail-if what", "UsageError"),
            ("errors Cycl", "UsageError"),
        ],
    )
    def test_explains_what_the_second_line_of_an_error_names(
        self, words: str, kind: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
    ) -> None:
        # Without `run`, which leaves that line out: other tests look at what an error says.
        (tmp_path / "loop.csv").write_text("source,target,weight\na,b,2\nb,a,3\nb,c,1\n")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["graphdiff", *words.split()])
        with pytest.raises(SystemExit) as caught:
            main()
        first, *more = capsys.readouterr().err.splitlines()
        assert first.startswith("graphdiff: ")
        assert more == ([f"  more: graphdiff errors {kind}"] if kind else [])
        assert caught.value.code == (explained(kind).exit_status if kind else 2)
