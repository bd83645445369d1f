"""SVG and PNG: real pictures, within limits, and nothing printed."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import networkx as nx
import pytest
from graphs import complete_dag, olah

from graphdiff import annotate, to_pydot
from graphdiff.errors import LimitError, OutputError
from graphdiff.pictures.graphviz import layout

EMPTY_FONTS = '<?xml version="1.0"?><fontconfig><dir>/nonexistent</dir></fontconfig>'


def test_svg_is_xml_without_a_document_type() -> None:
    svg = layout(to_pydot(annotate(olah(), "b", "e")), "svg")
    assert b"<!DOCTYPE" not in svg
    assert ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"


def test_png_has_twice_the_dots_that_the_svg_has_points() -> None:
    dot = to_pydot(annotate(olah(), "b", "e"))
    width, height = struct.unpack(">II", layout(dot, "png")[16:24])
    box = ET.fromstring(layout(dot, "svg")).attrib
    assert (width, height) == pytest.approx((2 * float(box["width"][:-2]), 2 * float(box["height"][:-2])), abs=3)


def test_an_empty_graph_is_an_empty_picture() -> None:
    assert b"</svg>" in layout(to_pydot(nx.DiGraph()), "svg")


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    layout(to_pydot(olah()), "png")
    assert capfd.readouterr() == ("", "")


def test_a_layout_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(LimitError, match=r"over 0\.5 seconds: write it as \.dot, or draw less of it"):
        layout(to_pydot(complete_dag(120)), "svg", timeout=0.5)


def test_a_layout_that_takes_too_much_memory_is_stopped() -> None:
    with pytest.raises(LimitError, match=r"over 300,000,000 bytes: write it as \.dot"):
        layout(to_pydot(complete_dag(120)), "svg", max_memory=300_000_000)


def test_a_machine_without_fonts_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text(EMPTY_FONTS)
    monkeypatch.setenv("FONTCONFIG_FILE", str(config))
    assert b"</svg>" in layout(to_pydot(olah()), "svg")
    with pytest.raises(OutputError, match=r"no font to draw a PNG with: write an \.svg"):
        layout(to_pydot(olah()), "png")
