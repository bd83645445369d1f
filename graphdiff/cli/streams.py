"""The standard streams: output that cannot be written is an error, and what is said beside it is one harmless line."""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from typing import IO, Any

import click

from graphdiff.errors import OutputError
from graphdiff.showing import harmless, one_line

#: Set to anything, it has an internal error show where it happened.
TRACEBACK = "GRAPHDIFF_TRACEBACK"


class _Standard(io.FileIO):
    """Standard output, whose errors say what they are about."""

    def write(self, data: Any) -> int:
        """Write bytes, or raise; a reader that has gone away has enough, and that is another matter."""
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            drop_output()
            closed = OSError(errno.EBADF, "it is closed")
            raise OutputError.of("standard output", closed if error.errno == errno.EBADF else error) from error


def prepare() -> None:
    """Have errors of standard output tell what they are, and standard streams that are closed stay so."""
    for number, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDONLY)):
        try:
            os.fstat(number)
        except OSError:
            # The next file to be opened would take its number: this one is the wrong way round, its use an error.
            os.open(os.devnull, mode)
    if sys.stdout is None or sys.stdout is sys.__stdout__:
        raw = _Standard(1, "w", closefd=False)
        encoding = "utf-8" if sys.stdout is None else sys.stdout.encoding
        # What the encoding lacks, such as lone surrogates of a file, is shown as in files, and no error.
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(raw), encoding, "replace", line_buffering=raw.isatty())


def drop_output(number: int = 1) -> None:
    """Have what is still buffered go nowhere: it must not raise again at exit, which would be status 120."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), number)


def wants_colour(stream: IO[Any] | None) -> bool:
    """Return whether a stream is a terminal that wants colours."""
    terminal = stream is not None and stream.isatty()
    return terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def for_screen(text: str) -> str:
    """Return what is printed as data, on a terminal without what would steer it."""
    return harmless(text) if sys.stdout.isatty() else text


def tell(text: str) -> None:
    """Say something on standard error, in one line; where nobody can read it, nothing happens."""
    colour = wants_colour(sys.stderr)
    say(f"{click.style('graphdiff:', fg='red') if colour else 'graphdiff:'} {one_line(text)}\n", colour=colour)


def tell_error(text: str, kind: str | None) -> None:
    """Say on standard error what is wrong, and below which command explains errors of this kind."""
    tell(text)
    if kind:
        colour = wants_colour(sys.stderr)
        more = f"  more: graphdiff errors {kind}"
        say(f"{click.style(more, dim=True) if colour else more}\n", colour=colour)


def say(text: str, *, colour: bool = False) -> None:
    """Write a text to standard error as it is."""
    if sys.stderr is None:  # it was closed at the start
        return
    try:
        click.echo(text, nl=False, err=True, color=colour)
    except OSError:
        drop_output(2)


def tell_fault(error: BaseException) -> None:
    """Say on standard error that graphdiff itself is at fault, and where."""
    if os.environ.get(TRACEBACK):
        say("".join(traceback.format_exception(error)))
    place = traceback.extract_tb(error.__traceback__)[-1]
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    where = f"{os.path.basename(place.filename)}, line {place.lineno}"
    tell(f"a fault of graphdiff itself: {message} ({where}); {TRACEBACK}=1 in the environment shows how it came to it")
