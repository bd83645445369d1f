"""Without PyTorch, a program of its tensors is refused in one line."""

from __future__ import annotations

import sys

import pytest

import graphdiff as gd
from graphdiff.errors import MissingExtraError


def test_what_to_install_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match="needs torch: pip install torch"):
        gd.trace(lambda x: x, 1.0, backend="torch")
