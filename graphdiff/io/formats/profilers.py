"""Profiles, and call graphs of static analysis: what profilers and tracers record, and who may call whom."""

from __future__ import annotations

from graphdiff.io.formats.format import EVENT, STACKS, THREAD, Format

__all__ = ["PROFILERS"]

#: What is given to the option, for `graphdiff formats`.
OVERHEAD = "TIME: what the profiler adds to each call, taken off (0.6us)"

PROFILERS: dict[str, Format] = {
    "callgrind": Format(
        read="graphdiff.io.profilers.callgrind:read_callgrind",
        title="callgrind's profiles",
        about="a function calls a function, which costs so much for all its calls; parts and levels (f'2) add up",
        suffixes=(".callgrind", ".cachegrind"),
        marks=((rb"^events:[ \t]*\S", rb"^(?:fn=|positions:|summary:)"),),
        takes={"event": EVENT},
        nodes="functions",
        tool="valgrind",
        version="3.19; pprof 1.19, Xdebug",
        sample="by hand, 2026-11-29",
        command="valgrind --tool=callgrind PROGRAM  (writes callgrind.out.PID)",
        tier=1,
    ),
    "folded": Format(
        read="graphdiff.io.profilers.folded:read_folded",
        title="folded stacks",
        about="a function calls the next one of a stack, which costs what all stacks with that call count",
        suffixes=(".folded", ".collapsed", ".collapse"),
        claim="graphdiff.io.profilers.folded:is_folded",
        takes={"event": "NAME: what its numbers count where they are no samples (ns, bytes)", "stacks": STACKS},
        nodes="functions",
        tool="py-spy, stackcollapse",
        version="0.4.3; of any version",
        sample="by hand, 2026-11-29",
        command="py-spy record -f raw -o run.folded -- python SCRIPT",
        tier=1,
    ),
    "perf": Format(
        read="graphdiff.io.profilers.perf_script:read_perf_script",
        title="perf script",
        about="a function calls the next one of a stack, which costs the periods of all samples with that call",
        suffixes=(".perf",),
        marks=(
            (rb"^[ \t]*\S[^\n]*[ \t][^\s:]\S*:[ \t]*\r?\n[ \t]*[0-9a-f]+ [^\n]*\([^\n()]*\)+\r?$",),
            # Without stacks: a sample is a line.
            (rb"^ *\S[^\n]* \d+\.\d+: +(?:\d+ +)?\S+: +[0-9a-f]+ \S[^\n]* \([^\n()]*\)$",),
        ),
        takes={"event": EVENT, "thread": THREAD, "stacks": STACKS},
        nodes="functions",
        tool="perf",
        version="6.1",
        sample="by hand, 2026-11-29",
        command="perf record -g PROGRAM && perf script > run.perf",
        tier=1,
    ),
    "pstats": Format(
        read="graphdiff.io.profilers.pstats:read_pstats",
        title="pstats (cProfile)",
        about="a function calls a function: what that cost in seconds, and how often; repeats are refused",
        suffixes=(".prof", ".pstats"),
        # A dict, the first key of which is a tuple of three, referred to later or not; the outline has it in UTF-8.
        marks=((rb"\A(?:\{|\xc3\xbb)(?:(?:\)|\xc2\xa9)\x03|(?:\(|\xc2\xa8)\x03\x00{3})",),),
        takes={"overhead": OVERHEAD},
        nodes="functions",
        tool="cProfile and profile of Python, pyinstrument",
        version="Python 2.7 to 3.13, pyinstrument 5.1",
        sample="as Python writes it, 2026-11-29",
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
        sample="as gprof writes it, 2026-11-29",
        command="gprof -b PROGRAM gmon.out > calls.gprof",
    ),
    "pyinstrument": Format(
        read="graphdiff.io.profilers.pyinstrument:read_pyinstrument",
        title="pyinstrument -r json",
        about="a function calls a function: how many seconds of its stacks were spent in that; repeats add",
        suffixes=(".json",),
        marks=((rb'^"start_time": ', rb'^"root_frame": (?:\{|null)'),),
        takes={"stacks": STACKS},
        nodes="functions",
        tool="pyinstrument",
        version="5.1.3",
        sample="as pyinstrument writes it, 2026-11-29",
        command="pyinstrument -r json -o run.json SCRIPT",
        tier=1,
    ),
    "gprof2dot-json": Format(
        read="graphdiff.io.profilers.gprof2dot:read_gprof2dot_json",
        title="gprof2dot's JSON",
        about="a function calls a function: what the chains with that call cost; repeats add",
        suffixes=(".json",),
        marks=((rb'^"costs": \[', rb'^"functions": \[', rb'^"events": \['),),
        takes={"event": EVENT, "stacks": STACKS},
        nodes="functions",
        tool="gprof2dot",
        version="2025.4.14",
        sample="by hand, 2026-11-29",
        command="memtrail report  (writes memtrail.leaked.json)",
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
