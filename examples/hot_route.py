"""By which route does a hot function cost? What a flat table cannot say, a profile with stacks can.

The profile is one of a real program, data/centrality.py on networkx, as py-spy recorded it (data/README.md). Most of
its time goes to few functions of networkx; which of the program's own functions they work for, and by which calls, is
in the stacks. A profile without stacks (of cProfile, say) has a range for that, or cannot tell.
"""

from __future__ import annotations

from pathlib import Path

import graphdiff as gd

DATA = Path(__file__).parents[1] / "data"
OWN = ("by_time", "by_steps", "reach")


def main() -> None:
    profile = gd.read(DATA / "centrality.folded.gz")
    hot = gd.rank(profile).nodes[0]
    print(f"most samples are in {hot}, {profile.nodes[hot]['self']} of {profile.graph['total']}")
    for function in OWN:
        answer = gd.explain(profile, function, hot)
        print(f"  for {function}: {answer.total:.0%}")
    called = "_accumulate_basic"
    print(gd.explain(profile, "by_time", called).text())

    measured = gd.read(DATA / "centrality.prof")
    answer = gd.explain(measured, "by_time", called)
    print(f"cProfile, which has no stacks, says {answer.part.low:.0%} to {answer.part.high:.0%}")

    saved = gd.what_if(profile, "main", faster={hot: 0.5})
    print(f"twice as fast, {hot} makes main {-saved.relative:.0%} faster")


if __name__ == "__main__":
    main()
