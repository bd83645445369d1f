"""A `Difference`: the sets in which two graphs differ, of all nodes or of those that an end reaches.

What one graph has and the other has not: nodes, with the edge that brought each in, and cycles.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.change.account import account, rows_of_sets, torn, with_account
from graphdiff.change.entries import Directs, Entry, Origins, Row, Upgrade, entry_rows
from graphdiff.change.match import Matched, Rename, Side, likely_renames, version_among
from graphdiff.change.overlay import overlay
from graphdiff.change.ways import Reach
from graphdiff.graph.ends import End
from graphdiff.showing import and_more
from graphdiff.text.names import Edge, edge_name, node_text
from graphdiff.text.numbers import shorten
from graphdiff.text.sentences import Words, how_many, words_for
from graphdiff.text.tables import Frame, Result, Sheet, first_line, sheet_of

Mask = NDArray[np.bool_]

#: So many lines a report has, beside the four on what was read, and so many columns: a screen.
LINES, COLUMNS = 36, 100
#: Where sections cannot have so many lines each, they have one.
LINES_OF_A_SECTION = 4


@dataclass(frozen=True, eq=False, repr=False)
class Difference(Result):
    """What two graphs have and have not in common, as sets; in pandas the edges that differ.

    Attributes
    ----------
    matched : Matched
        The two graphs, node by node and edge by edge.
    versions : pair of mappings of node to version, or None
        What nodes had as an attribute when the two were compared; None of graphs that have no attributes of nodes.
    requested : pair of sets of nodes
        The roots that are direct dependencies, not projects that have some: what was asked to be installed.
    end : node, list of nodes, mapping of node to seed, ROOTS, LEAVES or None
        What reaches the nodes that count; None where all count.
    towards : bool
        Whether the end is a target, which these nodes reach.
    reach : Reach or None
        What the end reaches, or what reaches it; None where there is no end.
    kinds : mapping of node to kind, or None
        What each node of attribution graphs is: token, feature, error, logit. They are known by that, and no likely
        renames are looked for.
    """

    matched: Matched
    versions: tuple[Mapping[Any, str] | None, Mapping[Any, str] | None] = field(repr=False)
    requested: tuple[Set[Any], Set[Any]] = field(default=(frozenset(), frozenset()), repr=False)
    end: Any = None
    towards: bool = False
    reach: Reach | None = field(default=None, repr=False)
    kinds: Mapping[Any, str] | None = field(default=None, repr=False)

    @cached_property
    def scope(self) -> tuple[Mask, Mask]:
        """The nodes that count, by number, before and after."""
        if self.reach is not None:
            return self.reach.numbers
        before, after = (side.places >= 0 for side in self.matched.sides)
        return before, after

    # -- nodes

    @cached_property
    def appeared(self) -> list[Entry]:
        """What only the graph after has, or the end reaches only there; each node with the edge that brought it in."""
        return self._entries(1)

    @cached_property
    def gone(self) -> list[Entry]:
        """What only the graph before has, or the end reaches only there; each node with the edge that brought it in."""
        return self._entries(0)

    def _entries(self, which: int) -> list[Entry]:
        own, other = self.scope[which], self.scope[1 - which]
        fresh, known = own & ~other, own & other
        return Origins(self.matched, which, fresh, known, self.directs, self._upgrades, self.towards).entries()

    @cached_property
    def directs(self) -> tuple[Directs, Directs]:
        """The direct dependencies before and after: of the end where there is one, else of the projects."""
        ends = None if self.reach is None else self.reach.ends
        if self.kinds:  # what a token drives directly is no dependency that somebody chose
            return Directs(frozenset()), Directs(frozenset())
        if self.towards:
            return Directs(frozenset(ends or ())), Directs(frozenset(ends or ()))
        before, after = (
            Directs.of(side, ends, names) for side, names in zip(self.matched.sides, self.requested, strict=True)
        )
        return before, after

    @property
    def upgraded(self) -> list[Upgrade]:
        """The nodes whose version, or label, changed."""
        return list(self._upgrades.values())

    @cached_property
    def _upgrades(self) -> dict[int, Upgrade]:
        """The same by number."""
        upgrades = {}
        for number, old, new in self._common():
            versions = version_among(self.versions[0], old), version_among(self.versions[1], new)
            if versions[0] != versions[1] or (old != new and not versions[0]):
                upgrades[number] = Upgrade(old, new, *versions)
        return upgrades

    def _common(self) -> Iterator[tuple[int, Any, Any]]:
        """Yield the nodes that both graphs have, and that count in either: number, label before, label after."""
        before, after = self.matched.sides
        both = np.flatnonzero((before.places >= 0) & (after.places >= 0) & (self.scope[0] | self.scope[1]))
        for number in both.tolist():
            old, new = (side.graph.topology.label(int(side.places[number])) for side in (before, after))
            yield number, old, new

    def common(self) -> Iterator[tuple[Any, Any]]:
        """Yield the nodes that both graphs have, and that count in either, each by its label before and after."""
        return ((old, new) for _, old, new in self._common())

    @cached_property
    def suggested(self) -> list[Rename]:
        """Nodes that are gone and that appeared, and may be the same: give those that are as ``match={old: new}``."""
        before, after = self.matched.sides
        gone = np.flatnonzero(after.places < 0)
        fresh = np.flatnonzero(before.places < 0)
        if self.kinds or not len(gone) or not len(fresh):
            return []
        names = [[self.matched.label(number) for number in numbers.tolist()] for numbers in (gone, fresh)]
        neighbours = [
            dict(zip(labels, _neighbours(side, numbers.tolist()), strict=True))
            for side, labels, numbers in zip((before, after), names, (gone, fresh), strict=True)
        ]
        return likely_renames(names[0], names[1], neighbours[0], neighbours[1])

    @property
    def names_directs(self) -> bool:
        """Whether the text says direct dependencies: edges are dependencies, and whose are direct is known."""
        is_known = any(directs.nodes for directs in self.directs)
        return is_known and self.matched.after.graph.edge_meaning == "depends on"

    # -- cycles and edges

    @cached_property
    def cycles_new(self) -> list[list[Any]]:
        """The cycles that join nodes which no cycle joined before."""
        return new_cycles(self.matched, *self.matched.sides, self.scope[1])

    @cached_property
    def cycles_broken(self) -> list[list[Any]]:
        """The cycles before that join nodes which no cycle joins any more."""
        return new_cycles(self.matched, *self.matched.sides[::-1], self.scope[0])

    @property
    def added(self) -> list[Edge]:
        """The edges that only the graph after has."""
        return self._edges(self.matched.added)

    @property
    def removed(self) -> list[Edge]:
        """The edges that only the graph before has."""
        return self._edges(self.matched.removed)

    @property
    def changed(self) -> list[Edge]:
        """The edges of both whose weight changed."""
        return self._edges(~self.matched.added & ~self.matched.removed)

    @cached_property
    def edges(self) -> NDArray[Any]:
        """Which of the matched edges count: those between nodes that count, on a side that has them."""
        ends = self.matched.tails, self.matched.heads
        inside = [
            mask[ends[0]] & mask[ends[1]] & (n > 0) for mask, n in zip(self.scope, self.matched.counts, strict=True)
        ]
        return np.flatnonzero(inside[0] | inside[1])

    def n_edges(self, mask: Mask) -> int:
        """Return how many of the edges of a mask count."""
        return int(mask[self.edges].sum())

    def _edges(self, mask: Mask) -> list[Edge]:
        return [self.matched.edge_label(edge) for edge in self.edges[mask[self.edges]].tolist()]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not (len(self.edges) or self.appeared or self.gone or self.upgraded)

    # -- out

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        naming = self.matched.naming
        return {
            "among": None if self.end is None else {"end": naming.end(self.end), "towards": self.towards},
            "appeared": [entry.to_dict(naming) for entry in self.appeared],
            "gone": [entry.to_dict(naming) for entry in self.gone],
            "upgraded": [upgrade.to_dict(naming) for upgrade in self.upgraded],
            "suggested": [rename.to_dict(naming) for rename in self.suggested],
            "cycles_new": list(map(naming.listed, self.cycles_new)),
            "cycles_broken": list(map(naming.listed, self.cycles_broken)),
            "edges": self.edge_records(),
        }

    def edge_records(self) -> list[dict[str, Any]]:
        """Return a record for each edge that differs: its ends as texts, status, and weights."""
        return [self.matched.record(edge) for edge in self.edges.tolist()]

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return the edges that differ, and their ends, as one graph: what `graphdiff.write` draws."""
        among = np.zeros(self.matched.n_numbers, dtype=bool)
        among[self.matched.tails[self.edges]] = True
        among[self.matched.heads[self.edges]] = True
        graph = overlay(self.matched, among)
        kept = [edge for edge in graph.edges if graph.edges[edge]["status"] == "kept"]
        graph.remove_edges_from(kept)
        graph.graph["headline"] = difference_lines(self)[0]
        return graph

    def paged(self, max_nodes: int | None = None) -> nx.MultiDiGraph:
        """Return both graphs as one, with what they have in common; of more nodes what differs alone, saying so.

        Nodes have their versions, and ``unasked`` says why no question can be asked of the graph, if none can.
        """
        whole = self.scope[0] | self.scope[1]
        if max_nodes is None or whole.sum() <= max_nodes:
            graph, unasked = overlay(self.matched, whole, scopes=self.scope), torn(self.matched)
        else:
            graph = self.to_networkx()
            among = self.scope[0] != self.scope[1]
            among[list(self._upgrades)] = True
            graph.add_nodes_from(overlay(self.matched, among).nodes(data=True))
            after = self.matched.after.graph
            words = words_for(after.edge_meaning, "unit", node_meaning=after.node_meaning)
            unasked = (
                f"This page holds what differs: all {int(whole.sum()):,} {words.nodes} are more than fit, "
                f"and {words.edges} that stayed are left out."
            )
        graph.graph.update(headline=_sentence(self), cycles=self.matched.after.graph.cycles)
        if unasked:
            graph.graph["unasked"] = unasked
        return with_account(graph, self, account("What differs", list(rows_of_sets(self))))

    def _frame(self) -> Frame:
        return Frame(self.edge_records())

    def _sheet(self) -> Sheet:
        return sheet_of(map(self.matched.record, self.edges.tolist()), first_line(self))

    def __str__(self) -> str:
        return "\n".join(difference_lines(self))

    def __repr__(self) -> str:
        counts = f"{len(self.appeared):,} appeared, {len(self.gone):,} gone, {len(self.upgraded):,} upgraded"
        return f"<Difference: {counts}; {how_many(len(self.edges), 'edges')} differ>"


