"""Import graphs: which module of a package imports which, by grimp; ``imports:PACKAGE`` names the package.

Logs of ``python -X importtime``: what each module took to import, and which module imported it first.

What ``pydeps --show-deps`` prints: the modules of a package and what each imports.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import invalidate_caches
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError, InputError, MissingExtraError, UsageError
from graphdiff.io.building import chosen_kinds, described, renamed_kinds
from graphdiff.io.documents import parse_json, texts
from graphdiff.io.python.scopes import deferred_lines
from graphdiff.io.source import load, text_of
from graphdiff.kernels.collecting import collector_at_rest

__all__ = ["KINDS", "put_times", "read_grimp", "read_import_times", "read_imports", "read_pydeps"]


#: The kinds of imports, the strongest first: an edge with several statements is of the strongest.
RUNTIME, LOCAL, TYPE_CHECKING = KINDS = ("runtime", "local", "type-checking")
#: What kinds were called before, by what they are now.
OLD_KINDS = {"run-time": (RUNTIME, LOCAL)}

#: Of an import: its line, the statement, and its kind.
Statement = tuple[int, str, str]


def read_imports(
    data: bytes, *, name: str, times: str | None = None, kinds: str | Collection[str] | None = None
) -> nx.DiGraph:
    """Read the import graph of a package with grimp: the tail of an edge imports its head.

    No module of the package is run. Imports of other packages are left out. Each edge has a ``kind``:
    ``"runtime"`` is an import that runs with its module, ``"local"`` one that does not, but when a function is called
    that it stands in, or in a script alone, under ``if __name__ == "__main__"``; ``"type-checking"`` one that stands
    only under ``if TYPE_CHECKING``, where nothing runs but a type checker. Of several statements the strongest counts,
    in this order.

    `data` is the package in UTF-8: its name, as Python finds it, the current folder first; or the path of its
    folder.

    Parameters
    ----------
    times : str, optional
        The log of ``python -X importtime``; its times become the nodes' ``import_time``, in microseconds.
    kinds : str or collection of str, optional
        Only imports of these kinds: ``"runtime"``, ``"local"``, ``"type-checking"``. By default all are read, those
        for type checking alone are on no cycle that `graphdiff.find_cycles` reports; with ``kinds="all"`` they are.
        Where a file cannot be parsed by the Python that runs, its imports count as ``"runtime"`` wherever they stand,
        and a warning says so.

    Returns
    -------
    networkx.DiGraph
        Edges have ``kind``, ``statements``, the number of import statements, and ``lines``, a text for each one:
        ``file:line: statement``, with ``(local)`` or ``(type-checking)`` behind, those that give the kind first. Nodes
        have ``file``.

    Raises
    ------
    MissingExtraError
        grimp is not there.
    InputError
        No such package.
    UsageError
        A module that is no top-level package, or another kind.
    FormatError
        A module of it that is no Python; file and line are said.

    References
    ----------
    grimp, https://grimp.readthedocs.io

    Examples
    --------
    >>> G = read_imports(b"graphdiff", name="imports:graphdiff")
    >>> G.edges["graphdiff.cli.output", "graphdiff.cli.options"]["kind"]
    'runtime'
    >>> G.edges["graphdiff.__main__", "graphdiff.cli"]["lines"]
    ['graphdiff/__main__.py:...: from graphdiff.cli import main as run (local)']
    """
    try:
        import grimp
    except ImportError as error:
        raise MissingExtraError("grimp", "imports") from error
    kinds, notes = _current(kinds, name)
    chosen_kinds(kinds, KINDS, default=KINDS)  # before anything is read
    package, folder = _place(data.decode("utf-8", "surrogateescape"), name)
    with _first_on_path(folder):
        bases = _bases(package, folder, name)
        try:
            imports = grimp.build_graph(package, cache_dir=None)
            running = grimp.build_graph(package, cache_dir=None, exclude_type_checking_imports=True)
        except (grimp.exceptions.GrimpException, UnicodeError, SyntaxError, OSError) as error:
            raise FormatError(f"{name}: {' '.join(str(error).split()) or type(error).__name__}") from error
    with collector_at_rest():
        graph = _graph(imports, running, Files(package, bases), notes)
        _choose_kinds(graph, name, kinds, notes)
    if times is not None:
        put_times(graph, times)
    return described(graph, format="imports by grimp", edge_meaning="imports", weight_meaning="none")


def read_grimp(data: bytes, *, name: str, times: str | None = None) -> nx.DiGraph:
    """Read an import graph that was written as JSON with ``tool``, ``nodes`` and ``[importer, imported, n]`` edges.

    Parameters
    ----------
    times : str, optional
        As in `read_imports`.

    Returns
    -------
    networkx.DiGraph
        The tail of an edge imports its head; ``statements`` is the number of import statements.

    Examples
    --------
    >>> text = b'{"tool": "grimp 3.19", "nodes": ["a", "b"], "edges": [["a", "b", 2]]}'
    >>> list(read_grimp(text, name="imports.json").edges(data="statements"))
    [('a', 'b', 2)]
    """
    document = parse_json(data, name)
    nodes, edges = (document.get(key) if isinstance(document, dict) else None for key in ("nodes", "edges"))
    if not isinstance(nodes, list) or not isinstance(edges, list) or not all(isinstance(node, str) for node in nodes):
        raise FormatError(f"{name}: no import graph: nodes are names, edges lists of importer, imported, statements")
    graph = nx.DiGraph()
    graph.add_nodes_from(nodes)
    for place, edge in enumerate(edges):
        if not (isinstance(edge, list) and [*map(type, edge)] == [str, str, int] and {*edge[:2]} <= graph.nodes.keys()):
            raise FormatError(f"{name}: edges[{place}] is not importer, imported (both among the nodes), statements")
        graph.add_edge(edge[0], edge[1], statements=edge[2])
    if times is not None:
        put_times(graph, times)
    return described(graph, format="imports by grimp", edge_meaning="imports", weight_meaning="none")


def _place(text: str, name: str) -> tuple[str, Path]:
    """Return the package's name and the folder that it is looked for in first."""
    if not text:
        raise UsageError(f"{name}: which package? imports:NAME, or imports:PATH of its folder")
    if os.sep in text or text.startswith("."):
        folder = Path(os.path.abspath(text))
        if not (folder / "__init__.py").is_file():
            raise InputError(f"{name}: no folder of a package: no __init__.py in it")
        return folder.name, folder.parent
    return text, Path.cwd()


