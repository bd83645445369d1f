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
import os
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any, Self, TypeVar

from graphdiff.absences import Absences
from graphdiff.remedies import Keyword, Remedy, in_python, sentence
from graphdiff.showing import in_brief, legible, one_line

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
    "MissingLibraryError",
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


#: What the system's loader says.
NOT_LOADED = re.compile(r"ImportError: (\S+): cannot open shared object file")
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
    "spark": "pyspark pyarrow pandas",
    "sparse": "scipy",
    "symbolic": "sympy",
    "tables": "narwhals pyarrow",
    "torch": "torch",
}


class GraphdiffError(Exception):
    """The parent of every error that graphdiff raises on purpose.

    What to do: catch it where all of them are to be handled alike. Every error holds what it is about in attributes,
    and is the error of Python's own that a script would catch, too.

    Attributes
    ----------
    where : str
        In which of several graphs it is, such as ``"before: "``; else empty.
    exit_status : int
        What the command line ends with.
    page : str
        Where the documentation explains this kind of error, from its first page on.

    Examples
    --------
    >>> UsageError("no").page
    'errors.html#usageerror'
    """

    exit_status = 70  # of what has no other; 1 is kept for a condition that holds
    where = ""

    @property
    def kind(self) -> str:
        """The public class that the documentation explains; `graphdiff errors KIND` does so without it."""
        return next(each.__name__ for each in type(self).__mro__ if each.__name__ in __all__)

    @property
    def page(self) -> str:
        """Where the documentation explains this kind of error, from its first page on."""
        return f"errors.html#{self.kind.lower()}"

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
        # What is told has texts of files in it: they steer no terminal, and begin no line that looks like ours.
        return in_brief(legible(one_line(f"{self.where}{sentence(self._parts(), say)}")))

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
    """An argument or option that no graph could make right: a value that is none, or two that exclude each other.

    What to do: the text names the argument, what was given and what it takes. A keyword argument that a function does
    not have is a TypeError of Python's own.

    Examples
    --------
    >>> import networkx as nx
    >>> import graphdiff as gd
    >>> gd.strongest_paths(nx.DiGraph([("a", "b")]), "a", "b", k=-1, weight=None)
    Traceback (most recent call last):
    graphdiff.errors.UsageError: k=-1: a number of paths, 0 or more
    """

    exit_status = 2