def _neighbours(side: Side, numbers: list[int]) -> list[set[tuple[str, int]]]:
    """Return, for some nodes, the numbers that an edge joins them to, and in which direction."""
    topology = side.graph.topology
    neighbours: dict[int, set[tuple[str, int]]] = {number: set() for number in numbers}
    tails, heads = side.numbers[side.graph.tails], side.numbers[topology.heads]
    wanted = np.zeros(len(side.places), dtype=bool)
    wanted[numbers] = True
    for ends, others, way in ((tails, heads, "to"), (heads, tails, "from")):
        hits = wanted[ends]
        for number, other in zip(ends[hits].tolist(), others[hits].tolist(), strict=True):
            neighbours[number].add((way, other))
    return list(neighbours.values())


# -- text


def difference_lines(difference: Difference, top: int | None = None, room: int = LINES) -> list[str]:
    """Return the sets as text, one line a row.

    Parameters
    ----------
    difference : Difference
    top : int, optional
        How many rows of each set; by default as many as there is room for.
    room : int
        In how many lines.
    """
    sections = {title: list(rows) for title, rows in _sections(difference, in_all=top is not None)}
    sections = {title: rows for title, rows in sections.items() if rows}
    lines = wrapped(_sentence(difference))
    room -= len(lines)
    if top is None and room < LINES_OF_A_SECTION * len(sections):
        in_a_line = _kinds_in_a_line if difference.kinds else _in_a_line
        return [*lines, "", *(in_a_line(title, rows) for title, rows in sections.items())]
    tops = _shares([len(rows) for rows in sections.values()], room) if top is None else [top] * len(sections)
    for (title, rows), n in zip(sections.items(), tops, strict=True):
        more = [f"  … {how_many(len(rows) - n, 'more rows')} (--all)"] if len(rows) > n else []
        if more and difference.kinds and top is None:
            more = [f"  {'; '.join(map(_count_of, rows[n:]))}"]
        lines += ["", title, *(f"  {shorten(row, COLUMNS - 2)}" for row in rows[:n]), *more]
    return lines