@contextmanager
def _first_on_path(folder: Path) -> Iterator[None]:
    before = list(sys.path)
    sys.path.insert(0, str(folder))
    invalidate_caches()
    try:
        yield
    finally:
        sys.path[:] = before


def _bases(package: str, folder: Path, name: str) -> list[str]:
    """Return the folders of a package; finding it runs nothing, as what stands above it has to be no package itself."""
    parts = package.split(".")
    for n_parts in range(1, len(parts) + 1):
        spec = _spec(".".join(parts[:n_parts]), name)
        if n_parts < len(parts) and spec.origin:
            raise UsageError(f"{name}: not a top-level package; give imports:{'.'.join(parts[:n_parts])}")
    bases = list(spec.submodule_search_locations or ())
    if not bases:
        raise UsageError(f"{name}: a module of one file or built in, which has no modules to import each other")
    if (folder / package / "__init__.py").is_file() and not os.path.samefile(bases[0], folder / package):
        raise UsageError(f"{name}: Python has loaded another {package} already, from {bases[0]}")
    return bases


def _spec(module: str, name: str) -> Any:
    try:
        spec = find_spec(module)
    except (ImportError, ValueError, AttributeError) as error:
        raise InputError(f"{name}: no package of that name: {error}") from error
    if spec is None:
        raise InputError(f"{name}: no package {module!r} is installed or in the current folder")
    return spec


def _current(kinds: str | Collection[str] | None, name: str) -> tuple[Collection[str] | None, list[str]]:
    """Return the kinds as they are called now, and what is to be said of those that are not."""
    if kinds is None:
        return None, []
    now, old_names = renamed_kinds(kinds, OLD_KINDS)
    notes = [
        f"the kind {old} is an old name, which goes with the next version: write {','.join(new)}"
        for old, new in old_names.items()
    ]
    for note in notes:
        warnings.warn(note, DeprecationWarning, stacklevel=2)
    return now, [f"{name}: {note}" for note in notes]


