"""The command line run in this process on a small table, for fuzzing: without what writes or reads any other file."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import click

from graphdiff.errors import UsageError

__all__ = ["answered"]

TABLE = "source,target,weight\na,b,2\nb,d,0.5\na,c,1\nc,d,3\nd,b,0.1\n"
FILE = "table.csv"
VERBS = ("why", "paths", "rank", "what-if", "cut", "cycles", "diagnose", "table", "compare", "formats")
#: Options that write a file or read another, and names that are no file: what runs git, or imports.
ELSEWHERE = ("-O", "--output-file", "--force", "--targets", "--allow", "--se", "--covariance", "--draws")
PREFIXES = ("git:", "env:", "imports:")


@cache
def _folder() -> str:
    """Return a folder with the table, and nothing else in it."""
    folder = tempfile.mkdtemp()
    Path(folder, FILE).write_text(TABLE, encoding="utf-8")
    return folder


def answered(arguments: Sequence[str]) -> str:
    """Return what is printed.

    Raises
    ------
    UsageError
        The arguments are refused, by click or by graphdiff.
    """
    from graphdiff.cli import graphdiff

    verb, *others = arguments
    barred = [one for one in others if one.startswith(PREFIXES) or one[:2] == "-O" or one.split("=")[0] in ELSEWHERE]
    if verb not in VERBS or barred or any("/" in one or "\0" in one for one in others):
        raise UsageError("not asked of this command line")
    given = [verb, *([FILE] if verb != "formats" else []), *([FILE] if verb == "compare" else []), *others]
    out = io.StringIO()
    try:
        with contextlib.chdir(_folder()), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            graphdiff.main(given, prog_name="graphdiff", standalone_mode=False)
    except click.ClickException as error:
        raise UsageError(error.format_message().replace("\n", " ")) from None
    except (click.exceptions.Exit, click.Abort, SystemExit):
        pass
    return out.getvalue()
