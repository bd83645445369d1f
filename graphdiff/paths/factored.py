"""`factored`: a total influence as the nested sums and products that vertex elimination computes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Unpack

import networkx as nx

from graphdiff import arithmetic
from graphdiff.errors import LimitError, UsageError
from graphdiff.graph.compiled import CompiledGraph, CompileOptions, compiled
from graphdiff.graph.ends import End
from graphdiff.graph.options import takes_options
from graphdiff.jacobians.elimination import choose, joined_network, network, totals
from graphdiff.paths.formula import Formula, Symbolic, Term, simplified, symbols
from graphdiff.remedies import Keyword
from graphdiff.sums.between import Between, between_ends, total_over
from graphdiff.sums.semirings import SEMIRINGS
from graphdiff.text.names import named_parts, node_text

#: The most nodes between the ends.
MAX_NODES = 200


@takes_options
def factored(
    graph: nx.DiGraph | CompiledGraph,
    source: End,
    target: End,
    *,
    names: Sequence[str] | None = None,
    **options: Unpack[CompileOptions],
) -> Formula:
    """Return the total influence of `source` on `target` in factored form: (α + β + γ)(δ + ε + ζ), not nine products.

    The nodes between are eliminated by Markowitz's rule, with a symbol for the weight of every edge; what is used more
    than once gets a name. The best factoring is hard to find; this one is never longer than that elimination.

    Parameters
    ----------
    graph : networkx.DiGraph, networkx.MultiDiGraph or CompiledGraph
    source, target : node, list of nodes, mapping of node to seed, ROOTS or LEAVES
        See `graphdiff.total_influence`; the seed of a node is the symbol ``seed[node]``.
    names : sequence of str, optional
        A name for each edge between, in the order of the compiled graph. Where they are left out it is
        ``w[tail,head]``, with the key of a second parallel edge, or the weight itself where it is a symbol of sympy.
    **options
        Those of `graphdiff.compile`, unless the graph is compiled already.

    Returns
    -------
    Formula
        With ``text()``, ``latex()``, ``to_sympy()`` and ``operations``.

    Raises
    ------
    LimitError
        If more than 200 nodes lie between.
    UsageError
        If `names` are not as many as the edges between.
    CycleError
        If a cycle lies between, unless it is collapsed.
    UnknownNodeError, WeightError, SameComponentError
        As `graphdiff.total_influence`.

    References
    ----------
    C. Olah, "Calculus on Computational Graphs: Backpropagation" (2015); A. Griewank, A. Walther, *Evaluating
    Derivatives*, 2nd ed. (2008), chapter 9.

    Examples
    --------
    >>> import networkx as nx
    >>> G = nx.MultiDiGraph()
    >>> G.add_weighted_edges_from([("X", "Y", w) for w in (2, 3, 5)] + [("Y", "Z", w) for w in (7, 11, 13)])
    >>> print(factored(G, "X", "Z", names="αβγδεζ"))
    (α + β + γ)*(δ + ε + ζ)
    5 operations; path by path 17
    """
    between = between_ends(compiled(graph, options), source, target)
    between.require_no_loops("and weights that are symbols of sympy make total_influence a formula")
    inner = between.n_nodes - len({*between.sources, *between.targets})
    if inner > MAX_NODES:
        raise LimitError(
            f"{inner:,} nodes lie between, and a formula of more than {MAX_NODES} is nothing to read: "
            "prune the graph first"
        )
    seeds = [(node, seed) for node, seed in (*between.starts, *between.stops) if seed is not None]
    labels = (_quoted(node_text(between.labels[node])) for node, _ in seeds)
    given = [*_names(between, names), *_distinct(f"seed[{label}]" for label in labels)]
    total = _eliminated(between)
    terms = [] if total is None else simplified(total.terms, total.place)
    numbers = [*arithmetic.listed(arithmetic.taken(between.graph.weights, between.edges)), *between.given_seeds]
    return Formula(terms, given, [arithmetic.finished(number) for number in numbers], _listed(between))


def _distinct(names: Iterable[str]) -> Iterator[str]:
    """Yield names; one that came before, as of a node that is source and target, with its number."""
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"


def _names(between: Between, names: Sequence[str] | None) -> list[str]:
    if names is not None:
        if len(names) != between.n_edges:
            raise UsageError(Keyword("names"), f" has {len(names):,}, and {between.n_edges:,} edges lie between")
        return [str(name) for name in names]
    weights = [weight for row in between.rows for *_, weight in row]
    naming = between.graph.topology.naming
    return [
        str(weight)
        if getattr(weight, "is_Symbol", False)
        else f"w[{','.join(map(_quoted, naming.parts(named_parts(between.edge_label(edge)))))}]"
        for weight, edge in zip(weights, between.edges.tolist(), strict=True)
    ]


def _quoted(name: str) -> str:
    """Return a name that can stand between commas."""
    return repr(name) if "," in name or name.startswith(("'", '"')) else name


def _eliminated(between: Between) -> Symbolic | None:
    """Eliminate all nodes between, with symbols for weights and seeds; None where no path leads to the target."""
    known = symbols(between.n_edges + len(between.entering or ()) + len(between.leaving or ()))
    weights: list[Any] = [1] * between.graph.n_edges
    for edge, symbol in zip(between.edges.tolist(), known, strict=False):
        weights[edge] = symbol
    symbolic = replace(between, graph=between.graph.reweighted(weights))
    # The only int among the ways is the empty path's 1.
    empty = known[0].joined("product") if known else Symbolic([], {}, Term("product"))
    seeds = iter(known[between.n_edges :])
    if len(between.sources) == len(between.targets) == 1 and not between.given_seeds:
        net = network(symbolic)
    else:
        entering, leaving = (
            [empty if seed is None else next(seeds) for _, seed in side] for side in (between.starts, between.stops)
        )
        net = joined_network(symbolic, entering, leaving)
    chosen = choose(net, "markowitz")
    assert chosen is not None
    ways = totals(net, chosen[0])
    ((start, end),) = zip(net.sources.values(), net.targets.values(), strict=True)
    total = ways[start].get(end)
    return empty if isinstance(total, int) else total


def _listed(between: Between) -> int:
    """Return the multiplications and additions of all paths, each multiplied out: its length less one, and one more."""
    n_paths, n_edges, _ = total_over(between, SEMIRINGS["lengths"]) or (0, 0, 0)
    return max(0, n_edges - n_paths) + max(0, n_paths - 1)
