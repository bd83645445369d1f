"""Every class of error: what it is to scripts, its exit status, its text, and that it survives a copy."""

from __future__ import annotations

import builtins
import copy
import errno
import inspect
import pickle
import tomllib
from pathlib import Path

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff import errors
from graphdiff.remedies import Keyword, Remedy

ROOT = Path(__file__).resolve().parents[1]
CLASSES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.GraphdiffError) and not kind.__name__.startswith("_")
]
#: One of each class; the error of Python's own that a script would catch; the exit status.
MADE = {
    "GraphdiffError": (errors.GraphdiffError("no"), Exception, 70),
    "UsageError": (errors.UsageError(Keyword("weight", "x"), " is no weight"), ValueError, 2),
    "UnknownNodeError": (errors.UnknownNodeError("los", ["loss", "weights"]), KeyError, 2),
    "AmbiguousNodeError": (errors.AmbiguousNodeError("a", ["a1", "a2"]), LookupError, 2),
    "UnknownNamesError": (errors.UnknownNamesError([errors.UsageError("no")]), LookupError, 2),
    "UnknownEdgeError": (errors.UnknownEdgeError(("a", "b"), ["c"], turned=True), KeyError, 2),
    "GraphTypeError": (errors.GraphTypeError("no"), TypeError, 65),
    "WeightError": (errors.WeightError("no", edge=("a", "b"), count=2), ValueError, 65),
    "CycleError": (errors.CycleError(["a", "a"], Remedy(Keyword("cycles", "solve"), "sums")), ValueError, 65),
    "SameComponentError": (errors.SameComponentError("a", "b"), ValueError, 65),
    "ValueOverflowError": (errors.ValueOverflowError("no"), OverflowError, 65),
    "FormatError": (errors.FormatError("no"), ValueError, 65),
    "TruncatedError": (errors.TruncatedError("no"), ValueError, 65),
    "ExpressionError": (errors.ExpressionError("no", line=1, column=2), ValueError, 65),
    "DerivativeError": (errors.DerivativeError("no", node="a", line=3), ArithmeticError, 65),
    "TraceError": (errors.TraceError("no", node="a", line=3), TypeError, 65),
    "InputError": (errors.InputError.of("a", FileNotFoundError(errno.ENOENT, "gone", "a")), OSError, 66),
    "OutputError": (errors.OutputError("a exists", Remedy(Keyword("overwrite", True), "does"), " x"), OSError, 73),
    "LimitError": (errors.LimitError("no"), Exception, 75),
    "TooManyPathsError": (errors.TooManyPathsError(5, 3), Exception, 75),
    "PluginError": (errors.PluginError("package x 1: no"), ImportError, 69),
    "MissingExtraError": (errors.MissingExtraError("pyarrow", "tables"), ImportError, 69),
    "MissingLibraryError": (errors.MissingLibraryError("libX11.so.6"), ImportError, 69),
}  # fmt: skip


def test_every_class_is_in_the_table() -> None:
    assert {kind.__name__ for kind in CLASSES} == set(MADE) == set(errors.__all__)


@pytest.mark.parametrize("name", MADE)
def test_an_error_is_what_a_script_catches_and_has_its_status(name: str) -> None:
    error, kind, status = MADE[name]
    assert isinstance(error, kind)
    assert error.exit_status == status
    own = {base.__name__ for base in type(error).__mro__ if hasattr(builtins, base.__name__)}
    more = {"LookupError", "ArithmeticError"} & own
    assert own - more <= {kind.__name__, "Exception", "BaseException", "object"}


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_an_error_survives_a_copy(name: str, how) -> None:
    error = copy.copy(MADE[name][0])
    error.where = "after: "
    again = how(error)
    assert (type(again), str(again), again.args, vars(again)) == (type(error), str(error), error.args, vars(error))
    for attribute in ("errno", "strerror", "filename"):
        assert getattr(again, attribute, None) == getattr(error, attribute, None)


@pytest.mark.parametrize("name", MADE)
def test_an_error_prints_as_a_sentence(name: str) -> None:
    """KeyError shows its repr, and OSError a number in brackets: ours are sentences."""
    text = str(MADE[name][0])
    assert text
    assert not text.startswith(("[", "("))
    assert text == MADE[name][0].told()


def test_an_os_error_of_several_parts_is_told_whole() -> None:
    """OSError takes two texts for a number and its meaning, and drops what comes after a third."""
    error = errors.OutputError("a exists", Remedy(Keyword("overwrite", True), "replaces it"), ", ", "or not")
    assert str(error) == "a exists; overwrite=True replaces it, or not"
    assert (error.errno, error.strerror, error.filename) == (None, None, None)


def test_what_is_not_there_is_a_key_error() -> None:
    graph = nx.DiGraph([("a", "b")])
    for ask in (
        lambda: gd.total_influence(graph, "a", "x", weight=None),
        lambda: gd.forward(graph, "a", weight=None)["x"],
        lambda: gd.what_if(graph, "a", "b", remove_edges=[("b", "a")], weight=None),
    ):
        with pytest.raises(KeyError, match=r"^no (node 'x'|edge 'b' -> 'a')"):
            ask()
    assert gd.forward(graph, "a", weight=None).get("x", 7) == 7


