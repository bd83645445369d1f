"""What is recognised and not read: each is named truly, with the command that makes a file that is read."""

from __future__ import annotations

import gzip
import json
import re
import shlex
import struct
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from samples import DATA, SAMPLES

from graphdiff.errors import FormatError, GraphdiffError
from graphdiff.io.outline import outline
from graphdiff.io.read import read
from graphdiff.io.refused import BINARIES, REFUSED, refusal, refusal_of_binary

# --- JSON -------------------------------------------------------------------------------------------------------------

OBJECTS: dict[str, tuple[Any, str]] = {
    "webpack without modules": (
        {"hash": "a", "assetsByChunkName": {}, "assets": [], "chunks": []},
        "the statistics of webpack or a bundler like it, without modules",
    ),
    "webpack, several builds": (
        {"errors": [], "children": [{"hash": "a", "modules": [{"reasons": []}]}]},
        "the statistics of several builds of webpack",
    ),
    "rollup": (
        {"version": 2, "tree": {}, "nodeParts": {"a": {}}, "nodeMetas": {"b": {"imported": []}}},
        "the data of rollup-plugin-visualizer",
    ),
    "parcel": ({"buildTime": 12, "bundles": [{"filePath": "a.js", "size": 1}]}, "the sizes and times of Parcel's"),
    "vite": (
        {"src/main.js": {"file": "assets/main.1.js", "src": "src/main.js", "isEntry": True, "imports": ["_b.js"]}},
        "Vite's manifest",
    ),
    "vite, a chunk first": (
        {
            "_b.js": {"file": "assets/b.2.js", "name": "b"},
            "src/main.js": {"file": "assets/main.1.js", "src": "src/main.js", "isEntry": True, "imports": ["_b.js"]},
        },
        "Vite's manifest",
    ),
    "source map": ({"version": 3, "sources": ["a.js"], "names": [], "mappings": "AAAA"}, "a source map"),
    "turbo, dry": ({"id": "a", "turboVersion": "2", "tasks": [{"taskId": "app#build"}]}, "turbo's list of tasks"),
    "cabal": ({"cabal-version": "3", "install-plan": [{"id": "a", "depends": []}]}, "cabal's plan"),
    "terraform's state": (
        {"version": 4, "terraform_version": "1.9", "serial": 1, "resources": []},
        "Terraform's state",
    ),
    "compile commands": ([{"directory": "/x", "command": "cc a.c", "file": "a.c"}], "a list of compile commands"),
    "conan's lock": (
        {"version": "0.5", "requires": ["zlib/1.3#a%1"], "build_requires": [], "python_requires": []},
        "Conan's lock, a list of recipes without",
    ),
    "conan's lock 1": (
        {"graph_lock": {"nodes": {"0": {"requires": ["1"]}}}, "version": "0.4"},
        "Conan's lock of version 1",
    ),
    "deno info": (
        {"version": 1, "roots": ["file:///a.ts"], "modules": [{"kind": "esm", "dependencies": [{"specifier": "./b"}]}]},
        "what deno info --json prints",
    ),
    "deno.lock": (
        {"version": "5", "specifiers": {"npm:ms@2": "2.1.3"}, "npm": {"ms@2.1.3": {"integrity": "a"}}},
        "Deno's lock",
    ),
    "deno.lock 3": ({"version": "3", "packages": {"specifiers": {}, "npm": {}}, "remote": {}}, "Deno's lock"),
    "dgspec.json": ({"format": 1, "restore": {"/a.csproj": {}}, "projects": {"/a.csproj": {}}}, "NuGet's dgspec.json"),
    "dotnet list": ({"version": 1, "parameters": "--format json", "projects": []}, "a list of .NET packages without"),
    "Unity": (
        {"dependencies": {"com.unity.x": {"version": "1", "depth": 0, "dependencies": {"com.unity.y": "1"}}}},
        "Unity's packages-lock.json",
    ),
    "npm audit": ({"auditReportVersion": 2, "vulnerabilities": {"a": {"via": ["b"]}}}, "what npm audit --json reports"),
    "Pipfile.lock": ({"_meta": {"hash": {}}, "default": {"a": {"version": "==1"}}, "develop": {}}, "Pipenv's lock"),
    "composer.json": ({"name": "a/b", "require": {"php": ">=8", "c/d": "^1"}}, "what a PHP package asks for"),
    "Package.resolved": ({"pins": [{"identity": "a", "state": {}}], "version": 2}, "Swift's Package.resolved"),
    "Package.resolved 1": ({"object": {"pins": [{"package": "a"}]}, "version": 1}, "Swift's Package.resolved"),
    "swift": (
        {"identity": "a", "name": "a", "url": "/a", "version": "1", "dependencies": [{"identity": "b"}]},
        "what swift package show-dependencies",
    ),
    "dart": (
        {"root": "a", "packages": [{"name": "a", "dependencies": ["b"]}], "sdks": []},
        "what dart pub deps --json",
    ),
    "renv": ({"R": {"Version": "4"}, "Packages": {"A": {"Requirements": ["B"]}}}, "renv's lock"),
    "Spack": ({"_meta": {"file-type": "spack-lockfile"}, "roots": [], "concrete_specs": {}}, "Spack's lock"),
    "flake.lock": (
        {"nodes": {"nixpkgs": {"locked": {}}, "root": {"inputs": {}}}, "root": "root", "version": 7},
        "Nix's flake.lock",
    ),
    "MODULE.bazel.lock": ({"lockFileVersion": 11, "registryFileHashes": {}}, "Bazel's lock of modules"),
    "conda list": ([{"base_url": "x", "name": "a", "version": "1"}], "a list of conda's packages"),
    "repodata": ({"info": {}, "packages": {}, "repodata_version": 1}, "a conda channel's index"),
    "syft": ({"artifacts": [], "artifactRelationships": [], "source": {}}, "syft's own JSON"),
    "trivy": ({"SchemaVersion": 2, "ArtifactName": "x", "Results": []}, "trivy's own JSON"),
    "dbt's catalog": (
        {"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json"}, "nodes": {}},
        "an artifact of dbt that is not its manifest",
    ),
    "heapprofile": (
        {"head": {"callFrame": {"functionName": "f"}, "selfSize": 8, "id": 1, "children": []}, "samples": []},
        "what V8 allocated",
    ),
    "old cpuprofile": (
        {"head": {"functionName": "(root)", "children": []}, "startTime": 1},
        "a CPU profile in V8's form of",
    ),
    "heap snapshot": ({"snapshot": {"meta": {"node_fields": ["type"]}}, "nodes": []}, "a snapshot of V8's heap"),
    "Gecko profile": (
        {"meta": {"version": 30}, "libs": [], "threads": [{"samples": {"schema": {"stack": 0}, "data": []}}]},
        "a recording of Firefox's profiler",
    ),
    "PyCG for FASTEN": (
        {"product": "x", "modules": {}, "graph": {"internalCalls": []}},
        "PyCG's call graph in FASTEN's",
    ),
    "dot -Tjson": (
        {"name": "x", "objects": [{"_gvid": 0, "name": "a"}], "edges": [{"_gvid": 0, "tail": 0, "head": 0}]},
        "a drawing that Graphviz made in JSON",
    ),
    "JSON Graph Format, several": (
        {"graphs": [{"nodes": {"a": {}}, "edges": [{"source": "a", "target": "a"}]}]},
        "several graphs in one",
    ),
    "conan 1": ([{"reference": "a/1", "requires": ["b/1"], "display_name": "a"}], "what conan info --json prints"),
    "deno.lock 5": ({"version": "5", "npm": {"ms@2.1.3": {"integrity": "a", "dependencies": []}}}, "Deno's lock"),
    "yarn list": ({"type": "tree", "data": {"type": "list", "trees": []}}, "what yarn list --json prints"),
    "go list -m": ({"Path": "a.org/x", "Main": True, "GoMod": "/go.mod"}, "a list of Go's modules without"),
    "go mod edit": ({"Module": {"Path": "a"}, "Go": "1.22", "Require": [{"Path": "b"}]}, "what a module asks for"),
    "Kubernetes": ({"apiVersion": "v1", "kind": "List", "items": []}, "a Kubernetes object"),
    "ESLint": ([{"filePath": "/a.js", "messages": []}], "ESLint's findings"),
    "bundle analyzer": ([{"label": "a.js", "isAsset": True, "statSize": 1}], "the sizes that webpack-bundle-analyzer"),
    "package.json": ({"name": "a", "version": "1", "dependencies": {"b": "^1"}}, "what a project asks for"),
    "package.json without dependencies": ({"name": "a", "main": "a.js"}, "what a package says of itself"),
    "tsconfig": ({"compilerOptions": {"paths": {"@/*": ["*"]}}, "include": ["src"]}, "TypeScript's settings"),
    "Jest": ({"numTotalTests": 1, "success": True, "testResults": []}, "the results of tests as Jest"),
    "coverage.py": ({"meta": {"version": "7"}, "files": {"a.py": {}}, "totals": {}}, "a report of coverage.py"),
    "Istanbul": ({"/a.js": {"path": "/a.js", "statementMap": {"0": {}}}}, "a report of Istanbul's coverage"),
    "notebook": ({"cells": [{"cell_type": "code"}], "metadata": {}, "nbformat": 4}, "a Jupyter notebook"),
    "GeoJSON": ({"type": "FeatureCollection", "features": []}, "a map"),
    "OpenAPI": ({"openapi": "3.1.0", "info": {"title": "x"}, "paths": {}}, "the description of a web interface"),
    "JSON schema": ({"$schema": "http://json-schema.org/draft-07/schema#", "properties": {}}, "a JSON schema"),
    "SARIF": ({"$schema": "https://x/sarif-2.1.0.json", "runs": []}, "a report of findings"),
    "HAR": ({"log": {"version": "1.2", "creator": {}, "entries": []}}, "a record of a browser's requests"),
    "GitHub's events": ([{"id": "1", "type": "PushEvent", "actor": {"id": 2}}], "a list of GitHub's events"),
    "d3's tree": ({"name": "a", "children": [{"name": "b", "children": []}]}, "a tree by children"),
    "pip list": ([{"name": "a", "version": "1", "latest_version": "2"}], "a list of packages without"),
    "GitHub's snapshot": (
        {"version": 0, "detector": {"name": "x"}, "manifests": {"m": {"resolved": {"a": {"dependencies": ["b"]}}}}},
        "a snapshot of dependencies",
    ),
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(("document", "said"), OBJECTS.values(), ids=OBJECTS)
def test_json_of_tools_is_named(document: Any, said: str, indent: int | None, tmp_path: Path) -> None:
    for name in ("x.json", "x.lock"):
        path = tmp_path / name
        path.write_text(json.dumps(document, indent=indent))
        with pytest.raises(FormatError, match=f"^{re.escape(str(path))}: {re.escape(said)}") as caught:
            read(path)
        assert "\n" not in str(caught.value)


