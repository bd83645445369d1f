"""``graphdiff compare``: what changed between two files, which edges moved a total, and a gate for CI."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli import conditions, inputs, options, output, weightings
from graphdiff.cli.nodes import Ends, with_ends
from graphdiff.cli.routes import print_change
from graphdiff.cli.streams import tell
from graphdiff.errors import SameComponentError, UsageError, of_both

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.change.compare import Pair
    from graphdiff.profiles.comparison import ProfileComparison

#: What a graph says of itself, and one without nodes of the same file would.
MEANINGS = ("edge_meaning", "node_meaning", "weight_meaning", "unit", "kind", "event")

EPILOG = """\
\b
Examples:
  graphdiff compare old.lock new.lock                  what appeared, by which direct dependency
  graphdiff compare git:main uv.lock -o markdown       since a commit, for a pull request
  graphdiff compare git:HEAD uv.lock --fail-if 'appeared > 5' --fail-if "licence ~ 'GPL*'"
  graphdiff compare old.csv new.csv main seconds --fail-if 'relative > 10 %'
  graphdiff compare old.onnx new.onnx -O diff.html     networks: operations, shapes, weights; a page
  graphdiff compare old.prof new.prof main             profiles: which call, whose code made main slower
  graphdiff compare "old/*.prof" "new/*.prof" main     several runs of each: their means, and what is noise
  graphdiff compare france.json japan.json             attribution graphs of two prompts, tokens to logits

\b
Conditions count what is new: appeared, gone, upgraded, cycles; change or total (after minus before),
relative (change / before), paths (gained), of SOURCE and TARGET: OP is > >= < <= == !=. Of texts OP
is == != ~ (a pattern): package (what appeared), licence (of these, and where it changed).

\b
In Python:
  import graphdiff as gd
  print(gd.compare(gd.read("old.csv"), gd.read("new.csv"), "main", "seconds"))
