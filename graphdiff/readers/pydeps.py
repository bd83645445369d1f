"""What ``pydeps --show-deps`` prints: the modules of a package and what each imports."""

from __future__ import annotations

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.readers.building import collector_at_rest, described
from graphdiff.readers.documents import parse_json, texts

__all__ = ["read_pydeps"]


def read_pydeps(data: bytes, *, name: str) -> nx.DiGraph:
    """Read the JSON of ``pydeps --show-deps``: the tail of an edge imports its head.

    ``__main__`` without a file is pydeps' own stand-in, which imports every module of the package: it is left out, as
    in pydeps' pictures. So are imports of a module by itself (``from . import x`` in a package).

    Parameters
    ----------
    data : bytes
        The decompressed file.
    name : str
        The file's name, for messages.

    Returns
    -------
    networkx.DiGraph
        Nodes have ``file`` and ``bacon``, the number of imports from the package itself.

    Raises
    ------
    FormatError
        Broken JSON, or JSON of another shape.

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
        for module, said in document.items():
            if not isinstance(said, dict):
                raise FormatError(f"{name}: {module!r} is no object")
            if module == "__main__" and said.get("path") is None:
                continue
            kept = {"file": said.get("path"), "bacon": said.get("bacon")}
            graph.add_node(module, **{key: value for key, value in kept.items() if isinstance(value, str | int)})
            imported = texts(said.get("imports"), f"{name}: {module!r}: imports")
            graph.add_edges_from((module, other) for other in imported if other != module)
    return described(graph, format="pydeps", edge_meaning="imports", weight_meaning="none")
