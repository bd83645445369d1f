"""The package as a whole: what importing costs, and that every public name is what it should be."""

from __future__ import annotations

import importlib
import inspect
import pickle
import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import graphdiff as gd
from graphdiff.errors import MissingExtraError

ROOT = Path(__file__).resolve().parents[1]


def submodules() -> list[str]:
    found = pkgutil.walk_packages(gd.__path__, "graphdiff.")
    return [module.name for module in found if not module.name.endswith(("__main__", "_child"))]


#: The public names; one that is missing here or there is a decision, not an accident.
PUBLIC = """
ArrayFlow Changes Check Comparison CompiledGraph Cost CostRanking Cut CycleReport Diagnosis Difference Effects
Exclusive Explanation FirstSteps Format Formula Gains Influences Jacobian LEAVES NODES NetworkComparison Operations
Path Plan ROOTS Ranking ReplacementScores Routes Semiring Sensitivities Spent Tally Targets Uncertainty Versions
WhatIf accumulate annotate check compare compile cost_of count_paths cut diagnose distributed draw
edge_contributions eliminate errors exclusive exclusive_sizes explain explain_versions factored filter_calls
find_cycles first_steps forward gradient group iter_jacobian iter_paths jacobian node_contributions plan prune rank
reach_sizes read read_edges read_targets replacement_scores reverse routes sample_paths sensitivities strongest_paths
table tally to_pydot total_influence total_influences trace uncertainty watched weights what_if write
"""


def test_the_public_names_are_these() -> None:
    assert sorted(gd.__all__) == sorted(PUBLIC.split())


def test_every_public_name_is_found_after_every_submodule_was_imported() -> None:
    """No module may take the place of a function: gd.compile stays a function whatever was imported before."""
    for name in submodules():
        try:
            importlib.import_module(name)
        except MissingExtraError:
            assert name.removeprefix("graphdiff.tracing.") in (
                "derivatives",
                "jaxprs",
                "products",
                "whole",
            )  # nothing without it
    for name in gd.__all__:
        value = getattr(gd, name)
        assert (name in ("distributed", "errors", "weights")) == inspect.ismodule(value), name


def test_names_are_listed_and_unknown_ones_refused() -> None:
    assert set(gd.__all__) <= set(dir(gd))
    with pytest.raises(AttributeError, match="no attribute 'totl_influence'"):
        gd.totl_influence  # noqa: B018


def test_every_public_function_has_an_example() -> None:
    for name in gd.__all__:
        value = getattr(gd, name)
        if inspect.isfunction(value):
            assert ">>>" in (value.__doc__ or ""), name


LARGE = {"networkx", "numpy", "numba", "pydot", "pygraphviz", "pandas"}
HELP = """
import runpy
sys.argv = ["graphdiff", "--help"]
try:
    runpy.run_module("graphdiff", run_name="__main__")
except SystemExit:
    pass
"""


@pytest.mark.parametrize("code", ["import graphdiff", HELP], ids=["import graphdiff", "graphdiff --help"])
def test_the_start_loads_no_large_library(code: str) -> None:
    code = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not LARGE & set(done.stdout.splitlines()[-1].split())


def test_the_distribution_is_not_called_graphdiff() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["name"] == "nx-graphdiff"


def test_no_text_tells_a_user_to_install_graphdiff() -> None:
    for path in [*ROOT.glob("*.md"), *Path(gd.__file__).parent.rglob("*.py")]:
        assert "pip install graphdiff" not in path.read_text(encoding="utf-8"), path


def test_every_error_comes_back_from_another_process() -> None:
    """An error that cannot be unpickled breaks the pool that would have told it."""
    errors = gd.errors
    for error in (
        errors.UnknownNodeError("los", ["loss", "weights"]),
        errors.AmbiguousNodeError("a", ["a1", "a2"]),
        errors.UnknownEdgeError(("a", "b"), ["c"], turned=True),
        errors.CycleError(["a", "a"], "remedy"),
        errors.SameComponentError("a", "b"),
        errors.TooManyPathsError(5, 3),
        errors.WeightError("text", edge=("a", "b"), count=2),
        errors.MissingExtraError("pyarrow", "tables"),
        errors.MissingLibraryError("libX11.so.6"),
        errors.ValueOverflowError("text"),
    ):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_the_oldest_versions_are_those_that_are_declared() -> None:
    """`bash .ci/versions` runs the suite with them: a bound that is raised or added is raised or added there too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    tested = [extras[name] for name in extras if name not in {"bench", "docs"}]
    declared = [*project["dependencies"], *(one for extra in tested for one in extra)]
    bounds = {(found.name, str(found.specifier).replace(">=", "==")) for found in map(Requirement, declared)}
    lines = [line for line in (ROOT / "tests" / "oldest.txt").read_text().splitlines() if not line.startswith("#")]
    assert {(found.name, str(found.specifier)) for found in map(Requirement, lines)} == bounds
    peers = {found.name: str(found.specifier) for found in map(Requirement, extras["bench"])}
    assert [name for name, bound in bounds if peers.get(name, bound)[2:] != bound[2:]] == []
