"""Text to a syntax tree, by Python's own parser, once it is seen that the text is short, shallow and without words.

The parser itself would run out of stack or of time: so length, nesting and the digits of a number are limited before.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Mapping

from graphdiff.errors import ExpressionError, LimitError, UsageError
from graphdiff.showing import in_our_words

__all__ = ["LIMITS", "bounds", "parsed"]

#: Characters of the text; brackets, signs or powers one in another; characters of a number or name; bits of an int.
LIMITS: dict[str, int] = {"length": 100_000, "depth": 100, "digits": 1_000, "bits": 100_000}

#: Words of Python that are refused before anything is parsed, and what to write instead.
_WORDS = {
    "lambda": "a function is defined; write its expression",
    "if": "a branch is no arithmetic; trace a function for branches",
    "'": "text in quotes is no arithmetic",
    '"': "text in quotes is no arithmetic",
}
_QUOTES, _SIGNS = ("'", '"'), ("-", "+", "~")
_OPENING, _CLOSING = ("(", "[", "{"), (")", "]", "}")
_TOKEN = re.compile(r"\w+|\*\*|#[^\n]*|\n|[^\w\s]", re.DOTALL)


def bounds(limits: Mapping[str, int]) -> dict[str, int]:
    """Return all limits, those given in place of the others.

    Raises
    ------
    UsageError
        If one has no such name.

    Examples
    --------
    >>> bounds({"depth": 9})["depth"]
    9
    """
    if unknown := limits.keys() - LIMITS.keys():
        raise UsageError(f"no limit {', '.join(map(repr, unknown))}; there are {', '.join(LIMITS)}")
    return {**LIMITS, **limits}


def _check_text(text: str, limits: Mapping[str, int]) -> None:
    """Refuse text that is too long or too deep for the parser, or has Python's own words, at once and by position."""
    if len(text) > limits["length"]:
        raise LimitError(
            f"line 1, column 1: {len(text):,} characters, more than the limit length, {limits['length']:,}"
        )
    brackets = chained = 0
    previous = ""
    for token in _TOKEN.finditer(text):
        word = token[0]
        if len(word) > limits["digits"]:
            raise _beyond(text, token.start(), f"a number or name of {len(word):,} characters", "digits", limits)
        if keyword.iskeyword(word) or word in _QUOTES:
            line, column = _position(text, token.start())
            raise ExpressionError(f"{_WORDS.get(word, f'{word!r} is no arithmetic')}", line=line, column=column)
        brackets += (word in _OPENING) - (word in _CLOSING)
        chained = _chained(chained, word, previous)
        previous = word
        if brackets > limits["depth"] or chained > limits["depth"]:
            what = "brackets in brackets" if brackets > limits["depth"] else "signs and powers in a row"
            raise _beyond(text, token.start(), what, "depth", limits)


def _chained(chained: int, word: str, previous: str) -> int:
    """Return how many signs and powers the next operand stands behind, each of which nests it."""
    if word == "**" or (word in _SIGNS and not (previous in _CLOSING or previous.isidentifier() or previous.isalnum())):
        return chained + 1
    return chained if word.isalnum() or word.isidentifier() or word == "." else 0


def _beyond(text: str, offset: int, what: str, limit: str, limits: Mapping[str, int]) -> LimitError:
    line, column = _position(text, offset)
    return LimitError(f"line {line}, column {column}: {what}, more than {limit}={limits[limit]:,}")


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def parsed(text: str, limits: Mapping[str, int]) -> list[ast.stmt]:
    """Return the statements of a text.

    Raises
    ------
    ExpressionError
        If it is empty or no Python, or has words of Python or quotes.
    LimitError
        If it is too long or too deep.

    Examples
    --------
    >>> parsed("a + b; c = a", LIMITS)
    [<ast.Expr object at ...>, <ast.Assign object at ...>]
    """
    _check_text(text, limits)
    try:
        found = ast.parse(text.replace("\r", " ")).body
    except SyntaxError as error:
        column = max(1, error.offset or 1)
        raise ExpressionError(in_our_words(error.msg), line=max(1, error.lineno or 1), column=column) from None
    except (RecursionError, MemoryError):
        raise LimitError("line 1, column 1: too many operations in one expression: split it into assignments") from None
    except ValueError as error:  # a NUL, a surrogate
        raise ExpressionError(str(error), line=1, column=1) from None
    if not found:
        raise ExpressionError("there is no expression", line=1, column=1)
    return found
