"""Amounts of what a profile measured, with their unit: seconds, instructions, bytes, samples."""

from __future__ import annotations

from graphdiff.arithmetic import Number
from graphdiff.text.numbers import shown, size_text

__all__ = ["amount", "amount_change", "rounded"]

#: Of units of time how many seconds each is.
SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
#: Units that are counted, in the plural: one of them is said without the last letter.
PLURAL = ("samples", "calls", "objects", "events")


def amount(value: Number, unit: str) -> str:
    """Return what was measured with its unit: time in the unit that fits, bytes in kB or MB, counts whole.

    Examples
    --------
    >>> amount(1.0138, "s"), amount(253_000_000, "ns"), amount(0.0000123, "s"), amount(0.0, "s")
    ('1.014 s', '253 ms', '12.3 us', '0 s')
    >>> amount(7_916_916, "Ir"), amount(20_480, "bytes"), amount(1, "samples")
    ('7,916,916 Ir', '20.5 kB', '1 sample')
    """
    if unit in SECONDS:
        return _time(float(value) * SECONDS[unit])
    if unit == "bytes":
        return size_text(value)
    whole = int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value
    return f"{shown(whole)} {unit.removesuffix('s') if abs(whole) == 1 and unit in PLURAL else unit}".rstrip()


def amount_change(value: Number, unit: str) -> str:
    """Return by how much something changed, with its sign.

    Examples
    --------
    >>> amount_change(314_823, "Ir"), amount_change(-0.5, "s"), amount_change(0, "Ir")
    ('+314,823 Ir', '-500 ms', '0 Ir')
    """
    text = amount(value, unit)
    return f"+{text}" if value > 0 else text


def rounded(value: Number, unit: str) -> Number:
    """Return a mean as it is shown: of what is counted a whole number, where that is not too coarse.

    Examples
    --------
    >>> rounded(1407010.5, "Ir"), rounded(2.3333, "samples"), rounded(1.40701, "s")
    (1407010, 2.33, 1.40701)
    """
    return value if unit in SECONDS or unit == "bytes" else round(value, None if abs(value) >= 10 else 2)


def _time(seconds: float) -> str:
    """Return a time in four digits; from 1,000 s on in whole seconds."""
    if not seconds:
        return "0 s"
    unit = next((name for name, size in SECONDS.items() if abs(seconds) >= 0.99995 * size), "ns")
    number = seconds / SECONDS[unit]
    return f"{number:,.0f} {unit}" if abs(number) >= 999.95 else f"{number:.4g} {unit}"
