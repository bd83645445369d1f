"""What has another name now: the old one is hidden, does the same for one version, and says what to write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphdiff.cli.streams import tell

#: Options that have another name now, by the verb.
OPTIONS = {
    "compare": {"--by": "--group"},
    "cut": {"--by": "--reduce"},
}
#: Verbs that are written otherwise now.
VERBS = {"factored": ("why", "--formula"), "jacobian": ("table", "--wide")}
#: Verbs in which one name after the file was the source; in all the others it was the target before.
ONE_WAS_SOURCE = ("compare", "diagnose", "draw")


def current_verb(arguments: Sequence[str], *, quiet: bool) -> list[str]:
    """Return a command line, from its verb on, with the verb as it is written now.

    Examples
    --------
    >>> current_verb(["factored", "model.csv", "x", "y"], quiet=True)
    ['why', '--formula', 'model.csv', 'x', 'y']
    """
    verb, *others = arguments
    if verb not in VERBS:
        return [*arguments]
    now = VERBS[verb] if "--plan" not in others else VERBS[verb][:1]  # which is a question of its own
    if not quiet:
        _tell(f"graphdiff {verb}", f"graphdiff {' '.join(now)}")
    return [*now, *others]


def current_options(verb: str, arguments: Sequence[str], *, quiet: bool) -> list[str]:
    """Return the arguments of a verb with its options as they are called now.

    Examples
    --------
    >>> current_options("cut", ["model.csv", "x", "y", "--by=50%"], quiet=True)
    ['model.csv', 'x', 'y', '--reduce=50%']
    """
    return list(_current(verb, arguments, quiet=quiet)) if verb in OPTIONS else [*arguments]


def _current(verb: str, arguments: Sequence[str], *, quiet: bool) -> Iterator[str]:
    options_end = False
    for argument in arguments:
        options_end = options_end or argument == "--"
        name, equals, value = argument.partition("=")
        if options_end or name not in OPTIONS[verb]:
            yield argument
            continue
        now = OPTIONS[verb][name]
        if not quiet:
            _tell(f"{verb} {name}", f"{verb} {now}")
        yield f"{now}{equals}{value}"


def current_column(by: str | None, value: str | None) -> str | None:
    """Return a column of ``rank`` as it is called now.

    Examples
    --------
    >>> current_column("reach", "size")
    'reach'
    """
    if value is None or by != f"exclusive {value}":
        return by
    _tell(f"--by '{by}'", f"--by 'gone {value}', which counts the node itself")
    return f"gone {value}"


def tell_option(text: str, now: str) -> None:
    """Say of an option of a format of graphdiff's own, given by ``--option``, that it has a name of its own."""
    _tell(f"--option {text}", now)


def tell_one_name(verb: str, name: str) -> None:
    """Say of one name after the file to which nothing leads that it is the target, where it was the source before."""
    tell(f"{verb}: one name after the file is the target now, as in all verbs; as the source it is -s {name}")


def _tell(old: str, now: str) -> None:
    tell(f"{old} is an old name, which goes with the next version: write {now}")
