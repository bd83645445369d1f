"""Which direct dependency brings most of the risk?
================================================

And what is the least to cut or upgrade to lose nine tenths of it?

A made-up lock, and a made-up report of vulnerable packages. The risk is the sum, over these, of severity times
influence: how much of one unit, spread evenly over what each package depends on, comes to rest on them. tls is the most
severe and behind four of the five direct dependencies, yet most of the risk comes by search, which needs json too. To
upgrade tls and do without two others takes nine tenths away, and the search has ruled out every pair.
"""

from __future__ import annotations

from pathlib import Path

import graphdiff as gd

DATA = Path(__file__).parents[1] / "data"


def main() -> None:
    lock = gd.read(DATA / "shop.uv.lock")
    targets = gd.read_targets(DATA / "shop.osv.json", lock)
    print("vulnerable:", ", ".join(f"{package} {severity:g}" for package, severity in targets.items()))
    print("not in the lock:", ", ".join(targets.missing))

    spread = gd.compile(lock, weight=gd.weights.even)
    shares = gd.edge_contributions(spread, "shop", targets).shares
    for share, package in sorted(((shares["shop", package], package) for package in lock["shop"]), reverse=True):
        print(f"{share:6.1%} of it comes by {package}")

    packages = gd.cut(spread, "shop", targets, part=0.9, what="nodes")
    print(packages)
    edges = gd.cut(spread, "shop", targets, part=0.9)
    print(f"by dependencies it takes {len(edges.removed)}, and at least {edges.at_least}")

    left = gd.what_if(spread, "shop", targets, remove_nodes=packages.removed)
    print(f"{-left.change / left.before:.1%} less without {', '.join(packages.removed)}")


if __name__ == "__main__":
    main()
