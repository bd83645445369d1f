"""What does openssh-server really rest on?
========================================

The way of the xz backdoor (CVE-2024-3094), seen in Debian 12.

In 2024 somebody hid a backdoor in liblzma5 to get into sshd. sshd never asked for liblzma5, but 26 chains of
dependencies lead there. Count them, and nearly all come by dpkg, which no running sshd meets. Spread one unit evenly
instead, each package passing on what reaches it in equal parts, and one chain stands out: by libsystemd0, the way
that the attackers took. (Debian 12 came with an older, clean liblzma5; the chains are the same.)

The picture goes to the folder given on the command line, or to the current one.
"""

from __future__ import annotations

import sys
from pathlib import Path

import graphdiff as gd

DATA = Path(__file__).parents[1] / "data"
SOURCE, TARGET = "openssh-server", "liblzma5"


def main(folder: str = ".") -> None:
    packages = gd.read(DATA / "openssh-server.Packages")
    for preset in (gd.weights.unit, gd.weights.even):
        # libc6 and libgcc-s1 depend on each other: collapse takes the two as one package.
        graph = gd.compile(packages, weight=preset, cycles="collapse")
        print(f"{preset.name}: {preset.meaning}")
        print(f"  {SOURCE} -> {TARGET}: {gd.total_influence(graph, SOURCE, TARGET):.6g}")
        for (package, needed), share in gd.edge_contributions(graph, SOURCE, TARGET).shares.items():
            if needed == TARGET and share:
                print(f"  {share:6.1%} of it comes by {package}")

    print("The strongest paths, spread evenly")
    total = gd.total_influence(graph, SOURCE, TARGET)
    for path in gd.strongest_paths(graph, SOURCE, TARGET, k=3):
        print(f"  {path.influence / total:6.1%}  {' > '.join(path.nodes)}")

    picture = Path(folder) / "openssh-server.svg"
    gd.write(gd.annotate(graph, SOURCE, TARGET), picture, fit="poster", overwrite=True)
    print(f"picture in {picture}")


if __name__ == "__main__":
    main(*sys.argv[1:])
