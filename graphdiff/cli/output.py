"""Where output goes and how it looks: text, JSON, CSV and pictures; what was read in a line; colours, bars."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from graphdiff.absences import absences_of
from graphdiff.cli.measures import RECORD
from graphdiff.cli.options import PICTURES, Printing, Settings
from graphdiff.cli.streams import for_screen, say, wants_colour
from graphdiff.cli.weightings import chosen
from graphdiff.errors import CycleError, LimitError, SameComponentError, UsageError
from graphdiff.kernels.passes import watched
from graphdiff.showing import for_spreadsheets, harmless, one_line

if TYPE_CHECKING:
    import networkx as nx

    from graphdiff.text.tables import Result

#: The version of the JSON that ``-o json`` prints.
SCHEMA = 1
#: The letters of a line of a terminal that does not say.
COLUMNS = 80
#: Which verb alone prints a format.
ONLY = {"markdown": "compare, formats and errors", "latex": "why --formula"}
#: What a graph is annotated with whose picture says how much of it is drawn.
SUMMED = ("profile", "profiles")
#: Pictures that others lay out: what is drawn need not fit into a box.
SHOWN = (".dot", ".gv", ".mmd", ".mermaid")
#: What `draw` writes, `why`, `rank` and `compare` beside their report, and no report is.
DRAWN = {".dot", ".gv", ".svg", ".png", ".mmd", ".mermaid", ".graphml", ".html"}


def graph_record(graph: nx.DiGraph) -> dict[str, Any]:
    """Return what was read, and by which weights it is asked, for JSON."""
    return {**read_record(graph), "weights": chosen(graph).to_dict()}


def read_record(graph: nx.DiGraph) -> dict[str, Any]:
    """Return what was read, for JSON."""
    return {
        "format": str(graph.graph.get("format", "graph")),
        "nodes": graph.number_of_nodes(),
        "edges": len(graph.edges),  # counts rows, where number_of_edges() adds up degrees
        **{name: str(graph.graph.get(name, "unknown")) for name in ("edge_meaning", "node_meaning")},
        **({"filters": graph.graph["filters"]} if "filters" in graph.graph else {}),
        **_unmet_record(graph),
    }


def _unmet_record(graph: nx.DiGraph) -> dict[str, Any]:
    """Return what the file needs and does not have, all of it; nothing where it has everything."""
    absences = absences_of(graph.graph)
    unmet = absences.unmet if absences else {}
    return {"unmet": [{"name": name, "required_by": [*tails]} for name, tails in unmet.items()]} if unmet else {}


def plain_all(numbers: Iterable[Any]) -> list[Any]:
    """Return numbers as JSON has them."""
    from graphdiff.text.numbers import plain

    return [plain(number) for number in numbers]


def cell(value: Any) -> Any:
    """Return a value as a cell of CSV: what has parts as JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value


def graph_line(graph: nx.DiGraph) -> str:
    """Return what was read, and by which weights it is asked, in one line, or two where it is long."""
    from graphdiff.text.tables import WIDTH

    read, why = read_line(graph), chosen(graph).why
    return f"{read} · {why}" if len(read) + len(why) + 3 <= WIDTH else f"{read}\n{why}"


def read_line(graph: nx.DiGraph) -> str:
    """Return what was read, in one line: of a profile what it measured."""
    from graphdiff.graph.measured import is_profile

    if is_profile(graph):
        from graphdiff.profiles.costs import Costs
        from graphdiff.profiles.report import head

        return head(Costs(graph))
    from graphdiff.text.sentences import how_many, words_of

    words = words_of(graph)
    counts = f"{how_many(graph.number_of_nodes(), words.nodes)}, {how_many(len(graph.edges), words.edges)}"
    if idle := graph.graph.get("not_run"):
        counts += f" ({sum(kind == idle for *_, kind in graph.edges(data='kind')):,} under TYPE_CHECKING)"
    return " · ".join([str(graph.graph.get("format", "graph")), counts, words.arrow])


