"""Modules, files and classes that functions of profiles are of."""

from __future__ import annotations

import networkx as nx
import pytest

from graphdiff.errors import UsageError
from graphdiff.profiles.call_graph import Function
from graphdiff.profiles.scopes import class_of, module_of, scopes_of


@pytest.mark.parametrize(
    ("name", "file", "module"),
    [
        ("f", "/usr/lib/python3.11/site-packages/sympy/core/add.py", "sympy.core.add"),
        ("f", "/usr/lib/python3.11/site-packages/sympy/__init__.py", "sympy"),
        ("f", r"C:\Python\Lib\site-packages\sympy\core\add.py", "sympy.core.add"),
        ("f", "/usr/lib/python3.11/json/decoder.py", "json.decoder"),
        ("f", "tools/run.py", "tools/run"),
        ("_find_and_load", "<frozen importlib._bootstrap>", "importlib._bootstrap"),
        ("<built-in method builtins.len>", "~", "builtins"),
        ("<built-in method numpy.core._multiarray_umath.dot>", "~", "numpy.core._multiarray_umath"),
        ("<method 'append' of 'list' objects>", "~", "builtins"),
        ("encoding/json.(*decodeState).value", "/usr/lib/go/src/encoding/json/decode.go", "encoding/json"),
        ("runtime.mallocgc", "/usr/lib/go/src/runtime/malloc.go", "runtime"),
        ("github.com/a.b/c/v2.Run", "", "github.com/a.b/c/v2"),
        ("runtime.memmove", "/usr/lib/go-1.19/src/runtime/memmove_amd64.s", "runtime"),
        ("runtime.memmove", "runtime/memmove_amd64.s", "runtime"),
        ("main.dot", "/home/me/tool/dot_amd64.s", "main"),
        ("memeqbody", "/usr/lib/go-1.19/src/internal/bytealg/equal_amd64.s", "internal/bytealg"),
        ("memeqbody", r"C:\Go\src\internal\bytealg\equal_amd64.s", "internal/bytealg"),
        ("block", "/root/go/pkg/mod/golang.org/x/crypto@v0.1.0/sha3/keccak_amd64.s", "golang.org/x/crypto/sha3"),
        ("_cgo_panic", "/usr/local/go/src/runtime/cgo/callbacks.go", "runtime/cgo"),
        ("memcpy.avx2", "sysdeps/x86/memcpy.s", ""),
        ("main.cold", "a.s", ""),
        ("qsort", "msort.c", ""),
    ],
)
def test_modules(name: str, file: str, module: str) -> None:
    assert module_of(Function(name, file)) == module


@pytest.mark.parametrize(
    ("name", "file", "class_"),
    [
        ("std::vector<a::b, c>::push_back(int)", "", "std::vector<a::b, c>"),
        ("ns::f(std::string const&)", "", "ns"),
        ("java.util.HashMap.get", "HashMap.java", "java.util.HashMap"),
        ("encoding/json.(*decodeState).value", "decode.go", "encoding/json.decodeState"),
        ("runtime.mallocgc", "malloc.go", ""),
        ("Decoder.decode", "decoder.py", "Decoder"),
        ("main", "a.c", ""),
        ("foo.isra.0", "a.c", ""),
        ("ns::foo.part.1", "", "ns"),
        ("<built-in method builtins.len>", "~", ""),
        ("<method 'append' of 'list' objects>", "~", "list"),
    ],
)
def test_classes(name: str, file: str, class_: str) -> None:
    assert class_of(Function(name, file)) == class_


def test_what_the_file_says_comes_first_and_what_is_not_known_is_said() -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from([("A.f", {"class": "B", "file": "a.py"}), ("A.g", {}), ("h", {})])
    assert scopes_of(graph, "class") == ["B", "A", "(no class)"]
    assert scopes_of(graph, "file") == ["a.py", "(no file)", "(no file)"]


def test_of_no_function_known() -> None:
    with pytest.raises(UsageError, match='group="class": of no function of this profile the class is known'):
        scopes_of(nx.DiGraph([("f", "g")]), "class")
