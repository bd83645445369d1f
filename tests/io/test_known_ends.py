"""Which columns of a table are ends: known by their names or said, and else refused with the line that says it."""

from __future__ import annotations

import itertools
import re

import networkx as nx
import pytest

from graphdiff.errors import FormatError, GraphTypeError, UsageError
from graphdiff.io.edge_list import read_edge_list
from graphdiff.io.ends import ENDS, Ends, known_ends, known_weight, normalised
from graphdiff.io.out import write_csv
from graphdiff.io.read import read


def table(text, **options):
    return read_edge_list(text.encode(), name="e.csv", **options)


@pytest.mark.parametrize("ends", ENDS, ids=lambda ends: f"{ends.source}-{ends.target}")
def test_each_known_pair_leads_from_its_first_name_to_its_second_in_either_order(ends: Ends) -> None:
    for head, row in ((f"{ends.source},{ends.target}", "a,b"), (f"{ends.target},{ends.source}", "b,a")):
        graph = table(f"{head}\n{row}\n")
        assert list(graph.edges) == [("a", "b")]
        assert graph.graph["edge_meaning"] == ends.meaning
        assert graph.graph["format"] == "CSV edge list"


def test_no_pair_is_listed_twice_or_both_ways() -> None:
    pairs = [(ends.source, ends.target) for ends in ENDS]
    assert len(set(map(frozenset, pairs))) == len(pairs)
    assert all(name == normalised(name) for pair in pairs for name in pair)
    assert all(ends.written_by for ends in ENDS)


@pytest.mark.parametrize(
    "header",
    [
        "Source,Destination",
        "PARENT,CHILD",
        " Caller , Callee ",
        "source_id,target-id",
        "Source ID,Target ID",
        "from.node,to.node",
        "~from,~to",
        ":START_ID(Person),:END_ID(Person)",
        "_from,_to",
        "depends on,package",
        "Dependency Name,Project Name",
    ],
)
def test_names_are_known_in_any_case_and_with_anything_between_their_words(header: str) -> None:
    [(source, target, _)] = known_ends(header.split(","))
    [(tail, head)] = table(f"{header}\na,b\n").edges
    assert (("a", "b")[source], ("a", "b")[target]) == (tail, head)


@pytest.mark.parametrize(
    "header",
    [
        "node1,node2,score",
        "protein1,protein2,combined_score",
        "start,end,size",
        "input,output,n",
        "id,name,size",
        "left,right,n",
        "source,weight,n",
        "target,weight,n",
        "head,relation,tail",
        "ID,Platform,Stars",
        "date,open,close",
    ],
)
def test_what_is_not_known_is_refused_with_its_columns_and_a_line_to_copy(header: str) -> None:
    names = header.split(",")
    with pytest.raises(FormatError, match=r"^e\.csv: none of its columns is known as an end of its edges; ") as caught:
        table(f"{header}\na,b,1\nb,c,2\n")
    assert ", ".join(map(repr, names)) in str(caught.value)
    [line] = re.findall(r'columns="([^"]*)" says', str(caught.value))
    assert list(table(f"{header}\na,b,1\nb,c,2\n", columns=line).edges) == [("a", "b"), ("b", "c")]


@pytest.mark.parametrize("header", ["node1,node2", "Protein A,Protein B", "id_1,id_2"])
def test_two_ends_without_a_direction_are_no_edge_themselves(header: str) -> None:
    with pytest.raises(FormatError, match=r"^e\.csv: none of its columns is known as an end of its edges; they are"):
        table(f"{header}\na,b\nb,c\n")
    assert list(table("node1,node2\nnode2,node3\n").edges) == [("node1", "node2"), ("node2", "node3")]
    assert list(table("node1,node2\n").edges) == [("node1", "node2")]


def test_without_two_columns_of_names_there_is_no_line_to_copy() -> None:
    with pytest.raises(FormatError, match=r"columns=.source=NAME,target=NAME. says which are the source and the t"):
        table("name;weight\na;1\nb;2\n")


