"""Every public question on generated graphs of every kind of number, by both engines and all cycle policies.

A graph is drawn from its number, so that a failure is found again by it. A question is asked of the graph as it is;
its answer is compared with sums over pairs of Fractions (real and imaginary part) that know nothing of graphdiff, and
all that it shows, as text and as plain values, is looked through for numbers that are no Python numbers.
"""

from __future__ import annotations

import dataclasses
import json
import math
import random
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from typing import Any

import networkx as nx
import numpy as np
import sympy

import graphdiff as gd
from graphdiff.errors import CycleError, GraphdiffError, LimitError, UsageError, WeightError
from graphdiff.sums.semirings import SEMIRINGS

POLICIES = ("raise", "collapse", "solve", "reduced-form")
ENGINES = ("plain Python", "kernels")
SYMBOLS = sympy.symbols("a b c d")
#: What the symbols are put to for the comparison.
VALUES = dict(zip(SYMBOLS, (Fraction(1, 2), Fraction(-1, 3), Fraction(2), Fraction(1, 7)), strict=True))

Exact = tuple[Fraction, Fraction]
Edge = tuple[Any, ...]
Drawn = Callable[[random.Random], Any]

#: How a weight of each kind is drawn, in size up to about 1.
KINDS: dict[str, Drawn] = {
    "int": lambda r: r.choice([-2, -1, 1, 1, 2]),
    "int of any size": lambda r: r.choice([-1, 1]) * r.choice([0, 1, 3, 2**31, 2**62]),
    "bool": lambda r: r.random() < 0.8,
    "float": lambda r: r.gauss(0, 1),
    "int and float": lambda r: r.choice([r.randint(-2, 2), r.gauss(0, 1)]),
    "Fraction": lambda r: Fraction(r.randint(-7, 7), r.randint(1, 7)),
    "int and Fraction": lambda r: r.choice([r.randint(-2, 2), Fraction(r.randint(-7, 7), 7)]),
    "Decimal": lambda r: Decimal(r.randint(-99, 99)) / 64,
    "complex": lambda r: complex(r.gauss(0, 1), r.gauss(0, 1)),
    "float and complex": lambda r: r.choice([r.gauss(0, 1), complex(r.gauss(0, 1), r.gauss(0, 1))]),
    "sympy": lambda r: r.choice([*SYMBOLS, SYMBOLS[0] + 2, sympy.Integer(2), sympy.Rational(-1, 3)]),
    "np.float64": lambda r: np.float64(r.gauss(0, 1)),
    "np.float32": lambda r: np.float32(r.gauss(0, 1)),
    "np.float16": lambda r: np.float16(r.gauss(0, 1)),
    "np.int64": lambda r: np.int64(r.randint(-2, 2)),
    "np.int8": lambda r: np.int8(r.randint(-100, 100)),
    "np.uint8": lambda r: np.uint8(r.randint(0, 200)),
    "np.bool": lambda r: np.bool_(r.random() < 0.8),
    "np.complex128": lambda r: np.complex128(complex(r.gauss(0, 1), r.gauss(0, 1))),
    "np.complex64": lambda r: np.complex64(complex(r.gauss(0, 1), r.gauss(0, 1))),
    "np and Python": lambda r: r.choice([np.int64(2), -1, np.float32(0.5), 0.25, np.bool_(True), np.uint8(3)]),
}
FORMAL = {"sympy"}
ROUNDED = {"Decimal"}
COMPLEX = {"complex", "float and complex", "np.complex128", "np.complex64"}


# ------------------------------------------------------------------------------------------ exact numbers


def exact(number: Any) -> Exact:
    """Return a finite number of any kind as its real and imaginary part."""
    if isinstance(number, sympy.Basic):
        number = number.subs(VALUES)
        return Fraction(int(number.p), int(number.q)), Fraction(0)
    if isinstance(number, (complex, np.complexfloating)):
        return Fraction(float(number.real)), Fraction(float(number.imag))
    if isinstance(number, (np.integer, np.bool_)):
        number = int(number)
    return Fraction(float(number) if isinstance(number, np.floating) else number), Fraction(0)


