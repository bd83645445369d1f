"""Which weightings a question is asked by where none is given, and how each is compiled."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from itertools import repeat
from operator import contains
from typing import TYPE_CHECKING, Any

from graphdiff.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.cli.options import Settings


@lru_cache(maxsize=1)
def default_weights(graph: nx.DiGraph) -> tuple[str, ...]:
    """Return the weightings of a file: its attribute weight, else unit and even side by side."""
    from graphdiff.graph.intake import edge_data

    has_weight = any(map(contains, edge_data(graph), repeat("weight")))
    return ("weight",) if has_weight else ("unit", "even")


def weight_options(name: str, settings: Settings) -> dict[str, Any]:
    """Return the options of `graphdiff.compile` for one weighting."""
    from graphdiff.graph.presets import WEIGHTS

    preset = WEIGHTS.get(name)
    cycles = settings.cycles or ("raise" if preset is None else "collapse")
    weight = name.removeprefix("attr:") if preset is None else preset
    return {"weight": weight, "default_weight": settings.default_weight, "cycles": cycles, "exact": settings.exact}


def require_from_file(names: Collection[str], what: str) -> None:
    """Raise `UsageError` where all weightings are presets: what is said of the file's weights is not of these."""
    from graphdiff.graph.presets import WEIGHTS

    if set(names) <= WEIGHTS.keys():
        raise UsageError(f"{what} are of weights, and the file's are not named: add --weight ATTRIBUTE")