def test_the_line_to_copy_takes_the_two_columns_that_share_most_names() -> None:
    text = "key,kind,importing,n,imports\n1,x,a,1,b\n2,x,b,1,c\n3,y,c,1,d\n"
    with pytest.raises(FormatError, match=r'; columns="source=importing,target=imports" says which are'):
        table(text)


def test_names_that_the_option_cannot_hold_are_told_by_number() -> None:
    with pytest.raises(FormatError, match=r'; columns="source=1,target=3" says which are'):
        table('"who, when","n","what=where"\na,1,b\nb,2,c\n')


@pytest.mark.parametrize("second", ["from,to", "Parent,Child", "source_id,target_id"])
def test_two_known_pairs_are_refused_with_a_line_for_each(second: str) -> None:
    text = f"{second},source,target\n1,2,a,b\n2,3,b,c\n"
    with pytest.raises(
        FormatError, match=r"^e\.csv: its header has more than one pair of ends: 'source', 'target' and"
    ) as caught:
        table(text)
    first, other = re.findall(r'columns="([^"]*)" says', str(caught.value))
    assert list(table(text, columns=first).edges) == [("a", "b"), ("b", "c")]
    assert list(table(text, columns=other).edges) == [("1", "2"), ("2", "3")]


@pytest.mark.parametrize("second", ["from,to", "Parent,Child", "lhs,rhs"])
def test_a_table_that_starts_with_source_and_target_has_these_ends(second: str) -> None:
    names = second.split(",")
    assert list(table(f"source,target,{second}\na,b,x,y\n").edges(data=True)) == [
        ("a", "b", dict(zip(names, "xy", strict=True)))
    ]
    graph = nx.DiGraph([("a", "b", dict(zip(names, "xy", strict=True)))])
    assert list(read_edge_list(write_csv(graph), name="e.csv").edges(data=True)) == list(graph.edges(data=True))


def test_an_end_that_two_columns_are_named_after_is_refused() -> None:
    text = "source,Source,target\na,x,b\n"
    with pytest.raises(
        FormatError,
        match=r"several columns named 'source': 'source', 'Source', 'target'; columns=\"source=1,target=3\"",
    ):
        table(text)
    assert list(table(text, columns="source=1,target=3").edges) == [("a", "b")]


def test_columns_that_are_said_win_over_those_that_are_known() -> None:
    text = "lhs,rhs,source,target\ny,x,a,b\n"
    assert list(table(text, columns="source=rhs,target=lhs").edges(data=True)) == [
        ("x", "y", {"source": "a", "target": "b"})
    ]
    assert table(text, columns="source=rhs,target=lhs").graph["edge_meaning"] == "unknown"


def test_a_weight_may_be_named_like_an_end_and_an_end_like_a_weight() -> None:
    assert table("source,target,from\na,b,2\n", columns="weight=from").edges["a", "b"] == {"weight": 2}
    assert table("value,w,weight\na,b,2\n", columns="source=value,target=w").edges["a", "b"] == {"weight": 2}
    assert table("value,w\na,b\n", columns="source=value,target=w").edges["a", "b"] == {}


def test_the_weight_is_found_by_name_unless_it_is_an_end() -> None:
    assert known_weight(["source", "Weight", "target"]) == 1
    assert known_weight(["value", "weight"]) == 1  # in the order of the table of names
    assert known_weight(["w", "target"], taken=[0]) is None


