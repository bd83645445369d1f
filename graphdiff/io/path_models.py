"""Path models and structural equation models: the paths of a table of parameters become edges.

The columns of the tables in which tools list the parameters of path models, and what their rows are.

=============  =======================================  ===========================================================
from           columns                                  a path leads
=============  =======================================  ===========================================================
lavaan         lhs, op, rhs; est or est.std, se         ``~`` and ``<~`` from rhs to lhs, ``=~`` from lhs (the
                                                        latent) to rhs (its indicator)
semopy         lval, op, rval; Estimate, Std. Err       the same; its ``inspect`` writes loadings as ``~``, too, with
                                                        the indicator as lval
OpenMx         matrix, row, col; Estimate, Std.Error    in the matrix A from col to row
piecewiseSEM   Response, Predictor; Estimate            from the predictor to the response
JASP           Predictor, Outcome; Estimate             from the predictor to the outcome
JASP           Latent, Indicator; Estimate              from the latent to its indicator
=============  =======================================  ===========================================================

Whatever else such tables list is no influence: variances and covariances (``~~``, the matrix S), intercepts (``~1``,
the matrix M), thresholds (``|``), scales (``~*~``), defined parameters (``:=``), constraints (``==``, ``<``, ``>``).
"""

from __future__ import annotations

import contextlib
import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

from graphdiff.errors import FormatError, UsageError
from graphdiff.io.building import described, numbers
from graphdiff.io.edge_list import wanted_columns
from graphdiff.io.ends import DELIMITERS, normalised
from graphdiff.io.rows import Table, Where, filtered, position, table_of
from graphdiff.kernels.collecting import collector_at_rest
from graphdiff.remedies import Keyword, Remedy
from graphdiff.text.sentences import how_many

__all__ = ["COVARIANCE", "ESTIMATES", "Layout", "is_path_model", "layout_of", "read_path_model"]


ERRORS = ("se", "stderr", "stderror", "standarderror")

#: Columns that say of which part of a model a row is: no path leads from one part to another.
PARTS = ("group", "level", "block", "class")

#: How R and pandas write that there is no value; semopy's sign is of parameters that are fixed.
MISSING = frozenset({"", "NA", "NaN", "nan", "None"})

FIXED = "-"

EQUAL = "=="


def read_path_model(
    data: bytes, *, name: str, columns: str | Mapping[str, str] | None = None, where: Where = None
) -> nx.DiGraph:
    r"""Read the paths of a table of parameters: lavaan, semopy, OpenMx, piecewiseSEM or JASP.

    An edge leads from what moves to what is moved (see `graphdiff.io.path_models`); rows that are no paths are
    left out, and ``G.graph["left_out_rows"]`` counts them by kind. The weight is the estimate, as ``weight`` and under
    its own name; all other columns are attributes of the edges, without the cells that say nothing: ``se`` and
    ``Std. Err`` are what `graphdiff.uncertainty` takes as ``sd``, ``std.all`` a weight by its name. Variables of which
    only variances or intercepts are listed are nodes, too.

    A label on several paths makes them one parameter (``G.graph["equal_parameters"]``), as a constraint that two labels
    are equal does, and `graphdiff.uncertainty` takes their errors as one. ``G.graph["warnings"]`` says this, which
    constraints it cannot take so, and what was left out, in sentences.

    The table is CSV with commas, semicolons or tabs, as R and pandas write it, with a header.

    Parameters
    ----------
    columns : str or mapping, optional
        ``"weight=std.all"`` makes another column the weight, and its name the ``weight_meaning``. Where a path leads
        is known; columns for its ends that say otherwise are refused.
    where : str or sequence of str, optional
        Which rows are read, as in `graphdiff.io.edge_list.read_edge_list`: ``"group=1"``.

    Returns
    -------
    networkx.DiGraph
        Its ``edge_meaning`` is "causes".

    Raises
    ------
    FormatError
        A row of an unknown kind, a path without an estimate or listed twice, paths of several groups or levels, no
        path at all.

    Examples
    --------
    >>> rows = b"lhs,op,rhs,est,se\nm,~,x,0.5,0.1\ny,~,m,2,0.2\nf,=~,y,1,0\nx,~~,x,1,0.1\n"
    >>> G = read_path_model(rows, name="fit.csv")
    >>> list(G.edges(data="weight")), G.graph["left_out_rows"]
    ([('x', 'm', 0.5), ('m', 'y', 2.0), ('f', 'y', 1.0)], {'variances (~~)': 1})
    """
    with collector_at_rest():
        table = table_of(data, name).headed()
        layout = layout_of(table.names)
        if layout is None:
            raise FormatError(f"{name}: no columns of a path model in it; they are {', '.join(map(repr, table.names))}")
        table = filtered(table, where)
        wanted = wanted_columns(columns)
        places = _places(table, layout, wanted)
        graph, left_out = _graph(table, layout, places)
    title = f"{layout.tool} path model"
    graph = described(graph, format=title, edge_meaning="causes", weight_meaning=_meaning(table, places, wanted))
    _note(graph, layout, left_out, name, _equalities(table, places))
    return graph


