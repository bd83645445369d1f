"""What a notebook shows of anything: its text, and a table or a picture of as much as one looks at."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice
from typing import Any

from graphdiff.errors import LimitError, MissingLibraryError, OutputError
from graphdiff.text.numbers import shorten

#: So many rows of a table, lines of a text, and letters of a cell and of a line are shown at most.
ROWS, LINES, CELL, LINE = 20, 40, 100, 1_000

#: What lays out a picture, ``module:function``, loaded on use: what is drawn knows nothing of drawing.
PICTURE = "graphdiff.pictures.graphviz:inline"


class Displayed:
    """What Jupyter asks for how it looks. A class says in `_shown` what it has beside its text."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        bundle = {"text/plain": first_lines(str(self))}
        return bundle if _is_in_a_terminal() else bundle | self._shown()

    def _shown(self) -> dict[str, str]:
        """Return what is shown by its MIME type."""
        raise NotImplementedError


def _is_in_a_terminal() -> bool:
    """Tell whether IPython shows texts alone, so that a picture would be laid out for nobody."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(getattr(shell, "display_formatter", None), "active_types", None) == ["text/plain"]


def first_lines(text: str) -> str:
    r"""Return a text, of more lines than a screen has the first.

    Examples
    --------
    >>> first_lines("a\n" * 50).split("\n")[-2:]
    ['a', '… 11 more lines: print() has all']
    """
    lines = [shorten(line, LINE) for line in text.split("\n")]
    more = len(lines) - LINES
    return "\n".join([*lines[:LINES], f"… {more:,} more lines: print() has all"]) if more > 0 else text


def html_table(head: Sequence[str], rows: Iterable[Sequence[object]], caption: str) -> str:
    """Return the first rows of a table, everything escaped, and whether there are more.

    Examples
    --------
    >>> html_table(["a"], [["<b>"]], "")
    '<table><caption></caption><thead><tr><th>a</th></tr></thead><tbody><tr><td>&lt;b&gt;</td></tr></tbody></table>'
    >>> html_table([], ([n] for n in range(30)), "").count("<td>"), html_table([], ([n] for n in range(30)), "")[-54:]
    (20, '</table><p>The first 20 rows; to_pandas() has all.</p>')
    """
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    rest = iter(rows)
    lines = ["".join(f"<td>{escape(shorten(str(cell), CELL))}</td>" for cell in row) for row in islice(rest, ROWS)]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    more = f"<p>The first {ROWS} rows; to_pandas() has all.</p>" if next(rest, None) is not None else ""
    titled = f"<caption>{escape(caption)}</caption><thead><tr>{titles}</tr></thead>"
    return f"<table>{titled}<tbody>{body}</tbody></table>{more}"


def card(rows: Iterable[tuple[str, object]], caption: str) -> str:
    """Return a small table of figures, each beside its name.

    Examples
    --------
    >>> card([("nodes", 3)], "a graph")
    '<table><caption>a graph</caption><tbody><tr><th>nodes</th><td>3</td></tr></tbody></table>'
    """
    lines = (f"<tr><th>{escape(name)}</th><td>{escape(shorten(str(value), CELL))}</td></tr>" for name, value in rows)
    return f"<table><caption>{escape(caption)}</caption><tbody>{''.join(lines)}</tbody></table>"


def folded(text: str) -> str:
    """Return a report of several lines behind a fold; of one line nothing."""
    if "\n" not in text:
        return ""
    return f"<details><summary>as text</summary><pre>{escape(first_lines(text))}</pre></details>"


def picture(thing: Any, **viewing: Any) -> str:
    """Return the SVG of what `graphdiff.write` draws, or a paragraph on why there is none."""
    module, _, function = PICTURE.partition(":")
    try:
        drawn: str = getattr(importlib.import_module(module), function)(thing, **viewing)
    except (LimitError, MissingLibraryError, OutputError) as error:
        return f"<p>No picture: {escape(str(error))}</p>"
    return drawn


def shown(graph: Any, **viewing: Any) -> dict[str, str]:
    """Return a graph as a notebook shows it by MIME types: as a picture, else in words."""
    drawn = picture(graph, **viewing)
    return (
        {"image/svg+xml": drawn} if drawn.startswith("<svg") else {"text/html": f"<p>{escape(str(graph))}</p>{drawn}"}
    )