def _choose_kinds(graph: nx.DiGraph, name: str, kinds: Collection[str] | None, notes: list[str]) -> None:
    """Keep the imports of some kinds; where none are named, note which do not run."""
    wanted = chosen_kinds(kinds, KINDS, default=KINDS)
    if kinds is None and any(kind == TYPE_CHECKING for *_, kind in graph.edges(data="kind")):
        graph.graph["not_run"] = TYPE_CHECKING
    graph.graph["deferred"] = LOCAL
    if notes:
        graph.graph["warnings"] = notes
    graph.remove_edges_from([(u, v) for u, v, kind in graph.edges(data="kind") if kind not in wanted])


class Files:
    """Where the modules of a package are."""

    def __init__(self, package: str, bases: list[str]) -> None:
        self.package = package
        self.bases = bases
        self.home = os.getcwd()
        self.place = cache(self._place)

    def _place(self, module: str) -> tuple[str, str]:
        """Return the path of a module's file, and how it is shown: from here, or from where the package is."""
        inside = os.path.join(*module.removeprefix(self.package).split("."))
        for base in self.bases:
            for ending in (os.path.join(inside, "__init__.py"), f"{inside}.py"):
                path = os.path.join(base, ending.lstrip(os.sep))
                if os.path.isfile(path):
                    is_here = path.startswith(self.home + os.sep) and "site-packages" not in path
                    start = self.home if is_here else os.path.join(base, *[".."] * (self.package.count(".") + 1))
                    return path, os.path.relpath(path, start)
        return "", ""

    def source(self, module: str) -> bytes:
        """Return what stands in a module's file; nothing where there is none any more."""
        try:
            return Path(self.place(module)[0]).read_bytes()
        except OSError:
            return b""


def _graph(imports: Any, running: Any, files: Files, notes: list[str]) -> nx.DiGraph:
    graph = nx.DiGraph()
    for module in sorted(imports.modules):
        path = files.place(module)[1]
        graph.add_node(module, **({"file": path} if path else {}))
    for importer in graph:
        imported = {head: _details(imports, importer, head) for head in _imported(imports, importer)}
        runs = {head: {line for line, _ in _details(running, importer, head)} for head in _imported(running, importer)}
        deferred = deferred_lines(files.source(importer), set().union(*runs.values()))
        if deferred is None:
            where = files.place(importer)[1] or importer
            notes.append(f"{where}: not parsed by this Python: its imports in functions count as {RUNTIME}")
        for head, details in imported.items():
            statements = list(_statements(details, runs.get(head, set()), deferred or set()))
            statements.sort(key=lambda statement: KINDS.index(statement[2]))
            places = [f"{files.place(importer)[1]}:{line}: {text}{_mark(kind)}" for line, text, kind in statements]
            strongest = statements[0][2] if statements else RUNTIME
            graph.add_edge(importer, head, statements=len(places) or 1, lines=places, kind=strongest)
    return graph


def _imported(imports: Any, importer: str) -> list[str]:
    return sorted(imports.find_modules_directly_imported_by(importer)) if importer in imports.modules else []


def _details(imports: Any, importer: str, imported: str) -> list[tuple[int, str]]:
    """Return the statements by which a module imports another, in their order: line and text."""
    details = imports.get_import_details(importer=importer, imported=imported)
    return sorted((detail["line_number"], detail["line_contents"]) for detail in details)


def _statements(details: Iterable[tuple[int, str]], running: set[int], local: set[int]) -> Iterator[Statement]:
    for line, text in details:
        yield line, text, TYPE_CHECKING if line not in running else LOCAL if line in local else RUNTIME


def _mark(kind: str) -> str:
    """Return what stands behind a statement that does not run with its module."""
    return "" if kind == RUNTIME else f" ({kind})"


LINE = re.compile(r"import time:\s*(\d{1,15})\s*\|\s*(\d{1,15})\s*\| ( *)(\S.*)")