def emit(
    settings: Printing,
    *,
    text: Callable[[], str],
    document: Callable[[], dict[str, Any]],
    rows: Callable[[], Iterable[Sequence[Any]]],
    also: Mapping[str, Callable[[], str]] | None = None,
    drawn: Callable[[], nx.DiGraph] | None = None,
    results: Sequence[Result] = (),
) -> None:
    """Print the result as text, JSON, CSV or what else a verb has, or write it to a file, whole or not at all.

    Where the file is to be a picture, a graph or a page, that is written of what is `drawn`, and the report printed. A
    page says what is to be known of the `results`, and may hold more of the first than is drawn.
    """
    others = also or {}
    if drawn is not None and isinstance(settings, Settings) and is_drawn(settings.path):
        from graphdiff.files import require_free

        require_free(str(settings.path), overwrite=settings.force)
        if is_page(settings.path):
            held = results[0] if results and hasattr(results[0], "paged") else drawn()
            _write_page(held, settings, text(), _record(document), results)
        else:
            write_drawn(drawn(), replace(settings, spreadsheet_safe=False))  # which is for the report
        settings = replace(settings, path=None)
    if settings.output in ONLY and settings.output not in others:
        raise UsageError(f"{settings.output} is printed by graphdiff {ONLY[settings.output]}; use text, json or csv")
    _require_text(settings.path)
    if settings.spreadsheet_safe and settings.output != "csv":
        raise UsageError(f"--spreadsheet-safe is for csv, and {settings.output} is printed: -o csv")
    if settings.output == "json":
        from graphdiff.io.out import indented

        body = indented(_record(document)) + "\n"
    elif settings.output == "csv":
        body = _csv_text(rows(), settings)
    else:
        # A name from a file must not steer the terminal.
        body = harmless(others.get(settings.output, text)().rstrip("\n")) + "\n"
    if settings.path and settings.path != "-":
        from graphdiff.files import save

        save(settings.path, [body.encode(errors="replace")], overwrite=settings.force)
        say(f"wrote {one_line(settings.path)}\n")
    else:
        colour = wants_colour(sys.stdout)
        shown = for_screen(body)
        click.echo(coloured(shown) if settings.output == "text" and colour else shown, nl=False, color=colour)


