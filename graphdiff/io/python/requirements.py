"""Python packages and what they need: PEP 508 requirements, markers, extras, environments; names by PEP 503."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from packaging import requirements as pep_508
from packaging.markers import Marker, default_environment
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion

from graphdiff.errors import FormatError, UsageError
from graphdiff.remedies import Keyword
from graphdiff.showing import MAX_DIGITS, TOO_LONG
from graphdiff.text.ecosystems import compared

__all__ = [
    "Package",
    "Requirement",
    "by_extra",
    "canonical",
    "doubts_on",
    "environment_of",
    "holds",
    "marker_of",
    "requirements_of",
    "satisfies",
]

#: A requirement or a marker longer than this is none: packaging's parser is not made for them.
MAX_LENGTH = 10_000
#: packaging's parser calls itself for each parenthesis.
MAX_PARENTHESES = 50
#: What packaging raises of a text that is none: its own errors are ValueErrors, and 26.0 lets those of Python through,
#: by which it reads what is quoted.
NONE = (ValueError, SyntaxError)
EXTRA_NAMED = re.compile(r"""\bextra\s*==\s*['"]([^'"]*)['"]""")
#: What a marker in a pylock.toml may ask for besides the environment.
IN_A_LOCK: Mapping[str, frozenset[str]] = {"extras": frozenset(), "dependency_groups": frozenset()}

Environment = Mapping[str, Any]


@dataclass(frozen=True)
class Requirement:
    """One requirement of a package.

    Attributes
    ----------
    name : str
        What is needed, normalised.
    extras : frozenset of str
        The extras that are asked of it.
    extra : str or None
        The extra of the package itself with which alone the requirement holds.
    marker : Marker or None
        The environments in which it holds.
    clause : str
        The versions that will do.
    version : str
        The one version, where the file says which.
    kind : str
        ``normal``, ``extra`` or ``dev``.
    group : str
        The dependency group that it stands in.
    """

    name: str
    extras: frozenset[str] = frozenset()
    extra: str | None = None
    marker: Marker | None = None
    clause: str = ""
    version: str = ""
    kind: str = "normal"
    group: str = ""


@dataclass(frozen=True)
class Package:
    """One version of a package, with what it needs and the attributes of its node.

    ``provides`` are the extras that it has, ``marker`` says in which environments the package is there at all, and
    ``root`` marks what the file is about: a project, or a member of a workspace. ``asked`` are the extras that
    nothing in the file asks for, but whoever made it.
    """

    name: str
    version: str = ""
    needs: tuple[Requirement, ...] = ()
    provides: frozenset[str] = frozenset()
    marker: Marker | None = None
    root: bool = False
    asked: frozenset[str] = frozenset()
    attributes: dict[str, Any] = field(default_factory=dict)


def canonical(name: str) -> str:
    """Return a name as PEP 503 normalises it.

    Examples
    --------
    >>> canonical("ruamel_yaml.clib")
    'ruamel-yaml-clib'
    """
    return compared(name, "pypi")


def requirements_of(text: str, *, where: str, kind: str = "normal") -> list[Requirement]:
    """Return what a PEP 508 requirement says: one for each extra that its marker names, else one.

    Raises
    ------
    FormatError
        The requirement is none; `where` says whose it is.

    Examples
    --------
    >>> [(need.name, need.extra) for need in requirements_of("NumPy>=1.25; extra == 'default'", where="networkx")]
    [('numpy', 'default')]
    """
    _check_length(text, where)
    try:
        pep = pep_508.Requirement(text)
    except NONE as error:
        raise FormatError(f"{where}: no requirement: {text!r} ({str(error).splitlines()[0]})") from error
    extras = frozenset(map(canonical, pep.extras))
    need = Requirement(canonical(pep.name), extras, None, pep.marker, str(pep.specifier), kind=kind)
    return list(by_extra(need))


def by_extra(need: Requirement) -> Iterator[Requirement]:
    """Yield the need once for each extra that its marker names; as it is where that names none."""
    named = EXTRA_NAMED.findall(str(need.marker)) if need.marker else []
    if not named:
        yield need
    for extra in dict.fromkeys(map(canonical, named)):
        yield replace(need, extra=extra, kind="extra")


def marker_of(text: object, *, where: str) -> Marker | None:
    """Return a marker, None for None and for an empty text.

    Raises
    ------
    FormatError
        The text is no marker; `where` says whose it is.
    """
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        raise FormatError(f"{where}: a marker that is no text")
    _check_length(text, where)
    try:
        return Marker(text)
    except NONE as error:
        raise FormatError(f"{where}: no marker: {text!r}") from error


def holds(marker: Marker | None, environment: Environment, *, extra: str | None = None) -> bool:
    """Tell whether a marker holds in an environment, for one extra or for none.

    Raises
    ------
    FormatError
        The marker compares what cannot be compared.

    Examples
    --------
    >>> holds(Marker("python_version < '3.12'"), {"python_version": "3.11"})
    True
    """
    if marker is None:
        return True
    try:
        return bool(marker.evaluate({**IN_A_LOCK, **environment, "extra": extra or ""}))
    except (ValueError, KeyError) as error:
        raise FormatError(f"the marker {str(marker)!r} cannot be evaluated: {error}") from error


def satisfies(version: str, clause: str, *, where: str) -> bool | None:
    """Tell whether a version will do; None where one of the two is not in the form of PEP 440.

    Raises
    ------
    FormatError
        A number in them is too long; `where` says whose it is.

    Examples
    --------
    >>> satisfies("2.1", ">=2,<3", where="a"), satisfies("2.1", "^2.0", where="a")
    (True, None)
    """
    if len(version) > MAX_LENGTH or len(clause) > MAX_LENGTH:
        return None
    for text in (version, clause):
        _check_numbers(text, where)
    try:
        return SpecifierSet(clause).contains(version, prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return None


def environment_of(markers: str) -> Environment | None:
    """Return the environment that an option names; None for ``"all"``, where no marker is evaluated.

    Parameters
    ----------
    markers : str
        ``"all"``, ``"here"`` (the running Python), or how another differs from it:
        ``"python_version=3.12,sys_platform=win32"``.

    Raises
    ------
    UsageError
        A name that no marker can have.

    Examples
    --------
    >>> environment_of("python_version=3.12,sys_platform=win32")
    {'python_version': '3.12', 'sys_platform': 'win32', 'python_full_version': '3.12.0'}
    """
    if markers in ("all", "here"):
        return None if markers == "all" else {}
    given = dict(_pairs(markers.split(",")))
    full, short = given.get("python_full_version"), given.get("python_version")
    if full and not short:
        given["python_version"] = ".".join(full.split(".")[:2])
    if short and not full:
        given["python_full_version"] = f"{short}.0"
    return given


def _pairs(parts: Iterable[str]) -> Iterator[tuple[str, str]]:
    known = default_environment()
    for term in parts:
        name, equals, value = (text.strip() for text in term.partition("="))
        if name not in known or not equals:
            raise UsageError(
                Keyword("markers", term), f" is neither all, here, nor NAME=VALUE with one of {', '.join(known)}"
            )
        yield name, value


#: The values that Python's documentation has for some names of markers, and those of other systems by how they begin.
VALUES: Mapping[str, tuple[str, ...]] = {
    "sys_platform": ("linux", "win32", "darwin", "cygwin", "aix", "android", "emscripten", "ios", "wasi"),
    "os_name": ("posix", "nt", "java"),
    "platform_system": ("Linux", "Windows", "Darwin", "Java", "AIX", "Android", "Emscripten", "iOS", "iPadOS", "SunOS"),
    "implementation_name": ("cpython", "pypy", "graalpy", "ironpython", "jython", "micropython", "rustpython"),
}
BY_SYSTEM = ("sys_platform", "platform_system")
OTHERS = re.compile(
    r"(?:freebsd|openbsd|netbsd|dragonfly|gnukfreebsd|sunos|aix|linux|cygwin_nt|java|haiku)[\w.-]*", re.I
)
#: What people call a system, and which of the values above it has, in the same order.
CALLED = {
    **dict.fromkeys(("windows", "win32", "win64", "win", "nt"), ("win32", "nt", "Windows")),
    **dict.fromkeys(("macos", "mac", "macosx", "osx", "darwin"), ("darwin", "posix", "Darwin")),
    **dict.fromkeys(("linux", "ubuntu", "debian"), ("linux", "posix", "Linux")),
    "python": ("", "", "", "cpython"),
}


def doubts_on(markers: str) -> Iterator[str]:
    """Yield a sentence for each value in an option that no platform or Python is known to have.

    References
    ----------
    The Python Standard Library, ``sys.platform``, ``os.name``, ``platform.system`` and ``sys.implementation``.

    Examples
    --------
    >>> list(doubts_on("sys_platform=Windows,os_name=nt"))
    ["no sys_platform is known to be 'Windows': write sys_platform=win32"]
    """
    for place, (name, known) in enumerate(VALUES.items()):
        value = (environment_of(markers) or {}).get(name, known[0])
        spelt = {one.casefold(): one for one in known}.get(value.casefold())
        if value == spelt or (OTHERS.fullmatch(value) and spelt is None and name in BY_SYSTEM):
            continue
        meant = spelt or "".join(CALLED.get(value.casefold(), ())[place : place + 1])
        hint = f"write {name}={meant}" if meant else f"there are {', '.join(known)}"
        yield f"no {name} is known to be {value!r:.60}: {hint}"


def _check_length(text: str, where: str) -> None:
    if len(text) > MAX_LENGTH or text.count("(") > MAX_PARENTHESES:
        raise FormatError(f"{where}: no requirement or marker: {text[:40]!r}…")
    _check_numbers(text, where)


def _check_numbers(text: str, where: str) -> None:
    if TOO_LONG.search(text):
        raise FormatError(f"{where}: a number of more than {MAX_DIGITS:,} digits")
