"""``graphdiff what-if``: a total before and after changes; without a change, those that matter most.

What goes with each first step from the source is a question of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli import inputs, options, output
from graphdiff.cli.headings import Verb
from graphdiff.cli.nodes import Ends, with_ends
from graphdiff.cli.routes import or_routes, print_change
from graphdiff.cli.streams import say
from graphdiff.errors import SameComponentError, UnknownNodeError, UsageError
from graphdiff.graph.lookup import find_node
from graphdiff.showing import one_line

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.graph.compiled import CompiledGraph
    from graphdiff.whatif.what_if import WhatIf

Pair = tuple[str, str]
Both = tuple[Any, Any]
Triple = tuple[str, str, str]

EPILOG = """\
\b
Examples:
  graphdiff what-if Packages.xz openssh-server liblzma5            what matters most
  graphdiff what-if Packages.xz openssh-server liblzma5 --remove-edge openssh-server libsystemd0
  graphdiff what-if Packages.xz openssh-server liblzma5 --remove-node dpkg --add procps zlib1g -
  graphdiff what-if model.csv x y --reweight x m 0.3 --reweight m y 0.8 -o json
  graphdiff what-if uv.lock --direct                               what goes with each direct dependency
  graphdiff what-if uv.lock --targets trivy.json --direct          which direct dependency to be rid of
  graphdiff what-if app.prof main --faster parse 30% --fewer-calls run load 50%

\b
In Python:
  import graphdiff as gd
  print(gd.what_if(gd.read("model.csv"), "x", "y", reweight={("x", "m"): 0.3}))
  gd.sensitivities(gd.read("model.csv"), "x", "y").top(10)
"""


class WhatIfCommand(Verb):
    """A command that knows what somebody means who writes ``--set A B W``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, or fail; where ``--set`` was given, with the option that sets the weight of an edge."""
        has_set = "--set" in args
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if not has_set:
                raise
            hint = "--set NAME=NUMBER is for expr:, --reweight A B W sets the weight of an edge"
            raise click.UsageError(f"{error.format_message()}; {hint}", ctx) from None


@options.command(
    "what-if",
    cls=WhatIfCommand,
    epilog=EPILOG,
    short_help="What if edges or nodes were others, and which matter most?",
)
@options.verb
@with_ends
@click.option("--remove-edge", "remove_edges", nargs=2, multiple=True, metavar="A B",
              help="Without this edge. Of parallel ones B#KEY says which.")  # fmt: skip
@click.option("--remove-node", "remove_nodes", multiple=True, metavar="N", help="Without this node and its edges.")
@click.option("--reweight", "reweights", nargs=3, multiple=True, metavar="A B W", help="With this weight on this edge.")
@click.option("--add", "additions", nargs=3, multiple=True, metavar="A B W",
              help="With one edge more; A or B may be new. W of - is what unit or even gives it.")  # fmt: skip
@click.option("--faster", nargs=2, multiple=True, metavar="F PART",
              help="Of a profile: F's own code faster by a part (30%).")  # fmt: skip
@click.option("--faster-inclusive", "faster_inclusive", nargs=2, multiple=True, metavar="F PART",
              help="Of a profile: F faster with all that it calls.")  # fmt: skip
@click.option("--fewer-calls", "fewer_calls", nargs=3, multiple=True, metavar="A B PART",
              help="Of a profile: so much fewer calls of B by A.")  # fmt: skip
@click.option("--direct", is_flag=True,
              help="No change: what goes with each direct dependency (first step), and which targets.")  # fmt: skip
def what_if(
    settings: options.Settings,
    ends: Ends,
    remove_edges: tuple[Pair, ...],
    remove_nodes: tuple[str, ...],
    reweights: tuple[Triple, ...],
    additions: tuple[Triple, ...],
    direct: bool,
    **savings: tuple[tuple[str, ...], ...],
) -> None:
    """Say what becomes of the total influence of SOURCE on TARGET if edges or nodes were others.

    Changes can be repeated and are made together. Without a change: the ten edges whose removal changes the total
    most. All other edges keep their weights; under even the report says too what comes of counting them anew. Of a
    profile: what FUNCTION, or all of it, costs after changes (FILE [FUNCTION] --faster F 30%).
    """
    is_changed = any([remove_edges, remove_nodes, reweights, additions, *savings.values()])
    if direct and is_changed:
        raise UsageError("--direct is without a change: leave out one of them")
    graph = inputs.load(settings)
    if direct and not (ends.sources or ends.has_target) and _print_costs(settings, graph):
        return
    if any(savings.values()) or _is_of_costs(settings, graph, ends):
        if not is_changed:
            raise UsageError("of a profile a change is asked for: --faster F 30%; rank FILE says what costs most")
        if reweights or additions:
            raise UsageError("--reweight and --add are asked of SOURCE and TARGET, without what gets faster")
        _print_gains(settings, graph, ends, _removals(graph, remove_edges, remove_nodes), savings)
        return
    pair = ends.between(graph)
    compiled = inputs.compile_all(graph, settings)
    if not is_changed:
        (_print_direct if direct else _print_most)(settings, graph, compiled, pair)
        return
    changes: dict[str, Any] = {
        **_removals(graph, remove_edges, remove_nodes),
        "reweight": {_edge(graph, a, b): _number(w) for a, b, w in reweights},
        "add_edges": [_new_edge(graph, a, b, w) for a, b, w in additions],
    }
    _print_change(settings, graph, compiled, pair, changes)


# -- what the arguments mean


def _removals(graph: nx.DiGraph, edges: Iterable[Pair], nodes: Iterable[str]) -> dict[str, Any]:
    return {
        "remove_edges": [_edge(graph, a, b) for a, b in edges],
        "remove_nodes": [find_node(graph, name) for name in nodes],
    }


def _edge(graph: nx.DiGraph, tail: str, head: str) -> tuple[Any, ...]:
    """Return the edge between two names; ``B#KEY`` chooses among parallel ones."""
    first = find_node(graph, tail)
    try:
        return first, find_node(graph, head)
    except UnknownNodeError:
        name, mark, key = head.rpartition("#")
        if not (mark and graph.is_multigraph()):
            raise
    last = find_node(graph, name)
    keys: dict[str, Any] = {str(known): known for known in graph.get_edge_data(first, last, default={})}
    return first, last, keys.get(key, key)