# -- without a header


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\nb,c\n", [("a", "b", None), ("b", "c", None)]),
        ("foo,bar\na,b\n", [("foo", "bar", None), ("a", "b", None)]),
        ("1,2\n2,3\n", [("1", "2", None), ("2", "3", None)]),
        ("a,b,1\nb,c,0.5\n", [("a", "b", 1.0), ("b", "c", 0.5)]),
        ("x y -2\ny z 3\n", [("x", "y", -2), ("y", "z", 3)]),
        ("a,1\n1,b\n", [("a", "1", None), ("1", "b", None)]),
    ],
)
def test_two_columns_without_a_header_are_edges_and_the_format_says_so(text: str, expected: list[object]) -> None:
    graph = table(text)
    assert list(graph.edges(data="weight")) == expected
    assert graph.graph["format"] == "CSV edge list, first row read as an edge"


@pytest.mark.parametrize("text", ["a,b,c\nb,c,d\n", "1,a,b\n2,b,c\n", "a,b,1,2\nb,c,3,4\n", "a b rel c\nb c rel d\n"])
def test_more_columns_without_a_header_are_refused_with_the_first_row(text: str) -> None:
    with pytest.raises(
        FormatError, match=r"^e\.csv: (\d columns, and no header that says|one of its first two columns)"
    ) as caught:
        table(text)
    assert 'columns="source=1,target=2" says which are the source and the target' in str(caught.value)


def test_the_columns_that_the_weight_leaves_are_the_ends() -> None:
    assert list(table("7,x,y\n8,y,z\n", columns="weight=1").edges(data="weight")) == [("x", "y", 7), ("y", "z", 8)]


def test_said_columns_of_a_table_without_a_header_have_no_row_to_tell_of() -> None:
    assert table("a,b\n", columns="source=2,target=1").graph["format"] == "CSV edge list"


MATRICES = {
    "labels on both sides": ",a,b\na,0,2\nb,0,0\n",
    "labels above": "a,b,c\n0,1,0\n0,0,2\n0,0,0\n",
    "no labels": "0,1,0\n0,0,1\n0,0,0\n",
    "four of four": "5,1,0,0\n0,4,1,0\n0,0,1,0\n1,2,3,4\n",
    "two of two": "0 1\n0 0\n",
    "of floats, with tabs": "\tx\ty\nx\t0\t2.5\ny\t-1e-3\t0\n",
}


@pytest.mark.parametrize("text", MATRICES.values(), ids=MATRICES.keys())
def test_a_matrix_is_no_edge_list(text: str) -> None:
    with pytest.raises(
        FormatError, match=r"^e\.csv: a square table of numbers \(a matrix\); graphdiff\.compile takes one"
    ):
        table(text)


NO_EDGES = {
    "git lfs": (
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n",
        "a pointer of Git LFS",
    ),
    "folded stacks": ("main;run;read 12\nmain;run;write 3\nmain;idle 1\n", "folded stacks"),
    "folded stacks with parts of samples": ("main;run 1.5\nmain;idle 2.5\n", "folded stacks"),
    "folded stacks of one depth": ("main;run 12\nmain;idle 3\n", "folded stacks"),
    "a C source": ("#include <stdio.h>\nint main;\nreturn main;\n", "source code of C"),
    "a C header": ("/* a, b */\n#ifndef A_H\n#define A_H\nint a;\n#endif\n", "source code of C"),
    "xperf": ("BeginHeader\nT-DCEnd, TimeStamp, Process\nEndHeader\n", "a dump of xperf"),
    "counts": ("tar,44\nzip,47\n", "each line is a name and a number"),
    "a numbered list": ("1,app\n2,lib\n3,log\n", "each line is a name and a number"),
    "ids and names": ("1,NPM,3\n2,NPM,4\n", "one of its first two columns is numbers, the other names"),
}


@pytest.mark.parametrize(("text", "what"), NO_EDGES.values(), ids=NO_EDGES.keys())
@pytest.mark.parametrize("name", ["x.csv", "x.edges", "unnamed"])
def test_what_is_no_table_of_edges_is_refused_in_true_words(text: str, what: str, name: str, tmp_path) -> None:
    (tmp_path / name).write_text(text)
    if what == "folded stacks" and name == "unnamed":  # without another format's suffix they are what they are
        assert read(tmp_path / name).graph["format"] == "folded stacks"
        return
    with pytest.raises(FormatError, match=re.escape(what)):
        read(tmp_path / name)


