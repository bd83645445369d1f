"""Manual pages, one for the command and one a verb, from what click knows: ``python -m graphdiff.cli.manual FOLDER``.

A wheel has them under share/man/man1. What goes in are the verbs of `VERBS`, so that a page says what ``--help`` says;
out comes text for man(7), the same for the same version of graphdiff, without a date.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from graphdiff import __version__
from graphdiff.cli import graphdiff
from graphdiff.cli.headings import Verb

__all__ = ["pages", "write_pages"]

#: How click marks a paragraph whose lines stay as they are.
AS_IT_IS = "\b\n"
#: The first line of such a paragraph where it is a head, and what stands beside it in parentheses.
HEAD = re.compile(r"([^(]+?)(?: \((.*)\))?:")


def pages() -> dict[str, str]:
    """Return the pages by the names of their files.

    Examples
    --------
    >>> list(pages())[:2]
    ['graphdiff.1', 'graphdiff-why.1']
    >>> print(pages()["graphdiff-formats.1"][:45])
    .TH GRAPHDIFF-FORMATS 1 "" "graphdiff ...
    """
    context = click.Context(graphdiff, info_name="graphdiff", **graphdiff.context_settings)
    found = {"graphdiff.1": "\n".join([*_page(context), *_verbs(), ""])}
    for name, verb in graphdiff.commands.items():
        of_verb = click.Context(verb, info_name=name, parent=context)
        ending = (".SH SEE ALSO", ".BR graphdiff (1),", "which says what an exit status means, too")
        found[f"graphdiff-{name}.1"] = "\n".join([*_page(of_verb), *ending, ""])
    return found


def write_pages(folder: Path) -> None:
    """Write the pages into a folder, which is made where there is none; what was there of them is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _page(context: click.Context) -> Iterator[str]:
    """Yield the lines of a page: name, synopsis, description, options and what the help ends with."""
    command, title = context.command, context.command_path.replace(" ", "-")
    yield f'.TH {title.upper()} 1 "" "graphdiff {__version__}" "graphdiff"'
    yield from (".SH NAME", _plain(f"{title} \\- ", command.get_short_help_str(limit=300)))
    yield from (".SH SYNOPSIS", f".B {_escaped(context.command_path)}")
    yield _plain("", " ".join(command.collect_usage_pieces(context)))
    yield ".SH DESCRIPTION"
    yield from _paragraphs(command.help or "")
    for heading, records in _options(context):
        yield f".SH {_escaped(heading).upper()}"
        for option, text in records:
            yield from (".TP", f".B {_escaped(option)}", _plain("", text))
    if isinstance(command, Verb) and (records := command.of_formats(context)):
        yield from (".SH OPTIONS OF ONE FORMAT", _plain("", command.hint()))
        for option, text in records:
            yield from (".TP", f".B {_escaped(option)}", _plain("", text))
    yield from _paragraphs(command.epilog or "")


def _options(context: click.Context) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    """Return the options under their headings, of each what it is and what it does."""
    if isinstance(context.command, Verb):
        return context.command.headed(context).items()
    records = (param.get_help_record(context) for param in context.command.get_params(context))
    return [("Options", [record for record in records if record])]


def _verbs() -> Iterator[str]:
    yield ".SH COMMANDS"
    for name, verb in graphdiff.commands.items():
        yield from (".TP", f".BR graphdiff\\-{_escaped(name)} (1)", _plain("", verb.get_short_help_str(limit=300)))


def _paragraphs(text: str) -> Iterator[str]:
    """Yield paragraphs of a help; one that stays as it is and has a head is a section of that name."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if not paragraph.startswith(AS_IT_IS):
            yield from (".PP", _plain("", " ".join(paragraph.split())))
            continue
        lines = paragraph.removeprefix(AS_IT_IS).splitlines()
        head = HEAD.fullmatch(lines[0])
        yield f".SH {_escaped(head[1]).upper()}" if head else ".PP"
        if head and head[2]:
            yield _plain("", f"{head[2][0].upper()}{head[2][1:]}.")
        yield from (".nf", *(_plain("", line) for line in lines[bool(head) :]), ".fi")


def _plain(before: str, text: str) -> str:
    """Return a line of text, which is no request of man's whatever it begins with."""
    line = before + _escaped(text)
    return f"\\&{line}" if line.startswith((".", "'")) else line


def _escaped(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
