"""setuptools, with manual pages in a wheel: they are made of the command line's own table when the wheel is built."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403  # all hooks but the one below are those of setuptools

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "build" / "man"


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: str | None = None) -> str:
    """Make the manual pages, for which click is there, and then the wheel."""
    sys.path.insert(0, str(ROOT))
    from graphdiff.cli.manual import write_pages

    shutil.rmtree(PAGES, ignore_errors=True)
    write_pages(PAGES)
    return build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)
