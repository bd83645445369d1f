"""(6) Folded stacks from the shell: 50 MB of 90,000 stacks and 20,000 functions, beside a loop in plain Python.

    python -m benchmarks.folded FILE [SCALE [STACKS DEPTH]]

writes such a file, or one of as many stacks and frames a stack.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row, Size, compare_processes

FUNCTIONS, STACKS, DEPTH = 20_000, 90_000, 32
#: What a flat table takes: each function of a stack once. It keeps no stack.
PLAIN = """
import sys
own, inclusive = {}, {}
for line in open(sys.argv[1], "rb"):
    stack, count = line.rsplit(None, 1)
    frames, count = stack.split(b";"), int(count)
    own[frames[-1]] = own.get(frames[-1], 0) + count
    for frame in set(frames):
        inclusive[frame] = inclusive.get(frame, 0) + count
for frame in sorted(own, key=own.get)[-20:]:
    print(frame, own[frame], inclusive[frame])
"""


def run(size: Size) -> Iterator[Row]:
    """Time `graphdiff rank` on a large file of folded stacks, and a loop that adds the same up and keeps no stacks."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "large.folded")
        write(path, size.scale)
        commands = {
            "graphdiff rank": (sys.executable, "-m", "graphdiff", "rank", str(path)),
            "Python, sums of functions alone": (sys.executable, "-c", PLAIN, str(path)),
        }
        title = f"folded, {STACKS * size.scale:,.0f} stacks, {path.stat().st_size / 1e6:.0f} MB"
        yield from compare_processes("rank, whole process", title, commands, size)


def write(path: Path, scale: float = 1.0, stacks: float = STACKS, depth: float = DEPTH) -> None:
    """Write stacks of a program in which each function calls a few others, some more often, and some an earlier one."""
    chance = random.Random(1)
    n_functions = max(100, int(FUNCTIONS * scale))
    names = [f"module{n % 300}::f{n}" for n in range(n_functions)]
    callees = [[chance.randrange(n_functions) for _ in range(chance.randint(1, 6))] for _ in names]
    with path.open("w") as file:
        for _ in range(int(stacks * scale)):
            function, stack = 0, []
            for _ in range(chance.randint(int(depth) // 4, int(depth) * 7 // 4)):
                stack.append(names[function])
                called = callees[function]
                function = called[min(int(chance.expovariate(1)), len(called) - 1)]
            file.write(f"{';'.join(stack)} {chance.randint(1, 20)}\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]), *map(float, sys.argv[2:5]))