@dataclass(frozen=True)
class Places:
    """Which columns are what; None where there is no such column."""

    source: int
    target: int
    kind: int | None
    weight: int | None
    error: int | None


def _places(table: Table, layout: Layout, wanted: Mapping[str, str]) -> Places:
    by_name = {normalised(name): place for place, name in reversed(list(enumerate(table.names)))}
    source, target = by_name[layout.source], by_name[layout.target]
    if "source" in wanted:
        _require_ends(table, wanted, source, target)
    weight = next((by_name[known] for known in ESTIMATES if known in by_name), None)
    return Places(
        source,
        target,
        by_name[layout.kind] if layout.kind else None,
        position(table, wanted["weight"]) if "weight" in wanted else weight,
        next((by_name[known] for known in ERRORS if known in by_name), None),
    )


def _meaning(table: Table, places: Places, wanted: Mapping[str, str]) -> str:
    """Return what the weights are: another column than the estimates is called by its name."""
    name = "" if places.weight is None else table.names[places.weight]
    return name if "weight" in wanted and normalised(name) not in ESTIMATES else "estimate"


def _require_ends(table: Table, wanted: Mapping[str, str], source: int, target: int) -> None:
    if (position(table, wanted["source"]), position(table, wanted["target"])) != (source, target):
        raise UsageError(
            f"{table.file}: the rows of a path model say themselves where a path leads, mostly from "
            f"{table.names[source]!r} to {table.names[target]!r}",
            Remedy(Keyword("format", "csv"), "takes every row as an edge, covariances too"),
        )


# -- rows


def _graph(table: Table, layout: Layout, places: Places) -> tuple[nx.DiGraph, Counter[str]]:
    """Return the graph, and how many rows of each kind are no paths."""
    paths, left_out, others = _paths(table, layout, places)
    if not paths:
        raise FormatError(f"{table.file}: no path in it{_left_out_text(left_out)}")
    _require_one_part(table, [row for _, _, row in paths])
    _require_no_repeats(table, paths)
    attributes = _attributes(table, places, [row for _, _, row in paths])
    graph = nx.DiGraph()
    graph.add_edges_from((tail, head, data) for (tail, head, _), data in zip(paths, attributes, strict=True))
    graph.add_nodes_from(others)
    return graph, left_out


def _paths(
    table: Table, layout: Layout, places: Places
) -> tuple[list[tuple[str, str, int]], Counter[str], dict[str, None]]:
    """Return the paths with their rows, how many rows of which kind are none, and the variables of these."""
    paths: list[tuple[str, str, int]] = []
    left_out: Counter[str] = Counter()
    others: dict[str, None] = {}
    for row in range(table.n_rows):
        source, target = table.columns[places.source][row].strip(), table.columns[places.target][row].strip()
        kind = "" if places.kind is None else table.columns[places.kind][row].strip()
        what = _no_path(layout, kind, source, target)
        if what is not None:
            left_out[what] += 1
            others |= dict.fromkeys(_variables(kind, layout, source, target))
        elif not source or not target:
            raise FormatError(f"{table.file}, line {table.line(row)}: a path with an end that is empty")
        elif kind in layout.turned:
            paths.append((target, source, row))
        elif kind in layout.paths or not layout.kind:
            paths.append((source, target, row))
        else:
            raise _unknown(table, layout, row, kind)
    return paths, left_out, others


