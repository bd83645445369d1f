"""Other texts that people have at hand: trees for people, drawings, profiles, build files; and what to give instead.

Lock files and lists of packages that are no JSON: what each is, and what makes a file that is read.

Files known by their first bytes, most of them no text: what they are, and what makes one of them that is read.

What people have at hand that is no graph, or one that is not read yet: what each is, and what to give instead.

A row is a set of marks, all of which have to be in a file's outline, and a sentence that is true of every such file. No
row may fit a file that a reader reads: it would refuse it.
"""

from __future__ import annotations

import re
from mmap import mmap

from graphdiff.io.ends import POINTER
from graphdiff.io.formats.format import has
from graphdiff.io.refused_json import OBJECTS

__all__ = ["BINARIES", "LOCKS", "REFUSED", "TEXTS", "refusal", "refusal_of_binary"]


DRAWN = "give the file that it was drawn from (DOT, a table, JSON)"

#: Of profilers that gprof2dot reads, and graphdiff the drawing that it makes.
DRAWN_PROFILE = "which graphdiff does not read; gprof2dot -f {} FILE > calls.dot draws it as DOT, which is read"

PRINTED = "what {} prints for people; give the profile that it was made from{}, which is read"

PPROF_PRINTED = PRINTED.format("pprof", " (.pb.gz; go tool pprof -proto FILE > profile.pb.gz writes such)")

OLD_PPROF = (
    "a profile in an old form of pprof's; go tool pprof -proto PROGRAM FILE > profile.pb.gz writes it in the form that "
    "is read"
)

