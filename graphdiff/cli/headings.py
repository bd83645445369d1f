"""The help of a verb: its options under headings, those of one format only in the help for that."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress

import click

from graphdiff.cli import renamings
from graphdiff.cli.format_options import is_of, rows_of
from graphdiff.cli.refusals import Refusal
from graphdiff.errors import GraphdiffError

#: What has no place of its own below: what this verb alone asks.
ASKED = "Ends, and what is asked"
#: Under which heading an option stands, by its parameter.
HEADINGS = {
    ASKED: ("source", "target", "sources", "targets", "listed", "default_severity"),
    "Weights": ("weights", "default_weight", "cycles", "exact", "sd", "bounds", "cov", "draws", "level"),
    "Which edges": ("kinds", "omit", "remove_edges", "remove_nodes", "reweights", "additions"),
    "Output": ("top", "every", "output", "path", "force", "spreadsheet_safe"),
    "Reading": ("format_", "options", "max_bytes", "timeout", "max_memory", "memory"),
}
PLACES = {name: heading for heading, names in HEADINGS.items() for name in names}
#: Where a context has the name of the format that help is asked for.
FORMAT = "graphdiff.cli.headings.format"


class Verb(click.Command):
    """A command whose help lists the options by heading; it takes those that were called otherwise, too.

    Options of one format are in the help that is asked for with a file, or with ``--format``.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, old names as new ones; note which format help is asked for."""
        words = renamings.current_options(str(self.name), args, quiet=ctx.resilient_parsing)
        if {"-h", "--help"} & {*words}:
            ctx.meta[FORMAT] = self._format_in(ctx, words)
        ctx.allow_extra_args = True  # so that it is said here what more than one file is given as
        rest = super().parse_args(ctx, words)
        if rest and not ctx.resilient_parsing:
            self._refuse(rest)
        return rest

    def _refuse(self, rest: Sequence[str]) -> None:
        """Raise for the words of a command line that no argument takes."""
        if not all(map(os.path.isfile, rest)):
            raise click.UsageError(f"these words are too many: {' '.join(map(shlex.quote, rest))}")
        pattern = shlex.quote(os.path.join(os.path.dirname(rest[0]), "*" + os.path.splitext(rest[0])[1]))
        raise click.UsageError(
            f"FILE is one name, and {shlex.quote(rest[0])} another: several are written {pattern}, in quotes, which "
            "keep the shell from listing the files, or with + between them"
        )

    def _format_in(self, ctx: click.Context, words: Sequence[str]) -> str | None:
        """Return the format that a command line names, or that its file is in; None where it has neither."""
        with suppress(click.UsageError):  # which is told where the words are parsed
            given, *_ = self.make_parser(ctx).parse_args([*words])
            if given.get("format_"):
                return str(given["format_"])
            if isinstance(file := given.get("file"), str):
                from graphdiff.io.read import candidates

                return next(iter(candidates(file)), None)
        return None

    def headed(self, ctx: click.Context) -> dict[str, list[tuple[str, str]]]:
        """Return the options that there are under each heading: what an option is, and what it does."""
        rows: dict[str, list[tuple[str, str]]] = {heading: [] for heading in HEADINGS}
        for param, record in self._records(ctx):
            if not is_of(param):
                rows["Output" if "--help" in param.opts else PLACES.get(str(param.name), ASKED)].append(record)
        return {heading: records for heading, records in rows.items() if records}

    def of_formats(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Return the options that only some formats have, which plain help leaves out."""
        return [record for param, record in self._records(ctx) if is_of(param)]

    def hint(self) -> str:
        """Return the line that says where the options of one format are."""
        return (
            f"Options of one format (--columns of tables, --focus of profiles, …): graphdiff {self.name} FILE "
            "--help has those of the file; --format NAME --help those of a format."
        )

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, those of a heading together; then those of the format that help is asked for."""
        headed = self.headed(ctx)
        for heading, records in headed.items():
            with formatter.section(heading):
                formatter.write_dl(records)
        if "Reading" in headed:
            self._write_format(ctx, formatter)

    def _write_format(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options of the format that help is asked for, or how to ask for it."""
        name = ctx.meta.get(FORMAT)
        if name is None:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(self.hint())
            return
        try:
            taken = rows_of(name)
        except GraphdiffError as error:
            raise Refusal(error, self) from error
        own = [record for param, record in self._records(ctx) if is_of(param, name)]
        with formatter.section(f"Only of this format, {name}"):
            formatter.write_dl([*taken, *own] or [("--format", "It has no options of its own.")])

    def _records(self, ctx: click.Context) -> Iterator[tuple[click.Option, tuple[str, str]]]:
        """Yield the options that are not hidden, with what help says of each."""
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if isinstance(param, click.Option) and record:
                yield param, record
