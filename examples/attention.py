"""What does each word of a text give to attention?
================================================

What does each word give to what attention makes of it? A layer of attention in numpy, kept whole.

Each array is a node, and one forward and one reverse pass tell what passes each edge: by the queries, the keys, the
values, and past all of them by the skip. Seen from one word or another the same net answers anew. The picture goes to
the folder given on the command line, or to the current one. It needs autograd (``pip install autograd``).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

import graphdiff as gd

WORDS = ("the", "cat", "sat", "down")


def score(x: Any, queries: Any, keys: Any, values: Any, head: Any) -> Any:
    """Return what is read at the last word, which has looked at all of them."""
    q = x @ queries
    k = x @ keys
    v = x @ values
    raw = np.exp(q @ k.T)
    seen = raw / np.sum(raw, axis=1, keepdims=True)
    mixed = x + seen @ v  # a skip: x goes past attention
    return mixed[-1] @ head


def main(folder: str = ".") -> None:
    rng = np.random.default_rng(0)
    x, head = rng.normal(size=(len(WORDS), 3)), rng.normal(size=3)
    weights = [rng.normal(size=(3, 3)) * 0.5 for _ in range(3)]
    net = gd.trace(score, x, *weights, head, arrays="whole")
    flow = gd.explain(net, "x")
    print(flow)
    print("\nword by word, which add up to that")
    for number, word in enumerate(WORDS):
        alone = np.where(np.arange(len(WORDS))[:, None] == number, x, 0.0)
        print(f"  {word:5} {gd.explain(net, {'x': alone}).total:+.6f}")
    gd.write(net.flow("x"), Path(folder) / "attention.svg", overwrite=True)
    print("picture in attention.svg")


if __name__ == "__main__":
    main(*sys.argv[1:])
