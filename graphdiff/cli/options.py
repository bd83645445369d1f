"""The options that all verbs take, and the settings that they become."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli.completion import complete_format, complete_group, complete_kind, complete_weight
from graphdiff.cli.format_options import taken, with_format_options
from graphdiff.cli.headings import Verb
from graphdiff.cli.refusals import Refusal
from graphdiff.errors import GraphdiffError, UsageError
from graphdiff.io.formats import READERS

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
#: What a verb that searches takes of the options of reading: how long.
SEARCHING = ("timeout",)


@dataclass(frozen=True, kw_only=True)
class Printing:
    """What is printed, and where it goes.

    Attributes
    ----------
    output : str
        One of `FORMATS`.
    path : str or None
        The file to write; None is standard output.
    force : bool
    spreadsheet_safe : bool
        Whether cells of CSV that a spreadsheet would run get a quote mark.
    """

    output: str
    path: str | None
    force: bool
    spreadsheet_safe: bool


@dataclass(frozen=True, kw_only=True)
class Settings(Printing):
    """The options that all verbs take that read a file.

    Attributes
    ----------
    file : str
    weights : tuple of str
        As given; empty for the default.
    default_weight : float or None
    cycles : str or None
    exact : bool
    reading : dict
        What goes to the reader: format, columns, kinds, the options of its format and the like.
    views : dict
        Of a profile: focus, ignore, hide and group, those that are given; `by` is a group of a verb that has its own.
    """

    file: str
    weights: tuple[str, ...]
    default_weight: float | None
    cycles: str | None
    exact: bool
    reading: dict[str, Any]
    views: dict[str, str]

    @property
    def layout(self) -> dict[str, Any]:
        """The limits of laying out the picture that is asked for; none where none is."""
        laid_out = os.path.splitext(self.path or "")[1].lower() in PICTURES
        return {name: self.reading[name] for name in LIMITS if laid_out and name in self.reading}

    @property
    def searching(self) -> dict[str, Any]:
        """The limit of a search; none where none is given."""
        return {name: self.reading[name] for name in SEARCHING if name in self.reading}

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
        return "FORMAT"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Complete the format."""
        return [click.shell_completion.CompletionItem(name) for name in FORMATS if name.startswith(incomplete)]


#: What functions of a profile are grouped by.
SCOPES = ("module", "file", "class")

_READING: list[Callable[..., Any]] = [
    click.option(
        "-w", "--weight", "weights", multiple=True, metavar="NAME", shell_complete=complete_weight,
        help="unit (1 on every edge), even (1/out-degree), normalised (part of |weights| into the head), or an edge "
        "attribute (attr:NAME where a preset has its name). Two: side by side. Default: known, else even, unit or "
        "both.",
    ),
    click.option("--default-weight", type=float, metavar="W", help="The weight of edges that have none."),
    click.option(
        "--cycles", type=click.Choice(["raise", "collapse", "solve", "reduced-form"]), metavar="HOW",
        help="A cycle on the way: raise refuses it, collapse makes it one node, solve sums its walks, reduced-form "
        "solves equations. Default: collapse for presets, raise for weights from the file.",
    ),
    click.option("--exact", is_flag=True, help="Exact rational arithmetic: floats as the fractions that they are."),
    click.option(
        "--kind", "kinds", multiple=True, metavar="KIND", shell_complete=complete_kind,
        help="Only edges of this kind (dev, Recommends, type-checking, …), or all. Repeat for more.",
    ),
    click.option(
        "--omit", "omit", multiple=True, metavar="KIND", shell_complete=complete_kind,
        help="All edges but those of this kind; of --kind the others. Repeat for more.",
    ),
    click.option(
        "--where", "where", multiple=True, metavar="COLUMN=VALUE",
        help="Only rows with this value, or COLUMN!=VALUE without it. Of several all hold.",
    ),
    click.option("--focus", metavar="REGEX", help="Only stacks with a function whose name or file has this."),
    click.option("--ignore", metavar="REGEX", help="Without the stacks that have one."),
    click.option(
        "--hide", metavar="REGEX", help="Such functions' cost is their callers'; imports: Python's importing."
    ),
    click.option(
        "--format", "format_", metavar="NAME", shell_complete=complete_format,
        help=f"One of {len(READERS)}, which graphdiff formats lists. Default: by suffix, then content.",
    ),
    click.option(
        "--columns", metavar="MAP",
        help="By name or number. Default: names that tools use (from and to, caller and callee, …).",
    ),
    click.option(
        "--follow-arrows", is_flag=True, default=None,
        help="Edges as they are drawn. Default: as written, tail to head.",
    ),
    with_format_options,
    click.option(
        "--max-bytes", type=int, metavar="N",
        help="The most to read. Default: 2 GiB; packed, 200 times its size or 64 MiB.",
    ),
    click.option(
        "--timeout", type=float, metavar="SECONDS",
        help="The most for reading DOT, a picture, an integer programme, each. Default: 60.",
    ),
    click.option(
        "--max-memory", type=int, metavar="BYTES",
        help="Memory for reading DOT (default: 4 GiB), for laying out a picture (2 GiB).",
    ),
]  # fmt: skip
#: What a verb has where it has no ``--group`` of its own, which takes these, too.
_GROUP = click.option(
    "--group",
    type=click.Choice(SCOPES),
    metavar="KIND",
    help=f"One node for each {', '.join(SCOPES[:-1])} or {SCOPES[-1]}.",
)
#: What verbs print beside text, JSON and CSV.
_ALSO = {"compare": ", markdown", "errors": ", markdown", "why": ", with --formula latex"}
_PRINTING: list[Callable[..., Any]] = [
    click.option("-O", "--output-file", "path", metavar="FILE", help="Write to FILE instead of standard output."),
    click.option("--force", is_flag=True, help="Replace FILE where it exists."),
    click.option(
        "--spreadsheet-safe", is_flag=True,
        help="For CSV: a quote mark before texts that a spreadsheet would run (=1+1).",
    ),
]  # fmt: skip

