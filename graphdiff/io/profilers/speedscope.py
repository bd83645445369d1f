"""speedscope's own files: profiles of stacks with weights, and of frames that open and close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import networkx as nx
import numpy as np

from graphdiff.errors import FormatError
from graphdiff.graph.measured import with_stacks
from graphdiff.io.documents import Record, listing, mapping, mappings, parse_json, text_in
from graphdiff.io.profilers.timeline import Timeline, amounts, chosen, indices, joined, named
from graphdiff.profiles.call_graph import Function, distinct, from_stacks
from graphdiff.profiles.stacks import Stacks
from graphdiff.remedies import Keyword, Remedy

__all__ = ["read_speedscope"]

UNITS = {
    "none": "samples", "nanoseconds": "ns", "microseconds": "us", "milliseconds": "ms", "seconds": "s",
    "bytes": "bytes",
}  # fmt: skip
#: Who writes the line on which a function begins. Of others it may be the one that was running.
DEFINITIONS = ("pyinstrument",)
#: Who writes what was open at samples as frames that open and close.
SAMPLERS = ("pyinstrument", "py-spy", "speedscope")


def read_speedscope(data: bytes, *, name: str, thread: str | None = None, stacks: str = "keep") -> nx.DiGraph:
    r"""Read a file of speedscope: the profiles in it add up, or one is chosen by its name or its number from 1.

    A function is known by its name and file, and by its line where the exporter is known to write where it begins: of
    others it may be the line that was running. What an evented profile measured between two events is of the stack that
    is open; a weight without a unit counts samples.

    References
    ----------
    .. [1] https://github.com/jlfwong/speedscope/wiki/Importing-from-custom-sources
    .. [2] https://www.speedscope.app/file-format-schema.json

    Examples
    --------
    >>> text = b'''{"$schema": "https://www.speedscope.app/file-format-schema.json",
    ... "shared": {"frames": [{"name": "main"}, {"name": "work"}]}, "profiles": [{"type": "sampled", "name": "x",
    ... "unit": "milliseconds", "startValue": 0, "endValue": 3, "samples": [[0], [0, 1]], "weights": [1, 2]}]}'''
    >>> graph = read_speedscope(text, name="x.json")
    >>> graph.nodes["main"], list(graph.edges(data="cost")), graph.graph["unit"]
    ({'name': 'main', 'self': 1, 'inclusive': 3}, [('main', 'work', 2)], 'ms')
    """
    document = mapping(parse_json(data, name), name)
    exporter = text_in(document, "exporter").partition("@")[0]
    functions, numbers = _functions(document, exporter, name)
    profiles = list(mappings(document.get("profiles"), f"{name}: profiles"))
    names = [(text_in(profile, "name"), str(number)) for number, (_, profile) in enumerate(profiles, 1)]
    places = chosen(names, thread, name)
    if not places:
        raise FormatError(f"{name}: no profile in it")
    kept = [profiles[place] for place in places]
    unit, kind = _measured(kept, [names[place][1] for place in places], exporter, name)
    warnings: list[str] = []
    trees = [READ[profile["type"]](profile, functions, numbers, where, warnings) for where, profile in kept]
    graph = from_stacks(
        functions,
        joined(trees, name),
        unit=unit,
        kind=kind,
        format="speedscope",
        threads=[names[place][0] for place in places],
        warnings=warnings,
    )
    return with_stacks(graph, stacks)


def _functions(document: Record, exporter: str, name: str) -> tuple[list[Function], list[int]]:
    """Return the distinct functions, and which of them each frame is of."""
    functions: list[Function] = []
    begins = exporter in DEFINITIONS
    shared = mapping(document.get("shared"), f"{name}: shared")
    for where, frame in mappings(shared.get("frames"), f"{name}: shared: frames"):
        line = frame.get("line")
        functions.append(
            Function(
                named(frame, "name", where),
                text_in(frame, "file"),
                line if begins and type(line) is int and line > 0 else None,
            )
        )
    known, numbers = distinct(functions)
    return known, numbers.tolist()


def _measured(
    profiles: Sequence[tuple[str, Record]], numbers: Sequence[str], exporter: str, name: str
) -> tuple[str, str]:
    """Return unit and kind of profiles, the same for all of them."""
    kinds: dict[tuple[str, str], str] = {}
    for (where, profile), number in zip(profiles, numbers, strict=True):
        unit, way = text_in(profile, "unit"), text_in(profile, "type")
        if unit not in UNITS:
            raise FormatError(f"{where}: its unit is {unit!r:.40}, not one of {', '.join(UNITS)}")
        if way not in READ:
            raise FormatError(f"{where}: its type is {way!r:.40}, not sampled or evented")
        kinds.setdefault(_kind(UNITS[unit], way, exporter), number)
    if len(kinds) > 1:
        (one, number), (other, _), *_ = kinds.items()
        raise FormatError(
            f"{name}: profiles of {one[0]} ({one[1]}) and of {other[0]} ({other[1]}), which do not add up",
            Remedy(Keyword("thread", number), f"reads the one of {one[0]}"),
        )
    return next(iter(kinds))


def _kind(unit: str, way: str, exporter: str) -> tuple[str, str]:
    if unit == "bytes":
        return unit, "allocated"
    if way == "sampled" or exporter in SAMPLERS:
        return unit, "sampled"
    return "units" if unit == "samples" else unit, "counted"


def _sampled(
    profile: Record, functions: Sequence[Function], numbers: Sequence[int], where: str, warnings: list[str]
) -> Stacks:
    """Return the stacks of a sampled profile; each is a sample, or as many as a weight without a unit counts."""
    rows = listing(profile.get("samples"), f"{where}: samples")
    weights = amounts(listing(profile.get("weights"), f"{where}: weights"), f"{where}: weights")
    if len(rows) != len(weights):
        raise FormatError(f"{where}: {len(rows):,} samples with {len(weights):,} weights")
    for place, row in enumerate(rows):
        listing(row, f"{where}: samples[{place}]")
    lengths = np.array([len(row or ()) for row in rows], dtype=np.int64)
    frames = indices(
        list(chain.from_iterable(row or () for row in rows)), len(numbers), f"{where}: samples, their frames"
    )
    if empty := int((lengths == 0).sum()):
        warnings.append(f"{where}: {empty:,} of {len(rows):,} samples have no stack and are left out")
    return Stacks.of(np.array(numbers, dtype=np.int64)[frames], lengths, weights, _samples(profile["unit"], weights))


def _samples(unit: str, weights: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
    if unit == "bytes" or (unit == "none" and weights.dtype.kind == "f"):
        return None
    return weights if unit == "none" else np.ones(len(weights), dtype=np.int64)


def _evented(
    profile: Record, functions: Sequence[Function], numbers: Sequence[int], where: str, warnings: list[str]
) -> Stacks:
    """Return the stacks of an evented profile, in which the frames have to close in the order opposite to opening."""
    events = list(mappings(profile.get("events"), f"{where}: events"))
    times = amounts([event.get("at") for _, event in events], f"{where}: events, at").tolist()
    frames = indices([event.get("frame") for _, event in events], len(numbers), f"{where}: events, frame").tolist()
    line, before = Timeline(), 0
    for (place, event), time, frame in zip(events, times, frames, strict=True):
        if time < before:
            raise FormatError(f"{place}: at {time}, which is before {before} of the event above it")
        line.pass_until(time)
        before = time
        if event.get("type") == "O":
            line.open(numbers[frame])
        elif event.get("type") != "C":
            raise FormatError(f"{place}: its type is {event.get('type')!r:.40}, not O or C")
        elif numbers[frame] != line.frame:
            there = "nothing" if line.frame is None else repr(functions[line.frame].name)
            raise FormatError(f"{place}: it closes {functions[numbers[frame]].name!r:.60}, and {there:.60} is open")
        else:
            line.close()
    if line.frame is not None:
        open_ = functions[line.frame].name
        raise FormatError(f"{where}: at its end {open_!r:.60} is open: the file is cut off")
    return line.stacks()


READ: Mapping[str, Any] = {"sampled": _sampled, "evented": _evented}
