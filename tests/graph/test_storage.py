"""Saved graphs: the same answers to the bit, and nothing but FormatError from a file that is not what it says."""

from __future__ import annotations

import json
import os
import pickle
import struct
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import networkx as nx
import numpy as np
import pytest
from graphs import ENGINES, engine, weighted
from hypothesis import given
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import (
    FormatError,
    GraphdiffError,
    InputError,
    OutputError,
    UnknownNodeError,
    UsageError,
    ValueOverflowError,
)
from graphdiff.graph.arrayfile import ArrayFile, write
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.labels import Integers, Texts

PREFIX = struct.Struct("<8sIII")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def storables(draw: Callable[..., Any]) -> CompiledGraph:
    """Draw a compiled graph of any shape, cycles and all, that can be saved."""
    kind = draw(st.sampled_from([TEXT, st.integers(-(2**63), 2**63 - 1)]))
    labels = draw(st.lists(kind, min_size=0, max_size=6, unique=True))
    weights = draw(st.sampled_from([FINITE, st.integers(-(2**40), 2**40)]))
    graph = draw(st.sampled_from([nx.DiGraph, nx.MultiDiGraph]))()
    graph.add_nodes_from((label, {"root": draw(st.booleans())}) for label in labels)
    if labels:
        ends = st.sampled_from(labels)
        graph.add_weighted_edges_from(draw(st.lists(st.tuples(ends, ends, weights), max_size=9)))
    graph.graph["edge_meaning"] = draw(st.text(max_size=3))
    return gd.compile(graph, cycles=draw(st.sampled_from(["raise", "collapse", "solve", "reduced-form"])))


def answers(graph: CompiledGraph) -> list[Any]:
    """Return what forward says from every node, to the bit, or which error it is."""
    found: list[Any] = []
    for node in list(graph.labels):
        try:
            found.append(list(map(repr, gd.forward(graph, node).array.tolist())))
        except GraphdiffError as error:
            found.append(str(error))
    return found


