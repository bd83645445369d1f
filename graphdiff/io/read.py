"""`read`: finds the row of the table of formats for a file, and hands the row's function the bytes."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Collection
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from graphdiff.errors import FormatError, TruncatedError, UsageError, meant, nearest
from graphdiff.io.ends import no_edges_of
from graphdiff.io.formats import READERS, Reader
from graphdiff.io.outline import HEAD_BYTES, outline, root_element
from graphdiff.io.refused import refusal, refusal_of_binary
from graphdiff.io.sniff import seen
from graphdiff.io.source import PathOrFile, load, text_of
from graphdiff.remedies import Keyword, Remedy

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["READERS", "Reader", "by_prefix", "claiming", "read", "text_of"]

#: Where all formats are listed.
EVERY_FORMAT = Remedy(Keyword("", python="graphdiff.io.formats.READERS"), "lists them all")
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
        of tools), ``columns``, ``where`` (csv, path-model), ``alternatives`` (debian), ``kinds`` (debian, spdx, cmake,
        systemd, npm-lock, pnpm, yarn, yarn-berry, cargo-metadata, maven, imports), ``extras``, ``markers``, ``groups``
        (Python's packages), ``times`` (imports), ``set``, ``symbolic``, ``limits`` (expr; see `graphdiff.trace`).

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
        return _read_as(chosen, data, name, options, spare)
    name, data = load(path, max_bytes=max_bytes)
    if chosen:
        return _read_as(chosen, data, name, options, spare)
    return _first_that_reads(*_candidates(name, data, options), data, name, options, spare)


def by_prefix(path: PathOrFile) -> str | None:
    """Return the format that a name with a prefix is in; None for the name of a file.

    Examples
    --------
    >>> by_prefix("env:.venv"), by_prefix("environment.dot")
    ('env', None)
    """
    prefixed = (key for key, reader in READERS.items() if reader.prefix and str(path).startswith(reader.prefix))
    return next(prefixed, None) if isinstance(path, str) else None


def claiming(data: bytes, keys: Collection[str] = tuple(READERS)) -> list[str]:
    r"""Return which formats claim a file's content, decompressed: those with marks of their own, else the generic ones.

    Examples
    --------
    >>> claiming(b"digraph systemd { }"), claiming(b"digraph { }"), claiming(b"two\nlines")
    (['systemd'], ['dot'], [])
    """
    return _claiming(outline(data), keys)


def _claiming(look: bytes, keys: Collection[str]) -> list[str]:
    claims = [key for key in keys if READERS[key].claims(look)]
    return [key for key in claims if not READERS[key].generic] or claims


def _candidates(name: str, data: bytes, options: Collection[str]) -> tuple[list[str], bytes]:
    """Return the formats that a file may be in by its name and content, and its outline."""
    if why := refusal_of_binary(data):
        raise FormatError(f"{name} is {why}")
    look = outline(data)
    fitting = _by_suffix(name)
    if len(fitting) == 1:
        return fitting, look
    claims = _claiming(look, fitting or READERS)
    if not claims or READERS[claims[0]].generic:
        if why := refusal(look):
            raise FormatError(f"{name}: {why}")
        # Where no claim decides, the format that has this very name says best what is wrong with the file.
        claims = _by_whole_name(name, fitting) or claims or _generic(name, fitting, look)
    if not claims and (what := no_edges_of(text_of(data[:HEAD_BYTES]))):
        raise FormatError(f"{name} is {what}")
    if not claims and "columns" in options:  # of a table, whatever it looks like
        claims = ["csv"]
    if not claims:
        raise FormatError(
            f"{name} is in no format that is known: {_seen(look)}",
            Remedy(Keyword("format", "NAME"), "reads it as one that is"),
            EVERY_FORMAT,
        )
    return claims, look


def _by_suffix(name: str) -> list[str]:
    ending = _ending(name)
    return [key for key, reader in READERS.items() if ending.endswith(reader.suffixes)]


def _by_whole_name(name: str, fitting: Collection[str]) -> list[str]:
    whole = ((key, tuple(end for end in READERS[key].suffixes if end[0] != ".")) for key in fitting)
    return [key for key, ends in whole if _ending(name).endswith(ends)][:1]


def _generic(name: str, fitting: Collection[str], look: bytes) -> list[str]:
    """Return the generic format that a name's ending says; any tool's XML ends in ``.xml``."""
    if _ending(name).endswith(".xml") and root_element(look):
        return []
    return [key for key in fitting if READERS[key].generic][:1]


def _seen(look: bytes) -> str:
    root = root_element(look)
    return f"its first element is <{root}>" if root else seen(look[:HEAD_BYTES])


def _ending(name: str) -> str:
    ending = PurePath(name).name.lower()
    for packed in PACKED_SUFFIXES:
        ending = ending.removesuffix(packed)
    return ending


def _first_that_reads(
    claims: list[str], look: bytes, data: bytes, name: str, options: dict[str, Any], spare: Collection[str]
) -> nx.DiGraph | nx.MultiDiGraph:
    """Return the graph by the one format that claims the file and reads it."""
    if READERS[claims[0]].generic and len(claims) > 1:
        raise _like_several(name, claims)
    graphs: dict[str, nx.DiGraph | nx.MultiDiGraph] = {}
    failed: list[FormatError] = []
    for key in claims:
        try:
            graphs[key] = _read_as(key, data, name, options, spare)
        except FormatError as error:
            failed.append(error)
    if len(graphs) > 1:
        raise _like_several(name, graphs)
    if graphs:
        return next(iter(graphs.values()))
    return _by_another(claims[0], failed[0], look, data, name, options, spare)


def _like_several(name: str, keys: Collection[str]) -> FormatError:
    remedies = (Remedy(Keyword("format", key), f"takes it as {key}") for key in keys)
    return FormatError(f"{name} looks like {' and like '.join(keys)}", *remedies)


def _by_another(
    key: str,
    failed: FormatError,
    look: bytes,
    data: bytes,
    name: str,
    options: dict[str, Any],
    spare: Collection[str],
) -> nx.DiGraph | nx.MultiDiGraph:
    """Return the graph by the generic format that what claimed the file is written in, where that reads it.

    A table is no such format: of a path model or a list of networkx's that is refused it would make edges of what are
    none.
    """
    if READERS[key].generic or not READERS[key].claims(look):
        raise failed
    if why := refusal(look):
        raise FormatError(f"{name}: {why}") from failed
    others = [key for key, reader in READERS.items() if reader.generic and key != "csv" and reader.claims(look)]
    if others and not isinstance(failed, TruncatedError) and options.keys() - set(spare) <= READERS[others[0]].options:
        with contextlib.suppress(FormatError):
            return _read_as(others[0], data, name, options, spare)
    raise FormatError(*failed.args, f"; by its content it was taken as {key}") from failed


def _read_as(
    key: str, data: bytes, name: str, options: dict[str, Any], spare: Collection[str]
) -> nx.DiGraph | nx.MultiDiGraph:
    options = {
        option: value for option, value in options.items() if option in READERS[key].options or option not in spare
    }
    _check_options(key, options)
    module, _, function = READERS[key].entry.partition(":")
    graph: nx.DiGraph = getattr(importlib.import_module(module), function)(data, name=name, **options)
    if graph.graph.get("node_meaning", "unknown") == "unknown":
        graph.graph["node_meaning"] = READERS[key].nodes
    return graph


def _check_options(chosen: str, options: dict[str, Any]) -> None:
    for option in options.keys() - READERS[chosen].options:
        taking = [key for key, reader in READERS.items() if option in reader.options]
        where = f"it is for {', '.join(taking)}" if taking else "no format takes it"
        raise UsageError(f"format {chosen} takes no option ", Keyword(option), f": {where}")
