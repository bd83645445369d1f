r"""A compiled graph as one file of plain arrays, which is opened by mapping it into memory. Format version 2.

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
keys            (n_edges,)        of a multigraph: the key of each edge, int64, in the order of ``heads``; keys of
                                  other kinds are a column, ``key.0``
about           (n_bytes,)        what is known of the graph as a whole: a dict as `graphdiff.graph.encoding` has it
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
node.0.values   (n_nodes,)        of the first attribute of nodes, by id; ``node.0.absent`` and the others likewise
==============  ================  =============================================================================

The settings list the attributes of edges and, as ``node_attributes``, those of nodes, each with its kind, numbered
from 0: number, bool, text, encoded (texts of `graphdiff.graph.encoding`, for values of several kinds or of none of
these) or weights, which has no arrays of its own: the attribute is the weights. Where there are none the settings do
not speak of them, nor of ``keys``, nor of ``labels``, which is ``"encoded"`` where labels are such texts. Parallel
edges without keys are numbered in their order. Of a profile's stacks ``about`` has each array as a text: its type, a
colon, its bytes in base64.

Where a dtype is not said it is any int of 4 or 8 bytes. A file has the first five and ``weights``; it has
``marked_leaves``, ``given``, ``keys``, ``about``, ``values`` and ``order``, or ``text``, ``ends``, ``hashes`` and
``order`` where the graph has such. Without labels the ids are the labels. Version 1, which is read too, has no
attributes of nodes, none that are encoded or the weights, no ``about``, and labels and keys that are text or ints only.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphdiff.absences import absences_of
from graphdiff.arithmetic import Weights, are_finite
from graphdiff.errors import UsageError
from graphdiff.graph import arrayfile
from graphdiff.graph.arrayfile import ArrayFile, write
from graphdiff.graph.attributes import Column, Columns, kind_of
from graphdiff.graph.encoding import Encoded, decoded, encoded
from graphdiff.graph.labels import Integers, Texts, packed
from graphdiff.graph.particulars import column_of_any
from graphdiff.graph.presets import WEIGHTS
from graphdiff.graph.topology import Topology

__all__ = ["load", "loads", "save"]

SHAPE = ("ids", "ptr", "heads", "cyclic")
DTYPES = (np.float64, np.float32, np.int64)


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
    if not isinstance(weights, np.ndarray) or weights.dtype not in DTYPES:
        raise UsageError("only weights that are floats, or ints of 64 bits, can be saved, and no exact fractions")
    arrays = {which: getattr(topology, which) for which in SHAPE}
    arrays["marked"] = np.array(topology.marked, dtype=np.int64)
    if topology.marked_leaves:
        arrays["marked_leaves"] = np.array(topology.marked_leaves, dtype=np.int64)
    arrays["weights"] = weights
    if topology.given is not None:
        arrays["given"] = topology.given
    listed: dict[str, Any] = {}
    if topology.given_keys is not None:
        keys = _keys(topology.given_keys)
        are_ints = keys.texts is None and keys.given.dtype == np.int64
        arrays |= {"keys": keys.values} if are_ints else _listed(listed, "keys", {"": keys}, weights)
    if topology.names is not None:
        labels = _packed(topology.names)
        arrays |= _label_arrays(labels)
        listed |= {"labels": "encoded"} if isinstance(labels, Encoded) else {}
    if topology.about:
        arrays["about"] = np.frombuffer(_about(topology.about), dtype=np.uint8)
    arrays |= _listed(listed, "attributes", topology.attributes, weights)
    arrays |= _listed(listed, "node_attributes", {**_leaves(topology), **topology.node_attributes}, weights)
    write(os.fspath(path), arrays, {**settings, **listed}, overwrite=overwrite)


def _leaves(topology: Topology) -> Columns:
    """Return what each leaf counts where all are meant: the attribute that has it, also of a graph without others."""
    if not topology.leaf_seeds:
        return {}
    seeds, absent = np.zeros(topology.n_nodes), np.ones(topology.n_nodes, dtype=bool)
    seeds[list(topology.marked_leaves)] = topology.leaf_seeds
    absent[list(topology.marked_leaves)] = False
    return {"leaf": Column(seeds, absent)}


def _listed(listed: dict[str, Any], which: str, columns: Columns, weights: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return the arrays of some columns, and list them in the settings."""
    _, prefix = arrayfile.LISTS[which]
    arrays: dict[str, NDArray[Any]] = {}
    for number, (name, column) in enumerate(columns.items()):
        kind = "weights" if column.given is weights else kind_of(column)
        listed.setdefault(which, []).append([name, kind])
        arrays |= _column_arrays(f"{prefix}{number}", column) if kind != "weights" else {}
    return arrays


def _column_arrays(name: str, column: Column) -> dict[str, NDArray[Any]]:
    values = column.values.view(np.uint8) if column.values.dtype == bool else column.values
    arrays = {"values": values, "absent": column.missing.view(np.uint8)}
    if column.texts is not None:
        texts = column.texts.texts if isinstance(column.texts, Encoded) else column.texts
        arrays |= {"text": texts.text, "ends": texts.ends}
    return {f"{name}.{which}": array for which, array in arrays.items()}


def _keys(keys: Sequence[Hashable]) -> Column:
    """Return the keys of edges as a column."""
    if isinstance(keys, Column):
        return keys
    if not len(keys):
        return Column(np.empty(0, dtype=np.int64))
    with suppress(UsageError):
        if isinstance(numbers := packed(keys), Integers):
            return Column(numbers.values)
    return column_of_any(keys)


