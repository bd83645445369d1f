"""The drawings that pprof and gprof2dot make of profiles: who calls whom, and what that costs, as the labels say.

Where every label says what was measured the graph is a profile, else it has the labels as texts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.io.dot import read_dot
from graphdiff.io.drawings import renamed, told, without_attributes
from graphdiff.profiles.call_graph import Function, from_calls
from graphdiff.text.amounts import amount

__all__ = ["read_gprof2dot", "read_pprof"]

LOOKS = (
    "shape", "style", "color", "fillcolor", "fontcolor", "fontname", "fontsize", "height", "width", "id", "tooltip"
)  # fmt: skip

# A pprof edge's weight is what the drawing is laid out by: a rounded percentage, missing where it is 1.
EDGE_LOOKS = (
    "weight", "penwidth", "color", "fontcolor", "fontname", "fontsize", "arrowsize", "labeldistance", "tooltip",
    "labeltooltip", "style", "minlen",
)  # fmt: skip

PPROF_NODE = re.compile(r"N\d+")
#: What stands behind a function's name in a tooltip.
VALUE = re.compile(r" \([^()]*\)$")
AMOUNT = r"(\d+(?:\.\d+)?)([a-zA-Z]*)"
PERCENT = r" \([\d.]+%\)"
PPROF_FUNCTION = re.compile(rf"(?:^|\\n)(?:{AMOUNT}{PERCENT}|0)(?:(?:\\n| )of {AMOUNT}{PERCENT})?$")
PPROF_CALL = re.compile(rf"{AMOUNT}(?:\\n \((?:partial-)?inline\))?")
#: Of the legend: which value was drawn, and what all of it is.
TYPE, TOTAL = re.compile(r"Type: (\w+)\\l"), re.compile(rf" of {AMOUNT} total\\l")
#: How many of the first of its family each unit is; pprof counts bytes by 1,024.
UNITS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9, "mins": 6e10, "hrs": 3.6e12}
UNITS |= {unit: 2.0 ** (10 * place) for place, unit in enumerate(("B", "kB", "MB", "GB", "TB", "PB"))}

NUMBER = re.compile(r"\d+")
SHARE = r"(\d+(?:\.\d+)?)%"
#: Name, inclusive, own and calls.
GPROF2DOT_FUNCTION = re.compile(rf"(.*?)\\n{SHARE}(?:\\n\({SHARE}\)(?:\\n(\d+)×)?)?$")
GPROF2DOT_CALL = re.compile(rf"(?:{SHARE})?(?:(?:^|\\n)(\d+)×)?$")

#: Figures are drawn in two decimals.
ROUNDING = 0.005
Numbers = dict[str, Number]


class _Said(NamedTuple):
    """What the labels of a drawing say of one value: of each function and call its numbers, in one unit."""

    functions: Mapping[str, Numbers]
    calls: Mapping[tuple[str, str], Numbers]
    unit: str
    total: Number


def read_pprof(data: bytes, *, name: str, **limits: Any) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read the DOT of ``go tool pprof -dot``: the tail of an edge calls its head.

    Nodes are called by the functions' names instead of ``N1``; legend and tags are left out, and so is the ``weight``
    by which the drawing is laid out. Nodes have ``self`` and ``inclusive``, edges ``cost``, in the unit of the drawing
    (``G.graph["unit"]``). What a function spends in others that are not drawn is ``hidden``. Where a label says
    something else, or less than 0, there are the labels alone.

    References
    ----------
    .. [1] https://github.com/google/pprof/blob/main/doc/README.md

    Examples
    --------
    >>> text = b'''digraph "x" { subgraph cluster_L { L [label="Type: cpu\\l100% of 25s total\\l"] }
    ... N1 [label="src\\n10s (40.00%)\\nof 25s (100%)" tooltip="src (25s)"]
    ... N2 [label="dest\\n15s (60.00%)" tooltip="dest (15s)"] N1 -> N2 [label=" 15s" weight=61] }'''
    >>> G = read_pprof(text, name="x.dot")
    >>> list(G.edges(data=True)), G.nodes["src"], G.graph["unit"]
    ([('src', 'dest', {'cost': 15.0})], {'name': 'src', 'self': 10.0, 'inclusive': 25.0}, 's')
    """
    graph = read_dot(data, name=name, **limits)
    strange = [node for node in graph if not PPROF_NODE.fullmatch(node)]
    legend = " ".join(str(graph.nodes[node].get("label", "")) for node in strange)
    graph.remove_nodes_from(strange)
    names = {node: VALUE.sub("", str(attributes.get("tooltip", ""))) for node, attributes in graph.nodes(data=True)}
    if said := _pprof_said(graph, legend):
        kind = TYPE.search(legend)
        return _profile(graph, names, {}, said, name, format="pprof (DOT)", event=kind[1] if kind else None)
    return _with_labels(graph, lambda node, _: names[node], "pprof (DOT)")


