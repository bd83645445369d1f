"""What pyinstrument writes as JSON: a tree of frames with their times, or all samples as they were taken."""

from __future__ import annotations

import math
from collections.abc import Sequence

import networkx as nx
import numpy as np

from graphdiff.errors import FormatError
from graphdiff.graph.measured import with_stacks
from graphdiff.io.documents import Record, listing, mapping, mappings, parse_json, text_in, texts
from graphdiff.io.profilers.timeline import amounts, named
from graphdiff.profiles.call_graph import Function, from_stacks, function_of
from graphdiff.profiles.stacks import Stacks

__all__ = ["read_pyinstrument"]

#: The frame that stands for its caller's own time.
OWN = "[self]"
#: Frames that stand for time, not for a function: they have no file of their own.
STANDING = (OWN, "[await]", "[out-of-context]", "[root]")
#: What the frame of a thread has in place of a file.
THREAD = "<thread>"
#: The times of a tree are written with six decimals.
DECIMALS = 6


def read_pyinstrument(data: bytes, *, name: str, stacks: str = "keep") -> nx.DiGraph:
    r"""Read what ``pyinstrument -r json`` or ``-r session`` writes: a function calls another, which costs seconds.

    The tree of ``-r json``: a function's own time is that of its frame without those of the frames that it called. What
    took less than 1 % of the whole pyinstrument leaves out, and gives to the caller, unless it is asked not to
    (``-p filter_threshold=0``). Time in which a coroutine waited is that of a function ``[await]``, as in the file. A
    session has every sample, with the frames of pyinstrument itself and of threads.

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
    functions, n_samples = _Functions(), _count(session.get("sample_count"))
    if "frame_records" in session:
        tree = _samples(session["frame_records"], n_samples, functions, f"{name}: frame_records")
    elif session.get("root_frame") is not None:
        tree = _tree(mapping(session["root_frame"], f"{name}: root_frame"), functions, f"{name}: root_frame")
    else:
        tree = Stacks.of([], [], [])
    if not len(tree):
        raise FormatError(f"{name}: a session without a sample: it ended too soon, or a smaller --interval is needed")
    graph = from_stacks(
        list(functions.numbers),
        tree,
        unit="s",
        kind="sampled",
        format="pyinstrument",
        samples=n_samples,
    )
    for node, attributes in graph.nodes(data=True):
        if classes := functions.classes.get(function_of(node, attributes)):
            attributes["class"] = " or ".join(sorted(classes))
    return with_stacks(graph, stacks)


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 < value < 2**62 else None


class _Functions:
    """The number of each function, and of which classes it is a method."""

    def __init__(self) -> None:
        self.numbers: dict[Function, int] = {}
        self.classes: dict[Function, set[str]] = {}

    def number(self, title: str, file: str, line: object, of_class: str) -> int:
        """Return the number of a function, a new one where it was not there."""
        function = Function(
            title,
            "" if title in STANDING or file == THREAD else file,
            None if file == THREAD else _count(line),
        )
        if of_class:
            self.classes.setdefault(function, set()).add(of_class)
        return self.numbers.setdefault(function, len(self.numbers))


def _tree(root: Record, functions: _Functions, where: str) -> Stacks:
    """Return the stacks that end at each frame of a tree, with its own time; without recursion."""
    parents: list[int] = []
    frames: list[int] = []
    own: list[float] = []
    left = [(where, root, -1)]
    while left:
        place, frame, parent = left.pop()
        called = [
            (there, child)
            for there, child in mappings(frame.get("children"), f"{place}: children")
            if child.get("function") != OWN
        ]
        left.extend((there, child, len(parents)) for there, child in reversed(called))
        parents.append(parent)
        title = named(frame, "function", place)
        frames.append(
            functions.number(title, text_in(frame, "file_path"), frame.get("line_no"), text_in(frame, "class_name"))
        )
        own.append(_own(frame, place, called))
    return Stacks.of_tree(parents, frames, own)


def _own(frame: Record, place: str, called: Sequence[tuple[str, Record]]) -> float:
    """Return a frame's time without that of those it called; what rounding in the file may have made is none."""
    (time,), children = amounts([frame.get("time")], f"{place}: time"), [child.get("time") for _, child in called]
    own = round(10**DECIMALS * (float(time) - math.fsum(amounts(children, f"{place}: children"))))
    by_rounding = (len(children) + 1) / 2
    if own < -by_rounding:
        raise FormatError(f"{place}: its time is {time} s, less than that of the frames it called")
    return own / 10**DECIMALS if own > by_rounding else 0.0


def _samples(records: object, n_samples: int | None, functions: _Functions, where: str) -> Stacks:
    """Return the stacks of samples: each is a list of frames, the root first, and the time until the next."""
    numbers: dict[str, int] = {}
    frames: list[int] = []
    lengths: list[int] = []
    times: list[object] = []
    for place, record in enumerate(listing(records, where)):
        match record:
            case [stack, time]:
                route = texts(stack, f"{where}[{place}]")
            case _:
                raise FormatError(f"{where}[{place}]: a list of frames and a time are expected")
        for frame in route:
            if frame not in numbers:
                numbers[frame] = functions.number(*_parts(frame))
        frames.extend(numbers[frame] for frame in route)
        lengths.append(len(route))
        times.append(time)
    # One sample may have been written as several records, or none: then how many each stands for is not known.
    counts = np.ones(len(times), dtype=np.int64) if len(times) == n_samples else None
    return Stacks.of(np.array(frames, dtype=np.int64), lengths, amounts(times, where), counts)


def _parts(frame: str) -> tuple[str, str, int | None, str]:
    r"""Return name, file, line and class of a frame as samples have it.

    Examples
    --------
    >>> _parts("sell\0shop.py\x0011\1l12\1cShop"), _parts("[await]")
    (('sell', 'shop.py', 11, 'Shop'), ('[await]', '', None, ''))
    """
    function, *attributes = frame.split("\1")
    title, file, line, *_ = [*function.split("\0"), "", ""]
    classes = [attribute[1:] for attribute in attributes if attribute.startswith("c")]
    return title, file, int(line) if line.isdecimal() and len(line) < 10 else None, "".join(classes[:1])
