"""What the verbs share: options, reading the file, the weightings, and where output goes."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from graphdiff.cli.nodes import named
from graphdiff.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.compiled import CompiledGraph

#: The version of the JSON that ``-o json`` prints.
SCHEMA = 1
FORMATS = ("text", "json", "csv", "markdown")
#: The formats that the suffix of -O FILE chooses.
SUFFIXES = {".json": "json", ".csv": "csv", ".md": "markdown"}


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
        text, json, csv or markdown.
    path : str or None
        The file to write; None is standard output.
    force : bool
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


class OutputFormat(click.ParamType[str]):
    """text, json, csv or markdown; a file name gets told where it belongs."""

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
        "-w", "--weight", "weights", multiple=True, metavar="unit|even|imports|NAME",
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
    click.option("--format", "format_", metavar="NAME", help="The file's format; default: by suffix, then content."),
    click.option("--columns", metavar="MAP", help="For CSV: source=COLUMN,target=COLUMN,weight=COLUMN."),
    click.option("--graph", metavar="NAME", help="For DOT: which of several graphs in the file."),
    click.option(
        "--alternatives", type=click.Choice(["first", "all"]),
        help="For Debian: the first real alternative of each clause, or all alternatives and providers.",
    ),
    click.option(
        "--kind", "kinds", multiple=True, metavar="KIND",
        help="Only edges of this kind, or all. For Debian: Depends, Pre-Depends, Recommends; for SPDX: a type of "
        "relationships; for systemd: Requires, Wants, …; for CMake: public, private, interface; for npm, pnpm, yarn "
        "and cargo metadata: normal, dev, build, optional, peer, workspace; for Maven: compile, test, … Repeat for "
        "several.",
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
    click.option("--set", "set", multiple=True, metavar="NAME=NUMBER", help="For expr: a name's value; repeat it."),
    click.option(
        "-o", "--output", type=OutputFormat(), help="What to print; markdown: compare only. Default: text, or by FILE."
    ),
    click.option("-O", "--output-file", "path", metavar="FILE", help="Write to FILE instead of standard output."),
    click.option("--force", is_flag=True, help="Replace FILE where it exists."),
]  # fmt: skip


def verb(function: Callable[..., None]) -> Callable[..., None]:
    """Give a verb the common options; it receives them as one `Settings`."""
    return verb_on("FILE")(function)


def verb_on(file: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return what gives a verb the common options, where help calls the file by this name."""
    return lambda function: _with_options(function, click.argument("file", metavar=file))


def _with_options(function: Callable[..., None], argument: Callable[..., Any]) -> Callable[..., None]:
    def run(**given: Any) -> None:
        reading = {"format": given.pop("format_"), "columns": given.pop("columns"), "graph": given.pop("graph")}
        reading |= {name: given.pop(name) for name in ("alternatives", "extras", "markers", "groups", "times")}
        reading["kinds"] = given.pop("kinds") or None
        reading["set"] = _assignments(given.pop("set"))
        names = ("file", "weights", "default_weight", "cycles", "exact", "path", "force")
        common = {name: given.pop(name) for name in names}
        output = given.pop("output") or _output_of(common["path"])
        set_names = {name: value for name, value in reading.items() if value is not None}
        function(Settings(reading=set_names, output=output, **common), **given)

    run.__name__, run.__doc__ = function.__name__, function.__doc__
    run.__click_params__ = list(getattr(function, "__click_params__", []))  # type: ignore[attr-defined]
    decorated: Callable[..., None] = run
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    given_file: Callable[..., None] = argument(decorated)
    return given_file


def _assignments(given: Sequence[str]) -> dict[str, str] | None:
    """Return ``a=2`` and ``b=1`` as a mapping."""
    pairs = [text.partition("=") for text in given]
    wrong = next((text for text, (name, _, value) in zip(given, pairs, strict=True) if not name or not value), None)
    if wrong is not None:
        raise UsageError(f"--set {wrong}: NAME=NUMBER is expected, as in --set a=2")
    return {name.strip(): value.strip() for name, _, value in pairs} or None


def _output_of(path: str | None) -> str:
    return SUFFIXES.get(os.path.splitext(path or "")[1], "text")


# -- in


def load(settings: Settings) -> nx.DiGraph:
    """Read the graph that the options name; nodes whose ids say nothing are called by their labels."""
    from graphdiff.readers import read

    graph: nx.DiGraph = read(settings.file, **settings.reading)
    if skipped := graph.graph.get("warnings"):
        more = f" (and {len(skipped) - 1:,} more)" if len(skipped) > 1 else ""
        click.echo(f"graphdiff: {skipped[0]}{more}", err=True)
    return named(graph)


def compile_all(graph: nx.DiGraph, settings: Settings) -> list[CompiledGraph]:
    """Compile the graph once for each weighting asked for; presets share one shape."""
    from graphdiff.compiled import compile
    from graphdiff.weights import Preset

    found: list[CompiledGraph] = []
    shape: CompiledGraph | None = None
    for name in settings.weights or default_weights(graph):
        options = weight_options(name, settings)
        preset = options["weight"]
        if shape is not None and isinstance(preset, Preset) and not preset.counts_by:
            found.append(shape.with_preset(preset))
            continue
        found.append(compile(graph, **options))
        if isinstance(preset, Preset):
            shape = found[-1]
    return found


@lru_cache(maxsize=1)
def default_weights(graph: nx.DiGraph) -> tuple[str, ...]:
    """Return the weightings of a file: its attribute weight, else unit and even side by side."""
    rows = chain.from_iterable(row.values() for _, row in graph.adjacency())
    edges = (data for row in rows for data in row.values()) if graph.is_multigraph() else rows
    has_weight = any("weight" in data for data in edges)
    return ("weight",) if has_weight else ("unit", "even")


