"""`read`: finds the row of the table of formats for a file, and hands the row's function the bytes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from mmap import mmap
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from graphdiff.errors import FormatError, TruncatedError, UsageError, meant, nearest
from graphdiff.io import plugins
from graphdiff.io.building import with_omitted
from graphdiff.io.ends import no_edges_of
from graphdiff.io.formats import READERS, Format
from graphdiff.io.outline import HEAD_BYTES, outline, root_element
from graphdiff.io.refused import refusal, refusal_of_binary
from graphdiff.io.sniff import seen
from graphdiff.io.source import PathOrFile, beginning, files_of, load, mapped, name_of, text_of
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.remedies import Keyword, Remedy

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["READERS", "by_prefix", "candidates", "claiming", "format_named", "read", "text_of"]

#: Where all formats are listed.
EVERY_FORMAT = Remedy(Keyword("", python="graphdiff.io.formats.READERS"), "lists them all")
#: How a script of Python starts.
SCRIPT = re.compile(rb"#!\s*/\S*(?:/env +)?\S*python[\d.]*\s")
PACKED_SUFFIXES = (".gz", ".bz2", ".xz")


def read(
    path: PathOrFile | Sequence[PathOrFile],
    *,
    format: str | None = None,
    max_bytes: int | None = None,
    spare: Collection[str] = (),
    frozen: bool = False,
    **options: Any,
) -> nx.DiGraph | nx.MultiDiGraph:
    """Read a graph from a file. No reader turns an edge round: the graph has the edges that the file has.

    Parameters
    ----------
    path : str, path-like, file object, or a list of these
        ``"-"`` is standard input; gzip, bzip2 and xz are decompressed on the way. ``"git:main:uv.lock"`` is the file
        as it is in a commit. ``"expr:e = a * b"`` is an expression, with ``set={"a": 2, "b": 3}``. A list of several
        profiles of one kind adds them up, and so do ``"a.prof+b.prof"`` and ``"runs/*.prof"`` where no file is called
        so.
    format : str, optional
        A key of `READERS`, or the name of another package's format (`graphdiff.Format`); by default the file's suffix
        decides, then its content.
    max_bytes : int, optional
        The largest content that is read, counted after decompression; by default 2 GiB, and of a packed file 64 MiB or
        200 times its size, whichever is more.
    spare : collection of str
        The names of options that are passed over, not refused, where the format does not take them: what is given for
        files of several formats, or for what is done with the graph as well.
    frozen : bool
        That the graph will not be changed: a table of edges then is arrays, in a tenth of the memory and the time of
        an object an edge, and adding to it raises. What is asked of it is the same; of other formats so is the graph.
    **options
        What the format takes (``graphdiff formats NAME`` lists it), such as ``columns`` (of tables), ``kinds``,
        ``extras`` (of Python's packages) or ``graph`` (of DOT). What takes ``kinds`` of edges, a text or several,
        takes ``omit``, too: all that is read otherwise but these, or of ``kinds`` those that are left.

    Returns
    -------
    networkx.DiGraph or networkx.MultiDiGraph
        With ``edge_meaning``, ``weight_meaning``, ``node_meaning`` (what nodes are called, such as packages),
        ``format`` (a title) and, of packages of one ecosystem, ``ecosystem`` (``"npm"``) as graph attributes.

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
        An unknown format, or an option that this format does not take; several files that do not add up; what is
        neither a path nor a file.
    PluginError
        Another package's format that cannot be used.

    Examples
    --------
    >>> import io
    >>> graph = read(io.StringIO("digraph { a -> b [weight=2] }"))
    >>> list(graph.edges(data="weight")), graph.graph["format"]
    ([('a', 'b', 2)], 'DOT')
    """
    files = files_of(path)
    if len(files) != 1:
        graphs = [read(file, format=format, max_bytes=max_bytes, spare=spare, **options) for file in files]
        return _added(graphs, files)
    [path] = files
    chosen = format or by_prefix(path)
    prefix = format_named(chosen).prefix if chosen else ""
    data: bytes | mmap
    if chosen and prefix:
        name = str(path)
        try:
            data = name.removeprefix(prefix).encode("utf-8", "surrogateescape")
        except UnicodeEncodeError as error:
            raise FormatError(f"{prefix} what follows is no text: {error.reason}") from None
    else:
        whole = mapped(path, max_bytes=max_bytes)
        name, data = load(path, max_bytes=max_bytes) if whole is None else (name_of(path), whole)
    file = _File(name, data, options, spare, frozen)
    return file.read_as(chosen) if chosen else _by_claims(file)


def _added(graphs: list[nx.DiGraph | nx.MultiDiGraph], files: list[PathOrFile]) -> nx.DiGraph:
    """Return the profile that several are together."""
    from graphdiff.profiles.addition import added  # which loads numpy

    if not files:
        raise UsageError("the list of files is empty")
    return added(graphs, [name_of(file) for file in files])


def format_named(name: str) -> Format:
    """Return the format of this name, graphdiff's own or another package's."""
    if name in READERS:
        return READERS[name]
    others = plugins.names()
    if name in others:
        return plugins.plugin(name)
    every = [*READERS, *others]
    close = [key for key in every if name and key.startswith(name.lower())] or nearest(name, every)
    raise UsageError(f"no format {name!r}{meant(close)}", EVERY_FORMAT)


@dataclass(frozen=True)
class _File:
    """What is read, and by which options: the spare ones only where the format takes them."""

    name: str
    data: bytes | mmap
    options: dict[str, Any]
    spare: Collection[str]
    frozen: bool = False

    @cached_property
    def look(self) -> bytes:
        """The outline by which its format is told."""
        return outline(self.data if isinstance(self.data, bytes) else self.data[:HEAD_BYTES])

    @property
    def ending(self) -> str:
        """The name without its folders, in lower case, and without the suffix of what it is packed in."""
        ending = PurePath(self.name).name.lower()
        for packed in PACKED_SUFFIXES:
            ending = ending.removesuffix(packed)
        return ending

    def options_of(self, row: Format) -> dict[str, Any]:
        """Return the options that are for a format; the others are not spare, and it will refuse them."""
        return {name: value for name, value in self.options.items() if name in row.accepted or name not in self.spare}

    def read_as(self, key: str) -> nx.DiGraph | nx.MultiDiGraph:
        """Return the graph, by the function of a format."""
        row = format_named(key)
        options = self.options_of(row)
        _check_options(key, row, options)
        with collector_at_rest(), plugins.of_package(row.package, f"its format {key!r} fails"):
            function = row.viewer if self.frozen else row.function
            data = self.data if row.mapped else bytes(self.data)
            graph: nx.DiGraph = function(data, name=self.name, **(options if row.package else with_omitted(options)))
            if graph.graph.get("node_meaning", "unknown") == "unknown":
                graph.graph["node_meaning"] = row.nodes
            if row.ecosystem:
                graph.graph.setdefault("ecosystem", row.ecosystem)
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


def candidates(path: str) -> list[str]:
    """Return the formats that a file may be in, by its name and how it begins; none where that says nothing.

    Examples
    --------
    >>> candidates("env:"), candidates("data/shop.uv.lock"), candidates("no-such-file.csv")
    (['env'], ['uv'], [])
    """
    if key := by_prefix(path):
        return [key]
    try:
        file = _File(path, beginning(path, HEAD_BYTES), {}, ())
    except (OSError, FormatError):
        return []
    try:
        return _candidates(file)
    except FormatError:
        return plugins.claiming(file.ending, file.look)


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


def _by_claims(file: _File) -> nx.DiGraph | nx.MultiDiGraph:
    """Return the graph by the format that claims the file; by another package's where none of graphdiff's own does.

    What is only written in a generic format claims a file less than another package that knows its ending, and no more
    once it is not read.
    """
    try:
        claims = _candidates(file)
    except FormatError as error:
        return _by_plugin(file, error)
    if not READERS[claims[0]].generic:
        return _first_that_reads(claims, file)
    if _is_strange(file.ending) and (others := plugins.claiming(file.ending, file.look)):
        return _by_the_one_of(others, file)
    try:
        return _first_that_reads(claims, file)
    except FormatError as error:
        return _by_plugin(file, error)


def _is_strange(ending: str) -> bool:
    """Tell whether a name ends in a suffix that no format of graphdiff's own has."""
    return bool(PurePath(ending).suffix) and not any(ending.endswith(row.suffixes) for row in READERS.values())


def _by_plugin(file: _File, refused: FormatError) -> nx.DiGraph | nx.MultiDiGraph:
    """Return the graph by the one format of another package that claims the file; else raise what graphdiff says."""
    if others := plugins.claiming(file.ending, file.look):
        return _by_the_one_of(others, file)
    if lines := plugins.broken():
        raise FormatError(*refused.args, *(f"; {line}" for line in lines)) from refused
    raise refused


def _by_the_one_of(others: list[str], file: _File) -> nx.DiGraph | nx.MultiDiGraph:
    if len(others) > 1:
        raise _like_several(file.name, others)
    return file.read_as(others[0])


def _candidates(file: _File) -> list[str]:
    """Return the formats of graphdiff's own that a file may be in by its name and content."""
    if why := refusal_of_binary(file.data):
        raise FormatError(f"{file.name} is {why}")
    fitting = [key for key, row in READERS.items() if file.ending.endswith(row.suffixes)]
    if len(fitting) == 1:
        return fitting
    claims = _claiming(file.look, fitting or READERS)
    if not claims or READERS[claims[0]].generic:
        _require_no_script(file)
        if why := refusal(file.look):
            raise FormatError(f"{file.name}: {why}")
        if fitting and not claims:
            _require_no_other(file)
        # Where no claim decides, the format that has this very name says best what is wrong with the file.
        claims = _by_whole_name(file, fitting) or claims or _generic(file, fitting)
    return claims or _without_claims(file)


def _require_no_script(file: _File) -> None:
    """Raise where the file is a script of Python, with the command that makes a profile of it."""
    if file.ending.endswith(".py") or SCRIPT.match(file.look):
        profile = f"{PurePath(file.ending).stem}.prof"
        raise FormatError(
            f"{file.name} is a script of Python, and graphdiff runs nothing; "
            f"python -m cProfile -o {shlex.quote(profile)} {shlex.quote(file.name)} makes a profile, which is read"
        )


def _require_no_other(file: _File) -> None:
    """Raise where the file is not what its name says, and the one format that has marks of it is another."""
    others = [key for key in _claiming(file.look, READERS) if not READERS[key].generic]
    if len(others) == 1:
        raise FormatError(
            f"{file.name} is not what its name says: by its content it is {READERS[others[0]].title}",
            Remedy(Keyword("format", others[0]), "reads it"),
        )


def _without_claims(file: _File) -> list[str]:
    """Return CSV where columns are named, of a table whatever it looks like; else say that no format is known."""
    if what := no_edges_of(text_of(file.data[:HEAD_BYTES])):
        raise FormatError(f"{file.name} is {what}")
    if "columns" in file.options:
        return ["csv"]
    raise FormatError(
        f"{file.name} is in no format that is known: {_seen(file.look)}",
        Remedy(Keyword("format", "NAME"), "reads it as one that is"),
        EVERY_FORMAT,
    )


def _by_whole_name(file: _File, fitting: Collection[str]) -> list[str]:
    whole = ((key, tuple(end for end in READERS[key].suffixes if end[0] != ".")) for key in fitting)
    return [key for key, ends in whole if file.ending.endswith(ends)][:1]


def _generic(file: _File, fitting: Collection[str]) -> list[str]:
    """Return the generic format that a name's ending says; any tool's XML ends in ``.xml``."""
    if file.ending.endswith(".xml") and root_element(file.look):
        return []
    return [key for key in fitting if READERS[key].generic][:1]


def _seen(look: bytes) -> str:
    root = root_element(look)
    return f"its first element is <{root}>" if root else seen(look[:HEAD_BYTES])


def _first_that_reads(claims: list[str], file: _File) -> nx.DiGraph | nx.MultiDiGraph:
    """Return the graph by the one format that claims the file and reads it."""
    if READERS[claims[0]].generic and len(claims) > 1:
        raise _like_several(file.name, claims)
    graphs: dict[str, nx.DiGraph | nx.MultiDiGraph] = {}
    failed: list[FormatError] = []
    for key in claims:
        try:
            graphs[key] = file.read_as(key)
        except FormatError as error:
            failed.append(error)
    if len(graphs) > 1:
        raise _like_several(file.name, graphs)
    if graphs:
        return next(iter(graphs.values()))
    raise _refused(claims[0], failed[0], file) from failed[0]


def _like_several(name: str, keys: Collection[str]) -> FormatError:
    remedies = (Remedy(Keyword("format", key), f"takes it as {key}") for key in keys)
    return FormatError(f"{name} looks like {' and like '.join(keys)}", *remedies)


def _refused(key: str, failed: FormatError, file: _File) -> FormatError:
    """Return why what a file was taken as does not read it.

    No other format is tried in silence: what a tool wrote and its own reader refuses, such as an attribution graph with
    one bad number, has edges that mean something else to a reader of any JSON. Where that reads it, it is offered, and
    no table is: of a path model or a list of networkx's it would make edges of what are none.
    """
    if READERS[key].generic or not READERS[key].claims(file.look):
        return failed
    if why := refusal(file.look):
        return FormatError(f"{file.name}: {why}")
    others = [key for key, row in READERS.items() if row.generic and key != "csv" and row.claims(file.look)]
    remedies = [Remedy(Keyword("format", other), f"reads it as any {READERS[other].title}") for other in others[:1]]
    if remedies and (isinstance(failed, TruncatedError) or not _reads(others[0], file)):
        remedies = []
    said = {part.keyword.value for part in failed.args if isinstance(part, Remedy)}
    return FormatError(
        *failed.args,
        f"; by its content it was taken as {key}",
        *(remedy for remedy in remedies if remedy.keyword.value not in said),
    )


def _reads(key: str, file: _File) -> bool:
    """Tell whether a format takes the options and reads the file."""
    if not READERS[key].accepted >= {*file.options} - {*file.spare}:
        return False
    try:
        file.read_as(key)
    except FormatError:
        return False
    return True


def _check_options(key: str, row: Format, options: Iterable[str]) -> None:
    for option in {*options} - row.accepted:
        taking = [key for key, other in READERS.items() if option in other.accepted]
        taking = taking or [key for key, other in plugins.all_formats().items() if option in other.accepted]
        where = f"it is for {', '.join(taking)}" if taking else "no format takes it"
        raise UsageError(f"format {key} takes no option ", Keyword(option), f": {where}")