"""


@options.command(
    name="compare", epilog=EPILOG, short_help="What changed between two files, and which edges moved a total?"
)
@options.verb_on("OLD")
@click.argument("new", metavar="NEW")
@with_ends
@options.grouping("Add up by module, file, class, attribute, or N parts of names.")
@click.option("--old", "olds", multiple=True, hidden=True)
@click.option(
    "--normalise",
    metavar="total|calls:NAME",
    help="Of profiles: take NEW times what makes the totals, or the calls of NAME, as many as in OLD.",
)
@click.option("--match", "matches", multiple=True, metavar="OLD=NEW", help="A node that has another name in NEW.")
@click.option(
    "-n", "--top", type=click.IntRange(min=0),
    help="How many rows of each list. Default: of text a screen in all, of Markdown 50.",
)  # fmt: skip
@click.option("--all", "every", is_flag=True, help="Every row of each list, as JSON and CSV have them.")
@conditions.gated
def compare(
    settings: options.Settings,
    new: str,
    ends: Ends,
    by: str | int | None,
    olds: tuple[str, ...],
    normalise: str | None,
    matches: tuple[str, ...],
    top: int | None,
    every: bool,
    gate: conditions.Gate,
) -> None:
    """Say what changed from OLD to NEW, and which edges moved the total of SOURCE on TARGET, exactly.

    First what appeared, by what, what is gone, upgraded, on new cycles. With both names then the totals and what
    moved them, with one those of all nodes. OLD may be git:COMMIT: NEW as it was. Of two profiles: what one function
    cost, or all, and which calls and whose code did it.
    """
    from graphdiff.why.routes import routes

    if every and top is not None:
        raise UsageError("--top and --all are two answers to how many rows: give one of them")
    # The change of functions is added up by groups, which are no other profile.
    settings = replace(settings, views={name: text for name, text in settings.views.items() if name != "by"})
    befores, afters = _runs(settings, new, olds)
    rows = sys.maxsize if every else top
    if _are_costs(settings, befores, afters):
        found = _costs(befores, afters, ends, matches, by=by, normalise=normalise, exact=settings.exact)
        gate.check([found], *(found.profiles or ()))
        _emit_costs(settings, new, found, rows, gate)
        return
    if normalise or len(befores) * len(afters) > 1:
        raise UsageError("several runs and --normalise are of the cost of one function, or of all, in profiles")
    graphs, match = _aligned((befores[0], afters[0]), matches)
    pairs = _weighted(graphs, settings, match)
    first, last = _asked(ends, graphs)
    _tell_of_logit(last, graphs, match)
    try:
        results: list[Any] = [pair.answer(first, last, by) for pair in (pairs[:1] if first is last is None else pairs)]
    except SameComponentError:
        gate.check([pairs[0].difference()], *graphs)
        labels = pairs[0].labels_in_each(first), pairs[0].labels_in_each(last)
        before, after = map(routes, graphs, *labels)
        print_change(settings, graphs, before, after, lambda: pairs[-1].sketch(first, last))
        return
    gate.check(results, *graphs)
    _emit(settings, new, graphs, results, rows, gate)


def _tell_of_logit(target: Any, graphs: tuple[nx.DiGraph, nx.DiGraph], match: Mapping[Any, Any]) -> None:
    """Say of a logit that one of two attribution graphs has not with which of the other it can be compared."""
    from graphdiff.graph.measured import is_attribution

    has = [isinstance(target, str) and target in graph for graph in graphs]
    is_known = has[0] == has[1] or target in match or target in match.values()
    if is_known or not all(map(is_attribution, graphs)):
        return
    own, other = graphs if has[0] else graphs[::-1]
    logits = {node: data for node, data in other.nodes(data=True) if data.get("kind") == "logit"}
    if own.nodes[target].get("kind") != "logit" or not logits:
        return
    likeliest = max(logits, key=lambda node: logits[node].get("probability") or 0)
    titles = [own.nodes[target].get("title", target), logits[likeliest].get("title", likeliest)]
    pair = "=".join([str(target).removesuffix(" (before)"), likeliest][:: 1 if has[0] else -1])
    tell(f"{titles[0]} is in {'OLD' if has[0] else 'NEW'} only; --match {pair} compares it with {titles[1]}")


# -- in


def _loaded(settings: options.Settings, new: str) -> tuple[nx.DiGraph, nx.DiGraph]:
    """Return both graphs; of ``git:COMMIT`` the new file as it is there.

    Where it is in the commit only, or not in it, the other graph is one without nodes.
    """
    from graphdiff.io.commits import PREFIX, is_committed, parts_of
    from graphdiff.io.read import by_prefix

    commit, path = parts_of(settings.file) or ("", "")
    if not commit or path:
        return inputs.load(settings), inputs.load(replace(settings, file=new))
    _, path = parts_of(new) or ("", new)
    if new == "-" or by_prefix(new):
        raise UsageError(f"{settings.file} is NEW as it was: NEW is the name of a file, and {new} is none")
    before = replace(settings, file=f"{PREFIX}{commit}:{path}")
    if path == new and not os.path.lexists(path) and is_committed(commit, path):
        tell(f"{path} is in {commit} and no longer there: all of it is gone")
        graph = inputs.load(before)
        return graph, _emptied(graph, "gone")
    after = inputs.load(replace(settings, file=new))
    if is_committed(commit, path):
        return inputs.load(before), after
    tell(f"{path} is not in {commit}: all of it is new")
    return _emptied(after, f"not in {commit}"), after


def _emptied(graph: nx.DiGraph, read_from: str) -> nx.DiGraph:
    """Return a graph without nodes that means what another one does."""
    meanings = {name: graph.graph[name] for name in MEANINGS if name in graph.graph}
    return graph.__class__(format=read_from, **meanings)


def _runs(settings: options.Settings, new: str, olds: Sequence[str]) -> tuple[list[nx.DiGraph], list[nx.DiGraph]]:
    """Return the runs before and after; where weights are asked for, of several files their sum."""
    from graphdiff.io.source import files_of

    if olds:
        tell("compare --old is an old name, which goes with the next version: write OLD+FILE")
    before, after = ([file for name in names for file in files_of(name)] for names in ([settings.file, *olds], [new]))
    if len(before) * len(after) == 1 or (_asks_weights(settings) and not olds):
        graphs = _loaded(settings, new)
        return [graphs[0]], [graphs[1]]
    befores, afters = ([inputs.load(replace(settings, file=str(file))) for file in each] for each in (before, after))
    return befores, afters


def _asks_weights(settings: options.Settings) -> bool:
    return bool(settings.weights or settings.cycles)


def _are_costs(settings: options.Settings, befores: Sequence[nx.DiGraph], afters: Sequence[nx.DiGraph]) -> bool:
    """Return whether all files are profiles and no weights are asked for."""
    from graphdiff.change.compare import are_costs

    given = {"weight": settings.weights or None, "default_weight": settings.default_weight, "cycles": settings.cycles}
    return are_costs(befores, afters, {name: value for name, value in given.items() if value is not None})


def _aligned(
    graphs: tuple[nx.DiGraph, nx.DiGraph], matches: tuple[str, ...]
) -> tuple[tuple[nx.DiGraph, nx.DiGraph], Mapping[Any, Any]]:
    """Return two graphs and which nodes are the same under another label."""
    from graphdiff.change.compare import on_one_set
    from graphdiff.change.match import named_pair

    before, match = on_one_set(*graphs, dict(named_pair(graphs, text) for text in matches))
    return (before, graphs[1]), match or {}


def _costs(
    befores: Sequence[nx.DiGraph],
    afters: Sequence[nx.DiGraph],
    ends: Ends,
    matches: Sequence[str],
    *,
    by: str | int | None,
    **asked: Any,
) -> ProfileComparison:
    """Return what moved the cost of the function that is named, or of all."""
    from graphdiff.change.compare import compared_costs, one_function
    from graphdiff.change.match import in_either, named_pair
    from graphdiff.profiles.sides import Side

    name = one_function([*ends.sources, *ends.targets, *([ends.listed.path] * 2 if ends.listed else [])])
    before, after = Side.of(befores), Side.of(afters)
    sums = before.sum, after.sum
    match = dict(named_pair(sums, text) for text in matches)
    main = None if name is None else in_either(sums, name)
    grouping = by if by not in options.SCOPES else _scopes(sums, str(by))
    return compared_costs(before, after, main, match=match, by=grouping, **asked)


def _scopes(graphs: Sequence[nx.DiGraph], kind: str) -> Callable[[Any], Any]:
    """Return what gives a function's module, file or class."""
    from graphdiff.profiles.scopes import scopes_of

    names = {node: name for graph in graphs for node, name in zip(graph, scopes_of(graph, kind), strict=True)}
    return lambda node: names.get(node, f"(no {kind})")


