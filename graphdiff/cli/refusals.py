"""An error of the library in the words of the command line: keyword arguments become the options of the verb."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

import click

from graphdiff.cli.format_options import given_names
from graphdiff.errors import GraphdiffError
from graphdiff.remedies import Call, Keyword

#: Parameters of a verb by the keyword arguments that they stand for, where the names differ.
PARAMETERS = {
    "amount": "reduce",
    "format": "format_",
    "nodes": "prune",
    "overwrite": "force",
    "part": "reduce",
    "source": "sources",
    "target": "targets",
    "weight": "weights",
}
#: What is there in Python only, and where the command line has the same.
ELSEWHERE = {
    "graphdiff.io.formats.READERS": "graphdiff --help",
    "graphdiff.read_edges(…, out=…)": "graphdiff compile … --memory 4GB",
    "graphdiff.routes": "graphdiff why",
    'graphdiff.filter_calls(G, hide="imports")': "--hide imports",
    "source= and target=": "--columns source=NAME,target=NAME",
}


class Refusal(click.ClickException):
    """An error of the library, told in options, with its own exit status."""

    def __init__(self, error: GraphdiffError, command: click.Command) -> None:
        super().__init__(error.told(lambda keyword: as_option(keyword, command)))
        self.exit_status = error.exit_status
        self.kind = error.kind


def as_option(keyword: Keyword, command: click.Command) -> str:
    """Return the option of a verb that a keyword argument stands for; "" where it has none.

    Examples
    --------
    >>> verb = click.Command("why", params=[click.Option(["-w", "--weight", "weights"]), click.Option(["--cycles"])])
    >>> as_option(Keyword("weight", "unit", python="None"), verb), as_option(Keyword("method", "forward"), verb)
    ('--weight unit', '')
    """
    if not keyword.name:
        return ELSEWHERE.get(keyword.python, "")
    given = _given()
    if keyword.name in given_names(given.get("options", ())):
        return f"--option {keyword.name}={_quoted(keyword) or '…'}"
    name = PARAMETERS.get(keyword.name, keyword.name)
    options = [each for each in command.params if isinstance(each, click.Option)]
    parameter = next((each for each in options if each.name == name or f"--{name}" in each.opts), None)
    if parameter is None:
        return ""
    option = max(parameter.opts, key=len)
    if parameter.is_flag or keyword.value is ...:
        return option
    if isinstance(keyword, Call) and (words := _line()):
        end = words.index("--") if "--" in words else len(words)
        others = _without(words[:end], parameter.opts)
        return shlex.join([*others, min(parameter.opts, key=len), str(keyword.value), *words[end:]])
    return f"{option} {_quoted(keyword)}"


def _without(words: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the words of a command line without an option that has a value, and without that.

    Examples
    --------
    >>> _without("rank run.prof --cycles solve -n 5 --cycles=solve -w spent -wunit".split(), ["--cycles"])
    ['rank', 'run.prof', '-n', '5', '-w', 'spent', '-wunit']
    >>> _without("rank run.prof -w spent -wunit --weight=unit -n 5".split(), ["-w", "--weight"])
    ['rank', 'run.prof', '-n', '5']
    """
    joined = tuple(name if len(name) == 2 else f"{name}=" for name in names)
    kept: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        if before not in names and word not in names and not word.startswith(joined):
            kept.append(word)
    return kept


def _line() -> list[str]:
    """Return the words of the command line that runs, as its first context has them."""
    context = click.get_current_context(silent=True)
    words = context.find_root().obj if context else None
    return ["graphdiff", *words] if words else []


def _given() -> dict[str, Any]:
    """Return the parameters of the verb that runs."""
    context = click.get_current_context(silent=True)
    return context.params if context else {}


def _quoted(keyword: Keyword) -> str:
    return "" if keyword.value is ... else shlex.quote(_value_text(keyword.name, keyword.value))


def _value_text(name: str, value: Any) -> str:
    if name == "by" and isinstance(value, int):
        return f"prefix:{value}"
    return f"{value * 100:g}%" if name == "part" else f"{value:g}" if isinstance(value, float) else str(value)
