"""pprof's profiles in protocol buffers: Go's, gperftools', and those of all that write ``profile.proto``.

The schema is built when such a file comes, of those fields alone that are read: all others are passed over.
"""

from __future__ import annotations

import posixpath
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import FormatError, UsageError, meant, nearest
from graphdiff.graph.measured import with_stacks
from graphdiff.io.building import leave_out
from graphdiff.io.profilers.wire import fields
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.profiles.call_graph import Function, from_stacks
from graphdiff.profiles.stacks import MOST, Stacks
from graphdiff.remedies import Keyword, Remedy
from graphdiff.text.amounts import amount

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["profile_class", "read_pprof"]

#: The fields that are read, each with its number and type; ``*`` is before those that repeat.
SCHEMA = {
    "ValueType": {"type": (1, "int64"), "unit": (2, "int64")},
    "Sample": {"location_id": (1, "*uint64"), "value": (2, "*int64")},
    "Mapping": {"id": (1, "uint64"), "filename": (5, "int64")},
    "Line": {"function_id": (1, "uint64")},
    "Location": {"id": (1, "uint64"), "mapping_id": (2, "uint64"), "line": (4, "*Line")},
    "Function": {"id": (1, "uint64"), "name": (2, "int64"), "filename": (4, "int64"), "start_line": (5, "int64")},
    "Profile": {
        "sample_type": (1, "*ValueType"),
        "sample": (2, "*Sample"),
        "mapping": (3, "*Mapping"),
        "location": (4, "*Location"),
        "function": (5, "*Function"),
        "string_table": (6, "*bytes"),  # bytes: some tools write names that are no UTF-8
        "drop_frames": (7, "int64"),
        "default_sample_type": (14, "int64"),
    },
}

UNITS = {
    "nanoseconds": "ns", "nanosecond": "ns", "microseconds": "us", "milliseconds": "ms", "seconds": "s",
    "byte": "bytes",
}  # fmt: skip

#: What profiles of memory measure, by the names of Go and of gperftools.
MEMORY = ("alloc_", "inuse_", "space", "objects")

TITLE = "pprof profile"
#: The name that pprof has for what no table of symbols names.
UNKNOWN = "<unknown>"

NO_PROFILE = "is no profile of pprof's"
KEPT = "pprof leaves out frames of allocators that the file names by a pattern (drop_frames); here all are kept"
AGAIN = "record or fetch it again"
ABSENT = f"which is not in the file: it is broken or cut off; {AGAIN}"


#: Numbers up to so many, or so many times those that there are, are looked up in a table.
MOST_NUMBERS, FAR_APART = 1 << 16, 8
#: So many fields of a broken file are looked at.
MOST_FIELDS = 1_000_000
#: So many samples are taken apart at once.
BLOCK = 1 << 14


class _Measured(NamedTuple):
    """What is measured: one of the values that every sample has."""

    name: str
    unit: str

    def __str__(self) -> str:
        return f"{self.name} ({self.unit})"

    @property
    def shown_unit(self) -> str:
        """The unit in which amounts are said; of what is only counted, that which is."""
        if self.unit == "count":
            return self.name.removeprefix("alloc_").removeprefix("inuse_")
        return UNITS.get(self.unit, self.unit)

    @property
    def kind(self) -> str:
        """Whether it was counted, sampled or allocated."""
        if self.name.startswith(MEMORY):
            return "allocated"
        is_sampled = self == SAMPLES or self.shown_unit in ("ns", "us", "ms", "s")
        return "sampled" if is_sampled else "counted"


#: The column of the samples themselves.
SAMPLES = _Measured("samples", "count")


class _Recorded(NamedTuple):
    """All samples: their frames, leaf first, one sample after another, and their values, (n_samples, n_types)."""

    frames: NDArray[np.int32]
    lengths: NDArray[np.int64]
    values: NDArray[np.int64]


