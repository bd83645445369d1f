"""Tables of path models: which rows are paths, where they lead, and what is said of those that are none."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import FormatError, UsageError
from graphdiff.io.formats import READERS
from graphdiff.io.path_models import read_path_model
from graphdiff.io.read import read


def model(text: str, **options) -> nx.DiGraph:
    return read_path_model(text.encode(), name="fit.csv", **options)


STRUCTURE = {("school", "skill"): 2, ("skill", "wage"): 3, ("school", "wage"): 0.25}
LOADINGS = {("skill", "test1"): 1, ("skill", "test2"): 0.5}
TOOLS = {
    "lavaan": (STRUCTURE | LOADINGS, "se", "lavaan"),
    "semopy": (STRUCTURE | LOADINGS, "Std. Err", "semopy"),
    "openmx": (STRUCTURE, "Std.Error", "OpenMx"),
    "piecewise": (STRUCTURE, "Std.Error", "piecewiseSEM"),
}


@pytest.mark.parametrize(("tool", "edges", "error", "title"), [(tool, *said) for tool, said in TOOLS.items()])
def test_each_tools_table_has_the_paths_of_the_model(tool, edges, error, title, test_data) -> None:
    graph = read(test_data / "pathmodels" / f"{tool}.csv")
    assert {edge: graph.edges[edge]["weight"] for edge in graph.edges} == edges
    assert graph.graph["format"] == f"{title} path model"
    assert (graph.graph["edge_meaning"], graph.graph["node_meaning"]) == ("causes", "variables")
    assert gd.total_influence(graph, "school", "wage") == 2 * 3 + 0.25
    assert {"test1", "test2"} <= set(graph)
    found = gd.uncertainty(graph, "school", "wage", sd=error)
    # By the delta method: derivatives 3, 2 and 1 by the errors 0.25, 0.5 and 0.125.
    assert found.standard_error == pytest.approx((0.75**2 + 1**2 + 0.125**2) ** 0.5)


@pytest.mark.parametrize(
    ("text", "message"),
    {
        "levels": (
            "lhs,op,rhs,level,est\nf,=~,y,1,1\nf,~,x,1,2\ng,~,w,2,3\n",
            r'of 2 levels.*where="level=1" takes one',
        ),
        "a decimal comma": ("lhs;op;rhs;est\ny;~;x;0,5\n", "the estimate '0,5' of the path from 'x' is not a number"),
        "an unknown kind": (
            "lhs,op,rhs,est\ny,~,x,1\na,?,b,2\n",
            "op is '\\?', a kind of row that is not known of lavaan",
        ),
        "a path twice": ("lhs,op,rhs,est\ny,~,x,1\ny,~,x,2\n", "the path 'x' -> 'y' twice"),
        "no path": ("lhs,op,rhs,est\ny,~~,x,1\nx,~~,x,2\n", "no path in it; left out: 1 covariance"),
    }.values(),
)
def test_a_model_that_is_refused_is_not_read_as_a_table_of_edges(text, message, tmp_path) -> None:
    path = tmp_path / "fit.csv"
    path.write_text(text)
    with pytest.raises(FormatError, match=message):
        read(path)


def test_what_is_left_out_is_counted_and_told(test_data, run) -> None:
    path = test_data / "pathmodels" / "lavaan.csv"
    left_out = {
        "covariances (~~)": 1,
        "variances (~~)": 1,
        "intercepts (~1)": 1,
        "thresholds (|)": 1,
        "defined parameters (:=)": 1,
    }
    assert read(path).graph["left_out_rows"] == left_out
    done = run("why", str(path), "school", "wage", "--sd", "se")
    assert (
        f"graphdiff: {path}: left out: 1 covariance (~~), 1 variance (~~), 1 intercept (~1), 1 threshold (|), "
        "1 defined parameter (:=); these are no influence" in done.err
    )
    assert "One unit more of school changes wage by 6.25." in done.out
    assert "Standard error 1.25623" in done.out
    weighed = run("why", str(path), "school", "wage", "-w", "std.all")
    assert "changes wage by 0.52." in weighed.out  # 0.6 · 0.7 + 0.1


def test_a_latent_causes_its_indicators_and_no_indicator_its_latent(test_data, run) -> None:
    for tool in ("lavaan", "semopy"):
        graph = read(test_data / "pathmodels" / f"{tool}.csv")
        assert gd.total_influence(graph, "school", "test2") == 1
        assert gd.total_influence(graph, "test2", "wage") == 0
        # Fixed loadings have a standard error of 0, or semopy's "-".
        assert [graph.edges["skill", "test1"].get(error, "") for error in ("se", "Std. Err")].count(0) == 1


def test_cells_that_say_nothing_are_no_attributes(test_data) -> None:
    graph = read(test_data / "pathmodels" / "lavaan.csv")
    fixed, free = graph.edges["skill", "test1"], graph.edges["school", "skill"]
    assert free == {
        "weight": 2.0, "op": "~", "label": "a", "est": 2.0, "se": 0.25, "z": 8, "pvalue": 0.0,
        "ci.lower": 1.5, "ci.upper": 2.5, "std.all": 0.6,
    }  # fmt: skip
    assert not {"z", "pvalue", "label"} & fixed.keys()
    assert not {"z-value", "p-value"} & read(test_data / "pathmodels" / "semopy.csv").edges["skill", "test1"].keys()
    piecewise = read(test_data / "pathmodels" / "piecewise.csv")
    assert "" not in piecewise.edges["school", "skill"]


def test_openmx_says_that_fixed_paths_are_not_in_its_table(test_data, run) -> None:
    path = test_data / "pathmodels" / "openmx.csv"
    assert "OpenMx lists free parameters only: fixed paths, such as a loading of 1" in run("diagnose", str(path)).err
    # RAM: the row of A is what is moved, its column what moves it.
    assert next(iter(read(path).edges)) == ("school", "skill")


OPERATORS = {
    "composites": ("c,<~,x,0.5\n", [("x", "c")]),
    "a regression on itself": ("y,~,y,0.5\n", [("y", "y")]),
    "an interaction": ("y,~,x:m,0.5\n", [("x:m", "y")]),
    "a path both ways": ("y,~,x,0.5\nx,~,y,0.25\n", [("x", "y"), ("y", "x")]),
    "constraints": ("y,~,x,0.5\na,==,b,0\na,>,0,0\na,<,1,0\n", [("x", "y")]),
    "scales": ("y,~,x,0.5\ny,~*~,y,1\n", [("x", "y")]),
    "an intercept as semopy's regression on 1": ("y,~,x,0.5\ny,~,1,3\n", [("x", "y")]),
    "random effects": ("y,~,x,0.5\ny,RF,y,3\ny,RF2,y,3\ny,RF(v),y,3\n", [("x", "y")]),
}


@pytest.mark.parametrize(("rows", "edges"), OPERATORS.values(), ids=OPERATORS.keys())
def test_each_operator_says_what_its_row_is(rows: str, edges: list[tuple[str, str]]) -> None:
    assert list(model(f"lhs,op,rhs,est\n{rows}").edges) == edges
    assert list(model(f"lval,op,rval,Estimate\n{rows}").edges) == edges


@pytest.mark.parametrize(
    ("header", "row", "edge"),
    [
        ("lhs,op,rhs,est.std,se", "y,~,x,0.5,0.1", ("x", "y", 0.5)),
        ("Predictor,Outcome,Estimate,Std. Error,z-value,p", "x,y,0.5,0.1,5,0", ("x", "y", 0.5)),
        ("Latent,Indicator,Estimate,Std. Error", "f,x1,0.5,0.1", ("f", "x1", 0.5)),
        ("RESPONSE,PREDICTOR,ESTIMATE", "y,x,0.5", ("x", "y", 0.5)),
        (
            "id,lhs,op,rhs,user,group,free,ustart,label,plabel,start,est,se",
            "1,y,~,x,1,1,1,NA,,.p1.,0,0.5,0.1",
            ("x", "y", 0.5),
        ),
        ("rhs\top\tlhs\test", "x\t~\ty\t0.5", ("x", "y", 0.5)),
        ("op;est;rhs;lhs", "=~;0.5;x1;f", ("f", "x1", 0.5)),
    ],
)
def test_other_tables_of_the_same_tools(header: str, row: str, edge: tuple[object, ...]) -> None:
    text = f"{header}\n{row}\n"
    assert READERS["path-model"].claims(text.encode())
    assert list(model(text).edges(data="weight")) == [edge]


def test_what_rs_write_table_writes_is_read(tmp_path) -> None:
    path = tmp_path / "fit.csv"
    path.write_text('"lhs" "op" "rhs" "label" "est"\n"1" "y" "~" "x" "" 0.5\n"2" "x" "~~" "x" "" 1\n')
    assert list(read(path).edges(data="weight")) == [("x", "y", 0.5)]


def test_without_estimates_paths_have_no_weight() -> None:
    assert list(model("lhs,op,rhs\ny,~,x\n").edges(data=True)) == [("x", "y", {"op": "~"})]


@pytest.mark.parametrize(
    ("header", "part"), [("group", "group"), ("level", "level"), ("block", "block"), ("Group", "Group")]
)
def test_paths_of_several_groups_are_refused_and_where_takes_one(header: str, part: str) -> None:
    text = f"lhs,op,rhs,{header},est\ny,~,x,1,0.5\ny,~,x,2,0.75\nd,:=,a-b,0,0.25\n"
    with pytest.raises(
        FormatError,
        match=rf'^fit\.csv: its paths are of 2 {part}s, each a model of its own; where="{part}=1" takes one$',
    ):
        model(text)
    assert list(model(text, where=f"{part}=2").edges(data="weight")) == [("x", "y", 0.75)]
    # Other paths in each are refused as well: no influence goes from one group's variable to another's.
    with pytest.raises(FormatError, match="each a model of its own"):
        model(f"lhs,op,rhs,{header},est\ny,~,x,1,0.5\nz,~,y,2,0.75\n")


REFUSED = {
    "the same path twice": (
        "lhs,op,rhs,est\ny,~,x,0.5\nz,~,y,1\ny,~,x,0.25\n",
        r"^fit\.csv, lines 2 and 4: the path 'x' -> 'y' twice; where=.COLUMN=VALUE. takes some of the rows$",
    ),
    "no path": ("lhs,op,rhs,est\ny,~~,y,0.5\n", r"^fit\.csv: no path in it; left out: 1 variance \(~~\)$"),
    "an unknown operator": (
        "lhs,op,rhs,est\ny,~,x,0.5\ny,%%,x,0.5\n",
        r"^fit\.csv, line 3: op is '%%', a kind of row that is not known of lavaan; where=.op!=%%. leaves",
    ),
    "a matrix of another model": (
        "name,matrix,row,col,Estimate\na,LX,x1,f,1\n",
        r"^fit\.csv, line 2: matrix is 'LX', a kind of row that is not known of OpenMx; where=.matrix!=LX.",
    ),
    "an end that is empty": ("lhs,op,rhs,est\ny,~,,0.5\n", r"^fit\.csv, line 2: a path with an end that is empty$"),
    "no estimate": (
        "lhs,op,rhs,est\ny,~,x,0.5\nz,~,y,NA\n",
        r"^fit\.csv, line 3: the estimate 'NA' of the path from 'y' is not a number; where=.rhs!=y. leaves it out$",
    ),
    "a factor": (
        "Response,Predictor,Estimate,Std.Error\ny,site,-,-\ny,site = a,2,0.1\n",
        r"^fit\.csv, line 2: the estimate '-' of the path from 'site' is not a number; a factor has an estimate for",
    ),
    "a level of a factor": (
        "Response,Predictor,Estimate,Std.Error\ny,x,2,0.1\ny,site = a,2,0.1\n",
        r"^fit\.csv, line 3: 'site = a' is the mean at a level of a factor, and no coefficient; where=.Predictor!=site",
    ),
    "a header alone": ("lhs,op,rhs,est\n", r"^fit\.csv: a header, and no edge below it$"),
    "other columns": ("a,b\nx,y\n", r"^fit\.csv: no columns of a path model in it; they are 'a', 'b'$"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_known_is_refused(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        model(text)


def test_each_remedy_of_a_row_works() -> None:
    text = "Response,Predictor,Estimate,Std.Error\ny,x,2,0.1\ny,site,-,-\ny,site = a,2,0.1\n"
    graph = model(text, where=["Predictor!=site", "Predictor!=site = a"])
    assert list(graph.edges(data="weight")) == [("x", "y", 2.0)]


def test_columns_may_say_the_weight_or_the_ends_as_they_are(run, test_data) -> None:
    path = test_data / "pathmodels" / "lavaan.csv"
    assert read(path, columns="weight=std.all").edges["school", "skill"]["weight"] == 0.6
    assert gd.total_influence(read(path, columns="source=rhs,target=lhs,weight=est"), "school", "wage") == 6.25
    with pytest.raises(UsageError, match=r"mostly from 'rhs' to 'lhs'; format=.csv. takes every row as an edge"):
        read(path, columns="source=lhs,target=rhs,weight=est")
    done = run("why", str(path), "school", "wage", "--columns", "source=rhs,target=lhs,weight=est")
    assert "One unit more of school changes wage by 6.25." in done.out


@pytest.mark.parametrize(
    ("constraints", "equal", "error"),
    [
        ("a,==,b,,0,0\n", {"a == b": [("x", "m"), ("m", "y")]}, 0.02**0.5),
        ("b,==,a,,0,0\na,==,c,,0,0\n", {"a == c == b": [("x", "m"), ("x", "y"), ("m", "y")]}, 0.2),
        ("a,==,2*b,,0,0\n", None, 0.015**0.5),
        (".p1.,==,.p2.,,0,0\n", None, 0.015**0.5),
        ("a,>,b,,0,0\n", None, 0.015**0.5),
    ],
)
def test_a_constraint_that_two_labels_are_equal_makes_their_errors_one(
    run, tmp_path, constraints, equal, error
) -> None:
    path = tmp_path / "fit.csv"
    paths = "m,~,x,a,0.5,0.1\ny,~,m,b,0.5,0.1\ny,~,x,c,0.5,0.1\n"
    path.write_text(f"lhs,op,rhs,label,est,se\n{paths}{constraints}")
    assert read(path).graph.get("equal_parameters") == equal
    assert gd.uncertainty(read(path), "x", "y", sd="se").standard_error == pytest.approx(error)
    said = run("why", str(path), "x", "y", "--sd", "se").err
    if equal:
        assert (
            f"the constraint {next(iter(equal))!r} makes {len(next(iter(equal.values())))} paths one parameter" in said
        )
    elif "==" in constraints:
        side = constraints.split(",")
        assert f"'{side[0]} == {side[2]}' is not between the labels of two paths: the errors" in said
    else:
        assert "independent" not in said


def test_a_label_on_several_paths_makes_their_errors_dependent(run, tmp_path) -> None:
    path = tmp_path / "fit.csv"
    path.write_text("lhs,op,rhs,label,est,se\nm,~,x,a,0.5,0.1\ny,~,m,a,0.5,0.1\ny,~,x,b,1,0.1\nq,:=,a*a,a,0.25,0.1\n")
    assert read(path).graph["equal_parameters"] == {"a": [("x", "m"), ("m", "y")]}
    done = run("why", str(path), "x", "y", "--sd", "se")
    assert "the label 'a' makes 2 paths one parameter (x -> m, m -> y), whose errors are one" in done.err
    # The total is b + a²: its derivatives are 1 and 2a, so that its variance is 0.1² + (2 · 0.5 · 0.1)².
    found = gd.uncertainty(read(path), "x", "y", sd="se")
    assert found.standard_error == pytest.approx(0.02**0.5)
    assert "the weights taken as independent, those of one label as one (a); 95 %" in done.out
    said = {(("x", "m"), ("m", "y")): 0.0}
    assert gd.uncertainty(read(path), "x", "y", sd="se", cov=said).standard_error == pytest.approx(0.015**0.5)
    path.write_text("lhs,op,rhs,label,est,se\nm,~,x,a,0.5,0.1\ny,~,m,b,0.5,0.1\n")
    assert "equal_parameters" not in read(path).graph
    apart = run("why", str(path), "x", "y", "--sd", "se")
    assert "label" not in apart.err + apart.out


def test_a_table_with_an_operator_and_other_ends_is_an_edge_list() -> None:
    assert not READERS["path-model"].claims(b"source,target,op,version\na,b,>=,1\n")
    assert not READERS["path-model"].claims(b"predictor,response\nx,y\n")


# -- real tables


def test_reported_models(shared_data) -> None:
    first, second = (read(shared_data / "reported" / file) for file in ("01.csv", "03.csv"))
    assert gd.total_influence(first, "Int", "Var2") == -0.8
    assert gd.total_influence(second, "visual", "x4") == pytest.approx(0.4)
    assert gd.total_influence(second, "x1", "textual") == 0


def test_political_democracy_has_lavaans_totals(shared_data: Path) -> None:
    folder = shared_data / "pathmodels"
    graph = read(folder / "lavaan_politicaldemocracy.parameterEstimates.csv")
    with open(folder / "lavaan_politicaldemocracy.total_effects_I-B_inv.csv", newline="") as file:
        rows = list(csv.reader(file))
    for target, *totals in rows[1:]:
        for source, total in zip(rows[0][1:], totals, strict=True):
            assert gd.total_influence(graph, source, target) == pytest.approx(float(total), abs=1e-9)
    standardised = gd.total_influence(graph, "ind60", "dem65", weight="std.all")
    assert standardised == pytest.approx(0.182 + 0.447 * 0.885, abs=1e-3)
    assert not any(re.match(r"[xy]\d", tail) for tail, _ in graph.edges)


def test_the_mediation_of_lavaans_tutorial(shared_data: Path) -> None:
    graph = read(shared_data / "pathmodels" / "lavaan_mediation.parameterEstimates.csv")
    assert gd.total_influence(graph, "X", "Y") == pytest.approx(0.410, abs=5e-4)
    assert graph.graph["left_out_rows"] == {"variances (~~)": 3, "defined parameters (:=)": 2}