def _sentence(difference: Difference) -> str:
    """Return of what which numbers differ."""
    words, among = words_for(difference.matched.after.graph.edge_meaning, "unit"), ""
    if difference.end is not None:
        among = f"{scope_title(words, difference.end, towards=difference.towards)}: "
    head = f"{among}{counts_text(difference)}."
    return head[0].upper() + head[1:]


def wrapped(sentence: str) -> list[str]:
    """Return a sentence in as many lines as it takes."""
    return textwrap.wrap(sentence, COLUMNS, break_long_words=False, break_on_hyphens=False)


def _in_a_line(title: str, rows: Sequence[str]) -> str:
    """Return a section as its first row, cut where it is long."""
    more = f" … {how_many(len(rows) - 1, 'more rows')} (--all)" if len(rows) > 1 else ""
    text = f"{title.partition(' (')[0]}: {rows[0]}"
    return (text if len(text) + len(more) <= COLUMNS else f"{text[: COLUMNS - len(more) - 1]}…") + more


def _kinds_in_a_line(title: str, rows: Sequence[str]) -> str:
    """Return the rows of kinds in a line: the names of the first, if they fit, and how many there are of the others.

    Examples
    --------
    >>> _kinds_in_a_line("Gone", ['1 token: " France"@6', "87 features: 0_8082_3 and 86 more"])
    'Gone: 1 token: " France"@6; 87 features'
    """
    others = list(map(_count_of, rows))
    line = f"{title}: {'; '.join([rows[0], *others[1:]])}"
    return line if len(line) <= COLUMNS else f"{title}: {'; '.join(others)}"


