"""Packages as their ecosystem compares them: by which name, which version is newer, which versions a range admits.

An ecosystem is called as in package URLs: ``G.graph["ecosystem"]`` of a graph all of whose packages are of one, and the
type of the package URL that a node has of its own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["admits", "compared", "ecosystem_of", "purl_type", "version_order"]


def purl_type(purl: str) -> str:
    """Return the type of a package URL; "" where it is none.

    Examples
    --------
    >>> purl_type("pkg:npm/%40babel/core@7.0.0"), purl_type("")
    ('npm', '')
    """
    return purl.removeprefix("pkg:").partition("/")[0].lower() if purl.startswith("pkg:") else ""


def ecosystem_of(graph: Mapping[Any, Any], node: Mapping[Any, Any]) -> str:
    """Return the ecosystem of a package by the attributes of its node, else by those of the graph; "" of none.

    Examples
    --------
    >>> ecosystem_of({"ecosystem": "npm"}, {}), ecosystem_of({}, {"purl": "pkg:pypi/attrs@25.1"}), ecosystem_of({}, {})
    ('npm', 'pypi', '')
    """
    return purl_type(str(node.get("purl", ""))) or str(graph.get("ecosystem", ""))


#: Where capitals make no difference in a name. In npm, Maven, Cargo, Go and RubyGems they do.
ANY_CASE = ("composer", "conda", "nuget", "pypi")
#: What PEP 503 takes for the same in a name.
SEPARATORS = re.compile(r"[-_.]+")


def compared(name: str, ecosystem: str) -> str:
    """Return a name as its ecosystem compares it.

    References
    ----------
    PEP 503, Simple Repository API, "Normalized Names".

    Examples
    --------
    >>> compared("Flask_SQLAlchemy", "pypi"), compared("Newtonsoft.Json", "nuget"), compared("JSONStream", "npm")
    ('flask-sqlalchemy', 'newtonsoft.json', 'JSONStream')
    """
    joined = SEPARATORS.sub("-", name) if ecosystem == "pypi" else name
    return joined.lower() if ecosystem in ANY_CASE else joined


# -- versions

#: A part of a version: a number, or letters as those of a pre-release.
PART = re.compile(r"\d+|[A-Za-z]+")
#: What comes first: letters of a pre-release, the end, letters of what comes after a release, a number more.
EARLY, END, LATE, NUMBER = range(4)
LATER = ("final", "ga", "p", "post", "release", "sp")


def version_order(version: str, ecosystem: str = "") -> tuple[Any, ...]:
    """Return by what versions of one package are sorted, as its ecosystem does: Python, npm and Cargo say how.

    Elsewhere numbers by size, and pre-releases before their release. What is no version there comes before all that
    are.

    References
    ----------
    Python Packaging User Guide, "Version specifiers"; Semantic Versioning 2.0.0, item 11.

    Examples
    --------
    >>> sorted(["1.10", "1.9", "2.0.0-rc.1", "2.0.0", "1.9.1"], key=version_order)
    ['1.9', '1.9.1', '1.10', '2.0.0-rc.1', '2.0.0']
    >>> sorted(["1.1.1-p1", "1.1.1", "1.1.1-9", "1.1.1-10"], key=lambda version: version_order(version, "npm"))
    ['1.1.1-9', '1.1.1-10', '1.1.1-p1', '1.1.1']
    >>> sorted(["1!0.1", "2.0", "2.0+local", "2.0rc1"], key=lambda version: version_order(version, "pypi"))
    ['2.0rc1', '2.0', '2.0+local', '1!0.1']
    """
    own = OWN_ORDER.get(ecosystem, _any_order)(version)
    return (ecosystem, 0, _any_order(version)) if own is None else (ecosystem, 1, own)


def _any_order(version: str) -> list[tuple[int, int, str]]:
    parts = PART.findall(version.partition("+")[0])
    return [*map(_part_order, parts), (END, 0, "")]


def _part_order(part: str) -> tuple[int, int, str]:
    if part.isdecimal():
        return NUMBER, len(part.lstrip("0")), part.lstrip("0")
    return LATE if part.lower() in LATER else EARLY, 0, part


def _python_order(version: str) -> Any:
    from packaging.version import Version

    try:
        return Version(version)
    except ValueError:  # an InvalidVersion, or a number too long for Python
        return None


def _semantic_order(version: str) -> Any:
    match = SEMANTIC.fullmatch(version)
    if match is None:
        return None
    *numbers, pre = match.groups()
    return [*map(_identifier_order, numbers), [*map(_identifier_order, pre.split("."))] if pre else [(LAST_OF_ALL,)]]


def _identifier_order(identifier: str) -> tuple[int, int, str]:
    """Return by what parts between dots are sorted: numbers by size, before all others by their characters."""
    if identifier.isdecimal():
        digits = identifier.lstrip("0")
        return 0, len(digits), digits
    return 1, 0, identifier


#: Three numbers, and identifiers of a pre-release; what stands behind a plus has no part in the order.
SEMANTIC = re.compile(
    r"[v=]?([0-9]+)\.([0-9]+)\.([0-9]+)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?"
)
#: Behind all identifiers of pre-releases.
LAST_OF_ALL = 2
#: How versions are sorted, by ecosystem; None of what is no version there.
OWN_ORDER: Mapping[str, Callable[[str], Any]] = {
    "pypi": _python_order,
    "npm": _semantic_order,
    "cargo": _semantic_order,
}


# -- ranges

#: One comparison of a range of npm's or Cargo's.
SIMPLE = re.compile(
    r"(?P<operator>\^|~>?|[<>]=?|=)?\s*v?(?P<numbers>(?:\d{1,15}|[xX*])(?:\.(?:\d{1,15}|[xX*])){0,2})"
    r"(?P<pre>-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
)
RELEASE = re.compile(r"v?(\d{1,15})\.(\d{1,15})\.(\d{1,15})(?:\+[0-9A-Za-z.-]+)?")
HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")
#: Of a version three numbers, and behind them 0 of a pre-release, 1 of the release, 2 of what comes next.
Place = tuple[float, ...]
LAST: Place = (math.inf,)


def admits(clause: str, version: str, ecosystem: str) -> bool | None:
    """Tell whether a range admits a version; None where that is not known: of other ecosystems, tags and addresses.

    Of npm and Cargo only whether it admits a release: which pre-releases it admits they say otherwise than by order.

    References
    ----------
    node-semver, "Ranges"; The Cargo Book, "Specifying Dependencies"; Python Packaging User Guide, "Version specifiers".

    Examples
    --------
    >>> admits("^5.6.0", "7.8.5", "npm"), admits(">=5 <8 || 9.x", "7.8.5", "npm"), admits("latest", "7.8.5", "npm")
    (False, True, None)
    >>> admits("1.2", "1.9.0", "cargo"), admits("1.2", "1.9.0", "npm"), admits("~=1.2", "2.0", "pypi")
    (True, False, False)
    """
    if ecosystem == "pypi":
        return _admits_of_python(clause, version)
    release = RELEASE.fullmatch(version)
    if ecosystem not in ("npm", "cargo") or release is None:
        return None
    place = (*map(int, release.groups()), 1)
    alternatives = [_spans(part, ecosystem) for part in re.split(r"\|\|?", clause)]
    known = [all(low <= place < high for low, high in spans) for spans in alternatives if spans is not None]
    return any(known) if any(known) or None not in alternatives else None


def _admits_of_python(clause: str, version: str) -> bool | None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    try:
        stated = Version(version)
        return any(SpecifierSet(part).contains(stated, prereleases=True) for part in clause.split("|"))
    except (InvalidSpecifier, InvalidVersion):
        return None


def _spans(text: str, ecosystem: str) -> list[tuple[Place, Place]] | None:
    """Return from where to where the comparisons of a range go, all of which must hold; None where one is none."""
    plain = HYPHEN.sub(r">=\1 <=\2", text.strip()) if ecosystem == "npm" else text.replace(",", " ").strip()
    spans = []
    at = 0
    while at < len(plain):
        match = SIMPLE.match(plain, at)
        if match is None or plain[match.end() : match.end() + 1].strip():
            return None
        spans.append(_span(match, ecosystem))
        at = match.end() + len(plain[match.end() :]) - len(plain[match.end() :].lstrip())
    return spans


def _span(simple: re.Match[str], ecosystem: str) -> tuple[Place, Place]:
    numbers = simple["numbers"].split(".")
    wild = next((place for place, number in enumerate(numbers) if not number.isdecimal()), len(numbers))
    given = tuple(map(int, numbers[:wild]))
    bare = "^" if ecosystem == "cargo" and wild == len(numbers) else "="
    operator = "~" if simple["operator"] == "~>" else simple["operator"] or bare
    low = (*given, *(0,) * (3 - len(given)), 0 if simple["pre"] else 1)
    beyond = low if simple["pre"] else _after(given)
    return dict(_bounds(given, low, beyond))[operator]


def _bounds(given: tuple[int, ...], low: Place, beyond: Place) -> Iterator[tuple[str, tuple[Place, Place]]]:
    """Yield from where to where each operator goes, before a version of which some numbers are given."""
    nonzero = next((place for place, number in enumerate(given) if number), len(given) - 1)
    yield "=", (low, beyond)
    yield "~", (low, _after(given[:2]))
    yield "^", (low, _after(given[: nonzero + 1]))
    yield ">=", (low, LAST)
    yield "<=", ((), beyond)
    yield ">", (beyond, LAST)
    yield "<", ((), low if given else ())


def _after(given: tuple[int, ...]) -> Place:
    """Return the place behind all versions that begin with some numbers."""
    if len(given) == 3:
        return (*given, 2)
    return (*given[:-1], given[-1] + 1) if given else LAST