@pytest.mark.parametrize(
    "text",
    [
        "AD\tAndorra\nAE\tEmirates\nAF\tAfghanistan\n",
        "Hello World\nGood morning\n",
        "Debian GNU/Linux 12\n",
        "en_GB UTF-8\nde_DE UTF-8\nfr_FR UTF-8\n",
        "int a;\nint b;\nreturn a;\n",
        "Include x\nInclude y\nInclude z\n",
        "key = value\nother = thing\nmore = less\n",
        "adduser\tall\t3\napt\tamd64\t2\nbash\tamd64\t5\n",
        "six python3-six; PEP386\n",
        "UTC UTC\nGMT GMT\nEST EST\n",
        "from . import basic, basic2\n",
        'tab = { dog = "best", cat = "worst" }\n',
    ],
)
def test_lists_of_two_words_are_no_edges_by_their_content_alone(text: str, tmp_path) -> None:
    (tmp_path / "unnamed").write_text(text)
    with pytest.raises(FormatError, match="is in no format that is known"):
        read(tmp_path / "unnamed")


def test_two_words_a_line_are_edges_where_names_stand_on_both_sides_or_the_format_is_said(tmp_path) -> None:
    path = tmp_path / "unnamed"
    path.write_text("app lib\napp log\nlib log\n")
    assert read(path).number_of_edges() == 3
    path.write_text("app lib\napp log\nweb log\n")
    with pytest.raises(FormatError, match="is in no format that is known"):
        read(path)
    assert read(path, format="csv").number_of_edges() == 3
    assert read(path, columns="source=1,target=2").number_of_edges() == 3


@pytest.mark.parametrize("kind", ["Undirected", "undirected", "Mixed"])
def test_edges_that_gephi_calls_undirected_are_refused(kind: str) -> None:
    text = f"Source,Target,Type,Id\na,b,Directed,0\nb,c,{kind},1\n"
    with pytest.raises(GraphTypeError, match=rf"^e\.csv, line 3: an edge of the type '{kind}'; write Directed where"):
        table(text)
    assert list(table(text, where="Type=Directed").edges) == [("a", "b")]


def test_other_columns_named_type_say_what_they_say() -> None:
    graph = table("source,target,type\na,b,Depends\nb,c,Recommends\n")
    assert [kind for *_, kind in graph.edges(data="type")] == ["Depends", "Recommends"]


def test_the_header_of_rs_write_table_lacks_the_cell_over_the_names_of_the_rows() -> None:
    text = '"source" "target" "weight"\n"1" "a" "b" 2\n"2" "b" "c" 3\n'
    assert list(table(text).edges(data="weight")) == [("a", "b", 2), ("b", "c", 3)]
    assert list(table("x,y\n1,a,b\n2,b,c\n", columns="source=x,target=y").edges) == [("a", "b"), ("b", "c")]


def test_blanks_behind_a_delimiter_are_none_of_a_name() -> None:
    assert list(table('source, target, weight\na, b, 2\n"a",  "c", 3\n').edges(data="weight")) == [
        ("a", "b", 2),
        ("a", "c", 3),
    ]


# -- where


ROWS = "source,target,kind,group\na,b,run,1\nb,c,dev,1\na,c,run,2\nc,d,build,2\n"


