"""What is known of the formats, for ``graphdiff formats``: as a table of them all, and of one everything."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphdiff.io.formats import Format
from graphdiff.io.plugins import all_formats, of_package
from graphdiff.io.read import format_named

__all__ = ["format_record", "format_records", "format_table", "format_text", "formats_markdown", "taken_by"]

TIERS = {1: "mended at once where a new version of the tool breaks it", 2: "best effort"}


def format_records() -> list[dict[str, Any]]:
    """Return what the table says of every format, those of other packages last.

    Examples
    --------
    >>> format_records()[0]["name"], format_records()[0]["tool"]
    ('dot', 'Graphviz')
    """
    return [_record(name, row) for name, row in all_formats().items()]


def format_record(name: str) -> dict[str, Any]:
    """Return all that is known of one format; what it reads is said by its function, which is imported for it.

    Examples
    --------
    >>> format_record("uv")["command"], [*format_record("uv")["options"]]
    ('uv lock', ['extras', 'markers', 'groups', 'kinds'])
    """
    row = format_named(name)
    with of_package(row.package, f"its format {name!r} fails"):
        function = row.function
    return {**_record(name, row), "reads": _particular(inspect.getdoc(function) or row.about)}


def _record(name: str, row: Format) -> dict[str, Any]:
    return {
        "name": name,
        "title": row.title,
        "edge": row.about,
        "nodes": row.nodes,
        "suffixes": [*row.suffixes],
        "prefix": row.prefix,
        "options": dict(row.takes),
        "tier": row.tier,
        **{key: getattr(row, key) for key in ("tool", "version", "sample", "command", "package")},
    }


def _particular(text: str) -> str:
    """Return a docstring up to its first section, without the signs of its markup."""
    return text.partition("\n\nParameters\n")[0].partition("\n\nReturns\n")[0].partition("\n\nRaises\n")[0].partition(
        "\n\nReferences\n")[0].partition("\n\nExamples\n")[0].replace("``", "").replace("`", "")  # fmt: skip


def format_table() -> list[tuple[str, str, str, str, str]]:
    """Return the rows of the table: name, names of files, what an edge means, tier, tool.

    Examples
    --------
    >>> next(row for row in format_table() if row[0] == "cargo-lock")
    ('cargo-lock', 'cargo.lock', 'Cargo.lock: a package depends on a package, without weights; repeats are one edge',
     '1', 'Cargo')
    """
    return [
        (
            row["name"],
            " ".join(row["suffixes"]) or row["prefix"] or "by content",
            row["edge"],
            str(row["tier"]),
            row["tool"] or row["package"],
        )
        for row in format_records()
    ]


def formats_markdown() -> str:
    """Return the table in Markdown, for the documentation: of graphdiff's own formats, how a file of it is made, too.

    Examples
    --------
    >>> print(next(line for line in formats_markdown().splitlines() if line.startswith("| conan ")))
    | conan | `.json` | conan graph info --format=json: a package depends on a package, ... | `conan graph info ...` |
    """
    lines = ["| format | files | an edge | made by |", "|---|---|---|---|"]
    for row in format_records():
        files = [f"`{name}`" for name in (*row["suffixes"], row["prefix"]) if name]
        made = f"`{row['command']}`" if row["command"] else row["tool"]
        if not row["package"]:
            cells = (row["name"], " ".join(files) or "by content", row["edge"], made)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def format_text(name: str, spelled: Callable[[str, str], str] = "{}={}".format) -> str:
    """Return all that is known of one format, for people; `spelled` says how an option and its values are given.

    Examples
    --------
    >>> print(format_text("cargo-lock"))
    cargo-lock: Cargo.lock
    <BLANKLINE>
    Read a Cargo.lock...
    """
    record = format_record(name)
    nodes = "as the file says" if record["nodes"] == "unknown" else record["nodes"]
    tool = f"{record['tool']} {record['version']}".strip()
    facts = {
        "files": " ".join(record["suffixes"]) or record["prefix"] or "told by content",
        "edges": record["edge"],
        "nodes": nodes,
        "from": record["package"],
        "tool": tool,
        "sample": record["sample"],
        "made by": record["command"],
        "tier": f"{record['tier']}: {TIERS.get(record['tier'], '')}",
    }
    lines = [f"{name}: {record['title']}", "", record["reads"], ""]
    lines += [f"  {label:<8}  {fact}" for label, fact in facts.items() if fact]
    return "\n".join([*lines, *_options(record["options"], spelled)])


def taken_by(takes: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield the options of a format: the name, its values, what these do.

    Examples
    --------
    >>> [*taken_by({"groups": "all|none: of which groups", "kinds": "normal, dev"})]
    [('groups', 'all|none', 'of which groups'), ('kinds', '', 'normal, dev')]
    """
    for name, text in takes.items():
        values, colon, does = text.partition(": ")
        yield (name, values, does) if colon else (name, "", text)


def _options(takes: dict[str, str], spelled: Callable[[str, str], str]) -> list[str]:
    """Return the lines about the options of a format."""
    lines = ["", "Options:"] if takes else []
    for name, values, does in taken_by(takes):
        lines.append(f"  {spelled(name, values)}")
        lines += textwrap.wrap(does, 90, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return lines
