"""A formula as a graph of sums and products, in which what is used more than once has a name of its own."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import chain
from typing import Any

from graphdiff.arithmetic import Number
from graphdiff.errors import MissingExtraError
from graphdiff.text.sentences import how_many
from graphdiff.text.tables import Result


@dataclass(frozen=True)
class Term:
    """A symbol, or the sum or the product of other terms.

    Attributes
    ----------
    kind : {"symbol", "sum", "product"}
    parts : tuple of int
        The places of the terms that are added or multiplied; none of a symbol.
    symbol : int
        Of a symbol, its place among the formula's symbols; else -1.
    """

    kind: str
    parts: tuple[int, ...] = ()
    symbol: int = -1

    @property
    def operations(self) -> int:
        """How many additions or multiplications the term itself takes."""
        return max(0, len(self.parts) - 1)


class Symbolic:
    """A number that remembers how it was made: with ``+`` and ``*``, as elimination takes any."""

    __slots__ = ("_places", "place", "terms")

    def __init__(self, terms: list[Term], places: dict[Term, int], term: Term) -> None:
        self.terms = terms
        self._places = places
        self.place = places.setdefault(term, len(terms))  # what is made a second time is there already
        if self.place == len(terms):
            terms.append(term)

    def joined(self, kind: str, *parts: Symbolic) -> Symbolic:
        """Return the sum or the product of some numbers that share this one's terms."""
        return Symbolic(self.terms, self._places, Term(kind, tuple([part.place for part in parts])))

    def __add__(self, other: Symbolic) -> Symbolic:
        return self.joined("sum", self, other)

    def __mul__(self, other: Symbolic | int) -> Symbolic:
        return self if isinstance(other, int) else self.joined("product", self, other)  # the only int is 1

    __rmul__ = __mul__


def symbols(count: int) -> list[Symbolic]:
    """Return so many symbols that share one list of terms."""
    terms: list[Term] = []
    places: dict[Term, int] = {}
    return [Symbolic(terms, places, Term("symbol", symbol=number)) for number in range(count)]


def simplified(terms: Sequence[Term], total: int) -> list[Term]:
    """Return the terms that `total` is made of, itself last; a sum in a sum that nothing else needs is one sum."""
    used = {total}
    for place in range(total, -1, -1):
        used.update(terms[place].parts if place in used else ())
    parts = _flattened(terms, sorted(used))
    swallowed = {part for place in used for part in terms[place].parts} - set(chain.from_iterable(parts.values()))
    kept: list[Term] = []
    places: dict[int, int] = {}
    for place in sorted(used - (swallowed - {total})):
        places[place] = len(kept)
        kept.append(Term(terms[place].kind, tuple(places[part] for part in parts[place]), terms[place].symbol))
    return kept


def _flattened(terms: Sequence[Term], used: list[int]) -> dict[int, tuple[int, ...]]:
    """Return the parts of each term that is used, those of a part of the same kind that nothing else needs among them.

    `used` is in order: parts stand before what they are parts of.
    """
    uses = Counter(part for place in used for part in terms[place].parts)
    parts: dict[int, tuple[int, ...]] = {}
    for place in used:
        flat: list[int] = []
        for part in terms[place].parts:
            if terms[place].kind == "product" and terms[part] == Term("product"):
                continue  # times 1, the empty path
            same = terms[part].kind == terms[place].kind and uses[part] == 1
            flat += parts[part] if same else [part]
        parts[place] = tuple(flat)
    return parts


