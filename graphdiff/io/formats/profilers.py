"""Profiles, and call graphs of static analysis: what profilers and tracers record, and who may call whom."""

from __future__ import annotations

from graphdiff.io.formats.format import EVENT, STACKS, THREAD, Format

__all__ = ["PROFILERS"]

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
}
