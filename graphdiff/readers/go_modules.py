"""What ``go mod graph`` prints: a line has a module and one that it requires."""

from __future__ import annotations

from graphdiff.errors import FormatError
from graphdiff.readers.packages import Need, PackageGraph, package_graph
from graphdiff.readers.source import text_of

__all__ = ["read_go_mod_graph"]


def read_go_mod_graph(data: bytes, *, name: str) -> PackageGraph:
    r"""Read ``go mod graph``: the tail of an edge requires its head.

    These are requirements as the modules state them, also of versions that are not chosen in the end. A module
    without a version is one of the workspace's own: a root.

    Parameters
    ----------
    data : bytes
        The decompressed output.
    name : str
        The file's name, for messages.

    Raises
    ------
    FormatError
        A line that has not two modules; its number is named.

    References
    ----------
    Go Modules Reference, https://go.dev/ref/mod#go-mod-graph

    Examples
    --------
    >>> lines = b"app golang.org/x/text@v0.3.0\ngolang.org/x/text@v0.3.0 golang.org/x/tools@v0.1.0\n"
    >>> list(read_go_mod_graph(lines, name="graph.txt").edges)
    [('app', 'golang.org/x/text'), ('golang.org/x/text', 'golang.org/x/tools')]
    """
    places: dict[str, int] = {}
    needs = []
    for number, line in enumerate(text_of(data).splitlines(), 1):
        words = line.split()
        if words and len(words) != 2:
            raise FormatError(f"{name}, line {number}: not two modules but {line[:60].strip()!r}")
        if words:
            tail, head = (places.setdefault(module, len(places)) for module in words)
            needs.append(Need(tail, head))
    packages = []
    for module in places:
        path, _, version = module.partition("@")
        packages.append({"name": path, "version": version, **({} if version else {"root": True})})
    return package_graph(packages, needs, name=name, format="go mod graph")
