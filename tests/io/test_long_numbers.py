"""Numbers of any length, in any format: read, or refused in one line; never an error of Python's own."""

from __future__ import annotations

import io
import json
import math
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import graphdiff as gd
from graphdiff.errors import FormatError, GraphdiffError, UsageError, WeightError
from graphdiff.io.building import numbers
from graphdiff.io.write import render

BIG = "9" * 4301
KEY = "<key id='w' for='edge' attr.name='weight' attr.type='int'/>"
EDGE = "<node id='a'/><node id='b'/><edge source='a' target='b'>"
GRAPHML = f"<graphml>{KEY}<graph edgedefault='directed'>{EDGE}<data key='w'>{BIG}</data></edge></graph></graphml>"
GEXF = (
    "<gexf xmlns='http://www.gexf.net/1.2draft' version='1.2'><graph defaultedgetype='directed'>"
    "<attributes class='edge'><attribute id='0' title='n' type='integer'/></attributes>"
    "<nodes><node id='a' label='a'/><node id='b' label='b'/></nodes><edges><edge id='0' source='a' target='b'>"
    f"<attvalues><attvalue for='0' value='{BIG}'/></attvalues></edge></edges></graph></gexf>"
)
UV = "version = 1\n[[package]]\nname = 'a'\nversion = '{}'\nsource = {{ virtual = '.' }}\ndependencies = [{}]\n"


def pipdeptree(installed: str, wanted: str) -> str:
    need = {"key": "b", "package_name": "b", "required_version": wanted, "installed_version": installed}
    packages = [
        {"package": {"key": key, "package_name": key, "installed_version": installed}, "dependencies": needs}
        for key, needs in (("a", [need]), ("b", []))
    ]
    return json.dumps(packages)


#: Refused, by format: the text of a file.
REFUSED = {
    "a table's weight": ("csv", f"a,b,{BIG}\n"),
    "a weight under a header": ("csv", f"source,target,weight\na,b,{BIG}\n"),
    "a weight below another": ("csv", f"source,target,weight\na,b,1\nb,c,-{BIG}\n"),
    "a weight of many decimals": ("csv", f"source,target,weight\na,b,{BIG}.5\n"),
    "a huge exponent": ("csv", "source,target,weight\na,b,1e400\n"),
    "an exponent of thousands of digits": ("csv", f"source,target,weight\na,b,1e{BIG}\n"),
    "GraphML": ("graphml", GRAPHML),
    "GEXF": ("gexf", GEXF),
    "JSON": ("json", f'{{"nodes": [{{"id": 1}}], "edges": [{{"source": 1, "target": 1, "weight": {BIG}}}]}}'),
    "JSON as a key": ("json", f'{{"nodes": [{{"id": {BIG}}}], "edges": []}}'),
    "Pajek's vertices": ("pajek", f"*Vertices {BIG}\n1 a\n*Arcs\n1 1 1\n"),
    "Pajek's weight": ("pajek", f"*Vertices 2\n1 a\n2 b\n*Arcs\n1 2 {BIG}\n"),
    "Pajek's vertex": ("pajek", f"*Vertices 2\n1 a\n{BIG} b\n*Arcs\n1 2 1\n"),
    "a matrix of Pajek": ("pajek", f"*Vertices 1\n1 a\n*Matrix\n{BIG}\n"),
    "Debian's size": ("debian", f"Package: a\nInstalled-Size: {BIG}\n"),
    "a version that pipdeptree saw": ("pipdeptree", pipdeptree(BIG, ">=1")),
    "a version that pipdeptree wants": ("pipdeptree", pipdeptree("1", f">={BIG}")),
    "TOML": ("uv", f"version = {BIG}\n"),
    "a marker in uv.lock": ("uv", UV.format("1", f"{{ name = 'b', marker = \"python_version < '{BIG}'\" }}")),
    "poetry.lock": ("poetry", f"[[package]]\nname='a'\nversion='1'\n[package.dependencies]\nb='>={BIG}'\n"
                    f"[[package]]\nname='b'\nversion='1'\n[[package]]\nname='b'\nversion='{BIG}'\n"
                    "[metadata]\nlock-version='2.0'\n"),
    "pdm.lock": ("pdm", "[metadata]\nlock_version='4.5'\n[[package]]\nname='a'\nversion='1'\n"
                 f"dependencies=['b>={BIG}']\n"),
    "pylock.toml": ("pylock", f"lock-version='1.0'\ncreated-by='x'\n[[packages]]\nname='a'\nversion='{BIG}'\n"),
}  # fmt: skip
#: Read, as it is no number to the format: a version, a label, a name.
READ = {
    "npm's version": ("npm-lock", json.dumps({"name": "x", "lockfileVersion": 3, "packages": {
        "": {"dependencies": {"a": f">={BIG}"}}, "node_modules/a": {"version": BIG}}})),
    "Debian's version": ("debian", f"Package: a\nVersion: {BIG}\nDepends: b (>= {BIG})\n\nPackage: b\n"),
    "uv's version": ("uv", UV.format(BIG, "{ name = 'b' }") + f"[[package]]\nname = 'b'\nversion = '{BIG}'\n"),
    "a label of VCG": ("vcg", 'graph: { title: "x"\nnode: { title: "a" label: "a" }\nnode: { title: "b" label: "b" }\n'
                       f'edge: {{ sourcename: "a" targetname: "b" label: "{BIG}" }}\n}}'),
    "a stack of VCG": ("vcg", f'graph: {{ title: "x"\nnode: {{ title: "a" label: "a\\n{BIG} bytes (static)" }}\n'
                       'node: { title: "b" label: "b" }\nedge: { sourcename: "a" targetname: "b" }\n}'),
    "a name in a table": ("csv", f"source,target\n{BIG},b\n"),
    "another column of a table": ("csv", f"source,target,hash\na,b,{BIG}\n"),
    "a weight in DOT, a text until it is asked for": ("dot", f"digraph {{ a -> b [weight={BIG}] }}"),
}  # fmt: skip


