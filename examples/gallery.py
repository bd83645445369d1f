"""Six pictures that fit on a slide
================================

Six pictures that fit on a slide: a way, a whole lock file, a difference, a profile, a gradient, and a path model.

Of the 61 packages on the way from openssh-server to libc6 those are drawn that most of it passes; an edge adds up the
ways past the others, so that all shares still add up to 100 %. A whole lock file is drawn by what alone keeps each
package. What an update added is green, what it removed red and dashed. Of a profile a box is as large as what the
function costs itself, an edge as wide as what its calls cost. A negative derivative is orange. Of what a father's
occupation (X) does to his son's (Y) 44.8 % goes by the son's education (U).

The pictures go to the folder given on the command line, or to the current one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

import graphdiff as gd

DATA = Path(__file__).parents[1] / "data"


def loss(x: Any, weight: Any, slope: Any, bias: Any) -> Any:
    """Return the squared error of a unit with one weight, a slope and a bias, where 1 is right."""
    return (slope * np.tanh(weight * x + bias) - 1) ** 2


def main(folder: str = ".") -> None:
    packages = gd.read(DATA / "openssh-server.Packages")
    way = gd.annotate(packages, "openssh-server", "libc6", weight=gd.weights.even, cycles="collapse")
    lock = gd.group(gd.read(DATA / "jupyter-stack.json"), weight=None)
    difference = gd.compare(gd.read(DATA / "before.uv.lock"), gd.read(DATA / "after.uv.lock"), weight=None)
    gradient = gd.annotate(gd.trace(loss, 0.5, -1.2, 0.8, 0.3), target="out")
    profile = gd.annotate(gd.read(DATA / "site.callgrind"))
    model = gd.read(DATA / "blau-duncan.csv")
    career = gd.annotate(model, "X", "Y", weight="coefficient")
    drawn = {"way": way, "lock": lock, "difference": difference, "profile": profile, "gradient": gradient}
    drawn["career"] = career
    for name, graph in drawn.items():
        for suffix in ("svg", "png"):
            gd.write(graph, Path(folder) / f"{name}.{suffix}", overwrite=True)
        print(f"{name}.svg, {name}.png: {len(gd.to_pydot(graph).get_edges())} edges")


if __name__ == "__main__":
    main(*sys.argv[1:])
