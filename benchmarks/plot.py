"""Draw how time and memory grow: ``python -m benchmarks.plot RESULTS PICTURE``, after ``growth --json RESULTS``."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Curve = tuple[str, str, str]  # a measure, the field of a row that is shown, and what the curve is called

TIMES: tuple[Curve, ...] = (
    ("compile arrays", "seconds", "compile"),
    ("forward pass", "seconds", "one pass"),
    ("forward pass", "peer_seconds", "one pass in C"),
    ("open a saved graph", "seconds", "open a saved graph"),
)
MEMORY: tuple[Curve, ...] = (
    ("compile arrays", "peak_mib", "at most, while compiling"),
    ("compile arrays", "held_mib", "compiled graph"),
    ("forward pass", "held_mib", "result of a pass"),
)


def curve(rows: Sequence[dict[str, Any]], measure: str, field: str) -> tuple[list[int], list[float]]:
    """Return the numbers of edges and a field of a measure's first row at each."""
    points: dict[int, float] = {}
    for row in rows:
        found = re.search(r"([\d,]+) edges", row["graph"])
        if row["measure"] == measure and found:
            points.setdefault(int(found[1].replace(",", "")), row[field])
    return list(points), list(points.values())


def slope(edges: Sequence[int], values: Sequence[float]) -> float:
    """Return the slope of the line that fits best between the logarithms.

    Examples
    --------
    >>> round(slope([10, 100, 1000], [2, 20, 200]), 6)
    1.0
    """
    return float(np.polyfit(np.log(edges), np.log(values), 1)[0])


def panel(axes: Axes, rows: Sequence[dict[str, Any]], curves: Sequence[Curve], unit: str) -> None:
    """Draw curves with their slopes."""
    for (measure, field, name), marker in zip(curves, "osv^", strict=False):
        edges, values = curve(rows, measure, field)
        axes.loglog(edges, values, marker=marker, label=f"{name}: slope {slope(edges, values):.2f}")
    axes.set_xlabel("edges")
    axes.set_ylabel(unit)
    axes.grid(visible=True, alpha=0.3)
    axes.legend(frameon=False, fontsize="small")


def main(results: Path, picture: Path) -> None:
    """Draw the group ``growth`` of a file of results."""
    rows = json.loads(results.read_text(encoding="utf-8"))["groups"]["growth"]["rows"]
    with mpl.rc_context({"svg.hashsalt": "graphdiff", "font.size": 10}):
        figure = Figure(figsize=(10, 4), layout="constrained")
        times, memory = figure.subplots(1, 2)
        panel(times, rows, TIMES, "seconds")
        panel(memory, rows, MEMORY, "MiB")
        figure.savefig(picture, metadata={"Date": None} if picture.suffix == ".svg" else None)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
