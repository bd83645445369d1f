"""Numbers and texts as reports show them: places, percentages, signs, as many digits as help; long texts shortened."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from graphdiff.arithmetic import Number
from graphdiff.errors import count_text


def ordinal(number: int) -> str:
    """Return a place as text.

    Examples
    --------
    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 42, 113)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '42nd', '113th']
    """
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number:,}{ending}"


def percent(part: Number, form: str = "", otherwise: str = "") -> str:
    """Return a part of a whole in per cent.

    Parameters
    ----------
    part : number or None
    form : str
        How Python formats the number; without it one digit behind the point, and of what that would call 0 its first
        digit that is not.
    otherwise : str
        What is said where there is no part, or it is no real number or beyond the floats.

    Examples
    --------
    >>> percent(0.7788), percent(-0.4), percent(0), percent(6e-5), percent(4e-119)
    ('77.9 %', '-40.0 %', '0.0 %', '0.006 %', '4e-117 %')
    >>> percent(0.5, "+.3g"), percent(None), percent(1j, otherwise="1j")
    ('+50 %', '', '1j')
    """
    try:
        number = 100 * float(part)
    except (TypeError, ValueError, OverflowError):  # complex numbers, symbols, counts beyond the floats
        return otherwise
    return f"{number:{form or ('.1f' if abs(number) >= 0.05 or not number else '.1g')}} %"


def signed(number: Number) -> str:
    """Return a number with its sign.

    Examples
    --------
    >>> signed(0.5), signed(-2), signed(0), signed(10**99)
    ('+0.5', '-2', '0', 'about +1.00e99')
    """
    text = shown(number)
    try:
        if not number > 0:
            return text
    except TypeError:  # complex numbers and symbols have no sign
        return text
    return f"about +{text.removeprefix('about ')}" if text.startswith("about ") else f"+{text}"


#: Numbers longer than this, such as symbols, are cut.
MAX_NUMBER = 24


def shorten(text: str, length: int) -> str:
    """Return text of at most `length` characters; of a longer one the start and the end.

    Examples
    --------
    >>> shorten("abcdefgh", 5)
    'ab…gh'
    """
    if len(text) <= length:
        return text
    half = (length - 1) // 2
    return f"{text[: length - 1 - half]}…{text[-half:]}"


def shorten_label(text: str, length: int) -> str:
    """Return the name of a node of at most some `length`; of members that count as one node whole names, or parts.

    Examples
    --------
    >>> shorten_label("eslint + minimizer + webpack", 20), shorten_label("eslint-utils + minimizer", 17)
    ('eslint + 2 more', 'esl…ils + min…zer')
    >>> shorten_label("abcdefgh", 5)
    'ab…gh'
    """
    members = text.split(" + ")
    if len(text) <= length or len(members) == 1:
        return shorten(text, length)
    last, _, more = members[-1].partition(" ")
    number = len(members) - 1 + int(last) if more == "more" and last.isdecimal() else len(members)
    for count in range(min(3, number - 2), 0, -1):
        whole = " + ".join([*members[:count], f"{number - count} more"])
        if len(whole) <= length:
            return whole
    rest = f" + {number - 1} more" if number > 2 else ""
    if rest:
        return shorten(members[0], max(3, length - len(rest))) + rest
    return " + ".join(shorten(member, max(3, (length - 3) // 2)) for member in members)


#: A name in a chain is not shortened below this before more of them are left out.
SHORTEST = 24


#: So many names of a chain of lines are said at either end.
ENDS = 12


def chain_of(names: Sequence[str], width: int, arrow: str = " > ") -> str:
    """Return names one after the other in one line, elided in the middle where it would be too long.

    Examples
    --------
    >>> chain_of(["main", "parse", "burn"], 30), chain_of([str(number) for number in range(30)], 30)
    ('main > parse > burn', '0 > 1 > … 26 more … > 28 > 29')
    """
    text = ""
    for ends in (4, 2, 1):
        some = list(names)
        if len(names) > 2 * ends + 1:
            some = [*names[:ends], f"… {len(names) - 2 * ends:,} more …", *names[-ends:]]
        for length in (width, max(SHORTEST, width // len(some))):
            text = arrow.join([shorten_label(name, length) for name in some])
            if len(text) <= width:
                return text
    return shorten(text, width)


def chain_lines(names: Sequence[str], width: int) -> list[str]:
    """Return names one after the other in as many lines as they take, each of the others begun by the arrow.

    Of more than twice `ENDS` names those in the middle are counted.

    Examples
    --------
    >>> chain_lines(["main", "parse", "burn"], 14), len(chain_lines([str(number) for number in range(99)], 100))
    (['main > parse', '> burn'], 2)
    """
    some = list(names)
    if len(some) > 2 * ENDS:
        some = [*some[:ENDS], f"… {len(names) - 2 * ENDS:,} more …", *some[-ENDS:]]
    lines = [shorten_label(some[0], width)] if some else []
    for name in some[1:]:
        step = f"> {shorten_label(name, width - 2)}"
        if len(lines[-1]) + 1 + len(step) > width:
            lines.append(step)
        else:
            lines[-1] += f" {step}"
    return lines


def short(number: Number) -> str:
    """Return a number as a picture has room for: three significant digits, ints whole.

    Examples
    --------
    >>> from fractions import Fraction
    >>> short(0.0833333), short(12), short(Fraction(1, 12))
    ('0.0833', '12', '1/12')
    """
    return f"{number:.3g}" if isinstance(number, (float, complex, Decimal)) else shorten(shown(number), MAX_NUMBER)


#: Of bytes, each a thousand of the one before.
UNITS = ("B", "kB", "MB", "GB", "TB")


def size_text(size: Number) -> str:
    """Return a number of bytes as text.

    Examples
    --------
    >>> size_text(512), size_text(20_480), size_text(3_400_000), size_text(999_999), size_text(10**17)
    ('512 B', '20.5 kB', '3.4 MB', '1 MB', '100,000 TB')
    """
    unit = next((place for place in range(len(UNITS) - 1) if round(abs(size) / 1000**place, 1) < 1000), len(UNITS) - 1)
    return f"{float(round(size / 1000**unit, 1)):,.1f}".removesuffix(".0") + f" {UNITS[unit]}"


#: The longest int, in bits, that JSON readers take as a number.
MAX_BITS = 14_000

#: Fractions of ints as large as this, and Decimals with more digits, are shown rounded.
LONG = 10**12


def plain(number: Number) -> Any:
    """Return a number as JSON has it: ints and floats as they are, any other as text (``'113/11040'``).

    Ints of more than 4,300 digits are text too: Python's own JSON reader refuses them as numbers.

    Examples
    --------
    >>> from fractions import Fraction
    >>> plain(Fraction(113, 11040)), plain(np.float64(0.5)), len(plain(10**5000))
    ('113/11040', 0.5, 5001)
    """
    if type(number) is float:  # as most are, of which there may be many
        return number
    if isinstance(number, np.generic):
        number = number.item()
    if isinstance(number, int) and number.bit_length() > MAX_BITS:
        return f"{Decimal(number):f}"  # which has no limit on digits, as str has
    if isinstance(number, Fraction) and max(number.denominator, abs(number.numerator)).bit_length() > MAX_BITS:
        return f"{plain(number.numerator)}/{plain(number.denominator)}"
    return number if number is None or isinstance(number, (int, float, str)) else str(number)


def shown(number: Number) -> str:
    """Return a number as a person reads it: six significant digits, short ints and fractions whole.

    Examples
    --------
    >>> from fractions import Fraction
    >>> shown(0.010235507), shown(1234567), shown(Fraction(113, 11040))
    ('0.0102355', '1,234,567', '113/11040')
    >>> shown(10**333), shown(-(10**333)), shown(Fraction(10**333, 7))
    ('about 1.00e333', 'about -1.00e333', 'about 1.42857e332')
    """
    if isinstance(number, (int, np.integer)):
        return count_text(int(number))
    if isinstance(number, (complex, np.complexfloating)):
        return f"{complex(number):.6g}"
    if isinstance(number, (float, np.floating)):
        return f"{float(number):.6g}"
    if isinstance(number, Fraction) and max(number.denominator, abs(number.numerator)) >= LONG:
        return _rounded(Decimal(number.numerator) / number.denominator)
    if isinstance(number, Decimal) and len(number.as_tuple().digits) > len(f"{LONG}"):
        return _rounded(number)
    return str(number)


def _rounded(number: Decimal) -> str:
    """Return a long number in six digits, its exponent as that of counts and floats."""
    return f"about {number:.6g}".replace("E+", "e").replace("e+", "e")
