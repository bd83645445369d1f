"""Does X move Y itself, or through M? A path-analysis table with standard errors.

The example of lavaan's tutorial: a = X -> M, b = M -> Y, c = X -> Y, estimated by least squares. The indirect effect
is a·b, its standard error Sobel's; that of the total needs the covariance of b and c, which in this model is -a·var(b).
lavaan prints 0.374 (0.092) and 0.410 (0.125).
"""

from __future__ import annotations

from pathlib import Path

import networkx as nx

import graphdiff as gd

DATA = Path(__file__).parents[1] / "data"


def row(name: str, found: gd.Uncertainty) -> str:
    low, high = found.interval()
    return f"{name:42} {found.total:8.3f} {found.standard_error:8.3f} {found.z:6.2f}   {low:6.3f} to {high:.3f}"


def main() -> None:
    model = gd.read(DATA / "mediation.csv", columns="source=cause,target=effect,weight=coefficient")
    model.graph["edge_meaning"] = "causes"
    through_m = nx.edge_subgraph(model, [("X", "M"), ("M", "Y")])
    directly = nx.edge_subgraph(model, [("X", "Y")])
    b_with_c = -model.edges["X", "M"]["weight"] * model.edges["M", "Y"]["se"] ** 2

    print(f"{'effect of X on Y':42} estimate  std.err      z   95 %")
    print(row("direct", gd.uncertainty(directly, "X", "Y", sd="se")))
    print(row("indirect", gd.uncertainty(through_m, "X", "Y", sd="se")))
    print(row("total", gd.uncertainty(model, "X", "Y", sd="se", cov={(("M", "Y"), ("X", "Y")): b_with_c})))
    print(row("total, coefficients taken as independent", gd.uncertainty(model, "X", "Y", sd="se")))

    without = gd.what_if(model, "X", "Y", remove_nodes=["M"])
    print(f"without M: {without.after:.3f}, so M carries {-without.relative:.1%}")
    bounds = [
        {edge: model.edges[edge]["weight"] + sign * model.edges[edge]["se"] for edge in model.edges} for sign in (-1, 1)
    ]
    found = gd.uncertainty(model, "X", "Y", low=bounds[0], high=bounds[1])
    print(f"each coefficient within one standard error: total between {found.low:.3f} and {found.high:.3f}")
    print(gd.sensitivities(model, "X", "Y"))


if __name__ == "__main__":
    main()
