"""Text that comes from files and from other people's errors, in a form that steers no terminal."""

from __future__ import annotations

import re

__all__ = [
    "MAX_DIGITS",
    "TOO_LONG",
    "and_more",
    "clean",
    "for_spreadsheets",
    "harmless",
    "in_brief",
    "in_our_words",
    "legible",
    "one_line",
    "printable",
]

#: More digits than this Python makes no int of, as it would take a time that grows with their square.
MAX_DIGITS = 4_300
#: A number of more digits.
TOO_LONG = re.compile(rf"[0-9]{{{MAX_DIGITS + 1}}}")

# Control characters but the newline, lone surrogates and noncharacters: no XML may hold them.
UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: What turns the order of letters round, so that a line on a screen says another thing than it holds. XML may hold it.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
#: Both, which no picture shows.
HARMFUL = re.compile(f"{UNPRINTABLE.pattern}|{TURNING.pattern}")

#: What a spreadsheet takes a cell for a formula by, also as wide letters; line ends and tabs hide it from the eye.
RUN = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
#: What starts so and is a number all the same: -5, +1.5e-3, -1/3.
NUMBER = re.compile(r"[-+](?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?:/[0-9]+)?")
#: The most letters of a sentence; of a longer one the start, and so many of its end, where remedies stand.
MAX_LETTERS, LAST_LETTERS = 2_000, 400
#: Digits that are too many for a sentence.
LONG_NUMBER = re.compile(r"(\d{8})\d{193,}+")


def clean(text: str) -> str:
    r"""Return text without what no XML can hold: control characters and lone surrogates become U+FFFD.

    Examples
    --------
    >>> ascii(clean("a\x00b"))
    "'a\\ufffdb'"
    """
    return UNPRINTABLE.sub("\ufffd", text)


def harmless(text: str) -> str:
    r"""Return text that shows what it holds, and steers no terminal: what `HARMFUL` finds becomes U+FFFD.

    Examples
    --------
    >>> ascii(harmless("a\x1b[2J\u202eb\n"))
    "'a\\ufffd[2J\\ufffdb\\n'"
    """
    return HARMFUL.sub("\ufffd", text)


def printable(text: str) -> str:
    r"""Return text on one line in which what is not printed, such as the end of a line, is shown by its escape.

    Examples
    --------
    >>> print(printable("one\ntwo\x1b"))
    one\ntwo\x1b
    """
    return "".join([mark if mark.isprintable() else ascii(mark)[1:-1] for mark in text])


def one_line(text: str) -> str:
    r"""Return text as one line that steers no terminal.

    Examples
    --------
    >>> ascii(one_line("no file\x1b[2J\nof that name"))
    "'no file\\ufffd[2J of that name'"
    """
    return harmless(" ".join(filter(None, map(str.strip, text.splitlines()))))


def legible(text: str) -> str:
    """Return text in which numbers that nobody reads are their first digits and how many there are.

    Examples
    --------
    >>> legible("the weight is " + "9" * 5000)
    'the weight is 99999999… (5,000 digits)'
    """
    return LONG_NUMBER.sub(lambda match: f"{match[1]}… ({len(match[0]):,} digits)", text)


def in_brief(text: str) -> str:
    """Return a sentence without its middle where it is longer than anybody reads, as it is of a file with such names.

    Examples
    --------
    >>> brief = in_brief("no column 'weight'; there are " + "'x', " * 9000 + "and columns= names them")
    >>> len(brief), brief[:29], brief[-23:]
    (2000, "no column 'weight'; there are", 'and columns= names them')
    """
    if len(text) <= MAX_LETTERS:
        return text
    left_out = f" … ({len(text):,} letters) … "
    return f"{text[: MAX_LETTERS - LAST_LETTERS - len(left_out)]}{left_out}{text[-LAST_LETTERS:]}"


def in_our_words(error: object) -> str:
    """Return what a parser says in one line; of a number too long for Python, what the matter is.

    Examples
    --------
    >>> try:
    ...     int("9" * 5000)
    ... except ValueError as error:
    ...     in_our_words(error)
    'a number of more than 4,300 digits'
    """
    text = " ".join(str(error).split())
    return f"a number of more than {MAX_DIGITS:,} digits" if "integer string conversion" in text else text


def and_more(listed: str, n_more: int) -> str:
    """Return names in a line, and how many more there are, if there are any.

    Examples
    --------
    >>> and_more("a, b", 1200), and_more("a, b", -1)
    ('a, b and 1,200 more', 'a, b')
    """
    return f"{listed} and {n_more:,} more" if n_more > 0 else listed


def for_spreadsheets(cell: object) -> object:
    """Return a cell of a table with a quote mark before a text that a spreadsheet would run; numbers stay.

    Examples
    --------
    >>> [for_spreadsheets(cell) for cell in ("=1+1", "@angular/core", "-5", -5, "a=b")]
    ["'=1+1", "'@angular/core", '-5', -5, 'a=b']
    """
    runs = isinstance(cell, str) and cell.startswith(RUN) and not NUMBER.fullmatch(cell)
    return f"'{cell}" if runs else cell
