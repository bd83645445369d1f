"""CSV compiled on the disk beside the rows that Python's own csv finds in it: every row, or a refusal."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphdiff as gd
from graphdiff.errors import GraphdiffError

pytest.importorskip("duckdb")

HEADER = "source,target,weight"
#: As names may stand in a file: quoted or not, with spaces, and what other tools take for comments or for nothing.
CELLS = ["a", "b", " d", "e ", "x y", '"q"', '"a,b"', '"a""b"', "#h", "1", "'s'", "nan", "é", "NULL", "\\", "\t"]
ROWS = st.tuples(st.sampled_from(CELLS), st.sampled_from(CELLS), st.sampled_from(["1", "2.5", "-3", "1e3"]))
ODD = st.sampled_from(
    ["", "# comment", "a", "a,b", "a,b,1,c", ",b,1", "a,,1", 'a,"b,1', "a,b,", "a,b,x", 'a,b"c,1', "\ufeff"]
)


@st.composite
def files(draw: Any) -> list[bytes]:
    """Draw one or two files, of rows most of which are sound."""
    texts = []
    for _ in range(draw(st.integers(1, 2))):
        rows = [",".join(row) for row in draw(st.lists(ROWS, max_size=5))]
        for odd in draw(st.lists(ODD, max_size=1)):
            rows.insert(draw(st.integers(0, len(rows))), odd)
        before = draw(st.sampled_from([[]] * 6 + [[""], ["# made by a tool"], ["a,b,1"]]))
        end = draw(st.sampled_from(["\n", "\r\n"]))
        text = end.join([*before, HEADER, *rows]) + draw(st.sampled_from([end, end, ""]))
        texts.append((draw(st.sampled_from(["", "", "\ufeff"])) + text).encode())
    return texts


def rows_of(data: bytes) -> list[tuple[str, str, float]] | None:
    """Return the rows below the header; None where they are not all sound."""
    try:
        rows = [row for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True) if row]
        edges = [(tail, head, float(weight)) for tail, head, weight in rows[1:]]
    except (csv.Error, ValueError):
        return None
    sound = rows[0] == HEADER.split(",") and all(tail and head for tail, head, _ in edges)
    return edges if sound else None


@settings(max_examples=60)
@given(given=files())
def test_every_row_is_an_edge_or_the_files_are_refused(given: list[bytes], tmp_path_factory: Any) -> None:
    folder: Path = tmp_path_factory.mktemp("csv")
    for number, data in enumerate(given):
        (folder / f"{number}.csv").write_bytes(data)
    rows = [rows_of(data) for data in given]
    begins = [data.decode("utf-8-sig").startswith(HEADER) for data in given]
    try:
        options: dict[str, Any] = {"source": "source", "target": "target", "weight": "weight", "cycles": "collapse"}
        graph = gd.read_edges(str(folder / "*.csv"), out=folder / "x.gdiff", memory="1GB", **options)
    except GraphdiffError:
        assert None in rows or not all(begins)
        return
    expected = [row for part in rows for row in part or ()]
    found = [(*edge[:2], weight) for edge, weight in zip(graph.edges(), graph.weights.tolist(), strict=True)]
    assert all(part is not None for part in rows)
    assert sorted(found) == sorted(expected)