class UnknownNodeError(GraphdiffError, KeyError):
    """A node that is not in the graph.

    A node is found by its label, which need not be text: 1 and "1" are two nodes. On the command line it is found by
    its id, by its name where ids are ``name@version``, or by a pattern.

    What to do: take one of the names that the text offers. Where an option left the node out, such as a kind of edges
    or a dependency group, the text says which option reads it.

    Attributes
    ----------
    node : object
        What was asked for.
    nearest : sequence of node
        Up to three nodes that look like it.
    examples : sequence of node
        The first three nodes of the graph.
    outputs : sequence of node
        Of a computation: what it returns.
    why : sequence
        Where the graph's file or the options say why it is not there: that, as parts of a sentence.

    Examples
    --------
    >>> import networkx as nx
    >>> import graphdiff as gd
    >>> gd.total_influence(nx.DiGraph([("weights", "loss")]), "weights", "los", weight=None)
    Traceback (most recent call last):
    graphdiff.errors.UnknownNodeError: no node 'los'; did you mean 'loss'?
    """

    exit_status = 2

    def __init__(
        self,
        node: object,
        nodes: Iterable[Hashable],
        absences: Absences | None = None,
        outputs: Iterable[Hashable] = (),
    ) -> None:
        names = iter(nodes)
        self.node = node
        self.why: Sequence[object] = absences.why(node) if absences else ()
        self.outputs: Sequence[Hashable] = list(outputs)
        self.examples: Sequence[Hashable] = list(islice(names, 3))
        self.nearest: Sequence[Hashable] = nearest(node, chain(self.examples, names))
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
    """A name that means several nodes: versions of one package, tokens of one text, matches of a pattern.

    What to do: write one of those that the text lists, as it lists it. ``graphdiff why`` answers for all versions of a
    name, ``graphdiff table`` for all that a pattern means; in Python a list of nodes is an end, too.

    Attributes
    ----------
    name : str
        What was asked for.
    matches : sequence of node
        The nodes that it means.
    how : str
        How each is given, where that is not its label; else empty.

    Examples
    --------
    >>> import networkx as nx
    >>> from graphdiff.graph.lookup import find_node
    >>> find_node(nx.DiGraph([("app", "semver@5.7.2"), ("app", "semver@7.5.4")]), "semver")
    Traceback (most recent call last):
    graphdiff.errors.AmbiguousNodeError: 2 nodes match 'semver': 'semver@5.7.2', 'semver@7.5.4'
    """

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
    """Several names of a list that mean no node, or several nodes.

    What to do: correct each as its sentence says, or take it out of the list.

    Attributes
    ----------
    sentences : list of str
        What the error of each single name says.
    parts : tuple
        The same, as parts of sentences.

    Examples
    --------
    >>> raise UnknownNamesError([UnknownNodeError("los", ["loss"]), AmbiguousNodeError("a", ["a@1", "a@2"])])
    Traceback (most recent call last):
    graphdiff.errors.UnknownNamesError: 2 names mean no node, or several nodes:
      no node 'los'; did you mean 'loss'?
      2 nodes match 'a': 'a@1', 'a@2'.
    """

    exit_status = 2

    def __init__(self, errors: Sequence[GraphdiffError]) -> None:
        self.parts = tuple((error.where, *error._parts()) for error in errors)
        super().__init__(len(errors))

    @property
    def sentences(self) -> list[str]:
        """What each single error says."""
        return [sentence(parts, in_python) for parts in self.parts]

    def _parts(self) -> Iterable[object]:
        return [f"{len(self.parts):,} names mean no node, or several nodes:"]

    def told(self, say: Callable[[Keyword], str] = in_python) -> str:
        """Return a line that says how many there are, and a line for each."""
        lines = (in_brief(legible(one_line(sentence(parts, say)))) for parts in self.parts)
        return "\n".join([super().told(say), *(f"  {line}" if line.endswith("?") else f"  {line}." for line in lines)])


class UnknownEdgeError(GraphdiffError, KeyError):
    """An edge that is not in the graph.

    An edge is (tail, head), in a multigraph (tail, head, key): influence flows from the tail to the head.

    What to do: take one of the heads that the text lists. Where the edge leads the other way, turn its ends round.

    Attributes
    ----------
    edge : tuple
        What was asked for.
    heads : sequence of node
        Where edges from its tail do lead.
    turned : bool
        Whether there is an edge the other way round.

    Examples
    --------
    >>> import networkx as nx
    >>> import graphdiff as gd
    >>> gd.what_if(nx.DiGraph([("a", "b"), ("b", "c")]), "a", "c", remove_edges=[("b", "a")], weight=None)
    Traceback (most recent call last):
    graphdiff.errors.UnknownEdgeError: no edge 'b' -> 'a', but one the other way: are the ends swapped?
    """

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
    """A graph of a kind that has no influence to compute: undirected, a quotient to look at, or no graph at all.

    What to do: give a directed graph. One of groups (`group`) is to be drawn and counted, and totals are asked of the
    graph that it was made of; so is what `to_pydot` returns.

    Examples
    --------
    >>> import networkx as nx
    >>> import graphdiff as gd
    >>> gd.total_influence(nx.Graph([("a", "b")]), "a", "b", weight=None)
    Traceback (most recent call last):
    graphdiff.errors.GraphTypeError: the graph is undirected, and influence needs a direction: build a networkx.DiGraph
      with the edges source -> target, or graph.to_directed() for both directions
    """

    exit_status = 65


