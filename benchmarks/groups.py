"""The groups of measurements, each run in a process of its own, so that none finds numba loaded by another."""

from __future__ import annotations

import importlib
import resource
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.report import Row, Size
from benchmarks.timing import peak_mib

#: Each is in the module of its name.
GROUPS = (
    "small",
    "results",
    "questions",
    "large",
    "sweeps",
    "loops",
    "compiling",
    "tables",
    "frames",
    "naming",
    "growth",
    "paths",
    "jacobians",
    "comparing",
    "autodiff",
    "tracing",
    "networks",
    "real",
    "processes",
    "pprof",
    "folded",
    "attribution",
    "page",
)


def measured_apart(group: str, size: Size) -> tuple[list[Row], float]:
    """Return a group's rows and the peak memory, in MiB, of the fresh process that measured them."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, group, size).result()


def _measured(group: str, size: Size) -> tuple[list[Row], float]:
    rows = list(importlib.import_module(f"benchmarks.{group}").run(size))
    return rows, peak_mib(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
