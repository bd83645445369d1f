"""Run the benchmarks: ``python -m benchmarks [--quick] [--scale X] [--json FILE] [GROUP ...]``.

``python -m benchmarks --compare A.json B.json`` runs none: it says which ratio got worse from A to B by more than its
noise, and ends with status 1 where one did.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from benchmarks.groups import GROUPS, measured_apart
from benchmarks.report import Size, table
from benchmarks.watching import NotComparableError, compare, runs_of

FULL = Size(scale=1.0, repeats=7)
QUICK = Size(scale=0.01, repeats=3)


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; all by default")
    parser.add_argument("--quick", action="store_const", dest="size", const=QUICK, default=FULL, help="graphs of 1 %%")
    parser.add_argument("--scale", type=float, help="size of the large graphs, 1 is up to ten million edges")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers here as well")
    parser.add_argument(
        "--compare", nargs=2, metavar=("A", "B"),
        help="which ratio got worse; each a file of --json, or a pattern of several: 'before/*.json'",
    )  # fmt: skip
    parsed = parser.parse_args(given)
    if parsed.compare and (parsed.groups or parsed.json):
        parser.error("--compare takes no group and writes no --json: it compares what was measured before")
    if unknown := set(parsed.groups) - set(GROUPS):
        parser.error(f"no group {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    if parsed.scale is not None:
        parsed.size = Size(parsed.scale, parsed.size.repeats)
    return parsed


def main(given: Sequence[str]) -> int:
    """Measure or compare, and return the exit status."""
    asked = arguments(given)
    if not asked.compare:
        measure(asked)
        return 0
    try:
        shifts = compare(*map(runs_of, asked.compare))
    except NotComparableError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    print(shifts)
    return bool(shifts.worse)


def measure(asked: argparse.Namespace) -> None:
    """Measure, print a table for each group, and write everything as JSON where asked."""
    results = {}
    for group in asked.groups or GROUPS:
        rows, peak = measured_apart(group, asked.size)
        print(f"{group}: peak memory {peak:,.0f} MiB\n{table(rows)}\n", flush=True)
        results[group] = {"peak_mib": peak, "rows": [asdict(row) for row in rows]}
    print("Times are medians over the rounds; so are the ratios, each taken within a round.")
    if asked.json:
        machine = {"machine": platform.machine(), "python": platform.python_version(), "system": platform.system()}
        whole = {"date": date.today().isoformat(), **machine, "size": asdict(asked.size), "groups": results}
        asked.json.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
