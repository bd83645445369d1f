"""What `what_if` says beforehand, beside the program rebuilt with the change: callgrind counts instructions exactly.

The profiles in tests/data/profiles are of serve.c, which says how they were made; slow tests build and run it again.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff import weights
from graphdiff.errors import UsageError

PROFILES = Path(__file__).parents[1] / "data" / "profiles"
HALF = {("costly", "handle"): 0.5}
#: Of a change: how it is built, and what is asked; a function's name stands for how much faster it really became.
ONE = {
    "calls5": (["-DCALLS=5"], {"fewer_calls": HALF}),
    "burn70": (["-DBURN=70"], {"faster": ["burn"]}),
    "parse50": (["-DPARSE=50"], {"faster": ["parse"]}),
    "handle60": (["-DHANDLE=60"], {"faster_inclusive": ["handle"]}),
}
SEVERAL = {
    "calls5-burn70": (["-DCALLS=5", "-DBURN=70"], {"fewer_calls": HALF, "faster": ["burn"]}),
    "calls5-burn70-parse50": (
        ["-DCALLS=5", "-DBURN=70", "-DPARSE=50"],
        {"fewer_calls": HALF, "faster": ["burn", "parse"]},
    ),
}
Profiles = Callable[[str], nx.DiGraph]
#: By which change alone it is measured how much faster a function became.
ALONE = {"burn": "burn70", "parse": "parse50", "handle": "handle60"}


def recorded(name: str) -> nx.DiGraph:
    return gd.read(PROFILES / f"{name}.callgrind")


def rebuilt(folder: Path, name: str, *options: str) -> nx.DiGraph:
    """Build the program with a change, and run it under callgrind."""
    for tool in ("gcc", "valgrind"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not here")
    defines = {**ONE, **SEVERAL, "serve": ([], {})}[name][0]
    subprocess.run(["gcc", "-O0", *defines, "-o", "serve", PROFILES / "serve.c"], cwd=folder, check=True)
    out = folder / f"{name}.callgrind"
    command = ["valgrind", "--tool=callgrind", *options, f"--callgrind-out-file={out}", "./serve"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return gd.read(out)


def changes_of(wanted: dict[str, Any], profiles: Profiles) -> dict[str, Any]:
    """Return the changes, each function with how much faster it became when it alone was changed."""

    def part(what: str, function: str) -> Fraction:
        name = "self" if what == "faster" else "inclusive"
        before, after = (profiles(each).nodes[function][name] for each in ("serve", ALONE[function]))
        return 1 - Fraction(after, before)

    return {
        what: items if isinstance(items, dict) else {function: part(what, function) for function in items}
        for what, items in wanted.items()
    }


def check_one(name: str, profiles: Profiles) -> None:
    before, real = profiles("serve"), profiles(name).nodes["main"]["inclusive"]
    answer = gd.what_if(before, "main", **changes_of(ONE[name][1], profiles))
    assert answer.before == before.nodes["main"]["inclusive"]
    assert answer.after is not None
    assert abs(answer.relative - (real / answer.before - 1)) < 0.00002  # 0.1 point is what a user sees
    assert abs(answer.after - real) < 100


def check_several(name: str, profiles: Profiles) -> None:
    before, real = profiles("serve"), profiles(name).nodes["main"]["inclusive"]
    answer = gd.what_if(before, "main", **changes_of(SEVERAL[name][1], profiles))
    assert answer.after is None
    assert answer.low - 100 <= real <= answer.high + 100
    assert (answer.high - answer.low) / answer.before < 0.06
    alone = answer.before - sum(saving.saved.low for saving in answer.savings)
    assert real > alone + 0.05 * answer.before  # what both hold is saved once


@pytest.mark.parametrize("name", ONE)
def test_one_change_saves_what_is_said(name: str) -> None:
    check_one(name, recorded)


@pytest.mark.parametrize("name", SEVERAL)
def test_several_changes_save_what_is_in_the_range(name: str) -> None:
    check_several(name, recorded)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*ONE, *SEVERAL])
@pytest.mark.parametrize("options", [("--toggle-collect=main",), ()])
def test_programs_rebuilt_here_save_as_much(name: str, options: tuple[str, ...], tmp_path: Path) -> None:
    made: dict[str, nx.DiGraph] = {}

    def profiles(each: str) -> nx.DiGraph:
        if each not in made:
            made[each] = rebuilt(tmp_path, each, *options)
        return made[each]

    (check_one if name in ONE else check_several)(name, profiles)


def test_what_calls_cost_is_not_how_often_they_are_made() -> None:
    with pytest.raises(UsageError, match="how-often counts calls"):
        gd.what_if(recorded("serve"), "main", fewer_calls=HALF, weight=weights.how_often)