def read(format: str, text: str, **options: Any) -> Any:
    return gd.read(io.BytesIO(text.encode()), format=format, **options)


@pytest.mark.parametrize("case", REFUSED)
def test_a_number_that_is_too_long_is_refused_in_one_line(case: str) -> None:
    format, text = REFUSED[case]
    with pytest.raises(GraphdiffError, match=r"digits|beyond the floats|no number of vertices") as caught:
        read(format, text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
    assert "set_int_max_str_digits" not in str(caught.value)
    assert caught.value.exit_status == 65


@pytest.mark.parametrize("case", READ)
def test_what_is_no_number_to_the_format_is_read(case: str) -> None:
    graph = read(*READ[case])
    assert (len(graph), graph.number_of_edges()) == (2, 1)


def test_a_weight_in_dot_that_is_too_long_is_refused_when_it_is_asked_for() -> None:
    graph = read("dot", f"digraph {{ a -> b [weight={BIG}] }}")
    with pytest.raises(WeightError, match="'a' -> 'b'"):
        gd.compile(graph)


def test_the_longest_that_is_read_is_read_exactly() -> None:
    graph = read("csv", f"source,target,weight\na,b,{BIG[1:]}\n")
    assert graph.edges["a", "b"]["weight"] == 10**4300 - 1
    assert gd.total_influence(graph, "a", "b") == 10**4300 - 1


@pytest.mark.parametrize("text", ["1_000", "٣", "１", "1e400", "-1e400", BIG, "0x10", "", "one"])
def test_what_is_no_number_of_a_file(text: str) -> None:
    assert numbers([text]) is None
    with pytest.raises(FormatError, match=r"^the open file, line 2: the weight .* (is not a number|digits|the floats)"):
        read("csv", f"source,target,weight\na,b,{text or '-'}\n")


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity"])
def test_what_a_file_calls_infinite_is_refused_where_it_is_a_weight(text: str) -> None:
    assert not math.isfinite((numbers([text]) or [0.0])[0])
    with pytest.raises(WeightError, match="not a finite number"):
        gd.compile(read("csv", f"source,target,weight\na,b,{text}\n"))


@pytest.mark.parametrize(("text", "status"), [(f"e = a * {BIG}", 75), ("e = a * 1e400", 65), ("e = a * 1_0٣", 65)])
def test_a_number_in_an_expression(text: str, status: int) -> None:
    with pytest.raises(GraphdiffError, match="line 1, column") as caught:
        gd.read(f"expr:{text}", set={"a": "2"})
    assert caught.value.exit_status == status


@pytest.mark.parametrize("value", [BIG, "1e400", "nan", "1/0", "two", f"1e{BIG}", f"{BIG}/{BIG}"])
def test_a_value_that_is_no_number(value: str) -> None:
    with pytest.raises(UsageError, match=r"^a=.{1,60}: (a finite number is needed|.* is no number)"):
        gd.read("expr:e = a * 2", set={"a": value})


def test_a_size_in_other_digits_is_none() -> None:
    assert "size" not in read("debian", "Package: a\nInstalled-Size: ٣\n").nodes["a"]


def test_versions_of_any_length_are_put_in_order() -> None:
    locks = [
        read("npm-lock", json.dumps({"name": "x", "lockfileVersion": 3, "packages": {
            "": {"dependencies": {"a": "*"}}, "node_modules/a": {"version": f"1.{minor}"},
            "node_modules/b": {"dependencies": {"a": "*"}},
            "node_modules/b/node_modules/a": {"version": f"1.0{BIG}"}}}))
        for minor in ("9", "10")
    ]  # fmt: skip
    assert list(gd.compare(*locks, weight=None).appeared) == []


def test_huge_ints_beside_floats_are_told_without_their_digits() -> None:
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("a", "b", 10**5000), ("b", "c", 0.5)])
    with pytest.raises(WeightError, match=r"about 1\.00e5000 beside floats"):
        gd.compile(graph)


