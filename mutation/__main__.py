"""Change a module at the heart, one thing at a time, and see its tests fail: ``python -m mutation [MODULE ...]``.

mutmut makes the changes and runs, for each, the tests that reach the changed function, in a copy of the project below
build/mutation and without numba, whose machine code it could not change. It changes no function that is decorated, a
property among them. Hypothesis draws 8 examples, and shrinks none; tests that take
long (`LONG`) are left out. What survives is printed, to be read by
``python -m mutation --show NAME``; rows of a table in Markdown go to build/mutation/table.md.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import chdir
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "mutation"
COPIED = ("graphdiff", "tests", "data", "docs", "conftest.py", "README.md", "CHANGELOG.md")

#: The tests of each module, beside those that mirror it.
TESTS: dict[str, tuple[str, ...]] = {
    "arithmetic": ("tests/test_arithmetic.py",),
    "files": ("tests/test_files.py",),
    "sums/sweeps": ("tests/sums/test_sweeps.py", "tests/sums/test_influence.py", "tests/test_numbers.py"),
    "sums/between": ("tests/sums/test_between.py", "tests/sums/test_influence.py", "tests/sums/test_semirings.py"),
    "sums/influence": ("tests/sums/test_influence.py",),
    "sums/direct": ("tests/sums/test_direct.py",),
    "sums/straight": ("tests/sums/test_straight.py",),
    "sums/semirings": ("tests/sums/test_semirings.py", "tests/sums/test_accumulate.py"),
    "sums/accumulate": ("tests/sums/test_accumulate.py", "tests/sums/test_semirings.py"),
    "sums/levels": ("tests/sums/test_levels.py",),
    "sums/cycles": (
        "tests/sums/test_cycles_parts.py",
        "tests/sums/test_cycles.py",
        "tests/sums/test_radius.py",
        "tests/sums/test_factors.py",
        "tests/sums/test_enclosure.py",
    ),
    "sums/radius": ("tests/sums/test_enclosure_parts.py", "tests/sums/test_radius.py"),
    "sums/enclosure": ("tests/sums/test_enclosure_parts.py", "tests/sums/test_enclosure.py"),
    "sums/factors": ("tests/sums/test_factors_parts.py", "tests/sums/test_factors.py"),
    "sums/certificate": (
        "tests/sums/test_certificate_parts.py",
        "tests/sums/test_certificate.py",
    ),
    "sums/flow": ("tests/sums/test_flow_parts.py", "tests/sums/test_flow.py"),
    "sums/naive": ("tests/sums/test_naive.py",),
    "graph/topology": ("tests/graph/test_topology_lookup.py", "tests/graph/test_topology.py"),
    "graph/compiled": ("tests/graph/test_compiled_parts.py", "tests/graph/test_compiled.py"),
    "graph/intake": (
        "tests/graph/test_intake.py",
        "tests/graph/test_compiled.py",
    ),
    "graph/plain": ("tests/graph/test_plain.py", "tests/test_numbers.py"),
    "graph/presets": ("tests/graph/test_presets.py",),
    "graph/storage": ("tests/graph/test_storage.py",),
    "graph/arrayfile": ("tests/graph/test_storage.py",),
    "paths/paths": ("tests/paths/test_paths_parts.py", "tests/paths/test_paths.py"),
    "paths/strongest": ("tests/paths/test_strongest_drawn.py", "tests/paths/test_strongest.py"),
    "paths/deviations": ("tests/paths/test_strongest_drawn.py", "tests/paths/test_deviations.py"),
    "kernels/sweep": ("tests/kernels/test_sweep_kernels.py", "tests/kernels/test_kernels.py"),
    "kernels/order": (
        "tests/kernels/test_rows.py",
        "tests/graph/test_topology_lookup.py",
        "tests/kernels/test_kernels.py",
    ),
    "kernels/reach": ("tests/kernels/test_rows.py", "tests/kernels/test_kernels.py", "tests/graph/test_topology.py"),
    "kernels/rows": ("tests/kernels/test_rows.py", "tests/kernels/test_kernels.py"),
    "kernels/strongest": ("tests/kernels/test_strongest_kernels.py", "tests/paths/test_strongest_drawn.py"),
    "kernels/flows": ("tests/kernels/test_flows.py",),
}
CONFIGURED = """
[tool.mutmut]
source_paths = ["graphdiff"]
only_mutate = ["graphdiff/{module}.py"]
also_copy = {copied}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = {options}
timeout_constant = 5.0
timeout_multiplier = 4.0
track_dependencies = false
"""
#: Tests of seconds, which a mutant does not meet.
LONG = (
    "tests/sums/test_influence.py::test_all_labelled_dags",
    "tests/sums/test_every_dag.py",
    "tests/sums/test_enclosure.py::test_generated_equations_are_within_the_bound_or_refused",
    "tests/sums/test_enclosure.py::test_equations_that_are_singular_are_refused_whatever_the_rounding",
    "tests/sums/test_factors.py::test_the_way_is_chosen_by_what_fits",
    "tests/sums/test_factors.py::TestBeyond5000Nodes::test_of_exact_numbers_it_is_not",
    "tests/sums/test_results.py::test_what_looks_at_a_few_entries_makes_no_others",
    "tests/sums/test_accumulate.py::test_results_read_like_mappings_and_are_written",
    "tests/sums/test_flow.py::test_shares_of_counts_beyond_every_float_are_still_numbers",
    "tests/graph/test_storage.py::test_every_flipped_byte_of_the_header_is_refused",
    "tests/graph/test_storage.py::test_every_flipped_byte_of_an_array_is_refused_in_memory_and_harmless_mapped",
    "tests/graph/test_storage.py::test_every_truncation_and_addition_is_refused",
    "tests/graph/test_compiled.py::TestSameBits",
    "tests/graph/test_compiled.py::TestForm::test_positions_are_a_topological_order",
)
OPTIONS = ("-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-profile=mutation", "-k", "not [kernels")
#: What a mutant may take that adds to a list without end.
MEMORY = 6 << 30
#: How mutmut says what became of a mutant.
KILLED, SURVIVED, UNTESTED = (1, 3, 36, 24, 152, -24, 255), (0,), (5, 33)
#: Those killed because they did not end: few of a module's; many are tests that cannot be run in a fork.
ENDLESS = (36, 24, 152, -24, 255)


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(TESTS)}; all by default")
    parser.add_argument(
        "--sample", type=int, default=0, metavar="N", help="so many mutants of a module; all by default"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="which of them; 0 by default")
    parser.add_argument("--processes", type=int, default=1, metavar="N", help="1 by default")
    parser.add_argument("--show", metavar="NAME", help="what a mutant changes")
    asked = parser.parse_args(given)
    if unknown := set(asked.modules) - set(TESTS):
        parser.error(f"no module {', '.join(sorted(unknown))}; there are {', '.join(TESTS)}")
    return asked


def main(given: Sequence[str]) -> None:
    """Test the mutants of each module, and print what survives."""
    asked = arguments(given)
    if asked.show:
        shown(asked.show)
        return
    for module in asked.modules or TESTS:
        copied(module)
        names = mutants(module)
        chosen = random.Random(asked.seed).sample(names, min(asked.sample or len(names), len(names)))
        log = mutmut(module, "run", "--max-children", str(asked.processes), *chosen)
        if "mutations/second" not in log:
            print(f"{module}: the tests fail before anything is changed:\n{log[-3000:]}", flush=True)
            continue
        report(module, names, chosen)


def copied(module: str) -> None:
    """Copy what is tested into a folder of its own, with a configuration of mutmut."""
    folder = BUILD / module
    shutil.rmtree(folder, ignore_errors=True)
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lists = {
        "copied": json.dumps(COPIED),
        "tests": json.dumps(TESTS[module]),
        "options": json.dumps([*OPTIONS, *(f"--deselect={test}" for test in LONG)]),
    }
    configured = CONFIGURED.format(module=module, **lists)
    (folder / "pyproject.toml").write_text(project + configured, encoding="utf-8")


def mutants(module: str) -> list[str]:
    """Return the names of all mutants of a module."""
    from mutmut.mutation.file_mutation import mutate_file_contents
    from mutmut.utils.format_utils import get_mutant_name

    path = Path("graphdiff", f"{module}.py")
    with chdir(BUILD / module):  # where its configuration is
        made = mutate_file_contents(str(path), path.read_text(encoding="utf-8"))
    return sorted(get_mutant_name(path, name) for name in made.mutant_names)


def mutmut(module: str, *given: str) -> str:
    """Run mutmut on a module, and return what it printed."""
    environment = os.environ | {"GRAPHDIFF_TEST_WITHOUT_NUMBA": "1"}
    command = [sys.executable, "-m", "mutmut", *given]
    done = subprocess.run(
        command,
        cwd=BUILD / module,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )
    log = done.stdout + done.stderr
    (BUILD / module / "log").write_text(log, encoding="utf-8")
    return log


def exit_codes(module: str) -> dict[str, int | None]:
    """Return with what the tests of each mutant ended; None where they were not run."""
    meta = BUILD / module / "mutants" / "graphdiff" / f"{module}.py.meta"
    codes: dict[str, int | None] = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
    return codes


def report(module: str, names: Sequence[str], chosen: Sequence[str]) -> None:
    """Print what became of the mutants, and add a row to the table."""
    codes = exit_codes(module)
    ends = Counter("killed" if codes[name] in KILLED else "survived" for name in chosen if codes[name] is not None)
    asked = sum(ends.values())
    row = f"| {module} | {len(names)} | {asked} | {ends['killed']} | {100 * ends['killed'] / max(asked, 1):.0f} % |"
    print(row, flush=True)
    for name in sorted(name for name in chosen if codes[name] in ENDLESS):
        print(f"    killed, running on: {name}", flush=True)
    for name in sorted(name for name in chosen if codes[name] is not None and codes[name] not in KILLED):
        print(f"    {codes[name]} {name}", flush=True)
    with (BUILD / "table.md").open("a", encoding="utf-8") as table:
        table.write(row + "\n")


def shown(name: str) -> None:
    """Print what a mutant changes."""
    module = "/".join(name.split(".x")[0].split(".")[1:]).split("/xǁ")[0]
    print(mutmut(module, "show", name))


if __name__ == "__main__":
    main(sys.argv[1:])