@dataclass(frozen=True)
class Formula(Result):
    """The influence of one node on another as nested sums and products: what elimination computes.

    Attributes
    ----------
    terms : list of Term
        Parts stand before what they are parts of, the whole last; none where no path leads to the target.
    symbols : list of str
        The names of the edges.
    values : list of numbers
        Their weights.
    listed_operations : int
        What multiplying out every path and adding them up takes.
    """

    terms: list[Term] = field(repr=False)
    symbols: list[str]
    values: list[Any] = field(repr=False)
    listed_operations: int

    @property
    def operations(self) -> int:
        """How many additions and multiplications the formula takes."""
        return sum(term.operations for term in self.terms)

    @property
    def named(self) -> list[int]:
        """The places of sums and products that are used more than once: the intermediates."""
        uses = Counter(part for term in self.terms for part in term.parts)
        return [place for place, term in enumerate(self.terms) if term.parts and uses[place] > 1]

    def value(self) -> Number:
        """Return the number that comes out with the edges' weights."""
        return self._folded(self.values)

    def to_sympy(self) -> Any:
        """Return the factored form as a sympy expression, intermediates put in.

        Raises
        ------
        MissingExtraError
            If sympy is not installed.
        """
        try:
            import sympy
        except ImportError:
            raise MissingExtraError("sympy", "symbolic") from None
        # sympy's own sums and products are multiplied out only when somebody asks for it.
        return self._folded([sympy.Symbol(name) for name in self.symbols])

    def _folded(self, symbols: Sequence[Any]) -> Any:
        values: list[Any] = []
        for term in self.terms:
            if term.kind == "symbol":
                values.append(symbols[term.symbol])
                continue
            join = operator.add if term.kind == "sum" else operator.mul
            values.append(reduce(join, [values[part] for part in term.parts]) if term.parts else 1)
        return values[-1] if values else 0

    def text(self) -> str:
        """Return the intermediates, a line each, and the whole, as text that Python and sympy can read.

        Examples
        --------
        >>> import networkx as nx
        >>> from graphdiff.paths.factored import factored
        >>> G = nx.MultiDiGraph()
        >>> G.add_weighted_edges_from([("X", "Y", 2), ("X", "Y", 3), ("Y", "Z", 7), ("Y", "Z", 11)])
        >>> print(factored(G, "X", "Z", names="αβδε").text())
        (α + β)*(δ + ε)
        """
        return self._written(self.symbols, "*", " = ", lambda number: f"t{number}")

    def latex(self) -> str:
        r"""Return the same in LaTeX; where something has a name several lines, joined by ``\\``, for ``aligned``.

        Examples
        --------
        >>> import networkx as nx
        >>> from graphdiff.paths.factored import factored
        >>> G = nx.DiGraph()
        >>> G.add_weighted_edges_from([("b", "c", 1), ("b", "d", 1), ("c", "e", 2), ("d", "e", 3)])
        >>> print(factored(G, "b", "e").latex())
        w_{\mathrm{b},\mathrm{c}}\,w_{\mathrm{c},\mathrm{e}} + w_{\mathrm{b},\mathrm{d}}\,w_{\mathrm{d},\mathrm{e}}
        """
        written = self._written(
            [_latex_name(name) for name in self.symbols], r"\,", " &= ", lambda number: f"t_{{{number}}}"
        )
        *named, total = written.split("\n")
        return " \\\\\n".join([*named, f"&{total}"] if named else [total])

    def _written(self, symbols: Sequence[str], times: str, equals: str, name: Callable[[int], str]) -> str:
        named = {place: name(number) for number, place in enumerate(self.named, 1)}
        texts: list[str] = []
        lines: list[str] = []
        for place, term in enumerate(self.terms):
            if term.kind == "symbol":
                text = symbols[term.symbol]
            elif term.kind == "sum":
                text = " + ".join(texts[part] for part in term.parts)
            else:
                text = times.join(self._factor(part, texts[part], named) for part in term.parts) or "1"
            if place in named:
                lines.append(f"{named[place]}{equals}{text}")
                text = named[place]
            texts.append(text)
        return "\n".join([*lines, texts[-1] if texts else "0"])

    def _factor(self, place: int, text: str, named: dict[int, str]) -> str:
        return f"({text})" if self.terms[place].kind == "sum" and place not in named else text

    def to_dict(self) -> dict[str, Any]:
        """Return text, LaTeX and the counts as plain values."""
        return {
            "text": self.text(),
            "latex": self.latex(),
            "operations": self.operations,
            "listed_operations": self.listed_operations,
            "intermediates": len(self.named),
        }

    def __repr__(self) -> str:
        return f"<Formula: {how_many(self.operations, 'operations')} on {how_many(len(self.symbols), 'edges')}>"

    def __str__(self) -> str:
        return f"{self.text()}\n{self.operations:,} operations; path by path {self.listed_operations:,}"


def _latex_name(name: str) -> str:
    """Return a symbol's name for LaTeX; one that stands for an edge has its ends below a w."""
    ends = name.removeprefix("w[").removesuffix("]").split(",")
    if len(ends) < 2:
        return name if len(name) == 1 else rf"\mathrm{{{_escaped(name)}}}"
    return "w_{" + ",".join(rf"\mathrm{{{_escaped(end)}}}" for end in ends) + "}"


def _escaped(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "#$%&_{}" else letter for letter in text if letter not in "\\^~")