#: The marks of each, all of which have to be there, and why it is not read.
TEXTS: tuple[tuple[tuple[bytes, ...], str], ...] = (
    (
        (
            # Not Gradle's, which is read.
            rb"\A(?!(?s:.*)^-{20,}\r?\n(?:Root project|Project '?:)|\s*+\w+(?: - [^\n]*+)?\r?\n[+\\]--- [^\s:]++:)",
            rb"^[ \t|\xe2\x94\x82]*(\xe2\x94\x9c|\xe2\x94\x94|\|--|`--|\+--?|\\--?)[\xe2\x94\x80-]* ",
        ),
        "a tree for people, in which a tool may leave out what it has shown before; give the lock file, or the tool's "
        "JSON (pip inspect, pipdeptree --json, npm ls --all --json, cargo metadata, mvn dependency:tree "
        "-DoutputType=json)",
    ),
    (
        (rb"^[A-Za-z0-9][\w.-]*(?:==\S+| @ \S+)\n +(?:- )?[A-Za-z0-9][\w.-]*(?: \[required: |==\S+$| @ )",),
        "a tree for people, as pipdeptree prints it, in which a branch may be left out that it has shown before; give "
        "what pipdeptree --json prints",
    ),
    ((rb"\A0\S+ v\d.*\n1\S+ v\d",), "a tree as a list of depths; give Cargo.lock or what cargo metadata prints"),
    (
        (rb"\A[a-z0-9][a-z0-9+.:-]+\n [ |](?:Pre)?Depends: ",),
        "what apt prints for people; give what apt-cache dotty or apt-rdepends --dotty prints, or the index Packages",
    ),
    # Drawings.
    (
        (rb"\A\s*(?:---\n(?s:.*?)\n---\s+)?(?:flowchart|graph) +(?:TD|TB|BT|LR|RL)\b",),
        "Mermaid, which is only written; give the tool's DOT or JSON",
    ),
    ((rb"\A\s*@startuml\b",), "PlantUML, a picture; give the tool's DOT or JSON"),
    (
        (rb"\A(?:<!DOCTYPE [^>]*+>\s*+)?<(?:svg:)?svg\b", rb'class="func_g"|id="frames"|Flame Graph|[Ff]lame[Gg]raph'),
        "a flame graph, a picture; give the folded stacks that it was drawn from (stackcollapse-perf.pl, py-spy record "
        "-f raw, or asprof -o collapsed writes such), which are read",
    ),
    ((rb"\A(?:<!DOCTYPE [^>]*+>\s*+)?(?:<!--(?s:.)*?-->\s*+)*+<(?:svg:)?svg\b",), f"SVG, a picture; {DRAWN}"),
    (
        (rb"\A(?:<mxfile|<mxGraphModel)\b",),
        "a drawing of diagrams.net, which graphdiff does not read; write its edges as a table or DOT",
    ),
    ((rb"(?i)\A<(?:!doctype html|html)\b",), f"a web page; {DRAWN} where it shows a graph"),
    (
        (rb"\A<(?:[\w.-]+:)?RDF\b", rb"spdx\.org/rdf"),
        "SPDX as RDF, which graphdiff does not read yet; pyspdxtools -i FILE -o bom.spdx.json makes JSON of it, "
        "which is read",
    ),
    # Profiles.
    (
        (rb"\bfunction calls\b.* in [\d.]+ seconds", rb"^ *ncalls +tottime +percall +cumtime"),
        "what cProfile prints, without who calls whom; python -m cProfile -o run.prof SCRIPT keeps that",
    ),
    (
        (
            rb"\A(?:--- (?:symbol|profile|heapz?|growthz?|contentionz?|threadz?)\b|heap profile: +\d+:"
            rb"|\w+ profile: total \d+$)",
        ),
        OLD_PPROF,
    ),
    ((rb"^Showing nodes accounting for ", rb"^ +flat +flat% +sum% +cum +cum%"), PPROF_PRINTED),
    ((rb"^-{11}\+-{40,}$",), PPROF_PRINTED),
    ((rb"\APeriodType: .*\nPeriod: \d+$", rb"^Samples:$"), PPROF_PRINTED),
    ((rb"\A(?:File: .*\n)?(?:Type: .*\n)?Total: \S+\nROUTINE =+ ",), PPROF_PRINTED),
    ((rb"\A(?:(?:File|Type|Time|Duration): .*\n)*\s*\S+: Total \S+ of \S+ \( *[\d.]+%\)$",), PPROF_PRINTED),
    (
        (rb"^Profile data file '", rb"^Events recorded: "),
        PRINTED.format("callgrind_annotate", " (callgrind.out.PID)"),
    ),
    (
        (rb"\A# To display the perf\.data header", rb"^# *Children +Self |^# *Overhead "),
        "what perf report prints for people; perf script -i perf.data > run.perf prints the samples, which are read",
    ),
    ((rb"\AIndex +% CPU Time:Total +CPU Time:Self ",), f"a call graph of VTune's, {DRAWN_PROFILE.format('axe')}"),
    (
        (rb"\AJAVA PROFILE 1\.0\.\d, created ",),
        f"a profile of Java's hprof, {DRAWN_PROFILE.format('hprof')}",
    ),
    (
        (rb"\ACPU +ID +FUNCTION:NAME$",),
        "what dtrace prints, which graphdiff does not read; where it has stacks, gprof2dot -f dtrace FILE > calls.dot "
        "draws them as DOT, which is read",
    ),
    # Build files.
    (
        (rb"^(?:ninja_required_version = |rule \S+$)", rb"^build [^\n]*: \S"),
        "ninja's build file; ninja -t graph draws it as DOT, which is read",
    ),
    (
        (rb"(?i)^\s*cmake_minimum_required *\(",),
        "CMake's build file; cmake --graphviz=targets.dot draws its targets, which is read",
    ),
    (
        (rb"^(?:cc|py|java|go|rust|ts|sh|proto)_(?:library|binary|test)\($",),
        "Bazel's build file; bazel query --output=graph --nograph:factored prints its graph, which is read",
    ),
    (
        (rb'^(?:resource "[^"\n]+" "[^"\n]+"|(?:module|provider|variable) "[^"\n]+"|terraform) *\{',),
        "Terraform's configuration; give what terraform graph draws",
    ),
    (
        (rb"^; ModuleID = |^target triple = \"", rb"^define |^declare "),
        "LLVM's code; opt -passes=dot-callgraph draws its call graph, which is read",
    ),
    ((rb"\Aschema: '2\.0'$", rb"^stages:$"), "DVC's lock; dvc dag --dot prints DOT, which is read"),
)

NOT_YET = "which graphdiff does not read yet"

BARE = "packages without what they depend on"

CDXGEN = "cdxgen -o bom.json writes a CycloneDX bill, which is read"

