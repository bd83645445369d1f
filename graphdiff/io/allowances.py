"""`read_allowances`: which packages a team has allowed, why, and until when: a small TOML file beside the project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from graphdiff.errors import FormatError
from graphdiff.io.documents import Record, mappings, parse_toml, required_text
from graphdiff.io.source import PathOrFile, load

__all__ = ["Allowance", "read_allowances"]

#: The largest file that is read: people write it.
MAX_BYTES = 1 << 20
KEYS = frozenset({"package", "reason", "until"})


@dataclass(frozen=True)
class Allowance:
    """A package that does not count.

    Attributes
    ----------
    package : str
        Its id, its name, or a pattern such as ``@types/*``.
    reason : str
    until : datetime.date or None
        The last day on which it holds; None is always.

    Examples
    --------
    >>> print(Allowance("left-pad", "reviewed", date(2027, 1, 1)))
    left-pad (reviewed, until 2027-01-01)
    """

    package: str
    reason: str
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Tell whether it still holds on a day."""
        return self.until is None or day <= self.until

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"package": self.package, "reason": self.reason, "until": self.until and self.until.isoformat()}

    def __str__(self) -> str:
        until = f", until {self.until}" if self.until else ""
        return f"{self.package} ({self.reason}{until})"


def read_allowances(path: PathOrFile) -> Sequence[Allowance]:
    r"""Read the packages that a file allows: tables ``[[allow]]`` with ``package``, ``reason`` and, if any, ``until``.

    Parameters
    ----------
    path : str, path-like or file object

    Raises
    ------
    InputError
        The file cannot be opened or read.
    FormatError
        It is no TOML, or an entry has no reason, an `until` that is no date, or what is none of the three.

    Examples
    --------
    >>> import io
    >>> text = '[[allow]]\npackage = "left-pad"\nreason = "reviewed"\nuntil = 2027-01-01\n'
    >>> [str(one) for one in read_allowances(io.StringIO(text))]
    ['left-pad (reviewed, until 2027-01-01)']
    """
    name, data = load(path, max_bytes=MAX_BYTES)
    document = parse_toml(data, name)
    if other := sorted(document.keys() - {"allow"}):
        raise FormatError(f"{name}: {other[0]} is not known here: each exception is a table [[allow]]")
    return [_allowance(record, where) for where, record in mappings(document.get("allow"), f"{name}: allow")]


def _allowance(record: Record, where: str) -> Allowance:
    package, reason = (required_text(record, key, where) for key in ("package", "reason"))
    if other := sorted(record.keys() - KEYS):
        raise FormatError(f"{where}: {other[0]} is not known here: an exception has package, reason and until")
    until = record.get("until")
    if until is not None and (not isinstance(until, date) or isinstance(until, datetime)):
        raise FormatError(f"{where}: until is a date without quotes, such as 2027-01-01, and is {until!r}")
    for key, value in (("package", package), ("reason", reason)):
        if not any(mark.isprintable() and not mark.isspace() for mark in value):
            raise FormatError(f"{where} has no {key}: nothing in {value[:20]!r} can be read")
    return Allowance(package, " ".join(reason.split()), until)
