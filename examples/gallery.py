"""Four pictures that fit on a slide: a way, a whole lock file, a difference, and a gradient.

On the way from openssh-server to libc6 lie 61 packages. Drawn are those that most of it passes; dashed edges pass the
others, so that all shares still add up to 100 %. A whole lock file is drawn by what alone keeps a package.

The pictures go to the folder given on the command line, or to the current one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import graphdiff as gd

DATA = Path(__file__).parents[1] / "data"


def pictures() -> Iterator[tuple[str, Any]]:
    """Yield each picture's name, and what is drawn."""
    even = {"weight": gd.weights.even, "cycles": "collapse"}
    packages = gd.read(DATA / "openssh-server.Packages")
    yield "way", gd.annotate(packages, "openssh-server", "libc6", **even)
    yield "lock", gd.group(gd.read(DATA / "jupyter-stack.json"), weight=None)
    before, after = gd.read(DATA / "before.uv.lock"), gd.read(DATA / "after.uv.lock")
    yield "difference", gd.compare(before, after, "shop", "sockets", weight=None)
    yield "gradient", gd.annotate(gd.trace(loss, 0.5, -1.2, 0.8, 0.3), target="out")


def loss(x: Any, weight: Any, slope: Any, bias: Any) -> Any:
    """Return the squared error of a unit with one weight, a slope and a bias, where 1 is right."""
    return (slope * np.tanh(weight * x + bias) - 1) ** 2


def main(folder: str = ".") -> None:
    for name, drawn in pictures():
        for suffix in ("svg", "png"):
            gd.write(drawn, Path(folder) / f"{name}.{suffix}", overwrite=True)
        print(f"{name}.svg and {name}.png: {len(gd.to_pydot(drawn).get_edges())} edges")


if __name__ == "__main__":
    main(*sys.argv[1:])
