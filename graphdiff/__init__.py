"""Total influence in weighted graphs: the sum over all paths of the products along them, explained.

Names are loaded when first used, so that importing graphdiff is quick.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which takes longer to load than all that is here
if TYPE_CHECKING:
    from typing import Any

    from graphdiff import distributed as distributed
    from graphdiff import errors as errors
    from graphdiff import weights as weights
    from graphdiff.change.compare import compare as compare
    from graphdiff.change.comparison import Comparison as Comparison
    from graphdiff.change.difference import Difference as Difference
    from graphdiff.change.networks import NetworkComparison as NetworkComparison
    from graphdiff.change.totals import Changes as Changes
    from graphdiff.graph.compiled import CompiledGraph as CompiledGraph
    from graphdiff.graph.compiled import compile as compile
    from graphdiff.graph.ends import LEAVES as LEAVES
    from graphdiff.graph.ends import NODES as NODES
    from graphdiff.graph.ends import ROOTS as ROOTS
    from graphdiff.io.draw import draw as draw
    from graphdiff.io.formats import Format as Format
    from graphdiff.io.read import read as read
    from graphdiff.io.table import read_edges as read_edges
    from graphdiff.io.targets import Targets as Targets
    from graphdiff.io.targets import read_targets as read_targets
    from graphdiff.io.write import write as write
    from graphdiff.jacobians.elimination import eliminate as eliminate
    from graphdiff.jacobians.jacobian import iter_jacobian as iter_jacobian
    from graphdiff.jacobians.jacobian import jacobian as jacobian
    from graphdiff.jacobians.jacobian import total_influences as total_influences
    from graphdiff.jacobians.plan import Plan as Plan
    from graphdiff.jacobians.plan import plan as plan
    from graphdiff.kernels.passes import watched as watched
    from graphdiff.operations.flow import ArrayFlow as ArrayFlow
    from graphdiff.operations.network import Operations as Operations
    from graphdiff.paths.factored import factored as factored
    from graphdiff.paths.formula import Formula as Formula
    from graphdiff.paths.paths import Path as Path
    from graphdiff.paths.paths import count_paths as count_paths
    from graphdiff.paths.paths import iter_paths as iter_paths
    from graphdiff.paths.prune import prune as prune
    from graphdiff.paths.sample import sample_paths as sample_paths
    from graphdiff.paths.strongest import strongest_paths as strongest_paths
    from graphdiff.pictures.annotate import annotate as annotate
    from graphdiff.pictures.dot import to_pydot as to_pydot
    from graphdiff.pictures.group import group as group
    from graphdiff.profiles.filtering import filter_calls as filter_calls
    from graphdiff.profiles.gains import Gains as Gains
    from graphdiff.profiles.ranking import CostRanking as CostRanking
    from graphdiff.profiles.spent import Spent as Spent
    from graphdiff.sets.cost import Cost as Cost
    from graphdiff.sets.cost import cost_of as cost_of
    from graphdiff.sets.sets import Exclusive as Exclusive
    from graphdiff.sets.sets import exclusive as exclusive
    from graphdiff.sets.sets import exclusive_sizes as exclusive_sizes
    from graphdiff.sets.sets import reach_sizes as reach_sizes
    from graphdiff.sets.tally import Tally as Tally
    from graphdiff.sets.tally import tally as tally
    from graphdiff.structure.components import CycleReport as CycleReport
    from graphdiff.structure.components import find_cycles as find_cycles
    from graphdiff.structure.diagnose import Diagnosis as Diagnosis
    from graphdiff.structure.diagnose import diagnose as diagnose
    from graphdiff.structure.rank import Ranking as Ranking
    from graphdiff.structure.rank import rank as rank
    from graphdiff.structure.replacement import ReplacementScores as ReplacementScores
    from graphdiff.structure.replacement import replacement_scores as replacement_scores
    from graphdiff.sums.accumulate import accumulate as accumulate
    from graphdiff.sums.flow import edge_contributions as edge_contributions
    from graphdiff.sums.flow import node_contributions as node_contributions
    from graphdiff.sums.influence import forward as forward
    from graphdiff.sums.influence import reverse as reverse
    from graphdiff.sums.influence import total_influence as total_influence
    from graphdiff.sums.results import Influences as Influences
    from graphdiff.sums.results import Jacobian as Jacobian
    from graphdiff.sums.semirings import Semiring as Semiring
    from graphdiff.tracing import trace as trace
    from graphdiff.tracing.check import Check as Check
    from graphdiff.tracing.check import check as check
    from graphdiff.tracing.gradient import gradient as gradient
    from graphdiff.whatif.cut import Cut as Cut
    from graphdiff.whatif.cut import cut as cut
    from graphdiff.whatif.effects import Effects as Effects
    from graphdiff.whatif.effects import table as table
    from graphdiff.whatif.first_steps import FirstSteps as FirstSteps
    from graphdiff.whatif.first_steps import first_steps as first_steps
    from graphdiff.whatif.sensitivities import Sensitivities as Sensitivities
    from graphdiff.whatif.sensitivities import sensitivities as sensitivities
    from graphdiff.whatif.uncertainty import Uncertainty as Uncertainty
    from graphdiff.whatif.uncertainty import uncertainty as uncertainty
    from graphdiff.whatif.what_if import WhatIf as WhatIf
    from graphdiff.whatif.what_if import what_if as what_if
    from graphdiff.why.explain import Explanation as Explanation
    from graphdiff.why.explain import explain as explain
    from graphdiff.why.routes import Routes as Routes
    from graphdiff.why.routes import routes as routes
    from graphdiff.why.versions import Versions as Versions
    from graphdiff.why.versions import explain_versions as explain_versions

__version__ = "0.2.0"  # the one place: pyproject.toml, --version and manual pages take it from here

#: Where each public name lives; None is a module of that name.
_HOMES: dict[str, str | None] = {
    "ArrayFlow": "operations.flow",
    "Changes": "change.totals",
    "Check": "tracing.check",
    "Comparison": "change.comparison",
    "CompiledGraph": "graph.compiled",
    "Cost": "sets.cost",
    "CostRanking": "profiles.ranking",
    "Cut": "whatif.cut",
    "CycleReport": "structure.components",
    "Diagnosis": "structure.diagnose",
    "Difference": "change.difference",
    "Effects": "whatif.effects",
    "Exclusive": "sets.sets",
    "Explanation": "why.explain",
    "FirstSteps": "whatif.first_steps",
    "Format": "io.formats",
    "Formula": "paths.formula",
    "Gains": "profiles.gains",
    "Influences": "sums.results",
    "Jacobian": "sums.results",
    "LEAVES": "graph.ends",
    "NetworkComparison": "change.networks",
    "Operations": "operations.network",
    "Path": "paths.paths",
    "Plan": "jacobians.plan",
    "NODES": "graph.ends",
    "ROOTS": "graph.ends",
    "Ranking": "structure.rank",
    "ReplacementScores": "structure.replacement",
    "Routes": "why.routes",
    "Semiring": "sums.semirings",
    "Sensitivities": "whatif.sensitivities",
    "Tally": "sets.tally",
    "Spent": "profiles.spent",
    "Targets": "io.targets",
    "Uncertainty": "whatif.uncertainty",
    "Versions": "why.versions",
    "WhatIf": "whatif.what_if",
    "accumulate": "sums.accumulate",
    "annotate": "pictures.annotate",
    "check": "tracing.check",
    "compare": "change.compare",
    "compile": "graph.compiled",
    "cost_of": "sets.cost",
    "count_paths": "paths.paths",
    "cut": "whatif.cut",
    "diagnose": "structure.diagnose",
    "distributed": None,
    "draw": "io.draw",
    "edge_contributions": "sums.flow",
    "eliminate": "jacobians.elimination",
    "errors": None,
    "exclusive": "sets.sets",
    "exclusive_sizes": "sets.sets",
    "explain": "why.explain",
    "explain_versions": "why.versions",
    "factored": "paths.factored",
    "filter_calls": "profiles.filtering",
    "find_cycles": "structure.components",
    "first_steps": "whatif.first_steps",
    "forward": "sums.influence",
    "gradient": "tracing.gradient",
    "group": "pictures.group",
    "iter_jacobian": "jacobians.jacobian",
    "iter_paths": "paths.paths",
    "jacobian": "jacobians.jacobian",
    "node_contributions": "sums.flow",
    "plan": "jacobians.plan",
    "prune": "paths.prune",
    "rank": "structure.rank",
    "reach_sizes": "sets.sets",
    "read": "io.read",
    "read_edges": "io.table",
    "read_targets": "io.targets",
    "replacement_scores": "structure.replacement",
    "reverse": "sums.influence",
    "routes": "why.routes",
    "sample_paths": "paths.sample",
    "sensitivities": "whatif.sensitivities",
    "strongest_paths": "paths.strongest",
    "table": "whatif.effects",
    "tally": "sets.tally",
    "to_pydot": "pictures.dot",
    "total_influence": "sums.influence",
    "total_influences": "jacobians.jacobian",
    "trace": "tracing",
    "uncertainty": "whatif.uncertainty",
    "watched": "kernels.passes",
    "weights": None,
    "what_if": "whatif.what_if",
    "write": "io.write",
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