class WeightError(GraphdiffError, ValueError):
    """An edge without a usable weight: none, no number, NaN or infinite.

    A weight that is missing is never taken for 1: the total would be a wrong number that looks like a right one.

    What to do: say which attribute is the weight (``weight="coefficient"``, ``-w coefficient``), what an edge without
    one has (``default_weight=``), or that only the shape counts: ``weight=None`` (``-w unit``) counts paths,
    ``graphdiff.weights.even`` (``-w even``) spreads one unit evenly.

    Attributes
    ----------
    edge : tuple or None
        The first such edge.
    count : int
        How many there are.

    Examples
    --------
    >>> import networkx as nx
    >>> import graphdiff as gd
    >>> gd.total_influence(nx.DiGraph([("a", "b"), ("b", "c")]), "a", "c")
    Traceback (most recent call last):
    graphdiff.errors.WeightError: none of the 2 edges has 'weight'; weight=None counts paths;
      weight=graphdiff.weights.even spreads one unit evenly
    """

    exit_status = 65

    def __init__(self, *parts: object, edge: tuple[Any, ...] | None = None, count: int = 1) -> None:
        self.edge = edge
        self.count = count
        super().__init__(*parts)


class CycleError(GraphdiffError, ValueError):
    """A cycle on a way asked about: there are infinitely many walks, and whether they add up is not known.

    A cycle elsewhere does no harm. Weights of a file are asked under ``cycles="raise"``: what a cycle means in them
    cannot be told from outside.

    What to do: say what it means. ``cycles="collapse"`` makes each cycle one node, as gprof does: right for packages,
    imports and calls. ``cycles="solve"`` sums all walks, where they converge: feedback that dies away.
    ``cycles="reduced-form"`` takes the edges for simultaneous equations and solves these. `find_cycles`
    (``graphdiff cycles``) lists the cycles and the fewest edges to take out.

    Attributes
    ----------
    cycle : list of node
        The nodes of one cycle, the first and the last the same.

    Examples
    --------
    >>> import networkx as nx
    >>> import graphdiff as gd
    >>> graph = nx.DiGraph([("a", "b"), ("b", "a"), ("b", "c")])
    >>> gd.total_influence(graph, "a", "c", weight=None)
    Traceback (most recent call last):
    graphdiff.errors.CycleError: the graph has a cycle: a -> b -> a. cycles="solve" sums its walks (spectral radius 1:
      they do not converge); cycles="collapse" makes it one node
    """

    exit_status = 65

    def __init__(self, cycle: Sequence[Hashable], *why: object) -> None:
        self.cycle = list(cycle)
        super().__init__(cycle, *why)

    def _parts(self) -> Iterable[object]:
        return [f"the graph has a cycle: {chain_text(self.cycle)}.", *self.args[1:]]


#: What there is to ask between two nodes of one cycle.
ROUTES = Remedy(Keyword("", python="graphdiff.routes"), "says how they lead to each other, which needs no total")


class SameComponentError(GraphdiffError, ValueError):
    """Two nodes of one collapsed component, which ``cycles="collapse"`` cannot tell apart.

    What to do: `routes` says how the two lead to each other and which edges would part them, which needs no total (on
    the command line ``why`` and other verbs say it by themselves); ``cycles="solve"`` keeps every node, where the walks
    converge.

    Attributes
    ----------
    source, target : node
        The two.

    Examples
    --------
    >>> import networkx as nx
    >>> import graphdiff as gd
    >>> graph = nx.DiGraph([("a", "b"), ("b", "a"), ("b", "c")])
    >>> gd.total_influence(graph, "a", "b", weight=None, cycles="collapse")
    Traceback (most recent call last):
    graphdiff.errors.SameComponentError: 'a' and 'b' are on one cycle, and cycles="collapse" makes it one node, which
      cannot tell them apart; graphdiff.routes says how they lead to each other, which needs no total
    """

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
    """A sum beyond the largest float.

    Whole numbers have no largest one, and are never cut off; counts of paths as floats can be too large.

    What to do: ``exact=True`` (``--exact``) computes in fractions without a limit; ``graphdiff.weights.even``
    (``-w even``) keeps sums small.

    Examples
    --------
    >>> import networkx as nx
    >>> import graphdiff as gd
    >>> graph = nx.DiGraph()
    >>> graph.add_weighted_edges_from([("a", "b", 1e300), ("b", "c", 1e300)])
    >>> gd.total_influence(graph, "a", "c")
    Traceback (most recent call last):
    graphdiff.errors.ValueOverflowError: a sum over the paths is larger than the largest float (1.8e308); exact=True has
      no such limit
    """

    exit_status = 65