def test_json_with_trailing_commas_and_comments_is_named_where_its_tool_writes_them() -> None:
    assert refusal(outline(b'/* x */ {\n "compilerOptions": {"strict": true,},\n}'))


# --- texts ------------------------------------------------------------------------------------------------------------

CPROFILE = (
    "   5 function calls (3 primitive calls) in 0.001 seconds\n\n   ncalls  tottime  percall  cumtime  percall x\n"
)
PRINTED = "what pprof prints for people; give the profile that it was made from (.pb.gz; go tool pprof -proto FILE"

TEXTS: dict[str, tuple[str, str]] = {
    "pip freeze": ("a==1\nb==2 ; python_version > '3'\n", "a list of requirements without"),
    "conda --explicit": ("# x\n@EXPLICIT\nhttps://x/a.conda\n", "conda's list of packages without"),
    "rebar.lock": ('{"1.2.0",\n[{<<"cowlib">>,{pkg,<<"cowlib">>,<<"2.11.0">>},1}]}.\n', "rebar.lock, packages without"),
    "old rebar.lock": ('[{<<"a">>,\n  {git,"https://x/a",\n  {ref,"1"}},\n  0}].\n', "rebar.lock, packages without"),
    "mix.lock": ('%{\n  "a": {:hex, :a, "1.0", "x", [:mix], [{:b, ">= 0"}], "hexpm"},\n}\n', "mix.lock, which"),
    "Podfile.lock": ("PODS:\n  - A (1.0):\n    - B\n  - B (2.0)\n\nDEPENDENCIES:\n  - A\n", "Podfile.lock, which"),
    "Cartfile.resolved": ('github "x/y" "1.0"\ngithub "z/w" "2.0"\n', "Cartfile.resolved, packages without"),
    "pubspec.lock": (
        'packages:\n  a:\n    dependency: "direct main"\n    version: "1"\n',
        "pubspec.lock, packages without",
    ),
    "gradle.lockfile": (
        "# This is a Gradle generated file for dependency locking.\n# Manual edits\na:b:1=compileClasspath\nempty=\n",
        "gradle.lockfile, packages without",
    ),
    "go.sum": ("a.org/x v1.0.0 h1:AA=\na.org/x v1.0.0/go.mod h1:BB=\n", "go.sum, checksums of modules"),
    "go.mod": ("module a.org/x\n\ngo 1.22\n\nrequire a.org/y v1.0.0\n", "go.mod, what a module asks for"),
    "paket.lock": ("NUGET\n  remote: https://x\n    A (1.0)\n      B (>= 1)\n", "paket.lock, which"),
    "Manifest.toml": (
        '# This file is machine-generated - editing it directly is not advised\njulia_version = "1.10"\n[[deps.A]]\n',
        "Julia's Manifest.toml",
    ),
    "shard.lock": ("version: 2.0\nshards:\n  a:\n    git: x\n", "shard.lock, packages without"),
    "cabal.project.freeze": ("active-repositories: x\nconstraints: any.a ==1,\n", "cabal's freeze file"),
    "APKINDEX": ("C:Q1abc=\nP:busybox\nV:1\nD:so:libc\n", "Alpine's index"),
    "pyproject.toml": ('[build-system]\nrequires = ["x"]\n', "what a project asks for"),
    "Pipfile": ('[[source]]\nurl = "x"\n[packages]\na = "*"\n', "what a project asks for"),
    "Cargo.toml without dependencies": ('[package]\nname = "a"\nversion = "1"\n', "what a project asks for"),
    "pom.xml": (
        '<?xml version="1.0"?>\n<project xmlns="http://maven.apache.org/POM/4.0.0"><artifactId>a</artifactId></project>',
        "what a project asks for (pom.xml)",
    ),
    "csproj": (
        '<Project Sdk="x"><PackageReference Include="A" Version="1"/></Project>',
        "what a .NET project asks for",
    ),
    "build.gradle": (
        "plugins {\n  id 'java'\n}\ndependencies {\n  implementation 'a:b:1'\n}\n",
        "what a Gradle project",
    ),
    "Gemfile": ('source "https://x"\ngem "rails", "~> 7"\n', "what a Ruby project asks for"),
    "flame graph": (
        '<?xml version="1.0" standalone="no"?>\n<!DOCTYPE svg PUBLIC "-//W3C" "x">\n<svg width="1"><!-- Flame graph '
        'stack visualization. --><g id="frames"></g></svg>',
        "a flame graph, a picture; give the folded stacks",
    ),
    "SVG": ('<svg xmlns="http://www.w3.org/2000/svg"><g id="graph0" class="graph"/></svg>', "SVG, a picture"),
    "diagrams.net": ("<mxfile host='x'></mxfile>", "a drawing of diagrams.net"),
    "HTML": ("<!DOCTYPE html>\n<html><body></body></html>", "a web page"),
    "SPDX as RDF": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:spdx="http://spdx.org/rdf/terms#"/>',
        "SPDX as RDF",
    ),
    "cProfile": (CPROFILE, "what cProfile prints"),
    "pprof -top": (
        "File: a\nType: cpu\nShowing nodes accounting for 7s, 100% of 7s total\n"
        "      flat  flat%   sum%        cum   cum%\n",
        PRINTED,
    ),
    "pprof -traces": (f"File: a\nType: cpu\n{'-' * 11}+{'-' * 55}\n      20ms   f\n             main\n", PRINTED),
    "pprof -raw": ("PeriodType: cpu nanoseconds\nPeriod: 10000\nSamples:\nsamples/count\n   2: 1 2 3 \n", PRINTED),
    "pprof -disasm": (
        "Total: 1.12s\nROUTINE ======================== f\n  1s  1s (flat, cum) 98.21% of Total\n",
        PRINTED,
    ),
    "pprof -tags": (" key1: Total 1.12s of 1.12s (  100%)\n          1s (89.29%): tag1\n", PRINTED),
    "callgrind_annotate": (
        f"{'-' * 80}\nProfile data file 'a' (creator: callgrind-3.19.0)\n{'-' * 80}\nEvents recorded:  Ir\n",
        "what callgrind_annotate prints for people; give the profile that it was made from (callgrind.out.PID)",
    ),
    "perf report": (
        "# To display the perf.data header info, please use --header/--header-only options.\n#\n"
        "# Overhead  Command  Shared Object\n",
        "what perf report prints for people; perf script -i",
    ),
    "VTune": (
        "Index  % CPU Time:Total  CPU Time:Self  CPU Time:Children  Name   Index\n-----  ---\n",
        "a call graph of VTune's, which graphdiff does not read; gprof2dot -f axe FILE > calls.dot",
    ),
    "hprof": (
        "JAVA PROFILE 1.0.1, created Fri Dec 18 16:33:00 2009\n\nHeader\n",
        "a profile of Java's hprof, which graphdiff does not read; gprof2dot -f hprof FILE > calls.dot",
    ),
    "dtrace": (
        "CPU     ID                    FUNCTION:NAME\n  1  29684     :tick-60s\n\n\n     a`f+0x1\n       1\n",
        "what dtrace prints, which graphdiff does not read; where it has stacks, gprof2dot -f dtrace FILE > calls.dot",
    ),
    "pprof's heap": ("heap profile:    144:  8498176 [  144: 8498176] @ heapz_v2/524288\n", "a profile in an old form"),
    "pprof's goroutines": ("goroutine profile: total 2\n1 @ 0x44a\n", "a profile in an old form of pprof's"),
    "pprof's locks": ("--- contentionz 1 ---\ncycles/second = 1\n", "a profile in an old form of pprof's"),
    "ninja": ("ninja_required_version = 1.5\nrule cc\n  command = x\nbuild a.o: cc a.c\n", "ninja's build file"),
    "CMakeLists.txt": ("cmake_minimum_required(VERSION 3.20)\nproject(x)\n", "CMake's build file"),
    "BUILD.bazel": ('cc_library(\n    name = "a",\n    deps = [":b"],\n)\n', "Bazel's build file"),
    "main.tf": ('resource "aws_instance" "a" {\n  ami = 1\n}\n', "Terraform's configuration"),
    "a.ll": ("; ModuleID = 'a.c'\ndefine i32 @main() {\n}\n", "LLVM's code"),
    "dvc.lock": ("schema: '2.0'\nstages:\n  train:\n    cmd: x\n", "DVC's lock"),
    "a tree": ("app v1\n├── lib v2\n", "a tree for people"),
    "pipdeptree": (
        "requests==2.31.0\n  - certifi [required: >=2017.4.17, installed: 2024.2.2]\nsix==1.16\n",
        "a tree for people, as pipdeptree prints it",
    ),
    "pipdeptree --freeze": ("six==1.16\nrequests==2.31.0\n  certifi==2024.2.2\n", "a tree for people"),
    "pinned alone": ("certifi==2024.2.2\nrequests==2.31.0\n", "a list of requirements without what they depend on"),
    "hashes": (
        "certifi==2024.2.2 \\\n    --hash=sha256:aa\nrequests==2.31.0 \\\n    --hash=sha256:bb\n",
        "a list of requirements without what they depend on",
    ),
}


