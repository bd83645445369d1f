"""Saved graphs: files of plain arrays, opened as networkx graphs whose nodes and edges are looked up there."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from mmap import mmap
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import FormatError
from graphdiff.graph.attributes import Column
from graphdiff.graph.compiled import CompiledGraph
from graphdiff.graph.measured import STACKS, is_profile
from graphdiff.graph.views import Saved, view
from graphdiff.profiles.stacks import Stacks

__all__ = ["read_saved"]


def read_saved(data: bytes | mmap, *, name: str) -> nx.DiGraph | nx.MultiDiGraph:
    """Read a graph that was saved by ``graphdiff compile`` or by ``CompiledGraph.save``; all of it is checked.

    Nodes, edges, keys, meanings, roots and, where they were saved, the attributes of nodes, edges and the whole graph
    are as they were in the file that it was made of. Its weights are the attribute that was saved as such; where they
    were a preset's it has none.

    Parameters
    ----------
    data : bytes or mmap.mmap
        Its content, or a map of it: the edges stay where they lie, and what is kept in memory is by the node.
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
    graph = view(Saved(replace(topology, attributes=columns), weight, saved.cycles), {"format": "saved graph", **known})
    if is_profile(graph) and STACKS in graph.graph:
        graph.graph[STACKS] = _stacks(graph.graph[STACKS], topology.n_nodes, name)
    return graph


#: The types of the arrays of stacks.
DTYPES = ("<i4", "<i8", "<f8")


def _stacks(texts: Any, n_nodes: int, name: str) -> Stacks:
    """Return the stacks of a profile of which these are the texts.

    Raises
    ------
    FormatError
        If they are damaged.
    """
    try:
        arrays = {which: _array(text) for which, text in texts.items()}
        parents, frames = arrays["parents"], arrays["frames"]
        is_sound = (
            {array.shape for array in arrays.values()} == {parents.shape}
            and all(arrays[which].dtype.kind == "i" for which in ("parents", "frames", "samples") if which in arrays)
            and -1 <= parents.min(initial=-1) <= parents.max(initial=-1) < len(parents)
            and 0 <= frames.min(initial=0) <= frames.max(initial=0) < max(1, n_nodes)
            and arrays.get("samples", parents[:0]).min(initial=0) >= 0
        )
        if is_sound:
            return Stacks.of_tree(parents, frames, arrays["own"], arrays.get("samples"))
    except (AttributeError, KeyError, TypeError, ValueError):  # UsageError is a ValueError, too
        pass
    raise FormatError(f"{name}: the stacks of its profile are damaged; make it again")


def _array(text: str) -> NDArray[Any]:
    kind, _, content = text.partition(":")
    if kind not in DTYPES:
        raise ValueError(kind)
    return np.frombuffer(b64decode(content, validate=True), dtype=kind)
