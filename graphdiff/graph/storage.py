r"""A compiled graph as one file of plain arrays, which is opened by mapping it into memory. Format version 1.

All numbers are little-endian. A file is:

1. 20 bytes: the magic ``\x89gdiff\r\n``, then three uint32: the version, the length of the header, its CRC-32.
2. The header, JSON in UTF-8, padded with spaces so that what follows starts at a multiple of 64::

       {"settings": {"cycles": "raise", "exact": false, "edge_meaning": "unknown", "weight_meaning": "unit",
        "node_meaning": "unknown", "attributes": [["se", "number"], ["kind", "text"]]},
        "arrays": [{"name": "ids", "dtype": "<i8", "shape": [4], "offset": 0, "crc32": 2154012}, ...]}

3. The arrays in that order, each at the next multiple of 64, zeros between; ``offset`` counts from the end of the
   header. The file ends with the last array.

==============  ================  =============================================================================
array           shape             what it is (`graphdiff.graph.topology.Topology`)
==============  ================  =============================================================================
ids             (n_nodes,)        the id of the node at each position; positions are in topological order
ptr             (n_nodes + 1,)    the edges that leave position u are ``ptr[u]:ptr[u + 1]``
heads           (n_edges,)        the position that each edge leads to
cyclic          (n, 2)            ranges of positions that are a component with a cycle, ascending
marked          (n,)              ids that were marked as roots
marked_leaves   (n,)              ids that were marked as leaves, where any were
weights         (n_edges,)        float64, float32 or int64, in the order of ``heads``
given           (n_edges,)        which edge as given each one is, where that is known
keys            (n_edges,)        of a multigraph: the key of each edge, int64, in the order of ``heads``
values          (n_nodes,)        labels that are ints: the label of each id, int64
text            (n_bytes,)        labels that are text: all of them in UTF-8, one after the other
ends            (n_nodes + 1,)    the label of id i is ``text[ends[i]:ends[i + 1]]``
hashes          (n_nodes,)        the CRC-32 of every label in UTF-8, uint32, ascending
order           (n_nodes,)        of text, the id that each hash is of; of ints, the ids by ascending label
0.values        (n_edges,)        of the first attribute of edges, in the order of ``heads``: its numbers (float64,
                                  float32 or int64); bools as uint8; of text the number of each edge's text, int64
0.absent        (n_edges,)        uint8, 1 where an edge has no such value
0.text          (n_bytes,)        of an attribute that is text: the texts that there are in UTF-8
0.ends          (n_texts + 1,)    text number i is ``0.text[0.ends[i]:0.ends[i + 1]]``
==============  ================  =============================================================================

The attributes in the settings, each with its kind (number, bool or text), are numbered from 0; where edges have none
the settings do not speak of them. Parallel edges without keys are numbered in their order.

Where a dtype is not said it is any int of 4 or 8 bytes. A file has the first five and ``weights``; it has
``marked_leaves``, ``given``, ``keys``, ``values`` and ``order``, or ``text``, ``ends``, ``hashes`` and ``order`` where
the graph has such. Without labels the ids are the labels.
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import Weights
from graphdiff.errors import UsageError
from graphdiff.graph import arrayfile
from graphdiff.graph.arrayfile import ArrayFile, write
from graphdiff.graph.attributes import Column, kind_of
from graphdiff.graph.labels import Integers, Texts, packed
from graphdiff.graph.topology import Topology

__all__ = ["load", "save"]

SHAPE = ("ids", "ptr", "heads", "cyclic")
WEIGHTS = (np.float64, np.float32, np.int64)


def save(
    path: str | os.PathLike[str],
    topology: Topology,
    weights: Weights,
    settings: Mapping[str, Any],
    *,
    overwrite: bool,
) -> None:
    """Write a graph to a file, whole or not at all.

    Raises
    ------
    UsageError
        If weights, labels or keys are of a kind that the format does not have.
    OutputError
        If the file exists and is not to be replaced, or cannot be written.
    """
    if not isinstance(weights, np.ndarray) or weights.dtype not in WEIGHTS:
        raise UsageError("only weights that are floats, or ints of 64 bits, can be saved, and no exact fractions")
    arrays = {which: getattr(topology, which) for which in SHAPE}
    arrays["marked"] = np.array(topology.marked, dtype=np.int64)
    if topology.marked_leaves:
        arrays["marked_leaves"] = np.array(topology.marked_leaves, dtype=np.int64)
    arrays["weights"] = weights
    if topology.given is not None:
        arrays["given"] = topology.given
    if topology.given_keys is not None:
        arrays["keys"] = _keys(topology.given_keys)
    if topology.names is not None:
        arrays |= _label_arrays(packed(topology.names))
    kinds = [[name, kind_of(column)] for name, column in topology.attributes.items()]
    for number, column in enumerate(topology.attributes.values()):
        arrays |= _column_arrays(number, column)
    write(os.fspath(path), arrays, {**settings, "attributes": kinds} if kinds else settings, overwrite=overwrite)


def _column_arrays(number: int, column: Column) -> dict[str, NDArray[Any]]:
    values = column.values.view(np.uint8) if column.values.dtype == bool else column.values
    arrays = {"values": values, "absent": column.missing.view(np.uint8)}
    if column.texts is not None:
        arrays |= {"text": column.texts.text, "ends": column.texts.ends}
    return {f"{number}.{which}": array for which, array in arrays.items()}


def _keys(keys: Sequence[Hashable]) -> NDArray[Any]:
    numbers = packed(keys) if len(keys) else Integers(np.empty(0, dtype=np.int64))
    if not isinstance(numbers, Integers):
        raise UsageError("only keys of parallel edges that are ints can be saved; these are text")
    return numbers.values


def _label_arrays(labels: Texts | Integers) -> dict[str, NDArray[Any]]:
    if isinstance(labels, Integers):
        return {"values": labels.values, "order": labels.lookup}
    hashes, order = labels.lookup
    return {"text": labels.text, "ends": labels.ends, "hashes": hashes, "order": order}


def load(path: str | os.PathLike[str], *, mmap: bool) -> tuple[Topology, NDArray[Any], dict[str, Any]]:
    """Return the topology, the weights and the settings of a saved graph.

    What is checked is said in `graphdiff.graph.arrayfile`.

    Raises
    ------
    InputError
        If the file cannot be read.
    FormatError
        If it is no such file, or is damaged.
    """
    file = ArrayFile(os.fspath(path))
    arrayfile.check_header(file)
    read = file.array if mmap else file.in_memory
    arrays = {which: read(which) for which in file.entries}
    arrayfile.check_arrays(file, arrays)
    if not mmap and not np.isfinite(arrays["weights"]).all():
        raise file.damaged("there are weights that are not finite")
    shape: dict[str, Any] = {which: arrays[which] for which in SHAPE}
    topology = Topology(
        **shape,
        names=_labels(arrays),
        given_keys=Integers(arrays["keys"]) if "keys" in arrays else None,
        marked=tuple(arrays["marked"].tolist()),
        marked_leaves=tuple(arrays["marked_leaves"].tolist()) if "marked_leaves" in arrays else (),
        given=arrays.get("given"),
        attributes={
            name: _column(arrays, number, kind)
            for number, (name, kind) in enumerate(file.settings.pop("attributes", ()))
        },
    )
    return topology, arrays["weights"], file.settings


def _column(arrays: Mapping[str, NDArray[Any]], number: int, kind: str) -> Column:
    values, absent = arrays[f"{number}.values"], arrays[f"{number}.absent"].view(np.bool_)
    if kind == "text":
        return Column(values, absent, Texts(arrays[f"{number}.text"], arrays[f"{number}.ends"]))
    return Column(values.view(np.bool_) if kind == "bool" else values, absent)


def _labels(arrays: Mapping[str, NDArray[Any]]) -> Texts | Integers | None:
    if "text" in arrays:
        return Texts(arrays["text"], arrays["ends"], (arrays["hashes"], arrays["order"]))
    return Integers(arrays["values"], arrays["order"]) if "values" in arrays else None
