"""Why did a language model say that?
==================================

Why did it say "4"? What each token of the prompt did for it and against it, and by which features.

data/digits.json is an attribution graph of gemma-2-2b that continues "123", as circuit-tracer made it and Neuronpedia
shows it (data/README.md). A weight is signed, and so are the sums here: of the 30 that the tokens give to the logit
"4" a third is lost again, 10 against it, which no share of absolute values shows. They are in the logit's own unit: a
weight holds the activation of its source, and each edge into a feature is divided by that feature's activation.

The pictures go to the folder given on the command line, or to the current one: tokens below, logits above, layers as
rows; blue arrows are for it, orange bars against it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import graphdiff as gd

DATA = Path(__file__).parents[1] / "data"


def main(folder: str = ".") -> None:
    graph = gd.read(DATA / "digits.json")
    logits = {node: data for node, data in graph.nodes(data=True) if data["kind"] == "logit"}
    said = max(logits, key=lambda node: logits[node]["probability"])
    why = gd.explain(graph, gd.ROOTS, said, weight=gd.weights.per_activation)
    positive, negative = why.cancellation.positive, why.cancellation.negative
    print(f"after {graph.graph['prompt']!r}: {graph.nodes[said]['title']}")
    print(f"the tokens give it {why.total:+.4g}: {positive:+.4g} for it, {negative:+.4g} against it")
    for kind, most in (("token", 9), ("feature", 4)):
        through = {node: why.node_contributions[node] for node, data in graph.nodes(data=True) if data["kind"] == kind}
        for node in sorted(through, key=lambda node: -abs(through[node]))[:most]:
            print(f"  {through[node]:+8.3f}  {graph.nodes[node]['title']}")

    # All logits, by their probability.
    answer = gd.annotate(graph, gd.ROOTS, gd.LEAVES, weight=gd.weights.per_activation)
    for suffix in ("svg", "png"):
        gd.write(answer, Path(folder) / f"why_it_said_that.{suffix}", overwrite=True, max_nodes=14)
    print("picture in why_it_said_that.svg and why_it_said_that.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
