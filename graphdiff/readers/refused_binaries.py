"""Files known by their first bytes, most of them no text: what they are, and what makes one of them that is read."""

from __future__ import annotations

import re

from graphdiff.readers.no_edges import POINTER

__all__ = ["BINARIES", "refusal_of_binary"]

PICTURE = "a picture; give the file that it was drawn from (DOT, a table, JSON)"
ARCHIVE = "an archive; unpack it and give the file in it that holds the graph"
PROGRAM = (
    "a compiled program, which graphdiff does not take apart; give what gcc -fcallgraph-info or opt "
    "-passes=dot-callgraph makes of its source, or a profile of it as DOT"
)
ARRAYS = "arrays of numbers; in Python, CompiledGraph.from_arrays takes those of tails, heads and weights"
PACKED = "compressed in a way that is not read; give it unpacked ({})"

#: By a regular expression that the start of the content has.
BINARIES: tuple[tuple[bytes, str], ...] = (
    (rb"PAR1", "Parquet; graphdiff.read_edges opens it, in Python only"),
    (rb"ARROW1", "an Arrow file; graphdiff.read_edges opens it, in Python only"),
    (rb"\xff\xff\xff\xff", "an Arrow stream; graphdiff.read_edges opens it, in Python only"),
    (rb"\x89gdiff\r\n", "a saved graph; graphdiff.CompiledGraph.load opens it, in Python only"),
    (rb"version https?://\S+/spec/v\d+\s*\n(?:\S+ .*\n)*?oid \w+:", POINTER),
    # Profiles.
    (
        rb"PERFILE2|2ELIFREP|PERFFILE",
        "perf's recording; perf script -i perf.data | gprof2dot -f perf > calls.dot makes DOT of it, which is read",
    ),
    (
        # marshal's dictionary, then a tuple of three as its key, with or without the mark of a reference
        rb"[\x7b\xfb][\x29\xa9]\x03",
        "a profile as cProfile saves it; gprof2dot -f pstats FILE > calls.dot makes DOT of it, which is read",
    ),
    (
        # The types of the samples come first, each a message of two numbers.
        rb"\x0a[\x02-\x0c](?:\x08[\x00-\xff]{1,2}(?:\x10[\x00-\xff]{1,2})?){1,2}[\x0a\x12\x1a]",
        "a profile as pprof saves it; go tool pprof -dot FILE > calls.dot makes DOT of it, which is read",
    ),
    (rb"FLR\x00", "a recording of Java's flight recorder, of which graphdiff makes no call graph yet"),
    # Lists of packages as apt keeps them.
    (
        rb"(?:\x04\x22|\x02\x21)\x4d\x18|\x02\x21\x4c\x18",
        "compressed by lz4, which is not read; /usr/lib/apt/apt-helper cat-file FILE prints what is in a list of "
        "apt's, "
        "lz4 -dc FILE that of any",
    ),
    (rb"\x28\xb5\x2f\xfd", PACKED.format("zstd -dc FILE prints it")),
    (rb"LZIP[\x00\x01]", PACKED.format("lzip -dc FILE prints it")),
    (rb"\x5d\x00\x00[\x00-\xff]{2}[\x00-\xff]{8}", PACKED.format("xz -dc FILE prints it")),
    (rb"\x1f\x9d|\x1f\xa0", PACKED.format("gzip -dc FILE prints it")),
    # Pictures.
    (rb"\x89PNG\r\n\x1a\n", f"PNG, {PICTURE}"),
    (rb"\xff\xd8\xff", f"JPEG, {PICTURE}"),
    (rb"GIF8[79]a", f"GIF, {PICTURE}"),
    (rb"RIFF[\x00-\xff]{4}WEBP", f"WebP, {PICTURE}"),
    (rb"II\x2a\x00|MM\x00\x2a", f"TIFF, {PICTURE}"),
    (rb"BM[\x00-\xff]{4}\x00\x00\x00\x00", f"BMP, {PICTURE}"),
    (rb"\x00\x00\x01\x00[\x01-\xff]\x00", f"an icon, {PICTURE}"),
    (rb"\x00\x00\x00[\x00-\xff]ftyp", f"a film or {PICTURE}"),
    (
        rb"\s*%PDF-",
        "PDF, in which a graph is a drawing at most; give the file that it was drawn from (DOT, a table, JSON)",
    ),
    (rb"%!PS", "PostScript, in which a graph is a drawing; give the file that it was drawn from (DOT, a table, JSON)"),
    # Archives and data bases.
    (
        rb"PK\x03\x04|PK\x05\x06",
        "a zip archive, as are wheels, jars and documents of office programs; unpack it and give the file in it that "
        "holds the graph, of a sheet a CSV",
    ),
    (rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|!<arch>\n|\xed\xab\xee\xdb", ARCHIVE),
    (rb"(?s:.){257}ustar", f"tar, {ARCHIVE}"),
    (
        rb"SQLite format 3\x00",
        'an SQLite data base; sqlite3 -csv -header FILE "select ... from ..." > edges.csv makes a table of it, which '
        "is "
        "read",
    ),
    (rb"\x89HDF\r\n\x1a\n|CDF[\x01\x02\x05]", ARRAYS),
    (rb"\x93NUMPY", ARRAYS),
    (
        rb"\x80[\x02-\x05](?:[\x95\x7d\x5d\x63\x28\x8c\x4b\x58]|$)",
        "a pickle, which is never loaded: it may run anything; write GraphML or JSON in its place",
    ),
    # Programs.
    (rb"\x7fELF|MZ[\x00-\xff]\x00|[\xce\xcf]\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf]", PROGRAM),
    (
        rb"\xca\xfe\xba\xbe",
        "compiled Java or a program for macOS; give what jdeps -dotoutput draws of a class or jar, which is read as "
        "DOT",
    ),
    (rb"\x00asm", PROGRAM),
    (rb"BC\xc0\xde", "LLVM's bitcode; opt -passes=dot-callgraph draws its call graph as DOT, which is read"),
    (
        rb"[\x00-\xff]{2}\r\n[\x00-\x03]\x00\x00\x00",
        "compiled Python; give what it was compiled from to grimp or pydeps, or its package as imports:NAME",
    ),
    # bun's older lock.
    (
        rb"#!/usr/bin/env bun\nbun-lockfile-format",
        "bun's binary lock; bun bun.lockb > yarn.lock makes a yarn.lock of it, which is read",
    ),
    # Texts in other encodings.
    (
        rb"(?:[\x01-\x7f]\x00){2}",
        "UTF-16 without a byte-order mark; iconv -f UTF-16LE -t UTF-8 FILE prints it as it is read",
    ),
    (
        rb"(?:\x00[\x01-\x7f]){2}",
        "UTF-16 without a byte-order mark; iconv -f UTF-16BE -t UTF-8 FILE prints it as it is read",
    ),
    (
        rb"(?:\x00\x00\xfe\xff)|(?:\xff\xfe\x00\x00)|(?:[\x01-\x7f]\x00\x00\x00){2}|(?:\x00\x00\x00[\x01-\x7f]){2}",
        "UTF-32; iconv -f UTF-32 -t UTF-8 FILE prints it as it is read",
    ),
)


def refusal_of_binary(data: bytes) -> str | None:
    r"""Return why the file with this content, decompressed, is not read where it is no text; else None.

    Examples
    --------
    >>> refusal_of_binary(b"GIF89a")
    'GIF, a picture; give the file that it was drawn from (DOT, a table, JSON)'
    """
    found = (why for mark, why in BINARIES if re.match(mark, data))
    return next(found, None)
