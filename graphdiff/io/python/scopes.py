"""Which lines of Python source run later than their module, by parsing little more than the functions they stand in.

To parse a large package whole takes longer than to read all its imports. So a piece is cut out of the file by its
indentation, from the ``def`` (or, without one, from the statement that starts its line) to the next line that is not
deeper, and parsed: what it says holds where a statement does start on the line that was asked for. A text of several
lines may look like code; then the piece does not parse or has no statement there, and the file is parsed whole.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Iterator

__all__ = ["deferred_lines"]

DEF = re.compile(rb"\s*(?:async\s+)?def\b")
#: What is true in a script alone, as `ast.unparse` writes it.
OF_SCRIPT = ("__name__ == '__main__'", "'__main__' == __name__")
#: What starts no statement of its own at its indentation.
GOES_ON = re.compile(rb"\s*(?:except|else|elif|finally)\b|\s*[)\]}]")
BLANK = re.compile(rb"\s*(?:#.*)?$")

Lines = list[bytes]


def deferred_lines(source: bytes, numbers: Collection[int]) -> set[int] | None:
    r"""Return which of the lines, by number from 1, do not run on import; None where the source cannot be parsed.

    They stand in the body of a function, or of ``if __name__ == "__main__"``.

    Parameters
    ----------
    source : bytes
        Of a file of Python.
    numbers : collection of int
        Lines on which a statement starts.

    Examples
    --------
    >>> source = b"import a\nclass C:\n    import b\n    def f(self):\n        import c\n"
    >>> deferred_lines(source, [1, 3, 5])
    {5}
    """
    lines = source.splitlines()
    known: dict[int, bool] = {}
    for number in sorted(numbers):
        if not 0 < number <= len(lines):
            return None
        if number in known or _is_plain(lines, number):
            continue
        known |= _by_piece(lines, number)
        if number not in known:
            return _by_whole(source, numbers)
    return {number for number in numbers if known.get(number)}


def _is_plain(lines: Lines, number: int) -> bool:
    """Tell whether a line is an import at the very left, which no function has."""
    return lines[number - 1].startswith((b"import ", b"from ")) and not lines[number - 2].endswith(b"\\")


def _by_piece(lines: Lines, number: int) -> dict[int, bool]:
    """Return which imports stand in a function, by the piece of the file around a line; it says nothing of others."""
    start = _start(lines, number)
    lead = [b"if 1:"] if _indentation(lines[start - 1]) else []
    tree = _parsed(b"\n".join([*lead, *lines[start - 1 : _stop(lines, start, number)], b""]))
    above = start - 1 - len(lead)
    return {line + above: inside for line, inside in _imports(tree.body if tree else [], inside=False)}


def _by_whole(source: bytes, numbers: Collection[int]) -> set[int] | None:
    tree = _parsed(source)
    if tree is None:
        return None
    known = dict(_imports(tree.body, inside=False))
    return {number for number in numbers if known.get(number)}


def _start(lines: Lines, number: int) -> int:
    """Return the line of the ``def`` around a line, else that of the statement at the very left around it."""
    while number > 1 and lines[number - 2].endswith(b"\\"):
        number -= 1
    while not DEF.match(line := lines[number - 1]) and (_indentation(line) or GOES_ON.match(line)):
        # What goes on is looked up to the line that it goes on from, all else to the line that it is in.
        most = _indentation(line) - (not GOES_ON.match(line))
        before = range(number - 1, 0, -1)
        outer = (n for n in before if not BLANK.match(lines[n - 1]) and _indentation(lines[n - 1]) <= most)
        number = next(outer, 0)
        if not number:
            return 1
    return number


def _stop(lines: Lines, start: int, number: int) -> int:
    """Return the last line of the piece that starts on a line and has another in it."""
    depth = _indentation(lines[start - 1])
    for after in range(number, len(lines)):
        line = lines[after]
        if not BLANK.match(line) and _indentation(line) <= depth and not GOES_ON.match(line):
            return after
    return len(lines)


def _indentation(line: bytes) -> int:
    return len(line) - len(line.lstrip())


def _parsed(source: bytes) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a file of others
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _imports(body: list[ast.stmt], *, inside: bool) -> Iterator[tuple[int, bool]]:
    """Yield the first line of each import, and whether it stands in a function, or in what a script alone runs."""
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement.lineno, inside
        within = inside or isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from _imports(getattr(statement, "body", []), inside=within or _is_of_script(statement))
        for name in ("handlers", "cases"):
            for branch in getattr(statement, name, ()):
                yield from _imports(branch.body, inside=within)
        for name in ("orelse", "finalbody"):
            yield from _imports(getattr(statement, name, []), inside=within)


def _is_of_script(statement: ast.stmt) -> bool:
    """Tell whether the body of a statement runs in a script alone: ``if __name__ == "__main__"``, or ``and`` more."""
    test = statement.test if isinstance(statement, ast.If) else None
    tests = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
    return any(ast.unparse(one) in OF_SCRIPT for one in tests if isinstance(one, ast.Compare))
