"""Text that comes from files, in a form that steers no terminal."""

from __future__ import annotations

import re

__all__ = ["clean", "one_line"]

# Control characters but the newline, lone surrogates and noncharacters: no XML may hold them.
UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    r"""Return text without what no picture can show: control characters and lone surrogates become U+FFFD.

    Examples
    --------
    >>> ascii(clean("a\x00b"))
    "'a\\ufffdb'"
    """
    return UNPRINTABLE.sub("\ufffd", text)


def one_line(text: str) -> str:
    r"""Return text as one line that steers no terminal.

    Examples
    --------
    >>> ascii(one_line("no file\x1b[2J\nof that name"))
    "'no file\\ufffd[2J of that name'"
    """
    return clean(" ".join(filter(None, map(str.strip, text.splitlines()))))
