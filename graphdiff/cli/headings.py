"""The help of a verb: its options under headings."""

from __future__ import annotations

import click

from graphdiff.cli import renamings

#: What has no place of its own below: what this verb alone asks.
ASKED = "Ends, and what is asked"
#: Under which heading an option stands, by its parameter.
HEADINGS = {
    ASKED: ("source", "target", "sources", "targets", "listed", "default_severity"),
    "Weights": ("weights", "default_weight", "cycles", "exact", "sd", "bounds", "cov", "draws", "level"),
    "Which edges": ("kinds", "omit", "where", "remove_edges", "remove_nodes", "reweights", "additions"),
    "Profiles": ("focus", "ignore", "hide", "group", "colour"),
    "Output": ("top", "every", "output", "path", "force", "spreadsheet_safe"),
    "This format": ("format_", "columns", "follow_arrows", "options", "max_bytes", "timeout", "max_memory", "memory"),
}
PLACES = {name: heading for heading, names in HEADINGS.items() for name in names}


class Verb(click.Command):
    """A command whose help lists the options by heading; it takes those that were called otherwise, too."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, old names as new ones."""
        return super().parse_args(ctx, renamings.current_options(str(self.name), args, quiet=ctx.resilient_parsing))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, those of a heading together."""
        rows: dict[str, list[tuple[str, str]]] = {heading: [] for heading in HEADINGS}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record:
                rows["Output" if "--help" in param.opts else PLACES.get(str(param.name), ASKED)].append(record)
        for heading, records in rows.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)
