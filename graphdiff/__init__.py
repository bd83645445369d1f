"""Total influence in weighted graphs: the sum over all paths of the products along them, explained.

Names are loaded when first used, so that importing graphdiff is quick.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which takes longer to load than all that is here
if TYPE_CHECKING:
    from typing import Any

    from graphdiff import errors as errors
    from graphdiff import weights as weights
    from graphdiff.accumulation import accumulate as accumulate
    from graphdiff.annotation import annotate as annotate
    from graphdiff.changed import WhatIf as WhatIf
    from graphdiff.changes import what_if as what_if
    from graphdiff.compared import Comparison as Comparison
    from graphdiff.comparison import compare as compare
    from graphdiff.compiled import CompiledGraph as CompiledGraph
    from graphdiff.compiled import compile as compile
    from graphdiff.cutlist import Cut as Cut
    from graphdiff.cutting import cut as cut
    from graphdiff.cycle_report import CycleReport as CycleReport
    from graphdiff.diagnosis import Diagnosis as Diagnosis
    from graphdiff.diagnosis import diagnose as diagnose
    from graphdiff.differing import Difference as Difference
    from graphdiff.drawing import to_pydot as to_pydot
    from graphdiff.elimination import eliminate as eliminate
    from graphdiff.explained import Explanation as Explanation
    from graphdiff.explanation import explain as explain
    from graphdiff.factoring import factored as factored
    from graphdiff.feedback import find_cycles as find_cycles
    from graphdiff.formula import Formula as Formula
    from graphdiff.grouping import group as group
    from graphdiff.influence import forward as forward
    from graphdiff.influence import reverse as reverse
    from graphdiff.influence import total_influence as total_influence
    from graphdiff.jacobians import iter_jacobian as iter_jacobian
    from graphdiff.jacobians import jacobian as jacobian
    from graphdiff.jacobians import total_influences as total_influences
    from graphdiff.moved import Changes as Changes
    from graphdiff.paths import Path as Path
    from graphdiff.paths import count_paths as count_paths
    from graphdiff.paths import iter_paths as iter_paths
    from graphdiff.paths import strongest_paths as strongest_paths
    from graphdiff.planning import Plan as Plan
    from graphdiff.planning import plan as plan
    from graphdiff.propagation import Uncertainty as Uncertainty
    from graphdiff.propagation import uncertainty as uncertainty
    from graphdiff.pruning import prune as prune
    from graphdiff.readers import read as read
    from graphdiff.results import Influences as Influences
    from graphdiff.results import Jacobian as Jacobian
    from graphdiff.sampling import sample_paths as sample_paths
    from graphdiff.semirings import Semiring as Semiring
    from graphdiff.sensitivity import Sensitivities as Sensitivities
    from graphdiff.sensitivity import sensitivities as sensitivities
    from graphdiff.sets import Exclusive as Exclusive
    from graphdiff.sets import exclusive as exclusive
    from graphdiff.sets import exclusive_sizes as exclusive_sizes
    from graphdiff.sets import reach_sizes as reach_sizes
    from graphdiff.shares import edge_contributions as edge_contributions
    from graphdiff.shares import node_contributions as node_contributions
    from graphdiff.tables import read_edges as read_edges
    from graphdiff.tracing import trace as trace
    from graphdiff.tracing.checking import Check as Check
    from graphdiff.tracing.checking import check as check
    from graphdiff.writers import write as write

__version__ = "0.1.0"

#: Where each public name lives; None is a module of that name.
_HOMES: dict[str, str | None] = {
    "Changes": "moved",
    "Check": "tracing.checking",
    "Comparison": "compared",
    "CompiledGraph": "compiled",
    "Cut": "cutlist",
    "CycleReport": "cycle_report",
    "Diagnosis": "diagnosis",
    "Difference": "differing",
    "Exclusive": "sets",
    "Explanation": "explained",
    "Formula": "formula",
    "Influences": "results",
    "Jacobian": "results",
    "Path": "paths",
    "Plan": "planning",
    "Semiring": "semirings",
    "Sensitivities": "sensitivity",
    "Uncertainty": "propagation",
    "WhatIf": "changed",
    "accumulate": "accumulation",
    "annotate": "annotation",
    "check": "tracing.checking",
    "compare": "comparison",
    "compile": "compiled",
    "count_paths": "paths",
    "cut": "cutting",
    "diagnose": "diagnosis",
    "edge_contributions": "shares",
    "eliminate": "elimination",
    "errors": None,
    "exclusive": "sets",
    "exclusive_sizes": "sets",
    "explain": "explanation",
    "factored": "factoring",
    "find_cycles": "feedback",
    "forward": "influence",
    "group": "grouping",
    "iter_jacobian": "jacobians",
    "iter_paths": "paths",
    "jacobian": "jacobians",
    "node_contributions": "shares",
    "plan": "planning",
    "prune": "pruning",
    "reach_sizes": "sets",
    "read": "readers",
    "read_edges": "tables",
    "reverse": "influence",
    "sample_paths": "sampling",
    "sensitivities": "sensitivity",
    "strongest_paths": "paths",
    "to_pydot": "drawing",
    "total_influence": "influence",
    "total_influences": "jacobians",
    "trace": "tracing",
    "uncertainty": "propagation",
    "weights": None,
    "what_if": "changes",
    "write": "writers",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'graphdiff' has no attribute {name!r}")
    import importlib

    home = _HOMES[name]
    module = importlib.import_module(f"graphdiff.{home or name}")
    value = module if home is None else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