def read_gprof2dot(data: bytes, *, name: str, **limits: Any) -> nx.DiGraph | nx.MultiDiGraph:
    r"""Read the DOT of gprof2dot: the tail of an edge calls its head.

    Ids that are numbers give way to the names in the labels. Nodes have ``self`` and ``inclusive``, edges ``cost``, all
    in per cent of the total, and ``calls`` where the drawing says them. What a function spends in others that are not
    drawn is ``hidden``. Where labels say something else (``--node-label``), there are the labels alone.

    References
    ----------
    .. [1] https://github.com/jrfonseca/gprof2dot

    Examples
    --------
    >>> text = '''digraph { 0 [label="main\\n100.00%\\n(50.00%)\\n1×"]; 1 [label="read\\n50.00%\\n(50.00%)\\n7×"];
    ... 0 -> 1 [label="50.00%\\n7×", labeldistance="2.00"] }'''.encode()
    >>> G = read_gprof2dot(text, name="x.dot")
    >>> list(G.edges(data=True)), G.nodes["main"]
    ([('main', 'read', {'cost': 50.0, 'calls': 7})], {'name': 'main', 'self': 50.0, 'inclusive': 100.0, 'calls': 1})
    """
    graph = read_dot(data, name=name, **limits)
    if said := _gprof2dot_said(graph):
        names = {node: _gprof2dot_name(node, attributes) for node, attributes in graph.nodes(data=True)}
        files = {node: str(attributes.get("tooltip", "")) for node, attributes in graph.nodes(data=True)}
        return _profile(graph, names, files, said, name, format="gprof2dot (DOT)")
    return _with_labels(graph, _gprof2dot_name, "gprof2dot (DOT)")


def _with_labels(
    graph: nx.DiGraph, name_of: Callable[[str, dict[str, Any]], str], title: str
) -> nx.DiGraph | nx.MultiDiGraph:
    """Return who calls whom, with the labels of the drawing."""
    graph = renamed(graph, name_of)
    for _, _, attributes in graph.edges(data=True):
        attributes["label"] = str(attributes.get("label", "")).strip()
    without_attributes(graph, nodes=LOOKS, edges=EDGE_LOOKS)
    return told(graph, format=title, edge_meaning="calls")


def _gprof2dot_name(node: str, attributes: dict[str, Any]) -> str:
    match = GPROF2DOT_FUNCTION.match(str(attributes.get("label", "")))
    return match[1].replace(r"\n", " ") if match and NUMBER.fullmatch(node) else node


# --- what labels say


def _pprof_said(graph: nx.DiGraph, legend: str) -> _Said | None:
    """Return what was measured, in the unit of the total; None where a label does not say it."""
    total = TOTAL.search(legend)
    if not total:
        return None
    unit = total[2]

    def converted(number: str, its_unit: str) -> Number:
        return float(number) * (1 if its_unit in (unit, "") else UNITS[its_unit] / UNITS[unit])

    def function(label: str) -> Numbers | None:
        match = PPROF_FUNCTION.search(label)
        if not match:
            return None
        own = converted(match[1], match[2]) if match[1] else 0.0
        return {"self": own, "inclusive": converted(match[3], match[4]) if match[3] else own}

    def call(label: str) -> Numbers | None:
        match = PPROF_CALL.fullmatch(label)
        return {"cost": converted(match[1], match[2])} if match else None

    counted = TYPE.search(legend)
    shown = unit or (counted[1].removeprefix("alloc_").removeprefix("inuse_") if counted else "samples")
    try:
        return _said(graph, function, call, shown, float(total[1]))
    except KeyError:  # an unknown unit beside another
        return None


