"""Rows for docs/measured.md out of one run or several: ``python -m benchmarks.markdown FILE.json [FILE.json ...]``.

Each FILE is what ``python -m benchmarks --json FILE`` wrote; of several runs each number is the median,
and the day that of the last.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.report import factor_text, time_text

HEAD = "| what | graphdiff | beside | measured | `python -m benchmarks` |\n|---|---|---|---|---|"

Runs = Iterable[Mapping[str, Any]]


def main(files: Sequence[str]) -> None:
    """Print the rows of all groups that the files have."""
    print(HEAD)
    for line in lines(json.loads(Path(file).read_text(encoding="utf-8")) for file in files):
        print(line)


def lines(runs: Runs) -> Iterator[str]:
    """Yield a line of a table for each measure: what it takes, and how many times as long each peer."""
    measured: dict[tuple[str, str, str], dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    days: dict[str, str] = {}
    for run in runs:
        for group, result in run["groups"].items():
            days[group] = max(days.get(group, ""), run["date"])
            for row in result["rows"]:
                measured[group, row["measure"], row["graph"]][row["peer"]].append(row)
    for (group, measure, graph), peers in measured.items():
        own = median(row["seconds"] for rows in peers.values() for row in rows)
        beside = "; ".join(
            f"{peer}: {factor_text(median(row['ratio'] for row in rows))}" for peer, rows in peers.items()
        )
        yield f"| {measure}; {graph} | {time_text(own)} | {beside} | {days[group]} | `{group}` |"


if __name__ == "__main__":
    main(sys.argv[1:])