@pytest.mark.parametrize("limits", [{"max_bytes": 0}, {"max_bytes": -1}, {"timeout": 0.0}, {"timeout": math.nan},
                                    {"timeout": math.inf}, {"max_memory": 0}, {"max_memory": 2**80}])  # fmt: skip
def test_a_limit_is_one_or_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="is no limit: above 0 and up to"):
        read("dot", "digraph { a -> b }", **limits)


def test_python_is_as_it_was() -> None:
    assert sys.get_int_max_str_digits() == 4300


LONG = [10**5000, -(10**5000), Fraction(10**5000, 7), Fraction(7, 10**5000), Decimal(10**4400)]


@pytest.mark.parametrize("weight", LONG, ids=["int", "negative", "Fraction", "small Fraction", "Decimal"])
def test_results_of_any_length_are_told_and_written(weight: Any) -> None:
    """Python turns no int of so many digits into text, and a Fraction of such ints no more."""
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("a", "b", weight), ("b", "c", weight)])
    other = graph.copy()
    other["a"]["b"]["weight"] = weight + 1
    results = [
        gd.explain(graph, "a", "c"),
        gd.what_if(graph, "a", "c", reweight={("a", "b"): weight + 1}),
        gd.sensitivities(graph, "a", "c"),
        gd.forward(graph, "a"),
        gd.jacobian(graph),
        gd.compare(graph, other, "a", "c"),
        gd.cut(graph, "a", "c"),
    ]
    for result in results:
        assert len(str(result)) < 3000
        json.dumps(result.to_dict())
    drawn = gd.annotate(graph, "a", "c")
    for format in ("json", "csv", "graphml", "dot", "mermaid"):
        assert b"a" in render(drawn, format)


@pytest.mark.parametrize("text", [BIG, f"-{BIG}", "9" * 400])
def test_a_long_weight_in_a_table_of_arrays(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"source,target,weight\na,b,{text}\nb,c,1\n")
    with pytest.raises(WeightError, match=rf"row 1: .* is .*… of {len(text):,} digits, which no float is"):
        gd.read_edges(path)