def _record(document: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what ``-o json`` prints, with what a gate said."""
    from graphdiff.io.out import finite

    record = {"graphdiff": SCHEMA, **document(), **click.get_current_context().meta.get(RECORD, {})}
    return finite(record)  # type: ignore[no-any-return]


def is_page(path: str | None) -> bool:
    """Tell whether a file is to be a page, by its suffix."""
    return os.path.splitext(path or "")[1].lower() == ".html"


def _write_page(
    held: Any, settings: Settings, report: str, record: Mapping[str, Any], results: Sequence[Result]
) -> None:
    """Write a page of an answer, with its report in words and as JSON."""
    from graphdiff.files import save
    from graphdiff.page.page import graph_for_page, page

    path = str(settings.path)
    heading, _, body = report.partition("\n\n")
    title = (body or heading).split("\n", 1)[0]
    with bar("page") as progress:
        lines = report.rstrip("\n").split("\n")
        written = page(graph_for_page(held), lines, record, results, title=title, progress=progress)
    save(path, [written], overwrite=settings.force)
    say(f"wrote {one_line(path)}\n")


def is_drawn(path: str | None) -> bool:
    """Tell whether what is written to a file beside a report is a picture, a graph or a page, by its suffix."""
    return os.path.splitext(path or "")[1] not in ("", ".txt", ".json", ".csv", ".md")


def _require_text(path: str | None) -> None:
    """Raise `UsageError` where a report would be in a file that by its suffix is a picture or a graph."""
    suffix = os.path.splitext(path or "")[1].lower()
    if suffix in DRAWN:
        verb = click.get_current_context().info_name
        raise UsageError(f"-O {path}: graphdiff {verb} writes text, JSON or CSV and no {suffix}; graphdiff draw does")


def _csv_text(rows: Iterable[Sequence[Any]], settings: Printing) -> str:
    buffer = io.StringIO()
    safe = (map(for_spreadsheets, row) for row in rows) if settings.spreadsheet_safe else rows
    csv.writer(buffer, lineterminator="\n").writerows(safe)
    return buffer.getvalue()


def without_open_cycles(whole: Callable[[], nx.DiGraph], known: Callable[[], nx.DiGraph]) -> nx.DiGraph:
    """Return a picture; where a cycle on the way forbids it, one without what that leaves open, and say so."""
    from graphdiff.cli.refusals import Refusal

    try:
        return whole()
    except (CycleError, LimitError, SameComponentError) as error:
        drawn = known()
        say(f"drawn without what a cycle leaves open: {Refusal(error, click.get_current_context().command).message}\n")
        return drawn


def write_drawn(drawn: nx.DiGraph, settings: Settings, viewing: Mapping[str, Any] | None = None) -> None:
    """Write a picture to the file, by its suffix, or as DOT to standard output."""
    from graphdiff.graph.measured import is_profile
    from graphdiff.io.write import render, write

    is_summed = drawn.graph.get("annotation") in SUMMED or (is_profile(drawn) and "quotient" in drawn.graph)
    if is_summed and _is_laid_out(settings):
        _write_picture(drawn, settings, viewing or {})
        return
    options = {**(viewing or {}), **({"spreadsheet_safe": True} if settings.spreadsheet_safe else {})}
    is_table = settings.output == "csv" or str(settings.path).lower().endswith(".csv")
    if settings.path and settings.path != "-":
        write(drawn, settings.path, overwrite=settings.force, **options, **settings.layout)
        extent = _extent(drawn, viewing or {}) if is_summed and settings.path.lower().endswith(SHOWN) else ""
        say(f"{one_line(settings.path)}: {extent}\n" if extent else f"wrote {one_line(settings.path)}\n")
    else:
        written = render(drawn, "dot" if settings.output == "text" else settings.output, **options)
        click.echo(for_screen(written.decode()) if sys.stdout.isatty() else written, nl=False)
    if is_table and (lone := sum(1 for _, degree in drawn.degree if not degree)):
        from graphdiff.text.sentences import how_many

        say(f"left out of the table: {how_many(lone, 'nodes')} without edges; json has them\n")


def _is_laid_out(settings: Settings) -> bool:
    return os.path.splitext(settings.path or "")[1].lower() in PICTURES


def _extent(drawn: nx.DiGraph, viewing: Mapping[str, Any]) -> str:
    """Return how much of the whole is in a picture that need not fit; empty where nothing says it."""
    from graphdiff.pictures.dot import picture_of

    return picture_of(drawn, **viewing).extent


def _write_picture(drawn: nx.DiGraph, settings: Settings, viewing: Mapping[str, Any]) -> None:
    """Write a laid-out picture, and say how much of the whole it shows."""
    from graphdiff.files import require_free, save
    from graphdiff.pictures.dot import pictures_of
    from graphdiff.pictures.graphviz import fitted
    from graphdiff.pictures.picture import Picture
    from graphdiff.pictures.view import view_of

    path, view = str(settings.path), view_of(**viewing)
    require_free(path, overwrite=settings.force)
    seen: list[Picture] = []

    def kept() -> Iterator[Picture]:
        for picture in pictures_of(drawn, view):
            seen.append(picture)
            yield picture

    save(path, [fitted(kept(), view, path.lower()[-3:], **settings.layout)], overwrite=settings.force)
    say(f"{one_line(path)}: {seen[-1].extent}\n")


def coloured(text: str) -> str:
    """Return a report with its warnings and titles marked for a terminal, and grey what is noise or was but read."""
    lines = text.split("\n")
    styled = [
        click.style(line, fg="yellow") if line.startswith("!")
        else click.style(line, dim=True) if (number < 2 and " · " in lines[0]) or line.endswith("  within noise")
        else click.style(line, bold=True) if line and not line.startswith(" ") and (number < 3 or not lines[number - 1])
        else line
        for number, line in enumerate(lines)
    ]  # fmt: skip
    return "\n".join(styled)


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int | None], None]]:
    """Yield a progress callback that draws a bar on a terminal when the work takes longer than a second."""
    with _Bar(label, since=time.monotonic()) as drawn, watched(None):
        yield drawn.progress


@contextmanager
def bar_of_passes() -> Iterator[None]:
    """Draw such a bar of each pass over edges that lie on the disk, where a verb draws none of its own."""
    with _Bar("edges") as drawn, watched(drawn.progress):
        yield


def _columns() -> int:
    """Return how many letters a line of the terminal of standard error has."""
    with suppress(OSError, ValueError):
        return os.get_terminal_size(sys.stderr.fileno()).columns or COLUMNS
    return COLUMNS


class _Bar:
    """A line on a terminal that says how far some work is, from a second after its begin on.

    That is `since`, or where it is first told how far it is.
    """

    def __init__(self, label: str, since: float = math.inf) -> None:
        self.label, self.since, self.length = label, since, 0
        self.is_drawn = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._wipe()

    def progress(self, done: int, total: int | None) -> None:
        """Draw how far it is; at its end, wipe the line for what is printed next, and begin anew."""
        now = time.monotonic()
        self.since = min(self.since, now)
        if done == total:
            self._wipe()
            self.since = math.inf
        elif self.is_drawn and now - self.since >= 1:
            share = f"{done / total:4.0%}" if total else f"{done:,}"
            width = min(30, _columns() - len(self.label) - len(share) - 5)
            filled = int(width * done / total) if total else 0
            line = f"{self.label} [{'#' * filled}{' ' * (width - filled)}] {share}" if width > 0 else share
            say(f"\r{line:{self.length}}")
            self.length = len(line)

    def _wipe(self) -> None:
        if self.length:
            say(f"\r{' ' * self.length}\r")
        self.length = 0
