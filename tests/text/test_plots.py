"""Two plots: what is drawn is what the result says, read out of matplotlib's own objects."""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from graphs import weighted

import graphdiff as gd
from graphdiff.errors import MissingExtraError, UsageError

mpl = pytest.importorskip("matplotlib")
mpl.use("Agg")
from matplotlib.figure import Figure  # noqa: E402

DATA = Path(__file__).parents[2] / "data"


def axes() -> Any:
    return Figure().subplots()


def fan(weights: list[Any]) -> nx.DiGraph:
    return weighted([edge for n, w in enumerate(weights) for edge in (("a", f"m{n}", w), (f"m{n}", "b", 1))])


def bars(drawn: Any) -> list[tuple[str, float, float]]:
    """Return the name of each bar, where it begins, and how long it is."""
    names = [label.get_text() for label in drawn.get_yticklabels()]
    return [(name, bar.get_x(), bar.get_width()) for name, bar in zip(names, drawn.patches, strict=True)]


def test_a_waterfall_leads_from_before_to_after_step_by_step() -> None:
    found = gd.compare(fan([5, 4, 3, 2]), fan([1, 6, 3, 2.5]), "a", "b")
    drawn = found.plot(axes=axes())
    first, *steps, last = bars(drawn)
    assert first == ("before", 0, 14)
    assert [(name, width) for name, _, width in steps] == [("a -> m0", -4), ("a -> m1", 2), ("a -> m3", 0.5)]
    at = 14.0
    for _, begin, width in steps:
        assert min(begin, begin + width) == pytest.approx(min(at, at + width))
        at += width
    assert last == ("after", 0, pytest.approx(at))
    assert [text.get_text() for text in drawn.texts] == ["14", "-4", "+2", "+0.5", "12.5"]
    assert drawn.get_xlabel() == "total influence, weight"
    assert "a leads to b by 4 paths" in drawn.get_title(loc="left")
    colours = {bar.get_facecolor() for bar in drawn.patches}
    assert len(colours) == 3


@pytest.mark.parametrize("kind", [int, float, Fraction])
def test_what_has_no_bar_of_its_own_has_one_together(kind: Any) -> None:
    before, after = [kind(n + 1) for n in range(20)], [kind(2 * n) for n in range(20)]
    found = gd.compare(fan(before), fan(after), "a", "b")
    drawn = found.plot(top=3, axes=axes())
    names = [name for name, *_ in bars(drawn)]
    assert names[0] == "before"
    assert names[4:] == ["16 others", "after"]  # one of 20 edges is the same in both
    widths = [width for _, _, width in bars(drawn)]
    assert math.fsum(widths[1:-1]) == pytest.approx(widths[-1] - widths[0]) == pytest.approx(float(found.change))


def test_without_a_change_before_and_after_are_all() -> None:
    graph = fan([1, 2])
    assert [name for name, *_ in bars(gd.compare(graph, graph, "a", "b").plot(axes=axes()))] == ["before", "after"]


def test_what_is_no_length_is_refused() -> None:
    for weight, text in ((1j, "1j"), (10**400, "about 1.00e400")):
        found = gd.compare(fan([1]), fan([weight]), "a", "b")
        with pytest.raises(UsageError, match=rf"{text}.* cannot be drawn to scale: a plot needs real numbers"):
            found.plot(axes=axes())
    with pytest.raises(UsageError, match="top=0: a number of steps, at least 1"):
        gd.compare(fan([1]), fan([2]), "a", "b").plot(top=0)


def test_names_are_no_formulas() -> None:
    before, after = (weighted([("$x", "y$", w)]) for w in (1, 2))
    drawn = gd.compare(before, after, "$x", "y$").plot(axes=axes())
    drawn.figure.canvas.draw()  # which would raise where a name were one
    assert bars(drawn)[1][0] == r"\$x -> y\$"


def test_a_profiles_waterfall_is_in_its_unit() -> None:
    found = gd.compare(gd.read(DATA / "site.callgrind"), gd.read(DATA / "site-after.callgrind"), "main")
    drawn = found.plot(axes=axes(), top=2)
    assert drawn.get_xlabel() == "main with all it calls, Ir"
    widths = [width for _, _, width in bars(drawn)]
    assert widths[0] == found.before
    assert math.fsum(widths[1:-1]) == pytest.approx(found.change)


def test_gradient_flow_is_drawn_by_depth_with_its_limits() -> None:
    layers = weighted([(f"x{n}", f"x{n + 1}", 0.1) for n in range(9)])
    nx.set_node_attributes(layers, "f", "op")
    layers.graph["edge_meaning"] = "feeds"
    found = gd.diagnose(layers, target="x9").gradient_flow
    assert found is not None
    drawn = found.plot(axes=axes())
    lines = {line.get_label(): line for line in drawn.lines}
    assert list(lines["median"].get_xdata()) == [layer.depth for layer in found.layers]
    assert list(lines["median"].get_ydata()) == [layer.median for layer in found.layers]
    assert {"vanishing below 1e-06", "exploding above 1e+06"} <= lines.keys()
    assert (drawn.get_yscale(), drawn.get_xlabel()) == ("log", "steps from the target")
    assert drawn.get_ylabel() == "|d target / d node|"
    assert drawn.get_title(loc="left") == found.verdict()


def test_dead_layers_are_a_gap() -> None:
    dead = weighted([("a", "b", 2), ("b", "c", 0), ("c", "d", 3)])
    dead.graph["edge_meaning"] = "feeds"
    found = gd.diagnose(dead, target="d").gradient_flow
    assert found is not None
    [median] = [line for line in found.plot(axes=axes()).lines if line.get_label() == "median"]
    assert [bool(math.isnan(size)) for size in median.get_ydata()] == [not layer.median for layer in found.layers]


def test_without_matplotlib_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot", raising=False)
    with pytest.raises(MissingExtraError, match="this needs matplotlib: pip install matplotlib"):
        gd.compare(fan([1]), fan([2]), "a", "b").plot()
