"""What ``pip inspect`` prints: every distribution of an environment with its metadata, and the markers."""

from __future__ import annotations

from graphdiff.errors import FormatError
from graphdiff.readers.distributions import installed_graph
from graphdiff.readers.documents import mapping, mappings, parse_json
from graphdiff.readers.python_packages import PackageGraph

__all__ = ["read_pip_inspect"]


def read_pip_inspect(data: bytes, *, name: str, extras: str = "requested") -> PackageGraph:
    """Read the JSON of ``pip inspect``: the tail of an edge depends on its head.

    Markers are evaluated for the environment that the file describes; what is needed and not installed makes no edge.

    Parameters
    ----------
    data : bytes
        The decompressed file.
    name : str
        The file's name, for messages.
    extras : {"requested", "nodes", "none", "all"}
        Which extras make edges: those that another distribution asks for; the same, each from a node ``name[extra]``
        of its own; none; all.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Nodes have ``name`` (as written), ``version``, ``licence`` and ``requested`` (by the user); edges ``kind``,
        ``clause``, ``extra``, ``marker`` and ``optional``. ``G.graph["unmet"]`` names what is needed and not
        there, ``G.graph["with_extras"]`` lists the edges of extras that nothing asks for, ``G.graph["warnings"]``
        what was skipped.

    Raises
    ------
    FormatError
        Broken JSON, or JSON of another shape.
    UsageError
        An `extras` that is not one of the above.

    Examples
    --------
    >>> text = b'''{"version": "1", "environment": {}, "installed": [
    ...     {"metadata": {"name": "A", "version": "1", "requires_dist": ["b>1"]}, "requested": true},
    ...     {"metadata": {"name": "b", "version": "2"}}]}'''
    >>> list(read_pip_inspect(text, name="inspect.json").edges(data="clause"))
    [('a', 'b', '>1')]
    """
    document = parse_json(data, name)
    if not isinstance(document, dict) or "installed" not in document:
        raise FormatError(f"{name}: not what pip inspect prints: no list of what is installed")
    found = []
    for where, one in mappings(document["installed"], f"{name}: installed"):
        metadata = mapping(one.get("metadata"), f"{where}: metadata")
        found.append({**metadata, "requested": True} if one.get("requested") is True else metadata)
    said = mapping(document.get("environment"), f"{name}: environment")
    environment = {key: value for key, value in said.items() if isinstance(value, str)}
    return installed_graph(found, name=name, format="pip inspect", extras=extras, environment=environment)