def read_pprof(data: bytes, *, name: str, event: str | None = None, stacks: str = "keep") -> nx.DiGraph:
    r"""Read a profile as pprof saves it: the tail of an edge calls its head.

    A location with several lines is several frames: what the compiler put into one another. A frame that no table of
    symbols names is called by its program or library, ``[libc.so.6]``, as pprof does. Samples that have 0 of what is
    asked about are left out.

    Parameters
    ----------
    event : str, optional
        Which of several measured values: ``"cpu"``, ``"inuse_space"``, …; by default the one that the file names as
        its default, else the last.
    stacks : {"keep", "drop"}
        Whether the graph keeps the stacks, which answer exactly what edges only estimate.

    Raises
    ------
    FormatError
        The file is cut off or names what it does not hold; it is the difference of two profiles, or nothing was
        measured.
    UsageError
        Nothing called `event` was measured.

    References
    ----------
    .. [1] https://github.com/google/pprof/blob/main/proto/profile.proto

    Examples
    --------
    >>> types, samples = b"\x0a\x04\x08\x01\x10\x02", b"\x12\x07\x0a\x02\x02\x01\x12\x01\x05"
    >>> locations = b"\x22\x06\x08\x01\x22\x02\x08\x01\x22\x06\x08\x02\x22\x02\x08\x02"
    >>> functions = b"\x2a\x04\x08\x01\x10\x03\x2a\x04\x08\x02\x10\x04"
    >>> texts = b"".join(b"\x32" + bytes([len(text)]) + text for text in (b"", b"cpu", b"seconds", b"main", b"read"))
    >>> G = read_pprof(types + samples + locations + functions + texts, name="x.pb")
    >>> list(G.edges(data="cost")), G.graph["unit"]
    ([('main', 'read', 5)], 's')
    """
    with collector_at_rest():
        profile = _parsed(data, name)
        texts = _Texts(profile.string_table, name)
        measured = [_Measured(texts.at(each.type), texts.at(each.unit)) for each in profile.sample_type]
        chosen = _chosen(measured, event, texts.at(profile.default_sample_type), name)
        functions, locations = _tables(profile, texts)
        recorded = _recorded(profile.sample, locations, len(measured), name)
        warnings = [f"{name}: {KEPT}"] if texts.at(profile.drop_frames) else []
        del profile  # several times what is left of it
        _require_amounts(recorded.values, measured, name)
        tree, gone, bare = _chosen_stacks(recorded, measured, chosen, name)
        del recorded
        value = measured[chosen]
        graph = from_stacks(
            functions,
            tree,
            unit=value.shown_unit,
            kind=value.kind,
            format=TITLE,
            event=value.name,
            events=[each.name for each in measured],
        )
    leave_out(graph, dict.fromkeys(functions[number].name for number in gone), {"event": value.name})
    if bare:
        amounts = [amount(cost, value.shown_unit) for cost in (bare, bare + tree.total)]
        warnings.append(f"{name}: samples without a stack are left out: {' of '.join(amounts)}")
    if warnings:
        graph.graph["warnings"] = warnings
    return with_stacks(graph, stacks)


def _chosen_stacks(
    recorded: _Recorded, measured: Sequence[_Measured], chosen: int, name: str
) -> tuple[Stacks, list[int], int]:
    """Return the stacks of one value, the functions that have none of it, and what samples without a stack have."""
    costs, has_stack = recorded.values[:, chosen], recorded.lengths > 0
    if not costs[has_stack].any():
        raise _nothing(recorded.values[has_stack], measured, chosen, name)
    some = costs > 0
    frames = recorded.frames if some.all() else recorded.frames[np.repeat(some, recorded.lengths)]
    samples = recorded.values[some, measured.index(SAMPLES)][::-1] if SAMPLES in measured else None
    tree = Stacks.of(frames[::-1], recorded.lengths[some][::-1], costs[some][::-1], samples)  # roots first
    gone = np.setdiff1d(recorded.frames[np.repeat(~some, recorded.lengths)], tree.frames)
    return tree, gone.tolist(), int(costs[~has_stack].sum())


def _nothing(values: NDArray[np.int64], measured: Sequence[_Measured], chosen: int, name: str) -> FormatError:
    others = [each.name for each, column in zip(measured, values.T, strict=True) if column.any()]
    remedies = [Remedy(Keyword("event", others[-1]), "reads what there is")] if others else []
    return FormatError(f"{name} has no stack with any {measured[chosen]}", *remedies)


def _parsed(data: bytes, name: str) -> Any:
    from google.protobuf.message import DecodeError

    try:
        profile = profile_class().FromString(data)
    except DecodeError:
        place = _break_of(data)
        where = "" if place is None else f" at byte {place:,} of {len(data):,}"
        raise FormatError(f"{name} {f'is broken or cut off{where}' if place != 0 else NO_PROFILE}; {AGAIN}") from None
    if not profile.sample_type:
        raise FormatError(f"{name} {NO_PROFILE}: it does not say what was measured")
    return profile