def plus(a: Exact, b: Exact) -> Exact:
    return a[0] + b[0], a[1] + b[1]


def minus(a: Exact, b: Exact) -> Exact:
    return a[0] - b[0], a[1] - b[1]


def times(a: Exact, b: Exact) -> Exact:
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


def size(a: Exact) -> float:
    return math.hypot(float(a[0]), float(a[1]))


ONE: Exact = (Fraction(1), Fraction(0))
ZERO: Exact = (Fraction(0), Fraction(0))


# ------------------------------------------------------------------------------------------ a drawn graph


@dataclasses.dataclass(frozen=True)
class Case:
    """A graph, two nodes of it, and how it is to be asked."""

    number: int
    kind: str
    policy: str
    graph: nx.DiGraph
    source: Any
    target: Any

    @property
    def options(self) -> dict[str, Any]:
        return {"cycles": self.policy}

    @cached_property
    def edges(self) -> list[tuple[Any, Any, Exact]]:
        """The edges that carry something: under ``collapse`` those between components, by a member of each."""
        rows = [(u, v, exact(w)) for u, v, w in self.graph.edges(data="weight")]
        if self.policy != "collapse":
            return rows
        place = self.place
        return [(place[u], place[v], w) for u, v, w in rows if place[u] != place[v]]

    @cached_property
    def place(self) -> dict[Any, Any]:
        """The node that stands for each: a member of its component under ``collapse``, else itself."""
        if self.policy != "collapse":
            return {node: node for node in self.graph}
        return {node: min(part) for part in nx.strongly_connected_components(self.graph) for node in part}

    @cached_property
    def on_a_cycle(self) -> set[Any]:
        """The nodes on a cycle."""
        parts = nx.strongly_connected_components(self.graph)
        return {n for part in parts for n in part if len(part) > 1 or self.graph.has_edge(n, n)}

    @cached_property
    def is_acyclic(self) -> bool:
        return self.policy == "collapse" or not self.on_a_cycle

    @cached_property
    def order(self) -> list[Any]:
        """The nodes that values stand at, in an order that no edge leads back in."""
        graph = nx.DiGraph()
        graph.add_nodes_from(self.place.values())
        graph.add_edges_from((u, v) for u, v, _ in self.edges)
        return list(nx.topological_sort(graph))

    def swept(self, start: Any, *, back: bool = False, sizes: bool = False) -> dict[Any, Any]:
        """Return the totals from a node, or towards it, of weights or of their sizes, on a graph without cycles."""
        ends: dict[Any, list[tuple[Any, Any]]] = {node: [] for node in self.order}
        for u, v, weight in self.edges:
            number = size(weight) if sizes else weight
            ends[v if back else u].append((u if back else v, number))
        values: dict[Any, Any] = dict.fromkeys(self.order, 0.0 if sizes else ZERO)
        values[self.place[start]] = 1.0 if sizes else ONE
        for node in reversed(self.order) if back else self.order:
            if values[node] not in (0.0, ZERO):
                for other, number in ends[node]:
                    if sizes:
                        values[other] += values[node] * number
                    else:
                        values[other] = plus(values[other], times(values[node], number))
        return {node: values[self.place[node]] for node in self.graph}

    @cached_property
    def from_source(self) -> dict[Any, Exact]:
        return self.swept(self.source)

    @cached_property
    def to_target(self) -> dict[Any, Exact]:
        return self.swept(self.target, back=True)

    @cached_property
    def total(self) -> Exact:
        return self.from_source[self.target]

    @cached_property
    def scale(self) -> float:
        """The sum of the absolute path influences between the ends, or 1."""
        return self.swept(self.source, sizes=True)[self.target] or 1.0

    @cached_property
    def largest(self) -> float:
        """The largest sum of absolute path influences that a sweep can meet; its square by ``*``, which may be inf."""
        sums = [*self.swept(self.source, sizes=True).values(), *self.swept(self.target, back=True, sizes=True).values()]
        return max(sums)

    def check_walks(self, numbers: Mapping[Any, Any], source: Any = None, target: Any = None) -> None:
        """Assert that sums over walks, by their other end, are what numpy's inverse has, where one can trust it."""
        assert_plain(numbers)
        if self.kind in FORMAL:
            return
        nodes = set(self.graph)
        if source is not None:
            nodes &= nx.descendants(self.graph, source) | {source}
        if target is not None:
            nodes &= nx.ancestors(self.graph, target) | {target}
        place = {node: number for number, node in enumerate(nodes)}
        matrix = np.zeros((len(place), len(place)), dtype=complex)
        for tail, head, weight in self.edges:
            if tail in nodes and head in nodes:
                matrix[place[tail], place[head]] += complex(float(weight[0]), float(weight[1]))
        system = np.eye(len(place)) - matrix
        if np.linalg.det(system) == 0:  # a cycle without a sum, into which nothing goes: then there is a number
            return
        walks = np.linalg.inv(system)
        largest = float(np.abs(walks).max(initial=1.0))
        for node, number in numbers.items():
            ends = source if source is not None else node, target if target is not None else node
            right = walks[place[ends[0]], place[ends[1]]] if nodes.issuperset(ends) else 0
            assert largest > 1e12 or abs(complex(number) - right) <= 1e-7 * largest, (number, right, ends)

    def slack(self, scale: float | None = None) -> float:
        """Return how far an answer may be off."""
        if self.kind in FORMAL:
            return 0.0
        weights = self.compiled.weights
        if isinstance(weights, np.ndarray) and weights.dtype.kind == "i":
            return 0.0
        if not isinstance(weights, np.ndarray) and all(isinstance(w, (int, Fraction)) for w in weights):
            return 0.0
        return 1e-11 * (self.scale if scale is None else scale)

    @cached_property
    def compiled(self) -> gd.CompiledGraph:
        return gd.compile(self.graph, cycles=self.policy)

    def check(self, number: Any, right: Exact, scale: float | None = None) -> None:
        """Assert that a number is the right one, and of a Python type."""
        assert_plain(number)
        off = minus(exact(number), right)
        slack = self.slack(scale)
        assert off == ZERO if not slack else size(off) <= slack, (number, right)


