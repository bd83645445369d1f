"""The text of `Versions`: a summary, then one block a version, in lines that a screen has room for."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from graphdiff.paths.paths import Path, path_text
from graphdiff.showing import and_more
from graphdiff.text.names import Edge, node_text
from graphdiff.text.numbers import shorten
from graphdiff.text.requirements import attributes_of, marker_parts, marker_text, needed_text, package_name
from graphdiff.text.sentences import how_many

if TYPE_CHECKING:
    from graphdiff.why.routes import Routes
    from graphdiff.why.versions import Need, Version, Versions

#: In characters: how long lines of a report are, and where what they say begins.
WIDTH, INDENT = 100, 16
#: Of what a line has no room for, so many lines at most.
LONGEST = 4
#: A report has so many lines, unless all are asked for.
LINES = 36
#: Of so many versions more than the shortest route is told where all is asked for.
ROUTED = 100
#: What is said next to a number of paths that counts cycles as one node each.
AS_ONE = ", each cycle as one node"
#: What those are that lead to a node directly, by what edges are called.
NEEDED = {"dependencies": "needed by", "imports": "imported by"}
#: What reads the versions of one environment only.
HERE = 'read(…, markers="here")'


def versions_text(versions: Versions, lines: int | None = LINES, how: str = "", here: str = HERE) -> str:
    """Return the report on several versions.

    Parameters
    ----------
    versions : Versions
    lines : int, optional
        How many lines it may have; None is all that is known.
    how : str
        What is said behind the number of those that are left out.
    here : str
        What reads the versions of one environment only.
    """
    report = [summary(versions)]
    if versions.by_markers:
        report.append(f"An environment has one version of each; {here} takes that of this one.")
    for number, version in enumerate(versions):
        block = _block(version, versions, None if lines is None else 1)
        if lines is not None and number and len(report) + len(block) + 1 > lines:
            return "\n".join([*report, "", f"… {len(versions) - number:,} more{how}"])
        report += ["", *block]
    more = lines is not None and any(version.n_paths > 1 and len(version.path) > 1 for version in versions)
    return "\n".join([*report, *(["", f"… more routes{how}"] if more and how else [])])


def summary(versions: Versions) -> str:
    """Return what is there in a line or two: of one package which version is held back by whom."""
    if len(versions.names) == 1:
        told = any(version.by_cycles and not version.holding for version in versions)
        as_one = " (paths count each cycle as one node)" * told
        start = f"{versions.names[0]}: {how_many(len(versions), 'versions')}{as_one}, "
        return "\n".join(_listed(start, list(map(_told, versions)), 2, " versions"))
    paths = how_many(sum(version.n_paths for version in versions), "paths")
    several = f" in {len(versions):,} versions" if len(versions) > len(versions.names) else ""
    nodes = how_many(len(versions.names), versions.words.nodes)
    as_one = AS_ONE * any(version.by_cycles for version in versions)
    return f"{versions.name}: {nodes}{several}, {paths} from {versions.start}{as_one}"


def holding_lines(versions: Versions) -> list[str]:
    """Return who holds back which version, a sentence a version."""
    held = [version for version in versions if version.holding]
    lines = [
        f"{node_text(one.node)} is held back by "
        f"{and_more(', '.join(need.by for need in one.holding[:LONGEST]), len(one.holding) - LONGEST)}."
        for one in held[:LONGEST]
    ]
    return [*lines, *([f"{len(held) - LONGEST:,} more versions are held back."] if len(held) > LONGEST else [])]


def _told(one: Version) -> str:
    version = one.version or node_text(one.node)
    if not one.holding:
        return f"{version} by {_counted(one)}"
    return and_more(f"{version} held back by {one.holding[0].by}", len(one.holding) - 1)


def _block(one: Version, versions: Versions, lines: int | None) -> list[str]:
    """Return the lines on a version: those that ask for it in no more lines than these."""
    itself = " itself;" if one.is_source else ""
    block = [
        f"{node_text(one.node)}:{itself} {_counted(one)} from {versions.start}{AS_ONE * one.by_cycles}{_with_it(one)}"
    ]
    if one.marker:
        alternatives = marker_parts(one.marker, " or ")
        markers = [marker_text(one.marker, WIDTH - INDENT)] if lines else alternatives
        block += _laid_out(_title("only on"), markers, " or ")
    needed = NEEDED.get(versions.words.edges, "led to by")
    others = [need for need in one.needs if not need.holds_back]
    for title, needs in (("held back by", one.holding), (needed, others)):
        block += _listed(_title(title), [need.by for need in needs], lines) if needs else []
    if lines is None and len(versions) <= ROUTED:
        return [*block, *_route_lines(versions.routes(one))]
    return [*block, *(_path_lines(one.path) if len(one.path) > 1 else [])]


def _counted(one: Version) -> str:
    """Return how many paths with an edge lead to a version."""
    return how_many(one.n_paths - one.is_source, "paths")


def _route_lines(routes: Routes) -> list[str]:
    """Return a line or more for each of the shortest routes, unless all have one edge: who needs it is told."""
    if all(path.length == 1 for path in routes.nearest):
        return []
    title = "all routes" if routes.n_nearest is not None else "shortest"
    lines: list[str] = []
    for path in routes.nearest:
        nodes = [node_text(path.nodes[0]), *(_met(routes, edge) for edge in path.edges)]
        lines += _laid_out(_title("" if lines else title), nodes, " > ", INDENT + 2)
    return [shorten(line, WIDTH) for line in lines]


def _met(routes: Routes, edge: Edge) -> str:
    return needed_text(node_text(edge[1]), attributes_of(routes.given, edge), package_name(routes.given, edge[1]))


def _with_it(one: Version) -> str:
    if not one.n_exclusive:
        return ""
    return "; 1 other goes with it" if one.n_exclusive == 1 else f"; {one.n_exclusive:,} others go with it"


def _title(text: str) -> str:
    return f"  {text}".ljust(INDENT)


def _path_lines(path: Sequence[Need]) -> list[str]:
    """Return a path with what its edges ask for, where two lines have room for it."""
    lines = _laid_out(_title("shortest"), [node_text(path[0].edge[0]), *(need.met for need in path)], " > ")
    if len(lines) <= 2 and max(map(len, lines)) <= WIDTH:
        return lines
    plain = Path((path[0].edge[0], *(need.edge[1] for need in path)), tuple(need.edge for need in path), 1)
    return [_title("shortest") + shorten(path_text(plain), WIDTH - INDENT)]


def _listed(start: str, texts: Sequence[str], lines: int | None = 1, more: str = "") -> list[str]:
    """Return as many texts as there are lines for, at least one, and how many `more` there are; None is all."""
    laid_out: list[str] = []
    room = len(texts) if lines is None else min(len(texts), lines * WIDTH // 2)
    for shown in range(room, 0, -1):
        last = and_more(texts[shown - 1], len(texts) - shown) + more * (shown < len(texts))
        laid_out = _laid_out(start, [*texts[: shown - 1], last], ", ")
        if lines is None or len(laid_out) <= lines:
            break
    return [short for line in laid_out[:lines] for short in _wrapped(line)]


def _wrapped(line: str) -> list[str]:
    """Return a line in as many as it takes: of what is cut in the middle the sense may be another."""
    if len(line) <= WIDTH:
        return [line]
    wrapped = wrap(line, WIDTH, subsequent_indent=" " * (INDENT + 2), max_lines=LONGEST, placeholder=" …")
    return [line[:INDENT] + wrapped[0][INDENT:].lstrip(), *wrapped[1:]]


def _laid_out(start: str, texts: Sequence[str], between: str, indent: int = INDENT) -> list[str]:
    lines = [start + texts[0]]
    for text in texts[1:]:
        if len(lines[-1]) + len(between) + len(text) < WIDTH:
            lines[-1] += between + text
        else:
            lines[-1] += between.rstrip()
            lines.append(" " * indent + text)
    return lines
