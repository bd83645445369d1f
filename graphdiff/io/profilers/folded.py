"""Folded stacks: a line has a stack from its root on, and how often it was seen."""

from __future__ import annotations

import io
import re
from array import array
from collections.abc import Iterable
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.errors import FormatError
from graphdiff.graph.measured import with_stacks
from graphdiff.io.source import text_of
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.profiles.call_graph import NO_NAME, Function, distinct, from_stacks
from graphdiff.profiles.stacks import MOST, Stacks

__all__ = ["is_folded", "read_folded"]

NUMBER = re.compile(rb"[0-9]{1,18}(?:\.[0-9]{0,18})?")
#: Numbers that are not read, and what each is.
WRONG = (
    (re.compile(rb"-[0-9.]+"), "a negative number"),
    (re.compile(rb"[0-9.]{19,}"), "a number of more than 18 digits, which is too large"),
    (
        re.compile(rb"[+-]?[0-9.]+[eE][+-]?[0-9]+|0[xX][0-9a-fA-F]+|[+][0-9.]+|[0-9][0-9,_]*"),
        "a number that is not in plain digits",
    ),
)
#: What is left of a line with two numbers, its second taken off.
FIRST_OF_TWO = re.compile(rb"\s[0-9]+(?:\.[0-9]*)?\s*\Z")
#: py-spy's frames: a function, and the line where it was just then. Of one file of Python's all others are such, too.
PYTHON = re.compile(r"\((?:.*\.pyx?|<.+>):[0-9]+\)\Z")
PLACED = re.compile(r"(.+?) \((.*\.[\w.]+|<.+>)(?::[0-9]+)?\)")
#: No sampler counts in steps of so many: such numbers are periods, or times.
STEP = 1000
#: So many lines are looked at to tell the format.
LOOKED_AT = 200
#: What a frame has, and the cells of a table that end in numbers need not have.
NO_NUMBER = re.compile(rb"[^\s\d.,]")
#: Where nothing stands before the number, as py-spy writes it of threads without a frame.
NO_STACK = b"(no stack)"


def read_folded(data: bytes, *, name: str, event: str | None = None, stacks: str = "keep") -> nx.DiGraph:
    r"""Read folded stacks, as stackcollapse, py-spy, async-profiler and others write them: ``main;parse;read 12``.

    The first name is the root, the number follows the last space. py-spy writes beside a function the line where it
    was just then; functions are told apart by their name and file, not by that line.

    Numbers count samples, unless all of them are multiples of 1,000 or more (periods of perf): then nothing is known of
    samples, and the unit is "counts".

    Parameters
    ----------
    event : str, optional
        What the numbers count where these are no samples, as ``G.graph["unit"]``: ``"ns"``, ``"bytes"``.
    stacks : {"keep", "drop"}
        Whether stacks stay beside the calls.

    Returns
    -------
    networkx.DiGraph

    Raises
    ------
    FormatError
        A line without a number, or one with a negative one; the line is named. Or a file of differences, in which each
        line has two numbers.

    References
    ----------
    .. [1] B. Gregg, "The Flame Graph", ACM Queue 14(2), 2016.

    Examples
    --------
    >>> G = read_folded(b"main;parse;read 12\nmain;write 3\n", name="run.folded")
    >>> list(G.edges(data="cost")), G.nodes["main"]["inclusive"], G.graph["unit"]
    ([('main', 'parse', 12), ('main', 'write', 3), ('parse', 'read', 12)], 15, 'samples')
    """
    with collector_at_rest():
        functions, tree, is_counted = _tree(data, name, counted=event is None)
        unit = event or ("samples" if is_counted else "counts")
        kind = "allocated" if unit == "bytes" else "sampled"
        graph = from_stacks(functions, tree, unit=unit, kind=kind, format="folded stacks")
    return with_stacks(graph, stacks)


def _tree(data: bytes, name: str, *, counted: bool) -> tuple[list[Function], Stacks, bool]:
    """Return the functions, the tree of the stacks, and whether the numbers count samples, which is asked or not."""
    frames, lengths, costs, names = _lines_of(data, name)
    functions, numbers = _functions(names)
    if len(functions) < len(names):
        frames = numbers[frames]
    is_counted = counted and costs.dtype.kind == "i" and bool(np.gcd.reduce(costs) < STEP)
    return functions, Stacks.of(frames, lengths, costs, costs if is_counted else None), is_counted


