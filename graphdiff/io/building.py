"""What readers share in building a graph: the collector rests, ids, numbers from texts, and what the graph means.

Which edges are read, by their kind: the options ``kinds`` and ``omit`` that several formats have.

An empty networkx graph filled at once: what its own methods do edge by edge, in a third to a half of the time.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import networkx as nx

from graphdiff.errors import UsageError
from graphdiff.remedies import Keyword
from graphdiff.showing import MAX_DIGITS

__all__ = [
    "by_kinds",
    "chosen_kinds",
    "described",
    "is_numeral",
    "leave_out",
    "node_ids",
    "note_unmet",
    "numbers",
    "renamed_kinds",
    "why_no_number",
]


#: What is a number to a reader of the file, whether or not Python can hold it; in a file, 1_000 is a name.
NUMERAL = re.compile(r"\s*[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*")

GraphT = TypeVar("GraphT", nx.DiGraph, nx.MultiDiGraph)


def described(
    graph: GraphT,
    *,
    format: str,
    edge_meaning: str = "unknown",
    weight_meaning: str = "unknown",
    node_meaning: str = "unknown",
) -> GraphT:
    """Return `graph`, saying in its graph attributes what it is; what its file says on the meanings stays.

    Examples
    --------
    >>> described(nx.DiGraph(edge_meaning="calls"), format="GraphML").graph
    {'edge_meaning': 'calls', 'format': 'GraphML', 'weight_meaning': 'unknown'}
    """
    graph.graph["format"] = format
    graph.graph.setdefault("edge_meaning", edge_meaning)
    graph.graph.setdefault("weight_meaning", weight_meaning)
    if node_meaning != "unknown":  # else the reader's row says it
        graph.graph.setdefault("node_meaning", node_meaning)
    return graph


def told_in_part(graph: GraphT, name: str, whole: str = "JSON without --max-nodes has the whole") -> GraphT:
    """Return a graph that graphdiff drew, with a warning where the picture is not the whole of it.

    Examples
    --------
    >>> told_in_part(nx.DiGraph(drawn="drawn: 2 of 3 nodes"), "x.json").graph["warnings"]
    ['x.json is the picture of a part of a graph (drawn: 2 of 3 nodes); JSON without --max-nodes has the whole']
    """
    drawn = graph.graph.get("drawn")
    if isinstance(drawn, str) and drawn:
        message = f"{name} is the picture of a part of a graph ({drawn}); {whole}"
        graph.graph["warnings"] = [*_texts_of(graph.graph.get("warnings")), message]
    return graph


def _texts_of(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def leave_out(graph: nx.DiGraph, nodes: Iterable[str], by: Mapping[str, str | Collection[str]]) -> None:
    """Note in the graph which nodes options left out, so that whoever asks for one is told so.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> leave_out(G, ["b"], {"kinds": ["normal", "peer"]})
    >>> G.graph
    {'left_out': {'nodes': ['b'], 'by': {'kinds': 'normal,peer'}}}
    """
    if names := list(nodes):
        values = {name: value if isinstance(value, str) else ",".join(value) for name, value in by.items()}
        graph.graph["left_out"] = {"nodes": names, "by": values}


def note_unmet(graph: nx.DiGraph, unmet: Iterable[tuple[str, str]], absent: str = "not in the file") -> None:
    """Note in the graph what is needed and not there, by pairs of node and need, and where it is absent.

    Examples
    --------
    >>> G = nx.DiGraph()
    >>> note_unmet(G, [("a", "x"), ("b", "x"), ("a", "y")])
    >>> G.graph
    {'unmet': {'x': ['a', 'b'], 'y': ['a']}, 'absent': 'not in the file'}
    """
    requirers: dict[str, list[str]] = {}
    for node, wanted in unmet:
        requirers.setdefault(wanted, []).append(node)
    graph.graph["unmet"] = requirers
    if requirers:
        graph.graph["absent"] = absent


def node_ids(packages: Iterable[tuple[str, str]]) -> list[str]:
    """Return the node id of each package: its name, and ``name@version`` for all versions of a name with several.

    Every reader of packages numbers its nodes by this rule, so that one package has one id in all formats. The same
    name and version twice have the same id; a version that is not known is ``""`` and adds nothing to the name.

    Examples
    --------
    >>> node_ids([("numpy", "2.1"), ("networkx", "3.6"), ("networkx", "3.7"), ("numpy", "2.1")])
    ['numpy', 'networkx@3.6', 'networkx@3.7', 'numpy']
    """
    given = list(packages)
    names = [name for name, _ in given]
    if len(set(names)) == len(names):
        return names
    times = Counter(name for name, _ in set(given))
    return [f"{name}@{version}" if version and times[name] > 1 else name for name, version in given]


def numbers(values: Sequence[str]) -> list[int] | list[float] | None:
    """Return texts as ints where all are whole, else as floats; None where one of them is no number or beyond these.

    What a file calls infinite is infinite, and refused where weights are compiled.

    Examples
    --------
    >>> numbers(["1", "2"]), numbers(["1", "2.5"]), numbers(["1", "two"])
    ([1, 2], [1.0, 2.5], None)
    >>> numbers(["1e400"]), numbers(["1_000"]), numbers(["inf"])
    (None, None, [inf])
    """
    joined = "".join(values)
    if "_" in joined or not joined.isascii():  # which Python takes for numbers
        return None
    for kind in (int, float):
        try:
            parsed = list(map(kind, values))
        except ValueError:
            continue
        return None if kind is float and _overflow(parsed, values) else parsed
    return None


def _overflow(parsed: Sequence[float], values: Sequence[str]) -> bool:
    """Tell whether a numeral has become infinite, which it does not say."""
    # A sum is infinite where one of its terms is, or by itself; then only is each looked at.
    return not math.isfinite(sum(parsed)) and any(
        math.isinf(number) and is_numeral(text) for number, text in zip(parsed, values, strict=True)
    )


def is_numeral(text: str) -> bool:
    """Tell whether a text is a number to a reader, even one that Python cannot hold.

    Examples
    --------
    >>> is_numeral("1e400"), is_numeral("9" * 5000), is_numeral("nine")
    (True, True, False)
    """
    return NUMERAL.fullmatch(text) is not None


def why_no_number(text: str) -> str:
    """Return what is the matter with a text of which `numbers` makes none.

    Examples
    --------
    >>> why_no_number("9" * 5000), why_no_number("nine")
    ('has 5,000 digits, and no more than 4,300 are read', 'is not a number')
    """
    if not is_numeral(text):
        return "is not a number"
    digits = sum(map(str.isdigit, text))
    if digits > MAX_DIGITS:
        return f"has {digits:,} digits, and no more than {MAX_DIGITS:,} are read"
    return "is beyond the floats, which end at 1.8e308"


#: Before a kind among those that a reader is handed: edges of it are left out.
OMITTED = "!"


def _listed(kinds: str | Collection[str]) -> list[str]:
    return [kind.strip() for text in ([kinds] if isinstance(kinds, str) else kinds) for kind in text.split(",")]


def with_omitted(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a reader that has kinds, with what to `omit` among its ``kinds``.

    Examples
    --------
    >>> with_omitted({"kinds": "dev,peer", "omit": "peer"}), with_omitted({"markers": "x"})
    ({'kinds': ['dev', 'peer', '!peer']}, {'markers': 'x'})
    """
    handed = dict(options)
    if "omit" in handed:
        omitted = [f"{OMITTED}{kind}" for kind in _listed(handed.pop("omit"))]
        handed["kinds"] = [*_listed(handed.get("kinds") or ()), *omitted]
    return handed