class FormatError(GraphdiffError, ValueError):
    """A file that is not what it should be, or that no reader knows.

    What is merely possible is refused: a graph made of a guess would have wrong numbers.

    What to do: the text says what was seen, at which line where there is one, and what makes or reads a graph of it:
    often another file of the same tool, or ``format=`` (``--format``), or for tables ``columns=`` (``--columns``).
    ``graphdiff formats NAME`` says what is read, and by which command such a file is made.

    Examples
    --------
    >>> import io
    >>> import graphdiff as gd
    >>> gd.read(io.BytesIO(b"Dear all, the meeting is moved to Friday."))
    Traceback (most recent call last):
    graphdiff.errors.FormatError: the open file is in no format that is known: it starts with 'Dear all, the meeting is
      moved to Friday'; format="NAME" reads it as one that is; graphdiff.io.formats.READERS lists them all
    """

    exit_status = 65


class TruncatedError(FormatError):
    r"""A file in a known format that left out what a graph needs: read in another format it would be a wrong one.

    What to do: have the tool write all of it, by the command that the text names.

    Examples
    --------
    >>> import io
    >>> import graphdiff as gd
    >>> gd.read(io.BytesIO(rb'digraph mygraph { "//:a\n//:b\n...and 9 more items" }'), format="bazel")
    Traceback (most recent call last):
    graphdiff.errors.TruncatedError: the open file: //:a and others are one node that does not name them all; bazel
      query --output=graph --nograph:factored does
    """


class ExpressionError(FormatError):
    """Text that is no arithmetic, where an expression is asked for.

    What to do: look at the line and the column, which count from 1. Numbers, names, ``+ - * / **``, brackets and the
    functions of `graphdiff.trace` are arithmetic; a statement is ``name = expression``.

    Attributes
    ----------
    line, column : int
        Where it begins.

    Examples
    --------
    >>> import graphdiff as gd
    >>> gd.trace("e = a +", a=1)
    Traceback (most recent call last):
    graphdiff.errors.ExpressionError: line 1, column 8: invalid syntax
    """

    def __init__(self, message: str, *, line: int, column: int) -> None:
        self.line = line
        self.column = column
        super().__init__(f"line {line}, column {column}: {message}")


class DerivativeError(GraphdiffError, ArithmeticError):
    """A point of a computation without value or derivative, such as log(0), or the kink of abs at 0.

    What to do: trace the computation at another point, or write what it should be there.

    Attributes
    ----------
    node : str
        The node that has none.
    line : int or None
        Its line in the source.

    Examples
    --------
    >>> import graphdiff as gd
    >>> gd.trace("e = log(a)", a=0)
    Traceback (most recent call last):
    graphdiff.errors.DerivativeError: line 1, column 5: e = log(a) has no value at a = 0
    """

    exit_status = 65

    def __init__(self, message: str, *, node: str, line: int | None = None) -> None:
        self.node = node
        self.line = line
        super().__init__(message)


class TraceError(GraphdiffError, TypeError):
    """Something done to a traced number that would lose its derivative, such as making a float of it.

    What to do: write the step in what is traced, as the text says. What does not depend on the inputs may be anything.

    Attributes
    ----------
    node : str or None
        The node that was used so.
    line : int or None
        The line of the source.

    Examples
    --------
    >>> import graphdiff as gd
    >>> gd.trace(lambda x: float(x), 2.0)
    Traceback (most recent call last):
    graphdiff.errors.TraceError: ...float() of x would lose the derivative: write math.f(x) or numpy.f(x)...
    """

    exit_status = 65

    def __init__(self, message: str, *, node: str | None = None, line: int | None = None) -> None:
        self.node = node
        self.line = line
        super().__init__(message)