def weight_options(name: str, settings: Settings) -> dict[str, Any]:
    """Return the options of `graphdiff.compile` for one weighting."""
    from graphdiff.weights import WEIGHTS

    preset = WEIGHTS.get(name)
    cycles = settings.cycles or ("raise" if preset is None else "collapse")
    weight = name.removeprefix("attr:") if preset is None else preset
    return {"weight": weight, "default_weight": settings.default_weight, "cycles": cycles, "exact": settings.exact}


# -- out


def graph_record(graph: nx.DiGraph) -> dict[str, Any]:
    """Return what was read, for JSON."""
    return {
        "format": str(graph.graph.get("format", "graph")),
        "nodes": graph.number_of_nodes(),
        "edges": graph.number_of_edges(),
        "edge_meaning": str(graph.graph.get("edge_meaning", "unknown")),
    }


def plain_all(numbers: Iterable[Any]) -> list[Any]:
    """Return numbers as JSON has them."""
    from graphdiff.results import plain

    return [plain(number) for number in numbers]


def graph_line(graph: nx.DiGraph) -> str:
    """Return what was read, in one line."""
    from graphdiff.words import how_many, words_for

    meaning = str(graph.graph.get("edge_meaning", "unknown"))
    words = words_for(meaning)
    counts = f"{how_many(graph.number_of_nodes(), words.nodes)}, {how_many(graph.number_of_edges(), words.edges)}"
    if default_weights(graph) == ("weight",):
        weights = "weights: weight"
    else:
        numeric = numeric_attributes(graph)
        weights = "no weights in the file" + (f" (numbers: {', '.join(numeric[:4])})" if numeric else "")
    return " · ".join([str(graph.graph.get("format", "graph")), counts, words.arrow, weights])


def numeric_attributes(graph: nx.DiGraph) -> list[str]:
    """Return the edge attributes that are numbers wherever they stand, by the first thousand edges."""
    seen: dict[str, bool] = {}
    for number, (_, _, data) in enumerate(graph.edges(data=True)):
        if number == 1000:
            break
        for name, value in data.items():
            seen[name] = seen.get(name, True) and isinstance(value, (int, float)) and not isinstance(value, bool)
    return [name for name, numeric in seen.items() if numeric]


def emit(
    settings: Settings,
    *,
    text: Callable[[], str],
    document: Callable[[], dict[str, Any]],
    rows: Callable[[], Iterable[Sequence[Any]]],
    markdown: Callable[[], str] | None = None,
) -> None:
    """Print the result as text, JSON, CSV or Markdown, or write it to a file, whole or not at all."""
    if settings.output == "markdown" and markdown is None:
        raise UsageError("only graphdiff compare prints markdown; use text, json or csv")
    if settings.output == "json":
        body = json.dumps({"graphdiff": SCHEMA, **document()}, indent=2, ensure_ascii=False) + "\n"
    elif settings.output == "csv":
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(rows())
        body = buffer.getvalue()
    else:
        body = (markdown if markdown and settings.output == "markdown" else text)().rstrip("\n") + "\n"
    if settings.path and settings.path != "-":
        from graphdiff.saving import save

        save(settings.path, [body.encode(errors="replace")], overwrite=settings.force)
        click.echo(f"wrote {settings.path}", err=True)
    else:
        click.echo(coloured(body) if settings.output == "text" and use_colour() else body, nl=False, color=use_colour())


def draw(graph: nx.DiGraph, settings: Settings, ends: tuple[Any | None, Any | None]) -> None:
    """Write the picture of the last weighting to the file, by its suffix, or as DOT to standard output."""
    from graphdiff.annotation import annotate

    name = (settings.weights or default_weights(graph))[-1]
    write_drawn(annotate(graph, *ends, **weight_options(name, settings)), settings)


def write_drawn(drawn: nx.DiGraph, settings: Settings) -> None:
    """Write a picture to the file, by its suffix, or as DOT to standard output."""
    from graphdiff.writers import render, write

    if settings.path and settings.path != "-":
        write(drawn, settings.path, overwrite=settings.force)
        click.echo(f"wrote {settings.path}", err=True)
    else:
        click.echo(render(drawn, "dot" if settings.output == "text" else settings.output), nl=False)


def use_colour() -> bool:
    """Return whether standard output is a terminal that wants colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def coloured(text: str) -> str:
    """Return a report with its warnings and titles marked for a terminal."""
    lines = text.split("\n")
    styled = [
        click.style(line, fg="yellow") if line.startswith("!")
        else click.style(line, dim=True) if number == 0 and " · " in line
        else click.style(line, bold=True) if line and not line.startswith(" ") and (number < 3 or not lines[number - 1])
        else line
        for number, line in enumerate(lines)
    ]  # fmt: skip
    return "\n".join(styled)


def aligned(head: Sequence[str], rows: Iterable[Sequence[str]], *, left: int) -> list[str]:
    """Return a table as lines; column `left` is flush left, the others flush right."""
    cells = [list(head), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            c.ljust(w) if n == left else c.rjust(w) for n, (c, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int | None], None]]:
    """Yield a progress callback that draws a bar on a terminal when the work takes longer than a second."""
    began = time.monotonic()
    shown = False

    def progress(done: int, total: int | None) -> None:
        nonlocal shown
        if not sys.stderr.isatty() or time.monotonic() - began < 1:
            return
        shown = True
        part = f"{done / total:4.0%}" if total else f"{done:,}"
        filled = int(30 * done / total) if total else 0
        click.echo(f"\r{label} [{'#' * filled}{' ' * (30 - filled)}] {part}", nl=False, err=True)

    yield progress
    if shown:
        click.echo("\r" + " " * (len(label) + 50) + "\r", nl=False, err=True)
