"""Profiles, and call graphs of static analysis: what profilers and tracers record, and who may call whom."""

from __future__ import annotations

from graphdiff.io.formats.format import EVENT, STACKS, Format

__all__ = ["PROFILERS"]

PROFILERS: dict[str, Format] = {
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