def _packed(labels: Sequence[Hashable]) -> Texts | Integers | Encoded:
    """Return labels as arrays: all text or all ints as they are, others encoded."""
    if isinstance(labels, Encoded):
        return labels
    try:
        return packed(labels)
    except UsageError:
        return Encoded.of(labels)


def _about(known: Mapping[str, Any]) -> bytes:
    for name, value in known.items():
        try:
            encoded(value)
        except UsageError as error:
            raise UsageError(f"the attribute {name!r} of the graph: {error}") from None
    return encoded(dict(known)).encode()


def _label_arrays(labels: Texts | Integers | Encoded) -> dict[str, NDArray[Any]]:
    if isinstance(labels, Integers):
        return {"values": labels.values, "order": labels.lookup}
    texts = labels.texts if isinstance(labels, Encoded) else labels
    hashes, order = texts.lookup
    return {"text": texts.text, "ends": texts.ends, "hashes": hashes, "order": order}


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
    return _opened(file, file.array if mmap else file.in_memory, whole=not mmap)


def loads(data: bytes | mmap.mmap, name: str) -> tuple[Topology, NDArray[Any], dict[str, Any]]:
    """Return what `load` does of the content of a file, or a map of it, all of it checked: no array is copied."""
    file = ArrayFile(name, data)
    return _opened(file, file.checked, whole=True)


def _opened(
    file: ArrayFile, read: Callable[[str], NDArray[Any]], *, whole: bool
) -> tuple[Topology, NDArray[Any], dict[str, Any]]:
    arrayfile.check_header(file)
    arrays = {which: read(which) for which in file.entries}
    arrayfile.check_arrays(file, arrays)
    if whole and not are_finite(arrays["weights"]):
        raise file.damaged("there are weights that are not finite")
    settings = dict(file.settings)
    columns = _columns(arrays, settings)
    about = _known(file, arrays)
    counts = [columns["attributes"].get(preset.counts_by) for preset in WEIGHTS.values()]
    shape: dict[str, Any] = {which: arrays[which] for which in SHAPE}
    leaves = tuple(arrays["marked_leaves"].tolist()) if "marked_leaves" in arrays else ()
    outputs, marks = map(columns["node_attributes"].get, ("output", "leaf"))
    topology = Topology(
        **shape,
        names=_labels(arrays, settings.pop("labels", "plain")),
        given_keys=Integers(arrays["keys"]) if "keys" in arrays else columns["keys"].get(""),
        marked=tuple(arrays["marked"].tolist()),
        marked_leaves=leaves,
        leaf_seeds=_leaf_seeds(file, leaves, marks),
        titles=columns["node_attributes"].get(str(about.get("node_title"))),
        given=arrays.get("given"),
        attributes=columns["attributes"],
        counts=next((column.numbers for column in counts if column is not None), None),
        absences=absences_of(about),
        also_called=tuple([(text, leaf) for leaf in leaves if outputs and isinstance(text := outputs[leaf], str)]),
        node_attributes=columns["node_attributes"],
        about=about,
    )
    return topology, arrays["weights"], settings


def _leaf_seeds(file: ArrayFile, leaves: Sequence[int], marks: Column | None) -> tuple[float, ...]:
    """Return what each leaf counts where all are meant, if not 1: by its mark, a number or True."""
    counts = [] if marks is None else [marks[leaf] for leaf in leaves]
    if not all(isinstance(count, (bool, int, float)) for count in counts):
        raise file.damaged("a leaf is marked by what is no number")
    return () if all(isinstance(count, bool) for count in counts) else tuple(map(float, counts))


def _known(file: ArrayFile, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Return what is known of the graph as a whole, which is read and checked wherever the file is opened."""
    if "about" not in arrays:
        return {}
    known = decoded(file.checked("about").tobytes())
    if not isinstance(known, dict) or not all(isinstance(name, str) for name in known):
        raise file.damaged("what it says of the whole graph is no dict")
    return known


def _columns(arrays: Mapping[str, NDArray[Any]], settings: dict[str, Any]) -> dict[str, dict[str, Column]]:
    """Return the columns by the setting that lists them, which is taken out of the settings."""
    columns: dict[str, dict[str, Column]] = {}
    for which, (_, prefix) in arrayfile.LISTS.items():
        listed = enumerate(settings.pop(which, []))
        columns[which] = {name: _column(arrays, f"{prefix}{number}", kind) for number, (name, kind) in listed}
    return columns


def _column(arrays: Mapping[str, NDArray[Any]], column: str, kind: str) -> Column:
    if kind == "weights":
        return Column(arrays["weights"])
    values, absent = arrays[f"{column}.values"], arrays[f"{column}.absent"].view(np.bool_)
    if kind in ("text", "encoded"):
        texts = Texts(arrays[f"{column}.text"], arrays[f"{column}.ends"])
        return Column(values, absent, texts if kind == "text" else Encoded(texts))
    return Column(values.view(np.bool_) if kind == "bool" else values, absent)


def _labels(arrays: Mapping[str, NDArray[Any]], kind: str) -> Texts | Integers | Encoded | None:
    if "text" in arrays:
        texts = Texts(arrays["text"], arrays["ends"], (arrays["hashes"], arrays["order"]))
        return Encoded(texts) if kind == "encoded" else texts
    return Integers(arrays["values"], arrays["order"]) if "values" in arrays else None
