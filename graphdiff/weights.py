"""Weights: the presets, and which weights a graph is asked by where none are named.

The public door to `graphdiff.graph.presets` and `graphdiff.graph.defaults`.
"""

from __future__ import annotations

from graphdiff.graph.defaults import Choice, default_weights
from graphdiff.graph.presets import (
    WEIGHTS,
    Preset,
    even,
    even_calls,
    how_often,
    imports,
    normalised,
    per_activation,
    per_call,
    spent,
    unit,
)

__all__ = [
    "WEIGHTS", "Choice", "Preset", "default_weights", "even", "even_calls", "how_often", "imports", "normalised",
    "per_activation", "per_call", "spent", "unit",
]  # fmt: skip
