"""The options that all verbs take, and the settings that they become."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli.completion import complete_format, complete_kind, complete_weight
from graphdiff.cli.refusals import Refusal
from graphdiff.errors import GraphdiffError, UsageError

if TYPE_CHECKING:
    _TextType = click.ParamType[str]
else:  # which is generic in the newest versions only
    _TextType = click.ParamType

FORMATS = ("text", "json", "csv", "markdown", "latex")
#: The formats that the suffix of -O FILE chooses.
SUFFIXES = {".json": "json", ".csv": "csv", ".md": "markdown", ".tex": "latex"}

#: The suffixes of -O FILE for which Graphviz lays out a picture, and the options that limit that.
PICTURES = (".svg", ".png")
LIMITS = ("timeout", "max_memory")


@dataclass(frozen=True)
class Settings:
    """The options that all verbs take.

    Attributes
    ----------
    file : str
    weights : tuple of str
        As given; empty for the default.
    default_weight : float or None
    cycles : str or None
    exact : bool
    reading : dict
        What goes to the reader: format, columns, graph, alternatives, kinds, extras and the like.
    output : str
        One of `FORMATS`.
    path : str or None
        The file to write; None is standard output.
    force : bool
    spreadsheet_safe : bool
        Whether cells of CSV that a spreadsheet would run get a quote mark.
    """

    file: str
    weights: tuple[str, ...]
    default_weight: float | None
    cycles: str | None
    exact: bool
    reading: dict[str, Any]
    output: str
    path: str | None
    force: bool
    spreadsheet_safe: bool

    @property
    def layout(self) -> dict[str, Any]:
        """The limits of laying out the picture that is asked for; none where none is."""
        laid_out = os.path.splitext(self.path or "")[1].lower() in PICTURES
        return {name: self.reading[name] for name in LIMITS if laid_out and name in self.reading}

    @property
    def spare(self) -> Sequence[str]:
        """What the reader of a file need not take: limits that are for a picture's layout as well."""
        return tuple(self.layout)


class OutputFormat(_TextType):
    """text, json, csv, markdown or latex; a file name gets told where it belongs."""

    name = "format"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the format, or fail with the way out."""
        if value in FORMATS:
            return value
        if "." in value:
            self.fail(f"-o takes {', '.join(FORMATS)}; for a file: -O {value}", param, ctx)
        return self.fail(f"{value!r} is not one of {', '.join(FORMATS)}", param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return what help shows."""
        return "|".join(FORMATS)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Complete the format."""
        return [click.shell_completion.CompletionItem(name) for name in FORMATS if name.startswith(incomplete)]


_OPTIONS = [
    click.option(
        "-w", "--weight", "weights", multiple=True, metavar="unit|even|imports|NAME", shell_complete=complete_weight,
        help="Weights: unit (1 on every edge), even (1/out-degree), imports (an edge's part of its module's import "
        "statements), or an edge attribute (attr:NAME where its name is a preset's). Repeat to put several side by "
        "side. Default: the attribute weight, where the file has it; else unit and even.",
    ),
    click.option("--default-weight", type=float, metavar="W", help="The weight of edges that have none."),
    click.option(
        "--cycles", type=click.Choice(["raise", "collapse", "solve"]),
        help="Where a cycle lies on the way: refuse it, take it as one node, or sum its walks. Default: collapse for "
        "unit and even, raise for weights from the file.",
    ),
    click.option("--exact", is_flag=True, help="Exact rational arithmetic: floats as the fractions that they are."),
    click.option(
        "--format", "format_", metavar="NAME", shell_complete=complete_format,
        help="The file's format; default: by suffix, then content. graphdiff --help lists them.",
    ),
    click.option(
        "--columns", metavar="MAP",
        help="For CSV: source=COLUMN,target=COLUMN,weight=COLUMN, by name or number. Default: the names that tools use "
        "(source and target, from and to, caller and callee, package and dependency, …); others are refused.",
    ),
    click.option(
        "--where", "where", multiple=True, metavar="COLUMN=VALUE",
        help="For CSV and path models: only rows with this value, or COLUMN!=VALUE without it. Repeat for several "
        "columns, which hold together, or for several values of one.",
    ),
    click.option("--graph", metavar="NAME", help="For DOT: which of several graphs in the file."),
    click.option(
        "--follow-arrows", is_flag=True, default=None,
        help="For DOT: read edges as they are drawn: dir=back turned round, dir=both both ways. Default: as written, "
        "tail to head.",
    ),
    click.option(
        "--alternatives", type=click.Choice(["first", "all"]),
        help="For Debian: the first real alternative of each clause, or all alternatives and providers.",
    ),
    click.option(
        "--kind", "kinds", multiple=True, metavar="KIND", shell_complete=complete_kind,
        help="Only edges of this kind, or all. For Debian: Depends, Pre-Depends, Recommends; for SPDX: a type of "
        "relationships; for systemd: Requires, Wants, …; for CMake: public, private, interface; for npm, pnpm, yarn "
        "and cargo metadata: normal, dev, build, optional, peer, workspace; for Maven: compile, test, …; for imports: "
        "run-time, type-checking. Repeat for several.",
    ),
    click.option(
        "--extras", type=click.Choice(["requested", "nodes", "none", "all"]),
        help="For Python's packages: edges of the extras that something asks for; the same, from nodes of their own; "
        "none; or all, also those that nothing asks for.",
    ),
    click.option(
        "--markers", metavar="all|here|NAME=VALUE,…",
        help="For Python's lock files: edges of all environments, of this one, or of one with python_version=3.12, "
        "sys_platform=win32, …",
    ),
    click.option(
        "--groups", metavar="all|none|NAME,…", help="For Python's lock files: of which dependency groups."
    ),
    click.option(
        "--times", metavar="LOG", help="For imports: a log of python -X importtime, for the nodes' import_time."
    ),
    click.option(
        "--max-bytes",
        type=int,
        metavar="N",
        help="The largest content to read. Default: 2 GiB; of a packed file 200 times its size, or 64 MiB.",
    ),
    click.option(
        "--timeout", type=float, metavar="SECONDS",
        help="How long reading DOT may take, and laying out the picture of -O FILE.svg or .png. Default: 60 each.",
    ),
    click.option(
        "--max-memory", type=int, metavar="BYTES",
        help="How much memory reading DOT may take (default: 4 GiB), and laying out that picture (2 GiB).",
    ),
    click.option("--set", "set", multiple=True, metavar="NAME=NUMBER", help="For expr: a name's value; repeat it."),
    click.option(
        "-o", "--output", type=OutputFormat(),
        help="What to print; markdown: compare only; latex: factored only. Default: text, or by FILE.",
    ),
    click.option("-O", "--output-file", "path", metavar="FILE", help="Write to FILE instead of standard output."),
    click.option("--force", is_flag=True, help="Replace FILE where it exists."),
    click.option(
        "--spreadsheet-safe", is_flag=True,
        help="For CSV: a quote mark before texts that a spreadsheet would run, which start with =, +, - or @. Without "
        "it names such as @angular/core are written as they are.",
    ),
]  # fmt: skip


def verb(function: Callable[..., None]) -> Callable[..., None]:
    """Give a verb the common options; it receives them as one `Settings`."""
    return verb_on("FILE")(function)


def verb_on(file: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return what gives a verb the common options, where help calls the file by this name."""
    return lambda function: _with_options(function, click.argument("file", metavar=file))


