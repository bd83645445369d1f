"""Weight presets: the public door to `graphdiff.graph.presets`."""

from __future__ import annotations

from graphdiff.graph.presets import WEIGHTS, Preset, even, imports, unit

__all__ = ["WEIGHTS", "Preset", "even", "imports", "unit"]