def _gprof2dot_said(graph: nx.DiGraph) -> _Said | None:
    """Return what was measured, in per cent; None where a label does not say it."""

    def function(label: str) -> Numbers | None:
        match = GPROF2DOT_FUNCTION.fullmatch(label)
        if not match or not match[3]:
            return None
        calls = {"calls": int(match[4])} if match[4] else {}
        return {"self": float(match[3]), "inclusive": float(match[2]), **calls}

    def call(label: str) -> Numbers | None:
        match = GPROF2DOT_CALL.fullmatch(label)
        if not match:
            return None
        cost: Numbers = {"cost": float(match[1])} if match[1] else {}
        return {**cost, "calls": int(match[2])} if match[2] else cost

    return _said(graph, function, call, "%", 100)


def _said(
    graph: nx.DiGraph,
    function: Callable[[str], Numbers | None],
    call: Callable[[str], Numbers | None],
    unit: str,
    total: Number,
) -> _Said | None:
    functions = {node: function(str(label)) for node, label in graph.nodes(data="label", default="")}
    calls: dict[tuple[str, str], Numbers] = {}
    for tail, head, label in graph.edges(data="label", default=""):
        numbers = call(str(label).strip())
        if numbers is None:
            return None
        drawn_before = calls.get((tail, head), {})
        calls[tail, head] = {key: numbers.get(key, 0) + drawn_before.get(key, 0) for key in {**numbers, **drawn_before}}
    known = {node: numbers for node, numbers in functions.items() if numbers is not None}
    return _Said(known, calls, unit, total) if known and len(known) == len(functions) else None


# --- the profile that they are of


def _profile(
    graph: nx.DiGraph, names: Mapping[str, str], files: Mapping[str, str], said: _Said, name: str, **facts: Any
) -> nx.DiGraph:
    """Return the profile; of several nodes with a name each has its id, too."""
    times = Counter(names.values())
    made = {
        node: Function(text if text and times[text] == 1 else f"{text} ({node})".strip(), files.get(node, "").strip())
        for node, text in names.items()
    }
    hidden = _hidden(graph, said)
    if hidden:
        most = amount(max(numbers["hidden"] for numbers in hidden.values()), said.unit)
        told = f"{len(hidden):,} of {len(graph):,} functions spend up to {most} in others that are not drawn"
        facts["warnings"] = [f"{name}: by its labels {told}"]
    return from_calls(
        {made[node]: {**numbers, **hidden.get(node, {})} for node, numbers in said.functions.items()},
        {(made[tail], made[head]): numbers for (tail, head), numbers in said.calls.items()},
        unit=said.unit,
        total=said.total,
        kind=None,
        **facts,
    )


def _hidden(graph: nx.DiGraph, said: _Said) -> dict[str, Numbers]:
    """Return what functions spend in others that are not drawn, as far as that is more than rounding.

    It is their inclusive without their own and the calls that are drawn; of functions that call one another that of
    the one with most.
    """
    hidden: dict[str, Numbers] = {}
    for members in nx.strongly_connected_components(graph):
        exits = [pair for pair in graph.out_edges(members) if pair[1] not in members]
        drawn = sum(said.functions[node]["self"] for node in members)
        drawn += sum(said.calls[pair].get("cost", 0) for pair in set(exits))
        most = max(members, key=lambda node: said.functions[node]["inclusive"])
        rest = said.functions[most]["inclusive"] - drawn
        if rest > ROUNDING * (1 + len(members) + len(exits)):
            hidden[most] = {"hidden": round(rest, 2)}
    return hidden
