"""Every error that graphdiff raises on purpose: data in attributes, the sentence in ``str()``.

An error is made of texts and of the keyword arguments that it names (`graphdiff.remedies`), so that the command line
can say the same in its options.

Each class carries the exit status that the command line ends with (``sysexits.h`` where it has one). Each is also the
error of Python's own that a script would catch: what is not there is a KeyError, a wrong value a ValueError, a file
that cannot be read or written an OSError.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from graphdiff.absences import Absences
from graphdiff.remedies import Keyword, Remedy, in_python, sentence
from graphdiff.showing import harmless, legible

__all__ = [
    "AmbiguousNodeError",
    "CycleError",
    "DerivativeError",
    "ExpressionError",
    "FormatError",
    "GraphTypeError",
    "GraphdiffError",
    "InputError",
    "LimitError",
    "MissingExtraError",
    "OutputError",
    "PluginError",
    "SameComponentError",
    "TooManyPathsError",
    "TraceError",
    "TruncatedError",
    "UnknownEdgeError",
    "UnknownNamesError",
    "UnknownNodeError",
    "UsageError",
    "ValueOverflowError",
    "WeightError",
]


Given = TypeVar("Given")
Made = TypeVar("Made")

#: What pip installs for each extra of pyproject.toml; the extra's own name helps only where the distribution is known.
PACKAGES = {
    "arrays": "autograd",
    "duckdb": "duckdb pyarrow",
    "imports": "grimp",
    "jax": "jax",
    "onnx": "onnx",
    "pandas": "pandas",
    "plot": "matplotlib",
    "sparse": "scipy",
    "symbolic": "sympy",
    "tables": "narwhals pyarrow",
    "torch": "torch",
}


class GraphdiffError(Exception):
    """The parent of every error that graphdiff raises on purpose; ``where`` says in which of several graphs."""

    exit_status = 70  # of what has no other; 1 is kept for a condition that holds
    where = ""

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.args, {**vars(self), **self._state()})

    def _state(self) -> dict[str, Any]:
        """Return what another process needs beside the attributes."""
        return {}

    def _parts(self) -> Iterable[object]:
        """Return what the sentence is made of: texts, keyword arguments and remedies."""
        return self.args

    def told(self, say: Callable[[Keyword], str] = in_python) -> str:
        """Return the sentence, with keyword arguments in the words of `say`."""
        # What is told has texts of files in it, which must not steer the terminal.
        return legible(harmless(f"{self.where}{sentence(self._parts(), say)}"))

    def __str__(self) -> str:
        return self.told()


def _again(kind: type[GraphdiffError], args: tuple[Any, ...], state: dict[str, Any]) -> GraphdiffError:
    """Return an error as another process sent it, whatever its class is made from."""
    error = kind.__new__(kind)
    error.args = args
    for name, value in state.items():
        setattr(error, name, value)
    return error


@contextmanager
def located(when: str) -> Iterator[None]:
    """Have errors say in which of two graphs they are, that before or that after.

    Examples
    --------
    >>> with located("after"):
    ...     raise UsageError("no")
    Traceback (most recent call last):
    graphdiff.errors.UsageError: after: no
    """
    try:
        yield
    except GraphdiffError as error:
        error.where = f"{when}: "
        raise


def of_both(function: Callable[[Given], Made], graphs: tuple[Given, Given]) -> tuple[Made, Made]:
    """Return what a function makes of the graph before and of that after; an error says of which.

    Examples
    --------
    >>> of_both(len, ("ab", "abc"))
    (2, 3)
    """
    made = []
    for when, graph in zip(("before", "after"), graphs, strict=True):
        with located(when):
            made.append(function(graph))
    return made[0], made[1]


class UsageError(GraphdiffError, ValueError):
    """An argument or option that no graph could make right."""

    exit_status = 2


class UnknownNodeError(GraphdiffError, KeyError):
    """A node that is not in the graph; ``node``, the ``nearest`` names that are, and a few ``examples``.

    Of a computation also its ``outputs``. Where the graph's file or the options say why it is not there, ``why`` has
    that as parts of a sentence.
    """

    exit_status = 2

    def __init__(
        self,
        node: object,
        nodes: Iterable[Hashable],
        absences: Absences | None = None,
        outputs: Iterable[Hashable] = (),
    ) -> None:
        names = list(nodes)
        self.node = node
        self.why: Sequence[object] = absences.why(node) if absences else ()
        self.outputs: Sequence[Hashable] = list(outputs)
        self.nearest: Sequence[Hashable] = nearest(node, names)
        self.examples: Sequence[Hashable] = names[:3]
        super().__init__(node)

    def _parts(self) -> Iterable[object]:
        if self.why:
            return [f"no node {self.node!r}: ", *self.why]
        listed = ", ".join([*map(node_named, self.outputs[:5]), *(["…"] if len(self.outputs) > 5 else [])])
        outputs = f'; the outputs, G.graph["outputs"], are {listed}' if listed else ""
        if not self.nearest:
            such = f"; there are nodes such as {', '.join(map(node_named, self.examples))}" if self.examples else ""
            return [f"no node {self.node!r}{outputs or such}"]
        return [f"no node {self.node!r}{meant(self.nearest)}{outputs}"]


class AmbiguousNodeError(GraphdiffError, LookupError):
    """A name that means several nodes; ``name``, the ``matches``, and in ``how`` how each is given, if known."""

    exit_status = 2
    how = ""

    def __init__(self, name: str, matches: Sequence[Hashable]) -> None:
        self.name = name
        self.matches = matches
        super().__init__(name, matches)

    def _parts(self) -> Iterable[object]:
        shown = ", ".join(map(node_named, self.matches[:5])) + (", …" if len(self.matches) > 5 else "")
        return [f"{len(self.matches)} nodes match {self.name!r}: {shown}{self.how}"]


class UnknownNamesError(GraphdiffError, LookupError):
    """Several names of a list that mean no node, or several nodes: the ``sentences`` on each."""

    exit_status = 2

    def __init__(self, errors: Sequence[GraphdiffError]) -> None:
        self.parts = tuple((error.where, *error._parts()) for error in errors)
        super().__init__(len(errors))

    @property
    def sentences(self) -> list[str]:
        """What each single error says."""
        return [sentence(parts, in_python) for parts in self.parts]

    def _parts(self) -> Iterable[object]:
        yield f"{len(self.parts):,} names mean no node, or several nodes:"
        for parts, text in zip(self.parts, self.sentences, strict=True):
            yield from ("\n  ", *parts, "" if text.endswith("?") else ".")


class UnknownEdgeError(GraphdiffError, KeyError):
    """An edge that is not in the graph; ``edge``, and the ``heads`` that its tail does lead to."""

    exit_status = 2

    def __init__(self, edge: tuple[Any, ...], heads: Sequence[Hashable], *, turned: bool = False) -> None:
        self.edge = edge
        self.heads = heads
        self.turned = turned
        super().__init__(edge, heads)

    def _parts(self) -> Iterable[object]:
        missing = f"no edge {edge_text(self.edge)}"
        if self.turned:
            return [missing, ", but one the other way: are the ends swapped?"]
        others = ", ".join(map(node_named, self.heads[:5])) + (", …" if len(self.heads) > 5 else "")
        tail = node_named(self.edge[0])
        return [missing, f"; {tail} leads to {others}" if others else f"; none leaves {tail}"]


class GraphTypeError(GraphdiffError, TypeError):
    """A graph of a kind that has no influence to compute: undirected, or a quotient."""

    exit_status = 65


class WeightError(GraphdiffError, ValueError):
    """An edge without a usable weight; ``edge`` is the first such edge, ``count`` how many there are."""

    exit_status = 65

    def __init__(self, *parts: object, edge: tuple[Any, ...] | None = None, count: int = 1) -> None:
        self.edge = edge
        self.count = count
        super().__init__(*parts)


class CycleError(GraphdiffError, ValueError):
    """A cycle on a way asked about; ``cycle`` lists its nodes, first and last the same."""

    exit_status = 65

    def __init__(self, cycle: Sequence[Hashable], *why: object) -> None:
        self.cycle = list(cycle)
        super().__init__(cycle, *why)

    def _parts(self) -> Iterable[object]:
        return [f"the graph has a cycle: {chain_text(self.cycle)}.", *self.args[1:]]


#: What there is to ask between two nodes of one cycle.
ROUTES = Remedy(Keyword("", python="graphdiff.routes"), "says how they lead to each other, which needs no total")


class SameComponentError(GraphdiffError, ValueError):
    """Two nodes of one collapsed component, which ``cycles="collapse"`` cannot tell apart."""

    exit_status = 65

    def __init__(self, source: Hashable, target: Hashable, *more: object) -> None:
        self.source = source
        self.target = target
        super().__init__(source, target, *more)

    def _parts(self) -> Iterable[object]:
        return [
            f"{node_named(self.source)} and {node_named(self.target)} are on one cycle, and ",
            Keyword("cycles", "collapse"),
            " makes it one node, which cannot tell them apart",
            *self.args[2:],
            ROUTES,
        ]


class ValueOverflowError(GraphdiffError, OverflowError):
    """A sum beyond the largest float; the remedy is exact arithmetic."""

    exit_status = 65


class FormatError(GraphdiffError, ValueError):
    """A file that is not what it should be, or that no reader knows."""

    exit_status = 65


class TruncatedError(FormatError):
    """A file in a known format that left out what a graph needs: read in another format it would be a wrong one."""


class ExpressionError(FormatError):
    """Text that is no arithmetic; ``line`` and ``column`` of what is refused count from 1."""

    def __init__(self, message: str, *, line: int, column: int) -> None:
        self.line = line
        self.column = column
        super().__init__(f"line {line}, column {column}: {message}")


class DerivativeError(GraphdiffError, ArithmeticError):
    """A point of a computation without value or derivative; the ``node`` and its source ``line``."""

    exit_status = 65

    def __init__(self, message: str, *, node: str, line: int | None = None) -> None:
        self.node = node
        self.line = line
        super().__init__(message)


class TraceError(GraphdiffError, TypeError):
    """Something done to a traced number that would lose its derivative; the ``node`` and the source ``line``."""

    exit_status = 65

    def __init__(self, message: str, *, node: str | None = None, line: int | None = None) -> None:
        self.node = node
        self.line = line
        super().__init__(message)


class PluginError(GraphdiffError, ImportError):
    """A format of another package that cannot be used; the package is named."""

    exit_status = 69


class _FileError(GraphdiffError, OSError):
    """An OSError made of texts: ``errno``, ``strerror`` and ``filename`` as the system said them, else None."""

    def __init__(self, *parts: object) -> None:
        super().__init__()  # which would take two texts for a number and its meaning
        self.args = parts

    @classmethod
    def of(cls, name: str, error: OSError) -> Self:
        """Return what the system said of a file."""
        made = cls(f"{name}: {error.strerror or error}")
        made.errno, made.strerror, made.filename = error.errno, error.strerror, name
        return made

    def _state(self) -> dict[str, Any]:
        return {"errno": self.errno, "strerror": self.strerror, "filename": self.filename}


class InputError(_FileError):
    """A file that cannot be opened or read."""

    exit_status = 66


class OutputError(_FileError):
    """A file that exists already, or that cannot be written."""

    exit_status = 73


class LimitError(GraphdiffError):
    """Work beyond a stated, adjustable limit."""

    exit_status = 75


class TooManyPathsError(LimitError):
    """More paths than ``max_paths``; ``n_paths`` is their exact number."""

    def __init__(self, n_paths: int, max_paths: int) -> None:
        self.n_paths = n_paths
        self.max_paths = max_paths
        super().__init__(n_paths, max_paths)

    def _parts(self) -> Iterable[object]:
        return [
            f"{count_text(self.n_paths)} path{'s' * (self.n_paths != 1)}, more than ",
            Keyword("max_paths", self.max_paths),
            Remedy(Keyword("method", "forward"), "gives the same number without visiting them"),
        ]


class MissingExtraError(GraphdiffError, ImportError):
    """A library that an optional part needs is not installed; ``extra`` brings it."""

    exit_status = 69

    def __init__(self, library: str, extra: str) -> None:
        self.library = library
        self.extra = extra
        super().__init__(library, extra)

    def _parts(self) -> Iterable[object]:
        return [f"this needs {self.library}: pip install {PACKAGES[self.extra]}"]


def nearest(name: object, names: Iterable[Hashable], limit: int = 3) -> list[Hashable]:
    """Return up to `limit` of `names` that look like `name`: equal as text first, then case, then spelling.

    Before spelling comes what is the same behind the last slash: a member of a workspace by its name or by its folder.

    Examples
    --------
    >>> nearest("los", ["loss", "weights"])
    ['loss']
    >>> nearest("1", [1, 2])
    [1]
    >>> nearest("@shop/api", ["@shop/core", "packages/api"])
    ['packages/api', '@shop/core']
    """
    text = str(name)
    by_text: dict[str, Hashable] = {}
    for candidate in names:
        by_text.setdefault(str(candidate), candidate)
    if text in by_text:
        return [by_text[text]]
    folded = [other for other in by_text if other.lower() == text.lower()]
    last = text.rpartition("/")
    folded += [other for other in by_text if last[1] and other.endswith(f"/{last[2]}")]
    # difflib is quadratic in the names' lengths: of a large graph only names of like length are compared.
    if len(by_text) > 20_000:
        by_text = {other: node for other, node in by_text.items() if abs(len(other) - len(text)) <= 2}
    close = difflib.get_close_matches(text, by_text, n=limit, cutoff=0.6)
    return [by_text[other] for other in dict.fromkeys(folded + close)][:limit] if folded or close else []


def meant(close: Sequence[Hashable]) -> str:
    """Return the question behind an error whether one of some names was meant; nothing without any.

    Examples
    --------
    >>> meant(["loss", "lose"]), meant([])
    ("; did you mean 'loss' or 'lose'?", '')
    """
    return f"; did you mean {' or '.join(map(node_named, close))}?" if close else ""


def node_named(node: object) -> str:
    r"""Return a node as an error names it: as it is given, and what reports call it where that is a title.

    Examples
    --------
    >>> from graphdiff.text.names import Titled
    >>> node_named("a"), node_named(Titled("E_2_0", 'token "<bos>"@0'))
    ("'a'", '\'E_2_0\' (token "<bos>"@0)')
    """
    title = getattr(node, "called", None)  # a `Titled`, which is said in a room above
    return f"{node!r} ({title})" if title else repr(node)


def edge_text(edge: Sequence[Any], shown: Callable[[Any], str] = node_named) -> str:
    """Return an edge as an error names it, or with its ends and its key shown in another way.

    Examples
    --------
    >>> edge_text(("a", "b")), edge_text(("a", "b", 0)), edge_text(("a", "b", 0), str)
    ("'a' -> 'b'", "'a' -> 'b' (key 0)", 'a -> b (key 0)')
    """
    tail, head, *key = map(shown, edge)
    return f"{tail} -> {head}" + (f" (key {key[0]})" if key else "")


def chain_text(nodes: Iterable[Any]) -> str:
    """Return nodes one after the other, of more than eight the first four and the last two.

    Examples
    --------
    >>> chain_text("abc"), chain_text("abcdefghi")
    ('a -> b -> c', 'a -> b -> c -> d -> … 3 more … -> h -> i')
    """
    names = [str(getattr(node, "called", node)) for node in nodes]
    if len(names) > 8:
        names = [*names[:4], f"… {len(names) - 6} more …", *names[-2:]]
    return " -> ".join(names)


#: Of ints with more bits the leading digits are those of their logarithm, of which a float has enough.
LONG_BITS = 100_000


def count_text(count: int) -> str:
    """Return an exact count as a person reads it: grouped digits, or a power of ten beyond 21 digits.

    Examples
    --------
    >>> count_text(31241901)
    '31,241,901'
    >>> count_text(3**1000), count_text(-(3**1000))
    ('about 1.32e477', 'about -1.32e477')
    """
    # int -> str is quadratic and limited to 4,300 digits: of a long number only the leading digits are made.
    size = abs(count)
    if size < 10**21:
        return f"{count:,}"
    if size.bit_length() > LONG_BITS:  # to divide by so long a power of ten takes seconds
        shift = size.bit_length() - 64
        power = math.log10(size >> shift) + shift * math.log10(2)
        digits, lead = int(power), int(1000 * 10 ** (power % 1))
        return f"about {'-' * (count < 0)}{lead / 1000:.2f}e{digits}"
    digits = int((size.bit_length() - 1) * 0.30102999566398120)
    lead = size // 10 ** (digits - 3)
    while lead >= 10_000:
        digits, lead = digits + 1, lead // 10
    return f"about {'-' * (count < 0)}{lead / 1000:.2f}e{digits}"
