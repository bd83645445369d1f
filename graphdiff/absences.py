"""What a graph does not have, and why: what its file needs and has not, and what an option left out.

Readers write it into the graph's attributes, as plain data: ``unmet``, ``absent`` and ``left_out``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphdiff.remedies import Keyword
from graphdiff.showing import and_more

__all__ = ["Absences", "absences_of", "listed_few"]

#: How many names a sentence lists.
SHOWN = 3
#: What is no name in what a file asks for, as in Debian's ``libc6:any (>= 2.34) | libc6-compat``.
NAME = re.compile(r"[^\s:(\[<|,]+")


@dataclass(frozen=True)
class Absences:
    """What is not in a graph, by its attributes.

    Attributes
    ----------
    unmet : mapping of str to list of str
        What is needed and not there, as the file writes it, with the nodes that require it.
    absent : str
        What is true of it: "not installed", or "not in the file".
    left_out : list of str
        The nodes that an option left out.
    by : mapping of str to str
        The options that left them out, with their values.
    """

    unmet: Mapping[str, Sequence[str]] = field(default_factory=dict)
    absent: str = "not in the file"
    left_out: Sequence[str] = ()
    by: Mapping[str, str] = field(default_factory=dict)

    def why(self, node: object) -> list[object]:
        """Return why `node` is not in the graph, as parts of a sentence; nothing where that is not known.

        Examples
        --------
        >>> from graphdiff.remedies import sentence
        >>> found = Absences({"b": ["a"]}, left_out=["c@1", "c@2"], by={"kinds": "dev"})
        >>> sentence(found.why("b")), sentence(found.why("c")), found.why("d")
        ("required by 'a', but not in the file", 'left out by kinds="dev"', [])
        """
        word = str(node)
        if word and any(word in (other, other.rpartition("@")[0]) for other in self.left_out):
            options = [part for name, value in self.by.items() for part in (" and ", Keyword(name, value))]
            return ["left out by ", *options[1:]]
        tails = self.requiring(word)
        return [f"required by {listed_few(tails)}, but {self.absent}"] if tails else []

    def unmet_line(self, nodes: str) -> str:
        """Return in a line what is needed and not there: how much, and the first of it by name.

        Examples
        --------
        >>> Absences({"b": ["a"]}).unmet_line("packages")
        "left out 1 dependency on packages that are not in the file: 'b' (required by 'a')"
        """
        number = sum(map(len, self.unmet.values()))
        first = list(self.unmet.items())[:SHOWN]
        by = [f"{name!r} (required by {listed_few(tails)})" for name, tails in first]
        dependencies = "1 dependency" if number == 1 else f"{number:,} dependencies"
        unmet = and_more(", ".join(by), len(self.unmet) - SHOWN)
        return f"left out {dependencies} on {nodes} that are {self.absent}: {unmet}"

    def requiring(self, word: str) -> list[str]:
        """Return the nodes that require what is not there, by its name or by what a file writes for it."""
        needing = [tails for wanted, tails in self.unmet.items() if word == wanted or word in names_in(wanted)]
        return list(dict.fromkeys(tail for tails in needing for tail in tails))


def absences_of(attributes: Mapping[Any, Any]) -> Absences | None:
    """Return what the attributes of a graph say is missing in it; None where they say nothing.

    Examples
    --------
    >>> absences_of({"unmet": {"b": ["a"]}, "absent": "not installed"}).absent, absences_of({"unmet": {}})
    ('not installed', None)
    """
    unmet, left_out = attributes.get("unmet"), attributes.get("left_out")
    missing = {
        "unmet": unmet if isinstance(unmet, Mapping) else {},
        "left_out": left_out.get("nodes", ()) if isinstance(left_out, Mapping) else (),
        "by": left_out.get("by", {}) if isinstance(left_out, Mapping) else {},
    }
    if not missing["unmet"] and not missing["left_out"]:
        return None
    return Absences(absent=str(attributes.get("absent", Absences.absent)), **missing)


def names_in(wanted: str) -> list[str]:
    """Return the names in what a file asks for, where that has alternatives and versions.

    Examples
    --------
    >>> names_in("libc6:any (>= 2.34) | libc6-compat")
    ['libc6', 'libc6-compat']
    """
    matches = [NAME.search(alternative) for alternative in wanted.split("|")]
    return [match[0] for match in matches if match]


def listed_few(names: Sequence[str]) -> str:
    """Return the first few of some names, and how many more there are.

    Examples
    --------
    >>> listed_few(["a"]), listed_few(["a", "b", "c", "d", "e"])
    ("'a'", "'a', 'b', 'c' and 2 more")
    """
    return and_more(", ".join(map(repr, names[:SHOWN])), len(names) - SHOWN)
