"""``graphdiff rank``: every node by its total influence from a source or on a target, beside the sets it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli import conditions, inputs, options, output, renamings, weightings
from graphdiff.cli.completion import complete_column, complete_value
from graphdiff.cli.measures import OF_COSTS
from graphdiff.cli.nodes import Ends, with_ends
from graphdiff.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.pictures.group import By

EPILOG = """\
\b
Examples:
  graphdiff rank Packages.xz -s openssh-server      what it rests on, most first
  graphdiff rank Packages.xz liblzma5 --by even     who rests on it
  graphdiff rank uv.lock --value size --by 'gone size'   what would be freed if it went
  graphdiff rank Packages.xz --by reliance          whom everybody rests on, and through whom
  graphdiff rank package-lock.json --value licence  which licences, and through whom
  graphdiff rank imports:numpy --times LOG --value import_time
  graphdiff rank model.csv y -O rank.html           and a page to look through, offline
  graphdiff rank run.prof                           a profile: what costs most; --by inclusive, calls
  graphdiff rank run.prof parse                     who makes parse cost; -s parse: where its time goes

\b
In Python:
  import graphdiff as gd
  G = gd.read("model.csv")
  print(gd.rank(G, target="y"))
  gd.reach_sizes(G), gd.exclusive_sizes(G), gd.exclusive(G, "x")
