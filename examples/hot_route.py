"""By which route does a hot function cost?
========================================

What a flat table cannot say, a profile with stacks can.

The profile is one of a real program, data/centrality.py on networkx, as py-spy recorded it (data/README.md). Most of
its time goes to few functions of networkx; which of the program's own functions they work for, and by which calls, is
in the stacks. A profile without stacks (of cProfile, say) has a range for that, or cannot tell.
"""

from __future__ import annotations

from pathlib import Path

import graphdiff as gd

DATA = Path(__file__).parents[1] / "data"


def main() -> None:
    profile = gd.read(DATA / "centrality.folded.gz")
    hot = gd.rank(profile).nodes[0]
    print(f"most samples are in {hot}, {profile.nodes[hot]['self']} of {profile.graph['total']:,}")
    for function in ("by_time", "by_steps", "reach"):
        print(f"  {gd.explain(profile, function, hot).share:.0%} of it for {function}")
    called = "_accumulate_basic"
    print(gd.explain(profile, "by_time", called))

    edges = gd.explain(gd.read(DATA / "centrality.prof"), "by_time", called).part.range
    room = (edges.high - edges.low) / edges.whole
    print(f"cProfile, which has no stacks, leaves room for {room:.0%} of it")
    saved = gd.what_if(profile, "main", faster={hot: 0.5})
    print(f"twice as fast, {hot} makes main {-saved.relative:.1%} faster")


if __name__ == "__main__":
    main()