def by_kinds(kinds: str | Collection[str]) -> dict[str, str]:
    """Return the options that chose kinds of edges, each with its value.

    Examples
    --------
    >>> by_kinds(["normal,dev", "!dev"]), by_kinds("dev")
    ({'kinds': 'normal,dev', 'omit': 'dev'}, {'kinds': 'dev'})
    """
    named, omitted = _parted(kinds)
    return {name: ",".join(listed) for name, listed in (("kinds", named), ("omit", omitted)) if listed}


def renamed_kinds(
    kinds: str | Collection[str], old: Mapping[str, Sequence[str]]
) -> tuple[list[str], dict[str, Sequence[str]]]:
    """Return kinds as they are called now, those with a ``!`` too, and the old names among them.

    Examples
    --------
    >>> renamed_kinds("!run-time,dev", {"run-time": ("runtime", "local")})
    (['!runtime', '!local', 'dev'], {'run-time': ('runtime', 'local')})
    """
    now: list[str] = []
    met: dict[str, Sequence[str]] = {}
    for kind in _listed(kinds):
        name = kind.removeprefix(OMITTED)
        if name in old:
            met[name] = old[name]
        now += [f"{kind.removesuffix(name)}{new}" for new in old.get(name, (name,))]
    return now, met


def _parted(kinds: str | Collection[str]) -> tuple[list[str], list[str]]:
    """Return the kinds that are named, and those that are left out."""
    listed = _listed(kinds)
    named = [kind for kind in listed if not kind.startswith(OMITTED)]
    return named, [kind.removeprefix(OMITTED) for kind in listed if kind.startswith(OMITTED)]


def chosen_kinds(kinds: str | Collection[str] | None, known: Iterable[str], *, default: Collection[str]) -> set[str]:
    """Return the kinds that an option names, in the spelling that is known; capitals make no difference.

    Parameters
    ----------
    kinds : str, collection of str or None
        One text may have several, with commas between them; ``"all"`` stands for all that are known, ``None`` for
        `default`. Those with a ``!`` before them are left out: of the others, or of `default` where there are none.
    known : iterable of str
        The kinds that there are.
    default : collection of str
        What is read without the option.

    Raises
    ------
    UsageError
        A kind that is not known; those that are get listed. Or none is left.

    Examples
    --------
    >>> sorted(chosen_kinds("depends, recommends", ["Depends", "Recommends", "Suggests"], default=()))
    ['Depends', 'Recommends']
    >>> sorted(chosen_kinds("!dev", ["normal", "dev", "peer"], default=["normal", "dev"]))
    ['normal']
    """
    spelling = {kind.casefold(): kind for kind in known}
    if kinds is None:
        return set(default) & set(spelling.values())
    named, omitted = _parted(kinds)
    wanted = _spelled(named, spelling) if named else set(default) & {*spelling.values(), ""}
    left = wanted - _spelled(omitted, spelling)
    if omitted and not left - {""}:
        raise UsageError(Keyword("omit", ",".join(omitted)), " leaves no kind of edges to read")
    return left


def _spelled(kinds: Sequence[str], spelling: Mapping[str, str]) -> set[str]:
    """Return kinds as they are known."""
    if [kind.casefold() for kind in kinds] == ["all"]:
        return set(spelling.values())
    for kind in kinds:
        if kind.casefold() not in spelling:
            there = ", ".join(spelling.values()) or "none"
            raise UsageError(f"no edge is of the kind {kind!r}; there are {there}")
    return {spelling[kind.casefold()] for kind in kinds}
