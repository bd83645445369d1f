"""What makes a career?
====================

The path model of Blau & Duncan, The American Occupational Structure (1967).

V and X are the father's education and occupation, U and W the son's education and first job, Y his occupation in 1962;
each number says what one unit more of the cause does to the effect, directly. V has no edge to Y and still moves it,
through U and W. Total, direct and indirect effects come from one reverse pass from Y; and 45 % of what the father's
occupation does, it does through the son's education.
"""

from __future__ import annotations

from pathlib import Path

import graphdiff as gd

DATA = Path(__file__).parents[1] / "data"
NAMES = {"V": "father's education", "X": "father's occupation", "U": "education", "W": "first job"}


def main() -> None:
    model = gd.read(DATA / "blau-duncan.csv", columns="source=cause,target=effect,weight=coefficient")
    total = gd.reverse(model, "Y")
    print(f"{'on Y, occupation in 1962':26}  total  direct  indirect")
    for cause, name in NAMES.items():
        direct = model.edges[cause, "Y"]["weight"] if model.has_edge(cause, "Y") else 0.0
        print(f"{cause} {name:24} {total[cause]:.3f}   {direct:.3f}     {total[cause] - direct:.3f}")

    print("by way of                   X -> Y")
    through = gd.node_contributions(model, "X", "Y").shares
    for node in ("U", "W"):
        print(f"{node} {NAMES[node]:24} {through[node]:6.1%}")
    for path in gd.strongest_paths(model, "X", "Y"):
        print(f"  {path}")


if __name__ == "__main__":
    main()
