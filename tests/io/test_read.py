"""Finding the reader: sources of bytes, compression, limits, suffix and content, options."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import sys
from pathlib import Path

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import FormatError, InputError, LimitError, UsageError
from graphdiff.io import source
from graphdiff.io.formats import READERS
from graphdiff.io.outline import outline
from graphdiff.io.read import read
from graphdiff.io.source import text_of

DOT = b"digraph { a -> b -> c }"
EDGES = [("a", "b"), ("b", "c")]


def edges(source: object, **options: object) -> list[tuple[str, str]]:
    return list(read(source, **options).edges())


@pytest.mark.parametrize(
    ("given", "told"),
    [(b"a b", r"no bytes; bytes are read from io\.BytesIO"), (None, "no NoneType$"), (3, "no int$"), ({}, "no dict$")],
)
def test_what_is_no_file_is_told(given, told):
    with pytest.raises(UsageError, match=f"a file is a path, or is open, and {told}"):
        read(given)
    with pytest.raises(UsageError, match=f"a file is a path, or is open, and {told}"):
        read([given, given])


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress], ids=["plain", "gz", "bz2", "xz"])
@pytest.mark.parametrize("suffix", ["", ".gz", ".GZ", ".bz2", ".xz"])
def test_compression_is_seen_by_content_and_its_suffix_taken_off(tmp_path, pack, suffix):
    path = tmp_path / f"graph.dot{suffix}"
    path.write_bytes(pack(DOT))
    assert edges(path) == edges(str(path)) == EDGES


@pytest.mark.parametrize(
    "source",
    [io.BytesIO(DOT), io.StringIO(DOT.decode()), io.StringIO("\ufeff" + DOT.decode()), io.BytesIO(gzip.compress(DOT))],
    ids=["binary", "text", "text with a byte-order mark", "compressed"],
)
def test_open_files_are_read(source):
    assert edges(source) == EDGES


def test_a_dash_is_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(DOT)))
    assert edges("-") == EDGES


def test_no_such_file():
    with pytest.raises(InputError, match=r"^missing\.dot: No such file or directory$"):
        read("missing.dot")


def test_a_directory_is_no_input(tmp_path):
    with pytest.raises(InputError, match="Is a directory"):
        read(tmp_path)


def test_a_path_that_no_system_takes():
    with pytest.raises(InputError, match="embedded null"):
        read("a\0b")


def test_a_closed_file():
    file = io.BytesIO(DOT)
    file.close()
    with pytest.raises(InputError, match="closed file"):
        read(file)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path):
    path = tmp_path / "graph.dot"
    path.write_bytes(DOT)
    path.chmod(0)
    with pytest.raises(InputError, match="Permission denied"):
        read(path)


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n", gzip.compress(b"", mtime=0), gzip.compress(b"\n", mtime=0)])
def test_an_empty_file_says_so(tmp_path, content):
    path = tmp_path / "graph.dot"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=r"graph\.dot is empty$"):
        read(path)


@pytest.mark.parametrize(
    ("pack", "title"),
    [(gzip.compress, "gzip"), (bz2.compress, "bzip2"), (lzma.compress, "xz")],
    ids=["gz", "bz2", "xz"],
)
@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_broken_compression_says_so(pack, title, damage):
    packed = bytearray(pack(DOT * 50))
    if damage == "cut":
        del packed[-9:]
    else:
        packed[len(packed) // 2] ^= 0xFF
        packed[-3] ^= 0xFF
    with pytest.raises(FormatError, match=f"^the open file: broken {title} compression: ."):
        read(io.BytesIO(bytes(packed)))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
def test_a_decompression_bomb_stops_at_the_limit(pack):
    bomb = io.BytesIO(pack(bytes(50_000_000)))
    with pytest.raises(LimitError, match=r"more than 1,000,000 bytes; max_bytes=4_000_000 reads it"):
        read(bomb, max_bytes=1_000_000)


def test_what_is_packed_into_next_to_nothing_is_refused_before_it_fills_the_memory(tmp_path):
    bomb = tmp_path / "bomb.csv.gz"
    bomb.write_bytes(gzip.compress(b"a,b\n" * 2**25))
    with pytest.raises(LimitError, match=r"more than 67,108,864 bytes; max_bytes=268_435_456 reads it"):
        read(bomb)


def test_what_is_packed_into_next_to_nothing_is_refused_as_soon_as_it_shows(tmp_path):
    # All of it is within 200 times its size, were the rest not there to make it larger.
    bomb = tmp_path / "bomb.csv.gz"
    bomb.write_bytes(gzip.compress(b"a,b\n" * (2**24 + 2**21), 6) + gzip.compress(os.urandom(2**20), 0))
    with pytest.raises(LimitError, match=r"more than [\d,]+ bytes; max_bytes=\d+"):
        read(bomb)


def test_of_a_file_that_is_too_large_no_byte_is_read_and_what_reads_it_is_enough(tmp_path, monkeypatch):
    path = tmp_path / "x.dot"
    path.write_bytes(DOT * 9)
    monkeypatch.setattr(source, "_bounded", None)
    with pytest.raises(LimitError, match=f"x.dot holds more than 10 bytes; max_bytes={len(DOT) * 9} reads it"):
        read(path, max_bytes=10)
    with pytest.raises(LimitError, match=r"x\.dot holds more than 100 bytes; max_bytes=400 reads it"):
        read(path, max_bytes=100)


def test_a_saved_graph_is_as_large_as_it_is_unless_a_limit_is_given(tmp_path, monkeypatch):
    path = tmp_path / "x.gdiff"
    gd.compile(nx.DiGraph([("a", "b")]), weight=None).save(path)
    monkeypatch.setattr(source, "MAX_BYTES", 10)
    monkeypatch.setattr(source, "SMALL", 10)
    assert list(read(path).edges) == [("a", "b")]
    with pytest.raises(LimitError, match=f"holds more than 100 bytes; max_bytes={path.stat().st_size:_} reads it"):
        read(path, max_bytes=100)
    with pytest.raises(LimitError, match="holds more than 10 bytes"):  # what is no map
        read(io.BytesIO(path.read_bytes()))
    for wrong in (2**70, 0, "5"):
        with pytest.raises(UsageError, match=r"max_bytes=.* is no limit: above 0 and up to"):
            read(path, max_bytes=wrong)


def test_a_small_saved_graph_stays_what_it_is_where_its_file_is_written_into(tmp_path):
    path = tmp_path / "x.gdiff"
    gd.compile(nx.DiGraph([("a", "b"), ("b", "c")]), weight=None).save(path)
    graph = read(path)
    path.write_bytes(bytes(path.stat().st_size))
    assert gd.count_paths(graph, "a", "c") == 1
    path.write_bytes(b"")
    assert list(graph.edges) == [("a", "b"), ("b", "c")]


def test_the_limit_is_inclusive_and_holds_for_plain_files():
    assert edges(io.BytesIO(DOT), max_bytes=len(DOT)) == EDGES
    with pytest.raises(LimitError, match="more than 22 bytes; max_bytes=88 reads it"):
        read(io.BytesIO(DOT), max_bytes=len(DOT) - 1)


def test_what_is_given_goes_before_the_suffix_and_the_suffix_before_the_content(tmp_path):
    path = tmp_path / "graph.json"
    path.write_bytes(DOT)
    with pytest.raises(FormatError, match=r"graph\.json"):
        read(path)
    assert edges(path, format="dot") == EDGES


def test_an_unknown_suffix_leaves_it_to_the_content(tmp_path):
    path = tmp_path / "graph.txt"
    path.write_bytes(DOT)
    assert edges(path) == EDGES


@pytest.mark.parametrize("file", ["Packages", "small.Packages", "bookworm_main_Packages.xz"])
def test_debian_indexes_are_known_by_their_name(tmp_path, file):
    path = tmp_path / file
    path.write_bytes(b"Version: 1\nPackage: a\nDepends: b\n\nPackage: b\n")
    assert edges(path) == [("a", "b")]


def test_a_line_of_prose_is_no_table():
    prose = b"Two files made by a tool (14 nodes and 20 edges), named by labels: the ids are addresses, of no use\n"
    with pytest.raises(FormatError, match="in no format that is known"):
        read(io.BytesIO(prose))
    assert edges(io.BytesIO(b"the first of all nodes,the second of all nodes\n")) == [
        ("the first of all nodes", "the second of all nodes")
    ]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("archive/tar 44\narchive/zip 47\n", "each line is a name and a number, which are no two ends of an edge"),
        ("223 ./README.md\n369 ./LICENSE\n", "each line is a name and a number"),
        ("package,count\nzip,4\ntar,7\n", "each line is a name and a number"),
        ("name: tar\n" * 25 + "a:b\n", "it starts with 'name: tar'"),
        ("a -> b\nb -> c\n", "it starts with 'a -> b'"),
        ("Name: zip\nVersion: two\n", "it starts with 'Name: zip'"),
        ("* apples\n* pears\n", "it starts with '* apples'"),
        ("Hello, dear reader.\nThis, too, is prose.\n", "it starts with 'Hello, dear reader.'"),
        ("Under this licence, you may do as you like\nwith all that is here, and more\n", "it starts with 'Under"),
        ("\x00\x01\x02", "it is no text"),
        ("127.0.0.1\tlocalhost\n::1 localhost ip6\n", "it starts with '127.0.0.1\\tlocalhost'"),
        ("un\u00a0mot: oui\n", "it starts with 'un\\xa0mot: oui'"),
    ],
)
def test_what_is_no_edge_list_is_refused_with_what_was_seen(tmp_path, text, seen):
    path = tmp_path / "list.txt"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(FormatError, match=r"list\.txt is in no format that is known: ") as caught:
        read(path)
    assert seen in str(caught.value)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("1 2\n2 3\n", ("1", "2")),
        ("a b\nb c\n", ("a", "b")),
        ("a b 1\nb c .5\n", ("a", "b")),
        ("source target\na 1\nb 2\n", ("a", "1")),
        ("a,1\nb,c\n", ("a", "1")),
        ("New York\tSan José\nSan José\tLos Angeles\n", ("New York", "San José")),
        ("a, b, 2\nb, c, 3\n", ("a", " b")),
    ],
)
def test_small_edge_lists_are_known_by_content_still(tmp_path, text, ends):
    path = tmp_path / "list.txt"
    path.write_text(text)
    assert edges(path)[0] == (ends[0], ends[1].strip())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("package-lock.json", "no lockfileVersion and no packages, as every package-lock.json has"),
        ("npm-shrinkwrap.json", "no lockfileVersion and no packages"),
        ("yarn.lock", "not a line of a yarn.lock"),
    ],
)
def test_a_file_known_by_its_name_is_refused_in_the_words_of_its_format(tmp_path, name, said):
    path = tmp_path / name
    path.write_text("{}")
    with pytest.raises(FormatError, match=re.escape(said)):
        read(path)


@pytest.mark.parametrize("text", ["git\n  Depends: libc6\n", "git\n |Depends: libc6\n  Depends: zlib1g\n"])
def test_what_apt_prints_for_people_is_told_from_its_drawings(text):
    with pytest.raises(FormatError, match=r"give what apt-cache dotty or apt-rdepends --dotty prints, or the index"):
        read(io.BytesIO(text.encode()))


def test_no_format_claims_it():
    with pytest.raises(
        FormatError,
        match=r"^the open file is in no format that is known: it starts with 'Dear reader,'; format=.NAME. reads",
    ):
        read(io.BytesIO(b"Dear reader,\nthis is a letter\nand nothing else."))


def test_an_unknown_format_lists_those_there_are():
    with pytest.raises(
        UsageError, match=r"^no format 'dott'; did you mean 'dot'\? graphdiff\.io\.formats\.READERS lists them all"
    ):
        read(io.BytesIO(DOT), format="dott")


def test_an_option_of_another_format_says_whose_it_is():
    told = r"^format dot takes no option columns=: it is for csv, parquet, arrow, path-model$"
    with pytest.raises(UsageError, match=told):
        read(io.BytesIO(DOT), columns="source=a")


def test_an_option_of_no_format():
    with pytest.raises(UsageError, match=r"^format dot takes no option colour=: no format takes it$"):
        read(io.BytesIO(DOT), colour="red")


HEADS = [
    ("dot", b"digraph{a->b}"),
    ("dot", b"/* a, b */\nstrict graph {"),
    ("dot", b"[INFO] a, b\n[INFO] digraph x {"),
    ("dot", b'digraph "a\\"{" {'),
    ("csv", b"source,target\na,b\n"),
    ("csv", b"a\tb\t1\nb\tc\t2"),
    ("csv", b"# comment, with, commas\na;b\nb;c"),
    ("csv", b"a b\nb c\n"),
    ("csv", b"a b 0.5\nb c 1"),
    ("csv", b'"x, y",z\nz,"w"\n'),
    ("csv", b"name,graph\n{a},graph\n"),
    ("graphml", b'<?xml version="1.0"?>\n<!-- <gexf> -->\n<graphml xmlns="x">'),
    ("graphml", b"<g:graphml xmlns:g='x'>"),
    ("gexf", b'<?xml version="1.0"?><gexf version="1.2">'),
    ("gexf", b"\n<gexf>"),
    ("json", b'{"nodes": [], "links": []}'),
    ("json", b'[{"id": 1}]'),
    ("json", b'{\n  "digraph {": 1}'),
    ("json", b"{}"),
    ("json", b"[1, 2]"),
    ("pajek", b"*Vertices 2\n1 a\n2 b"),
    ("pajek", b"% a comment\n*network x\n"),
    ("pajek", b"\n*ARCS\n1 2"),
    ("debian", b"Package: a\nDepends: b, c\n"),
    ("debian", b"\nSource: x\nPackage: a\n"),
    ("debian", b"Section: x, y\nPackage: b\n"),
    (None, b"a letter to all"),
    (None, b"one\ntwo\n"),
    (None, b"<html><body>"),
    (None, b"a, b\nc\nd, e, f"),
    (None, b"graph: { title: x }"),
    (None, b"\0\1\2"),
    (None, b"it has a subgraph {"),
]


@pytest.mark.parametrize(("format", "head"), HEADS)
def test_each_head_is_claimed_by_its_format_alone(format, head):
    assert [key for key, reader in READERS.items() if reader.claims(outline(head))] == ([format] if format else [])


def test_a_row_cut_off_at_64_kib_does_not_hide_a_table():
    head = (b"source,target,weight\n" + b"a,b,1\n" * 20_000)[: 1 << 16]
    assert READERS["csv"].claims(head)
    assert READERS["csv"].claims(b"a,b,1\na,")


@pytest.mark.parametrize("file", ["features.gv", "console.log", "undirected.gv", "broken.gv", "latin1.gv"])
def test_each_dot_sample_is_claimed_by_dot_alone(test_data, file):
    head = outline((test_data / "dot" / file).read_bytes())
    assert [key for key, reader in READERS.items() if reader.claims(head)] == ["dot"]


DIALECTS = {
    "maven": "java/*.[dt][ox]t",
    "cmake": "cmake/*.dot",
    "terraform": "terraform/*.*[tv]",
    "systemd": "systemd/*.dot",
    "llvm-calls": "llvm/*.dot",
    "llvm-flow": "llvm/cfg/*.dot",
    "turbo": "reported/25.dot",
    "pprof": "profiles/pprof/*.dot",
    "gprof2dot": "profiles/gprof2dot/*/*.dot",
}


def test_each_real_dot_file_is_claimed_by_dot_and_at_most_by_the_tool_that_drew_it(shared_data):
    claimed = {path: claims_of(path) for path in dot_files(shared_data)}
    assert len(claimed) > 300
    drawn = {path: tool for tool, pattern in DIALECTS.items() for path in shared_data.glob(pattern)}
    assert len(drawn) > 35
    for path, claims in claimed.items():
        assert "dot" in claims, path
        if path in drawn:
            assert claims == ["dot", drawn[path]], path
        elif "profiles" not in path.parts:
            assert claims == ["dot"], path


def dot_files(folder: Path) -> list[Path]:
    logs = sorted((folder / "java").glob("*.txt"))
    drawn = [path for end in ("dot", "gv", "dot.gz") for path in sorted(folder.rglob(f"*.{end}"))]
    # What was reported as wrong is of any tool; each has a test of its own.
    return logs + [path for path in drawn if "reported" not in path.parts]


def claims_of(path: Path) -> list[str]:
    content = path.read_bytes()
    head = outline(gzip.decompress(content) if path.suffix == ".gz" else content)
    return [key for key, reader in READERS.items() if reader.claims(head)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_text_of_reads_the_usual_encodings(encoding):
    assert text_of("h\xe9, ça".encode(encoding)) == "h\xe9, ça"


@pytest.mark.parametrize("key", READERS)
def test_each_row_is_complete(key):
    reader = READERS[key]
    assert all(suffix == suffix.lower() for suffix in reader.suffixes)
    assert "repeat" in reader.about
    assert "\n" not in reader.about
