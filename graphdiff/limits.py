"""Limits that a caller sets: of time, memory and bytes."""

from __future__ import annotations

from graphdiff.errors import UsageError
from graphdiff.remedies import Keyword

__all__ = ["require_limits"]

#: The largest limit of each kind: what the system's own calls take.
LARGEST = {"timeout": (1_000_000, "seconds"), "max_memory": (2**62, "bytes"), "max_bytes": (2**62, "bytes")}


def require_limits(**limits: float | None) -> None:
    """Raise `UsageError` unless each limit is one: above 0, and no more than the system can hold; None is none.

    Examples
    --------
    >>> require_limits(timeout=60.0, max_bytes=None)
    >>> require_limits(timeout=float("nan"))
    Traceback (most recent call last):
    graphdiff.errors.UsageError: timeout=nan is no limit: above 0 and up to 1,000,000 seconds
    """
    for name, limit in limits.items():
        largest, unit = LARGEST[name]
        if limit is not None and not 0 < limit <= largest:
            raise UsageError(Keyword(name, limit), f" is no limit: above 0 and up to {largest:,} {unit}")