def _no_path(layout: Layout, kind: str, source: str, target: str) -> str | None:
    """Return what a row is, in the plural, where it is no path."""
    if kind == COVARIANCE or (not layout.kind and target.startswith(COVARIANCE)):
        return f"{'variances' if source == target else 'covariances'} ({COVARIANCE})"
    if kind == "S" and source == target and layout.tool == "OpenMx":
        return "variances (S)"
    if kind == "~" and source == "1":
        return "intercepts (~1)"
    known = kind if kind in layout.others else kind.rstrip("0123456789")  # semopy numbers its random effects
    return f"{layout.others[known]} ({kind})" if known in layout.others else None


def _variables(kind: str, layout: Layout, source: str, target: str) -> Iterator[str]:
    """Yield the variables that a row speaks of which is no path."""
    if kind == COVARIANCE or (layout.tool == "OpenMx" and kind == "S"):
        yield from (source, target)
    elif kind in ("~1", "~"):
        yield target
    elif not layout.kind:
        yield from (source.removeprefix(COVARIANCE), target.removeprefix(COVARIANCE))


def _unknown(table: Table, layout: Layout, row: int, kind: str) -> FormatError:
    column = next(name for name in table.names if normalised(name) == layout.kind)
    return FormatError(
        f"{table.file}, line {table.line(row)}: {column} is {kind!r}, a kind of row that is not known of {layout.tool}",
        Remedy(Keyword("where", f"{column}!={kind}"), "leaves it out"),
    )


# -- what would be added in silence


def _require_one_part(table: Table, rows: Sequence[int]) -> None:
    """Refuse paths of several groups or levels: they are several models.

    Raises
    ------
    FormatError
        With the condition that takes one of them.
    """
    for dimension in PARTS:
        for name, column in zip(table.names, table.columns, strict=True):
            values = list(dict.fromkeys(column[row].strip() for row in rows))
            if normalised(name) == dimension and len(values) > 1:
                raise FormatError(
                    f"{table.file}: its paths are of {how_many(len(values), f'{name}s')}, each a model of its own",
                    Remedy(Keyword("where", f"{name}={values[0]}"), "takes one"),
                )