class PluginError(GraphdiffError, ImportError):
    """A format of another package that cannot be used; the text names the package.

    What to do: mend, update or remove that package; graphdiff's own formats are read as before.

    Examples
    --------
    >>> raise PluginError("package jobs 1.0: its format 'jobs' cannot be loaded: No module named 'jobs.reader'")
    Traceback (most recent call last):
    graphdiff.errors.PluginError: package jobs 1.0: its format 'jobs' cannot be loaded: No module named 'jobs.reader'
    """

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
    """A file that cannot be opened or read.

    What to do: check the path and who may read it. ``-`` is standard input, ``git:COMMIT:PATH`` a file of a commit.

    Attributes
    ----------
    errno, strerror, filename
        As the system said them, else None.

    Examples
    --------
    >>> import graphdiff as gd
    >>> gd.read("no-such-file.csv")
    Traceback (most recent call last):
    graphdiff.errors.InputError: no-such-file.csv: No such file or directory
    """

    exit_status = 66


class OutputError(_FileError):
    """A file that exists already, or that cannot be written. What was there is whole.

    What to do: write to another name, or replace the file by ``overwrite=True`` (``--force``).

    Attributes
    ----------
    errno, strerror, filename
        As the system said them, else None.

    Examples
    --------
    >>> import tempfile
    >>> import networkx as nx
    >>> import graphdiff as gd
    >>> with tempfile.NamedTemporaryFile(suffix=".dot") as file:
    ...     gd.write(nx.DiGraph([("a", "b")]), file.name)
    Traceback (most recent call last):
    graphdiff.errors.OutputError: ....dot exists; overwrite=True replaces it
    """

    exit_status = 73


class LimitError(GraphdiffError):
    """Work beyond a stated limit: of bytes, time, memory, cells or paths.

    Limits are there so that a question never takes all of a machine. Each can be set.

    What to do: ask for less, or raise the limit that the text names.

    Examples
    --------
    >>> import io
    >>> import graphdiff as gd
    >>> gd.read(io.BytesIO(b"digraph { a -> b }"), max_bytes=10)
    Traceback (most recent call last):
    graphdiff.errors.LimitError: the open file holds more than 10 bytes; max_bytes=40 reads it
    """

    exit_status = 75


class TooManyPathsError(LimitError):
    """More paths than ``max_paths``, where each is to be visited.

    What to do: the total needs no list of paths: any method but ``naive`` gives it from one pass. `strongest_paths`
    lists the strongest without the others, `sample_paths` draws some at random, `count_paths` counts them. A larger
    ``max_paths`` (``--max-paths``) lists them all the same.

    Attributes
    ----------
    n_paths : int
        How many there are, exactly.
    max_paths : int
        The limit.

    Examples
    --------
    >>> import networkx as nx
    >>> import graphdiff as gd
    >>> graph = nx.DiGraph((i, j) for i in range(9) for j in range(i + 1, 9))
    >>> list(gd.iter_paths(graph, 0, 8, max_paths=100, weight=None))
    Traceback (most recent call last):
    graphdiff.errors.TooManyPathsError: 128 paths, more than max_paths=100; method="forward" gives the same number
      without visiting them
    """

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
    """A library that an optional part needs is not installed.

    What to do: run the command that the text ends with, in the environment that graphdiff runs in.

    Attributes
    ----------
    library : str
        What is missing.
    extra : str
        The extra of graphdiff that brings it.

    Examples
    --------
    >>> raise MissingExtraError("grimp", "imports")
    Traceback (most recent call last):
    graphdiff.errors.MissingExtraError: this needs grimp: pip install grimp
    """

    exit_status = 69

    def __init__(self, library: str, extra: str) -> None:
        self.library = library
        self.extra = extra
        super().__init__(library, extra)

    def _parts(self) -> Iterable[object]:
        return [f"this needs {self.library}: pip install {PACKAGES[self.extra]}"]


