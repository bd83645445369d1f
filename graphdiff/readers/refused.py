"""What people have at hand that is no graph, or one that is not read yet: what each is, and what to give instead.

A row is a set of marks, all of which have to be in a file's outline, and a sentence that is true of every such file. No
row may fit a file that a reader reads: it would refuse it.
"""

from __future__ import annotations

from graphdiff.readers.marks import has
from graphdiff.readers.refused_binaries import refusal_of_binary
from graphdiff.readers.refused_json import OBJECTS
from graphdiff.readers.refused_locks import LOCKS
from graphdiff.readers.refused_texts import TEXTS

__all__ = ["REFUSED", "refusal", "refusal_of_binary"]

#: The marks of each, and why it is not read: the first that fits is said.
REFUSED: tuple[tuple[tuple[bytes, ...], str], ...] = (*OBJECTS, *TEXTS, *LOCKS)


def refusal(look: bytes) -> str | None:
    r"""Return why the file with this outline is not read; None where it is nothing of the kind.

    Examples
    --------
    >>> refusal(b"# pinned\nidna==3.20\nh11==0.16\n")
    'a list of requirements without what they depend on; give what pip inspect prints'
    """
    found = (why for marks, why in REFUSED if all(has(look, mark) for mark in marks))
    return next(found, None)
