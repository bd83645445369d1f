"""What pyinstrument writes as JSON: a tree of frames, each with the time that it and all it called took."""

from __future__ import annotations

import math
from typing import NamedTuple

import networkx as nx

from graphdiff.errors import FormatError
from graphdiff.graph.measured import with_stacks
from graphdiff.io.documents import Record, mapping, mappings, parse_json, required_text, text_in
from graphdiff.profiles.call_graph import Function, from_stacks, function_of
from graphdiff.profiles.stacks import Stacks

__all__ = ["read_pyinstrument"]

#: The frame that stands for its caller's own time.
OWN = "[self]"
#: Frames that stand for time, not for a function: they have no file of their own.
STANDING = (OWN, "[await]", "[out-of-context]", "[root]")
#: Times are written with six decimals.
DECIMALS = 6


class _Frame(NamedTuple):
    """A frame of the tree: where it stands in the file, its function and the functions on the way to it."""

    where: str
    record: Record
    route: tuple[int, ...]


def read_pyinstrument(data: bytes, *, name: str, stacks: str = "keep") -> nx.DiGraph:
    r"""Read what ``pyinstrument -r json`` writes: a function calls another; costs are seconds, and the stacks are kept.

    A function's own time is that of its frame without those of the frames that it called. What took less than 1 % of
    the whole pyinstrument leaves out, and gives to the caller, unless it is asked not to (``-p filter_threshold=0``).
    Time in which a coroutine waited is that of a function ``[await]``, as in the file.

    Parameters
    ----------
    stacks : {"keep", "drop"}
        Whether stacks stay beside the calls that they are counted to.

    References
    ----------
    .. [1] https://pyinstrument.readthedocs.io

    Examples
    --------
    >>> text = b'''{"start_time": 1.5, "sample_count": 3, "root_frame": {"function": "main", "file_path": "run.py",
    ... "line_no": 1, "time": 0.003, "children": [
    ...   {"function": "work", "file_path": "run.py", "line_no": 9, "time": 0.002, "children": []}]}}'''
    >>> G = read_pyinstrument(text, name="run.json")
    >>> G.nodes["main"]["self"], G.nodes["main"]["inclusive"], list(G.edges(data="cost"))
    (0.001, 0.003, [('main', 'work', 0.002)])
    """
    session = mapping(parse_json(data, name), name)
    if session.get("root_frame") is None:
        raise FormatError(f"{name}: a session without a sample: the program ended too soon; a smaller --interval helps")
    tree = _Tree(name)
    tree.add(mapping(session["root_frame"], f"{name}: root_frame"))
    samples = session.get("sample_count")
    graph = from_stacks(
        list(tree.functions),
        Stacks.of(tree.frames, tree.lengths, tree.own),
        unit="s",
        kind="sampled",
        format="pyinstrument",
        samples=samples if type(samples) is int and samples > 0 else None,
    )
    for node, data_of_node in graph.nodes(data=True):
        if classes := tree.classes.get(function_of(node, data_of_node)):
            data_of_node["class"] = " or ".join(sorted(classes))
    return with_stacks(graph, stacks)


class _Tree:
    """The stacks of a tree of frames: those that end at each frame, with its own time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.functions: dict[Function, int] = {}
        self.classes: dict[Function, set[str]] = {}
        self.frames: list[int] = []
        self.lengths: list[int] = []
        self.own: list[float] = []

    def add(self, root: Record) -> None:
        """Add a frame and all it called, without recursion."""
        left = [_Frame(f"{self.name}: root_frame", root, ())]
        while left:
            frame = left.pop()
            route = (*frame.route, self._number(frame))
            children = [
                _Frame(where, record, route)
                for where, record in mappings(frame.record.get("children"), f"{frame.where}: children")
                if record.get("function") != OWN
            ]
            self.frames.extend(route)
            self.lengths.append(len(route))
            self.own.append(_own(frame, children))
            left.extend(reversed(children))

    def _number(self, frame: _Frame) -> int:
        """Return the number of a frame's function, and note of which class it is a method."""
        title, line = required_text(frame.record, "function", frame.where), frame.record.get("line_no")
        function = Function(
            title,
            "" if title in STANDING else text_in(frame.record, "file_path"),
            line if type(line) is int and line > 0 else None,
        )
        if of_class := text_in(frame.record, "class_name"):
            self.classes.setdefault(function, set()).add(of_class)
        return self.functions.setdefault(function, len(self.functions))


def _own(frame: _Frame, children: list[_Frame]) -> float:
    """Return a frame's time without that of those it called; all are rounded in the file."""
    own = _time(frame) - math.fsum(map(_time, children))
    if own < -(len(children) + 1) * 10**-DECIMALS:
        raise FormatError(f"{frame.where}: its time is {_time(frame)} s, less than that of the frames it called")
    return max(round(own, DECIMALS), 0.0)


def _time(frame: _Frame) -> float:
    time = frame.record.get("time")
    if isinstance(time, int | float) and not isinstance(time, bool) and 0 <= time < 2**62:
        return time
    raise FormatError(f"{frame.where}: time: a number of seconds from 0 is expected, found {time!r:.40}")