def _break_of(data: bytes) -> int | None:
    """Return where the field begins that cannot be read; None where it is none of the first."""
    from google.protobuf.message import DecodeError

    start = 0
    for field in islice(fields(data), MOST_FIELDS):
        try:
            profile_class().FromString(data[start : field.stop])
        except DecodeError:
            return start
        start = field.stop
    is_the_next = next(islice(fields(data[start:]), 1), None) is None
    return start if is_the_next else None


@cache
def profile_class() -> Any:
    r"""Return the class of a profile in protocol buffers.

    Examples
    --------
    >>> profile_class().FromString(b"\x60\x05\x32\x00\x32\x03cpu").string_table
    [b'', b'cpu']
    """
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="graphdiff/profile.proto", package="perftools", syntax="proto3")
    for message, its_fields in SCHEMA.items():
        described = file.message_type.add(name=message)
        for field, (number, kind) in its_fields.items():
            label = kinds.LABEL_REPEATED if kind.startswith("*") else kinds.LABEL_OPTIONAL
            made = described.field.add(name=field, number=number, label=label)
            bare = kind.removeprefix("*")
            if bare in SCHEMA:
                made.type, made.type_name = kinds.TYPE_MESSAGE, f".perftools.{bare}"
            else:
                made.type = kinds.Type.Value(f"TYPE_{bare.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("perftools.Profile"))


class _Texts:
    """The table of texts, and of what file it is."""

    def __init__(self, table: Sequence[bytes], name: str) -> None:
        # What is no UTF-8 stays apart from what differs from it.
        self._table = [text.decode("utf-8", "backslashreplace") for text in table] or [""]
        self.name = name

    def at(self, place: int) -> str:
        """Return the text at a place; that at 0 is empty."""
        if not 0 <= place < len(self._table):
            raise FormatError(
                f"{self.name}: text {place:,} is asked for, and its table has {len(self._table):,}: it is broken or "
                f"cut off; {AGAIN}"
            )
        return self._table[place]


def _chosen(measured: Sequence[_Measured], event: str | None, default: str, name: str) -> int:
    """Return which value is read: the one that is asked for, else the file's default, else the last."""
    names = [each.name for each in measured]
    if event is None:
        return names.index(default) if default in names else len(names) - 1
    spelled = {f"{each.name}/{each.unit}": number for number, each in reversed([*enumerate(measured)])}
    spelled |= {each.name: number for number, each in reversed([*enumerate(measured)])}
    if event not in spelled:
        there = ", ".join(map(str, measured))
        raise UsageError(f"{name} has not measured {event!r}{meant(nearest(event, names))}; it has {there}")
    return spelled[event]


@dataclass(frozen=True, eq=False)
class _Locations:
    """The frames of each location, innermost first; locations in the order of their numbers.

    Attributes
    ----------
    ids : uint64 array, shape (n,)
        It never decreases.
    starts, counts : int64 arrays, shape (n,)
        Where the frames of each start, and how many it has.
    frames : int32 array, shape (sum of counts,)
    """

    ids: NDArray[np.uint64]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    frames: NDArray[np.int32]

    @classmethod
    def of(cls, rows: Mapping[int, Sequence[int]]) -> _Locations:
        """Return the locations of which these are the frames."""
        ids = np.fromiter(rows, dtype=np.uint64, count=len(rows))
        counts = np.fromiter(map(len, rows.values()), dtype=np.int64, count=len(rows))
        frames = np.fromiter(chain.from_iterable(rows.values()), dtype=np.int32)
        order = np.argsort(ids)
        return cls(ids[order], (np.cumsum(counts) - counts)[order], counts[order], frames)

    @cached_property
    def _numbered(self) -> NDArray[np.int64]:
        """The place of each number up to the largest, then -1; empty where numbers are far apart, as addresses are."""
        largest = int(self.ids.max(initial=0))
        if largest > MOST_NUMBERS + FAR_APART * len(self.ids):
            return np.zeros(0, dtype=np.int64)
        numbered = np.full(largest + 2, -1, dtype=np.int64)
        numbered[self.ids.astype(np.int64)] = np.arange(len(self.ids))
        return numbered

    def places(self, ids: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return where each location is among these; -1 where it is not."""
        if len(self._numbered):
            return self._numbered[np.minimum(ids, len(self._numbered) - 1).astype(np.int64)]
        places = np.searchsorted(self.ids, ids)
        places[places == len(self.ids)] = 0
        return np.where(self.ids[places] == ids, places, -1)

    def frames_at(self, places: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return the frames of locations one after another, and where those of each end."""
        counts = self.counts[places]
        ends = np.cumsum(counts)
        within = np.arange(counts.sum()) - np.repeat(ends - counts, counts)
        return self.frames[np.repeat(self.starts[places], counts) + within], ends


def _tables(profile: Any, texts: _Texts) -> tuple[list[Function], _Locations]:
    """Return the functions, and the locations that are made of them."""
    numbers: dict[Function, int] = {}
    by_id = {
        each.id: numbers.setdefault(_function(each, texts), len(numbers)) for each in _distinct(profile.function, texts)
    }
    mapped = {each.id: _program(texts.at(each.filename)) for each in profile.mapping}
    rows: dict[int, Sequence[int]] = {}
    for location in _distinct(profile.location, texts):
        program = mapped.get(location.mapping_id, Function(UNKNOWN))
        lines = [line.function_id for line in location.line] or [0]
        try:
            rows[location.id] = [by_id[each] if each else numbers.setdefault(program, len(numbers)) for each in lines]
        except KeyError as error:
            raise FormatError(f"{texts.name}: location {location.id:,} is in function {error}, {ABSENT}") from None
    return list(numbers), _Locations.of(rows)


def _distinct(messages: Sequence[Any], texts: _Texts) -> Sequence[Any]:
    """Return functions or locations, each of which has a number of its own, not 0."""
    ids = {each.id for each in messages}
    if len(ids) < len(messages) or 0 in ids:
        what = type(messages[0]).DESCRIPTOR.name.lower()
        raise FormatError(f"{texts.name}: a {what} without a number of its own: it is broken; {AGAIN}")
    return messages


def _function(each: Any, texts: _Texts) -> Function:
    return Function(texts.at(each.name) or UNKNOWN, texts.at(each.filename), each.start_line or None)


def _program(path: str) -> Function:
    """Return the function that all of a program is of which the symbols are not known."""
    return Function(f"[{posixpath.basename(path)}]", path) if path else Function(UNKNOWN)


def _recorded(samples: Sequence[Any], locations: _Locations, n_types: int, name: str) -> _Recorded:
    """Return what was recorded, taken apart a block of samples at a time."""
    frames, lengths, values = array("i"), array("q"), array("q")
    for start in range(0, len(samples), BLOCK):
        ids, sizes = array("Q"), array("q")
        for sample in samples[start : start + BLOCK]:
            ids.extend(sample.location_id)
            sizes.append(len(sample.location_id))
            values.extend(sample.value)
        if len(values) != n_types * (start + len(sizes)):
            raise FormatError(f"{name}: samples without a value for each of the {n_types} that were measured; {AGAIN}")
        ends = np.cumsum(np.frombuffer(sizes, dtype=np.int64))
        places = locations.places(np.frombuffer(ids, dtype=np.uint64))
        if (places < 0).any():
            first = int(np.argmax(places < 0))
            number = start + int(np.searchsorted(ends, first, side="right")) + 1
            raise FormatError(f"{name}: sample {number:,} is at location {ids[first]:,}, {ABSENT}")
        block, stops = locations.frames_at(places)
        frames.frombytes(block.tobytes())
        lengths.frombytes(np.diff(np.append(0, stops)[ends], prepend=0).tobytes())
    return _Recorded(
        np.frombuffer(frames, dtype=np.int32),
        np.frombuffer(lengths, dtype=np.int64),
        np.frombuffer(values, dtype=np.int64).reshape(-1, n_types),
    )


def _require_amounts(values: NDArray[np.int64], measured: Sequence[_Measured], name: str) -> None:
    """Raise where something was measured to be less than nothing, or more than can be."""
    if (values < 0).any():
        sample, which = np.argwhere(values < 0)[0].tolist()
        raise FormatError(
            f"{name}: sample {sample + 1:,} has {values[sample, which]:,} of {measured[which]}: it is the difference "
            "of two profiles, as pprof -base makes it, and none itself; graphdiff compare BASE NEW compares the two"
        )
    for each, total in zip(measured, values.sum(axis=0, dtype=np.float64).tolist(), strict=True):
        if total >= MOST:
            raise FormatError(f"{name}: all samples together have {total:.2g} of {each}: it is broken; {AGAIN}")
