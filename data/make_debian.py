"""Make the two Debian files of this folder from a full ``Packages`` index: ``make_debian.py INDEX``."""

from __future__ import annotations

import lzma
import re
import sys
from pathlib import Path

import networkx as nx

from graphdiff.io.debian import read_debian

FOLDER = Path(__file__).parent
KEPT_LINES = re.compile(r"^(?:Package|Version|Depends|Pre-Depends|Provides):.*\n(?:[ \t].*\n)*|^\n", re.MULTILINE)
PACKAGE = re.compile(r"^Package: (.*)$", re.MULTILINE)


def strip_fields(index: str) -> str:
    """Return `index` with only the fields that make the graph, in the same order."""
    return "".join(KEPT_LINES.findall(index))


def closure(stripped: str, package: str) -> str:
    """Return the stanzas of `package` and of everything that it depends on, directly or not.

    A clause resolves as in the whole index: what it takes there is here, what it passed over is in neither.
    """
    graph = read_debian(stripped.encode(), name="the index")
    wanted = nx.descendants(graph, package) | {package}
    stanzas = stripped.strip().split("\n\n")
    return "\n\n".join(stanza for stanza in stanzas if PACKAGE.findall(stanza)[0] in wanted) + "\n"


def main(index: str) -> None:
    """Write both files beside this script."""
    stripped = strip_fields(lzma.decompress(Path(index).read_bytes()).decode())
    packed = lzma.compress(stripped.encode(), preset=9 | lzma.PRESET_EXTREME)
    (FOLDER / "bookworm.Packages.xz").write_bytes(packed)
    (FOLDER / "openssh-server.Packages").write_text(closure(stripped, "openssh-server"), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
