"""What columns of tables are called: one table of the names that tools give to the two ends of an edge.

A pair is known where its direction is: the first of its names is where the edge starts. ``node1, node2``,
``protein1, protein2`` and ``id1, id2`` are no such pairs (their tools mean edges without a direction), nor are
``start, end`` and ``input, output``, which are mostly no ends at all.

Tables and lists that are none of edges, though they can be split into cells: what each is, in true words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "DELIMITERS",
    "ENDS",
    "LINK_ENDS",
    "POINTER",
    "WEIGHTS",
    "Ends",
    "are_numbers_and_names",
    "known_ends",
    "known_weight",
    "no_edges_in",
    "no_edges_of",
    "normalised",
    "without_direction",
]


@dataclass(frozen=True)
class Ends:
    """Two names of columns that are the ends of an edge.

    Attributes
    ----------
    source, target : str
        Normalised (`normalised`): the edge leads from the one to the other.
    meaning : str
        What the edge says, as ``G.graph["edge_meaning"]``.
    written_by : str
        Who writes such tables.
    """

    source: str
    target: str
    meaning: str = "unknown"
    written_by: str = ""


#: The pairs that are known. Whatever their order in the file, the edge leads from the first to the second.
ENDS: tuple[Ends, ...] = (
    Ends("source", "target", written_by="Gephi, Cytoscape, networkx.to_pandas_edgelist, d3"),
    Ends("source", "destination", written_by="Gephi's forum, network logs"),
    Ends("source", "dest", written_by="Oracle's property graphs"),
    Ends("sourceid", "targetid", written_by="databases"),
    Ends("sourcename", "targetname", written_by="databases"),
    Ends("sourcelabel", "targetlabel", written_by="Gephi's plugins"),
    Ends("sourcemodule", "targetmodule", written_by="static analysis"),
    Ends("sourcefile", "targetfile", written_by="static analysis"),
    Ends("sourcepackage", "targetpackage", written_by="static analysis"),
    Ends("sourceservice", "targetservice", written_by="service maps"),
    Ends("sourcenode", "targetnode", written_by="databases"),
    Ends("sourceid", "destinationid", written_by="databases"),
    Ends("src", "dst", written_by="GraphFrames (Spark), DGL, NetFlow"),
    Ends("src", "dest", written_by="network logs"),
    Ends("src", "target", written_by="d3"),
    Ends("src", "tgt", written_by="alignments"),
    Ends("srcid", "dstid", written_by="DGL, databases"),
    Ends("srcid", "destid", written_by="databases"),
    Ends("from", "to", written_by="igraph, DiagrammeR, visNetwork, Neptune (~from, ~to)"),
    Ends("_from", "_to", written_by="ArangoDB"),
    Ends("fromid", "toid", written_by="databases"),
    Ends("fromnode", "tonode", written_by="SNAP, databases"),
    Ends("fromnodeid", "tonodeid", written_by="SNAP"),
    Ends("fromname", "toname", written_by="databases"),
    Ends("fromfile", "tofile", written_by="Understand"),
    Ends("frommodule", "tomodule", written_by="static analysis"),
    Ends("frompackage", "topackage", written_by="static analysis"),
    Ends("nodefrom", "nodeto", written_by="databases"),
    Ends("startid", "endid", written_by="Neo4j (:START_ID, :END_ID)"),
    Ends("_start", "_end", written_by="Neo4j's APOC"),
    Ends("startnode", "endnode", written_by="Neo4j"),
    Ends("tail", "head", written_by="graph theory: the arrow leads from its tail to its head"),
    Ends("u", "v", written_by="networkx"),
    Ends("predecessor", "successor", written_by="networkx, schedules"),
    Ends("parent", "child", written_by="trees: a parent leads to its child"),
    Ends("parentid", "childid", written_by="databases"),
    Ends("origin", "destination", written_by="transport"),
    Ends("origin", "dest", written_by="transport"),
    Ends("sender", "receiver", written_by="messages"),
    Ends("sender", "recipient", written_by="messages"),
    Ends("subject", "object", written_by="triples (RDF)"),
    Ends("citing", "cited", "cites", "OpenCitations, patent citations"),
    Ends("upstream", "downstream", "feeds", "data lineage: what is downstream is made of what is upstream"),
    Ends("upstreamtable", "downstreamtable", "feeds", "data lineage"),
    Ends("caller", "callee", "calls", "profilers, static analysis"),
    Ends("callerid", "calleeid", "calls", "profilers"),
    Ends("callername", "calleename", "calls", "profilers"),
    Ends("importer", "imported", "imports", "grimp, import-linter"),
    Ends("importer", "importee", "imports", "static analysis"),
    Ends("package", "dependency", "depends on", "package registries"),
    Ends("project", "dependency", "depends on", "package registries"),
    Ends("module", "dependency", "depends on", "build tools"),
    Ends("component", "dependency", "depends on", "bills of materials"),
    Ends("distribution", "dependency", "depends on", "CPAN, Python"),
    Ends("service", "dependency", "depends on", "service maps"),
    Ends("dependent", "dependency", "depends on", "package registries, GitHub"),
    Ends("depender", "dependee", "depends on", "static analysis"),
    Ends("package", "dependson", "depends on", "package lists"),
    Ends("package", "requires", "depends on", "package lists"),
    Ends("module", "dependson", "depends on", "build tools"),
    Ends("component", "dependson", "depends on", "bills of materials"),
    Ends("service", "dependson", "depends on", "service maps"),
    Ends("assembly", "dependson", "depends on", "NDepend"),
    Ends("class", "dependson", "depends on", "static analysis"),
    Ends("task", "dependson", "depends on", "schedules"),
    Ends("name", "dependson", "depends on", "package lists"),
    Ends("packagename", "dependencyname", "depends on", "package registries"),
    Ends("projectname", "dependencyname", "depends on", "libraries.io"),
    Ends("repositorynamewithowner", "dependencyprojectname", "depends on", "libraries.io, repositories"),
    Ends("cause", "effect", "causes", "causal models"),
    Ends("rhs", "lhs", "causes", "lavaan: rhs ~ lhs turned round, as its ~ says"),
    Ends("predictor", "response", "causes", "piecewiseSEM"),
    Ends("predictor", "outcome", "causes", "JASP"),
)
#: Those of them that links in JSON have, in the order in which they are looked for.
LINK_ENDS = (("source", "target"), ("from", "to"), ("src", "dst"), ("tail", "head"), ("u", "v"))

#: What separates the columns of a text.
DELIMITERS = ("\t", ",", ";")

#: What the column of the weights is called.
WEIGHTS = ("weight", "w", "value")

#: With a relation between them, ``head`` and ``tail`` are the first and the last of a triple: the other way round.
TRIPLE = frozenset({"relation", "rel", "relationship", "predicate", "edgetype"})

#: With these, ``lhs`` leads to ``rhs``, as in rules of association (arules) and in what semPlot lists.
LEFT_TO_RIGHT = frozenset({"edge", "support", "confidence", "lift"})

BETWEEN_WORDS = re.compile(r"(?<=[^_])[\s_.-]+|[\s.-]+")


def normalised(name: str) -> str:
    """Return a column's name in the form in which pairs are known: small letters, nothing between the words.

    Examples
    --------
    >>> [normalised(name) for name in ("Project Name", "SOURCE_ID", "~from", ":START_ID(Person)", "_to", "depends-on")]
    ['projectname', 'sourceid', 'from', 'startid', '_to', 'dependson']
    """
    bare = name.strip().lower().lstrip(":~")
    return BETWEEN_WORDS.sub("", bare.partition("(")[0] if bare.endswith(")") else bare)


def known_ends(names: Sequence[str]) -> list[tuple[int, int, Ends]]:
    """Return where the ends are among the names of columns: each known pair that is there.

    None is no reason to guess, and several are none either: whoever asks has to be told which columns are meant. Only
    where a table starts with ``source`` and ``target``, as those that graphdiff and networkx write, these are its ends,
    and other names are attributes.

    Examples
    --------
    >>> [(source, target) for source, target, _ in known_ends(["weight", "To", "From"])]
    [(2, 1)]
    >>> known_ends(["id", "name"]), len(known_ends(["from", "to", "source", "target"]))
    ([], 2)
    >>> len(known_ends(["source", "target", "from", "to"]))
    1
    >>> known_ends(["head", "relation", "tail"])  # a triple leads from its head to its tail: against all graphs
    []
    >>> known_ends(["LHS", "RHS", "support"])  # a rule of association leads from its left to its right
    []
    """
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        places.setdefault(normalised(str(name)), place)
    pairs = [
        (places[ends.source], places[ends.target], ends)
        for ends in ENDS
        if ends.source in places and ends.target in places
    ]
    if pairs and pairs[0][:2] == (0, 1) and pairs[0][2] == ENDS[0]:
        return pairs[:1]
    turned = {"tail": TRIPLE, "rhs": LEFT_TO_RIGHT}
    return [each for each in pairs if turned.get(each[2].source, frozenset()).isdisjoint(places)]


def without_direction(names: Sequence[str]) -> bool:
    """Tell whether the first two names are ends of which neither is the first: ``node1, node2``.

    Examples
    --------
    >>> without_direction(["Protein A", "Protein B"]), without_direction(["from", "to"]), without_direction(["a", "b"])
    (True, False, False)
    """
    if len(names) < 2:
        return False
    one, two = map(normalised, names[:2])
    return len(one) > 2 and one[:-1] == two[:-1] and one[-1] + two[-1] in ("12", "ab")


def known_weight(names: Sequence[str], taken: Iterable[int] = ()) -> int | None:
    """Return where the weights are, by their name; None where no column is called so, or it is taken.

    Examples
    --------
    >>> known_weight(["source", "target", "Value"]), known_weight(["value", "w"], taken=[1]), known_weight(["a"])
    (2, 0, None)
    """
    places = {normalised(str(name)): place for place, name in reversed(list(enumerate(names)))}
    return next((places[name] for name in WEIGHTS if name in places and places[name] not in set(taken)), None)


NUMBER = re.compile(r"[-+]?(\d[\d.,_]*|\.\d+)(e[-+]?\d+)?%?", re.IGNORECASE)

#: Rows that are looked at.
LOOKED_AT = 50

#: A stack and its count, which is no cell of its own as in ``a; b; 1``.
FOLDED = re.compile(r"\S.*[^;\s][ \t]+\d+(?:\.\d+)?\s*")

#: What lines of programs end in.
CODE_ENDS = (";", "{", "}")

COUNTS = "each line is a name and a number, which are no two ends of an edge"

FOLDED_STACKS = "folded stacks, whole stacks of calls with counts, which the format folded reads, and no table of edges"

#: What stands for a file in a checkout where Git LFS has not fetched it.
POINTER = "a pointer of Git LFS, which stands for a file that has not been fetched; git lfs pull fetches it"

#: What whole files start with that are no tables at all, as patterns, and what each is.
MARKS = (
    (
        r"\Aversion https?://\S+/spec/v\d+\s*\n(?:\S+ .*\n)*?oid \w+:",
        POINTER,
    ),
    (
        r"\A\s*BeginHeader\b",
        "a dump of xperf, a list of events, and no table of edges",
    ),
    (
        r"\A(?>\s+|//.*\n|/\*(?s:.*?)\*/)*+(?:#\s*(?:include\s*[<\"]|ifn?def\s+\w+\s*\n|define\s+\w+\b|pragma\s+\w+)|"
        r"(?:static|extern|typedef|struct|enum|union|inline|namespace|using|template)\b[^\n,;]*[{;(])",
        "source code of C or C++, and no table of edges",
    ),
)


def no_edges_of(text: str) -> str | None:
    r"""Return what a file is, by its first lines, where it is known to be no table of edges; else None.

    Examples
    --------
    >>> no_edges_of("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")[:20]
    'a pointer of Git LFS'
    >>> no_edges_of("main;run;read 12\nmain;run 3\n")
    'folded stacks, whole stacks of calls with counts, which the format folded reads, and no table of edges'
    >>> no_edges_of("a;b\nb;c\n")
    """
    if what_it_is := next((what for mark, what in MARKS if re.search(mark, text)), None):
        return what_it_is
    return FOLDED_STACKS if _is_folded(text) else None


def _is_folded(text: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()][:LOOKED_AT]
    return any(";" in line for line in lines) and all(map(FOLDED.fullmatch, lines))


def no_edges_in(rows: Sequence[Sequence[str]]) -> str | None:
    """Return what the first rows of a table without a header that is known are, where not edges; else None.

    Examples
    --------
    >>> no_edges_in([["tar", "44"], ["zip", "47"]])
    'each line is a name and a number, which are no two ends of an edge'
    >>> no_edges_in([["", "a", "b"], ["a", "0", "2"], ["b", "0", "0"]])
    'a square table of numbers (a matrix); graphdiff.compile takes one as a DataFrame, in Python only'
    >>> no_edges_in([["a", "b", "1"], ["b", "c", "2"]])
    """
    if all(row[-1].rstrip().endswith(CODE_ENDS) for row in rows):
        return "each line ends as those of a program do, and names no two ends of an edge"
    if _is_matrix(rows):
        return "a square table of numbers (a matrix); graphdiff.compile takes one as a DataFrame, in Python only"
    if len(rows[0]) == 2 and are_numbers_and_names(rows):
        return COUNTS
    if len(rows[0]) > 2 and are_numbers_and_names([row[:2] for row in rows]):
        return "one of its first two columns is numbers, the other names, which are no two ends of an edge"
    return None


def are_numbers_and_names(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether each of some rows of two is a number and a name, or a name and a number; a header may be above.

    Examples
    --------
    >>> are_numbers_and_names([["a", "1"], ["b", "2"]]), are_numbers_and_names([["a", "1"], ["b", "c"]])
    (True, False)
    """
    are_numbers = [[bool(NUMBER.fullmatch(cell.strip())) for cell in row] for row in rows]
    columns = list(zip(*are_numbers[1:] if len(rows) > 1 and not any(are_numbers[0]) else are_numbers, strict=True))
    return any(all(columns[one]) and not any(columns[1 - one]) for one in (0, 1))


def _is_matrix(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether numbers fill a square: with labels, of more than three rows, or with nothing on the diagonal."""
    width, height = len(rows[0]), len(rows)
    if height == width + 1 > 3:
        return _are_numbers(rows[1:]) and not _are_numbers(rows[:1])
    if height != width or width < 2:
        return False
    if width > 2 and _is_labelled(rows) and _are_numbers(row[1:] for row in rows[1:]):
        return True
    return _are_numbers(rows) and (width > 3 or _is_diagonal_empty(rows))


def _is_labelled(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the same names stand above and beside, in any order."""
    return sorted(cell.strip() for cell in rows[0][1:]) == sorted(row[0].strip() for row in rows[1:])


def _is_diagonal_empty(rows: Sequence[Sequence[str]]) -> bool:
    return all(float(row[place].strip(" %").replace(",", "")) == 0 for place, row in enumerate(rows))


def _are_numbers(rows: Iterable[Sequence[str]]) -> bool:
    return all(NUMBER.fullmatch(cell.strip()) for row in rows for cell in row)
