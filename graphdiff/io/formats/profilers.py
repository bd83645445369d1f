"""Profiles, and call graphs of static analysis: what profilers and tracers record, and who may call whom."""

from __future__ import annotations

from graphdiff.io.formats.format import EVENT, STACKS, Format

__all__ = ["PROFILERS"]

PROFILERS: dict[str, Format] = {
    "pstats": Format(
        read="graphdiff.io.profilers.pstats:read_pstats",
        title="pstats (cProfile)",
        about="a function calls a function: what that cost in seconds, and how often; each pair is one edge",
        suffixes=(".prof", ".pstats"),
        # A dict, the first key of which is a tuple of three, referred to later or not; the outline has it in UTF-8.
        marks=((rb"\A(?:\{|\xc3\xbb)(?:(?:\)|\xc2\xa9)\x03|(?:\(|\xc2\xa8)\x03\x00{3})",),),
        nodes="functions",
        tool="cProfile and profile of Python, pyinstrument",
        version="Python 2.7 to 3.13, pyinstrument 5.1",
        sample="cProfile of Python 3.11, 2026-11-29",
        command="python -m cProfile -o run.prof SCRIPT",
        tier=1,
    ),
    "gprof": Format(
        read="graphdiff.io.profilers.gprof:read_gprof",
        title="gprof",
        about="a function calls a function: how often, and what that costs where all its calls cost the same; repeats "
        "are one edge",
        suffixes=(".gprof", ".prof"),
        marks=(
            (rb"^index +% *(?:time +)?self +(?:children|descendents) +called(?:\+self)? +name\b",),
            (rb"\A\s*+Flat profile:", rb"\bcumulative +self\b"),
        ),
        nodes="functions",
        tool="gprof",
        version="GNU 2.40",
        sample="as GNU gprof prints it, 2026-11-29",
        command="gprof -b PROGRAM gmon.out > calls.gprof",
    ),
    "pyinstrument": Format(
        read="graphdiff.io.profilers.pyinstrument:read_pyinstrument",
        title="pyinstrument -r json",
        about="a function calls a function: how many seconds of its stacks were spent in that; stacks are kept",
        suffixes=(".json",),
        marks=((rb'^"start_time": ', rb'^"root_frame": (?:\{|null)'),),
        takes={"stacks": STACKS},
        nodes="functions",
        tool="pyinstrument",
        version="5.1.3",
        sample="by pyinstrument, 2026-11-29",
        command="pyinstrument -r json -o run.json SCRIPT",
        tier=1,
    ),
    "gprof2dot-json": Format(
        read="graphdiff.io.profilers.gprof2dot:read_gprof2dot_json",
        title="gprof2dot's JSON",
        about="a function calls a function: what the chains with that call cost; chains are kept as stacks",
        suffixes=(".json",),
        marks=((rb'^"costs": \[', rb'^"functions": \[', rb'^"events": \['),),
        takes={"event": EVENT, "stacks": STACKS},
        nodes="functions",
        tool="gprof2dot",
        version="2025.4.14",
        sample="by hand, 2026-11-29",
    ),
    "pprof-proto": Format(
        read="graphdiff.io.profilers.pprof:read_pprof",
        title="pprof's profile (.pb.gz)",
        about="a function calls a function; what its stacks cost: time, bytes, counts; stacks are kept",
        suffixes=(".pb", ".pprof", ".prof"),
        claim="graphdiff.io.profilers.wire:is_pprof",
        takes={"event": EVENT, "stacks": STACKS},
        nodes="functions",
        tool="Go",
        version="1.19.8, and of google/pprof commit b9395ee",
        sample="by hand, 2026-11-29",
        command="go test -cpuprofile cpu.pb.gz .",
        tier=1,
    ),
}
