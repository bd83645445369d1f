"""Limits that a caller sets: of time, memory and bytes."""

from __future__ import annotations

import re

from graphdiff.errors import UsageError
from graphdiff.remedies import Keyword

__all__ = ["bytes_of", "require_limits"]

#: What a size is counted in.
UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


def bytes_of(size: int | str, name: str) -> int:
    """Return a size in bytes, of the keyword argument `name`: an int, or text as in ``"4GB"`` or ``"512 MiB"``.

    Raises
    ------
    UsageError
        If it is no size, or none above 0.

    Examples
    --------
    >>> bytes_of("4GB", "memory"), bytes_of("1.5 GiB", "memory"), bytes_of(10**9, "memory")
    (4000000000, 1610612736, 1000000000)
    """
    match = re.fullmatch(r"\s*([0-9]{1,18}(?:\.[0-9]{1,6})?)\s*([A-Za-z]{0,3})\s*", str(size))
    unit = None if match is None or isinstance(size, (bool, float)) else UNITS.get(match[2].upper())
    if match is None or unit is None or not float(match[1]) * unit >= 1:
        raise UsageError(Keyword(name, size), ' is no size: an int of bytes, or as in "4GB" or "512MiB"')
    return int(float(match[1]) * unit) if "." in match[1] else int(match[1]) * unit


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
        if limit is not None and not (isinstance(limit, (int, float)) and 0 < limit <= largest):
            raise UsageError(Keyword(name, limit), f" is no limit: above 0 and up to {largest:,} {unit}")