@pytest.mark.parametrize(("text", "said"), TEXTS.values(), ids=TEXTS)
def test_texts_of_tools_are_named(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(text)
    with pytest.raises(FormatError, match=f"^{re.escape(str(path))}: {re.escape(said)}"):
        read(path)


# --- binaries ---------------------------------------------------------------------------------------------------------

#: Words of 64 bits, as gperftools writes them, and of 32 with the highest byte first.
PPROF = struct.pack("<8Q", 0, 3, 0, 10_000, 0, 1, 1, 0x4010A0)
PPROF_BIG = struct.pack(">8I", 0, 3, 1, 10_000, 0, 1, 1, 0x4010A0)


def _zip(*names: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    return file.getvalue()


BINARY: dict[str, tuple[bytes, str]] = {
    "perf.data": (b"PERFILE2" + bytes(96), "perf's recording; perf script -i FILE > run.perf"),
    "gmon.out": (b"gmon\x01" + bytes(40), "what a program built with -pg leaves, which has addresses in place of"),
    "run.sleepy": (
        _zip("Stats.txt", "Symbols.txt", "Callstacks.txt", "IPCounts.txt"),
        "a profile of Very Sleepy's, which graphdiff does not read; gprof2dot -f sleepy FILE > c",
    ),
    "other.zip": (_zip("Stats.txt"), "a zip archive"),
    "old.perf.data": (b"PERFFILE" + bytes(96), "perf's recording; perf script -i FILE > run.perf"),
    "pprof": (PPROF, "a profile in an old form of pprof's; go tool pprof -proto"),
    "pprof, packed": (gzip.compress(PPROF_BIG), "a profile in an old form of pprof's; go tool pprof -proto"),
    "lz4": (
        b"\x04\x22\x4d\x18\x64\x40\xa7" + bytes(20),
        "compressed by lz4, which is not read; /usr/lib/apt/apt-helper",
    ),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(20), "compressed in a way that is not read; give it unpacked (zstd"),
    "Git LFS": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "a pointer of Git LFS, which stands for a file that has not been fetched",
    ),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(20), "PNG, a picture"),
    "JPEG": (b"\xff\xd8\xff\xe0" + bytes(20), "JPEG, a picture"),
    "GIF": (b"GIF89a" + bytes(20), "GIF, a picture"),
    "WebP": (b"RIFF" + struct.pack("<I", 20) + b"WEBPVP8 ", "WebP, a picture"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "PDF, in which a graph is a drawing at most"),
    "PyTorch": (_zip("graph/data.pkl", "graph/version"), "a file of PyTorch's, in which is a pickle that may run"),
    "PyTorch, older": (
        b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.",
        "a file of PyTorch's, in which is a pickle that may run",
    ),
    "zip with a pickle": (_zip("graph/model/data.pkl", "data.pkl"), "a zip archive, as are wheels"),
    "zip": (b"PK\x03\x04" + bytes(20), "a zip archive, as are wheels"),
    "tar": (b"a.txt".ljust(257, b"\0") + b"ustar\x0000" + bytes(20), "tar, an archive"),
    "SQLite": (b"SQLite format 3\x00" + bytes(20), "an SQLite data base; sqlite3 -csv"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(20), "arrays of numbers"),
    "npy": (b"\x93NUMPY\x01\x00", "arrays of numbers"),
    "pickle": (
        b"\x80\x04\x95\x00\x00",
        "a pickle, which is never loaded: it may run anything; write GraphML or JSON in its place, of an attribution "
        "graph as docs/attribution.md shows",
    ),
    "ELF": (b"\x7fELF\x02\x01\x01" + bytes(20), "a compiled program, which graphdiff does not take apart"),
    "class": (b"\xca\xfe\xba\xbe\x00\x00\x00\x41", "compiled Java or a program for macOS"),
    "bitcode": (b"BC\xc0\xde" + bytes(20), "LLVM's bitcode"),
    "bun.lockb": (
        b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n\x02\x00",
        "bun's binary lock; bun install --save-text-lockfile",
    ),
    "UTF-16 without a mark": (
        '{"a": ["b"]}'.encode("utf-16-le"),
        "UTF-16 without a byte-order mark; iconv -f UTF-16LE",
    ),
    "UTF-16, the other": ('{"a": ["b"]}'.encode("utf-16-be"), "UTF-16 without a byte-order mark; iconv -f UTF-16BE"),
    "UTF-32": ('{"a": ["b"]}'.encode("utf-32"), "UTF-32; iconv"),
}