@pytest.fixture(params=["text", "ints", "keys"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a saved graph with a cycle, a root and an edge into each."""
    graph = nx.MultiDiGraph() if request.param == "keys" else nx.DiGraph()
    names = {"ints": [7, -1, 5, 30]}.get(request.param, ["a", "é", "漢字", ""])
    graph.add_node(names[0], root=True)
    pairs = [(0, 1, 0.5), (1, 2, 0.25), (2, 1, 0.5), (2, 3, 4.0)]
    graph.add_weighted_edges_from((names[u], names[v], weight) for u, v, weight in pairs)
    gd.compile(graph, cycles="solve").save(tmp_path / "graph")
    return tmp_path / "graph"


# -- there and back


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("mmap", [True, False], ids=["mapped", "in memory"])
@given(graph=storables())
def test_a_graph_comes_back_the_same(name: str, mmap: bool, graph: CompiledGraph, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("saved") / "graph"
    with engine(name):
        graph.save(path)
        again = CompiledGraph.load(path, mmap=mmap)
        assert again.edges() == graph.edges()
        assert [type(key) for edge in again.edges() for key in edge] == [type(k) for e in graph.edges() for k in e]
        assert (list(again.labels), again.weights.tolist()) == (list(graph.labels), graph.weights.tolist())
        assert again.weights.dtype == graph.weights.dtype
        assert again.topology.roots.tolist() == graph.topology.roots.tolist()
        assert (again.cycles, again.exact, again.edge_meaning) == (graph.cycles, graph.exact, graph.edge_meaning)
        assert answers(again) == answers(graph)
    assert os.listdir(path.parent) == ["graph"]


@pytest.mark.parametrize("weights", [[2, 3], [0.5, 0.1]], ids=["ints", "floats"])
def test_ids_that_are_the_labels_stay_so(weights: list[Any], tmp_path: Path) -> None:
    graph = CompiledGraph.from_arrays([2, 0], [0, 1], weights)
    graph.save(tmp_path / "graph")
    again = CompiledGraph.load(tmp_path / "graph")
    assert again.topology.names is None
    assert gd.total_influence(again, 2, 1) == weights[0] * weights[1]


def test_exact_ints_and_meanings_are_kept(tmp_path: Path) -> None:
    graph = gd.compile(weighted([("a", "b", 3)]), weight=None, exact=True)
    graph.save(tmp_path / "graph")
    again = CompiledGraph.load(tmp_path / "graph")
    assert (again.exact, again.weight_meaning) == (True, "unit")


def test_an_empty_graph_is_a_graph(tmp_path: Path) -> None:
    gd.compile(nx.DiGraph()).save(tmp_path / "graph")
    assert repr(CompiledGraph.load(tmp_path / "graph")) == "<CompiledGraph: 0 nodes, 0 edges, no cycles>"


def test_arrays_are_read_only_and_a_loaded_graph_can_be_pickled_and_saved(file: Path) -> None:
    for mmap in (True, False):
        graph = CompiledGraph.load(file, mmap=mmap)
        assert not any(array.flags.writeable for array in (graph.weights, graph.heads, graph.topology.ids))
        graph.save(file.with_name("again"), overwrite=True)
        assert file.with_name("again").read_bytes() == file.read_bytes()
        assert answers(pickle.loads(pickle.dumps(graph))) == answers(graph)


# -- labels


@given(names=st.lists(TEXT, unique=True, max_size=30), other=st.text(max_size=4))
def test_names_are_found_by_their_index(names: list[str], other: str) -> None:
    packed = Texts.of(names)
    assert list(packed) == names == packed[:]
    assert [packed.find(name) for name in names] == list(range(len(names)))
    assert packed.find(other) == (names.index(other) if other in names else None)
    assert packed.find(7) is None


def test_names_of_one_hash_are_told_apart() -> None:
    assert crc32(b"plumless") == crc32(b"buckeroo")
    packed = Texts.of(["plumless", "a", "buckeroo"])
    assert [packed.find(name) for name in ("plumless", "buckeroo", "a")] == [0, 2, 1]
    assert Texts.of(["plumless"]).find("buckeroo") is None


@given(values=st.lists(st.integers(-(2**63), 2**63 - 1), unique=True, max_size=30), other=st.integers())
def test_ints_are_found_by_their_index(values: list[int], other: int) -> None:
    packed = Integers(np.array(values, dtype=np.int64))
    assert list(packed) == values == packed[:]
    assert [packed.find(value) for value in values] == list(range(len(values)))
    assert packed.find(other) == (values.index(other) if other in values else None)
    assert packed.find("7") is None


def test_one_name_is_found_without_an_object_for_the_others(tmp_path: Path) -> None:
    names = [f"node {number}" for number in range(50_000)]
    CompiledGraph.from_arrays([0], [1], labels=names).save(tmp_path / "graph")
    graph = CompiledGraph.load(tmp_path / "graph")
    assert len(graph.topology.positions) == 50_000
    tracemalloc.start()
    assert graph.topology.label(graph.topology.position("node 777")) == "node 777"
    assert tracemalloc.get_traced_memory()[1] < 20_000
    tracemalloc.stop()


def test_an_unknown_name_is_answered_with_the_nearest(file: Path) -> None:
    with pytest.raises(UnknownNodeError, match="no node 'A'"):
        CompiledGraph.load(file).topology.position("A")
    with pytest.raises(UnknownNodeError, match=r"no node \['a'\]"):
        CompiledGraph.load(file).topology.position(["a"])


# -- refused


REFUSED: dict[str, tuple[CompiledGraph, str]] = {
    "fractions": (gd.compile(weighted([("a", "b", Fraction(1, 3))])), "only weights that are floats, or ints"),
    "exact floats": (gd.compile(weighted([("a", "b", 0.5)]), exact=True), "only weights that are floats, or ints"),
    "labels of no plain kind": (gd.compile(weighted([("a", frozenset("b"), 1)])), "a frozenset cannot be saved"),
    "keys of no plain kind": (gd.compile(nx.MultiDiGraph([("a", "b", 1j)]), weight=None), "a complex cannot be saved"),
    "long meanings": (gd.compile(nx.DiGraph(edge_meaning="x" * 1_100_000)), "too long to be saved"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_format_has_not_is_refused_and_no_file_is_left(what: str, tmp_path: Path) -> None:
    graph, message = REFUSED[what]
    with pytest.raises(UsageError, match=message):
        graph.save(tmp_path / "graph")
    assert not os.listdir(tmp_path)


def test_a_file_is_replaced_only_where_asked(file: Path) -> None:
    before = file.read_bytes()
    other = CompiledGraph.from_arrays([0], [1])
    with pytest.raises(OutputError, match="exists; overwrite=True replaces it"):
        other.save(file)
    assert file.read_bytes() == before
    mapped = CompiledGraph.load(file)
    told = answers(mapped)
    other.save(str(file), overwrite=True)
    assert len(CompiledGraph.load(file)) == 2
    assert answers(mapped) == told


def test_a_file_is_written_whole_or_not_at_all(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OutputError, match="No space left"):
        CompiledGraph.from_arrays([0], [1]).save(file, overwrite=True)
    assert (os.listdir(file.parent), file.read_bytes()) == (["graph"], before)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        CompiledGraph.load(tmp_path / "none")
    with pytest.raises(InputError, match="no regular file"):
        CompiledGraph.load(tmp_path)
    with pytest.raises(InputError, match="null"):
        CompiledGraph.load("a\0b")


# -- files that are not what they say


def refused(path: Path, data: bytes, message: str = "graph", *, mmap: bool = True) -> None:
    path.write_bytes(data)
    with pytest.raises(FormatError, match=message):
        CompiledGraph.load(path, mmap=mmap)


def header_end(data: bytes) -> int:
    return PREFIX.size + int(PREFIX.unpack(data[: PREFIX.size])[2])


@pytest.mark.parametrize("mmap", [True, False], ids=["mapped", "in memory"])
def test_every_truncation_and_addition_is_refused(mmap: bool, file: Path) -> None:
    data = file.read_bytes()
    for length in range(len(data)):
        refused(file, data[:length], mmap=mmap)
    refused(file, data + b"\0", "another length", mmap=mmap)


def test_every_flipped_byte_of_the_header_is_refused(file: Path) -> None:
    data = file.read_bytes()
    for place in range(header_end(data)):
        for bit in (1, 128):
            refused(file, data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :])


def test_every_flipped_byte_of_an_array_is_refused_in_memory_and_harmless_mapped(file: Path) -> None:
    """Whatever a mapped file holds, the kernels stay within their arrays: they would end this process."""
    data, entries = file.read_bytes(), ArrayFile(str(file)).entries.values()
    start = header_end(data)
    places = [start + place for entry in entries for place in range(entry.offset, entry.end)]
    with engine("kernels"), np.errstate(all="ignore"):
        for place in places:
            for flip in (1, 64, 255):
                flipped = data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :]
                refused(file, flipped, "checksum", mmap=False)
                try:
                    graph = CompiledGraph.load(file)
                except FormatError:
                    continue
                answers(graph)
                graph.edges()


def forged(data: bytes, change: Callable[[Any], Any]) -> bytes:
    """Return a file with another header, its length and checksum right."""
    end = header_end(data)
    header = change(json.loads(data[PREFIX.size : end]))
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    text += b" " * (-(PREFIX.size + len(text)) % 64)
    return PREFIX.pack(b"\x89gdiff\r\n", 2, len(text), crc32(text)) + text + data[end:]


def entry(header: Any, which: str, **changes: Any) -> Any:
    next(each for each in header["arrays"] if each["name"] == which).update(changes)
    return header


def settings(header: Any, **changes: Any) -> Any:
    header["settings"].update(changes)
    return header


def without(header: Any, name: str) -> Any:
    return header | {"arrays": [each for each in header["arrays"] if each["name"] != name]}


HEADERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "no JSON": (lambda header: b"{", "no JSON"),
    "no UTF-8": (lambda header: b'"\xff"', "no JSON"),
    "an abyss": (lambda header: b"[" * 60_000, "no JSON"),
    "a number of many digits": (lambda header: b"9" * 9_000, "no JSON"),
    "too long": (lambda header: header | {"settings": "x" * 1_100_000}, "no such length"),
    "a list": (lambda header: [header], "does not say"),
    "more than it should": (lambda header: header | {"more": 1}, "does not say"),
    "no arrays": (lambda header: header | {"arrays": []}, "another length"),
    "arrays that are none": (lambda header: header | {"arrays": 7}, "another length"),
    "an array that is none": (lambda header: header | {"arrays": [7]}, "does not describe"),
    "an array without a name": (lambda header: header | {"arrays": [{}]}, "does not describe"),
    "objects": (lambda header: entry(header, "ids", dtype="|O"), "does not describe"),
    "records": (lambda header: entry(header, "ids", dtype=[["a", "<i8"]]), "does not describe"),
    "a number as shape": (lambda header: entry(header, "ids", shape=4), "does not describe"),
    "no dimension": (lambda header: entry(header, "ids", shape=[]), "does not describe"),
    "a negative shape": (lambda header: entry(header, "ids", shape=[-4]), "does not describe"),
    "a fractional shape": (lambda header: entry(header, "ids", shape=[4.0]), "does not describe"),
    "a truth as shape": (lambda header: entry(header, "cyclic", shape=[True, 2]), "does not describe"),
    "an endless shape": (lambda header: entry(header, "ids", shape=[2**64]), "not in its place"),
    "an endless last shape": (lambda header: entry(header, header["arrays"][-1]["name"], shape=[2**62]), "length"),
    "a negative offset": (lambda header: entry(header, "ptr", offset=-64), "does not describe"),
    "an offset beyond": (lambda header: entry(header, "ptr", offset=2**40), "not in its place"),
    "an offset on another array": (lambda header: entry(header, "heads", offset=0), "not in its place"),
    "two of one name": (lambda header: entry(header, "ptr", name="ids"), "not in its place"),
    "another name": (lambda header: entry(header, "ptr", name="pointers"), "not the arrays of a graph"),
    "an array too few": (lambda header: without(header, header["arrays"][-1]["name"]), "another length"),
    "floats for ids": (lambda header: entry(header, "ids", dtype="<f8"), "'ids' has not the shape"),
    "signed heads": (lambda header: entry(header, "heads", dtype="<i4"), "'heads' has not the shape"),
    "unsigned weights": (lambda header: entry(header, "weights", dtype="<u8"), "'weights' has not the shape"),
    "two dimensions": (lambda header: entry(header, "ids", shape=[4, 1]), "has not the shape"),
    "one dimension": (lambda header: entry(header, "cyclic", shape=[2]), "'cyclic' has not the shape"),
    "fewer ids": (lambda header: entry(header, "ids", shape=[3]), "has not the shape"),
    "no settings": (lambda header: header | {"settings": None}, "settings"),
    "settings too few": (lambda header: header | {"settings": {"cycles": "raise"}}, "settings"),
    "settings of other types": (lambda header: settings(header, exact=1), "settings"),
    "exact floats": (lambda header: settings(header, exact=True), "cannot be exact"),
    "no such policy": (lambda header: settings(header, cycles="ignore"), "no cycle policy 'ignore'"),
}


@pytest.mark.parametrize("what", HEADERS)
def test_hostile_headers_are_refused(what: str, file: Path) -> None:
    change, message = HEADERS[what]
    refused(file, forged(file.read_bytes(), change), message)


def test_other_files_are_refused(file: Path) -> None:
    data = file.read_bytes()
    refused(file, b"", "cut off")
    refused(file, b"PK\x03\x04" + bytes(100), "does not start as one")
    refused(
        file, data[:8] + b"\3\0\0\0" + data[12:], "version 3 of the format; this .* reads 1 and 2: a newer one wrote"
    )
    refused(file, data[:8] + b"\0\0\0\0" + data[12:], "version 0 of the format; this graphdiff reads 1 and 2$")
    refused(file, data[:12] + b"\xff\xff\xff\xff" + data[16:], "no such length")


def altered(file: Path, **changes: Callable[[Any], Any]) -> bytes:
    """Return a file with other arrays, its checksums right."""
    opened = ArrayFile(str(file))
    arrays = {name: opened.array(name).copy() for name in opened.entries}
    for name, change in changes.items():
        arrays[name] = np.ascontiguousarray(change(arrays[name]), dtype=arrays[name].dtype)
    write(str(file), arrays, opened.settings, overwrite=True)
    return file.read_bytes()


def at(place: Any, value: Any, array: Any) -> Any:
    array[place] = value
    return array


ARRAYS: dict[str, tuple[str, Callable[[Any], Any], str]] = {
    "ids twice": ("ids", partial(at, 0, 1), "'ids'"),
    "ids beyond": ("ids", partial(at, 0, 4), "'ids'"),
    "ids below": ("ids", partial(at, 0, -1), "'ids'"),
    "rows that start late": ("ptr", partial(at, 0, 1), "'ptr'"),
    "rows that end late": ("ptr", partial(at, -1, 5), "'ptr'"),
    "rows that go back": ("ptr", partial(at, 1, 4), "'ptr'"),
    "rows far beyond": ("ptr", partial(at, 1, 2**64 - 1), "'ptr'"),
    "a head beyond": ("heads", partial(at, 0, 4), "topological order"),
    "a head far beyond": ("heads", partial(at, 3, 2**32 - 1), "topological order"),
    "a head behind": ("heads", partial(at, 3, 0), "topological order"),
    "a head that is the tail": ("heads", partial(at, 0, 0), "topological order"),
    "a component beyond": ("cyclic", lambda array: array + 2, "'cyclic'"),
    "a component turned round": ("cyclic", lambda array: array[:, ::-1], "'cyclic'"),
    "no component": ("cyclic", lambda array: array[:0], "topological order"),
    "components on each other": ("cyclic", lambda array: np.concatenate([array, array]), "'cyclic'"),
    "a root beyond": ("marked", partial(at, 0, 4), "'marked'"),
    "a root below": ("marked", partial(at, 0, -1), "'marked'"),
    "an order beyond": ("given", partial(at, 0, 4), "'given'"),
    "an order with a gap": ("given", lambda array: array * 0, "'given'"),
    "an index beyond": ("order", partial(at, 0, 4), "'order'"),
    "an index twice": ("order", lambda array: array * 0, "'order'"),
    "hashes that go back": ("hashes", lambda array: array[::-1], "index"),
    "names that go back": ("ends", partial(at, 1, 9), "'ends'"),
    "names that end early": ("ends", partial(at, -1, 8), "'ends'"),
    "names that start within a character": ("ends", partial(at, 1, 2), "UTF-8"),
    "names that are no text": ("text", partial(at, 0, 255), "UTF-8"),
    "half a character": ("text", partial(at, -1, 0xE6), "UTF-8"),
    "a surrogate": ("text", partial(at, slice(3, 6), [0xED, 0xA0, 0x80]), "UTF-8"),
}


@pytest.mark.parametrize("what", ARRAYS)
@pytest.mark.parametrize("file", ["keys"], indirect=True)
def test_arrays_that_do_not_fit_are_refused(what: str, file: Path) -> None:
    name, change, message = ARRAYS[what]
    refused(file, altered(file, **{name: change}), message)


@pytest.mark.parametrize("file", ["ints"], indirect=True)
def test_an_index_of_ints_that_is_none_is_refused(file: Path) -> None:
    data = file.read_bytes()
    refused(file, altered(file, order=lambda array: array[::-1]), "index")
    file.write_bytes(data)
    refused(file, altered(file, values=partial(at, 0, 5)), "index")


def test_arrays_of_many_blocks_are_checked_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphdiff.graph.arrayfile.BLOCK", 3)
    rng = np.random.default_rng(0)
    ends = np.sort(rng.integers(0, 12, (2, 40)), axis=0)
    tails, heads = ends[:, ends[0] < ends[1]]
    path = tmp_path / "graph"
    CompiledGraph.from_arrays(tails, heads, labels=[f"é{number}" for number in range(12)]).save(path)
    assert len(CompiledGraph.load(path)) == 12
    opened = ArrayFile(str(path))
    tail_of = np.repeat(np.arange(12), np.diff(opened.array("ptr").astype(int)))
    data = path.read_bytes()
    for place, tail in enumerate(tail_of.tolist()):
        path.write_bytes(data)
        refused(path, altered(path, heads=partial(at, place, tail)), "topological order")
        path.write_bytes(data)
        refused(path, altered(path, heads=partial(at, place, 12)), "topological order")


def test_weights_that_are_not_finite_are_refused_in_memory(file: Path) -> None:
    refused(file, altered(file, weights=partial(at, 2, np.nan)), "not finite", mmap=False)


@pytest.mark.parametrize("cycles", ["raise", "solve"])
def test_a_component_without_a_cycle_is_a_damaged_file(cycles: str, tmp_path: Path) -> None:
    file = tmp_path / "graph"
    CompiledGraph.from_arrays([0, 1], [1, 2], np.array([2.0, 4.0])).save(file)
    opened = ArrayFile(str(file))
    arrays = {name: opened.array(name).copy() for name in opened.entries} | {"cyclic": np.array([[0, 2]])}
    write(str(file), arrays, opened.settings | {"cycles": cycles}, overwrite=True)
    graph = CompiledGraph.load(file)
    if cycles == "raise":
        with pytest.raises(FormatError, match="damaged: one of its components has no cycle"):
            gd.total_influence(graph, 0, 2)
    else:
        assert gd.total_influence(graph, 0, 2) == 8


def test_mapped_weights_that_are_not_finite_are_told_where_a_cycle_is_solved(tmp_path: Path) -> None:
    file = tmp_path / "graph"
    CompiledGraph.from_arrays([0, 1, 1], [1, 0, 2], np.array([0.5, 0.5, 1.0]), cycles="solve").save(file)
    file.write_bytes(altered(file, weights=partial(at, 0, np.nan)))
    with pytest.raises(ValueOverflowError, match="weights on a cycle"):
        gd.total_influence(CompiledGraph.load(file), 0, 2)


# -- everything that a graph can have, and what the version before wrote


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """Return a saved graph with labels of many kinds, keys that are text, and attributes of everything."""
    graph = nx.MultiDiGraph(edge_meaning="calls", unmet={"z": ["a"]}, with_extras=[("a", 1, "x")])
    graph.add_node("a", root=True, size=3, odd=[1, "\ud800"])
    graph.add_edge("a", (1, 2.5), "slow", cost=0.5, kind="x", lines=["m:1", "m:2"])
    graph.add_edge("a", (1, 2.5), "fast", cost=2.0, ok=True)
    graph.add_edge((1, 2.5), 2**70, 7, cost=1.5, ok=False, kind=None, mixed=1)
    graph.add_edge(2**70, "a", "back", cost=0.25, mixed=(1.0, None))
    gd.compile(graph, weight="cost", cycles="solve").with_attributes(graph).save(tmp_path / "whole")
    return tmp_path / "whole"


def test_labels_keys_and_attributes_of_any_plain_kind_come_back(whole: Path) -> None:
    for mmap in (True, False):
        graph = CompiledGraph.load(whole, mmap=mmap)
        assert sorted(map(repr, graph.edges())) == sorted(
            map(
                repr,
                [
                    ("a", (1, 2.5), "slow"),
                    ("a", (1, 2.5), "fast"),
                    ((1, 2.5), 2**70, 7),
                    (2**70, "a", "back"),
                ],
            )
        )
        by_edge = {edge: graph.topology.attributes_at(number) for number, edge in enumerate(graph.edges())}
        assert by_edge["a", (1, 2.5), "slow"] == {"cost": 0.5, "kind": "x", "lines": ["m:1", "m:2"]}
        assert by_edge[2**70, "a", "back"] == {"cost": 0.25, "mixed": (1.0, None)}
        assert list(graph.topology.node_attributes["odd"]) == [[1, "\ud800"], None, None]
        assert graph.topology.about["with_extras"] == [("a", 1, "x")]
        assert graph.topology.absences is not None
        assert graph.topology.absences.unmet == {"z": ["a"]}
        assert gd.total_influence(graph, "a", 2**70) == pytest.approx(2.5 * 1.5 / (1 - 2.5 * 1.5 * 0.25))


def test_weights_that_are_an_attribute_are_kept_once(whole: Path) -> None:
    opened = ArrayFile(str(whole))
    assert ["cost", "weights"] in opened.settings["attributes"]
    assert sum(entry.dtype == "<f8" for entry in opened.entries.values()) == 1


def test_every_truncation_and_flip_of_a_whole_graph_is_refused(whole: Path) -> None:
    data = whole.read_bytes()
    for length in range(0, len(data), 5):
        with pytest.raises(FormatError):
            CompiledGraph.loads(data[:length])
    entries, start = ArrayFile(str(whole)).entries.values(), header_end(data)
    places = [start + place for entry in entries for place in range(entry.offset, entry.end)]
    for place in [*range(0, start, 3), *places]:
        with pytest.raises(FormatError):
            CompiledGraph.loads(data[:place] + bytes([data[place] ^ 64]) + data[place + 1 :])


def test_a_whole_graph_that_is_mapped_is_harmless_whatever_is_in_it(whole: Path) -> None:
    data, start = whole.read_bytes(), header_end(whole.read_bytes())
    for place in range(start, len(data), 11):
        whole.write_bytes(data[:place] + bytes([data[place] ^ 255]) + data[place + 1 :])
        try:
            graph = CompiledGraph.load(whole)
            graph.edges()
            assert len(list(graph.attributes["lines"])) == 4
            list(graph.topology.node_attributes["odd"])
        except FormatError:
            continue


ABOUT: dict[str, tuple[bytes, str]] = {
    "no JSON": (b'{"{}":[[', "damaged"),
    "no dict": (b"[1]", "no dict"),
    "names that are no text": (b'{"{}":[[1,2]]}', "no dict"),
    "another mark": (b'{"x":[]}', "neither a tuple nor a dict"),
    "a key that is a list": (b'{"{}":[[[1],2]]}', "damaged"),
    "an abyss": (b"[" * 100_000, "damaged"),
    "a number of many digits": (b"9" * 10_000, "damaged"),
}


@pytest.mark.parametrize("what", ABOUT)
def test_what_is_said_of_the_whole_graph_is_not_trusted(what: str, whole: Path) -> None:
    text, message = ABOUT[what]
    opened = ArrayFile(str(whole))
    arrays = {name: opened.array(name).copy() for name in opened.entries} | {"about": np.frombuffer(text, np.uint8)}
    write(str(whole), arrays, opened.settings, overwrite=True)
    for mmap in (True, False):
        with pytest.raises(FormatError, match=message):
            CompiledGraph.load(whole, mmap=mmap)


COLUMNS: dict[str, dict[str, Any]] = {
    "a kind that is none": {"attributes": [["a", "object"]]},
    "two weights": {"attributes": [["a", "weights"], ["b", "weights"]]},
    "nodes with weights": {"node_attributes": [["a", "weights"]]},
    "one name twice": {"node_attributes": [["a", "text"], ["a", "text"]]},
    "two columns of keys": {"keys": [["a", "text"], ["b", "text"]]},
    "no list": {"node_attributes": {"a": "text"}},
    "labels of another kind": {"labels": "pickle"},
    "columns that are not there": {"node_attributes": [["a", "text"]]},
    "a setting more": {"more": 1},
}


@pytest.mark.parametrize("what", COLUMNS)
def test_hostile_lists_of_columns_are_refused(what: str, whole: Path) -> None:
    data = whole.read_bytes()
    message = "not the arrays" if what == "columns that are not there" else "its settings are not those of a graph"
    refused(whole, forged(data, lambda header: settings(header, **COLUMNS[what])), message)


def test_columns_that_name_texts_beyond_theirs_are_refused(whole: Path) -> None:
    data = whole.read_bytes()
    for name in (entry for entry in ArrayFile(str(whole)).entries if entry.endswith(".values")):
        whole.write_bytes(data)
        array = ArrayFile(str(whole)).array(name)
        if array.dtype == np.int64 and f"{name.removesuffix('values')}text" in ArrayFile(str(whole)).entries:
            absent = ArrayFile(str(whole)).array(f"{name.removesuffix('values')}absent")
            place = int(np.flatnonzero(absent == 0)[0])
            refused(whole, altered(whole, **{name: partial(at, place, 99)}), "not sound|one name")


def test_a_file_of_the_version_before_is_read() -> None:
    graph = CompiledGraph.load(Path(__file__).parent.parent / "data/saved/version-1.gdiff", mmap=False)
    assert graph.edges() == [("a", "é", 0), ("a", "é", 1), ("é", "c", 0), ("é", "a", 0)]
    assert (graph.weights.tolist(), graph.cycles) == ([0.5, 2.0, 4.0, 0.25], "solve")
    assert {name: list(column) for name, column in graph.attributes.items()} == {
        "se": [0.1, None, 0.3, 0.5], "kind": ["x", "y", None, "x"], "ok": [True, False, None, True],
    }  # fmt: skip


def test_attributes_are_of_the_graph_that_was_compiled() -> None:
    graph = nx.DiGraph([("a", "b"), ("b", "c")])
    ready = gd.compile(graph, weight=None)
    for other in (nx.DiGraph([("a", "b"), ("a", "c")]), nx.DiGraph([("a", "b")]), nx.DiGraph([("b", "a"), ("b", "c")])):
        with pytest.raises(UsageError, match="attributes are of another graph"):
            ready.with_attributes(other)
    graph.nodes["a"]["made"] = {1}
    with pytest.raises(UsageError, match="the attribute 'made' of nodes: a set cannot be saved"):
        ready.with_attributes(graph)
    del graph.nodes["a"]["made"]
    graph.graph["made"] = object()
    with pytest.raises(UsageError, match="the attribute 'made' of the graph: a object cannot be saved"):
        ready.with_attributes(graph).save("never")
    assert not os.path.exists("never")


@pytest.mark.parametrize("marks", [(0.25, 2), (0.25, 2.0), (2, 3), (True, 0.5), (True, True)])
@pytest.mark.parametrize("with_attributes", [True, False])
def test_what_leaves_count_is_kept_however_they_are_marked(marks: Any, with_attributes: bool, tmp_path: Path) -> None:
    graph = nx.DiGraph()
    graph.add_node("y", leaf=marks[0], output="out")
    graph.add_node("z", leaf=marks[1])
    graph.add_weighted_edges_from([("a", "y", 5.0), ("a", "z", 3.0)])
    compiled = gd.compile(graph)
    (compiled.with_attributes(graph) if with_attributes else compiled).save(tmp_path / "g.gdiff")
    total = 5 * marks[0] + 3 * marks[1]
    loaded = [CompiledGraph.load(tmp_path / "g.gdiff", mmap=mmap) for mmap in (True, False)]
    for each in (compiled, *loaded, gd.read(tmp_path / "g.gdiff")):
        assert gd.total_influence(each, "a", gd.LEAVES) == total
    for each in loaded:
        assert each.topology.leaf_seeds == compiled.topology.leaf_seeds


def test_leaves_that_a_file_marks_by_no_number_are_refused(tmp_path: Path) -> None:
    graph = nx.DiGraph([("a", "y", {"weight": 5.0})])
    graph.add_node("y", leaf=True)
    compiled = gd.compile(graph)
    graph.nodes["y"]["leaf"] = "yes"
    compiled.with_attributes(graph).save(tmp_path / "g.gdiff")
    with pytest.raises(FormatError, match=r"saved graph: a leaf is marked by what is no number$"):
        CompiledGraph.load(tmp_path / "g.gdiff")


@pytest.mark.parametrize("weight", [Fraction(1, 3), 1j])
def test_weights_that_no_array_of_a_file_has_are_refused(weight: Any, tmp_path: Path) -> None:
    told = r"^only weights that are floats, or ints of 64 bits, can be saved, and no exact fractions$"
    with pytest.raises(UsageError, match=told):
        gd.compile(weighted([("a", "b", weight)])).save(tmp_path / "other.gdiff")


@pytest.mark.parametrize("mmap", [True, False])
@pytest.mark.parametrize("keys", [[0, 1], ["p", "q"], [True, 2.5]])
def test_titles_outputs_keys_and_bools_are_as_they_were(mmap: bool, keys: list[Any], tmp_path: Path) -> None:
    graph = nx.MultiDiGraph(node_title="name")
    graph.add_node("a", name='the "first"', root=True)
    graph.add_node("y", leaf=True, output="out", seen=True)
    graph.add_node("z", leaf=True, seen=False)
    for number, key in enumerate(keys):
        graph.add_edge("a", "y", key=key, weight=1.0 + number, dev=bool(number))
    graph.add_edge("a", "z", weight=4.0)
    compiled = gd.compile(graph).with_attributes(graph)
    compiled.save(tmp_path / "g.gdiff")
    loaded = CompiledGraph.load(tmp_path / "g.gdiff", mmap=mmap)
    for name in ("marked", "marked_leaves", "leaf_seeds", "also_called", "about"):
        assert getattr(loaded.topology, name) == getattr(compiled.topology, name)
    assert loaded.topology.also_called == (("out", 1),)
    assert list(loaded.topology.titles or ()) == ['the "first"', None, None]
    assert loaded.edges() == compiled.edges()
    assert [key for _, head, key in loaded.edges() if head == "y"] == keys
    assert [type(key) for *_, key in loaded.edges()] == [type(key) for *_, key in compiled.edges()]
    assert list(loaded.attributes["dev"]) == list(compiled.attributes["dev"]) == [False, True, None]
    assert [type(seen) for seen in loaded.topology.node_attributes["seen"]] == [type(None), bool, bool]
    assert gd.total_influence(loaded, "a", "out") == 3.0
    with pytest.raises(UnknownNodeError) as caught:
        gd.total_influence(loaded, "first", "y")
    assert [str(near) for near in caught.value.nearest] == ["a"]


def test_leaves_that_have_no_output_are_found_by_their_labels_alone(tmp_path: Path) -> None:
    graph = weighted([("a", "y", 2.0)])
    graph.nodes["y"]["leaf"] = True
    gd.compile(graph).save(tmp_path / "g.gdiff")
    loaded = CompiledGraph.load(tmp_path / "g.gdiff")
    assert (loaded.topology.also_called, loaded.topology.marked_leaves, loaded.topology.titles) == ((), (1,), None)