def test_files_are_os_errors_with_their_number(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"none\.csv: No such file or directory$") as read:
        gd.read(tmp_path / "none.csv")
    assert (read.value.errno, read.value.filename) == (errno.ENOENT, str(tmp_path / "none.csv"))
    with pytest.raises(OSError, match=r"No such file or directory$") as written:
        gd.write(nx.DiGraph([("a", "b")]), tmp_path / "none" / "a.csv")
    assert written.value.errno == errno.ENOENT
    with pytest.raises(errors.InputError, match=rf"^{tmp_path} is no regular file$"):
        gd.CompiledGraph.load(tmp_path)
    (tmp_path / "a.csv").write_text("old")
    with pytest.raises(OSError, match=r"exists; overwrite=True replaces it$"):
        gd.write(nx.DiGraph([("a", "b")]), tmp_path / "a.csv")


def test_wrong_values_are_value_errors() -> None:
    graph = nx.DiGraph([("a", "b")])
    for ask in (
        lambda: gd.strongest_paths(graph, "a", "b", k=-1, weight=None),
        lambda: gd.total_influence(graph, "a", "b", cycles="x", weight=None),
        lambda: gd.compile(graph, weight="x"),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            ask()


def test_a_missing_library_names_what_pip_can_install() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for extra, packages in errors.PACKAGES.items():
        assert packages.split() == [package.partition(">")[0] for package in extras[extra]]
    assert str(errors.MissingExtraError("grimp", "imports")) == "this needs grimp: pip install grimp"
    for path in [*ROOT.glob("*.md"), *Path(gd.__file__).parent.rglob("*.py")]:
        assert "nx-graphdiff[" not in path.read_text(encoding="utf-8"), path


def test_results_say_which_edge_or_node_is_not_there() -> None:
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from([("a", "b", 1), ("a", "b", 2), ("b", "c", 3), ("a", "d", 4)])
    for found in (gd.edge_contributions(graph, "a", "c"), gd.sensitivities(graph, "a", "c")):
        for edge, said in [
            (("b", "a", 0), "^no edge 'b' -> 'a' .*, but one the other way: are the ends swapped"),
            (("a", "b", 7), r"^no edge 'a' -> 'b' \(key 7\); 'a' leads to 'b', 'd'$"),
            (("a", "x", 0), "^no node 'x'; there are nodes such as"),
            (("a", "b"), r"^\('a', 'b'\)$"),  # two edges: each has a key
            ("ab", "^'ab'$"),
            (7, "^7$"),
        ]:
            assert edge not in found
            assert found.get(edge) is None
            with pytest.raises(KeyError, match=said):
                found[edge]
    nodes = gd.node_contributions(graph, "a", "c")
    assert "x" not in nodes
    with pytest.raises(errors.UnknownNodeError, match=r"^no node 'x'; there are nodes such as"):
        nodes["x"]
    with pytest.raises(KeyError, match="'a', 'd', 0"):
        gd.sensitivities(graph, "a", "c")["a", "d", 0]  # it is there, and not on the way


@pytest.mark.parametrize(
    "number", ["9" * 4_400, "-" + "9" * 4_400, "0x" + "9" * 4_400, "1/" + "3" * 4_400, "\u0663" * 4_400]
)
def test_a_number_that_nobody_reads_is_told_by_its_first_digits(number: str) -> None:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", weight=number)
    with pytest.raises(errors.WeightError, match=r"\d{8}… \(4,400 digits\)") as caught:
        gd.total_influence(graph, "a", "b")
    assert len(str(caught.value)) < 200


def test_numbers_that_fit_into_a_sentence_are_told_whole() -> None:
    for digits in ("7" * 200, "12345678"):
        assert str(errors.WeightError(f"it is {digits}")) == f"it is {digits}"
    assert "… (201 digits)" in str(errors.WeightError("7" * 201))


def test_a_sentence_that_nobody_reads_to_its_end_is_told_by_its_start_and_its_end() -> None:
    whole = str(errors.UsageError("x" * 2000))
    assert whole == "x" * 2000
    brief = str(
        errors.UsageError(
            "no column; there are " + "'name', " * 5000, errors.Remedy(errors.Keyword("columns", 1), "takes it")
        )
    )
    assert len(brief) == 2000
    assert brief.startswith("no column; there are 'name', ")
    assert " … (40,041 letters) … " in brief
    assert brief.endswith("'name', ; columns=1 takes it")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\x0b", "\x85"])
def test_an_error_is_one_line_whatever_the_name_in_it(end: str) -> None:
    """Found by fuzzing: the name of a function of a profile had a line's end in it."""
    error = errors.FormatError(f"x.pb has no stack with any a{end}graphdiff: all is well (b)")
    assert str(error) == "x.pb has no stack with any a graphdiff: all is well (b)"


def test_what_is_near_is_found_among_many_names_of_which_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    few = ["app", "API", "src/web", "x" * 40, "apq", *(f"other-{i}" for i in range(20))]
    for large, most in ((20_000, 300_000), (3, 300_000), (3, 8)):
        monkeypatch.setattr(errors, "LARGE", large)
        monkeypatch.setattr(errors, "MOST_SPELLED", most)
        assert errors.nearest("api", iter(few))[0] == "API"
        assert errors.nearest("lib/web", iter(few))[:1] == ["src/web"]
        assert errors.nearest("app", iter([*few, "app"])) == ["app"]
        assert sorted(errors.nearest("apx", few)) == ["app", "apq"]
        assert errors.nearest("othr-17", iter(few))[0] == "other-17"
    monkeypatch.setattr(errors, "MOST_SPELLED", 8)
    assert errors.nearest("othr-71", few) == []  # two slips, and too many names to compare
    assert errors.nearest("ohter-17", few) == ["other-17"]
    assert errors.nearest("other-117", few) == ["other-11", "other-17"]
    assert errors.nearest("7", range(10)) == [7]
    error = gd.errors.UnknownNodeError("x", iter(["a", "b", "c", "xx"]))
    assert (error.examples, error.nearest) == (["a", "b", "c"], ["xx"])