def _new_edge(graph: nx.DiGraph, tail: str, head: str, weight: str) -> tuple[Any, ...]:
    ends = _known_or_new(graph, tail), _known_or_new(graph, head)
    return ends if weight == "-" else (*ends, _number(weight))


def _known_or_new(graph: nx.DiGraph, name: str) -> Any:
    try:
        return find_node(graph, name)
    except UnknownNodeError as error:
        if error.nearest:
            say(f"{one_line(f'a new node: {error}')}\n")
        return name


def _number(text: str) -> int | float:
    from graphdiff.io.building import numbers, why_no_number

    parsed = numbers([text])
    if parsed is None:
        raise UsageError(f"{text[:60]!r} {why_no_number(text)}")
    return parsed[0]


def _is_of_costs(settings: options.Settings, graph: nx.DiGraph, ends: Ends) -> bool:
    """Return whether it is asked what one function of a profile costs, or the whole profile."""
    from graphdiff.graph.measured import is_profile

    has_one_end = not (ends.sources and ends.has_target) and not ends.listed
    return is_profile(graph) and has_one_end and not settings.weights


def _function(ends: Ends, graph: nx.DiGraph) -> Any:
    """Return the function whose cost is asked about; None for the whole profile."""
    names = ends.sources + ends.targets
    if ends.listed or len(names) > 1:
        raise UsageError("a saving is asked of one function: FILE FUNCTION, or FILE alone for the whole profile")
    return find_node(graph, names[0]) if names else None


def _share(text: str) -> Fraction:
    """Return a part, as 30% or 0.3."""
    number = text.strip().removesuffix("%")
    try:
        part = Fraction(number.strip()) / (100 if number != text.strip() else 1)
    except (ValueError, ZeroDivisionError):
        part = Fraction(0)
    if not 0 < part <= 1:
        raise UsageError(f"{text!r} is no part: write 30% or 0.3, of 100% at most")
    return part


def _shares(given: Iterable[tuple[str, ...]], graph: nx.DiGraph, option: str) -> dict[Any, Fraction]:
    """Return parts by function, or by caller and callee."""
    shares: dict[Any, Fraction] = {}
    for *names, part in given:
        nodes = [find_node(graph, name) for name in names]
        item = tuple(nodes) if len(nodes) > 1 else nodes[0]
        if item in shares:
            raise UsageError(f"--{option} is given twice for {' '.join(names)}")
        shares[item] = _share(part)
    return shares


# -- what is printed


def _print_gains(
    settings: options.Settings,
    graph: nx.DiGraph,
    ends: Ends,
    removals: dict[str, Any],
    savings: dict[str, tuple[tuple[str, ...], ...]],
) -> None:
    """Print what becomes of the cost of one function, or of the whole profile."""
    from graphdiff.graph.presets import WEIGHTS
    from graphdiff.whatif.what_if import what_if as compute

    shares = {name: _shares(given, graph, name.replace("_", "-")) for name, given in savings.items()}
    inputs.require_one_weight(settings)
    weights = [WEIGHTS.get(name, name) for name in settings.weights]
    asked_by: dict[str, Any] = dict(zip(["weight"], weights, strict=False))
    given = {"default_weight": settings.default_weight, "cycles": settings.cycles, "exact": settings.exact or None}
    asked_by |= {name: value for name, value in given.items() if value is not None}
    answer = compute(graph, _function(ends, graph), **removals, **shares, **asked_by)
    output.emit(
        settings,
        text=lambda: f"{output.read_line(graph)}\n\n{answer}",
        document=lambda: {"kind": "gains", "graph": output.graph_record(graph), **answer.to_dict()},
        rows=answer.rows,
    )