def _require_no_repeats(table: Table, paths: Sequence[tuple[str, str, int]]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for tail, head, row in paths:
        if (first := seen.setdefault((tail, head), row)) != row:
            raise FormatError(
                f"{table.file}, lines {table.line(first)} and {table.line(row)}: the path {tail!r} -> {head!r} twice",
                Remedy(Keyword("where", "COLUMN=VALUE"), "takes some of the rows"),
            )


# -- attributes


def _attributes(table: Table, places: Places, rows: Sequence[int]) -> list[dict[str, Any]]:
    """Return what the columns say of each path; cells that say nothing are left out."""
    attributes: list[dict[str, Any]] = [{} for _ in rows]
    if places.weight is not None:
        for data, weight in zip(attributes, _weights(table, places, places.weight, rows), strict=True):
            data["weight"] = weight
    for place, name in enumerate(table.names):
        if name.strip() and place not in (places.source, places.target) and name != "weight":
            cells = [table.columns[place][row].strip() for row in rows]
            for row, value in _values(cells, fixed="0" if place == places.error else FIXED):
                attributes[row][name] = value
    return attributes


def _values(cells: Sequence[str], fixed: str) -> Iterator[tuple[int, Any]]:
    """Yield the cells that say something, each with its place: as numbers where all are; `fixed` says FIXED."""
    cells = [fixed if cell == FIXED else cell for cell in cells]
    there = {place: cell for place, cell in enumerate(cells) if cell not in MISSING and cell != FIXED}
    return zip(there, numbers(list(there.values())) or there.values(), strict=True)


def _weights(table: Table, places: Places, weight: int, rows: Sequence[int]) -> Sequence[float]:
    cells = [table.columns[weight][row].strip() for row in rows]
    for row, cell in zip(rows, cells, strict=True):
        _require_coefficient(table, places, row, cell)
    weights = numbers(cells)
    return [float(value) for value in weights or ()]


def _require_coefficient(table: Table, places: Places, row: int, cell: str) -> None:
    """Refuse a row without a number, and the rows that piecewiseSEM writes of the levels of a factor."""
    source = table.columns[places.source][row]
    column = table.names[places.source]
    if numbers([cell]) is None:
        factor = "; a factor has an estimate for each of its levels" if cell == FIXED else ""
        raise FormatError(
            f"{table.file}, line {table.line(row)}: the estimate {cell!r} of the path from {source!r} is not a number"
            f"{factor}",
            Remedy(Keyword("where", f"{column}!={source}"), "leaves it out"),
        )
    if places.kind is None and " = " in source:
        raise FormatError(
            f"{table.file}, line {table.line(row)}: {source!r} is the mean at a level of a factor, and no coefficient",
            Remedy(Keyword("where", f"{column}!={source}"), "leaves it out"),
        )


# -- what is said of it


def _left_out_text(left_out: Mapping[str, int]) -> str:
    counts = ", ".join(how_many_of(number, what) for what, number in left_out.items())
    return f"; left out: {counts}" if counts else ""


def how_many_of(number: int, what: str) -> str:
    """Return a number of rows, with their kind and its sign.

    Examples
    --------
    >>> how_many_of(1, "variances (~~)"), how_many_of(2, "covariances (~~)")
    ('1 variance (~~)', '2 covariances (~~)')
    """
    noun, _, sign = what.rpartition(" ")
    return f"{how_many(number, noun)} {sign}"


def _note(
    graph: nx.DiGraph, layout: Layout, left_out: Mapping[str, int], name: str, equalities: Sequence[tuple[str, str]]
) -> None:
    """Put what a reader of numbers has to know into the graph's attributes."""
    labelled = _labelled(graph)
    equal = _equal_parameters(labelled, equalities)
    notes = [f"{_left_out_text(left_out).removeprefix('; ')}; these are no influence"] if left_out else []
    if layout.tool == "OpenMx":
        notes.append("OpenMx lists free parameters only: fixed paths, such as a loading of 1, are not in its table")
    for label, paths in equal.items():
        told = ", ".join(f"{tail} -> {head}" for tail, head in paths[:3]) + (", ..." if len(paths) > 3 else "")
        notes.append(
            f"the {'label' if label in labelled else 'constraint'} {label!r} makes {len(paths)} paths one parameter "
            f"({told}), whose errors are one and not independent"
        )
    others = [f"'{one} == {other}'" for one, other in equalities if not {one, other} <= labelled.keys()]
    if others:
        more = f" (and {len(others) - 1:,} more)" if len(others) > 1 else ""
        notes.append(
            f"the constraint {others[0]}{more} is not between the labels of two paths: the errors of paths that it "
            "ties are taken as independent"
        )
    facts = {
        "left_out_rows": dict(left_out),
        "equal_parameters": equal,
        "warnings": [f"{name}: {note}" for note in notes],
    }
    graph.graph.update({name: value for name, value in facts.items() if value})


def _equalities(table: Table, places: Places) -> list[tuple[str, str]]:
    """Return the two sides of each constraint that makes them equal, as the table has them from left to right."""
    if places.kind is None:
        return []
    sides = [table.columns[place] for place in sorted((places.source, places.target))]
    rows = [row for row, kind in enumerate(table.columns[places.kind]) if kind.strip() == EQUAL]
    return [(sides[0][row].strip(), sides[1][row].strip()) for row in rows]


def _labelled(graph: nx.DiGraph) -> dict[str, list[tuple[str, str]]]:
    """Return the paths of each label."""
    labelled: dict[str, list[tuple[str, str]]] = {}
    for tail, head, label in graph.edges(data="label"):
        if label is not None:
            labelled.setdefault(str(label), []).append((tail, head))
    return labelled


def _equal_parameters(
    labelled: Mapping[str, list[tuple[str, str]]], equalities: Sequence[tuple[str, str]]
) -> dict[str, list[tuple[str, str]]]:
    """Return the paths of each parameter that several have, under its label; under all labels that constraints join."""
    place = {label: number for number, label in enumerate(labelled)}
    same = nx.Graph()
    same.add_nodes_from(labelled)
    same.add_edges_from(sides for sides in equalities if set(sides) <= labelled.keys())
    equal = {}
    for joined in nx.connected_components(same):
        labels = sorted(joined, key=place.__getitem__)
        paths = [path for label in labels for path in labelled[label]]
        if len(paths) > 1:
            equal[" == ".join(labels)] = paths
    return equal


#: Kinds of rows by their operator in lavaan and semopy.
NO_PATHS = {
    "~1": "intercepts",
    ":=": "defined parameters",
    "|": "thresholds",
    "~*~": "scales",
    "==": "constraints",
    "<": "constraints",
    ">": "constraints",
    "RF": "random covariances",
    "RF(v)": "random variances",
    "@": "imputed values",
}

COVARIANCE = "~~"

ESTIMATES = ("est", "estimate", "eststd")


@dataclass(frozen=True)
class Layout:
    """How one tool writes the parameters of a model.

    Attributes
    ----------
    tool : str
    source, target : str
        The columns of the ends, normalised.
    kind : str
        The column that says what a row is; "" where all are paths.
    paths, turned : frozenset of str
        The kinds that are paths from source to target, and those that are paths the other way.
    others : mapping of str to str
        What rows of other kinds are, in the plural.
    """

    tool: str
    source: str
    target: str
    kind: str = ""
    paths: frozenset[str] = frozenset()
    turned: frozenset[str] = frozenset()
    others: Mapping[str, str] = field(default_factory=dict)


OPERATORS: dict[str, Any] = {
    "kind": "op",
    "paths": frozenset({"~", "<~"}),
    "turned": frozenset({"=~"}),
    "others": NO_PATHS,
}

LAYOUTS = (
    Layout("lavaan", "rhs", "lhs", **OPERATORS),
    Layout("semopy", "rval", "lval", **OPERATORS),
    Layout(
        "OpenMx", "col", "row", kind="matrix", paths=frozenset("A"),
        others={"S": "covariances", "M": "means", "F": "filters", "Thresholds": "thresholds"},
    ),
    Layout("piecewiseSEM", "predictor", "response"),
    Layout("JASP", "predictor", "outcome"),
    Layout("JASP", "latent", "indicator"),
)  # fmt: skip


def is_path_model(head: bytes) -> bool:
    r"""Tell whether the first row names the columns of a table of a path model.

    Examples
    --------
    >>> is_path_model(b"lhs,op,rhs,est\ny,~,x,0.5\n"), is_path_model(b"lhs,rhs\ny,x\n")
    (True, False)
    """
    lines = head.decode("utf-8", "replace").splitlines()
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    with contextlib.suppress(csv.Error):  # a cell without end
        rows = [next(csv.reader([first], delimiter=delimiter), []) for delimiter in (*DELIMITERS, " ")]
        return any(layout_of(row) is not None for row in rows)
    return False


def layout_of(names: Sequence[str]) -> Layout | None:
    """Return how a table with these columns is written; None where it is none of a path model.

    Examples
    --------
    >>> layout_of(["lval", "op", "rval", "Estimate"]).tool, layout_of(["lhs", "rhs"])
    ('semopy', None)
    """
    there = {normalised(name) for name in names}
    return next((layout for layout in LAYOUTS if _fits(layout, there)), None)


def _fits(layout: Layout, there: set[str]) -> bool:
    # An operator between two names says enough; two names alone are a path model's only with an estimate.
    known = layout.kind == "op" or not there.isdisjoint(ESTIMATES)
    return known and {layout.source, layout.target, layout.kind} - {""} <= there