#: The marks of each, all of which have to be there, and why it is not read.
LOCKS: tuple[tuple[tuple[bytes, ...], str], ...] = (
    # Python.
    (
        (
            rb"\A(?!(?s:.*)# +via\b)",
            rb"\A(?:(?:#|-e |--).*\n|[^\S\n]*\n)*+[A-Za-z0-9][\w.-]*(?:\[[\w, -]*\])? *==\S+(?: *;.*)?(?: *\\)?\s*$",
        ),
        "a list of requirements without what they depend on; give what pip inspect or uv pip compile prints",
    ),
    (
        (rb"\APackage +Version\b.*\n-+ +-+",),
        "a list of packages without what they depend on; give what pip inspect prints",
    ),
    ((rb"^@EXPLICIT$",), f"conda's list of {BARE}; give what pip inspect prints in that environment"),
    # Erlang, Elixir.
    (
        (rb'\A\s*(?:\{"[\d.]+",\s*)?\[\{<<"[^"\n]++">>,\s*\{(?:pkg|git|hg|elixir|raw)',),
        f"rebar.lock, {BARE} (but how deep each is); rebar3 sbom (the plugin rebar3_sbom) writes a CycloneDX bill, "
        "which "
        "is read",
    ),
    (
        (rb'\A%\{\s*"[^"\n]++": \{:(?:hex|git|path)\b',),
        f"mix.lock, {NOT_YET}; mix deps.tree --format dot writes DOT, which is read",
    ),
    # Apple's.
    (
        (rb"^PODS:", rb"^(?:DEPENDENCIES|SPEC CHECKSUMS|PODFILE CHECKSUM|COCOAPODS):"),
        f"Podfile.lock, {NOT_YET}; cyclonedx-cocoapods writes a CycloneDX bill, which is read",
    ),
    ((rb'\A(?:(?:github|git|binary) "[^"\n]++" "[^"\n]*+"\s*)+\Z',), f"Cartfile.resolved, {BARE}"),
    # Dart; PHP has JSON.
    (
        (rb"^packages:$", rb'^    dependency: "?(?:direct|transitive)\b'),
        f"pubspec.lock, {BARE}; {CDXGEN}",
    ),
    # Java, Scala.
    (
        (rb"\A# This is a Gradle generated file for dependency locking\.",),
        f"gradle.lockfile, {BARE}; gradle dependencies prints trees of them that are read",
    ),
    # Go.
    (
        (rb"\A(?:\S+ v\S+(?:/go\.mod)? h1:[\w+/]+=*\s*)+\Z|\A(?:\S+ v\S+(?:/go\.mod)? h1:[\w+/]+=*\n){5}",),
        "go.sum, checksums of modules; give what go mod graph prints",
    ),
    (
        (rb"\A(?:[^\S\n]*(?://.*)?\n)*+module \S+", rb"^(?:go \d|require\b|\s*$)"),
        "go.mod, what a module asks for, and not what that rests on; give what go mod graph prints",
    ),
    # .NET, Nix, Julia, Perl, Crystal, Haskell.
    (
        (rb"^NUGET$", rb"^  remote: "),
        f"paket.lock, {NOT_YET}; dotnet CycloneDX PROJECT (a tool) writes a CycloneDX bill, which is read",
    ),
    (
        (
            rb"^# This file is machine-generated - editing it directly is not advised",
            rb"^(?:julia_version|manifest_format) = ",
        ),
        f"Julia's Manifest.toml, {NOT_YET}",
    ),
    ((rb"\A# carton snapshot format",), f"cpanfile.snapshot, {NOT_YET}; {CDXGEN}"),
    ((rb"^shards:$", rb"\Aversion: "), f"shard.lock, {BARE}"),
    ((rb"^constraints: any\.",), f"cabal's freeze file, {BARE}; cabal-plan dot draws them as DOT, which is read"),
    # Of distributions.
    ((rb"^C:Q1", rb"^P:\S"), f"Alpine's index or data base of packages, {NOT_YET}"),
    ((rb"\A%(?:FILENAME|NAME)%$",), f"pacman's record of a package, {NOT_YET}"),
    # What projects ask for.
    (
        (rb"^\[(?:project|build-system|tool\.poetry)\]$",),
        "what a project asks for, and not what that rests on; give its lock file (uv.lock, poetry.lock, pdm.lock)",
    ),
    (
        (rb"^\[\[source\]\]$", rb"^\[(?:dev-)?packages\]$"),
        "what a project asks for, and not what that rests on; pipenv graph --json prints it in JSON that is read",
    ),
    (
        (rb"^\[(?:workspace\.|target\..*\.)?(?:dev-|build-)?dependencies(?:\.\S+)?\]|^\[(?:package|workspace)\]$",),
        "what a project asks for, and not what that rests on; give Cargo.lock or what cargo metadata prints",
    ),
    (
        (rb"\A<project\b", rb"maven\.apache\.org/POM|<modelVersion>"),
        "what a project asks for (pom.xml), and not what that rests on; give what mvn dependency:tree -DoutputType=dot "
        "prints",
    ),
    (
        (rb"\A<Project\b", rb"<(?:PackageReference|ProjectReference|TargetFrameworks?)\b"),
        "what a .NET project asks for, and not what that rests on; give obj/project.assets.json, which dotnet restore "
        "writes",
    ),
    (
        (
            rb"^\s*(?:dependencies|plugins|allprojects|subprojects) *\{",
            rb"^\s*(?:(?:test|compile|runtime|annotation)\w*|implementation|api|id|apply|mavenCentral)\b[ (]",
        ),
        "what a Gradle project asks for, and not what that rests on; give the text that gradle dependencies prints",
    ),
    (
        (rb"""^source ["']https?://""", rb"""^\s*gem ["']"""),
        "what a Ruby project asks for, and not what that rests on; give Gemfile.lock, which bundle lock writes",
    ),
)

