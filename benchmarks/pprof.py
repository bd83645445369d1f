"""(6) pprof's profiles from the shell: of 23,000 functions and 100,000 samples, beside parsing alone and pprof itself.

    python -m benchmarks.pprof FILE [SCALE]

writes such a file.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row, Size, compare_processes

FUNCTIONS, SAMPLES, DEPTH = 23_000, 100_000, 40
#: Of a sample's value in nanoseconds.
PERIOD = 10_000_000
PARSE = """
import sys
from graphdiff.io.profilers.pprof import profile_class
profile_class().FromString(open(sys.argv[1], "rb").read())
"""


def run(size: Size) -> Iterator[Row]:
    """Time `graphdiff rank` on a large profile, parsing it, and `go tool pprof -top` where Go is installed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "large.pb")
        path.write_bytes(large(size.scale))
        commands = {
            "graphdiff rank": (sys.executable, "-m", "graphdiff", "rank", str(path)),
            "protobuf, parsing alone": (sys.executable, "-c", PARSE, str(path)),
        }
        if shutil.which("go"):
            commands["go tool pprof -top"] = ("go", "tool", "pprof", "-top", str(path))
        title = f"pprof, {SAMPLES * size.scale:,.0f} samples, {path.stat().st_size / 1e6:.0f} MB"
        yield from compare_processes("rank, whole process", title, commands, size)


def large(scale: float = 1.0) -> bytes:
    """Return a profile: each function calls a few after it, some more often, and some call an earlier one again."""
    from graphdiff.io.profilers.pprof import profile_class

    chance = random.Random(1)
    n_functions, profile = max(100, int(FUNCTIONS * scale)), profile_class()()
    names = [f"example.com/shop/module{n % 300}.(*Type{n % 40}).function{n}" for n in range(n_functions)]
    files = [f"/src/shop/module{n}.go" for n in range(300)]
    profile.string_table.extend(
        text.encode() for text in ("", "samples", "count", "cpu", "nanoseconds", *names, *files)
    )
    for kind, unit in ((1, 2), (3, 4)):
        profile.sample_type.add(type=kind, unit=unit)
    for number in range(n_functions):
        file = 5 + n_functions + number % 300
        profile.function.add(id=number + 1, name=5 + number, filename=file, start_line=number)
    callees = [_callees(number, n_functions, chance) for number in range(n_functions)]
    for number in range(3 * n_functions):  # three places in each function, one of them within another
        location = profile.location.add(id=number + 1)
        location.line.add(function_id=number // 3 + 1)
        if number % 9 == 0:
            location.line.add(function_id=max(1, number // 3))
    for _ in range(int(SAMPLES * scale)):
        count = chance.randint(1, 3)
        profile.sample.add(location_id=_stack(callees, chance)[::-1], value=[count, count * PERIOD])
    return bytes(profile.SerializeToString())


def _callees(number: int, n_functions: int, chance: random.Random) -> list[int]:
    """Return whom a function calls, the most often called first."""
    reach = max(2, (n_functions - number) // 6)
    called = {min(n_functions - 1, number + 1 + int(reach * chance.random() ** 3)) for _ in range(chance.randint(2, 8))}
    return [*sorted(called, key=lambda _: chance.random()), chance.randrange(number + 1)]


def _stack(callees: list[list[int]], chance: random.Random) -> list[int]:
    """Return the locations of a stack, root first."""
    function, stack = 0, []
    for depth in range(chance.randint(DEPTH // 4, DEPTH * 7 // 4)):
        stack.append(3 * function + 1 + (chance.random() < 0.2) + (chance.random() < 0.1))
        called = callees[function]
        # Near the root stacks are much alike.
        function = called[min(int(chance.expovariate(4 if depth < DEPTH // 2 else 1.2)), len(called) - 1)]
    return stack


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(large(*map(float, sys.argv[2:3])))
