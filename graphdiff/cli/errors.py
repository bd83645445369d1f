"""``graphdiff errors``: every kind of error that graphdiff raises, and one explained."""

from __future__ import annotations

import click

from graphdiff.cli import options, output
from graphdiff.errors import __all__ as kinds

EPILOG = """\
\b
Examples:
  graphdiff errors              the table
  graphdiff errors CycleError   what it means, what to do, and which functions raise it

\b
In Python:
  import graphdiff as gd
  help(gd.errors.CycleError)
"""


def complete_kind_of_error(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a class."""
    return [name for name in sorted(kinds) if name.lower().startswith(incomplete.lower())]


@options.command(epilog=EPILOG, short_help="What does an error mean, and what is to be done?")
@options.prints
@click.argument("name", required=False, metavar="[NAME]", shell_complete=complete_kind_of_error)
def errors(settings: options.Printing, name: str | None) -> None:
    """List the kinds of errors; of one what it means, what to do, what it carries and which functions raise it.

    An error on the command line is followed by the name of its kind. -o markdown prints the page of the documentation.
    """
    from graphdiff.text.explanations import errors_page, errors_table, explained

    heads = ("name", "status", "meaning")
    if name is not None:
        one = explained(name)
        record = one.to_dict()
        output.emit(
            settings,
            text=lambda: str(one),
            document=lambda: {"kind": "error", **record},
            rows=lambda: [("field", "value"), *((key, output.cell(value)) for key, value in record.items())],
            also={"markdown": one.markdown},
        )
        return
    output.emit(
        settings,
        text=lambda: "\n".join(f"{kind:<20}  {status:>6}  {does}" for kind, status, does in [heads, *errors_table()]),
        document=lambda: {
            "kind": "errors", "errors": [dict(zip(heads, row, strict=True)) for row in errors_table()]
        },
        rows=lambda: [heads, *errors_table()],
        also={"markdown": errors_page},
    )  # fmt: skip