def _with_options(function: Callable[..., None], argument: Callable[..., Any]) -> Callable[..., None]:
    def run(**given: Any) -> None:
        try:
            function(_settings(given), **given)
        except GraphdiffError as error:
            raise Refusal(error, click.get_current_context().command) from error

    run.__name__, run.__doc__ = function.__name__, function.__doc__
    decorated: Callable[..., None] = run
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    # Parameters stand in the order opposite to this list: in help a verb's own come before those of all verbs.
    decorated.__click_params__ += getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    given_file: Callable[..., None] = argument(decorated)
    return given_file


def _settings(given: dict[str, Any]) -> Settings:
    """Take the common options out of those given, and return them as settings."""
    reading = {"format": given.pop("format_"), "columns": given.pop("columns"), "graph": given.pop("graph")}
    reading |= {
        name: given.pop(name) for name in ("alternatives", "extras", "markers", "groups", "times", "follow_arrows")
    }
    reading |= {name: given.pop(name) for name in ("max_bytes", "timeout", "max_memory")}
    reading["kinds"] = given.pop("kinds") or None
    reading["where"] = given.pop("where") or None
    reading["set"] = _assignments(given.pop("set"))
    names = ("file", "weights", "default_weight", "cycles", "exact", "path", "force", "spreadsheet_safe")
    common = {name: given.pop(name) for name in names}
    output = given.pop("output") or _output_of(common["path"])
    set_names = {name: value for name, value in reading.items() if value is not None}
    return Settings(reading=set_names, output=output, **common)


def _assignments(given: Sequence[str]) -> dict[str, str] | None:
    """Return ``a=2`` and ``b=1`` as a mapping."""
    pairs = [text.partition("=") for text in given]
    wrong = next((text for text, (name, _, value) in zip(given, pairs, strict=True) if not name or not value), None)
    if wrong is not None:
        raise UsageError(f"--set {wrong}: NAME=NUMBER is expected, as in --set a=2")
    return {name.strip(): value.strip() for name, _, value in pairs} or None


def _output_of(path: str | None) -> str:
    return SUFFIXES.get(os.path.splitext(path or "")[1], "text")
