"""By which weights a verb asks: those of ``-w``, else what the library decides, and how each is compiled."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import click

from graphdiff.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.cli.options import Settings
    from graphdiff.graph.defaults import Choice

#: What a verb takes for a file without weights, as presets. Verbs that are not here put two side by side: they often
#: disagree on the route, and that is worth more than either.
OTHERWISE = dict.fromkeys(("compile", "cycles", "diagnose"), ("unit",)) | dict.fromkeys(
    ("cut", "draw", "paths", "rank", "why --formula"), ("even",)
)
SIDE_BY_SIDE = ("unit", "even")
#: The verbs that only count: numbers that may be weights do not change what they say.
COUNTING = ("cycles", "diagnose")


def chosen(graph: nx.DiGraph, otherwise: tuple[str, ...] = ()) -> Choice:
    """Return by which weights the verb that runs asks a graph, and why; the head of its report says it.

    `otherwise` are presets for a file without weights in place of the verb's own.
    """
    return _asked(click.get_current_context().params["weights"]) or _default(graph, verb_that_runs(), otherwise)


def verb_that_runs() -> str:
    """Return the verb that runs; with the option that makes another question of it."""
    context = click.get_current_context()
    return f"{context.command.name} --formula" if context.params.get("formula") else str(context.command.name)


def chosen_for_both(graphs: tuple[nx.DiGraph, nx.DiGraph]) -> Choice:
    """Return by which weights the verb that runs asks two graphs: the weights that one of them is known to have.

    Of two attribution graphs those that both have: one may not say how active its features are.
    """
    from graphdiff.errors import of_both
    from graphdiff.graph.defaults import known_weights

    known = [choice for choice in map(known_weights, graphs) if choice.are_known]
    fewest = min(known, key=lambda choice: len(choice.weights), default=None)
    return _asked(click.get_current_context().params["weights"]) or fewest or of_both(chosen, graphs)[0]


def offered(graph: nx.DiGraph | None, verb: str) -> tuple[str, ...]:
    """Return the weights that a verb takes without ``-w``, by name, to complete from; none where a file is refused."""
    from graphdiff.errors import WeightError

    try:
        return () if graph is None else _default(graph, verb).names
    except WeightError:
        return ()


def _asked(names: tuple[str, ...]) -> Choice | None:
    from graphdiff.graph.defaults import Choice
    from graphdiff.graph.presets import WEIGHTS

    weights = tuple([WEIGHTS.get(name, name.removeprefix("attr:")) for name in names])
    return Choice(weights, f"weights: {' and '.join(names)}, as asked") if names else None


@lru_cache(maxsize=2)
def _default(graph: nx.DiGraph, verb: str, otherwise: tuple[str, ...] = ()) -> Choice:
    from graphdiff.graph.defaults import Choice, changes_weight, default_weights, known_weights
    from graphdiff.graph.measured import is_profile
    from graphdiff.graph.presets import WEIGHTS

    if verb == "what-if" and is_profile(graph):
        weight = changes_weight(graph)
        return Choice((weight,), f"weights: {weight.name}, {weight.meaning}")
    decide = known_weights if verb in COUNTING else default_weights
    choice = decide(graph, [WEIGHTS[name] for name in otherwise or OTHERWISE.get(verb, SIDE_BY_SIDE)])
    # The last is what verbs take that take one; a ranking is ordered by its first.
    return Choice(choice.weights[::-1], choice.why) if verb == "rank" else choice


def weight_options(name: str, settings: Settings, graph: nx.DiGraph) -> dict[str, Any]:
    """Return the options of `graphdiff.compile` for one weighting; a saved graph has the policy that it was saved with.

    Its policy is that of weights like its own: of an attribute's, or of a preset's.
    """
    from graphdiff.graph.presets import WEIGHTS
    from graphdiff.graph.views import saved_in

    preset = WEIGHTS.get(name)
    saved = saved_in(graph)
    own = saved.cycles if saved is not None and (saved.weight is None) == (preset is not None) else None
    cycles = settings.cycles or own or ("raise" if preset is None else "collapse")
    weight = _attribute(name, graph) if preset is None else preset
    return {"weight": weight, "default_weight": settings.default_weight, "cycles": cycles, "exact": settings.exact}


def _attribute(name: str, graph: nx.DiGraph) -> str:
    """Return the attribute of edges that a name means: what the weights of a file say, as reports do, is theirs."""
    is_meaning = name == graph.graph.get("weight_meaning") and not any(name in data for *_, data in graph.edges.data())
    return "weight" if is_meaning else name.removeprefix("attr:")


def asks_costs(graph: nx.DiGraph, settings: Settings) -> bool:
    """Return whether a verb is asked what a profile measured: no other weights are given, and no other policy."""
    from graphdiff.graph.measured import asks_costs as asks

    given = {"weight": settings.weights, "default_weight": settings.default_weight, "cycles": settings.cycles}
    return asks(graph, {name: value for name, value in given.items() if value}) and not settings.exact


def require_from_file(names: Collection[str], what: str) -> None:
    """Raise `UsageError` where all weightings are presets: what is said of the file's weights is not of these."""
    from graphdiff.graph.presets import WEIGHTS

    if set(names) <= WEIGHTS.keys():
        raise UsageError(f"{what} are of weights, and the file's are not named: add --weight ATTRIBUTE")
