"""Which dependency made this one appear?
======================================

Two lock files (uv) of one project, before and after an update.

Nobody asked for sockets, and yet it is in the new lock file: the update of web brought metrics, metrics brought http,
and http brought sockets. Packages are matched by name: one of another version is upgraded, not gone and new.

The picture goes to the folder given on the command line, or to the current one.
"""

from __future__ import annotations

import sys
from pathlib import Path

import graphdiff as gd

DATA = Path(__file__).parents[1] / "data"


def main(folder: str = ".") -> None:
    before, after = gd.read(DATA / "before.uv.lock"), gd.read(DATA / "after.uv.lock")
    difference = gd.compare(before, after, weight=None)
    for entry in difference.appeared:
        tail, head = entry.edge or ("nothing", entry.node)
        print(f"{entry.node} came by {tail} -> {head}, the way {' > '.join(entry.way)}")
    for entry in difference.gone:
        print(f"{entry.node} went with {entry.edge[0] if entry.edge else 'nothing'}")
    for upgrade in difference.upgraded:
        print(f"upgraded: {upgrade}")

    found = gd.compare(before, after, "shop", "log", weight=None)
    print(f"shop rests on log by {found.after} paths, {found.before} before")
    for (package, needed), paths in found.attribution.top():
        print(f"  {paths!s:>4}  {package} -> {needed}")
    picture = Path(folder) / "new-dependency.svg"
    gd.write(found, picture, overwrite=True)
    print(f"picture in {picture}")


if __name__ == "__main__":
    main(*sys.argv[1:])
