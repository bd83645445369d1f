"""The scripts of examples/, run as a user runs them, print the published numbers and draw their pictures."""

from __future__ import annotations

import runpy
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
Run = Callable[..., list[str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a script with arguments and returns its lines, each without double spaces."""

    def run_script(name: str, *arguments: str) -> list[str]:
        monkeypatch.setattr(sys, "argv", [name, *arguments])
        runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
        return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]

    return run_script


def texts_of(picture: Path) -> set[str]:
    elements = ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}text")
    return {" ".join((element.text or "").split()) for element in elements}


def test_every_example_is_run_here() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {
        "attention", "backprop", "calls", "dependencies", "drop_dependency", "forgetting", "gallery",
        "gradient_descent", "import_cycle", "hot_route", "mediation", "new_dependency", "path_model", "risk",
        "skips", "slower", "vanishing", "why_it_said_that",
    }  # fmt: skip


def test_dependencies_finds_the_way_of_the_backdoor(run: Run, tmp_path: Path) -> None:
    lines = run("dependencies", str(tmp_path))
    unit, even = lines.index("openssh-server -> liblzma5: 26"), lines.index("openssh-server -> liblzma5: 0.0102355")
    assert lines[unit + 1 : unit + 3] == ["7.7% of it comes by libsystemd0", "92.3% of it comes by dpkg"]
    assert lines[even + 1 : even + 3] == ["77.9% of it comes by libsystemd0", "22.1% of it comes by dpkg"]
    assert lines[even + 4] == "70.8% openssh-server > libsystemd0 > liblzma5"
    assert {"openssh-server", "libsystemd0", "liblzma5"} <= texts_of(tmp_path / "openssh-server.svg")


def test_risk_says_what_brings_most_and_what_is_the_least_to_upgrade(run: Run) -> None:
    lines = run("risk")
    assert lines[:2] == ["vulnerable: tls 9.8, json 7.5, escape 6.1, sockets 5.45", "not in the lock: carousel@1.0.0"]
    # Of one unit from shop a fifth goes to each; of mail's half to http, half of that to tls, ...
    brought = {"search": (7.5 + 15.25 / 2) / 10, "mail": (6.1 + 15.25 / 2) / 10, "orm": 9.8 / 10, "log": 0.0}
    brought["web"] = (6.1 + 15.25 / 2) / 15
    total = sum(brought.values())
    for number, package in enumerate(("search", "mail", "orm", "web", "log"), 2):
        assert lines[number] == f"{brought[package] / total:.1%} of it comes by {package}"
    assert lines[-3:] == [
        "All others keep their weights; what_if counts them anew.",
        "by dependencies it takes 4, and at least 4",
        "90.5% less without tls, search, templates",
    ]
    assert "Fewer cannot do it (every smaller set was ruled out)." in lines


def test_calls_charges_time_as_callgrind_and_gprof_do(run: Run) -> None:
    lines = run("calls")
    assert "callgrind's manual, charged by cost: main 820, func1 400" in lines
    assert "callgrind's manual, charged by calls: main 820, func1 380" in lines
    assert "42.9% of func2's time is spent for func1" in lines  # 300 of 700
    assert "gprof's figure 4, EXAMPLE: 3.5 s" in lines
    assert "gprof's figure 4, CALLER1: 1.4 s" in lines
    assert "gprof's figure 4, CALLER2: 2.1 s" in lines
    assert "20% of SUB1's time is spent for CALLER1" in lines  # 4/10 of 20/40


def test_backprop_gives_every_number_of_the_post(run: Run, tmp_path: Path) -> None:
    lines = run("backprop", str(tmp_path))
    assert lines[:9] == [
        "values {'a': 2, 'b': 1, 'c': 3, 'd': 2, 'e': 6}",
        "∂c/∂a = 1",
        "∂c/∂b = 1",
        "∂d/∂b = 1",
        "∂e/∂c = 2",
        "∂e/∂d = 3",
        "paths from b 1 · 2 + 1 · 3 = 5",
        "forward from b {'a': 0, 'b': 1, 'c': 1, 'd': 1, 'e': 5}",
        "reverse from e {'a': 2, 'b': 5, 'c': 2, 'd': 3, 'e': 1}",
    ]
    assert [line for line in lines if line.startswith(("forward 2", "* reverse 1"))] == [
        "forward 2 10 6 2 4.58e-05 MiB",
        "* reverse 1 5 5 1.67 4.58e-05 MiB",
    ]
    assert "all methods agree with forward: 1 output by 2 inputs" in lines
    assert {"e = 6", "b = 1", "∂e/∂b = 5"} <= texts_of(tmp_path / "backprop.svg")
    assert {"e = 6", "∂e/∂b = 5", "∂c/∂b = 1"} <= texts_of(tmp_path / "forward.svg")


def test_backprop_factors_the_nine_paths(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("sympy", reason="the factored sum is printed where sympy is installed")
    lines = run("backprop", str(tmp_path))
    assert "∂e/∂b as it is for any a and b: a + 2*b + 1" in lines
    assert lines[-2].count(" + ") == 8
    assert lines[-1] == "X to Z: 9 paths, (alpha + beta + gamma)*(delta + epsilon + zeta)"


def test_gradient_descent_goes_down_by_the_gradient_of_numpy(run: Run) -> None:
    lines = run("gradient_descent")
    second = lines.index("A net of two layers for the exclusive or")
    for part in (lines[:second], lines[second:]):
        losses = [float(line.split()[-1]) for line in part if line.startswith("step")]
        assert losses == sorted(losses, reverse=True)
        assert losses[-1] < losses[0] / 100
        differing = next(line for line in part if line.startswith("the gradients by trace and by hand differ"))
        assert float(differing.split()[-1]) < 1e-14
    assert "found y = 2.0000 x + -1.0000, by lstsq 2.0000 x + -1.0000" in lines


def test_vanishing_says_where_and_the_skip_keeps_the_gradient(run: Run) -> None:
    lines = run("vanishing")
    skip = next(place for place, line in enumerate(lines) if line.startswith("The same with a skip"))
    first, last = lines[:skip], lines[skip:]
    assert first[0] == "A recurrent net: 256 nodes, 50 paths from 50 inputs to the loss"
    assert first[4].startswith("vanishing from 87 steps on (drive#22: 9.74")
    assert first[5].startswith("it vanishes at drive#22, 87 steps before the loss")
    assert "1,125,899,906,842,623 paths" in last[0]  # 2**50 - 1: past every step, or through it
    assert "steady" in last[4]
    sizes = [[abs(float(line.split()[-1])) for line in part if line.startswith("d loss")] for part in (first, last)]
    assert sizes[0][2] < 1e-10 * sizes[0][0]
    assert sizes[1][2] > sizes[1][0]


def test_path_model_gives_total_direct_and_indirect_effects(run: Run) -> None:
    lines = run("path_model")
    assert "V father's education 0.160 0.000 0.160" in lines
    assert "X father's occupation 0.322 0.115 0.207" in lines
    assert "U education 0.518 0.394 0.124" in lines
    assert "W first job 0.281 0.281 0.000" in lines
    assert "U education 44.8%" in lines  # .279 · .51764 of .32236556
    assert "X -> U -> Y (0.109926)" in lines


def test_drop_dependency_says_what_goes_with_a_package(run: Run) -> None:
    lines = run("drop_dependency")
    assert "jupyterlab 94 94 45,441 kB" in lines
    assert "jupyter-server 60 26 2,576 kB" in lines
    assert "jupyter-server and jupyterlab-server: 26 and 5 alone, 47 together" in lines


def test_import_cycle_names_the_line(run: Run, tmp_path: Path) -> None:
    lines = run("import_cycle", str(tmp_path))
    place = lines.index("shop.stock.labels -> shop.orders.prices, weight 1")
    assert lines[place + 1] == "shop/stock/labels.py:5"
    assert "without shop/stock/labels.py:5: No cycles" in lines
    assert "cyclic by the grouping only: shop.web + shop.orders + shop.stock" in lines
    assert {"shop.orders", "2 modules"} <= texts_of(tmp_path / "shop.svg")


def test_slower_predicts_what_rebuilding_saves_and_says_which_call_did_it(run: Run) -> None:
    lines = run("slower")
    assert lines[0] == "with half the exports main would cost -34.6 %"
    assert "export calls render 5 times, not 10 -2,640,120 63.3 %" in lines
    assert "escape's own cost -1,528,640 36.7 %" in lines
    assert lines[-1] == "all parts together: -4,168,793 Ir"


def test_hot_route_says_for_whom_a_function_works(run: Run) -> None:
    lines = run("hot_route")
    assert lines[0] == "most samples are in _single_source_dijkstra_path_basic, 511 of 1,539"
    assert lines[1:4] == ["100% of it for by_time", "0% of it for by_steps", "0% of it for reach"]
    assert "measured on stacks" in " ".join(lines)
    assert lines[-2] == "cProfile, which has no stacks, leaves room for 100% of it"
    assert lines[-1] == "twice as fast, _single_source_dijkstra_path_basic makes main 17.7% faster"


def test_new_dependency_names_the_edge_that_brought_the_package_in(run: Run, tmp_path: Path) -> None:
    lines = run("new_dependency", str(tmp_path))
    assert "sockets came by web -> metrics, the way metrics > http > sockets" in lines
    assert "upgraded: log 0.9 -> 0.10" in lines
    assert "shop rests on log by 4 paths, 2 before" in lines
    assert {"metrics", "+ new"} <= texts_of(tmp_path / "new-dependency.svg")


def test_mediation_gives_the_standard_errors_that_lavaan_prints(run: Run) -> None:
    lines = run("mediation")
    assert "X Y direct 0.036 0.104 0.346 -0.1678 to 0.2398 2" in lines
    assert "indirect 0.3735 0.09214 4.05 0.1929 to 0.5541" in lines
    assert "total 0.4095 0.1245 3.29 0.1655 to 0.6535" in lines  # with the covariance, as lavaan has it
    assert "total 0.4095 0.1389 2.95 0.1372 to 0.6818" in lines
    assert "without M: 0.036, so M carries 91.2%" in lines
    assert "each coefficient within one standard error: total between 0.190 and 0.648" in lines


def test_the_gallery_fits_on_slides(run: Run, tmp_path: Path) -> None:
    lines = run("gallery", str(tmp_path))
    assert lines[0] == "way.svg, way.png: 60 edges"
    drawn = next(
        text for text in texts_of(tmp_path / "way.svg") if text.startswith("drawn: 21 of 61 packages on the way")
    )
    assert drawn.endswith("95.6 % of the total passes named packages")
    assert {"jupyter-server", "19 members · 9 MB", "(kept by several)"} <= texts_of(tmp_path / "lock.svg")
    assert {"metrics", "+ new", "colours", "− gone"} <= texts_of(tmp_path / "difference.svg")
    assert {"escape", "5,920,240 Ir · 10 calls"} <= texts_of(tmp_path / "profile.svg")
    assert {"weight = -1.2", "∂out/∂weight = -0.903"} <= texts_of(tmp_path / "gradient.svg")
    # 0.279 · (0.394 + 0.440 · 0.281) of 0.279 · 0.394 + 0.279 · 0.440 · 0.281 + 0.224 · 0.281 + 0.115
    assert {"U", "0.279 · 44.8 %", "X moves Y by 4 paths; total 0.322366"} <= texts_of(tmp_path / "career.svg")
    sizes = {path.stem: struct.unpack(">II", path.read_bytes()[16:24]) for path in tmp_path.glob("*.png")}
    assert len(sizes) == 6
    assert all(width <= 1600 and height <= 1200 for width, height in sizes.values())


def test_why_it_said_that_says_what_speaks_for_it_and_against_it(run: Run, tmp_path: Path) -> None:
    lines = run("why_it_said_that", str(tmp_path))
    # As networkx lists the paths from each token, their products over the activations on the way added up in fractions.
    assert lines[0] == "after '<bos>123': logit \"4\" (p=0.233)"
    assert lines[1] == "the tokens give it +20.41: +30.27 for it, -9.862 against it"
    assert lines[2] == '+23.812 token "3"@3'
    assert lines[9] == "-1.280 feature 0_18753_3"
    drawn = texts_of(tmp_path / "why_it_said_that.svg")
    assert {"tokens", "logits", '"3"@3', '"4" (p=0.233)', "+9.85", "+12.736 for it, -4.28689 against it"} <= drawn
    assert (tmp_path / "why_it_said_that.png").read_bytes()[1:4] == b"PNG"


def test_attention_adds_up_word_by_word_and_past_the_skip(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("autograd", reason="arrays are kept whole by autograd's rules")
    lines = run("attention", str(tmp_path))
    total = float(lines[0].split()[-1])
    words = lines.index("word by word, which add up to that") + 1
    assert sum(float(line.split()[-1]) for line in lines[words : words + 4]) == pytest.approx(total, abs=1e-5)
    passing = {line.split(" %")[0].rsplit(" ", 1)[0]: float(line.split()[-1]) for line in lines if " % " in line}
    assert passing["x -> mixed"] + passing["matmul#2 -> mixed (1)"] == pytest.approx(total, abs=1e-4)
    assert {"mixed", "4×3"} <= texts_of(tmp_path / "attention.svg")


def test_skips_of_a_transformer_add_up_with_the_ways_beside_them(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the transformer is PyTorch's")
    lines = run("skips", str(tmp_path))
    total = float(lines[0].split()[-1])
    rows = [line.split() for line in lines[1:-1]]
    assert [row[1] for row in rows] == ["blocks.0.add", "blocks.0.add#1", "blocks.1.add", "blocks.1.add#1"]
    for row in rows:
        assert float(row[2]) + float(row[6]) == pytest.approx(total, abs=2e-6)
        assert float(row[-1]) == pytest.approx(total, abs=2e-6)
    assert lines[0] in texts_of(tmp_path / "skips.svg")


def test_forgetting_is_a_factor_a_step(run: Run) -> None:
    pytest.importorskip("torch", reason="the recurrent net is PyTorch's")
    lines = run("forgetting")
    assert lines[0].startswith("small weights: the gradient's entries are vanishing from")
    assert lines[7].startswith("orthogonal: the gradient's entries are steady")
    for first in (0, 7):
        factor = float(lines[first + 1].split()[4])
        sizes = [float(line.split()[-1]) for line in lines[first + 2 : first + 6]]
        assert (sizes[3] / sizes[0]) ** (1 / 49) == pytest.approx(factor, abs=2e-3)
    recent = [float(lines[first + 6].split()[-1].rstrip("%")) for first in (0, 7)]
    assert recent[0] > 90 > 50 > recent[1]
