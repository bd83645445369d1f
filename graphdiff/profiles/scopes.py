"""Which module, file or class a function of a profile is of: as the file says, else as names of its language do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import networkx as nx

from graphdiff.errors import UsageError
from graphdiff.profiles.call_graph import Function, function_of
from graphdiff.remedies import Keyword

__all__ = ["KINDS", "scopes_of"]

#: What functions are grouped by, and what these are in the plural.
KINDS = {"module": "modules", "file": "files", "class": "classes"}

#: Where the path of a Python file begins to be the name of its module.
PACKAGES = re.compile(r".*(?:^|[/\\])(?:(?:site|dist)-packages|python\d(?:\.\d+)?)[/\\]")
FROZEN = re.compile(r"<frozen (.+)>")
BUILT_IN = re.compile(r"<built-in method (?:(.+)\.)?[^.]+>")
METHOD = re.compile(r"<(?:method '.+' of|slot wrapper '.+' of) '(.+)' objects>")
#: The package of a function of Go: what stands before the first point behind the last slash.
GO_PACKAGE = re.compile(r"((?:[^/(\[]+/)*[^./(\[]+)\.")
#: The folder of a file of Go, below the root of Go or of downloaded modules, whose names have a version.
GO_FOLDER = re.compile(r".*(?:^|/)(?:go[^/]*/src|pkg/mod)/(.+)/[^/]+", re.IGNORECASE)
GO_VERSION = re.compile(r"@v[^/]+")
#: What compilers put behind the name of a function that they made of another.
CLONE = re.compile(r"(\.(part|isra|constprop|lto_priv|cold|llvm|\d+))+$")
GO_RECEIVER = re.compile(r"\(\*?([^()]+)\)\.")


def scopes_of(graph: nx.DiGraph, kind: str) -> list[str]:
    """Return the module, file or class of each function of a profile; ``(no module)`` and so on where none is known.

    Raises
    ------
    UsageError
        If none is known of any function.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> G.add_nodes_from([("f", {"file": "/usr/lib/python3.11/json/decoder.py"}), ("sort", {})])
    >>> scopes_of(G, "module")
    ['json.decoder', '(no module)']
    """
    scopes = _known(graph, kind)
    if not any(scopes):
        others = ", ".join(other for other in KINDS if other != kind and any(_known(graph, other)))
        raise UsageError(
            Keyword("group", kind),
            f": of no function of this profile the {kind} is known{f' (known: {others})' if others else ''}",
        )
    return [str(scope) if scope else f"(no {kind})" for scope in scopes]


def _known(graph: nx.DiGraph, kind: str) -> list[Any]:
    return [data.get(kind) or _OF[kind](function_of(node, data)) for node, data in graph.nodes(data=True)]


def module_of(function: Function) -> str:
    """Return the module of a function of Python, or the package of one of Go; of others nothing is known.

    Examples
    --------
    >>> module_of(Function("f", "/opt/lib/python3.11/site-packages/sympy/core/add.py"))
    'sympy.core.add'
    >>> module_of(Function("encoding/json.(*decodeState).value", "/usr/lib/go/src/encoding/json/decode.go"))
    'encoding/json'
    >>> module_of(Function("<built-in method builtins.len>", "~")), module_of(Function("qsort", "msort.c"))
    ('builtins', '')
    """
    if function.file.endswith((".go", ".s")) or (not function.file and "/" in function.name):
        return _package_of(function)
    if frozen := FROZEN.fullmatch(function.file):
        return frozen[1]
    if function.file.endswith((".py", ".pyx", ".pyc")):
        inside, n_cut = PACKAGES.subn("", function.file)
        path = inside.rpartition(".")[0].removesuffix("/__init__")
        return re.sub(r"[/\\]", ".", path) if n_cut else path
    return _first(BUILT_IN, function.name) or ("builtins" if METHOD.match(function.name) else "")


def _package_of(function: Function) -> str:
    """Return the package of a function of Go: of its name, else of its file's folder, as assembly may have it."""
    path = function.file.replace("\\", "/")
    package = _first(GO_PACKAGE, CLONE.sub("", function.name))
    folder = f"/{path.rpartition('/')[0]}"
    is_of_go = not path.endswith(".s") or package == "main" or folder.endswith(f"/{package}")
    return package if package and is_of_go else GO_VERSION.sub("", _first(GO_FOLDER, path))


def class_of(function: Function) -> str:
    """Return the class, or whatever else a name is qualified by: what stands before its last point or ``::``.

    Examples
    --------
    >>> class_of(Function("std::vector<a::b>::push_back(int)")), class_of(Function("java.util.HashMap.get"))
    ('std::vector<a::b>', 'java.util.HashMap')
    >>> class_of(Function("encoding/json.(*decodeState).value")), class_of(Function("main"))
    ('encoding/json.decodeState', '')
    >>> class_of(Function("<method 'append' of 'list' objects>"))
    'list'
    """
    name = CLONE.sub("", function.name)
    if method := METHOD.match(name):
        return method[1]
    if name.startswith("<"):
        return ""
    if GO_RECEIVER.search(name):
        return GO_RECEIVER.sub(r"\1.", name, count=1).rpartition(".")[0].split(".func")[0]
    if function.file.endswith(".go"):
        return ""
    depth, end = 0, 0
    for place, letter in enumerate(name):
        depth += (letter in "<([{") - (letter in ">)]}")
        if letter == "(" and depth == 1:
            break
        if depth == 0 and letter in ".:":
            end = place
    return name[:end].rstrip(":.")


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.match(text)
    return (match[1] or "") if match else ""


_OF: Mapping[str, Callable[[Function], str]] = {
    "module": module_of, "file": lambda function: function.file, "class": class_of,
}  # fmt: skip
