"""Does X move Y itself, or through M?
===================================

A path-analysis table with standard errors.

The example of lavaan's tutorial: a = X -> M, b = M -> Y, c = X -> Y, estimated by least squares. The indirect effect
is a·b, its standard error Sobel's; that of the total needs the covariance of b and c, which in this model is -a·var(b).
lavaan prints 0.374 (0.092) and 0.410 (0.125).
"""

from __future__ import annotations

from pathlib import Path

import graphdiff as gd

DATA = Path(__file__).parents[1] / "data"


def main() -> None:
    model = gd.read(DATA / "mediation.csv", columns="source=cause,target=effect,weight=coefficient")
    model.graph["edge_meaning"] = "causes"
    b_with_c = -model.edges["X", "M"]["weight"] * model.edges["M", "Y"]["se"] ** 2

    print(gd.table(model, sd="se", cov={("Y~M", "Y~X"): b_with_c}))
    print(gd.table(model, "X", "Y", sd="se"))

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
