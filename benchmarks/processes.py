"""(5) Whole processes, from the shell's point of view: start, read, answer, end.

This module imports nothing large: a child's peak memory is counted from that of the process that starts it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row, Size, compare_processes

FOLDER = Path(__file__).parent
QUESTION = (str(FOLDER.parent / "data" / "bookworm.Packages.xz"), "openssh-server", "liblzma5")


def run(size: Size) -> Iterator[Row]:
    """Time `graphdiff why` on the whole of Debian beside scripts in plain networkx, and `--help` beside nothing."""
    graphdiff = (sys.executable, "-m", "graphdiff")
    script = (sys.executable, str(FOLDER / "plain_why.py"))
    questions = {
        "graphdiff": (*graphdiff, "why", *QUESTION),
        "networkx, all_simple_paths": (*script, "paths", *QUESTION),
        "networkx, dict loop": (*script, "loop", *QUESTION),
    }
    yield from compare_processes("why, whole process", "Debian, 63,436 nodes, 264,191 edges", questions, size)
    helps = {"graphdiff": (*graphdiff, "--help"), "python -c pass": (sys.executable, "-c", "pass")}
    yield from compare_processes("--help, whole process", "no file", helps, size)
