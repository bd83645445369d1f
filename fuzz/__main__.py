"""Fuzz parsers: ``python -m fuzz [PARSER ...] [--inputs N] [--seconds S]``, with atheris, one after another.

``--keep`` fuzzes nothing, and keeps of what was found the small inputs that go ways of their own (`fuzz.corpus`).

Inputs that break a rule, the smallest of each cause, go to build/fuzz/findings; what was asked of each parser, in all
runs together, to build/fuzz/counts.json.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import math
import os
import random
import sys
import time
from collections.abc import Sequence
from contextlib import redirect_stderr, suppress
from pathlib import Path
from typing import Any

BUILD = Path(__file__).parents[1] / "build" / "fuzz"
COUNTS = BUILD / "counts.json"
#: Inputs are told to the file of counts so many at a time.
TOLD_EVERY = 500
#: The largest input, bytes, and the most memory, MiB.
MAX_LENGTH, MAX_MEMORY = 1 << 14, 3072
#: What is watched for new ways through it: all that parses. Loops that numba compiles may not be changed.
WATCHED = ("io", "cli", "tracing.expressions", "graph.arrayfile", "graph.storage")


def unwatched() -> list[str]:
    """Return the names of all other modules."""
    root = Path(__file__).parents[1]
    files = (path.relative_to(root).with_suffix("") for path in (root / "graphdiff").rglob("*.py"))
    names = (".".join(file.parts).removesuffix(".__init__") for file in files)
    return [name for name in names if not name.removeprefix("graphdiff.").startswith(WATCHED)]


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument(
        "parsers", nargs="*", metavar="PARSER", help="a format, or another name of fuzz/parsers.py; all by default"
    )
    parser.add_argument("--inputs", type=int, default=200_000, metavar="N", help="inputs of each; 200,000 by default")
    parser.add_argument("--seconds", type=int, default=0, metavar="S", help="no more than these for each, in this run")
    parser.add_argument("--keep", action="store_true", help="keep small inputs of earlier runs in fuzz/kept")
    return parser.parse_args(given)


def main(given: Sequence[str]) -> None:
    """Fuzz each parser in a process of its own, until it has had all inputs; print a line for each."""
    asked = arguments(given)
    if asked.keep:
        keep_small(asked.parsers)
        return
    import atheris

    with redirect_stderr(io.StringIO()), atheris.instrument_imports(["graphdiff", "tomllib"], unwatched()):
        # What all parsers load is loaded once, before there are processes of their own.
        import graphdiff.io.read  # noqa: F401
        from fuzz.parsers import PARSERS

        for name in asked.parsers or PARSERS:
            _until_asked(name, asked.inputs, asked.seconds)


def keep_small(names: Sequence[str]) -> None:
    """Keep small inputs of earlier runs, and those that are kept already."""
    from fuzz import corpus, drawing
    from fuzz.parsers import PARSERS

    with drawing.in_one_child():
        for name in names or PARSERS:
            files = (BUILD / name / "corpus").glob("*")
            inputs = [*corpus.kept(name), *(path.read_bytes() for path in files)]
            corpus.keep(name, corpus.chosen(PARSERS[name].parse, inputs))


def counts() -> dict[str, dict[str, Any]]:
    """Return what was asked of each parser until now."""
    return json.loads(COUNTS.read_text()) if COUNTS.exists() else {}


def _until_asked(name: str, inputs: int, seconds: int) -> None:
    """Fuzz a parser until it has had so many inputs or so long; go on where libFuzzer broke down on one."""
    begun, before = time.monotonic(), -1
    while (done := counts().get(name, {}).get("inputs", 0)) < inputs and done > before:
        left = max(1, seconds - int(time.monotonic() - begun)) if seconds else 0
        status = _apart(name, inputs - done, left)
        if status:
            print(f"{name}: ended with status {status}, see {BUILD / name}", flush=True)
        elif seconds:
            break
        before = done
    print(f"{name}: {counts().get(name)}", flush=True)


def _apart(name: str, inputs: int, seconds: int) -> int:
    """Fuzz a parser in a process of its own, and return the status with which it ended."""
    (BUILD / name / "corpus").mkdir(parents=True, exist_ok=True)
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    with (BUILD / name / "log").open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    from fuzz import drawing

    sys.stderr = sys.__stderr__
    with drawing.in_one_child():
        fuzzed(name, inputs, seconds)
    os._exit(0)


def fuzzed(name: str, inputs: int, seconds: int) -> None:
    """Fuzz one parser in this process, which `Tally` ends."""
    import atheris

    from fuzz import checks, corpus, mutators, parsers

    parser, folder = parsers.PARSERS[name], BUILD / name
    seeds = folder / "seeds"
    seeds.mkdir(exist_ok=True)
    if name.startswith("load"):
        import numba  # noqa: F401  # what is loaded is walked by machine code then, which looks nowhere where it steps
    for seed in [*parser.seeds(), *corpus.kept(name)]:
        (seeds / hashlib.sha1(seed).hexdigest()[:12]).write_bytes(seed)
        with suppress(checks.Broken):
            checks.checked(parser, seed)  # what is loaded is loaded by now, and no input's time
    tally = Tally(name, inputs, seconds)

    def one(data: bytes) -> None:
        try:
            tally.count(checks.checked(parser, data, thorough=False))
        except checks.Broken as broken:
            tally.count(False)
            keep(name, broken, data)

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.2:
            return atheris.Mutate(data, max_size)
        return mutators.mutated(data, chance.choice(parser.syntaxes), chance)[:max_size]

    options = [
        f"-max_len={MAX_LENGTH}", f"-rss_limit_mb={MAX_MEMORY}",
        "-timeout=30", "-len_control=0", f"-artifact_prefix={folder}/",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(folder / "corpus"), str(seeds)], one, custom_mutator=mutate)
    atheris.Fuzz()


class Tally:
    """How many inputs a parser had, and how many it read; it ends the process when they are enough."""

    def __init__(self, name: str, inputs: int, seconds: int) -> None:
        self.name, self.left, self.end = name, inputs, time.monotonic() + seconds if seconds else math.inf
        self.n_inputs, self.n_read, self.begun = 0, 0, time.process_time()

    def count(self, read: bool) -> None:
        """Count an input, and tell the file of counts from time to time."""
        self.n_inputs += 1
        self.n_read += read
        is_over = self.n_inputs >= self.left or time.monotonic() > self.end
        if is_over or self.n_inputs == TOLD_EVERY:
            self.tell()
        if is_over:
            os._exit(0)  # at once: threads of libraries that a parser uses may wait for ever otherwise

    def tell(self) -> None:
        """Add to the file of counts."""
        whole = counts()
        row = whole.setdefault(self.name, {"inputs": 0, "read": 0, "seconds": 0.0})
        now = time.process_time()
        row["inputs"] += self.n_inputs
        row["read"] += self.n_read
        row["seconds"] = round(row["seconds"] + now - self.begun, 1)
        self.left -= self.n_inputs
        self.n_inputs, self.n_read, self.begun = 0, 0, now
        part = COUNTS.with_suffix(".part")
        part.write_text(json.dumps(whole, indent=1), encoding="utf-8")
        part.replace(COUNTS)


def keep(name: str, broken: Any, data: bytes) -> None:
    """Keep an input that breaks a rule where it is the smallest of its cause, with what it breaks."""
    cause = hashlib.sha1(f"{broken.rule} {broken.place}".encode()).hexdigest()[:8]
    folder = BUILD / "findings" / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / cause
    if not path.exists() or len(data) < path.stat().st_size:
        path.write_bytes(data)
        (folder / f"{cause}.txt").write_text(f"{name}: {broken}\n", encoding="utf-8", errors="replace")


if __name__ == "__main__":
    main(sys.argv[1:])
