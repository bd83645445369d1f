"""`Format`: what is known of one format that can be read, and the options that several formats have."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

__all__ = [
    "ALTERNATIVES", "DRAWN", "EVENT", "EXPRESSION", "EXTRAS", "KINDS", "LOCKED", "MARKERS", "PYTHON_KINDS", "STACKS",
    "TABLE", "THREAD", "TIMES", "Format", "has",
]  # fmt: skip

#: What graphdiff has written is its own, whatever tool the graph is from.
OWN = b"digraph graphdiff {"

# What options take, as `Format.takes` has it: their values, and after ": " what these do.
ALTERNATIVES = "first|all: the first real alternative of each clause, or all alternatives and providers"
EXTRAS = (
    "requested|nodes|none|all: edges of the extras that something asks for; the same, from nodes of their own; none; "
    "or all, also those that nothing asks for"
)
MARKERS = (
    "all|here|NAME=VALUE,…: edges of all environments, of this one, or of one with python_version=3.12, "
    "sys_platform=win32, …"
)
GROUPS = "all|none|NAME,…: of which dependency groups"
TIMES = "LOG: a log of python -X importtime, for the nodes' import_time"
# Of profiles.
EVENT = "NAME: which of several measured values: a sample type of pprof, an event of callgrind or perf"
THREAD = "NAME: only this thread or profile of the file; without it all add up"
STACKS = "keep|drop: whether stacks stay beside the calls that they are counted to; keep by default"
KINDS = "normal, dev, build, optional, peer, workspace"
PYTHON_KINDS = "normal, extra, dev"

TABLE = {
    "columns": "source=COLUMN,target=COLUMN,weight=COLUMN: by name or number",
    "where": "COLUMN=VALUE or COLUMN!=VALUE: only rows with this value, or without it",
}
#: Of DOT, in which the drawings of tools are, too.
DRAWN = {
    "graph": "NAME: which of several graphs in the file",
    "follow_arrows": "edges as they are drawn, dir=back turned round, dir=both both ways; without it tail to head",
    "timeout": "SECONDS: how long reading may take; 60 by default",
    "max_memory": "BYTES: how much memory reading may take; 4 GiB by default",
}
LOCKED = {"extras": EXTRAS, "markers": MARKERS, "groups": GROUPS}
EXPRESSION = {
    "set": "NAME=NUMBER: the value of a name in the expression; once for each name",
    "symbolic": "in Python only, see graphdiff.trace",
    "limits": "in Python only, see graphdiff.trace",
}


@dataclass(frozen=True)
class Format:
    r"""One format that `graphdiff.read` reads: a row of `graphdiff.io.formats.READERS`, or of another package.

    A package adds a format by an entry point of the group ``graphdiff.formats``; the entry point's name is the
    format's. It is asked for by ``format=``, and for files that no row of graphdiff's own claims.

    Its function takes ``(data: bytes, *, name: str, **options)``: the content, decompressed, what messages call the
    file, and those options of `takes` that are given (from the command line as text). It returns a networkx DiGraph or
    MultiDiGraph, with ``edge_meaning`` and ``weight_meaning`` among the graph's attributes (what an edge says of its
    tail and head: ``"depends on"``, ``"imports"``, ``"calls"``, ``"causes"``, ``"feeds"``; ``"unknown"`` where the
    file does not say), ``format`` (a title), and, where other things than nodes are in the file, ``node_meaning``. It
    never turns an edge round, and leaves nothing out in silence: what it skips it says in ``graph["warnings"]``. It
    raises `graphdiff.errors.FormatError` where the file is broken or is no such file, `GraphTypeError` where the graph
    is undirected, `LimitError` beyond a stated limit and `UsageError` for a wrong option.

    Attributes
    ----------
    read : str or callable
        The function, or ``"module:function"``, which is imported when a file needs it.
    title : str
        What people call such a file, in a list of those that are read.
    about : str
        What an edge means, what a weight means, and whether repeated edges are kept or add.
    suffixes : tuple of str
        How the names of such files end, in lower case. Where several formats have the suffix, their marks decide.
    marks : tuple of tuple of bytes
        Sets of regular expressions that tell the format; of one set, all have to be found in the file's outline
        (`graphdiff.io.outline`: of JSON each member of the top level begins a line, of XML it starts at the root
        element, of everything else it is the first 64 KiB). ``^`` is the start of a line.
    claim : str or callable, optional
        Where marks cannot tell it: a function of the outline, or ``"module:function"``.
    takes : mapping of str to str
        The options that the function takes: their values and, after a colon, what they do.
    prefix : str
        What stands before a name that is no file (``"expr:"``); the function takes what follows it, in UTF-8. That of
        another package counts beside ``format=`` alone.
    nodes : str
        What its nodes are called, in the plural, where their file does not say it.
    ecosystem : str
        Of which ecosystem its packages are, as package URLs call it (``"pypi"``): it says how names and versions
        compare, and becomes ``G.graph["ecosystem"]``.
    generic : bool
        Whether other formats are written in this one, so that its claim counts only where theirs do not.
    tool, version : str
        What writes such files, and of which version those are that the reader was checked with.
    sample : str
        How the sample in the tests was made, and when.
    command : str
        What makes such a file.
    tier : {1, 2}
        1: mended at once where a new version of the tool breaks it; 2: best effort.
    view : str
        Of graphdiff's own formats, where there is one: the function that reads a file as a graph that cannot be changed
        (``read(…, frozen=True)``), with the same options.
    mapped : bool
        Of graphdiff's own formats: that its functions take a map of a large file into memory as they take its bytes.
    package : str
        The other package that it is from, with its version; filled in when it is found.

    Examples
    --------
    >>> def read_pairs(data, *, name, between=">"):
    ...     pairs = (line.split(between) for line in data.decode().splitlines()[1:])
    ...     return nx.DiGraph(pairs, edge_meaning="depends on", weight_meaning="unknown", format="pairs")
    >>> import networkx as nx
    >>> pairs = Format(
    ...     read=read_pairs,
    ...     title="pairs",
    ...     about="a job depends on a job, without weights; repeats are one edge",
    ...     marks=((rb"\A#pairs$",),),
    ...     takes={"between": "TEXT: what stands between two jobs"},
    ... )
    >>> pairs.claims(b"#pairs\na>b\n"), pairs.claims(b"a>b"), list(pairs.function(b"#pairs\na>b\n", name="x").edges)
    (True, False, [('a', 'b')])
    """

    read: str | Callable[..., nx.DiGraph | nx.MultiDiGraph]
    title: str
    about: str
    suffixes: tuple[str, ...] = ()
    marks: tuple[tuple[bytes, ...], ...] = ()
    claim: str | Callable[[bytes], bool] | None = None
    takes: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    nodes: str = "unknown"
    ecosystem: str = ""
    generic: bool = False
    tool: str = ""
    version: str = ""
    sample: str = ""
    command: str = ""
    tier: int = 2
    view: str = ""
    mapped: bool = False
    package: str = ""

    @cached_property
    def options(self) -> frozenset[str]:
        """The names of the options that the function takes."""
        return frozenset(self.takes)

    @cached_property
    def accepted(self) -> frozenset[str]:
        """The options that `graphdiff.read` takes for it: beside ``kinds`` of graphdiff's own formats ``omit``, too."""
        return self.options | {"omit"} if "kinds" in self.takes and not self.package else self.options

    @cached_property
    def function(self) -> Callable[..., Any]:
        """The function that reads a file, imported where it was not."""
        return _imported(self.read)

    @cached_property
    def viewer(self) -> Callable[..., Any]:
        """The function that reads a file as a graph that cannot be changed, where there is one."""
        return _imported(self.view or self.read)

    def claims(self, head: bytes) -> bool:
        """Tell whether an outline is of this format."""
        if self.claim is not None:
            return bool(self._claim(head))
        return not head.startswith(OWN) and any(all(has(head, mark) for mark in marks) for marks in self.marks)

    @cached_property
    def _claim(self) -> Callable[..., Any]:
        return _imported(self.claim)


def _imported(function: Any) -> Callable[..., Any]:
    """Return a function, or that which is named ``module:function``."""
    if isinstance(function, str):
        module, _, name = function.partition(":")
        function = getattr(importlib.import_module(module), name)
    made: Callable[..., Any] = function
    return made


def has(head: bytes, mark: bytes) -> bool:
    r"""Tell whether a regular expression is found, in which ``^`` is the start of a line and ``$`` the end of one.

    Examples
    --------
    >>> has(b'version = 1\n[[package]]', rb"^\[\[package\]\]$"), has(b"a = 1", rb"^1")
    (True, False)
    """
    return re.search(mark, head, re.MULTILINE) is not None
