"""Which weightings a question is asked by where none is given, and how each is compiled."""

from __future__ import annotations

from functools import lru_cache
from itertools import repeat
from operator import contains
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.cli.options import Settings


#: What is asked of edges without weights: the two often disagree on the route, and that is worth more than either.
SIDE_BY_SIDE = ("unit", "even")


@lru_cache(maxsize=1)
def default_weights(graph: nx.DiGraph) -> tuple[str, ...]:
    """Return the weightings of a file: its attribute weight, else unit and even; those that a saved graph has."""
    from graphdiff.graph.intake import edge_data
    from graphdiff.graph.presets import WEIGHTS
    from graphdiff.graph.views import saved_in

    if (saved := saved_in(graph)) is not None:
        return (f"attr:{saved.weight}" if saved.weight in WEIGHTS else saved.weight,) if saved.weight else SIDE_BY_SIDE
    has_weight = any(map(contains, edge_data(graph), repeat("weight")))
    return ("weight",) if has_weight else SIDE_BY_SIDE


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
    weight = name.removeprefix("attr:") if preset is None else preset
    return {"weight": weight, "default_weight": settings.default_weight, "cycles": cycles, "exact": settings.exact}
