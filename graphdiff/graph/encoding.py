"""Values of any plain kind as texts: what a column of one kind cannot hold, in JSON that tells tuples from lists.

Only numbers, truths, texts, None, and lists, tuples and dicts of these come back from a text, whatever it is.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphdiff.errors import FormatError, UsageError
from graphdiff.graph.labels import Indexed, Texts

__all__ = ["Encoded", "decoded", "encoded"]

#: What stands in JSON as it is.
SCALARS = (str, bool, int, float, type(None))
#: How tuples and dicts are marked, which JSON has not or has with texts for keys only.
TUPLE, DICT = "()", "{}"


def encoded(value: object) -> str:
    """Return a plain value as text, the same for equal values of one type.

    Raises
    ------
    UsageError
        If it is, or holds, something else.

    Examples
    --------
    >>> encoded(("a", 1, 0.5)), encoded({1: [True, None]})
    ('{"()":["a",1,0.5]}', '{"{}":[[1,[true,null]]]}')
    """
    try:
        return json.dumps(_marked(value), separators=(",", ":"))
    except RecursionError:
        raise UsageError("a value holds others too deeply to be saved") from None


def _marked(value: Any) -> Any:
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, SCALARS):
        return plain
    if isinstance(plain, tuple):
        return {TUPLE: list(map(_marked, plain))}
    if isinstance(plain, list):
        return list(map(_marked, plain))
    if isinstance(plain, dict):
        return {DICT: [[_marked(key), _marked(each)] for key, each in plain.items()]}
    raise UsageError(f"a {type(plain).__name__} cannot be saved: only numbers, text, and lists or dicts of them")


def decoded(text: str | bytes) -> Any:
    """Return the value that a text of `encoded` is of.

    Raises
    ------
    FormatError
        If it is no such text.

    Examples
    --------
    >>> decoded(encoded({"a": (1, [2.5])}))
    {'a': (1, [2.5])}
    """
    try:
        return json.loads(text, object_hook=_unmarked)
    except (ValueError, TypeError, RecursionError) as error:
        raise FormatError(f"a saved value is damaged: {error}") from None


def _unmarked(marked: dict[str, Any]) -> Any:
    ((mark, value),) = marked.items()
    if mark not in (TUPLE, DICT) or not isinstance(value, list):
        raise ValueError("it is neither a tuple nor a dict")
    return tuple(value) if mark == TUPLE else dict(value)


@dataclass(frozen=True, eq=False, repr=False)
class Encoded(Indexed):
    """Plain values, each as its text.

    Attributes
    ----------
    texts : Texts

    Examples
    --------
    >>> values = Encoded.of([("a", 1), "a", 2])
    >>> values[0], list(values), values.find(2.0), values.find("b")
    (('a', 1), [('a', 1), 'a', 2], 2, None)
    """

    texts: Texts

    @classmethod
    def of(cls, values: Iterable[Any]) -> Encoded:
        """Return distinct values, each as its text."""
        return cls(Texts.of(list(map(encoded, values))))

    def __len__(self) -> int:
        return len(self.texts)

    def __iter__(self) -> Iterator[Any]:
        return map(decoded, self.texts)

    def _label(self, number: int) -> Any:
        return decoded(self.texts[number])

    def find(self, label: Hashable) -> int | None:
        """Return the id of `label`, or None where it is none of the values; of numbers 1, 1.0 and True are the same."""
        try:
            places = (self.texts.find(encoded(each)) for each in _equals(label))
            return next((place for place in places if place is not None), None)
        except UsageError:
            return None


def _equals(label: Any) -> Sequence[Any]:
    """Return the values that are equal to a label."""
    if not isinstance(label, (int, float)):
        return [label]
    return [label, *(kind(label) for kind in (int, float, bool) if -(2**53) < label < 2**53 and kind(label) == label)]
