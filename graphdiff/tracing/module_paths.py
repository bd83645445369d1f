"""What the operations of a module are called, and where they stand: module path, time step, line of the source."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from graphdiff.tracing.places import is_library

__all__ = ["Names", "about_of", "op_of"]

#: A frame as Python shows it.
FRAME = re.compile(r'^ *File "([^"]+)", line (\d+)', re.MULTILINE)
#: The folder of torch itself, whose lines say nothing of a user's program.
TORCH = f"{os.sep}torch{os.sep}"
#: What ATen's names have around what an operation is called.
AROUND = re.compile(r"^(_|native_|_native_)(?=[a-z])|_(legit\w*|with_indices|with_sizes|copy)$")
#: Modules that take many steps in one call: torch writes them out, one product with this weight a step.
RECURRENT = ("RNN", "LSTM", "GRU")
STEP_WEIGHT = re.compile(r"\.?weight_hh_l\d+(_reverse)?$")


def op_of(target: Any) -> str:
    """Return what an operation is called.

    Examples
    --------
    >>> class Softmax:
    ...     __name__ = "_softmax.default"
    >>> op_of(Softmax())
    'softmax'
    """
    name = target.__name__.partition(".")[0]
    return AROUND.sub("", AROUND.sub("", name)) or name


def about_of(node: Any) -> dict[str, Any]:
    """Return where a node of a graph of torch.fx stands in the source: ``line``, ``file``, ``module``."""
    about: dict[str, Any] = {}
    frames = [frame for frame in FRAME.findall(node.meta.get("stack_trace") or "") if not frame[0].startswith("<")]
    own = [frame for frame in frames if not is_library(frame[0])] or [one for one in frames if TORCH not in one[0]]
    if own:
        file, line = own[-1]
        about.update(line=int(line), file=file)
    if path := _call_of(node)[0]:
        about["module"] = path
    return about


def _call_of(node: Any) -> tuple[str, str, str]:
    """Return the innermost module in which a node was computed: its path, the call among those of it, its class."""
    stack = node.meta.get("nn_module_stack") or {}
    if not stack:
        return "", "", ""
    call, (path, kind) = list(stack.items())[-1]
    name = kind if isinstance(kind, str) else kind.__name__
    return path, call, name.rpartition(".")[2]


class Names:
    """Readable names, each given once.

    An operation is called by the path of its module where that does only this; else its own name stands behind.
    """

    def __init__(self, nodes: Sequence[Any], parameters: Mapping[Any, str]) -> None:
        self.taken: dict[str, int] = {}
        self.calls: dict[str, list[str]] = defaultdict(list)
        self.done: dict[str, set[str]] = defaultdict(set)
        for node in nodes:
            path, call, _ = _call_of(node)
            if call not in self.calls[path]:
                self.calls[path].append(call)
            self.done[path].add(node.name)
        self.steps = _written_out(nodes, parameters)

    def given(self, title: str) -> str:
        """Return a name that nobody has; the second of one title is ``title#1``."""
        for number in count(self.taken.get(title, 0)):
            name = f"{title}#{number}" if number else title
            if name not in self.taken:
                break
        self.taken |= {title: number + 1, name: self.taken.get(name, 1)}
        return name

    def of(self, node: Any) -> str:
        """Return what an operation is to be called."""
        path = _call_of(node)[0]
        if path and len(self.done[path]) == len(self.calls[path]):
            return path
        return f"{path}.{op_of(node.target)}" if path else op_of(node.target)

    def step_of(self, node: Any) -> dict[str, int]:
        """Return the time step of an operation: which call of its module it is of, where that is called repeatedly."""
        if node.name in self.steps:
            return {"step": self.steps[node.name]}
        path, call, _ = _call_of(node)
        return {"step": self.calls[path].index(call)} if path and len(self.calls[path]) > 1 else {}


def _written_out(nodes: Sequence[Any], parameters: Mapping[Any, str]) -> dict[str, int]:
    """Return the steps of recurrent modules, as they are computed: on the way back the first is the last in time.

    Each begins with a product with the weight of what was hidden before.
    """
    steps: dict[str, int] = {}
    begun: dict[tuple[str, str], tuple[str, int]] = {}
    for node in nodes:
        path, call, kind = _call_of(node)
        if kind not in RECURRENT:
            continue
        for weight in [parameters.get(operand, "") for operand in node.all_input_nodes]:
            if STEP_WEIGHT.search(weight):
                last, step = begun.get((path, call), ("", -1))
                begun[path, call] = (weight, step + 1 if weight == last else 0)
        if (path, call) in begun:
            steps[node.name] = begun[path, call][1]
    return steps