PICTURE = "a picture; give the file that it was drawn from (DOT, a table, JSON)"

ARCHIVE = "an archive; unpack it and give the file in it that holds the graph"

PROGRAM = (
    "a compiled program, which graphdiff does not take apart; give what gcc -fcallgraph-info or opt "
    "-passes=dot-callgraph makes of its source, or a profile of it as DOT"
)

ARRAYS = "arrays of numbers; in Python, CompiledGraph.from_arrays takes those of tails, heads and weights"

PACKED = "compressed in a way that is not read; give it unpacked ({})"

#: In the first file of a zip archive, or as a stream that begins with a number of PyTorch's own.
TORCH = (
    "a file of PyTorch's, in which is a pickle that may run anything and is never loaded; of an attribution graph "
    "(.pt) circuit_tracer.utils.create_graph_files writes the JSON that is read: docs/attribution.md shows how"
)

#: By a regular expression that the start of the content has.
BINARIES: tuple[tuple[bytes, str], ...] = (
    (rb"version https?://\S+/spec/v\d+\s*\n(?:\S+ .*\n)*?oid \w+:", POINTER),
    # Profiles.
    (
        rb"PERFILE2|2ELIFREP|PERFFILE",
        "perf's recording; perf script -i FILE > run.perf prints its samples, which are read",
    ),
    (
        # Words of 32 or 64 bits, of either order: 0, 3, 0 or 1, the microseconds between two samples, 0.
        rb"(?:\x00{4}|\x00{8})(?:\x03\x00{3}(?:\x00{4})?|(?:\x00{4})?\x00{3}\x03)(?:[\x00\x01]\x00{3}|(?:\x00{3}){1,2}\x00?[\x00\x01])",
        OLD_PPROF,
    ),
    (
        rb"gmon[\x00-\xff]",
        "what a program built with -pg leaves, which has addresses in place of names; gprof -b PROGRAM gmon.out > "
        "calls.gprof prints its call graph, which is read",
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
        rb"PK\x03\x04(?=(?s:.)*?Callstacks\.txt)(?=(?s:.)*?IPCounts\.txt)",
        f"a profile of Very Sleepy's, {DRAWN_PROFILE.format('sleepy')}",
    ),
    (rb"PK\x03\x04(?s:.){26}[^/\x00]{1,255}/data\.pkl", TORCH),
    (rb"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\.", TORCH),
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
        "a pickle, which is never loaded: it may run anything; write GraphML or JSON in its place, "
        "of an attribution graph as docs/attribution.md shows",
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
        "bun's binary lock; bun install --save-text-lockfile --frozen-lockfile --lockfile-only writes bun.lock, which "
        "is read",
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


def refusal_of_binary(data: bytes | mmap) -> str | None:
    r"""Return why the file with this content, decompressed, is not read where it is no text; else None.

    Examples
    --------
    >>> refusal_of_binary(b"GIF89a")
    'GIF, a picture; give the file that it was drawn from (DOT, a table, JSON)'
    """
    reasons = (why for mark, why in BINARIES if re.match(mark, data))
    return next(reasons, None)


#: The marks of each, and why it is not read: the first that fits is said.
REFUSED: tuple[tuple[tuple[bytes, ...], str], ...] = (*OBJECTS, *TEXTS, *LOCKS)


def refusal(look: bytes) -> str | None:
    r"""Return why the file with this outline is not read; None where it is nothing of the kind.

    Examples
    --------
    >>> refusal(b"# pinned\nidna==3.20\nh11==0.16\n")
    'a list of requirements without what they depend on; give what pip inspect or uv pip compile prints'
    """
    reasons = (why for marks, why in REFUSED if all(has(look, mark) for mark in marks))
    return next(reasons, None)
