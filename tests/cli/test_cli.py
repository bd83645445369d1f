"""The command line as its users meet it: what it prints, where, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from conftest import Run

ROOT = Path(__file__).resolve().parents[2]
OPENSSH = str(ROOT / "data" / "openssh-server.Packages")


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "model.csv"
    path.write_text("source,target,weight\nV,U,.310\nX,U,.279\nU,W,.440\nX,W,.224\nU,Y,.394\nX,Y,.115\nW,Y,.281\n")
    return str(path)


@pytest.fixture
def cyclic(tmp_path: Path) -> str:
    path = tmp_path / "sectors.csv"
    path.write_text("source,target,weight\na,a,.15\na,b,.25\nb,a,.20\nb,b,.05\n")
    return str(path)


class TestWhy:
    def test_the_debian_example(self, run: Run) -> None:
        done = run("why", OPENSSH, "openssh-server", "liblzma5")
        assert done.status == 0
        assert not done.err
        for text in (
            "Debian Packages · 72 packages, 183 dependencies · a -> b: a depends on b\n"
            "\n"
            "The 5 shortest of 26 paths:\n"
            "  openssh-server > libsystemd0 > liblzma5 (>= 5.1.1alpha+20120614)\n"
            "  … > procps > libproc2-0 (>= 2:4.0.2) > libsystemd0 (>= 209) > liblzma5 (>= 5.1.1alpha+20120614)\n"
            "  … > init-system-helpers (>= 1.54~, Pre-Depends)\n"
            "    > usrmerge (usrmerge | usr-is-merged)\n",
            "\nopenssh-server rests on liblzma5 by 26 paths of 2 to 10 steps.\n",
            "\nSpread evenly, 77.9 % comes by libsystemd0, by which 2 of 26 paths go.\n",
            "One cycle counts as one node: libc6 + libgcc-s1 (not on the way).\n",
        ):
            assert text in done.out
        assert "influence" not in done.out
        assert "disagree" not in done.out
        assert done.out.count("\n") <= 40

    def test_weightings_that_are_asked_for_stand_in_a_table(self, run: Run) -> None:
        out = run("why", OPENSSH, "openssh-server", "liblzma5", "-w", "unit", "-w", "even").out
        for text in (
            "26 equal paths      3.6 equal paths",
            "dpkg 92.3 %   libsystemd0 77.9 %",
            "! The weightings disagree on the route: choose one with --weight unit|even.",
        ):
            assert text in out
        assert "Of one unit" not in out
        one = run("why", OPENSSH, "openssh-server", "liblzma5", "-w", "even").out
        assert "Of one unit spread evenly from openssh-server, 0.0102355 reaches liblzma5 (42nd" in one
        assert re.search(r"as concentrated as +3\.6 equal paths\n", one)
        assert "disagree" not in one

    def test_json_has_a_schema_version_and_nothing_else(self, run: Run) -> None:
        done = run("why", OPENSSH, "openssh-server", "liblzma5", "-o", "json", "--exact")
        document = json.loads(done.out)
        assert (document["graphdiff"], document["kind"]) == (1, "why")
        unit, even = document["results"]
        assert (unit["total"], even["total"], even["n_paths"]) == (26, "113/11040", 26)
        assert [edge["share"] for edge in even["edges"] if edge["source"] == "libsystemd0"] == ["88/113"]

    def test_csv_has_the_edges(self, run: Run) -> None:
        rows = list(
            csv.DictReader(
                io.StringIO(run("why", OPENSSH, "openssh-server", "liblzma5", "-o", "csv", "-w", "even").out)
            )
        )
        assert len(rows) == 20
        into = [float(row["share"]) for row in rows if row["target"] == "liblzma5"]
        assert sum(into) == pytest.approx(1)

    def test_a_path_model_speaks_of_its_own_weights(self, run: Run, model: str) -> None:
        done = run("why", model, "X", "Y")
        assert "Total influence of X on Y along the arrows: 0.322366." in done.out
        assert re.search(r"directly +0\.115\n +through others +0\.207366\n", done.out)

    def test_one_name_is_from_the_roots(self, run: Run, model: str) -> None:
        done = run("why", model, "Y")
        assert "From the roots to Y: 6 paths of 1 to 3 steps." in done.out

    @pytest.mark.parametrize("ends", [("openssh-server", "liblzma5"), ("liblzma5",), ("dpkg", "libc6"), ("libc6",)])
    @pytest.mark.parametrize("weights", [(), ("-w", "even"), ("-w", "unit", "--cycles", "collapse")])
    def test_its_head_counts_the_paths_as_diagnose_does(
        self, run: Run, ends: tuple[str, ...], weights: tuple[str, ...]
    ) -> None:
        counted = json.loads(run("diagnose", OPENSSH, *ends, "-o", "json").out)
        shortest, longest = (counted["lengths"][end] for end in ("shortest", "longest"))
        steps = f"{shortest} to {longest}" if shortest < longest else str(longest)
        plural = "s" * (counted["n_paths"] > 1), "s" * (longest > 1)
        told = f"{counted['n_paths']:,} path{plural[0]} of {steps} step{plural[1]}."
        title = f"The 5 shortest of {counted['n_paths']:,} path{plural[0]}:"
        if ends[-1] == "libc6":  # on a cycle with libgcc-s1: their steps are those of the graph as it is
            told, title = f"{counted['n_paths']:,} path{plural[0]}, each cycle as one node.", "The 5 shortest paths:"
        paths, head = run("why", OPENSSH, *ends, *weights).out.split("\n\n")[1:3]
        assert told in head.splitlines()[0]
        assert paths.splitlines()[0] == title
        assert paths.count("\n  ") >= 5

    def test_solved_walks_are_called_walks(self, run: Run, cyclic: str) -> None:
        done = run("why", cyclic, "a", "b", "--cycles", "solve")
        assert "0.330033" in done.out
        assert "infinitely many walks" in done.out

    def test_no_path_is_0_and_says_that_the_ends_are_swapped(self, run: Run) -> None:
        done = run("why", OPENSSH, "liblzma5", "openssh-server")
        assert done.status == 0
        assert "liblzma5 does not rest on openssh-server" in done.out
        assert "are the ends swapped?" in done.out

    def test_the_picture_beside_the_report(self, run: Run, tmp_path: Path) -> None:
        picture = tmp_path / "why.svg"
        done = run("why", OPENSSH, "openssh-server", "liblzma5", "-O", str(picture))
        assert "26 paths" in done.out
        assert done.err == f"wrote {picture}\n"
        assert picture.read_text().count('class="edge"') == 20

    def test_standard_errors_in_the_file_give_that_of_the_total(self, run: Run) -> None:
        columns = ["--columns", "source=cause,target=effect,weight=coefficient"]
        arguments = ["why", str(ROOT / "data" / "mediation.csv"), *columns, "X", "Y", "--sd", "se"]
        assert "\nStandard error 0.138943, the weights taken as independent; 95 %: 0.1371" in run(*arguments).out
        record = json.loads(run(*arguments, "-o", "json").out)["uncertainty"][0]
        assert record["standard_error"] == pytest.approx(0.138943, abs=1e-6)

    def test_bounds_in_the_file_enclose_the_total(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "bounds.csv"
        path.write_text("source,target,weight,low,high\nx,m,0.5,0.3,0.7\nm,y,0.4,0,0.8\n")
        done = run("why", str(path), "x", "y", "--bounds", "low", "high", "-w", "weight", "-w", "weight")
        assert "\nWithin the weights' bounds it lies between 0 and 0.56, weight.\n" in done.out

    def test_uncertainty_is_that_of_weights_not_of_a_count_of_paths(self, run: Run) -> None:
        done = run("why", str(ROOT / "data" / "mediation.csv"), "X", "Y", "--sd", "se", "-w", "unit")
        assert (done.status, done.err.count("\n")) == (2, 1)
        assert "add --weight ATTRIBUTE" in done.err


class TestFormula:
    def test_text_latex_and_the_rest(self, run: Run, model: str, tmp_path: Path) -> None:
        done = run("why", model, "V", "Y", "--formula")
        assert "w[V,U]*(w[U,Y] + w[U,W]*w[W,Y])\n3 operations; path by path 4\nValue, by weight: 0.160468" in done.out
        path = tmp_path / "total.tex"
        assert run("why", model, "V", "Y", "--formula", "-O", str(path)).out == ""
        assert path.read_text().startswith("w_{\\mathrm{V},\\mathrm{U}}\\,(")
        document = json.loads(run("why", model, "V", "Y", "--formula", "-o", "json").out)
        assert (document["kind"], document["operations"]) == ("factored", 3)
        assert document["value"] == pytest.approx(0.1604684)
        assert run("why", model, "V", "Y", "--formula", "-o", "csv").out.startswith('symbol,weight\n"w[V,U]",0.31\n')

    def test_no_other_verb_prints_latex(self, run: Run, model: str) -> None:
        refused = run("why", model, "Y", "-o", "latex").err
        assert "latex is printed by graphdiff why --formula; use text, json or csv" in refused

    def test_symbols_have_no_errors(self, run: Run, model: str) -> None:
        done = run("why", model, "V", "Y", "--formula", "--sd", "se")
        assert (done.status, done.out) == (2, "")
        assert "--formula is of symbols, which have no --sd" in done.err


class TestRank:
    def test_from_a_source(self, run: Run) -> None:
        done = run("rank", OPENSSH, "--source", "openssh-server", "-n", "3")
        assert "What openssh-server rests on" in done.out
        assert "1  libc6 + libgcc-s1  0.766951" in done.out
        assert "… 67 more" in done.out

    def test_towards_a_target_spread_evenly(self, run: Run) -> None:
        document = json.loads(run("rank", OPENSSH, "--target", "liblzma5", "-o", "json").out)
        assert [node["node"] for node in document["nodes"][:2]] == ["libsystemd0", "dpkg"]
        assert len(document["nodes"]) == 12

    def test_all_roots(self, run: Run, model: str) -> None:
        rows = list(csv.reader(io.StringIO(run("rank", model, "-o", "csv").out)))
        assert rows[0] == ["place", "node", "weight", "reach", "exclusive"]
        assert float({row[1]: row[2] for row in rows}["Y"]) == pytest.approx(0.1604684 + 0.32236556)


class TestPaths:
    def test_the_strongest(self, run: Run) -> None:
        done = run("paths", OPENSSH, "openssh-server", "liblzma5", "-k", "1")
        assert "1 path from openssh-server to liblzma5, spread evenly" in done.out

    def test_as_many_as_cover(self, run: Run) -> None:
        document = json.loads(
            run("paths", OPENSSH, "openssh-server", "liblzma5", "--coverage", "0.9", "-o", "json").out
        )
        assert [round(path["covered"], 3) for path in document["paths"]] == [0.708, 0.779, 0.845, 0.878, 0.9]
        lines = run("paths", OPENSSH, "openssh-server", "liblzma5", "-k", "2").out.split("\n\n")[1].splitlines()[1:]
        assert [line.split()[:5] for line in lines] == [
            ["influence", "steps", "so", "far", "path"],
            ["0.00724638", "2", "70.8", "%", "openssh-server"],
            ["0.000724638", "4", "77.9", "%", "openssh-server"],
        ]

    def test_what_is_covered_is_of_the_absolute_sum(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "signs.csv"
        path.write_text("source,target,weight\ns,a,2\na,t,1\ns,t,-3\n")
        rows = run("paths", str(path), "s", "t", "-o", "csv").out.splitlines()
        assert rows == ["influence,steps,covered,path", "-3,1,0.6,s > t", "2,2,1.0,s > a > t"]
        path.write_text("source,target,weight\ns,a,0\na,t,1\n")
        assert run("paths", str(path), "s", "t", "-o", "csv").out.splitlines()[1:] == ["0,2,,s > a > t"]

    def test_a_sum_beyond_the_floats_covers_nothing(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "huge.csv"
        path.write_text("source,target,weight\ns,a,1.5e308\na,t,1\ns,b,1.5e308\nb,t,1\n")
        rows = run("paths", str(path), "s", "t", "-k", "1", "-o", "csv").out.splitlines()
        assert rows[1:] == ["1.5e+308,2,,s > a > t"]

    def test_all_of_them(self, run: Run) -> None:
        rows = run("paths", OPENSSH, "openssh-server", "liblzma5", "--all", "-o", "csv").out.splitlines()
        assert len(rows) == 27

    def test_too_many(self, run: Run) -> None:
        done = run("paths", OPENSSH, "openssh-server", "liblzma5", "--all", "--max-paths", "25")
        assert (done.status, done.out) == (75, "")
        assert "26 paths, more than --max-paths 25" in done.err

    def test_drawn_at_random(self, run: Run) -> None:
        ask = ["paths", OPENSSH, "openssh-server", "liblzma5", "--sample", "50", "--seed", "1"]
        assert run(*ask).out == run(*ask).out
        drawn = [path["nodes"] for path in json.loads(run(*ask, "-o", "json").out)["paths"]]
        assert len(drawn) == 50
        assert 25 < drawn.count(["openssh-server", "libsystemd0", "liblzma5"]) < 45  # of 50, 35.4 are expected

    def test_round_a_solved_cycle_they_are_walks(self, run: Run, cyclic: str) -> None:
        ask = ["paths", cyclic, "a", "b", "--cycles", "solve", "-k", "1"]
        assert "1 walk from a to b, by weight" in run(*ask).out
        document = json.loads(run(*ask, "-o", "json").out)
        assert "paths" not in document
        assert document["walks"][0]["influence"] == 0.25


class TestWhatIf:
    def test_both_weightings_and_the_set_beside_the_sum(self, run: Run) -> None:
        done = run("what-if", OPENSSH, "openssh-server", "liblzma5", "--remove-edge", "openssh-server", "libsystemd0")
        assert done.status == 0
        assert "Without openssh-server -> libsystemd0:" in done.out
        assert "openssh-server rests on liblzma5 by 25 paths still (before: 26)." in done.out
        assert re.search(r"after +25 +0\.00298913\n", done.out)
        assert "after, weights counted anew" in done.out
        assert "influence" not in done.out

    def test_several_changes_are_made_together(self, run: Run, model: str) -> None:
        edits = [
            "--reweight",
            "X",
            "Y",
            "0.2",
            "--remove-edge",
            "V",
            "U",
            "--add",
            "X",
            "Z",
            "1",
            "--add",
            "Z",
            "Y",
            "0.5",
        ]
        document = json.loads(run("what-if", model, "X", "Y", *edits, "-o", "json").out)
        assert (document["graphdiff"], document["kind"]) == (1, "what-if")
        result = document["results"][0]
        assert result["after"] == pytest.approx(0.32236556 - 0.115 + 0.2 + 0.5)
        assert (result["n_paths_before"], result["n_paths"], result["new_nodes"]) == (4, 5, ["Z"])
        assert [change["what"] for change in result["changes"]] == ["remove edge", "reweight", "add edge", "add edge"]

    def test_a_node_and_an_edge_that_takes_its_presets_weight(self, run: Run) -> None:
        arguments = [
            "openssh-server",
            "liblzma5",
            "--remove-node",
            "libsystemd0",
            "--add",
            "openssh-server",
            "liblzma5",
            "-",
        ]
        rows = list(csv.DictReader(io.StringIO(run("what-if", OPENSSH, *arguments, "-o", "csv").out)))
        assert [row["weights"] for row in rows] == ["unit", "even"]
        assert (rows[0]["after"], rows[0]["recounted"]) == ("25", "")
        # openssh-server has 23 dependencies, one is taken and one is put in its place
        assert float(rows[1]["after"]) == pytest.approx(0.0102355 - 0.00797101 + 1 / 23, abs=1e-6)

    def test_a_new_node_that_looks_like_another_is_told(self, run: Run) -> None:
        done = run("what-if", OPENSSH, "openssh-server", "liblzma5", "--add", "openssh-server", "liblzma55", "-")
        assert done.status == 0
        assert done.err == "a new node: no node 'liblzma55'; did you mean 'liblzma5'?\n"
        assert "Not in the graph before (1 package): liblzma55" in done.out

    def test_without_a_change_the_ten_that_matter_most(self, run: Run) -> None:
        done = run("what-if", OPENSSH, "openssh-server", "liblzma5")
        lines = [line for line in done.out.splitlines() if " -> " in line and line.startswith("  ")]
        assert len(lines) == 20  # by unit, then by even
        assert lines[0].split()[-1].startswith("-")
        assert lines[10].split() == [
            "libsystemd0",
            "->",
            "liblzma5",
            "0.166667",
            "0.0478261",
            "77.9",
            "%",
            "-0.00797101",
        ]
        rows = list(csv.DictReader(io.StringIO(run("what-if", OPENSSH, "openssh-server", "liblzma5", "-o", "csv").out)))
        assert Counter(row["weights"] for row in rows) == {"unit": 20, "even": 20}
        document = json.loads(run("what-if", OPENSSH, "openssh-server", "liblzma5", "-o", "json").out)
        found = [(one["weight_meaning"], len(one["edges"])) for one in document["results"]]
        assert (document["kind"], found) == ("sensitivities", [("unit", 20), ("even", 20)])
        only = run("what-if", OPENSSH, "openssh-server", "liblzma5", "-w", "even").out
        assert "counting paths" not in only
        assert "spread evenly" in only

    def test_parallel_edges_by_their_keys(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "parallel.dot"
        path.write_text("digraph { a -> b [weight=2]; a -> b [weight=3]; b -> c [weight=5] }")
        refused = run("what-if", str(path), "a", "c", "--remove-edge", "a", "b")
        assert refused.status == 2
        assert "2 parallel edges 'a' -> 'b': say which" in refused.err
        key = refused.err.rstrip().rpartition(" ")[2].strip("'")
        assert re.search(r"after +10\n", run("what-if", str(path), "a", "c", "--remove-edge", "a", f"b#{key}").out)


class TestCut:
    def test_every_path(self, run: Run) -> None:
        done = run("cut", OPENSSH, "openssh-server", "liblzma5")
        assert "To cut every path, cut 2 of the 20 dependencies between them:" in done.out
        assert "Fewer cannot do it: 2 paths share no such edge (maximum flow)." in done.out

    def test_as_many_rows_as_wanted(self, run: Run, model: str) -> None:
        done = run("cut", OPENSSH, "openssh-server", "liblzma5", "--top", "1")
        assert "\n  … 1 more: --top 2\nFewer cannot" in done.out
        assert run("table", model, "--top", "1").out.endswith("\n  … 8 more: --top 9\n")

    def test_a_part_by_nodes(self, run: Run) -> None:
        done = run("cut", OPENSSH, "openssh-server", "liblzma5", "--reduce", "50%", "--nodes")
        assert re.search(r"cut 1 of the 11 nodes between them:\n.*\n  libsystemd0 +0\.00797101 \(77\.9 %\)", done.out)

    def test_an_amount_as_json_and_csv(self, run: Run, model: str) -> None:
        document = json.loads(run("cut", model, "X", "Y", "--reduce", "0.2", "-o", "json").out)
        assert (document["kind"], document["method"], document["at_least"]) == ("cut", "exact", 2)
        assert document["after"] <= 0.32236556 - 0.2
        rows = list(csv.DictReader(io.StringIO(run("cut", model, "X", "Y", "--reduce", "0.2", "-o", "csv").out)))
        assert [row["source"] for row in rows] == [row["source"] for row in document["removed"]]


def test_diagnose(run: Run) -> None:
    document = json.loads(run("diagnose", OPENSSH, "openssh-server", "liblzma5", "-o", "json").out)
    assert document["n_paths"] == 26
    assert "both sweeps touch each edge once" in run("diagnose", OPENSSH, "openssh-server", "liblzma5").out
    rows = dict(csv.reader(io.StringIO(run("diagnose", OPENSSH, "openssh-server", "liblzma5", "-o", "csv").out)))
    assert rows["n_paths"] == "26"
    assert json.loads(rows["lengths"]) == document["lengths"]
    assert rows["overview"] == ""


def test_a_plan_says_what_a_jacobian_would_cost(run: Run, tmp_path: Path) -> None:
    """The graph of U. Naumann (2004), figure 1."""
    path = tmp_path / "naumann.csv"
    path.write_text("source,target\n0,2\n1,2\n2,3\n2,4\n3,4\n4,5\n4,6\n")
    text = run("table", str(path), "--plan").out
    assert "2 targets by 2 sources, 7 nodes and 7 edges between" in text
    assert re.search(r"forward +2 +14 +12 ", text)
    assert "MiB" in text
    assert "elimination order: 3, 2, 4" in text
    plan = json.loads(run("table", str(path), "--plan", "-o", "json").out)
    assert [(each["weights"], each["costs"]["elimination"]["multiply_adds"]) for each in plan["plans"]] == [
        ("unit", 7),
        ("even", 7),
    ]
    rows = list(csv.reader(io.StringIO(run("table", str(path), "--plan", "-w", "even", "-o", "csv").out)))
    assert [row[:5] for row in rows] == [
        ["weights", "method", "passes", "multiply_adds", "sparse"],
        ["even", "forward", "2", "14", "12"],
        ["even", "reverse", "2", "14", "12"],
        ["even", "elimination", "", "7", "7"],
    ]


@pytest.mark.parametrize("words", [("table", "--wide"), ("jacobian",)], ids=["its name", "its old name"])
def test_a_matrix_of_totals(run: Run, model: str, words: tuple[str, ...]) -> None:
    done = run(words[0], model, *words[1:], "-o", "csv")
    rows = list(csv.reader(io.StringIO(done.out)))
    assert rows[0] == ["weights", "target", "V", "X"]
    assert rows[1][:2] == ["weight", "Y"]
    assert [float(number) for number in rows[1][2:]] == pytest.approx([0.1604684, 0.32236556])
    warning = (
        "graphdiff: graphdiff jacobian is an old name, which goes with the next version: write graphdiff table --wide"
    )
    assert done.err.startswith(warning) if words == ("jacobian",) else done.err == ""
    assert done.err.count("\n") <= 1


def test_the_old_name_of_table_is_not_in_the_help(run: Run) -> None:
    assert not re.search(r"^ +jacobian ", run("--help").out, re.MULTILINE)
    assert re.search(r"^ +table ", run("--help").out, re.MULTILINE)
    assert (
        "by unit: Jacobian of 1 target" in run("jacobian", OPENSSH, "--target", "liblzma5", "--plan", "-w", "unit").out
    )


#: A model of twelve coefficients: four causes of one another, by three between, of one outcome.
TWELVE = """\
from,to,label,weight,se
age,income,a1,0.30,0.05
age,health,a2,-0.40,0.06
school,income,b1,0.50,0.04
school,habits,b2,0.25,0.05
income,health,c1,0.20,0.07
income,habits,c2,0.10,0.05
habits,health,d1,0.35,0.06
health,mood,e1,0.60,0.05
habits,mood,e2,0.15,0.04
income,mood,e3,0.05,0.04
age,mood,e4,-0.10,0.05
school,mood,e5,0.00,0.05
"""


class TestTable:
    @pytest.fixture
    def twelve(self, tmp_path: Path) -> str:
        path = tmp_path / "twelve.csv"
        path.write_text(TWELVE)
        return str(path)

    def test_twelve_rows_become_a_table_of_effects_in_one_command(self, run: Run, twelve: str) -> None:
        done = run("table", twelve, "--sd", "se", "-o", "csv")
        assert (done.status, done.err) == (0, "")
        rows = {(row["source"], row["target"]): row for row in csv.DictReader(io.StringIO(done.out))}
        assert len(rows) == 14
        one = rows["school", "habits"]
        assert [float(one[name]) for name in ("direct", "indirect", "total", "paths")] == pytest.approx(
            [0.25, 0.05, 0.3, 2]
        )
        assert float(one["indirect_se"]) == pytest.approx(((0.5 * 0.05) ** 2 + (0.1 * 0.04) ** 2) ** 0.5)
        assert float(one["indirect_z"]) == pytest.approx(0.05 / float(one["indirect_se"]))
        assert float(one["indirect_ci_low"]) == pytest.approx(0.05 - 1.959964 * float(one["indirect_se"]), rel=1e-5)
        text = run("table", twelve, "--sd", "se").out
        assert "CSV edge list" in text
        assert "Effects by weight: 14 pairs" in text
        assert re.search(r"^  school +habits +direct +0\.25 ", text, re.MULTILINE)
        assert max(map(len, text.splitlines())) <= 100

    def test_a_covariance_and_draws_from_files(self, run: Run, twelve: str, tmp_path: Path) -> None:
        cov = tmp_path / "vcov.csv"
        cov.write_text('"","b2","income~school","c2","mood~~mood"\nb2,0.0025,0,-0.001,0\n'
                       "income~school,0,0.0016,0,0\nc2,-0.001,0,0.0025,0\nmood~~mood,0,0,0,9\n")  # fmt: skip
        arguments = ("table", twelve, "--source", "school", "--target", "habits", "-o", "json")
        (one,) = json.loads(run(*arguments, "--cov", str(cov)).out)["results"][0]["pairs"]
        square = 0.0025 + (0.5**2 * 0.0025 + 0.1**2 * 0.0016) + 2 * 0.5 * -0.001
        assert one["total_se"] == pytest.approx(square**0.5)
        draws = tmp_path / "boot.csv"
        draws.write_text("b2,income~school,c2\n0.2,0.5,0.1\n0.3,0.4,0.2\n0.1,0.6,0.1\n")
        document = json.loads(run(*arguments, "--draws", str(draws), "--level", "0.5").out)
        assert document["kind"] == "table"
        assert document["results"][0]["level"] == 0.5
        (one,) = document["results"][0]["pairs"]
        assert (one["total_ci_low"], one["total_ci_high"]) == pytest.approx((0.205, 0.315))  # of .25, .38, .16

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (",a,b\na,1,2\nb,2,1\n", "cov is no covariance: its smallest eigenvalue is -1 (the largest 3)"),
            (",a,b\na,1,x\nb,0,1\n", "line 2: 'x' of 'b' is no number"),
            (",a,b\na,1,0\n", "1 rows and 2 columns of numbers are no covariance"),
            ("1,0\n0,1\n", "its first row has numbers, where the names of coefficients are needed"),
            (",a,q\na,1,0\nq,0,1\n", "cov names 'q', which is no label of an edge"),
            (",a\nb,1\n", "cov has other names for its rows than for its columns"),
        ],
    )
    def test_what_is_no_covariance(self, run: Run, tmp_path: Path, text: str, message: str) -> None:
        model, cov = tmp_path / "model.csv", tmp_path / "vcov.csv"
        model.write_text("source,target,label,weight\nx,m,a,0.5\nm,y,b,0.5\n")
        cov.write_text(text)
        done = run("table", str(model), "--cov", str(cov))
        assert done.status in (2, 65)
        assert message in done.err

    def test_what_options_go_together(self, run: Run, twelve: str) -> None:
        assert "--wide is of the totals alone" in run("table", twelve, "--wide", "--sd", "se").err
        assert "the file's are not named: add --weight" in run("table", twelve, "--sd", "se", "-w", "unit").err
        done = run("table", twelve, "--max-cells", "35")
        assert (done.status, done.err) == (
            75, "graphdiff: 6 sources by 6 targets are 36, more than --max-cells 35: name fewer --source or --target\n"
        )  # fmt: skip

    def test_several_weightings_stand_one_below_the_other(self, run: Run) -> None:
        text = run("table", OPENSSH, "--source", "openssh-server", "--target", "liblzma5").out
        assert "Effects counting paths: 1 pair" in text
        assert "Effects spread evenly: 1 pair" in text
        rows = list(csv.DictReader(io.StringIO(run("table", OPENSSH, "--target", "liblzma5", "-o", "csv").out)))
        assert {row["weights"] for row in rows} == {"unit", "even"}
        one = next(row for row in rows if (row["weights"], row["source"]) == ("unit", "openssh-server"))
        assert (one["total"], one["paths"]) == ("26", "26")


class TestDraw:
    def test_dot_goes_to_standard_output(self, run: Run) -> None:
        done = run("draw", OPENSSH, "openssh-server", "liblzma5")
        assert done.out.startswith("digraph")
        assert done.out.count("->") == 20

    @pytest.mark.parametrize("suffix", ["dot", "svg", "json", "csv", "graphml", "mmd"])
    def test_a_file_by_its_suffix(self, run: Run, tmp_path: Path, model: str, suffix: str) -> None:
        path = tmp_path / f"picture.{suffix}"
        assert run("draw", model, "X", "Y", "-O", str(path)).status == 0
        assert path.stat().st_size > 100

    def test_the_target_alone(self, run: Run, model: str) -> None:
        assert "0.518" in run("draw", model, "--target", "Y").out


#: What goes wrong, how the command ends, and what its one line says.
MISTAKES = {
    "no such file": (["why", "nowhere.dot", "a"], 66, "nowhere.dot"),
    "empty file": (["why", "{empty}", "a"], 65, "empty"),
    "not that format": (["why", "{text}", "a", "--format", "json"], 65, "text.txt"),
    "undirected": (["why", "{undirected}", "a", "b"], 65, "undirected"),
    "missing weight": (["why", "{holes}", "a", "c"], 65, "1 of the 2 edges has no 'weight', the first is 'b' -> 'c'"),
    "weight that is no number": (["why", "{model}", "X", "Y", "-w", "kind"], 65, "none of the 7 edges has 'kind'"),
    "NaN": (["why", "{nan}", "a", "b"], 65, "nan"),
    "cycle": (["why", "{cyclic}", "a", "b"], 65, "the graph has a cycle: a -> a. --cycles solve sums its walks"),
    "unknown node": (["why", OPENSSH, "openssh-servr", "dpkg"], 2, "did you mean 'openssh-server'"),
    "too many nodes": (["why", "{model}", "V", "X", "Y"], 2, "3 nodes given"),
    "both ends ranked": (["rank", "{model}", "--source", "X", "--target", "Y"], 2, "not both"),
    "ranked by what is not there": (["rank", "{model}", "--by", "even"], 2, "here are weight, reach, exclusive"),
    "file given as format": (["why", OPENSSH, "dpkg", "-o", "x.svg"], 2, "for a file: -O x.svg"),
    "no such column": (["why", "{model}", "X", "--columns", "source=from"], 2, "from"),
    "unknown verb": (["explain", "{model}"], 2, "No such command 'explain'"),
    "no verb": (["{model}", "X", "Y"], 2, "is a file, and a verb comes first; did you mean: graphdiff why "),
    "edge that is not there": (["what-if", "{model}", "X", "Y", "--remove-edge", "Y", "X"], 2, "one the other way"),
    "weight that is text": (["what-if", "{model}", "X", "Y", "--reweight", "X", "Y", "much"], 2, "'much' is not a num"),
    "set for reweight": (["what-if", "{model}", "X", "Y", "--set", "X", "Y", "1"], 2, "--reweight A B W sets"),
    "two ways to choose": (["paths", "{model}", "X", "Y", "-k", "1", "--sample", "2"], 2, "-k and --sample: these are"),
    "seed of nothing": (["paths", "{model}", "X", "Y", "--seed", "2"], 2, "--seed is for --sample N"),
    "cut by text": (["cut", "{model}", "X", "Y", "--reduce", "half"], 2, "a percentage such as 50%, or a number"),
    "cut by too much": (["cut", "{model}", "X", "Y", "--reduce", "150%"], 2, "--reduce 150% is not above 0 and up to"),
    "output exists": (["why", OPENSSH, "dpkg", "-O", "{model}"], 73, "--force"),
    "unwritable output": (["draw", "{model}", "-O", "{model}/x.svg"], 73, "x.svg"),
    "unknown suffix": (["draw", "{model}", "-O", "x.pdf"], 2, ".pdf"),
    "walks without end": (["why", "{growing}", "a", "b", "--cycles", "solve"], 65, "spectral radius is 2"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_mistake_is_one_line_and_writes_nothing(
    run: Run, tmp_path: Path, model: str, cyclic: str, mistake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "empty": ("empty.dot", ""),
        "text": ("text.txt", "no graph at all\n"),
        "undirected": ("undirected.dot", "graph { a -- b }"),
        "holes": ("holes.json", '{"directed": true, "nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "edges": '
                  '[{"source": "a", "target": "b", "weight": 1}, {"source": "b", "target": "c"}]}'),
        "nan": ("nan.csv", "source,target,weight\na,b,nan\n"),
        "growing": ("growing.csv", "source,target,weight\na,b,2\nb,a,2\n"),
    }  # fmt: skip
    for name, text in files.values():
        (tmp_path / name).write_text(text)
    paths = {key: str(tmp_path / name) for key, (name, _) in files.items()} | {"model": model, "cyclic": cyclic}
    monkeypatch.chdir(tmp_path)
    before = sorted(os.listdir())
    arguments, status, message = MISTAKES[mistake]
    done = run(*[argument.format(**paths) for argument in arguments])
    assert (done.status, done.out) == (status, "")
    assert message in done.err
    assert done.err.startswith("graphdiff: ")
    assert done.err.count("\n") == 1
    assert sorted(os.listdir()) == before


class TestOutput:
    def test_what_a_name_would_do_to_a_terminal_is_not_printed(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "hostile.csv"
        path.write_text(
            "source,target\ns,a\x1b[31m\x1b]0;title\x07\x9b2J\u202e\na\x1b[31m\x1b]0;title\x07\x9b2J\u202e,t\n", "utf-8"
        )
        for command in (("why", "s", "t"), ("paths", "s", "t"), ("what-if", "s", "t"), ("cut", "s", "t"), ("rank",)):
            done = run(command[0], str(path), *command[1:], "-w", "unit")
            assert done.status == 0
            assert "a\ufffd[31m\ufffd]0;title\ufffd\ufffd2J" in done.out
            assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", done.out)

    def test_a_report_goes_to_a_file(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "why.json"
        done = run("why", OPENSSH, "dpkg", "-O", str(path))
        assert (done.out, json.loads(path.read_text())["kind"]) == ("", "why")

    def test_force_replaces(self, run: Run, tmp_path: Path, model: str) -> None:
        path = tmp_path / "x.dot"
        path.write_text("old")
        assert run("draw", model, "X", "Y", "-O", str(path), "--force").status == 0
        assert path.read_text().startswith("digraph")

    def test_standard_input(self) -> None:
        command = [sys.executable, "-m", "graphdiff", "why", "-", "a", "c", "--weight", "unit"]
        done = subprocess.run(command, input=b"digraph { a -> b -> c; a -> c }", capture_output=True, check=True)
        assert b"by 2 paths of 1 to 2 steps" in done.stdout

    @pytest.mark.parametrize("no_color", ["", "1"])
    def test_colours_on_a_terminal_unless_unwanted(self, no_color: str) -> None:
        ours, theirs = pty.openpty()
        environment = {**os.environ, "NO_COLOR": no_color, "TERM": "xterm"}
        command = [sys.executable, "-m", "graphdiff", "rank", OPENSSH, "--source", "openssh-server", "-n", "1"]
        subprocess.run(command, stdout=theirs, check=True, env=environment)
        assert (b"\x1b[" in os.read(ours, 10_000)) == (not no_color)

    def test_whoever_stops_reading_is_no_error(self) -> None:
        command = f"{sys.executable} -m graphdiff draw {OPENSSH} openssh-server liblzma5 | head -1"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
        assert not done.stderr


def test_help_names_the_formats_and_keeps_its_lines(run: Run) -> None:
    text = run("--help").out
    assert "\\b" not in text
    assert "\b" not in text
    assert "\n    imports:PACKAGE or imports:PATH  which module of a package imports which\n" in text
    for file in ("package-lock.json", "Cargo.lock", "uv.lock", "CycloneDX", "SPDX", "manifest", "terraform graph"):
        assert file in text


def test_every_verb_ends_with_examples_and_python(run: Run) -> None:
    for name in ("why", "rank", "paths", "diagnose", "cycles", "table", "draw"):
        done = run(name, "--help")
        assert done.status == 0
        assert "Examples:" in done.out
        assert done.out.index("Examples:") < done.out.index("In Python:")
        assert "import graphdiff as gd" in done.out


def test_names_complete(tmp_path: Path) -> None:
    words = f"graphdiff why {OPENSSH} openssh-s"
    environment = {**os.environ, "_GRAPHDIFF_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": "3"}
    code = "import sys; sys.argv = ['graphdiff']; from graphdiff.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert "openssh-server" in done.stdout
    assert "openssh-sftp-server" in done.stdout


def test_names_of_what_is_no_file_complete() -> None:
    words = "graphdiff why imports:graphdiff graphdiff.io.deb"
    environment = {**os.environ, "_GRAPHDIFF_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": "3"}
    code = "import sys; sys.argv = ['graphdiff']; from graphdiff.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.stdout == "plain,graphdiff.io.debian\n"


class TestPython:
    """Questions on Python's packages and imports, as its users ask them."""

    DATA = ROOT / "tests" / "data" / "python"

    def test_an_environment(self, run: Run) -> None:
        done = run("why", "env:", "pandas", "numpy")
        assert done.out.startswith("Python environment · ")
        assert "pandas rests on numpy by " in done.out
        assert done.err == ""

    def test_what_is_there_only_with_an_extra_is_said(self, run: Run) -> None:
        done = run("why", "env:", "networkx", "numpy")
        assert "networkx does not rest on numpy" in done.out
        assert "Only with an extra that no package asks for: networkx[default] needs numpy" in done.out
        assert "networkx rests on numpy by " in run("why", "env:", "networkx", "numpy", "--extras", "all").out
        said = json.loads(run("why", "env:", "networkx", "numpy", "-o", "json").out)
        assert said["with_extras"][0] == {"source": "networkx", "target": "numpy", "extra": "default"}

    def test_no_extra_is_said_to_help_where_none_does(self, run: Run) -> None:
        done = run("why", str(self.DATA / "inspect.json"), "core", "app")
        assert done.out.splitlines()[-1].startswith(
            "core does not rest on app: no path from core to app, but one the other"
        )
        assert "with_extras" not in json.loads(
            run("why", str(self.DATA / "inspect.json"), "core", "app", "-o", "json").out
        )

    def test_pip_inspect_in_a_pipe(self) -> None:
        command = [sys.executable, "-m", "graphdiff", "why", "-", "app", "core"]
        done = subprocess.run(command, input=(self.DATA / "inspect.json").read_bytes(), capture_output=True, check=True)
        assert b"app rests on core by 3 paths of 2 to 3 steps" in done.stdout

    def test_an_import_graph_by_its_statements(self, run: Run) -> None:
        done = run(
            "rank",
            "imports:graphdiff",
            "--source",
            "graphdiff.graph.compiled",
            "-w",
            "imports",
            "-w",
            "even",
            "-o",
            "csv",
        )
        rows = list(csv.DictReader(io.StringIO(done.out)))
        assert list(rows[0]) == ["place", "node", "imports", "even", "reach", "exclusive"]
        assert "graphdiff.errors" in {row["node"] for row in rows}
        report = run("why", "imports:graphdiff", "graphdiff.graph.compiled", "graphdiff.errors", "-w", "imports").out
        assert "Of one unit spread from graphdiff.graph.compiled along the import statements, 0." in report
        assert "by statements: each module passes what reaches it along its import statements" in report

    def test_a_broken_distribution_is_one_line(self, run: Run, tmp_path: Path) -> None:
        for name, text in {
            "a": "Name: a\nVersion: 1\nRequires-Dist: b\n",
            "b": "Name: b\nVersion: 1\n",
            "c": "",
            "d": "",
        }.items():
            (tmp_path / f"{name}-1.dist-info").mkdir()
            (tmp_path / f"{name}-1.dist-info" / "METADATA").write_text(text)
        done = run("why", f"env:{tmp_path}", "a", "b")
        assert done.status == 0
        line = r"graphdiff: a distribution without a name or version is left out: .*\n"
        assert re.fullmatch(line * 2, done.err)
        for name in "efg":
            (tmp_path / f"{name}-1.dist-info").mkdir()
            (tmp_path / f"{name}-1.dist-info" / "METADATA").write_text("")
        done = run("why", f"env:{tmp_path}", "a", "b")
        assert re.fullmatch(line * 2 + line.replace(r"\n", r" \(and 2 more\)\n"), done.err)

    def test_lock_files_take_options(self, run: Run) -> None:
        lock = str(self.DATA / "uv.lock")
        assert "uv lock · 7 packages, 8 dependencies" in run("rank", lock).out
        done = run("rank", lock, "--markers", "python_version=3.12", "--extras", "nodes", "--groups", "none")
        assert "uv lock · 6 packages, 7 dependencies" in done.out

    def test_times_go_to_the_nodes(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "x.json"
        done = run(
            "draw", str(self.DATA / "grimp.json"), "--times", str(self.DATA / "import.importtime"), "-O", str(path)
        )
        assert (done.status, json.loads(path.read_text())["nodes"][0]["import_time"]) == (0, 20)


class TestWords:
    """Every report speaks the words of its world, by what the file says of its edges and weights."""

    @pytest.mark.parametrize(
        "edge_meaning, weight_meaning, sentence",
        [
            ("depends on", "even", "Of one unit spread evenly from a, 0.25 reaches b."),
            ("imports", "imports", "Of one unit spread from a along the import statements, 0.25 reaches b."),
            ("calls", "cost", "25.0 % of b's time is spent for a."),
            ("calls", "calls", "One call of a makes 0.25 calls of b."),
            ("causes", "unknown", "One unit more of a changes b by 0.25."),
            ("feeds", "unknown", "Derivative: d b / d a = 0.25."),
            ("unknown", "unknown", "Total influence of a on b along the arrows: 0.25."),
        ],
    )
    def test_the_total(self, run: Run, tmp_path: Path, edge_meaning: str, weight_meaning: str, sentence: str) -> None:
        path = tmp_path / "graph.json"
        graph = {"edge_meaning": edge_meaning, "weight_meaning": weight_meaning}
        edges = [{"source": "a", "target": "b", "weight": 0.25}]
        document = {"directed": True, "graph": graph, "nodes": [{"id": "a"}, {"id": "b"}], "edges": edges}
        path.write_text(json.dumps(document))
        assert sentence in run("why", str(path), "a", "b").out


def test_kinds_of_dependencies_are_chosen_by_repeating_an_option(run: Run) -> None:
    lock = str(ROOT / "tests" / "data" / "npm" / "package-lock.json")
    assert "by 3 paths" in run("why", lock, "app", "c@1.0.1", "-w", "unit").out
    assert "by 5 paths" in run("why", lock, "app", "c@1.0.1", "-w", "unit", "--kind", "all").out
    assert (
        "by 3 paths"
        in run(
            "why", lock, "app", "c@1.0.1", "-w", "unit", "--kind", "normal", "--kind", "optional", "--kind", "workspace"
        ).out
    )
    refused = run("why", lock, "app", "c@1.0.1", "--kind", "nomal")
    assert (refused.status, refused.out) == (2, "")
    assert (
        refused.err == "graphdiff: no edge is of the kind 'nomal'; there are normal, dev, optional, peer, workspace\n"
    )


@pytest.fixture
def parallel(tmp_path: Path) -> Path:
    path = tmp_path / "units.dot"
    path.write_text('digraph systemd {"a"->"b" [color="green"]; "a"->"b" [color="black"]; "b"->"c" [color="black"]; }')
    return path


def test_paths_over_parallel_edges_say_which_they_take(run: Run, parallel: Path) -> None:
    out = run("paths", str(parallel), "a", "c").out
    assert "a > b > c  (by After)\n" in out
    assert "a > b > c  (by Requires)\n" in out
    parallel.write_text("digraph { a -> b; a -> b; b -> c }")
    assert "a > b > c  (by 1)\n" in run("paths", str(parallel), "a", "c", "--all").out
    parallel.write_text("digraph { a -> b; b -> c }")
    assert "(by" not in run("paths", str(parallel), "a", "c").out


def test_paths_have_a_hundred_columns(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    names = [("x" * 45 + number, "y" * 40 + number) for number in "123"]
    path.write_text("source,target\n" + "".join(f"start,{x}\n{x},{y}\n{y},end\n" for x, y in names))
    for more in ((), ("--all",), ("-w", "unit")):
        out = run("paths", str(path), "start", "end", *more).out
        assert max(map(len, out.splitlines())) <= 100
        assert out.count("  start > xxx") == 3


def test_why_says_of_paths_by_the_same_nodes_which_edges_they_take(run: Run, parallel: Path) -> None:
    out = run("why", str(parallel), "a", "c").out
    assert "  a > b (After) > c (Requires)\n" in out
    assert "  … > b (Requires) > c (Requires)\n" in out
    assert "(by" not in out
    # The cycle of b and c counts as one node, which a enters and leaves by either; `why` has the ways through it.
    parallel.write_text("digraph { a -> b; a -> c; b -> c; c -> b; b -> d; c -> d; d -> e }")
    lines = [line for line in run("paths", str(parallel), "a", "e").out.splitlines() if "b + c > d > e" in line]
    told = {line.partition("(by ")[2].partition(")")[0] for line in lines}
    assert told == {f"a -> {first}, {last} -> d" for first in "bc" for last in "bc"}
    lines = run("why", str(parallel), "a", "e").out.split("\n\n")[1].splitlines()
    assert lines[0] == "The 4 paths, shortest first:"
    assert {line.partition(" > ")[2] for line in lines[1:]} == {
        f"{way} > d > e" for way in ("b", "c", "b > c", "c > b")
    }


def test_what_a_file_names_and_does_not_have_is_said(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "yarn.lock"
    whole = '# yarn lockfile v1\n\na@^1:\n  version "1.0.0"\n  dependencies:\n    b "^2"\n\nb@^2:\n  version "2.0.0"\n'
    path.write_text(whole)
    assert run("rank", str(path)).err == ""
    path.write_text(whole.partition("\nb@^2")[0])  # cut off between two packages
    said = f"graphdiff: {path}: left out 1 dependency on packages that are not in the file: 'b' (required by 'a')\n"
    assert run("rank", str(path)).err == said