def _asked(ends: Ends, graphs: tuple[nx.DiGraph, nx.DiGraph]) -> tuple[Any, Any]:
    """Return source and target; of attribution graphs, where neither is named, the tokens and the logits."""
    from graphdiff.graph.ends import LEAVES, ROOTS
    from graphdiff.graph.measured import is_attribution

    source, target = ends.of_either(graphs)
    return (ROOTS, LEAVES) if source is target is None and all(map(is_attribution, graphs)) else (source, target)


def _weighted(
    graphs: tuple[nx.DiGraph, nx.DiGraph], settings: options.Settings, match: Mapping[Any, Any]
) -> list[Pair]:
    """Return the two graphs, compiled and matched, for each weighting."""
    from graphdiff.change.compare import weighted

    chosen = replace(settings, weights=weightings.chosen_for_both(graphs).names)
    compiled = of_both(lambda graph: inputs.compile_all(graph, chosen), graphs)
    return weighted(graphs, zip(*compiled, strict=True), match)


def _is_sets(results: Sequence[Any]) -> bool:
    from graphdiff.change.difference import Difference

    return isinstance(results[0], Difference)


def _is_networks(results: Sequence[Any]) -> bool:
    from graphdiff.change.networks import NetworkComparison

    return isinstance(results[0], NetworkComparison)


# -- out


def _read(graphs: tuple[nx.DiGraph, nx.DiGraph]) -> tuple[list[str], dict[str, Any]]:
    """Return what was read before and after: the lines of a report, and a record of each."""
    sides = dict(zip(("before", "after"), graphs, strict=True))
    lines = [f"{when}: {output.read_line(graph)}" for when, graph in sides.items()]
    return lines, {when: output.read_record(graph) for when, graph in sides.items()}


