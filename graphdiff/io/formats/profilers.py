"""Profiles, and call graphs of static analysis: what profilers and tracers record, and who may call whom."""

from __future__ import annotations

from graphdiff.io.formats.format import Format

__all__ = ["PROFILERS"]

PROFILERS: dict[str, Format] = {}
