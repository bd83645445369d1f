"""The options that only some formats have, which the help for one of these shows; and those of other packages' formats.

An option of a format of graphdiff's own has its own name, ``--extras all``; what a format of another package takes is
given by ``--option NAME=VALUE``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import click

from graphdiff.cli.renamings import tell_option
from graphdiff.errors import UsageError, meant, nearest
from graphdiff.io.formats import READERS, Format
from graphdiff.io.formats.profilers import PROFILERS

#: What formats take beside what has an option of its own below: the keyword's name is the option's.
NAMES = ("alternatives", "extras", "markers", "groups", "times", "set", "graph", "event", "thread", "stacks",
         "overhead", "tensors")  # fmt: skip
#: What the library calls an option that is called otherwise, or takes more, on the command line.
SHOWN = {
    "columns": "--columns", "follow_arrows": "--follow-arrows", "kinds": "--kind", "max_memory": "--max-memory",
    "omit": "--omit", "timeout": "--timeout", "where": "--where",
}  # fmt: skip


#: Formats of profiles: what calls cost; those of static analysis say only who may call whom.
PROFILES = ("pprof", "gprof2dot", *(name for name in PROFILERS if name not in ("pycg", "pyan")))
#: Options of verbs that are for some formats only, by the parameter; what formats take is in their rows.
ONLY = {
    **{name: tuple(key for key, row in READERS.items() if name in row.options)
       for name in ("columns", "where", "follow_arrows")},
    **dict.fromkeys(("focus", "ignore", "hide", "group", "colour", "normalise", "faster", "faster_inclusive",
                     "fewer_calls"), PROFILES),
}  # fmt: skip
#: Weights that are for some formats only.
WEIGHTS = {
    **dict.fromkeys(PROFILES, "spent, per-call, how-often or even-calls, too: what calls cost, or how many there are."),
    **dict.fromkeys(("imports", "grimp"), "imports, too: spread along the import statements."),
    "attribution": "per-activation, too: what of a logit comes by a path, in the logit's unit.",
}


def is_of(param: click.Parameter, name: str | None = None) -> bool:
    """Tell whether a parameter is for some formats only; with the name of a format whether it is for that.

    Where the formats themselves take it, `rows_of` says so with what it takes.

    Examples
    --------
    >>> focus, exact = click.Option(["--focus"]), click.Option(["--exact"])
    >>> is_of(focus), is_of(focus, "pstats"), is_of(focus, "uv"), is_of(exact)
    (True, True, False, False)
    """
    formats = ONLY.get(str(param.name), ())
    return bool(formats) if name is None else name in formats and param.name not in SHOWN


def rows_of(name: str) -> list[tuple[str, str]]:
    """Return what help says of the options that a format takes, and of weights that it has: an option, what it does.

    Raises
    ------
    UsageError
        There is no such format.

    Examples
    --------
    >>> rows_of("dot")[0]
    ('--graph NAME', 'which of several graphs in the file')
    """
    from graphdiff.io.listing import taken_by
    from graphdiff.io.read import format_named

    row = format_named(name)
    taken = [
        (spelled(option, values, of_package=bool(row.package)), does) for option, values, does in taken_by(row.takes)
    ]
    weights = [("-w, --weight NAME", WEIGHTS[name])] if name in WEIGHTS else []
    return [*((option, does) for option, does in taken if option.startswith("--")), *weights]


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
    """Complete the name of an option of another package's format."""
    from graphdiff.io.plugins import all_formats

    wanted = ctx.params.get("format_")
    rows = {key: row for key, row in all_formats().items() if row.package and wanted in (None, key)}
    words = [f"{name}=" for row in rows.values() for name in row.options]
    return [word for word in dict.fromkeys(words) if word.startswith(incomplete)]


def with_format_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a verb the options of formats, hidden (the help for a format has them from its row), and ``--option``."""
    for name in reversed(NAMES):
        choice = click.Choice(values_of(name)) if values_of(name) else None
        function = click.option(f"--{name}", name, multiple=name == "set", type=choice, hidden=True)(function)
    return click.option(
        "--option", "options", multiple=True, metavar="NAME=VALUE", shell_complete=complete,
        help="Of another package's format; graphdiff formats FORMAT lists them.",
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
        raise UsageError(f"--option {text}: NAME=VALUE is expected, an option of another package's format")
    if name in SHOWN:
        raise UsageError(f"--option {text}: {name} has an option of its own, {SHOWN[name]}")
    if name in NAMES:
        tell_option(text, f"--{name} {value}")
    else:
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


def spelled(name: str, values: str, *, of_package: bool) -> str:
    """Return how an option of a format is given; what the command line does not have stands as in Python.

    Examples
    --------
    >>> spelled("kinds", "", of_package=False), spelled("groups", "all|none", of_package=False)
    ('--kind', '--groups all|none')
    """
    if name in SHOWN or name in NAMES:
        return f"{SHOWN.get(name, f'--{name}')} {values}".rstrip()
    return f"--option {name}={values}" if of_package else name


def given_names(options: Sequence[str]) -> set[str]:
    """Return the names of what is given by ``--option``."""
    return {text.partition("=")[0] for text in options}
