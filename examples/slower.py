"""Which call made it slower, or faster?
=====================================

Two profiles of one program, before and after a change.

Valgrind counted the instructions of data/site.c as it was, and rebuilt with two changes: an export renders half as
often, and escape does less for each row. What the first of these would save is known before anybody makes it: the calls
that go cost what they cost, measured. What both did is taken apart exactly, each call for what it did beyond what its
caller's calls explain; attributing by numbers of calls would blame escape, where all the cost arises, for nearly all.
"""

from __future__ import annotations

from pathlib import Path

import graphdiff as gd

DATA = Path(__file__).parents[1] / "data"


def main() -> None:
    before, after = gd.read(DATA / "site.callgrind"), gd.read(DATA / "site-after.callgrind")
    halved = gd.what_if(before, "main", fewer_calls={("export", "render"): 0.5})
    print(f"with half the exports main would cost {100 * halved.relative:.1f} %")
    moved = gd.compare(before, after, "main")
    print(moved)
    together = sum(part.change for part in moved.parts)
    print(f"all parts together: {float(together):+,.0f} Ir")


if __name__ == "__main__":
    main()