def _count_of(row: str) -> str:
    """Return how many nodes of a kind a row names."""
    return row.partition(": ")[0]


def _sections(difference: Difference, *, in_all: bool) -> Iterator[tuple[str, Iterable[str]]]:
    if difference.kinds:
        yield from kind_sections(difference, difference.kinds, in_all=in_all)
        return
    for title, entries, words in (
        ("Appeared", difference.appeared, ("by the new", "by")),
        ("Gone", difference.gone, ("lost with", "with")),
    ):
        rows = entry_rows(entries, words, direct=difference.names_directs)
        yield title, map(fitted, rows)
    yield "Upgraded", map(str, difference.upgraded)
    yield "New cycles", map(cycle_text, difference.cycles_new)
    yield "Broken cycles", map(cycle_text, difference.cycles_broken)
    suggested = (edge_name((rename.old, rename.new)) for rename in difference.suggested)
    yield "Renamed? (--match OLD=NEW, match={old: new})", suggested


def kind_sections(
    difference: Difference, kinds: Mapping[Any, str], *, in_all: bool
) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the sets of nodes of attribution graphs, each with its title: a row for each kind, or for each node."""
    for title, entries in (("Appeared", difference.appeared), ("Gone", difference.gone)):
        yield title, _by_kind(kinds, {entry.node: node_text(entry.node) for entry in entries}, in_all)
    # The title of a logit says its probability, of which the account has a row of its own.
    others = [each for each in difference.upgraded if kinds.get(each.new) != "logit"]
    ids = {each.new: f"{each.old} is now {each.new}" for each in others if each.names[0] != each.names[1]}
    moved = {each.new for each in others if kinds.get(each.new) == "feature" and _of_feature(each.old, each.new)}
    rows = {node: text for node, text in ids.items() if node in moved}
    yield "The same at another position", _by_kind(kinds, rows, in_all)
    yield "Called otherwise", _by_kind(kinds, {node: ids[node] for node in ids if node not in moved}, in_all)


def _of_feature(old: Any, new: Any) -> bool:
    """Tell whether two ids, ``LAYER_FEATURE_POSITION``, differ in the position only.

    Examples
    --------
    >>> _of_feature("11_28169_5", "11_28169_7"), _of_feature("11_28169_5", "11_2_5")
    (True, False)
    """
    stems = [str(node).rpartition("_")[0] for node in (old, new)]
    return bool(stems[0]) and stems[0] == stems[1]


def _by_kind(kinds: Mapping[Any, str], titles: Mapping[Any, str], in_all: bool) -> Iterator[str]:
    """Yield a row for the nodes of each kind, or one for each node, in the order of the kinds.

    Examples
    --------
    >>> kinds = {"E_2_0": "token", "0_7_0": "feature", "0_9_0": "feature"}
    >>> list(_by_kind(kinds, {"0_9_0": "feature 0_9_0", "0_7_0": "feature 0_7_0"}, False))
    ['2 features: 0_7_0, 0_9_0']
    """
    names: dict[str, list[str]] = {}
    for node in [node for node in kinds if node in titles]:
        names.setdefault(kinds[node], []).append(titles[node].removeprefix(f"{kinds[node]} "))
    for kind, listed in names.items():
        if in_all:
            yield from (f"{kind} {name}" for name in listed)
            continue
        head = f"{how_many(len(listed), f'{kind}s')}: "
        lines = (and_more(", ".join(listed[:n]), len(listed) - n) for n in range(min(len(listed), COLUMNS), 0, -1))
        yield next((head + line for line in lines if len(head + line) <= COLUMNS - 2), head + listed[0])


def _shares(lengths: Sequence[int], room: int) -> list[int]:
    """Return how many rows of each section are shown: short ones are, long ones share what is left alike.

    Examples
    --------
    >>> _shares([2, 50, 30], 36)
    [2, 13, 13]
    """
    shares, left = [0] * len(lengths), room - 2 * len(lengths)
    for k, number in enumerate(sorted(range(len(lengths)), key=lengths.__getitem__)):
        share = left // (len(lengths) - k)
        shares[number] = lengths[number] if lengths[number] <= share else max(1, share - 1)
        left -= shares[number] + (shares[number] < lengths[number])
    return shares


def fitted(row: Row) -> str:
    """Return a row as text: as many names as fit, what brought them in, and by which edge if that fits, too.

    Examples
    --------
    >>> fitted(Row(("a" * 30, "b" * 30, "c" * 30), "by x", " (y -> z)"))
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb and 1 more: by x (y -> z)'
    """
    names, what, where = row
    # The edge, unless it leaves no room for a second name.
    tails = [(f": {what}{where}", min(2, len(names))), (f": {what}", 1)] if what else [("", 1)]
    for tail, n in ((tail, n) for tail, least in tails for n in range(min(len(names), COLUMNS), least - 1, -1)):
        text = and_more(", ".join(names[:n]), len(names) - n) + tail
        if len(text) <= COLUMNS - 2:
            break
    return text


def scope_title(words: Words, end: End, *, towards: bool, quoted: Callable[[str], str] = str) -> str:
    """Return what is reached from an end, or reaches it, in words."""
    name = quoted(words.named(end))
    return (words.rank_towards if towards else words.about(end).rank_from).format(source=name, target=name)


def counts_text(difference: Difference) -> str:
    """Return how many nodes and edges differ, in one line."""
    if difference.is_empty:
        return "nothing differs"
    words = words_for(difference.matched.after.graph.edge_meaning, "unit")
    added, removed = (difference.n_edges(mask) for mask in (difference.matched.added, difference.matched.removed))
    changed = len(difference.edges) - added - removed
    counts = [
        f"{len(difference.appeared):,} appeared, {len(difference.gone):,} gone",
        *([f"{len(difference.upgraded):,} upgraded"] if difference.upgraded and not difference.kinds else []),
        f"{how_many(added, words.edges)} added, {removed:,} removed",
        *([f"{changed:,} changed"] if changed else []),
    ]
    return ", ".join(counts)


def cycle_text(members: Sequence[Any]) -> str:
    """Return a cycle in one line.

    Examples
    --------
    >>> cycle_text(["b", "a"])
    'a + b'
    """
    names = sorted(map(node_text, members))
    return " + ".join(names[:5]) + (f" + {len(names) - 5:,} more" if len(names) > 5 else "")


def new_cycles(matched: Matched, old: Side, new: Side, scope: Mask) -> list[list[Any]]:
    """Return the cycles of one graph that join nodes which no cycle of the other joins, as lists of nodes.

    Parameters
    ----------
    matched : Matched
    old, new : Side
        The graph that has not these cycles, and the one that has.
    scope : bool array by number
        A cycle counts that has a node here.
    """
    component = -1 - np.arange(matched.n_numbers)
    for start, stop in old.graph.topology.cyclic.tolist():
        component[old.numbers[start:stop]] = start
    cycles = []
    for start, stop in new.graph.topology.cyclic.tolist():
        members = new.numbers[start:stop]
        before = component[members]
        joined = len(members) > 1 and (before != before[0]).any()
        if scope[members].any() and (joined or before[0] < 0):
            cycles.append([matched.label(number) for number in members.tolist()])
    return cycles