def drawn(number: int, *, most: int = 400) -> Case:
    """Return a case by its number: the kind of weight, the policy and the shape follow from it."""
    r = random.Random(number)
    kind = list(KINDS)[number % len(KINDS)]
    policy = POLICIES[number // len(KINDS) % len(POLICIES)]
    n_edges = round(math.exp(r.uniform(math.log(10), math.log(30 if kind in FORMAL else most))))
    n_nodes = max(4, round(n_edges / r.uniform(1, 4)))
    named = r.random() < 0.5
    names = [f"n{place:03}" if named else place for place in range(n_nodes)]
    graph = nx.MultiDiGraph() if r.random() < 0.4 else nx.DiGraph()
    shuffled = names[:]
    r.shuffle(shuffled)
    graph.add_nodes_from(shuffled)
    weight = KINDS[kind]
    for _ in range(n_edges):
        reach = n_nodes if r.random() < 0.3 else 6
        tail = r.randrange(n_nodes - 1)
        head = min(n_nodes - 1, tail + r.randint(1, reach))
        graph.add_edge(names[tail], names[head], weight=weight(r))
    if r.random() < 0.6:
        for _ in range(r.randint(1, 4)):
            tail = r.randrange(n_nodes)
            head = max(0, tail - r.randint(0, 3))
            graph.add_edge(names[tail], names[head], weight=weight(r))
    if r.random() < 0.6:
        source, target = names[r.randrange(min(4, n_nodes))], names[-1 - r.randrange(min(3, n_nodes))]
    else:
        source, target = r.choice(names), r.choice(names)
    return Case(number, kind, policy, graph, source, target)


# ------------------------------------------------------------------------------------------ what is shown


def assert_plain(value: Any) -> None:
    """Assert that no number of numpy is in a value; arrays of machine numbers are the documented exception."""
    stack = [value]
    while stack:
        item = stack.pop()
        assert not isinstance(item, np.generic), f"{type(item).__name__} {item!r}"
        if isinstance(item, np.ndarray):
            if item.dtype == object:
                stack.extend(item.ravel().tolist())
        elif isinstance(item, Mapping):
            stack.extend(item.values())
        elif isinstance(item, (list, tuple, set, frozenset)):
            stack.extend(item)


def shown(result: Any) -> None:
    """Look at all that a result shows."""
    assert "np." not in str(result)
    assert "np." not in repr(result)
    for name in ("_repr_html_", "to_pandas", "text", "records", "latex"):
        # That of an explanation has Graphviz draw it, a process each.
        if hasattr(result, name) and not (name == "_repr_html_" and isinstance(result, gd.Explanation)):
            listed = getattr(result, name)()
            if isinstance(listed, Iterator):
                list(listed)
    if hasattr(result, "to_dict"):
        plain = result.to_dict()
        assert_plain(plain)
        json.dumps(plain)
    if dataclasses.is_dataclass(result):
        kept = {field.name for field in dataclasses.fields(result)} - {"topology", "part", "ends", "sweeps", "graph"}
        for name in kept:
            assert_plain(getattr(result, name))
        for name in dir(type(result)):
            if not name.startswith("_") and isinstance(getattr(type(result), name), (property, cached_property)):
                assert_plain(getattr(result, name))


# ------------------------------------------------------------------------------------------ the questions


def ask_total_influence(case: Case) -> None:
    for method in ("auto", "forward", "reverse"):
        number = gd.total_influence(case.graph, case.source, case.target, method=method, **case.options)
        if case.is_acyclic:
            case.check(number, case.total)
        elif case.policy in ("solve", "reduced-form"):
            case.check_walks({case.target: number}, case.source, case.target)
    if case.is_acyclic and gd.count_paths(case.graph, case.source, case.target, **case.options) < 2_000:
        number = gd.total_influence(case.graph, case.source, case.target, method="naive", **case.options)
        case.check(number, case.total)


def ask_forward(case: Case) -> None:
    found = gd.forward(case.graph, case.source, **case.options)
    shown(found)
    if case.is_acyclic:
        scales = case.swept(case.source, sizes=True)
        for node, number in found.items():
            case.check(number, case.from_source[node], scales[node])
    elif case.policy in ("solve", "reduced-form"):
        case.check_walks(found, source=case.source)


def ask_reverse(case: Case) -> None:
    found = gd.reverse(case.graph, case.target, **case.options)
    shown(found)
    if case.is_acyclic:
        scales = case.swept(case.target, back=True, sizes=True)
        for node, number in found.items():
            case.check(number, case.to_target[node], scales[node])
    elif case.policy in ("solve", "reduced-form"):
        case.check_walks(found, target=case.target)


def ask_rank(case: Case) -> None:
    found = gd.rank(case.graph, case.source, **case.options)
    shown(found)
    if case.is_acyclic:
        scales = case.swept(case.source, sizes=True)
        for node, (number,) in zip(found.nodes, found.influences, strict=True):
            if node in case.graph:  # a merged cycle elsewhere is a row of its own
                case.check(number, case.from_source[node], scales[node])
    elif case.policy in ("solve", "reduced-form"):
        case.check_walks(
            {node: number for node, (number,) in zip(found.nodes, found.influences, strict=True)}, source=case.source
        )


def _parts(case: Case) -> dict[Edge, Exact]:
    edges = case.graph.edges(keys=True) if case.graph.is_multigraph() else case.graph.edges
    return {
        edge: ZERO
        if case.policy == "collapse" and case.place[edge[0]] == case.place[edge[1]]
        else times(times(case.from_source[edge[0]], exact(case.graph.edges[edge]["weight"])), case.to_target[edge[1]])
        for edge in edges
    }


def ask_edge_contributions(case: Case) -> None:
    found = gd.edge_contributions(case.graph, case.source, case.target, **case.options)
    shown(found)
    assert_plain(found.shares)
    if case.is_acyclic:
        right = _parts(case)
        for edge, number in found.items():
            case.check(number, right[edge])


def ask_node_contributions(case: Case) -> None:
    found = gd.node_contributions(case.graph, case.source, case.target, **case.options)
    shown(found)
    if case.is_acyclic:
        for node, number in found.items():
            case.check(number, times(case.from_source[node], case.to_target[node]))


def ask_explain(case: Case) -> None:
    why = gd.explain(case.graph, case.source, case.target, **case.options)
    shown(why)
    if not case.is_acyclic:
        return
    case.check(why.total, case.total)
    if why.certificate is not None:
        off = minus(exact(why.total), case.total)
        bound = Fraction(why.certificate.error_bound)
        assert off[0] ** 2 + off[1] ** 2 <= bound**2
    if why.cancellation is not None:
        total = why.cancellation.positive + why.cancellation.negative
        case.check(total, case.total)
        sizes = why.cancellation.positive - why.cancellation.negative
        assert math.isclose(sizes, case.scale, rel_tol=1e-9)


def ask_strongest_paths(case: Case) -> None:
    found = gd.strongest_paths(case.graph, case.source, case.target, k=5, **case.options)
    for path in found:
        assert_plain(path.influence)
        assert_plain(path.to_dict())
        product = ONE
        for edge in path.edges:
            product = times(product, exact(case.graph.edges[edge]["weight"]))
        case.check(path.influence, product, size(product))
    sizes = [abs(path.influence) for path in found]
    assert all(a >= b * (1 - 1e-12) if isinstance(b, float) else a >= b for a, b in zip(sizes, sizes[1:], strict=False))
    gd.strongest_paths(case.graph, case.source, case.target, coverage=0.5, k=50, **case.options)
    if case.is_acyclic and found:
        best = {case.place[case.source]: 1.0}
        for node in case.order:
            for u, v, w in case.edges:
                if u == node and u in best:
                    best[v] = max(best.get(v, 0.0), best[u] * size(w))
        assert math.isclose(float(sizes[0]), best[case.place[case.target]], rel_tol=1e-9)


def ask_count_paths(case: Case) -> None:
    found = gd.count_paths(case.graph, case.source, case.target, **case.options)
    assert_plain(found)
    if case.is_acyclic:
        counts = dict.fromkeys(case.order, 0) | {case.place[case.source]: 1}
        ahead: dict[Any, list[Any]] = {}
        for u, v, _ in case.edges:
            ahead.setdefault(u, []).append(v)
        for node in case.order:
            for head in ahead.get(node, ()):
                counts[head] += counts[node]
        assert found == counts[case.place[case.target]]
    shown(gd.count_paths(case.graph, case.source, **case.options))


def ask_iter_paths(case: Case) -> None:
    if case.is_acyclic and gd.count_paths(case.graph, case.source, case.target, **case.options) > 500:
        return
    total = ZERO
    for path in gd.iter_paths(case.graph, case.source, case.target, max_paths=500, **case.options):
        assert_plain(path.influence)
        assert_plain(path.to_dict())
        total = plus(total, exact(path.influence))
    if case.is_acyclic and not case.slack():
        assert total == case.total


def ask_sample_paths(case: Case) -> None:
    for path in gd.sample_paths(case.graph, case.source, case.target, 3, seed=1, **case.options):
        assert_plain(path.to_dict())
        product = ONE
        for edge in path.edges:
            product = times(product, exact(case.graph.edges[edge]["weight"]))
        case.check(path.influence, product, size(product))


def _ends(case: Case) -> tuple[list[Any], list[Any]]:
    nodes = sorted(case.graph)
    return [case.source, *[n for n in nodes[:3] if n != case.source]], [
        case.target,
        *[n for n in nodes[-3:] if n != case.target],
    ]


def ask_jacobian(case: Case) -> None:
    sources, targets = _ends(case)
    for method in ("auto", "forward", "reverse"):
        found = gd.jacobian(case.graph, sources, targets, method=method, **case.options)
        shown(found)
        if case.is_acyclic:
            for place, source in enumerate(sources):
                totals, scales = case.swept(source), case.swept(source, sizes=True)
                for row, target in enumerate(targets):
                    case.check(found.array[row, place : place + 1].tolist()[0], totals[target], scales[target])
    blocks = list(gd.iter_jacobian(case.graph, sources, targets, **case.options))
    for block in blocks:
        shown(block)


def ask_total_influences(case: Case) -> None:
    sources, targets = _ends(case)
    pairs = [(s, t) for s in sources[:2] for t in targets[:2]]
    found = gd.total_influences(case.graph, pairs, **case.options)
    assert_plain(found)
    if case.is_acyclic:
        for (source, target), number in zip(pairs, found.tolist(), strict=True):
            case.check(number, case.swept(source)[target], case.swept(source, sizes=True)[target])


def ask_table(case: Case) -> None:
    edges = list(case.graph.edges(keys=True) if case.graph.is_multigraph() else case.graph.edges)
    shown(gd.table(case.graph, **case.options))
    found = gd.table(case.graph, case.source, case.target, **case.options)
    shown(found)
    if case.is_acyclic:
        for one in found.values():
            case.check(one.total, case.total)
            assert one.paths == gd.count_paths(case.graph, case.source, case.target, **case.options)
            why = gd.explain(case.graph, case.source, case.target, **case.options)
            case.check(one.direct, exact(why.direct), max(case.largest, 1))
    found = gd.table(case.graph, case.source, case.target, sd=dict.fromkeys(edges, 0.1), **case.options)
    shown(found)
    for one in found.values() if case.is_acyclic else ():
        same = gd.uncertainty(case.graph, case.source, case.target, sd=dict.fromkeys(edges, 0.1), **case.options)
        error, largest = one.spread["total"].standard_error, max(1, case.largest * case.largest)
        assert math.isclose(error, same.standard_error, rel_tol=1e-6, abs_tol=1e-9 * largest)


def ask_plan(case: Case) -> None:
    shown(gd.plan(case.graph, *_ends(case), **case.options))


def ask_sensitivities(case: Case) -> None:
    found = gd.sensitivities(case.graph, case.source, case.target, **case.options)
    shown_rows = case.kind not in FORMAL
    if shown_rows:
        shown(found)
    for edge in found:
        row = found[edge]
        assert_plain(row.to_dict())
        assert_plain((row.weight, row.derivative, row.elasticity, row.removal))
        if case.is_acyclic:
            right = times(case.from_source[edge[0]], case.to_target[edge[1]])
            case.check(row.derivative, right, max(case.largest, case.largest * case.largest))
            case.check(row.removal, minus(ZERO, times(right, exact(case.graph.edges[edge]["weight"]))))


def _changed(case: Case, r: random.Random) -> tuple[list[Edge], Edge, Any]:
    edges = list(case.graph.edges(keys=True) if case.graph.is_multigraph() else case.graph.edges)
    gone, other = r.sample(edges, 2)
    return [gone], other, KINDS[case.kind](r)


def ask_what_if(case: Case) -> None:
    gone, other, weight = _changed(case, random.Random(case.number))
    found = gd.what_if(
        case.graph, case.source, case.target, remove_edges=gone, reweight={other: weight}, **case.options
    )
    shown(found)
    changed = case.graph.copy()
    changed.remove_edges_from(gone)
    changed.edges[other]["weight"] = weight
    after = dataclasses.replace(case, graph=changed)
    if case.is_acyclic and after.is_acyclic:
        case.check(found.before, case.total)
        case.check(found.after, after.total, after.scale)
        case.check(found.change, minus(after.total, case.total), case.scale + after.scale)


def ask_compare(case: Case) -> None:
    gone, other, weight = _changed(case, random.Random(case.number))
    changed = case.graph.copy()
    changed.remove_edges_from(gone)
    changed.edges[other]["weight"] = weight
    after = dataclasses.replace(case, graph=changed)
    shown(gd.compare(case.graph, changed, **case.options))
    found = gd.compare(case.graph, changed, case.source, case.target, **case.options)
    shown(found)
    shown(found.attribution)
    # Under ``collapse`` what is one node in either graph is one node in both.
    if case.is_acyclic and after.is_acyclic and case.place == after.place:
        case.check(found.before, case.total)
        case.check(found.after, after.total, after.scale)
        if found.remainder_bound is not None:
            assert size(exact(found.remainder)) <= found.remainder_bound + 1e-300
        if found.error_bound is not None:
            off = minus(exact(found.change), minus(after.total, case.total))
            assert off[0] ** 2 + off[1] ** 2 <= Fraction(found.error_bound) ** 2
    shown(gd.compare(case.graph, changed, case.source, **case.options))


def ask_cut(case: Case) -> None:
    for what in ("edges", "nodes"):
        for part in (None, 0.5):
            try:
                found = gd.cut(case.graph, case.source, case.target, what=what, part=part, **case.options)
            except UsageError as error:
                assert_true_sentence(case, error, "cut")
                continue
            shown(found)


def ask_diagnose(case: Case) -> None:
    found = gd.diagnose(case.graph, case.source, case.target)
    shown(found)
    shown(gd.diagnose(case.graph))


def ask_eliminate(case: Case) -> None:
    ends = {case.source, case.target}
    inner = [node for node in sorted(case.graph) if node not in ends]
    chosen = random.Random(case.number).sample(inner, min(5, len(inner)))
    left = gd.eliminate(case.graph, chosen, **case.options)
    for _, _, data in left.edges(data=True):
        assert_plain(data)
    if case.is_acyclic and (case.policy != "collapse" or not case.on_a_cycle):
        case.check(gd.total_influence(left, case.source, case.target, **case.options), case.total)


def ask_sets(case: Case) -> None:
    shown(gd.exclusive(case.graph, case.target))
    values = {
        node: KINDS["int" if case.kind in FORMAL | COMPLEX else case.kind](random.Random(1)) for node in case.graph
    }
    for found in (gd.exclusive_sizes(case.graph), gd.reach_sizes(case.graph)):
        shown(found)
        assert_plain(dict(found))
    if not any(value < 0 for value in values.values()):
        shown(gd.exclusive_sizes(case.graph, values=values))
        sizes = gd.reach_sizes(case.graph, values=values)
        assert_plain(dict(sizes))
        reached = nx.descendants(case.graph, case.source) - {case.source}
        right = sum(exact(values[node])[0] for node in reached)
        assert math.isclose(sizes[case.source], right, rel_tol=1e-9, abs_tol=1e-9)


def ask_factored(case: Case) -> None:
    found = gd.factored(case.graph, case.source, case.target, **case.options)
    shown(found)
    if case.is_acyclic:
        case.check(found.value(), case.total)


def ask_find_cycles(case: Case) -> None:
    found = gd.find_cycles(case.graph, **case.options)
    shown(found)
    left = case.graph.copy()
    left.remove_edges_from(found.breaking)
    left.remove_edges_from(list(nx.selfloop_edges(left)))
    assert nx.is_directed_acyclic_graph(left)


def ask_group(case: Case) -> None:
    found = gd.group(case.graph, lambda node: str(node)[-1], source=case.source, target=case.target, **case.options)
    for _, _, data in found.edges(data=True):
        assert_plain(data)


def ask_prune(case: Case) -> None:
    found = gd.prune(case.graph, case.source, case.target, coverage=0.9, **case.options)
    for _, _, data in found.edges(data=True):
        assert_plain(data)
    gd.to_pydot(found)


def ask_uncertainty(case: Case) -> None:
    edges = list(case.graph.edges(keys=True) if case.graph.is_multigraph() else case.graph.edges)
    found = gd.uncertainty(case.graph, case.source, case.target, sd=dict.fromkeys(edges, 0.1), **case.options)
    shown(found)
    if case.is_acyclic:
        parts = {edge: times(case.from_source[edge[0]], case.to_target[edge[1]])[0] for edge in _parts(case)}
        inner = {e for e in edges if case.policy == "collapse" and case.place[e[0]] == case.place[e[1]]}
        square = sum(part * part for edge, part in parts.items() if edge not in inner) / 100
        right = math.sqrt(square)
        assert math.isclose(
            found.standard_error, right, rel_tol=1e-6, abs_tol=1e-9 * max(1, case.largest * case.largest)
        )
    weights = {edge: case.graph.edges[edge]["weight"] for edge in edges}
    low, high = ({edge: w + d for edge, w in weights.items()} for d in (0, 1))
    found = gd.uncertainty(case.graph, case.source, case.target, low=low, high=high, **case.options)
    shown(found)
    if case.is_acyclic:
        assert Fraction(found.low) <= case.total[0] <= Fraction(found.high)


def ask_accumulate(case: Case) -> None:
    for name in SEMIRINGS:
        try:
            found = gd.accumulate(case.graph, case.source, semiring=name, **case.options)
        except UsageError as error:
            assert_true_sentence(case, error, "accumulate")
            continue
        shown(found)
        assert_plain(dict(found))
        if name == "sum-product" and case.is_acyclic:
            scales = case.swept(case.source, sizes=True)
            for node, number in found.items():
                case.check(number, case.from_source[node], scales[node])


def ask_annotate(case: Case) -> None:
    found = gd.annotate(case.graph, case.source, case.target, **case.options)
    for _, data in found.nodes(data=True):
        assert_plain(data)
    for _, _, data in found.edges(data=True):
        assert_plain({name: value for name, value in data.items() if name != "weight"})
    gd.to_pydot(found, max_nodes=1000)


def ask_first_steps(case: Case) -> None:
    found = gd.first_steps(case.graph, case.source, case.target, **case.options)
    shown(found)
    for step in found.steps:
        assert_plain((step.removal, step.weight))
        if case.is_acyclic and case.source != case.target:
            rest = case.graph.copy()
            if step.node == case.target:
                right = case.total
            else:
                rest.remove_node(step.node)
                right = minus(case.total, dataclasses.replace(case, graph=rest).total)
            case.check(step.removal, minus(ZERO, right), max(case.largest, case.largest * case.largest))


def ask_routes(case: Case) -> None:
    found = gd.routes(case.graph, case.source, case.target, **case.options)
    shown(found)
    if case.source == case.target:
        return
    leads = nx.has_path(case.graph, case.source, case.target)
    assert found.length == (nx.shortest_path_length(case.graph, case.source, case.target) if leads else None)


def ask_exact(case: Case) -> None:
    """Ask once more with the weights taken as the exact numbers that they are."""
    number = gd.total_influence(case.graph, case.source, case.target, exact=True, **case.options)
    assert_plain(number)
    assert not isinstance(number, float)
    if case.is_acyclic:
        assert exact(number) == case.total
    why = gd.explain(case.graph, case.source, case.target, exact=True, **case.options)
    shown(why)
    assert why.certificate is None or why.certificate.error_bound == 0


QUESTIONS: dict[str, Callable[[Case], None]] = {
    name.removeprefix("ask_"): function for name, function in list(globals().items()) if name.startswith("ask_")
}


# ------------------------------------------------------------------------------------------ refusals


#: Refusals that hold of numbers of any kind.
TRUE_OF_ZERO = (
    "no set of nodes",
    "no path",
    "of which nothing can be taken away",
    "eliminate keeps them all; leave it out",
    "carries any influence",
    "has no edge to cut",
    "does not take weights of the type Decimal",
)


def assert_true_sentence(case: Case, error: GraphdiffError, question: str) -> None:
    """Assert that a refusal is one line, and that what it says holds of the graph."""
    text = str(error)
    assert "\n" not in text
    assert text
    assert "np." not in text
    if isinstance(error, CycleError):
        assert case.on_a_cycle
        assert case.policy != "collapse" or question == "find_cycles"
    elif isinstance(error, WeightError):
        assert case.kind in {"int of any size", *COMPLEX, *FORMAL}, text
    elif isinstance(error, UsageError):
        assert case.kind in COMPLEX | FORMAL or any(said in text for said in TRUE_OF_ZERO), text
    elif not isinstance(error, (LimitError, gd.errors.SameComponentError, gd.errors.ValueOverflowError)):
        raise error


def ask(case: Case, question: str) -> str:
    """Ask one question of one graph; return how it ended: "answered", or the class of the error."""
    try:
        with localcontext():
            QUESTIONS[question](case)
    except GraphdiffError as error:
        assert_true_sentence(case, error, question)
        return type(error).__name__
    return "answered"