"""


@options.command(epilog=EPILOG, short_help="What matters most: from a source, towards a target, or of all?")
@options.verb
@with_ends
@click.option(
    "--by",
    metavar="COLUMN",
    shell_complete=complete_column,
    help="Order by a weighting, reach, exclusive, 'gone size', reliance; a profile by self, inclusive, calls.",
)
@click.option(
    "--value",
    metavar="NAME",
    shell_complete=complete_value,
    help="A number that nodes have, such as size: add it up, too (gone size: with its own). A text, "
    "such as licence: count the nodes by it, and say through whom they come.",
)
@options.grouping("Rank groups: by module, file or class of a profile, an attribute, or N parts of names.", "grouping")
@click.option("--only", metavar="KIND", help="Only nodes of this kind, such as token or feature.")
@click.option(
    "-n", "--top", type=click.IntRange(min=0), default=20, show_default=True,
    help="How many rows of text; JSON and CSV have all.",
)  # fmt: skip
@conditions.gated
def rank(
    settings: options.Settings,
    ends: Ends,
    by: str | None,
    value: str | None,
    grouping: By | None,
    only: str | None,
    top: int,
    gate: conditions.Gate,
) -> None:
    """Rank the nodes by total influence: from a source, towards a target, or from all roots together.

    A node that the source does not reach (that does not reach the target) is left out. Equal values share a place.
    Beside the sums over paths stand sets, in which each node counts once: reach is how many nodes a node reaches,
    exclusive how many of them would go with it, since nothing else leads to them from the source or else the roots.
    """
    if ends.sources and ends.has_target:
        raise UsageError(
            "give a source (-s) or a target, not both; for one pair: graphdiff why FILE SOURCE TARGET, and by direct "
            "dependencies: graphdiff what-if --direct"
        )
    from graphdiff.profiles.report_ranking import COLUMNS

    graph = inputs.load(settings)
    grouping = _groups_of(graph, grouping)
    if graph.graph.get("quotient"):
        _require_groups(settings, ends, by, value)
        _print_groups(graph, settings, top, gate)
    elif value is only is None and weightings.asks_costs(graph, settings) and by in (None, *COLUMNS):
        _print_costs(graph, settings, ends, by, top, gate)
    elif value is not None and grouping is only is None and _is_text(graph, value):
        _require_tally(ends, by, value, gate)
        _print_tally(graph, settings, ends, value, top, gate)
    else:
        _print_ranking(graph, settings, ends, gate, by=by, value=value, group=grouping, only=only, top=top)


def _groups_of(graph: nx.DiGraph, grouping: By | None) -> By | None:
    """Return what groups are made by; what was read of a profile is grouped already."""
    from graphdiff.graph.measured import is_profile

    if grouping is None or not is_profile(graph):
        return grouping
    if grouping not in options.SCOPES:
        raise UsageError(f"--group {grouping}: functions of a profile are ranked by {', '.join(options.SCOPES)}")
    return None


def _is_text(graph: nx.DiGraph, value: str) -> bool:
    from graphdiff.sets.cost import SPELLINGS
    from graphdiff.sets.tally import has_texts

    return value in SPELLINGS or has_texts(graph, value)


def _require_tally(ends: Ends, by: str | None, value: str, gate: conditions.Gate) -> None:
    """Raise `UsageError` where more is asked of nodes that are counted by a text than that."""
    if by is not None or ends.has_target or any(condition.name == "total" for condition in gate.conditions):
        raise UsageError(f"{value} is no number, nodes are counted by it: from a source, without --by and totals")


def _print_ranking(
    graph: nx.DiGraph,
    settings: options.Settings,
    ends: Ends,
    gate: conditions.Gate,
    *,
    by: str | None,
    value: str | None,
    top: int,
    **rows: Any,
) -> None:
    """Print the nodes, or groups of them, by their total influence."""
    from graphdiff.structure.rank import rank as ranking_of

    first, last = ends.of(graph)
    with output.bar("reach") as progress:
        ranking = ranking_of(
            graph,
            first,
            last,
            by=renamings.current_column(by, value),
            value=value,
            top=top if settings.output == "text" and not (gate.conditions or output.is_page(settings.path)) else None,
            weightings=inputs.compile_all(graph, settings),
            progress=progress,
            **rows,
        )
    gate.check([ranking], graph)
    output.emit(
        settings,
        text=lambda: f"{output.graph_line(graph)}\n\n{ranking.text(top, f': --top {ranking.n_ranked}')}",
        document=lambda: {"kind": "rank", "graph": output.graph_record(graph), **ranking.to_dict()},
        rows=lambda: list(ranking.sheet()),
        drawn=ranking.to_networkx,
        results=[ranking],
    )


def _print_costs(
    graph: nx.DiGraph, settings: options.Settings, ends: Ends, by: str | None, top: int, gate: conditions.Gate
) -> None:
    """Print the functions of a profile by what was measured; the first rows of JSON and CSV say what edges allow."""
    from graphdiff.profiles.ranking import rank_costs
    from graphdiff.profiles.report import head

    gate.require(OF_COSTS, "of a profile")
    ranking = rank_costs(graph, *ends.of(graph), by=by)
    gate.check([ranking], graph)
    output.emit(
        settings,
        text=lambda: f"{head(ranking.costs)}\n\n{ranking.text(top, f': --top {len(ranking)}')}",
        document=lambda: {"kind": "rank", "graph": output.read_record(graph), **ranking.to_dict(top)},
        rows=lambda: ranking.sheet(top),
        drawn=ranking.to_networkx,
        results=[ranking],
    )


def _require_groups(settings: options.Settings, ends: Ends, by: str | None, value: str | None) -> None:
    """Raise `UsageError` where something is asked of groups of functions that calls alone do not tell."""
    given = {
        f"--by {by}": by not in (None, "self"),
        "--value": value is not None,
        "a source": bool(ends.sources),
        "a target": ends.has_target,
        "--weight": bool(settings.weights),
        "--default-weight": settings.default_weight is not None,
        "--cycles": settings.cycles is not None,
        "--exact": settings.exact,
    }
    for name in (name for name, is_given in given.items() if is_given):
        raise UsageError(
            f"{name}: of groups of functions without stacks only what these cost by themselves is known, and by that "
            "they are ordered, as calls between groups nest; leave it out, or --group"
        )


def _print_groups(graph: nx.DiGraph, settings: options.Settings, top: int, gate: conditions.Gate) -> None:
    """Print groups of a profile's functions, of which edges alone tell no totals."""
    from graphdiff.profiles.averages import GroupCosts

    gate.require(("total",), "of groups")
    costs = GroupCosts(graph)
    gate.check([costs], graph)
    output.emit(
        settings,
        text=lambda: f"{output.read_line(graph)}\n\n{costs.text(top, f': --top {len(costs)}')}",
        document=lambda: {"kind": "rank", "graph": output.read_record(graph), **costs.to_dict()},
        rows=lambda: list(costs.sheet()),
        drawn=costs.to_networkx,
    )


def _print_tally(
    graph: nx.DiGraph, settings: options.Settings, ends: Ends, value: str, top: int, gate: conditions.Gate
) -> None:
    """Print the nodes by a text that they have."""
    from graphdiff.sets.tally import tally

    tallied = tally(graph, value, ends.of(graph)[0])
    gate.check([tallied], graph)
    output.emit(
        settings,
        text=lambda: f"{output.read_line(graph)}\n\n{tallied.text(top, f': --top {len(tallied)}')}",
        document=lambda: {"kind": "rank", "graph": output.read_record(graph), **tallied.to_dict()},
        rows=lambda: [tallied.columns, *tallied.records()],
    )
