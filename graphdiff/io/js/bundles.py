"""What bundlers say of the modules that they put together: esbuild's metafile, webpack's statistics.

An edge is an import, of a kind in the words of esbuild; a module has the bytes that its bundler counts for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.io.building import chosen_kinds, described, node_ids
from graphdiff.io.documents import Record, listing, mapping, mappings, parse_json, required_text, text, texts
from graphdiff.io.packages import keep_what_roots_reach
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.text.sentences import how_many

__all__ = ["package_of", "read_esbuild", "read_webpack"]

#: The package that a file lies in: the last one of its path, where packages lie in packages.
PACKAGE = re.compile(r".*\bnode_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\?|]+)", re.DOTALL)
#: What a path begins with that is in no file: ``(disabled):fs``, ``my-plugin:virtual``, ``<runtime>``, ``data:,x``.
NO_FILE = re.compile(r"[\w-]{2,}:|[(<]")
#: webpack's words for an import, by how they begin, in esbuild's; all others stay.
WEBPACK_KINDS = {
    "harmony ": "import-statement",
    "esm ": "import-statement",  # as Rspack writes it
    "import()": "dynamic-import",
    "cjs ": "require-call",
    "amd require": "require-call",
    "require.resolve": "require-resolve",
    "css @import": "import-rule",
    "css url()": "url-token",
}
#: What webpack notes of a module that speaks of itself, which is no import.
OF_ITSELF = ("cjs self exports reference", "module decorator", "cjs exports", "cjs object exports", "harmony accept")
#: What the name of several modules that are concatenated ends in.
CONCATENATED = re.compile(r" \+ \d+ modules?$")
#: The type of the modules that webpack puts there by itself: nothing imports them.
RUNTIME = "runtime"
#: More bytes than this are none.
MOST_BYTES = 1 << 50


class _Import(NamedTuple):
    """One module imports another, by a text in its source."""

    tail: str
    head: str
    kind: str
    said: str


def read_esbuild(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> nx.DiGraph:
    """Read the metafile of esbuild (``--metafile``): the tail of an edge imports its head.

    Nodes are the inputs, by the paths that the file has for them, and what is imported and no input (``external``). A
    module has as ``size`` its bytes in all outputs together, which is 0 where esbuild counts none (as of what nothing
    uses), as ``bytes`` those of its source, as ``chunks`` the outputs that it is in, and as ``package`` that under
    ``node_modules`` which it lies in. Entry points are the roots, save those that others load by ``import()``, of
    which esbuild makes an entry point each. An edge has its ``kind`` (import-statement,
    require-call, dynamic-import, import-rule, url-token, …; several where a module is imported in several ways) and as
    ``module`` what the import says.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only imports of these kinds, and the modules that the entry points reach by them.

    Returns
    -------
    networkx.DiGraph

    Raises
    ------
    FormatError
        Broken JSON, no input, or values of another shape.
    UsageError
        A kind that no import is of.

    References
    ----------
    esbuild's documentation, *Metafile*, https://esbuild.github.io/api/#metafile

    Examples
    --------
    >>> meta = b'''{"inputs": {"a.js": {"bytes": 9, "imports": [{"path": "b.js", "kind": "import-statement"}]},
    ... "b.js": {"bytes": 5, "imports": []}}, "outputs": {"o.js": {"inputs": {"b.js": {"bytesInOutput": 3}}}}}'''
    >>> G = read_esbuild(meta, name="meta.json")
    >>> list(G.edges(data="kind")), G.nodes["b.js"]["size"]
    ([('a.js', 'b.js', 'import-statement')], 3)
    """
    document = mapping(parse_json(data, name), name)
    inputs = mapping(document.get("inputs"), f"{name}: inputs")
    modules: dict[str, Record] = {}
    outside: dict[str, Record] = {}
    imports: list[_Import] = []
    for path, value in inputs.items():
        where = f"{name}: {path}"
        module = mapping(value, where)
        modules[path] = _module(path) | {"bytes": _bytes(module.get("bytes"), where)}
        for place, one in mappings(module.get("imports"), f"{where}: imports"):
            head = required_text(one, "path", place)
            outside.setdefault(head, {}).update({"external": True} if one.get("external") is True else {})
            imports.append(_Import(path, head, text(one.get("kind"), place), text(one.get("original"), place)))
    modules |= {head: said for head, said in outside.items() if head not in modules}
    outputs = mapping(document.get("outputs"), f"{name}: outputs")
    loaded = {one.head for one in imports if one.kind == "dynamic-import"}
    _mark_roots(modules, outputs, loaded, name)
    _weigh(modules, outputs, inputs, name)
    return _graph(modules, imports, kinds, name=name, format="esbuild metafile")


def _module(path: str) -> Record:
    """Return what a path says of its module."""
    return {"file": "" if NO_FILE.match(path) else path, "package": package_of(path)}


def package_of(path: str) -> str:
    """Return the package that a file lies in, under the last ``node_modules`` of its path; nothing where in none.

    Examples
    --------
    >>> package_of("node_modules/a/node_modules/@b/c/d.js"), package_of("src/index.js")
    ('@b/c', '')
    """
    package = PACKAGE.match(path)
    return package[1].replace("\\", "/") if package else ""


def _mark_roots(modules: dict[str, Record], outputs: Record, loaded: Collection[str], name: str) -> None:
    """Mark the entry points that none loads by ``import()``; all where each is loaded."""
    entries = [text(mapping(value, name).get("entryPoint"), f"{name}: {output}") for output, value in outputs.items()]
    inside = [entry for entry in entries if entry in modules]
    for entry in [entry for entry in inside if entry not in loaded] or inside:
        modules[entry]["root"] = True


def _weigh(modules: dict[str, Record], outputs: Record, inputs: Collection[str], name: str) -> None:
    """Note with the inputs how much of them is in the outputs, and in which."""
    parts: dict[str, dict[str, int | float]] = {path: {} for path in inputs}
    for output, value in outputs.items():
        where = f"{name}: outputs: {output}"
        for path, within in mapping(mapping(value, where).get("inputs"), f"{where}: inputs").items():
            if path in parts:
                parts[path][output] = _bytes(mapping(within, where).get("bytesInOutput"), where) or 0
    for path, there in parts.items() if outputs else ():
        modules[path] |= {"size": sum(there.values()), "chunks": ", ".join(there)}


@dataclass
class _Modules:
    """The modules of webpack's statistics by their identifiers; of concatenated ones those that these are made of."""

    records: dict[str, tuple[str, Record]] = field(default_factory=dict)
    chunks: dict[str, dict[str, None]] = field(default_factory=dict)
    reasons: dict[str, list[tuple[str, Record]]] = field(default_factory=dict)
    first_of: dict[str, str] = field(default_factory=dict)
    built: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)

    def add(self, listed: Iterable[tuple[str, Record]], chunks: Mapping[str, str]) -> None:
        """Add modules; what imports several that are concatenated imports the first of them."""
        waiting: list[tuple[str, Record, list[str], list[tuple[str, Record]]]]
        waiting = [(where, module, [], []) for where, module in listed]
        waiting.reverse()
        while waiting:
            where, module, there, reasons = waiting.pop()
            key = _key(module, where)
            there = [*there, *(chunks.get(str(one), str(one)) for one in listing(module.get("chunks"), where))]
            reasons = [*reasons, *mappings(module.get("reasons"), f"{where}.reasons")]
            if inner := list(mappings(module.get("modules"), f"{where}.modules")):
                first = _first(module, inner, where)
                self.first_of[key] = _key(inner[first][1], inner[first][0])
                within = ((*one, there, reasons if place == first else []) for place, one in enumerate(inner))
                waiting += reversed(list(within))
            else:
                self.records.setdefault(key, (where, module))
                self.chunks.setdefault(key, {}).update(dict.fromkeys(there))
                if there or module.get("orphan") is not True:
                    self.built.add(key)
                self.reasons.setdefault(key, []).extend(reasons)

    def keep_what_is_built(self) -> str:
        """Leave out what is in no chunk, and what webpack itself puts there; return a sentence on how much that is."""
        own = [key for key, (_, module) in self.records.items() if module.get("moduleType") == RUNTIME]
        orphans = [key for key in self.records if key not in self.built] if self.built.difference(own) else []
        for key in {*orphans, *own}:
            del self.records[key]
        self.left_out.update(orphans)
        if not orphans:
            return ""
        return f"left out {how_many(len(orphans), 'modules')} in no chunk, so not in the bundle"

    def named(self, key: str) -> str:
        """Return the identifier of a module, that of the first where a reason names several together."""
        for _ in self.first_of:  # no more often than there are: identifiers of a broken file may go in circles
            if key in self.records or key not in self.first_of:
                break
            key = self.first_of[key]
        return key


