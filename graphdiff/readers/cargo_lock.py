"""``Cargo.lock``: the packages of a Rust workspace and what each needs, of all kinds together."""

from __future__ import annotations

from graphdiff.readers.documents import Record, listing, mapping, mappings, parse_toml, required_text, text
from graphdiff.readers.packages import Need, PackageGraph, package_graph, place_of

__all__ = ["read_cargo_lock"]


def read_cargo_lock(data: bytes, *, name: str) -> PackageGraph:
    r"""Read a ``Cargo.lock`` of any version: the tail of an edge depends on its head.

    The file does not tell kinds of dependencies apart (``cargo metadata`` does). Packages without a source are those
    of the workspace: they are the roots.

    Parameters
    ----------
    data : bytes
        The decompressed file.
    name : str
        The file's name, for messages.

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
    packages = [_attributes(table, where) for where, table in listed]
    tables = [table for _, table in listed]
    places = _places(tables, packages)
    needs = [
        Need(tail, place_of(wanted, places, f"{name}: {packages[tail]['name']}: dependencies"))
        for tail, table in enumerate(tables)
        for wanted in listing(table.get("dependencies"), f"{name}: dependencies")
    ]
    return package_graph(packages, needs, name=name, format="Cargo.lock")


def _attributes(table: Record, where: str) -> Record:
    found: Record = {"name": required_text(table, "name", where), "version": text(table.get("version"), where)}
    return found | ({"source": text(table["source"], where)} if "source" in table else {"root": True})


def _places(tables: list[Record], packages: list[Record]) -> dict[str, int]:
    """Return the place of a package by each way that a dependency may name it: as short as is unique."""
    places: dict[str, int] = {}
    for place, (table, package) in enumerate(zip(tables, packages, strict=True)):
        short = f"{package['name']} {package['version']}"
        for written in (package["name"], short, f"{short} ({table.get('source')})"):
            places.setdefault(written, place)
    return places