class _Numbers(dict[bytes, int]):
    """Numbers of names, from 0 on, in the order in which they come."""

    def __missing__(self, name: bytes) -> int:
        self[name] = number = len(self)
        return number


def _lines_of(data: bytes, name: str) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[Any], list[str]]:
    """Return the frames of all stacks, one stack after another, how many each has, its number, and frames' names."""
    content = text_of(data).encode("utf-8", "surrogatepass") if data.startswith((b"\xff\xfe", b"\xfe\xff")) else data
    numbers = _Numbers()
    frames, lengths = array("i"), array("q")
    costs: array[Any] = array("q")
    is_difference = True
    for place, line in enumerate(io.BytesIO(content), 1):
        stack, cost = _parted(line, f"{name}, line {place}")
        if not stack:
            continue
        is_difference = is_difference and FIRST_OF_TWO.search(stack) is not None
        parts = stack.split(b";")
        frames.extend(map(numbers.__getitem__, parts))
        lengths.append(len(parts))
        if b"." in cost and costs.typecode == "q":
            costs = array("d", costs)
        costs.append(float(cost) if costs.typecode == "d" else int(cost))
    if is_difference:
        raise _no_stacks(name, bool(costs))
    values = np.frombuffer(costs, dtype=np.dtype(costs.typecode))
    if not float(values.sum(dtype=np.float64)) < MOST:
        raise FormatError(f"{name}: the numbers of all lines add up to 2**62 or more")
    names = [text_of(each.strip()) or NO_NAME for each in numbers]
    return np.frombuffer(frames, dtype=np.int32), np.frombuffer(lengths, dtype=np.int64), values, names


def _parted(line: bytes, where: str) -> tuple[bytes, bytes]:
    """Return the stack of a line, empty where that is blank, and its number.

    One blank parts them; a frame of which a blank is left there has no name, and one of nothing is none.
    """
    text = line.rstrip()
    if not text:
        return b"", b""
    number = text.rsplit(None, 1)[-1]
    if NUMBER.fullmatch(number):
        stack = text[: -len(number) - 1].rstrip(b";")
        return stack if stack.strip(b"; \t") else NO_STACK, number
    what = next((what for wrong, what in WRONG if wrong.fullmatch(number)), "no number at the end of a stack")
    raise FormatError(f"{where}: {what}: {text_of(line.strip())[-60:]!r}")


def _no_stacks(name: str, has_lines: bool) -> FormatError:
    if not has_lines:
        return FormatError(f"{name}: no stacks in it")
    return FormatError(
        f"{name}: two numbers a line: a difference of two files, as difffolded.pl writes it; graphdiff compare OLD NEW "
        "takes the two themselves"
    )


def _functions(names: Iterable[str]) -> tuple[list[Function], NDArray[np.int32]]:
    """Return the functions, and which of them each name is."""
    names = list(names)
    has_places = any(map(PYTHON.search, names))
    placed = ((name, PLACED.fullmatch(name) if has_places else None) for name in names)
    return distinct(Function(match[1], match[2]) if match else Function(name) for name, match in placed)


def is_folded(head: bytes) -> bool:
    r"""Tell whether each line is a stack and a number.

    Examples
    --------
    >>> is_folded(b"main;parse;read 12\nmain 3\n"), is_folded(b"main 12\nread 3\n"), is_folded(b"a;b;1 2\nc;d;3 4\n")
    (True, False, False)
    """
    lines = head.splitlines()[: LOOKED_AT + 1]
    whole = [line for line in (lines if head.endswith(b"\n") or len(lines) < 2 else lines[:-1]) if line.strip()]
    return any(b";" in line for line in whole) and all(map(_is_stack, whole))


def _is_stack(line: bytes) -> bool:
    parts = line.rsplit(None, 1)
    if not NUMBER.fullmatch(parts[-1]):
        return False
    return len(parts) == 1 or NO_NUMBER.search(parts[0].rstrip(b"; ").rpartition(b";")[2]) is not None