@pytest.mark.parametrize(
    ("where", "edges"),
    [
        ("kind=run", ["ab", "ac"]),
        ("kind!=run", ["bc", "cd"]),
        (["kind=run", "group=1"], ["ab"]),
        (["kind=run", "kind=dev"], ["ab", "bc", "ac"]),
        (["kind!=run", "kind!=dev"], ["cd"]),
        ("group=1.0", ["ab", "bc"]),
        (" group = 2 ", ["ac", "cd"]),
        (("source=a", "kind!=dev"), ["ab", "ac"]),
        ((), ["ab", "bc", "ac", "cd"]),
        ("3=build", ["cd"]),
    ],
)
def test_where_chooses_rows(where, edges) -> None:
    assert ["".join(edge) for edge in sorted(table(ROWS, where=where).edges)] == sorted(edges)


def test_an_operator_may_be_a_value() -> None:
    text = "source,target,op\na,b,=~\nb,c,~\n"
    assert list(table(text, where="op==~").edges) == [("a", "b")]
    assert list(table(text, where="op!==~").edges) == [("b", "c")]


@pytest.mark.parametrize(
    ("where", "error", "message"),
    [
        (
            "knd=run",
            UsageError,
            r"^e\.csv has no column 'knd'; did you mean 'kind'\? it has 'source', 'target', ",
        ),
        ("size=1", UsageError, r"^e\.csv has no column 'size'; it has 'source', 'target', 'kind', 'group'$"),
        ("kind", UsageError, r'^where="kind" is not of the form COLUMN=VALUE or COLUMN!=VALUE$'),
        ("=x", UsageError, r'^where="=x" is not of the form'),
        (
            "kind=test",
            FormatError,
            r"^e\.csv: no row is left by where=.kind=test.; 'kind' has 'run', 'dev', ",
        ),
    ],
)
def test_where_without_sense_is_refused(where, error, message) -> None:
    with pytest.raises(error, match=message):
        table(ROWS, where=where)


def test_errors_of_chosen_rows_name_their_lines() -> None:
    with pytest.raises(FormatError, match=r"^e\.csv, line 4: the weight 'x' is not a number$"):
        table("source,target,weight,g\na,b,1,1\na,c,y,2\nb,c,x,1\n", where="g=1")


def test_every_verb_takes_where_and_says_how_the_file_was_taken(tmp_path, run) -> None:
    path = tmp_path / "e.csv"
    path.write_text(ROWS)
    assert "2 paths" in run("why", str(path), "a", "c").out
    assert "1 path " in run("why", str(path), "a", "c", "--where", "kind=run", "--where", "kind=build").out
    missing = run("diagnose", str(path), "--where", "knd=run")
    assert (missing.status, "did you mean 'kind'?" in missing.err) == (2, True)
    empty = run("diagnose", str(path), "--where", "kind=no")
    assert (empty.status, "no row is left by --where kind=no" in empty.err) == (65, True)
    path.write_text("a,b\nb,c\n")
    assert run("diagnose", str(path)).out.startswith("CSV edge list, first row read as an edge · 3 nodes, 2 edges")
    path.write_text("id,platform,name\n1,npm,x\n")
    asked = run("diagnose", str(path))
    assert asked.status == 65
    assert "--columns source=platform,target=name says which are the source and the target" in asked.err


def test_tables_of_libraries_io_are_known() -> None:
    text = (
        "ID,Platform,Project Name,Project ID,Version Number,Dependency Name,Dependency Kind\n"
        "1,NPM,app-x,10,1.0.0,lib-y,runtime\n2,NPM,lib-y,20,1.0.0,lib-z,runtime\n3,NPM,lib-y,20,1.0.0,tap,Development\n"
    )
    graph = table(text, where="Dependency Kind=runtime")
    assert list(graph.edges) == [("app-x", "lib-y"), ("lib-y", "lib-z")]
    assert graph.graph["edge_meaning"] == "depends on"


@pytest.mark.parametrize(("file", "path"), [("07.csv", ["app-x", "lib-y", "lib-z"]), ("08.csv", ["a", "b", "c"])])
def test_reported_tables_have_their_edges(file, path, shared_data) -> None:
    assert list(read(shared_data / "reported" / file).edges) == list(itertools.pairwise(path))


