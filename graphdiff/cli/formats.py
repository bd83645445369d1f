"""``graphdiff formats``: what is read, how each format is kept alive, and the options of one."""

from __future__ import annotations

from functools import partial

import click

from graphdiff.cli import options, output
from graphdiff.cli.completion import complete_format
from graphdiff.cli.format_options import spelled
from graphdiff.cli.streams import tell

EPILOG = """\
\b
Examples:
  graphdiff formats           the table
  graphdiff formats uv        what is read of uv.lock, its options, and the command that makes one
  graphdiff formats -o json

\b
In Python:
  from graphdiff.io.formats import READERS
  READERS["uv"].about, READERS["uv"].takes
"""


@options.command(epilog=EPILOG, short_help="Which files are read, and what is taken from each?")
@options.prints
@click.argument("name", required=False, metavar="[NAME]", shell_complete=complete_format)
def formats(settings: options.Printing, name: str | None) -> None:
    """List the formats that are read: names of files, what an edge means, tier and tool; all that is known of one.

    Tier 1 is mended at once where a new version of the tool breaks it, 2 is best effort. Formats of other packages
    are listed last. What a verb takes for one of them is in graphdiff VERB --format NAME --help, too.
    """
    from graphdiff.io import listing, plugins

    heads = ("name", "files", "an edge", "tier", "tool")
    if name is not None:
        record = listing.format_record(name)
        output.emit(
            settings,
            text=lambda: listing.format_text(name, partial(spelled, of_package=bool(record["package"]))),
            document=lambda: {"kind": "format", **record},
            rows=lambda: [("field", "value"), *((key, output.cell(value)) for key, value in record.items())],
        )
        return
    output.emit(
        settings,
        text=lambda: "\n".join(_lines([heads, *listing.format_table()])),
        document=lambda: {"kind": "formats", "formats": listing.format_records()},
        rows=lambda: [heads, *listing.format_table()],
        also={"markdown": listing.formats_markdown},
    )
    for line in plugins.broken():
        tell(line)


def _lines(rows: list[tuple[str, ...]]) -> list[str]:
    """Return a table as lines, all columns flush left; what an edge means, the longest, stands last."""
    moved = [(name, files, tier, tool, edge) for name, files, edge, tier, tool in rows]
    widths = [max(map(len, column)) for column in zip(*moved, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in moved]