#: The largest log that goes with an import graph.
MAX_BYTES = 1 << 26


def read_import_times(data: bytes, *, name: str) -> nx.DiGraph:
    r"""Read a log of ``python -X importtime``: the tail of an edge is the module that imported its head first.

    Other imports of the same module cost nothing and are not in the log, so that the graph is a forest of those that
    made it run; the import graph of a package is ``imports:PACKAGE``, where ``times=`` takes this log.

    Lines of other kinds among those of the log are passed by.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``import_time``, the module's own time, and ``cumulative``, with what it imported, in microseconds.

    Raises
    ------
    FormatError
        No line of such a log.

    Examples
    --------
    >>> log = b"import time: self [us] | cumulative | imported package\n"
    >>> G = read_import_times(log + b"import time: 5 | 5 |   b\nimport time: 7 | 12 | a\n", name="log")
    >>> list(G.edges), G.nodes["a"]
    ([('a', 'b')], {'import_time': 7, 'cumulative': 12})
    """
    graph = nx.DiGraph()
    waiting: list[tuple[int, str]] = []
    with collector_at_rest():
        for line in text_of(data).splitlines():
            if not (match := LINE.search(line)):
                continue
            own, cumulative, depth, module = int(match[1]), int(match[2]), len(match[3]), match[4].strip()
            before = graph.nodes[module] if module in graph else {"import_time": 0, "cumulative": 0}
            graph.add_node(
                module, import_time=before["import_time"] + own, cumulative=before["cumulative"] + cumulative
            )
            while waiting and waiting[-1][0] > depth:  # what a module imports stands above it, farther to the right
                inner = waiting.pop()[1]
                if inner != module:
                    graph.add_edge(module, inner)
            waiting.append((depth, module))
    if not graph:
        raise FormatError(f"{name}: no line of python -X importtime in it")
    return described(graph, format="import times", edge_meaning="imports", weight_meaning="none")


def put_times(graph: nx.DiGraph, path: str) -> None:
    """Give the modules of a new import graph their ``import_time``, in microseconds, from a log.

    Raises
    ------
    InputError
        The log cannot be read.
    FormatError
        It is no such log, or none of the modules is in it.
    """
    name, data = load(path, max_bytes=MAX_BYTES)
    times = read_import_times(data, name=name).nodes(data="import_time")
    known = {module: time for module, time in times if module in graph}
    if not known:
        raise FormatError(f"{name}: none of the {len(graph):,} modules is in it; was their package imported?")
    nx.set_node_attributes(graph, known, "import_time")


def read_pydeps(data: bytes, *, name: str) -> nx.DiGraph:
    """Read the JSON of ``pydeps --show-deps``: the tail of an edge imports its head.

    ``__main__`` without a file is pydeps' own stand-in, which imports every module of the package: it is left out, as
    in pydeps' pictures. So are imports of a module by itself (``from . import x`` in a package).

    Returns
    -------
    networkx.DiGraph
        Nodes have ``file`` and ``bacon``, the number of imports from the package itself.

    Examples
    --------
    >>> text = b'{"a": {"bacon": 1, "imports": ["b"], "path": "a.py"}, "b": {"bacon": 2, "path": null}}'
    >>> list(read_pydeps(text, name="deps.json").edges)
    [('a', 'b')]
    """
    document = parse_json(data, name)
    if not isinstance(document, dict) or not document:
        raise FormatError(f"{name}: not what pydeps --show-deps prints: no object of modules")
    graph = nx.DiGraph()
    with collector_at_rest():
        for module, entry in document.items():
            if not isinstance(entry, dict):
                raise FormatError(f"{name}: {module!r} is no object")
            if module == "__main__" and entry.get("path") is None:
                continue
            kept = {"file": entry.get("path"), "bacon": entry.get("bacon")}
            graph.add_node(module, **{key: value for key, value in kept.items() if isinstance(value, str | int)})
            imported = texts(entry.get("imports"), f"{name}: {module!r}: imports")
            graph.add_edges_from((module, other) for other in imported if other != module)
    return described(graph, format="pydeps", edge_meaning="imports", weight_meaning="none")
