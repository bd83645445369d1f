"""`read`: finds the row of the table of formats for a file, and hands the row's function the bytes."""

from __future__ import annotations

import importlib
from collections.abc import Collection
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from graphdiff.errors import FormatError, UsageError, meant, nearest
from graphdiff.readers.formats import READERS, Reader
from graphdiff.readers.refused import refusal
from graphdiff.readers.sniff import seen
from graphdiff.readers.source import PathOrFile, load, text_of
from graphdiff.remedies import Keyword, Remedy

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["READERS", "Reader", "by_prefix", "read", "text_of"]

HEAD_BYTES = 1 << 16
#: Where all formats are listed.
EVERY_FORMAT = Remedy(Keyword("", python="graphdiff.readers.READERS"), "lists them all")
PACKED_SUFFIXES = (".gz", ".bz2", ".xz")


def read(
    path: PathOrFile,
    *,
    format: str | None = None,
    max_bytes: int | None = None,
    spare: Collection[str] = (),
    **options: Any,
) -> nx.DiGraph | nx.MultiDiGraph:
    """Read a graph from a file. No reader turns an edge round: the graph has the edges that the file has.

    Parameters
    ----------
    path : str, path-like or file object
        ``"-"`` is standard input; gzip, bzip2 and xz are decompressed on the way. ``"expr:e = a * b"`` is an
        expression, with ``set={"a": 2, "b": 3}``.
    format : str, optional
        A key of `READERS`; by default the file's suffix decides, then its content.
    max_bytes : int, optional
        The largest content that is read, counted after decompression; by default 2 GiB, and of a packed file 64 MiB or
        200 times its size, whichever is more.
    spare : collection of str
        The names of options that are passed over, not refused, where the format does not take them: what is given for
        files of several formats, or for what is done with the graph as well.
    **options
        What the format's reader takes: ``graph``, ``follow_arrows``, ``timeout``, ``max_memory`` (dot and the drawings
        of tools),
        ``columns`` (csv), ``alternatives`` (debian), ``kinds`` (debian, spdx, cmake, systemd, npm-lock, pnpm, yarn,
        yarn-berry, cargo-metadata, maven, imports), ``extras``, ``markers``, ``groups`` (Python's packages), ``times``
        (imports), ``set``, ``symbolic``, ``limits`` (expr; see `graphdiff.trace`).

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        With ``edge_meaning``, ``weight_meaning``, ``node_meaning`` (what nodes are called, such as packages) and
        ``format`` (a title) as graph attributes.

    Raises
    ------
    InputError
        The file cannot be opened or read.
    FormatError
        The file is empty, broken, or in none of the formats.
    GraphTypeError
        The graph in it is undirected.
    LimitError
        Reading it takes more than a stated limit.
    UsageError
        An unknown format, or an option that this format does not take.

    Examples
    --------
    >>> import io
    >>> graph = read(io.StringIO("digraph { a -> b [weight=2] }"))
    >>> list(graph.edges(data="weight")), graph.graph["format"]
    ([('a', 'b', 2)], 'DOT')
    """
    if format is not None and format not in READERS:
        close = [key for key in READERS if key.startswith(format.lower())] or nearest(format, READERS)
        raise UsageError(f"no format {format!r}{meant(close)}", EVERY_FORMAT)
    chosen = format or by_prefix(path)
    if chosen and READERS[chosen].prefix:
        name = str(path)
        try:
            data = name.removeprefix(READERS[chosen].prefix).encode("utf-8", "surrogateescape")
        except UnicodeEncodeError as error:
            raise FormatError(f"{READERS[chosen].prefix} what follows is no text: {error.reason}") from None
    else:
        name, data = load(path, max_bytes=max_bytes)
        chosen = chosen or _by_suffix(name, data) or _by_content(name, data, READERS)
    options = {key: value for key, value in options.items() if key in READERS[chosen].options or key not in spare}
    _check_options(chosen, options)
    module, _, function = READERS[chosen].entry.partition(":")
    graph: nx.DiGraph = getattr(importlib.import_module(module), function)(data, name=name, **options)
    if graph.graph.get("node_meaning", "unknown") == "unknown":
        graph.graph["node_meaning"] = READERS[chosen].nodes
    return graph


def by_prefix(path: PathOrFile) -> str | None:
    """Return the format that a name with a prefix is in; None for the name of a file.

    Examples
    --------
    >>> by_prefix("env:.venv"), by_prefix("environment.dot")
    ('env', None)
    """
    prefixed = (key for key, reader in READERS.items() if reader.prefix and str(path).startswith(reader.prefix))
    return next(prefixed, None) if isinstance(path, str) else None


def _by_suffix(name: str, data: bytes) -> str | None:
    ending = PurePath(name).name.lower()
    for packed in PACKED_SUFFIXES:
        ending = ending.removesuffix(packed)
    fitting = [key for key, reader in READERS.items() if ending.endswith(reader.suffixes)]
    if len(fitting) < 2:
        return next(iter(fitting), None)
    chosen = _by_claims(name, data, fitting)
    if chosen and not READERS[chosen].generic:
        return chosen
    # Where no claim decides, the format that has this very name says best what is wrong with the file, else a generic.
    own = (key for key in fitting if ending.endswith(tuple(end for end in READERS[key].suffixes if end[0] != ".")))
    generic = (key for key in fitting if READERS[key].generic)
    return next(own, None) or chosen or next(generic, None)


#: Files that no reader reads, by how they start: what they are, and what does.
ELSEWHERE = {
    b"PAR1": ("Parquet", "graphdiff.read_edges"),
    b"ARROW1": ("an Arrow file", "graphdiff.read_edges"),
    b"\xff\xff\xff\xff": ("an Arrow stream", "graphdiff.read_edges"),
    b"\x89gdiff\r\n": ("a saved graph", "graphdiff.CompiledGraph.load"),
}


def _by_content(name: str, data: bytes, keys: Collection[str]) -> str:
    """Return the one format that the content is in."""
    for magic, (title, function) in ELSEWHERE.items():
        if data.startswith(magic):
            raise FormatError(f"{name} is {title}; {function} opens it, in Python only")
    if chosen := _by_claims(name, data, keys):
        return chosen
    raise FormatError(
        f"{name} is in no format that is known: {seen(data[:HEAD_BYTES])}",
        Remedy(Keyword("format", "NAME"), "reads it as one that is"),
        EVERY_FORMAT,
    )


def _by_claims(name: str, data: bytes, keys: Collection[str]) -> str | None:
    head = text_of(data[:HEAD_BYTES]).encode("utf-8", "replace")
    claiming = [key for key in keys if READERS[key].claims(head)]
    specific = [key for key in claiming if not READERS[key].generic]
    if not specific and (why := refusal(head)):
        raise FormatError(f"{name}: {why}")
    if len(specific or claiming) > 1:
        raise FormatError(
            f"{name} looks like {' and like '.join(specific or claiming)}",
            *(Remedy(Keyword("format", key), f"takes it as {key}") for key in specific or claiming),
        )
    return next(iter(specific or claiming), None)


def _check_options(chosen: str, options: dict[str, Any]) -> None:
    for option in options.keys() - READERS[chosen].options:
        taking = [key for key, reader in READERS.items() if option in reader.options]
        where = f"it is for {', '.join(taking)}" if taking else "no format takes it"
        raise UsageError(f"format {chosen} takes no option ", Keyword(option), f": {where}")
