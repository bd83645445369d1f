"""Which attributes of nodes and edges are offered as weights and values, and how an error counts them.

What edges have beside their weights, as arrays: columns of numbers, of yes and no, or of text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain
from typing import Any, NoReturn, TypeAlias

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from graphdiff.arithmetic import REAL, is_finite, is_number
from graphdiff.errors import UsageError, meant, nearest
from graphdiff.graph.encoding import Encoded
from graphdiff.graph.labels import Texts
from graphdiff.kernels.rows import Ints

__all__ = [
    "BESIDE",
    "DRAWING",
    "ORDINAL",
    "Column",
    "Columns",
    "Record",
    "Records",
    "attribute_kinds",
    "column_of",
    "columns_of",
    "drawing_names",
    "is_plainly_no_weight",
    "is_quantity",
    "kind_of",
    "no_attribute",
    "numeric_names",
    "percentage",
    "possible_weights",
    "records",
]


#: Graphviz's attributes of nodes and edges that can be numbers and say only how a drawing looks
#: (https://graphviz.org/doc/info/attrs.html): not ``weight`` and the labels, in which people put their own numbers.
DRAWING = frozenset(
    {
        "area",
        "arrowsize",
        "constraint",
        "decorate",
        "distortion",
        "fixedsize",
        "fontsize",
        "gradientangle",
        "head_lp",
        "headclip",
        "height",
        "imagescale",
        "labelangle",
        "labeldistance",
        "labelfloat",
        "labelfontsize",
        "len",
        "lp",
        "margin",
        "minlen",
        "nojustify",
        "orientation",
        "penwidth",
        "peripheries",
        "pin",
        "pos",
        "radius",
        "regular",
        "samplepoints",
        "showboxes",
        "sides",
        "skew",
        "sortv",
        "tail_lp",
        "tailclip",
        "width",
        "xlp",
        "z",
    }
)

#: Numbers that are plainly no weights: what tools write beside an estimate, by the whole name, its words run together.
BESIDE = frozenset(
    {"se", "stderr", "stderror", "standarderror", "pvalue", "zvalue", "tvalue", "critvalue", "df", "cilower", "ciupper"}
)
#: The same by the last word of a name: what counts through, places, dates, or puts into parts.
ORDINAL = frozenset(
    {"id", "ids", "index", "idx", "nr", "no", "key", "line", "lineno", "row", "col", "column", "pos", "position"}
    | {"slot", "operand", "port", "offset", "order", "year", "date", "timestamp", "version"}
    | {"group", "cluster", "community", "component", "block"}
)
WORD = re.compile("[A-Z]?[a-z]+|[A-Z]+")
#: A number in per cent, as drawings have it in labels.
PERCENTAGE = re.compile(r"\s*(-?[0-9]{1,18}(?:\.[0-9]{1,18})?) ?%\s*")


def drawing_names(graph: nx.Graph) -> Collection[str]:
    """Return the attributes that only say how a graph is drawn: none, unless it is read from DOT.

    Examples
    --------
    >>> "penwidth" in drawing_names(nx.DiGraph(format="DOT")), "width" in drawing_names(nx.DiGraph(format="GraphML"))
    (True, False)
    """
    return DRAWING if "DOT" in str(graph.graph.get("format", "")) else ()


def is_quantity(value: object) -> bool:
    """Return whether a value is a number that can be a weight; yes and no are none.

    Examples
    --------
    >>> is_quantity(2.5), is_quantity(True), is_quantity("2.5")
    (True, False, False)
    """
    return is_number(value) and not isinstance(value, bool)


def adds_up(value: object) -> bool:
    """Return whether a value is a number that can be added up over nodes: real and finite.

    Examples
    --------
    >>> adds_up(3), adds_up(True), adds_up(float("inf")), adds_up(1j), adds_up("3")
    (True, False, False, False, False)
    """
    return is_quantity(value) and isinstance(value, REAL) and is_finite(value)


def percentage(value: object) -> Fraction | None:
    """Return the part that a text in per cent says, exactly; None for all else.

    Examples
    --------
    >>> percentage("36.07%"), percentage("-5 %"), percentage("36.07"), percentage(0.5)
    (Fraction(3607, 10000), Fraction(-1, 20), None, None)
    """
    match = PERCENTAGE.fullmatch(value) if isinstance(value, str) else None
    return Fraction(match[1]) / 100 if match else None


def numeric_names(data: Sequence[Mapping[str, Any]], left_out: Collection[str] = ()) -> dict[str, int]:
    """Return the attributes that are numbers wherever they stand, and on how many of the edges or nodes they do.

    Texts in per cent are numbers, too.

    Examples
    --------
    >>> numeric_names([{"imports": 2, "kind": "dev"}, {"imports": 1, "line": 7, "label": "36.07%"}])
    {'imports': 2, 'line': 1, 'label': 1}
    """
    if isinstance(data, Records):
        kinds = ((name, counts) for name, counts in data.kinds.items() if name not in left_out)
        return {name: counts[0] for name, counts in kinds if counts[0] in (counts[1], counts[3])}
    counts: dict[str, int] = {}
    for name in dict.fromkeys(chain.from_iterable(data)):
        first = next(row[name] for row in data if name in row)
        if name in left_out or not (is_quantity(first) or percentage(first) is not None):
            continue
        values = [row[name] for row in data if name in row]
        if are_numbers(values):
            counts[name] = len(values)
    return counts


def are_numbers(values: Sequence[Any]) -> bool:
    """Tell whether values are numbers that can be weights, or all are texts in per cent."""
    # Whether a value is a number its type says: one of each is looked at.
    kinds = set(map(type, values))
    if kinds == {str}:
        return all(percentage(value) is not None for value in values)
    return all(is_quantity(next(value for value in values if type(value) is kind)) for kind in kinds)


def possible_weights(data: Sequence[Mapping[str, Any]], left_out: Collection[str] = ()) -> list[str]:
    """Return the numbers that most edges have and that may be their weights: none that plainly is something else.

    Examples
    --------
    >>> possible_weights([{"coefficient": 0.4, "Std. Err": 0.1, "lineNo": 7}])
    ['coefficient']
    """
    return [
        name
        for name, count in numeric_names(data, left_out).items()
        if 2 * count > len(data) and not is_plainly_no_weight(str(name))
    ]


def is_plainly_no_weight(name: str) -> bool:
    """Return whether numbers of this name say something else of an edge: an id, a line, a date, an error of the weight.

    Examples
    --------
    >>> is_plainly_no_weight("Std. Err"), is_plainly_no_weight("coefficient")
    (True, False)
    """
    words = [word.lower() for word in WORD.findall(name)]
    return "".join(words) in BESIDE or not ORDINAL.isdisjoint(words[-1:])


def attribute_kinds(data: Sequence[Mapping[str, Any]], left_out: Collection[str] = ()) -> list[str]:
    """Return what attributes edges or nodes have, each as ``name (183 of 183, numbers)``; some names left out.

    Examples
    --------
    >>> attribute_kinds([{"imports": 2, "kind": "dev", "root": True}, {"imports": 1}])
    ['imports (2 of 2, numbers)', 'kind (1 of 2, text)', 'root (1 of 2, yes or no)']
    """
    seen = data.kinds if isinstance(data, Records) else _kinds(data)
    shown = ((name, counts) for name, counts in seen.items() if name not in left_out)
    return [f"{name} ({counts[0]:,} of {len(data):,}, {_kind(*counts)})" for name, counts in shown]


#: How many edges have an attribute, and on how many it is a number, yes or no, and a text in per cent.
Counts: TypeAlias = tuple[int, int, int, int]


def _counts(value: object) -> Counts:
    return 1, is_quantity(value), isinstance(value, bool), percentage(value) is not None


def _kinds(data: Iterable[Mapping[str, Any]]) -> dict[str, Counts]:
    seen: dict[str, Counts] = {}
    for name, value in chain.from_iterable(attributes.items() for attributes in data):
        every, numbers, bools, percentages = seen.get(name, (0, 0, 0, 0))
        one, is_number, is_bool, is_percentage = _counts(value)
        seen[name] = (every + one, numbers + is_number, bools + is_bool, percentages + is_percentage)
    return seen


def _kind(every: int, numbers: int, bools: int, percentages: int) -> str:
    kinds = {numbers: "numbers", bools: "yes or no", percentages: "per cent"}
    return kinds.get(every, "mixed" if numbers or bools else "text")


def no_attribute(name: str, graphs: Sequence[nx.Graph]) -> UsageError:
    """Return the error of an attribute to group by that no node has: it says which the nodes do have.

    Examples
    --------
    >>> print(no_attribute("layr", [nx.DiGraph()]))
    no node has the attribute 'layr' to group by; nodes have: no attributes
    """
    rows = [data for graph in graphs for _, data in graph.nodes(data=True)]
    left_out = {drawn for graph in graphs for drawn in drawing_names(graph)}
    have = ", ".join(attribute_kinds(rows, left_out)) or "no attributes"
    close = nearest(name, dict.fromkeys(chain.from_iterable(rows)))
    return UsageError(f"no node has the attribute {name!r} to group by{meant(close) or ';'} nodes have: {have}")


#: Of so many edges attributes are made together, where those of all are wanted.
BLOCK = 1 << 10

#: The kinds of numbers that a column has; bools are a kind of their own.
NUMBERS = (np.float64, np.float32, np.int64, np.bool_)


@dataclass(frozen=True, eq=False, repr=False)
class Column(Sequence[Any]):
    """A value for each edge, or None where it is missing; put in order when it is asked for.

    Attributes
    ----------
    given : array, shape (n_given,)
        float64, float32, int64 or bool; of text the number of each in `texts`. A NaN is missing.
    absent : bool array, shape (n_given,), or None
        Where the value is missing; None where all are there.
    texts : Texts, Encoded or None
        The texts, or the values of any kind, that there are; None where the values are numbers.
    order : int array, or None
        Which of the given values each edge has; None where they are in the order of the edges.

    Examples
    --------
    >>> column = Column(np.array([0.5, 2.0, np.nan]))
    >>> list(column.at(np.array([1, 2])))
    [2.0, None]
    """

    given: NDArray[Any]
    absent: NDArray[np.bool_] | None = None
    texts: Texts | Encoded | None = None
    order: Ints | None = None

    def __len__(self) -> int:
        return len(self.given if self.order is None else self.order)

    def at(self, edges: Ints) -> Column:
        """Return the column of some edges."""
        return Column(self.given, self.absent, self.texts, edges if self.order is None else self.order[edges])

    def without(self, edges: NDArray[np.bool_]) -> Column:
        """Return the column with nothing at the edges of a mask."""
        return Column(self.values, self.missing | edges, self.texts)

    @cached_property
    def values(self) -> NDArray[Any]:
        """The numbers, or the numbers of the texts, in the order of the edges; of no meaning where one is missing."""
        return self.given if self.order is None else self.given[self.order]

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """Mask of the edges without a value."""
        if self.absent is not None:
            mask = self.absent if self.order is None else self.absent[self.order]
        else:
            mask = np.zeros(len(self), dtype=bool)
        return mask | np.isnan(self.values) if self.values.dtype.kind == "f" else mask

    @property
    def numbers(self) -> NDArray[Any] | None:
        """The numbers in the order of the edges; None where they are no numbers, or some are missing."""
        return self.values if kind_of(self) == "number" and self._is_full else None

    @cached_property
    def _is_full(self) -> bool:
        """Whether no value is missing; of floats no mask is made, since NaN is the smallest of all."""
        if self.absent is not None or not len(self):
            return not self.missing.any()
        return self.values.dtype.kind != "f" or not np.isnan(self.values.min())

    def __getitem__(self, edge: Any) -> Any:
        return self.listed(np.arange(*edge.indices(len(self)))) if isinstance(edge, slice) else self.listed([edge])[0]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.listed(np.arange(len(self))))

    def listed(self, edges: Any) -> list[Any]:
        """Return the values of some edges as Python's."""
        numbers = self.values[edges].tolist()
        missing = self.missing[edges].tolist()
        if self.texts is not None:
            texts = list(self.texts) if len(numbers) > len(self.texts) else self.texts
            numbers = [None if gone else texts[number] for number, gone in zip(numbers, missing, strict=True)]
        return [None if gone else value for value, gone in zip(numbers, missing, strict=True)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return the values in the order of the edges; missing floats are NaN, other columns with gaps are objects."""
        if self.texts is None and self.values.dtype.kind == "f":
            array = np.where(self.missing, self.values.dtype.type(math.nan), self.values)
        elif self.texts is None and not self.missing.any():
            array = self.values
        else:
            array = np.fromiter(self, dtype=object, count=len(self))
        return array.astype(dtype or array.dtype)

    def __repr__(self) -> str:
        kind = "text" if self.texts is not None else self.given.dtype.name
        return f"<column of {kind} on {len(self):,} edges>"

    def __getstate__(self) -> dict[str, Any]:
        return {"given": self.values, "absent": self.missing, "texts": self.texts, "order": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


Columns: TypeAlias = Mapping[str, Column]


class Records(Sequence[Mapping[str, Any]]):
    """The attributes of each edge, made when asked for.

    Examples
    --------
    >>> some = Records({"kind": column_of(["a", None], "kind")}, 2)
    >>> some[0], list(some)
    ({'kind': 'a'}, [{'kind': 'a'}, {}])
    """

    def __init__(self, columns: Columns, n_edges: int) -> None:
        self._columns, self._n_edges = columns, n_edges

    def __len__(self) -> int:
        return self._n_edges

    @cached_property
    def kinds(self) -> dict[str, Counts]:
        """Of what kinds each attribute is, in the order in which the edges meet them; no record is made."""
        there = {name: ~column.missing for name, column in self._columns.items()}
        met = sorted((name for name in there if there[name].any()), key=lambda name: int(there[name].argmax()))
        return {name: _kinds_of(self._columns[name], there[name]) for name in met}

    def __getitem__(self, edge: Any) -> Any:
        if isinstance(edge, slice):
            return records(self._columns, np.arange(*edge.indices(self._n_edges)))
        return records(self._columns, np.array([range(self._n_edges)[edge]]))[0]

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        blocks = (slice(start, start + BLOCK) for start in range(0, self._n_edges, BLOCK))
        return chain.from_iterable(self[block] for block in blocks)


class Record(dict[str, Any]):
    """The attributes of a node or an edge of a graph that is arrays: they are made when asked for, so that what is set
    in them would be lost, and is refused.

    Examples
    --------
    >>> Record(kind="a") == {"kind": "a"}, type(Record(kind="a").copy())
    (True, <class 'dict'>)
    >>> Record(kind="a")["kind"] = "b"
    Traceback (most recent call last):
    networkx.exception.NetworkXError: attributes of a saved graph cannot be changed; change those of a copy, G.copy()
    """

    __slots__ = ()

    def _refuse(self, *args: Any, **options: Any) -> NoReturn:
        """Raise, as what changes a graph that networkx has frozen."""
        raise nx.NetworkXError("attributes of a saved graph cannot be changed; change those of a copy, G.copy()")

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return Record, (dict(self),)  # which is whole when it is made: pickle would set item by item


def records(columns: Columns, places: Ints) -> list[Record]:
    """Return the attributes at some places, each place's as a dict of its own.

    Examples
    --------
    >>> records({"kind": column_of(["a", None], "kind")}, np.arange(2))
    [{'kind': 'a'}, {}]
    """
    records = [Record() for _ in range(len(places))]
    put = dict.__setitem__
    for name, column in columns.items():
        missing = column.missing[places].tolist()
        for record, value, gone in zip(records, column.listed(places), missing, strict=True):
            if not gone:
                put(record, name, value)
    return records


def column_of(values: Any, name: str) -> Column:
    """Return numbers, yes and no, or texts as a column; None and NaN are missing.

    Raises
    ------
    UsageError
        If they are of another kind, or of several.

    Examples
    --------
    >>> list(column_of(["a", None, "a"], "kind")), list(column_of([1, 2], "lines"))
    (['a', None, 'a'], [1, 2])
    """
    if isinstance(values, Column):
        return values
    array = values if isinstance(values, np.ndarray) else _objects(values)
    if array.ndim != 1:
        raise UsageError(f"the attribute {name!r} has {array.ndim} dimensions: one value for each edge is needed")
    column = _of_numbers(array) if array.dtype.kind in "fiub" else _of_objects(array.tolist())
    if column is None:
        raise UsageError(f"the attribute {name!r} is neither numbers up to 64 bits, nor yes and no, nor text")
    return column


def _objects(values: Any) -> NDArray[Any]:
    """Return a sequence as an array: of numbers where it is one of these already, else of its objects as they are."""
    if hasattr(values, "__array__"):
        return np.asarray(values)
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    for place, value in enumerate(listed):  # a sequence among them is one object
        array[place] = value
    return array


def _of_numbers(array: NDArray[Any]) -> Column | None:
    if array.dtype in NUMBERS:
        return Column(array.astype(array.dtype.newbyteorder("=")))  # a copy: what is given may change
    if array.dtype.kind == "f":
        return Column(array.astype(np.float32 if array.dtype.itemsize < 4 else np.float64))
    if array.dtype.kind == "u" and array.max(initial=0) >= 2**63:
        return None
    return Column(array.astype(np.int64))


DTYPES: dict[type, type] = {bool: np.bool_, int: np.int64, float: np.float64}


def _of_objects(values: Sequence[Any]) -> Column | None:
    absent = np.array([value is None or value != value for value in values], dtype=bool)
    there = [value for value, gone in zip(values, absent.tolist(), strict=True) if not gone]
    if all(isinstance(value, str) for value in there):
        return _of_texts(there, absent)
    kinds = {type(value.item() if isinstance(value, np.generic) else value) for value in there}
    if not kinds <= {int, float} and kinds != {bool}:
        return None
    filled: NDArray[Any] = np.zeros(len(values), dtype=DTYPES[kinds.pop()] if len(kinds) == 1 else np.float64)
    try:
        filled[~absent] = there
    except OverflowError:
        return None
    return Column(filled, absent)


def _of_texts(texts: Sequence[str], absent: NDArray[np.bool_]) -> Column:
    numbers = {text: number for number, text in enumerate(dict.fromkeys(map(str, texts)))}
    codes = np.full(len(absent), -1, dtype=np.int64)
    codes[~absent] = [numbers[text] for text in texts]
    return Column(codes, absent, Texts.of(list(numbers)))


def kind_of(column: Column) -> str:
    """Return whether a column is of numbers, bools, text or values of any kind, in one word."""
    if column.texts is not None:
        return "text" if isinstance(column.texts, Texts) else "encoded"
    return "bool" if column.given.dtype == bool else "number"


def _kinds_of(column: Column, there: NDArray[np.bool_]) -> Counts:
    """Return how many values a column has, and of what kinds they are."""
    every, kind = int(there.sum()), kind_of(column)
    if column.texts is None:
        return every, every * (kind == "number"), every * (kind == "bool"), 0
    times = np.bincount(column.values[there], minlength=len(column.texts))
    met = (column.texts[number] for number in np.flatnonzero(times).tolist())
    if kind == "text":  # the first in no per cent decides
        return every, 0, 0, every * all(percentage(text) is not None for text in met)
    each = np.array([_counts(value) for value in met]).T @ times[times > 0]
    return every, *each[1:].tolist()


def columns_of(given: Mapping[Any, Any], n_edges: int) -> dict[str, Column]:
    """Return attributes of edges as columns.

    Raises
    ------
    UsageError
        If a name is no text, a column has another length than there are edges, or is of no kind that columns have.
    """
    columns: dict[str, Column] = {}
    for name, values in given.items():
        _require_text(name)
        column = column_of(values, name)
        if len(column) != n_edges:
            raise UsageError(f"{n_edges:,} edges, but {len(column):,} values of the attribute {name!r}")
        columns[name] = column
    return columns


def _require_text(name: Hashable) -> None:
    if not isinstance(name, str):
        raise UsageError(f"the name of an attribute is text, not {name!r}")