#: What makes a verb of a function: a command whose help has headings.
command = partial(click.command, cls=Verb)


def verb(function: Callable[..., None]) -> Callable[..., None]:
    """Give a verb the common options; it receives them as one `Settings`."""
    return verb_on("FILE")(function)


def verb_on(file: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return what gives a verb the common options, where help calls the file by this name."""
    return lambda function: _with_options(function, click.argument("file", metavar=file))


def grouping(text: str, name: str = "by") -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return what gives a verb ``--group``, with this help: it receives an attribute, or a number of parts of names."""
    return click.option(
        "--group", name, metavar="NAME|prefix:N", shell_complete=complete_group, callback=_grouped_by, help=text
    )


def _grouped_by(ctx: click.Context, param: click.Parameter, text: str | None) -> str | int | None:
    kind, _, depth = (text or "").partition(":")
    if kind != "prefix" or not depth:
        return text
    if not re.fullmatch("[0-9]{1,9}", depth):
        raise UsageError(f"--group {text}: after prefix: a number of parts is needed, as in prefix:2")
    return int(depth)


def top(what: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return what gives a verb ``--top``: it receives how many of what its text lists, or None."""
    text = f"N {what}. Default: what a screen has room for; JSON and CSV have all."
    return click.option("-n", "--top", type=click.IntRange(min=0), metavar="N", help=text)


def prints(function: Callable[..., None]) -> Callable[..., None]:
    """Give a verb that reads no file the options of what is printed; it receives them as one `Printing`."""
    return _decorated(function, _printing_of(function), _printing)


def _printing_of(function: Callable[..., None]) -> list[Callable[..., Any]]:
    """Return the options of what is printed, as a verb has them."""
    text = f"text, json, csv{_ALSO.get(function.__name__, '')}. Default: text, or by FILE."
    return [click.option("-o", "--output", type=OutputFormat(), help=text), *_PRINTING]


def _with_options(function: Callable[..., None], argument: Callable[..., Any]) -> Callable[..., None]:
    own = {name for param in getattr(function, "__click_params__", []) for name in param.opts}
    common = [*_READING, *([] if "--group" in own else [_GROUP]), *_printing_of(function)]
    given_file: Callable[..., None] = argument(_decorated(function, common, _settings))
    return given_file


def _decorated(
    function: Callable[..., None], options: Sequence[Callable[..., Any]], settings: Callable[[dict[str, Any]], Any]
) -> Callable[..., None]:
    def run(**given: Any) -> None:
        try:
            function(settings(given), **given)
        except GraphdiffError as error:
            raise Refusal(error, click.get_current_context().command) from error

    run.__name__, run.__doc__ = function.__name__, function.__doc__
    decorated: Callable[..., None] = run
    for option in reversed(options):
        decorated = option(decorated)
    # Parameters stand in the order opposite to this list: in help a verb's own come before those of all verbs.
    decorated.__click_params__ += getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    return decorated


def _settings(given: dict[str, Any]) -> Settings:
    """Take the common options out of those given, and return them as settings."""
    reading = {"format": given.pop("format_")}
    reading |= {name: given.pop(name) or None for name in ("kinds", "omit", "where")}
    reading |= {name: given.pop(name) for name in ("columns", "follow_arrows", "max_bytes", "timeout", "max_memory")}
    reading |= taken(given)
    views = {name: given.pop(name, None) for name in ("focus", "ignore", "hide", "group")}
    views["by"] = next((given[name] for name in ("grouping", "by") if given.get(name) in SCOPES), None)
    set_names = {name: value for name, value in reading.items() if value is not None}
    common = {name: given.pop(name) for name in ("file", "weights", "default_weight", "cycles", "exact")}
    asked = {name: value for name, value in views.items() if value is not None}
    return Settings(reading=set_names, views=asked, **common, **vars(_printing(given)))


def _printing(given: dict[str, Any]) -> Printing:
    path = given.pop("path")
    output = given.pop("output") or output_of(path)
    return Printing(output=output, path=path, force=given.pop("force"), spreadsheet_safe=given.pop("spreadsheet_safe"))


def output_of(path: str | None) -> str:
    """Return what the suffix of FILE says is to be printed."""
    return SUFFIXES.get(os.path.splitext(path or "")[1], "text")