@pytest.mark.parametrize(
    ("text", "edges"),
    {
        "the other way round": ("#target,source\na,b\nb,c\n", [("b", "a"), ("c", "b")]),
        "by tabs, as SNAP writes it": ("# Nodes: 3\n# FromNodeId\tToNodeId\n0\t1\n1\t2\n", [("0", "1"), ("1", "2")]),
        "by blanks": ("# child parent\nb a\nc b\n", [("a", "b"), ("b", "c")]),
        "with a weight": ("#weight;to;from\n2;a;b\n", [("b", "a")]),
        "a sentence": ("# from a source\na b 3\nb c 4\n", [("a", "b"), ("b", "c")]),
        "words above names": ("# target, then source\na,b\nb,c\n", [("a", "b"), ("b", "c")]),
        "a comment above a header": ("# to,from\nsource,target\na,b\n", [("a", "b")]),
        "not right above": ("# to,from\n\n# made today\na,b\nb,c\n", [("a", "b"), ("b", "c")]),
    }.values(),
)
def test_a_header_in_a_comment_says_which_end_is_which(text: str, edges: list[object]) -> None:
    assert list(table(text).edges) == edges


def test_an_error_below_a_header_in_a_comment_names_its_line() -> None:
    with pytest.raises(FormatError, match="line 4: the weight 'x' is not a number"):
        table("# made today\n#from,to,weight\na,b,1\nb,c,x\n")


def test_ends_without_direction_in_a_comment_are_refused() -> None:
    with pytest.raises(FormatError, match="none of its columns is known as an end of its edges; they are 'node1'"):
        table("#node1\tnode2\tscore\na\tb\t0.9\nb\tc\t0.8\n")


@pytest.mark.parametrize("row", ["Direction,undirected", "Direction,mutual", "Type,Undirected", "Edge Type,undirected"])
def test_an_edge_that_a_column_calls_undirected_is_refused(row: str) -> None:
    name, value = row.split(",")
    with pytest.raises(GraphTypeError, match=f"line 3: an edge of the type '{value}'"):
        table(f"From,To,{name}\na,b,directed\nb,c,{value}\n")


def test_columns_of_one_name_are_kept_apart() -> None:
    graph = table("source,target,n,n,weight\na,b,1,2,3\n")
    assert graph.edges["a", "b"] == {"n": 1, "n.1": 2, "weight": 3}


def test_names_that_a_blank_at_their_end_tells_apart_are_told() -> None:
    graph = table("source , target\na , b\nb , c\n")
    assert graph.graph["warnings"] == [
        "e.csv: 1 name has a blank at the end, without which it is another node's: 'b' and 'b ' are two nodes"
    ]
    assert "warnings" not in table("source,target\na ,b\nb,c\n").graph


@pytest.mark.parametrize("other", ["support", "Confidence", "edge"])
def test_lhs_and_rhs_are_no_known_ends_where_the_left_leads_to_the_right(other: str) -> None:
    with pytest.raises(FormatError, match="none of its columns is known as an end of its edges; they are 'lhs', 'rhs'"):
        table(f"lhs,rhs,{other}\nbread,butter,0.5\nbutter,jam,0.25\n")


@pytest.mark.parametrize(
    "text", ["int a, b;\nint c, d;\n", "INSERT INTO t VALUES (1, 2);\nINSERT INTO t VALUES (3, 4);\n"]
)
def test_lines_of_a_program_are_no_edges(text: str) -> None:
    with pytest.raises(FormatError, match="each line ends as those of a program do, and names no two ends of an edge"):
        table(text)
    assert list(table("a,b;\nb,c\n").edges) == [("a", "b;"), ("b", "c")]


def test_the_ends_of_links_in_json_are_known_of_tables_too() -> None:
    from graphdiff.io.ends import ENDS, LINK_ENDS

    assert {*LINK_ENDS} <= {(ends.source, ends.target) for ends in ENDS}
