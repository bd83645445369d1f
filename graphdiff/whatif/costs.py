"""Questions about the costs of a profile, as `what_if` is asked them: which they are, and which are none."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import networkx as nx

from graphdiff.arithmetic import Number
from graphdiff.errors import UsageError
from graphdiff.graph.compiled import CompileOptions
from graphdiff.graph.defaults import changes_weight
from graphdiff.graph.ends import ROOTS, Boundary, End
from graphdiff.graph.measured import is_profile
from graphdiff.graph.presets import Preset
from graphdiff.remedies import Keyword
from graphdiff.text.names import members_of

__all__ = ["by_calls", "one_function", "require_costs", "with_removals"]


def by_calls(graph: Any, options: CompileOptions) -> CompileOptions:
    """Return the options of `compile`; a profile is asked by what calls cost, where nothing else is asked for."""
    if "weight" in options or not _is_profile(graph):
        return options
    return {"cycles": "collapse", **options, "weight": changes_weight(graph)}


def _is_profile(graph: Any) -> bool:
    return isinstance(graph, nx.DiGraph) and is_profile(graph)


def require_costs(graph: Any, target: End | None, reweight: Any, add_edges: Any, options: CompileOptions) -> None:
    """Raise `UsageError` where something is asked that is no question about the costs of a profile."""
    if not _is_profile(graph):
        raise UsageError(
            "this graph is no profile, of which alone it is asked what one function costs, or all of it: give a source "
            "and a ", Keyword("target")
        )  # fmt: skip
    if target is not None:
        raise UsageError(
            "how much faster a function gets, or how many calls fewer there are, is asked of what one function costs: "
            "leave out ", Keyword("target")
        )  # fmt: skip
    for name, given in (("reweight", reweight), ("add_edges", add_edges)):
        if given:
            raise UsageError(Keyword(name), " needs a source and a ", Keyword("target"))
    weight = options.get("weight")
    if isinstance(weight, Preset) and weight.name == "how-often":
        raise UsageError(
            "how-often counts calls, and calls of one function do not cost the same: it says nothing of costs (halving "
            "calls that cost 60 % can look like 1 %); leave out ", Keyword("weight")
        )  # fmt: skip
    if options:
        name = next(iter(options))
        raise UsageError("a saving is a part of what the file measured, by no weights: leave out ", Keyword(name))


def one_function(source: End | None) -> Any:
    """Return the function whose cost it is; None for the whole profile, which is what its roots cost."""
    if source is None or (isinstance(source, Boundary) and source == ROOTS):
        return None
    if members_of(source) is not None or isinstance(source, Boundary):
        raise UsageError("a saving is asked of one function, or of the whole profile: give one ", Keyword("source"))
    return source


def with_removals(
    changes: dict[str, Mapping[Any, Number] | None], edges: Iterable[Any], nodes: Iterable[Hashable]
) -> dict[str, Any]:
    """Return the changes of a profile with those calls and functions that go altogether."""
    return {
        "faster": changes["faster"],
        "faster_inclusive": {**(changes["faster_inclusive"] or {}), **dict.fromkeys(nodes, 1)},
        "fewer_calls": {**(changes["fewer_calls"] or {}), **{tuple(edge): 1 for edge in edges}},
    }