def _print_change(
    settings: options.Settings, graph: nx.DiGraph, compiled: list[CompiledGraph], ends: Both, changes: dict[str, Any]
) -> None:
    from graphdiff.whatif.report import what_if_text
    from graphdiff.whatif.what_if import what_if as compute

    try:
        answers = [compute(one, *ends, **changes) for one in compiled]
    except SameComponentError:
        _print_routes(settings, graph, compiled[0], ends, changes)
        return
    output.emit(
        settings,
        text=lambda: f"{output.graph_line(graph)}\n\n{what_if_text(answers)}",
        document=lambda: {
            "kind": "what-if",
            "graph": output.graph_record(graph),
            "results": [one.to_dict() for one in answers],
        },
        rows=lambda: _rows(answers),
    )


def _print_routes(
    settings: options.Settings, graph: nx.DiGraph, compiled: CompiledGraph, ends: Both, changes: dict[str, Any]
) -> None:
    """Print the routes before and after the changes, where a total has no meaning: on one cycle."""
    from graphdiff.text.names import members_of
    from graphdiff.whatif.edits import edited
    from graphdiff.why.routes import routes

    keep = [node for end in ends for node in (members_of(end) or [end])]
    after = edited(compiled, **changes, keep=keep).after
    print_change(settings, [graph], routes(graph, *ends), routes(after, *ends))


def _rows(answers: list[WhatIf]) -> Iterator[Sequence[Any]]:
    names = ["before", "after", "change", "relative", "recounted", "n_paths_before", "n_paths"]
    yield ["weights", *names]
    for one in answers:
        record = one.to_dict()
        yield [one.weight_meaning, *(record[name] for name in names)]


def _print_most(settings: options.Settings, graph: nx.DiGraph, compiled: list[CompiledGraph], ends: Both) -> None:
    from graphdiff.whatif.sensitivities import sensitivities

    rankings = or_routes(lambda: [sensitivities(one, *ends) for one in compiled], settings, graph, ends)
    if rankings is None:
        return
    names = ["source", "target", "key", "weight", "derivative", "elasticity", "removal"]
    output.emit(
        settings,
        text=lambda: "\n\n".join([output.graph_line(graph), *map(str, rankings)]),
        document=lambda: {
            "kind": "sensitivities",
            "graph": output.graph_record(graph),
            "results": [one.to_dict() for one in rankings],
        },
        rows=lambda: [
            ["weights", *names],
            *(
                [one.weight_meaning, *(row.get(name, "") for name in names)]
                for one in rankings
                for row in one.to_dict()["edges"]
            ),
        ],
    )


def _print_costs(settings: options.Settings, graph: nx.DiGraph) -> bool:
    """Print what goes with each direct dependency of the roots, if any are marked; return whether."""
    from graphdiff.sets.cost import direct_costs

    costs = direct_costs(graph)
    if costs is None:
        return False
    output.emit(
        settings,
        text=lambda: f"{output.read_line(graph)}\n\n{costs}",
        document=lambda: {"kind": "direct-costs", "graph": output.read_record(graph), **costs.to_dict()},
        rows=costs.records,
    )
    return True


def _print_direct(settings: options.Settings, graph: nx.DiGraph, compiled: list[CompiledGraph], ends: Both) -> None:
    from graphdiff.whatif.first_steps import first_steps

    with output.bar("first steps") as progress:
        ask = partial(first_steps, source=ends[0], target=ends[1], progress=progress)
        answers = or_routes(lambda: list(map(ask, compiled)), settings, graph, ends)
    if answers is None:
        return
    names = ["node", "removal", "share", "weight"]
    output.emit(
        settings,
        text=lambda: "\n\n".join([output.graph_line(graph), *map(str, answers)]),
        document=lambda: {
            "kind": "first-steps",
            "graph": output.graph_record(graph),
            "results": [one.to_dict() for one in answers],
        },
        rows=lambda: [
            ["weights", *names, "gone"],
            *(
                [one.weight_meaning, *(step[name] for name in names), " ".join(step["gone"])]
                for one in answers
                for step in one.to_dict()["steps"]
            ),
        ],
    )
