"""What must hold of every input of every parser."""

from __future__ import annotations

import re
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import networkx as nx

from fuzz.parsers import Parser
from graphdiff.errors import GraphdiffError, UnknownNamesError
from graphdiff.graph.compiled import compile as compiled

__all__ = ["Broken", "checked"]

#: The most seconds of a processor that an input may take, and the most letters of an error.
SECONDS = 2.0
LETTERS = 2000
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
PACKAGE = str(Path(__file__).parents[1] / "graphdiff")


@dataclass
class Broken(Exception):
    """What must not be: which rule does not hold, and of which place in the code.

    Attributes
    ----------
    rule, place, what : str
        Two inputs with the same rule and place have one cause.
    """

    rule: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule} at {self.place}: {self.what}"


def checked(parser: Parser, data: bytes, *, thorough: bool = True) -> bool:
    """Return whether a parser makes something of an input.

    It raises documented errors only, of one line; takes no longer than a limit; what it returns is a graph that is
    compiled or refused, and the same the second time.

    Raises
    ------
    Broken
        If one of these does not hold.
    """
    began = time.process_time()
    found = _parsed(parser, data)
    spent = time.process_time() - began
    if spent > SECONDS:
        raise Broken("slow", "the parser", f"{spent:.1f} s")
    if found is None:
        return False
    if isinstance(found[0], nx.Graph):
        _check_graph(found[0])
    if thorough or crc32(data) % 4 == 0:
        again = _parsed(parser, data)
        if again is None or _looked_at(again[0]) != _looked_at(found[0]):
            raise Broken("another result the second time", type(found[0]).__name__, "")
    return True


def _parsed(parser: Parser, data: bytes) -> list[Any] | None:
    try:
        return [parser.parse(data)]
    except GraphdiffError as error:
        _check_error(error)
        return None
    except (Exception, MemoryError) as error:
        raise _of_another(error) from error


def _check_error(error: GraphdiffError) -> None:
    said = str(error)
    where = type(error).__name__
    if len(said.splitlines()) != 1 and not isinstance(error, UnknownNamesError):  # which has a line for each name
        raise Broken("an error that is not one line", _place(error), f"{where}: {said!r:.200}")
    if len(said) > LETTERS:
        raise Broken("an error that is too long", _place(error), f"{where}: {said[:200]}")


def _check_graph(graph: nx.Graph) -> None:
    if not graph.is_directed():
        raise Broken("an undirected graph", "the parser", "")
    try:
        compiled(graph, weight=None, cycles="collapse")
        compiled(graph, cycles="collapse", default_weight=1)
    except GraphdiffError as error:
        _check_error(error)
    except Exception as error:
        raise _of_another(error) from error


def _of_another(error: BaseException) -> Broken:
    return Broken(f"{type(error).__name__}", _place(error), f"{error!s:.200}")


def _place(error: BaseException) -> str:
    """Return the last line of graphdiff's own that an error came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(PACKAGE)] or frames
    return f"{Path(own[-1].filename).name}:{own[-1].lineno} {own[-1].name}" if own else "?"


def _looked_at(found: Any) -> str:
    """Return all that was read as text, or the error that names of a saved graph raise when they are looked at."""
    try:
        return _told(found)
    except GraphdiffError as error:
        _check_error(error)
        return str(error)


def _told(found: Any) -> str:
    if isinstance(found, nx.Graph):
        nodes, edges = list(found.nodes(data=True)), list(found.edges(data=True))
        return ADDRESS.sub("", repr((found.graph, nodes, edges)))
    return ADDRESS.sub("", repr(found))


if sys.getrecursionlimit() > 1000:  # atheris and debuggers change it: what nests too deep here does so elsewhere
    sys.setrecursionlimit(1000)