@pytest.mark.parametrize("name", ["file", "graph.csv", "main_Packages", "graph.json"])
@pytest.mark.parametrize(("data", "said"), BINARY.values(), ids=BINARY)
def test_binaries_are_named_whatever_their_name(data: bytes, said: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(FormatError, match=f"^{re.escape(str(path))} is {re.escape(said)}"):
        read(path)


# --- no file that is read is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize("file", SAMPLES)
def test_no_sample_has_marks_of_what_is_refused(file: str) -> None:
    data = (DATA / file).read_bytes()
    assert refusal_of_binary(data) is None
    assert refusal(outline(data)) is None


def test_no_real_file_that_is_read_has_marks_of_what_is_refused(shared_data: Path) -> None:
    read_too: list[str] = []
    for path in sorted(shared_data.rglob("*")):
        if path.is_file() and path.stat().st_size < 300_000 and path.suffix not in (".md", ".gz", ".xz"):
            data = path.read_bytes()
            if why := refusal_of_binary(data) or refusal(outline(data)):
                try:
                    read(path)
                except GraphdiffError:
                    continue
                read_too.append(f"{path}: {why}")
    assert not read_too


@pytest.mark.parametrize("why", [why for _, why in (*REFUSED, *BINARIES)])
def test_each_reason_is_one_line_and_names_no_address(why: str) -> None:
    assert re.fullmatch(r"[^\n]{10,330}", why)
    assert "://" not in why
    assert not why.endswith(".")


# --- scripts, and files whose names say something else ----------------------------------------------------------------


@pytest.mark.parametrize(("name", "text"), [("run it.py", "a = 1\n"), ("tool", "#!/usr/bin/env python3\na = 1\n")])
def test_of_a_script_the_command_that_makes_a_profile_is_said(name: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text)
    profile, script = (shlex.quote(each) for each in (f"{file.stem}.prof", str(file)))
    with pytest.raises(FormatError, match="is a script of Python, and graphdiff runs nothing") as caught:
        read(file)
    assert f"python -m cProfile -o {profile} {script} makes a profile, which is read" in str(caught.value)


FOLDED = b"main;read file;parse 12\nmain;write 3\n"
PPROF_PROTO = b"\x0a\x04\x08\x01\x10\x02\x32\x00\x32\x03cpu\x32\x07seconds"


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [("x.csv", FOLDED, "folded"), ("x.json", FOLDED, "folded"), ("x.json", PPROF_PROTO, "pprof-proto")],
)
def test_of_a_file_that_is_not_what_its_name_says_what_reads_it_is_said(
    name: str, data: bytes, key: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(FormatError, match=f'is not what its name says.*format="{key}" reads it'):
        read(file)


def test_what_is_cut_off_is_still_what_its_name_says(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(b'{"nodes": [')
    with pytest.raises(FormatError, match="broken JSON"):
        read(file)


def test_empty_lines_are_told_apart_at_once() -> None:
    """A pattern that can take them in several ways would try all: some 2 to the power of the lines."""
    with pytest.raises(FormatError, match="in no format that is known"):
        read(BytesIO(b"\n" * 200 + b"version: 1 two\n"))
