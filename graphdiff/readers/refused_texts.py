"""Other texts that people have at hand: trees for people, drawings, profiles, build files; and what to give instead."""

from __future__ import annotations

__all__ = ["TEXTS"]

DRAWN = "give the file that it was drawn from (DOT, a table, JSON)"

#: The marks of each, all of which have to be there, and why it is not read.
TEXTS: tuple[tuple[tuple[bytes, ...], str], ...] = (
    (
        (rb"^[ \t|\xe2\x94\x82]*(\xe2\x94\x9c|\xe2\x94\x94|\|--|`--|\+--?|\\--?)[\xe2\x94\x80-]* ",),
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
        "a flame graph, a picture; gprof2dot -f collapse STACKS > calls.dot makes DOT, which is read, of the folded "
        "stacks "
        "that it was drawn from",
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
        (rb"\A# callgrind format|^(?:cmd|pid|creator|version): ", rb"^events: ", rb"^fn="),
        "callgrind's profile, of which graphdiff makes no call graph yet; gprof2dot -f callgrind FILE > calls.dot "
        "makes "
        "DOT of it, which is read",
    ),
    (
        (rb"^Flat profile:", rb"^Each sample counts as |\bself\s+children\s+called\b"),
        "what gprof prints; gprof2dot -f prof FILE > calls.dot makes DOT of it, which is read",
    ),
    (
        (rb"\bfunction calls\b.* in [\d.]+ seconds", rb"^ *ncalls +tottime +percall +cumtime"),
        "what cProfile prints, without who calls whom; python -m cProfile -o run.prof SCRIPT keeps that, and "
        "gprof2dot -f "
        "pstats run.prof > calls.dot makes DOT of it, which is read",
    ),
    (
        (rb"^\S.*\s\d+(?:/\d+)?\s+(?:\[\d+\]\s+)?\d+\.\d+:\s+(?:\d+\s+)?\S+:.*\n\s+[0-9a-f]{6,} \S+",),
        "what perf script prints; gprof2dot -f perf FILE > calls.dot makes DOT of it, which is read",
    ),
    (
        (
            # Two lines end in a count, and one of the first has three frames.
            rb"\A(?=(?:[^\n]*+\n){0,50}?[^;\n]++;[^;\n]++;)(?:(?=[^\n;]++;)[^,\t\n]*?[^,\t\n ] \d++(?:\n|\Z)){2}",
        ),
        "folded stacks, of which graphdiff makes no call graph yet; gprof2dot -f collapse FILE > calls.dot makes DOT "
        "of "
        "it, which is read",
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
