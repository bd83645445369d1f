"""Files of edges that are compiled on the disk: what `graphdiff.engines` is told of files and columns.

Which columns are what is known as by `read_edges` in memory; files are CSV, Parquet or Arrow, one, several, or all that
a pattern names.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np

from graphdiff.engines.external import compile_on_disk, default_memory
from graphdiff.engines.external_inputs import EdgeFiles
from graphdiff.errors import FormatError, InputError, MissingExtraError, OutputError, UsageError, WeightError
from graphdiff.graph.compiled import CompiledGraph, CyclePolicy, Progress
from graphdiff.graph.presets import Preset, unit
from graphdiff.io.frames import Table, delimiter_of, kind_of_file, opened, require_sound
from graphdiff.io.source import files_of
from graphdiff.limits import bytes_of
from graphdiff.remedies import Keyword, Remedy

__all__ = ["compiled_on_disk", "require_possible"]


class Roles(Protocol):
    """Which columns are what."""

    @property
    def source(self) -> str:
        """The column of the tails."""

    @property
    def target(self) -> str:
        """That of the heads."""

    @property
    def weight(self) -> str | None:
        """That of the weights; None where every row counts the same."""


def compiled_on_disk(
    given: Any,
    out: str | os.PathLike[str],
    roles_of: Callable[[Table], Roles],
    *,
    memory: int | str | None = None,
    default_weight: float | int | None = None,
    preset: Preset | None = None,
    cycles: CyclePolicy = "raise",
    overwrite: bool = False,
    progress: Progress = lambda done, total: None,
    say: Callable[[str], None] = lambda line: None,
) -> CompiledGraph:
    """Compile files of edges to a saved graph within a memory, and map it.

    Parameters
    ----------
    given : path, pattern of paths, or sequence of them
    out : path
    roles_of : callable
        Says which columns of a table are what, or raises.
    memory : int or str, optional
        Bytes, also as in ``"4GB"``; by default half of what is available.
    default_weight, cycles
        As in `graphdiff.read_edges`.
    preset : Preset, optional
        The one of `graphdiff.weights` that is on disk: ``unit``.
    overwrite, progress, say
        As in `graphdiff.engines.external.compile_on_disk`.
    """
    output = _name(out)
    if not all(map(find_spec, ("duckdb", "pyarrow"))):  # before a file is looked at, which takes pyarrow alone
        raise MissingExtraError("duckdb and pyarrow", "duckdb")
    if preset is not None and preset is not unit:
        counts = Remedy(Keyword("weight", "unit", python="graphdiff.weights.unit"), "counts paths")
        raise UsageError(f"on disk weights are a column: {preset.name} is made in memory", counts)
    default_weight = default_weight.item() if isinstance(default_weight, np.generic) else default_weight
    if default_weight is not None and type(default_weight) not in (int, float):
        raise UsageError(Keyword("default_weight", default_weight), ": on disk a float or an int")
    if isinstance(default_weight, float) and not math.isfinite(default_weight):
        raise WeightError(Keyword("default_weight", default_weight), ": a finite number")
    limit = default_memory() if memory is None else bytes_of(memory, "memory")
    names = _files(given)
    if same := next((name for name in names if os.path.exists(output) and os.path.samefile(name, output)), None):
        raise UsageError(Keyword("out", same), ": that file is read; write to another")
    kinds = {name: kind_of_file(name) for name in names}
    for name in names:
        if kinds[name] != kinds[names[0]]:
            raise UsageError(f"{name} is {kinds[name]}, and {names[0]} {kinds[names[0]]}; give files of one kind")
    tables = [opened(name) for name in names]
    roles = roles_of(tables[0])
    for table in tables:
        _require_columns(table, [name for name in (roles.source, roles.target, roles.weight) if name is not None])
    delimiter = _delimiter(names) if kinds[names[0]] == "csv" else ","
    edges = EdgeFiles(
        names, kinds[names[0]], roles.source, roles.target, roles.weight, default_weight, delimiter, preset is unit
    )
    with _damage_placed(edges):
        compile_on_disk(edges, output, memory=limit, cycles=cycles, overwrite=overwrite, progress=progress, say=say)
    return CompiledGraph.load(output)


@contextmanager
def _damage_placed(edges: EdgeFiles) -> Iterator[None]:
    """Have what the engine says of damaged CSV, where it names no one file, be said with the file and the line."""
    try:
        yield
    except FormatError as error:
        if edges.kind == "csv" and error.__cause__ is not None:
            for name in edges.files:
                require_sound(name, edges.delimiter)
        raise


def require_possible(*, attributes: Iterable[str] | None, repeats: str, exact: bool) -> None:
    """Raise `UsageError` where a graph is asked for that is not made on disk, saying what is.

    Examples
    --------
    >>> require_possible(attributes=None, repeats="add", exact=False)
    Traceback (most recent call last):
    graphdiff.errors.UsageError: out= keeps every row as an edge: leave repeats="add" out; totals are the same
    """
    to = Keyword("out")
    if repeats != "keep":
        raise UsageError(
            to, " keeps every row as an edge: leave ", Keyword("repeats", repeats), " out; totals are the same"
        )
    if exact:
        raise UsageError(to, " has no fractions: compile what is read of it with ", Keyword("exact", True))
    if attributes:
        raise UsageError(to, " keeps the ends and one weight: leave ", Keyword("attributes"), " out")


def _name(out: Any) -> str:
    """Return the name of the file that is written."""
    name = os.fspath(out) if isinstance(out, str | os.PathLike) else out
    if not isinstance(name, str):
        raise UsageError(Keyword("out"), f" takes the path of a file, not {type(out).__name__}")
    if not name or "\0" in name:
        raise OutputError(f"{name!r} is no name of a file")
    return name


def _files(given: Any) -> tuple[str, ...]:
    """Return the files that paths and patterns name, those of a pattern by name."""
    patterns: Sequence[Any] = given if isinstance(given, (list, tuple)) else [given]
    names: list[str] = []
    for pattern in patterns:
        if not isinstance(pattern, (str, os.PathLike)):
            raise UsageError(Keyword("out"), f" takes paths of files, not {type(pattern).__name__}")
        for name in map(str, files_of(os.fspath(pattern))):
            if not os.path.exists(name):
                raise InputError(f"{name}: there is no such file")
            names.append(name)
    if not names:
        raise UsageError("no file of edges is given")
    repeated = [name for name, times in Counter(map(os.path.realpath, names)).items() if times > 1]
    if repeated:
        raise UsageError(f"{repeated[0]} is given twice")
    return tuple(names)


def _delimiter(names: Sequence[str]) -> str:
    """Return what separates the columns of files of CSV."""
    first = delimiter_of(names[0])
    for name in names[1:]:
        if (own := delimiter_of(name)) != first:
            told = f"the columns of {name} are separated by {own!r}, and those of {names[0]} by {first!r}"
            raise UsageError(f"{told}; make both the same")
    return first


def _require_columns(table: Table, needed: Sequence[str]) -> None:
    """Raise unless a file has the columns, each once."""
    for name in needed:
        if name not in table.columns:
            raise UsageError(f"{table.name} has no column {name!r}, which the first file has")
        if table.columns.count(name) > 1:
            raise UsageError(f"{table.name} has {table.columns.count(name)} columns named {name!r}; rename one")