def _markdown(
    settings: options.Settings, new: str, gate: conditions.Gate, body: Callable[[], str]
) -> Callable[[], str]:
    """Return what gives the Markdown of an answer, with the names of the files and what the gate said."""
    from graphdiff.change.markdown import code, quoted

    title = " → ".join(map(code, (settings.file, new)))
    return lambda: "\n".join([title, "", *quoted(gate.told), body()])


def _emit(
    settings: options.Settings,
    new: str,
    graphs: tuple[nx.DiGraph, nx.DiGraph],
    answers: list[Any],
    top: int | None,
    gate: conditions.Gate,
) -> None:
    from graphdiff.change.markdown import comparison_markdown

    choice = weightings.chosen_for_both(graphs)
    asked = answers[0] if _is_sets(answers) or _is_networks(answers) else answers
    lines, records = _read(graphs)
    lines += [] if _is_networks(answers) else [choice.why]
    output.emit(
        settings,
        text=lambda: "\n".join([*lines, "", _text(answers, top)]),
        document=lambda: {
            "kind": "compare",
            **records,
            "weights": choice.to_dict(),
            "results": [answer.to_dict() for answer in answers],
            "failed": [],
        },
        rows=lambda: _rows(answers),
        also={"markdown": _markdown(settings, new, gate, lambda: comparison_markdown(asked, top))},
        drawn=answers[-1].to_networkx,
        results=[answers[-1]],
    )


def _emit_costs(
    settings: options.Settings,
    new: str,
    found: ProfileComparison,
    top: int | None,
    gate: conditions.Gate,
) -> None:
    from graphdiff.change.markdown import costs_markdown
    from graphdiff.profiles.report_comparison import comparison_text

    assert found.profiles
    lines, records = _read(found.profiles)
    lines += [found.scale] if found.scale else []
    output.emit(
        settings,
        text=lambda: "\n".join([*lines, "", comparison_text(found, top)]),
        document=lambda: {
            "kind": "compare",
            **records,
            "results": [found.to_dict()],
            "failed": [],
        },
        rows=lambda: [list(OF_COSTS), *_cells([part.to_dict() for part in found.parts], OF_COSTS)],
        also={"markdown": _markdown(settings, new, gate, lambda: costs_markdown(found, top))},
        drawn=found.to_networkx,
        results=[found],
    )


def _text(results: list[Any], top: int | None) -> str:
    from graphdiff.change.comparison import Comparison
    from graphdiff.change.difference import difference_lines
    from graphdiff.change.networks import network_text
    from graphdiff.change.report import comparison_text
    from graphdiff.change.totals import changes_text

    if _is_networks(results):
        return network_text(results[0], top)
    if isinstance(results[0], Comparison):
        return comparison_text(results, top)
    return "\n".join(difference_lines(results[0], top)) if _is_sets(results) else changes_text(results, top)


#: The columns of the CSV, by what was asked: the edges that differ, the nodes that moved, the edges that moved a total.
OF_SETS = ("source", "target", "key", "status", "weight_before", "weight_after")
OF_NODES = ("node", "before", "after", "change", "place_before", "place_after")
OF_EDGES = (*OF_SETS, "change", "before_after", "after_before")
#: Of networks what is another at each operation.
OF_NETWORKS = ("kind", "node", "before", "after", "relative")
#: And of profiles the parts that moved a cost.
OF_COSTS = ("part", "caller", "function", "calls_before", "calls_after", "before", "after", "change", "margin")


def _rows(answers: list[Any]) -> Iterator[list[Any]]:
    """Yield the rows of the CSV; those of totals each with its weighting."""
    results = [answer.to_dict() for answer in answers]
    if _is_sets(answers):
        yield list(OF_SETS)
        yield from _cells(results[0]["edges"], OF_SETS)
        return
    if _is_networks(answers):
        yield list(OF_NETWORKS)
        yield from _cells(results[0]["changes"], OF_NETWORKS)
        return
    key, columns = ("moved", OF_NODES) if "moved" in results[0] else ("edges", OF_EDGES)
    yield ["weights", *columns]
    for result in results:
        yield from ([result["weight_meaning"], *row] for row in _cells(result[key], columns))


def _cells(records: list[dict[str, Any]], columns: Sequence[str]) -> Iterator[list[Any]]:
    return ([record.get(column, "") for column in columns] for record in records)
