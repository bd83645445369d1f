"""Which edges are read, by their kind: the option ``kinds`` that several formats have."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from graphdiff.errors import UsageError

__all__ = ["chosen_kinds"]


def chosen_kinds(kinds: str | Collection[str] | None, known: Iterable[str], *, default: Collection[str]) -> set[str]:
    """Return the kinds that an option names, in the spelling that is known; capitals make no difference.

    Parameters
    ----------
    kinds : str, collection of str or None
        One text may have several, with commas between them; ``"all"`` stands for all that are known, ``None`` for
        `default`.
    known : iterable of str
        The kinds that there are.
    default : collection of str
        What is read without the option.

    Raises
    ------
    UsageError
        A kind that is not known; those that are get listed.

    Examples
    --------
    >>> sorted(chosen_kinds("depends, recommends", ["Depends", "Recommends", "Suggests"], default=()))
    ['Depends', 'Recommends']
    """
    spelling = {kind.casefold(): kind for kind in known}
    if kinds is None:
        return set(default) & set(spelling.values())
    wanted = [kind.strip() for text in ([kinds] if isinstance(kinds, str) else kinds) for kind in text.split(",")]
    if [kind.casefold() for kind in wanted] == ["all"]:
        return set(spelling.values())
    for kind in wanted:
        if kind.casefold() not in spelling:
            there = ", ".join(spelling.values()) or "none"
            raise UsageError(f"no edge is of the kind {kind!r}; there are {there}")
    return {spelling[kind.casefold()] for kind in wanted}
