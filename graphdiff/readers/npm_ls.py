"""What ``npm ls --json`` prints: a tree in which repeated packages stand bare; the graph has all they need."""

from __future__ import annotations

from graphdiff.errors import FormatError
from graphdiff.readers.documents import Record, mapping, parse_json, text
from graphdiff.readers.packages import Need, PackageGraph, package_graph

__all__ = ["read_npm_ls"]


def read_npm_ls(data: bytes, *, name: str) -> PackageGraph:
    """Read ``npm ls --all --json``: the tail of an edge depends on its head.

    npm writes what a package needs where the package stands for the first time ("deduped" says its text output of
    the others). One version of a package is one node here, so nothing is lost. Without ``--all`` the file has only
    what the project itself needs. The kinds of dependencies are not in it; `package-lock.json` has them.

    Parameters
    ----------
    data : bytes
        The decompressed file.
    name : str
        The file's name, for messages.

    Returns
    -------
    networkx.DiGraph
        The project is the root. ``G.graph["unmet"]`` names what npm reports as missing, with who needs it.

    Raises
    ------
    FormatError
        Broken JSON or values of another shape.

    Examples
    --------
    >>> tree = b'{"name": "app", "dependencies": {"ms": {"version": "2.1.3"}}}'
    >>> list(read_npm_ls(tree, name="ls.json").edges)
    [('app', 'ms')]
    """
    document = mapping(parse_json(data, name), name)
    packages: list[Record] = [_attributes(document, text(document.get("name"), name) or ".", name) | {"root": True}]
    needs: list[Need] = []
    unmet: list[tuple[int, str]] = []
    waiting = [document]
    # The place of a tree in `waiting` is the place of its package: both lists grow together.
    for tail, tree in enumerate(waiting):
        for wanted, value in mapping(tree.get("dependencies"), f"{name}: {packages[tail]['name']}").items():
            child = mapping(value, f"{name}: {wanted}")
            # An optional dependency that is not installed is an empty record.
            if child.get("missing") is True or not child:
                unmet += [(tail, wanted)] if child.get("missing") is True else []
                continue
            packages.append(_attributes(child, wanted, f"{name}: {wanted}"))
            waiting.append(child)
            alias = "" if packages[-1]["name"] == wanted else wanted
            needs.append(Need(tail, len(packages) - 1, attributes={"alias": alias}))
    if not needs and "dependencies" not in document:
        raise FormatError(f"{name}: no dependencies in it; npm ls --all --json prints them")
    # Snyk writes its older trees in the same shape.
    title = "Snyk dependency tree" if "packageFormatVersion" in document else "npm ls"
    return package_graph(packages, needs, name=name, format=title, unmet=unmet, absent="not installed")


def _attributes(tree: Record, wanted: str, where: str) -> Record:
    package = text(tree.get("name"), where) or wanted
    attributes: Record = {"name": package, "version": text(tree.get("version"), where)}
    return attributes | {flag: True for flag in ("extraneous", "invalid") if tree.get(flag)}
