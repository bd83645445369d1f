"""Outlines: a mark is looked for in the whole top level of a JSON document, and nowhere else."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphdiff.errors import FormatError
from graphdiff.io.outline import MOST_BYTES, outline
from graphdiff.io.read import claiming, read

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def named(look: bytes) -> list[str]:
    """Return the names of the members in an outline."""
    lines = [line for line in look.split(b"\n") if line.startswith(b'"')]
    return [json.JSONDecoder().raw_decode(line.decode())[0] for line in lines]


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=6), st.sampled_from([None, 1]), st.booleans())
def test_an_outline_has_the_members_of_the_top_level_and_no_other(
    document: dict[str, Any], indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    for before, after in (("", ""), (" \n", "\n"), ("[", "]"), ("\ufeff", "")):
        data = (before + text + after).encode("utf-8", "surrogatepass")
        assert named(outline(data)) == list(document), data


def test_a_mark_is_found_after_megabytes_and_not_within() -> None:
    many = [{"name": f'x{place} \\" [{{', "licence": ["MIT"], "bomFormat": "CycloneDX"} for place in range(20_000)]
    assert claiming(json.dumps({"components": many, "bomFormat": "CycloneDX"}).encode()) == ["cyclonedx"]
    assert claiming(json.dumps({"components": many}, indent=1).encode()) == ["json"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_bill_whose_mark_is_last_is_read(tmp_path: Path, encoding: str) -> None:
    parts = [{"bom-ref": str(place), "name": f"part {place}", "description": "d" * 60} for place in range(2_000)]
    bill = {
        "components": parts,
        "dependencies": [{"ref": str(place), "dependsOn": [str(place + 1)]} for place in range(1_999)],
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        "version": 1,
        "$schema": "http://cyclonedx.org/schema/bom-1.7.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
    }
    path = tmp_path / "bom.json"
    path.write_bytes(json.dumps(bill, indent=2).encode(encoding))
    assert path.stat().st_size > 200_000
    assert (len(read(path)), read(path).graph["format"]) == (2_000, "CycloneDX JSON")


@pytest.mark.parametrize(
    ("document", "format"),
    [
        ({"packages": [{"x": "y" * 90_000}], "spdxVersion": "SPDX-2.3"}, "spdx"),
        ({"nodes": {"x": "y" * 90_000}, "metadata": {"dbt_schema_version": "https://x/dbt/manifest/v12.json"}}, "dbt"),
        ({"installed": [{"x": "y" * 90_000}], "pip_version": "25.0", "version": "1"}, "pip-inspect"),
        ({"dependencies": {"a": {"x": "y" * 90_000}}, "requires": True, "lockfileVersion": 1}, "npm-lock"),
        ({"packages": [{"x": "y" * 90_000}], "workspace_root": "/"}, "cargo-metadata"),
        ({"artifacts": [{"x": "y" * 90_000}], "graphName": "x"}, "depgraph"),
    ],
)
def test_marks_of_other_formats_may_be_last(document: dict[str, Any], format: str) -> None:
    assert claiming(json.dumps(document).encode()) == [format]


def test_xml_is_looked_at_from_its_root_on() -> None:
    comment = b"<!-- " + b"x" * 100_000 + b" -->\n"
    assert claiming(b"<?xml version='1.0'?>\n" + comment + b"<graphml></graphml>") == ["graphml"]
    bom = b'<bom xmlns="http://cyclonedx.org/schema/bom/1.7" version="1"></bom>'
    assert claiming(comment + comment + bom) == ["cyclonedx"]
    assert claiming(b"<x>" + bom + b"</x>") == []


HOSTILE = {
    "deep lists": b'{"a": ' + b"[" * 5_000_000,
    "deep objects": b'{"a":' * 1_000_000,
    "open quotes": b'{"a": ["b' * 500_000,
    "escapes": b'{"a": ["' + b"\\" * 5_000_001,
    "many keys": b"{" + b",".join(b'"k%d": ["a"]' % place for place in range(300_000)) + b"}",
    "many texts": b'{"a": [' + b'"\\n",' * 1_000_000 + b"1]}",
    "brackets in texts": b'{"a": [' + b'"[{\\"", {"b": [1]},' * 200_000 + b'1], "c": 1}',
    "comments": b"{" + b"/* { */ // [\n" * 300_000 + b'"a": 1}',
    "an open comment": b"<!--" * 500_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_an_outline_takes_linear_time_and_has_a_limit(data: bytes) -> None:
    began = time.process_time()
    assert len(outline(data)) <= MOST_BYTES + 10
    assert time.process_time() - began < 5


def test_a_value_over_chunks_ends_where_it_ends() -> None:
    text = '\\" ] } [ \\\\' * 900_000
    # What has many brackets before it is searched by arrays.
    for before in ("", "[[[1]], [2]], " * 600):
        look = outline(f'{{"a": [{before}{{"b": [["{text}"]]}}], "c": 1}}'.encode())
        assert named(look) == ["a", "c"]


@pytest.mark.parametrize(
    "text", ['{"1.2",\n[{a}]}.', "{{ a }}\nb c\n", "{%- if x %}\n", "{a: 1}", "[INFO] started {", "[[package]]\n"]
)
def test_what_only_starts_like_json_is_left_as_it_is(text: str) -> None:
    assert outline(text.encode()) == text.encode()


# --- a format that claims a file and cannot read it ----------------------------------------------------------------


def test_the_generic_format_is_offered_where_the_one_with_marks_cannot_read(tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    links = {"lockfileVersion": 9, "packages": 1, "nodes": [{"id": "a"}, {"id": "b"}]}
    path.write_text(json.dumps(links | {"links": [{"source": "a", "target": "b"}]}))
    assert claiming(path.read_bytes()) == ["npm-lock"]
    with pytest.raises(FormatError, match=r'it was taken as npm-lock; format="json" reads it as any JSON$'):
        read(path)
    assert list(read(path, format="json").edges) == [("a", "b")]


def test_a_tool_s_drawing_that_its_reader_refuses_is_no_other_drawing() -> None:
    drawing = io.StringIO('digraph "g:a:jar:1" {\n a -> b }')
    with pytest.raises(FormatError, match=r'; format="dot" reads any; by its content it was taken as maven$'):
        read(drawing)


def test_what_the_generic_format_does_not_read_either_is_not_offered() -> None:
    links = {"lockfileVersion": 9, "packages": 1, "nodes": [{"id": "a"}], "links": [{"source": "a", "target": "b"}]}
    with pytest.raises(FormatError, match=r"it was taken as npm-lock$"):
        read(io.StringIO(json.dumps(links)))


def test_a_format_that_cannot_read_what_it_claims_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"spdxVersion": "SPDX-2.3", "packages": [{}]}')
    with pytest.raises(FormatError, match=r"packages\[0\] has no SPDXID; by its content it was taken as spdx$"):
        read(path)


def test_of_two_formats_that_claim_a_file_the_one_that_reads_it_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    bill = {"bomFormat": "CycloneDX", "spdxVersion": "SPDX-2.3", "components": [{"bom-ref": "a", "name": "a"}]}
    bill["dependencies"] = [{"ref": "a", "dependsOn": []}]
    path.write_text(json.dumps(bill))
    assert claiming(path.read_bytes()) == ["cyclonedx", "spdx"]
    assert read(path).graph["format"] == "CycloneDX JSON"


def test_two_formats_that_both_read_a_file_are_told(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    bill = {"bomFormat": "CycloneDX", "components": [{"bom-ref": "a", "name": "a"}], "dependencies": [{"ref": "a"}]}
    packages = [{"SPDXID": "SPDXRef-a", "name": "a"}, {"SPDXID": "SPDXRef-b", "name": "b"}]
    relation = {"spdxElementId": "SPDXRef-a", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-b"}
    path.write_text(json.dumps({**bill, "spdxVersion": "SPDX-2.3", "packages": packages, "relationships": [relation]}))
    with pytest.raises(
        FormatError, match=r"x\.json looks like cyclonedx and like spdx; format=.cyclonedx. takes it as"
    ):
        read(path)
    assert len(read(path, format="spdx")) == 2


def test_what_cannot_be_read_and_is_known_for_something_else_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"lockfileVersion": 3, "packages": 1, "head": {"functionName": "f"}}')
    with pytest.raises(FormatError, match=r"x\.json: a CPU profile in V8's form of before 2016"):
        read(path)


def test_a_drawing_that_leaves_out_targets_is_not_read_as_any_other(tmp_path: Path) -> None:
    path = tmp_path / "query.dot"
    path.write_text('digraph mygraph {\n  node [shape=box];\n  "//:a\\n//:b\\n...and 7 more items" -> "//:c"\n}\n')
    with pytest.raises(FormatError, match="are one node that does not name them all"):
        read(path)
