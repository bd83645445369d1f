"""Saved graphs: files of plain arrays, opened as networkx graphs whose nodes and edges are looked up there."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np

from graphdiff.graph.attributes import Column
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.views import Saved, view

__all__ = ["read_saved"]


def read_saved(data: bytes, *, name: str) -> nx.DiGraph | nx.MultiDiGraph:
    """Read a graph that was saved by ``graphdiff compile`` or by ``CompiledGraph.save``; all of it is checked.

    Nodes, edges, keys, meanings, roots and, where they were saved, the attributes of nodes, edges and the whole graph
    are as they were in the file that it was made of. Its weights are the attribute that was saved as such; where they
    were a preset's it has none.

    Parameters
    ----------
    data : bytes
    name : str
        What messages call the file.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        Frozen: ``copy()`` gives one that can be changed. Compiling it takes the arrays as they are.

    Raises
    ------
    FormatError
        If it is damaged, or of a version that is not read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "x.gdiff")
    ...     CompiledGraph.from_arrays([0, 1], [1, 2], [2.0, 0.5], labels=["a", "b", "c"]).save(path)
    ...     graph = read_saved(path.read_bytes(), name="x.gdiff")
    >>> list(graph.edges(data="weight")), graph.graph["format"]
    ([('a', 'b', 2.0), ('b', 'c', 0.5)], 'saved graph')
    """
    saved = CompiledGraph.loads(data, name=name)
    topology, weights = saved.topology, saved.weights
    columns = dict(topology.attributes)
    weight = next((key for key, column in columns.items() if column.given is weights), None)
    if weight is None and saved.preset is None:
        weight = "weight"
        columns[weight] = Column(np.asarray(weights))
    meanings = {key: getattr(saved, key) for key in ("edge_meaning", "node_meaning")}
    known = topology.about or {**meanings, "weight_meaning": saved.weight_meaning if weight else "unknown"}
    return view(Saved(replace(topology, attributes=columns), weight, saved.cycles), {"format": "saved graph", **known})
