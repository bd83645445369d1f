"""``cargo metadata``: the packages of a Rust workspace and how Cargo resolved what they need.

``Cargo.lock``: the packages of a Rust workspace and what each needs, of all kinds together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from graphdiff.errors import FormatError
from graphdiff.io.documents import (
    Record,
    listing,
    mapping,
    mappings,
    parse_json,
    parse_toml,
    required_text,
    text,
    texts,
)
from graphdiff.io.packages import Need, PackageGraph, package_graph, place_of

__all__ = ["KINDS", "read_cargo_lock", "read_cargo_metadata"]


KINDS = ("normal", "dev", "build")


def read_cargo_metadata(data: bytes, *, name: str, kinds: str | Collection[str] | None = None) -> PackageGraph:
    """Read what ``cargo metadata --format-version 1`` prints: the tail of an edge depends on its head.

    The edges are those of ``resolve``, one for each kind (normal, dev, build; ``null`` is normal). An edge has the
    version requirement as ``clause``, ``optional`` where a feature brings it, and the target it is for as ``marker``
    (``cfg(windows)``) where it is not for all. The members of the workspace are the roots.

    Parameters
    ----------
    kinds : str or collection of str, optional
        Only dependencies of these kinds, and the packages that the members reach by them: ``kinds="normal"`` is
        ``cargo tree -e normal --target all``.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        See `graphdiff.io.packages` for what is one node and what is one edge.

    Raises
    ------
    FormatError
        Broken JSON, no ``resolve`` in it, or values of another shape.
    UsageError
        A kind that Cargo does not have.

    References
    ----------
    The Cargo Book, cargo metadata, https://doc.rust-lang.org/cargo/commands/cargo-metadata.html

    Examples
    --------
    >>> said = b'''{"packages": [{"id": "a", "name": "a", "version": "1.0.0"},
    ... {"id": "b", "name": "b", "version": "2.0.0"}], "workspace_members": ["a"], "resolve": {"nodes": [
    ... {"id": "a", "deps": [{"pkg": "b", "dep_kinds": [{"kind": null, "target": "cfg(unix)"}]}]}]}}'''
    >>> list(read_cargo_metadata(said, name="m.json").edges(data=True))
    [('a', 'b', {'marker': 'cfg(unix)', 'kind': 'normal'})]
    """
    document = mapping(parse_json(data, name), name)
    stated = [package for _, package in mappings(document.get("packages"), f"{name}: packages")]
    if document.get("resolve") is None:
        raise FormatError(f"{name}: no resolve in it; cargo metadata without --no-deps writes who needs whom")
    places = {text(package.get("id"), f"{name}: packages"): place for place, package in enumerate(stated)}
    resolved = mapping(document["resolve"], f"{name}: resolve")
    nodes = [node for _, node in mappings(resolved.get("nodes"), f"{name}: resolve.nodes")]
    members = texts(document.get("workspace_members"), f"{name}: workspace_members")
    home = text(document.get("workspace_root"), f"{name}: workspace_root")
    packages = [_attributes(package, members, home, f"{name}: packages") for package in stated]
    needs = (need for node in nodes for need in _needs(node, places, stated, name))
    return package_graph(packages, needs, name=name, format="cargo metadata", known=KINDS, kinds=kinds)


def _attributes(package: Record, members: Collection[str], home: str, where: str) -> Record:
    attributes: Record = {"name": text(package.get("name"), where), "version": text(package.get("version"), where)}
    attributes |= {"licence": text(package.get("license"), where), "source": text(package.get("source"), where)}
    if not attributes["source"]:
        attributes["path"] = _folder(text(package.get("manifest_path"), where), home)
    return attributes | ({"root": True} if package.get("id") in members else {})


def _folder(manifest: str, home: str) -> str:
    """Return the folder of a manifest, from that of the workspace where it is in there.

    Examples
    --------
    >>> _folder("/src/app/core/Cargo.toml", "/src/app"), _folder("/src/app/Cargo.toml", "/src/app")
    ('core', '.')
    """
    folder, base = (path.replace("\\", "/") for path in (manifest, home))
    folder = folder.rpartition("/")[0]
    return f"{folder}/".removeprefix(f"{base}/").rstrip("/") or ("." if folder else "")


def _needs(node: Record, places: Mapping[str, int], stated: Sequence[Record], name: str) -> Iterator[Need]:
    where = f"{name}: resolve.nodes"
    tail = place_of(node.get("id"), places, where)
    # Before Rust 1.41 the resolution had no kinds, and before 1.30 no names either: the manifest has them.
    deps = node.get("deps", [{"pkg": pkg} for pkg in listing(node.get("dependencies"), where)])
    for _, dep in mappings(deps, where):
        head = place_of(dep.get("pkg"), places, where)
        declared = _declared(stated[tail], stated[head], text(dep.get("name"), where), name)
        for _, dep_kind in mappings(dep.get("dep_kinds", declared or [{}]), f"{where}: dep_kinds"):
            kind, target = text(dep_kind.get("kind"), where) or "normal", text(dep_kind.get("target"), where)
            yield Need(tail, head, kind, {**_clause(declared, kind), "marker": target})


def _declared(tail: Record, head: Record, called: str, name: str) -> list[Record]:
    """Return what the manifest of `tail` says of `head`, which it may know by another name."""
    where = f"{name}: dependencies of {tail.get('name')}"
    listed = mappings(tail.get("dependencies"), where)
    declarations = [declared for _, declared in listed if declared.get("name") == head.get("name")]
    # Of two versions of a crate one has another name here; - and _ are the same in names.
    known = [declared for declared in declarations if _called(declared).replace("-", "_") == called]
    return known or declarations


def _called(declared: Record) -> str:
    return str(declared.get("rename") or declared.get("name"))


def _clause(declared: Sequence[Record], kind: str) -> Record:
    fitting = [declaration for declaration in declared if (declaration.get("kind") or "normal") == kind]
    clauses = dict.fromkeys(str(declaration["req"]) for declaration in fitting if declaration.get("req"))
    optional = bool(fitting) and all(declaration.get("optional") is True for declaration in fitting)
    return {"clause": " | ".join(clauses), "optional": optional}


def read_cargo_lock(data: bytes, *, name: str) -> PackageGraph:
    r"""Read a ``Cargo.lock`` of any version: the tail of an edge depends on its head.

    The file does not tell kinds of dependencies apart (``cargo metadata`` does). Packages without a source are those
    of the workspace: they are the roots.

    Raises
    ------
    FormatError
        Broken TOML, a dependency that is not among the packages, or values of another shape.
    LimitError
        More than 32 MiB, or a line of over 10,000 bytes.

    Examples
    --------
    >>> lock = b'[[package]]\nname = "a"\nversion = "1.0.0"\ndependencies = ["b"]\n'
    >>> list(read_cargo_lock(lock + b'[[package]]\nname = "b"\nversion = "2.0.0"\n', name="Cargo.lock").edges)
    [('a', 'b')]
    """
    document = parse_toml(data, name)
    listed = list(mappings(document.get("package"), f"{name}: package"))
    if "root" in document:  # As Cargo wrote it up to 2017.
        listed.append((f"{name}: root", mapping(document["root"], f"{name}: root")))
    packages = [_lock_attributes(table, where) for where, table in listed]
    tables = [table for _, table in listed]
    places = _places(tables, packages)
    needs = [
        Need(tail, place_of(wanted, places, f"{name}: {packages[tail]['name']}: dependencies"))
        for tail, table in enumerate(tables)
        for wanted in listing(table.get("dependencies"), f"{name}: dependencies")
    ]
    return package_graph(packages, needs, name=name, format="Cargo.lock")


def _lock_attributes(table: Record, where: str) -> Record:
    attributes: Record = {"name": required_text(table, "name", where), "version": text(table.get("version"), where)}
    return attributes | ({"source": text(table["source"], where)} if "source" in table else {"root": True})


def _places(tables: list[Record], packages: list[Record]) -> dict[str, int]:
    """Return the place of a package by each way that a dependency may name it: as short as is unique."""
    places: dict[str, int] = {}
    for place, (table, package) in enumerate(zip(tables, packages, strict=True)):
        short = f"{package['name']} {package['version']}"
        for written in (package["name"], short, f"{short} ({table.get('source')})"):
            places.setdefault(written, place)
    return places