class MissingLibraryError(GraphdiffError, ImportError):
    """A library of the system that Graphviz's are linked with is not here, as in slim images of containers.

    What to do: install the libraries of the system that the text names, by the system's own packages. Only DOT files
    and pictures need them; pages, answers and all other formats do not.

    Attributes
    ----------
    library : str
        The library's file, as the system's loader called it.

    Examples
    --------
    >>> raise MissingLibraryError("libX11.so.6")
    Traceback (most recent call last):
    graphdiff.errors.MissingLibraryError: Graphviz, which reads DOT and draws, ... needs libX11.so.6 of the system...
    """

    exit_status = 69

    def __init__(self, library: str) -> None:
        self.library = library
        super().__init__(library)

    def _parts(self) -> Iterable[object]:
        return [
            f"Graphviz, which reads DOT and draws, comes with graphdiff and needs {self.library} of the system, which ",
            "is not here: apt-get install libglib2.0-0 libxext6 libxrender1 on Debian and Ubuntu; all else works ",
            "without",
        ]


def require_libraries(complaints: str) -> None:
    """Raise where the complaints of a process say that a library of the system is not here.

    Raises
    ------
    MissingLibraryError

    Examples
    --------
    >>> require_libraries("syntax error in line 1")
    >>> require_libraries("ImportError: libX11.so.6: cannot open shared object file: No such file or directory")
    Traceback (most recent call last):
    graphdiff.errors.MissingLibraryError: Graphviz, which reads DOT and draws, ... needs libX11.so.6 of the system...
    """
    if missing := NOT_LOADED.search(complaints):
        raise MissingLibraryError(missing[1])


#: Of more names only those are compared letter by letter whose lengths differ by so few, as difflib is quadratic in
#: these; and where that leaves more than so many, those alone are near that are one slip away.
LARGE, LIKE, MOST_SPELLED = 20_000, 2, 300_000


def nearest(name: object, names: Iterable[Hashable], limit: int = 3) -> list[Hashable]:
    """Return up to `limit` of `names` that look like `name`: equal as text first, then case, then spelling.

    Before spelling comes what is the same behind the last slash: a member of a workspace by its name or by its folder.
    Names are looked at one by one, and few are kept: there may be 10⁸ of them.

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
    last = text.rpartition("/")
    folded: dict[str, Hashable] = {}
    behind: dict[str, Hashable] = {}
    spelled = _Spelled(text)
    for candidate in names:
        other = str(candidate)
        if other == text:
            return [candidate]
        if other.lower() == text.lower():
            folded.setdefault(other, candidate)
        elif last[1] and other.endswith(f"/{last[2]}"):
            behind.setdefault(other, candidate)
        spelled.take(other, candidate)
    return list({**folded, **behind, **spelled.closest(limit)}.values())[:limit]


class _Spelled:
    """Names that are spelled like a text, taken one by one; of many few are kept."""

    def __init__(self, text: str) -> None:
        self.text, self.is_large = text, False
        self.kept: dict[str, Hashable] = {}

    def take(self, name: str, node: Hashable) -> None:
        if self.is_large and not self._is_like(name):
            return
        if len(self.kept) <= MOST_SPELLED or _is_slip(self.text, name):
            self.kept.setdefault(name, node)
        if not self.is_large and len(self.kept) > LARGE:
            self.is_large = True
            self.kept = {other: node for other, node in self.kept.items() if self._is_like(other)}

    def _is_like(self, name: str) -> bool:
        return abs(len(name) - len(self.text)) <= LIKE

    def closest(self, limit: int) -> dict[str, Hashable]:
        """Return the closest names, each with its node."""
        if len(self.kept) > MOST_SPELLED:
            close = [name for name in self.kept if _is_slip(self.text, name)]
        else:
            close = difflib.get_close_matches(self.text, self.kept, n=limit, cutoff=0.6)
        return {name: self.kept[name] for name in close[:limit]}


def _is_slip(text: str, other: str) -> bool:
    """Return whether one letter too many, too few, another one, or two that changed places, tell two texts apart.

    Examples
    --------
    >>> [_is_slip("abcd", other) for other in ("abbcd", "acd", "abxd", "bacd", "abcde", "dcba")]
    [True, True, True, True, True, False]
    """
    same = len(os.path.commonprefix((text, other)))  # noqa: RUF071 (letter by letter, as is meant)
    rest, others = text[same:], other[same:]
    return rest[1:] in (others, others[1:]) or rest == others[1:] or rest == others[1::-1] + others[2:]


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
