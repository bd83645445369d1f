"""The options of one family of formats: ``--option NAME=VALUE``, and each by a hidden name of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import click

from graphdiff.errors import UsageError, meant, nearest
from graphdiff.io.formats import READERS, Format

#: What is given by ``--option NAME=VALUE``; what formats of many families take has an option that help shows.
NAMES = ("alternatives", "extras", "markers", "groups", "times", "set", "graph", "event", "thread", "stacks",
         "overhead", "tensors")  # fmt: skip
#: What the library calls an option that help shows.
SHOWN = {
    "columns": "--columns", "follow_arrows": "--follow-arrows", "kinds": "--kind", "max_memory": "--max-memory",
    "omit": "--omit", "timeout": "--timeout", "where": "--where",
}  # fmt: skip


def values_of(name: str) -> list[str]:
    """Return the values that an option has; none where it takes any text.

    Examples
    --------
    >>> values_of("alternatives"), values_of("markers")
    (['first', 'all'], [])
    """
    values = _takes(name).partition(":")[0].split("|")
    return values if len(values) > 1 and all(map(str.islower, values)) else []


def _takes(name: str) -> str:
    return next((row.takes[name] for row in READERS.values() if name in row.takes), "")


def taking(name: str) -> list[str]:
    """Return which formats take an option."""
    return [key for key, row in READERS.items() if name in row.options]


def titles(family: Mapping[str, Format]) -> list[str]:
    """Return what people call the files of some formats."""
    return [row.title for row in family.values() if not row.prefix]


def wrapped(names: Iterable[str], width: int = 98) -> str:
    """Return names with commas, in lines of no more than this width, each of them indented."""
    lines = [""]
    for name in names:
        if len(lines[-1]) + len(name) + 1 > width:
            lines.append("")
        lines[-1] += f" {name}," if lines[-1] else f"  {name},"
    return "\n".join(lines).removesuffix(",")


def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of an option, of the format where that is named, and its value."""
    row = READERS.get(ctx.params.get("format_") or "")
    names = [name for name in NAMES if row is None or name in row.options]
    name, equals, _ = incomplete.partition("=")
    words = [f"{name}={value}" for value in values_of(name)] if equals and name in names else [f"{n}=" for n in names]
    return [word for word in words if word.startswith(incomplete)]


def with_format_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a verb ``--option``, and the hidden names."""
    for name in reversed(NAMES):
        choice = click.Choice(values_of(name)) if values_of(name) else None
        function = click.option(f"--{name}", name, multiple=name == "set", type=choice, hidden=True)(function)
    return click.option(
        "--option", "options", multiple=True, metavar="NAME=VALUE", shell_complete=complete,
        help=f"Of the format: {', '.join(NAMES)}, …: graphdiff formats FORMAT.",
    )(function)  # fmt: skip


def taken(given: dict[str, Any]) -> dict[str, Any]:
    """Take the options of formats out of those given to a verb, by both ways of giving them.

    Raises
    ------
    UsageError
        What is not ``NAME=VALUE``, an unknown name, or one that is given twice.
    """
    pairs = [("set", text) for text in given.pop("set")]
    pairs += [(name, given.pop(name)) for name in NAMES if name != "set"]
    pairs += [_pair(text) for text in given.pop("options")]
    options: dict[str, Any] = {}
    for name, value in pairs:
        if value is None:
            continue
        if name == "set":
            key, number = _assignment(value)
            if key in options.setdefault(name, {}):
                raise UsageError(f"--set {value}: {key} is given twice")
            options[name][key] = number
        elif name in options:
            raise UsageError(f"--option {name}={value}: {name} is given twice")
        else:
            options[name] = value
    return options


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UsageError(f"--option {text}: NAME=VALUE is expected, as in --option extras=all")
    if name in SHOWN:
        raise UsageError(f"--option {text}: {name} has an option of its own, {SHOWN[name]}")
    if name not in NAMES:
        _require_known(name, text)
    return name, value


def _require_known(name: str, text: str) -> None:
    """Raise `UsageError` where no format of another package takes an option either."""
    from graphdiff.io.plugins import all_formats

    known = {option for row in all_formats().values() if row.package for option in row.options}
    if name not in known:
        close = meant(nearest(name, [*NAMES, *known]))
        lists = f"{' ' if close else '; '}graphdiff formats NAME lists those of a format"
        raise UsageError(f"--option {text}: no format has an option {name!r}{close}{lists}")


def _assignment(text: str) -> tuple[str, str]:
    """Return ``a=2`` as a name and its value."""
    name, _, value = text.partition("=")
    if not name or not value:
        raise UsageError(f"--set {text}: NAME=NUMBER is expected, as in --set a=2")
    return name.strip(), value.strip()


def as_given(name: str, value: str, given: dict[str, Any]) -> str:
    """Return an option of a format as it was given, or else as help has it.

    Examples
    --------
    >>> as_given("extras", "all", {}), as_given("extras", "", {"extras": "none"})
    ('--option extras=all', '--extras')
    """
    if given.get(name):
        return f"--{name} {value}".rstrip()
    return f"--option {name}={value or '…'}"


def spelled(name: str, values: str, *, of_package: bool) -> str:
    """Return how an option of a format is given; what the command line does not have stands as in Python.

    Examples
    --------
    >>> spelled("kinds", "", of_package=False), spelled("groups", "all|none", of_package=False)
    ('--kind', '--option groups=all|none')
    """
    if name in SHOWN:
        return f"{SHOWN[name]} {values}".rstrip()
    return f"--option {name}={values}" if name in NAMES or of_package else name


def given_names(options: Sequence[str]) -> set[str]:
    """Return the names of what is given by ``--option``."""
    return {text.partition("=")[0] for text in options}