def _first(module: Record, inner: Sequence[tuple[str, Record]], where: str) -> int:
    """Return the place of the module that others import of several concatenated ones, which are called after it."""
    called = CONCATENATED.sub("", text(module.get("name"), where))
    return next((place for place, (_, one) in enumerate(inner) if one.get("name") == called), 0)


def read_webpack(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> nx.DiGraph:
    """Read the statistics of webpack (``--json``), or of a bundler that writes the same: the tail imports the head.

    The edges are the ``reasons`` for which a module is there, but those that webpack does not follow (``active`` is
    false). Nodes are called by the names of modules; those that webpack concatenated are nodes of their own, those that
    are in no chunk (``orphan``) and webpack's own runtime, which nothing imports, are left out. A module
    has its ``size`` (the bytes of its source, as webpack counts them), ``chunks``, ``type``, ``package`` (that under
    ``node_modules`` which it lies in), and ``external`` where it is not in the bundle. Entry points are the roots. An
    edge has its ``kind`` in the words of esbuild (import-statement, require-call, dynamic-import, …; several where a
    module is imported in several ways) and as ``module`` what the import says.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only imports of these kinds, and the modules that the entry points reach by them.

    Returns
    -------
    networkx.DiGraph

    Raises
    ------
    FormatError
        Broken JSON, no module, none with reasons, or values of another shape.
    UsageError
        A kind that no import is of.

    References
    ----------
    webpack's documentation, *Stats Data*, https://webpack.js.org/api/stats/

    Examples
    --------
    >>> stats = b'''{"modules": [{"identifier": "/a", "name": "./a.js", "size": 9, "reasons": [{"type": "entry"}]},
    ... {"identifier": "/b", "name": "./b.js", "reasons": [{"moduleIdentifier": "/a", "type": "import()"}]}]}'''
    >>> G = read_webpack(stats, name="stats.json")
    >>> list(G.edges(data="kind")), G.nodes["./a.js"]
    ([('./a.js', './b.js', 'dynamic-import')], {'file': './a.js', 'size': 9, 'root': True})
    """
    document = mapping(parse_json(data, name), name)
    chunks = {
        str(chunk.get("id")): ", ".join(texts(chunk.get("names"), where)) or str(chunk.get("id"))
        for where, chunk in mappings(document.get("chunks"), f"{name}: chunks")
    }
    every = _Modules()
    every.add(mappings(document.get("modules"), f"{name}: modules"), chunks)
    if not any(every.reasons.values()):
        raise FormatError(f"{name}: no module has reasons, which say what imports it; webpack --json --stats all has")
    note = every.keep_what_is_built()
    called = [text(module.get("name"), where) or key for key, (where, module) in every.records.items()]
    ids = dict(zip(every.records, node_ids(zip(called, every.records, strict=True)), strict=True))
    modules = {ids[key]: _of_webpack(every, key) for key in every.records}
    imports = [one for key in every.records for one in _imports(every, ids, key)]
    modules |= {one.tail: _module(one.tail) for one in imports if one.tail not in modules}
    graph = _graph(modules, imports, kinds, name=name, format="webpack statistics")
    graph.graph.update({"warnings": [f"{name}: {note}"]} if note else {})
    return graph


def _key(module: Record, where: str) -> str:
    return text(module.get("identifier"), where) or required_text(module, "name", where)


def _of_webpack(every: _Modules, key: str) -> Record:
    where, module = every.records[key]
    path = text(module.get("name"), where).rpartition("!")[2].partition("?")[0]
    said = {"package": package_of(path), "size": _bytes(module.get("size"), where)}
    said |= {"type": text(module.get("moduleType"), where), "chunks": ", ".join(every.chunks[key])}
    flags = {
        "external": text(module.get("identifier"), where).startswith("external "),
        "optional": module.get("optional") is True,
        "root": any(map(_is_entry, (reason for _, reason in every.reasons[key]))),
    }
    file = {"file": path} if path.startswith((".", "/")) else {}
    return file | said | {flag: True for flag, holds in flags.items() if holds}


def _is_entry(reason: Record) -> bool:
    return reason.get("type") in ("entry", "single entry", "multi entry") and not reason.get("moduleIdentifier")


def _imports(every: _Modules, ids: Mapping[str, str], key: str) -> Iterator[_Import]:
    """Yield the imports of a module, by what its statistics name as reasons."""
    for place, reason in every.reasons[key]:
        # Since webpack 5, which module of several that are concatenated; else, which of all.
        named = (reason.get("resolvedModuleIdentifier"), reason.get("moduleIdentifier"), reason.get("moduleName"))
        tail = next((text(one, place) for one in named if one), "")
        kind = text(reason.get("type"), place)
        if tail and reason.get("active") is not False and kind not in OF_ITSELF:
            tail = every.named(tail)
            if tail in every.left_out:
                continue
            called = ids.get(tail) or text(reason.get("resolvedModule") or reason.get("moduleName"), place) or tail
            yield _Import(called, ids[key], _kind(kind), text(reason.get("userRequest"), place))


def _kind(said: str) -> str:
    """Return the kind of an import in esbuild's words where it has one.

    Examples
    --------
    >>> _kind("harmony import specifier"), _kind("import() eager"), _kind("new Worker()")
    ('import-statement', 'dynamic-import', 'new Worker()')
    """
    return next((kind for start, kind in WEBPACK_KINDS.items() if said.startswith(start)), said)


def _graph(
    modules: Mapping[str, Record],
    imports: Collection[_Import],
    kinds: str | Collection[str] | None,
    *,
    name: str,
    format: str,
) -> nx.DiGraph:
    """Return the graph of modules and their imports of some kinds: those of one module by another are one edge."""
    if not modules:
        raise FormatError(f"{name}: no module in it")
    known = dict.fromkeys(one.kind for one in imports)
    wanted = chosen_kinds(kinds, known, default=known)
    ways: dict[tuple[str, str], tuple[dict[str, None], dict[str, None]]] = {}
    for tail, head, kind, text_of_it in imports:
        if kind in wanted:
            of_kinds, said = ways.setdefault((tail, head), ({}, {}))
            of_kinds[kind] = said[text_of_it] = None
    graph = nx.DiGraph()
    with collector_at_rest():
        graph.add_nodes_from((module, _without_blanks(said)) for module, said in modules.items())
        for ends, (of_kinds, said) in ways.items():
            graph.add_edge(*ends, **_without_blanks({"kind": ", ".join(of_kinds), "module": ", ".join(said)}))
        if kinds:
            keep_what_roots_reach(graph, kinds)
    return described(graph, format=format, edge_meaning="imports", weight_meaning="none")


def _without_blanks(said: Record) -> Record:
    return {key: value for key, value in said.items() if value not in ("", None)}


def _bytes(value: object, where: str) -> int | float | None:
    """Return a number of bytes; None where the file says none."""
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < MOST_BYTES:
        return value
    raise FormatError(f"{where}: expected a number of bytes, found {str(value)[:40]!r}")
